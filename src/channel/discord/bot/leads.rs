//! What team leads are shown, and the posts that show an SOP to a channel.

use std::sync::Arc;

use serde_json::json;

use super::deliver::{Posts, Sink};
use super::responder::Responder;
use super::{Bot, DocumentAt};
use crate::act::{HandedFile, Order};
use crate::assistant::Actor;
use crate::channel::discord::incoming;
use crate::channel::discord::rest;
use crate::channel::place::Place;
use crate::desk::reply::Speaker;
use crate::desk::{self, Posting, Share, Shown};
use crate::message::ChannelKind;
use crate::wording::platform;

/// What a lead may attach.
const FILE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// People reminded by one press: a team, not a town.
const REMINDED_MAX: usize = 60;

impl Bot {
    /// Carries out what a lead orders, and shows what came of it.
    pub(super) async fn lead(&self, to: &Arc<Responder>, order: Order) {
        if let Order::ChannelKind(kind) = order {
            return self.keep_kind(to, kind).await;
        }
        if order.takes_long() {
            to.defer().await;
        }
        let (by, here, now) = (self.actor(to), to.ask.place.channel_id(), (self.now)());
        let mut posted = Vec::new();
        for shown in self.desk.handle(&order, &by, &here, &now).await {
            match shown {
                Shown::Post(posting) => posted.extend(self.share(to, *posting).await),
                Shown::Remind { share, unread } => {
                    let people = self.remind(&share, unread).await;
                    self.show(to, &Shown::Reminded(people)).await;
                }
                Shown::Published(_) => {
                    self.show(to, &shown).await;
                    self.bring_shares_up_to_date().await;
                }
                shown => self.show(to, &shown).await,
            }
        }
        self.pin(to, &posted).await;
        if let Some(share) = posted.first() {
            let channels = posted.iter().filter_map(|share| share.place.channel());
            let shown = Shown::Shared {
                sop: share.sop.clone(),
                channels: channels.collect(),
            };
            self.show(to, &shown).await;
        }
    }

    /// Has a document made a proposal.
    pub(super) async fn propose(&self, to: &Arc<Responder>, document: DocumentAt) {
        to.defer().await;
        let file = match document {
            DocumentAt::Text(text) => HandedFile {
                name: "pesan.txt".to_owned(),
                bytes: text.into_bytes(),
            },
            DocumentAt::File { name, url } => {
                match self.rest.download(&url, FILE_BYTES_MAX).await {
                    Ok(bytes) => HandedFile { name, bytes },
                    Err(error) => {
                        tracing::warn!(%error, "a document was not loaded");
                        let said = self.voice(Some(&to.ask.language)).line("no_download");
                        return to.say(json!({"content": said})).await;
                    }
                }
            }
        };
        self.lead(to, Order::Propose(file)).await;
    }

    /// Notes that somebody has read a shared version.
    pub(super) async fn note_reader(&self, to: &Arc<Responder>, sop: &str, version: u32) {
        let (place, account) = (to.ask.place.channel_id(), to.ask.person.id);
        let by = self.actor(to);
        let noted = self.desk.acknowledge(sop, &place, account, version, &by);
        self.show(to, &noted.await).await;
    }

    async fn show(&self, to: &Arc<Responder>, shown: &Shown) {
        let knowledge = self.assistant.knowledge();
        let speaker = Speaker {
            knowledge: &knowledge,
            voice: &self.voice(Some(&to.ask.language)),
            now: &(self.now)(),
        };
        for said in speaker.replies(shown) {
            let mut bodies = self.messages(&said.reply, to.ask.person.id);
            let with_file = said.file.and_then(|file| Some((bodies.pop()?, file)));
            for body in bodies {
                to.say(body).await;
            }
            if let Some((body, file)) = with_file {
                to.hand_over(body, &file).await;
            }
        }
    }

    async fn keep_kind(&self, to: &Arc<Responder>, kind: ChannelKind) {
        let place = to.ask.place;
        let voice = self.voice(Some(&to.ask.language));
        if place.workspace.is_none() {
            let said = voice.line("workspace_only");
            return to.say(json!({"content": said})).await;
        }
        let (channel, by) = (place.channel_id(), self.actor(to));
        let said = match self.assistant.set_channel_kind(&channel, kind, &by).await {
            Ok(()) => {
                self.kinds.keep(channel, Some(kind));
                voice.say("kind_set", &json!({"kind": kind.name()}))
            }
            Err(error) => {
                tracing::error!(%error, "the kind of a channel was not kept");
                voice.line("not_kept")
            }
        };
        to.say(json!({"content": said})).await;
    }

    fn actor(&self, to: &Responder) -> Actor {
        Actor {
            event: incoming::event(to.ask.id),
            who: to.ask.person.name.clone(),
            at: (self.now)().timestamp(),
        }
    }

    // -- posts that show an SOP --------------------------------------------------------------------------------------

    async fn share(&self, to: &Arc<Responder>, posting: Posting) -> Option<Share> {
        let channel = posting.share.place.channel().unwrap_or_default();
        let problem = match self.post_share(posting).await {
            Ok(Some(share)) => return Some(share),
            Ok(None) => Shown::NotShared(channel),
            Err(error) => Shown::Refused(error),
        };
        self.show(to, &problem).await;
        None
    }

