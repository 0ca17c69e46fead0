//! Answers that need no procedure to be found: a rule that decides, a pasted number, a question handed to the owner.

use super::super::{Decision, Effect, Heard, NumberKind, Phase, Unanswered, fill};
use super::Turn;
use crate::act::Fault;
use crate::guide::PointKind;
use crate::value::{self, Kind};

/// What became of a question that was handed to an owner.
const FORWARDED: &str = "forwarded";

impl Turn<'_> {
    /// Answers a message that a rule decides or that is nothing but a number; whether it was one.
    pub fn answer_at_once(&mut self, text: &str) -> bool {
        if self.about_am(text) {
            return true;
        }
        let answer = self.ruled(text).or_else(|| self.pasted_number(text));
        let Some((intent, shown)) = answer.or_else(|| self.meaning(text)) else {
            return false;
        };
        self.decision = Decision::Answer;
        if let Some(intent) = intent {
            let Some(sop) = self.knowledge.catalog.sop(&intent) else {
                return false;
            };
            let (kind, background) = (self.setting.channel_kind, self.background());
            let points = match &shown {
                Effect::Ruled { ruling, .. } => ruling.points.clone(),
                _ => Vec::new(),
            };
            let heard = Heard {
                answers: fill::from_question(sop, text, kind, background),
                points,
                ..Heard::of(&intent)
            };
            self.go(Phase::Answered(heard), Decision::Answer);
        }
        self.effects.push(shown);
        true
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
        let background = self.background();
        // A phone number or a card says what it is.
        if [Kind::Msisdn, Kind::Card]
            .iter()
            .any(|kind| !value::find(kind, text, background).is_empty())
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
    pub fn remember_unanswered(&mut self, text: &str) {
        let hole = |intent: &str, point: &str| {
            let point = self.knowledge.point(intent, point);
            point.is_some_and(|point| matches!(point.kind, PointKind::Unclear(_)))
        };
        let silent = self.effects.iter().any(|effect| match effect {
            Effect::ShowSop { intent, points, .. } => {
                points.first().is_some_and(|point| hole(intent, point))
            }
            Effect::ShowPoint { intent, id } => hole(intent, id),
            Effect::Ruled { ruling, .. } => ruling.silent,
            Effect::Unsaid { .. } => true,
            _ => false,
        });
        self.conversation.silent_on = silent.then(|| value::sensitive::redact(text));
    }

    /// `forward:INTENT`: hands the question that was asked last to the owner of the procedure.
    pub fn forward(&mut self, intent: &str) {
        let Some(sop) = self.knowledge.catalog.sop(intent) else {
            return self.stale();
        };
        let Some(text) = self.conversation.silent_on.take() else {
            return self.stale();
        };
        self.aside(Effect::Forwarded {
            owner: sop.owner.clone(),
        });
        self.unanswered = Some(Unanswered {
            forwarded_to: Some(sop.owner.clone()),
            ..self.kept(text, Some(intent.to_owned()), 1.0, FORWARDED)
        });
    }

    /// Hands what is wrong with an answer to the owner of its procedure.
    pub fn report(&mut self, fault: Fault, place: &str) {
        let (intent, point) = place.split_once('#').unzip();
        let intent = intent.unwrap_or(place);
        let Some(sop) = self.knowledge.catalog.sop(intent) else {
            return self.stale();
        };
        let asked = match &self.conversation.phase {
            Phase::Answered(heard) if heard.intent == intent => heard.question.as_ref(),
            _ => None,
        };
        let text = asked.map_or_else(|| sop.title.clone(), |asked| asked.text.clone());
        self.unanswered = Some(Unanswered {
            point: point.map(str::to_owned),
            forwarded_to: Some(sop.owner.clone()),
            ..self.kept(text, Some(intent.to_owned()), 1.0, fault.name())
        });
        self.aside(Effect::Reported {
            owner: sop.owner.clone(),
        });
    }
}
