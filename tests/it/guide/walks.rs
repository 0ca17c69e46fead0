//! Every way through the graphs of recharge, paid-but-inactive and IMES is walked to its end.
//!
//! The ways are enumerated from the graph; where each must end and what its ticket must hold stands in two tables that
//! were written from the documents.

use jiff::{SignedDuration, Zoned};
use proptest::prelude::*;
use sigap::act::Act;
use sigap::catalog::Sop;
use sigap::catalog::sop::OutcomeKind;
use sigap::dialog::{self, Conversation, Effect, Hours, Phase, Step};
use sigap::message::{ChannelKind, EventId, Said};
use sigap::ticket::{Answers, canonical_json};
use sigap::value::Canonical;

use crate::shipped;

const WALKS: &str = include_str!("walks.tsv");
const ESTABLISHED: &str = include_str!("established.tsv");
const GRAPHS: [&str; 3] = ["bayar-belum-aktif", "isi-ulang-belum-masuk", "imes-tagihan"];

/// A conversation that is talked to without a store.
#[derive(Clone)]
pub struct Desk {
    pub conversation: Conversation,
    pub kind: ChannelKind,
    pub lead: bool,
    now: Zoned,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            conversation: Conversation::default(),
            kind: ChannelKind::Voice,
            lead: false,
            now: shipped::now(),
        }
    }

    pub fn say(&mut self, said: Said) -> Step {
        let knowledge = shipped::knowledge();
        let around = dialog::Setting {
            event: &EventId("event".to_owned()),
            attempt: 0,
            user: "agen",
            lead: self.lead,
            channel_kind: self.kind,
            service: None,
            now: &self.now,
            draft_kept: SignedDuration::from_hours(24),
            hours: &Hours::default(),
            cases: &[],
            directory: &knowledge.directory,
        };
        let step = dialog::step(&knowledge, &self.conversation, &said, &around);
        // What is stored is what the next message finds.
        let stored = serde_json::to_string(&step.next).unwrap();
        self.conversation = serde_json::from_str(&stored).unwrap();
        assert_eq!(
            self.conversation, step.next,
            "a conversation is stored as it is"
        );
        step
    }

    pub fn write(&mut self, text: &str) -> Step {
        self.say(Said::Text(text.to_owned()))
    }

    pub fn press(&mut self, code: &str) -> Step {
        self.say(Said::Press(Act::parse(code)))
    }
}

/// All ways from the first cause to an end: which branch of which cause.
fn ways(sop: &Sop) -> Vec<Vec<(String, usize)>> {
    let (mut open, mut ended) = (vec![(sop.causes[0].id.clone(), Vec::new())], Vec::new());
    while let Some((at, way)) = open.pop() {
        match sop.cause(&at) {
            None => ended.push(way),
            Some(cause) => open.extend(cause.branches.iter().enumerate().map(|(place, branch)| {
                let mut way: Vec<(String, usize)> = way.clone();
                way.push((cause.id.clone(), place));
                (branch.goto.clone(), way)
            })),
        }
    }
    ended
}

fn rows(table: &'static str, sop: &str) -> Vec<Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|row| row[0] == sop)
        .collect()
}

/// An answer to what the sentence at a walk's end may lack.
fn answer_to(field: &str) -> &'static str {
    match field {
        "msisdn" => "0812-0000-1234",
        "nominal_isi_ulang" => "50rb",
        "channel_pembayaran" => "Indomaret",
        "sn_perangkat" => "CONTOHSN01",
        "nama_perusahaan" => "Contoh Jaya",
        other => panic!("nobody knows `{other}`"),
    }
}

