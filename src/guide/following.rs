//! Which points a second message asks for: by what it says itself, and weakly by what was asked and shown before it.
//!
//! `kalau lewat pegadaian?` says one thing; the rest of the question is in the one before. So its own words weigh most,
//! the words of the question before and of the points just shown weigh little, and a branch that it means leads to the
//! point behind it. What was just shown is hardly asked for again.

use rustc_hash::FxHashMap;

use super::branch;
use super::index::{Index, Near, Usage};
use super::points::{Point, PointKind};
use super::terms::Question;
use crate::catalog::Sop;
use crate::catalog::sop::Cause;
use crate::message::ChannelKind;
use crate::text::Lexicon;

/// What the words of the question before count for, if a point has all of them,
const FROM_QUESTION: f32 = 0.15;
/// and where a few words put another case in its place: `kalau lewat pegadaian?`.
const FROM_QUESTION_SUPPOSED: f32 = 0.35;
/// So many words put another case at most.
const SUPPOSED_WORDS_MAX: usize = 2;
/// The same of the words of the points just shown.
const FROM_SHOWN: f32 = 0.25;
/// The same, and what is left of the question before, where the message says nothing itself: `caranya gimana`.
const FROM_SHOWN_BARE: f32 = 0.5;
const OWN_BARE: f32 = 0.5;
/// What a point gains whose phrases ask for the same of their subject.
const SAME_ASPECT: f32 = 0.15;
/// What it gains by a text that holds such a thing: a reason, a place, a price.
const HOLDS_ALIKE: f32 = 0.12;
/// The same where the message says nothing besides: `contohnya?`.
const HOLDS_ALIKE_BARE: f32 = 0.4;
/// What it gains beside one just shown, under the same heading.
const BESIDE: f32 = 0.1;
/// What it gains behind a branch that the message means.
const BY_BRANCH: f32 = 1.1;
/// The same of a branch of what was just shown, where it tells that it is so.
const BY_BRANCH_TOLD: f32 = 4.0;
/// What it loses by having just been shown.
const SHOWN_ALREADY: f32 = 0.3;
/// What the source leaves open answers only where nothing that it says fits about as well.
const HOLE_SHARE: f32 = 0.9;
/// How near a cause is that follows from one just shown.
const NEXT_CAUSE: f32 = 0.8;
/// Points whose score is within this share of the best are shown with it.
const NEAR_BEST: f32 = 0.9;
/// More points than this are not an answer.
const SHOWN_MAX: usize = 3;
/// Below this share of the message's words a point is one of several that may answer.
const SURE_COVER: f32 = 0.45;
/// So many of them are shown, with the lines around them.
const UNSURE_SHOWN: usize = 2;

/// So much of a question for all of a kind a heading must have to be answered by what is below it.
const HEADING_COVER_MIN: f32 = 0.6;

/// What was asked and shown before a message, and where.
#[derive(Debug, Clone, Copy, Default)]
pub struct Before<'b> {
    /// The question.
    pub question: Option<&'b str>,
    /// The points, by id.
    pub shown: &'b [String],
    /// The kind of channel, whose points alone answer.
    pub channel_kind: Option<ChannelKind>,
}

/// What a second message asks for.
#[derive(Debug, Default)]
pub struct Followed<'i> {
    /// The points, the best first.
    pub points: Vec<&'i Point>,
    /// The section, where everything below its heading is asked for.
    pub section: Option<&'i str>,
    /// How much of the message's own words the points account for.
    pub cover: f32,
    /// How many words it has besides function words.
    pub telling: usize,
    /// Whether the first is where a branch leads that the message means.
    pub by_branch: bool,
    /// Whether what was just shown is asked about once more: `bedanya apa`.
    pub again: bool,
}

/// A message with what it is read with.
#[derive(Debug)]
pub struct Following<'f> {
    /// The procedure under discussion.
    pub sop: &'f Sop,
    /// How its words are read.
    pub lexicon: &'f Lexicon,
    /// How often agents use a word.
    pub usage: &'f Usage,
    /// What was before.
    pub before: Before<'f>,
}

