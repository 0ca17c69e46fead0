//! Corrections: `eh salah, nominalnya 25rb`, `ganti lokasi jadi bogor`, `bukan kemarin tapi tgl 17`.

use super::answer::{another_hour, is_mark, without_courtesy};
use super::labels::{label_of, labelled};
use super::lines::numbered;
use super::message::{Message, clauses};
use super::speaking::{Again, Which, speaking};
use super::{Labels, Taken, changed};
use crate::catalog::{Case, Field, Form};
use crate::message::ChannelKind;
use crate::ticket::{Answer, Answers};
use crate::value::{self, Background, Kind};

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

/// Those of them that begin no name and no status: a message that opens with one is about what was told before.
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
pub fn corrections(
    form: &Form,
    text: &str,
    answers: &Answers,
    channel_kind: ChannelKind,
    background: Background<'_>,
    in_a_text: bool,
) -> Taken {
    let case = Case {
        answers,
        channel_kind,
    };
    let plain = corrected(form, case, text);
    let mut taken = answers.clone();
    let mut message = Message::new(&plain);
    labelled(
        form,
        &mut message,
        &mut taken,
        channel_kind,
        background,
        Labels::All,
    );
    numbered(form, &mut message, &mut taken, channel_kind, background);
    let told = taken != *answers || message.refused.iter().any(|refused| refused.certain);
    let may_be_one = is_surely_correction(text) || !in_a_text;
    if !told && !text.trim_end().ends_with('?') && may_be_one {
        let again = if opened(text).1.is_empty() {
            Again::WithCue
        } else {
            Again::Freely
        };
        speaking(
            form,
            &mut message,
            &mut taken,
            channel_kind,
            background,
            again,
            Which::All,
        );
        if taken == *answers {
            corrected_hour(form, case, opened(text).0, &mut taken, background);
        }
        if taken == *answers
            && again == Again::Freely
            && let Some((field, answer)) = replaced(form, case, &plain, background)
        {
            taken.insert(field, answer);
        }
    }
    if told && is_surely_correction(text) {
        // `ralat nominal 15rb, jam 2 siang`: the hour is told beside the label.
        for clause in clauses(&plain).filter(|clause| message.is_unused(clause)) {
            corrected_hour(form, case, plain[clause].trim(), &mut taken, background);
        }
    }
    let others = changed(form, answers, &taken).collect();
    Taken {
        answers: taken,
        others,
        problem: None,
        refused: message.refused,
        named: called_wrong(form, case, text).map(|field| field.id.clone()),
    }
}

/// `eh bukan bca tapi indomaret`: the answered field whose new value this is, if it is one field's only.
fn replaced(
    form: &Form,
    case: Case<'_>,
    text: &str,
    background: Background<'_>,
) -> Option<(String, Answer)> {
    let answered = form
        .fields
        .iter()
        .filter(|field| field.exists(case) && case.answers.contains_key(&field.id));
    let mut fitting = answered.filter_map(|field| {
        let value = value::exactly(&field.spec(case).kind, without_courtesy(text), background)?;
        Some((field.id.clone(), Answer::Given(value)))
    });
    fitting.next().filter(|_| fitting.next().is_none())
}

/// `eh jam 9 deng`: another hour on the day that was told.
fn corrected_hour(
    form: &Form,
    case: Case<'_>,
    text: &str,
    answers: &mut Answers,
    background: Background<'_>,
) {
    for field in form.fields.iter().filter(|field| field.exists(case)) {
        if let Some(answer) =
            another_hour(field.spec(case), answers.get(&field.id), text, background)
        {
            answers.insert(field.id.clone(), answer);
        }
    }
}

/// Whether a message says that it corrects something.
pub fn is_correction(form: &Form, case: Case<'_>, text: &str) -> bool {
    let rest = opened(text).0;
    rest.len() != text.trim().len()
        || between(form, case, rest).is_some()
        || when_told(form, case, rest).is_some()
}

/// Whether a message opens with words that say for sure that it corrects something.
pub fn is_surely_correction(text: &str) -> bool {
    opened(text).1.iter().any(|word| !AMBIGUOUS.contains(word))
}

/// Whether a message can only be about what was told before, even where any text is an answer.
pub fn is_change(text: &str) -> bool {
    opened(text).1.iter().any(|word| CHANGES.contains(word))
}

/// The message as it would have been written at once: without the words that only say that something is corrected.
fn corrected(form: &Form, case: Case<'_>, text: &str) -> String {
    let (rest, words) = opened(text);
    if let Some((_, name, value)) = between(form, case, rest) {
        return format!("{name}: {value}");
    }
    if let Some((field, told)) = when_told(form, case, rest).filter(|(_, told)| !told.is_empty()) {
        return format!("{}: {told}", field.spec(case).label);
    }
    let rest = match words.contains(&"bukan") {
        true => instead(rest),
        false => before_not(rest),
    };
    [" jadi ", " menjadi ", " ke "]
        .iter()
        .fold(rest.to_owned(), |text, word| text.replacen(word, ": ", 1))
}

/// The field of `nominalnya salah`: named, called wrong, and nothing else.
fn called_wrong<'f>(form: &'f Form, case: Case<'_>, text: &str) -> Option<&'f Field> {
    let rest = opened(text).0;
    match between(form, case, rest) {
        Some((field, _, value)) => value.is_empty().then_some(field),
        None => {
            let (field, told) = when_told(form, case, rest)?;
            told.is_empty().then_some(field)
        }
    }
}

/// `tglnya 16`, `jamnya salah, jam 9 malam`: the only field of the form that says when, and the value.
fn when_told<'f>(form: &'f Form, case: Case<'_>, text: &str) -> Option<(&'f Field, String)> {
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
    let told = match rest {
        "" => String::new(),
        rest if rest.starts_with(word) => rest.to_owned(),
        rest => format!("{word} {rest}"),
    };
    Some((field, told))
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
