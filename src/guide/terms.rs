//! The words of a question or a point that count: without those of asking, in the form in which they are compared.

use std::collections::HashSet;

use crate::text::{self, Kind, Lexicon, Utterance, stem};

/// A word that counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// Its stem.
    pub word: String,
    /// What other words mean the same.
    pub concept: Option<String>,
}

/// Words of asking and politeness: they stand in every question.
const EMPTY: &[&str] = &[
    "apa",
    "apaan",
    "itu",
    "tuh",
    "ini",
    "yang",
    "di",
    "ke",
    "dari",
    "untuk",
    "dan",
    "atau",
    "dengan",
    "bagaimana",
    "gimana",
    "gitu",
    "kalau",
    "kok",
    "sih",
    "ya",
    "kak",
    "min",
    "mba",
    "mas",
    "dong",
    "doang",
    "nya",
    "ada",
    "adalah",
    "berapa",
    "mana",
    "kapan",
    "harus",
    "pelanggan",
    "plgn",
    "cust",
    "customer",
    "cara",
    "saja",
    "aja",
    "the",
    "is",
    "what",
    "how",
    "to",
    "of",
    "in",
    "a",
    "for",
    "namanya",
    "arti",
    "artinya",
    "maksud",
    "maksudnya",
    "berarti",
    "diapain",
    "ngapain",
    "mau",
    "tanya",
    "tolong",
    "bisa",
    "boleh",
    "terus",
    "trus",
    "lagi",
    "dimana",
    "kenapa",
    "siapa",
    "apakah",
    "jadi",
    "pas",
    "buat",
    "sama",
    "suruh",
    "disuruh",
    "perlu",
    "minta",
];
/// Words that deny the next one; behind the sentence they ask for assent: `perlu dicek ga`.
const NEGATIONS: &[&str] = &["tidak", "belum", "bukan", "tanpa", "not", "no"];
/// Words with which something is asked rather than told.
const ASKING: &[&str] = &[
    "apa",
    "apaan",
    "apakah",
    "bagaimana",
    "kenapa",
    "mengapa",
    "kapan",
    "berapa",
    "mana",
    "dimana",
    "siapa",
    "lama",
    "what",
    "how",
    "when",
    "why",
    "where",
    "who",
];
/// Words with which agents ask for what SOPs call otherwise; the first one stands for all.
const SAME: &[&[&str]] = &[
    &[
        "judul", "subject", "subjek", "title", "tulisan", "tulis", "ketulis", "bunyi", "nama",
    ],
    &["alat", "tools", "tool", "aplikasi", "app", "apps"],
    &["riwayat", "histori", "history", "log"],
    &["langkah", "step", "steps", "urutan", "alur"],
    &["bikin", "create", "created", "buatkan", "dibuat", "pembuat"],
    &[
        "muncul",
        "nongol",
        "tampil",
        "terlihat",
        "keliatan",
        "kelihatan",
    ],
    &["kategori", "golongan", "keluarga", "termasuk"],
    &["turun", "downgrade"],
    &["jadwal", "schedule", "reschedule"],
    &["lama", "sla", "durasi", "hari", "jam"],
    &[
        "cek", "ngecek", "lihat", "liat", "periksa", "mastiin", "pastikan",
    ],
    &["cari", "pencarian", "temukan", "ketemu"],
    &["biaya", "bayaran", "gratis", "ongkos"],
    &["tindakan", "penanganan", "tindak", "langkah"],
];

/// Returns the words that count, each once; a denied word stands for itself and for what is denied.
pub fn terms(text: &str, lexicon: &Lexicon) -> Vec<Term> {
    let utterance = Utterance::new(text);
    let spoken = lexicon.read(&utterance);
    let words = spoken
        .iter()
        .filter(|word| !matches!(word.kind, Kind::Value(_)))
        .map(|word| word.text)
        .filter(|word| !EMPTY.contains(word));
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut denied = false;
    for word in words {
        if NEGATIONS.contains(&word) {
            denied = true;
            continue;
        }
        let term = term(word, lexicon);
        if EMPTY.contains(&term.word.as_str()) {
            continue;
        }
        let denial = std::mem::take(&mut denied).then(|| Term {
            word: format!("-{}", term.word),
            concept: term.concept.as_ref().map(|concept| format!("-{concept}")),
        });
        let both = [Some(term), denial].into_iter().flatten();
        found.extend(both.filter(|term| seen.insert(term.word.clone())));
    }
    found
}

/// Whether something is asked rather than told.
pub fn asks(text: &str, lexicon: &Lexicon) -> bool {
    let utterance = Utterance::new(text);
    let spoken = lexicon.read(&utterance);
    let ends_denied = spoken
        .last()
        .is_some_and(|word| NEGATIONS.contains(&word.text));
    text.contains('?') || ends_denied || spoken.iter().any(|word| ASKING.contains(&word.text))
}

fn term(word: &str, lexicon: &Lexicon) -> Term {
    let bare = stem(word);
    // Slang may be below an affix: `kepake` is `ke` and `pake`.
    let below = lexicon.meaning(&bare).filter(|meaning| meaning.len() == 1);
    let same = SAME
        .iter()
        .find(|words| {
            words
                .iter()
                .any(|known| *known == word || stem(known) == bare)
        })
        .map(|words| words[0]);
    let concept = same
        .or_else(|| lexicon.concept(word))
        .or_else(|| lexicon.concept(&bare));
    Term {
        concept: concept.map(str::to_owned),
        word: below.map_or(bare, |meaning| stem(&meaning[0])),
    }
}

/// What an everyday word may be made of: `nyari` of `cari`, `nanya` of `tanya`, `ngecek` is left to the stems.
pub fn everyday(word: &str) -> impl Iterator<Item = String> + '_ {
    const NASALS: &[(&str, &[&str])] = &[
        ("ny", &["c", "s"]),
        ("ng", &["", "k"]),
        ("n", &["t"]),
        ("m", &["p"]),
    ];
    let made = NASALS.iter().filter_map(|(nasal, firsts)| {
        let rest = word.strip_prefix(nasal)?;
        let vowel = rest.starts_with(['a', 'e', 'i', 'o', 'u']);
        vowel.then_some((rest, firsts))
    });
    made.flat_map(|(rest, firsts)| {
        firsts
            .iter()
            .map(move |first| stem(&format!("{first}{rest}")))
    })
}

/// The stems of all words of a text, those of asking included.
pub fn all(text: &str, lexicon: &Lexicon) -> Vec<String> {
    text::words(text, lexicon)
        .iter()
        .map(|word| term(word, lexicon).word)
        .collect()
}
