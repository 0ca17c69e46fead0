//! The shared engine: PostgreSQL, for several processes on several machines.
//!
//! Replication, fail-over and locks are the database's. What is ours: a turn is one statement, so it is kept wholly or
//! not at all in one round trip; a commit on an outdated revision conflicts, whichever process was first; and a
//! host that goes away is noticed within seconds and said ([`StoreError::Away`]), so that the caller decides how long to
//! try again.
//!
//! A commit whose acknowledgement was lost may have been done. Its caller loads again, finds the event handled, and
//! shows what was kept.

mod commit;
mod database;
mod listen;
mod records;

use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Deserialize;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, IsolationLevel};

use super::backup::{self, Sum};
use super::codec::{self, HandledEvent, KeptConversation, Record, SCHEMA};
use super::moving::{Load, MoveMark};
use super::place::{Address, StorePlace};
use super::{
    Audit, Due, EVENT_KEPT, Fate, Fence, LoadedConversation, Paper, Period, Query, Rebuilt,
    Removed, Revision, Shelf, Sieve, Store, StoreError, Tally, TurnRecord, UnansweredQuestion,
    Wake,
};
use crate::message::{ConversationId, EventId};
use crate::ticket::{Ticket, Tracked, case_of};
use database::{Database, refusal};
use listen::Listener;
use records::{PostgresTable, TableRows, key, parse, read, shelf};

/// The tables, one file a version; what was released is never changed.
mod migrations {
    refinery::embed_migrations!("src/store/postgres/migrations");
}

/// Held while tables are made or changed, so that processes which start together do not do it twice.
const MIGRATION_LOCK: i64 = 0x53_6967_6170;

/// How many rows of a backup are sent at once.
const ROWS_MAX: usize = 500;

/// How often a rebuild is tried that other processes get in the way of.
const REBUILDS_MAX: u32 = 5;

/// A store in a database.
#[derive(Debug)]
pub struct Postgres {
    database: Arc<Database>,
    listener: Listener,
}

/// Opens the store in a database, and makes or brings its tables up to date.
///
/// # Errors
///
/// [`StoreError::Away`] when no host takes writes, [`StoreError::NewerSchema`], or [`StoreError::Io`] for what the database refuses.
pub async fn open(address: &Address) -> Result<Postgres, StoreError> {
    let database = Arc::new(Database::new(address)?);
    prepare(&database).await?;
    if mark(&database.patient().await?).await?.is_some() {
        return Err(StoreError::Unfinished {
            place: StorePlace::Postgres(address.clone()),
        });
    }
    let listener = Listener::new(&database).await?;
    Ok(Postgres { database, listener })
}

/// Fills an empty database from a backup and returns the number of records.
///
/// # Errors
///
/// [`StoreError::BadBackup`], [`StoreError::Occupied`], and those of [`open`]; then the database is as empty as it was.
pub async fn restore(address: &Address, from: &mut dyn BufRead) -> Result<u64, StoreError> {
    let database = Database::new(address)?;
    prepare(&database).await?;
    let mut client = database.patient().await?;
    let all = client
        .transaction()
        .await
        .map_err(|error| refusal(&error))?;
    if !is_empty(&all).await? {
        return Err(StoreError::Occupied {
            place: StorePlace::Postgres(address.clone()),
        });
    }
    let mut reader = backup::BackupReader::new(from)?;
    let mut rows = TableRows::default();
    while let Some(record) = reader.next()? {
        rows.add(&record);
        if rows.len() >= ROWS_MAX {
            std::mem::take(&mut rows).write(&all).await?;
        }
    }
    rows.write(&all).await?;
    all.commit().await.map_err(|error| refusal(&error))?;
    Ok(reader.records())
}

