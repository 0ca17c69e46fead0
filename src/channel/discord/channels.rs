//! The channels of the workspaces as the gateway names them: which of them others share, which are threads, and below
//! which channel.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serenity::model::channel::GuildChannel;
use serenity::model::guild::{Guild, Role};

use crate::channel::recall::Recall;

/// What is known.
#[derive(Debug, Default)]
pub struct Channels {
    state: Mutex<State>,
    threads: Recall<u64, Thread>,
}

#[derive(Debug, Default)]
struct State {
    /// Every channel that is no thread: Discord names all of them.
    shared: HashSet<u64>,
    /// The roles that only the bot has.
    own_roles: HashSet<u64>,
}

/// A thread or a forum post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Thread {
    /// The channel that it belongs to; none when it was begun before this program.
    pub parent: Option<u64>,
    /// The bot opened it.
    pub own: bool,
}

impl Channels {
    /// Notes everything in a workspace.
    pub fn note(&self, guild: &Guild, me: u64) {
        for channel in guild.channels.values().chain(&guild.threads) {
            self.note_channel(channel, me);
        }
        for role in guild.roles.values() {
            self.note_role(role, me);
        }
    }

    /// Notes a role.
    pub fn note_role(&self, role: &Role, me: u64) {
        if role.tags.bot_id.is_some_and(|bot| bot.get() == me) {
            self.lock().own_roles.insert(role.id.get());
        }
    }

    /// Notes a channel or thread.
    pub fn note_channel(&self, channel: &GuildChannel, me: u64) {
        if channel.thread_metadata.is_none() {
            self.lock().shared.insert(channel.id.get());
            return;
        }
        let thread = Thread {
            parent: channel.parent_id.map(|parent| parent.get()),
            own: channel.owner_id.is_some_and(|owner| owner.get() == me),
        };
        self.threads.keep(channel.id.get(), thread);
    }

    /// Notes a thread that the bot has opened.
    pub fn note_own(&self, thread: u64, parent: u64) {
        let parent = Some(parent);
        self.threads.keep(thread, Thread { parent, own: true });
    }

    /// Returns what is known of a thread; none for a channel that others share.
    pub fn thread(&self, channel: u64) -> Option<Thread> {
        let is_shared = self.lock().shared.contains(&channel);
        (!is_shared).then(|| self.threads.of(&channel).unwrap_or_default())
    }

    /// Whether only the bot has a role.
    pub fn is_own_role(&self, role: u64) -> bool {
        self.lock().own_roles.contains(&role)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
