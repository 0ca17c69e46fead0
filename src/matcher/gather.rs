//! Gathering: from the catalogue's messages to vocabulary, features and examples to learn from.
//!
//! Messages are read again in each pass rather than kept: reading is cheap, a hundred thousand read messages are not.

use rustc_hash::FxHashMap;

use super::features::{self, Detail, Key};
use super::material::Material;
use super::phrases::Sign;
use super::reading::{Vocabulary, Word};
use super::rows::sum_same;
use super::train::Examples;
use crate::text::{TokenKind, Utterance};

/// Rarer features count more; the power says by how much. Against the usual 1, powers of 0.5 to 0.7 gained about 0.3
/// points on clinc150 and nothing on banking77 (development rows).
const RARITY_POWER: f32 = 0.6;
/// Without detail, company that was kept only once is left out: a large catalogue has millions of such pairs, and none
/// of them helps with another message. They are counted in a table of so many bits, where a chance collision merely
/// keeps one.
const SKETCH_BITS: u32 = 22;

/// The words of a catalogue's documents, with the other words for the same things.
pub fn document_vocabulary(material: &Material<'_>) -> Vocabulary {
    let mut vocabulary = Vocabulary::default();
    for passage in material.documents.iter().copied().flatten() {
        learn(&mut vocabulary, passage.text, false, material);
    }
    if !vocabulary.entries().is_empty() {
        for group in material.lexicon.groups() {
            vocabulary.relate(group, material.lexicon);
        }
    }
    vocabulary
}

/// Those and the words of its messages and phrases.
pub fn vocabulary(material: &Material<'_>, documents: &Vocabulary) -> Vocabulary {
    let mut vocabulary = documents.clone();
    for (text, _) in &material.messages {
        learn(&mut vocabulary, text, false, material);
    }
    for (phrase, sign, _) in &material.phrases {
        if *sign != Sign::Pattern {
            learn(&mut vocabulary, phrase, true, material);
        }
    }
    vocabulary.finish();
    vocabulary
}

fn learn(vocabulary: &mut Vocabulary, text: &str, with_values: bool, material: &Material<'_>) {
    let utterance = Utterance::new(text);
    let words = material.lexicon.read(&utterance);
    // The customers' numbers in examples are no words of the catalogue; those in a keyword are.
    let words = words
        .iter()
        .filter(|word| with_values || !matches!(word.kind, TokenKind::Value(_)));
    vocabulary.learn(words.map(|word| word.text), material.lexicon);
}

/// What there is to learn from.
#[derive(Debug)]
pub struct Gathered {
    /// The features' ids.
    pub ids: FxHashMap<Key, u32>,
    /// How much each feature counts for being rare.
    pub rarity: Vec<f32>,
    /// The messages.
    pub examples: Examples,
}

/// Gathers the features of all messages.
pub fn gather(material: &Material<'_>, vocabulary: &Vocabulary, detail: Detail) -> Gathered {
    let mut recurring = Recurring::default();
    if !detail.is_fine {
        recurring.counts = vec![0; 1 << SKETCH_BITS];
        each_read(material, vocabulary, |words, _| {
            features::of_phrases(words, detail, |key, _| recurring.note(key))
        });
    }
    let mut ids: FxHashMap<Key, u32> = FxHashMap::default();
    let mut messages: Vec<u32> = Vec::new();
    let mut examples = Examples::default();
    let mut found: Vec<(u32, f32)> = Vec::new();
    each_read(material, vocabulary, |words, label| {
        found.clear();
        let mut emit = |key, weight| {
            let next = messages.len() as u32;
            let id = *ids.entry(key).or_insert(next);
            if id == next {
                messages.push(0);
            }
            found.push((id, weight));
        };
        for (at, word) in words.iter().enumerate() {
            if !word.is_repeated(&words[..at]) {
                features::of_word(word, detail, &mut emit);
            }
        }
        features::of_phrases(words, detail, |key, weight| {
            if recurring.contains(key) {
                emit(key, weight);
            }
        });
        found.sort_unstable_by_key(|&(id, _)| id);
        sum_same(&mut found);
        found.iter().for_each(|&(id, _)| messages[id as usize] += 1);
        examples.push(&found, label);
    });
    let all = material.messages.len() as f32;
    let rarity = |&n: &u32| (((1.0 + all) / (1.0 + n as f32)).ln() + 1.0).powf(RARITY_POWER);
    let rarity: Vec<f32> = messages.iter().map(rarity).collect();
    examples.weigh(&rarity);
    Gathered {
        ids,
        rarity,
        examples,
    }
}

fn each_read(
    material: &Material<'_>,
    vocabulary: &Vocabulary,
    mut each: impl FnMut(&[Word<'_>], u32),
) {
    for &(text, label) in &material.messages {
        let utterance = Utterance::new(text);
        each(&vocabulary.read(&utterance, material.lexicon), label);
    }
}

/// Which features occur more than once; all of them when nothing was noted.
#[derive(Debug, Default)]
struct Recurring {
    counts: Vec<u8>,
}

impl Recurring {
    fn note(&mut self, key: Key) {
        let count = &mut self.counts[slot(key)];
        *count = count.saturating_add(1);
    }

    fn contains(&self, key: Key) -> bool {
        self.counts.is_empty() || self.counts[slot(key)] > 1
    }
}

fn slot(key: Key) -> usize {
    // Fibonacci hashing: the high bits of the product are well mixed.
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SKETCH_BITS)) as usize
}
