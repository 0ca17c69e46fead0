//! Free text and names.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::digits::is_invisible;
use super::{Error, Value, sensitive};
use crate::text::everyday::{WordAt, words_at};
use crate::text::{Lexicon, Role};

/// The longest name; longer ones are a sentence in the wrong field.
const NAME_CHARS_MAX: usize = 80;

/// Reads free text: trimmed, blanks folded, lines kept, payment cards masked, politeness around a few words left out.
pub fn parse(raw: &str, max_chars: usize, lexicon: &Lexicon) -> Result<Value, Error> {
    if is_talk(raw, lexicon, &NO_VALUE) {
        return Err(Error::NotFound);
    }
    bounded(kept(without_courtesy(&clean(raw), lexicon)), max_chars)
}

/// Reads the name of a person or an account, without what is said around it: `namanya Budi Contoh ya kak`.
pub fn parse_name(raw: &str, lexicon: &Lexicon) -> Result<Value, Error> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix) ^ (?: nama (?:nya)? (?:\s+(?:pelanggan|akun)(?:nya)?)? (?:\s+adalah)? | atas \s+ nama | a[./]n\.? )
              (?: \s*[:=]\s* | \s+ )",
        )
        .expect("the pattern is constant")
    });
    // First of all: what is left of a card's number may join what is beside it.
    let line = kept(&one_line(raw));
    let labelled = LABEL.find(&line).map_or(0, |label| label.end());
    let name = courtesy_before(&line[labelled..], lexicon).trim_end_matches(['.', ',', '!', ' ']);
    if is_talk(name, lexicon, &NO_NAME) || !name.contains(char::is_alphabetic) {
        return Err(Error::NotFound);
    }
    bounded(name.to_owned(), NAME_CHARS_MAX)
}

/// What talk is made of that is no answer to any question.
const NO_VALUE: [Role; 4] = [
    Role::Courtesy,
    Role::Waiting,
    Role::Unknown,
    Role::Acknowledging,
];

/// What is not the name of anything.
pub(super) const NO_NAME: [Role; 9] = [
    Role::Courtesy,
    Role::Waiting,
    Role::Unknown,
    Role::Acknowledging,
    Role::Filler,
    Role::Yes,
    Role::No,
    Role::Absent,
    Role::Carrier,
];

/// Whether a text is written as names are: more than one word, each with a capital, before anything behind a comma.
pub fn is_written_as_name(text: &str, lexicon: &Lexicon) -> bool {
    let clause = text.split([',', ';', '\n']).next().unwrap_or_default();
    let words = words_at(courtesy_before(clause, lexicon));
    let is_capital = |word: &WordAt| {
        let mut letters = clause[word.span.clone()].chars();
        letters
            .next()
            .is_some_and(|c| c.is_uppercase() || c.is_numeric())
    };
    words.len() > 1 && words.iter().all(is_capital) && text.contains(char::is_lowercase)
}

/// Whether a text is talk about the answer instead of one: words of these roles only, a request to wait, or that it is
/// not known.
pub(super) fn is_talk(raw: &str, lexicon: &Lexicon, roles: &[Role]) -> bool {
    const WORDS_MAX: usize = 12;
    let everyday = &lexicon.everyday;
    let words = words_at(raw);
    if words.is_empty() || words.len() > WORDS_MAX {
        return false;
    }
    let spans = |role: Role| everyday.find(role, raw);
    let courtesies = spans(Role::Courtesy);
    let is_in = |spans: &[Range<usize>], word: &WordAt| {
        spans
            .iter()
            .any(|span| span.start <= word.span.start && word.span.end <= span.end)
    };
    let is_filler = |word: &WordAt| everyday.has(Role::Filler, &word.text);
    let is_said = |word: &&WordAt| !(is_in(&courtesies, word) || is_filler(word));
    let (first, last) = (words.iter().find(is_said), words.iter().rfind(is_said));
    let is_at = |role: Role, word: Option<&WordAt>| {
        let covers = |span: &Range<usize>| word.is_some_and(|word| span.contains(&word.span.start));
        spans(role).iter().any(covers)
    };
    let puts_off = is_at(Role::Waiting, first)
        || is_at(Role::Unknown, first)
        || is_at(Role::Waiting, last)
        || looks_up(&words, lexicon);
    let puts_off = puts_off && !is_written_as_name(raw, lexicon);
    let known: Vec<Range<usize>> = roles.iter().flat_map(|role| spans(*role)).collect();
    puts_off || words.iter().all(|word| is_in(&known, word))
}

