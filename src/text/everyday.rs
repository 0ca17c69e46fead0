//! Everyday words by what they do in a sentence: courtesies, fillers, question words, yes and no.
//!
//! They are data (`[everyday]` in `data/lexicon.toml`), so that a lead mends a word without Rust, and this is the only
//! place that reads them. An entry is a word or a phrase in lower case; entries are separated by commas.

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashMap;
use serde::Deserialize;

/// The longest phrase, in words.
const PHRASE_WORDS_MAX: usize = 3;

/// What an everyday word does in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Politeness around what is said: `kak`, `bang`, `tolong`.
    Courtesy,
    /// Carries a sentence without adding to it: `nih`, `sih`, `aja`.
    Filler,
    /// Asks something: `apa`, `gimana`, `berapa`.
    Asking,
    /// Asks somebody to do something: `tolong`, `bisa`.
    Requesting,
    /// Joins two parts: `dan`, `sama`, `terus`.
    Joining,
    /// Agrees.
    Yes,
    /// Denies or refuses as a whole answer.
    No,
    /// Denies the words behind it: `tidak`, `bukan`, `selain`.
    Negation,
    /// Says that there is no value: `tidak ada`, `belum punya`.
    Absent,
    /// Asks for time: `bentar`, `lagi ditanyain`.
    Waiting,
    /// Leads to a number or address at which somebody is reached: `hp`, `wa`, `kontak`.
    Contact,
    /// A negation that denies all of its clause: `bukan`, `kecuali`.
    Excluding,
    /// Sets something against what was said: `tapi`, `melainkan`.
    Contrast,
    /// Restricts, and makes of a denial none: `bukan cuma sms`.
    Only,
    /// Leaves out of all the others what follows: `selain`, `kecuali`.
    Excepting,
    /// Leads to what was only thought, or was so before: `kirain`, `awalnya`.
    Supposing,
    /// Takes back what was said before it: `eh`, `ralat`, `ternyata`.
    Correcting,
    /// Says that agents speak of themselves, or of what they do first: `saya makan dulu`.
    Own,
    /// Sets apart what is spoken of, so that a negation behind it denies it: `masuk sih engga`.
    Topic,
    /// Says with a negation that a value is not known: `belum cek`, `ga yakin`.
    Knowing,
    /// Says that something is there: `ada`, `muncul`.
    Existing,
    /// Says that something is over: `blokirnya udah dibuka`.
    Undoing,
    /// All that was not named: `sisanya`.
    Rest,
    /// Leads to what something was done with: `via`, `lewat`, `pakai`.
    Means,
    /// Says that something is in order: `bisa`, `lancar`.
    Works,
    /// Says that something is out of order: `mati`, `error`.
    Broken,
    /// Carries a value in an answer without adding to it: `kayaknya`, `kartu`, `pelanggan`.
    Carrier,
    /// Opens a message: `halo`, `selamat pagi`.
    Greeting,
    /// Takes note of something, without a value: `oke`, `siap`.
    Acknowledging,
    /// Says that a value is not known: `lupa`, `ga tau`.
    Unknown,
    /// Alone, says that there is no value as well: `no`, `gatau`.
    NoValue,
    /// Opens what is to be noted: `catatan`.
    Noting,
    /// Opens a correction: `eh`, `harusnya`.
    Amending,
    /// May open a correction: `maaf`, `salah`.
    PerhapsAmending,
    /// Opens a correction, and no name and no status: `ralat`, `ganti`.
    Changing,
    /// Is between a field's name and its corrected value: `salah`, `jadi`.
    Corrected,
    /// What a moment is called: `tanggal`, `jam`.
    Moment,
    /// Is between what a place is called and the place: `sekitar`.
    BeforePlace,
    /// No name and no place begins or goes on with it: `sudah`, `bayar`.
    NoName,
    /// A brand's name that is also a common noun.
    Noun,
    /// Says when without saying the day: `awal`, `akhir`, `lebaran`.
    Vague,
    /// Counts from the day that it comes before: `sebelum`, `jatuh tempo`.
    Anchor,
    /// Says that what follows was done: `abis`, `setelah`.
    Past,
    /// Leaves open which of two: `atau`, `antara`, `sampai`.
    Between,
    /// A part of a word for getting in touch: `telp`, `lapor`.
    Reaching,
    /// A province, city or regency, or its short name.
    Place,
    /// Leads to where somebody is: `di`, `daerah`.
    Somewhere,
    /// What a place is: `kota`, `kab`.
    PlaceKind,
    /// A part of an address: `jl`, `rt`.
    Address,
    /// Leads to what is wanted: `ke`, `->`.
    Toward,
    /// Says that something is wanted: `mau`, `ambil`.
    Wanted,
    /// Leads to what there is now: `dari`, `pelanggan`.
    Present,
    /// Asks for what there is to choose from: `pilihan`, `apa aja`.
    Listing,
    /// Asks for everything of a kind: `apa saja`.
    AsksForAll,
    /// Puts a case, and asks what follows: `kalau`, `ternyata`.
    Conditional,
    /// Asks for a price: `harga`, `tarif`.
    Price,
    /// A unit of something else than what is compared: `rb`, `gb`.
    Unit,
    /// Names a thing that a brand's name follows: `nomor`, `aplikasi`.
    Naming,
    /// Says who is spoken of: `pelanggan`, `user`.
    Customer,
    /// Leads to a person's name: `nama`, `ibu`.
    Called,
    /// Calls the account manager: `am`.
    AccountManager,
    /// Looks for somebody's data: `cari`, `siapa`.
    Lookup,
    /// Is said of a company without being its name: `perusahaan`, `sid`.
    Company,
    /// Adds an entry to a list: `tambah`.
    Adding,
    /// The beginning of a word for answering somebody: `respon`, `balas`.
    Responding,
    /// Says that something hardly works: `susah`.
    Hardly,
    /// Asks what a word means: `apa`, `artinya`.
    Meaning,
    /// Links a word to its sentence: `yang`, `dari`, `is`.
    Link,
    /// Is said around a number whose kind is asked for: `termasuk`, `format`.
    AroundNumber,
    /// Carries an answer without being it: `statusnya`, `masih`.
    StatusCarrier,
    /// The legal form of a company: `pt`.
    LegalForm,
    /// Is in every question and counts for nothing in it: `apa`, `tolong`.
    Empty,
    /// Says little: `langsung`, `semua`.
    Faint,
    /// Denies the next word of a question.
    Denying,
    /// Says nothing unless it is denied: `ada`, `bisa`.
    Deniable,
    /// A denial in front of it belongs to the question: `lewat`, `kalau`.
    NeverDenied,
    /// A denial in front of it asks for assent: `sih`, `ya`.
    Appealing,
    /// Asks rather than says.
    Questioning,
    /// `berapa` in front of it asks how long: `hari`.
    CountedTime,
    /// A message that begins with it asks for it: `syarat`, `format`.
    AskedFor,
    /// Wants a person.
    AsksWho,
    /// Wants a place.
    AsksWhere,
    /// Wants a moment.
    AsksWhen,
    /// Wants a reason.
    AsksWhy,
    /// Wants a way.
    AsksHow,
    /// Wants a duration.
    AsksHowLong,
    /// Wants a number.
    AsksHowMuch,
    /// Wants a meaning.
    AsksMeaning,
    /// Wants the meaning of what is in front of it: `itu apa`.
    AsksMeaningBehind,
    /// Wants a meaning, in so many words: `artinya`.
    AsksMeaningInWords,
    /// Wants a difference.
    AsksDifference,
    /// Wants what to do.
    AsksWhatToDo,
    /// Wants a tool.
    AsksWithWhat,
    /// Wants an example.
    AsksExample,
    /// Wants a price.
    AsksPrice,
    /// Says how often, or until when: `berkala`.
    GivesTime,
    /// Gives a reason: `karena`.
    GivesReason,
    /// Gives examples: `misalnya`.
    GivesExample,
    /// Names somebody to turn to: `hubungi`.
    GivesContact,
    /// Gives a price: `biaya`.
    GivesPrice,
}

