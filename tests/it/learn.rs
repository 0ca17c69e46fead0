//! What was not answered: grouped quickly, learned only where nothing becomes wrong, counted by week, and audited.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use sigap::dialog::{Conversation, Effect, Understood};
use sigap::learn;
use sigap::load;
use sigap::matcher::Decision;
use sigap::message::{ChannelKind, ConversationId, EventId};
use sigap::store::{self, Audit, Revision, Store, TurnRecord, UnansweredQuestion};

use crate::binary::Place;
use crate::shipped;

/// Wordings of questions that no shipped SOP answers, each in so many variants.
const TOPICS: [&[&str]; 4] = [
    &[
        "token listrik pln belum masuk padahal sudah beli",
        "beli token listrik blm masuk",
        "token pln belum masuk",
    ],
    &[
        "cara daftar kartu pelajar digital",
        "daftar kartu pelajar digital gimana",
        "kartu pelajar digital daftarnya dimana",
    ],
    &[
        "jadwal shift minggu depan siapa yang pegang",
        "jadwal shift minggu depan",
        "minggu depan shift siapa",
    ],
    &[
        "printer kantor lantai dua rusak",
        "printer lantai 2 rusak",
        "printer kantor rusak",
    ],
];

#[test]
fn a_thousand_questions_are_grouped_in_under_a_second() {
    let asked: Vec<String> = (0..1_000)
        .map(|at| {
            let topic = TOPICS[at % TOPICS.len()];
            let words = [
                "kak",
                "tolong",
                "min",
                "urgent",
                "pelanggan vip",
                "dari tadi pagi",
                "lagi",
                "mohon info",
            ];
            format!(
                "{} {} {}",
                words[at % words.len()],
                topic[at % topic.len()],
                words[(at / 7) % words.len()]
            )
        })
        .collect();
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let lexicon = load::lexicon(Path::new("data")).unwrap();
    let began = Instant::now();
    let groups = learn::groups(&asked, &lexicon);
    let took = began.elapsed();
    println!("1,000 questions in {} groups in {took:?}", groups.len());
    assert_eq!(
        groups
            .iter()
            .map(|group| group.members.len())
            .sum::<usize>(),
        1_000
    );
    assert!(took.as_millis() < 1_000, "it took {took:?}");
    for topic in 0..TOPICS.len() {
        let in_topic = |group: &&learn::QuestionGroup| {
            group
                .members
                .iter()
                .all(|member| member % TOPICS.len() == topic)
        };
        let largest = groups
            .iter()
            .filter(in_topic)
            .map(|group| group.members.len())
            .max();
        assert!(
            largest >= Some(125),
            "topic {topic} fell apart: {largest:?}"
        );
    }
}

/// The shipped catalogue in a place of its own, and a store in which these questions went unanswered.
struct Desk {
    place: Place,
    intents: PathBuf,
    data: PathBuf,
}

