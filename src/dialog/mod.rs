//! The conversation with one agent: what was kept of it, what was said, what happens next.
//!
//! [`step()`] is the whole of it: *(knowledge, conversation, what was said, now)* in, *(next conversation, effects)* out.
//! It reads no clock, opens nothing and says nothing; an [`Effect`] is a decision that `wording` puts into words, and
//! that can be stored, compared and delivered again.

mod case;
mod control;
mod fill;
mod hours;
mod step;
mod stored;
mod waking;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use crate::act::Part;
use crate::catalog::sop::OutcomeKind;
use crate::catalog::{Case, Catalog, Form};
use crate::directory::{Contact, Directory};
use crate::guide::Walk;
use crate::guide::ruling::Ruling;
use crate::message::{Button, ChannelKind, EventId, Language, Reply, Said};
use crate::ticket::{Answers, FiledField, Progress, Remarked, Status, Ticket, Tracked};
use crate::value;

pub use case::{CustomerCase, ToldMessage};
pub use fill::from_question as values_in;
pub use hours::{BadHours, Hours};
pub use step::{cases_needed, step};

/// Reminders without an answer pile up buttons; older ones than this are forgotten.
const OFFERED_MAX: usize = 60;

/// What became of a message that an open dialog could do nothing with.
pub const NOT_UNDERSTOOD: &str = "not_understood";
/// An answer that the agent refused.
pub const REJECTED: &str = "rejected";

/// Everything kept of a conversation between two messages.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Conversation {
    /// What the next message answers.
    pub phase: Phase,
    /// The draft or walk at hand, finished walks included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Draft>,
    /// What the last replies offered: typing a label presses it.
    pub offered: Vec<Button>,
    /// How many of them, the first ones, may be pressed by their number: those of the very last reply.
    pub numbered: usize,
    /// The draft that `batal` threw away last, for taking that back.
    pub discarded: Option<Draft>,
    /// Drafts put aside, the latest last.
    pub parked: Vec<Parked>,
    /// When the last message came.
    pub touched: Option<Timestamp>,
    /// The last question, customer data masked, when the documents do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_on: Option<String>,
    /// The company whose account manager was shown or offered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub am: Option<String>,
    /// Filed cases that the agent looks at again until they are done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<FollowUp>,
    /// The customer at hand.
    #[serde(default, skip_serializing_if = "CustomerCase::is_empty")]
    pub case: CustomerCase,
    /// The other case of a message that named two; it waits until the first is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Box<Heard>>,
    /// The language in which it was read last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What a lead has set, where the conversation is a whole channel's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_kind: Option<ChannelKind>,
}

/// What the next message of a conversation answers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing is open.
    #[default]
    Idle,
    /// A procedure was shown; a ticket may be started from it with the values of the question.
    Answered(Heard),
    /// Several procedures fit; the agent picks one.
    Clarifying(Vec<Heard>),
    /// A field of the draft is asked for.
    Asking {
        /// The field.
        field: String,
        /// How often the answer could not be used.
        refused: u8,
        /// The known part of the value: the day of a moment whose hour is asked.
        partial: Option<String>,
        /// The value that was perhaps meant by an answer that could not be used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        suggested: Option<String>,
    },
    /// The draft is complete; the agent looks it over.
    Reviewing,
    /// A walk through a procedure: one of its causes is asked, or what the sentence at its end still lacks.
    Walking {
        /// How often the answer could not be used.
        refused: u8,
    },
    /// A walk has come to its end without a ticket; it can be gone back on, and a ticket be made of it.
    Walked,
    /// Another case came up while a draft is open: the agent says what becomes of the draft.
    Interrupted {
        /// What came up.
        heard: Heard,
    },
    /// The ticketing system's number of a filed ticket is asked for; an open draft goes on afterwards.
    Entering {
        /// The case.
        case: String,
    },
}

