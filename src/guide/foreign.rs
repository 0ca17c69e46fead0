//! Messages about a service that is not ours: `im3 saya ga ada sinyal`, `token pln belum masuk`.
//!
//! Which brands are not ours, and what makes a message ours although it names one, is data (`services.toml`). A message
//! that names one of our brands is ours, and so is one that pays for ours with somebody else's wallet.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::catalog::{BrandKind, Catalog};
use crate::text::{Everyday, Lexicon, Role, fold, likeness, stem};

/// The longest name of a brand, in words.
const NAME_WORDS_MAX: usize = 3;
/// Names this long may have one slip of the finger in them.
const SLIP_LETTERS_MIN: usize = 6;

/// A brand that is not ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What kind of brand it is: `operator`, `wallet`.
    pub kind: String,
}

/// The brands by what agents call them, ready for look-ups.
#[derive(Debug, Default)]
pub struct Brands {
    ours: HashSet<String>,
    foreign: Vec<(Foreign, BrandKind)>,
    /// The letters of each name, with the brand's place.
    named: HashMap<String, usize>,
    /// Names that are also people's, with the brand's place.
    people: HashMap<String, usize>,
}

/// A word of a message.
struct Word {
    typed: String,
    /// Slang replaced.
    meant: String,
    /// The number of its clause.
    clause: usize,
}

impl Brands {
    /// Collects the brands of a catalogue.
    pub fn new(catalog: &Catalog) -> Self {
        let mut brands = Self::default();
        for service in catalog.services.values() {
            let named = [&service.id, &service.title].into_iter();
            brands
                .ours
                .extend(named.chain(&service.names).map(|name| letters(name)));
        }
        for service in &catalog.foreign {
            let kind = service.kind.as_ref();
            let kind = kind.and_then(|id| catalog.kinds.iter().find(|kind| kind.id == *id));
            let Some(kind) = kind else {
                continue;
            };
            for name in &service.people {
                brands.people.insert(letters(name), brands.foreign.len());
            }
            for name in service.names.iter().map(|name| letters(name)) {
                brands.named.insert(name, brands.foreign.len());
            }
            let foreign = Foreign {
                id: service.id.clone(),
                title: service.title.clone(),
                kind: kind.id.clone(),
            };
            brands.foreign.push((foreign, kind.clone()));
        }
        brands
    }

    /// Returns the brand of others that a message is about; none when it may be about ours.
    pub fn foreign(
        &self,
        text: &str,
        lexicon: &Lexicon,
        is_common: &dyn Fn(&str) -> bool,
    ) -> Option<&Foreign> {
        let words = words(text, lexicon);
        let mentions = self.mentions(&words, lexicon, is_common);
        if mentions.is_empty() || self.names_ours(&words, lexicon) {
            return None;
        }
        let mut foreign = mentions.iter().filter(|(span, place)| {
            let (_, kind) = &self.foreign[*place];
            !speaks_of_ours(kind, &words, span, &mentions, lexicon)
        });
        foreign.next().map(|(_, place)| &self.foreign[*place].0)
    }

