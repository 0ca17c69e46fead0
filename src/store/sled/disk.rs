//! The files below a state directory, and what makes sled 0.34.7 safe on them.
//!
//! ```text
//! DIR/lock                                 held while the store is open
//! DIR/sled/                                sled's own: conf, db, blobs/, snap.*
//! DIR/sled.new/                            a store being made, becomes `sled` when it is whole
//! DIR/sled.replaced/                       the store that a rebuilt one takes the place of
//! DIR/sled.unopenable-20261121T083937Z/    a damaged one
//! ```
//!
//! Two directories cannot change places in one step, so a rebuild goes through these, each synced before the next:
//!
//! | step | on the disk | the next open |
//! |---|---|---|
//! | fill `sled.new`, verify, sync | `sled`, part of `sled.new` | deletes `sled.new` |
//! | `sled` becomes `sled.replaced` | `sled.replaced`, all of `sled.new` | goes on |
//! | `sled.new` becomes `sled` | `sled`, `sled.replaced` | goes on |
//! | delete `sled.replaced` | `sled`, part of `sled.replaced` | goes on |
//!
//! That `sled` is missing beside a `sled.replaced` is what says that `sled.new` is whole; nothing else could.
//! [`Dir::settle`] is both the ordinary end of a rebuild and the repair after a crash.
//!
//! Left to itself sled loses acknowledged commits in a power cut (its `flush` is no barrier, its `conf` is never
//! synced) and refuses whole data after a kill at the wrong moment; [`Disk::open`] and [`Disk::durable`] are the cure.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::StoreError;
use crate::whole;

/// An open sled database.
#[derive(Debug)]
pub struct Disk {
    pub db: ::sled::Db,
    /// Our own handle of sled's data file: `fdatasync` works on the file, whichever handle wrote to it.
    data: File,
    /// What went wrong, once something did.
    ///
    /// Locked around every [`durable`](Disk::durable): the kernel reports a failed write-back once, so two threads
    /// that sync at the same time could see one error and one false success.
    failure: Mutex<Option<String>>,
}

/// Why sled's files do not open.
#[derive(Debug)]
pub enum Refusal {
    /// Their content is at fault.
    Damaged(String),
    /// Anything else: permissions, a full disk, a dying one. The content may be sound.
    Other(StoreError),
}

impl From<Refusal> for StoreError {
    /// For files that were made a moment ago, where damage is just another failure.
    fn from(refusal: Refusal) -> StoreError {
        match refusal {
            Refusal::Damaged(cause) => StoreError::io("make a store")(io::Error::other(cause)),
            Refusal::Other(error) => error,
        }
    }
}

impl Disk {
    /// Opens or makes the database in `home`. The caller holds the lock.
    pub fn open(home: &Path) -> Result<Disk, Refusal> {
        let other = |doing: &str| {
            let doing = format!("{doing} in `{}`", home.display());
            |source| Refusal::Other(StoreError::io(doing)(source))
        };
        fs::create_dir_all(home).map_err(other("make the store's directory"))?;
        whole::keep_private(home).map_err(other("keep the store's directory private"))?;
        // sled 0.34 takes a half-written snapshot for a whole one and calls sound data corrupt
        // (https://github.com/spacejam/sled/issues/1527).
        for path in entries(home).map_err(other("list the store's files"))? {
            let name = file_name(&path);
            if name.starts_with("snap.") && name.ends_with(".generating") {
                fs::remove_file(path).map_err(other("delete a half-written snapshot"))?;
            }
        }
        let db = open_engine(home)?;
        for path in entries(home).map_err(other("list the store's files"))? {
            whole::keep_private(&path).map_err(other("keep the store's files private"))?;
        }
        sync(home).map_err(other("sync the store's files"))?;
        let data = File::open(home.join("db")).map_err(other("open the data file"))?;
        Ok(Disk {
            db,
            data,
            failure: Mutex::new(None),
        })
    }

    /// Waits until everything written so far survives a power cut.
    pub fn durable(&self) -> Result<(), StoreError> {
        let mut failure = self.failure();
        refuse(&failure)?;
        let done = self.db.flush().map_err(|error| error.to_string());
        let done = done.and_then(|_| self.data.sync_data().map_err(|error| error.to_string()));
        done.map_err(|cause| fail(&mut failure, cause))
    }

    /// Takes note that the engine failed: from now on nothing is acknowledged on this handle.
    pub fn failed(&self, error: &::sled::Error) -> StoreError {
        fail(&mut self.failure(), error.to_string())
    }

