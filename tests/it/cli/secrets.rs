//! The whole number of a payment card is nowhere, whatever it was typed into: no reply, no log, no file of the state,
//! no export and no backup.

use std::collections::BTreeSet;

use super::day::say;
use super::*;
use crate::binary::Chat;

/// Numbers that payment networks give out for tests.
const CARDS: &[&str] = &[
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
];

/// How agents write them.
const TYPED: &[&str] = &[
    "4111 1111 1111 1111",
    "kartunya 4111111111111111 atas nama Contoh",
    "kartu kredit 4111-1111-1111-1111",
    "4111 1111 1111 1111 123",
    "Contoh 5555 5555 5555 4444 exp 12/28 cvv 123",
    "3782 822463 10005",
    "4111111111111111-123",
    "6011.1111.1111.1117 200000 gagal",
    "4111, 1111, 1111, 1111",
];

/// What is answered where a card's number was not taken.
const ANSWERS: &[(&str, &str)] = &[
    ("class", "gold"),
    ("msisdn", "0812-0000-1234"),
    ("nama_pelanggan", "Contoh"),
    ("jenis_kartu", "simpati"),
    ("channel_komplain", "Email"),
    ("nama_akun", "@contoh_0000"),
    ("tanggal_pembayaran", "kemarin"),
    ("channel_pembayaran", "bca"),
    ("status_collection", "aging"),
    ("fa_pembayaran", "belum"),
    ("status_hlr", "aktif"),
    ("info_profil", "aktif"),
    ("layanan_terdampak", "sms"),
    ("lokasi", "Kenanga"),
    ("waktu_kejadian", "kemarin jam 9 pagi"),
    ("nominal_isi_ulang", "50rb"),
    ("notifikasi_gagal", "tidak ada"),
    ("serial_number", "0212345678901234567890123"),
    ("bukti_transaksi", "belum ada bukti"),
    ("nomor_cc", "1111"),
    ("email_pelanggan", "tidak ada"),
    ("cp_lain", "tidak ada"),
    ("sid", "tidak ada"),
    ("account_number", "tidak ada"),
    ("ao", "tidak ada"),
    ("sn_perangkat", "SM-0000-77"),
    ("nama_perusahaan", "PT Contoh"),
    ("produk", "laptop"),
    ("alamat_perusahaan", "Jl Kenanga"),
    ("pic", "Contoh"),
];

const OPENINGS: &[&str] = &[
    "topup 200rb pake kartu kredit 4111 1111 1111 1111 kemarin jam 10.15 blm masuk pulsanya",
    "udah bayar tagihan halo pake kartu 5555-5555-5555-4444 tapi nomornya masih keblokir",
    "customer corporate ga bisa bayar tagihan jastel radio, keterangan: cc 4111111111111111 ditolak",
    "tagihan seat management ga bisa dibayar, nama cc: 3782 822463 10005",
];

#[test]
fn a_password_in_an_address_is_refused_and_not_repeated() {
    let address = "postgres://sigap:hunter2@db1,db2/sigap";
    let commands = [
        vec!["ticket", "list", "--state", address],
        vec!["migrate", "--from", address, "--to", "elsewhere"],
    ];
    for arguments in commands {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sigap"));
        let refused = crate::binary::ended(command.args(arguments), b"").refused();
        assert!(refused.contains("PGPASSWORD"), "{refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}

#[test]
fn the_whole_number_of_a_card_is_kept_nowhere() {
    let place = Place::new();
    let mut chat = place.chat(["--channel-kind", "ecare"]);
    let mut shown = String::new();
    let mut typed = TYPED.iter().cycle();
    for opening in OPENINGS {
        shown += &file(&mut chat, opening, &mut typed);
    }
    for line in [
        "cara refund ke kartu 4111 1111 1111 1111 gimana",
        "/tiket 4111-1111-1111-1111",
        "/sop isi-ulang-belum-masuk#4111 1111 1111 1111",
        "/ubah 4111111111111111",
        "ubah 4111111111111111",
        "/4111111111111111",
        "4111111111111111",
    ] {
        shown += &say(&mut chat, line).to_string();
    }
    assert_free_of_cards("the replies", shown.as_bytes());
    assert_free_of_cards("the log", chat.end().as_bytes());

    let backup = place.path("state/everything.backup");
    place.run(["backup", backup.to_str().unwrap()]).done();
    let files = binary::files_below(&place.state());
    let mut kept = Vec::new();
    for path in &files {
        let bytes = fs::read(path).unwrap();
        assert_free_of_cards(&path.display().to_string(), &bytes);
        kept.extend(bytes);
    }
    let masked = b"**** **** **** 1111";
    assert!(
        kept.windows(masked.len()).any(|bytes| bytes == masked),
        "these are the files that hold answers"
    );
    for format in ["json", "csv"] {
        let export = place.run(["ticket", "export", "--format", format]).done();
        assert_free_of_cards(format, export.as_bytes());
        assert!(export.contains("**** **** **** 1111"), "{export}");
    }
}

/// Fills in and files the ticket of a case. A card's number is the first answer to every field and the correction of
/// some.
fn file<'t>(
    chat: &mut Chat,
    opening: &str,
    typed: &mut impl Iterator<Item = &'t &'static str>,
) -> String {
    let mut shown = say(chat, opening).to_string();
    let corrections = ["lokasi", "produk", "class", "nama pelanggan", "keterangan"];
    let mut corrections = corrections.into_iter();
    let mut tried = BTreeSet::new();
    let mut line = say(chat, "/buat");
    assert_eq!(line["decision"], "dialog", "{line:#}");
    while line["ticket"].is_null() {
        let next = match line["dialog"]["asking"].as_str() {
            Some(field) if tried.insert(field.to_owned()) => typed.next().unwrap().to_string(),
            Some(field) => answer_to(field).to_owned(),
            None => match corrections.next() {
                Some(label) => format!("{label}: {}", typed.next().unwrap()),
                None => "kirim".to_owned(),
            },
        };
        line = say(chat, &next);
        shown += &line.to_string();
    }
    shown
}

fn answer_to(field: &str) -> &'static str {
    let answer = ANSWERS.iter().find(|(of, _)| *of == field);
    answer.unwrap_or_else(|| panic!("`{field}` is asked for")).1
}

#[track_caller]
fn assert_free_of_cards(place: &str, bytes: &[u8]) {
    let digits_close_up = |byte: &&u8| !b" -.,".contains(byte);
    let bytes: Vec<u8> = bytes.iter().filter(digits_close_up).copied().collect();
    for card in CARDS {
        let at = bytes
            .windows(card.len())
            .position(|window| window == card.as_bytes());
        if let Some(at) = at {
            let around = &bytes[at.saturating_sub(120)..bytes.len().min(at + 60)];
            panic!(
                "{place} holds {card}: …{}…",
                String::from_utf8_lossy(around)
            );
        }
    }
}
