//! Filling a ticket in: the next question, the answer, corrections, the review.

use super::super::fill::{FilledForm, RefusedValue};
use super::super::{Decision, Draft, Effect, Heard, Phase, Problem, Prompt, Review, fill};
use super::filing::remarks;
use super::question::Aside;
use super::{Turn, offers_options};
use crate::catalog::{Case, Field, Form, Spec};
use crate::text::negation;
use crate::ticket::{Answer, Answers, FiledField};
use crate::value::{self, Kind};

/// As often as this an answer is refused before the prompt stops growing.
pub const REFUSED_MAX: u8 = 9;

/// How a question for a field comes about.
#[derive(Default)]
struct Again {
    problem: Option<Problem>,
    refused: u8,
    partial: Option<String>,
}

impl<'a> Turn<'a> {
    /// Begins a ticket, or goes on with the one that was begun.
    pub fn make_ticket(&mut self, intent: Option<String>) {
        let of = intent.as_deref();
        let is_of = |other: &str| of.is_none_or(|intent| intent == other);
        let at_hand = self.conversation.draft.as_ref();
        let is_at_hand = at_hand.is_some_and(|draft| is_of(&draft.intent));
        match (&self.conversation.phase, of) {
            (Phase::Walking { .. } | Phase::Walked, _) if is_at_hand => self.walk_to_ticket(),
            (Phase::Asking { .. } | Phase::Reviewing, _) if is_at_hand => self.advance(),
            (Phase::Interrupted { .. }, None) => self.ask_what_becomes(),
            (
                Phase::Asking { .. }
                | Phase::Reviewing
                | Phase::Walking { .. }
                | Phase::Interrupted { .. },
                Some(intent),
            ) => self.interrupted(Heard::of(intent)),
            (Phase::Answered(heard), _) if is_of(&heard.intent) => self.start(heard.clone()),
            // Where one procedure alone was offered, going on with it picks it.
            (Phase::Clarifying(choices), None) if choices.len() == 1 => {
                self.start(choices[0].clone());
            }
            (_, None) => self.same(Effect::NothingOpen),
            (_, Some(intent)) => self.start(Heard::of(intent)),
        }
    }

    /// Starts a ticket with the values that the question named.
    fn start(&mut self, heard: Heard) {
        let mut answers = heard.answers;
        answers.extend(self.values_for(&heard.intent));
        let draft = Draft {
            partials: heard.partials,
            ..Draft::new(heard.intent, answers)
        };
        if self.form(&draft).is_none() {
            let intent = draft.intent;
            return self.same(Effect::NoForm { intent });
        }
        self.conversation.draft = Some(draft);
        for told in self.conversation.case.told.clone() {
            self.keeps_offered(&told.text);
        }
        self.note(|_| true);
        self.advance();
    }

    /// Asks the next missing field, or shows the draft when nothing is missing.
    pub fn advance(&mut self) {
        let Some(draft) = &self.conversation.draft else {
            return self.lost();
        };
        if draft.walk.is_some() {
            return self.walk_on(0);
        }
        let Some(form) = self.form(draft) else {
            return self.lost();
        };
        let missing = form.missing(self.case(draft), self.setting.now);
        match missing.first() {
            Some(field) => self.ask(&field.id),
            None => self.review(),
        }
    }

    /// The catalogue has lost the procedure of the draft.
    pub fn lost(&mut self) {
        self.effects = vec![Effect::Stale];
        self.go(Phase::Idle, Decision::Dialog);
    }

    /// Asks for a field.
    fn ask(&mut self, field: &str) {
        let again = self.known_in_part(field).unwrap_or_default();
        self.ask_again(field, again);
    }

