//! Explicit evidence: the keywords, hints, patterns and `unless` phrases that a lead wrote.
//!
//! Phrases are compared by stems after reading; patterns see the folded message as it was typed.

use std::sync::Arc;

use regex::bytes::{RegexBuilder, RegexSet, RegexSetBuilder};

use super::reading::{Vocabulary, Word};
use super::stems::ByStems;
use crate::text::{Lexicon, Utterance};

/// How much memory one compiled pattern may take: `regex`'s own default.
const PATTERN_BYTES_MAX: usize = 10 << 20;
/// So many patterns are looked for at once; more in one automaton, and it outgrows its memory.
const PATTERNS_AT_ONCE: usize = 64;

/// What a phrase or pattern says about its intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Speaks for it almost by itself.
    Keyword,
    /// Fits it and others.
    Hint,
    /// Says that the message belongs elsewhere.
    Unless,
    /// A regular expression that speaks for it.
    Pattern,
}

/// Something found in a message.
#[derive(Debug, Clone)]
pub struct Found {
    /// The intent it speaks about.
    pub intent: u32,
    /// What it says.
    pub sign: Sign,
    /// One divided by the number of intents it says this about.
    pub share: f32,
    /// The phrase or pattern as the lead wrote it.
    pub phrase: Arc<str>,
}

/// All phrases and patterns of a catalogue.
#[derive(Debug, Default)]
pub struct Phrases {
    by_stems: ByStems<Found>,
    patterns: Vec<Found>,
    /// The patterns compiled together, each set with the index of its first.
    compiled: Vec<(usize, RegexSet)>,
}

impl Phrases {
    /// Adds a phrase; one without words is none.
    pub fn add(
        &mut self,
        phrase: &str,
        sign: Sign,
        intent: u32,
        vocabulary: &Vocabulary,
        lexicon: &Lexicon,
    ) {
        let utterance = Utterance::new(phrase);
        let words = vocabulary.read(&utterance, lexicon);
        let Some(entry) = self.by_stems.entry(&words) else {
            return;
        };
        if !entry
            .iter()
            .any(|found| found.intent == intent && found.sign == sign)
        {
            entry.push(Found {
                intent,
                sign,
                share: 1.0,
                phrase: phrase.into(),
            });
        }
    }

    /// Adds a pattern; one that does not compile is reported by the catalogue's check and does nothing here.
    pub fn add_pattern(&mut self, pattern: &str, intent: u32) {
        // Folded Indonesian is ASCII: Unicode classes would only cost memory.
        let built = RegexBuilder::new(pattern)
            .unicode(false)
            .size_limit(PATTERN_BYTES_MAX)
            .build();
        if built.is_ok() {
            self.patterns.push(Found {
                intent,
                sign: Sign::Pattern,
                share: 1.0,
                phrase: pattern.into(),
            });
        }
    }

    /// Makes ready to find: divides what several intents claim among them. Called once, after the last `add`.
    pub fn finish(&mut self) {
        for entry in self.by_stems.values_mut() {
            for at in 0..entry.len() {
                let sign = entry[at].sign;
                let claims = entry.iter().filter(|found| found.sign == sign).count();
                entry[at].share = 1.0 / claims as f32;
            }
        }
        let mut start = 0;
        for patterns in self.patterns.chunks(PATTERNS_AT_ONCE) {
            compile(patterns, start, &mut self.compiled);
            start += patterns.len();
        }
    }

    /// Reports everything that is found in a message.
    pub fn find<'a>(&'a self, folded: &str, words: &[Word<'_>], mut found: impl FnMut(&'a Found)) {
        self.by_stems.find(words, |_, one| found(one));
        for (start, set) in &self.compiled {
            for at in set.matches(folded.as_bytes()) {
                found(&self.patterns[start + at]);
            }
        }
    }
}

/// Compiles patterns together, in halves where they are too large for that.
fn compile(patterns: &[Found], start: usize, compiled: &mut Vec<(usize, RegexSet)>) {
    let set = RegexSetBuilder::new(patterns.iter().map(|found| &*found.phrase))
        .unicode(false)
        .size_limit(PATTERN_BYTES_MAX)
        .build();
    match set {
        Ok(set) => compiled.push((start, set)),
        Err(_) if patterns.len() > 1 => {
            let (head, tail) = patterns.split_at(patterns.len() / 2);
            compile(head, start, compiled);
            compile(tail, start + head.len(), compiled);
        }
        Err(_) => {}
    }
}
