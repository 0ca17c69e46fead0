//! What a pasted number may be: `4700001-0001 ini sid?`, an AO without a word, a serial of 25 digits.
//!
//! The kind of a number is known by what the agent calls it, then by its looks, where the documents show them; where
//! neither decides, the kinds are offered and none is guessed.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::catalog::Catalog;
use crate::catalog::rules::Number;
use crate::text::{Lexicon, Role};

/// Fewer digits are a count.
const DIGITS_MIN: usize = 5;

/// The kinds of number that the procedures know, ready for look-ups.
#[derive(Debug, Default)]
pub struct Numbers {
    known: Vec<Known>,
    /// Every word of their names.
    named: HashSet<String>,
}

#[derive(Debug)]
struct Known {
    intent: String,
    number: Number,
    /// What the whole number looks like.
    shape: Option<Regex>,
}

impl Numbers {
    /// Collects the numbers of all procedures.
    pub fn new(catalog: &Catalog) -> Self {
        let numbers = catalog.sops.iter().flat_map(|sop| {
            let numbers = sop.numbers.iter();
            numbers.map(|number| (sop.id.clone(), number.clone()))
        });
        let known: Vec<Known> = numbers
            .map(|(intent, number)| {
                let shape = number.shape.as_deref();
                // What is no expression was refused when the file was checked.
                let shape = shape.and_then(|shape| Regex::new(&format!("^(?:{shape})$")).ok());
                Known {
                    intent,
                    number,
                    shape,
                }
            })
            .collect();
        let names = known.iter().flat_map(|known| &known.number.names);
        let words = names.flat_map(|name| name.split(' ').map(str::to_owned));
        Self {
            named: words.collect(),
            known,
        }
    }

    /// Returns the kinds of number that a message may hold, each with its SOP; nothing when it says more than a number.
    pub fn kinds(&self, text: &str, lexicon: &Lexicon) -> Vec<(&str, &Number)> {
        static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
            let pattern = r"(?i)\b(?:\d[\d -]{9,}\d|[a-z0-9][a-z0-9/.-]*)\b";
            Regex::new(pattern).expect("the pattern is checked by a test")
        });
        let is_number =
            |found: &&str| found.bytes().filter(u8::is_ascii_digit).count() >= DIGITS_MIN;
        let mut numbers = NUMBER
            .find_iter(text)
            .map(|found| found.as_str())
            .filter(is_number);
        let (Some(number), None) = (numbers.next(), numbers.next()) else {
            return Vec::new();
        };
        let words = text.replacen(number, " ", 1).to_lowercase();
        let words: Vec<&str> = words
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let is_around = |word: &&str| {
            let around = [Role::AroundNumber, Role::Courtesy, Role::Filler];
            let has = |role| lexicon.everyday.has(role, word);
            around.into_iter().any(has) || self.named.contains(*word)
        };
        if !words.iter().all(is_around) {
            return Vec::new();
        }
        let said = format!(" {} ", words.join(" "));
        let called = |known: &Known| {
            let mut names = known.number.names.iter();
            names.any(|name| said.contains(&format!(" {name} ")))
        };
        let looks = |known: &Known| {
            let shape = known.shape.as_ref();
            shape.is_some_and(|shape| shape.is_match(number.trim()))
        };
        let named = self.those(called);
        if !named.is_empty() {
            return named;
        }
        let alike = self.those(looks);
        if !alike.is_empty() {
            return alike;
        }
        self.those(|_| true)
    }

    fn those(&self, are_meant: impl Fn(&Known) -> bool) -> Vec<(&str, &Number)> {
        let meant = self.known.iter().filter(|known| are_meant(known));
        meant
            .map(|known| (known.intent.as_str(), &known.number))
            .collect()
    }
}
