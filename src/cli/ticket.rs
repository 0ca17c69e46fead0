//! `sigap ticket`: the drafts that were filed.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::config::Config;
use crate::erasure::{Age, Forget, Purge};
use crate::store::{self, Query, Rebuilt, Sieve, Store};
use crate::ticket::{Answer, canonical_json};
use crate::value::{self, Kind};
use crate::{cli, telemetry, ticket};

/// Arguments of `sigap ticket`.
#[derive(Debug, Args)]
pub struct Ticket {
    #[command(subcommand)]
    command: TicketCommand,
}

#[derive(Debug, Subcommand)]
enum TicketCommand {
    /// The drafts, newest first
    List {
        #[command(flatten)]
        filter: Filter,
        /// One JSON object for every draft
        #[arg(long)]
        json: bool,
    },
    /// One draft as it was filed
    Show {
        /// Its id: T-261121-7F3K2Q
        id: String,
        /// As a JSON object
        #[arg(long)]
        json: bool,
    },
    /// All drafts for other programs
    Export {
        #[command(flatten)]
        filter: Filter,
        /// json: one object a line; csv: a column for every field
        #[arg(long, value_enum)]
        format: Format,
        /// Mask numbers, names and addresses of persons
        #[arg(long)]
        masked: bool,
    },
    /// Remove old drafts and unanswered questions for good
    ///
    /// The store is written anew without them, which takes as much free space as it has now; it must not be in use.
    /// Backups keep what they hold: delete those that are too old as well.
    Purge {
        /// Days or weeks: 90d, 12w
        #[arg(long, value_name = "AGE")]
        older_than: Age,
    },
    /// Remove everything that mentions a customer's number, for good
    ///
    /// That is drafts, open conversations, unanswered questions and the replies kept for delivering them again.
    /// The store is written anew without them, which takes as much free space as it has now; it must not be in use.
    /// Backups keep what they hold: make a new one and delete those made before.
    Forget {
        /// The number as it comes to hand: 0812-0000-1234, +62 812 0000 1234
        msisdn: String,
    },
}

#[derive(Debug, Args)]
struct Filter {
    /// Only this intent
    #[arg(long, value_name = "ID")]
    intent: Option<String>,
    /// Only this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Only what was filed on this day or later: 2026-07-12
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Only what was filed on this day or before
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Csv,
}

impl Ticket {
    /// Reads the store and writes what was asked for.
    pub fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        match self.command {
            TicketCommand::List { filter, json } => {
                let tickets = tickets(config, filter)?;
                if json {
                    as_json_lines(&tickets, false)
                } else {
                    list(&tickets, config)
                }
            }
            TicketCommand::Show { id, json } => {
                let store = store::sled::open(&config.state)?;
                let found = cli::runtime()?.block_on(store.ticket(&id.to_uppercase()))?;
                let Some(ticket) = found else {
                    anyhow::bail!("there is no draft `{id}`: `sigap ticket list` shows all");
                };
                if json {
                    as_json_lines(&[ticket], false)
                } else {
                    write_out(&ticket.text)
                }
            }
            TicketCommand::Export {
                filter,
                format,
                masked,
            } => {
                let tickets = tickets(config, filter)?;
                match format {
                    Format::Json => as_json_lines(&tickets, masked),
                    Format::Csv => as_csv(&tickets, masked),
                }
            }
            TicketCommand::Purge { older_than } => erase(
                config,
                &mut Purge::new(older_than, config.now().timestamp()),
            ),
            TicketCommand::Forget { msisdn } => {
                let now = config.now();
                let number = value::parse(&Kind::Msisdn, &msisdn, &now)
                    .map_err(|error| anyhow::anyhow!(not_a_number(&error)))?;
                erase(config, &mut Forget::new(number, now.timestamp()))
            }
        }
    }
}

impl Filter {
    /// Days are those of the contact centre's time zone.
    fn query(self, zone: &TimeZone) -> anyhow::Result<Query> {
        let start = |day: Date| day.to_zoned(zone.clone()).map(|start| start.timestamp());
        Ok(Query {
            intent: self.intent,
            agent: self.agent,
            from: self.from.map(start).transpose()?,
            to: self.to.map(|day| start(day.tomorrow()?)).transpose()?,
            ..Query::default()
        })
    }
}

