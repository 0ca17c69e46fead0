//! Questions: answered from a procedure, clarified between several, or honestly not answered.

use super::super::{
    Asked, Conversation, Decision, Effect, Heard, Phase, SopForm, Step, Unanswered, Understood,
    fill,
};
use super::Turn;
use crate::catalog::Sop;
use crate::guide::Question;
use crate::matcher::{self, Classification, Context};
use crate::ticket::Answers;
use crate::value;

/// A message this sure of another procedure, in the middle of a dialog, is a question of its own.
const OTHER_CASE_CONFIDENCE: f32 = 0.8;
/// A new case takes some words to tell; fewer are an answer that happens to look like one.
const OTHER_CASE_WORDS_MIN: usize = 3;
/// How many procedures a clarification offers.
const CHOICES_MAX: usize = 3;
/// A procedure this much less likely than the first is no choice but noise.
const CHOICE_SHARE_MIN: f32 = 0.1;
/// A procedure this unlikely is none, even when nothing is likelier.
const CHOICE_CONFIDENCE_MIN: f32 = 0.002;
/// What became of a question whose answer was none.
const REJECTED: &str = "rejected";
/// Words with which agents ask something in the middle of a dialog.
const QUESTION_WORDS: &[&str] = &[
    "apa",
    "gimana",
    "gmn",
    "bagaimana",
    "kenapa",
    "knp",
    "mana",
    "dimana",
    "kapan",
    "berapa",
    "apakah",
    "harus",
    "what",
    "how",
    "why",
    "where",
];

/// What was said in the middle of a dialog instead of an answer.
pub enum Aside {
    /// A question, answered by this.
    Question(Effect),
    /// Another case.
    Case(Heard),
}

