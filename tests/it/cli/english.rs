//! One procedure in English, through the binary: what the program says is English, what the SOP says stays as written.

use crate::binary::{Chat, Place};

/// What the program says in Indonesian and no procedure does.
const INDONESIAN: &[&str] = &[
    "Dicatat",
    "Contoh: ",
    "*Masih",
    "Tulis kendala",
    "disimpan dulu",
    "dibatalkan",
    "Berubah pikiran",
    "Buat tiket",
    "Kenapa ini",
    "Bukan ini",
    "SOP lengkap",
    "Belum ada SOP",
];

/// Says something, and returns texts and labels of the replies.
#[track_caller]
fn say(chat: &mut Chat, line: &str) -> String {
    let heard = chat.say(line);
    let mut said = String::new();
    for reply in heard["replies"].as_array().unwrap() {
        said.push_str(reply["text"].as_str().unwrap());
        for button in reply["buttons"].as_array().into_iter().flatten() {
            said.push_str("\n[");
            said.push_str(button.as_str().unwrap());
            said.push(']');
        }
        said.push('\n');
    }
    let left = INDONESIAN.iter().find(|words| said.contains(**words));
    assert_eq!(left, None, "{line}: {said}");
    said
}

#[test]
fn a_procedure_is_asked_about_walked_and_made_a_ticket_in_english() {
    let place = Place::new();
    let mut chat = place.chat(["--lang", "en"]);
    let steps = [
        (
            "udah bayar tagihan halo tapi nomor 0812-0000-1234 belum aktif",
            "[Create ticket]",
        ),
        ("kip nya apa", "K44"),
        ("Walk me through", "[Straight to the ticket]"),
        ("Straight to the ticket", "0812-0000-1234"),
        ("gold", "to go"),
        ("batal", "`undo`"),
        ("undo", "to go"),
        ("nanti dulu", "saved"),
        ("/tiket", "[Resume 1"),
        ("resep rendang padang", "SOP"),
    ];
    let mut missing = Vec::new();
    for (line, wanted) in steps {
        let said = say(&mut chat, line);
        if !said.to_lowercase().contains(&wanted.to_lowercase()) {
            missing.push(format!("{line} says no {wanted}: {said}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    chat.end();
}
