//! What the bot remembers of the last days besides what is stored: which of our messages answer which question, for a
//! question that its author changes or takes back, what was typed into a form and could not be used, and what is read
//! from the store again and again.
//!
//! It is kept in memory only: a question from before a restart keeps the answer it has.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// A day's questions of a busy workspace; older ones are history.
const REMEMBERED_MAX: usize = 5_000;

/// The latest values by their keys.
#[derive(Debug)]
pub struct Recall<K, V> {
    state: Mutex<(HashMap<K, V>, VecDeque<K>)>,
}

impl<K, V> Default for Recall<K, V> {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
        }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Recall<K, V> {
    /// Remembers a value, in the place of the one known so far.
    pub fn keep(&self, key: K, value: V) {
        let mut state = self.lock();
        let (values, order) = &mut *state;
        if values.insert(key.clone(), value).is_none() {
            order.push_back(key);
        }
        if order.len() > REMEMBERED_MAX
            && let Some(oldest) = order.pop_front()
        {
            values.remove(&oldest);
        }
    }

    /// Returns what is remembered.
    pub fn of(&self, key: &K) -> Option<V> {
        self.lock().0.get(key).cloned()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut state = self.lock();
        state.0.clear();
        state.1.clear();
    }

    /// Forgets a value and returns it.
    pub fn take(&self, key: &K) -> Option<V> {
        let mut state = self.lock();
        let (values, order) = &mut *state;
        let taken = values.remove(key)?;
        order.retain(|known| known != key);
        Some(taken)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (HashMap<K, V>, VecDeque<K>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_is_known_and_the_oldest_forgotten() {
        let recall = Recall::default();
        for question in 0..=REMEMBERED_MAX {
            recall.keep(question, vec![question + 1]);
        }
        recall.keep(7, vec![70, 71]);
        assert_eq!(recall.of(&0), None);
        assert_eq!(recall.of(&7), Some(vec![70, 71]));
        assert_eq!(recall.take(&7), Some(vec![70, 71]));
        assert_eq!(recall.of(&7), None);
    }
}
