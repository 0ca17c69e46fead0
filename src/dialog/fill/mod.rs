//! Reads field values out of a message: what was said once is never asked; what is not certain is not taken.
//!
//! `labels` reads labelled values (`nominal: 50rb`, `lokasi bandung`) and a whole filled template pasted back, `lines`
//! numbered lines that answer in the form's order, `speaking` values that need no label (a phone number, an amount, a
//! day), `passing` names and places behind what they are called, `corrections` what changes an answer; `answer` reads one
//! field's value, `names` knows what fields are called, `filled` is the form with its answers, `message` keeps what is
//! used up.

mod answer;
mod corrections;
mod filled;
mod labels;
mod lines;
mod message;
mod names;
mod passing;
mod speaking;

use std::collections::BTreeMap;
use std::ops::Range;

use super::Problem;
use crate::catalog::{Case, Field, Sop, Spec};
use crate::message::ChannelKind;
use crate::text::{Lexicon, Role, stem};
use crate::ticket::{Answer, Answers};
use crate::value::{self, Background, Kind};
use labels::{Labels, labelled};
use lines::{listed, numbered};
use passing::{absent, absent_alone, in_passing, is_absence_of};
use speaking::{Replacing, Sought, belongs_to, speaking};

pub use answer::{is_absence, is_brief, is_free, without_courtesy};
pub use corrections::{
    corrections, is_change, is_correction, is_surely_correction, replaced, said_last,
};
pub use filled::FilledForm;
pub use labels::{is_labelled, without_own_label};
pub use message::{Message, without_speakers};
pub use passing::is_of_any_words;

/// The most options that an opening may leave open.
const OPTIONS_MAX: usize = 3;
/// The plainest way to say that there is no value.
const NONE: &str = "tidak ada";

/// A field that was named with a value that could not be used.
#[derive(Debug)]
pub struct RefusedValue {
    /// The field.
    pub field: String,
    /// Why.
    pub problem: Problem,
    /// A colon or a number says that it was meant; without, the label may be a word of a sentence.
    pub certain: bool,
}

/// What an answer to a field brought.
#[derive(Debug)]
pub struct TakenAnswers {
    /// The answers after the message.
    pub answers: Answers,
    /// Fields besides the asked one that got a value.
    pub others: Vec<String>,
    /// Why the asked field got none.
    pub problem: Option<Problem>,
    /// Fields that were named with a value that could not be used.
    pub refused: Vec<RefusedValue>,
    /// A field that was called wrong without a better value.
    pub named: Option<String>,
}

/// Returns the values that a question names for the forms of an SOP.
pub fn from_question(
    sop: &Sop,
    text: &str,
    channel_kind: ChannelKind,
    background: Background<'_>,
) -> Answers {
    named(sop, &mut Message::new(text), channel_kind, background)
}

/// The same, of a question that may mean several procedures, whose text is searched once for all of them.
pub fn named(
    sop: &Sop,
    message: &mut Message<'_>,
    channel_kind: ChannelKind,
    background: Background<'_>,
) -> Answers {
    message.begin_again();
    let nothing = Answers::new();
    let mut answers = Answers::new();
    // The first value may decide which form applies, so a second look reads that form's own fields.
    for _ in 0..2 {
        let found = (answers.len(), message.used.len());
        let case = Case {
            answers: &answers,
            channel_kind,
        };
        let Some(form) = sop.form(case) else {
            break;
        };
        let mut filled = FilledForm {
            answers,
            ..FilledForm::new(form, &nothing, channel_kind, background)
        };
        labelled(&mut filled, message, Labels::All);
        numbered(&mut filled, message);
        speaking(&mut filled, message, Replacing::Never, Sought::All);
        in_passing(&mut filled, message, None);
        absent(&mut filled, message, None);
        answers = filled.answers;
        // Nothing was found, so a second look would see the same.
        if found == (answers.len(), message.used.len()) {
            break;
        }
    }
    answers
}

