//! The case: what is known of the customer at hand, across questions, answers, walks, tickets and restarts.
//!
//! What agents say of a customer is kept as they said it, each message with its time, and read again for the form that is
//! opened: so `kemarin` of a morning stays that day, and another form takes what it shares with the first. The case ends
//! when another customer comes up, when it is filed or thrown away, or when it was silent for long; nothing of it
//! reaches the next one.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::fill;
use crate::catalog::Sop;
use crate::message::ChannelKind;
use crate::text::Lexicon;
use crate::ticket::{Answer, Answers};
use crate::value::{self, Background, Kind};

/// More messages than this tell of several customers.
const TOLD_MAX: usize = 12;
/// So much is kept of one message.
const CHARS_MAX: usize = 600;

/// What is known of the customer at hand.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CustomerCase {
    /// The procedure under discussion.
    pub intent: Option<String>,
    /// The points of it that were shown last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<String>,
    /// The last question, customer data masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// What was said of the customer, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<ToldMessage>,
    /// Values that were given to fields of a form.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub answers: Answers,
    /// When something was last said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touched: Option<Timestamp>,
}

/// A message about the customer, cards masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldMessage {
    /// What was said.
    pub text: String,
    /// When: relative dates are read from here.
    pub at: Timestamp,
}

impl CustomerCase {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Forgets the customer; the procedure stays under discussion.
    pub fn leave_customer(&mut self) {
        self.told.clear();
        self.answers.clear();
    }

    /// Keeps what was said of the customer.
    pub fn note(&mut self, text: &str, at: Timestamp) {
        let text: String = value::sensitive::without_cards(text)
            .chars()
            .take(CHARS_MAX)
            .collect();
        self.told.push(ToldMessage { text, at });
        if self.told.len() > TOLD_MAX {
            self.told.remove(0);
        }
    }

    /// Whether nothing was said of it for so long that the next message is hardly about it.
    pub fn is_over(&self, now: Timestamp, kept: SignedDuration) -> bool {
        let touched = self
            .touched
            .filter(|touched| now.duration_since(*touched) >= kept);
        touched.is_some()
    }

    /// The values that the forms of a procedure take from everything that was said, later words before earlier ones.
    pub fn answers_for(
        &self,
        sop: &Sop,
        channel_kind: ChannelKind,
        background: Background<'_>,
    ) -> Answers {
        let mut known = Answers::new();
        for told in &self.told {
            let now = told.at.to_zoned(background.now.time_zone().clone());
            let background = Background {
                now: &now,
                ..background
            };
            known.extend(fill::from_question(
                sop,
                &told.text,
                channel_kind,
                background,
            ));
        }
        let fields = sop.forms.iter().flat_map(|form| &form.fields);
        for field in fields {
            if let Some(answer) = self.answers.get(&field.id)
                && fits(&field.base.kind, answer, background)
            {
                known.insert(field.id.clone(), answer.clone());
            }
        }
        known
    }

    /// Whether a message names the number of another customer than the one at hand.
    pub fn is_another_customer(&self, text: &str, background: Background<'_>) -> bool {
        let known = self.numbers(background);
        let said = numbers(text, background);
        !known.is_empty() && !said.is_empty() && said.iter().all(|number| !known.contains(number))
    }

    fn numbers(&self, background: Background<'_>) -> Vec<String> {
        let told = self
            .told
            .iter()
            .flat_map(|told| numbers(&told.text, background));
        let given = self.answers.values().filter_map(|answer| match answer {
            Answer::Given(value) => Some(value.canonical.to_string()),
            Answer::Absent | Answer::Unchecked(_) => None,
        });
        let is_number =
            |text: &String| text.starts_with("62") && text.bytes().all(|b| b.is_ascii_digit());
        told.chain(given.filter(is_number)).collect()
    }
}

/// The mobile numbers in a text, canonical.
fn numbers(text: &str, background: Background<'_>) -> Vec<String> {
    let found = value::find(&Kind::Msisdn, text, background).into_iter();
    found
        .map(|found| found.value.canonical.to_string())
        .collect()
}

/// Whether an answer to a field of another form is one to this kind of field.
fn fits(kind: &Kind, answer: &Answer, background: Background<'_>) -> bool {
    match answer {
        Answer::Given(value) => {
            let same = value::parse(kind, &value.canonical.to_string(), background);
            same.is_ok_and(|same| same.canonical == value.canonical)
        }
        Answer::Absent | Answer::Unchecked(_) => false,
    }
}

/// What a message says without the clauses that deny something: `tiket pulsa, bukan yang bayar` is about the first.
pub fn without_denied_clauses(text: &str, lexicon: &Lexicon) -> String {
    let denies = |clause: &&str| {
        let first = clause
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_lowercase();
        lexicon.everyday.has(crate::text::Role::Negation, &first)
    };
    let clauses: Vec<&str> = text.split([',', ';', '\n']).collect();
    let kept: Vec<&str> = clauses
        .iter()
        .copied()
        .filter(|clause| !denies(clause))
        .collect();
    match kept.is_empty() {
        true => text.to_owned(),
        false => kept.join(","),
    }
}
