//! Documents: what an SOP's own text says for it.
//!
//! Every SOP has a text, however many utterances were written for it, so here all have equal footing: a message is
//! compared with the words, the word pairs and the four-letter pieces of each text, and with other words for the same
//! thing. A word counts by where it is (title, heading, item) and by how few of the catalogue's texts have it.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::features::{self, Key};
use super::reading::{Vocabulary, Word, WordId};
use super::rows::{RowSum, SparseRows, sum_same};
use super::stems::ByStems;
use crate::text::{Lexicon, Utterance};

/// A piece of an SOP's text.
#[derive(Debug, Clone, Copy)]
pub struct Passage<'a> {
    /// Where it is.
    pub place: PassagePlace,
    /// What it says.
    pub text: &'a str,
}

/// Where a passage is, which says how much of the SOP it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassagePlace {
    /// The title.
    Title,
    /// The summary.
    Summary,
    /// A heading.
    Heading,
    /// An item, a cause, an outcome, a note.
    Item,
    /// The name of a field or a complaint category.
    Label,
}

impl Passage<'_> {
    /// Whether it is the title.
    pub fn is_title(&self) -> bool {
        self.place == PassagePlace::Title
    }
}

impl PassagePlace {
    /// How often a word counts here. The title and the summary say what the rest is about.
    fn weight(self) -> f32 {
        match self {
            PassagePlace::Title => 4.0,
            PassagePlace::Summary => 2.0,
            PassagePlace::Heading => 1.5,
            PassagePlace::Item => 1.0,
            PassagePlace::Label => 0.6,
        }
    }
}

/// How fast a word stops counting more for being repeated.
const REPEATED: f32 = 1.0;
/// A word with this weight counts in full.
const FULL: f32 = 3.0;
/// How much of a text's length is divided out: all of it would favour a text of three words.
const LENGTH_SHARE: f32 = 0.95;

/// The documents of a catalogue, filed by feature.
#[derive(Debug, Default)]
pub struct Documents {
    features: FxHashMap<Key, u32>,
    /// How much each feature counts for being rare.
    rarity: Vec<f32>,
    /// The same for one that no document has.
    unknown: f32,
    rows: SparseRows,
    /// The groups of words for the same thing.
    groups: ByStems<u32>,
}

/// What the known words give by themselves, so that a message looks up words and not pieces.
#[derive(Debug, Default)]
pub struct DocumentWords {
    rows: SparseRows,
    squares: Vec<f32>,
}

/// A word of a message that some document has.
#[derive(Debug)]
pub struct DocumentTerm {
    /// Its stem.
    pub stem: Option<WordId>,
    /// The features that it is found by: its stem and its groups.
    features: Vec<u32>,
    /// How much it counts for being rare.
    pub weight: f32,
}