/// Returns what a question names of fields that it does not answer: the day of a moment whose hour is missing.
pub fn partials(
    sop: &Sop,
    message: &Message<'_>,
    answers: &Answers,
    channel_kind: ChannelKind,
    background: Background<'_>,
) -> BTreeMap<String, String> {
    let case = Case {
        answers,
        channel_kind,
    };
    let fields = sop.form(case).into_iter().flat_map(|form| &form.fields);
    let open = fields.filter(|field| field.exists(case) && !answers.contains_key(&field.id));
    open.filter_map(|field| {
        let spec = field.spec(case);
        if spec.kind == Kind::Msisdn {
            let told = several(&spec.kind, message, answers, background);
            return told.map(|told| (field.id.clone(), told));
        }
        if let Kind::Choice(choices) = &spec.kind {
            return left_open(spec, choices, message.text, background)
                .map(|told| (field.id.clone(), told));
        }
        let Kind::DateTime { past } = spec.kind else {
            return None;
        };
        let mut days = message.find(&Kind::Date { past }, background);
        days.dedup_by(|one, other| one.value == other.value);
        let [day] = days.as_slice() else {
            return None;
        };
        let needs_time = Problem::Unusable(value::Error::NeedsTime {
            date: day.value.clone(),
        });
        let told = partial(&needs_time, spec, &message.text[day.span.clone()])?;
        Some((field.id.clone(), told))
    })
    .collect()
}

/// The clause with an ambiguous option, to ask about it later: `lewat gopay` is GoPay itself or GoPay in the provider's app.
fn left_open(
    spec: &Spec,
    choices: &value::Choices,
    text: &str,
    background: Background<'_>,
) -> Option<String> {
    let mut clauses = message::clauses(text).map(|clause| text[clause].trim());
    let clause = clauses.find(|clause| {
        let read = value::choice::parse(choices, clause, background.lexicon);
        let is_open = matches!(&read, Err(value::Error::Ambiguous { options }) if options.len() <= OPTIONS_MAX);
        let is_led_to = !spec.cues.is_empty() && speaking::has_cue(spec, clause, &(0..clause.len()));
        is_open && is_led_to && !choices.many
    })?;
    Some(value::sensitive::redact(clause))
}

/// The values of a kind that a question names several of, without those that answer something.
fn several(
    kind: &Kind,
    message: &Message<'_>,
    answers: &Answers,
    background: Background<'_>,
) -> Option<String> {
    let is_told = |value: &value::Value| {
        let mut told = answers.values();
        told.any(
            |answer| matches!(answer, Answer::Given(told) if told.canonical == value.canonical),
        )
    };
    let found = message.find(kind, background).into_iter();
    let mut shown: Vec<_> = found
        .filter(|found| !is_told(&found.value))
        .map(|found| found.value.display)
        .collect();
    shown.dedup();
    (shown.len() > 1).then(|| shown.join(", "))
}

/// Reads an answer to the asked field, and whatever else the message says. `partial` is the part of the value that is
/// known already.
pub fn from_answer<'f>(
    mut filled: FilledForm<'f>,
    asked: &'f Field,
    text: &str,
    partial: Option<&str>,
) -> TakenAnswers {
    let spec = filled.spec(asked);
    let (free, brief) = (is_free(&spec.kind), is_brief(&spec.kind));
    let mut message = Message::new(text);
    let labels = match (free, brief) {
        (false, _) => Labels::All,
        (true, true) => Labels::Others(&asked.id),
        (true, false) => Labels::Clear(&asked.id),
    };
    labelled(&mut filled, &mut message, labels);
    numbered(&mut filled, &mut message);
    if !free || brief {
        in_passing(&mut filled, &mut message, Some(asked));
        absent(&mut filled, &mut message, Some(asked));
    } else {
        absent_alone(&mut filled, &mut message, asked);
    }
    let names_none = |choices| !value::choice::is_named(choices, text, filled.background.lexicon);
    let takes_any = match &spec.kind {
        Kind::Choice(choices) => choices.open && names_none(choices),
        _ => brief,
    };
    let mut problem = None;
    let is_open = !filled.is_changed(asked);
    if is_open && takes_any && speaks_of_others(&mut filled, &mut message) {
        problem = Some(Problem::Unusable(value::Error::NotFound));
    } else if is_open {
        if takes_any {
            speaking_beside_the_first(&mut filled, &mut message);
        }
        problem = take_rest(&mut filled, &mut message, asked, spec, partial).err();
    }
    let names_other = match &spec.kind {
        Kind::Choice(choices) => names_none(choices),
        _ => false,
    };
    if (problem.is_none() || names_other) && (!free || brief) {
        speaking(&mut filled, &mut message, Replacing::Never, Sought::All);
        listed(&mut filled, &mut message);
    }
    TakenAnswers {
        problem,
        ..taken(filled, message, Some(asked))
    }
}

