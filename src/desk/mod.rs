//! The team leads' desk: what is shown before it is published, published, taken back, shared and taught.
//!
//! **What stands in `intents/` is live, always.** Publishing writes the file there, and every text that was live is kept
//! in the store as a [`Version`] with who, when and why; a file that somebody edits in the folder is the newest version
//! as soon as a running program sees it. So a folder under version control, an editor and a lead in a chat work on the
//! same thing, and the latest change wins without any being lost.
//!
//! Publishing is one step: the new text lies durable beside its file, the version is committed, the file is replaced,
//! the knowledge is replaced. A program that is ended in between finishes or forgets at its next start.

mod files;
pub mod lesson;
pub mod proposal;
pub mod review;
pub mod share;
pub mod version;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Zoned;
use jiff::civil::Date;
use tokio::sync::{Mutex, watch};
use tokio::task;

use crate::assistant::Deed;
use crate::catalog::{Catalog, Diagnostic, Files, Severity, Source};
use crate::live::Live;
use crate::message::{ConversationId, EventId};
use crate::store::{self, Audit, Paper, Store, Turn};
use crate::{import, load};

pub use files::{Folders, Prepared};
pub use proposal::{Document, Proposal};
pub use review::Review;
pub use share::Share;
pub use version::{BY_HAND, Version};

/// Deeds are done one at a time here; a conflict comes from another process only.
const ATTEMPTS_MAX: u32 = 5;

/// So many earlier versions of an SOP are at hand after a start, for drafts that began with them.
const EDITIONS_KEPT: usize = 3;

/// The conversation that leads' deeds belong to.
const DESK: &str = "desk:";

/// Where leads work.
#[derive(Debug)]
pub struct Desk {
    folders: Folders,
    store: Arc<dyn Store>,
    live: Live,
    /// One deed at a time: what is published was looked at against what is live.
    alone: Mutex<()>,
    broken: watch::Sender<Vec<Diagnostic>>,
}

