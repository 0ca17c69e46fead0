//! Labelled values: `nominal: 50rb`, `lokasi bandung`, and a code behind its label in the middle of a sentence (`sid
//! 4700001-0001`).

use std::cell::LazyCell;
use std::ops::Range;

use super::answer::{another_hour, holds_commas, is_brief, is_free, read, without_courtesy};
use super::lines::is_list;
use super::message::{Message, clauses};
use super::passing::{end_of_words, is_told_in_passing};
use super::{Problem, Refused};
use crate::catalog::{Case, Field, Form, Spec};
use crate::message::ChannelKind;
use crate::ticket::{Answer, Answers};
use crate::value::{self, Background, Kind, Value};

/// A text behind its label without a colon is taken over only up to this many words: more is a sentence.
pub const LOOSE_TEXT_WORDS: usize = 4;

/// A label without a colon in the first words of an answer needs so many letters: a name may begin with `An`.
const LOOSE_LABEL_LETTERS_MIN: usize = 4;

/// Which labels count.
#[derive(Clone, Copy)]
pub enum Labels<'a> {
    /// Only `label: value`.
    WithColon,
    /// Also `label value`.
    All,
    /// Also `label value`, of other fields than this one, and not where a name may begin.
    Others(&'a str),
}

impl Labels<'_> {
    /// Whether a label without a colon counts; `first` when it opens the message.
    fn count(self, label: &Label<'_>, kind: &Kind, first: bool) -> bool {
        match self {
            Labels::WithColon => false,
            Labels::All => true,
            Labels::Others(asked) => {
                let letters = label.name_end - label.at;
                label.field.id != asked
                    && (!first || !is_free(kind) || letters >= LOOSE_LABEL_LETTERS_MIN)
            }
        }
    }
}

/// The name of a field at the beginning of a clause.
pub struct Label<'a> {
    pub field: &'a Field,
    /// A colon follows it.
    pub colon: bool,
    /// Where it begins, where the name ends, where the value begins.
    pub at: usize,
    pub name_end: usize,
    pub value_at: usize,
}

