//! Rules as data: which packages a customer may change to, what the change costs, what a pasted number may be.
//!
//! A file says the table and the comparisons; `guide` reads questions against them. What the document does not say is
//! named as well (`unknown_speed`, `crossing`), so that silence is answered with the very point that admits it.

use schemars::JsonSchema;
use serde::Deserialize;

/// Which packages a customer may change to by themselves.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Upgrade {
    /// What the new speed must be.
    pub speed: Compare,
    /// What the new subscription term must be.
    pub term: Compare,
    /// The speeds that the document knows, in Mbps.
    #[schemars(length(min = 1))]
    pub speeds_mbps: Vec<u32>,
    /// The subscription terms.
    #[serde(rename = "term_names")]
    #[schemars(length(min = 1))]
    pub terms: Vec<Term>,
    /// The lines of packages between which the document says nothing: `Stream`, `Stream+`.
    #[serde(default)]
    pub lines: Vec<String>,
    /// The prices that the document states.
    #[serde(default, rename = "price")]
    pub prices: Vec<Price>,
    /// How the bill of a change is made up.
    pub bill: Option<Bill>,
    /// The point that states the rule.
    pub rule: String,
    /// The point to show when the change is possible.
    pub possible: String,
    /// The point to show when the speed does not allow it.
    pub speed_refused: String,
    /// The point to show when the term does not allow it.
    pub term_refused: String,
    /// The point to show for a speed or term that the document does not know.
    pub unknown: String,
    /// The point to show for a change between lines.
    pub crossing: String,
    /// The point to show for a price that the document states.
    pub known_price: String,
    /// The point to show for a price that the document does not state.
    pub unknown_price: String,
}

/// How the new value is compared with the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    /// It must be higher.
    Higher,
    /// It may be the same.
    NotLower,
}

impl Compare {
    /// Whether a change from one value to another is allowed.
    pub fn allows(self, from: u32, to: u32) -> bool {
        match self {
            Compare::Higher => to > from,
            Compare::NotLower => to >= from,
        }
    }
}

/// A subscription term.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Its length.
    pub months: u32,
    /// What it is called: `Sem`.
    #[schemars(length(min = 1, max = 40))]
    pub name: String,
    /// What agents write instead, one word each: `semester`.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// The price of a package.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The line it belongs to.
    pub line: Option<String>,
    /// Its speed.
    pub speed_mbps: u32,
    /// The length of its term.
    pub months: u32,
    /// The price.
    pub rupiah: u64,
}

/// How the bill of a change is made up: the new price less an adjustment, rounded, with its share of tax.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bill {
    /// The tax contained in the total.
    #[schemars(range(min = 1, max = 99))]
    pub vat_percent: u64,
    /// To what the total is rounded.
    #[schemars(range(min = 1))]
    pub round_to_rupiah: u64,
    /// The point with the example.
    pub example: String,
    /// The point that says what is not known of the rounding.
    pub rounding: String,
    /// The point that says that the adjustment itself is taken from the bill.
    pub adjustment: String,
}

/// What a pasted number may be, and the point that says what to do with it.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// What it is called: `SID`.
    #[schemars(length(min = 1, max = 60))]
    pub label: String,
    /// What agents call it beside the number, in lower case.
    #[serde(default)]
    pub names: Vec<String>,
    /// What the whole number looks like, as far as the document shows it: a regular expression.
    pub shape: Option<String>,
    /// The point to go to.
    pub goto: String,
}
