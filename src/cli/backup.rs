//! `sigap backup` and `sigap restore`: everything that is kept, in one file.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::cli;
use crate::config::Config;
use crate::store;

/// Arguments of `sigap backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write; it must not exist yet
    file: PathBuf,
}

/// Arguments of `sigap restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// A file written by `sigap backup`
    file: PathBuf,
}

impl Backup {
    /// Writes the backup beside its final name first, so that the name is never that of half a backup.
    pub fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        if self.file.exists() {
            anyhow::bail!(
                "`{}` exists already: name another file",
                self.file.display()
            );
        }
        let runtime = cli::runtime()?;
        let store = runtime.block_on(store::open(&config.state))?;
        let folder = self
            .file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut part = tempfile::NamedTempFile::new_in(folder)
            .with_context(|| format!("cannot write in `{}`", folder.display()))?;
        let mut to = BufWriter::new(part.as_file_mut());
        let records = runtime.block_on(store.backup(&mut to))?;
        to.flush().context("cannot write the backup")?;
        drop(to);
        part.as_file()
            .sync_all()
            .context("cannot write the backup")?;
        part.persist_noclobber(&self.file)
            .with_context(|| format!("cannot name it `{}`", self.file.display()))?;
        writeln!(
            io::stdout().lock(),
            "{records} records written to {}",
            self.file.display()
        )?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    /// Verifies the whole file and makes a new state of it.
    pub fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let file = File::open(&self.file)
            .with_context(|| format!("cannot read `{}`", self.file.display()))?;
        let mut file = BufReader::new(file);
        let records = cli::runtime()?.block_on(store::restore(&config.state, &mut file))?;
        writeln!(
            io::stdout().lock(),
            "{records} records restored to {}",
            config.state
        )?;
        Ok(ExitCode::SUCCESS)
    }
}
