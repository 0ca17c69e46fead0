//! The decision: what a message does to a conversation.
//!
//! [`act`](Turn::act) is one match on what the next message answers and what the agent wants. `question` answers from
//! the procedures, `answering` by rules, `contacts` knows account managers and words, `walking` leads through a procedure,
//! `filling` fills a ticket in and `filing` files it, `tracking` is what is done with it then, `parking` puts drafts aside
//! and takes them up, `words` are those whose meaning depends on what was said before, `misunderstood` is what none of
//! them could do anything with.

mod answering;
mod contacts;
mod filing;
mod filling;
mod following;
mod hearing;
mod misunderstood;
mod notes;
mod parking;
mod question;
mod tracking;
mod walking;
mod words;

use jiff::Timestamp;

use super::control;
use super::{
    AuditNote, Conversation, Decision, Draft, Effect, Phase, Setting, Step, Unanswered, Understood,
};
use crate::act::Act;
use crate::directory::Contact;
use crate::guide::Knowledge;
use crate::message::Said;
use crate::slash;
use crate::text::CHARS_MAX;
use crate::ticket::{self, Progress, Status, Ticket};
use crate::value::{Background, sensitive};

/// Decides what a message does to a conversation.
pub fn step(
    knowledge: &Knowledge,
    conversation: &Conversation,
    said: &Said,
    setting: &Setting<'_>,
) -> Step {
    let beginning = beginning(said);
    let said = beginning.as_ref().unwrap_or(said);
    let mut turn = Turn::new(knowledge, conversation.clone(), setting);
    let put_aside = turn.put_aside_after_silence();
    turn.leave_old_case();
    if beginning.is_some() {
        turn.effects.push(Effect::TooLong);
    }
    match meant(&turn.conversation, said) {
        Meant::Act(act, text) => turn.act(act, text),
        Meant::NoCommand(typed) => turn.aside(Effect::NoCommand {
            typed: typed.to_owned(),
        }),
        Meant::Words(text) if text.trim().is_empty() => turn.repeat(),
        Meant::Words(text) => match turn.talked(text) {
            Some(talked) => turn.act_as_said(talked, text),
            None => {
                turn.hear(text);
                turn.remember_misunderstood(conversation, text);
            }
        },
        Meant::Showed(pictures) => turn.showed(pictures),
        Meant::Tick => {}
    }
    if let Said::Text(text) = said {
        turn.remember_unanswered(text);
    }
    turn.remember_unpressed(conversation);
    turn.keep_case(said, conversation.draft().is_some());
    turn.bring_am();
    turn.remind();
    if *said != Said::Tick {
        turn.conversation.touched = Some(setting.now.timestamp());
    }
    turn.finish(put_aside)
}

/// What is read of a message that is too long, up to the end of a word and without card numbers, which the end might cut.
fn beginning(said: &Said) -> Option<Said> {
    let Said::Text(text) = said else { return None };
    text.char_indices().nth(CHARS_MAX)?;
    let text = sensitive::without_cards(text);
    let (end, _) = text
        .char_indices()
        .nth(CHARS_MAX)
        .unwrap_or((text.len(), ' '));
    let end = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    Some(Said::Text(text[..end].to_owned()))
}

