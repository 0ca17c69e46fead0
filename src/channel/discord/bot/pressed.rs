//! Buttons and menus: who may press them, and what a press does.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use serenity::model::application::ActionRow;

use super::deliver::{Posts, Sink};
use super::responder::Responder;
use super::{Author, Bot, Work};
use crate::act::Act;
use crate::assistant::Actor;
use crate::channel::discord::incoming::Ask;
use crate::channel::discord::mark::Mark;
use crate::channel::discord::{incoming, ticks};
use crate::channel::manners::{concerns_one, permitted, said};
use crate::channel::pages::shortened;
use crate::channel::place::Place;
use crate::message::{Incoming, Said};
use crate::wording::platform;

/// Discord's limit on a thread's name.
const THREAD_NAME_MAX: usize = 100;

/// A press, as it came.
#[derive(Debug)]
pub struct Press {
    /// Who pressed where.
    pub ask: Ask,
    /// The mark of the button or menu, then what was chosen from the menu.
    pub marks: Vec<String>,
    /// The rows below the message.
    pub rows: Vec<ActionRow>,
}

impl Bot {
    pub(super) async fn press(self: &Arc<Self>, press: Press) {
        let Press { ask, marks, rows } = press;
        let Some((first, chosen)) = marks.split_first() else {
            return;
        };
        let mark = match self.marks.read(first) {
            Some(mark) if matches!(mark.act, Act::Ticks(_)) => Some(mark),
            _ => self.chosen(&marks),
        };
        let Some(mark) = mark else {
            return self.refuse(ask, "unknown_button").await;
        };
        if !incoming::is_allowed(ask.place, &self.settings) {
            return self.refuse(ask, "not_here").await;
        }
        let mark = match permitted(mark.owner, &mark.act, &ask.person) {
            Ok(owner) => Mark { owner, ..mark },
            Err(why) => return self.refuse(ask, why).await,
        };
        match &mark.act {
            Act::Ticks(_) => return self.tick(ask, &rows, first, chosen).await,
            Act::Form => return self.open_form(ask, mark.owner).await,
            Act::Enter(_) => return self.ask_number(ask, &mark).await,
            // They are neither queued nor stored.
            Act::Logins(intent) => return self.show_logins(ask, intent).await,
            Act::Lead(order) if order.wants_window() => {
                return self.open_window(ask, &mark, order).await;
            }
            _ => {}
        }
        let (id, conversation) = (ask.id, ask.place.conversation(mark.owner));
        let is_private = match &mark.act {
            Act::Publicise(_) => false,
            Act::Read { .. } | Act::Lead(_) => true,
            act => ask.is_on_ephemeral() || ask.place.is_shared() && concerns_one(act),
        };
        let responder = self.responder(ask, is_private);
        self.take(conversation, id, Work::Act(responder, mark));
    }

    /// What was chosen from a menu, or the button: the last mark, if all of them are ours and of one owner.
    fn chosen(&self, marks: &[String]) -> Option<Mark> {
        let read: Option<Vec<Mark>> = marks.iter().map(|mark| self.marks.read(mark)).collect();
        let mut read = read?;
        let owner = read.first()?.owner;
        let is_of_one = read.iter().all(|mark| mark.owner == owner);
        read.pop().filter(|_| is_of_one)
    }

    /// Keeps the ticks of a checklist in its message.
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
        self.say_alone(ask, &said).await;
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
        for body in self.messages(&said(text, Vec::new()), responder.ask.person.id) {
            responder.say(body).await;
        }
    }

    /// Has the assistant answer an act in somebody's conversation.
    pub(super) async fn answer_act(&self, responder: Arc<Responder>, mark: Mark) {
        let ask = &responder.ask;
        let here = ask.place.conversation(mark.owner);
        if ask.place.is_shared()
            && let Some(title) = self.title_of(&mark.act).await
            && !self.is_in_dialog(&here).await
        {
            return self.open_ticket(&responder, mark, &title).await;
        }
        let author = Author::asked(ask, mark.owner);
        let said = match mark.act {
            Act::Ask(question) => Said::Text(question),
            act => Said::Press(act),
        };
        let event = incoming::event(ask.id);
        let incoming = self.incoming(event, author, said).await;
        let sink = Sink::Interaction(Arc::clone(&responder));
        self.answer(&incoming, mark.owner, sink).await;
    }

    /// What the dialog is called that this act begins; none when it begins none.
    async fn title_of(&self, act: &Act) -> Option<String> {
        match act {
            Act::Ticket(Some(intent)) => Some(self.title(intent)),
            Act::Revise(id) => {
                let ticket = self.assistant.ticket(id).await.ok()??;
                Some(format!("{} · {}", ticket.id, self.title(&ticket.intent)))
            }
            _ => None,
        }
    }

    /// Starts a ticket's dialog in a thread of its own: what customers are called and how they are reached is not for
    /// the whole channel. Where threads are not allowed it runs in the channel.
    async fn open_ticket(&self, responder: &Arc<Responder>, mark: Mark, title: &str) {
        let ask = &responder.ask;
        let handle = ask.person.name.split(' ').next().unwrap_or_default();
        let voice = self.voice(Some(&ask.language));
        let name = voice.say("thread_name", &json!({"title": title, "agent": handle}));
        let name = shortened(&name, THREAD_NAME_MAX);
        let opened = self.rest.thread(ask.place.channel, &name, mark.owner).await;
        let author = Author::asked(ask, mark.owner);
        let said = Said::Press(mark.act);
        let mut incoming = self.incoming(incoming::event(ask.id), author, said).await;
        let mut sink = Sink::Interaction(Arc::clone(responder));
        match opened {
            Ok(thread) => {
                self.channels.note_own(thread, ask.place.channel);
                let place = Place {
                    channel: thread,
                    thread: true,
                    ..ask.place
                };
                incoming.conversation = place.conversation(mark.owner);
                incoming.continues = Some(ask.place.conversation(mark.owner));
                self.same_kind(&incoming, place, ask).await;
                let there = voice.say("goes_on_in", &json!({"thread": thread}));
                responder.say(json!({"content": there})).await;
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
        let actor = Actor {
            event: incoming.event.clone(),
            who: ask.person.name.clone(),
            at: incoming.at.timestamp(),
        };
        let channel = thread.channel_id();
        let kept = self
            .assistant
            .set_channel_kind(&channel, incoming.channel_kind, &actor);
        match kept.await {
            Ok(()) => self
                .kinds
                .keep(channel.clone(), Some(incoming.channel_kind)),
            Err(error) => tracing::error!(%error, "the kind of a thread was not kept"),
        }
    }
}
