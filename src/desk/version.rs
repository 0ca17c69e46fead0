//! A published version of an SOP: its text, who published it, when and why.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::DeskError;
use crate::catalog::Source;
use crate::store::{Paper, Shelf, Store};

/// One version; it never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The SOP.
    pub sop: String,
    /// Counted from 1.
    pub number: u32,
    /// Which text it is: two versions with the same text have the same.
    pub edition: String,
    /// Who published it; [`BY_HAND`] when somebody edited the file.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// What was changed and why.
    pub why: String,
    /// The SOP file.
    pub text: String,
}

/// In the place of a name when a file was edited in the folder.
pub const BY_HAND: &str = "folder";

impl Version {
    /// Returns it as the store keeps it.
    pub fn paper(&self) -> Result<Paper, DeskError> {
        Ok(Paper {
            shelf: Shelf::Versions,
            // Numbers sort as text.
            id: format!("{}/{:08}", self.sop, self.number),
            content: Some(serde_json::to_value(self)?),
        })
    }

    /// Returns it as a file of the catalogue.
    pub fn source(&self, path: &str) -> Source {
        Source::new(path, self.text.clone())
    }
}

/// Returns the versions of an SOP, the first one first.
pub async fn of(store: &dyn Store, sop: &str) -> Result<Vec<Version>, DeskError> {
    let papers = store.papers(Shelf::Versions, &format!("{sop}/")).await?;
    read(papers)
}

/// Returns all versions of all SOPs, by SOP and number.
pub async fn all(store: &dyn Store) -> Result<Vec<Version>, DeskError> {
    read(store.papers(Shelf::Versions, "").await?)
}

fn read(papers: Vec<Paper>) -> Result<Vec<Version>, DeskError> {
    papers
        .into_iter()
        .filter_map(|paper| paper.content)
        .map(|content| Ok(serde_json::from_value(content)?))
        .collect()
}