/// A procedure that a question may have meant, and the field values the question named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// The intent's id.
    pub intent: String,
    /// The points that were asked for.
    pub points: Vec<String>,
    /// Whether the points are the answer, so that the rest of the procedure is shown on request only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub brief: bool,
    /// Why the procedure was taken.
    pub evidence: Vec<String>,
    /// Values named in the question.
    pub answers: Answers,
    /// Fields with a part of their value: the day of a moment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub partials: BTreeMap<String, String>,
    /// The question, where the procedure answers one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Box<Asked>>,
}

/// The question that a procedure was taken for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// What was asked, customer data masked.
    pub text: String,
    /// How sure the matcher was of the procedure.
    pub confidence: f32,
    /// The procedures that it may have meant instead, the likeliest first.
    pub others: Vec<Heard>,
}

/// A ticket being filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The intent's id.
    pub intent: String,
    /// What is known so far.
    pub answers: Answers,
    /// The fields in the order in which they were asked, for `kembali`.
    pub asked: Vec<String>,
    /// The walk that comes before the ticket, while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk: Option<Walk>,
    /// What the walk before the ticket has found, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checked: Vec<String>,
    /// Fields with a part of their value in the question.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub partials: BTreeMap<String, String>,
    /// The filed ticket whose next version this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revises: Option<Revises>,
    /// Where pictures are that prove something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<String>,
    /// What the agent wants to be kept beside the fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The edition of the SOP that it was begun with, and is finished with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// When it was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Timestamp>,
}

/// The filed ticket that a draft is a revision of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Revises {
    /// Its id.
    pub id: String,
    /// The kind of channel it was filed in; it may be revised in another.
    pub channel_kind: ChannelKind,
}

/// A filed case that its agent is reminded of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FollowUp {
    /// The case.
    pub case: String,
    /// The intent's id.
    pub intent: String,
    /// How long after one reminder comes the next.
    pub every: SignedDuration,
    /// When the next one comes.
    pub due: Timestamp,
}

/// A draft put aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    /// By which it is resumed.
    pub number: u32,
    /// The draft.
    pub draft: Draft,
    /// Since when it waits.
    pub since: Timestamp,
    /// Whether the agent was reminded of it.
    pub reminded: bool,
}

/// A draft put aside, as it is listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkedLine {
    /// By which it is resumed.
    pub number: u32,
    /// The intent's id.
    pub intent: String,
    /// What sets it apart from others of the same procedure: its first values.
    pub about: String,
    /// How many mandatory fields are missing.
    pub left: usize,
    /// Since when it waits.
    #[serde(default)]
    pub since: Timestamp,
    /// It waited longer than drafts are kept at hand; it can still be resumed.
    pub expired: bool,
    /// How many questions its walk has left, while it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk_left: Option<usize>,
}

/// The draft at hand, as it is listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenDraft {
    /// What it is about.
    pub line: ParkedLine,
    /// What it holds; none where all of it is shown anyway.
    pub entries: Vec<FiledField>,
}

/// How much of a procedure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SopForm {
    /// What to do first; the rest on request.
    Short,
    /// All of it.
    #[default]
    Whole,
    /// The points that were asked for.
    Points,
}

