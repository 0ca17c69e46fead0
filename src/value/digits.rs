//! Digits as people write and paste them: in groups, with blanks, dashes, dots and brackets between.
//!
//! A [`Group`] is digits without anything between them. A [`Run`] is groups that belong together, in one of two
//! readings: the [`widest`] one joins all it can, the [`uniform`] one takes a change of separator for the end of a
//! number, so that `4111-1111-1111-1111 50.000` is two numbers.

use std::ops::{Range, RangeInclusive};
use std::sync::LazyLock;

use regex::Regex;

/// A block of so many digits is a number by itself, a blank after it ends it: `081200001234 50000`.
pub(super) const SOLID: usize = 9;

/// How many digits card numbers have (ISO/IEC 7812).
pub(super) const CARD_DIGITS: RangeInclusive<usize> = 13..=19;

/// Digits without anything between them.
#[derive(Debug, Clone)]
pub(super) struct Group<'a> {
    pub(super) span: Range<usize>,
    pub(super) digits: &'a str,
    /// What is between it and the group before.
    pub(super) joint: Joint,
}

/// What is between two groups of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    /// Other text, or nothing because this is the first group.
    Apart,
    /// A blank, perhaps with a mark: `0812 0000`, `(0812) 0000`.
    Blank,
    /// Marks only: `0812-0000`, `12.07`.
    Tight(char),
}

/// Groups that belong together.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) span: Range<usize>,
    /// The digits without what is between them.
    pub(super) digits: String,
}

/// Whether the digits have the form of a voucher bought in an app. Other kinds step back before these 25 digits,
/// because somewhere in them there may be a phone's or a card's number.
pub(super) fn is_voucher(digits: &str) -> bool {
    digits.len() == 25 && digits.starts_with("02")
}

/// Returns all groups of ASCII digits in reading order.
pub(super) fn groups(raw: &str) -> Vec<Group<'_>> {
    static DIGITS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("[0-9]+").expect("the pattern is constant"));
    let mut end_before = None;
    DIGITS
        .find_iter(raw)
        .map(|digits| {
            let joint = end_before.map_or(Joint::Apart, |end| joint(&raw[end..digits.start()]));
            end_before = Some(digits.end());
            Group {
                span: digits.range(),
                digits: digits.as_str(),
                joint,
            }
        })
        .collect()
}

/// Returns the runs of groups that are equally long, but for the last one, with the same mark between them whichever it is:
/// `4111/1111/1111/1111`, a digit a line.
pub(super) fn even(raw: &str) -> Vec<Run> {
    const BETWEEN_CHARS_MAX: usize = 5;
    let groups = groups(raw);
    let mut runs = Vec::new();
    let mut first = 0;
    while first < groups.len() {
        let size = groups[first].digits.len();
        let between = |at: usize| &raw[groups[at].span.end..groups[at + 1].span.start];
        let joins = |between: &str| {
            between.chars().count() <= BETWEEN_CHARS_MAX && !between.contains(char::is_alphanumeric)
        };
        let mut last = first;
        while last + 1 < groups.len()
            && groups[last].digits.len() == size
            && groups[last + 1].digits.len() <= size
            && joins(between(last))
            && between(last) == between(first)
        {
            last += 1;
        }
        if last > first {
            let digits = groups[first..=last].iter().map(|group| group.digits);
            runs.push(Run {
                span: groups[first].span.start..groups[last].span.end,
                digits: digits.collect(),
            });
        }
        first = last.max(first + 1);
    }
    runs
}

/// Returns the runs that join whatever can be joined.
pub(super) fn widest(raw: &str) -> Vec<Run> {
    collect(groups(raw), |_, next| next.joint != Joint::Apart)
}

/// Returns the runs that are written in one manner throughout.
pub(super) fn uniform(raw: &str) -> Vec<Run> {
    let groups = groups(raw);
    let tight_after: Vec<bool> = (0..groups.len())
        .map(|i| {
            matches!(
                groups.get(i + 1),
                Some(Group {
                    joint: Joint::Tight(_),
                    ..
                })
            )
        })
        .collect();
    let mut index = 0;
    collect(groups, |last, next| {
        index += 1;
        match next.joint {
            Joint::Apart => false,
            Joint::Tight(_) => !matches!(last.joint, Joint::Tight(_)) || last.joint == next.joint,
            // Marks bind closer than blanks: in `12 2026-11-20` the date does not lose its year to the `12`.
            Joint::Blank => {
                let whole = last.digits.len() >= SOLID || next.digits.len() >= SOLID;
                !whole && !matches!(last.joint, Joint::Tight(_)) && !tight_after[index]
            }
        }
    })
}

