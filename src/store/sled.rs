//! The embedded engine: sled in one directory, for one process.
//!
//! One thread commits. It drains every commit that waits, applies each as a transaction over all tables, makes them
//! durable together and only then acknowledges them, so that 32 agents share one disk barrier.
//! After any engine error nothing more is accepted on this handle: sled's errors are sticky, and a retry could
//! acknowledge what the disk never took.
//! Reads run on tokio's blocking threads, since sled may have to fetch a page from the disk; but for every message's
//! own, whose conversation was mostly in work a moment ago: to change threads costs several times what it reads.

mod disk;
mod tables;

use std::convert::Infallible;
use std::io::{self, BufRead, BufWriter, Write};
use std::iter;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use ::sled::transaction::{ConflictableTransactionError, TransactionError, Transactional};
use ::sled::{IVec, Tree};
use async_trait::async_trait;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::{mpsc, oneshot};
use tokio::task;

use super::backup::{self, Sum};
use super::codec::{self, HandledEvent, KeptConversation, Record};
use super::moving::{Load, MoveMark};
use super::{
    Audit, Due, EVENT_KEPT, Fate, LoadedConversation, Paper, Period, Query, Rebuilt, Removed,
    Revision, Shelf, Sieve, Store, StoreError, StorePlace, Tally, TurnRecord, UnansweredQuestion,
    Wake,
};
use crate::message::{ConversationId, EventId};
use crate::ticket::{Progress, Ticket, Tracked, case_of, revision_id};
use disk::{Dir, Disk, Refusal};
use tables::{Put, TIME_BYTES, Table, TransactionStep, View, ours};

/// How many commits may wait before callers do: a few barriers' worth, so that a stalled disk holds agents back
/// instead of filling the memory.
const WAITING_MAX: usize = 256;

/// How many commits share a barrier at most, so that the first of them does not wait for ever.
const GROUP_MAX: usize = WAITING_MAX;

/// How many expired events a commit forgets: more than the one it adds, so that a backlog shrinks, and few enough not
/// to be felt.
const EXPIRED_MAX: usize = 4;

/// How much of a backup is handed over at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// A store in a directory. Dropping it commits what waits and gives the directory free.
#[derive(Debug)]
pub struct Sled {
    engine: Arc<Engine>,
    /// Taken by `drop`: the committer ends when its queue has no sender.
    queue: Option<mpsc::Sender<CommitRequest>>,
    committer: Option<JoinHandle<()>>,
}

/// Opens the store in `dir`, or makes an empty one. Blocks; meant for the start of a program.
///
/// # Errors
///
/// [`StoreError::Locked`], [`StoreError::Unopenable`], [`StoreError::NewerSchema`], or [`StoreError::Io`] when the files could not be
/// reached, in which case they stay where they are.
pub fn open(dir: &Path) -> Result<Sled, StoreError> {
    let dir = Arc::new(Dir::lock(dir)?);
    if !dir.home().exists() {
        dir.nothing_aside()?;
        dir.make(|home| Engine::open(home, &dir)?.seal())?;
    }
    Sled::start(Engine::whole(&dir)?)
}

/// Makes a store in an empty or new directory from a backup and returns the number of records. Blocks.
///
/// The store appears when the whole backup has proved sound; otherwise nothing but the lock file is left.
///
/// # Errors
///
/// [`StoreError::BadBackup`], [`StoreError::Occupied`], [`StoreError::Locked`], [`StoreError::NewerSchema`], [`StoreError::Io`].
pub fn restore(dir: &Path, from: &mut dyn BufRead) -> Result<u64, StoreError> {
    let dir = Arc::new(Dir::lock(dir)?);
    dir.vacant()?;
    dir.make(|home| {
        let engine = Engine::open(home, &dir)?;
        let mut reader = backup::BackupReader::new(from)?;
        while let Some(record) = reader.next()? {
            engine.keep(&record)?;
        }
        engine.seal()?;
        Ok(reader.records())
    })
}

