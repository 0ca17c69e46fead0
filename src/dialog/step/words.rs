//! Short words whose meaning lies in what was said before: `ya`, `tidak`, `lanjut`, `kenapa?`, `kirim`.
//!
//! In the middle of a form they may be answers; elsewhere they never find a procedure.

use super::super::{Conversation, Decision, Draft, Effect, Phase, Step};
use super::Turn;
use crate::act::Act;
use crate::dialog::control::Control;
use crate::message::Button;

/// Whether `ya` says yes to it.
fn is_offer(act: &Act) -> bool {
    matches!(
        act,
        Act::Ticket(_) | Act::Forward(_) | Act::ValidateCompany(_) | Act::Resume(_) | Act::Open(_)
    )
}

impl Turn<'_> {
    /// A short word, where it means something else than an answer.
    pub fn short_word(
        &self,
        conversation: &Conversation,
        control: &Control,
        text: &str,
    ) -> Option<Step> {
        let phase = &conversation.phase;
        let command = text.starts_with('/');
        Some(match (control, phase) {
            // `Maksudnya Rp50.000?`
            (
                Control::Yes,
                Phase::Asking {
                    draft,
                    field,
                    refused,
                    suggested: Some(suggested),
                    ..
                },
            ) => self.answer(conversation, draft, field, *refused, None, suggested),
            (Control::Yes | Control::No | Control::NotThis, Phase::Entering { .. })
            | (
                Control::Yes | Control::No | Control::NotThis | Control::Keep,
                Phase::Asking { .. } | Phase::Walking { .. } | Phase::Interrupted { .. },
            ) if !command => self.hear(conversation, text),

            (Control::Yes | Control::Keep, Phase::Reviewing(draft)) => {
                self.file(conversation, draft)
            }
            (Control::Yes, Phase::Clarifying(choices)) => match choices.as_slice() {
                [only] => self.press(conversation, &format!("answer:{}", only.intent)),
                _ => self.clarify_still(conversation),
            },
            (Control::Yes, _) => self.yes(conversation),

            (Control::No | Control::NotThis, Phase::Reviewing(draft)) => {
                self.choose_field(conversation, draft)
            }
            (Control::No | Control::NotThis, Phase::Clarifying(_)) => {
                self.press(conversation, "none:")
            }
            (Control::NotThis, Phase::Answered(heard)) if heard.question.is_some() => {
                self.reject(conversation, heard)
            }
            (Control::NotThis, Phase::Answered(_)) => self.aside(conversation, Effect::ListSops),
            (Control::No | Control::NotThis, _) => self.aside(conversation, Effect::Ready),

            (Control::GoOn, Phase::Interrupted { draft, .. }) => {
                self.advance(conversation, draft.clone(), Vec::new())
            }
            (Control::GoOn, _) => match (conversation.draft(), conversation.parked.as_slice()) {
                (Some(_), _) => self.silence(conversation),
                (None, [_, ..]) if matches!(phase, Phase::Idle) => self.take_up(conversation),
                (None, _) => self.yes(conversation),
            },
            (Control::Repeat, Phase::Clarifying(_)) => self.clarify_still(conversation),
            (Control::Repeat, _) => self.silence(conversation),

            (Control::Why, Phase::Asking { draft, field, .. }) => {
                self.why_asked(conversation, draft, field)
            }
            (Control::Why, Phase::Reviewing(_) | Phase::Walking { .. }) => {
                self.silence(conversation)
            }
            (Control::Send, Phase::Asking { draft, .. } | Phase::Walking { draft, .. }) => {
                let told = self.incomplete(draft);
                self.advance(conversation, draft.clone(), told.into_iter().collect())
            }
            _ => return None,
        })
    }

    /// `ya`: does what was offered, if that is one thing.
    fn yes(&self, conversation: &Conversation) -> Step {
        let mut offers: Vec<&Button> = Vec::new();
        for button in &conversation.offered {
            let known = offers.iter().any(|offer| offer.action == button.action);
            if is_offer(&button.action) && !known {
                offers.push(button);
            }
        }
        match (offers.as_slice(), &conversation.phase) {
            // What was shown in between offered nothing.
            ([], Phase::Answered(heard)) if self.has_form(&heard.intent) => {
                self.start(conversation, heard.clone())
            }
            ([], Phase::Walked(draft)) if self.has_form(&draft.intent) => {
                self.press(conversation, &format!("ticket:{}", draft.intent))
            }
            ([], _) => self.aside(conversation, Effect::Ready),
            ([only], _) => self.press(conversation, &only.action.code()),
            _ => {
                let buttons = offers.into_iter().cloned().collect();
                self.aside(conversation, Effect::PickOne { buttons })
            }
        }
    }

    pub fn has_form(&self, intent: &str) -> bool {
        let sop = self.knowledge.catalog.sop(intent);
        sop.is_some_and(|sop| !sop.forms.is_empty())
    }

    /// `lanjut` with nothing open: the draft put aside last, or the list of several.
    fn take_up(&self, conversation: &Conversation) -> Step {
        match conversation.parked.as_slice() {
            [only] => self.resume(conversation, &only.number.to_string()),
            _ => {
                let parked = self.parked_lines(conversation);
                self.aside(conversation, Effect::ListTickets { parked })
            }
        }
    }

    fn clarify_still(&self, conversation: &Conversation) -> Step {
        let Phase::Clarifying(choices) = &conversation.phase else {
            return self.same(conversation, Effect::NothingOpen);
        };
        let intents = choices.iter().map(|heard| heard.intent.clone()).collect();
        let phase = conversation.phase.clone();
        let ask = vec![Effect::Clarify { intents }];
        self.go_as(conversation, phase, ask, Decision::Clarify)
    }

    fn why_asked(&self, conversation: &Conversation, draft: &Draft, field: &str) -> Step {
        let case = draft.case(self.around.channel_kind);
        let known = self.form(draft).and_then(|form| form.field(field));
        let told = known.map(|field| Effect::WhyAsked {
            intent: draft.intent.clone(),
            label: field.spec(case).label.clone(),
            mandatory: field.mandatory(case),
        });
        self.ask_still(conversation, told.into_iter().collect())
    }

    /// What a draft lacks, if it lacks anything.
    pub fn incomplete(&self, draft: &Draft) -> Option<Effect> {
        let case = draft.case(self.around.channel_kind);
        let missing = self.form(draft)?.missing(case, self.around.now);
        let labels: Vec<_> = missing
            .iter()
            .map(|field| field.spec(case).label.clone())
            .collect();
        (!labels.is_empty()).then(|| Effect::Incomplete {
            intent: draft.intent.clone(),
            missing: labels,
        })
    }
}
