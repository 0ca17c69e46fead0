//! Filing: the one place where a draft becomes a ticket, or the next version of one.

use sha2::{Digest, Sha256};

use super::super::{Decision, Draft, Effect, Phase, Revises};
use super::Turn;
use crate::catalog::{Complete, Form};
use crate::ticket::{self, Answer, FiledField, Remarked, Ticket, TicketRevision};

impl Turn<'_> {
    /// Files the draft if it is complete; the form's rule decides.
    pub fn file(&mut self) {
        let Some((form, draft)) = self.form_and_draft() else {
            return self.stale();
        };
        let case = self.case(draft);
        let Ok(complete) = form.complete(case, self.setting.now) else {
            return self.say_incomplete();
        };
        let kits = form.kits(case, &complete.entries);
        let ticket = match &draft.revises {
            None => Ok(self.first(draft, form, complete)),
            Some(revises) => self.revision(revises, draft, form, complete),
        };
        let ticket = match ticket {
            Ok(ticket) => self.with_text(ticket),
            Err(refused) => {
                self.throw_away();
                self.effects.push(*refused);
                return self.go(Phase::Idle, Decision::Dialog);
            }
        };
        self.effects.push(Effect::Filed {
            id: ticket.id.clone(),
            text: ticket.text.clone(),
            follow_up: form.follow_up.is_some(),
        });
        let kits = kits.into_iter().map(|text| Effect::Kit { text });
        self.effects.extend(kits);
        self.ticket = Some(ticket);
        self.go_idle();
    }

    fn first(&self, draft: &Draft, form: &Form, complete: Complete) -> Ticket {
        Ticket {
            id: Ticket::id_for(self.setting.now.date(), self.seed()),
            intent: draft.intent.clone(),
            form: form.id.clone(),
            title: form.title.clone(),
            agent: self.setting.user.to_owned(),
            channel_kind: self.setting.channel_kind,
            filed_at: self.setting.now.timestamp(),
            entries: complete.entries,
            kip: complete.kip,
            checked: draft.checked.clone(),
            text: String::new(),
            revision: None,
            proofs: draft.proofs.clone(),
            notes: draft.notes.clone(),
            edition: self.edition(draft),
            begun: Some(draft.begun.unwrap_or_else(|| self.setting.now.timestamp())),
        }
    }

    /// The next version of a ticket, which stays as it is; or why there is none.
    fn revision(
        &self,
        revises: &Revises,
        draft: &Draft,
        form: &Form,
        complete: Complete,
    ) -> Result<Ticket, Box<Effect>> {
        let latest = &self.own(&revises.id)?.latest;
        if latest.id != revises.id {
            return Err(Box::new(Effect::Outdated {
                id: revises.id.clone(),
                latest: latest.id.clone(),
            }));
        }
        let changes = ticket::changes(&latest.entries, &complete.entries);
        let is_beside = (&draft.proofs, &draft.notes) == (&latest.proofs, &latest.notes);
        if changes.is_empty() && is_beside {
            return Err(Box::new(Effect::Unchanged {
                id: latest.id.clone(),
            }));
        }
        Ok(Ticket {
            id: latest.next_id(),
            form: form.id.clone(),
            title: form.title.clone(),
            entries: complete.entries,
            kip: complete.kip,
            revision: Some(TicketRevision {
                of: latest.id.clone(),
                who: self.setting.user.to_owned(),
                at: self.setting.now.timestamp(),
                changes,
            }),
            proofs: draft.proofs.clone(),
            notes: draft.notes.clone(),
            edition: self.edition(draft),
            ..latest.clone()
        })
    }

    /// The edition that a draft is filled in with; one that begins in this turn has not noted it yet.
    fn edition(&self, draft: &Draft) -> Option<String> {
        let live = self.knowledge.catalog.sop(&draft.intent);
        let live = live.map(|sop| sop.edition.clone());
        draft.edition.clone().or(live)
    }

    /// The ticket with the formatted draft.
    fn with_text(&self, mut ticket: Ticket) -> Ticket {
        const DAY_AND_TIME: &str = "%d-%m-%Y %H.%M";
        let zone = self.setting.now.time_zone();
        let at = ticket.filed_at.to_zoned(zone.clone());
        let filed = at.strftime(DAY_AND_TIME).to_string();
        let revised = self.setting.now.strftime(DAY_AND_TIME).to_string();
        let remarks = remarks(&ticket.entries);
        let sop = self.knowledge.catalog.sop(&ticket.intent);
        let around = ticket::DraftFacts {
            sop: sop.map_or("", |sop| &sop.title),
            source: sop.map_or("", |sop| &sop.source),
            filed: &filed,
            revised: &revised,
            remarks: &remarks,
        };
        let template = self.knowledge.catalog.template(&ticket.intent);
        ticket.text = template.render(&ticket, around);
        ticket
    }

    /// Drawn from the event, so that the same event files the same ticket; another attempt draws another.
    fn seed(&self) -> u64 {
        let drawn = format!("{}#{}", self.setting.event.0, self.setting.attempt);
        let digest = Sha256::digest(drawn);
        let first = digest.first_chunk().expect("a digest has 32 bytes");
        u64::from_be_bytes(*first)
    }
}

/// What is unusual about the values of a draft.
pub fn remarks(entries: &[FiledField]) -> Vec<Remarked> {
    let remark = |entry: &FiledField| match &entry.answer {
        Answer::Given(value) => value.remark.clone().map(|remark| Remarked {
            label: entry.label.clone(),
            remark,
            serial: entry.serial.clone().unwrap_or_default(),
        }),
        Answer::Absent | Answer::Unchecked(_) => None,
    };
    entries.iter().filter_map(remark).collect()
}
