//! The store's contract, held by every engine, and what only sled has to withstand.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::postgres::server::Server;
use jiff::{SignedDuration, Timestamp};
use sigap::dialog::{Conversation, Decision, Effect, Understood};
use sigap::message::{ChannelKind, ConversationId, EventId};
use sigap::store::{
    self, Audit, LoadedConversation, Paper, Period, Query, Revision, Shelf, Store, StoreError,
    StorePlace, TurnRecord, UnansweredQuestion, Wake,
};
use sigap::ticket::{self, Progress, Status, Ticket};
use tempfile::TempDir;
use tokio::task::JoinSet;

mod erased;
mod killed;
mod moved;
mod shared;

use erased::what_is_too_old_is_purged_with_its_copies;

/// A place where one engine keeps its store.
trait Engine: Sized {
    /// Makes an empty place; none where the engine is not installed.
    fn new() -> Option<Self>;
    fn place(&self) -> StorePlace;

    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        store::open(&self.place()).await
    }

    async fn restore(&self, from: &mut dyn BufRead) -> Result<u64, StoreError> {
        store::restore(&self.place(), from).await
    }
}

struct Sled(TempDir);

impl Engine for Sled {
    fn new() -> Option<Sled> {
        Some(Sled(TempDir::new().unwrap()))
    }

    fn place(&self) -> StorePlace {
        self.0.path().to_owned().into()
    }
}

/// A database of a server that was started for the tests; none where PostgreSQL is not installed.
#[derive(Debug)]
struct Postgres(String);

impl Postgres {
    fn url(&self) -> String {
        self.0.clone()
    }

    /// Where the server listens, and the database's name.
    fn parts(&self) -> (u16, String) {
        let (_, place) = self.0.rsplit_once(':').unwrap();
        let (port, database) = place.split_once('/').unwrap();
        (port.parse().unwrap(), database.to_owned())
    }
}

impl Engine for Postgres {
    fn new() -> Option<Postgres> {
        let server = Server::get()?;
        Some(Postgres(server.database()))
    }

    fn place(&self) -> StorePlace {
        self.0.parse().unwrap()
    }
}

/// Makes a test of every claim of the contract, for one engine.
macro_rules! keeps_the_contract {
    ($tests:ident, $engine:ty) => {
        keeps_the_contract! { $tests, $engine,
            a_new_conversation_is_the_default
            a_turn_is_kept_whole
            an_outdated_revision_conflicts_and_changes_nothing
            a_repeated_event_is_replayed_and_never_handled_again
            another_conversations_event_is_another_event
            a_tickets_id_is_given_once
            tickets_are_listed_newest_first
            tickets_are_found_by_intent_agent_and_time
            a_case_is_all_versions_and_steps
            conversations_are_woken_when_their_time_has_come
            questions_are_listed_newest_first
            papers_are_kept_replaced_and_taken_away_with_their_turn
            people_are_heard_of
            the_audit_of_a_time_is_listed
            hours_are_counted
            what_is_too_old_is_purged_with_its_copies
            a_large_record_comes_back_whole
            one_of_many_wins_each_revision
            different_conversations_do_not_disturb_each_other
            handled_events_expire
            everything_survives_a_reopening
            a_backup_restores_everything
            a_damaged_backup_is_refused_and_leaves_nothing
            a_backup_of_a_later_version_is_refused
            a_backup_overwrites_nothing
            a_backup_that_cannot_be_written_disturbs_nothing
        }
    };
    ($tests:ident, $engine:ty, $($claim:ident)*) => {
        mod $tests {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $claim() {
                    if let Some(place) = <$engine as super::Engine>::new() {
                        super::$claim(place).await;
                    }
                }
            )*
        }
    };
}

keeps_the_contract!(sled_keeps_the_contract, super::Sled);
keeps_the_contract!(postgres_keeps_the_contract, super::Postgres);

async fn a_new_conversation_is_the_default(place: impl Engine) {
    let store = place.open().await.unwrap();
    let loaded = store.load(&budi(), &event(1)).await.unwrap();
    let new = LoadedConversation {
        conversation: Conversation::default(),
        revision: Revision::default(),
        wake: None,
        replay: None,
    };
    assert_eq!(loaded, new);
    assert_eq!(store.tickets(&Query::default()).await.unwrap(), []);
    assert_eq!(store.questions(9).await.unwrap(), []);
}

