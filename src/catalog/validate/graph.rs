//! The walk through causes to outcomes: every branch leads somewhere, everything is reached, every loop has an exit.

use std::collections::{HashMap, HashSet};

use super::super::diagnostic::{Diagnostic, Severity};
use super::super::file::SopFile;
use super::super::parsed::Parsed;
use super::suggest;

/// Checks the graph of one SOP. An SOP without causes has nothing to walk.
pub fn check(parsed: &Parsed<'_>, file: &SopFile, found: &mut Vec<Diagnostic>) {
    let causes: HashMap<&str, usize> = file
        .causes
        .iter()
        .enumerate()
        .map(|(index, cause)| (cause.id.as_str(), index))
        .collect();
    let outcomes: HashSet<&str> = file
        .outcomes
        .iter()
        .map(|outcome| outcome.id.as_str())
        .collect();
    for (at, cause) in file.causes.iter().enumerate() {
        for (index, branch) in cause.branches.iter().enumerate() {
            let target = branch.goto.as_str();
            if !causes.contains_key(target) && !outcomes.contains(target) {
                let message = format!(
                    "the branch `{}` leads nowhere: there is no cause or outcome `{target}`",
                    branch.when
                );
                let nowhere = parsed.error(&format!("/cause/{at}/branch/{index}/goto"), message);
                let known = causes.keys().chain(&outcomes).copied();
                found.push(suggest(
                    nowhere,
                    target,
                    known,
                    "add an `[[outcome]]` with this id",
                ));
            }
        }
    }
    let reached = reached_from_first(file, &causes);
    for (at, cause) in file.causes.iter().enumerate() {
        if !reached.contains(cause.id.as_str()) {
            let message = format!("no branch leads to the cause `{}`", cause.id);
            found.push(
                parsed
                    .error(&format!("/cause/{at}/id"), message)
                    .help("the walk begins at the first cause"),
            );
        } else if !reaches_an_outcome(file, &causes, at) {
            let message = format!("from the cause `{}` no outcome can be reached", cause.id);
            found.push(
                parsed
                    .error(&format!("/cause/{at}/id"), message)
                    .help("add a branch that leads out of the loop"),
            );
        }
    }
    for (at, outcome) in file.outcomes.iter().enumerate() {
        if !reached.contains(outcome.id.as_str()) {
            let message = format!("no branch leads to the outcome `{}`", outcome.id);
            let span = parsed.span(&format!("/outcome/{at}/id"));
            found.push(
                Diagnostic::new(parsed.source, span, Severity::Error, message)
                    .help("let a branch lead to it, or make it an item of a section"),
            );
        }
    }
}

fn reached_from_first<'a>(file: &'a SopFile, causes: &HashMap<&str, usize>) -> HashSet<&'a str> {
    let mut reached = HashSet::new();
    let mut open: Vec<&str> = file
        .causes
        .first()
        .map(|cause| cause.id.as_str())
        .into_iter()
        .collect();
    while let Some(id) = open.pop() {
        if reached.insert(id)
            && let Some(&at) = causes.get(id)
        {
            open.extend(
                file.causes[at]
                    .branches
                    .iter()
                    .map(|branch| branch.goto.as_str()),
            );
        }
    }
    reached
}

fn reaches_an_outcome(file: &SopFile, causes: &HashMap<&str, usize>, from: usize) -> bool {
    let mut seen = HashSet::from([from]);
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        for branch in &file.causes[at].branches {
            match causes.get(branch.goto.as_str()) {
                // An outcome, or a target that does not exist, which is reported by itself.
                None => return true,
                Some(&next) => {
                    if seen.insert(next) {
                        open.push(next);
                    }
                }
            }
        }
    }
    false
}
