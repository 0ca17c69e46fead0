//! Buttons and menus: who may press them, and what a press does.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use serenity::model::application::ActionRow;

use super::deliver::{Posts, Sink};
use super::orders;
use super::responder::Responder;
use super::{Bot, From, Work};
use crate::act::Act;
use crate::assistant::Deed;
use crate::channel::discord::incoming::{Ask, Place};
use crate::channel::discord::mark::Mark;
use crate::channel::discord::{form, incoming, payload, ticks};
use crate::message::{Incoming, Reply, Said};
use crate::wording::platform;

/// What the channel answers itself: ticking the checklist, sharing an answer, a draft to be copied, logins.
pub const TICKS: &str = "ticks:";
pub const SHARE: &str = "share:";
pub const LOGINS: &str = "logins:";
/// Asks why the last answer was chosen.
pub const WHY: &str = "why:";
/// Notes the number that the ticketing application gave a draft.
pub const ENTERED: &str = "entered:";
/// Discord's limit on a thread's name.
const THREAD_NAME_MAX: usize = 100;

/// A press, as it came.
#[derive(Debug)]
pub struct Press {
    /// Who pressed where.
    pub ask: Ask,
    /// The mark of the button or menu, then what was chosen from the menu.
    pub marks: Vec<String>,
    /// What stands below the message.
    pub rows: Vec<ActionRow>,
}

impl Bot {
    pub(super) async fn press(self: &Arc<Self>, press: Press) {
        let Press { ask, marks, rows } = press;
        let Some((first, chosen)) = marks.split_first() else {
            return;
        };
        let ticks = self
            .marks
            .read(first)
            .filter(|mark| mark.action.starts_with(TICKS));
        // The last one is what was chosen from a menu; all of them are ours and of one owner.
        let read: Option<Vec<Mark>> = marks.iter().map(|mark| self.marks.read(mark)).collect();
        let mark = read
            .filter(|read| read.iter().all(|mark| mark.owner == read[0].owner))
            .and_then(|mut read| read.pop());
        let Some(mark) = ticks.or(mark) else {
            return self.refuse(ask, "unknown_button").await;
        };
        if !ask.place.is_allowed(&self.settings) {
            return self.refuse(ask, "not_here").await;
        }
        // Who may see logins is a matter of the role, not of whose answer it is.
        if let Some(intent) = mark.action.strip_prefix(LOGINS) {
            return self.show_logins(ask, intent).await;
        }
        // What is shared is everybody's to read.
        if let Some(what) = mark.action.strip_prefix(orders::READ) {
            return self.take_reader(ask, what).await;
        }
        if mark.owner != ask.person.id && !ask.person.lead {
            return self.refuse(ask, "not_your_button").await;
        }
        // Whoever takes up a filed draft does so in a conversation of their own; a draft in work is its owner's.
        let mark = match mark.action.split_once(':') {
            Some(("revise" | "entered" | "done", _)) => Mark {
                owner: ask.person.id,
                ..mark
            },
            _ => mark,
        };
        if orders::is_leads(&mark.action) {
            return self.press_as_lead(ask, &mark).await;
        }
        if mark.action.starts_with(TICKS) {
            return self.tick(ask, &rows, first, chosen).await;
        }
        if mark.action == form::OPEN {
            return self.open_form(ask, mark.owner).await;
        }
        if mark.action.starts_with(ENTERED) {
            return self.ask_number(ask, &mark).await;
        }
        let (id, conversation) = (ask.id, ask.place.conversation(mark.owner));
        let for_all = mark.action.starts_with(SHARE);
        let ephemeral =
            ask.is_on_ephemeral() || ask.place.is_shared() && concerns_one(&mark.action);
        let responder = self.responder(ask, ephemeral && !for_all);
        let work = match mark.action.split_once(':') {
            Some(("share", intent)) => Work::Share(responder, intent.to_owned()),
            Some(("copy", ticket)) => Work::Copy(responder, ticket.to_owned()),
            _ => Work::Press(responder, mark),
        };
        self.take(conversation, id, work);
    }

    /// Keeps the ticks of a checklist in the message that it stands on.
    async fn tick(&self, ask: Ask, rows: &[ActionRow], mark: &str, ticked: &[String]) {
        const CHANGE_MESSAGE: u8 = 7;
        let Some(rows) = ticks::ticked(rows, mark, ticked) else {
            return self.refuse(ask, "unknown_button").await;
        };
        let changed = json!({"components": rows});
        let sent = self
            .rest
            .respond(ask.id, &ask.token, CHANGE_MESSAGE, changed);
        if let Err(error) = sent.await {
            tracing::warn!(%error, "ticks were not kept");
        }
    }

    /// The logins that a procedure names and that are set here.
    pub(super) fn logins(&self, intent: &str) -> Vec<(&str, &str)> {
        let knowledge = self.assistant.knowledge();
        let Some(sop) = knowledge.catalog.sop(intent) else {
            return Vec::new();
        };
        let items = sop.sections.iter().flat_map(|section| &section.items);
        let named: BTreeSet<&str> = items.filter_map(|item| item.secret.as_deref()).collect();
        let set = &self.settings.secrets;
        set.iter()
            .filter(|(name, _)| named.contains(name.as_str()))
            .map(|(name, login)| (name.as_str(), login.0.as_str()))
            .collect()
    }