async fn a_turn_is_kept_whole(place: impl Engine) {
    let store = place.open().await.unwrap();
    let turn = full_turn();
    let revision = store.commit(turn.clone()).await.unwrap();
    assert_eq!(revision, Revision::default().next());

    let loaded = store.load(&turn.conversation, &turn.event).await.unwrap();
    assert_eq!(loaded.revision, revision);
    assert_eq!(loaded.conversation, turn.state);
    assert_eq!(loaded.replay, Some(turn.effects));
    for ticket in turn.tickets {
        assert_eq!(store.ticket(&ticket.id).await.unwrap(), Some(ticket));
    }
    assert_eq!(store.ticket("T-none").await.unwrap(), None);
    assert_eq!(
        store.questions(9).await.unwrap(),
        Vec::from_iter(turn.question)
    );
    let backup = backup(&*store).await;
    for audit in turn.audit {
        assert!(backup.contains(&serde_json::to_string(&audit).unwrap()));
    }
}

async fn an_outdated_revision_conflicts_and_changes_nothing(place: impl Engine) {
    let store = place.open().await.unwrap();
    store.commit(turn(1)).await.unwrap();
    let before = backup(&*store).await;

    for expected in [Revision::default(), revision(2)] {
        let outdated = TurnRecord {
            expected,
            event: event(2),
            ..full_turn()
        };
        assert_conflict(store.commit(outdated).await);
    }
    assert_eq!(backup(&*store).await, before);
}

async fn a_repeated_event_is_replayed_and_never_handled_again(place: impl Engine) {
    let store = place.open().await.unwrap();
    let revision = store.commit(turn(1)).await.unwrap();
    let before = backup(&*store).await;

    let again = TurnRecord {
        expected: revision,
        event: event(1),
        ..full_turn()
    };
    assert_conflict(store.commit(again).await);
    let replayed = store.load(&budi(), &event(1)).await.unwrap();
    assert_eq!(replayed.replay, Some(Vec::new()));
    assert_eq!(backup(&*store).await, before);
}

async fn another_conversations_event_is_another_event(place: impl Engine) {
    let store = place.open().await.unwrap();
    store.commit(turn(1)).await.unwrap();
    let sari = ConversationId("console:sari".into());
    assert_eq!(store.load(&sari, &event(1)).await.unwrap().replay, None);
    store
        .commit(TurnRecord {
            conversation: sari,
            ..turn(1)
        })
        .await
        .unwrap();
}

async fn a_tickets_id_is_given_once(place: impl Engine) {
    let store = place.open().await.unwrap();
    let filed = ticket("T-1", 1);
    store
        .commit(TurnRecord {
            tickets: vec![filed.clone()],
            ..turn(1)
        })
        .await
        .unwrap();
    let before = backup(&*store).await;

    let taken = TurnRecord {
        tickets: vec![ticket("T-2", 2), ticket("T-1", 2)],
        ..turn(2)
    };
    assert_conflict(store.commit(taken).await);
    let twice = TurnRecord {
        tickets: vec![ticket("T-3", 2), ticket("T-3", 2)],
        ..turn(2)
    };
    assert_conflict(store.commit(twice).await);
    assert_eq!(backup(&*store).await, before);
    assert_eq!(store.ticket("T-1").await.unwrap(), Some(filed));
}

async fn tickets_are_listed_newest_first(place: impl Engine) {
    let store = place.open().await.unwrap();
    for (number, second) in [(1, 30), (2, 10), (3, 20), (4, -9_999_999_999)] {
        let filed = ticket(&format!("T-{number}"), second);
        store
            .commit(TurnRecord {
                tickets: vec![filed],
                ..turn(number)
            })
            .await
            .unwrap();
    }
    assert_listed(&*store, Query::default(), &["T-1", "T-3", "T-2", "T-4"]).await;
    assert_listed(
        &*store,
        Query {
            limit: 2,
            ..Query::default()
        },
        &["T-1", "T-3"],
    )
    .await;
    assert_listed(
        &*store,
        Query {
            limit: 0,
            ..Query::default()
        },
        &[],
    )
    .await;
}

