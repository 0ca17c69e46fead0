//! Everything that anybody can do, as one value.
//!
//! Whatever an agent or a lead does, in words, by a button, a number, a slash command, a menu or a form, becomes an
//! [`Act`] at the edge. Nothing behind the edge compares verbs: it matches on the variant.
//!
//! [`TABLE`] has a row for every act that a button can carry: its stable code, its letter in a signed custom id, and who
//! may press it. A button's code is `CODE:ARGUMENT`. Codes and letters are never given to another act, since messages
//! that are posted already, and stored conversations, carry them. Which everyday words mean an act is data
//! (`data/talk.toml`).

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Something that an agent or a lead wants to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Answer a question, whatever is open.
    Ask(String),
    /// Show a procedure.
    Open(String),
    /// Show a procedure or a point of it by the name that was typed; all procedures when none was.
    Sop(Option<String>),
    /// Show a point: `INTENT#POINT`.
    Point(String),
    /// List all procedures.
    ListSops,
    /// Say what the bot can do.
    Help,
    /// A greeting.
    Greet,
    /// A courtesy that wants no answer but a word.
    Thanks,
    /// Explain the last answer, or why a field is asked for.
    Why,
    /// The procedure that was shown is not the one that was meant.
    NotThis(Option<String>),
    /// None of the procedures that were offered was meant.
    NoneOfThese,
    /// Say what is wrong with an answer: the fault, and the `intent` or `intent#point` that has it.
    Report(Fault, String),
    /// Hand the last question to the owner of a procedure.
    Forward(String),
    /// Show the account manager of a company; how to ask, when none is named.
    AccountManager(Option<String>),
    /// The company of this account manager was validated.
    ValidateCompany(String),
    /// The account manager of a company does not respond.
    SilentAccountManager(String),
    /// Explain a word of the glossary.
    Term(Option<String>),

    /// Walk through a procedure: a named one, or the one under discussion.
    Walk(Option<String>),
    /// Answer the open question of a walk: `INTENT/CAUSE/N`.
    Branch(String),
    /// Go to another step of a walk; choose one, when none is named.
    Jump(Option<String>),

    /// Begin a ticket: of a named procedure, or of the one under discussion.
    Ticket(Option<String>),
    /// Give a field a value.
    Value {
        /// The field's id.
        field: String,
        /// The value as typed or as on the button.
        value: String,
    },
    /// Change a field: a named one, or one to choose.
    Edit(Option<String>),
    /// File the draft.
    Send,
    /// The draft is right.
    Confirm,
    /// Keep what is unusual about the draft.
    KeepValue,
    /// Throw the draft away.
    Cancel,
    /// Take the last cancelling back.
    Undo,
    /// Ask the field before.
    Back,
    /// Leave an optional field out.
    Skip,
    /// Put the draft aside.
    Park,
    /// Throw the draft away for the other case that came up.
    Drop,
    /// Go on with the draft although another case came up.
    KeepDraft,
    /// Take up a draft that was put aside: by its number, or the latest.
    Resume(Option<String>),

    /// List the agent's tickets, or show one.
    Tickets(Option<String>),
    /// Change a filed ticket.
    Revise(String),
    /// Note the ticketing system's number of a filed ticket.
    Enter(String),
    /// A filed ticket is done.
    Done(String),
    /// A filed ticket is done or, with a number or its absence, entered into the ticketing system.
    Mark {
        /// The ticket.
        id: String,
        /// What follows it.
        note: Option<String>,
    },
    /// Be reminded of a filed ticket.
    FollowUp(String),

    /// Agree to what was offered or asked.
    Yes,
    /// Refuse what was offered or asked.
    No,
    /// Go on with what is open or was put aside.
    GoOn,
    /// Say the last question again.
    Repeat,
    /// Wait: the agent is looking something up.
    Wait,
    /// Another customer is at hand.
    NewCase,
    /// Show a part of the procedure under discussion.
    Part(Part),

    /// Open the form of the open draft.
    Form,
    /// Tick items of a checklist.
    Ticks(String),
    /// Show an answer to everybody in the channel.
    Publicise(String),
    /// Show a draft to be copied.
    Copy(String),
    /// Show the logins of a procedure to those who may see them.
    Logins(String),
    /// A menu, whose choice carries the act.
    Menu(String),
    /// Confirm having read a version of a shared procedure.
    Read {
        /// The procedure.
        sop: String,
        /// The version.
        version: u32,
    },
    /// Something that only leads may do.
    Lead(Order),
    /// A button of a program that knew an act which this one does not.
    Unknown(String),
}

