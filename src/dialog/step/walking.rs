//! Walking through a procedure: one question of its graph after the other, until an end says what to do.
//!
//! A walk is a draft whose next question comes from the SOP's graph instead of its form, so that it is parked,
//! interrupted, thrown away and taken up again like any other; where it ends in a ticket, the form goes on with what the
//! walk has established.

use super::super::{
    Conversation, Decision, Draft, Effect, Heard, Phase, Problem, Step, WalkEnd, WalkStep, fill,
};
use super::Turn;
use super::question::Aside;
use crate::catalog::sop::{CONTACT_PLACEHOLDERS, Cause, Outcome, OutcomeKind};
use crate::catalog::{Case, Field, Sop};
use crate::dialog::control::Control;
use crate::directory::Contact;
use crate::guide::walk::{self, Ground, Place};
use crate::guide::{Walk, branch};
use crate::matcher;
use crate::ticket::{self, Answers, Entry};

/// As often as this an answer is refused before the prompt stops growing.
const REFUSED_MAX: u8 = 9;
/// A step's name is at least this much of what it was called by.
const NAME_SHARE_MIN: f64 = 0.5;

/// How a question of a walk comes about again.
#[derive(Default)]
struct Again {
    refused: u8,
    unclear: bool,
    problem: Option<Problem>,
}

