//! How agents talk: threads, ticket conversations and single messages, written from the SOP documents by writers who had
//! seen neither the catalogue nor the program. Half of each set (`*.work.jsonl`) may be read, of the other only totals.
//! A floor is what was measured, less a few rows: it holds what was reached and claims nothing of other people's words.
//!
//! `cargo test --test it agents:: -- --nocapture` prints the figures, `SIGAP_HALF=blind` those of one half;
//! `SIGAP_MISSES=1` prints what went wrong in the half that may be read, `SIGAP_AGENTS=DIR` takes another folder's sets.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::iter;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use serde::Deserialize;
use sigap::act::Act;
use sigap::dialog::{self, Conversation, Hours, Step};
use sigap::dialog::{Decision, Effect};
use sigap::guide::Knowledge;
use sigap::message::{ChannelKind, EventId, Language, Said};
use sigap::ticket::{Answer, Answers};
use sigap::value::Kind as FieldKind;
use sigap::wording;

use crate::shipped;

/// An answer longer than this hides its point.
const ANSWER_CHARS_MAX: usize = 2_500;

/// One agent at a desk.
struct Desk {
    knowledge: Arc<Knowledge>,
    conversation: Conversation,
    kind: ChannelKind,
    messages: usize,
    filed: Option<(String, Answers)>,
}

/// What one message did.
struct Heard {
    decision: Decision,
    intent: Option<String>,
    text: String,
}

impl Desk {
    fn new(kind: ChannelKind) -> Desk {
        Desk {
            knowledge: shipped::knowledge(),
            conversation: Conversation::default(),
            kind,
            messages: 0,
            filed: None,
        }
    }

    fn say(&mut self, text: &str) -> Heard {
        self.step(&Said::Text(text.to_owned()))
    }

    fn step(&mut self, said: &Said) -> Heard {
        self.messages += 1;
        let now = shipped::now();
        let setting = dialog::Setting {
            event: &EventId(self.messages.to_string()),
            attempt: 0,
            user: "agen",
            lead: false,
            channel_kind: self.kind,
            service: None,
            now: &now,
            draft_kept: SignedDuration::from_hours(24),
            hours: &Hours::default(),
            cases: &[],
            directory: &self.knowledge.directory,
        };
        let mut step: Step = dialog::step(&self.knowledge, &self.conversation, said, &setting);
        let around = wording::Around {
            now: &now,
            channel_kind: self.kind,
            user: "agen",
            lead: false,
            tickets: &[],
            recent: &[],
            voice: self.knowledge.voices.of(&Language::default()),
        };
        let replies = wording::replies(&self.knowledge, &step.effects, around);
        step.next.offer(&replies, said);
        if let Some(ticket) = &step.ticket {
            let given = ticket.entries.iter();
            let given = given.map(|entry| (entry.field.clone(), entry.answer.clone()));
            self.filed = Some((ticket.intent.clone(), given.collect()));
        }
        self.conversation = step.next;
        let understood = step.effects.iter().find_map(|effect| match effect {
            Effect::Understood(understood) => Some(understood.clone()),
            _ => None,
        });
        let understood = understood.expect("every step says how it understood");
        let text: Vec<_> = replies.iter().map(|reply| reply.text.as_str()).collect();
        Heard {
            decision: understood.decision,
            intent: understood.intent,
            text: text.join("\n").to_lowercase(),
        }
    }

    /// The draft at hand, or the ticket that was filed, with its values.
    fn ticket(&self) -> Option<(String, BTreeMap<String, String>)> {
        let draft = self.conversation.draft.as_ref();
        let at_hand = draft.map(|draft| (draft.intent.clone(), draft.answers.clone()));
        let (intent, answers) = at_hand.or_else(|| self.filed.clone())?;
        let given = answers
            .into_iter()
            .filter_map(|(field, answer)| match answer {
                Answer::Given(value) => Some((field, value.canonical.to_string())),
                Answer::Absent => Some((field, "tidak ada".to_owned())),
                Answer::Unchecked(_) => None,
            });
        Some((intent, given.collect()))
    }

