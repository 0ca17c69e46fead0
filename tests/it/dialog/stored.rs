//! Conversations that earlier programs stored are read as what they were.

use std::fs;
use std::path::Path;

use sigap::dialog::{Conversation, Draft, Phase};
use sigap::store::KeptConversation;

/// What each of `tests/it/data/stored-conversations` is: the phase, the draft at hand, and what waits beside it.
///
/// The files were written by the program whose phases held the draft.
const STORED: &[(&str, &str)] = &[
    (
        "answered",
        "answered bayar-belum-aktif; [ticket:bayar-belum-aktif]; [walk:bayar-belum-aktif]; [point:bayar-belum-aktif#penyebab]; [point:bayar-belum-aktif#arti-status]; [point:bayar-belum-aktif#penanganan]; [point:bayar-belum-aktif#tiket]; [not:bayar-belum-aktif]",
    ),
    (
        "asking",
        "asking class 0 None None; bayar-belum-aktif(msisdn)",
    ),
    (
        "asking-partial",
        r#"asking waktu_kejadian 1 Some("2026-11-20") None; isi-ulang-belum-masuk(class jenis_kartu msisdn nama_pelanggan)"#,
    ),
    (
        "asking-suggested",
        r#"asking nominal_isi_ulang 1 None Some("50000"); isi-ulang-belum-masuk(class jenis_kartu msisdn nama_pelanggan waktu_kejadian)"#,
    ),
    (
        "clarifying",
        "clarifying 2; [answer:imes-tagihan]; [answer:self-upgrade]; [none:]",
    ),
    (
        "discarded-draft",
        "idle; discarded bayar-belum-aktif(class); [undo:]; [list:]",
    ),
    ("entering", "entering T-261121-GW0A8H"),
    (
        "entering-over-a-draft",
        "entering T-261121-KE2GR1; isi-ulang-belum-masuk(class)",
    ),
    (
        "entering-over-a-walk",
        "entering T-261121-339C00; isi-ulang-belum-masuk() at cek-riwayat",
    ),
    (
        "following-up",
        "idle; looks again at T-261121-E1N60W; [am-silent:PT Contoh Jaya Abadi]",
    ),
    ("idle", "idle; [list:]"),
    (
        "interrupted",
        "interrupted by isi-ulang-belum-masuk; bayar-belum-aktif(class); [park:]; [drop:]; [keep:]",
    ),
    (
        "parked-drafts",
        "idle; parked 1 bayar-belum-aktif(class); parked 2 isi-ulang-belum-masuk(class); parked 3 self-upgrade() at tahap; [resume:3]; [resume:2]; [resume:1]",
    ),
    (
        "reviewing",
        "reviewing; bayar-belum-aktif(channel_pembayaran class cp_lain fa_pembayaran info_profil jenis_kartu layanan_terdampak lokasi msisdn nama_pelanggan status_collection status_hlr tanggal_pembayaran); [send:]; [edit:]; [cancel:]",
    ),
    (
        "revising",
        "asking lokasi 0 None None; bayar-belum-aktif(channel_pembayaran class cp_lain fa_pembayaran info_profil jenis_kartu layanan_terdampak lokasi msisdn nama_pelanggan status_collection status_hlr tanggal_pembayaran) of T-261121-BJ13CK; looks again at T-261121-BJ13CK",
    ),
    (
        "silent",
        "answered bayar-belum-aktif; [forward:bayar-belum-aktif]; [answer:bayar-belum-aktif]; [ticket:bayar-belum-aktif]; [walk:bayar-belum-aktif]; [not:bayar-belum-aktif]",
    ),
    (
        "waiting",
        "asking class 0 None None; isi-ulang-belum-masuk(nominal_isi_ulang); waiting imes-tagihan",
    ),
    (
        "walk-interrupted",
        "interrupted by bayar-belum-aktif; isi-ulang-belum-masuk() at cek-riwayat; [park:]; [drop:]; [keep:]",
    ),
    ("walked", "walked; self-upgrade() at tolak-speed; [back:]"),
    (
        "walking",
        "walking 0; isi-ulang-belum-masuk() at cek-gangguan; [branch:isi-ulang-belum-masuk/cek-gangguan/0]; [branch:isi-ulang-belum-masuk/cek-gangguan/1]; [back:]; [ticket:isi-ulang-belum-masuk]",
    ),
    (
        "walking-asked-again",
        "walking 1; isi-ulang-belum-masuk() at cek-riwayat; [branch:isi-ulang-belum-masuk/cek-riwayat/0]; [branch:isi-ulang-belum-masuk/cek-riwayat/1]; [ticket:isi-ulang-belum-masuk]",
    ),
];

#[derive(serde::Deserialize)]
struct Envelope {
    data: KeptConversation,
}

fn about(draft: &Draft) -> String {
    let answers: Vec<&str> = draft.answers.keys().map(String::as_str).collect();
    let at = draft.walk.as_ref().map(|walk| format!(" at {}", walk.at));
    let revises = draft.revises.as_ref().map(|old| format!(" of {}", old.id));
    let (at, revises) = (at.unwrap_or_default(), revises.unwrap_or_default());
    format!("{}({}){at}{revises}", draft.intent, answers.join(" "))
}

fn what(conversation: &Conversation) -> String {
    let mut parts = vec![match &conversation.phase {
        Phase::Idle => "idle".to_owned(),
        Phase::Answered(heard) => format!("answered {}", heard.intent),
        Phase::Clarifying(choices) => format!("clarifying {}", choices.len()),
        Phase::Asking {
            field,
            refused,
            partial,
            suggested,
        } => format!("asking {field} {refused} {partial:?} {suggested:?}"),
        Phase::Reviewing => "reviewing".to_owned(),
        Phase::Walking { refused } => format!("walking {refused}"),
        Phase::Walked => "walked".to_owned(),
        Phase::Interrupted { heard } => format!("interrupted by {}", heard.intent),
        Phase::Entering { case } => format!("entering {case}"),
    }];
    let parked = conversation.parked.iter();
    parts.extend(conversation.draft.as_ref().map(about));
    parts.extend(parked.map(|parked| format!("parked {} {}", parked.number, about(&parked.draft))));
    let discarded = conversation.discarded.as_ref();
    parts.extend(discarded.map(|draft| format!("discarded {}", about(draft))));
    let follow_ups = conversation.follow_ups.iter();
    parts.extend(follow_ups.map(|follow_up| format!("looks again at {}", follow_up.case)));
    let waiting = conversation.waiting.as_ref();
    parts.extend(waiting.map(|heard| format!("waiting {}", heard.intent)));
    let offered = conversation.offered.iter();
    parts.extend(offered.map(|button| format!("[{}]", button.action)));
    parts.join("; ")
}

#[test]
fn what_earlier_programs_stored_is_read_as_what_it_was() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/stored-conversations");
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let stored = fs::read_to_string(&path).unwrap();
        let envelope: Envelope = serde_json::from_str(&stored).unwrap();
        let read = envelope.data.state;
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let again = serde_json::to_string(&read).unwrap();
        let again: Conversation = serde_json::from_str(&again).unwrap();
        assert_eq!(
            again, read,
            "{name} is the same when it is stored once more"
        );
        found.push((name, what(&read)));
    }
    found.sort();
    let found: Vec<_> = found
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(found, STORED);
}
