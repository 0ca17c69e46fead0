//! Records as rows: the record itself as JSON, and beside it the columns that keys, indexes and reports need.
//!
//! Rows travel as one JSON text a table, which the server takes apart, so that any number of them is one parameter.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::TryStreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tokio_postgres::types::ToSql;
use tokio_postgres::{GenericClient, Row};

use super::database::refusal;
use super::{Shelf, StoreError, Tally};
use crate::store::codec::{self, Record};

/// A table that records go into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PostgresTable {
    Conversation,
    Event,
    Ticket,
    Progress,
    Question,
    Audit,
    Tally,
    Paper,
}

impl PostgresTable {
    /// In the order of a backup.
    pub const ALL: [PostgresTable; 8] = [
        PostgresTable::Conversation,
        PostgresTable::Event,
        PostgresTable::Ticket,
        PostgresTable::Progress,
        PostgresTable::Question,
        PostgresTable::Audit,
        PostgresTable::Tally,
        PostgresTable::Paper,
    ];

    pub fn name(self) -> &'static str {
        match self {
            PostgresTable::Conversation => "conversation",
            PostgresTable::Event => "event",
            PostgresTable::Ticket => "ticket",
            PostgresTable::Progress => "progress",
            PostgresTable::Question => "question",
            PostgresTable::Audit => "audit",
            PostgresTable::Tally => "tally",
            PostgresTable::Paper => "paper",
        }
    }

    /// The columns of a row on its way in, with their types.
    fn columns(self) -> &'static [(&'static str, &'static str)] {
        match self {
            PostgresTable::Conversation => &[
                ("id", "text"),
                ("revision", "bigint"),
                ("touched", "timestamptz"),
                ("wake_at", "timestamptz"),
                ("record", "json"),
            ],
            PostgresTable::Event => &[
                ("conversation", "text"),
                ("id", "text"),
                ("at", "timestamptz"),
                ("record", "json"),
            ],
            PostgresTable::Ticket => &[
                ("id", "text"),
                ("case_id", "text"),
                ("intent", "text"),
                ("form", "text"),
                ("title", "text"),
                ("agent", "text"),
                ("channel_kind", "text"),
                ("filed_at", "timestamptz"),
                ("kip", "text"),
                ("begun_at", "timestamptz"),
                ("record", "json"),
            ],
            PostgresTable::Progress => &[
                ("case_id", "text"),
                ("status", "text"),
                ("external", "text"),
                ("who", "text"),
                ("at", "timestamptz"),
                ("record", "json"),
            ],
            PostgresTable::Question => &[
                ("at", "timestamptz"),
                ("text", "text"),
                ("intent", "text"),
                ("confidence", "float8"),
                ("decision", "text"),
                ("owner", "text"),
                ("channel_kind", "text"),
                ("record", "json"),
            ],
            PostgresTable::Audit => &[
                ("at", "timestamptz"),
                ("who", "text"),
                ("what", "text"),
                ("subject", "text"),
                ("before", "text"),
                ("after", "text"),
                ("record", "json"),
            ],
            PostgresTable::Tally => &[
                ("hour", "timestamptz"),
                ("part", "smallint"),
                ("kind", "text"),
                ("name", "text"),
                ("count", "bigint"),
            ],
            PostgresTable::Paper => &[("shelf", "text"), ("id", "text"), ("record", "json")],
        }
    }

    /// Returns the statement that writes the rows of a parameter, those that have a row in `from` as well.
    pub fn insert(self, parameter: usize, from: Option<&str>) -> String {
        let names: Vec<_> = self.columns().iter().map(|(name, _)| *name).collect();
        let typed: Vec<_> = self
            .columns()
            .iter()
            .map(|(name, of)| format!("{name} {of}"))
            .collect();
        let picked: Vec<_> = names.iter().map(|name| format!("t.{name}")).collect();
        let from = from.map_or_else(String::new, |from| format!("{from}, "));
        let replaces = match self {
            PostgresTable::Tally => {
                " ON CONFLICT (hour, part, kind, name) DO UPDATE SET count = tally.count + excluded.count"
            }
            PostgresTable::Paper => {
                " ON CONFLICT (shelf, id) DO UPDATE SET record = excluded.record"
            }
            _ => "",
        };
        format!(
            "INSERT INTO {} ({}) SELECT {} FROM {from}json_to_recordset(${parameter}::text::json) AS t ({}){replaces}",
            self.name(),
            names.join(", "),
            picked.join(", "),
            typed.join(", "),
        )
    }

    /// Returns what reads a table in the order of a backup: a key to find the row again, and the record.
    fn select(self) -> Cow<'static, str> {
        let sql = match self {
            PostgresTable::Conversation => {
                "SELECT ARRAY[id], record::text FROM conversation ORDER BY id"
            }
            PostgresTable::Event => {
                "SELECT ARRAY[conversation, id], record::text FROM event ORDER BY conversation, id"
            }
            PostgresTable::Ticket => "SELECT ARRAY[id], record::text FROM ticket ORDER BY id",
            PostgresTable::Progress => {
                "SELECT ARRAY[serial::text], record::text FROM progress ORDER BY case_id, at, serial"
            }
            PostgresTable::Question => {
                "SELECT ARRAY[serial::text], record::text FROM question ORDER BY at, serial"
            }
            PostgresTable::Audit => {
                "SELECT ARRAY[serial::text], record::text FROM audit ORDER BY at, serial"
            }
            PostgresTable::Tally => return Cow::Owned(tallies("")),
            PostgresTable::Paper => {
                "SELECT ARRAY[shelf, id], record::text FROM paper ORDER BY shelf, id"
            }
        };
        Cow::Borrowed(sql)
    }

    /// Returns what deletes the row with a key that [`each`] has handed out.
    pub fn delete(self) -> &'static str {
        match self {
            PostgresTable::Conversation => "DELETE FROM conversation WHERE ARRAY[id] = $1::text[]",
            PostgresTable::Event => {
                "DELETE FROM event WHERE conversation = ($1::text[])[1] AND id = ($1::text[])[2]"
            }
            PostgresTable::Ticket => "DELETE FROM ticket WHERE id = ($1::text[])[1]",
            PostgresTable::Progress => {
                "DELETE FROM progress WHERE serial = ($1::text[])[1]::bigint"
            }
            PostgresTable::Question => {
                "DELETE FROM question WHERE serial = ($1::text[])[1]::bigint"
            }
            PostgresTable::Audit => "DELETE FROM audit WHERE serial = ($1::text[])[1]::bigint",
            PostgresTable::Tally => "DELETE FROM tally WHERE hour = ($1::text[])[1]::timestamptz",
            PostgresTable::Paper => {
                "DELETE FROM paper WHERE shelf = ($1::text[])[1] AND id = ($1::text[])[2]"
            }
        }
    }
}

