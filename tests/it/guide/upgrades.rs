//! The upgrade rule and the bill in free wording; what the document does not say is not decided.

use sigap::catalog::{Catalog, Files, Sop, Source};
use sigap::dialog::Effect;
use sigap::guide::Knowledge;
use sigap::guide::ruling::{self, Ruling, Verdict};

use super::walks::Desk;
use crate::shipped;

fn sop() -> Sop {
    let knowledge = shipped::knowledge();
    knowledge.catalog.sop("self-upgrade").unwrap().clone()
}

fn shown(ruling: Option<Ruling>) -> String {
    let Some(ruling) = ruling else {
        return "-".to_owned();
    };
    match ruling.verdict {
        Verdict::Possible => "ya".to_owned(),
        Verdict::Refused(columns) if columns == ["lini"] => "diam silang".to_owned(),
        Verdict::Refused(columns) => format!("tidak {}", columns.join(" ")),
        Verdict::Depends(values) => format!("tergantung {}", values.join(", ")),
        Verdict::Offered(rows) => format!("daftar {}", rows.join(", ")),
        Verdict::Price(rupiah) => format!("harga {rupiah}"),
        Verdict::NoPrice => "diam harga".to_owned(),
        Verdict::Unknown(column, value) => format!("diam {column} {value}"),
        Verdict::Sum(_) => "tagihan".to_owned(),
    }
}

