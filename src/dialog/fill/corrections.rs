//! Corrections: `eh salah, nominalnya 25rb`, `ganti lokasi jadi bogor`, `bukan kemarin tapi tgl 17`.

use super::answer::{another_hour, is_mark, without_courtesy};
use super::filled::FilledForm;
use super::labels::{Labels, label_of, labelled, without_own_label};
use super::lines::numbered;
use super::message::{Message, clauses};
use super::passing::in_passing;
use super::speaking::{Replacing, Sought, only_field, speaking};
use super::{TakenAnswers, taken};
use crate::catalog::{Case, Field, Form};
use crate::text::everyday::words_at;
use crate::text::{Lexicon, Role};
use crate::ticket::Answer;
use crate::value::{self, Kind};

/// What a correction may open with.
const OPENERS: [Role; 3] = [Role::Amending, Role::PerhapsAmending, Role::Changing];

/// Reads corrections from a message: `nominal: 25rb`, `eh salah, nominalnya 25rb`, `ganti lokasi jadi bogor`.
/// `in_a_text` says that a text is asked, which the message may be instead.
pub fn corrections(mut filled: FilledForm<'_>, text: &str, in_a_text: bool) -> TakenAnswers {
    let lexicon = filled.background.lexicon;
    let plain = corrected(filled.form, filled.case(), text, lexicon);
    let named = called_wrong(filled.form, filled.case(), text, lexicon);
    let mut message = Message::new(&plain);
    labelled(&mut filled, &mut message, Labels::All);
    numbered(&mut filled, &mut message);
    let changed = |filled: &FilledForm<'_>| filled.answers != *filled.before;
    let sure = is_surely_correction(text, lexicon);
    let labelled = changed(&filled) || message.refused.iter().any(|refused| refused.certain);
    if labelled && sure {
        // `ralat nominal 15rb, jam 2 siang`: the hour comes beside the label.
        for clause in clauses(&plain).filter(|clause| message.is_unused(clause)) {
            correct_hour(&mut filled, plain[clause].trim());
        }
    }
    if !in_a_text {
        in_passing(&mut filled, &mut message, None);
    }
    if !labelled && !text.trim_end().ends_with('?') && (sure || !in_a_text) {
        let opened = opened(text, lexicon);
        let again = match opened.corrects {
            false => Replacing::WithCue,
            true => Replacing::Freely,
        };
        put_instead(&mut filled, text);
        if !changed(&filled) {
            speaking(&mut filled, &mut message, again, Sought::All);
        }
        if !changed(&filled) {
            correct_hour(&mut filled, opened.rest);
        }
        if !changed(&filled) && again == Replacing::Freely {
            replace(&mut filled, &plain);
        }
    }
    TakenAnswers {
        named: named.map(|field| field.id.clone()),
        ..taken(filled, message, None)
    }
}

/// `eh bukan platinum, gold`, `100rb bukan 50rb`: where what is denied is a field's answer, the other value replaces it.
fn put_instead(filled: &mut FilledForm<'_>, text: &str) {
    let lexicon = filled.background.lexicon;
    let text = without_openers(text, lexicon);
    let words = words_at(text);
    let denying = (words.iter()).find(|word| lexicon.everyday.has(Role::Excluding, &word.text));
    let Some(denying) = denying else {
        return;
    };
    let behind = &text[denying.span.end..];
    let before = text[..denying.span.start].trim_end_matches(is_mark);
    let contrast = lexicon.everyday.find(Role::Contrast, behind);
    let mark = [",", ";", ". ", "\n"].into_iter();
    let mark = mark.filter_map(|mark| behind.find(mark)).min();
    let ends = (mark.map(|at| at..at + 1)).or_else(|| contrast.first().cloned());
    let (denied, said) = match ends {
        Some(at) => (&behind[..at.start], &behind[at.end..]),
        None => (behind, before),
    };
    let denied = without_courtesy(denied.trim_matches(is_mark), lexicon);
    let said = without_courtesy(said.trim_matches(is_mark), lexicon);
    let fields: Vec<_> = filled.fields().collect();
    for field in fields {
        let spec = filled.spec(field);
        let is_denied = filled.answer(field).is_some_and(|known| {
            let read = filled.read(spec, denied);
            read.is_ok_and(|read| read == *known)
        });
        if !is_denied {
            continue;
        }
        let said = without_own_label(field, spec, said, lexicon);
        let found = value::find(&spec.kind, said, filled.background);
        let other = match found.into_iter().next() {
            Some(found) => Some(Answer::Given(found.value)),
            None => filled.read(spec, said).ok(),
        };
        if let Some(other) = other {
            filled.take(field, other);
        }
    }
}

