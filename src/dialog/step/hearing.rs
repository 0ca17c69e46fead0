//! Talk before data: a message is first read as an act, and only what is left is read as a value or a question.
//!
//! Which words are which act is `text::talk`'s business. Here is decided where an act may be heard at all: an option of
//! the asked field is a value whatever it sounds like, and a mended word steers nothing while a free text is asked.

use super::super::case::without_denied_clauses;
use super::super::{Decision, Effect, Heard, Phase, fill};
use super::Turn;
use super::question::shown;
use crate::act::{Act, Part};
use crate::catalog::Spec;
use crate::matcher;
use crate::message::Said;
use crate::text::{self, Role, Talked};
use crate::ticket::Answer;
use crate::value::{self, Kind};

/// A procedure is taken for a ticket that is asked for when it is this much likelier than the next one with a form.
const CLEARLY_LIKELIER: f32 = 1.5;

impl Turn<'_> {
    /// The act that a message is, where it may be one.
    pub fn talked(&self, text: &str) -> Option<Talked> {
        let talked = self.knowledge.talk.hear(text, &self.knowledge.lexicon)?;
        match &self.conversation.phase {
            Phase::Asking {
                field, suggested, ..
            } => {
                let draft = self.conversation.draft.as_ref()?;
                let asked = self.form(draft)?.field(field)?;
                let spec = asked.spec(self.case(draft));
                let free = fill::is_free(&spec.kind);
                let lexicon = &self.knowledge.lexicon;
                let is_handle = text.split_whitespace().any(is_handle);
                if free && (is_handle || fill::is_written_as_value(asked, spec, text, lexicon)) {
                    return None;
                }
                let is_listed = !talked.plain && matches!(spec.kind, Kind::Choice(_)) && {
                    let value = value::parse(&spec.kind, text, self.background());
                    value.is_ok_and(|value| value.remark.is_none())
                };
                let is_value =
                    is_listed || value::exactly(&spec.kind, text, self.background()).is_some();
                let is_absence = fill::is_absence(text, lexicon);
                let answers = matches!(
                    talked.act,
                    Act::Yes | Act::No | Act::NotThis(_) | Act::KeepValue | Act::Confirm
                );
                let answers = answers && suggested.is_none() && !free;
                let unsure = free && !talked.plain && talked.rest.is_empty();
                (!is_value && !is_absence && !answers && !unsure).then_some(talked)
            }
            // A walk's branches are yes and no.
            Phase::Walking { .. } | Phase::Entering { .. } => {
                let answers = matches!(
                    talked.act,
                    Act::Yes | Act::No | Act::NotThis(_) | Act::Confirm | Act::GoOn
                );
                (!answers).then_some(talked)
            }
            Phase::Interrupted { .. } => Some(talked),
            phase => {
                // Without a draft there is nothing to steer: what is said besides is the message.
                let alone = talked.rest.is_empty();
                let resumes = !self.conversation.parked.is_empty();
                let begins = match talked.act {
                    Act::Ticket(_) | Act::NewCase | Act::Part(_) => true,
                    Act::Resume(_) => resumes,
                    _ => false,
                };
                let leaves = talked.act == Act::Cancel && matches!(phase, Phase::Answered(_));
                let steers = self.draft().is_some() || alone || begins || leaves;
                steers.then_some(talked)
            }
        }
    }

    /// Does what was said, with what was said besides.
    pub fn act_as_said(&mut self, talked: Talked, text: &str) {
        let Talked { act, rest, .. } = talked;
        let in_form = matches!(self.conversation.phase, Phase::Asking { .. });
        match act {
            Act::Wait => self.wait(&rest),
            Act::Thanks => self.quietly(Effect::Welcome),
            Act::Greet if in_form => self.ask_open(),
            Act::Tickets(None) if self.conversation.phase == Phase::Reviewing => self.review(),
            Act::Yes | Act::KeepValue | Act::Confirm if in_form => self.take_suggestion(),
            Act::No | Act::NotThis(_) | Act::GoOn if in_form => self.ask_open(),
            Act::Ticket(None) => self.ticket_as_asked(&rest, text),
            Act::NewCase => self.another_case(&rest),
            Act::Resume(None) => self.resume_as_said(&rest),
            Act::Part(part) => self.part_as_asked(part, &rest, text),
            Act::Forward(_) => match self.conversation.case.intent.clone() {
                Some(intent) => {
                    let asked = self.conversation.case.question.clone();
                    let silent = &mut self.conversation.silent_on;
                    *silent = silent.take().or(asked);
                    self.forward(&intent);
                }
                None => self.same(Effect::NothingOpen),
            },
            act => self.act(act, Some(text)),
        }
    }

    /// A part of the procedure that the rest of the message finds, or of the one under discussion.
    fn part_as_asked(&mut self, part: Part, rest: &str, text: &str) {
        // What follows, and what is done, hangs on what is told.
        if !rest.is_empty() && matches!(part, Part::Next | Part::Handling | Part::Causes) {
            return match self.draft() {
                Some(_) => self.hear(text),
                None => self.question(text),
            };
        }
        let found = (!rest.is_empty()).then(|| self.classify(rest));
        let named = found.filter(|found| found.decision == matcher::Decision::Answer);
        let intent = named.and_then(|found| Some(found.candidates.first()?.intent.to_string()));
        let discussed = self.conversation.case.intent.clone();
        match intent {
            Some(intent) if self.draft().is_none() => {
                self.keep_of_customer(text);
                let heard = Heard {
                    answers: self.values_for(&intent),
                    ..Heard::of(&intent)
                };
                let overview = shown(&heard);
                self.go(Phase::Answered(heard), Decision::Answer);
                self.conversation.case.intent = Some(intent);
                self.conversation.case.question = Some(value::sensitive::redact(text));
                match part {
                    Part::Checks | Part::Questions => self.effects.push(overview),
                    part => self.show_part(part, text),
                }
            }
            None if discussed.is_none()
                && !matches!(self.conversation.phase, Phase::Clarifying(_)) =>
            {
                self.question(text);
            }
            _ => self.show_part(part, text),
        }
    }

    /// The agent looks something up: nothing is asked again, and nothing is kept as an answer.
    fn wait(&mut self, rest: &str) {
        let is_value = match (&self.conversation.phase, &self.conversation.draft) {
            (Phase::Asking { field, .. }, Some(draft)) if !rest.is_empty() => {
                let spec = self.form(draft).and_then(|form| form.field(field));
                let spec = spec.map(|field| field.spec(self.case(draft)));
                spec.is_some_and(|spec| {
                    value::exactly(&spec.kind, rest, self.background()).is_some()
                })
            }
            _ => false,
        };
        match is_value {
            true => self.answer(rest),
            false => self.quietly(Effect::Patience),
        }
    }

    /// Says a word and stays; the open question is not repeated.
    fn quietly(&mut self, effect: Effect) {
        self.same(effect);
    }

    /// Whether words at a field that takes any text ask something. A name may hold any word, and a longer text may speak of
    /// a question in its middle.
    pub fn asks_at(&self, spec: &Spec, text: &str) -> bool {
        let everyday = &self.knowledge.lexicon.everyday;
        let words = text.split(|c: char| !c.is_alphanumeric());
        let words: Vec<&str> = words
            .filter(|word| word.contains(char::is_alphabetic))
            .collect();
        if words
            .iter()
            .all(|word| word.starts_with(char::is_uppercase))
        {
            return text.trim_end().ends_with('?');
        }
        let mut folded: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        folded.retain(|word| !everyday.has(Role::Courtesy, word));
        let asks = |word: &String| everyday.has(Role::Asking, word);
        let ends = folded.len().saturating_sub(ASKED_AT_END);
        text.trim_end().ends_with('?')
            || match fill::is_brief(&spec.kind) {
                true => folded.iter().any(asks),
                false => folded.iter().take(1).chain(&folded[ends..]).any(asks),
            }
    }

    /// A ticket is asked for in words: of the procedure that they name, or of the one under discussion.
    pub fn ticket_as_asked(&mut self, rest: &str, text: &str) {
        if self.is_of_others(text) {
            return;
        }
        let rest = without_denied_clauses(rest, &self.knowledge.lexicon);
        let open = self
            .conversation
            .draft
            .as_ref()
            .map(|draft| draft.intent.clone());
        let named = (!rest.trim().is_empty())
            .then(|| self.form_meant(&rest))
            .flatten();
        let under_discussion = open.clone().or_else(|| self.under_discussion());
        let Some(intent) = named.or(under_discussion) else {
            return match rest.trim().is_empty() {
                true => self.choose_form(),
                false => self.ticket_of(&rest),
            };
        };
        self.keep_of_customer(text);
        match open {
            Some(open) if open != intent => self.switch_form(&intent),
            Some(_) if self.conversation.phase == Phase::Walked || rest.is_empty() => {
                self.make_ticket(Some(intent));
            }
            Some(_) => self.hear(&rest),
            None => self.make_ticket(Some(intent)),
        }
    }

    /// The ticket of the procedure that the words are about, if they find one.
    fn ticket_of(&mut self, words: &str) {
        let said_before = self.effects.len();
        self.question(words);
        if let Phase::Answered(heard) = &self.conversation.phase
            && self.has_form(&heard.intent)
        {
            // The form takes the place of the answer, not of what came before it.
            self.effects.truncate(said_before);
            self.understood = None;
            self.make_ticket(None);
        }
    }

    /// The procedure under discussion that has a form.
    fn under_discussion(&self) -> Option<String> {
        let shown = match &self.conversation.phase {
            Phase::Answered(heard) => Some(heard.intent.clone()),
            Phase::Clarifying(choices) => choices.first().map(|heard| heard.intent.clone()),
            _ => None,
        };
        shown.or_else(|| self.conversation.case.intent.clone())
    }

    fn asks_for_number(&self, intent: &str) -> bool {
        let sop = self.knowledge.catalog.sop(intent);
        let fields = sop
            .into_iter()
            .flat_map(|sop| &sop.forms)
            .flat_map(|form| &form.fields);
        fields
            .into_iter()
            .any(|field| field.base.kind == Kind::Msisdn)
    }

    /// The procedure with a form that words name, if one is clearly likelier than the others.
    fn form_meant(&self, words: &str) -> Option<String> {
        let found = self.classify(words);
        // A customer's number is for a form that asks for one.
        let has_number = !value::find(&Kind::Msisdn, words, self.background()).is_empty();
        let with_form = found.candidates.iter().filter(|one| {
            self.has_form(&one.intent) && (!has_number || self.asks_for_number(&one.intent))
        });
        let mut likely = with_form.take(2);
        let best = likely.next()?;
        let clear = likely
            .next()
            .is_none_or(|next| best.confidence >= CLEARLY_LIKELIER * next.confidence);
        clear.then(|| best.intent.to_string())
    }

    /// Which ticket: the procedures that have a form.
    fn choose_form(&mut self) {
        let sops = self.knowledge.catalog.sops.iter();
        let intents = sops.filter(|sop| !sop.forms.is_empty());
        let choices: Vec<_> = intents.map(|sop| Heard::of(&sop.id)).take(3).collect();
        self.offer_choices(choices);
    }

    /// The other form than the one that is open takes what both share; the first can be taken back.
    pub fn switch_form(&mut self, intent: &str) {
        self.keep_draft_values();
        self.conversation.discarded = self.conversation.draft.take();
        self.go(Phase::Idle, Decision::Dialog);
        self.make_ticket(Some(intent.to_owned()));
    }

    /// Another customer: nothing of the one at hand is kept for it, and a draft that is open waits.
    fn another_case(&mut self, rest: &str) {
        let had_draft = self.draft().is_some();
        let came_up = match std::mem::take(&mut self.conversation.phase) {
            Phase::Interrupted { heard } => (!self.is_of_draft(&heard)).then_some(heard),
            phase => {
                self.conversation.phase = phase;
                None
            }
        };
        if had_draft {
            self.park();
        }
        self.conversation.case = Default::default();
        self.conversation.waiting = None;
        // `iya plg lain`, where it was asked what becomes of the draft.
        if let Some(heard) = came_up {
            return self.show_case(heard);
        }
        self.go(Phase::Idle, Decision::Command);
        match (rest.is_empty(), self.talked(rest)) {
            (true, _) if had_draft => {}
            (true, _) => self.effects.push(Effect::Ready),
            (false, Some(talked)) => self.act_as_said(talked, rest),
            (false, None) => self.question(rest),
        }
    }

    /// Whether what came up names a number of the customer of the draft.
    fn is_of_draft(&self, heard: &Heard) -> bool {
        let is_number = |answer: &&Answer| matches!(answer, Answer::Given(value) if value::parse(&Kind::Msisdn, &value.canonical.to_string(), self.background()).is_ok());
        let draft = self.conversation.draft.iter();
        let known: Vec<_> = draft.flat_map(|draft| draft.answers.values()).collect();
        let mut named = heard.answers.values().filter(is_number);
        named.any(|number| known.contains(&number))
    }

    /// Takes up the draft that words name: by its number, its customer or its procedure; otherwise the latest.
    fn resume_as_said(&mut self, rest: &str) {
        let parked = &self.conversation.parked;
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        let by_number = parked
            .iter()
            .find(|parked| parked.number.to_string() == digits);
        let folded = rest.to_lowercase();
        let by_customer = parked.iter().rev().find(|parked| {
            let mut values = parked.draft.answers.values();
            values.any(|answer| match answer {
                Answer::Given(value) => {
                    let shown = value.display.to_lowercase();
                    shown.len() >= NAME_CHARS_MIN && folded.contains(&shown)
                }
                Answer::Absent | Answer::Unchecked(_) => false,
            })
        });
        let named = (!rest.is_empty()).then(|| self.classify(rest));
        let by_name = || {
            let candidates = named.iter().flat_map(|found| &found.candidates);
            let intents: Vec<_> = candidates.map(|one| one.intent.to_string()).collect();
            let mut intents = intents.into_iter();
            intents.find_map(|intent| parked.iter().rev().find(|one| one.draft.intent == intent))
        };
        let chosen = by_number
            .or(by_customer)
            .or_else(by_name)
            .or_else(|| parked.last());
        match chosen.map(|parked| parked.number.to_string()) {
            Some(number) => self.resume(&number),
            None if self.conversation.discarded.is_some() => self.undo(),
            None if self.draft().is_some() => self.repeat(),
            None => self.same(Effect::NothingOpen),
        }
    }

    /// A case that was silent for long is left.
    pub fn leave_old_case(&mut self) {
        let now = self.setting.now.timestamp();
        if self.conversation.case.is_over(now, self.setting.draft_kept) {
            self.conversation.case = Default::default();
        }
    }

    /// Keeps the customer's case up to date with what a turn did.
    pub fn keep_case(&mut self, said: &Said, had_draft: bool) {
        if *said == Said::Tick {
            return;
        }
        let shown = match &self.conversation.phase {
            Phase::Answered(heard) => Some((heard.intent.clone(), heard.points.clone())),
            _ => self.draft().map(|draft| (draft.intent.clone(), Vec::new())),
        };
        // Filed, a case is over; parked or thrown away, a draft takes its customer along.
        if self.ticket.is_some() {
            self.conversation.case = Default::default();
        } else if had_draft && self.draft().is_none() {
            self.conversation.case.leave_customer();
        }
        self.keep_draft_values();
        let case = &mut self.conversation.case;
        if let Some((intent, points)) = shown {
            if !points.is_empty() || case.intent.as_ref() != Some(&intent) {
                case.points = points;
            }
            case.intent = Some(intent);
        }
        case.touched = Some(self.setting.now.timestamp());
    }

    fn keep_draft_values(&mut self) {
        if let Some(draft) = &self.conversation.draft
            && draft.revises.is_none()
        {
            self.conversation.case.answers.extend(draft.answers.clone());
        }
    }

    /// Keeps what was said of the customer at hand; what is said of another begins a new case.
    pub fn keep_of_customer(&mut self, text: &str) {
        let background = self.background();
        let now = self.setting.now.timestamp();
        let corrects = fill::is_surely_correction(text, &self.knowledge.lexicon);
        let case = &mut self.conversation.case;
        if !corrects && case.is_another_customer(text, background) {
            case.leave_customer();
        }
        case.note(text, now);
    }
}

