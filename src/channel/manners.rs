//! How a chat behaves, whichever platform it is on: what is for the bot, who may press what, what only one person is
//! shown, and what is added below a reply.

use jiff::Zoned;

use super::place::Person;
use crate::act::{Act, Who};
use crate::assistant::Handled;
use crate::catalog::sop::SectionKind;
use crate::catalog::{Field, Form, Sop};
use crate::dialog::{Conversation, Decision, Draft, Effect, Phase, SopForm};
use crate::guide::Knowledge;
use crate::message::{Button, ChannelKind, Reply};
use crate::ticket::{Answers, Ticket};
use crate::value::Kind;
use crate::voice::Voice;
use crate::wording;

/// One open field is asked faster than a window is opened.
const FORM_FIELDS_MIN: usize = 2;

/// What decides whether a message is for the bot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Addressed {
    /// Only the bot reads it.
    pub is_direct: bool,
    /// It names the bot, or a role that only the bot has.
    pub mentions_bot: bool,
    /// It answers a message.
    pub replies_to: Option<By>,
    /// The channel, or the one that the thread belongs to, is there for questions to the bot.
    pub in_help_channel: bool,
    /// A thread or a forum post.
    pub in_thread: bool,
    /// The bot opened the thread, for one case.
    pub in_own_thread: bool,
}

/// Whose message is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The bot's.
    Bot,
    /// A person's.
    Person,
}

/// How a message concerns the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Called {
    /// It is for the bot.
    Directly,
    /// It was written where questions are.
    InHelpChannel,
    /// It was written in a thread: an open dialog of its author makes it the bot's.
    InThread,
    /// People talk to each other.
    Not,
}

impl Addressed {
    /// Returns how the message concerns the bot. In a channel that others share, an open dialog takes buttons and replies
    /// to the bot only: what its agent says there to colleagues is no answer.
    pub fn called(self) -> Called {
        if self.is_direct || self.mentions_bot || self.replies_to == Some(By::Bot) {
            Called::Directly
        } else if self.replies_to == Some(By::Person) {
            Called::Not
        } else if self.in_own_thread {
            Called::Directly
        } else if self.in_help_channel {
            Called::InHelpChannel
        } else if self.in_thread {
            Called::InThread
        } else {
            Called::Not
        }
    }
}

/// Whose conversation a press belongs to, or the block that says why it is refused.
pub fn permitted(owner: u64, act: &Act, person: &Person) -> Result<u64, &'static str> {
    match act.who() {
        Who::Lead if !person.lead => Err("leads_only"),
        Who::Owner if owner != person.id && !person.lead => Err("not_your_button"),
        Who::Owner => Ok(owner),
        Who::Anyone | Who::Lead => Ok(person.id),
    }
}

/// Whether only its presser wants to see what a press shows: what is looked up, and the way into a thread.
pub fn concerns_one(act: &Act) -> bool {
    matches!(
        act,
        Act::Point(_)
            | Act::Why
            | Act::ListSops
            | Act::Help
            | Act::Ticket(_)
            | Act::Copy(_)
            | Act::Revise(_)
            | Act::Done(_)
    )
}

/// Whether a message asked for a procedure, so that changing it asks again.
pub fn is_question(handled: &Handled) -> bool {
    let understood = handled.understood.as_ref();
    understood.is_some_and(|understood| {
        matches!(
            understood.decision,
            Decision::Answer | Decision::Clarify | Decision::Fallback
        )
    })
}

/// Whether an answer is one quiet line: people also talk to each other in a help channel.
pub fn is_quiet(called: Called, handled: &Handled) -> bool {
    let understood = handled.understood.as_ref();
    called == Called::InHelpChannel
        && understood.is_some_and(|understood| understood.decision == Decision::Fallback)
}

/// A procedure as it is shown to an agent who asks for it by name.
pub fn procedure(
    knowledge: &Knowledge,
    intent: &str,
    kind: ChannelKind,
    (now, voice): (&Zoned, &Voice),
) -> Vec<Reply> {
    if knowledge.catalog.sop(intent).is_none() {
        return Vec::new();
    }
    let show = Effect::ShowSop {
        intent: intent.to_owned(),
        points: Vec::new(),
        form: SopForm::Whole,
        noted: Answers::new(),
        may_be_wrong: false,
    };
    let around = wording::Around {
        now,
        channel_kind: kind,
        user: "",
        lead: false,
        tickets: &[],
        recent: &[],
        voice,
    };
    wording::replies(knowledge, &[show], around)
}

/// What is added below a reply.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extras<'a> {
    /// The SOP that it shows as a whole.
    pub whole: Option<&'a str>,
    /// The ticket that was filed in this turn.
    pub filed: Option<&'a str>,
    /// Whether logins are set that its SOP names.
    pub has_logins: bool,
    /// Whether only one person sees it.
    pub is_private: bool,
}

