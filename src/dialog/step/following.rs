//! Second messages: a question without a procedure of its own is read with the one under discussion, and what is told of
//! the customer outside a form is noted.

use super::super::fill::FilledForm;
use super::super::{Asked, Decision, Effect, Heard, Phase, SopForm, fill};
use super::Turn;
use super::question::{confidence, shown};
use crate::act::Part;
use crate::catalog::sop::SectionKind;
use crate::catalog::{Case, Sop};
use crate::guide::Walk;
use crate::guide::following::Before;
use crate::matcher::{self, Candidate, Classification};
use crate::text::Role;
use crate::ticket::Answers;
use crate::value;

/// A message of at least so many words that asks nothing reports a case.
const CASE_WORDS_MIN: usize = 5;
/// A message with so many new values is noted rather than answered.
const NEW_VALUES_MIN: usize = 2;
/// A reported case at least this likely belongs to the other procedure.
const OTHER_CASE_CONFIDENCE: f32 = 0.9;
/// A message this sure of another procedure changes the topic.
const OTHER_TOPIC_CONFIDENCE: f32 = 0.8;
/// So much of a message the procedure under discussion must account for to be meant whatever else fits.
const STAYS_COVER_MIN: f32 = 0.6;
/// Another procedure must account for so much more of it.
const OTHER_COVER_MARGIN: f32 = 0.1;
/// A question is answered from the procedure under discussion when a point accounts for so much of its own words,
const ASKED_COVER_MIN: f32 = 0.1;
/// a report when it accounts for so much, and so is a question that another procedure may answer,
const TOLD_COVER_MIN: f32 = 0.4;
/// one that would show the overview once more when it accounts for so much,
const AGAIN_COVER_MIN: f32 = 0.25;
/// and a report that may belong to another procedure.
const OTHER_COVER_MIN: f32 = 0.6;
/// In a form most messages are answers: a question has at least so many words of its own, and a point covers so much of them.
const IN_FORM_TELLING_MIN: usize = 2;
const IN_FORM_COVER_MIN: f32 = 0.75;
/// A question of more words that the procedure does not know is hardly about it.
const UNSAID_WORDS_MAX: usize = 6;

/// What a second message asks of the procedure under discussion, by ids.
pub struct SecondMessage {
    points: Vec<String>,
    section: Option<String>,
    /// How much of its own words they account for.
    cover: f32,
    /// How many words it has besides function words.
    telling: usize,
    /// Whether the first is where a branch leads that it means.
    by_branch: bool,
    /// Whether what was shown last is asked about once more.
    again: bool,
}

impl SecondMessage {
    /// Whether there are points that account for enough of it, or it is read with them whatever it says.
    fn answers(&self, cover_min: f32, stays: bool) -> bool {
        let is_near = self.telling == 0 || self.cover >= cover_min || stays;
        !self.points.is_empty() && is_near
    }

    /// The best point, where it is surely asked for in the middle of a form.
    pub fn sure_point(self) -> Option<String> {
        let is_sure = self.telling >= IN_FORM_TELLING_MIN && self.cover >= IN_FORM_COVER_MIN;
        self.points.into_iter().next().filter(|_| is_sure)
    }
}