impl Following<'_> {
    /// Finds the points of an index that a message asks for.
    pub fn find<'i>(&self, index: &'i Index, text: &str) -> Followed<'i> {
        let mut question = Question::read(text, self.lexicon);
        let telling = question
            .terms
            .iter()
            .filter(|term| !term.faint && !term.is_denial() && !term.asks)
            .count();
        let tells = question.tells();
        let section = section(index, &question).filter(|_| telling > 0);
        // A message that says nothing itself says what the question before said.
        let is_bare = telling == 0;
        let again = telling <= 1 && question.aspects.wants_difference();
        let supposes = telling <= SUPPOSED_WORDS_MAX && question.supposes;
        if let Some(before) = self.before.question.filter(|_| is_bare) {
            let aspects = question.aspects;
            question = Question::read(before, self.lexicon);
            question.aspects = aspects;
        }
        question.asks = true;
        let weighed = self.weigh(index, text, &question, [is_bare, supposes, tells]);
        let (own, behind) = (&weighed.own, &weighed.behind);
        let may_answer = |place: &usize| {
            let kinds = &index.points()[*place].channel_kinds;
            let is_here = |kind| kinds.is_empty() || kinds.contains(&kind);
            // `kalau lewat chat?` asks of another kind than the one at hand.
            let may_be_here = question.supposes || self.before.channel_kind.is_none_or(is_here);
            index.tells_what_is_wanted(*place, &question) && may_be_here
        };
        let places = (0..index.points().len()).filter(may_answer);
        let mut scored: Vec<(usize, f32)> =
            places.map(|place| (place, weighed.score(place))).collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let Some(&(first, best)) = scored.first() else {
            return Followed::default();
        };
        let is_sure = own[first].cover >= SURE_COVER || behind.contains_key(&first);
        let places: Vec<usize> = match is_sure {
            true => {
                let is_near = |score: f32| score >= NEAR_BEST * best;
                let near = scored.iter().filter(|(_, score)| is_near(*score));
                near.take(SHOWN_MAX).map(|(place, _)| *place).collect()
            }
            false => with_neighbours(index, scored.iter().map(|(place, _)| *place)),
        };
        let covers = places.iter().map(|&place| own[place].cover);
        Followed {
            cover: covers.fold(0.0, f32::max),
            section: section
                .filter(|(_, cover)| *cover >= own[first].cover)
                .map(|(id, _)| id),
            points: places
                .into_iter()
                .map(|place| &index.points()[place])
                .collect(),
            telling,
            by_branch: behind.contains_key(&first),
            again,
        }
    }

    /// What each point has of a question, and of what came before it.
    fn weigh<'w>(
        &self,
        index: &'w Index,
        text: &str,
        question: &'w Question,
        [is_bare, supposes, tells]: [bool; 3],
    ) -> PointWeights<'w> {
        let from_question = match supposes {
            true => FROM_QUESTION_SUPPOSED,
            false => FROM_QUESTION,
        };
        let from_shown = match is_bare {
            true => FROM_SHOWN_BARE,
            false => FROM_SHOWN,
        };
        let context = self.context(index, from_question, from_shown);
        let shown = self.before.shown.iter();
        PointWeights {
            index,
            question,
            is_bare,
            own: index.nearness(question, self.usage),
            behind: self.behind_branches(index, text, &context, tells),
            shown: shown.filter_map(|id| index.place(id)).collect(),
            context,
        }
    }

    /// What each point gains by the words of the question before and of what was shown.
    fn context(&self, index: &Index, from_question: f32, from_shown: f32) -> Vec<f32> {
        let mut gained = vec![0.0; index.points().len()];
        let mut add = |question: &Question, share: f32| {
            for (sum, near) in gained.iter_mut().zip(index.nearness(question, self.usage)) {
                *sum += share * near.cover;
            }
        };
        if let Some(before) = self.before.question {
            let before = Question::read(before, self.lexicon);
            add(&before, from_question);
        }
        let count = self.before.shown.len().max(1) as f32;
        for id in self.before.shown {
            if let Some(words) = index.place(id).map(|place| index.words_of(place)) {
                add(words, from_shown / count);
            }
        }
        gained
    }

    /// The points behind branches that a message means, by how near their causes are to what was said before.
    fn behind_branches(
        &self,
        index: &Index,
        text: &str,
        context: &[f32],
        tells: bool,
    ) -> FxHashMap<usize, f32> {
        let mut behind = FxHashMap::default();
        let most = context.iter().copied().fold(f32::EPSILON, f32::max);
        for cause in &self.sop.causes {
            let branch = branch::meant(cause, text, self.lexicon);
            let goto = branch.map(|branch| cause.branches[branch].goto.as_str());
            let places = goto.and_then(|goto| Some((index.place(&cause.id)?, index.place(goto)?)));
            if let Some((place, goto)) = places {
                let by_context = BY_BRANCH * context[place] / most;
                let by_place = BY_BRANCH_TOLD * self.nearness(cause);
                let best: &mut f32 = behind.entry(goto).or_default();
                *best = best.max(if tells {
                    by_place.max(by_context)
                } else {
                    by_context
                });
            }
        }
        behind
    }

    /// How near a cause is to those just shown: one of them, or where they lead.
    fn nearness(&self, cause: &Cause) -> f32 {
        let is_shown = |id: &str| self.before.shown.iter().any(|shown| shown == id);
        let leads_here = |from: &Cause| {
            is_shown(&from.id) && from.branches.iter().any(|branch| branch.goto == cause.id)
        };
        match () {
            () if is_shown(&cause.id) => 1.0,
            () if self.sop.causes.iter().any(leads_here) => NEXT_CAUSE,
            () => 0.0,
        }
    }
}

