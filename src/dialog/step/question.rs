//! Questions: answered from a procedure, clarified between several, or honestly not answered.

use super::super::{Asked, Decision, Effect, Heard, Phase, REJECTED, SopForm, Understood, fill};
use super::Turn;
use crate::catalog::Sop;
use crate::guide::following::Before;
use crate::guide::{Point, Question};
use crate::matcher::{self, Classification, Context};
use crate::text::{Role, words};
use crate::ticket::Answers;
use crate::value;

/// A message this sure of another procedure, in the middle of a dialog, is a question of its own.
const OTHER_CASE_CONFIDENCE: f32 = 0.8;
/// A procedure that is alone is shown from here on,
const ALONE_CONFIDENCE_MIN: f32 = 0.5;
/// and one that is much likelier than the next from here on.
const AHEAD_CONFIDENCE_MIN: f32 = 0.6;
/// Much likelier is this many times as likely.
const AHEAD: f32 = 3.0;
/// A new case takes some words to tell; fewer are an answer that happens to look like one.
const OTHER_CASE_WORDS_MIN: usize = 3;
/// How many procedures a clarification offers.
const CHOICES_MAX: usize = 3;
/// A procedure this much less likely than the first is no choice but noise.
const CHOICE_SHARE_MIN: f32 = 0.1;
/// A procedure this unlikely is none, even when nothing is likelier.
const CHOICE_CONFIDENCE_MIN: f32 = 0.002;
/// More items than this below a heading are no answer to a first question.
const SECTION_ITEMS_MAX: usize = 6;
/// What became of a question whose answer was none.
/// What was said in the middle of a dialog instead of an answer.
pub enum Aside {
    /// A question, answered by this.
    Question(Effect),
    /// Another case.
    Case(Heard),
}

