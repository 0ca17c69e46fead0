//! Calibration: what a model's signals are worth as a probability.
//!
//! Two questions are asked apart. *Which* intent: a softmax over the candidates' scores, its scale and the worth of
//! keywords, hints, `unless` and patterns learned from messages the model has not seen. *Whether* it is any intent: a
//! logistic regression over the best score, its lead over belonging nowhere, and the signs.
//! The confidence puts both on one scale on which, of the answers at 0.9, nine in ten are right.
//!
//! Likeness to the nearest utterance and the share of known words were tried for "whether": next to the score of this
//! model they gain nothing, and with many utterances they lose half a point of AUROC.
//!
//! Both are fitted on held-out parts of the catalogue. What belongs nowhere is shown as well: messages given as such,
//! or else the utterances of intents that were left out.

use std::sync::Arc;

use super::decide::{CHOICES_MAX, Judged, Thresholds};
use super::fit::{dot, fit_choice, fit_logistic, logistic, softmax};
use super::material::Material;
use super::model::{Basis, CANDIDATES_MAX, Signal, Signals, WORTH_PRIOR};
use super::observe::{Observation, observe};

const WHICH: usize = 9;
/// The weights of the score that says which, in the order of [`which_inputs`].
type Which = [f64; WHICH];
const WHETHER: usize = 12;
/// The weights of the score that says whether, in the order of [`whether_inputs`].
type Whether = [f64; WHETHER];

/// How strongly the priors of the sign's worth hold: as strongly as this many messages contradicting them.
const PRIOR_STRENGTH: f64 = 4.0;
/// What "which" believes before any message was seen.
const WHICH_PRIOR: Which = [
    1.0,
    2.0,
    0.0,
    0.0,
    -1.0,
    WORTH_PRIOR[0] as f64,
    WORTH_PRIOR[1] as f64,
    WORTH_PRIOR[2] as f64,
    WORTH_PRIOR[3] as f64,
];
/// What "whether" believes before any message was seen, and what a catalogue of keywords without utterances is left
/// with: a keyword or a pattern is reason enough, a resemblance is not.
const WHETHER_PRIOR: Whether = [
    -2.0, 0.5, 0.0, 0.0, 2.5, -2.0, 2.5, -2.0, 1.0, 0.5, 0.0, 0.0,
];
const SCALE_PRIOR: [f64; 2] = [0.0, 1.0];
/// How strongly both hold: next to nothing once there are some dozen messages.
const RIDGE: f64 = 0.5;
/// How much doubt between candidates lowers the confidence of the first. With 1, a product of probabilities, a message
/// that fits two intents seems as strange as one that fits none. Chosen on development rows of clinc150, where smaller
/// shares raised AUROC (0.923 at 1, 0.934 at 0.3, before other changes).
const WHICH_SHARE: f64 = 0.3;
/// What belongs nowhere was learned beside other intents, and says that much less about one that was not: it enters on
/// a smaller scale, on which the ridge holds it back.
const UNLEARNED_LEAD: f64 = 0.3;
/// So much of its weight a message of no intent keeps where thresholds are chosen, although an SOP without utterances
/// claims it: whether it is right is for its lead to say.
const CLAIMED_SHARE: f64 = 0.7;
/// No confidence is nearer to 0 or 1.
const CONFIDENCE_MIN: f64 = 1e-5;

/// What signals are worth.
#[derive(Debug, Clone)]
pub struct Calibration {
    which: Which,
    whether: Whether,
    /// From evidence to confidence: offset and slope.
    scale: [f64; 2],
    /// Where answering ends and where clarifying does.
    pub thresholds: Thresholds,
}

impl Calibration {
    /// Learns from the catalogue's own messages.
    pub fn fit(material: &Material<'_>, basis: &Arc<Basis>) -> Calibration {
        Self::of(&mut observe(material, basis), material)
    }

