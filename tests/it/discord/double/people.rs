//! What people do: write, press, choose, type commands.

use std::time::Instant;

use serde_json::{Value as Json, json};

use super::shapes::{is_id, member, message_event, user};
use super::{Asked, BOT, Double, GUILD, Somebody};

impl Double {
    /// Writes a message and returns its id.
    pub fn says(&self, who: Somebody, channel: u64, text: &str) -> u64 {
        let mut state = self.world.lock();
        let id = state.id();
        let event = message_event(id, who, Some(GUILD), channel, text);
        state.say(channel, &event);
        drop(state);
        id
    }

    /// Writes a direct message.
    pub fn writes_directly(&self, who: Somebody, channel: u64, text: &str) -> u64 {
        let mut state = self.world.lock();
        state.direct.insert(channel);
        let id = state.id();
        let event = message_event(id, who, None, channel, text);
        state.say(channel, &event);
        id
    }

    /// Writes a message with a picture.
    pub fn shows(&self, who: Somebody, channel: u64, text: &str) -> u64 {
        let mut state = self.world.lock();
        let id = state.id();
        let mut event = message_event(id, who, Some(GUILD), channel, text);
        let url = format!("https://cdn.discordapp.com/attachments/{channel}/{id}/struk.png");
        event["attachments"] = json!([{
            "id": (id + 1).to_string(), "filename": "struk.png", "size": 1_234, "url": url, "proxy_url": url,
            "content_type": "image/png", "width": 10, "height": 10, "ephemeral": false,
        }]);
        state.say(channel, &event);
        id
    }

    /// Changes a message of somebody's own.
    pub fn changes(&self, who: Somebody, channel: u64, message: u64, text: &str) {
        let mut state = self.world.lock();
        // Each change is later than the one before.
        state.changes += 1;
        let at = state.changes;
        let mut event = message_event(message, who, Some(GUILD), channel, text);
        event["edited_timestamp"] =
            format!("2026-11-21T09:{:02}:{:02}+00:00", at / 60, at % 60).into();
        state.dispatch("MESSAGE_UPDATE", &event);
    }

    /// Takes a message of the bot's away, as whoever manages messages may.
    pub fn removes(&self, channel: u64, place: usize) {
        let mut state = self.world.lock();
        state.messages.get_mut(&channel).unwrap().remove(place);
    }

    /// Takes a message back.
    pub fn takes_back(&self, channel: u64, message: u64) {
        let event = json!({"id": message.to_string(), "channel_id": channel.to_string(), "guild_id": GUILD.to_string()});
        self.sends("MESSAGE_DELETE", &event);
    }

    /// Sends any dispatch.
    pub fn sends(&self, kind: &str, event: &Json) {
        self.world.lock().dispatch(kind, event);
    }

    /// Presses the button with this label below a message, or chooses the option with it.
    pub fn presses(&self, who: Somebody, message: &Json, label: &str) -> u64 {
        let (component, value) = component(message, label);
        let custom_id = component["custom_id"].clone();
        self.presses_id(
            who,
            message,
            &custom_id,
            component["type"].as_u64().unwrap(),
            value,
        )
    }

    /// Presses whatever has this custom id, there or not.
    pub fn presses_id(
        &self,
        who: Somebody,
        message: &Json,
        custom_id: &Json,
        kind: u64,
        value: Option<Json>,
    ) -> u64 {
        let mut data = json!({"component_type": kind, "custom_id": custom_id});
        if let Some(value) = value {
            data["values"] = json!([value]);
        }
        let channel = message["channel_id"].as_str().unwrap().parse().unwrap();
        self.asks(who, channel, 3, data, Some(message))
    }

