//! What leads ask for: the commands, buttons and windows that only they have, as orders.

use std::sync::Arc;

use serde_json::json;
use serenity::model::application::{CommandDataOptionValue, CommandInteraction};
use serenity::model::channel::Attachment;

use super::commanded::{Given, target};
use super::{Bot, Work};
use crate::channel::discord::commands;
use crate::channel::discord::form::{self, Input};
use crate::channel::discord::incoming::Ask;
use crate::channel::discord::mark::Mark;
use crate::desk::proposal::SHORT_FIELDS;

/// Buttons of leads; whatever begins with it is theirs alone.
pub const LEAD: &str = "lead:";
/// Gives a group of questions to an SOP.
pub const TEACH: &str = "teach:";
/// Everybody's button below a shared SOP.
pub const READ: &str = "read:";

/// The inputs of windows.
const WHY: &str = "why";
const NAME: &str = "name";
const TEXT: &str = "text";

/// Documents that can be read; others among a message's attachments are none of the procedure's.
const DOCUMENTS: [&str; 5] = [".txt", ".md", ".docx", ".pdf", ".toml"];

/// Something that a lead wants done.
#[derive(Debug)]
pub enum Order {
    /// Make a proposal of a document.
    Propose(Found),
    /// Publish a proposal.
    Publish { proposal: String, why: String },
    /// Hand over the file of a proposal.
    Download(String),
    /// Change short texts of a proposal.
    Amend {
        proposal: String,
        fields: Vec<(String, String)>,
    },
    /// Throw a proposal away.
    Discard(String),
    /// List the versions of an SOP.
    History(String),
    /// Bring a version back.
    Restore {
        sop: String,
        number: u32,
        why: String,
    },
    /// Post an SOP in channels.
    Share {
        sop: String,
        channels: Vec<u64>,
        pinned: bool,
    },
    /// Show who has read an SOP.
    Readers(String),
    /// Remind those who have not.
    Remind { sop: String, channel: u64 },
    /// Show what was not answered.
    Queue,
    /// Say where a group of questions belongs.
    Teach { group: String, to: String },
    /// Begin an SOP with a group of questions.
    New {
        group: String,
        title: String,
        text: String,
    },
    /// Show the figures of the last weeks.
    Statistics,
}

/// Where a procedure stands that was posted.
#[derive(Debug)]
pub enum Found {
    /// In a message.
    Text(String),
    /// In a file.
    File { name: String, url: String },
}

/// Whether a button or window is the leads' alone.
pub fn is_leads(action: &str) -> bool {
    action.starts_with(LEAD) || action.starts_with(TEACH)
}

impl Bot {
    /// Takes a command that only leads may give.
    pub(super) async fn command_as_lead(
        self: &Arc<Self>,
        ask: Ask,
        command: &CommandInteraction,
        given: &Given<'_>,
    ) {
        if !ask.person.lead {
            return self.refuse(ask, "leads_only").await;
        }
        let sop = given.text(commands::TITLE);
        let order = match (command.data.name.as_str(), given.sub) {
            (commands::JADIKAN, _) => match posted(command) {
                Some(found) => Order::Propose(found),
                None => return self.refuse(ask, "no_document").await,
            },
            (commands::BELAJAR, _) => Order::Queue,
            (commands::STATISTIK, _) => Order::Statistics,
            (_, Some(commands::IMPOR)) => match attached(command, given) {
                Some(found) => Order::Propose(found),
                None => return self.refuse(ask, "no_document").await,
            },
            (_, Some(commands::RIWAYAT)) => Order::History(sop),
            (_, Some(commands::KEMBALIKAN)) => Order::Restore {
                sop,
                number: number(given.value(commands::VERSION)),
                why: given.text(commands::WHY),
            },
            (_, Some(commands::BAGIKAN)) => {
                let channels = commands::CHANNELS.iter();
                let channels = channels.filter_map(|name| match given.value(name) {
                    Some(CommandDataOptionValue::Channel(channel)) => Some(channel.get()),
                    _ => None,
                });
                let pin = given.value(commands::PIN);
                Order::Share {
                    sop,
                    channels: channels.collect(),
                    pinned: matches!(pin, Some(CommandDataOptionValue::Boolean(true))),
                }
            }
            (_, Some(commands::PEMBACA)) => Order::Readers(sop),
            (_, other) => {
                tracing::warn!(command = ?other, "an unknown command of leads");
                return self.refuse(ask, "unknown_button").await;
            }
        };
        self.take_order(ask, order);
    }

