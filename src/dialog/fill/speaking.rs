//! Values that speak for themselves, without a label: a phone number, an amount, a day.

use std::ops::Range;

use super::filled::FilledForm;
use super::message::{Message, clauses};
use super::names::{lowered, names};
use crate::catalog::{Field, Spec};
use crate::text::everyday::{WordAt, words_at};
use crate::text::{Lexicon, Role};
use crate::ticket::Answer;
use crate::value::{self, Kind, Value};

/// Whether values that speak for themselves replace what was answered.
#[derive(Clone, Copy, PartialEq)]
pub enum Replacing {
    /// They do not.
    Never,
    /// Where their cue is near them, as for a first answer.
    WithCue,
    /// The message says that it corrects: what looks like nothing else needs no cue.
    Freely,
}

/// Which values are looked for.
#[derive(Clone, Copy, PartialEq)]
pub enum Sought {
    /// All of them.
    All,
    /// Numbers and addresses that look like no word and are no part of any text.
    Unmistakable,
}

/// Values that need no label. Fields come in the form's order; bytes once used serve no second field.
pub fn speaking(
    filled: &mut FilledForm<'_>,
    message: &mut Message<'_>,
    again: Replacing,
    which: Sought,
) {
    for field in &filled.form.fields {
        if !field.exists(filled.case()) {
            continue;
        }
        let spec = filled.spec(field);
        let known = filled.answer(field);
        let answered = known.is_some();
        let found = || message.find(&spec.kind, filled.background);
        if answered && again == Replacing::Never {
            // Said once more, it is no part of anything else.
            let is_it = |found: &value::FoundValue| matches!(known, Some(Answer::Given(known)) if known.canonical == found.value.canonical);
            let again: Vec<_> = found().into_iter().filter(is_it).collect();
            message
                .used
                .extend(again.into_iter().map(|found| found.span));
            continue;
        }
        // A second number or another way to reach somebody is only one when the agent says so.
        if matches!(spec.kind, Kind::Contact)
            || (which == Sought::Unmistakable && !is_no_word(&spec.kind))
        {
            continue;
        }
        let all = found();
        if matches!(spec.kind, Kind::Msisdn) && are_several(&all, message) {
            continue;
        }
        let found = all.into_iter().find(|found| {
            message.is_unused(&found.span)
                && !is_greeting(message.text, &found.span, filled.background.lexicon)
                && (has_cue(spec, message.text, &found.span)
                    || (answered && again == Replacing::Freely && is_unmistakable(&spec.kind)))
                && !is_catch_all(&found.value)
        });
        if let Some(found) = found {
            filled.take(field, Answer::Given(found.value));
            let at = before_its_name(field, spec, message.text, found.span.start);
            message.used.push(at..found.span.end);
        }
    }
}

/// The missing field whose value the whole text is, if it is one field's only: an address where a name is asked.
pub fn belongs_to<'f>(
    filled: &FilledForm<'f>,
    asked: &Field,
    text: &str,
) -> Option<(&'f Field, Answer)> {
    let missing = filled.form.missing(filled.case(), filled.background.now);
    let others = missing.into_iter().filter(|field| field.id != asked.id);
    only_field(filled, others, text)
}

/// The one of these fields whose value the whole text is; none when it is that of several.
pub fn only_field<'f>(
    filled: &FilledForm<'f>,
    fields: impl Iterator<Item = &'f Field>,
    text: &str,
) -> Option<(&'f Field, Answer)> {
    let mut fitting = fields.filter_map(|field| {
        let value = value::exactly(&filled.spec(field).kind, text, filled.background)?;
        Some((field, Answer::Given(value)))
    });
    fitting.next().filter(|_| fitting.next().is_none())
}

/// Several customers' numbers: which of them it is about is for the agent to say.
fn are_several(found: &[value::FoundValue], message: &Message<'_>) -> bool {
    let mut unused = found
        .iter()
        .filter(|found| message.is_unused(&found.span))
        .map(|found| &found.value.canonical);
    let first = unused.next();
    unused.any(|other| Some(other) != first)
}

/// Where a value begins together with what its field is called: `nomor 0812-0000-1234`.
fn before_its_name(field: &Field, spec: &Spec, text: &str, at: usize) -> usize {
    let Some(folded) = lowered(text[..at].trim_end_matches([' ', ':', '=', '.'])) else {
        return at;
    };
    let bare = folded.strip_suffix("nya").unwrap_or(&folded);
    let named = names(field, spec).into_iter().find_map(|name| {
        let rest = bare.strip_suffix(name.as_str())?;
        (!rest.ends_with(char::is_alphanumeric)).then_some(rest.len())
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

/// `halo kak, ...` greets, wherever it is; it does not name a card.
fn is_greeting(text: &str, span: &Range<usize>, lexicon: &Lexicon) -> bool {
    let is = |role, word: &str| lexicon.everyday.has(role, word);
    if !is(Role::Greeting, &text[span.clone()].to_lowercase()) {
        return false;
    }
    let next = words_at(&text[span.end..]).into_iter().next();
    let greeted = |next: WordAt| is(Role::Courtesy, &next.text) || is(Role::Greeting, &next.text);
    span.start == 0 || next.is_some_and(greeted)
}

/// Whether a field's cue is in the clause of a value.
pub fn has_cue(spec: &Spec, text: &str, span: &Range<usize>) -> bool {
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
    let bare = |word: &&str| word.strip_suffix("nya").unwrap_or(word).to_owned();
    let bare: Vec<_> = words.iter().map(bare).collect();
    let words = format!(" {} {} ", words.join(" "), bare.join(" "));
    spec.cues
        .iter()
        .any(|cue| words.contains(&format!(" {cue} ")))
}
