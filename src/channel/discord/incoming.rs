//! Platform event to what the bot has to do with it: pure, so that who is answered where is a table of tests.

use serenity::model::application::{
    CommandInteraction, ComponentInteraction, ComponentInteractionDataKind, ModalInteraction,
};
use serenity::model::channel::{ChannelType, Message, MessageFlags, MessageType, PartialChannel};
use serenity::model::guild::Member;
use serenity::model::id::{ChannelId, GuildId, RoleId};
use serenity::model::user::User;

use super::Settings;
use crate::message::{ConversationId, EventId};

/// Where something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The workspace; none in a direct message.
    pub guild: Option<u64>,
    /// The channel or thread.
    pub channel: u64,
    /// It is a thread, as far as the event tells.
    pub thread: bool,
}

/// Who said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account's id.
    pub id: u64,
    /// As shown on drafts: the handle, and the id because handles are given away again.
    pub name: String,
    /// Has one of the roles that leads have.
    pub lead: bool,
}

/// How a message concerns the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Called {
    /// By a mention or in a direct message.
    Directly,
    /// Written in a help channel.
    InHelpChannel,
    /// Written somewhere else: only an open dialog of its author makes it ours.
    Overheard,
}

/// A message that may be for the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The message's id.
    pub id: u64,
    /// Where.
    pub place: Place,
    /// Who.
    pub person: Person,
    /// What it says, without the mention of the bot.
    pub text: String,
    /// Where its pictures are.
    pub pictures: Vec<String>,
    /// Whether it is for the bot.
    pub called: Called,
}

/// An interaction that has to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The interaction's id.
    pub id: u64,
    /// What answers it, within 15 minutes.
    pub token: String,
    /// Where.
    pub place: Place,
    /// Who.
    pub person: Person,
    /// The message it stands on, for buttons and menus, and whether only one person sees that.
    pub on: Option<On>,
}

/// The message that a button or menu stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct On {
    /// Its id.
    pub message: u64,
    /// Only one person sees it.
    pub ephemeral: bool,
}

impl Place {
    /// The conversation of one person here.
    pub fn conversation(&self, user: u64) -> ConversationId {
        ConversationId(format!("{}:{user}", self.channel_id().0))
    }

    /// The channel as a conversation of its own, which holds its settings.
    pub fn channel_id(&self) -> ConversationId {
        match self.guild {
            Some(guild) => ConversationId(format!("discord:{guild}:{}", self.channel)),
            None => ConversationId(format!("discord:dm:{}", self.channel)),
        }
    }

    /// Whether the bot works here at all.
    pub fn is_allowed(&self, settings: &Settings) -> bool {
        match self.guild {
            Some(guild) => settings.guilds.contains(&guild),
            None => settings.direct_messages,
        }
    }
}

/// The event that a message or interaction is.
pub fn event(id: u64) -> EventId {
    EventId(format!("discord:{id}"))
}

/// Returns a message that may be for the bot; none for bots, webhooks, notices, other workspaces and empty messages.
pub fn post(message: &Message, me: u64, settings: &Settings) -> Option<Post> {
    let by_person = !message.author.bot && message.webhook_id.is_none();
    let is_message = matches!(
        message.kind,
        MessageType::Regular | MessageType::InlineReply
    );
    let place = Place {
        guild: message.guild_id.map(GuildId::get),
        channel: message.channel_id.get(),
        thread: false,
    };
    if !by_person || !is_message || !place.is_allowed(settings) {
        return None;
    }
    let mentioned = message.mentions.iter().any(|user| user.id.get() == me);
    let pictures: Vec<_> = message
        .attachments
        .iter()
        .map(|attachment| attachment.url.clone())
        .collect();
    let text = without_mention(&message.content, me);
    // Without the message content intent the text of others is empty, but a mention alone is a call for help.
    if text.is_empty() && pictures.is_empty() && !mentioned {
        return None;
    }
    let called = if mentioned || place.guild.is_none() {
        Called::Directly
    } else if settings.help_channels.contains(&place.channel) {
        Called::InHelpChannel
    } else {
        Called::Overheard
    };
    let roles = message
        .member
        .as_ref()
        .map(|member| member.roles.as_slice());
    Some(Post {
        id: message.id.get(),
        place,
        person: person(&message.author, roles, settings),
        text,
        pictures,
        called,
    })
}

