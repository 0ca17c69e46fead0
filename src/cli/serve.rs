//! `sigap serve`: the Discord bot.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, fs, future, io};

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;

use crate::assistant::Assistant;
use crate::catalog::Catalog;
use crate::channel::discord::{self, Api, BotToken, Secret, Settings};
use crate::config::Config;
use crate::hook::{self, Hook};
use crate::metrics::{self, Metrics, Timed};
use crate::store::{Store, lease};
use crate::{cli, store, telemetry};

/// Runs the Discord bot until it is stopped.
///
/// The token is read from DISCORD_TOKEN, everything else from `[discord]` in sigap.toml. SIGAP_DISCORD_API points the
/// bot at a server on this machine instead of Discord.
#[derive(Debug, Args)]
pub struct Serve {}

impl Serve {
    /// Serves until Ctrl-C or SIGTERM.
    pub fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        telemetry::start();
        // The token stays out of the arguments, where every process of the machine could read it.
        let token = BotToken::parse(env::var("DISCORD_TOKEN").ok().as_deref())?;
        let api = match env::var("SIGAP_DISCORD_API") {
            Ok(address) => Api::parse(&address).map_err(anyhow::Error::msg)?,
            Err(_) => Api::Discord,
        };
        let seen = cli::seen(config);
        let knowledge = cli::knowledge(config)?;
        let metrics = Arc::new(Metrics::default());
        let process = process();
        let settings = Settings {
            api,
            guilds: config.discord.guilds.clone(),
            help_channels: config.discord.help_channels.clone(),
            lead_roles: config.discord.lead_roles.clone(),
            secret_roles: config.discord.secret_roles.clone(),
            secrets: secrets(&knowledge.catalog),
            ticket_channel: config.discord.ticket_channel,
            lead_channel: config.discord.lead_channel,
            direct_messages: config.discord.direct_messages,
            channel_kind: config.channel_kind,
            service: config.service.clone(),
            metrics: Arc::clone(&metrics),
            shards: config.discord.shards,
            process: process.clone(),
            ..Settings::default()
        };
        let runtime = cli::runtime()?;
        let store = Timed::new(
            runtime.block_on(store::open(&config.state))?,
            Arc::clone(&metrics),
        );
        let assistant = Assistant::new(Arc::new(knowledge), Arc::new(store), config.draft_kept)
            .with_hours(config.hours.clone())
            .with_language(config.language.clone());
        let assistant = cli::with_outbox(assistant, config);
        let hook = hook(config, assistant.store())?;
        let desk = cli::desk(config, &runtime, &assistant)?;
        let _watch = cli::watch(config, seen, Arc::clone(&desk), &runtime)?;
        let clock = config.clone();
        runtime.block_on(async {
            let stop = stop().context("cannot listen for signals")?;
            let health = health(config.health_port, metrics).await?;
            let store = assistant.store();
            let handing_over = async {
                match &hook {
                    Some(hook) => {
                        let work = async || hook.run(|| config.now().timestamp()).await;
                        lease::alone(&*store, "hook", &process, work).await;
                    }
                    None => future::pending().await,
                }
            };
            let served =
                discord::serve(token, settings, assistant, desk, move || clock.now(), stop);
            tokio::select! {
                served = served => served?,
                () = handing_over => {}
                ended = health => ended.context("the health port does not answer any more")?,
            }
            anyhow::Ok(())
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The name of this process among others: two on one machine have different numbers, two machines different names.
fn process() -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let began = Timestamp::now().as_millisecond();
    format!("{}:{}:{began}", host.trim(), std::process::id())
}

/// Returns what answers on the health port, without end; with no port configured it does nothing.
async fn health(
    port: Option<u16>,
    metrics: Arc<Metrics>,
) -> anyhow::Result<impl Future<Output = io::Result<()>>> {
    let listener = match port {
        Some(port) => {
            let listener = metrics::http::listen(port).await;
            Some(listener.with_context(|| format!("cannot listen on `health-port` {port}"))?)
        }
        None => None,
    };
    Ok(async move {
        match listener {
            Some(listener) => metrics::http::serve(listener, metrics).await,
            None => future::pending().await,
        }
    })
}

/// Returns what hands filed drafts to a ticketing system, when there is one.
fn hook(config: &Config, store: Arc<dyn Store>) -> anyhow::Result<Option<Hook>> {
    let Some(settings) = &config.hook else {
        return Ok(None);
    };
    let secret = hook::HookSecret::parse(env::var("SIGAP_HOOK_SECRET").ok().as_deref())?;
    let template = settings.template.as_ref().map(|path| {
        fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
    });
    let hook = Hook::new(&settings.url, secret, template.transpose()?, store)?;
    Ok(Some(hook))
}

/// The logins that SOPs name, those that the environment has: `upoint` is in SIGAP_SECRET_UPOINT.
fn secrets(catalog: &Catalog) -> BTreeMap<String, Secret> {
    let sections = catalog.sops.iter().flat_map(|sop| &sop.sections);
    let named = sections
        .flat_map(|section| &section.items)
        .filter_map(|item| item.secret.as_deref());
    let login = |name: &str| {
        let key = format!("SIGAP_SECRET_{}", name.to_uppercase().replace('-', "_"));
        let login = env::var(key)
            .ok()
            .filter(|login| !login.trim().is_empty())?;
        Some((name.to_owned(), Secret(login)))
    };
    named.filter_map(login).collect()
}

/// Returns what is ready once somebody wants the program to end.
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