    /// How to ask for the rest of a value of which the opening question named a part.
    fn known_in_part(&self, field: &str) -> Option<Again> {
        let draft = self.conversation.draft.as_ref()?;
        let case = self.case(draft);
        let partial = draft.partials.get(field)?;
        let known = self.form(draft)?.field(field)?;
        if known.answered(case, self.setting.now) {
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

    /// Asks the open field again after something else was shown; the known part of its value is kept.
    pub fn ask_still(&mut self) {
        let Phase::Asking {
            field,
            refused,
            partial,
            ..
        } = self.conversation.phase.clone()
        else {
            return self.same(Effect::NothingOpen);
        };
        let again = Again {
            problem: None,
            refused,
            partial,
        };
        self.ask_again(&field, again);
    }

    fn ask_again(&mut self, field: &str, again: Again) {
        let known = self.conversation.draft.as_ref().and_then(|draft| {
            let form = self.form(draft)?;
            let known = form.field(field)?;
            known
                .exists(self.case(draft))
                .then_some((form, known, draft))
        });
        let Some((form, known, draft)) = known else {
            return self.stale();
        };
        let suggested = again.problem.as_ref().and_then(suggested);
        let prompt = self.prompt(form, known, self.case(draft), again.problem, again.refused);
        self.effects.push(Effect::Ask(prompt));
        if let Some(draft) = &mut self.conversation.draft {
            draft.asked.retain(|asked| asked != field);
            draft.asked.push(field.to_owned());
        }
        let phase = Phase::Asking {
            field: field.to_owned(),
            refused: again.refused,
            partial: again.partial,
            suggested,
        };
        self.go(phase, Decision::Dialog);
    }

    pub fn prompt(
        &self,
        form: &Form,
        field: &Field,
        case: Case<'_>,
        problem: Option<Problem>,
        refused: u8,
    ) -> Prompt {
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
        let missing = form.missing(case, self.setting.now);
        let is_missing = missing.iter().any(|missing| missing.id == field.id);
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
            left: if is_missing { missing.len() } else { 0 },
        }
    }

    /// `Maksudnya Rp50.000?` was agreed to.
    pub fn take_suggestion(&mut self) {
        if let Phase::Asking { suggested, .. } = &mut self.conversation.phase
            && let Some(suggested) = suggested.take()
        {
            return self.answer_as(&suggested, true);
        }
        self.ask_open();
    }

    /// An answer to the asked field, or something else said instead.
    pub fn answer(&mut self, text: &str) {
        let text = fill::without_speakers(text, &self.knowledge.lexicon);
        self.answer_as(&text, false);
    }

    /// The same; an answer that the agent has chosen or confirmed is taken however odd it is.
    pub fn answer_as(&mut self, text: &str, confirmed: bool) {
        let Phase::Asking {
            field,
            refused,
            partial,
            suggested,
        } = self.conversation.phase.clone()
        else {
            return self.stale();
        };
        let Some(asked) = self.asked(&field, refused, partial) else {
            return self.stale();
        };
        if let Some(partial) = &asked.partial
            && self.numbers_nothing(text)
            && let Err(problem) = value::parse(&asked.spec.kind, partial, self.background())
        {
            // The places of the few that were offered, not of all there are.
            let again = Again {
                problem: Some(Problem::Unusable(problem)),
                refused: asked.refused_again(),
                partial: asked.partial,
            };
            return self.ask_again(&field, again);
        }
        let case = self
            .conversation
            .draft
            .as_ref()
            .map(|draft| self.case(draft));
        let corrects = case.is_some_and(|case| {
            fill::is_correction(asked.form, case, text, &self.knowledge.lexicon)
        });
        let replaced = self.conversation.draft.as_ref();
        let replaced =
            replaced.and_then(|draft| fill::replaced(self.filled(asked.form, draft), text));
        if let Some(taken) = replaced {
            self.take(taken.answers, &taken.others);
            return self.go_on(&asked);
        }
        if corrects && self.take_correction(&asked, text) {
            return;
        }
        let confirmed = confirmed || suggested.as_deref() == Some(text.trim());
        let text = match fill::is_brief(&asked.spec.kind) {
            true => fill::said_last(text, &self.knowledge.lexicon),
            false => text,
        };
        if confirmed || !self.reads_back(&asked, text) {
            self.take_answer(asked, text);
        }
    }

    /// Reads an odd text back instead of taking it, or answers the question that it is.
    fn reads_back(&mut self, asked: &OpenField<'a>, text: &str) -> bool {
        let lexicon = &self.knowledge.lexicon;
        let said = fill::without_own_label(asked.field, asked.spec, text.trim(), lexicon);
        if !self.is_odd(asked.spec, said) {
            return false;
        }
        match self.meant_aside(text) {
            Some(Aside::Question(shown)) if self.asks(text) => {
                self.effects.push(shown);
                self.ask_still();
            }
            Some(Aside::Case(_)) => return false,
            Some(Aside::Question(_)) | None if self.take_of_others(asked, text) => {
                self.go_on(asked);
            }
            Some(Aside::Question(_)) | None => {
                let value = value::sensitive::redact(said);
                let again = Again {
                    refused: asked.refused_again(),
                    partial: None,
                    problem: Some(Problem::Odd { value }),
                };
                self.ask_again(&asked.field.id, again);
            }
        }
        true
    }

    /// Takes what a message that is more than a value of the asked field says of others; whether it says anything.
    fn take_of_others(&mut self, asked: &OpenField<'a>, text: &str) -> bool {
        let Some(draft) = &self.conversation.draft else {
            return false;
        };
        let mut taken = fill::of_others(self.filled(asked.form, draft), asked.field, text);
        let says_something = !taken.others.is_empty();
        if says_something {
            self.drop_odd(&mut taken, asked.field, asked.spec);
            self.take_with(&asked.field.id, taken.answers, taken.others);
        }
        says_something
    }

    /// Takes back an asked field's answer that reads like talk: it is what is left beside other fields' values. Whether
    /// it was one.
    fn drop_odd(&self, taken: &mut fill::TakenAnswers, field: &Field, spec: &Spec) -> bool {
        let draft = self.conversation.draft.as_ref();
        let before = draft.and_then(|draft| draft.answers.get(&field.id));
        if let Some(Answer::Given(value)) = taken.answers.get(&field.id)
            && before != taken.answers.get(&field.id)
            && self.is_odd(spec, &value.display)
        {
            taken.answers.remove(&field.id);
            let kept = before.map(|before| (field.id.clone(), before.clone()));
            taken.answers.extend(kept);
            return true;
        }
        false
    }

    /// What a message that corrects something changes; whether that is all it does.
    fn take_correction(&mut self, asked: &OpenField<'a>, text: &str) -> bool {
        let Some(draft) = &self.conversation.draft else {
            return false;
        };
        let brief = fill::is_brief(&asked.spec.kind);
        // `bukan ovo, gopay` is about the options that are asked for.
        let open = matches!(&asked.spec.kind, Kind::Choice(choices) if choices.open);
        let open = open && !self.is_option(asked.spec, text);
        let in_a_text = matches!(asked.spec.kind, Kind::Text { .. } | Kind::Place { .. }) && !brief;
        let taken = fill::corrections(self.filled(asked.form, draft), text, in_a_text);
        let sure = !in_a_text && fill::is_surely_correction(text, &self.knowledge.lexicon);
        self.take(taken.answers, &taken.others);
        let refused = taken.refused.into_iter();
        let refused: Vec<_> = refused.filter(|refused| refused.certain || sure).collect();
        let named = taken.named.filter(|named| *named != asked.field.id);
        if !refused.is_empty() {
            self.ask_refused(refused, text);
        } else if !taken.others.is_empty() {
            self.go_on(asked);
        } else if let Some(named) = named {
            self.ask(&named);
        } else if (brief || open) && fill::is_change(text, &self.knowledge.lexicon) {
            // `bukan di alfamart tp linkaja, tgl 17` may tell what was not known.
            match self.take_of_others(asked, text) {
                true => self.go_on(asked),
                false => self.choose_field(),
            }
        } else {
            return false;
        }
        true
    }

    fn take_answer(&mut self, asked: OpenField<'a>, text: &str) {
        let Some(draft) = &self.conversation.draft else {
            return self.stale();
        };
        let OpenField {
            form, field, spec, ..
        } = asked;
        let mandatory = field.mandatory(self.case(draft));
        let filled = self.filled(form, draft);
        let mut taken = fill::from_answer(filled, field, text, asked.partial.as_deref());
        if !taken.others.is_empty() && self.drop_odd(&mut taken, field, spec) {
            self.take_of_others(&asked, text);
            return self.go_on(&asked);
        }
        let unlisted = taken.answers.get(&field.id).is_some_and(is_unlisted);
        let any_text = fill::is_free(&spec.kind) || unlisted;
        let question = any_text && self.asks_at(spec, text);
        if taken.problem.is_some() || question || fill::is_brief(&spec.kind) || unlisted {
            match self.meant_aside(text) {
                Some(Aside::Question(shown))
                    if question || (taken.problem.is_some() && taken.others.is_empty()) =>
                {
                    self.effects.push(shown);
                    return self.ask_still();
                }
                Some(Aside::Case(heard))
                    if taken.others.is_empty() && !self.is_option(spec, text) =>
                {
                    // `waduh salah sop, ini harusnya tiket pulsa`
                    return match negation::corrections(text, &self.knowledge.lexicon).is_empty() {
                        true => self.interrupted(heard),
                        false => self.switch_form(&heard.intent),
                    };
                }
                // What the procedure does not answer is asked about the field.
                None if question && taken.others.is_empty() => {
                    return self.why();
                }
                Some(_) | None => {}
            }
        }
        self.take_with(&field.id, taken.answers, taken.others.clone());
        let refused = taken.refused.into_iter();
        let refused: Vec<_> = refused
            .filter(|refused| refused.certain && refused.field != field.id)
            .collect();
        if !refused.is_empty() {
            return self.ask_refused(refused, text);
        }
        match taken.problem {
            None => self.advance(),
            // Another field got a value instead.
            Some(_) if !taken.others.is_empty() => self.go_on(&asked),
            // A field that may be left out has none.
            Some(Problem::Mandatory) if !mandatory => self.advance(),
            Some(problem) => {
                let again = Again {
                    refused: asked.refused_again(),
                    partial: fill::partial(&problem, spec, text),
                    problem: Some(problem),
                };
                self.ask_again(&field.id, again);
            }
        }
    }

    /// Whether a text names an option of the field.
    fn is_option(&self, spec: &Spec, text: &str) -> bool {
        let lexicon = &self.knowledge.lexicon;
        matches!(&spec.kind, Kind::Choice(choices) if value::choice::is_named(choices, text, lexicon))
    }

    /// The open field; none when the catalogue has lost it.
    fn asked(&self, id: &str, refused: u8, partial: Option<String>) -> Option<OpenField<'a>> {
        let draft = self.conversation.draft.as_ref()?;
        let case = self.case(draft);
        let form = self.form(draft)?;
        let field = form.field(id)?;
        Some(OpenField {
            form,
            field,
            spec: field.spec(case),
            refused,
            partial,
            was_due: field.mandatory(case) && !field.answered(case, self.setting.now),
        })
    }

