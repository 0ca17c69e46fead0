//! Reads field values out of a message: labelled ones (`nominal: 50rb`, `lokasi bandung`), a code behind its label in
//! the middle of a sentence (`sid 4700001-0001`), and values that speak for themselves (a phone number, an amount, a day).
//!
//! A whole filled template may be pasted back, and numbered lines answer in the form's order.
//! What was told once is never asked; what is not certain is not taken.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::Zoned;
use regex::Regex;

use super::Problem;
use super::control::COURTESY;
use crate::catalog::{Case, Field, Form, Sop, Spec};
use crate::message::ChannelKind;
use crate::ticket::{Answer, Answers};
use crate::value::{self, Kind, Value};

/// A text behind its label without a colon is taken over only up to this many words: more is a sentence.
const LOOSE_TEXT_WORDS: usize = 4;

/// A text with room for this many characters may hold commas: an address does, a customer class does not.
const COMMAS_CHARS_MIN: usize = 100;
/// One numbered line may be a figure of speech; two are a list.
const NUMBERED_LINES_MIN: usize = 2;
/// A label without a colon in the first words of an answer needs so many letters: a name may begin with `An`.
const LOOSE_LABEL_LETTERS_MIN: usize = 4;
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

/// A message from which values are read, and what of it is used up.
struct Message<'a> {
    text: &'a str,
    used: Vec<Range<usize>>,
    /// Labelled values that could not be used.
    refused: Vec<Refused>,
}

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
pub fn from_question(sop: &Sop, text: &str, channel_kind: ChannelKind, now: &Zoned) -> Answers {
    let mut answers = Answers::new();
    let mut message = Message::new(text);
    // The first value may decide which form applies, so a second look reads that form's own fields.
    for _ in 0..2 {
        let Some(form) = sop.form(Case {
            answers: &answers,
            channel_kind,
        }) else {
            break;
        };
        labelled(
            form,
            &mut message,
            &mut answers,
            channel_kind,
            now,
            Labels::All,
        );
        numbered(form, &mut message, &mut answers, channel_kind, now);
        speaking(
            form,
            &mut message,
            &mut answers,
            channel_kind,
            now,
            Again::Never,
        );
    }
    answers
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
    now: &Zoned,
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
    labelled(form, &mut message, &mut taken, channel_kind, now, labels);
    numbered(form, &mut message, &mut taken, channel_kind, now);
    let mut problem = None;
    if taken.get(&asked.id) == answers.get(&asked.id) {
        // `gold, 0812-0000-1234, halo`: the first is the answer, what else speaks for itself is no part of it. Without a
        // single word all of it may be something else.
        let wordless = !message.text.contains(char::is_alphabetic);
        let first = message.first_of_several().filter(|_| !wordless);
        if let Some(first) = first.or(wordless.then_some(0..0))
            && is_brief(&spec.kind)
        {
            message.used.push(first.clone());
            speaking(
                form,
                &mut message,
                &mut taken,
                channel_kind,
                now,
                Again::Never,
            );
            message.used.retain(|used| *used != first);
        }
        let rest = message.unused();
        let rest = without_own_label(asked, spec, &rest);
        let completed =
            partial.and_then(|partial| read(spec, &completed(spec, partial, rest)?, now).ok());
        match completed.map_or_else(|| read(spec, rest, now), Ok) {
            Ok(answer) => {
                taken.insert(asked.id.clone(), answer);
                message.use_up(&spec.kind, now);
            }
            Err(error) => problem = Some(error),
        }
    }
    if !free && problem.is_none() {
        speaking(
            form,
            &mut message,
            &mut taken,
            channel_kind,
            now,
            Again::Never,
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

/// `lokasi bandung` for the location is `bandung`, `gold ya kak` is `gold`. An alias may be part of the answer: `kota
/// bandung`.
fn without_own_label<'a>(field: &Field, spec: &Spec, text: &'a str) -> &'a str {
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
        Kind::Text { .. } => stripped.unwrap_or(text),
        _ => text,
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

/// Reads corrections from a message: `nominal: 25rb`, `eh salah, nominalnya 25rb`, `ganti lokasi jadi bogor`.
/// `in_a_text` says that a text is asked, which the message may be instead.
pub fn corrections(
    form: &Form,
    text: &str,
    answers: &Answers,
    channel_kind: ChannelKind,
    now: &Zoned,
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
        now,
        Labels::All,
    );
    numbered(form, &mut message, &mut taken, channel_kind, now);
    let told = taken != *answers || message.refused.iter().any(|refused| refused.certain);
    let may_be_one = is_surely_correction(text) || !in_a_text;
    if !told && !text.trim_end().ends_with('?') && may_be_one {
        let again = if opened(text).1.is_empty() {
            Again::WithCue
        } else {
            Again::Freely
        };
        speaking(form, &mut message, &mut taken, channel_kind, now, again);
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

/// Whether a message says that it corrects something.
pub fn is_correction(form: &Form, case: Case<'_>, text: &str) -> bool {
    opened(text).0.len() != text.trim().len() || between(form, case, opened(text).0).is_some()
}

/// Whether a message opens with words that say for sure that it corrects something.
pub fn is_surely_correction(text: &str) -> bool {
    opened(text).1.iter().any(|word| !AMBIGUOUS.contains(word))
}

/// Whether a message can only be about what was told before, even where any text is an answer.
pub fn is_change(text: &str) -> bool {
    opened(text).1.iter().any(|word| CHANGES.contains(word))
}

/// Reads one field's answer from a text that is meant for it.
fn read(spec: &Spec, text: &str, now: &Zoned) -> Result<Answer, Problem> {
    if spec.may_be_absent && is_absence(text) {
        return Ok(Answer::Absent);
    }
    if spec.looked_up
        && let Some(reason) = why_unchecked(text)
    {
        let reason = value::sensitive::redact(reason);
        return if reason.is_empty() {
            Err(Problem::NoReason)
        } else {
            Ok(Answer::Unchecked(reason))
        };
    }
    let kept_as_typed =
        is_free(&spec.kind) || matches!(&spec.kind, Kind::Choice(choices) if choices.open);
    let text = if kept_as_typed {
        without_cards(text, now)
    } else {
        Cow::Borrowed(text)
    };
    let parsed = value::parse(&spec.kind, &text, now);
    // An option may say it (`Belum ada`); otherwise it says that there is no value.
    let is_option = matches!(&parsed, Ok(value) if value.remark.is_none()) && !is_free(&spec.kind);
    if !is_option && is_absence(&text) {
        return Err(Problem::Mandatory);
    }
    parsed.map(Answer::Given).map_err(Problem::Unusable)
}

/// Masks the payment cards in a text that is kept as typed.
fn without_cards<'a>(text: &'a str, now: &Zoned) -> Cow<'a, str> {
    let cards = value::find(&Kind::Card, text, now);
    cards
        .into_iter()
        .rev()
        .fold(Cow::Borrowed(text), |mut text, card| {
            text.to_mut().replace_range(card.span, &card.value.display);
            text
        })
}

/// `tidak bisa dicek karena DSC error`: the reason, empty when none is given.
fn why_unchecked(text: &str) -> Option<&str> {
    static UNCHECKED: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(?i)^\s*(?:tidak|tdk|ga|gak|gk|ngga|nggak|blm|belum)\s*bisa\s+(?:di\s?)?cek\b[\s,:.]*(?:karena|karna|krn|soalnya|sebab)?[\s,:.]*";
        Regex::new(pattern).expect("the pattern is checked by a test")
    });
    UNCHECKED.find(text).map(|found| text[found.end()..].trim())
}

