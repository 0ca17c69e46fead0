//! The decision: one match on where the conversation stands and what was said.
//!
//! `answering` decides by rules, `contacts` knows account managers and words, `question` answers from the procedures, `walking` leads through one, `filling` fills a ticket in, `parking` puts drafts
//! aside and takes them up.

mod answering;
mod contacts;
mod filling;
mod parking;
mod question;
mod walking;

use super::control::{self, Control};
use super::{Around, Conversation, Decision, Effect, Phase, Step, Understood};
use crate::guide::Knowledge;
use crate::message::Said;
use crate::text::CHARS_MAX;

/// Decides what a message does to a conversation.
pub fn step(
    knowledge: &Knowledge,
    conversation: &Conversation,
    said: &Said,
    around: &Around<'_>,
) -> Step {
    let turn = Turn { knowledge, around };
    let (conversation, before) = turn.put_aside_after_silence(conversation);
    let mut step = match said {
        Said::Text(text) if text.chars().count() > CHARS_MAX => {
            turn.same(&conversation, Effect::TooLong)
        }
        Said::Text(text) => match pressed(&conversation, text) {
            Some(action) => turn.press(&conversation, &action),
            None => match control::read(text) {
                Some(control) => turn.control(&conversation, control, text),
                None => turn.hear(&conversation, text),
            },
        },
        Said::Press(action) => turn.press(&conversation, action),
    };
    if let Said::Text(text) = said {
        turn.remember_unanswered(&mut step, text);
    }
    turn.bring_am(&mut step);
    step.effects.splice(1..1, before);
    turn.remind(&mut step);
    step.next.touched = Some(around.now.timestamp());
    step
}

/// The action of an offered button whose label, or whose number, is the whole message.
fn pressed(conversation: &Conversation, text: &str) -> Option<String> {
    let text = text.trim();
    let offered = &conversation.offered;
    // Where a field is asked, a number is its answer unless the buttons are the field's own options.
    let options = offered
        .first()
        .is_some_and(|button| button.action.starts_with("value:"));
    let numbers_press = options || conversation.asking().is_none();
    let number = text
        .parse::<usize>()
        .ok()
        .filter(|number| numbers_press && *number <= conversation.numbered);
    let numbered = number.and_then(|number| offered.get(number.checked_sub(1)?));
    let labelled = || {
        offered
            .iter()
            .find(|button| button.label.to_lowercase() == text.to_lowercase())
    };
    numbered
        .or_else(labelled)
        .map(|button| button.action.clone())
}

struct Turn<'a> {
    knowledge: &'a Knowledge,
    around: &'a Around<'a>,
}

