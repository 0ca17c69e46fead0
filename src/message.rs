//! What channels and the assistant exchange.
//!
//! A channel maps a platform event to an [`Incoming`] and a [`Reply`] to a platform payload; nothing else crosses.
//! Buttons carry an [`Act`], stored as its code, so that a press survives a restart and a console can offer the same buttons.

use jiff::Zoned;
use serde::{Deserialize, Serialize};

use crate::act::Act;

pub use crate::act::ChannelKind;

/// One event from a channel.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Which event, for answering it once.
    pub event: EventId,
    /// The conversation it belongs to: one agent in one place.
    pub conversation: ConversationId,
    /// Who said it, as the channel names them.
    pub user: String,
    /// Whether the channel knows them as a team lead.
    pub lead: bool,
    /// How customers reach the agents of this channel.
    pub channel_kind: ChannelKind,
    /// The service this channel is about, when a lead has set one.
    pub service: Option<String>,
    /// When it was said, in the time zone of the contact centre.
    pub at: Zoned,
    /// What was said.
    pub said: Said,
    /// The conversation that this one goes on from when it is new: a ticket's thread knows what the question said.
    pub continues: Option<ConversationId>,
    /// The language of the reader, where the channel says; otherwise the conversation's last one.
    pub language: Option<Language>,
}

/// A language in which somebody reads: `id`, `en`, or another for which there is a file `wording.LANG.jinja`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(String);

impl Language {
    /// The language of a tag: `en-US` and `EN` are `en`.
    pub fn of(tag: &str) -> Self {
        let code = tag.split(['-', '_']).next().unwrap_or_default();
        Self(code.to_lowercase())
    }

    /// The code in file names.
    pub fn code(&self) -> &str {
        &self.0
    }
}

impl Default for Language {
    fn default() -> Self {
        Self("id".to_owned())
    }
}

/// What an agent did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Wrote a message.
    Text(String),
    /// Pressed a button, or did something else that needs no reading.
    Press(Act),
    /// Showed pictures: where they are.
    Showed(Vec<String>),
    /// Nothing: the conversation's time has come to be reminded, or put aside.
    Tick,
}

/// One message to an agent, in Markdown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reply {
    /// What it is, by the name of the block that says it, and which case of that: `ask`, `ask:too_short`.
    #[serde(default)]
    pub shown: String,
    /// What to show.
    pub text: String,
    /// What may be pressed below it.
    pub buttons: Vec<Button>,
    /// The SOP it shows, when it shows one.
    pub sop: Option<String>,
}

/// A code block's border, alone on its line.
pub const FENCE: &str = "```";

/// What a line of a reply's text is: the marks that the files of sentences may use, and channels know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyLine<'a> {
    /// A code block's border.
    Fence,
    /// A heading: bold as a whole.
    Heading(&'a str),
    /// It goes on with the line above.
    Indented,
    /// Anything else.
    Plain,
}

impl ReplyLine<'_> {
    /// Reads a line by its marks.
    pub fn of(line: &str) -> ReplyLine<'_> {
        let bold = line.strip_prefix("**");
        if line == FENCE {
            ReplyLine::Fence
        } else if let Some(heading) = bold.and_then(|rest| rest.strip_suffix("**")) {
            ReplyLine::Heading(heading)
        } else if line.starts_with(' ') {
            ReplyLine::Indented
        } else {
            ReplyLine::Plain
        }
    }
}

/// A button: what it says and what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// The words on it.
    pub label: String,
    /// What a press does.
    pub action: Act,
}

/// Names one conversation: `console:budi`, `discord:GUILD:CHANNEL:USER`; a channel is one of its own, without the user.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConversationId(pub String);

impl ConversationId {
    /// What the names of all conversations in the same workspace begin with: `discord:GUILD:`.
    pub fn workspace(&self) -> &str {
        let end = self.0.match_indices(':').nth(1);
        end.map_or(&self.0, |(at, _)| &self.0[..=at])
    }

    /// Another channel of the same workspace, as a conversation of its own.
    pub fn beside(&self, channel: u64) -> ConversationId {
        ConversationId(format!("{}{channel}", self.workspace()))
    }

    /// The number of its channel.
    pub fn channel(&self) -> Option<u64> {
        let channel = self.0[self.workspace().len()..].split(':').next();
        channel?.parse().ok()
    }

    /// The account that it belongs to; none for a channel's own.
    pub fn account(&self) -> Option<u64> {
        let account = self.0[self.workspace().len()..].split_once(':')?.1;
        account.parse().ok()
    }
}

/// Names one event of a channel, unique across restarts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub String);