    /// Says what utterances of intents are taken for by models that have not seen them but others of their intent.
    pub fn held_out(material: &Material<'_>, basis: &Arc<Basis>) -> Vec<HeldOut> {
        let mut observations = observe(material, basis);
        let calibration = Self::of(&mut observations, material);
        let taught = observations.iter().filter(|one| !one.is_untaught);
        let held_out = taught.filter_map(|observation| {
            Some(HeldOut {
                message: observation.message,
                truth: observation.truth?,
                first: observation.signals.candidates.first()?.intent,
                confidence: calibration.judge(observation).first,
            })
        });
        held_out.collect()
    }

    fn of(observations: &mut Vec<Observation>, material: &Material<'_>) -> Calibration {
        let mut calibration = Calibration {
            which: fit_which(observations),
            whether: WHETHER_PRIOR,
            scale: SCALE_PRIOR,
            thresholds: Thresholds::default(),
        };
        for observation in observations.iter_mut() {
            calibration.rank(&mut observation.signals);
        }
        observations.retain(|observation| !observation.signals.candidates.is_empty());
        let undoubted = doubt_claimed(observations, material);
        let observations = &*observations;
        let inside = |one: &Observation| one.truth.is_some();
        calibration.whether = fit_cases(observations, WHETHER_PRIOR, inside, |observation| {
            whether_inputs(&observation.signals)
        });
        calibration.scale = fit_cases(
            observations,
            SCALE_PRIOR,
            Observation::is_right,
            |observation| [1.0, calibration.evidence(&observation.signals)],
        );
        let taught = observations.iter().zip(undoubted);
        let taught = taught.filter(|(one, _)| !one.is_untaught);
        let judged = taught.map(|(one, undoubted)| Judged {
            weight: CLAIMED_SHARE.mul_add(undoubted - one.weight, one.weight),
            ..calibration.judge(one)
        });
        let judged: Vec<_> = judged.collect();
        calibration.thresholds = Thresholds::choose(&judged);
        calibration
    }

    /// Puts the candidates into their final order.
    pub fn rank(&self, signals: &mut Signals) {
        signals.candidates.sort_by(|a, b| {
            let (a, b) = ((self.score(a), a.intent), (self.score(b), b.intent));
            b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
        });
    }

    /// The confidence of each candidate, in the order of [`Calibration::rank`].
    pub fn confidences(&self, signals: &Signals) -> Vec<f32> {
        if signals.candidates.is_empty() {
            return Vec::new();
        }
        let confidence = logistic(dot(&self.scale, &[1.0, self.evidence(signals)]))
            .clamp(CONFIDENCE_MIN, 1.0 - CONFIDENCE_MIN);
        let shares = self.shares(signals);
        // The others are to the first as their shares are, and together never get more than it leaves.
        let (own, rest) = (shares[0], (1.0 - shares[0]).max(f64::MIN_POSITIVE));
        let other = |share: &f64| (confidence * share / own).min((1.0 - confidence) * share / rest);
        let other = |share: &f64| other(share).max(CONFIDENCE_MIN / CANDIDATES_MAX as f64);
        let others = shares[1..].iter().map(other);
        std::iter::once(confidence)
            .chain(others)
            .map(|confidence| confidence as f32)
            .collect()
    }

    /// Whether and which on one scale, unbounded.
    fn evidence(&self, signals: &Signals) -> f64 {
        let which = self.shares(signals)[0].ln();
        dot(&self.whether, &whether_inputs(signals)) + WHICH_SHARE * which
    }

    /// How likely each candidate is, if it is one of them.
    fn shares(&self, signals: &Signals) -> Vec<f64> {
        softmax(
            signals
                .candidates
                .iter()
                .map(|candidate| self.score(candidate))
                .collect(),
        )
    }

    fn score(&self, candidate: &Signal) -> f64 {
        dot(&self.which, &which_inputs(candidate)) + f64::from(candidate.favour)
    }

    fn judge(&self, observation: &Observation) -> Judged {
        let confidences = self.confidences(&observation.signals);
        Judged {
            first: confidences.first().copied().unwrap_or(0.0),
            offered: confidences.iter().take(CHOICES_MAX).sum(),
            is_inside: observation.truth.is_some(),
            is_right: observation.is_right(),
            weight: observation.weight,
        }
    }
}

