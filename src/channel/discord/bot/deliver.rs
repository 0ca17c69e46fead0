//! What the assistant says, on its way to where it is read.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value as Json, json};

use super::Bot;
use super::pressed::TICKS;
use super::responder::Responder;
use crate::act::Act;
use crate::assistant::Handled;
use crate::channel::discord::payload::{self, Face};
use crate::channel::discord::ticks;
use crate::dialog::{Effect, SopForm};
use crate::message::{Button, ChannelKind, Incoming, Reply};
use crate::store;
use crate::ticket::Ticket;
use crate::voice::Voice;
use crate::wording::{self, platform};

/// Where replies go.
#[derive(Debug)]
pub enum Sink {
    /// Into a channel.
    Channel(Posts),
    /// To whoever pressed or commanded.
    Interaction(Arc<Responder>),
}

/// Messages in a channel: below the one that is answered, or in the place of earlier ones.
#[derive(Debug, Default)]
pub struct Posts {
    pub channel: u64,
    /// Which event they answer: nonces are drawn from it, so that a message stands once.
    pub event: u64,
    /// The message that the first of them answers.
    pub answering: Option<u64>,
    /// Earlier messages of ours, whose places are taken first.
    pub replacing: VecDeque<u64>,
    /// What stands there now.
    pub posted: Vec<u64>,
    pub said: u32,
}

impl Bot {
    pub(super) async fn answer(&self, incoming: &Incoming, owner: u64, mut sink: Sink) {
        let handled = self.handle(incoming).await;
        self.deliver(handled, owner, &mut sink).await;
    }

    /// Asks the assistant, and counts.
    pub(super) async fn handle(&self, incoming: &Incoming) -> Result<Handled, store::Error> {
        let began = Instant::now();
        let handled = self.assistant.handle(incoming).await?;
        let understood = handled.understood.as_ref();
        let decision = understood.map_or("none", |understood| understood.decision.name());
        self.settings.metrics.message(decision, began.elapsed());
        Ok(handled)
    }

    pub(super) async fn deliver(
        &self,
        handled: Result<Handled, store::Error>,
        owner: u64,
        sink: &mut Sink,
    ) {
        let mut handled = match handled {
            Ok(handled) => handled,
            // Whoever has taken over has heard it as well.
            Err(store::Error::Fenced) => {
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
        if self.is_form_worth_it(&handled.conversation)
            && let Some(reply) = handled.replies.last_mut()
        {
            reply.buttons.push(voice.button("form", Act::Form));
        }
        let ephemeral = sink.is_ephemeral();
        let kind = match sink {
            Sink::Interaction(responder) => self.kind_of(responder.ask.place).await,
            Sink::Channel(_) => self.settings.channel_kind,
        };
        for reply in &mut handled.replies {
            self.decorate(reply, ephemeral, &voice);
            if let Some(ticket) = handled.ticket.as_ref().filter(|_| reply.shown == "filed") {
                let copy = voice.button("copy", Act::Copy(ticket.id.clone()));
                reply.buttons.insert(0, copy);
            }
            let mut bodies = self.messages(reply, owner);
            if let Some(last) = bodies.last_mut() {
                self.add_checklist(last, reply, owner, kind, &voice);
            }
            for body in bodies {
                self.say(sink, body).await;
            }
        }
        if let Some(ticket) = &handled.ticket {
            self.post_draft(ticket, owner).await;
        }
    }

    /// Posts a filed draft where leads and the back office look; its id is the nonce, so that it stands there once.
    pub(super) async fn post_draft(&self, ticket: &Ticket, owner: u64) {
        let Some(channel) = self.settings.ticket_channel else {
            return;
        };
        let voice = self.voice(None);
        let id = ticket.id.clone();
        let reply = Reply {
            text: format!(
                "**{}** · {}\n```\n{}\n```",
                ticket.id, ticket.agent, ticket.text
            ),
            buttons: vec![
                voice.button("copy", Act::Copy(id.clone())),
                voice.button("revise", Act::Revise(id.clone())),
                voice.button("entered", Act::Enter(id)),
            ],
            ..Reply::default()
        };
        for (number, body) in self.messages(&reply, owner).into_iter().enumerate() {
            let nonce = format!("{}.{number}", ticket.id);
            if let Err(error) = self.rest.post(channel, body, &nonce).await {
                tracing::error!(ticket = ticket.id, %error, "a draft was not posted; it is kept");
            }
        }
    }

    /// A procedure as it is shown to whoever asks for it by name.
    pub(super) fn procedure(&self, intent: &str, kind: ChannelKind, voice: &Voice) -> Vec<Reply> {
        let knowledge = self.assistant.knowledge();
        if knowledge.catalog.sop(intent).is_none() {
            return Vec::new();
        }
        let now = (self.now)();
        let show = Effect::ShowSop {
            intent: intent.to_owned(),
            points: Vec::new(),
            form: SopForm::Whole,
            noted: Default::default(),
            may_be_wrong: false,
        };
        let around = wording::Around {
            now: &now,
            channel_kind: kind,
            user: "",
            lead: false,
            tickets: &[],
            recent: &[],
            voice,
        };
        wording::replies(&knowledge, &[show], around)
    }

    /// Adds what only a platform with private and public messages has: why this answer, sharing it, and its logins.
    pub(super) fn decorate(&self, reply: &mut Reply, ephemeral: bool, voice: &Voice) {
        let shown = reply.sop.clone().filter(|sop| !self.logins(sop).is_empty());
        if let Some(sop) = shown {
            reply.buttons.push(voice.button("logins", Act::Logins(sop)));
        }
        let whole = self.whole(reply);
        let answers = |button: &Button| matches!(button.action, Act::NotThis(_));
        if whole.is_some() || reply.buttons.iter().any(answers) {
            reply.buttons.push(voice.button("why", Act::Why));
        }
        if let Some(intent) = whole.filter(|_| ephemeral) {
            reply
                .buttons
                .push(voice.button("share", Act::Publicise(intent)));
        }
    }

    /// The procedure that a reply shows as a whole, if it does.
    pub(super) fn whole(&self, reply: &Reply) -> Option<String> {
        let knowledge = self.assistant.knowledge();
        let sop = knowledge.catalog.sop(reply.sop.as_ref()?)?;
        let is_whole = matches!(reply.shown.as_str(), "show_sop" | "show_sop_short");
        is_whole.then(|| sop.id.clone())
    }

    pub(super) fn add_checklist(
        &self,
        body: &mut Json,
        reply: &Reply,
        owner: u64,
        kind: ChannelKind,
        voice: &Voice,
    ) {
        let knowledge = self.assistant.knowledge();
        let Some(sop) = self
            .whole(reply)
            .and_then(|intent| knowledge.catalog.sop(&intent))
        else {
            return;
        };
        let mark = self.marks.write(owner, &format!("{TICKS}{}", sop.id));
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

    async fn post(&self, posts: &mut Posts, mut body: Json) {
        if let Some(earlier) = posts.replacing.pop_front() {
            match self.rest.edit(posts.channel, earlier, body.clone()).await {
                Ok(()) => return posts.posted.push(earlier),
                // Somebody took it away: what is said stands below instead.
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
