//! Features: what of a message is evidence.
//!
//! Each word gives itself, its stem and the pieces it is made of; neighbouring words and pairs of words near
//! each other say how they belong together. Pieces never cross a word's border, so everything a known word gives is
//! known beforehand and is looked up as one.
//!
//! Values are left out. Only that there is an amount or a package's size says something about the question, and
//! that is all that is noted of them.

use super::reading::{Word, WordId};
use crate::text::Shape;

/// A feature's name, packed; two features never share one.
pub type Key = u64;

/// A word as it is written. The scale of all other weights.
const WEIGHT_WORD: f32 = 1.5;
/// Its stem, which its inflections and synonyms share: as good as the word.
const WEIGHT_STEM: f32 = WEIGHT_WORD;
/// A piece of a word. A word of seven letters has a dozen: together they weigh more than the word, which is what keeps
/// an unseen inflection or an irreparable slip intelligible.
const WEIGHT_PIECE: f32 = 0.7;
/// A piece of a function word: 0.2 to 0.3 points more on clinc150, 0.3 fewer on banking77 (development rows).
const WEIGHT_FUNCTION_PIECE: f32 = 0.4;
/// Two words in a row, by their stems.
const WEIGHT_NEIGHBOURS: f32 = 1.0;
/// Two words near each other in either order.
const WEIGHT_PAIR: f32 = 0.7;
/// The first and the last word: questions begin with what they ask.
const WEIGHT_EDGE: f32 = WEIGHT_PAIR;
/// That there is an amount or a size.
const WEIGHT_SHAPE: f32 = 1.0;
/// Function words say a little less than others while few utterances can show what they say, and a little more later.
const FUNCTION_SHARE: f32 = 0.9;
const FUNCTION_GAIN: f32 = 0.2;

/// Pieces are of two to four letters, with the word's borders: longer ones are the word again.
const PIECE_LEN: std::ops::RangeInclusive<usize> = 2..=4;
/// Pairs are noted up to this distance, so that their number grows with a message's length and not with its square.
const PAIR_DISTANCE_MAX: usize = 5;

/// The same when looking less closely.
const PAIR_DISTANCE_COARSE: usize = 2;

// Against documents. Chosen on six documents and their messages, where a wide range of each does alike.

/// A function word, where a word that says something is worth 1.
const DOCUMENT_FUNCTION: f32 = 0.3;
/// A piece of a word.
const DOCUMENT_PIECE: f32 = 0.3;
const DOCUMENT_PIECE_LEN: std::ops::RangeInclusive<usize> = 4..=4;
/// Two words that say something, near each other.
const DOCUMENT_PAIR: f32 = 0.7;
const DOCUMENT_PAIR_DISTANCE: usize = 2;
/// Another word for the same thing.
const DOCUMENT_GROUP: f32 = 0.6;

const TAG_WORD: u64 = 1;
const TAG_STEM: u64 = 2;
const TAG_PIECE: u64 = 3;
const TAG_NEIGHBOURS: u64 = 4;
const TAG_PAIR: u64 = 5;
const TAG_FIRST: u64 = 6;
const TAG_LAST: u64 = 7;
const TAG_SHAPE: u64 = 8;
const TAG_GROUP: u64 = 9;

/// Two ids of 28 bits and a tag fill a key.
const ID_BITS: u32 = 28;

fn key(tag: u64, first: WordId, second: WordId) -> Key {
    tag << (2 * ID_BITS) | u64::from(first) << ID_BITS | u64::from(second)
}

/// The stem of a known word: what utterances are compared by.
pub fn stem_key(stem: WordId) -> Key {
    key(TAG_STEM, stem, 0)
}

/// How closely messages are looked at: depends on how much there is to learn from, and never on one message.
#[derive(Debug, Clone, Copy)]
pub struct Detail {
    /// What the company that words keep is worth: 1 with ten utterances an intent or fewer, 2 with a hundred or more.
    ///
    /// A pair of words that was seen once is chance, one that recurs is an idiom. With this scale, 100 utterances an
    /// intent gain 0.6 points of top-1 over the weights that suit ten, and ten gain 1.3 over those that suit 100.
    company: f32,
    /// Whether words are taken to pieces and pairs noted at a distance. Beyond some hundred intents every piece occurs
    /// in all of them: it says little and costs most of the time and memory.
    pub is_fine: bool,
}

impl Detail {
    /// The detail for a catalogue with so many utterances and intents.
    pub fn new(utterances: usize, intents: usize, is_fine: bool) -> Detail {
        let each = utterances as f32 / intents.max(1) as f32;
        let company = 1.0 + (each.max(1.0) / 10.0).log10().clamp(0.0, 1.0);
        Detail { company, is_fine }
    }
}

