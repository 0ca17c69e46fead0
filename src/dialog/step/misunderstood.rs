//! What was said in an open dialog and understood as nothing: neither a value nor a word that steers, no question that is
//! answered and no other case.
//!
//! Leads learn from it as from any question that nothing fitted. A value that cannot be used is none of these: it belongs
//! to a customer, and is kept nowhere.

use super::super::{Conversation, Effect, NOT_UNDERSTOOD, Phase, Problem, Unanswered};
use super::Turn;
use crate::text::words;
use crate::value;

/// Fewer words say nothing that could be learned: `Gold?`.
const ASKING_WORDS_MIN: usize = 2;
/// A sentence that asks nothing has so many words, and so many of them are none of a name or an address.
const SENTENCE_WORDS_MIN: usize = 4;
const FUNCTION_WORDS_MIN: usize = 2;

impl Turn<'_> {
    /// Remembers a message that the dialog could do nothing with.
    pub fn remember_misunderstood(&mut self, before: &Conversation, text: &str) {
        if self.unanswered.is_some() || !self.missed(before) || !self.reads_as_speech(text) {
            return;
        }
        let found = self.classify(text);
        let best = found.candidates.first();
        self.unanswered = Some(Unanswered {
            text: value::sensitive::redact(text),
            intent: best.map(|best| best.intent.to_string()),
            confidence: best.map_or(0.0, |best| best.confidence),
            decision: NOT_UNDERSTOOD,
            at: self.setting.now.timestamp(),
            forwarded_to: None,
        });
    }

    /// Whether this is speech rather than a value: it asks, or it is a sentence without numbers.
    fn reads_as_speech(&self, text: &str) -> bool {
        let lexicon = &self.knowledge.lexicon;
        let said = words(text, lexicon);
        if self.asks(text) {
            return said.len() >= ASKING_WORDS_MIN;
        }
        let is_function = |word: &&String| lexicon.is_function(word);
        said.len() >= SENTENCE_WORDS_MIN
            && said.iter().filter(is_function).count() >= FUNCTION_WORDS_MIN
            && !text.chars().any(|c| c.is_ascii_digit() || c == '@')
    }

    /// Whether the turn stayed where it was and asked once more.
    fn missed(&self, before: &Conversation) -> bool {
        let [shown] = self.effects.as_slice() else {
            return false;
        };
        let stays = match (before.draft(), self.draft()) {
            (Some(was), Some(is)) => was.answers == is.answers,
            _ => before.phase == self.conversation.phase,
        };
        let asked_again = match shown {
            Effect::Ask(prompt) => matches!(prompt.problem, Some(Problem::Unusable(_))),
            Effect::WalkStep(step) => step.unclear,
            Effect::AskNumber { refused, .. } => *refused,
            Effect::ChooseField { .. } => before.phase == Phase::Reviewing,
            Effect::OtherCase { .. } => matches!(before.phase, Phase::Interrupted { .. }),
            _ => false,
        };
        stays && asked_again
    }
}