/// Returns the place, counted from one, and the letter that was typed for a digit in a number of at least `SOLID`
/// places: `0812-OOOO-1234`.
pub(super) fn mistyped(raw: &str) -> Option<(usize, char)> {
    static ALMOST: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(?:[0-9OoIl][ .\-]?){9,}").expect("the pattern is constant")
    });
    ALMOST
        .find_iter(raw)
        .map(|found| {
            found.start()..found.start() + found.as_str().trim_end_matches([' ', '.', '-']).len()
        })
        .filter(|span| !raw[span.end..].starts_with(char::is_alphanumeric))
        .map(|span| {
            raw[span]
                .chars()
                .filter(|c| c.is_alphanumeric())
                .collect::<Vec<char>>()
        })
        .filter(|places| 2 * places.iter().filter(|c| c.is_ascii_digit()).count() > places.len())
        .find_map(|places| {
            let place = places.iter().position(|c| !c.is_ascii_digit())?;
            Some((place + 1, places[place]))
        })
}

/// Returns the digits in groups of so many, joined by dashes; the last group takes the rest.
pub(super) fn dashed(digits: &str, sizes: &[usize]) -> String {
    let mut rest = digits;
    let mut parts = Vec::new();
    for size in sizes {
        if rest.len() <= *size {
            break;
        }
        let (part, after) = rest.split_at(*size);
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts.join("-")
}

/// Returns the text with every digit but the last few starred.
pub(super) fn starred(text: &str, keep: usize) -> String {
    let count = text.chars().filter(char::is_ascii_digit).count();
    let mut place = 0;
    text.chars()
        .map(|c| {
            if !c.is_ascii_digit() {
                return c;
            }
            place += 1;
            if place + keep > count { c } else { '*' }
        })
        .collect()
}

/// Whether the character shows nothing: marks for the direction of writing, which phones copy along with a contact's
/// number, zero-width characters, and what makes a digit a key (4️⃣).
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fe0f}' | '\u{20e3}')
}

fn joint(between: &str) -> Joint {
    const CHARS_MAX: usize = 3;
    let is_blank = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}');
    let is_mark = |c: char| {
        matches!(
            c,
            '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}'
        ) || is_invisible(c)
    };
    let joins =
        between.chars().count() <= CHARS_MAX && between.chars().all(|c| is_blank(c) || is_mark(c));
    match between.chars().next() {
        Some(_) if joins && between.contains(is_blank) => Joint::Blank,
        Some(mark) if joins => Joint::Tight(mark),
        _ => Joint::Apart,
    }
}

/// Joins neighbouring groups while `belongs(last, next)`.
fn collect<'a>(
    groups: Vec<Group<'a>>,
    mut belongs: impl FnMut(&Group<'a>, &Group<'a>) -> bool,
) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut last: Option<Group<'a>> = None;
    for group in groups {
        let joins = last.as_ref().is_some_and(|last| belongs(last, &group));
        match runs.last_mut().filter(|_| joins) {
            Some(run) => {
                run.span.end = group.span.end;
                run.digits.push_str(group.digits);
            }
            None => runs.push(Run {
                span: group.span.clone(),
                digits: group.digits.to_owned(),
            }),
        }
        last = Some(group);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, wide: &[&str], even: &[&str]) {
        let digits = |runs: Vec<Run>| runs.into_iter().map(|run| run.digits).collect::<Vec<_>>();
        assert_eq!(digits(widest(raw)), wide, "{raw}");
        assert_eq!(digits(uniform(raw)), even, "{raw}");
    }

    #[test]
    fn a_change_of_separator_ends_a_uniform_run() {
        check(
            "4111-1111-1111-1111 50.000",
            &["411111111111111150000"],
            &["4111111111111111", "50000"],
        );
        check("12 2026-11-20", &["1220261120"], &["12", "20261120"]);
        check(
            "4111 1111 1111 1111",
            &["4111111111111111"],
            &["4111111111111111"],
        );
        check(
            "081200001234 50000",
            &["08120000123450000"],
            &["081200001234", "50000"],
        );
        check(
            "0812-0000-1234/0812-0000-5678",
            &["081200001234", "081200005678"],
            &["081200001234", "081200005678"],
        );
        check(
            "\u{202a}0812\u{2011}0000\u{2011}1234\u{202c}",
            &["081200001234"],
            &["081200001234"],
        );
    }

    #[test]
    fn a_letter_typed_for_a_digit_is_located() {
        assert_eq!(mistyped("O812-0000-1234"), Some((1, 'O')));
        assert_eq!(mistyped("nomornya 0812-00o0-1234 kak"), Some((7, 'o')));
        assert_eq!(mistyped("0812-0000-1234"), None);
        assert_eq!(mistyped("solo lolo ilo"), None);
    }
}
