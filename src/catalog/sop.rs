//! The content of an SOP: what agents read. These types are written in the file as they are used.
//!
//! Every point has an id, so that it can be linked (`isi-ulang-belum-masuk#4c`) and answered alone.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::{Case, Condition};
use super::form::{Field, Form};
use super::role::{ItemTopic, SopTopic};
use super::rules::{Number, RuleSum, RuleTable};
use crate::message::ChannelKind;

/// Placeholders for the contacts of the case's company in what is said to a customer, and the words in their place while
/// the contacts are unknown.
pub const CONTACT_PLACEHOLDERS: [(&str, &str); 5] = [
    ("perusahaan", "nama perusahaan"),
    ("am", "nama AM dari tool"),
    ("kontak_am", "kontak AM dari tool"),
    ("eos", "nama EOS"),
    ("kontak_eos", "kontak EOS"),
];

/// A checked procedure.
#[derive(Debug, Clone)]
pub struct Sop {
    /// The intent's id.
    pub id: String,
    /// Which text of its file this is: changes with every letter of it.
    pub edition: String,
    /// The title agents see.
    pub title: String,
    /// The id of the brand it belongs to.
    pub service: String,
    /// What it is about.
    pub summary: String,
    /// How it differs from its neighbours.
    pub distinction: String,
    /// What the assistant answers from it.
    pub answers: Option<SopTopic>,
    /// The team that answers for it.
    pub owner: String,
    /// When its source was last revised, if that is known.
    pub revised: Option<String>,
    /// When it is to be looked at again.
    pub review_by: jiff::civil::Date,
    /// The document it was written from.
    pub source: String,
    /// How agents ask for it.
    pub matching: Matching,
    /// Its parts in reading order.
    pub sections: Vec<Section>,
    /// The questions of its walk, the first one first.
    pub causes: Vec<Cause>,
    /// Where the walk ends.
    pub outcomes: Vec<Outcome>,
    /// Slots for pictures.
    pub figures: Vec<Figure>,
    /// Neighbouring procedures.
    pub see: Vec<See>,
    /// Holes and contradictions of its source.
    pub unclear: Vec<Unclear>,
    /// What a customer may change for what.
    pub rules: Vec<RuleTable>,
    /// How sums are made up.
    pub sums: Vec<RuleSum>,
    /// What a pasted number may be.
    pub numbers: Vec<Number>,
    /// Its ticket forms; the first whose condition holds applies.
    pub forms: Vec<Form>,
}

impl Sop {
    /// Returns the form that applies in this case; none when the SOP has no ticket.
    pub fn form(&self, case: Case<'_>) -> Option<&Form> {
        self.forms
            .iter()
            .find(|form| form.when.as_ref().is_none_or(|when| when.holds(case)))
    }

    /// Returns the field with this id, from whichever form has it first.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.forms.iter().find_map(|form| form.field(id))
    }

    /// Whether an item, a cause, an outcome or a hole has this id.
    pub fn has_point(&self, id: &str) -> bool {
        let mut items = self.sections.iter().flat_map(|section| &section.items);
        items.any(|item| item.id == id)
            || self.cause(id).is_some()
            || self.outcome(id).is_some()
            || self.unclear.iter().any(|hole| hole.id == id)
    }

    /// Returns the item that the assistant itself says.
    pub fn item_answering(&self, topic: ItemTopic) -> Option<&Item> {
        let mut items = self.sections.iter().flat_map(|section| &section.items);
        items.find(|item| item.answers == Some(topic))
    }

    /// Returns the cause with this id.
    pub fn cause(&self, id: &str) -> Option<&Cause> {
        self.causes.iter().find(|cause| cause.id == id)
    }

    /// Returns the outcome with this id.
    pub fn outcome(&self, id: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.id == id)
    }
}

/// How agents ask for a procedure.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Matching {
    /// Words or phrases that speak for this procedure almost by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Words that fit this procedure but others as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// Regular expressions over the folded (lower-case) message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<String>,
    /// Phrases that say the message belongs elsewhere although it looks alike.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<String>,
    /// Messages as agents write them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub utterances: Vec<String>,
}

