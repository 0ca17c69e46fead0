//! Labelled values: `nominal: 50rb`, `lokasi bandung`, and a code behind its label in the middle of a sentence (`sid
//! 4700001-0001`).

use std::cell::LazyCell;
use std::iter::Peekable;
use std::ops::Range;

use super::answer::{another_hour, holds_commas, is_brief, is_free, without_courtesy};
use super::filled::FilledForm;
use super::lines::is_list;
use super::message::{Message, clauses};
use super::names::{LOOSE_TEXT_WORDS, lowered, names, without_suffix};
use super::passing::{end_of_words, is_of_any_words};
use super::{Problem, RefusedValue};
use crate::catalog::{Case, Field, Form, Spec};
use crate::text::everyday::{WordAt, words_at};
use crate::text::{Lexicon, Role};
use crate::ticket::Answer;
use crate::value::{self, Kind, Value};

/// A label without a colon in the first words of an answer needs so many letters: a name may begin with `An`.
const LOOSE_LABEL_LETTERS_MIN: usize = 4;

/// So many words between a field's name and its colon describe the field.
const DESCRIBING_WORDS_MAX: usize = 4;

/// Which labels count.
#[derive(Clone, Copy)]
pub enum Labels<'a> {
    /// Only `label: value`, and for other fields than this one at the beginning `alamatnya ...`, or a value that can be no
    /// other's: `pic Contoh Satu`.
    Clear(&'a str),
    /// Also `label value`.
    All,
    /// Also `label value`, of other fields than this one, and not where a name may begin.
    Others(&'a str),
}

impl Labels<'_> {
    /// Whether a label without a colon counts; `first` when it opens the message.
    fn count(self, label: &FieldLabel<'_>, kind: &Kind, first: bool, is_its_own: bool) -> bool {
        match self {
            Labels::Clear(asked) => {
                first && (label.possessive || is_its_own) && label.field.id != asked
            }
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
pub struct FieldLabel<'a> {
    pub field: &'a Field,
    /// A colon follows it.
    pub colon: bool,
    /// `namanya`.
    possessive: bool,
    /// Where it begins, where the name ends, where the value begins.
    pub at: usize,
    pub name_end: usize,
    pub value_at: usize,
}

/// A label with the text that may be its value.
struct Labelled<'f> {
    field: &'f Field,
    spec: &'f Spec,
    colon: bool,
    /// From the label to the end of the value.
    whole: Range<usize>,
    value_at: usize,
}

pub fn labelled(filled: &mut FilledForm<'_>, message: &mut Message<'_>, labels: Labels<'_>) {
    let text = message.text;
    let starts = inner_labels(filled, text);
    let pieces = clauses(text).flat_map(|clause| pieces(clause, &starts));
    let mut rest = pieces.collect::<Vec<_>>().into_iter().peekable();
    while let Some(clause) = rest.next() {
        if let Some(found) = label_in(filled, text, clause.clone(), &mut rest, labels) {
            take_labelled(filled, message, found);
        } else if !matches!(labels, Labels::Clear(_))
            && let Some((field, span, answer)) = before_its_label(filled, text, clause)
        {
            filled.take(field, answer);
            message.used.push(span);
        }
    }
    for field in &filled.form.fields {
        let spec = filled.spec(field);
        let is_code = matches!(
            spec.kind,
            Kind::Code { .. } | Kind::Serial { .. } | Kind::Contact | Kind::Card
        );
        if is_code
            && !filled.is_answered(field)
            && let Some((span, answer)) = behind_its_label(filled, field, spec, message)
        {
            filled.take(field, answer);
            message.used.push(span);
        }
    }
}

/// Where labels with a colon begin inside of clauses: `Class: Gold MSISDN: 0812-0000-1234`.
fn inner_labels(filled: &FilledForm<'_>, text: &str) -> Vec<usize> {
    let Some(lower) = lowered(text).filter(|lower| lower.matches([':', '=']).nth(1).is_some())
    else {
        return Vec::new();
    };
    let fields = filled.fields();
    let named = fields.flat_map(|field| names(field, filled.spec(field)));
    let mut found: Vec<(usize, usize)> = named
        .flat_map(|name| {
            let begins = |at: &usize| {
                let rest = without_suffix(&lower[at + name.len()..]).trim_start_matches(' ');
                let is_word = !lower[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '/');
                is_word && rest.starts_with([':', '='])
            };
            let places = lower.match_indices(&name).map(|(at, _)| at).filter(begins);
            places.map(|at| (at, at + name.len())).collect::<Vec<_>>()
        })
        .collect();
    found.sort_unstable();
    // `nama pelanggan:` is no `pelanggan:`.
    found.dedup_by(|inner, outer| inner.0 < outer.1);
    let starts = found.into_iter().map(|(at, _)| at);
    let is_inside = |at: &usize| {
        let before = lower[..*at].trim_end_matches(' ');
        !before.is_empty() && !before.ends_with([',', ';', '|', '/', '\n'])
    };
    starts.filter(is_inside).collect()
}

/// A clause, cut where labels begin in it.
fn pieces(clause: Range<usize>, starts: &[usize]) -> Vec<Range<usize>> {
    let mut from = clause.start;
    let mut pieces = Vec::new();
    for at in starts.iter().filter(|at| clause.contains(at)) {
        if from < *at {
            pieces.push(from..*at);
        }
        from = *at;
    }
    pieces.push(from..clause.end);
    pieces
}

/// The label that a clause begins with, when it counts, and how far its value may go: into the clauses of `rest` as well.
fn label_in<'f>(
    filled: &FilledForm<'f>,
    text: &str,
    mut clause: Range<usize>,
    rest: &mut Peekable<impl Iterator<Item = Range<usize>>>,
    labels: Labels<'_>,
) -> Option<Labelled<'f>> {
    let lexicon = filled.background.lexicon;
    let label_at =
        |clause: Range<usize>| label_of(filled.form, filled.case(), &text[clause], lexicon);
    let label = label_at(clause.clone()).filter(|label| label.value_at < clause.len())?;
    let (field, colon) = (label.field, label.colon);
    let spec = filled.spec(field);
    let (at, value_at) = (clause.start + label.at, clause.start + label.value_at);
    // `alamat jl contoh raya no 5 semarang`
    let is_address = lexicon
        .everyday
        .opens(Role::Address, &text[value_at..])
        .is_some();
    let is_sentence = (label.possessive || is_address) && holds_commas(&spec.kind);
    // `channel: bukan lazada, blibli`
    let excludes = lexicon.everyday.opens(Role::Excluding, &text[value_at..]);
    if excludes.is_some()
        && colon
        && let Some(next) = rest.next_if(|next| label_at(next.clone()).is_none())
    {
        clause.end = next.end;
    }
    let first = text[..at].trim().is_empty();
    let is_its_own = {
        let value = text[value_at..clause.end].trim();
        match spec.kind {
            Kind::Name => value::text::is_written_as_name(value, lexicon),
            _ => value::exactly(&spec.kind, value, filled.background).is_some(),
        }
    };
    if !colon && (is_list(text) || !labels.count(&label, &spec.kind, first, is_its_own)) {
        return None;
    }
    // In a pasted template each line is one field; in a sentence any label begins the next.
    let one_a_line = text.contains('\n');
    if colon && holds_commas(&spec.kind) {
        // `alamat: Jl Contoh 1, Jakarta, sid: ...`: the address goes on up to the next label or line.
        while let Some(next) = rest.next_if(|next| {
            let label = label_at(next.clone());
            let goes_on = label.is_none_or(|label| {
                // `no block`: what no value follows is no label.
                let reads = || {
                    let value = &text[next.start + label.value_at..next.end];
                    filled.read(filled.spec(label.field), value).is_ok()
                };
                !label.colon && (one_a_line || !reads())
            });
            text.as_bytes()[next.start - 1] == b',' && goes_on
        }) {
            clause.end = next.end;
        }
    }
    if !colon && is_of_any_words(&spec.kind) {
        // `lokasi bandung sudah bayar`: the name or place ends before the sentence does.
        clause.end = end_of_words(filled, field, spec, &text[..clause.end], value_at)?;
    }
    let words = text[value_at..clause.end].split_whitespace().count();
    if !colon && !is_sentence && is_free(&spec.kind) && words > LOOSE_TEXT_WORDS {
        return None;
    }
    Some(Labelled {
        field,
        spec,
        colon,
        whole: at..clause.end,
        value_at,
    })
}