/// A part of a procedure, as agents ask for it without naming the procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What comes after the part that was shown last.
    Next,
    /// What to check.
    Checks,
    /// What to ask the customer.
    Questions,
    /// Which cause leads to which outcome.
    Causes,
    /// What is done about it.
    Handling,
    /// Which fields its ticket has.
    Fields,
    /// The complaint categories.
    Kip,
    /// Why it says what was shown last.
    Reason,
    /// Where the procedure is from.
    Source,
    /// All of it.
    Whole,
}

/// What may be wrong with an answer that is about the right procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Work is done differently by now.
    Outdated,
    /// It cannot be followed.
    Unclear,
    /// It says too much.
    TooLong,
}

impl Fault {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Fault; 3] = [Fault::Outdated, Fault::Unclear, Fault::TooLong];

    /// The name in codes and records.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Outdated => "outdated",
            Fault::Unclear => "unclear",
            Fault::TooLong => "too_long",
        }
    }

    fn parse(name: &str) -> Option<Fault> {
        Fault::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

impl Part {
    const NAMES: [(Part, &str); 10] = [
        (Part::Next, "next"),
        (Part::Checks, "checks"),
        (Part::Questions, "questions"),
        (Part::Causes, "causes"),
        (Part::Handling, "handling"),
        (Part::Fields, "fields"),
        (Part::Kip, "kip"),
        (Part::Reason, "reason"),
        (Part::Source, "source"),
        (Part::Whole, "whole"),
    ];

    fn name(self) -> &'static str {
        let found = Part::NAMES.iter().find(|(part, _)| *part == self);
        found.map_or("", |(_, name)| name)
    }

    fn parse(name: &str) -> Option<Part> {
        let found = Part::NAMES.iter().find(|(_, known)| *known == name);
        found.map(|(part, _)| *part)
    }
}

/// Something that a lead wants done with procedures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Make a proposal of a document.
    Propose(HandedFile),
    /// Publish a proposal; a window asks for the reason when it is missing.
    Publish {
        /// The proposal's id.
        proposal: String,
        /// Why.
        why: Option<String>,
    },
    /// Hand over the file of a proposal.
    Download(String),
    /// Change short texts of a proposal; a window asks for them when they are missing.
    Amend {
        /// The proposal's id.
        proposal: String,
        /// Keys and texts.
        fields: Vec<(String, String)>,
    },
    /// Throw a proposal away.
    Discard(String),
    /// List the versions of a procedure.
    History(String),
    /// Bring a version back.
    Restore {
        /// The procedure.
        sop: String,
        /// The version.
        number: u32,
        /// Why.
        why: String,
    },
    /// Post a procedure in channels.
    Share {
        /// The procedure.
        sop: String,
        /// The channels' numbers.
        channels: Vec<u64>,
        /// Whether it is to be pinned.
        pinned: bool,
    },
    /// Show who has read a procedure.
    Readers(String),
    /// Remind those who have not read it.
    Remind {
        /// The procedure.
        sop: String,
        /// The channel in which it was shared.
        channel: u64,
    },
    /// Show what was not answered.
    Queue,
    /// Say where a group of questions belongs.
    Teach {
        /// The group's id.
        group: String,
        /// The procedure, or [`TO_NONE`] or [`TO_NEVER`].
        to: String,
    },
    /// Begin a procedure with a group of questions; a window asks for title and text when they are missing.
    Begin {
        /// The group's id.
        group: String,
        /// The title.
        title: String,
        /// The procedure's text.
        text: String,
    },
    /// Show the figures of the last weeks.
    Statistics,
    /// Set how customers reach the agents of this channel.
    ChannelKind(ChannelKind),
}

/// A file that somebody hands over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedFile {
    /// Its name, which says what kind of file it is.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// How customers reach the agents of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelKind {
    /// Telephone.
    #[default]
    Voice,
    /// Chat, e-mail and other written channels.
    NonVoice,
    /// CTP E-Care.
    Ecare,
}

