//! What the branches of a walk know and establish: conditions that can hold, values that their fields take, words that
//! mean one branch only.

use std::collections::{BTreeMap, HashMap};

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::condition::Condition;
use super::super::diagnostic::Diagnostic;
use super::super::file::{BranchFile, CauseFile, SopFile};
use super::super::form::Form;
use super::super::parsed::Parsed;
use super::super::sop::{Branch, Cause};
use super::{forms, suggest};
use crate::value::{self, Background, Canonical, Kind};

/// A button's action must fit into what every platform sends back; Discord leaves this much beside the signature.
const ACTION_BYTES_MAX: usize = 72;

/// Builds the causes of one SOP.
pub fn build(
    parsed: &Parsed<'_>,
    file: &SopFile,
    built: &[Form],
    today: Date,
    found: &mut Vec<Diagnostic>,
) -> Vec<Cause> {
    let known = forms::kinds(built);
    let Ok(now) = today.to_zoned(TimeZone::UTC) else {
        return Vec::new();
    };
    for (index, outcome) in file.outcomes.iter().enumerate() {
        check_sets(
            parsed,
            &format!("/outcome/{index}/sets"),
            &outcome.sets,
            &known,
            &now,
            found,
        );
    }
    let causes = file.causes.iter().enumerate();
    causes
        .map(|(index, cause)| {
            let at = format!("/cause/{index}");
            check_cause(parsed, &at, file, cause, &known, found);
            let branches = cause.branches.iter().enumerate().map(|(branch, file)| {
                let at = format!("{at}/branch/{branch}");
                check_sets(
                    parsed,
                    &format!("{at}/sets"),
                    &file.sets,
                    &known,
                    &now,
                    found,
                );
                build_branch(parsed, &at, file, &known, found)
            });
            Cause {
                branches: branches.collect(),
                id: cause.id.clone(),
                text: cause.text.clone(),
                short: cause.short.clone(),
                asked: cause.asked.clone(),
                field: cause.field.clone(),
            }
        })
        .collect()
}

fn build_branch(
    parsed: &Parsed<'_>,
    at: &str,
    file: &BranchFile,
    known: &[(String, Kind)],
    found: &mut Vec<Diagnostic>,
) -> Branch {
    let at = format!("{at}/if");
    let mut condition = forms::condition(parsed, &at, file.known.as_deref(), found);
    if let Some(condition) = &mut condition {
        Condition::each_leaf(condition, &mut |leaf| {
            forms::resolve(parsed, &at, leaf, known, found);
        });
    }
    Branch {
        when: file.when.clone(),
        aliases: file.aliases.clone(),
        known: condition,
        sets: file.sets.clone(),
        goto: file.goto.clone(),
    }
}

fn check_cause(
    parsed: &Parsed<'_>,
    at: &str,
    file: &SopFile,
    cause: &CauseFile,
    known: &[(String, Kind)],
    found: &mut Vec<Diagnostic>,
) {
    if let Some(field) = &cause.field {
        if !known.iter().any(|(id, _)| id == field) {
            let unknown = parsed.error(
                &format!("{at}/field"),
                format!("no form has a field `{field}`"),
            );
            let ids = known.iter().map(|(id, _)| id.as_str());
            found.push(suggest(unknown, field, ids, "add the field to a form"));
        }
        if cause.branches.iter().all(|branch| branch.known.is_none()) {
            let message = format!(
                "no value of `{field}` chooses a branch of the cause `{}`",
                cause.id
            );
            let cure = format!("give its branches conditions: `if = \"{field} = 'VALUE'\"`");
            found.push(parsed.error(&format!("{at}/field"), message).help(cure));
        }
    }
    let mut meant: HashMap<String, usize> = HashMap::new();
    for (index, branch) in cause.branches.iter().enumerate() {
        let said = [&branch.when].into_iter().chain(&branch.aliases);
        for words in said.map(|words| words.trim().to_lowercase()) {
            match meant.insert(words.clone(), index) {
                Some(other) if other != index => {
                    let message = format!(
                        "two branches of the cause `{}` answer to `{words}`",
                        cause.id
                    );
                    let place = format!("{at}/branch/{index}");
                    let cure = "a walk never guesses between two: keep the word at one of them";
                    found.push(parsed.error(&place, message).help(cure));
                }
                _ => {}
            }
        }
    }
    let longest = format!("branch:{}/{}/0", file.id, cause.id);
    if longest.len() > ACTION_BYTES_MAX {
        let message = format!(
            "the ids `{}` and `{}` are too long for a button together",
            file.id, cause.id
        );
        found.push(
            parsed
                .error(&format!("{at}/id"), message)
                .help("shorten the cause's id"),
        );
    }
}

/// A value that is set is written as the field keeps it, so that what a file says is what a ticket shows.
fn check_sets(
    parsed: &Parsed<'_>,
    at: &str,
    sets: &BTreeMap<String, String>,
    known: &[(String, Kind)],
    now: &Zoned,
    found: &mut Vec<Diagnostic>,
) {
    for (field, raw) in sets {
        let kinds: Vec<&Kind> = known
            .iter()
            .filter(|(id, _)| id == field)
            .map(|(_, kind)| kind)
            .collect();
        let place = format!("{at}/{field}");
        if kinds.is_empty() {
            let unknown = parsed.error(&place, format!("no form has a field `{field}`"));
            let ids = known.iter().map(|(id, _)| id.as_str());
            found.push(suggest(
                unknown,
                field,
                ids,
                "set a field of this SOP's forms",
            ));
            continue;
        }
        let taken = |kind: &Kind| match (kind, value::parse(kind, raw, Background::plain(now))) {
            (_, Err(_)) => false,
            (Kind::Choice(_), Ok(value)) => value.canonical == Canonical::Text(raw.clone()),
            (_, Ok(_)) => true,
        };
        if !kinds.iter().any(|kind| taken(kind)) {
            let message = format!("`{field}` does not take the value `{raw}`");
            let options: Vec<&str> = kinds
                .iter()
                .filter_map(|kind| match kind {
                    Kind::Choice(choices) => Some(&choices.options),
                    _ => None,
                })
                .flatten()
                .map(|option| option.value.as_str())
                .collect();
            let otherwise = match options.as_slice() {
                [] => "write it as an agent would answer the field".to_owned(),
                options => format!("one of {}", options.join(", ")),
            };
            let wrong = parsed.error(&place, message);
            found.push(suggest(wrong, raw, options.iter().copied(), &otherwise));
        }
    }
}
