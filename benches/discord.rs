//! The bot under load, over real sockets: gateway event in, HTTP request out.
//!
//! `cargo bench --bench discord -- [MESSAGES_PER_SECOND] [SECONDS]`. Agents in conversations of their own ask questions
//! at a steady rate; what is measured is the time from sending the event to the arrival of the answer's request at the
//! double, which runs in the same process and shares its cores.

#![recursion_limit = "256"]
#![expect(
    clippy::unwrap_used,
    reason = "a measurement ends where something unexpected happens"
)]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sigap::assistant::Assistant;
use sigap::channel::discord::{self, Api, Settings, Token};
use sigap::{load, store};

#[expect(
    dead_code,
    unused_imports,
    reason = "the tests' double can do more than a load asks of it"
)]
#[path = "../tests/it/discord/double/mod.rs"]
mod double;

use double::{BOT, BUDI, CHANNEL, Double, GUILD, Somebody, TOKEN};

const QUESTIONS: &[&str] = &[
    "plgn udah bayar tagihan halo tapi nomornya masih keblokir",
    "isi ulang pulsa 50rb via alfamart kemarin belum masuk",
    "modem rusak mau ganti ont",
    "cara cek status ott pelanggan",
];
const AGENTS: u64 = 1_000;

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<u32>().ok());
    let rate = numbers.next().unwrap_or(200);
    let seconds = numbers.next().unwrap_or(10);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure(rate, seconds));
}

async fn measure(rate: u32, seconds: u32) {
    let double = Double::start().await;
    let dir = tempfile::tempdir().unwrap();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let now = || Timestamp::now().to_zoned(TimeZone::UTC);
    let knowledge =
        load::knowledge(&root.join("intents"), &root.join("data"), now().date()).unwrap();
    let store = store::sled::open(dir.path()).unwrap();
    let assistant = Assistant::new(
        Arc::new(knowledge),
        Arc::new(store),
        SignedDuration::from_hours(24),
    );
    let settings = Settings {
        api: Api::parse(&double.api()).unwrap(),
        guilds: vec![GUILD],
        ..Settings::default()
    };
    let token = Token::parse(Some(TOKEN)).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let bot = tokio::spawn(discord::serve(token, settings, assistant, now, async {
        let _ = stopped.await;
    }));
    double.connected(1).await;
    // The first answers warm caches and the connection pool.
    for warm in 0..20 {
        double.says(BUDI, CHANNEL + 500 + warm, &format!("<@{BOT}> ganti ont"));
        double.post(CHANNEL + 500 + warm, 0).await;
    }
    let count = rate * seconds;
    let mut said = HashMap::new();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / rate);
    let cpu = cpu_seconds();
    let began = Instant::now();
    for number in 0..count {
        tick.tick().await;
        let agent = u64::from(number) % AGENTS;
        let who = Somebody {
            id: BUDI.id + 1_000 + agent,
            ..BUDI
        };
        let question = QUESTIONS[number as usize % QUESTIONS.len()];
        let at = Instant::now();
        let id = double.says(
            who,
            CHANNEL + 1_000 + agent,
            &format!("<@{BOT}> {question}"),
        );
        said.insert(id.to_string(), at);
    }
    // What was said last is answered too; an answer that never comes ends the measurement after the double's patience.
    let last = u64::from(count - 1) % AGENTS;
    double
        .post(
            CHANNEL + 1_000 + last,
            (count as usize - 1) / AGENTS as usize,
        )
        .await;
    let took = began.elapsed();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let _ = stop.send(());
    bot.await.unwrap().unwrap();
    let mut millis: Vec<f64> = Vec::new();
    for sent in double.log() {
        let answered = sent.body["message_reference"]["message_id"].as_str();
        if let Some(at) = answered.and_then(|id| said.remove(id)) {
            millis.push((sent.at - at).as_secs_f64() * 1_000.0);
        }
    }
    millis.sort_by(f64::total_cmp);
    let at = |share: f64| millis[((millis.len() - 1) as f64 * share) as usize];
    println!(
        "{count} messages at {rate}/s: answered {}, lost {}, p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
        millis.len(),
        said.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
    println!(
        "{:.1} s in all, {:.2} ms of processor a message (bot and double), {} MiB resident with {AGENTS} conversations",
        took.as_secs_f64(),
        (cpu_seconds() - cpu) * 1_000.0 / f64::from(count),
        resident_mib()
    );
    double.lawful();
}

/// User and system time of this process, from Linux' own count of ticks.
fn cpu_seconds() -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok());
    (ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default()) / TICKS_A_SECOND
}

fn resident_mib() -> u64 {
    const PAGE_KIB: u64 = 4;
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1);
    pages
        .and_then(|text| text.parse::<u64>().ok())
        .unwrap_or_default()
        * PAGE_KIB
        / 1_024
}
