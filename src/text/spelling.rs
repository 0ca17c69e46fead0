//! Spelling: an unknown word becomes the known word it was meant to be, or stays what it is.
//!
//! Candidates come from an index of *deletions* (two words within one slip share a string that both become by leaving
//! out a letter), so the cost does not grow with the vocabulary; an index of consonants finds `plsa` and `tghn`.
//! A weighted edit distance then separates likely slips (swapped, doubled, neighbouring key) from unlikely ones.

use rustc_hash::{FxHashMap, FxHashSet};

/// Shorter words are too close to each other: one slip makes `isi` of `ini`, `AO` of `OA`.
pub const REPAIRED_LEN_MIN: usize = 4;
/// Longer ones are no words.
pub const REPAIRED_LEN_MAX: usize = 24;

/// Two slips are believed only in words long enough to survive them.
const TWO_SLIPS_LEN_MIN: usize = 7;

/// The most a repair may cost, by the length of the word as typed: about one slip, about two in long words. A four-letter word
/// takes only a likely slip.
const COST_MAX_SHORT: f32 = 0.75;
const COST_MAX_MIDDLE: f32 = 1.0;
const COST_MAX_LONG: f32 = 1.8;

/// Any other change of one letter.
const COST_EDIT: f32 = 1.0;
/// Two letters swapped: the most frequent slip of fast typists.
const COST_SWAP: f32 = 0.6;
/// A neighbouring key instead.
const COST_NEIGHBOUR: f32 = 0.7;
/// A letter doubled, or one of a double missing.
const COST_DOUBLE: f32 = 0.5;
/// A vowel missing, as in `pmbyaran`.
const COST_VOWEL: f32 = 0.7;
/// The first letter is rarely wrong; what differs there is usually another word.
const COST_FIRST: f32 = 0.5;
/// Several vowels missing at once is abbreviating on purpose (`tghn`), one decision and not several slips.
const COST_SKELETON: f32 = 0.7;
/// Abbreviations keep at least this many letters.
const SKELETON_MIN: usize = 3;

/// A repair: the index of the word that was meant and how far it is from what was typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Repair {
    /// Index into the vocabulary the speller was made of.
    pub word: u32,
    /// 0 would be the word itself.
    pub cost: f32,
}

/// Finds the words of a vocabulary near to a word.
#[derive(Debug, Default, Clone)]
pub struct Speller {
    words: Vec<Box<str>>,
    deletions: Postings,
    skeletons: Postings,
}

impl Speller {
    /// Indexes a vocabulary; words that cannot be the outcome of a repair only hold their place.
    pub fn new<'a>(vocabulary: impl IntoIterator<Item = &'a str>) -> Speller {
        let words: Vec<Box<str>> = vocabulary.into_iter().map(Into::into).collect();
        let (mut deletions, mut skeletons) = (Vec::new(), Vec::new());
        let mut keys = FxHashSet::default();
        for (index, word) in (0..).zip(&words) {
            if !is_repairable(word) {
                continue;
            }
            keys.clear();
            each_deletion(word.as_bytes(), |key| {
                keys.insert(key);
            });
            deletions.extend(keys.iter().map(|&key| (key, index)));
            skeletons.extend(skeleton(word).map(|key| (key, index)));
        }
        Speller {
            words,
            deletions: Postings::new(deletions),
            skeletons: Postings::new(skeletons),
        }
    }

    /// Returns the nearest word, if one is near enough. `favour` lowers the cost of words that fit their surroundings.
    pub fn repair(&self, word: &str, favour: impl Fn(u32) -> f32) -> Option<Repair> {
        if !is_open(word) {
            return None;
        }
        let cost_max = cost_max(word.len());
        let mut best: Option<Repair> = None;
        let mut best_rank = f32::INFINITY;
        let mut consider = |index: u32, cost: f32| {
            let rank = cost - favour(index);
            let is_better =
                rank < best_rank || (rank == best_rank && best.is_none_or(|b| index < b.word));
            if cost <= cost_max && is_better {
                best = Some(Repair { word: index, cost });
                best_rank = rank;
            }
        };
        if let Some(key) = skeleton(word) {
            for &index in self.skeletons.get(key) {
                if is_abbreviation(word, &self.words[index as usize]) {
                    consider(index, COST_SKELETON);
                }
            }
        }
        if word.len() < REPAIRED_LEN_MIN {
            return best;
        }
        let mut seen = Seen::default();
        each_deletion(word.as_bytes(), |key| {
            for &index in self.deletions.get(key) {
                if seen.is_new(index) {
                    let meant = self.words[index as usize].as_bytes();
                    consider(index, distance(word.as_bytes(), meant, cost_max));
                }
            }
        });
        best
    }
}

