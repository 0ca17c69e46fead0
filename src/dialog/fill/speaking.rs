//! Values that speak for themselves, without a label: a phone number, an amount, a day.

use std::ops::Range;

use jiff::Zoned;

use super::message::{Message, clauses};
use crate::catalog::{Case, Form, Spec};
use crate::message::ChannelKind;
use crate::ticket::{Answer, Answers};
use crate::value::{self, Kind, Value};

/// Whether values that speak for themselves replace what was answered.
#[derive(Clone, Copy, PartialEq)]
pub enum Again {
    /// They do not.
    Never,
    /// Where their cue stands near them, as for a first answer.
    WithCue,
    /// The message says that it corrects: what looks like nothing else needs no cue.
    Freely,
}

/// Values that need no label. Fields come in the form's order; bytes once used serve no second field.
pub fn speaking(
    form: &Form,
    message: &mut Message<'_>,
    answers: &mut Answers,
    channel_kind: ChannelKind,
    now: &Zoned,
    again: Again,
) {
    for field in &form.fields {
        let case = Case {
            answers,
            channel_kind,
        };
        let answered = answers.contains_key(&field.id);
        if !field.exists(case) {
            continue;
        }
        let spec = field.spec(case);
        if answered && again == Again::Never {
            // Told once more, it is no part of anything else.
            let told = |found: &value::Found| matches!(answers.get(&field.id), Some(Answer::Given(known)) if known.canonical == found.value.canonical);
            let found = value::find(&spec.kind, message.text, now).into_iter();
            message
                .used
                .extend(found.filter(told).map(|found| found.span));
            continue;
        }
        // A second number or another way to reach somebody is only one when the agent says so.
        if matches!(spec.kind, Kind::Contact) {
            continue;
        }
        let found = value::find(&spec.kind, message.text, now)
            .into_iter()
            .find(|found| {
                message.is_unused(&found.span)
                    && !is_greeting(message.text, &found.span)
                    && (has_cue(spec, message.text, &found.span)
                        || (answered && again == Again::Freely && is_unmistakable(&spec.kind)))
                    && !is_catch_all(&found.value)
            });
        if let Some(found) = found {
            answers.insert(field.id.clone(), Answer::Given(found.value));
            message.used.push(found.span);
        }
    }
}

/// Whether a value of this kind looks like nothing else, so that a correction needs no cue.
fn is_unmistakable(kind: &Kind) -> bool {
    !matches!(kind, Kind::Choice(_))
}

/// `LAINNYA` answers a question; in a message, `lain` speaks of something else.
fn is_catch_all(value: &Value) -> bool {
    value
        .canonical
        .to_string()
        .to_lowercase()
        .starts_with("lain")
}

/// `halo kak, ...` greets, wherever it stands; it does not name a card.
fn is_greeting(text: &str, span: &Range<usize>) -> bool {
    const GREETED: &[&str] = &["kak", "min", "admin", "mba", "mbak", "mas", "selamat"];
    let greets = matches!(
        text[span.clone()].to_lowercase().as_str(),
        "halo" | "hallo" | "hai"
    );
    let after = text[span.end..].to_lowercase();
    let next = after
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| !word.is_empty());
    greets && (span.start == 0 || next.is_some_and(|next| GREETED.contains(&next)))
}

fn has_cue(spec: &Spec, text: &str, span: &Range<usize>) -> bool {
    if spec.cues.is_empty() {
        return true;
    }
    let clause = clauses(text)
        .find(|clause| clause.start <= span.start && span.start < clause.end)
        .unwrap_or(0..text.len());
    let clause = text[clause].to_lowercase();
    let words: Vec<_> = clause
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let words = format!(" {} ", words.join(" "));
    spec.cues
        .iter()
        .any(|cue| words.contains(&format!(" {cue} ")))
}
