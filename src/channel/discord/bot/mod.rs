//! The thin shell: takes events, asks the assistant, delivers what it says.
//!
//! ```text
//! heard       messages                                     pressed     buttons and menus
//! commanded   commands and suggestions                     window      the form of several fields
//! leads       orders of team leads: versions, shared SOPs, what was not answered
//! deliver     replies, on their way to a channel or to one person
//! responder   one interaction's answer, within its times
//! ```
//!
//! Whatever comes in becomes [`Work`] of a conversation and waits for its turn; what has to be answered at once does
//! not.

mod commanded;
mod deliver;
mod heard;
mod leads;
mod missed;
mod orders;
mod pressed;
mod responder;
mod shares;
mod window;

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock, Weak};

use async_trait::async_trait;
use jiff::Zoned;
use rustc_hash::FxHasher;
use serde_json::json;
use serenity::client::{Context, RawEventHandler};
use serenity::model::application::Interaction;
use serenity::model::event::Event;

use self::deliver::{Posts, Sink};
use self::orders::Order;
use self::pressed::Press;
use self::responder::Responder;
use super::Settings;
use super::incoming::{self, Ask, Edited, Person, Place, Post};
use super::mark::{Mark, Marks};
use super::payload::EPHEMERAL;
use super::queue::{Queues, Taken};
use super::recall::Recall;
use super::rest::Rest;
use super::shards::Shards;
use crate::assistant::{Assistant, Deed};
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
    queues: Arc<Queues<Work>>,
    /// What leads have set for channels, as far as it was read.
    kinds: Recall<ConversationId, Option<ChannelKind>>,
    /// Our answers by the question.
    answers: Recall<u64, Vec<u64>>,
    /// What was typed into a form and could not be used, by field.
    refused: Recall<ConversationId, BTreeMap<String, String>>,
    /// Held while shared posts are brought up to date.
    sharing: tokio::sync::Mutex<()>,
}

/// Hears everything that the gateway says, as long as there is a bot: serenity's tasks outlive it by some seconds, and
/// the store must be free for whoever starts next.
pub struct Ears(pub Weak<Bot>);

/// Something to be answered, when its turn has come.
#[derive(Debug)]
enum Work {
    Post(Post),
    Edit(Edited),
    Press(Arc<Responder>, Mark),
    Question(Arc<Responder>, u64, String),
    Form(Arc<Responder>, u64, Vec<(String, String)>),
    Kind(Arc<Responder>, ChannelKind),
    Share(Arc<Responder>, String),
    Copy(Arc<Responder>, String),
    Lead(Arc<Responder>, Order),
    Read(Arc<Responder>, String, u32),
    /// A conversation whose time has come.
    Due(Incoming),
}

/// Who said something where, in whose conversation.
#[derive(Debug, Clone, Copy)]
struct From<'a> {
    place: Place,
    person: &'a Person,
    /// Another one than the person when a lead presses in an agent's conversation: what is filed is the agent's.
    owner: u64,
    /// Their language, where the event says.
    language: Option<&'a Language>,
}

impl<'a> From<'a> {
    fn posted(post: &'a Post) -> Self {
        Self {
            place: post.place,
            person: &post.person,
            owner: post.person.id,
            language: None,
        }
    }

    fn asked(ask: &'a Ask, owner: u64) -> Self {
        Self {
            place: ask.place,
            person: &ask.person,
            owner,
            language: Some(&ask.language),
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
                bot.hear_missed().await;
            }
            Event::Resumed(_) => tracing::info!("connection resumed"),
            Event::GuildCreate(event) => bot.leave_unless_listed(event.guild.id.get()).await,
            Event::MessageCreate(event) => bot.hear(&event.message),
            Event::MessageUpdate(event) => bot.hear_again(&event),
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
            queues: Arc::default(),
            kinds: Recall::default(),
            answers: Recall::default(),
            refused: Recall::default(),
            sharing: tokio::sync::Mutex::default(),
        }
    }

    /// Takes what nobody says: the conversations whose time has come, for a reminder or to be put aside.
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
            self.tell_of_overdue_reviews(&now).await;
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
        let Some((place, owner)) = incoming::whereabouts(&incoming.conversation) else {
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
        if taken == Taken::No {
            self.settings.metrics.untaken();
            tracing::warn!("an event was not taken: too many are waiting, or the bot is stopping");
        }
    }

    fn responder(&self, ask: Ask, ephemeral: bool) -> Arc<Responder> {
        Responder::watched(ask, ephemeral, self.rest.clone())
    }

    /// Tells one person why nothing happens.
    async fn refuse(&self, ask: Ask, block: &str) {
        let why = self.voice(Some(&ask.language)).line(block);
        self.tell_alone(ask, &why).await;
    }

    /// Tells one person something that nobody else sees.
    async fn tell_alone(&self, ask: Ask, why: &str) {
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
            Work::Press(responder, mark) => self.answer_press(responder, mark).await,
            Work::Question(responder, owner, text) => {
                let asked = From::asked(&responder.ask, owner);
                let event = incoming::event(responder.ask.id);
                let incoming = self.incoming(event, asked, Said::Text(text)).await;
                let sink = Sink::Interaction(Arc::clone(&responder));
                self.answer(&incoming, owner, sink).await;
            }
            Work::Due(incoming) => self.answer_due(incoming).await,
            Work::Copy(responder, ticket) => self.answer_copy(responder, &ticket).await,
            Work::Share(responder, intent) => {
                let ask = &responder.ask;
                let (owner, kind) = (ask.person.id, self.kind_of(ask.place).await);
                let voice = self.voice(Some(&ask.language));
                for reply in self.procedure(&intent, kind, &voice) {
                    for body in self.messages(&reply, owner) {
                        responder.say(body).await;
                    }
                }
            }
            Work::Form(responder, owner, typed) => self.answer_form(responder, owner, typed).await,
            Work::Kind(responder, kind) => self.keep_kind(responder, kind).await,
            Work::Lead(responder, order) => self.obey(&responder, order).await,
            Work::Read(responder, sop, version) => {
                self.note_reader(&responder, &sop, version).await;
            }
        }
    }

    async fn keep_kind(&self, responder: Arc<Responder>, kind: ChannelKind) {
        let ask = &responder.ask;
        let (event, at) = (incoming::event(ask.id), (self.now)().timestamp());
        let deed = Deed {
            event: &event,
            who: &ask.person.name,
            at,
        };
        let channel = ask.place.channel_id();
        let voice = self.voice(Some(&ask.language));
        let said = match self.assistant.set_channel_kind(&channel, kind, &deed).await {
            Ok(()) => {
                self.kinds.keep(channel, Some(kind));
                voice.say("kind_set", &json!({"kind": kind.name()}))
            }
            Err(error) => {
                tracing::error!(%error, "the kind of a channel was not kept");
                voice.line("not_kept")
            }
        };
        responder.say(json!({"content": said})).await;
    }

    // -- what surrounds it -------------------------------------------------------------------------------------------

    async fn incoming(&self, event: EventId, from: From<'_>, said: Said) -> Incoming {
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
    async fn agent(&self, from: From<'_>) -> String {
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
    let mut hasher = FxHasher::default();
    (&due.conversation, &due.event).hash(&mut hasher);
    let name = hasher.finish();
    incoming::snowflake(due.at.timestamp().as_millisecond(), name)
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
