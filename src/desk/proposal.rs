//! An SOP file that a lead looks at before it is published.
//!
//! It is kept in the store, so that its buttons work tomorrow, and remembers which edition it was compared with: what
//! somebody else publishes meanwhile is never overwritten unseen.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use toml_edit::{Array, DocumentMut, Item};

use super::review::{self, Review};
use super::{Desk, Error, Over, Version, blocking};
use crate::assistant::Deed;
use crate::catalog::Source;
use crate::import::{self, Report};
use crate::learn;
use crate::store::{Audit, Paper, Shelf};

/// Whoever has not published by then starts again.
const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);

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

/// A document as it was posted.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its name, which says what kind of file it is; `.toml` is an SOP file already.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
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

    fn gone(&self) -> Paper {
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

impl Desk {
    /// Takes a document for a proposal; the report says what became of it, unless it was an SOP file already.
    ///
    /// # Errors
    ///
    /// [`Error::Import`] when the document cannot be read, and whatever keeps the store or the folders from being used.
    pub async fn propose(
        &self,
        document: Document,
        by: &Deed<'_>,
        now: &Zoned,
    ) -> Result<(Proposal, Option<Report>), Error> {
        self.propose_for(document, &[], by, now).await
    }

    /// The same for questions that were not answered: they are its utterances.
    ///
    /// # Errors
    ///
    /// Those of [`propose`](Desk::propose).
    pub async fn propose_for(
        &self,
        document: Document,
        questions: &[String],
        by: &Deed<'_>,
        now: &Zoned,
    ) -> Result<(Proposal, Option<Report>), Error> {
        let files = self.files().await?;
        let today = now.date();
        let (text, report, files) = blocking(move || {
            let Document { name, bytes } = document;
            if name.to_lowercase().ends_with(".toml") {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                return Ok((text, None, files));
            }
            let imported = import::import(&import::Request {
                name: &name,
                bytes: &bytes,
                id: None,
                service: None,
                owner: None,
                files: &files,
                today,
            })?;
            Ok((imported.text, Some(imported.report), files))
        })
        .await?;
        let text = match questions.is_empty() {
            true => text,
            false => learn::with_utterances(&text, questions)
                .map_err(|error| Error::Files(anyhow::Error::msg(error)))?,
        };
        let id = review::id_of(&text).unwrap_or_default();
        let current = files.sops.iter().find(|known| known.stem == id);
        let digest = Sha256::digest(by.event.0.as_bytes());
        let proposal = Proposal {
            id: digest
                .iter()
                .take(6)
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            over: current.map(Source::edition),
            text,
            who: by.who.to_owned(),
            at: by.at,
        };
        let audit = Audit::new(by.at, by.who, "sop.propose", id);
        self.keep(by, vec![proposal.paper()?], vec![audit]).await?;
        Ok((proposal, report))
    }

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

    /// Changes the short texts of a proposal; those that are not named stay.
    ///
    /// # Errors
    ///
    /// [`Error::NoProposal`], and whatever keeps the store from taking it.
    pub async fn amend(
        &self,
        id: &str,
        fields: &[(String, String)],
        by: &Deed<'_>,
    ) -> Result<Proposal, Error> {
        let proposal = self.proposal(id).await?;
        let proposal = Proposal {
            text: with_fields(&proposal.text, fields)?,
            at: by.at,
            ..proposal
        };
        let audit = Audit::new(by.at, by.who, "sop.amend", &proposal.id);
        self.keep(by, vec![proposal.paper()?], vec![audit]).await?;
        Ok(proposal)
    }

    /// Looks at a proposal as it would go live.
    ///
    /// # Errors
    ///
    /// When the folders cannot be read.
    pub async fn look(&self, proposal: &Proposal, now: &Zoned) -> Result<Review, Error> {
        let files = self.files().await?;
        let (live, text, now) = (self.live.get(), proposal.text.clone(), now.clone());
        blocking(move || {
            let lexicon = Arc::clone(&live.lexicon);
            Ok(review::review(
                &text,
                &files,
                Some(&live.matcher),
                lexicon,
                &now,
            ))
        })
        .await
    }

    /// Publishes a proposal, which is gone then.
    ///
    /// # Errors
    ///
    /// [`Error::NoProposal`], and those of [`publish`](Desk::publish).
    pub async fn publish_proposal(
        &self,
        id: &str,
        why: &str,
        by: &Deed<'_>,
        now: &Zoned,
    ) -> Result<Version, Error> {
        let proposal = self.proposal(id).await?;
        let over = Over(proposal.over.clone());
        let published = self
            .publish(&proposal.text, why, Some(&over), by, now)
            .await?;
        self.forget(&proposal, by).await?;
        Ok(published)
    }

    /// Throws a proposal away.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from taking it.
    pub async fn discard(&self, id: &str, by: &Deed<'_>) -> Result<(), Error> {
        match self.proposal(id).await {
            Ok(proposal) => self.forget(&proposal, by).await,
            Err(Error::NoProposal) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn forget(&self, proposal: &Proposal, by: &Deed<'_>) -> Result<(), Error> {
        // The same event may have published it.
        let event = crate::message::EventId(format!("{}:gone", by.event.0));
        let by = Deed {
            event: &event,
            ..*by
        };
        let gone = vec![proposal.gone()];
        self.keep(&by, gone, Vec::new()).await.map(|_| ())
    }

    /// Forgets proposals that nobody goes on with.
    pub(super) async fn tidy(&self, now: &Zoned) -> Result<(), Error> {
        let oldest = now.timestamp() - KEPT;
        let papers = self.store.papers(Shelf::Proposals, "").await?;
        for content in papers.into_iter().filter_map(|paper| paper.content) {
            let proposal: Proposal = serde_json::from_value(content)?;
            if proposal.at < oldest {
                let event = crate::message::EventId(format!("tidy:{}", proposal.id));
                let by = Deed {
                    event: &event,
                    who: &proposal.who,
                    at: now.timestamp(),
                };
                self.forget(&proposal, &by).await?;
            }
        }
        Ok(())
    }
}

/// Sets short texts of an SOP file and leaves everything else in it as it stands.
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