    /// Chooses exactly these values in the menu with this placeholder.
    pub fn ticks(&self, who: Somebody, message: &Json, placeholder: &str, values: &[&str]) -> u64 {
        let rows = message["components"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let menu = rows
            .iter()
            .map(|row| row["components"][0].clone())
            .find(|menu| menu["placeholder"] == placeholder)
            .unwrap();
        let data = json!({"component_type": 3, "custom_id": menu["custom_id"], "values": values});
        let channel = message["channel_id"].as_str().unwrap().parse().unwrap();
        self.asks(who, channel, 3, data, Some(message))
    }

    /// Everybody's Discord is in this language from now on.
    pub fn reads(&self, locale: &str) {
        self.world.lock().locale = Some(locale.to_owned());
    }

    /// Gives a slash command.
    pub fn commands(
        &self,
        who: Somebody,
        channel: u64,
        name: &str,
        options: &[(&str, &str)],
    ) -> u64 {
        let options: Vec<_> = options
            .iter()
            .map(|(name, value)| json!({"name": name, "type": 3, "value": value}))
            .collect();
        let data = json!({"id": "1", "name": name, "type": 1, "options": options});
        self.asks(who, channel, 2, data, None)
    }

    /// Gives a part of a command, with options of any type.
    pub fn orders(
        &self,
        who: Somebody,
        channel: u64,
        (name, part): (&str, &str),
        options: Json,
        resolved: Json,
    ) -> u64 {
        let part = json!({"name": part, "type": 1, "options": options});
        let data =
            json!({"id": "1", "name": name, "type": 1, "options": [part], "resolved": resolved});
        self.asks(who, channel, 2, data, None)
    }

    /// Gives `/sop impor` with a file.
    pub fn hands_in(&self, who: Somebody, channel: u64, name: &str, bytes: &[u8]) -> u64 {
        let (id, url) = {
            let mut state = self.world.lock();
            let id = state.id();
            state.files.insert(format!("{id}/{name}"), bytes.to_vec());
            (id.to_string(), format!("{}/files/{id}/{name}", self.api()))
        };
        let file = json!({
            "id": id, "filename": name, "size": bytes.len(), "url": url, "proxy_url": url,
            "content_type": "application/octet-stream", "ephemeral": true,
        });
        let options = json!([{"name": "berkas", "type": 11, "value": id}]);
        let mut resolved = json!({"attachments": {}});
        resolved["attachments"][id.as_str()] = file;
        self.orders(who, channel, ("sop", "impor"), options, resolved)
    }

    /// Fills in a window that a press opened, and sends it.
    pub async fn fills_in(&self, who: Somebody, opened: u64, values: &[(&str, &str)]) -> u64 {
        let window = self.shown(opened, 0).await;
        let rows: Vec<_> = window["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let input = &row["components"][0];
                let id = input["custom_id"].as_str().unwrap();
                let typed = values.iter().find(|(name, _)| *name == id);
                let before = input["value"].as_str().unwrap_or_default();
                let value = typed.map_or(before, |(_, value)| value);
                json!({"type": 1, "components": [{"type": 4, "custom_id": id, "value": value}]})
            })
            .collect();
        let data = json!({"custom_id": window["custom_id"], "components": rows});
        let channel = self.world.lock().interactions[&opened].channel;
        self.asks(who, channel, 5, data, None)
    }

    /// Sends any interaction and returns its id.
    pub fn asks(
        &self,
        who: Somebody,
        channel: u64,
        kind: u8,
        data: Json,
        message: Option<&Json>,
    ) -> u64 {
        let mut state = self.world.lock();
        let id = state.id();
        let token = format!("token-{id}");
        let thread = state
            .threads
            .iter()
            .find(|thread| is_id(&thread["id"], channel))
            .cloned();
        let mut about = json!({"id": channel.to_string(), "type": 0, "permissions": "0"});
        if let Some(thread) = thread {
            about = json!({
                "id": channel.to_string(), "type": thread["type"], "parent_id": thread["parent_id"], "permissions": "0",
                "thread_metadata": thread["thread_metadata"],
            });
        }
        let direct = state.direct.contains(&channel);
        if direct {
            about = json!({"id": channel.to_string(), "type": 1, "permissions": "0"});
        }
        let mut event = json!({
            "id": id.to_string(), "application_id": BOT.to_string(), "type": kind, "token": token, "version": 1,
            "channel_id": channel.to_string(), "channel": about, "locale": state.locale.as_deref().unwrap_or("id"), "guild_locale": "id",
            "entitlements": [], "attachment_size_limit": 1_000_000, "app_permissions": "0", "data": data,
        });
        if direct {
            event["user"] = user(who);
        } else {
            event["guild_id"] = GUILD.to_string().into();
            let mut member = member(who);
            member["user"] = user(who);
            event["member"] = member;
        }
        if let Some(message) = message {
            event["message"] = message.clone();
        }
        state.interactions.insert(
            id,
            Asked {
                kind,
                token,
                at: Instant::now(),
                channel,
                first: None,
                on: message.cloned(),
                expired: false,
                shown: Vec::new(),
            },
        );
        state.dispatch("INTERACTION_CREATE", &event);
        id
    }
}

/// Returns the component below a message that has this label, or the menu and the value of the option that has it.
fn component(message: &Json, label: &str) -> (Json, Option<Json>) {
    let rows = message["components"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let components: Vec<Json> = rows
        .iter()
        .flat_map(|row| row["components"].as_array().cloned().unwrap_or_default())
        .collect();
    for component in &components {
        if component["label"] == label {
            return (component.clone(), None);
        }
        let options = component["options"].as_array().cloned().unwrap_or_default();
        if let Some(option) = options.iter().find(|option| option["label"] == label) {
            return (component.clone(), Some(option["value"].clone()));
        }
    }
    panic!("no `{label}` below {message:#}")
}
