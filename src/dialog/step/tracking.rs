//! What is done with a filed ticket: revised, marked as entered or done, looked at again.
//!
//! Its agent may do so, and a lead.

use super::super::{Decision, Draft, Effect, FollowUp, Phase, Revises, fill, waking};
use super::Turn;
use crate::ticket::{self, Progress, Status, Ticket, Tracked};
use crate::value::sensitive;

/// So many cases are looked at again at most; the oldest makes room.
const FOLLOW_UPS_MAX: usize = 50;
/// From this many words on, what is said in the place of a number is something else.
const OTHER_WORDS_MIN: usize = 3;

impl<'a> Turn<'a> {
    /// The case that a ticket belongs to, if it was asked for.
    pub fn tracked(&self, id: &str) -> Option<&'a Tracked> {
        let case = ticket::case_of(id);
        let mut cases = self.setting.cases.iter();
        cases.find(|tracked| tracked.latest.case() == case)
    }

    /// The case, if it exists and may be changed by who speaks; otherwise what to say.
    pub fn own(&self, id: &str) -> Result<&'a Tracked, Box<Effect>> {
        let id = id.to_owned();
        match self.tracked(&id) {
            None => Err(Box::new(Effect::NoTicket { id })),
            Some(tracked) if self.may_change(&tracked.latest) => Ok(tracked),
            Some(_) => Err(Box::new(Effect::NotYours { id })),
        }
    }

    fn may_change(&self, ticket: &Ticket) -> bool {
        self.setting.lead || ticket.agent == self.setting.user
    }

    /// `/ubah ID`: opens a draft with what the ticket says.
    pub fn revise(&mut self, id: &str) {
        let ticket = match self.own(id) {
            Ok(tracked) => &tracked.latest,
            Err(refused) => return self.aside(*refused),
        };
        let open = self.draft().and_then(|draft| draft.revises.as_ref());
        if open.is_some_and(|revises| revises.id == ticket.id) {
            return self.advance();
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
            notes: ticket.notes.clone(),
            ..Draft::new(ticket.intent.clone(), answers)
        };
        if self.form(&draft).is_none() {
            let intent = draft.intent;
            return self.aside(Effect::NoForm { intent });
        }
        let is_own = ticket.agent == self.setting.user;
        self.effects.push(Effect::Revising {
            id: ticket.id.clone(),
            agent: (!is_own).then(|| ticket.agent.clone()),
        });
        self.take_up(draft);
    }

    /// `/selesai ID NOMOR`: the case is so far. Of what was said before nothing is lost.
    pub fn mark(&mut self, id: &str, status: Status, external: Option<String>) {
        let tracked = match self.own(id) {
            Ok(tracked) => tracked,
            Err(refused) => return self.aside(*refused),
        };
        let case = tracked.latest.case();
        // What is done stays so when its number comes afterwards.
        let status = match tracked.status() {
            Status::Done => Status::Done,
            Status::Open | Status::Entered => status,
        };
        let external = external.or_else(|| tracked.external().map(str::to_owned));
        if status == Status::Done {
            self.forget_follow_up(case);
        }
        self.aside(Effect::Marked {
            case: case.to_owned(),
            status,
            external: external.clone(),
        });
        let is_new = status != tracked.status() || external.as_deref() != tracked.external();
        self.progress = is_new.then(|| Progress {
            case: case.to_owned(),
            status,
            external,
            who: self.setting.user.to_owned(),
            at: self.setting.now.timestamp(),
        });
    }

    /// `/selesai ID ...`: with a number it is entered, without one it is done.
    pub fn mark_as_noted(&mut self, id: &str, note: Option<&str>) {
        match (note, note.and_then(number_in)) {
            (None, _) => self.mark(id, Status::Done, None),
            (Some(note), _) if fill::is_absence(note, &self.knowledge.lexicon) => {
                self.mark(id, Status::Entered, None)
            }
            (Some(_), None) => self.ask_number(id, true),
            (Some(_), number) => self.mark(id, Status::Entered, number),
        }
    }

    /// `Tandai sudah diinput`: asks for the number; the open draft waits.
    pub fn ask_number(&mut self, id: &str, refused: bool) {
        let case = match self.own(id) {
            Ok(tracked) => tracked.latest.case().to_owned(),
            Err(refused) => return self.aside(*refused),
        };
        if self.draft().is_none() {
            self.conversation.draft = None;
        }
        self.go(Phase::Entering { case: case.clone() }, Decision::Dialog);
        self.effects.push(Effect::AskNumber { case, refused });
    }

    /// The number, or something else said instead.
    pub fn number(&mut self, text: &str) {
        let Phase::Entering { case } = &self.conversation.phase else {
            return self.stale();
        };
        let (case, number) = (case.clone(), number_in(text));
        if number.is_none() && !fill::is_absence(text, &self.knowledge.lexicon) {
            let many = text.split_whitespace().count() >= OTHER_WORDS_MIN;
            return match self.draft() {
                None if many => self.question(text),
                _ => self.ask_number(&case, true),
            };
        }
        self.go_back_to_draft();
        // The open question comes behind what was marked.
        self.effects.clear();
        self.mark(&case, Status::Entered, number);
        self.decision = Decision::Dialog;
    }

    /// `batal`, `lewati`: back to what the question came between.
    pub fn leave_number(&mut self) {
        if let Phase::Entering { case } = &self.conversation.phase {
            let case = case.clone();
            self.effects.push(Effect::NumberLeft { case });
        }
        self.go_back_to_draft();
    }

    fn go_back_to_draft(&mut self) {
        match self.draft() {
            Some(_) => self.advance(),
            None => self.go(Phase::Idle, Decision::Dialog),
        }
    }

    /// `Ingatkan cek lagi`: the case is looked at again until it is done, if its SOP asks for that.
    pub fn follow_up(&mut self, id: &str) {
        let tracked = match self.own(id) {
            Ok(tracked) => tracked,
            Err(refused) => return self.aside(*refused),
        };
        let ticket = &tracked.latest;
        let case = ticket.case();
        if tracked.status() == Status::Done {
            return self.mark(case, Status::Done, None);
        }
        let forms = self.knowledge.catalog.sop(&ticket.intent);
        let mut forms = forms.into_iter().flat_map(|sop| &sop.forms);
        let every = forms
            .find(|form| form.id == ticket.form)
            .and_then(|form| form.follow_up)
            .unwrap_or(waking::CHECK_AFTER);
        let due = self.next_check(every);
        self.forget_follow_up(case);
        let follow_ups = &mut self.conversation.follow_ups;
        follow_ups.push(FollowUp {
            case: case.to_owned(),
            intent: ticket.intent.clone(),
            every,
            due,
        });
        if follow_ups.len() > FOLLOW_UPS_MAX {
            follow_ups.remove(0);
        }
        self.aside(Effect::WillRemind {
            case: case.to_owned(),
            at: due,
        });
    }

    fn forget_follow_up(&mut self, case: &str) {
        let follow_ups = &mut self.conversation.follow_ups;
        follow_ups.retain(|follow_up| follow_up.case != case);
    }
}

/// A ticketing system's number; a payment card is none.
fn number_in(text: &str) -> Option<String> {
    let number = ticket::external_in(text)?;
    (sensitive::without_cards(&number) == number).then_some(number)
}
