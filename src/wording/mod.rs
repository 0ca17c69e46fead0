//! Decisions in the reader's words: effects in, replies out.
//!
//! What a reply says is a block of the [`Voice`] with the effect's own name (`data/wording.LANG.jinja`), filled with the
//! effect's own facts; the module `facts` adds what the effect only names, such as the title of an intent. What its buttons do is
//! decided here, what they are called is a block again (`label_...`). The text is Markdown with lists and bold only, so
//! that every channel can show it.

mod facts;
pub mod leads;
pub mod platform;
mod rules;
mod sop;

use jiff::Zoned;
use serde_json::{Value as Json, json};

use crate::act::Act;
use crate::dialog::{ContactCard, Effect, FollowUp, ParkedLine, Prompt, WalkEnd, WalkStep};
use crate::guide::Knowledge;
use crate::message::{Button, ChannelKind, Reply};
use crate::ticket::{Status, Ticket, Tracked, case_of};
use crate::voice::Voice;

/// A company's name in an act is cut to this many bytes; the search finds it by its beginning.
const NAME_BYTES_MAX: usize = 56;
/// What an agent writes, or a press means, when there is no value.
const ABSENT: &str = "tidak ada";

/// What a reply depends on besides the decision.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The day, for procedures whose review is overdue.
    pub now: &'a Zoned,
    /// How customers reach the agents of the channel.
    pub channel_kind: ChannelKind,
    /// Who reads it.
    pub user: &'a str,
    /// Whether that is a team lead.
    pub lead: bool,
    /// The cases that an effect shows: [`needs_tickets`].
    pub tickets: &'a [Tracked],
    /// Recent tickets of the procedure under review, of any agent.
    pub recent: &'a [Ticket],
    /// The reader's language.
    pub voice: &'a Voice,
}

/// Puts decisions into words.
pub fn replies(knowledge: &Knowledge, effects: &[Effect], around: Around<'_>) -> Vec<Reply> {
    let page = ReplyPage { knowledge, around };
    let shown = effects
        .iter()
        .filter(|effect| !matches!(effect, Effect::Understood(_)));
    shown.map(|effect| page.reply(effect)).collect()
}

/// Returns what an answer says that was given while nothing could be kept.
pub fn from_memory(voice: &Voice) -> Reply {
    said(voice, "from_memory", &Json::Null)
}

/// Filed cases that a reply shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// The agent's own.
    Own,
    /// The one that this ticket belongs to.
    One(&'a str),
}

/// Which filed cases effects show, which the store has to be asked for.
pub fn needs_tickets(effects: &[Effect]) -> Option<Wanted<'_>> {
    effects.iter().find_map(|effect| match effect {
        Effect::ListTickets { .. } => Some(Wanted::Own),
        Effect::ShowTicket { id } => Some(Wanted::One(id)),
        _ => None,
    })
}

/// The intent whose recent tickets a review has to be compared with.
pub fn needs_recent(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Review(review) => Some(review.intent.as_str()),
        _ => None,
    })
}

/// A message without buttons, with the block that says it.
fn said(voice: &Voice, block: &str, facts: &Json) -> Reply {
    let case = [
        &facts["problem"]["is"],
        &facts["lacking"]["is"],
        &facts["status"],
    ];
    let case = case.into_iter().find_map(Json::as_str);
    Reply {
        shown: case.map_or_else(|| block.to_owned(), |case| format!("{block}:{case}")),
        text: voice.say(block, facts),
        ..Reply::default()
    }
}

/// What every reply of a turn is made from.
#[derive(Clone, Copy)]
struct ReplyPage<'a> {
    knowledge: &'a Knowledge,
    around: Around<'a>,
}

