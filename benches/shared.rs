//! Turns a second on the shared engine with one, two and three processes, and on sled, in one run.
//!
//! `cargo bench --bench shared -- [SECONDS]`. Each process has [`AGENTS`] agents who load, decide nothing, and commit a
//! turn of ordinary size, one after the other; the server waits for its disk. The series take turns, twice. Beside the
//! rate stands whose processor it took: all processes share the cores of one machine with the server.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement ends where something unexpected happens"
)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs, io, iter};

use comfy_table::Table;
use jiff::Timestamp;
use sigap::dialog::Conversation;
use sigap::message::{ConversationId, EventId};
use sigap::store::{self, Store, TurnRecord};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

#[expect(
    dead_code,
    unused_imports,
    reason = "the tests do more with their servers"
)]
#[path = "../tests/it/postgres/mod.rs"]
mod postgres;

use postgres::server::{Disk, Server};

const AGENTS: usize = 32;
const ROUNDS: usize = 2;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [worker, place, name, seconds] = arguments.as_slice()
        && worker == "worker"
    {
        return work(place, name, Duration::from_secs(seconds.parse().unwrap()));
    }
    let seconds = arguments
        .iter()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(5);
    let Some(server) = Server::start(Disk::Waited) else {
        return;
    };
    let mut table = Table::new();
    table.set_header([
        "series",
        "turns a second",
        "p50 ms",
        "p99 ms",
        "ms processor a turn: processes",
        "everything else",
    ]);
    for _ in 0..ROUNDS {
        for processes in 1..=3 {
            let measured = measure(&server.database(), processes, seconds);
            table.add_row(measured.row(&format!("PostgreSQL, {processes} processes")));
        }
        // Not under /tmp, which may be in memory.
        let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let measured = measure(dir.path().to_str().unwrap(), 1, seconds);
        table.add_row(measured.row("sled, 1 process"));
    }
    println!("{table}");
}

/// What came out of a series.
struct Measured {
    turns: f64,
    p50: f64,
    p99: f64,
    own: f64,
    other: f64,
}

impl Measured {
    fn row(&self, name: &str) -> [String; 6] {
        [
            name.to_owned(),
            format!("{:.0}", self.turns),
            format!("{:.1}", self.p50),
            format!("{:.1}", self.p99),
            format!("{:.2}", self.own),
            format!("{:.2}", self.other),
        ]
    }
}

fn measure(place: &str, processes: usize, seconds: u64) -> Measured {
    let busy = machine_seconds();
    let mut children: Vec<_> = (0..processes)
        .map(|number| {
            let mut worker = Command::new(env::current_exe().unwrap());
            worker.args(["worker", place, &number.to_string(), &seconds.to_string()]);
            worker.stdout(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let (mut millis, mut own) = (Vec::new(), 0.0);
    for child in &mut children {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        own += lines.next().unwrap().unwrap().parse::<f64>().unwrap();
        millis.extend(lines.map(|line| line.unwrap().parse::<f64>().unwrap()));
        assert!(child.wait().unwrap().success());
    }
    let all = machine_seconds() - busy;
    millis.sort_by(f64::total_cmp);
    let turns = millis.len() as f64;
    let at = |share: f64| millis[((turns - 1.0) * share) as usize];
    Measured {
        turns: turns / seconds as f64,
        p50: at(0.5),
        p99: at(0.99),
        own: own * 1_000.0 / turns,
        other: (all - own) * 1_000.0 / turns,
    }
}

/// One process: its processor time, then how long each turn took.
fn work(place: &str, name: &str, time: Duration) {
    let place = place.parse().unwrap();
    let millis: Vec<f64> = Runtime::new().unwrap().block_on(async {
        let store = store::open(&place).await.unwrap();
        let mut agents = JoinSet::new();
        let began = Instant::now();
        for number in 0..AGENTS {
            let conversation = ConversationId(format!("discord:{name}:2:{number}"));
            agents.spawn(talk(Arc::clone(&store), conversation, began + time));
        }
        agents.join_all().await.into_iter().flatten().collect()
    });
    let mut out = io::BufWriter::new(io::stdout().lock());
    writeln!(out, "{}", own_seconds()).unwrap();
    for one in millis {
        writeln!(out, "{one:.3}").unwrap();
    }
}

/// An agent's turns, one after the other, and what each took in milliseconds.
async fn talk(store: Arc<dyn Store>, conversation: ConversationId, until: Instant) -> Vec<f64> {
    let mut millis = Vec::new();
    for number in iter::successors(Some(1_u64), |number| Some(number + 1)) {
        let began = Instant::now();
        if began >= until {
            break;
        }
        let event = EventId(format!("discord:{number}"));
        let loaded = store.load(&conversation, &event).await.unwrap();
        let at = Timestamp::now();
        let turn = TurnRecord {
            state: state(at),
            ..TurnRecord::beside(conversation.clone(), event, at, loaded)
        };
        store.commit(turn).await.unwrap();
        millis.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    millis
}

/// A conversation of ordinary size.
fn state(at: Timestamp) -> Conversation {
    Conversation {
        touched: Some(at),
        ..Conversation::default()
    }
}

/// User and system time of this process, from Linux' count of ticks.
fn own_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    ticks(&fields[11..13])
}

/// What all processors of the machine did.
fn machine_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/stat").unwrap();
    let fields: Vec<&str> = stat.lines().next().unwrap().split_whitespace().collect();
    // User, nice, system; then come idling, waiting for disks, and interrupts.
    ticks(&fields[1..4])
}

fn ticks(fields: &[&str]) -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    fields
        .iter()
        .map(|ticks| ticks.parse::<f64>().unwrap())
        .sum::<f64>()
        / TICKS_A_SECOND
}
