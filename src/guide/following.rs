//! Which points a second message asks for: by what it says itself, and weakly by what was asked and shown before it.
//!
//! `kalau lewat pegadaian?` says one thing; the rest of the question is in the one before. So its own words weigh most,
//! the words of the question before and of the points just shown weigh little, and a branch that it means leads to the
//! point behind it. What was just shown is hardly asked for again.

use rustc_hash::FxHashMap;

use super::branch;
use super::index::{Index, Usage};
use super::points::{Point, PointKind};
use super::terms::Question;
use crate::catalog::Sop;
use crate::message::ChannelKind;
use crate::text::Lexicon;

/// What the words of the question before count for, if a point has all of them.
const FROM_QUESTION: f32 = 0.15;
/// The same of the words of the points just shown.
const FROM_SHOWN: f32 = 0.25;
/// What a point gains whose phrases ask for the same of their subject.
const SAME_ASPECT: f32 = 0.15;
/// What it gains beside one just shown, under the same heading.
const BESIDE: f32 = 0.1;
/// What it gains behind a branch that the message means.
const BY_BRANCH: f32 = 1.1;
/// What it loses by having just been shown.
const SHOWN_ALREADY: f32 = 0.3;
/// What the source leaves open answers only where nothing that it says fits about as well.
const HOLE_SHARE: f32 = 0.9;
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
            .filter(|term| !term.faint && !term.is_denial())
            .count();
        let section = section(index, &question).filter(|_| telling > 0);
        // A message that says nothing itself says what the question before said.
        let is_bare = question.terms.is_empty();
        if let Some(before) = self.before.question.filter(|_| is_bare) {
            let aspects = question.aspects;
            question = Question::read(&format!("{before} {text}"), self.lexicon);
            question.aspects = aspects;
        }
        question.asks = true;
        let own = index.nearness(&question, self.usage);
        let context = self.context(index);
        let behind = self.behind_branches(index, text, &context);
        let shown = self.before.shown.iter();
        let shown: Vec<usize> = shown.filter_map(|id| index.place(id)).collect();
        let score = |place: usize| {
            let mut score = own[place].0 + context[place];
            if index.asks_alike(place, &question) {
                score += SAME_ASPECT;
            }
            if shown.iter().any(|&shown| index.is_beside(shown, place)) {
                score += BESIDE;
            }
            score += BY_BRANCH * behind.get(&place).copied().unwrap_or_default();
            if shown.contains(&place) {
                score -= SHOWN_ALREADY;
            }
            match index.points()[place].kind {
                PointKind::Unclear(_) => HOLE_SHARE * score,
                _ => score,
            }
        };
        let may_answer = |place: &usize| {
            let kinds = &index.points()[*place].channel_kinds;
            let is_here = |kind| kinds.is_empty() || kinds.contains(&kind);
            index.tells_what_is_wanted(*place, &question)
                && self.before.channel_kind.is_none_or(is_here)
        };
        let places = (0..index.points().len()).filter(may_answer);
        let mut scored: Vec<(usize, f32)> = places.map(|place| (place, score(place))).collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let Some(&(first, best)) = scored.first() else {
            return Followed::default();
        };
        let is_sure = own[first].1 >= SURE_COVER || behind.contains_key(&first);
        let places: Vec<usize> = match is_sure {
            true => {
                let is_near = |score: f32| score >= NEAR_BEST * best;
                let near = scored.iter().filter(|(_, score)| is_near(*score));
                near.take(SHOWN_MAX).map(|(place, _)| *place).collect()
            }
            false => with_neighbours(index, scored.iter().map(|(place, _)| *place)),
        };
        let covers = places.iter().map(|&place| own[place].1);
        Followed {
            cover: covers.fold(0.0, f32::max),
            section: section
                .filter(|(_, cover)| *cover >= own[first].1)
                .map(|(id, _)| id),
            points: places
                .into_iter()
                .map(|place| &index.points()[place])
                .collect(),
            telling,
        }
    }

    /// What each point gains by the words of the question before and of what was shown.
    fn context(&self, index: &Index) -> Vec<f32> {
        let mut gained = vec![0.0; index.points().len()];
        let mut add = |question: &Question, share: f32| {
            for (sum, (_, cover)) in gained.iter_mut().zip(index.nearness(question, self.usage)) {
                *sum += share * cover;
            }
        };
        if let Some(before) = self.before.question {
            let before = Question::read(before, self.lexicon);
            add(&before, FROM_QUESTION);
        }
        let count = self.before.shown.len().max(1) as f32;
        for id in self.before.shown {
            if let Some(words) = index.place(id).map(|place| index.words_of(place)) {
                add(words, FROM_SHOWN / count);
            }
        }
        gained
    }

    /// The points behind branches that a message means, by how near their causes are to what was said before.
    fn behind_branches(&self, index: &Index, text: &str, context: &[f32]) -> FxHashMap<usize, f32> {
        let mut behind = FxHashMap::default();
        let most = context.iter().copied().fold(f32::EPSILON, f32::max);
        for cause in &self.sop.causes {
            let branch = branch::meant(cause, text, self.lexicon);
            let goto = branch.map(|branch| cause.branches[branch].goto.as_str());
            let places = goto.and_then(|goto| Some((index.place(&cause.id)?, index.place(goto)?)));
            if let Some((cause, goto)) = places {
                let best: &mut f32 = behind.entry(goto).or_default();
                *best = best.max(context[cause] / most);
            }
        }
        behind
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
