//! The checklist of a procedure as a menu whose ticks stay: they are kept in the message itself, so a restart changes
//! nothing and no other checklist is touched.

use serde_json::{Value as Json, json};
use serenity::model::application::{ActionRow, ActionRowComponent};

use crate::catalog::Sop;
use crate::channel::manners::checklist;
use crate::channel::pages::shortened;
use crate::message::ChannelKind;
use crate::voice::Voice;

/// Discord's limits on a menu.
const OPTIONS_MAX: usize = 25;
const LABEL_MAX: usize = 100;

/// Returns the menu of what an agent works through; none when there is nothing to tick.
pub fn menu(sop: &Sop, kind: ChannelKind, mark: &str, voice: &Voice) -> Option<Json> {
    let items = checklist(sop, kind).filter(|(id, _)| id.len() <= LABEL_MAX);
    let options = items.take(OPTIONS_MAX).map(|(id, text)| {
        let label = text.split_whitespace().collect::<Vec<_>>().join(" ");
        json!({"label": shortened(&label, LABEL_MAX), "value": id})
    });
    let options: Vec<_> = options.collect();
    if options.is_empty() {
        return None;
    }
    let menu = json!({
        "type": 3, "custom_id": mark, "placeholder": shortened(&voice.line("ticks"), LABEL_MAX),
        "min_values": 0, "max_values": options.len(), "options": options,
    });
    Some(json!({"type": 1, "components": [menu]}))
}

/// Returns the rows below a message with exactly these points of its checklist chosen; everything else below it stays.
pub fn ticked(rows: &[ActionRow], mark: &str, ticked: &[String]) -> Option<Json> {
    let mut rows = rows.to_vec();
    let components = rows.iter_mut().flat_map(|row| &mut row.components);
    let menu = components
        .filter_map(|component| match component {
            ActionRowComponent::SelectMenu(menu) => Some(menu),
            _ => None,
        })
        .find(|menu| menu.custom_id.as_deref() == Some(mark))?;
    for option in &mut menu.options {
        option.default = ticked.contains(&option.value);
    }
    serde_json::to_value(rows).ok().map(without_nothing)
}

/// serenity spells out what is not there, which Discord takes for a mistake in places.
fn without_nothing(value: Json) -> Json {
    match value {
        Json::Object(fields) => {
            let there = fields.into_iter().filter(|(_, value)| {
                !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty())
            });
            there
                .map(|(name, value)| (name, without_nothing(value)))
                .collect()
        }
        Json::Array(list) => list.into_iter().map(without_nothing).collect(),
        other => other,
    }
}
