//! The Discord channel over real sockets: the bot as it is served, against a double on this machine.

mod binary;
mod changes;
mod desk;
pub mod double;
mod drafts;
mod english;
mod faults;
mod health;
mod limits;
mod orders;
mod second;
mod shared;
mod talks;

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::{SignedDuration, Zoned};
use sigap::assistant::Assistant;
use sigap::channel::discord::{self, Api, BotToken, Settings};
use sigap::desk::{Desk, Folders};
use sigap::guide::Knowledge;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::double::{Double, GUILD, HELP, LEAD_ROLE, TICKETS, TOKEN, Tls};
use sigap::store;

use crate::engine;
use crate::shipped;

/// A bot that is being served.
pub struct Served {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), discord::BotError>>,
    desk: Arc<OnceLock<Arc<Desk>>>,
}

/// What every test's bot is set to.
fn settings(api: Api) -> Settings {
    Settings {
        api,
        guilds: vec![GUILD],
        help_channels: vec![HELP],
        lead_roles: vec![LEAD_ROLE],
        ticket_channel: Some(TICKETS),
        direct_messages: true,
        ..Settings::default()
    }
}

/// Serves a bot on a double, and waits until it is connected.
async fn serve(double: &Double, dir: &TempDir, times: usize) -> Served {
    let served = start(settings(Api::parse(&double.api()).unwrap()), TOKEN, dir);
    double.connected(times).await;
    served
}

/// The same by the real time of day.
async fn serve_now(double: &Double, dir: &TempDir, times: usize) -> Served {
    let settings = settings(Api::parse(&double.api()).unwrap());
    let served = start_with(shipped::knowledge(), Zoned::now, settings, TOKEN, dir);
    double.connected(times).await;
    served
}

/// How the bot reaches a double as it reaches Discord: by serenity's own addresses, TLS and the rate limiter.
async fn resolved(double: &Double) -> (Tls, Api) {
    let tls = double.speaks_tls().await;
    assert!(tls.address.ip().is_loopback());
    let certificate = reqwest::Certificate::from_pem(tls.certificate.as_bytes()).unwrap();
    let client = reqwest::Client::builder()
        .resolve("discord.com", tls.address)
        .add_root_certificate(certificate)
        .build()
        .unwrap();
    (tls, Api::Resolved(client))
}

fn start(settings: Settings, token: &str, dir: &TempDir) -> Served {
    start_with(shipped::knowledge(), shipped::now, settings, token, dir)
}

fn start_with(
    knowledge: Arc<Knowledge>,
    now: impl Fn() -> Zoned + Send + Sync + 'static,
    settings: Settings,
    token: &str,
    dir: &TempDir,
) -> Served {
    let folders = Folders {
        intents: "intents".into(),
        data: "data".into(),
    };
    start_in(folders, knowledge, now, settings, token, dir.path())
}

/// Serves a bot whose leads work in these folders.
fn start_in(
    folders: Folders,
    knowledge: Arc<Knowledge>,
    now: impl Fn() -> Zoned + Send + Sync + 'static,
    settings: Settings,
    token: &str,
    state: &Path,
) -> Served {
    start_at(
        folders,
        knowledge,
        now,
        settings,
        token,
        engine::state(state),
    )
}

/// The same with its state at any place.
fn start_at(
    folders: Folders,
    knowledge: Arc<Knowledge>,
    now: impl Fn() -> Zoned + Send + Sync + 'static,
    settings: Settings,
    token: &str,
    state: String,
) -> Served {
    static LOG: std::sync::Once = std::sync::Once::new();
    if std::env::var_os("SIGAP_LOG").is_some() {
        LOG.call_once(sigap::telemetry::start);
    }
    let (stop, stopped) = oneshot::channel();
    let token = BotToken::parse(Some(token)).unwrap();
    let at_work = Arc::new(OnceLock::new());
    let opened = Arc::clone(&at_work);
    let task = tokio::spawn(async move {
        let store = store::open(&state.parse().unwrap()).await.unwrap();
        let assistant = Assistant::new(knowledge, store, SignedDuration::from_hours(24));
        let desk = Desk::open(folders, assistant.store(), assistant.live(), &now()).await;
        let desk = Arc::new(desk.unwrap());
        opened.set(Arc::clone(&desk)).unwrap();
        let stopped = async {
            let _ = stopped.await;
        };
        discord::serve(token, settings, assistant, desk, now, stopped).await
    });
    Served {
        stop: Some(stop),
        task,
        desk: at_work,
    }
}

impl Served {
    /// Asks the bot to stop and waits until it has.
    async fn stop(mut self) -> Result<(), discord::BotError> {
        let _ = self.stop.take().unwrap().send(());
        self.ended().await
    }

    /// Waits until the bot has ended.
    async fn ended(&mut self) -> Result<(), discord::BotError> {
        tokio::time::timeout(Duration::from_secs(30), &mut self.task)
            .await
            .expect("the bot ends in time")
            .unwrap()
    }
}
