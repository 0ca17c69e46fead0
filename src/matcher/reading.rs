//! Reading: from what was typed to words that the catalogue knows.
//!
//! The vocabulary is what the catalogue's own utterances and keywords say. A word outside it is repaired towards it,
//! taken apart (`isiulang`), put together (`inter net`) or left alone as a stranger; a code, a short word and a word
//! that the lexicon knows to be another are left alone always.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::text::spelling::{REPAIRED_LEN_MIN, Speller, is_open};
use crate::text::{Lexicon, Shape, Spoken, TokenKind, Utterance, stem};

/// Index of a word, or of a stem, in the [`Vocabulary`].
pub type WordId = u32;

/// How much nearer a repair may seem for each neighbour that the catalogue has seen next to it: a quarter of a slip,
/// enough to decide between equals and too little to excuse a second slip.
const FAVOUR_NEIGHBOUR: f32 = 0.25;
/// The same for a word that the catalogue uses often, per e-fold of uses, and at most.
const FAVOUR_FREQUENT: f32 = 0.03;
const FAVOUR_FREQUENT_MAX: f32 = 0.15;
/// A glued word comes apart into words of this length at least; shorter ones are syllables.
const PART_LEN_MIN: usize = 3;

/// A word of a message as the matcher understood it.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// The word as it was understood.
    pub text: &'a str,
    /// Its place in the vocabulary, if the catalogue knows it.
    pub id: Option<WordId>,
    /// The place of its stem.
    pub stem: Option<WordId>,
    /// Whether it says what the message is about.
    pub is_content: bool,
    /// What it looks like if it is a value; one has an id only if a keyword names it.
    pub value: Option<Shape>,
    /// Index of the token it came from.
    pub token: usize,
    /// How it became what it is.
    pub change: Change,
}

/// A word that was just said says nothing new; so many words back are looked at.
const REPEATS_SEEN: usize = 24;

impl Word<'_> {
    /// Whether it is a word that the ones before it have said already. The same value twice is two values.
    pub fn is_repeated(&self, before: &[Word<'_>]) -> bool {
        let mut recent = before.iter().rev().take(REPEATS_SEEN);
        self.value.is_none() && recent.any(|other| other.text == self.text)
    }
}

/// What happened to a word on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// The lexicon says that it is slang.
    Slang,
    /// Its spelling was repaired.
    Repaired,
}

/// The words of a catalogue.
#[derive(Debug, Default, Clone)]
pub struct Vocabulary {
    ids: FxHashMap<Box<str>, WordId>,
    entries: Vec<Entry>,
    stems: FxHashMap<Box<str>, WordId>,
    /// Words seen next to each other.
    neighbours: FxHashSet<(WordId, WordId)>,
    speller: Speller,
}

/// What is known of a word.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The word.
    pub text: Box<str>,
    /// Its stem.
    pub stem: WordId,
    /// Whether it says what a message is about.
    pub is_content: bool,
    uses: u32,
}