    /// A form of which this field is asked.
    fn at_field(field: &str) -> Desk {
        let knowledge = shipped::knowledge();
        let has = |sop: &&sigap::catalog::Sop| {
            let mut fields = sop.forms.iter().flat_map(|form| &form.fields);
            fields.any(|known| known.id == field)
        };
        let sop = knowledge.catalog.sops.iter().find(has);
        let sop = sop.expect("the field is in a form");
        let intent = &sop.id;
        let kinds = [
            ChannelKind::Voice,
            ChannelKind::Ecare,
            ChannelKind::NonVoice,
        ];
        // Some fields are asked only after a choice of another, such as the service.
        let choices = sop.forms.iter().flat_map(|form| &form.fields);
        let choices = choices.filter_map(|known| match &known.base.kind {
            FieldKind::Choice(choices) => Some((known.id.clone(), choices)),
            _ => None,
        });
        let chosen = choices.flat_map(|(id, choices)| {
            let options = choices.options.iter();
            options.map(move |option| Some((id.clone(), option.value.clone())))
        });
        let chosen: Vec<Option<(String, String)>> = iter::once(None).chain(chosen).collect();
        let mut desks = kinds.into_iter().flat_map(|kind| {
            let desk = move |chosen: &Option<(String, String)>| {
                let mut desk = Desk::new(kind);
                desk.step(&Said::Press(Act::Ticket(Some(intent.clone()))));
                if let Some((id, option)) = chosen {
                    desk.step(&Said::Press(Act::Edit(Some(id.clone()))));
                    desk.say(option);
                }
                desk.step(&Said::Press(Act::Edit(Some(field.to_owned()))));
                desk
            };
            chosen.iter().map(desk)
        });
        let asks = |desk: &Desk| desk.conversation.asking() == Some(field);
        let desk = desks.find(asks);
        desk.expect("some kind of channel asks for the field")
    }

    fn value(&self, field: &str) -> Option<String> {
        self.ticket()?.1.remove(field)
    }
}

/// Right ones of so many; the floors are those of the shipped sets as a whole.
#[derive(Default, Clone, Copy)]
struct Share(usize, usize);

impl Share {
    #[track_caller]
    fn check(self, floor: f64) {
        if env::var_os("SIGAP_HALF").is_some() || env::var_os("SIGAP_AGENTS").is_some() {
            return;
        }
        let share = self.0 as f64 / self.1 as f64;
        assert!(share >= floor, "{self}, which is less than {floor}");
    }

    fn count(&mut self, right: bool) {
        self.0 += usize::from(right);
        self.1 += 1;
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.0, self.1)
    }
}

/// The sets of both halves; misses are printed of the half that may be read.
fn measure<T: for<'de> Deserialize<'de>>(set: &str, mut judge: impl FnMut(&T, &dyn Fn(String))) {
    let folder =
        env::var_os("SIGAP_AGENTS").map_or_else(|| "tests/it/agents".into(), PathBuf::from);
    let shows = env::var_os("SIGAP_MISSES").is_some();
    let mut rows = 0;
    let only = env::var("SIGAP_HALF");
    let halves = ["work", "blind"].into_iter();
    for half in halves.filter(|half| only.as_ref().is_ok_and(|only| only == half) || only.is_err())
    {
        let Ok(lines) = fs::read_to_string(folder.join(format!("{set}.{half}.jsonl"))) else {
            continue;
        };
        let miss = |what: String| {
            if shows && half == "work" {
                println!("  {set}: {what}");
            }
        };
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            judge(&serde_json::from_str(line).unwrap(), &miss);
            rows += 1;
        }
    }
    assert!(rows > 0, "no rows of {set} in {}", folder.display());
}

#[derive(Deserialize)]
struct Thread {
    id: String,
    messages: Vec<Asked>,
}

#[derive(Deserialize)]
struct Asked {
    text: String,
    want: Wanted,
}

#[derive(Deserialize)]
struct Wanted {
    intent: Option<String>,
    contains_any: Vec<String>,
}

