//! One message at a time per conversation, in the order of arrival.
//!
//! Revisions alone would let messages overtake each other and give up after some attempts; a lock alone would not hold
//! across processes. Together nothing is lost and nothing waits for another conversation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::message::ConversationId;

/// The conversations that have a message in work or waiting.
#[derive(Debug, Default)]
pub struct Turns {
    queues: Mutex<HashMap<ConversationId, Arc<tokio::sync::Mutex<()>>>>,
}

/// The right to handle a message; the next one of the conversation begins when it is dropped.
#[derive(Debug)]
pub struct TurnGuard<'a> {
    turns: &'a Turns,
    conversation: ConversationId,
    held: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits until every earlier message of the conversation is done.
    pub async fn take(&self, conversation: &ConversationId) -> TurnGuard<'_> {
        let queue = Arc::clone(self.lock().entry(conversation.clone()).or_default());
        // tokio's mutex is fair: it serves whoever asked first.
        let held = queue.lock_owned().await;
        TurnGuard {
            turns: self,
            conversation: conversation.clone(),
            held: Some(held),
        }
    }

    fn lock(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<ConversationId, Arc<tokio::sync::Mutex<()>>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for TurnGuard<'_> {
    fn drop(&mut self) {
        self.held = None;
        let mut queues = self.turns.lock();
        // Only the map itself holds the queue: nobody waits in it.
        if queues
            .get(&self.conversation)
            .is_some_and(|queue| Arc::strong_count(queue) == 1)
        {
            queues.remove(&self.conversation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
