//! The team leads' desk: what is shown before it is published, published, taken back, shared and taught.
//!
//! ```text
//! basis    what an order is decided on: files, versions, posts, questions
//! step     the decision, pure                                              step
//! keep     one atomic write, then the files take their places and go live
//! reply    what is shown -> replies                                        reply
//! ```
//!
//! **What is in `intents/` is live, always.** Publishing writes the file there, and every text that was live is kept
//! in the store as a [`Version`] with who, when and why; a file that somebody edits in the folder is the newest version
//! as soon as a running program sees it. So a folder under version control, an editor and a lead in a chat work on the
//! same thing, and the latest change wins without any being lost.
//!
//! Publishing is one step: the new text lies durable beside its file, the version is committed, the file is replaced,
//! the knowledge is replaced. A program that is ended in between finishes or forgets at its next start.

mod files;
pub mod lesson;
pub mod proposal;
pub mod reply;
pub mod review;
pub mod share;
pub mod step;
pub mod version;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{ToSpan, Zoned};
use tokio::sync::{Mutex, watch};
use tokio::task;

use crate::act::Order;
use crate::assistant::Actor;
use crate::catalog::{Catalog, Diagnostic, Files, Severity, Source};
use crate::live::Live;
use crate::message::{ConversationId, EventId};
use crate::store::{self, Audit, Paper, Period, Query, Store, TurnRecord};
use crate::{import, load};
use step::{Effects, OrderBasis};

pub use files::{Folders, Prepared};
pub use proposal::Proposal;
pub use review::VersionReview;
pub use share::{Posting, Share};
pub use step::{Shown, Statistics};
pub use version::{BY_HAND, Version};

/// Orders that change something are carried out one at a time here; a conflict comes from another process only.
const ATTEMPTS_MAX: u32 = 5;

/// So many earlier versions of an SOP are at hand after a start, for drafts that began with them.
const EDITIONS_KEPT: usize = 3;

/// The conversation that leads' orders belong to.
const DESK: &str = "desk:";

/// Statistics show so many weeks.
const WEEKS: i64 = 8;

