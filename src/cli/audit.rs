//! `sigap audit export`: who did what to which subject, in the order in which it was done.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;
use jiff::civil::Date;

use super::stats::period;
use crate::cli;
use crate::config::Config;
use crate::store;

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
            csv.write_record(["at", "who", "what", "subject", "before", "after"])?;
            for line in &lines {
                let at = line.at.to_string();
                let (before, after) = (line.before.as_deref(), line.after.as_deref());
                let cells = [
                    at.as_str(),
                    &line.who,
                    &line.what,
                    &line.subject,
                    before.unwrap_or_default(),
                    after.unwrap_or_default(),
                ];
                csv.write_record(cells.map(cli::cell))?;
            }
            csv.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
