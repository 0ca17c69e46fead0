//! Posts that show an SOP to a channel, stay up to date, and count who has read them.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use super::Bot;
use super::deliver::{Posts, Sink};
use super::leads::{nonce_of, said};
use super::responder::Responder;
use crate::act::{Act, Order};
use crate::assistant::Deed;
use crate::channel::discord::incoming::{self, Place};
use crate::desk::{self, Share, Version};
use crate::message::EventId;
use crate::wording::{leads, platform};

/// People reminded by one press: a team, not a town.
const REMINDED_MAX: usize = 60;

impl Bot {
    pub(super) async fn share(
        &self,
        to: &Arc<Responder>,
        sop: &str,
        channels: &[u64],
        pinned: bool,
    ) -> Result<(), desk::Error> {
        to.defer().await;
        let versions = self.desk.history(sop).await?;
        let Some(version) = versions.last() else {
            return Err(desk::Error::NoSop(sop.to_owned()));
        };
        let title = self.title(sop);
        let voice = self.voice(Some(&to.ask.language));
        let mut there = Vec::new();
        for &channel in channels.iter().collect::<BTreeSet<_>>() {
            let place = Place {
                guild: to.ask.place.guild,
                channel,
                thread: false,
            };
            let known = self.desk.shares(Some(sop)).await?;
            let known = known
                .into_iter()
                .find(|one| one.place == place.channel_id());
            let share = Share {
                sop: sop.to_owned(),
                place: place.channel_id(),
                messages: known.map(|known| known.messages).unwrap_or_default(),
                version: version.number,
                pinned,
                who: to.ask.person.name.clone(),
                readers: Default::default(),
                reminded: None,
            };
            let event = EventId(format!("{}:{channel}", incoming::event(to.ask.id).0));
            let by = self.deed(to, &event);
            match self
                .post_share(share, version, None, "sop.share", &by)
                .await?
            {
                Some(share) => there.push((channel, share)),
                None => {
                    let said = voice.say("not_shared", &json!({"channel": channel}));
                    self.tell(to, said, Vec::new()).await;
                }
            }
        }
        for (channel, share) in there.iter().filter(|(_, share)| share.pinned) {
            for message in share.messages.iter().take(1) {
                if let Err(error) = self.rest.pin(*channel, *message).await {
                    tracing::warn!(%error, "a shared procedure was not pinned");
                    self.tell(to, voice.line("no_pin"), Vec::new()).await;
                }
            }
        }
        if !there.is_empty() {
            let channels: Vec<u64> = there.iter().map(|(channel, _)| *channel).collect();
            let facts = json!({"title": title, "channels": channels});
            self.tell(to, voice.say("shared", &facts), Vec::new()).await;
        }
        Ok(())
    }

    /// Has every shared post show the newest version of its SOP, with what was changed.
    pub(super) async fn bring_shares_up_to_date(&self) {
        let _alone = self.sharing.lock().await;
        if let Err(error) = self.update_shares().await {
            tracing::error!(%error, "shared posts were not brought up to date");
        }
    }

    async fn update_shares(&self) -> Result<(), desk::Error> {
        for share in self.desk.shares(None).await? {
            let versions = match self.desk.history(&share.sop).await {
                Ok(versions) => versions,
                Err(desk::Error::NoSop(_)) => continue,
                Err(error) => return Err(error),
            };
            let Some(latest) = versions.last().filter(|one| one.number > share.version) else {
                continue;
            };
            // An edited file is a version before it is live, for a moment.
            let knowledge = self.assistant.knowledge();
            let live = knowledge.catalog.sop(&share.sop);
            if live.is_none_or(|sop| sop.edition != latest.edition) {
                continue;
            }
            let before = versions.iter().find(|one| one.number == share.version);
            let what = self.what_changed(latest, before);
            let event = EventId(format!("share:{}:{}", share.place.0, latest.edition));
            let event = EventId(format!("{}:{}", event.0, latest.number));
            let by = Deed {
                event: &event,
                who: &latest.who,
                at: latest.at,
            };
            let share = Share {
                version: latest.number,
                reminded: None,
                ..share
            };
            self.post_share(share, latest, Some(&what), "sop.reshare", &by)
                .await?;
        }
        Ok(())
    }

