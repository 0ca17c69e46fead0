//! What was counted: how messages came out, hour by hour, without anybody's words or name.
//!
//! A turn is counted in the commit that keeps it, so nothing is counted twice or forgotten. Hours are the same in every
//! time zone, so that days and weeks can be put together anywhere.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::TurnRecord;
use crate::catalog::sop::OutcomeKind;
use crate::dialog::{Effect, NOT_UNDERSTOOD};

const HOUR: i64 = 60 * 60;

/// What happened within an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// When the hour began.
    pub hour: Timestamp,
    /// How often each decision was taken: `answer`, `clarify`, `fallback`, `dialog`, `command`; and of the dialogs'
    /// messages those that they could do nothing with: `not_understood`.
    #[serde(default)]
    pub decisions: BTreeMap<String, u64>,
    /// How often each procedure was the answer.
    #[serde(default)]
    pub intents: BTreeMap<String, u64>,
    /// Walks that ended with words for the customer instead of a ticket.
    #[serde(default)]
    pub avoided: u64,
}

impl Tally {
    /// Returns what a turn adds; nothing if nothing was asked.
    pub fn of(turn: &TurnRecord) -> Option<Tally> {
        let understood = turn.effects.iter().find_map(|effect| match effect {
            Effect::Understood(understood) => Some(understood),
            _ => None,
        })?;
        let decision = understood.decision.name();
        let answered = understood.intent.iter().filter(|_| decision == "answer");
        let question = turn.question.iter();
        let not_understood = question.filter(|one| one.decision == NOT_UNDERSTOOD);
        let decisions = [decision]
            .into_iter()
            .chain(not_understood.map(|_| NOT_UNDERSTOOD));
        Some(Tally {
            hour: hour(turn.at),
            decisions: decisions.map(|decision| (decision.to_owned(), 1)).collect(),
            intents: answered.map(|intent| (intent.clone(), 1)).collect(),
            avoided: turn.effects.iter().filter(|one| is_avoided(one)).count() as u64,
        })
    }

    /// Adds what another one counted.
    pub fn add(&mut self, other: &Tally) {
        self.avoided += other.avoided;
        let sums = [
            (&mut self.decisions, &other.decisions),
            (&mut self.intents, &other.intents),
        ];
        for (sum, more) in sums {
            for (name, count) in more {
                *sum.entry(name.clone()).or_default() += count;
            }
        }
    }
}

fn is_avoided(effect: &Effect) -> bool {
    matches!(effect, Effect::WalkEnd(end) if end.kind == OutcomeKind::Inform && !end.goes_on)
}

/// Returns when the hour of a time began.
fn hour(at: Timestamp) -> Timestamp {
    let into = at.as_second().rem_euclid(HOUR);
    Timestamp::from_second(at.as_second())
        .and_then(|at| at.checked_sub(SignedDuration::from_secs(into)))
        .unwrap_or(at)
}
