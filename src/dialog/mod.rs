//! The conversation with one agent. (Types first; the transitions follow.)

use serde::{Deserialize, Serialize};

/// Everything kept of a conversation between two messages.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Conversation {
    pub phase: String,
}

/// What a turn decided to show, as a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    Say(String),
}