async fn a_case_is_all_versions_and_steps(place: impl Engine) {
    let store = place.open().await.unwrap();
    let case = "T-261121-000000";
    let revised = |of: &str, id: &str| Ticket {
        revision: Some(ticket::TicketRevision {
            of: of.into(),
            who: "sari".into(),
            at: at(9),
            changes: Vec::new(),
        }),
        ..ticket(id, 0)
    };
    let first = ticket(case, 0);
    let second = revised(case, "T-261121-000000-2");
    let third = revised(&second.id, "T-261121-000000-3");
    let step = |status, second| Progress {
        case: case.into(),
        status,
        external: Some("INC0000001".into()),
        who: "budi".into(),
        at: at(second),
    };
    let other = ticket("T-261121-00000Z", 5);
    let turns = [
        (vec![first.clone(), other.clone()], None),
        (vec![second.clone()], Some(step(Status::Entered, 2))),
        (vec![third.clone()], Some(step(Status::Done, 1))),
    ];
    for (number, (tickets, progress)) in (1..).zip(turns) {
        let turn = TurnRecord {
            tickets,
            progress: progress.into_iter().collect(),
            ..turn(number)
        };
        store.commit(turn).await.unwrap();
    }

    for id in [case, "T-261121-000000-2", "T-261121-000000-9"] {
        let tracked = store.case(id).await.unwrap().unwrap();
        assert_eq!(tracked.latest, third);
        assert_eq!(tracked.earlier, [first.clone(), second.clone()]);
        // In the order of their times, whatever the order of the commits.
        assert_eq!(tracked.status(), Status::Entered);
        assert_eq!(tracked.external(), Some("INC0000001"));
    }
    assert_eq!(store.ticket(case).await.unwrap(), Some(first));
    assert_eq!(store.case("T-261121-000001").await.unwrap(), None);
    let all = Query::default;
    assert_listed(&*store, all(), &[&other.id, &third.id]).await;
    let of = |status| Query {
        status: Some(status),
        ..all()
    };
    assert_listed(&*store, of(Status::Open), &[&other.id]).await;
    assert_listed(&*store, of(Status::Entered), &[&third.id]).await;
    assert_listed(&*store, of(Status::Done), &[]).await;
}

async fn conversations_are_woken_when_their_time_has_come(place: impl Engine) {
    let store = place.open().await.unwrap();
    let wake = |second| Wake {
        at: at(second),
        user: "budi".into(),
        channel_kind: ChannelKind::Voice,
        service: None,
    };
    let named = |name: &str, number, second: Option<i64>| TurnRecord {
        conversation: ConversationId(name.into()),
        wake: second.map(wake),
        ..turn(number)
    };
    let turns = [
        named("discord:1", 1, Some(30)),
        named("console:budi", 1, Some(20)),
        named("console:budiman", 1, Some(20)),
        named("discord:2", 1, None),
    ];
    for turn in turns {
        store.commit(turn).await.unwrap();
    }
    let due = async |store: &dyn Store, channel: &str, second| {
        let due = store.due(channel, at(second), 9).await.unwrap();
        due.into_iter()
            .map(|due| due.conversation.0)
            .collect::<Vec<_>>()
    };
    assert!(due(&*store, "console:", 19).await.is_empty());
    assert_eq!(due(&*store, "console:budi", 20).await, ["console:budi"]);
    assert_eq!(due(&*store, "discord:", 40).await, ["discord:1"]);
    assert_eq!(due(&*store, "console:", 40).await.len(), 2);

    // What a later turn wants takes the place of what an earlier one wanted.
    store
        .commit(named("console:budi", 2, Some(50)))
        .await
        .unwrap();
    store.commit(named("discord:1", 2, None)).await.unwrap();
    assert!(due(&*store, "discord:", 99).await.is_empty());
    assert!(due(&*store, "console:budi", 49).await.is_empty());

    let mut bytes = Vec::new();
    store.backup(&mut bytes).await.unwrap();
    drop(store);
    let again = place.open().await.unwrap();
    assert_eq!(due(&*again, "console:budi", 50).await, ["console:budi"]);
    let found = again.due("console:budi", at(50), 9).await.unwrap();
    assert_eq!(found[0].wake, wake(50));
}

