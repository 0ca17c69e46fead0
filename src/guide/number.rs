//! What a pasted number may be: `4700001-0001 ini sid?`, an AO without a word, a serial of 25 digits.
//!
//! A message that is a number and little else is told apart by what the agent calls it, then by what it looks like as far
//! as the documents show that; where neither tells, the kinds are offered instead of one being guessed.

use std::sync::LazyLock;

use regex::Regex;

use crate::catalog::Catalog;
use crate::catalog::rules::Number;

/// Words around a number that ask what it is.
const AROUND: &[&str] = &[
    "ini",
    "itu",
    "apa",
    "apakah",
    "nomor",
    "no",
    "nomer",
    "nya",
    "ya",
    "kak",
    "plgn",
    "pelanggan",
    "cek",
    "dari",
    "ada",
    "punya",
    "cuma",
    "hanya",
    "doang",
    "aja",
    "kasih",
    "dikasih",
    "seperti",
    "kayak",
    "kaya",
    "atau",
    "sih",
    "tolong",
    "cust",
    "customer",
    "min",
    "mba",
    "mas",
    "yg",
    "yang",
    "mana",
    "jenis",
    "termasuk",
    "bukan",
    "ni",
    "nih",
    "gimana",
    "gmn",
    "diapain",
    "dicek",
    "di",
    "nyari",
    "cari",
    "tau",
    "format",
    "itu",
    "dia",
    "cm",
    "code",
    "kode",
];
/// Fewer digits are a count.
const DIGITS_MIN: usize = 5;

/// Returns the kinds of number that a message may hold, each with its SOP; nothing when it says more than a number.
pub fn kinds<'c>(catalog: &'c Catalog, text: &str) -> Vec<(&'c str, &'c Number)> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(?i)\b(?:\d[\d -]{9,}\d|[a-z0-9][a-z0-9/.-]*)\b";
        Regex::new(pattern).expect("the pattern is checked by a test")
    });
    let is_number = |found: &&str| found.bytes().filter(u8::is_ascii_digit).count() >= DIGITS_MIN;
    let mut numbers = NUMBER
        .find_iter(text)
        .map(|found| found.as_str())
        .filter(is_number);
    let Some(number) = numbers.next() else {
        return Vec::new();
    };
    if numbers.next().is_some() {
        return Vec::new();
    }
    let known = catalog.sops.iter().flat_map(|sop| {
        sop.numbers
            .iter()
            .map(move |number| (sop.id.as_str(), number))
    });
    let known: Vec<_> = known.collect();
    let words = text.replacen(number, " ", 1).to_lowercase();
    let words: Vec<&str> = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let said = format!(" {} ", words.join(" "));
    let called = |number: &Number| {
        let mut names = number.names.iter();
        names.any(|name| said.contains(&format!(" {name} ")))
    };
    let named: Vec<_> = known
        .iter()
        .copied()
        .filter(|(_, number)| called(number))
        .collect();
    let is_name = |word: &str| {
        let mut names = known.iter().flat_map(|(_, number)| &number.names);
        names.any(|name| name.split(' ').any(|part| part == word))
    };
    if !words
        .iter()
        .all(|word| AROUND.contains(word) || is_name(word))
    {
        return Vec::new();
    }
    if !named.is_empty() {
        return named;
    }
    let looks = |shape: &str| {
        Regex::new(&format!("^(?:{shape})$")).is_ok_and(|shape| shape.is_match(number.trim()))
    };
    let alike: Vec<_> = known
        .iter()
        .copied()
        .filter(|(_, number)| number.shape.as_deref().is_some_and(looks))
        .collect();
    if alike.is_empty() { known } else { alike }
}
