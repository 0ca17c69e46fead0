//! Questions inside an SOP are answered by the very point, and a story asks for the SOP.

mod contacts;
mod directory;
mod foreign;
mod questions;
mod threads;
mod upgrades;
mod walks;

use sigap::dialog::{Effect, SopForm};

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

/// Whether a turn shows points alone or the whole procedure, and what it knows of the ticket.
fn shown(effects: &[Effect]) -> Option<(&[String], bool)> {
    effects.iter().find_map(|effect| match effect {
        Effect::ShowSop { points, form, .. } => Some((points.as_slice(), *form == SopForm::Points)),
        _ => None,
    })
}

#[test]
fn what_was_asked_is_shown_alone_and_the_whole_on_request() {
    let mut desk = walks::Desk::new();
    let step = desk.write("status aging harus diapain? nomornya 0812-0000-1234");
    let (points, brief) = shown(&step.effects).unwrap();
    assert!(brief && points[0] == "status-aging", "{points:?}");
    let step = desk.press("answer:bayar-belum-aktif");
    assert_eq!(shown(&step.effects), Some((&[][..], false)));
    desk.write("buat tiket");
    let draft = desk.conversation.draft().unwrap();
    assert!(draft.answers.contains_key("msisdn"), "{draft:?}");
    // What is told, and what only says which case it is, comes with the whole.
    for told in [
        "plgn udah bayar tagihan halo tapi nomornya masih keblokir",
        "jastel imes gagal bayar gmn nih",
    ] {
        let step = walks::Desk::new().write(told);
        assert!(!shown(&step.effects).unwrap().1, "{told}");
    }
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
