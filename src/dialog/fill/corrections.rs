//! Corrections: `eh salah, nominalnya 25rb`, `ganti lokasi jadi bogor`, `bukan kemarin tapi tgl 17`.

use super::answer::{another_hour, is_mark, without_courtesy};
use super::filled::FilledForm;
use super::labels::{Labels, label_of, labelled};
use super::lines::numbered;
use super::message::{Message, clauses};
use super::speaking::{Replacing, Sought, only_field, speaking};
use super::{TakenAnswers, taken};
use crate::catalog::{Case, Field, Form};
use crate::value::Kind;

/// Words that say that what follows corrects something.
const CORRECTIONS: &[&str] = &[
    "eh",
    "salah",
    "ralat",
    "koreksi",
    "maaf",
    "sorry",
    "ganti",
    "ubah",
    "edit",
    "bukan",
    "harusnya",
    "seharusnya",
    "yg bener",
    "yang benar",
];

/// Those of them with which a text may begin that corrects nothing: `maaf, saldo Rp50.000 tidak cukup`.
const AMBIGUOUS: &[&str] = &["maaf", "sorry", "salah"];

/// Those of them that begin no name and no status: a message that opens with one is about what was said before.
const CHANGES: &[&str] = &["ralat", "koreksi", "ganti", "ubah", "edit", "bukan"];

/// Words between a field's name and its corrected value: `sidnya salah, harusnya ...`.
const BETWEEN: &[&str] = &[
    "salah",
    "keliru",
    "ganti",
    "diganti",
    "diubah",
    "jadi",
    "jadinya",
    "menjadi",
    "ke",
    "harusnya",
    "seharusnya",
    "mestinya",
    "yg bener",
    "yang bener",
    "yg benar",
    "yang benar",
    "bukan",
];

/// Behind `bukan ...`: what it is instead.
const INSTEAD: &[&str] = &[" tapi ", " tp ", " melainkan "];