#[test]
fn threads_are_followed() {
    let (mut first, mut later) = (Share::default(), Share::default());
    measure("threads", |thread: &Thread, miss| {
        let mut desk = Desk::new(ChannelKind::Voice);
        for (place, asked) in thread.messages.iter().enumerate() {
            let heard = desk.say(&asked.text);
            let wanted = &asked.want;
            let mut snippets = wanted
                .contains_any
                .iter()
                .map(|snippet| snippet.to_lowercase());
            let said = wanted.contains_any.is_empty() || snippets.any(|s| heard.text.contains(&s));
            let of_intent = place > 0 || wanted.intent.is_none() || heard.intent == wanted.intent;
            let right = said && of_intent && heard.text.len() < ANSWER_CHARS_MAX;
            if !right {
                let (text, brief) = (&asked.text, heard.text.replace('\n', " / "));
                let brief: String = brief.chars().take(300).collect();
                let Heard {
                    decision, intent, ..
                } = &heard;
                miss(format!(
                    "{} {place} {text:?}: {decision:?} {intent:?}: {brief}; wanted {:?}",
                    thread.id, wanted.contains_any
                ));
            }
            if place == 0 { &mut first } else { &mut later }.count(right);
        }
    });
    println!("threads: first questions {first}, follow-ups {later}");
    first.check(0.75);
    later.check(0.82);
}

#[derive(Deserialize)]
struct Talk {
    #[serde(default)]
    channel_kind: Option<ChannelKind>,
    messages: Vec<String>,
    want: Draft,
}

#[derive(Deserialize)]
struct Draft {
    intent: String,
    #[serde(default)]
    fields: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    absent: Vec<serde_json::Value>,
}

/// Whether a value is the wanted one; of a moment the minutes count, of several options not their order.
fn is_value(found: &str, wanted: &serde_json::Value) -> bool {
    let parts = |text: &str| {
        let mut parts: Vec<_> = text
            .split(',')
            .map(|part| part.trim().to_lowercase())
            .collect();
        parts.sort();
        parts
    };
    let wanted = match wanted {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(all) => {
            let all: Vec<_> = all.iter().filter_map(|one| one.as_str()).collect();
            all.join(",")
        }
        other => other.to_string(),
    };
    // `GoPay (MyTelkomsel)` is GoPay; of a card the last four digits are kept.
    let bare = found.split(" (").next().unwrap_or(found);
    let bare = bare.trim_start_matches(['*', ' ']);
    parts(found) == parts(&wanted)
        || parts(bare) == parts(&wanted)
        || (wanted.contains('T') && found.starts_with(&wanted))
}

/// Compares a draft with the wanted one; counts values, says what is wrong.
fn faults(
    found: Option<(String, BTreeMap<String, String>)>,
    want: &Draft,
    values: &mut Share,
) -> Vec<String> {
    let (intent, fields) = found.unwrap_or_default();
    let mut faults = Vec::new();
    if intent != want.intent {
        faults.push(format!("intent {intent:?} instead of {:?}", want.intent));
    }
    for (field, wanted) in &want.fields {
        let value = fields.get(field);
        let right = value.is_some_and(|value| is_value(value, wanted));
        values.count(right);
        if !right {
            faults.push(format!("{field}: {value:?} instead of {wanted}"));
        }
    }
    let kept: Vec<_> = fields.values().map(|value| value.to_lowercase()).collect();
    let absent = want.absent.iter().map(|absent| match absent {
        serde_json::Value::String(text) => text.to_lowercase(),
        other => other.to_string(),
    });
    let leaked = absent.filter(|absent| kept.iter().any(|kept| kept.contains(absent)));
    faults.extend(leaked.map(|absent| format!("{absent:?} was kept")));
    faults
}

#[test]
fn tickets_are_filled_in_conversation() {
    let (mut all, mut values) = (Share::default(), Share::default());
    measure("tickets", |talk: &Talk, miss| {
        let mut desk = Desk::new(talk.channel_kind.unwrap_or(ChannelKind::Voice));
        for message in &talk.messages {
            desk.say(message);
        }
        let faults = faults(desk.ticket(), &talk.want, &mut values);
        all.count(faults.is_empty());
        if !faults.is_empty() {
            miss(format!("{:?}: {faults:?}", talk.messages));
        }
    });
    println!("tickets: all right {all}, values {values}");
    all.check(0.66);
    values.check(0.84);
}

#[derive(Deserialize)]
struct Request {
    text: String,
    want: String,
    #[serde(default)]
    fields: BTreeMap<String, serde_json::Value>,
}

