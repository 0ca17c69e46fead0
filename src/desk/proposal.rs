//! An SOP file that a lead looks at before it is published.
//!
//! It is kept in the store, so that its buttons work tomorrow, and remembers which edition it was compared with: what
//! somebody else publishes meanwhile is never overwritten unseen.

use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, Item};

use super::{Desk, DeskError};
use crate::assistant::Actor;
use crate::message::EventId;
use crate::store::{Paper, Shelf};

/// After so long a proposal has to be made again.
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

/// The short texts of an SOP file that are changed without opening it.
pub const SHORT_FIELDS: [&str; 5] = ["title", "summary", "owner", "review_by", "keywords"];

impl Proposal {
    /// Returns it as the store keeps it.
    ///
    /// # Errors
    ///
    /// None that its fields could cause.
    pub fn paper(&self) -> Result<Paper, DeskError> {
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

impl Desk {
    /// Returns a proposal.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoProposal`] when it was published, thrown away or became too old.
    pub async fn proposal(&self, id: &str) -> Result<Proposal, DeskError> {
        let papers = self.store.papers(Shelf::Proposals, id).await?;
        let paper = papers.into_iter().find(|paper| paper.id == id);
        let content = paper.and_then(|paper| paper.content);
        let content = content.ok_or(DeskError::NoProposal)?;
        Ok(serde_json::from_value(content)?)
    }

    /// Forgets proposals that were left alone.
    pub(super) async fn tidy(&self, now: &Zoned) -> Result<(), DeskError> {
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