/// Whether somebody only says that the answer is looked for: `lg sy tanyain ke plgn`.
fn looks_up(words: &[WordAt], lexicon: &Lexicon) -> bool {
    let is = |role: Role, word: &WordAt| {
        let stem = word.text.strip_suffix("nya").unwrap_or(&word.text);
        lexicon.everyday.has(role, &word.text) || lexicon.everyday.has(role, stem)
    };
    let small = [Role::Courtesy, Role::Filler, Role::Negation, Role::Customer];
    let is_small = |word: &WordAt| {
        let meaning = lexicon.meaning(&word.text).and_then(<[_]>::first);
        let meant = meaning.map_or(word.text.as_str(), |meaning| meaning);
        small.into_iter().any(|role| is(role, word)) || lexicon.is_function(meant)
    };
    let knows = |word: &WordAt| is(Role::Knowing, word);
    words.iter().any(knows) && words.iter().all(|word| knows(word) || is_small(word))
}

/// Takes the politeness off a few words, unless it is all there is: `gold bang`. A sentence is kept as typed.
fn without_courtesy<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    const WORDS_MAX: usize = 5;
    if text.split_whitespace().count() > WORDS_MAX {
        return text;
    }
    let before = courtesy_before(text, lexicon);
    let words = words_at(before);
    let leads = |word: &&WordAt| {
        let roles = [Role::Courtesy, Role::Filler, Role::Acknowledging];
        (roles.into_iter()).any(|role| lexicon.everyday.has(role, &word.text))
    };
    let first = words.iter().find(|word| !leads(word));
    // `Bu Contoh` is called so.
    let is_a_name = |word: &WordAt| before[word.span.start..].starts_with(char::is_uppercase);
    match first {
        Some(word) if word.span.start > words[0].span.start && !is_a_name(word) => {
            &before[word.span.start..]
        }
        _ => before,
    }
}

/// The text before the politeness at its end.
fn courtesy_before<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let words = words_at(text);
    let is_courtesy = |word: &&WordAt| lexicon.everyday.has(Role::Courtesy, &word.text);
    let courtesies = words.iter().rev().take_while(is_courtesy).count();
    match words.len() - courtesies {
        0 => text,
        _ if courtesies == 0 => text,
        kept => {
            let end = words[kept].span.start;
            text[..end].trim_end_matches(|c: char| c.is_whitespace() || ",;-".contains(c))
        }
    }
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
    use crate::value::testing;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(
            parse(raw, 40, testing::lexicon()),
            Ok(Value::plain(expected)),
            "{raw:?}"
        );
    }

    #[track_caller]
    fn check_name(raw: &str, expected: Result<&str, Error>) {
        assert_eq!(
            parse_name(raw, testing::lexicon()).map(|name| name.display),
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
        assert_eq!(
            parse(" \u{200b} \n", 40, testing::lexicon()),
            Err(Error::NotFound)
        );
        assert_eq!(
            parse("abcdef", 5, testing::lexicon()),
            Err(Error::TooLong {
                expected: 5,
                found: 6
            })
        );
        assert_eq!(
            parse("éééééé", 6, testing::lexicon()),
            Ok(Value::plain("éééééé"))
        );
    }

    #[test]
    fn a_name_is_taken_without_chatter() {
        check_name("Budi Contoh", Ok("Budi Contoh"));
        check_name("namanya Budi Contoh ya kak", Ok("Budi Contoh"));
        check_name("atas nama: Siti Contoh", Ok("Siti Contoh"));
        check_name("a.n. Siti Contoh", Ok("Siti Contoh"));
        check_name("An Nisa", Ok("An Nisa"));
        check_name("@contoh_0000", Ok("@contoh_0000"));
    }

    #[test]
    fn politeness_falls_off_a_few_words() {
        check("gold bang", "gold");
        check("kak gold ya", "gold");
        check("reguler, makasih", "reguler");
        check("Bu Contoh 0812-0000-7002", "Bu Contoh 0812-0000-7002");
        check(
            "mohon dicek lagi ya karena gagal kak",
            "mohon dicek lagi ya karena gagal kak",
        );
    }

    #[test]
    fn talk_is_no_value() {
        for talk in [
            "bentar ya kak",
            "sebentar masih loading dsc nya",
            "oke",
            "lupa",
            "kak",
        ] {
            assert_eq!(
                parse(talk, 40, testing::lexicon()),
                Err(Error::NotFound),
                "{talk}"
            );
        }
        check_name("iya kak", Err(Error::NotFound));
        check_name("12345", Err(Error::NotFound));
        check_name("", Err(Error::NotFound));
    }

    #[test]
    fn initials_hide_a_name() {
        assert_eq!(initials("Budi Contoh"), "B. C.");
        assert_eq!(initials("@contoh_0000"), "c.");
    }
}
