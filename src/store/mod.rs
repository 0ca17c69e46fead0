//! What Sigap remembers: conversations, handled events, tickets, unanswered questions and the audit.
//!
//! A [`Store`] speaks in whole turns, not in rows: one [`commit`](Store::commit) keeps everything that a turn changed
//! or nothing, so that a transaction of an embedded engine and one of an SQL server serve alike.
//! A conversation carries a [`Revision`]; a commit on an outdated one gets [`StoreError::Conflict`] and decides
//! anew, so an update is never lost and never overwritten.
//! What was acknowledged survives `kill -9` and a power cut, and an event is handled once.

mod backup;
mod codec;
pub mod lease;
mod moving;
mod place;
pub mod postgres;
mod rebuild;
pub mod sled;
mod tally;

use std::future;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::dialog::{Conversation, Effect};
use crate::message::{ChannelKind, ConversationId, EventId};
use crate::ticket::{Progress, Status, Ticket, Tracked};

pub use codec::{HandledEvent, KeptConversation, Record};
pub use place::{Address, NoPlace, StorePlace};
pub use rebuild::{Fate, Rebuilt, Removed, Sieve};
pub use tally::Tally;

/// How long a handled event is remembered.
///
/// Gateways replay within minutes; a week also covers somebody pressing an old button again after a long weekend,
/// and keeps the table at a week's traffic for good.
pub const EVENT_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Where turns are kept; one suite of tests (`tests/it/store.rs`) holds every engine to this contract.
///
/// Restoring a backup and rebuilding without some records are not here: they make a store, so they are beside each
/// engine's `open`.
#[async_trait]
pub trait Store: std::fmt::Debug + Send + Sync {
    /// Returns where a conversation is, and what `event` led to if it was handled before.
    ///
    /// The state may be newer than what is durable already, since a commit that builds on it is acknowledged only
    /// after it; a replay is always durable, because it is shown without another commit.
    async fn load(
        &self,
        conversation: &ConversationId,
        event: &EventId,
    ) -> Result<LoadedConversation, StoreError>;

    /// Keeps a whole turn or nothing of it; once this returns `Ok`, the turn is durable.
    ///
    /// Dropping the future does not take a turn back that is already on its way: a repeated event finds its effects.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] when the conversation moved on, the event was handled, or a ticket's id exists: load again.
    async fn commit(&self, turn: TurnRecord) -> Result<Revision, StoreError>;

    /// Returns the ticket with this id: this version of the draft and no other.
    async fn ticket(&self, id: &str) -> Result<Option<Ticket>, StoreError>;

    /// Returns the case that a ticket belongs to as it is now.
    async fn case(&self, id: &str) -> Result<Option<Tracked>, StoreError>;

    /// Returns the cases that a query asks for, the newest first.
    async fn cases(&self, query: &Query) -> Result<Vec<Tracked>, StoreError>;

    /// Returns the drafts of the cases that a query asks for, each in its latest version.
    async fn tickets(&self, query: &Query) -> Result<Vec<Ticket>, StoreError> {
        let cases = self.cases(query).await?;
        Ok(cases.into_iter().map(|case| case.latest).collect())
    }

    /// Returns the conversations of one channel that were to be woken by now, those that wait longest first.
    ///
    /// A `channel` that ends with a colon means all conversations whose ids begin with it, another for the one with
    /// this id.
    async fn due(
        &self,
        channel: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Due>, StoreError>;

    /// Returns the latest unanswered questions, newest first.
    async fn questions(&self, limit: usize) -> Result<Vec<UnansweredQuestion>, StoreError>;

    /// Returns what was counted in the hours that begin within a time, earliest first.
    async fn tallies(&self, within: &Period) -> Result<Vec<Tally>, StoreError>;

    /// Returns the papers of a shelf whose ids begin so, in the order of their ids.
    async fn papers(&self, shelf: Shelf, beginning: &str) -> Result<Vec<Paper>, StoreError>;

    /// Returns the conversations whose ids begin so and that were heard of at a time or later.
    async fn heard_of(
        &self,
        beginning: &str,
        since: Timestamp,
    ) -> Result<Vec<ConversationId>, StoreError>;

    /// Returns the audit of a time, earliest first.
    async fn audit(&self, within: &Period) -> Result<Vec<Audit>, StoreError>;

    /// Writes everything in a form that every engine restores, and returns the number of records.
    ///
    /// It shows one moment.
    async fn backup(&self, to: &mut (dyn Write + Send)) -> Result<u64, StoreError>;

    /// Whether other processes use the same store at the same time.
    fn is_shared(&self) -> bool {
        false
    }

    /// Waits until a lead has changed something that every process has in memory: a version, a contact, a channel.
    ///
    /// An engine for one process never ends here: the process that changed something there knows.
    async fn changed(&self) {
        future::pending().await
    }

    /// Takes a part of the work for a time, or keeps it if `holder` has it already; none while somebody else has it.
    ///
    /// Every commit under the [`Fence`] is refused once somebody else has taken the part.
    /// An engine for one process shares with no other and gives what is asked for.
    async fn lease(
        &self,
        name: &str,
        _holder: &str,
        _term: Duration,
    ) -> Result<Option<Fence>, StoreError> {
        Ok(Some(Fence {
            name: name.to_owned(),
            epoch: 0,
        }))
    }

    /// Gives a part of the work back before its time is over.
    async fn release(&self, _name: &str, _holder: &str) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Opens the store at a place, or makes an empty one there.
///
/// # Errors
///
/// Those of [`sled::open`] and [`postgres::open`].
pub async fn open(place: &StorePlace) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match place {
        StorePlace::Folder(dir) => Arc::new(sled::open(dir)?),
        StorePlace::Postgres(address) => Arc::new(postgres::open(address).await?),
    })
}

