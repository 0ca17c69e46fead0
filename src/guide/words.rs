//! Words that questions are made of, whatever they are about: which say nothing, which say little, which ask.
//!
//! The words are data (`text::everyday`). What they mean to an SOP is not known here, only how agents and procedures use
//! them.

use crate::text::spelling::Speller;
use crate::text::{Everyday, Role};

/// What a word is good for in any question.
#[derive(Debug, Clone, Copy)]
pub struct Uses<'e>(&'e [Role]);

impl Uses<'_> {
    /// Whether it has this role.
    pub fn is(self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether it says nothing.
    pub fn is_empty(self) -> bool {
        self.is(Role::Empty)
    }

    /// Whether it says little.
    pub fn is_faint(self) -> bool {
        self.is(Role::Faint)
    }

    /// Whether it denies the next word.
    pub fn denies(self) -> bool {
        self.is(Role::Denying)
    }
}

/// Returns what a word is good for.
pub fn uses<'e>(word: &str, everyday: &'e Everyday) -> Uses<'e> {
    Uses(everyday.roles(word))
}

/// Words of asking, by which one with a slip is known.
#[derive(Debug, Default)]
pub struct Slips(Speller);

impl Slips {
    /// Takes the words that say nothing, that say little and that ask.
    pub fn of(everyday: &Everyday) -> Self {
        let roles = [Role::Empty, Role::Faint, Role::Questioning];
        let entries = roles.iter().flat_map(|&role| everyday.entries(role));
        let mut words: Vec<&str> = entries.map(|word| &**word).collect();
        words.sort_unstable();
        words.dedup();
        Self(Speller::new(words))
    }

    /// Whether this is one of them with a slip, or cut down to its consonants: `maksdnya`, `smpean`.
    pub fn has(&self, word: &str) -> bool {
        let is_near = |word: &str| self.0.repair(word, |_| 0.0).is_some();
        is_near(word) || word.strip_suffix("nya").is_some_and(is_near)
    }
}
