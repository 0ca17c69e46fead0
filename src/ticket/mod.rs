//! The answers a ticket is made of, and the filed draft.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::message::ChannelKind;
use crate::value::Value;

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
}

/// A ticket draft as it was filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// `T-261121-7F3K2Q`: the day it was filed and six characters.
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
    /// When it was filed.
    pub filed_at: Timestamp,
    /// The fields in the SOP's order.
    pub entries: Vec<Entry>,
    /// The complaint category, or what stands in its place.
    pub kip: String,
    /// The formatted draft.
    pub text: String,
}

/// One field of a filed ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The field's id.
    pub field: String,
    /// Its name on the draft.
    pub label: String,
    /// What was answered.
    pub answer: Answer,
    /// The value as it may leave the team: personal data masked.
    pub masked: String,
}
