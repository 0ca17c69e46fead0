//! Drafts put aside: by the agent, by another case, by silence; and taken up again. What agents are reminded of.

use jiff::{SignedDuration, Timestamp};

use super::super::waking::{REMIND_AFTER, later};
use super::super::{Conversation, Decision, Draft, Effect, Heard, Parked, ParkedLine, Phase, Step};
use super::Turn;
use super::question::shown;
use crate::ticket::Status;

/// More drafts than this wait for nobody; the oldest makes room.
const PARKED_MAX: usize = 20;

impl Turn<'_> {
    /// Puts a draft aside on which nothing was said for so long that the next message is hardly about it.
    pub fn put_aside_after_silence(
        &self,
        conversation: &Conversation,
    ) -> (Conversation, Vec<Effect>) {
        let touched = conversation
            .touched
            .filter(|touched| self.waited(*touched) >= self.around.draft_kept);
        let Some(touched) = touched else {
            return (conversation.clone(), Vec::new());
        };
        let Some(draft) = conversation.draft() else {
            // Nobody answers that question any more.
            let mut next = conversation.clone();
            if let Phase::Entering { .. } = next.phase {
                next.phase = Phase::Idle;
            }
            return (next, Vec::new());
        };
        let since = later(touched, self.around.draft_kept);
        let mut next = self.with_parked(conversation, draft.clone(), since);
        next.phase = Phase::Idle;
        next.offered.clear();
        next.numbered = 0;
        let told = next.parked.last_mut().map(|parked| {
            // Saying so reminds of it.
            parked.reminded = true;
            Effect::ParkedBySilence {
                line: self.line(parked),
            }
        });
        (next, told.into_iter().collect())
    }

    /// The time has come to remind, or to put aside what silence was kept about.
    pub fn tick(&self, conversation: &Conversation) -> Step {
        let phase = conversation.phase.clone();
        self.go_as(conversation, phase, Vec::new(), Decision::Command)
    }

    /// Reminds once of drafts that wait and, until they are done, of cases to look at again, when the agent is not busy
    /// with a draft.
    pub fn remind(&self, step: &mut Step) {
        if step.next.draft().is_some() || step.ticket.is_some() {
            return;
        }
        let due =
            |parked: &&mut Parked| !parked.reminded && self.waited(parked.since) >= REMIND_AFTER;
        let mut lines = Vec::new();
        for parked in step.next.parked.iter_mut().filter(due) {
            parked.reminded = true;
            lines.push(self.line(parked));
        }
        if !lines.is_empty() {
            step.effects.push(Effect::Remind { parked: lines });
        }
        if self.around.hours.hold(self.around.now) {
            self.check_again(step);
        }
    }

    fn check_again(&self, step: &mut Step) {
        let now = self.around.now.timestamp();
        let settled = step.progress.as_ref().map(|progress| &progress.case);
        // What is settled, or was erased, is told by the store alone; it was asked about all that is due.
        let is_open = |case: &String| {
            let tracked = self.tracked(case);
            Some(case) != settled && tracked.is_some_and(|case| case.status() != Status::Done)
        };
        let follow_ups = &mut step.next.follow_ups;
        follow_ups.retain(|follow_up| follow_up.due > now || is_open(&follow_up.case));
        let mut due = Vec::new();
        for follow_up in follow_ups.iter_mut().filter(|one| one.due <= now) {
            follow_up.due = self.next_check(follow_up.every);
            due.push(follow_up.clone());
        }
        if !due.is_empty() {
            step.effects.push(Effect::CheckAgain { cases: due });
        }
    }

    /// When a case is looked at again, so long from now: within working hours.
    pub fn next_check(&self, every: SignedDuration) -> Timestamp {
        let now = self.around.now;
        let due = later(now.timestamp(), every).to_zoned(now.time_zone().clone());
        self.around.hours.next(&due).timestamp()
    }

    /// `nanti`: puts the open draft aside.
    pub fn park(&self, conversation: &Conversation) -> Step {
        match conversation.draft() {
            None => self.same(conversation, Effect::NothingOpen),
            Some(draft) => {
                let next =
                    self.with_parked(conversation, draft.clone(), self.around.now.timestamp());
                let told = next.parked.last().map(|parked| Effect::Parked {
                    line: self.line(parked),
                });
                self.go_as(
                    &next,
                    Phase::Idle,
                    told.into_iter().collect(),
                    Decision::Dialog,
                )
            }
        }
    }

    /// Asks what becomes of the open draft, another case having come up.
    pub fn interrupted(
        &self,
        conversation: &Conversation,
        draft: Draft,
        heard: Heard,
        before: Vec<Effect>,
    ) -> Step {
        let ask = Effect::OtherCase {
            open: draft.intent.clone(),
            other: heard.intent.clone(),
        };
        let effects = before.into_iter().chain([ask]).collect();
        self.go_as(
            conversation,
            Phase::Interrupted { draft, heard },
            effects,
            Decision::Dialog,
        )
    }

    /// Puts the open draft aside and shows the other case.
    pub fn park_for(&self, conversation: &Conversation, draft: &Draft, heard: Heard) -> Step {
        let next = self.with_parked(conversation, draft.clone(), self.around.now.timestamp());
        self.show_case(&next, heard)
    }

    /// Throws the open draft away and shows the other case.
    pub fn drop_for(&self, conversation: &Conversation, draft: &Draft, heard: Heard) -> Step {
        let next = Conversation {
            discarded: Some(draft.clone()),
            ..conversation.clone()
        };
        self.show_case(&next, heard)
    }

    fn show_case(&self, conversation: &Conversation, heard: Heard) -> Step {
        let show = shown(&heard);
        self.go_as(
            conversation,
            Phase::Answered(heard),
            vec![show],
            Decision::Answer,
        )
    }

    /// Takes a draft up again; one that is open is put aside for it.
    pub fn resume(&self, conversation: &Conversation, number: &str) -> Step {
        let place = conversation
            .parked
            .iter()
            .position(|parked| parked.number.to_string() == number);
        let Some(place) = place else {
            return self.same(conversation, Effect::Stale);
        };
        let mut next = conversation.clone();
        let parked = next.parked.remove(place);
        if let Some(open) = conversation.draft() {
            next = self.with_parked(&next, open.clone(), self.around.now.timestamp());
        }
        self.advance(&next, parked.draft, Vec::new())
    }

    /// Takes the last `batal` back.
    pub fn undo(&self, conversation: &Conversation) -> Step {
        let Some(draft) = &conversation.discarded else {
            return self.same(conversation, Effect::NothingOpen);
        };
        let mut next = conversation.clone();
        next.discarded = None;
        if let Some(open) = conversation.draft() {
            next = self.with_parked(&next, open.clone(), self.around.now.timestamp());
        }
        self.advance(&next, draft.clone(), Vec::new())
    }

    /// The drafts put aside, as they are listed, the latest first.
    pub fn parked_lines(&self, conversation: &Conversation) -> Vec<ParkedLine> {
        conversation
            .parked
            .iter()
            .rev()
            .map(|parked| self.line(parked))
            .collect()
    }

    /// The conversation with one more draft put aside.
    pub fn with_parked(
        &self,
        conversation: &Conversation,
        draft: Draft,
        since: Timestamp,
    ) -> Conversation {
        let mut next = conversation.clone();
        let number = next
            .parked
            .iter()
            .map(|parked| parked.number)
            .max()
            .unwrap_or_default()
            + 1;
        next.parked.push(Parked {
            number,
            draft,
            since,
            reminded: false,
        });
        if next.parked.len() > PARKED_MAX {
            next.parked.remove(0);
        }
        next
    }

    fn line(&self, parked: &Parked) -> ParkedLine {
        let kind = self.around.channel_kind;
        let case = parked.draft.case(kind);
        let form = parked.draft.form(&self.knowledge.catalog, kind);
        let entries = form
            .map(|form| form.entries(case, self.around.now))
            .unwrap_or_default();
        let about: Vec<_> = entries
            .iter()
            .take(3)
            .map(|entry| entry.answer.display().into_owned())
            .collect();
        ParkedLine {
            number: parked.number,
            intent: parked.draft.intent.clone(),
            about: about.join(", "),
            left: form.map_or(0, |form| form.missing(case, self.around.now).len()),
            expired: self.waited(parked.since) >= self.around.draft_kept,
            walk_left: self.walk_left(&parked.draft),
        }
    }

    fn waited(&self, since: Timestamp) -> SignedDuration {
        self.around.now.timestamp().duration_since(since)
    }
}
