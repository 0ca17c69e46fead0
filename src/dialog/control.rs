//! Words that steer the dialog instead of answering it: `batal`, `kembali`, `lewati`, `kirim`, commands with a slash.

use crate::act::Act;
use crate::ticket;
use crate::value::sensitive;

/// Reads a word that steers as the act it asks for. `text` is the whole message: such a word inside a sentence is part of
/// the sentence.
pub fn read(text: &str) -> Option<Act> {
    let text = text.trim();
    if let Some(command) = text.strip_prefix('/') {
        return command_of(command);
    }
    let folded = text.trim_end_matches(['.', '!', '?', ' ']).to_lowercase();
    if let Some(revise) = folded.strip_prefix("ubah ").and_then(ticket::id_in) {
        return Some(Act::Revise(revise));
    }
    let mut words: Vec<&str> = folded.split_whitespace().collect();
    words.retain(|word| !COURTESY.contains(word));
    if words.is_empty() && folded.split_whitespace().any(|word| word == "ya") {
        return Some(Act::Yes);
    }
    Some(match words.join(" ").as_str() {
        "batal" | "batalkan" | "cancel" | "stop" | "keluar" | "tutup" | "udahan" | "gajadi"
        | "gak jadi" | "ga jadi" | "gk jadi" | "nggak jadi" | "tidak jadi" => Act::Cancel,
        "urungkan" | "undo" | "batal dibatalkan" => Act::Undo,
        "nanti" | "nanti dulu" | "parkir" | "simpan dulu" | "pending dulu" | "tunda"
        | "tunda dulu" => Act::Park,
        "kembali" | "back" | "mundur" | "sebelumnya" => Act::Back,
        "lewati" | "lewat" | "skip" | "lanjut saja" => Act::Skip,
        "kirim" | "kirimkan" | "submit" | "send" | "kirim tiket" | "kirim draft"
        | "kirim sekarang" | "simpan tiket" => Act::Send,
        "sudah benar" | "udah bener" | "udah benar" | "sdh benar" | "sudah betul" | "benar"
        | "bener" | "betul" | "sesuai" | "sudah sesuai" | "udah sesuai" => Act::Confirm,
        "tetap pakai" | "tetep pakai" | "tetap pake" | "tetep pake" | "pakai itu" | "tetap itu" => {
            Act::KeepValue
        }
        "ubah" | "edit" | "ganti" | "koreksi" => Act::Edit(None),
        "buat tiket" | "bikin tiket" | "buatkan tiket" | "create tiket" | "create ticket"
        | "open tiket" | "tiket" => Act::Ticket(None),
        "langsung tiket" | "langsung bikin tiket" | "langsung buat tiket" => Act::Ticket(None),
        "pandu" | "pandu saya" | "pandu langkahnya" => Act::Walk(None),
        "lompat" | "loncat" => Act::Jump(None),
        "bantuan" | "help" | "menu" | "cara pakai" | "cara pake" | "bisa apa" | "bisa apa saja"
        | "bisa apa aja" | "bisa ngapain" | "bisa ngapain aja" | "kamu bisa apa"
        | "kamu bisa apa saja" | "fitur" | "fiturnya apa" => Act::Help,
        "sop" | "daftar sop" | "list sop" | "lihat sop" | "liat sop" | "semua sop" | "sop apa"
        | "sop apa saja" | "sop apa aja" | "ada sop apa" | "ada sop apa saja"
        | "ada sop apa aja" | "daftar" => Act::Sop(None),
        "tiket saya" | "tiketku" | "tiket aku" | "daftar tiket" | "list tiket" | "lihat tiket"
        | "liat tiket" | "draft saya" | "draftku" | "daftar draft" | "list draft"
        | "lihat draft" | "liat draft" => Act::Tickets(None),
        "iya" | "iyah" | "iyaa" | "yaa" | "yup" | "yes" | "y" | "ok" | "oke" | "okay" | "okey"
        | "sip" | "siap" | "boleh" | "mau" | "gas" => Act::Yes,
        "tidak" | "tdk" | "tidak usah" | "ga" | "gak" | "ga usah" | "gak usah" | "gausah"
        | "ngga" | "nggak" | "nggak usah" | "no" => Act::No,
        "bukan" | "bukan ini" | "bukan itu" | "bukan yang ini" | "bkn" | "salah" | "salah sop" => {
            Act::NotThis(None)
        }
        "lanjut" | "lanjutkan" | "lanjutin" | "next" => Act::GoOn,
        "ulang" | "ulangi" | "ulangi pertanyaan" | "tadi tanya apa" | "apa tadi" => Act::Repeat,
        "halo" | "hai" | "hi" | "hello" | "pagi" | "siang" | "sore" | "malam" | "selamat pagi"
        | "selamat siang" | "selamat sore" | "selamat malam" => Act::Greet,
        "kenapa" | "knp" | "knapa" | "kenapa ini" | "kenapa itu" | "kenapa gitu"
        | "kenapa begitu" | "kok bisa" | "kok gitu" | "kok ini" | "kok itu" | "alasannya"
        | "alasannya apa" | "apa alasannya" | "why" => Act::Why,
        "terima kasih" | "makasih" | "mksh" | "thanks" | "thank you" | "thx" | "tq" | "trims" => {
            Act::Thanks
        }
        other => match step_to_go_to(other) {
            Some(step) => Act::Jump(Some(step.to_owned())),
            None => Act::Edit(Some(field_to_change(other)?.to_owned())),
        },
    })
}

