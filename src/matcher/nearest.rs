//! The nearest utterance: whether somebody said something like it before.
//!
//! It is the reason an agent understands best, and it says how usual a word is for an intent.
//! Utterances are compared by the stems they share, rarer ones counting more, through an inverted index.

use std::ops::Range;

/// Utterances filed under their features, those of an intent next to each other.
#[derive(Debug, Default)]
pub struct Nearest {
    /// For each feature where its postings begin.
    offsets: Vec<u32>,
    postings: Vec<(u32, f32)>,
    /// For each intent its utterances.
    intents: Vec<Range<u32>>,
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
    pub fn new(utterances: &[(u32, Vec<(u32, f32)>)], features: usize, intents: usize) -> Nearest {
        let mut cells = Vec::new();
        let mut ranges = vec![0..0; intents];
        for (at, (intent, features)) in (0u32..).zip(utterances) {
            let range = &mut ranges[*intent as usize];
            *range = if range.end == 0 {
                at..at + 1
            } else {
                range.start..at + 1
            };
            cells.extend(
                features
                    .iter()
                    .map(|&(feature, value)| (feature, at, value)),
            );
        }
        cells.sort_unstable_by_key(|&(feature, at, _)| (feature, at));
        let mut offsets = vec![0u32; features + 1];
        for &(feature, _, _) in &cells {
            offsets[feature as usize + 1] += 1;
        }
        for feature in 0..features {
            offsets[feature + 1] += offsets[feature];
        }
        let postings = cells
            .into_iter()
            .map(|(_, at, value)| (at, value))
            .collect();
        Nearest {
            offsets,
            postings,
            intents: ranges,
        }
    }

    /// The utterance of an intent that is most like a message. `likeness` is scratch space.
    pub fn of(
        &self,
        intent: u32,
        message: &[(u32, f32)],
        likeness: &mut Vec<f32>,
    ) -> Option<Neighbour> {
        let range = self.intents[intent as usize].clone();
        likeness.clear();
        likeness.resize(range.len(), 0.0);
        for &(feature, value) in message {
            for &(at, weight) in self.postings(feature, &range) {
                likeness[(at - range.start) as usize] += value * weight;
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
        let range = &self.intents[intent as usize];
        self.postings(feature, range).len() as f32 / range.len().max(1) as f32
    }

    /// The postings of a feature within one intent's utterances.
    fn postings(&self, feature: u32, range: &Range<u32>) -> &[(u32, f32)] {
        let offsets = &self.offsets[feature as usize..];
        let postings = &self.postings[offsets[0] as usize..offsets[1] as usize];
        let start = postings.partition_point(|&(at, _)| at < range.start);
        let end = start + postings[start..].partition_point(|&(at, _)| at < range.end);
        &postings[start..end]
    }
}