#[test]
fn pairs_in_free_wording_are_decided() {
    let rows: Vec<_> = include_str!("upgrades.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .collect();
    assert!(rows.len() >= 24 + 4);
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(question, expected)| {
            let found = shown(by_table(question));
            (found != *expected).then(|| format!("{question}: {found}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn by_table(question: &str) -> Option<Ruling> {
    ruling::by_table(&sop().rules[0], question, &shipped::knowledge().lexicon)
}

#[track_caller]
fn check_sentence(question: &str, expected: &str) {
    let sentence = by_table(question).map(|ruling| ruling.sentence);
    assert_eq!(sentence.as_deref(), Some(expected), "{question}");
}

#[test]
fn the_sentence_of_each_outcome_is_that_of_the_file() {
    check_sentence(
        "mon 100 ke sem 150 bisa?",
        "**Bisa.** Mon 100 ke Sem 150: speed naik dan masa langganan tidak turun.",
    );
    check_sentence(
        "dari year 200 ke mon 100 bisa?",
        "**Tidak bisa.** Year 200 ke Mon 100: speed turun dari 200 ke 100; masa langganan turun dari 12 ke 1 bulan.",
    );
    check_sentence(
        "year 150 ke year 150",
        "**Tidak bisa.** Year 150 ke Year 150: speed sama (150), jadi bukan kenaikan.",
    );
    check_sentence(
        "stream plus mon 50 ke stream mon 100",
        "**Tidak tercantum di SOP**: pindah antara Stream dan Stream+.",
    );
    check_sentence(
        "harga stream 150 semesterly berapa",
        "Harga Stream Sem 150: Rp1.780.000.",
    );
    check_sentence(
        "year 200 bisa pilih paket apa",
        "Tidak ada paket di atas Year 200 dalam tabel SOP.",
    );
}

#[track_caller]
fn check_bill(question: &str, expected: Option<&str>) {
    let found = ruling::by_sum(&sop().sums[0], question);
    let sentence = found.map(|ruling| ruling.sentence);
    assert_eq!(sentence.as_deref(), expected, "{question}");
}

#[test]
fn the_bill_of_the_example_is_exact() {
    let exact = "Rp1.780.000 dikurangi penyesuaian Rp1.008.333 = Rp771.667. Dibulatkan seperti contoh di SOP: \
                 **Rp771.700** (paket Rp695.225 + PPN 11 % Rp76.475).";
    check_bill(
        "harga 1.780.000 penyesuaian 1.008.333 jadi berapa",
        Some(exact),
    );
    check_bill("tagihan upgrade 1780000 dikurangi 1008333", Some(exact));
    check_bill("1780000 - 1008333 jadi brp", Some(exact));
    // One example fits both ways to round; where they differ, neither is chosen.
    let two = ruling::by_sum(&sop().sums[0], "1.780.000 dikurangi penyesuaian 1.008.370").unwrap();
    assert_eq!(two.verdict, Verdict::Sum(vec![771_600, 771_700]));
    assert_eq!(
        two.points,
        ["hitung-total", "aturan-bulat", "arti-penyesuaian"]
    );
    check_bill("tagihan 1.780.000 kok mahal", None);
    check_bill("penyesuaian tagihan dihitung dari mana", None);
}

/// The shipped catalogue with another text of the SOP.
fn with_text(change: impl Fn(&str) -> String) -> Knowledge {
    let mut files = shipped::files();
    let place = files
        .sops
        .iter()
        .position(|sop| sop.stem == "self-upgrade")
        .unwrap();
    let text = change(&files.sops[place].text);
    files.sops[place] = Source::new("self-upgrade.toml", text);
    Knowledge::new(load(&files), shipped::knowledge().lexicon.clone())
}

#[track_caller]
fn load(files: &Files) -> Catalog {
    let loaded = Catalog::load(files, jiff::civil::date(2026, 11, 21));
    loaded
        .catalog
        .unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics))
}

#[test]
fn another_table_answers_in_its_own_words() {
    let other = with_text(|text| {
        text.replace("must = \"higher\"", "must = \"not-lower\"")
            .replace("speed naik dan", "speed tidak turun dan")
            .replace("name = \"Stream", "name = \"Mega")
            .replace("lini = \"Stream", "lini = \"Mega")
            .replace("antara Stream dan Stream+", "antara dua jenis")
    });
    let ruled = |question: &str| other.ruled(question).unwrap().1;
    let equal = ruled("mon 150 ke sem 150 bisa?");
    assert_eq!(equal.verdict, Verdict::Possible);
    assert!(
        equal
            .sentence
            .ends_with("speed tidak turun dan masa langganan tidak turun."),
        "{}",
        equal.sentence
    );
    let crossing = ruled("mega mon 50 ke mega+ mon 100");
    assert_eq!(
        crossing.sentence,
        "**Tidak tercantum di SOP**: pindah antara dua jenis."
    );
    assert!(crossing.silent);
}

/// A table as earlier versions spelled it, with its sentences in the program.
const EARLIER: &str = r#"
[upgrade]
speed = "higher"
term = "not-lower"
speeds_mbps = [50, 75, 100, 150, 200]
lines = ["Stream", "Stream+"]
rule = "aturan"
possible = "bisa-upgrade"
speed_refused = "tolak-speed"
term_refused = "tolak-masa"
unknown = "speed-tidak-dikenal"
crossing = "silang-tidak-tercantum"
known_price = "harga-dikenal"
unknown_price = "harga-lain"

[[upgrade.term_names]]
months = 1
name = "Mon"

[[upgrade.term_names]]
months = 6
name = "Sem"
aliases = ["semester"]

[[upgrade.price]]
line = "Stream"
speed_mbps = 150
months = 6
rupiah = 1_780_000

[upgrade.bill]
vat_percent = 11
round_to_rupiah = 100
example = "hitung-total"
rounding = "aturan-bulat"
adjustment = "arti-penyesuaian"
"#;

#[test]
fn a_file_of_an_earlier_version_still_decides() {
    let earlier = with_text(|text| {
        let (before, _) = text.split_once("[[rule]]").unwrap();
        format!("{before}{EARLIER}")
    });
    for (question, verdict, point) in [
        (
            "mon 100 ke sem 150 bisa?",
            Verdict::Possible,
            "bisa-upgrade",
        ),
        (
            "sem 100 ke mon 150 bisa",
            Verdict::Refused(vec!["term".to_owned()]),
            "tolak-masa",
        ),
        (
            "6 bulan 100 ke 6 bulan 75",
            Verdict::Refused(vec!["mbps".to_owned()]),
            "tolak-speed",
        ),
        (
            "harga stream 150 semester",
            Verdict::Price(1_780_000),
            "harga-dikenal",
        ),
        (
            "sem 100 ke sem 120",
            Verdict::Unknown("mbps".to_owned(), 120),
            "speed-tidak-dikenal",
        ),
        (
            "1780000 - 1008333",
            Verdict::Sum(vec![771_700]),
            "hitung-total",
        ),
    ] {
        let (_, ruling) = earlier
            .ruled(question)
            .unwrap_or_else(|| panic!("{question}"));
        assert_eq!(
            (ruling.verdict, ruling.points[0].as_str()),
            (verdict, point),
            "{question}"
        );
    }
}

#[test]
fn a_value_that_the_document_does_not_know_can_be_handed_to_the_owner() {
    for question in [
        "sem 75 ke sem 120",
        "dari stream sem 75 ke stream+ sem 150 bisa ga",
    ] {
        let mut desk = Desk::new();
        desk.write(question);
        assert!(
            desk.press("forward:self-upgrade").unanswered.is_some(),
            "{question}"
        );
    }
}

#[test]
fn a_rule_answers_in_a_conversation_and_says_where_it_stands() {
    let mut desk = Desk::new();
    let step = desk.write("dari sem 100 ke mon 150 bisa?");
    assert!(
        matches!(&step.effects[1], Effect::Ruled { intent, .. } if intent == "self-upgrade"),
        "{:?}",
        step.effects
    );
    let step = desk.write("harga sem 100 berapa");
    assert!(
        matches!(step.effects[1], Effect::Ruled { .. }),
        "{:?}",
        step.effects
    );
    let step = desk.press("forward:self-upgrade");
    let asked = step.unanswered.expect("it goes to the owner");
    assert_eq!(asked.forwarded_to.as_deref(), Some("Tim SOP Oxygen.id"));
    assert_eq!(asked.text, "harga sem 100 berapa");
    // Once is enough.
    assert!(desk.press("forward:self-upgrade").unanswered.is_none());
}

#[test]
fn a_rule_answers_in_the_middle_of_a_walk() {
    let mut desk = Desk::new();
    desk.press("walk:self-upgrade");
    let step = desk.write("mon 100 ke sem 150 bisa?");
    assert!(
        matches!(step.effects[1], Effect::Ruled { .. }),
        "{:?}",
        step.effects
    );
    assert!(
        matches!(step.effects[2], Effect::WalkStep(_)),
        "{:?}",
        step.effects
    );
}

/// The points that a pasted number leads to.
#[track_caller]
fn check_number(text: &str, expected: &[&str]) {
    let step = Desk::new().write(text);
    let found = step.effects.iter().find_map(|effect| match effect {
        Effect::NumberIs { kinds } => Some(kinds.iter().map(|kind| kind.point.clone()).collect()),
        _ => None,
    });
    let found: Vec<String> = found.unwrap_or_default();
    assert_eq!(found, expected, "{text}: {:?}", step.effects);
}

#[test]
fn a_pasted_number_leads_to_its_path() {
    check_number("4700001-0000002 ini sid kak", &["account-dari-sid"]);
    check_number("4700001-0000002", &["account-dari-sid"]);
    check_number("AO 1-000001234", &["account-dari-ao"]);
    check_number("account number 5000000123", &["cek-invoice"]);
    check_number("0200000000000000000000123", &["sn-format"]);
    check_number("transaksi id TRX0000CONTOH01", &["transaksi-id"]);
    check_number(
        "5000000123 ini apa ya, sid atau account number",
        &["account-dari-sid", "cek-invoice"],
    );
    // Neither its name nor its looks are known: nothing is guessed.
    check_number(
        "5000000123",
        &[
            "account-dari-sid",
            "account-dari-ao",
            "cek-invoice",
            "sn-format",
            "transaksi-id",
        ],
    );
    check_number("0812-0000-1234", &[]);
    check_number("plgn sid 4700001-0000002 ga bisa bayar tagihan vsat", &[]);
}
