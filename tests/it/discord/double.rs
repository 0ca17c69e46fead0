//! A double of Discord on this machine: its HTTP interface and its gateway, as the documentation describes them.
//!
//! It keeps messages, interactions and gateway sessions, refuses what Discord would refuse (`rules`), can be told to
//! fail, and logs every request. It is our reading of the documentation: a pass here is not a pass there.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use super::rules::Rules;

pub const TOKEN: &str = "double.token.x";
pub const GUILD: u64 = 1_100_000_000_000_000_001;
pub const CHANNEL: u64 = 1_100_000_000_000_000_010;
pub const HELP: u64 = 1_100_000_000_000_000_011;
pub const TICKETS: u64 = 1_100_000_000_000_000_012;
pub const LEAD_ROLE: u64 = 1_100_000_000_000_000_050;
/// The bot, as a user and as an application.
pub const BOT: u64 = 1_100_000_000_000_000_099;

/// Longer than any retry of the bot's; reached only by a failing test.
const PATIENCE: Duration = Duration::from_secs(30);
/// Discord's three seconds.
const FIRST_RESPONSE_MAX: Duration = Duration::from_secs(3);
const MESSAGE_CONTENT: u64 = 1 << 15;

/// Somebody at a keyboard.
#[derive(Debug, Clone, Copy)]
pub struct Somebody {
    pub id: u64,
    pub name: &'static str,
    pub lead: bool,
}

pub const BUDI: Somebody = Somebody {
    id: 1_100_000_000_000_000_201,
    name: "budi",
    lead: false,
};
pub const SITI: Somebody = Somebody {
    id: 1_100_000_000_000_000_202,
    name: "siti",
    lead: false,
};
pub const LEAD: Somebody = Somebody {
    id: 1_100_000_000_000_000_203,
    name: "lead",
    lead: true,
};

/// A running double.
pub struct Double {
    world: Arc<World>,
    address: SocketAddr,
    server: JoinHandle<()>,
}

/// The same double behind TLS.
pub struct Tls {
    pub address: SocketAddr,
    pub certificate: String,
    server: JoinHandle<()>,
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct World {
    state: Mutex<Guarded>,
    changed: Notify,
    rules: Rules,
    address: SocketAddr,
}

#[derive(Default)]
struct Guarded {
    next_id: u64,
    log: Vec<Sent>,
    violations: Vec<String>,
    faults: VecDeque<(String, Fault)>,
    messages: HashMap<u64, Vec<Json>>,
    nonces: HashMap<(u64, String), u64>,
    interactions: HashMap<u64, Asked>,
    threads: Vec<Json>,
    threads_forbidden: bool,
    message_content_off: bool,
    commands: Json,
    left: Vec<u64>,
    sessions: Vec<Session>,
    identified: usize,
    resumed: usize,
    heartbeat_ms: u64,
    acks_off: bool,
}

/// One request that arrived.
#[derive(Debug, Clone)]
pub struct Sent {
    pub at: Instant,
    pub method: String,
    pub path: String,
    pub body: Json,
    pub status: u16,
}

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Too many requests, with how long to wait.
    RateLimited { retry_after: f64, global: bool },
    /// An answer with this status.
    Status(u16),
    /// The answer comes late.
    Slow(Duration),
    /// It is done, and the connection is gone before the answer.
    Lost,
}

struct Asked {
    token: String,
    at: Instant,
    channel: u64,
    first: Option<u64>,
    on: Option<Json>,
    /// What was shown, the first response at the front.
    shown: Vec<Json>,
}

struct Session {
    id: String,
    intents: u64,
    shard: (u64, u64),
    sent: Vec<Json>,
    socket: Option<mpsc::UnboundedSender<Out>>,
}

enum Out {
    Text(String),
    Close(u16),
    Drop,
}

impl Double {
    /// Starts one on a free port.
    pub async fn start() -> Double {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        assert!(address.ip().is_loopback(), "nothing leaves this machine");
        let world = World::new(address);
        let app = app(&world);
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Double {
            world,
            address,
            server,
        }
    }

