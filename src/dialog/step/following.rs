//! Second messages: a question without a procedure of its own is read with the one under discussion, and what is told of
//! the customer outside a form is noted.

use super::super::{Asked, Decision, Effect, Heard, Phase, SopForm};
use super::Turn;
use super::question::{asks, confidence, shown};
use crate::act::Part;
use crate::catalog::Sop;
use crate::catalog::sop::SectionKind;
use crate::matcher::{self, Classification};
use crate::ticket::Answers;
use crate::value;

/// A message this sure of another procedure changes the topic.
const OTHER_TOPIC_CONFIDENCE: f32 = 0.8;
/// A question of so few words may lean on the one before it.
const LEANING_WORDS_MAX: usize = 5;

impl Turn<'_> {
    /// Answers a message from the procedure under discussion; false when it is about something else.
    pub fn answer_in_context(&mut self, found: &Classification, text: &str) -> bool {
        let Some(intent) = self.conversation.case.intent.clone() else {
            return false;
        };
        let Some(sop) = self.knowledge.catalog.sop(&intent) else {
            return false;
        };
        let best = found.candidates.first();
        let is_other = best.is_some_and(|best| *best.intent != *intent);
        let changes_topic = is_other
            && found.decision == matcher::Decision::Answer
            && confidence(found) >= OTHER_TOPIC_CONFIDENCE;
        if changes_topic {
            if !asks(text, &self.knowledge.lexicon) {
                self.conversation.case.leave_customer();
            }
            return false;
        }
        let asks = asks(text, &self.knowledge.lexicon);
        let answers_anew = found.decision == matcher::Decision::Answer && !is_other;
        if !asks && !answers_anew && self.note_of_customer(sop, text) {
            return true;
        }
        let own = self.points(sop, &self.knowledge.question(text));
        let points = match own.is_empty() {
            false => own,
            true => self.points_in_context(sop, text),
        };
        if points.is_empty() || (!asks && answers_anew) {
            return false;
        }
        self.answer_from(&intent, points, found, text);
        true
    }

    /// What a short question asks for together with the one before it: `itu diapain`.
    fn points_in_context(&self, sop: &Sop, text: &str) -> Vec<String> {
        let leans = text.split_whitespace().count() <= LEANING_WORDS_MAX;
        let Some(before) = self.conversation.case.question.as_ref().filter(|_| leans) else {
            return Vec::new();
        };
        let together = format!("{before} {text}");
        self.points(sop, &self.knowledge.question(&together))
    }

    fn answer_from(
        &mut self,
        intent: &str,
        points: Vec<String>,
        found: &Classification,
        text: &str,
    ) {
        let asked = Asked {
            text: value::sensitive::redact(text),
            confidence: confidence(found),
            others: Vec::new(),
        };
        let heard = Heard {
            brief: true,
            points,
            question: Some(Box::new(asked)),
            answers: self.values_for(intent),
            ..Heard::of(intent)
        };
        let show = shown(&heard);
        self.understand(Decision::Answer, Some(intent), confidence(found));
        match self.draft().is_some() && self.conversation.phase != Phase::Walked {
            true => self.aside(show),
            false => {
                self.effects.push(show);
                self.go(Phase::Answered(heard), Decision::Answer);
            }
        }
    }

    /// Notes the values that a message tells of the customer; false when it tells none.
    fn note_of_customer(&mut self, sop: &Sop, text: &str) -> bool {
        let before = self.values_for(&sop.id);
        self.keep_of_customer(text);
        let after = self.values_for(&sop.id);
        if before == after {
            self.conversation.case.told.pop();
            return false;
        }
        let case = crate::catalog::Case {
            answers: &after,
            channel_kind: self.setting.channel_kind,
        };
        let Some(form) = sop.form(case) else {
            return false;
        };
        let mut entries = form.entries(case, self.setting.now);
        entries.retain(|entry| before.get(&entry.field) != after.get(&entry.field));
        if entries.is_empty() {
            return false;
        }
        self.effects.push(Effect::Noted { entries });
        self.effects.push(Effect::Offer {
            intent: sop.id.clone(),
        });
        let heard = Heard {
            answers: after.clone(),
            ..Heard::of(&sop.id)
        };
        self.understand(Decision::Answer, Some(&sop.id), 1.0);
        self.go(Phase::Answered(heard), Decision::Answer);
        true
    }

    /// What is known of the customer that a procedure's forms take.
    pub fn values_for(&self, intent: &str) -> Answers {
        let sop = self.knowledge.catalog.sop(intent);
        sop.map_or_else(Answers::new, |sop| {
            let case = &self.conversation.case;
            case.answers_for(sop, self.setting.channel_kind, self.background())
        })
    }

    /// Shows a part of the procedure under discussion.
    pub fn show_part(&mut self, part: Part) {
        let Some(intent) = self.conversation.case.intent.clone() else {
            return self.same(Effect::NothingOpen);
        };
        let Some(sop) = self.knowledge.catalog.sop(&intent) else {
            return self.stale();
        };
        let of_kind = |kind: SectionKind| sop.sections.iter().find(|section| section.kind == kind);
        let section = match part {
            Part::Checks => of_kind(SectionKind::Check),
            Part::Questions => of_kind(SectionKind::Ask),
            Part::Handling => of_kind(SectionKind::Handling),
            Part::Next => self.next_section(sop),
            Part::Causes | Part::Fields | Part::Kip | Part::Source | Part::Whole => None,
        };
        if let Some(section) = section {
            let id = section.id.clone();
            self.conversation.case.points = vec![id.clone()];
            self.aside(Effect::ShowPoint {
                intent: intent.clone(),
                id,
            });
            return self.answered_as(&intent);
        }
        let shown = match part {
            Part::Whole => Effect::ShowSop {
                intent: intent.clone(),
                points: Vec::new(),
                form: SopForm::Whole,
                noted: Answers::new(),
                may_be_wrong: false,
            },
            part => Effect::ShowPart {
                intent: intent.clone(),
                part,
            },
        };
        self.aside(shown);
        self.answered_as(&intent);
    }

    fn answered_as(&mut self, intent: &str) {
        self.understand(Decision::Answer, Some(intent), 1.0);
    }

    /// The section behind the one that was shown last; the first of what is asked behind the first answer.
    fn next_section<'s>(&self, sop: &'s Sop) -> Option<&'s crate::catalog::sop::Section> {
        let last = self.conversation.case.points.last();
        let is_shown = |section: &&crate::catalog::sop::Section| {
            last.is_some_and(|last| {
                section.id == *last || section.items.iter().any(|item| item.id == *last)
            })
        };
        let shown = sop.sections.iter().position(|section| is_shown(&section));
        match shown {
            Some(place) => sop.sections.get(place + 1),
            None => sop
                .sections
                .iter()
                .find(|section| section.kind == SectionKind::Ask),
        }
    }
}