/// The message behind words that only say that it corrects, up to what it denies.
fn without_openers<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let mut rest = text.trim();
    while let Some((word, after)) = leading(rest, &OPENERS, lexicon)
        && !lexicon.everyday.has(Role::Excluding, &word.to_lowercase())
    {
        rest = behind_courtesy(after, lexicon);
    }
    rest
}

/// The text behind politeness: `ya teh, namanya ...`; `Bu Contoh` is somebody.
fn behind_courtesy<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let mut rest = text;
    while rest.starts_with(char::is_lowercase)
        && let Some((_, after)) = leading(rest, &[Role::Courtesy], lexicon)
        && !after.is_empty()
    {
        rest = after;
    }
    rest
}

/// `eh bukan bca tapi indomaret`: the answered field whose new value this is, if it is one field's only.
fn replace(filled: &mut FilledForm<'_>, text: &str) {
    let answered = filled.fields().filter(|field| filled.is_answered(field));
    if let Some((field, answer)) = only_field(
        filled,
        answered,
        without_courtesy(text, filled.background.lexicon),
    ) {
        filled.take(field, answer);
    }
}

/// `eh jam 9 deng`: another hour on the day that is known.
fn correct_hour(filled: &mut FilledForm<'_>, text: &str) {
    let fields: Vec<_> = filled.fields().collect();
    for field in fields {
        let (spec, known) = (filled.spec(field), filled.answer(field));
        if let Some(Ok(answer)) = another_hour(spec, known, text, filled.background) {
            filled.take(field, answer);
        }
    }
}

/// Whether a message says that it corrects something.
pub fn is_correction(form: &Form, case: Case<'_>, text: &str, lexicon: &Lexicon) -> bool {
    let opened = opened(text, lexicon);
    opened.corrects
        || between(form, case, opened.rest, lexicon).is_some()
        || when_said(form, case, opened.rest, lexicon).is_some()
}

/// Reads `100rb bukan 50rb`, where the second is an answer; none where nothing is replaced.
pub fn replaced(mut filled: FilledForm<'_>, text: &str) -> Option<TakenAnswers> {
    put_instead(&mut filled, text);
    (filled.answers != *filled.before).then(|| taken(filled, Message::new(text), None))
}

/// Whether a message opens with words that say for sure that it corrects something.
pub fn is_surely_correction(text: &str, lexicon: &Lexicon) -> bool {
    opened(text, lexicon).surely
}

/// Whether a message can only be about what was said before, even where any text is an answer.
pub fn is_change(text: &str, lexicon: &Lexicon) -> bool {
    opened(text, lexicon).changes
}

/// The message as it would have been written at once: without the words that only say that something is corrected.
fn corrected(form: &Form, case: Case<'_>, text: &str, lexicon: &Lexicon) -> String {
    let opened = opened(text, lexicon);
    let rest = opened.rest;
    if let Some((_, name, value)) = between(form, case, rest, lexicon) {
        return format!("{name}: {value}");
    }
    let when = when_said(form, case, rest, lexicon);
    if let Some((field, said)) = when.filter(|(_, said)| !said.is_empty()) {
        return format!("{}: {said}", field.spec(case).label);
    }
    // `bukan ovo`: what is denied is no new value.
    let rest = match opened.denies {
        true if instead(rest, lexicon) == rest => format!("bukan {rest}"),
        true => instead(rest, lexicon).to_owned(),
        false => before_not(rest).to_owned(),
    };
    [" jadi ", " menjadi ", " ke "]
        .iter()
        .fold(rest, |text, word| text.replacen(word, ": ", 1))
}

/// The field of `nominalnya salah`: named, called wrong, and nothing else.
fn called_wrong<'f>(
    form: &'f Form,
    case: Case<'_>,
    text: &str,
    lexicon: &Lexicon,
) -> Option<&'f Field> {
    let rest = opened(text, lexicon).rest;
    match between(form, case, rest, lexicon) {
        Some((field, _, value)) => value.is_empty().then_some(field),
        None => {
            let (field, said) = when_said(form, case, rest, lexicon)?;
            said.is_empty().then_some(field)
        }
    }
}

/// `tglnya 16`, `jamnya salah, jam 9 malam`: the only field of the form that says when, and the value.
fn when_said<'f>(
    form: &'f Form,
    case: Case<'_>,
    text: &str,
    lexicon: &Lexicon,
) -> Option<(&'f Field, String)> {
    let lower = text.to_lowercase();
    let names = lexicon.everyday.entries(Role::Moment);
    let (word, rest) = names.iter().find_map(|word| {
        let rest = lower.strip_prefix(&**word)?.strip_prefix("nya")?;
        (!rest.starts_with(char::is_alphanumeric)).then_some((word, rest))
    })?;
    let mut rest = rest.trim_start_matches(is_mark);
    while let Some((_, after)) = leading(rest, &[Role::Corrected], lexicon) {
        rest = after;
    }
    let says_when = |field: &&Field| {
        let kind = &field.spec(case).kind;
        field.exists(case) && matches!(kind, Kind::Date { .. } | Kind::DateTime { .. })
    };
    let mut fields = form.fields.iter().filter(says_when);
    let field = fields.next().filter(|_| fields.next().is_none())?;
    let said = match rest {
        "" => String::new(),
        rest if rest.starts_with(&**word) => rest.to_owned(),
        rest => format!("{word} {rest}"),
    };
    Some((field, said))
}

