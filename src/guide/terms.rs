//! A question's words that count, in the form in which they are compared, and how it asks.

use std::ops::{Range, RangeInclusive};

use rustc_hash::FxHashSet;

use super::aspects::{self, Aspects};
use super::words::uses;
use crate::text::{self, Everyday, Lexicon, Role, Spoken, TokenKind, Utterance, stem};

/// Fewer words that count name a thing: `format sn`, `bukti kartu kredit`.
const STORY_WORDS_MIN: usize = 5;

/// Shorter numbers count things and longer ones are a customer's.
const NUMBER_DIGITS: RangeInclusive<usize> = 4..=8;
/// What is between the parts of a message.
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
    /// The groups of words for the same thing that it is in.
    pub groups: Vec<u32>,
    /// Whether it says little.
    pub faint: bool,
    /// Whether it only leads up to what is asked: `sudah coba restart, terus lapor ke mana`.
    pub aside: bool,
    /// Whether it says what is wanted of its subject: `contohnya`, `bedanya`.
    pub asks: bool,
}

impl Term {
    /// Whether it is a word that was denied.
    pub fn is_denial(&self) -> bool {
        self.word.starts_with('-')
    }
}

/// A text, read as a question.
#[derive(Debug)]
pub struct Question {
    /// The words that count, each once; a denied word counts as itself and as what is denied.
    pub terms: Vec<Term>,
    /// What it wants to know.
    pub aspects: Aspects,
    /// Whether something is asked rather than said.
    pub asks: bool,
    /// Whether everything of a kind is asked for: `notifnya apa aja`.
    pub asks_for_all: bool,
    /// Whether a case is put: `kalau lewat pegadaian`.
    pub supposes: bool,
}

impl Question {
    /// Whether it describes a case instead of asking for something.
    pub fn tells(&self) -> bool {
        !self.asks && self.aspects.is_empty()
    }

    /// Whether it describes a case at length.
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
        let everyday = &lexicon.everyday;
        let ends_asking = words.last().is_some_and(|word| {
            everyday.has(Role::Denying, word) || ["terus", "kan"].contains(word)
        });
        let appeals = |two: &[&str]| {
            everyday.has(Role::Denying, two[0]) && everyday.has(Role::Appealing, two[1])
        };
        let all = |two: &[&str]| everyday.has(Role::AsksForAll, &two.join(" "));
        Self {
            asks_for_all: words.windows(2).any(all),
            supposes: (words.iter()).any(|word| everyday.has(Role::Conditional, word)),
            terms: terms(&parts, lexicon),
            aspects: aspects::of(&words, everyday),
            asks: text.contains('?')
                || ends_asking
                || words.windows(2).any(appeals)
                || (words.iter()).any(|word| everyday.has(Role::Questioning, word))
                || is_asked_for(&words, everyday),
        }
    }
}

/// Whether the first word that says something is a noun of what is asked for.
fn is_asked_for(words: &[&str], everyday: &Everyday) -> bool {
    let asked_for = |word: &str| everyday.has(Role::AskedFor, word);
    let mut telling =
        (words.iter()).filter(|word| !uses(word, everyday).is_empty() || asked_for(word));
    telling
        .next()
        .is_some_and(|word| asked_for(word) || asked_for(&stem(word)))
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
            let everyday = &lexicon.everyday;
            let asks = (words.iter()).any(|word| everyday.has(Role::Questioning, word))
                || !aspects::of(&words, everyday).is_empty();
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
    let everyday = &lexicon.everyday;
    let mut found = Vec::new();
    let (mut denied, mut counted) = (false, false);
    for spoken in spoken {
        if matches!(spoken.kind, TokenKind::Value(_)) {
            found.extend(number(spoken.text));
            continue;
        }
        let word = spoken.text;
        let known = uses(word, everyday);
        if known.denies() {
            denied = true;
            continue;
        }
        let word = if counted && known.is(Role::CountedTime) {
            "lama"
        } else {
            word
        };
        counted = word == "berapa";
        // `nanya` is `tanya`, which says nothing either.
        let speaks = || self::everyday(word).any(|made| uses(&made, everyday).is_empty());
        if everyday.roles(word).is_empty() && speaks() {
            continue;
        }
        let is_denied = denied && !known.is(Role::NeverDenied);
        let is_deniable = known.is(Role::Deniable);
        // `tidak di hp` denies nothing, `tidak lagi muncul` denies the last word.
        denied = is_denied && known.is_empty() && !is_deniable;
        if known.is_empty() && !(is_denied && is_deniable) {
            continue;
        }
        let term = term(word, lexicon);
        let denial = is_denied.then(|| Term {
            word: format!("-{}", term.word),
            concept: term.concept.as_ref().map(|concept| format!("-{concept}")),
            ..term.clone()
        });
        let counts =
            !known.is_empty() && (term.concept.is_some() || !uses(&term.word, everyday).is_empty());
        let both = [counts.then_some(term), denial].into_iter().flatten();
        found.extend(both);
    }
    found
}

/// A number that is not the customer's: where a procedure has it, it says much, and elsewhere nothing.
fn number(written: &str) -> Option<Term> {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    (NUMBER_DIGITS.contains(&digits.len())).then(|| Term {
        word: format!("#{digits}"),
        spoken: digits.clone(),
        concept: None,
        groups: Vec::new(),
        faint: true,
        aside: false,
        asks: false,
    })
}

fn term(word: &str, lexicon: &Lexicon) -> Term {
    let bare = stem(word);
    // Slang may be below an affix: `kepake` is `ke` and `pake`.
    let below = lexicon.meaning(&bare).filter(|meaning| meaning.len() == 1);
    let concept = (lexicon.same(word).or_else(|| lexicon.same(&bare)))
        .or_else(|| lexicon.concept(word))
        .or_else(|| lexicon.concept(&bare));
    Term {
        concept: concept.map(str::to_owned),
        groups: lexicon.groups_of(&stem(word)).to_vec(),
        faint: [word, &bare]
            .iter()
            .any(|word| uses(word, &lexicon.everyday).is_faint()),
        word: below.map_or(bare, |meaning| stem(&meaning[0])),
        spoken: word.to_owned(),
        aside: false,
        asks: [Role::AsksExample, Role::AsksDifference, Role::AsksWhy]
            .iter()
            .any(|&role| lexicon.everyday.has(role, word)),
    }
}

/// What an everyday word may be made of: `nyari` of `cari`, `nanya` of `tanya`, `ngecek` is left to the stems.
pub fn everyday(word: &str) -> impl Iterator<Item = String> + '_ {
    const NASALS: &[(&str, &[&str])] = &[
        ("ny", &["c", "s"]),
        ("ng", &["", "k", "h"]),
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
        ("h", "ng"),
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
