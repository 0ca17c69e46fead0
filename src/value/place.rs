//! Where somebody is: free text in answer to a question, and in a message the well-known places behind a word that says
//! that somebody is there (`di Bandung`, `kota Malang`).
//!
//! A place that is not listed is not found: `di rumah` and `di Indomaret` look just like it.

use super::{Error, FoundValue, Value, text};
use crate::text::everyday::{WordAt, words_at};
use crate::text::{Lexicon, Role};

/// The longest word that leads to a place, with a blank.
const WORD_CHARS_MAX: usize = 12;

/// Reads where somebody is, as it was said: `di Depok` is `Depok`.
pub fn parse(raw: &str, max_chars: usize, lexicon: &Lexicon) -> Result<Value, Error> {
    let place = text::parse(without_leading(raw, lexicon), max_chars, lexicon)?;
    let is_place = [raw, &place.display].into_iter().all(|text| {
        text.contains(char::is_alphabetic) && !text::is_talk(text, lexicon, &text::NO_NAME)
    });
    is_place.then_some(place).ok_or(Error::NotFound)
}

/// The text behind the words that only say that somebody is there: `skrg di Depok`.
pub fn without_leading<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let words = words_at(text);
    let is = |role: Role, place: usize| {
        let word: Option<&WordAt> = words.get(place);
        word.is_some_and(|word| lexicon.everyday.has(role, &word.text))
    };
    let leads = |place: usize| {
        let meaning = lexicon.meaning(&words[place].text).and_then(<[_]>::first);
        let meant = meaning.map_or(words[place].text.as_str(), |meaning| meaning);
        is(Role::Somewhere, place) && lexicon.is_function(meant)
    };
    let mut at = 0;
    while at + 1 < words.len() {
        let is_before = is(Role::Present, at) || is(Role::Customer, at);
        match (
            leads(at),
            is_before && at + 2 < words.len() && leads(at + 1),
        ) {
            (true, _) => at += 1,
            (false, true) => at += 2,
            (false, false) => break,
        }
    }
    if at == 0 {
        text
    } else {
        &text[words[at].span.start..]
    }
}

/// Finds well-known places behind a word that says where, with the word for what they are: `kota Malang`.
pub fn find(raw: &str, lexicon: &Lexicon) -> Vec<FoundValue> {
    let everyday = &lexicon.everyday;
    let is_before = |role: Role, place: usize| {
        let from = raw[..place]
            .char_indices()
            .rev()
            .take(WORD_CHARS_MAX)
            .last()?
            .0;
        let last = words_at(&raw[from..place]).pop()?;
        let last = WordAt {
            span: from + last.span.start..from + last.span.end,
            ..last
        };
        let is_next = raw[last.span.end..place]
            .chars()
            .all(|c| c == ' ' || c == '.');
        (is_next && everyday.has(role, &last.text)).then_some(last.span.start)
    };
    let found = everyday.find(Role::Place, raw).into_iter();
    found
        .filter_map(|place| {
            let kind = is_before(Role::PlaceKind, place.start);
            let start = kind.unwrap_or(place.start);
            let span = start..place.end;
            let is_told = kind.is_some() || is_before(Role::Somewhere, start).is_some();
            is_told.then(|| FoundValue {
                value: Value::plain(&raw[span.clone()]),
                span,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing;

    #[track_caller]
    fn check(raw: &str, expected: &[&str]) {
        let lexicon = testing::lexicon();
        let found: Vec<String> = find(raw, lexicon)
            .into_iter()
            .map(|found| found.value.display)
            .collect();
        assert_eq!(found, expected, "{raw}");
    }

    #[test]
    fn a_known_place_is_found_where_somebody_is_there() {
        check("plgn di Bandung udah bayar", &["Bandung"]);
        check("customer dari kab. bandung barat", &["kab. bandung barat"]);
        check("kota Malang mati semua", &["kota Malang"]);
        check("posisi di jkt", &["jkt"]);
    }

    #[test]
    fn anything_else_is_not_found() {
        check("bayar di Indomaret", &[]);
        check("di rumah", &[]);
        check("batu baterai di batuan", &[]);
        check("alfamart bandung", &[]);
    }
}