/// Reads what a message that is more than a value of the asked field says of all of them.
pub fn of_others(mut filled: FilledForm<'_>, asked: &Field, text: &str) -> TakenAnswers {
    let mut message = Message::new(text);
    labelled(&mut filled, &mut message, Labels::All);
    in_passing(&mut filled, &mut message, Some(asked));
    absent(&mut filled, &mut message, Some(asked));
    speaking(&mut filled, &mut message, Replacing::Never, Sought::All);
    if !filled.changed().is_empty() {
        only_leads_are_left(&mut filled, &mut message);
    }
    taken(filled, message, Some(asked))
}

/// Whether a message holds values of a form, the words that lead to them, and nothing else.
pub fn tells_only_values(mut filled: FilledForm<'_>, text: &str) -> bool {
    let mut message = read_all(&mut filled, text);
    !filled.changed().is_empty() && only_leads_are_left(&mut filled, &mut message)
}

/// The number of values in a message that the form does not have yet.
pub fn count_new_values(mut filled: FilledForm<'_>, text: &str) -> usize {
    read_all(&mut filled, text);
    filled.changed().len()
}

/// Whether a message names a customer, by name, number, address or place, and says nothing about the case.
pub fn names_customer_only(mut filled: FilledForm<'_>, text: &str) -> bool {
    let mut message = read_all(&mut filled, text);
    let changed = filled.changed();
    let names_customer = |id: &String| {
        let kind = filled.form.field(id).map(|field| &filled.spec(field).kind);
        matches!(
            kind,
            Some(Kind::Name | Kind::Msisdn | Kind::Email | Kind::Contact | Kind::Place { .. })
        )
    };
    !changed.is_empty()
        && changed.iter().all(names_customer)
        && only_leads_are_left(&mut filled, &mut message)
}

/// Reads everything that a message says of a form's open fields.
fn read_all<'t>(filled: &mut FilledForm<'_>, text: &'t str) -> Message<'t> {
    let mut message = Message::new(text);
    labelled(filled, &mut message, Labels::All);
    in_passing(filled, &mut message, None);
    speaking(filled, &mut message, Replacing::Never, Sought::All);
    message
}

/// Reads a sentence that is made of other fields' values and the words that lead to them: `dibayar kemarin lewat bca`
/// names no class. Where more is said nothing is taken.
fn speaks_of_others(filled: &mut FilledForm<'_>, message: &mut Message<'_>) -> bool {
    if message.text.split_whitespace().nth(1).is_none() {
        return false;
    }
    let (answers, used) = (filled.answers.clone(), message.used.clone());
    speaking(filled, message, Replacing::Never, Sought::All);
    let found = filled.changed();
    let all = only_leads_are_left(filled, message) && !found.is_empty();
    if !all {
        (filled.answers, message.used) = (answers, used);
    }
    all
}

/// Takes what is left for the one field whose value it surely is; whether the rest only leads to what was taken.
fn only_leads_are_left(filled: &mut FilledForm<'_>, message: &mut Message<'_>) -> bool {
    for piece in message.unused_pieces() {
        let missing = filled.form.missing(filled.case(), filled.background.now);
        let text = message.text[piece.clone()].trim();
        if let Some((field, answer)) = speaking::only_field(filled, missing.into_iter(), text)
            && is_firm(filled.spec(field), &answer)
        {
            filled.take(field, answer);
            message.used.push(piece);
        }
    }
    let left = message.unused_pieces().into_iter();
    left.map(|piece| &message.text[piece])
        .all(|left| only_leads(filled, left))
}

