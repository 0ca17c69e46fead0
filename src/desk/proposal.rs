//! An SOP file that a lead looks at before it is published.
//!
//! It is kept in the store, so that its buttons work tomorrow, and remembers which edition it was compared with: what
//! somebody else publishes meanwhile is never overwritten unseen.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use toml_edit::{Array, DocumentMut, Item};

use super::step::{Basis, Effects, Shown};
use super::{Desk, Error, review};
use crate::act::File;
use crate::assistant::Actor;
use crate::catalog::Source;
use crate::import::{self, Report};
use crate::learn;
use crate::message::EventId;
use crate::store::{Audit, Paper, Shelf};

/// After so long a proposal has to be made again.
const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);
/// An id is short enough for a button and as good as never given twice.
const ID_BYTES: usize = 6;

/// A text on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// By which it is found again.
    pub id: String,
    /// The SOP file.
    pub text: String,
    /// The edition that it would replace; none for a new SOP.
    pub over: Option<String>,
    /// Who proposed it.
    pub who: String,
    /// When it was changed last.
    pub at: Timestamp,
}

/// The short texts of an SOP file that are changed without opening it.
pub const SHORT_FIELDS: [&str; 5] = ["title", "summary", "owner", "review_by", "keywords"];

impl Proposal {
    fn paper(&self) -> Result<Paper, Error> {
        Ok(Paper {
            shelf: Shelf::Proposals,
            id: self.id.clone(),
            content: Some(serde_json::to_value(self)?),
        })
    }

    /// Returns what takes it away.
    pub fn gone(&self) -> Paper {
        Paper {
            shelf: Shelf::Proposals,
            id: self.id.clone(),
            content: None,
        }
    }

    /// Returns what its short texts are now.
    pub fn short_fields(&self) -> Vec<(&'static str, String)> {
        let document: DocumentMut = self.text.parse().unwrap_or_default();
        let value = |key: &str| match key {
            "keywords" => {
                let list = document.get("match").and_then(|part| part.get(key));
                let list = list.and_then(Item::as_array).into_iter().flatten();
                let words: Vec<_> = list.filter_map(|word| word.as_str()).collect();
                words.join(", ")
            }
            key => {
                let text = document.get(key).and_then(Item::as_str);
                text.unwrap_or_default().to_owned()
            }
        };
        SHORT_FIELDS.iter().map(|key| (*key, value(key))).collect()
    }
}

impl Basis {
    /// Takes a document for a proposal, with questions that were not answered as its utterances.
    ///
    /// # Errors
    ///
    /// [`Error::Import`] when the document cannot be read.
    pub fn propose(
        &self,
        file: &File,
        questions: &[String],
        by: &Actor,
        now: &Zoned,
    ) -> Result<Effects, Error> {
        let (text, report) = self.sop_file(file, now)?;
        let text = match questions.is_empty() {
            true => text,
            false => learn::with_utterances(&text, questions)
                .map_err(|error| Error::Files(anyhow::Error::msg(error)))?,
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
    /// [`Error::NoGroup`], and those of [`propose`](Basis::propose).
    pub fn begin(
        &self,
        group: &str,
        title: &str,
        text: &str,
        by: &Actor,
        now: &Zoned,
    ) -> Result<Effects, Error> {
        let queue = self.queue();
        let found = queue.group(group);
        let found = found.ok_or_else(|| Error::NoGroup(group.to_owned()))?;
        let file = File {
            name: "pesan.txt".to_owned(),
            bytes: format!("{title}\n\n{text}\n").into_bytes(),
        };
        self.propose(&file, &queue.wordings(found), by, now)
    }

    /// Changes the short texts of the order's proposal; those that are not named stay.
    ///
    /// # Errors
    ///
    /// [`Error::NoProposal`].
    pub fn amend(
        &self,
        fields: &[(String, String)],
        by: &Actor,
        now: &Zoned,
    ) -> Result<Effects, Error> {
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
        report: Option<Report>,
        line: Audit,
        now: &Zoned,
    ) -> Result<Effects, Error> {
        let (matcher, lexicon) = (&self.knowledge.matcher, Arc::clone(&self.knowledge.lexicon));
        let review = review::review(&proposal.text, &self.files, Some(matcher), lexicon, now);
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
    fn sop_file(&self, file: &File, now: &Zoned) -> Result<(String, Option<Report>), Error> {
        if file.name.to_lowercase().ends_with(".toml") {
            return Ok((String::from_utf8_lossy(&file.bytes).into_owned(), None));
        }
        let imported = import::import(&import::Request {
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

impl Desk {
    /// Returns a proposal.
    ///
    /// # Errors
    ///
    /// [`Error::NoProposal`] when it was published, thrown away or became too old.
    pub async fn proposal(&self, id: &str) -> Result<Proposal, Error> {
        let papers = self.store.papers(Shelf::Proposals, id).await?;
        let paper = papers.into_iter().find(|paper| paper.id == id);
        let content = paper.and_then(|paper| paper.content);
        let content = content.ok_or(Error::NoProposal)?;
        Ok(serde_json::from_value(content)?)
    }

    /// Forgets proposals that were left alone.
    pub(super) async fn tidy(&self, now: &Zoned) -> Result<(), Error> {
        let oldest = now.timestamp() - KEPT;
        let papers = self.store.papers(Shelf::Proposals, "").await?;
        for content in papers.into_iter().filter_map(|paper| paper.content) {
            let proposal: Proposal = serde_json::from_value(content)?;
            if proposal.at < oldest {
                let by = Actor {
                    event: EventId(format!("tidy:{}", proposal.id)),
                    who: proposal.who.clone(),
                    at: now.timestamp(),
                };
                self.keep(&by, vec![proposal.gone()], Vec::new()).await?;
            }
        }
        Ok(())
    }
}

/// Sets short texts of an SOP file and leaves everything else in it as it is.
fn with_fields(text: &str, fields: &[(String, String)]) -> Result<String, Error> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| Error::Files(anyhow::Error::new(error)))?;
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