    /// Goes on after other fields than the asked one got a value: one that was asked out of turn is asked again,
    /// otherwise what is missing now.
    fn go_on(&mut self, asked: &OpenField<'a>) {
        let id = &asked.field.id;
        let draft = self.conversation.draft.as_ref();
        let exists = draft.is_some_and(|draft| {
            let field = self.form(draft).and_then(|form| form.field(id));
            field.is_some_and(|field| field.exists(self.case(draft)))
        });
        if asked.was_due || !exists {
            self.advance();
        } else {
            self.ask(id);
        }
    }

    /// Asks for the first field that was named with a value that cannot be used, and says what is wrong with the others;
    /// the old values stay.
    fn ask_refused(&mut self, refused: Vec<RefusedValue>, text: &str) {
        let mut refused = refused.into_iter();
        let Some(first) = refused.next() else {
            return self.advance();
        };
        let Some(draft) = &self.conversation.draft else {
            return self.stale();
        };
        let (form, case) = (self.form(draft), self.case(draft));
        let others = refused.filter(|other| other.field != first.field);
        let prompts: Vec<_> = others
            .filter_map(|other| {
                let field = form?.field(&other.field)?;
                Some(self.prompt(form?, field, case, Some(other.problem), 1))
            })
            .collect();
        let spec = form.and_then(|form| Some(form.field(&first.field)?.spec(case)));
        let again = Again {
            partial: spec.and_then(|spec| fill::partial(&first.problem, spec, text)),
            problem: Some(first.problem),
            refused: 1,
        };
        if !prompts.is_empty() {
            self.effects.push(Effect::NotTaken { prompts });
        }
        self.ask_again(&first.field, again);
    }