pub fn labelled(
    form: &Form,
    message: &mut Message<'_>,
    answers: &mut Answers,
    channel_kind: ChannelKind,
    background: Background<'_>,
    labels: Labels<'_>,
) {
    let mut rest = clauses(message.text).peekable();
    // In a pasted template each line is one field; in a sentence any label begins the next.
    let one_a_line = message.text.contains('\n');
    let listed = is_list(message.text);
    while let Some(mut clause) = rest.next() {
        let case = Case {
            answers,
            channel_kind,
        };
        let text = &message.text[clause.clone()];
        let Some(label) = label_of(form, case, text).filter(|label| label.value_at < text.len())
        else {
            continue;
        };
        let (field, colon, value_at) = (label.field, label.colon, label.value_at);
        let spec = field.spec(case);
        let first = message.text[..clause.start + label.at].trim().is_empty();
        if !colon && (listed || !labels.count(&label, &spec.kind, first)) {
            continue;
        }
        if colon && holds_commas(&spec.kind) {
            // `alamat: Jl Contoh 1, Jakarta, sid: ...`: the address goes on up to the next label or line.
            while let Some(next) = rest.next_if(|next| {
                let label = label_of(form, case, &message.text[next.clone()]);
                let goes_on = label.is_none_or(|label| !label.colon && one_a_line);
                message.text.as_bytes()[next.start - 1] == b',' && goes_on
            }) {
                clause.end = next.end;
            }
        }
        let value_at = clause.start + value_at;
        if !colon && is_told_in_passing(&spec.kind) {
            // `lokasi bandung sudah bayar`: the name or place ends before the sentence does.
            let text = &message.text[..clause.end];
            match end_of_words(form, case, field, text, value_at, background) {
                Some(end) => clause.end = end,
                None => continue,
            }
        }
        let raw = message.text[value_at..clause.end].trim();
        let whole = clause.start + label.at..clause.end;
        if !colon && is_free(&spec.kind) && raw.split_whitespace().count() > LOOSE_TEXT_WORDS {
            continue;
        }
        let another = another_hour(spec, answers.get(&field.id), raw, background);
        let mut answer = another.map_or_else(|| read(spec, raw, background), Ok);
        if matches!(spec.kind, Kind::Choice(_)) && answer.is_err() {
            // `collection block 1`: the label is a part of the option's name.
            let with_label = &message.text[whole.clone()];
            answer =
                answer.or_else(|problem| read(spec, with_label, background).map_err(|_| problem));
        }
        match answer {
            Ok(answer) if is_sure(spec, &answer, colon) => {
                let end = place_of(
                    spec,
                    &answer,
                    &message.text[value_at..clause.end],
                    colon,
                    background,
                );
                let end = end.map_or(clause.end, |end| value_at + end);
                answers.insert(field.id.clone(), answer);
                message.used.push(whole.start..end);
            }
            Ok(_) => {}
            // `keterangan: -` leaves out what may be left out.
            Err(Problem::Mandatory) if !field.mandatory(case) => message.used.push(whole),
            Err(problem) => {
                message.refused.push(Refused {
                    field: field.id.clone(),
                    problem,
                    certain: colon,
                });
                if colon {
                    message.used.push(whole);
                }
            }
        }
    }
    for field in &form.fields {
        let case = Case {
            answers,
            channel_kind,
        };
        let spec = field.spec(case);
        let is_code = matches!(
            spec.kind,
            Kind::Code { .. } | Kind::Serial { .. } | Kind::Contact | Kind::Card
        );
        if is_code
            && !answers.contains_key(&field.id)
            && let Some((span, answer)) = behind_its_label(field, spec, message, background)
        {
            answers.insert(field.id.clone(), answer);
            message.used.push(span);
        }
    }
}

/// Where a labelled value ends, when more may stand behind it: `no 0812-0000-1234 simpati`, `bayar via ovo kemarin`.
fn place_of(
    spec: &Spec,
    answer: &Answer,
    text: &str,
    colon: bool,
    background: Background<'_>,
) -> Option<usize> {
    let Answer::Given(value) = answer else {
        return None;
    };
    // Behind a colon an option may be told in more words than its name.
    if colon && matches!(spec.kind, Kind::Choice(_)) {
        return None;
    }
    let found = value::find(&spec.kind, text, background)
        .into_iter()
        .next()?;
    (found.value.canonical == value.canonical).then_some(found.span.end)
}

/// An open choice takes anything, so only a colon makes an unlisted answer certain.
fn is_sure(spec: &Spec, answer: &Answer, colon: bool) -> bool {
    let unlisted = matches!(
        answer,
        Answer::Given(Value {
            remark: Some(value::Remark::Unlisted),
            ..
        })
    );
    colon || !(matches!(spec.kind, Kind::Choice(_)) && unlisted)
}

/// Finds `label token` anywhere, where the token has a digit: `dgn sid 4700001-0001 ga bisa`.
fn behind_its_label(
    field: &Field,
    spec: &Spec,
    message: &Message<'_>,
    background: Background<'_>,
) -> Option<(Range<usize>, Answer)> {
    let lower = message.text.to_lowercase();
    // Lower-casing may move bytes; then spans of one text say nothing about the other.
    if lower.len() != message.text.len() {
        return None;
    }
    // `no cc 4111 1111 1111 1111`: a value may have blanks of its own.
    let whole = LazyCell::new(|| message.find(&spec.kind, background));
    for label in names(field, spec) {
        for (at, _) in lower.match_indices(&label) {
            let starts_word = !lower[..at].ends_with(char::is_alphanumeric);
            let after = &lower[at + label.len()..];
            let gap = after.len() - after.trim_start_matches([' ', ':', '=', '.', '#']).len();
            if !starts_word || gap == 0 {
                continue;
            }
            let start = at + label.len() + gap;
            let is_here =
                |found: &&value::Found| found.span.start == start && message.is_unused(&found.span);
            if let Some(whole) = whole.iter().find(is_here) {
                return Some((whole.span.clone(), Answer::Given(whole.value.clone())));
            }
            let length = message.text[start..]
                .find([' ', ',', ';', '\n'])
                .unwrap_or(message.text.len() - start);
            let token = &message.text[start..start + length];
            let span = start..start + length;
            if token.contains(|c: char| c.is_ascii_digit())
                && message.is_unused(&span)
                && let Ok(answer) = read(spec, token, background)
            {
                return Some((span, answer));
            }
        }
    }
    None
}

