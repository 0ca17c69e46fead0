//! Review: where the intents of a catalogue are too like each other, and by which of their utterances.
//!
//! Every utterance is shown to a model that learned from the others, as in calibration. One that would then be answered
//! with another intent's procedure is a row that overlaps: an agent who writes the same in other words gets the wrong
//! procedure, so a lead should move it, word it more plainly, or tell the two intents apart by a keyword.

use super::calibrate::{Calibration, HeldOut};
use super::model::Model;
use super::{Listed, Training};
use crate::text::Utterance;

/// Two intents of which one is taken for the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// Index of the intent whose utterances are mistaken.
    pub intent: usize,
    /// Index of the intent they are taken for.
    pub taken_for: usize,
    /// The utterances, most surely mistaken first.
    pub rows: Vec<Row>,
}

/// An utterance that looks like another intent's.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its index among its intent's utterances.
    pub utterance: usize,
    /// How sure a model that has not seen it is of the other intent.
    pub confidence: f32,
    /// The other intent's utterance that it is most like.
    pub like: Option<String>,
}

/// Finds every utterance that would be answered with another intent's procedure, by pairs of intents.
pub fn overlaps(training: &Training<'_>) -> Vec<Overlap> {
    let listed = Listed::new(training);
    let material = listed.material(training);
    let (calibration, held_out) = Calibration::held_out(&material);
    let is_mistaken = |one: &&HeldOut| {
        one.truth != one.first && one.confidence >= calibration.thresholds.answer
    };
    let mistaken: Vec<&HeldOut> = held_out.iter().filter(is_mistaken).collect();
    if mistaken.is_empty() {
        return Vec::new();
    }
    let model = Model::train(&material);
    let mut overlaps: Vec<Overlap> = Vec::new();
    for one in mistaken {
        let (intent, taken_for) = (one.truth as usize, one.first as usize);
        let (text, _) = listed.messages[one.message];
        let signals = model.signals(&Utterance::new(text), training.lexicon);
        let row = Row {
            utterance: one.message - listed.first_of(one.truth),
            confidence: one.confidence,
            like: model
                .nearest(&signals, one.first)
                .map(|(_, utterance)| utterance.to_string()),
        };
        match overlaps
            .iter_mut()
            .find(|overlap| (overlap.intent, overlap.taken_for) == (intent, taken_for))
        {
            Some(overlap) => overlap.rows.push(row),
            None => overlaps.push(Overlap {
                intent,
                taken_for,
                rows: vec![row],
            }),
        }
    }
    for overlap in &mut overlaps {
        overlap
            .rows
            .sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    }
    overlaps.sort_by_key(|overlap| (overlap.intent, overlap.taken_for));
    overlaps
}
