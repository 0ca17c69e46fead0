//! Discord: the assistant where agents are.
//!
//! ```text
//! incoming   platform event -> who said what where, and whether it is for the bot    pure
//! channels   which channels others share, and which are threads
//! bot        asks the assistant and delivers
//! payload    reply -> bodies of messages, within every limit                         pure
//! rest       the one way out: no one is pinged, what fails is tried again
//! shards     which part of the workspaces is this process's, where several serve them
//! ```
//!
//! No decision is taken here: who may press what and where an answer goes is the platform's business, what is answered
//! is the assistant's. A conversation is one person in one channel or thread: `discord:GUILD:CHANNEL:USER`.
//! State is in the store and in signed custom ids, so a restart is not noticed.

mod bot;
mod channels;
mod commands;
mod form;
mod incoming;
mod mark;
mod payload;
mod plain;
mod rest;
mod setup;
mod shards;
mod ticks;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Zoned;
use serenity::client::ClientBuilder;
use serenity::gateway::{ConnectionStage, GatewayError, ShardManager, ShardRunnerInfo};
use serenity::model::gateway::GatewayIntents;

use crate::assistant::Assistant;
use crate::desk::Desk;
use crate::message::ChannelKind;
use crate::metrics::{Metrics, Request};
use bot::Bot;
use rest::Rest;
use shards::Shards;

pub use rest::Api;

/// What is in work when the bot is stopped may take this long.
const DRAIN_MAX: Duration = Duration::from_secs(10);

/// A connection that broke is seen within this time, well before anybody would start the bot anew because of it.
const WATCHED_EVERY: Duration = Duration::from_millis(250);

/// Reminders are due to the minute at best.
const REMINDED_EVERY: Duration = Duration::from_secs(30);

/// How the bot behaves.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where Discord is.
    pub api: Api,
    /// The workspaces it serves; it leaves every other one.
    pub guilds: Vec<u64>,
    /// The channels in which it answers without being called.
    pub help_channels: Vec<u64>,
    /// The roles that leads have.
    pub lead_roles: Vec<u64>,
    /// The roles that may see the logins which SOPs name.
    pub secret_roles: Vec<u64>,
    /// Those logins, by the name that SOPs give them.
    pub secrets: BTreeMap<String, Secret>,
    /// Where filed drafts are posted.
    pub ticket_channel: Option<u64>,
    /// Where leads read what concerns them.
    pub lead_channel: Option<u64>,
    /// Whether it answers direct messages.
    pub direct_messages: bool,
    /// How customers reach the agents of channels for which no lead has set it.
    pub channel_kind: ChannelKind,
    /// The default service of its channels.
    pub service: Option<String>,
    /// How often it looks whose time has come; left out, often enough for an agent.
    pub reminded_every: Option<Duration>,
    /// Where it counts.
    pub metrics: Arc<Metrics>,
    /// Into how many parts its workspaces are divided; left out, as many as Discord recommends.
    pub shards: Option<u32>,
    /// The name of this process among those that serve the same workspaces.
    pub process: String,
}

/// A login. It is shown to those who may see it, and to no log.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// What proves to Discord that this is the bot. It is never shown.
#[derive(Clone)]
pub struct BotToken(String);

impl BotToken {
    /// Takes the token from the environment.
    ///
    /// # Errors
    ///
    /// When there is none: the text explains where to get one.
    pub fn parse(text: Option<&str>) -> Result<BotToken, BotError> {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        text.map(|text| BotToken(text.to_owned()))
            .ok_or_else(|| BotError::Setup(setup::no_token()))
    }
}

impl std::fmt::Debug for BotToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(***)")
    }
}

