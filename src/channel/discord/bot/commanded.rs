//! Commands, and what is suggested while they are typed.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use serenity::model::application::{CommandDataOption, CommandDataOptionValue, CommandInteraction};
use serenity::model::channel::Attachment;

use super::{Bot, DocumentAt, Work};
use crate::act::{Act, Who};
use crate::channel::discord::commands;
use crate::channel::discord::incoming;
use crate::channel::discord::mark::Mark;
use crate::import::document::DOCUMENT_KINDS;
use crate::matcher;
use crate::slash::{self, Filled, Filling, Slash, Takes};

impl Bot {
    pub(super) async fn command(self: &Arc<Self>, command: &CommandInteraction) {
        let ask = incoming::command(command, &self.settings);
        if !incoming::is_allowed(ask.place, &self.settings) {
            return self.refuse(ask, "not_here").await;
        }
        let name = command.data.name.as_str();
        let (part, options) = parts(&command.data.options);
        let slash = slash::offered(name, part);
        let makes_sop = name == commands::MAKE.id;
        let for_leads = makes_sop || slash.is_some_and(|slash| slash.who == Who::Lead);
        if for_leads && !ask.person.lead {
            return self.refuse(ask, "leads_only").await;
        }
        if makes_sop || slash.is_some_and(Slash::takes_file) {
            let Some(source) = attached(command, options).or_else(|| posted(command)) else {
                return self.refuse(ask, "no_document").await;
            };
            let (id, conversation) = (ask.id, ask.place.conversation(ask.person.id));
            let responder = self.responder(ask, true);
            return self.take(conversation, id, Work::Document(responder, source));
        }
        let act = match slash {
            Some(slash) => slash.act(&filled(slash, options)),
            None if name == commands::FIND.id => match target(command) {
                Some(text) => Some(Act::Ask(text)),
                None => return self.refuse(ask, "no_text").await,
            },
            None => None,
        };
        let Some(act) = act else {
            tracing::warn!(command = name, "a command that makes no sense");
            return self.refuse(ask, "unknown_button").await;
        };
        let owner = ask.person.id;
        let (id, conversation) = (ask.id, ask.place.conversation(owner));
        let ephemeral = for_leads || ask.place.workspace.is_some();
        let responder = self.responder(ask, ephemeral);
        self.take(conversation, id, Work::Act(responder, Mark { owner, act }));
    }

    /// Suggests while somebody types; too late is as good as never, so nothing is queued.
    pub(super) async fn suggest(&self, typing: &CommandInteraction) {
        const SUGGESTIONS: u8 = 8;
        let ask = incoming::command(typing, &self.settings);
        let typed = typing.data.autocomplete().map_or("", |option| option.value);
        let (part, _) = parts(&typing.data.options);
        let slots = slash::offered(&typing.data.name, part).map_or(&[][..], |slash| slash.slots);
        let takes = |what: Takes| slots.iter().any(|slot| slot.takes == what);
        let choices = if !incoming::is_allowed(ask.place, &self.settings) {
            json!({"choices": []})
        } else if takes(Takes::Sop) {
            self.suggested_sops(typed)
        } else if takes(Takes::Ticket) {
            self.suggested_tickets(typed, &ask.person.name).await
        } else {
            json!({"choices": []})
        };
        let sent = self.rest.respond(ask.id, &ask.token, SUGGESTIONS, choices);
        if let Err(error) = sent.await {
            tracing::debug!(%error, "suggestions came too late");
        }
    }

    async fn suggested_tickets(&self, typed: &str, agent: &str) -> Json {
        match self.assistant.tickets_of(agent).await {
            Ok(tickets) => commands::tickets(typed, &tickets),
            Err(error) => {
                tracing::error!(%error, "tickets do not read");
                json!({"choices": []})
            }
        }
    }

    fn suggested_sops(&self, typed: &str) -> Json {
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
}

/// The part of a command, where it has several, and what it was given.
fn parts(options: &[CommandDataOption]) -> (Option<&str>, &[CommandDataOption]) {
    match options.first().map(|first| (first, &first.value)) {
        Some((first, CommandDataOptionValue::SubCommand(options))) => (Some(&first.name), options),
        _ => (None, options),
    }
}

fn filled(slash: &Slash, options: &[CommandDataOption]) -> Filled {
    let slots = slash.slots.iter().filter_map(|slot| {
        let option = options.iter().find(|option| option.name == slot.name.id)?;
        let filling = match &option.value {
            CommandDataOptionValue::String(text) => Filling::Text(text.clone()),
            CommandDataOptionValue::Integer(number) => {
                Filling::Number(u32::try_from(*number).ok()?)
            }
            CommandDataOptionValue::Boolean(flag) => Filling::Flag(*flag),
            CommandDataOptionValue::Channel(channel) => Filling::Place(channel.get()),
            _ => return None,
        };
        Some((slot.name.id, filling))
    });
    Filled(slots.collect())
}

/// The text of the message that a command was given on.
fn target(command: &CommandInteraction) -> Option<String> {
    let id = command.data.target_id?.to_message_id();
    let message = command.data.resolved.messages.get(&id)?;
    let text = message.content.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The file that a command was given.
fn attached(command: &CommandInteraction, options: &[CommandDataOption]) -> Option<DocumentAt> {
    let id = options.iter().find_map(|option| match &option.value {
        CommandDataOptionValue::Attachment(id) => Some(id),
        _ => None,
    })?;
    document(command.data.resolved.attachments.get(id)?)
}

/// The procedure in a message: its first document, otherwise its text.
fn posted(command: &CommandInteraction) -> Option<DocumentAt> {
    let id = command.data.target_id?.to_message_id();
    let message = command.data.resolved.messages.get(&id)?;
    let file = message.attachments.iter().find_map(document);
    file.or_else(|| target(command).map(DocumentAt::Text))
}

/// A document that can be read; others among a message's attachments do not belong to a procedure.
fn document(attachment: &Attachment) -> Option<DocumentAt> {
    let name = attachment.filename.to_lowercase();
    let kind = Path::new(&name).extension().and_then(OsStr::to_str)?;
    (kind == "toml" || DOCUMENT_KINDS.contains(&kind)).then(|| DocumentAt::File {
        name: attachment.filename.clone(),
        url: attachment.url.clone(),
    })
}
