//! What answers are made from now, which the desk may replace; and what they were made from before, for drafts that began
//! with that.
//!
//! A draft or walk is finished with the edition of its SOP that it was begun with: that one SOP takes the place of
//! the live one, everything else is live.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::catalog::Sop;
use crate::guide::Knowledge;

/// Editions that somebody may still be working with; a draft is at hand for days, and an SOP changes weekly.
const EARLIER_MAX: usize = 200;

/// A handle on what is live.
#[derive(Debug, Clone)]
pub struct Live(Arc<LiveState>);

#[derive(Debug)]
struct LiveState {
    now: RwLock<Arc<Knowledge>>,
    /// Held while files are read and go live, so that older ones never replace newer ones.
    loading: Mutex<()>,
    earlier: Mutex<Earlier>,
}

#[derive(Debug, Default)]
struct Earlier {
    /// The latest last.
    sops: VecDeque<Arc<Sop>>,
    /// What is live with one of them, by intent and edition.
    made: HashMap<(String, String), Arc<Knowledge>>,
}

impl Live {
    /// Begins with this.
    pub fn new(knowledge: Arc<Knowledge>) -> Self {
        Self(Arc::new(LiveState {
            now: RwLock::new(knowledge),
            loading: Mutex::default(),
            earlier: Mutex::default(),
        }))
    }

    /// Returns what is live; it stays the same for its holder.
    pub fn get(&self) -> Arc<Knowledge> {
        Arc::clone(&self.0.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes something else live. Turns that are running finish with what they began with.
    pub fn replace(&self, knowledge: Arc<Knowledge>) {
        let mut earlier = self.earlier();
        let mut now = self.0.now.write().unwrap_or_else(PoisonError::into_inner);
        for sop in &now.catalog.sops {
            let stays = knowledge.catalog.sop(&sop.id);
            if stays.is_none_or(|stays| stays.edition != sop.edition) {
                earlier.keep(sop.clone());
            }
        }
        earlier.made.clear();
        *now = knowledge;
    }

    /// Loads and makes live what was loaded; when that fails nothing changes. Another load waits.
    pub fn renew<E>(&self, load: impl FnOnce() -> Result<Knowledge, E>) -> Result<(), E> {
        let _alone = self.0.loading.lock();
        self.replace(Arc::new(load()?));
        Ok(())
    }

    /// Remembers an edition that was live once, for drafts from before a restart.
    pub fn remember(&self, sop: Sop) {
        self.earlier().keep(sop);
    }

    /// Returns what is live, with this edition of one SOP; none when that edition is not known any more.
    pub fn with(&self, intent: &str, edition: &str) -> Option<Arc<Knowledge>> {
        // First, so that nothing is kept that was made of what is live no more.
        let mut earlier = self.earlier();
        let live = self.get();
        let is_it = |sop: &Sop| sop.id == intent && sop.edition == edition;
        if live.catalog.sop(intent).is_some_and(is_it) {
            return Some(live);
        }
        let key = (intent.to_owned(), edition.to_owned());
        if let Some(made) = earlier.made.get(&key) {
            return Some(Arc::clone(made));
        }
        let sop = earlier.sops.iter().find(|sop| is_it(sop))?;
        let made = Arc::new(live.with_sop(sop));
        earlier.made.insert(key, Arc::clone(&made));
        Some(made)
    }

    fn earlier(&self) -> MutexGuard<'_, Earlier> {
        let earlier = self.0.earlier.lock();
        earlier.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Earlier {
    fn keep(&mut self, sop: Sop) {
        let is_same = |known: &Arc<Sop>| known.id == sop.id && known.edition == sop.edition;
        self.sops.retain(|known| !is_same(known));
        self.sops.push_back(Arc::new(sop));
        if self.sops.len() > EARLIER_MAX {
            self.sops.pop_front();
        }
    }
}
