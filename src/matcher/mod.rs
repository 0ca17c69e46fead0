//! The matcher: which SOP an agent means, how sure that is, and why.
//!
//! ```text
//! message --text--> tokens --reading--> words of the catalogue --features--> evidence
//!   --model--> candidates with scores --calibrate--> confidences --decide--> answer, clarify or fallback
//! ```
//!
//! Everything is learned from the catalogue when it is loaded: weights for words and their company, what keywords are
//! worth, and where to stop answering. The cost of a message depends on its length, not on the number of intents.

pub mod calibrate;
pub mod decide;
pub mod documents;
pub mod evaluate;
pub mod explain;
pub mod features;
pub mod fit;
pub mod gather;
pub mod material;
pub mod model;
pub mod nearest;
pub mod observe;
pub mod phrases;
pub mod reading;
pub mod review;
pub mod rows;
pub mod shared;
pub mod sparse;
pub mod stems;
pub mod train;

use std::sync::Arc;

pub use decide::{Decision, Thresholds};
pub use explain::Evidence;
pub use phrases::Sign;

use calibrate::Calibration;
use documents::Passage;
use material::Material;
use model::{Basis, Model, Signals};
use reading::Change;
use shared::Claim;

use crate::text::{Everyday, Lexicon, Role, Utterance};

/// An intent as its lead describes it.
#[derive(Debug, Clone, Default)]
pub struct Source<'a> {
    /// The intent's id.
    pub id: &'a str,
    /// The service it belongs to.
    pub service: Option<&'a str>,
    /// Phrases that speak for it almost by themselves.
    pub keywords: &'a [String],
    /// Phrases that fit it and others.
    pub hints: &'a [String],
    /// Regular expressions over the folded message.
    pub patterns: &'a [String],
    /// Phrases that say a message belongs elsewhere.
    pub unless: &'a [String],
    /// Messages as agents write them.
    pub utterances: &'a [String],
    /// What its own text says.
    pub document: Vec<Passage<'a>>,
}

/// A brand with the names it goes by in messages.
#[derive(Debug, Clone, Copy)]
pub struct Service<'a> {
    /// Its id, the one [`Source::service`] refers to.
    pub id: &'a str,
    /// How messages call it.
    pub names: &'a [String],
}

/// What a matcher learns from.
#[derive(Debug, Clone)]
pub struct Training<'a> {
    /// The intents; candidates are reported by their ids.
    pub intents: Vec<Source<'a>>,
    /// Messages that belong to none of them.
    pub outside: &'a [String],
    /// Slang, synonyms and known words.
    pub lexicon: &'a Lexicon,
    /// The services, for telling apart what they share.
    pub services: Vec<Service<'a>>,
}

/// What is known besides the message.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The channel's default service.
    pub service: Option<&'a str>,
}

/// What a message means.
#[derive(Debug, Clone)]
pub struct Classification {
    /// What to do with it.
    pub decision: Decision,
    /// What it may mean, best first; at most [`CANDIDATES_SHOWN`].
    pub candidates: Vec<Candidate>,
    /// Another intent that the same message asks for.
    pub second: Option<Arc<str>>,
}

/// An intent a message may mean.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The intent's id.
    pub intent: Arc<str>,
    /// How likely it is what was meant, 0 to 1.
    pub confidence: f32,
    /// Why.
    pub evidence: Vec<Evidence>,
}

/// How many candidates a classification reports.
pub const CANDIDATES_SHOWN: usize = 5;
/// How many of them say why: those that can be offered.
const CANDIDATES_EXPLAINED: usize = decide::CHOICES_MAX;
/// What the channel's default service is worth against intents of other services, on the scale of candidates' scores. A
/// judgement, not a measurement: there is no labelled data with channels yet. 1.5 did not settle a lone `tagihan`.
const SERVICE_FAVOUR: f32 = 3.0;
/// Likeness below this is no reason an agent would accept.
const SIMILARITY_SHOWN_MIN: f32 = 0.3;
/// So many joining words are tried: the message is read twice more for each.
const JOINTS_MAX: usize = 3;
/// Each of two requests in one message has at least this many words.
const REQUEST_WORDS_MIN: usize = 2;

/// A trained matcher.
#[derive(Debug)]
pub struct Matcher {
    lexicon: Lexicon,
    model: Model,
    calibration: Calibration,
    ids: Vec<Arc<str>>,
    services: Vec<Option<Arc<str>>>,
    /// The names of services, folded.
    names: Vec<Box<str>>,
}

impl Matcher {
    /// Learns a catalogue.
    pub fn train(training: &Training<'_>) -> Matcher {
        let material = Material::new(training).without_echoes();
        let basis = Arc::new(Basis::new(&material));
        let (model, calibration) = std::thread::scope(|scope| {
            let model = scope.spawn(|| Model::train(&material, &basis));
            let calibration = Calibration::fit(&material, &basis);
            (model.join().expect("training does not panic"), calibration)
        });
        Matcher {
            lexicon: training.lexicon.clone(),
            model,
            calibration,
            ids: training
                .intents
                .iter()
                .map(|source| source.id.into())
                .collect(),
            services: training
                .intents
                .iter()
                .map(|source| source.service.map(Into::into))
                .collect(),
            names: names(training),
        }
    }

    /// Says what a message means.
    pub fn classify(&self, text: &str, context: &Context<'_>) -> Classification {
        let utterance = Utterance::new(text);
        let whole = self.weigh(&utterance, context);
        let mut classification = self.report(&utterance, &whole);
        classification.second = self.second(&utterance, &whole, context);
        classification
    }

    /// The thresholds that decide.
    pub fn thresholds(&self) -> Thresholds {
        self.calibration.thresholds
    }

