//! Phrases filed under their stems, so that `pulsa belum masuk` also finds `plsanya blm msuk`.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::reading::{Word, WordId};

/// Longer phrases are sentences and are cut.
const PHRASE_WORDS_MAX: usize = 8;

/// Things filed under phrases.
#[derive(Debug)]
pub struct ByStems<T> {
    filed: FxHashMap<Box<[WordId]>, Vec<T>>,
    /// For each stem, the lengths of the phrases that begin with it, a bit each.
    lengths: Vec<u8>,
}

impl<T> Default for ByStems<T> {
    fn default() -> Self {
        ByStems {
            filed: FxHashMap::default(),
            lengths: Vec::new(),
        }
    }
}

impl<T> ByStems<T> {
    /// What is filed under a phrase; nothing can be under one without words.
    pub fn entry(&mut self, words: &[Word<'_>]) -> Option<&mut Vec<T>> {
        let stems = words.iter().filter_map(|word| word.stem);
        let stems: Box<[WordId]> = stems.take(PHRASE_WORDS_MAX).collect();
        let first = *stems.first()? as usize;
        if self.lengths.len() <= first {
            self.lengths.resize(first + 1, 0);
        }
        self.lengths[first] |= 1 << (stems.len() - 1);
        Some(self.filed.entry(stems).or_default())
    }

    /// Everything that is filed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Vec<T>> {
        self.filed.values_mut()
    }

    /// Reports what is filed under the phrases of a message, and where each is.
    pub fn find<'a>(&'a self, words: &[Word<'_>], mut found: impl FnMut(Range<usize>, &'a T)) {
        if self.filed.is_empty() {
            return;
        }
        for start in 0..words.len() {
            let first = words[start]
                .stem
                .and_then(|stem| self.lengths.get(stem as usize));
            let Some(&lengths) = first.filter(|lengths| **lengths != 0) else {
                continue;
            };
            let mut stems = [0; PHRASE_WORDS_MAX];
            for (length, word) in (0..PHRASE_WORDS_MAX).zip(&words[start..]) {
                let Some(stem) = word.stem else { break };
                stems[length] = stem;
                if lengths & 1 << length != 0 {
                    let filed = self.filed.get(&stems[..=length]);
                    let place = start..start + length + 1;
                    let filed = filed.into_iter().flatten();
                    filed.for_each(|one| found(place.clone(), one));
                }
            }
        }
    }
}