    /// Shows logins to one person who may see them; they are neither stored nor logged.
    async fn show_logins(&self, ask: Ask, intent: &str) {
        if !ask.person.cleared {
            return self.refuse(ask, "logins_refused").await;
        }
        let logins = self.logins(intent);
        if logins.is_empty() {
            return self.refuse(ask, "unknown_button").await;
        }
        tracing::info!(who = ask.person.id, intent, "logins were shown");
        let said = platform::logins(&self.voice(Some(&ask.language)), &logins);
        self.tell_alone(ask, &said).await;
    }

    /// Shows a draft and nothing else, so that it is copied as it is.
    pub(super) async fn answer_copy(&self, responder: Arc<Responder>, ticket: &str) {
        let voice = self.voice(Some(&responder.ask.language));
        let text = match self.assistant.ticket(ticket).await {
            Ok(Some(ticket)) => format!("```\n{}\n```", ticket.text),
            Ok(None) => voice.line("no_such_draft"),
            Err(error) => {
                tracing::error!(%error, "a ticket does not read");
                voice.line("not_kept")
            }
        };
        let reply = Reply {
            text,
            buttons: Vec::new(),
            ..Reply::default()
        };
        for body in self.messages(&reply, responder.ask.person.id) {
            responder.say(body).await;
        }
    }

    pub(super) async fn answer_press(&self, responder: Arc<Responder>, mark: Mark) {
        let ask = &responder.ask;
        let said = match mark.action.as_str() {
            // The dialog knows this as a command only.
            WHY => Said::Text("/kenapa".to_owned()),
            action => Said::Press(Act::parse(action)),
        };
        if ask.place.is_shared()
            && let Some(title) = self.title_of(&mark.action).await
            && !self.is_in_dialog(&ask.place.conversation(mark.owner)).await
        {
            return self.open_ticket(&responder, &mark, &title, said).await;
        }
        let incoming = self
            .incoming(incoming::event(ask.id), From::asked(ask, mark.owner), said)
            .await;
        let sink = Sink::Interaction(Arc::clone(&responder));
        self.answer(&incoming, mark.owner, sink).await;
    }

    /// What a dialog is called that this action begins; none when it begins none.
    async fn title_of(&self, action: &str) -> Option<String> {
        match action.split_once(':')? {
            ("ticket", intent) => Some(self.title(intent)),
            ("revise", id) => {
                let ticket = self.assistant.ticket(id).await.ok()??;
                Some(format!("{} · {}", ticket.id, self.title(&ticket.intent)))
            }
            _ => None,
        }
    }

    /// Starts a ticket's dialog in a thread of its own: what customers are called and how they are reached is not for
    /// the whole channel. Where threads are not allowed it runs in the channel.
    async fn open_ticket(&self, responder: &Arc<Responder>, mark: &Mark, title: &str, said: Said) {
        let ask = &responder.ask;
        let handle = ask.person.name.split(' ').next().unwrap_or_default();
        let voice = self.voice(Some(&ask.language));
        let name = voice.say("thread_name", &json!({"title": title, "agent": handle}));
        let name = payload::shortened(&name, THREAD_NAME_MAX);
        let opened = self.rest.thread(ask.place.channel, &name, mark.owner).await;
        let asked = From::asked(ask, mark.owner);
        let mut incoming = self.incoming(incoming::event(ask.id), asked, said).await;
        let mut sink = Sink::Interaction(Arc::clone(responder));
        match opened {
            Ok(thread) => {
                let place = Place {
                    channel: thread,
                    thread: true,
                    ..ask.place
                };
                incoming.conversation = place.conversation(mark.owner);
                incoming.continues = Some(ask.place.conversation(mark.owner));
                self.same_kind(&incoming, place, ask).await;
                let there = voice.say("goes_on_in", &json!({"thread": thread}));
                let there = json!({"content": there});
                responder.say(there).await;
                sink = Sink::Channel(Posts {
                    channel: thread,
                    event: ask.id,
                    ..Posts::default()
                });
            }
            Err(error) => {
                tracing::info!(%error, "no thread here, the dialog runs in the channel");
                responder.defer().await;
            }
        }
        self.answer(&incoming, mark.owner, sink).await;
    }

    /// A thread is of the kind of the channel that it was opened in.
    async fn same_kind(&self, incoming: &Incoming, thread: Place, ask: &Ask) {
        if incoming.channel_kind == self.settings.channel_kind {
            return;
        }
        let deed = Deed {
            event: &incoming.event,
            who: &ask.person.name,
            at: incoming.at.timestamp(),
        };
        let channel = thread.channel_id();
        let kept = self
            .assistant
            .set_channel_kind(&channel, incoming.channel_kind, &deed);
        match kept.await {
            Ok(()) => self
                .kinds
                .keep(channel.clone(), Some(incoming.channel_kind)),
            Err(error) => tracing::error!(%error, "the kind of a thread was not kept"),
        }
    }
}

/// What a press shows that only its presser asked for: looking things up, and the way into a thread.
fn concerns_one(action: &str) -> bool {
    [
        "point:", "why:", "list:", "help:", "ticket:", "copy:", "revise:", "done:",
    ]
    .iter()
    .any(|verb| action.starts_with(verb))
}
