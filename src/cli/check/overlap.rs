//! Intents that overlap, said to their leads row by row.

use std::fmt::Write;

use crate::catalog::parsed::Parsed;
use crate::catalog::{Catalog, Diagnostic, Files, Severity, Source};
use crate::guide;
use crate::matcher::review::{self, Overlap, Repeated, Row};
use crate::text::Lexicon;

/// Two intents overlap when at least this share of one's utterances is taken for the other's: below, single rows are the
/// matcher's ordinary mistakes, which more utterances mend.
const OVERLAP_SHARE_MIN: f32 = 0.125;
/// One row is no overlap, however few there are.
const OVERLAP_ROWS_MIN: usize = 2;
/// A list of more rows than this is not read.
const ROWS_LISTED_MAX: usize = 10;

/// Returns a warning for each pair of intents that overlap and each message that is in two places.
pub fn found(catalog: &Catalog, lexicon: &Lexicon, files: &Files) -> Vec<Diagnostic> {
    let training = guide::training(catalog, lexicon);
    let parsed: Vec<Option<Parsed<'_>>> = catalog
        .sops
        .iter()
        .map(|sop| {
            let source = files.sops.iter().find(|source| source.stem == sop.id)?;
            source.parse().ok()
        })
        .collect();
    let places = Places {
        catalog,
        parsed,
        outside: files.outside.as_ref(),
    };
    let repeated = review::repeated(&training);
    let overlaps = review::overlaps(&training);
    let repeated = repeated.iter().filter_map(|one| places.repeated(one));
    repeated
        .chain(overlaps.iter().filter_map(|one| places.overlap(one)))
        .collect()
}

/// Where the utterances are.
struct Places<'a> {
    catalog: &'a Catalog,
    /// The file of each SOP.
    parsed: Vec<Option<Parsed<'a>>>,
    outside: Option<&'a Source>,
}

impl Places<'_> {
    fn overlap(&self, overlap: &Overlap) -> Option<Diagnostic> {
        let (own, other) = (
            &self.catalog.sops[overlap.intent],
            &self.catalog.sops[overlap.taken_for],
        );
        let (rows, all) = (overlap.rows.len(), own.matching.utterances.len());
        if rows < OVERLAP_ROWS_MIN || (rows as f32) < OVERLAP_SHARE_MIN * all as f32 {
            return None;
        }
        let message = format!(
            "{rows} of {all} utterances of `{}` are taken for `{}`",
            own.id, other.id
        );
        let mut help = format!(
            "move them, word them more plainly, or tell the two apart with `keywords` and `unless = [...]` in `{}`",
            other.id
        );
        for row in overlap.rows.iter().take(ROWS_LISTED_MAX) {
            self.list(&mut help, overlap, row);
        }
        let left = rows.saturating_sub(ROWS_LISTED_MAX);
        if left > 0 {
            let _ = write!(help, "\nand {left} more");
        }
        let first = overlap.rows.first()?.utterance;
        self.warning(overlap.intent, first, message, help)
    }

    fn list(&self, help: &mut String, overlap: &Overlap, row: &Row) {
        let line = self.line(overlap.intent, row.utterance);
        let text = &self.catalog.sops[overlap.intent].matching.utterances[row.utterance];
        let percent = row.confidence * 100.0;
        let _ = write!(help, "\nline {line}: `{text}` ({percent:.0} %)");
        if let Some(like) = &row.like {
            let _ = write!(help, " is like `{like}`");
        }
    }

    fn repeated(&self, repeated: &Repeated) -> Option<Diagnostic> {
        let ((intent, row), (other, other_row)) = (repeated.at, repeated.first);
        let text = &self.catalog.sops[intent].matching.utterances[row];
        let where_else = match self.catalog.sops.get(other) {
            Some(sop) => format!(
                "`{}` has it as well, in line {}",
                sop.id,
                self.line(other, other_row)
            ),
            None => format!(
                "it is said to belong nowhere{}",
                self.outside_line(other_row)
            ),
        };
        let message = format!("`{text}` stands in two places: {where_else}");
        let help = "keep it where an agent who writes this is helped".to_owned();
        self.warning(intent, row, message, help)
    }

    fn warning(
        &self,
        intent: usize,
        row: usize,
        message: String,
        help: String,
    ) -> Option<Diagnostic> {
        let parsed = self.parsed[intent].as_ref()?;
        let span = parsed.span(&pointer(row));
        Some(Diagnostic::new(parsed.source, span, Severity::Warning, message).help(help))
    }

    fn line(&self, intent: usize, row: usize) -> usize {
        self.parsed[intent].as_ref().map_or(0, |parsed| {
            parsed
                .source
                .line_column(parsed.span(&pointer(row)).start)
                .0
        })
    }

    /// The line of a message in `outside.txt`, which has comments and blank lines between its messages.
    fn outside_line(&self, row: usize) -> String {
        let text = &self.catalog.outside[row];
        let lines = self.outside.map_or("", |source| &source.text).lines();
        let at = lines.map(str::trim).position(|line| line == text);
        at.map_or_else(String::new, |at| {
            format!(", in line {} of outside.txt", at + 1)
        })
    }
}

fn pointer(row: usize) -> String {
    format!("/match/utterances/{row}")
}
