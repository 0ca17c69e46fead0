//! The window of several fields: opened below a question, answered through the dialog's own door.

use std::sync::Arc;

use serenity::model::application::ModalInteraction;

use super::deliver::Sink;
use super::responder::Responder;
use super::{Bot, Work};
use crate::assistant::Handled;
use crate::channel::discord::form;
use crate::channel::discord::incoming::{self, Ask};
use crate::dialog::{Conversation, Phase};
use crate::message::{Reply, Said};
use crate::wording::platform;

impl Bot {
    /// Opens the window of the next text fields: it must be the first response, so it waits for no turn.
    pub(super) async fn open_form(&self, ask: Ask, owner: u64) {
        const WINDOW: u8 = 9;
        let conversation = self
            .assistant
            .conversation(&ask.place.conversation(owner))
            .await
            .unwrap_or_default();
        let kind = self.kind_of(ask.place).await;
        let knowledge = self.assistant.knowledge();
        let window = conversation.draft().and_then(|draft| {
            let form = draft.form(&knowledge.catalog, kind)?;
            let mark = self.marks.write(owner, form::OPEN)?;
            form::window(form, draft, kind, &(self.now)(), &mark)
        });
        let Some(window) = window else {
            return self.refuse(ask, platform::NO_OPEN_FIELDS).await;
        };
        let opened = self.rest.respond(ask.id, &ask.token, WINDOW, window);
        if let Err(error) = opened.await {
            tracing::warn!(%error, "a form was not opened");
        }
    }

    pub(super) async fn form(self: &Arc<Self>, form: &ModalInteraction) {
        let ask = incoming::form(form, &self.settings);
        let mark = self.marks.read(&form.data.custom_id);
        let Some(mark) = mark.filter(|mark| mark.action == form::OPEN) else {
            return self.refuse(ask, platform::UNKNOWN_BUTTON).await;
        };
        if !ask.place.is_allowed(&self.settings) {
            return self.refuse(ask, platform::NOT_HERE).await;
        }
        if mark.owner != ask.person.id && !ask.person.lead {
            return self.refuse(ask, platform::NOT_YOURS).await;
        }
        if !form::is_whole(&form.data.components) {
            tracing::error!("a form's answers were lost in decoding");
            return self.refuse(ask, platform::UNREAD_FORM).await;
        }
        let typed = form::typed(&form.data.components);
        if typed.is_empty() {
            return self.refuse(ask, platform::EMPTY_FORM).await;
        }
        let ephemeral = ask.on.is_some_and(|on| on.ephemeral);
        let (id, conversation) = (ask.id, ask.place.conversation(mark.owner));
        let responder = self.responder(ask, ephemeral);
        self.take(conversation, id, Work::Form(responder, mark.owner, typed));
    }

    /// Answers the fields of a form one after the other, each through the dialog's own door: first the field is asked
    /// for, then its answer is given. What cannot be used is said with the text that was typed.
    pub(super) async fn answer_form(
        &self,
        responder: Arc<Responder>,
        owner: u64,
        typed: Vec<(String, String)>,
    ) {
        let ask = &responder.ask;
        let conversation = ask.place.conversation(owner);
        let mut refused = Vec::new();
        let mut last = None;
        for (number, (field, value)) in typed.into_iter().enumerate() {
            let said = [format!("edit:{field}"), format!("value:{field}={value}")];
            for (part, action) in said.into_iter().enumerate() {
                let mut incoming = self
                    .incoming(
                        ask.id,
                        conversation.clone(),
                        ask.place,
                        &ask.person,
                        Said::Press(action),
                    )
                    .await;
                // One event of the platform, several turns: each has an id of its own that a replay finds again.
                incoming.event.0 += &format!(":{number}.{part}");
                match self.assistant.handle(&incoming).await {
                    Ok(handled) => last = Some(handled),
                    Err(error) => {
                        let sink = Sink::Interaction(Arc::clone(&responder));
                        return self.deliver(Err(error), owner, sink).await;
                    }
                }
            }
            let stays = |handled: &Handled| handled.conversation.asking() == Some(field.as_str());
            if let Some(handled) = last.as_ref().filter(|handled| stays(handled)) {
                let said = handled.replies.last().map(|reply| reply.text.as_str());
                let problem = said
                    .and_then(|text| text.lines().next())
                    .unwrap_or_default();
                refused.push((value, problem.to_owned()));
            }
        }
        let Some(handled) = last else { return };
        let mut sink = Sink::Interaction(Arc::clone(&responder));
        if !refused.is_empty() {
            let reply = Reply {
                text: platform::refused(&refused),
                buttons: Vec::new(),
                sop: None,
            };
            for body in self.messages(&reply, owner) {
                self.say(&mut sink, body).await;
            }
        }
        self.deliver(Ok(handled), owner, sink).await;
    }

    /// Whether several text fields are open, so that a window saves messages.
    pub(super) fn is_form_worth_it(&self, conversation: &Conversation) -> bool {
        let Phase::Asking { draft, .. } = &conversation.phase else {
            return false;
        };
        let knowledge = self.assistant.knowledge();
        // The kind only decides which fields there are; two open ones make the button worth it under any.
        let kind = self.settings.channel_kind;
        draft
            .form(&knowledge.catalog, kind)
            .is_some_and(|form| form::is_worth_it(form, draft, kind, &(self.now)()))
    }
}