impl Vocabulary {
    /// Takes in the words of a message, in order.
    pub fn learn<'a>(&mut self, words: impl Iterator<Item = &'a str>, lexicon: &Lexicon) {
        let mut before = None;
        for word in words {
            let id = self.intern(word, lexicon);
            self.entries[id as usize].uses += 1;
            self.neighbours.extend(before.map(|before| (before, id)));
            before = Some(id);
        }
    }

    /// Takes in the phrases of a group of words for the same thing, if one of them is known: a message may say another.
    pub fn relate(&mut self, group: &[Box<str>], lexicon: &Lexicon) {
        let read = |phrase: &str| -> Vec<String> {
            let utterance = Utterance::new(phrase);
            let words = lexicon.read(&utterance);
            words.iter().map(|word| word.text.to_owned()).collect()
        };
        let phrases: Vec<Vec<String>> = group.iter().map(|phrase| read(phrase)).collect();
        let is_known = |word: &String| self.stems.contains_key(&*stem_of(word, lexicon));
        if phrases.iter().any(|words| words.iter().all(is_known)) {
            for word in phrases.iter().flatten() {
                self.intern(word, lexicon);
            }
        }
    }

    /// Makes ready to repair. Called once, after the last message.
    pub fn finish(&mut self) {
        self.speller = Speller::new(self.entries.iter().map(|entry| &*entry.text));
    }

    fn intern(&mut self, word: &str, lexicon: &Lexicon) -> WordId {
        if let Some(&id) = self.ids.get(word) {
            return id;
        }
        let (id, next_stem) = (
            len(&self.entries),
            u32::try_from(self.stems.len()).unwrap_or(u32::MAX),
        );
        let stem = stem_of(word, lexicon);
        let stem = *self.stems.entry(stem.into()).or_insert(next_stem);
        let is_content = !lexicon.is_function(word);
        self.entries.push(Entry {
            text: word.into(),
            stem,
            is_content,
            uses: 0,
        });
        self.ids.insert(word.into(), id);
        id
    }

    /// All words.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Understands a message: every word that can be is brought into the vocabulary.
    pub fn read<'a>(&'a self, utterance: &'a Utterance<'_>, lexicon: &'a Lexicon) -> Vec<Word<'a>> {
        let spoken = lexicon.read(utterance);
        let mut words: Vec<Word<'a>> = Vec::with_capacity(spoken.len() + 2);
        let mut at = 0;
        while at < spoken.len() {
            let word = &spoken[at];
            let known = self.ids.get(word.text).copied();
            if known.is_none()
                && let Some(joined) = self.joined(word, spoken.get(at + 1), lexicon)
            {
                words.push(self.known(joined, word.token, Change::Repaired));
                at += 2;
                continue;
            }
            at += 1;
            let change = if word.replaced {
                Change::Slang
            } else {
                Change::None
            };
            match known {
                Some(id) => words.push(Word {
                    value: shape(word.kind),
                    ..self.known(id, word.token, change)
                }),
                None if !is_open_to_repair(word, lexicon) => {
                    words.push(self.stranger(word, lexicon))
                }
                None => {
                    let before = words.last().and_then(|word| word.id);
                    let after = spoken
                        .get(at)
                        .and_then(|next| self.ids.get(next.text))
                        .copied();
                    if let Some(id) = self.repaired(word.text, before, after) {
                        words.push(self.known(id, word.token, Change::Repaired));
                    } else if let Some((head, tail)) = self.parted(word.text) {
                        words.push(self.known(head, word.token, Change::Repaired));
                        words.push(self.known(tail, word.token, Change::Repaired));
                    } else {
                        words.push(self.stranger(word, lexicon));
                    }
                }
            }
        }
        words
    }

    /// A word of the vocabulary as it is.
    pub fn word(&self, id: WordId) -> Word<'_> {
        self.known(id, 0, Change::None)
    }

    fn known(&self, id: WordId, token: usize, change: Change) -> Word<'_> {
        let entry = &self.entries[id as usize];
        Word {
            text: &entry.text,
            id: Some(id),
            stem: Some(entry.stem),
            is_content: entry.is_content,
            value: None,
            token,
            change,
        }
    }

    fn stranger<'a>(&self, word: &Spoken<'a>, lexicon: &Lexicon) -> Word<'a> {
        let (stem, value) = match word.kind {
            TokenKind::Word => {
                let stem = stem_of(word.text, lexicon);
                (self.stems.get(&*stem).copied(), None)
            }
            // A code that the catalogue does not know is the customer's.
            TokenKind::Code => (None, Some(Shape::Identifier)),
            TokenKind::Value(shape) => (None, Some(shape)),
        };
        Word {
            text: word.text,
            id: None,
            stem,
            is_content: !lexicon.is_function(word.text),
            value,
            token: word.token,
            change: if word.replaced {
                Change::Slang
            } else {
                Change::None
            },
        }
    }

    fn repaired(
        &self,
        word: &str,
        before: Option<WordId>,
        after: Option<WordId>,
    ) -> Option<WordId> {
        let favour = |id: WordId| {
            let uses = self.entries[id as usize].uses as f32;
            let follows = before.is_some_and(|before| self.neighbours.contains(&(before, id)));
            let precedes = after.is_some_and(|after| self.neighbours.contains(&(id, after)));
            let seen = f32::from(u8::from(follows) + u8::from(precedes));
            seen * FAVOUR_NEIGHBOUR
                + (uses.max(1.0).ln() * FAVOUR_FREQUENT).min(FAVOUR_FREQUENT_MAX)
        };
        self.speller.repair(word, favour).map(|repair| repair.word)
    }

    /// Two tokens that are one word: neither is known, both together are.
    fn joined(
        &self,
        word: &Spoken<'_>,
        next: Option<&Spoken<'_>>,
        lexicon: &Lexicon,
    ) -> Option<WordId> {
        let next = next?;
        let is_stranger = |word: &Spoken<'_>| {
            word.kind == TokenKind::Word
                && !self.ids.contains_key(word.text)
                && !lexicon.is_known(word.text)
        };
        if !is_stranger(word) || !is_stranger(next) {
            return None;
        }
        let joined = [word.text, next.text].concat();
        self.ids
            .get(&*joined)
            .copied()
            .filter(|_| joined.len() >= REPAIRED_LEN_MIN)
    }

    /// One token that is two words which the catalogue has seen next to each other.
    fn parted(&self, word: &str) -> Option<(WordId, WordId)> {
        (PART_LEN_MIN..=word.len().saturating_sub(PART_LEN_MIN)).find_map(|at| {
            let (head, tail) = word.split_at_checked(at)?;
            let pair = (*self.ids.get(head)?, *self.ids.get(tail)?);
            self.neighbours.contains(&pair).then_some(pair)
        })
    }
}

/// A synonym's stem is its concept's, so that what is learned of one name helps the others.
fn stem_of(word: &str, lexicon: &Lexicon) -> String {
    stem(lexicon.concept(word).unwrap_or(word))
}

fn shape(kind: TokenKind) -> Option<Shape> {
    match kind {
        TokenKind::Value(shape) => Some(shape),
        TokenKind::Word | TokenKind::Code => None,
    }
}

fn is_open_to_repair(word: &Spoken<'_>, lexicon: &Lexicon) -> bool {
    word.kind == TokenKind::Word && is_open(word.text) && !lexicon.is_known(word.text)
}

fn len<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
