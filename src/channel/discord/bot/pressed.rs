//! Buttons and menus: who may press them, and what a press does.

use std::sync::Arc;

use serde_json::json;

use super::deliver::Sink;
use super::responder::Responder;
use super::{Bot, Work};
use crate::assistant::Deed;
use crate::channel::discord::incoming::{Ask, Place};
use crate::channel::discord::mark::Mark;
use crate::channel::discord::{form, payload};
use crate::message::{Incoming, Said};
use crate::wording::platform;

/// What the checklist's menu and the button for sharing do; the channel answers both.
pub const TICKS: &str = "ticks:";
pub const SHARE: &str = "share:";
/// Asks why the last answer was chosen.
pub const WHY: &str = "why:";
/// Discord's limit on a thread's name.
const THREAD_NAME_MAX: usize = 100;

impl Bot {
    pub(super) async fn press(self: &Arc<Self>, ask: Ask, marks: &[String]) {
        let checklist = marks.first().and_then(|mark| self.marks.read(mark));
        if let Some(mark) = checklist
            && let Some(intent) = mark.action.strip_prefix(TICKS)
        {
            return self.tick(ask, mark.owner, intent, &marks[1..]).await;
        }
        // The last one is what was chosen from a menu; all of them are ours and of one owner.
        let read: Option<Vec<Mark>> = marks.iter().map(|mark| self.marks.read(mark)).collect();
        let mark = read
            .filter(|read| read.iter().all(|mark| mark.owner == read[0].owner))
            .and_then(|mut read| read.pop());
        let Some(mark) = mark else {
            return self.refuse(ask, platform::UNKNOWN_BUTTON).await;
        };
        if !ask.place.is_allowed(&self.settings) {
            return self.refuse(ask, platform::NOT_HERE).await;
        }
        if mark.owner != ask.person.id && !ask.person.lead {
            return self.refuse(ask, platform::NOT_YOURS).await;
        }
        if mark.action == form::OPEN {
            return self.open_form(ask, mark.owner).await;
        }
        if let Some(intent) = mark.action.strip_prefix(SHARE) {
            let (id, conversation) = (ask.id, ask.place.conversation(mark.owner));
            let responder = self.responder(ask, false);
            self.take(conversation, id, Work::Share(responder, intent.to_owned()));
            return;
        }
        let shared = ask.place.guild.is_some() && !ask.place.thread;
        let on_ephemeral = ask.on.is_some_and(|on| on.ephemeral);
        let ephemeral = on_ephemeral || shared && concerns_one(&mark.action);
        let (id, conversation) = (ask.id, ask.place.conversation(mark.owner));
        let responder = self.responder(ask, ephemeral);
        self.take(conversation, id, Work::Press(responder, mark));
    }

    /// Keeps the ticks of a checklist in the message that it stands on.
    pub(super) async fn tick(&self, ask: Ask, owner: u64, intent: &str, ticked: &[String]) {
        const CHANGE_MESSAGE: u8 = 7;
        if !ask.place.is_allowed(&self.settings) {
            return self.refuse(ask, platform::NOT_HERE).await;
        }
        if owner != ask.person.id && !ask.person.lead {
            return self.refuse(ask, platform::NOT_YOURS).await;
        }
        let kind = self.kind_of(ask.place).await;
        let ephemeral = ask.on.is_some_and(|on| on.ephemeral);
        let mut replies = self.procedure(intent, kind);
        let rows = replies.last_mut().and_then(|reply| {
            self.decorate(reply, ephemeral);
            let mut body = self.messages(reply, owner).pop()?;
            self.add_checklist(&mut body, reply, owner, kind, ticked);
            body.get("components").cloned()
        });
        // The catalogue lost the procedure since.
        let Some(rows) = rows else {
            return self.refuse(ask, platform::UNKNOWN_BUTTON).await;
        };
        let changed = json!({"components": rows});
        let sent = self
            .rest
            .respond(ask.id, &ask.token, CHANGE_MESSAGE, changed);
        if let Err(error) = sent.await {
            tracing::warn!(%error, "ticks were not kept");
        }
    }

    pub(super) async fn answer_press(&self, responder: Arc<Responder>, mark: Mark) {
        let ask = &responder.ask;
        let shared = ask.place.guild.is_some() && !ask.place.thread;
        let here = ask.place.conversation(mark.owner);
        let said = match mark.action.as_str() {
            // The dialog knows this as a command only.
            WHY => Said::Text("/kenapa".to_owned()),
            action => Said::Press(action.to_owned()),
        };
        if let Some(intent) = mark.action.strip_prefix("ticket:").filter(|_| shared)
            && !self.is_in_dialog(&here).await
        {
            return self.open_ticket(&responder, &mark, intent, said).await;
        }
        let incoming = self
            .incoming(ask.id, here, ask.place, &ask.person, said)
            .await;
        self.answer(
            &incoming,
            mark.owner,
            Sink::Interaction(Arc::clone(&responder)),
        )
        .await;
    }

    /// Starts a ticket's dialog in a thread of its own: what customers are called and how they are reached is not for
    /// the whole channel. Where threads are not allowed it runs in the channel.
    pub(super) async fn open_ticket(
        &self,
        responder: &Arc<Responder>,
        mark: &Mark,
        intent: &str,
        said: Said,
    ) {
        let ask = &responder.ask;
        let title = self.title(intent);
        let handle = ask.person.name.split(' ').next().unwrap_or_default();
        let name = payload::shortened(&platform::thread_name(&title, handle), THREAD_NAME_MAX);
        let (place, continues) = match self.rest.thread(ask.place.channel, &name, mark.owner).await
        {
            Ok(thread) => {
                let place = Place {
                    channel: thread,
                    thread: true,
                    ..ask.place
                };
                (place, Some(ask.place.conversation(mark.owner)))
            }
            Err(error) => {
                tracing::info!(%error, "no thread here, the dialog runs in the channel");
                (ask.place, None)
            }
        };
        let mut incoming = self
            .incoming(
                ask.id,
                place.conversation(mark.owner),
                ask.place,
                &ask.person,
                said,
            )
            .await;
        if place.thread {
            incoming.continues = continues;
            self.same_kind(&incoming, place, ask).await;
            let there = json!({"content": platform::goes_on_in(place.channel)});
            responder.say(there).await;
        } else {
            responder.defer().await;
        }
        let sink = if place.thread {
            Sink::Channel {
                channel: place.channel,
                event: ask.id,
                answering: None,
                said: 0,
            }
        } else {
            Sink::Interaction(Arc::clone(responder))
        };
        self.answer(&incoming, mark.owner, sink).await;
    }

    /// A thread is of the kind of the channel that it was opened in.
    pub(super) async fn same_kind(&self, incoming: &Incoming, thread: Place, ask: &Ask) {
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
        if let Err(error) = kept.await {
            tracing::error!(%error, "the kind of a thread was not kept");
        }
    }
}

/// What a press shows that only its presser asked for: looking things up, and the way into a thread.
fn concerns_one(action: &str) -> bool {
    ["point:", "why:", "list:", "help:", "ticket:"]
        .iter()
        .any(|verb| action.starts_with(verb))
}
