//! The decision: answer, ask which of two or three, or admit that nothing fits.

use super::fit::logistic;

/// A clarification offers at most so many choices: what fits a glance and a row of buttons.
pub const CHOICES_MAX: usize = 3;

/// A wrong procedure for a message of an intent costs as much as a right one gains: the agent sees a neighbour.
const WRONG_COST: f64 = 1.0;
/// A procedure for a message of no intent costs four to five times that: the agent may follow it. Set so that nine in ten of the
/// shipped catalogue's outside messages stay unanswered in cross-validation.
const OUTSIDE_COST: f64 = 4.5;
/// A clarification is worth offering as long as at most this share of what belongs nowhere gets one.
const CLARIFIED_OUTSIDE_MAX: f64 = 0.35;
/// The same for being answered, where there is nothing to weigh it against.
const ANSWERED_OUTSIDE_MAX: f64 = 0.1;
/// How gradually a message counts as accepted around a threshold, in log odds.
const SOFTNESS: f64 = 0.3;
/// So many steps between the least and the highest threshold are tried.
const GRID: u32 = 200;
/// No threshold leaves this range, however little data there was to choose it by.
const THRESHOLDS: std::ops::RangeInclusive<f32> = 0.05..=0.9;

/// What to do with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The first candidate is what was meant.
    Answer,
    /// One of the first two or three is; the agent picks.
    Clarify,
    /// Nothing fits.
    Fallback,
}

/// How a held-out message came out.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    /// The confidence of the first candidate.
    pub first: f32,
    /// The confidence that the intent is among those a clarification would offer.
    pub offered: f32,
    /// Whether the message belongs to an intent.
    pub is_inside: bool,
    /// Whether the first candidate is that intent.
    pub is_right: bool,
    /// How much it counts.
    pub weight: f64,
}

/// Where answering ends and where clarifying does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// The confidence of the first candidate from which it is answered.
    pub answer: f32,
    /// The confidence of all choices together from which they are offered.
    pub clarify: f32,
}

impl Default for Thresholds {
    /// For a catalogue without a message to choose by.
    fn default() -> Self {
        Thresholds {
            answer: 0.5,
            clarify: 0.3,
        }
    }
}

impl Thresholds {
    /// Chooses the thresholds that serve held-out messages best.
    pub fn choose(judged: &[Judged]) -> Thresholds {
        let inside: f64 = judged
            .iter()
            .filter(|j| j.is_inside)
            .map(|j| j.weight)
            .sum();
        let outside: f64 = judged
            .iter()
            .filter(|j| !j.is_inside)
            .map(|j| j.weight)
            .sum();
        if inside == 0.0 {
            return Thresholds::above(judged);
        }
        if outside == 0.0 {
            return Thresholds::default();
        }
        let gain = |judged: &Judged| match (judged.is_inside, judged.is_right) {
            (true, true) => judged.weight,
            (true, false) => -WRONG_COST * judged.weight,
            (false, _) => -OUTSIDE_COST * judged.weight,
        };
        let answer = best_threshold(judged, |j| j.first, gain);
        let unanswered: Vec<Judged> = judged
            .iter()
            .filter(|j| j.first < answer)
            .copied()
            .collect();
        let clarify = unanswered
            .iter()
            .filter(|j| !j.is_inside)
            .map(|j| (j.offered, j.weight));
        let clarify = upper_share(clarify.collect(), CLARIFIED_OUTSIDE_MAX * outside).min(answer);
        Thresholds { answer, clarify }.bounded()
    }

    /// Where nothing but messages of no intent was seen, most of them must stay unanswered.
    fn above(judged: &[Judged]) -> Thresholds {
        let outside = |share: f64, value: fn(&Judged) -> f32| {
            let items = judged.iter().map(|j| (value(j), 1.0));
            upper_share(items.collect(), share * judged.len() as f64)
        };
        let default = Thresholds::default();
        let answer = default
            .answer
            .max(outside(ANSWERED_OUTSIDE_MAX, |j| j.first));
        let clarify = outside(CLARIFIED_OUTSIDE_MAX, |j| j.offered);
        Thresholds {
            answer,
            clarify: clarify.clamp(default.clarify, answer),
        }
        .bounded()
    }

    fn bounded(self) -> Thresholds {
        Thresholds {
            answer: self.answer.clamp(*THRESHOLDS.start(), *THRESHOLDS.end()),
            clarify: self.clarify.clamp(*THRESHOLDS.start(), *THRESHOLDS.end()),
        }
    }

    /// Decides by the candidates' confidences, best first.
    pub fn decide(&self, confidences: &[f32]) -> Decision {
        let first = confidences.first().copied().unwrap_or(0.0);
        let offered: f32 = confidences.iter().take(CHOICES_MAX).sum();
        if first >= self.answer {
            Decision::Answer
        } else if offered >= self.clarify && confidences.len() > 1 {
            Decision::Clarify
        } else {
            Decision::Fallback
        }
    }
}

/// The confidence from which on accepting gains most. A message near it counts as half accepted, so that the choice
/// follows what most messages say and not the few that happen to be next to it.
fn best_threshold(
    judged: &[Judged],
    confidence: impl Fn(&Judged) -> f32,
    gain: impl Fn(&Judged) -> f64,
) -> f32 {
    let judged: Vec<(f64, f64)> = (judged.iter())
        .map(|judged| (log_odds(f64::from(confidence(judged))), gain(judged)))
        .collect();
    let gained = |from: f64| -> f64 {
        let accepted = |&(at, gain): &(f64, f64)| gain * logistic((at - from) / SOFTNESS);
        judged.iter().map(accepted).sum()
    };
    let [least, most] = [THRESHOLDS.start(), THRESHOLDS.end()].map(|end| log_odds(f64::from(*end)));
    let grid = (0..=GRID).map(|at| least + (most - least) * f64::from(at) / f64::from(GRID));
    let best = grid
        .map(|from| (gained(from), from))
        .fold(
            (0.0, most),
            |best, next| if next.0 > best.0 { next } else { best },
        );
    logistic(best.1) as f32
}

fn log_odds(confidence: f64) -> f64 {
    let confidence = confidence.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    (confidence / (1.0 - confidence)).ln()
}

/// The value above which items of at most this weight lie.
fn upper_share(mut items: Vec<(f32, f64)>, weight_max: f64) -> f32 {
    items.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut sum = 0.0;
    for (value, weight) in items {
        sum += weight;
        if sum > weight_max {
            return value + f32::EPSILON;
        }
    }
    0.0
}
