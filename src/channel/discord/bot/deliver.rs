//! What the assistant says, on its way to where it is read.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value as Json, json};

use super::Bot;
use super::responder::Responder;
use crate::act::Act;
use crate::assistant::Handled;
use crate::channel::discord::payload::{self, Face};
use crate::channel::discord::ticks;
use crate::channel::manners::{self, Extras, decorate};
use crate::message::{ChannelKind, Incoming, Reply};
use crate::store;
use crate::ticket::Ticket;
use crate::voice::Voice;
use crate::wording::platform;

/// Where replies go.
#[derive(Debug)]
pub enum Sink {
    /// Into a channel.
    Channel(Posts),
    /// To the one who pressed or commanded.
    Interaction(Arc<Responder>),
}

/// Messages in a channel: below the one that is answered, or in the place of earlier ones.
#[derive(Debug, Default)]
pub struct Posts {
    pub channel: u64,
    /// Which event they answer: nonces are drawn from it, so that a message is posted once.
    pub event: u64,
    /// The message that the first of them answers.
    pub answering: Option<u64>,
    /// Earlier messages of ours, whose places are taken first.
    pub replacing: VecDeque<u64>,
    /// What is there now.
    pub posted: Vec<u64>,
    pub said: u32,
}

impl Bot {
    pub(super) async fn answer(&self, incoming: &Incoming, owner: u64, mut sink: Sink) {
        let handled = self.handle(incoming).await;
        self.deliver(handled, owner, &mut sink).await;
    }

    /// Asks the assistant, and counts.
    pub(super) async fn handle(&self, incoming: &Incoming) -> Result<Handled, store::StoreError> {
        let began = Instant::now();
        let handled = self.assistant.handle(incoming).await?;
        let understood = handled.understood.as_ref();
        let decision = understood.map_or("none", |understood| understood.decision.name());
        self.settings.metrics.message(decision, began.elapsed());
        Ok(handled)
    }

    pub(super) async fn deliver(
        &self,
        handled: Result<Handled, store::StoreError>,
        owner: u64,
        sink: &mut Sink,
    ) {
        let mut handled = match handled {
            Ok(handled) => handled,
            // The process that has taken over has heard it as well.
            Err(store::StoreError::Fenced) => {
                return tracing::warn!("a turn was left to the process that has taken over");
            }
            Err(error) => {
                tracing::error!(%error, "a turn was not kept");
                let language = match sink {
                    Sink::Interaction(responder) => Some(&responder.ask.language),
                    Sink::Channel(_) => None,
                };
                let said = self.voice(language).line("not_kept");
                return self.say(sink, json!({"content": said})).await;
            }
        };
        let voice = self.voice(handled.conversation.language.as_ref());
        // The kind only decides which fields there are; two open ones make the button worth it under any.
        let (knowledge, kind) = (self.assistant.knowledge(), self.settings.channel_kind);
        if manners::is_form_worth_it(&handled.conversation, &knowledge, kind, &(self.now)())
            && let Some(reply) = handled.replies.last_mut()
        {
            reply.buttons.push(voice.button("form", Act::Form));
        }
        let kind = match sink {
            Sink::Interaction(responder) => self.kind_of(responder.ask.place).await,
            Sink::Channel(_) => self.settings.channel_kind,
        };
        let filed = handled.ticket.as_ref().map(|ticket| ticket.id.as_str());
        let mut whole = handled.sop.as_deref();
        join_notes(&mut handled.replies);
        for reply in &mut handled.replies {
            // The first reply about the SOP that was shown is the one that shows it.
            let shown = whole.take_if(|sop| reply.sop.as_deref() == Some(*sop));
            let logins = reply.sop.as_deref().map(|sop| self.logins(sop));
            let extras = Extras {
                whole: shown,
                filed,
                has_logins: logins.is_some_and(|logins| !logins.is_empty()),
                is_private: sink.is_ephemeral(),
            };
            decorate(reply, extras, &voice);
            let mut bodies = self.messages(reply, owner);
            if let Some((last, sop)) = bodies.last_mut().zip(shown) {
                self.add_checklist(last, sop, owner, (kind, &voice));
            }
            for body in bodies {
                self.say(sink, body).await;
            }
        }
        if let Some(ticket) = &handled.ticket {
            self.post_draft(ticket, owner).await;
        }
    }

