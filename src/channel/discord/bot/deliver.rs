//! What the assistant says, on its way to where it is read.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::Bot;
use super::pressed::{SHARE, TICKS, WHY};
use super::responder::Responder;
use crate::assistant::Handled;
use crate::channel::discord::payload::{self, Face};
use crate::channel::discord::{form, ticks};
use crate::dialog::Effect;
use crate::message::{Button, ChannelKind, Incoming, Reply};
use crate::ticket::Ticket;
use crate::wording::{self, platform};

/// Where replies go.
#[derive(Debug)]
pub enum Sink {
    /// Into a channel, below the message that is answered.
    Channel {
        channel: u64,
        event: u64,
        answering: Option<u64>,
        said: u32,
    },
    /// To whoever pressed or commanded.
    Interaction(Arc<Responder>),
}

impl Bot {
    pub(super) async fn answer(&self, incoming: &Incoming, owner: u64, sink: Sink) {
        let handled = self.assistant.handle(incoming).await;
        self.deliver(handled, owner, sink).await;
    }

    pub(super) async fn deliver(
        &self,
        handled: Result<Handled, crate::store::Error>,
        owner: u64,
        mut sink: Sink,
    ) {
        let mut handled = match handled {
            Ok(handled) => handled,
            Err(error) => {
                tracing::error!(%error, "a turn was not kept");
                return self
                    .say(&mut sink, json!({"content": platform::NOT_KEPT}))
                    .await;
            }
        };
        if self.is_form_worth_it(&handled.conversation)
            && let Some(reply) = handled.replies.last_mut()
        {
            reply.buttons.push(Button {
                label: platform::FORM_BUTTON.to_owned(),
                action: form::OPEN.to_owned(),
            });
        }
        let ephemeral = sink.is_ephemeral();
        let kind = match &sink {
            Sink::Interaction(responder) => self.kind_of(responder.ask.place).await,
            Sink::Channel { .. } => self.settings.channel_kind,
        };
        for reply in &mut handled.replies {
            self.decorate(reply, ephemeral);
            let mut bodies = self.messages(reply, owner);
            if let Some(last) = bodies.last_mut() {
                self.add_checklist(last, reply, owner, kind, &[]);
            }
            for body in bodies {
                self.say(&mut sink, body).await;
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
        let reply = Reply {
            text: format!(
                "**{}** · {}\n```\n{}\n```",
                ticket.id, ticket.agent, ticket.text
            ),
            buttons: Vec::new(),
            sop: None,
        };
        for (number, body) in self.messages(&reply, owner).into_iter().enumerate() {
            let nonce = format!("{}.{number}", ticket.id);
            if let Err(error) = self.rest.post(channel, body, &nonce).await {
                tracing::error!(ticket = ticket.id, %error, "a draft was not posted; it is kept");
            }
        }
    }

    /// A procedure as it is shown to whoever asks for it by name.
    pub(super) fn procedure(&self, intent: &str, kind: ChannelKind) -> Vec<Reply> {
        let knowledge = self.assistant.knowledge();
        if knowledge.catalog.sop(intent).is_none() {
            return Vec::new();
        }
        let now = (self.now)();
        let show = Effect::ShowSop {
            intent: intent.to_owned(),
            points: Vec::new(),
        };
        let around = wording::Around {
            now: &now,
            channel_kind: kind,
            tickets: &[],
            recent: &[],
        };
        wording::replies(&knowledge, &[show], around)
    }

    /// Adds what only a platform with private and public messages has: why this answer, and sharing it.
    pub(super) fn decorate(&self, reply: &mut Reply, ephemeral: bool) {
        let Some(intent) = self.whole(reply) else {
            return;
        };
        let mut add = |label: &str, action: String| {
            reply.buttons.push(Button {
                label: label.to_owned(),
                action,
            });
        };
        add(platform::WHY_BUTTON, WHY.to_owned());
        if ephemeral {
            add(platform::SHARE_BUTTON, format!("{SHARE}{intent}"));
        }
    }

    /// The procedure that a reply shows as a whole, if it does.
    pub(super) fn whole(&self, reply: &Reply) -> Option<String> {
        let knowledge = self.assistant.knowledge();
        let sop = knowledge.catalog.sop(reply.sop.as_ref()?)?;
        let begins = reply.text.starts_with(&format!("**{}**\n", sop.title));
        begins.then(|| sop.id.clone())
    }

    pub(super) fn add_checklist(
        &self,
        body: &mut Json,
        reply: &Reply,
        owner: u64,
        kind: ChannelKind,
        ticked: &[String],
    ) {
        let knowledge = self.assistant.knowledge();
        let Some(sop) = self
            .whole(reply)
            .and_then(|intent| knowledge.catalog.sop(&intent))
        else {
            return;
        };
        let mark = self.marks.write(owner, &format!("{TICKS}{}", sop.id));
        let Some(row) = mark.and_then(|mark| ticks::menu(sop, kind, ticked, &mark)) else {
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
        let links: Vec<_> = knowledge.catalog.links.values().cloned().collect();
        let face = Face {
            marks: &self.marks,
            owner,
            links: &links,
        };
        payload::messages(reply, face)
    }

    pub(super) async fn say(&self, sink: &mut Sink, mut body: Json) {
        match sink {
            Sink::Interaction(responder) => responder.say(body).await,
            Sink::Channel {
                channel,
                event,
                answering,
                said,
            } => {
                if let Some(message) = answering.take() {
                    body["message_reference"] =
                        json!({"message_id": message.to_string(), "fail_if_not_exists": false});
                }
                let nonce = format!("{event}.{said}");
                *said += 1;
                if let Err(error) = self.rest.post(*channel, body, &nonce).await {
                    tracing::error!(%error, "a reply was not delivered");
                }
            }
        }
    }
}

impl Sink {
    fn is_ephemeral(&self) -> bool {
        matches!(self, Sink::Interaction(responder) if responder.ephemeral)
    }
}
