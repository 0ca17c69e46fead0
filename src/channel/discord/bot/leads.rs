//! Orders carried out: what a lead asked for, and what they are told.

use std::sync::Arc;

use jiff::ToSpan;
use serde_json::json;

use super::Bot;
use super::deliver::button;
use super::orders::{Found, LEAD, Order, TEACH};
use super::responder::Responder;
use crate::assistant::Deed;
use crate::channel::discord::incoming;
use crate::channel::discord::rest::File;
use crate::desk::lesson::{Lesson, To};
use crate::desk::{self, BY_HAND, Document, Proposal, Version, share};
use crate::import::Report;
use crate::message::{Button, EventId, Reply};
use crate::stats::{self, chart};
use crate::store::{Audit, Period, Query};
use crate::wording::{self, leads};

/// What a lead may attach.
const FILE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Groups of questions shown at once: a lead works off a handful, and asks for the next.
const GROUPS_SHOWN: usize = 5;
/// Statistics show so many weeks.
const WEEKS: i64 = 8;
/// Procedures named in the statistics of a week.
const TOP: usize = 5;

impl Bot {
    pub(super) async fn obey(&self, responder: &Arc<Responder>, order: Order) {
        let done = match order {
            Order::Propose(found) => self.propose(responder, found).await,
            Order::Publish { proposal, why } => self.publish(responder, &proposal, &why).await,
            Order::Download(proposal) => self.hand_over(responder, &proposal).await,
            Order::Amend { proposal, fields } => self.amend(responder, &proposal, &fields).await,
            Order::Discard(proposal) => self.discard(responder, &proposal).await,
            Order::History(sop) => self.history(responder, &sop).await,
            Order::Restore { sop, number, why } => {
                self.restore(responder, &sop, number, &why).await
            }
            Order::Share {
                sop,
                channels,
                pinned,
            } => self.share(responder, &sop, &channels, pinned).await,
            Order::Readers(sop) => self.readers(responder, &sop).await,
            Order::Remind { sop, channel } => self.remind(responder, &sop, channel).await,
            Order::Queue => self.queue(responder).await,
            Order::Teach { group, to } => self.teach(responder, &group, &to).await,
            Order::New { group, title, text } => self.begin(responder, &group, &title, &text).await,
            Order::Statistics => self.statistics(responder).await,
        };
        if let Err(error) = done {
            self.tell(responder, excuse(&error), Vec::new()).await;
        }
    }

    // -- versions ----------------------------------------------------------------------------------------------------

    async fn propose(&self, to: &Arc<Responder>, found: Found) -> Result<(), desk::Error> {
        let document = match found {
            Found::Text(text) => Document {
                name: "pesan.txt".to_owned(),
                bytes: text.into_bytes(),
            },
            Found::File { name, url } => {
                to.defer().await;
                match self.rest.download(&url, FILE_BYTES_MAX).await {
                    Ok(bytes) => Document { name, bytes },
                    Err(error) => {
                        tracing::warn!(%error, "a document was not loaded");
                        let said = leads::NO_DOWNLOAD.to_owned();
                        self.tell(to, said, Vec::new()).await;
                        return Ok(());
                    }
                }
            }
        };
        to.defer().await;
        let (event, now) = (incoming::event(to.ask.id), (self.now)());
        let by = self.deed(to, &event);
        let (proposal, report) = self.desk.propose(document, &by, &now).await?;
        self.show(to, &proposal, report.as_ref()).await
    }

    /// Shows how agents will see a proposal, then everything to look at, with the buttons.
    async fn show(
        &self,
        to: &Arc<Responder>,
        proposal: &Proposal,
        report: Option<&Report>,
    ) -> Result<(), desk::Error> {
        let review = self.desk.look(proposal, &(self.now)()).await?;
        if review.is_accepted() {
            let above = leads::previewed(&review.id, review.diff.is_none());
            self.tell(to, above, Vec::new()).await;
            for reply in &review.preview {
                let shown = Reply {
                    buttons: Vec::new(),
                    ..reply.clone()
                };
                for body in self.messages(&shown, to.ask.person.id) {
                    to.say(body).await;
                }
            }
        }
        let diff = review.diff.as_ref();
        let diff = diff.map(|diff| (diff.new, diff.gone, diff.text.as_str()));
        let text = leads::review(diff, &review.diagnostics, review.change.as_ref(), report);
        let action = |deed: &str| format!("{LEAD}{deed}:{}", proposal.id);
        let mut buttons = vec![
            button(leads::DOWNLOAD, action("download")),
            button(leads::AMEND, action("amend")),
            button(leads::DISCARD, action("discard")),
        ];
        if review.is_accepted() {
            buttons.insert(0, button(leads::PUBLISH, action("publish")));
        }
        self.tell(to, text, buttons).await;
        Ok(())
    }

