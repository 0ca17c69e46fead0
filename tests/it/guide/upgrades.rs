//! The upgrade rule and the bill in free wording; what the document does not say is not decided.

use sigap::catalog::rules::Upgrade;
use sigap::dialog::Effect;
use sigap::guide::upgrade::{self, Answer, Reason, Ruling, Silence};

use super::walks::Desk;
use crate::shipped;

fn with_rule<T>(ask: impl FnOnce(&Upgrade) -> T) -> T {
    let knowledge = shipped::knowledge();
    let sop = knowledge.catalog.sop("self-upgrade").unwrap();
    ask(sop.upgrade.as_ref().unwrap())
}

fn shown(ruling: Option<Ruling>) -> String {
    let Some(ruling) = ruling else {
        return "-".to_owned();
    };
    match ruling.answer {
        Answer::Possible { .. } => "ya".to_owned(),
        Answer::Refused { reasons, .. } => {
            let reasons = reasons.iter().map(|reason| match reason {
                Reason::Speed { .. } => " speed",
                Reason::Term { .. } => " masa",
            });
            format!("tidak{}", reasons.collect::<String>())
        }
        Answer::Depends { possible, .. } => format!("tergantung {}", possible.join(", ")),
        Answer::Offered { packages, .. } => format!("daftar {}", packages.join(", ")),
        Answer::Costs { rupiah, .. } => format!("harga {rupiah}"),
        Answer::Silent { about } => match about {
            Silence::Speed(speed) => format!("diam speed {speed}"),
            Silence::Term(months) => format!("diam masa {months}"),
            Silence::Crossing => "diam silang".to_owned(),
            Silence::Price(_) => "diam harga".to_owned(),
        },
        Answer::Bill(_) => "tagihan".to_owned(),
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
            let found = shown(with_rule(|rule| upgrade::rule(rule, question)));
            (found != *expected).then(|| format!("{question}: {found}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[track_caller]
fn check_bill(question: &str, expected: Option<&[(u64, u64)]>) {
    let found = with_rule(|rule| upgrade::bill(rule.bill.as_ref()?, question));
    let rounded = found.map(|ruling| match ruling.answer {
        Answer::Bill(total) => total.rounded,
        other => panic!("{question}: {other:?}"),
    });
    assert_eq!(rounded.as_deref(), expected, "{question}");
}

#[test]
fn the_bill_of_the_example_is_exact() {
    check_bill(
        "harga 1.780.000 penyesuaian 1.008.333 jadi berapa",
        Some(&[(771_700, 76_475)]),
    );
    check_bill(
        "tagihan upgrade 1780000 dikurangi 1008333",
        Some(&[(771_700, 76_475)]),
    );
    // One example fits both ways to round; where they differ, neither is chosen.
    let two = with_rule(|rule| {
        upgrade::bill(
            rule.bill.as_ref()?,
            "1.780.000 dikurangi penyesuaian 1.008.370",
        )
    });
    let Some(Answer::Bill(total)) = two.map(|ruling| ruling.answer) else {
        panic!("it is a bill");
    };
    let totals: Vec<u64> = total.rounded.iter().map(|(total, _)| *total).collect();
    assert_eq!(totals, [771_600, 771_700]);
    check_bill("tagihan 1.780.000 kok mahal", None);
    check_bill("penyesuaian tagihan dihitung dari mana", None);
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
