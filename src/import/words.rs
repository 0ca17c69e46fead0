//! Words of posted procedures by what they say there: data (`data/document.toml`), read as everyday words are.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::text::Everyday;

/// What a part of a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartRole {
    /// What the agent looks at.
    Check,
    /// What the agent asks the customer.
    Ask,
    /// Which finding leads to which outcome.
    Cause,
    /// What to do about it.
    Handling,
    /// The mandatory fields of the ticket.
    Ticket,
    /// The complaint categories.
    Kip,
    /// Remarks.
    Note,
    /// What there is to know.
    Info,
    /// The document it comes from.
    Source,
}

/// What a word says in a point, a condition or a field's name. The file says it of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    Vague,
    Channel,
    Number,
    Empty,
    Proof,
    Mail,
    Time,
    Day,
    Amount,
    Mobile,
    Card,
    Contact,
    Person,
    Address,
    Code,
    Acting,
    Condition,
    Describing,
    AndSoOn,
    WhatToDo,
    Opening,
    Recheck,
    Filing,
    FilingVerb,
    There,
    Denying,
    IfAny,
    Escalating,
    Ordinary,
    Months,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsFile {
    headings: BTreeMap<PartRole, String>,
    words: BTreeMap<Says, String>,
}

static SHIPPED: LazyLock<WordsFile> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/document.toml")).expect("it is shipped")
});

/// What headings say.
pub static HEADINGS: LazyLock<Everyday<PartRole>> =
    LazyLock::new(|| Everyday::new(&SHIPPED.headings));

/// What other words say.
pub static WORDS: LazyLock<Everyday<Says>> = LazyLock::new(|| Everyday::new(&SHIPPED.words));
