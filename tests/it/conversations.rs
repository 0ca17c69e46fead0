//! Scripted conversations: what agents write, what the assistant makes of it, what a ticket holds in the end.
//!
//! A line that begins with `>` is typed; below it stand the decision, the state of the dialog and the reply.
//! `@channel-kind ecare`, `@service telkomsel` and `@restart` steer; `UPDATE=1 cargo test` rewrites what is below the
//! typed lines, and the diff is the review.
//!
//! `# expect` lines say what must have come out where they stand, and no rewriting touches them:
//! `# expect class=Gold nama_pelanggan="Contoh Satu"` names every field of the open draft, or of the ticket filed last,
//! with its canonical value; a final `...` allows others. Besides fields there are `asking`, `intent`, `form`, `tickets`
//! and `parked` (how many), and `kip` and `says` (a part of the category, of the last replies).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigap::assistant::{Assistant, Handled};
use sigap::message::{ChannelKind, ConversationId, EventId, Incoming, Said};
use sigap::store;
use sigap::ticket::{Entry, Ticket, canonical_json};

use crate::shipped;

/// A longer reply is an SOP, which has tests of its own; its beginning is enough here.
const LINES_SHOWN: usize = 14;

#[test]
fn conversations_go_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/conversations");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 60, "the transcripts are there");
    let (mut differing, mut wrong) = (Vec::new(), Vec::new());
    for path in paths {
        let script = fs::read_to_string(&path).unwrap();
        let (played, unmet) = play(&script);
        wrong.extend(
            unmet
                .into_iter()
                .map(|unmet| format!("{}:{unmet}", path.display())),
        );
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &played).unwrap();
        } else if played != script {
            differing.push(difference(&path, &script, &played));
        }
    }
    assert!(
        wrong.is_empty(),
        "not as expected, which `UPDATE=1` does not cure\n{}",
        wrong.join("\n")
    );
    assert!(
        differing.is_empty(),
        "`UPDATE=1 cargo test` rewrites them\n{}",
        differing.join("\n")
    );
}

/// Plays the typed lines; returns the transcript as it comes out and the expectations that were not met.
fn play(script: &str) -> (String, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let open = || {
        Assistant::new(
            shipped::knowledge(),
            Arc::new(store::sled::open(dir.path()).unwrap()),
            jiff::SignedDuration::from_hours(24),
        )
    };
    let mut assistant = open();
    let (mut kind, mut service) = (ChannelKind::Voice, None);
    let (mut out, mut unmet) = (String::new(), Vec::new());
    let mut scene = Scene::default();
    for (number, line) in script.lines().enumerate() {
        if let Some(typed) = line.strip_prefix("> ") {
            let incoming = Incoming {
                event: EventId(format!("line-{number}")),
                conversation: ConversationId("script:agen".to_owned()),
                user: "agen".to_owned(),
                lead: false,
                channel_kind: kind,
                service: service.clone(),
                at: shipped::now(),
                said: Said::Text(typed.replace("\\n", "\n")),
                continues: None,
            };
            let handled = runtime.block_on(assistant.handle(&incoming)).unwrap();
            out += &format!("{line}\n{}\n", shown(&assistant, &handled, kind));
            scene.follow(&assistant, handled, kind);
        } else if let Some(directive) = line.strip_prefix('@') {
            match directive.split_once(' ').unwrap_or((directive, "")) {
                ("channel-kind", "ecare") => kind = ChannelKind::Ecare,
                ("channel-kind", "non-voice") => kind = ChannelKind::NonVoice,
                ("service", id) => service = Some(id.to_owned()),
                ("restart", _) => {
                    drop(assistant);
                    assistant = open();
                }
                other => panic!("unknown directive {other:?}"),
            }
            out += &format!("{line}\n");
        } else if line.starts_with('#') {
            if let Some(expected) = line.strip_prefix("# expect ") {
                let wrong = scene.unmet(expected).into_iter();
                unmet.extend(wrong.map(|wrong| format!("{}: {wrong}", number + 1)));
            }
            out += &format!("{line}\n");
        }
    }
    (out, unmet)
}

/// What `# expect` lines are compared with.
#[derive(Default)]
struct Scene {
    /// The fields of the open draft or, when none is open, of the ticket filed last.
    fields: BTreeMap<String, String>,
    /// Everything else that has a name.
    others: BTreeMap<&'static str, String>,
    tickets: Vec<Ticket>,
}

