//! What was said in an open dialog and understood as nothing: neither a value nor a word that steers, no question that is
//! answered and no other case.
//!
//! Leads learn from it as from any question that nothing fitted. A value that cannot be used is none of these: it belongs
//! to a customer, and is kept nowhere.

use super::super::{Conversation, Decision, Effect, NOT_UNDERSTOOD, Phase, Problem, Unanswered};
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
        let text = value::sensitive::redact(text);
        let confidence = best.map_or(0.0, |best| best.confidence);
        let best = best.map(|best| best.intent.to_string());
        self.unanswered = Some(self.kept(text, best, confidence, NOT_UNDERSTOOD));
    }

    /// A question as leads see it; `text` is redacted.
    pub fn kept(
        &self,
        text: String,
        intent: Option<String>,
        confidence: f32,
        decision: &'static str,
    ) -> Unanswered {
        Unanswered {
            text,
            intent,
            confidence,
            point: None,
            decision,
            at: self.setting.now.timestamp(),
            forwarded_to: None,
        }
    }

    /// Remembers a choice that was offered and left without a press: none of it may have been right.
    pub fn remember_unpressed(&mut self, before: &Conversation) {
        let Phase::Clarifying(choices) = &before.phase else {
            return;
        };
        let at_hand = match (&self.conversation.phase, self.draft()) {
            (_, Some(draft)) => Some(&draft.intent),
            (Phase::Answered(heard), None) => Some(&heard.intent),
            _ => None,
        };
        let is_pressed = choices.iter().any(|choice| Some(&choice.intent) == at_hand);
        if is_pressed || self.unanswered.is_some() || self.conversation.phase == before.phase {
            return;
        }
        let asked = choices.iter().find_map(|choice| {
            let question = choice.question.as_ref()?;
            Some((choice.intent.clone(), question))
        });
        if let Some((intent, question)) = asked {
            let (text, confidence) = (question.text.clone(), question.confidence);
            let decision = Decision::Clarify.name();
            self.unanswered = Some(self.kept(text, Some(intent), confidence, decision));
        }
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
