//! What goes wrong between the bot and Discord, and what agents notice of it: nothing.

use std::time::{Duration, Instant};

use sigap::channel::discord::{Api, BotError};

use super::double::{BOT, BUDI, CHANNEL, Double, Fault, SITI, guild_event, text};
use super::{resolved, serve, settings, start};

const QUESTION: &str = "plgn udah bayar tagihan halo tapi nomornya masih keblokir";

fn mention(text: &str) -> String {
    format!("<@{BOT}> {text}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_a_resumed_session_repeats_are_answered_once() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    double.says(BUDI, CHANNEL, &mention(QUESTION));
    double.post(CHANNEL, 0).await;
    double.repeats(3);
    double.drops_connection();
    // Said while nobody listens: it comes with the replay.
    double.says(SITI, CHANNEL, &mention("ganti ont"));
    double.resumed(1).await;
    double.post(CHANNEL, 1).await;
    double.asks_to_reconnect();
    double.resumed(2).await;
    double.closes(4000);
    double.resumed(3).await;
    double.repeats(20);
    double.says(BUDI, CHANNEL, &mention("daftar sop"));
    double.post(CHANNEL, 2).await;
    bot.stop().await.unwrap();
    assert_eq!(double.posts(CHANNEL), 3, "each message is answered once");
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_is_lost_to_rate_limits_busy_servers_and_broken_answers() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let route = format!("POST /api/v10/channels/{CHANNEL}/messages");
    for fault in [
        Fault::RateLimited {
            retry_after: 0.3,
            global: false,
        },
        Fault::RateLimited {
            retry_after: 0.3,
            global: true,
        },
        Fault::Status(502),
        Fault::Slow(Duration::from_millis(300)),
        Fault::Lost,
        Fault::Status(500),
    ] {
        double.fails(&route, fault);
    }
    for number in 0..8 {
        double.says(BUDI, CHANNEL, &mention(&format!("/sop bagian-{number}")));
    }
    double.post(CHANNEL, 7).await;
    double.fails("/callback", Fault::Status(503));
    let asked = double.commands(SITI, CHANNEL, "tanya", &[("pertanyaan", QUESTION)]);
    double.shown(asked, 0).await;
    bot.stop().await.unwrap();
    assert_eq!(double.posts(CHANNEL), 8, "nothing lost, nothing twice");
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interaction_whose_answer_takes_long_is_acknowledged_in_time() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    double.says(BUDI, CHANNEL, &mention(QUESTION));
    let answer = double.post(CHANNEL, 0).await;
    // Opening the thread takes longer than Discord waits for an answer.
    double.fails("/threads", Fault::Slow(Duration::from_millis(3_500)));
    let at = Instant::now();
    let pressed = double.presses(BUDI, &answer, "Buat tiket");
    let deferred = double.request("POST", "/callback").await;
    assert_eq!(deferred.body["type"], 5);
    assert!(deferred.at - at < Duration::from_secs(3));
    let shown = double.shown(pressed, 0).await;
    assert!(text(&shown).contains("lanjut di"), "{shown}");
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn noise_on_the_gateway_and_a_lost_session_are_survived() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    double.babbles();
    double.sends(
        "MESSAGE_CREATE",
        &serde_json::json!({"id": "1", "nonsense": true}),
    );
    double.sends("SOMETHING_NEW", &serde_json::json!({}));
    double.says(BUDI, CHANNEL, &mention(QUESTION));
    double.post(CHANNEL, 0).await;
    double.forgets_sessions();
    double.connected(2).await;
    double.says(BUDI, CHANNEL, &mention(QUESTION));
    double.post(CHANNEL, 1).await;
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_is_not_listed_is_left_without_a_word() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let other = 1_100_000_000_000_000_777;
    double.sends("GUILD_CREATE", &guild_event(other));
    assert_eq!(double.left(1).await, [other]);
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_is_explained_before_anything_else_happens() {
    let double = Double::start().await;
    let api = || Api::parse(&double.api()).unwrap();
    let explained = |error: Result<(), BotError>| match error {
        Err(BotError::Setup(text)) => text,
        other => panic!("{other:?}"),
    };
    let dir = || tempfile::tempdir().unwrap();
    let wrong = explained(start(settings(api()), "wrong", &dir()).ended().await);
    assert!(wrong.contains("does not know this token"), "{wrong}");
    let mut unlisted = settings(api());
    unlisted.guilds.clear();
    let unlisted = explained(start(unlisted, super::TOKEN, &dir()).ended().await);
    assert!(
        unlisted.contains("guilds = [") && unlisted.contains("permissions="),
        "{unlisted}"
    );
    double.withholds_message_content();
    let silent = explained(start(settings(api()), super::TOKEN, &dir()).ended().await);
    assert!(silent.contains("Message Content Intent"), "{silent}");
    assert!(
        double
            .log()
            .iter()
            .filter(|sent| sent.path.contains("commands"))
            .count()
            == 0,
        "nothing is registered by a bot that cannot run"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_stops_answering_heartbeats_is_left_for_a_new_session() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    double.beats(Duration::from_millis(300), false);
    let bot = serve(&double, &dir, 1).await;
    double.beats(Duration::from_secs(40), true);
    double.connected(2).await;
    double.says(BUDI, CHANNEL, &mention(QUESTION));
    double.post(CHANNEL, 0).await;
    bot.stop().await.unwrap();
    double.lawful();
}

/// As in production: serenity's own addresses, TLS, and the rate limiter, which the other way round has to do without.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_tls_and_the_rate_limiter_nothing_is_different() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let (_tls, api) = resolved(&double).await;
    let bot = start(settings(api), super::TOKEN, &dir);
    double.connected(1).await;
    let route = format!("POST /api/v10/channels/{CHANNEL}/messages");
    for global in [false, true] {
        double.fails(
            &route,
            Fault::RateLimited {
                retry_after: 1.0,
                global,
            },
        );
    }
    double.fails(&route, Fault::Status(502));
    double.says(BUDI, CHANNEL, &mention(QUESTION));
    let answer = double.post(CHANNEL, 0).await;
    double.presses(BUDI, &answer, "Buat tiket");
    let thread = double.thread(0).await;
    double.post(thread, 0).await;
    bot.stop().await.unwrap();
    assert_eq!(double.posts(CHANNEL), 1);
    double.lawful();
}
