//! Features: what of a message is evidence.
//!
//! Each word gives itself, its stem and the pieces it is made of; neighbouring words and pairs of words that stand near
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
/// Its stem, which its inflections share: as good as the word.
const WEIGHT_STEM: f32 = WEIGHT_WORD;
/// A piece of a word. A word of seven letters has a dozen: together they weigh more than the word, which is what keeps
/// an unseen inflection or an irreparable slip intelligible.
const WEIGHT_PIECE: f32 = 0.7;
/// Two words in a row, by their stems.
const WEIGHT_NEIGHBOURS: f32 = 1.0;
/// Two words near each other in either order.
const WEIGHT_PAIR: f32 = 0.7;
/// The first and the last word: questions begin with what they ask.
const WEIGHT_EDGE: f32 = 0.7;
/// That there is an amount or a size.
const WEIGHT_SHAPE: f32 = 1.0;
/// Function words say a little less than others, and their pieces say nothing.
const FUNCTION_SHARE: f32 = 0.9;

/// Pieces are of two to four letters, with the word's borders: longer ones are the word again.
const PIECE_LEN: std::ops::RangeInclusive<usize> = 2..=4;
/// Pairs are noted up to this distance, so that their number grows with a message's length and not with its square.
const PAIR_DISTANCE_MAX: usize = 5;

const TAG_WORD: u64 = 1;
const TAG_STEM: u64 = 2;
const TAG_PIECE: u64 = 3;
const TAG_NEIGHBOURS: u64 = 4;
const TAG_PAIR: u64 = 5;
const TAG_FIRST: u64 = 6;
const TAG_LAST: u64 = 7;
const TAG_SHAPE: u64 = 8;

/// Two ids of 28 bits and a tag fill a key.
const ID_BITS: u32 = 28;

fn key(tag: u64, first: WordId, second: WordId) -> Key {
    tag << (2 * ID_BITS) | u64::from(first) << ID_BITS | u64::from(second)
}

/// The stem of a known word: what utterances are compared by.
pub fn stem_key(stem: WordId) -> Key {
    key(TAG_STEM, stem, 0)
}

/// Emits what one word gives whatever stands around it.
pub fn of_word(word: &Word<'_>, mut emit: impl FnMut(Key, f32)) {
    if let Some(shape) = word.value {
        if matches!(shape, Shape::Amount | Shape::Size) {
            emit(key(TAG_SHAPE, shape as u32, 0), WEIGHT_SHAPE);
        }
        return;
    }
    let share = if word.is_content { 1.0 } else { FUNCTION_SHARE };
    if let Some(id) = word.id {
        emit(key(TAG_WORD, id, 0), WEIGHT_WORD * share);
    }
    if let Some(stem) = word.stem {
        emit(stem_key(stem), WEIGHT_STEM * share);
    }
    if word.is_content {
        each_piece(word.text, |piece| emit(piece, WEIGHT_PIECE));
    }
}

/// Emits what the words give together.
pub fn of_phrases(words: &[Word<'_>], mut emit: impl FnMut(Key, f32)) {
    let stems = || words.iter().filter(|word| word.value.is_none());
    if let Some(first) = stems().next().and_then(|word| word.stem) {
        emit(key(TAG_FIRST, first, 0), WEIGHT_EDGE);
    }
    if let Some(last) = stems().next_back().and_then(|word| word.stem) {
        emit(key(TAG_LAST, last, 0), WEIGHT_EDGE);
    }
    for (at, word) in words.iter().enumerate() {
        let Some(stem) = word.stem else { continue };
        for (distance, other) in (1..=PAIR_DISTANCE_MAX).zip(&words[at + 1..]) {
            let Some(other_stem) = other.stem else {
                continue;
            };
            if distance == 1 {
                emit(key(TAG_NEIGHBOURS, stem, other_stem), WEIGHT_NEIGHBOURS);
            }
            if stem != other_stem && (word.is_content || other.is_content) {
                emit(
                    key(TAG_PAIR, stem.min(other_stem), stem.max(other_stem)),
                    WEIGHT_PAIR,
                );
            }
        }
    }
}

fn each_piece(word: &str, mut emit: impl FnMut(Key)) {
    const BORDER: u8 = 1;
    let bytes = word.as_bytes();
    let at = |i: usize| {
        if i == 0 || i > bytes.len() {
            BORDER
        } else {
            bytes[i - 1]
        }
    };
    for length in PIECE_LEN {
        for start in 0..(bytes.len() + 3).saturating_sub(length) {
            let packed =
                (start..start + length).fold(0u64, |packed, i| packed << 8 | u64::from(at(i)));
            emit(TAG_PIECE << (2 * ID_BITS) | packed);
        }
    }
}
