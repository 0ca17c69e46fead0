//! Kinds of value that a ticket field takes: one file a kind, each with `parse`, a canonical form, a display form and a
//! mask.
//!
//! Values are read from what the agent typed, never from the normalised text: slang replacement must not touch a
//! serial number. A refusal is a value too ([`Error`]); its sentence for the agent is `wording`'s.
//!
//! `kinds` is the table of them. There are two ways in. [`parse`] reads the answer to a question and says what is wrong with it; [`find`] looks for
//! values in a message that was not asked for, and rather misses one than invents one. What either of them accepts, it
//! accepts again when it is given the canonical form.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::Zoned;
use serde::{Deserialize, Serialize};

use crate::text::{Lexicon, fold, negation};

pub mod card;
pub mod choice;
pub mod code;
pub mod contact;
pub mod date;
pub mod email;
pub mod msisdn;
pub mod place;
pub mod rupiah;
pub mod sensitive;
pub mod serial;
pub mod text;

mod digits;
mod issuer;
mod kinds;
mod numerals;

/// What a field accepts.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Free text of at most so many characters.
    Text { max_chars: usize },
    /// A person's or an account's name: personal data.
    Name,
    /// Where somebody is, in at most so many characters.
    Place { max_chars: usize },
    /// An Indonesian mobile number.
    Msisdn,
    /// Another way to reach somebody: mobile, landline or e-mail.
    Contact,
    /// One option, or several.
    Choice(Choices),
    /// A day.
    Date { past: bool },
    /// A day and a time of day.
    DateTime { past: bool },
    /// An amount of rupiah.
    Rupiah,
    /// An e-mail address.
    Email,
    /// A voucher's serial number; a lenient one only remarks on a deviation.
    Serial {
        digits: usize,
        prefix: String,
        lenient: bool,
    },
    /// A short identifier of letters and digits: SID, account number, transaction id, device serial.
    Code { max_chars: usize },
    /// A payment card's number, only its last four digits are kept.
    Card,
}

/// What a choice chooses from.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    /// The options in the order in which they are offered.
    pub options: Vec<Choice>,
    /// Several options may be named; all of them together are the option for all, if there is one.
    pub many: bool,
    /// Another answer than the listed ones is taken as typed.
    pub open: bool,
}

/// One option.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// As it goes into the ticket.
    pub value: String,
    /// What agents write instead; an alias shared by two options is ambiguous.
    pub aliases: Vec<String>,
    /// The families it belongs to.
    pub groups: Vec<String>,
}

/// What a text is read against: the time, and the everyday words.
#[derive(Debug, Clone, Copy)]
pub struct Background<'a> {
    /// When it was said.
    pub now: &'a Zoned,
    /// Courtesies, negations and other words that are no part of a value.
    pub lexicon: &'a Lexicon,
}

/// A checked value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// The form scripts rely on: MSISDN `62812...`, rupiah as an integer, dates in ISO 8601, choices as spelled.
    pub canonical: Canonical,
    /// The form agents read: `0812-0000-1234`, `Rp50.000`, `Minggu, 12 Juli 2026 14.30`.
    pub display: String,
    /// What is unusual about it although it was accepted.
    pub remark: Option<Remark>,
}

/// The canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Canonical {
    /// An amount of rupiah.
    Amount(u64),
    /// Everything else.
    Text(String),
}

/// What is unusual about an accepted value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remark {
    /// A serial that is not of the usual form.
    UnusualSerial,
    /// An amount that top-ups do not usually have.
    UnusualAmount,
    /// An answer outside the listed options.
    Unlisted,
}

/// A value recognised inside a longer message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundValue {
    /// Where it is, in bytes. A day and its time of day may have other words between them.
    pub span: Range<usize>,
    /// What it is.
    pub value: Value,
}

/// Why an answer is not a value of its kind, with what a helpful sentence needs to say so.
///
/// It may quote what the agent typed (a phone number among several), so it is shown to the agent and never logged. It
/// never holds any digit of a payment card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    /// Nothing in the text is of this kind.
    NotFound,
    /// Fewer characters or digits than `expected`, the least that is accepted.
    TooShort { expected: usize, found: usize },
    /// More characters or digits than `expected`, the most that is accepted.
    TooLong { expected: usize, found: usize },
    /// The number begins with something else.
    WrongPrefix { expected: String, found: String },
    /// A letter was typed for a digit, in this place counted from one without separators.
    NotADigit { place: usize, found: char },
    /// It is a proper value of another kind.
    LooksLike(Lookalike),
    /// The moment has not come yet.
    InFuture { value: Value },
    /// A day was named where the time of day is needed as well.
    NeedsTime { date: Value },
    /// It may mean each of these, spelled so that one of them is an accepted answer.
    Ambiguous { options: Vec<String> },
    /// None of the options; the one that was perhaps meant.
    NotAnOption { nearest: Option<String> },
    /// There is no such day or time of day.
    InvalidDate,
    /// An amount below any price; the amount that was perhaps meant.
    TooSmall { suggest: u64 },
    /// An amount above any price.
    TooLarge { expected: u64 },
    /// An amount of nothing.
    ZeroAmount,
    /// The digits of a card do not belong together: one was mistyped.
    ChecksumFailed,
    /// A number of another country.
    NotIndonesian,
    /// A landline or service number where a mobile number is needed.
    NotMobile,
    /// Something with an `@` that no mail could be sent to.
    InvalidEmail,
}

