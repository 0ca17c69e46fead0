//! The lines of an SOP that are nearest to a question, by their text alone.
//!
//! A lead who posts a procedure writes no phrases by which its points are asked for. A line then answers by its own
//! words, by other words for the same thing, and a little by the words of its heading and of the lines around it.

use rustc_hash::FxHashMap;

use super::points::Written;
use super::terms::{Question, Term};
use crate::text::Lexicon;

/// A word of the line itself.
const IN_LINE: f32 = 1.0;
/// A word of the heading above it.
const IN_HEADING: f32 = 0.4;
/// A word of the line before it, which may introduce it.
const IN_LINE_BEFORE: f32 = 0.4;
/// A word of the line behind it.
const IN_LINE_AFTER: f32 = 0.2;
/// Another word for the same thing.
const AS_OTHER_WORD: f32 = 0.8;
/// A word that asks for its own kind of thing says less than one that names it.
const FAINT_SHARE: f32 = 0.35;
/// A line must account for so much of a question.
const COVER_MIN: f32 = 0.3;
/// Lines whose score is within this share of the best are shown with it.
const NEAR_BEST: f32 = 0.85;
/// More lines than this are not an answer.
const SHOWN_MAX: usize = 2;

/// A line of so few words that say something may introduce the next.
const INTRODUCTION_WORDS_MAX: usize = 3;

/// The lines of one SOP by their words.
#[derive(Debug)]
pub struct LineIndex {
    count: usize,
    /// For each word, and for each group of words for the same thing, the lines with what it counts for there.
    postings: FxHashMap<Clue, Vec<(usize, f32)>>,
    /// Whether a line only introduces the next one.
    introduces: Vec<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Clue {
    Stem(String),
    Group(u32),
}

impl LineIndex {
    /// Files the points of an SOP.
    pub fn new(written: &[Written], lexicon: &Lexicon) -> Self {
        let mut lines = Self {
            count: written.len(),
            postings: FxHashMap::default(),
            introduces: vec![false; written.len()],
        };
        let read = |text: &str| Question::read(text, lexicon).terms;
        for (place, point) in written.iter().enumerate() {
            lines.file(&read(&point.title), place, IN_HEADING);
            let terms = read(&point.text);
            lines.file(&terms, place, IN_LINE);
            let is_neighbour = |other: usize| {
                written
                    .get(other)
                    .is_some_and(|other| other.title == point.title)
            };
            if is_neighbour(place + 1) {
                lines.introduces[place] = terms.len() <= INTRODUCTION_WORDS_MAX;
                lines.file(&terms, place + 1, IN_LINE_BEFORE);
            }
            if let Some(before) = place.checked_sub(1).filter(|&before| is_neighbour(before)) {
                lines.file(&terms, before, IN_LINE_AFTER);
            }
            for phrase in &point.asked {
                lines.file(&read(phrase), place, IN_LINE);
            }
        }
        lines
    }

    fn file(&mut self, terms: &[Term], place: usize, credit: f32) {
        for (word, share) in terms.iter().flat_map(words) {
            let posted = self.postings.entry(word).or_default();
            match posted.iter_mut().find(|(line, _)| *line == place) {
                Some((_, known)) => *known = known.max(credit * share),
                None => posted.push((place, credit * share)),
            }
        }
    }

    /// Returns the lines nearest to a question, the best first. `says` is how much a word says whatever it is asked of,
    /// and `may_answer` whether a line has the kind of thing that is wanted.
    pub fn nearest(
        &self,
        question: &Question,
        says: impl Fn(&str) -> f32,
        may_answer: impl Fn(usize) -> bool,
    ) -> Vec<usize> {
        if question.tells() {
            return Vec::new();
        }
        let mut scores = vec![0.0f32; self.count];
        let mut all = 0.0;
        for term in question.terms.iter().filter(|term| !term.is_denial()) {
            let faint = if term.faint { FAINT_SHARE } else { 1.0 };
            let mut credits = vec![0.0f32; self.count];
            for (word, share) in words(term) {
                for &(line, credit) in self.postings.get(&word).into_iter().flatten() {
                    credits[line] = credits[line].max(credit * share);
                }
            }
            let having = credits
                .iter()
                .filter(|credit| **credit >= AS_OTHER_WORD * IN_LINE);
            let rare = (1.0 + self.count as f32 / (having.count() as f32).max(1.0)).ln();
            let is_known = credits.iter().any(|credit| *credit > 0.0);
            let weight = match is_known {
                true => rare * faint,
                false => rare * faint * says(&term.word).powi(2),
            };
            all += weight;
            let sums = scores.iter_mut().zip(&credits);
            sums.for_each(|(score, credit)| *score += weight * credit);
        }
        let mut lines: Vec<usize> = (0..self.count)
            .filter(|&line| scores[line] >= COVER_MIN * all && scores[line] > 0.0)
            .filter(|&line| may_answer(line))
            .collect();
        lines.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
        let best = lines.first().map_or(0.0, |&line| scores[line]);
        lines.retain(|&line| scores[line] >= NEAR_BEST * best);
        lines.truncate(SHOWN_MAX);
        // `Dokumen untuk transfer` is answered by what follows it.
        if let &[only] = lines.as_slice()
            && self.introduces[only]
        {
            lines.push(only + 1);
        }
        lines
    }
}

/// What a term is found by: its stem, and the groups it is in.
fn words(term: &Term) -> impl Iterator<Item = (Clue, f32)> + '_ {
    let stem = std::iter::once((Clue::Stem(term.word.clone()), 1.0));
    let groups = term.groups.iter();
    stem.chain(groups.map(|&group| (Clue::Group(group), AS_OTHER_WORD)))
}
