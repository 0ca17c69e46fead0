//! Scripted conversations: what agents write, what the assistant makes of it, what a ticket holds in the end.
//!
//! A line that begins with `>` is typed; below it are the decision, the state of the dialog, and what was shown: the
//! block that says it, its SOP, and the acts of its buttons. What is said is in the golden files of `wording`.
//! `@channel-kind ecare`, `@service telkomsel`, `@user sari`, `@lead` and `@restart` steer, `@wait 5h` lets time pass and
//! shows what is said unasked; `{tiket}` in a typed line is the id of the ticket filed last.
//! `UPDATE=1 cargo test` rewrites what is below the typed lines, and the diff is the review.
//!
//! `# expect` lines say what must have come out where they stand, and no rewriting touches them:
//! `# expect class=Gold nama_pelanggan="Contoh Satu"` names every field of the open draft, or of the ticket filed last,
//! with its canonical value; a final `...` allows others. Besides fields there are `asking`, `intent`, `form`, `tickets`
//! and `parked` (how many), `kip` (a part of the category), `shown` (one of the blocks that the last replies are) and
//! `says` (a value, or a part of an SOP, that is in the last replies).

mod killed;
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Zoned};
use sigap::assistant::{Assistant, Handled};
use sigap::dialog::Conversation;
use sigap::message::{ChannelKind, ConversationId, EventId, Incoming, Said};
use sigap::store::{self, Store};
use sigap::ticket::{FiledField, Ticket, canonical_json};

use crate::shipped;