async fn tickets_are_found_by_intent_agent_and_time(place: impl Engine) {
    let store = place.open().await.unwrap();
    let tickets = (0..6).map(|number| Ticket {
        intent: ["ganti-ont", "ott-status"][number as usize % 2].into(),
        agent: ["budi", "sari", "tono"][number as usize % 3].into(),
        ..ticket(&format!("T-{number}"), number)
    });
    store
        .commit(TurnRecord {
            tickets: tickets.collect(),
            ..turn(1)
        })
        .await
        .unwrap();

    let intent = || Some("ganti-ont".to_owned());
    let agent = || Some("sari".to_owned());
    let time = |second| Some(at(second));
    let all = Query::default;
    assert_listed(
        &*store,
        Query {
            intent: intent(),
            ..all()
        },
        &["T-4", "T-2", "T-0"],
    )
    .await;
    assert_listed(
        &*store,
        Query {
            agent: agent(),
            ..all()
        },
        &["T-4", "T-1"],
    )
    .await;
    assert_listed(
        &*store,
        Query {
            intent: intent(),
            agent: agent(),
            ..all()
        },
        &["T-4"],
    )
    .await;
    assert_listed(
        &*store,
        Query {
            intent: intent(),
            limit: 2,
            ..all()
        },
        &["T-4", "T-2"],
    )
    .await;
    assert_listed(
        &*store,
        Query {
            from: time(4),
            ..all()
        },
        &["T-5", "T-4"],
    )
    .await;
    assert_listed(
        &*store,
        Query {
            to: time(2),
            ..all()
        },
        &["T-1", "T-0"],
    )
    .await;
    assert_listed(
        &*store,
        Query {
            from: time(2),
            to: time(4),
            ..all()
        },
        &["T-3", "T-2"],
    )
    .await;
    assert_listed(
        &*store,
        Query {
            from: time(4),
            to: time(2),
            ..all()
        },
        &[],
    )
    .await;
    assert_listed(
        &*store,
        Query {
            agent: Some("nobody".into()),
            ..all()
        },
        &[],
    )
    .await;
}

async fn questions_are_listed_newest_first(place: impl Engine) {
    let store = place.open().await.unwrap();
    for (number, text) in [(1, "a"), (2, "b"), (3, "c")] {
        // The same moment: the order of commits decides.
        let question = Some(UnansweredQuestion {
            at: at(0),
            ..question(text)
        });
        store
            .commit(TurnRecord {
                question,
                ..turn(number)
            })
            .await
            .unwrap();
    }
    let texts = |questions: Vec<UnansweredQuestion>| {
        questions
            .into_iter()
            .map(|question| question.text)
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(store.questions(9).await.unwrap()), ["c", "b", "a"]);
    assert_eq!(texts(store.questions(2).await.unwrap()), ["c", "b"]);
}

async fn papers_are_kept_replaced_and_taken_away_with_their_turn(place: impl Engine) {
    let paper = |shelf: Shelf, id: &str, says: Option<&str>| Paper {
        shelf,
        id: id.to_owned(),
        content: says.map(|says| says.repeat(5_000).into()),
    };
    let store = place.open().await.unwrap();
    let (a, b) = (
        paper(Shelf::Versions, "a/2", Some("dua")),
        paper(Shelf::Versions, "a/1", Some("satu")),
    );
    let other = paper(Shelf::Versions, "b/1", Some("b"));
    let elsewhere = paper(Shelf::Outbox, "a/1", Some("x"));
    let papers = [&a, &b, &other, &elsewhere].map(Paper::clone);
    let first = TurnRecord {
        papers: papers.into(),
        ..turn(1)
    };
    store.commit(first).await.unwrap();
    // A turn that conflicts leaves the shelf alone.
    let late = TurnRecord {
        papers: vec![paper(Shelf::Versions, "a/1", None)],
        event: event(9),
        ..turn(1)
    };
    assert!(matches!(
        store.commit(late).await,
        Err(StoreError::Conflict)
    ));
    let listed = store.papers(Shelf::Versions, "a/").await.unwrap();
    assert_eq!(listed, [b.clone(), a]);
    let shorter = paper(Shelf::Versions, "a/2", Some(""));
    let second = TurnRecord {
        papers: vec![shorter.clone(), paper(Shelf::Versions, "b/1", None)],
        ..turn(2)
    };
    store.commit(second).await.unwrap();
    drop(store);
    let store = place.open().await.unwrap();
    let all = store.papers(Shelf::Versions, "").await.unwrap();
    assert_eq!(all, [b, shorter]);
    assert_eq!(store.papers(Shelf::Outbox, "").await.unwrap(), [elsewhere]);
}

async fn people_are_heard_of(place: impl Engine) {
    let store = place.open().await.unwrap();
    let heard = |conversation: &str, seconds: i64| TurnRecord {
        conversation: ConversationId(conversation.to_owned()),
        state: Conversation {
            touched: Some(at(seconds)),
            ..Conversation::default()
        },
        ..turn(1)
    };
    for (conversation, seconds) in [("x:1:2", 5), ("x:1:3", 10), ("x:2:4", 10)] {
        store.commit(heard(conversation, seconds)).await.unwrap();
    }
    let found = store.heard_of("x:1:", at(6)).await.unwrap();
    assert_eq!(found, [ConversationId("x:1:3".to_owned())]);
}