impl ChannelKind {
    /// All of them.
    pub const ALL: [ChannelKind; 3] = [
        ChannelKind::Voice,
        ChannelKind::NonVoice,
        ChannelKind::Ecare,
    ];

    /// The name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            ChannelKind::Voice => "voice",
            ChannelKind::NonVoice => "non-voice",
            ChannelKind::Ecare => "ecare",
        }
    }
}

/// A group of questions that belongs to no procedure.
pub const TO_NONE: &str = "none";
/// A group of questions that is never shown again.
pub const TO_NEVER: &str = "never";

/// Who may press a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The agent whose conversation it belongs to, and leads.
    Owner,
    /// Everybody who sees it, each in a conversation of their own.
    Anyone,
    /// Leads.
    Lead,
}

/// What a button that carries an act has: a row of [`TABLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActRow {
    /// The first part of the button's code.
    pub code: &'static str,
    /// The letter in a signed custom id; none for codes that are spelled out there.
    pub letter: Option<char>,
    /// Who may press it.
    pub who: Who,
}

/// Every act that a button can carry.
pub const TABLE: &[ActRow] = &[
    row("answer", Some('a'), Who::Owner),
    row("point", Some('p'), Who::Owner),
    row("ticket", Some('t'), Who::Owner),
    row("value", Some('v'), Who::Owner),
    row("edit", Some('e'), Who::Owner),
    row("send", Some('s'), Who::Owner),
    row("cancel", Some('c'), Who::Owner),
    row("back", Some('b'), Who::Owner),
    row("skip", Some('k'), Who::Owner),
    row("undo", Some('u'), Who::Owner),
    row("list", Some('l'), Who::Owner),
    row("help", Some('h'), Who::Owner),
    row("why", Some('w'), Who::Owner),
    row("none", Some('n'), Who::Owner),
    row("menu", Some('m'), Who::Owner),
    row("form", Some('f'), Who::Owner),
    row("ticks", Some('x'), Who::Owner),
    row("share", Some('g'), Who::Owner),
    row("not", Some('j'), Who::Owner),
    row("report", Some('F'), Who::Owner),
    row("revise", Some('r'), Who::Anyone),
    row("entered", Some('i'), Who::Anyone),
    row("done", Some('d'), Who::Anyone),
    row("copy", Some('y'), Who::Owner),
    row("logins", Some('q'), Who::Anyone),
    row("walk", Some('z'), Who::Owner),
    row("branch", Some('o'), Who::Owner),
    row("lead", Some('L'), Who::Lead),
    row("read", Some('R'), Who::Anyone),
    row("teach", Some('T'), Who::Lead),
    row("jump", None, Who::Owner),
    row("steps", None, Who::Owner),
    row("keep", None, Who::Owner),
    row("park", None, Who::Owner),
    row("drop", None, Who::Owner),
    row("resume", None, Who::Owner),
    row("forward", None, Who::Owner),
    row("remind", None, Who::Owner),
    row("am", None, Who::Owner),
    row("am-valid", None, Who::Owner),
    row("am-silent", None, Who::Owner),
    row("yes", None, Who::Owner),
    row("no", None, Who::Owner),
    row("keep-value", None, Who::Owner),
    row("new-case", None, Who::Owner),
    row("tickets", None, Who::Owner),
    row("part", None, Who::Owner),
];

const fn row(code: &'static str, letter: Option<char>, who: Who) -> ActRow {
    ActRow { code, letter, who }
}

impl Act {
    /// Who may press a button with this act.
    pub fn who(&self) -> Who {
        let code = self.code();
        let (verb, _) = code.split_once(':').unwrap_or((&code, ""));
        let found = TABLE.iter().find(|row| row.code == verb);
        found.map_or(Who::Owner, |row| row.who)
    }

