//! How alike two words are, as they are typed: the one measure for names, branches and brands.

/// A word that is the beginning of another.
const BEGINNING: f32 = 0.9;
/// What each slip of the finger takes away.
const SLIP: f32 = 0.13;
/// A word without its vowels.
const CONSONANTS: f32 = 0.8;
/// Shorter words are not compared approximately: half the dictionary is near `as`.
const LETTERS_MIN: usize = 4;
/// From so many letters on there may be two slips.
const LETTERS_FOR_TWO: usize = 7;

/// How alike a typed word and a known one are: the same, its beginning, a slip or two apart, or its consonants.
pub fn alike(typed: &str, known: &str) -> f32 {
    if typed == known {
        return 1.0;
    }
    if typed.len() >= 3 && known.starts_with(typed) {
        return BEGINNING;
    }
    if let Some(slips) = slips(typed, known) {
        return 1.0 - SLIP * slips as f32;
    }
    // `mtr` for `mitra`: the consonants, first letter first.
    let mut bare = known.bytes().filter(|letter| !b"aeiou".contains(letter));
    if typed.len() >= 3
        && typed.bytes().all(|letter| bare.next() == Some(letter))
        && bare.next().is_none()
    {
        CONSONANTS
    } else {
        0.0
    }
}

/// The slips of the finger between two words; none when there are more than words of their length are allowed.
pub fn slips(typed: &str, known: &str) -> Option<usize> {
    let (short, long) = (typed.len().min(known.len()), typed.len().max(known.len()));
    let most = if long >= LETTERS_FOR_TWO { 2 } else { 1 };
    if short < LETTERS_MIN || long - short > most {
        return None;
    }
    Some(strsim::damerau_levenshtein(typed, known)).filter(|slips| *slips <= most)
}

/// Returns the candidate that was most likely meant by a mistyped name.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Below this Jaro-Winkler similarity a suggestion is more often wrong than right (the value cargo-like tools use).
    const SIMILAR_MIN: f64 = 0.8;
    let candidates = candidates.into_iter();
    let similar = candidates.map(|candidate| (strsim::jaro_winkler(word, candidate), candidate));
    let near = similar.filter(|(similarity, _)| *similarity >= SIMILAR_MIN);
    near.max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_alike_as_they_are_typed() {
        for (typed, known, expected) in [
            ("mitra", "mitra", 1.0),
            ("mit", "mitra", BEGINNING),
            ("mitar", "mitra", 1.0 - SLIP),
            ("sejahtrea", "sejahtera", 1.0 - SLIP),
            ("sejhatrea", "sejahtera", 1.0 - 2.0 * SLIP),
            ("mtr", "mitra", CONSONANTS),
            ("mt", "mitra", 0.0),
            ("jaya", "raya", 1.0 - SLIP),
            ("adi", "abi", 0.0),
            ("bank", "sinar", 0.0),
        ] {
            assert!(
                (alike(typed, known) - expected).abs() < 1e-6,
                "{typed} {known}: {}",
                alike(typed, known)
            );
        }
    }
}