    /// What a message at review corrects.
    pub fn correct(&mut self, text: &str) {
        let Some((form, draft)) = self.form_and_draft() else {
            return self.stale();
        };
        let taken = fill::corrections(self.filled(form, draft), text, false);
        // At a review a label is meant as one, unless something else was changed.
        let unchanged = taken.others.is_empty();
        let refused = taken.refused.into_iter();
        let refused: Vec<_> = refused
            .filter(|refused| refused.certain || unchanged)
            .collect();
        self.take(taken.answers, &taken.others);
        if !refused.is_empty() {
            return self.ask_refused(refused, text);
        }
        if !unchanged {
            return self.advance();
        }
        if let Some(named) = taken.named {
            return self.ask(&named);
        }
        match self.meant_aside(text) {
            Some(Aside::Question(shown)) => {
                self.effects.push(shown);
                self.review();
            }
            Some(Aside::Case(heard)) => self.interrupted(heard),
            None => self.choose_field(),
        }
    }

    /// Takes answers over, and says which of them are new.
    fn take(&mut self, answers: Answers, fields: &[String]) {
        if let Some(draft) = &mut self.conversation.draft {
            draft.answers = answers;
        }
        self.note(|entry| fields.contains(&entry.field));
    }

    /// The same with the asked field's answer, which is shown as it was understood; a whole draft shows it anyway.
    fn take_with(&mut self, asked: &str, answers: Answers, mut fields: Vec<String>) {
        let known = |draft: &Draft| draft.answers.get(asked).cloned();
        let before = self.conversation.draft.as_ref().and_then(known);
        let is_new = answers
            .get(asked)
            .is_some_and(|now| Some(now) != before.as_ref());
        if let Some(draft) = &mut self.conversation.draft {
            draft.answers = answers.clone();
        }
        let is_complete = self.form_and_draft().is_some_and(|(form, draft)| {
            let missing = form.missing(self.case(draft), self.setting.now);
            missing.is_empty()
        });
        if is_new && !is_complete {
            fields.push(asked.to_owned());
        }
        self.take(answers, &fields);
    }

