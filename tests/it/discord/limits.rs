//! The platform's limits: any content, any rate, any age.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use sigap::channel::discord::{Api, BotError, Secret, Settings};

use super::double::{
    BOT, BUDI, CHANNEL, Double, Fault, GUILD, LEAD, SITI, Somebody, direct_channel, labels, text,
};
use super::{resolved, serve, settings, start, start_with};

const PAID: &str = "plgn udah bayar tagihan halo tapi nomornya masih keblokir";

fn mention(text: &str) -> String {
    format!("<@{BOT}> {text}")
}

/// An SOP with more sections than a message has rows, more points than a menu has options, and points of the greatest
/// length.
fn huge() -> String {
    let mut file = String::from(
        "id = \"besar\"\ntitle = \"Prosedur yang sangat besar\"\nservice = \"telkomsel\"\nsummary = \"Uji batas\"\n\
         distinction = \"Besar\"\nsource = \"uji\"\nowner = \"uji\"\n\
         review_by = \"2027-06-30\"\n\n[match]\nkeywords = [\"prosedur besar\"]\n\
         utterances = [\"buka prosedur besar\", \"prosedur yang besar sekali\", \"minta prosedur besar\"]\n",
    );
    for section in 0..40 {
        let kind = if section % 2 == 0 { "check" } else { "info" };
        file += &format!(
            "\n[[section]]\nid = \"bagian-{section}\"\ntitle = \"Bagian {section} {}\"\nkind = \"{kind}\"\n",
            "dengan judul panjang ".repeat(3).trim_end()
        );
        for item in 0..6 {
            let text = format!(
                "Langkah {section}.{item} @everyone {}",
                "periksa lagi ".repeat(60)
            );
            file += &format!(
                "\n[[section.item]]\nid = \"b{section}-{item}\"\ntext = \"{}\"\n",
                text.trim_end()
            );
        }
    }
    file
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sop_larger_than_every_limit_is_shown_whole_and_cut_between_its_steps() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let intents = tempfile::tempdir().unwrap();
    fs::write(intents.path().join("besar.toml"), huge()).unwrap();
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let now = crate::shipped::now();
    let knowledge = sigap::load::knowledge(intents.path(), &data, now.date()).unwrap();
    let bot = start_with(
        Arc::new(knowledge),
        crate::shipped::now,
        settings(Api::parse(&double.api()).unwrap()),
        super::double::TOKEN,
        &dir,
    );
    double.connected(1).await;
    double.says(BUDI, CHANNEL, &mention("/sop besar"));
    let answer = double.post(CHANNEL, 0).await;
    assert_eq!(answer["embeds"][0]["title"], "Prosedur yang sangat besar");
    // Every section can be opened, and none is cut inside a step.
    for section in [0, 1, 39] {
        double.says(
            SITI,
            900 + section,
            &mention(&format!("/sop besar#bagian-{section}")),
        );
        let mut shown = text(&double.post(900 + section, 0).await);
        for page in 1.. {
            if shown.contains(&format!("Langkah {section}.5")) {
                break;
            }
            shown += &text(&double.post(900 + section, page).await);
        }
        for step in 0..6 {
            assert!(
                shown.contains(&format!("Langkah {section}.{step}")),
                "{shown}"
            );
        }
    }
    bot.stop().await.unwrap();
    double.lawful();
}

