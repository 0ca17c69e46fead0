//! A walk as agents see it: where they are, what was found, the open question, and the end.

use super::sop::kind_word;
use super::{button, say, say_with, title};
use crate::catalog::Catalog;
use crate::dialog::{WalkEnd, WalkStep};
use crate::message::Reply;

/// So many of the latest findings are shown with a step; the ticket has all.
const DONE_SHOWN: usize = 4;

/// A question of a walk.
pub fn step(step: &WalkStep) -> Reply {
    let mut text = format!("**Langkah {}**", step.done.len() + 1);
    text += &match step.left {
        0 | 1 => " · langkah terakhir".to_owned(),
        left => format!(" · paling banyak {} lagi sesudah ini", left - 1),
    };
    if !step.done.is_empty() {
        let hidden = step.done.len().saturating_sub(DONE_SHOWN);
        let earlier = if hidden > 0 { "... › " } else { "" };
        text += &format!("\nSudah: {earlier}{}", step.done[hidden..].join(" › "));
    }
    if step.unclear {
        text += "\nJawaban itu belum cocok dengan satu pilihan, jadi saya tidak menebak. Pilih salah satu:";
    }
    text += &format!("\n**{}**", step.text);
    let branches = step.branches.iter().enumerate();
    let mut buttons: Vec<_> = branches
        .map(|(place, label)| {
            button(
                label,
                format!("branch:{}/{}/{place}", step.intent, step.cause),
            )
        })
        .collect();
    if !step.done.is_empty() {
        buttons.push(button("Kembali", "back:"));
    }
    if step.ticket {
        buttons.push(button("Langsung tiket", format!("ticket:{}", step.intent)));
    }
    say_with(text, buttons)
}

/// The end of a walk.
pub fn end(end: &WalkEnd) -> Reply {
    let mut text = format!("**Hasil: {}**\n{}", kind_word(end.kind), end.text);
    if let Some(say) = &end.say {
        text += &format!("\nKe pelanggan: \"{say}\"");
    }
    if !end.done.is_empty() {
        let lines: Vec<_> = end.done.iter().map(|line| format!("- {line}")).collect();
        text += &format!("\nSudah dicek:\n{}", lines.join("\n"));
    }
    text += &format!("\n*{}#{}*", end.intent, end.outcome);
    if end.goes_on {
        return say(text);
    }
    let mut buttons = Vec::new();
    if end.ticket {
        buttons.push(button("Buat tiket", format!("ticket:{}", end.intent)));
    }
    buttons.push(button("Kembali", "back:"));
    say_with(text, buttons)
}

/// The steps to jump to.
pub fn choose_step(steps: &[(String, String)]) -> Reply {
    let buttons = steps
        .iter()
        .map(|(id, name)| button(name, format!("jump:{id}")));
    say_with("Lompat ke langkah mana?".to_owned(), buttons.collect())
}

/// The procedures that can be walked.
pub fn choose(catalog: &Catalog, intents: &[String]) -> Reply {
    let buttons = intents
        .iter()
        .map(|intent| button(&title(catalog, intent), format!("walk:{intent}")));
    say_with("Panduan untuk SOP yang mana?".to_owned(), buttons.collect())
}

/// The procedure has nothing to walk.
pub fn none(title: &str) -> Reply {
    say(format!(
        "SOP **{title}** tidak punya langkah berurutan untuk dipandu."
    ))
}

/// A walk was left.
pub fn left(title: &str) -> Reply {
    say_with(
        format!("Panduan *{title}* dihentikan. Berubah pikiran? Ketik `undo`."),
        vec![button("Undo", "undo:"), button("Daftar SOP", "list:")],
    )
}