async fn the_audit_of_a_time_is_listed(place: impl Engine) {
    let store = place.open().await.unwrap();
    for (number, second) in [(1, 30), (2, 10), (3, 20)] {
        let line = |what: &str| Audit::new(at(second), "budi", what, second.to_string());
        let audited = TurnRecord {
            audit: vec![line("ticket.file"), line("ticket.entered")],
            ..turn(number)
        };
        store.commit(audited).await.unwrap();
    }
    let listed = async |from: Option<i64>, to: Option<i64>| {
        let within = Period {
            from: from.map(at),
            to: to.map(at),
        };
        let lines = store.audit(&within).await.unwrap().into_iter();
        lines
            .map(|line| format!("{} {}", line.subject, line.what))
            .collect::<Vec<_>>()
    };
    let all = listed(None, None).await;
    assert_eq!(all.len(), 6);
    // By time, and within a turn in its order.
    assert_eq!(
        all[..3],
        ["10 ticket.file", "10 ticket.entered", "20 ticket.file"]
    );
    assert_eq!(listed(Some(20), Some(30)).await, all[2..4]);
    assert_eq!(listed(Some(31), None).await, [] as [&str; 0]);
}

async fn hours_are_counted(place: impl Engine) {
    let store = place.open().await.unwrap();
    let understood = |decision, intent: Option<&str>| {
        Effect::Understood(Understood {
            decision,
            intent: intent.map(str::to_owned),
            confidence: 1.0,
        })
    };
    let hour = 60 * 60;
    let turns = [
        (0, understood(Decision::Answer, Some("ganti-ont"))),
        (1, understood(Decision::Answer, Some("ganti-ont"))),
        (2, understood(Decision::Answer, Some("ott-status"))),
        (3, understood(Decision::Fallback, None)),
        (hour, understood(Decision::Command, None)),
    ];
    for (number, (second, effect)) in (1..).zip(turns) {
        for agent in ["budi", "sari", "tono"] {
            let counted = TurnRecord {
                conversation: ConversationId(format!("console:{agent}")),
                at: at(second),
                effects: vec![effect.clone()],
                ..turn(number)
            };
            store.commit(counted).await.unwrap();
        }
    }
    let tallies = store.tallies(&Period::default()).await.unwrap();
    let [first, second] = tallies.as_slice() else {
        panic!("{tallies:?}")
    };
    assert_eq!(first.hour, at(0));
    assert_eq!(first.decisions["answer"], 9);
    assert_eq!(first.decisions["fallback"], 3);
    assert_eq!(first.intents["ganti-ont"], 6);
    assert_eq!(first.intents["ott-status"], 3);
    assert_eq!(second.decisions["command"], 3);
    let later = Period {
        from: Some(at(1)),
        to: None,
    };
    assert_eq!(
        store.tallies(&later).await.unwrap(),
        std::slice::from_ref(second)
    );
}

async fn a_large_record_comes_back_whole(place: impl Engine) {
    let store = place.open().await.unwrap();
    let large = |id: &str, bytes: usize| Ticket {
        text: "é\"\n".repeat(bytes / 4),
        ..ticket(id, 0)
    };
    let tickets = vec![
        large("T-1", 100_000),
        large("T-2", 6_000),
        large("T-3", 1_000_000),
    ];
    store
        .commit(TurnRecord {
            tickets: tickets.clone(),
            question: Some(question(&"x".repeat(100_000))),
            ..turn(1)
        })
        .await
        .unwrap();
    for ticket in tickets {
        assert_eq!(store.ticket(&ticket.id).await.unwrap(), Some(ticket));
    }
    assert_eq!(store.questions(1).await.unwrap()[0].text.len(), 100_000);
}

async fn one_of_many_wins_each_revision(place: impl Engine) {
    let store = place.open().await.unwrap();
    for round in 0..10 {
        let mut writers = JoinSet::new();
        for writer in 0..16 {
            let store = Arc::clone(&store);
            let id = format!("T-{round}-{writer}");
            let turn = TurnRecord {
                event: EventId(id.clone()),
                expected: revision(round),
                tickets: vec![ticket(&id, 0)],
                ..turn(1)
            };
            writers.spawn(async move { store.commit(turn).await });
        }
        let outcomes = writers.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        outcomes
            .into_iter()
            .filter(Result::is_err)
            .for_each(assert_conflict);
    }
    assert_eq!(
        store.load(&budi(), &event(1)).await.unwrap().revision,
        revision(10)
    );
    assert_eq!(store.tickets(&Query::default()).await.unwrap().len(), 10);
}

