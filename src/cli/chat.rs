//! `sigap chat`: the whole assistant on the console.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use clap::Args;

use crate::assistant::Assistant;
use crate::channel::console::{Console, Rooms};
use crate::config::Config;
use crate::guide::Knowledge;
use crate::message::ChannelKind;
use crate::{cli, store, telemetry};

/// Arguments of `sigap chat`.
#[derive(Debug, Args)]
pub struct Chat {
    /// The agent's name: conversations and drafts belong to it
    #[arg(long, value_name = "NAME", env = "SIGAP_USER")]
    user: Option<String>,
    /// Talk as a team lead, who may edit the drafts of others
    #[arg(long)]
    lead: bool,
    /// How customers reach the agents of this channel: voice, non-voice or ecare [default: voice]
    #[arg(long, value_name = "KIND", env = "SIGAP_CHANNEL_KIND", value_parser = channel_kind)]
    channel_kind: Option<ChannelKind>,
    /// The service this channel is about: an id from services.toml
    #[arg(long, value_name = "ID", env = "SIGAP_SERVICE")]
    service: Option<String>,
    /// One JSON object for every input line, in which `\n` is a line break
    #[arg(long)]
    json: bool,
}

impl Chat {
    /// The channel kind, when one was named.
    pub fn channel_kind(&self) -> Option<ChannelKind> {
        self.channel_kind
    }

    /// The default service, when one was named.
    pub fn service(&self) -> Option<String> {
        self.service.clone()
    }

    /// Talks until the input ends.
    pub fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        telemetry::start();
        let seen = cli::seen(config);
        let (catalog, lexicon) = cli::files(config)?;
        if let Some(service) = config
            .service
            .as_ref()
            .filter(|id| !catalog.services.contains_key(*id))
        {
            let known: Vec<_> = catalog.services.keys().map(String::as_str).collect();
            anyhow::bail!("unknown service `{service}`: one of {}", known.join(", "));
        }
        let console = Console {
            user: self.user.unwrap_or_else(|| "agent".to_owned()),
            lead: self.lead,
            channel_kind: config.channel_kind,
            service: config.service.clone(),
            language: config.language.clone(),
            json: self.json,
            offered: Mutex::default(),
        };
        let runtime = cli::runtime()?;
        // Before the matcher learns: a second program on a state says so at once.
        let store = runtime.block_on(store::open(&config.state))?;
        let knowledge =
            Knowledge::new(catalog, lexicon).with_directory(crate::load::directory(&config.data)?);
        let knowledge = knowledge.with_voices(cli::voices(config)?);
        let assistant = Assistant::new(Arc::new(knowledge), store, config.draft_kept)
            .with_hours(config.hours.clone())
            .with_language(config.language.clone());
        let assistant = cli::with_outbox(assistant, config);
        let desk = cli::desk(config, &runtime, &assistant)?;
        let _watch = cli::watch(config, seen, Arc::clone(&desk), &runtime)?;
        let rooms = Rooms {
            assistant: &assistant,
            desk: &desk,
        };
        runtime.block_on(console.run(rooms, || config.now()))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn channel_kind(text: &str) -> Result<ChannelKind, String> {
    let kinds = [
        ChannelKind::Voice,
        ChannelKind::NonVoice,
        ChannelKind::Ecare,
    ];
    let known = kinds.into_iter().find(|kind| kind.name() == text);
    known.ok_or_else(|| "one of voice, non-voice, ecare".to_owned())
}