#[test]
fn conversations_go_as_written() {
    let (mut differing, mut wrong) = (Vec::new(), Vec::new());
    for path in scripts() {
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

/// The transcripts, in order.
fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/conversations");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 60, "the transcripts are there");
    paths
}

/// A line of a transcript that somebody wrote.
enum Line<'a> {
    Typed(&'a str),
    Steer(Steer<'a>),
    Expect(&'a str),
    Comment,
}

enum Steer<'a> {
    ChannelKind(ChannelKind),
    Service(&'a str),
    User(&'a str),
    Lead,
    Restart,
    Wait(SignedDuration),
}

/// The lines of a transcript with their numbers, without what is rewritten.
fn lines(script: &str) -> impl Iterator<Item = (usize, &str, Line<'_>)> {
    script.lines().enumerate().filter_map(|(number, line)| {
        let read = if let Some(typed) = line.strip_prefix("> ") {
            Line::Typed(typed)
        } else if let Some(directive) = line.strip_prefix('@') {
            Line::Steer(steer(directive))
        } else if let Some(expected) = line.strip_prefix("# expect ") {
            Line::Expect(expected)
        } else if line.starts_with('#') {
            Line::Comment
        } else {
            return None;
        };
        Some((number, line, read))
    })
}

fn steer(directive: &str) -> Steer<'_> {
    match directive.split_once(' ').unwrap_or((directive, "")) {
        ("channel-kind", "ecare") => Steer::ChannelKind(ChannelKind::Ecare),
        ("channel-kind", "non-voice") => Steer::ChannelKind(ChannelKind::NonVoice),
        ("service", id) => Steer::Service(id),
        ("user", name) => Steer::User(name),
        ("lead", _) => Steer::Lead,
        ("restart", _) => Steer::Restart,
        ("wait", time) => Steer::Wait(time.parse().expect("a time such as `5h`")),
        other => panic!("unknown directive {other:?}"),
    }
}

/// Who talks, where and when.
#[derive(Clone)]
struct Setting {
    kind: ChannelKind,
    service: Option<String>,
    user: String,
    lead: bool,
    now: Zoned,
}

impl Setting {
    fn new() -> Self {
        Self {
            kind: ChannelKind::Voice,
            service: None,
            user: "agen".to_owned(),
            lead: false,
            now: shipped::now(),
        }
    }

    fn steer(&mut self, steer: &Steer<'_>) {
        match steer {
            Steer::ChannelKind(kind) => self.kind = *kind,
            Steer::Service(id) => self.service = Some((*id).to_owned()),
            Steer::User(name) => (self.user, self.lead) = ((*name).to_owned(), false),
            Steer::Lead => self.lead = true,
            Steer::Restart => {}
            Steer::Wait(time) => self.now = self.now.checked_add(*time).unwrap(),
        }
    }

    fn conversation(&self) -> ConversationId {
        ConversationId(format!("console:{}", self.user))
    }
}

/// The assistant on a store of its own, and how far a script is played.
struct Stage {
    place: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    open: Option<Open>,
    setting: Setting,
    scene: Scene,
}

struct Open {
    assistant: Assistant,
    store: Arc<dyn Store>,
}

impl Open {
    fn at(place: &Path) -> Self {
        let store: Arc<dyn Store> = Arc::new(store::sled::open(place).unwrap());
        let kept = SignedDuration::from_hours(24);
        Self {
            assistant: Assistant::new(shipped::knowledge(), Arc::clone(&store), kept),
            store,
        }
    }
}

impl Stage {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Self {
            runtime,
            open: Some(Open::at(place.path())),
            place,
            setting: Setting::new(),
            scene: Scene::default(),
        }
    }

    fn restart(&mut self) {
        // The store lets one handle in at a time.
        self.open = None;
        self.open = Some(Open::at(self.place.path()));
    }

    fn assistant(&self) -> &Assistant {
        &self.open.as_ref().expect("it was opened").assistant
    }

    fn say(&mut self, number: usize, typed: &str) -> Handled {
        let setting = &self.setting;
        let incoming = Incoming {
            event: EventId(format!("line-{number}")),
            conversation: setting.conversation(),
            user: setting.user.clone(),
            lead: setting.lead,
            channel_kind: setting.kind,
            service: setting.service.clone(),
            at: setting.now.clone(),
            said: Said::Text(self.scene.typed(typed).replace("\\n", "\n")),
            continues: None,
            language: None,
        };
        self.handle(&incoming)
    }

    /// What is said unasked.
    fn ticks(&mut self) -> Vec<Handled> {
        let channel = self.setting.conversation().0;
        let due = self.assistant().due(&channel, &self.setting.now);
        let due = self.runtime.block_on(due).unwrap();
        due.iter().map(|tick| self.handle(tick)).collect()
    }

    fn handle(&mut self, incoming: &Incoming) -> Handled {
        let handled = self.runtime.block_on(self.assistant().handle(incoming));
        let handled = handled.unwrap();
        let scene = Scene::after(&self.scene, self.assistant(), &handled, &self.setting);
        self.scene = scene;
        handled
    }

    fn conversation(&self) -> Conversation {
        let id = self.setting.conversation();
        let conversation = self.assistant().conversation(&id);
        self.runtime.block_on(conversation).unwrap()
    }
}

/// Plays the typed lines; returns the transcript as it comes out and the expectations that were not met.
fn play(script: &str) -> (String, Vec<String>) {
    let mut stage = Stage::new();
    let (mut out, mut unmet) = (String::new(), Vec::new());
    for (number, line, read) in lines(script) {
        out += &format!("{line}\n");
        match read {
            Line::Typed(typed) => {
                let handled = stage.say(number, typed);
                out += &format!("{}\n", shown(stage.assistant(), &handled, &stage.setting));
            }
            Line::Steer(steer) => {
                stage.setting.steer(&steer);
                match steer {
                    Steer::Restart => stage.restart(),
                    Steer::Wait(_) => {
                        for handled in stage.ticks() {
                            let shown = shown(stage.assistant(), &handled, &stage.setting);
                            out += &format!("{shown}\n");
                        }
                    }
                    _ => {}
                }
            }
            Line::Expect(expected) => {
                let wrong = stage.scene.unmet(expected).into_iter();
                unmet.extend(wrong.map(|wrong| format!("{}: {wrong}", number + 1)));
            }
            Line::Comment => {}
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
    /// What is not told here.
    unseen: &'static [&'static str],
    /// The ids of the tickets, in the order of filing.
    tickets: Vec<String>,
    /// The one filed last.
    filed: Option<Filed>,
}

/// A filed ticket, as far as expectations are about it.
#[derive(Clone, Default)]
struct Filed {
    intent: String,
    form: String,
    kip: String,
    fields: BTreeMap<String, String>,
}

impl Scene {
    /// What a typed line says, with the id of the ticket filed last in it.
    fn typed(&self, typed: &str) -> String {
        match self.tickets.last() {
            Some(id) => typed.replace("{tiket}", id),
            None => typed.to_owned(),
        }
    }

    fn after(before: &Scene, assistant: &Assistant, handled: &Handled, setting: &Setting) -> Scene {
        let says = handled.replies.iter().map(|reply| reply.text.as_str());
        let says = says.collect::<Vec<_>>().join("\n");
        let shown = handled.replies.iter().map(|reply| reply.shown.as_str());
        let shown = shown.collect::<Vec<_>>().join(" ");
        let (mut tickets, mut filed) = (before.tickets.clone(), before.filed.clone());
        if let Some(ticket) = &handled.ticket {
            tickets.push(ticket.id.clone());
            filed = Some(Filed::of(ticket));
        }
        let draft = handled.conversation.draft().map(|draft| {
            let knowledge = assistant.knowledge();
            let form = draft.form(&knowledge.catalog, setting.kind).unwrap();
            let case = draft.case(setting.kind);
            Filed {
                intent: draft.intent.clone(),
                form: form.id.clone(),
                kip: form.kip(case).to_owned(),
                fields: fields_of(&form.entries(case, &setting.now)),
            }
        });
        let Filed {
            intent,
            form,
            kip,
            fields,
        } = draft.or_else(|| filed.clone()).unwrap_or_default();
        let asking = handled.conversation.asking().unwrap_or("-").to_owned();
        let others = BTreeMap::from([
            ("asking", asking),
            ("intent", intent),
            ("form", form),
            ("kip", kip),
            ("tickets", tickets.len().to_string()),
            ("parked", handled.conversation.parked.len().to_string()),
            ("says", says),
            ("shown", shown),
        ]);
        Scene {
            fields,
            others,
            unseen: &[],
            tickets,
            filed,
        }
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
            if self.unseen.contains(&name.as_str()) {
                continue;
            }
            let is = match self.others.get(name.as_str()).cloned() {
                Some(is) if matches!(name.as_str(), "kip" | "says") && is.contains(&value) => {
                    continue;
                }
                Some(is) if name == "shown" && is.split(' ').any(|one| one == value) => continue,
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

impl Filed {
    fn of(ticket: &Ticket) -> Self {
        Self {
            intent: ticket.intent.clone(),
            form: ticket.form.clone(),
            kip: ticket.kip.clone(),
            fields: fields_of(&ticket.entries),
        }
    }
}

fn fields_of(entries: &[FiledField]) -> BTreeMap<String, String> {
    entries
        .iter()
        .map(|entry| (entry.field.clone(), canonical(entry)))
        .collect()
}

fn canonical(entry: &FiledField) -> String {
    match canonical_json(&entry.answer) {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

/// Splits `name=value name="a longer value"`.
pub fn pairs(line: &str) -> Vec<(String, String)> {
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

fn shown(assistant: &Assistant, handled: &Handled, setting: &Setting) -> String {
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
        let form = draft.form(&knowledge.catalog, setting.kind).unwrap();
        let entries = form.entries(draft.case(setting.kind), &setting.now);
        let fields = entries
            .iter()
            .map(|entry| format!("{}={}", entry.field, canonical_json(&entry.answer)));
        out += &format!("= {{{}}}\n", fields.collect::<Vec<_>>().join(" "));
    }
    for reply in &handled.replies {
        let sop = reply.sop.iter().map(|sop| format!(" {sop}"));
        let acts = reply
            .buttons
            .iter()
            .map(|button| format!(" [{}]", button.action));
        out += &format!("| {}{}\n", reply.shown, sop.chain(acts).collect::<String>());
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
