//! `sigap audit export`: who did what to which subject, in the order in which it was done.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;
use jiff::civil::Date;

use super::stats::period;
use crate::cli;
use crate::config::Config;
use crate::store::{self, Audit};

/// Arguments of `sigap audit`.
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, clap::Subcommand)]
enum AuditCommand {
    /// Write the audit, earliest line first
    Export {
        /// One JSON object a line, or a table for a spreadsheet
        #[arg(long, value_enum, default_value_t = AuditFormat::Json)]
        format: AuditFormat,
        /// From this day on: 2026-11-01
        #[arg(long, value_name = "DAY")]
        from: Option<Date>,
        /// Up to and with this day
        #[arg(long, value_name = "DAY")]
        to: Option<Date>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AuditFormat {
    Json,
    Csv,
}

/// The columns of a table, with what is in them.
const COLUMNS: [cli::Column<Audit>; 6] = [
    ("at", |line| line.at.to_string()),
    ("who", |line| line.who.clone()),
    ("what", |line| line.what.clone()),
    ("subject", |line| line.subject.clone()),
    ("before", |line| line.before.clone().unwrap_or_default()),
    ("after", |line| line.after.clone().unwrap_or_default()),
];

/// Exports.
pub fn run(args: AuditArgs, config: &Config) -> anyhow::Result<ExitCode> {
    let AuditCommand::Export { format, from, to } = args.command;
    let runtime = cli::runtime()?;
    let store = runtime.block_on(store::open(&config.state))?;
    let lines = runtime.block_on(store.audit(&period(from, to, config)?))?;
    let mut out = io::stdout().lock();
    match format {
        AuditFormat::Json => {
            for line in &lines {
                writeln!(out, "{}", serde_json::to_string(line)?)?;
            }
        }
        AuditFormat::Csv => {
            let mut csv = csv::Writer::from_writer(&mut out);
            csv.write_record(COLUMNS.map(|(name, _)| name))?;
            for line in &lines {
                csv.write_record(COLUMNS.map(|(_, text)| cli::cell(&text(line))))?;
            }
            csv.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