/// Takes out of a store what a sieve does not let through.
///
/// The rows are gone when this returns, and their space is given to others; the database's own log, its standbys and
/// its backups hold them until they are written over or expire.
///
/// # Errors
///
/// [`StoreError::Conflict`] when the store is too busy, and those of [`open`].
pub async fn rebuild(address: &Address, sieve: &mut dyn Sieve) -> Result<Rebuilt, StoreError> {
    let database = Database::new(address)?;
    prepare(&database).await?;
    let mut client = database.patient().await?;
    let mut attempt = 1;
    let removed = loop {
        match sift(&mut client, sieve).await {
            Err(StoreError::Conflict) if attempt < REBUILDS_MAX => attempt += 1,
            ended => break ended?,
        }
    };
    client
        .batch_execute("VACUUM conversation, event, ticket, progress, question, audit, paper")
        .await
        .map_err(|error| refusal(&error))?;
    Ok(Rebuilt {
        removed,
        left_aside: Vec::new(),
    })
}

/// Refuses a database that a process serves from.
pub(super) async fn idle(address: &Address) -> Result<(), StoreError> {
    const HOLDER: &str = "SELECT holder FROM lease WHERE until > clock_timestamp() LIMIT 1";
    let database = Database::new(address)?;
    prepare(&database).await?;
    match database.query(HOLDER, &[]).await?.first() {
        Some(row) => Err(StoreError::InUse { holder: row.get(0) }),
        None => Ok(()),
    }
}

/// Takes in everything that is moved here; the store cannot be opened before that has ended well.
pub(super) async fn receive(address: &Address, load: &mut Load<'_>) -> Result<(), StoreError> {
    let place = StorePlace::Postgres(address.clone());
    let database = Database::new(address)?;
    prepare(&database).await?;
    let mut client = database.patient().await?;
    let mark = match mark(&client).await? {
        Some(mark) => mark,
        None if is_empty(&client).await? => MoveMark::default(),
        None => return Err(StoreError::Occupied { place }),
    };
    load.pass(&mark, &place)?;
    loop {
        let (piece, mark) = load.piece()?;
        let whole = client
            .transaction()
            .await
            .map_err(|error| refusal(&error))?;
        let mut rows = TableRows::default();
        for record in &piece {
            rows.add(record);
        }
        rows.write(&whole).await?;
        let mark = records::document(&mark)?;
        whole
            .execute(KEEP_MARK, &[&mark])
            .await
            .map_err(|error| refusal(&error))?;
        whole.commit().await.map_err(|error| refusal(&error))?;
        if piece.is_empty() {
            break;
        }
        load.kept();
    }
    let mut sum = Sum::default();
    records::each(&client, |_, _, record| sum.add(&record)).await?;
    load.verify(&sum)?;
    client
        .execute("DELETE FROM meta WHERE name = 'moving'", &[])
        .await
        .map_err(|error| refusal(&error))?;
    Ok(())
}

const KEEP_MARK: &str = "
INSERT INTO meta (name, value) VALUES ('moving', $1::text::json)
ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// How far a move into this database has come, if one was begun.
async fn mark(client: &Client) -> Result<Option<MoveMark>, StoreError> {
    let rows = client
        .query("SELECT value::text FROM meta WHERE name = 'moving'", &[])
        .await
        .map_err(|error| refusal(&error))?;
    let mark = rows.first().map(|row| serde_json::from_str(row.get(0)));
    mark.transpose().map_err(|error| StoreError::Corrupt {
        table: "meta",
        source: codec::without_content(&error),
    })
}

/// Judges every row as of one moment; a row that somebody else changes meanwhile makes it a conflict.
async fn sift(client: &mut Client, sieve: &mut dyn Sieve) -> Result<Removed, StoreError> {
    let all = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .start()
        .await
        .map_err(|error| refusal(&error))?;
    records::each(&all, |_, _, record| {
        sieve.survey(&record);
        Ok(())
    })
    .await?;
    let (mut removed, mut gone, mut instead) =
        (Removed::default(), Vec::new(), TableRows::default());
    records::each(&all, |table, key, record| {
        match sieve.judge(&record) {
            Fate::Keep => return Ok(()),
            Fate::Replace(other) => instead.add(&other),
            Fate::Drop => {}
        }
        removed.count(&record);
        gone.push((table, key));
        Ok(())
    })
    .await?;
    for (table, key) in &gone {
        let deleted = all.execute(table.delete(), &[key]).await;
        deleted.map_err(|error| refusal(&error))?;
    }
    instead.add(&Record::Audit(sieve.audit(&removed)));
    instead.write(&all).await?;
    all.commit().await.map_err(|error| refusal(&error))?;
    Ok(removed)
}

