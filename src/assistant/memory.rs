//! What is known without asking the store: where drafts are open, and the answers to questions while the store is away.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Assistant, Handled, handled, understood};
use crate::dialog::{self, Conversation, Decision};
use crate::message::{ConversationId, Incoming, Said};
use crate::store;
use crate::wording;

/// Of so many conversations it is remembered whether a draft is open.
const REMEMBERED_MAX: usize = 50_000;

/// In which conversations a draft or walk is open, by what this process knows.
#[derive(Debug, Default)]
pub(super) struct OpenDrafts(Mutex<HashMap<ConversationId, bool>>);

impl OpenDrafts {
    /// Takes note of where a conversation is.
    pub(super) fn note(&self, id: &ConversationId, conversation: &Conversation) {
        let mut known = self.lock();
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        known.insert(id.clone(), conversation.draft().is_some());
    }

    fn of(&self, id: &ConversationId) -> Option<bool> {
        self.lock().get(id).copied()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConversationId, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Assistant {
    /// Whether a draft or walk is open in a conversation; read from the store once, since idle talk asks
    /// with every message.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from reading.
    pub async fn has_draft(&self, id: &ConversationId) -> Result<bool, store::StoreError> {
        if let Some(known) = self.open.of(id) {
            return Ok(known);
        }
        let conversation = self.conversation(id).await?;
        self.open.note(id, &conversation);
        Ok(conversation.draft().is_some())
    }

    /// Forgets where drafts are open: somebody else may have gone on with them.
    pub fn forget_drafts(&self) {
        self.open.lock().clear();
    }

    /// Answers a question that belongs to no draft, while nothing can be kept.
    pub(super) fn answer_from_memory(&self, incoming: &Incoming) -> Option<Handled> {
        let Said::Text(text) = &incoming.said else {
            return None;
        };
        let knowledge = self.knowledge();
        let may_ask = match self.open.of(&incoming.conversation) {
            Some(open) => !open,
            // It may be an answer in a dialog that another process began: that waits and is not lost.
            None => {
                let question = knowledge.question(text);
                question.asks || question.is_story()
            }
        };
        if !may_ask {
            return None;
        }
        let directory = Arc::clone(&knowledge.directory);
        let conversation = Conversation::default();
        let around = self.around(incoming, 0, &[], &directory);
        let step = dialog::step(&knowledge, &conversation, &incoming.said, &around);
        let answers = understood(&step.effects)
            .is_some_and(|understood| understood.decision == Decision::Answer);
        if !answers || step.ticket.is_some() || wording::needs_tickets(&step.effects).is_some() {
            return None;
        }
        tracing::warn!("a question was answered from memory: the store does not answer");
        let language = self.language(None, incoming);
        let voice = knowledge.voices.of(&language);
        let mut replies = wording::replies(
            &knowledge,
            &step.effects,
            wording::Around {
                now: &incoming.at,
                channel_kind: incoming.channel_kind,
                user: &incoming.user,
                lead: incoming.lead,
                tickets: &[],
                recent: &[],
                voice,
            },
        );
        replies.push(wording::from_memory(voice));
        Some(handled(step.effects, replies, conversation, None))
    }
}
