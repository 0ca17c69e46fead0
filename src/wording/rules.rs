//! What rules say, in the words of the SOP file, and what a pasted number may be.

use super::{Around, button, say_with, sop};
use crate::dialog::NumberKind;
use crate::guide::Knowledge;
use crate::guide::ruling::Ruling;
use crate::message::Reply;

/// The answer of a rule, with the points that state it.
pub fn ruling(knowledge: &Knowledge, intent: &str, ruling: &Ruling) -> Reply {
    let points = ruling
        .points
        .iter()
        .map(|id| sop::point_text(knowledge, intent, id));
    let sentence = Some(ruling.sentence.clone()).filter(|sentence| !sentence.is_empty());
    let parts: Vec<String> = sentence.into_iter().chain(points).collect();
    let forward = ruling.silent.then(|| sop::forward(intent));
    let walk = button("Pandu", format!("walk:{intent}"));
    Reply {
        sop: Some(intent.to_owned()),
        ..say_with(
            parts.join("\n\n"),
            forward.into_iter().chain([walk]).collect(),
        )
    }
}

/// What a pasted number is, or what it may be.
pub fn number(knowledge: &Knowledge, kinds: &[NumberKind], around: Around<'_>) -> Reply {
    if let [only] = kinds {
        let path = sop::part(knowledge, &only.intent, &only.point, around);
        return Reply {
            text: format!("Ini seperti **{}**.\n{}", only.label, path.text),
            ..path
        };
    }
    let buttons = kinds
        .iter()
        .map(|kind| button(&kind.label, format!("point:{}#{}", kind.intent, kind.point)));
    say_with(
        "Nomor ini bisa berarti beberapa hal; bentuknya saja tidak cukup untuk memastikan. Nomor apa menurut pelanggan?"
            .to_owned(),
        buttons.collect(),
    )
}
