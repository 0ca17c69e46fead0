//! Shared words: a short message all of whose words several intents use asks which of them is meant.
//!
//! For `tagihan`, `bayar tagihan` or `sn nya gimana` the learned weights prefer the intent that uses such words a little more
//! often, which is no reason to answer. Here each word speaks for itself, by the share of an intent's utterances that
//! use it; only the intents that claim every word remain, and unless one of them uses the words far more than the
//! others, they divide the confidence. The channel's default service settles it by ruling intents out.

use super::model::{Model, Signal, Signals};
use super::phrases::Sign;

/// In a longer message the words say enough about each other, and the learned weights know how.
const SUBJECTS_MAX: usize = 3;
/// The same, with `kak`, `mau` and `gimana` counted.
const WORDS_MAX: usize = 6;
/// An intent claims a word that at least this share of its utterances use: once in twenty is no accident. A hint of a
/// lead's is as good.
const CLAIM_USAGE_MIN: f32 = 0.05;
/// An intent whose share is as large as this is what was meant: it uses the words six times as much as all others.
const SETTLED_SHARE_MIN: f32 = 0.85;

/// Who claims a short message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The message is long, has words that no intent claims, or names a keyword: the confidences say everything.
    None,
    /// One intent uses these words, or far more than the others.
    One,
    /// Several do.
    Several,
}

/// Sees who claims a message and divides its confidence among them.
pub fn divide(model: &Model, signals: &mut Signals, confidences: &mut [f32]) -> Claim {
    let Some(first) = signals.candidates.first() else {
        return Claim::None;
    };
    let [keyword, _, _, pattern] = first.signs;
    let is_short =
        (1..=SUBJECTS_MAX).contains(&signals.subjects.len()) && signals.words <= WORDS_MAX;
    if !is_short || signals.strangers > 0 || keyword + pattern > 0.0 {
        return Claim::None;
    }
    let weights: Vec<f32> = (signals.candidates.iter())
        .map(|candidate| weight(model, signals, candidate))
        .collect();
    let total: f32 = weights.iter().sum();
    let is_about_another = first.favour >= 0.0 && weights[0] == 0.0;
    if total == 0.0 || is_about_another {
        return Claim::None;
    }
    if weights[0] >= SETTLED_SHARE_MIN * total {
        return Claim::One;
    }
    let claiming = weights.iter().filter(|weight| **weight > 0.0).count();
    // Words are no sentence: what the learned weights make of it counts as much as the words do.
    let weights: Vec<f32> = (weights.iter().zip(confidences.iter()))
        .map(|(weight, confidence)| (weight * confidence).sqrt())
        .collect();
    let total: f32 = weights.iter().sum();
    let divided = confidences[0];
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]));
    let least = divided * weights[order[claiming - 1]] / total;
    let rest = confidences.last().copied().unwrap_or(0.0).min(least);
    for (confidence, &at) in confidences.iter_mut().zip(&order) {
        *confidence = match weights[at] {
            0.0 => rest,
            weight => divided * weight / total,
        };
    }
    signals.candidates = order
        .iter()
        .map(|&at| signals.candidates[at].clone())
        .collect();
    match claiming {
        1 => Claim::One,
        _ => Claim::Several,
    }
}

/// How much an intent uses the words of a message, each for itself; nothing when it does not claim them all.
fn weight(model: &Model, signals: &Signals, candidate: &Signal) -> f32 {
    if candidate.favour < 0.0 {
        return 0.0;
    }
    let is_hinted = candidate.signs[Sign::Hint as usize] > 0.0;
    signals
        .subjects
        .iter()
        .map(|&stem| match model.usage(stem, candidate.intent) {
            usage if usage >= CLAIM_USAGE_MIN => usage,
            usage if is_hinted && usage > 0.0 => CLAIM_USAGE_MIN,
            _ => 0.0,
        })
        .product()
}