impl Turn<'_> {
    /// Answers a message from the procedure under discussion; false when it is about something else.
    pub fn answer_in_context(&mut self, found: &Classification, text: &str) -> bool {
        let intent = self.discussed();
        let sop = intent.and_then(|intent| self.knowledge.catalog.sop(&intent));
        let Some(sop) = sop else {
            return false;
        };
        let intent = sop.id.clone();
        let followed = self.followed(sop, text);
        let supposes = self.has_word(Role::Conditional, text);
        let asks = self.asks(text) || supposes || !self.knowledge.question(text).tells();
        let answers = found.decision == matcher::Decision::Answer;
        let best = found.candidates.first();
        let is_data = !self.asks(text) && self.tells_only_values(sop, text);
        if is_data && self.note_of_customer(sop, text) {
            return true;
        }
        let other = best.filter(|best| answers && *best.intent != *intent);
        let is_other = other.is_some();
        if other.is_some_and(|other| self.changes_topic(&followed, other, text)) {
            if !asks {
                self.conversation.case.leave_customer();
            }
            return false;
        }
        let answers_anew = answers && !is_other;
        if !is_other && self.answer_findings(sop, found, text) {
            return true;
        }
        // Several values are noted, even if their words resemble a point.
        let tells = !asks && !answers_anew && self.tells_new_values(sop, text);
        if tells && self.note_of_customer(sop, text) {
            return true;
        }
        let is_told = !asks && !answers_anew && (is_other || !followed.by_branch);
        if is_told && self.note_of_customer(sop, text) {
            return true;
        }
        if followed.again && !self.conversation.case.points.is_empty() {
            let points = self.conversation.case.points.clone();
            self.answer_from(&intent, points, found, text);
            return true;
        }
        // Shown already, its overview says nothing new to what a point answers.
        let is_answered = followed.by_branch || followed.cover >= AGAIN_COVER_MIN;
        if !asks && answers_anew && (!is_answered || self.reports(sop, text)) {
            return false;
        }
        let cover_min = match (asks, is_other) {
            (true, false) => ASKED_COVER_MIN,
            (false, false) if answers_anew => AGAIN_COVER_MIN,
            (true, true) | (false, false) => TOLD_COVER_MIN,
            (false, true) => OTHER_COVER_MIN,
        };
        let stays = (supposes || followed.by_branch) && !is_other;
        // One word that asks nothing may be the name of anything.
        let is_name = !asks && text.split_whitespace().nth(1).is_none();
        if is_name || !followed.answers(cover_min, stays) {
            let is_short = text.split_whitespace().count() <= UNSAID_WORDS_MAX;
            let is_unsaid = asks && is_short && !answers && followed.cover == 0.0;
            if is_unsaid {
                self.say_unsaid(&intent, found, text);
            }
            return is_unsaid;
        }
        if !asks {
            self.keep_of_customer(text);
        }
        self.answer_followed(sop, followed, found, text);
        true
    }

    /// Answers with the section or the points that a message asks for, or where the branch leads that it means.
    fn answer_followed(
        &mut self,
        sop: &Sop,
        followed: SecondMessage,
        found: &Classification,
        text: &str,
    ) {
        if let Some(section) = followed.section {
            return self.show_section(&sop.id, section);
        }
        let points = match followed.by_branch {
            true => self.settled(sop, followed.points),
            false => followed.points,
        };
        self.answer_from(&sop.id, points, found, text);
    }

    /// Whether a message holds values of the form under discussion and nothing else.
    pub fn tells_of_case(&self, text: &str) -> bool {
        let intent = self.conversation.case.intent.as_ref();
        let sop = intent.and_then(|intent| self.knowledge.catalog.sop(intent));
        sop.is_some_and(|sop| !self.asks(text) && self.tells_only_values(sop, text))
    }

    /// Whether a message is long enough to report a case, with values that a procedure's forms take.
    fn reports(&self, sop: &Sop, text: &str) -> bool {
        let is_long = text.split_whitespace().nth(CASE_WORDS_MIN - 1).is_some();
        let (kind, background) = (self.setting.channel_kind, self.background());
        is_long && !fill::from_question(sop, text, kind, background).is_empty()
    }

    /// The procedure under discussion: the one answered from, or the likeliest of those offered.
    fn discussed(&self) -> Option<String> {
        let offered = match &self.conversation.phase {
            Phase::Clarifying(choices) => choices.first(),
            _ => None,
        };
        let offered = offered.map(|heard| heard.intent.clone());
        offered.or_else(|| self.conversation.case.intent.clone())
    }

    /// Answers what was found with where it leads, together with what was found before; false where it leads nowhere.
    fn answer_findings(&mut self, sop: &Sop, found: &Classification, text: &str) -> bool {
        let told = self.conversation.case.told.clone();
        let supposes = self.has_word(Role::Conditional, text);
        let finds = !self.asks(text) || supposes;
        let before = told.iter().map(|told| told.text.as_str());
        let before: Vec<&str> = before.filter(|_| finds).collect();
        let Some(end) = self.knowledge.led_to(sop, text, &before) else {
            return false;
        };
        // What is only supposed is not the customer's.
        if !supposes {
            self.keep_of_customer(text);
        }
        self.answer_from(&sop.id, vec![end.to_owned()], found, text);
        true
    }

    /// The points with where the case leads from the first, where that is a cause which it answers by itself.
    fn settled(&self, sop: &Sop, points: Vec<String>) -> Vec<String> {
        let known = self.values_for(&sop.id);
        let end = |first: &String| {
            let at = Walk::at(first.clone());
            at.settled(self.ground(sop, &known)).at
        };
        let ends = points.first().map(end).into_iter();
        ends.chain(points.iter().skip(1).cloned()).collect()
    }

    /// Whether a message holds values of a procedure's form and nothing else: `SN nya CNX-88A07` is no question about SNs.
    fn tells_only_values(&self, sop: &Sop, text: &str) -> bool {
        let known = self.values_for(&sop.id);
        let filled = self.filled_with(sop, &known);
        filled.is_some_and(|filled| fill::tells_only_values(filled, text))
    }

    /// Whether a message has several values for the procedure's form that the case does not have yet.
    fn tells_new_values(&self, sop: &Sop, text: &str) -> bool {
        let known = self.values_for(&sop.id);
        let filled = self.filled_with(sop, &known);
        filled.is_some_and(|filled| fill::count_new_values(filled, text) >= NEW_VALUES_MIN)
    }

    /// Whether a message names a customer and nothing else: `0812-0000-1234 a.n. Contoh Dua`.
    pub fn names_customer_only(&self, sop: &Sop, text: &str) -> bool {
        let nothing = Answers::new();
        let filled = self.filled_with(sop, &nothing);
        filled.is_some_and(|filled| fill::names_customer_only(filled, text))
    }

    /// The procedure's form with these answers.
    fn filled_with<'f>(&'f self, sop: &'f Sop, answers: &'f Answers) -> Option<FilledForm<'f>> {
        let channel_kind = self.setting.channel_kind;
        let form = sop.form(Case {
            answers,
            channel_kind,
        })?;
        Some(FilledForm::new(
            form,
            answers,
            channel_kind,
            self.background(),
        ))
    }

    /// Whether a message is clearly about another procedure: it is likely, and accounts for more of what was said.
    fn changes_topic(&self, followed: &SecondMessage, other: &Candidate, text: &str) -> bool {
        let is_likely = other.confidence >= OTHER_TOPIC_CONFIDENCE;
        // A reported case opens its own procedure; a question may only sound like it.
        let tells = !self.asks(text) && !self.has_word(Role::Conditional, text);
        let is_case = text.split_whitespace().nth(CASE_WORDS_MIN - 1).is_some();
        if tells && is_case && other.confidence >= OTHER_CASE_CONFIDENCE {
            return true;
        }
        let may_leave = is_likely && followed.cover < STAYS_COVER_MIN;
        may_leave && {
            let of_other = (self.knowledge).followed(&other.intent, text, Before::default());
            followed.cover + OTHER_COVER_MARGIN <= of_other.cover
        }
    }

    /// Says that the procedure under discussion says nothing of it.
    fn say_unsaid(&mut self, intent: &str, found: &Classification, text: &str) {
        self.same(Effect::Unsaid {
            intent: intent.to_owned(),
        });
        self.understand(Decision::Fallback, Some(intent), confidence(found));
        self.remember_question(text);
    }

    /// What a message asks of the procedure under discussion.
    pub fn followed(&self, sop: &Sop, text: &str) -> SecondMessage {
        let case = &self.conversation.case;
        let before = Before {
            question: case.question.as_deref(),
            shown: &case.points,
            channel_kind: Some(self.setting.channel_kind),
        };
        let followed = self.knowledge.followed(&sop.id, text, before);
        let points = followed.points.into_iter();
        SecondMessage {
            points: points.map(|point| point.id.clone()).collect(),
            section: followed.section.map(str::to_owned),
            cover: followed.cover,
            telling: followed.telling,
            by_branch: followed.by_branch,
            again: followed.again,
        }
    }

    fn answer_from(
        &mut self,
        intent: &str,
        points: Vec<String>,
        found: &Classification,
        text: &str,
    ) {
        let asked = Asked {
            text: value::sensitive::redact(text),
            confidence: confidence(found),
            others: Vec::new(),
        };
        let heard = Heard {
            brief: true,
            points,
            question: Some(Box::new(asked)),
            answers: self.values_for(intent),
            ..Heard::of(intent)
        };
        let show = shown(&heard);
        self.understand(Decision::Answer, Some(intent), confidence(found));
        match self.draft().is_some() && self.conversation.phase != Phase::Walked {
            true => self.aside(show),
            false => {
                self.effects.push(show);
                self.go(Phase::Answered(heard), Decision::Answer);
            }
        }
    }

    /// Notes the values that a message tells of the customer; false when it tells none.
    fn note_of_customer(&mut self, sop: &Sop, text: &str) -> bool {
        let before = self.values_for(&sop.id);
        self.keep_of_customer(text);
        let after = self.values_for(&sop.id);
        if before == after {
            self.conversation.case.told.pop();
            return false;
        }
        let case = crate::catalog::Case {
            answers: &after,
            channel_kind: self.setting.channel_kind,
        };
        let Some(form) = sop.form(case) else {
            return false;
        };
        let mut entries = form.entries(case, self.setting.now);
        entries.retain(|entry| before.get(&entry.field) != after.get(&entry.field));
        if entries.is_empty() {
            return false;
        }
        self.effects.push(Effect::Noted { entries });
        self.effects.push(Effect::Offer {
            intent: sop.id.clone(),
        });
        let heard = Heard {
            answers: after.clone(),
            ..Heard::of(&sop.id)
        };
        self.understand(Decision::Answer, Some(&sop.id), 1.0);
        self.go(Phase::Answered(heard), Decision::Answer);
        true
    }

    /// What is known of the customer that a procedure's forms take.
    pub fn values_for(&self, intent: &str) -> Answers {
        let sop = self.knowledge.catalog.sop(intent);
        sop.map_or_else(Answers::new, |sop| {
            let case = &self.conversation.case;
            case.answers_for(sop, self.setting.channel_kind, self.background())
        })
    }

    /// Shows a part of the procedure under discussion.
    pub fn show_part(&mut self, part: Part, text: &str) {
        let Some(intent) = self.discussed() else {
            return self.same(Effect::NothingOpen);
        };
        let Some(sop) = self.knowledge.catalog.sop(&intent) else {
            return self.stale();
        };
        let of_kind = |kind: SectionKind| sop.sections.iter().find(|section| section.kind == kind);
        let section = match part {
            Part::Checks => of_kind(SectionKind::Check),
            Part::Questions => of_kind(SectionKind::Ask),
            Part::Handling => of_kind(SectionKind::Handling),
            Part::Next => self.next_section(sop),
            Part::Causes | Part::Fields | Part::Kip | Part::Reason | Part::Source | Part::Whole => {
                None
            }
        };
        if let Some(section) = section {
            let id = section.id.clone();
            return self.show_section(&intent, id);
        }
        if part == Part::Reason {
            return self.reason(&intent, text);
        }
        let shown = match part {
            Part::Whole => Effect::ShowSop {
                intent: intent.clone(),
                points: Vec::new(),
                form: SopForm::Whole,
                noted: Answers::new(),
                may_be_wrong: false,
            },
            part => Effect::ShowPart {
                intent: intent.clone(),
                part,
            },
        };
        self.aside(shown);
        if matches!(part, Part::Fields | Part::Kip) {
            let forms = sop.forms.iter().map(|form| form.id.clone());
            self.showed_last(forms.collect());
        }
        self.answered_as(&intent);
    }

    /// Why what was shown last is so; where nothing was, why it was taken.
    fn reason(&mut self, intent: &str, text: &str) {
        let case = &self.conversation.case;
        let asked = case.question.as_deref();
        let asked = asked.is_some_and(|asked| !self.knowledge.question(asked).tells());
        // The overview that a report opens has no reason but the report.
        let answered = match &self.conversation.phase {
            Phase::Answered(heard) => asked || heard.brief,
            _ => false,
        };
        let sop = self.knowledge.catalog.sop(intent);
        let points = sop
            .filter(|_| answered)
            .map(|sop| self.followed(sop, text).points);
        match points.filter(|points| !points.is_empty()) {
            Some(points) => {
                let found = self.classify(text);
                self.answer_from(intent, points, &found, text);
            }
            None => self.why(),
        }
    }

    /// Keeps what was shown beside the answer as what was shown last.
    fn showed_last(&mut self, ids: Vec<String>) {
        self.conversation.case.points = ids;
        if let Phase::Answered(heard) = &mut self.conversation.phase {
            heard.points.clear();
        }
    }

    fn show_section(&mut self, intent: &str, id: String) {
        self.showed_last(vec![id.clone()]);
        let intent = intent.to_owned();
        self.aside(Effect::ShowPoint {
            intent: intent.clone(),
            id,
        });
        self.answered_as(&intent);
    }

    fn answered_as(&mut self, intent: &str) {
        self.understand(Decision::Answer, Some(intent), 1.0);
    }

    /// The section behind the one that was shown last; what is done once a ticket is due; the first of what is asked
    /// behind the first answer.
    fn next_section<'s>(&self, sop: &'s Sop) -> Option<&'s crate::catalog::sop::Section> {
        let last = self.conversation.case.points.last();
        let is_shown = |section: &&crate::catalog::sop::Section| {
            last.is_some_and(|last| {
                section.id == *last || section.items.iter().any(|item| item.id == *last)
            })
        };
        let shown = sop.sections.iter().position(|section| is_shown(&section));
        let of_kind = |kind| sop.sections.iter().find(|section| section.kind == kind);
        let is_of_ticket = last.is_some_and(|last| {
            let ends = sop.outcome(last).is_some();
            ends || sop.forms.iter().any(|form| form.id == *last)
        });
        match shown {
            Some(place) => sop.sections.get(place + 1),
            None if is_of_ticket => of_kind(SectionKind::Handling),
            None => of_kind(SectionKind::Ask),
        }
    }
}