/// Makes a store at an empty place from a backup and returns the number of records.
///
/// # Errors
///
/// Those of [`sled::restore`] and [`postgres::restore`].
pub async fn restore(place: &StorePlace, from: &mut dyn BufRead) -> Result<u64, StoreError> {
    match place {
        StorePlace::Folder(dir) => sled::restore(dir, from),
        StorePlace::Postgres(address) => postgres::restore(address, from).await,
    }
}

/// Takes out of the store at a place what a sieve does not let through.
///
/// # Errors
///
/// Those of [`sled::rebuild`] and [`postgres::rebuild`].
pub async fn rebuild(place: &StorePlace, sieve: &mut dyn Sieve) -> Result<Rebuilt, StoreError> {
    match place {
        StorePlace::Folder(dir) => sled::rebuild(dir, sieve),
        StorePlace::Postgres(address) => postgres::rebuild(address, sieve).await,
    }
}

/// Under which lease a turn was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The part of the work.
    pub name: String,
    /// How often it has changed hands.
    pub epoch: i64,
}

/// Everything that one turn changed.
#[derive(Debug, Clone)]
pub struct TurnRecord {
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// The event it answers.
    pub event: EventId,
    /// When it happened; handled events expire by this clock.
    pub at: Timestamp,
    /// The revision that the decision was made on.
    pub expected: Revision,
    /// Where the conversation is now.
    pub state: Conversation,
    /// What to show, kept to be delivered again when the event is repeated.
    pub effects: Vec<Effect>,
    /// The tickets it filed.
    pub tickets: Vec<Ticket>,
    /// How cases went on.
    pub progress: Vec<Progress>,
    /// When the conversation wants to be woken; in the place of what it wanted before.
    pub wake: Option<Wake>,
    /// The utterance, if it went unanswered.
    pub question: Option<UnansweredQuestion>,
    /// Who did what.
    pub audit: Vec<Audit>,
    /// What is put on a shelf, in the place of the paper with the same id.
    pub papers: Vec<Paper>,
    /// The lease that must still be held, if the work is divided.
    pub fence: Option<Fence>,
}

impl TurnRecord {
    /// Returns a turn that leaves a conversation where it was loaded, for adding to it what else was done.
    pub fn beside(
        conversation: ConversationId,
        event: EventId,
        at: Timestamp,
        loaded: LoadedConversation,
    ) -> TurnRecord {
        TurnRecord {
            conversation,
            event,
            at,
            expected: loaded.revision,
            state: loaded.conversation,
            effects: Vec::new(),
            tickets: Vec::new(),
            progress: Vec::new(),
            wake: loaded.wake,
            question: None,
            audit: Vec::new(),
            papers: Vec::new(),
            fence: None,
        }
    }
}

/// Something that another room keeps: the store holds it without reading it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paper {
    /// Where it lies.
    pub shelf: Shelf,
    /// Its name there, at most 200 bytes.
    pub id: String,
    /// What it says; none takes it away.
    pub content: Option<Json>,
}

/// What kind of paper something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    /// A published version of an SOP.
    Versions,
    /// An SOP file that a lead looks at before it is published.
    Proposals,
    /// A post that shows an SOP, and who has read it.
    Shares,
    /// A filed draft on its way to the ticketing system.
    Outbox,
    /// A company's contacts that a lead has added.
    Contacts,
}

