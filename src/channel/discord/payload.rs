//! Reply to payload: pure, so that every limit of the platform is tested without it.
//!
//! A reply becomes one message or several, cut by `pages`. Up to five buttons are in a row; more become a select menu, because an agent scans a list faster than three rows.

use serde_json::{Value as Json, json};

use super::mark::Marks;
use super::plain::harmless;
use crate::act::{Act, Order};
use crate::channel::pages::{headed, pages, shortened};
use crate::message::{Button, Reply};

/// Discord's limits that a reply can meet.
pub const CONTENT_MAX: usize = 2_000;
const EMBED_TEXT_MAX: usize = 4_096;
const EMBED_TITLE_MAX: usize = 256;
const ROW_BUTTONS_MAX: usize = 5;
pub const ROWS_MAX: usize = 5;
const OPTIONS_MAX: usize = 25;
const LABEL_MAX: usize = 80;
const OPTION_LABEL_MAX: usize = 100;

/// The side of an SOP's embed.
const COLOUR: u32 = 0x00e3_1e24;
/// No link preview under an answer: a message flag.
const SUPPRESS_EMBEDS: u64 = 1 << 2;
/// Only the one who asked sees it: a message flag of interactions.
pub const EPHEMERAL: u64 = 1 << 6;

/// What a payload depends on besides the reply.
#[derive(Debug, Clone, Copy)]
pub struct Face<'a> {
    /// Signs the buttons.
    pub marks: &'a Marks,
    /// Whose conversation it is.
    pub owner: u64,
    /// Addresses that SOPs link to.
    pub links: &'a [String],
}

/// Returns the bodies of the messages that show a reply, in order; buttons are below the last one.
pub fn messages(reply: &Reply, face: Face<'_>) -> Vec<Json> {
    let (title, text) = match &reply.sop {
        Some(_) => headed(&reply.text),
        None => (None, reply.text.as_str()),
    };
    let text = harmless(text, face.links);
    let mut bodies: Vec<Json> = match &reply.sop {
        Some(_) => embeds(title, &text, face.links),
        None => pages(&text, CONTENT_MAX)
            .into_iter()
            .map(|page| json!({"content": page, "flags": SUPPRESS_EMBEDS}))
            .collect(),
    };
    let rows = components(&reply.buttons, face);
    if let Some(last) = bodies.last_mut().filter(|_| !rows.is_empty()) {
        last["components"] = Json::Array(rows);
    }
    bodies
}

fn embeds(title: Option<&str>, text: &str, links: &[String]) -> Vec<Json> {
    let pages = pages(text, EMBED_TEXT_MAX);
    let count = pages.len();
    let numbered = pages.into_iter().enumerate();
    numbered
        .map(|(number, page)| {
            let mut embed = json!({"description": page, "color": COLOUR});
            if let Some(title) = title.filter(|_| number == 0) {
                embed["title"] = shortened(&harmless(title, links), EMBED_TITLE_MAX).into();
            }
            if count > 1 {
                embed["footer"] = json!({"text": format!("{}/{count}", number + 1)});
            }
            json!({"embeds": [embed]})
        })
        .collect()
}

/// Returns the rows below a message.
fn components(buttons: &[Button], face: Face<'_>) -> Vec<Json> {
    let mut marked: Vec<(String, &Button)> = Vec::new();
    for button in buttons {
        match face.marks.write(face.owner, &button.action) {
            // Discord refuses a message that has an id twice.
            Some(mark) if marked.iter().all(|(known, _)| *known != mark) => {
                marked.push((mark, button));
            }
            Some(_) => {}
            // Its label can be typed all the same.
            None => tracing::warn!(action = ?button.action, "a button's action is too long"),
        }
    }
    if marked.len() <= ROW_BUTTONS_MAX {
        return row(marked).into_iter().collect();
    }
    let (choices, deeds): (Vec<_>, Vec<_>) = marked
        .into_iter()
        .partition(|(_, button)| is_choice(&button.action));
    let mut rows: Vec<Json> = Vec::new();
    // A single choice needs no menu, and deeds beyond a row are choices too.
    let (deeds, more) = deeds.split_at(deeds.len().min(ROW_BUTTONS_MAX));
    let choices: Vec<_> = choices.into_iter().chain(more.iter().cloned()).collect();
    rows.extend(row(deeds.to_vec()));
    let menus = ROWS_MAX - rows.len();
    for (number, chunk) in choices.chunks(OPTIONS_MAX).take(menus).enumerate() {
        let Some(id) = face.marks.write(face.owner, &Act::Menu(number.to_string())) else {
            continue;
        };
        let options: Vec<_> = chunk
            .iter()
            .map(|(mark, button)| json!({"label": shortened(&one_line(&button.label), OPTION_LABEL_MAX), "value": mark}))
            .collect();
        let menu = json!({"type": 3, "custom_id": id, "placeholder": "Pilih…", "options": options});
        rows.push(json!({"type": 1, "components": [menu]}));
    }
    rows
}

