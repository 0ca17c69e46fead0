//! One piece of work at a time per conversation, or per anything else that has a key, in the order of arrival.
//!
//! Revisions alone would let messages overtake each other and give up after some attempts; a lock alone would not hold
//! across processes. Together nothing is lost and nothing waits for another conversation.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

type ConversationLocks<K> = HashMap<K, Arc<tokio::sync::Mutex<()>>>;

/// The conversations that have a message in work or waiting.
#[derive(Debug)]
pub struct Turns<K: Eq + Hash> {
    queues: Mutex<ConversationLocks<K>>,
}

/// The right to handle a message; the next one of the conversation begins when it is dropped.
#[derive(Debug)]
pub struct TurnGuard<'a, K: Eq + Hash> {
    turns: &'a Turns<K>,
    key: K,
    held: Option<OwnedMutexGuard<()>>,
}

impl<K: Eq + Hash> Default for Turns<K> {
    fn default() -> Self {
        Self {
            queues: Mutex::default(),
        }
    }
}

impl<K: Clone + Eq + Hash> Turns<K> {
    /// Waits until every earlier message of the conversation is done.
    pub async fn take(&self, key: &K) -> TurnGuard<'_, K> {
        let queue = Arc::clone(self.lock().entry(key.clone()).or_default());
        // tokio's mutex is fair: the first to ask is the first to get it.
        let held = queue.lock_owned().await;
        TurnGuard {
            turns: self,
            key: key.clone(),
            held: Some(held),
        }
    }
}

impl<K: Eq + Hash> Turns<K> {
    fn lock(&self) -> MutexGuard<'_, ConversationLocks<K>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash> Drop for TurnGuard<'_, K> {
    fn drop(&mut self) {
        self.held = None;
        let mut queues = self.turns.lock();
        // Only the map itself holds the queue: no message waits in it.
        if queues
            .get(&self.key)
            .is_some_and(|queue| Arc::strong_count(queue) == 1)
        {
            queues.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::ConversationId;

    #[tokio::test]
    async fn messages_of_one_conversation_are_handled_in_order_of_arrival() {
        let turns = Arc::new(Turns::default());
        let order = Arc::new(Mutex::new(Vec::new()));
        let conversation = ConversationId("console:a".to_owned());
        let first = turns.take(&conversation).await;
        let mut waiting = Vec::new();
        for number in 0..50 {
            let (turns, order, conversation) =
                (Arc::clone(&turns), Arc::clone(&order), conversation.clone());
            waiting.push(tokio::spawn(async move {
                let _turn = turns.take(&conversation).await;
                order.lock().unwrap().push(number);
            }));
            tokio::task::yield_now().await;
        }
        drop(first);
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), (0..50).collect::<Vec<_>>());
        assert!(
            turns.lock().is_empty(),
            "a queue nobody waits in is forgotten"
        );
    }
}
