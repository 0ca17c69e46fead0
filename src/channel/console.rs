//! The console: one agent, one conversation, one event a line.
//!
//! With a terminal it shows Markdown, keeps a history of its own and reminds while nothing is typed; without, it writes
//! plain text or, for scripts, one JSON object a line, in which `\n` is a line break.
//! Reminders come in front of the answer to the next line then. A lead's commands go to the desk.

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use jiff::{Timestamp, Zoned};
use rustyline::error::ReadlineError;
use rustyline::{DefaultEditor, ExternalPrinter};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use termimad::MadSkin;
use tokio::sync::mpsc;

use crate::act::{Act, Order};
use crate::assistant::{Actor, Assistant, Handled};
use crate::desk::Desk;
use crate::desk::reply::Speaker;
use crate::dialog::{Decision, Draft};
use crate::guide::Knowledge;
use crate::message::{
    Button, ChannelKind, ConversationId, EventId, Incoming, Language, Reply, Said,
};
use crate::ticket::canonical_json;
use crate::voice::Voice;
use crate::{slash, store};

/// Words that leave the terminal.
const LEAVING: [&str; 3] = ["exit", "quit", "keluar"];
/// How often it is looked whether somebody is to be reminded.
const TICK: Duration = Duration::from_secs(30);

/// Who talks, and how.
#[derive(Debug)]
pub struct Console {
    /// The agent's name.
    pub user: String,
    /// Whether the agent is a team lead.
    pub lead: bool,
    /// The kind of channel that the console is.
    pub channel_kind: ChannelKind,
    /// The service it is about.
    pub service: Option<String>,
    /// The language in which the agent reads.
    pub language: Language,
    /// One JSON object a line instead of text.
    pub json: bool,
    /// What the desk offered a lead last.
    pub offered: Mutex<Vec<Button>>,
}

/// Who answers.
#[derive(Debug, Clone, Copy)]
pub struct Rooms<'a> {
    /// Agents' messages.
    pub assistant: &'a Assistant,
    /// Leads' orders.
    pub desk: &'a Desk,
}

/// One line of `--json`.
#[derive(Debug, Serialize)]
struct JsonLine {
    decision: Decision,
    intent: Option<String>,
    confidence: f32,
    replies: Vec<LineReply>,
    dialog: Option<LineDialog>,
    ticket: Option<LineTicket>,
}

#[derive(Debug, Serialize)]
struct LineReply {
    text: String,
    buttons: Vec<String>,
}

#[derive(Debug, Serialize)]
struct LineDialog {
    intent: String,
    fields: Map<String, Json>,
    missing: Vec<String>,
    asking: Option<String>,
}

#[derive(Debug, Serialize)]
struct LineTicket {
    id: String,
    intent: String,
    fields: Map<String, Json>,
    kip: String,
    text: String,
}

impl Console {
    /// Talks until the input ends. `now` is asked for the time of every line.
    pub async fn run(&self, rooms: Rooms<'_>, now: impl Fn() -> Zoned) -> anyhow::Result<()> {
        if self.json || !io::stdin().is_terminal() {
            self.lines(rooms, now).await
        } else {
            self.terminal(rooms, now).await
        }
    }

