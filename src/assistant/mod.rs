//! The whole life of a message, on one screen.
//!
//! ```text
//! turns.take   earlier messages of the conversation finish first
//! load         one read; an event handled before is delivered again and nothing else happens
//! cases        the filed cases that the decision is about, when it is about some
//! step         the decision, pure
//! commit       one atomic write; on a conflict the turn is decided anew
//! wording      effects -> replies
//! ```
//!
//! An engine that several processes share can be away for seconds. A turn is tried again for as long as an agent can
//! wait; whether a commit was done whose acknowledgement was lost is seen from its event. A question that belongs to no
//! draft is answered from memory meanwhile, which the answer says.
//!
//! A timer is a message too: each turn keeps when its conversation wants to be woken, and a channel that asks what is
//! [`due`](Assistant::due) hands those messages back in like any other.

mod memory;

use std::future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backon::{ConstantBuilder, Retryable};
use jiff::{SignedDuration, Timestamp, Zoned};
use tokio::sync::Mutex;
use tokio::time::sleep;

use crate::catalog::Sop;
use crate::dialog::{self, Conversation, Effect, Hours, SopForm, Step, Understood};
use crate::directory::{Contact, Directory};
use crate::guide::Knowledge;
use crate::live::Live;
use crate::message::{ChannelKind, ConversationId, EventId, Incoming, Language, Reply, Said};
use crate::store::{
    self, Audit, Fence, Paper, Query, Shelf, Store, TurnRecord, UnansweredQuestion, Wake,
};
use crate::ticket::{Parcel, Ticket, Tracked};
use crate::turns::Turns;
use crate::wording;
use memory::OpenDrafts;

/// With turns taken one at a time a conflict comes from another process only; one that lasts this long is a fault.
const ATTEMPTS_MAX: u32 = 20;
/// An agent's own tickets are shown up to this many; `ticket list` shows all.
const TICKETS_SHOWN: usize = 10;

/// How long a turn is tried while the engine is away: a primary that failed is replaced in 20 to 25 seconds.
const PATIENCE: Duration = Duration::from_secs(40);
/// How soon it is tried again.
const PAUSE: Duration = Duration::from_millis(250);
/// After so long a question that needs no state is answered from memory.
const FROM_MEMORY: Duration = Duration::from_secs(2);

/// Of more conversations that are due the others wait until these are answered.
const DUE_MAX: usize = 100;

/// The SOPs ask to look for the same complaint in the history; a draft this old is history of another kind.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many recent tickets a review is compared with.
const RECENT_COMPARED: usize = 500;

/// What the core and the store make together.
pub struct Assistant {
    live: Live,
    store: Arc<dyn Store>,
    turns: Turns<ConversationId>,
    draft_kept: SignedDuration,
    hours: Hours,
    /// Of readers whose own is not known.
    language: Language,
    /// The account managers that were read, with the knowledge whose list is in them.
    directory: Mutex<Option<(Arc<Knowledge>, Arc<Directory>)>>,
    /// Whether filed drafts are put into the outbox.
    sends: bool,
    /// The lease under which a conversation is this process's.
    fences: Option<Fences>,
    open: OpenDrafts,
}

/// Returns the lease under which a conversation is this process's.
type Fences = Box<dyn Fn(&ConversationId) -> Option<Fence> + Send + Sync>;

/// What a message led to.
#[derive(Debug, Clone)]
pub struct Handled {
    /// How it was understood.
    pub understood: Option<Understood>,
    /// What to show.
    pub replies: Vec<Reply>,
    /// The conversation afterwards.
    pub conversation: Conversation,
    /// The ticket it filed.
    pub ticket: Option<Ticket>,
    /// The SOP that it showed as a whole.
    pub sop: Option<String>,
}

/// Who does something outside a conversation, by which event, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The event, for doing it once.
    pub event: EventId,
    /// Who.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

impl Actor {
    /// Returns the line for the audit: what is done to which subject.
    pub fn audit(&self, what: impl Into<String>, subject: impl Into<String>) -> Audit {
        Audit::new(self.at, &self.who, what, subject)
    }
}

impl Assistant {
    /// Puts an assistant together. A draft without a next message is put aside after `draft_kept`.
    pub fn new(
        knowledge: Arc<Knowledge>,
        store: Arc<dyn Store>,
        draft_kept: SignedDuration,
    ) -> Self {
        Self {
            live: Live::new(knowledge),
            store,
            turns: Turns::default(),
            draft_kept,
            hours: Hours::default(),
            language: Language::default(),
            directory: Mutex::default(),
            sends: false,
            fences: None,
            open: OpenDrafts::default(),
        }
    }