/// Returns what puts the parts of hours together, in the form in which a [`Tally`] is written.
pub fn tallies(within: &str) -> String {
    let hour = r#"to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#;
    format!(
        "SELECT ARRAY[{hour}], json_build_object(
            'hour', {hour},
            'decisions', coalesce(json_object_agg(name, count) FILTER (WHERE kind = 'decision'), '{{}}'),
            'intents', coalesce(json_object_agg(name, count) FILTER (WHERE kind = 'intent'), '{{}}'),
            'avoided', coalesce(sum(count) FILTER (WHERE kind = 'avoided'), 0)
         )::text
         FROM (
            SELECT hour, kind, name, sum(count)::bigint AS count FROM tally {within} GROUP BY hour, kind, name
            ORDER BY name
         ) AS parts
         GROUP BY hour ORDER BY hour"
    )
}

/// Rows on their way into the tables.
#[derive(Debug, Default)]
pub struct TableRows(BTreeMap<PostgresTable, Vec<Json>>);

impl TableRows {
    /// Adds a record.
    pub fn add(&mut self, record: &Record) {
        let (table, row) = match record {
            Record::Conversation(kept) => (
                PostgresTable::Conversation,
                json!({
                    "id": key(&kept.conversation.0),
                    "revision": kept.revision.number(),
                    "touched": kept.state.touched,
                    "wake_at": kept.wake.as_ref().map(|wake| wake.at),
                    "record": kept,
                }),
            ),
            Record::Event(handled) => (
                PostgresTable::Event,
                json!({
                    "conversation": key(&handled.conversation.0),
                    "id": key(&handled.event.0),
                    "at": handled.at,
                    "record": handled,
                }),
            ),
            Record::Ticket(ticket) => (
                PostgresTable::Ticket,
                json!({
                    "id": key(&ticket.id),
                    "case_id": key(ticket.case()),
                    "intent": ticket.intent,
                    "form": ticket.form,
                    "title": ticket.title,
                    "agent": ticket.agent,
                    "channel_kind": ticket.channel_kind.name(),
                    "filed_at": ticket.filed_at,
                    "kip": ticket.kip,
                    "begun_at": ticket.begun,
                    "record": ticket,
                }),
            ),
            Record::Progress(step) => (
                PostgresTable::Progress,
                json!({
                    "case_id": key(&step.case),
                    "status": step.status.name(),
                    "external": step.external,
                    "who": step.who,
                    "at": step.at,
                    "record": step,
                }),
            ),
            Record::Question(question) => (
                PostgresTable::Question,
                json!({
                    "at": question.at,
                    "text": question.text,
                    "intent": question.intent,
                    "confidence": question.confidence,
                    "decision": question.decision,
                    "owner": question.owner,
                    "channel_kind": question.channel_kind.name(),
                    "record": question,
                }),
            ),
            Record::Audit(line) => (
                PostgresTable::Audit,
                json!({
                    "at": line.at,
                    "who": line.who,
                    "what": line.what,
                    "subject": line.subject,
                    "before": line.before,
                    "after": line.after,
                    "record": line,
                }),
            ),
            Record::Tally(tally) => return self.count(tally, 0),
            Record::Paper(paper) => {
                let id = key(&paper.id).into_owned();
                let row = json!({"shelf": shelf(paper.shelf), "id": id, "record": paper});
                // One statement writes a row once.
                let rows = self.0.entry(PostgresTable::Paper).or_default();
                rows.retain(|other| (&other["shelf"], &other["id"]) != (&row["shelf"], &row["id"]));
                (PostgresTable::Paper, row)
            }
        };
        self.0.entry(table).or_default().push(row);
    }

