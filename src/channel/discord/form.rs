//! `Isi formulir`: the next open text fields in one window instead of one message each.
//!
//! Text inputs in action rows only: serenity 0.12 decodes the answers of newer components to nothing, without an error.
//! Choices stay buttons and menus in messages.

use std::collections::BTreeMap;

use jiff::Zoned;
use serde_json::{Value as Json, json};
use serenity::model::application::{ActionRow, ActionRowComponent};

use crate::catalog::Form;
use crate::channel::manners::open_fields;
use crate::channel::pages::shortened;
use crate::dialog::Draft;
use crate::message::ChannelKind;
use crate::value::Kind;

/// Discord's limits on a window.
const INPUTS_MAX: usize = 5;
const TITLE_MAX: usize = 45;
const LABEL_MAX: usize = 45;
const PLACEHOLDER_MAX: usize = 100;
/// Longer than any answer that a field takes.
const ANSWER_MAX: usize = 1_000;
/// From here on a text is written in a box of several lines.
const LINE_CHARS: usize = 120;

/// Returns the window for the next open text fields, with what was typed into them before and could not be used; none
/// when there are none.
pub fn window(
    form: &Form,
    draft: &Draft,
    kind: ChannelKind,
    now: &Zoned,
    mark: &str,
    kept: &BTreeMap<String, String>,
) -> Option<Json> {
    let specs: Vec<_> = open_fields(form, draft, kind, now)
        .take(INPUTS_MAX)
        .map(|field| (field, field.spec(draft.case(kind))))
        .collect();
    let inputs: Vec<_> = specs
        .iter()
        .map(|(field, spec)| {
            let hint = spec.example.as_ref().or(spec.help.as_ref());
            Input {
                id: &field.id,
                label: spec.label.clone(),
                hint: hint.cloned().unwrap_or_default(),
                value: kept.get(&field.id).map_or("", String::as_str),
                long: matches!(spec.kind, Kind::Text { max_chars } if max_chars > LINE_CHARS),
                ..Input::default()
            }
        })
        .collect();
    (!inputs.is_empty()).then(|| texts(&form.title, mark, &inputs))
}

/// Returns what was typed, by field, each on one line; fields that were left empty are not answered.
pub fn typed(rows: &[ActionRow]) -> Vec<(String, String)> {
    let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fields = written(rows).into_iter();
    let fields = fields.map(|(field, text)| (field, one_line(text)));
    fields.filter(|(_, line)| !line.is_empty()).collect()
}

/// Returns what was written, by field, with its lines; fields that were left empty are there.
pub fn written(rows: &[ActionRow]) -> Vec<(String, String)> {
    rows.iter()
        .flat_map(|row| &row.components)
        .filter_map(|component| match component {
            ActionRowComponent::InputText(input) => {
                let value = input.value.clone().unwrap_or_default();
                Some((input.custom_id.clone(), value.trim().to_owned()))
            }
            _ => None,
        })
        .collect()
}

/// A text to be written into a window.
#[derive(Debug, Clone, Default)]
pub struct Input<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its title.
    pub label: String,
    /// How it may look.
    pub hint: String,
    /// What it holds already.
    pub value: &'a str,
    /// Whether the window is not sent without it.
    pub required: bool,
    /// Whether it has several lines.
    pub long: bool,
}

/// Returns a window of texts.
pub fn texts(title: &str, mark: &str, inputs: &[Input<'_>]) -> Json {
    const TEXT_MAX: usize = 4_000;
    let rows: Vec<_> = inputs
        .iter()
        .take(INPUTS_MAX)
        .map(|text| {
            let mut input = json!({
                "type": 4, "custom_id": text.id, "style": if text.long { 2 } else { 1 },
                "label": shortened(&text.label, LABEL_MAX), "required": text.required,
                "max_length": if text.long { TEXT_MAX } else { ANSWER_MAX },
            });
            if !text.hint.is_empty() {
                input["placeholder"] = shortened(&text.hint, PLACEHOLDER_MAX).into();
            }
            if !text.value.is_empty() {
                input["value"] = shortened(text.value, ANSWER_MAX).into();
            }
            json!({"type": 1, "components": [input]})
        })
        .collect();
    json!({"title": shortened(title, TITLE_MAX), "custom_id": mark, "components": rows})
}

/// Whether the window came back as it was sent; otherwise its answers were lost in decoding and must be asked again.
pub fn is_whole(rows: &[ActionRow]) -> bool {
    !rows.is_empty() && rows.iter().all(|row| !row.components.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_of_newer_components_is_seen_to_be_empty() {
        let labels = json!([{"type": 18, "components": [], "component": {"type": 4, "custom_id": "lokasi", "value": "x"}}]);
        let rows: Vec<ActionRow> = serde_json::from_value(labels).unwrap();
        assert!(!is_whole(&rows) && typed(&rows).is_empty());
        let input = |value: &str| json!({"type": 1, "components": [{"type": 4, "custom_id": "lokasi", "value": value}]});
        let rows: Vec<ActionRow> =
            serde_json::from_value(json!([input(" Kota\n Contoh "), input("")])).unwrap();
        assert!(is_whole(&rows));
        assert_eq!(
            typed(&rows),
            [("lokasi".to_owned(), "Kota Contoh".to_owned())]
        );
    }
}
