//! Kinds of value that a ticket field takes: one file a kind, each with `parse`, a canonical form, a display form and a
//! mask.
//!
//! Values are read from what the agent typed, never from the normalised text: slang replacement must not touch a
//! serial number. A refusal is a value too ([`Error`]); its sentence for the agent is `wording`'s.

use jiff::Zoned;
use serde::{Deserialize, Serialize};

/// What a field accepts.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Free text of at most so many characters.
    Text { max_chars: usize },
    /// A person's or an account's name: personal data.
    Name,
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
    /// A payment card's number, of which only the last four digits are kept.
    Card,
}

/// What a choice chooses from.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    /// The options in the order in which they are offered.
    pub options: Vec<Choice>,
    /// Several options may be named; all of them together are the option that stands for all, if there is one.
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
