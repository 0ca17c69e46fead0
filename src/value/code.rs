//! Short identifiers: SID, account number, transaction id, serial of a device.
//!
//! No two systems agree on their form, so a code is whatever word has a digit in it.

use super::{Error, FoundValue, Lookalike, Value, card, settle, text};

/// Inside longer text a word has to have so many characters: `yang ke 2` is not a code.
const CHARS_MIN_IN_TEXT: usize = 4;

/// Reads the one code in an answer.
pub fn parse(raw: &str, max_chars: usize) -> Result<Value, Error> {
    let line = text::one_line(raw);
    if !card::likely(&line).is_empty() {
        return Err(Error::LooksLike(Lookalike::Card));
    }
    let words = words(&line);
    let grouped = line
        .split(' ')
        .all(|word| word.chars().all(|c| c.is_ascii_digit()));
    let codes: Vec<String> = match words.as_slice() {
        // `4712 0000 1234` is one number, blanks and all.
        [_, _, ..] if grouped => vec![words.concat()],
        [only] if *only == line => vec![line.clone()],
        _ => words
            .iter()
            .filter(|word| word.len() >= CHARS_MIN_IN_TEXT)
            .map(ToString::to_string)
            .collect(),
    };
    let found = codes
        .into_iter()
        .map(|code| FoundValue {
            span: 0..0,
            value: Value::plain(code),
        })
        .collect();
    let value = settle(found, || Error::NotFound)?;
    text::bounded(value.display, max_chars)
}

/// Returns the words that may be codes: letters, digits and `- _ / .` between them, at least one digit.
pub(super) fn words(raw: &str) -> Vec<&str> {
    raw.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.')))
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
        .collect()
}

/// Whether the word has the mixture of letters and digits that transaction systems hand out.
pub(super) fn is_transaction_id(word: &str) -> bool {
    const CHARS_MIN: usize = 8;
    let letters = word.chars().filter(char::is_ascii_alphabetic).count();
    let digits = word.chars().filter(char::is_ascii_digit).count();
    letters >= 2 && digits >= 4 && word.len() >= CHARS_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(parse(raw, 40), Ok(Value::plain(expected)), "{raw}");
    }

    #[test]
    fn a_code_is_picked_out_of_chatter() {
        check("4700001-0020", "4700001-0020");
        check("SID 4700001-0020 kak", "4700001-0020");
        check("idnya: TRX/2026/0001.", "TRX/2026/0001");
        check("account number 4712 yang ke 2", "4712");
        check("4712 0000 1234", "471200001234");
        check("A1", "A1");
        check("ZTEG_0000ABCD", "ZTEG_0000ABCD");
        // Fourteen digits that pass a card's checksum, as one in ten does.
        check("4700001-0000003", "4700001-0000003");
    }

    #[test]
    fn no_code_several_codes_and_cards_are_refused() {
        assert_eq!(parse("tidak tahu", 40), Err(Error::NotFound));
        assert_eq!(parse("yang ke 2", 40), Err(Error::NotFound));
        assert_eq!(
            parse("471234567", 5),
            Err(Error::TooLong {
                expected: 5,
                found: 9
            })
        );
        assert_eq!(
            parse("4711 dan 4712", 40),
            Err(Error::Ambiguous {
                options: vec!["4711".into(), "4712".into()]
            })
        );
        assert_eq!(
            parse("4111 1111 1111 1111", 40),
            Err(Error::LooksLike(Lookalike::Card))
        );
        for card in [
            "4111111111111111",
            "6011000000000004",
            "6200000000000005",
            "2221000000000009",
        ] {
            assert_eq!(parse(card, 40), Err(Error::LooksLike(Lookalike::Card)));
        }
    }
}