fn take_labelled<'f>(filled: &mut FilledForm<'f>, message: &mut Message<'_>, found: Labelled<'f>) {
    let Labelled {
        field, spec, colon, ..
    } = found;
    let (whole, value) = (found.whole, &message.text[found.value_at..]);
    let value = &value[..whole.end - found.value_at];
    let raw = value.trim();
    let another = another_hour(spec, filled.answer(field), raw, filled.background);
    let mut answer = another.unwrap_or_else(|| filled.read(spec, raw));
    let is_number = !colon && raw.bytes().all(|c| c.is_ascii_digit());
    if matches!(spec.kind, Kind::Choice(_)) && (answer.is_err() || is_number) {
        // `collection block 1`: the label is a part of the option's name, and a number no place in the list.
        let with_label = &message.text[whole.clone()];
        let whole = filled.read(spec, with_label);
        answer = match is_number {
            true => whole,
            false => answer.or_else(|problem| whole.map_err(|_| problem)),
        };
    }
    match answer {
        Ok(answer) if is_sure(spec, &answer, colon) => {
            // With its label, for `halo` alone may greet.
            let end = end_of_value(filled, spec, &answer, &message.text[whole.clone()], colon);
            let end = end.map_or(whole.end, |end| whole.start + end);
            filled.take(field, answer);
            message.used.push(whole.start..end);
        }
        Ok(_) => {}
        // `keterangan: -` leaves out what may be left out.
        Err(Problem::Mandatory) if !field.mandatory(filled.case()) => message.used.push(whole),
        Err(problem) => {
            message.refused.push(RefusedValue {
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

/// The value before what it is called at the end of a clause: `Rahma Contoh namanya`, `20 rb nominalnya`.
fn before_its_label<'f>(
    filled: &FilledForm<'f>,
    text: &str,
    clause: Range<usize>,
) -> Option<(&'f Field, Range<usize>, Answer)> {
    let background = filled.background;
    let said = text[clause.clone()].trim_end_matches(['?', '!', '.', ' ']);
    let said = without_courtesy(said, background.lexicon);
    let lower = lowered(said)?;
    let bare = lower.strip_suffix("nya")?.trim_end_matches([' ', '-']);
    let named = filled.fields().flat_map(|field| {
        let ends = |name: &String| Some(bare.strip_suffix(name.as_str())?.len());
        let names = names(field, filled.spec(field)).into_iter();
        names.filter_map(move |name| Some((ends(&name)?, field)))
    });
    let (end, field) = named.min_by_key(|(end, _)| *end)?;
    let (spec, before) = (filled.spec(field), said[..end].strip_suffix(' ')?);
    let value = match is_of_any_words(&spec.kind) {
        // `pelanggannya Ujang Contoh namanya`: the name is what has capitals.
        true => words_at(before)
            .into_iter()
            .map(|word| &before[word.span.start..])
            .find(|value| value::text::is_written_as_name(value, background.lexicon))?,
        false => before.trim(),
    };
    let answer = match is_of_any_words(&spec.kind) {
        true => filled.read(spec, value).ok()?,
        false => Answer::Given(value::exactly(&spec.kind, value, background)?),
    };
    let start = clause.start + before.len() - value.len();
    Some((field, start..clause.start + said.len(), answer))
}

/// Where a labelled value ends, when more may follow it: `no 0812-0000-1234 simpati`, `bayar via ovo kemarin`.
fn end_of_value(
    filled: &FilledForm<'_>,
    spec: &Spec,
    answer: &Answer,
    text: &str,
    colon: bool,
) -> Option<usize> {
    let Answer::Given(value) = answer else {
        return None;
    };
    // Behind a colon an option may be named in more words than its own.
    if colon && matches!(spec.kind, Kind::Choice(_)) {
        return None;
    }
    let found = value::find(&spec.kind, text, filled.background);
    let found = found.into_iter().next()?;
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
    filled: &FilledForm<'_>,
    field: &Field,
    spec: &Spec,
    message: &Message<'_>,
) -> Option<(Range<usize>, Answer)> {
    let lower = lowered(message.text)?;
    // `no cc 4111 1111 1111 1111`: a value may have blanks of its own.
    let whole = LazyCell::new(|| message.find(&spec.kind, filled.background));
    for label in names(field, spec) {
        for (at, _) in lower.match_indices(&label) {
            let starts_word = !lower[..at].ends_with(char::is_alphanumeric);
            let after = without_suffix(&lower[at + label.len()..]);
            let token = after.trim_start_matches([' ', ':', '=', '.', '#']);
            if !starts_word || token.len() == after.len() {
                continue;
            }
            let start = lower.len() - token.len();
            let is_here = |found: &&value::FoundValue| {
                found.span.start == start && message.is_unused(&found.span)
            };
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
                && let Ok(answer) = filled.read(spec, token)
            {
                return Some((span, answer));
            }
        }
    }
    None
}

/// Whether a text begins with the name of a field and a colon.
pub fn is_labelled(filled: &FilledForm<'_>, text: &str) -> bool {
    let label = label_of(filled.form, filled.case(), text, filled.background.lexicon);
    label.is_some_and(|label| label.colon)
}

/// Returns the field whose name a clause begins with; of several names the longest.
pub fn label_of<'a>(
    form: &'a Form,
    case: Case<'_>,
    clause: &str,
    lexicon: &Lexicon,
) -> Option<FieldLabel<'a>> {
    let at = clause.len()
        - clause
            .trim_start_matches(|c: char| !c.is_alphabetic())
            .len();
    let lower = lowered(clause)?;
    let mut best: Option<(FieldLabel<'_>, usize)> = None;
    for field in form.fields.iter().filter(|field| field.exists(case)) {
        for name in names(field, field.spec(case)) {
            let Some(rest) = behind_name(&lower[at..], &name, lexicon) else {
                continue;
            };
            let named = rest.len();
            let rest = without_suffix(rest);
            let name_end = lower.len() - rest.len();
            let value = behind_customer(rest, lexicon).trim_start();
            let (colon, value) = match behind_colon(value, lexicon) {
                Some(value) => (true, value),
                None => (false, value),
            };
            let ends_word = !rest.starts_with(char::is_alphanumeric);
            let label = FieldLabel {
                field,
                colon,
                possessive: rest.len() < named,
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

/// What is behind a field's name, whose first word may be written as agents do: `nmr hp` for `nomor hp`.
fn behind_name<'t>(text: &'t str, name: &str, lexicon: &Lexicon) -> Option<&'t str> {
    text.strip_prefix(name).or_else(|| {
        let (first, more) = name.split_at(name.find(' ').unwrap_or(name.len()));
        let end = text.find(|c: char| !c.is_alphanumeric());
        let word = &text[..end.unwrap_or(text.len())];
        let spelled = word.strip_suffix("nya").unwrap_or(word);
        let is_meant = matches!(lexicon.meaning(spelled), Some([meant]) if **meant == *first);
        text[spelled.len()..]
            .strip_prefix(more)
            .filter(|_| is_meant)
    })
}

/// What is behind the word that says whose value it is: `nama plg Budi Contoh`.
fn behind_customer<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let behind = text.strip_prefix(' ').map(str::trim_start);
    let word = behind.and_then(|behind| Some(words_at(behind).first()?.span.clone()));
    let (Some(behind), Some(word)) = (behind, word.filter(|word| word.start == 0)) else {
        return text;
    };
    let (whose, rest) = behind.split_at(word.end);
    let whose = whose.strip_suffix("nya").unwrap_or(whose);
    match lexicon.everyday.has(Role::Customer, whose) && rest.contains(char::is_alphanumeric) {
        true => rest,
        false => text,
    }
}

/// What is behind the colon of a label, before which the field may be described: `produk yg kendala: monitor`.
fn behind_colon<'t>(text: &'t str, lexicon: &Lexicon) -> Option<&'t str> {
    let (between, value) = text.split_once([':', '='])?;
    let words: Vec<&str> = between.split_whitespace().collect();
    let describes = |first: &&str| lexicon.everyday.has(Role::Link, first);
    let is_described = words.first().is_none_or(describes)
        && words.len() <= DESCRIBING_WORDS_MAX
        && between.chars().all(|c| c.is_alphabetic() || c == ' ');
    is_described.then_some(value)
}

/// So many words may come before what a field is called: `katanya dia kelasnya gold`.
const WORDS_BEFORE_MAX: usize = 3;
/// A name of a field with fewer letters needs a mark behind it: somebody may be called `An`.
const BARE_LABEL_LETTERS_MIN: usize = 4;

/// An answer without what its field is called, and without politeness where the value is brief: `lokasi bandung` is
/// `bandung`, `nama plg Budi Contoh` is `Budi Contoh`. What a place is called may be a part of it: `kota bandung`.
pub fn without_own_label<'a>(
    field: &Field,
    spec: &Spec,
    text: &'a str,
    lexicon: &Lexicon,
) -> &'a str {
    if !is_free(&spec.kind) {
        return text;
    }
    let value = behind_own_label(field, spec, text, lexicon).unwrap_or(text);
    match &spec.kind {
        Kind::Text { .. } if is_brief(&spec.kind) => without_courtesy(value, lexicon),
        _ => value,
    }
}