    async fn publish(
        &self,
        to: &Arc<Responder>,
        proposal: &str,
        why: &str,
    ) -> Result<(), desk::Error> {
        let (event, now) = (incoming::event(to.ask.id), (self.now)());
        let by = self.deed(to, &event);
        let published = self.desk.publish_proposal(proposal, why, &by, &now).await?;
        self.is_published(to, &published).await;
        Ok(())
    }

    async fn restore(
        &self,
        to: &Arc<Responder>,
        sop: &str,
        number: u32,
        why: &str,
    ) -> Result<(), desk::Error> {
        let (event, now) = (incoming::event(to.ask.id), (self.now)());
        let by = self.deed(to, &event);
        let published = self.desk.restore(sop, number, why, &by, &now).await?;
        self.is_published(to, &published).await;
        Ok(())
    }

    async fn is_published(&self, to: &Arc<Responder>, version: &Version) {
        let title = self.title(&version.sop);
        let said = leads::published(&title, version.number);
        self.tell(to, said, Vec::new()).await;
        self.bring_shares_up_to_date().await;
    }

    async fn hand_over(&self, to: &Arc<Responder>, proposal: &str) -> Result<(), desk::Error> {
        let proposal = self.desk.proposal(proposal).await?;
        let id = desk::review::id_of(&proposal.text).unwrap_or_else(|| "sop".to_owned());
        let file = File {
            name: format!("{id}.toml"),
            bytes: proposal.text.into_bytes(),
        };
        to.hand_over(json!({"content": leads::DOWNLOADED}), &file)
            .await;
        Ok(())
    }

    async fn amend(
        &self,
        to: &Arc<Responder>,
        proposal: &str,
        fields: &[(String, String)],
    ) -> Result<(), desk::Error> {
        to.defer().await;
        let event = incoming::event(to.ask.id);
        let by = self.deed(to, &event);
        let proposal = self.desk.amend(proposal, fields, &by).await?;
        self.show(to, &proposal, None).await
    }

    async fn discard(&self, to: &Arc<Responder>, proposal: &str) -> Result<(), desk::Error> {
        let event = incoming::event(to.ask.id);
        self.desk.discard(proposal, &self.deed(to, &event)).await?;
        self.tell(to, leads::DISCARDED.to_owned(), Vec::new()).await;
        Ok(())
    }

    async fn history(&self, to: &Arc<Responder>, sop: &str) -> Result<(), desk::Error> {
        let versions = self.desk.history(sop).await?;
        let zone = (self.now)().time_zone().clone();
        let times: Vec<String> = versions
            .iter()
            .map(|version| {
                let at = version.at.to_zoned(zone.clone());
                at.strftime("%d-%m-%Y %H.%M").to_string()
            })
            .collect();
        let lines: Vec<_> = versions
            .iter()
            .zip(&times)
            .map(|(version, at)| leads::VersionLine {
                number: version.number,
                at,
                who: (version.who != BY_HAND).then_some(version.who.as_str()),
                why: &version.why,
            })
            .collect();
        let said = leads::history(&self.title(sop), &lines);
        self.tell(to, said, Vec::new()).await;
        Ok(())
    }

    // -- what was not answered ---------------------------------------------------------------------------------------

    async fn queue(&self, to: &Arc<Responder>) -> Result<(), desk::Error> {
        to.defer().await;
        let queue = self.desk.queue().await?;
        if queue.groups.is_empty() {
            let said = leads::NOTHING_UNANSWERED.to_owned();
            self.tell(to, said, Vec::new()).await;
            return Ok(());
        }
        let knowledge = self.assistant.knowledge();
        for group in queue.groups.iter().take(GROUPS_SHOWN) {
            let nearest = queue.nearest(group);
            let title = nearest.first().map(|intent| self.title(intent));
            let text = leads::group(
                group.members.len(),
                queue.in_dialogs(group),
                &queue.wordings(group),
                title.as_deref(),
            );
            let give = |to: &str| format!("{TEACH}{}={to}", group.id);
            let mut buttons: Vec<Button> = Vec::new();
            let others = knowledge.catalog.sops.iter().map(|sop| sop.id.as_str());
            let others = others.filter(|id| !nearest.contains(id));
            for intent in nearest.iter().copied().chain(others) {
                if knowledge.catalog.sop(intent).is_some() {
                    let label = leads::to_sop(&self.title(intent));
                    buttons.push(button(&label, give(intent)));
                }
            }
            buttons.push(button(leads::TO_NONE, format!("{LEAD}none:{}", group.id)));
            buttons.push(button(leads::TO_NEVER, format!("{LEAD}never:{}", group.id)));
            buttons.push(button(leads::TO_NEW, format!("{LEAD}new:{}", group.id)));
            self.tell(to, text, buttons).await;
        }
        Ok(())
    }

