//! `sigap stats`: questions, how they came out, and drafts, by week; as a table, as JSON, as a chart.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use jiff::civil::Date;

use crate::cli;
use crate::config::Config;
use crate::desk::{Statistics, share};
use crate::load;
use crate::stats::chart::{self, ChartWords};
use crate::stats::{self, Week};
use crate::store::{self, Period, Query};
use crate::whole;
use crate::wording::leads;

/// How many procedures and categories are named.
const TOP: usize = 5;

/// Arguments of `sigap stats`.
#[derive(Debug, clap::Args)]
pub struct StatsArgs {
    /// From this day on: 2026-11-01
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// Up to and with this day
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// One JSON object for every week
    #[arg(long)]
    json: bool,
    /// Draw the weeks into a PNG file
    #[arg(long, value_name = "FILE.png")]
    chart: Option<PathBuf>,
}

/// Sums up and shows.
pub fn run(args: StatsArgs, config: &Config) -> anyhow::Result<ExitCode> {
    let period = period(args.from, args.to, config)?;
    let query = Query {
        from: period.from,
        to: period.to,
        ..Query::default()
    };
    let runtime = cli::runtime()?;
    let store = runtime.block_on(store::open(&config.state))?;
    let now = config.now();
    let statistics = runtime.block_on(async {
        let shares = share::all(&*store, None).await?;
        let people = share::People::of(&*store, &shares, now.timestamp()).await?;
        let unread = share::unread_sops(&shares, &people);
        let (tallies, tickets) = (store.tallies(&period).await?, store.tickets(&query).await?);
        anyhow::Ok(Statistics::new(&tallies, &tickets, unread, &now))
    })?;
    let Statistics {
        mut weeks,
        median_minutes,
        unread,
    } = statistics;
    if let Some(latest) = weeks.last_mut() {
        latest.unread = unread.clone();
    }
    if let Some(path) = &args.chart {
        let voices = load::voices(&config.data)?;
        let voice = voices.of(&config.language);
        let (title, parts) = (voice.line("chart_title"), leads::CHART_PARTS);
        let parts = parts.map(|part| voice.line(part));
        let words = ChartWords {
            title: &title,
            parts: parts.each_ref().map(String::as_str),
        };
        whole::put(path, &chart::png(&weeks, words)?)?;
    }
    let mut out = io::stdout().lock();
    if args.json {
        for week in &weeks {
            writeln!(out, "{}", serde_json::to_string(week)?)?;
        }
    } else {
        print(&mut out, &weeks)?;
        print_counts(&mut out, "shared, and not read by so many", &unread)?;
        if let Some(minutes) = median_minutes {
            writeln!(out, "\nmedian time to a draft: {minutes:.0} minutes")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(out: &mut impl Write, weeks: &[Week]) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    for week in weeks {
        let percent = |count: u64| format!("{count} ({:.0} %)", week.percent(count));
        let top = week.top(TOP);
        let top = top
            .iter()
            .map(|(intent, count)| format!("{intent} {count}"));
        let (header, cells): (Vec<&str>, Vec<String>) = [
            ("week of", week.from.to_string()),
            ("questions", week.questions.to_string()),
            ("answered", percent(week.answered)),
            ("offered", percent(week.clarified)),
            ("unanswered", percent(week.unanswered)),
            ("lost in dialogs", week.not_understood.to_string()),
            ("drafts", week.drafts.to_string()),
            ("without ticket", week.avoided.to_string()),
            ("most asked", top.collect::<Vec<_>>().join("\n")),
        ]
        .into_iter()
        .unzip();
        table.set_header(header).add_row(cells);
    }
    writeln!(out, "{table}")?;
    let by_kip = stats::summed(weeks.iter().map(|week| &week.kips));
    let mut by_channel = BTreeMap::new();
    for (kind, count) in weeks.iter().flat_map(|week| &week.channel_kinds) {
        *by_channel.entry((*kind).to_owned()).or_insert(0) += count;
    }
    for (title, counts) in [
        ("drafts by KIP", &by_kip),
        ("drafts by channel", &by_channel),
    ] {
        print_counts(out, title, counts)?;
    }
    Ok(())
}

fn print_counts(
    out: &mut impl Write,
    title: &str,
    counts: &BTreeMap<String, u64>,
) -> io::Result<()> {
    if counts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    for (name, count) in stats::top(counts, usize::MAX) {
        writeln!(out, "{count:>6}  {name}")?;
    }
    Ok(())
}

/// The time from the beginning of one day to the end of another, in the contact centre.
pub fn period(from: Option<Date>, to: Option<Date>, config: &Config) -> anyhow::Result<Period> {
    let now = config.now();
    let start = |day: Date| {
        day.to_zoned(now.time_zone().clone())
            .map(|start| start.timestamp())
    };
    let from = from
        .map(start)
        .transpose()
        .context("the first day is out of range")?;
    let to = to
        .map(|day| day.tomorrow().and_then(start))
        .transpose()
        .context("the last day is out of range")?;
    Ok(Period { from, to })
}
