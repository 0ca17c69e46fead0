//! What a change of the catalogue does to messages whose intent is known, before anybody sees it.
//!
//! Every utterance that leads have written, and every message that belongs to no SOP, is matched before and after.

use crate::catalog::Catalog;
use crate::matcher::{Context, Decision, Matcher};

/// A message whose intent is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledMessage {
    /// The message.
    pub text: String,
    /// Its intent; `None` if it belongs to none.
    pub intent: Option<String>,
}

/// What became of messages.
#[derive(Debug, Clone, Default)]
pub struct MessageChanges {
    /// How many were compared.
    pub rows: usize,
    /// How many came out right before and after.
    pub right_before: usize,
    /// How many come out right now.
    pub right_after: usize,
    /// What is right now and was not.
    pub gained: Vec<Moved>,
    /// What was right and is not any more: the change clashes with it.
    pub clashes: Vec<Moved>,
    /// What comes out differently without being right or wrong for it.
    pub other: Vec<Moved>,
}

/// A message that comes out differently.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The message.
    pub row: LabelledMessage,
    /// What it was taken for.
    pub before: TakenFor,
    /// What it is taken for.
    pub after: TakenFor,
}

/// What a message is taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenFor {
    /// The first candidate.
    pub intent: Option<String>,
    /// What is done with it.
    pub decision: Decision,
}

/// Returns every message of a catalogue whose intent is known.
pub fn labelled(catalog: &Catalog) -> Vec<LabelledMessage> {
    let own = catalog.sops.iter().flat_map(|sop| {
        sop.matching.utterances.iter().map(|text| LabelledMessage {
            text: text.clone(),
            intent: Some(sop.id.clone()),
        })
    });
    let outside = catalog.outside.iter().map(|text| LabelledMessage {
        text: text.clone(),
        intent: None,
    });
    own.chain(outside).collect()
}

/// Matches every message before and after.
pub fn compare(before: &Matcher, after: &Matcher, rows: &[LabelledMessage]) -> MessageChanges {
    let mut change = MessageChanges {
        rows: rows.len(),
        ..MessageChanges::default()
    };
    for row in rows {
        let (was, is) = (take(before, &row.text), take(after, &row.text));
        let (was_right, is_right) = (is_right(row, &was), is_right(row, &is));
        change.right_before += usize::from(was_right);
        change.right_after += usize::from(is_right);
        if was == is {
            continue;
        }
        let moved = Moved {
            row: row.clone(),
            before: was,
            after: is,
        };
        match (was_right, is_right) {
            (false, true) => change.gained.push(moved),
            (true, false) => change.clashes.push(moved),
            _ => change.other.push(moved),
        }
    }
    change
}

/// What a matcher takes a message for.
pub fn take(matcher: &Matcher, text: &str) -> TakenFor {
    let found = matcher.classify(text, &Context::default());
    TakenFor {
        intent: found
            .candidates
            .first()
            .map(|first| first.intent.to_string()),
        decision: found.decision,
    }
}

/// Whether a message comes out right: its own intent answered or offered first, and nothing answered where nothing fits.
pub fn is_right(row: &LabelledMessage, taken: &TakenFor) -> bool {
    match &row.intent {
        Some(intent) => {
            taken.decision != Decision::Fallback && taken.intent.as_ref() == Some(intent)
        }
        None => taken.decision != Decision::Answer,
    }
}
