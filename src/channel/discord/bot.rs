//! The thin shell: takes events, asks the assistant, delivers what it says.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Zoned;
use serde_json::{Value as Json, json};
use serenity::client::{Context, RawEventHandler};
use serenity::model::application::{CommandInteraction, Interaction, ModalInteraction};
use serenity::model::event::Event;
use tokio::sync::Mutex;

use super::incoming::{self, Ask, Called, Person, Place, Post};
use super::mark::{Mark, Marks};
use super::payload::{self, EPHEMERAL, Face};
use super::queue::{Queues, Taken};
use super::rest::Rest;
use super::{Settings, commands, form, ticks};
use crate::assistant::{Assistant, Deed, Handled};
use crate::dialog::{Conversation, Decision, Effect, Phase};
use crate::matcher;
use crate::message::{Button, ChannelKind, ConversationId, Incoming, Reply, Said};
use crate::ticket::Ticket;
use crate::wording::{self, platform};

/// Discord waits three seconds for the first response; whoever is not ready by half of that asks for more time.
const DEFER_AFTER: Duration = Duration::from_millis(1_500);
/// What the checklist's menu and the button for sharing do; the channel answers both.
const TICKS: &str = "ticks:";
const SHARE: &str = "share:";
/// Asks why the last answer was chosen.
const WHY: &str = "why:";
/// A message that makes no sound: a message flag.
const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;
/// Discord's limit on a thread's name.
const THREAD_NAME_MAX: usize = 100;

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

/// Where replies go.
#[derive(Debug)]
enum Sink {
    /// Into a channel, below the message that is answered.
    Channel {
        channel: u64,
        event: u64,
        answering: Option<u64>,
        said: u32,
    },
    /// To whoever pressed or commanded.
    Interaction(Arc<Responder>),
}

