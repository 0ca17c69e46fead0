//! Indonesian mobile numbers.
//!
//! The rule is spelled out here, and a test holds it against the `phonenumber` crate: a yes or no from the crate could
//! not say to an agent that one digit is missing. The rule is wider than the crate's only in length, because numbers of
//! 13 digits are in use and may be had with any prefix.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use regex::Regex;

use super::digits::{self, Group, Joint, Run, SOLID};
use super::{Error, FoundValue, Lookalike, Value, is_glued, issuer, settle};
use crate::text::fold;

/// How many digits a mobile number has in its national form `08...`.
const DIGITS: RangeInclusive<usize> = 10..=13;

/// How many digits a mobile number is written with at most: `0062 0...`.
const DIGITS_WRITTEN_MAX: usize = *DIGITS.end() + "0062".len();

/// Reads the one mobile number in an answer; chatter may touch it and the leading zero may be missing.
pub fn parse(raw: &str) -> Result<Value, Error> {
    if let Some(error) = numbers(raw, Start::Any)
        .iter()
        .find_map(|number| leftover(raw, number))
    {
        return Err(error);
    }
    let standing = find(raw);
    if !standing.is_empty() {
        return settle(standing, || Error::NotFound);
    }
    if let Some((place, found)) = digits::mistyped(raw) {
        return Err(Error::NotADigit { place, found });
    }
    settle(numbers(raw, Start::Any), || diagnose(raw))
}

/// Finds the mobile numbers that are by themselves and begin with `0`, `62` or `+62`.
pub fn find(raw: &str) -> Vec<FoundValue> {
    let mut found = numbers(raw, Start::Prefixed);
    found.retain(|number| !is_glued(raw, &number.span) && leftover(raw, number).is_none());
    found
}

/// What is wrong with a number that has more of its characters beside it than were read: `0812 0000 12x4`, surplus
/// digits, dots for those that are missing.
fn leftover(raw: &str, number: &FoundValue) -> Option<Error> {
    static MORE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)^ (?: [\s.\-]{0,2} (?<unread> [x*_\#\u{2022}?]{2,} | [x*_\#\u{2022}] | \.{2,} | \u{2026} | \?\d ) (?: [^a-z] | $ )
                      | (?<surplus> \s*/\s* \d{1,4} | (?:\ \d{1,4})+ ) \s* (?: [^\sa-z\d/.,:%-] | $ )
                      | [^,;.]{0,30}? \b (?<count>digit|angka) )",
        )
        .expect("the pattern is constant")
    });
    let (read, after) = (&raw[number.span.clone()], &raw[number.span.end..]);
    let more = MORE.captures(after)?;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    if let Some(unread) = more.name("unread") {
        return Some(Error::NotADigit {
            place: digits(read) + 1,
            found: unread.as_str().chars().next()?,
        });
    }
    let solid = digits(read) == read.len();
    match more.name("surplus") {
        Some(surplus) if solid && !surplus.as_str().contains('/') => None,
        Some(surplus) if !surplus.as_str().contains('/') && !read.contains(' ') => None,
        Some(surplus) => Some(Error::TooLong {
            expected: *DIGITS.end(),
            found: digits(read) + digits(surplus.as_str()),
        }),
        None => Some(Error::ambiguous([number.value.display.clone()])),
    }
}