    /// Where brands of others are named, the longest name first.
    fn mentions(
        &self,
        words: &[Word],
        lexicon: &Lexicon,
        is_common: &dyn Fn(&str) -> bool,
    ) -> Vec<(Range<usize>, usize)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let lengths = (1..=NAME_WORDS_MAX.min(words.len() - at)).rev();
            let named = lengths.into_iter().find_map(|length| {
                let span = at..at + length;
                let of = |letters: fn(&Word) -> &str| {
                    let letters: String = words[span.clone()].iter().map(letters).collect();
                    let bare = letters.strip_suffix("nya").unwrap_or(&letters);
                    self.named.get(bare).copied()
                };
                let place = of(|word| &word.typed).or_else(|| of(|word| &word.meant));
                Some((span, place?))
            });
            let named = named
                .or_else(|| Some((at..at + 1, self.misspelt(&words[at], lexicon)?)))
                .or_else(|| {
                    let place = self.of_no_person(words, at, &lexicon.everyday, is_common)?;
                    Some((at..at + 1, place))
                });
            at = named.as_ref().map_or(at + 1, |(span, _)| span.end);
            found.extend(named);
        }
        found
    }

    /// The brand whose name a word is, where it is no person's: not after `kak` or `nama`, nor before another name.
    fn of_no_person(
        &self,
        words: &[Word],
        at: usize,
        everyday: &Everyday,
        is_common: &dyn Fn(&str) -> bool,
    ) -> Option<usize> {
        let place = *self.people.get(&words[at].typed)?;
        let before = at.checked_sub(1).map(|before| &words[before]);
        let is_called = before.is_some_and(|before| {
            let calls = [Role::Courtesy, Role::Called];
            calls.iter().any(|&role| everyday.has(role, &before.typed))
        });
        let is_name = |word: &Word| {
            let is_word = is_common(&word.meant) || everyday.has(Role::Empty, &word.typed);
            !is_word && word.typed.chars().all(char::is_alphabetic)
        };
        let goes_on = words.get(at + 1).is_some_and(is_name);
        (!is_called && !goes_on).then_some(place)
    }

    /// The brand whose name a word is but for a slip of the finger.
    fn misspelt(&self, word: &Word, lexicon: &Lexicon) -> Option<usize> {
        if word.typed.len() < SLIP_LETTERS_MIN || lexicon.is_known(&word.typed) {
            return None;
        }
        let near = |name: &&String| is_slip(&word.typed, name);
        // The same one whatever the order of the table.
        self.named
            .keys()
            .filter(near)
            .min()
            .map(|name| self.named[name])
    }

    fn names_ours(&self, words: &[Word], lexicon: &Lexicon) -> bool {
        (0..words.len()).any(|at| {
            let has = |length: usize| {
                let words = &words[at..at + length];
                let typed: String = words.iter().map(|word| word.typed.as_str()).collect();
                let meant: String = words.iter().map(|word| word.meant.as_str()).collect();
                let bare = typed.strip_suffix("nya").unwrap_or(&typed);
                self.ours.contains(bare) || self.ours.contains(&meant)
            };
            let named = (1..=NAME_WORDS_MAX.min(words.len() - at)).any(has);
            let word = &words[at];
            let slipped = || {
                let may_be = word.typed.len() >= SLIP_LETTERS_MIN && !lexicon.is_known(&word.typed);
                may_be && self.ours.iter().any(|name| is_slip(&word.typed, name))
            };
            (named && !is_greeting(words, at, lexicon)) || slipped()
        })
    }
}

/// Whether a message is about ours although it names a brand of others.
fn speaks_of_ours(
    kind: &BrandKind,
    words: &[Word],
    span: &Range<usize>,
    mentions: &[(Range<usize>, usize)],
    lexicon: &Lexicon,
) -> bool {
    let is_name = |at: usize| mentions.iter().any(|(span, _)| span.contains(&at));
    let others = || {
        let others = words.iter().enumerate();
        others.filter(|(at, _)| !is_name(*at)).map(|(_, word)| word)
    };
    let clause = words[span.start].clause;
    let naming = |word: &&Word| lexicon.everyday.has(Role::Naming, &word.meant);
    let before = words[..span.start].iter().rev().find(|word| !naming(word));
    let is_theirs = || others().any(|word| word.is_one_of(&kind.theirs_with));
    // `telepon dari pelanggan tri` is about that customer.
    let names_customer = lexicon
        .everyday
        .has(Role::Customer, &words[span.start].typed);
    let before = before.filter(|_| !names_customer);
    others().any(|word| word.is_one_of(&kind.ours_with))
        || before.is_some_and(|before| before.is_one_of(&kind.ours_after)) && !is_theirs()
        || others().any(|word| word.clause == clause && word.is_one_of(&kind.ours_beside))
}

/// Whether a name of ours is only the `halo` that opens a message.
fn is_greeting(words: &[Word], at: usize, lexicon: &Lexicon) -> bool {
    let everyday = &lexicon.everyday;
    let opens = at == 0 && everyday.has(Role::Greeting, &words[0].typed);
    let next = words.get(1).filter(|next| next.clause == words[0].clause);
    let leads_on = |word: &Word| {
        let polite = [Role::Courtesy, Role::Greeting, Role::Customer];
        polite
            .into_iter()
            .any(|role| everyday.has(role, &word.typed))
    };
    opens && next.is_none_or(leads_on)
}

fn is_slip(typed: &str, name: &str) -> bool {
    name.len() >= SLIP_LETTERS_MIN && likeness::slips(typed, name) == Some(1)
}

impl Word {
    fn is_one_of(&self, among: &[String]) -> bool {
        let stem = stem(&self.meant);
        among
            .iter()
            .any(|word| *word == self.meant || *word == stem || *word == self.typed)
    }
}

/// The letters and digits of a name.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn words(text: &str, lexicon: &Lexicon) -> Vec<Word> {
    let folded = fold(text).text;
    let mut words = Vec::new();
    let mut clause = 0;
    for part in folded.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let typed = part.trim_end_matches(|c: char| !c.is_alphanumeric());
        if !typed.is_empty() {
            let meaning = lexicon.meaning(typed).map(|words| words.join(" "));
            words.push(Word {
                meant: meaning.unwrap_or_else(|| typed.to_owned()),
                typed: typed.to_owned(),
                clause,
            });
        }
        clause += usize::from(part.ends_with([',', ';', '!', '?', '\n']));
    }
    words
}
