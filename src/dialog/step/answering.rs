//! Answers that need no procedure to be found: a rule that decides, a pasted number, a question handed to the owner.

use super::super::{
    Conversation, Decision, Effect, Heard, NumberKind, Phase, Step, Unanswered, fill,
};
use super::Turn;
use crate::guide::PointKind;
use crate::value::{self, Kind};

/// What became of a question that was handed to an owner.
const FORWARDED: &str = "forwarded";

impl Turn<'_> {
    /// A message that is answered by a rule or is nothing but a number.
    pub fn answer_at_once(&self, conversation: &Conversation, text: &str) -> Option<Step> {
        if let Some(step) = self.about_am(conversation, text) {
            return Some(step);
        }
        let (intent, shown) = self
            .ruled(text)
            .or_else(|| self.pasted_number(text))
            .or_else(|| self.meaning(text))?;
        let phase = match &intent {
            Some(intent) => {
                let sop = self.knowledge.catalog.sop(intent)?;
                let (kind, now) = (self.around.channel_kind, self.around.now);
                Phase::Answered(Heard {
                    answers: fill::from_question(sop, text, kind, now),
                    ..Heard::of(intent)
                })
            }
            None => conversation.phase.clone(),
        };
        Some(self.go_as(conversation, phase, vec![shown], Decision::Answer))
    }

    /// What a rule says to a question.
    pub fn ruled(&self, text: &str) -> Option<(Option<String>, Effect)> {
        let (sop, ruling) = self.knowledge.ruled(text)?;
        let intent = sop.id.clone();
        let shown = Effect::Ruled {
            intent: intent.clone(),
            ruling,
        };
        Some((Some(intent), shown))
    }

    /// A word that is asked for by itself, answered with where it is used.
    fn meaning(&self, text: &str) -> Option<(Option<String>, Effect)> {
        let term = self.defined(text)?;
        let first = term.points.first().and_then(|point| point.split_once('#'));
        let shown = Effect::Defined {
            term: term.term.clone(),
        };
        Some((first.map(|(intent, _)| intent.to_owned()), shown))
    }

    fn pasted_number(&self, text: &str) -> Option<(Option<String>, Effect)> {
        let now = self.around.now;
        // A phone number or a card says what it is.
        if [Kind::Msisdn, Kind::Card]
            .iter()
            .any(|kind| !value::find(kind, text, now).is_empty())
        {
            return None;
        }
        let kinds = self.knowledge.numbers(text);
        let kinds: Vec<NumberKind> = kinds
            .into_iter()
            .map(|(intent, number)| NumberKind {
                label: number.label.clone(),
                intent: intent.to_owned(),
                point: number.goto.clone(),
            })
            .collect();
        let intent = match kinds.as_slice() {
            [] => return None,
            [only] => Some(only.intent.clone()),
            _ => None,
        };
        Some((intent, Effect::NumberIs { kinds }))
    }

    /// Remembers a question that only a hole of the source answered, so that it can be handed to the owner.
    pub fn remember_unanswered(&self, step: &mut Step, text: &str) {
        let hole = |intent: &str, point: &str| {
            let point = self.knowledge.point(intent, point);
            point.is_some_and(|point| matches!(point.kind, PointKind::Unclear(_)))
        };
        let silent = step.effects.iter().any(|effect| match effect {
            Effect::ShowSop { intent, points, .. } => {
                points.first().is_some_and(|point| hole(intent, point))
            }
            Effect::ShowPoint { intent, id } => hole(intent, id),
            Effect::Ruled { ruling, .. } => ruling.silent,
            _ => false,
        });
        step.next.silent_on = silent.then(|| value::sensitive::redact(text));
    }

    /// `forward:INTENT`: hands the question that was asked last to the owner of the procedure.
    pub fn forward(&self, conversation: &Conversation, intent: &str) -> Step {
        let Some(sop) = self.knowledge.catalog.sop(intent) else {
            return self.same(conversation, Effect::Stale);
        };
        let Some(text) = &conversation.silent_on else {
            return self.same(conversation, Effect::Stale);
        };
        let owner = sop.owner.clone();
        let told = Effect::Forwarded {
            owner: owner.clone(),
        };
        let mut step = self.aside(conversation, told);
        step.next.silent_on = None;
        step.unanswered = Some(Unanswered {
            text: text.clone(),
            intent: Some(intent.to_owned()),
            confidence: 1.0,
            decision: FORWARDED,
            at: self.around.now.timestamp(),
            forwarded_to: Some(owner),
        });
        step
    }
}
