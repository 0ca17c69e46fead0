//! The thin shell: takes events, asks the assistant, delivers what it says.
//!
//! ```text
//! heard       messages                                     pressed     buttons and menus
//! commanded   commands and suggestions                     window      what is written into windows
//! leads       what team leads are shown, and the posts that show an SOP
//! deliver     replies, on their way to a channel or to one person
//! responder   one interaction's answer, within its times
//! ```
//!
//! What comes in becomes [`Work`] of a conversation and waits for its turn, unless it has to be answered at once.

mod commanded;
mod deliver;
mod heard;
mod leads;
mod missed;
mod pressed;
mod responder;
mod window;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, Weak};

use async_trait::async_trait;
use jiff::Zoned;
use serde_json::json;
use serenity::client::{Context, RawEventHandler};
use serenity::model::application::Interaction;
use serenity::model::event::Event;

use self::deliver::{Posts, Sink};
use self::pressed::Press;
use self::responder::Responder;
use super::Settings;
use super::channels::Channels;
use super::incoming::{self, Ask, Edited, Post, Surroundings};
use super::mark::{Mark, Marks};
use super::payload::EPHEMERAL;
use super::rest::Rest;
use super::shards::Shards;
use crate::act::Act;
use crate::assistant::Assistant;
use crate::channel::place::{Person, Place};
use crate::channel::queue::{HandedIn, Queues};
use crate::channel::recall::Recall;
use crate::desk::Desk;
use crate::message::{ChannelKind, ConversationId, EventId, Incoming, Language, Said};
use crate::voice::Voice;

/// The bot.
pub struct Bot {
    assistant: Assistant,
    desk: Arc<Desk>,
    rest: Rest,
    settings: Settings,
    shards: Arc<Shards>,
    marks: Marks,
    now: Box<dyn Fn() -> Zoned + Send + Sync>,
    me: OnceLock<u64>,
    channels: Channels,
    queues: Arc<Queues<Work>>,
    /// What leads have set for channels, once it was read.
    kinds: Recall<ConversationId, Option<ChannelKind>>,
    /// Our answers by the question.
    answers: Recall<u64, Vec<u64>>,
    /// What was typed into a form and could not be used, by field.
    refused: Recall<ConversationId, BTreeMap<String, String>>,
    /// Held while shared posts are brought up to date.
    sharing: tokio::sync::Mutex<()>,
}

/// Hears everything that the gateway says, as long as there is a bot: serenity's tasks outlive it by some seconds, and
/// the store must be free for the next process.
pub struct Ears(pub Weak<Bot>);

/// Something to be answered, when its turn has come.
#[derive(Debug)]
enum Work {
    Post(Post),
    Edit(Edited),
    Act(Arc<Responder>, Mark),
    Form(Arc<Responder>, u64, Vec<(String, String)>),
    Document(Arc<Responder>, DocumentAt),
    /// A conversation whose time has come.
    Due(Incoming),
}

/// Where a procedure is that a lead wants to propose.
#[derive(Debug)]
enum DocumentAt {
    /// In a message.
    Text(String),
    /// In a file.
    File { name: String, url: String },
}

/// Who said something where, in whose conversation.
#[derive(Debug, Clone, Copy)]
struct Author<'a> {
    place: Place,
    person: &'a Person,
    /// The language in which the person reads, where the platform says.
    language: Option<&'a Language>,
    /// Another one than the person when a lead presses in an agent's conversation: what is filed is the agent's.
    owner: u64,
}

impl<'a> Author<'a> {
    fn posted(post: &'a Post) -> Self {
        Self {
            place: post.place,
            person: &post.person,
            language: None,
            owner: post.person.id,
        }
    }

    fn asked(ask: &'a Ask, owner: u64) -> Self {
        Self {
            place: ask.place,
            person: &ask.person,
            language: Some(&ask.language),
            owner,
        }
    }
}

#[async_trait]
impl RawEventHandler for Ears {
    async fn raw_event(&self, _: Context, event: Event) {
        let Some(bot) = self.0.upgrade() else { return };
        match event {
            Event::Ready(event) => {
                // It comes again after a lost connection; the bot is still the same.
                let _ = bot.me.set(event.ready.user.id.get());
                tracing::info!(guilds = event.ready.guilds.len(), "connected");
                for guild in &event.ready.guilds {
                    bot.leave_unless_listed(guild.id.get()).await;
                }
                bot.hear_missed(None).await;
            }
            Event::Resumed(_) => tracing::info!("connection resumed"),
            Event::GuildCreate(event) => {
                bot.channels.note(&event.guild, bot.me());
                bot.leave_unless_listed(event.guild.id.get()).await;
                // Only now it is known which of its channels others share.
                bot.hear_missed(Some(event.guild.id.get())).await;
            }
            Event::ChannelCreate(event) => bot.channels.note_channel(&event.channel, bot.me()),
            Event::ThreadCreate(event) => bot.channels.note_channel(&event.thread, bot.me()),
            Event::MessageCreate(event) => bot.hear(&event.message),
            Event::MessageUpdate(event) => bot.hear_edit(&event),
            Event::MessageDelete(event) => {
                let question = event.message_id.get();
                bot.retract(event.channel_id.get(), [question].into_iter())
                    .await;
            }
            Event::MessageDeleteBulk(event) => {
                let questions = event.ids.iter().map(|id| id.get());
                bot.retract(event.channel_id.get(), questions).await;
            }
            Event::InteractionCreate(event) => bot.interact(event.interaction).await,
            // serenity itself mentions these at debug level only, and then they are gone.
            Event::Unknown(event) => {
                let count = bot.settings.metrics.undecodable();
                tracing::warn!(kind = event.kind, count, "an event could not be decoded");
            }
            _ => {}
        }
    }
}

