//! Scripted conversations: what agents write, what the assistant makes of it, what a ticket holds in the end.
//!
//! A line that begins with `>` is typed; below it stand the decision, the state of the dialog and the reply.
//! `@channel-kind ecare`, `@service telkomsel` and `@restart` steer; `UPDATE=1 cargo test` rewrites what is below the
//! typed lines, and the diff is the review.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigap::assistant::{Assistant, Handled};
use sigap::message::{ChannelKind, ConversationId, EventId, Incoming, Said};
use sigap::store;
use sigap::ticket::canonical_json;

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
    assert!(paths.len() >= 10, "the transcripts are there");
    let mut differing = Vec::new();
    for path in paths {
        let script = fs::read_to_string(&path).unwrap();
        let played = play(&script);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &played).unwrap();
        } else if played != script {
            differing.push(difference(&path, &script, &played));
        }
    }
    assert!(
        differing.is_empty(),
        "`UPDATE=1 cargo test` rewrites them\n{}",
        differing.join("\n")
    );
}

/// Plays the typed lines and returns the transcript as it comes out.
fn play(script: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let open = || {
        Assistant::new(
            shipped::knowledge(),
            Arc::new(store::sled::open(dir.path()).unwrap()),
        )
    };
    let mut assistant = open();
    let (mut kind, mut service) = (ChannelKind::Voice, None);
    let mut out = String::new();
    for (number, line) in script.lines().enumerate() {
        if let Some(typed) = line.strip_prefix("> ") {
            let incoming = Incoming {
                event: EventId(format!("line-{number}")),
                conversation: ConversationId("script:agen".to_owned()),
                user: "agen".to_owned(),
                channel_kind: kind,
                service: service.clone(),
                at: shipped::now(),
                said: Said::Text(typed.replace("\\n", "\n")),
                continues: None,
            };
            let handled = runtime.block_on(assistant.handle(&incoming)).unwrap();
            out += &format!("{line}\n{}\n", shown(&assistant, &handled, kind));
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
            out += &format!("{line}\n");
        }
    }
    out
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
