//! Walking through a procedure: one question of its graph after the other, until an end says what to do.
//!
//! A walk is a draft whose next question comes from the SOP's graph instead of its form, so that it is parked,
//! interrupted, thrown away and taken up again like any other; where it ends in a ticket, the form goes on with what the
//! walk has established.

use super::super::{Decision, Draft, Effect, Heard, Phase, Problem, WalkEnd, WalkStep, fill};
use super::Turn;
use super::filling::REFUSED_MAX;
use super::question::Aside;
use crate::catalog::sop::{CONTACT_PLACEHOLDERS, Cause, Outcome, OutcomeKind};
use crate::catalog::{Case, Field, Sop};
use crate::directory::Contact;
use crate::guide::walk::{self, Ground, Place};
use crate::guide::{Walk, branch};
use crate::matcher;
use crate::ticket::{self, Answers, FiledField};

/// A step's name is at least this much of what it was called by.
const NAME_SHARE_MIN: f64 = 0.5;

/// What leaves a step out where its button was pressed.
const SKIPPED: &str = "lewati";

/// How a question of a walk comes about again.
#[derive(Default)]
struct Again {
    refused: u8,
    unclear: bool,
    problem: Option<Problem>,
}

impl Again {
    /// The answer could not be used, after so many others.
    fn unclear(refused: u8, problem: Option<Problem>) -> Self {
        Self {
            refused: (refused + 1).min(REFUSED_MAX),
            unclear: true,
            problem,
        }
    }
}

impl<'a> Turn<'a> {
    /// `pandu ...`: a walk through the procedure of this name, or of the one under discussion.
    pub fn walk_to(&mut self, name: Option<&str>) {
        let intent = match (name, &self.conversation.phase) {
            (Some(name), _) => self.sop_named(name),
            (None, Phase::Walking { refused }) => return self.walk_on(*refused),
            (None, Phase::Answered(heard)) => Some(heard.intent.clone()),
            (None, Phase::Clarifying(choices)) if choices.len() == 1 => {
                Some(choices[0].intent.clone())
            }
            (None, _) => {
                let draft = self.conversation.draft.as_ref();
                draft.map(|draft| draft.intent.clone())
            }
        };
        match intent {
            Some(intent) => self.walk(&intent),
            None => self.choose_walk(),
        }
    }

    /// Begins a walk with what is known of the case.
    fn walk(&mut self, intent: &str) {
        if self.draft().is_some_and(|draft| draft.intent != intent) {
            return self.interrupted(Heard::of(intent));
        }
        let Some(sop) = self.knowledge.catalog.sop(intent) else {
            return self.stale();
        };
        let known = self.known_of(intent).cloned().unwrap_or_default();
        let walk = Walk::start(self.ground(sop, &known));
        let intent = intent.to_owned();
        if walk.is_none() {
            return self.same(Effect::NoWalk { intent });
        }
        self.conversation.draft = Some(Draft {
            walk,
            ..Draft::new(intent, known)
        });
        self.note(|_| true);
        self.walk_on(0);
    }

    /// What the conversation knows of a case of this procedure.
    fn known_of(&self, intent: &str) -> Option<&Answers> {
        let draft = self.conversation.draft.as_ref();
        if let Some(draft) = draft.filter(|draft| draft.intent == intent) {
            return Some(&draft.answers);
        }
        let heard = match &self.conversation.phase {
            Phase::Answered(heard) => std::slice::from_ref(heard),
            Phase::Clarifying(choices) => choices,
            _ => return None,
        };
        let heard = heard.iter().find(|heard| heard.intent == intent)?;
        Some(&heard.answers)
    }

    /// Shows how far a walk is: the open question, what its end still lacks, or the end.
    pub fn walk_on(&mut self, refused: u8) {
        self.walk_again(Again {
            refused,
            ..Again::default()
        });
    }

