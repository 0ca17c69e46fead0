//! Learning and scoring for catalogues of many hundreds of intents.
//!
//! A class holds weights for the features of its own utterances and no others, so memory grows with the utterances and
//! not with features times classes. It begins as the mean of its utterances; then each message pulls its own class up
//! and pushes down the rivals that come near to it.

use rustc_hash::FxHashMap;

use super::train::{Examples, step};

/// A feature speaks in at most this many classes; a word of more tells nothing, and the bound is what makes the cost of a message
/// independent of the catalogue's size.
const ROW_MAX: usize = 512;
/// Rivals a message is learned against: those its rarest features suggest.
const RIVALS_MAX: usize = 12;
/// Only features this rare suggest rivals.
const SUGGESTING_ROW_MAX: usize = 192;
/// Passes over the messages.
const PASSES: usize = 2;
/// The mean's weight, in logits: where the dense learner's first pass would have put it.
const MEAN_SCALE: f32 = 8.0;

/// For each feature the classes it speaks in, and how much.
#[derive(Debug, Default)]
pub struct Rows {
    offsets: Vec<u32>,
    cells: Vec<(u32, f32)>,
}

impl Rows {
    /// Gathers cells (row, class, weight), sorted by row, and keeps the strongest of each row.
    pub fn new(rows: usize, cells: impl Iterator<Item = (u32, u32, f32)>) -> Rows {
        let mut gathered = Rows {
            offsets: Vec::with_capacity(rows + 1),
            cells: Vec::new(),
        };
        gathered.offsets.push(0);
        for (row, class, weight) in cells {
            while gathered.offsets.len() <= row as usize {
                gathered.close();
            }
            gathered.cells.push((class, weight));
        }
        while gathered.offsets.len() <= rows {
            gathered.close();
        }
        gathered
    }

    fn close(&mut self) {
        let start = self.offsets.last().map_or(0, |&start| start as usize);
        if self.cells.len() - start > ROW_MAX {
            self.cells[start..].sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
            self.cells.truncate(start + ROW_MAX);
        }
        self.offsets
            .push(u32::try_from(self.cells.len()).unwrap_or(u32::MAX));
    }

    /// The classes a feature speaks in.
    pub fn row(&self, at: usize) -> &[(u32, f32)] {
        &self.cells[self.offsets[at] as usize..self.offsets[at + 1] as usize]
    }
}

/// The weights of each class, by class: its features sorted, with a weight each.
struct Classes {
    offsets: Vec<usize>,
    features: Vec<u32>,
    weights: Vec<f32>,
}

/// Learns weights for the features that a class's own messages have.
pub fn learn(examples: &Examples, features: usize, classes: usize) -> Rows {
    let mut learned = means(examples, classes);
    let postings = postings(&learned, features);
    let mut present = vec![0f32; features];
    let mut asked: Vec<FxHashMap<u32, f32>> = vec![FxHashMap::default(); examples.count()];
    let mut counts = vec![0f32; classes];
    for _ in 0..PASSES {
        for (at, asked) in asked.iter_mut().enumerate() {
            let rivals = rivals(examples, at, &postings, &mut counts);
            for (feature, value) in examples.features(at) {
                present[feature] = value;
            }
            learned.correct(&rivals, &present, asked);
            for (feature, _) in examples.features(at) {
                present[feature] = 0.0;
            }
        }
    }
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
    fn correct(&mut self, rivals: &[u32], present: &[f32], asked: &mut FxHashMap<u32, f32>) {
        let mut logits: Vec<f32> = rivals
            .iter()
            .map(|&class| self.logit(class, present))
            .collect();
        let mut held: Vec<f32> = rivals
            .iter()
            .map(|class| asked.get(class).copied().unwrap_or(0.0))
            .collect();
        step(&mut logits, &mut held, 0);
        for ((&class, &change), &held) in rivals.iter().zip(&logits).zip(&held) {
            asked.insert(class, held);
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

fn postings(classes: &Classes, features: usize) -> Rows {
    let mut cells: Vec<(u32, u32, f32)> = Vec::with_capacity(classes.features.len());
    for (class, range) in (0u32..).zip(classes.offsets.windows(2)) {
        let range = range[0]..range[1];
        cells.extend(range.map(|at| (classes.features[at], class, classes.weights[at])));
    }
    cells.sort_unstable_by_key(|&(feature, class, _)| (feature, class));
    Rows::new(features, cells.into_iter())
}

/// The message's own class, then the classes that share the most of its rare features.
fn rivals(examples: &Examples, at: usize, postings: &Rows, counts: &mut [f32]) -> Vec<u32> {
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