/// Answers one interaction: first response, or `thinking…` when it takes longer, then follow-ups.
#[derive(Debug)]
struct Responder {
    ask: Ask,
    ephemeral: bool,
    rest: Rest,
    answered: Mutex<Answered>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answered {
    Not,
    Deferred,
    Yes,
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

    async fn press(self: &Arc<Self>, ask: Ask, marks: &[String]) {
        let checklist = marks.first().and_then(|mark| self.marks.read(mark));
        if let Some(mark) = checklist
            && let Some(intent) = mark.action.strip_prefix(TICKS)
        {
            return self.tick(ask, mark.owner, intent, &marks[1..]).await;
        }
        // The last one is what was chosen from a menu; all of them are ours and of one owner.
        let read: Option<Vec<Mark>> = marks.iter().map(|mark| self.marks.read(mark)).collect();
        let mark = read
            .filter(|read| read.iter().all(|mark| mark.owner == read[0].owner))
            .and_then(|mut read| read.pop());
        let Some(mark) = mark else {
            return self.refuse(ask, platform::UNKNOWN_BUTTON).await;
        };
        if !ask.place.is_allowed(&self.settings) {
            return self.refuse(ask, platform::NOT_HERE).await;
        }
        if mark.owner != ask.person.id && !ask.person.lead {
            return self.refuse(ask, platform::NOT_YOURS).await;
        }
        if mark.action == form::OPEN {
            return self.open_form(ask, mark.owner).await;
        }
        if let Some(intent) = mark.action.strip_prefix(SHARE) {
            let (id, conversation) = (ask.id, ask.place.conversation(mark.owner));
            let responder = self.responder(ask, false);
            self.take(conversation, id, Work::Share(responder, intent.to_owned()));
            return;
        }
        let shared = ask.place.guild.is_some() && !ask.place.thread;
        let on_ephemeral = ask.on.is_some_and(|on| on.ephemeral);
        let ephemeral = on_ephemeral || shared && concerns_one(&mark.action);
        let (id, conversation) = (ask.id, ask.place.conversation(mark.owner));
        let responder = self.responder(ask, ephemeral);
        self.take(conversation, id, Work::Press(responder, mark));
    }

    /// Keeps the ticks of a checklist in the message that it stands on.
    async fn tick(&self, ask: Ask, owner: u64, intent: &str, ticked: &[String]) {
        const CHANGE_MESSAGE: u8 = 7;
        if !ask.place.is_allowed(&self.settings) {
            return self.refuse(ask, platform::NOT_HERE).await;
        }
        if owner != ask.person.id && !ask.person.lead {
            return self.refuse(ask, platform::NOT_YOURS).await;
        }
        let kind = self.kind_of(ask.place).await;
        let ephemeral = ask.on.is_some_and(|on| on.ephemeral);
        let mut replies = self.procedure(intent, kind);
        let rows = replies.last_mut().and_then(|reply| {
            self.decorate(reply, ephemeral);
            let mut body = self.messages(reply, owner).pop()?;
            self.add_checklist(&mut body, reply, owner, kind, ticked);
            body.get("components").cloned()
        });
        // The catalogue lost the procedure since.
        let Some(rows) = rows else {
            return self.refuse(ask, platform::UNKNOWN_BUTTON).await;
        };
        let changed = json!({"components": rows});
        let sent = self
            .rest
            .respond(ask.id, &ask.token, CHANGE_MESSAGE, changed);
        if let Err(error) = sent.await {
            tracing::warn!(%error, "ticks were not kept");
        }
    }

    async fn command(self: &Arc<Self>, command: &CommandInteraction) {
        let ask = incoming::command(command, &self.settings);
        if !ask.place.is_allowed(&self.settings) {
            return self.refuse(ask, platform::NOT_HERE).await;
        }
        let option = |name: &str| {
            let options = command.data.options.iter();
            options
                .filter(|option| option.name == name)
                .find_map(|option| option.value.as_str())
                .map(|text| text.trim().to_owned())
                .unwrap_or_default()
        };
        let said = match command.data.name.as_str() {
            commands::TANYA => option(commands::QUESTION),
            commands::SOP => format!("/sop {}", option(commands::TITLE)),
            commands::TIKET => format!("/tiket {}", option(commands::ID)),
            commands::BANTUAN => "/bantuan".to_owned(),
            commands::KANAL => return self.set_kind(ask, &option(commands::KIND)).await,
            commands::CARIKAN => match target(command) {
                Some(text) => text,
                None => return self.refuse(ask, platform::NO_TEXT).await,
            },
            other => {
                tracing::warn!(command = other, "an unknown command");
                return self.refuse(ask, platform::UNKNOWN_BUTTON).await;
            }
        };
        let conversation = ask.place.conversation(ask.person.id);
        let (id, shared) = (ask.id, ask.place.guild.is_some());
        let responder = self.responder(ask, shared);
        self.take(conversation, id, Work::Question(responder, said));
    }

    /// Sets the kind of a channel; only leads may, and only where there are channels.
    async fn set_kind(self: &Arc<Self>, ask: Ask, name: &str) {
        if !ask.person.lead {
            return self.refuse(ask, platform::LEADS_ONLY).await;
        }
        if ask.place.guild.is_none() {
            return self.refuse(ask, platform::WORKSPACE_ONLY).await;
        }
        let Some(kind) = commands::kind(name) else {
            return self.refuse(ask, platform::UNKNOWN_KIND).await;
        };
        let (id, channel) = (ask.id, ask.place.channel_id());
        let responder = self.responder(ask, true);
        self.take(channel, id, Work::Kind(responder, kind));
    }

    /// Suggests while somebody types; too late is as good as never, so nothing is queued.
    async fn suggest(&self, typing: &CommandInteraction) {
        let ask = incoming::command(typing, &self.settings);
        let typed = typing.data.autocomplete().map_or("", |option| option.value);
        let choices = match typing.data.name.as_str() {
            _ if !ask.place.is_allowed(&self.settings) => json!({"choices": []}),
            commands::SOP => {
                let knowledge = self.assistant.knowledge();
                let context = matcher::Context {
                    service: self.settings.service.as_deref(),
                };
                let found = knowledge.matcher.classify(typed, &context);
                let candidates = found.candidates.iter();
                let ranked: Vec<_> = candidates
                    .filter(|_| !typed.trim().is_empty())
                    .map(|candidate| candidate.intent.to_string())
                    .collect();
                commands::sops(typed, &ranked, &knowledge.catalog.sops)
            }
            commands::TIKET => match self.assistant.tickets_of(&ask.person.name).await {
                Ok(tickets) => commands::tickets(typed, &tickets),
                Err(error) => {
                    tracing::error!(%error, "tickets do not read");
                    json!({"choices": []})
                }
            },
            _ => json!({"choices": []}),
        };
        const SUGGESTIONS: u8 = 8;
        let sent = self.rest.respond(ask.id, &ask.token, SUGGESTIONS, choices);
        if let Err(error) = sent.await {
            tracing::debug!(%error, "suggestions came too late");
        }
    }

    /// Opens the window of the next text fields: it must be the first response, so it waits for no turn.
    async fn open_form(&self, ask: Ask, owner: u64) {
        const WINDOW: u8 = 9;
        let conversation = self
            .assistant
            .conversation(&ask.place.conversation(owner))
            .await
            .unwrap_or_default();
        let kind = self.kind_of(ask.place).await;
        let knowledge = self.assistant.knowledge();
        let window = conversation.draft().and_then(|draft| {
            let form = draft.form(&knowledge.catalog, kind)?;
            let mark = self.marks.write(owner, form::OPEN)?;
            form::window(form, draft, kind, &(self.now)(), &mark)
        });
        let Some(window) = window else {
            return self.refuse(ask, platform::NO_OPEN_FIELDS).await;
        };
        let opened = self.rest.respond(ask.id, &ask.token, WINDOW, window);
        if let Err(error) = opened.await {
            tracing::warn!(%error, "a form was not opened");
        }
    }

    async fn form(self: &Arc<Self>, form: &ModalInteraction) {
        let ask = incoming::form(form, &self.settings);
        let mark = self.marks.read(&form.data.custom_id);
        let Some(mark) = mark.filter(|mark| mark.action == form::OPEN) else {
            return self.refuse(ask, platform::UNKNOWN_BUTTON).await;
        };
        if !ask.place.is_allowed(&self.settings) {
            return self.refuse(ask, platform::NOT_HERE).await;
        }
        if mark.owner != ask.person.id && !ask.person.lead {
            return self.refuse(ask, platform::NOT_YOURS).await;
        }
        if !form::is_whole(&form.data.components) {
            tracing::error!("a form's answers were lost in decoding");
            return self.refuse(ask, platform::UNREAD_FORM).await;
        }
        let typed = form::typed(&form.data.components);
        if typed.is_empty() {
            return self.refuse(ask, platform::EMPTY_FORM).await;
        }
        let ephemeral = ask.on.is_some_and(|on| on.ephemeral);
        let (id, conversation) = (ask.id, ask.place.conversation(mark.owner));
        let responder = self.responder(ask, ephemeral);
        self.take(conversation, id, Work::Form(responder, mark.owner, typed));
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
        let responder = Arc::new(Responder {
            ask,
            ephemeral,
            rest: self.rest.clone(),
            answered: Mutex::new(Answered::Not),
        });
        let watched = Arc::downgrade(&responder);
        // Ends by itself; an answered interaction is gone by then.
        tokio::spawn(async move {
            tokio::time::sleep(DEFER_AFTER).await;
            if let Some(responder) = watched.upgrade() {
                responder.defer().await;
            }
        });
        responder
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
            Work::Kind(responder, kind) => {
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
        }
    }

    /// Answers the fields of a form one after the other, each through the dialog's own door: first the field is asked
    /// for, then its answer is given. What cannot be used is said with the text that was typed.
    async fn answer_form(
        &self,
        responder: Arc<Responder>,
        owner: u64,
        typed: Vec<(String, String)>,
    ) {
        let ask = &responder.ask;
        let conversation = ask.place.conversation(owner);
        let mut refused = Vec::new();
        let mut last = None;
        for (number, (field, value)) in typed.into_iter().enumerate() {
            let said = [format!("edit:{field}"), format!("value:{field}={value}")];
            for (part, action) in said.into_iter().enumerate() {
                let mut incoming = self
                    .incoming(
                        ask.id,
                        conversation.clone(),
                        ask.place,
                        &ask.person,
                        Said::Press(action),
                    )
                    .await;
                // One event of the platform, several turns: each has an id of its own that a replay finds again.
                incoming.event.0 += &format!(":{number}.{part}");
                match self.assistant.handle(&incoming).await {
                    Ok(handled) => last = Some(handled),
                    Err(error) => {
                        let sink = Sink::Interaction(Arc::clone(&responder));
                        return self.deliver(Err(error), owner, sink).await;
                    }
                }
            }
            let stays = |handled: &Handled| handled.conversation.asking() == Some(field.as_str());
            if let Some(handled) = last.as_ref().filter(|handled| stays(handled)) {
                let said = handled.replies.last().map(|reply| reply.text.as_str());
                let problem = said
                    .and_then(|text| text.lines().next())
                    .unwrap_or_default();
                refused.push((value, problem.to_owned()));
            }
        }
        let Some(handled) = last else { return };
        let mut sink = Sink::Interaction(Arc::clone(&responder));
        if !refused.is_empty() {
            let reply = Reply {
                text: platform::refused(&refused),
                buttons: Vec::new(),
                sop: None,
            };
            for body in self.messages(&reply, owner) {
                self.say(&mut sink, body).await;
            }
        }
        self.deliver(Ok(handled), owner, sink).await;
    }

    async fn answer_post(&self, post: Post) {
        let conversation = post.place.conversation(post.person.id);
        if post.called == Called::Overheard && !self.is_in_dialog(&conversation).await {
            return;
        }
        let text = match (post.text.is_empty(), post.pictures.is_empty()) {
            (false, _) => post.text.clone(),
            // A picture that answers a question is noted by where it is.
            (true, false) => post.pictures.join(" "),
            (true, true) => "/bantuan".to_owned(),
        };
        let incoming = self
            .incoming(
                post.id,
                conversation,
                post.place,
                &post.person,
                Said::Text(text),
            )
            .await;
        let mut sink = Sink::Channel {
            channel: post.place.channel,
            event: post.id,
            answering: Some(post.id),
            said: 0,
        };
        match self.assistant.handle(&incoming).await {
            Ok(handled) if is_quiet(&post, &handled) => {
                let button = Button {
                    label: platform::QUIET_FALLBACK_BUTTON.to_owned(),
                    action: "list:".to_owned(),
                };
                let reply = Reply {
                    text: platform::QUIET_FALLBACK.to_owned(),
                    buttons: vec![button],
                    sop: None,
                };
                for mut body in self.messages(&reply, post.person.id) {
                    body["flags"] = SUPPRESS_NOTIFICATIONS.into();
                    self.say(&mut sink, body).await;
                }
            }
            handled => self.deliver(handled, post.person.id, sink).await,
        }
    }

    async fn answer_press(&self, responder: Arc<Responder>, mark: Mark) {
        let ask = &responder.ask;
        let shared = ask.place.guild.is_some() && !ask.place.thread;
        let here = ask.place.conversation(mark.owner);
        let said = match mark.action.as_str() {
            // The dialog knows this as a command only.
            WHY => Said::Text("/kenapa".to_owned()),
            action => Said::Press(action.to_owned()),
        };
        if let Some(intent) = mark.action.strip_prefix("ticket:").filter(|_| shared)
            && !self.is_in_dialog(&here).await
        {
            return self.open_ticket(&responder, &mark, intent, said).await;
        }
        let incoming = self
            .incoming(ask.id, here, ask.place, &ask.person, said)
            .await;
        self.answer(
            &incoming,
            mark.owner,
            Sink::Interaction(Arc::clone(&responder)),
        )
        .await;
    }

    /// Starts a ticket's dialog in a thread of its own: what customers are called and how they are reached is not for
    /// the whole channel. Where threads are not allowed it runs in the channel.
    async fn open_ticket(&self, responder: &Arc<Responder>, mark: &Mark, intent: &str, said: Said) {
        let ask = &responder.ask;
        let title = self.title(intent);
        let handle = ask.person.name.split(' ').next().unwrap_or_default();
        let name = payload::shortened(&platform::thread_name(&title, handle), THREAD_NAME_MAX);
        let (place, continues) = match self.rest.thread(ask.place.channel, &name, mark.owner).await
        {
            Ok(thread) => {
                let place = Place {
                    channel: thread,
                    thread: true,
                    ..ask.place
                };
                (place, Some(ask.place.conversation(mark.owner)))
            }
            Err(error) => {
                tracing::info!(%error, "no thread here, the dialog runs in the channel");
                (ask.place, None)
            }
        };
        let mut incoming = self
            .incoming(
                ask.id,
                place.conversation(mark.owner),
                ask.place,
                &ask.person,
                said,
            )
            .await;
        if place.thread {
            incoming.continues = continues;
            self.same_kind(&incoming, place, ask).await;
            let there = json!({"content": platform::goes_on_in(place.channel)});
            responder.say(there).await;
        } else {
            responder.defer().await;
        }
        let sink = if place.thread {
            Sink::Channel {
                channel: place.channel,
                event: ask.id,
                answering: None,
                said: 0,
            }
        } else {
            Sink::Interaction(Arc::clone(responder))
        };
        self.answer(&incoming, mark.owner, sink).await;
    }

    /// A thread is of the kind of the channel that it was opened in.
    async fn same_kind(&self, incoming: &Incoming, thread: Place, ask: &Ask) {
        if incoming.channel_kind == self.settings.channel_kind {
            return;
        }
        let deed = Deed {
            event: &incoming.event,
            who: &ask.person.name,
            at: incoming.at.timestamp(),
        };
        let channel = thread.channel_id();
        let kept = self
            .assistant
            .set_channel_kind(&channel, incoming.channel_kind, &deed);
        if let Err(error) = kept.await {
            tracing::error!(%error, "the kind of a thread was not kept");
        }
    }

    async fn answer(&self, incoming: &Incoming, owner: u64, sink: Sink) {
        let handled = self.assistant.handle(incoming).await;
        self.deliver(handled, owner, sink).await;
    }

    async fn deliver(
        &self,
        handled: Result<Handled, crate::store::Error>,
        owner: u64,
        mut sink: Sink,
    ) {
        let mut handled = match handled {
            Ok(handled) => handled,
            Err(error) => {
                tracing::error!(%error, "a turn was not kept");
                return self
                    .say(&mut sink, json!({"content": platform::NOT_KEPT}))
                    .await;
            }
        };
        if self.is_form_worth_it(&handled.conversation)
            && let Some(reply) = handled.replies.last_mut()
        {
            reply.buttons.push(Button {
                label: platform::FORM_BUTTON.to_owned(),
                action: form::OPEN.to_owned(),
            });
        }
        let ephemeral = sink.is_ephemeral();
        let kind = match &sink {
            Sink::Interaction(responder) => self.kind_of(responder.ask.place).await,
            Sink::Channel { .. } => self.settings.channel_kind,
        };
        for reply in &mut handled.replies {
            self.decorate(reply, ephemeral);
            let mut bodies = self.messages(reply, owner);
            if let Some(last) = bodies.last_mut() {
                self.add_checklist(last, reply, owner, kind, &[]);
            }
            for body in bodies {
                self.say(&mut sink, body).await;
            }
        }
        if let Some(ticket) = &handled.ticket {
            self.post_draft(ticket, owner).await;
        }
    }

    /// Posts a filed draft where leads and the back office look; its id is the nonce, so that it stands there once.
    async fn post_draft(&self, ticket: &Ticket, owner: u64) {
        let Some(channel) = self.settings.ticket_channel else {
            return;
        };
        let reply = Reply {
            text: format!(
                "**{}** · {}\n```\n{}\n```",
                ticket.id, ticket.agent, ticket.text
            ),
            buttons: Vec::new(),
            sop: None,
        };
        for (number, body) in self.messages(&reply, owner).into_iter().enumerate() {
            let nonce = format!("{}.{number}", ticket.id);
            if let Err(error) = self.rest.post(channel, body, &nonce).await {
                tracing::error!(ticket = ticket.id, %error, "a draft was not posted; it is kept");
            }
        }
    }

    /// A procedure as it is shown to whoever asks for it by name.
    fn procedure(&self, intent: &str, kind: ChannelKind) -> Vec<Reply> {
        let knowledge = self.assistant.knowledge();
        if knowledge.catalog.sop(intent).is_none() {
            return Vec::new();
        }
        let now = (self.now)();
        let show = Effect::ShowSop {
            intent: intent.to_owned(),
            points: Vec::new(),
            may_be_wrong: false,
        };
        let around = wording::Around {
            now: &now,
            channel_kind: kind,
            user: "",
            lead: false,
            tickets: &[],
            recent: &[],
        };
        wording::replies(&knowledge, &[show], around)
    }

    /// Adds what only a platform with private and public messages has: why this answer, and sharing it.
    fn decorate(&self, reply: &mut Reply, ephemeral: bool) {
        let Some(intent) = self.whole(reply) else {
            return;
        };
        let mut add = |label: &str, action: String| {
            reply.buttons.push(Button {
                label: label.to_owned(),
                action,
            });
        };
        add(platform::WHY_BUTTON, WHY.to_owned());
        if ephemeral {
            add(platform::SHARE_BUTTON, format!("{SHARE}{intent}"));
        }
    }

    /// The procedure that a reply shows as a whole, if it does.
    fn whole(&self, reply: &Reply) -> Option<String> {
        let knowledge = self.assistant.knowledge();
        let sop = knowledge.catalog.sop(reply.sop.as_ref()?)?;
        let begins = reply.text.starts_with(&format!("**{}**\n", sop.title));
        begins.then(|| sop.id.clone())
    }

    fn add_checklist(
        &self,
        body: &mut Json,
        reply: &Reply,
        owner: u64,
        kind: ChannelKind,
        ticked: &[String],
    ) {
        let knowledge = self.assistant.knowledge();
        let Some(sop) = self
            .whole(reply)
            .and_then(|intent| knowledge.catalog.sop(&intent))
        else {
            return;
        };
        let mark = self.marks.write(owner, &format!("{TICKS}{}", sop.id));
        let Some(row) = mark.and_then(|mark| ticks::menu(sop, kind, ticked, &mark)) else {
            return;
        };
        match body["components"].as_array_mut() {
            Some(rows) if rows.len() < payload::ROWS_MAX => rows.push(row),
            Some(_) => {}
            None => body["components"] = json!([row]),
        }
    }

    fn messages(&self, reply: &Reply, owner: u64) -> Vec<Json> {
        let knowledge = self.assistant.knowledge();
        let links: Vec<_> = knowledge.catalog.links.values().cloned().collect();
        let face = Face {
            marks: &self.marks,
            owner,
            links: &links,
        };
        payload::messages(reply, face)
    }

    async fn say(&self, sink: &mut Sink, mut body: Json) {
        match sink {
            Sink::Interaction(responder) => responder.say(body).await,
            Sink::Channel {
                channel,
                event,
                answering,
                said,
            } => {
                if let Some(message) = answering.take() {
                    body["message_reference"] =
                        json!({"message_id": message.to_string(), "fail_if_not_exists": false});
                }
                let nonce = format!("{event}.{said}");
                *said += 1;
                if let Err(error) = self.rest.post(*channel, body, &nonce).await {
                    tracing::error!(%error, "a reply was not delivered");
                }
            }
        }
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
            lead: false,
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

    /// Whether several text fields are open, so that a window saves messages.
    fn is_form_worth_it(&self, conversation: &Conversation) -> bool {
        let Phase::Asking { draft, .. } = &conversation.phase else {
            return false;
        };
        let knowledge = self.assistant.knowledge();
        // The kind only decides which fields there are; two open ones make the button worth it under any.
        let kind = self.settings.channel_kind;
        draft
            .form(&knowledge.catalog, kind)
            .is_some_and(|form| form::is_worth_it(form, draft, kind, &(self.now)()))
    }

    fn title(&self, intent: &str) -> String {
        let knowledge = self.assistant.knowledge();
        let sop = knowledge.catalog.sop(intent);
        sop.map_or_else(|| intent.to_owned(), |sop| sop.title.clone())
    }
}

impl Sink {
    fn is_ephemeral(&self) -> bool {
        matches!(self, Sink::Interaction(responder) if responder.ephemeral)
    }
}

impl Responder {
    async fn say(&self, mut body: Json) {
        if self.ephemeral {
            let flags = body["flags"].as_u64().unwrap_or_default();
            body["flags"] = (flags | EPHEMERAL).into();
        }
        let mut answered = self.answered.lock().await;
        let (id, token) = (self.ask.id, self.ask.token.as_str());
        let said = match *answered {
            Answered::Not => self.rest.respond(id, token, 4, body.clone()).await,
            Answered::Deferred => {
                // Whether only one person sees it was settled when the time was asked for.
                let mut body = body.clone();
                if let Some(body) = body.as_object_mut() {
                    body.remove("flags");
                }
                self.rest.fill(token, body).await
            }
            Answered::Yes => self.rest.follow(token, body.clone()).await,
        };
        *answered = Answered::Yes;
        let Err(error) = said else { return };
        if self.ephemeral {
            tracing::error!(%error, "a reply was not delivered");
            return;
        }
        // The interaction is lost, the channel is still there.
        let nonce = format!("{id}.late");
        if let Err(second) = self.rest.post(self.ask.place.channel, body, &nonce).await {
            tracing::error!(%error, %second, "a reply was not delivered");
        }
    }

    async fn defer(&self) {
        let mut answered = self.answered.lock().await;
        if *answered != Answered::Not {
            return;
        }
        let flags = if self.ephemeral { EPHEMERAL } else { 0 };
        let data = json!({"flags": flags});
        match self
            .rest
            .respond(self.ask.id, &self.ask.token, 5, data)
            .await
        {
            Ok(()) => *answered = Answered::Deferred,
            Err(error) => tracing::warn!(%error, "cannot ask for more time"),
        }
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

/// The text of the message that a command was given on.
fn target(command: &CommandInteraction) -> Option<String> {
    let id = command.data.target_id?.to_message_id();
    let message = command.data.resolved.messages.get(&id)?;
    let text = message.content.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What a press shows that only its presser asked for: looking things up, and the way into a thread.
fn concerns_one(action: &str) -> bool {
    ["point:", "why:", "list:", "help:", "ticket:"]
        .iter()
        .any(|verb| action.starts_with(verb))
}

/// In a help channel people also talk to each other, so that no procedure fits is said in one quiet line.
fn is_quiet(post: &Post, handled: &Handled) -> bool {
    post.called == Called::InHelpChannel
        && handled
            .understood
            .as_ref()
            .is_some_and(|understood| understood.decision == Decision::Fallback)
}