/// Words by role: everyday words, or those of another list of words as long.
#[derive(Debug, Clone)]
pub struct Everyday<R = Role> {
    roles: FxHashMap<Box<str>, Vec<R>>,
    entries: BTreeMap<R, Vec<Box<str>>>,
}

impl<R> Default for Everyday<R> {
    fn default() -> Self {
        Self {
            roles: FxHashMap::default(),
            entries: BTreeMap::new(),
        }
    }
}

impl<R: Copy + Ord> Everyday<R> {
    /// Reads the entries of each role from the file's comma-separated lists.
    pub fn new(lists: &BTreeMap<R, String>) -> Self {
        let mut everyday = Self::default();
        for (role, list) in lists {
            let entries = list.split(',').map(str::trim).filter(|one| !one.is_empty());
            for entry in entries {
                let entry = entry.split_whitespace().collect::<Vec<_>>().join(" ");
                everyday
                    .roles
                    .entry(entry.as_str().into())
                    .or_default()
                    .push(*role);
                everyday
                    .entries
                    .entry(*role)
                    .or_default()
                    .push(entry.into());
            }
        }
        everyday
    }

    /// Whether a word, or a phrase with one blank between its words, has this role.
    pub fn has(&self, role: R, entry: &str) -> bool {
        self.roles(entry).contains(&role)
    }