impl Bot {
    /// Puts a bot together; it does nothing until it hears something.
    pub fn new(
        assistant: Assistant,
        desk: Arc<Desk>,
        rest: Rest,
        settings: Settings,
        shards: Arc<Shards>,
        token: &str,
        now: impl Fn() -> Zoned + Send + Sync + 'static,
    ) -> Self {
        Self {
            assistant,
            desk,
            rest,
            settings,
            shards,
            marks: Marks::new(token),
            now: Box::new(now),
            me: OnceLock::new(),
            channels: Channels::default(),
            queues: Arc::default(),
            kinds: Recall::default(),
            answers: Recall::default(),
            refused: Recall::default(),
            sharing: tokio::sync::Mutex::default(),
        }
    }

    /// The bot's own account; none has this number before it is connected.
    fn me(&self) -> u64 {
        self.me.get().copied().unwrap_or_default()
    }

    fn surroundings(&self) -> Option<Surroundings<'_>> {
        Some(Surroundings {
            me: *self.me.get()?,
            settings: &self.settings,
            channels: &self.channels,
        })
    }

    /// Takes what comes unasked: the conversations whose time has come, for a reminder or to be put aside.
    pub async fn look_at_the_clock(self: &Arc<Self>) {
        let now = (self.now)();
        let due = match self.assistant.due(incoming::CHANNEL, &now).await {
            Ok(due) => due,
            Err(error) => return tracing::error!(%error, "what is due does not read"),
        };
        for incoming in due {
            if !self.shards.is_ours(&incoming.conversation) {
                continue;
            }
            let conversation = incoming.conversation.clone();
            let event = number(&incoming);
            self.take(conversation, event, Work::Due(incoming));
        }
        if self.shards.is_first() {
            self.bring_shares_up_to_date().await;
            self.report_overdue_reviews(&now).await;
        }
    }

    /// Begins with a shard that another process may have had until now.
    pub fn take_over(&self) {
        self.assistant.forget_drafts();
    }

    /// Brings what is in memory up to date whenever a lead has changed something in another process; never ends.
    pub async fn follow_leads(&self) {
        loop {
            self.assistant.store().changed().await;
            self.kinds.clear();
            self.assistant.forget_contacts().await;
            if let Err(error) = self.desk.catch_up(&(self.now)()).await {
                tracing::error!(%error, "what leads changed elsewhere is not live here");
            }
            if self.shards.is_first() {
                self.bring_shares_up_to_date().await;
            }
        }
    }

    async fn answer_due(&self, incoming: Incoming) {
        let place = Place::of(&incoming.conversation, incoming::CHANNEL);
        let Some((place, owner)) = place.zip(incoming.conversation.account()) else {
            return;
        };
        let sink = Sink::Channel(Posts {
            channel: place.channel,
            event: number(&incoming),
            ..Posts::default()
        });
        self.answer(&incoming, owner, sink).await;
    }

    /// Takes nothing more and waits until everything taken is answered.
    pub async fn drain(&self) {
        self.queues.drain().await;
    }

    async fn leave_unless_listed(&self, guild: u64) {
        if self.settings.guilds.contains(&guild) {
            return;
        }
        tracing::warn!(guild, "leaving a workspace that is not listed in `guilds`");
        if let Err(error) = self.rest.leave(guild).await {
            tracing::warn!(guild, %error, "cannot leave");
        }
    }

    // -- what comes in -----------------------------------------------------------------------------------------------

    async fn interact(self: &Arc<Self>, interaction: Interaction) {
        match interaction {
            Interaction::Component(pressed) => {
                let (ask, marks) = incoming::press(&pressed, &self.settings);
                let rows = pressed.message.components;
                self.press(Press { ask, marks, rows }).await;
            }
            Interaction::Command(command) => self.command(&command).await,
            Interaction::Modal(form) => self.form(&form).await,
            Interaction::Autocomplete(typing) => self.suggest(&typing).await,
            _ => {}
        }
    }

    /// Queues work; the same event is taken once.
    fn take(self: &Arc<Self>, conversation: ConversationId, event: u64, work: Work) {
        let bot = Arc::clone(self);
        let taken = self.queues.push(conversation, event, work, move |work| {
            let bot = Arc::clone(&bot);
            async move { bot.work(work).await }
        });
        if taken == HandedIn::No {
            self.settings.metrics.untaken();
            tracing::warn!("an event was not taken: too many are waiting, or the bot is stopping");
        }
    }

    fn responder(&self, ask: Ask, ephemeral: bool) -> Arc<Responder> {
        Responder::watched(ask, ephemeral, self.rest.clone())
    }

    /// Says to one person why nothing happens.
    async fn refuse(&self, ask: Ask, block: &str) {
        let why = self.voice(Some(&ask.language)).line(block);
        self.say_alone(ask, &why).await;
    }

    /// Says something that only one person sees.
    async fn say_alone(&self, ask: Ask, why: &str) {
        let body = json!({"content": why, "flags": EPHEMERAL});
        if let Err(error) = self.rest.respond(ask.id, &ask.token, 4, body).await {
            tracing::warn!(%error, "a refusal was not delivered");
        }
    }

    // -- one piece of work -------------------------------------------------------------------------------------------

    async fn work(self: Arc<Self>, work: Work) {
        match work {
            Work::Post(post) => self.answer_post(post).await,
            Work::Edit(edited) => self.answer_edit(edited).await,
            Work::Due(incoming) => self.answer_due(incoming).await,
            Work::Form(responder, owner, typed) => self.answer_form(responder, owner, typed).await,
            Work::Document(responder, document) => self.propose(&responder, document).await,
            Work::Act(responder, Mark { owner, act }) => match act {
                Act::Lead(order) => self.lead(&responder, order).await,
                Act::Read { sop, version } => self.note_reader(&responder, &sop, version).await,
                Act::Copy(ticket) => self.answer_copy(responder, &ticket).await,
                Act::Publicise(intent) => self.publicise(&responder, &intent).await,
                act => self.answer_act(responder, Mark { owner, act }).await,
            },
        }
    }

    /// Shows an answer to everybody in the channel.
    async fn publicise(&self, responder: &Arc<Responder>, intent: &str) {
        let ask = &responder.ask;
        let kind = self.kind_of(ask.place).await;
        let voice = self.voice(None);
        for reply in self.procedure(intent, kind, &voice) {
            for body in self.messages(&reply, ask.person.id) {
                responder.say(body).await;
            }
        }
    }

    // -- what surrounds it -------------------------------------------------------------------------------------------

    async fn incoming(&self, event: EventId, from: Author<'_>, said: Said) -> Incoming {
        Incoming {
            event,
            conversation: from.place.conversation(from.owner),
            user: self.agent(from).await,
            lead: from.person.lead,
            channel_kind: self.kind_of(from.place).await,
            service: self.settings.service.clone(),
            at: (self.now)(),
            said,
            continues: None,
            language: from.language.cloned(),
        }
    }

    /// Whose conversation it is, by the name on drafts.
    async fn agent(&self, from: Author<'_>) -> String {
        if from.owner == from.person.id {
            return from.person.name.clone();
        }
        tracing::info!(
            who = from.person.id,
            of = from.owner,
            "a lead acts for an agent"
        );
        match self.rest.handle(from.owner).await {
            Ok(handle) => incoming::agent(&handle, from.owner),
            Err(error) => {
                tracing::warn!(%error, "an account's handle is not known");
                incoming::agent("?", from.owner)
            }
        }
    }

    /// How customers reach the agents of a channel; read from the store once, since every message asks.
    async fn kind_of(&self, place: Place) -> ChannelKind {
        let id = place.channel_id();
        if let Some(kind) = self.kinds.of(&id) {
            return kind.unwrap_or(self.settings.channel_kind);
        }
        match self.assistant.conversation(&id).await {
            Ok(channel) => {
                self.kinds.keep(id, channel.channel_kind);
                channel.channel_kind.unwrap_or(self.settings.channel_kind)
            }
            Err(error) => {
                tracing::error!(%error, "the kind of a channel does not read");
                self.settings.channel_kind
            }
        }
    }

    async fn is_in_dialog(&self, conversation: &ConversationId) -> bool {
        match self.assistant.has_draft(conversation).await {
            Ok(has_draft) => has_draft,
            Err(error) => {
                tracing::error!(%error, "a conversation does not read");
                false
            }
        }
    }

    /// What speaks to a reader of this language, or to one whose language is not known.
    fn voice(&self, language: Option<&Language>) -> Arc<Voice> {
        let language = language.unwrap_or(self.assistant.language_of_all());
        Arc::clone(self.assistant.knowledge().voices.of(language))
    }

    fn title(&self, intent: &str) -> String {
        let knowledge = self.assistant.knowledge();
        let sop = knowledge.catalog.sop(intent);
        sop.map_or_else(|| intent.to_owned(), |sop| sop.title.clone())
    }
}

/// A number for an event that the platform gave none: the same for the same, so that it is shown once.
fn number(due: &Incoming) -> u64 {
    let name = format!("{} {}", due.conversation.0, due.event.0);
    incoming::snowflake(due.at.timestamp().as_millisecond(), incoming::digest(&name))
}

impl std::fmt::Debug for Bot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bot").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Ears {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ears")
    }
}