/// Whether words only lead to a value: small words, cues, what fields are called.
pub fn only_leads(filled: &FilledForm<'_>, text: &str) -> bool {
    let lexicon = filled.background.lexicon;
    let roles = [
        Role::Carrier,
        Role::Courtesy,
        Role::Filler,
        Role::Means,
        Role::Joining,
        Role::Contact,
    ];
    let leads = |word: &str| {
        let word = word.strip_suffix("nya").unwrap_or(word);
        let meant = match lexicon.meaning(word) {
            Some([meant]) => meant,
            _ => word,
        };
        let is = |role| {
            [word, meant]
                .iter()
                .any(|word| lexicon.everyday.has(role, word))
        };
        lexicon.is_function(word)
            || roles.into_iter().any(is)
            || filled.form.fields.iter().any(|field| {
                let cues = filled.spec(field).cues.iter();
                let mut cues = cues.flat_map(|cue| cue.split(' '));
                cues.any(|cue| stem(cue) == stem(word))
            })
    };
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.all(|word| word.is_empty() || leads(word))
}

/// `gold, 0812-0000-1234, halo`: the first is the answer, what else speaks for itself is no part of it. Without a single
/// word all of it may be something else.
fn speaking_beside_the_first(filled: &mut FilledForm<'_>, message: &mut Message<'_>) {
    let wordless = !message.text.contains(char::is_alphabetic);
    let is_of_others = |clause: &Range<usize>| {
        let mut filled = FilledForm {
            answers: filled.answers.clone(),
            ..FilledForm::new(
                filled.form,
                filled.before,
                filled.channel_kind,
                filled.background,
            )
        };
        speaks_of_others(
            &mut filled,
            &mut Message::new(&message.text[clause.clone()]),
        )
    };
    let first = message.first_of_several();
    let which = match (&first, wordless) {
        (None, false) => Sought::Unmistakable,
        _ => Sought::All,
    };
    let first = first.filter(|first| !wordless && !is_of_others(first));
    message.used.extend(first.clone());
    speaking(filled, message, Replacing::Never, which);
    message.used.retain(|used| Some(used) != first.as_ref());
}

/// Takes what no other field has used as the answer to the asked field.
fn take_rest<'f>(
    filled: &mut FilledForm<'f>,
    message: &mut Message<'_>,
    asked: &'f Field,
    spec: &'f Spec,
    partial: Option<&str>,
) -> Result<(), Problem> {
    let brief = is_brief(&spec.kind);
    let rest = message.unused();
    let beside = message.unused_pieces();
    let pieces = beside.iter();
    let texts: Vec<_> = pieces
        .map(|piece| message.text[piece.clone()].trim())
        .collect();
    // `Budi lokasi bandung`: the name is what comes before the place.
    let first = texts.first();
    let pieces = if brief {
        lines::pieces(message.text)
    } else {
        Vec::new()
    };
    let is_list = !pieces.is_empty();
    // `Contoh Ujang, kartu as, class silver`: the piece with the field's own name is the answer.
    let own = pieces
        .iter()
        .map(|piece| message.text[piece.clone()].trim());
    let own = own
        .filter(|piece| without_own_label(asked, spec, piece, filled.background.lexicon) != *piece)
        .find(|piece| texts.contains(piece));
    let first = own.as_ref().or(first);
    let rest = match first.filter(|_| is_list) {
        Some(first) => (*first).to_owned(),
        None => rest,
    };
    let first = first.filter(|first| brief && !rest.starts_with(**first));
    let rest = first.copied().unwrap_or(&rest);
    let (said, lexicon) = (rest, filled.background.lexicon);
    let rest = match spec.may_be_absent && is_absence_of(asked, spec, said, lexicon) {
        true => NONE,
        false => without_own_label(asked, spec, said, lexicon),
    };
    let is_labelled = !said.starts_with(rest);
    let completed = partial.and_then(|partial| completed(spec, partial, rest));
    let completed = completed.and_then(|whole| filled.read(spec, &whole).ok());
    let answer = completed.map_or_else(|| filled.read(spec, rest), Ok);
    let firm = matches!(&answer, Ok(answer) if is_firm(spec, answer));
    let whole = answer::without_courtesy(rest, lexicon);
    if !(firm || is_labelled)
        && let Some((field, answer)) = belongs_to(filled, asked, whole)
    {
        filled.take(field, answer);
        return Err(Problem::Unusable(value::Error::NotFound));
    }
    // `nmr 0812-0000-1234`: what only leads to another field's value is no answer.
    if brief && !message.used.is_empty() && only_leads(filled, rest) && !firm {
        return Err(Problem::Unusable(value::Error::NotFound));
    }
    // `halo lokasi bandung`: what is left of a clause may be the answer when it is one for sure.
    let left = || filled.read(spec, &texts.join(", ")).ok();
    let left = || left().filter(|answer| is_firm(spec, answer));
    let answer = answer.or_else(|problem| left().ok_or(problem))?;
    filled.take(asked, answer);
    match beside.as_slice() {
        [first, ..] if is_list => message.used.push(first.clone()),
        [first, _, ..] if brief => message.used.push(first.clone()),
        _ => message.use_up(&spec.kind, filled.background),
    }
    Ok(())
}

