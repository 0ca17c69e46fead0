//! Rules as data: tables between whose rows a customer may change, sums with their shares, kinds of number.
//!
//! A file says the columns, how each is compared, and what is answered for each outcome: the points of the SOP and a
//! sentence with placeholders in braces. `guide` reads questions against them. An outcome on which the document is
//! silent is marked so, and the question can then be handed to the owner.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A table of what a customer may have, and whether one row may be changed for another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleTable {
    /// What a row is called, with the ids of columns in braces: `{masa} {speed}`.
    #[schemars(length(min = 1, max = 120))]
    pub name: String,
    /// The columns; where several refuse a change, the first of them says which point is shown.
    #[serde(rename = "column")]
    #[schemars(length(min = 1, max = 8))]
    pub columns: Vec<RuleColumn>,
    /// Every column allows the change: `{from}`, `{to}`.
    pub possible: RuleAnswer,
    /// The sentence when columns refuse it: `{from}`, `{to}`, `{reasons}`; the points are the column's.
    pub refused: Option<String>,
    /// Which rows there are to change to: `{from}`, `{rows}`.
    pub offered: RuleAnswer,
    /// There is no row to change to: `{from}`.
    pub none_offered: RuleAnswer,
    /// What rows cost.
    pub prices: Option<RulePrices>,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleColumn {
    /// Its id, which placeholders name.
    #[schemars(regex(pattern = r"^[a-z0-9]+(_[a-z0-9]+)*$"))]
    pub id: String,
    /// What the new value must be.
    pub must: Compare,
    /// The values that are plain numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<u32>,
    /// The values that have names.
    #[serde(default, rename = "value", skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<RuleValue>,
    /// A number from the first of these to the second is meant for this column although it has no unit.
    pub bare: Option<[u32; 2]>,
    /// The units in which agents give a value, and what the number before one is multiplied by: `{ tahun = 12 }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub units: BTreeMap<String, u32>,
    /// The reason of a refusal where the new value is lower: `{from}`, `{to}`.
    pub lower: Option<String>,
    /// The same where it is equal.
    pub equal: Option<String>,
    /// The same where it is higher.
    pub higher: Option<String>,
    /// What to show when this column refuses; one with a sentence of its own is said at once.
    pub refused: RuleAnswer,
    /// A value that the document does not know: `{value}`.
    pub unknown: Option<RuleAnswer>,
    /// It depends on the present value, which was not given: `{from}`, `{to}`, `{values}`.
    pub depends_on_from: Option<RuleAnswer>,
    /// It depends on the wanted value, which was not given: `{from}`, `{to}`, `{values}`.
    pub depends_on_to: Option<RuleAnswer>,
}

/// A value with a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleValue {
    /// What it is called: `Sem`.
    #[schemars(length(min = 1, max = 40))]
    pub name: String,
    /// What agents write instead: `semester`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What it counts in comparisons; its place in the list when left out.
    pub number: Option<u32>,
}

/// How the new value is compared with the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    /// It must be higher.
    Higher,
    /// It may be the same.
    NotLower,
    /// It must be the same; one that is not given is.
    Same,
    /// It may be the same or lower.
    NotHigher,
    /// It must be lower.
    Lower,
}

/// What is answered for one outcome.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleAnswer {
    /// The points of this file to show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<String>,
    /// The sentence above them; the points alone answer when left out.
    pub say: Option<String>,
    /// The document does not say: the question can be handed to the owner.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
}

/// What rows cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulePrices {
    /// The prices that the document states.
    #[serde(default, rename = "price", skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<RulePrice>,
    /// A price that it states: `{row}`, `{price}`.
    pub known: RuleAnswer,
    /// One that it does not state: `{row}`.
    pub unknown: RuleAnswer,
}

/// The price of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulePrice {
    /// The row: a value for each column, `{ masa = "Sem", speed = "150" }`.
    pub row: BTreeMap<String, String>,
    /// The price.
    pub rupiah: u64,
}