/// A part of the procedure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Link target, unique in the file: lower-case words and digits joined by dashes.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// The heading agents see.
    #[schemars(length(min = 1, max = 80))]
    pub title: String,
    /// What the part is for.
    pub kind: SectionKind,
    /// The part's points, in order.
    #[serde(rename = "item")]
    #[schemars(length(min = 1))]
    pub items: Vec<Item>,
}

/// What a section is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SectionKind {
    /// What the agent looks at.
    Check,
    /// What the agent asks the customer.
    Ask,
    /// What there is to know: meanings, names, rules.
    Info,
    /// What to do about it.
    Handling,
    /// Remarks.
    Note,
}

/// One point of a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Link target, unique in the file.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// What it says.
    #[schemars(length(min = 1, max = 900))]
    pub text: String,
    /// A path of menus or actions, one step each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
    /// It says which case the procedure is for: a question for it shows the whole procedure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scope: bool,
    /// Words agents use when they ask for exactly this point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// What the assistant itself says with this point.
    pub answers: Option<ItemTopic>,
    /// A named address from `data/links.toml`.
    pub link: Option<String>,
    /// The login this needs, as the name of a secret; never the login itself.
    pub secret: Option<String>,
    /// The ids of figures that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<String>,
    /// The form field that the customer's answer fills.
    pub field: Option<String>,
    /// Only for these channel kinds; all when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channel_kinds: Vec<ChannelKind>,
}

/// A question of the walk through an SOP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Cause")]
pub struct Cause<C = Condition> {
    /// Link target, unique in the file.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// What to find out.
    #[schemars(length(min = 1, max = 400))]
    pub text: String,
    /// What it is called in the list of what was checked, where the text is a long one: `History interaksi`.
    #[schemars(length(min = 1, max = 40))]
    pub short: Option<String>,
    /// Words agents use when they ask for exactly this point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// The form field that an answer in the agent's own words is a value of; its value then chooses the branch by `if`.
    pub field: Option<String>,
    /// The possible answers.
    #[serde(rename = "branch")]
    #[schemars(length(min = 1, max = 8))]
    pub branches: Vec<Branch<C>>,
}

/// One possible answer to a cause's question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Branch")]
pub struct Branch<C = Condition> {
    /// The answer, short enough for a button.
    #[schemars(length(min = 1, max = 80))]
    pub when: String,
    /// What agents write instead: `ya`, `kepotong`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The condition under which this is the answer already, without a question: `channel_isi_ulang in aplikasi`.
    #[serde(rename = "if")]
    pub known: Option<C>,
    /// The field values that this answer establishes: `{ status_hlr = "Aktif" }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sets: BTreeMap<String, String>,
    /// The id of the cause or outcome it leads to.
    pub goto: String,
}

impl Cause {
    /// What it is called in the list of what was checked.
    pub fn name(&self) -> &str {
        self.short.as_deref().unwrap_or(&self.text)
    }
}

/// Where a walk ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Link target, unique in the file.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// What the agent does now.
    pub kind: OutcomeKind,
    /// What to do, in full.
    #[schemars(length(min = 1, max = 900))]
    pub text: String,
    /// A sentence to say to the customer.
    pub say: Option<String>,
    /// The field values that this end establishes: `{ fa_pembayaran = "Sudah masuk" }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sets: BTreeMap<String, String>,
    /// Words agents use when they ask for exactly this point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
}

/// What an outcome asks of the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeKind {
    /// Inform the customer; no ticket.
    Inform,
    /// Look again at what is already open.
    Recheck,
    /// Create a ticket.
    Ticket,
    /// Hand over to another unit.
    Escalate,
}

/// A picture of the source document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Link target, unique in the file.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// What it shows.
    #[schemars(length(min = 1))]
    pub caption: String,
    /// The picture, relative to the SOP file.
    pub file: Option<String>,
}

/// A neighbouring procedure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct See {
    /// The id of a procedure in this catalogue.
    pub sop: Option<String>,
    /// The name of a procedure outside this catalogue.
    pub title: Option<String>,
    /// When it is the right one instead.
    #[schemars(length(min = 1))]
    pub when: String,
    /// Shown unasked in channels of these kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proactive_in: Vec<ChannelKind>,
}

/// A hole or contradiction of the source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unclear {
    /// Link target, unique in the file.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// What is missing or in doubt, and how the file treats it meanwhile.
    #[schemars(length(min = 1))]
    pub text: String,
    /// Words agents use when they ask for what the source does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
}