/// Emits what one word gives whatever is around it.
pub fn of_word(word: &Word<'_>, detail: Detail, mut emit: impl FnMut(Key, f32)) {
    if let Some(shape) = word.value {
        if matches!(shape, Shape::Amount | Shape::Size) {
            emit(key(TAG_SHAPE, shape as u32, 0), WEIGHT_SHAPE);
        }
        return;
    }
    let (share, piece) = match word.is_content {
        true => (1.0, WEIGHT_PIECE),
        false => (
            FUNCTION_SHARE + FUNCTION_GAIN * (detail.company - 1.0),
            WEIGHT_FUNCTION_PIECE,
        ),
    };
    if let Some(id) = word.id {
        emit(key(TAG_WORD, id, 0), WEIGHT_WORD * share);
    }
    if let Some(stem) = word.stem {
        emit(stem_key(stem), WEIGHT_STEM * share);
    }
    if detail.is_fine {
        each_piece(word.text, PIECE_LEN, |key| emit(key, piece));
    }
}

/// Emits what one word gives to be found in a document.
pub fn of_document_word(word: &Word<'_>, mut emit: impl FnMut(Key, f32)) {
    let weight = if word.is_content {
        1.0
    } else {
        DOCUMENT_FUNCTION
    };
    match word.stem {
        Some(stem) => emit(stem_key(stem), weight),
        None => emit(UNKNOWN, weight),
    }
    if word.is_content {
        each_piece(word.text, DOCUMENT_PIECE_LEN, |key| {
            emit(key, DOCUMENT_PIECE);
        });
    }
}

/// Emits the pairs of words that say something.
pub fn of_document_pairs(words: &[Word<'_>], mut emit: impl FnMut(Key, f32)) {
    let mut recent = [None; DOCUMENT_PAIR_DISTANCE];
    for word in words {
        let says_something = word.is_content && word.value.is_none();
        let Some(stem) = word.stem.filter(|_| says_something) else {
            continue;
        };
        for other in recent.into_iter().flatten().filter(|other| *other != stem) {
            emit(
                key(TAG_PAIR, stem.min(other), stem.max(other)),
                DOCUMENT_PAIR,
            );
        }
        recent.rotate_right(1);
        recent[0] = Some(stem);
    }
}

/// Emits a group of words for the same thing.
pub fn of_group(group: u32, mut emit: impl FnMut(Key, f32)) {
    emit(key(TAG_GROUP, group, 0), DOCUMENT_GROUP);
}

/// Whether a key is a group's.
pub fn is_group(key: Key) -> bool {
    key >> (2 * ID_BITS) == TAG_GROUP
}

/// A word that nothing has.
const UNKNOWN: Key = 0;

/// Emits what the words give together.
pub fn of_phrases(words: &[Word<'_>], detail: Detail, mut emit: impl FnMut(Key, f32)) {
    let scale = detail.company;
    let distance_max = if detail.is_fine {
        PAIR_DISTANCE_MAX
    } else {
        PAIR_DISTANCE_COARSE
    };
    let spoken = || words.iter().filter(|word| word.value.is_none());
    if let Some(first) = spoken().next().and_then(|word| word.stem) {
        emit(key(TAG_FIRST, first, 0), WEIGHT_EDGE * scale);
    }
    if let Some(last) = spoken().next_back().and_then(|word| word.stem) {
        emit(key(TAG_LAST, last, 0), WEIGHT_EDGE * scale);
    }
    for (at, word) in words.iter().enumerate() {
        let Some(stem) = word.stem else { continue };
        for (distance, other) in (1..=distance_max).zip(&words[at + 1..]) {
            let Some(other_stem) = other.stem else {
                continue;
            };
            if distance == 1 {
                emit(
                    key(TAG_NEIGHBOURS, stem, other_stem),
                    WEIGHT_NEIGHBOURS * scale,
                );
            }
            let is_about_something = word.is_content || other.is_content;
            // Two function words are a pair only where there is enough to learn what it means.
            let pair = if is_about_something {
                WEIGHT_PAIR * scale.sqrt()
            } else {
                scale - 1.0
            };
            if stem != other_stem && pair > 0.0 {
                emit(
                    key(TAG_PAIR, stem.min(other_stem), stem.max(other_stem)),
                    pair,
                );
            }
        }
    }
}

fn each_piece(word: &str, lengths: std::ops::RangeInclusive<usize>, mut emit: impl FnMut(Key)) {
    const BORDER: u8 = 1;
    let bytes = word.as_bytes();
    let at = |i: usize| {
        if i == 0 || i > bytes.len() {
            BORDER
        } else {
            bytes[i - 1]
        }
    };
    for length in lengths {
        for start in 0..(bytes.len() + 3).saturating_sub(length) {
            let packed =
                (start..start + length).fold(0u64, |packed, i| packed << 8 | u64::from(at(i)));
            emit(TAG_PIECE << (2 * ID_BITS) | packed);
        }
    }
}
