//! Windows: several fields at once, the number that the ticketing application gave, and what leads write.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use serenity::model::application::ModalInteraction;

use super::deliver::Sink;
use super::responder::Responder;
use super::{Author, Bot, Work};
use crate::act::{self, Act, Order};
use crate::assistant::Handled;
use crate::channel::discord::form::{self, Input};
use crate::channel::discord::incoming::{self, Ask};
use crate::channel::discord::mark::Mark;
use crate::channel::manners::{permitted, said};
use crate::message::Said;
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
            let mark = self.marks.write(owner, &Act::Form)?;
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
        let number = Input {
            id: act::NUMBER,
            label: voice.line("number_label"),
            hint: voice.line("number_hint"),
            ..Input::default()
        };
        self.ask_in_window(ask, mark, "number_window", &[number])
            .await;
    }

    /// Asks a lead for what an order lacks.
    pub(super) async fn open_window(&self, ask: Ask, mark: &Mark, order: &Order) {
        let voice = self.voice(Some(&ask.language));
        let input = |id, label, hint| Input {
            id,
            label,
            hint,
            required: true,
            ..Input::default()
        };
        match order {
            Order::Amend { proposal, .. } => {
                let Ok(proposal) = self.desk.proposal(proposal).await else {
                    return self.refuse(ask, "no_proposal").await;
                };
                let fields = proposal.short_fields();
                let inputs = fields.iter().map(|(key, value)| Input {
                    value,
                    ..input(
                        key,
                        voice.say("amend_field", &json!({"key": key})),
                        String::new(),
                    )
                });
                let inputs: Vec<_> = inputs.collect();
                self.ask_in_window(ask, mark, "amend_title", &inputs).await;
            }
            Order::Begin { .. } => {
                let title = input(act::TITLE, voice.line("new_name"), String::new());
                let text = Input {
                    long: true,
                    ..input(act::TEXT, voice.line("new_text"), voice.line("new_hint"))
                };
                self.ask_in_window(ask, mark, "new_title", &[title, text])
                    .await;
            }
            _ => {
                let why = input(act::WHY, voice.line("why_label"), voice.line("why_hint"));
                self.ask_in_window(ask, mark, "why_title", &[why]).await;
            }
        }
    }

    /// Opens a window whose title is a block.
    async fn ask_in_window(&self, ask: Ask, mark: &Mark, title: &str, inputs: &[Input<'_>]) {
        match self.marks.write(mark.owner, &mark.act) {
            Some(id) => {
                let title = self.voice(Some(&ask.language)).line(title);
                self.open(ask, form::texts(&title, &id, inputs)).await;
            }
            None => self.refuse(ask, "unknown_button").await,
        }
    }

    async fn open(&self, ask: Ask, window: Json) {
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
        if !incoming::is_allowed(ask.place, &self.settings) {
            return self.refuse(ask, "not_here").await;
        }
        let owner = match permitted(mark.owner, &mark.act, &ask.person) {
            Ok(owner) => owner,
            Err(why) => return self.refuse(ask, why).await,
        };
        if !form::is_whole(&form.data.components) {
            tracing::error!("a form's answers were lost in decoding");
            return self.refuse(ask, "unread_form").await;
        }
        let typed = form::typed(&form.data.components);
        let id = ask.id;
        let conversation = ask.place.conversation(owner);
        let (act, is_private) = match mark.act {
            Act::Lead(order) => {
                let written = form::written(&form.data.components);
                (Act::Lead(order.with(written)), true)
            }
            Act::Enter(id) => {
                let note = typed.into_iter().next().map(|(_, number)| number);
                let is_private = ask.is_on_ephemeral() || ask.place.is_shared();
                (Act::Mark { id, note }, is_private)
            }
            Act::Form if typed.is_empty() => return self.refuse(ask, "empty_form").await,
            Act::Form => {
                let ephemeral = ask.is_on_ephemeral();
                let work = Work::Form(self.responder(ask, ephemeral), owner, typed);
                return self.take(conversation, id, work);
            }
            _ => return self.refuse(ask, "unknown_button").await,
        };
        let responder = self.responder(ask, is_private);
        self.take(conversation, id, Work::Act(responder, Mark { owner, act }));
    }

    /// Answers the fields of a form one after the other, each through the dialog's own door: first the field is asked
    /// for, then its answer is given. What cannot be used is said with the text that was typed, and is in the next
    /// window again.
    pub(super) async fn answer_form(
        &self,
        responder: Arc<Responder>,
        owner: u64,
        typed: Vec<(String, String)>,
    ) {
        let asked = Author::asked(&responder.ask, owner);
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
                let problem = said.unwrap_or_default().lines().next().unwrap_or_default();
                refused.push((value.clone(), problem.to_owned()));
                kept.insert(field, value);
            }
        }
        self.refused.keep(whole.conversation, kept);
        let Some(handled) = last else { return };
        if !refused.is_empty() {
            let voice = self.voice(Some(&responder.ask.language));
            let reply = said(platform::refused(&voice, &refused), Vec::new());
            for body in self.messages(&reply, owner) {
                self.say(&mut sink, body).await;
            }
        }
        self.deliver(Ok(handled), owner, &mut sink).await;
    }
}