impl Turn<'_> {
    pub fn classify(&self, text: &str) -> Classification {
        self.knowledge.matcher.classify(
            text,
            &Context {
                service: self.around.service,
            },
        )
    }

    /// A message outside a dialog.
    pub fn question(&self, conversation: &Conversation, text: &str) -> Step {
        if let Some(step) = self.answer_at_once(conversation, text) {
            return step;
        }
        let found = self.classify(text);
        let confidence = found.candidates.first().map_or(0.0, |best| best.confidence);
        let understood = |decision, intent| Understood {
            decision,
            intent,
            confidence,
        };
        match found.decision {
            matcher::Decision::Answer => {
                let mut all = self.heard_of(&found, text);
                let Some(mut heard) = all.next() else {
                    return self.fallback(conversation, text, confidence);
                };
                heard.question = Some(Box::new(Asked {
                    text: value::sensitive::redact(text),
                    confidence,
                    others: all.take(worth(&found, 1)).collect(),
                }));
                let show = shown(&heard);
                let also = found.second.as_ref().map(|second| Effect::Also {
                    intent: second.to_string(),
                });
                let understood = understood(Decision::Answer, Some(heard.intent.clone()));
                let effects = [show].into_iter().chain(also).collect();
                let second = found.second.as_ref().and_then(|second| {
                    let mut all = self.heard_of(&found, text);
                    all.find(|other| other.intent == **second).map(Box::new)
                });
                let mut step = self.go(conversation, Phase::Answered(heard), understood, effects);
                // One that was offered when the first was done, and left, is forgotten.
                if second.is_some() || conversation.phase == Phase::Idle {
                    step.next.waiting = second;
                }
                step
            }
            matcher::Decision::Clarify => {
                let choices = self.heard_of(&found, text).take(worth(&found, 0));
                let mut choices: Vec<_> = choices.collect();
                for heard in &mut choices {
                    heard.question = Some(Box::new(Asked {
                        text: value::sensitive::redact(text),
                        confidence,
                        others: Vec::new(),
                    }));
                }
                let intents: Vec<_> = choices.iter().map(|heard| heard.intent.clone()).collect();
                let understood = understood(Decision::Clarify, intents.first().cloned());
                let unanswered = self.unanswered(text, &understood);
                let phase = Phase::Clarifying(choices);
                let mut step = self.go(
                    conversation,
                    phase,
                    understood,
                    vec![Effect::Clarify { intents }],
                );
                step.unanswered = Some(unanswered);
                step
            }
            matcher::Decision::Fallback => self.fallback(conversation, text, confidence),
        }
    }

    fn fallback(&self, conversation: &Conversation, text: &str, confidence: f32) -> Step {
        let understood = Understood {
            decision: Decision::Fallback,
            intent: None,
            confidence,
        };
        let unanswered = self.unanswered(text, &understood);
        let mut step = self.go(
            conversation,
            Phase::Idle,
            understood,
            vec![Effect::Fallback],
        );
        step.unanswered = Some(unanswered);
        step
    }

    fn unanswered(&self, text: &str, understood: &Understood) -> Unanswered {
        Unanswered {
            text: value::sensitive::redact(text),
            intent: understood.intent.clone(),
            confidence: understood.confidence,
            decision: understood.decision.name(),
            at: self.around.now.timestamp(),
            forwarded_to: None,
        }
    }

    /// `Bukan ini`: the procedure was taken for a question that meant something else.
    pub fn reject(&self, conversation: &Conversation, heard: &Heard) -> Step {
        let Some(question) = &heard.question else {
            return self.same(conversation, Effect::Stale);
        };
        let others = question.others.clone();
        let intents: Vec<_> = others.iter().map(|other| other.intent.clone()).collect();
        let (phase, effect, decision) = if others.is_empty() {
            (Phase::Idle, Effect::Fallback, Decision::Fallback)
        } else {
            let clarify = Effect::Clarify {
                intents: intents.clone(),
            };
            (Phase::Clarifying(others), clarify, Decision::Clarify)
        };
        let understood = Understood {
            decision,
            intent: intents.into_iter().next(),
            confidence: question.confidence,
        };
        let mut step = self.go(conversation, phase, understood, vec![effect]);
        step.unanswered = Some(Unanswered {
            text: question.text.clone(),
            intent: Some(heard.intent.clone()),
            confidence: question.confidence,
            decision: REJECTED,
            at: self.around.now.timestamp(),
            forwarded_to: None,
        });
        step
    }

    /// The candidates that the catalogue knows, with the points and values the question named.
    fn heard_of<'t>(
        &'t self,
        found: &'t Classification,
        text: &'t str,
    ) -> impl Iterator<Item = Heard> + 't {
        let mut message = fill::Message::new(text);
        let question = self.knowledge.question(text);
        found.candidates.iter().filter_map(move |candidate| {
            let sop = self.knowledge.catalog.sop(&candidate.intent)?;
            let (kind, now) = (self.around.channel_kind, self.around.now);
            let answers = fill::named(sop, &mut message, kind, now);
            let points = self.points(sop, &question);
            Some(Heard {
                partials: fill::partials(sop, &message, &answers, kind, now),
                intent: sop.id.clone(),
                brief: !question.tells() && self.are_an_answer(sop, &points),
                points,
                evidence: candidate
                    .evidence
                    .iter()
                    .map(|why| value::sensitive::redact(&why.to_string()))
                    .collect(),
                answers,
                question: None,
            })
        })
    }

    /// Whether nothing but these points was asked for.
    fn are_an_answer(&self, sop: &Sop, points: &[String]) -> bool {
        let says_which_case = |id: &String| {
            let point = self.knowledge.point(&sop.id, id);
            point.is_some_and(|point| point.says_which_case(sop))
        };
        !points.is_empty() && !points.iter().any(says_which_case)
    }

    fn points(&self, sop: &Sop, question: &Question) -> Vec<String> {
        let points = self.knowledge.points_for(&sop.id, question).into_iter();
        let kind = self.around.channel_kind;
        let for_channel = points
            .filter(|point| point.channel_kinds.is_empty() || point.channel_kinds.contains(&kind));
        for_channel.map(|point| point.id.clone()).collect()
    }

    /// A procedure picked by name or from a clarification.
    pub fn show_heard(&self, conversation: &Conversation, intent: &str) -> Step {
        let waiting = conversation.waiting.as_deref();
        let waiting = waiting.filter(|heard| heard.intent == intent).cloned();
        let opens_waiting = waiting.is_some();
        let first = match &conversation.phase {
            Phase::Clarifying(choices) => picked(choices, intent),
            _ => None,
        };
        if self.knowledge.catalog.sop(intent).is_none() {
            return self.same(conversation, Effect::Stale);
        }
        let (heard, show) = match first.or(waiting) {
            Some(heard) => {
                let show = shown(&heard);
                (heard, show)
            }
            // Opened by name, or once more: all of it. What was answered already need not come again.
            None => {
                let heard = match &conversation.phase {
                    Phase::Answered(heard) if heard.intent == intent => Heard {
                        points: Vec::new(),
                        brief: false,
                        ..heard.clone()
                    },
                    _ => Heard::of(intent),
                };
                let show = shown_as(&heard, SopForm::Whole);
                (heard, show)
            }
        };
        if conversation.draft().is_some() {
            return self.aside(conversation, show);
        }
        let mut step = self.go_as(
            conversation,
            Phase::Answered(heard),
            vec![show],
            Decision::Answer,
        );
        if opens_waiting {
            step.next.waiting = None;
        }
        step
    }

    /// The other case of a message that named two, to be gone on with when the first is done.
    pub fn waiting(&self, conversation: &Conversation) -> Option<Effect> {
        let intent = conversation.waiting.as_ref()?.intent.clone();
        Some(Effect::Waiting { intent })
    }

    /// `INTENT` or `INTENT#POINT`.
    pub fn show(&self, conversation: &Conversation, name: &str) -> Step {
        let (intent, point) = name
            .split_once('#')
            .map_or((name, None), |(intent, point)| (intent, Some(point)));
        match (self.knowledge.catalog.sop(intent), point) {
            (None, _) => self.aside(conversation, Effect::ListSops),
            (Some(_), None) => self.show_heard(conversation, intent),
            (Some(_), Some(point)) => self.aside(
                conversation,
                Effect::ShowPoint {
                    intent: intent.to_owned(),
                    id: point.to_owned(),
                },
            ),
        }
    }

    /// Why the procedure just shown was taken.
    pub fn why(&self, conversation: &Conversation, phase: &Phase) -> Step {
        match phase {
            Phase::Answered(heard) => {
                let (intent, evidence) = (heard.intent.clone(), heard.evidence.clone());
                self.aside(conversation, Effect::Explain { intent, evidence })
            }
            Phase::Clarifying(choices) => {
                let found = choices.iter().filter(|heard| !heard.evidence.is_empty());
                let explained = found.map(|heard| Effect::Explain {
                    intent: heard.intent.clone(),
                    evidence: heard.evidence.clone(),
                });
                let intents = choices.iter().map(|heard| heard.intent.clone()).collect();
                let effects = explained.chain([Effect::Clarify { intents }]).collect();
                self.go_as(conversation, phase.clone(), effects, Decision::Command)
            }
            _ => self.same(conversation, Effect::NothingOpen),
        }
    }

    /// What a message means that is no answer to the open field.
    pub fn meant_aside(&self, intent: &str, text: &str) -> Option<Aside> {
        let sop = self.knowledge.catalog.sop(intent)?;
        let asks = asks(text);
        if let Some(term) = self.defined(text) {
            let term = term.term.clone();
            return Some(Aside::Question(Effect::Defined { term }));
        }
        if asks && let Some((_, ruled)) = self.ruled(text) {
            return Some(Aside::Question(ruled));
        }
        let points = || self.points(sop, &self.knowledge.question(text));
        if asks && let Some(id) = points().into_iter().next() {
            return Some(Aside::Question(Effect::ShowPoint {
                intent: intent.to_owned(),
                id,
            }));
        }
        let found = self.classify(text);
        let best = found.candidates.first()?;
        let sure =
            found.decision == matcher::Decision::Answer && best.confidence >= OTHER_CASE_CONFIDENCE;
        if !sure || text.split_whitespace().count() < OTHER_CASE_WORDS_MIN {
            return None;
        }
        let heard = self.heard_of(&found, text).next()?;
        if heard.intent == intent {
            return asks.then_some(Aside::Question(shown(&heard)));
        }
        if asks || !self.has_form(&heard.intent) {
            return Some(Aside::Question(shown(&heard)));
        }
        Some(Aside::Case(heard))
    }
}

