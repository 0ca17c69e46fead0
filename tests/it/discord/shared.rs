//! Several processes of the bot on one database: work is divided, taken over, and goes on while the database is away.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sigap::act::Order;
use sigap::assistant::Actor;
use sigap::channel::discord::{Api, Settings};
use sigap::desk::Folders;
use sigap::desk::Shown;
use sigap::message::{ConversationId, EventId};
use tempfile::TempDir;

use super::double::{BOT, BUDI, CHANNEL, Double, SITI, TOKEN, text};
use super::{Served, settings, start_at};
use crate::postgres::gate::{Cut, Gate};
use crate::postgres::server::Server;
use crate::shipped;

const QUESTION: &str = "plgn udah bayar tagihan halo tapi nomornya masih keblokir";
/// A channel of direct messages.
const DIRECT: u64 = CHANNEL + 1_000;
const PATIENCE: Duration = Duration::from_secs(30);

/// A process of the bot with a catalogue of its own.
struct Process {
    folders: TempDir,
    served: Served,
}

impl Process {
    fn start(name: &str, double: &Double, state: &str) -> Process {
        let folders = tempfile::tempdir().unwrap();
        for folder in ["intents", "data"] {
            crate::binary::copy(Path::new(folder), &folders.path().join(folder));
        }
        let in_it = Folders {
            intents: folders.path().join("intents"),
            data: folders.path().join("data"),
        };
        let settings = Settings {
            process: name.to_owned(),
            reminded_every: Some(Duration::from_millis(300)),
            ..settings(Api::parse(&double.api()).unwrap())
        };
        let knowledge = shipped::knowledge();
        let served = start_at(
            in_it,
            knowledge,
            shipped::now,
            settings,
            TOKEN,
            state.to_owned(),
        );
        Process { folders, served }
    }
}

fn mention(text: &str) -> String {
    format!("<@{BOT}> {text}")
}