    /// Returns [`StoreError::ReadOnly`] once the engine has failed.
    pub fn sound(&self) -> Result<(), StoreError> {
        refuse(&self.failure())
    }

    fn failure(&self) -> MutexGuard<'_, Option<String>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Remembers the first cause: later ones follow from it.
fn fail(failure: &mut Option<String>, cause: String) -> StoreError {
    if failure.is_none() {
        tracing::error!(
            cause,
            "the store's engine failed, nothing more is accepted until a restart"
        );
    }
    let cause = failure.get_or_insert(cause).clone();
    StoreError::ReadOnly { cause }
}

fn refuse(failure: &Option<String>) -> Result<(), StoreError> {
    match failure.clone() {
        Some(cause) => Err(StoreError::ReadOnly { cause }),
        None => Ok(()),
    }
}

fn open_engine(home: &Path) -> Result<::sled::Db, Refusal> {
    let config = ::sled::Config::new().path(home);
    let deadline = Instant::now() + CLOSING_MAX;
    loop {
        // Some damage makes sled panic instead of returning an error.
        let opened = catch_unwind(AssertUnwindSafe(|| config.open()))
            .map_err(|_| Refusal::Damaged("sled panicked on it".into()))?;
        match opened {
            Err(error) if is_locked(&error) && Instant::now() < deadline => {
                thread::sleep(CLOSING_POLL);
            }
            opened => return opened.map_err(|error| refusal(home, error)),
        }
    }
}

/// How long sled's own lock is waited for.
///
/// Ours is held, so no process uses the files; but a process that was killed gives its locks free one after the other,
/// and ours before sled's.
const CLOSING_MAX: Duration = Duration::from_secs(2);
const CLOSING_POLL: Duration = Duration::from_millis(5);

/// sled has no variant for it.
fn is_locked(error: &::sled::Error) -> bool {
    matches!(error, ::sled::Error::Io(source) if source.to_string().starts_with("could not acquire lock"))
}

/// Says whether an error is about the content of the files or about reaching them.
pub fn refusal(home: &Path, error: ::sled::Error) -> Refusal {
    match error {
        ::sled::Error::Io(source) if !speaks_of_content(&source) => Refusal::Other(StoreError::io(
            format!("open the store in `{}`", home.display()),
        )(
            source
        )),
        damage => Refusal::Damaged(damage.to_string()),
    }
}

fn speaks_of_content(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof
    )
}

/// Syncs what sled creates and never syncs: without it a power cut can take the `conf` of a store in use.
fn sync(home: &Path) -> io::Result<()> {
    for name in ["conf", "db", "blobs", "."] {
        File::open(home.join(name))?.sync_all()?;
    }
    Ok(())
}

/// Waits until sled has let go of the files that it was asked to close.
///
/// Its threads may outlive its handle for a moment and reach files by their path, where another store may soon be.
fn closed(home: &Path) -> Result<(), StoreError> {
    let data = home.join("db");
    let deadline = Instant::now() + CLOSING_MAX;
    loop {
        // It is sled's own lock, given free when the last of its threads has gone.
        let locked = File::open(&data).map(|file| file.try_lock());
        match locked.map_err(StoreError::io(format!("open `{}`", data.display())))? {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                thread::sleep(CLOSING_POLL);
            }
            Err(error) => {
                return Err(StoreError::io(format!(
                    "close the store in `{}`",
                    home.display()
                ))(error.into()));
            }
        }
    }
}

/// A state directory whose lock is held, until this is dropped.
#[derive(Debug)]
pub struct Dir {
    path: PathBuf,
    lock: File,
}

impl Drop for Dir {
    /// Unlocks by hand: closing is not enough while a program that this process just starts holds a copy of the file.
    fn drop(&mut self) {
        // It can only fail on a file that is not open.
        let _ = self.lock.unlock();
    }
}