/// Takes in everything that is moved here; the store cannot be opened before that has ended well. Blocks.
pub(super) fn receive(path: &Path, load: &mut Load<'_>) -> Result<(), StoreError> {
    let place = StorePlace::Folder(path.to_owned());
    let dir = Arc::new(Dir::lock(path)?);
    if !dir.home().exists() {
        dir.vacant()?;
        dir.make(|home| Engine::open(home, &dir)?.keep_piece(&[], &MoveMark::default()))?;
    }
    let engine = Engine::open(&dir.home(), &dir)?;
    let Some(mark) = engine.get::<MoveMark>(Table::Schema, MOVING)? else {
        return Err(StoreError::Occupied { place });
    };
    load.pass(&mark, &place)?;
    loop {
        let (piece, mark) = load.piece()?;
        if piece.is_empty() {
            break;
        }
        engine.keep_piece(&piece, &mark)?;
        load.kept();
    }
    let mut sum = Sum::default();
    engine.records(|record| sum.add(&record))?;
    load.verify(&sum)?;
    engine.seal()
}

/// Writes the store in `dir` anew without what a sieve takes out, and deletes the old files. Blocks.
///
/// This is what makes an erasure real: sled keeps a removed value in its file until it happens to use the space again.
/// Everything that stays goes through the records of a backup into a new directory, is read back from the disk and
/// compared before that directory takes the place of the old one; for that long the disk holds both.
/// A crash leaves either store whole, and the next [`open`] clears the other away.
///
/// # Errors
///
/// [`StoreError::Missing`], [`StoreError::Locked`] while a process uses the store, and those of [`open`]. Unless the error is
/// about renaming or deleting, the store is as it was.
pub fn rebuild(dir: &Path, sieve: &mut dyn Sieve) -> Result<Rebuilt, StoreError> {
    let path = dir;
    let missing = || StoreError::Missing { path: path.into() };
    // An empty store would be made and found clean, at a path that was mistyped.
    if !path.exists() {
        return Err(missing());
    }
    let dir = Arc::new(Dir::lock(path)?);
    if !dir.home().exists() {
        dir.nothing_aside()?;
        return Err(missing());
    }
    let old = Engine::whole(&dir)?;
    old.records(|record| {
        sieve.survey(&record);
        Ok(())
    })?;
    let (removed, what) = dir.remake(|home| {
        let new = Engine::open(home, &dir)?;
        let (removed, seal) = old.sift(&new, sieve)?;
        new.disk.durable()?;
        drop((old, new));

        let new = Engine::open(home, &dir)?;
        if new.attest()? != seal {
            let differs = io::Error::other("it reads back differently");
            return Err(StoreError::io("rebuild the store")(differs));
        }
        let line = sieve.audit(&removed);
        let what = line.what.clone();
        new.keep(&Record::Audit(line))?;
        new.seal()?;
        Ok((removed, what))
    })?;
    tracing::info!(
        what,
        tickets = removed.tickets,
        conversations = removed.conversations,
        events = removed.events,
        questions = removed.questions,
        audit = removed.audit,
        "the store was rebuilt without these"
    );
    let left_aside = dir.aside()?;
    Ok(Rebuilt {
        removed,
        left_aside,
    })
}

#[async_trait]
impl Store for Sled {
    async fn load(
        &self,
        conversation: &ConversationId,
        event: &EventId,
    ) -> Result<LoadedConversation, StoreError> {
        let loaded = self.engine.load(conversation, event)?;
        if loaded.replay.is_some() {
            // Its commit may still be waiting for the disk, and a replay is shown without another one.
            self.read(|engine| engine.disk.durable()).await?;
        }
        Ok(loaded)
    }