/// `tidak ada` as agents write it.
fn is_absence(text: &str) -> bool {
    let folded = text.trim().trim_end_matches(['.', '!']).to_lowercase();
    matches!(
        folded.as_str(),
        "tidak ada"
            | "tdk ada"
            | "gak ada"
            | "ga ada"
            | "gk ada"
            | "nggak ada"
            | "ngga ada"
            | "tak ada"
            | "none"
            | "-"
            | "n/a"
            | "na"
            | "kosong"
            | "nihil"
            | "no"
            | "belum ada"
            | "blm ada"
            | "tidak punya"
            | "gak punya"
            | "ga punya"
            | "gatau"
            | "ga tau"
            | "tidak tahu"
            | "ga ada kak"
            | "tidak ada kak"
    )
}

fn is_free(kind: &Kind) -> bool {
    matches!(kind, Kind::Text { .. } | Kind::Name)
}

/// Whether any words are an answer, but a sentence hardly is.
pub fn is_brief(kind: &Kind) -> bool {
    is_free(kind) && !holds_commas(kind)
}

/// Which labels count.
#[derive(Clone, Copy)]
enum Labels<'a> {
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
struct Label<'a> {
    field: &'a Field,
    /// A colon follows it.
    colon: bool,
    /// Where it begins, where the name ends, where the value begins.
    at: usize,
    name_end: usize,
    value_at: usize,
}

