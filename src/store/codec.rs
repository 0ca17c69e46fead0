//! Records and their bytes: a JSON envelope with the schema's version around each.
//!
//! `{"schema":1,"data":{…}}`, or, when that would be a large value, `{"schema":1,"parts":3}` with the data cut into so
//! many parts of bytes that the engine stores beside it.
//! JSON, because an operator can read it, a later version can skip what it does not know, and a backup is the same text.

use std::io;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Audit, Paper, Revision, StoreError, Tally, UnansweredQuestion, Wake};
use crate::dialog::{Conversation, Effect};
use crate::message::{ConversationId, EventId};
use crate::ticket::{Progress, Ticket};

/// The version of the records below. Raise it when an older Sigap would misread a new record.
pub const SCHEMA: u32 = 1;

/// The largest value that is stored whole.
///
/// sled keeps up to 16 entries on a page and moves a page over 128 KiB into a blob file that it never fsyncs;
/// 16 × 6 KiB stays well below, keys included.
pub const VALUE_BYTES_MAX: usize = 6 * 1024;

/// One record of any table, as a backup lists them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    Conversation(Box<KeptConversation>),
    Event(HandledEvent),
    Ticket(Box<Ticket>),
    Progress(Progress),
    Question(UnansweredQuestion),
    Audit(Audit),
    Tally(Tally),
    Paper(Paper),
}

/// A conversation as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeptConversation {
    pub conversation: ConversationId,
    pub revision: Revision,
    pub state: Conversation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake: Option<Wake>,
}

/// An event that was handled, with what it led to.
#[derive(Debug, Serialize, Deserialize)]
pub struct HandledEvent {
    pub conversation: ConversationId,
    pub event: EventId,
    pub at: Timestamp,
    pub effects: Vec<Effect>,
}

/// A record in bytes: what goes under its own key, and the parts beside it.
#[derive(Debug)]
pub struct Encoded {
    pub head: Vec<u8>,
    pub parts: Vec<Vec<u8>>,
}

/// Returns the bytes of a record.
pub fn encode<T: Serialize>(data: &T) -> Result<Encoded, StoreError> {
    let whole = json(&Envelope {
        schema: SCHEMA,
        data,
    })?;
    if whole.len() <= VALUE_BYTES_MAX {
        return Ok(Encoded {
            head: whole,
            parts: Vec::new(),
        });
    }
    let parts: Vec<_> = json(data)?
        .chunks(VALUE_BYTES_MAX)
        .map(<[u8]>::to_vec)
        .collect();
    let head = json(&Head {
        schema: SCHEMA,
        parts: parts.len(),
    })?;
    Ok(Encoded { head, parts })
}

/// Returns how many parts belong to a record, from what is stored under its own key.
pub fn parts(table: &'static str, head: &[u8]) -> Result<usize, StoreError> {
    let head: Head = parse(table, head)?;
    known(head.schema)?;
    Ok(head.parts)
}

/// Says whether a record lies in parts, which is cheaper than to count them: a head with parts is short.
pub fn is_in_parts(head: &[u8]) -> bool {
    const HEAD_BYTES_MAX: usize = r#"{"schema":4294967295,"parts":18446744073709551615}"#.len();
    head.len() <= HEAD_BYTES_MAX && !matches!(parts("", head), Ok(0))
}

/// Returns the record whose head and parts these are; `T` may name fewer fields than were stored.
pub fn decode<T: DeserializeOwned>(
    table: &'static str,
    head: &[u8],
    parts: &[impl AsRef<[u8]>],
) -> Result<T, StoreError> {
    if parts.is_empty() {
        let whole = parse::<Envelope<T>>(table, head);
        // What a later version wrote need not read, and is refused for that alone.
        return match whole {
            Ok(whole) => known(whole.schema).map(|()| whole.data),
            Err(error) => self::parts(table, head).and(Err(error)),
        };
    }
    let data: Vec<u8> = parts.iter().flat_map(AsRef::as_ref).copied().collect();
    parse(table, &data)
}

/// Refuses what a later version wrote.
pub fn known(schema: u32) -> Result<(), StoreError> {
    if schema > SCHEMA {
        return Err(StoreError::NewerSchema {
            found: schema,
            known: SCHEMA,
        });
    }
    Ok(())
}

/// Says where JSON stopped making sense; serde's own message would quote the record.
pub fn without_content(error: &serde_json::Error) -> io::Error {
    let (kind, column) = (error.classify(), error.column());
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{kind:?} error in the JSON at byte {column}"),
    )
}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    schema: u32,
    data: T,
}

#[derive(Serialize, Deserialize)]
struct Head {
    schema: u32,
    #[serde(default)]
    parts: usize,
}

/// Returns data as JSON.
pub fn json<T: Serialize>(data: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(data).map_err(|error| StoreError::Io {
        doing: "write a record as JSON".into(),
        source: without_content(&error),
    })
}

fn parse<T: DeserializeOwned>(table: &'static str, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| StoreError::Corrupt {
        table,
        source: without_content(&error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn round_trip(data: &str) -> Encoded {
        let encoded = encode(&data).unwrap();
        assert_eq!(parts("t", &encoded.head).unwrap(), encoded.parts.len());
        assert_eq!(is_in_parts(&encoded.head), !encoded.parts.is_empty());
        let back: String = decode("t", &encoded.head, &encoded.parts).unwrap();
        assert_eq!(back, data);
        encoded
    }

    #[test]
    fn a_small_record_is_one_readable_value() {
        let encoded = round_trip("pulsa belum masuk");
        assert_eq!(encoded.head, br#"{"schema":1,"data":"pulsa belum masuk"}"#);
    }

    #[test]
    fn no_stored_value_is_larger_than_the_limit() {
        for chars in [0, 1, VALUE_BYTES_MAX - 22, VALUE_BYTES_MAX - 21, 100_000] {
            let encoded = round_trip(&"é\n".repeat(chars / 3));
            for value in [&encoded.head].into_iter().chain(&encoded.parts) {
                assert!(value.len() <= VALUE_BYTES_MAX, "{chars}: {}", value.len());
            }
        }
        assert_eq!(round_trip(&"x".repeat(100_000)).parts.len(), 17);
    }

    #[test]
    fn a_later_schema_is_named_even_when_its_data_would_not_read() {
        let head = br#"{"schema":2,"data":{"unheard":"of"}}"#;
        let unread = decode::<u32>("t", head, &[] as &[&[u8]]).unwrap_err();
        assert!(matches!(
            unread,
            StoreError::NewerSchema { found: 2, known: 1 }
        ));
        let refused = parts("t", head).unwrap_err();
        assert!(matches!(
            refused,
            StoreError::NewerSchema { found: 2, known: 1 }
        ));
        assert!(refused.to_string().contains("sigap restore"));
    }

    #[test]
    fn a_refusal_quotes_nothing_of_the_record() {
        let head = br#"{"schema":1,"data":"0812-0000-1234"}"#;
        let refused = decode::<u32>("t", head, &[] as &[&[u8]]).unwrap_err();
        assert!(!format!("{refused:?} {refused}").contains("0812"));
    }
}