impl Turn<'_> {
    /// A message in words of its own.
    fn hear(&self, conversation: &Conversation, text: &str) -> Step {
        match &conversation.phase {
            Phase::Idle | Phase::Answered(_) | Phase::Clarifying(_) | Phase::Walked(_) => {
                self.question(conversation, text)
            }
            Phase::Walking { draft, refused } => {
                self.walk_hear(conversation, draft, *refused, text)
            }
            Phase::Asking {
                draft,
                field,
                refused,
                partial,
            } => self.answer(
                conversation,
                draft,
                field,
                *refused,
                partial.as_deref(),
                text,
            ),
            Phase::Reviewing(draft) => self.correct(conversation, draft, text),
            Phase::Interrupted { draft, heard } => {
                self.interrupted(conversation, draft.clone(), heard.clone(), Vec::new())
            }
        }
    }

    /// A control word or command.
    fn control(&self, conversation: &Conversation, control: Control, text: &str) -> Step {
        let command = text.starts_with('/');
        if let Some(step) = self.walk_control(conversation, &control, text) {
            return step;
        }
        match (control, &conversation.phase) {
            // A greeting is no command in the middle of a form: `halo` is a card there.
            (Control::Greet, Phase::Asking { .. } | Phase::Reviewing(_)) => {
                self.hear(conversation, text)
            }
            (Control::Help | Control::Greet, _) => self.aside(conversation, Effect::Help),
            (Control::Thanks, _) => self.aside(conversation, Effect::Welcome),
            (Control::Sop(None), _) => self.aside(conversation, Effect::ListSops),
            (Control::Sop(Some(name)), _) => self.show(conversation, &name),
            (Control::Tickets(None), _) => self.aside(
                conversation,
                Effect::ListTickets {
                    parked: self.parked_lines(conversation),
                },
            ),
            (Control::Tickets(Some(id)), _) => self.aside(
                conversation,
                Effect::ShowTicket {
                    id: id.to_uppercase(),
                },
            ),
            (Control::Am(query), _) => self.am(conversation, query.as_deref()),
            (Control::Istilah(word), _) => self.istilah(conversation, word.as_deref()),
            (Control::Why, phase) => self.why(conversation, phase),
            (Control::Undo, _) => self.undo(conversation),
            (Control::Park, Phase::Interrupted { draft, heard }) => {
                self.park_for(conversation, draft, heard.clone())
            }
            (Control::Park, _) => self.park(conversation),
            (Control::Start, Phase::Answered(heard)) => self.start(conversation, heard.clone()),
            // It was started already; the next question, or the review, says where it stands.
            (Control::Start | Control::Send, Phase::Asking { draft, .. })
            | (Control::Start, Phase::Reviewing(draft)) => {
                self.advance(conversation, draft.clone(), Vec::new())
            }
            (Control::Cancel, Phase::Interrupted { draft, .. }) => {
                self.advance(conversation, draft.clone(), Vec::new())
            }
            // Where one procedure alone was offered, going on with it picks it.
            (Control::Start, Phase::Clarifying(choices)) if choices.len() == 1 => {
                self.start(conversation, choices[0].clone())
            }
            (Control::Cancel, Phase::Asking { draft, .. } | Phase::Reviewing(draft)) => {
                self.discard(conversation, draft)
            }
            (Control::Cancel, Phase::Answered(_) | Phase::Clarifying(_)) => self.go_as(
                conversation,
                Phase::Idle,
                vec![Effect::Help],
                Decision::Command,
            ),
            (Control::Back, Phase::Asking { draft, .. } | Phase::Reviewing(draft)) => {
                self.back(conversation, draft)
            }
            (
                Control::Skip,
                Phase::Asking {
                    draft,
                    field,
                    refused,
                    ..
                },
            ) => self.skip(conversation, draft, field, *refused),
            (Control::Skip, Phase::Reviewing(draft)) => {
                self.review(conversation, draft.clone(), Vec::new())
            }
            (Control::Send | Control::Confirm, Phase::Reviewing(draft)) => {
                self.file(conversation, draft)
            }
            (Control::Edit(None), Phase::Asking { draft, .. } | Phase::Reviewing(draft)) => {
                self.choose_field(conversation, draft)
            }
            (Control::Edit(Some(name)), Phase::Asking { draft, .. } | Phase::Reviewing(draft)) => {
                match self.field_named(draft, &name) {
                    Some(field) => self.ask(conversation, draft.clone(), &field, Vec::new()),
                    None => self.choose_field(conversation, draft),
                }
            }
            (_, Phase::Asking { .. } | Phase::Interrupted { .. }) if !command => {
                self.hear(conversation, text)
            }
            (Control::Edit(Some(_)), _) => self.question(conversation, text),
            _ => self.same(conversation, Effect::NothingOpen),
        }
    }

    /// A button, pressed or typed.
    fn press(&self, conversation: &Conversation, action: &str) -> Step {
        let (verb, what) = action.split_once(':').unwrap_or((action, ""));
        if let Some(step) = self.walk_press(conversation, verb, what) {
            return step;
        }
        if let Some(step) = self.contacts_press(conversation, verb, what) {
            return step;
        }
        match (verb, &conversation.phase) {
            ("answer", _) => self.show_heard(conversation, what),
            ("point", _) => self.show(conversation, what),
            ("ticket", Phase::Answered(heard)) if heard.intent == what => {
                self.start(conversation, heard.clone())
            }
            // Shown again with the procedure, in the middle of this very ticket.
            ("ticket", Phase::Asking { draft, .. } | Phase::Reviewing(draft))
                if draft.intent == what =>
            {
                self.advance(conversation, draft.clone(), Vec::new())
            }
            (
                "ticket",
                Phase::Asking { draft, .. }
                | Phase::Reviewing(draft)
                | Phase::Interrupted { draft, .. },
            ) => self.interrupted(
                conversation,
                draft.clone(),
                super::Heard::of(what),
                Vec::new(),
            ),
            ("ticket", _) => self.start(conversation, super::Heard::of(what)),
            (
                "value",
                Phase::Asking {
                    draft,
                    field,
                    refused,
                    partial,
                },
            ) => match what.split_once('=') {
                Some((of, value)) if of == field => self.answer(
                    conversation,
                    draft,
                    field,
                    *refused,
                    partial.as_deref(),
                    value,
                ),
                _ => self.same(conversation, Effect::Stale),
            },
            ("edit", Phase::Reviewing(draft) | Phase::Asking { draft, .. }) if !what.is_empty() => {
                self.ask(conversation, draft.clone(), what, Vec::new())
            }
            ("edit", Phase::Reviewing(draft)) => self.choose_field(conversation, draft),
            ("keep", Phase::Interrupted { draft, .. }) => {
                self.advance(conversation, draft.clone(), Vec::new())
            }
            ("park", Phase::Interrupted { draft, heard }) => {
                self.park_for(conversation, draft, heard.clone())
            }
            ("drop", Phase::Interrupted { draft, heard }) => {
                self.drop_for(conversation, draft, heard.clone())
            }
            ("resume", _) => self.resume(conversation, what),
            ("send", _) => self.control(conversation, Control::Send, "/kirim"),
            ("cancel", _) => self.control(conversation, Control::Cancel, "/batal"),
            ("undo", _) => self.undo(conversation),
            ("forward", _) => self.forward(conversation, what),
            ("list", _) => self.aside(conversation, Effect::ListSops),
            ("help", _) => self.aside(conversation, Effect::Help),
            ("why", phase) => self.why(conversation, phase),
            ("none", Phase::Clarifying(_)) => self.go_as(
                conversation,
                Phase::Idle,
                vec![Effect::Fallback],
                Decision::Fallback,
            ),
            _ => self.same(conversation, Effect::Stale),
        }
    }

    /// Shows something without moving; in a dialog the open question follows.
    pub fn aside(&self, conversation: &Conversation, shown: Effect) -> Step {
        let mut step = match &conversation.phase {
            Phase::Asking { .. } => self.ask_still(conversation, vec![shown]),
            Phase::Reviewing(draft) => self.review(conversation, draft.clone(), vec![shown]),
            Phase::Walking { draft, refused } => {
                self.walk_on(conversation, draft.clone(), *refused, vec![shown])
            }
            phase => self.go_as(conversation, phase.clone(), vec![shown], Decision::Command),
        };
        if let Some(Effect::Understood(understood)) = step.effects.first_mut() {
            understood.decision = Decision::Command;
        }
        step
    }

    /// Says something and stays.
    pub fn same(&self, conversation: &Conversation, effect: Effect) -> Step {
        let decision = if conversation.draft().is_some() {
            Decision::Dialog
        } else {
            Decision::Command
        };
        self.go_as(
            conversation,
            conversation.phase.clone(),
            vec![effect],
            decision,
        )
    }

    /// Moves on, the intent being that of where it goes.
    pub fn go_as(
        &self,
        conversation: &Conversation,
        phase: Phase,
        effects: Vec<Effect>,
        decision: Decision,
    ) -> Step {
        let next = Conversation {
            phase,
            ..conversation.clone()
        };
        let intent = match &next.phase {
            Phase::Answered(heard) => Some(heard.intent.clone()),
            Phase::Walked(draft) => Some(draft.intent.clone()),
            _ => next.draft().map(|draft| draft.intent.clone()),
        };
        let understood = Understood {
            decision,
            intent,
            confidence: 1.0,
        };
        let effects = [Effect::Understood(understood)]
            .into_iter()
            .chain(effects)
            .collect();
        Step {
            next,
            effects,
            ticket: None,
            unanswered: None,
            deeds: Vec::new(),
        }
    }

    /// Moves on; the first effect says how the message was understood.
    fn go(
        &self,
        conversation: &Conversation,
        phase: Phase,
        understood: Understood,
        effects: Vec<Effect>,
    ) -> Step {
        let next = Conversation {
            phase,
            ..conversation.clone()
        };
        let effects = [Effect::Understood(understood)]
            .into_iter()
            .chain(effects)
            .collect();
        Step {
            next,
            effects,
            ticket: None,
            unanswered: None,
            deeds: Vec::new(),
        }
    }
}
