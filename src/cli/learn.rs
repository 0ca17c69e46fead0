//! `sigap learn`: questions that went unanswered, grouped, and where a group belongs.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use serde_json::json;

use super::check::{self, Shown};
use crate::catalog::{Catalog, Files, Source};
use crate::cli;
use crate::config::Config;
use crate::effect::{self, Labelled};
use crate::guide::Knowledge;
use crate::learn::{self, Group};
use crate::load;
use crate::matcher::Decision;
use crate::message::{ConversationId, EventId};
use crate::store::{self, Audit, Question, Store, Turn};

/// So many of the latest questions are looked at.
const QUESTIONS_MAX: usize = 20_000;
/// What leads never want to see again, one message a line, in the data folder.
const NEVER: &str = "never.txt";
/// Messages that belong to no SOP, in the data folder.
const OUTSIDE: &str = "outside.txt";

/// Arguments of `sigap learn`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// One JSON object for every group
    #[arg(long)]
    json: bool,
    /// Show at most so many groups
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say where the questions of a group belong
    Assign {
        /// The group, as listed
        group: String,
        /// An intent's id; `none` for questions that no SOP is for; `never` to see them no more
        to: String,
    },
}

/// Lists the groups, or assigns one.
pub fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let files = load::files(&config.intents, &config.data)?;
    let knowledge = cli::knowledge(config)?;
    let runtime = cli::runtime()?;
    let store = store::sled::open(&config.state)?;
    let asked = runtime.block_on(store.questions(QUESTIONS_MAX))?;
    let queue = Queue::new(asked, &knowledge, config)?;
    match args.command {
        None => {
            let mut out = io::stdout().lock();
            if args.json {
                queue.json(&mut out, args.limit)?
            } else {
                queue.print(&mut out, args.limit)?
            }
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Assign { group, to }) => {
            let group = queue.group(&group)?;
            let assigned = assign(&queue, group, &to, &files, &knowledge, config)?;
            if assigned == ExitCode::SUCCESS {
                runtime.block_on(note(&store, &to, group, config))?;
            }
            Ok(assigned)
        }
    }
}

/// The questions that still wait for somebody.
struct Queue {
    questions: Vec<Question>,
    groups: Vec<Group>,
    micros: u128,
}

impl Queue {
    fn new(asked: Vec<Question>, knowledge: &Knowledge, config: &Config) -> anyhow::Result<Queue> {
        let began = Instant::now();
        // What is answered by now, or was settled, waits no more.
        let mut settled: Vec<String> = knowledge.catalog.outside.clone();
        settled.extend(lines(&config.data.join(NEVER))?);
        let open: Vec<Question> = asked
            .into_iter()
            .filter(|question| {
                effect::take(&knowledge.matcher, &question.text).decision != Decision::Answer
            })
            .collect();
        let texts: Vec<&str> = open.iter().map(|question| question.text.as_str()).collect();
        let settled: Vec<&str> = settled.iter().map(String::as_str).collect();
        let like = learn::like_any(&texts, &settled, &knowledge.lexicon);
        let questions: Vec<Question> = open
            .into_iter()
            .zip(like)
            .filter(|(_, like)| !like)
            .map(|(question, _)| question)
            .collect();
        let texts: Vec<&str> = questions
            .iter()
            .map(|question| question.text.as_str())
            .collect();
        let groups = learn::groups(&texts, &knowledge.lexicon);
        Ok(Queue {
            groups,
            questions,
            micros: began.elapsed().as_micros(),
        })
    }

    fn texts(&self) -> Vec<&str> {
        self.questions
            .iter()
            .map(|question| question.text.as_str())
            .collect()
    }

    fn group(&self, id: &str) -> anyhow::Result<&Group> {
        let found = self.groups.iter().find(|group| group.id == id);
        found.with_context(|| format!("there is no group `{id}`: `sigap learn` lists them"))
    }

    /// The intent that the group's questions came closest to most often.
    fn nearest(&self, group: &Group) -> Option<&str> {
        let mut counts = std::collections::BTreeMap::new();
        for &member in &group.members {
            if let Some(intent) = self.questions[member].intent.as_deref() {
                *counts.entry(intent).or_insert(0usize) += 1;
            }
        }
        counts
            .into_iter()
            .max_by_key(|(_, count)| *count)
            .map(|(intent, _)| intent)
    }

    fn print(&self, out: &mut impl Write, limit: usize) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_header([
            "group",
            "asked",
            "closest",
            "last",
            "for example",
        ]);
        for group in self.groups.iter().take(limit) {
            let last = group
                .members
                .iter()
                .map(|&member| self.questions[member].at)
                .max();
            table.add_row([
                group.id.clone(),
                group.members.len().to_string(),
                self.nearest(group).unwrap_or("-").to_owned(),
                last.map(|at| at.strftime("%Y-%m-%d").to_string())
                    .unwrap_or_default(),
                learn::wordings(group, &self.texts())
                    .first()
                    .cloned()
                    .unwrap_or_default(),
            ]);
        }
        writeln!(out, "{table}")?;
        writeln!(
            out,
            "{} unanswered questions in {} groups ({} ms); `sigap learn assign GROUP INTENT|none|never`",
            self.questions.len(),
            self.groups.len(),
            self.micros / 1000
        )
    }

    fn json(&self, out: &mut impl Write, limit: usize) -> io::Result<()> {
        for group in self.groups.iter().take(limit) {
            let object = json!({
                "group": group.id,
                "asked": group.members.len(),
                "closest": self.nearest(group),
                "utterances": learn::wordings(group, &self.texts()),
            });
            writeln!(out, "{object}")?;
        }
        Ok(())
    }
}

