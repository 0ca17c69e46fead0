//! The thin shell: takes events, asks the assistant, delivers what it says.
//!
//! ```text
//! heard       messages                                     pressed     buttons and menus
//! commanded   commands and suggestions                     window      the form of several fields
//! deliver     replies, on their way to a channel or to one person
//! responder   one interaction's answer, within its times
//! ```
//!
//! Whatever comes in becomes [`Work`] of a conversation and waits for its turn; what has to be answered at once does
//! not.

mod commanded;
mod deliver;
mod heard;
mod pressed;
mod responder;
mod window;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use async_trait::async_trait;
use jiff::Zoned;
use serde_json::json;
use serenity::client::{Context, RawEventHandler};
use serenity::model::application::Interaction;
use serenity::model::event::Event;

use self::deliver::Sink;
use self::responder::Responder;
use super::Settings;
use super::incoming::{self, Ask, Person, Place, Post};
use super::mark::{Mark, Marks};
use super::payload::EPHEMERAL;
use super::queue::{Queues, Taken};
use super::rest::Rest;
use crate::assistant::{Assistant, Deed};
use crate::message::{ChannelKind, ConversationId, Incoming, Said};
use crate::wording::platform;

/// The bot.
pub struct Bot {
    assistant: Assistant,
    rest: Rest,
    settings: Settings,
    marks: Marks,
    now: Box<dyn Fn() -> Zoned + Send + Sync>,
    me: OnceLock<u64>,
    queues: Arc<Queues<Work>>,
    undecodable: AtomicU64,
}

/// Hears everything that the gateway says, as long as there is a bot: serenity's tasks outlive it by some seconds, and
/// the store must be free for whoever starts next.
pub struct Ears(pub Weak<Bot>);

/// Something to be answered, when its turn has come.
#[derive(Debug)]
enum Work {
    Post(Post),
    Press(Arc<Responder>, Mark),
    Question(Arc<Responder>, String),
    Form(Arc<Responder>, u64, Vec<(String, String)>),
    Kind(Arc<Responder>, ChannelKind),
    Share(Arc<Responder>, String),
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
            }
            Event::Resumed(_) => tracing::info!("connection resumed"),
            Event::GuildCreate(event) => bot.leave_unless_listed(event.guild.id.get()).await,
            Event::MessageCreate(event) => bot.hear(&event.message),
            Event::InteractionCreate(event) => bot.interact(event.interaction).await,
            // serenity itself mentions these at debug level only, and then they are gone.
            Event::Unknown(event) => {
                let count = bot.undecodable.fetch_add(1, Ordering::Relaxed) + 1;
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
        rest: Rest,
        settings: Settings,
        token: &str,
        now: impl Fn() -> Zoned + Send + Sync + 'static,
    ) -> Self {
        Self {
            assistant,
            rest,
            settings,
            marks: Marks::new(token),
            now: Box::new(now),
            me: OnceLock::new(),
            queues: Arc::default(),
            undecodable: AtomicU64::new(0),
        }
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

    fn hear(self: &Arc<Self>, message: &serenity::model::channel::Message) {
        let Some(&me) = self.me.get() else { return };
        let Some(post) = incoming::post(message, me, &self.settings) else {
            return;
        };
        let conversation = post.place.conversation(post.person.id);
        self.take(conversation, post.id, Work::Post(post));
    }

    async fn interact(self: &Arc<Self>, interaction: Interaction) {
        match interaction {
            Interaction::Component(pressed) => {
                let (ask, marks) = incoming::press(&pressed, &self.settings);
                self.press(ask, &marks).await;
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
            tracing::warn!("an event was not taken: too many are waiting, or the bot is stopping");
        }
    }

    fn responder(&self, ask: Ask, ephemeral: bool) -> Arc<Responder> {
        Responder::watched(ask, ephemeral, self.rest.clone())
    }

    /// Tells one person why nothing happens.
    async fn refuse(&self, ask: Ask, why: &str) {
        let body = json!({"content": why, "flags": EPHEMERAL});
        if let Err(error) = self.rest.respond(ask.id, &ask.token, 4, body).await {
            tracing::warn!(%error, "a refusal was not delivered");
        }
    }

    // -- one piece of work -------------------------------------------------------------------------------------------

    async fn work(self: Arc<Self>, work: Work) {
        match work {
            Work::Post(post) => self.answer_post(post).await,
            Work::Press(responder, mark) => self.answer_press(responder, mark).await,
            Work::Question(responder, text) => {
                let ask = &responder.ask;
                let conversation = ask.place.conversation(ask.person.id);
                let incoming = self
                    .incoming(
                        ask.id,
                        conversation,
                        ask.place,
                        &ask.person,
                        Said::Text(text),
                    )
                    .await;
                let owner = ask.person.id;
                let sink = Sink::Interaction(Arc::clone(&responder));
                self.answer(&incoming, owner, sink).await;
            }
            Work::Share(responder, intent) => {
                let ask = &responder.ask;
                let (owner, kind) = (ask.person.id, self.kind_of(ask.place).await);
                for reply in self.procedure(&intent, kind) {
                    for body in self.messages(&reply, owner) {
                        responder.say(body).await;
                    }
                }
            }
            Work::Form(responder, owner, typed) => self.answer_form(responder, owner, typed).await,
            Work::Kind(responder, kind) => self.keep_kind(responder, kind).await,
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
        let said = match self.assistant.set_channel_kind(&channel, kind, &deed).await {
            Ok(()) => platform::kind_set(kind),
            Err(error) => {
                tracing::error!(%error, "the kind of a channel was not kept");
                platform::NOT_KEPT.to_owned()
            }
        };
        responder.say(json!({"content": said})).await;
    }

    // -- what surrounds it -------------------------------------------------------------------------------------------

    async fn incoming(
        &self,
        event: u64,
        conversation: ConversationId,
        place: Place,
        person: &Person,
        said: Said,
    ) -> Incoming {
        Incoming {
            event: incoming::event(event),
            conversation,
            user: person.name.clone(),
            channel_kind: self.kind_of(place).await,
            service: self.settings.service.clone(),
            at: (self.now)(),
            said,
            continues: None,
        }
    }

    async fn kind_of(&self, place: Place) -> ChannelKind {
        let channel = self.assistant.conversation(&place.channel_id()).await;
        channel
            .ok()
            .and_then(|channel| channel.channel_kind)
            .unwrap_or(self.settings.channel_kind)
    }

    async fn is_in_dialog(&self, conversation: &ConversationId) -> bool {
        match self.assistant.conversation(conversation).await {
            Ok(conversation) => conversation.draft().is_some(),
            Err(error) => {
                tracing::error!(%error, "a conversation does not read");
                false
            }
        }
    }

    fn title(&self, intent: &str) -> String {
        let knowledge = self.assistant.knowledge();
        let sop = knowledge.catalog.sop(intent);
        sop.map_or_else(|| intent.to_owned(), |sop| sop.title.clone())
    }
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
