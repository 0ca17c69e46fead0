//! What an open dialog could do nothing with is kept for the leads; what a customer's value might be is not.

use sigap::dialog::{Decision, Effect, NOT_UNDERSTOOD};
use sigap::message::{ChannelKind, Said};

use super::{CASE, Desk, FULL};

/// A way into a dialog, what is said there, and what is kept of it.
type Row = (&'static [&'static str], &'static str, Option<&'static str>);

const MSISDN: &[&str] = &["udah bayar tapi nomor belum aktif", "buat tiket", "gold"];
const REVIEW: &[&str] = &[CASE, "buat tiket", FULL];
const WALK: &[&str] = &[CASE, "/pandu bayar-belum-aktif"];
const OTHER: &[&str] = &[
    CASE,
    "buat tiket",
    "tagihan vsat pelanggan lain ga bisa dibayar",
];

const ROWS: &[Row] = &[
    // Speech that is understood as nothing.
    (
        MSISDN,
        "kantin tutupnya jam brp ya?",
        Some("kantin tutupnya jam brp ya?"),
    ),
    (
        MSISDN,
        "printer di sebelah saya rusak lagi",
        Some("printer di sebelah saya rusak lagi"),
    ),
    (
        MSISDN,
        "081200001 ini kenapa kok ditolak terus",
        Some("******001 ini kenapa kok ditolak terus"),
    ),
    (
        REVIEW,
        "siapa yang jaga shift malam nanti?",
        Some("siapa yang jaga shift malam nanti?"),
    ),
    (
        WALK,
        "siapa yang jaga shift malam nanti?",
        Some("siapa yang jaga shift malam nanti?"),
    ),
    (
        OTHER,
        "siapa yang jaga shift malam nanti?",
        Some("siapa yang jaga shift malam nanti?"),
    ),
    // Values that cannot be used, and words that are none of a sentence.
    (MSISDN, "0812000", None),
    (MSISDN, "Budi Contoh Santoso Wijaya", None),
    (MSISDN, "jl contoh no 3 rt 01 di kota contoh", None),
    (MSISDN, "contoh@contoh.invalid itu yang dipakai", None),
    (MSISDN, "gold?", None),
    // Understood: a value, a question with an answer, a word that steers, another case.
    (MSISDN, "0812-0000-1234", None),
    (MSISDN, "status aging harus diapain?", None),
    (MSISDN, "batal", None),
    (
        MSISDN,
        "isi ulang 50rb via alfamart kmrn jam 9 pagi blm masuk",
        None,
    ),
    (REVIEW, "lokasinya di Depok", None),
    (REVIEW, "kirim", None),
];

#[test]
fn speech_that_a_dialog_could_do_nothing_with_is_kept_and_values_are_not() {
    let mut wrong = Vec::new();
    for (way, said, kept) in ROWS {
        let mut desk = Desk::new(ChannelKind::Voice);
        for text in *way {
            desk.say(&Said::Text((*text).to_owned())).unwrap();
        }
        assert!(
            desk.conversation.draft().is_some(),
            "{way:?} opens a dialog"
        );
        let step = desk.say(&Said::Text((*said).to_owned())).unwrap();
        let unanswered = step.unanswered.as_ref();
        let found = unanswered.map(|question| (question.text.as_str(), question.decision));
        if found != kept.map(|text| (text, NOT_UNDERSTOOD)) {
            wrong.push(format!(
                "`{said}` after {way:?}: {found:?} {:?}",
                step.effects
            ));
        }
        let Some(Effect::Understood(understood)) = step.effects.first() else {
            panic!("a turn says how it understood");
        };
        assert!(kept.is_none() || understood.decision == Decision::Dialog);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