    /// Has every turn carry the lease of its conversation, if it has one.
    #[must_use]
    pub fn fenced(
        self,
        fences: impl Fn(&ConversationId) -> Option<Fence> + Send + Sync + 'static,
    ) -> Self {
        Self {
            fences: Some(Box::new(fences)),
            ..self
        }
    }

    /// Reminds agents within these hours only.
    #[must_use]
    pub fn with_hours(self, hours: Hours) -> Self {
        Self { hours, ..self }
    }

    /// Speaks this language to readers whose own is not known.
    #[must_use]
    pub fn with_language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// The language of those whose own is not known.
    pub fn language_of_all(&self) -> &Language {
        &self.language
    }

    /// Puts every filed draft into the outbox, in the commit that files it.
    #[must_use]
    pub fn with_outbox(self) -> Self {
        Self {
            sends: true,
            ..self
        }
    }

    /// Returns what is kept where.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Returns what answers are made from now; it stays the same for its holder.
    pub fn knowledge(&self) -> Arc<Knowledge> {
        self.live.get()
    }

    /// Returns the handle by which a reload replaces it.
    pub fn live(&self) -> Live {
        self.live.clone()
    }

    /// Handles one message: when this returns `Ok`, what it led to is durable and may be shown.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from committing; then nothing of the turn is kept and the agent has to learn that.
    #[tracing::instrument(skip_all, fields(event = %incoming.event.0))]
    pub async fn handle(&self, incoming: &Incoming) -> Result<Handled, store::StoreError> {
        let began = Instant::now();
        let _turn = self.turns.take(&incoming.conversation).await;
        let pauses = ConstantBuilder::default()
            .with_delay(PAUSE)
            .without_max_times();
        let deciding = (|| self.decide(incoming, began))
            .retry(pauses)
            .when(|error| {
                matches!(error, store::StoreError::Away { .. }) && began.elapsed() < PATIENCE
            })
            .notify(|error, _| tracing::debug!(%error, "a turn is tried again"));
        let waiting = async {
            if !self.store.is_shared() {
                return future::pending().await;
            }
            sleep(FROM_MEMORY).await;
            match self.answer_from_memory(incoming) {
                Some(handled) => handled,
                None => future::pending().await,
            }
        };
        tokio::select! {
            biased;
            ended = deciding => {
                if let Ok(handled) = &ended {
                    self.open.note(&incoming.conversation, &handled.conversation);
                }
                ended
            }
            handled = waiting => Ok(handled),
        }
    }

