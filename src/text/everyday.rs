//! Everyday words by what they do in a sentence: courtesies, fillers, question words, yes and no.
//!
//! They are data (`[everyday]` in `data/lexicon.toml`), so that a lead mends a word without Rust, and this is the only
//! place that reads them. An entry is a word or a phrase in lower case; entries are separated by commas.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Deserialize;

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
    /// Leads to what is wanted: `ke`, `->`.
    Toward,
    /// Says that something is wanted: `mau`, `ambil`.
    Wanted,
    /// Leads to what there is now: `dari`, `pelanggan`.
    Present,
    /// Asks for what there is to choose from: `pilihan`, `apa aja`.
    Listing,
    /// Asks for a price: `harga`, `tarif`.
    Price,
    /// A unit of something else than what is compared: `rb`, `gb`.
    Unit,
    /// Names a thing that a brand's name follows: `nomor`, `aplikasi`.
    Naming,
    /// Opens a message: `halo`, `selamat pagi`.
    Greeting,
    /// Says who is spoken of: `pelanggan`, `user`.
    Customer,
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
    Carrier,
    /// The legal form of a company: `pt`.
    LegalForm,
}

/// Everyday words by role.
#[derive(Debug, Clone, Default)]
pub struct Everyday {
    roles: FxHashMap<Box<str>, Vec<Role>>,
    entries: BTreeMap<Role, Vec<Box<str>>>,
}

impl Everyday {
    /// Reads the entries of each role from the file's comma-separated lists.
    pub fn new(lists: &BTreeMap<Role, String>) -> Self {
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
    pub fn has(&self, role: Role, entry: &str) -> bool {
        self.roles
            .get(entry)
            .is_some_and(|roles| roles.contains(&role))
    }

    /// The words and phrases of a role in the file's order.
    pub fn entries(&self, role: Role) -> &[Box<str>] {
        self.entries.get(&role).map_or(&[], Vec::as_slice)
    }
}
