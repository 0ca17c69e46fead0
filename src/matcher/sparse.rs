//! Learning and scoring for catalogues of many hundreds of intents.
//!
//! A class holds weights for the features of its own utterances and no others, so memory grows with the utterances and
//! not with features times classes. It begins as the mean of its utterances; then each message pulls its own class up
//! and pushes down the rivals that come near to it.

use super::rows::SparseRows;
use super::train::{Examples, step};

/// Rivals a message is learned against: those its rarest features suggest.
const RIVALS_MAX: usize = 12;
/// Only features this rare suggest rivals.
const SUGGESTING_ROW_MAX: usize = 192;
/// The mean's weight, in logits. A first guess that was kept; never compared with others.
const MEAN_SCALE: f32 = 8.0;

/// The weights of each class, by class: its features sorted, with a weight each.
struct Classes {
    offsets: Vec<usize>,
    features: Vec<u32>,
    weights: Vec<f32>,
}

/// Learns weights for the features that a class's own messages have.
pub fn learn(examples: &Examples, features: usize, classes: usize) -> SparseRows {
    let mut learned = means(examples, classes);
    let postings = postings(&learned, features);
    let mut present = vec![0f32; features];
    let mut counts = vec![0f32; classes];
    for at in 0..examples.count() {
        let rivals = rivals(examples, at, &postings, &mut counts);
        for (feature, value) in examples.features(at) {
            present[feature] = value;
        }
        learned.correct(&rivals, &present);
        for (feature, _) in examples.features(at) {
            present[feature] = 0.0;
        }
    }
    drop(postings);
    self::postings(&learned, features)
}

/// Each class as the sum of its messages.
fn means(examples: &Examples, classes: usize) -> Classes {
    let mut by_class: Vec<Vec<(u32, f32)>> = vec![Vec::new(); classes];
    for at in 0..examples.count() {
        let features = examples
            .features(at)
            .map(|(feature, value)| (feature as u32, value));
        by_class[examples.label(at)].extend(features);
    }
    let mut means = Classes {
        offsets: vec![0],
        features: Vec::new(),
        weights: Vec::new(),
    };
    for mut cells in by_class {
        cells.sort_unstable_by_key(|&(feature, _)| feature);
        let length = cells
            .chunk_by(|a, b| a.0 == b.0)
            .map(|same| same.iter().map(|cell| cell.1).sum::<f32>().powi(2))
            .sum::<f32>()
            .sqrt();
        for same in cells.chunk_by(|a, b| a.0 == b.0) {
            means.features.push(same[0].0);
            let sum = same.iter().map(|&(_, value)| value).sum::<f32>();
            means.weights.push(sum / length * MEAN_SCALE);
        }
        means.offsets.push(means.features.len());
    }
    means
}

impl Classes {
    /// Pulls the first class up and pushes the others down.
    fn correct(&mut self, classes: &[u32], present: &[f32]) {
        let mut logits: Vec<f32> = classes
            .iter()
            .map(|&class| self.logit(class, present))
            .collect();
        let mut asked = [0.0; RIVALS_MAX + 1];
        step(&mut logits, &mut asked[..classes.len()], 0);
        for (&class, &change) in classes.iter().zip(&logits) {
            for at in self.offsets[class as usize]..self.offsets[class as usize + 1] {
                self.weights[at] += change * present[self.features[at] as usize];
            }
        }
    }

    fn logit(&self, class: u32, present: &[f32]) -> f32 {
        let range = self.offsets[class as usize]..self.offsets[class as usize + 1];
        let features = &self.features[range.clone()];
        features
            .iter()
            .zip(&self.weights[range])
            .map(|(&feature, weight)| weight * present[feature as usize])
            .sum()
    }
}

fn postings(classes: &Classes, features: usize) -> SparseRows {
    SparseRows::new(features, |emit| {
        for (class, range) in (0u32..).zip(classes.offsets.windows(2)) {
            (range[0]..range[1])
                .for_each(|at| emit(classes.features[at], class, classes.weights[at]));
        }
    })
}

/// The message's own class, then the classes that share the most of its rare features.
fn rivals(examples: &Examples, at: usize, postings: &SparseRows, counts: &mut [f32]) -> Vec<u32> {
    let own = examples.label(at) as u32;
    let mut touched = Vec::new();
    for (feature, value) in examples.features(at) {
        let row = postings.row(feature);
        if row.len() > SUGGESTING_ROW_MAX {
            continue;
        }
        for &(class, weight) in row {
            if counts[class as usize] == 0.0 {
                touched.push(class);
            }
            counts[class as usize] += value * weight;
        }
    }
    touched.retain(|&class| class != own);
    let rank = |a: &u32, b: &u32| {
        counts[*b as usize]
            .total_cmp(&counts[*a as usize])
            .then(a.cmp(b))
    };
    if touched.len() > RIVALS_MAX {
        touched.select_nth_unstable_by(RIVALS_MAX, rank);
    }
    let rivals: Vec<u32> = std::iter::once(own)
        .chain(touched.iter().take(RIVALS_MAX).copied())
        .collect();
    for class in touched.iter().chain([&own]) {
        counts[*class as usize] = 0.0;
    }
    rivals
}