    /// The code that a button carries: [`parse`](Act::parse) reads it back.
    ///
    /// Acts that no button carries (a greeting, a thank-you) have a code as well, for logs.
    pub fn code(&self) -> String {
        let bare = |verb: &str| format!("{verb}:");
        let with = |verb: &str, what: &str| format!("{verb}:{what}");
        let optional =
            |verb: &str, what: &Option<String>| with(verb, what.as_deref().unwrap_or_default());
        match self {
            Act::Ask(question) => with("ask", question),
            Act::Open(intent) => with("answer", intent),
            Act::Sop(name) => optional("sop", name),
            Act::Point(point) => with("point", point),
            Act::ListSops => bare("list"),
            Act::Help => bare("help"),
            Act::Greet => bare("greet"),
            Act::Thanks => bare("thanks"),
            Act::Why => bare("why"),
            Act::NotThis(intent) => optional("not", intent),
            Act::NoneOfThese => bare("none"),
            Act::Report(fault, place) => format!("report:{}={place}", fault.name()),
            Act::Forward(intent) => with("forward", intent),
            Act::AccountManager(company) => optional("am", company),
            Act::ValidateCompany(company) => with("am-valid", company),
            Act::SilentAccountManager(company) => with("am-silent", company),
            Act::Term(word) => optional("term", word),
            Act::Walk(intent) => optional("walk", intent),
            Act::Branch(branch) => with("branch", branch),
            Act::Jump(None) => bare("steps"),
            Act::Jump(Some(step)) => with("jump", step),
            Act::Ticket(intent) => optional("ticket", intent),
            Act::Value { field, value } => format!("value:{field}={value}"),
            Act::Edit(field) => optional("edit", field),
            Act::Send => bare("send"),
            Act::Confirm => bare("confirm"),
            Act::KeepValue => bare("keep-value"),
            Act::Cancel => bare("cancel"),
            Act::Undo => bare("undo"),
            Act::Back => bare("back"),
            Act::Skip => bare("skip"),
            Act::Park => bare("park"),
            Act::Drop => bare("drop"),
            Act::KeepDraft => bare("keep"),
            Act::Resume(number) => optional("resume", number),
            Act::Tickets(id) => optional("tickets", id),
            Act::Revise(id) => with("revise", id),
            Act::Enter(id) => with("entered", id),
            Act::Done(id) => with("done", id),
            Act::Mark { id, note } => format!("mark:{id} {}", note.as_deref().unwrap_or_default()),
            Act::FollowUp(id) => with("remind", id),
            Act::Yes => bare("yes"),
            Act::No => bare("no"),
            Act::GoOn => bare("go-on"),
            Act::Repeat => bare("repeat"),
            Act::Wait => bare("wait"),
            Act::NewCase => bare("new-case"),
            Act::Part(part) => with("part", part.name()),
            Act::Form => bare("form"),
            Act::Ticks(number) => with("ticks", number),
            Act::Publicise(intent) => with("share", intent),
            Act::Copy(ticket) => with("copy", ticket),
            Act::Logins(intent) => with("logins", intent),
            Act::Menu(number) => with("menu", number),
            Act::Read { sop, version } => format!("read:{sop}={version}"),
            Act::Lead(order) => order.code(),
            Act::Unknown(code) => code.clone(),
        }
    }

    /// Reads a button's code. What this program does not know is kept as it is, so that it can be answered as outdated.
    pub fn parse(code: &str) -> Act {
        Act::known(code).unwrap_or_else(|| Act::Unknown(code.to_owned()))
    }

