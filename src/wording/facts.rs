//! What a block may use: the effect as it is stored, with what it only names beside it.
//!
//! Wherever an effect names an intent, its title is beside that as `sop_title`; a list of intents comes with `sops`.
//! Values of several shapes (an answer, a problem) are flat: `is` says which shape it is.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::ReplyPage;
use crate::catalog::ItemTopic;
use crate::dialog::{Effect, Review};
use crate::slash;
use crate::ticket::{Ticket, Tracked, case_of};

/// So many of the latest findings are shown with a step; the ticket has all.
const DONE_SHOWN: usize = 4;
/// So many examples are in the help.
const EXAMPLES: usize = 3;

/// The keys of values that have several shapes.
const SHAPES: [&str; 5] = ["answer", "before", "after", "problem", "lacking"];
/// What speaks for a procedure: the first part of a piece of evidence.
const REASONS: [&str; 8] = [
    "keyword", "hint", "unless", "pattern", "slang", "spelling", "like", "service",
];

impl<'a> ReplyPage<'a> {
    /// The block that says it, and what that may use.
    pub(super) fn facts(self, effect: &Effect) -> (String, Json) {
        let (mut block, mut facts) = tagged(json_of(effect));
        self.name_sops(&mut facts);
        match effect {
            Effect::Fallback | Effect::ListSops => {
                let sops = self.knowledge.catalog.sops.iter();
                facts = json!({"sops": self.sops(sops.map(|sop| sop.id.as_str()))});
            }
            Effect::Help => {
                let sops = self.knowledge.catalog.sops.iter();
                let examples = sops.filter_map(|sop| sop.matching.utterances.first());
                facts = json!({"examples": examples.take(EXAMPLES).collect::<Vec<_>>()});
            }
            Effect::Explain { evidence, .. } => {
                let reasons = evidence.iter().filter_map(|code| reason(code));
                facts["evidence"] = reasons.collect();
            }
            Effect::NoCommand { typed } => facts["near"] = json_of(&slash::nearest(typed)),
            Effect::ListTickets { .. } => {
                self.say_times(&mut facts);
                let tickets = self.around.tickets.iter();
                facts["tickets"] = tickets.map(|tracked| self.listed(tracked)).collect();
            }
            Effect::ShowTicket { id } => match self.ticket(id) {
                Some((tracked, ticket)) => facts = self.filed(tracked, ticket),
                None => block = "not_your_ticket".to_owned(),
            },
            Effect::Review(review) => facts["alike"] = self.alike(review),
            Effect::WalkStep(step) => {
                let hidden = step.done.len().saturating_sub(DONE_SHOWN);
                facts["step"] = json!(step.done.len() + 1);
                facts["more"] = json!(hidden > 0);
                facts["done"] = json!(step.done[hidden..]);
            }
            Effect::OtherCase { open, other } => {
                facts["open_title"] = json!(self.title(open));
                facts["other_title"] = json!(self.title(other));
            }
            Effect::WillRemind { at, .. } => {
                let at = at.to_zoned(self.around.now.time_zone().clone());
                facts["today"] = json!(at.date() == self.around.now.date());
                facts["day"] = json!(at.strftime("%d-%m-%Y").to_string());
                facts["time"] = json!(at.strftime("%H.%M").to_string());
            }
            Effect::AmUnknown { .. } => facts["point"] = self.am_point(ItemTopic::AmUnknown),
            Effect::AmSilent { .. } => {
                let point = self.am_point(ItemTopic::AmSilent);
                let place = point["intent"].as_str().zip(point["id"].as_str());
                facts["point"] = json!(place.map(|(intent, id)| format!("{intent}#{id}")));
            }
            Effect::Defined { term } => match self.knowledge.catalog.glossary.get(term) {
                Some(term) => {
                    let abbreviation = term.term.chars().all(char::is_uppercase);
                    facts = json!({"term": term.term, "stands_for": term.stands_for, "meaning": term.meaning,
                        "abbreviation": abbreviation});
                }
                None => {
                    block = "glossary".to_owned();
                    facts = json!({"missing": term, "terms": self.terms()});
                }
            },
            Effect::Glossary { .. } => facts["terms"] = self.terms(),
            _ => {}
        }
        (block, facts)
    }

    /// Puts names beside ids, and makes values of several shapes flat.
    fn name_sops(self, facts: &mut Json) {
        match facts {
            Json::Array(all) => all.iter_mut().for_each(|one| self.name_sops(one)),
            Json::Object(object) => {
                for key in SHAPES {
                    let label = object.get("label").cloned();
                    if let Some(value) = object.get_mut(key).filter(|value| !value.is_null()) {
                        *value = flat(value.take());
                        if let (Some(label), "problem") = (label, key) {
                            value["label"] = label;
                        }
                    }
                }
                object.values_mut().for_each(|value| self.name_sops(value));
                if let Some(intent) = object.get("intent").and_then(Json::as_str) {
                    let title = self.title(intent);
                    object.insert("sop_title".to_owned(), title.into());
                }
                if let Some(intents) = object.get("intents").and_then(Json::as_array) {
                    let sops = self.sops(intents.iter().filter_map(Json::as_str));
                    object.insert("sops".to_owned(), sops);
                }
            }
            _ => {}
        }
    }

