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

use super::decide::{CHOICES_MAX, Thresholds};
use super::model::{Material, Model, Signal, Signals, WORTH_PRIOR};
use super::train::Shuffle;
use crate::text::Utterance;

/// The weights of the score that says which: the learned logit and the four signs.
type Which = [f64; 5];
const WHETHER: usize = 7;
/// The weights of the score that says whether, in the order of [`whether_inputs`].
type Whether = [f64; WHETHER];

/// Small catalogues are divided into so many parts, each held out once.
const PARTS: usize = 5;
/// Beyond this many messages one part says enough and training again costs too much.
const MESSAGES_ONE_PART: usize = 4_000;
/// So large is the part that is held out then.
const ONE_PART_SHARE: usize = 8;
/// With at least so many messages of no intent, none need be made up by leaving intents out.
const OUTSIDE_MIN: usize = 40;
/// When they must be made up, one intent in so many is left out of each part.
const LEFT_OUT_ONE_IN: usize = 6;
/// However many messages of no intent a lead writes down, they count at most as much as all others together: a help
/// channel gets both, and an answer to what belongs nowhere misleads as much as a missing one delays.
const OUTSIDE_WEIGHT: f64 = 1.0;
/// Left-out intents are nearer to the rest than what people really ask, so together they count as this share of the
/// messages. Chosen on development rows: 0.25 was underconfident there (calibration error 0.038, now 0.013).
const LEFT_OUT_WEIGHT: f64 = 0.15;

/// How strongly the priors of the sign's worth hold: as strongly as this many messages contradicting them.
const PRIOR_STRENGTH: f64 = 4.0;
/// What "whether" believes before any message has told, and what a catalogue of keywords without utterances is left
/// with: a keyword or a pattern is reason enough, a resemblance is not.
const WHETHER_PRIOR: Whether = [-2.0, 0.5, 0.0, 2.5, -2.0, 2.5, 0.0];
const SCALE_PRIOR: [f64; 2] = [0.0, 1.0];
/// How strongly both hold: next to nothing once there are some dozen messages.
const RIDGE: f64 = 0.5;
/// How much doubt between candidates lowers the confidence of the first. With 1, a product of probabilities, a message
/// that fits two intents seems as strange as one that fits none. Chosen on development rows of clinc150, where smaller
/// shares raised AUROC (0.923 at 1, 0.934 at 0.3, before other changes).
const WHICH_SHARE: f64 = 0.3;
const NEWTON_STEPS: usize = 12;

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

/// A message that the model which looked at it had not seen.
struct Observation {
    /// Its index among the material's messages.
    message: usize,
    signals: Signals,
    truth: Option<u32>,
    weight: f64,
}

impl Calibration {
    /// Learns from the catalogue's own messages.
    pub fn fit(material: &Material<'_>) -> Calibration {
        Self::of(&mut observe(material))
    }

    /// Says what utterances of intents are taken for by models that have not seen them.
    pub fn held_out(material: &Material<'_>) -> Vec<HeldOut> {
        let mut observations = observe(material);
        let calibration = Self::of(&mut observations);
        let held_out = observations.iter().filter_map(|observation| {
            Some(HeldOut {
                message: observation.message,
                truth: observation.truth?,
                first: observation.signals.candidates.first()?.intent,
                confidence: calibration.judge(observation).first,
            })
        });
        held_out.collect()
    }

