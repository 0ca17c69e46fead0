//! Which branch of a cause an answer in an agent's own words means: one, or none where two would do.
//!
//! A branch is what its button says, clause by clause, and its aliases. Words that every branch has say nothing, a
//! negated clause is meant by a negated answer only, and `ya` or `tidak` choose where one branch alone can be meant.

use super::terms;
use crate::catalog::sop::{Branch, Cause};
use crate::text::negation::{self, Denial};
use crate::text::{self, Lexicon, Role, likeness};

/// How much of an answer's words a branch must account for: more than half is about it.
const COVER_MIN: f32 = 0.5;
/// A branch is meant rather than its neighbour when it scores this many times as much.
const AHEAD: f32 = 1.5;
/// Words this long may be typed another way.
const SLIP_LETTERS_MIN: usize = 5;
/// Words less alike than this, a slip of the finger apart, are two words.
const ALIKE_MIN: f32 = 0.87;
/// An answer longer than this is a story.
const WORDS_MAX: usize = 12;

/// Returns the branch an answer means.
pub fn meant(cause: &Cause, answer: &str, lexicon: &Lexicon) -> Option<usize> {
    let said = folded(answer);
    let exact = |branch: &Branch| {
        let words = [&branch.when].into_iter().chain(&branch.aliases);
        words.into_iter().any(|words| folded(words) == said)
    };
    if let Some(place) = cause.branches.iter().position(exact) {
        return Some(place);
    }
    // What is left open or asked means neither a branch nor its opposite.
    let denials = negation::denials(answer, lexicon);
    if !denials.is_empty() && !denials.iter().any(is_sure) {
        return None;
    }
    let answer = Clause::new(answer, lexicon);
    if answer.words.is_empty() || answer.words.len() > WORDS_MAX {
        return (answer.words.len() <= WORDS_MAX)
            .then(|| by_yes_or_no(cause, &answer, lexicon))
            .flatten();
    }
    if answer
        .words
        .iter()
        .all(|word| lexicon.everyday.has(Role::Yes, word))
    {
        return by_yes_or_no(cause, &answer, lexicon);
    }
    by_words(cause, &answer, lexicon)
}

/// `ya` means the only branch that is not negated, `tidak` the only one that is.
fn by_yes_or_no(cause: &Cause, answer: &Clause, lexicon: &Lexicon) -> Option<usize> {
    if answer.words.is_empty() && !answer.negated {
        return None;
    }
    let opens_negated = |branch: &Branch| {
        let words = text::words(&branch.when, lexicon);
        words
            .first()
            .is_some_and(|word| negation::is_negation(word, lexicon))
    };
    let mut fitting = cause
        .branches
        .iter()
        .enumerate()
        .filter(|(_, branch)| opens_negated(branch) == answer.negated);
    let (only, _) = fitting.next()?;
    // Where no branch is negated, `ya` says nothing.
    let told_apart = cause.branches.iter().any(opens_negated);
    (fitting.next().is_none() && told_apart).then_some(only)
}

fn by_words(cause: &Cause, answer: &Clause, lexicon: &Lexicon) -> Option<usize> {
    let clauses: Vec<Vec<Clause>> = cause
        .branches
        .iter()
        .map(|branch| clauses(branch, lexicon))
        .collect();
    // A word weighs by how few of the branches have it, among those that could be meant by an answer like this.
    let fitting: Vec<Vec<&Clause>> = clauses
        .iter()
        .map(|clauses| {
            let fitting = clauses.iter();
            fitting
                .filter(|clause| clause.negated == answer.negated)
                .collect()
        })
        .collect();
    let alike = fitting.iter().filter(|clauses| !clauses.is_empty()).count();
    let weight = |word: &str| {
        let having = fitting
            .iter()
            .filter(|clauses| clauses.iter().any(|clause| clause.has(word)))
            .count();
        match having {
            0 => None,
            all if all == alike && all > 1 => Some(0.0),
            some => Some(1.0 / some as f32),
        }
    };
    let weights: Vec<Option<f32>> = answer.words.iter().map(|word| weight(word)).collect();
    let telling = weights
        .iter()
        .filter(|weight| weight.is_none_or(|weight| weight > 0.0))
        .count() as f32;
    let mut scores: Vec<(f32, usize)> = Vec::new();
    for (place, clauses) in fitting.iter().enumerate() {
        let score = clauses.iter().map(|clause| {
            let found = answer.words.iter().zip(&weights);
            let found = found.filter(|(word, _)| clause.has(word));
            let (count, sum) = found.fold((0, 0.0), |(count, sum), (_, weight)| {
                let weight = weight.unwrap_or_default();
                (count + usize::from(weight > 0.0), sum + weight)
            });
            if count as f32 >= COVER_MIN * telling {
                sum
            } else {
                0.0
            }
        });
        scores.push((score.fold(0.0, f32::max), place));
    }
    scores.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (best, place) = *scores.first()?;
    let second = scores.get(1).map_or(0.0, |(score, _)| *score);
    (best > 0.0 && best >= AHEAD * second).then_some(place)
}

/// A piece of a branch's wording, or an answer: its words, and whether they are negated.
struct Clause {
    words: Vec<String>,
    negated: bool,
}

impl Clause {
    fn new(text: &str, lexicon: &Lexicon) -> Self {
        let words = terms::all(text, lexicon);
        let is = |role, word: &str| lexicon.everyday.has(role, word);
        let denies = |word: &String| negation::is_negation(word, lexicon);
        let is_empty = |word: &str| {
            let empty = [Role::Courtesy, Role::Filler, Role::Joining, Role::Link];
            let carries =
                empty.into_iter().any(|role| is(role, word)) || is(Role::StatusCarrier, word);
            carries && !is(Role::Yes, word)
        };
        let telling = |word: &&String| !denies(word) && !is_empty(word);
        let said: Vec<String> = words.iter().filter(telling).cloned().collect();
        // `tidak` alone denies what is asked.
        let negated = match said.is_empty() {
            true => words.iter().any(denies),
            false => negation::denials(text, lexicon).iter().any(is_sure),
        };
        Self {
            words: said,
            negated,
        }
    }

    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|own| is_same(own, word))
    }
}

fn is_sure(denial: &Denial) -> bool {
    denial.sure
}

fn clauses(branch: &Branch, lexicon: &Lexicon) -> Vec<Clause> {
    let of_label = branch.when.split([',', ':', ';']);
    let aliases = branch.aliases.iter().map(String::as_str);
    of_label
        .chain(aliases)
        .map(|words| Clause::new(words, lexicon))
        .collect()
}

fn is_same(own: &str, said: &str) -> bool {
    own == said
        || (own.len().min(said.len()) >= SLIP_LETTERS_MIN
            && likeness::alike(said, own) >= ALIKE_MIN)
}

fn folded(text: &str) -> String {
    text::fold(text)
        .text
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_owned()
}