/// The cases that [`step`] has to know in order to decide, by the id of one of their tickets.
pub fn cases_needed(conversation: &Conversation, said: &Said, now: Timestamp) -> Vec<String> {
    let named = match meant(conversation, said) {
        Meant::Act(
            Act::Revise(id)
            | Act::Enter(id)
            | Act::Done(id)
            | Act::FollowUp(id)
            | Act::Mark { id, .. }
            | Act::Tickets(Some(id)),
            _,
        ) => Some(id),
        _ => None,
    };
    let asked_about = match &conversation.phase {
        Phase::Entering { case } => Some(case.clone()),
        _ => None,
    };
    let revises = conversation
        .draft()
        .and_then(|draft| Some(draft.revises.as_ref()?.id.clone()));
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
    /// An act, and the text it was read from unless a button was pressed.
    Act(Act, Option<&'a str>),
    Words(&'a str),
    /// A command that does not exist, as it was typed.
    NoCommand(&'a str),
    Showed(&'a [String]),
    Tick,
}

fn meant<'a>(conversation: &Conversation, said: &'a Said) -> Meant<'a> {
    match said {
        Said::Text(text) => match pressed(conversation, text) {
            Some(act) => Meant::Act(act, None),
            None => match control::read(text) {
                // A question behind a command is one without it.
                Some(Act::Ask(_)) => {
                    let question = text.trim().split_once(char::is_whitespace);
                    Meant::Words(question.map_or("", |(_, question)| question))
                }
                Some(act) => Meant::Act(act, Some(text)),
                None => slash::called(text).map_or(Meant::Words(text), Meant::NoCommand),
            },
        },
        Said::Press(act) => Meant::Act(act.clone(), None),
        Said::Showed(pictures) => Meant::Showed(pictures),
        Said::Tick => Meant::Tick,
    }
}

/// The act of an offered button whose label, or whose number, is the whole message.
fn pressed(conversation: &Conversation, text: &str) -> Option<Act> {
    let text = text.trim();
    let offered = &conversation.offered;
    // Where a field is asked, a number is its answer unless the buttons are the field's own options.
    let numbers_press = offers_options(conversation) || conversation.asking().is_none();
    let number = text
        .parse::<usize>()
        .ok()
        .filter(|number| numbers_press && *number <= conversation.numbered);
    let numbered = number.and_then(|number| offered.get(number.checked_sub(1)?));
    let folded = text.to_lowercase();
    let labelled = || {
        offered
            .iter()
            .find(|button| button.label.to_lowercase() == folded)
    };
    numbered
        .or_else(labelled)
        .map(|button| button.action.clone())
}

/// Whether the buttons are the options of the field that is asked for.
fn offers_options(conversation: &Conversation) -> bool {
    let first = conversation.offered.first();
    first.is_some_and(|button| matches!(button.action, Act::Value { .. }))
}

/// A case has a receipt and a screenshot or two.
const PROOFS_MAX: usize = 10;

/// One turn: the conversation, which is changed in place, and what is decided on the way.
struct Turn<'a> {
    knowledge: &'a Knowledge,
    setting: &'a Setting<'a>,
    conversation: Conversation,
    /// How the message was understood: as this, or exactly so.
    decision: Decision,
    understood: Option<Understood>,
    effects: Vec<Effect>,
    ticket: Option<Ticket>,
    progress: Option<Progress>,
    unanswered: Option<Unanswered>,
    contact: Option<Contact>,
    audit: Vec<AuditNote>,
}

impl<'a> Turn<'a> {
    fn new(
        knowledge: &'a Knowledge,
        conversation: Conversation,
        setting: &'a Setting<'a>,
    ) -> Turn<'a> {
        Turn {
            knowledge,
            setting,
            conversation,
            decision: Decision::Command,
            understood: None,
            effects: Vec::new(),
            ticket: None,
            progress: None,
            unanswered: None,
            contact: None,
            audit: Vec::new(),
        }
    }

    /// What was decided; what silence did comes first.
    fn finish(self, put_aside: Option<Effect>) -> Step {
        let conversation = self.conversation;
        let intent = || match (&conversation.phase, &conversation.draft) {
            (Phase::Answered(heard), _) => Some(heard.intent.clone()),
            (_, draft) => draft.as_ref().map(|draft| draft.intent.clone()),
        };
        let understood = self.understood.unwrap_or_else(|| Understood {
            decision: self.decision,
            intent: intent(),
            confidence: 1.0,
        });
        let first = [Effect::Understood(understood)].into_iter();
        Step {
            effects: first.chain(put_aside).chain(self.effects).collect(),
            next: conversation,
            ticket: self.ticket,
            progress: self.progress,
            unanswered: self.unanswered,
            contact: self.contact,
            audit: self.audit,
        }
    }

    /// What values are read against.
    fn background(&self) -> Background<'a> {
        Background {
            now: self.setting.now,
            lexicon: &self.knowledge.lexicon,
        }
    }

    fn draft(&self) -> Option<&Draft> {
        self.conversation.draft()
    }

    /// Moves on. Where no draft belongs, none is kept.
    fn go(&mut self, phase: Phase, decision: Decision) {
        if matches!(
            phase,
            Phase::Idle | Phase::Answered(_) | Phase::Clarifying(_)
        ) {
            self.conversation.draft = None;
        }
        self.conversation.phase = phase;
        self.decision = decision;
    }

    /// Says something and stays.
    fn same(&mut self, effect: Effect) {
        self.effects.push(effect);
        self.decision = match self.draft() {
            Some(_) => Decision::Dialog,
            None => Decision::Command,
        };
    }

    /// What this would apply to is gone.
    fn stale(&mut self) {
        self.same(Effect::Stale);
    }

    /// Shows something without moving; in a dialog the open question follows.
    fn aside(&mut self, shown: Effect) {
        self.effects.push(shown);
        self.ask_open();
        self.decision = Decision::Command;
    }

    /// Asks again what is open, if anything is.
    fn ask_open(&mut self) {
        match &self.conversation.phase {
            Phase::Asking { .. } => self.ask_still(),
            Phase::Reviewing => self.review(),
            Phase::Walking { refused } => self.walk_on(*refused),
            Phase::Entering { case } => {
                let (case, refused) = (case.clone(), false);
                self.effects.push(Effect::AskNumber { case, refused });
            }
            _ => {}
        }
    }

    /// An empty message, or one that asks for the last once more: the open question again, or what there is to say.
    fn repeat(&mut self) {
        match self.conversation.phase {
            Phase::Asking { .. } | Phase::Reviewing | Phase::Walking { .. } => self.ask_open(),
            _ => self.aside(Effect::Help),
        }
    }

    /// Pictures: the draft in work names where they are, nothing else is kept of them.
    fn showed(&mut self, pictures: &[String]) {
        if self.draft().is_none() {
            return self.same(Effect::PictureOnly);
        }
        let Some(draft) = &mut self.conversation.draft else {
            return;
        };
        for picture in pictures {
            if draft.proofs.len() < PROOFS_MAX && !draft.proofs.contains(picture) {
                draft.proofs.push(picture.clone());
            }
        }
        let count = draft.proofs.len();
        self.same(Effect::ProofNoted { count });
    }

    /// A message in words of its own.
    fn hear(&mut self, text: &str) {
        let fills_in = matches!(
            self.conversation.phase,
            Phase::Asking { .. } | Phase::Reviewing
        );
        if fills_in && (self.takes_note(text) || self.keeps_offered(text)) {
            return self.ask_open();
        }
        match &self.conversation.phase {
            Phase::Idle | Phase::Answered(_) | Phase::Clarifying(_) | Phase::Walked => {
                self.question(text);
            }
            Phase::Walking { refused } => self.walk_hear(*refused, text),
            Phase::Asking { .. } => self.answer(text),
            Phase::Reviewing => self.correct(text),
            Phase::Interrupted { .. } => self.ask_what_becomes(),
            Phase::Entering { .. } => self.number(text),
        }
    }

    /// Does what the agent wants, pressed or typed; `text` is what was typed.
    fn act(&mut self, act: Act, text: Option<&str>) {
        use Phase::{Asking, Entering, Idle, Interrupted, Reviewing, Walked, Walking};
        // A command answers nothing.
        let words = text.filter(|text| !text.starts_with('/'));
        let is_offered =
            |phase: &Phase| matches!(phase, Asking { suggested, .. } if suggested.is_some());
        match (act, &self.conversation.phase, words) {
            (Act::Yes, phase, _) if is_offered(phase) => self.take_suggestion(),
            (act, phase, Some(words)) if may_answer(&act, phase) => self.hear(words),

            (Act::NoneOfThese, Phase::Clarifying(_), _) => self.none_of_these(),
            (Act::Repeat, Phase::Clarifying(_), _) => self.clarify_still(),
            (Act::GoOn | Act::KeepDraft, Interrupted { .. }, _) => self.advance(),
            (Act::GoOn, Idle, _) if !self.conversation.parked.is_empty() => self.take_up_last(),
            (Act::GoOn, _, _) if self.draft().is_some() => self.repeat(),
            (Act::Drop, Interrupted { .. }, _) => self.drop_for_other(),

            (Act::Branch(branch), Walking { .. }, _) => self.press_branch(&branch),
            (Act::Jump(step), Walking { .. } | Walked, _) => self.jump(step.as_deref()),
            (Act::Edit(None), Walking { .. }, _) => self.jump(None),
            (Act::Value { value, .. }, Walking { refused }, _) => self.walk_hear(*refused, &value),
            (Act::Confirm | Act::Edit(Some(_)), Walking { refused }, _) if text.is_some() => {
                self.walk_hear(*refused, text.unwrap_or_default());
            }
            (Act::Back, Walking { .. } | Walked, _) => self.walk_back(),
            (Act::Skip, Walking { refused }, _) => self.walk_skip(*refused, text),

            (Act::Value { field, value }, Asking { field: asked, .. }, _) if field == *asked => {
                self.answer_as(&value, true);
            }
            (Act::Edit(None), Asking { .. } | Reviewing, _) => self.choose_field(),
            (Act::Edit(Some(name)), Asking { .. } | Reviewing, _) => self.edit(&name),
            (Act::Send | Act::Confirm | Act::KeepValue, Reviewing, _) => self.file(),
            (Act::Send, Asking { .. } | Walking { .. }, _) => self.say_incomplete(),
            (Act::Cancel | Act::Back | Act::Skip, Entering { .. }, _) => self.leave_number(),
            (Act::Back, Asking { .. } | Reviewing, _) => self.back(),
            (Act::Skip, Asking { .. }, _) => self.skip(),
            (Act::Skip, Reviewing, _) => self.review(),

            (act, _, _) => self.act_anywhere(act, text),
        }
    }

    /// Acts that mean the same wherever they come.
    fn act_anywhere(&mut self, act: Act, text: Option<&str>) {
        match act {
            Act::Yes => self.yes(),
            Act::GoOn => self.take_offer(),
            Act::No => self.no(false),
            Act::NotThis(None) => self.no(true),
            Act::NotThis(Some(intent)) => self.reject_shown(&intent),
            Act::Repeat => self.repeat(),
            Act::Why => self.why(),
            Act::Report(fault, place) => self.report(fault, &place),
            Act::Forward(intent) => self.forward(&intent),
            Act::Help | Act::Greet => self.aside(Effect::Help),
            Act::Thanks => self.aside(Effect::Welcome),
            Act::ListSops | Act::Sop(None) => self.aside(Effect::ListSops),
            Act::Sop(Some(name)) | Act::Point(name) => self.show(&name),
            Act::Open(intent) => self.show_heard(&intent),
            Act::AccountManager(query) => self.am(query.as_deref()),
            Act::ValidateCompany(company) => self.validate_company(&company),
            Act::SilentAccountManager(company) => self.silent_am(&company),
            Act::Term(word) => self.look_up(word.as_deref()),
            Act::Walk(name) => self.walk_to(name.as_deref()),
            Act::Ticket(intent) => self.make_ticket(intent),
            Act::Cancel => self.cancel(),
            Act::Undo => self.undo(),
            Act::Park => self.park(),
            Act::Resume(None) => self.take_up_last(),
            Act::Resume(Some(number)) => self.resume(&number),
            Act::Tickets(Some(name)) if ticket::id_in(&name).is_none() => {
                self.ticket_as_asked(&name, &name);
            }
            Act::Tickets(id) => self.tickets(id),
            Act::Revise(id) => self.revise(&id),
            Act::Enter(id) => self.ask_number(&id, false),
            Act::Done(id) => self.mark(&id, Status::Done, None),
            Act::Mark { id, note } => self.mark_as_noted(&id, note.as_deref()),
            Act::FollowUp(id) => self.follow_up(&id),
            // The desk carries leads' orders out before a message comes here.
            Act::Lead(_) => self.aside(match self.setting.lead {
                true => Effect::Help,
                false => Effect::LeadsOnly,
            }),
            act => self.not_here(&act, text),
        }
    }

    /// Nothing is open that the act would apply to: its words may say something else.
    fn not_here(&mut self, act: &Act, text: Option<&str>) {
        let asks = matches!(
            self.conversation.phase,
            Phase::Asking { .. } | Phase::Interrupted { .. }
        );
        match (act, text) {
            (_, Some(text)) if asks && !text.starts_with('/') => self.hear(text),
            (Act::Edit(Some(_)), Some(text)) if self.draft().is_none() => self.question(text),
            (Act::Send, _) | (_, Some(_)) => self.same(Effect::NothingOpen),
            (_, None) => self.stale(),
        }
    }
}

/// Whether a word that steers elsewhere is an answer where it is said.
fn may_answer(act: &Act, phase: &Phase) -> bool {
    match (act, phase) {
        // `halo` is a card.
        (Act::Greet, Phase::Asking { .. } | Phase::Reviewing) => true,
        (Act::Yes | Act::No | Act::NotThis(None), Phase::Entering { .. }) => true,
        (
            Act::Yes | Act::No | Act::NotThis(None) | Act::KeepValue,
            Phase::Asking { .. } | Phase::Walking { .. } | Phase::Interrupted { .. },
        ) => true,
        _ => false,
    }
}