/// Why the bot does not run.
#[derive(Debug, thiserror::Error)]
pub enum BotError {
    /// Something has to be set up first; the text says what and where.
    #[error("{0}")]
    Setup(String),
    /// Discord could not be asked who the bot is.
    #[error("cannot reach Discord")]
    Unreachable(#[source] rest::RestError),
    /// A double on this machine hands out a gateway elsewhere.
    #[error("the gateway `{0}` is not on this machine, so no token is sent there")]
    NotLoopback(String),
    /// The connection ended for good.
    #[error("the connection to Discord ended")]
    Ended(#[source] Box<serenity::Error>),
}

/// Runs the bot until `stop` is ready, then finishes what is in work and closes the connection.
///
/// # Errors
///
/// When something has to be set up first, or Discord ends the connection for good.
pub async fn serve(
    token: BotToken,
    settings: Settings,
    assistant: Assistant,
    desk: Arc<Desk>,
    now: impl Fn() -> Zoned + Send + Sync + 'static,
    stop: impl Future<Output = ()>,
) -> Result<(), BotError> {
    let BotToken(token) = token;
    let metrics = Arc::clone(&settings.metrics);
    let reminded_every = settings.reminded_every.unwrap_or(REMINDED_EVERY);
    let http = settings.api.http(&token);
    let rest = Rest::new(http, settings.api.clone(), Arc::clone(&metrics));
    tokio::pin!(stop);
    let application = tokio::select! {
        prepared = prepare(&rest, &settings) => prepared?,
        () = &mut stop => return Ok(()),
    };
    let total = match settings.shards {
        Some(total) => total,
        None => rest.shards().await.map_err(BotError::Unreachable)?,
    };
    let shards = Shards::new(assistant.store(), total, settings.process.clone());
    let fences = Arc::clone(&shards);
    let assistant = assistant.fenced(move |conversation| fences.fence(conversation));
    let api = settings.api.clone();
    let bot = Arc::new(Bot::new(
        assistant,
        desk,
        rest.clone(),
        settings,
        Arc::clone(&shards),
        &token,
        now,
    ));
    let intents = GatewayIntents::GUILDS
        | GatewayIntents::GUILD_MESSAGES
        | GatewayIntents::DIRECT_MESSAGES
        | GatewayIntents::MESSAGE_CONTENT;
    let lines = Connections::default();
    let connect = |shard| {
        bot.take_over();
        // serenity's gateway client wants a way out of its own.
        let built = ClientBuilder::new_with_http(api.http(&token), intents)
            .raw_event_handler(bot::Ears(Arc::downgrade(&bot)));
        let lines = lines.clone();
        async move {
            let mut client = built.await?;
            let _line = lines.open(shard, &client.shard_manager);
            client.start_shard(shard, total).await
        }
    };
    // Dropped last: that closes the connections.
    let running = shards.run(connect);
    tokio::pin!(running);
    let ended_by = {
        let watching = watch(&lines, &metrics);
        let following = bot.follow_leads();
        let reminding = remind(&bot, reminded_every);
        let listening = bot.report_broken_files();
        tokio::pin!(watching, reminding, listening, following);
        tokio::select! {
            ended = &mut running => Some(ended),
            () = &mut watching => None,
            () = &mut reminding => None,
            () = &mut listening => None,
            () = &mut following => None,
            () = &mut stop => None,
        }
    };
    metrics.connected(false);
    // What was taken is answered before the connection goes, and nothing new is taken.
    if tokio::time::timeout(DRAIN_MAX, bot.drain()).await.is_err() {
        tracing::warn!("stopping with messages still in work");
    }
    lines.close().await;
    shards.release().await;
    tracing::info!(
        sent = metrics.requests(Request::Sent),
        retried = metrics.requests(Request::Retried),
        failed = metrics.requests(Request::Failed),
        "closed"
    );
    match ended_by {
        Some(Err(error)) => Err(ended(error, application)),
        Some(Ok(())) | None => Ok(()),
    }
}

/// The connections of the shards that this process has.
#[derive(Debug, Clone, Default)]
struct Connections(Arc<Mutex<BTreeMap<u32, Arc<ShardManager>>>>);

/// A connection; dropping it closes it.
struct Connection {
    lines: Connections,
    shard: u32,
}

impl Connections {
    fn open(&self, shard: u32, manager: &Arc<ShardManager>) -> Connection {
        self.all().insert(shard, Arc::clone(manager));
        Connection {
            lines: self.clone(),
            shard,
        }
    }

    async fn close(&self) {
        let managers: Vec<_> = std::mem::take(&mut *self.all()).into_values().collect();
        for manager in managers {
            manager.shutdown_all().await;
        }
    }

    /// Whether there are connections and all of them are up.
    async fn stand(&self) -> bool {
        let managers: Vec<_> = self.all().values().cloned().collect();
        let mut all = !managers.is_empty();
        for manager in managers {
            let runners = manager.runners.lock().await;
            let stand = |runner: &ShardRunnerInfo| runner.stage == ConnectionStage::Connected;
            all &= !runners.is_empty() && runners.values().all(stand);
        }
        all
    }

    fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<u32, Arc<ShardManager>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(manager) = self.lines.all().remove(&self.shard) {
            tokio::spawn(async move { manager.shutdown_all().await });
        }
    }
}

/// Keeps note of whether every connection is up; never ends.
async fn watch(lines: &Connections, metrics: &Metrics) {
    let mut tick = tokio::time::interval(WATCHED_EVERY);
    loop {
        tick.tick().await;
        metrics.connected(lines.stand().await);
    }
}

/// Has the bot look at the clock from time to time; never ends.
async fn remind(bot: &Arc<Bot>, every: Duration) {
    let mut tick = tokio::time::interval(every);
    loop {
        tick.tick().await;
        bot.look_at_the_clock().await;
    }
}

/// Finds out everything that is missing before a connection is opened, and returns the application's id.
async fn prepare(rest: &Rest, settings: &Settings) -> Result<u64, BotError> {
    let about = rest.application().await.map_err(|error| match error {
        rest::RestError::Refused { status: 401, .. } => BotError::Setup(setup::bad_token()),
        error => BotError::Unreachable(error),
    })?;
    let application = about.id.get();
    if !setup::may_read_messages(about.flags) {
        return Err(BotError::Setup(setup::no_message_content(application)));
    }
    if settings.guilds.is_empty() {
        return Err(BotError::Setup(setup::no_guilds(application)));
    }
    rest.gateway()
        .await
        .map_err(BotError::Unreachable)?
        .map_err(BotError::NotLoopback)?;
    rest.commands(&commands::all())
        .await
        .map_err(BotError::Unreachable)?;
    tracing::info!(invite = setup::invite(application), "ready to be invited");
    Ok(application)
}

fn ended(error: serenity::Error, application: u64) -> BotError {
    let serenity::Error::Gateway(reason) = &error else {
        return BotError::Ended(Box::new(error));
    };
    match reason {
        GatewayError::DisallowedGatewayIntents => {
            BotError::Setup(setup::no_message_content(application))
        }
        GatewayError::InvalidAuthentication => BotError::Setup(setup::bad_token()),
        _ => BotError::Ended(Box::new(error)),
    }
}
