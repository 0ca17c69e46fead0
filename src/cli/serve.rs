//! `sigap serve`: the Discord bot.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;

use crate::assistant::Assistant;
use crate::channel::discord::{self, Api, Settings, Token};
use crate::config::Config;
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
        let token = Token::parse(env::var("DISCORD_TOKEN").ok().as_deref())?;
        let api = match env::var("SIGAP_DISCORD_API") {
            Ok(address) => Api::parse(&address).map_err(anyhow::Error::msg)?,
            Err(_) => Api::Discord,
        };
        let knowledge = cli::knowledge(config)?;
        let settings = Settings {
            api,
            guilds: config.discord.guilds.clone(),
            help_channels: config.discord.help_channels.clone(),
            lead_roles: config.discord.lead_roles.clone(),
            ticket_channel: config.discord.ticket_channel,
            direct_messages: config.discord.direct_messages,
            channel_kind: config.channel_kind,
            service: config.service.clone(),
        };
        let runtime = cli::runtime()?;
        let store = store::sled::open(&config.state)?;
        let assistant = Assistant::new(Arc::new(knowledge), Arc::new(store), config.draft_kept);
        let _watch = cli::watch(config, assistant.live())?;
        let clock = config.clone();
        runtime.block_on(async {
            let stop = stop().context("cannot listen for signals")?;
            discord::serve(token, settings, assistant, move || clock.now(), stop).await?;
            anyhow::Ok(())
        })?;
        Ok(ExitCode::SUCCESS)
    }
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
