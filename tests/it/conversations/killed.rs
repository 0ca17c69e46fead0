//! The same transcripts through the program, which is killed in the middle of them, over and over.
//!
//! What the program had kept when it died is compared with what it keeps when nobody kills it: after a line that was
//! answered it is the state behind that line; after one that was not, it is the state before or behind it, and the agent
//! types the line again or goes on. So no answer is lost, no ticket is filed twice, and every state resumes.
//!
//! `SIGAP_KILLS=300 cargo test --test it killed` kills more often than in every run.

use std::path::Path;
use std::{env, fs, thread};

use regex::Regex;
use serde_json::json;
use sigap::store::{self, Query, Store};
use sigap::ticket::{Ticket, Tracked};
use tokio::runtime::Runtime;

use super::program::chat;
use super::{Filed, Line, Scene, Setting, Stage, Steer, lines, scripts};
use crate::binary::{Chat, Place};
use crate::crash::{KILLS_IN_ALL, Random};

const KILLS: usize = KILLS_IN_ALL - crate::crash::KILLS;
/// One line in so many is the last of its program.
const LINES_PER_KILL: u64 = 4;
/// Deciding and committing a turn take about this long.
const TURN_MS: u64 = 4;

#[test]
fn conversations_go_as_written_when_the_program_is_killed() {
    let kills = env::var("SIGAP_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let mut random = Random(20_261_122);
    let paths = scripts();
    let mut tally = Tally::default();
    let mut played = 0;
    while tally.kills < kills {
        let path = &paths[random.below(paths.len() as u64) as usize];
        play(path, kills, &mut random, &mut tally);
        played += 1;
    }
    let Tally {
        kills,
        answered,
        counted,
        again,
        tickets,
    } = tally;
    println!(
        "{kills} kills in {played} conversations: of {answered} answered lines 0 lost; of those without an answer \
         {counted} had counted and {again} were typed again; of {tickets} tickets 0 twice; 0 dialogs that could not be \
         gone on with"
    );
}

#[derive(Default)]
struct Tally {
    kills: usize,
    /// Lines answered before the kill.
    answered: usize,
    counted: usize,
    again: usize,
    tickets: usize,
}

/// What is kept, without the ids that each run draws anew.
#[derive(Debug, PartialEq)]
struct Kept {
    conversation: String,
    tickets: Vec<String>,
    progress: Vec<String>,
}

/// A typed line, with what is kept before and behind it when nobody kills.
struct Reference {
    before: Kept,
    after: Kept,
}

fn play(path: &Path, kills: usize, random: &mut Random, tally: &mut Tally) {
    let script = fs::read_to_string(path).unwrap();
    let mut references = references(&script).into_iter();
    let place = Place::new();
    let mut setting = Setting::new();
    let mut scene = Scene::default();
    let mut running: Option<Chat> = None;
    // An answer that nobody saw, or that comes later, is not held against anything.
    let (mut unseen, mut has_waited) = (false, false);
    for (number, _, line) in lines(&script) {
        let at = format!("{}:{}", path.display(), number + 1);
        match line {
            Line::Typed(typed) => {
                let Reference { before, after } = references.next().unwrap();
                let chat = running.get_or_insert_with(|| chat(&place, &setting));
                let typed = scene.typed(typed);
                let dies = tally.kills < kills && !has_waited && random.below(LINES_PER_KILL) == 0;
                (unseen, has_waited) = (false, false);
                if !dies {
                    scene = scene.told(&chat.say(&typed));
                    continue;
                }
                chat.send(&typed);
                thread::sleep(random.below_ms(TURN_MS));
                let chat = running.take().expect("it was started");
                let answer = chat.kill().pop();
                tally.kills += 1;
                let (kept, last) = kept(&place, &setting);
                match answer {
                    Some(answer) => {
                        assert!(kept == after, "{at}: what was answered is lost");
                        scene = scene.told(&answer);
                        tally.answered += 1;
                    }
                    None if kept == after => {
                        scene = scene.counted(last);
                        unseen = true;
                        tally.counted += 1;
                    }
                    None => {
                        assert!(
                            kept == before,
                            "{at}: half of it is kept: {kept:?} instead of {before:?} or {after:?}"
                        );
                        let chat = running.insert(super::program::chat(&place, &setting));
                        scene = scene.told(&chat.say(&typed));
                        tally.again += 1;
                    }
                }
            }
            Line::Steer(steer) => {
                setting.steer(&steer);
                has_waited |= matches!(steer, Steer::Wait(_));
                if let Some(chat) = running.take() {
                    chat.end();
                }
            }
            Line::Expect(expected) if !has_waited && !unseen => {
                let unmet = scene.unmet(expected);
                assert!(unmet.is_empty(), "{at}: {}", unmet.join(", "));
            }
            Line::Expect(_) | Line::Comment => {}
        }
    }
    if let Some(chat) = running.take() {
        chat.end();
    }
    let (kept, _) = kept(&place, &setting);
    tally.tickets += kept.tickets.len();
}

/// What is kept around each typed line when nobody kills.
fn references(script: &str) -> Vec<Reference> {
    let mut stage = Stage::new();
    let mut references = Vec::new();
    for (number, _, line) in lines(script) {
        match line {
            Line::Typed(typed) => {
                let before = stage.kept();
                stage.say(number, typed);
                let after = stage.kept();
                references.push(Reference { before, after });
            }
            Line::Steer(steer) => {
                stage.setting.steer(&steer);
                if let Steer::Wait(_) = steer {
                    stage.ticks();
                }
            }
            Line::Expect(_) | Line::Comment => {}
        }
    }
    references
}

impl Stage {
    fn kept(&self) -> Kept {
        let store = &self.open.as_ref().expect("it was opened").store;
        let cases = self.runtime.block_on(store.cases(&Query::default()));
        Kept::of(&self.conversation(), &cases.unwrap())
    }
}

/// What a program that is gone has kept, and the ticket filed last.
fn kept(place: &Place, setting: &Setting) -> (Kept, Option<Ticket>) {
    let store = store::sled::open(&place.state()).unwrap();
    let runtime = Runtime::new().unwrap();
    let event = sigap::message::EventId(String::new());
    let loaded = runtime.block_on(store.load(&setting.conversation(), &event));
    let cases = runtime.block_on(store.cases(&Query::default())).unwrap();
    let kept = Kept::of(&loaded.unwrap().conversation, &cases);
    let versions = cases.into_iter().flat_map(versions);
    let last = versions.max_by_key(|ticket| {
        let revised = ticket.revision.as_ref().map(|revision| revision.at);
        (revised.unwrap_or(ticket.filed_at), ticket.id.clone())
    });
    (kept, last)
}

fn versions(case: Tracked) -> impl Iterator<Item = Ticket> {
    case.earlier.into_iter().chain([case.latest])
}

impl Kept {
    fn of(conversation: &sigap::dialog::Conversation, cases: &[Tracked]) -> Self {
        let tickets = cases.iter().cloned().flat_map(versions);
        let mut tickets: Vec<_> = tickets.map(|ticket| without_ids(&ticket)).collect();
        let mut progress: Vec<_> = cases
            .iter()
            .map(|case| without_ids(&case.progress))
            .collect();
        tickets.sort();
        progress.sort();
        // The program says which language its reader has; the reference has no reader.
        let conversation = sigap::dialog::Conversation {
            language: None,
            ..conversation.clone()
        };
        Self {
            conversation: without_ids(&conversation),
            tickets,
            progress,
        }
    }
}

fn without_ids(record: &impl serde::Serialize) -> String {
    let ids = Regex::new("T-[0-9]{6}-[0-9A-Z]{6}").unwrap();
    let json = serde_json::to_string(record).unwrap();
    ids.replace_all(&json, "T").into_owned()
}

impl Scene {
    /// What is known after a line that counted without an answer.
    fn counted(&self, last: Option<Ticket>) -> Scene {
        let mut scene = self.told(&json!({"replies": []}));
        if let Some(ticket) = last.filter(|ticket| !self.tickets.contains(&ticket.id)) {
            scene.filed = Some(Filed::of(&ticket));
            scene.tickets.push(ticket.id);
        }
        scene
    }
}
