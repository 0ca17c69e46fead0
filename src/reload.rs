//! Hot reload: a file of the catalogue that somebody edits is live within two seconds, a broken one changes nothing.
//!
//! The operating system reports changes; a thread waits until they pause and says so once, and everything is read anew. A turn that is running keeps the knowledge it began with.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::load;

/// Editors write a file in several steps, and somebody may save several files: changes are read once they pause so long.
const PAUSE: Duration = Duration::from_millis(150);
/// Changes that never pause are not waited for longer, so that two seconds are enough for reading and learning.
const PAUSE_MAX: Duration = Duration::from_millis(600);

/// What the catalogue's files are called.
const EXTENSIONS: [&str; 4] = ["toml", "txt", "csv", "jinja"];

/// What the files said at a time, to know a change from a touch. Taken before they are loaded, so that no edit falls
/// between loading and watching.
#[derive(Debug, PartialEq, Eq)]
pub struct FilesSeen(Vec<(PathBuf, Vec<u8>)>);

impl FilesSeen {
    /// Reads every file of the catalogue's kinds; one that cannot be read says nothing.
    pub fn now(intents: &Path, data: &Path) -> FilesSeen {
        let folders = [intents, data]
            .into_iter()
            .filter_map(|folder| fs::read_dir(folder).ok());
        let mut files: Vec<(PathBuf, Vec<u8>)> = folders
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| is_of_the_catalogue(path))
            .map(|path| {
                let said = load::bytes(&path).unwrap_or_default();
                (path, said)
            })
            .collect();
        files.sort();
        FilesSeen(files)
    }
}

/// Watches until it is dropped.
#[derive(Debug)]
pub struct Watch {
    /// Taken by `drop`: the thread ends with the last sender of changes.
    watcher: Option<RecommendedWatcher>,
    thread: Option<JoinHandle<()>>,
}

/// Watches the catalogue's folders and says after each change since `seen` that there was one.
///
/// # Errors
///
/// When the operating system does not let the folders be watched.
pub fn watch(
    intents: &Path,
    data: &Path,
    seen: FilesSeen,
    mut tell: impl FnMut() + Send + 'static,
) -> anyhow::Result<Watch> {
    let (changes, changed) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event
            .as_ref()
            .is_ok_and(|event| !is_about_the_catalogue(event))
        {
            return;
        }
        // There is no listener while the program ends.
        let _ = changes.send(());
    })
    .context("cannot watch for changes of the catalogue")?;
    for folder in [intents, data] {
        // Not what is below: the store may be in there, and it never pauses.
        watcher
            .watch(folder, RecursiveMode::NonRecursive)
            .with_context(|| format!("cannot watch `{}` for changes", folder.display()))?;
    }
    let (intents, data): (PathBuf, PathBuf) = (intents.into(), data.into());
    let thread = thread::Builder::new()
        .name("sigap-reload".into())
        .spawn(move || {
            let mut live = seen;
            loop {
                let read = FilesSeen::now(&intents, &data);
                // Otherwise a file was only touched, or changed and changed back.
                if read != live {
                    live = read;
                    tell();
                }
                if changed.recv().is_err() || !paused(&changed) {
                    return;
                }
            }
        })
        .context("cannot start the thread that reloads")?;
    Ok(Watch {
        watcher: Some(watcher),
        thread: Some(thread),
    })
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.watcher.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there was reported by the panic hook.
            let _ = thread.join();
        }
    }
}

/// Waits until changes pause; `false` if the watch has ended.
fn paused(changed: &mpsc::Receiver<()>) -> bool {
    let began = Instant::now();
    while began.elapsed() < PAUSE_MAX {
        match changed.recv_timeout(PAUSE) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
    true
}

fn is_about_the_catalogue(event: &notify::Event) -> bool {
    let is_change = !matches!(event.kind, EventKind::Access(_));
    is_change && event.paths.iter().any(|path| is_of_the_catalogue(path))
}

fn is_of_the_catalogue(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    let is_hidden = name.is_none_or(|name| name.starts_with('.'));
    let extension = path.extension().and_then(OsStr::to_str);
    !is_hidden && extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}
