//! Who issues a card number: the beginnings and lengths of the networks (`data/cards.toml`) with the check digit, and the
//! numbers that pass for one without being one.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

/// A citizen's number (NIK) has so many digits.
const NIK_DIGITS: usize = 16;
/// So far before a number, a word that says what it is may be.
const NAMED_BYTES: usize = 24;

/// The networks, and the words that make a number a card.
struct Issuers {
    networks: Vec<Network>,
    named: Regex,
}

#[derive(Deserialize)]
struct CardsFile {
    named: String,
    network: Vec<Network>,
}

/// What a network's numbers begin with (`2221-2720`), and how long they are.
#[derive(Deserialize)]
struct Network {
    prefixes: Vec<String>,
    lengths: Vec<usize>,
}

static ISSUERS: LazyLock<Issuers> = LazyLock::new(|| {
    let file: CardsFile =
        toml::from_str(include_str!("../../data/cards.toml")).expect("it is shipped");
    let words: Vec<_> = file
        .named
        .split(',')
        .map(|word| regex::escape(word.trim()))
        .collect();
    let named = format!(r"(?i)\b(?:{})(?:nya)?\b", words.join("|"));
    Issuers {
        networks: file.network,
        named: Regex::new(&named).expect("words are escaped"),
    }
});

/// Whether the digits are those of a card: a length and a beginning that a network hands out, and the right check digit
/// (Luhn). One in ten of all numbers passes the checksum.
pub(super) fn is_card(digits: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let places = digits.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let weighed = places.enumerate().map(|(place, digit)| match place % 2 {
        0 => digit,
        _ => doubled(digit),
    });
    is_issued(digits) && weighed.sum::<u32>().is_multiple_of(10)
}

fn is_issued(digits: &str) -> bool {
    let mut networks = ISSUERS.networks.iter();
    networks.any(|Network { prefixes, lengths }| {
        let begins = |prefix: &String| {
            let (first, last) = prefix.split_once('-').unwrap_or((prefix, prefix));
            let begin = digits.get(..first.len());
            begin.is_some_and(|begin| first <= begin && begin <= last)
        };
        lengths.contains(&digits.len()) && prefixes.iter().any(begins)
    })
}

/// Whether a block of digits that passes for a card's is rather something else: a transaction's number that begins with
/// its day, or a citizen's number. A word before it may say that it is a card all the same.
pub(super) fn is_other(text: &str, span: &Range<usize>) -> bool {
    let block = &text[span.clone()];
    let is_block = block.bytes().all(|byte| byte.is_ascii_digit());
    let from = text.floor_char_boundary(span.start.saturating_sub(NAMED_BYTES));
    let before = &text[from..span.start];
    is_block && (is_dated(block) || is_citizen(block)) && !ISSUERS.named.is_match(before)
}

fn two(digits: &str, at: usize) -> u32 {
    let two = digits.get(at..at + 2).and_then(|two| two.parse().ok());
    two.unwrap_or(0)
}

/// Whether the digits begin with a day of these years: `261120...`, `201126...`, `20112026...`.
fn is_dated(digits: &str) -> bool {
    let two = |at| two(digits, at);
    let year = |at| matches!(two(at), 22..=29);
    let is_day = |day| matches!(two(day), 1..=31);
    let is_month = |month| matches!(two(month), 1..=12);
    let year_first = year(0) && is_month(2) && is_day(4);
    let day_first = is_day(0) && is_month(2) && (year(4) || two(4) == 20 && year(6));
    year_first || day_first
}

/// Whether the digits are built like a citizen's number: province, region, district, day of birth (40 more for women),
/// month, year, serial.
fn is_citizen(digits: &str) -> bool {
    if !is_nik(digits) {
        return false;
    }
    let two = |at| two(digits, at);
    let province =
        matches!(two(0), 11..=21 | 31..=36 | 51..=53 | 61..=65 | 71..=76 | 81..=82 | 91..=97);
    let region = matches!(two(2), 1..=29 | 71..=79);
    // Of those born in a district on one day there are never a thousand.
    let serial = digits[12..].starts_with('0');
    province && region && matches!(two(4), 1..=60) && serial
}

/// The same without a look at the place, for what is pointed out.
pub(super) fn is_nik(digits: &str) -> bool {
    let day = matches!(two(digits, 6), 1..=31 | 41..=71);
    let month = matches!(two(digits, 8), 1..=12);
    digits.len() == NIK_DIGITS && !digits.starts_with('0') && day && month
}