    fn of(observations: &mut Vec<Observation>) -> Calibration {
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
        calibration.whether = fit_logistic(observations, WHETHER_PRIOR, |observation| {
            (
                whether_inputs(&observation.signals),
                observation.truth.is_some(),
            )
        });
        calibration.scale = fit_logistic(observations, SCALE_PRIOR, |observation| {
            let evidence = calibration.evidence(&observation.signals);
            ([1.0, evidence], observation.is_right())
        });
        let judged: Vec<_> = observations.iter().map(|o| calibration.judge(o)).collect();
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
        let confidence = logistic(dot(&self.scale, &[1.0, self.evidence(signals)]));
        let shares = self.shares(signals);
        // The others stand to the first as their shares do, and together never get more than it leaves.
        let (own, rest) = (shares[0], (1.0 - shares[0]).max(f64::MIN_POSITIVE));
        let other = |share: &f64| (confidence * share / own).min((1.0 - confidence) * share / rest);
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

impl Observation {
    fn is_right(&self) -> bool {
        let first = self.signals.candidates.first().map(|first| first.intent);
        self.truth.is_some() && self.truth == first
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

/// Trains on parts of the catalogue and looks at the rest.
fn observe(material: &Material<'_>) -> Vec<Observation> {
    let outside = material
        .messages
        .iter()
        .filter(|m| m.1 as usize == material.intents)
        .count();
    let count = material.messages.len();
    let (parts, taken) = if count <= MESSAGES_ONE_PART {
        (PARTS, PARTS)
    } else {
        (ONE_PART_SHARE, 1)
    };
    let leaves_out = outside < OUTSIDE_MIN && material.intents > 2;
    let parting = Parting::new(material, parts, leaves_out);
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(taken);
    let look = |from: usize| {
        let parts = (from..taken).step_by(threads);
        parts
            .map(|part| (part, parting.look(material, part)))
            .collect::<Vec<_>>()
    };
    let mut looked = std::thread::scope(|scope| {
        let look = &look;
        let started: Vec<_> = (1..threads)
            .map(|from| scope.spawn(move || look(from)))
            .collect();
        let mut looked = look(0);
        for thread in started {
            looked.extend(thread.join().expect("training does not panic"));
        }
        looked
    });
    looked.sort_by_key(|(part, _)| *part);
    let mut observations: Vec<Observation> = looked
        .into_iter()
        .flat_map(|(_, observations)| observations)
        .collect();
    let inside = observations.iter().filter(|o| o.truth.is_some()).count() as f64;
    let strangers = observations.len() as f64 - inside;
    let share = if leaves_out {
        LEFT_OUT_WEIGHT
    } else {
        OUTSIDE_WEIGHT
    };
    for observation in observations.iter_mut().filter(|o| o.truth.is_none()) {
        observation.weight = (share * inside / strangers).min(1.0);
    }
    observations
}

/// Which message is held out in which part, and which intents are left out of it.
struct Parting {
    part_of_message: Vec<usize>,
    part_of_intent: Vec<usize>,
}

impl Parting {
    fn new(material: &Material<'_>, parts: usize, leaves_out: bool) -> Parting {
        let mut seen = vec![0usize; material.intents + 1];
        let part_of_message = material.messages.iter().map(|&(_, intent)| {
            let seen = &mut seen[intent as usize];
            *seen += 1;
            (*seen + intent as usize) % parts
        });
        let part_of_message = part_of_message.collect();
        let mut part_of_intent: Vec<usize> = (0..material.intents)
            .map(|at| at % LEFT_OUT_ONE_IN.max(parts))
            .collect();
        Shuffle::default().shuffle(&mut part_of_intent);
        if !leaves_out {
            part_of_intent.fill(usize::MAX);
        }
        Parting {
            part_of_message,
            part_of_intent,
        }
    }

    fn is_left_out(&self, intent: u32, part: usize) -> bool {
        self.part_of_intent.get(intent as usize) == Some(&part)
    }

    fn look(&self, material: &Material<'_>, part: usize) -> Vec<Observation> {
        let seen: Vec<(&str, u32)> = (0..material.messages.len())
            .filter(|&at| {
                self.part_of_message[at] != part && !self.is_left_out(material.messages[at].1, part)
            })
            .map(|at| material.messages[at])
            .collect();
        let phrases: Vec<_> = material
            .phrases
            .iter()
            .filter(|phrase| !self.is_left_out(phrase.2, part))
            .copied()
            .collect();
        let model = Model::train(&Material {
            messages: &seen,
            phrases: &phrases,
            ..*material
        });
        let held_out = (0..material.messages.len()).filter(|&at| {
            self.part_of_message[at] == part || self.is_left_out(material.messages[at].1, part)
        });
        held_out
            .map(|at| self.observe(&model, material, part, at))
            .collect()
    }

    fn observe(
        &self,
        model: &Model,
        material: &Material<'_>,
        part: usize,
        message: usize,
    ) -> Observation {
        let (text, intent) = material.messages[message];
        let utterance = Utterance::new(text);
        let signals = model.signals(&utterance, material.lexicon);
        let is_left_out = self.is_left_out(intent, part);
        let is_inside = (intent as usize) < material.intents && !is_left_out;
        Observation {
            message,
            signals,
            truth: is_inside.then_some(intent),
            weight: 1.0,
        }
    }
}

fn which_inputs(candidate: &Signal) -> Which {
    let [keyword, hint, unless, pattern] = candidate.signs.map(f64::from);
    [f64::from(candidate.logit), keyword, hint, unless, pattern]
}

/// What speaks for the first candidate being meant at all.
fn whether_inputs(signals: &Signals) -> Whether {
    let first = &signals.candidates[0];
    let [keyword, hint, unless, pattern] = first.signs.map(f64::from);
    let logit = f64::from(first.logit);
    let lead = signals
        .outside
        .map_or(0.0, |outside| logit - f64::from(outside));
    let length = (signals.content_words as f64).ln_1p();
    [
        1.0,
        logit,
        lead,
        keyword + 0.5 * hint,
        unless,
        pattern,
        length,
    ]
}

/// Conditional logit with a Gaussian prior, by Newton's method.
fn fit_which(observations: &[Observation]) -> Which {
    let [keyword, hint, unless, pattern] = WORTH_PRIOR.map(f64::from);
    let prior = [1.0, keyword, hint, unless, pattern];
    let mut weights = prior;
    for _ in 0..NEWTON_STEPS {
        let mut gradient: Which = std::array::from_fn(|i| PRIOR_STRENGTH * (prior[i] - weights[i]));
        let mut curvature = [[0.0; 5]; 5];
        (0..5).for_each(|i| curvature[i][i] = PRIOR_STRENGTH);
        for observation in observations {
            let candidates = &observation.signals.candidates;
            let Some(own) = candidates
                .iter()
                .position(|c| Some(c.intent) == observation.truth)
            else {
                continue;
            };
            let inputs: Vec<Which> = candidates.iter().map(which_inputs).collect();
            let shares = softmax(inputs.iter().map(|inputs| dot(&weights, inputs)).collect());
            let mean: Which = std::array::from_fn(|i| {
                inputs
                    .iter()
                    .zip(&shares)
                    .map(|(x, share)| x[i] * share)
                    .sum()
            });
            for i in 0..5 {
                gradient[i] += observation.weight * (inputs[own][i] - mean[i]);
                for (x, share) in inputs.iter().zip(&shares) {
                    for j in 0..5 {
                        curvature[i][j] +=
                            observation.weight * share * (x[i] - mean[i]) * (x[j] - mean[j]);
                    }
                }
            }
        }
        let change = solve(curvature, gradient);
        (0..5).for_each(|i| weights[i] += change[i]);
    }
    weights
}

/// Logistic regression with a Gaussian prior, by Newton's method.
fn fit_logistic<const N: usize>(
    observations: &[Observation],
    prior: [f64; N],
    case: impl Fn(&Observation) -> ([f64; N], bool),
) -> [f64; N] {
    let mut weights = prior;
    for _ in 0..NEWTON_STEPS {
        let mut gradient: [f64; N] = std::array::from_fn(|i| RIDGE * (prior[i] - weights[i]));
        let mut curvature = [[0.0; N]; N];
        (0..N).for_each(|i| curvature[i][i] = RIDGE);
        for observation in observations {
            let (x, is_so) = case(observation);
            let p = logistic(dot(&weights, &x));
            let error = f64::from(u8::from(is_so)) - p;
            for i in 0..N {
                gradient[i] += observation.weight * error * x[i];
                for j in 0..N {
                    curvature[i][j] += observation.weight * p * (1.0 - p) * x[i] * x[j];
                }
            }
        }
        let change = solve(curvature, gradient);
        (0..N).for_each(|i| weights[i] += change[i]);
    }
    weights
}

fn softmax(mut scores: Vec<f64>) -> Vec<f64> {
    let highest = scores.iter().copied().fold(f64::MIN, f64::max);
    scores
        .iter_mut()
        .for_each(|score| *score = (*score - highest).exp());
    let total: f64 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= total);
    scores
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves a positive definite system by elimination; the ridge keeps every pivot away from zero.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for pivot in 0..N {
        let (upper, lower) = matrix.split_at_mut(pivot + 1);
        for (row, below) in lower.iter_mut().enumerate() {
            let factor = below[pivot] / upper[pivot][pivot];
            for (cell, above) in below[pivot..].iter_mut().zip(&upper[pivot][pivot..]) {
                *cell -= factor * above;
            }
            right[pivot + 1 + row] -= factor * right[pivot];
        }
    }
    for row in (0..N).rev() {
        let rest: f64 = (row + 1..N)
            .map(|column| matrix[row][column] * right[column])
            .sum();
        right[row] = (right[row] - rest) / matrix[row][row];
    }
    right
}
