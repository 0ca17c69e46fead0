//! `sigap ticket`: the drafts that were filed.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::config::Config;
use crate::erasure::{Age, Forget, Purge};
use crate::store::{self, Query, Rebuilt, Sieve};
use crate::ticket::{Answer, Status, Tracked, canonical_json};
use crate::value::{self, Background, Kind};
use crate::{cli, telemetry, ticket};

/// Arguments of `sigap ticket`.
#[derive(Debug, Args)]
pub struct TicketArgs {
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
    /// Only cases that are so far
    #[arg(long, value_enum)]
    status: Option<Standing>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Standing {
    /// The draft is filed
    Open,
    /// Entered into the ticketing system
    Entered,
    /// Settled
    Done,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Csv,
}

impl TicketArgs {
    /// Reads the store and writes what was asked for.
    pub fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        match self.command {
            TicketCommand::List { filter, json } => {
                let cases = cases(config, filter)?;
                if json {
                    as_json_lines(&cases, false)
                } else {
                    list(&cases, config)
                }
            }
            TicketCommand::Show { id, json } => {
                let id = id.to_uppercase();
                let found = cli::runtime()?
                    .block_on(async { store::open(&config.state).await?.case(&id).await })?;
                let version = found
                    .as_ref()
                    .and_then(|case| Some((case, case.version(&id)?)));
                let Some((case, ticket)) = version else {
                    anyhow::bail!("there is no draft `{id}`: `sigap ticket list` shows all");
                };
                if json {
                    writeln!(io::stdout().lock(), "{}", row(case, ticket, false))?;
                    Ok(ExitCode::SUCCESS)
                } else {
                    write_out(&told(case, ticket, config))
                }
            }
            TicketCommand::Export {
                filter,
                format,
                masked,
            } => {
                let cases = cases(config, filter)?;
                match format {
                    Format::Json => as_json_lines(&cases, masked),
                    Format::Csv => as_csv(&cases, masked),
                }
            }
            TicketCommand::Purge { older_than } => erase(
                config,
                &mut Purge::new(older_than, config.now().timestamp()),
            ),
            TicketCommand::Forget { msisdn } => {
                let now = config.now();
                let number = value::parse(&Kind::Msisdn, &msisdn, Background::plain(&now))
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
            status: self.status.map(|status| match status {
                Standing::Open => Status::Open,
                Standing::Entered => Status::Entered,
                Standing::Done => Status::Done,
            }),
            ..Query::default()
        })
    }
}

fn cases(config: &Config, filter: Filter) -> anyhow::Result<Vec<Tracked>> {
    let query = filter.query(config.now().time_zone())?;
    let cases = async { store::open(&config.state).await?.cases(&query).await };
    Ok(cli::runtime()?.block_on(cases)?)
}