fn is_choice(act: &Act) -> bool {
    matches!(
        act,
        Act::Value { .. }
            | Act::Open(_)
            | Act::Point(_)
            | Act::Edit(Some(_))
            | Act::Lead(Order::Teach { .. })
    )
}

fn row(marked: Vec<(String, &Button)>) -> Option<Json> {
    let buttons: Vec<_> = marked
        .into_iter()
        .map(|(mark, button)| {
            let style = match button.action {
                Act::Ticket(_) | Act::Send => 1,
                Act::Cancel => 4,
                _ => 2,
            };
            json!({"type": 2, "style": style, "label": shortened(&one_line(&button.label), LABEL_MAX), "custom_id": mark})
        })
        .collect();
    (!buttons.is_empty()).then(|| json!({"type": 1, "components": buttons}))
}

fn one_line(label: &str) -> String {
    let line = label.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        "…".to_owned()
    } else {
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::pages::length;
    use crate::message::FENCE;

    fn marks() -> Marks {
        Marks::new("token")
    }

    fn reply(text: &str, buttons: &[(&str, &str)]) -> Reply {
        let button = |(label, action): &(&str, &str)| Button {
            label: (*label).to_owned(),
            action: Act::parse(action),
        };
        Reply {
            text: text.to_owned(),
            buttons: buttons.iter().map(button).collect(),
            ..Reply::default()
        }
    }

    fn shown(reply: &Reply) -> Vec<Json> {
        let marks = marks();
        messages(
            reply,
            Face {
                marks: &marks,
                owner: 7,
                links: &[],
            },
        )
    }

    #[test]
    fn a_short_reply_is_one_message_with_a_row_of_buttons() {
        let bodies = shown(&reply(
            "Kirim?",
            &[("Kirim", "send:"), ("Batal", "cancel:")],
        ));
        let id = |act| marks().write(7, &act).unwrap();
        assert_eq!(
            bodies,
            [json!({
                "content": "Kirim?",
                "flags": 4,
                "components": [{"type": 1, "components": [
                    {"type": 2, "style": 1, "label": "Kirim", "custom_id": id(Act::Send)},
                    {"type": 2, "style": 4, "label": "Batal", "custom_id": id(Act::Cancel)},
                ]}],
            })]
        );
    }

    #[test]
    fn more_than_five_choices_become_a_menu_and_deeds_stay_buttons() {
        let mut buttons = vec![("Buat tiket", "ticket:x")];
        let sections: Vec<_> = (0..30)
            .map(|n| (format!("Bagian {n}"), format!("point:x#{n}")))
            .collect();
        buttons.extend(
            sections
                .iter()
                .map(|(label, action)| (label.as_str(), action.as_str())),
        );
        let bodies = shown(&reply("x", &buttons));
        let rows = bodies[0]["components"].as_array().unwrap();
        let sizes: Vec<_> = rows
            .iter()
            .map(|row| {
                let first = &row["components"][0];
                (
                    first["type"].as_u64().unwrap(),
                    first["options"].as_array().map_or(1, Vec::len),
                )
            })
            .collect();
        assert_eq!(sizes, [(2, 1), (3, 25), (3, 5)]);
    }

    #[test]
    fn a_message_has_an_id_once() {
        let bodies = shown(&reply("x", &[("A", "list:"), ("B", "list:")]));
        assert_eq!(
            bodies[0]["components"][0]["components"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn a_procedure_is_an_embed_with_its_title() {
        let sop = Reply {
            sop: Some("x".to_owned()),
            ..reply("**Judul @everyone**\nIsi", &[])
        };
        assert_eq!(
            shown(&sop),
            [
                json!({"embeds": [{"title": "Judul @\u{200b}everyone", "description": "Isi", "color": COLOUR}]})
            ]
        );
    }

    #[test]
    fn nothing_is_too_long_for_the_platform() {
        let word = "x".repeat(9_000);
        let block = format!(
            "Draft:\n```\n{}\n```",
            vec!["Nama: contoh panjang"; 400].join("\n")
        );
        let emoji = "😀".repeat(5_000);
        let label = "panjang ".repeat(40);
        for text in [
            word.as_str(),
            &block,
            &emoji,
            "",
            "\n\n",
            &"a b ".repeat(3_000),
        ] {
            for sop in [None, Some("x".to_owned())] {
                let reply = Reply {
                    sop,
                    ..reply(text, &[(&label, "send:"), ("", "cancel:")])
                };
                for body in shown(&reply) {
                    let content = body["content"].as_str().map_or(0, length);
                    let embed = body["embeds"][0]["description"].as_str().map_or(0, length);
                    assert!(content <= CONTENT_MAX && embed <= EMBED_TEXT_MAX);
                    assert!(content + embed > 0, "a message is never empty");
                }
            }
        }
        for page in pages(&block, CONTENT_MAX) {
            assert_eq!(
                page.matches(FENCE).count() % 2,
                0,
                "a block is closed on its page"
            );
        }
    }
}
