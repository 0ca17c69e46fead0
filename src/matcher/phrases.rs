//! Explicit evidence: the keywords, hints, patterns and `unless` phrases that a lead wrote.
//!
//! Phrases are compared by stems after reading, so `pulsa belum masuk` also finds `plsanya blm msuk`.
//! Patterns see the folded message as it was typed.

use std::sync::Arc;

use regex::bytes::{RegexBuilder, RegexSet, RegexSetBuilder};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;

use super::reading::{Vocabulary, Word, WordId};
use crate::text::{Lexicon, Utterance};

/// Longer phrases are sentences: they belong among the utterances and are cut.
const PHRASE_WORDS_MAX: usize = 8;
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
    by_stems: FxHashMap<u64, Vec<Found>>,
    /// For each stem, the lengths of the phrases that begin with it, a bit each.
    lengths: Vec<u8>,
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
        let stems: Vec<WordId> = words
            .iter()
            .filter_map(|word| word.stem)
            .take(PHRASE_WORDS_MAX)
            .collect();
        let Some(&first) = stems.first() else { return };
        if self.lengths.len() <= first as usize {
            self.lengths.resize(first as usize + 1, 0);
        }
        self.lengths[first as usize] |= 1 << (stems.len() - 1);
        let entry = self.by_stems.entry(hash(&stems)).or_default();
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
        if !self.by_stems.is_empty() {
            self.find_phrases(words, &mut found);
        }
        for (start, set) in &self.compiled {
            for at in set.matches(folded.as_bytes()) {
                found(&self.patterns[start + at]);
            }
        }
    }

    fn find_phrases<'a>(&'a self, words: &[Word<'_>], found: &mut impl FnMut(&'a Found)) {
        for start in 0..words.len() {
            let first = words[start]
                .stem
                .and_then(|stem| self.lengths.get(stem as usize));
            let Some(&lengths) = first.filter(|lengths| **lengths != 0) else {
                continue;
            };
            let mut stems = [0; PHRASE_WORDS_MAX];
            for (length, word) in (0..PHRASE_WORDS_MAX).zip(&words[start..]) {
                let Some(stem) = word.stem else { break };
                stems[length] = stem;
                if lengths & 1 << length != 0 {
                    let entry = self.by_stems.get(&hash(&stems[..=length]));
                    entry.into_iter().flatten().for_each(&mut *found);
                }
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

fn hash(stems: &[WordId]) -> u64 {
    let mut hasher = FxHasher::default();
    stems.iter().for_each(|&stem| hasher.write_u32(stem));
    hasher.finish()
}
