//! A document becomes a proposal, which is looked at and amended.

use std::sync::Arc;

use jiff::Zoned;
use sha2::{Digest, Sha256};
use toml_edit::{Array, DocumentMut};

use super::{Effects, OrderBasis, Shown};
use crate::act::HandedFile;
use crate::assistant::Actor;
use crate::catalog::Source;
use crate::desk::proposal::{Proposal, SHORT_FIELDS};
use crate::desk::{DeskError, lesson, review};
use crate::import::{self, ImportReport};
use crate::learn;
use crate::store::Audit;

/// An id is short enough for a button and as good as never given twice.
const ID_BYTES: usize = 6;

impl OrderBasis {
    /// Takes a document for a proposal, with questions that were not answered as its utterances.
    ///
    /// # Errors
    ///
    /// [`DeskError::Import`] when the document cannot be read.
    pub fn propose(
        &self,
        file: &HandedFile,
        questions: &[String],
        by: &Actor,
        now: &Zoned,
    ) -> Result<Effects, DeskError> {
        let (text, report) = self.sop_file(file, now)?;
        let text = match questions.is_empty() {
            true => text,
            false => learn::with_utterances(&text, questions)
                .map_err(|error| DeskError::Files(anyhow::Error::msg(error)))?,
        };
        let id = review::id_of(&text).unwrap_or_default();
        let mut files = self.files.sops.iter();
        let current = files.find(|known| known.stem == id);
        let digest = Sha256::digest(by.event.0.as_bytes());
        let name = digest.iter().take(ID_BYTES);
        let proposal = Proposal {
            id: name.map(|byte| format!("{byte:02x}")).collect(),
            over: current.map(Source::edition),
            text,
            who: by.who.clone(),
            at: by.at,
        };
        self.keep(proposal, report, by.audit("sop.propose", id), now)
    }

    /// Takes what a lead wrote for a proposal, with a group of questions as its utterances.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoGroup`], and those of [`propose`](Self::propose).
    pub fn begin(
        &self,
        group: &str,
        title: &str,
        text: &str,
        by: &Actor,
        now: &Zoned,
    ) -> Result<Effects, DeskError> {
        let queue = self.queue();
        let found = queue.group(group);
        let found = found.ok_or_else(|| DeskError::NoGroup(group.to_owned()))?;
        let file = HandedFile {
            name: "pesan.txt".to_owned(),
            bytes: format!("{title}\n\n{text}\n").into_bytes(),
        };
        self.propose(&file, &queue.wordings(found), by, now)
    }

    /// Changes the short texts of the order's proposal; those that are not named stay.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoProposal`].
    pub fn amend(
        &self,
        fields: &[(String, String)],
        by: &Actor,
        now: &Zoned,
    ) -> Result<Effects, DeskError> {
        let proposal = self.proposal()?.clone();
        let proposal = Proposal {
            text: with_fields(&proposal.text, fields)?,
            at: by.at,
            ..proposal
        };
        let line = by.audit("sop.amend", &proposal.id);
        self.keep(proposal, None, line, now)
    }

    /// Keeps a proposal and shows it.
    fn keep(
        &self,
        proposal: Proposal,
        report: Option<ImportReport>,
        line: Audit,
        now: &Zoned,
    ) -> Result<Effects, DeskError> {
        let (matcher, lexicon) = (&self.knowledge.matcher, Arc::clone(&self.knowledge.lexicon));
        let mut review = review::review(&proposal.text, &self.files, Some(matcher), lexicon, now);
        let since = self.versions.last().map(|version| version.at);
        review.complaints = lesson::complaints(&self.asked, &review.id, since);
        Ok(Effects {
            papers: vec![proposal.paper()?],
            audit: vec![line],
            ..Shown::Proposal {
                proposal,
                review: Box::new(review),
                report,
            }
            .into()
        })
    }

    /// The SOP file that a document makes, and what became of the document unless it is one already.
    fn sop_file(
        &self,
        file: &HandedFile,
        now: &Zoned,
    ) -> Result<(String, Option<ImportReport>), DeskError> {
        if file.name.to_lowercase().ends_with(".toml") {
            return Ok((String::from_utf8_lossy(&file.bytes).into_owned(), None));
        }
        let imported = import::import(&import::ImportRequest {
            name: &file.name,
            bytes: &file.bytes,
            id: None,
            service: None,
            owner: None,
            files: &self.files,
            today: now.date(),
        })?;
        Ok((imported.text, Some(imported.report)))
    }
}

/// Sets short texts of an SOP file and leaves everything else in it as it is.
fn with_fields(text: &str, fields: &[(String, String)]) -> Result<String, DeskError> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| DeskError::Files(anyhow::Error::new(error)))?;
    for (key, value) in fields {
        let value = value.trim();
        if key == "keywords" {
            let words = value.split(',').map(str::trim);
            let words: Array = words.filter(|word| !word.is_empty()).collect();
            document["match"]["keywords"] = toml_edit::value(words);
        } else if SHORT_FIELDS.contains(&key.as_str()) {
            document[key.as_str()] = toml_edit::value(value);
        }
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_change_and_everything_else_stays() {
        let text = "# milik tim A\ntitle = \"Lama\" # judul\nowner = \"A\"\n\n[match]\nkeywords = [\"satu\"]\nhints = [\"x\"]\n";
        let fields = [
            ("title", "Baru"),
            ("keywords", "dua, tiga,"),
            ("id", "lain"),
        ];
        let fields = fields.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let changed = with_fields(text, &fields).unwrap();
        assert_eq!(
            changed,
            "# milik tim A\ntitle = \"Baru\"\nowner = \"A\"\n\n[match]\nkeywords = [\"dua\", \"tiga\"]\nhints = [\"x\"]\n"
        );
        assert!(with_fields("title = ", &fields).is_err());
    }
}
