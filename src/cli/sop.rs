//! `sigap sop`: the versions of an SOP.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use serde_json::json;

use super::check::{self, Extent};
use crate::act::Order;
use crate::assistant::Actor;
use crate::cli;
use crate::config::Config;
use crate::desk::{self, Desk, Folders, Shown, Version};
use crate::live::Live;
use crate::message::EventId;
use crate::store;

/// Arguments of `sigap sop`.
#[derive(Debug, clap::Args)]
pub struct SopArgs {
    #[command(subcommand)]
    command: SopCommand,
}

#[derive(Debug, clap::Subcommand)]
enum SopCommand {
    /// List the versions of an SOP: who, when, why
    History {
        /// The SOP
        id: String,
        /// One JSON object for every version, with its text
        #[arg(long)]
        json: bool,
    },
    /// Print the file of one version
    Show {
        /// The SOP
        id: String,
        /// The version's number
        version: u32,
    },
    /// Publish an SOP file: checked, kept as a version, live
    Publish {
        /// The SOP file
        file: PathBuf,
        /// What was changed and why
        #[arg(long, value_name = "TEXT")]
        why: String,
        #[command(flatten)]
        by: ChangeAuthor,
    },
    /// Make an earlier version the newest
    Restore {
        /// The SOP
        id: String,
        /// The version's number
        version: u32,
        /// Why
        #[arg(long, value_name = "TEXT", default_value = "")]
        why: String,
        #[command(flatten)]
        by: ChangeAuthor,
    },
}

/// Who answers for a change.
#[derive(Debug, clap::Args)]
struct ChangeAuthor {
    /// Who does it
    #[arg(
        long,
        value_name = "NAME",
        env = "SIGAP_USER",
        default_value = "operator"
    )]
    user: String,
}

/// Lists, shows, publishes or restores.
pub fn run(args: SopArgs, config: &Config) -> anyhow::Result<ExitCode> {
    let live = Live::new(Arc::new(cli::knowledge(config)?));
    cli::runtime()?.block_on(async {
        let store = store::open(&config.state).await?;
        let (folders, now) = (folders(config), config.now());
        let desk = Desk::open(folders, store, live, &now).await?;
        let by = |what: String, who: String| Actor {
            event: EventId(format!("cli:{what}:{}", now.timestamp())),
            who,
            at: now.timestamp(),
        };
        match args.command {
            SopCommand::History { id, json } => list(&desk.history(&id).await?, json)?,
            SopCommand::Show { id, version } => {
                let versions = desk.history(&id).await?;
                let wanted = versions.iter().find(|one| one.number == version);
                let wanted = wanted.ok_or_else(|| desk::DeskError::NoVersion(id, version))?;
                io::stdout().lock().write_all(wanted.text.as_bytes())?;
            }
            SopCommand::Publish { file, why, by: who } => {
                let text = fs::read_to_string(&file)
                    .with_context(|| format!("cannot read `{}`", file.display()))?;
                let by = by("publish".to_owned(), who.user);
                let done = desk.publish(&text, &why, None, &by, &now).await;
                report(done.map_or_else(Shown::Refused, Shown::Published))?;
            }
            SopCommand::Restore {
                id: sop,
                version: number,
                why,
                by: who,
            } => {
                let by = by(format!("restore:{sop}:{number}"), who.user);
                let order = Order::Restore { sop, number, why };
                for shown in desk.handle(&order, &by, &cli::here(), &now).await {
                    report(shown)?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The folders of the catalogue.
pub fn folders(config: &Config) -> Folders {
    Folders {
        intents: config.intents.clone(),
        data: config.data.clone(),
    }
}

fn report(shown: Shown) -> anyhow::Result<()> {
    match shown {
        Shown::Published(version) => {
            writeln!(
                io::stdout().lock(),
                "`{}` is live in version {} (edition {})",
                version.sop,
                version.number,
                version.edition
            )?;
            Ok(())
        }
        Shown::Refused(error) => Err(refused(error, "nothing was published")),
        _ => Ok(()),
    }
}

/// Prints what the catalogue would be refused for.
pub fn refused(error: desk::DeskError, so: &str) -> anyhow::Error {
    match error {
        desk::DeskError::Refused(refused) => {
            check::print(&refused.mistakes, &refused.files, Extent::Errors);
            anyhow::anyhow!("{so}: the catalogue would be refused")
        }
        error => error.into(),
    }
}

fn list(versions: &[Version], json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        for version in versions {
            writeln!(out, "{}", json!(version))?;
        }
        return Ok(());
    }
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_header(["version", "edition", "when", "who", "why"]);
    for version in versions {
        table.add_row([
            version.number.to_string(),
            version.edition.clone(),
            version.at.strftime("%Y-%m-%d %H:%M").to_string(),
            version.who.clone(),
            version.why.clone(),
        ]);
    }
    writeln!(out, "{table}")?;
    Ok(())
}