/// Words of politeness around a word that steers.
pub const COURTESY: &[&str] = &[
    "kak", "min", "mba", "mbak", "mas", "ya", "dong", "deh", "aja", "pls", "please", "tolong",
    "bot",
];

fn command_of(command: &str) -> Option<Act> {
    let (name, rest) = command
        .split_once(char::is_whitespace)
        .unwrap_or((command, ""));
    // It is echoed and kept when nothing is found under it.
    let rest = Some(sensitive::without_cards(rest.trim()).into_owned());
    let rest = rest.filter(|rest| !rest.is_empty());
    Some(match name.to_lowercase().as_str() {
        "batal" | "cancel" => Act::Cancel,
        "urungkan" | "undo" => Act::Undo,
        "nanti" | "later" => Act::Park,
        "kembali" | "back" => Act::Back,
        "lewati" | "skip" => Act::Skip,
        "kirim" | "send" => Act::Send,
        "ubah" | "edit" => match rest.as_deref().and_then(ticket::id_in) {
            Some(id) => Act::Revise(id),
            None => Act::Edit(rest),
        },
        "selesai" | "done" => marked(rest.as_deref().unwrap_or_default()),
        "ingatkan" | "remind" => match rest.as_deref().and_then(ticket::id_in) {
            Some(id) => Act::FollowUp(id),
            None => Act::Tickets(None),
        },
        "buat" | "new" => Act::Ticket(None),
        "pandu" | "walk" => Act::Walk(rest),
        "am" => Act::AccountManager(rest),
        "istilah" | "term" => Act::Term(rest),
        "bantuan" | "help" | "start" => Act::Help,
        "sop" => Act::Sop(rest),
        "tiket" | "ticket" | "tickets" => Act::Tickets(rest),
        "kenapa" | "why" => Act::Why,
        _ => return None,
    })
}

/// `lompat ke langkah 3`, `loncat ke servo`: what the step is called.
fn step_to_go_to(text: &str) -> Option<&str> {
    let rest = ["lompat ", "loncat "]
        .iter()
        .find_map(|verb| text.strip_prefix(verb))?;
    let rest = rest.strip_prefix("ke ").unwrap_or(rest);
    let rest = rest.strip_prefix("langkah ").unwrap_or(rest).trim();
    (!rest.is_empty()).then_some(rest)
}

/// `T-261121-7F3K2Q INC0001234`: the ticket, and what follows it. Without one there are all to choose from.
fn marked(rest: &str) -> Act {
    let (id, note) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    match ticket::id_in(id) {
        Some(id) => Act::Mark {
            id,
            note: Some(note.trim().to_owned()).filter(|note| !note.is_empty()),
        },
        None => Act::Tickets(None),
    }
}

/// `ubah lokasi`, `ganti nominal`: the field's name behind the verb, when nothing follows it.
fn field_to_change(text: &str) -> Option<&str> {
    let rest = ["ubah ", "ganti ", "edit ", "koreksi "]
        .iter()
        .find_map(|verb| text.strip_prefix(verb))?;
    (rest.split_whitespace().count() <= 3 && !rest.contains("jadi")).then_some(rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Act>) {
        assert_eq!(read(text), expected, "{text}");
    }

    #[test]
    fn words_that_steer_are_read_with_courtesy_around_them() {
        check("batal", Some(Act::Cancel));
        check("Batal aja kak", Some(Act::Cancel));
        check("kirim ya", Some(Act::Send));
        check("ubah lokasi", Some(Act::Edit(Some("lokasi".to_owned()))));
        check(
            "/sop ganti-ont",
            Some(Act::Sop(Some("ganti-ont".to_owned()))),
        );
        check("nanti dulu ya", Some(Act::Park));
        check("/tiket", Some(Act::Tickets(None)));
        check("halo kak", Some(Act::Greet));
        check("help", Some(Act::Help));
        check("sudah benar", Some(Act::Confirm));
        check("makasih kak", Some(Act::Thanks));
        check("pandu ya", Some(Act::Walk(None)));
        check("lompat ke langkah 3", Some(Act::Jump(Some("3".to_owned()))));
        check("langsung tiket aja", Some(Act::Ticket(None)));
        let id = || "T-261121-7F3K2Q".to_owned();
        check("/ubah t-261121-7f3k2q", Some(Act::Revise(id())));
        check("ubah T-261121-7F3K2Q", Some(Act::Revise(id())));
        let mark = |note: Option<&str>| {
            let note = note.map(str::to_owned);
            Some(Act::Mark { id: id(), note })
        };
        check("/selesai T-261121-7F3K2Q", mark(None));
        check(
            "/selesai T-261121-7F3K2Q  INC 0000 12",
            mark(Some("INC 0000 12")),
        );
        check("/selesai", Some(Act::Tickets(None)));
        check("/ingatkan T-261121-7F3K2Q", Some(Act::FollowUp(id())));
    }

    #[test]
    fn a_sentence_that_contains_such_a_word_is_a_sentence() {
        check("pelanggan mau batal langganan ott", None);
        check("ganti nomor jadi 0812-0000-9999", None);
        check("gagal kirim sms", None);
        check("/entah", None);
        check("", None);
    }
}
