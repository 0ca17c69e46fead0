//! `sigap backup` and `sigap restore`: everything that is kept, in one file.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::cli;
use crate::config::Config;
use crate::store;
use crate::whole::{self, Manner};

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
    /// Writes the backup, readable by its owner only.
    pub fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        if self.file.exists() {
            anyhow::bail!(
                "`{}` exists already: name another file",
                self.file.display()
            );
        }
        let runtime = cli::runtime()?;
        let store = runtime.block_on(store::open(&config.state))?;
        let records = whole::put_with(&self.file, Manner::PrivateNew, |mut to| {
            Ok(runtime.block_on(store.backup(&mut to))?)
        })?;
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
