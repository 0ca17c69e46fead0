//! A turn as one statement: what it changes is checked and written in one round trip, wholly or not at all.
//!
//! Everything hangs on `kept`, which holds a row only when the conversation is at the expected revision and the lease,
//! if the turn names one, is still the one it was decided under.

use std::sync::LazyLock;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio_postgres::types::ToSql;

use super::database::Database;
use super::records::{PostgresTable, TableRows, document, key, shelf};
use super::{EVENT_KEPT, Revision, Shelf, StoreError, Tally, TurnRecord};
use crate::store::codec::{HandledEvent, KeptConversation, Record};

/// How many expired events a commit forgets: more than the one it adds, so that a backlog shrinks.
const EXPIRED_MAX: i64 = 4;

/// In how many parts an hour is counted, so that turns at the same time seldom wait for each other's row.
const TALLY_PARTS: i16 = 64;

/// What every turn does, up to the parameter `$13`.
const BASE: &str = "
WITH fence AS (
    SELECT $6::text IS NULL OR EXISTS (SELECT FROM lease WHERE name = $6 AND epoch = $7) AS held
), kept AS (
    INSERT INTO conversation AS c (id, revision, touched, wake_at, record)
    SELECT $1, $2::bigint + 1, $3, $4, $5::text::json
    FROM fence WHERE held AND ($2 = 0 OR EXISTS (SELECT FROM conversation WHERE id = $1))
    ON CONFLICT (id) DO UPDATE
    SET revision = excluded.revision, touched = excluded.touched, wake_at = excluded.wake_at, record = excluded.record
    WHERE c.revision = $2
    RETURNING 1
), handled AS (
    INSERT INTO event (conversation, id, at, record) SELECT $1, $8, $9, $10::text::json FROM kept
), expired AS (
    DELETE FROM event WHERE (conversation, id) IN (
        SELECT conversation, id FROM event WHERE at < $11 AND EXISTS (SELECT FROM kept)
        ORDER BY at LIMIT $12 FOR UPDATE SKIP LOCKED
    )
)";

/// A turn that only talks.
static TALK: LazyLock<String> = LazyLock::new(|| {
    let counted = PostgresTable::Tally.insert(13, Some("kept"));
    format!("{BASE}, counted AS ({counted})\n{ENDED}")
});

/// A turn that leaves something behind as well.
static DEED: LazyLock<String> = LazyLock::new(|| {
    let inserts: String = LEFT_BEHIND
        .iter()
        .zip(13..)
        .map(|(table, parameter)| {
            let insert = table.insert(parameter, Some("kept"));
            format!(", new_{} AS ({insert})", table.name())
        })
        .collect();
    format!(
        "{BASE}{inserts}, gone AS (
    DELETE FROM paper USING kept, unnest($19::text[], $20::text[]) AS t (shelf, id)
    WHERE paper.shelf = t.shelf AND paper.id = t.id
), told AS (
    UPDATE change SET number = number + 1 FROM kept WHERE what = 'leads' AND $21
    RETURNING pg_notify('{CHANNEL}', '')
)
{ENDED}, (SELECT count(*) FROM told)"
    )
});

const ENDED: &str = "SELECT (SELECT held FROM fence), EXISTS (SELECT FROM kept)";

/// On which every process hears that leads changed something.
pub const CHANNEL: &str = "sigap_leads";

const LEFT_BEHIND: [PostgresTable; 6] = [
    PostgresTable::Tally,
    PostgresTable::Ticket,
    PostgresTable::Progress,
    PostgresTable::Question,
    PostgresTable::Audit,
    PostgresTable::Paper,
];

/// Writes a turn.
pub async fn commit(database: &Database, turn: TurnRecord) -> Result<Revision, StoreError> {
    let revision = turn.expected.next();
    let id = key(&turn.conversation.0).into_owned();
    let event = key(&turn.event.0).into_owned();
    let expected = turn.expected.number();
    let (touched, wake_at) = (turn.state.touched, turn.wake.as_ref().map(|wake| wake.at));
    let lease = turn.fence.as_ref().map(|fence| fence.name.as_str());
    let epoch = turn.fence.as_ref().map(|fence| fence.epoch);
    let oldest = turn
        .at
        .checked_sub(EVENT_KEPT)
        .unwrap_or(Timestamp::UNIX_EPOCH);
    let (mut rows, gone, is_of_leads) = left_behind(&turn);
    let says_more = rows.len() > 0 || !gone.0.is_empty() || is_of_leads;
    if let Some(tally) = Tally::of(&turn) {
        rows.count(&tally, part(&id));
    }
    let kept = document(&KeptConversation {
        conversation: turn.conversation.clone(),
        revision,
        state: turn.state,
        wake: turn.wake,
    })?;
    let handled = document(&HandledEvent {
        conversation: turn.conversation,
        event: turn.event,
        at: turn.at,
        effects: turn.effects,
    })?;

    let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![
        &id,
        &expected,
        &touched,
        &wake_at,
        &kept,
        &lease,
        &epoch,
        &event,
        &turn.at,
        &handled,
        &oldest,
        &EXPIRED_MAX,
    ];
    let inserted: Vec<String>;
    let statement = if says_more {
        inserted = LEFT_BEHIND.map(|table| rows.parameter(table)).into();
        parameters.extend(inserted.iter().map(|rows| rows as &(dyn ToSql + Sync)));
        parameters.extend([&gone.0 as &(dyn ToSql + Sync), &gone.1, &is_of_leads]);
        &*DEED
    } else {
        inserted = vec![rows.parameter(PostgresTable::Tally)];
        parameters.push(&inserted[0]);
        &*TALK
    };
    let answer = database.query(statement, &parameters).await?;
    let ended = answer.first().map(|row| (row.get(0), row.get(1)));
    match ended {
        Some((true, true)) => Ok(revision),
        Some((false, _)) => Err(StoreError::Fenced),
        _ => Err(StoreError::Conflict),
    }
}

/// Returns what a turn adds to other tables, the papers that it takes away, and whether every process has to know.
fn left_behind(turn: &TurnRecord) -> (TableRows, (Vec<&'static str>, Vec<String>), bool) {
    let mut rows = TableRows::default();
    let tickets = turn.tickets.iter().cloned().map(Box::new);
    let (laid, taken): (Vec<_>, Vec<_>) = turn
        .papers
        .iter()
        .partition(|paper| paper.content.is_some());
    let records = tickets
        .map(Record::Ticket)
        .chain(turn.progress.iter().cloned().map(Record::Progress))
        .chain(turn.question.iter().cloned().map(Record::Question))
        .chain(turn.audit.iter().cloned().map(Record::Audit))
        .chain(laid.into_iter().cloned().map(Record::Paper));
    for record in records {
        rows.add(&record);
    }
    let gone = taken
        .into_iter()
        .map(|paper| (shelf(paper.shelf), key(&paper.id).into_owned()))
        .unzip();
    let is_in_memory = |shelf| matches!(shelf, Shelf::Versions | Shelf::Contacts);
    let is_of_leads = turn.state.channel_kind.is_some()
        || turn.papers.iter().any(|paper| is_in_memory(paper.shelf));
    (rows, gone, is_of_leads)
}

/// Which of an hour's rows a conversation counts in.
fn part(conversation: &str) -> i16 {
    i16::from(Sha256::digest(conversation)[0]) % TALLY_PARTS
}