    async fn teach(
        &self,
        to: &Arc<Responder>,
        group: &str,
        belongs: &str,
    ) -> Result<(), desk::Error> {
        to.defer().await;
        let (event, now) = (incoming::event(to.ask.id), (self.now)());
        let by = self.deed(to, &event);
        let where_to = To::parse(belongs);
        let why = leads::LEARNED_WHY;
        let said = match self.desk.teach(group, where_to, why, &by, &now).await? {
            Lesson::Learned {
                added, gain, rows, ..
            } => {
                let more = gain.right_after as i64 - gain.right_before as i64;
                leads::learned(more, gain.rows, added, rows)
            }
            Lesson::Hidden { questions, .. } => leads::hidden(questions),
            Lesson::Clash(change) => leads::clash(&change),
        };
        self.tell(to, said, Vec::new()).await;
        Ok(())
    }

    /// Makes a proposal of what a lead wrote, with a group of questions as its utterances.
    async fn begin(
        &self,
        to: &Arc<Responder>,
        group: &str,
        title: &str,
        text: &str,
    ) -> Result<(), desk::Error> {
        to.defer().await;
        let queue = self.desk.queue().await?;
        let found = queue.group(group);
        let found = found.ok_or_else(|| desk::Error::NoGroup(group.to_owned()))?;
        let (event, now) = (incoming::event(to.ask.id), (self.now)());
        let by = self.deed(to, &event);
        let document = Document {
            name: "pesan.txt".to_owned(),
            bytes: format!("{title}\n\n{text}\n").into_bytes(),
        };
        let wordings = queue.wordings(found);
        let proposed = self.desk.propose_for(document, &wordings, &by, &now).await;
        let (proposal, report) = proposed?;
        self.show(to, &proposal, report.as_ref()).await
    }

    // -- figures -----------------------------------------------------------------------------------------------------

    async fn statistics(&self, to: &Arc<Responder>) -> Result<(), desk::Error> {
        to.defer().await;
        let now = (self.now)();
        let from = now.checked_sub(WEEKS.weeks()).ok();
        let period = Period {
            from: from.map(|from| from.timestamp()),
            to: None,
        };
        let query = Query {
            from: period.from,
            ..Query::default()
        };
        let store = self.assistant.store();
        let (tallies, tickets) = (store.tallies(&period).await?, store.tickets(&query).await?);
        let weeks = stats::weeks(&tallies, &tickets, now.time_zone());
        if weeks.is_empty() {
            let said = leads::NOTHING_COUNTED.to_owned();
            self.tell(to, said, Vec::new()).await;
            return Ok(());
        }
        let knowledge = self.assistant.knowledge();
        let all: Vec<&str> = knowledge
            .catalog
            .sops
            .iter()
            .map(|sop| sop.id.as_str())
            .collect();
        let lines: Vec<wording::stats::Line> = weeks
            .iter()
            .map(|week| wording::stats::Line {
                from: week.from.strftime("%d-%m").to_string(),
                questions: week.questions,
                answered: week.answered,
                clarified: week.clarified,
                unanswered: week.unanswered,
                not_understood: week.not_understood,
                drafts: week.drafts,
                avoided: week.avoided,
                top: week
                    .top(TOP)
                    .iter()
                    .map(|(intent, count)| (self.title(intent), *count))
                    .collect(),
            })
            .collect();
        let unasked = all
            .iter()
            .filter(|id| weeks.iter().all(|week| !week.intents.contains_key(**id)));
        let unasked: Vec<String> = unasked.map(|id| self.title(id)).collect();
        let kips = stats::summed(weeks.iter().map(|week| &week.kips));
        let minutes = stats::median_minutes(&tickets);
        let unread = share::unread_sops(&*store, now.timestamp()).await?;
        let unread: Vec<_> = unread
            .iter()
            .map(|(id, people)| (self.title(id), *people))
            .collect();
        let figures = wording::stats::Figures {
            unasked: &unasked,
            unread: &unread,
            kips: &kips,
            median_minutes: minutes,
        };
        let said = wording::stats::summary(&lines, &figures);
        let words = chart::Words {
            title: wording::stats::TITLE,
            parts: wording::stats::PARTS,
        };
        match chart::png(&weeks, words) {
            Ok(bytes) => {
                let file = File {
                    name: "statistik.png".to_owned(),
                    bytes,
                };
                to.hand_over(json!({"content": said}), &file).await;
            }
            Err(error) => {
                tracing::error!(%error, "a chart was not drawn");
                self.tell(to, said, Vec::new()).await;
            }
        }
        Ok(())
    }