/// Why a deed was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The catalogue would be refused.
    #[error("the catalogue would be refused: {} mistakes", .0.mistakes.len())]
    Refused(Box<Refused>),
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
    Import(#[from] import::Error),
    /// The store did not take or give something.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A record does not read.
    #[error("a record of the leads' desk does not read")]
    Record(#[from] serde_json::Error),
    /// A file could not be read or written.
    #[error(transparent)]
    Files(#[from] anyhow::Error),
}

/// What is wrong with a catalogue, and the files for showing it.
#[derive(Debug)]
pub struct Refused {
    /// The mistakes.
    pub mistakes: Vec<Diagnostic>,
    /// The files with the change.
    pub files: Files,
}

impl From<load::Error> for Error {
    fn from(error: load::Error) -> Error {
        match error {
            load::Error::Unreadable(error) => Error::Files(error),
            load::Error::Mistakes(mistakes) => Error::Refused(Box::new(Refused {
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
    ) -> Result<Desk, Error> {
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
    pub fn tell_broken(&self, mistakes: &[Diagnostic]) {
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
    /// [`Error::NoSop`] when there never was one.
    pub async fn history(&self, sop: &str) -> Result<Vec<Version>, Error> {
        let versions = version::of(&*self.store, sop).await?;
        match versions.is_empty() {
            true => Err(Error::NoSop(sop.to_owned())),
            false => Ok(versions),
        }
    }

    /// Publishes the text of an SOP file, once per event: when this returns `Ok`, questions are answered from it.
    ///
    /// `over` is the edition of the SOP that whoever publishes has compared it with, if they have.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], [`Error::Unchanged`], [`Error::Outdated`], and whatever keeps the store or the folder from
    /// taking it; then what was live stays live.
    pub async fn publish(
        &self,
        text: &str,
        why: &str,
        over: Option<&Over>,
        by: &Deed<'_>,
        now: &Zoned,
    ) -> Result<Version, Error> {
        self.publish_as("sop.publish", text, why, over, by, now)
            .await
    }

    /// Makes an earlier version the newest.
    ///
    /// # Errors
    ///
    /// [`Error::NoVersion`], and those of [`publish`](Desk::publish).
    pub async fn restore(
        &self,
        sop: &str,
        number: u32,
        why: &str,
        by: &Deed<'_>,
        now: &Zoned,
    ) -> Result<Version, Error> {
        let versions = self.history(sop).await?;
        let wanted = versions.into_iter().find(|one| one.number == number);
        let wanted = wanted.ok_or_else(|| Error::NoVersion(sop.to_owned(), number))?;
        let text = &wanted.text;
        self.publish_as("sop.restore", text, why, None, by, now)
            .await
    }

    async fn publish_as(
        &self,
        what: &str,
        text: &str,
        why: &str,
        over: Option<&Over>,
        by: &Deed<'_>,
        now: &Zoned,
    ) -> Result<Version, Error> {
        let _alone = self.alone.lock().await;
        let files = self.files().await?;
        let (id, path) = place(text, &self.folders, &files);
        let source = Source::new(path.display().to_string(), text);
        let versions = version::of(&*self.store, &id).await?;
        if self.was_done(by.event).await? {
            // The answer was lost on its way, or the same press came twice.
            return versions.into_iter().next_back().ok_or(Error::NoSop(id));
        }
        let current = files.sops.iter().find(|known| known.stem == source.stem);
        let edition = current.map(Source::edition);
        if over.is_some_and(|over| over.0 != edition) {
            return Err(Error::Outdated(id));
        }
        if edition.as_ref() == Some(&source.edition()) {
            return Err(Error::Unchanged);
        }
        check(&review::joined(&files, &source), now.date())?;
        let before = versions.last().map(|version| version.number);
        let version = Version {
            sop: id.clone(),
            number: before.unwrap_or_default() + 1,
            edition: source.edition(),
            who: by.who.to_owned(),
            at: by.at,
            why: why.trim().to_owned(),
            text: text.to_owned(),
        };
        let prepared = Prepared::new(&path, text)?;
        let audit = Audit::new(by.at, by.who, what, &id).changed(
            before.map(|number| number.to_string()),
            Some(version.number.to_string()),
        );
        match self.keep(by, vec![version.paper()?], vec![audit]).await {
            Ok(_) => prepared.land()?,
            Err(error) => {
                prepared.discard();
                return Err(error);
            }
        }
        self.go_live(now.date()).await?;
        tracing::info!(sop = id, version = version.number, "published");
        Ok(version)
    }

    /// Reads the folders anew and makes live what they say.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or the catalogue is refused; then what was live stays live.
    pub async fn go_live(&self, today: Date) -> Result<(), Error> {
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
    pub async fn catch_up(&self, now: &Zoned) -> Result<(), Error> {
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
    pub async fn adopt(&self, now: &Zoned) -> Result<(), Error> {
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
        let event = EventId(format!("adopt:{}", names.join(",")));
        let by = Deed {
            event: &event,
            who: BY_HAND,
            at,
        };
        self.keep(&by, papers, audit).await.map(|_| ())
    }

    /// Lands what was committed and not written, and forgets what was written and not committed.
    async fn finish(&self, now: &Zoned) -> Result<(), Error> {
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

    /// Has earlier versions at hand, as far as the catalogue still takes them.
    async fn recall(&self, today: Date) -> Result<(), Error> {
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
    pub(crate) async fn files(&self) -> Result<Files, Error> {
        let folders = self.folders.clone();
        blocking(move || Ok(load::files(&folders.intents, &folders.data)?)).await
    }

    /// Notes something that is done once per event; `false` if it was.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from taking it.
    pub async fn once(&self, by: &Deed<'_>, line: Audit) -> Result<bool, Error> {
        let _alone = self.alone.lock().await;
        match self.was_done(by.event).await? {
            true => Ok(false),
            false => self.keep(by, Vec::new(), vec![line]).await,
        }
    }

    async fn was_done(&self, event: &EventId) -> Result<bool, Error> {
        let loaded = self.store.load(&desk(), event).await?;
        Ok(loaded.replay.is_some())
    }

    /// Commits what somebody did, once per event; `false` if it was done before.
    async fn keep(
        &self,
        by: &Deed<'_>,
        papers: Vec<Paper>,
        audit: Vec<Audit>,
    ) -> Result<bool, Error> {
        for _ in 0..ATTEMPTS_MAX {
            let loaded = self.store.load(&desk(), by.event).await?;
            if loaded.replay.is_some() {
                return Ok(false);
            }
            let turn = Turn {
                papers: papers.clone(),
                audit: audit.clone(),
                ..Turn::beside(desk(), by.event.clone(), by.at, loaded)
            };
            match self.store.commit(turn).await {
                Ok(_) => return Ok(true),
                Err(store::Error::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(store::Error::Conflict.into())
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

/// Refuses a catalogue with mistakes.
fn check(files: &Files, today: Date) -> Result<(), Error> {
    let loaded = Catalog::load(files, today);
    if loaded.catalog.is_some() {
        return Ok(());
    }
    let mut mistakes = loaded.diagnostics;
    mistakes.retain(|one| one.severity == Severity::Error);
    let files = files.clone();
    Err(Error::Refused(Box::new(Refused { mistakes, files })))
}

fn desk() -> ConversationId {
    ConversationId(DESK.to_owned())
}

/// Runs what reads files or learns, which takes its time.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = task::spawn_blocking(work).await;
    done.map_err(|error| Error::Files(anyhow::Error::new(error).context("work was broken off")))?
}
