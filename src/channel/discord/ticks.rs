//! The checklist of a procedure as a menu whose ticks stay: they are kept in the message itself, so a restart changes
//! nothing and nobody else's checklist is touched.

use serde_json::{Value as Json, json};

use super::payload::shortened;
use crate::catalog::Sop;
use crate::catalog::sop::SectionKind;
use crate::message::ChannelKind;

/// Discord's limits on a menu.
const OPTIONS_MAX: usize = 25;
const LABEL_MAX: usize = 100;

/// Returns the menu of what an agent works through, the ticked points chosen; none when there is nothing to tick.
pub fn menu(sop: &Sop, kind: ChannelKind, ticked: &[String], mark: &str) -> Option<Json> {
    let sections = sop
        .sections
        .iter()
        .filter(|section| matches!(section.kind, SectionKind::Check | SectionKind::Ask));
    let options: Vec<_> = sections
        .flat_map(|section| &section.items)
        .filter(|item| item.channel_kinds.is_empty() || item.channel_kinds.contains(&kind))
        .filter(|item| item.id.len() <= LABEL_MAX)
        .take(OPTIONS_MAX)
        .map(|item| {
            let label = item.text.split_whitespace().collect::<Vec<_>>().join(" ");
            json!({"label": shortened(&label, LABEL_MAX), "value": item.id, "default": ticked.contains(&item.id)})
        })
        .collect();
    if options.is_empty() {
        return None;
    }
    let menu = json!({
        "type": 3, "custom_id": mark, "placeholder": "Checklist: centang yang sudah",
        "min_values": 0, "max_values": options.len(), "options": options,
    });
    Some(json!({"type": 1, "components": [menu]}))
}
