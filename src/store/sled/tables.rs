//! sled's trees as tables: which record goes where, under which key.
//!
//! Keys that begin with a time sort by it, so that "newest first" and "older than a week" are ranges, not scans.

use ::sled::transaction::{ConflictableTransactionError, TransactionalTree};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::super::Shelf;
use super::StoreError;
use crate::message::{ConversationId, EventId};
use crate::store::codec::{self, Encoded, Record};

/// A tree; the discriminant is its place in [`Table::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// One record, whose envelope has the schema of the whole store.
    Schema,
    Conversations,
    Events,
    /// Handled events by time.
    Expiry,
    Tickets,
    /// Tickets by time.
    Filed,
    /// How cases went on, by case and time.
    Progress,
    /// Conversations by the time at which they want to be woken.
    Wakes,
    Questions,
    Audit,
    /// Counts by hour.
    Tallies,
    /// What did not fit into one value of another table.
    Parts,
    /// What other rooms keep, by shelf.
    Papers,
}

impl Table {
    pub const ALL: [Table; 13] = [
        Table::Schema,
        Table::Conversations,
        Table::Events,
        Table::Expiry,
        Table::Tickets,
        Table::Filed,
        Table::Progress,
        Table::Wakes,
        Table::Questions,
        Table::Audit,
        Table::Tallies,
        Table::Parts,
        Table::Papers,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Table::Schema => "schema",
            Table::Conversations => "conversations",
            Table::Events => "events",
            Table::Expiry => "expiry",
            Table::Tickets => "tickets",
            Table::Filed => "filed",
            Table::Progress => "progress",
            Table::Wakes => "wakes",
            Table::Questions => "questions",
            Table::Audit => "audit",
            Table::Tallies => "tallies",
            Table::Parts => "parts",
            Table::Papers => "papers",
        }
    }

    /// Says that a second record under the same key is a conflict, not an update.
    fn is_written_once(self) -> bool {
        matches!(self, Table::Events | Table::Tickets)
    }
}

/// A record on its way into a table.
#[derive(Debug)]
pub struct Put {
    table: Table,
    key: Vec<u8>,
    value: Encoded,
}

impl Put {
    pub fn new(table: Table, key: Vec<u8>, data: &impl Serialize) -> Result<Put, StoreError> {
        let value = codec::encode(data)?;
        Ok(Put { table, key, value })
    }
}

/// Returns what keeps a record: itself, and its place in an index where there is one.
///
/// `serial` sets records of one moment apart and must rise.
pub fn puts(record: &Record, serial: u64) -> Result<Vec<Put>, StoreError> {
    let serial = serial.to_be_bytes();
    match record {
        Record::Conversation(kept) => {
            let key = conversation_key(&kept.conversation);
            let mut puts = Vec::new();
            if let Some(wake) = &kept.wake {
                let by_time = wake_key(wake.at, &key);
                puts.push(Put::new(Table::Wakes, by_time, &kept.conversation)?);
            }
            puts.push(Put::new(Table::Conversations, key, kept)?);
            Ok(puts)
        }
        Record::Event(handled) => {
            let key = event_key(&handled.conversation, &handled.event);
            let by_time = [&time_key(handled.at)[..], &key].concat();
            Ok(vec![
                Put::new(Table::Events, key, handled)?,
                Put::new(Table::Expiry, by_time, &())?,
            ])
        }
        Record::Ticket(ticket) => {
            let key = id_key(&ticket.id);
            let by_time = [&time_key(ticket.filed_at)[..], &key].concat();
            Ok(vec![
                Put::new(Table::Tickets, key, ticket)?,
                Put::new(Table::Filed, by_time, &())?,
            ])
        }
        Record::Progress(progress) => {
            let key = [
                &progress_key(&progress.case)[..],
                &time_key(progress.at),
                &serial,
            ];
            Ok(vec![Put::new(Table::Progress, key.concat(), progress)?])
        }
        Record::Question(question) => {
            let key = [&time_key(question.at)[..], &serial].concat();
            Ok(vec![Put::new(Table::Questions, key, question)?])
        }
        Record::Audit(audit) => {
            let key = [&time_key(audit.at)[..], &serial].concat();
            Ok(vec![Put::new(Table::Audit, key, audit)?])
        }
        Record::Tally(tally) => Ok(vec![Put::new(
            Table::Tallies,
            time_key(tally.hour).into(),
            tally,
        )?]),
        Record::Paper(paper) => Ok(vec![Put::new(
            Table::Papers,
            paper_key(paper.shelf, &paper.id),
            paper,
        )?]),
    }
}

pub fn conversation_key(id: &ConversationId) -> Vec<u8> {
    id_key(&id.0)
}

/// The beginning of an id is the beginning of its key, as long as ids are as short as they should be.
pub fn paper_key(shelf: Shelf, id: &str) -> Vec<u8> {
    let shelf = match shelf {
        Shelf::Versions => b'v',
        Shelf::Proposals => b'p',
        Shelf::Shares => b's',
        Shelf::Outbox => b'o',
        Shelf::Contacts => b'c',
    };
    [&[shelf][..], &id_key(id)].concat()
}

/// What the keys of a case's steps begin with; its length comes first, so no case's keys begin another's.
pub fn progress_key(case: &str) -> Vec<u8> {
    let case = id_key(case);
    [&length(&case)[..], &case].concat()
}