/// Where a conversation is.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedConversation {
    /// Its state; the default when it is new.
    pub conversation: Conversation,
    /// What a commit on it must expect.
    pub revision: Revision,
    /// When it wants to be woken.
    pub wake: Option<Wake>,
    /// What the event led to when it was handled: deliver that again and do nothing else.
    pub replay: Option<Vec<Effect>>,
}

impl LoadedConversation {
    /// What an engine has of a conversation, and of the event that is handled in it.
    fn of(kept: Option<KeptConversation>, handled: Option<HandledEvent>) -> Self {
        let (revision, conversation, wake) = kept
            .map(|kept| (kept.revision, kept.state, kept.wake))
            .unwrap_or_default();
        Self {
            conversation,
            revision,
            wake,
            replay: handled.map(|handled| handled.effects),
        }
    }
}

/// When a conversation wants to be heard of although no agent says anything, and what a channel has to know then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wake {
    /// The time.
    pub at: Timestamp,
    /// The agent.
    pub user: String,
    /// How customers reach the agents of its channel.
    pub channel_kind: ChannelKind,
    /// The service its channel is about.
    pub service: Option<String>,
}

/// A conversation whose time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which one.
    pub conversation: ConversationId,
    /// What it wanted.
    pub wake: Wake,
}

/// How often a conversation was changed; the default is that of a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(u64);

impl Revision {
    /// Returns the revision that a commit on this one leads to.
    #[must_use]
    pub fn next(self) -> Revision {
        Revision(self.0 + 1)
    }

    /// Returns the number as databases count.
    fn number(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }
}

/// Which tickets to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Only this intent.
    pub intent: Option<String>,
    /// Only this agent.
    pub agent: Option<String>,
    /// Filed at this time or later.
    pub from: Option<Timestamp>,
    /// Filed before this time.
    pub to: Option<Timestamp>,
    /// Only cases that are so far.
    pub status: Option<Status>,
    /// At most so many.
    pub limit: usize,
}

impl Default for Query {
    /// Asks for every ticket.
    fn default() -> Query {
        Query {
            intent: None,
            agent: None,
            from: None,
            to: None,
            status: None,
            limit: usize::MAX,
        }
    }
}

/// A stretch of time; the default is all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// At this time or later.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
}

/// An utterance that was not answered, for the leads to see what the catalogue lacks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnansweredQuestion {
    /// What was asked, redacted by the caller.
    pub text: String,
    /// The intent that came closest.
    pub intent: Option<String>,
    /// The point that answered it, when an agent said what is wrong with that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<String>,
    /// How sure the matcher was of it.
    pub confidence: f64,
    /// What was decided: `clarify`, `fallback`, `forwarded`; or what is wrong with the answer.
    pub decision: String,
    /// The owner of the procedure it was forwarded to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// When it was asked.
    pub at: Timestamp,
    /// How customers reach the agent who asked.
    pub channel_kind: ChannelKind,
}

/// One line of the audit: who did what to which subject, without content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// When it was done.
    pub at: Timestamp,
    /// The agent, lead or operator.
    pub who: String,
    /// The deed: `ticket.file`, `sop.publish`.
    pub what: String,
    /// The id of what it was done to.
    pub subject: String,
    /// What it was before, where that is short and no customer's data: a version, a kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Audit {
    /// Returns a line about a deed without a before and after.
    pub fn new(
        at: Timestamp,
        who: impl Into<String>,
        what: impl Into<String>,
        subject: impl Into<String>,
    ) -> Audit {
        Audit {
            at,
            who: who.into(),
            what: what.into(),
            subject: subject.into(),
            before: None,
            after: None,
        }
    }

    /// Adds what was changed into what.
    #[must_use]
    pub fn changed(self, before: Option<String>, after: Option<String>) -> Audit {
        Audit {
            before,
            after,
            ..self
        }
    }
}

