//! One post at a time in a channel.
//!
//! serenity's limiter sleeps for each refusal in turn while everything else of that channel waits: nine posts refused at
//! once would hold it up for 45 seconds. What goes one by one learns from the answer before it that nothing is left, and
//! waits once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// The channels in which something is being posted.
#[derive(Debug, Default)]
pub struct Lanes {
    busy: Mutex<HashMap<u64, Arc<tokio::sync::Mutex<()>>>>,
}

/// The right to post in a channel, until it is dropped.
#[derive(Debug)]
pub struct Lane<'l> {
    lanes: &'l Lanes,
    channel: u64,
    held: Option<OwnedMutexGuard<()>>,
}

impl Lanes {
    /// Waits until what came before is through.
    pub async fn enter(&self, channel: u64) -> Lane<'_> {
        let lane = Arc::clone(self.lock().entry(channel).or_default());
        Lane {
            lanes: self,
            channel,
            held: Some(lane.lock_owned().await),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<tokio::sync::Mutex<()>>>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lane<'_> {
    fn drop(&mut self) {
        let mut busy = self.lanes.lock();
        self.held = None;
        // Whoever waits has a share of it as well.
        let is_last = busy
            .get(&self.channel)
            .is_some_and(|lane| Arc::strong_count(lane) == 1);
        if is_last {
            busy.remove(&self.channel);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_channel_is_posted_to_by_one_at_a_time_and_forgotten_after_the_last() {
        let lanes = Lanes::default();
        let first = lanes.enter(1).now_or_never().unwrap();
        let elsewhere = lanes.enter(2).now_or_never().unwrap();
        let mut second = Box::pin(lanes.enter(1));
        assert!(second.as_mut().now_or_never().is_none());
        drop(elsewhere);
        drop(first);
        let second = second.now_or_never().unwrap();
        assert!(lanes.enter(1).now_or_never().is_none());
        drop(second);
        assert!(lanes.enter(1).now_or_never().is_some());
        assert!(lanes.lock().is_empty());
    }
}
