//! A store whose process is killed at random moments loses nothing that it acknowledged.
//!
//! The parent starts this test binary again as a child that commits and prints each acknowledgement, kills it, opens
//! the store and compares. `SIGAP_KILLS=300 cargo test --test it store::killed` kills more often.

use std::env;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::*;

const KILLS: usize = 60;

/// A store is given up after so many kills, so that comparing everything stays quick.
const KILLS_OF_ONE_STORE: usize = 10;

const WRITERS: usize = 4;

/// Names the directory in which a child works.
const CHILD: &str = "SIGAP_TEST_STORE";

#[tokio::test]
async fn what_was_acknowledged_survives_being_killed() {
    let kills = env::var("SIGAP_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let mut random = Random(20_261_121);
    let (mut opening, mut acknowledged) = (0, 0);
    let mut place = Sled::new().unwrap();
    let mut before = [0; WRITERS];
    for kill in 0..kills {
        if kill % KILLS_OF_ONE_STORE == 0 {
            (place, before) = (Sled::new().unwrap(), [0; WRITERS]);
        }
        // Not all of these find it still opening, but a third of all kills should.
        let while_opening = kill % 5 < 2;
        let mut child = Worker::start(place.0.path());
        child.wait_for("opening");
        if while_opening {
            thread::sleep(random.below_ms(12));
        } else {
            child.wait_for("open");
            thread::sleep(random.below_ms(120));
        }
        let printed = child.kill();
        acknowledged += acknowledgements(&printed).count();
        opening += usize::from(!printed.contains(&"open".to_owned()));

        let acks = latest(before, &printed);
        before = compare(&*place.open().await.unwrap(), acks).await;
    }
    println!(
        "{kills} kills, {opening} of them while opening, {acknowledged} acknowledged turns, 0 lost, torn or doubled"
    );
}

/// A real failure of the engine: the file may not grow.
#[tokio::test]
async fn after_a_failure_nothing_is_accepted_and_nothing_acknowledged_is_lost() {
    let place = Sled::new().unwrap();
    drop(place.open().await.unwrap());
    let mut limited = Command::new("sh");
    // 512-byte blocks; without the trap the signal would kill the child instead of failing the write.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 3000; exec \"$0\" \"$@\""]);
    limited.arg(env::current_exe().unwrap());
    let child = Worker::spawn(limited, place.0.path());
    let printed = child.finish();
    assert!(
        printed.iter().any(|line| line.contains("test result: ok")),
        "{printed:?}"
    );

    let refusals = printed
        .iter()
        .filter(|line| line.starts_with("the store takes no more changes"));
    assert_eq!(refusals.count(), 2 * WRITERS, "{printed:?}");
    let acks = latest([0; WRITERS], &printed);
    assert!(acks.iter().all(|&acks| acks > 0), "{printed:?}");
    compare(&*place.open().await.unwrap(), acks).await;
}

/// What the child runs: every writer commits until it is killed or refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the other tests of this file start it"]
async fn child() {
    let Some(dir) = env::var_os(CHILD) else {
        return;
    };
    println!("\nopening");
    let store: Arc<dyn Store> = Arc::new(store::sled::open(Path::new(&dir)).unwrap());
    println!("open");
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = Arc::clone(&store);
        writers.spawn(async move {
            let mut number = revision_of(&*store, writer).await;
            let refused = loop {
                number += 1;
                match store.commit(turn_of(writer, number)).await {
                    Ok(_) => println!("ack {writer} {number}"),
                    Err(refused) => break refused,
                }
            };
            let again = store.commit(turn_of(writer, number)).await.unwrap_err();
            println!("{refused}\n{again}");
            // sled splits an overfull page when a read meets it, so that a read may be refused as well.
            let read = store.load(&conversation_of(writer), &event(0)).await;
            assert!(
                matches!(read, Ok(_) | Err(StoreError::ReadOnly { .. })),
                "{read:?}"
            );
        });
    }
    writers.join_all().await;
}