/// Where leads work.
#[derive(Debug)]
pub struct Desk {
    folders: Folders,
    store: Arc<dyn Store>,
    live: Live,
    /// One change at a time: what is published was looked at against what is live.
    alone: Mutex<()>,
    broken: watch::Sender<Vec<Diagnostic>>,
}

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The catalogue would be refused.
    #[error("the catalogue would be refused: {} mistakes", .0.mistakes.len())]
    Refused(Box<RefusedCatalogue>),
    /// The text is the one that is live.
    #[error("this is what is live already: nothing was published")]
    Unchanged,
    /// Somebody else published meanwhile.
    #[error("`{0}` was changed meanwhile: look at the difference again")]
    Outdated(String),
    /// There is no such SOP.
    #[error("there is no SOP `{0}`")]
    NoSop(String),
    /// There is no such version.
    #[error("`{0}` has no version {1}: `sigap sop history {0}` lists them")]
    NoVersion(String, u32),
    /// There is no such group of questions.
    #[error("there is no group `{0}`: `sigap learn` lists them")]
    NoGroup(String),
    /// There is no such proposal, or no more.
    #[error("there is no such proposal any more")]
    NoProposal,
    /// A document could not be read.
    #[error(transparent)]
    Import(#[from] import::DocumentError),
    /// The store did not take or give something.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A record does not read.
    #[error("a record of the leads' desk does not read")]
    Record(#[from] serde_json::Error),
    /// A file could not be read or written.
    #[error(transparent)]
    Files(#[from] anyhow::Error),
}

/// What is wrong with a catalogue, and the files for showing it.
#[derive(Debug)]
pub struct RefusedCatalogue {
    /// The mistakes.
    pub mistakes: Vec<Diagnostic>,
    /// The files with the change.
    pub files: Files,
}

impl DeskError {
    /// Whether something is broken, rather than the order at fault.
    pub fn is_fault(&self) -> bool {
        matches!(
            self,
            DeskError::Store(_) | DeskError::Record(_) | DeskError::Files(_)
        )
    }
}

impl From<load::LoadError> for DeskError {
    fn from(error: load::LoadError) -> DeskError {
        match error {
            load::LoadError::Unreadable(error) => DeskError::Files(error),
            load::LoadError::Mistakes(mistakes) => DeskError::Refused(Box::new(RefusedCatalogue {
                mistakes,
                files: Files::default(),
            })),
        }
    }
}

impl Desk {
    /// Sits down: finishes what was on its way, takes edited files for versions, and has earlier ones at hand.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store or the folders from being used.
    pub async fn open(
        folders: Folders,
        store: Arc<dyn Store>,
        live: Live,
        now: &Zoned,
    ) -> Result<Desk, DeskError> {
        let desk = Desk {
            folders,
            store,
            live,
            alone: Mutex::default(),
            broken: watch::Sender::default(),
        };
        desk.finish(now).await?;
        if desk.store.is_shared() {
            desk.catch_up(now).await?;
        }
        desk.adopt(now).await?;
        desk.recall(now.date()).await?;
        desk.tidy(now).await?;
        Ok(desk)
    }

    /// Returns what is live.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Says what is wrong with files that somebody edited.
    pub fn report_broken(&self, mistakes: &[Diagnostic]) {
        let errors = mistakes.iter();
        let errors = errors.filter(|one| one.severity == Severity::Error);
        self.broken.send_replace(errors.cloned().collect());
    }

    /// Returns what hears of broken files.
    pub fn broken(&self) -> watch::Receiver<Vec<Diagnostic>> {
        self.broken.subscribe()
    }

    /// Returns the versions of an SOP, the first one first.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSop`] when there never was one.
    pub async fn history(&self, sop: &str) -> Result<Vec<Version>, DeskError> {
        let versions = version::of(&*self.store, sop).await?;
        match versions.is_empty() {
            true => Err(DeskError::NoSop(sop.to_owned())),
            false => Ok(versions),
        }
    }

    /// Carries out what a lead orders in a place, once per event: what is shown as done is durable and live.
    pub async fn handle(
        &self,
        order: &Order,
        by: &Actor,
        here: &ConversationId,
        now: &Zoned,
    ) -> Vec<Shown> {
        let done = self.carry_out(order, by, here, now).await;
        done.unwrap_or_else(|error| {
            if error.is_fault() {
                tracing::error!(%error, "an order was not carried out");
            }
            vec![Shown::Refused(error)]
        })
    }

    async fn carry_out(
        &self,
        order: &Order,
        by: &Actor,
        here: &ConversationId,
        now: &Zoned,
    ) -> Result<Vec<Shown>, DeskError> {
        // Looking at something takes its time, and changes nothing that others could.
        let changes = matches!(
            order,
            Order::Amend { .. }
                | Order::Publish { .. }
                | Order::Restore { .. }
                | Order::Remind { .. }
                | Order::Teach { .. }
        );
        let _alone = match changes {
            true => Some(self.alone.lock().await),
            false => None,
        };
        let basis = self.basis(order, by, now).await?;
        let decided = {
            let (order, by, here, now) = (order.clone(), by.clone(), here.clone(), now.clone());
            blocking(move || step::step(&basis, &order, &by, &here, &now)).await?
        };
        self.finish_with(decided, by, now).await
    }

    /// Notes that an account has read a version of a post.
    pub async fn acknowledge(
        &self,
        sop: &str,
        place: &ConversationId,
        account: u64,
        version: u32,
        by: &Actor,
    ) -> Shown {
        match self.note_reader(sop, place, account, version, by).await {
            Ok(None) => Shown::NoShare,
            Ok(Some(share)) if share.version > version => Shown::ReadOutdated(share.version),
            Ok(Some(_)) => Shown::ReadNoted(version),
            Err(error) => {
                tracing::error!(%error, "a reader was not noted");
                Shown::Refused(error)
            }
        }
    }

    /// Publishes the text of an SOP file, once per event: when this returns `Ok`, questions are answered from it.
    ///
    /// `over` is the edition of the SOP that the text was compared with, if it was.
    ///
    /// # Errors
    ///
    /// [`DeskError::Refused`], [`DeskError::Unchanged`], [`DeskError::Outdated`], and whatever keeps the store or the folder from
    /// taking it; then what was live stays live.
    pub async fn publish(
        &self,
        text: &str,
        why: &str,
        over: Option<&Over>,
        by: &Actor,
        now: &Zoned,
    ) -> Result<Version, DeskError> {
        let _alone = self.alone.lock().await;
        let id = review::id_of(text).unwrap_or_default();
        let mut basis = self.bare_basis(by).await?;
        basis.files = self.files().await?;
        basis.versions = version::of(&*self.store, &id).await?;
        let decided = basis.publish("sop.publish", text, why, over, by, now)?;
        let mut shown = self.finish_with(decided, by, now).await?.into_iter();
        let published = shown.find_map(|shown| match shown {
            Shown::Published(version) => Some(version),
            _ => None,
        });
        published.ok_or(DeskError::NoSop(id))
    }

    /// Loads what an order is decided on.
    async fn basis(&self, order: &Order, by: &Actor, now: &Zoned) -> Result<OrderBasis, DeskError> {
        let mut basis = self.bare_basis(by).await?;
        if let Order::Propose(_)
        | Order::Begin { .. }
        | Order::Amend { .. }
        | Order::Publish { .. }
        | Order::Restore { .. }
        | Order::Teach { .. } = order
        {
            basis.files = self.files().await?;
        }
        if let Order::Publish { proposal, .. }
        | Order::Amend { proposal, .. }
        | Order::Download(proposal)
        | Order::Discard(proposal) = order
        {
            basis.proposal = match self.proposal(proposal).await {
                Ok(proposal) => Some(proposal),
                Err(DeskError::NoProposal) => None,
                Err(error) => return Err(error),
            };
        }
        let sop = match order {
            Order::History(sop)
            | Order::Restore { sop, .. }
            | Order::Share { sop, .. }
            | Order::Readers(sop)
            | Order::Remind { sop, .. }
            | Order::Teach { to: sop, .. } => Some(sop.clone()),
            Order::Publish { .. } => {
                let text = basis.proposal.as_ref().map(|proposal| &proposal.text);
                text.and_then(|text| review::id_of(text))
            }
            _ => None,
        };
        if let Some(sop) = &sop {
            basis.versions = version::of(&*self.store, sop).await?;
        }
        match order {
            Order::Share { .. } | Order::Readers(_) | Order::Remind { .. } | Order::Statistics => {
                let shares = share::all(&*self.store, sop.as_deref()).await?;
                let at = now.timestamp();
                basis.people = share::People::of(&*self.store, &shares, at).await?;
                basis.shares = shares;
            }
            Order::Propose(_) | Order::Amend { .. } => {
                basis.asked = self.store.questions(lesson::QUESTIONS_MAX).await?;
            }
            Order::Queue | Order::Teach { .. } | Order::Begin { .. } => {
                basis.asked = self.store.questions(lesson::QUESTIONS_MAX).await?;
                let never = self.folders.data.join(lesson::NEVER);
                basis.never = files::text(&never)?;
            }
            _ => {}
        }
        if let Order::Statistics = order {
            let from = now.checked_sub(WEEKS.weeks()).ok();
            let from = from.map(|from| from.timestamp());
            let period = Period { from, to: None };
            let query = Query {
                from,
                ..Query::default()
            };
            basis.tallies = self.store.tallies(&period).await?;
            basis.tickets = self.store.tickets(&query).await?;
        }
        Ok(basis)
    }

    /// What every order is decided on.
    async fn bare_basis(&self, by: &Actor) -> Result<OrderBasis, DeskError> {
        Ok(OrderBasis {
            knowledge: self.live.get(),
            folders: self.folders.clone(),
            files: Files::default(),
            versions: Vec::new(),
            proposal: None,
            shares: Vec::new(),
            people: share::People::default(),
            asked: Vec::new(),
            never: String::new(),
            tallies: Vec::new(),
            tickets: Vec::new(),
            was_done: self.was_done(&by.event).await?,
        })
    }

    /// Keeps what was decided, and makes it live: a file takes its place once its version is durable.
    async fn finish_with(
        &self,
        decided: Effects,
        by: &Actor,
        now: &Zoned,
    ) -> Result<Vec<Shown>, DeskError> {
        let Effects {
            shown,
            papers,
            audit,
            file,
            list,
            goes_live,
        } = decided;
        if let Some((path, text)) = &list {
            files::replace(path, text)?;
        }
        let prepared = file.map(|(path, text)| Prepared::new(&path, &text));
        let prepared = prepared.transpose()?;
        if !papers.is_empty() || !audit.is_empty() {
            let kept = self.keep(by, papers, audit).await;
            if let Err(error) = kept {
                prepared.into_iter().for_each(Prepared::discard);
                return Err(error);
            }
        }
        if let Some(prepared) = prepared {
            prepared.land()?;
        }
        if goes_live {
            self.go_live(now.date()).await?;
        }
        for shown in &shown {
            if let Shown::Published(version) = shown {
                tracing::info!(sop = version.sop, version = version.number, "published");
            }
        }
        Ok(shown)
    }

    /// Returns the SOPs whose review is overdue, unless leads were reminded of them this week.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from noting it.
    pub async fn overdue(&self, now: &Zoned) -> Result<Vec<(EventId, Shown)>, DeskError> {
        let mut overdue = Vec::new();
        let knowledge = self.live.get();
        let sops = knowledge.catalog.sops.iter();
        for sop in sops.filter(|sop| sop.review_by < now.date()) {
            let week = now.date().iso_week_date();
            let name = format!("review:{}:{}-{}", sop.id, week.year(), week.week());
            let by = Actor {
                event: EventId(name),
                who: "sigap".to_owned(),
                at: now.timestamp(),
            };
            let line = by.audit("sop.overdue", &sop.id);
            let _alone = self.alone.lock().await;
            if self.keep(&by, Vec::new(), vec![line]).await? {
                overdue.push((by.event, Shown::Overdue(sop.id.clone())));
            }
        }
        Ok(overdue)
    }

    /// Reads the folders anew and makes live what they say.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or the catalogue is refused; then what was live stays live.
    pub async fn go_live(&self, today: Date) -> Result<(), DeskError> {
        let (live, folders) = (self.live.clone(), self.folders.clone());
        blocking(move || {
            live.renew(|| load::knowledge(&folders.intents, &folders.data, today))?;
            Ok(())
        })
        .await
    }

    /// Makes live what was published elsewhere, where several processes share a store.
    ///
    /// A file that says what an earlier version said, or is not there, belongs to a folder that was left behind and gets
    /// the latest text. Any other text is somebody's edit, which [`adopt`](Desk::adopt) takes.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store or the folders from being used.
    pub async fn catch_up(&self, now: &Zoned) -> Result<(), DeskError> {
        let alone = self.alone.lock().await;
        let files = self.files().await?;
        let mut by_sop = BTreeMap::<String, Vec<Version>>::new();
        for version in version::all(&*self.store).await? {
            by_sop.entry(version.sop.clone()).or_default().push(version);
        }
        let live = self.live.get();
        let mut is_behind = false;
        for (sop, versions) in &by_sop {
            let Some((latest, earlier)) = versions.split_last() else {
                continue;
            };
            let file = files.sops.iter().find(|file| file.stem == *sop);
            let said = file.map(Source::edition);
            let was_left_behind = said.as_ref().is_none_or(|said| {
                *said != latest.edition && earlier.iter().any(|one| one.edition == *said)
            });
            if was_left_behind {
                let (_, path) = place(&latest.text, &self.folders, &files);
                Prepared::new(&path, &latest.text)?.land()?;
            }
            let is_live = live
                .catalog
                .sop(sop)
                .is_some_and(|live| live.edition == latest.edition);
            is_behind |= was_left_behind || !is_live && said.as_ref() == Some(&latest.edition);
        }
        drop(alone);
        match is_behind {
            true => self.go_live(now.date()).await,
            false => Ok(()),
        }
    }

    /// Takes every live text that says something else than its latest version for a new version. What was written since
    /// is not live yet, and may be broken.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store or the folders from being used.
    pub async fn adopt(&self, now: &Zoned) -> Result<(), DeskError> {
        let _alone = self.alone.lock().await;
        let files = self.files().await?;
        let live = self.live.get();
        let mut latest = BTreeMap::new();
        for version in version::all(&*self.store).await? {
            latest.insert(version.sop.clone(), (version.number, version.edition));
        }
        let (mut papers, mut audit, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let at = now.timestamp();
        for source in &files.sops {
            let (before, edition) = latest.get(&source.stem).cloned().unwrap_or_default();
            let sop = live.catalog.sop(&source.stem);
            let is_live = sop.is_some_and(|sop| sop.edition == source.edition());
            if !is_live || edition == source.edition() {
                continue;
            }
            let version = Version {
                sop: source.stem.clone(),
                number: before + 1,
                edition: source.edition(),
                who: BY_HAND.to_owned(),
                at,
                why: String::new(),
                text: source.text.clone(),
            };
            if before > 0 {
                let line = Audit::new(at, BY_HAND, "sop.edit", &version.sop);
                let after = Some(version.number.to_string());
                audit.push(line.changed(Some(before.to_string()), after));
            }
            names.push(format!("{}@{}", version.sop, version.number));
            papers.push(version.paper()?);
        }
        if papers.is_empty() {
            return Ok(());
        }
        let by = Actor {
            event: EventId(format!("adopt:{}", names.join(","))),
            who: BY_HAND.to_owned(),
            at,
        };
        self.keep(&by, papers, audit).await.map(|_| ())
    }

    /// Lands what was committed and not written, and forgets what was written and not committed.
    async fn finish(&self, now: &Zoned) -> Result<(), DeskError> {
        let mut landed = false;
        for prepared in Prepared::left(&self.folders.intents)? {
            let name = prepared.file().file_stem().unwrap_or_default();
            let versions = version::of(&*self.store, &name.to_string_lossy()).await?;
            let latest = versions.last().map(|version| version.text.as_str());
            if latest == Some(prepared.text()?.as_str()) {
                prepared.land()?;
                landed = true;
            } else {
                prepared.discard();
            }
        }
        match landed {
            true => self.go_live(now.date()).await,
            false => Ok(()),
        }
    }

    /// Has those earlier versions at hand that the catalogue still takes.
    async fn recall(&self, today: Date) -> Result<(), DeskError> {
        let files = self.files().await?;
        let mut by_sop = BTreeMap::<String, Vec<Version>>::new();
        for version in version::all(&*self.store).await? {
            by_sop.entry(version.sop.clone()).or_default().push(version);
        }
        let live = self.live.clone();
        blocking(move || {
            for versions in by_sop.into_values() {
                let earlier = versions.iter().rev().skip(1).take(EDITIONS_KEPT);
                // The latest of them last, as they were replaced.
                for version in earlier.collect::<Vec<_>>().into_iter().rev() {
                    let source = version.source(&format!("{}.toml", version.sop));
                    let loaded = Catalog::load(&review::joined(&files, &source), today);
                    let sop = loaded
                        .catalog
                        .and_then(|all| all.sop(&version.sop).cloned());
                    if let Some(sop) = sop {
                        live.remember(sop);
                    }
                }
            }
            Ok(())
        })
        .await
    }

    /// Reads the files of the folders.
    pub(crate) async fn files(&self) -> Result<Files, DeskError> {
        let folders = self.folders.clone();
        blocking(move || Ok(load::files(&folders.intents, &folders.data)?)).await
    }

    async fn was_done(&self, event: &EventId) -> Result<bool, DeskError> {
        let loaded = self.store.load(&desk(), event).await?;
        Ok(loaded.replay.is_some())
    }

    /// Commits what was done, once per event; `false` if it was done before.
    async fn keep(
        &self,
        by: &Actor,
        papers: Vec<Paper>,
        audit: Vec<Audit>,
    ) -> Result<bool, DeskError> {
        for _ in 0..ATTEMPTS_MAX {
            let loaded = self.store.load(&desk(), &by.event).await?;
            if loaded.replay.is_some() {
                return Ok(false);
            }
            let turn = TurnRecord {
                papers: papers.clone(),
                audit: audit.clone(),
                ..TurnRecord::beside(desk(), by.event.clone(), by.at, loaded)
            };
            match self.store.commit(turn).await {
                Ok(_) => return Ok(true),
                Err(store::StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(store::StoreError::Conflict.into())
    }
}

/// The edition of an SOP that a new text was compared with; none when there was no such SOP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over(pub Option<String>);

/// Where the text of an SOP file belongs, by the id in it: the file that has it, or a new one.
fn place(text: &str, folders: &Folders, files: &Files) -> (String, PathBuf) {
    let id = review::id_of(text).unwrap_or_default();
    let known = files.sops.iter().find(|known| known.stem == id);
    let path = match known {
        Some(known) => PathBuf::from(&known.path),
        None => folders.intents.join(format!("{id}.toml")),
    };
    (id, path)
}

/// Returns the catalogue, or refuses one with mistakes.
fn check(files: &Files, today: Date) -> Result<Catalog, DeskError> {
    let loaded = Catalog::load(files, today);
    let mut mistakes = loaded.diagnostics;
    loaded.catalog.ok_or_else(|| {
        mistakes.retain(|one| one.severity == Severity::Error);
        let files = files.clone();
        DeskError::Refused(Box::new(RefusedCatalogue { mistakes, files }))
    })
}

fn desk() -> ConversationId {
    ConversationId(DESK.to_owned())
}

/// Runs what reads files or learns, which takes its time.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DeskError> + Send + 'static,
) -> Result<T, DeskError> {
    let done = task::spawn_blocking(work).await;
    done.map_err(|error| {
        DeskError::Files(anyhow::Error::new(error).context("work was broken off"))
    })?
}
