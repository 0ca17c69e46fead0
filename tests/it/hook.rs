//! The web hook against a receiver on this machine: signed, tried again, under one key, nothing lost.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::Value as Json;
use sigap::assistant::Assistant;
use sigap::hook::{Delivered, Hook, HookSecret, sign};
use sigap::message::{ChannelKind, ConversationId, EventId, Incoming, Said};
use sigap::store::{self, Query, Shelf, Store};
use sigap::ticket::{Status, Tracked};
use tempfile::TempDir;

use crate::shipped;

const SECRET: &str = "rahasia-contoh-0000";

/// What arrived: headers and body.
type Arrived = (HeaderMap, String);

/// A ticketing system that answers as it is told, then always takes what comes.
struct Receiver {
    url: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    answers: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
}

#[derive(Clone)]
struct Shared {
    arrived: Arc<Mutex<Vec<Arrived>>>,
    answers: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
}

impl Receiver {
    async fn start(answers: &[(u16, &'static str)]) -> Receiver {
        let shared = Shared {
            arrived: Arc::default(),
            answers: Arc::new(Mutex::new(answers.iter().copied().collect())),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/tiket", listener.local_addr().unwrap());
        let app = Router::new()
            .route("/tiket", post(take))
            .with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Receiver {
            url,
            arrived: shared.arrived,
            answers: shared.answers,
        }
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

async fn take(State(shared): State<Shared>, headers: HeaderMap, body: String) -> impl IntoResponse {
    shared.arrived.lock().unwrap().push((headers, body));
    let answer = shared.answers.lock().unwrap().pop_front();
    let (status, answer) = answer.unwrap_or((200, r#"{"number": "IN-0000-1234"}"#));
    let location = [("location", "http://127.0.0.1:9/lain")];
    (StatusCode::from_u16(status).unwrap(), location, answer)
}

/// Files a draft, as an agent does.
async fn file(store: &Arc<dyn Store>, said: &[&str]) -> Vec<String> {
    let kept = SignedDuration::from_hours(24);
    let assistant = Assistant::new(shipped::knowledge(), Arc::clone(store), kept).with_outbox();
    let mut filed = Vec::new();
    for (number, text) in said.iter().enumerate() {
        let incoming = Incoming {
            event: EventId(format!("{number}")),
            conversation: ConversationId("test:budi".to_owned()),
            user: "budi".to_owned(),
            lead: false,
            channel_kind: ChannelKind::Voice,
            service: None,
            at: shipped::now() + i64::try_from(number).unwrap().seconds(),
            said: Said::Text((*text).to_owned()),
            continues: None,
            language: None,
        };
        let handled = assistant.handle(&incoming).await.unwrap();
        filed.extend(handled.ticket.map(|ticket| ticket.id));
    }
    filed
}

const CASE: &[&str] = &[
    "plgn udah bayar tagihan halo tapi nomornya masih keblokir",
    "buat tiket",
    "Class: Gold\nMSISDN: 0812-0000-1234\nNama pelanggan: Contoh Satu\nJenis kartu: KartuHalo\n\
     Tanggal pembayaran: kemarin\nChannel pembayaran: Indomaret\nStatus Collection: collection block 1\n\
     Pembayaran di FA: belum masuk\nStatus HLR: terblokir\nInfo profil: terblokir di DSC, profil lain aktif\n\
     Layanan yang dikeluhkan: data, sms\nLokasi: Kota Contoh, Provinsi Contoh\nCP lain yang dapat dihubungi: tidak ada",
    "kirim",
];

fn hook(receiver: &Receiver, store: &Arc<dyn Store>) -> Hook {
    let secret = HookSecret::parse(Some(SECRET)).unwrap();
    Hook::new(&receiver.url, secret, None, Arc::clone(store)).unwrap()
}

fn open(dir: &TempDir) -> Arc<dyn Store> {
    Arc::new(store::sled::open(dir.path()).unwrap())
}

fn at(seconds: i64) -> Timestamp {
    shipped::now().timestamp() + SignedDuration::from_secs(60 + seconds)
}

async fn the_case(store: &Arc<dyn Store>) -> Tracked {
    let mut cases = store.cases(&Query::default()).await.unwrap();
    assert_eq!(cases.len(), 1);
    cases.remove(0)
}

#[tokio::test]
async fn a_draft_arrives_signed_and_its_number_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let (receiver, store) = (Receiver::start(&[]).await, open(&dir));
    let filed = file(&store, CASE).await;
    assert_eq!(filed.len(), 1, "the conversation files a draft");
    let hook = hook(&receiver, &store);
    let delivered = hook.deliver(at(0)).await.unwrap();
    assert_eq!((delivered.arrived, delivered.waiting), (1, 0));
    let arrived = receiver.arrived();
    let (headers, body) = &arrived[0];
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("idempotency-key"), filed[0]);
    assert_eq!(header("content-type"), "application/json");
    let timestamp = header("x-sigap-timestamp");
    assert_eq!(
        header("x-sigap-signature"),
        format!("sha256={}", sign(SECRET, &timestamp, body))
    );
    assert_ne!(
        sign("lain", &timestamp, body),
        sign(SECRET, &timestamp, body)
    );
    let json: Json = serde_json::from_str(body).unwrap();
    assert_eq!(json["id"], filed[0]);
    assert_eq!(json["fields"]["msisdn"], "6281200001234");
    let case = the_case(&store).await;
    assert_eq!(case.external(), Some("IN-0000-1234"));
    assert_eq!(case.status(), Status::Entered);
    // It is sent once.
    assert_eq!(hook.deliver(at(1)).await.unwrap(), Delivered::default());
    assert_eq!(receiver.arrived().len(), 1);
    assert!(!format!("{hook:?}").contains(SECRET));
}

#[tokio::test]
async fn nothing_is_lost_while_the_receiver_is_down_or_the_program_ends() {
    let dir = tempfile::tempdir().unwrap();
    let answers = [(500, ""), (307, ""), (403, "tidak")];
    let receiver = Receiver::start(&answers).await;
    let store = open(&dir);
    let filed = file(&store, CASE).await;
    let down = Receiver {
        url: "http://127.0.0.1:9/tiket".to_owned(),
        arrived: Arc::default(),
        answers: Arc::default(),
    };
    let waits = Delivered {
        arrived: 0,
        waiting: 1,
    };
    assert_eq!(hook(&down, &store).deliver(at(0)).await.unwrap(), waits);
    drop(store);

    let store = open(&dir);
    let hook = hook(&receiver, &store);
    // Before its time it is not tried again; each pause is longer than the one before.
    assert_eq!(hook.deliver(at(10)).await.unwrap(), waits);
    assert_eq!(receiver.arrived().len(), 0);
    for (number, seconds) in [31, 100, 250].into_iter().enumerate() {
        assert_eq!(hook.deliver(at(seconds)).await.unwrap(), waits);
        assert_eq!(receiver.arrived().len(), number + 1);
        assert_eq!(hook.deliver(at(seconds + 1)).await.unwrap(), waits);
        assert_eq!(receiver.arrived().len(), number + 1, "it pauses");
    }
    let delivered = hook.deliver(at(1_000)).await.unwrap();
    assert_eq!((delivered.arrived, delivered.waiting), (1, 0));
    let keys: Vec<_> = receiver
        .arrived()
        .iter()
        .map(|(headers, _)| headers["idempotency-key"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(keys, vec![filed[0].clone(); 4], "always the same key");
    assert!(store.papers(Shelf::Outbox, "").await.unwrap().is_empty());
    assert!(receiver.answers.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_template_says_how_a_draft_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (receiver, store) = (Receiver::start(&[]).await, open(&dir));
    file(&store, CASE).await;
    let with = |template: &str| {
        let secret = HookSecret::parse(Some(SECRET)).unwrap();
        Hook::new(
            &receiver.url,
            secret,
            Some(template.to_owned()),
            Arc::clone(&store),
        )
    };
    assert!(with("{{ id").is_err());
    // What makes no JSON of some drafts is refused before any is filed: none at all, of a draft without that field, of
    // words with quotes in them.
    for bad in [
        "{{ id }}",
        r#"{"nominal": {{ fields.nominal_isi_ulang }}}"#,
        r#"{"isi": "{{ text }}"}"#,
        r#"{"lokasi": "{{ fields.lokasi }}"}"#,
    ] {
        let refused = format!("{:#}", with(bad).unwrap_err());
        assert!(refused.contains("tojson"), "{bad}: {refused}");
    }
    let template = r#"{"nomor": {{ fields.msisdn|tojson }}, "isi": {{ text|tojson }}}"#;
    let delivered = with(template).unwrap().deliver(at(100)).await.unwrap();
    assert_eq!(delivered.arrived, 1);
    let json: Json = serde_json::from_str(&receiver.arrived()[0].1).unwrap();
    assert_eq!(json["nomor"], "6281200001234");
    assert!(json["isi"].as_str().unwrap().contains("Contoh Satu"));
}