    fn sops<'i>(self, intents: impl Iterator<Item = &'i str>) -> Json {
        let sops = intents.filter_map(|intent| self.knowledge.catalog.sop(intent));
        sops.map(|sop| json!({"id": sop.id, "title": sop.title, "distinction": sop.distinction}))
            .collect()
    }

    fn terms(self) -> Json {
        let terms = self.knowledge.catalog.glossary.terms().iter();
        terms.map(|term| json!(term.term)).collect()
    }

    /// The version of a ticket that is asked for, with its case; its agent and leads see it.
    pub(super) fn ticket(self, id: &str) -> Option<(&'a Tracked, &'a Ticket)> {
        let tickets: &'a [Tracked] = self.around.tickets;
        let (tracked, ticket) = tickets.iter().find_map(|tracked| {
            let is_case = id == tracked.latest.case();
            let id = if is_case { &tracked.latest.id } else { id };
            Some((tracked, tracked.version(id)?))
        })?;
        let may_see = self.around.lead || ticket.agent == self.around.user;
        may_see.then_some((tracked, ticket))
    }

    fn listed(self, tracked: &Tracked) -> Json {
        let ticket = &tracked.latest;
        let sop = self.knowledge.catalog.sop(&ticket.intent);
        let form = sop.and_then(|sop| sop.forms.iter().find(|form| form.id == ticket.form));
        json!({
            "id": ticket.id,
            "title": ticket.title,
            "about": form.map(|form| form.about(&ticket.entries)).unwrap_or_default(),
            "since": self.time(ticket.filed_at),
            "status": tracked.status(),
            "external": tracked.external(),
        })
    }

    /// A time as agents read it: the hour, and the day where that is another.
    fn time(self, at: Timestamp) -> String {
        let at = at.to_zoned(self.around.now.time_zone().clone());
        let is_today = at.date() == self.around.now.date();
        at.strftime(if is_today { "%H.%M" } else { "%d-%m %H.%M" })
            .to_string()
    }

    /// Since when drafts wait, as agents read it.
    fn say_times(self, facts: &mut Json) {
        match facts {
            Json::Array(all) => all.iter_mut().for_each(|one| self.say_times(one)),
            Json::Object(object) => {
                let since = object.get("since").and_then(Json::as_str);
                if let Some(at) = since.and_then(|since| since.parse().ok()) {
                    object.insert("since".to_owned(), self.time(at).into());
                }
                object.values_mut().for_each(|value| self.say_times(value));
            }
            _ => {}
        }
    }

    fn filed(self, tracked: &Tracked, ticket: &Ticket) -> Json {
        let mut revision = json_of(&ticket.revision);
        self.name_sops(&mut revision);
        let is_latest = ticket.id == tracked.latest.id;
        json!({
            "text": ticket.text,
            "status": tracked.status(),
            "external": tracked.external(),
            "revision": revision,
            "latest": (!is_latest).then_some(&tracked.latest.id),
        })
    }

    /// Recent drafts that are perhaps of the same case.
    fn alike(self, review: &Review) -> Json {
        let revised = review.revises.as_deref().map(case_of);
        let alike = self.around.recent.iter().filter(|ticket| {
            ticket.is_same_case(&review.entries) && revised != Some(ticket.case())
        });
        alike.map(|ticket| json!(ticket.id)).collect()
    }
}

/// `keyword:isi ulang`, `slang:plsa=pulsa`; nothing of what an earlier program kept as a sentence.
fn reason(code: &str) -> Option<Json> {
    let (is, what) = code
        .split_once(':')
        .filter(|(is, _)| REASONS.contains(is))?;
    let (what, meant) = match is {
        "slang" | "spelling" => what.split_once('=').unwrap_or((what, what)),
        _ => (what, what),
    };
    Some(json!({"is": is, "what": what, "meant": meant}))
}

pub(super) fn json_of(value: &impl Serialize) -> Json {
    serde_json::to_value(value).expect("keys are strings, and nothing fails to be written")
}

/// `{"filed": {...}}` as its name and the rest.
pub(super) fn tagged(json: Json) -> (String, Json) {
    match json {
        Json::String(name) => (name, Json::Object(Map::new())),
        Json::Object(object) => object.into_iter().next().unwrap_or_default(),
        _ => Default::default(),
    }
}

/// `{"too_short": {"found": 3}}` as `{"is": "too_short", "found": 3}`. What cannot be used is named by why it cannot.
pub(super) fn flat(json: Json) -> Json {
    let (is, inner) = tagged(json);
    match inner {
        inner if is == "unusable" => flat(inner),
        Json::Object(mut object) => {
            object.insert("is".to_owned(), is.into());
            Json::Object(object)
        }
        inner => json!({"is": is, "value": inner}),
    }
}
