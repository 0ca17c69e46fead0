//! Platform event to what the bot has to do with it: pure, so that who is answered where is a table of tests.

use serenity::model::application::{
    CommandInteraction, ComponentInteraction, ComponentInteractionDataKind, ModalInteraction,
};
use serenity::model::channel::{
    Attachment, ChannelType, Message, MessageFlags, MessageType, PartialChannel,
};
use serenity::model::event::MessageUpdateEvent;
use serenity::model::guild::Member;
use serenity::model::id::{ChannelId, GuildId, RoleId};
use serenity::model::user::User;

use super::Settings;
use crate::message::{ConversationId, EventId, Language};
use crate::wording::platform;

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
    /// Has one of the roles that may see logins.
    pub cleared: bool,
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
    /// Where its pictures are: the message itself, since addresses of files run out within a day.
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
    /// The language that this person has chosen on the platform.
    pub language: Language,
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

impl Ask {
    /// Whether it stands on a message that only one person sees.
    pub fn is_on_ephemeral(&self) -> bool {
        self.on.is_some_and(|on| on.ephemeral)
    }
}

impl Place {
    /// The conversation of one person here.
    pub fn conversation(&self, user: u64) -> ConversationId {
        ConversationId(format!("{}:{user}", self.channel_id().0))
    }

    /// The channel as a conversation of its own, which holds its settings.
    pub fn channel_id(&self) -> ConversationId {
        match self.guild {
            Some(guild) => ConversationId(format!("{CHANNEL}{guild}:{}", self.channel)),
            None => ConversationId(format!("{CHANNEL}dm:{}", self.channel)),
        }
    }

    /// Whether others read along whom a ticket is no business of.
    pub fn is_shared(&self) -> bool {
        self.guild.is_some() && !self.thread
    }

    /// Whether the bot works here at all.
    pub fn is_allowed(&self, settings: &Settings) -> bool {
        match self.guild {
            Some(guild) => settings.guilds.contains(&guild),
            None => settings.direct_messages,
        }
    }
}

/// A message that its author changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The message as it is now.
    pub post: Post,
    /// When it was changed, as a number that stands between those of messages from before and after.
    pub change: u64,
}

/// The names of this channel's conversations begin with it.
pub const CHANNEL: &str = "discord:";

/// Where a conversation is and whose; none for another channel's.
pub fn whereabouts(conversation: &ConversationId) -> Option<(Place, u64)> {
    let mut parts = conversation.0.strip_prefix(CHANNEL)?.split(':');
    let guild = match parts.next()? {
        "dm" => None,
        guild => Some(guild.parse().ok()?),
    };
    let (channel, owner) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let place = Place {
        guild,
        channel,
        // Where it matters the event tells; a conversation's name does not.
        thread: false,
    };
    parts.next().is_none().then_some((place, owner))
}

/// The channel that this conversation stands for; none for one person's.
pub fn channel_of(conversation: &ConversationId) -> Option<Place> {
    let (guild, channel) = conversation.0.strip_prefix(CHANNEL)?.split_once(':')?;
    Some(Place {
        guild: Some(guild.parse().ok()?),
        channel: channel.parse().ok()?,
        thread: false,
    })
}

/// The event that a message or interaction is.
pub fn event(id: u64) -> EventId {
    EventId(format!("{CHANNEL}{id}"))
}

/// The name of an account on drafts: ids stay, handles are given away again.
pub fn agent(handle: &str, id: u64) -> String {
    format!("{handle} ({id})")
}

/// Returns a message that may be for the bot; none for bots, webhooks, notices, other workspaces and empty messages.
pub fn post(message: &Message, me: u64, settings: &Settings) -> Option<Post> {
    if message.webhook_id.is_some() {
        return None;
    }
    let roles = message.member.as_ref();
    said(
        Said {
            id: message.id.get(),
            author: &message.author,
            kind: message.kind,
            guild: message.guild_id,
            channel: message.channel_id,
            content: &message.content,
            mentions: &message.mentions,
            attachments: &message.attachments,
            roles: roles.map(|member| member.roles.as_slice()),
        },
        me,
        settings,
    )
}