    /// Everything that a word, or a phrase with one blank between its words, does.
    pub fn roles(&self, entry: &str) -> &[R] {
        self.roles.get(entry).map_or(&[], Vec::as_slice)
    }

    /// Where words and phrases of a role are in a text, the longest where several begin in one place.
    pub fn find(&self, role: R, text: &str) -> Vec<Range<usize>> {
        let words = words_at(text);
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let longest = self.longest(role, &words[at..]);
            if let Some(count) = longest {
                found.push(words[at].span.start..words[at + count - 1].span.end);
            }
            at += longest.unwrap_or(1);
        }
        found
    }

    /// How many words the longest entry of a role has that these begin with.
    fn longest(&self, role: R, words: &[WordAt]) -> Option<usize> {
        let (mut phrase, mut longest) = (String::new(), None);
        for (place, word) in words.iter().enumerate().take(PHRASE_WORDS_MAX) {
            if place > 0 {
                phrase.push(' ');
            }
            phrase.push_str(&word.text);
            if self.has(role, &phrase) {
                longest = Some(place + 1);
            }
        }
        longest
    }

    /// Where the word or phrase of a role ends that a text begins with.
    pub fn opens(&self, role: R, text: &str) -> Option<usize> {
        let words = words_at(text);
        words.first().filter(|first| first.span.start == 0)?;
        let count = self.longest(role, &words)?;
        Some(words[count - 1].span.end)
    }

    /// Whether a text has a word or phrase of a role.
    pub fn is_in(&self, role: R, text: &str) -> bool {
        !self.find(role, text).is_empty()
    }

    /// Every role with its words and phrases.
    pub fn all(&self) -> impl Iterator<Item = (R, &[Box<str>])> {
        let all = self.entries.iter();
        all.map(|(role, entries)| (*role, entries.as_slice()))
    }

    /// The words and phrases of a role in the file's order.
    pub fn entries(&self, role: R) -> &[Box<str>] {
        self.entries.get(&role).map_or(&[], Vec::as_slice)
    }
}

/// A word of a text in lower case, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordAt {
    /// Where, in bytes.
    pub span: Range<usize>,
    /// Its letters and digits.
    pub text: String,
    /// Whether a mark separates it from the word before.
    pub begins_clause: bool,
}

/// The words of a text: letters and digits without a break.
pub fn words_at(text: &str) -> Vec<WordAt> {
    let mut words: Vec<WordAt> = Vec::new();
    let (mut in_word, mut marked) = (false, false);
    for (at, c) in text.char_indices() {
        if !c.is_alphanumeric() {
            in_word = false;
            marked |= ",;:.!?)\n".contains(c);
            continue;
        }
        let end = at + c.len_utf8();
        match words.last_mut().filter(|_| in_word) {
            Some(word) => {
                word.span.end = end;
                word.text.extend(c.to_lowercase());
            }
            None => words.push(WordAt {
                span: at..end,
                text: c.to_lowercase().collect(),
                begins_clause: marked,
            }),
        }
        (in_word, marked) = (true, false);
    }
    words
}