    fn known(code: &str) -> Option<Act> {
        let (verb, what) = code.split_once(':')?;
        let one = || what.to_owned();
        let optional = || (!what.is_empty()).then(one);
        Some(match verb {
            "answer" => Act::Open(one()),
            "point" => Act::Point(one()),
            "list" => Act::ListSops,
            "help" => Act::Help,
            "why" => Act::Why,
            "not" => Act::NotThis(optional()),
            "none" => Act::NoneOfThese,
            "report" => {
                let (fault, place) = what.split_once('=')?;
                Act::Report(Fault::parse(fault)?, place.to_owned())
            }
            "forward" => Act::Forward(one()),
            "am" => Act::AccountManager(optional()),
            "am-valid" => Act::ValidateCompany(one()),
            "am-silent" => Act::SilentAccountManager(one()),
            "walk" => Act::Walk(optional()),
            "branch" => Act::Branch(one()),
            "jump" => Act::Jump(optional()),
            "steps" => Act::Jump(None),
            "ticket" => Act::Ticket(optional()),
            "value" => {
                let (field, value) = what.split_once('=')?;
                let (field, value) = (field.to_owned(), value.to_owned());
                Act::Value { field, value }
            }
            "edit" => Act::Edit(optional()),
            "send" => Act::Send,
            "keep-value" => Act::KeepValue,
            "cancel" => Act::Cancel,
            "undo" => Act::Undo,
            "back" => Act::Back,
            "skip" => Act::Skip,
            "park" => Act::Park,
            "drop" => Act::Drop,
            "keep" => Act::KeepDraft,
            "resume" => Act::Resume(optional()),
            "tickets" => Act::Tickets(optional()),
            "revise" => Act::Revise(one()),
            "entered" => Act::Enter(one()),
            "done" => Act::Done(one()),
            "remind" => Act::FollowUp(one()),
            "yes" => Act::Yes,
            "no" => Act::No,
            "go-on" => Act::GoOn,
            "repeat" => Act::Repeat,
            "wait" => Act::Wait,
            "greet" => Act::Greet,
            "thanks" => Act::Thanks,
            "confirm" => Act::Confirm,
            "term" => Act::Term(optional()),
            "sop" => Act::Sop(optional()),
            "new-case" => Act::NewCase,
            "part" => Act::Part(Part::parse(what)?),
            "form" => Act::Form,
            "ticks" => Act::Ticks(one()),
            "share" => Act::Publicise(one()),
            "copy" => Act::Copy(one()),
            "logins" => Act::Logins(one()),
            "menu" => Act::Menu(one()),
            "read" => {
                let (sop, version) = what.rsplit_once('=')?;
                Act::Read {
                    sop: sop.to_owned(),
                    version: version.parse().ok()?,
                }
            }
            "lead" => Act::Lead(Order::parse(what)?),
            "teach" => {
                let (group, to) = what.split_once('=')?;
                let (group, to) = (group.to_owned(), to.to_owned());
                Act::Lead(Order::Teach { group, to })
            }
            _ => return None,
        })
    }
}

/// The names of what is written into windows.
pub const WHY: &str = "why";
pub const TITLE: &str = "name";
pub const TEXT: &str = "text";
pub const NUMBER: &str = "number";

impl Order {
    /// Whether something has to be written before it can be carried out.
    pub fn wants_window(&self) -> bool {
        match self {
            Order::Publish { why, .. } => why.is_none(),
            Order::Amend { fields, .. } => fields.is_empty(),
            Order::Begin { title, .. } => title.is_empty(),
            _ => false,
        }
    }

    /// Whether it is carried out in seconds rather than at once.
    pub fn takes_long(&self) -> bool {
        !matches!(
            self,
            Order::Publish { .. }
                | Order::Restore { .. }
                | Order::Discard(_)
                | Order::History(_)
                | Order::Readers(_)
                | Order::ChannelKind(_)
        )
    }

    /// Returns it with what was written into its window, by name.
    #[must_use]
    pub fn with(self, written: Vec<(String, String)>) -> Order {
        let text = |name: &str| {
            let found = written.iter().find(|(key, _)| key == name);
            found.map(|(_, text)| text.clone()).unwrap_or_default()
        };
        match self {
            Order::Publish { proposal, .. } => Order::Publish {
                proposal,
                why: Some(text(WHY)),
            },
            Order::Begin { group, .. } => Order::Begin {
                group,
                title: text(TITLE),
                text: text(TEXT),
            },
            Order::Amend { proposal, .. } => Order::Amend {
                proposal,
                fields: written,
            },
            other => other,
        }
    }

    fn code(&self) -> String {
        match self {
            Order::Propose(file) => format!("lead:propose:{}", file.name),
            Order::Publish { proposal, .. } => format!("lead:publish:{proposal}"),
            Order::Download(proposal) => format!("lead:download:{proposal}"),
            Order::Amend { proposal, .. } => format!("lead:amend:{proposal}"),
            Order::Discard(proposal) => format!("lead:discard:{proposal}"),
            Order::History(sop) => format!("lead:history:{sop}"),
            Order::Restore { sop, number, .. } => format!("lead:restore:{sop}={number}"),
            Order::Share { sop, .. } => format!("lead:share:{sop}"),
            Order::Readers(sop) => format!("lead:readers:{sop}"),
            Order::Remind { sop, channel } => format!("lead:remind:{sop}={channel}"),
            Order::Queue => "lead:queue:".to_owned(),
            Order::Teach { group, to } if to == TO_NONE || to == TO_NEVER => {
                format!("lead:{to}:{group}")
            }
            Order::Teach { group, to } => format!("teach:{group}={to}"),
            Order::Begin { group, .. } => format!("lead:new:{group}"),
            Order::Statistics => "lead:statistics:".to_owned(),
            Order::ChannelKind(kind) => format!("lead:channel:{}", kind.name()),
        }
    }

