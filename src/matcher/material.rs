//! Material: everything there is to learn from, by the intents' indices.

use super::Training;
use super::documents::Passage;
use super::phrases::Sign;
use crate::text::{self, Lexicon};

/// What a model is made of.
#[derive(Debug, Clone)]
pub struct Material<'a> {
    /// Messages with the index of their intent; `intents` for none of them.
    pub messages: Vec<(&'a str, u32)>,
    /// Phrases with what they say about which intent.
    pub phrases: Vec<(&'a str, Sign, u32)>,
    /// What each intent's document says.
    pub documents: Vec<&'a [Passage<'a>]>,
    /// Number of intents.
    pub intents: usize,
    /// The lexicon.
    pub lexicon: &'a Lexicon,
    /// The share of each intent's messages that is here; the others are held out.
    pub kept: f32,
}

impl<'a> Material<'a> {
    /// Lists the utterances of each intent in order, then what belongs to none.
    pub fn new(training: &'a Training<'a>) -> Material<'a> {
        let none = u32::try_from(training.intents.len()).unwrap_or(u32::MAX);
        let mut material = Material {
            messages: Vec::new(),
            phrases: Vec::new(),
            documents: Vec::new(),
            intents: training.intents.len(),
            lexicon: training.lexicon,
            kept: 1.0,
        };
        for (intent, source) in (0u32..).zip(&training.intents) {
            let said = source.utterances.iter().map(String::as_str);
            material
                .messages
                .extend(said.map(|utterance| (utterance, intent)));
            let signs = [
                (Sign::Keyword, source.keywords),
                (Sign::Hint, source.hints),
                (Sign::Unless, source.unless),
                (Sign::Pattern, source.patterns),
            ];
            for (sign, written) in signs {
                let phrases = written.iter().map(|phrase| (phrase.as_str(), sign, intent));
                material.phrases.extend(phrases);
            }
            material.documents.push(&source.document);
        }
        let outside = training.outside.iter().map(|text| (text.as_str(), none));
        material.messages.extend(outside);
        material
    }

    /// How many messages each intent has here, and what belongs to none.
    pub fn messages_by_intent(&self) -> Vec<usize> {
        let mut counts = vec![0; self.intents + 1];
        (self.messages.iter()).for_each(|message| counts[message.1 as usize] += 1);
        counts
    }

    /// How little can be learned of each intent, from 1 for no message to 0 for many, those that are held out included.
    pub fn unlearned(&self) -> Vec<f32> {
        let mut counts = self.messages_by_intent();
        counts.truncate(self.intents);
        let share = |count: usize| 1.0 / (1.0 + count as f32 / self.kept / LEARNED_HALF);
        counts.into_iter().map(share).collect()
    }

    /// Where an intent's utterances begin among the messages.
    pub fn first_of(&self, intent: u32) -> usize {
        self.messages.partition_point(|message| message.1 < intent)
    }

    /// Without the messages that only repeat their intent's title: they say what the document says already, and held
    /// out they would be found too well.
    #[must_use]
    pub fn without_echoes(mut self) -> Self {
        let titles: Vec<Vec<String>> = (self.documents.iter())
            .map(|document| {
                let title = document.iter().find(|passage| passage.is_title());
                title.map_or_else(Vec::new, |title| text::words(title.text, self.lexicon))
            })
            .collect();
        let lexicon = self.lexicon;
        self.messages.retain(|(text, intent)| {
            let title = titles.get(*intent as usize).map_or(&[][..], Vec::as_slice);
            let repeats = |words: Vec<String>| words.windows(title.len()).any(|part| part == title);
            title.len() < ECHO_WORDS_MIN || !repeats(text::words(text, lexicon))
        });
        self
    }
}

/// With so many utterances an intent is half learned.
const LEARNED_HALF: f32 = 10.0;
/// A shorter title is what agents may well say themselves.
const ECHO_WORDS_MIN: usize = 3;
