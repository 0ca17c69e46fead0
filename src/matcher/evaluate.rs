//! Evaluation: how right a matcher is on labelled messages, and how honest about it.
//!
//! Reads no clock: the caller may note how long each took in [`Outcome::micros`].

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Context, Decision, Matcher};

/// The label of messages that belong to no intent.
pub const NONE: &str = "none";
/// So many of the most frequent confusions are reported.
const CONFUSIONS_MAX: usize = 20;
/// Confidence is compared with truth in so many bands.
const BANDS: usize = 10;

/// How one labelled message came out.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The intent it was labelled with; `None` if it belongs to none.
    pub label: Option<String>,
    /// The first candidate, whatever its confidence.
    pub first: Option<String>,
    /// The first candidate's confidence.
    pub confidence: f32,
    /// What the thresholds decided.
    pub decision: Decision,
    /// How long it took, in microseconds, if somebody looked at a clock.
    pub micros: f64,
}

/// What an evaluation found. Shares are `None` where nothing was there to take a share of.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Messages.
    pub rows: usize,
    /// Intents the matcher knows.
    pub intents: usize,
    /// In scope: the first candidate is right, whatever its confidence.
    pub top1: Option<f64>,
    /// In scope: answered right, or offered first in a clarification.
    pub in_scope_accuracy: Option<f64>,
    /// Out of scope: not answered.
    pub oos_recall: Option<f64>,
    /// The mean of the intents' F1 by the first candidate, in scope.
    pub macro_f1: Option<f64>,
    /// How well confidence separates in scope from out of scope.
    pub auroc: Option<f64>,
    /// Seconds to train, if somebody looked at a clock.
    pub train_s: Option<f64>,
    /// The median of the microseconds a message took.
    pub p50_us: Option<f64>,
    /// All but one in a hundred took at most so long.
    pub p99_us: Option<f64>,
    /// The pairs most often confused.
    pub confusions: Vec<Confusion>,
    /// Confidence against truth, for people.
    #[serde(skip)]
    pub reliability: Vec<Band>,
    /// How often each decision was taken in and out of scope, for people.
    #[serde(skip)]
    pub decisions: Vec<(Decision, usize, usize)>,
}

/// Messages of one intent taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// What they were labelled.
    pub intent: String,
    /// The first candidate.
    pub taken_for: String,
    /// How many.
    pub rows: usize,
}

/// Messages whose first candidate was about equally sure.
#[derive(Debug, Clone, Copy, Default)]
pub struct Band {
    /// How many there are.
    pub rows: usize,
    /// The sum of their confidences.
    pub confidence: f64,
    /// How many were right; out of scope, nothing is.
    pub right: usize,
}

/// Classifies one labelled message.
pub fn outcome(matcher: &Matcher, text: &str, label: &str) -> Outcome {
    let found = matcher.classify(text, &Context::default());
    let first = found.candidates.first();
    Outcome {
        label: (label != NONE).then(|| label.to_owned()),
        first: first.map(|first| first.intent.to_string()),
        confidence: first.map_or(0.0, |first| first.confidence),
        decision: found.decision,
        micros: 0.0,
    }
}

impl Outcome {
    fn is_right(&self) -> bool {
        self.label.is_some() && self.label == self.first
    }
}

impl Report {
    /// Sums up.
    pub fn new(outcomes: &[Outcome], intents: usize) -> Report {
        let (inside, outside): (Vec<&Outcome>, Vec<&Outcome>) =
            outcomes.iter().partition(|o| o.label.is_some());
        let mut micros: Vec<f64> = outcomes.iter().map(|outcome| outcome.micros).collect();
        micros.sort_by(f64::total_cmp);
        let decisions = [Decision::Answer, Decision::Clarify, Decision::Fallback];
        let count =
            |of: &[&Outcome], decision| of.iter().filter(|o| o.decision == decision).count();
        Report {
            rows: outcomes.len(),
            intents,
            top1: share(&inside, |o| o.is_right()),
            in_scope_accuracy: share(&inside, |o| {
                o.is_right() && o.decision != Decision::Fallback
            }),
            oos_recall: share(&outside, |o| o.decision != Decision::Answer),
            macro_f1: macro_f1(&inside),
            auroc: auroc(&inside, &outside),
            train_s: None,
            p50_us: quantile(&micros, 0.5),
            p99_us: quantile(&micros, 0.99),
            confusions: confusions(&inside),
            reliability: reliability(outcomes),
            decisions: decisions
                .map(|d| (d, count(&inside, d), count(&outside, d)))
                .to_vec(),
        }
    }

    /// The mean distance between confidence and truth over the bands, weighted by their messages.
    pub fn calibration_error(&self) -> f64 {
        let distance = |band: &Band| (band.confidence - band.right as f64).abs();
        self.reliability.iter().map(distance).sum::<f64>() / self.rows.max(1) as f64
    }
}

