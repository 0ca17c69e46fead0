//! Answers that need no procedure to be found: a rule that decides, a pasted number, a question handed to the owner.

use super::super::{Decision, Effect, Heard, NumberKind, Phase, Unanswered, fill};
use super::Turn;
use crate::act::Fault;
use crate::catalog::Sop;
use crate::guide::PointKind;
use crate::text::Role;
use crate::value::{self, Kind};

/// What became of a question that was handed to an owner.
const FORWARDED: &str = "forwarded";

impl Turn<'_> {
    /// Answers a message that a rule decides or that is nothing but a number; whether it was one.
    pub fn answer_at_once(&mut self, text: &str) -> bool {
        if self.about_am(text) {
            return true;
        }
        let answer = self.ruled(text).or_else(|| self.ruled_again(text));
        let answer = answer.or_else(|| self.pasted_number(text));
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
                Effect::Defined { term } => self.points_of_term(term, &intent),
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

    /// The points of a procedure that use a word.
    fn points_of_term(&self, term: &str, intent: &str) -> Vec<String> {
        let term = self.knowledge.catalog.glossary.get(&term.to_lowercase());
        let points = term.into_iter().flat_map(|term| &term.points);
        let named = points.filter_map(|point| point.split_once('#'));
        let own = named.filter(|(of, _)| *of == intent);
        own.map(|(_, point)| point.to_owned()).collect()
    }

    /// What a rule says to a question.
    pub fn ruled(&self, text: &str) -> Option<(Option<String>, Effect)> {
        let (sop, ruling) = self.knowledge.ruled(text)?;
        if self.asks_beside_rule(sop, text) {
            return None;
        }
        let intent = sop.id.clone();
        let shown = Effect::Ruled {
            intent: intent.clone(),
            ruling,
        };
        Some((Some(intent), shown))
    }

    /// Whether what a rule decides was done already, or a clause of its own asks for something else than what a rule decides: `..., yg muncul di billing apa aja`.
    fn asks_beside_rule(&self, sop: &Sop, text: &str) -> bool {
        let mut clauses = text.split([',', '.', ';', '?', '\n']);
        let asking = clauses.rfind(|clause| self.asks(clause));
        let has_number = |clause: &str| clause.contains(|c: char| c.is_ascii_digit());
        // `abis upgrade ke 150, ...` was done.
        let first = text.split_whitespace().take_while(|word| !has_number(word));
        let everyday = &self.knowledge.lexicon.everyday;
        let is_past = |word: &str| everyday.has(Role::Past, &word.to_lowercase());
        let asks_else = |clause: &str| {
            let points = || self.knowledge.asked_points(&sop.id, clause);
            has_number(text) && !has_number(clause) && !points().is_empty()
        };
        first.into_iter().any(is_past) || asking.is_some_and(asks_else)
    }

    /// What the rule that decided the question before says to other values.
    fn ruled_again(&self, text: &str) -> Option<(Option<String>, Effect)> {
        let case = &self.conversation.case;
        let sop = self.knowledge.catalog.sop(case.intent.as_ref()?)?;
        let before = case.question.as_ref()?;
        let ruling = self.knowledge.ruled_again(sop, before, text);
        let intent = sop.id.clone();
        let supposes = self.has_word(Role::Conditional, text);
        ruling.filter(|_| supposes).map(|ruling| {
            let shown = Effect::Ruled {
                intent: intent.clone(),
                ruling,
            };
            (Some(intent), shown)
        })
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