    async fn pin(&self, to: &Arc<Responder>, posted: &[Share]) {
        for share in posted.iter().filter(|share| share.pinned) {
            let channel = share.place.channel().unwrap_or_default();
            let Some(first) = share.messages.first() else {
                continue;
            };
            if let Err(error) = self.rest.pin(channel, *first).await {
                tracing::warn!(%error, "a shared procedure was not pinned");
                self.show(to, &Shown::NotPinned).await;
            }
        }
    }

    /// Has every shared post show the newest version of its SOP, with what was changed.
    pub(super) async fn bring_shares_up_to_date(&self) {
        let _alone = self.sharing.lock().await;
        let outdated = match self.desk.outdated_posts(&(self.now)()).await {
            Ok(outdated) => outdated,
            Err(error) => return tracing::error!(%error, "shared posts do not read"),
        };
        for posting in outdated {
            if let Err(error) = self.post_share(posting).await {
                tracing::error!(%error, "a shared post was not brought up to date");
            }
        }
    }

    /// Posts an SOP, or changes the messages that show it; none when no message shows it then.
    async fn post_share(&self, mut posting: Posting) -> Result<Option<Share>, desk::DeskError> {
        let Some(place) = Place::of(&posting.share.place, incoming::CHANNEL) else {
            return Ok(None);
        };
        let voice = self.voice(None);
        let kind = self.kind_of(place).await;
        let shown = self.procedure(&posting.share.sop, kind, &voice);
        let replies = Speaker {
            knowledge: &self.assistant.knowledge(),
            voice: &voice,
            now: &(self.now)(),
        }
        .post(&posting, shown);
        let mut sink = Sink::Channel(Posts {
            channel: place.channel,
            event: incoming::digest(&posting.by.event.0),
            replacing: posting.share.messages.drain(..).collect(),
            ..Posts::default()
        });
        for reply in &replies {
            for body in self.messages(reply, 0) {
                self.say(&mut sink, body).await;
            }
        }
        let messages = self.cleared(sink).await;
        match messages.is_empty() {
            true => Ok(None),
            false => self.desk.posted(posting, messages).await.map(Some),
        }
    }

    /// Reminds people of a post, each in their direct messages, and returns how many took it.
    async fn remind(&self, share: &Share, unread: Vec<u64>) -> usize {
        let Some(place) = Place::of(&share.place, incoming::CHANNEL) else {
            return 0;
        };
        let guild = place.workspace.unwrap_or_default();
        let message = share.messages.first().copied().unwrap_or_default();
        let link = format!("{}/{guild}/{}/{message}", platform::MESSAGES, place.channel);
        let reminder = {
            let knowledge = self.assistant.knowledge();
            Speaker {
                knowledge: &knowledge,
                voice: &self.voice(None),
                now: &(self.now)(),
            }
            .reminder(share, &link)
        };
        let mut reminded = 0;
        for account in unread.into_iter().take(REMINDED_MAX) {
            let sent = async {
                let direct = self.rest.direct(account).await?;
                let name = format!("{}:{}:{account}", share.sop, share.version);
                for body in self.messages(&reminder, account) {
                    self.rest
                        .post(direct, body, &incoming::nonce(&name))
                        .await?;
                }
                Ok::<(), rest::RestError>(())
            };
            match sent.await {
                Ok(()) => reminded += 1,
                Err(error) => tracing::info!(%error, "somebody takes no direct messages"),
            }
        }
        reminded
    }

    // -- what leads are shown unasked --------------------------------------------------------------------------------

    /// Reports files that somebody broke in the leads' channel, with place and cure; never ends.
    pub async fn report_broken_files(&self) {
        let mut broken = self.desk.broken();
        let mut reports: u64 = 0;
        while broken.changed().await.is_ok() {
            let mistakes = broken.borrow_and_update().clone();
            reports += 1;
            if !mistakes.is_empty() {
                let at = (self.now)().timestamp().as_millisecond();
                let nonce = format!("broken.{at}.{reports}");
                self.show_leads(&Shown::Broken(mistakes), &nonce).await;
            }
        }
        std::future::pending().await
    }

    /// Reminds the leads' channel of SOPs whose review is overdue, each once a week.
    pub(super) async fn report_overdue_reviews(&self, now: &jiff::Zoned) {
        if self.settings.lead_channel.is_none() {
            return;
        }
        match self.desk.overdue(now).await {
            Ok(overdue) => {
                for (event, shown) in overdue {
                    self.show_leads(&shown, &incoming::nonce(&event.0)).await;
                }
            }
            Err(error) => tracing::error!(%error, "a reminder was not kept"),
        }
    }

    async fn show_leads(&self, shown: &Shown, nonce: &str) {
        let Some(channel) = self.settings.lead_channel else {
            return;
        };
        let knowledge = self.assistant.knowledge();
        let speaker = Speaker {
            knowledge: &knowledge,
            voice: &self.voice(None),
            now: &(self.now)(),
        };
        let replies = speaker.replies(shown);
        let bodies = replies
            .iter()
            .flat_map(|said| self.messages(&said.reply, 0));
        for (number, body) in bodies.enumerate() {
            let nonce = format!("{nonce}.{number}");
            if let Err(error) = self.rest.post(channel, body, &nonce).await {
                tracing::error!(%error, "the leads' channel was not reached");
            }
        }
    }
}
