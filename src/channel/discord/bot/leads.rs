//! Orders carried out: what a lead asked for, and what they are told.

use std::sync::Arc;

use jiff::ToSpan;
use serde_json::json;

use super::Bot;
use super::orders::{Found, Order};
use super::responder::Responder;
use crate::act::{self, Act, TO_NEVER, TO_NONE};
use crate::assistant::Deed;
use crate::channel::discord::incoming;
use crate::channel::discord::rest::File;
use crate::desk::lesson::{Lesson, To};
use crate::desk::{self, BY_HAND, Document, Proposal, Version, share};
use crate::import::Report;
use crate::message::{Button, EventId, Reply};
use crate::stats::{self, chart};
use crate::store::{Audit, Period, Query};
use crate::voice::Voice;
use crate::wording::leads;

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
            let said = excuse(&self.voice(Some(&responder.ask.language)), &error);
            self.tell(responder, said, Vec::new()).await;
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
                        let said = self.voice(Some(&to.ask.language)).line("no_download");
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
        let voice = self.voice(Some(&to.ask.language));
        let review = self.desk.look(proposal, &(self.now)()).await?;
        if review.is_accepted() {
            let facts = json!({"id": review.id, "is_new": review.diff.is_none()});
            let above = voice.say("previewed", &facts);
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
        let (findings, change) = (&review.diagnostics, review.change.as_ref());
        let text = leads::review(&voice, diff, findings, change, report);
        let id = || proposal.id.clone();
        let publish = act::Order::Publish {
            proposal: id(),
            why: None,
        };
        let amend = act::Order::Amend {
            proposal: id(),
            fields: Vec::new(),
        };
        let orders = [
            ("publish", publish),
            ("download", act::Order::Download(id())),
            ("amend", amend),
            ("discard", act::Order::Discard(id())),
        ];
        let orders = orders.into_iter().skip(usize::from(!review.is_accepted()));
        let buttons = orders.map(|(label, order)| voice.button(label, Act::Lead(order)));
        let buttons = buttons.collect();
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
        let facts = json!({"title": title, "number": version.number});
        let said = self.voice(Some(&to.ask.language)).say("published", &facts);
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
        let said = self.voice(Some(&to.ask.language)).line("downloaded");
        to.hand_over(json!({"content": said}), &file).await;
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
        let said = self
            .voice(Some(&to.ask.language))
            .line("proposal_discarded");
        self.tell(to, said, Vec::new()).await;
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
        let voice = self.voice(Some(&to.ask.language));
        let said = leads::history(&voice, &self.title(sop), &lines);
        self.tell(to, said, Vec::new()).await;
        Ok(())
    }

    // -- what was not answered ---------------------------------------------------------------------------------------

    async fn queue(&self, to: &Arc<Responder>) -> Result<(), desk::Error> {
        to.defer().await;
        let voice = self.voice(Some(&to.ask.language));
        let queue = self.desk.queue().await?;
        if queue.groups.is_empty() {
            let said = voice.line("nothing_unanswered");
            self.tell(to, said, Vec::new()).await;
            return Ok(());
        }
        let knowledge = self.assistant.knowledge();
        for group in queue.groups.iter().take(GROUPS_SHOWN) {
            let nearest = queue.nearest(group);
            let title = nearest.first().map(|intent| self.title(intent));
            let text = leads::group(
                &voice,
                group.members.len(),
                queue.in_dialogs(group),
                &queue.wordings(group),
                title.as_deref(),
            );
            let give = |to: &str| {
                let (group, to) = (group.id.clone(), to.to_owned());
                Act::Lead(act::Order::Teach { group, to })
            };
            let others = knowledge.catalog.sops.iter().map(|sop| sop.id.as_str());
            let others = others.filter(|id| !nearest.contains(id));
            let sops = nearest.iter().copied().chain(others);
            let sops = sops.filter(|intent| knowledge.catalog.sop(intent).is_some());
            let begin = Act::Lead(act::Order::Begin {
                group: group.id.clone(),
                title: String::new(),
                text: String::new(),
            });
            let rest = [
                voice.button("to_none", give(TO_NONE)),
                voice.button("to_never", give(TO_NEVER)),
                voice.button("to_new", begin),
            ];
            let to_sop = |intent: &str| {
                let facts = json!({"title": self.title(intent)});
                voice.button_about("to_sop", &facts, give(intent))
            };
            let buttons = sops.map(to_sop).chain(rest).collect();
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
        let voice = self.voice(Some(&to.ask.language));
        let why = voice.line("learned_why");
        let said = match self.desk.teach(group, where_to, &why, &by, &now).await? {
            Lesson::Learned {
                added, gain, rows, ..
            } => {
                let more = gain.right_after as i64 - gain.right_before as i64;
                voice.say(
                    "learned",
                    &json!({"gain": more, "of": gain.rows, "added": added, "rows": rows}),
                )
            }
            Lesson::Hidden { questions, .. } => {
                voice.say("hidden", &json!({"questions": questions}))
            }
            Lesson::Clash(change) => leads::clash(&voice, &change),
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
        let voice = self.voice(Some(&to.ask.language));
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
            let said = voice.line("nothing_counted");
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
        let lines: Vec<leads::Line> = weeks
            .iter()
            .map(|week| leads::Line {
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
        let figures = leads::Figures {
            unasked: &unasked,
            unread: &unread,
            kips: &kips,
            median_minutes: minutes,
        };
        let said = leads::statistics(&voice, &lines, &figures);
        let (title, parts) = (voice.line("chart_title"), leads::CHART_PARTS);
        let parts = parts.map(|part| voice.line(part));
        let words = chart::Words {
            title: &title,
            parts: parts.each_ref().map(String::as_str),
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
                let said = leads::broken(&self.voice(None), &mistakes);
                self.tell_leads(said, &nonce).await;
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
                    let facts = json!({"title": sop.title, "id": sop.id, "owner": sop.owner, "review_by": day});
                    let said = self.voice(None).say("overdue", &facts);
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
        ..Reply::default()
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
fn excuse(voice: &Voice, error: &desk::Error) -> String {
    match error {
        desk::Error::Refused(refused) => leads::refused(voice, &refused.mistakes),
        desk::Error::Unchanged => voice.line("unchanged_text"),
        desk::Error::Outdated(id) => voice.say("outdated_proposal", &json!({"id": id})),
        desk::Error::NoSop(id) => voice.say("no_sop", &json!({"id": id})),
        desk::Error::NoVersion(id, number) => {
            voice.say("no_version", &json!({"id": id, "number": number}))
        }
        desk::Error::NoProposal => voice.line("no_proposal"),
        desk::Error::NoGroup(_) => voice.line("no_group"),
        desk::Error::Import(error) => leads::unreadable(voice, error),
        desk::Error::Store(_) | desk::Error::Record(_) | desk::Error::Files(_) => {
            tracing::error!(%error, "an order was not carried out");
            voice.line("not_done")
        }
    }
}