/// Makes the tables, or brings them up to date, and refuses those of a later version.
async fn prepare(database: &Database) -> Result<(), StoreError> {
    let mut client = database.patient().await?;
    client
        .execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK])
        .await
        .map_err(|error| refusal(&error))?;
    // The lock goes with the connection, which ends here.
    migrations::migrations::runner()
        .set_migration_table_name("schema_history")
        .run_async(&mut client)
        .await
        .map_err(|error| unprepared(&error))?;
    let schema = client
        .query_one("SELECT value::text FROM meta WHERE name = 'schema'", &[])
        .await
        .map_err(|error| refusal(&error))?;
    let schema: String = schema.get(0);
    codec::known(schema.parse().unwrap_or(u32::MAX))
}

fn unprepared(error: &refinery::Error) -> StoreError {
    match error.kind() {
        refinery::error::Kind::MissingVersion(migration) => StoreError::NewerSchema {
            found: u32::try_from(migration.version()).unwrap_or(u32::MAX),
            known: SCHEMA,
        },
        _ => StoreError::io("prepare the tables of the database")(std::io::Error::other(
            error.to_string(),
        )),
    }
}

async fn is_empty(client: &impl tokio_postgres::GenericClient) -> Result<bool, StoreError> {
    let any: Vec<_> = PostgresTable::ALL
        .iter()
        .map(|table| format!("EXISTS (SELECT FROM {})", table.name()))
        .collect();
    let row = client
        .query_one(&format!("SELECT {}", any.join(" OR ")), &[])
        .await
        .map_err(|error| refusal(&error))?;
    Ok(!row.get::<_, bool>(0))
}

const LOAD: &str = "
SELECT c.record::text, e.record::text
FROM (VALUES (1)) AS one
LEFT JOIN conversation c ON c.id = $1
LEFT JOIN event e ON e.conversation = $1 AND e.id = $2";

#[async_trait]
impl Store for Postgres {
    async fn load(
        &self,
        conversation: &ConversationId,
        event: &EventId,
    ) -> Result<LoadedConversation, StoreError> {
        let (conversation, event) = (key(&conversation.0), key(&event.0));
        let rows = self.database.query(LOAD, &[&conversation, &event]).await?;
        let mut kept: Option<KeptConversation> = None;
        let mut handled: Option<HandledEvent> = None;
        if let Some(row) = rows.first() {
            let record = |column| row.get::<_, Option<&str>>(column);
            kept = record(0)
                .map(|text| parse(PostgresTable::Conversation, text))
                .transpose()?;
            handled = record(1)
                .map(|text| parse(PostgresTable::Event, text))
                .transpose()?;
        }
        Ok(LoadedConversation::of(kept, handled))
    }

    async fn commit(&self, turn: TurnRecord) -> Result<Revision, StoreError> {
        commit::commit(&self.database, turn).await
    }

    async fn ticket(&self, id: &str) -> Result<Option<Ticket>, StoreError> {
        const TICKET: &str = "SELECT record::text FROM ticket WHERE id = $1";
        let rows = self.database.query(TICKET, &[&key(id)]).await?;
        rows.first()
            .map(|row| read(PostgresTable::Ticket, row, 0))
            .transpose()
    }

    async fn case(&self, id: &str) -> Result<Option<Tracked>, StoreError> {
        let wanted = "SELECT id, filed_at FROM ticket WHERE id = $1";
        let found = self.tracked(wanted, &[&key(case_of(id))]).await?;
        Ok(found.into_iter().next())
    }