    // -- what leads are told unasked ---------------------------------------------------------------------------------

    /// Tells the leads' channel of files that somebody broke, with place and cure; never ends.
    pub async fn tell_of_broken_files(&self) {
        let mut broken = self.desk.broken();
        let mut told: u64 = 0;
        while broken.changed().await.is_ok() {
            let mistakes = broken.borrow_and_update().clone();
            told += 1;
            if !mistakes.is_empty() {
                let nonce = format!(
                    "broken.{}.{told}",
                    (self.now)().timestamp().as_millisecond()
                );
                self.tell_leads(leads::broken(&mistakes), &nonce).await;
            }
        }
        std::future::pending().await
    }

    /// Reminds the leads' channel of SOPs whose review is overdue, each once a week.
    pub(super) async fn tell_of_overdue_reviews(&self, now: &jiff::Zoned) {
        if self.settings.lead_channel.is_none() {
            return;
        }
        let knowledge = self.assistant.knowledge();
        let sops = knowledge.catalog.sops.iter();
        for sop in sops.filter(|sop| sop.review_by < now.date()) {
            let week = now.date().iso_week_date();
            let name = format!("review:{}:{}-{}", sop.id, week.year(), week.week());
            let event = EventId(name.clone());
            let by = Deed {
                event: &event,
                who: "sigap",
                at: now.timestamp(),
            };
            let line = Audit::new(by.at, by.who, "sop.overdue", &sop.id);
            match self.desk.once(&by, line).await {
                Ok(true) => {
                    let day = sop.review_by.strftime("%d-%m-%Y").to_string();
                    let said = leads::overdue(&sop.title, &sop.id, &sop.owner, &day);
                    self.tell_leads(said, &nonce_of(&name)).await;
                }
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "a reminder was not kept"),
            }
        }
    }

    async fn tell_leads(&self, text: String, nonce: &str) {
        let Some(channel) = self.settings.lead_channel else {
            return;
        };
        for (number, body) in self
            .messages(&said(text, Vec::new()), 0)
            .into_iter()
            .enumerate()
        {
            let nonce = format!("{nonce}.{number}");
            if let Err(error) = self.rest.post(channel, body, &nonce).await {
                tracing::error!(%error, "the leads' channel was not told");
            }
        }
    }

    // -- words -------------------------------------------------------------------------------------------------------

    pub(super) async fn tell(&self, to: &Arc<Responder>, text: String, buttons: Vec<Button>) {
        for body in self.messages(&said(text, buttons), to.ask.person.id) {
            to.say(body).await;
        }
    }

    pub(super) fn deed<'a>(&self, to: &'a Responder, event: &'a EventId) -> Deed<'a> {
        Deed {
            event,
            who: &to.ask.person.name,
            at: (self.now)().timestamp(),
        }
    }
}

pub(super) fn said(text: String, buttons: Vec<Button>) -> Reply {
    Reply {
        text,
        buttons,
        sop: None,
    }
}

/// Discord takes nonces of 25 characters: a longer name is known by its digest.
pub(super) fn nonce_of(name: &str) -> String {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    name.hash(&mut hasher);
    format!("{:x}", hasher.finish())
}

/// Why an order was not carried out, as a lead is told.
fn excuse(error: &desk::Error) -> String {
    match error {
        desk::Error::Refused(refused) => leads::refused(&refused.mistakes),
        desk::Error::Unchanged => leads::UNCHANGED.to_owned(),
        desk::Error::Outdated(id) => leads::outdated(id),
        desk::Error::NoSop(id) => leads::no_sop(id),
        desk::Error::NoVersion(id, number) => leads::no_version(id, *number),
        desk::Error::NoProposal => leads::NO_PROPOSAL.to_owned(),
        desk::Error::NoGroup(_) => leads::NO_GROUP.to_owned(),
        desk::Error::Import(error) => leads::unreadable(error),
        desk::Error::Store(_) | desk::Error::Record(_) | desk::Error::Files(_) => {
            tracing::error!(%error, "an order was not carried out");
            leads::NOT_DONE.to_owned()
        }
    }
}
