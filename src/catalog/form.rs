//! A ticket form: which fields there are, when each is mandatory, and the one rule that says whether a ticket is
//! complete.

use jiff::{SignedDuration, Zoned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::{Case, Condition};
use super::role::FieldRole;
use crate::ticket::{self, Answer, FiledField, SerialForm};
use crate::value::{self, Kind};

/// So many values say which of several drafts it is.
const ABOUT_VALUES: usize = 3;

/// The form of one kind of ticket.
#[derive(Debug, Clone)]
pub struct Form {
    /// Link target.
    pub id: String,
    /// The first line of the draft.
    pub title: String,
    /// When it applies; without, always.
    pub when: Option<Condition>,
    /// The fields in the SOP's order.
    pub fields: Vec<Field>,
    /// The complaint categories, the first that holds being proposed.
    pub kips: Vec<Kip>,
    /// What the draft says in a KIP's place when the document states none.
    pub kip_none: Option<String>,
    /// Texts to pass on to the customer.
    pub kits: Vec<Kit>,
    /// How long after the filing the agent looks at the case again, and then again, where the SOP asks for that.
    pub follow_up: Option<SignedDuration>,
}

/// A text for the customer that belongs to a ticket: what to send where, with the subject filled in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Kit")]
pub struct Kit<C = Condition> {
    /// The condition under which it is needed.
    pub when: Option<C>,
    /// The text; `{msisdn}` and other field ids in braces are filled in.
    #[schemars(length(min = 1, max = 900))]
    pub text: String,
}

/// A complaint category of the ticketing system.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Kip")]
pub struct Kip<C = Condition> {
    /// The category path, as the ticketing system spells it.
    #[schemars(length(min = 1))]
    pub path: String,
    /// Its code: `K22`.
    pub code: Option<String>,
    /// The condition under which it applies.
    pub when: Option<C>,
}

/// One value a ticket needs.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its id.
    pub id: String,
    /// How it looks unless a variant applies.
    pub base: Spec,
    /// How it looks while a condition holds.
    pub variants: Vec<(Condition, Spec)>,
    /// When it exists at all.
    pub only: Option<Condition>,
    /// When it is mandatory.
    pub required: Requirement,
}

/// When a field is mandatory.
#[derive(Debug, Clone)]
pub enum Requirement {
    /// In every ticket of the form.
    Always,
    /// While a condition holds.
    When(Condition),
    /// Never.
    Never,
}

/// How a field looks: what it is called, what it takes, how it is asked for.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Its name on the draft and in questions.
    pub label: String,
    /// What it takes.
    pub kind: Kind,
    /// The question as asked.
    pub question: Option<String>,
    /// How the agent gets the value.
    pub help: Option<String>,
    /// An accepted value.
    pub example: Option<String>,
    /// Other names for it in messages.
    pub aliases: Vec<String>,
    /// Words that must be near an unasked value.
    pub cues: Vec<String>,
    /// Words with which its value itself begins, in lower case: `pt`.
    pub begins: Vec<String>,
    /// `tidak ada` is an answer.
    pub may_be_absent: bool,
    /// `tidak bisa dicek karena ...` is an answer.
    pub looked_up: bool,
    /// What the assistant knows it as.
    pub role: Option<FieldRole>,
    /// Its value says whose case a draft is about.
    pub identifies: bool,
}

/// The fields of a ticket that lacks nothing. Only [`Form::complete`] makes one, so nothing else can be filed.
#[derive(Debug, Clone)]
pub struct Complete {
    /// The fields in the SOP's order.
    pub entries: Vec<FiledField>,
    /// The complaint category, or what the SOP says in its place.
    pub kip: String,
}

impl Form {
    /// Returns the field with this id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Returns the mandatory fields that have no valid answer yet, in the SOP's order.
    pub fn missing<'a>(&'a self, case: Case<'_>, now: &Zoned) -> Vec<&'a Field> {
        self.fields
            .iter()
            .filter(|field| field.mandatory(case) && !field.answered(case, now))
            .collect()
    }

