//! The shape of one SOP file: exactly what a team lead writes, nothing resolved.
//!
//! The doc comments are the descriptions in `sigap check --schema`, so an editor shows them while a lead types.
//! The same schema is what `check` holds a file against, therefore the two cannot disagree.
//! References between keys (a branch's target, a condition's field) are the work of `validate`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::form::{Kip, Kit};
use super::role::{FieldRole, SopTopic};
use super::rules::{Number, RuleSum, RuleTable};
use super::sop::{Branch, Cause, Figure, Matching, Outcome, Section, See, Unclear};

/// One standard operating procedure: what agents may ask, what to check, what to ask the customer, which cause leads
/// to which outcome, and the ticket that may come out of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SopFile {
    /// The intent's id: lower-case words joined by dashes, the same as the file's name.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// The title agents see.
    #[schemars(length(min = 1, max = 120))]
    pub title: String,
    /// The brand this procedure belongs to: an id from `data/services.toml`.
    pub service: String,
    /// What the procedure is about, in one or two sentences.
    #[schemars(length(min = 1, max = 600))]
    pub summary: String,
    /// How this procedure differs from its neighbours, in a few words; the label of its button in a clarification.
    #[schemars(length(min = 1, max = 60))]
    pub distinction: String,
    /// What the assistant answers from it without being asked for the SOP: `am`, who the account manager is.
    pub answers: Option<SopTopic>,
    /// The team that answers for the content.
    #[schemars(length(min = 1))]
    pub owner: String,
    /// When the source was last revised, if it says so: `2023-07`, `2017`.
    #[schemars(regex(pattern = r"^\d{4}(-\d{2}(-\d{2})?)?$"))]
    pub revised: Option<String>,
    /// The date by which the owner looks at it again: `2027-06-30`.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    pub review_by: String,
    /// The document this was written from.
    #[schemars(length(min = 1))]
    pub source: String,
    /// How agents ask for it.
    #[serde(rename = "match")]
    pub matching: Matching,
    /// The procedure's parts in reading order.
    #[serde(default, rename = "section", skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// Questions whose answers decide what happens; each branch leads to another cause or to an outcome.
    #[serde(default, rename = "cause", skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<CauseFile>,
    /// Where the causes end.
    #[serde(default, rename = "outcome", skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Outcome>,
    /// Pictures of the source document: a slot each, with an optional file.
    #[serde(default, rename = "figure", skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
    /// Neighbouring procedures an agent may have meant instead.
    #[serde(default, rename = "see", skip_serializing_if = "Vec::is_empty")]
    pub see: Vec<See>,
    /// Holes and contradictions of the source: shown to leads, never decided silently.
    #[serde(default, rename = "unclear", skip_serializing_if = "Vec::is_empty")]
    pub unclear: Vec<Unclear>,
    /// Tables of what a customer may have, and whether one row may be changed for another.
    #[serde(default, rename = "rule", skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleTable>,
    /// Sums that a question may ask for.
    #[serde(default, rename = "sum", skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<RuleSum>,
    /// What a pasted number may be, and where it leads.
    #[serde(default, rename = "number", skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<Number>,
    /// The ticket forms. The first whose `when` holds applies; one without `when` comes last.
    #[serde(default, rename = "form", skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<FormFile>,
}

/// A question of the walk as it is written: its conditions are texts.
pub type CauseFile = Cause<String>;
/// An answer to one.
pub type BranchFile = Branch<String>;
/// A complaint category as it is written.
pub type KipFile = Kip<String>;
/// A text for the customer as it is written.
pub type KitFile = Kit<String>;

/// A ticket form.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormFile {
    /// Link target, unique in the file.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// The first line of the draft.
    #[schemars(length(min = 1, max = 120))]
    pub title: String,
    /// The condition under which this form applies: `jenis_layanan = 'SEAT MANAGEMENT'`.
    pub when: Option<String>,
    /// The fields in the order in which the ticketing form wants them.
    #[serde(rename = "field")]
    #[schemars(length(min = 1))]
    pub fields: Vec<FieldFile>,
    /// The complaint categories; the first whose `when` holds is proposed.
    #[serde(default, rename = "kip", skip_serializing_if = "Vec::is_empty")]
    pub kips: Vec<KipFile>,
    /// Why there is no KIP, when the document states none.
    pub kip_none: Option<String>,
    /// After which time the agent may be reminded to look at the filed case again, until it is done: `4h`, `30m`, `1d`.
    #[schemars(regex(pattern = r"^[1-9][0-9]{0,2}[mhd]$"))]
    pub follow_up: Option<String>,
    /// Texts to pass on to the customer once the ticket is filed; each whose `when` holds.
    #[serde(default, rename = "kit", skip_serializing_if = "Vec::is_empty")]
    pub kits: Vec<KitFile>,
}