    /// Says which of these values the draft has.
    pub fn note(&mut self, is_new: impl Fn(&FiledField) -> bool) {
        let Some((form, draft)) = self.form_and_draft() else {
            return;
        };
        let mut entries = form.entries(self.case(draft), self.setting.now);
        entries.retain(is_new);
        if !entries.is_empty() {
            self.effects.push(Effect::Noted { entries });
        }
    }

    /// Shows the whole draft.
    pub fn review(&mut self) {
        let Some((form, draft)) = self.form_and_draft() else {
            return self.stale();
        };
        let case = self.case(draft);
        let entries = form.entries(case, self.setting.now);
        let optional = form.optional_left(case, self.setting.now);
        let review = Review {
            intent: draft.intent.clone(),
            title: form.title.clone(),
            remarks: remarks(&entries),
            optional: optional
                .map(|field| field.spec(case).label.clone())
                .collect(),
            entries,
            notes: draft.notes.clone(),
            kip: form.kip(case).to_owned(),
            revises: draft.revises.as_ref().map(|revises| revises.id.clone()),
        };
        self.effects.push(Effect::Review(review));
        self.go(Phase::Reviewing, Decision::Dialog);
    }

    /// Asks which field is to be changed.
    pub fn choose_field(&mut self) {
        let known = self.form_and_draft();
        let fields = known.into_iter().flat_map(|(form, draft)| {
            let case = self.case(draft);
            let present = form.fields.iter().filter(move |field| field.exists(case));
            present.map(move |field| (field.id.clone(), field.spec(case).label.clone()))
        });
        let fields = fields.collect();
        self.effects.push(Effect::ChooseField { fields });
        self.decision = Decision::Dialog;
    }

    /// Asks for the field that the agent calls by this name.
    pub fn edit(&mut self, name: &str) {
        match self.field_named(name) {
            Some(field) => self.ask(&field.id),
            None => self.choose_field(),
        }
    }

