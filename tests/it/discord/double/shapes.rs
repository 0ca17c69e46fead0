//! What Discord's objects look like, and how to read the bot's messages.

use serde_json::{Value as Json, json};

use super::{BOT, CHANNEL, GUILD, HELP, LEAD, LEAD_ROLE, Somebody, TICKETS};

pub(super) fn is_id(id: &Json, number: u64) -> bool {
    id.as_str() == Some(number.to_string().as_str())
}

/// The channel in which the bot writes to somebody alone.
pub fn direct_channel(user: u64) -> u64 {
    user + 10_000
}

pub(super) fn user(who: Somebody) -> Json {
    account(who.id, who.name)
}

/// The bot, as others see it.
pub(super) fn bot() -> Json {
    let mut bot = account(BOT, "sigap");
    bot["bot"] = true.into();
    bot
}

fn account(id: u64, name: &str) -> Json {
    json!({
        "id": id.to_string(), "username": name, "discriminator": "0", "avatar": null, "global_name": null,
        "public_flags": 0, "flags": 0, "primary_guild": null,
    })
}

pub(super) fn member(who: Somebody) -> Json {
    let roles: Vec<_> = who
        .lead
        .then(|| LEAD_ROLE.to_string())
        .into_iter()
        .collect();
    json!({
        "roles": roles, "joined_at": "2026-01-01T00:00:00+00:00", "deaf": false, "mute": false, "flags": 0,
        "permissions": "0", "nick": null,
    })
}

pub fn message_event(id: u64, who: Somebody, guild: Option<u64>, channel: u64, text: &str) -> Json {
    let mut mentions = Vec::new();
    if text.contains(&format!("<@{BOT}>")) {
        mentions.push(bot());
    }
    let mut event = json!({
        "id": id.to_string(), "channel_id": channel.to_string(), "author": user(who), "content": text,
        "timestamp": "2026-11-21T09:00:00+00:00", "edited_timestamp": null, "tts": false,
        "mention_everyone": text.contains("@everyone"), "mentions": mentions, "mention_roles": [], "attachments": [],
        "embeds": [], "pinned": false, "type": 0, "flags": 0, "components": [],
    });
    if let Some(guild) = guild {
        event["guild_id"] = guild.to_string().into();
        event["member"] = member(who);
    }
    event
}

pub fn guild_event(id: u64) -> Json {
    let channel = |id: u64, name: &str| {
        json!({"id": id.to_string(), "type": 0, "name": name, "position": 0, "permission_overwrites": [], "nsfw": false,
            "topic": null, "parent_id": null, "last_message_id": null, "rate_limit_per_user": 0, "guild_id": GUILD.to_string()})
    };
    let role = |id: u64, name: &str| {
        json!({"id": id.to_string(), "name": name, "color": 0, "colors": {"primary_color": 0, "secondary_color": null,
            "tertiary_color": null}, "hoist": false, "icon": null, "unicode_emoji": null, "position": 0,
            "permissions": "0", "managed": false, "mentionable": false, "flags": 0})
    };
    json!({
        "id": id.to_string(), "name": "Contact centre", "icon": null, "icon_hash": null, "splash": null,
        "discovery_splash": null, "owner_id": LEAD.id.to_string(), "afk_channel_id": null, "afk_timeout": 300,
        "widget_enabled": false, "widget_channel_id": null, "verification_level": 0,
        "default_message_notifications": 0, "explicit_content_filter": 0, "roles": [role(id, "@everyone"), role(LEAD_ROLE, "lead")],
        "emojis": [], "features": [], "mfa_level": 0, "application_id": null, "system_channel_id": null,
        "system_channel_flags": 0, "rules_channel_id": null, "max_presences": null, "max_members": 500_000,
        "vanity_url_code": null, "description": null, "banner": null, "premium_tier": 0,
        "premium_subscription_count": 0, "preferred_locale": "id", "public_updates_channel_id": null,
        "max_video_channel_users": 25, "max_stage_video_channel_users": 50, "welcome_screen": null, "nsfw_level": 0, "nsfw": false,
        "stickers": [], "premium_progress_bar_enabled": false, "safety_alerts_channel_id": null,
        "joined_at": "2026-01-01T00:00:00+00:00", "large": false, "unavailable": false, "member_count": 4,
        "voice_states": [], "members": [], "channels": [channel(CHANNEL, "agen"), channel(HELP, "bantuan"), channel(TICKETS, "tiket")],
        "threads": [], "presences": [], "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
        "incidents_data": null, "hub_type": null,
    })
}

/// Returns the labels below a message.
pub fn labels(message: &Json) -> Vec<String> {
    let rows = message["components"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    rows.iter()
        .flat_map(|row| row["components"].as_array().cloned().unwrap_or_default())
        .flat_map(|component| match component["options"].as_array() {
            Some(options) => options.clone(),
            None => vec![component],
        })
        .filter_map(|labelled| labelled["label"].as_str().map(str::to_owned))
        .collect()
}

/// Returns what a message says, its embeds included.
pub fn text(message: &Json) -> String {
    let mut text = message["content"].as_str().unwrap_or_default().to_owned();
    for embed in message["embeds"].as_array().cloned().unwrap_or_default() {
        for part in ["title", "description"] {
            text += embed[part].as_str().unwrap_or_default();
            text += "\n";
        }
    }
    text
}