    async fn lines(&self, rooms: Rooms<'_>, now: impl Fn() -> Zoned) -> anyhow::Result<()> {
        let mut input = io::stdin().lock();
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            if input
                .read_until(b'\n', &mut bytes)
                .context("cannot read standard input")?
                == 0
            {
                return Ok(());
            }
            let text = String::from_utf8_lossy(&bytes);
            let text = text.trim_end_matches(['\n', '\r']);
            let mut replies = self.tick(rooms.assistant, &now()).await?;
            let mut output = io::stdout().lock();
            if self.json {
                let text = text.replace("\\n", "\n");
                let mut handled = self.say(rooms, &text, now()).await?;
                replies.append(&mut handled.replies);
                handled.replies = replies;
                let line = self.line(&rooms.assistant.knowledge(), handled, &now());
                writeln!(output, "{}", serde_json::to_string(&line)?)?;
            } else {
                replies.extend(self.say(rooms, text, now()).await?.replies);
                for text in plain(&replies) {
                    writeln!(output, "{text}\n")?;
                }
            }
            output.flush()?;
        }
    }

    async fn terminal(&self, rooms: Rooms<'_>, now: impl Fn() -> Zoned) -> anyhow::Result<()> {
        let skin = MadSkin::default();
        // The history stays in memory: what agents type is customer data.
        let mut editor = DefaultEditor::new().context("cannot use this terminal")?;
        let mut beside = editor
            .create_external_printer()
            .context("cannot print while something is typed")?;
        skin.print_text(
            &self
                .voice(&rooms.assistant.knowledge())
                .line("console_greeting"),
        );
        let known = rooms.assistant.conversation(&self.conversation()).await;
        let known = known.context("the conversation does not read")?;
        let first = known.draft().map_or("/bantuan", |_| "/tiket");
        show(&skin, &self.say(rooms, first, now()).await?.replies);
        let (typed, mut lines) = mpsc::channel(1);
        let (next, wanted) = mpsc::channel(1);
        // Reading blocks, and reminders come meanwhile. The thread ends when no further line is wanted.
        let reader = thread::spawn(move || read_lines(editor, wanted, &typed));
        let mut ticks = tokio::time::interval(TICK);
        let mut leaving = false;
        let ended = loop {
            if next.send(()).await.is_err() {
                break Ok(());
            }
            let line = loop {
                tokio::select! {
                    line = lines.recv() => break line,
                    _ = ticks.tick() => for text in plain(&self.tick(rooms.assistant, &now()).await?) {
                        let text = skin.term_text(&text).to_string();
                        beside.print(text).context("cannot write to the terminal")?;
                    },
                }
            };
            let leaves = std::mem::replace(
                &mut leaving,
                matches!(line, Some(Err(ReadlineError::Interrupted))),
            );
            match line {
                Some(Ok(text)) if text.trim().is_empty() => {}
                Some(Ok(text)) if LEAVING.contains(&text.trim()) => break Ok(()),
                Some(Err(ReadlineError::Interrupted)) if !leaves => {
                    let knowledge = rooms.assistant.knowledge();
                    skin.print_text(&self.voice(&knowledge).line("console_leave"));
                }
                Some(Ok(text)) => {
                    show(&skin, &self.tick(rooms.assistant, &now()).await?);
                    show(&skin, &self.say(rooms, &text, now()).await?.replies);
                }
                None | Some(Err(ReadlineError::Interrupted | ReadlineError::Eof)) => break Ok(()),
                Some(Err(error)) => break Err(error).context("cannot read from the terminal"),
            }
        };
        drop(next);
        // No input makes it panic; what it read last was handled.
        let _ = reader.join();
        ended
    }

    /// What is to be said unasked.
    async fn tick(&self, assistant: &Assistant, now: &Zoned) -> anyhow::Result<Vec<Reply>> {
        let mut replies = Vec::new();
        let due = match assistant.due(&self.conversation().0, now).await {
            // Reminders can wait until it is back; an agent's line is tried again for a while.
            Err(store::StoreError::Away { .. }) => Vec::new(),
            due => due.context("the reminders do not read")?,
        };
        for tick in due {
            let handled = assistant.handle(&tick).await;
            replies.extend(handled.context("a reminder was not kept")?.replies);
        }
        Ok(replies)
    }

    fn conversation(&self) -> ConversationId {
        ConversationId(format!("console:{}", self.user))
    }

    async fn say(&self, rooms: Rooms<'_>, text: &str, at: Zoned) -> anyhow::Result<Handled> {
        if let Some(order) = self.order(text) {
            return self.carry_out(rooms, &order, at).await;
        }
        let incoming = Incoming {
            event: next_event(),
            conversation: self.conversation(),
            user: self.user.clone(),
            lead: self.lead,
            channel_kind: self.channel_kind,
            service: self.service.clone(),
            at,
            said: Said::Text(text.to_owned()),
            continues: None,
            language: Some(self.language.clone()),
        };
        let handled = rooms.assistant.handle(&incoming).await;
        handled.context("the last message was not kept")
    }

    /// The order that a lead typed, or pressed by its label or number.
    fn order(&self, text: &str) -> Option<Order> {
        let offered = std::mem::take(&mut *self.offers());
        let number = text.trim().parse::<usize>().ok();
        let mut numbered = offered.iter().zip(1..);
        let pressed =
            numbered.find(|(button, place)| number == Some(*place) || button.label == text);
        let act = pressed.map(|(button, _)| button.action.clone());
        match act.or_else(|| slash::read(text)) {
            Some(Act::Lead(order)) if self.lead && !matches!(order, Order::ChannelKind(_)) => {
                Some(order)
            }
            _ => None,
        }
    }

    async fn carry_out(
        &self,
        rooms: Rooms<'_>,
        order: &Order,
        at: Zoned,
    ) -> anyhow::Result<Handled> {
        let by = Actor {
            event: next_event(),
            who: self.user.clone(),
            at: at.timestamp(),
        };
        let here = self.conversation();
        let shown = rooms.desk.handle(order, &by, &here, &at).await;
        let knowledge = rooms.assistant.knowledge();
        let speaker = Speaker {
            knowledge: &knowledge,
            voice: self.voice(&knowledge),
            now: &at,
        };
        let said = shown.iter().flat_map(|shown| speaker.replies(shown));
        let mut replies: Vec<Reply> = said.map(|said| said.reply).collect();
        // There are no windows here. What is pressed is below the last message.
        let wants_window =
            |button: &Button| matches!(&button.action, Act::Lead(order) if order.wants_window());
        for reply in &mut replies {
            reply.buttons.retain(|button| !wants_window(button));
        }
        let offered = replies.last().map(|reply| reply.buttons.clone());
        *self.offers() = offered.unwrap_or_default();
        let conversation = rooms.assistant.conversation(&here).await;
        Ok(Handled {
            understood: None,
            replies,
            conversation: conversation.context("the conversation does not read")?,
            ticket: None,
            sop: None,
        })
    }

    fn voice<'a>(&self, knowledge: &'a Knowledge) -> &'a Voice {
        knowledge.voices.of(&self.language)
    }

    fn offers(&self) -> MutexGuard<'_, Vec<Button>> {
        self.offered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, knowledge: &Knowledge, handled: Handled, now: &Zoned) -> JsonLine {
        let understood = handled.understood;
        JsonLine {
            decision: understood
                .as_ref()
                .map_or(Decision::Command, |understood| understood.decision),
            intent: understood
                .as_ref()
                .and_then(|understood| understood.intent.clone()),
            confidence: understood.map_or(0.0, |understood| understood.confidence),
            replies: handled.replies.into_iter().map(line_reply).collect(),
            dialog: handled.conversation.draft().map(|draft| {
                let asking = handled.conversation.asking().map(str::to_owned);
                line_dialog(knowledge, draft, asking, self.channel_kind, now)
            }),
            ticket: handled.ticket.map(|ticket| LineTicket {
                fields: ticket.canonical_fields(),
                id: ticket.id,
                intent: ticket.intent,
                kip: ticket.kip,
                text: ticket.text,
            }),
        }
    }
}

