//! A double of Discord on this machine: its HTTP interface and its gateway, as the documentation describes them.
//!
//! It keeps messages, interactions and gateway sessions, refuses what Discord would refuse (`rules`), can be told to
//! fail, and logs every request. It is our reading of the documentation: a pass here is not a pass there.

mod buckets;
mod gateway;
mod http;
mod people;
mod rules;
mod shapes;
mod trouble;

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value as Json;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use self::buckets::Buckets;
use self::gateway::Session;
use self::rules::Rules;

pub use self::shapes::{direct_channel, guild_event, labels, message_event, text};

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
    /// What people have said, as it is told to whoever asks later.
    said: HashMap<u64, Vec<Json>>,
    changes: u64,
    /// The bot's last message anywhere, ephemeral ones included.
    latest: Json,
    nonces: HashMap<(u64, String), u64>,
    interactions: HashMap<u64, Asked>,
    threads: Vec<Json>,
    threads_forbidden: bool,
    /// What people have uploaded, by name.
    files: HashMap<String, Vec<u8>>,
    /// What the bot has uploaded.
    uploads: Vec<(String, Vec<u8>)>,
    /// What the bot has pinned: channel and message.
    pins: Vec<(u64, u64)>,
    message_content_off: bool,
    commands: Json,
    /// The channels that are direct messages.
    direct: HashSet<u64>,
    /// The language of everybody's Discord; `id` unless set.
    locale: Option<String>,
    buckets: Buckets,
    shards: u64,
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
    /// A command, a press, a suggestion, or a filled window, by Discord's numbers.
    kind: u8,
    token: String,
    at: Instant,
    channel: u64,
    first: Option<u64>,
    on: Option<Json>,
    /// Its 15 minutes are over.
    expired: bool,
    /// What was shown, the first response at the front.
    shown: Vec<Json>,
}

impl Double {
    /// Starts one on a free port.
    pub async fn start() -> Double {
        Double::start_on(0).await
    }

    /// Starts one on this port.
    pub async fn start_on(port: u16) -> Double {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let address = listener.local_addr().unwrap();
        assert!(address.ip().is_loopback(), "nothing leaves this machine");
        let world = World::new(address);
        let app = http::app(&world);
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
        let app = http::app(&self.world);
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

    /// Waits for the bot's upload number `place`, counted from 0: its name and content.
    pub async fn upload(&self, place: usize) -> (String, Vec<u8>) {
        self.wait("an upload", |state| state.uploads.get(place).cloned())
            .await
    }

    /// Returns what the bot has pinned.
    pub fn pins(&self) -> Vec<(u64, u64)> {
        self.world.lock().pins.clone()
    }

    /// Waits for something shown by an interaction with this label below it.
    pub async fn offered(&self, interaction: u64, label: &str) -> Json {
        self.wait(&format!("`{label}` below an answer"), |state| {
            let mut shown = state.interactions.get(&interaction)?.shown.iter();
            shown
                .find(|message| labels(message).iter().any(|known| known == label))
                .cloned()
        })
        .await
    }

    /// Waits for something shown by an interaction that says this.
    pub async fn told(&self, interaction: u64, what: &str) -> Json {
        self.wait(&format!("`{what}` in an answer"), |state| {
            let mut shown = state.interactions.get(&interaction)?.shown.iter();
            shown.find(|message| text(message).contains(what)).cloned()
        })
        .await
    }

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

    /// Returns the bot's messages in a channel.
    pub fn said_in(&self, channel: u64) -> Vec<Json> {
        let state = self.world.lock();
        state.messages.get(&channel).cloned().unwrap_or_default()
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

    /// Waits for a thread under this channel and returns its id.
    pub async fn thread_in(&self, channel: u64) -> u64 {
        self.wait("a thread", |state| {
            let mut threads = state.threads.iter();
            let thread = threads.find(|thread| shapes::is_id(&thread["parent_id"], channel))?;
            thread["id"].as_str()?.parse().ok()
        })
        .await
    }

    /// Waits until the bot's message in a channel says this, and returns it.
    pub async fn says_now(&self, channel: u64, place: usize, what: &str) -> Json {
        self.wait(&format!("`{what}` in message {place}"), |state| {
            let message = state.messages.get(&channel)?.get(place)?;
            text(message).contains(what).then(|| message.clone())
        })
        .await
    }

    /// Waits until any of the bot's messages in a channel says this, and returns it.
    pub async fn says_somewhere(&self, channel: u64, what: &str) -> Json {
        self.wait(&format!("`{what}`"), |state| {
            let mut messages = state.messages.get(&channel)?.iter();
            messages
                .find(|message| text(message).contains(what))
                .cloned()
        })
        .await
    }

    /// How often the bot has identified itself.
    pub fn identified(&self) -> usize {
        self.world.lock().identified
    }

    /// Waits until the bot has this many messages in a channel.
    pub async fn count(&self, channel: u64, count: usize) {
        self.wait(&format!("{count} messages"), |state| {
            let messages = state.messages.get(&channel).map_or(0, Vec::len);
            (messages == count).then_some(())
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
}

#[allow(
    dead_code,
    reason = "for measurements and for a person at a terminal, who both wait as long as it takes"
)]
impl Double {
    /// Waits as long as it takes until the bot has identified itself this often.
    pub async fn comes(&self, times: usize) {
        self.patiently(|state| (state.identified >= times).then_some(()))
            .await;
    }

    /// Waits as long as it takes for request number `place`, counted from 0.
    pub async fn sent(&self, place: usize) -> Sent {
        self.patiently(|state| state.log.get(place).cloned()).await
    }

    /// The bot's last message anywhere.
    pub fn latest(&self) -> Json {
        self.world.lock().latest.clone()
    }

    /// The thread that the bot opened last.
    pub fn last_thread(&self) -> Option<u64> {
        let state = self.world.lock();
        state.threads.last()?["id"].as_str()?.parse().ok()
    }

    /// Returns what was requested from number `place` on.
    pub fn log_from(&self, place: usize) -> Vec<Sent> {
        self.world.lock().log[place..].to_vec()
    }

    async fn patiently<T>(&self, find: impl Fn(&Guarded) -> Option<T>) -> T {
        loop {
            let changed = self.world.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(found) = find(&self.world.lock()) {
                return found;
            }
            changed.await;
        }
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The id of something that happens now, and not before the time that tests take for now.
fn id_now() -> u64 {
    const NOW: u64 = 1_795_230_000_000;
    const EPOCH: u64 = 1_420_070_400_000;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = u64::try_from(now.as_millis()).unwrap();
    (now.max(NOW) - EPOCH) << 22
}

impl World {
    fn new(address: SocketAddr) -> Arc<World> {
        Arc::new(World {
            state: Mutex::new(Guarded {
                next_id: id_now(),
                heartbeat_ms: 41_250,
                shards: 1,
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
    /// Keeps what somebody has said, and tells the bot if it listens.
    fn say(&mut self, channel: u64, event: &Json) {
        let mut kept = event.clone();
        for told_with_events_only in ["guild_id", "member"] {
            kept.as_object_mut().unwrap().remove(told_with_events_only);
        }
        self.said.entry(channel).or_default().push(kept);
        self.dispatch("MESSAGE_CREATE", event);
    }

    fn id(&mut self) -> u64 {
        self.next_id = id_now().max(self.next_id + 1);
        self.next_id
    }
}
