//! The same transcripts through the built program, a process a script: what they expect must come out there as well.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value as Json;

use super::{Filed, Line, Scene, Setting, Steer, lines, scripts};
use crate::binary::{Chat, Place};

/// What the program does not tell a script.
const UNSEEN: &[&str] = &["form", "parked", "shown"];
/// The category is told of a filed ticket only.
const UNSEEN_IN_A_DRAFT: &[&str] = &["form", "parked", "shown", "kip"];

#[test]
fn conversations_go_as_written_through_the_program() {
    let paths = scripts();
    let next = AtomicUsize::new(0);
    // A program that starts is busy with one core.
    let workers = thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
    let wrong: Vec<String> = thread::scope(|scope| {
        let work = || {
            let mut wrong = Vec::new();
            while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                wrong.extend(play(path));
            }
            wrong
        };
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let ended = workers.into_iter().map(|worker| worker.join().unwrap());
        ended.flatten().collect()
    });
    assert!(wrong.is_empty(), "not as expected\n{}", wrong.join("\n"));
}

/// Plays a script and returns what is not as it expects.
fn play(path: &Path) -> Vec<String> {
    let script = fs::read_to_string(path).unwrap();
    let place = Place::new();
    let mut setting = Setting::new();
    let mut scene = Scene::default();
    let mut running: Option<Chat> = None;
    let mut wrong = Vec::new();
    // What is said unasked comes with the next answer.
    let mut has_waited = false;
    for (number, _, line) in lines(&script) {
        match line {
            Line::Typed(typed) => {
                let chat = running.get_or_insert_with(|| chat(&place, &setting));
                scene = scene.told(&chat.say(&scene.typed(typed)));
                has_waited = false;
            }
            Line::Steer(steer) => {
                setting.steer(&steer);
                has_waited |= matches!(steer, Steer::Wait(_));
                if let Some(chat) = running.take() {
                    chat.end();
                }
            }
            Line::Expect(expected) if !has_waited => {
                let unmet = scene.unmet(expected).into_iter();
                let at = format!("{}:{}", path.display(), number + 1);
                wrong.extend(unmet.map(|unmet| format!("{at}: {unmet}")));
            }
            Line::Expect(_) | Line::Comment => {}
        }
    }
    if let Some(chat) = running.take() {
        chat.end();
    }
    wrong
}

/// The program as a script's setting starts it.
pub fn chat(place: &Place, setting: &Setting) -> Chat {
    let now = setting.now.timestamp().to_string();
    let mut command = place.sigap_at(&now, ["chat", "--json"]);
    command.args(["--user", &setting.user]);
    command.args(["--channel-kind", setting.kind.name()]);
    if let Some(service) = &setting.service {
        command.args(["--service", service]);
    }
    if setting.lead {
        command.arg("--lead");
    }
    Chat::start(command, place.path("log"))
}

impl Scene {
    /// What the program told.
    pub fn told(&self, line: &Json) -> Scene {
        let (dialog, ticket) = (&line["dialog"], &line["ticket"]);
        let mut tickets = self.tickets.clone();
        tickets.extend(ticket["id"].as_str().map(str::to_owned));
        let shown = |shown: &Json| Filed {
            intent: text(&shown["intent"]),
            form: String::new(),
            kip: text(&shown["kip"]),
            fields: fields(&shown["fields"]),
        };
        let filed = match ticket.is_object() {
            true => Some(shown(ticket)),
            false => self.filed.clone(),
        };
        let draft = dialog.is_object().then(|| shown(dialog));
        let unseen = match draft {
            Some(_) => UNSEEN_IN_A_DRAFT,
            None => UNSEEN,
        };
        let Filed {
            intent,
            kip,
            fields,
            ..
        } = draft.or_else(|| filed.clone()).unwrap_or_default();
        let others = BTreeMap::from([
            (
                "asking",
                dialog["asking"].as_str().unwrap_or("-").to_owned(),
            ),
            ("tickets", tickets.len().to_string()),
            ("says", said(line)),
            ("intent", intent),
            ("kip", kip),
        ]);
        Scene {
            fields,
            others,
            unseen,
            tickets,
            filed,
        }
    }
}

fn said(line: &Json) -> String {
    let replies = line["replies"].as_array().unwrap().iter();
    let texts: Vec<_> = replies.map(|reply| text(&reply["text"])).collect();
    texts.join("\n")
}

fn fields(shown: &Json) -> BTreeMap<String, String> {
    let fields = shown.as_object().unwrap().iter();
    fields
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}

fn text(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
