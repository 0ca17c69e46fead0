//! The table of the kinds: how SOP files spell each, an accepted example, and how it is read, found and masked.
//!
//! A new kind is its file, its variant of [`Kind`] and its row here.

use super::{
    Background, Error, FoundValue, Kind, Remark, Value, another_kind, card, choice, code, contact,
    date, email, msisdn, place, rupiah, sensitive, serial, text,
};

type Read<'k> = Box<dyn Fn(&str, Background<'_>) -> Result<Value, Error> + 'k>;
type Search<'k> = Box<dyn Fn(&str, Background<'_>) -> Vec<FoundValue> + 'k>;

/// So often free text is read again at most; politeness and what leads to a place come off in two.
const READINGS_MAX: usize = 4;

/// What there is to know of one kind.
pub(super) struct KindRow<'k> {
    /// As SOP files spell it.
    pub(super) name: &'static str,
    /// A value that it accepts.
    pub(super) example: &'static str,
    /// Reads an answer.
    pub(super) parse: Read<'k>,
    /// Finds values in a message; none of kinds that look like any other words.
    pub(super) find: Option<Search<'k>>,
    /// How a value leaves the team.
    pub(super) mask: fn(&Value) -> String,
    /// Whether a text that holds nothing else is surely meant as such a value.
    pub(super) is_plain: bool,
    /// Whether the text is kept as it was typed.
    pub(super) is_free: bool,
}

impl<'k> KindRow<'k> {
    fn new(
        name: &'static str,
        example: &'static str,
        parse: impl Fn(&str, Background<'_>) -> Result<Value, Error> + 'k,
    ) -> Self {
        KindRow {
            name,
            example,
            parse: Box::new(parse),
            find: None,
            mask: |value| value.display.clone(),
            is_plain: false,
            is_free: false,
        }
    }

    fn found(self, find: impl Fn(&str, Background<'_>) -> Vec<FoundValue> + 'k) -> Self {
        KindRow {
            find: Some(Box::new(find)),
            is_plain: true,
            ..self
        }
    }

    fn masked(self, mask: fn(&Value) -> String) -> Self {
        KindRow { mask, ..self }
    }

    fn free(self) -> Self {
        KindRow {
            is_plain: false,
            is_free: true,
            ..self
        }
    }
}

/// Reads free text until nothing more is taken off it, unless it is of another kind on the way: `kak 50rb` is no place.
fn unless_another_kind(
    raw: &str,
    with: Background<'_>,
    parse: impl Fn(&str) -> Result<Value, Error>,
) -> Result<Value, Error> {
    let read = |text: &str| another_kind(text, with).map_or_else(|| parse(text), Err);
    let mut value = read(raw)?;
    for _ in 0..READINGS_MAX {
        let again = read(&value.display)?;
        if again == value {
            break;
        }
        value = again;
    }
    Ok(value)
}

/// The row of a kind.
pub(super) fn row(kind: &Kind) -> KindRow<'_> {
    let redacted = |value: &Value| sensitive::redact(&value.display);
    match kind {
        Kind::Text { max_chars } => KindRow::new("text", "gold", |raw, with| {
            text::parse(raw, *max_chars, with.lexicon)
        })
        .masked(redacted)
        .free(),
        Kind::Name => KindRow::new("name", "Budi Contoh", |raw, with| {
            unless_another_kind(raw, with, |text| text::parse_name(text, with.lexicon))
        })
        .masked(|value| text::initials(&value.display))
        .free(),
        Kind::Place { max_chars } => KindRow::new("place", "kota Malang", |raw, with| {
            unless_another_kind(raw, with, |text| {
                place::parse(text, *max_chars, with.lexicon)
            })
        })
        .found(|raw, with| place::find(raw, with.lexicon))
        .masked(redacted)
        .free(),
        Kind::Msisdn => KindRow::new("msisdn", "0812-0000-1234", |raw, _| msisdn::parse(raw))
            .found(|raw, _| msisdn::find(raw))
            .masked(|value| contact::mask(&value.display)),
        Kind::Contact => {
            let row = KindRow::new("contact", "Bu Contoh 0812-0000-5678", |raw, with| {
                contact::parse(raw, with.lexicon)
            })
            .found(|raw, _| contact::find(raw))
            .masked(|value| contact::mask(&value.display));
            KindRow {
                is_plain: false,
                ..row
            }
        }
        Kind::Choice(choices) => {
            let name = if choices.many { "choices" } else { "choice" };
            KindRow::new(name, "1", |raw, with| {
                choice::parse(choices, raw, with.lexicon)
            })
            .found(|raw, with| choice::find(choices, raw, with.lexicon))
            .masked(|value| match value.remark {
                Some(Remark::Unlisted) => sensitive::redact(&value.display),
                _ => value.display.clone(),
            })
        }
        Kind::Date { past } => {
            let tense = date::Tense::of(*past);
            KindRow::new("date", "kemarin", move |raw, with| {
                date::parse_day(raw, with, tense)
            })
            .found(move |raw, with| date::find_days(raw, with, tense))
        }
        Kind::DateTime { past } => {
            let tense = date::Tense::of(*past);
            KindRow::new("datetime", "kemarin jam 8 malam", move |raw, with| {
                date::parse_moment(raw, with, tense)
            })
            .found(move |raw, with| date::find_moments(raw, with, tense))
        }
        Kind::Rupiah => KindRow::new("rupiah", "50rb", |raw, with| {
            rupiah::parse(raw, with.lexicon)
        })
        .found(|raw, with| rupiah::find(raw, with.lexicon)),
        Kind::Email => KindRow::new("email", "budi@example.com", |raw, _| email::parse(raw))
            .found(|raw, _| email::find(raw))
            .masked(|value| email::mask(&value.display)),
        Kind::Serial {
            digits,
            prefix,
            lenient,
        } => KindRow::new("serial", "0212345678901234567890123", |raw, _| {
            if *lenient {
                serial::parse_leniently(raw, *digits, prefix)
            } else {
                serial::parse(raw, *digits, prefix)
            }
        })
        .found(|raw, _| serial::find(raw, *digits, prefix)),
        Kind::Code { max_chars } => KindRow::new("code", "4700001-0020", |raw, _| {
            code::parse(raw, *max_chars)
        }),
        Kind::Card => {
            KindRow::new("card", "1234", |raw, _| card::parse(raw)).found(|raw, _| card::find(raw))
        }
    }
}