/// Says whether a text holds this number in any spelling that [`parse`] knows, alone or glued to something:
/// `TRX-081200001234`.
///
/// Wider than [`find`], since it is asked before an erasure. A longer number that merely contains this one is another
/// customer's, so only whole groups of digits count.
pub fn is_mentioned(number: &Value, text: &str) -> bool {
    const BETWEEN_CHARS_MAX: usize = 3;
    let wanted = domestic(&number.canonical.to_string());
    let narrow = fold::narrow(text);
    let text = narrow.as_ref().map_or(text, |narrow| &narrow.text);
    let groups = digits::groups(text);
    let belongs = |pair: [&Group<'_>; 2]| {
        let between = &text[pair[0].span.end..pair[1].span.start];
        let is_short = between.chars().count() <= BETWEEN_CHARS_MAX;
        // A comma ends a number, and a colon is in times of day.
        is_short && !between.contains(|c: char| c.is_alphanumeric() || matches!(c, ',' | ':' | ';'))
    };
    (0..groups.len()).any(|first| {
        let mut digits = groups[first].digits.to_owned();
        let further = groups[first..].windows(2).take(DIGITS_WRITTEN_MAX);
        domestic(&digits) == wanted
            || further
                .take_while(|pair| belongs([&pair[0], &pair[1]]))
                .any(|pair| {
                    digits.push_str(pair[1].digits);
                    domestic(&digits) == wanted
                })
    })
}

/// Returns the national form `08...` of a number's digits, if they can be an Indonesian mobile number's.
pub(super) fn national(digits: &str) -> Option<String> {
    let national = domestic(digits);
    let assigned = national.starts_with("08") && !national[2..].starts_with(['0', '4']);
    (assigned && DIGITS.contains(&national.len())).then_some(national)
}

/// Returns the digits as dialled inside the country: with a leading `0` for `62`, `0062`, `620` and a bare `8`.
pub(super) fn domestic(digits: &str) -> String {
    let international = digits
        .strip_prefix("0062")
        .or_else(|| digits.strip_prefix("62"));
    match international {
        Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
        None if digits.starts_with('8') => format!("0{digits}"),
        None => digits.to_owned(),
    }
}

/// What a number may begin with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// The prefix that says it is a phone number.
    Prefixed,
    /// Also the bare `8` that is left when a spreadsheet ate the zero.
    Any,
}

fn numbers(raw: &str, start: Start) -> Vec<FoundValue> {
    let vouchers: Vec<Run> = digits::widest(raw)
        .into_iter()
        .filter(|run| digits::is_voucher(&run.digits))
        .collect();
    let groups = digits::groups(raw);
    let mut found = Vec::new();
    let mut index = 0;
    while index < groups.len() {
        let group = &groups[index];
        let begins = match group.joint {
            Joint::Apart => start == Start::Any || group.digits.starts_with(['0', '6']),
            Joint::Blank => group.digits.starts_with(['0', '6']),
            Joint::Tight(_) => false,
        };
        let elsewhere = is_foreign(raw, group)
            || vouchers
                .iter()
                .any(|voucher| voucher.span.contains(&group.span.start));
        match read(&groups[index..]).filter(|_| begins && !elsewhere) {
            Some((taken, national)) => {
                let span = group.span.start..groups[index + taken - 1].span.end;
                found.push(FoundValue {
                    span,
                    value: value(&national),
                });
                index += taken;
            }
            None => index += 1,
        }
    }
    found
}

