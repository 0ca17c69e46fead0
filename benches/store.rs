//! Durable commits a second against what the disk can do: a 4 KiB append and `fdatasync`.
//!
//! `cargo bench --bench store`. Only the ratio means something: on a virtual disk the absolute figures differ tenfold
//! from one minute to the next, which is why the series take turns.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use comfy_table::Table;
use jiff::Timestamp;
use sigap::dialog::Conversation;
use sigap::message::{ChannelKind, ConversationId, EventId};
use sigap::store::{self, Audit, Revision, Store, TurnRecord};
use sigap::ticket::Ticket;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const ROUNDS: usize = 9;

/// Long enough for some hundred barriers, short enough for the disk to be in the same mood for a whole round.
const SERIES: Duration = Duration::from_millis(700);

const WRITERS: [usize; 3] = [1, 8, 32];

fn main() -> Result<()> {
    let runtime = Runtime::new()?;
    // Per series, one rate a round; the raw disk comes first.
    let mut rates = [const { Vec::new() }; 1 + WRITERS.len()];
    for round in 0..ROUNDS {
        let mut order: Vec<_> = (0..rates.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for series in order {
            // Not under /tmp, which may be in memory.
            let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))?;
            let rate = match series.checked_sub(1) {
                None => raw(dir.path())?,
                Some(place) => runtime.block_on(commits(dir.path(), WRITERS[place]))?,
            };
            rates[series].push(rate);
        }
    }

    let ratios = |series: usize| {
        let pairs = rates[series].iter().zip(&rates[0]);
        pairs.map(|(rate, raw)| rate / raw).collect()
    };
    let mut table = Table::new();
    table.set_header([
        "series",
        "a second (median)",
        "min",
        "max",
        "times raw (median)",
    ]);
    for (series, rates) in rates.iter().enumerate() {
        let name = match series.checked_sub(1) {
            None => "raw: 4 KiB append + fdatasync".into(),
            Some(place) => format!("commits, {} writers", WRITERS[place]),
        };
        let [min, median, max] = spread(rates.clone());
        let [_, ratio, _] = spread(ratios(series));
        table.add_row([
            name,
            format!("{median:.0}"),
            format!("{min:.0}"),
            format!("{max:.0}"),
            format!("{ratio:.1}"),
        ]);
    }
    println!("{table}");
    Ok(())
}

/// Returns how often a second 4 KiB can be appended durably.
fn raw(dir: &Path) -> Result<f64> {
    let mut file = File::create(dir.join("raw"))?;
    let block = [7; 4096];
    let start = Instant::now();
    let mut appended = 0;
    while start.elapsed() < SERIES {
        file.write_all(&block)?;
        file.sync_data()?;
        appended += 1;
    }
    Ok(f64::from(appended) / start.elapsed().as_secs_f64())
}

/// Returns how many turns a second so many agents commit, each waiting for its acknowledgement.
async fn commits(dir: &Path, writers: usize) -> Result<f64> {
    let store: Arc<dyn Store> = Arc::new(store::sled::open(dir)?);
    let start = Instant::now();
    let mut agents = JoinSet::new();
    for writer in 0..writers {
        let store = Arc::clone(&store);
        agents.spawn(async move {
            let (mut revision, mut committed) = (Revision::default(), 0);
            while start.elapsed() < SERIES {
                revision = store.commit(turn(writer, committed, revision)).await?;
                committed += 1;
            }
            Ok::<_, store::StoreError>(committed)
        });
    }
    let committed: u32 = agents.join_all().await.into_iter().sum::<Result<_, _>>()?;
    Ok(f64::from(committed) / start.elapsed().as_secs_f64())
}

/// A turn that files a ticket: six keys, about 2 KB.
fn turn(writer: usize, number: u32, expected: Revision) -> TurnRecord {
    let at = Timestamp::UNIX_EPOCH;
    let id = format!("T-{writer}-{number}");
    let ticket = Ticket {
        id: id.clone(),
        intent: "isi-ulang-belum-masuk".into(),
        form: "isi-ulang-belum-masuk".into(),
        title: "Isi ulang belum masuk".into(),
        agent: "budi".into(),
        channel_kind: ChannelKind::Voice,
        filed_at: at,
        entries: Vec::new(),
        kip: "K22".into(),
        checked: Vec::new(),
        text: "x".repeat(1_500),
        revision: None,
        proofs: Vec::new(),
        notes: Vec::new(),
        edition: None,
        begun: None,
    };
    TurnRecord {
        conversation: ConversationId(format!("discord:1:2:{writer}")),
        event: EventId(id.clone()),
        at,
        expected,
        state: Conversation::default(),
        effects: Vec::new(),
        tickets: vec![ticket],
        progress: Vec::new(),
        wake: None,
        question: None,
        audit: vec![Audit::new(at, "budi", "ticket.file", id)],
        papers: Vec::new(),
        fence: None,
    }
}

/// Returns the smallest, the middle and the largest.
fn spread(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [
        values[0],
        values[values.len() / 2],
        values[values.len() - 1],
    ]
}