/// Words that were looked at: a near one shares a dozen deletions with what was typed. One that is forgotten is merely
/// looked at again.
struct Seen {
    words: [u32; Seen::KEPT],
    next: usize,
}

impl Seen {
    const KEPT: usize = 16;

    fn is_new(&mut self, word: u32) -> bool {
        let is_new = !self.words.contains(&word);
        if is_new {
            self.words[self.next % Seen::KEPT] = word;
            self.next += 1;
        }
        is_new
    }
}

impl Default for Seen {
    fn default() -> Self {
        Seen {
            words: [u32::MAX; Seen::KEPT],
            next: 0,
        }
    }
}

/// Whether a word may be a slip or an abbreviation: one of three letters only if it has no vowel (`rmh`, `mrh`, `pkt`).
pub fn is_open(word: &str) -> bool {
    let is_bare =
        word.len() == SKELETON_MIN && word.bytes().all(|b| b.is_ascii_lowercase() && !is_vowel(b));
    is_bare || is_repairable(word)
}

/// Whether a word is of a kind that is the outcome of a repair.
fn is_repairable(word: &str) -> bool {
    (REPAIRED_LEN_MIN..=REPAIRED_LEN_MAX).contains(&word.len())
        && word.bytes().all(|b| b.is_ascii_lowercase())
}

fn cost_max(len: usize) -> f32 {
    match len {
        ..5 => COST_MAX_SHORT,
        5..TWO_SLIPS_LEN_MIN => COST_MAX_MIDDLE,
        _ => COST_MAX_LONG,
    }
}

/// Calls `found` with a key for the word, for each way to leave out a letter and, in long words, two.
fn each_deletion(word: &[u8], mut found: impl FnMut(u64)) {
    let mut heads = [0; REPAIRED_LEN_MAX + 1];
    for (at, &letter) in word.iter().enumerate() {
        heads[at + 1] = append(heads[at], letter);
    }
    let whole = heads[word.len()];
    // What is between two places, as a key of its own.
    let between = |start: usize, end: usize| {
        heads[end].wrapping_sub(heads[start].wrapping_mul(KEY_POWERS[end - start]))
    };
    let join = |head: u64, start: usize, end: usize| {
        let length = end - start;
        head.wrapping_mul(KEY_POWERS[length])
            .wrapping_add(between(start, end))
    };
    found(whole);
    for (first, &head) in heads[..word.len()].iter().enumerate() {
        found(join(head, first + 1, word.len()));
        if word.len() < TWO_SLIPS_LEN_MIN {
            continue;
        }
        for second in first + 1..word.len() {
            let head = join(head, first + 1, second);
            found(join(head, second + 1, word.len()));
        }
    }
}

/// The consonants, when the word may be an abbreviation or have one.
fn skeleton(word: &str) -> Option<u64> {
    let consonants = word.bytes().filter(|&b| !is_vowel(b));
    (consonants.clone().count() >= SKELETON_MIN).then(|| key(consonants))
}

/// Whether `short` is `word` with nothing but vowels left out and the same first letter.
fn is_abbreviation(short: &str, word: &str) -> bool {
    let mut rest = short.bytes().peekable();
    let all_found = word
        .bytes()
        .all(|b| rest.next_if_eq(&b).is_some() || is_vowel(b));
    all_found
        && rest.peek().is_none()
        && short.as_bytes()[0] == word.as_bytes()[0]
        && short.len() < word.len()
}