/// Returns who pressed a button or chose from a menu, and the mark on it.
pub fn press(interaction: &ComponentInteraction, settings: &Settings) -> (Ask, Vec<String>) {
    let ephemeral = |flags: MessageFlags| flags.contains(MessageFlags::EPHEMERAL);
    let on = On {
        message: interaction.message.id.get(),
        ephemeral: interaction.message.flags.is_some_and(ephemeral),
    };
    let ask = Ask {
        id: interaction.id.get(),
        token: interaction.token.clone(),
        place: place(
            interaction.guild_id,
            interaction.channel_id,
            interaction.channel.as_ref(),
        ),
        person: member(&interaction.user, interaction.member.as_ref(), settings),
        on: Some(on),
    };
    let mut marks = vec![interaction.data.custom_id.clone()];
    if let ComponentInteractionDataKind::StringSelect { values } = &interaction.data.kind {
        marks.extend(values.iter().cloned());
    }
    (ask, marks)
}

/// Returns who gave a command and where.
pub fn command(interaction: &CommandInteraction, settings: &Settings) -> Ask {
    Ask {
        id: interaction.id.get(),
        token: interaction.token.clone(),
        place: place(
            interaction.guild_id,
            interaction.channel_id,
            interaction.channel.as_ref(),
        ),
        person: member(&interaction.user, interaction.member.as_deref(), settings),
        on: None,
    }
}

/// Returns who sent a form, and the mark on it.
pub fn form(interaction: &ModalInteraction, settings: &Settings) -> Ask {
    Ask {
        id: interaction.id.get(),
        token: interaction.token.clone(),
        place: place(
            interaction.guild_id,
            interaction.channel_id,
            interaction.channel.as_ref(),
        ),
        person: member(&interaction.user, interaction.member.as_ref(), settings),
        on: interaction.message.as_ref().map(|message| On {
            message: message.id.get(),
            ephemeral: message
                .flags
                .is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL)),
        }),
    }
}

fn place(guild: Option<GuildId>, channel: ChannelId, about: Option<&PartialChannel>) -> Place {
    let is_thread = |channel: &PartialChannel| {
        matches!(
            channel.kind,
            ChannelType::NewsThread | ChannelType::PublicThread | ChannelType::PrivateThread
        )
    };
    Place {
        guild: guild.map(GuildId::get),
        channel: channel.get(),
        thread: about.is_some_and(is_thread),
    }
}

fn member(user: &User, member: Option<&Member>, settings: &Settings) -> Person {
    person(user, member.map(|member| member.roles.as_slice()), settings)
}

/// A lead is who has a lead's role in the event itself: nothing remembered, nothing assumed when roles are absent.
fn person(user: &User, roles: Option<&[RoleId]>, settings: &Settings) -> Person {
    let lead = roles
        .unwrap_or_default()
        .iter()
        .any(|role| settings.lead_roles.contains(&role.get()));
    Person {
        id: user.id.get(),
        name: format!("{} ({})", user.name, user.id),
        lead,
    }
}

fn without_mention(text: &str, me: u64) -> String {
    let text = text
        .replace(&format!("<@{me}>"), " ")
        .replace(&format!("<@!{me}>"), " ");
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    const ME: u64 = 99;

    fn settings() -> Settings {
        Settings {
            guilds: vec![1],
            help_channels: vec![20],
            lead_roles: vec![500],
            direct_messages: true,
            ..Settings::default()
        }
    }

    #[track_caller]
    fn check(changed: Json, expected: Option<(Called, &str)>) {
        let mut message = json!({
            "id": "1000", "channel_id": "10", "guild_id": "1", "content": "pulsa belum masuk",
            "author": {"id": "7", "username": "budi"}, "timestamp": "2026-01-01T00:00:00Z", "tts": false,
            "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
            "pinned": false, "type": 0,
        });
        for (key, value) in changed.as_object().unwrap() {
            message[key] = value.clone();
        }
        let message: Message = serde_json::from_value(message).unwrap();
        let post = post(&message, ME, &settings());
        let seen = post.as_ref().map(|post| (post.called, post.text.as_str()));
        assert_eq!(seen, expected, "{changed}");
    }

    #[test]
    fn the_bot_hears_mentions_direct_messages_and_help_channels() {
        let me = json!([{"id": "99", "username": "sigap"}]);
        check(
            json!({"mentions": me, "content": "<@99> ganti ont"}),
            Some((Called::Directly, "ganti ont")),
        );
        check(
            json!({"mentions": me, "content": "<@!99>"}),
            Some((Called::Directly, "")),
        );
        check(
            json!({"guild_id": null}),
            Some((Called::Directly, "pulsa belum masuk")),
        );
        check(
            json!({"channel_id": "20"}),
            Some((Called::InHelpChannel, "pulsa belum masuk")),
        );
        check(json!({}), Some((Called::Overheard, "pulsa belum masuk")));
    }

    #[test]
    fn bots_webhooks_notices_other_workspaces_and_silence_are_nothing() {
        check(
            json!({"author": {"id": "8", "username": "x", "bot": true}}),
            None,
        );
        check(json!({"webhook_id": "5"}), None);
        check(json!({"type": 7}), None);
        check(json!({"guild_id": "2"}), None);
        check(json!({"content": "  "}), None);
    }
}