fn share(outcomes: &[&Outcome], holds: impl Fn(&Outcome) -> bool) -> Option<f64> {
    let count = outcomes.iter().filter(|outcome| holds(outcome)).count();
    (!outcomes.is_empty()).then(|| count as f64 / outcomes.len() as f64)
}

fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let at = (sorted.len() as f64 * q) as usize;
    sorted
        .get(at.min(sorted.len().saturating_sub(1)))
        .copied()
        .filter(|&micros| micros > 0.0)
}

fn macro_f1(inside: &[&Outcome]) -> Option<f64> {
    // For each intent: rows that are its own, rows taken for it, rows that are both.
    let mut counts: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for outcome in inside {
        counts.entry(outcome.label.as_deref()?).or_default().0 += 1;
        if let Some(first) = outcome.first.as_deref() {
            counts.entry(first).or_default().1 += 1;
        }
        if outcome.is_right() {
            counts.entry(outcome.label.as_deref()?).or_default().2 += 1;
        }
    }
    let labelled: Vec<_> = counts.values().filter(|(own, ..)| *own > 0).collect();
    let f1: f64 = labelled
        .iter()
        .map(|(own, taken, both)| 2.0 * *both as f64 / (own + taken) as f64)
        .sum();
    (!labelled.is_empty()).then(|| f1 / labelled.len() as f64)
}

/// The chance that a message in scope is surer than one out of scope; ties count half.
fn auroc(inside: &[&Outcome], outside: &[&Outcome]) -> Option<f64> {
    if inside.is_empty() || outside.is_empty() {
        return None;
    }
    let mut confidences: Vec<f32> = outside.iter().map(|o| o.confidence).collect();
    confidences.sort_by(f32::total_cmp);
    let wins = inside.iter().map(|o| {
        let below = confidences.partition_point(|&other| other < o.confidence);
        let up_to = confidences.partition_point(|&other| other <= o.confidence);
        (below + up_to) as f64 / 2.0
    });
    Some(wins.sum::<f64>() / (inside.len() * outside.len()) as f64)
}

fn confusions(inside: &[&Outcome]) -> Vec<Confusion> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for outcome in inside.iter().filter(|outcome| !outcome.is_right()) {
        if let (Some(label), Some(first)) = (&outcome.label, &outcome.first) {
            *counts.entry((label, first)).or_default() += 1;
        }
    }
    let mut confusions: Vec<Confusion> = counts
        .into_iter()
        .map(|((intent, taken_for), rows)| Confusion {
            intent: intent.into(),
            taken_for: taken_for.into(),
            rows,
        })
        .collect();
    confusions.sort_by_key(|confusion| std::cmp::Reverse(confusion.rows));
    confusions.truncate(CONFUSIONS_MAX);
    confusions
}

fn reliability(outcomes: &[Outcome]) -> Vec<Band> {
    let mut bands = vec![Band::default(); BANDS];
    for outcome in outcomes {
        let at = (f64::from(outcome.confidence) * BANDS as f64) as usize;
        let band = &mut bands[at.min(BANDS - 1)];
        band.rows += 1;
        band.confidence += f64::from(outcome.confidence);
        band.right += usize::from(outcome.is_right());
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: &str, first: &str, confidence: f32, decision: Decision) -> Outcome {
        let label = (label != NONE).then(|| label.to_owned());
        Outcome {
            label,
            first: Some(first.into()),
            confidence,
            decision,
            micros: 1.0,
        }
    }

    #[test]
    fn a_report_sums_up() {
        let report = Report::new(
            &[
                row("a", "a", 0.9, Decision::Answer),
                row("a", "b", 0.4, Decision::Clarify),
                row("b", "b", 0.2, Decision::Fallback),
                row("b", "b", 0.8, Decision::Answer),
                row("none", "a", 0.3, Decision::Clarify),
                row("none", "a", 0.85, Decision::Answer),
            ],
            2,
        );
        assert_eq!(report.top1, Some(0.75));
        assert_eq!(report.in_scope_accuracy, Some(0.5));
        assert_eq!(report.oos_recall, Some(0.5));
        assert_eq!(report.auroc, Some((2.0 + 1.0 + 0.0 + 1.0) / 8.0));
        assert_eq!(
            report.confusions,
            [Confusion {
                intent: "a".into(),
                taken_for: "b".into(),
                rows: 1
            }]
        );
        assert_eq!(report.decisions[0], (Decision::Answer, 2, 1));
        assert_eq!(
            report
                .reliability
                .iter()
                .map(|band| band.rows)
                .sum::<usize>(),
            6
        );
    }

    #[test]
    fn what_does_not_apply_is_absent() {
        let report = Report::new(&[], 3);
        assert_eq!(
            (report.top1, report.oos_recall, report.auroc, report.p50_us),
            (None, None, None, None)
        );
    }
}
