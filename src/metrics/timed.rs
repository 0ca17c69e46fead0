//! A store whose calls are timed.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;

use super::Metrics;
use crate::message::{ConversationId, EventId};
use crate::store::{
    Audit, Due, Fence, LoadedConversation, Paper, Period, Query, Revision, Shelf, Store,
    StoreError, Tally, TurnRecord, UnansweredQuestion,
};
use crate::ticket::{Ticket, Tracked};

/// Any store, with its calls timed.
#[derive(Debug)]
pub struct Timed {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
}

impl Timed {
    /// Times a store's calls.
    pub fn new(store: Arc<dyn Store>, metrics: Arc<Metrics>) -> Self {
        Self { store, metrics }
    }
}

impl Timed {
    async fn timed<T>(
        &self,
        call: &'static str,
        asked: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let began = Instant::now();
        let answered = asked.await;
        self.metrics
            .store_call(call, began.elapsed(), answered.as_ref().err());
        answered
    }
}

#[async_trait]
impl Store for Timed {
    async fn load(
        &self,
        conversation: &ConversationId,
        event: &EventId,
    ) -> Result<LoadedConversation, StoreError> {
        self.timed("load", self.store.load(conversation, event))
            .await
    }

    async fn commit(&self, turn: TurnRecord) -> Result<Revision, StoreError> {
        let began = Instant::now();
        let committed = self.timed("commit", self.store.commit(turn)).await;
        self.metrics.commits.observe(began.elapsed().as_secs_f64());
        committed
    }

    async fn ticket(&self, id: &str) -> Result<Option<Ticket>, StoreError> {
        self.timed("ticket", self.store.ticket(id)).await
    }

    async fn case(&self, id: &str) -> Result<Option<Tracked>, StoreError> {
        self.timed("case", self.store.case(id)).await
    }

    async fn cases(&self, query: &Query) -> Result<Vec<Tracked>, StoreError> {
        self.timed("cases", self.store.cases(query)).await
    }

    async fn due(
        &self,
        channel: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Due>, StoreError> {
        self.timed("due", self.store.due(channel, now, limit)).await
    }

    async fn questions(&self, limit: usize) -> Result<Vec<UnansweredQuestion>, StoreError> {
        self.timed("questions", self.store.questions(limit)).await
    }

    async fn tallies(&self, within: &Period) -> Result<Vec<Tally>, StoreError> {
        self.timed("tallies", self.store.tallies(within)).await
    }

    async fn papers(&self, shelf: Shelf, beginning: &str) -> Result<Vec<Paper>, StoreError> {
        self.timed("papers", self.store.papers(shelf, beginning))
            .await
    }

    async fn heard_of(
        &self,
        beginning: &str,
        since: Timestamp,
    ) -> Result<Vec<ConversationId>, StoreError> {
        self.timed("heard_of", self.store.heard_of(beginning, since))
            .await
    }

    async fn audit(&self, within: &Period) -> Result<Vec<Audit>, StoreError> {
        self.timed("audit", self.store.audit(within)).await
    }

    async fn backup(&self, to: &mut (dyn Write + Send)) -> Result<u64, StoreError> {
        self.timed("backup", self.store.backup(to)).await
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
    ) -> Result<Option<Fence>, StoreError> {
        self.timed("lease", self.store.lease(name, holder, term))
            .await
    }

    async fn release(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        self.timed("release", self.store.release(name, holder))
            .await
    }
}