/// The kinds that are mistaken for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lookalike {
    /// A mobile number.
    Msisdn,
    /// A voucher's serial number.
    Serial,
    /// The id of a transaction: letters and digits.
    TransactionId,
    /// The full number of a payment card.
    Card,
    /// An e-mail address.
    Email,
}

/// Reads the answer to a question for a value of this kind; the value may be wrapped in chatter.
///
/// ```
/// use sigap::value::{Background, Kind, parse};
/// let now: jiff::Zoned = "2026-11-21T10:00:00+07:00[Asia/Jakarta]".parse().unwrap();
/// let value = parse(&Kind::Rupiah, "yang 50rb kak", Background::plain(&now)).unwrap();
/// assert_eq!(value.display, "Rp50.000");
/// ```
pub fn parse(kind: &Kind, raw: &str, background: Background<'_>) -> Result<Value, Error> {
    let row = kinds::row(kind);
    (row.parse)(&as_read(kind, row.is_free, raw, background), background)
}

/// Finds the values of this kind that are in a message without a label, in reading order.
///
/// Free text, names and codes look like any other words, so nothing is found of these.
pub fn find(kind: &Kind, raw: &str, background: Background<'_>) -> Vec<FoundValue> {
    let Some(narrow) = fold::narrow(raw) else {
        return find_in(kind, raw, background);
    };
    let mut found = find_in(kind, &narrow.text, background);
    for FoundValue { span, .. } in &mut found {
        *span = narrow.span(span);
    }
    found
}

fn find_in(kind: &Kind, raw: &str, background: Background<'_>) -> Vec<FoundValue> {
    let find = kinds::row(kind).find;
    let text = as_read(kind, false, raw, background);
    find.map_or_else(Vec::new, |find| find(&text, background))
}

/// Values before a correction that names another: `100rb, eh 150rb`.
fn taken_back(kind: &Kind, text: &str, background: Background<'_>) -> Vec<Range<usize>> {
    let corrections = negation::corrections(text, background.lexicon);
    let (Some(last), Some(find)) = (corrections.last(), kinds::row(kind).find) else {
        return Vec::new();
    };
    let found = find(text, background).into_iter();
    let (before, behind): (Vec<_>, Vec<_>) = found
        .map(|found| found.span)
        .partition(|span| span.end <= last.start);
    if behind.is_empty() { behind } else { before }
}

/// The text as it is read: full-width digits are digits, and what is denied or taken back is no value. Free text stays
/// as typed, and a choice knows itself what is denied.
fn as_read<'t>(
    kind: &Kind,
    is_free: bool,
    raw: &'t str,
    background: Background<'_>,
) -> Cow<'t, str> {
    if is_free {
        return Cow::Borrowed(raw);
    }
    let mut text = fold::narrow(raw).map_or(Cow::Borrowed(raw), |narrow| Cow::Owned(narrow.text));
    // A card is seen whatever is said of it.
    if !matches!(kind, Kind::Choice(_) | Kind::Card) {
        let denials = negation::denials(&text, background.lexicon).into_iter();
        let denied = denials.filter(|denial| denial.sure && denial.is_ahead());
        let mut unmeant: Vec<_> = denied.map(|denial| denial.denied).collect();
        unmeant.extend(taken_back(kind, &text, background));
        for span in unmeant {
            let blank = " ".repeat(span.len());
            text.to_mut().replace_range(span, &blank);
        }
    }
    text
}

/// Says what a text is instead of a name: a number, an address, an amount or a time.
fn another_kind(raw: &str, background: Background<'_>) -> Option<Error> {
    if email::parse(raw).is_ok() {
        return Some(Error::LooksLike(Lookalike::Email));
    }
    if !msisdn::find(raw).is_empty() {
        return Some(Error::LooksLike(Lookalike::Msisdn));
    }
    let amounts = rupiah::find(raw, background.lexicon);
    let mut rest = raw.to_owned();
    for amount in &amounts {
        rest.replace_range(amount.span.clone(), &" ".repeat(amount.span.len()));
    }
    let is_amount = !amounts.is_empty() && !rest.contains(char::is_alphabetic);
    (is_amount || date::is_nothing_else(raw, background)).then_some(Error::NotFound)
}

