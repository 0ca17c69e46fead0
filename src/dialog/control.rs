//! Words that steer the dialog instead of answering it: `batal`, `kembali`, `lewati`, `kirim`, commands with a slash.

use crate::ticket;
use crate::value::sensitive;

/// What an agent wants to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// Throw the draft away.
    Cancel,
    /// Take the last `batal` back.
    Undo,
    /// Put the draft aside.
    Park,
    /// Ask the previous field again.
    Back,
    /// Leave an optional field out.
    Skip,
    /// File the draft.
    Send,
    /// The draft is right; where a field is asked, an answer like any other.
    Confirm,
    /// Change a field: which one, when it was named.
    Edit(Option<String>),
    /// Start a ticket from the procedure just shown.
    Start,
    /// Walk through the procedure just shown, or a named one.
    Walk(Option<String>),
    /// Go to another step of a walk: which one, when it was named.
    Jump(Option<String>),
    /// Find the account manager of a company.
    Am(Option<String>),
    /// Look a word up.
    Istilah(Option<String>),
    /// What the bot can do.
    Help,
    /// A greeting; where a card is asked, `halo` is one.
    Greet,
    /// Show all procedures, or one, or a point of one.
    Sop(Option<String>),
    /// Show the agent's tickets, or one.
    Tickets(Option<String>),
    /// Change a filed ticket.
    Revise(String),
    /// A filed ticket is done or, with a number or `tidak ada`, entered into the ticketing system.
    Mark {
        /// Which one.
        id: String,
        /// What was told behind it.
        told: Option<String>,
    },
    /// Be reminded of a filed ticket.
    FollowUp(String),
    /// Why the last message was understood so, or why a field is asked.
    Why,
    /// What was offered or asked: yes.
    Yes,
    /// What was offered or asked: no.
    No,
    /// What was shown is not what was meant.
    NotThis,
    /// Go on with what is open, or was put aside.
    GoOn,
    /// Say the last question again.
    Repeat,
    /// Keep what is unusual about the draft.
    Keep,
    /// A courtesy.
    Thanks,
}

/// Reads a control word. `text` is the whole message: a control word inside a sentence is part of the sentence.
pub fn read(text: &str) -> Option<Control> {
    let text = text.trim();
    if let Some(command) = text.strip_prefix('/') {
        return command_of(command);
    }
    let folded = text.trim_end_matches(['.', '!', '?', ' ']).to_lowercase();
    if let Some(revise) = folded.strip_prefix("ubah ").and_then(ticket::id_in) {
        return Some(Control::Revise(revise));
    }
    let mut words: Vec<&str> = folded.split_whitespace().collect();
    words.retain(|word| !COURTESY.contains(word));
    if words.is_empty() && folded.split_whitespace().any(|word| word == "ya") {
        return Some(Control::Yes);
    }
    Some(match words.join(" ").as_str() {
        "batal" | "batalkan" | "cancel" | "stop" | "keluar" | "tutup" | "udahan" | "gajadi"
        | "gak jadi" | "ga jadi" | "gk jadi" | "nggak jadi" | "tidak jadi" => Control::Cancel,
        "urungkan" | "undo" | "batal dibatalkan" => Control::Undo,
        "nanti" | "nanti dulu" | "parkir" | "simpan dulu" | "pending dulu" | "tunda"
        | "tunda dulu" => Control::Park,
        "kembali" | "back" | "mundur" | "sebelumnya" => Control::Back,
        "lewati" | "lewat" | "skip" | "lanjut saja" => Control::Skip,
        "kirim" | "kirimkan" | "submit" | "send" | "kirim tiket" | "kirim draft"
        | "kirim sekarang" | "simpan tiket" => Control::Send,
        "sudah benar" | "udah bener" | "udah benar" | "sdh benar" | "sudah betul" | "benar"
        | "bener" | "betul" | "sesuai" | "sudah sesuai" | "udah sesuai" => Control::Confirm,
        "tetap pakai" | "tetep pakai" | "tetap pake" | "tetep pake" | "pakai itu" | "tetap itu" => {
            Control::Keep
        }
        "ubah" | "edit" | "ganti" | "koreksi" => Control::Edit(None),
        "buat tiket" | "bikin tiket" | "buatkan tiket" | "create tiket" | "create ticket"
        | "open tiket" | "tiket" => Control::Start,
        "langsung tiket" | "langsung bikin tiket" | "langsung buat tiket" => Control::Start,
        "pandu" | "pandu saya" | "pandu langkahnya" => Control::Walk(None),
        "lompat" | "loncat" => Control::Jump(None),
        "bantuan" | "help" | "menu" | "cara pakai" | "cara pake" | "bisa apa" | "bisa apa saja"
        | "bisa apa aja" | "bisa ngapain" | "bisa ngapain aja" | "kamu bisa apa"
        | "kamu bisa apa saja" | "fitur" | "fiturnya apa" => Control::Help,
        "sop" | "daftar sop" | "list sop" | "lihat sop" | "liat sop" | "semua sop" | "sop apa"
        | "sop apa saja" | "sop apa aja" | "ada sop apa" | "ada sop apa saja"
        | "ada sop apa aja" | "daftar" => Control::Sop(None),
        "tiket saya" | "tiketku" | "tiket aku" | "daftar tiket" | "list tiket" | "lihat tiket"
        | "liat tiket" | "draft saya" | "draftku" | "daftar draft" | "list draft"
        | "lihat draft" | "liat draft" => Control::Tickets(None),
        "iya" | "iyah" | "iyaa" | "yaa" | "yup" | "yes" | "y" | "ok" | "oke" | "okay" | "okey"
        | "sip" | "siap" | "boleh" | "mau" | "gas" => Control::Yes,
        "tidak" | "tdk" | "tidak usah" | "ga" | "gak" | "ga usah" | "gak usah" | "gausah"
        | "ngga" | "nggak" | "nggak usah" | "no" => Control::No,
        "bukan" | "bukan ini" | "bukan itu" | "bukan yang ini" | "bkn" | "salah" | "salah sop" => {
            Control::NotThis
        }
        "lanjut" | "lanjutkan" | "lanjutin" | "next" => Control::GoOn,
        "ulang" | "ulangi" | "ulangi pertanyaan" | "tadi tanya apa" | "apa tadi" => Control::Repeat,
        "halo" | "hai" | "hi" | "hello" | "pagi" | "siang" | "sore" | "malam" | "selamat pagi"
        | "selamat siang" | "selamat sore" | "selamat malam" => Control::Greet,
        "kenapa" | "knp" | "knapa" | "kenapa ini" | "kenapa itu" | "kenapa gitu"
        | "kenapa begitu" | "kok bisa" | "kok gitu" | "kok ini" | "kok itu" | "alasannya"
        | "alasannya apa" | "apa alasannya" | "why" => Control::Why,
        "terima kasih" | "makasih" | "mksh" | "thanks" | "thank you" | "thx" | "tq" | "trims" => {
            Control::Thanks
        }
        other => match step_to_go_to(other) {
            Some(step) => Control::Jump(Some(step.to_owned())),
            None => Control::Edit(Some(field_to_change(other)?.to_owned())),
        },
    })
}