/// A sum of two amounts that a question names: the larger less the smaller, rounded, with the shares it contains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSum {
    /// The question has one of these words, in lower case: `dikurangi`; a minus between the amounts does as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cues: Vec<String>,
    /// What the total is rounded to.
    #[schemars(range(min = 1))]
    pub round_to_rupiah: u64,
    /// What the total contains beside the rest.
    #[serde(default, rename = "share", skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<RuleShare>,
    /// A rounded total with its parts: `{total}`, `{rest}` and the ids of the shares.
    #[schemars(length(min = 1))]
    pub total: String,
    /// What joins two totals: ` atau `.
    #[serde(default)]
    pub or: String,
    /// Rounding to the nearest and rounding up agree: `{more}`, `{less}`, `{exact}`, `{totals}`.
    pub one: RuleAnswer,
    /// They do not, and the document does not say which is meant: the same placeholders.
    pub several: RuleAnswer,
}

/// A part of a total, in per cent of the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleShare {
    /// Its id, which `total` names in braces: `ppn`.
    #[schemars(regex(pattern = r"^[a-z0-9]+(_[a-z0-9]+)*$"))]
    pub id: String,
    /// Its rate.
    #[schemars(range(min = 1, max = 99))]
    pub percent: u64,
}

/// What a pasted number may be, and the point that says what to do with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// What it is called: `SID`.
    #[schemars(length(min = 1, max = 60))]
    pub label: String,
    /// What agents call it beside the number, in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// What the whole number looks like, as the document shows it: a regular expression.
    pub shape: Option<String>,
    /// The point to go to.
    pub goto: String,
}

impl RuleColumn {
    /// Every value with the name it is shown by.
    pub fn all(&self) -> impl Iterator<Item = (u32, String)> + '_ {
        let plain = self
            .numbers
            .iter()
            .map(|number| (*number, number.to_string()));
        let named = self.values.iter().enumerate();
        plain.chain(named.map(|(place, value)| (value.counts(place), value.name.clone())))
    }

    /// The name by which a value is shown.
    pub fn shown(&self, value: u32) -> String {
        let known = self.all().find(|(known, _)| *known == value);
        known.map_or_else(|| value.to_string(), |(_, name)| name)
    }

    /// The value that has this name or alias, or is this number.
    pub fn named(&self, text: &str) -> Option<u32> {
        let number = text
            .parse()
            .ok()
            .filter(|number| self.numbers.contains(number));
        number.or_else(|| {
            let (place, value) =
                self.values.iter().enumerate().find(|(_, value)| {
                    value.called().any(|name| name.eq_ignore_ascii_case(text))
                })?;
            Some(value.counts(place))
        })
    }
}

impl RuleValue {
    /// Its name and aliases.
    pub fn called(&self) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.iter().map(String::as_str);
        std::iter::once(self.name.as_str()).chain(aliases)
    }

    /// What it counts, at this place of the list.
    pub fn counts(&self, place: usize) -> u32 {
        self.number.unwrap_or(place as u32)
    }
}

impl Compare {
    /// Whether a change from one value to another is allowed.
    pub fn allows(self, from: u32, to: u32) -> bool {
        match self {
            Compare::Higher => to > from,
            Compare::NotLower => to >= from,
            Compare::Same => to == from,
            Compare::NotHigher => to <= from,
            Compare::Lower => to < from,
        }
    }
}

impl RuleTable {
    /// Every answer with its place below the table and the placeholders that its sentence may use.
    pub fn answers(&self) -> Vec<(String, &RuleAnswer, &'static [&'static str])> {
        let mut all: Vec<(String, &RuleAnswer, &'static [&'static str])> = vec![
            ("possible".to_owned(), &self.possible, &["from", "to"]),
            ("offered".to_owned(), &self.offered, &["from", "rows"]),
            ("none_offered".to_owned(), &self.none_offered, &["from"]),
        ];
        for (at, column) in self.columns.iter().enumerate() {
            let mut add = |key: &str, answer, names| {
                if let Some(answer) = answer {
                    all.push((format!("column/{at}/{key}"), answer, names));
                }
            };
            add("refused", Some(&column.refused), &["from", "to"]);
            add("unknown", column.unknown.as_ref(), &["value"]);
            let open = &["from", "to", "values"];
            add("depends_on_from", column.depends_on_from.as_ref(), open);
            add("depends_on_to", column.depends_on_to.as_ref(), open);
        }
        if let Some(prices) = &self.prices {
            all.push(("prices/known".to_owned(), &prices.known, &["row", "price"]));
            all.push(("prices/unknown".to_owned(), &prices.unknown, &["row"]));
        }
        all
    }
}