impl Turn<'_> {
    pub fn classify(&self, text: &str) -> Classification {
        let service = self.setting.service;
        self.knowledge.matcher.classify(text, &Context { service })
    }

    /// A message outside a dialog.
    pub fn question(&mut self, text: &str) {
        if self.is_of_others(text) {
            return;
        }
        if !self.tells_of_case(text) && self.answer_at_once(text) {
            self.conversation.case.question = Some(value::sensitive::redact(text));
            return;
        }
        let found = self.classify(text);
        if self.answer_in_context(&found, text) {
            // Values beside an answered question are kept.
            if !self.asks(text) && !self.has_word(Role::Conditional, text) {
                self.keep_of_customer(text);
            }
            self.conversation.case.question = Some(value::sensitive::redact(text));
            return;
        }
        let is_of_customer_only = self.is_of_customer_only(&found, text);
        self.keep_of_customer(text);
        self.conversation.case.question = Some(value::sensitive::redact(text));
        match found.decision {
            matcher::Decision::Answer => self.answer_with(&found, text),
            matcher::Decision::Clarify if is_clear(&found, text) => self.answer_with(&found, text),
            matcher::Decision::Clarify if is_of_customer_only => {
                self.understand(Decision::Fallback, None, confidence(&found));
                self.effects.push(Effect::AskCase);
                self.go(Phase::Idle, Decision::Fallback);
            }
            matcher::Decision::Clarify => self.clarify(&found, text),
            matcher::Decision::Fallback => self.fall_back(&found, text),
        }
    }

    /// Says so where a message is about the customer of another company only; whether it is. Leads learn nothing from it.
    pub fn is_of_others(&mut self, text: &str) -> bool {
        let foreign = self.knowledge.foreign(text);
        // `kalo ovo?` goes on with the case at hand.
        let leans = self.conversation.case.intent.is_some()
            && (self.asks(text) && is_short(text) || self.corrects_an_option(text));
        let Some(foreign) = foreign.filter(|_| self.draft().is_none() && !leans) else {
            return false;
        };
        let brand = foreign.title.clone();
        self.effects.push(Effect::ForeignCustomer { brand });
        self.go(Phase::Idle, Decision::Fallback);
        true
    }

    /// Whether a message sets one option of the case's form against another: `bukan gopay tapi bca`.
    fn corrects_an_option(&self, text: &str) -> bool {
        let lexicon = &self.knowledge.lexicon;
        let is_set_against = !lexicon.everyday.find(Role::Excluding, text).is_empty();
        let intent = self.conversation.case.intent.as_deref();
        let sop = intent.and_then(|intent| self.knowledge.catalog.sop(intent));
        let fields = sop
            .into_iter()
            .flat_map(|sop| &sop.forms)
            .flat_map(|form| &form.fields);
        let mut choices = fields.filter_map(|field| match &field.base.kind {
            value::Kind::Choice(choices) => Some(choices),
            _ => None,
        });
        is_set_against && choices.any(|choices| value::choice::is_named(choices, text, lexicon))
    }

    /// Shows the procedure that fits, and says what else the message is about.
    fn answer_with(&mut self, found: &Classification, text: &str) {
        let mut all = self.heard_of(found, text);
        let first = all.next();
        let others = all.take(worth(found, 1)).collect();
        let Some(mut heard) = first else {
            return self.fall_back(found, text);
        };
        let waiting = found.second.as_ref().and_then(|second| {
            let mut all = self.heard_of(found, text);
            all.find(|heard| heard.intent == **second).map(Box::new)
        });
        heard.question = Some(Box::new(Asked {
            text: value::sensitive::redact(text),
            confidence: confidence(found),
            others,
        }));
        self.effects.push(shown(&heard));
        if let Some(second) = &found.second {
            let intent = second.to_string();
            self.effects.push(Effect::Also { intent });
        }
        self.understand(Decision::Answer, Some(&heard.intent), confidence(found));
        // One that was offered when the first was done, and left, is forgotten.
        if waiting.is_some() || self.conversation.phase == Phase::Idle {
            self.conversation.waiting = waiting;
        }
        self.go(Phase::Answered(heard), Decision::Answer);
    }

    /// Offers the procedures that may be meant.
    fn clarify(&mut self, found: &Classification, text: &str) {
        let choices = self.heard_of(found, text).take(worth(found, 0));
        let mut choices: Vec<_> = choices.collect();
        for heard in &mut choices {
            heard.question = Some(Box::new(Asked {
                text: value::sensitive::redact(text),
                confidence: confidence(found),
                others: Vec::new(),
            }));
        }
        let first = choices.first().map(|heard| heard.intent.as_str());
        self.understand(Decision::Clarify, first, confidence(found));
        self.offer_choices(choices);
    }

    pub fn offer_choices(&mut self, choices: Vec<Heard>) {
        self.go(Phase::Clarifying(choices), Decision::Clarify);
        self.clarify_still();
    }

    fn fall_back(&mut self, found: &Classification, text: &str) {
        self.understand(Decision::Fallback, None, confidence(found));
        self.remember_question(text);
        match self.unanswered {
            Some(_) => self.none_of_these(),
            None => {
                self.effects.push(Effect::AskCase);
                self.go(Phase::Idle, Decision::Fallback);
            }
        }
    }

    /// Whether an unclear message only names a customer: `0812-0000-1234 a.n. Contoh Dua`.
    fn is_of_customer_only(&self, found: &Classification, text: &str) -> bool {
        if found.decision != matcher::Decision::Clarify {
            return false;
        }
        let mut candidates = found.candidates.iter();
        candidates.any(|candidate| {
            let sop = self.knowledge.catalog.sop(&candidate.intent);
            sop.is_some_and(|sop| self.names_customer_only(sop, text))
        })
    }

    pub fn understand(&mut self, decision: Decision, intent: Option<&str>, confidence: f32) {
        self.understood = Some(Understood {
            decision,
            intent: intent.map(str::to_owned),
            confidence,
        });
    }

    /// Keeps the question for the leads.
    pub fn remember_question(&mut self, text: &str) {
        let text = value::sensitive::redact(text);
        if let Some(understood) = self
            .understood
            .as_ref()
            .filter(|_| self.says_something(&text))
        {
            let (intent, decision) = (understood.intent.clone(), understood.decision.name());
            self.unanswered = Some(self.kept(text, intent, understood.confidence, decision));
        }
    }

    /// Whether more is left of a redacted message than values and talk.
    fn says_something(&self, redacted: &str) -> bool {
        let lexicon = &self.knowledge.lexicon;
        let plain = redacted
            .split_whitespace()
            .filter(|word| !word.contains('*'));
        let said = words(&plain.collect::<Vec<_>>().join(" "), lexicon);
        let says =
            |word: &String| word.chars().any(char::is_alphabetic) && !lexicon.is_function(word);
        said.iter().any(says)
    }

    /// `Bukan ini`, pressed on what was shown.
    pub fn reject_shown(&mut self, intent: &str) {
        match &self.conversation.phase {
            Phase::Answered(heard) if heard.intent == intent => self.reject(),
            _ => self.stale(),
        }
    }

    /// The procedure was taken for a question that meant something else.
    pub fn reject(&mut self) {
        let Phase::Answered(heard) = &mut self.conversation.phase else {
            return self.stale();
        };
        let Some(question) = heard.question.take() else {
            return self.stale();
        };
        let intent = std::mem::take(&mut heard.intent);
        let rejected = self.kept(question.text, Some(intent), question.confidence, REJECTED);
        self.unanswered = Some(rejected);
        match question.others.first() {
            None => {
                self.understand(Decision::Fallback, None, question.confidence);
                self.none_of_these();
            }
            Some(first) => {
                self.understand(Decision::Clarify, Some(&first.intent), question.confidence);
                self.offer_choices(question.others);
            }
        }
    }

    /// The candidates that the catalogue knows, with the points and values the question named.
    pub fn heard_of<'t>(
        &'t self,
        found: &'t Classification,
        text: &'t str,
    ) -> impl Iterator<Item = Heard> + 't {
        let mut message = fill::Message::new(text);
        let question = self.knowledge.question(text);
        found.candidates.iter().filter_map(move |candidate| {
            let sop = self.knowledge.catalog.sop(&candidate.intent)?;
            let (kind, background) = (self.setting.channel_kind, self.background());
            let answers = fill::named(sop, &mut message, kind, background);
            let led_to = self.knowledge.led_to(sop, text, &[]);
            let points = match led_to {
                Some(end) => vec![end.to_owned()],
                None => self.points_or_section(sop, &question, text),
            };
            let answered = led_to.is_some() || !question.tells();
            let mut evidence: Vec<String> = Vec::new();
            for why in &candidate.evidence {
                let why = value::sensitive::redact(&why.to_string());
                if !evidence.contains(&why) {
                    evidence.push(why);
                }
            }
            Some(Heard {
                partials: fill::partials(sop, &message, &answers, kind, background),
                intent: sop.id.clone(),
                brief: answered && self.are_an_answer(sop, &points),
                points,
                evidence,
                answers,
                question: None,
            })
        })
    }

    /// The points that a question asks for; those below a heading, where it asks for all of them.
    fn points_or_section(&self, sop: &Sop, question: &Question, text: &str) -> Vec<String> {
        let section = (question.asks_for_all)
            .then(|| {
                self.knowledge
                    .followed(&sop.id, text, Before::default())
                    .section
            })
            .flatten();
        let section = sop
            .sections
            .iter()
            .find(|one| Some(one.id.as_str()) == section);
        let items = section.map(|section| section.items.as_slice());
        match items.filter(|items| items.len() <= SECTION_ITEMS_MAX) {
            Some(items) => items.iter().map(|item| item.id.clone()).collect(),
            None => self.points(sop, question),
        }
    }

    /// Whether nothing but these points was asked for.
    fn are_an_answer(&self, sop: &Sop, points: &[String]) -> bool {
        let says_which_case = |id: &String| {
            let point = self.knowledge.point(&sop.id, id);
            point.is_some_and(|point| point.says_which_case(sop))
        };
        !points.is_empty() && !points.iter().any(says_which_case)
    }

    /// Whether a message asks something.
    pub fn asks(&self, text: &str) -> bool {
        // `udah ada kok` ends with a word that only opens a question.
        let everyday = &self.knowledge.lexicon.everyday;
        let said = text.trim_end_matches(['.', '!', ' ']);
        let said = match said.rsplit_once(' ') {
            Some((before, last)) if everyday.has(Role::Filler, &last.to_lowercase()) => before,
            _ => said,
        };
        text.contains('?') || self.has_word(Role::Asking, said)
    }

    /// Whether an everyday word of a message does this.
    pub fn has_word(&self, role: Role, text: &str) -> bool {
        let everyday = &self.knowledge.lexicon.everyday;
        let folded = text.to_lowercase();
        folded
            .split_whitespace()
            .any(|word| everyday.has(role, word))
    }

    pub fn points(&self, sop: &Sop, question: &Question) -> Vec<String> {
        let points = self.knowledge.points_for(&sop.id, question).into_iter();
        let for_channel = points.filter(|point| self.is_for_channel(point));
        for_channel.map(|point| point.id.clone()).collect()
    }

    /// Whether a point is for the kind of channel at hand.
    pub fn is_for_channel(&self, point: &Point) -> bool {
        let kinds = &point.channel_kinds;
        kinds.is_empty() || kinds.contains(&self.setting.channel_kind)
    }

    /// A procedure picked by name or from a clarification.
    pub fn show_heard(&mut self, intent: &str) {
        if self.knowledge.catalog.sop(intent).is_none() {
            return self.stale();
        }
        let first = match &self.conversation.phase {
            Phase::Clarifying(choices) => picked(choices, intent),
            _ => None,
        };
        let waiting = self.conversation.waiting.as_deref();
        let waiting = waiting.filter(|heard| heard.intent == intent);
        let opens_waiting = waiting.is_some();
        let (heard, show) = match first.or_else(|| waiting.cloned()) {
            Some(heard) => {
                let show = shown(&heard);
                (heard, show)
            }
            // Opened by name, or once more: all of it. What was answered already need not come again.
            None => {
                let heard = match &self.conversation.phase {
                    Phase::Answered(heard) if heard.intent == intent => Heard {
                        points: Vec::new(),
                        brief: false,
                        ..heard.clone()
                    },
                    _ => Heard::of(intent),
                };
                let show = shown_as(&heard, SopForm::Whole);
                (heard, show)
            }
        };
        if self.draft().is_some() {
            return self.aside(show);
        }
        self.effects.push(show);
        self.go(Phase::Answered(heard), Decision::Answer);
        if opens_waiting {
            self.conversation.waiting = None;
        }
    }

    /// `INTENT` or `INTENT#POINT`.
    pub fn show(&mut self, name: &str) {
        let (intent, point) = name
            .split_once('#')
            .map_or((name, None), |(intent, point)| (intent, Some(point)));
        match (self.knowledge.catalog.sop(intent), point) {
            (None, _) => self.aside(Effect::ListSops),
            (Some(_), None) => self.show_heard(intent),
            (Some(_), Some(point)) => self.aside(Effect::ShowPoint {
                intent: intent.to_owned(),
                id: point.to_owned(),
            }),
        }
    }

    /// Says why the procedure just shown, or each of those offered, was taken.
    pub fn explain(&mut self) {
        let explained = |heard: &Heard| Effect::Explain {
            intent: heard.intent.clone(),
            evidence: heard.evidence.clone(),
        };
        match &self.conversation.phase {
            Phase::Answered(heard) => {
                let explained = explained(heard);
                self.aside(explained);
            }
            Phase::Clarifying(choices) => {
                let found = choices.iter().filter(|heard| !heard.evidence.is_empty());
                self.effects.extend(found.map(explained));
                self.clarify_still();
                self.decision = Decision::Command;
            }
            _ => self.same(Effect::NothingOpen),
        }
    }

    /// The point of the procedure of the draft that a question asks for.
    fn point_in_form(&self, sop: &Sop, text: &str) -> Option<String> {
        let own = self.points(sop, &self.knowledge.question(text));
        let followed = || self.followed(sop, text).sure_point();
        own.into_iter().next().or_else(followed)
    }

    /// What a message means that is no answer to the open question.
    pub fn meant_aside(&self, text: &str) -> Option<Aside> {
        let intent = &self.conversation.draft.as_ref()?.intent;
        let sop = self.knowledge.catalog.sop(intent)?;
        let asks = self.asks(text);
        if let Some(term) = self.defined(text) {
            let term = term.term.clone();
            return Some(Aside::Question(Effect::Defined { term }));
        }
        if asks && let Some((_, ruled)) = self.ruled(text) {
            return Some(Aside::Question(ruled));
        }
        if asks && let Some(id) = self.point_in_form(sop, text) {
            let intent = intent.clone();
            return Some(Aside::Question(Effect::ShowPoint { intent, id }));
        }
        let found = self.classify(text);
        let sure = found.decision == matcher::Decision::Answer
            && confidence(&found) >= OTHER_CASE_CONFIDENCE;
        if !sure || text.split_whitespace().count() < OTHER_CASE_WORDS_MIN {
            return None;
        }
        let heard = self.heard_of(&found, text).next()?;
        if heard.intent == *intent {
            return asks.then_some(Aside::Question(shown(&heard)));
        }
        if asks || !self.has_form(&heard.intent) {
            return Some(Aside::Question(shown(&heard)));
        }
        Some(Aside::Case(heard))
    }
}