/// Whether an answer is written as its value is and as talk is not: with a name's capitals, or with what a place is.
pub fn is_written_as_value(field: &Field, spec: &Spec, text: &str, lexicon: &Lexicon) -> bool {
    let value = without_own_label(field, spec, text, lexicon);
    let is_place = matches!(spec.kind, Kind::Place { .. });
    let value = if is_place {
        value::place::without_leading(value, lexicon)
    } else {
        value
    };
    let has = |role| !lexicon.everyday.find(role, value).is_empty();
    value::text::is_written_as_name(value, lexicon)
        || is_place && (has(Role::PlaceKind) || has(Role::Address))
}

/// What a message has brought, besides the asked field.
fn taken(filled: FilledForm<'_>, message: Message<'_>, asked: Option<&Field>) -> TakenAnswers {
    let mut others = filled.changed();
    others.retain(|id| asked.is_none_or(|asked| asked.id != *id));
    TakenAnswers {
        answers: filled.answers,
        others,
        problem: None,
        refused: message.refused,
        named: None,
    }
}

/// Whether the field takes this for what it is, and not because it takes anything.
fn is_firm(spec: &Spec, answer: &Answer) -> bool {
    match answer {
        Answer::Given(value) => {
            let any = is_free(&spec.kind) || matches!(spec.kind, Kind::Code { .. });
            let odd = matches!(
                value.remark,
                Some(value::Remark::Unlisted | value::Remark::UnusualSerial)
            );
            !any && !odd
        }
        Answer::Absent | Answer::Unchecked(_) => true,
    }
}

/// What is known with what is said now: the day with the hour, the wallet with where it was used.
fn completed(spec: &Spec, partial: &str, rest: &str) -> Option<String> {
    let number = rest.trim().parse::<u8>().is_ok();
    match (&spec.kind, number) {
        // A number picks from what is offered, which is not all there is.
        (Kind::Choice(_), true) => None,
        (_, true) => Some(format!("{partial} jam {rest}")),
        (_, false) => Some(format!("{partial} {rest}")),
    }
}

/// What the next answer may complete.
pub fn partial(problem: &Problem, spec: &Spec, text: &str) -> Option<String> {
    match (problem, &spec.kind) {
        (Problem::Unusable(value::Error::NeedsTime { date }), _) => {
            let part = value::date::part_of_day(text).unwrap_or_default();
            Some(format!("{} {part}", date.canonical).trim_end().to_owned())
        }
        (Problem::Unusable(value::Error::Ambiguous { .. }), Kind::Choice(choices))
            if !choices.many =>
        {
            Some(value::sensitive::redact(text))
        }
        _ => None,
    }
}
