//! Moving house: everything, either way, and on from where it was broken off.

use std::fs;

use sigap::store::{self, Shelf, StoreError, StorePlace, TurnRecord};

use super::{Engine, Paper, Postgres, Query, Sled, at, backup, question, ticket, turn};
use crate::binary;

/// Fills a store with something of every kind, more than one piece of it.
async fn filled(place: &impl Engine) {
    let store = place.open().await.unwrap();
    for number in 1..=700 {
        let paper = Paper {
            shelf: Shelf::Versions,
            id: format!("a/{number:08}"),
            content: Some("teks ".repeat(300).into()),
        };
        let more = TurnRecord {
            tickets: vec![ticket(&format!("T-261121-{number:06}"), number as i64)],
            question: Some(question(&format!("pertanyaan {number}"))),
            audit: vec![store::Audit::new(at(1), "budi", "ticket.file", "T")],
            papers: vec![paper],
            ..turn(number)
        };
        store.commit(more).await.unwrap();
    }
}

async fn lines(place: &StorePlace) -> Vec<String> {
    let store = store::open(place).await.unwrap();
    let mut lines: Vec<String> = backup(&*store).await.lines().map(str::to_owned).collect();
    // Engines list in different orders; header and trailer are not records.
    lines
        .retain(|line| !line.starts_with("{\"sigap_backup\"") && !line.starts_with("{\"records\""));
    lines.sort();
    lines
}

async fn moved(from: &StorePlace, to: &StorePlace) -> Result<(u64, Vec<u64>), StoreError> {
    let mut seen = Vec::new();
    let mut progress = |done, _| seen.push(done);
    let records = store::migrate(from, to, &mut progress).await?;
    Ok((records, seen))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_moves_to_the_database_and_back() {
    let (Some(here), Some(there)) = (Sled::new(), Postgres::new()) else {
        return;
    };
    filled(&here).await;
    let before = lines(&here.place()).await;
    let (records, seen) = moved(&here.place(), &there.place()).await.unwrap();
    assert_eq!(records as usize, before.len());
    assert_eq!(seen.first(), Some(&0));
    assert_eq!(seen.last(), Some(&records));
    assert!(seen.len() > 3 && seen.is_sorted(), "{seen:?}");
    assert_eq!(lines(&there.place()).await, before);

    let back = Sled::new().unwrap();
    moved(&there.place(), &back.place()).await.unwrap();
    assert_eq!(lines(&back.place()).await, before);
    let store = back.open().await.unwrap();
    assert_eq!(store.tickets(&Query::default()).await.unwrap().len(), 700);
    store.commit(turn(701)).await.unwrap();
    drop(store);

    for target in [back.place(), there.place()] {
        let refused = moved(&here.place(), &target).await;
        assert!(
            matches!(refused, Err(StoreError::Occupied { .. })),
            "{refused:?}"
        );
    }
}

/// A copy that panics after some pieces stands for a process that was killed there.
async fn broken_off(from: &StorePlace, to: &StorePlace, after: u64) {
    let (from, to) = (from.clone(), to.clone());
    let moving = std::thread::spawn(move || {
        let mut progress = |done: u64, _| assert!(done < after, "broken off");
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(store::migrate(&from, &to, &mut progress))
    });
    let ended = tokio::task::spawn_blocking(|| moving.join()).await.unwrap();
    assert!(ended.is_err(), "it was broken off");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_was_broken_off_goes_on_and_is_not_used_before() {
    let here = Sled::new().unwrap();
    filled(&here).await;
    let before = lines(&here.place()).await;
    let mut targets = vec![Sled::new().unwrap().0.keep().into()];
    targets.extend(Postgres::new().map(|there| there.place()));
    for target in targets {
        broken_off(&here.place(), &target, 1_500).await;
        let refused = store::open(&target).await.unwrap_err();
        assert!(
            matches!(refused, StoreError::Unfinished { .. }),
            "{refused:?}"
        );
        assert!(refused.to_string().contains("sigap migrate"), "{refused}");

        // Only of the same source.
        let other = Sled::new().unwrap();
        other.open().await.unwrap().commit(turn(1)).await.unwrap();
        let refused = moved(&other.place(), &target).await;
        assert!(
            matches!(refused, Err(StoreError::AnotherMove { .. })),
            "{refused:?}"
        );

        let (_, seen) = moved(&here.place(), &target).await.unwrap();
        assert!(seen[0] >= 1_500, "it goes on where it was: {seen:?}");
        assert_eq!(lines(&target).await, before);
        if let StorePlace::Folder(folder) = target {
            fs::remove_dir_all(folder).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_moves_and_says_so() {
    let Some(there) = Postgres::new() else { return };
    let place = binary::Place::new();
    let mut chat = place.chat([]);
    chat.say("modem rusak mau ganti ont");
    chat.end();
    let from = place.state().to_str().unwrap().to_owned();
    let said = place
        .run(["migrate", "--from", &from, "--to", &there.url()])
        .done();
    assert!(said.contains("read back the same"), "{said}");
    let listed = place.run([
        "audit",
        "export",
        "--format",
        "json",
        "--state",
        &there.url(),
    ]);
    listed.done();
    let refused = place
        .run(["migrate", "--from", &from, "--to", &there.url()])
        .refused();
    assert!(refused.contains("not empty"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_moved_away_from_under_a_process() {
    let Some(there) = Postgres::new() else { return };
    let store = there.open().await.unwrap();
    let term = std::time::Duration::from_secs(60);
    store.lease("discord:0/1", "host:1:2", term).await.unwrap();
    let target = Sled::new().unwrap();
    let refused = moved(&there.place(), &target.place()).await;
    assert!(
        matches!(refused, Err(StoreError::InUse { .. })),
        "{refused:?}"
    );
}
