//! The nearest utterance: whether somebody said something like it before.
//!
//! It is the reason an agent understands best, and it says how usual a word is for an intent.
//! Utterances are compared by the stems they share, rarer ones counting more, through an inverted index.

use std::ops::Range;

/// Utterances filed under their features, those of an intent next to each other.
#[derive(Debug, Default)]
pub struct Nearest {
    /// Sorted by intent, feature and utterance: what one message asks of an intent lies together in memory.
    cells: Vec<Cell>,
    intents: Vec<Filed>,
}

/// A feature of an utterance.
#[derive(Debug, Clone, Copy)]
struct Cell {
    feature: u32,
    utterance: u32,
    weight: f32,
}

/// Where an intent's utterances and their cells are.
#[derive(Debug, Clone, Default)]
struct Filed {
    utterances: Range<u32>,
    cells: Range<usize>,
}

/// An utterance and its likeness, 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Neighbour {
    /// Index of the utterance.
    pub utterance: u32,
    /// The cosine between it and the message.
    pub similarity: f32,
}

impl Nearest {
    /// Files utterances (intent, features of length one), sorted by intent.
    pub fn new(utterances: &[(u32, Vec<(u32, f32)>)], intents: usize) -> Nearest {
        let mut nearest = Nearest {
            cells: Vec::new(),
            intents: vec![Filed::default(); intents],
        };
        let mut next = 0;
        for of_one in utterances.chunk_by(|a, b| a.0 == b.0) {
            let start = nearest.cells.len();
            let first = next;
            for (_, features) in of_one {
                nearest
                    .cells
                    .extend(features.iter().map(|&(feature, weight)| Cell {
                        feature,
                        utterance: next,
                        weight,
                    }));
                next += 1;
            }
            nearest.cells[start..].sort_unstable_by_key(|cell| (cell.feature, cell.utterance));
            nearest.intents[of_one[0].0 as usize] = Filed {
                utterances: first..next,
                cells: start..nearest.cells.len(),
            };
        }
        nearest
    }

    /// The utterance of an intent that is most like a message. `likeness` is scratch space.
    pub fn of(
        &self,
        intent: u32,
        message: &[(u32, f32)],
        likeness: &mut Vec<f32>,
    ) -> Option<Neighbour> {
        let range = self.intents[intent as usize].utterances.clone();
        likeness.clear();
        likeness.resize(range.len(), 0.0);
        for &(feature, value) in message {
            for cell in self.postings(feature, intent) {
                likeness[(cell.utterance - range.start) as usize] += value * cell.weight;
            }
        }
        let mut best = Neighbour {
            utterance: range.start,
            similarity: 0.0,
        };
        for (at, &similarity) in (range.start..).zip(likeness.iter()) {
            if similarity > best.similarity {
                best = Neighbour {
                    utterance: at,
                    similarity,
                };
            }
        }
        (!range.is_empty()).then_some(best)
    }

    /// The share of an intent's utterances that have a feature.
    pub fn usage(&self, feature: u32, intent: u32) -> f32 {
        let utterances = self.intents[intent as usize].utterances.len();
        self.postings(feature, intent).len() as f32 / utterances.max(1) as f32
    }

    /// The postings of a feature within one intent's utterances.
    fn postings(&self, feature: u32, intent: u32) -> &[Cell] {
        let cells = &self.cells[self.intents[intent as usize].cells.clone()];
        let cells = &cells[cells.partition_point(|cell| cell.feature < feature)..];
        &cells[..cells.partition_point(|cell| cell.feature == feature)]
    }
}