fn assign(
    queue: &Queue,
    group: &Group,
    to: &str,
    files: &Files,
    before: &Knowledge,
    config: &Config,
) -> anyhow::Result<ExitCode> {
    let wordings = learn::wordings(group, &queue.texts());
    let mut out = io::stdout().lock();
    if to == "never" {
        let path = config.data.join(NEVER);
        let now = fs::read_to_string(&path).unwrap_or_default();
        replace(&path, &learn::with_lines(&now, &wordings))?;
        writeln!(
            out,
            "{} questions will not be shown again ({})",
            group.members.len(),
            path.display()
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let intent = (to != "none").then_some(to);
    let mut edited = files.clone();
    let path: PathBuf;
    let text: String;
    match intent {
        None => {
            path = config.data.join(OUTSIDE);
            let now = files
                .outside
                .as_ref()
                .map(|source| source.text.clone())
                .unwrap_or_default();
            text = learn::with_lines(&now, &wordings);
            edited.outside = Some(Source::new(path.display().to_string(), text.clone()));
        }
        Some(intent) => {
            let Some(source) = edited.sops.iter_mut().find(|source| source.stem == intent) else {
                let known: Vec<_> = files
                    .sops
                    .iter()
                    .map(|source| source.stem.as_str())
                    .collect();
                anyhow::bail!(
                    "unknown intent `{intent}`: one of {}, none, never",
                    known.join(", ")
                );
            };
            path = PathBuf::from(&source.path);
            text = learn::with_utterances(&source.text, &wordings).map_err(anyhow::Error::msg)?;
            source.text.clone_from(&text);
        }
    }
    let loaded = Catalog::load(&edited, config.now().date());
    let Some(catalog) = loaded.catalog else {
        check::print(&loaded.diagnostics, &edited, Shown::Errors);
        anyhow::bail!("nothing was changed: the catalogue would be refused");
    };
    let after = Knowledge::new(catalog, before.lexicon.clone());
    let change = effect::compare(
        &before.matcher,
        &after.matcher,
        &effect::labelled(&before.catalog),
    );
    if !change.clashes.is_empty() {
        writeln!(
            out,
            "nothing was changed: {} messages that are right would become wrong",
            change.clashes.len()
        )?;
        for moved in &change.clashes {
            writeln!(out, "  {}", super::import::line(moved))?;
        }
        return Ok(ExitCode::FAILURE);
    }
    let asked = group.members.iter().map(|&member| Labelled {
        text: queue.questions[member].text.clone(),
        intent: intent.map(str::to_owned),
    });
    let gain = effect::compare(&before.matcher, &after.matcher, &asked.collect::<Vec<_>>());
    replace(&path, &text)?;
    let verb = if intent.is_some() {
        "answered or offered first"
    } else {
        "left unanswered"
    };
    writeln!(
        out,
        "{:+} of {} now {verb}: {} wordings added to {}; {} labelled messages compared, none became wrong",
        gain.right_after as i64 - gain.right_before as i64,
        gain.rows,
        wordings.len(),
        path.display(),
        change.rows
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a file beside its name first: whoever watches it never sees half of it.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut part = tempfile::Builder::new()
        .prefix(".sigap-")
        .tempfile_in(folder)
        .with_context(|| format!("cannot write in `{}`", folder.display()))?;
    part.write_all(text.as_bytes())?;
    part.as_file().sync_all()?;
    if let Ok(there) = fs::metadata(path) {
        fs::set_permissions(part.path(), there.permissions())?;
    }
    part.persist(path)
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(())
}

fn lines(path: &Path) -> anyhow::Result<Vec<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
            .map(str::to_owned)
            .collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

/// Writes a line of the audit.
async fn note(
    store: &dyn Store,
    to: &str,
    group: &Group,
    config: &Config,
) -> Result<(), store::Error> {
    let conversation = ConversationId("cli:learn".to_owned());
    let at = config.now().timestamp();
    let event = EventId(format!("{at}:{}", group.id));
    let loaded = store.load(&conversation, &event).await?;
    let turn = Turn {
        conversation,
        event,
        at,
        expected: loaded.revision,
        state: loaded.conversation,
        effects: Vec::new(),
        progress: Vec::new(),
        wake: None,
        contacts: Vec::new(),
        tickets: Vec::new(),
        question: None,
        audit: vec![Audit {
            at,
            who: "operator".to_owned(),
            what: "learn.assign".to_owned(),
            subject: format!(
                "{to}, group {}, {} questions",
                group.id,
                group.members.len()
            ),
        }],
    };
    store.commit(turn).await.map(|_| ())
}