    async fn cases(&self, query: &Query) -> Result<Vec<Tracked>, StoreError> {
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
        let status = query.status.map(|status| status.name());
        let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&limit];
        let mut wanted = "SELECT t.id, t.filed_at FROM ticket t".to_owned();
        if status.is_some() {
            wanted += " LEFT JOIN LATERAL (SELECT status FROM progress p WHERE p.case_id = t.id \
                       ORDER BY at DESC, serial DESC LIMIT 1) p ON true";
        }
        wanted += " WHERE t.id = t.case_id";
        // Only what is asked for is in the statement, so that its index serves.
        let mut and = |condition: &str, value: Option<_>| {
            if let Some(value) = value {
                parameters.push(value);
                wanted += &format!(" AND {condition} ${}", parameters.len());
            }
        };
        and("t.intent =", query.intent.as_ref().map(|value| value as _));
        and("t.agent =", query.agent.as_ref().map(|value| value as _));
        and("t.filed_at >=", query.from.as_ref().map(|value| value as _));
        and("t.filed_at <", query.to.as_ref().map(|value| value as _));
        and(
            "coalesce(p.status, 'open') =",
            status.as_ref().map(|value| value as _),
        );
        wanted += " ORDER BY t.filed_at DESC, t.id DESC LIMIT $1";
        self.tracked(&wanted, &parameters).await
    }

    async fn due(
        &self,
        channel: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Due>, StoreError> {
        const DUE: &str = "
            SELECT record::text FROM conversation
            WHERE wake_at <= $1 AND id >= $2 AND id < $3 ORDER BY wake_at, id LIMIT $4";
        const OWN: &str = "
            SELECT record::text FROM conversation WHERE wake_at <= $1 AND id = $2 LIMIT $3";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = if channel.ends_with(':') {
            let end = behind(channel);
            self.database
                .query(DUE, &[&now, &channel, &end, &limit])
                .await?
        } else {
            self.database
                .query(OWN, &[&now, &key(channel), &limit])
                .await?
        };
        let mut due = Vec::new();
        for row in &rows {
            let Woken { conversation, wake } = read(PostgresTable::Conversation, row, 0)?;
            // A column is coarser than a time of ours.
            due.extend(
                wake.filter(|wake| wake.at <= now)
                    .map(|wake| Due { conversation, wake }),
            );
        }
        Ok(due)
    }

    async fn questions(&self, limit: usize) -> Result<Vec<UnansweredQuestion>, StoreError> {
        const QUESTIONS: &str =
            "SELECT record::text FROM question ORDER BY at DESC, serial DESC LIMIT $1";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.database.query(QUESTIONS, &[&limit]).await?;
        rows.iter()
            .map(|row| read(PostgresTable::Question, row, 0))
            .collect()
    }

    async fn tallies(&self, within: &Period) -> Result<Vec<Tally>, StoreError> {
        let tallies = records::tallies(WITHIN_HOURS);
        let rows = self
            .database
            .query(&tallies, &[&within.from, &within.to])
            .await?;
        rows.iter()
            .map(|row| read(PostgresTable::Tally, row, 1))
            .collect()
    }

    async fn papers(&self, on: Shelf, beginning: &str) -> Result<Vec<Paper>, StoreError> {
        const PAPERS: &str = "
            SELECT record::text FROM paper WHERE shelf = $1 AND id >= $2 AND id < $3 ORDER BY id";
        let (on, end) = (shelf(on), behind(beginning));
        let rows = self
            .database
            .query(PAPERS, &[&on, &beginning, &end])
            .await?;
        rows.iter()
            .map(|row| read(PostgresTable::Paper, row, 0))
            .collect()
    }

    async fn heard_of(
        &self,
        beginning: &str,
        since: Timestamp,
    ) -> Result<Vec<ConversationId>, StoreError> {
        const HEARD_OF: &str = "
            SELECT record ->> 'conversation' FROM conversation
            WHERE id >= $1 AND id < $2 AND touched >= $3 ORDER BY id";
        let end = behind(beginning);
        let rows = self
            .database
            .query(HEARD_OF, &[&beginning, &end, &since])
            .await?;
        Ok(rows.iter().map(|row| ConversationId(row.get(0))).collect())
    }

    async fn audit(&self, within: &Period) -> Result<Vec<Audit>, StoreError> {
        const AUDIT: &str = "
            SELECT record::text FROM audit
            WHERE at >= coalesce($1, '-infinity'::timestamptz)
              AND at < coalesce($2, 'infinity'::timestamptz) ORDER BY at, serial";
        let rows = self
            .database
            .query(AUDIT, &[&within.from, &within.to])
            .await?;
        rows.iter()
            .map(|row| read(PostgresTable::Audit, row, 0))
            .collect()
    }

    async fn backup(&self, to: &mut (dyn Write + Send)) -> Result<u64, StoreError> {
        let mut client = self.database.patient().await?;
        let moment = client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await
            .map_err(|error| refusal(&error))?;
        let mut writer = backup::Writer::new(to)?;
        records::each(&moment, |_, _, record| writer.add(&record)).await?;
        writer.finish()
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn changed(&self) {
        self.listener.changed(&self.database).await;
    }

    async fn lease(
        &self,
        name: &str,
        holder: &str,
        term: Duration,
    ) -> Result<Option<Fence>, StoreError> {
        // By the database's clock: those of two machines differ.
        const LEASE: &str = "
            INSERT INTO lease AS l (name, holder, epoch, until)
            VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 second')
            ON CONFLICT (name) DO UPDATE
            SET holder = excluded.holder, until = excluded.until,
                epoch = l.epoch + CASE WHEN l.holder = excluded.holder THEN 0 ELSE 1 END
            WHERE l.holder = excluded.holder OR l.until < clock_timestamp()
            RETURNING epoch";
        let rows = self
            .database
            .query(LEASE, &[&name, &holder, &term.as_secs_f64()])
            .await?;
        Ok(rows.first().map(|row| Fence {
            name: name.to_owned(),
            epoch: row.get(0),
        }))
    }

    async fn release(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        const RELEASE: &str =
            "UPDATE lease SET until = '-infinity' WHERE name = $1 AND holder = $2";
        self.database.query(RELEASE, &[&name, &holder]).await?;
        Ok(())
    }
}