    /// `publish:ID`: what is behind `lead:`.
    fn parse(code: &str) -> Option<Order> {
        let (verb, what) = code.split_once(':')?;
        let one = || what.to_owned();
        Some(match verb {
            "publish" => Order::Publish {
                proposal: one(),
                why: None,
            },
            "download" => Order::Download(one()),
            "amend" => Order::Amend {
                proposal: one(),
                fields: Vec::new(),
            },
            "discard" => Order::Discard(one()),
            "history" => Order::History(one()),
            "restore" => {
                let (sop, number) = what.rsplit_once('=')?;
                Order::Restore {
                    sop: sop.to_owned(),
                    number: number.parse().ok()?,
                    why: String::new(),
                }
            }
            "readers" => Order::Readers(one()),
            "remind" => {
                let (sop, channel) = what.rsplit_once('=')?;
                Order::Remind {
                    sop: sop.to_owned(),
                    channel: channel.parse().ok()?,
                }
            }
            "queue" => Order::Queue,
            TO_NONE | TO_NEVER => Order::Teach {
                group: one(),
                to: verb.to_owned(),
            },
            "new" => Order::Begin {
                group: one(),
                title: String::new(),
                text: String::new(),
            },
            "statistics" => Order::Statistics,
            _ => return None,
        })
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code())
    }
}

impl Serialize for Act {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Act {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Ok(Act::parse(&code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes of buttons that were posted by earlier programs, one of each kind.
    const POSTED: &[&str] = &[
        "answer:ganti-ont",
        "point:ganti-ont#cek",
        "list:",
        "help:",
        "why:",
        "not:ganti-ont",
        "none:",
        "forward:ganti-ont",
        "am:PT Contoh Jaya",
        "am-valid:PT Contoh",
        "am-silent:PT Contoh",
        "walk:ganti-ont",
        "branch:ganti-ont/cek/2",
        "jump:cek",
        "steps:",
        "ticket:ganti-ont",
        "value:lokasi=a=b:c",
        "edit:lokasi",
        "edit:",
        "send:",
        "cancel:",
        "undo:",
        "back:",
        "skip:",
        "park:",
        "drop:",
        "keep:",
        "resume:3",
        "revise:T-261121-7F3K2Q",
        "entered:T-261121-7F3K2Q",
        "done:T-261121-7F3K2Q",
        "remind:T-261121-7F3K2Q",
        "form:",
        "ticks:1",
        "share:ganti-ont",
        "copy:T-261121-7F3K2Q",
        "logins:ganti-ont",
        "menu:2",
        "read:ganti-ont=4",
        "lead:publish:ab12",
        "lead:download:ab12",
        "lead:amend:ab12",
        "lead:discard:ab12",
        "lead:remind:ganti-ont=77",
        "lead:none:g1",
        "lead:never:g1",
        "lead:new:g1",
        "teach:g1=ganti-ont",
    ];

    #[test]
    fn codes_of_posted_buttons_are_read_and_written_back() {
        for code in POSTED {
            let act = Act::parse(code);
            assert!(!matches!(act, Act::Unknown(_)), "{code}");
            assert_eq!(act.code(), *code);
        }
    }

    #[test]
    fn an_unknown_code_is_kept() {
        for code in [
            "fly:away",
            "nothing",
            "value:lokasi",
            "read:x=y",
            "lead:fly:1",
        ] {
            assert_eq!(Act::parse(code), Act::Unknown(code.to_owned()));
        }
    }

    #[test]
    fn letters_and_codes_are_given_once() {
        for (place, row) in TABLE.iter().enumerate() {
            let again = |other: &&ActRow| {
                other.code == row.code || row.letter.is_some() && other.letter == row.letter
            };
            assert!(
                !TABLE[place + 1..].iter().any(|other| again(&other)),
                "{}",
                row.code
            );
        }
    }
}