    /// The intents' ids.
    pub fn intents(&self) -> impl ExactSizeIterator<Item = &str> {
        self.ids.iter().map(|id| &**id)
    }

    fn weigh(&self, utterance: &Utterance<'_>, context: &Context<'_>) -> Weighed {
        let mut signals = self.model.signals(utterance, &self.lexicon);
        if let Some(service) = context
            .service
            .filter(|_| !self.names_a_service(&utterance.folded))
        {
            for candidate in &mut signals.candidates {
                let own = &self.services[candidate.intent as usize];
                candidate.favour = if own.as_deref().is_some_and(|own| own != service) {
                    -SERVICE_FAVOUR
                } else {
                    0.0
                };
            }
        }
        self.calibration.rank(&mut signals);
        let mut confidences = self.calibration.confidences(&signals);
        let decided = self.calibration.thresholds.decide(&confidences);
        let decision = match shared::divide(&self.model, &mut signals, &mut confidences) {
            Claim::Several => Decision::Clarify,
            Claim::One if decided == Decision::Fallback => Decision::Clarify,
            Claim::None if decided == Decision::Clarify && self.model.is_vague(&signals) => {
                Decision::Fallback
            }
            Claim::One | Claim::None => decided,
        };
        Weighed {
            signals,
            confidences,
            decision,
        }
    }

    fn names_a_service(&self, folded: &str) -> bool {
        let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        self.names.iter().any(|name| {
            folded.match_indices(&**name).any(|(at, _)| {
                is_edge(folded[..at].chars().next_back())
                    && is_edge(folded[at + name.len()..].chars().next())
            })
        })
    }

    fn report(&self, utterance: &Utterance<'_>, weighed: &Weighed) -> Classification {
        let candidates = weighed
            .signals
            .candidates
            .iter()
            .zip(&weighed.confidences)
            .take(CANDIDATES_SHOWN);
        let candidates = candidates
            .enumerate()
            .map(|(at, (signal, &confidence))| Candidate {
                intent: self.ids[signal.intent as usize].clone(),
                confidence,
                evidence: if at < CANDIDATES_EXPLAINED {
                    self.explain(utterance, weighed, signal)
                } else {
                    Vec::new()
                },
            });
        Classification {
            decision: weighed.decision,
            candidates: candidates.collect(),
            second: None,
        }
    }

    fn explain(
        &self,
        utterance: &Utterance<'_>,
        weighed: &Weighed,
        signal: &model::Signal,
    ) -> Vec<Evidence> {
        let mut evidence =
            Vec::with_capacity(signal.found.len() + weighed.signals.changes.len() + 1);
        evidence.extend(signal.found.iter().map(|(sign, phrase)| Evidence::Found {
            sign: *sign,
            phrase: phrase.clone(),
        }));
        evidence.extend(
            weighed
                .signals
                .changes
                .iter()
                .map(|(token, change, meant)| Evidence::Understood {
                    typed: utterance.raw[utterance.tokens[*token].span.clone()].into(),
                    meant: meant.clone(),
                    is_slang: *change == Change::Slang,
                }),
        );
        if let Some((nearest, said)) = self.model.nearest(&weighed.signals, signal.intent)
            && nearest.similarity >= SIMILARITY_SHOWN_MIN
        {
            evidence.push(Evidence::Nearest {
                utterance: said.clone(),
                similarity: nearest.similarity,
            });
        }
        if signal.favour == 0.0
            && weighed
                .signals
                .candidates
                .iter()
                .any(|other| other.favour < 0.0)
            && let Some(service) = &self.services[signal.intent as usize]
        {
            evidence.push(Evidence::Service(service.clone()));
        }
        evidence
    }

    /// Another intent that a part of the message asks for.
    fn second(
        &self,
        utterance: &Utterance<'_>,
        whole: &Weighed,
        context: &Context<'_>,
    ) -> Option<Arc<str>> {
        let first = whole.signals.candidates.first()?.intent;
        let joints = (0..utterance.tokens.len())
            .filter_map(|at| requests(utterance, at, &self.lexicon.everyday));
        for (head, tail) in joints.take(JOINTS_MAX) {
            let sure = |part: &str| {
                let weighed = self.weigh(&Utterance::new(part), context);
                let is_sure = weighed.decision == Decision::Answer;
                weighed
                    .signals
                    .candidates
                    .first()
                    .map(|first| first.intent)
                    .filter(|_| is_sure)
            };
            if let (Some(head), Some(tail)) = (sure(head), sure(tail))
                && head != tail
                && (head == first || tail == first)
            {
                let second = if head == first { tail } else { head };
                return Some(self.ids[second as usize].clone());
            }
        }
        None
    }
}

/// The names by which messages call services. A name that is also a greeting (`halo`) names none by itself.
fn names(training: &Training<'_>) -> Vec<Box<str>> {
    let names = training.services.iter().flat_map(|service| service.names);
    names
        .map(|name| crate::text::fold(name).text)
        .filter(|name| !name.is_empty() && !training.lexicon.is_function(name))
        .map(Into::into)
        .collect()
}

/// The two requests that a joining word at a token separates.
fn requests<'a>(
    utterance: &Utterance<'a>,
    at: usize,
    everyday: &Everyday,
) -> Option<(&'a str, &'a str)> {
    let tokens = &utterance.tokens;
    let has_enough = at >= REQUEST_WORDS_MIN && tokens.len() - at > REQUEST_WORDS_MIN;
    if !has_enough || !everyday.has(Role::Joining, utterance.text(&tokens[at])) {
        return None;
    }
    Some((
        &utterance.raw[..tokens[at].span.start],
        &utterance.raw[tokens[at].span.end..],
    ))
}

struct Weighed {
    signals: Signals,
    confidences: Vec<f32>,
    decision: Decision,
}

#[cfg(test)]
mod tests;