/// One value a ticket needs. A field of the same id in `data/fields.toml` supplies every key that is left out here.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FieldFile {
    /// The field's id: lower-case words joined by underscores.
    #[schemars(regex(pattern = r"^[a-z0-9]+(_[a-z0-9]+)*$"))]
    pub id: String,
    /// What the value may look like and how it changes with conditions.
    #[serde(flatten)]
    pub spec: FieldSpecFile,
    /// How the field looks while a condition holds; the first that holds applies.
    #[serde(default, rename = "variant", skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<VariantFile>,
}

/// How a field looks while a condition holds. Keys that are left out stay as they are.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct VariantFile {
    /// The condition: `channel_isi_ulang in fintech-mytelkomsel`.
    pub when: String,
    /// What is different then.
    #[serde(flatten)]
    pub spec: FieldSpecFile,
}

/// Everything about a field except its id.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct FieldSpecFile {
    /// Its name on the draft and in questions.
    pub label: Option<String>,
    /// What kind of value it takes.
    pub kind: Option<KindName>,
    /// The question as asked, when the label alone is not enough.
    pub question: Option<String>,
    /// How the agent gets the value, or why it is needed.
    pub help: Option<String>,
    /// An accepted value, invented.
    pub example: Option<String>,
    /// Other names for it in messages and pasted templates.
    pub aliases: Option<Vec<String>>,
    /// The condition under which the field exists at all: `channel_kind = 'ecare'`.
    pub only_when: Option<String>,
    /// The condition under which it is mandatory; always when left out.
    pub required_when: Option<String>,
    /// Never mandatory: taken when given, offered at review.
    pub optional: Option<bool>,
    /// The same clause must have one of these words before an unasked value is taken over: `mati`, `tidak bisa`.
    pub cues: Option<Vec<String>>,
    /// Words with which its value itself begins, anywhere in a message: `PT`.
    pub begins: Option<Vec<String>>,
    /// `tidak ada` is an accepted answer.
    pub may_be_absent: Option<bool>,
    /// The agent looks it up in a system: `tidak bisa dicek karena ...` is an accepted answer.
    pub looked_up: Option<bool>,
    /// What the assistant itself knows the field as, whatever it is called here.
    pub role: Option<FieldRole>,
    /// Its value says whose case a draft is about: two drafts with the same value are the same case.
    pub identifies: Option<bool>,
    /// For `choice` and `choices`: what there is to choose from.
    pub options: Option<Vec<OptionFile>>,
    /// For `choice`: another answer than the listed ones is taken as typed.
    pub open: Option<bool>,
    /// For `date` and `datetime`: not in the future.
    pub past: Option<bool>,
    /// For `serial`: how many digits it has.
    pub digits: Option<u8>,
    /// For `serial`: what it begins with.
    pub prefix: Option<String>,
    /// For `serial`: a deviation is only pointed out, not refused.
    pub lenient: Option<bool>,
    /// For `text`, `place` and `code`: the most characters it may have.
    pub max_chars: Option<u16>,
}

/// The kinds of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KindName {
    /// Free text.
    Text,
    /// A person's or an account's name: personal data, masked in exports.
    Name,
    /// Where somebody is: free text, and in a message the places that are well known.
    Place,
    /// An Indonesian mobile number.
    Msisdn,
    /// Another number or address to reach somebody: mobile, landline or e-mail.
    Contact,
    /// One of the listed options.
    Choice,
    /// One or more of the listed options.
    Choices,
    /// A day.
    Date,
    /// A day and a time of day.
    Datetime,
    /// An amount of rupiah.
    Rupiah,
    /// An e-mail address.
    Email,
    /// A voucher's serial number with a fixed number of digits.
    Serial,
    /// A short identifier of letters and digits: SID, account number, order, transaction id, device serial.
    Code,
    /// A payment card's number; only its last four digits are kept.
    Card,
}

/// One option of a choice.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionFile {
    /// The value as it goes into the ticket.
    #[schemars(length(min = 1, max = 80))]
    pub value: String,
    /// What agents write instead; an alias that two options share makes the bot ask which one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The families it belongs to, for conditions: `channel_isi_ulang in ecommerce`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}