    fn walk_again(&mut self, again: Again) {
        let Some((draft, sop, walk, place)) = self.place() else {
            return self.lost();
        };
        let refused = again.refused;
        let shown = match place {
            Place::Step(cause) => {
                let branches = cause.branches.iter().map(|branch| branch.when.clone());
                Effect::WalkStep(WalkStep {
                    intent: draft.intent.clone(),
                    cause: cause.id.clone(),
                    text: cause.text.clone(),
                    branches: branches.collect(),
                    done: walk.checked(sop),
                    left: walk.left(sop),
                    unclear: again.unclear,
                    ticket: !sop.forms.is_empty(),
                })
            }
            Place::End(outcome) => {
                let answers = walk.answers(self.ground(sop, &draft.answers));
                let case = self.walked_case(&answers);
                let lacking = lacking(sop, outcome, case);
                let (Some(field), Some(form)) = (lacking.first(), sop.form(case)) else {
                    return self.walk_end();
                };
                let mut prompt = self.prompt(form, field, case, again.problem, refused);
                prompt.left = lacking.len();
                Effect::Ask(prompt)
            }
        };
        self.effects.push(shown);
        self.go(Phase::Walking { refused }, Decision::Dialog);
    }

    /// Comes to the end: what to do, what to say, and the ticket where one is due.
    fn walk_end(&mut self) {
        let Some((draft, sop, walk, Place::End(outcome))) = self.place() else {
            return self.stale();
        };
        let answers = walk.answers(self.ground(sop, &draft.answers));
        let has_form = !sop.forms.is_empty();
        let at_once = outcome.kind == OutcomeKind::Ticket && has_form;
        let end = Effect::WalkEnd(WalkEnd {
            intent: draft.intent.clone(),
            outcome: outcome.id.clone(),
            kind: outcome.kind,
            text: outcome.text.clone(),
            say: outcome.say.as_ref().map(|say| {
                let contact = self.contact_of(&answers);
                // What may have changed is not said to a customer.
                let contact = contact.filter(|contact| !contact.is_stale(self.setting.now.date()));
                said(sop, say, &answers, contact)
            }),
            done: walk.checked(sop),
            ticket: has_form,
            goes_on: at_once,
        });
        self.effects.push(end);
        if at_once {
            return self.walk_to_ticket();
        }
        self.go(Phase::Walked, Decision::Dialog);
    }

    /// Goes on to the ticket, from wherever the walk is, with everything it has established.
    pub fn walk_to_ticket(&mut self) {
        let Some(draft) = &self.conversation.draft else {
            return self.stale();
        };
        let (Some(sop), Some(walk)) = (self.sop_of(draft), &draft.walk) else {
            return self.stale();
        };
        if sop.forms.is_empty() {
            let intent = draft.intent.clone();
            return self.same(Effect::NoForm { intent });
        }
        let answers = walk.answers(self.ground(sop, &draft.answers));
        let checked = walk.checked(sop);
        if let Some(draft) = &mut self.conversation.draft {
            draft.answers = answers;
            draft.checked = checked;
            draft.walk = None;
        }
        self.note(|_| true);
        self.advance();
    }

    /// Why the open step is asked for: where each of its answers leads.
    pub fn why_step(&mut self) {
        if let Some((draft, _, _, Place::Step(cause))) = self.place() {
            let (intent, id) = (draft.intent.clone(), cause.id.clone());
            self.effects.push(Effect::ShowPoint { intent, id });
        }
        self.ask_open();
    }

    /// A message in the middle of a walk.
    pub fn walk_hear(&mut self, refused: u8, text: &str) {
        let Some((draft, sop, walk, place)) = self.place() else {
            return self.stale();
        };
        match place {
            Place::Step(cause) => self.walk_reply(refused, sop, cause, text),
            Place::End(outcome) => {
                let answers = walk.answers(self.ground(sop, &draft.answers));
                let lacking = lacking(sop, outcome, self.walked_case(&answers));
                let Some(field) = lacking.first() else {
                    return self.walk_end();
                };
                self.set_answers(answers);
                self.walk_answer(refused, field, text);
            }
        }
    }