/// A field's name followed by words that say that its value changes: the field, its name as written, and the value.
fn between<'a, 'f>(
    form: &'f Form,
    case: Case<'_>,
    text: &'a str,
    lexicon: &Lexicon,
) -> Option<(&'f Field, &'a str, &'a str)> {
    let label = label_of(form, case, text, lexicon)?;
    let (name, behind) = text.split_at(label.name_end);
    let said = behind.trim_start_matches(is_mark);
    let called_wrong = leading(said, &[Role::Corrected], lexicon);
    let corrected = corrected_clause(behind, lexicon);
    let mut rest = match (called_wrong, corrected) {
        (Some((_, rest)), None) => rest,
        (_, Some(corrected)) => corrected,
        (None, None) => return None,
    };
    while let Some((_, after)) = leading(rest, &[Role::Corrected], lexicon) {
        rest = after;
    }
    let value = match lexicon.everyday.is_in(Role::Excluding, behind) && corrected.is_none() {
        // `channel: bukan lazada, blibli`; what is only denied is no new value.
        true if instead(rest, lexicon) == rest => {
            let better = rest.split_once(',').map(|(_, better)| better);
            better.unwrap_or_default().trim()
        }
        true => instead(rest, lexicon),
        false => before_not(rest),
    };
    Some((label.field, name, value))
}

/// The last clause that says what is right: `sidnya kebalik, yg bener 4700001-0001`.
fn corrected_clause<'t>(text: &'t str, lexicon: &Lexicon) -> Option<&'t str> {
    let starts = clauses(text).map(|clause| clause.start).skip(1);
    let said = starts.filter_map(|at| {
        let behind = text[at..].trim_start_matches(is_mark);
        let (_, rest) = leading(behind, &[Role::Amending, Role::Correcting], lexicon)?;
        (!rest.is_empty()).then_some(rest)
    });
    said.last()
}

/// The last of several answers, where the others are taken back: `Asep Contoh, eh bukan, Acep Contoh`.
pub fn said_last<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let Some(mut rest) = corrected_clause(text, lexicon) else {
        return text;
    };
    while let Some((_, after)) = leading(rest, &[Role::Corrected, Role::Amending], lexicon) {
        rest = after;
    }
    if rest.is_empty() { text } else { rest }
}

/// `100rb bukan 50rb` is `100rb`.
fn before_not(text: &str) -> &str {
    let folded = text.to_lowercase();
    let found = folded
        .find(" bukan ")
        .filter(|_| folded.len() == text.len());
    found.map_or(text, |at| text[..at].trim_end_matches(is_mark))
}

/// Behind `bukan`: `kemarin tapi tgl 17` is `tgl 17`.
fn instead<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let found = lexicon.everyday.find(Role::Contrast, text);
    found
        .first()
        .map_or(text, |span| text[span.end..].trim_start_matches(is_mark))
}

/// What a message says of correcting before anything else.
struct Opened<'t> {
    /// The message behind that.
    rest: &'t str,
    /// It says that something is corrected,
    corrects: bool,
    /// for sure,
    surely: bool,
    /// which was said before,
    changes: bool,
    /// by denying it.
    denies: bool,
}

/// Takes off the words with which a correction opens.
fn opened<'t>(text: &'t str, lexicon: &Lexicon) -> Opened<'t> {
    let mut opened = Opened {
        rest: text.trim(),
        corrects: false,
        surely: false,
        changes: false,
        denies: false,
    };
    while let Some((word, after)) = leading(opened.rest, &OPENERS, lexicon) {
        let word = word.to_lowercase();
        let is = |role| lexicon.everyday.has(role, &word);
        opened.rest = behind_courtesy(after, lexicon);
        opened.corrects = true;
        opened.surely |= !is(Role::PerhapsAmending);
        opened.changes |= is(Role::Changing);
        opened.denies |= is(Role::Excluding);
    }
    opened
}

/// The word of these roles that a text begins with, and what is behind it.
fn leading<'a>(text: &'a str, roles: &[Role], lexicon: &Lexicon) -> Option<(&'a str, &'a str)> {
    let ends = roles
        .iter()
        .filter_map(|role| lexicon.everyday.opens(*role, text));
    let (word, after) = text.split_at(ends.max()?);
    Some((word, after.trim_start_matches(is_mark)))
}
