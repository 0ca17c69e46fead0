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

use sha2::{Digest, Sha256};

use super::Settings;
use super::channels::Channels;
use crate::channel::manners::{Addressed, By, Called};
use crate::channel::place::{Person, Place};
use crate::message::{EventId, Language};
use crate::wording::platform;

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
    /// The message of a button or menu, and whether only one person sees that.
    pub on: Option<On>,
}

/// The message of a button or menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct On {
    /// Its id.
    pub message: u64,
    /// Only one person sees it.
    pub ephemeral: bool,
}

impl Ask {
    /// Whether only one person sees the message that it is on.
    pub fn is_on_ephemeral(&self) -> bool {
        self.on.is_some_and(|on| on.ephemeral)
    }
}

/// Whether the bot works here at all.
pub fn is_allowed(place: Place, settings: &Settings) -> bool {
    match place.workspace {
        Some(guild) => settings.guilds.contains(&guild),
        None => settings.direct_messages,
    }
}

/// A message that its author changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The message as it is now.
    pub post: Post,
    /// When it was changed, as a number between those of messages from before and after.
    pub change: u64,
}

/// The names of this channel's conversations begin with it.
pub const CHANNEL: &str = "discord:";
/// The event that a message or interaction is.
pub fn event(id: u64) -> EventId {
    EventId(format!("{CHANNEL}{id}"))
}

/// A number for a name: the same for the same in every version of the program, so that a message is posted once whatever
/// is tried again.
pub fn digest(name: &str) -> u64 {
    let digest = Sha256::digest(name.as_bytes());
    let (first, _) = digest.split_at(size_of::<u64>());
    first
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// A nonce for a name: Discord takes 25 characters.
pub fn nonce(name: &str) -> String {
    format!("{:x}", digest(name))
}

/// The name of an account on drafts: ids stay, handles are given away again.
pub fn agent(handle: &str, id: u64) -> String {
    format!("{handle} ({id})")
}

/// What a message is read against.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The bot's own account.
    pub me: u64,
    /// How it behaves.
    pub settings: &'a Settings,
    /// The channels that are known.
    pub channels: &'a Channels,
}

/// Returns a message that may be for the bot; none for bots, webhooks, notices, other workspaces and empty messages.
pub fn post(message: &Message, around: Surroundings<'_>) -> Option<Post> {
    if message.webhook_id.is_some() {
        return None;
    }
    let roles = message.member.as_ref();
    said(
        HeardMessage {
            id: message.id.get(),
            author: &message.author,
            kind: message.kind,
            guild: message.guild_id,
            channel: message.channel_id,
            content: &message.content,
            mentions: &message.mentions,
            attachments: &message.attachments,
            roles: roles.map(|member| member.roles.as_slice()),
            mentioned_roles: &message.mention_roles,
            answers: message.referenced_message.as_deref(),
        },
        around,
    )
}

/// Returns a message that somebody changed; none when only its appearance did, as when a link's preview arrives.
pub fn edited(update: &MessageUpdateEvent, around: Surroundings<'_>) -> Option<Edited> {
    if matches!(update.webhook_id, Some(Some(_))) {
        return None;
    }
    let roles = update.member.as_ref().and_then(Option::as_ref);
    let post = said(
        HeardMessage {
            id: update.id.get(),
            author: update.author.as_ref()?,
            kind: update.kind.unwrap_or_default(),
            guild: update.guild_id,
            channel: update.channel_id,
            content: update.content.as_ref()?,
            mentions: update.mentions.as_deref().unwrap_or_default(),
            attachments: update.attachments.as_deref().unwrap_or_default(),
            roles: roles.map(|member| member.roles.as_slice()),
            mentioned_roles: update.mention_roles.as_deref().unwrap_or_default(),
            answers: update
                .referenced_message
                .as_ref()
                .and_then(Option::as_deref),
        },
        around,
    )?;
    let at = update.edited_timestamp?.unix_timestamp_nanos() / 1_000_000;
    Some(Edited {
        change: snowflake(i64::try_from(at).ok()?, post.id),
        post,
    })
}

/// The number that Discord would give to something that happened then; the last bits differ between changes of one moment.
pub fn snowflake(unix_millis: i64, like: u64) -> u64 {
    let since = u64::try_from(unix_millis - EPOCH).unwrap_or_default();
    (since << TIME_SHIFT) | (like & ((1 << TIME_SHIFT) - 1))
}

/// Where Discord's time begins, in milliseconds of Unix time.
const EPOCH: i64 = 1_420_070_400_000;
/// The bits of an id behind its time.
const TIME_SHIFT: u32 = 22;

/// As much of a message as matters.
struct HeardMessage<'a> {
    id: u64,
    author: &'a User,
    kind: MessageType,
    guild: Option<GuildId>,
    channel: ChannelId,
    content: &'a str,
    mentions: &'a [User],
    attachments: &'a [Attachment],
    roles: Option<&'a [RoleId]>,
    mentioned_roles: &'a [RoleId],
    answers: Option<&'a Message>,
}

