//! Short words whose meaning lies in what was said before: `ya`, `tidak`, `lanjut`, `kenapa?`, `kirim`.
//!
//! In the middle of a form they may be answers; elsewhere they never find a procedure.

use super::super::{Decision, Effect, Phase};
use super::Turn;
use crate::act::Act;
use crate::message::Button;

/// Whether `ya` says yes to it.
fn is_offer(act: &Act) -> bool {
    matches!(
        act,
        Act::Ticket(_) | Act::Forward(_) | Act::ValidateCompany(_) | Act::Resume(_) | Act::Open(_)
    )
}

impl Turn<'_> {
    /// `ya`: agrees to the draft, or does what was offered, if that is one thing.
    pub fn yes(&mut self) {
        match &self.conversation.phase {
            Phase::Reviewing => self.file(),
            Phase::Clarifying(choices) => match choices.as_slice() {
                [only] => {
                    let intent = only.intent.clone();
                    self.show_heard(&intent);
                }
                _ => self.clarify_still(),
            },
            _ => self.take_offer(),
        }
    }

    /// Does what was offered, if that is one thing.
    pub fn take_offer(&mut self) {
        let mut offers: Vec<&Button> = Vec::new();
        for button in &self.conversation.offered {
            let known = offers.iter().any(|offer| offer.action == button.action);
            if is_offer(&button.action) && !known {
                offers.push(button);
            }
        }
        // What was shown in between offered nothing.
        let shown = match (&self.conversation.phase, &self.conversation.draft) {
            (Phase::Answered(heard), _) => Some(&heard.intent),
            (Phase::Walked, Some(draft)) => Some(&draft.intent),
            _ => None,
        };
        match offers.as_slice() {
            [] if shown.is_some_and(|intent| self.has_form(intent)) => self.make_ticket(None),
            [] => self.aside(Effect::Ready),
            [only] => self.act(only.action.clone(), None),
            _ => {
                let buttons = offers.into_iter().cloned().collect();
                self.aside(Effect::PickOne { buttons });
            }
        }
    }

    /// `tidak`, `bukan`: what was offered or shown is not what was meant.
    pub fn no(&mut self, wrong: bool) {
        match &self.conversation.phase {
            Phase::Reviewing => self.choose_field(),
            Phase::Clarifying(_) => self.none_of_these(),
            Phase::Answered(heard) if wrong && heard.question.is_some() => self.reject(),
            Phase::Answered(_) if wrong => self.aside(Effect::ListSops),
            _ => self.aside(Effect::Ready),
        }
    }

    pub fn none_of_these(&mut self) {
        self.effects.push(Effect::Fallback);
        self.go(Phase::Idle, Decision::Fallback);
    }

    pub fn has_form(&self, intent: &str) -> bool {
        let sop = self.knowledge.catalog.sop(intent);
        sop.is_some_and(|sop| !sop.forms.is_empty())
    }

    /// `lanjut` with nothing open: the draft put aside, or the list of several.
    pub fn take_up_last(&mut self) {
        match self.conversation.parked.as_slice() {
            [only] => {
                let number = only.number.to_string();
                self.resume(&number);
            }
            _ => self.tickets(None),
        }
    }

    /// Asks once more which procedure was meant.
    pub fn clarify_still(&mut self) {
        if let Phase::Clarifying(choices) = &self.conversation.phase {
            let intents = choices.iter().map(|heard| heard.intent.clone()).collect();
            self.effects.push(Effect::Clarify { intents });
            self.decision = Decision::Clarify;
        }
    }

    /// Why a field or a step is asked for, or why the procedure just shown was taken.
    pub fn why(&mut self) {
        match &self.conversation.phase {
            Phase::Asking { field, .. } => {
                let known = self.form_and_draft().and_then(|(form, draft)| {
                    let (field, case) = (form.field(field)?, self.case(draft));
                    Some(Effect::WhyAsked {
                        intent: draft.intent.clone(),
                        label: field.spec(case).label.clone(),
                        mandatory: field.mandatory(case),
                    })
                });
                self.effects.extend(known);
                self.ask_still();
            }
            Phase::Walking { .. } => self.why_step(),
            Phase::Reviewing => self.repeat(),
            _ => self.explain(),
        }
    }

    /// Says what the draft lacks, and asks for it.
    pub fn say_incomplete(&mut self) {
        let missing = self.form_and_draft().and_then(|(form, draft)| {
            let case = self.case(draft);
            let missing = form.missing(case, self.setting.now).into_iter();
            let labels: Vec<_> = missing
                .map(|field| field.spec(case).label.clone())
                .collect();
            (!labels.is_empty()).then(|| Effect::Incomplete {
                intent: draft.intent.clone(),
                missing: labels,
            })
        });
        self.effects.extend(missing);
        self.advance();
    }
}