    /// A reply to a cause's question: a value of its field, a branch in other words, or something else said instead.
    fn walk_reply(&mut self, refused: u8, sop: &'a Sop, cause: &'a Cause, text: &str) {
        let asks = text.trim_end().ends_with('?') || self.defined(text).is_some();
        if !asks && self.walk_by_reply(sop, cause, text) {
            return;
        }
        match self.meant_aside(text) {
            Some(Aside::Question(shown)) => {
                self.effects.push(shown);
                return self.walk_on(refused);
            }
            Some(Aside::Case(heard)) => return self.interrupted(heard),
            None => {}
        }
        if asks && self.walk_by_reply(sop, cause, text) {
            return;
        }
        self.walk_again(Again::unclear(refused, None));
    }

    fn walk_by_reply(&mut self, sop: &'a Sop, cause: &'a Cause, text: &str) -> bool {
        let Some(draft) = &self.conversation.draft else {
            return false;
        };
        let Some(walk) = &draft.walk else {
            return false;
        };
        let lexicon = &self.knowledge.lexicon;
        let before = &draft.answers;
        let mut known = before.clone();
        // What a sentence says beside its point counts as well; a word or two is nothing but an answer.
        let (kind, background) = (self.setting.channel_kind, self.background());
        for (id, answer) in fill::from_question(sop, text, kind, background) {
            known.entry(id).or_insert(answer);
        }
        let value = walk::told_by(cause, text, self.ground(sop, before), lexicon);
        let is_value = value.is_some();
        known.extend(value);
        let ground = self.ground(sop, &known);
        let moved = match branch::meant(cause, text, lexicon) {
            // It was asked for and answered here, so going back comes to it again.
            _ if is_value => walk
                .known_branch(cause, ground)
                .and_then(|branch| walk.choose(branch, ground)),
            Some(branch) => walk.choose(branch, ground),
            None if known != *before => Some(walk.clone().settled(ground)),
            None => None,
        };
        let Some(moved) = moved else {
            return false;
        };
        let before = self.set_answers(known);
        self.set_walk(moved);
        self.note(|entry| before.get(&entry.field) != Some(&entry.answer));
        self.walk_on(0);
        true
    }

    /// An answer to what the sentence at a walk's end lacks.
    fn walk_answer(&mut self, refused: u8, field: &'a Field, text: &str) {
        let Some((form, draft)) = self.form_and_draft() else {
            return self.stale();
        };
        let taken = fill::from_answer(self.filled(form, draft), field, text, None);
        let Some(problem) = taken.problem else {
            self.set_answers(taken.answers);
            return self.walk_on(0);
        };
        match self.meant_aside(text) {
            Some(Aside::Question(shown)) => {
                self.set_answers(taken.answers);
                self.effects.push(shown);
                self.walk_on(refused);
            }
            Some(Aside::Case(heard)) if taken.others.is_empty() => self.interrupted(heard),
            Some(Aside::Case(_)) | None => {
                self.set_answers(taken.answers);
                self.walk_again(Again::unclear(refused, Some(problem)));
            }
        }
    }

    /// `INTENT/CAUSE/N`: an answer to the question that is open now, and to no other.
    pub fn press_branch(&mut self, what: &str) {
        let mut parts = what.splitn(3, '/');
        let (intent, cause) = (parts.next(), parts.next());
        let branch = parts.next().and_then(|branch| branch.parse().ok());
        let next = self.place().and_then(|(draft, sop, walk, _)| {
            let is_open = intent == Some(draft.intent.as_str()) && cause == Some(walk.at.as_str());
            walk.choose(
                branch.filter(|_| is_open)?,
                self.ground(sop, &draft.answers),
            )
        });
        match next {
            Some(walk) => self.walk_from(walk),
            None => self.stale(),
        }
    }

    fn walk_from(&mut self, walk: Walk) {
        self.set_walk(walk);
        self.walk_on(0);
    }

    fn set_walk(&mut self, walk: Walk) {
        if let Some(draft) = &mut self.conversation.draft {
            draft.walk = Some(walk);
        }
    }