/// serenity's limiter learns a bucket from the first answer; what went out before is told to come again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_beyond_the_rate_limits_is_answered_whole() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let (tls, api) = resolved(&double).await;
    let bot = start(settings(api), super::double::TOKEN, &dir);
    double.connected(1).await;
    double.limits_met(Duration::from_secs(1));
    for number in 0..14 {
        let who = Somebody {
            id: BUDI.id + 100 + number,
            ..BUDI
        };
        double.says(who, CHANNEL, &mention(PAID));
    }
    double.post(CHANNEL, 13).await;
    bot.stop().await.unwrap();
    assert_eq!(double.posts(CHANNEL), 14, "nothing lost, nothing twice");
    let refused = double
        .log()
        .iter()
        .filter(|sent| sent.status == 429)
        .count();
    assert_eq!(refused, 1, "who was told once that nothing is left waits");
    drop(tls);
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_after_an_interactions_time_comes_as_a_message() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    // In front of everybody: into the channel.
    let asked = double.commands(BUDI, CHANNEL, "tanya", &[("pertanyaan", PAID)]);
    let answer = double.shown(asked, 0).await;
    double.fails("/callback", Fault::Status(404));
    double.presses(BUDI, &answer, "Bagikan");
    assert!(text(&double.post(CHANNEL, 0).await).contains("nomor belum aktif"));
    // In a dialog: what came in time stands, the rest follows it.
    double.writes_directly(
        BUDI,
        77,
        &format!("{PAID}, 0812-0000-1234 a.n. Contoh Satu"),
    );
    let answer = double.post(77, 0).await;
    let pressed = double.presses(BUDI, &answer, "Buat tiket");
    double.ages(pressed);
    assert!(text(&double.shown(pressed, 0).await).contains("Dicatat"));
    assert!(text(&double.post(77, 2).await).contains("Class"));
    // For one person alone: as a direct message, never into the channel.
    double.fails("/callback", Fault::Status(404));
    double.commands(SITI, CHANNEL, "bantuan", &[]);
    let help = double.post(direct_channel(SITI.id), 0).await;
    assert!(text(&help).contains("Tulis kendala"), "{help}");
    bot.stop().await.unwrap();
    assert_eq!(double.posts(CHANNEL), 1);
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_connections_share_the_workspaces() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    double.wants_shards(2);
    let bot = serve(&double, &dir, 2).await;
    assert_eq!(
        (GUILD >> 22) % 2,
        1,
        "the workspace is the second connection's"
    );
    double.says(BUDI, CHANNEL, &mention(PAID));
    double.post(CHANNEL, 0).await;
    // Direct messages are the first connection's.
    double.writes_directly(BUDI, 77, PAID);
    double.post(77, 0).await;
    bot.stop().await.unwrap();
    assert_eq!((double.posts(CHANNEL), double.posts(77)), (1, 1));
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_direct_message_commands_and_dialogs_are_the_same() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    double.writes_directly(BUDI, 77, PAID);
    let answer = double.post(77, 0).await;
    let pressed = double.presses(BUDI, &answer, "Buat tiket");
    let noted = double.shown(pressed, 0).await;
    assert!(text(&noted).contains("Dicatat"), "{noted}");
    assert!(text(&noted).contains("Class"), "{noted}");
    let asked = double.commands(BUDI, 77, "sop", &[]);
    let list = double.shown(asked, 0).await;
    assert_eq!(
        list["flags"].as_u64().unwrap_or_default() & 64,
        0,
        "nobody else is there"
    );
    double.writes_directly(BUDI, 77, "Gold");
    double.says_somewhere(77, "MSISDN").await;
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_ends_it_for_good_is_explained_and_not_asked_again() {
    for (code, expected) in [
        (4004, "does not know this token"),
        (4014, "Message Content Intent"),
    ] {
        let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
        let mut bot = serve(&double, &dir, 1).await;
        double.closes(code);
        match bot.ended().await {
            Err(BotError::Setup(text)) => assert!(text.contains(expected), "{code}: {text}"),
            other => panic!("{code}: {other:?}"),
        }
        assert_eq!(double.identified(), 1, "{code}: once is enough");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logins_are_shown_to_their_role_alone() {
    const LOGIN: &str = "contoh / bukan-rahasia-0000";
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let settings = Settings {
        secret_roles: vec![super::double::LEAD_ROLE],
        secrets: [("upoint".to_owned(), Secret(LOGIN.to_owned()))].into(),
        ..settings(Api::parse(&double.api()).unwrap())
    };
    let bot = start(settings, super::double::TOKEN, &dir);
    double.connected(1).await;
    double.says(BUDI, CHANNEL, &mention("/sop ott-status"));
    let answer = double.post(CHANNEL, 0).await;
    assert!(
        labels(&answer).contains(&"Lihat login".to_owned()),
        "{answer}"
    );
    let pressed = double.presses(BUDI, &answer, "Lihat login");
    let refused = double.shown(pressed, 0).await;
    assert!(text(&refused).contains("role"), "{refused}");
    let pressed = double.presses(LEAD, &answer, "Lihat login");
    let shown = double.shown(pressed, 0).await;
    assert!(
        text(&shown).contains(LOGIN) && shown["flags"] == 64,
        "{shown}"
    );
    double.says(BUDI, CHANNEL, &mention("/sop ganti-ont"));
    let other = double.post(CHANNEL, 1).await;
    assert!(!labels(&other).contains(&"Lihat login".to_owned()));
    bot.stop().await.unwrap();
    let public: Vec<Json> = double.log().into_iter().map(|sent| sent.body).collect();
    let with_login = public
        .iter()
        .filter(|body| body.to_string().contains(LOGIN));
    assert_eq!(
        with_login.count(),
        1,
        "in one ephemeral answer and nowhere else"
    );
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_that_comes_twice_is_answered_once() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    double.says(BUDI, CHANNEL, &mention(PAID));
    let answer = double.post(CHANNEL, 0).await;
    let pressed = double.presses(BUDI, &answer, "Kemungkinan penyebab");
    double.repeats(1);
    double.shown(pressed, 0).await;
    double.repeats(2);
    let again = double.commands(BUDI, CHANNEL, "bantuan", &[]);
    double.shown(again, 0).await;
    bot.stop().await.unwrap();
    let answers = |id: u64| {
        let log = double.log();
        log.iter()
            .filter(|sent| sent.path.contains(&format!("/interactions/{id}/")))
            .count()
    };
    assert_eq!(answers(pressed), 1);
    double.lawful();
}