pub fn wake_key(at: Timestamp, conversation: &[u8]) -> Vec<u8> {
    [&time_key(at)[..], conversation].concat()
}

/// Events are distinguished within their conversation: whether another one uses the same id is not ours to judge.
pub fn event_key(conversation: &ConversationId, event: &EventId) -> Vec<u8> {
    let conversation = id_key(&conversation.0);
    [&length(&conversation)[..], &conversation, &id_key(&event.0)].concat()
}

fn length(id_key: &[u8]) -> [u8; 2] {
    let length = u16::try_from(id_key.len()).expect("an id's key is at most ID_BYTES_MAX long");
    length.to_be_bytes()
}

/// An id that is longer than this is known by its digest: a handful of huge keys would swell a page.
const ID_BYTES_MAX: usize = 256;

pub fn id_key(id: &str) -> Vec<u8> {
    if id.len() <= ID_BYTES_MAX {
        return id.into();
    }
    Sha256::digest(id).to_vec()
}

/// The length of [`time_key`], after which the rest of an index key begins.
pub const TIME_BYTES: usize = 16;

/// Returns a time so that earlier ones sort first, those before 1970 included.
pub fn time_key(at: Timestamp) -> [u8; TIME_BYTES] {
    (at.as_nanosecond() ^ i128::MIN).to_be_bytes()
}

/// How a step of a transaction ends; `Abort` is ours, `Storage` sled's.
pub type TransactionStep<T> = Result<T, ConflictableTransactionError<StoreError>>;

/// All tables at one moment, inside a transaction.
pub struct View<'a>(pub &'a [TransactionalTree]);

impl View<'_> {
    /// Returns the record under a key.
    pub fn get<T: DeserializeOwned>(&self, table: Table, key: &[u8]) -> TransactionStep<Option<T>> {
        let Some(head) = self.tree(table).get(key)? else {
            return Ok(None);
        };
        let mut parts = Vec::new();
        for number in 0..count(table, &head)? {
            // A missing part leaves JSON that does not read, which is reported as such.
            parts.extend(self.tree(Table::Parts).get(part_key(table, key, number))?);
        }
        codec::decode(table.name(), &head, &parts)
            .map(Some)
            .map_err(ours)
    }

    /// Keeps a record in the place of the one that was there.
    pub fn put(&self, put: &Put) -> TransactionStep<()> {
        let Put { table, key, value } = put;
        let before = self.tree(*table).insert(&key[..], &value.head[..])?;
        if before.is_some() && table.is_written_once() {
            return Err(ours(StoreError::Conflict));
        }
        if let Some(before) = before {
            let parts = count(*table, &before)?;
            self.remove_parts(*table, key, value.parts.len()..parts)?;
        }
        for (number, part) in value.parts.iter().enumerate() {
            self.tree(Table::Parts)
                .insert(part_key(*table, key, number), &part[..])?;
        }
        Ok(())
    }

    /// Forgets the record under a key.
    pub fn remove(&self, table: Table, key: &[u8]) -> TransactionStep<()> {
        if let Some(before) = self.tree(table).remove(key)? {
            let parts = count(table, &before)?;
            self.remove_parts(table, key, 0..parts)?;
        }
        Ok(())
    }

    fn remove_parts(
        &self,
        table: Table,
        key: &[u8],
        numbers: std::ops::Range<usize>,
    ) -> TransactionStep<()> {
        for number in numbers {
            self.tree(Table::Parts)
                .remove(part_key(table, key, number))?;
        }
        Ok(())
    }

    fn tree(&self, table: Table) -> &TransactionalTree {
        &self.0[table as usize]
    }
}

/// How many parts a record lies in beside its head.
fn count(table: Table, head: &[u8]) -> TransactionStep<usize> {
    match codec::is_in_parts(head) {
        true => codec::parts(table.name(), head).map_err(ours),
        false => Ok(0),
    }
}

/// Ends a transaction with an error of ours.
pub fn ours(error: StoreError) -> ConflictableTransactionError<StoreError> {
    ConflictableTransactionError::Abort(error)
}

/// The number comes last and has a fixed width, so no two records share a part's key.
fn part_key(table: Table, key: &[u8], number: usize) -> Vec<u8> {
    let number = u64::try_from(number).expect("a usize fits into 64 bits");
    [&[table as u8], key, &number.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_stands_in_its_place() {
        for (place, table) in Table::ALL.into_iter().enumerate() {
            assert_eq!(table as usize, place, "{table:?}");
        }
    }

    #[test]
    fn times_sort_as_bytes() {
        let times = [
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00Z",
            "2026-11-21T08:00:00.000000001Z",
            "2026-11-21T08:00:00.1Z",
        ];
        let keys = times.map(|time| time_key(time.parse().unwrap()));
        assert!(keys.is_sorted());
    }

    #[test]
    fn no_two_events_share_a_key() {
        let key = |conversation: &str, event: &str| {
            event_key(&ConversationId(conversation.into()), &EventId(event.into()))
        };
        let long = "x".repeat(ID_BYTES_MAX + 1);
        assert_ne!(key("a", "bc"), key("ab", "c"));
        assert_ne!(key(&long, "e"), key(&format!("{long}x"), "e"));
        assert!(key(&long, &long).len() <= 2 * ID_BYTES_MAX + 2);
    }
}