/// Whether a message asks something.
pub fn asks(text: &str) -> bool {
    let folded = text.to_lowercase();
    let mut words = folded.split_whitespace();
    text.contains('?') || words.any(|word| QUESTION_WORDS.contains(&word))
}

/// The points that were asked for, or what to do first.
pub fn shown(heard: &Heard) -> Effect {
    match heard.brief {
        true => shown_as(heard, SopForm::Points),
        false => shown_as(heard, SopForm::Short),
    }
}

fn shown_as(heard: &Heard, form: SopForm) -> Effect {
    let noted = match form {
        SopForm::Short => heard.answers.clone(),
        SopForm::Whole | SopForm::Points => Answers::new(),
    };
    Effect::ShowSop {
        intent: heard.intent.clone(),
        points: heard.points.clone(),
        form,
        noted,
        may_be_wrong: heard.question.is_some(),
    }
}

/// The picked one of several; the others are what the question may have meant instead.
fn picked(choices: &[Heard], intent: &str) -> Option<Heard> {
    let mut heard = choices.iter().find(|heard| heard.intent == intent)?.clone();
    if let Some(question) = &mut heard.question {
        let others = choices.iter().filter(|other| other.intent != intent);
        question.others = others.cloned().collect();
    }
    Some(heard)
}

/// How many candidates from one place on are worth offering.
fn worth(found: &Classification, from: usize) -> usize {
    let candidates = found.candidates.get(from..).unwrap_or_default();
    let best = candidates.first().map_or(0.0, |best| best.confidence);
    let is_worth = |confidence: f32| {
        confidence >= CHOICE_SHARE_MIN * best && confidence >= CHOICE_CONFIDENCE_MIN
    };
    candidates
        .iter()
        .take(CHOICES_MAX)
        .filter(|one| is_worth(one.confidence))
        .count()
}
