//! The decision: one match on where the conversation stands and what was said.

use std::hash::{Hash, Hasher};

use super::control::{self, Control};
use super::{
    Around, Conversation, Decision, Draft, Effect, Heard, Phase, Problem, Prompt, Step, Unanswered,
    Understood, fill,
};
use crate::catalog::{Field, Form, Sop};
use crate::guide::Knowledge;
use crate::matcher::{self, Classification, Context};
use crate::message::Said;
use crate::text::CHARS_MAX;
use crate::ticket::{self, Answer, Entry, Remarked, Ticket};
use crate::value::{self, Kind};

/// A message this sure of another procedure, in the middle of a dialog, is a question of its own.
const SIDE_QUESTION_CONFIDENCE: f32 = 0.8;
/// As often as this an answer is refused before the prompt stops growing.
const REFUSED_MAX: u8 = 9;

/// Decides what a message does to a conversation.
pub fn step(
    knowledge: &Knowledge,
    conversation: &Conversation,
    said: &Said,
    around: &Around<'_>,
) -> Step {
    let turn = Turn { knowledge, around };
    match said {
        Said::Text(text) if text.chars().count() > CHARS_MAX => {
            turn.same(conversation, vec![Effect::TooLong])
        }
        Said::Text(text) => match pressed(conversation, text) {
            Some(action) => turn.press(conversation, &action),
            None => match control::read(text) {
                Some(control) => turn.control(conversation, control, text),
                None => turn.hear(conversation, text),
            },
        },
        Said::Press(action) => turn.press(conversation, action),
    }
}

/// The action of an offered button whose label, or whose number, is the whole message.
fn pressed(conversation: &Conversation, text: &str) -> Option<String> {
    let text = text.trim();
    let offered = &conversation.offered;
    // Where a field is asked, a number is its answer unless the buttons are the field's own options.
    let options = offered
        .first()
        .is_some_and(|button| button.action.starts_with("value:"));
    let numbers_press = options || conversation.asking().is_none();
    let number = text.parse::<usize>().ok().filter(|_| numbers_press);
    let numbered = number.and_then(|number| offered.get(number.checked_sub(1)?));
    let labelled = || {
        offered
            .iter()
            .find(|button| button.label.to_lowercase() == text.to_lowercase())
    };
    numbered
        .or_else(labelled)
        .map(|button| button.action.clone())
}

struct Turn<'a> {
    knowledge: &'a Knowledge,
    around: &'a Around<'a>,
}