/// The weighted distance between two words, or infinity when it is more than `most`.
fn distance(typed: &[u8], meant: &[u8], most: f32) -> f32 {
    const WIDTH: usize = REPAIRED_LEN_MAX + 1;
    if typed.len().abs_diff(meant.len()) > 2 {
        return f32::INFINITY;
    }
    let mut rows = [[0f32; WIDTH]; 3];
    for j in 0..meant.len() {
        rows[0][j + 1] = rows[0][j] + cost_missing(meant, j);
    }
    for i in 0..typed.len() {
        let (before, last, row) = ((i + 2) % 3, i % 3, (i + 1) % 3);
        rows[row][0] = rows[last][0] + cost_extra(typed, i);
        let mut lowest = rows[row][0];
        for j in 0..meant.len() {
            let mut cost = rows[last][j] + cost_instead(typed, i, meant, j);
            cost = cost.min(rows[last][j + 1] + cost_extra(typed, i));
            cost = cost.min(rows[row][j] + cost_missing(meant, j));
            if i > 0
                && j > 0
                && typed[i] == meant[j - 1]
                && typed[i - 1] == meant[j]
                && typed[i] != typed[i - 1]
            {
                cost = cost.min(rows[before][j - 1] + COST_SWAP);
            }
            rows[row][j + 1] = cost;
            lowest = lowest.min(cost);
        }
        if lowest > most {
            return f32::INFINITY;
        }
    }
    rows[typed.len() % 3][meant.len()]
}

fn cost_instead(typed: &[u8], i: usize, meant: &[u8], j: usize) -> f32 {
    if typed[i] == meant[j] {
        return 0.0;
    }
    let cost = if are_neighbours(typed[i], meant[j]) {
        COST_NEIGHBOUR
    } else {
        COST_EDIT
    };
    cost + first_letter(i.min(j))
}

fn cost_extra(typed: &[u8], i: usize) -> f32 {
    let is_double = i > 0 && typed[i] == typed[i - 1];
    if is_double {
        COST_DOUBLE
    } else {
        COST_EDIT + first_letter(i)
    }
}

fn cost_missing(meant: &[u8], j: usize) -> f32 {
    if j > 0 && meant[j] == meant[j - 1] {
        COST_DOUBLE
    } else if j > 0 && is_vowel(meant[j]) {
        COST_VOWEL
    } else {
        COST_EDIT + first_letter(j)
    }
}

fn first_letter(at: usize) -> f32 {
    if at == 0 { COST_FIRST } else { 0.0 }
}

fn is_vowel(b: u8) -> bool {
    matches!(b, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// Whether two letters lie next to each other on the keyboard.
fn are_neighbours(a: u8, b: u8) -> bool {
    NEIGHBOURS[usize::from(a - b'a')] & 1 << (b - b'a') != 0
}

/// For each letter a bit for each of its neighbours.
const NEIGHBOURS: [u32; 26] = {
    let mut neighbours = [0; 26];
    let mut a = 0;
    while a < 26 {
        let mut b = 0;
        while b < 26 {
            if touch(place(b'a' + a), place(b'a' + b)) {
                neighbours[a as usize] |= 1 << b;
            }
            b += 1;
        }
        a += 1;
    }
    neighbours
};

/// Column and row of a letter's key.
const fn place(letter: u8) -> (i32, i32) {
    const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    let mut row = 0;
    while row < ROWS.len() {
        let mut column = 0;
        while column < ROWS[row].len() {
            if ROWS[row][column] == letter {
                return (column as i32, row as i32);
            }
            column += 1;
        }
        row += 1;
    }
    panic!("every letter has a key")
}

const fn touch((ax, ay): (i32, i32), (bx, by): (i32, i32)) -> bool {
    match by - ay {
        0 => ax - bx == 1 || bx - ax == 1,
        // Each row is set off half a key to the right of the one above.
        1 => bx == ax || bx == ax - 1,
        -1 => ax == bx || ax == bx - 1,
        _ => false,
    }
}

/// A key is a number with a digit for each letter, so that the key of a word without some of its letters is a sum of
/// parts. Two words with one key are separated by their distance.
const KEY_BASE: u64 = 0x9e37_79b9_7f4a_7c15;

const KEY_POWERS: [u64; REPAIRED_LEN_MAX + 1] = {
    let mut powers = [1u64; REPAIRED_LEN_MAX + 1];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1].wrapping_mul(KEY_BASE);
        at += 1;
    }
    powers
};