    async fn commit(&self, turn: TurnRecord) -> Result<Revision, StoreError> {
        let (done, outcome) = oneshot::channel();
        self.request(CommitRequest::Commit(Box::new(turn), done))
            .await?;
        outcome.await.map_err(|_| stopped())?
    }

    async fn ticket(&self, id: &str) -> Result<Option<Ticket>, StoreError> {
        let key = tables::id_key(id);
        self.read(move |engine| engine.get(Table::Tickets, &key))
            .await
    }

    async fn case(&self, id: &str) -> Result<Option<Tracked>, StoreError> {
        let case = case_of(id).to_owned();
        self.read(move |engine| engine.case(&case)).await
    }

    async fn cases(&self, query: &Query) -> Result<Vec<Tracked>, StoreError> {
        let query = query.clone();
        self.read(move |engine| engine.cases(&query)).await
    }

    async fn due(
        &self,
        channel: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Due>, StoreError> {
        let channel = channel.to_owned();
        self.read(move |engine| engine.due(&channel, now, limit))
            .await
    }

    async fn questions(&self, limit: usize) -> Result<Vec<UnansweredQuestion>, StoreError> {
        self.read(move |engine| engine.questions(limit)).await
    }

    async fn tallies(&self, within: &Period) -> Result<Vec<Tally>, StoreError> {
        let within = *within;
        self.read(move |engine| engine.within(Table::Tallies, within))
            .await
    }

    async fn audit(&self, within: &Period) -> Result<Vec<Audit>, StoreError> {
        let within = *within;
        self.read(move |engine| engine.within(Table::Audit, within))
            .await
    }

    async fn papers(&self, shelf: Shelf, beginning: &str) -> Result<Vec<Paper>, StoreError> {
        let beginning = beginning.to_owned();
        self.read(move |engine| engine.papers(shelf, &beginning))
            .await
    }

    async fn heard_of(
        &self,
        beginning: &str,
        since: Timestamp,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let beginning = beginning.to_owned();
        self.read(move |engine| engine.heard_of(&beginning, since))
            .await
    }

    async fn backup(&self, to: &mut (dyn Write + Send)) -> Result<u64, StoreError> {
        let (chunks, mut written) = mpsc::channel(1);
        let (done, outcome) = oneshot::channel();
        self.request(CommitRequest::Backup(Chunks(chunks), done))
            .await?;
        while let Some(chunk) = written.recv().await {
            to.write_all(&chunk)
                .map_err(StoreError::io("write the backup"))?;
        }
        to.flush().map_err(StoreError::io("write the backup"))?;
        outcome.await.map_err(|_| stopped())?
    }
}

impl Sled {
    fn start(engine: Engine) -> Result<Sled, StoreError> {
        let engine = Arc::new(engine);
        let (queue, waiting) = mpsc::channel(WAITING_MAX);
        let committer = thread::Builder::new()
            .name("sigap-store".into())
            .spawn({
                let engine = Arc::clone(&engine);
                move || engine.serve(waiting)
            })
            .map_err(StoreError::io("start the store's thread"))?;
        Ok(Sled {
            engine,
            queue: Some(queue),
            committer: Some(committer),
        })
    }

    async fn request(&self, request: CommitRequest) -> Result<(), StoreError> {
        let queue = self
            .queue
            .as_ref()
            .expect("the queue is there until `drop`");
        queue.send(request).await.map_err(|_| stopped())
    }

    async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Engine) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let engine = Arc::clone(&self.engine);
        task::spawn_blocking(move || look(&engine))
            .await
            .map_err(|_| stopped())?
    }
}

impl Drop for Sled {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(committer) = self.committer.take() {
            // A panic in there was reported by the panic hook and answered with `stopped`.
            let _ = committer.join();
        }
    }
}

/// What callers see of a thread that panicked.
fn stopped() -> StoreError {
    StoreError::ReadOnly {
        cause: "a thread of the store stopped".into(),
    }
}