    fn around<'a>(
        &'a self,
        incoming: &'a Incoming,
        attempt: u32,
        cases: &'a [Tracked],
        directory: &'a Directory,
    ) -> dialog::Setting<'a> {
        dialog::Setting {
            event: &incoming.event,
            attempt,
            user: &incoming.user,
            lead: incoming.lead,
            channel_kind: incoming.channel_kind,
            service: incoming.service.as_deref(),
            now: &incoming.at,
            draft_kept: self.draft_kept,
            hours: &self.hours,
            cases,
            directory,
        }
    }

    /// Forgets what was read of account managers: a lead has added others.
    pub async fn forget_contacts(&self) {
        *self.directory.lock().await = None;
    }

    /// Decides about a message and commits what it leads to.
    async fn decide(
        &self,
        incoming: &Incoming,
        began: Instant,
    ) -> Result<Handled, store::StoreError> {
        let live = self.knowledge();
        let directory = self.directory(&live).await?;
        let mut attempt = 0;
        loop {
            let loaded = self
                .store
                .load(&incoming.conversation, &incoming.event)
                .await?;
            if let Some(effects) = loaded.replay {
                let ticket = self.filed(&effects).await?;
                let knowledge = self.begun_with(&loaded.conversation, &live);
                let language = self.language(Some(&loaded.conversation), incoming);
                let replies = self.replies(&knowledge, &effects, incoming, &language);
                let replies = replies.await?;
                return Ok(handled(effects, replies, loaded.conversation, ticket));
            }
            let conversation = self.gone_on(loaded.conversation, incoming).await?;
            let cases = self.cases(&conversation, incoming).await?;
            let around = self.around(incoming, attempt, &cases, &directory);
            let mut knowledge = self.begun_with(&conversation, &live);
            let mut step = dialog::step(&knowledge, &conversation, &incoming.said, &around);
            // What the message took up or began is of another edition: it is decided with that one.
            let other = self.begun_with(&step.next, &live);
            if step.next.draft.is_some() && !Arc::ptr_eq(&other, &knowledge) {
                knowledge = other;
                step = dialog::step(&knowledge, &conversation, &incoming.said, &around);
            }
            let catalog = &knowledge.catalog;
            step.next.note_edition(catalog, incoming.at.timestamp());
            let language = self.language(Some(&conversation), incoming);
            step.next.language = incoming.language.clone().or(conversation.language);
            let replies = self.replies(&knowledge, &step.effects, incoming, &language);
            let replies = replies.await?;
            step.next.offer(&replies, &incoming.said);
            let wake = self.wake(&step.next, incoming);
            let mut turn = turn(incoming, loaded.revision, &step, wake);
            let contacts = step.contact.iter();
            turn.papers
                .extend(contacts.map(|contact| contact_paper(&directory, contact)));
            turn.fence = self.fence(&incoming.conversation);
            if self.sends {
                turn.papers.extend(step.ticket.iter().map(parcel));
            }
            match self.store.commit(turn).await {
                Ok(_) => {
                    if step.contact.is_some() {
                        self.forget_contacts().await;
                    }
                    log(&step, began);
                    return Ok(handled(step.effects, replies, step.next, step.ticket));
                }
                Err(store::StoreError::Conflict) if attempt < ATTEMPTS_MAX => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Returns the messages that no agent writes: the time of a conversation has come, of all those whose ids begin
    /// with `channel` when it ends with a colon (`discord:`), otherwise of that one (`console:budi`).
    ///
    /// [`handle`](Assistant::handle) takes them like any other, and what it says is shown in that conversation; often
    /// it says nothing. Each comes once: a channel asks every half minute or so, and before it takes an agent's message.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from reading.
    pub async fn due(
        &self,
        channel: &str,
        now: &Zoned,
    ) -> Result<Vec<Incoming>, store::StoreError> {
        let due = self.store.due(channel, now.timestamp(), DUE_MAX).await?;
        let tick = |due: store::Due| Incoming {
            event: EventId(format!("tick:{}", due.wake.at)),
            conversation: due.conversation,
            user: due.wake.user,
            lead: false,
            channel_kind: due.wake.channel_kind,
            service: due.wake.service,
            at: now.clone(),
            said: Said::Tick,
            continues: None,
            language: None,
        };
        Ok(due.into_iter().map(tick).collect())
    }

    fn fence(&self, conversation: &ConversationId) -> Option<Fence> {
        self.fences.as_ref()?(conversation)
    }

    fn wake(&self, next: &Conversation, incoming: &Incoming) -> Option<Wake> {
        let at = next.wakes(&incoming.at, self.draft_kept, &self.hours)?;
        Some(Wake {
            at,
            user: incoming.user.clone(),
            channel_kind: incoming.channel_kind,
            service: incoming.service.clone(),
        })
    }

    /// What is live, with the SOP of the draft at hand in the edition that it was begun with.
    fn begun_with(&self, conversation: &Conversation, live: &Arc<Knowledge>) -> Arc<Knowledge> {
        let begun = conversation.draft.as_ref().and_then(|draft| {
            let edition = draft.edition.as_ref()?;
            let is_it = |sop: &Sop| sop.edition == *edition;
            let is_live = live.catalog.sop(&draft.intent).is_some_and(is_it);
            (!is_live).then_some((&draft.intent, edition))
        });
        begun
            .and_then(|(intent, edition)| self.live.with(intent, edition))
            .unwrap_or_else(|| Arc::clone(live))
    }

    /// The filed cases that the decision is about.
    async fn cases(
        &self,
        conversation: &Conversation,
        incoming: &Incoming,
    ) -> Result<Vec<Tracked>, store::StoreError> {
        let now = incoming.at.timestamp();
        let mut cases = Vec::new();
        for case in dialog::cases_needed(conversation, &incoming.said, now) {
            cases.extend(self.store.case(&case).await?);
        }
        Ok(cases)
    }

    /// Returns where a conversation is.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from reading.
    pub async fn conversation(
        &self,
        id: &ConversationId,
    ) -> Result<Conversation, store::StoreError> {
        let loaded = self.store.load(id, &EventId(String::new())).await?;
        Ok(loaded.conversation)
    }

    /// Keeps how customers reach the agents of a channel, which is remembered as a conversation of its own.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from committing.
    pub async fn set_channel_kind(
        &self,
        channel: &ConversationId,
        kind: ChannelKind,
        by: &Actor,
    ) -> Result<(), store::StoreError> {
        let _turn = self.turns.take(channel).await;
        let loaded = self.store.load(channel, &by.event).await?;
        if loaded.replay.is_some() {
            return Ok(());
        }
        let before = loaded.conversation.channel_kind;
        let before = before.map(|kind| kind.name().to_owned());
        let mut turn = TurnRecord::beside(channel.clone(), by.event.clone(), by.at, loaded);
        turn.state.channel_kind = Some(kind);
        turn.fence = self.fence(channel);
        let line = by.audit(format!("channel.{}", kind.name()), &channel.0);
        turn.audit
            .push(line.changed(before, Some(kind.name().to_owned())));
        self.store.commit(turn).await.map(|_| ())
    }

    /// A conversation that is new begins where the one is that it goes on from.
    async fn gone_on(
        &self,
        conversation: Conversation,
        incoming: &Incoming,
    ) -> Result<Conversation, store::StoreError> {
        match &incoming.continues {
            Some(from) if conversation == Conversation::default() => self.conversation(from).await,
            _ => Ok(conversation),
        }
    }

    /// The account managers: those of the list, and those that leads have added since.
    async fn directory(
        &self,
        knowledge: &Arc<Knowledge>,
    ) -> Result<Arc<Directory>, store::StoreError> {
        // Callers that come meanwhile wait for the one reading instead of reading as well.
        let mut read = self.directory.lock().await;
        if let Some((of, directory)) = &*read
            && Arc::ptr_eq(of, knowledge)
        {
            return Ok(Arc::clone(directory));
        }
        let added = told_contacts(&*self.store).await?;
        let directory = match added.is_empty() {
            true => Arc::clone(&knowledge.directory),
            false => Arc::new(knowledge.directory.with(added)),
        };
        *read = Some((Arc::clone(knowledge), Arc::clone(&directory)));
        Ok(directory)
    }

    async fn replies(
        &self,
        knowledge: &Knowledge,
        effects: &[Effect],
        incoming: &Incoming,
        language: &Language,
    ) -> Result<Vec<Reply>, store::StoreError> {
        let tickets = match wording::needs_tickets(effects) {
            Some(wording::Wanted::Own) => self.store.cases(&own(&incoming.user)).await?,
            Some(wording::Wanted::One(id)) => self.store.case(id).await?.into_iter().collect(),
            None => Vec::new(),
        };
        let recent = match wording::needs_recent(effects) {
            Some(intent) => self.recent_tickets(intent, &incoming.at).await?,
            None => Vec::new(),
        };
        let around = wording::Around {
            now: &incoming.at,
            channel_kind: incoming.channel_kind,
            user: &incoming.user,
            lead: incoming.lead,
            tickets: &tickets,
            recent: &recent,
            voice: knowledge.voices.of(language),
        };
        Ok(wording::replies(knowledge, effects, around))
    }

    /// The reader's language: as the channel says, as it was last, or that of all.
    fn language(&self, conversation: Option<&Conversation>, incoming: &Incoming) -> Language {
        let last = || conversation?.language.clone();
        let known = incoming.language.clone().or_else(last);
        known.unwrap_or_else(|| self.language.clone())
    }

    async fn recent_tickets(
        &self,
        intent: &str,
        now: &Zoned,
    ) -> Result<Vec<Ticket>, store::StoreError> {
        let query = Query {
            intent: Some(intent.to_owned()),
            from: Some(now.timestamp() - RECENT),
            limit: RECENT_COMPARED,
            ..Query::default()
        };
        self.store.tickets(&query).await
    }

    /// Returns an agent's latest tickets.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from reading.
    pub async fn tickets_of(&self, user: &str) -> Result<Vec<Ticket>, store::StoreError> {
        self.store.tickets(&own(user)).await
    }

    /// Returns one ticket, of any agent.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from reading.
    pub async fn ticket(&self, id: &str) -> Result<Option<Ticket>, store::StoreError> {
        self.store.ticket(id).await
    }

    async fn filed(&self, effects: &[Effect]) -> Result<Option<Ticket>, store::StoreError> {
        let id = effects.iter().find_map(|effect| match effect {
            Effect::Filed { id, .. } => Some(id),
            _ => None,
        });
        match id {
            Some(id) => self.store.ticket(id).await,
            None => Ok(None),
        }
    }
}

/// Returns the companies that leads have added.
///
/// # Errors
///
/// Whatever keeps the store from reading.
pub async fn told_contacts(store: &dyn Store) -> Result<Vec<Contact>, store::StoreError> {
    let papers = store.papers(Shelf::Contacts, "").await?;
    // What does not read any more is found in the list or added again.
    let contents = papers.into_iter().filter_map(|paper| paper.content);
    Ok(contents
        .filter_map(|content| serde_json::from_value(content).ok())
        .collect())
}

fn parcel(ticket: &Ticket) -> Paper {
    let at = ticket.revision.as_ref();
    let at = at.map_or(ticket.filed_at, |revision| revision.at);
    Paper {
        shelf: Shelf::Outbox,
        id: ticket.id.clone(),
        content: Some(Parcel::new(at).content()),
    }
}

fn own(user: &str) -> Query {
    Query {
        agent: Some(user.to_owned()),
        limit: TICKETS_SHOWN,
        ..Query::default()
    }
}

/// A company's contacts as they are kept, in the place of what was kept of that company before.
fn contact_paper(directory: &Directory, contact: &Contact) -> Paper {
    let content = serde_json::to_value(contact).expect("a contact is texts and a date");
    Paper {
        shelf: Shelf::Contacts,
        id: directory.company_key(&contact.company),
        content: Some(content),
    }
}

fn turn(
    incoming: &Incoming,
    expected: store::Revision,
    step: &Step,
    wake: Option<Wake>,
) -> TurnRecord {
    let at = incoming.at.timestamp();
    let audit = |what: String, subject: &str| Audit::new(at, &incoming.user, what, subject);
    let filed = step.ticket.iter().map(|ticket| match &ticket.revision {
        None => audit("ticket.file".to_owned(), &ticket.id),
        Some(_) => audit("ticket.revise".to_owned(), &ticket.id),
    });
    let notes = step.audit.iter();
    let notes = notes.map(|note| audit(note.what.to_owned(), &note.subject));
    let marked = step.progress.iter();
    let marked = marked.map(|step| audit(format!("ticket.{}", step.status.name()), &step.case));
    TurnRecord {
        conversation: incoming.conversation.clone(),
        event: incoming.event.clone(),
        at,
        expected,
        state: step.next.clone(),
        effects: step.effects.clone(),
        tickets: step.ticket.iter().cloned().collect(),
        progress: step.progress.iter().cloned().collect(),
        wake,
        question: step
            .unanswered
            .as_ref()
            .map(|unanswered| UnansweredQuestion {
                text: unanswered.text.clone(),
                intent: unanswered.intent.clone(),
                point: unanswered.point.clone(),
                confidence: f64::from(unanswered.confidence),
                decision: unanswered.decision.to_owned(),
                owner: unanswered.forwarded_to.clone(),
                at: unanswered.at,
                channel_kind: incoming.channel_kind,
            }),
        audit: filed.chain(marked).chain(notes).collect(),
        papers: Vec::new(),
        fence: None,
    }
}

fn handled(
    effects: Vec<Effect>,
    replies: Vec<Reply>,
    conversation: Conversation,
    ticket: Option<Ticket>,
) -> Handled {
    let understood = understood(&effects).cloned();
    let sop = effects.into_iter().find_map(|effect| match effect {
        Effect::ShowSop {
            intent,
            form,
            points,
            ..
        } if form != SopForm::Points || points.is_empty() => Some(intent),
        _ => None,
    });
    Handled {
        sop,
        understood,
        replies,
        conversation,
        ticket,
    }
}

fn understood(effects: &[Effect]) -> Option<&Understood> {
    effects.iter().find_map(|effect| match effect {
        Effect::Understood(understood) => Some(understood),
        _ => None,
    })
}

/// Says how a message was understood, never what it said.
fn log(step: &Step, began: Instant) {
    if let Some(understood) = understood(&step.effects) {
        tracing::info!(
            decision = understood.decision.name(),
            intent = understood.intent.as_deref().unwrap_or("-"),
            confidence = understood.confidence,
            ticket = step
                .ticket
                .as_ref()
                .map_or("-", |ticket| ticket.id.as_str()),
            us = began.elapsed().as_micros() as u64,
            "message handled"
        );
    }
}

impl std::fmt::Debug for Assistant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assistant").finish_non_exhaustive()
    }
}