/// An utterance of an intent as a model took it that had not seen it.
#[derive(Debug, Clone, Copy)]
pub struct HeldOut {
    /// Its index among the material's messages.
    pub message: usize,
    /// The intent it belongs to.
    pub truth: u32,
    /// The first candidate.
    pub first: u32,
    /// How sure of it.
    pub confidence: f32,
}

fn which_inputs(candidate: &Signal) -> Which {
    let [keyword, hint, unless, pattern] = candidate.signs.map(f64::from);
    let (document, unlearned) = (
        f64::from(candidate.document),
        f64::from(candidate.unlearned),
    );
    [
        f64::from(candidate.logit),
        document,
        unlearned,
        unlearned * document,
        f64::from(candidate.missing),
        keyword,
        hint,
        unless,
        pattern,
    ]
}

/// What speaks for the first candidate being meant at all: where it was learned the learned weights, where it was not
/// its document.
fn whether_inputs(signals: &Signals) -> Whether {
    let first = &signals.candidates[0];
    let [keyword, hint, unless, pattern] = first.signs.map(f64::from);
    let (logit, document) = (f64::from(first.logit), f64::from(first.document));
    let (unlearned, learned) = (f64::from(first.unlearned), 1.0 - f64::from(first.unlearned));
    let outside = signals.outside.map(f64::from);
    let lead = outside.map_or(0.0, |outside| logit - outside);
    let length = (signals.content_words as f64).ln_1p();
    let others = signals.candidates[1..].iter().map(|other| other.document);
    let margin = document - f64::from(others.fold(0.0, f32::max));
    [
        learned,
        learned * logit,
        learned * lead,
        learned * length,
        keyword + 0.5 * hint,
        unless,
        pattern,
        unlearned,
        unlearned * document,
        unlearned * margin,
        unlearned * lead * UNLEARNED_LEAD,
        f64::from(first.missing),
    ]
}

/// What is said to belong nowhere was written before an SOP without utterances was, and may well be about it: taken for
/// such a one it counts for little. Returns the weights as they were.
fn doubt_claimed(observations: &mut [Observation], material: &Material<'_>) -> Vec<f64> {
    let unlearned = material.unlearned();
    let undoubted = observations.iter().map(|one| one.weight).collect();
    for observation in observations.iter_mut().filter(|one| one.truth.is_none()) {
        let first = observation.signals.candidates[0].intent as usize;
        observation.weight *= 1.0 - f64::from(unlearned[first]);
    }
    undoubted
}

fn fit_which(observations: &[Observation]) -> Which {
    let cases: Vec<_> = (observations.iter())
        .filter_map(|observation| {
            let candidates = &observation.signals.candidates;
            let right = (candidates.iter()).position(|c| Some(c.intent) == observation.truth)?;
            let inputs = candidates.iter().map(which_inputs).collect();
            Some((inputs, right, observation.weight))
        })
        .collect();
    fit_choice(WHICH_PRIOR, PRIOR_STRENGTH, &cases)
}

/// Fits what a kind of observation is known by. Both kinds must have been seen, and neither is believed to be certain:
/// a sample of n says no more than 1 / (n + 2).
fn fit_cases<const N: usize>(
    observations: &[Observation],
    prior: [f64; N],
    is_so: impl Fn(&Observation) -> bool,
    inputs: impl Fn(&Observation) -> [f64; N],
) -> [f64; N] {
    let weigh = |wanted: bool| -> f64 {
        let some = observations.iter().filter(|one| is_so(one) == wanted);
        some.map(|one| one.weight).sum()
    };
    let (so, not_so) = (weigh(true), weigh(false));
    if so == 0.0 || not_so == 0.0 {
        return prior;
    }
    let target = |is_so: bool| match is_so {
        true => 1.0 - 1.0 / (so + 2.0),
        false => 1.0 / (not_so + 2.0),
    };
    let cases: Vec<_> = (observations.iter())
        .map(|one| (inputs(one), target(is_so(one)), one.weight))
        .collect();
    fit_logistic(prior, RIDGE, &cases)
}
