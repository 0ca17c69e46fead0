//! Account managers and escalation contacts: who looks after a company, found by a name as agents type it, by SID or by
//! account number.
//!
//! The list is a CSV file (`list`), to which leads add a company at a time (`added`).
//! A name is folded and freed of `PT`, `CV` and `Tbk`; three-letter pieces find candidates, so a search costs the names
//! that share pieces with it and not the whole list, and the words then decide.

mod added;
mod list;

use std::collections::{HashMap, HashSet};

use jiff::Unit;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalog::{Diagnostic, Source};
use crate::text::{self, Lexicon, Role, likeness};

pub use added::Lacking;

/// The columns, in any order.
pub const COLUMNS: [&str; 10] = [
    "company",
    "aliases",
    "sids",
    "account_numbers",
    "am",
    "am_contact",
    "eos",
    "eos_contact",
    "region",
    "verified",
];
/// A contact that was verified longer ago may have changed.
const STALE_AFTER_DAYS: i32 = 180;

/// How many candidates the words are compared for.
const CANDIDATES_MAX: usize = 24;
/// Pieces that more than this share of the names have find nothing worth the time.
const COMMON_SHARE: f32 = 0.25;
/// Less likeness than this is another company.
const SCORE_MIN: f32 = 0.62;
/// A second company within this of the first may be the one that was meant.
const NEAR_BEST: f32 = 0.08;
/// So many are offered to choose from.
const CHOICES_MAX: usize = 4;
/// A word of the name that the search leaves out takes this much away.
const LEFT_OUT_SHARE: f32 = 0.25;

/// One company and whom to turn to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its name.
    pub company: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// The services it has.
    pub sids: Vec<String>,
    /// Its accounts.
    pub account_numbers: Vec<String>,
    /// The account manager.
    pub am: String,
    /// How to reach the account manager.
    pub am_contact: String,
    /// Who is turned to when the account manager does not respond.
    pub eos: String,
    /// How to reach them.
    pub eos_contact: String,
    /// The region.
    pub region: String,
    /// When this was last verified.
    pub verified: Date,
}

impl Contact {
    /// Whether it was verified too long ago to be relied on.
    pub fn is_stale(&self, today: Date) -> bool {
        let age = today.since((Unit::Day, self.verified)).unwrap_or_default();
        age.get_days() > STALE_AFTER_DAYS
    }

    /// Returns the value of a placeholder in a sentence; nothing where it is not known.
    pub fn part(&self, placeholder: &str) -> &str {
        match placeholder {
            "perusahaan" => &self.company,
            "am" => &self.am,
            "kontak_am" => &self.am_contact,
            "eos" => &self.eos,
            "kontak_eos" => &self.eos_contact,
            _ => "",
        }
    }
}

/// A searchable list of contacts. It never changes; a reload makes another one.
#[derive(Debug, Default)]
pub struct Directory {
    contacts: Vec<Contact>,
    by_code: HashMap<String, usize>,
    names: Vec<Name>,
    pieces: HashMap<[u8; 3], Vec<u32>>,
    /// How many names have a word.
    words: HashMap<String, u32>,
    /// Words in front of or behind a name that many companies have: `pt`.
    legal_forms: HashSet<Box<str>>,
}

#[derive(Debug)]
struct Name {
    contact: usize,
    words: Vec<String>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub enum ContactsFound<'d> {
    /// Nothing.
    None,
    /// This company.
    One(&'d Contact),
    /// Several that are about as likely, the most likely first.
    Several(Vec<&'d Contact>),
}

impl Directory {
    /// Reads a list; every mistake of it at once.
    pub fn parse(source: &Source, lexicon: &Lexicon) -> Result<Self, Vec<Diagnostic>> {
        let mut found = Vec::new();
        let contacts = list::read(source, &mut found);
        match found.is_empty() {
            true => Ok(Self::new(contacts, lexicon)),
            false => Err(found),
        }
    }

    /// Indexes a list.
    pub fn new(contacts: Vec<Contact>, lexicon: &Lexicon) -> Self {
        let legal_forms = lexicon.everyday.entries(Role::LegalForm);
        Self::indexed(contacts, legal_forms.iter().cloned().collect())
    }

    fn indexed(contacts: Vec<Contact>, legal_forms: HashSet<Box<str>>) -> Self {
        let mut directory = Self {
            legal_forms,
            ..Self::default()
        };
        for (place, contact) in contacts.iter().enumerate() {
            for code in contact.sids.iter().chain(&contact.account_numbers) {
                directory.by_code.insert(code_key(code), place);
            }
            for name in [&contact.company].into_iter().chain(&contact.aliases) {
                let words = directory.name_words(name);
                let number = directory.names.len() as u32;
                for piece in pieces(&words) {
                    let names = directory.pieces.entry(piece).or_default();
                    if names.last() != Some(&number) {
                        names.push(number);
                    }
                }
                for word in &words {
                    *directory.words.entry(word.clone()).or_default() += 1;
                }
                directory.names.push(Name {
                    contact: place,
                    words,
                });
            }
        }
        directory.contacts = contacts;
        directory
    }

    /// Returns this directory with what leads have added, in the place of what was listed of the same companies.
    #[must_use]
    pub fn with(&self, added: Vec<Contact>) -> Self {
        let is_new = |contact: &&Contact| {
            let mut added = added.iter();
            !added.any(|added| self.is_same_company(&added.company, &contact.company))
        };
        let listed: Vec<Contact> = self.contacts.iter().filter(is_new).cloned().collect();
        let all = listed.into_iter().chain(added).collect();
        Self::indexed(all, self.legal_forms.clone())
    }

    /// Returns the company that one of these numbers belongs to, with the number.
    pub fn owner<'a>(
        &self,
        codes: impl Iterator<Item = &'a String>,
    ) -> Option<(&Contact, &'a str)> {
        let mut owned = codes.filter_map(|code| {
            let place = *self.by_code.get(&code_key(code))?;
            Some((&self.contacts[place], code.as_str()))
        });
        owned.next()
    }

    /// All contacts, in the order of the list.
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// Finds a company by its name, however typed, or by one of its numbers.
    pub fn search(&self, query: &str) -> ContactsFound<'_> {
        if let Some(&place) = self.by_code.get(&code_key(query)) {
            return ContactsFound::One(&self.contacts[place]);
        }
        let asked = self.name_words(query);
        let mut scores: HashMap<usize, f32> = HashMap::new();
        for number in self.candidates(&asked) {
            let name = &self.names[number as usize];
            let score = self.likeness(&asked, &name.words);
            let best = scores.entry(name.contact).or_default();
            *best = best.max(score);
        }
        let mut scores: Vec<(f32, usize)> = scores
            .into_iter()
            .map(|(contact, score)| (score, contact))
            .filter(|(score, _)| *score >= SCORE_MIN)
            .collect();
        scores.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let Some(&(best, _)) = scores.first() else {
            return ContactsFound::None;
        };
        let near = scores.iter().filter(|(score, _)| *score > best - NEAR_BEST);
        let near: Vec<&Contact> = near
            .take(CHOICES_MAX)
            .map(|(_, contact)| &self.contacts[*contact])
            .collect();
        match near.as_slice() {
            [only] => ContactsFound::One(only),
            _ => ContactsFound::Several(near),
        }
    }