/// Reads the number that begins with the first group: how many groups it takes, and its national form.
fn read(groups: &[Group<'_>]) -> Option<(usize, String)> {
    let mut digits = String::new();
    let mut best: Option<(usize, String)> = None;
    let mut solid = false;
    for (index, group) in groups.iter().enumerate() {
        let continues = index == 0 || group.joint != Joint::Apart;
        let other_number = best.is_some() && (solid || group.joint != groups[index - 1].joint);
        let tightly = matches!(group.joint, Joint::Tight(_));
        if !continues || (other_number && !tightly) {
            break;
        }
        digits.push_str(group.digits);
        best = match national(&digits) {
            Some(national) => Some((index + 1, national)),
            // `0812-0000-1234-5678` is one number that is too long, `0812 0000 1234 50 ribu` is two.
            None if tightly => None,
            None => best,
        };
        solid = group.digits.len() >= SOLID;
        if digits.len() > DIGITS.end() + "00620".len() {
            break;
        }
    }
    best
}

fn value(national: &str) -> Value {
    Value::new(
        format!("62{}", &national[1..]),
        digits::dashed(national, &[4, 4]),
    )
}

/// Whether a `+` before the group announces another country.
fn is_foreign(raw: &str, group: &Group<'_>) -> bool {
    raw[..group.span.start].ends_with('+') && !group.digits.starts_with("62")
}

/// Says what is wrong with an answer that has no mobile number.
fn diagnose(raw: &str) -> Error {
    if digits::groups(raw)
        .iter()
        .any(|group| is_foreign(raw, group))
    {
        return Error::NotIndonesian;
    }
    let Some(Run { digits, .. }) = digits::widest(raw)
        .into_iter()
        .max_by_key(|run| run.digits.len())
    else {
        return Error::NotFound;
    };
    let national = domestic(&digits);
    let found = national.len();
    if digits::is_voucher(&digits) {
        Error::LooksLike(Lookalike::Serial)
    } else if !national.starts_with('0') && issuer::is_card(&digits) {
        Error::LooksLike(Lookalike::Card)
    } else if national.starts_with("080")
        || (found >= 7 && !national.starts_with("08") && is_landline_like(&national))
    {
        Error::NotMobile
    } else if found >= 7 && (!national.starts_with("08") || national.starts_with("084")) {
        let shown = if national.starts_with('0') { 3 } else { 2 };
        Error::WrongPrefix {
            expected: "08".to_owned(),
            found: national[..shown].to_owned(),
        }
    } else if found < *DIGITS.start() {
        Error::TooShort {
            expected: *DIGITS.start(),
            found,
        }
    } else {
        Error::TooLong {
            expected: *DIGITS.end(),
            found,
        }
    }
}

fn is_landline_like(national: &str) -> bool {
    national.starts_with("1500") || (national.starts_with('0') && !national.starts_with("00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, display: &str) {
        assert_eq!(
            parse(raw).map(|value| value.display),
            Ok(display.to_owned()),
            "{raw}"
        );
    }

    #[track_caller]
    fn refuse(raw: &str, error: Error) {
        assert_eq!(parse(raw), Err(error), "{raw}");
    }

    #[track_caller]
    fn check_find(raw: &str, expected: &[&str]) {
        let found: Vec<&str> = find(raw)
            .into_iter()
            .map(|found| &raw[found.span])
            .collect();
        assert_eq!(found, expected, "{raw}");
    }

    #[test]
    fn every_way_of_writing_is_one_number() {
        for raw in [
            "0812-0000-1234",
            "+62 812 0000 1234",
            "+62 812-0000-1234",
            "6281200001234",
            "00628120000 1234",
            "+62 0812 0000 1234",
            "(0812) 0000 1234",
            "812 0000 1234",
            "0812.0000.1234",
            "081200001234",
            "nomornya 0812-0000-1234 ya",
            "no0812-0000-1234ya",
            "0812-0000-1234, sekali lagi 081200001234",
            "\u{202a}+62 812\u{2011}0000\u{2011}1234\u{202c}",
            "0812-0000-1234 50.000",
            "081200001234 50000",
        ] {
            check(raw, "0812-0000-1234");
        }
        assert_eq!(
            parse("0812-0000-1234").map(|value| value.canonical.to_string()),
            Ok("6281200001234".to_owned())
        );
    }

    #[test]
    fn ten_to_thirteen_digits_are_mobile_numbers() {
        check("0812000012", "0812-0000-12");
        check("0859000012345", "0859-0000-12345");
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        refuse("tidak tahu", Error::NotFound);
        refuse(
            "081200001",
            Error::TooShort {
                expected: 10,
                found: 9,
            },
        );
        refuse(
            "1234",
            Error::TooShort {
                expected: 10,
                found: 4,
            },
        );
        refuse(
            "08120000123456",
            Error::TooLong {
                expected: 13,
                found: 14,
            },
        );
        refuse(
            "0812-0000-1234-5678",
            Error::TooLong {
                expected: 13,
                found: 16,
            },
        );
        refuse(
            "O812-0000-1234",
            Error::NotADigit {
                place: 1,
                found: 'O',
            },
        );
        refuse("+65 8120 0000", Error::NotIndonesian);
        refuse("021-5550000", Error::NotMobile);
        refuse("1500780", Error::NotMobile);
        refuse(
            "0842-0000-1234",
            Error::WrongPrefix {
                expected: "08".into(),
                found: "084".into(),
            },
        );
        refuse(
            "9812-0000-1234",
            Error::WrongPrefix {
                expected: "08".into(),
                found: "98".into(),
            },
        );
        refuse(
            "0212345678901234567890123",
            Error::LooksLike(Lookalike::Serial),
        );
        refuse("4111 1111 1111 1111", Error::LooksLike(Lookalike::Card));
        refuse(
            "0812-0000-1234 / 0812-0000-5678",
            Error::Ambiguous {
                options: vec!["0812-0000-1234".into(), "0812-0000-5678".into()],
            },
        );
    }

    #[test]
    fn only_numbers_that_stand_alone_are_found() {
        check_find("pelanggan 0812-0000-1234 isi 50rb", &["0812-0000-1234"]);
        check_find(
            "0812-0000-1234/0812-0000-5678",
            &["0812-0000-1234", "0812-0000-5678"],
        );
        check_find("TRX-081200001234", &[]);
        check_find("TRX081200001234", &[]);
        check_find("81200001234", &[]);
        check_find("0212 3456 7890 1234 5678 9012 3", &[]);
    }

    #[test]
    fn every_spelling_is_a_mention_and_no_other_number_is() {
        let number = parse("0812-0000-1234").unwrap();
        for text in [
            "6281200001234",
            "0812-0000-1234",
            "081200001234",
            "81200001234",
            "+62 812-0000-1234",
            "+62 0812 0000 1234",
            "0062 812 0000 1234",
            "(0812) 0000.1234",
            "\u{202a}0812\u{2011}0000\u{2011}1234\u{202c}",
            "no0812-0000-1234ya",
            "TRX-081200001234",
            "0812-0000-1234 50.000",
            "tgl 12 0812 0000 1234",
            "0812-0000-5678/0812-0000-1234",
            "0812/0000/1234",
            "0812_0000_1234",
            "0812 / 0000 / 1234",
            "０８１２－００００－１２３４",
            "０８１２００００１２３４",
            "٠٨١٢-٠٠٠٠-١٢٣٤",
            "trx081200001234ok",
            "*MSISDN:* 0812-0000-1234\nNama: Siti",
        ] {
            assert!(is_mentioned(&number, text), "{text}");
        }
        for text in [
            "",
            "0812-0000-12345",
            "0812-0000-123",
            "081200001234567",
            "0281200001234",
            "0208120000123456789012345",
            "****-****-*234",
            "2026-11-21T08:12:00.001234Z",
            "0812, 0000, 1234",
        ] {
            assert!(!is_mentioned(&number, text), "{text}");
        }
    }

    #[test]
    fn the_rule_agrees_with_the_phonenumber_crate() {
        let is_mobile = |number: &str| {
            phonenumber::parse(Some(phonenumber::country::ID), number)
                .is_ok_and(|number| phonenumber::is_valid(&number))
        };
        for prefix in [
            "0811", "0812", "0821", "0831", "0852", "0877", "0881", "0895",
        ] {
            for rest in ["000012", "0000123", "00001234"] {
                let number = format!("{prefix}{rest}");
                assert!(
                    national(&number).is_some() && is_mobile(&number),
                    "{number}"
                );
            }
        }
        for number in ["0841200001234", "08120000", "021555000000000"] {
            assert!(national(number).is_none() && !is_mobile(number), "{number}");
        }
    }
}