/// What a turn decided to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// How the message was understood; says nothing to the agent.
    Understood(Understood),
    /// The procedure, beginning with the points that were asked for.
    ShowSop {
        intent: String,
        points: Vec<String>,
        /// How much of it.
        #[serde(default)]
        form: SopForm,
        /// What the question named, which a short answer repeats.
        #[serde(default, skip_serializing_if = "Answers::is_empty")]
        noted: Answers,
        /// It answers a question, which may have meant something else.
        #[serde(default)]
        may_be_wrong: bool,
    },
    /// One point or section of a procedure.
    ShowPoint { intent: String, id: String },
    /// Another procedure that the same message asked for.
    Also { intent: String },
    /// The other case of a message that named two, now that the first is done.
    Waiting { intent: String },
    /// Two or three procedures to choose from.
    Clarify { intents: Vec<String> },
    /// Nothing fits.
    Fallback,
    /// Values alone were told: what the case is about is asked.
    AskCase,
    /// The procedure under discussion says nothing of what was asked.
    Unsaid { intent: String },
    /// The customer is another company's, so no procedure is about them.
    ForeignCustomer { brand: String },
    /// A part of a procedure that is no section of it.
    ShowPart { intent: String, part: Part },
    /// What can be done next with a procedure whose values were noted.
    Offer { intent: String },
    /// The agent looks something up; nothing is asked.
    Patience,
    /// What the bot can do.
    Help,
    /// All procedures.
    ListSops,
    /// The tickets of this agent: the draft at hand with what it holds, those put aside, and those filed.
    ListTickets {
        #[serde(default)]
        open: Option<OpenDraft>,
        parked: Vec<ParkedLine>,
    },
    /// A filed ticket.
    ShowTicket { id: String },
    /// Why the last message was understood as it was.
    Explain {
        intent: String,
        evidence: Vec<String>,
    },
    /// Values that were taken over or changed.
    Noted { entries: Vec<FiledField> },
    /// Something that no field takes was noted in the draft.
    NoteKept { note: String },
    /// Pictures were noted in the draft; it names so many now.
    ProofNoted { count: usize },
    /// Pictures came without a draft that they could belong to.
    PictureOnly,
    /// Further values that cannot be used, besides the one that is asked for again.
    NotTaken { prompts: Vec<Prompt> },
    /// The draft cannot be filed: what is missing, and for which draft.
    Incomplete {
        intent: String,
        missing: Vec<String>,
    },
    /// Why a field is asked for.
    WhyAsked {
        intent: String,
        label: String,
        mandatory: bool,
    },
    /// Several things were offered, and one of them is to be picked.
    PickOne { buttons: Vec<Button> },
    /// Nothing is asked of the agent; the next case may come.
    Ready,
    /// A question for a field.
    Ask(Prompt),
    /// The whole draft, to look over.
    Review(Review),
    /// Which field is to be changed.
    ChooseField { fields: Vec<(String, String)> },
    /// Whom to turn to for a company.
    Am { card: ContactCard },
    /// How account managers are asked for.
    AmHow,
    /// Several companies have a name like this.
    AmChoose { companies: Vec<String> },
    /// The company is known; its account manager is named once that was validated.
    AmValidate { company: String },
    /// No contact is known for this.
    AmUnknown { query: String },
    /// A lead has added a company's contacts.
    AmAdded { card: ContactCard },
    /// How a lead adds a company, with what the last attempt lacked.
    AmAddHow { lacking: Option<AmLacking> },
    /// The account manager does not respond: whom to turn to instead.
    AmSilent { card: ContactCard },
    /// A word of the glossary.
    Defined { term: String },
    /// The words of the glossary, and the one that is not among them.
    Glossary { missing: Option<String> },
    /// What a rule of a procedure says to a question.
    Ruled { intent: String, ruling: Ruling },
    /// What a pasted number is, or may be.
    NumberIs { kinds: Vec<NumberKind> },
    /// A question was handed to the owner of a procedure.
    Forwarded { owner: String },
    /// What is wrong with an answer was handed to the owner of its procedure.
    Reported { owner: String },
    /// A question of a walk.
    WalkStep(WalkStep),
    /// The end of a walk.
    WalkEnd(WalkEnd),
    /// The steps of a walk to jump to, with their names.
    ChooseStep { steps: Vec<(String, String)> },
    /// The procedures that can be walked.
    ChooseWalk { intents: Vec<String> },
    /// The procedure has nothing to walk.
    NoWalk { intent: String },
    /// A walk was left; it can be taken back.
    WalkLeft { intent: String },
    /// A ticket was filed.
    Filed {
        id: String,
        text: String,
        /// The SOP asks to look at the case again until it is settled.
        #[serde(default)]
        follow_up: bool,
    },
    /// A filed ticket is changed; of another agent, who is named.
    Revising { id: String, agent: Option<String> },
    /// A revision would change nothing.
    Unchanged { id: String },
    /// Another revision was filed first.
    Outdated { id: String, latest: String },
    /// There is no such ticket.
    NoTicket { id: String },
    /// The ticket is another agent's.
    NotYours { id: String },
    /// The ticketing system's number of a case is asked for; `refused` says that the answer was none.
    AskNumber { case: String, refused: bool },
    /// No number was given after all.
    NumberLeft { case: String },
    /// How far a case is.
    Marked {
        case: String,
        status: Status,
        external: Option<String>,
    },
    /// A case is to be looked at again, next at this time.
    WillRemind { case: String, at: Timestamp },
    /// Cases that are to be looked at again.
    CheckAgain { cases: Vec<FollowUp> },
    /// A text to pass on to the customer.
    Kit { text: String },
    /// A draft was put aside.
    Parked { line: ParkedLine },
    /// A draft was put aside because nothing was said for long.
    ParkedBySilence { line: ParkedLine },
    /// Drafts wait to be resumed.
    Remind { parked: Vec<ParkedLine> },
    /// Another case came up while a draft is open.
    OtherCase { open: String, other: String },
    /// The draft was thrown away; it can be taken back.
    Discarded { intent: String },
    /// The SOP has no ticket form.
    NoForm { intent: String },
    /// There is no such command.
    NoCommand { typed: String },
    /// The command is a lead's.
    LeadsOnly,
    /// There is nothing that this would apply to.
    NothingOpen,
    /// A button of an earlier message no longer applies.
    Stale,
    /// The message is longer than what is read of one; its beginning was.
    TooLong,
    /// A courtesy is returned.
    Welcome,
}

