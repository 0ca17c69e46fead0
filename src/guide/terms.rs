//! A question's words that count, in the form in which they are compared, and how it asks.

use rustc_hash::FxHashSet;

use super::aspects::{self, Aspects};
use super::words::{same, uses};
use crate::text::{self, Kind, Lexicon, Spoken, Utterance, stem};

/// Fewer words that count name a thing: `format sn`, `bukti kartu kredit`.
const STORY_WORDS_MIN: usize = 5;

/// A word that counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// Its stem; a denied word begins with a dash.
    pub word: String,
    /// What other words mean the same.
    pub concept: Option<String>,
    /// Whether it tells little.
    pub faint: bool,
}

impl Term {
    /// Whether it stands for a word that was denied.
    pub fn is_denial(&self) -> bool {
        self.word.starts_with('-')
    }
}

/// A text, read as a question.
#[derive(Debug)]
pub struct Question {
    /// The words that count, each once; a denied word stands for itself and for what is denied.
    pub terms: Vec<Term>,
    /// What it wants to know.
    pub aspects: Aspects,
    /// Whether something is asked rather than told.
    pub asks: bool,
}

impl Question {
    /// Whether it tells a case instead of asking for something.
    pub fn tells(&self) -> bool {
        !self.asks && self.aspects.is_empty()
    }

    /// Whether it tells a case at length.
    pub fn is_story(&self) -> bool {
        let told = self.terms.iter().filter(|term| !term.is_denial());
        self.tells() && told.count() >= STORY_WORDS_MIN
    }

    /// Reads a question, or a text that may answer one.
    pub fn read(text: &str, lexicon: &Lexicon) -> Self {
        let utterance = Utterance::new(text);
        let spoken = lexicon.read(&utterance);
        let words: Vec<&str> = spoken.iter().map(|word| word.text).collect();
        // `perlu dicek ga`, `sudah dipakai, terus`: what ends so asks.
        let ends_asking = words
            .last()
            .is_some_and(|word| uses(word).denies || ["terus", "kan"].contains(word));
        Self {
            terms: terms(&spoken, lexicon),
            aspects: aspects::of(&words),
            asks: text.contains('?')
                || ends_asking
                || words.iter().any(|word| uses(word).asks)
                || is_asked_for(&words),
        }
    }
}

/// Whether the first word that says something is a noun of what is asked for.
fn is_asked_for(words: &[&str]) -> bool {
    let mut telling = words
        .iter()
        .filter(|word| !uses(word).empty || uses(word).asked_for);
    telling
        .next()
        .is_some_and(|word| uses(word).asked_for || uses(&stem(word)).asked_for)
}

fn terms(spoken: &[Spoken<'_>], lexicon: &Lexicon) -> Vec<Term> {
    let words = spoken
        .iter()
        .filter(|word| !matches!(word.kind, Kind::Value(_)))
        .map(|word| word.text);
    let mut seen = FxHashSet::default();
    let mut found = Vec::new();
    let (mut denied, mut counted) = (false, false);
    for word in words {
        let told = uses(word);
        if told.denies {
            denied = true;
            continue;
        }
        let word = if counted && told.time { "lama" } else { word };
        counted = word == "berapa";
        let is_denied = denied && !told.never_denied;
        // `tidak di hp` denies nothing, `tidak lagi muncul` denies the last word.
        denied = is_denied && told.empty && !told.deniable;
        if told.empty && !(is_denied && told.deniable) {
            continue;
        }
        let term = term(word, lexicon);
        let denial = is_denied.then(|| Term {
            word: format!("-{}", term.word),
            concept: term.concept.as_ref().map(|concept| format!("-{concept}")),
            faint: term.faint,
        });
        let counts = !told.empty && (term.concept.is_some() || !uses(&term.word).empty);
        let both = [counts.then_some(term), denial].into_iter().flatten();
        found.extend(both.filter(|term| seen.insert(term.word.clone())));
    }
    found
}

fn term(word: &str, lexicon: &Lexicon) -> Term {
    let bare = stem(word);
    // Slang may be below an affix: `kepake` is `ke` and `pake`.
    let below = lexicon.meaning(&bare).filter(|meaning| meaning.len() == 1);
    let concept = same(word, &bare)
        .or_else(|| lexicon.concept(word))
        .or_else(|| lexicon.concept(&bare));
    Term {
        concept: concept.map(str::to_owned),
        faint: uses(word).faint || uses(&bare).faint,
        word: below.map_or(bare, |meaning| stem(&meaning[0])),
    }
}

/// What an everyday word may be made of: `nyari` of `cari`, `nanya` of `tanya`, `ngecek` is left to the stems.
pub fn everyday(word: &str) -> impl Iterator<Item = String> + '_ {
    const NASALS: &[(&str, &[&str])] = &[
        ("ny", &["c", "s"]),
        ("ng", &["", "k"]),
        ("n", &["t"]),
        ("m", &["p"]),
    ];
    let made = NASALS.iter().filter_map(|(nasal, firsts)| {
        let rest = word.strip_prefix(nasal)?;
        let vowel = rest.starts_with(['a', 'e', 'i', 'o', 'u']);
        vowel.then_some((rest, firsts))
    });
    made.flat_map(|(rest, firsts)| {
        firsts
            .iter()
            .map(move |first| stem(&format!("{first}{rest}")))
    })
}

/// What an everyday word may have been made into: `nonton` of `tonton`, `ngirim` of `kirim`.
pub fn spoken(word: &str) -> impl Iterator<Item = String> + '_ {
    const FIRSTS: &[(&str, &str)] = &[
        ("c", "ny"),
        ("s", "ny"),
        ("k", "ng"),
        ("t", "n"),
        ("p", "m"),
    ];
    FIRSTS.iter().filter_map(|(first, nasal)| {
        let rest = word.strip_prefix(first)?;
        let vowel = rest.starts_with(['a', 'e', 'i', 'o', 'u']);
        vowel.then(|| format!("{nasal}{rest}"))
    })
}

/// The stems of all words of a text, those of asking included.
pub fn all(text: &str, lexicon: &Lexicon) -> Vec<String> {
    text::words(text, lexicon)
        .iter()
        .map(|word| term(word, lexicon).word)
        .collect()
}