    /// Posts an SOP, or changes the messages that show it, and keeps where it stands; none when nothing stands there.
    async fn post_share(
        &self,
        mut share: Share,
        version: &Version,
        what: Option<&str>,
        deed: &str,
        by: &Deed<'_>,
    ) -> Result<Option<Share>, desk::Error> {
        let Some(place) = incoming::channel_of(&share.place) else {
            return Ok(None);
        };
        let kind = self.kind_of(place).await;
        let zone = (self.now)().time_zone().clone();
        let at = version.at.to_zoned(zone).strftime("%d-%m-%Y").to_string();
        let voice = self.voice(None);
        let facts = json!({"version": version.number, "at": at, "what": what});
        let footer = voice.say("shared_footer", &facts);
        let read = Act::Read {
            sop: share.sop.clone(),
            version: version.number,
        };
        let mut replies = self.procedure(&share.sop, kind, &voice);
        for reply in &mut replies {
            reply.buttons.clear();
        }
        if let Some(last) = replies.last_mut() {
            last.text += &format!("\n\n{footer}");
            last.buttons.push(voice.button("read", read));
        }
        let posts = Posts {
            channel: place.channel,
            event: event_number(&by.event.0),
            replacing: share.messages.drain(..).collect(),
            ..Posts::default()
        };
        let mut sink = Sink::Channel(posts);
        for reply in &replies {
            for body in self.messages(reply, 0) {
                self.say(&mut sink, body).await;
            }
        }
        let Sink::Channel(posts) = sink else {
            return Ok(None);
        };
        // The new version is shorter.
        for earlier in &posts.replacing {
            if let Err(error) = self.rest.delete(posts.channel, *earlier).await {
                tracing::info!(%error, "an earlier part was not taken away");
            }
        }
        share.messages = posts.posted;
        if share.messages.is_empty() {
            return Ok(None);
        }
        self.desk.keep_share(deed, &share, by).await?;
        Ok(Some(share))
    }

    /// What a version says that the one before did not, and the other way round, as agents see it.
    fn what_changed(&self, latest: &Version, before: Option<&Version>) -> String {
        let now = (self.now)();
        let lines = |edition: &str| -> Option<Vec<String>> {
            let knowledge = self.desk.live().with(&latest.sop, edition)?;
            let seen = desk::review::seen(&knowledge, &latest.sop, &now);
            let lines = seen.iter().flat_map(|reply| reply.text.lines());
            let lines = lines.map(|line| unnumbered(line).to_owned());
            Some(lines.filter(|line| !line.is_empty()).collect())
        };
        let after = lines(&latest.edition).unwrap_or_default();
        let was = before.and_then(|before| lines(&before.edition));
        let changed = was.map(|was| {
            let only = |of: &[String], not_of: &[String]| -> Vec<String> {
                let only = of.iter().filter(|line| !not_of.contains(line));
                only.cloned().collect()
            };
            leads::what_changed(&self.voice(None), &only(&after, &was), &only(&was, &after))
        });
        let parts = [latest.why.clone(), changed.unwrap_or_default()];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("\n")
    }

    /// Notes that somebody has read a shared version.
    pub(super) async fn note_reader(&self, to: &Arc<Responder>, sop: &str, version: u32) {
        let (place, account) = (to.ask.place.channel_id(), to.ask.person.id);
        let event = incoming::event(to.ask.id);
        let by = self.deed(to, &event);
        let voice = self.voice(Some(&to.ask.language));
        let noted = self.desk.acknowledge(sop, &place, account, version, &by);
        let said = match noted.await {
            Ok(Some(share)) if share.version > version => {
                voice.say("newer_version", &json!({"version": share.version}))
            }
            Ok(Some(_)) => voice.say("acknowledged", &json!({"version": version})),
            Ok(None) => voice.line("no_share"),
            Err(error) => {
                tracing::error!(%error, "a reader was not noted");
                voice.line("not_kept")
            }
        };
        self.tell(to, said, Vec::new()).await;
    }

