//! Drafts put aside: by the agent, by another case, by silence; and taken up again.

use jiff::{SignedDuration, Timestamp};

use super::super::{Conversation, Decision, Draft, Effect, Heard, Parked, ParkedLine, Phase, Step};
use super::Turn;

/// More drafts than this wait for nobody; the oldest makes room.
const PARKED_MAX: usize = 20;
/// An agent is reminded of a draft once it has waited this long.
const REMIND_AFTER: SignedDuration = SignedDuration::from_hours(1);

impl Turn<'_> {
    /// Puts a draft aside on which nothing was said for so long that the next message is hardly about it.
    pub fn put_aside_after_silence(
        &self,
        conversation: &Conversation,
    ) -> (Conversation, Vec<Effect>) {
        let silent = conversation
            .touched
            .is_some_and(|touched| self.waited(touched) >= self.around.draft_kept);
        match conversation.draft() {
            Some(draft) if silent => {
                let since = conversation
                    .touched
                    .unwrap_or_else(|| self.around.now.timestamp());
                let mut next = self.with_parked(conversation, draft.clone(), since);
                next.phase = Phase::Idle;
                next.offered.clear();
                let line = next.parked.last().map(|parked| self.line(parked));
                let told = line.map(|line| Effect::ParkedBySilence { line });
                (next, told.into_iter().collect())
            }
            _ => (conversation.clone(), Vec::new()),
        }
    }

    /// Reminds once of drafts that wait, when the agent is not busy with one.
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
        let show = Effect::ShowSop {
            intent: heard.intent.clone(),
            points: heard.points.clone(),
        };
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

    fn with_parked(
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
