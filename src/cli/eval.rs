//! `sigap eval`: how right the matcher is on labelled utterances, how honest, and how fast.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use indicatif::ProgressBar;

use crate::config::Config;
use crate::load;
use crate::matcher::evaluate::{self, NONE, Outcome, Report};
use crate::matcher::{Matcher, Source, Training};
use crate::whole::{self, Manner};

/// With more rows than this somebody at a terminal wants to see it move.
const ROWS_SILENT_MAX: usize = 2_000;

/// Arguments of `sigap eval`.
#[derive(Debug, clap::Args)]
pub struct EvalArgs {
    /// Lines of utterance, tab, intent; `none` for what belongs to no intent
    #[arg(value_name = "TEST.tsv")]
    test: PathBuf,
    /// Make the catalogue from these labelled utterances instead of the SOP files
    #[arg(long, value_name = "TRAIN.tsv")]
    train: Option<PathBuf>,
    /// The report as a JSON object
    #[arg(long)]
    json: bool,
    /// Write utterance, label, first intent, confidence and decision of every row
    #[arg(long, value_name = "OUT.tsv")]
    predictions: Option<PathBuf>,
}

struct EvalRow {
    text: String,
    label: String,
}

/// Evaluates and reports.
pub fn run(args: EvalArgs, config: &Config) -> anyhow::Result<ExitCode> {
    let rows = read(&args.test)?;
    let train = args.train.as_deref().map(read).transpose()?;
    let started = Instant::now();
    let matcher = match train {
        Some(train) => Arc::new(learn(train, config)?),
        None => super::knowledge(config)?.matcher,
    };
    let train_s = started.elapsed().as_secs_f64();
    let outcomes = classify(&matcher, &rows);
    if let Some(path) = &args.predictions {
        write_predictions(path, &rows, &outcomes)?;
    }
    let report = Report {
        train_s: Some(train_s),
        ..Report::new(&outcomes, matcher.intents().len())
    };
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
    } else {
        print(&mut out, &report)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> anyhow::Result<Vec<EvalRow>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            let (text, label) = line.rsplit_once('\t').with_context(|| {
                let line = at + 1;
                format!(
                    "{}:{line}: expected an utterance, a tab and an intent",
                    path.display()
                )
            })?;
            Ok(EvalRow {
                text: text.to_owned(),
                label: label.trim().to_owned(),
            })
        })
        .collect()
}

/// Makes a matcher of labelled utterances; it has no keywords and belongs to no service.
fn learn(rows: Vec<EvalRow>, config: &Config) -> anyhow::Result<Matcher> {
    let mut by_label: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        by_label.entry(row.label).or_default().push(row.text);
    }
    let outside = by_label.remove(NONE).unwrap_or_default();
    let lexicon = load::lexicon(&config.data)?;
    Ok(Matcher::train(&Training {
        intents: by_label
            .iter()
            .map(|(id, utterances)| Source {
                id,
                utterances,
                ..Source::default()
            })
            .collect(),
        outside: &outside,
        lexicon: &lexicon,
        services: Vec::new(),
    }))
}

fn classify(matcher: &Matcher, rows: &[EvalRow]) -> Vec<Outcome> {
    let is_watched = rows.len() > ROWS_SILENT_MAX && io::stderr().is_terminal();
    let progress = if is_watched {
        ProgressBar::new(rows.len() as u64)
    } else {
        ProgressBar::hidden()
    };
    let outcomes = rows.iter().map(|row| {
        let started = Instant::now();
        let outcome = evaluate::outcome(matcher, &row.text, &row.label);
        let micros = started.elapsed().as_nanos() as f64 / 1_000.0;
        progress.inc(1);
        Outcome { micros, ..outcome }
    });
    let outcomes = outcomes.collect();
    progress.finish_and_clear();
    outcomes
}

fn write_predictions(path: &Path, rows: &[EvalRow], outcomes: &[Outcome]) -> anyhow::Result<()> {
    whole::put_with(path, Manner::Shared, |out| {
        Ok(predictions(out, rows, outcomes)?)
    })
}

fn predictions(
    out: &mut (dyn Write + Send),
    rows: &[EvalRow],
    outcomes: &[Outcome],
) -> io::Result<()> {
    for (row, outcome) in rows.iter().zip(outcomes) {
        let first = outcome.first.as_deref().unwrap_or(NONE);
        let (confidence, decision) = (outcome.confidence, super::r#match::name(outcome.decision));
        writeln!(
            out,
            "{}\t{}\t{first}\t{confidence:.6}\t{decision}",
            row.text, row.label
        )?;
    }
    Ok(())
}

fn print(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let figure = |value: Option<f64>, digits: usize| match value {
        Some(value) => format!("{value:.digits$}"),
        None => "-".to_owned(),
    };
    let mut figures = table(&["", ""]);
    for (name, value) in [
        ("rows", report.rows.to_string()),
        ("intents", report.intents.to_string()),
        ("top-1 in scope, nothing rejected", figure(report.top1, 4)),
        (
            "in scope answered right or offered first",
            figure(report.in_scope_accuracy, 4),
        ),
        ("out of scope not answered", figure(report.oos_recall, 4)),
        ("macro-F1", figure(report.macro_f1, 4)),
        ("AUROC of the confidence", figure(report.auroc, 4)),
        (
            "calibration error",
            format!("{:.4}", report.calibration_error()),
        ),
        ("training, seconds", figure(report.train_s, 2)),
        ("a message, microseconds (median)", figure(report.p50_us, 1)),
        ("a message, microseconds (99 %)", figure(report.p99_us, 1)),
    ] {
        figures.add_row([name.to_owned(), value]);
    }
    writeln!(out, "{figures}\n")?;

    let mut decisions = table(&["decision", "in scope", "out of scope"]);
    for (decision, inside, outside) in &report.decisions {
        let name = super::r#match::name(*decision).to_owned();
        decisions.add_row([name, inside.to_string(), outside.to_string()]);
    }
    writeln!(out, "{decisions}\n")?;

    let mut reliability = table(&["confidence", "messages", "mean confidence", "right"]);
    let bands = report.reliability.len();
    for (at, band) in report
        .reliability
        .iter()
        .enumerate()
        .filter(|(_, band)| band.rows > 0)
    {
        let rows = band.rows as f64;
        reliability.add_row([
            format!(
                "{:.1}-{:.1}",
                at as f64 / bands as f64,
                (at + 1) as f64 / bands as f64
            ),
            band.rows.to_string(),
            format!("{:.2}", band.confidence / rows),
            format!("{:.2}", band.right as f64 / rows),
        ]);
    }
    writeln!(out, "{reliability}\n")?;

    let mut confusions = table(&["intent", "taken for", "rows"]);
    for confusion in &report.confusions {
        let (intent, taken_for) = (&confusion.intent, &confusion.taken_for);
        confusions.add_row([intent, taken_for, &confusion.rows.to_string()]);
    }
    writeln!(out, "{confusions}")
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_header(header.to_vec());
    table
}
