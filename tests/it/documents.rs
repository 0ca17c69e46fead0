//! Procedures as a lead posts them: imported as they are, beside the shipped ones, with no phrase written for them.
//!
//! The messages and questions were written before the matcher read documents. Those of `SEEN` may be looked at row by
//! row; the others, like `heldout.tsv`, are only counted.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use sigap::catalog::{Catalog, Files, Sop, Source};
use sigap::guide::{Knowledge, Point, PointKind, training};
use sigap::import::{self, ImportRequest};
use sigap::load;
use sigap::matcher::evaluate::{self, Outcome, Report};
use sigap::matcher::{Context, Decision, Matcher};

use crate::shipped;

const DOCUMENTS: [&str; 6] = [
    "ganti-kartu",
    "kunjungan",
    "refund",
    "relokasi",
    "roaming",
    "wifi",
];
const SEEN: [&str; 3] = ["ganti-kartu", "refund", "relokasi"];

/// Of messages that mean an imported procedure, at least so many have it first, among the first three, and answered.
const FIRST_MIN: f64 = 0.7;
const THREE_MIN: f64 = 0.88;
const ANSWERED_MIN: f64 = 0.38;
/// The same of first choices where the shipped ones too are known by their text alone.
const FIRST_BARE_MIN: f64 = 0.85;
/// Of questions inside an imported procedure at least so many are answered first by the right line.
const LINES_MIN: f64 = 0.55;
/// The held-out messages of the shipped ones, with the imported beside them.
const HELD_OUT_IN_SCOPE_MIN: f64 = 0.96;
const HELD_OUT_OUTSIDE_MIN: f64 = 0.9;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let shipped = shipped::files();
    let import = |id: &&str| {
        let name = format!("{id}.txt");
        let bytes = fs::read(folder().join(&name)).unwrap();
        let imported = import::import(&ImportRequest {
            name: &name,
            bytes: &bytes,
            id: Some(id),
            service: Some("indihome"),
            owner: Some("Tim CC"),
            files: &shipped,
            today: shipped::now().date(),
        });
        Source::new(format!("{id}.toml"), imported.unwrap().text)
    };
    let imported = DOCUMENTS.iter().map(import);
    let sops = shipped.sops.iter().cloned().chain(imported).collect();
    let files = Files {
        sops,
        ..shipped.clone()
    };
    let loaded = Catalog::load(&files, shipped::now().date());
    loaded
        .catalog
        .unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
});

static KNOWLEDGE: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::new(CATALOG.clone(), load::lexicon(Path::new("data")).unwrap()));

fn folder() -> PathBuf {
    Path::new("tests/it/matching/documents").to_owned()
}

fn rows(file: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(Path::new("tests/it/matching").join(file)).unwrap();
    let row = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().map(row).collect()
}

/// The shares of messages that have their procedure first, among the first three, and answered.
fn shares(matcher: &Matcher) -> [f64; 3] {
    let messages = rows("documents/messages.tsv");
    let mut counts = [0usize; 3];
    for row in &messages {
        let found = matcher.classify(&row[0], &Context::default());
        let place = (found.candidates.iter()).position(|one| *one.intent == *row[1]);
        counts[0] += usize::from(place == Some(0));
        counts[1] += usize::from(place.is_some_and(|place| place < 3));
        counts[2] += usize::from(place == Some(0) && found.decision == Decision::Answer);
    }
    counts.map(|count| count as f64 / messages.len() as f64)
}

#[test]
fn an_imported_procedure_is_found_beside_those_with_hundreds_of_utterances() {
    let [first, three, answered] = shares(&KNOWLEDGE.matcher);
    println!("first {first:.3}, among three {three:.3}, answered {answered:.3}");
    assert!(first >= FIRST_MIN && three >= THREE_MIN && answered >= ANSWERED_MIN);
}

#[test]
fn the_shipped_ones_lose_nothing_to_the_imported() {
    let outcomes: Vec<Outcome> = rows("heldout.tsv")
        .iter()
        .map(|row| evaluate::outcome(&KNOWLEDGE.matcher, &row[0], &row[1]))
        .collect();
    let report = Report::new(&outcomes, KNOWLEDGE.matcher.intents().len());
    println!("{report:?}");
    assert!(report.in_scope_accuracy >= Some(HELD_OUT_IN_SCOPE_MIN));
    assert!(report.oos_recall >= Some(HELD_OUT_OUTSIDE_MIN));
}

#[test]
fn text_alone_tells_all_procedures_apart() {
    let mut catalog = CATALOG.clone();
    for sop in &mut catalog.sops {
        sop.matching = Default::default();
    }
    let lexicon = &KNOWLEDGE.lexicon;
    let [first, three, answered] = shares(&Matcher::train(&training(&catalog, lexicon)));
    println!("first {first:.3}, among three {three:.3}, answered {answered:.3}");
    assert!(first >= FIRST_BARE_MIN);
}

fn text(sop: &Sop, point: &Point) -> String {
    match point.kind {
        PointKind::Item(section, place) => {
            let item = &sop.sections[section].items[place];
            format!("{} {}", item.text, item.steps.join(" "))
        }
        PointKind::Cause(place) => sop.causes[place].text.clone(),
        PointKind::Outcome(place) => sop.outcomes[place].text.clone(),
        PointKind::Unclear(place) => sop.unclear[place].text.clone(),
        PointKind::Kip(place) => sop.forms[place].title.clone(),
    }
}

#[test]
fn questions_inside_an_imported_procedure_are_answered_by_its_lines() {
    let questions = rows("documents/questions.tsv");
    let (mut right, mut wrong) = (0, Vec::new());
    for row in &questions {
        let sop = CATALOG.sop(&row[0]).unwrap();
        let points = KNOWLEDGE.asked_points(&row[0], &row[1]);
        let said: Vec<String> = points.iter().map(|point| text(sop, point)).collect();
        match said.first().is_some_and(|first| first.contains(&row[2])) {
            true => right += 1,
            false if SEEN.contains(&row[0].as_str()) => wrong.push(format!("{row:?}: {said:?}")),
            false => {}
        }
    }
    let share = f64::from(right) / questions.len() as f64;
    assert!(share >= LINES_MIN, "{share}\n{}", wrong.join("\n"));
}
