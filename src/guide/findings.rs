//! Where findings lead: `collection block 1, hlr aktif, payment ok` is a way through a procedure's graph.
//!
//! Each clause that means a branch of a cause takes that branch; a message with anything else in it is no list of
//! findings. The end of the way is an outcome, or the cause that has still to be found out; it counts when at least as
//! much of the way is known as was left out before it.

use std::collections::HashMap;

use super::branch;
use super::terms::{Question, Term};
use crate::catalog::Sop;
use crate::catalog::sop::Cause;
use crate::text::{Lexicon, Role};

/// One finding alone is a question or a reply.
const FINDINGS_MIN: usize = 2;

/// Where the findings of a message lead, with those of the messages before it about the same case: the id of an outcome
/// or of a cause.
pub fn led_to<'s>(sop: &'s Sop, text: &str, before: &[&str], lexicon: &Lexicon) -> Option<&'s str> {
    let now = clauses(text, lexicon);
    if now.len() < FINDINGS_MIN && before.is_empty() {
        return None;
    }
    let earlier: Vec<String> = before
        .iter()
        .rev()
        .flat_map(|text| clauses(text, lexicon))
        .collect();
    let mut taken: HashMap<&str, usize> = HashMap::new();
    let mut used = vec![false; now.len()];
    for cause in &sop.causes {
        for (clause, used) in now.iter().zip(&mut used) {
            if let Some(branch) = found(cause, clause, lexicon) {
                *used = true;
                taken.entry(&cause.id).or_insert(branch);
            }
        }
        let told = earlier.iter();
        let told = told
            .filter_map(|clause| found(cause, clause, lexicon))
            .next();
        if let Some(branch) = told {
            taken.entry(&cause.id).or_insert(branch);
        }
    }
    let asks = |clause: &String| !Question::read(clause, lexicon).tells();
    let is_else = |(clause, used): (&String, &bool)| !used && !asks(clause);
    if !used.contains(&true) || now.iter().zip(&used).any(is_else) {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for (start, left_out) in steps_before(sop) {
        let (known, end) = way(sop, start, &taken);
        // What was discussed before left out what it took for granted.
        let counts = known >= FINDINGS_MIN && (left_out <= known || !before.is_empty());
        if counts && best.is_none_or(|(most, _)| known > most) {
            best = Some((known, end));
        }
    }
    best.map(|(_, end)| end)
}

/// The branch of a cause that a clause finds: more than half of its words are the cause's, some of them the
/// branch's. Words that only name the cause may come before: `hlr aktif`.
fn found(cause: &Cause, clause: &str, lexicon: &Lexicon) -> Option<usize> {
    let terms = |text: &str| Question::read(text, lexicon).terms;
    let is_in = |said: &[Term], term: &Term| {
        let is_same = |said: &Term| {
            said.word == term.word || said.concept.is_some() && said.concept == term.concept
        };
        said.iter().any(is_same)
    };
    let of_cause = terms(&cause.text);
    let mut words: Vec<&str> = clause.split_whitespace().collect();
    let mut meant = branch::meant(cause, clause, lexicon);
    while meant.is_none() && words.len() > 1 {
        let named = terms(words.remove(0));
        if !named.iter().all(|term| is_in(&of_cause, term)) {
            return None;
        }
        meant = branch::meant(cause, &words.join(" "), lexicon);
    }
    let branch = meant?;
    let of_branch = terms(&cause.branches[branch].when);
    let told: Vec<Term> = terms(clause);
    let told: Vec<&Term> = told.iter().filter(|term| !term.is_denial()).collect();
    let said = told
        .iter()
        .filter(|term| is_in(&of_cause, term) || is_in(&of_branch, term));
    let is_about = 2 * said.count() > told.len();
    (is_about && told.iter().any(|term| is_in(&of_branch, term))).then_some(branch)
}

/// The clauses of a message, by punctuation and by words that set one against the other.
fn clauses(text: &str, lexicon: &Lexicon) -> Vec<String> {
    let parts = text.split([',', '.', ';', '\n', '?', '!']);
    let mut clauses = Vec::new();
    for part in parts {
        let mut clause: Vec<&str> = Vec::new();
        for word in part.split_whitespace() {
            if lexicon.everyday.has(Role::Contrast, &word.to_lowercase()) {
                clauses.push(std::mem::take(&mut clause).join(" "));
            } else {
                clause.push(word);
            }
        }
        clauses.push(clause.join(" "));
    }
    clauses.retain(|clause| !clause.is_empty());
    clauses
}

/// Every cause with how few causes lead to it.
fn steps_before(sop: &Sop) -> Vec<(&str, usize)> {
    let mut steps: Vec<(&str, usize)> = Vec::new();
    steps.extend(sop.causes.first().map(|first| (first.id.as_str(), 0)));
    let mut at = 0;
    while let Some(&(id, before)) = steps.get(at) {
        at += 1;
        let branches = sop.cause(id).map(|cause| cause.branches.as_slice());
        for branch in branches.unwrap_or_default() {
            let goto = branch.goto.as_str();
            if sop.cause(goto).is_some() && !steps.iter().any(|(known, _)| *known == goto) {
                steps.push((goto, before + 1));
            }
        }
    }
    steps
}

/// How many branches are taken from a cause on, and where they end.
fn way<'s>(sop: &'s Sop, start: &'s str, taken: &HashMap<&str, usize>) -> (usize, &'s str) {
    let (mut known, mut at) = (0, start);
    // A loop is left where it was entered.
    while let Some(cause) = sop.cause(at).filter(|_| known <= sop.causes.len()) {
        let Some(&branch) = taken.get(cause.id.as_str()) else {
            break;
        };
        known += 1;
        at = &cause.branches[branch].goto;
    }
    (known, at)
}