/// Copies everything and returns the number of records; `progress` hears how many of how many are there.
///
/// # Errors
///
/// [`StoreError::Occupied`] when the target holds something, [`StoreError::AnotherMove`], [`StoreError::InUse`], [`StoreError::Differs`],
/// and whatever keeps either store from being used. A move that was interrupted goes on when it is asked for again.
pub async fn migrate(
    from: &StorePlace,
    to: &StorePlace,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<u64, StoreError> {
    if let StorePlace::Postgres(address) = from {
        postgres::idle(address).await?;
    }
    let source = open(from).await?;
    // A file without a name: whatever happens, no copy of anybody's data is left behind.
    let mut spool = tempfile::tempfile().map_err(StoreError::io("make a file for the copy"))?;
    let total = source.backup(&mut BufWriter::new(&mut spool)).await?;
    drop(source);
    spool.rewind().map_err(StoreError::io("read the copy"))?;
    let mut spool = BufReader::new(spool);
    let mut load = moving::Load::new(&mut spool, total, progress)?;
    match to {
        StorePlace::Folder(dir) => sled::receive(dir, &mut load)?,
        StorePlace::Postgres(address) => postgres::receive(address, &mut load).await?,
    }
    Ok(total)
}

/// Why a store refused. No variant holds what a customer or an agent wrote.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else was first: load again and decide anew.
    #[error(
        "the conversation, the event or a ticket was committed meanwhile: load again and decide anew"
    )]
    Conflict,
    /// Another process has the store.
    #[error(
        "the store at `{}` is in use by another process: stop that one first, or name another directory with `--state`",
        path.display()
    )]
    Locked { path: PathBuf },
    /// The files are damaged; they were moved aside, never deleted.
    #[error(
        "the store at `{}` is damaged ({cause}); its files are kept in `{}`: bring the latest backup back with \
         `sigap restore FILE`, or move them away to begin with an empty store",
        path.display(), kept_aside.display()
    )]
    Unopenable {
        path: PathBuf,
        kept_aside: PathBuf,
        cause: String,
    },
    /// The engine failed, so nothing more is accepted on this handle.
    ///
    /// Reads are tried, but may be refused as well: sled reorganises pages while it reads, which writes.
    #[error(
        "the store takes no more changes because its engine failed ({cause}): free or repair the disk and start again; \
         should it not open then, bring the latest backup back with `sigap restore FILE`"
    )]
    ReadOnly { cause: String },
    /// A later version of Sigap wrote this.
    #[error(
        "written in schema {found} by a later sigap, this one knows up to {known}: start the later version, or bring a \
         backup of this version back with `sigap restore FILE`"
    )]
    NewerSchema { found: u32, known: u32 },
    /// One record does not read although the engine is well.
    #[error(
        "a record of `{table}` does not read: bring the latest backup back with `sigap restore FILE`"
    )]
    Corrupt {
        table: &'static str,
        source: io::Error,
    },
    /// A backup is cut off or was altered.
    #[error(
        "line {line} of the backup {why}; nothing was restored: take another copy or an older backup"
    )]
    BadBackup { line: u64, why: &'static str },
    /// There is no store where one was expected.
    #[error("there is no store at `{}`: name its directory with `--state`", path.display())]
    Missing { path: PathBuf },
    /// No host of the database takes writes just now; whether a commit was done is not known.
    #[error(
        "the database does not answer ({cause}): it is tried again with the next message; see whether its hosts are up"
    )]
    Away { cause: String },
    /// Somebody else has taken over the part of the work that the turn belongs to.
    #[error("another process has taken over: nothing was changed")]
    Fenced,
    /// There is something where a backup should go.
    #[error(
        "`{place}` is not empty: `sigap restore` needs an empty or new place, so that it overwrites nothing"
    )]
    Occupied { place: StorePlace },
    /// A move into this place was begun and not finished.
    #[error(
        "a move into `{place}` was not finished: run `sigap migrate` again, it goes on where it was"
    )]
    Unfinished { place: StorePlace },
    /// What is in the target was moved from elsewhere, or the source has changed since.
    #[error(
        "`{place}` holds part of another move, or the source was used since: empty it and run `sigap migrate` again"
    )]
    AnotherMove { place: StorePlace },
    /// Somebody is at work in the source.
    #[error(
        "`{holder}` serves from this database: stop every process of the bot, then run `sigap migrate` again"
    )]
    InUse { holder: String },
    /// The copy is not the same.
    #[error(
        "the copy reads back differently ({moved} records were moved, {found} are there): empty the target and run \
         `sigap migrate` again"
    )]
    Differs { moved: u64, found: u64 },
    /// Everything else that files do.
    #[error("cannot {doing}")]
    Io { doing: String, source: io::Error },
}

impl StoreError {
    /// Makes the `map_err` of a file operation, `doing` read as "cannot …".
    fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> StoreError {
        let doing = doing.into();
        move |source| StoreError::Io { doing, source }
    }
}