    /// Returns the optional fields that have no answer.
    pub fn optional_left<'a>(
        &'a self,
        case: Case<'a>,
        now: &'a Zoned,
    ) -> impl Iterator<Item = &'a Field> {
        let open = move |field: &&Field| {
            matches!(field.required, Requirement::Never) && field.exists(case)
        };
        self.fields
            .iter()
            .filter(open)
            .filter(move |field| !field.answered(case, now))
    }

    /// Returns the finished fields and the KIP, or the fields that are still missing.
    ///
    /// This is the one rule of completeness: every way to file a ticket passes here.
    pub fn complete<'a>(&'a self, case: Case<'_>, now: &Zoned) -> Result<Complete, Vec<&'a Field>> {
        let missing = self.missing(case, now);
        if !missing.is_empty() {
            return Err(missing);
        }
        Ok(Complete {
            entries: self.entries(case, now),
            kip: self.kip(case).to_owned(),
        })
    }

    /// Returns the answered fields that exist in this case, in the SOP's order.
    pub fn entries(&self, case: Case<'_>, now: &Zoned) -> Vec<FiledField> {
        let present = self
            .fields
            .iter()
            .filter(|field| field.exists(case) && field.answered(case, now));
        present
            .filter_map(|field| {
                let answer = case.answers.get(&field.id)?.clone();
                let spec = field.spec(case);
                let masked = match &answer {
                    Answer::Given(value) => value::mask(&spec.kind, value),
                    Answer::Absent | Answer::Unchecked(_) => answer.display().into_owned(),
                };
                Some(FiledField {
                    field: field.id.clone(),
                    label: spec.label.clone(),
                    answer,
                    masked,
                    identifies: spec.identifies,
                    serial: match &spec.kind {
                        Kind::Serial { digits, prefix, .. } => Some(SerialForm {
                            digits: *digits,
                            prefix: prefix.clone(),
                        }),
                        _ => None,
                    },
                })
            })
            .collect()
    }

    /// Returns what sets a draft apart from others of the same procedure: whose it is, with numbers masked, or else its
    /// first values.
    pub fn about(&self, entries: &[FiledField]) -> String {
        let is_name = |entry: &FiledField| {
            let field = self.field(&entry.field);
            field.is_some_and(|field| field.base.kind == Kind::Name)
        };
        let given = || {
            entries
                .iter()
                .filter(|entry| matches!(entry.answer, Answer::Given(_)))
        };
        let numbers = given().filter(|entry| entry.identifies);
        let names = given().filter(|entry| is_name(entry));
        let whose = numbers.map(|entry| entry.masked.clone());
        let whose = whose.chain(names.map(|entry| entry.answer.display().into_owned()));
        let first = given().map(|entry| entry.masked.clone());
        let whose: Vec<_> = whose.take(ABOUT_VALUES).collect();
        if whose.is_empty() {
            first.take(ABOUT_VALUES).collect()
        } else {
            whose
        }
        .join(", ")
    }

    /// Returns the texts to pass on to the customer in this case, fields filled in.
    pub fn kits(&self, case: Case<'_>, entries: &[FiledField]) -> Vec<String> {
        let needed = self
            .kits
            .iter()
            .filter(|kit| kit.when.as_ref().is_none_or(|when| when.holds(case)));
        needed.map(|kit| ticket::fill(&kit.text, entries)).collect()
    }

    /// Returns the complaint category of this case, or what the SOP says in its place.
    pub fn kip(&self, case: Case<'_>) -> &str {
        let holds = |kip: &&Kip| kip.when.as_ref().is_none_or(|when| when.holds(case));
        let proposed = self.kips.iter().find(holds).map(|kip| kip.path.as_str());
        proposed.or(self.kip_none.as_deref()).unwrap_or_default()
    }
}

impl Field {
    /// How the field looks in this case.
    pub fn spec(&self, case: Case<'_>) -> &Spec {
        self.variants
            .iter()
            .find(|(when, _)| when.holds(case))
            .map_or(&self.base, |(_, spec)| spec)
    }

    /// Whether the field belongs to the ticket in this case.
    pub fn exists(&self, case: Case<'_>) -> bool {
        self.only.as_ref().is_none_or(|only| only.holds(case))
    }

    /// Whether a ticket without it is incomplete.
    pub fn mandatory(&self, case: Case<'_>) -> bool {
        self.exists(case)
            && match &self.required {
                Requirement::Always => true,
                Requirement::When(condition) => condition.holds(case),
                Requirement::Never => false,
            }
    }

    /// Whether it has an answer that is valid for how the field looks now: an answer given for one variant is no answer
    /// to another.
    pub fn answered(&self, case: Case<'_>, now: &Zoned) -> bool {
        let spec = self.spec(case);
        match case.answers.get(&self.id) {
            None => false,
            Some(Answer::Absent) => spec.may_be_absent,
            Some(Answer::Unchecked(_)) => spec.looked_up,
            Some(Answer::Given(_)) if self.variants.is_empty() => true,
            Some(Answer::Given(value)) => value.canonical.is_of(&spec.kind, now),
        }
    }
}