/// How a message was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// As a question that a procedure answers.
    Answer,
    /// As a question that several procedures may answer.
    Clarify,
    /// As a question that no procedure answers.
    Fallback,
    /// As part of a ticket dialog.
    Dialog,
    /// As a command.
    Command,
}

impl Decision {
    /// The name in logs and records.
    pub fn name(self) -> &'static str {
        match self {
            Decision::Answer => "answer",
            Decision::Clarify => "clarify",
            Decision::Fallback => "fallback",
            Decision::Dialog => "dialog",
            Decision::Command => "command",
        }
    }
}

/// A decision with what led to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Understood {
    /// The decision.
    pub decision: Decision,
    /// The intent, when one was found.
    pub intent: Option<String>,
    /// How sure the matcher is, 0 to 1.
    pub confidence: f32,
}

/// A question for a field, complete in itself so that it can be shown again after the catalogue has changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// The field's id.
    pub field: String,
    /// Its name.
    pub label: String,
    /// The question as asked; the label when there is none.
    pub question: Option<String>,
    /// How the agent gets the value.
    pub help: Option<String>,
    /// An accepted value.
    pub example: Option<String>,
    /// What there is to choose from.
    pub options: Vec<String>,
    /// `tidak ada` is an answer.
    pub may_be_absent: bool,
    /// `tidak bisa dicek karena ...` is an answer.
    pub looked_up: bool,
    /// Why the last answer could not be used.
    pub problem: Option<Problem>,
    /// How often an answer could not be used.
    pub refused: u8,
    /// How many mandatory fields are missing, this one included; none when this one is not.
    pub left: usize,
}

/// A company's contacts, complete in themselves like a [`Prompt`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactCard {
    /// The company.
    pub company: String,
    /// The account manager.
    pub am: String,
    /// How to reach the account manager.
    pub am_contact: String,
    /// Who is turned to next.
    pub eos: String,
    /// How to reach them.
    pub eos_contact: String,
    /// The region.
    pub region: String,
    /// When this was last verified.
    pub verified: Date,
    /// That is long ago.
    pub stale: bool,
    /// In this channel the customer hears it after validation only, and that was not confirmed.
    #[serde(default)]
    pub unvalidated: bool,
}

/// Why no company was added to the account managers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmLacking {
    /// Only leads add companies.
    Lead,
    /// The company.
    Company,
    /// The account manager.
    Am,
    /// What this part of the line is.
    Label(String),
    /// A part is longer than a name.
    Short,
    /// The number belongs to another company.
    Taken { code: String, company: String },
}

