//! One piece of work at a time per conversation, in the platform's order.
//!
//! serenity handles each event in a task of its own, so two messages of one agent may begin in either order. Their ids
//! say which was first: work waits a moment, then goes by id. A second copy of the same event finds its place taken.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;

use crate::message::ConversationId;

/// Tasks of events that were read from the socket together have all begun within this time.
const ORDER_WAIT: Duration = Duration::from_millis(2);
/// An agent has this many messages waiting at most; more is no agent.
const WAITING_MAX: usize = 200;
/// Gateways replay minutes, not hours; the store remembers events for a week.
const REMEMBERED_MAX: usize = 20_000;

/// Work by conversation.
#[derive(Debug)]
pub struct Queues<W> {
    state: Mutex<QueueState<W>>,
    /// Held by every task; when all are gone, nothing is in work.
    busy: Mutex<Option<mpsc::Sender<()>>>,
    idle: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

#[derive(Debug)]
struct QueueState<W> {
    waiting: HashMap<ConversationId, BTreeMap<u64, W>>,
    seen: HashSet<u64>,
    seen_order: VecDeque<u64>,
}

/// What became of a piece of work that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedIn {
    /// It will be done.
    Yes,
    /// The same event was handed in before.
    Twice,
    /// Too much is waiting in this conversation, or the bot is stopping.
    No,
}

impl<W> Default for Queues<W> {
    fn default() -> Self {
        let (busy, idle) = mpsc::channel(1);
        Self {
            state: Mutex::new(QueueState {
                waiting: HashMap::new(),
                seen: HashSet::new(),
                seen_order: VecDeque::new(),
            }),
            busy: Mutex::new(Some(busy)),
            idle: tokio::sync::Mutex::new(idle),
        }
    }
}

impl<W: Send + 'static> Queues<W> {
    /// Hands in the work of an event; `done` is called with it when its turn has come.
    pub fn push<F, R>(
        self: &Arc<Self>,
        conversation: ConversationId,
        event: u64,
        work: W,
        done: F,
    ) -> HandedIn
    where
        F: Fn(W) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let Some(busy) = self.lock_busy().clone() else {
            return HandedIn::No;
        };
        let mut state = self.lock();
        if !state.is_first(event) {
            return HandedIn::Twice;
        }
        match state.waiting.get_mut(&conversation) {
            Some(waiting) if waiting.len() >= WAITING_MAX => return HandedIn::No,
            Some(waiting) => {
                waiting.insert(event, work);
            }
            None => {
                state
                    .waiting
                    .insert(conversation.clone(), BTreeMap::from([(event, work)]));
                let queues = Arc::clone(self);
                // Ends by itself once nothing waits; `drain` waits for it.
                tokio::spawn(async move {
                    let _busy = busy;
                    tokio::time::sleep(ORDER_WAIT).await;
                    while let Some(work) = queues.pop(&conversation) {
                        // A fault in one piece of work does not block the next. A task of its own would keep it from
                        // that as well, at the price of another one to wake for every message.
                        if AssertUnwindSafe(done(work)).catch_unwind().await.is_err() {
                            tracing::error!("a piece of work failed");
                        }
                    }
                });
            }
        }
        HandedIn::Yes
    }

    /// Takes back the work of an event that still waits.
    pub fn withdraw(&self, event: u64) {
        for waiting in self.lock().waiting.values_mut() {
            waiting.remove(&event);
        }
    }

    /// Takes nothing more, and waits until everything taken is done.
    pub async fn drain(&self) {
        drop(self.lock_busy().take());
        let mut idle = self.idle.lock().await;
        while idle.recv().await.is_some() {}
    }

    fn pop(&self, conversation: &ConversationId) -> Option<W> {
        let mut state = self.lock();
        let next = state.waiting.get_mut(conversation)?.pop_first();
        if next.is_none() {
            state.waiting.remove(conversation);
        }
        next.map(|(_, work)| work)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, QueueState<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_busy(&self) -> std::sync::MutexGuard<'_, Option<mpsc::Sender<()>>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W> QueueState<W> {
    fn is_first(&mut self, event: u64) -> bool {
        if !self.seen.insert(event) {
            return false;
        }
        self.seen_order.push_back(event);
        if self.seen_order.len() > REMEMBERED_MAX
            && let Some(oldest) = self.seen_order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_once_and_in_the_order_of_its_ids() {
        let queues = Arc::new(Queues::default());
        let log = Arc::new(Mutex::new(Vec::new()));
        let conversation = || ConversationId("c".to_owned());
        let push = |event: u64| {
            let log = Arc::clone(&log);
            queues.push(conversation(), event, event, move |event| {
                let log = Arc::clone(&log);
                async move {
                    assert_ne!(event, 2, "a fault in one piece of work");
                    log.lock().unwrap().push(event);
                }
            })
        };
        let taken: Vec<_> = [3, 1, 2, 1, 4].into_iter().map(push).collect();
        assert_eq!(
            taken,
            [
                HandedIn::Yes,
                HandedIn::Yes,
                HandedIn::Yes,
                HandedIn::Twice,
                HandedIn::Yes
            ]
        );
        push(6);
        queues.withdraw(6);
        queues.drain().await;
        assert_eq!(*log.lock().unwrap(), [1, 3, 4]);
        assert_eq!(push(5), HandedIn::No, "nothing is taken once it stops");
    }
}