/// Words of politeness around a control word.
pub const COURTESY: &[&str] = &[
    "kak", "min", "mba", "mbak", "mas", "ya", "dong", "deh", "aja", "pls", "please", "tolong",
    "bot",
];

fn command_of(command: &str) -> Option<Control> {
    let (name, rest) = command
        .split_once(char::is_whitespace)
        .unwrap_or((command, ""));
    // It is echoed and kept when nothing is found under it.
    let rest = Some(sensitive::without_cards(rest.trim()).into_owned());
    let rest = rest.filter(|rest| !rest.is_empty());
    Some(match name.to_lowercase().as_str() {
        "batal" | "cancel" => Control::Cancel,
        "urungkan" | "undo" => Control::Undo,
        "nanti" | "later" => Control::Park,
        "kembali" | "back" => Control::Back,
        "lewati" | "skip" => Control::Skip,
        "kirim" | "send" => Control::Send,
        "ubah" | "edit" => match rest.as_deref().and_then(ticket::id_in) {
            Some(id) => Control::Revise(id),
            None => Control::Edit(rest),
        },
        "selesai" | "done" => marked(rest.as_deref().unwrap_or_default()),
        "ingatkan" | "remind" => match rest.as_deref().and_then(ticket::id_in) {
            Some(id) => Control::FollowUp(id),
            None => Control::Tickets(None),
        },
        "buat" | "new" => Control::Start,
        "pandu" | "walk" => Control::Walk(rest),
        "am" => Control::Am(rest),
        "istilah" | "term" => Control::Istilah(rest),
        "bantuan" | "help" | "start" => Control::Help,
        "sop" => Control::Sop(rest),
        "tiket" | "ticket" | "tickets" => Control::Tickets(rest),
        "kenapa" | "why" => Control::Why,
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

/// `T-261121-7F3K2Q INC0001234`: the ticket, and what is told of it. Without one there are all to choose from.
fn marked(rest: &str) -> Control {
    let (id, told) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    match ticket::id_in(id) {
        Some(id) => Control::Mark {
            id,
            told: Some(told.trim().to_owned()).filter(|told| !told.is_empty()),
        },
        None => Control::Tickets(None),
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
    fn check(text: &str, expected: Option<Control>) {
        assert_eq!(read(text), expected, "{text}");
    }

    #[test]
    fn control_words_are_read_with_courtesy_around_them() {
        check("batal", Some(Control::Cancel));
        check("Batal aja kak", Some(Control::Cancel));
        check("kirim ya", Some(Control::Send));
        check(
            "ubah lokasi",
            Some(Control::Edit(Some("lokasi".to_owned()))),
        );
        check(
            "/sop ganti-ont",
            Some(Control::Sop(Some("ganti-ont".to_owned()))),
        );
        check("nanti dulu ya", Some(Control::Park));
        check("/tiket", Some(Control::Tickets(None)));
        check("halo kak", Some(Control::Greet));
        check("help", Some(Control::Help));
        check("sudah benar", Some(Control::Confirm));
        check("makasih kak", Some(Control::Thanks));
        check("pandu ya", Some(Control::Walk(None)));
        check(
            "lompat ke langkah 3",
            Some(Control::Jump(Some("3".to_owned()))),
        );
        check("langsung tiket aja", Some(Control::Start));
        let id = || "T-261121-7F3K2Q".to_owned();
        check("/ubah t-261121-7f3k2q", Some(Control::Revise(id())));
        check("ubah T-261121-7F3K2Q", Some(Control::Revise(id())));
        let mark = |told: Option<&str>| {
            let told = told.map(str::to_owned);
            Some(Control::Mark { id: id(), told })
        };
        check("/selesai T-261121-7F3K2Q", mark(None));
        check(
            "/selesai T-261121-7F3K2Q  INC 0000 12",
            mark(Some("INC 0000 12")),
        );
        check("/selesai", Some(Control::Tickets(None)));
        check("/ingatkan T-261121-7F3K2Q", Some(Control::FollowUp(id())));
    }

    #[test]
    fn a_sentence_that_contains_a_control_word_is_a_sentence() {
        check("pelanggan mau batal langganan ott", None);
        check("ganti nomor jadi 0812-0000-9999", None);
        check("gagal kirim sms", None);
        check("/entah", None);
        check("", None);
    }
}