    /// Adds counts to a part of their hour; in one order, so that two turns cannot wait for each other.
    pub fn count(&mut self, tally: &Tally, part: i16) {
        let named = |kind: &'static str, counts: &BTreeMap<String, u64>| {
            let counts = counts.iter();
            counts
                .map(|(name, count)| (kind, name.clone(), *count))
                .collect::<Vec<_>>()
        };
        let avoided = (tally.avoided > 0).then(|| ("avoided", String::new(), tally.avoided));
        let counts = avoided
            .into_iter()
            .chain(named("decision", &tally.decisions))
            .chain(named("intent", &tally.intents));
        let rows = counts.map(|(kind, name, count)| {
            json!({"hour": tally.hour, "part": part, "kind": kind, "name": name, "count": count})
        });
        self.0.entry(PostgresTable::Tally).or_default().extend(rows);
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Returns the rows of a table as the parameter of its [`insert`](Table::insert).
    pub fn parameter(&self, table: PostgresTable) -> String {
        let rows = self.0.get(&table).map_or(&[][..], Vec::as_slice);
        whole(serde_json::Value::from(rows).to_string())
    }

    /// Writes the rows.
    pub async fn write(&self, to: &impl GenericClient) -> Result<(), StoreError> {
        for table in self.0.keys() {
            let rows = self.parameter(*table);
            to.execute(&table.insert(1, None), &[&rows])
                .await
                .map_err(|error| refusal(&error))?;
        }
        Ok(())
    }
}