async fn different_conversations_do_not_disturb_each_other(place: impl Engine) {
    let store = place.open().await.unwrap();
    let mut agents = JoinSet::new();
    for agent in 0..32 {
        let store = Arc::clone(&store);
        agents.spawn(async move {
            let conversation = ConversationId(format!("console:{agent}"));
            for number in 1..=10 {
                let loaded = store.load(&conversation, &event(number)).await.unwrap();
                assert_eq!(
                    (loaded.revision, loaded.replay),
                    (revision(number - 1), None)
                );
                let id = format!("T-{agent}-{number}");
                let conversation = conversation.clone();
                let tickets = vec![ticket(&id, number as i64)];
                store
                    .commit(TurnRecord {
                        conversation,
                        tickets,
                        ..turn(number)
                    })
                    .await
                    .unwrap();
            }
        });
    }
    agents.join_all().await;
    assert_eq!(store.tickets(&Query::default()).await.unwrap().len(), 320);
}

async fn handled_events_expire(place: impl Engine) {
    let store = place.open().await.unwrap();
    let kept = async |number| {
        store
            .load(&budi(), &event(number))
            .await
            .unwrap()
            .replay
            .is_some()
    };
    let mut turns = (1..).map(turn);
    let mut commit = async |at| {
        store
            .commit(TurnRecord {
                at,
                ..turns.next().unwrap()
            })
            .await
            .unwrap()
    };
    for second in 0..20 {
        commit(at(second)).await;
    }
    commit(at(0) + store::EVENT_KEPT).await;
    assert!(kept(1).await, "forgotten before its time");
    for _ in 0..10 {
        commit(at(10) + store::EVENT_KEPT).await;
    }
    for number in 1..=10 {
        assert!(!kept(number).await, "event {number} is still there");
    }
    for number in 11..=31 {
        assert!(kept(number).await, "event {number} was forgotten");
    }
}

async fn everything_survives_a_reopening(place: impl Engine) {
    let store = place.open().await.unwrap();
    store.commit(full_turn()).await.unwrap();
    let before = backup(&*store).await;
    drop(store);
    assert_eq!(backup(&*place.open().await.unwrap()).await, before);
}

async fn a_backup_restores_everything<E: Engine>(place: E) {
    let store = place.open().await.unwrap();
    store.commit(full_turn()).await.unwrap();
    let long = TurnRecord {
        conversation: ConversationId("x".repeat(5_000)),
        ..turn(1)
    };
    store.commit(long).await.unwrap();
    for number in 2..200 {
        let question = Some(question(&format!("question {number}")));
        store
            .commit(TurnRecord {
                question,
                ..turn(number)
            })
            .await
            .unwrap();
    }
    let original = backup(&*store).await;

    let elsewhere = E::new().unwrap();
    let records = elsewhere.restore(&mut original.as_bytes()).await.unwrap();
    assert_eq!(records as usize, original.lines().count() - 2);
    let restored = elsewhere.open().await.unwrap();
    assert_eq!(backup(&*restored).await, original);
    assert_eq!(
        restored.tickets(&Query::default()).await.unwrap(),
        store.tickets(&Query::default()).await.unwrap()
    );
    assert_eq!(
        restored.questions(200).await.unwrap(),
        store.questions(200).await.unwrap()
    );
    assert_conflict(restored.commit(turn(1)).await);
    restored.commit(turn(200)).await.unwrap();
}