/// Reads corrections from a message: `nominal: 25rb`, `eh salah, nominalnya 25rb`, `ganti lokasi jadi bogor`.
/// `in_a_text` says that a text is asked, which the message may be instead.
pub fn corrections(mut filled: FilledForm<'_>, text: &str, in_a_text: bool) -> TakenAnswers {
    let plain = corrected(filled.form, filled.case(), text);
    let named = called_wrong(filled.form, filled.case(), text);
    let mut message = Message::new(&plain);
    labelled(&mut filled, &mut message, Labels::All);
    numbered(&mut filled, &mut message);
    let changed = |filled: &FilledForm<'_>| filled.answers != *filled.before;
    let sure = is_surely_correction(text);
    let labelled = changed(&filled) || message.refused.iter().any(|refused| refused.certain);
    if labelled && sure {
        // `ralat nominal 15rb, jam 2 siang`: the hour comes beside the label.
        for clause in clauses(&plain).filter(|clause| message.is_unused(clause)) {
            correct_hour(&mut filled, plain[clause].trim());
        }
    }
    if !labelled && !text.trim_end().ends_with('?') && (sure || !in_a_text) {
        let (rest, words) = opened(text);
        let again = match words.is_empty() {
            true => Replacing::WithCue,
            false => Replacing::Freely,
        };
        speaking(&mut filled, &mut message, again, Sought::All);
        if !changed(&filled) {
            correct_hour(&mut filled, rest);
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

/// `eh bukan bca tapi indomaret`: the answered field whose new value this is, if it is one field's only.
fn replace(filled: &mut FilledForm<'_>, text: &str) {
    let answered = filled.fields().filter(|field| filled.is_answered(field));
    if let Some((field, answer)) = only_field(filled, answered, without_courtesy(text)) {
        filled.take(field, answer);
    }
}

/// `eh jam 9 deng`: another hour on the day that is known.
fn correct_hour(filled: &mut FilledForm<'_>, text: &str) {
    let fields: Vec<_> = filled.fields().collect();
    for field in fields {
        let (spec, known) = (filled.spec(field), filled.answer(field));
        if let Some(answer) = another_hour(spec, known, text, filled.background) {
            filled.take(field, answer);
        }
    }
}

/// Whether a message says that it corrects something.
pub fn is_correction(form: &Form, case: Case<'_>, text: &str) -> bool {
    let rest = opened(text).0;
    rest.len() != text.trim().len()
        || between(form, case, rest).is_some()
        || when_said(form, case, rest).is_some()
}

/// Whether a message opens with words that say for sure that it corrects something.
pub fn is_surely_correction(text: &str) -> bool {
    opened(text).1.iter().any(|word| !AMBIGUOUS.contains(word))
}

/// Whether a message can only be about what was said before, even where any text is an answer.
pub fn is_change(text: &str) -> bool {
    opened(text).1.iter().any(|word| CHANGES.contains(word))
}

/// The message as it would have been written at once: without the words that only say that something is corrected.
fn corrected(form: &Form, case: Case<'_>, text: &str) -> String {
    let (rest, words) = opened(text);
    if let Some((_, name, value)) = between(form, case, rest) {
        return format!("{name}: {value}");
    }
    if let Some((field, said)) = when_said(form, case, rest).filter(|(_, said)| !said.is_empty()) {
        return format!("{}: {said}", field.spec(case).label);
    }
    // `bukan ovo`: what is denied is no new value.
    let rest = match words.contains(&"bukan") {
        true if instead(rest) == rest => format!("bukan {rest}"),
        true => instead(rest).to_owned(),
        false => before_not(rest).to_owned(),
    };
    [" jadi ", " menjadi ", " ke "]
        .iter()
        .fold(rest, |text, word| text.replacen(word, ": ", 1))
}

/// The field of `nominalnya salah`: named, called wrong, and nothing else.
fn called_wrong<'f>(form: &'f Form, case: Case<'_>, text: &str) -> Option<&'f Field> {
    let rest = opened(text).0;
    match between(form, case, rest) {
        Some((field, _, value)) => value.is_empty().then_some(field),
        None => {
            let (field, said) = when_said(form, case, rest)?;
            said.is_empty().then_some(field)
        }
    }
}

/// `tglnya 16`, `jamnya salah, jam 9 malam`: the only field of the form that says when, and the value.
fn when_said<'f>(form: &'f Form, case: Case<'_>, text: &str) -> Option<(&'f Field, String)> {
    const WHEN: &[&str] = &["tanggal", "tgl", "hari", "waktu", "jam"];
    let lower = text.to_lowercase();
    let (word, rest) = WHEN.iter().find_map(|word| {
        let rest = lower.strip_prefix(word)?.strip_prefix("nya")?;
        (!rest.starts_with(char::is_alphanumeric)).then_some((word, rest))
    })?;
    let mut rest = rest.trim_start_matches(is_mark);
    while let Some((_, after)) = leading(rest, BETWEEN) {
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
        rest if rest.starts_with(word) => rest.to_owned(),
        rest => format!("{word} {rest}"),
    };
    Some((field, said))
}

/// A field's name followed by words that say that its value changes: the field, its name as written, and the value.
fn between<'a, 'f>(
    form: &'f Form,
    case: Case<'_>,
    text: &'a str,
) -> Option<(&'f Field, &'a str, &'a str)> {
    let label = label_of(form, case, text)?;
    let name = &text[..label.name_end];
    let (_, mut rest) = leading(text[label.name_end..].trim_start_matches(is_mark), BETWEEN)?;
    let mut negated = text[label.name_end..].to_lowercase().contains("bukan");
    while let Some((word, after)) = leading(rest, BETWEEN) {
        negated |= word == "bukan";
        rest = after;
    }
    Some((
        label.field,
        name,
        if negated {
            instead(rest)
        } else {
            before_not(rest)
        },
    ))
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
fn instead(text: &str) -> &str {
    let folded = text.to_lowercase();
    if folded.len() != text.len() {
        return text;
    }
    let found = INSTEAD
        .iter()
        .find_map(|word| Some(folded.find(word)? + word.len()));
    &text[found.unwrap_or_default()..]
}

/// Returns the message behind the words with which a correction opens, and those words.
fn opened(text: &str) -> (&str, Vec<&'static str>) {
    let (mut rest, mut words) = (text.trim(), Vec::new());
    while let Some((word, after)) = leading(rest, CORRECTIONS) {
        words.push(word);
        rest = after;
    }
    (rest, words)
}

/// The word that a text begins with, and what is behind it.
fn leading<'a>(text: &'a str, words: &[&'static str]) -> Option<(&'static str, &'a str)> {
    words.iter().find_map(|word| {
        let start = text.get(..word.len())?;
        let after = &text[word.len()..];
        let ends = after
            .chars()
            .next()
            .is_none_or(|next| !next.is_alphanumeric());
        (ends && start.eq_ignore_ascii_case(word))
            .then(|| (*word, after.trim_start_matches(is_mark)))
    })
}
