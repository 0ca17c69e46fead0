//! Questions inside SOPs, written before anything was measured: the right item answers, and where the documents are silent
//! nothing does.
//!
//! `practice.tsv` is what answering is improved on, `fresh.tsv` another hand that only counts. Half of the other rows may be looked at while answering is improved, the other half is only counted.

use sigap::guide::{Knowledge, PointKind, upgrade};

use crate::shipped;

const QUESTIONS: &str = include_str!("questions.tsv");
const PRACTICE: &str = include_str!("practice.tsv");
const FRESH: &str = include_str!("fresh.tsv");
const SILENT: &str = include_str!("silent.tsv");

/// The share of questions whose first item is right, and the same of the half that is only counted.
const RIGHT_MIN: f64 = 0.9;
const RIGHT_BLIND_MIN: f64 = 0.9;
/// The same of the questions in another hand, which is to reach that of the others: it must not fall below what was
/// measured before answering was improved.
const RIGHT_FRESH_MIN: f64 = 22.0 / 30.0;
/// Of the questions that the documents do not answer, one in ten at most may be answered.
const ANSWERED_SHARE_MAX: f64 = 0.1;

fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
}

/// The item that comes first when a question is asked of an SOP.
fn first(knowledge: &Knowledge, sop: &str, question: &str) -> Option<(String, bool)> {
    // A rule answers before any item; its silence is an answer that says so.
    let rule = knowledge.catalog.sop(sop)?.upgrade.as_ref();
    let ruling = rule.and_then(|rule| upgrade::rule(rule, question));
    if let Some(ruling) = ruling {
        let silent = matches!(ruling.answer, upgrade::Answer::Silent { .. });
        return Some((ruling.points.first()?.clone(), silent));
    }
    let points = knowledge.asked_points(sop, question);
    let point = points.first()?;
    let hole = matches!(point.kind, PointKind::Unclear(_));
    Some((point.id.clone(), hole))
}

fn is_right(knowledge: &Knowledge, question: &str, expected: &str) -> Result<(), String> {
    let mut said = Vec::new();
    for item in expected.split(' ') {
        let (sop, id) = item.split_once('#').unwrap();
        match first(knowledge, sop, question) {
            Some((found, _)) if found == id => return Ok(()),
            found => said.push(found.map_or_else(|| "-".to_owned(), |(found, _)| found)),
        }
    }
    Err(format!("{question}\n    {expected}, but {said:?}"))
}

#[test]
fn the_right_item_answers() {
    let knowledge = shipped::knowledge();
    let rows: Vec<_> = rows(QUESTIONS).collect();
    assert!(rows.len() >= 120, "the questions are there");
    let right = |kept: usize| {
        let half: Vec<_> = rows.iter().skip(kept).step_by(2).collect();
        let wrong: Vec<String> = half
            .iter()
            .filter_map(|(question, expected)| is_right(&knowledge, question, expected).err())
            .collect();
        (half.len(), wrong)
    };
    let (seen, wrong_seen) = right(0);
    let (blind, wrong_blind) = right(1);
    let wrong = wrong_seen.len() + wrong_blind.len();
    let share = 1.0 - wrong as f64 / rows.len() as f64;
    let share_blind = 1.0 - wrong_blind.len() as f64 / blind as f64;
    println!(
        "right {share:.3} of {}; blind half {share_blind:.3} of {blind}; seen half {} of {seen} wrong",
        rows.len(),
        wrong_seen.len()
    );
    // Only the half that may be looked at is shown.
    assert!(
        share >= RIGHT_MIN,
        "{share:.3}, blind {share_blind:.3}\n{}",
        wrong_seen.join("\n")
    );
    assert!(
        share_blind >= RIGHT_BLIND_MIN,
        "blind half: {share_blind:.3}"
    );
}

#[test]
fn what_was_practised_on_is_answered() {
    let knowledge = shipped::knowledge();
    let rows: Vec<_> = rows(PRACTICE).collect();
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(question, expected)| is_right(&knowledge, question, expected).err())
        .collect();
    let share = 1.0 - wrong.len() as f64 / rows.len() as f64;
    println!("practice: right {share:.3} of {}", rows.len());
    assert!(share >= RIGHT_MIN, "{share:.3}\n{}", wrong.join("\n"));
}

/// Nobody looks at its rows one by one, so only the shares are shown.
#[test]
fn questions_in_another_hand_are_answered_as_well() {
    let knowledge = shipped::knowledge();
    let (silent, told): (Vec<_>, Vec<_>) =
        rows(FRESH).partition(|(_, expected)| expected.starts_with('?'));
    let right = told
        .iter()
        .filter(|(question, expected)| is_right(&knowledge, question, expected).is_ok());
    let share = right.count() as f64 / told.len() as f64;
    let answered = silent.iter().filter(|(question, sop)| {
        let first = first(&knowledge, sop.trim_start_matches('?'), question);
        first.is_some_and(|(_, hole)| !hole)
    });
    let answered = answered.count();
    println!(
        "fresh: right {share:.3} of {}, answered {answered} of {} silent ones",
        told.len(),
        silent.len()
    );
    assert!(share >= RIGHT_FRESH_MIN, "{share:.3}");
    assert!(answered as f64 <= ANSWERED_SHARE_MAX * silent.len() as f64);
}

#[test]
fn what_the_documents_do_not_say_is_not_answered() {
    let knowledge = shipped::knowledge();
    let rows: Vec<_> = rows(SILENT).collect();
    assert!(rows.len() >= 30, "the questions are there");
    let answered: Vec<String> = rows
        .iter()
        .filter_map(|(question, sop)| match first(&knowledge, sop, question) {
            Some((id, false)) => Some(format!("{question}: {sop}#{id}")),
            _ => None,
        })
        .collect();
    println!("answered {} of {}", answered.len(), rows.len());
    let share = answered.len() as f64 / rows.len() as f64;
    assert!(share <= ANSWERED_SHARE_MAX, "{}", answered.join("\n"));
}
