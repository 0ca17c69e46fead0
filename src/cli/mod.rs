//! The command line: one file a command.
//!
//! Standard output carries the answer, standard error what is wrong with the question.
//! Exit status: 0 done, 1 the input or the catalogue was at fault, 2 wrong usage.

mod am;
mod audit;
mod backup;
mod chat;
mod check;
mod eval;
mod import;
mod learn;
mod r#match;
mod migrate;
mod serve;
mod sop;
mod stats;
mod ticket;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;

use crate::assistant::Assistant;
use crate::catalog::Catalog;
use crate::config::{Config, Layer};
use crate::desk::Desk;
use crate::guide::Knowledge;
use crate::load;
use crate::message::{ChannelKind, ConversationId};
use crate::reload::{self, FilesSeen, Watch};
use crate::text::Lexicon;
use crate::voice::Voices;

/// Finds the SOP, asks for the missing ticket fields, writes the draft.
#[derive(Debug, Parser)]
#[command(name = "sigap", version)]
pub struct Cli {
    #[command(flatten)]
    settings: CommandSettings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct CommandSettings {
    /// The folder of SOP files [default: intents]
    #[arg(long, global = true, value_name = "DIR", env = "SIGAP_INTENTS")]
    intents: Option<PathBuf>,
    /// The folder of shared data: fields, links, services, lexicon, ticket template [default: data]
    #[arg(long, global = true, value_name = "DIR", env = "SIGAP_DATA")]
    data: Option<PathBuf>,
    /// Where conversations and tickets are kept: a folder, or postgres://USER@HOST1,HOST2/DATABASE [default: state/ in
    /// the data folder]
    #[arg(
        long,
        global = true,
        value_name = "PLACE",
        env = "SIGAP_STATE",
        hide_env_values = true
    )]
    state: Option<String>,
    /// The language in which agents and leads read: id, en, or another that has a file of sentences [default: id]
    #[arg(long, global = true, value_name = "CODE", env = "SIGAP_LANG")]
    lang: Option<String>,
    /// The time to use instead of the clock's, for reproducible relative dates: 2026-07-12T09:30:00+07:00
    #[arg(long, global = true, value_name = "RFC3339", env = "SIGAP_NOW")]
    now: Option<Timestamp>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Talk to the assistant on the console
    Chat(chat::Chat),
    /// Run the Discord bot
    Serve(serve::Serve),
    /// Show what messages are matched to, and why
    Match(r#match::MatchArgs),
    /// Measure the matcher on labelled utterances
    Eval(eval::EvalArgs),
    /// Check the catalogue
    Check(check::CheckArgs),
    /// Make an SOP file of a posted document, and show what it would change
    Import(import::ImportArgs),
    /// The versions of an SOP: list, show, publish, restore
    Sop(sop::SopArgs),
    /// Group the questions that went unanswered, and say where they belong
    Learn(learn::LearnArgs),
    /// Questions, how they came out, and drafts, by week
    Stats(stats::StatsArgs),
    /// Export the list of who did what
    Audit(audit::AuditArgs),
    /// List, show and export ticket drafts
    Ticket(ticket::TicketArgs),
    /// Search and replace the list of account managers
    Am(am::Am),
    /// Write everything that is kept to a file
    Backup(backup::Backup),
    /// Make a new state from a backup
    Restore(backup::Restore),
    /// Copy everything that is kept to another place
    Migrate(migrate::Migrate),
}