/// Hands over every record in the order of a backup, each with what [`PostgresTable::delete`] finds it by.
pub async fn each(
    from: &impl GenericClient,
    mut take: impl FnMut(PostgresTable, Vec<String>, Record) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for table in PostgresTable::ALL {
        let none: [&(dyn ToSql + Sync); 0] = [];
        let rows = from.query_raw(&*table.select(), none).await;
        let mut rows = pin!(rows.map_err(|error| refusal(&error))?);
        while let Some(row) = rows.try_next().await.map_err(|error| refusal(&error))? {
            let record = match table {
                PostgresTable::Conversation => {
                    Record::Conversation(Box::new(read(table, &row, 1)?))
                }
                PostgresTable::Event => Record::Event(read(table, &row, 1)?),
                PostgresTable::Ticket => Record::Ticket(Box::new(read(table, &row, 1)?)),
                PostgresTable::Progress => Record::Progress(read(table, &row, 1)?),
                PostgresTable::Question => Record::Question(read(table, &row, 1)?),
                PostgresTable::Audit => Record::Audit(read(table, &row, 1)?),
                PostgresTable::Tally => Record::Tally(read(table, &row, 1)?),
                PostgresTable::Paper => Record::Paper(read(table, &row, 1)?),
            };
            take(table, row.get(0), record)?;
        }
    }
    Ok(())
}

/// Reads the record in a column.
pub fn read<T: DeserializeOwned>(
    table: PostgresTable,
    row: &Row,
    column: usize,
) -> Result<T, StoreError> {
    parse(table, row.get(column))
}

/// Reads a record that the database returned as text.
pub fn parse<T: DeserializeOwned>(table: PostgresTable, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt {
        table: table.name(),
        source: codec::without_content(&error),
    })
}

/// Returns a record as the text of a `json` column.
pub fn document(record: &impl Serialize) -> Result<String, StoreError> {
    let text = String::from_utf8(codec::json(record)?);
    Ok(whole(text.expect("JSON is UTF-8")))
}

/// Takes out the one character that PostgreSQL has no place for in a text.
fn whole(json: String) -> String {
    if !json.contains("\\u0000") {
        return json;
    }
    // Of an even number of backslashes before `u0000` the last one is an escaped backslash, and the text is another.
    let mut clean = String::with_capacity(json.len());
    let mut rest = json.as_str();
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        clean.push_str(before);
        let (kept, behind) = match escape.strip_prefix("\\u0000") {
            Some(behind) => ("\\ufffd", behind),
            None => escape.split_at(escape.chars().take(2).map(char::len_utf8).sum()),
        };
        clean.push_str(kept);
        rest = behind;
    }
    clean.push_str(rest);
    clean
}

/// An id that is longer than this is known by its digest: an index entry has its limit.
const ID_BYTES_MAX: usize = 256;

/// Returns an id as the key of a row; the beginning of an id is the beginning of its key.
pub fn key(id: &str) -> Cow<'_, str> {
    if id.len() <= ID_BYTES_MAX && !id.contains('\0') {
        return Cow::Borrowed(id);
    }
    let digest: String = Sha256::digest(id)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let end = id.floor_char_boundary(ID_BYTES_MAX - digest.len() - 1);
    Cow::Owned(format!("{}:{digest}", id[..end].replace('\0', "\u{fffd}")))
}

/// Returns a shelf's name in the database.
pub fn shelf(shelf: Shelf) -> &'static str {
    match shelf {
        Shelf::Versions => "versions",
        Shelf::Proposals => "proposals",
        Shelf::Shares => "shares",
        Shelf::Outbox => "outbox",
        Shelf::Contacts => "contacts",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_character_that_has_no_place_is_taken_out() {
        let check = |text: &str, expected: &str| {
            let json = document(&text).unwrap();
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), expected);
        };
        check("a\0b", "a\u{fffd}b");
        check("a\\u0000b", "a\\u0000b");
        check("\\\0\\\\u0000 \"é\"", "\\\u{fffd}\\\\u0000 \"é\"");
    }

    #[test]
    fn a_long_id_keeps_its_beginning() {
        let long = format!("discord:{}", "x".repeat(5_000));
        let found = key(&long);
        assert!(found.len() <= ID_BYTES_MAX && found.starts_with("discord:xx"));
        assert_ne!(found, key(&format!("{long}x")));
        assert_eq!(key("console:budi"), "console:budi");
    }
}
