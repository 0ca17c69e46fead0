//! What is done with a filed ticket: revised, marked as entered or done, looked at again.
//!
//! Its agent may do so, and a lead.

use super::super::{
    Conversation, Decision, Draft, Effect, FollowUp, Phase, Revises, Step, fill, waking,
};
use super::Turn;
use crate::ticket::{self, Progress, Status, Ticket, Tracked};
use crate::value::sensitive;

/// So many cases are looked at again at most; the oldest makes room.
const FOLLOW_UPS_MAX: usize = 50;
/// From this many words on, what is told in the place of a number is something else.
const OTHER_WORDS_MIN: usize = 3;

impl Turn<'_> {
    /// The case that a ticket belongs to, as far as it was asked for.
    pub fn tracked(&self, id: &str) -> Option<&Tracked> {
        let case = ticket::case_of(id);
        self.around
            .cases
            .iter()
            .find(|tracked| tracked.latest.case() == case)
    }

    /// The case, if it exists and may be changed by who speaks; otherwise what to say.
    pub fn own(&self, id: &str) -> Result<&Tracked, Box<Effect>> {
        let id = id.to_owned();
        match self.tracked(&id) {
            None => Err(Box::new(Effect::NoTicket { id })),
            Some(tracked) if self.may_change(&tracked.latest) => Ok(tracked),
            Some(_) => Err(Box::new(Effect::NotYours { id })),
        }
    }

    fn may_change(&self, ticket: &Ticket) -> bool {
        self.around.lead || ticket.agent == self.around.user
    }

    /// `/ubah ID`: opens a draft with what the ticket says.
    pub fn revise(&self, conversation: &Conversation, id: &str) -> Step {
        let tracked = match self.own(id) {
            Ok(tracked) => tracked,
            Err(refused) => return self.aside(conversation, *refused),
        };
        let ticket = &tracked.latest;
        let is_open = |draft: &Draft| {
            let revises = draft.revises.as_ref();
            revises.is_some_and(|revises| revises.id == ticket.id)
        };
        if let Some(open) = conversation.draft().filter(|draft| is_open(draft)) {
            return self.advance(conversation, open.clone(), Vec::new());
        }
        let entries = ticket.entries.iter();
        let answers = entries
            .map(|entry| (entry.field.clone(), entry.answer.clone()))
            .collect();
        let draft = Draft {
            revises: Some(Revises {
                id: ticket.id.clone(),
                channel_kind: ticket.channel_kind,
            }),
            checked: ticket.checked.clone(),
            proofs: ticket.proofs.clone(),
            ..Draft::new(ticket.intent.clone(), answers)
        };
        if self.form(&draft).is_none() {
            let intent = draft.intent;
            return self.aside(conversation, Effect::NoForm { intent });
        }
        let told = Effect::Revising {
            id: ticket.id.clone(),
            agent: (ticket.agent != self.around.user).then(|| ticket.agent.clone()),
        };
        let next = match conversation.draft() {
            Some(open) => self.with_parked(conversation, open.clone(), self.around.now.timestamp()),
            None => conversation.clone(),
        };
        self.advance(&next, draft, vec![told])
    }

    /// `/selesai ID NOMOR`: the case is so far. Of what was said before nothing is lost.
    pub fn mark(
        &self,
        conversation: &Conversation,
        id: &str,
        status: Status,
        external: Option<String>,
    ) -> Step {
        let tracked = match self.own(id) {
            Ok(tracked) => tracked,
            Err(refused) => return self.aside(conversation, *refused),
        };
        let case = tracked.latest.case();
        // What is done stays so when its number is told afterwards.
        let status = match tracked.status() {
            Status::Done => Status::Done,
            Status::Open | Status::Entered => status,
        };
        let external = external.or_else(|| tracked.external().map(str::to_owned));
        let told = Effect::Marked {
            case: case.to_owned(),
            status,
            external: external.clone(),
        };
        let mut next = conversation.clone();
        if status == Status::Done {
            next.follow_ups.retain(|follow_up| follow_up.case != case);
        }
        let mut step = self.aside(&next, told);
        let is_new = status != tracked.status() || external.as_deref() != tracked.external();
        step.progress = is_new.then(|| Progress {
            case: case.to_owned(),
            status,
            external,
            who: self.around.user.to_owned(),
            at: self.around.now.timestamp(),
        });
        step
    }

    /// `/selesai ID ...`: with a number it is entered, without one it is done.
    pub fn mark_as_told(&self, conversation: &Conversation, id: &str, told: Option<&str>) -> Step {
        match told {
            None => self.mark(conversation, id, Status::Done, None),
            Some(told) if fill::is_absence(told) => {
                self.mark(conversation, id, Status::Entered, None)
            }
            Some(told) => match number_in(told) {
                Some(number) => self.mark(conversation, id, Status::Entered, Some(number)),
                None => self.ask_number(conversation, id, true),
            },
        }
    }

    /// `Tandai sudah diinput`: asks for the number; the open draft waits.
    pub fn ask_number(&self, conversation: &Conversation, id: &str, refused: bool) -> Step {
        let case = match self.own(id) {
            Ok(tracked) => tracked.latest.case().to_owned(),
            Err(refused) => return self.aside(conversation, *refused),
        };
        let phase = Phase::Entering {
            case: case.clone(),
            draft: conversation.draft().cloned(),
        };
        let ask = Effect::AskNumber { case, refused };
        self.go_as(conversation, phase, vec![ask], Decision::Dialog)
    }

    /// The number, or something else said instead.
    pub fn number(
        &self,
        conversation: &Conversation,
        case: &str,
        draft: Option<&Draft>,
        text: &str,
    ) -> Step {
        let number = match number_in(text) {
            None if fill::is_absence(text) => None,
            None if draft.is_none() && text.split_whitespace().count() >= OTHER_WORDS_MIN => {
                return self.question(conversation, text);
            }
            None => return self.ask_number(conversation, case, true),
            number => number,
        };
        let back = self.after_number(conversation, draft, Vec::new());
        let mut step = self.mark(&back.next, case, Status::Entered, number);
        if let Some(Effect::Understood(understood)) = step.effects.first_mut() {
            understood.decision = Decision::Dialog;
        }
        step
    }

    /// `batal`, `lewati`: back to what the question came between.
    pub fn leave_number(
        &self,
        conversation: &Conversation,
        case: &str,
        draft: Option<&Draft>,
    ) -> Step {
        let told = Effect::NumberLeft {
            case: case.to_owned(),
        };
        self.after_number(conversation, draft, vec![told])
    }

    fn after_number(
        &self,
        conversation: &Conversation,
        draft: Option<&Draft>,
        effects: Vec<Effect>,
    ) -> Step {
        match draft {
            Some(draft) => self.advance(conversation, draft.clone(), effects),
            None => self.go_as(conversation, Phase::Idle, effects, Decision::Dialog),
        }
    }

    /// `Ingatkan cek lagi`: the case is looked at again until it is done, if its SOP asks for that.
    pub fn follow_up(&self, conversation: &Conversation, id: &str) -> Step {
        let tracked = match self.own(id) {
            Ok(tracked) => tracked,
            Err(refused) => return self.aside(conversation, *refused),
        };
        let case = tracked.latest.case();
        if tracked.status() == Status::Done {
            return self.mark(conversation, case, Status::Done, None);
        }
        let form = self.knowledge.catalog.sop(&tracked.latest.intent);
        let form =
            form.and_then(|sop| sop.forms.iter().find(|form| form.id == tracked.latest.form));
        let every = form
            .and_then(|form| form.follow_up)
            .unwrap_or(waking::CHECK_AFTER);
        let due = self.next_check(every);
        let mut next = conversation.clone();
        next.follow_ups.retain(|follow_up| follow_up.case != case);
        next.follow_ups.push(FollowUp {
            case: case.to_owned(),
            intent: tracked.latest.intent.clone(),
            every,
            due,
        });
        if next.follow_ups.len() > FOLLOW_UPS_MAX {
            next.follow_ups.remove(0);
        }
        let told = Effect::WillRemind {
            case: case.to_owned(),
            at: due,
        };
        self.aside(&next, told)
    }
}

/// A ticketing system's number; a payment card is none.
fn number_in(text: &str) -> Option<String> {
    let number = ticket::external_in(text)?;
    (sensitive::without_cards(&number) == number).then_some(number)
}
