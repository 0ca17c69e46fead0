//! Payment cards: a number is checked as a whole, then only its last four digits are kept.
//!
//! The full number is in no value and in no error. A card is a whole run of digits, never a part of a longer one: among
//! the windows of a voucher's 25 digits one in ten would pass the checksum. Only digits grouped as on the plastic may
//! have others beside them: a check code, an amount.

use std::sync::LazyLock;

use regex::Regex;

use super::digits::{self, CARD_DIGITS, Group, Run, is_voucher};
use super::issuer::{is_card, is_other};
use super::{Error, FoundValue, Value, is_glued, settle};

/// How many most of them have.
const DIGITS_USUAL: usize = 16;
/// How many are kept.
const DIGITS_KEPT: usize = 4;
/// The groups in which cards have their numbers printed.
const PRINTED: &[&[usize]] = &[
    &[4, 4, 4, 4, 3],
    &[4, 4, 4, 4],
    &[4, 6, 5],
    &[4, 6, 4],
    &[6, 13],
    &[8, 8],
    &[6, 10],
    &[4, 12],
];

/// Reads a full number, a masked one, or the last four digits alone.
pub fn parse(raw: &str) -> Result<Value, Error> {
    settle(find(raw), || Error::NotFound).or_else(|error| match error {
        Error::NotFound => parse_last_four(raw),
        error => Err(error),
    })
}

/// Finds full numbers.
pub fn find(raw: &str) -> Vec<FoundValue> {
    runs(raw)
        .into_iter()
        .filter(|run| !is_glued(raw, &run.span))
        .map(|Run { span, digits }| FoundValue {
            span,
            value: Value::plain(masked(&digits)),
        })
        .collect()
}

/// The runs that are card numbers, in either reading of the text, without those inside a voucher's number or an id of hexadecimal digits.
pub(super) fn runs(raw: &str) -> Vec<Run> {
    let (mut ids, mut runs): (Vec<Run>, Vec<Run>) = digits::widest(raw)
        .into_iter()
        .partition(|run| is_voucher(&run.digits));
    static UUID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
            .expect("the pattern is constant")
    });
    ids.extend(UUID.find_iter(raw).map(|id| Run {
        span: id.range(),
        digits: String::new(),
    }));
    let inside = |run: &Run, outer: &[Run]| {
        outer
            .iter()
            .any(|outer| outer.span.contains(&run.span.start))
    };
    runs.retain(|run| is_card(&run.digits) && !inside(run, &ids));
    let readings = [digits::uniform(raw), printed(raw), digits::even(raw)];
    for reading in readings {
        let cards = reading.into_iter().filter(|run| is_card(&run.digits));
        let further: Vec<Run> = cards
            .filter(|run| !inside(run, &ids) && !inside(run, &runs))
            .collect();
        runs.extend(further);
    }
    runs.sort_by_key(|run| run.span.start);
    runs
}

/// The same without what passes for a card and is rather something else.
pub(super) fn likely(raw: &str) -> Vec<Run> {
    let runs = runs(raw).into_iter();
    runs.filter(|run| !is_other(raw, &run.span)).collect()
}

/// Returns the number as it is kept.
pub(super) fn masked(digits: &str) -> String {
    let last_four = &digits[digits.len() - DIGITS_KEPT..];
    format!("**** **** **** {last_four}")
}

/// The cards whose digits are grouped as on the plastic, or in one block, whatever is beside them and between the groups.
fn printed(raw: &str) -> Vec<Run> {
    let groups = digits::groups(raw);
    let mut rest = groups.as_slice();
    let mut runs = Vec::new();
    while !rest.is_empty() {
        let layouts = PRINTED.iter().filter(|sizes| has_sizes(rest, sizes));
        let mut counts = layouts.map(|sizes| sizes.len()).chain([1]);
        let found = counts.find_map(|count| Some((count, one_card(raw, &rest[..count])?)));
        let used = found.as_ref().map_or(1, |(count, _)| *count);
        runs.extend(found.map(|(_, run)| run));
        rest = &rest[used..];
    }
    runs
}