/// Compares a store with what was acknowledged, record by record, and returns how far each writer came.
async fn compare(store: &dyn Store, acks: [u64; WRITERS]) -> [u64; WRITERS] {
    let mut reached = [0; WRITERS];
    for writer in 0..WRITERS {
        let number = revision_of(store, writer).await;
        // At most one turn of a writer is on its way when the kill comes.
        assert!(
            (acks[writer]..=acks[writer] + 1).contains(&number),
            "writer {writer} acknowledged {acks:?}, kept {number}"
        );
        let replay = async |number| {
            store
                .load(&conversation_of(writer), &event(number))
                .await
                .unwrap()
                .replay
        };
        assert!(
            number == 0 || replay(number).await.is_some(),
            "writer {writer} forgot event {number}"
        );
        assert_eq!(replay(number + 1).await, None);
        reached[writer] = number;
    }

    let turns = (0..WRITERS)
        .flat_map(|writer| (1..=reached[writer]).map(move |number| turn_of(writer, number)));
    let (mut tickets, mut questions) = (Vec::new(), Vec::new());
    for turn in turns {
        tickets.extend(turn.tickets);
        questions.extend(turn.question);
    }
    let mut kept = store.tickets(&Query::default()).await.unwrap();
    kept.sort_by(|one, other| one.id.cmp(&other.id));
    tickets.sort_by(|one, other| one.id.cmp(&other.id));
    assert!(
        kept == tickets,
        "{} tickets kept, {} expected",
        kept.len(),
        tickets.len()
    );
    assert_eq!(
        store.questions(usize::MAX).await.unwrap().len(),
        questions.len()
    );

    let backup = backup(store).await;
    let count = |kind: &str| backup.lines().filter(|line| line.starts_with(kind)).count();
    assert_eq!(count("{\"event\""), tickets.len());
    assert_eq!(count("{\"audit\""), tickets.len());
    reached
}

async fn revision_of(store: &dyn Store, writer: usize) -> u64 {
    let loaded = store
        .load(&conversation_of(writer), &event(0))
        .await
        .unwrap();
    serde_json::to_value(loaded.revision)
        .unwrap()
        .as_u64()
        .unwrap()
}

fn conversation_of(writer: usize) -> ConversationId {
    ConversationId(format!("writer-{writer}"))
}

/// The only turn that a writer ever commits under this number; every fiftieth is too large for one value.
fn turn_of(writer: usize, number: u64) -> TurnRecord {
    let id = format!("T-{writer}-{number:06}");
    let length = match number % 50 {
        0 => 20_000,
        rest => rest as usize * 37,
    };
    TurnRecord {
        conversation: conversation_of(writer),
        tickets: vec![Ticket {
            text: id.repeat(length / id.len() + 1),
            ..ticket(&id, number as i64)
        }],
        question: number.is_multiple_of(3).then(|| question(&id)),
        audit: vec![Audit::new(at(0), "budi", "ticket.file", id)],
        ..turn(number)
    }
}

/// Returns which writer's which turns were acknowledged.
fn acknowledgements(printed: &[String]) -> impl Iterator<Item = (usize, u64)> {
    printed.iter().filter_map(|line| {
        let (writer, number) = line.strip_prefix("ack ")?.split_once(' ')?;
        Some((writer.parse().unwrap(), number.parse().unwrap()))
    })
}

/// Returns each writer's latest acknowledged turn.
fn latest(mut acks: [u64; WRITERS], printed: &[String]) -> [u64; WRITERS] {
    for (writer, number) in acknowledgements(printed) {
        acks[writer] = number;
    }
    acks
}

/// A child and what it printed so far.
struct Worker {
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
    printed: Vec<String>,
}

impl Worker {
    fn start(dir: &Path) -> Worker {
        Worker::spawn(Command::new(env::current_exe().unwrap()), dir)
    }

    fn spawn(mut command: Command, dir: &Path) -> Worker {
        command.args([
            "store::killed::child",
            "--exact",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ]);
        let mut process = command
            .env(CHILD, dir)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        Worker {
            process,
            output,
            printed: Vec::new(),
        }
    }

    fn wait_for(&mut self, expected: &str) {
        let seen = self.output.by_ref().map_while(Result::ok).any(|line| {
            self.printed.push(line);
            self.printed.last().is_some_and(|line| line == expected)
        });
        assert!(seen, "the child ended early: {:?}", self.printed);
    }

    /// Kills it and returns everything that it printed before.
    fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.finish()
    }

    /// Waits for its end and returns everything that it printed.
    fn finish(mut self) -> Vec<String> {
        self.printed
            .extend(self.output.by_ref().map_while(Result::ok));
        self.process.wait().unwrap();
        self.printed
    }
}

/// SplitMix64: the same kills in every run.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below_ms(&mut self, bound: u64) -> Duration {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Duration::from_micros((mixed ^ (mixed >> 31)) % (bound * 1_000))
    }
}
