//! The catalogue's folders: files that are replaced as a whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::whole;

/// Where the catalogue is.
#[derive(Debug, Clone)]
pub struct Folders {
    /// The SOP files.
    pub intents: PathBuf,
    /// What they share.
    pub data: PathBuf,
}

/// A text that lies beside its file, durable, and takes its place in one step.
///
/// One that is found at the next start was on its way when the program was ended: the store says what becomes of it.
#[derive(Debug)]
pub struct Prepared {
    beside: PathBuf,
    file: PathBuf,
}

/// No file of the catalogue ends so.
const BESIDE: &str = ".publish";

impl Prepared {
    /// Writes the text beside its file.
    pub fn new(file: &Path, text: &str) -> anyhow::Result<Prepared> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let beside = file.with_file_name(format!(".{name}{BESIDE}"));
        whole::put(&beside, text.as_bytes())?;
        if let Ok(there) = fs::metadata(file) {
            fs::set_permissions(&beside, there.permissions())
                .with_context(|| format!("cannot write `{}`", beside.display()))?;
        }
        Ok(Prepared {
            beside,
            file: file.to_owned(),
        })
    }

    /// Returns what was on its way in a folder.
    pub fn left(folder: &Path) -> anyhow::Result<Vec<Prepared>> {
        let listed = fs::read_dir(folder)
            .with_context(|| format!("cannot read the folder `{}`", folder.display()))?;
        let mut left = Vec::new();
        for entry in listed {
            let beside = entry?.path();
            let name = beside.file_name().and_then(|name| name.to_str());
            let of = name
                .and_then(|name| name.strip_prefix('.'))
                .and_then(|name| name.strip_suffix(BESIDE));
            if let Some(of) = of {
                let file = folder.join(of);
                left.push(Prepared { beside, file });
            }
        }
        Ok(left)
    }

    /// The file whose place it takes.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What it says.
    pub fn text(&self) -> anyhow::Result<String> {
        fs::read_to_string(&self.beside)
            .with_context(|| format!("cannot read `{}`", self.beside.display()))
    }

    /// Takes the place of the file.
    pub fn land(self) -> anyhow::Result<()> {
        whole::rename(&self.beside, &self.file)
            .with_context(|| format!("cannot write `{}`", self.file.display()))
    }

    /// Goes away.
    pub fn discard(self) {
        if let Err(error) = fs::remove_file(&self.beside) {
            tracing::warn!(%error, "a file beside the catalogue was not removed");
        }
    }
}

/// Replaces a file of the catalogue.
pub fn replace(file: &Path, text: &str) -> anyhow::Result<()> {
    whole::put(file, text.as_bytes())
}

/// Returns what a list says; nothing when there is no such file.
pub fn text(path: &Path) -> anyhow::Result<String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}
