//! Free text and names.

use std::sync::LazyLock;

use regex::Regex;

use super::digits::is_invisible;
use super::{Error, Lookalike, Value, email, msisdn, sensitive};

/// The longest name; longer ones are a sentence in the wrong field.
const NAME_CHARS_MAX: usize = 80;

/// Reads free text: trimmed, blanks folded, lines kept, payment cards masked.
pub fn parse(raw: &str, max_chars: usize) -> Result<Value, Error> {
    bounded(kept(&clean(raw)), max_chars)
}

/// Reads the name of a person or an account, without what is said around it: `namanya Budi Contoh ya kak`.
pub fn parse_name(raw: &str) -> Result<Value, Error> {
    static AROUND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix) ^ (?: (?: nama (?:nya)? (?:\s+(?:pelanggan|akun)(?:nya)?)? (?:\s+adalah)? | atas \s+ nama | a[./]n\.? )
              (?: \s*[:=]\s* | \s+ ) )?
              (?<name> .+? )
              (?: [\s,]+ (?: ya+ | kak+ | kakak | ka | min | aja | saja ) )* [\s.,!]* $",
        )
        .expect("the pattern is constant")
    });
    // First of all: what is left of a card's number may join what stands beside it.
    let line = kept(&one_line(raw));
    let name = AROUND.captures(&line).map_or("", |around| {
        around.name("name").map_or("", |name| name.as_str())
    });
    if name.chars().any(char::is_alphabetic) {
        return match email::parse(name) {
            Ok(_) => Err(Error::LooksLike(Lookalike::Email)),
            Err(_) => bounded(name.to_owned(), NAME_CHARS_MAX),
        };
    }
    Err(if msisdn::parse(name).is_ok() {
        Error::LooksLike(Lookalike::Msisdn)
    } else {
        Error::NotFound
    })
}

/// Returns the initials of a name: `B. C.`
pub fn initials(name: &str) -> String {
    let initial = |word: &str| {
        word.chars()
            .find(|c| c.is_alphanumeric())
            .map(|c| format!("{c}."))
    };
    name.split_whitespace()
        .filter_map(initial)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns the text without control and invisible characters, its blanks folded, with at most one empty line in a row.
pub(super) fn clean(raw: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in raw.lines() {
        let visible: String = line
            .chars()
            .filter(|c| c.is_whitespace() || !(c.is_control() || is_invisible(*c)))
            .collect();
        let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
        if !(line.is_empty() && lines.last().is_none_or(String::is_empty)) {
            lines.push(line);
        }
    }
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.join("\n")
}

/// Returns the cleaned text on one line.
pub(super) fn one_line(raw: &str) -> String {
    clean(raw).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What may be kept of an agent's own words.
pub(super) fn kept(words: &str) -> String {
    let mut kept = words.to_owned();
    loop {
        let masked = sensitive::without_cards(&kept);
        if masked == kept {
            return kept;
        }
        // The digits that stay of one card may make another with those beside them; each round leaves fewer.
        kept = masked.into_owned();
    }
}

/// Takes the text as it is, if it is something and not too much.
pub(super) fn bounded(text: String, max_chars: usize) -> Result<Value, Error> {
    match text.chars().count() {
        0 => Err(Error::NotFound),
        found if found > max_chars => Err(Error::TooLong {
            expected: max_chars,
            found,
        }),
        _ => Ok(Value::plain(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(parse(raw, 40), Ok(Value::plain(expected)), "{raw:?}");
    }

    #[track_caller]
    fn check_name(raw: &str, expected: Result<&str, Error>) {
        assert_eq!(
            parse_name(raw).map(|name| name.display),
            expected.map(str::to_owned),
            "{raw:?}"
        );
    }

    #[test]
    fn text_is_tidied_and_keeps_its_lines() {
        check("  pulsa   belum\tmasuk ", "pulsa belum masuk");
        check(
            "baris satu \r\n\r\n\r\n  baris dua\n",
            "baris satu\n\nbaris dua",
        );
        check("a\u{202e}b\u{200b}c\u{7}d", "abcd");
    }

    #[test]
    fn a_card_is_masked_in_text_and_names() {
        check("cc 4111 1111 1111 1111", "cc **** **** **** 1111");
        check("4111\t1111\t1111\t1111", "**** **** **** 1111");
        check_name("Budi 4111111111111111", Ok("Budi **** **** **** 1111"));
    }

    #[test]
    fn empty_and_long_text_is_refused() {
        assert_eq!(parse(" \u{200b} \n", 40), Err(Error::NotFound));
        assert_eq!(
            parse("abcdef", 5),
            Err(Error::TooLong {
                expected: 5,
                found: 6
            })
        );
        assert_eq!(parse("éééééé", 6), Ok(Value::plain("éééééé")));
    }

    #[test]
    fn a_name_is_taken_without_chatter() {
        check_name("Budi Contoh", Ok("Budi Contoh"));
        check_name("namanya Budi Contoh ya kak", Ok("Budi Contoh"));
        check_name("atas nama: Siti Contoh", Ok("Siti Contoh"));
        check_name("a.n. Siti Contoh", Ok("Siti Contoh"));
        check_name("An Nisa", Ok("An Nisa"));
        check_name("@contoh_0000", Ok("@contoh_0000"));
        check_name("Ya", Ok("Ya"));
    }

    #[test]
    fn a_number_is_not_a_name() {
        check_name("0812-0000-1234", Err(Error::LooksLike(Lookalike::Msisdn)));
        check_name("budi@example.com", Err(Error::LooksLike(Lookalike::Email)));
        check_name("12345", Err(Error::NotFound));
        check_name("", Err(Error::NotFound));
    }

    #[test]
    fn initials_hide_a_name() {
        assert_eq!(initials("Budi Contoh"), "B. C.");
        assert_eq!(initials("@contoh_0000"), "c.");
    }
}