async fn a_damaged_backup_is_refused_and_leaves_nothing<E: Engine>(place: E) {
    let store = place.open().await.unwrap();
    let small = TurnRecord {
        tickets: vec![ticket("T-1", 1)],
        ..turn(1)
    };
    store.commit(small).await.unwrap();
    let whole = backup(&*store).await.into_bytes();
    let elsewhere = E::new().unwrap();
    let assert_refused = async |bytes: &[u8], damage: &str| {
        let refused = elsewhere.restore(&mut &*bytes).await.expect_err(damage);
        assert!(
            matches!(
                refused,
                StoreError::BadBackup { .. } | StoreError::NewerSchema { .. }
            ),
            "{damage}: {refused:?}"
        );
    };

    // Not at every byte: each attempt makes and discards a store.
    for length in (0..whole.len()).step_by(17).chain([whole.len() - 1]) {
        assert_refused(&whole[..length], &format!("cut at {length}")).await;
    }
    for place in (0..whole.len()).step_by(13) {
        let mut altered = whole.clone();
        altered[place] ^= 1;
        assert_refused(&altered, &format!("altered at {place}")).await;
    }
    let lines: Vec<_> = whole.split_inclusive(|&byte| byte == b'\n').collect();
    assert_refused(
        &[&lines[..1], &lines[2..]].concat().concat(),
        "a record is missing",
    )
    .await;
    assert_refused(
        &[&lines[..], &lines[1..2]].concat().concat(),
        "a record too many",
    )
    .await;
    assert_refused(b"hello\n", "no backup at all").await;

    elsewhere
        .restore(&mut &*whole)
        .await
        .expect("the damaged ones left nothing behind");
}

async fn a_backup_of_a_later_version_is_refused(place: impl Engine) {
    let mut later: &[u8] = b"{\"sigap_backup\":1,\"schema\":99}\n{\"unheard\":\"of\"}\n";
    let refused = place.restore(&mut later).await.unwrap_err();
    assert!(
        matches!(refused, StoreError::NewerSchema { found: 99, .. }),
        "{refused:?}"
    );
}

async fn a_backup_overwrites_nothing(place: impl Engine) {
    let store = place.open().await.unwrap();
    store.commit(turn(1)).await.unwrap();
    let whole = backup(&*store).await;
    drop(store);
    let refused = place.restore(&mut whole.as_bytes()).await.unwrap_err();
    assert!(
        matches!(refused, StoreError::Occupied { .. }),
        "{refused:?}"
    );
    place.open().await.unwrap();
}

async fn a_backup_that_cannot_be_written_disturbs_nothing(place: impl Engine) {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let store = place.open().await.unwrap();
    for number in 1..=40 {
        let large = TurnRecord {
            question: Some(question(&"x".repeat(10_000))),
            ..turn(number)
        };
        store.commit(large).await.unwrap();
    }
    let refused = store.backup(&mut Full).await.unwrap_err();
    assert!(matches!(refused, StoreError::Io { .. }), "{refused:?}");
    store.commit(turn(41)).await.unwrap();
}

#[tokio::test]
async fn a_second_process_is_refused_at_once() {
    let place = Sled::new().unwrap();
    let first = place.open().await.unwrap();
    let refused = place.open().await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Locked { path } if path == place.0.path()),
        "{refused:?}"
    );
    assert!(
        refused.to_string().contains("in use by another process"),
        "{refused}"
    );
    let refused = place.restore(&mut &b""[..]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Locked { .. }), "{refused:?}");
    drop(first);
    place.open().await.unwrap();
}

/// <https://github.com/spacejam/sled/issues/1527>: sled takes the leftover of a kill for a snapshot.
#[tokio::test]
async fn a_half_written_snapshot_is_harmless() {
    let (place, before) = filled().await;
    fs::write(
        place.sled().join("snap.00000000000FFFFF.generating"),
        b"half",
    )
    .unwrap();
    assert_eq!(backup(&*place.open().await.unwrap()).await, before);
}

#[tokio::test]
async fn half_a_new_store_is_made_again() {
    let place = Sled::new().unwrap();
    fs::create_dir(place.0.path().join("sled.new")).unwrap();
    fs::write(place.0.path().join("sled.new/db"), b"half").unwrap();
    place.open().await.unwrap();
    assert!(!place.0.path().join("sled.new").exists());
}

