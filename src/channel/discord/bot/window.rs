//! Windows: several fields at once, and the number that the ticketing application gave.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use serenity::model::application::ModalInteraction;

use super::deliver::Sink;
use super::orders;
use super::pressed::ENTERED;
use super::responder::Responder;
use super::{Bot, From, Work};
use crate::act::Act;
use crate::assistant::Handled;
use crate::channel::discord::form;
use crate::channel::discord::incoming::{self, Ask};
use crate::channel::discord::mark::Mark;
use crate::dialog::{Conversation, Phase};
use crate::message::{Reply, Said};
use crate::wording::platform;

impl Bot {
    /// Opens the window of the next text fields: it must be the first response, so it waits for no turn.
    pub(super) async fn open_form(&self, ask: Ask, owner: u64) {
        let here = ask.place.conversation(owner);
        let conversation = self.assistant.conversation(&here).await.unwrap_or_default();
        let kind = self.kind_of(ask.place).await;
        let knowledge = self.assistant.knowledge();
        let kept = self.refused.of(&here).unwrap_or_default();
        let window = conversation.draft().and_then(|draft| {
            let form = draft.form(&knowledge.catalog, kind)?;
            let mark = self.marks.write(owner, form::OPEN)?;
            form::window(form, draft, kind, &(self.now)(), &mark, &kept)
        });
        let Some(window) = window else {
            return self.refuse(ask, "no_open_fields").await;
        };
        self.open(ask, window).await;
    }

    /// Asks for the number that the ticketing application gave a draft.
    pub(super) async fn ask_number(&self, ask: Ask, mark: &Mark) {
        let voice = self.voice(Some(&ask.language));
        match self.marks.write(mark.owner, &mark.action) {
            Some(id) => self.open(ask, form::number(&id, &voice)).await,
            None => self.refuse(ask, "unknown_button").await,
        }
    }

    pub(super) async fn open(&self, ask: Ask, window: Json) {
        const WINDOW: u8 = 9;
        let opened = self.rest.respond(ask.id, &ask.token, WINDOW, window);
        if let Err(error) = opened.await {
            tracing::warn!(%error, "a form was not opened");
        }
    }

    pub(super) async fn form(self: &Arc<Self>, form: &ModalInteraction) {
        let ask = incoming::form(form, &self.settings);
        let Some(mark) = self.marks.read(&form.data.custom_id) else {
            return self.refuse(ask, "unknown_button").await;
        };
        if !ask.place.is_allowed(&self.settings) {
            return self.refuse(ask, "not_here").await;
        }
        if mark.owner != ask.person.id && !ask.person.lead {
            return self.refuse(ask, "not_your_button").await;
        }
        if !form::is_whole(&form.data.components) {
            tracing::error!("a form's answers were lost in decoding");
            return self.refuse(ask, "unread_form").await;
        }
        if orders::is_leads(&mark.action) {
            let typed = form::written(&form.data.components);
            return self.window_of_lead(ask, &mark, typed).await;
        }
        let typed = form::typed(&form.data.components);
        let (id, conversation) = (ask.id, ask.place.conversation(mark.owner));
        if let Some(ticket) = mark.action.strip_prefix(ENTERED) {
            let number = typed.first().map_or("", |(_, number)| number.as_str());
            let said = format!("/selesai {ticket} {number}").trim_end().to_owned();
            let ephemeral = ask.is_on_ephemeral() || ask.place.is_shared();
            let responder = self.responder(ask, ephemeral);
            return self.take(
                conversation,
                id,
                Work::Question(responder, mark.owner, said),
            );
        }
        if mark.action != form::OPEN {
            return self.refuse(ask, "unknown_button").await;
        }
        if typed.is_empty() {
            return self.refuse(ask, "empty_form").await;
        }
        let ephemeral = ask.is_on_ephemeral();
        let responder = self.responder(ask, ephemeral);
        self.take(conversation, id, Work::Form(responder, mark.owner, typed));
    }

    /// Answers the fields of a form one after the other, each through the dialog's own door: first the field is asked
    /// for, then its answer is given. What cannot be used is said with the text that was typed, and stands in the next
    /// window again.
    pub(super) async fn answer_form(
        &self,
        responder: Arc<Responder>,
        owner: u64,
        typed: Vec<(String, String)>,
    ) {
        let asked = From::asked(&responder.ask, owner);
        let event = incoming::event(responder.ask.id);
        let whole = self.incoming(event, asked, Said::Press(Act::Form)).await;
        let mut sink = Sink::Interaction(Arc::clone(&responder));
        let mut refused = Vec::new();
        let mut kept = BTreeMap::new();
        let mut last = None;
        for (number, (field, value)) in typed.into_iter().enumerate() {
            let said = [
                Act::Edit(Some(field.clone())),
                Act::Value {
                    field: field.clone(),
                    value: value.clone(),
                },
            ];
            for (part, action) in said.into_iter().enumerate() {
                let mut incoming = whole.clone();
                incoming.said = Said::Press(action);
                // One event of the platform, several turns: each has an id of its own that a replay finds again.
                incoming.event.0 += &format!(":{number}.{part}");
                match self.handle(&incoming).await {
                    Ok(handled) => last = Some(handled),
                    Err(error) => return self.deliver(Err(error), owner, &mut sink).await,
                }
            }
            let stays = |handled: &Handled| handled.conversation.asking() == Some(field.as_str());
            if let Some(handled) = last.as_ref().filter(|handled| stays(handled)) {
                let said = handled.replies.last().map(|reply| reply.text.as_str());
                let problem = said
                    .and_then(|text| text.lines().next())
                    .unwrap_or_default();
                refused.push((value.clone(), problem.to_owned()));
                kept.insert(field, value);
            }
        }
        self.refused.keep(whole.conversation, kept);
        let Some(handled) = last else { return };
        if !refused.is_empty() {
            let voice = self.voice(Some(&responder.ask.language));
            let reply = Reply {
                text: platform::refused(&voice, &refused),
                buttons: Vec::new(),
                ..Reply::default()
            };
            for body in self.messages(&reply, owner) {
                self.say(&mut sink, body).await;
            }
        }
        self.deliver(Ok(handled), owner, &mut sink).await;
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