/// Adds what only a chat with private and public messages has: why this answer, sharing it, its logins, and a filed
/// draft alone.
pub fn decorate(reply: &mut Reply, extras: Extras<'_>, voice: &Voice) {
    let opens = |button: &Button| matches!(&button.action, Act::Revise(id) if extras.filed == Some(id.as_str()));
    if let Some(ticket) = extras.filed.filter(|_| reply.buttons.iter().any(opens)) {
        let copy = voice.button("copy", Act::Copy(ticket.to_owned()));
        reply.buttons.insert(0, copy);
    }
    if let Some(sop) = reply.sop.clone().filter(|_| extras.has_logins) {
        let logins = voice.button("logins", Act::Logins(sop));
        reply.buttons.push(logins);
    }
    let answers = |button: &Button| matches!(button.action, Act::NotThis(_));
    if extras.whole.is_some() || reply.buttons.iter().any(answers) {
        reply.buttons.push(voice.button("why", Act::Why));
    }
    if let Some(intent) = extras.whole.filter(|_| extras.is_private) {
        let share = Act::Publicise(intent.to_owned());
        reply.buttons.push(voice.button("share", share));
    }
}

/// A filed draft, as leads and the back office see it.
pub fn draft_card(ticket: &Ticket, voice: &Voice) -> Reply {
    let id = || ticket.id.clone();
    let text = format!(
        "**{}** · {}\n```\n{}\n```",
        ticket.id, ticket.agent, ticket.text
    );
    let buttons = vec![
        voice.button("copy", Act::Copy(id())),
        voice.button("revise", Act::Revise(id())),
        voice.button("entered", Act::Enter(id())),
    ];
    said(text, buttons)
}

/// What an agent works through, to be ticked off: ids and texts.
pub fn checklist(sop: &Sop, kind: ChannelKind) -> impl Iterator<Item = (&str, &str)> {
    let is_worked_through = |kind| matches!(kind, SectionKind::Check | SectionKind::Ask);
    let sections = sop.sections.iter();
    let sections = sections.filter(move |section| is_worked_through(section.kind));
    let items = sections.flat_map(|section| &section.items);
    let here = items
        .filter(move |item| item.channel_kinds.is_empty() || item.channel_kinds.contains(&kind));
    here.map(|item| (item.id.as_str(), item.text.as_str()))
}

/// The open fields that are written rather than chosen.
pub fn open_fields<'a>(
    form: &'a Form,
    draft: &'a Draft,
    kind: ChannelKind,
    now: &Zoned,
) -> impl Iterator<Item = &'a Field> {
    let missing = form.missing(draft.case(kind), now).into_iter();
    missing.filter(move |field| !matches!(field.spec(draft.case(kind)).kind, Kind::Choice(_)))
}

/// Whether several fields are open that are written, so that a window saves messages.
pub fn is_form_worth_it(
    conversation: &Conversation,
    knowledge: &Knowledge,
    kind: ChannelKind,
    now: &Zoned,
) -> bool {
    let (Phase::Asking { .. }, Some(draft)) = (&conversation.phase, conversation.draft()) else {
        return false;
    };
    let form = draft.form(&knowledge.catalog, kind);
    form.is_some_and(|form| open_fields(form, draft, kind, now).count() >= FORM_FIELDS_MIN)
}

/// A message of the channel's own.
pub fn said(text: String, buttons: Vec<Button>) -> Reply {
    Reply {
        text,
        buttons,
        ..Reply::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: Addressed, expected: Called) {
        assert_eq!(said.called(), expected, "{said:?}");
    }

    #[test]
    fn what_people_say_to_each_other_is_not_for_the_bot() {
        let none = Addressed::default();
        let reply = |to| Addressed {
            replies_to: Some(to),
            ..none
        };
        check(none, Called::Not);
        check(reply(By::Bot), Called::Directly);
        check(reply(By::Person), Called::Not);
        let direct = Addressed {
            is_direct: true,
            ..none
        };
        check(direct, Called::Directly);
        let mention = Addressed {
            mentions_bot: true,
            ..reply(By::Person)
        };
        check(mention, Called::Directly);
        let help = Addressed {
            in_help_channel: true,
            ..none
        };
        check(help, Called::InHelpChannel);
        let to_colleague = Addressed {
            replies_to: Some(By::Person),
            ..help
        };
        check(to_colleague, Called::Not);
        let thread = Addressed {
            in_thread: true,
            ..none
        };
        check(thread, Called::InThread);
        let below_help = Addressed {
            in_help_channel: true,
            ..thread
        };
        check(below_help, Called::InHelpChannel);
        let own = Addressed {
            in_own_thread: true,
            ..thread
        };
        check(own, Called::Directly);
        let aside = Addressed {
            replies_to: Some(By::Person),
            ..own
        };
        check(aside, Called::Not);
    }

    #[test]
    fn buttons_are_their_owners_unless_the_table_says_otherwise() {
        let person = |id, lead| Person {
            id,
            name: String::new(),
            lead,
            cleared: false,
        };
        let read = Act::Read {
            sop: String::new(),
            version: 1,
        };
        let queue = Act::Lead(crate::act::Order::Queue);
        for (act, who, expected) in [
            (&Act::Send, person(7, false), Ok(7)),
            (&Act::Send, person(8, false), Err("not_your_button")),
            (&Act::Send, person(8, true), Ok(7)),
            (&read, person(8, false), Ok(8)),
            (&queue, person(7, false), Err("leads_only")),
            (&queue, person(8, true), Ok(8)),
        ] {
            assert_eq!(permitted(7, act, &who), expected, "{act} {who:?}");
        }
    }
}
