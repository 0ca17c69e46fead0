//! `sigap check`: everything that is wrong with the catalogue, with file, line and cure.
//!
//! Mistakes are the catalogue's business; where intents are too alike, the matcher has to be asked (`overlap`).

mod overlap;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Args;

use crate::catalog::diagnostic;
use crate::catalog::file::SopFile;
use crate::catalog::schema::FileShape;
use crate::catalog::{Catalog, Diagnostic, Files, Severity};
use crate::config::Config;
use crate::directory::Directory;
use crate::load;
use crate::voice::Voices;

/// Arguments of `sigap check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// One JSON object for every finding
    #[arg(long)]
    json: bool,
    /// Print the JSON Schema of an SOP file instead
    #[arg(long)]
    schema: bool,
}

/// Which findings are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Only what keeps the catalogue from loading.
    Errors,
    /// Everything.
    All,
}

impl CheckArgs {
    /// Checks the catalogue; its mistakes make the exit status 1.
    pub fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let mut output = io::stdout().lock();
        if self.schema {
            writeln!(
                output,
                "{}",
                serde_json::to_string_pretty(FileShape::of::<SopFile>().json())?
            )?;
            return Ok(ExitCode::SUCCESS);
        }
        let files = load::files(&config.intents, &config.data)?;
        let mut loaded = Catalog::load(&files, config.now().date());
        let lexicon = load::lexicon(&config.data)?;
        if let Some(catalog) = &loaded.catalog {
            loaded
                .diagnostics
                .extend(overlap::found(catalog, &lexicon, &files));
            diagnostic::sort(&mut loaded.diagnostics);
        }
        let list = load::directory_source(&config.data)?;
        let listed = list.as_ref().map(|list| Directory::parse(list, &lexicon));
        let mistakes = listed.and_then(Result::err).unwrap_or_default();
        let is_sound = loaded.catalog.is_some() && mistakes.is_empty();
        loaded.diagnostics.extend(mistakes);
        let spoken = load::voice_sources(&config.data)?;
        loaded.diagnostics.extend(Voices::load(&spoken).1);
        if self.json {
            for diagnostic in &loaded.diagnostics {
                writeln!(output, "{}", serde_json::to_string(diagnostic)?)?;
            }
        } else {
            print(&loaded.diagnostics, &files, Extent::All);
            // The list and the sentences are files of their own, with places that only their own text has.
            let beside = Files {
                sops: list.into_iter().chain(spoken).collect(),
                ..Files::default()
            };
            print(&loaded.diagnostics, &beside, Extent::All);
            let catalog = loaded.catalog.as_ref().filter(|_| is_sound);
            writeln!(output, "{}", summary(&loaded.diagnostics, catalog))?;
        }
        Ok(if is_sound {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// Draws findings on standard error.
#[expect(clippy::print_stderr, reason = "diagnostics belong on standard error")]
pub fn print(diagnostics: &[Diagnostic], files: &Files, shown: Extent) {
    let colour = io::stderr().is_terminal();
    let all = files.all();
    for diagnostic in diagnostics {
        let source = all.iter().find(|source| source.path == diagnostic.path);
        if let Some(source) =
            source.filter(|_| shown == Extent::All || diagnostic.severity == Severity::Error)
        {
            eprintln!("{}\n", diagnostic.render(&source.text, colour));
        }
    }
}

fn summary(diagnostics: &[Diagnostic], catalog: Option<&Catalog>) -> String {
    let count = |severity| {
        diagnostics
            .iter()
            .filter(|one| one.severity == severity)
            .count()
    };
    let sops = match catalog {
        Some(catalog) => format!("{} SOPs accepted", catalog.sops.len()),
        None => "the catalogue is refused".to_owned(),
    };
    format!(
        "{sops}: {} errors, {} warnings, {} notes on unclear sources",
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note)
    )
}