fn said(message: HeardMessage<'_>, around: Surroundings<'_>) -> Option<Post> {
    let Surroundings { me, settings, .. } = around;
    let by_person = !message.author.bot;
    let is_message = matches!(
        message.kind,
        MessageType::Regular | MessageType::InlineReply
    );
    let channel = message.channel.get();
    let known = message.guild.and_then(|_| around.channels.thread(channel));
    let place = Place {
        chat: CHANNEL,
        workspace: message.guild.map(GuildId::get),
        channel,
        thread: known.is_some(),
    };
    if !by_person || !is_message || !is_allowed(place, settings) {
        return None;
    }
    let mentioned = message.mentions.iter().any(|user| user.id.get() == me);
    let mut roles = message.mentioned_roles.iter();
    let role = roles.find(|role| around.channels.is_own_role(role.get()));
    let at = place
        .workspace
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
    let text = without_mention(message.content, me, role);
    // Without the message content intent the text of others is empty, but a mention alone is a call for help.
    let mentions_bot = mentioned || role.is_some();
    if text.is_empty() && pictures.is_empty() && !mentions_bot {
        return None;
    }
    let thread = known.unwrap_or_default();
    let is_help = |channel: u64| settings.help_channels.contains(&channel);
    let addressed = Addressed {
        is_direct: place.workspace.is_none(),
        mentions_bot,
        replies_to: message
            .answers
            .map(|answered| match answered.author.id.get() == me {
                true => By::Bot,
                false => By::Person,
            }),
        in_help_channel: is_help(channel) || thread.parent.is_some_and(is_help),
        in_thread: place.thread,
        in_own_thread: thread.own,
    };
    Some(Post {
        id: message.id,
        place,
        person: person(message.author, message.roles, settings),
        text,
        pictures,
        called: addressed.called(),
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
        chat: CHANNEL,
        workspace: guild.map(GuildId::get),
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

fn without_mention(content: &str, me: u64, role: Option<&RoleId>) -> String {
    let role = role.map_or(0, |role| role.get());
    let marks = [
        format!("<@{me}>"),
        format!("<@!{me}>"),
        format!("<@&{role}>"),
    ];
    let without = marks
        .iter()
        .fold(content.to_owned(), |text, mark| text.replace(mark, " "));
    without.trim().to_owned()
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

    /// Two channels, a thread below each, the second of them the bot's own; and a role that only the bot has.
    fn channels() -> Channels {
        let channels = Channels::default();
        let thread = json!({"archived": false, "auto_archive_duration": 60, "locked": false});
        for (id, kind, more) in [
            (10, 0, json!({})),
            (20, 0, json!({})),
            (
                30,
                11,
                json!({"parent_id": "20", "owner_id": "7", "thread_metadata": thread}),
            ),
            (
                31,
                12,
                json!({"parent_id": "10", "owner_id": "99", "thread_metadata": thread}),
            ),
        ] {
            let mut channel = json!({"id": id.to_string(), "type": kind, "guild_id": "1", "name": "x", "position": 0,
                "permission_overwrites": []});
            for (key, value) in more.as_object().unwrap() {
                channel[key] = value.clone();
            }
            channels.note_channel(&serde_json::from_value(channel).unwrap(), ME);
        }
        let role = json!({"id": "600", "name": "Sigap", "color": 0, "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null}, "hoist": false, "managed": true, "mentionable": true,
            "permissions": "0", "position": 1, "tags": {"bot_id": "99"}});
        channels.note_role(&serde_json::from_value(role).unwrap(), ME);
        channels
    }

    fn around<'a>(settings: &'a Settings, channels: &'a Channels) -> Surroundings<'a> {
        Surroundings {
            me: ME,
            settings,
            channels,
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
        let (settings, channels) = (settings(), channels());
        let post = post(&message, around(&settings, &channels));
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
        check(json!({}), Some((Called::Not, "pulsa belum masuk")));
        check(
            json!({"content": "<@&600> ganti ont", "mention_roles": ["600"]}),
            Some((Called::Directly, "ganti ont")),
        );
    }

    #[test]
    fn threads_belong_to_their_channel_and_replies_to_whom_they_answer() {
        let said = "pulsa belum masuk";
        let answered = |author: &str| {
            json!({"id": "900", "channel_id": "10", "content": "x", "author": {"id": author, "username": "x"},
                "timestamp": "2026-01-01T00:00:00Z", "tts": false, "mention_everyone": false, "mentions": [],
                "mention_roles": [], "attachments": [], "embeds": [], "pinned": false, "type": 0})
        };
        for (channel, to, called) in [
            ("30", None, Called::InHelpChannel),
            ("31", None, Called::Directly),
            ("32", None, Called::InThread),
            ("10", Some("99"), Called::Directly),
            ("20", Some("8"), Called::Not),
        ] {
            let mut changed = json!({"channel_id": channel});
            if let Some(author) = to {
                changed["type"] = 19.into();
                changed["referenced_message"] = answered(author);
            }
            check(changed, Some((called, said)));
        }
    }

    #[test]
    fn a_change_by_the_author_is_one_and_a_link_preview_is_none() {
        let changed = |edited: Json| {
            let update: MessageUpdateEvent = serde_json::from_value(json!({
                "id": "1000", "channel_id": "20", "guild_id": "1", "content": "ganti ont", "type": 0,
                "author": {"id": "7", "username": "budi"}, "edited_timestamp": edited, "mentions": [],
            }))
            .unwrap();
            {
                let (settings, channels) = (settings(), channels());
                super::edited(&update, around(&settings, &channels))
            }
        };
        let first = changed(json!("2026-01-01T00:00:00.001Z")).unwrap();
        let second = changed(json!("2026-01-01T00:00:00.002Z")).unwrap();
        assert_eq!(first.post.text, "ganti ont");
        assert!(first.change < second.change);
        assert_eq!(changed(json!(null)), None);
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