/// Returns a message that somebody changed; none when only its appearance did, as when a link's preview arrives.
pub fn edited(update: &MessageUpdateEvent, me: u64, settings: &Settings) -> Option<Edited> {
    if matches!(update.webhook_id, Some(Some(_))) {
        return None;
    }
    let roles = update.member.as_ref().and_then(Option::as_ref);
    let post = said(
        Said {
            id: update.id.get(),
            author: update.author.as_ref()?,
            kind: update.kind.unwrap_or_default(),
            guild: update.guild_id,
            channel: update.channel_id,
            content: update.content.as_ref()?,
            mentions: update.mentions.as_deref().unwrap_or_default(),
            attachments: update.attachments.as_deref().unwrap_or_default(),
            roles: roles.map(|member| member.roles.as_slice()),
        },
        me,
        settings,
    )?;
    let at = update.edited_timestamp?.unix_timestamp_nanos() / 1_000_000;
    Some(Edited {
        change: snowflake(i64::try_from(at).ok()?, post.id),
        post,
    })
}

/// The number that Discord would give to something that happened then; the last bits tell changes of one moment apart.
pub fn snowflake(unix_millis: i64, like: u64) -> u64 {
    let since = u64::try_from(unix_millis - EPOCH).unwrap_or_default();
    (since << TIME_SHIFT) | (like & ((1 << TIME_SHIFT) - 1))
}

/// When something with this id happened, in milliseconds of Unix time.
pub fn said_at(id: u64) -> i64 {
    EPOCH + (id >> TIME_SHIFT) as i64
}

/// Where Discord's time begins, in milliseconds of Unix time.
const EPOCH: i64 = 1_420_070_400_000;
/// The bits of an id that stand behind its time.
const TIME_SHIFT: u32 = 22;

/// As much of a message as matters.
struct Said<'a> {
    id: u64,
    author: &'a User,
    kind: MessageType,
    guild: Option<GuildId>,
    channel: ChannelId,
    content: &'a str,
    mentions: &'a [User],
    attachments: &'a [Attachment],
    roles: Option<&'a [RoleId]>,
}

fn said(message: Said<'_>, me: u64, settings: &Settings) -> Option<Post> {
    let by_person = !message.author.bot;
    let is_message = matches!(
        message.kind,
        MessageType::Regular | MessageType::InlineReply
    );
    let place = Place {
        guild: message.guild.map(GuildId::get),
        channel: message.channel.get(),
        thread: false,
    };
    if !by_person || !is_message || !place.is_allowed(settings) {
        return None;
    }
    let mentioned = message.mentions.iter().any(|user| user.id.get() == me);
    let at = place
        .guild
        .map_or_else(|| "@me".to_owned(), |guild| guild.to_string());
    let address = format!(
        "{}/{at}/{}/{}",
        platform::MESSAGES,
        place.channel,
        message.id
    );
    let pictures: Vec<_> = message
        .attachments
        .first()
        .map(|_| address)
        .into_iter()
        .collect();
    let text = without_mention(message.content, me);
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
    Some(Post {
        id: message.id,
        place,
        person: person(message.author, message.roles, settings),
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
        language: Language::of(&interaction.locale),
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
        language: Language::of(&interaction.locale),
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
        language: Language::of(&interaction.locale),
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
    let has_one_of = |listed: &[u64]| {
        let mut roles = roles.unwrap_or_default().iter();
        roles.any(|role| listed.contains(&role.get()))
    };
    Person {
        id: user.id.get(),
        name: agent(&user.name, user.id.get()),
        lead: has_one_of(&settings.lead_roles),
        cleared: has_one_of(&settings.secret_roles),
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
    fn a_change_by_the_author_is_one_and_a_link_preview_is_none() {
        let changed = |edited: Json| {
            let update: MessageUpdateEvent = serde_json::from_value(json!({
                "id": "1000", "channel_id": "20", "guild_id": "1", "content": "ganti ont", "type": 0,
                "author": {"id": "7", "username": "budi"}, "edited_timestamp": edited, "mentions": [],
            }))
            .unwrap();
            super::edited(&update, ME, &settings())
        };
        let first = changed(json!("2026-01-01T00:00:00.001Z")).unwrap();
        let second = changed(json!("2026-01-01T00:00:00.002Z")).unwrap();
        assert_eq!(first.post.text, "ganti ont");
        assert!(first.change < second.change);
        assert_eq!(changed(json!(null)), None);
    }

    #[test]
    fn a_conversation_tells_where_it_is() {
        for guild in [Some(1), None] {
            let place = Place {
                guild,
                channel: 20,
                thread: false,
            };
            assert_eq!(whereabouts(&place.conversation(7)), Some((place, 7)));
        }
        for other in [
            "console:budi",
            "discord:1:20",
            "discord:1:x:7",
            "discord:1:20:7:8",
        ] {
            assert_eq!(whereabouts(&ConversationId(other.to_owned())), None);
        }
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