/// Polls until something holds.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(
            tokio::time::Instant::now() < deadline,
            "not in time: {what}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_divide_the_shards_and_take_over_what_another_leaves() {
    let Some(server) = Server::get() else { return };
    let (double, state) = (Double::start().await, server.database());
    double.wants_shards(2);
    let one = Process::start("one", &double, &state);
    let other = Process::start("other", &double, &state);
    double.connected(2).await;
    double.says(BUDI, CHANNEL, &mention(QUESTION));
    double.writes_directly(SITI, DIRECT, "modem rusak mau ganti ont");
    double.post(CHANNEL, 0).await;
    double.post(DIRECT, 0).await;

    one.served.stop().await.unwrap();
    double.connected(3).await;
    double.says(BUDI, CHANNEL, &mention("buat tiket"));
    double.writes_directly(SITI, DIRECT, "daftar sop");
    double.says_somewhere(DIRECT, "SOP yang tersedia").await;
    double.says_somewhere(CHANNEL, "**Class?**").await;
    other.served.stop().await.unwrap();
    assert_eq!(
        double.identified(),
        3,
        "each had one, and one was taken over"
    );
    let answers = double.said_in(DIRECT);
    // Of a longer answer the first part refers to the question.
    let answers = answers
        .iter()
        .filter(|one| one.get("message_reference").is_some());
    assert_eq!(answers.count(), 2, "each is answered once");
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lead_publishes_in_one_process_is_live_in_all() {
    let Some(server) = Server::get() else { return };
    let (double, state) = (Double::start().await, server.database());
    let one = Process::start("one", &double, &state);
    double.connected(1).await;
    let other = Process::start("other", &double, &state);
    until("both desks are open", || {
        one.served.desk.get().is_some() && other.served.desk.get().is_some()
    })
    .await;
    let desks = [&one, &other].map(|process| Arc::clone(process.served.desk.get().unwrap()));
    let file = |process: &Process| process.folders.path().join("intents/ganti-ont.toml");
    let before = fs::read_to_string(file(&one)).unwrap();
    let title = "title = \"Ganti ONT menurut memo contoh\"";
    // The first is the SOP's own.
    let changed = before.replacen(
        before
            .lines()
            .find(|line| line.starts_with("title = "))
            .unwrap(),
        title,
        1,
    );
    let now = shipped::now();
    let by = |event: &str| Actor {
        event: EventId(event.to_owned()),
        who: "lead".to_owned(),
        at: now.timestamp(),
    };
    desks[0]
        .publish(&changed, "memo", None, &by("publish-1"), &now)
        .await
        .unwrap();
    let is_live = |desk: &sigap::desk::Desk| {
        let live = desk.live().get();
        live.catalog
            .sop("ganti-ont")
            .unwrap()
            .title
            .contains("memo contoh")
    };
    assert!(is_live(&desks[0]));
    until("the other process has it", || is_live(&desks[1])).await;
    assert_eq!(fs::read_to_string(file(&other)).unwrap(), changed);

    // Whoever is started later with the folder as it was gets it too, and takes nothing back.
    let late = Process::start("late", &double, &state);
    until("a late process has it", || {
        late.served.desk.get().is_some_and(|desk| is_live(desk))
    })
    .await;
    assert_eq!(desks[0].history("ganti-ont").await.unwrap().len(), 2);

    let restore = Order::Restore {
        sop: "ganti-ont".to_owned(),
        number: 1,
        why: "keliru".to_owned(),
    };
    let here = ConversationId("test:1:20".to_owned());
    let shown = desks[1]
        .handle(&restore, &by("restore-1"), &here, &now)
        .await;
    assert!(matches!(shown[..], [Shown::Published(_)]), "{shown:?}");
    until("taken back everywhere", || {
        desks.iter().all(|desk| !is_live(desk))
    })
    .await;
    for process in [one, other, late] {
        process.served.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_questions_are_answered_and_answers_wait() {
    let Some(server) = Server::get() else { return };
    let (double, state) = (Double::start().await, server.database());
    let (_, place) = state.rsplit_once(':').unwrap();
    let (port, database) = place.split_once('/').unwrap();
    let gate = Gate::before(&[port.parse().unwrap()], database);
    let process = Process::start("one", &double, &gate.url());
    double.connected(1).await;
    let (asking, filling, pressing) = (DIRECT, DIRECT + 1, DIRECT + 2);
    for channel in [asking, filling, pressing] {
        double.writes_directly(BUDI, channel, QUESTION);
        double.post(channel, 0).await;
    }
    double.writes_directly(BUDI, filling, "buat tiket");
    double.says_somewhere(filling, "**Class?**").await;
    let before = double.posts(filling);
    let answer = double.post(pressing, 0).await;

    gate.cut(Cut::Refusing);
    // Somewhere this process has not been: what may answer a question of a dialog is not taken for a question.
    let (elsewhere, new) = (DIRECT + 3, DIRECT + 4);
    double.writes_directly(BUDI, elsewhere, "collection block 1");
    double.writes_directly(BUDI, new, "status aging harus diapain?");
    double.writes_directly(BUDI, asking, "modem rusak mau ganti ont");
    double.writes_directly(BUDI, filling, "Gold");
    let pressed = double.presses(BUDI, &answer, "Buat tiket");
    double.says_somewhere(asking, "dari ingatan").await;
    assert!(
        text(&double.post(asking, 1).await)
            .to_lowercase()
            .contains("ont")
    );
    double.says_somewhere(new, "dari ingatan").await;
    assert_eq!(double.posts(elsewhere), 0, "it waits");
    assert_eq!(
        double.posts(filling),
        before,
        "what cannot be kept is not acknowledged"
    );
    gate.mend();
    assert!(text(&double.post(filling, before).await).contains("MSISDN"));
    double.told(pressed, "**Class?**").await;
    double.post(elsewhere, 0).await;

    double.writes_directly(BUDI, filling, "0812-0000-1234");
    assert!(text(&double.post(filling, before + 1).await).contains("Nama pelanggan"));
    process.served.stop().await.unwrap();
    assert_eq!(
        double.posts(filling),
        before + 2,
        "each answer is answered once"
    );
    double.lawful();
}
