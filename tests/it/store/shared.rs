//! What only a store that several processes share has to withstand; two handles on one database stand for them.

use std::sync::Arc;
use std::time::Duration;

use sigap::message::ConversationId;
use sigap::store::{Fence, Paper, Shelf, Store, StoreError, StorePlace, TurnRecord};

use super::{Engine, Postgres, assert_conflict, at, backup, budi, event, full_turn, turn};
use crate::postgres::gate::{Cut, Gate};
use crate::postgres::server::Server;

const TERM: Duration = Duration::from_millis(300);

/// Two processes on one store.
async fn two() -> Option<(Arc<dyn Store>, Arc<dyn Store>)> {
    let place = Postgres::new()?;
    Some((place.open().await.unwrap(), place.open().await.unwrap()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_given_to_two_processes_is_handled_by_one() {
    let Some((one, other)) = two().await else {
        return;
    };
    for number in 1..=20 {
        let (a, b) = tokio::join!(one.commit(turn(number)), other.commit(turn(number)));
        let (won, lost) = if a.is_ok() { (a, b) } else { (b, a) };
        won.unwrap();
        assert_conflict(lost);
        for store in [&one, &other] {
            let loaded = store.load(&budi(), &event(number)).await.unwrap();
            assert_eq!(loaded.replay, Some(Vec::new()));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_together_make_the_tables_once() {
    let Some(place) = Postgres::new() else { return };
    let opened = (0..6).map(|_| place.open());
    for store in futures_util::future::join_all(opened).await {
        let store = store.unwrap();
        assert_eq!(store.questions(1).await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_has_one_holder_and_whoever_lost_it_writes_nothing() {
    let Some((one, other)) = two().await else {
        return;
    };
    let first = one
        .lease("discord:0/1", "one", TERM)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        other.lease("discord:0/1", "other", TERM).await.unwrap(),
        None
    );
    let renewed = one.lease("discord:0/1", "one", TERM).await.unwrap();
    assert_eq!(renewed.as_ref(), Some(&first));

    let fenced = |number, fence: &Fence| TurnRecord {
        fence: Some(fence.clone()),
        ..turn(number)
    };
    one.commit(fenced(1, &first)).await.unwrap();
    tokio::time::sleep(TERM * 2).await;
    let second = other
        .lease("discord:0/1", "other", TERM)
        .await
        .unwrap()
        .unwrap();
    assert!(second.epoch > first.epoch);
    let before = backup(&*one).await;
    let late = TurnRecord {
        fence: Some(first.clone()),
        expected: turn(2).expected,
        event: event(2),
        ..full_turn()
    };
    let refused = one.commit(late).await;
    assert!(matches!(refused, Err(StoreError::Fenced)), "{refused:?}");
    assert_eq!(backup(&*one).await, before);
    assert_eq!(one.lease("discord:0/1", "one", TERM).await.unwrap(), None);
    other.commit(fenced(2, &second)).await.unwrap();

    // What is given back is free at once, and a lease that never was is nobody's.
    other.release("discord:0/1", "other").await.unwrap();
    let third = one
        .lease("discord:0/1", "one", TERM)
        .await
        .unwrap()
        .unwrap();
    assert!(third.epoch > second.epoch);
    let never = Fence {
        name: "discord:7/9".into(),
        epoch: 0,
    };
    assert!(matches!(
        one.commit(fenced(3, &never)).await,
        Err(StoreError::Fenced)
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_leads_change_is_heard_of_in_every_process() {
    let Some((one, other)) = two().await else {
        return;
    };
    let talk = tokio::time::timeout(Duration::from_millis(1_500), other.changed());
    one.commit(turn(1)).await.unwrap();
    assert!(talk.await.is_err(), "talk is no change");

    let version = Paper {
        shelf: Shelf::Versions,
        id: "a/1".into(),
        content: Some("text".into()),
    };
    for number in 2..=4 {
        let change = TurnRecord {
            papers: vec![version.clone()],
            ..turn(number)
        };
        one.commit(change).await.unwrap();
        let heard = tokio::time::timeout(Duration::from_secs(10), other.changed()).await;
        heard.expect("a change is heard of");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_is_said_and_comes_back() {
    let Some(place) = Postgres::new() else { return };
    let (port, database) = place.parts();
    let gate = Gate::before(&[port], &database);
    let far: StorePlace = gate.url().parse().unwrap();
    let store = sigap::store::open(&far).await.unwrap();
    store.commit(turn(1)).await.unwrap();
    for (number, how) in [(2, Cut::Refusing), (3, Cut::Silent)] {
        gate.cut(how);
        let away = store.commit(turn(number)).await;
        assert!(
            matches!(away, Err(StoreError::Away { .. })),
            "{how:?}: {away:?}"
        );
        let away = store.load(&budi(), &event(1)).await;
        assert!(
            matches!(away, Err(StoreError::Away { .. })),
            "{how:?}: {away:?}"
        );
        gate.mend();
        // Whether it was done is seen from its event, and it is done once.
        let loaded = store.load(&budi(), &event(number)).await.unwrap();
        if loaded.replay.is_none() {
            match store.commit(turn(number)).await {
                Ok(_) | Err(StoreError::Conflict) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        let loaded = store.load(&budi(), &event(number)).await.unwrap();
        assert_eq!(loaded.revision, super::revision(number));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_read_typed_columns_and_no_personal_data() {
    let Some(place) = Postgres::new() else { return };
    let store = place.open().await.unwrap();
    let entry = |field: &str, masked: &str| sigap::ticket::FiledField {
        field: field.into(),
        label: field.into(),
        answer: sigap::ticket::Answer::Unchecked("0812-0000-1234".into()),
        masked: masked.into(),
        identifies: false,
        serial: None,
    };
    let ticket = sigap::ticket::Ticket {
        entries: vec![
            entry("msisdn", "0812-****-*234"),
            entry("lokasi", "\0Bogor"),
        ],
        begun: Some(at(-60)),
        ..super::ticket("T-261121-000001", 0)
    };
    let filed = TurnRecord {
        tickets: vec![ticket],
        ..full_turn()
    };
    store.commit(filed).await.unwrap();
    let asked = |sql: &str| {
        crate::postgres::sql(&crate::postgres::programs().unwrap(), &place.url(), sql).unwrap()
    };
    let ticket = "SELECT intent, kip, status, extract(epoch FROM time_to_draft)::int FROM report_ticket \
                  WHERE id = 'T-261121-000001'";
    assert_eq!(asked(ticket), "ganti-ont|K22|open|60");
    let all = asked(
        "SELECT string_agg(t::text, ' ') FROM report_ticket t; SELECT string_agg(f::text, ' ') FROM report_field f; \
         SELECT string_agg(q::text, ' ') FROM report_question q; SELECT string_agg(a::text, ' ') FROM report_audit a",
    );
    assert!(
        all.contains("0812-****-*234") && all.contains("Bogor"),
        "{all}"
    );
    assert!(
        !all.contains("0812-0000-1234") && !all.contains("budi"),
        "{all}"
    );
    let columns = "SELECT string_agg(DISTINCT data_type, ',' ORDER BY data_type) FROM information_schema.columns \
                   WHERE table_name = 'ticket' AND column_name IN ('filed_at', 'begun_at')";
    assert_eq!(asked(columns), "timestamp with time zone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_a_later_version_is_refused_and_stays_as_it_is() {
    let Some(place) = Postgres::new() else { return };
    place.open().await.unwrap().commit(turn(1)).await.unwrap();
    let asked = |sql: &str| {
        crate::postgres::sql(&crate::postgres::programs().unwrap(), &place.url(), sql).unwrap()
    };
    asked("UPDATE meta SET value = '2' WHERE name = 'schema'");
    let refused = place.open().await.unwrap_err();
    assert!(
        matches!(refused, StoreError::NewerSchema { found: 2, known: 1 }),
        "{refused:?}"
    );
    asked("UPDATE meta SET value = '1' WHERE name = 'schema'");
    // A migration that this version does not have.
    asked(
        "INSERT INTO schema_history (version, name, applied_on, checksum) \
         SELECT 99, 'later', applied_on, checksum FROM schema_history",
    );
    let refused = place.open().await.unwrap_err();
    assert!(
        matches!(refused, StoreError::NewerSchema { found: 99, .. }),
        "{refused:?}"
    );
    asked("DELETE FROM schema_history WHERE version = 99");
    let store = place.open().await.unwrap();
    assert_eq!(
        store.load(&budi(), &event(1)).await.unwrap().replay,
        Some(Vec::new())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_costs_one_round_trip_to_load_and_one_to_commit() {
    const MESSAGES: u64 = 20;
    let Some(place) = Postgres::new() else { return };
    let server = Server::get().unwrap();
    server.writes_down(&place.parts().1);
    let store = place.open().await.unwrap();
    let fence = store.lease("discord:0/1", "one", TERM * 100).await.unwrap();
    let say = async |number| {
        let loaded = store.load(&budi(), &event(number)).await.unwrap();
        let said = TurnRecord {
            expected: loaded.revision,
            fence: fence.clone(),
            ..turn(number)
        };
        store.commit(said).await.unwrap();
    };
    // The first one prepares the statements.
    say(1).await;
    let before = server.written().len();
    for number in 2..2 + MESSAGES {
        say(number).await;
    }
    let mut filed = full_turn();
    filed.conversation = ConversationId("console:filed".to_owned());
    filed.event = event(100);
    filed.fence = fence.clone();
    store.commit(filed).await.unwrap();
    let statements = server.written().split_off(before);
    assert_eq!(
        statements.len(),
        2 * usize::try_from(MESSAGES).unwrap() + 1,
        "{statements:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_of_tickets_use_their_indexes() {
    let Some(place) = Postgres::new() else { return };
    let store = place.open().await.unwrap();
    let asked = |sql: &str| {
        crate::postgres::sql(&crate::postgres::programs().unwrap(), &place.url(), sql).unwrap()
    };
    store.commit(full_turn()).await.unwrap();
    for (columns, condition) in [
        ("ticket_filed", ""),
        ("ticket_agent", "AND agent = 'budi'"),
        ("ticket_intent", "AND intent = 'ganti-ont'"),
        ("ticket_filed", "AND filed_at >= now() - interval '1 day'"),
    ] {
        let plan = asked(&format!(
            "SET enable_seqscan = off; SET enable_sort = off; EXPLAIN SELECT id FROM ticket WHERE id = case_id {condition} \
             ORDER BY filed_at DESC, id DESC LIMIT 10"
        ));
        assert!(plan.contains(columns), "{condition}: {plan}");
    }
}