/// A line of the audit: what was done, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditNote {
    /// What was done: `am.no-response`.
    pub what: &'static str,
    /// What it was done to.
    pub subject: String,
}

/// What a pasted number may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberKind {
    /// What it is called.
    pub label: String,
    /// The intent's id.
    pub intent: String,
    /// The point that says what to do with it.
    pub point: String,
}

/// A question of a walk, complete in itself like a [`Prompt`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WalkStep {
    /// The intent's id.
    pub intent: String,
    /// The cause's id.
    pub cause: String,
    /// What to find out.
    pub text: String,
    /// The possible answers.
    pub branches: Vec<String>,
    /// What was found so far, a line each.
    pub done: Vec<String>,
    /// How many questions can still come at most, this one included.
    pub left: usize,
    /// The last answer fits no branch, or more than one.
    pub unclear: bool,
    /// Whether a ticket can be gone to.
    pub ticket: bool,
}

/// The end of a walk, complete in itself like a [`Prompt`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WalkEnd {
    /// The intent's id.
    pub intent: String,
    /// The outcome's id.
    pub outcome: String,
    /// What it asks of the agent.
    pub kind: OutcomeKind,
    /// What to do.
    pub text: String,
    /// What to say to the customer, filled in.
    pub say: Option<String>,
    /// What was found, a line each.
    pub done: Vec<String>,
    /// Whether a ticket can be made of it.
    pub ticket: bool,
    /// Whether that ticket is gone on with at once.
    pub goes_on: bool,
}

/// A draft to look over, complete in itself like a [`Prompt`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// The intent's id.
    pub intent: String,
    /// The first line of the draft.
    pub title: String,
    /// Its fields in the SOP's order.
    pub entries: Vec<FiledField>,
    /// The complaint category, or what takes its place.
    pub kip: String,
    /// What is unusual.
    pub remarks: Vec<Remarked>,
    /// What is kept beside the fields.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The names of optional fields that are still empty.
    pub optional: Vec<String>,
    /// The filed ticket that this changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revises: Option<String>,
}

/// Why the last answer to a prompt could not be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// It is no value of the field's kind.
    Unusable(value::Error),
    /// The field cannot be left out.
    Mandatory,
    /// It could not be looked up, and the reason is missing.
    NoReason,
    /// It reads like talk; it is taken once the agent says that it is meant.
    Odd { value: String },
}

/// Where and when a message was said, by whom, and what is known there.
#[derive(Debug, Clone)]
pub struct Setting<'a> {
    /// The event, from which ids of this turn are drawn.
    pub event: &'a EventId,
    /// How often this turn was tried before; another number draws other ids.
    pub attempt: u32,
    /// Who said it.
    pub user: &'a str,
    /// Whether that is a team lead, who may do more than an agent.
    pub lead: bool,
    /// How customers reach the agents of this channel.
    pub channel_kind: ChannelKind,
    /// The channel's default service.
    pub service: Option<&'a str>,
    /// When it was said.
    pub now: &'a Zoned,
    /// How long a draft waits before it is put aside, and then before it expires.
    pub draft_kept: SignedDuration,
    /// When agents are reminded.
    pub hours: &'a Hours,
    /// The cases that [`cases_needed`] asked for, if they exist.
    pub cases: &'a [Tracked],
    /// The account managers, with those that leads have added.
    pub directory: &'a Directory,
}

/// What a turn does.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The conversation afterwards.
    pub next: Conversation,
    /// What to show, in order.
    pub effects: Vec<Effect>,
    /// A ticket to file.
    pub ticket: Option<Ticket>,
    /// How a case went on.
    pub progress: Option<Progress>,
    /// A question that was not answered, to be kept for the leads.
    pub unanswered: Option<Unanswered>,
    /// A company's contacts that a lead has added.
    pub contact: Option<Contact>,
    /// What the audit keeps besides.
    pub audit: Vec<AuditNote>,
}