    /// Shows who has read an SOP where it is shared, and who has not.
    pub(super) async fn readers(&self, to: &Arc<Responder>, sop: &str) -> Result<(), desk::Error> {
        let title = self.title(sop);
        let voice = self.voice(Some(&to.ask.language));
        let shares = self.desk.shares(Some(sop)).await?;
        if shares.is_empty() {
            let said = voice.say("not_shared_anywhere", &json!({"title": title}));
            self.tell(to, said, Vec::new()).await;
        }
        for share in &shares {
            let Some(place) = incoming::channel_of(&share.place) else {
                continue;
            };
            let unread = self.desk.unread(share, (self.now)().timestamp()).await?;
            let read = share.readers.keys().copied();
            let read: Vec<u64> = read.filter(|account| share.is_read_by(*account)).collect();
            let (channel, version) = (place.channel, share.version);
            let text = leads::readers(&voice, &title, channel, version, &read, &unread);
            let mut buttons = Vec::new();
            if !unread.is_empty() && share.reminded != Some(share.version) {
                let sop = sop.to_owned();
                let remind = Act::Lead(Order::Remind { sop, channel });
                buttons.push(voice.button("remind_readers", remind));
            }
            self.tell(to, text, buttons).await;
        }
        Ok(())
    }

    /// Reminds those who have not read an SOP, once a version, each in their direct messages.
    pub(super) async fn remind(
        &self,
        to: &Arc<Responder>,
        sop: &str,
        channel: u64,
    ) -> Result<(), desk::Error> {
        to.defer().await;
        let place = Place {
            guild: to.ask.place.guild,
            channel,
            thread: false,
        };
        let voice = self.voice(Some(&to.ask.language));
        let shares = self.desk.shares(Some(sop)).await?;
        let share = shares
            .into_iter()
            .find(|one| one.place == place.channel_id());
        let Some(share) = share else {
            self.tell(to, voice.line("no_share"), Vec::new()).await;
            return Ok(());
        };
        if share.reminded == Some(share.version) {
            let said = voice.line("already_reminded");
            self.tell(to, said, Vec::new()).await;
            return Ok(());
        }
        // Noted first: a reminder that comes twice is worse than one that is lost.
        let share = Share {
            reminded: Some(share.version),
            ..share
        };
        let event = incoming::event(to.ask.id);
        let by = self.deed(to, &event);
        self.desk.keep_share("sop.remind", &share, &by).await?;
        let guild = place.guild.unwrap_or_default();
        let message = share.messages.first().copied().unwrap_or_default();
        let link = format!("{}/{guild}/{channel}/{message}", platform::MESSAGES);
        let facts = json!({"title": self.title(sop), "version": share.version, "link": link});
        let text = self.voice(None).say("please_read", &facts);
        let mut reminded = 0;
        let unread = self.desk.unread(&share, (self.now)().timestamp()).await?;
        for account in unread.into_iter().take(REMINDED_MAX) {
            let sent = async {
                let direct = self.rest.direct(account).await?;
                for body in self.messages(&said(text.clone(), Vec::new()), account) {
                    let name = format!("{sop}:{}:{account}", share.version);
                    self.rest.post(direct, body, &nonce_of(&name)).await?;
                }
                Ok::<(), crate::channel::discord::rest::Error>(())
            };
            match sent.await {
                Ok(()) => reminded += 1,
                Err(error) => tracing::info!(%error, "somebody takes no direct messages"),
            }
        }
        let said = voice.say("reminded", &json!({"count": reminded}));
        self.tell(to, said, Vec::new()).await;
        Ok(())
    }
}

/// A line without its place in a list: a point that only moved says nothing new.
fn unnumbered(line: &str) -> &str {
    let line = line.trim_start_matches(['-', '*', ' ']).trim();
    match line.split_once(". ") {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => line,
    }
}

/// Drawn from what is posted, so that it stands once whatever is tried again.
fn event_number(name: &str) -> u64 {
    u64::from_str_radix(&nonce_of(name), 16).unwrap_or_default()
}