    /// Replaces the answers, and returns those of before.
    fn set_answers(&mut self, answers: Answers) -> Answers {
        match &mut self.conversation.draft {
            Some(draft) => std::mem::replace(&mut draft.answers, answers),
            None => Answers::new(),
        }
    }

    pub fn walk_back(&mut self) {
        let draft = self.conversation.draft.as_ref();
        let walk = draft.and_then(|draft| draft.walk.as_ref());
        match walk.and_then(Walk::back) {
            Some(back) => self.walk_from(back),
            None => self.walk_on(0),
        }
    }

    /// Goes to the step of this name, or asks which one.
    pub fn jump(&mut self, name: Option<&str>) {
        let draft = self.conversation.draft.as_ref();
        let known = draft.and_then(|draft| Some((self.sop_of(draft)?, draft.walk.as_ref()?)));
        let Some((sop, walk)) = known else {
            return self.stale();
        };
        match name.and_then(|name| step_named(sop, name)) {
            Some(cause) => self.walk_from(walk.jump(&cause.id)),
            None => {
                let steps = sop.causes.iter();
                let steps = steps.map(|cause| (cause.id.clone(), cause.name().to_owned()));
                let steps = steps.collect();
                self.effects.push(Effect::ChooseStep { steps });
                self.decision = Decision::Dialog;
            }
        }
    }

    /// Leaves out what may be left out: a step one of whose branches says so, a value that the last sentence lacks.
    pub fn walk_skip(&mut self, refused: u8, text: Option<&str>) {
        match self.place() {
            Some((_, _, _, Place::End(_))) => self.walk_end(),
            _ => self.walk_hear(refused, text.unwrap_or(SKIPPED)),
        }
    }

    fn choose_walk(&mut self) {
        let sops = self.knowledge.catalog.sops.iter();
        let walked = sops.filter(|sop| !sop.causes.is_empty());
        let intents = walked.map(|sop| sop.id.clone()).collect();
        self.aside(Effect::ChooseWalk { intents });
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

    fn sop_of(&self, draft: &Draft) -> Option<&'a Sop> {
        self.knowledge.catalog.sop(&draft.intent)
    }

    /// How many questions the walk of a draft has left.
    pub fn walk_left(&self, draft: &Draft) -> Option<usize> {
        let sop = self.sop_of(draft)?;
        let walk = draft.walk.as_ref()?;
        walk.place(sop).map(|_| walk.left(sop))
    }

    /// The walk at hand: its draft, its procedure, and where in it the agent is.
    fn place(&self) -> Option<(&Draft, &'a Sop, &Walk, Place<'a>)> {
        let draft = self.conversation.draft.as_ref()?;
        let sop = self.sop_of(draft)?;
        let walk = draft.walk.as_ref()?;
        Some((draft, sop, walk, walk.place(sop)?))
    }

    pub fn ground<'t>(&'t self, sop: &'t Sop, known: &'t Answers) -> Ground<'t> {
        Ground {
            sop,
            told: known,
            channel_kind: self.setting.channel_kind,
            now: self.setting.now,
        }
    }

    fn walked_case<'t>(&self, answers: &'t Answers) -> Case<'t> {
        Case {
            answers,
            channel_kind: self.setting.channel_kind,
        }
    }
}

/// The fields that the sentence of an outcome names and that have no value.
fn lacking<'s>(sop: &'s Sop, outcome: &Outcome, case: Case<'_>) -> Vec<&'s Field> {
    let form = sop.form(case);
    let say = outcome.say.as_deref().unwrap_or_default();
    let named = ticket::placeholders(say).filter(|id| !case.answers.contains_key(*id));
    let mut fields: Vec<&Field> = Vec::new();
    for field in named.filter_map(|id| form?.field(id)) {
        if field.exists(case) && !fields.iter().any(|known| known.id == field.id) {
            fields.push(field);
        }
    }
    fields
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
        Some(FiledField {
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
