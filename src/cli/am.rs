//! `sigap am`: the list of account managers.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};

use crate::assistant::told_contacts;
use crate::catalog::{Diagnostic, Files, Source};
use crate::cli::{self, check};
use crate::config::Config;
use crate::directory::{Contact, ContactsFound, Directory};
use crate::import;
use crate::load;
use crate::store::{self, StorePlace};
use crate::whole;

/// Arguments of `sigap am`.
#[derive(Debug, Args)]
pub struct Am {
    #[command(subcommand)]
    command: AmCommand,
}

#[derive(Debug, Subcommand)]
enum AmCommand {
    /// Find a company by name, SID or account number
    Search {
        /// However typed: `contoh jaya`, `4700000-0000001`
        #[arg(required = true)]
        name: Vec<String>,
    },
    /// Check a CSV file and make it the list, all or nothing
    Import {
        /// The file; its columns are company, aliases, sids, account_numbers, am, am_contact, eos, eos_contact, region,
        /// verified
        file: PathBuf,
        /// Replace the list even with one of no companies
        #[arg(long)]
        empty: bool,
    },
}

impl Am {
    /// Searches or replaces the list.
    pub fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        match self.command {
            AmCommand::Search { name } => {
                let path = config.data.join(load::DIRECTORY);
                let Some(directory) = directory(&path, config)? else {
                    return Ok(ExitCode::FAILURE);
                };
                let directory = directory.with(told(config)?);
                search(&directory, &name.join(" "), config)
            }
            AmCommand::Import { file, empty } => import(&file, empty, config),
        }
    }
}

/// The companies that leads have added in chats. While a program holds the store they are left out, and that is said.
fn told(config: &Config) -> anyhow::Result<Vec<Contact>> {
    if matches!(&config.state, StorePlace::Folder(folder) if !folder.exists()) {
        return Ok(Vec::new());
    }
    let told = cli::runtime()?.block_on(async {
        let store = store::open(&config.state).await?;
        told_contacts(&*store).await
    });
    match told {
        Err(error @ store::StoreError::Locked { .. }) => {
            writeln!(
                io::stderr(),
                "note: companies that leads added are not searched: {error}"
            )?;
            Ok(Vec::new())
        }
        told => Ok(told?),
    }
}

/// Reads a list; its mistakes are shown, and then there is none.
fn directory(path: &Path, config: &Config) -> anyhow::Result<Option<Directory>> {
    parsed(load::source(path)?, config)
}

fn parsed(source: Source, config: &Config) -> anyhow::Result<Option<Directory>> {
    match Directory::parse(&source, &load::lexicon(&config.data)?) {
        Ok(directory) => Ok(Some(directory)),
        Err(mistakes) => {
            show(&mistakes, source);
            Ok(None)
        }
    }
}

fn show(mistakes: &[Diagnostic], source: Source) {
    let files = Files {
        sops: vec![source],
        ..Files::default()
    };
    check::print(mistakes, &files, check::Extent::Errors);
}

fn search(directory: &Directory, name: &str, config: &Config) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let today = config.now().date();
    let found = match directory.search(name) {
        ContactsFound::None => {
            anyhow::bail!("nobody is known for `{name}`: `sigap am import FILE` replaces the list")
        }
        ContactsFound::One(contact) => vec![contact],
        ContactsFound::Several(contacts) => contacts,
    };
    for contact in found {
        let Contact {
            company,
            am,
            am_contact,
            eos,
            eos_contact,
            region,
            verified,
            ..
        } = contact;
        let stale = if contact.is_stale(today) {
            " (stale)"
        } else {
            ""
        };
        writeln!(
            out,
            "{company}\n  AM {am}, {am_contact}\n  EOS {eos}, {eos_contact}\n  {region}, verified {verified}{stale}"
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

fn import(file: &Path, empty: bool, config: &Config) -> anyhow::Result<ExitCode> {
    // A spreadsheet saves in whichever encoding its system has; the list is in one.
    let text = import::decoded(&load::bytes(file)?)
        .with_context(|| format!("cannot read `{}`", file.display()))?;
    let source = Source::new(file.display().to_string(), text.clone());
    let Some(directory) = parsed(source, config)? else {
        return Ok(ExitCode::FAILURE);
    };
    let list = &config.data.join(load::DIRECTORY);
    if directory.contacts().is_empty() && !empty && list.exists() {
        anyhow::bail!(
            "`{}` holds no company: `--empty` makes it the list all the same",
            file.display()
        );
    }
    whole::put(list, text.as_bytes())?;
    writeln!(io::stdout(), "{} companies", directory.contacts().len())?;
    Ok(ExitCode::SUCCESS)
}