    /// Whether two names are one company's: the same words in the same order, whatever its legal form.
    pub fn is_same_company(&self, one: &str, other: &str) -> bool {
        self.name_words(one) == self.name_words(other)
    }

    /// The form of a name in which one company's names are equal.
    pub fn company_key(&self, name: &str) -> String {
        self.name_words(name).join(" ")
    }

    /// The words of a company's name without its legal form.
    fn name_words(&self, name: &str) -> Vec<String> {
        let folded = text::fold(name).text;
        let words = folded.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| !word.is_empty());
        let (forms, telling): (Vec<String>, Vec<String>) = words
            .map(str::to_owned)
            .partition(|word| self.legal_forms.contains(word.as_str()));
        if telling.is_empty() { forms } else { telling }
    }

    /// The company with exactly this name.
    pub fn company(&self, name: &str) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.company == name)
    }

    /// The names that share the most pieces with a search.
    fn candidates(&self, asked: &[String]) -> Vec<u32> {
        let common = (COMMON_SHARE * self.names.len() as f32).max(8.0) as usize;
        let mut shared: HashMap<u32, f32> = HashMap::new();
        for piece in pieces(asked) {
            let Some(names) = self
                .pieces
                .get(&piece)
                .filter(|names| names.len() <= common)
            else {
                continue;
            };
            // A piece that few names have says more.
            let weight = 1.0 + (self.names.len() as f32 / names.len() as f32).ln();
            for &name in names {
                *shared.entry(name).or_default() += weight;
            }
        }
        let mut shared: Vec<(u32, f32)> = shared.into_iter().collect();
        if shared.len() > CANDIDATES_MAX {
            let by_weight =
                |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
            shared.select_nth_unstable_by(CANDIDATES_MAX - 1, by_weight);
            shared.truncate(CANDIDATES_MAX);
        }
        shared.into_iter().map(|(name, _)| name).collect()
    }

    /// How much of a search a name accounts for, 0 to 1; rare words count more.
    fn likeness(&self, asked: &[String], name: &[String]) -> f32 {
        let weight = |word: &str| {
            let having = self.words.get(word).copied().unwrap_or(1) as f32;
            1.0 + (self.names.len() as f32 / having).ln()
        };
        let best = |word: &str, among: &[String]| {
            among
                .iter()
                .map(|other| (likeness::alike(word, other), weight(other)))
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .unwrap_or((0.0, 1.0))
        };
        let (mut told, mut all) = (0.0, 0.0);
        for word in asked {
            let (like, weight_there) = best(word, name);
            let weight = if like > 0.0 {
                weight_there
            } else {
                weight(word)
            };
            told += like * weight;
            all += weight;
        }
        let joined = strsim::jaro_winkler(&asked.concat(), &name.concat()) as f32;
        let left_out: f32 = name
            .iter()
            .map(|word| (1.0 - best(word, asked).0) * weight(word))
            .sum();
        let whole: f32 = name.iter().map(|word| weight(word)).sum();
        let covered = told / f32::max(all, 1.0);
        let covered = covered * (1.0 - LEFT_OUT_SHARE * left_out / f32::max(whole, 1.0));
        // Words that were joined or split are seen by the whole string alone.
        f32::max(covered, joined * joined * 0.97)
    }
}

/// The three-letter pieces of the words, each with the blank before it.
fn pieces(words: &[String]) -> Vec<[u8; 3]> {
    let mut found = Vec::new();
    for word in words {
        let padded: Vec<u8> = [b' ']
            .into_iter()
            .chain(word.bytes())
            .chain([b' '])
            .collect();
        found.extend(
            padded
                .windows(3)
                .map(|three| [three[0], three[1], three[2]]),
        );
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn code_key(code: &str) -> String {
    let letters = code.chars().filter(|c| c.is_alphanumeric());
    letters.collect::<String>().to_lowercase()
}
