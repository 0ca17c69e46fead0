//! The answers a ticket is made of, the filed draft, and what becomes of it.

mod progress;
mod template;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::message::ChannelKind;
use crate::value::{Canonical, Remark, Value};

pub use progress::{
    FieldChange, Progress, Status, TicketRevision, Tracked, case_of, changes, external_in, id_in,
    revision_id,
};
pub use template::{DraftFacts, Mistake, Template};

/// What is known of each field, by field id.
pub type Answers = BTreeMap<String, Answer>;

/// What was answered for one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// A checked value.
    Given(Value),
    /// `tidak ada`, where that is an answer.
    Absent,
    /// The agent could not look it up, and says why.
    Unchecked(String),
}

/// A filed draft on its way to the ticketing system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// How often it was sent in vain.
    pub attempts: u32,
    /// When it is sent.
    pub due: Timestamp,
}

impl Parcel {
    /// One that was just filed.
    pub fn new(now: Timestamp) -> Self {
        Self {
            attempts: 0,
            due: now,
        }
    }

    /// The same after another attempt that failed.
    #[must_use]
    pub fn again(self, now: Timestamp, pause: SignedDuration) -> Self {
        Self {
            attempts: self.attempts.saturating_add(1),
            due: now.checked_add(pause).unwrap_or(now),
        }
    }

    /// What is kept of it.
    pub fn content(self) -> serde_json::Value {
        serde_json::json!({"attempts": self.attempts, "due": self.due})
    }
}

/// A ticket draft as it was filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// `T-261121-7F3K2Q`: the day it was filed and six characters; a revision has its number behind that.
    pub id: String,
    /// The intent's id.
    pub intent: String,
    /// The form's id.
    pub form: String,
    /// The first line of the draft.
    pub title: String,
    /// The agent who filed it.
    pub agent: String,
    /// How customers reach that agent's channel.
    pub channel_kind: ChannelKind,
    /// When it was filed; a revision keeps the time of the first draft.
    pub filed_at: Timestamp,
    /// The fields in the SOP's order.
    pub entries: Vec<FiledField>,
    /// The complaint category, or what takes its place.
    pub kip: String,
    /// What a walk before it has found, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checked: Vec<String>,
    /// The formatted draft.
    pub text: String,
    /// What makes it the revision of another ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<TicketRevision>,
    /// Where pictures are that prove something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<String>,
    /// What the agent wanted to be kept beside the fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The edition of the SOP that it was filled in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// When its draft was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Timestamp>,
}

/// Something unusual about a value of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remarked {
    /// The field's name.
    pub label: String,
    /// What is unusual.
    pub remark: Remark,
    /// What a serial number of this field looks like; nothing for other fields.
    #[serde(default)]
    pub serial: SerialForm,
}

/// What a serial number looks like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SerialForm {
    /// How many digits it has.
    pub digits: usize,
    /// What it begins with; empty where nothing is fixed.
    pub prefix: String,
}

impl Ticket {
    /// Returns the id of a ticket: the day it is filed and six characters drawn from a seed.
    ///
    /// Thirty bits a day keep two tickets from meeting; where they do, the store refuses the second and the turn is
    /// done again with another seed.
    pub fn id_for(day: jiff::civil::Date, seed: u64) -> String {
        // Crockford's base 32 has no letter that is mistaken for a digit when an agent reads it aloud.
        const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let code: String = (0..6)
            .map(|place| char::from(DIGITS[(seed >> (5 * place) & 31) as usize]))
            .collect();
        format!("T-{}-{code}", day.strftime("%y%m%d"))
    }

    /// Whether other entries are about the same customer or service.
    pub fn is_same_case(&self, entries: &[FiledField]) -> bool {
        let value = |entries: &[FiledField], field: &str| {
            let entry = entries.iter().find(|entry| entry.field == field)?;
            matches!(entry.answer, Answer::Given(_)).then(|| canonical_json(&entry.answer))
        };
        let mut identifying = entries.iter().filter(|entry| entry.identifies);
        identifying.any(|entry| {
            let own = value(&self.entries, &entry.field);
            own.is_some() && own == value(entries, &entry.field)
        })
    }

    /// Returns the canonical values by field.
    pub fn canonical_fields(&self) -> serde_json::Map<String, serde_json::Value> {
        self.entries
            .iter()
            .map(|entry| (entry.field.clone(), canonical_json(&entry.answer)))
            .collect()
    }

    /// A revision of it.
    pub(crate) fn revised_sample() -> Self {
        let first = Self::sample();
        Self {
            id: first.next_id(),
            revision: Some(TicketRevision {
                of: first.id.clone(),
                who: "lead".to_owned(),
                at: Timestamp::UNIX_EPOCH,
                changes: Vec::new(),
            }),
            ..first
        }
    }

    /// A draft of one field, with something of everything that a template may use.
    pub(crate) fn sample() -> Self {
        Self {
            id: "T-260101-000000".to_owned(),
            intent: "intent".to_owned(),
            form: "form".to_owned(),
            title: "title".to_owned(),
            agent: "agent".to_owned(),
            channel_kind: ChannelKind::Voice,
            filed_at: Timestamp::UNIX_EPOCH,
            entries: vec![FiledField {
                field: "field".to_owned(),
                label: "label".to_owned(),
                answer: Answer::Absent,
                masked: String::new(),
                identifies: false,
                serial: None,
            }],
            kip: "kip".to_owned(),
            checked: vec!["checked".to_owned()],
            text: String::new(),
            revision: None,
            proofs: vec!["proof".to_owned()],
            notes: vec!["note".to_owned()],
            edition: None,
            begun: None,
        }
    }
}

/// Fills the fields in braces: `Bukti {msisdn}` becomes `Bukti 081200001234`.
///
/// A phone number is written without its dashes, as a subject line needs it.
pub fn fill(text: &str, entries: &[FiledField]) -> String {
    entries.iter().fold(text.to_owned(), |text, entry| {
        let shown = entry.answer.display();
        let is_phone =
            shown.starts_with("08") && shown.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let plain = if is_phone {
            shown.replace('-', "")
        } else {
            shown.into_owned()
        };
        text.replace(&format!("{{{}}}", entry.field), &plain)
    })
}

/// Returns the names between braces, in their order.
pub fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// Returns the canonical form of an answer; what has none is said as on the draft.
pub fn canonical_json(answer: &Answer) -> serde_json::Value {
    match answer {
        Answer::Absent | Answer::Unchecked(_) => answer.display().into(),
        Answer::Given(value) => match &value.canonical {
            Canonical::Amount(amount) => (*amount).into(),
            Canonical::Text(text) => text.as_str().into(),
        },
    }
}

/// One field of a filed ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledField {
    /// The field's id.
    pub field: String,
    /// Its name on the draft.
    pub label: String,
    /// What was answered.
    pub answer: Answer,
    /// The value as it may leave the team: personal data masked.
    pub masked: String,
    /// It says whose case the draft is about.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub identifies: bool,
    /// What a serial number of its field looks like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<SerialForm>,
}
