//! Another way to reach somebody: a mobile number, a landline or service number, or an e-mail address.

use std::ops::Range;

use phonenumber::country;

use super::digits::{self, Run};
use super::{Error, FoundValue, Value, email, msisdn};
use crate::text::{Lexicon, Role};

/// The service numbers of Indonesian companies begin with this and have seven digits at most: `1500780`.
const SERVICE_PREFIX: &str = "1500";
/// No number inside the country is longer; the crate is not asked about more.
const NATIONAL_DIGITS_MAX: usize = 13;

/// Reads the one contact in an answer. An address beside a number is the more deliberate of the two and wins.
///
/// Who is reached there is kept beside it: `Bu Contoh 0812-0000-7002`.
pub fn parse(raw: &str, lexicon: &Lexicon) -> Result<Value, Error> {
    let value = match email::parse(raw) {
        Err(Error::NotFound) => parse_phone(raw),
        address => address,
    }?;
    Ok(match whose(raw, lexicon) {
        Some(whose) => Value {
            display: format!("{} ({whose})", value.display),
            ..value
        },
        None => value,
    })
}

/// The words beside the number or address that say whose it is, if they are few.
fn whose(raw: &str, lexicon: &Lexicon) -> Option<String> {
    const WORDS_MAX: usize = 5;
    let everyday = &lexicon.everyday;
    let leads = [Role::Contact, Role::Carrier, Role::Filler, Role::Means];
    let is_of = |roles: &[Role], word: &str| {
        let word = word.to_lowercase();
        let stem = word.strip_suffix("nya").unwrap_or(&word);
        roles
            .iter()
            .any(|role| everyday.has(*role, &word) || everyday.has(*role, stem))
    };
    let is_word = |word: &&str| {
        let letters = word.chars().all(|c| c.is_alphabetic() || ".'-".contains(c));
        letters && word.contains(char::is_alphabetic)
    };
    let words = raw
        .split(|c: char| c.is_whitespace() || ",;:()=".contains(c))
        .filter(is_word);
    let mut words: Vec<&str> = words.skip_while(|word| is_of(&leads, word)).collect();
    while words
        .last()
        .is_some_and(|word| is_of(&[Role::Courtesy, Role::Filler], word))
    {
        words.pop();
    }
    let says_whose = (1..=WORDS_MAX).contains(&words.len());
    says_whose.then(|| words.join(" ").trim_end_matches('.').to_owned())
}

/// Finds mobile numbers and addresses; a landline hardly differs from other numbers without being asked for.
pub fn find(raw: &str) -> Vec<FoundValue> {
    let mut found = email::find(raw);
    let apart = |number: &FoundValue| {
        found
            .iter()
            .all(|address| !address.span.contains(&number.span.start))
    };
    let numbers: Vec<FoundValue> = msisdn::find(raw).into_iter().filter(apart).collect();
    found.extend(numbers);
    found.sort_by_key(|found| found.span.start);
    found
}

/// Returns the address with its first letter and domain, or the number with its last three digits.
pub fn mask(display: &str) -> String {
    const DIGITS_KEPT: usize = 3;
    // Whose it is stays in the team.
    let display = display.split(" (").next().unwrap_or_default();
    if display.contains('@') {
        email::mask(display)
    } else {
        digits::starred(display, DIGITS_KEPT)
    }
}

fn parse_phone(raw: &str) -> Result<Value, Error> {
    match msisdn::parse(raw) {
        Err(Error::NotMobile | Error::WrongPrefix { .. } | Error::TooShort { .. }) => {}
        settled => return settled,
    }
    let numbers = digits::widest(raw);
    let fixed = numbers
        .iter()
        .chain(&digits::uniform(raw))
        .find_map(landline_or_service);
    fixed.ok_or_else(|| msisdn::parse(raw).err().unwrap_or(Error::NotFound))
}

/// Where landlines are, with their area's code.
pub(super) fn landlines(raw: &str) -> Vec<Range<usize>> {
    const DIGITS_MIN: usize = 9;
    let runs = digits::uniform(raw).into_iter().chain(digits::widest(raw));
    runs.filter(|run| {
        let with_area = run.digits.starts_with('0') || run.digits.starts_with("62");
        with_area && run.digits.len() >= DIGITS_MIN && landline_or_service(run).is_some()
    })
    .map(|run| run.span)
    .collect()
}

fn landline_or_service(run: &Run) -> Option<Value> {
    let digits = run.digits.as_str();
    if digits.starts_with(SERVICE_PREFIX) && (6..=7).contains(&digits.len()) {
        return Some(Value::plain(digits));
    }
    let national = msisdn::domestic(digits);
    let plausible = national.len() <= NATIONAL_DIGITS_MAX
        && national.starts_with('0')
        && !national.starts_with("00");
    let known = plausible
        && phonenumber::parse(Some(country::ID), &national)
            .is_ok_and(|it| phonenumber::is_valid(&it));
    known.then(|| {
        Value::new(
            format!("62{}", &national[1..]),
            digits::dashed(&national, &[area_digits(&national)]),
        )
    })
}

/// How many digits the area code of a landline has, with its zero.
fn area_digits(national: &str) -> usize {
    match national.get(1..3) {
        Some("21" | "22" | "24" | "31" | "61") => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing;

    #[track_caller]
    fn check(raw: &str, canonical: &str, display: &str) {
        assert_eq!(
            parse(raw, testing::lexicon()),
            Ok(Value::new(canonical, display)),
            "{raw}"
        );
    }

    #[test]
    fn any_way_to_reach_somebody_is_taken() {
        check(
            "0812-0000-5678 (istri)",
            "6281200005678",
            "0812-0000-5678 (istri)",
        );
        check(
            "kantornya 021-5550000 ya",
            "62215550000",
            "021-5550000 (kantornya)",
        );
        check("+62 21 555 0000", "62215550000", "021-5550000");
        check("(0274) 555000", "62274555000", "0274-555000");
        check("1500780", "1500780", "1500780");
        check(
            "email budi@Example.com aja",
            "budi@example.com",
            "budi@example.com",
        );
    }

    #[test]
    fn what_reaches_nobody_is_refused() {
        assert_eq!(
            parse("tidak tahu", testing::lexicon()),
            Err(Error::NotFound)
        );
        assert_eq!(
            parse("12345", testing::lexicon()),
            Err(Error::TooShort {
                expected: 10,
                found: 5
            })
        );
        assert_eq!(
            parse("budi@gmail", testing::lexicon()),
            Err(Error::InvalidEmail)
        );
        assert_eq!(
            parse("+65 8120 0000", testing::lexicon()),
            Err(Error::NotIndonesian)
        );
    }

    #[test]
    fn mobile_numbers_and_addresses_are_found() {
        let raw = "cp 0812-0000-5678 atau budi@example.com, kantor 021-5550000";
        let found: Vec<&str> = find(raw)
            .into_iter()
            .map(|found| &raw[found.span])
            .collect();
        assert_eq!(found, ["0812-0000-5678", "budi@example.com"]);
    }

    #[test]
    fn a_mask_keeps_three_digits() {
        assert_eq!(mask("0812-0000-5678"), "****-****-*678");
    }
}