fn append(key: u64, letter: u8) -> u64 {
    key.wrapping_mul(KEY_BASE)
        .wrapping_add(u64::from(letter - b'a' + 1))
}

fn key(letters: impl Iterator<Item = u8>) -> u64 {
    letters.fold(0, append)
}

/// So many bits for each key keep seven misses in eight away from the table.
const BITS_PER_KEY: usize = 8;

/// Keys and the words filed under each.
#[derive(Debug, Default, Clone)]
struct Postings {
    ranges: FxHashMap<u64, (u32, u32)>,
    words: Vec<u32>,
    /// A bit for each key: most deletions are those of no word, and this is small enough to stay at hand.
    present: Vec<u64>,
}

impl Postings {
    fn new(mut pairs: Vec<(u64, u32)>) -> Postings {
        pairs.sort_unstable();
        let mut ranges = FxHashMap::default();
        for (at, &(key, _)) in (0u32..).zip(&pairs) {
            ranges.entry(key).or_insert((at, at)).1 = at + 1;
        }
        let words = pairs.into_iter().map(|(_, word)| word).collect();
        let bits = (ranges.len() * BITS_PER_KEY).next_power_of_two().max(64);
        let mut present = vec![0; bits / 64];
        for &key in ranges.keys() {
            let (cell, bit) = place_of(key, bits);
            present[cell] |= bit;
        }
        Postings {
            ranges,
            words,
            present,
        }
    }

    fn get(&self, key: u64) -> &[u32] {
        let (cell, bit) = place_of(key, self.present.len() * 64);
        if self.present.get(cell).is_none_or(|bits| bits & bit == 0) {
            return &[];
        }
        match self.ranges.get(&key) {
            Some(&(start, end)) => &self.words[start as usize..end as usize],
            None => &[],
        }
    }
}

/// Where the bit of a key is among so many.
fn place_of(key: u64, bits: usize) -> (usize, u64) {
    // The high bits of a key are the well mixed ones.
    let at = (key >> 32) as usize & bits.wrapping_sub(1);
    (at / 64, 1 << (at % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCABULARY: [&str; 12] = [
        "pulsa",
        "masuk",
        "tagihan",
        "pelanggan",
        "internet",
        "upgrade",
        "bayar",
        "pembayaran",
        "isi",
        "sid",
        "dsc",
        "saldo",
    ];

    #[track_caller]
    fn check(typed: &str, expected: Option<&str>) {
        let repair = Speller::new(VOCABULARY).repair(typed, |_| 0.0);
        assert_eq!(
            repair.map(|repair| VOCABULARY[repair.word as usize]),
            expected,
            "{typed}"
        );
    }

    #[test]
    fn slips_are_repaired() {
        check("plusa", Some("pulsa"));
        check("pilsa", Some("pulsa"));
        check("pulssa", Some("pulsa"));
        check("masukk", Some("masuk"));
        check("tagihna", Some("tagihan"));
        check("pelangan", Some("pelanggan"));
        check("intrenet", Some("internet"));
        check("upgrad", Some("upgrade"));
        check("pembyaran", Some("pembayaran"));
    }

    #[test]
    fn abbreviations_without_vowels_are_read() {
        check("plsa", Some("pulsa"));
        check("tghn", Some("tagihan"));
        check("plnggn", Some("pelanggan"));
        check("pmbyrn", Some("pembayaran"));
        check("sld", Some("saldo"));
        check("byr", Some("bayar"));
    }

    #[test]
    fn short_words_codes_and_strangers_are_left_alone() {
        check("ini", None);
        check("dsx", None);
        check("k44", None);
        check("bya", None);
        check("pusing", None);
        check("kulkas", None);
        check("dulu", None);
        check("sadis", None);
        check(&"pulsa".repeat(10), None);
        check("", None);
    }

    #[test]
    fn what_fits_the_surroundings_wins() {
        let words = ["kartu", "karet"];
        let speller = Speller::new(words);
        let near = speller.repair("karut", |_| 0.0).expect("one swap away");
        assert_eq!(words[near.word as usize], "kartu");
        assert_eq!(
            speller.repair("karut", |word| if word == 1 { 0.0 } else { 0.1 }),
            Some(near)
        );
    }
}
