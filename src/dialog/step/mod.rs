//! The decision: one match on where the conversation stands and what was said.
//!
//! `question` answers from the procedures, `answering` by rules, `contacts` knows account managers and words, `walking`
//! leads through a procedure, `filling` fills a ticket in and `filing` files it, `tracking` is what is done with it then,
//! `parking` puts drafts aside and takes them up, `words` are those that mean something only where they are said,
//! `misunderstood` is what none of them could do anything with.

mod answering;
mod contacts;
mod filing;
mod filling;
mod misunderstood;
mod parking;
mod question;
mod tracking;
mod walking;
mod words;

use jiff::Timestamp;

use super::control::{self, Control};
use super::{Around, Conversation, Decision, Effect, Phase, Step, Understood};
use crate::act::Act;
use crate::guide::Knowledge;
use crate::message::Said;
use crate::text::CHARS_MAX;
use crate::ticket::{self, Status};
use crate::value::Background;

/// Decides what a message does to a conversation.
pub fn step(
    knowledge: &Knowledge,
    conversation: &Conversation,
    said: &Said,
    around: &Around<'_>,
) -> Step {
    let turn = Turn { knowledge, around };
    let (conversation, before) = turn.put_aside_after_silence(conversation);
    let mut step = match meant(&conversation, said) {
        Meant::TooLong => turn.same(&conversation, Effect::TooLong),
        Meant::Press(action) => turn.press(&conversation, &action.code()),
        Meant::Control(control, text) => turn.control(&conversation, control, text),
        Meant::Words(text) if text.trim().is_empty() => turn.silence(&conversation),
        Meant::Words(text) => {
            let mut step = turn.hear(&conversation, text);
            turn.remember_misunderstood(&conversation, &mut step, text);
            step
        }
        Meant::Showed(pictures) => turn.showed(&conversation, pictures),
        Meant::Tick => turn.tick(&conversation),
    };
    if let Said::Text(text) = said {
        turn.remember_unanswered(&mut step, text);
    }
    turn.bring_am(&mut step);
    step.effects.splice(1..1, before);
    turn.remind(&mut step);
    if *said != Said::Tick {
        step.next.touched = Some(around.now.timestamp());
    }
    step
}

/// The cases that [`step`] has to know in order to decide, by the id of one of their tickets.
pub fn cases_needed(conversation: &Conversation, said: &Said, now: Timestamp) -> Vec<String> {
    let named = match meant(conversation, said) {
        Meant::Press(Act::Revise(id) | Act::Enter(id) | Act::Done(id) | Act::FollowUp(id)) => {
            Some(id)
        }
        Meant::Control(
            Control::Revise(id)
            | Control::Mark { id, .. }
            | Control::FollowUp(id)
            | Control::Tickets(Some(id)),
            _,
        ) => Some(id),
        Meant::Press(_)
        | Meant::Control(..)
        | Meant::Words(_)
        | Meant::Showed(_)
        | Meant::Tick
        | Meant::TooLong => None,
    };
    let asked_about = match &conversation.phase {
        Phase::Entering { case, .. } => Some(case.clone()),
        _ => None,
    };
    let revises = conversation
        .draft()
        .and_then(|draft| draft.revises.as_ref())
        .map(|revises| revises.id.clone());
    let due = conversation.follow_ups.iter().filter(|one| one.due <= now);
    let mut needed: Vec<_> = [named, asked_about, revises]
        .into_iter()
        .flatten()
        .chain(due.map(|follow_up| follow_up.case.clone()))
        .map(|id| ticket::case_of(&id.to_uppercase()).to_owned())
        .collect();
    needed.sort();
    needed.dedup();
    needed
}

/// What was said, before it is known what it does.
enum Meant<'a> {
    TooLong,
    Press(Act),
    Control(Control, &'a str),
    Words(&'a str),
    Showed(&'a [String]),
    Tick,
}

fn meant<'a>(conversation: &Conversation, said: &'a Said) -> Meant<'a> {
    match said {
        Said::Text(text) if text.chars().count() > CHARS_MAX => Meant::TooLong,
        Said::Text(text) => match pressed(conversation, text) {
            Some(action) => Meant::Press(action),
            None => match control::read(text) {
                Some(control) => Meant::Control(control, text),
                None => Meant::Words(text),
            },
        },
        Said::Press(act) => match command(act) {
            Some(control) => Meant::Control(control, "/"),
            None => Meant::Press(act.clone()),
        },
        Said::Showed(pictures) => Meant::Showed(pictures),
        Said::Tick => Meant::Tick,
    }
}