fn labelled(
    form: &Form,
    message: &mut Message<'_>,
    answers: &mut Answers,
    channel_kind: ChannelKind,
    now: &Zoned,
    labels: Labels<'_>,
) {
    let mut rest = clauses(message.text).peekable();
    // In a pasted template each line is one field; in a sentence any label begins the next.
    let one_a_line = message.text.contains('\n');
    // In a list the number says which field it is; `4. PT Contoh` begins with no label.
    let listed = numbered_lines(message.text).count() >= NUMBERED_LINES_MIN;
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
        let raw = message.text[value_at..clause.end].trim();
        let whole = clause.start + label.at..clause.end;
        if !colon && is_free(&spec.kind) && raw.split_whitespace().count() > LOOSE_TEXT_WORDS {
            continue;
        }
        let mut answer = read(spec, raw, now);
        if matches!(spec.kind, Kind::Choice(_)) && answer.is_err() {
            // `collection block 1`: the label is a part of the option's name.
            let with_label = &message.text[whole.clone()];
            answer = answer.or_else(|problem| read(spec, with_label, now).map_err(|_| problem));
        }
        match answer {
            Ok(answer) if is_sure(spec, &answer, colon) => {
                let end = place_of(
                    spec,
                    &answer,
                    &message.text[value_at..clause.end],
                    colon,
                    now,
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
            && let Some((span, answer)) = behind_its_label(field, spec, message, now)
        {
            answers.insert(field.id.clone(), answer);
            message.used.push(span);
        }
    }
}

/// Where a labelled value ends, when more may stand behind it: `no 0812-0000-1234 simpati`, `bayar via ovo kemarin`.
fn place_of(spec: &Spec, answer: &Answer, text: &str, colon: bool, now: &Zoned) -> Option<usize> {
    let Answer::Given(value) = answer else {
        return None;
    };
    // Behind a colon an option may be told in more words than its name.
    if colon && matches!(spec.kind, Kind::Choice(_)) {
        return None;
    }
    let found = value::find(&spec.kind, text, now).into_iter().next()?;
    (found.value.canonical == value.canonical).then_some(found.span.end)
}

/// Whether a value of this kind may hold commas of its own.
fn holds_commas(kind: &Kind) -> bool {
    match kind {
        Kind::Text { max_chars } => *max_chars >= COMMAS_CHARS_MIN,
        Kind::Choice(choices) => choices.many,
        _ => false,
    }
}

/// Numbered lines without labels answer the mandatory fields in the form's order: all of them when there are as many
/// lines as mandatory fields, otherwise those that are missing.
fn numbered(
    form: &Form,
    message: &mut Message<'_>,
    answers: &mut Answers,
    channel_kind: ChannelKind,
    now: &Zoned,
) {
    let lines: Vec<_> = numbered_lines(message.text)
        .filter(|(_, span)| message.is_unused(span))
        .collect();
    if lines.len() < NUMBERED_LINES_MIN {
        return;
    }
    let case = Case {
        answers,
        channel_kind,
    };
    let mandatory: Vec<_> = form
        .fields
        .iter()
        .filter(|field| field.mandatory(case))
        .collect();
    let in_order = if lines.len() == mandatory.len() {
        mandatory
    } else {
        form.missing(case, now)
    };
    for (number, span) in lines {
        let Some(field) = number.checked_sub(1).and_then(|place| in_order.get(place)) else {
            continue;
        };
        let spec = field.spec(Case {
            answers,
            channel_kind,
        });
        match read(spec, &message.text[span.clone()], now) {
            Ok(answer) => {
                answers.insert(field.id.clone(), answer);
            }
            Err(problem) => message.refused.push(Refused {
                field: field.id.clone(),
                problem,
                certain: true,
            }),
        }
        message.used.push(span);
    }
}

/// Lines that begin with a number and a dot or bracket: the number, and where the rest stands.
fn numbered_lines(text: &str) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
    text.split_inclusive('\n')
        .scan(0, |start, line| {
            let at = *start;
            *start += line.len();
            Some((at, line))
        })
        .filter_map(|(at, line)| {
            let begin = line.len() - line.trim_start().len();
            let digits = line[begin..].bytes().take_while(u8::is_ascii_digit).count();
            let number = line[begin..begin + digits].parse().ok()?;
            let rest = line[begin + digits..].strip_prefix(['.', ')'])?;
            let value = rest.trim();
            let from = at + begin + digits + 1 + (rest.len() - rest.trim_start().len());
            (!value.is_empty()).then(|| (number, from..from + value.len()))
        })
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

/// Whether values that speak for themselves replace what was answered.
#[derive(Clone, Copy, PartialEq)]
enum Again {
    /// They do not.
    Never,
    /// Where their cue stands near them, as for a first answer.
    WithCue,
    /// The message says that it corrects: what looks like nothing else needs no cue.
    Freely,
}

/// Values that need no label. Fields come in the form's order; bytes once used serve no second field.
fn speaking(
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

/// Finds `label token` anywhere, where the token has a digit: `dgn sid 4700001-0001 ga bisa`.
fn behind_its_label(
    field: &Field,
    spec: &Spec,
    message: &Message<'_>,
    now: &Zoned,
) -> Option<(Range<usize>, Answer)> {
    let lower = message.text.to_lowercase();
    // Lower-casing may move bytes; then spans of one text say nothing about the other.
    if lower.len() != message.text.len() {
        return None;
    }
    // `no cc 4111 1111 1111 1111`: a value may have blanks of its own.
    let whole = LazyCell::new(|| value::find(&spec.kind, message.text, now));
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
                && let Ok(answer) = read(spec, token, now)
            {
                return Some((span, answer));
            }
        }
    }
    None
}

/// The field's names, longest first, so that `nomor lain` is not read as `nomor`.
fn names(field: &Field, spec: &Spec) -> Vec<String> {
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
fn label_of<'a>(form: &'a Form, case: Case<'_>, clause: &str) -> Option<Label<'a>> {
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

/// `snnya` and `sn nya`: what is behind the suffix of a name.
fn without_suffix(text: &str) -> &str {
    let rest = text
        .strip_prefix("nya")
        .or_else(|| text.strip_prefix(" nya"));
    rest.filter(|rest| !rest.starts_with(char::is_alphanumeric))
        .unwrap_or(text)
}

/// Splits at line ends, semicolons and commas; a comma inside a number (`1,5 juta`) splits nothing.
fn clauses(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let is_break = move |at: usize| match bytes[at] {
        b'\n' | b';' => true,
        b',' => {
            let digit = |at: Option<usize>| {
                at.and_then(|at| bytes.get(at))
                    .is_some_and(u8::is_ascii_digit)
            };
            !(digit(at.checked_sub(1)) && digit(Some(at + 1)))
        }
        _ => false,
    };
    let ends = (0..=text.len()).filter(move |&at| at == text.len() || is_break(at));
    ends.scan(0, |start, end| Some(std::mem::replace(start, end + 1)..end))
}

/// Takes the politeness off the end of a brief answer, unless it is all there is.
fn without_courtesy(text: &str) -> &str {
    let mut rest = text.trim_end();
    while let Some((before, last)) = rest.rsplit_once(char::is_whitespace)
        && COURTESY.contains(&last.to_lowercase().trim_end_matches(['.', '!']))
    {
        rest = before.trim_end_matches(is_mark);
    }
    rest
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

fn is_mark(c: char) -> bool {
    c.is_whitespace() || ",:;.".contains(c)
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
        if negated { instead(rest) } else { rest },
    ))
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

/// The message as it would have been written at once: without the words that only say that something is corrected.
fn corrected(form: &Form, case: Case<'_>, text: &str) -> String {
    let (rest, words) = opened(text);
    if let Some((_, name, value)) = between(form, case, rest) {
        return format!("{name}: {value}");
    }
    let rest = if words.contains(&"bukan") {
        instead(rest)
    } else {
        rest
    };
    [" jadi ", " menjadi ", " ke "]
        .iter()
        .fold(rest.to_owned(), |text, word| text.replacen(word, ": ", 1))
}

/// The field of `nominalnya salah`: named, called wrong, and nothing else.
fn called_wrong<'f>(form: &'f Form, case: Case<'_>, text: &str) -> Option<&'f Field> {
    let (field, _, value) = between(form, case, opened(text).0)?;
    value.is_empty().then_some(field)
}

impl<'a> Message<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            used: Vec::new(),
            refused: Vec::new(),
        }
    }

    fn is_unused(&self, span: &Range<usize>) -> bool {
        self.used
            .iter()
            .all(|used| span.end <= used.start || used.end <= span.start)
    }

    /// What no field has used yet.
    fn unused(&self) -> String {
        if self.used.is_empty() {
            return self.text.trim().to_owned();
        }
        let mut rest = String::new();
        let left = |clause: &Range<usize>| self.is_unused(clause) && self.says_something(clause);
        for clause in clauses(self.text).filter(left) {
            if !rest.is_empty() {
                rest.push_str(", ");
            }
            rest.push_str(self.text[clause].trim());
        }
        rest
    }

    /// `Rp50.000,-` leaves a dash behind, which answers nothing.
    fn says_something(&self, span: &Range<usize>) -> bool {
        self.text[span.clone()].contains(char::is_alphanumeric)
    }

    /// The first clause that no field has used, when others follow it.
    fn first_of_several(&self) -> Option<Range<usize>> {
        let mut left = clauses(self.text)
            .filter(|clause| self.is_unused(clause) && self.says_something(clause));
        let first = left.next()?;
        left.next().map(|_| first)
    }

    /// Marks what the asked field's value was read from; everything, when its place cannot be told.
    fn use_up(&mut self, kind: &Kind, now: &Zoned) {
        let found = value::find(kind, self.text, now)
            .into_iter()
            .find(|found| self.is_unused(&found.span));
        self.used
            .push(found.map_or(0..self.text.len(), |found| found.span));
    }
}
