//! Which part of the workspaces is this process's, where several processes serve them.
//!
//! Discord divides workspaces into shards, each with a connection of its own. A process takes a shard by a lease and
//! runs its connection for as long as it has that; with a single shard the other processes wait. Connections are
//! opened one at a time over all processes, as Discord demands, and so each gets its share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::sleep;

use super::incoming::CHANNEL;
use crate::message::ConversationId;
use crate::store::{Fence, Store, lease};

/// Discord takes one new connection of a bot in this time.
const IDENTIFY_EVERY: Duration = Duration::from_secs(5);

/// How often a process that waits looks for work.
const LOOKED_EVERY: Duration = Duration::from_secs(1);

/// The shards, and which of them this process has.
#[derive(Debug)]
pub struct Shards {
    store: Arc<dyn Store>,
    total: u32,
    holder: String,
    held: Mutex<BTreeMap<u32, Fence>>,
    connections: AtomicU64,
}

/// How a shard's connection came to an end.
enum Ended<T> {
    /// Another process has it.
    Lost(u32),
    /// By itself.
    Closed(T),
}

impl Shards {
    /// Begins with none of them.
    pub fn new(store: Arc<dyn Store>, total: u32, holder: String) -> Arc<Self> {
        Arc::new(Self {
            store,
            total: total.max(1),
            holder,
            held: Mutex::default(),
            connections: AtomicU64::new(0),
        })
    }

    /// Runs the connections of whatever shards this process has, until one of them ends by itself.
    pub async fn run<T, F>(&self, connect: impl Fn(u32) -> F) -> T
    where
        F: Future<Output = T>,
    {
        let mut running = FuturesUnordered::new();
        loop {
            tokio::select! {
                Some(ended) = running.next() => match ended {
                    Ended::Lost(shard) => {
                        tracing::warn!(shard, "another process has taken over");
                    }
                    Ended::Closed(ended) => return ended,
                },
                (shard, fence) = self.next() => {
                    tracing::info!(shard, of = self.total, epoch = fence.epoch, "taking a shard");
                    self.held().insert(shard, fence.clone());
                    running.push(self.connected(shard, fence, connect(shard)));
                }
            }
        }
    }

    async fn connected<T>(
        &self,
        shard: u32,
        fence: Fence,
        connection: impl Future<Output = T>,
    ) -> Ended<T> {
        tokio::select! {
            ended = connection => Ended::Closed(ended),
            () = lease::until_lost(&*self.store, &fence, &self.holder) => {
                self.held().remove(&shard);
                Ended::Lost(shard)
            }
        }
    }

    /// Waits for a free shard, and for its turn to connect.
    async fn next(&self) -> (u32, Fence) {
        if !self.held().is_empty() {
            // A process that has none yet comes first, and Discord would have this one wait anyway.
            sleep(IDENTIFY_EVERY).await;
        }
        loop {
            for shard in 0..self.total {
                if self.held().contains_key(&shard) {
                    continue;
                }
                let name = self.name(shard);
                match self.store.lease(&name, &self.holder, lease::TERM).await {
                    Ok(Some(_)) => {
                        self.turn(&name).await;
                        // Its time may have run out meanwhile.
                        let renewed = self.store.lease(&name, &self.holder, lease::TERM).await;
                        if let Ok(Some(fence)) = renewed {
                            return (shard, fence);
                        }
                    }
                    Ok(None) => {}
                    Err(error) => {
                        tracing::debug!(%error, "nobody can say whose shards these are");
                        // When the engine is back, the process that had them comes first.
                        sleep(lease::TERM).await;
                    }
                }
            }
            sleep(LOOKED_EVERY).await;
        }
    }

    /// Waits until the connection of a shard may be opened.
    async fn turn(&self, name: &str) {
        if !self.store.is_shared() {
            return;
        }
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        // Another one every time, so that two connections of this process keep their distance as well.
        let holder = format!("{}/{number}", self.holder);
        loop {
            let turn = self
                .store
                .lease("discord:identify", &holder, IDENTIFY_EVERY)
                .await;
            if matches!(turn, Ok(Some(_))) {
                return;
            }
            sleep(LOOKED_EVERY).await;
            // Whether it still is ours is seen when it is our turn.
            let _ = self.store.lease(name, &self.holder, lease::TERM).await;
        }
    }

    /// Gives all shards back.
    pub async fn release(&self) {
        let held = std::mem::take(&mut *self.held());
        for fence in held.into_values() {
            lease::release(&*self.store, &fence.name, &self.holder).await;
        }
    }

    /// Returns the lease of the shard that a conversation belongs to; a free one, if it is not ours.
    pub fn fence(&self, conversation: &ConversationId) -> Option<Fence> {
        let shard = self.of(conversation)?;
        let held = self.held().get(&shard).cloned();
        Some(held.unwrap_or_else(|| Fence {
            name: self.name(shard),
            epoch: 0,
        }))
    }

    /// Whether a conversation is this process's.
    pub fn is_ours(&self, conversation: &ConversationId) -> bool {
        self.of(conversation)
            .is_some_and(|shard| self.held().contains_key(&shard))
    }

    /// Whether this process does what only one may do.
    pub fn is_first(&self) -> bool {
        self.held().contains_key(&0)
    }

    fn of(&self, conversation: &ConversationId) -> Option<u32> {
        let place = conversation.0.strip_prefix(CHANNEL)?;
        // Direct messages come over the first one.
        let guild = place.split(':').next().and_then(|guild| guild.parse().ok());
        Some(guild.map_or(0, |guild| shard_of(guild, self.total)))
    }

    fn name(&self, shard: u32) -> String {
        format!("discord:{shard}/{}", self.total)
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<u32, Fence>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Discord's own division of workspaces.
fn shard_of(guild: u64, total: u32) -> u32 {
    u32::try_from((guild >> 22) % u64::from(total)).expect("less than a u32")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workspaces_are_divided_as_discord_does() {
        assert_eq!(shard_of(u64::MAX, 1), 0);
        let guild = 3_u64 << 22;
        assert_eq!(shard_of(guild, 2), 1);
        assert_eq!(shard_of(guild | 0x3f_ffff, 2), 1);
        assert_eq!(shard_of(guild + (1 << 22), 2), 0);
    }
}
