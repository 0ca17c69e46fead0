//! Filling a ticket in: the next question, the answer, corrections, the review.

use super::super::fill::Refused;
use super::super::{
    Conversation, Decision, Draft, Effect, Heard, Phase, Problem, Prompt, Review, Step, fill,
};
use super::Turn;
use super::filing::remarks;
use super::question::Aside;
use crate::act::Act;
use crate::catalog::{Field, Form};
use crate::ticket::{Answer, Entry};
use crate::value::{self, Kind};

/// As often as this an answer is refused before the prompt stops growing.
const REFUSED_MAX: u8 = 9;

/// How a question for a field comes about.
#[derive(Default)]
struct Again {
    problem: Option<Problem>,
    refused: u8,
    partial: Option<String>,
}

impl Turn<'_> {
    /// Starts a ticket with what the question already told.
    pub fn start(&self, conversation: &Conversation, heard: Heard) -> Step {
        let draft = Draft {
            partials: heard.partials,
            ..Draft::new(heard.intent, heard.answers)
        };
        match self.form(&draft) {
            None => self.same(
                conversation,
                Effect::NoForm {
                    intent: draft.intent,
                },
            ),
            Some(form) => {
                let entries = form.entries(draft.case(self.around.channel_kind), self.around.now);
                let noted = (!entries.is_empty()).then_some(Effect::Noted { entries });
                self.advance(conversation, draft.clone(), noted.into_iter().collect())
            }
        }
    }

    /// Asks the next missing field, or shows the draft when nothing is missing.
    pub fn advance(&self, conversation: &Conversation, draft: Draft, effects: Vec<Effect>) -> Step {
        if draft.walk.is_some() {
            return self.walk_on(conversation, draft, 0, effects);
        }
        let Some(form) = self.form(&draft) else {
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
                self.ask(conversation, draft, &field, effects)
            }
            None => self.review(conversation, draft, effects),
        }
    }

    /// Asks for a field.
    pub fn ask(
        &self,
        conversation: &Conversation,
        draft: Draft,
        field: &str,
        effects: Vec<Effect>,
    ) -> Step {
        let again = self.told_in_part(&draft, field).unwrap_or_default();
        self.ask_again(conversation, draft, field, again, effects)
    }

    /// Asks for the rest of a value of which the opening question told a part.
    fn told_in_part(&self, draft: &Draft, field: &str) -> Option<Again> {
        let case = draft.case(self.around.channel_kind);
        let partial = draft.partials.get(field)?;
        let known = self.form(draft)?.field(field)?;
        if known.answered(case, self.around.now) {
            return None;
        }
        let kind = &known.spec(case).kind;
        let Kind::DateTime { past } = *kind else {
            // Several numbers: which of them?
            let problem = value::parse(kind, partial, self.background()).err()?;
            return Some(Again {
                problem: Some(Problem::Unusable(problem)),
                ..Again::default()
            });
        };
        let date = value::parse(&Kind::Date { past }, partial, self.background()).ok()?;
        Some(Again {
            problem: Some(Problem::Unusable(value::Error::NeedsTime { date })),
            refused: 0,
            partial: Some(partial.clone()),
        })
    }

    /// Asks the open field again after something else was shown; what was told of it is kept.
    pub fn ask_still(&self, conversation: &Conversation, effects: Vec<Effect>) -> Step {
        let Phase::Asking {
            draft,
            field,
            refused,
            partial,
            ..
        } = &conversation.phase
        else {
            return self.same(conversation, Effect::NothingOpen);
        };
        let again = Again {
            problem: None,
            refused: *refused,
            partial: partial.clone(),
        };
        self.ask_again(conversation, draft.clone(), field, again, effects)
    }

    fn ask_again(
        &self,
        conversation: &Conversation,
        mut draft: Draft,
        field: &str,
        again: Again,
        mut effects: Vec<Effect>,
    ) -> Step {
        let case = draft.case(self.around.channel_kind);
        let form = self.form(&draft);
        let known = form.and_then(|form| Some((form, form.field(field)?)));
        let Some((form, known)) = known.filter(|(_, field)| field.exists(case)) else {
            return self.same(conversation, Effect::Stale);
        };
        let suggested = again.problem.as_ref().and_then(suggested);
        effects.push(Effect::Ask(self.prompt(
            form,
            known,
            &draft,
            again.problem,
            again.refused,
        )));
        draft.asked.retain(|asked| asked != field);
        draft.asked.push(field.to_owned());
        let phase = Phase::Asking {
            draft,
            field: field.to_owned(),
            refused: again.refused,
            partial: again.partial,
            suggested,
        };
        self.go_as(conversation, phase, effects, Decision::Dialog)
    }

    pub fn prompt(
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
        let missing = form.missing(case, self.around.now);
        let missing: Vec<_> = missing.iter().map(|field| field.id.as_str()).collect();
        Prompt {
            field: field.id.clone(),
            label: spec.label.clone(),
            question: spec.question.clone(),
            help: spec.help.clone(),
            example: spec.example.clone(),
            options,
            may_be_absent: spec.may_be_absent,
            looked_up: spec.looked_up,
            problem,
            refused,
            left: if missing.contains(&field.id.as_str()) {
                missing.len()
            } else {
                0
            },
        }
    }

    /// An answer to the asked field, or something else said instead.
    pub fn answer(
        &self,
        conversation: &Conversation,
        draft: &Draft,
        field: &str,
        refused_before: u8,
        partial: Option<&str>,
        text: &str,
    ) -> Step {
        let (kind, background) = (
            draft.channel_kind(self.around.channel_kind),
            self.background(),
        );
        let form = self.form(draft);
        let Some((form, asked)) = form.and_then(|form| Some((form, form.field(field)?))) else {
            return self.same(conversation, Effect::Stale);
        };
        let spec = asked.spec(draft.case(kind));
        if let Some(partial) = partial
            && numbers_nothing(conversation, text)
            && let Err(problem) = value::parse(&spec.kind, partial, background)
        {
            // The places of the few that were offered, not of all there are.
            let again = Again {
                problem: Some(Problem::Unusable(problem)),
                refused: (refused_before + 1).min(REFUSED_MAX),
                partial: Some(partial.to_owned()),
            };
            return self.ask_again(conversation, draft.clone(), field, again, Vec::new());
        }
        let brief = fill::is_brief(&spec.kind);
        let open = matches!(&spec.kind, Kind::Choice(choices) if choices.open);
        if fill::is_correction(form, draft.case(kind), text) {
            let in_a_text = matches!(spec.kind, Kind::Text { .. } | Kind::Place { .. }) && !brief;
            let taken = fill::corrections(form, text, &draft.answers, kind, background, in_a_text);
            let corrected = Draft {
                answers: taken.answers,
                ..draft.clone()
            };
            let noted = self.noted(form, &corrected, &taken.others);
            let sure = !in_a_text && fill::is_surely_correction(text);
            let refused = taken.refused.into_iter();
            let refused: Vec<_> = refused.filter(|refused| refused.certain || sure).collect();
            if !refused.is_empty() {
                return self.ask_refused(conversation, corrected, refused, text, noted);
            }
            if !taken.others.is_empty() {
                return self.go_on(conversation, draft, corrected, field, noted);
            }
            if let Some(named) = taken.named.filter(|named| named != field) {
                return self.ask(conversation, corrected, &named, noted);
            }
            if (brief || open) && fill::is_change(text) {
                return self.choose_field(conversation, draft);
            }
        }
        let taken = fill::from_answer(form, asked, text, partial, &draft.answers, kind, background);
        let unlisted = taken.answers.get(field).is_some_and(is_unlisted);
        let any_text = fill::is_free(&spec.kind) || unlisted;
        let question = any_text && text.trim_end().ends_with('?');
        if taken.problem.is_some() || question || brief || unlisted {
            match self.meant_aside(&draft.intent, text) {
                Some(Aside::Question(shown))
                    if question || (taken.problem.is_some() && taken.others.is_empty()) =>
                {
                    return self.ask_still(conversation, vec![shown]);
                }
                Some(Aside::Case(heard)) if taken.others.is_empty() => {
                    return self.interrupted(conversation, draft.clone(), heard, Vec::new());
                }
                Some(_) | None => {}
            }
        }
        let told = Draft {
            answers: taken.answers,
            ..draft.clone()
        };
        let noted = self.noted(form, &told, &taken.others);
        let refused = taken.refused.into_iter();
        let refused: Vec<_> = refused
            .filter(|refused| refused.certain && refused.field != field)
            .collect();
        if !refused.is_empty() {
            return self.ask_refused(conversation, told, refused, text, noted);
        }
        match taken.problem {
            None => self.advance(conversation, told, noted),
            // Another field's value was told instead.
            Some(_) if !taken.others.is_empty() => {
                self.go_on(conversation, draft, told, field, noted)
            }
            // There is nothing to tell of a field that may be left out.
            Some(Problem::Mandatory) if !asked.mandatory(draft.case(kind)) => {
                self.advance(conversation, told, noted)
            }
            Some(problem) => {
                let again = Again {
                    refused: (refused_before + 1).min(REFUSED_MAX),
                    partial: fill::partial(&problem, spec, text),
                    problem: Some(problem),
                };
                self.ask_again(conversation, told, field, again, noted)
            }
        }
    }

    /// Goes on after other fields than the asked one got a value: one that was asked out of turn is asked again,
    /// otherwise what is missing now.
    fn go_on(
        &self,
        conversation: &Conversation,
        before: &Draft,
        after: Draft,
        field: &str,
        effects: Vec<Effect>,
    ) -> Step {
        let kind = self.around.channel_kind;
        let known = |draft: &Draft| self.form(draft).and_then(|form| form.field(field));
        let case = before.case(kind);
        let was_due = known(before)
            .is_some_and(|field| field.mandatory(case) && !field.answered(case, self.around.now));
        let exists = known(&after).is_some_and(|field| field.exists(after.case(kind)));
        if was_due || !exists {
            self.advance(conversation, after, effects)
        } else {
            self.ask(conversation, after, field, effects)
        }
    }

    /// Asks for the first field that was named with a value that cannot be used, and says what is wrong with the others;
    /// the old values stay.
    fn ask_refused(
        &self,
        conversation: &Conversation,
        draft: Draft,
        refused: Vec<Refused>,
        text: &str,
        mut effects: Vec<Effect>,
    ) -> Step {
        let mut refused = refused.into_iter();
        let Some(first) = refused.next() else {
            return self.advance(conversation, draft, effects);
        };
        let others = refused.filter(|other| other.field != first.field);
        let prompts: Vec<_> = others
            .filter_map(|other| {
                let form = self.form(&draft)?;
                let field = form.field(&other.field)?;
                Some(self.prompt(form, field, &draft, Some(other.problem), 1))
            })
            .collect();
        if !prompts.is_empty() {
            effects.push(Effect::NotTaken { prompts });
        }
        let refused = first;
        let case = draft.case(self.around.channel_kind);
        let field = self
            .form(&draft)
            .and_then(|form| form.field(&refused.field));
        let spec = field.map(|field| field.spec(case));
        let again = Again {
            partial: spec.and_then(|spec| fill::partial(&refused.problem, spec, text)),
            problem: Some(refused.problem),
            refused: 1,
        };
        self.ask_again(conversation, draft, &refused.field, again, effects)
    }

    /// What a message at review corrects.
    pub fn correct(&self, conversation: &Conversation, draft: &Draft, text: &str) -> Step {
        let Some(form) = self.form(draft) else {
            return self.same(conversation, Effect::Stale);
        };
        let taken = fill::corrections(
            form,
            text,
            &draft.answers,
            draft.channel_kind(self.around.channel_kind),
            self.background(),
            false,
        );
        // At a review a label is meant as one, unless something else was told.
        let nothing_told = taken.others.is_empty();
        let refused = taken.refused.into_iter();
        let refused: Vec<_> = refused
            .filter(|refused| refused.certain || nothing_told)
            .collect();
        if !refused.is_empty() {
            let corrected = Draft {
                answers: taken.answers,
                ..draft.clone()
            };
            let noted = self.noted(form, &corrected, &taken.others);
            return self.ask_refused(conversation, corrected, refused, text, noted);
        }
        if let Some(named) = taken.named.filter(|_| nothing_told) {
            return self.ask(conversation, draft.clone(), &named, Vec::new());
        }
        if nothing_told {
            return match self.meant_aside(&draft.intent, text) {
                Some(Aside::Question(shown)) => {
                    self.review(conversation, draft.clone(), vec![shown])
                }
                Some(Aside::Case(heard)) => {
                    self.interrupted(conversation, draft.clone(), heard, Vec::new())
                }
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

    /// Shows the whole draft.
    pub fn review(
        &self,
        conversation: &Conversation,
        draft: Draft,
        mut effects: Vec<Effect>,
    ) -> Step {
        let case = draft.case(self.around.channel_kind);
        let Some(form) = self.form(&draft) else {
            return self.same(conversation, Effect::Stale);
        };
        let entries = form.entries(case, self.around.now);
        let optional = form.optional_left(case, self.around.now);
        effects.push(Effect::Review(Review {
            intent: draft.intent.clone(),
            title: form.title.clone(),
            remarks: remarks(&entries),
            optional: optional
                .map(|field| field.spec(case).label.clone())
                .collect(),
            entries,
            kip: form.kip(case).to_owned(),
            revises: draft.revises.as_ref().map(|revises| revises.id.clone()),
        }));
        self.go_as(
            conversation,
            Phase::Reviewing(draft),
            effects,
            Decision::Dialog,
        )
    }

    /// Asks which field is to be changed.
    pub fn choose_field(&self, conversation: &Conversation, draft: &Draft) -> Step {
        let case = draft.case(self.around.channel_kind);
        let present = self
            .form(draft)
            .into_iter()
            .flat_map(|form| &form.fields)
            .filter(|field| field.exists(case));
        let fields = present
            .map(|field| (field.id.clone(), field.spec(case).label.clone()))
            .collect();
        let phase = conversation.phase.clone();
        self.go_as(
            conversation,
            phase,
            vec![Effect::ChooseField { fields }],
            Decision::Dialog,
        )
    }

    /// The field an agent calls by this name.
    pub fn field_named(&self, draft: &Draft, name: &str) -> Option<String> {
        let case = draft.case(self.around.channel_kind);
        let name = name.to_lowercase();
        let name = name.strip_suffix("nya").unwrap_or(&name);
        let is_called = |field: &&Field| {
            let spec = field.spec(case);
            field.id == name
                || field.id.replace('_', " ") == name
                || spec.label.to_lowercase() == name
                || spec
                    .aliases
                    .iter()
                    .any(|alias| alias.to_lowercase() == name)
        };
        self.form(draft)?
            .fields
            .iter()
            .filter(|field| field.exists(case))
            .find(is_called)
            .map(|field| field.id.clone())
    }

    /// Asks the field before.
    pub fn back(&self, conversation: &Conversation, draft: &Draft) -> Step {
        let mut draft = draft.clone();
        if let Some(current) = conversation.asking() {
            draft.asked.retain(|asked| asked != current);
        }
        // What a correction has taken out of the form is not gone back to.
        let case = draft.case(self.around.channel_kind);
        let form = self.form(&draft);
        let exists = |id: &String| {
            form.and_then(|form| form.field(id))
                .is_some_and(|field| field.exists(case))
        };
        let asked = draft.asked.iter().filter(|id| exists(id)).cloned();
        draft.asked = asked.collect();
        match draft.asked.last().cloned() {
            Some(field) => self.ask(conversation, draft, &field, Vec::new()),
            None => self.advance(conversation, draft, Vec::new()),
        }
    }

    /// Leaves a field out, or as it was, where it may be.
    pub fn skip(
        &self,
        conversation: &Conversation,
        draft: &Draft,
        field: &str,
        refused: u8,
    ) -> Step {
        let Some(known) = self.form(draft).and_then(|form| form.field(field)) else {
            return self.same(conversation, Effect::Stale);
        };
        let case = draft.case(self.around.channel_kind);
        if known.mandatory(case) && !known.answered(case, self.around.now) {
            let again = Again {
                problem: Some(Problem::Mandatory),
                refused: (refused + 1).min(REFUSED_MAX),
                partial: None,
            };
            return self.ask_again(conversation, draft.clone(), field, again, Vec::new());
        }
        self.advance(conversation, draft.clone(), Vec::new())
    }

    /// Throws the draft away; it can be taken back.
    pub fn discard(&self, conversation: &Conversation, draft: &Draft) -> Step {
        let next = Conversation {
            discarded: Some(draft.clone()),
            ..conversation.clone()
        };
        let told = Effect::Discarded {
            intent: draft.intent.clone(),
        };
        let effects = [told]
            .into_iter()
            .chain(self.waiting(conversation))
            .collect();
        self.go_as(&next, Phase::Idle, effects, Decision::Dialog)
    }

    pub fn form<'k>(&'k self, draft: &Draft) -> Option<&'k Form> {
        draft.form(&self.knowledge.catalog, self.around.channel_kind)
    }
}

/// The value that was perhaps meant, which `ya` takes.
fn suggested(problem: &Problem) -> Option<String> {
    match problem {
        Problem::Unusable(value::Error::TooSmall { suggest }) => Some(suggest.to_string()),
        Problem::Unusable(value::Error::NotAnOption { nearest }) => nearest.clone(),
        _ => None,
    }
}

/// Whether the message is a number beyond those of the options that were offered.
fn numbers_nothing(conversation: &Conversation, text: &str) -> bool {
    let offers_options = conversation
        .offered
        .first()
        .is_some_and(|button| matches!(button.action, Act::Value { .. }));
    let number = text.trim().parse::<usize>();
    offers_options && number.is_ok_and(|number| number == 0 || number > conversation.numbered)
}

/// Whether an open choice took something outside its list.
fn is_unlisted(answer: &Answer) -> bool {
    matches!(answer, Answer::Given(value) if value.remark == Some(value::Remark::Unlisted))
}