impl Documents {
    /// Files the documents of a catalogue; the vocabulary has learned their words.
    pub fn new(
        documents: &[&[Passage<'_>]],
        vocabulary: &Vocabulary,
        lexicon: &Lexicon,
    ) -> Documents {
        if documents.iter().all(|document| document.is_empty()) {
            return Documents::default();
        }
        let groups = groups(vocabulary, lexicon);
        let mut ids: FxHashMap<Key, u32> = FxHashMap::default();
        let mut texts: Vec<Vec<(u32, f32)>> = Vec::with_capacity(documents.len());
        for document in documents {
            let mut found: Vec<(u32, f32)> = Vec::new();
            for passage in *document {
                let utterance = Utterance::new(passage.text);
                let words = vocabulary.read(&utterance, lexicon);
                let place = passage.place.weight();
                features_of(&words, &groups, |key, weight| {
                    let next = ids.len() as u32;
                    found.push((*ids.entry(key).or_insert(next), weight * place));
                });
            }
            found.sort_unstable_by_key(|&(id, _)| id);
            sum_same(&mut found);
            texts.push(found);
        }
        let mut having = vec![0u32; ids.len()];
        (texts.iter().flatten()).for_each(|&(id, _)| having[id as usize] += 1);
        let count = texts.len() as f32;
        let rarity_of = |having: f32| ((1.0 + count) / (0.5 + having)).ln();
        let rarity: Vec<f32> = having.iter().map(|&n| rarity_of(n as f32)).collect();
        for text in &mut texts {
            for (id, count) in text {
                let often = (1.0 + *count * REPEATED).ln() / (1.0 + FULL * REPEATED).ln();
                *count = often * rarity[*id as usize];
            }
        }
        let mut is_group = vec![false; ids.len()];
        (ids.iter()).for_each(|(&key, &id)| is_group[id as usize] = features::is_group(key));
        let lengths: Vec<f32> = (texts.iter())
            .map(|text| {
                let own = text.iter().filter(|(id, _)| !is_group[*id as usize]);
                own.map(|(_, value)| value * value).sum::<f32>().sqrt()
            })
            .collect();
        let mean = lengths.iter().sum::<f32>() / lengths.len() as f32;
        let divisor =
            |length: f32| 1.0 - LENGTH_SHARE + LENGTH_SHARE * length / mean.max(f32::MIN_POSITIVE);
        let rows = SparseRows::new(ids.len(), |emit| {
            for (intent, (text, &length)) in (0u32..).zip(texts.iter().zip(&lengths)) {
                text.iter()
                    .for_each(|&(id, value)| emit(id, intent, value / divisor(length)));
            }
        });
        Documents {
            features: ids,
            unknown: rarity_of(0.0),
            rarity,
            rows,
            groups,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }

    /// Looks up once what every known word gives.
    pub fn words(&self, vocabulary: &Vocabulary) -> DocumentWords {
        if self.is_empty() {
            return DocumentWords::default();
        }
        let mut squares = Vec::with_capacity(vocabulary.entries().len());
        let given: Vec<Vec<(u32, f32)>> = (0..vocabulary.entries().len())
            .map(|id| {
                let (mut given, mut square) = (Vec::new(), 0.0);
                features::of_document_word(&vocabulary.word(id as u32), |key, weight| {
                    square += self.look_up(key, weight, |id, value| given.push((id, value)));
                });
                squares.push(square);
                given
            })
            .collect();
        DocumentWords {
            rows: self.rows.of_words(&given),
            squares,
        }
    }

    /// Sums up what the documents say for a message, and returns the scale of the sum.
    pub fn add(&self, known: &DocumentWords, words: &[Word<'_>], sum: &mut RowSum) -> f32 {
        let mut square = 0.0;
        for (at, word) in words.iter().enumerate() {
            match word.id {
                _ if word.value.is_some() || word.is_repeated(&words[..at]) => {}
                Some(id) => {
                    square += known.squares[id as usize];
                    known.rows.add(id as usize, 1.0, sum);
                }
                None => features::of_document_word(word, |key, weight| {
                    square += self.look_up(key, weight, |id, value| {
                        self.rows.add(id as usize, value, sum);
                    });
                }),
            }
        }
        together(words, &self.groups, |key, weight| {
            let its_square = self.look_up(key, weight, |id, value| {
                self.rows.add(id as usize, value, sum);
            });
            // Another word for the same thing is no further word.
            square += if features::is_group(key) {
                0.0
            } else {
                its_square
            };
        });
        1.0 / square.sqrt().max(f32::MIN_POSITIVE.sqrt())
    }

    /// The words of a message that say something and that some document has, itself or by another word for it.
    pub fn terms(&self, words: &[Word<'_>]) -> Vec<DocumentTerm> {
        let mut groups: Vec<(Range<usize>, u32)> = Vec::new();
        self.groups.find(words, |place, &group| {
            features::of_group(group, |key, _| {
                groups.extend(self.features.get(&key).map(|&id| (place.clone(), id)));
            });
        });
        let mut terms = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let says_something = word.is_content && word.value.is_none();
            if !says_something || word.is_repeated(&words[..at]) {
                continue;
            }
            let own = (word.stem).and_then(|stem| self.features.get(&features::stem_key(stem)));
            let others = groups.iter().filter(|(place, _)| place.contains(&at));
            let features: Vec<u32> = own
                .into_iter()
                .copied()
                .chain(others.map(|&(_, id)| id))
                .collect();
            let rarest = features.iter().map(|&id| self.rarity[id as usize]);
            if let Some(weight) = rarest.max_by(f32::total_cmp) {
                terms.push(DocumentTerm {
                    stem: word.stem,
                    features,
                    weight,
                });
            }
        }
        terms
    }

    /// Whether an intent's document has a word of a message, or another word for it.
    pub fn has(&self, term: &DocumentTerm, intent: u32) -> bool {
        let mut features = term.features.iter();
        features.any(|&id| self.rows.has(id as usize, intent))
    }

    /// Gives a feature's id and value, if a document has it, and returns its square.
    fn look_up(&self, key: Key, weight: f32, mut give: impl FnMut(u32, f32)) -> f32 {
        let Some(&id) = self.features.get(&key) else {
            return (weight * self.unknown).powi(2);
        };
        let value = weight * self.rarity[id as usize];
        give(id, value);
        value * value
    }
}

/// Everything that the words of a passage give.
fn features_of(words: &[Word<'_>], groups: &ByStems<u32>, mut emit: impl FnMut(Key, f32)) {
    for (at, word) in words.iter().enumerate() {
        if word.value.is_none() && !word.is_repeated(&words[..at]) {
            features::of_document_word(word, &mut emit);
        }
    }
    together(words, groups, emit);
}

/// What words give together: pairs, and the groups of phrases.
fn together(words: &[Word<'_>], groups: &ByStems<u32>, mut emit: impl FnMut(Key, f32)) {
    features::of_document_pairs(words, &mut emit);
    let mut seen: Vec<u32> = Vec::new();
    groups.find(words, |_, &group| {
        if !seen.contains(&group) {
            seen.push(group);
            features::of_group(group, &mut emit);
        }
    });
}

/// The groups of words for the same thing, by the words that the vocabulary knows.
fn groups(vocabulary: &Vocabulary, lexicon: &Lexicon) -> ByStems<u32> {
    let mut groups = ByStems::default();
    for (group, phrases) in (0u32..).zip(lexicon.groups()) {
        for phrase in phrases {
            let utterance = Utterance::new(phrase);
            let words = vocabulary.read(&utterance, lexicon);
            let is_known = words.iter().all(|word| word.stem.is_some());
            let entry = groups.entry(&words).filter(|_| is_known);
            entry.into_iter().for_each(|filed: &mut Vec<u32>| {
                if !filed.contains(&group) {
                    filed.push(group);
                }
            });
        }
    }
    groups
}