#[tokio::test]
async fn a_damaged_store_is_kept_aside_until_a_backup_is_restored() {
    let noise: Vec<u8> = (0..=255).cycle().take(600_000).collect();
    for damage in [&b""[..], &noise, b"short"] {
        let (place, before) = filled().await;
        for file in fs::read_dir(place.sled()).unwrap() {
            let path = file.unwrap().path();
            if path.file_name().unwrap() == "db" {
                fs::write(path, damage).unwrap();
            } else if path.is_file() && path.file_name().unwrap() != "conf" {
                fs::remove_file(path).unwrap();
            }
        }

        // Not only the first time: a supervisor would start it again.
        for _ in 0..2 {
            let refused = place.open().await.unwrap_err();
            let StoreError::Unopenable { kept_aside, .. } = &refused else {
                panic!("{refused:?}")
            };
            assert!(kept_aside.join("db").is_file());

            assert!(refused.to_string().contains("sigap restore"), "{refused}");
            assert!(!place.sled().exists());
        }
        place.restore(&mut before.as_bytes()).await.unwrap();
        assert_eq!(backup(&*place.open().await.unwrap()).await, before);
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_stays_where_it_is() {
    let place = Sled::new().unwrap();
    fs::write(place.sled(), b"not a directory").unwrap();
    let refused = place.open().await.unwrap_err();
    assert!(matches!(refused, StoreError::Io { .. }), "{refused:?}");
    assert!(place.sled().is_file());
}

#[tokio::test]
async fn a_backup_is_not_restored_among_other_files() {
    let place = Sled::new().unwrap();
    fs::write(place.0.path().join("notes.txt"), b"mine").unwrap();
    let refused = place.restore(&mut &b""[..]).await.unwrap_err();
    assert!(
        matches!(refused, StoreError::Occupied { .. }),
        "{refused:?}"
    );
}

impl Sled {
    fn sled(&self) -> PathBuf {
        self.0.path().join("sled")
    }
}

/// Returns a closed store with a turn in it, and its backup.
async fn filled() -> (Sled, String) {
    let place = Sled::new().unwrap();
    let store = place.open().await.unwrap();
    store.commit(full_turn()).await.unwrap();
    let before = backup(&*store).await;
    (place, before)
}

#[track_caller]
fn assert_conflict(outcome: Result<Revision, StoreError>) {
    assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");
}

async fn assert_listed(store: &dyn Store, query: Query, expected: &[&str]) {
    let tickets = store.tickets(&query).await.unwrap();
    let ids: Vec<_> = tickets.iter().map(|ticket| &*ticket.id).collect();
    assert_eq!(ids, expected, "{query:?}");
}

async fn backup(store: &dyn Store) -> String {
    let mut backup = Vec::new();
    store.backup(&mut backup).await.unwrap();
    String::from_utf8(backup).unwrap()
}

fn budi() -> ConversationId {
    ConversationId("console:budi".into())
}

fn event(number: u64) -> EventId {
    EventId(format!("event-{number}"))
}

fn at(second: i64) -> Timestamp {
    let start: Timestamp = "2026-11-21T01:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(second)
}

fn revision(number: u64) -> Revision {
    (0..number).fold(Revision::default(), |revision, _| revision.next())
}

/// The turn number so-and-so of a conversation, changing nothing but its revision.
fn turn(number: u64) -> TurnRecord {
    TurnRecord {
        conversation: budi(),
        event: event(number),
        at: at(number as i64),
        expected: revision(number - 1),
        state: Conversation::default(),
        effects: Vec::new(),
        tickets: Vec::new(),
        progress: Vec::new(),
        wake: None,
        question: None,
        audit: Vec::new(),
        papers: Vec::new(),
        fence: None,
    }
}

/// A first turn with something in every field.
fn full_turn() -> TurnRecord {
    let audit = |what: &str| Audit::new(at(1), "budi", what, "T-full-1");
    TurnRecord {
        tickets: vec![
            ticket("T-full-1", 1),
            Ticket {
                text: "x".repeat(20_000),
                ..ticket("T-full-2", 1)
            },
        ],
        question: Some(question("apa itu kip?")),
        audit: vec![audit("ticket.file"), audit("ticket.file")],
        ..turn(1)
    }
}

fn question(text: &str) -> UnansweredQuestion {
    UnansweredQuestion {
        point: None,
        text: text.into(),
        intent: Some("ganti-ont".into()),
        confidence: 0.1 + 0.2,
        decision: "fallback".into(),
        owner: None,
        at: at(1),
        channel_kind: ChannelKind::NonVoice,
    }
}

fn ticket(id: &str, second: i64) -> Ticket {
    Ticket {
        id: id.into(),
        intent: "ganti-ont".into(),
        form: "ganti-ont".into(),
        title: "Ganti ONT".into(),
        agent: "budi".into(),
        channel_kind: ChannelKind::Voice,
        filed_at: at(second),
        entries: Vec::new(),
        kip: "K22".into(),
        checked: Vec::new(),
        text: format!("*{id}*\nNama: Siti"),
        revision: None,
        proofs: Vec::new(),
        notes: Vec::new(),
        edition: None,
        begun: None,
    }
}