impl Turn<'_> {
    /// Begins a walk with what is known of the case.
    pub fn walk(&self, conversation: &Conversation, intent: &str) -> Step {
        let told = match (&conversation.phase, conversation.draft()) {
            (_, Some(draft)) if draft.intent == intent => draft.answers.clone(),
            (_, Some(draft)) => {
                let heard = Heard::of(intent);
                return self.interrupted(conversation, draft.clone(), heard, Vec::new());
            }
            (Phase::Answered(heard), _) if heard.intent == intent => heard.answers.clone(),
            (Phase::Walked(draft), _) if draft.intent == intent => draft.answers.clone(),
            (Phase::Clarifying(choices), _) => choices
                .iter()
                .find(|heard| heard.intent == intent)
                .map(|heard| heard.answers.clone())
                .unwrap_or_default(),
            _ => Answers::new(),
        };
        let mut draft = Draft::new(intent.to_owned(), told);
        let Some(sop) = self.knowledge.catalog.sop(intent) else {
            return self.same(conversation, Effect::Stale);
        };
        draft.walk = Walk::start(self.ground(sop, &draft));
        if draft.walk.is_none() {
            let intent = intent.to_owned();
            return self.same(conversation, Effect::NoWalk { intent });
        }
        let noted = self.told(sop, &draft, |_| true);
        self.walk_on(conversation, draft, 0, noted)
    }

    /// Shows where a walk stands: the open question, what its end still lacks, or the end.
    pub fn walk_on(
        &self,
        conversation: &Conversation,
        draft: Draft,
        refused: u8,
        effects: Vec<Effect>,
    ) -> Step {
        let again = Again {
            refused,
            ..Again::default()
        };
        self.walk_again(conversation, draft, again, effects)
    }

    fn walk_again(
        &self,
        conversation: &Conversation,
        draft: Draft,
        again: Again,
        mut effects: Vec<Effect>,
    ) -> Step {
        let Some((sop, walk, place)) = self.stands(&draft) else {
            let stale = vec![Effect::Stale];
            return self.go_as(conversation, Phase::Idle, stale, Decision::Dialog);
        };
        let refused = again.refused;
        match place {
            Place::Step(cause) => {
                effects.push(Effect::WalkStep(WalkStep {
                    intent: draft.intent.clone(),
                    cause: cause.id.clone(),
                    text: cause.text.clone(),
                    branches: cause
                        .branches
                        .iter()
                        .map(|branch| branch.when.clone())
                        .collect(),
                    done: walk.checked(sop),
                    left: walk.left(sop),
                    unclear: again.unclear,
                    ticket: !sop.forms.is_empty(),
                }));
            }
            Place::End(outcome) => {
                let known = Draft {
                    answers: walk.answers(self.ground(sop, &draft)),
                    ..draft.clone()
                };
                let lacking = self.lacking(sop, outcome, &known);
                let form = known.form(&self.knowledge.catalog, self.around.channel_kind);
                let (Some(field), Some(form)) = (lacking.first(), form) else {
                    return self.walk_end(conversation, draft, effects);
                };
                let mut prompt = self.prompt(form, field, &known, again.problem, again.refused);
                prompt.left = lacking.len();
                effects.push(Effect::Ask(prompt));
            }
        }
        let phase = Phase::Walking { draft, refused };
        self.go_as(conversation, phase, effects, Decision::Dialog)
    }

    /// Comes to the end: what to do, what to say, and the ticket where one is due.
    fn walk_end(
        &self,
        conversation: &Conversation,
        draft: Draft,
        mut effects: Vec<Effect>,
    ) -> Step {
        let Some((sop, walk, Place::End(outcome))) = self.stands(&draft) else {
            return self.same(conversation, Effect::Stale);
        };
        let answers = walk.answers(self.ground(sop, &draft));
        let at_once = outcome.kind == OutcomeKind::Ticket && !sop.forms.is_empty();
        effects.push(Effect::WalkEnd(WalkEnd {
            intent: draft.intent.clone(),
            outcome: outcome.id.clone(),
            kind: outcome.kind,
            text: outcome.text.clone(),
            say: outcome.say.as_ref().map(|say| {
                let contact = self.contact_of(conversation, &answers);
                // What may have changed is not said to a customer.
                let contact = contact.filter(|contact| !contact.is_stale(self.around.now.date()));
                said(sop, say, &answers, contact)
            }),
            done: walk.checked(sop),
            ticket: !sop.forms.is_empty(),
            goes_on: at_once,
        }));
        if at_once {
            return self.walk_to_ticket(conversation, &draft, effects);
        }
        let phase = Phase::Walked(draft);
        self.go_as(conversation, phase, effects, Decision::Dialog)
    }

    /// Goes on to the ticket, from wherever the walk stands, with everything it has established.
    fn walk_to_ticket(
        &self,
        conversation: &Conversation,
        draft: &Draft,
        mut effects: Vec<Effect>,
    ) -> Step {
        let (Some(sop), Some(walk)) = (self.knowledge.catalog.sop(&draft.intent), &draft.walk)
        else {
            return self.same(conversation, Effect::Stale);
        };
        if sop.forms.is_empty() {
            let intent = draft.intent.clone();
            return self.same(conversation, Effect::NoForm { intent });
        }
        let ticket = Draft {
            answers: walk.answers(self.ground(sop, draft)),
            checked: walk.checked(sop),
            walk: None,
            ..draft.clone()
        };
        effects.extend(self.told(sop, &ticket, |_| true));
        self.advance(conversation, ticket, effects)
    }

    /// A message in the middle of a walk.
    pub fn walk_hear(
        &self,
        conversation: &Conversation,
        draft: &Draft,
        refused: u8,
        text: &str,
    ) -> Step {
        match self.stands(draft) {
            Some((sop, _, Place::Step(cause))) => {
                self.walk_reply(conversation, draft, refused, (sop, cause), text)
            }
            Some((sop, walk, Place::End(outcome))) => {
                let answers = walk.answers(self.ground(sop, draft));
                let known = Draft {
                    answers,
                    ..draft.clone()
                };
                match self.lacking(sop, outcome, &known).first() {
                    Some(field) => self.walk_answer(conversation, &known, refused, field, text),
                    None => self.walk_end(conversation, draft.clone(), Vec::new()),
                }
            }
            None => self.same(conversation, Effect::Stale),
        }
    }

    /// A reply to a cause's question: a value of its field, a branch in other words, or something else said instead.
    fn walk_reply(
        &self,
        conversation: &Conversation,
        draft: &Draft,
        refused: u8,
        (sop, cause): (&Sop, &Cause),
        text: &str,
    ) -> Step {
        let asks = text.trim_end().ends_with('?') || self.defined(text).is_some();
        if !asks && let Some(step) = self.walk_by_reply(conversation, draft, (sop, cause), text) {
            return step;
        }
        match self.meant_aside(&draft.intent, text) {
            Some(Aside::Question(shown)) => {
                return self.walk_on(conversation, draft.clone(), refused, vec![shown]);
            }
            Some(Aside::Case(heard)) => {
                return self.interrupted(conversation, draft.clone(), heard, Vec::new());
            }
            None => {}
        }
        if asks && let Some(step) = self.walk_by_reply(conversation, draft, (sop, cause), text) {
            return step;
        }
        let again = Again {
            refused: (refused + 1).min(REFUSED_MAX),
            unclear: true,
            problem: None,
        };
        self.walk_again(conversation, draft.clone(), again, Vec::new())
    }

    fn walk_by_reply(
        &self,
        conversation: &Conversation,
        draft: &Draft,
        (sop, cause): (&Sop, &Cause),
        text: &str,
    ) -> Option<Step> {
        let walk = draft.walk.as_ref()?;
        let mut told = draft.answers.clone();
        // What a sentence tells beside its point counts as well; a word or two is nothing but an answer.
        let (kind, now) = (self.around.channel_kind, self.around.now);
        for (id, answer) in fill::from_question(sop, text, kind, now) {
            told.entry(id).or_insert(answer);
        }
        let value = walk::told_by(cause, text, self.ground(sop, draft));
        let is_value = value.is_some();
        told.extend(value);
        let mut next = Draft {
            answers: told,
            ..draft.clone()
        };
        let settled = || Some(walk.clone().settled(self.ground(sop, &next)));
        let moved = match branch::meant(cause, text, &self.knowledge.lexicon) {
            // It was asked for and told here, so going back comes to it again.
            _ if is_value => walk
                .known_branch(cause, self.ground(sop, &next))
                .and_then(|branch| walk.choose(branch, self.ground(sop, &next))),
            Some(branch) => walk.choose(branch, self.ground(sop, &next)),
            None if next.answers != draft.answers => settled(),
            None => None,
        };
        next.walk = Some(moved?);
        let noted = self.told(sop, &next, |id| {
            next.answers.get(id) != draft.answers.get(id)
        });
        Some(self.walk_on(conversation, next, 0, noted))
    }

    /// An answer to what the sentence at a walk's end lacks.
    fn walk_answer(
        &self,
        conversation: &Conversation,
        draft: &Draft,
        refused: u8,
        field: &Field,
        text: &str,
    ) -> Step {
        let (kind, now) = (self.around.channel_kind, self.around.now);
        let Some(form) = draft.form(&self.knowledge.catalog, kind) else {
            return self.same(conversation, Effect::Stale);
        };
        let taken = fill::from_answer(form, field, text, None, &draft.answers, kind, now);
        let told = Draft {
            answers: taken.answers,
            ..draft.clone()
        };
        let Some(problem) = taken.problem else {
            return self.walk_on(conversation, told, 0, Vec::new());
        };
        match self.meant_aside(&draft.intent, text) {
            Some(Aside::Question(shown)) => self.walk_on(conversation, told, refused, vec![shown]),
            Some(Aside::Case(heard)) if taken.others.is_empty() => {
                self.interrupted(conversation, draft.clone(), heard, Vec::new())
            }
            Some(Aside::Case(_)) | None => {
                let again = Again {
                    refused: (refused + 1).min(REFUSED_MAX),
                    unclear: true,
                    problem: Some(problem),
                };
                self.walk_again(conversation, told, again, Vec::new())
            }
        }
    }

    /// A control word that a walk understands in its own way.
    pub fn walk_control(
        &self,
        conversation: &Conversation,
        control: &Control,
        text: &str,
    ) -> Option<Step> {
        Some(match (control, &conversation.phase) {
            (Control::Walk(Some(name)), _) => match self.sop_named(name) {
                Some(intent) => self.walk(conversation, &intent),
                None => self.choose_walk(conversation),
            },
            (Control::Walk(None), Phase::Walking { draft, refused }) => {
                self.walk_on(conversation, draft.clone(), *refused, Vec::new())
            }
            (Control::Walk(None), Phase::Answered(heard)) => self.walk(conversation, &heard.intent),
            (Control::Walk(None), Phase::Clarifying(choices)) if choices.len() == 1 => {
                self.walk(conversation, &choices[0].intent)
            }
            (Control::Walk(None), phase) => match (conversation.draft(), phase) {
                (Some(draft), _) | (None, Phase::Walked(draft)) => {
                    self.walk(conversation, &draft.intent)
                }
                (None, _) => self.choose_walk(conversation),
            },
            (Control::Jump(name), Phase::Walking { draft, .. } | Phase::Walked(draft)) => {
                self.jump_to_named(conversation, draft, name.as_deref())
            }
            (Control::Edit(None), Phase::Walking { draft, .. }) => {
                self.jump_to_named(conversation, draft, None)
            }
            (Control::Start, Phase::Walking { draft, .. } | Phase::Walked(draft)) => {
                self.walk_to_ticket(conversation, draft, Vec::new())
            }
            (Control::Back, Phase::Walking { draft, .. } | Phase::Walked(draft)) => {
                self.walk_back(conversation, draft)
            }
            (Control::Skip, Phase::Walking { draft, refused }) => {
                self.walk_skip(conversation, draft, *refused, text)
            }
            (Control::Cancel, Phase::Walking { draft, .. }) => self.leave_walk(conversation, draft),
            (Control::Cancel, Phase::Walked(_)) => {
                let help = vec![Effect::Help];
                self.go_as(conversation, Phase::Idle, help, Decision::Command)
            }
            (
                Control::Confirm | Control::Send | Control::Edit(Some(_)),
                Phase::Walking { draft, refused },
            ) => self.walk_hear(conversation, draft, *refused, text),
            _ => return None,
        })
    }

    /// A button that belongs to a walk.
    pub fn walk_press(&self, conversation: &Conversation, verb: &str, what: &str) -> Option<Step> {
        Some(match (verb, &conversation.phase) {
            ("walk", _) => self.walk(conversation, what),
            ("branch", Phase::Walking { draft, .. }) => {
                self.press_branch(conversation, draft, what)
            }
            ("jump", Phase::Walking { draft, .. } | Phase::Walked(draft)) => {
                self.jump(conversation, draft, what)
            }
            ("back", Phase::Walking { draft, .. } | Phase::Walked(draft)) => {
                self.walk_back(conversation, draft)
            }
            ("skip", Phase::Walking { draft, refused }) => {
                self.walk_skip(conversation, draft, *refused, "lewati")
            }
            ("steps", Phase::Walking { draft, .. } | Phase::Walked(draft)) => {
                self.jump_to_named(conversation, draft, None)
            }
            ("ticket", Phase::Walking { draft, .. } | Phase::Walked(draft))
                if draft.intent == what =>
            {
                self.walk_to_ticket(conversation, draft, Vec::new())
            }
            ("ticket", Phase::Walking { draft, .. }) => {
                self.interrupted(conversation, draft.clone(), Heard::of(what), Vec::new())
            }
            ("value", Phase::Walking { draft, refused }) => {
                let (_, value) = what.split_once('=')?;
                self.walk_hear(conversation, draft, *refused, value)
            }
            _ => return None,
        })
    }

    /// `INTENT/CAUSE/N`: an answer to the question that is open now, and to no other.
    fn press_branch(&self, conversation: &Conversation, draft: &Draft, what: &str) -> Step {
        let mut parts = what.splitn(3, '/');
        let (intent, cause) = (parts.next(), parts.next());
        let branch = parts.next().and_then(|branch| branch.parse().ok());
        let next = self.stands(draft).and_then(|(sop, walk, _)| {
            let is_open = intent == Some(draft.intent.as_str()) && cause == Some(walk.at.as_str());
            walk.choose(branch.filter(|_| is_open)?, self.ground(sop, draft))
        });
        match next {
            Some(_) => self.walk_from(conversation, draft, next),
            None => self.same(conversation, Effect::Stale),
        }
    }

    fn walk_from(&self, conversation: &Conversation, draft: &Draft, walk: Option<Walk>) -> Step {
        let draft = Draft {
            walk,
            ..draft.clone()
        };
        self.walk_on(conversation, draft, 0, Vec::new())
    }

    fn walk_back(&self, conversation: &Conversation, draft: &Draft) -> Step {
        let back = draft.walk.as_ref().and_then(Walk::back);
        let walk = back.or_else(|| draft.walk.clone());
        self.walk_from(conversation, draft, walk)
    }

    fn jump(&self, conversation: &Conversation, draft: &Draft, cause: &str) -> Step {
        let known = self.knowledge.catalog.sop(&draft.intent);
        match (known.and_then(|sop| sop.cause(cause)), &draft.walk) {
            (Some(cause), Some(walk)) => {
                self.walk_from(conversation, draft, Some(walk.jump(&cause.id)))
            }
            _ => self.same(conversation, Effect::Stale),
        }
    }

    /// Goes to the step of this name, or asks which one.
    fn jump_to_named(
        &self,
        conversation: &Conversation,
        draft: &Draft,
        name: Option<&str>,
    ) -> Step {
        let Some(sop) = self.knowledge.catalog.sop(&draft.intent) else {
            return self.same(conversation, Effect::Stale);
        };
        match name.and_then(|name| step_named(sop, name)) {
            Some(cause) => self.jump(conversation, draft, &cause.id),
            None => {
                let steps = sop.causes.iter();
                let steps = steps.map(|cause| (cause.id.clone(), cause.name().to_owned()));
                let ask = Effect::ChooseStep {
                    steps: steps.collect(),
                };
                let phase = conversation.phase.clone();
                self.go_as(conversation, phase, vec![ask], Decision::Dialog)
            }
        }
    }

    /// Leaves out what may be left out: a step one of whose branches says so, a value that the last sentence lacks.
    fn walk_skip(
        &self,
        conversation: &Conversation,
        draft: &Draft,
        refused: u8,
        text: &str,
    ) -> Step {
        match self.stands(draft) {
            Some((_, _, Place::End(_))) => self.walk_end(conversation, draft.clone(), Vec::new()),
            _ => self.walk_hear(conversation, draft, refused, text),
        }
    }

    fn leave_walk(&self, conversation: &Conversation, draft: &Draft) -> Step {
        let next = Conversation {
            discarded: Some(draft.clone()),
            ..conversation.clone()
        };
        let intent = draft.intent.clone();
        let told = vec![Effect::WalkLeft { intent }];
        self.go_as(&next, Phase::Idle, told, Decision::Dialog)
    }

    fn choose_walk(&self, conversation: &Conversation) -> Step {
        let sops = self.knowledge.catalog.sops.iter();
        let walked = sops.filter(|sop| !sop.causes.is_empty());
        let intents = walked.map(|sop| sop.id.clone()).collect();
        self.aside(conversation, Effect::ChooseWalk { intents })
    }

    /// The procedure of this id, or the one that these words ask for without doubt.
    fn sop_named(&self, name: &str) -> Option<String> {
        if self.knowledge.catalog.sop(name).is_some() {
            return Some(name.to_owned());
        }
        let found = self.classify(name);
        let best = found.candidates.first()?;
        (found.decision == matcher::Decision::Answer).then(|| best.intent.to_string())
    }

    /// How many questions the walk of a draft has left.
    pub fn walk_left(&self, draft: &Draft) -> Option<usize> {
        self.stands(draft).map(|(sop, walk, _)| walk.left(sop))
    }

    fn stands<'t>(&'t self, draft: &'t Draft) -> Option<(&'t Sop, &'t Walk, Place<'t>)> {
        let sop = self.knowledge.catalog.sop(&draft.intent)?;
        let walk = draft.walk.as_ref()?;
        Some((sop, walk, walk.place(sop)?))
    }

    fn ground<'t>(&'t self, sop: &'t Sop, draft: &'t Draft) -> Ground<'t> {
        Ground {
            sop,
            told: &draft.answers,
            channel_kind: self.around.channel_kind,
            now: self.around.now,
        }
    }

    /// The fields that the sentence of an outcome names and nobody has told.
    fn lacking<'s>(&self, sop: &'s Sop, outcome: &Outcome, known: &Draft) -> Vec<&'s Field> {
        let case = Case {
            answers: &known.answers,
            channel_kind: self.around.channel_kind,
        };
        let form = sop.form(case);
        let say = outcome.say.as_deref().unwrap_or_default();
        let named = ticket::placeholders(say).filter(|id| !known.answers.contains_key(*id));
        let mut fields: Vec<&Field> = Vec::new();
        for field in named.filter_map(|id| form?.field(id)) {
            if field.exists(case) && !fields.iter().any(|known| known.id == field.id) {
                fields.push(field);
            }
        }
        fields
    }

    fn told(&self, sop: &Sop, draft: &Draft, is_new: impl Fn(&str) -> bool) -> Vec<Effect> {
        let case = draft.case(self.around.channel_kind);
        let entries = sop
            .form(case)
            .map(|form| form.entries(case, self.around.now));
        let mut entries = entries.unwrap_or_default();
        entries.retain(|entry| is_new(&entry.field));
        match entries.is_empty() {
            true => Vec::new(),
            false => vec![Effect::Noted { entries }],
        }
    }
}