/// How sure the matcher is of the likeliest procedure.
pub fn confidence(found: &Classification) -> f32 {
    found.candidates.first().map_or(0.0, |best| best.confidence)
}

/// Whether the one candidate that there is, or that is far ahead, may be shown instead of asked about.
fn is_clear(found: &Classification, text: &str) -> bool {
    let best = confidence(found);
    let next = (found.candidates.get(1)).map_or(0.0, |next| next.confidence);
    worth(found, 0) == 1 && best >= ALONE_CONFIDENCE_MIN
        || best >= AHEAD_CONFIDENCE_MIN && best >= AHEAD * next && !is_short(text)
}

/// Whether a message is too short to open a case.
fn is_short(text: &str) -> bool {
    text.split_whitespace().count() < OTHER_CASE_WORDS_MIN + 1
}

/// The points that were asked for, or what to do first.
pub fn shown(heard: &Heard) -> Effect {
    match heard.brief {
        true => shown_as(heard, SopForm::Points),
        false => shown_as(heard, SopForm::Short),
    }
}

fn shown_as(heard: &Heard, form: SopForm) -> Effect {
    let noted = match form {
        SopForm::Short => heard.answers.clone(),
        SopForm::Whole | SopForm::Points => Answers::new(),
    };
    Effect::ShowSop {
        intent: heard.intent.clone(),
        points: heard.points.clone(),
        form,
        noted,
        may_be_wrong: heard.question.is_some(),
    }
}

/// The picked one of several; the others are what the question may have meant instead.
fn picked(choices: &[Heard], intent: &str) -> Option<Heard> {
    let mut heard = choices.iter().find(|heard| heard.intent == intent)?.clone();
    if let Some(question) = &mut heard.question {
        let others = choices.iter().filter(|other| other.intent != intent);
        question.others = others.cloned().collect();
    }
    Some(heard)
}

/// How many candidates from one place on are worth offering.
fn worth(found: &Classification, from: usize) -> usize {
    let candidates = found.candidates.get(from..).unwrap_or_default();
    let best = candidates.first().map_or(0.0, |best| best.confidence);
    let is_worth = |confidence: f32| {
        confidence >= CHOICE_SHARE_MIN * best && confidence >= CHOICE_CONFIDENCE_MIN
    };
    candidates
        .iter()
        .take(CHOICES_MAX)
        .filter(|one| is_worth(one.confidence))
        .count()
}
