//! The matcher on the shipped catalogue, by labelled messages.
//!
//! `agents.tsv` is written as agents write, by somebody who had the procedures and not the matcher in mind;
//! `shared.tsv` are words that several procedures use, each with the channel's service and what must happen.
//! No row is there to be tuned to: what goes wrong is mended for all messages of its kind, or left.

use std::fs;
use std::path::Path;

use sigap::matcher::evaluate::{self, Outcome, Report};
use sigap::matcher::{Classification, Context, Decision};

use crate::shipped;

/// Of messages that belong to a procedure, at least so many are answered with it or offered it first.
const IN_SCOPE_MIN: f64 = 0.95;
/// Of messages that belong to none, at least so many are not answered.
const OUTSIDE_MIN: f64 = 0.95;
/// Of answers that claim to be right nine times in ten or more, at least so many are.
const SURE_RIGHT_MIN: f64 = 0.9;
const SURE: f32 = 0.9;
/// A clarification shows so many choices.
const CHOICES: usize = 3;

fn rows(file: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(Path::new("tests/it/matching").join(file)).unwrap();
    text.lines()
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

fn classify(text: &str, service: Option<&str>) -> Classification {
    shipped::knowledge()
        .matcher
        .classify(text, &Context { service })
}

fn first(found: &Classification) -> &str {
    &found.candidates[0].intent
}

#[test]
fn agents_are_understood_and_strangers_are_not_answered() {
    let knowledge = shipped::knowledge();
    let rows = rows("agents.tsv");
    let outcomes: Vec<Outcome> = rows
        .iter()
        .map(|row| evaluate::outcome(&knowledge.matcher, &row[0], &row[1]))
        .collect();
    let report = Report::new(&outcomes, knowledge.matcher.intents().len());
    let wrong: Vec<String> = rows
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| match &outcome.label {
            Some(label) => {
                outcome.first.as_ref() != Some(label) || outcome.decision == Decision::Fallback
            }
            None => outcome.decision == Decision::Answer,
        })
        .map(|(row, outcome)| {
            format!(
                "{}: {} taken for {:?} ({:.2}, {:?})",
                row[0], row[1], outcome.first, outcome.confidence, outcome.decision
            )
        })
        .collect();
    let wrong = wrong.join("\n");
    assert!(report.in_scope_accuracy >= Some(IN_SCOPE_MIN), "{wrong}");
    assert!(report.oos_recall >= Some(OUTSIDE_MIN), "{wrong}");
    let sure: Vec<&Outcome> = outcomes
        .iter()
        .filter(|outcome| outcome.confidence >= SURE)
        .collect();
    let right = sure
        .iter()
        .filter(|outcome| outcome.label.is_some() && outcome.label == outcome.first);
    let share = right.count() as f64 / sure.len() as f64;
    assert!(share >= SURE_RIGHT_MIN, "{share} of {}", sure.len());
}

#[test]
fn words_of_several_services_are_told_apart_or_asked_about() {
    let mut wrong = Vec::new();
    for row in rows("shared.tsv") {
        let [text, service, expected, intents] = &row[..] else {
            panic!("{row:?}: expected a message, a service, `clarify` or `offer`, and intents");
        };
        let service = (service != "-").then_some(service.as_str());
        let found = classify(text, service);
        let offered: Vec<&str> = found
            .candidates
            .iter()
            .take(CHOICES)
            .map(|candidate| &*candidate.intent)
            .collect();
        let mut intents = intents.split(' ');
        let holds = match expected.as_str() {
            "clarify" => {
                found.decision == Decision::Clarify
                    && intents.all(|intent| offered.contains(&intent))
            }
            "offer" => {
                found.decision != Decision::Fallback
                    && intents.any(|intent| intent == first(&found))
            }
            _ => false,
        };
        if !holds {
            wrong.push(format!("{row:?}: {:?} {offered:?}", found.decision));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn when_it_happened_and_how_much_it_was_do_not_change_the_answer() {
    #[track_caller]
    fn check(plain: &str, told: &[&str]) {
        let plain = classify(plain, None);
        assert_eq!(plain.decision, Decision::Answer);
        for text in told {
            let found = classify(text, None);
            assert_eq!(found.decision, Decision::Answer, "{text}: {found:?}");
            assert_eq!(first(&found), first(&plain), "{text}");
        }
    }
    check(
        "isi ulang pake kartu kredit ga masuk",
        &[
            "isi ulang 100rb pake kartu kredit kemarin jam 8 pagi ga masuk",
            "isi ulang 100rb pake kartu kredit tgl 12 jam 20.15 wib ga masuk",
            "semalem jam 9 isi ulang 25rb pake kartu kredit ga masuk",
            "isi ulang pake kartu kredit senin kemarin ga masuk",
        ],
    );
    check(
        "tagihan sudah dibayar nomor masih mati",
        &[
            "tadi pagi tagihan 350rb sudah dibayar, nomor 0812-0000-1234 masih mati",
            "tgl 17/11 tagihan sudah dibayar kmrn sore nomor masih mati",
        ],
    );
}

#[test]
fn a_purchase_at_a_shop_is_not_taken_for_a_paid_bill() {
    let found = classify("udah bayar 50rb lewat alfamart kemarin belum masuk", None);
    assert_eq!(first(&found), "isi-ulang-belum-masuk");
    let found = classify("bayar 0812-0000-1234 kartu halo", None);
    assert_eq!(first(&found), "bayar-belum-aktif");
    assert_eq!(found.decision, Decision::Clarify);
}
