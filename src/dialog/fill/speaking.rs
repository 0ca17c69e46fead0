//! Values that speak for themselves, without a label: a phone number, an amount, a day.

use std::ops::Range;

use super::labels::names;
use super::message::{Message, clauses};
use crate::catalog::{Case, Field, Form, Spec};
use crate::message::ChannelKind;
use crate::ticket::{Answer, Answers};
use crate::value::{self, Background, Kind, Value};

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

/// Which values are looked for.
#[derive(Clone, Copy, PartialEq)]
pub enum Which {
    /// All of them.
    All,
    /// Numbers and addresses that look like no word and are no part of any text.
    Unmistakable,
}

/// Values that need no label. Fields come in the form's order; bytes once used serve no second field.
pub fn speaking(
    form: &Form,
    message: &mut Message<'_>,
    answers: &mut Answers,
    channel_kind: ChannelKind,
    background: Background<'_>,
    again: Again,
    which: Which,
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
            let found = message.find(&spec.kind, background).into_iter();
            message
                .used
                .extend(found.filter(told).map(|found| found.span));
            continue;
        }
        // A second number or another way to reach somebody is only one when the agent says so.
        if matches!(spec.kind, Kind::Contact)
            || (which == Which::Unmistakable && !is_no_word(&spec.kind))
        {
            continue;
        }
        let all = message.find(&spec.kind, background);
        if matches!(spec.kind, Kind::Msisdn) && are_several(&all, message) {
            continue;
        }
        let found = all.into_iter().find(|found| {
            message.is_unused(&found.span)
                && !is_greeting(message.text, &found.span)
                && (has_cue(spec, message.text, &found.span)
                    || (answered && again == Again::Freely && is_unmistakable(&spec.kind)))
                && !is_catch_all(&found.value)
        });
        if let Some(found) = found {
            answers.insert(field.id.clone(), Answer::Given(found.value));
            let at = before_its_name(field, spec, message.text, found.span.start);
            message.used.push(at..found.span.end);
        }
    }
}

/// The missing field whose value the whole text is, if it is one field's only: an address where a name is asked.
pub fn belongs_to(
    form: &Form,
    asked: &Field,
    text: &str,
    answers: &Answers,
    channel_kind: ChannelKind,
    background: Background<'_>,
) -> Option<(String, Answer)> {
    let case = Case {
        answers,
        channel_kind,
    };
    let missing = form.missing(case, background.now).into_iter();
    let mut fitting = missing
        .filter(|field| field.id != asked.id)
        .filter_map(|field| {
            let value = value::exactly(&field.spec(case).kind, text, background)?;
            Some((field.id.clone(), Answer::Given(value)))
        });
    fitting.next().filter(|_| fitting.next().is_none())
}

/// Several customers' numbers: which of them it is about is for the agent to say.
fn are_several(found: &[value::Found], message: &Message<'_>) -> bool {
    let mut unused = found
        .iter()
        .filter(|found| message.is_unused(&found.span))
        .map(|found| &found.value.canonical);
    let first = unused.next();
    unused.any(|other| Some(other) != first)
}

/// Where a value begins together with what its field is called: `nomor 0812-0000-1234`.
fn before_its_name(field: &Field, spec: &Spec, text: &str, at: usize) -> usize {
    let before = text[..at].trim_end_matches([' ', ':', '=', '.']);
    let folded = before.to_lowercase();
    let bare = folded.strip_suffix("nya").unwrap_or(&folded);
    let named = names(field, spec).into_iter().find_map(|name| {
        let rest = bare.strip_suffix(name.as_str())?;
        (folded.len() == before.len() && !rest.ends_with(char::is_alphanumeric))
            .then_some(rest.len())
    });
    named.unwrap_or(at)
}

/// Whether a value of this kind cannot be a part of a name or a text of a few words.
fn is_no_word(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Msisdn | Kind::Email | Kind::Serial { .. } | Kind::Card
    )
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