/// What the committer is asked for.
enum CommitRequest {
    Commit(
        Box<TurnRecord>,
        oneshot::Sender<Result<Revision, StoreError>>,
    ),
    /// Served between commits, so that it shows one moment.
    Backup(Chunks, oneshot::Sender<Result<u64, StoreError>>),
}

/// Carries a backup from the committer to the task that asked for it.
struct Chunks(mpsc::Sender<Vec<u8>>);

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .blocking_send(bytes.to_vec())
            .map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The tables of an open database, and the lock on its directory.
#[derive(Debug)]
struct Engine {
    trees: Vec<Tree>,
    disk: Disk,
    /// Given free last, after sled has closed its files.
    dir: Arc<Dir>,
}

impl Engine {
    fn open(home: &Path, dir: &Arc<Dir>) -> Result<Engine, Refusal> {
        let disk = Disk::open(home)?;
        let trees = Table::ALL
            .iter()
            .map(|table| disk.db.open_tree(table.name()))
            .collect::<Result<_, _>>()
            .map_err(|error| disk::refusal(home, error))?;
        Ok(Engine {
            trees,
            disk,
            dir: Arc::clone(dir),
        })
    }

    /// Opens the store of a directory; one that is damaged is set aside.
    fn whole(dir: &Arc<Dir>) -> Result<Engine, StoreError> {
        let home = dir.home();
        let opened = Engine::open(&home, dir).and_then(|engine| engine.sealed(&home));
        opened.map_err(|refusal| match refusal {
            Refusal::Damaged(cause) => dir.set_aside(cause),
            Refusal::Other(error) => error,
        })
    }

    /// Marks a store as whole and makes it durable.
    fn seal(&self) -> Result<(), StoreError> {
        let seal = Put::new(Table::Schema, SEAL.into(), &())?;
        self.write(|view| {
            view.remove(Table::Schema, MOVING)?;
            view.put(&seal)
        })?;
        self.disk.durable()
    }

    /// Keeps part of what is moved here, and how far that has come.
    fn keep_piece(&self, piece: &[Record], mark: &MoveMark) -> Result<(), StoreError> {
        let mut puts = vec![vec![Put::new(Table::Schema, MOVING.into(), mark)?]];
        for record in piece {
            puts.push(self.puts(record)?);
        }
        self.write(|view| puts.iter().flatten().try_for_each(|put| view.put(put)))?;
        self.disk.durable()
    }

    /// Checks the mark: sled opens a data file that was emptied or overwritten as an empty database, without an error.
    fn sealed(self, home: &Path) -> Result<Engine, Refusal> {
        let moving = self.tree(Table::Schema).get(MOVING);
        if matches!(moving, Ok(Some(_))) {
            return Err(Refusal::Other(StoreError::Unfinished {
                place: self.dir.path().to_owned().into(),
            }));
        }
        let seal = self.tree(Table::Schema).get(SEAL);
        let Some(seal) = seal.map_err(|error| disk::refusal(home, error))? else {
            let cause = "its data file has lost its content".into();
            return Err(Refusal::Damaged(cause));
        };
        match codec::parts(Table::Schema.name(), &seal) {
            Ok(_) => Ok(self),
            Err(newer @ StoreError::NewerSchema { .. }) => Err(Refusal::Other(newer)),
            Err(error) => Err(Refusal::Damaged(error.to_string())),
        }
    }

    /// The committer's life: takes what waits, makes it durable at once, answers.
    fn serve(&self, mut waiting: mpsc::Receiver<CommitRequest>) {
        while let Some(first) = waiting.blocking_recv() {
            // The queue is looked at again after each, which lets those in that were acknowledged a moment ago.
            let others = iter::from_fn(|| waiting.try_recv().ok());
            let (mut committed, mut backups) = (Vec::new(), Vec::new());
            for request in iter::once(first).chain(others).take(GROUP_MAX) {
                match request {
                    CommitRequest::Commit(turn, done) => committed.push((self.commit(*turn), done)),
                    CommitRequest::Backup(chunks, done) => backups.push((chunks, done)),
                }
            }
            // Its error is every commit's: `sound` gives it to each of them.
            let _ = self.disk.durable();
            for (applied, done) in committed {
                let outcome = applied.and_then(|revision| self.disk.sound().map(|()| revision));
                // A caller that stopped waiting finds the effects when the event is repeated.
                let _ = done.send(outcome);
            }
            for (chunks, done) in backups {
                let _ = done.send(self.backup(chunks));
            }
        }
    }

