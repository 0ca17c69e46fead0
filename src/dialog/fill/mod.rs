//! Reads field values out of a message: what was told once is never asked; what is not certain is not taken.
//!
//! `labels` reads labelled values (`nominal: 50rb`, `lokasi bandung`) and a whole filled template pasted back, `lines`
//! numbered lines that answer in the form's order, `speaking` values that need no label (a phone number, an amount, a
//! day), `passing` names and places behind what they are called, `corrections` what changes an answer; `answer` reads one field's value, `message` keeps what is used up.

mod answer;
mod corrections;
mod labels;
mod lines;
mod message;
mod passing;
mod speaking;

use std::collections::BTreeMap;

use super::Problem;
use crate::catalog::{Case, Field, Form, Sop, Spec};
use crate::message::ChannelKind;
use crate::ticket::{Answer, Answers};
use crate::value::{self, Background, Kind};
use answer::read;
use labels::{Labels, labelled, without_own_label};
use lines::numbered;
use passing::{absent, in_passing, is_absence_of};
use speaking::{Again, Which, belongs_to, speaking};

pub use answer::{is_absence, is_brief, is_free};
pub use corrections::{corrections, is_change, is_correction, is_surely_correction};
pub use message::Message;

/// The plainest way to say that there is no value.
const NONE: &str = "tidak ada";

/// A field that was named with a value that could not be used.
#[derive(Debug)]
pub struct Refused {
    /// The field.
    pub field: String,
    /// Why.
    pub problem: Problem,
    /// A colon or a number says that it was meant; without, the label may be a word of a sentence.
    pub certain: bool,
}

/// What an answer to a field brought.
#[derive(Debug)]
pub struct Taken {
    /// The answers after the message.
    pub answers: Answers,
    /// Fields besides the asked one that got a value.
    pub others: Vec<String>,
    /// Why the asked field got none.
    pub problem: Option<Problem>,
    /// Fields that were named with a value that could not be used.
    pub refused: Vec<Refused>,
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
    let mut answers = Answers::new();
    // The first value may decide which form applies, so a second look reads that form's own fields.
    for _ in 0..2 {
        let before = (answers.len(), message.used.len());
        let Some(form) = sop.form(Case {
            answers: &answers,
            channel_kind,
        }) else {
            break;
        };
        labelled(
            form,
            message,
            &mut answers,
            channel_kind,
            background,
            Labels::All,
        );
        numbered(form, message, &mut answers, channel_kind, background);
        speaking(
            form,
            message,
            &mut answers,
            channel_kind,
            background,
            Again::Never,
            Which::All,
        );
        in_passing(form, message, &mut answers, channel_kind, background, None);
        absent(form, message, &mut answers, channel_kind, None);
        // Nothing was found, so a second look would see the same.
        if before == (answers.len(), message.used.len()) {
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

/// Reads an answer to the asked field, and whatever else the message tells. `partial` is the part of the value that
/// was told before.
pub fn from_answer(
    form: &Form,
    asked: &Field,
    text: &str,
    partial: Option<&str>,
    answers: &Answers,
    channel_kind: ChannelKind,
    background: Background<'_>,
) -> Taken {
    let mut taken = answers.clone();
    let mut message = Message::new(text);
    let spec = asked.spec(Case {
        answers,
        channel_kind,
    });
    let free = is_free(&spec.kind);
    let labels = match free {
        false => Labels::All,
        true if is_brief(&spec.kind) => Labels::Others(&asked.id),
        true => Labels::WithColon,
    };
    labelled(
        form,
        &mut message,
        &mut taken,
        channel_kind,
        background,
        labels,
    );
    numbered(form, &mut message, &mut taken, channel_kind, background);
    let brief = is_brief(&spec.kind);
    if !free || brief {
        let asked = Some(asked.id.as_str());
        in_passing(
            form,
            &mut message,
            &mut taken,
            channel_kind,
            background,
            asked,
        );
        absent(form, &mut message, &mut taken, channel_kind, asked);
    }
    let mut problem = None;
    let named = taken.get(&asked.id) != answers.get(&asked.id);
    if !named {
        // `gold, 0812-0000-1234, halo`: the first is the answer, what else speaks for itself is no part of it. Without a
        // single word all of it may be something else.
        let wordless = !message.text.contains(char::is_alphabetic);
        let first = message.first_of_several().filter(|_| !wordless);
        if brief {
            let which = match (&first, wordless) {
                (None, false) => Which::Unmistakable,
                _ => Which::All,
            };
            message.used.extend(first.clone());
            speaking(
                form,
                &mut message,
                &mut taken,
                channel_kind,
                background,
                Again::Never,
                which,
            );
            message.used.retain(|used| Some(used) != first.as_ref());
        }
        let rest = message.unused();
        let beside = message.unused_pieces();
        let texts: Vec<_> = beside
            .iter()
            .map(|piece| text[piece.clone()].trim())
            .collect();
        // `Budi lokasi bandung`: the name is what stands before the place.
        let first = texts
            .first()
            .filter(|first| brief && !rest.starts_with(**first));
        let rest = first.copied().unwrap_or(&rest);
        let rest = match spec.may_be_absent && is_absence_of(asked, spec, rest) {
            true => NONE,
            false => without_own_label(asked, spec, rest),
        };
        let completed = partial
            .and_then(|partial| read(spec, &completed(spec, partial, rest)?, background).ok());
        let answer = completed.map_or_else(|| read(spec, rest, background), Ok);
        let firm = matches!(&answer, Ok(answer) if is_firm(spec, answer));
        let elsewhere = || {
            let text = answer::without_courtesy(rest);
            belongs_to(form, asked, text, &taken, channel_kind, background)
        };
        if !firm && let Some((field, answer)) = elsewhere() {
            taken.insert(field, answer);
            problem = Some(Problem::Unusable(value::Error::NotFound));
        } else {
            // `halo lokasi bandung`: what is left of a clause may be the answer when it is one for sure.
            let left = || read(spec, &texts.join(", "), background).ok();
            let answer = answer
                .or_else(|problem| left().filter(|answer| is_firm(spec, answer)).ok_or(problem));
            match answer {
                Ok(answer) => {
                    taken.insert(asked.id.clone(), answer);
                    match beside.as_slice() {
                        [first, _, ..] if brief => message.used.push(first.clone()),
                        _ => message.use_up(&spec.kind, background),
                    }
                }
                Err(error) => problem = Some(error),
            }
        }
    }
    if problem.is_none() && (!free || brief) {
        speaking(
            form,
            &mut message,
            &mut taken,
            channel_kind,
            background,
            Again::Never,
            Which::All,
        );
    }
    let others = changed(form, answers, &taken)
        .filter(|id| *id != asked.id)
        .collect();
    Taken {
        answers: taken,
        others,
        problem,
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

/// What was told before with what is told now: the day with the hour, the wallet with where it was used.
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
    const PARTS_OF_DAY: &[&str] = &[
        "subuh", "pagi", "siang", "sore", "petang", "malam", "malem", "mlm",
    ];
    match (problem, &spec.kind) {
        (Problem::Unusable(value::Error::NeedsTime { date }), _) => {
            let folded = text.to_lowercase();
            let part = folded
                .split(|c: char| !c.is_alphanumeric())
                .find(|word| PARTS_OF_DAY.contains(word))
                .unwrap_or_default();
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

fn changed<'a>(
    form: &'a Form,
    before: &'a Answers,
    after: &'a Answers,
) -> impl Iterator<Item = String> + 'a {
    let fields = form.fields.iter().map(|field| &field.id);
    fields
        .filter(|id| after.get(*id) != before.get(*id))
        .cloned()
}
