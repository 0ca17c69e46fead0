//! Where something was said in a chat, and by whom.

use crate::message::ConversationId;

/// A place in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What the names of its conversations begin with: `discord:`.
    pub chat: &'static str,
    /// The workspace; none in a direct message.
    pub workspace: Option<u64>,
    /// The channel or thread.
    pub channel: u64,
    /// Whether it is a thread, if the event says so.
    pub thread: bool,
}

/// Who said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account's id.
    pub id: u64,
    /// As shown on drafts.
    pub name: String,
    /// Whether it is a team lead.
    pub lead: bool,
    /// Whether logins may be shown to them.
    pub cleared: bool,
}

/// In the place of the workspace, for direct messages.
const DIRECT: &str = "dm";

impl Place {
    /// The conversation of one person here.
    pub fn conversation(&self, user: u64) -> ConversationId {
        ConversationId(format!("{}:{user}", self.channel_id().0))
    }

    /// The channel as a conversation of its own, which holds its settings.
    pub fn channel_id(&self) -> ConversationId {
        let (chat, channel) = (self.chat, self.channel);
        match self.workspace {
            Some(workspace) => ConversationId(format!("{chat}{workspace}:{channel}")),
            None => ConversationId(format!("{chat}{DIRECT}:{channel}")),
        }
    }

    /// Whether others read along whom a ticket does not concern.
    pub fn is_shared(&self) -> bool {
        self.workspace.is_some() && !self.thread
    }

    /// Where a conversation of this chat is; none for another chat's. Its name does not say whether that is a thread.
    pub fn of(conversation: &ConversationId, chat: &'static str) -> Option<Place> {
        let workspace = conversation.workspace().strip_prefix(chat)?;
        Some(Place {
            chat,
            workspace: match workspace.trim_end_matches(':') {
                DIRECT => None,
                workspace => Some(workspace.parse().ok()?),
            },
            channel: conversation.channel()?,
            thread: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_says_where_it_is_and_whose() {
        for (workspace, name) in [(Some(1), "chat:1:20:7"), (None, "chat:dm:20:7")] {
            let place = Place {
                chat: "chat:",
                workspace,
                channel: 20,
                thread: false,
            };
            let conversation = place.conversation(7);
            assert_eq!(conversation.0, name);
            assert_eq!(Place::of(&conversation, "chat:"), Some(place));
            assert_eq!(Place::of(&place.channel_id(), "chat:"), Some(place));
            assert_eq!(conversation.account(), Some(7));
            assert_eq!(place.channel_id().account(), None);
            assert_eq!(place.channel_id().beside(21).channel(), Some(21));
            assert_eq!(Place::of(&conversation, "other:"), None);
        }
        let console = ConversationId("console:budi".to_owned());
        assert_eq!((console.channel(), console.account()), (None, None));
    }
}