/// A question that no procedure answered for sure.
#[derive(Debug, Clone, PartialEq)]
pub struct Unanswered {
    /// The question, customer data masked.
    pub text: String,
    /// The intent that came closest.
    pub intent: Option<String>,
    /// How sure the matcher was of it.
    pub confidence: f32,
    /// The point that answered it, when an agent said what is wrong with that.
    pub point: Option<String>,
    /// What became of it: `clarify`, `fallback`, `rejected`, `forwarded`, [`NOT_UNDERSTOOD`], or what is wrong with the
    /// answer ([`Fault::name`](crate::act::Fault::name)).
    pub decision: &'static str,
    /// When it was asked.
    pub at: Timestamp,
    /// The owner it was handed to, when an agent did so.
    pub forwarded_to: Option<String>,
}

impl Heard {
    /// A procedure picked by name, without a question.
    pub fn of(intent: &str) -> Self {
        Self {
            intent: intent.to_owned(),
            points: Vec::new(),
            brief: false,
            evidence: Vec::new(),
            answers: Answers::new(),
            partials: BTreeMap::new(),
            question: None,
        }
    }
}

impl Draft {
    /// A draft with what is known of it.
    pub fn new(intent: String, answers: Answers) -> Self {
        Self {
            intent,
            answers,
            asked: Vec::new(),
            walk: None,
            checked: Vec::new(),
            partials: BTreeMap::new(),
            revises: None,
            proofs: Vec::new(),
            notes: Vec::new(),
            edition: None,
            begun: None,
        }
    }

    /// The kind of channel the ticket belongs to: the agent's own, or that of the ticket it revises.
    pub fn channel_kind(&self, own: ChannelKind) -> ChannelKind {
        self.revises
            .as_ref()
            .map_or(own, |revises| revises.channel_kind)
    }

    /// What the draft's conditions are evaluated against.
    pub fn case(&self, channel_kind: ChannelKind) -> Case<'_> {
        Case {
            answers: &self.answers,
            channel_kind: self.channel_kind(channel_kind),
        }
    }

    /// The form that applies now; none when the catalogue lost the SOP or its form.
    pub fn form<'a>(&self, catalog: &'a Catalog, channel_kind: ChannelKind) -> Option<&'a Form> {
        catalog.sop(&self.intent)?.form(self.case(channel_kind))
    }
}

impl Conversation {
    /// The draft in work, if there is one: a finished walk is none.
    pub fn draft(&self) -> Option<&Draft> {
        self.draft.as_ref().filter(|_| self.phase != Phase::Walked)
    }

    /// Notes with which edition of its SOP the draft at hand was begun, and when, unless that is noted.
    pub fn note_edition(&mut self, catalog: &Catalog, now: Timestamp) {
        let Some(draft) = &mut self.draft else { return };
        if let Some(sop) = catalog.sop(&draft.intent) {
            draft.edition.get_or_insert_with(|| sop.edition.clone());
        }
        draft.begun.get_or_insert(now);
    }

    /// Remembers what the replies offer. What they say unasked takes nothing away that was offered before.
    pub fn offer(&mut self, replies: &[Reply], said: &Said) {
        let kept = match said {
            Said::Tick if replies.is_empty() => return,
            Said::Tick | Said::Showed(_) => std::mem::take(&mut self.offered),
            Said::Text(_) | Said::Press(_) => Vec::new(),
        };
        let last = replies
            .last()
            .map(|reply| reply.buttons.as_slice())
            .unwrap_or_default();
        let before = replies
            .iter()
            .rev()
            .skip(1)
            .flat_map(|reply| &reply.buttons);
        self.numbered = last.len();
        self.offered = last.iter().chain(before).chain(&kept).cloned().collect();
        self.offered.truncate(OFFERED_MAX);
    }

    /// The field that is asked for, if one is.
    pub fn asking(&self) -> Option<&str> {
        match &self.phase {
            Phase::Asking { field, .. } => Some(field),
            _ => None,
        }
    }
}
