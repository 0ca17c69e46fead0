//! What an operator's tools ask on the health port.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use sigap::assistant::Assistant;
use sigap::channel::discord::{self, Api, BotToken, Settings};
use sigap::desk::{Desk, Folders};
use sigap::metrics::{self, Metrics, Timed};

use super::double::{BOT, BUDI, CHANNEL, Double, TOKEN};
use super::settings;
use crate::engine;
use crate::shipped;

async fn get(port: u16, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("http://127.0.0.1:{port}/{path}"))
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_is_live_at_once_ready_when_connected_and_tells_numbers() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let metrics = Arc::new(Metrics::default());
    let listener = metrics::http::listen(0).await.unwrap();
    assert!(listener.local_addr().unwrap().ip().is_loopback());
    let port = listener.local_addr().unwrap().port();
    let health = tokio::spawn(metrics::http::serve(listener, Arc::clone(&metrics)));
    assert_eq!(get(port, "live").await.0, 200);
    assert_eq!(get(port, "ready").await.0, 503, "nothing is connected yet");

    let store = Timed::new(engine::open(dir.path()).await, Arc::clone(&metrics));
    let assistant = Assistant::new(
        shipped::knowledge(),
        Arc::new(store),
        SignedDuration::from_hours(24),
    );
    let settings = Settings {
        metrics: Arc::clone(&metrics),
        ..settings(Api::parse(&double.api()).unwrap())
    };
    let folders = Folders {
        intents: "intents".into(),
        data: "data".into(),
    };
    let now = shipped::now();
    let desk = Desk::open(folders, assistant.store(), assistant.live(), &now).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let token = BotToken::parse(Some(TOKEN)).unwrap();
    let bot = tokio::spawn(discord::serve(
        token,
        settings,
        assistant,
        Arc::new(desk.unwrap()),
        shipped::now,
        async {
            let _ = stopped.await;
        },
    ));
    double.connected(1).await;
    double.sends(
        "MESSAGE_CREATE",
        &serde_json::json!({"id": "1", "nonsense": true}),
    );
    double.says(BUDI, CHANNEL, &format!("<@{BOT}> ganti ont"));
    double.post(CHANNEL, 0).await;
    until(port, 200).await;
    let (_, numbers) = get(port, "metrics").await;
    for line in [
        "sigap_messages_total{decision=\"answer\"} 1",
        // What the folder says is kept as versions, then the answer.
        "sigap_commit_seconds_count 2",
        "sigap_turn_seconds_count 1",
        "sigap_events_undecodable_total 1",
        "sigap_connected 1",
    ] {
        assert!(numbers.contains(line), "{line} in\n{numbers}");
    }
    assert!(!numbers.contains("budi") && !numbers.contains("ganti ont"));

    stop.send(()).unwrap();
    bot.await.unwrap().unwrap();
    assert_eq!(get(port, "ready").await.0, 503);
    assert_eq!(get(port, "live").await.0, 200);
    health.abort();
}

/// Asks until it is so: the bot looks at its connections some times a second.
async fn until(port: u16, status: u16) {
    let asked = async {
        while get(port, "ready").await.0 != status {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), asked)
        .await
        .unwrap();
}
