//! `sigap import`: a posted procedure as an SOP file, with everything a lead should look at before it goes live.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use super::check::{self, Extent};
use crate::catalog::{Catalog, Files, Severity};
use crate::config::Config;
use crate::desk::review::{self, VersionReview};
use crate::effect::{MessageChanges, Moved, TakenFor};
use crate::guide::Knowledge;
use crate::import::{self, From, ImportReport, ImportRequest, Imported};
use crate::load;
use crate::whole;

/// So many messages of each kind are shown; the counts are of all.
const MOVED_SHOWN: usize = 10;

/// Arguments of `sigap import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The document: .txt, .md, .html, .docx, .xlsx or .pdf
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The SOP's id; made from the title when left out
    #[arg(long)]
    id: Option<String>,
    /// The brand it belongs to: an id from services.toml
    #[arg(long, value_name = "ID")]
    service: Option<String>,
    /// The team that answers for the content
    #[arg(long, value_name = "TEAM")]
    owner: Option<String>,
    /// Write the SOP file here; without, it goes to standard output and the report to standard error
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Imports and reports; a file that the catalogue refuses makes the exit status 1.
pub fn run(args: ImportArgs, config: &Config) -> anyhow::Result<ExitCode> {
    let bytes = load::bytes(&args.file)?;
    let name = args
        .file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let files = load::files(&config.intents, &config.data)?;
    let imported = import::import(&ImportRequest {
        name: &name,
        bytes: &bytes,
        id: args.id.as_deref(),
        service: args.service.as_deref(),
        owner: args.owner.as_deref(),
        files: &files,
        today: config.now().date(),
    })?;
    let mut report = Vec::new();
    describe(&mut report, &imported, &files, config)?;
    match &args.out {
        Some(out) => {
            if out
                .file_stem()
                .is_none_or(|stem| stem.to_string_lossy() != imported.id)
            {
                anyhow::bail!(
                    "a file of the SOP `{id}` is called `{id}.toml`: name it so, or say `--id`",
                    id = imported.id
                );
            }
            whole::put(out, imported.text.as_bytes())?;
            writeln!(report, "written to {}", out.display())?;
            io::stdout().lock().write_all(&report)?;
        }
        None => {
            io::stderr().lock().write_all(&report)?;
            io::stdout().lock().write_all(imported.text.as_bytes())?;
        }
    }
    let refused = imported
        .diagnostics
        .iter()
        .any(|one| one.severity == Severity::Error);
    Ok(if refused {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn describe(
    out: &mut Vec<u8>,
    imported: &Imported,
    files: &Files,
    config: &Config,
) -> anyhow::Result<()> {
    let now = config.now();
    let lexicon = Arc::new(load::lexicon(&config.data)?);
    let before = Catalog::load(files, now.date()).catalog;
    let before = before.map(|before| Knowledge::new(before, Arc::clone(&lexicon)));
    let matcher = before.as_ref().map(|before| &*before.matcher);
    let review = review::review(&imported.text, files, matcher, lexicon, &now);
    let shown = Files {
        sops: vec![review.source.clone()],
        ..Files::default()
    };
    check::print(&imported.diagnostics, &shown, Extent::All);
    if review.is_accepted() {
        preview(out, &review)?;
    }
    if let Some(diff) = review.diff.as_ref().filter(|_| review.is_accepted()) {
        let (new, gone) = (diff.new, diff.gone);
        writeln!(
            out,
            "== against the current version: {new} lines new, {gone} lines gone\n"
        )?;
        writeln!(out, "{}", diff.text)?;
    }
    if let Some(change) = review.change.as_ref().filter(|_| before.is_some()) {
        changes(out, change)?;
    }
    report(out, &imported.report)?;
    Ok(())
}

fn preview(out: &mut Vec<u8>, review: &VersionReview) -> io::Result<()> {
    writeln!(out, "== what agents will see\n")?;
    for reply in &review.preview {
        writeln!(out, "{}", reply.text)?;
        let labels: Vec<_> = reply
            .buttons
            .iter()
            .map(|button| format!("[{}]", button.label))
            .collect();
        writeln!(out, "{}\n", labels.join(" "))?;
    }
    Ok(())
}

fn changes(out: &mut Vec<u8>, change: &MessageChanges) -> io::Result<()> {
    writeln!(
        out,
        "== effect on matching: {} messages with a known intent, {} right before, {} right after\n",
        change.rows, change.right_before, change.right_after
    )?;
    for (title, moved) in [
        ("right now", &change.gained),
        ("CLASH: right before, wrong now", &change.clashes),
        ("otherwise different", &change.other),
    ] {
        if moved.is_empty() {
            continue;
        }
        writeln!(out, "{title}: {}", moved.len())?;
        for one in moved.iter().take(MOVED_SHOWN) {
            writeln!(out, "  {}", line(one))?;
        }
    }
    writeln!(out)
}

/// `text (intent): a, answer -> b, clarify`.
pub fn line(moved: &Moved) -> String {
    let taken = |taken: &TakenFor| {
        let decision = super::r#match::name(taken.decision);
        format!("{}, {decision}", taken.intent.as_deref().unwrap_or("none"))
    };
    let intent = moved.row.intent.as_deref().unwrap_or("none");
    format!(
        "{} ({intent}): {} -> {}",
        moved.row.text,
        taken(&moved.before),
        taken(&moved.after)
    )
}

fn report(out: &mut Vec<u8>, report: &ImportReport) -> io::Result<()> {
    writeln!(out, "== what became of the document\n")?;
    for (line, words, what) in &report.headings {
        writeln!(out, "line {line}: `{words}` -> {what}")?;
    }
    if !report.fields.is_empty() {
        writeln!(out, "\nticket fields:")?;
        for origin in &report.fields {
            let from = match &origin.from {
                From::Shared => "from fields.toml".to_owned(),
                From::Sop(sop) => format!("as in `{sop}`"),
                From::New => "new, kind guessed from its name".to_owned(),
            };
            writeln!(
                out,
                "line {}: `{}` -> {} ({from})",
                origin.line, origin.words, origin.field
            )?;
        }
    }
    for (line, words) in &report.loose {
        writeln!(
            out,
            "line {line}: the condition `khusus {words}` fits no field, so the field is not mandatory: set `required_when`"
        )?;
    }
    if report.chosen_kip {
        writeln!(
            out,
            "several KIPs and nothing that decides between them: the agent chooses, see `kip_sesuai`"
        )?;
    }
    for cut in &report.cuts {
        writeln!(out, "line {}: cut out: {}", cut.line, cut.what)?;
    }
    for (line, words) in &report.unknown {
        writeln!(
            out,
            "line {line}: `{words}` is no known heading: kept as information"
        )?;
    }
    for kept in report.kept.iter().chain(&report.lost) {
        writeln!(out, "line {}: {}: {}", kept.line, kept.why, kept.text)?;
    }
    writeln!(out, "guessed, look at them: {}", report.guessed.join(", "))
}
