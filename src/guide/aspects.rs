//! What a question wants to know of its subject: where, when, how long, who, how, why, what it means.

/// What is wanted; a question may want several things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aspects(u16);

const WHO: u16 = 1;
const WHERE: u16 = 1 << 1;
const WHEN: u16 = 1 << 2;
const WHY: u16 = 1 << 3;
const HOW: u16 = 1 << 4;
const HOW_LONG: u16 = 1 << 5;
const HOW_MUCH: u16 = 1 << 6;
const MEANING: u16 = 1 << 7;
const DIFFERENCE: u16 = 1 << 8;
const WHAT_TO_DO: u16 = 1 << 9;
const WITH_WHAT: u16 = 1 << 10;
/// A meaning, asked for by such a word: `artinya`.
const IN_WORDS: u16 = 1 << 11;

impl Aspects {
    /// Whether nothing is wanted in so many words.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a time is wanted: how long, how many days.
    pub fn wants_time(self) -> bool {
        self.0 & HOW_LONG != 0
    }

    /// Whether a number is wanted: how much, which one.
    pub fn wants_number(self) -> bool {
        self.0 & HOW_MUCH != 0
    }

    /// Whether nothing but the meaning of something is wanted.
    pub fn wants_meaning(self) -> bool {
        self.0 == MEANING | IN_WORDS
    }

    /// Whether both want the same; nothing when one of them does not say.
    pub fn like(self, other: Aspects) -> Option<bool> {
        (self.0 != 0 && other.0 != 0).then_some(self.0 & other.0 != 0)
    }
}

/// Returns what the words of a question, slang replaced, want to know.
pub fn of(words: &[&str]) -> Aspects {
    let mut found = 0;
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |at| words[at]);
        let next = words.get(at + 1).copied().unwrap_or_default();
        found |= aspect(word, before, next);
    }
    Aspects(found)
}

fn aspect(word: &str, before: &str, next: &str) -> u16 {
    match (before, word, next) {
        (_, "berapa", "lama" | "hari" | "jam" | "menit" | "minggu" | "bulan") => HOW_LONG,
        (_, "berapa", _) => HOW_MUCH,
        ("sampai", "kapan", _) => HOW_LONG,
        ("di" | "ke" | "dari", "mana", _) => WHERE,
        ("harus" | "disuruh", "apa", _) => WHAT_TO_DO,
        ("", "itu", _) => 0,
        (_, "itu" | "adalah", "apa") | (_, "apa", "itu" | "sih" | "maksud" | "arti") => MEANING,
        (_, "pakai" | "lewat" | "via", "apa" | "mana" | "menu" | "alat" | "aplikasi" | "tools") => {
            WITH_WHAT
        }
        (_, word, _) => alone(word),
    }
}

fn alone(word: &str) -> u16 {
    match word {
        "siapa" | "who" | "whom" => WHO,
        "kapan" | "when" => WHEN,
        "kenapa" | "mengapa" | "kok" | "why" | "alasan" => WHY,
        "dimana" | "kemana" | "where" | "lokasi" | "letak" | "tempat" => WHERE,
        "cara" | "caranya" | "bagaimana" | "gimana" | "langkah" | "urutan" | "prosedur" | "how"
        | "step" | "steps" => HOW,
        "lama" | "sla" | "estimasi" => HOW_LONG,
        "arti" | "artinya" | "maksud" | "maksudnya" | "kepanjangan" | "kepanjangannya"
        | "singkatan" | "singkatannya" | "definisi" | "mean" | "means" => MEANING | IN_WORDS,
        "beda" | "bedanya" | "perbedaan" | "difference" | "vs" => DIFFERENCE,
        "diapain" | "ngapain" | "tindakan" | "tindakannya" | "penanganan" | "penanganannya"
        | "handling" => WHAT_TO_DO,
        "alat" | "tool" | "tools" => WITH_WHAT,
        _ => 0,
    }
}