fn tickets(config: &Config, filter: Filter) -> anyhow::Result<Vec<ticket::Ticket>> {
    let store = store::sled::open(&config.state)?;
    let query = filter.query(config.now().time_zone())?;
    Ok(cli::runtime()?.block_on(store.tickets(&query))?)
}

fn erase(config: &Config, sieve: &mut dyn Sieve) -> anyhow::Result<ExitCode> {
    telemetry::start();
    let Rebuilt {
        removed,
        left_aside,
    } = store::sled::rebuild(&config.state, sieve)?;
    let mut output = io::stdout().lock();
    writeln!(output, "removed {removed}")?;
    for path in left_aside {
        writeln!(
            output,
            "`{}` is a damaged store that cannot be searched: it may hold what was removed, delete it when nobody \
             needs it any more",
            path.display()
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what is wrong with a number without repeating it: an error ends up in more places than a screen.
fn not_a_number(error: &value::Error) -> &'static str {
    match error {
        value::Error::Ambiguous { .. } => "these are several numbers: forget one at a time",
        _ => "this is no Indonesian mobile number: write it like `0812-0000-1234`",
    }
}

fn list(tickets: &[ticket::Ticket], config: &Config) -> anyhow::Result<ExitCode> {
    if tickets.is_empty() {
        return write_out("no drafts yet");
    }
    let zone = config.now().time_zone().clone();
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_header(["id", "filed", "agent", "title"]);
    for ticket in tickets {
        let filed = ticket
            .filed_at
            .to_zoned(zone.clone())
            .strftime("%Y-%m-%d %H:%M")
            .to_string();
        table.add_row([ticket.id.as_str(), &filed, &ticket.agent, &ticket.title]);
    }
    write_out(&table.to_string())
}

fn as_json_lines(tickets: &[ticket::Ticket], masked: bool) -> anyhow::Result<ExitCode> {
    let mut output = io::stdout().lock();
    for ticket in tickets {
        let fields: serde_json::Map<_, _> = ticket
            .entries
            .iter()
            .map(|entry| (entry.field.clone(), exported(entry, masked)))
            .collect();
        let mut row = json!({
            "id": ticket.id, "intent": ticket.intent, "form": ticket.form, "title": ticket.title,
            "filed_at": ticket.filed_at, "agent": ticket.agent, "channel_kind": ticket.channel_kind,
            "fields": fields, "kip": ticket.kip,
        });
        if !masked {
            row["text"] = ticket.text.clone().into();
        }
        writeln!(output, "{row}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One column a field, in the order in which the fields first occur.
fn as_csv(tickets: &[ticket::Ticket], masked: bool) -> anyhow::Result<ExitCode> {
    let mut fields: Vec<&str> = Vec::new();
    for entry in tickets.iter().flat_map(|ticket| &ticket.entries) {
        if !fields.contains(&entry.field.as_str()) {
            fields.push(&entry.field);
        }
    }
    let mut output = csv::Writer::from_writer(io::stdout().lock());
    let fixed = [
        "id",
        "filed_at",
        "agent",
        "channel_kind",
        "intent",
        "form",
        "kip",
    ];
    output.write_record(fixed.iter().chain(&fields))?;
    for ticket in tickets {
        let filed = ticket.filed_at.to_string();
        let fixed = [
            &ticket.id,
            &filed,
            &ticket.agent,
            ticket.channel_kind.name(),
            &ticket.intent,
            &ticket.form,
            &ticket.kip,
        ];
        let values = fields.iter().map(|field| {
            let entry = ticket.entries.iter().find(|entry| entry.field == *field);
            entry
                .map(|entry| text_of(&exported(entry, masked)))
                .unwrap_or_default()
        });
        output.write_record(fixed.into_iter().map(str::to_owned).chain(values))?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn exported(entry: &ticket::Entry, masked: bool) -> serde_json::Value {
    match &entry.answer {
        Answer::Given(value) if masked && value.display != entry.masked => {
            entry.masked.as_str().into()
        }
        answer => canonical_json(answer),
    }
}

fn text_of(value: &serde_json::Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    // A spreadsheet would run a cell that begins so as a formula.
    if text.starts_with(['=', '+', '-', '@', '\t']) {
        format!("'{text}")
    } else {
        text
    }
}

fn write_out(text: &str) -> anyhow::Result<ExitCode> {
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}
