//! The commands as Discord registers them, and what is suggested while they are typed.

use serde_json::{Value as Json, json};

use crate::catalog::Sop;
use crate::channel::pages::shortened;
use crate::slash::{self, Label, Slash, Slot, Takes};
use crate::ticket::Ticket;

/// The commands in a message's own menu: look it up, and make a procedure of it.
pub const FIND: Label = Label {
    id: "Carikan SOP",
    en: "Find procedure",
};
pub const MAKE: Label = Label {
    id: "Jadikan SOP",
    en: "Make procedure",
};

/// Discord's limits on suggestions.
const CHOICES_MAX: usize = 25;
const CHOICE_MAX: usize = 100;

/// All commands, for registering them in one request.
pub fn all() -> Json {
    let rows = slash::TABLE.iter();
    let slashes = rows.filter_map(|row| {
        let mut command = command(row, COMMAND)?;
        command["contexts"] = json!([0, 1]);
        command["integration_types"] = json!([0]);
        Some(command)
    });
    let on_message = |name: Label, contexts: &[u8]| {
        json!({
            "name": name.id, "type": MESSAGE_COMMAND, "name_localizations": localised(name),
            "contexts": contexts, "integration_types": [0],
        })
    };
    let on_messages = [on_message(FIND, &[0, 1]), on_message(MAKE, &[0])];
    slashes.chain(on_messages).collect()
}

/// Discord's numbers for kinds of commands.
const COMMAND: u8 = 1;
const MESSAGE_COMMAND: u8 = 3;
const PART: u8 = 1;

/// A command or a part of one; none when it is typed only.
fn command(row: &Slash, kind: u8) -> Option<Json> {
    let about = row.about?;
    let mut parts: Vec<Json> = row
        .parts
        .iter()
        .filter_map(|part| command(part, PART))
        .collect();
    if parts.is_empty() {
        parts = row.slots.iter().map(option).collect();
    }
    Some(json!({
        "name": row.name.id, "type": kind, "description": about.id, "options": parts,
        "name_localizations": localised(row.name), "description_localizations": localised(about),
    }))
}

fn option(slot: &Slot) -> Json {
    let more = match slot.takes {
        Takes::Text(max) => json!({"type": 3, "max_length": max}),
        Takes::Sop | Takes::Ticket => json!({"type": 3, "autocomplete": true}),
        Takes::Number => json!({"type": 4, "min_value": 1}),
        Takes::Flag => json!({"type": 5}),
        // Text channels and those for announcements.
        Takes::Place => json!({"type": 7, "channel_types": [0, 5]}),
        Takes::File => json!({"type": 11}),
        Takes::Kind => {
            let kinds = slash::KINDS.iter().map(|(kind, label)| {
                json!({"name": label.id, "value": kind.name(), "name_localizations": localised(*label)})
            });
            json!({"type": 3, "choices": kinds.collect::<Vec<_>>()})
        }
    };
    let mut option = json!({
        "name": slot.name.id, "description": slot.about.id, "required": slot.required,
        "name_localizations": localised(slot.name), "description_localizations": localised(slot.about),
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        option[key] = value.clone();
    }
    option
}

/// Indonesian is what every other language sees too.
fn localised(label: Label) -> Json {
    json!({"id": label.id, "en-US": label.en, "en-GB": label.en})
}

/// Suggests procedures: `ranked` by what was typed, then those that contain it.
pub fn sops(typed: &str, ranked: &[String], sops: &[Sop]) -> Json {
    let typed = typed.trim().to_lowercase();
    let found = ranked
        .iter()
        .filter_map(|id| sops.iter().find(|sop| sop.id == *id));
    let containing = sops.iter().filter(|sop| {
        typed.is_empty() || sop.title.to_lowercase().contains(&typed) || sop.id.contains(&typed)
    });
    let mut suggested: Vec<&Sop> = Vec::new();
    for sop in containing.chain(found) {
        if suggested.iter().all(|known| known.id != sop.id) {
            suggested.push(sop);
        }
    }
    choices(
        suggested
            .iter()
            .map(|sop| (sop.title.as_str(), sop.id.as_str())),
    )
}

/// Suggests an agent's own drafts.
pub fn tickets(typed: &str, tickets: &[Ticket]) -> Json {
    let typed = typed.trim().to_uppercase();
    let shown: Vec<_> = tickets
        .iter()
        .filter(|ticket| ticket.id.contains(&typed) || ticket.title.to_uppercase().contains(&typed))
        .map(|ticket| {
            (
                format!("{} · {}", ticket.id, ticket.title),
                ticket.id.as_str(),
            )
        })
        .collect();
    choices(shown.iter().map(|(name, id)| (name.as_str(), *id)))
}

fn choices<'a>(named: impl Iterator<Item = (&'a str, &'a str)>) -> Json {
    let choices: Vec<_> = named
        .filter(|(_, value)| value.chars().count() <= CHOICE_MAX)
        .take(CHOICES_MAX)
        .map(|(name, value)| json!({"name": shortened(name, CHOICE_MAX), "value": value}))
        .collect();
    json!({"choices": choices})
}