/// The cause that an agent calls by this name: its id, or the one name that is most like it.
fn step_named<'s>(sop: &'s Sop, name: &str) -> Option<&'s Cause> {
    let name = name.to_lowercase();
    let id = name.replace(' ', "-");
    if let Some(cause) = sop.cause(&id) {
        return Some(cause);
    }
    let alike = |cause: &Cause| {
        let called = cause.name().to_lowercase();
        let words: Vec<&str> = name.split_whitespace().collect();
        let found = words.iter().filter(|word| called.contains(**word)).count();
        found as f64 / words.len().max(1) as f64
    };
    let mut found: Vec<(f64, &Cause)> = sop
        .causes
        .iter()
        .map(|cause| (alike(cause), cause))
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (best, cause) = *found.first()?;
    let second = found.get(1).map_or(0.0, |(share, _)| *share);
    (best > NAME_SHARE_MIN && best > second).then_some(cause)
}

/// A sentence for the customer, with what is known in its place and the name of what is not.
fn said(sop: &Sop, say: &str, answers: &Answers, contact: Option<&Contact>) -> String {
    let named: Vec<&str> = ticket::placeholders(say).collect();
    let known = named.iter().filter_map(|id| {
        let answer = answers.get(*id)?.clone();
        Some(Entry {
            field: (*id).to_owned(),
            label: String::new(),
            masked: String::new(),
            identifies: false,
            serial: None,
            answer,
        })
    });
    let filled = ticket::fill(say, &known.collect::<Vec<_>>());
    let filled = CONTACT_PLACEHOLDERS
        .iter()
        .fold(filled, |text, (name, label)| {
            let known = contact.map_or("", |contact| contact.part(name));
            let shown = match known {
                "" => format!("[{label}]"),
                known => known.to_owned(),
            };
            text.replace(&format!("{{{name}}}"), &shown)
        });
    let fields = named.iter().filter_map(|id| sop.field(id));
    fields.fold(filled, |text, field| {
        let label = format!("[{}]", field.base.label);
        text.replace(&format!("{{{}}}", field.id), &label)
    })
}
