//! Everyday words by what they do in a sentence: courtesies, fillers, question words, yes and no.
//!
//! They are data (`[everyday]` in `data/lexicon.toml`), so that a lead mends a word without Rust, and this is the only
//! place that reads them. An entry is a word or a phrase in lower case; entries are separated by commas.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Deserialize;

/// What an everyday word does in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Politeness around what is said: `kak`, `bang`, `tolong`.
    Courtesy,
    /// Carries a sentence without adding to it: `nih`, `sih`, `aja`.
    Filler,
    /// Asks something: `apa`, `gimana`, `berapa`.
    Asking,
    /// Joins two parts: `dan`, `sama`, `terus`.
    Joining,
    /// Agrees.
    Yes,
    /// Denies or refuses as a whole answer.
    No,
    /// Denies the words behind it: `tidak`, `bukan`, `selain`.
    Negation,
    /// Says that there is no value: `tidak ada`, `belum punya`.
    Absent,
    /// Asks for time: `bentar`, `lagi ditanyain`.
    Waiting,
    /// Leads to a number or address at which somebody is reached: `hp`, `wa`, `kontak`.
    Contact,
    /// Is in every question and counts for nothing in it: `apa`, `tolong`.
    Empty,
    /// Says little: `langsung`, `semua`.
    Faint,
    /// Denies the next word of a question.
    Denying,
    /// Says nothing unless it is denied: `ada`, `bisa`.
    Deniable,
    /// A denial in front of it belongs to the question: `lewat`, `kalau`.
    NeverDenied,
    /// A denial in front of it asks for assent: `sih`, `ya`.
    Appealing,
    /// Asks rather than says.
    Questioning,
    /// `berapa` in front of it asks how long: `hari`.
    CountedTime,
    /// A message that begins with it asks for it: `syarat`, `format`.
    AskedFor,
    /// Wants a person.
    AsksWho,
    /// Wants a place.
    AsksWhere,
    /// Wants a moment.
    AsksWhen,
    /// Wants a reason.
    AsksWhy,
    /// Wants a way.
    AsksHow,
    /// Wants a duration.
    AsksHowLong,
    /// Wants a number.
    AsksHowMuch,
    /// Wants a meaning.
    AsksMeaning,
    /// Wants the meaning of what is in front of it: `itu apa`.
    AsksMeaningBehind,
    /// Wants a meaning, in so many words: `artinya`.
    AsksMeaningInWords,
    /// Wants a difference.
    AsksDifference,
    /// Wants what to do.
    AsksWhatToDo,
    /// Wants a tool.
    AsksWithWhat,
}

/// Everyday words by role.
#[derive(Debug, Clone, Default)]
pub struct Everyday {
    roles: FxHashMap<Box<str>, Vec<Role>>,
    entries: BTreeMap<Role, Vec<Box<str>>>,
}

impl Everyday {
    /// Reads the entries of each role from the file's comma-separated lists.
    pub fn new(lists: &BTreeMap<Role, String>) -> Self {
        let mut everyday = Self::default();
        for (role, list) in lists {
            let entries = list.split(',').map(str::trim).filter(|one| !one.is_empty());
            for entry in entries {
                let entry = entry.split_whitespace().collect::<Vec<_>>().join(" ");
                everyday
                    .roles
                    .entry(entry.as_str().into())
                    .or_default()
                    .push(*role);
                everyday
                    .entries
                    .entry(*role)
                    .or_default()
                    .push(entry.into());
            }
        }
        everyday
    }

    /// Whether a word, or a phrase with one blank between its words, has this role.
    pub fn has(&self, role: Role, entry: &str) -> bool {
        self.roles(entry).contains(&role)
    }

    /// Everything that a word, or a phrase with one blank between its words, does.
    pub fn roles(&self, entry: &str) -> &[Role] {
        self.roles.get(entry).map_or(&[], Vec::as_slice)
    }

    /// The words and phrases of a role in the file's order.
    pub fn entries(&self, role: Role) -> &[Box<str>] {
        self.entries.get(&role).map_or(&[], Vec::as_slice)
    }
}