impl Scene {
    fn follow(&mut self, assistant: &Assistant, handled: Handled, kind: ChannelKind) {
        let says = handled.replies.iter().map(|reply| reply.text.as_str());
        let says = says.collect::<Vec<_>>().join("\n");
        self.tickets.extend(handled.ticket);
        let (intent, form, kip, entries) = match (handled.conversation.draft(), self.tickets.last())
        {
            (Some(draft), _) => {
                let knowledge = assistant.knowledge();
                let form = draft.form(&knowledge.catalog, kind).unwrap();
                let case = draft.case(kind);
                let entries = form.entries(case, &shipped::now());
                let kip = form.kip(case).to_owned();
                (draft.intent.clone(), form.id.clone(), kip, entries)
            }
            (None, Some(ticket)) => {
                let Ticket {
                    intent,
                    form,
                    kip,
                    entries,
                    ..
                } = ticket.clone();
                (intent, form, kip, entries)
            }
            (None, None) => Default::default(),
        };
        self.fields = entries
            .iter()
            .map(|entry| (entry.field.clone(), canonical(entry)))
            .collect();
        let asking = handled.conversation.asking().unwrap_or("-").to_owned();
        self.others = BTreeMap::from([
            ("asking", asking),
            ("intent", intent),
            ("form", form),
            ("kip", kip),
            ("tickets", self.tickets.len().to_string()),
            ("parked", handled.conversation.parked.len().to_string()),
            ("says", says),
        ]);
    }

    /// What is not as the line says.
    fn unmet(&self, line: &str) -> Vec<String> {
        let (line, others_allowed) = match line.strip_suffix("...") {
            Some(line) => (line, true),
            None => (line, false),
        };
        let mut wrong = Vec::new();
        let mut fields = self.fields.clone();
        let mut names_fields = false;
        for (name, value) in pairs(line) {
            let is = match self.others.get(name.as_str()).cloned() {
                Some(is) if matches!(name.as_str(), "kip" | "says") && is.contains(&value) => {
                    continue;
                }
                Some(is) => Some(is),
                None => {
                    names_fields = true;
                    fields.remove(&name)
                }
            };
            if is.as_deref() != Some(value.as_str()) {
                wrong.push(format!(
                    "{name} should be {value:?}, is {:?}",
                    is.unwrap_or_default()
                ));
            }
        }
        if names_fields && !others_allowed {
            wrong.extend(
                fields
                    .iter()
                    .map(|(name, value)| format!("{name} should not be there, is {value:?}")),
            );
        }
        wrong
    }
}

fn canonical(entry: &Entry) -> String {
    match canonical_json(&entry.answer) {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

/// Splits `name=value name="a longer value"`.
fn pairs(line: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (name, value) = rest.split_once('=').expect("a pair has a `=`");
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').expect("a quote is closed"),
            None => value.split_once(' ').unwrap_or((value, "")),
        };
        pairs.push((name.to_owned(), value.to_owned()));
        rest = after.trim_start();
    }
    pairs
}

fn shown(assistant: &Assistant, handled: &Handled, kind: ChannelKind) -> String {
    let mut out = String::new();
    let understood = handled.understood.as_ref().unwrap();
    out += &format!(
        "= {} {}",
        understood.decision.name(),
        understood.intent.as_deref().unwrap_or("-")
    );
    if let Some(field) = handled.conversation.asking() {
        out += &format!(", asking {field}");
    }
    out.push('\n');
    if let Some(draft) = handled.conversation.draft() {
        let knowledge = assistant.knowledge();
        let form = draft.form(&knowledge.catalog, kind).unwrap();
        let entries = form.entries(draft.case(kind), &shipped::now());
        let fields = entries
            .iter()
            .map(|entry| format!("{}={}", entry.field, canonical_json(&entry.answer)));
        out += &format!("= {{{}}}\n", fields.collect::<Vec<_>>().join(" "));
    }
    for reply in &handled.replies {
        let lines: Vec<_> = reply.text.lines().collect();
        for line in lines.iter().take(LINES_SHOWN) {
            out += format!("| {line}").trim_end();
            out.push('\n');
        }
        if lines.len() > LINES_SHOWN {
            out += "| ...\n";
        }
        if !reply.buttons.is_empty() {
            let labels: Vec<_> = reply
                .buttons
                .iter()
                .map(|button| format!("[{}]", button.label))
                .collect();
            out += &format!("| {}\n", labels.join(" "));
        }
    }
    out
}

fn difference(path: &Path, expected: &str, actual: &str) -> String {
    let line = expected
        .lines()
        .zip(actual.lines())
        .position(|(a, b)| a != b)
        .unwrap_or_default();
    let at = |text: &str| {
        text.lines()
            .skip(line.saturating_sub(3))
            .take(8)
            .collect::<Vec<_>>()
            .join("\n")
    };
    format!(
        "{}:{}\n--- written\n{}\n--- played\n{}",
        path.display(),
        line + 1,
        at(expected),
        at(actual)
    )
}