/// Runs the command and returns the exit status.
pub fn run(cli: Cli) -> ExitCode {
    match execute(cli) {
        Ok(code) => code,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

fn execute(cli: Cli) -> anyhow::Result<ExitCode> {
    let CommandSettings {
        intents,
        data,
        state,
        lang,
        now,
    } = cli.settings;
    let flags = |channel_kind: Option<ChannelKind>, service: Option<String>| Layer {
        intents: intents.clone(),
        data: data.clone(),
        state: state.clone(),
        channel_kind,
        service,
        language: lang.clone(),
        ..Layer::default()
    };
    match cli.command {
        Command::Chat(chat) => {
            let config = Config::new(flags(chat.channel_kind(), chat.service()), now)?;
            chat.run(&config)
        }
        Command::Serve(serve) => serve.run(&Config::new(flags(None, None), now)?),
        Command::Match(args) => r#match::run(args, &Config::new(flags(None, None), now)?),
        Command::Eval(args) => eval::run(args, &Config::new(flags(None, None), now)?),
        Command::Check(check) => check.run(&Config::new(flags(None, None), now)?),
        Command::Import(args) => import::run(args, &Config::new(flags(None, None), now)?),
        Command::Sop(args) => sop::run(args, &Config::new(flags(None, None), now)?),
        Command::Learn(args) => learn::run(args, &Config::new(flags(None, None), now)?),
        Command::Stats(args) => stats::run(args, &Config::new(flags(None, None), now)?),
        Command::Audit(args) => audit::run(args, &Config::new(flags(None, None), now)?),
        Command::Ticket(ticket) => ticket.run(&Config::new(flags(None, None), now)?),
        Command::Am(am) => am.run(&Config::new(flags(None, None), now)?),
        Command::Backup(backup) => backup.run(&Config::new(flags(None, None), now)?),
        Command::Restore(restore) => restore.run(&Config::new(flags(None, None), now)?),
        Command::Migrate(migrate) => migrate.run(),
    }
}

/// Loads the knowledge, which takes its time: the matcher learns.
fn knowledge(config: &Config) -> anyhow::Result<Knowledge> {
    let (catalog, lexicon) = files(config)?;
    let knowledge = Knowledge::new(catalog, lexicon).with_directory(load::directory(&config.data)?);
    Ok(knowledge.with_voices(voices(config)?))
}

/// Loads what knowledge is made of; the mistakes of a catalogue are shown, all of them at once.
fn files(config: &Config) -> anyhow::Result<(Catalog, Lexicon)> {
    load::checked(&config.intents, &config.data, config.now().date()).map_err(|error| {
        if let load::LoadError::Mistakes(diagnostics) = &error
            && let Ok(files) = load::files(&config.intents, &config.data)
        {
            check::print(diagnostics, &files, check::Extent::Errors);
        }
        error.into()
    })
}

/// Loads what is said; a language without a file is a mistake.
fn voices(config: &Config) -> anyhow::Result<Voices> {
    let voices = load::voices(&config.data)?;
    if !voices.has(&config.language) {
        let known: Vec<_> = voices.languages().collect();
        let language = config.language.code();
        anyhow::bail!("unknown language `{language}`: one of {}", known.join(", "));
    }
    Ok(voices)
}

/// What the catalogue's files say now: taken before they are loaded.
fn seen(config: &Config) -> FilesSeen {
    FilesSeen::now(&config.intents, &config.data)
}

/// Watches the catalogue's files for as long as the result lives: what is edited goes live and is kept as a version, what
/// is broken is reported and changes nothing.
fn watch(
    config: &Config,
    seen: FilesSeen,
    desk: Arc<Desk>,
    runtime: &tokio::runtime::Runtime,
) -> anyhow::Result<Watch> {
    let (clock, runtime) = (config.clone(), runtime.handle().clone());
    let (intents, data) = (config.intents.clone(), config.data.clone());
    reload::watch(&config.intents, &config.data, seen, move || {
        let now = clock.now();
        let read = || load::knowledge(&intents, &data, now.date());
        match desk.live().renew(read) {
            Ok(()) => {
                tracing::info!("the catalogue was reloaded");
                if let Err(error) = runtime.block_on(desk.adopt(&now)) {
                    tracing::error!(%error, "an edited file was not kept as a version");
                }
            }
            Err(error) => {
                if let load::LoadError::Mistakes(diagnostics) = &error {
                    if let Ok(files) = load::files(&intents, &data) {
                        check::print(diagnostics, &files, check::Extent::Errors);
                    }
                    desk.report_broken(diagnostics);
                }
                report(&anyhow::Error::from(error).context("the catalogue stays as it was"));
            }
        }
    })
}

/// Where there is a web hook every filed draft is on its way to it, whichever process delivers it.
fn with_outbox(assistant: Assistant, config: &Config) -> Assistant {
    match config.hook {
        Some(_) => assistant.with_outbox(),
        None => assistant,
    }
}

/// The desk of the leads who work on these folders.
fn desk(
    config: &Config,
    runtime: &tokio::runtime::Runtime,
    assistant: &Assistant,
) -> anyhow::Result<Arc<Desk>> {
    let now = config.now();
    let desk = Desk::open(
        sop::folders(config),
        assistant.store(),
        assistant.live(),
        &now,
    );
    Ok(Arc::new(runtime.block_on(desk)?))
}

/// Where orders are given on the command line.
fn here() -> ConversationId {
    ConversationId("cli:".to_owned())
}

/// A column of an export: its name, and what is in it.
type Column<T> = (&'static str, fn(&T) -> String);

/// A cell that a spreadsheet would run as a formula becomes text.
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the command line's own diagnostics go to standard error"
)]
fn report(error: &anyhow::Error) {
    eprintln!("sigap: {error:#}");
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}
