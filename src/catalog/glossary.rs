//! The abbreviations and words of the SOPs, where the documents say what they mean.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::text;

/// One word.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GlossaryTerm {
    /// As it is written: `HLR`.
    #[schemars(length(min = 1, max = 60))]
    pub term: String,
    /// What agents write instead.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The words behind the letters, when a document spells them out.
    pub stands_for: Option<String>,
    /// What a document says of it.
    #[schemars(length(min = 1, max = 400))]
    pub meaning: String,
    /// Where in the SOPs it is used: `bayar-belum-aktif#cek-hlr`.
    #[serde(default)]
    pub points: Vec<String>,
}

/// All words, found by every name they have.
#[derive(Debug, Clone, Default)]
pub struct Glossary {
    terms: Vec<GlossaryTerm>,
    by_name: HashMap<String, usize>,
}

impl Glossary {
    /// Indexes the words.
    pub fn new(terms: Vec<GlossaryTerm>) -> Self {
        let mut by_name = HashMap::new();
        for (place, term) in terms.iter().enumerate() {
            for name in [&term.term].into_iter().chain(&term.aliases) {
                by_name.insert(key(name), place);
            }
        }
        Self { terms, by_name }
    }

    /// All words in the order of the file.
    pub fn terms(&self) -> &[GlossaryTerm] {
        &self.terms
    }

    /// Returns the word of this name.
    pub fn get(&self, name: &str) -> Option<&GlossaryTerm> {
        self.by_name
            .get(&key(name))
            .map(|&place| &self.terms[place])
    }
}

/// The form in which names are compared.
pub fn key(name: &str) -> String {
    let folded = text::fold(name).text;
    let letters = folded.chars().filter(|c| c.is_alphanumeric());
    letters.collect()
}
