//! Where somebody is: free text in answer to a question, and in a message the well-known places behind a word that says
//! that somebody is there (`di Bandung`, `kota Malang`).
//!
//! A place that is not listed is not found: `di rumah` and `di Indomaret` look just like it.

use super::{Error, FoundValue, Value, text};
use crate::text::everyday::{WordAt, words_at};
use crate::text::{Lexicon, Role};

/// The longest word that leads to a place, with a blank.
const WORD_CHARS_MAX: usize = 12;

/// Reads where somebody is, as it was said.
pub fn parse(raw: &str, max_chars: usize, lexicon: &Lexicon) -> Result<Value, Error> {
    let place = text::parse(raw, max_chars, lexicon)?;
    let is_place = [raw, &place.display].into_iter().all(|text| {
        text.contains(char::is_alphabetic) && !text::is_talk(text, lexicon, &text::NO_NAME)
    });
    is_place.then_some(place).ok_or(Error::NotFound)
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
