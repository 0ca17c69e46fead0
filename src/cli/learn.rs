//! `sigap learn`: questions that went unanswered, grouped, and where a group belongs.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use serde_json::json;

use super::sop::{folders, refused};
use crate::act::{Order, TO_NONE};
use crate::assistant::Actor;
use crate::cli;
use crate::config::Config;
use crate::desk::lesson::{Lesson, Queue};
use crate::desk::{self, Desk, Shown};
use crate::live::Live;
use crate::message::EventId;
use crate::store;

/// Who is named in the audit: an operator may run the program on the store.
const WHO: &str = "operator";

/// Arguments of `sigap learn`.
#[derive(Debug, clap::Args)]
pub struct LearnArgs {
    #[command(subcommand)]
    command: Option<LearnCommand>,
    /// One JSON object for every group
    #[arg(long)]
    json: bool,
    /// Show at most so many groups
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

#[derive(Debug, clap::Subcommand)]
enum LearnCommand {
    /// Say where the questions of a group belong
    Assign {
        /// The group, as listed
        group: String,
        /// An intent's id; `none` for questions that no SOP is for; `never` to see them no more
        to: String,
    },
}

/// Lists the groups, or assigns one.
pub fn run(args: LearnArgs, config: &Config) -> anyhow::Result<ExitCode> {
    let live = Live::new(Arc::new(cli::knowledge(config)?));
    cli::runtime()?.block_on(async {
        let store = store::open(&config.state).await?;
        let now = config.now();
        let desk = Desk::open(folders(config), store, live, &now).await?;
        let began = Instant::now();
        let (order, what) = match args.command {
            None => (Order::Queue, "queue".to_owned()),
            Some(LearnCommand::Assign { group, to }) => {
                let what = format!("learn:{group}");
                (Order::Teach { group, to }, what)
            }
        };
        let by = Actor {
            event: EventId(format!("cli:{what}:{}", now.timestamp())),
            who: WHO.to_owned(),
            at: now.timestamp(),
        };
        let mut out = io::stdout().lock();
        for shown in desk.handle(&order, &by, &cli::here(), &now).await {
            match shown {
                Shown::Queue(queue) if args.json => json(&queue, &mut out, args.limit)?,
                Shown::Queue(queue) => {
                    print(&queue, &mut out, args.limit, began.elapsed().as_millis())?;
                }
                Shown::Lesson(lesson) => return report(lesson, &order, &mut out),
                Shown::Refused(error) => return Err(mistaken(error, &desk)),
                _ => {}
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn report(lesson: Lesson, order: &Order, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match lesson {
        Lesson::Hidden { questions, file } => {
            writeln!(
                out,
                "{questions} questions will not be shown again ({file})"
            )?;
        }
        Lesson::Learned {
            added,
            file,
            gain,
            rows,
        } => {
            let verb = match order {
                Order::Teach { to, .. } if to == TO_NONE => "left unanswered",
                _ => "answered or offered first",
            };
            writeln!(
                out,
                "{:+} of {} now {verb}: {added} wordings added to {file}; {rows} labelled messages compared, none became wrong",
                gain.right_after as i64 - gain.right_before as i64,
                gain.rows,
            )?;
        }
        Lesson::Clash(change) => {
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
    }
    Ok(ExitCode::SUCCESS)
}

fn mistaken(error: desk::DeskError, desk: &Desk) -> anyhow::Error {
    let desk::DeskError::NoSop(intent) = error else {
        return refused(error, "nothing was changed");
    };
    let knowledge = desk.live().get();
    let sops = knowledge.catalog.sops.iter();
    let known: Vec<_> = sops.map(|sop| sop.id.as_str()).collect();
    anyhow::anyhow!(
        "unknown intent `{intent}`: one of {}, none, never",
        known.join(", ")
    )
}

fn print(queue: &Queue, out: &mut impl Write, limit: usize, millis: u128) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header([
        "group",
        "asked",
        "in dialogs",
        "closest",
        "last",
        "for example",
    ]);
    for group in queue.groups.iter().take(limit) {
        let members = group.members.iter();
        let last = members.map(|&member| queue.questions[member].at).max();
        table.add_row([
            group.id.clone(),
            group.members.len().to_string(),
            queue.in_dialogs(group).to_string(),
            nearest(queue, group).unwrap_or("-").to_owned(),
            last.map(|at| at.strftime("%Y-%m-%d").to_string())
                .unwrap_or_default(),
            queue.wordings(group).into_iter().next().unwrap_or_default(),
        ]);
    }
    writeln!(out, "{table}")?;
    writeln!(
        out,
        "{} unanswered questions in {} groups ({millis} ms); `sigap learn assign GROUP INTENT|none|never`",
        queue.questions.len(),
        queue.groups.len(),
    )
}

fn json(queue: &Queue, out: &mut impl Write, limit: usize) -> io::Result<()> {
    for group in queue.groups.iter().take(limit) {
        let object = json!({
            "group": group.id,
            "asked": group.members.len(),
            "in_dialogs": queue.in_dialogs(group),
            "closest": nearest(queue, group),
            "utterances": queue.wordings(group),
        });
        writeln!(out, "{object}")?;
    }
    Ok(())
}

/// The intent that the group's questions came closest to most often.
fn nearest<'a>(queue: &'a Queue, group: &crate::learn::QuestionGroup) -> Option<&'a str> {
    queue.nearest(group).into_iter().next()
}