    /// Applies a turn; it is not durable yet.
    fn commit(&self, turn: TurnRecord) -> Result<Revision, StoreError> {
        self.disk.sound()?;
        let expired = self.expired(turn.at)?;
        let conversation = tables::conversation_key(&turn.conversation);
        let (expected, revision) = (turn.expected, turn.expected.next());
        let tally = Tally::of(&turn);
        let gone: Vec<_> = turn
            .papers
            .iter()
            .filter(|paper| paper.content.is_none())
            .map(|paper| tables::paper_key(paper.shelf, &paper.id))
            .collect();
        let puts = records(turn)
            .map(|record| self.puts(&record))
            .collect::<Result<Vec<_>, _>>()?;
        self.write(|view| {
            let current: Option<WokenRow> = view.get(Table::Conversations, &conversation)?;
            let current = current.unwrap_or_default();
            if current.revision != expected {
                return Err(ours(StoreError::Conflict));
            }
            if let Some(wake) = current.wake {
                view.remove(Table::Wakes, &tables::wake_key(wake.at, &conversation))?;
            }
            for put in puts.iter().flatten() {
                view.put(put)?;
            }
            for key in &gone {
                view.remove(Table::Papers, key)?;
            }
            if let Some(more) = &tally {
                let hour = tables::time_key(more.hour);
                let mut tally = more.clone();
                if let Some(before) = view.get::<Tally>(Table::Tallies, &hour)? {
                    tally.add(&before);
                }
                view.put(&Put::new(Table::Tallies, hour.into(), &tally).map_err(ours)?)?;
            }
            for key in &expired {
                view.remove(Table::Expiry, key)?;
                view.remove(Table::Events, &key[TIME_BYTES..])?;
            }
            Ok(revision)
        })
    }

    /// Keeps one record of a backup.
    fn keep(&self, record: &Record) -> Result<(), StoreError> {
        let puts = self.puts(record)?;
        self.write(|view| puts.iter().try_for_each(|put| view.put(put)))
    }

    fn puts(&self, record: &Record) -> Result<Vec<Put>, StoreError> {
        let serial = self
            .disk
            .db
            .generate_id()
            .map_err(|error| self.disk.failed(&error))?;
        tables::puts(record, serial)
    }

    /// Returns the index keys of a few events that are not repeated any more.
    fn expired(&self, now: Timestamp) -> Result<Vec<IVec>, StoreError> {
        let Ok(oldest) = now.checked_sub(EVENT_KEPT) else {
            return Ok(Vec::new());
        };
        self.tree(Table::Expiry)
            .range(..tables::time_key(oldest))
            .keys()
            .take(EXPIRED_MAX)
            .map(|key| self.sane(key))
            .collect()
    }

    /// Reads what a message needs. In this order: an event that is handled in between makes the revision an old one, so
    /// its commit is a conflict, and nothing is done twice.
    fn load(
        &self,
        conversation: &ConversationId,
        event: &EventId,
    ) -> Result<LoadedConversation, StoreError> {
        let kept: Option<KeptConversation> = self.get(
            Table::Conversations,
            &tables::conversation_key(conversation),
        )?;
        let event_key = tables::event_key(conversation, event);
        let handled: Option<HandledEvent> = self.get(Table::Events, &event_key)?;
        Ok(LoadedConversation::of(kept, handled))
    }