fn erase(config: &Config, sieve: &mut dyn Sieve) -> anyhow::Result<ExitCode> {
    telemetry::start();
    let Rebuilt {
        removed,
        left_aside,
    } = cli::runtime()?.block_on(store::rebuild(&config.state, sieve))?;
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

fn list(cases: &[Tracked], config: &Config) -> anyhow::Result<ExitCode> {
    if cases.is_empty() {
        return write_out("no drafts yet");
    }
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_header(["id", "filed", "agent", "status", "title"]);
    for case in cases {
        let ticket = &case.latest;
        let filed = when(ticket.filed_at, config);
        table.add_row([
            ticket.id.as_str(),
            &filed,
            &ticket.agent,
            &standing(case),
            &ticket.title,
        ]);
    }
    write_out(&table.to_string())
}

/// A draft as it was filed, and what became of it since.
fn told(case: &Tracked, ticket: &ticket::Ticket, config: &Config) -> String {
    if case.earlier.is_empty() && case.progress.is_empty() {
        return ticket.text.clone();
    }
    let mut text = format!("{}\n\nstatus: {}", ticket.text, standing(case));
    for step in &case.progress {
        let at = when(step.at, config);
        text += &format!("\n  {} by {}, {at}", step.status.name(), step.who);
    }
    let versions = case.earlier.iter().chain([&case.latest]);
    for version in versions.filter(|_| !case.earlier.is_empty()) {
        let shown = if version.id == ticket.id {
            " (shown)"
        } else {
            ""
        };
        text += &match &version.revision {
            None => format!(
                "\n{}: filed by {}, {}{shown}",
                version.id,
                version.agent,
                when(version.filed_at, config)
            ),
            Some(revision) => format!(
                "\n{}: revises {}, by {}, {}{shown}",
                version.id,
                revision.of,
                revision.who,
                when(revision.at, config)
            ),
        };
        for change in version
            .revision
            .iter()
            .flat_map(|revision| &revision.changes)
        {
            let answer = |answer: &Option<Answer>| {
                answer.as_ref().map_or_else(
                    || "nothing".to_owned(),
                    |answer| answer.display().into_owned(),
                )
            };
            text += &format!(
                "\n  {}: {} → {}",
                change.label,
                answer(&change.before),
                answer(&change.after)
            );
        }
    }
    text
}

fn standing(case: &Tracked) -> String {
    match case.external() {
        Some(external) => format!("{} {external}", case.status().name()),
        None => case.status().name().to_owned(),
    }
}

fn when(at: Timestamp, config: &Config) -> String {
    let zone = config.now().time_zone().clone();
    at.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string()
}

fn as_json_lines(cases: &[Tracked], masked: bool) -> anyhow::Result<ExitCode> {
    let mut output = io::stdout().lock();
    for case in cases {
        writeln!(output, "{}", row(case, &case.latest, masked))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One version of a case's draft.
fn row(case: &Tracked, ticket: &ticket::Ticket, masked: bool) -> serde_json::Value {
    let fields: serde_json::Map<_, _> = ticket
        .entries
        .iter()
        .map(|entry| (entry.field.clone(), exported(entry, masked)))
        .collect();
    let revision = ticket.revision.as_ref();
    let mut row = json!({
        "id": ticket.id, "intent": ticket.intent, "form": ticket.form, "title": ticket.title,
        "filed_at": ticket.filed_at, "agent": ticket.agent, "channel_kind": ticket.channel_kind,
        "status": case.status(), "external": case.external(), "revises": revision.map(|revision| &revision.of),
        "fields": fields, "kip": ticket.kip, "edition": ticket.edition,
    });
    if !masked {
        row["text"] = ticket.text.clone().into();
        if let Some(revision) = revision {
            let changes = revision.changes.iter().map(|change| {
                json!({
                    "field": change.field,
                    "before": change.before.as_ref().map(canonical_json),
                    "after": change.after.as_ref().map(canonical_json),
                })
            });
            row["revised_by"] = revision.who.clone().into();
            row["revised_at"] = revision.at.to_string().into();
            row["changes"] = changes.collect();
        }
    }
    row
}

/// The columns of a table that every case has, with what is in them.
const COLUMNS: [cli::Column<Tracked>; 10] = [
    ("id", |case| case.latest.id.clone()),
    ("filed_at", |case| case.latest.filed_at.to_string()),
    ("agent", |case| case.latest.agent.clone()),
    ("channel_kind", |case| {
        case.latest.channel_kind.name().to_owned()
    }),
    ("intent", |case| case.latest.intent.clone()),
    ("form", |case| case.latest.form.clone()),
    ("kip", |case| case.latest.kip.clone()),
    ("status", |case| case.status().name().to_owned()),
    ("external", |case| {
        case.external().map(cli::cell).unwrap_or_default()
    }),
    ("revises", |case| {
        let revision = case.latest.revision.as_ref();
        revision.map_or_else(String::new, |revision| revision.of.clone())
    }),
];

/// One column a field, in the order in which the fields first occur.
fn as_csv(cases: &[Tracked], masked: bool) -> anyhow::Result<ExitCode> {
    let mut fields: Vec<&str> = Vec::new();
    for entry in cases.iter().flat_map(|case| &case.latest.entries) {
        if !fields.contains(&entry.field.as_str()) {
            fields.push(&entry.field);
        }
    }
    let mut output = csv::Writer::from_writer(io::stdout().lock());
    output.write_record(COLUMNS.iter().map(|(name, _)| name).chain(&fields))?;
    for case in cases {
        let fixed = COLUMNS.iter().map(|(_, text)| text(case));
        let values = fields.iter().map(|field| {
            let mut entries = case.latest.entries.iter();
            let entry = entries.find(|entry| entry.field == *field);
            let text = entry.map(|entry| text_of(&exported(entry, masked)));
            text.unwrap_or_default()
        });
        output.write_record(fixed.chain(values))?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn exported(entry: &ticket::FiledField, masked: bool) -> serde_json::Value {
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
    cli::cell(&text)
}

fn write_out(text: &str) -> anyhow::Result<ExitCode> {
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}