fn line_reply(reply: Reply) -> LineReply {
    LineReply {
        text: reply.text,
        buttons: reply
            .buttons
            .into_iter()
            .map(|button| button.label)
            .collect(),
    }
}

fn line_dialog(
    knowledge: &Knowledge,
    draft: &Draft,
    asking: Option<String>,
    kind: ChannelKind,
    now: &Zoned,
) -> LineDialog {
    let form = draft.form(&knowledge.catalog, kind);
    let case = draft.case(kind);
    let missing = form.map(|form| form.missing(case, now)).unwrap_or_default();
    let entries = form.map(|form| form.entries(case, now)).unwrap_or_default();
    LineDialog {
        intent: draft.intent.clone(),
        fields: entries
            .iter()
            .map(|entry| (entry.field.clone(), canonical_json(&entry.answer)))
            .collect(),
        missing: missing.iter().map(|field| field.id.clone()).collect(),
        asking,
    }
}

/// Reads a line whenever one is wanted, until the input ends.
fn read_lines(
    mut editor: DefaultEditor,
    mut wanted: mpsc::Receiver<()>,
    typed: &mpsc::Sender<Result<String, ReadlineError>>,
) {
    while wanted.blocking_recv().is_some() {
        let line = editor.readline("› ");
        if let Ok(text) = &line {
            let _ = editor.add_history_entry(text);
        }
        // The first Ctrl-C asks.
        let last = matches!(&line, Err(error) if !matches!(error, ReadlineError::Interrupted));
        if typed.blocking_send(line).is_err() || last {
            return;
        }
    }
}

/// An id that no other line of any run has: when the run began, its process, the line's number.
fn next_event() -> EventId {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let nanos = Timestamp::now().as_nanosecond();
    EventId(format!("console:{}:{nanos}:{number}", std::process::id()))
}

fn show(skin: &MadSkin, replies: &[Reply]) {
    for text in plain(replies) {
        skin.print_text(&text);
    }
}

/// The replies with their buttons below them. A number presses a button of the last one: only those are numbered.
fn plain(replies: &[Reply]) -> impl Iterator<Item = String> {
    let numbered = replies.len().saturating_sub(1);
    let with_buttons = move |(place, reply): (usize, &Reply)| {
        let labels = reply.buttons.iter().zip(1..).map(|(button, number)| {
            let Button { label, .. } = button;
            match place == numbered {
                true => format!("[{number}] {label}"),
                false => format!("[{label}]"),
            }
        });
        let labels: Vec<_> = labels.collect();
        match labels.is_empty() {
            true => reply.text.clone(),
            false => format!("{}\n{}", reply.text, labels.join("  ")),
        }
    };
    replies.iter().enumerate().map(with_buttons)
}