const WITHIN_HOURS: &str = "WHERE hour >= coalesce($1, '-infinity'::timestamptz) AND hour < coalesce($2, 'infinity'::timestamptz)";

/// As much of a conversation as a reminder must know.
#[derive(Deserialize)]
struct Woken {
    conversation: ConversationId,
    #[serde(default)]
    wake: Option<Wake>,
}

/// Returns what sorts behind every id that begins so.
fn behind(beginning: &str) -> String {
    format!("{beginning}{}", char::MAX)
}

impl Postgres {
    /// Returns the cases whose first drafts a statement names, in their order.
    async fn tracked(
        &self,
        wanted: &str,
        parameters: database::Parameters<'_>,
    ) -> Result<Vec<Tracked>, StoreError> {
        let sql = format!(
            "WITH wanted AS ({wanted})
             SELECT ARRAY(SELECT record::text FROM ticket WHERE case_id = wanted.id ORDER BY length(id), id),
                    ARRAY(SELECT record::text FROM progress WHERE case_id = wanted.id ORDER BY at, serial)
             FROM wanted ORDER BY filed_at DESC, id DESC"
        );
        let rows = self.database.query(&sql, parameters).await?;
        let mut cases = Vec::new();
        for row in &rows {
            let versions = row.get::<_, Vec<&str>>(0).into_iter();
            let versions = versions.map(|text| parse::<Ticket>(PostgresTable::Ticket, text));
            let mut earlier = versions.collect::<Result<Vec<_>, _>>()?;
            let steps = row.get::<_, Vec<&str>>(1).into_iter();
            let steps = steps.map(|text| parse(PostgresTable::Progress, text));
            let Some(latest) = earlier.pop() else {
                continue;
            };
            cases.push(Tracked {
                latest,
                earlier,
                progress: steps.collect::<Result<_, _>>()?,
            });
        }
        Ok(cases)
    }
}