    /// The value for `SIGAP_DISCORD_API`.
    pub fn api(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Speaks TLS on another port, under Discord's name and a certificate made for this test.
    pub async fn speaks_tls(&self) -> Tls {
        let made = rcgen::generate_simple_self_signed(["discord.com".to_owned()]).unwrap();
        let key =
            rustls_pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = tokio_rustls::rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = app(&self.world);
        let server = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, app) = (acceptor.clone(), app.clone());
                tokio::spawn(async move {
                    let Ok(socket) = acceptor.accept(socket).await else {
                        return;
                    };
                    let service = hyper_util::service::TowerToHyperService::new(app);
                    let connection = hyper::server::conn::http1::Builder::new()
                        .serve_connection(hyper_util::rt::TokioIo::new(socket), service);
                    let _ = connection.await;
                });
            }
        });
        Tls {
            address,
            certificate: made.cert.pem(),
            server,
        }
    }

    // -- people ------------------------------------------------------------------------------------------------------

    /// Writes a message and returns its id.
    pub fn says(&self, who: Somebody, channel: u64, text: &str) -> u64 {
        let mut state = self.world.lock();
        let id = state.id();
        let event = message_event(id, who, Some(GUILD), channel, text);
        state.dispatch("MESSAGE_CREATE", &event);
        drop(state);
        id
    }

    /// Writes a direct message.
    pub fn writes_directly(&self, who: Somebody, channel: u64, text: &str) -> u64 {
        let mut state = self.world.lock();
        let id = state.id();
        let event = message_event(id, who, None, channel, text);
        state.dispatch("MESSAGE_CREATE", &event);
        id
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
        let direct = about["type"] == 1;
        let mut event = json!({
            "id": id.to_string(), "application_id": BOT.to_string(), "type": kind, "token": token, "version": 1,
            "channel_id": channel.to_string(), "channel": about, "locale": "id", "guild_locale": "id",
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
                token,
                at: Instant::now(),
                channel,
                first: None,
                on: message.cloned(),
                shown: Vec::new(),
            },
        );
        state.dispatch("INTERACTION_CREATE", &event);
        id
    }

    // -- what the bot did --------------------------------------------------------------------------------------------

    /// Waits until the bot has identified itself this often.
    pub async fn connected(&self, times: usize) {
        self.wait("an IDENTIFY", |state| {
            (state.identified >= times).then_some(())
        })
        .await;
    }

    /// Waits until the bot has resumed this often.
    pub async fn resumed(&self, times: usize) {
        self.wait("a RESUME", |state| (state.resumed >= times).then_some(()))
            .await;
    }

    /// Waits for the bot's message number `place` in a channel, counted from 0.
    pub async fn post(&self, channel: u64, place: usize) -> Json {
        self.wait(&format!("message {place} in {channel}"), |state| {
            state.messages.get(&channel)?.get(place).cloned()
        })
        .await
    }

    /// Returns how many messages the bot has in a channel.
    pub fn posts(&self, channel: u64) -> usize {
        self.world.lock().messages.get(&channel).map_or(0, Vec::len)
    }

    /// Waits for what an interaction showed, counted from 0.
    pub async fn shown(&self, interaction: u64, place: usize) -> Json {
        self.wait(&format!("answer {place} to an interaction"), |state| {
            let asked = state.interactions.get(&interaction)?;
            asked.shown.get(place).cloned()
        })
        .await
    }

    /// Waits for a thread that the bot opened, counted from 0, and returns its id.
    pub async fn thread(&self, place: usize) -> u64 {
        self.wait("a thread", |state| {
            let thread = state.threads.get(place)?;
            thread["id"].as_str()?.parse().ok()
        })
        .await
    }

    /// Waits until the bot has left this many workspaces.
    pub async fn left(&self, count: usize) -> Vec<u64> {
        self.wait("a workspace left", |state| {
            (state.left.len() >= count).then(|| state.left.clone())
        })
        .await
    }

    /// Waits for a request whose method and path say this.
    pub async fn request(&self, method: &str, path: &str) -> Sent {
        self.wait(&format!("{method} {path}"), |state| {
            let mut log = state.log.iter();
            log.find(|sent| sent.method == method && sent.path.contains(path))
                .cloned()
        })
        .await
    }

    /// Waits until a request was answered with this status.
    pub async fn failed(&self, status: u16) {
        self.wait(&format!("a status of {status}"), |state| {
            let mut log = state.log.iter();
            log.any(|sent| sent.status == status).then_some(())
        })
        .await;
    }

    /// Returns everything that was requested.
    pub fn log(&self) -> Vec<Sent> {
        self.world.lock().log.clone()
    }

    /// The commands that were registered last.
    pub fn registered(&self) -> Json {
        self.world.lock().commands.clone()
    }

    /// Fails when the bot sent anything that Discord would refuse.
    #[track_caller]
    pub fn lawful(&self) {
        let violations = &self.world.lock().violations;
        assert!(
            violations.is_empty(),
            "Discord would refuse:\n{}",
            violations.join("\n")
        );
    }

    async fn wait<T>(&self, what: &str, find: impl Fn(&Guarded) -> Option<T>) -> T {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let changed = self.world.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(found) = find(&self.world.lock()) {
                return found;
            }
            if tokio::time::timeout_at(deadline, changed).await.is_err() {
                let state = self.world.lock();
                let log: Vec<_> = state
                    .log
                    .iter()
                    .map(|sent| {
                        format!(
                            "{} {} {} {}",
                            sent.status, sent.method, sent.path, sent.body
                        )
                    })
                    .collect();
                panic!(
                    "waited in vain for {what}; violations: {:?}; requests:\n{}",
                    state.violations,
                    log.join("\n")
                );
            }
        }
    }

    // -- trouble -----------------------------------------------------------------------------------------------------

    /// The next request whose method and path contain this goes wrong.
    pub fn fails(&self, route: &str, fault: Fault) {
        self.world
            .lock()
            .faults
            .push_back((route.to_owned(), fault));
    }

    /// The gateway connection is gone without a word.
    pub fn drops_connection(&self) {
        self.world.lock().tell(|| Out::Drop);
    }

    /// The gateway closes with this code.
    pub fn closes(&self, code: u16) {
        self.world.lock().tell(|| Out::Close(code));
    }

    /// The gateway asks to reconnect.
    pub fn asks_to_reconnect(&self) {
        let text = json!({"op": 7, "d": null}).to_string();
        self.world.lock().tell(|| Out::Text(text.clone()));
    }

    /// Forgets every session: the next resume is refused.
    pub fn forgets_sessions(&self) {
        let mut state = self.world.lock();
        state.tell(|| Out::Drop);
        state.sessions.clear();
    }

    /// Sends the last events again, under the numbers they had.
    pub fn repeats(&self, count: usize) {
        let state = self.world.lock();
        for session in &state.sessions {
            let from = session.sent.len().saturating_sub(count);
            for frame in &session.sent[from..] {
                if let Some(socket) = &session.socket {
                    let _ = socket.send(Out::Text(frame.to_string()));
                }
            }
        }
    }

    /// Sends a frame that is no JSON.
    pub fn babbles(&self) {
        self.world.lock().tell(|| Out::Text("{no json".to_owned()));
    }

    /// The bot may not open threads.
    pub fn forbids_threads(&self) {
        self.world.lock().threads_forbidden = true;
    }

    /// The portal's switch for message content is off.
    pub fn withholds_message_content(&self) {
        self.world.lock().message_content_off = true;
    }

    /// Heartbeats of later connections are expected this often, and perhaps not acknowledged.
    pub fn beats(&self, every: Duration, acknowledged: bool) {
        let mut state = self.world.lock();
        state.heartbeat_ms = every.as_millis().try_into().unwrap();
        state.acks_off = !acknowledged;
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl World {
    fn new(address: SocketAddr) -> Arc<World> {
        Arc::new(World {
            state: Mutex::new(Guarded {
                next_id: 1_200_000_000_000_000_000,
                heartbeat_ms: 41_250,
                ..Guarded::default()
            }),
            changed: Notify::new(),
            rules: Rules::load(),
            address,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Guarded> {
        self.state.lock().unwrap()
    }
}

impl Guarded {
    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Numbers an event in every session that it belongs to, and sends it where somebody listens.
    fn dispatch(&mut self, kind: &str, event: &Json) {
        let guild = event["guild_id"]
            .as_str()
            .and_then(|id| id.parse::<u64>().ok());
        for session in &mut self.sessions {
            let (shard, shards) = session.shard;
            if guild.map_or(0, |guild| (guild >> 22) % shards) != shard {
                continue;
            }
            let mut event = event.clone();
            if kind == "MESSAGE_CREATE" && !may_read(&event, session.intents) {
                event["content"] = "".into();
            }
            session.send(kind, &event);
        }
    }

    fn tell(&self, out: impl Fn() -> Out) {
        for session in &self.sessions {
            if let Some(socket) = &session.socket {
                let _ = socket.send(out());
            }
        }
    }

    /// Keeps a message of the bot's and returns it as Discord shows it.
    fn keep(&mut self, channel: u64, body: &Json, in_channel: bool) -> Json {
        let id = self.id();
        let mut message = json!({
            "id": id.to_string(), "channel_id": channel.to_string(),
            "author": {"id": BOT.to_string(), "username": "sigap", "discriminator": "0", "avatar": null, "bot": true},
            "content": body["content"].as_str().unwrap_or_default(), "timestamp": "2026-11-21T09:00:00+00:00",
            "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": body.get("embeds").cloned().unwrap_or_else(|| json!([])), "pinned": false,
            "type": 0, "flags": body["flags"].as_u64().unwrap_or_default(),
            "components": numbered(body.get("components")),
        });
        if let Some(nonce) = body.get("nonce") {
            message["nonce"] = nonce.clone();
        }
        if let Some(answered) = body.get("message_reference") {
            message["message_reference"] = answered.clone();
            message["message_reference"]["channel_id"] = channel.to_string().into();
            message["message_reference"]["type"] = 0.into();
        }
        if in_channel {
            self.messages
                .entry(channel)
                .or_default()
                .push(message.clone());
        }
        message
    }
}

impl Session {
    fn send(&mut self, kind: &str, event: &Json) {
        let frame = json!({"op": 0, "t": kind, "s": self.sent.len() + 1, "d": event});
        if let Some(socket) = &self.socket {
            let _ = socket.send(Out::Text(frame.to_string()));
        }
        self.sent.push(frame);
    }
}

/// Discord numbers components; the bot never needs the numbers.
fn numbered(components: Option<&Json>) -> Json {
    components.cloned().unwrap_or_else(|| json!([]))
}

fn is_id(id: &Json, number: u64) -> bool {
    id.as_str() == Some(number.to_string().as_str())
}

fn may_read(event: &Json, intents: u64) -> bool {
    let mentioned = event["mentions"]
        .as_array()
        .is_some_and(|all| all.iter().any(|user| is_id(&user["id"], BOT)));
    intents & MESSAGE_CONTENT != 0 || mentioned || event.get("guild_id").is_none()
}

fn user(who: Somebody) -> Json {
    json!({"id": who.id.to_string(), "username": who.name, "discriminator": "0", "avatar": null, "global_name": null})
}

fn member(who: Somebody) -> Json {
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
        mentions.push(json!({"id": BOT.to_string(), "username": "sigap", "discriminator": "0", "avatar": null, "bot": true}));
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

// -- HTTP ------------------------------------------------------------------------------------------------------------

fn app(world: &Arc<World>) -> Router {
    Router::new().fallback(any).with_state(Arc::clone(world))
}

async fn any(State(world): State<Arc<World>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    if parts.uri.path() == "/" {
        let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &world).await else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        return upgrade.on_upgrade(move |socket| gateway(world, socket));
    }
    let Ok(bytes) = axum::body::to_bytes(body, 1 << 20).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let method = parts.method.as_str().to_owned();
    let path = parts.uri.path().to_owned();
    let fault = {
        let mut state = world.lock();
        let line = format!("{method} {path}");
        let place = state
            .faults
            .iter()
            .position(|(route, _)| line.contains(route));
        place
            .and_then(|place| state.faults.remove(place))
            .map(|(_, fault)| fault)
    };
    let body = body_of(&parts.headers, &bytes);
    let refused = match &fault {
        Some(Fault::RateLimited {
            retry_after,
            global,
        }) => Some(rate_limited(*retry_after, *global)),
        Some(Fault::Status(status)) => Some(Answer::error(*status, 0, "injected")),
        Some(Fault::Slow(late)) => {
            tokio::time::sleep(*late).await;
            None
        }
        Some(Fault::Lost) | None => None,
    };
    let answer = match (refused, body) {
        (Some(refused), _) => refused,
        (None, Err(answer)) => answer,
        (None, Ok(body)) => world.answer(&method, &path, &parts.headers, &body),
    };
    let body = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
    world.lock().log.push(Sent {
        at: Instant::now(),
        method,
        path,
        body,
        status: answer.status,
    });
    world.changed.notify_waiters();
    if matches!(fault, Some(Fault::Lost)) {
        // A body that ends early is how a connection looks that broke in the middle of an answer.
        let broken = futures_body();
        return (StatusCode::OK, broken).into_response();
    }
    answer.into_response()
}

/// A body that promises more than it has.
fn futures_body() -> axum::body::Body {
    let (sender, receiver) = mpsc::unbounded_channel::<Result<Bytes, std::io::Error>>();
    let _ = sender.send(Ok(Bytes::from_static(b"{\"id\":")));
    let _ = sender.send(Err(std::io::Error::other("connection lost")));
    axum::body::Body::from_stream(Receiving(receiver))
}

struct Receiving(mpsc::UnboundedReceiver<Result<Bytes, std::io::Error>>);

impl futures_core::Stream for Receiving {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

struct Answer {
    status: u16,
    body: Option<Json>,
    headers: Vec<(&'static str, String)>,
}

impl Answer {
    fn ok(body: Json) -> Answer {
        Answer {
            status: 200,
            body: Some(body),
            headers: vec![
                ("x-ratelimit-limit", "50".to_owned()),
                ("x-ratelimit-remaining", "49".to_owned()),
                ("x-ratelimit-reset-after", "1.0".to_owned()),
                ("x-ratelimit-reset", "1893456000.0".to_owned()),
                ("x-ratelimit-bucket", "double".to_owned()),
            ],
        }
    }

    fn done() -> Answer {
        Answer {
            status: 204,
            body: None,
            headers: Vec::new(),
        }
    }

    fn error(status: u16, code: u32, message: &str) -> Answer {
        Answer {
            status,
            body: Some(json!({"code": code, "message": message})),
            headers: Vec::new(),
        }
    }

    fn into_response(self) -> Response {
        let mut response = match self.body {
            Some(body) => body.to_string().into_response(),
            None => ().into_response(),
        };
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap();
        let headers = response.headers_mut();
        headers.insert("content-type", "application/json".parse().unwrap());
        for (name, value) in self.headers {
            headers.insert(name, value.parse().unwrap());
        }
        response
    }
}

fn rate_limited(retry_after: f64, global: bool) -> Answer {
    let mut headers = vec![
        ("retry-after", format!("{}", retry_after.ceil())),
        (
            "x-ratelimit-scope",
            if global { "global" } else { "user" }.to_owned(),
        ),
        ("x-ratelimit-reset-after", format!("{retry_after}")),
    ];
    if global {
        headers.push(("x-ratelimit-global", "true".to_owned()));
    }
    Answer {
        status: 429,
        // As documented: no `code` in it.
        body: Some(
            json!({"message": "You are being rate limited.", "retry_after": retry_after, "global": global}),
        ),
        headers,
    }
}

fn body_of(headers: &HeaderMap, bytes: &[u8]) -> Result<Json, Answer> {
    if bytes.is_empty() {
        return Ok(Json::Null);
    }
    if headers
        .get("content-type")
        .is_none_or(|kind| kind != "application/json")
    {
        return Err(Answer::error(
            400,
            50_035,
            "Content-Type is not application/json",
        ));
    }
    serde_json::from_slice(bytes)
        .map_err(|_| Answer::error(400, 50_109, "The request body contains invalid JSON"))
}

impl World {
    fn answer(&self, method: &str, path: &str, headers: &HeaderMap, body: &Json) -> Answer {
        let path = path.trim_start_matches("/api/v10");
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        // Webhooks and interactions are authorised by the token in their path.
        let by_path = matches!(parts.first(), Some(&"interactions" | &"webhooks"));
        let known = headers
            .get("authorization")
            .is_some_and(|given| given == format!("Bot {TOKEN}").as_str());
        if !known && !by_path {
            return Answer::error(401, 0, "401: Unauthorized");
        }
        let mistakes = self.rules.mistakes(method, &parts, body);
        if !mistakes.is_empty() {
            let mut state = self.lock();
            for mistake in &mistakes {
                state
                    .violations
                    .push(format!("{method} {path}: {mistake} in {body}"));
            }
            return Answer::error(
                400,
                50_035,
                &format!("Invalid Form Body: {}", mistakes.join("; ")),
            );
        }
        let number = |text: &str| text.parse::<u64>().unwrap_or_default();
        match (method, parts.as_slice()) {
            ("GET", ["gateway"]) => Answer::ok(json!({"url": format!("ws://{}", self.address)})),
            ("GET", ["gateway", "bot"]) => Answer::ok(json!({
                "url": format!("ws://{}", self.address), "shards": 1,
                "session_start_limit": {"total": 1000, "remaining": 999, "reset_after": 1000, "max_concurrency": 1},
            })),
            ("GET", ["users", "@me"]) => Answer::ok(json!({
                "id": BOT.to_string(), "username": "sigap", "discriminator": "0", "avatar": null, "bot": true,
                "mfa_enabled": false, "verified": true,
            })),
            ("GET", ["oauth2", "applications", "@me"] | ["applications", "@me"]) => {
                self.application()
            }
            ("PUT", ["applications", _, "commands"]) => self.register(body),
            ("POST", ["channels", channel, "messages"]) => {
                self.create_message(number(channel), body)
            }
            ("PATCH", ["channels", channel, "messages", message]) => {
                self.edit_message(number(channel), number(message), body)
            }
            ("POST", ["channels", channel, "threads"]) => self.create_thread(number(channel), body),
            ("PUT", ["channels", _, "thread-members", _]) => Answer::done(),
            ("POST", ["channels", _, "typing"]) => Answer::done(),
            ("DELETE", ["users", "@me", "guilds", guild]) => {
                self.lock().left.push(number(guild));
                Answer::done()
            }
            ("POST", ["interactions", id, token, "callback"]) => {
                self.respond(number(id), token, body)
            }
            ("PATCH", ["webhooks", _, token, "messages", "@original"]) => self.fill(token, body),
            ("POST", ["webhooks", _, token]) => self.follow(token, body),
            _ => Answer::error(404, 0, "404: Not Found"),
        }
    }

    fn application(&self) -> Answer {
        let content = if self.lock().message_content_off {
            0
        } else {
            1 << 19
        };
        Answer::ok(json!({
            "id": BOT.to_string(), "name": "Sigap", "icon": null, "description": "", "bot_public": false,
            "bot_require_code_grant": false, "verify_key": "0", "flags": content, "owner": null, "team": null,
        }))
    }

    fn register(&self, body: &Json) -> Answer {
        let mut state = self.lock();
        state.commands = body.clone();
        let mut answered = body.as_array().cloned().unwrap_or_default();
        for command in &mut answered {
            command["id"] = state.id().to_string().into();
            command["application_id"] = BOT.to_string().into();
            command["version"] = "1".into();
            if command.get("description").is_none() {
                command["description"] = "".into();
            }
        }
        Answer::ok(Json::Array(answered))
    }

    fn create_message(&self, channel: u64, body: &Json) -> Answer {
        let mut state = self.lock();
        let nonce = body["nonce"]
            .as_str()
            .map(|nonce| (channel, nonce.to_owned()));
        if body["enforce_nonce"] == true
            && let Some(id) = nonce.as_ref().and_then(|nonce| state.nonces.get(nonce))
        {
            let id = id.to_string();
            let known = state.messages[&channel]
                .iter()
                .find(|message| message["id"] == id);
            return Answer::ok(known.unwrap().clone());
        }
        let message = state.keep(channel, body, true);
        if let Some(nonce) = nonce {
            let id = message["id"].as_str().unwrap().parse().unwrap();
            state.nonces.insert(nonce, id);
        }
        // The bot hears itself, as every bot does.
        let mut event = message.clone();
        event["guild_id"] = GUILD.to_string().into();
        state.dispatch("MESSAGE_CREATE", &event);
        Answer::ok(message)
    }

    fn edit_message(&self, channel: u64, id: u64, body: &Json) -> Answer {
        let mut state = self.lock();
        let id = id.to_string();
        let messages = state.messages.entry(channel).or_default();
        let Some(message) = messages.iter_mut().find(|message| message["id"] == id) else {
            return Answer::error(404, 10_008, "Unknown Message");
        };
        change(message, body);
        Answer::ok(message.clone())
    }

    fn create_thread(&self, channel: u64, body: &Json) -> Answer {
        let mut state = self.lock();
        if state.threads_forbidden {
            return Answer::error(403, 50_013, "Missing Permissions");
        }
        if state
            .threads
            .iter()
            .any(|thread| is_id(&thread["id"], channel))
        {
            return Answer::error(400, 50_024, "Cannot execute action on this channel type");
        }
        let id = state.id();
        let thread = json!({
            "id": id.to_string(), "type": body["type"], "name": body["name"], "parent_id": channel.to_string(),
            "guild_id": GUILD.to_string(), "owner_id": BOT.to_string(), "position": 0, "permission_overwrites": [],
            "nsfw": false, "message_count": 0, "member_count": 1, "rate_limit_per_user": 0, "flags": 0,
            "last_message_id": null, "total_message_sent": 0,
            "thread_metadata": {"archived": false, "auto_archive_duration": 1440, "locked": false, "invitable": false,
                "archive_timestamp": "2026-11-21T09:00:00+00:00", "create_timestamp": "2026-11-21T09:00:00+00:00"},
        });
        state.threads.push(thread.clone());
        Answer {
            status: 201,
            ..Answer::ok(thread)
        }
    }

    fn respond(&self, id: u64, token: &str, body: &Json) -> Answer {
        let mut state = self.lock();
        let Some(asked) = state.interactions.get(&id) else {
            return Answer::error(404, 10_062, "Unknown interaction");
        };
        if asked.token != token || asked.at.elapsed() > FIRST_RESPONSE_MAX {
            return Answer::error(404, 10_062, "Unknown interaction");
        }
        if asked.first.is_some() {
            return Answer::error(400, 40_060, "Interaction has already been acknowledged.");
        }
        let channel = asked.channel;
        let kind = body["type"].as_u64().unwrap_or_default();
        let shown = match kind {
            4 => Some(state.keep(channel, &body["data"], !is_ephemeral(&body["data"]))),
            7 => asked.on.clone().map(|mut message| {
                change(&mut message, &body["data"]);
                let kept = state.messages.entry(channel).or_default();
                for kept in kept.iter_mut().filter(|kept| kept["id"] == message["id"]) {
                    *kept = message.clone();
                }
                message
            }),
            8 | 9 => Some(body["data"].clone()),
            _ => None,
        };
        let asked = state.interactions.get_mut(&id).unwrap();
        asked.first = Some(kind);
        asked.shown.extend(shown);
        Answer::done()
    }

    fn fill(&self, token: &str, body: &Json) -> Answer {
        let mut state = self.lock();
        let Some((&id, asked)) = state
            .interactions
            .iter()
            .find(|(_, asked)| asked.token == token)
        else {
            return Answer::error(404, 10_015, "Unknown Webhook");
        };
        if asked.first.is_none() {
            return Answer::error(404, 10_008, "Unknown Message");
        }
        let channel = asked.channel;
        let message = state.keep(channel, body, false);
        let shown = &mut state.interactions.get_mut(&id).unwrap().shown;
        match shown.first_mut() {
            Some(first) => *first = message.clone(),
            None => shown.push(message.clone()),
        }
        Answer::ok(message)
    }

    fn follow(&self, token: &str, body: &Json) -> Answer {
        let mut state = self.lock();
        let Some((&id, asked)) = state
            .interactions
            .iter()
            .find(|(_, asked)| asked.token == token)
        else {
            return Answer::error(404, 10_015, "Unknown Webhook");
        };
        if asked.first.is_none() {
            return Answer::error(404, 10_015, "Unknown Webhook");
        }
        let channel = asked.channel;
        let message = state.keep(channel, body, !is_ephemeral(body));
        state
            .interactions
            .get_mut(&id)
            .unwrap()
            .shown
            .push(message.clone());
        Answer::ok(message)
    }
}

fn is_ephemeral(body: &Json) -> bool {
    body["flags"].as_u64().unwrap_or_default() & 64 != 0
}

fn change(message: &mut Json, body: &Json) {
    for part in ["content", "embeds", "components"] {
        if let Some(new) = body.get(part) {
            message[part] = new.clone();
        }
    }
    message["edited_timestamp"] = "2026-11-21T09:00:01+00:00".into();
}

// -- gateway ---------------------------------------------------------------------------------------------------------

async fn gateway(world: Arc<World>, mut socket: WebSocket) {
    let (out, mut outgoing) = mpsc::unbounded_channel();
    let (interval, acks) = {
        let state = world.lock();
        (state.heartbeat_ms, !state.acks_off)
    };
    let hello = json!({"op": 10, "d": {"heartbeat_interval": interval}}).to_string();
    if socket.send(Frame::Text(hello.into())).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            frame = socket.recv() => match frame {
                Some(Ok(Frame::Text(text))) => {
                    let said: Json = serde_json::from_str(&text).unwrap_or(Json::Null);
                    world.hears(&said, &out, acks);
                }
                Some(Ok(Frame::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
            Some(what) = outgoing.recv() => match what {
                Out::Text(text) => {
                    if socket.send(Frame::Text(text.into())).await.is_err() {
                        break;
                    }
                }
                Out::Close(code) => {
                    let _ = socket.send(Frame::Close(Some(CloseFrame { code, reason: "".into() }))).await;
                    break;
                }
                Out::Drop => break,
            },
        }
    }
    for session in &mut world.lock().sessions {
        if session
            .socket
            .as_ref()
            .is_some_and(|socket| socket.same_channel(&out))
        {
            session.socket = None;
        }
    }
    world.changed.notify_waiters();
}

impl World {
    fn hears(&self, said: &Json, out: &mpsc::UnboundedSender<Out>, acks: bool) {
        let mut state = self.lock();
        let tell = |frame: Json| {
            let _ = out.send(Out::Text(frame.to_string()));
        };
        match said["op"].as_u64() {
            Some(1) if acks => tell(json!({"op": 11, "d": null})),
            Some(2) => {
                let about = &said["d"];
                let intents = about["intents"].as_u64().unwrap_or_default();
                // serenity sends the token as it stands in its HTTP header, and Discord takes it.
                let given = about["token"].as_str().unwrap_or_default();
                if given.trim_start_matches("Bot ") != TOKEN {
                    let _ = out.send(Out::Close(4004));
                } else if state.message_content_off && intents & MESSAGE_CONTENT != 0 {
                    let _ = out.send(Out::Close(4014));
                } else {
                    let shard = (
                        about["shard"][0].as_u64().unwrap_or(0),
                        about["shard"][1].as_u64().unwrap_or(1),
                    );
                    self.identify(&mut state, intents, shard, out);
                }
            }
            Some(6) => {
                let (id, seen) = (
                    &said["d"]["session_id"],
                    said["d"]["seq"].as_u64().unwrap_or(0),
                );
                match state
                    .sessions
                    .iter_mut()
                    .find(|session| *id == session.id.as_str())
                {
                    Some(session) => {
                        session.socket = Some(out.clone());
                        let missed = usize::try_from(seen).unwrap().min(session.sent.len());
                        for frame in &session.sent[missed..] {
                            tell(frame.clone());
                        }
                        session.send("RESUMED", &json!({}));
                        state.resumed += 1;
                    }
                    None => tell(json!({"op": 9, "d": false})),
                }
            }
            _ => {}
        }
        drop(state);
        self.changed.notify_waiters();
    }

    fn identify(
        &self,
        state: &mut Guarded,
        intents: u64,
        shard: (u64, u64),
        out: &mpsc::UnboundedSender<Out>,
    ) {
        state.sessions.retain(|session| session.shard != shard);
        let id = format!("session-{}", state.id());
        let mut session = Session {
            id: id.clone(),
            intents,
            shard,
            sent: Vec::new(),
            socket: Some(out.clone()),
        };
        session.send(
            "READY",
            &json!({
                "v": 10, "session_id": id, "resume_gateway_url": format!("ws://{}", self.address),
                "user": {"id": BOT.to_string(), "username": "sigap", "discriminator": "0", "avatar": null, "bot": true,
                    "mfa_enabled": false, "verified": true, "email": null},
                "guilds": [{"id": GUILD.to_string(), "unavailable": true}],
                "shard": [shard.0, shard.1], "application": {"id": BOT.to_string(), "flags": 0},
            }),
        );
        session.send("GUILD_CREATE", &guild_event(GUILD));
        state.sessions.push(session);
        state.identified += 1;
    }
}
