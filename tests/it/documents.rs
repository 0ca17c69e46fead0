//! Procedures as a lead posts them: imported as they are, beside the shipped ones, with no phrase written for them.

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

/// Of messages that mean an imported procedure, at least so many have it first and among the first three.
const FIRST_MIN: f64 = 0.7;
const THREE_MIN: f64 = 0.88;
/// Of questions inside an imported procedure at least so many are answered first by the right line.
const LINES_MIN: f64 = 0.55;
/// The held-out messages of the shipped ones, with the imported beside them.
const HELD_OUT_IN_SCOPE_MIN: f64 = 0.96;
const HELD_OUT_OUTSIDE_MIN: f64 = 0.92;

/// What a question is answered with that no line answers.
const UNANSWERED: &str = "-";

/// Documents that are imported together, with messages and questions that mean them.
struct DocumentSet {
    folder: &'static str,
    documents: [&'static str; 6],
    /// Those whose rows may be looked at one by one; the others, like `heldout.tsv`, are only counted.
    seen: [&'static str; 3],
    /// At least so many messages are answered with their procedure.
    answered_min: f64,
    /// So many have it first where the shipped ones too are known by their text alone.
    first_bare_min: f64,
    knowledge: LazyLock<Knowledge>,
}

/// Written before the matcher read documents.
static FIRST_SET: DocumentSet = DocumentSet {
    folder: "documents",
    documents: [
        "ganti-kartu.txt",
        "kunjungan.txt",
        "refund.txt",
        "relokasi.txt",
        "roaming.txt",
        "wifi.txt",
    ],
    seen: ["ganti-kartu", "refund", "relokasi"],
    answered_min: 0.38,
    first_bare_min: 0.85,
    knowledge: LazyLock::new(|| knowledge(&FIRST_SET)),
};

/// Written after that, in other hands and layouts, one of them from another trade.
static SECOND_SET: DocumentSet = DocumentSet {
    folder: "fresh",
    documents: [
        "janji.txt",
        "kiriman.txt",
        "penipuan.txt",
        "poin.txt",
        "registrasi.txt",
        "stb.md",
    ],
    seen: ["janji", "kiriman", "stb"],
    answered_min: 0.3,
    first_bare_min: 0.83,
    knowledge: LazyLock::new(|| knowledge(&SECOND_SET)),
};

fn sets() -> [&'static DocumentSet; 2] {
    [&FIRST_SET, &SECOND_SET]
}

fn knowledge(set: &DocumentSet) -> Knowledge {
    let shipped = shipped::files();
    let import = |name: &&str| {
        let bytes = fs::read(set.path(name)).unwrap();
        let (id, _) = name.split_once('.').unwrap();
        let imported = import::import(&ImportRequest {
            name,
            bytes: &bytes,
            id: Some(id),
            service: Some("indihome"),
            owner: Some("Tim CC"),
            files: &shipped,
            today: shipped::now().date(),
        });
        Source::new(format!("{id}.toml"), imported.unwrap().text)
    };
    let imported = set.documents.iter().map(import);
    let sops = shipped.sops.iter().cloned().chain(imported).collect();
    let files = Files {
        sops,
        ..shipped.clone()
    };
    let loaded = Catalog::load(&files, shipped::now().date());
    let catalog = (loaded.catalog).unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    Knowledge::new(catalog, load::lexicon(Path::new("data")).unwrap())
}

impl DocumentSet {
    fn path(&self, file: &str) -> PathBuf {
        Path::new("tests/it/matching").join(self.folder).join(file)
    }

    fn rows(&self, file: &str) -> Vec<Vec<String>> {
        rows(&self.path(file))
    }

    /// The shares of messages that have their procedure first, among the first three, and answered.
    fn shares(&self, matcher: &Matcher) -> [f64; 3] {
        let messages = self.rows("messages.tsv");
        let mut counts = [0usize; 3];
        for row in &messages {
            let found = matcher.classify(&row[0], &Context::default());
            let place = (found.candidates.iter()).position(|one| *one.intent == *row[1]);
            counts[0] += usize::from(place == Some(0));
            counts[1] += usize::from(place.is_some_and(|place| place < 3));
            counts[2] += usize::from(place == Some(0) && found.decision == Decision::Answer);
        }
        let shares = counts.map(|count| count as f64 / messages.len() as f64);
        let [first, three, answered] = shares;
        let folder = self.folder;
        println!("{folder}: first {first:.3}, among three {three:.3}, answered {answered:.3}");
        shares
    }
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    let row = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().map(row).collect()
}

#[test]
fn an_imported_procedure_is_found_beside_those_with_hundreds_of_utterances() {
    for set in sets() {
        let [first, three, answered] = set.shares(&set.knowledge.matcher);
        assert!(first >= FIRST_MIN && three >= THREE_MIN && answered >= set.answered_min);
    }
}

#[test]
fn the_shipped_ones_lose_nothing_to_the_imported() {
    for set in sets() {
        let matcher = &set.knowledge.matcher;
        let outcomes: Vec<Outcome> = rows(Path::new("tests/it/matching/heldout.tsv"))
            .iter()
            .map(|row| evaluate::outcome(matcher, &row[0], &row[1]))
            .collect();
        let report = Report::new(&outcomes, matcher.intents().len());
        println!("{}: {report:?}", set.folder);
        assert!(report.in_scope_accuracy >= Some(HELD_OUT_IN_SCOPE_MIN));
        assert!(report.oos_recall >= Some(HELD_OUT_OUTSIDE_MIN));
    }
}

#[test]
fn text_alone_tells_all_procedures_apart() {
    for set in sets() {
        let mut catalog = set.knowledge.catalog.clone();
        for sop in &mut catalog.sops {
            sop.matching = Default::default();
        }
        let training = training(&catalog, &set.knowledge.lexicon);
        let [first, ..] = set.shares(&Matcher::train(&training));
        assert!(first >= set.first_bare_min);
    }
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
    for set in sets() {
        let (mut right, mut asked, mut wrong) = (0, 0, Vec::new());
        for row in set.rows("questions.tsv") {
            if row[2] == UNANSWERED {
                continue;
            }
            let sop = set.knowledge.catalog.sop(&row[0]).unwrap();
            let points = set.knowledge.asked_points(&row[0], &row[1]);
            let said: Vec<String> = points.iter().map(|point| text(sop, point)).collect();
            asked += 1;
            match said.first().is_some_and(|first| first.contains(&row[2])) {
                true => right += 1,
                false if set.seen.contains(&row[0].as_str()) => {
                    wrong.push(format!("{row:?}: {said:?}"));
                }
                false => {}
            }
        }
        let share = f64::from(right) / f64::from(asked);
        println!("{}: {right} of {asked} questions", set.folder);
        assert!(share >= LINES_MIN, "{share}\n{}", wrong.join("\n"));
    }
}