/// Returns the value that the text is as a whole, but for the marks around it; none of kinds that any words or any
/// number may be of.
pub fn exactly(kind: &Kind, raw: &str, background: Background<'_>) -> Option<Value> {
    if let Kind::Choice(choices) = kind {
        return choice::exactly(choices, raw, background.lexicon);
    }
    let is_plain = kinds::row(kind).is_plain;
    let mut found = find(kind, raw, background).into_iter();
    let only = found
        .next()
        .filter(|_| is_plain && found.next().is_none())?;
    let around = [&raw[..only.span.start], &raw[only.span.end..]];
    let nothing_else = !around.concat().contains(char::is_alphanumeric);
    nothing_else.then_some(only.value)
}

/// Returns the value as it may leave the team, in exports and public posts: personal data is made unrecognisable.
pub fn mask(kind: &Kind, value: &Value) -> String {
    (kinds::row(kind).mask)(value)
}

impl Kind {
    /// How SOP files spell it.
    pub fn name(&self) -> &'static str {
        kinds::row(self).name
    }

    /// A value that it accepts, for a question that has no example of its own.
    pub fn example(&self) -> &'static str {
        kinds::row(self).example
    }
}

impl Value {
    /// A value whose canonical form is text.
    pub(crate) fn new(canonical: impl Into<String>, display: impl Into<String>) -> Value {
        Value {
            canonical: Canonical::Text(canonical.into()),
            display: display.into(),
            remark: None,
        }
    }

    /// A value that is displayed as it is stored.
    pub(crate) fn plain(text: impl Into<String>) -> Value {
        let text = text.into();
        Value::new(text.clone(), text)
    }

    /// The same value with a remark.
    pub(crate) fn remarked(self, remark: Remark) -> Value {
        Value {
            remark: Some(remark),
            ..self
        }
    }
}

impl<'a> Background<'a> {
    /// Without everyday words: for what a program or a file says.
    pub fn plain(now: &'a Zoned) -> Background<'a> {
        static NO_WORDS: LazyLock<Lexicon> = LazyLock::new(Lexicon::default);
        Background {
            now,
            lexicon: &NO_WORDS,
        }
    }
}

impl Canonical {
    /// Whether it is a value of this kind, and not only of the one that it was read as.
    pub fn is_of(&self, kind: &Kind, now: &Zoned) -> bool {
        parse(kind, &self.to_string(), Background::plain(now)).is_ok()
    }
}

impl fmt::Display for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Canonical::Amount(rupiah) => write!(f, "{rupiah}"),
            Canonical::Text(text) => f.write_str(text),
        }
    }
}

impl Error {
    /// It may mean each of these; nothing where none can be offered.
    fn ambiguous(options: impl IntoIterator<Item = String>) -> Error {
        let options: Vec<String> = options.into_iter().collect();
        if options.is_empty() {
            Error::NotFound
        } else {
            Error::Ambiguous { options }
        }
    }
}

/// The one value that was found, or what there is to say about none and several.
///
/// The same value named twice is one value.
fn settle(found: Vec<FoundValue>, none: impl FnOnce() -> Error) -> Result<Value, Error> {
    let mut values: Vec<Value> = Vec::new();
    for FoundValue { value, .. } in found {
        if values
            .iter()
            .all(|known| known.canonical != value.canonical)
        {
            values.push(value);
        }
    }
    match values.len() {
        0 => Err(none()),
        1 => Ok(values.swap_remove(0)),
        _ => Err(Error::Ambiguous {
            options: values.into_iter().map(|value| value.display).collect(),
        }),
    }
}

/// Whether the span touches a word, directly or over a mark without a blank: `TRX-0812...` is one id.
fn is_glued(raw: &str, span: &Range<usize>) -> bool {
    let touches = |outside: [Option<char>; 2]| match outside {
        // A stroke between two numbers is an `or`.
        [Some('/'), next] => next.is_some_and(char::is_alphabetic),
        [Some('-' | '_' | '.' | '#' | '@'), next] | [next, _] => {
            next.is_some_and(char::is_alphanumeric)
        }
    };
    let mut before = raw[..span.start].chars().rev();
    let mut after = raw[span.end..].chars();
    touches([before.next(), before.next()]) || touches([after.next(), after.next()])
}

/// What the tests of all kinds share.
#[cfg(test)]
mod testing {
    use super::*;

    /// The shipped everyday words.
    pub(super) fn lexicon() -> &'static Lexicon {
        static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
            Lexicon::load(include_str!("../../data/lexicon.toml")).expect("it is shipped")
        });
        &LEXICON
    }

    pub(super) fn background(now: &Zoned) -> Background<'_> {
        Background {
            now,
            lexicon: lexicon(),
        }
    }
}

#[cfg(test)]
mod properties;