fn has_sizes(groups: &[Group<'_>], sizes: &[usize]) -> bool {
    groups.len() >= sizes.len()
        && groups
            .iter()
            .zip(sizes)
            .all(|(group, size)| group.digits.len() == *size)
}

/// The card that these groups are together.
fn one_card(raw: &str, groups: &[Group<'_>]) -> Option<Run> {
    const BETWEEN_CHARS_MAX: usize = 5;
    let (first, last) = (groups.first()?, groups.last()?);
    let stand_together = groups.windows(2).all(|pair| {
        let between = &raw[pair[0].span.end..pair[1].span.start];
        between.chars().count() <= BETWEEN_CHARS_MAX && !between.contains(char::is_alphanumeric)
    });
    let digits: String = groups.iter().map(|group| group.digits).collect();
    let found = stand_together && is_card(&digits);
    found.then_some(Run {
        span: first.span.start..last.span.end,
        digits,
    })
}

fn value(last_four: &str) -> Value {
    Value::plain(masked(last_four))
}

fn parse_last_four(raw: &str) -> Result<Value, Error> {
    static MASKED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[*xX•]{2,}[ \-]*([0-9]{4})(?:[^0-9]|$)").expect("the pattern is constant")
    });
    if let Some(masked) = MASKED.captures(raw) {
        return Ok(value(&masked[1]));
    }
    let runs = digits::uniform(raw);
    let mut fours = runs
        .iter()
        .filter(|run| run.digits.len() == DIGITS_KEPT)
        .map(|run| run.digits.as_str());
    let longest = runs.iter().map(|run| run.digits.len()).max().unwrap_or(0);
    match (fours.next(), fours.next()) {
        (Some(first), None) if longest == DIGITS_KEPT => Ok(value(first)),
        _ if longest == 0 => Err(Error::NotFound),
        _ if CARD_DIGITS.contains(&longest) => Err(Error::ChecksumFailed),
        _ if longest > *CARD_DIGITS.end() => Err(Error::TooLong {
            expected: *CARD_DIGITS.end(),
            found: longest,
        }),
        _ => Err(Error::TooShort {
            expected: DIGITS_USUAL,
            found: longest,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, last_four: &str) {
        assert_eq!(parse(raw), Ok(value(last_four)), "{raw}");
    }

    #[test]
    fn only_the_last_four_digits_stay() {
        check("4111 1111 1111 1111", "1111");
        check("kartunya 4111-1111-1111-1111 kak", "1111");
        check("3782 822463 10005", "0005");
        check("4111111111111111 50000", "1111");
    }

    #[test]
    fn digits_grouped_as_on_the_plastic_may_have_others_beside_them() {
        for raw in [
            "4111 1111 1111 1111 123",
            "4111 1111 1111 1111 200000 gagal",
            "4111111111111111-123",
            "4111, 1111, 1111, 1111",
            "4111/1111/1111/1111/12/28",
            "4111\n1111\n1111\n1111",
        ] {
            let runs = runs(raw);
            assert_eq!(runs.len(), 1, "{raw}");
            assert_eq!(runs[0].digits, "4111111111111111", "{raw}");
        }
        assert_eq!(runs("3782 822463 10005 1234")[0].digits, "378282246310005");
        assert!(runs("02123 45678 90123 45678 90123").is_empty());
        assert!(runs("1111 1111 1111 1117 123").is_empty());
    }

    #[test]
    fn the_last_four_alone_are_enough() {
        check("1234", "1234");
        check("4 digit terakhir 1234 ya", "1234");
        check("**** **** **** 1234", "1234");
        check("4111 11xx xxxx 1234", "1234");
        check("xxxx-1234", "1234");
    }

    #[test]
    fn a_mistyped_number_is_refused_without_quoting_it() {
        assert_eq!(parse("4111 1111 1111 1112"), Err(Error::ChecksumFailed));
        assert_eq!(
            parse("41111111"),
            Err(Error::TooShort {
                expected: 16,
                found: 8
            })
        );
        assert_eq!(
            parse("02123456789012345678901234"),
            Err(Error::TooLong {
                expected: 19,
                found: 26
            })
        );
        assert_eq!(parse("tidak ada"), Err(Error::NotFound));
    }

    #[test]
    fn a_card_is_never_part_of_a_longer_number() {
        assert_eq!(find("024111111111111111123456 1"), []);
        assert_eq!(find("0241111111111111111234567"), []);
        assert_eq!(find("024111 1111111111111 1234567"), []);
        assert_eq!(find("id-4111111111111111"), []);
    }
}