    /// Takes a press of a button that only leads have.
    pub(super) async fn press_as_lead(self: &Arc<Self>, ask: Ask, mark: &Mark) {
        if !ask.person.lead {
            return self.refuse(ask, "leads_only").await;
        }
        if let Some((group, to)) = mark
            .action
            .strip_prefix(TEACH)
            .and_then(|rest| rest.split_once('='))
        {
            let (group, to) = (group.to_owned(), to.to_owned());
            return self.take_order(ask, Order::Teach { group, to });
        }
        let voice = self.voice(Some(&ask.language));
        let window = |title: &str, inputs: &[Input<'_>]| {
            let mark = self.marks.write(mark.owner, &mark.action)?;
            Some(form::texts(&voice.line(title), &mark, inputs))
        };
        let window = match parts(&mark.action) {
            Some(("publish", _)) => window(
                "why_title",
                &[Input {
                    id: WHY,
                    label: voice.line("why_label"),
                    hint: voice.line("why_hint"),
                    required: true,
                    ..Input::default()
                }],
            ),
            Some(("new", _)) => {
                let name = Input {
                    id: NAME,
                    label: voice.line("new_name"),
                    required: true,
                    ..Input::default()
                };
                let text = Input {
                    id: TEXT,
                    label: voice.line("new_text"),
                    hint: voice.line("new_hint"),
                    required: true,
                    long: true,
                    ..Input::default()
                };
                window("new_title", &[name, text])
            }
            Some(("amend", proposal)) => match self.desk.proposal(proposal).await {
                Ok(proposal) => {
                    let fields = proposal.short_fields();
                    let inputs: Vec<_> = fields
                        .iter()
                        .map(|(key, value)| Input {
                            id: key,
                            label: voice.say("amend_field", &json!({"key": key})),
                            value,
                            required: true,
                            ..Input::default()
                        })
                        .collect();
                    window("amend_title", &inputs)
                }
                Err(_) => return self.refuse(ask, "no_proposal").await,
            },
            Some(("download", proposal)) => {
                return self.take_order(ask, Order::Download(proposal.to_owned()));
            }
            Some(("discard", proposal)) => {
                return self.take_order(ask, Order::Discard(proposal.to_owned()));
            }
            Some((to @ ("none" | "never"), group)) => {
                let (group, to) = (group.to_owned(), to.to_owned());
                return self.take_order(ask, Order::Teach { group, to });
            }
            Some(("remind", what)) => match what.rsplit_once('=') {
                Some((sop, channel)) => {
                    let (sop, channel) = (sop.to_owned(), channel.parse().unwrap_or_default());
                    return self.take_order(ask, Order::Remind { sop, channel });
                }
                None => None,
            },
            _ => None,
        };
        match window {
            Some(window) => self.open(ask, window).await,
            None => self.refuse(ask, "unknown_button").await,
        }
    }

    /// Takes a window that a lead has filled in.
    pub(super) async fn window_of_lead(
        self: &Arc<Self>,
        ask: Ask,
        mark: &Mark,
        written: Vec<(String, String)>,
    ) {
        if !ask.person.lead {
            return self.refuse(ask, "leads_only").await;
        }
        let value = |id: &str| {
            let found = written.iter().find(|(key, _)| key == id);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let order = match parts(&mark.action) {
            Some(("publish", proposal)) => Order::Publish {
                proposal: proposal.to_owned(),
                why: value(WHY),
            },
            Some(("amend", proposal)) => Order::Amend {
                proposal: proposal.to_owned(),
                fields: SHORT_FIELDS
                    .iter()
                    .map(|key| ((*key).to_owned(), value(key)))
                    .collect(),
            },
            Some(("new", group)) => Order::New {
                group: group.to_owned(),
                title: value(NAME),
                text: value(TEXT),
            },
            _ => return self.refuse(ask, "unknown_button").await,
        };
        self.take_order(ask, order);
    }

    /// Takes somebody's word that they have read a shared SOP.
    pub(super) async fn take_reader(self: &Arc<Self>, ask: Ask, what: &str) {
        let parsed = what
            .rsplit_once('=')
            .and_then(|(sop, version)| Some((sop.to_owned(), version.parse().ok()?)));
        let Some((sop, version)) = parsed else {
            return self.refuse(ask, "unknown_button").await;
        };
        let (id, conversation) = (ask.id, ask.place.conversation(ask.person.id));
        let responder = self.responder(ask, true);
        self.take(conversation, id, Work::Read(responder, sop, version));
    }

    /// Leads' orders are answered to them alone.
    fn take_order(self: &Arc<Self>, ask: Ask, order: Order) {
        let (id, conversation) = (ask.id, ask.place.conversation(ask.person.id));
        let responder = self.responder(ask, true);
        self.take(conversation, id, Work::Lead(responder, order));
    }
}

/// `lead:publish:abc`: the deed and what it is done to.
fn parts(action: &str) -> Option<(&str, &str)> {
    action.strip_prefix(LEAD)?.split_once(':')
}

fn number(value: Option<&CommandDataOptionValue>) -> u32 {
    match value {
        Some(CommandDataOptionValue::Integer(number)) => u32::try_from(*number).unwrap_or_default(),
        _ => 0,
    }
}

/// The file that a command was given.
fn attached(command: &CommandInteraction, given: &Given<'_>) -> Option<Found> {
    let Some(CommandDataOptionValue::Attachment(id)) = given.value(commands::FILE) else {
        return None;
    };
    let attachment = command.data.resolved.attachments.get(id)?;
    document(attachment)
}

/// The procedure in a message: its first document, otherwise its text.
fn posted(command: &CommandInteraction) -> Option<Found> {
    let id = command.data.target_id?.to_message_id();
    let message = command.data.resolved.messages.get(&id)?;
    let file = message.attachments.iter().find_map(document);
    file.or_else(|| target(command).map(Found::Text))
}

fn document(attachment: &Attachment) -> Option<Found> {
    let name = attachment.filename.to_lowercase();
    let is_one = DOCUMENTS.iter().any(|kind| name.ends_with(kind));
    is_one.then(|| Found::File {
        name: attachment.filename.clone(),
        url: attachment.url.clone(),
    })
}