    /// Returns a case; its versions are numbered without a gap, since they go together.
    fn case(&self, case: &str) -> Result<Option<Tracked>, StoreError> {
        let version = |id: &str| self.get::<Ticket>(Table::Tickets, &tables::id_key(id));
        let Some(mut latest) = version(case)? else {
            return Ok(None);
        };
        let mut earlier = Vec::new();
        while let Some(revised) = version(&revision_id(case, earlier.len() as u32 + 2))? {
            earlier.push(std::mem::replace(&mut latest, revised));
        }
        let mut progress: Vec<Progress> = Vec::new();
        let steps = self.tree(Table::Progress);
        for key in steps.scan_prefix(tables::progress_key(case)).keys() {
            progress.extend(self.get(Table::Progress, &self.sane(key)?)?);
        }
        Ok(Some(Tracked {
            latest,
            earlier,
            progress,
        }))
    }

    fn cases(&self, query: &Query) -> Result<Vec<Tracked>, StoreError> {
        let from = query.from.map(tables::time_key);
        let to = query.to.map(tables::time_key);
        let range = (
            from.map_or(Bound::Unbounded, Bound::Included),
            to.map_or(Bound::Unbounded, Bound::Excluded),
        );
        let is = |wanted: &Option<String>, value: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == value)
        };
        let mut cases = Vec::new();
        for key in self.tree(Table::Filed).range(range).keys().rev() {
            if cases.len() == query.limit {
                break;
            }
            let key = self.sane(key)?;
            let ticket: Option<Ticket> = self.get(Table::Tickets, &key[TIME_BYTES..])?;
            // A revision is noted with the first draft, whose intent and agent it keeps.
            let wanted = ticket.filter(|ticket| {
                ticket.id == ticket.case()
                    && is(&query.intent, &ticket.intent)
                    && is(&query.agent, &ticket.agent)
            });
            if let Some(first) = wanted
                && let Some(case) = self.case(&first.id)?
                && query.status.is_none_or(|status| status == case.status())
            {
                cases.push(case);
            }
        }
        Ok(cases)
    }

    fn due(&self, channel: &str, now: Timestamp, limit: usize) -> Result<Vec<Due>, StoreError> {
        let mut due = Vec::new();
        for key in self
            .tree(Table::Wakes)
            .range(..=tables::wake_key(now, &[u8::MAX]))
            .keys()
        {
            if due.len() == limit {
                break;
            }
            let key = self.sane(key)?;
            let conversation: Option<ConversationId> = self.get(Table::Wakes, &key)?;
            let is_of = |id: &ConversationId| match channel.ends_with(':') {
                true => id.0.starts_with(channel),
                false => id.0 == channel,
            };
            let Some(conversation) = conversation.filter(is_of) else {
                continue;
            };
            let kept: Option<WokenRow> = self.get(
                Table::Conversations,
                &tables::conversation_key(&conversation),
            )?;
            // What was committed since wants something else, or nothing.
            if let Some(wake) = kept.and_then(|kept| kept.wake)
                && wake.at <= now
            {
                due.push(Due { conversation, wake });
            }
        }
        Ok(due)
    }

    fn questions(&self, limit: usize) -> Result<Vec<UnansweredQuestion>, StoreError> {
        let mut questions = Vec::new();
        for key in self.tree(Table::Questions).iter().keys().rev().take(limit) {
            questions.extend(self.get(Table::Questions, &self.sane(key)?)?);
        }
        Ok(questions)
    }

    fn papers(&self, shelf: Shelf, beginning: &str) -> Result<Vec<Paper>, StoreError> {
        let mut papers = Vec::new();
        let key = tables::paper_key(shelf, beginning);
        for key in self.tree(Table::Papers).scan_prefix(key).keys() {
            papers.extend(self.get(Table::Papers, &self.sane(key)?)?);
        }
        Ok(papers)
    }

    fn heard_of(
        &self,
        beginning: &str,
        since: Timestamp,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let mut heard = Vec::new();
        let conversations = self.tree(Table::Conversations);
        for key in conversations.scan_prefix(beginning).keys() {
            let kept: Option<KeptConversation> =
                self.get(Table::Conversations, &self.sane(key)?)?;
            let is_recent =
                |kept: &KeptConversation| kept.state.touched.is_some_and(|at| at >= since);
            heard.extend(kept.filter(is_recent).map(|kept| kept.conversation));
        }
        Ok(heard)
    }

    /// Returns the records of a table that is sorted by time.
    fn within<T: DeserializeOwned>(
        &self,
        table: Table,
        within: Period,
    ) -> Result<Vec<T>, StoreError> {
        let from = within.from.map(tables::time_key);
        let to = within.to.map(tables::time_key);
        let range = (
            from.map_or(Bound::Unbounded, Bound::Included),
            to.map_or(Bound::Unbounded, Bound::Excluded),
        );
        let mut records = Vec::new();
        for key in self.tree(table).range::<[u8; TIME_BYTES], _>(range).keys() {
            records.extend(self.get(table, &self.sane(key)?)?);
        }
        Ok(records)
    }

    fn backup(&self, chunks: Chunks) -> Result<u64, StoreError> {
        self.disk.sound()?;
        let mut writer = backup::Writer::new(BufWriter::with_capacity(CHUNK_BYTES, chunks))?;
        self.records(|record| writer.add(&record))?;
        writer.finish()
    }

    /// Hands over every record, in the order of a backup.
    fn records(
        &self,
        mut take: impl FnMut(Record) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.each(Table::Conversations, |kept| {
            take(Record::Conversation(Box::new(kept)))
        })?;
        self.each(Table::Events, |handled| take(Record::Event(handled)))?;
        self.each(Table::Tickets, |ticket| {
            take(Record::Ticket(Box::new(ticket)))
        })?;
        self.each(Table::Progress, |step| take(Record::Progress(step)))?;
        self.each(Table::Questions, |question| {
            take(Record::Question(question))
        })?;
        self.each(Table::Audit, |audit| take(Record::Audit(audit)))?;
        self.each(Table::Tallies, |tally| take(Record::Tally(tally)))?;
        self.each(Table::Papers, |paper| take(Record::Paper(paper)))
    }

    /// Copies what a sieve lets through, and returns what it did not and the trailer of a backup of the copy.
    fn sift(&self, to: &Engine, sieve: &dyn Sieve) -> Result<(Removed, String), StoreError> {
        let mut removed = Removed::default();
        let mut copied = backup::Writer::new(io::sink())?;
        self.records(|record| {
            let stays = match sieve.judge(&record) {
                Fate::Keep => record,
                Fate::Replace(other) => {
                    removed.count(&record);
                    *other
                }
                Fate::Drop => {
                    removed.count(&record);
                    return Ok(());
                }
            };
            to.keep(&stays)?;
            copied.add(&stays)
        })?;
        Ok((removed, copied.trailer()))
    }

    /// Returns the trailer that a backup would end with.
    fn attest(&self) -> Result<String, StoreError> {
        let mut writer = backup::Writer::new(io::sink())?;
        self.records(|record| writer.add(&record))?;
        Ok(writer.trailer())
    }

    /// Hands every record of a table to `take`, in the order of their keys.
    fn each<T: DeserializeOwned>(
        &self,
        table: Table,
        mut take: impl FnMut(T) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for key in self.tree(table).iter().keys() {
            if let Some(record) = self.get(table, &self.sane(key)?)? {
                take(record)?;
            }
        }
        Ok(())
    }

    /// Returns a record as it is now.
    fn get<T: DeserializeOwned>(&self, table: Table, key: &[u8]) -> Result<Option<T>, StoreError> {
        match self.sane(self.tree(table).get(key))? {
            None => Ok(None),
            // The parts are records of their own. Nothing else is read in a transaction: sled has one lock for all of
            // them, and holds it while it waits for the disk.
            Some(head) if codec::is_in_parts(&head) => self.look(|view| view.get(table, key)),
            Some(head) => codec::decode(table.name(), &head, &[] as &[&[u8]]).map(Some),
        }
    }

    fn tree(&self, table: Table) -> &Tree {
        &self.trees[table as usize]
    }

    /// Changes everything or nothing.
    fn write<T>(&self, change: impl Fn(&View<'_>) -> TransactionStep<T>) -> Result<T, StoreError> {
        let ended = self.trees[..].transaction(|trees| change(&View(trees)));
        ended.map_err(|error| match error {
            TransactionError::Abort(error) => error,
            TransactionError::Storage(error) => self.disk.failed(&error),
        })
    }

    /// Reads several records as of one moment.
    fn look<T>(&self, look: impl Fn(&View<'_>) -> TransactionStep<T>) -> Result<T, StoreError> {
        // Always aborted: a transaction that ends well writes to the log even when it changed nothing.
        let ended: Result<Infallible, _> = self.trees[..].transaction(|trees| {
            Err(match look(&View(trees)) {
                Ok(found) => ConflictableTransactionError::Abort(Ok(found)),
                Err(ConflictableTransactionError::Abort(error)) => {
                    ConflictableTransactionError::Abort(Err(error))
                }
                Err(ConflictableTransactionError::Storage(error)) => {
                    ConflictableTransactionError::Storage(error)
                }
                Err(ConflictableTransactionError::Conflict) => {
                    ConflictableTransactionError::Conflict
                }
            })
        });
        match ended {
            Ok(never) => match never {},
            Err(TransactionError::Abort(found)) => found,
            Err(TransactionError::Storage(error)) => Err(self.disk.failed(&error)),
        }
    }

    fn sane<T>(&self, result: ::sled::Result<T>) -> Result<T, StoreError> {
        result.map_err(|error| self.disk.failed(&error))
    }
}

const SEAL: &[u8] = b"seal";

/// How far a move into this store has come; gone when it is whole.
const MOVING: &[u8] = b"moving";

/// As much of a conversation as a commit must know.
#[derive(Default, Deserialize)]
struct WokenRow {
    revision: Revision,
    #[serde(default)]
    wake: Option<Wake>,
}

/// Returns what a turn leaves behind.
fn records(turn: TurnRecord) -> impl Iterator<Item = Record> {
    let kept = KeptConversation {
        conversation: turn.conversation.clone(),
        revision: turn.expected.next(),
        state: turn.state,
        wake: turn.wake,
    };
    let handled = HandledEvent {
        conversation: turn.conversation,
        event: turn.event,
        at: turn.at,
        effects: turn.effects,
    };
    [Record::Conversation(Box::new(kept)), Record::Event(handled)]
        .into_iter()
        .chain(turn.tickets.into_iter().map(Box::new).map(Record::Ticket))
        .chain(turn.progress.into_iter().map(Record::Progress))
        .chain(turn.question.into_iter().map(Record::Question))
        .chain(turn.audit.into_iter().map(Record::Audit))
        .chain(
            turn.papers
                .into_iter()
                .filter(|paper| paper.content.is_some())
                .map(Record::Paper),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_of_a_later_version_is_refused_and_stays_where_it_is() {
        let place = tempfile::tempdir().unwrap();
        let store = open(place.path()).unwrap();
        let later = &br#"{"schema":2,"data":{"unheard":"of"}}"#[..];
        let seal = store.engine.tree(Table::Schema).insert(SEAL, later);
        seal.unwrap();
        drop(store);
        let refused = open(place.path()).unwrap_err();
        assert!(matches!(refused, StoreError::NewerSchema { found: 2, .. }));
        assert!(place.path().join("sled").is_dir());
    }
}
