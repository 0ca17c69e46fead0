//! Settings in layers, later wins: defaults, `sigap.toml`, environment, command line.
//!
//! Secrets have no place in the file: it refuses unknown keys, and they are read from the environment where they are
//! used.

use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::Context;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use serde::Deserialize;

use crate::dialog::Hours;
use crate::message::{ChannelKind, Language};
use crate::store::StorePlace;

/// The settings file, looked for where the program is started.
pub const FILE: &str = "sigap.toml";
/// The contact centre's time zone.
const TIME_ZONE: &str = "Asia/Jakarta";

/// A draft is worth going on with until the next day's shift has seen it.
const DRAFT_KEPT_HOURS: u16 = 24;

/// What a layer may set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layer {
    /// The folder of SOP files.
    pub intents: Option<PathBuf>,
    /// The folder of shared data.
    pub data: Option<PathBuf>,
    /// Where conversations and tickets are kept: a folder, or the address of a database.
    pub state: Option<String>,
    /// The kind of the console's channel.
    pub channel_kind: Option<ChannelKind>,
    /// The default service of the console's channel.
    pub service: Option<String>,
    /// The language of readers whose own is not known: `id`, `en`.
    pub language: Option<String>,
    /// How many hours a draft without a next message stays open, and then at hand.
    pub draft_kept_hours: Option<u16>,
    /// When agents are reminded: `08:00-17:00`.
    pub working_hours: Option<String>,
    /// On which days: `["mon", "tue"]`; every day when left out.
    pub working_days: Option<Vec<String>>,
    /// The port on which this machine can ask whether the bot is up, and how it is doing.
    pub health_port: Option<u16>,
    /// Where filed drafts are handed over.
    pub hook: Option<HookSettings>,
    /// Where the Discord bot works.
    pub discord: Option<Discord>,
}

/// Where filed drafts are handed over; what signs them is in the environment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HookSettings {
    /// The receiver's address.
    pub url: String,
    /// The file that says how a draft is written as JSON; left out, every field is in it.
    pub template: Option<PathBuf>,
}

/// Where the Discord bot works. Every number is an id that Discord's developer mode shows on a right click.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Discord {
    /// The workspaces it serves; it leaves every other one.
    pub guilds: Vec<u64>,
    /// The channels in which it answers without being called.
    pub help_channels: Vec<u64>,
    /// The roles that leads have.
    pub lead_roles: Vec<u64>,
    /// The roles that may see the logins which SOPs name; their values are in the environment.
    pub secret_roles: Vec<u64>,
    /// Where filed drafts are posted.
    pub ticket_channel: Option<u64>,
    /// Where leads read what concerns them: broken files, overdue reviews.
    pub lead_channel: Option<u64>,
    /// Whether it answers direct messages.
    pub direct_messages: bool,
    /// Into how many parts its workspaces are divided; left out, as many as Discord recommends. Where several processes
    /// serve them, all must say the same.
    pub shards: Option<u32>,
}

impl Default for Discord {
    fn default() -> Self {
        Self {
            guilds: Vec::new(),
            help_channels: Vec::new(),
            lead_roles: Vec::new(),
            secret_roles: Vec::new(),
            ticket_channel: None,
            lead_channel: None,
            direct_messages: true,
            shards: None,
        }
    }
}

/// The settings in force.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder of SOP files.
    pub intents: PathBuf,
    /// The folder of shared data.
    pub data: PathBuf,
    /// Where conversations and tickets are kept.
    pub state: StorePlace,
    /// The kind of the console's channel.
    pub channel_kind: ChannelKind,
    /// The default service of the console's channel.
    pub service: Option<String>,
    /// The language of readers whose own is not known.
    pub language: Language,
    /// How long a draft without a next message stays open, and then at hand.
    pub draft_kept: SignedDuration,
    /// When agents are reminded.
    pub hours: Hours,
    /// The port on which this machine can ask whether the bot is up, and how it is doing.
    pub health_port: Option<u16>,
    /// Where filed drafts are handed over.
    pub hook: Option<HookSettings>,
    /// Where the Discord bot works.
    pub discord: Discord,
    clock: TimeSource,
}

/// Where the time comes from.
#[derive(Debug, Clone, Copy)]
enum TimeSource {
    System,
    Fixed(Timestamp),
}

impl Config {
    /// Lays the layers over each other.
    pub fn new(flags: Layer, now: Option<Timestamp>) -> anyhow::Result<Self> {
        let file = read(Path::new(FILE))?;
        let data = flags
            .data
            .or(file.data)
            .unwrap_or_else(|| PathBuf::from("data"));
        let hours = hours(
            flags.working_hours.or(file.working_hours).as_deref(),
            flags.working_days.or(file.working_days).as_deref(),
        )?;
        Ok(Self {
            hours,
            intents: flags
                .intents
                .or(file.intents)
                .unwrap_or_else(|| PathBuf::from("intents")),
            state: match flags.state.or(file.state) {
                // Read here: another reader that refused it would show it, and a password may be in it.
                Some(place) => place.parse().context("in the setting `state`")?,
                None => data.join("state").into(),
            },
            data,
            channel_kind: flags.channel_kind.or(file.channel_kind).unwrap_or_default(),
            service: flags.service.or(file.service),
            language: flags
                .language
                .or(file.language)
                .map_or_else(Language::default, |tag| Language::of(&tag)),
            draft_kept: SignedDuration::from_hours(
                flags
                    .draft_kept_hours
                    .or(file.draft_kept_hours)
                    .unwrap_or(DRAFT_KEPT_HOURS)
                    .into(),
            ),
            health_port: flags.health_port.or(file.health_port),
            hook: flags.hook.or(file.hook),
            discord: flags.discord.or(file.discord).unwrap_or_default(),
            clock: now.map_or(TimeSource::System, TimeSource::Fixed),
        })
    }

    /// Returns the time in the contact centre: the clock's, or the one given with `--now`.
    pub fn now(&self) -> Zoned {
        let zone = TimeZone::get(TIME_ZONE).expect("the zone is bundled with the program");
        match self.clock {
            TimeSource::System => Timestamp::now().to_zoned(zone),
            TimeSource::Fixed(now) => now.to_zoned(zone),
        }
    }
}

fn hours(times: Option<&str>, days: Option<&[String]>) -> anyhow::Result<Hours> {
    Hours::new(times.unwrap_or(Hours::TIMES), days)
        .context("in the settings `working-hours` and `working-days`")
}

fn read(path: &Path) -> anyhow::Result<Layer> {
    match fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).with_context(|| format!("in `{}`", path.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Layer::default()),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}
