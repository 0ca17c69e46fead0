//! Commands, and what is suggested while they are typed.

use std::sync::Arc;

use serde_json::json;
use serenity::model::application::{CommandDataOption, CommandDataOptionValue, CommandInteraction};

use super::{Bot, Work};
use crate::channel::discord::commands;
use crate::channel::discord::incoming::{self, Ask};
use crate::matcher;

impl Bot {
    pub(super) async fn command(self: &Arc<Self>, command: &CommandInteraction) {
        let ask = incoming::command(command, &self.settings);
        if !ask.place.is_allowed(&self.settings) {
            return self.refuse(ask, "not_here").await;
        }
        let given = Given::of(command);
        let option = |name: &str| given.text(name);
        let name = command.data.name.as_str();
        if matches!(
            name,
            commands::BELAJAR | commands::STATISTIK | commands::JADIKAN
        ) || name == commands::SOP && given.sub.is_some_and(|sub| sub != commands::LIHAT)
        {
            return self.command_as_lead(ask, command, &given).await;
        }
        let said = match name {
            commands::TANYA => option(commands::QUESTION),
            commands::SOP => format!("/sop {}", option(commands::TITLE)),
            commands::TIKET => format!("/tiket {}", option(commands::ID)),
            commands::AM => format!("/am {}", option(commands::NAME)),
            commands::ISTILAH => format!("/istilah {}", option(commands::WORD)),
            commands::BANTUAN => "/bantuan".to_owned(),
            commands::KANAL => return self.set_kind(ask, &option(commands::KIND)).await,
            commands::CARIKAN => match target(command) {
                Some(text) => text,
                None => return self.refuse(ask, "no_text").await,
            },
            other => {
                tracing::warn!(command = other, "an unknown command");
                return self.refuse(ask, "unknown_button").await;
            }
        };
        let conversation = ask.place.conversation(ask.person.id);
        let (id, owner, shared) = (ask.id, ask.person.id, ask.place.guild.is_some());
        let responder = self.responder(ask, shared);
        self.take(conversation, id, Work::Question(responder, owner, said));
    }

    /// Sets the kind of a channel; only leads may, and only where there are channels.
    pub(super) async fn set_kind(self: &Arc<Self>, ask: Ask, name: &str) {
        if !ask.person.lead {
            return self.refuse(ask, "leads_only").await;
        }
        if ask.place.guild.is_none() {
            return self.refuse(ask, "workspace_only").await;
        }
        let Some(kind) = commands::kind(name) else {
            return self.refuse(ask, "unknown_kind").await;
        };
        let (id, channel) = (ask.id, ask.place.channel_id());
        let responder = self.responder(ask, true);
        self.take(channel, id, Work::Kind(responder, kind));
    }

    /// Suggests while somebody types; too late is as good as never, so nothing is queued.
    pub(super) async fn suggest(&self, typing: &CommandInteraction) {
        let ask = incoming::command(typing, &self.settings);
        let typed = typing.data.autocomplete().map_or("", |option| option.value);
        let choices = match typing.data.name.as_str() {
            _ if !ask.place.is_allowed(&self.settings) => json!({"choices": []}),
            commands::SOP => {
                let knowledge = self.assistant.knowledge();
                let context = matcher::Context {
                    service: self.settings.service.as_deref(),
                };
                let found = knowledge.matcher.classify(typed, &context);
                let candidates = found.candidates.iter();
                let ranked: Vec<_> = candidates
                    .filter(|_| !typed.trim().is_empty())
                    .map(|candidate| candidate.intent.to_string())
                    .collect();
                commands::sops(typed, &ranked, &knowledge.catalog.sops)
            }
            commands::TIKET => match self.assistant.tickets_of(&ask.person.name).await {
                Ok(tickets) => commands::tickets(typed, &tickets),
                Err(error) => {
                    tracing::error!(%error, "tickets do not read");
                    json!({"choices": []})
                }
            },
            _ => json!({"choices": []}),
        };
        const SUGGESTIONS: u8 = 8;
        let sent = self.rest.respond(ask.id, &ask.token, SUGGESTIONS, choices);
        if let Err(error) = sent.await {
            tracing::debug!(%error, "suggestions came too late");
        }
    }
}

/// What a command was given.
pub(super) struct Given<'a> {
    /// The part of the command, where it has several.
    pub sub: Option<&'a str>,
    options: &'a [CommandDataOption],
}

impl<'a> Given<'a> {
    fn of(command: &'a CommandInteraction) -> Given<'a> {
        let options = &command.data.options;
        match options.first().map(|first| (first, &first.value)) {
            Some((first, CommandDataOptionValue::SubCommand(options))) => Given {
                sub: Some(&first.name),
                options,
            },
            _ => Given { sub: None, options },
        }
    }

    /// A text; empty when none was given.
    pub fn text(&self, name: &str) -> String {
        let text = self.value(name).and_then(|value| value.as_str());
        text.unwrap_or_default().trim().to_owned()
    }

    /// Whatever was given under a name.
    pub fn value(&self, name: &str) -> Option<&'a CommandDataOptionValue> {
        let mut options = self.options.iter();
        options
            .find(|option| option.name == name)
            .map(|option| &option.value)
    }
}

/// The text of the message that a command was given on.
pub(super) fn target(command: &CommandInteraction) -> Option<String> {
    let id = command.data.target_id?.to_message_id();
    let message = command.data.resolved.messages.get(&id)?;
    let text = message.content.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