    fn field_named(&self, name: &str) -> Option<&'a Field> {
        let (form, draft) = self.form_and_draft()?;
        let case = self.case(draft);
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
        form.fields
            .iter()
            .filter(|field| field.exists(case))
            .find(is_called)
    }

    /// Asks the field before.
    pub fn back(&mut self) {
        let Some((form, draft)) = self.form_and_draft() else {
            return self.lost();
        };
        let (case, current) = (self.case(draft), self.conversation.asking());
        // What a correction has taken out of the form is not gone back to.
        let exists = |id: &String| form.field(id).is_some_and(|field| field.exists(case));
        let before = |id: &&String| current != Some(id.as_str()) && exists(id);
        let asked: Vec<_> = draft.asked.iter().filter(before).cloned().collect();
        let last = asked.last().and_then(|id| form.field(id));
        if let Some(draft) = &mut self.conversation.draft {
            draft.asked = asked;
        }
        match last {
            Some(field) => self.ask(&field.id),
            None => self.advance(),
        }
    }

    /// Leaves a field out, or as it was, where it may be.
    pub fn skip(&mut self) {
        let Phase::Asking { field, refused, .. } = &self.conversation.phase else {
            return self.stale();
        };
        match self.asked(field, *refused, None) {
            None => self.stale(),
            Some(asked) if asked.was_due => {
                let again = Again {
                    problem: Some(Problem::Mandatory),
                    refused: asked.refused_again(),
                    partial: None,
                };
                self.ask_again(&asked.field.id, again);
            }
            Some(_) => self.advance(),
        }
    }

    /// `batal`: back to the draft, or leaves what is open; a draft that is thrown away can be taken back.
    pub fn cancel(&mut self) {
        match self.conversation.phase {
            Phase::Interrupted { .. } => self.advance(),
            Phase::Asking { .. } | Phase::Reviewing => {
                if let Some(intent) = self.throw_away() {
                    self.effects.push(Effect::Discarded { intent });
                }
                self.go_idle();
            }
            Phase::Walking { .. } => {
                if let Some(intent) = self.throw_away() {
                    self.effects.push(Effect::WalkLeft { intent });
                }
                self.go(Phase::Idle, Decision::Dialog);
            }
            Phase::Answered(_) | Phase::Clarifying(_) | Phase::Walked => {
                self.effects.push(Effect::Help);
                self.go(Phase::Idle, Decision::Command);
            }
            Phase::Idle | Phase::Entering { .. } => self.same(Effect::NothingOpen),
        }
    }

    /// Throws the draft away; it can be taken back. Returns what it was about.
    pub fn throw_away(&mut self) -> Option<String> {
        let draft = self.conversation.draft.take()?;
        let intent = draft.intent.clone();
        self.conversation.discarded = Some(draft);
        Some(intent)
    }

    /// The draft is done with; the other case of a message that named two comes next.
    pub fn go_idle(&mut self) {
        if let Some(heard) = &self.conversation.waiting {
            let intent = heard.intent.clone();
            self.effects.push(Effect::Waiting { intent });
        }
        self.go(Phase::Idle, Decision::Dialog);
    }

    /// Whether the message is a number beyond those of the options that were offered.
    fn numbers_nothing(&self, text: &str) -> bool {
        let number = text.trim().parse::<usize>();
        offers_options(&self.conversation)
            && number.is_ok_and(|number| number == 0 || number > self.conversation.numbered)
    }

    pub fn form(&self, draft: &Draft) -> Option<&'a Form> {
        draft.form(&self.knowledge.catalog, self.setting.channel_kind)
    }

    /// What the conditions of a draft are evaluated against.
    pub fn case<'d>(&self, draft: &'d Draft) -> Case<'d> {
        draft.case(self.setting.channel_kind)
    }

    /// The form as the draft fills it in.
    pub fn filled<'f>(&'f self, form: &'f Form, draft: &'f Draft) -> FilledForm<'f> {
        let kind = self.case(draft).channel_kind;
        FilledForm::new(form, &draft.answers, kind, self.background())
    }

    pub fn form_and_draft(&self) -> Option<(&'a Form, &Draft)> {
        let draft = self.conversation.draft.as_ref()?;
        Some((self.form(draft)?, draft))
    }
}

/// The field that is asked for.
struct OpenField<'a> {
    form: &'a Form,
    field: &'a Field,
    spec: &'a Spec,
    /// How often its answer could not be used.
    refused: u8,
    partial: Option<String>,
    /// It is missing, so it was not asked out of turn.
    was_due: bool,
}

impl OpenField<'_> {
    fn refused_again(&self) -> u8 {
        (self.refused + 1).min(REFUSED_MAX)
    }
}

/// The value that was perhaps meant, which `ya` takes.
fn suggested(problem: &Problem) -> Option<String> {
    match problem {
        Problem::Unusable(value::Error::TooSmall { suggest }) => Some(suggest.to_string()),
        Problem::Unusable(value::Error::NotAnOption { nearest }) => nearest.clone(),
        Problem::Odd { value } => Some(value.clone()),
        _ => None,
    }
}

/// Whether an open choice took something outside its list.
fn is_unlisted(answer: &Answer) -> bool {
    matches!(answer, Answer::Given(value) if value.remark == Some(value::Remark::Unlisted))
}
