//! Reads the catalogue's files from disk and makes knowledge of them, all or nothing.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::civil::Date;

use crate::catalog::{Catalog, Files, Source};
use crate::catalog::{Diagnostic, Severity};
use crate::directory::Directory;
use crate::guide::Knowledge;
use crate::text::{Lexicon, Talk};
use crate::voice::{self, Voices};

/// The list of account managers in the data folder.
pub const DIRECTORY: &str = "am.csv";

/// A file of the catalogue is pages long, and a list has some thousand rows; a larger one is a mistake.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The rows of talk in the data folder.
const TALK: &str = "talk.toml";

/// Why no knowledge could be made.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or folder could not be read.
    #[error(transparent)]
    Unreadable(#[from] anyhow::Error),
    /// The catalogue has mistakes.
    #[error("the catalogue has {} mistakes: `sigap check` shows them with their cures", .0.iter().filter(|one| one.severity == Severity::Error).count())]
    Mistakes(Vec<Diagnostic>),
}

/// Reads every file of the catalogue.
pub fn files(intents: &Path, data: &Path) -> anyhow::Result<Files> {
    let listed = fs::read_dir(intents).with_context(|| {
        format!(
            "cannot read the folder of SOPs `{}`: name it with `--intents DIR`",
            intents.display()
        )
    })?;
    let sops = sources(listed, |name| name.ends_with(".toml"))?;
    let shared = |name: &str| optional(&data.join(name));
    Ok(Files {
        sops,
        fields: shared("fields.toml")?,
        links: shared("links.toml")?,
        services: shared("services.toml")?,
        outside: shared("outside.txt")?,
        template: shared("ticket.txt")?,
        glossary: shared("glossary.toml")?,
        templates: match fs::read_dir(data) {
            Ok(listed) => sources(listed, |name| {
                name.starts_with("ticket.") && name.ends_with(".txt") && name != "ticket.txt"
            })?,
            // Where there is no data the defaults are in force.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("cannot read the folder `{}`", data.display()));
            }
        },
    })
}

/// Reads the files of a folder with such names, in the order of their names.
fn sources(listed: fs::ReadDir, is_one: impl Fn(&str) -> bool) -> anyhow::Result<Vec<Source>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in listed {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(&is_one) {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| source(path)).collect()
}

/// Reads the lexicon of slang and abbreviations.
pub fn lexicon(data: &Path) -> anyhow::Result<Lexicon> {
    let path = data.join("lexicon.toml");
    let lexicon =
        Lexicon::load(&text(&path)?).with_context(|| format!("in `{}`", path.display()))?;
    let groups = optional(&data.join("synonyms.txt"))?;
    Ok(match groups {
        Some(groups) => lexicon.with_groups(&groups.text),
        None => lexicon,
    })
}

/// Reads what agents say to steer the bot; the shipped rows serve where there is no file.
fn talk(data: &Path, lexicon: &Lexicon) -> anyhow::Result<Option<Talk>> {
    let Some(source) = optional(&data.join(TALK))? else {
        return Ok(None);
    };
    let talk = Talk::load(&source.text, lexicon);
    talk.map(Some)
        .with_context(|| format!("in `{}`", source.path))
}

/// Reads the file of account managers, when there is one.
pub fn directory_source(data: &Path) -> anyhow::Result<Option<Source>> {
    optional(&data.join(DIRECTORY))
}

/// Reads the list of account managers; one that is not there is empty.
pub fn directory(data: &Path) -> Result<Directory, LoadError> {
    let lexicon = lexicon(data)?;
    match directory_source(data)? {
        Some(source) => Directory::parse(&source, &lexicon).map_err(LoadError::Mistakes),
        None => Ok(Directory::new(Vec::new(), &lexicon)),
    }
}

/// Reads the files of sentences.
pub fn voice_sources(data: &Path) -> anyhow::Result<Vec<Source>> {
    match fs::read_dir(data) {
        Ok(listed) => sources(listed, voice::is_file),
        // Where there is no data the shipped sentences are in force.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Reads what is said; what is broken in a site's own files is said in the shipped words.
pub fn voices(data: &Path) -> anyhow::Result<Voices> {
    let (voices, found) = Voices::load(&voice_sources(data)?);
    for one in found {
        tracing::warn!(
            path = one.path,
            line = one.line,
            message = one.message,
            "a sentence is broken"
        );
    }
    Ok(voices)
}

/// Makes knowledge of the files in two folders, which takes its time: the matcher learns.
pub fn knowledge(intents: &Path, data: &Path, today: Date) -> Result<Knowledge, LoadError> {
    let (catalog, lexicon) = checked(intents, data, today)?;
    let talk = talk(data, &lexicon)?;
    let knowledge = Knowledge::new(catalog, lexicon).with_directory(directory(data)?);
    let knowledge = knowledge.with_voices(voices(data)?);
    Ok(match talk {
        Some(talk) => knowledge.with_talk(talk),
        None => knowledge,
    })
}

/// Reads and checks everything that knowledge is made of.
pub fn checked(intents: &Path, data: &Path, today: Date) -> Result<(Catalog, Lexicon), LoadError> {
    let loaded = Catalog::load(&files(intents, data)?, today);
    let catalog = loaded
        .catalog
        .ok_or(LoadError::Mistakes(loaded.diagnostics))?;
    Ok((catalog, lexicon(data)?))
}

/// Reads one file.
pub fn source(path: &Path) -> anyhow::Result<Source> {
    Ok(Source::new(path.display().to_string(), text(path)?))
}

fn text(path: &Path) -> anyhow::Result<String> {
    let unreadable = || format!("cannot read `{}`", path.display());
    String::from_utf8(bytes(path)?).with_context(unreadable)
}

/// Reads what a file holds. A pipe would never end and a device is no text, so its kind and size are looked at first.
pub fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let read = || {
        let there = fs::metadata(path)?;
        if !there.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        if there.len() > FILE_BYTES_MAX {
            let found = there.len();
            let cause = format!("it has {found} bytes, at most {FILE_BYTES_MAX} are read");
            return Err(io::Error::other(cause));
        }
        let mut bytes = Vec::new();
        // It may grow meanwhile.
        File::open(path)?
            .take(FILE_BYTES_MAX)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().with_context(|| format!("cannot read `{}`", path.display()))
}

fn optional(path: &Path) -> anyhow::Result<Option<Source>> {
    match source(path) {
        Ok(source) => Ok(Some(source)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_missing(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}
