//! Serial numbers of vouchers: so many digits with a fixed beginning, `02` and 25 for those bought in an app.
//!
//! A strict serial is refused with a diagnosis, because the agent has the customer on the line and can ask for the one
//! missing digit. A lenient one takes any code and only remarks on it (source SOPs require the form for apps alone).

use super::digits::{self, Run};
use super::{Error, FoundValue, Lookalike, Remark, Value, code, is_glued, msisdn, settle};

/// The longest code that a lenient serial takes.
const CODE_CHARS_MAX: usize = 40;
/// From so many digits on an answer was meant as a serial.
const DIGITS_MEANT: usize = 5;

/// Reads a serial of exactly this form.
pub fn parse(raw: &str, expected: usize, prefix: &str) -> Result<Value, Error> {
    let mut found: Vec<FoundValue> = candidates(raw, expected, prefix)
        .into_iter()
        .map(found)
        .collect();
    found.dedup_by(|a, b| a.value == b.value);
    settle(found, || diagnose(raw, expected, prefix))
}

/// Reads a serial of this form or, with a remark, any other code.
pub fn parse_leniently(raw: &str, expected: usize, prefix: &str) -> Result<Value, Error> {
    match parse(raw, expected, prefix) {
        Ok(value) => Ok(value),
        Err(error @ Error::Ambiguous { .. }) => Err(error),
        Err(_) => {
            code::parse(raw, CODE_CHARS_MAX).map(|value| value.remarked(Remark::UnusualSerial))
        }
    }
}

/// Finds serials of exactly this form.
pub fn find(raw: &str, expected: usize, prefix: &str) -> Vec<FoundValue> {
    candidates(raw, expected, prefix)
        .into_iter()
        .filter(|run| !is_glued(raw, &run.span))
        .map(found)
        .collect()
}

/// The runs of this form in either reading of the text.
fn candidates(raw: &str, expected: usize, prefix: &str) -> Vec<Run> {
    let fits = |run: &Run| run.digits.len() == expected && run.digits.starts_with(prefix);
    let mut runs: Vec<Run> = digits::widest(raw).into_iter().filter(fits).collect();
    let inside = |run: &Run| {
        runs.iter()
            .any(|outer| outer.span.contains(&run.span.start))
    };
    let narrow: Vec<Run> = digits::uniform(raw)
        .into_iter()
        .filter(|run| fits(run) && !inside(run))
        .collect();
    runs.extend(narrow);
    runs.sort_by_key(|run| run.span.start);
    runs
}

fn found(run: Run) -> FoundValue {
    FoundValue {
        span: run.span,
        value: Value::plain(run.digits),
    }
}

fn diagnose(raw: &str, expected: usize, prefix: &str) -> Error {
    if let Some((place, found)) = digits::mistyped(raw) {
        return Error::NotADigit { place, found };
    }
    if code::words(raw)
        .iter()
        .any(|word| code::is_transaction_id(word))
    {
        return Error::LooksLike(Lookalike::TransactionId);
    }
    if msisdn::parse(raw).is_ok() {
        return Error::LooksLike(Lookalike::Msisdn);
    }
    let runs = digits::widest(raw);
    let Some(longest) = runs
        .iter()
        .map(|run| run.digits.as_str())
        .max_by_key(|digits| digits.len())
    else {
        return Error::NotFound;
    };
    let found = longest.len();
    let is_meant = found >= DIGITS_MEANT || raw.trim() == longest;
    if super::issuer::is_card(longest) && !longest.starts_with(prefix) {
        Error::LooksLike(Lookalike::Card)
    } else if !is_meant {
        Error::NotFound
    } else if found < expected {
        Error::TooShort { expected, found }
    } else if found > expected {
        Error::TooLong { expected, found }
    } else {
        let begins = longest[..prefix.len().min(found)].to_owned();
        Error::WrongPrefix {
            expected: prefix.to_owned(),
            found: begins,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIAL: &str = "0212345678901234567890123";

    #[track_caller]
    fn check(raw: &str) {
        assert_eq!(parse(raw, 25, "02"), Ok(Value::plain(SERIAL)), "{raw}");
    }

    #[track_caller]
    fn refuse(raw: &str, error: Error) {
        assert_eq!(parse(raw, 25, "02"), Err(error), "{raw}");
    }

    #[track_caller]
    fn check_lenient(raw: &str, expected: &str, remark: Option<Remark>) {
        let value = parse_leniently(raw, 25, "02").map(|value| (value.display, value.remark));
        assert_eq!(value, Ok((expected.to_owned(), remark)), "{raw}");
    }

    #[test]
    fn separators_and_chatter_are_ignored() {
        check(SERIAL);
        check("SN: 0212345678901234567890123 kak");
        check("02123 45678 90123 45678 90123");
        check("0212-3456-7890-1234-5678-9012-3");
        check("0212345678.901234567.890123");
        check("0212345678901234567890123 tgl 12");
        check("0212345678901234567890123 50000");
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        refuse(
            "021234567890123456789012",
            Error::TooShort {
                expected: 25,
                found: 24,
            },
        );
        refuse(
            "02123456789012345678901234",
            Error::TooLong {
                expected: 25,
                found: 26,
            },
        );
        refuse(
            "0312345678901234567890123",
            Error::WrongPrefix {
                expected: "02".into(),
                found: "03".into(),
            },
        );
        refuse(
            "021234O678901234567890123",
            Error::NotADigit {
                place: 7,
                found: 'O',
            },
        );
        refuse("TRX20260712ABC", Error::LooksLike(Lookalike::TransactionId));
        refuse("0812-0000-1234", Error::LooksLike(Lookalike::Msisdn));
        refuse("4111 1111 1111 1111", Error::LooksLike(Lookalike::Card));
        refuse("sudah dihapus", Error::NotFound);
        refuse("ada 2 sms", Error::NotFound);
        refuse(
            "123",
            Error::TooShort {
                expected: 25,
                found: 3,
            },
        );
    }

    #[test]
    fn a_lenient_serial_takes_other_codes_with_a_remark() {
        check_lenient(SERIAL, SERIAL, None);
        check_lenient("0212-3456-7890-1234-5678-9012-3", SERIAL, None);
        check_lenient(
            "serialnya VCH-0001234 kak",
            "VCH-0001234",
            Some(Remark::UnusualSerial),
        );
        check_lenient(
            "1234567890123",
            "1234567890123",
            Some(Remark::UnusualSerial),
        );
        assert_eq!(parse_leniently("tidak ada", 25, "02"), Err(Error::NotFound));
    }

    #[test]
    fn a_serial_is_found_among_words() {
        let raw = "sn 02123 45678 90123 45678 90123 dari tokped";
        assert_eq!(find(raw, 25, "02").len(), 1);
        assert_eq!(find("A0212345678901234567890123", 25, "02"), []);
    }
}