impl Desk {
    fn new(asked: &[&str]) -> Desk {
        let place = Place::new();
        let (intents, data) = (place.path("intents"), place.path("data"));
        for (from, to) in [("intents", &intents), ("data", &data)] {
            fs::create_dir_all(to).unwrap();
            for entry in fs::read_dir(from).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_file() {
                    fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
                }
            }
        }
        let store = store::sled::open(&place.state()).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let mut revision = Revision::default();
            for (at, text) in asked.iter().enumerate() {
                revision = store.commit(unanswered(at, text, revision)).await.unwrap();
            }
        });
        Desk {
            place,
            intents,
            data,
        }
    }

    fn sigap(&self, arguments: &[&str]) -> crate::binary::Ended {
        let (intents, data) = (self.intents.to_str().unwrap(), self.data.to_str().unwrap());
        let mut command = self.place.sigap(["--intents", intents, "--data", data]);
        command.args(arguments);
        crate::binary::ended(&mut command, b"")
    }

    fn groups(&self) -> Vec<Json> {
        let told = self.sigap(&["learn", "--json"]).done();
        told.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn unanswered(at: usize, text: &str, expected: Revision) -> TurnRecord {
    let now: Timestamp = "2026-11-20T03:00:00Z".parse().unwrap();
    let at_time = now + SignedDuration::from_secs(i64::try_from(at).unwrap());
    let understood = Understood {
        decision: sigap::dialog::Decision::Fallback,
        intent: None,
        confidence: 0.1,
    };
    TurnRecord {
        conversation: ConversationId("console:contoh".into()),
        event: EventId(at.to_string()),
        at: at_time,
        expected,
        state: Conversation::default(),
        effects: vec![Effect::Understood(understood)],
        progress: Vec::new(),
        wake: None,
        tickets: Vec::new(),
        question: Some(UnansweredQuestion {
            point: None,
            text: text.to_owned(),
            intent: None,
            confidence: 0.1,
            owner: None,
            decision: "fallback".into(),
            at: at_time,
            channel_kind: ChannelKind::Voice,
        }),
        audit: vec![Audit::new(at_time, "=agen", "tanya", at.to_string())],
        papers: Vec::new(),
        fence: None,
    }
}

const ASKED: [&str; 7] = [
    "printer kantor lantai dua rusak",
    "cara daftar kartu pelajar digital",
    "printer kantor rusak ****-****-*234",
    "daftar kartu pelajar digital gimana",
    "printer lantai dua rusak kak",
    "kode parkir tamu gedung berapa",
    "kartu pelajar digital daftar dimana",
];

#[test]
fn a_group_is_assigned_settled_and_shown_no_more() {
    let desk = Desk::new(&ASKED);
    let groups = desk.groups();
    let counts: Vec<u64> = groups
        .iter()
        .map(|group| group["asked"].as_u64().unwrap())
        .collect();
    assert_eq!(counts, [3, 3, 1]);
    let named = |word: &str| {
        let group = groups
            .iter()
            .find(|group| group["utterances"].to_string().contains(word));
        group.unwrap()["group"].as_str().unwrap().to_owned()
    };

    // Belongs to no SOP: a negative example, and settled.
    let told = desk
        .sigap(&["learn", "assign", &named("printer"), "none"])
        .done();
    assert!(told.contains("of 3 now left unanswered"), "{told}");
    let outside = fs::read_to_string(desk.data.join("outside.txt")).unwrap();
    assert!(outside.contains("printer kantor lantai dua rusak\n"));
    assert!(!outside.contains("*234"), "what was masked is not learned");

    // Never again: hidden, and not learned from.
    desk.sigap(&["learn", "assign", &named("parkir"), "never"])
        .done();
    let left: Vec<Json> = desk.groups();
    assert_eq!(left.len(), 1, "{left:?}");

    // An intent learns it, and its file keeps its comments.
    let file = desk.intents.join("ott-status.toml");
    let before = format!("# catatan lead\n{}", fs::read_to_string(&file).unwrap());
    fs::write(&file, &before).unwrap();
    let told = desk
        .sigap(&["learn", "assign", &named("pelajar"), "ott-status"])
        .done();
    assert!(
        told.starts_with("+3 of 3 now answered or offered first"),
        "{told}"
    );
    let after = fs::read_to_string(&file).unwrap();
    assert!(after.starts_with("# catatan lead\n"));
    assert!(after.contains("kartu pelajar digital"));
    desk.sigap(&["check"]).done();

    let audit = desk.sigap(&["audit", "export"]).done();
    assert_eq!(audit.matches("learn.assign").count(), 3);
}

#[test]
fn what_would_make_a_right_answer_wrong_changes_nothing() {
    // Utterances of one SOP, asked to be learned by another.
    let catalog = shipped::catalog();
    let own = &catalog
        .sop("isi-ulang-belum-masuk")
        .unwrap()
        .matching
        .utterances;
    let stolen: Vec<String> = own.iter().take(20).cloned().collect();
    let lexicon = load::lexicon(Path::new("data")).unwrap();
    let texts: Vec<&str> = stolen.iter().map(String::as_str).collect();
    let group = learn::QuestionGroup {
        id: "x".into(),
        leader: 0,
        members: (0..texts.len()).collect(),
    };
    let wordings = learn::wordings(&group, &texts);
    let mut files = shipped::files();
    let other = files
        .sops
        .iter_mut()
        .find(|source| source.stem == "ott-status")
        .unwrap();
    other.text = learn::with_utterances(&other.text, &wordings).unwrap();
    let before = shipped::knowledge();
    let after = sigap::catalog::Catalog::load(&files, shipped::now().date())
        .catalog
        .unwrap();
    let after = sigap::guide::Knowledge::new(after, lexicon);
    let rows = sigap::effect::labelled(&before.catalog);
    let change = sigap::effect::compare(&before.matcher, &after.matcher, &rows);
    assert!(
        !change.clashes.is_empty(),
        "twenty stolen utterances hurt somebody"
    );
    assert!(
        change
            .clashes
            .iter()
            .all(|moved| moved.before.decision != Decision::Fallback)
    );
}

#[test]
fn weeks_are_counted_and_drawn() {
    let desk = Desk::new(&ASKED);
    let told = desk.sigap(&["stats", "--json"]).done();
    let week: Json = serde_json::from_str(told.trim()).unwrap();
    assert_eq!(week["from"], "2026-11-16");
    assert_eq!(
        (&week["questions"], &week["unanswered"]),
        (&7.into(), &7.into())
    );
    assert!(!told.contains("contoh"), "nobody is named");
    let chart = desk.place.path("chart.png");
    let table = desk
        .sigap(&["stats", "--chart", chart.to_str().unwrap()])
        .done();
    assert!(table.contains("7 (100 %)"), "{table}");
    assert!(fs::read(&chart).unwrap().starts_with(b"\x89PNG"));
    let none = desk
        .sigap(&["stats", "--json", "--from", "2026-11-21"])
        .done();
    assert_eq!(none, "");
}

#[test]
fn the_audit_is_exported_in_order_and_runs_no_formula() {
    let desk = Desk::new(&ASKED[..3]);
    let csv = desk.sigap(&["audit", "export", "--format", "csv"]).done();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0], "at,who,what,subject,before,after");
    assert!(
        lines[1].ends_with(",'=agen,tanya,0,,") && lines[3].ends_with(",2,,"),
        "{csv}"
    );
}