    /// Posts a filed draft where leads and the back office look; its id is the nonce, so that it is posted once.
    pub(super) async fn post_draft(&self, ticket: &Ticket, owner: u64) {
        let Some(channel) = self.settings.ticket_channel else {
            return;
        };
        let reply = manners::draft_card(ticket, &self.voice(None));
        for (number, body) in self.messages(&reply, owner).into_iter().enumerate() {
            let nonce = format!("{}.{number}", ticket.id);
            if let Err(error) = self.rest.post(channel, body, &nonce).await {
                tracing::error!(ticket = ticket.id, %error, "a draft was not posted; it is kept");
            }
        }
    }

    /// A procedure as it is shown to an agent who asks for it by name.
    pub(super) fn procedure(&self, intent: &str, kind: ChannelKind, voice: &Voice) -> Vec<Reply> {
        let knowledge = self.assistant.knowledge();
        manners::procedure(&knowledge, intent, kind, (&(self.now)(), voice))
    }

    fn add_checklist(
        &self,
        body: &mut Json,
        sop: &str,
        owner: u64,
        (kind, voice): (ChannelKind, &Voice),
    ) {
        let knowledge = self.assistant.knowledge();
        let Some(sop) = knowledge.catalog.sop(sop) else {
            return;
        };
        let mark = self.marks.write(owner, &Act::Ticks(sop.id.clone()));
        let Some(row) = mark.and_then(|mark| ticks::menu(sop, kind, &mark, voice)) else {
            return;
        };
        match body["components"].as_array_mut() {
            Some(rows) if rows.len() < payload::ROWS_MAX => rows.push(row),
            Some(_) => {}
            None => body["components"] = json!([row]),
        }
    }

    pub(super) fn messages(&self, reply: &Reply, owner: u64) -> Vec<Json> {
        let knowledge = self.assistant.knowledge();
        let mut links: Vec<_> = knowledge.catalog.links.values().cloned().collect();
        links.push(platform::MESSAGES.to_owned());
        let face = Face {
            marks: &self.marks,
            owner,
            links: &links,
        };
        payload::messages(reply, face)
    }

    pub(super) async fn say(&self, sink: &mut Sink, body: Json) {
        match sink {
            Sink::Interaction(responder) => responder.say(body).await,
            Sink::Channel(posts) => self.post(posts, body).await,
        }
    }

    /// Takes earlier messages away whose places were not needed, and returns those that are there now.
    pub(super) async fn cleared(&self, sink: Sink) -> Vec<u64> {
        let Sink::Channel(posts) = sink else {
            return Vec::new();
        };
        for earlier in posts.replacing {
            if let Err(error) = self.rest.delete(posts.channel, earlier).await {
                tracing::info!(%error, "an earlier message was not taken away");
            }
        }
        posts.posted
    }

    async fn post(&self, posts: &mut Posts, mut body: Json) {
        if let Some(earlier) = posts.replacing.pop_front() {
            match self.rest.edit(posts.channel, earlier, body.clone()).await {
                Ok(()) => return posts.posted.push(earlier),
                // Somebody took it away: what is said goes below instead.
                Err(error) => tracing::info!(%error, "an earlier reply was not changed"),
            }
        }
        if let Some(message) = posts.answering.take() {
            body["message_reference"] =
                json!({"message_id": message.to_string(), "fail_if_not_exists": false});
        }
        let nonce = format!("{}.{}", posts.event, posts.said);
        posts.said += 1;
        match self.rest.post(posts.channel, body, &nonce).await {
            Ok(posted) => posts.posted.extend(posted),
            Err(error) => tracing::error!(%error, "a reply was not delivered"),
        }
    }
}

impl Sink {
    fn is_ephemeral(&self) -> bool {
        matches!(self, Sink::Interaction(responder) if responder.ephemeral)
    }
}

/// A line about what was noted is no message of its own: it opens the next one.
fn join_notes(replies: &mut Vec<Reply>) {
    let notes = |reply: &Reply| reply.shown == "noted" && !reply.text.trim().contains('\n');
    if replies.len() > 1 && notes(&replies[0]) {
        let note = replies.remove(0);
        replies[0].text = format!("{}\n\n{}", note.text.trim(), replies[0].text);
    }
}