impl Dir {
    /// Takes the directory, making it if need be, and ends what a crash interrupted.
    pub fn lock(path: &Path) -> Result<Dir, StoreError> {
        let doing = || format!("lock the state directory `{}`", path.display());
        if !path.exists() {
            fs::create_dir_all(path)
                .and_then(|()| File::open(path.join(".."))?.sync_all())
                .map_err(StoreError::io(doing()))?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(StoreError::io(doing()))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StoreError::Locked { path: path.into() },
            TryLockError::Error(source) => StoreError::io(doing())(source),
        })?;
        let dir = Dir {
            path: path.into(),
            lock,
        };
        dir.settle()?;
        Ok(dir)
    }

    /// Returns the directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns where sled's files are.
    pub fn home(&self) -> PathBuf {
        self.path.join("sled")
    }

    /// Refuses a directory with anything in it but what a lock or a damaged store left.
    pub fn vacant(&self) -> Result<(), StoreError> {
        for path in self.entries()? {
            let name = file_name(&path);
            if name != "lock" && !name.starts_with("sled.") {
                let path = self.path.clone();
                return Err(StoreError::Occupied { place: path.into() });
            }
        }
        Ok(())
    }

    /// Makes a store with `fill` and puts it in its place when it is whole and durable, so that there never is half a
    /// store; on an error nothing is left of it.
    pub fn make<T>(
        &self,
        fill: impl FnOnce(&Path) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let filled = self.fill(fill)?;
        self.rename(&self.unfinished(), &self.home())?;
        Ok(filled)
    }

    /// Makes a store with `fill` and puts it in the place of the present one, whose files are deleted.
    ///
    /// `fill` closes both. On an error before the first renaming the present store stays as it is.
    pub fn remake<T>(
        &self,
        fill: impl FnOnce(&Path) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let filled = self.fill(fill)?;
        closed(&self.home())?;
        self.rename(&self.home(), &self.replaced())?;
        self.settle()?;
        Ok(filled)
    }

    fn fill<T>(&self, fill: impl FnOnce(&Path) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let unfinished = self.unfinished();
        let filled = fill(&unfinished).and_then(|filled| {
            closed(&unfinished)?;
            sync(&unfinished).map_err(StoreError::io("sync the new store"))?;
            Ok(filled)
        });
        if filled.is_err() {
            self.delete(&unfinished)?;
        }
        filled
    }

    /// Goes on from wherever a crash left the directories; see the table at the top of this file.
    fn settle(&self) -> Result<(), StoreError> {
        let (home, new, replaced) = (self.home(), self.unfinished(), self.replaced());
        if !home.exists() && replaced.exists() {
            // Without a new one somebody's hands were at work; the old one is all there is.
            let whole = if new.exists() { &new } else { &replaced };
            self.rename(whole, &home)?;
        }
        self.delete(&new)?;
        self.delete(&replaced)
    }

    fn unfinished(&self) -> PathBuf {
        self.path.join("sled.new")
    }

    /// Not `sled.old`: that is what an operator would call a copy of their own, and this one is deleted.
    fn replaced(&self) -> PathBuf {
        self.path.join("sled.replaced")
    }

    /// Renames for good: once this returns, a power cut does not undo it.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        fs::rename(from, to)
            .and_then(|()| self.sync())
            .map_err(StoreError::io(format!(
                "rename `{}` to `{}`",
                from.display(),
                to.display()
            )))
    }

    /// Deletes a directory for good, if it is there.
    fn delete(&self, path: &Path) -> Result<(), StoreError> {
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            deleted => deleted.and_then(|()| self.sync()),
        }
        .map_err(StoreError::io(format!("delete `{}`", path.display())))
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    /// Moves a damaged store out of the way and returns the error that says so.
    pub fn set_aside(&self, cause: String) -> StoreError {
        let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
        let kept_aside = self.path.join(format!("{ASIDE}{stamp}"));
        match fs::rename(self.home(), &kept_aside) {
            Ok(()) => self.unopenable(kept_aside, cause),
            Err(source) => StoreError::io(format!(
                "move the damaged store to `{}`",
                kept_aside.display()
            ))(source),
        }
    }

    /// Refuses to go on where a damaged store was set aside and nothing took its place.
    ///
    /// A supervisor starts a failed bot again at once; it would find an empty directory and serve as if nothing had
    /// ever been filed.
    pub fn nothing_aside(&self) -> Result<(), StoreError> {
        match self.aside()?.into_iter().next() {
            Some(kept_aside) => {
                Err(self.unopenable(kept_aside, "found by an earlier start".into()))
            }
            None => Ok(()),
        }
    }

    /// Returns where damaged stores were set aside.
    pub fn aside(&self) -> Result<Vec<PathBuf>, StoreError> {
        let mut entries = self.entries()?;
        entries.retain(|path| file_name(path).starts_with(ASIDE));
        Ok(entries)
    }

    fn unopenable(&self, kept_aside: PathBuf, cause: String) -> StoreError {
        StoreError::Unopenable {
            path: self.path.clone(),
            kept_aside,
            cause,
        }
    }

    fn entries(&self) -> Result<Vec<PathBuf>, StoreError> {
        entries(&self.path).map_err(StoreError::io(format!("list `{}`", self.path.display())))
    }
}

const ASIDE: &str = "sled.unopenable-";

fn entries(dir: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect()
}

fn file_name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("")
}
