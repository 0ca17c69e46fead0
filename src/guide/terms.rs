//! A question's words that count, in the form in which they are compared, and how it asks.

use std::ops::{Range, RangeInclusive};

use rustc_hash::FxHashSet;

use super::aspects::{self, Aspects};
use super::words::{same, uses};
use crate::text::{self, Kind, Lexicon, Spoken, Utterance, stem};

/// Fewer words that count name a thing: `format sn`, `bukti kartu kredit`.
const STORY_WORDS_MIN: usize = 5;

/// Shorter numbers count things and longer ones are a customer's.
const NUMBER_DIGITS: RangeInclusive<usize> = 4..=8;
/// What stands between the parts of a message.
const CLAUSE_ENDS: &[char] = &['.', ',', '?', '!', ';', '\n'];

/// A word that counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// Its stem; a denied word begins with a dash.
    pub word: String,
    /// The word itself, slang replaced.
    pub spoken: String,
    /// What other words mean the same.
    pub concept: Option<String>,
    /// Whether it tells little.
    pub faint: bool,
    /// Whether it only leads up to what is asked: `sudah coba restart, terus lapor ke mana`.
    pub aside: bool,
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
        let clauses = clauses(&utterance, &spoken);
        let parts: Vec<&[Spoken<'_>]> = clauses
            .iter()
            .map(|clause| &spoken[clause.clone()])
            .collect();
        // `perlu dicek ga`, `sudah dipakai, terus`: what ends so asks.
        let ends_asking = words
            .last()
            .is_some_and(|word| uses(word).denies || ["terus", "kan"].contains(word));
        Self {
            terms: terms(&parts, lexicon),
            aspects: aspects::of(&words),
            asks: text.contains('?')
                || ends_asking
                || words
                    .windows(2)
                    .any(|two| uses(two[0]).denies && uses(two[1]).appeals)
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

/// Where the parts of a message are that punctuation sets apart, by the places of their words.
fn clauses(utterance: &Utterance<'_>, spoken: &[Spoken<'_>]) -> Vec<Range<usize>> {
    let mut clauses = Vec::new();
    let mut from = 0;
    for (at, two) in spoken.windows(2).enumerate() {
        let (end, start) = (
            utterance.tokens[two[0].token].span.end,
            utterance.tokens[two[1].token].span.start,
        );
        let between = utterance.raw.get(end..start).unwrap_or_default();
        if between.contains(CLAUSE_ENDS) {
            clauses.push(from..at + 1);
            from = at + 1;
        }
    }
    clauses.push(from..spoken.len());
    clauses
}

/// The terms of all parts, each once; where a part asks and has words that count, the others only lead up to it.
fn terms(parts: &[&[Spoken<'_>]], lexicon: &Lexicon) -> Vec<Term> {
    let mut read: Vec<(bool, Vec<Term>)> = parts
        .iter()
        .map(|part| {
            let words: Vec<&str> = part.iter().map(|word| word.text).collect();
            let asks = words.iter().any(|word| uses(word).asks) || !aspects::of(&words).is_empty();
            (asks, of_part(part, lexicon))
        })
        .collect();
    let says_something =
        |(asks, terms): &(bool, Vec<Term>)| *asks && terms.iter().any(|term| !term.faint);
    if read.iter().any(says_something) {
        // A word of both counts where it asks.
        read.sort_by_key(|(asks, _)| !asks);
        for (asks, terms) in &mut read {
            terms.iter_mut().for_each(|term| term.aside = !*asks);
        }
    }
    let mut seen = FxHashSet::default();
    let all = read.into_iter().flat_map(|(_, terms)| terms);
    all.filter(|term| seen.insert(term.word.clone())).collect()
}

fn of_part(spoken: &[Spoken<'_>], lexicon: &Lexicon) -> Vec<Term> {
    let mut found = Vec::new();
    let (mut denied, mut counted) = (false, false);
    for spoken in spoken {
        if matches!(spoken.kind, Kind::Value(_)) {
            found.extend(number(spoken.text));
            continue;
        }
        let word = spoken.text;
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
            ..term.clone()
        });
        let counts = !told.empty && (term.concept.is_some() || !uses(&term.word).empty);
        let both = [counts.then_some(term), denial].into_iter().flatten();
        found.extend(both);
    }
    found
}

/// A number that is not the customer's: where a procedure has it, it tells much, and elsewhere nothing.
fn number(written: &str) -> Option<Term> {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    (NUMBER_DIGITS.contains(&digits.len())).then(|| Term {
        word: format!("#{digits}"),
        spoken: digits.clone(),
        concept: None,
        faint: true,
        aside: false,
    })
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
        spoken: word.to_owned(),
        aside: false,
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