/// What each point has of a message, by place.
struct PointWeights<'w> {
    index: &'w Index,
    question: &'w Question,
    /// The message says nothing itself.
    is_bare: bool,
    /// By its own words.
    own: Vec<Near>,
    /// By what was asked and shown before.
    context: Vec<f32>,
    /// By branches that it means.
    behind: FxHashMap<usize, f32>,
    /// The points shown last.
    shown: Vec<usize>,
}

impl PointWeights<'_> {
    fn score(&self, place: usize) -> f32 {
        let index = self.index;
        let own_share = if self.is_bare { OWN_BARE } else { 1.0 };
        let mut score = own_share * self.own[place].score + self.context[place];
        if index.asks_alike(place, self.question) {
            score += SAME_ASPECT;
        }
        let holds = index.holds_alike(place, self.question);
        score += match (holds, self.is_bare) {
            (true, true) => HOLDS_ALIKE_BARE,
            (true, false) => HOLDS_ALIKE,
            (false, _) => 0.0,
        };
        if (self.shown.iter()).any(|&shown| index.is_beside(shown, place)) {
            score += BESIDE;
        }
        score += self.behind.get(&place).copied().unwrap_or_default();
        if self.shown.contains(&place) && !(self.is_bare && holds) {
            score -= SHOWN_ALREADY;
        }
        match index.points()[place].kind {
            PointKind::Unclear(_) => HOLE_SHARE * score,
            _ => score,
        }
    }
}

/// The section whose heading names what all of is asked for, with how much of the question it has.
fn section<'i>(index: &'i Index, question: &Question) -> Option<(&'i str, f32)> {
    if !question.asks_for_all {
        return None;
    }
    let covers = index.headings().iter().map(|(id, words)| {
        let cover = index.heading_cover(words, question);
        (id.as_str(), cover)
    });
    let best = covers.max_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, cover)| *cover >= HEADING_COVER_MIN)
}

/// The first points with those before and behind them under the same heading, each once.
fn with_neighbours(index: &Index, places: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut all = Vec::new();
    for place in places.take(UNSURE_SHOWN) {
        let around = [Some(place), place.checked_sub(1), Some(place + 1)];
        for near in around.into_iter().flatten() {
            let belongs = near == place || index.is_beside(place, near);
            if belongs && !all.contains(&near) {
                all.push(near);
            }
        }
    }
    all
}
