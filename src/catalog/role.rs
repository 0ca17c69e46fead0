//! What fields, points and SOPs are to the assistant, whatever they are called in the files.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the assistant knows a field as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldRole {
    /// The company, by its name or by a number of its: the directory finds the account manager by it.
    Company,
}

/// What the assistant answers from an SOP although the message does not ask for the SOP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SopTopic {
    /// Who the account manager of a company is.
    Am,
}

/// What the assistant itself says with a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ItemTopic {
    /// The directory has no account manager for a company: where one is looked up.
    AmUnknown,
    /// The account manager does not respond: who is next.
    AmSilent,
}