/// The command that an act is, where it is one.
fn command(act: &Act) -> Option<Control> {
    Some(match act.clone() {
        Act::Sop(name) => Control::Sop(name),
        Act::Tickets(id) => Control::Tickets(id),
        Act::AccountManager(None) => Control::Am(None),
        Act::Term(word) => Control::Istilah(word),
        Act::Mark { id, note } => Control::Mark { id, told: note },
        _ => return None,
    })
}

/// The action of an offered button whose label, or whose number, is the whole message.
fn pressed(conversation: &Conversation, text: &str) -> Option<Act> {
    let text = text.trim();
    let offered = &conversation.offered;
    // Where a field is asked, a number is its answer unless the buttons are the field's own options.
    let options = offered
        .first()
        .is_some_and(|button| matches!(button.action, Act::Value { .. }));
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

/// A case has a receipt and a screenshot or two.
const PROOFS_MAX: usize = 10;

struct Turn<'a> {
    knowledge: &'a Knowledge,
    around: &'a Around<'a>,
}

impl Turn<'_> {
    /// What values are read against.
    fn background(&self) -> Background<'_> {
        Background {
            now: self.around.now,
            lexicon: &self.knowledge.lexicon,
        }
    }

    /// Pictures: the draft in work names where they are, nothing else is kept of them.
    fn showed(&self, conversation: &Conversation, pictures: &[String]) -> Step {
        let mut next = conversation.clone();
        let Some(draft) = next.draft_mut() else {
            return self.same(conversation, Effect::PictureOnly);
        };
        for picture in pictures {
            if draft.proofs.len() < PROOFS_MAX && !draft.proofs.contains(picture) {
                draft.proofs.push(picture.clone());
            }
        }
        let count = draft.proofs.len();
        self.same(&next, Effect::ProofNoted { count })
    }

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
                ..
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
            Phase::Entering { case, draft } => {
                self.number(conversation, case, draft.as_ref(), text)
            }
        }
    }

    /// An empty message: the open question again, or what there is to say.
    fn silence(&self, conversation: &Conversation) -> Step {
        match &conversation.phase {
            Phase::Asking { .. } => self.ask_still(conversation, Vec::new()),
            Phase::Reviewing(draft) => self.review(conversation, draft.clone(), Vec::new()),
            Phase::Walking { draft, refused } => {
                self.walk_on(conversation, draft.clone(), *refused, Vec::new())
            }
            _ => self.aside(conversation, Effect::Help),
        }
    }

    /// A control word or command.
    fn control(&self, conversation: &Conversation, control: Control, text: &str) -> Step {
        let command = text.starts_with('/');
        if let Some(step) = self.short_word(conversation, &control, text) {
            return step;
        }
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
            (Control::Revise(id), _) => self.revise(conversation, &id),
            (Control::Mark { id, told }, _) => {
                self.mark_as_told(conversation, &id, told.as_deref())
            }
            (Control::FollowUp(id), _) => self.follow_up(conversation, &id),
            (Control::Cancel | Control::Back | Control::Skip, Phase::Entering { case, draft }) => {
                self.leave_number(conversation, case, draft.as_ref())
            }
            (Control::Why, phase) => self.why(conversation, phase),
            (Control::Undo, _) => self.undo(conversation),
            (Control::Park, Phase::Interrupted { draft, heard }) => {
                self.park_for(conversation, draft, heard.clone())
            }
            (Control::Park, _) => self.park(conversation),
            (Control::Start, Phase::Answered(heard)) => self.start(conversation, heard.clone()),
            // It was started already; the next question, or the review, says where it stands.
            (Control::Start, Phase::Asking { draft, .. } | Phase::Reviewing(draft)) => {
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
                    ..
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
            ("not", Phase::Answered(heard)) if heard.intent == what => {
                self.reject(conversation, heard)
            }
            ("revise", _) => self.revise(conversation, what),
            ("entered", _) => self.ask_number(conversation, what, false),
            ("done", _) => self.mark(conversation, what, Status::Done, None),
            ("remind", _) => self.follow_up(conversation, what),
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
            Phase::Entering { case, .. } => {
                let ask = Effect::AskNumber {
                    case: case.clone(),
                    refused: false,
                };
                let phase = conversation.phase.clone();
                self.go_as(conversation, phase, vec![shown, ask], Decision::Command)
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
            progress: None,
            unanswered: None,
            contact: None,
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
            progress: None,
            unanswered: None,
            contact: None,
            deeds: Vec::new(),
        }
    }
}