impl ReplyPage<'_> {
    fn reply(self, effect: &Effect) -> Reply {
        match effect {
            Effect::ShowSop { .. }
            | Effect::ShowPoint { .. }
            | Effect::ShowPart { .. }
            | Effect::Ruled { .. }
            | Effect::NumberIs { .. } => return self.procedure(effect),
            _ => {}
        }
        let (block, facts) = self.facts(effect);
        Reply {
            buttons: self.buttons(effect),
            ..said(self.around.voice, &block, &facts)
        }
    }

    fn buttons(self, effect: &Effect) -> Vec<Button> {
        let button = |label: &str, act| self.around.voice.button(label, act);
        match effect {
            Effect::Also { intent } | Effect::Waiting { intent } => vec![self.open(intent)],
            Effect::Clarify { intents } => self.choices(intents),
            Effect::Offer { intent } => self.next_steps(intent),
            Effect::Fallback => vec![button("list", Act::ListSops), button("help", Act::Help)],
            Effect::Unsaid { intent } => vec![button("forward", Act::Forward(intent.clone()))],
            Effect::Help => vec![button("list", Act::ListSops)],
            Effect::ListSops => {
                let sops = self.knowledge.catalog.sops.iter();
                sops.map(|sop| self.open(&sop.id)).collect()
            }
            Effect::PickOne { buttons } => buttons.clone(),
            Effect::ListTickets { parked, .. } | Effect::Remind { parked } => {
                parked.iter().map(|line| self.resume(line)).collect()
            }
            Effect::Parked { line } | Effect::ParkedBySilence { line } => vec![self.resume(line)],
            Effect::ShowTicket { id } => match self.ticket(id) {
                Some((tracked, ticket)) if ticket.id == tracked.latest.id => {
                    self.of_filed(&ticket.id, tracked.status(), false)
                }
                _ => Vec::new(),
            },
            Effect::Filed { id, follow_up, .. } => self.of_filed(id, Status::Open, *follow_up),
            Effect::Marked {
                case,
                status: Status::Entered,
                ..
            } => vec![
                button("done", Act::Done(case.clone())),
                button("remind", Act::FollowUp(case.clone())),
            ],
            Effect::WillRemind { case, .. } => vec![button("done", Act::Done(case.clone()))],
            Effect::CheckAgain { cases } => self.to_check(cases),
            Effect::Outdated { latest, .. } => {
                vec![button("revise_latest", Act::Revise(latest.clone()))]
            }
            Effect::Ask(prompt) => self.answers(prompt),
            Effect::Review(_) => vec![
                button("send", Act::Send),
                button("edit", Act::Edit(None)),
                button("cancel", Act::Cancel),
            ],
            Effect::ChooseField { fields } => named(fields, |id| Act::Edit(Some(id))),
            Effect::ChooseStep { steps } => named(steps, |id| Act::Jump(Some(id))),
            Effect::ChooseWalk { intents } => {
                let walk =
                    |intent: &String| plain(&self.title(intent), Act::Walk(Some(intent.clone())));
                intents.iter().map(walk).collect()
            }
            Effect::OtherCase { .. } => vec![
                button("park", Act::Park),
                button("drop", Act::Drop),
                button("keep", Act::KeepDraft),
            ],
            Effect::Discarded { .. } | Effect::WalkLeft { .. } => {
                vec![button("undo", Act::Undo), button("list", Act::ListSops)]
            }
            Effect::WalkStep(step) => self.of_step(step),
            Effect::WalkEnd(end) => self.of_end(end),
            Effect::Am { card } | Effect::AmAdded { card } => self.of_contact(card),
            Effect::AmValidate { company } => {
                vec![button("am_valid", Act::ValidateCompany(beginning(company)))]
            }
            Effect::AmChoose { companies } => {
                let choose = |company: &String| {
                    plain(company, Act::AccountManager(Some(beginning(company))))
                };
                companies.iter().map(choose).collect()
            }
            Effect::Defined { term } => self.where_used(term),
            _ => Vec::new(),
        }
    }

    fn open(self, intent: &str) -> Button {
        plain(&self.title(intent), Act::Open(intent.to_owned()))
    }

    fn choices(self, intents: &[String]) -> Vec<Button> {
        let sops: Vec<_> = intents
            .iter()
            .filter_map(|intent| self.knowledge.catalog.sop(intent))
            .collect();
        let none = if sops.len() == 1 { "not" } else { "none" };
        let none = self.around.voice.button(none, Act::NoneOfThese);
        let sops = sops.iter();
        let open = sops.map(|sop| plain(&sop.distinction, Act::Open(sop.id.clone())));
        open.chain([none]).collect()
    }

    fn resume(self, line: &ParkedLine) -> Button {
        let facts = json!({"number": line.number, "sop_title": self.title(&line.intent)});
        let act = Act::Resume(Some(line.number.to_string()));
        self.around.voice.button_about("resume", &facts, act)
    }

    /// What may be done with a filed ticket.
    fn of_filed(self, id: &str, status: Status, follow_up: bool) -> Vec<Button> {
        let case = case_of(id).to_owned();
        let button = |label: &str, act| self.around.voice.button(label, act);
        let revise = button("revise", Act::Revise(id.to_owned()));
        let entered = || button("entered", Act::Enter(case.clone()));
        match status {
            Status::Open if follow_up => {
                vec![
                    revise,
                    entered(),
                    button("remind", Act::FollowUp(case.clone())),
                ]
            }
            Status::Open => vec![revise, entered()],
            Status::Entered => vec![revise, button("done", Act::Done(case))],
            Status::Done => vec![revise],
        }
    }

    fn to_check(self, cases: &[FollowUp]) -> Vec<Button> {
        let (done, later) = match cases.len() {
            1 => ("done", "remind"),
            _ => ("done_case", "remind_case"),
        };
        let voice = self.around.voice;
        let both = |follow_up: &FollowUp| {
            let (case, facts) = (&follow_up.case, json!({"case": follow_up.case}));
            [
                voice.button_about(done, &facts, Act::Done(case.clone())),
                voice.button_about(later, &facts, Act::FollowUp(case.clone())),
            ]
        };
        cases.iter().flat_map(both).collect()
    }

    fn answers(self, prompt: &Prompt) -> Vec<Button> {
        let answer = |value: &str| Act::Value {
            field: prompt.field.clone(),
            value: value.to_owned(),
        };
        let options = prompt.options.iter();
        let options = options.map(|option| plain(option, answer(option)));
        let absent = prompt
            .may_be_absent
            .then(|| self.around.voice.button("absent", answer(ABSENT)));
        options.chain(absent).collect()
    }

    fn of_step(self, step: &WalkStep) -> Vec<Button> {
        let button = |label: &str, act| self.around.voice.button(label, act);
        let branches = step.branches.iter().enumerate();
        let branches = branches.map(|(place, label)| {
            let branch = format!("{}/{}/{place}", step.intent, step.cause);
            plain(label, Act::Branch(branch))
        });
        let back = (!step.done.is_empty()).then(|| button("back", Act::Back));
        let ticket = || button("to_ticket", Act::Ticket(Some(step.intent.clone())));
        let ticket = step.ticket.then(ticket);
        branches.chain(back).chain(ticket).collect()
    }

    fn of_end(self, end: &WalkEnd) -> Vec<Button> {
        if end.goes_on {
            return Vec::new();
        }
        let button = |label: &str, act| self.around.voice.button(label, act);
        let ticket = || button("ticket", Act::Ticket(Some(end.intent.clone())));
        let ticket = end.ticket.then(ticket);
        ticket
            .into_iter()
            .chain([button("back", Act::Back)])
            .collect()
    }

    fn of_contact(self, card: &ContactCard) -> Vec<Button> {
        let company = beginning(&card.company);
        let button = |label: &str, act| self.around.voice.button(label, act);
        let valid = || button("am_valid", Act::ValidateCompany(company.clone()));
        let valid = card.unvalidated.then(valid);
        let silent = button("am_silent", Act::SilentAccountManager(company.clone()));
        valid.into_iter().chain([silent]).collect()
    }

    fn where_used(self, term: &str) -> Vec<Button> {
        let term = self.knowledge.catalog.glossary.get(term);
        let points = term.into_iter().flat_map(|term| &term.points);
        let buttons = points.filter_map(|point| {
            let (intent, _) = point.split_once('#')?;
            self.knowledge.catalog.sop(intent)?;
            let facts = json!({"sop_title": self.title(intent)});
            let act = Act::Point(point.clone());
            Some(self.around.voice.button_about("where", &facts, act))
        });
        buttons.collect()
    }

    fn title(self, intent: &str) -> String {
        let sop = self.knowledge.catalog.sop(intent);
        sop.map_or_else(|| intent.to_owned(), |sop| sop.title.clone())
    }
}

/// A button that is called as an SOP, a company or an option is called.
fn plain(label: &str, action: Act) -> Button {
    Button {
        label: label.to_owned(),
        action,
    }
}

fn named(those: &[(String, String)], act: impl Fn(String) -> Act) -> Vec<Button> {
    let buttons = those.iter().map(|(id, name)| plain(name, act(id.clone())));
    buttons.collect()
}

fn beginning(company: &str) -> String {
    company[..company.floor_char_boundary(NAME_BYTES_MAX)].to_owned()
}