#[test]
fn a_ticket_is_asked_for_in_many_ways() {
    let (mut opened, mut values) = (Share::default(), Share::default());
    measure("tickets_ask", |request: &Request, miss| {
        let mut desk = Desk::new(ChannelKind::Voice);
        desk.say(&request.text);
        let ticket = desk.ticket();
        opened.count(
            ticket
                .as_ref()
                .is_some_and(|(intent, _)| *intent == request.want),
        );
        let want = Draft {
            intent: request.want.clone(),
            fields: request.fields.clone(),
            absent: Vec::new(),
        };
        let faults = faults(ticket, &want, &mut values);
        if !faults.is_empty() {
            miss(format!("{:?}: {faults:?}", request.text));
        }
    });
    println!("asked for: forms {opened}, values {values}");
    opened.check(0.85);
    values.check(0.85);
}

#[derive(Deserialize)]
struct Open {
    field: String,
    text: String,
    #[serde(default)]
    value: Option<String>,
}

#[test]
fn talk_is_no_data() {
    let (mut talk, mut kept) = (Share::default(), Share::default());
    measure("open", |row: &Open, miss| {
        let mut desk = Desk::at_field(&row.field);
        desk.say(&row.text);
        let stored = desk.value(&row.field);
        let right = match &row.value {
            None => stored.is_none(),
            Some(value) => {
                let stored = stored.clone().or_else(|| {
                    desk.say("ya");
                    desk.value(&row.field)
                });
                stored.is_some_and(|stored| stored.to_lowercase() == value.to_lowercase())
            }
        };
        if row.value.is_some() {
            &mut kept
        } else {
            &mut talk
        }
        .count(right);
        if !right {
            miss(format!(
                "{} {:?}: {stored:?}, wanted {:?}",
                row.field, row.text, row.value
            ));
        }
    });
    println!("open fields: talk not stored {talk}, values kept {kept}");
    talk.check(0.9);
    kept.check(0.89);
}

#[derive(Deserialize)]
struct Negation {
    field: String,
    text: String,
    denied: Vec<String>,
    allowed: Vec<String>,
}

#[test]
fn what_is_denied_is_not_stored() {
    let (mut all, mut stored) = (Share::default(), Share::default());
    measure("negation", |row: &Negation, miss| {
        let mut desk = Desk::at_field(&row.field);
        desk.say(&row.text);
        let value = desk.value(&row.field);
        let parts: Vec<_> = value
            .iter()
            .flat_map(|value| value.split(','))
            .map(|part| part.trim().to_lowercase())
            .collect();
        let denied = row
            .denied
            .iter()
            .any(|denied| parts.contains(&denied.to_lowercase()));
        let allowed = serde_json::Value::from(row.allowed.clone());
        let right = match &value {
            None => row.allowed.is_empty(),
            Some(value) => is_value(value, &allowed),
        };
        all.count(right);
        stored.count(denied);
        if !right || denied {
            miss(format!(
                "{} {:?}: {value:?}, wanted {:?}",
                row.field, row.text, row.allowed
            ));
        }
    });
    println!("negation: right {all}, denied but stored {stored}");
    all.check(0.85);
    Share(stored.1 - stored.0, stored.1).check(0.95);
}

#[derive(Deserialize)]
struct OfWhom {
    text: String,
    want: String,
}

#[test]
fn other_companies_customers_are_left_to_them() {
    let (mut foreign, mut ours) = (Share::default(), Share::default());
    measure("foreign", |row: &OfWhom, miss| {
        let heard = Desk::new(ChannelKind::Voice).say(&row.text);
        let is_answered = matches!(heard.decision, Decision::Answer | Decision::Dialog);
        let right = match row.want.as_str() {
            "none" => !is_answered,
            "ours" => is_answered,
            intent => is_answered && heard.intent.as_deref() == Some(intent),
        };
        if row.want == "none" {
            &mut foreign
        } else {
            &mut ours
        }
        .count(right);
        if !right {
            miss(format!(
                "{:?}: {:?} {:?}, wanted {}",
                row.text, heard.decision, heard.intent, row.want
            ));
        }
    });
    println!("other companies: not answered {foreign}; beside our brand answered {ours}");
    foreign.check(0.92);
    ours.check(0.93);
}
