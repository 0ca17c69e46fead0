//! Drafts put aside: by the agent, by another case, by silence; and taken up again. What agents are reminded of.

use jiff::{SignedDuration, Timestamp};

use super::super::waking::{REMIND_AFTER, later};
use super::super::{Decision, Draft, Effect, Heard, OpenDraft, Parked, ParkedLine, Phase};
use super::Turn;
use super::question::shown;
use crate::ticket::Status;

/// More drafts than this are put aside for good; the oldest makes room.
const PARKED_MAX: usize = 20;

impl Turn<'_> {
    /// Puts a draft aside on which nothing was said for so long that the next message is hardly about it.
    pub fn put_aside_after_silence(&mut self) -> Option<Effect> {
        let touched = self.conversation.touched?;
        if self.waited(touched) < self.setting.draft_kept {
            return None;
        }
        if self.draft().is_none() {
            // The question for a number is forgotten.
            if let Phase::Entering { .. } = self.conversation.phase {
                self.conversation.phase = Phase::Idle;
            }
            return None;
        }
        self.put_aside(later(touched, self.setting.draft_kept));
        self.conversation.phase = Phase::Idle;
        self.conversation.offered.clear();
        self.conversation.numbered = 0;
        // Saying so reminds of it.
        self.conversation.parked.last_mut()?.reminded = true;
        let line = self.line(self.conversation.parked.last()?);
        Some(Effect::ParkedBySilence { line })
    }

    /// Reminds once of drafts that wait and, until they are done, of cases to look at again, when the agent is not busy
    /// with a draft.
    pub fn remind(&mut self) {
        if self.draft().is_some() || self.ticket.is_some() {
            return;
        }
        let parked = &self.conversation.parked;
        let is_due =
            |parked: &Parked| !parked.reminded && self.waited(parked.since) >= REMIND_AFTER;
        let due: Vec<_> = parked.iter().map(is_due).collect();
        let lines = parked.iter().filter(|parked| is_due(parked));
        let lines: Vec<_> = lines.map(|parked| self.line(parked)).collect();
        for (parked, due) in self.conversation.parked.iter_mut().zip(due) {
            parked.reminded |= due;
        }
        if !lines.is_empty() {
            self.effects.push(Effect::Remind { parked: lines });
        }
        if self.setting.hours.hold(self.setting.now) {
            self.check_again();
        }
    }

    fn check_again(&mut self) {
        let now = self.setting.now.timestamp();
        let mut follow_ups = std::mem::take(&mut self.conversation.follow_ups);
        let settled = self.progress.as_ref().map(|progress| &progress.case);
        // What is settled, or was erased, the store alone knows; it was asked about all that is due.
        let is_open = |case: &String| {
            let tracked = self.tracked(case);
            Some(case) != settled && tracked.is_some_and(|case| case.status() != Status::Done)
        };
        follow_ups.retain(|follow_up| follow_up.due > now || is_open(&follow_up.case));
        let mut due = Vec::new();
        for follow_up in follow_ups.iter_mut().filter(|one| one.due <= now) {
            follow_up.due = self.next_check(follow_up.every);
            due.push(follow_up.clone());
        }
        self.conversation.follow_ups = follow_ups;
        if !due.is_empty() {
            self.effects.push(Effect::CheckAgain { cases: due });
        }
    }

    /// When a case is looked at again, so long from now: within working hours.
    pub fn next_check(&self, every: SignedDuration) -> Timestamp {
        let now = self.setting.now;
        let due = later(now.timestamp(), every).to_zoned(now.time_zone().clone());
        self.setting.hours.next(&due).timestamp()
    }

    /// `nanti`: puts the open draft aside, for the other case when one came up.
    pub fn park(&mut self) {
        if self.draft().is_none() {
            return self.same(Effect::NothingOpen);
        }
        self.put_aside_now();
        if let Phase::Interrupted { heard } = std::mem::take(&mut self.conversation.phase) {
            return self.show_case(heard);
        }
        if let Some(parked) = self.conversation.parked.last() {
            let line = self.line(parked);
            self.effects.push(Effect::Parked { line });
        }
        self.go(Phase::Idle, Decision::Dialog);
    }

    /// Throws the open draft away and shows the other case.
    pub fn drop_for_other(&mut self) {
        if let Phase::Interrupted { heard } = std::mem::take(&mut self.conversation.phase) {
            self.throw_away();
            self.show_case(heard);
        }
    }

    pub fn show_case(&mut self, heard: Heard) {
        self.effects.push(shown(&heard));
        self.go(Phase::Answered(heard), Decision::Answer);
    }

    /// Asks what becomes of the open draft, another case having come up.
    pub fn interrupted(&mut self, heard: Heard) {
        self.conversation.phase = Phase::Interrupted { heard };
        self.ask_what_becomes();
    }

    pub fn ask_what_becomes(&mut self) {
        if let (Phase::Interrupted { heard }, Some(draft)) =
            (&self.conversation.phase, &self.conversation.draft)
        {
            self.effects.push(Effect::OtherCase {
                open: draft.intent.clone(),
                other: heard.intent.clone(),
            });
        }
        self.decision = Decision::Dialog;
    }

    /// Takes a draft up again; one that is open is put aside for it.
    pub fn resume(&mut self, number: &str) {
        let parked = &mut self.conversation.parked;
        let place = parked
            .iter()
            .position(|parked| parked.number.to_string() == number);
        match place.map(|place| parked.remove(place)) {
            Some(parked) => self.take_up(parked.draft),
            None => self.stale(),
        }
    }

    /// Takes the last `batal` back.
    pub fn undo(&mut self) {
        match self.conversation.discarded.take() {
            Some(draft) => self.take_up(draft),
            None => self.same(Effect::NothingOpen),
        }
    }

    /// Goes on with a draft; one that is open is put aside for it.
    pub fn take_up(&mut self, draft: Draft) {
        self.put_aside_now();
        self.conversation.draft = Some(draft);
        self.advance();
    }

    fn put_aside_now(&mut self) {
        self.put_aside(self.setting.now.timestamp());
    }

    /// Puts the draft in work aside, if there is one.
    fn put_aside(&mut self, since: Timestamp) {
        if self.draft().is_none() {
            return;
        }
        let Some(draft) = self.conversation.draft.take() else {
            return;
        };
        let parked = &mut self.conversation.parked;
        let last = parked.iter().map(|parked| parked.number).max();
        parked.push(Parked {
            number: last.unwrap_or_default() + 1,
            draft,
            since,
            reminded: false,
        });
        if parked.len() > PARKED_MAX {
            parked.remove(0);
        }
    }

    /// The agent's tickets with the drafts put aside, the latest first; or one ticket.
    pub fn tickets(&mut self, id: Option<String>) {
        let shown = match id {
            Some(id) => Effect::ShowTicket {
                id: id.to_uppercase(),
            },
            None => {
                let parked = self.conversation.parked.iter().rev();
                let parked = parked.map(|parked| self.line(parked)).collect();
                let open = self.draft().map(|draft| self.open(draft));
                Effect::ListTickets { open, parked }
            }
        };
        self.aside(shown);
    }

    fn open(&self, draft: &Draft) -> OpenDraft {
        let case = self.case(draft);
        let form = self
            .form(draft)
            .filter(|_| self.conversation.phase != Phase::Reviewing);
        let since = self.conversation.touched;
        OpenDraft {
            line: self.draft_line(draft, 0, since.unwrap_or(self.setting.now.timestamp())),
            entries: form.map_or_else(Vec::new, |form| form.entries(case, self.setting.now)),
        }
    }

    fn line(&self, parked: &Parked) -> ParkedLine {
        self.draft_line(&parked.draft, parked.number, parked.since)
    }

    fn draft_line(&self, draft: &Draft, number: u32, since: Timestamp) -> ParkedLine {
        let case = self.case(draft);
        let form = self.form(draft);
        let about = form.map(|form| form.about(&form.entries(case, self.setting.now)));
        ParkedLine {
            number,
            intent: draft.intent.clone(),
            about: about.unwrap_or_default(),
            left: form.map_or(0, |form| form.missing(case, self.setting.now).len()),
            since,
            expired: self.waited(since) >= self.setting.draft_kept,
            walk_left: self.walk_left(draft),
        }
    }

    fn waited(&self, since: Timestamp) -> SignedDuration {
        self.setting.now.timestamp().duration_since(since)
    }
}
