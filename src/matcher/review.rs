//! Review: where the intents of a catalogue are too like each other, and by which of their utterances.
//!
//! Every utterance is shown to a model that learned from the others, as in calibration. One that is then taken for
//! another intent's is a row that overlaps: an agent who writes the same in other words is led to the wrong procedure, so
//! a lead should move it, word it more plainly, or separate the two intents by a keyword. How sure the model is of its
//! mistake says nothing here: where two intents share everything, it is sure of neither.
//!
//! Beyond [`calibrate`](super::calibrate)'s bound only a part of a large catalogue is looked at.

use std::collections::HashMap;
use std::sync::Arc;

use super::Training;
use super::calibrate::{Calibration, HeldOut};
use super::material::Material;
use super::model::{Basis, Model};
use crate::text::{self, Utterance};

/// Two intents, one taken for the other.
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

/// Finds every utterance that is taken for another intent's, by pairs of intents.
pub fn overlaps(training: &Training<'_>) -> Vec<Overlap> {
    let material = Material::new(training);
    let basis = Arc::new(Basis::new(&material));
    let held_out = Calibration::held_out(&material, &basis);
    let mistaken: Vec<&HeldOut> = held_out
        .iter()
        .filter(|one| one.truth != one.first)
        .collect();
    if mistaken.is_empty() {
        return Vec::new();
    }
    let model = Model::train(&material, &basis);
    let mut overlaps: Vec<Overlap> = Vec::new();
    for one in mistaken {
        let (intent, taken_for) = (one.truth as usize, one.first as usize);
        let (text, _) = material.messages[one.message];
        let signals = model.signals(&Utterance::new(text), training.lexicon);
        let row = Row {
            utterance: one.message - material.first_of(one.truth),
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

/// A message that is in two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeated {
    /// Where it is again: an intent's index and the row.
    pub at: (usize, usize),
    /// Where it was first; what follows the last intent is what belongs to none.
    pub first: (usize, usize),
}

/// Finds the utterances of an intent that another intent has as well, or that are said to belong nowhere: the same words
/// in the same order, however they are spelled and inflected.
pub fn repeated(training: &Training<'_>) -> Vec<Repeated> {
    let outside = (training.intents.len(), training.outside);
    let intents = training.intents.iter().map(|source| source.utterances);
    let lists = std::iter::once(outside).chain(intents.enumerate());
    let mut first_with: HashMap<Vec<String>, (usize, usize)> = HashMap::new();
    let mut found = Vec::new();
    for (intent, utterances) in lists {
        for (row, utterance) in utterances.iter().enumerate() {
            let words = text::words(utterance, training.lexicon);
            if words.is_empty() {
                continue;
            }
            let at = (intent, row);
            let first = *first_with.entry(words).or_insert(at);
            if first.0 != intent {
                found.push(Repeated { at, first });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::Source;
    use super::*;
    use crate::text::Lexicon;

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn with_training(utterances: [&[&str]; 3], check: impl Fn(&Training<'_>)) {
        let [one, other, outside] = utterances.map(owned);
        let lexicon =
            Lexicon::load("[slang]\n\"tidak\" = [\"ga\"]").expect("the lexicon is well formed");
        let source = |id, utterances| Source {
            id,
            utterances,
            ..Source::default()
        };
        check(&Training {
            intents: vec![source("pulsa", &one), source("modem", &other)],
            outside: &outside,
            lexicon: &lexicon,
            services: Vec::new(),
        });
    }

    #[test]
    fn rows_that_look_like_another_intents_are_named() {
        let pulsa = [
            "pulsa belum masuk",
            "pulsa tidak masuk sejak tadi",
            "beli pulsa tidak bertambah",
            "pulsa pelanggan belum bertambah",
            "isi pulsa gagal masuk",
            "pulsa tidak sampai",
            "pulsa hilang tidak masuk",
            "saldo terpotong pulsa tidak masuk",
        ];
        let modem = [
            "lampu modem merah",
            "modem mati total",
            "ganti modem rusak",
            "modem panas lalu mati",
            "modem tidak menyala",
            "minta modem baru",
            "pulsa belum juga masuk",
            "teknisi ganti modem",
        ];
        with_training([&pulsa, &modem, &[]], |training| {
            let found = overlaps(training);
            let overlap = (found.iter())
                .find(|overlap| (overlap.intent, overlap.taken_for) == (1, 0))
                .unwrap_or_else(|| panic!("{found:?}"));
            assert_eq!(overlap.rows.len(), 1, "{overlap:?}");
            assert_eq!(overlap.rows[0].utterance, 6);
            assert_eq!(overlap.rows[0].like.as_deref(), Some("pulsa belum masuk"));
        });
    }

    #[test]
    fn a_message_in_two_places_is_found_however_it_is_spelled() {
        with_training(
            [
                &["Pulsa GA masuk!", "pulsa hilang"],
                &["modem mati", "pulsa tidak masuk"],
                &["cuaca hari ini", "modem mati"],
            ],
            |training| {
                let found = repeated(training);
                let first_in_intent = Repeated {
                    at: (1, 1),
                    first: (0, 0),
                };
                let first_outside = Repeated {
                    at: (1, 0),
                    first: (2, 1),
                };
                assert_eq!(found, [first_outside, first_in_intent]);
            },
        );
    }
}