/// The field's names, longest first, so that `nomor lain` is not read as `nomor`.
pub fn names(field: &Field, spec: &Spec) -> Vec<String> {
    let id = field.id.replace('_', " ");
    let own = [spec.label.as_str(), id.as_str()];
    let mut names: Vec<String> = own
        .into_iter()
        .chain(spec.aliases.iter().map(String::as_str))
        .map(str::to_lowercase)
        .collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names
}

/// Returns the field whose name a clause begins with; of several names the longest.
pub fn label_of<'a>(form: &'a Form, case: Case<'_>, clause: &str) -> Option<Label<'a>> {
    let at = clause.len()
        - clause
            .trim_start_matches(|c: char| !c.is_alphabetic())
            .len();
    let lower = clause.to_lowercase();
    if lower.len() != clause.len() {
        return None;
    }
    let mut best: Option<(Label<'_>, usize)> = None;
    for field in form.fields.iter().filter(|field| field.exists(case)) {
        for name in names(field, field.spec(case)) {
            let Some(rest) = lower[at..].strip_prefix(name.as_str()) else {
                continue;
            };
            let rest = without_suffix(rest);
            let name_end = lower.len() - rest.len();
            let value = rest.trim_start();
            let (colon, value) = match value.strip_prefix([':', '=']) {
                Some(value) => (true, value),
                None => (false, value),
            };
            let ends_word = !rest.starts_with(char::is_alphanumeric);
            let label = Label {
                field,
                colon,
                at,
                name_end,
                value_at: lower.len() - value.trim_start().len(),
            };
            if ends_word && best.as_ref().is_none_or(|(_, length)| name.len() > *length) {
                best = Some((label, name.len()));
            }
        }
    }
    best.map(|(label, _)| label)
}

/// `lokasi bandung` for the location is `bandung`, `gold ya kak` is `gold`. An alias may be part of the answer: `kota
/// bandung`.
pub fn without_own_label<'a>(field: &Field, spec: &Spec, text: &'a str) -> &'a str {
    let id = field.id.replace('_', " ");
    let names = [spec.label.as_str(), id.as_str()];
    let stripped = names.into_iter().find_map(|name| {
        let start = text.get(..name.len())?;
        let rest = &text[name.len()..];
        let rest = without_suffix(rest);
        let ends = rest.starts_with(char::is_whitespace) && !rest.trim().is_empty();
        (ends && start.eq_ignore_ascii_case(name)).then(|| rest.trim_start())
    });
    match &spec.kind {
        Kind::Text { .. } if is_brief(&spec.kind) => without_courtesy(stripped.unwrap_or(text)),
        Kind::Text { .. } | Kind::Place { .. } => stripped.unwrap_or(text),
        _ => text,
    }
}

/// `snnya` and `sn nya`: what is behind the suffix of a name.
pub fn without_suffix(text: &str) -> &str {
    let rest = text
        .strip_prefix("nya")
        .or_else(|| text.strip_prefix(" nya"));
    rest.filter(|rest| !rest.starts_with(char::is_alphanumeric))
        .unwrap_or(text)
}