/// Whether a word is written as accounts are: `@contoh_77`, `contoh.toko`.
fn is_handle(word: &str) -> bool {
    let inside = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '@');
    inside.contains(['@', '_']) || inside.contains('.') && !inside.contains("..")
}

/// A shorter value may be part of any word.
const NAME_CHARS_MIN: usize = 4;
/// So many words from the end a question is asked: `isinya apa aja`.
const ASKED_AT_END: usize = 2;
/// Fewer words of a sentence may be a name.
const SENTENCE_WORDS_MIN: usize = 3;

impl Turn<'_> {
    /// Whether a few words that a free text would take read like talk: words that agents use about anything.
    pub fn is_odd(&self, spec: &Spec, said: &str) -> bool {
        if !fill::is_free(&spec.kind)
            || fill::is_absence(said, &self.knowledge.lexicon)
            || said.contains([':', '\n', ';'])
        {
            return false;
        }
        let courtesy = |word: &str| self.knowledge.lexicon.everyday.has(Role::Courtesy, word);
        let words: Vec<&str> = said
            .split(|c: char| !c.is_alphanumeric() && c != '\'')
            .collect();
        let words = words
            .into_iter()
            .filter(|word| !courtesy(&word.to_lowercase()));
        let words: Vec<&str> = words
            .filter(|word| word.contains(char::is_alphabetic))
            .collect();
        let is_capital = |word: &&str| word.starts_with(char::is_uppercase);
        if words.len() > 1 && words.iter().all(is_capital) {
            return false;
        }
        let lexicon = &self.knowledge.lexicon;
        let is_place = matches!(spec.kind, Kind::Place { .. });
        if is_place && !lexicon.everyday.find(Role::Place, said).is_empty() {
            return false;
        }
        // `blm dikasih sm plgnya`
        let folded: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let denies_first = folded
            .first()
            .is_some_and(|word| text::negation::is_negation(word, lexicon));
        let of_customer = folded.iter().any(|word| {
            let word = word.strip_suffix("nya").unwrap_or(word);
            lexicon.everyday.has(Role::Customer, word)
        });
        if denies_first && of_customer {
            return true;
        }
        if !fill::is_of_any_words(&spec.kind) {
            return false;
        }
        // What denies or asks something is said about a value.
        let is_about = |word: &&str| {
            let word = word.to_lowercase();
            text::negation::is_negation(&word, lexicon) || lexicon.everyday.has(Role::Asking, &word)
        };
        if words.len() > 1 && words.iter().any(is_about) {
            return true;
        }
        // `saya makan dulu`, `plg marah2`
        let is_of = |role, word: Option<&String>| {
            word.is_some_and(|word| {
                lexicon.everyday.has(role, word) && said.contains(word.as_str())
            })
        };
        let (first, last) = (folded.first(), folded.last());
        if words.len() > 1
            && (is_of(Role::Own, first) || is_of(Role::Own, last) || is_of(Role::Customer, first))
        {
            return true;
        }
        // A text may be any word of the trade; a name and a place hardly are one.
        let is_text = matches!(spec.kind, Kind::Text { .. });
        let is_common = |word: &str| match is_text {
            true => lexicon.is_function(word),
            false => self.knowledge.is_common(word),
        };
        let words = folded;
        if words.is_empty() {
            return false;
        }
        // What is long and mostly made of common words is a sentence.
        let is_filler = |word: &str| lexicon.everyday.has(Role::Filler, word);
        let known = words
            .iter()
            .filter(|word| is_filler(word) || self.knowledge.is_common(word));
        let is_sentence = words.len() >= SENTENCE_WORDS_MIN + usize::from(is_text)
            && 2 * known.count() >= words.len();
        is_sentence || words.iter().all(|word| is_common(word))
    }
}
