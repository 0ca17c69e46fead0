//! Options with typing mistakes in them. Between options that are opposites nothing is suggested.

use std::collections::BTreeSet;

use super::answer::{AnswerText, Mention, Word, names};
use super::{Choice, Choices, all_option};
use crate::text::Lexicon;
use crate::text::everyday::words_at;

/// Aliases with fewer letters are not compared approximately: half the dictionary is near `as`.
const FUZZY_LETTERS_MIN: usize = 4;
/// From so many letters on one may be wrong, and from twice as many two.
const LETTERS_PER_TYPO: usize = 5;
/// An answer is a few words; what comes after so many is not compared approximately.
const FUZZY_WORDS_MAX: usize = 40;
/// Likeness from which on it is worth asking "did you mean".
const LIKENESS_MIN: f64 = 0.5;

/// Whether one name is a part of the other, or nearly the same.
pub fn is_spelling_of(value: &str, name: &str) -> bool {
    value.contains(name)
        || name.contains(value)
        || strsim::damerau_levenshtein(value, name) <= typos(value)
}

/// The options that words outside of mentions, or all letters together, name with a typing mistake.
pub fn misspelt(
    choices: &Choices,
    answer: &AnswerText<'_>,
    mentions: &[Mention],
) -> BTreeSet<usize> {
    let is_mentioned = |word: &Word| {
        mentions
            .iter()
            .any(|mention| mention.span.contains(&word.raw.start))
    };
    let words = answer
        .words
        .iter()
        .filter(|word| !is_mentioned(word) && !answer.is_denied(&word.raw))
        .take(FUZZY_WORDS_MAX);
    let is_plain = mentions.is_empty() && answer.denials.is_empty();
    let whole = is_plain.then_some(answer.letters.as_str());
    let words = words
        .map(|word| &answer.letters[word.letters.clone()])
        .chain(whole);
    words
        .flat_map(|word| nearest(choices, word, answer.lexicon))
        .collect()
}

/// The options whose names the word misses by the fewest typing mistakes, if by few enough. Another option that is as
/// near is a rival, however few letters it has: `upaid` may be either of `paid` and `unpaid`.
fn nearest(choices: &Choices, word: &str, lexicon: &Lexicon) -> BTreeSet<usize> {
    let distances: Vec<(usize, usize, bool)> = comparable(choices, word, lexicon)
        .map(|(option, name)| {
            let distance = strsim::damerau_levenshtein(word, &name);
            // A number is no typing mistake: `block 2` is not `Block 1`.
            let digits = |text: &str| {
                text.chars()
                    .filter(char::is_ascii_digit)
                    .collect::<String>()
            };
            let is_typo = is_typo_of(word, &name, distance) && digits(word) == digits(&name);
            (distance, option, is_typo)
        })
        .collect();
    let typos = distances.iter().filter(|(.., is_typo)| *is_typo);
    let Some(least) = typos.map(|(distance, ..)| *distance).min() else {
        return BTreeSet::new();
    };
    let nearest = distances
        .into_iter()
        .filter(|(distance, ..)| *distance <= least);
    nearest.map(|(_, option, _)| option).collect()
}

/// The option that was perhaps meant.
pub fn suggestion(choices: &Choices, answer: &AnswerText<'_>) -> Option<usize> {
    let lexicon = answer.lexicon;
    let likeness = |word: &str, name: &str| strsim::normalized_damerau_levenshtein(word, name);
    let words = answer
        .all_words()
        .take(FUZZY_WORDS_MAX)
        .chain([answer.letters.as_str()]);
    words
        .flat_map(|word| {
            comparable(choices, word, lexicon)
                .map(move |(option, name)| (likeness(word, &name), option))
        })
        .filter(|(likeness, option)| {
            *likeness >= LIKENESS_MIN && !has_opposite(choices, *option, lexicon)
        })
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, option)| option)
}

/// Whether the answer denies something like an option, or is one with something before it that may deny it:
/// `tdk aktip`, `nonaktif`.
pub fn denies_a_likeness(choices: &Choices, answer: &AnswerText<'_>) -> bool {
    let denied = answer
        .words
        .iter()
        .filter(|word| answer.is_denied(&word.raw));
    let mut denied = denied.map(|word| &answer.letters[word.letters.clone()]);
    denied.any(|word| !nearest(choices, word, answer.lexicon).is_empty())
        || answer.all_words().any(|word| {
            let mut others = comparable(choices, word, answer.lexicon);
            others.any(|(_, name)| word.len() > name.len() && word.ends_with(&name))
        })
}

/// Whether another option says the opposite: one of two, or one whose name holds this one's last word.
fn has_opposite(choices: &Choices, option: usize, lexicon: &Lexicon) -> bool {
    let last = |option: &Choice| words_at(&option.value).pop().map(|word| word.text);
    let name = last(&choices.options[option]).unwrap_or_default();
    let opposes = |other: &Choice| {
        last(other).is_some_and(|other| other.ends_with(&name) || name.ends_with(&other))
    };
    let mut others = choices.options.iter().enumerate();
    let is_all = all_option(choices, lexicon);
    choices.options.len() == 2
        || others.any(|(place, other)| place != option && Some(place) != is_all && opposes(other))
}

/// The names, with their options, that are long enough to be compared approximately and about as long as the word.
fn comparable<'c>(
    choices: &'c Choices,
    word: &'c str,
    lexicon: &'c Lexicon,
) -> impl Iterator<Item = (usize, String)> + 'c {
    let fits = move |name: &String| {
        name.chars().count() >= FUZZY_LETTERS_MIN && word.len() <= 2 * name.len()
    };
    let named = choices
        .options
        .iter()
        .enumerate()
        .flat_map(move |(index, option)| names(option, lexicon).map(move |name| (index, name)));
    named.filter(move |(_, name)| fits(name))
}

/// How many letters of a name may be wrong.
fn typos(name: &str) -> usize {
    name.chars().count() / LETTERS_PER_TYPO
}

/// Whether the word is the name with a typing mistake. Four letters are too few for any mistake but a key held down:
/// `data` is not `DANA`.
fn is_typo_of(word: &str, name: &str, distance: usize) -> bool {
    let letters = |text: &str| {
        let mut chars: Vec<char> = text.chars().collect();
        chars.dedup();
        chars
    };
    distance <= typos(name) || letters(word) == letters(name)
}
