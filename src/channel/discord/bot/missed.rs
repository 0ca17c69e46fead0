//! What was said while no process listened: after a restart, or between one process and the next that has its shard.
//!
//! Discord hands events to a connection only. What people wrote meanwhile is read from the channels in which they lately
//! talked to the bot, and goes the way of every message: what was handled before is known by its id, and a reply that was
//! posted before is not posted again under the same nonce.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serenity::model::id::GuildId;

use super::{Bot, Work};
use crate::channel::discord::incoming;
use crate::channel::manners::Called;
use crate::channel::place::Place;

/// After so long without a word an agent has no case in hand.
const TALKED_WITHIN: Duration = Duration::from_mins(30);
/// What is older is said again by now; and Discord knows a nonce for some minutes only.
const SAID_WITHIN: Duration = Duration::from_mins(2);
/// More channels take longer than people wait.
const CHANNELS_MAX: usize = 200;

impl Bot {
    /// Takes the messages of a workspace that no process heard, or those written directly; a connection has just begun,
    /// and its channels are known.
    pub(super) async fn hear_missed(self: &Arc<Self>, workspace: Option<u64>) {
        let Some(around) = self.surroundings() else {
            return;
        };
        let now = (self.now)().timestamp();
        let anywhere = Place {
            chat: incoming::CHANNEL,
            workspace,
            channel: 0,
            thread: false,
        };
        let (anywhere, since) = (anywhere.channel_id(), now - TALKED_WITHIN);
        let store = self.assistant.store();
        let talked = match store.heard_of(anywhere.workspace(), since).await {
            Ok(talked) => talked,
            Err(error) => return tracing::error!(%error, "who talked lately does not read"),
        };
        let ours = talked
            .iter()
            .filter(|conversation| self.shards.is_ours(conversation));
        let channels: BTreeSet<u64> = ours.filter_map(|one| one.channel()).collect();
        if channels.len() > CHANNELS_MAX {
            let left = channels.len() - CHANNELS_MAX;
            tracing::warn!(
                left,
                "in some channels it is not read what was said meanwhile"
            );
        }
        let after = incoming::snowflake((now - SAID_WITHIN).as_millisecond(), 0);
        for channel in channels.into_iter().take(CHANNELS_MAX) {
            let messages = match self.rest.said_after(channel, after).await {
                Ok(messages) => messages,
                Err(error) => {
                    tracing::info!(%error, "what was said meanwhile is not known");
                    continue;
                }
            };
            for mut message in messages {
                message.guild_id = workspace.map(GuildId::new);
                if let Some(post) = incoming::post(&message, around)
                    && post.called != Called::Not
                {
                    let conversation = post.place.conversation(post.person.id);
                    self.take(conversation, post.id, Work::Post(post));
                }
            }
        }
    }
}
