//! What was purged or forgotten is in no byte of the state directory, and a crash on the way leaves a whole store.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Instant;

use sigap::assistant::{Assistant, Handled};
use sigap::erasure::{Forget, Purge};
use sigap::message::{Incoming, Said};
use sigap::store::{Removed, sled};
use sigap::value::{self, Background, Kind};
use tokio::sync::OnceCell;

use super::killed::Random;
use super::*;
use crate::shipped;

/// The number to forget, and how its digits stand in every spelling once what separates them is taken out.
const NUMBER: &str = "0812-0000-1234";
const DIGITS: &[u8] = b"81200001234";

/// Another customer's number and name, which must stay.
const OTHER: &str = "0812-0000-5678";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_number_is_in_no_byte_and_everything_else_stays() {
    let place = remembering().await;
    let before = kept(&place).await;
    let (in_records, on_disk) = (mentions(before.as_bytes()), traces(place.0.path()));
    println!("{in_records} mentions in the records, {on_disk} on the disk");
    assert!(in_records > 0 && on_disk > in_records);

    let removed = forget(place.0.path());
    assert_eq!(traces(place.0.path()), 0);
    let after = kept(&place).await;
    // Filed by budi; states of sari, tono and lia; asked by dewi.
    assert_eq!(
        (removed.tickets, removed.conversations, removed.questions),
        (1, 3, 1)
    );
    assert_eq!(removed.audit, 0);

    let with_number: BTreeSet<_> = before
        .lines()
        .filter(|line| mentions(line.as_bytes()) > 0)
        .filter_map(conversation_of_line)
        .collect();
    assert_eq!(with_number.len(), 4, "{with_number:?}");
    let after: BTreeSet<_> = records(&after).collect();
    let mut emptied = 0;
    for line in records(&before) {
        let with_number = conversation_of_line(line).is_some_and(|id| with_number.contains(&id));
        if line.starts_with(r#"{"event":"#) && with_number {
            assert!(!after.contains(line), "{line}");
            let handled = line.split_once(r#""effects":"#).unwrap().0;
            let rest = format!(r#"{handled}"effects":[]}}}}"#);
            assert!(after.contains(&*rest), "the event is forgotten: {rest}");
            emptied += 1;
        } else {
            let stays = mentions(line.as_bytes()) == 0;
            assert_eq!(after.contains(line), stays, "{line}");
        }
    }
    assert_eq!(emptied, removed.events);
    let lost = (removed.tickets + removed.conversations + removed.questions) as usize;
    assert_eq!(after.len(), records(&before).count() - lost + 1);
    let audit = format!(
        r#"{{"audit":{{"at":"{}","who":"operator","what":"ticket.forget","subject":"{removed}"}}}}"#,
        shipped::now().timestamp()
    );
    assert!(after.contains(&*audit), "{audit}");
    assert!(after.iter().any(|line| line.contains(OTHER)));
}

#[tokio::test]
async fn a_store_without_the_number_loses_what_sled_kept_of_it() {
    let place = Sled::new().unwrap();
    let store = place.open().await.unwrap();
    let asked = |number, text: &str| TurnRecord {
        question: Some(question(text)),
        ..turn(number)
    };
    store.commit(asked(1, NUMBER)).await.unwrap();
    drop(store);
    assert_eq!(forget(place.0.path()).questions, 1);
    assert_eq!(forget(place.0.path()).questions, 0);
    assert_eq!(traces(place.0.path()), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_forgotten_in_a_database_as_in_a_folder() {
    let Some(there) = Postgres::new() else { return };
    let here = remembering().await;
    store::migrate(&here.place(), &there.place(), &mut |_, _| {})
        .await
        .unwrap();
    let forgotten = store::rebuild(&there.place(), &mut forgetting())
        .await
        .unwrap();
    let expected = forget(here.0.path());
    assert_eq!(forgotten.removed, expected);
    let left = backup(&*there.open().await.unwrap()).await;
    assert_eq!(mentions(left.as_bytes()), 0);
    assert!(left.contains(OTHER));
    let sorted = |backup: &str| {
        let mut lines: Vec<_> = records(backup).map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&left), sorted(&kept(&here).await));
}

/// A claim of the contract.
pub(super) async fn what_is_too_old_is_purged_with_its_copies(place: impl Engine) {
    let store = place.open().await.unwrap();
    let now = at(0);
    let days_ago = |days: i64| now - SignedDuration::from_hours(24 * days);
    for (number, days) in [(1, 100), (2, 91), (3, 90), (4, 0)] {
        let at = days_ago(days);
        let filed = Ticket {
            filed_at: at,
            ..ticket(&format!("T-{number}"), 0)
        };
        let question = Some(UnansweredQuestion {
            at,
            ..question(&format!("question {number}"))
        });
        store
            .commit(TurnRecord {
                at,
                effects: vec![sigap::dialog::Effect::Filed {
                    id: filed.id.clone(),
                    text: filed.text.clone(),
                    follow_up: false,
                }],
                tickets: vec![filed],
                question,
                ..turn(number)
            })
            .await
            .unwrap();
    }
    drop(store);

    let mut purge = Purge::new("90d".parse().unwrap(), now);
    let rebuilt = store::rebuild(&place.place(), &mut purge).await.unwrap();
    let expected = Removed {
        tickets: 2,
        questions: 2,
        // Of the four two had expired before, and were forgotten by the commits that followed.
        events: 0,
        ..Removed::default()
    };
    assert_eq!(rebuilt.removed, expected);
    let store = place.open().await.unwrap();
    assert_listed(&*store, Query::default(), &["T-4", "T-3"]).await;
    let left = backup(&*store).await;
    for gone in ["T-1", "T-2", "question 1", "question 2"] {
        assert!(!left.contains(gone), "{gone}");
        if let StorePlace::Folder(dir) = place.place() {
            assert_eq!(count(&dir, gone.as_bytes()), 0, "{gone}");
        }
    }
}

/// A step, what is in which directory when it is interrupted, and the store that the next opening finds.
type Crash<'a> = (&'a str, &'a [(&'a str, &'a Files)], &'a str);

/// The directories as each step of a rebuild leaves them; see `store/sled/disk.rs`.
#[tokio::test]
async fn a_crash_at_any_step_leaves_the_old_store_or_the_new_one() {
    let place = remembering().await;
    let old = files(&place.sled());
    let before = kept(&place).await;
    forget(place.0.path());
    let new = files(&place.sled());
    let after = kept(&place).await;
    assert_ne!(before, after);

    let (half_old, half_new) = (&halved(&old), &halved(&new));
    let (old, new) = (&old, &new);
    let steps: &[Crash<'_>] = &[
        ("filling", &[("sled", old), ("sled.new", half_new)], &before),
        ("filled", &[("sled", old), ("sled.new", new)], &before),
        (
            "apart",
            &[("sled.replaced", old), ("sled.new", new)],
            &after,
        ),
        ("in place", &[("sled", new), ("sled.replaced", old)], &after),
        (
            "deleting",
            &[("sled", new), ("sled.replaced", half_old)],
            &after,
        ),
        ("deleted", &[("sled", new)], &after),
        // No crash leaves this, but hands may.
        ("nothing new", &[("sled.replaced", old)], &before),
    ];
    for (step, directories, expected) in steps {
        let crashed = Sled::new().unwrap();
        for (name, content) in *directories {
            write(content, &crashed.0.path().join(name));
        }
        assert_eq!(kept(&crashed).await, *expected, "{step}");
        assert_eq!(names(crashed.0.path()), ["lock", "sled"], "{step}");
        if *expected == after {
            assert_eq!(traces(crashed.0.path()), 0, "{step}");
        }
    }
}

/// A restore must not take a store apart that a crash left on its way for an empty directory.
#[tokio::test]
async fn a_backup_is_not_restored_over_a_crashed_rebuild() {
    let (place, before) = filled().await;
    fs::rename(place.sled(), place.0.path().join("sled.replaced")).unwrap();
    let refused = place.restore(&mut before.as_bytes()).await.unwrap_err();
    assert!(
        matches!(refused, StoreError::Occupied { .. }),
        "{refused:?}"
    );
    assert_eq!(kept(&place).await, before);
}

#[tokio::test]
async fn a_killed_rebuild_leaves_the_old_store_or_the_new_one() {
    const KILLS: usize = 25;
    let place = remembering().await;
    let old = files(&place.sled());
    let before = kept(&place).await;
    let began = Instant::now();
    assert!(
        sigap(place.0.path(), &["ticket", "forget", NUMBER])
            .status
            .success()
    );
    let whole_run_ms = began.elapsed().as_millis() as u64;
    let after = kept(&place).await;

    let mut random = Random(20_261_121);
    let mut finished = 0;
    for kill in 0..KILLS {
        let crashed = Sled::new().unwrap();
        write(&old, &crashed.sled());
        let mut kill_after = |args: &[&str], bound_ms| {
            let mut child = command(crashed.0.path(), args)
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            thread::sleep(random.below_ms(bound_ms));
            child.kill().unwrap();
            child.wait().unwrap();
        };
        kill_after(&["ticket", "forget", NUMBER], whole_run_ms + 10);
        if kill % 2 == 1 {
            // Another one while the first is being repaired.
            kill_after(&["ticket", "list"], 20);
        }
        let left = kept(&crashed).await;
        assert!(left == before || left == after, "kill {kill}");
        assert_eq!(names(crashed.0.path()), ["lock", "sled"], "kill {kill}");
        if left == after {
            assert_eq!(traces(crashed.0.path()), 0, "kill {kill}");
            finished += 1;
        }
    }
    println!("{KILLS} kills, {finished} left the new store, the others the old one");
}

#[tokio::test]
async fn a_store_in_use_is_not_rebuilt() {
    let place = Sled::new().unwrap();
    let store = place.open().await.unwrap();
    let refused = sled::rebuild(place.0.path(), &mut forgetting()).unwrap_err();
    assert!(matches!(refused, StoreError::Locked { .. }), "{refused:?}");
    let refused = sigap(place.0.path(), &["ticket", "forget", NUMBER]);
    assert_says(&refused, "in use by another process: stop that one first");
    drop(store);
    sled::rebuild(place.0.path(), &mut forgetting()).unwrap();
}

#[test]
fn no_store_is_made_to_be_found_clean() {
    let place = Sled::new().unwrap();
    let nowhere = place.0.path().join("nowhere");
    for dir in [place.0.path(), &nowhere] {
        let refused = sled::rebuild(dir, &mut forgetting()).unwrap_err();
        assert!(matches!(refused, StoreError::Missing { .. }), "{refused:?}");
    }
    assert!(!nowhere.exists());
    assert!(!place.sled().exists());
}

#[tokio::test]
async fn a_rebuild_that_removes_nothing_only_adds_its_audit_line() {
    let (place, before) = filled().await;
    let removed = forget(place.0.path());
    assert_eq!(removed, Removed::default());
    let after = kept(&place).await;
    let (before, after): (BTreeSet<_>, BTreeSet<_>) =
        (records(&before).collect(), records(&after).collect());
    assert!(before.is_subset(&after));
    assert_eq!(after.len(), before.len() + 1);
}

#[tokio::test]
async fn the_commands_say_what_they_did_and_what_is_wrong() {
    let place = remembering().await;
    let aside = place.0.path().join("sled.unopenable-20261121T083937Z");
    fs::create_dir(&aside).unwrap();

    let refused = sigap(place.0.path(), &["ticket", "forget", "0812"]);
    assert_says(&refused, "no Indonesian mobile number: write it like");
    let both = format!("{NUMBER}, {OTHER}");
    let refused = sigap(place.0.path(), &["ticket", "forget", &both]);
    assert_says(&refused, "several numbers");
    assert_eq!(mentions(&refused.stderr), 0);
    for age in ["90", "0d", "3m"] {
        let refused = sigap(place.0.path(), &["ticket", "purge", "--older-than", age]);
        assert_says(&refused, "expected");
    }

    let done = sigap(place.0.path(), &["ticket", "forget", "+62 812 0000 1234"]);
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(
        said.starts_with("removed tickets: 1, conversations: 3, kept replies: "),
        "{said}"
    );
    assert!(said.contains("sled.unopenable-20261121T083937Z"), "{said}");
    let log = String::from_utf8(done.stderr).unwrap();
    assert!(
        log.contains("ticket.forget") && log.contains("tickets=1"),
        "{log}"
    );
    assert_eq!(mentions(log.as_bytes()) + mentions(said.as_bytes()), 0);

    let done = sigap(place.0.path(), &["ticket", "purge", "--older-than", "12w"]);
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(said.starts_with("removed tickets: 0,"), "{said}");
}

/// Fills a store through the assistant: a filed ticket, an open draft, values heard in a question and a discarded
/// draft, each with the number, the same with another one, and an unanswered question that nobody redacted.
async fn remember() -> Files {
    let place = Sled::new().unwrap();
    let store = place.open().await.unwrap();
    let assistant = Assistant::new(
        shipped::knowledge(),
        Arc::clone(&store),
        jiff::SignedDuration::from_hours(24),
    );
    for (suffix, number) in [("", NUMBER), ("-other", OTHER)] {
        let opening = format!(
            "msisdn {number} halo, udah bayar kemarin via bca tapi sampai sekarang masih keblokir ga bisa internetan"
        );
        let filing = [
            &opening,
            "buat tiket",
            "class: gold, nama pelanggan: contoh dua, lokasi: bogor",
            "halo",
            "out of collection",
            "udah",
            "aktif",
            "aktif semua di DSC",
            "tidak ada",
            "kirim",
        ];
        let filed = talk(&assistant, &format!("budi{suffix}"), &filing).await;
        assert!(filed.ticket.is_some());
        let number = number.replace('-', " ");
        let opening = opening
            .replace("msisdn ", "nomornya +62 ")
            .replace("+62 0", "+62 ");
        let open = [&opening, "buat tiket", "gold"];
        let open = talk(&assistant, &format!("sari{suffix}"), &open).await;
        assert!(open.conversation.draft().is_some());
        let heard = format!("nomor {number} udah bayar halo tapi masih keblokir");
        talk(&assistant, &format!("tono{suffix}"), &[&heard]).await;
        let discarding = [&opening, "buat tiket", "batal"];
        let discarded = talk(&assistant, &format!("lia{suffix}"), &discarding).await;
        assert!(discarded.conversation.discarded.is_some());
    }
    let asked = TurnRecord {
        conversation: ConversationId("console:dewi".into()),
        question: Some(question("kenapa 081200001234 mati")),
        ..turn(1)
    };
    store.commit(asked).await.unwrap();
    drop((assistant, store));
    files(&place.sled())
}

/// Returns a store that was filled once for all tests.
async fn remembering() -> Sled {
    static FILLED: OnceCell<Files> = OnceCell::const_new();
    let place = Sled::new().unwrap();
    write(FILLED.get_or_init(remember).await, &place.sled());
    place
}

async fn talk(assistant: &Assistant, user: &str, lines: &[&str]) -> Handled {
    let mut last = None;
    for (number, line) in lines.iter().enumerate() {
        let incoming = Incoming {
            event: EventId(format!("line-{number}")),
            continues: None,
            language: None,
            conversation: ConversationId(format!("console:{user}")),
            user: user.to_owned(),
            lead: false,
            channel_kind: ChannelKind::Voice,
            service: None,
            at: shipped::now(),
            said: Said::Text((*line).to_owned()),
        };
        last = Some(assistant.handle(&incoming).await.unwrap());
    }
    last.unwrap()
}

fn forgetting() -> Forget {
    let now = shipped::now();
    let number = value::parse(&Kind::Msisdn, NUMBER, Background::plain(&now)).unwrap();
    Forget::new(number, now.timestamp())
}

fn forget(dir: &Path) -> Removed {
    sled::rebuild(dir, &mut forgetting()).unwrap().removed
}

async fn kept(place: &Sled) -> String {
    backup(&*place.open().await.unwrap()).await
}

/// The lines of a backup between header and trailer.
fn records(backup: &str) -> impl Iterator<Item = &str> {
    let inner = backup.lines().count() - 2;
    backup.lines().skip(1).take(inner)
}

fn conversation_of_line(line: &str) -> Option<&str> {
    let rest = line.split_once(r#":{"conversation":""#)?.1;
    Some(rest.split_once('"')?.0)
}

/// How often the number stands in all files below a directory.
fn traces(dir: &Path) -> usize {
    files(dir).values().map(|file| mentions(file)).sum()
}

/// How often it stands in bytes, whatever separates its digits.
fn mentions(bytes: &[u8]) -> usize {
    let separators = b" .-()+";
    let solid: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| !separators.contains(byte))
        .collect();
    occurrences(&solid, DIGITS)
}

fn count(dir: &Path, needle: &[u8]) -> usize {
    let occurrences = |file: &Vec<u8>| occurrences(file, needle);
    files(dir).values().map(occurrences).sum()
}

fn occurrences(bytes: &[u8], needle: &[u8]) -> usize {
    bytes
        .windows(needle.len())
        .filter(|window| *window == needle)
        .count()
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The contents of all files below a directory, by their path in it.
type Files = BTreeMap<PathBuf, Vec<u8>>;

fn files(dir: &Path) -> Files {
    let mut found = Files::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if path.is_dir() {
            let inside = files(&path).into_iter();
            found.extend(inside.map(|(path, content)| (Path::new(name).join(path), content)));
        } else {
            found.insert(name.into(), fs::read(&path).unwrap());
        }
    }
    found
}

fn write(files: &Files, dir: &Path) {
    for (path, content) in files {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// A store of which only a part was written, or is left.
fn halved(files: &Files) -> Files {
    let mut half = files.clone();
    half.remove(Path::new("conf")).unwrap();
    let db = half.get_mut(Path::new("db")).unwrap();
    db.truncate(db.len() / 2);
    half
}

fn command(state: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigap"));
    command
        .args(["--now", "2026-11-21T10:00:00+07:00", "--state"])
        .arg(state)
        .args(args)
        .env_remove("SIGAP_LOG")
        .env("NO_COLOR", "1")
        .stderr(Stdio::piped());
    command
}

fn sigap(state: &Path, args: &[&str]) -> Output {
    command(state, args).output().unwrap()
}

#[track_caller]
fn assert_says(refused: &Output, expected: &str) {
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(said.contains(expected), "{said}");
}