/// The value behind what its field is called, with whose value it is before or behind that.
fn behind_own_label<'a>(
    field: &Field,
    spec: &Spec,
    text: &'a str,
    lexicon: &Lexicon,
) -> Option<&'a str> {
    let is = |role, word: &str| lexicon.everyday.has(role, word);
    let is_before = |word: &str| {
        let stem = word.strip_suffix("nya").unwrap_or(word);
        [word, stem]
            .into_iter()
            .any(|word| is(Role::Carrier, word) || is(Role::Customer, word))
    };
    let lower = lowered(text)?;
    let words = words_at(text);
    let before = words.iter().take_while(|word| is_before(&word.text));
    let starts = before.count().min(WORDS_BEFORE_MAX);
    let starts = words.iter().take(starts + 1).map(|word| word.span.start);
    let from = starts.into_iter().find_map(|at| {
        let mut names = names(field, spec).into_iter();
        names.find_map(|name| {
            let behind = lower[at..].strip_prefix(name.as_str())?;
            let rest = without_suffix(behind);
            let (is_possessive, marked) =
                (rest.len() < behind.len(), rest.starts_with(['.', ':', '=']));
            let is_own = name == spec.label.to_lowercase() || name == field.id.replace('_', " ");
            let is_sure = is_possessive || is_own || marked && !rest.starts_with('.');
            let is_clear = match &spec.kind {
                Kind::Place { .. } => !is(Role::PlaceKind, &name),
                kind => is_brief(kind),
            };
            let is_long = name.chars().count() >= BARE_LABEL_LETTERS_MIN
                || name.contains(|c: char| !c.is_alphanumeric());
            let ends = rest.starts_with([' ', '.', ':', '=']);
            let counts = ends && (is_sure || is_clear && (is_long || marked));
            counts.then(|| lower.len() - rest.trim_start_matches([' ', '.', ':', '=']).len())
        })
    })?;
    // `nama plg`, `namanya adalah`: whose it is, and what links the two.
    let is_between = |text: &str, word: &WordAt| {
        let stem = word.text.strip_suffix("nya").unwrap_or(&word.text);
        let links = is(Role::Link, &word.text) && is_brief(&spec.kind);
        let of_whom = is(Role::Customer, stem) || is(Role::Own, stem);
        (of_whom || links) && text[word.span.clone()] == word.text
    };
    let mut rest = &text[from..];
    while let Some(word) = words_at(rest)
        .into_iter()
        .next()
        .filter(|word| is_between(rest, word))
    {
        rest = rest[word.span.end..].trim_start_matches([' ', '.', ':', '=']);
    }
    Some(rest).filter(|rest| !rest.is_empty())
}
