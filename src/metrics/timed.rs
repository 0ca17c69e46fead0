//! A store whose commits are timed.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;

use super::Metrics;
use crate::message::{ConversationId, EventId};
use crate::store::{
    Audit, Due, Error, Fence, Loaded, Paper, Period, Query, Question, Revision, Shelf, Store,
    Tally, Turn,
};
use crate::ticket::{Ticket, Tracked};

/// Any store, with its commits timed.
#[derive(Debug)]
pub struct Timed {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
}

impl Timed {
    /// Times a store's commits.
    pub fn new(store: Arc<dyn Store>, metrics: Arc<Metrics>) -> Self {
        Self { store, metrics }
    }
}

#[async_trait]
impl Store for Timed {
    async fn load(&self, conversation: &ConversationId, event: &EventId) -> Result<Loaded, Error> {
        self.store.load(conversation, event).await
    }

    async fn commit(&self, turn: Turn) -> Result<Revision, Error> {
        let began = Instant::now();
        let committed = self.store.commit(turn).await;
        self.metrics.commits.observe(began.elapsed().as_secs_f64());
        if matches!(committed, Err(Error::ReadOnly { .. })) {
            self.metrics.storing.store(false, Ordering::Relaxed);
        }
        committed
    }

    async fn ticket(&self, id: &str) -> Result<Option<Ticket>, Error> {
        self.store.ticket(id).await
    }

    async fn case(&self, id: &str) -> Result<Option<Tracked>, Error> {
        self.store.case(id).await
    }

    async fn cases(&self, query: &Query) -> Result<Vec<Tracked>, Error> {
        self.store.cases(query).await
    }

    async fn due(&self, channel: &str, now: Timestamp, limit: usize) -> Result<Vec<Due>, Error> {
        self.store.due(channel, now, limit).await
    }

    async fn questions(&self, limit: usize) -> Result<Vec<Question>, Error> {
        self.store.questions(limit).await
    }

    async fn tallies(&self, within: &Period) -> Result<Vec<Tally>, Error> {
        self.store.tallies(within).await
    }

    async fn papers(&self, shelf: Shelf, beginning: &str) -> Result<Vec<Paper>, Error> {
        self.store.papers(shelf, beginning).await
    }

    async fn heard_of(
        &self,
        beginning: &str,
        since: Timestamp,
    ) -> Result<Vec<ConversationId>, Error> {
        self.store.heard_of(beginning, since).await
    }

    async fn audit(&self, within: &Period) -> Result<Vec<Audit>, Error> {
        self.store.audit(within).await
    }

    async fn backup(&self, to: &mut (dyn Write + Send)) -> Result<u64, Error> {
        self.store.backup(to).await
    }

    fn is_shared(&self) -> bool {
        self.store.is_shared()
    }

    async fn changed(&self) {
        self.store.changed().await;
    }

    async fn lease(
        &self,
        name: &str,
        holder: &str,
        term: Duration,
    ) -> Result<Option<Fence>, Error> {
        self.store.lease(name, holder, term).await
    }

    async fn release(&self, name: &str, holder: &str) -> Result<(), Error> {
        self.store.release(name, holder).await
    }
}
