//! Questions inside an SOP are answered by the very point, and a story asks for the SOP.

mod contacts;
mod directory;
mod questions;
mod upgrades;
mod walks;

use crate::shipped;

#[track_caller]
fn check(sop: &str, question: &str, expected: &str) {
    let knowledge = shipped::knowledge();
    let points: Vec<_> = knowledge
        .asked_points(sop, question)
        .iter()
        .map(|point| point.id.clone())
        .collect();
    let first = points.first().map_or("-", String::as_str);
    assert_eq!(first, expected, "{question}: {points:?}");
}

#[test]
fn a_question_is_answered_by_its_point() {
    check(
        "bayar-belum-aktif",
        "status aging harus diapain?",
        "status-aging",
    );
    check("ott-status", "di MyArms namanya apa?", "nama-myarms");
    check(
        "isi-ulang-belum-masuk",
        "bukti kartu kredit kirim ke mana?",
        "bukti-kartu-kredit",
    );
    check(
        "ott-status",
        "kolom partner ref no itu apa?",
        "paket-partner-ref",
    );
    check(
        "am-eskalasi",
        "am nya ga respon, ke siapa lagi?",
        "jalur-eos",
    );
}

#[test]
fn a_story_asks_for_the_sop() {
    check(
        "isi-ulang-belum-masuk",
        "plgn komplain udah isi ulang dari kemaren sore, saldonya kepotong tapi sampe skrg di hp nya ga ada apa2, udah restart juga",
        "-",
    );
    check(
        "bayar-belum-aktif",
        "td pagi dia ke kantor pos lunasin semuanya, tp sampe siang ini dipake nelpon masih ga nyambung, tolong dibantu kak",
        "-",
    );
}
