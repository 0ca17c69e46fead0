//! What a sentence denies: `bukan halo tapi simpati` denies `halo`, and nothing else.
//!
//! Two kinds of word deny. `bukan`, `selain` and `kecuali` deny all that follows in their clause; `tidak` and `belum`
//! deny the next word that carries a meaning: `tidak pakai dana` denies `dana`, `belum aktif via bca` only `aktif`.
//! The words are data (`negation`, `excluding`, `contrast` and `only` among the everyday words).

use std::ops::Range;

use super::everyday::{Everyday, Role, WordAt, words_at};
use super::lexicon::Lexicon;

/// So many words without a meaning may be between `tidak` and what it denies: `ga mau pakai yang`.
const SMALL_WORDS_MAX: usize = 5;

/// A denial in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The word that denies, in bytes.
    pub by: Range<usize>,
    /// What it denies.
    pub denied: Range<usize>,
}

/// Finds what a text denies, in reading order.
pub fn denials(text: &str, lexicon: &Lexicon) -> Vec<Denial> {
    let words = words_at(text);
    let everyday = &lexicon.everyday;
    let denying = words
        .iter()
        .enumerate()
        .filter(|(_, word)| everyday.has(Role::Negation, &word.text));
    denying
        .filter_map(|(place, word)| {
            let behind = &words[place + 1..];
            let denied = if everyday.has(Role::Excluding, &word.text) {
                clause(behind, everyday)
            } else {
                next_meaning(behind, lexicon)
            }?;
            Some(Denial {
                by: word.span.clone(),
                denied,
            })
        })
        .collect()
}

/// Whether the span is in what is denied.
pub fn is_denied(denials: &[Denial], span: &Range<usize>) -> bool {
    denials.iter().any(|denial| denial.denies(span))
}

impl Denial {
    /// Whether it denies what begins in the span, and is no part of it: `belum masuk` may be an option's name.
    pub fn denies(&self, span: &Range<usize>) -> bool {
        let touches = span.start < self.denied.end && self.denied.start < span.end;
        touches && !(span.start <= self.by.start && self.by.end <= span.end)
    }
}

/// The words of the clause that begins here; politeness behind them ends it, and so does what sets something against
/// it.
fn clause(words: &[WordAt], everyday: &Everyday) -> Option<Range<usize>> {
    if everyday.has(Role::Only, &words.first()?.text) {
        return None;
    }
    let ends = |word: &&WordAt| {
        word.begins_clause
            || everyday.has(Role::Contrast, &word.text)
            || everyday.has(Role::Negation, &word.text)
    };
    let mut denied: Option<Range<usize>> = None;
    for word in words {
        let is_courtesy = everyday.has(Role::Courtesy, &word.text);
        if ends(&word) || (is_courtesy && denied.is_some()) {
            break;
        }
        if !is_courtesy {
            let start = denied.map_or(word.span.start, |denied| denied.start);
            denied = Some(start..word.span.end);
        }
    }
    denied
}

/// The next word that carries a meaning, in the same clause.
fn next_meaning(words: &[WordAt], lexicon: &Lexicon) -> Option<Range<usize>> {
    let everyday = &lexicon.everyday;
    let carries = |word: &&WordAt| {
        let is_small = [Role::Courtesy, Role::Filler, Role::Means]
            .into_iter()
            .any(|role| everyday.has(role, &word.text));
        everyday.has(Role::Works, &word.text) || !(is_small || lexicon.is_function(&word.text))
    };
    let same_clause = || {
        let clause = words
            .iter()
            .take_while(|word| !word.begins_clause && !everyday.has(Role::Contrast, &word.text));
        clause.take(SMALL_WORDS_MAX)
    };
    // `tidak pakai halo`: the last word is meant although it may be small elsewhere.
    let is_said = |word: &&WordAt| !everyday.has(Role::Courtesy, &word.text);
    let meaning = same_clause()
        .find(carries)
        .or_else(|| same_clause().filter(is_said).last())?;
    Some(meaning.span.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, denied: &[&str]) {
        let lexicon = Lexicon::load(include_str!("../../data/lexicon.toml")).unwrap();
        let found: Vec<&str> = denials(text, &lexicon)
            .into_iter()
            .map(|denial| &text[denial.denied])
            .collect();
        assert_eq!(found, denied, "{text}");
    }

    #[test]
    fn an_exclusion_denies_its_clause() {
        check("bukan kartu halo", &["kartu halo"]);
        check("bukan halo tapi simpati", &["halo"]);
        check("bukan halo, simpati", &["halo"]);
        check("bukan halo atau simpati", &["halo atau simpati"]);
        check("bkn halo kak, loop", &["halo"]);
        check("semua kecuali sms", &["sms"]);
        check("simpati bukan halo", &["halo"]);
    }

    #[test]
    fn a_plain_negation_denies_the_next_word_with_a_meaning() {
        check("tidak aktif", &["aktif"]);
        check("ga pakai dana", &["dana"]);
        check("belum aktif udah bayar via bca", &["aktif"]);
        check("ga bisa internet", &["bisa"]);
        check("internet ga bisa, telpon bisa", &["bisa"]);
    }

    #[test]
    fn what_denies_nothing_is_no_denial() {
        check("bukan kak", &[]);
        check("internet tidak, sms bisa", &[]);
        check("bukan cuma sms", &[]);
        check("halo", &[]);
    }
}