impl Turn<'_> {
    /// A message in words of its own.
    fn hear(&self, conversation: &Conversation, text: &str) -> Step {
        match &conversation.phase {
            Phase::Idle | Phase::Answered(_) | Phase::Clarifying(_) => {
                self.question(conversation, text)
            }
            Phase::Asking {
                draft,
                field,
                refused,
            } => self.answer(conversation, draft, field, *refused, text),
            Phase::Reviewing(draft) => self.correct(conversation, draft, text),
        }
    }

    /// A control word or command.
    fn control(&self, conversation: &Conversation, control: Control, text: &str) -> Step {
        match (control, &conversation.phase) {
            (Control::Help, Phase::Asking { .. } | Phase::Reviewing(_))
                if !text.starts_with('/') =>
            {
                self.hear(conversation, text)
            }
            (Control::Help, _) => self.aside(conversation, Effect::Help),
            (Control::Thanks, _) => self.aside(conversation, Effect::Welcome),
            (Control::Sop(None), _) => self.aside(conversation, Effect::ListSops),
            (Control::Sop(Some(name)), _) => self.show(conversation, &name),
            (Control::Tickets(None), _) => self.aside(conversation, Effect::ListTickets),
            (Control::Tickets(Some(id)), _) => self.aside(
                conversation,
                Effect::ShowTicket {
                    id: id.to_uppercase(),
                },
            ),
            (Control::Why, phase) => self.why(conversation, phase),
            (Control::Undo, _) => match &conversation.discarded {
                Some(draft) => self.advance(conversation, draft.clone(), Vec::new()),
                None => self.same(conversation, vec![Effect::NothingOpen]),
            },
            (Control::Start, Phase::Answered(heard)) => self.start(conversation, heard.clone()),
            (Control::Cancel, Phase::Asking { draft, .. } | Phase::Reviewing(draft)) => {
                self.discard(draft)
            }
            (Control::Cancel, Phase::Answered(_) | Phase::Clarifying(_)) => self.go_as(
                conversation,
                Phase::Idle,
                vec![Effect::Help],
                Decision::Command,
            ),
            (Control::Back, Phase::Asking { draft, .. } | Phase::Reviewing(draft)) => {
                self.back(conversation, draft)
            }
            (Control::Skip, Phase::Asking { draft, field, .. }) => {
                self.skip(conversation, draft, field)
            }
            (Control::Send, Phase::Reviewing(draft)) => self.file(conversation, draft),
            (Control::Edit(None), Phase::Reviewing(draft)) => {
                self.choose_field(conversation, draft)
            }
            (Control::Edit(Some(name)), Phase::Asking { draft, .. } | Phase::Reviewing(draft)) => {
                match self.field_named(draft, &name) {
                    Some(field) => {
                        self.ask(conversation, draft.clone(), &field, None, 0, Vec::new())
                    }
                    None => self.choose_field(conversation, draft),
                }
            }
            (_, Phase::Asking { .. }) if !text.starts_with('/') => self.hear(conversation, text),
            (Control::Edit(Some(_)), _) => self.question(conversation, text),
            _ => self.same(conversation, vec![Effect::NothingOpen]),
        }
    }

    /// A button, pressed or typed.
    fn press(&self, conversation: &Conversation, action: &str) -> Step {
        let (verb, what) = action.split_once(':').unwrap_or((action, ""));
        match (verb, &conversation.phase) {
            ("answer", _) => self.show_heard(conversation, what),
            ("point", _) => self.show(conversation, what),
            ("ticket", Phase::Answered(heard)) if heard.intent == what => {
                self.start(conversation, heard.clone())
            }
            ("ticket", Phase::Idle | Phase::Answered(_) | Phase::Clarifying(_)) => {
                self.start(conversation, Heard::of(what))
            }
            (
                "value",
                Phase::Asking {
                    draft,
                    field,
                    refused,
                },
            ) => match what.split_once('=') {
                Some((of, value)) if of == field => {
                    self.answer(conversation, draft, field, *refused, value)
                }
                _ => self.same(conversation, vec![Effect::Stale]),
            },
            ("edit", Phase::Reviewing(draft) | Phase::Asking { draft, .. }) if !what.is_empty() => {
                self.ask(conversation, draft.clone(), what, None, 0, Vec::new())
            }
            ("edit", Phase::Reviewing(draft)) => self.choose_field(conversation, draft),
            ("send", _) => self.control(conversation, Control::Send, "/kirim"),
            ("cancel", _) => self.control(conversation, Control::Cancel, "/batal"),
            ("back", _) => self.control(conversation, Control::Back, "/kembali"),
            ("skip", _) => self.control(conversation, Control::Skip, "/lewati"),
            ("undo", _) => self.control(conversation, Control::Undo, "/urungkan"),
            ("list", _) => self.aside(conversation, Effect::ListSops),
            ("help", _) => self.aside(conversation, Effect::Help),
            ("why", phase) => self.why(conversation, phase),
            ("none", Phase::Clarifying(_)) => self.go_as(
                conversation,
                Phase::Idle,
                vec![Effect::Fallback],
                Decision::Fallback,
            ),
            _ => self.same(conversation, vec![Effect::Stale]),
        }
    }

    // -- questions ---------------------------------------------------------------------------------------------------

    fn classify(&self, text: &str) -> Classification {
        self.knowledge.matcher.classify(
            text,
            &Context {
                service: self.around.service,
            },
        )
    }

    fn question(&self, conversation: &Conversation, text: &str) -> Step {
        let found = self.classify(text);
        let confidence = found.candidates.first().map_or(0.0, |best| best.confidence);
        let understood = |decision, intent| Understood {
            decision,
            intent,
            confidence,
        };
        match found.decision {
            matcher::Decision::Answer => {
                let mut heard = self.heard_of(&found, text).take(1).collect::<Vec<_>>();
                let Some(heard) = heard.pop() else {
                    return self.fallback(conversation, text, confidence);
                };
                let mut effects = vec![
                    Effect::Understood(understood(Decision::Answer, Some(heard.intent.clone()))),
                    Effect::ShowSop {
                        intent: heard.intent.clone(),
                        points: heard.points.clone(),
                    },
                ];
                if let Some(second) = found.second {
                    effects.push(Effect::Also {
                        intent: second.to_string(),
                    });
                }
                self.go(conversation, Phase::Answered(heard), effects)
            }
            matcher::Decision::Clarify => {
                let choices: Vec<_> = self.heard_of(&found, text).take(3).collect();
                let intents: Vec<_> = choices.iter().map(|heard| heard.intent.clone()).collect();
                let understood = understood(Decision::Clarify, intents.first().cloned());
                let effects = vec![
                    Effect::Understood(understood.clone()),
                    Effect::Clarify { intents },
                ];
                let mut step = self.go(conversation, Phase::Clarifying(choices), effects);
                step.unanswered = Some(self.unanswered(text, understood));
                step
            }
            matcher::Decision::Fallback => self.fallback(conversation, text, confidence),
        }
    }

    fn fallback(&self, conversation: &Conversation, text: &str, confidence: f32) -> Step {
        let understood = Understood {
            decision: Decision::Fallback,
            intent: None,
            confidence,
        };
        let effects = vec![Effect::Understood(understood.clone()), Effect::Fallback];
        let mut step = self.go(conversation, Phase::Idle, effects);
        step.unanswered = Some(self.unanswered(text, understood));
        step
    }

    fn unanswered(&self, text: &str, understood: Understood) -> Unanswered {
        Unanswered {
            text: value::sensitive::redact(text),
            understood,
            at: self.around.now.timestamp(),
        }
    }

    /// The candidates that the catalogue knows, with the points and values the question named.
    fn heard_of<'t>(
        &'t self,
        found: &'t Classification,
        text: &'t str,
    ) -> impl Iterator<Item = Heard> + 't {
        found.candidates.iter().filter_map(move |candidate| {
            let sop = self.knowledge.catalog.sop(&candidate.intent)?;
            Some(Heard {
                intent: sop.id.clone(),
                points: self.points(sop, text),
                evidence: candidate.evidence.iter().map(ToString::to_string).collect(),
                answers: fill::from_question(sop, text, self.around.channel_kind, self.around.now),
            })
        })
    }

    fn points(&self, sop: &Sop, text: &str) -> Vec<String> {
        let points = self.knowledge.asked_points(&sop.id, text).into_iter();
        let kind = self.around.channel_kind;
        let for_channel = points
            .filter(|point| point.channel_kinds.is_empty() || point.channel_kinds.contains(&kind));
        for_channel.map(|point| point.id.clone()).collect()
    }

    fn show_heard(&self, conversation: &Conversation, intent: &str) -> Step {
        let clarified = match &conversation.phase {
            Phase::Clarifying(choices) => {
                choices.iter().find(|heard| heard.intent == intent).cloned()
            }
            _ => None,
        };
        let heard = clarified.unwrap_or_else(|| Heard::of(intent));
        if self.knowledge.catalog.sop(intent).is_none() {
            return self.same(conversation, vec![Effect::Stale]);
        }
        let understood = Understood {
            decision: Decision::Answer,
            intent: Some(intent.to_owned()),
            confidence: 1.0,
        };
        let show = Effect::ShowSop {
            intent: intent.to_owned(),
            points: heard.points.clone(),
        };
        if conversation.draft().is_some() {
            return self.aside(conversation, show);
        }
        self.go(
            conversation,
            Phase::Answered(heard),
            vec![Effect::Understood(understood), show],
        )
    }

    /// `INTENT` or `INTENT#POINT`.
    fn show(&self, conversation: &Conversation, name: &str) -> Step {
        let (intent, point) = name
            .split_once('#')
            .map_or((name, None), |(intent, point)| (intent, Some(point)));
        match (self.knowledge.catalog.sop(intent), point) {
            (None, _) => self.aside(conversation, Effect::ListSops),
            (Some(_), None) => self.show_heard(conversation, intent),
            (Some(_), Some(point)) => self.aside(
                conversation,
                Effect::ShowPoint {
                    intent: intent.to_owned(),
                    id: point.to_owned(),
                },
            ),
        }
    }

    fn why(&self, conversation: &Conversation, phase: &Phase) -> Step {
        match phase {
            Phase::Answered(heard) => self.aside(
                conversation,
                Effect::Explain {
                    intent: heard.intent.clone(),
                    evidence: heard.evidence.clone(),
                },
            ),
            _ => self.same(conversation, vec![Effect::NothingOpen]),
        }
    }

    // -- the ticket --------------------------------------------------------------------------------------------------

    fn start(&self, conversation: &Conversation, heard: Heard) -> Step {
        let draft = Draft {
            intent: heard.intent,
            answers: heard.answers,
            asked: Vec::new(),
        };
        match draft.form(&self.knowledge.catalog, self.around.channel_kind) {
            None => self.same(
                conversation,
                vec![Effect::NoForm {
                    intent: draft.intent,
                }],
            ),
            Some(form) => {
                let entries = form.entries(draft.case(self.around.channel_kind), self.around.now);
                let noted = (!entries.is_empty()).then_some(Effect::Noted { entries });
                self.advance(conversation, draft.clone(), noted.into_iter().collect())
            }
        }
    }

    /// Asks the next missing field, or shows the draft when nothing is missing.
    fn advance(&self, conversation: &Conversation, draft: Draft, effects: Vec<Effect>) -> Step {
        let Some(form) = draft.form(&self.knowledge.catalog, self.around.channel_kind) else {
            return self.go_as(
                conversation,
                Phase::Idle,
                vec![Effect::Stale],
                Decision::Dialog,
            );
        };
        match form
            .missing(draft.case(self.around.channel_kind), self.around.now)
            .first()
        {
            Some(field) => {
                let field = field.id.clone();
                self.ask(conversation, draft, &field, None, 0, effects)
            }
            None => self.review(conversation, draft, effects),
        }
    }

    fn ask(
        &self,
        conversation: &Conversation,
        mut draft: Draft,
        field: &str,
        problem: Option<Problem>,
        refused: u8,
        mut effects: Vec<Effect>,
    ) -> Step {
        let kind = self.around.channel_kind;
        let form = draft.form(&self.knowledge.catalog, kind);
        let Some((form, known)) = form.and_then(|form| Some((form, form.field(field)?))) else {
            return self.same(conversation, vec![Effect::Stale]);
        };
        effects.push(Effect::Ask(
            self.prompt(form, known, &draft, problem, refused),
        ));
        draft.asked.retain(|asked| asked != field);
        draft.asked.push(field.to_owned());
        let phase = Phase::Asking {
            draft,
            field: field.to_owned(),
            refused,
        };
        self.go_as(conversation, phase, effects, Decision::Dialog)
    }

    fn prompt(
        &self,
        form: &Form,
        field: &Field,
        draft: &Draft,
        problem: Option<Problem>,
        refused: u8,
    ) -> Prompt {
        let case = draft.case(self.around.channel_kind);
        let spec = field.spec(case);
        let options = match (&spec.kind, &problem) {
            (_, Some(Problem::Unusable(value::Error::Ambiguous { options }))) => options.clone(),
            (Kind::Choice(choices), _) => choices
                .options
                .iter()
                .map(|option| option.value.clone())
                .collect(),
            _ => Vec::new(),
        };
        Prompt {
            field: field.id.clone(),
            label: spec.label.clone(),
            question: spec.question.clone(),
            help: spec.help.clone(),
            example: spec.example.clone(),
            options,
            may_be_absent: spec.may_be_absent,
            problem,
            refused,
            left: form.missing(case, self.around.now).len().max(1),
        }
    }

    /// An answer to the asked field, or something else said instead.
    fn answer(
        &self,
        conversation: &Conversation,
        draft: &Draft,
        field: &str,
        refused: u8,
        text: &str,
    ) -> Step {
        let kind = self.around.channel_kind;
        let form = draft.form(&self.knowledge.catalog, kind);
        let Some((form, asked)) = form.and_then(|form| Some((form, form.field(field)?))) else {
            return self.same(conversation, vec![Effect::Stale]);
        };
        let taken = fill::from_answer(form, asked, text, &draft.answers, kind, self.around.now);
        let draft = Draft {
            answers: taken.answers,
            ..draft.clone()
        };
        let free = matches!(
            asked.spec(draft.case(kind)).kind,
            Kind::Text { .. } | Kind::Name
        );
        if (taken.problem.is_some() || (free && text.trim_end().ends_with('?')))
            && let Some(aside) = self.side_question(&draft.intent, text)
        {
            let draft = if free {
                conversation.draft().cloned().unwrap_or(draft)
            } else {
                draft
            };
            return self.ask(conversation, draft, field, None, refused, vec![aside]);
        }
        let noted = self.noted(form, &draft, &taken.others);
        match taken.problem {
            None => self.advance(conversation, draft, noted),
            // Another field's value was told instead; the asked one is simply asked again.
            Some(_) if !taken.others.is_empty() => {
                self.ask(conversation, draft, field, None, refused, noted)
            }
            Some(problem) => {
                let refused = (refused + 1).min(REFUSED_MAX);
                self.ask(
                    conversation,
                    draft,
                    field,
                    Some(Problem::Unusable(problem)),
                    refused,
                    noted,
                )
            }
        }
    }

    /// A question about the procedure itself, or clearly about another one.
    fn side_question(&self, intent: &str, text: &str) -> Option<Effect> {
        let asks = text.contains('?')
            || QUESTION_WORDS
                .iter()
                .any(|word| text.to_lowercase().split_whitespace().any(|w| w == *word));
        let sop = self.knowledge.catalog.sop(intent)?;
        if asks {
            let points = self.points(sop, text);
            if let Some(id) = points.into_iter().next() {
                return Some(Effect::ShowPoint {
                    intent: intent.to_owned(),
                    id,
                });
            }
        }
        let found = self.classify(text);
        let best = found.candidates.first()?;
        let sure = found.decision == matcher::Decision::Answer
            && best.confidence >= SIDE_QUESTION_CONFIDENCE;
        let show = || Effect::ShowSop {
            intent: best.intent.to_string(),
            points: Vec::new(),
        };
        (sure && (asks || &*best.intent != intent)).then(show)
    }

    /// What a message at review corrects.
    fn correct(&self, conversation: &Conversation, draft: &Draft, text: &str) -> Step {
        let kind = self.around.channel_kind;
        let Some(form) = draft.form(&self.knowledge.catalog, kind) else {
            return self.same(conversation, vec![Effect::Stale]);
        };
        let taken = fill::corrections(form, text, &draft.answers, kind, self.around.now);
        if taken.others.is_empty() {
            return match self.side_question(&draft.intent, text) {
                Some(aside) => self.review(conversation, draft.clone(), vec![aside]),
                None => self.choose_field(conversation, draft),
            };
        }
        let draft = Draft {
            answers: taken.answers,
            ..draft.clone()
        };
        let noted = self.noted(form, &draft, &taken.others);
        self.advance(conversation, draft, noted)
    }

    fn noted(&self, form: &Form, draft: &Draft, fields: &[String]) -> Vec<Effect> {
        let mut entries: Vec<Entry> =
            form.entries(draft.case(self.around.channel_kind), self.around.now);
        entries.retain(|entry| fields.contains(&entry.field));
        if entries.is_empty() {
            Vec::new()
        } else {
            vec![Effect::Noted { entries }]
        }
    }

    fn review(&self, conversation: &Conversation, draft: Draft, mut effects: Vec<Effect>) -> Step {
        let case = draft.case(self.around.channel_kind);
        let Some(form) = draft.form(&self.knowledge.catalog, self.around.channel_kind) else {
            return self.same(conversation, vec![Effect::Stale]);
        };
        let entries = form.entries(case, self.around.now);
        effects.push(Effect::Review {
            title: form.title.clone(),
            remarks: remarks(&entries),
            entries,
            kip: form.kip(case).to_owned(),
        });
        self.go_as(
            conversation,
            Phase::Reviewing(draft),
            effects,
            Decision::Dialog,
        )
    }

    fn choose_field(&self, conversation: &Conversation, draft: &Draft) -> Step {
        let kind = self.around.channel_kind;
        let form = draft.form(&self.knowledge.catalog, kind);
        let present = form
            .into_iter()
            .flat_map(|form| &form.fields)
            .filter(|field| field.exists(draft.case(kind)));
        let fields = present
            .map(|field| (field.id.clone(), field.spec(draft.case(kind)).label.clone()))
            .collect();
        let phase = conversation.phase.clone();
        self.go_as(
            conversation,
            phase,
            vec![Effect::ChooseField { fields }],
            Decision::Dialog,
        )
    }

    fn field_named(&self, draft: &Draft, name: &str) -> Option<String> {
        let kind = self.around.channel_kind;
        let form = draft.form(&self.knowledge.catalog, kind)?;
        let name = name.to_lowercase();
        let name = name.strip_suffix("nya").unwrap_or(&name);
        let is_called = |field: &&Field| {
            let spec = field.spec(draft.case(kind));
            field.id == name
                || field.id.replace('_', " ") == name
                || spec.label.to_lowercase() == name
                || spec
                    .aliases
                    .iter()
                    .any(|alias| alias.to_lowercase() == name)
        };
        form.fields
            .iter()
            .find(is_called)
            .map(|field| field.id.clone())
    }

    fn back(&self, conversation: &Conversation, draft: &Draft) -> Step {
        let mut draft = draft.clone();
        if let Some(current) = conversation.asking() {
            draft.asked.retain(|asked| asked != current);
        }
        match draft.asked.last().cloned() {
            Some(field) => self.ask(conversation, draft, &field, None, 0, Vec::new()),
            None => self.advance(conversation, draft, Vec::new()),
        }
    }

    fn skip(&self, conversation: &Conversation, draft: &Draft, field: &str) -> Step {
        let kind = self.around.channel_kind;
        let form = draft.form(&self.knowledge.catalog, kind);
        let Some(known) = form.and_then(|form| form.field(field)) else {
            return self.same(conversation, vec![Effect::Stale]);
        };
        let case = draft.case(kind);
        if known.mandatory(case) && !known.answered(case, self.around.now) {
            let problem = Some(Problem::Mandatory);
            return self.ask(conversation, draft.clone(), field, problem, 0, Vec::new());
        }
        self.advance(conversation, draft.clone(), Vec::new())
    }

    fn discard(&self, draft: &Draft) -> Step {
        let next = Conversation {
            discarded: Some(draft.clone()),
            ..Conversation::default()
        };
        let effects = vec![
            self.dialog(Decision::Dialog, &next),
            Effect::Discarded {
                intent: draft.intent.clone(),
            },
        ];
        Step {
            next,
            effects,
            ticket: None,
            unanswered: None,
        }
    }

    /// Files the draft if it is complete; the form's rule decides.
    fn file(&self, conversation: &Conversation, draft: &Draft) -> Step {
        let kind = self.around.channel_kind;
        let catalog = &self.knowledge.catalog;
        let Some((sop, form)) = catalog.sop(&draft.intent).zip(draft.form(catalog, kind)) else {
            return self.same(conversation, vec![Effect::Stale]);
        };
        let Ok(complete) = form.complete(draft.case(kind), self.around.now) else {
            return self.advance(conversation, draft.clone(), Vec::new());
        };
        let now = self.around.now;
        let remarks = remarks(&complete.entries);
        let mut ticket = Ticket {
            id: Ticket::id_for(now.date(), self.seed()),
            intent: draft.intent.clone(),
            form: form.id.clone(),
            title: form.title.clone(),
            agent: self.around.user.to_owned(),
            channel_kind: kind,
            filed_at: now.timestamp(),
            entries: complete.entries,
            kip: complete.kip,
            text: String::new(),
        };
        let filed = now.strftime("%d-%m-%Y %H.%M").to_string();
        let around = ticket::Around {
            sop: &sop.title,
            source: &sop.source,
            filed: &filed,
            remarks: &remarks,
        };
        ticket.text = catalog.template.render(&ticket, around);
        let filed = Effect::Filed {
            id: ticket.id.clone(),
            text: ticket.text.clone(),
        };
        let mut step = self.go_as(conversation, Phase::Idle, vec![filed], Decision::Dialog);
        step.ticket = Some(ticket);
        step
    }

    /// Drawn from the event, so that the same event files the same ticket; another attempt draws another.
    fn seed(&self) -> u64 {
        let mut hasher = rustc_hash::FxHasher::default();
        (self.around.event, self.around.attempt).hash(&mut hasher);
        hasher.finish()
    }

    // -- steps -------------------------------------------------------------------------------------------------------

    /// Shows something without moving; in a dialog the open question follows.
    fn aside(&self, conversation: &Conversation, shown: Effect) -> Step {
        let mut step = match &conversation.phase {
            Phase::Asking {
                draft,
                field,
                refused,
            } => self.ask(
                conversation,
                draft.clone(),
                field,
                None,
                *refused,
                vec![shown],
            ),
            Phase::Reviewing(draft) => self.review(conversation, draft.clone(), vec![shown]),
            phase => self.go_as(conversation, phase.clone(), vec![shown], Decision::Command),
        };
        if let Some(Effect::Understood(understood)) = step.effects.first_mut() {
            understood.decision = Decision::Command;
        }
        step
    }

    fn same(&self, conversation: &Conversation, effects: Vec<Effect>) -> Step {
        let decision = if conversation.draft().is_some() {
            Decision::Dialog
        } else {
            Decision::Command
        };
        self.go_as(conversation, conversation.phase.clone(), effects, decision)
    }

    fn go_as(
        &self,
        conversation: &Conversation,
        phase: Phase,
        effects: Vec<Effect>,
        decision: Decision,
    ) -> Step {
        let next = Conversation {
            phase,
            ..conversation.clone()
        };
        let understood = self.dialog(decision, &next);
        let effects = [understood].into_iter().chain(effects).collect();
        Step {
            next,
            effects,
            ticket: None,
            unanswered: None,
        }
    }

    fn go(&self, conversation: &Conversation, phase: Phase, effects: Vec<Effect>) -> Step {
        let next = Conversation {
            phase,
            ..conversation.clone()
        };
        Step {
            next,
            effects,
            ticket: None,
            unanswered: None,
        }
    }

    fn dialog(&self, decision: Decision, next: &Conversation) -> Effect {
        let intent = match &next.phase {
            Phase::Answered(heard) => Some(heard.intent.clone()),
            _ => next.draft().map(|draft| draft.intent.clone()),
        };
        Effect::Understood(Understood {
            decision,
            intent,
            confidence: 1.0,
        })
    }
}

/// Words with which agents ask something in the middle of a dialog.
const QUESTION_WORDS: &[&str] = &[
    "apa",
    "gimana",
    "gmn",
    "bagaimana",
    "kenapa",
    "knp",
    "mana",
    "dimana",
    "kapan",
    "berapa",
    "apakah",
    "what",
    "how",
    "why",
    "where",
];

fn remarks(entries: &[Entry]) -> Vec<Remarked> {
    let remark = |entry: &Entry| match &entry.answer {
        Answer::Given(value) => value.remark.clone().map(|remark| Remarked {
            label: entry.label.clone(),
            remark,
        }),
        Answer::Absent => None,
    };
    entries.iter().filter_map(remark).collect()
}