fn told(answers: &Answers) -> Vec<(String, String)> {
    let shown = |answer| match canonical_json(answer) {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    answers
        .iter()
        .map(|(id, answer)| (id.clone(), shown(answer)))
        .collect()
}

fn walk_to_the_end(sop: &Sop, way: &[(String, usize)]) -> Result<(), String> {
    let mut desk = Desk::new();
    desk.press(&format!("walk:{}", sop.id));
    let mut effects = Vec::new();
    for (cause, branch) in way {
        effects = desk
            .press(&format!("branch:{}/{cause}/{branch}", sop.id))
            .effects;
    }
    let mut asked = Vec::new();
    while let Phase::Walking { .. } = desk.conversation.phase {
        let Some(Effect::Ask(prompt)) = effects.last() else {
            return Err(format!("it stops with {:?}", effects.last()));
        };
        let field = prompt.field.clone();
        effects = desk.write(answer_to(&field)).effects;
        asked.push(field);
    }
    let end = effects.iter().find_map(|effect| match effect {
        Effect::WalkEnd(end) => Some(end.clone()),
        _ => None,
    });
    let end = end.ok_or_else(|| format!("no end: {effects:?}"))?;
    let found = |part: &str| end.done.iter().any(|line| line.contains(part));
    let walks = rows(WALKS, &sop.id);
    let row = walks
        .iter()
        .find(|row| row[1].split(" + ").all(found))
        .ok_or_else(|| format!("no row for {:?}", end.done))?;
    let kind = match end.kind {
        OutcomeKind::Inform => "inform",
        OutcomeKind::Recheck => "recheck",
        OutcomeKind::Ticket => "ticket",
        OutcomeKind::Escalate => "escalate",
    };
    let ended = format!("{kind} {}", end.outcome);
    if ended != row[2] {
        return Err(format!("{:?} ends at {ended}, not {}", end.done, row[2]));
    }
    if end.done.len() != way.len() {
        return Err(format!("{} steps, {} findings", way.len(), end.done.len()));
    }
    if let Some(say) = end.say.filter(|say| say.contains(['{', '['])) {
        return Err(format!("something is missing in `{say}`"));
    }
    if end.kind != OutcomeKind::Ticket {
        if !matches!(desk.conversation.phase, Phase::Walked) {
            return Err(format!("a ticket is made where none is due: {ended}"));
        }
        desk.press(&format!("ticket:{}", sop.id));
    }
    let draft = desk.conversation.draft().ok_or("there is no draft")?;
    let knowledge = shipped::knowledge();
    let form = draft.form(&knowledge.catalog, desk.kind).ok_or("no form")?;
    let case = draft.case(desk.kind);
    let entries = form.entries(case, &shipped::now());
    let mut has: Vec<(String, String)> = entries
        .iter()
        .map(|entry| (entry.field.clone(), canonical_json(&entry.answer)))
        .map(|(field, value)| {
            (
                field,
                value.as_str().map_or(value.to_string(), str::to_owned),
            )
        })
        .filter(|(field, _)| !asked.contains(field))
        .collect();
    let mut expected = Vec::new();
    for row in rows(ESTABLISHED, &sop.id) {
        let (part, unless) = row[1].split_once('!').unwrap_or((row[1], "\0"));
        if !found(part) || found(unless) {
            continue;
        }
        let (field, value) = row[2].split_once('=').ok_or("a field has a value")?;
        match field {
            "kip" if !form.kip(case).contains(value) => {
                return Err(format!("`{}` is not `{value}`", form.kip(case)));
            }
            "kip" => {}
            field => expected.push((field.to_owned(), value.to_owned())),
        }
    }
    has.sort();
    expected.sort();
    if has != expected {
        return Err(format!(
            "{:?}: the draft has {has:?}, not {expected:?}",
            end.done
        ));
    }
    if draft.checked != end.done {
        return Err(format!("the draft says {:?} was checked", draft.checked));
    }
    Ok(())
}

#[test]
fn every_branch_of_the_three_graphs_is_walked_to_its_end() {
    let knowledge = shipped::knowledge();
    let mut walked = 0;
    for id in GRAPHS {
        let sop = knowledge.catalog.sop(id).unwrap();
        let ways = ways(sop);
        for cause in &sop.causes {
            for branch in 0..cause.branches.len() {
                let step = (cause.id.clone(), branch);
                assert!(ways.iter().any(|way| way.contains(&step)), "{id} {step:?}");
            }
        }
        let wrong: Vec<String> = ways
            .iter()
            .filter_map(|way| walk_to_the_end(sop, way).err())
            .collect();
        assert!(wrong.is_empty(), "{id}:\n{}", wrong.join("\n"));
        walked += ways.len();
    }
    assert!(walked > 100, "only {walked} ways");
}

#[test]
fn every_row_of_the_table_is_a_way_of_the_graph() {
    let knowledge = shipped::knowledge();
    for id in GRAPHS {
        let sop = knowledge.catalog.sop(id).unwrap();
        let ends: Vec<Vec<String>> = ways(sop)
            .iter()
            .map(|way| {
                let line = |(cause, branch): &(String, usize)| {
                    let cause = sop.cause(cause).unwrap();
                    format!("{}: {}", cause.name(), cause.branches[*branch].when)
                };
                way.iter().map(line).collect()
            })
            .collect();
        for row in rows(WALKS, id) {
            let fits = |done: &&Vec<String>| {
                let mut parts = row[1].split(" + ");
                parts.all(|part| done.iter().any(|line| line.contains(part)))
            };
            assert!(
                ends.iter().any(|done| fits(&done)),
                "{row:?} is never walked"
            );
        }
    }
}

#[test]
fn no_outcome_of_fintech_and_ecommerce_advises_to_wait() {
    let knowledge = shipped::knowledge();
    let sop = knowledge.catalog.sop("isi-ulang-belum-masuk").unwrap();
    let channel = sop.cause("4").unwrap();
    let families = channel.branches.iter().filter(|branch| {
        branch.when.contains("Fintech di MyTelkomsel") || branch.when.contains("Aplikasi")
    });
    let mut open: Vec<&str> = families.map(|branch| branch.goto.as_str()).collect();
    assert_eq!(open.len(), 2, "both families are there");
    let mut scanned = 0;
    while let Some(at) = open.pop() {
        if let Some(cause) = sop.cause(at) {
            open.extend(cause.branches.iter().map(|branch| branch.goto.as_str()));
            continue;
        }
        let outcome = sop.outcome(at).unwrap();
        scanned += 1;
        let say = outcome.say.clone().unwrap_or_default().to_lowercase();
        let text = outcome.text.to_lowercase();
        let text = text.replace("tanpa meminta pelanggan menunggu lebih dulu", "");
        for words in ["1x24", "1 x 24", "24 jam", "tunggu", "sehari", "besok"] {
            assert!(
                !say.contains(words),
                "{at} tells the customer to wait: {say}"
            );
            assert!(!text.contains(words), "{at} advises to wait: {text}");
        }
    }
    assert!(scanned >= 5, "the outcomes are scanned");
}

/// The causes and outcomes of the ways that replies in agents' own words lead to.
#[track_caller]
fn check(intent: &str, replies: &[(&str, &str)]) {
    let mut desk = Desk::new();
    desk.press(&format!("walk:{intent}"));
    for (reply, expected) in replies {
        let step = desk.write(reply);
        let at = step.effects.iter().find_map(|effect| match effect {
            Effect::WalkStep(step) if step.unclear => Some("?".to_owned()),
            Effect::WalkStep(step) => Some(step.cause.clone()),
            Effect::WalkEnd(end) => Some(end.outcome.clone()),
            Effect::Ask(prompt) => Some(prompt.field.clone()),
            _ => None,
        });
        assert_eq!(
            at.as_deref(),
            Some(*expected),
            "{reply}: {:?}",
            step.effects
        );
    }
}

#[test]
fn replies_in_own_words_choose_a_branch_and_never_between_two() {
    check(
        "bayar-belum-aktif",
        &[
            ("ga ada kak", "cek-gangguan"),
            ("engga", "cek-pembayaran"),
            ("udah msk", "status-collection"),
            ("block 1", "?"),
            ("collection block", "1"),
            ("masih keblokir hlr nya", "msisdn"),
        ],
    );
    check(
        "bayar-belum-aktif",
        &[
            ("belum pernah lapor", "cek-gangguan"),
            ("aman", "cek-pembayaran"),
            ("blm", "cek-notifikasi"),
            ("ya", "?"),
            ("ada sms", "msisdn"),
        ],
    );
    check(
        "isi-ulang-belum-masuk",
        &[
            ("tidak", "cek-gangguan"),
            ("tdk terdampak", "1"),
            ("ga muncul", "2"),
            ("blm kepake", "splunk"),
            ("lewati", "3"),
            ("ga update", "4"),
            ("gopay", "?"),
            ("gopay di mytelkomsel", "4b-saldo"),
            ("udah kepotong", "nominal_isi_ulang"),
        ],
    );
    check(
        "imes-tagihan",
        &[("ga punya apa2", "tanpa-data"), ("vsat", "handling-a")],
    );
    check(
        "imes-tagihan",
        &[
            ("sid 4700000-0001", "identifikasi-b-sid"),
            ("ketemu", "identifikasi-a"),
            ("suspend", "status-bukan-active"),
            ("seat management", "sn_perangkat"),
        ],
    );
}

#[test]
fn what_the_question_told_is_not_asked() {
    let mut desk = Desk::new();
    desk.write("isi pulsa 50rb lewat tokopedia ke 0812-0000-1234 blm masuk, saldo kepotong");
    desk.press("walk:isi-ulang-belum-masuk");
    for branch in ["cek-riwayat/1", "cek-gangguan/1", "1/1", "2/1", "splunk/1"] {
        desk.press(&format!("branch:isi-ulang-belum-masuk/{branch}"));
    }
    let step = desk.write("ga update");
    let Some(Effect::WalkStep(open)) = step.effects.last() else {
        panic!("{:?}", step.effects);
    };
    assert_eq!(
        open.cause, "4c-saldo",
        "the channel is known: {:?}",
        open.done
    );
    assert!(
        open.done
            .last()
            .unwrap()
            .starts_with("Keluarga channel: Aplikasi")
    );
}

#[test]
fn going_back_forgets_what_the_step_established() {
    let mut desk = Desk::new();
    desk.press("walk:bayar-belum-aktif");
    for branch in ["cek-riwayat/1", "cek-gangguan/1", "cek-pembayaran/0"] {
        desk.press(&format!("branch:bayar-belum-aktif/{branch}"));
    }
    desk.write("kembali");
    desk.press("branch:bayar-belum-aktif/cek-pembayaran/1");
    desk.write("langsung tiket");
    let draft = desk.conversation.draft().unwrap();
    assert_eq!(
        told(&draft.answers),
        [("fa_pembayaran".to_owned(), "Belum masuk".to_owned())]
    );
    assert_eq!(
        draft.checked.last().unwrap(),
        "Pembayaran di FA: Belum masuk"
    );
}

#[test]
fn a_press_of_an_earlier_step_is_stale() {
    let mut desk = Desk::new();
    desk.press("walk:isi-ulang-belum-masuk");
    desk.press("branch:isi-ulang-belum-masuk/cek-riwayat/1");
    let before = desk.conversation.clone();
    for late in [
        "branch:isi-ulang-belum-masuk/cek-riwayat/0",
        "branch:bayar-belum-aktif/cek-gangguan/0",
        "branch:isi-ulang-belum-masuk/cek-gangguan/9",
        "branch:isi-ulang-belum-masuk",
        "branch:",
    ] {
        let step = desk.press(late);
        assert!(step.effects.contains(&Effect::Stale), "{late}");
        assert_eq!(desk.conversation.phase, before.phase, "{late}");
    }
}

#[test]
fn a_branch_against_what_was_told_takes_it_back() {
    let mut desk = Desk::new();
    desk.write("isi pulsa 50rb lewat tokopedia ke 0812-0000-1234 blm masuk");
    desk.press("walk:isi-ulang-belum-masuk");
    desk.write("lompat ke 4");
    desk.press("branch:isi-ulang-belum-masuk/4/2");
    desk.press("branch:isi-ulang-belum-masuk/4b-saldo/0");
    let draft = desk.conversation.draft().unwrap();
    let fields = told(&draft.answers);
    assert!(
        fields.iter().all(|(field, _)| field != "channel_isi_ulang"),
        "{fields:?}"
    );
    assert!(
        fields.iter().any(|(field, _)| field == "nominal_isi_ulang"),
        "{fields:?}"
    );
}

#[test]
fn a_conversation_from_before_walks_still_reads() {
    let old = r#"{"phase":{"reviewing":{"intent":"bayar-belum-aktif","answers":{},"asked":["class"]}},
        "offered":[],"numbered":0,"discarded":null,"parked":[],"touched":null}"#;
    let conversation: Conversation = serde_json::from_str(old).unwrap();
    assert_eq!(conversation.draft().unwrap().asked, ["class"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is pressed and typed, a walk can be left, and two agents do not meet.
    #[test]
    fn any_walk_can_be_left(
        intent in prop::sample::select(GRAPHS.to_vec()),
        replies in prop::collection::vec(
            prop::sample::select(vec![
                "ya", "tidak", "1", "2", "kembali", "lompat", "lompat ke 3", "lewati", "belum", "ada",
                "apa itu servo?", "entahlah", "0812-0000-1234", "ubah", "kirim", "nanti dulu", "pandu", "undo",
            ]),
            0..14,
        ),
    ) {
        let mut desk = Desk::new();
        desk.press(&format!("walk:{intent}"));
        for reply in replies {
            desk.write(reply);
        }
        desk.write("batal");
        desk.write("batal");
        let busy = desk.conversation.draft().is_some();
        prop_assert!(!busy, "{:?}", desk.conversation.phase);
    }
}

/// Amounts are amounts in a draft that a walk made.
#[test]
fn a_value_asked_at_the_end_is_kept_for_the_ticket() {
    let mut desk = Desk::new();
    desk.press("walk:isi-ulang-belum-masuk");
    desk.write("lompat ke 4b-saldo");
    desk.write("sudah terpotong");
    desk.write("50rb");
    desk.write("0812-0000-1234");
    let draft = desk.conversation.draft().unwrap();
    let sigap::ticket::Answer::Given(value) = &draft.answers["nominal_isi_ulang"] else {
        panic!("{draft:?}");
    };
    assert_eq!(value.canonical, Canonical::Amount(50_000));
    assert_eq!(desk.conversation.asking(), Some("class"));
}
