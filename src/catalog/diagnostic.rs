//! A mistake in a catalogue file, with its place and its cure, for the lead who wrote it.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;

use super::source::Source;

/// One mistake or remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The file, as it was named when it was read.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// Whether it stops the catalogue from loading.
    pub severity: Severity,
    /// What is wrong: what was expected, what was found.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The bytes it is about.
    #[serde(skip)]
    pub span: Range<usize>,
}

/// Whether a diagnostic stops the catalogue from loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The catalogue is refused.
    Error,
    /// It loads, but somebody should look.
    Warning,
    /// Known and written down by the author, shown to leads.
    Note,
}

impl Diagnostic {
    /// Makes a diagnostic for some bytes of a source.
    pub fn new(source: &Source, span: Range<usize>, severity: Severity, message: String) -> Self {
        let (line, column) = source.line_column(span.start);
        Self {
            path: source.path.clone(),
            line,
            column,
            severity,
            message,
            help: None,
            span,
        }
    }

    /// Adds what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Draws the diagnostic with the line it is about, carets below the place and the cure under it; a note, which
    /// is no mistake, in one line.
    pub fn render(&self, text: &str, colour: bool) -> String {
        if self.severity == Severity::Note {
            return format!("note: {}:{}: {}", self.path, self.line, self.message);
        }
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning | Severity::Note => Level::WARNING,
        };
        let snippet = Snippet::source(text)
            .path(self.path.as_str())
            .annotation(AnnotationKind::Primary.span(self.first_line_of_span(text)));
        let mut group = level.primary_title(self.message.as_str()).element(snippet);
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer.render(&[group])
    }

    /// A span over many lines would print them all; its first line shows the place as well.
    fn first_line_of_span(&self, text: &str) -> Range<usize> {
        let line = text[self.span.clone()].lines().next().unwrap_or_default();
        self.span.start..self.span.start + line.len()
    }
}

/// Sorts by what is worst, then by file and line.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        (a.severity, &a.path, a.line, a.column).cmp(&(b.severity, &b.path, b.line, b.column))
    });
}
