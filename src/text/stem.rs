//! Light stemming: `dibayar`, `pembayaran` and `bayarnya` speak of the same thing, so do `refunds` and `refunded`.
//!
//! A stem need not be a word. It is one more piece of evidence next to the word itself, therefore it may be wrong as
//! long as it is wrong in the same way each time; no dictionary is needed, and a code is never touched.

/// What is left must be able to carry meaning: three letters with a vowel (`cek`, `isi`).
const STEM_MIN: usize = 3;
/// English endings are cut from longer words only; `bed`, `sing` and `bus` have none.
const ENGLISH_STEM_MIN: usize = 4;

/// Possessives and particles, which agents glue to anything.
const PARTICLES: [&str; 7] = ["nya", "kah", "lah", "pun", "ku", "mu", "in"];
const SUFFIXES: [&str; 3] = ["kan", "an", "i"];
/// Prefixes with what they may swallow: `me-nagih` is from `tagih`. Longest first.
const PREFIXES: [(&str, &str); 14] = [
    ("meny", "s"),
    ("peny", "s"),
    ("meng", ""),
    ("peng", ""),
    ("mem", "p"),
    ("pem", "p"),
    ("men", "t"),
    ("pen", "t"),
    ("ber", ""),
    ("ter", ""),
    ("nge", ""),
    ("me", ""),
    ("di", ""),
    ("ke", ""),
];
const ENGLISH: [(&str, &str); 14] = [
    ("ations", ""),
    ("ation", ""),
    ("ments", ""),
    ("ment", ""),
    ("ings", ""),
    ("ing", ""),
    ("ies", "y"),
    ("ied", "y"),
    ("ers", ""),
    ("es", ""),
    ("ed", ""),
    ("ly", ""),
    ("er", ""),
    ("s", ""),
];

/// Returns the stem of a folded word; the word itself when there is nothing to take off.
pub fn stem(word: &str) -> String {
    if !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let bare = without_particle(word);
    let (root, swallowed) = without_prefix(bare);
    let root = without_suffix(root, swallowed.len());
    match swallowed.len() + root.len() == word.len() {
        true => english(word),
        false => english(&format!("{swallowed}{root}")),
    }
}

fn without_particle(word: &str) -> &str {
    let cut = PARTICLES
        .iter()
        .find_map(|particle| word.strip_suffix(particle));
    cut.filter(|rest| rest.len() > STEM_MIN && can_end(rest))
        .unwrap_or(word)
}

fn without_prefix(word: &str) -> (&str, &'static str) {
    for (prefix, swallows) in PREFIXES {
        let Some(rest) = word.strip_prefix(prefix) else {
            continue;
        };
        let before_vowel = rest.starts_with(is_vowel);
        let swallowed = if before_vowel { swallows } else { "" };
        let is_carrier = rest.len() + swallowed.len() >= STEM_MIN && syllables(rest) >= 1;
        let begins_well = before_vowel
            || rest
                .get(1..)
                .is_some_and(|next| next.starts_with(|c| is_vowel(c) || matches!(c, 'r' | 'l')));
        let is_root = if rest.len() > STEM_MIN {
            syllables(rest) >= 2
        } else {
            prefix == "di" || prefix == "nge"
        };
        if is_carrier && begins_well && is_root {
            return (rest, swallowed);
        }
    }
    (word, "")
}

fn without_suffix(word: &str, swallowed: usize) -> &str {
    let cut = SUFFIXES
        .iter()
        .find_map(|suffix| word.strip_suffix(suffix).map(|rest| (rest, *suffix)));
    match cut {
        // `-i` is an affix after a consonant and part of the word more often than not when it is short.
        Some((rest, "i")) if rest.len() + swallowed <= STEM_MIN || rest.ends_with(is_vowel) => word,
        Some((rest, _)) if rest.len() + swallowed > STEM_MIN && syllables(rest) >= 2 => rest,
        _ => word,
    }
}

fn english(word: &str) -> String {
    for (ending, instead) in ENGLISH {
        let Some(rest) = word.strip_suffix(ending) else {
            continue;
        };
        let is_plural_of_s = ending == "s" && rest.ends_with(['s', 'u', 'i']);
        if rest.len() + instead.len() < ENGLISH_STEM_MIN || is_plural_of_s || syllables(rest) == 0 {
            continue;
        }
        return undouble(rest).to_owned() + instead;
    }
    word.strip_suffix('e')
        .filter(|rest| rest.len() >= ENGLISH_STEM_MIN)
        .unwrap_or(word)
        .to_owned()
}

/// `cancell-ed` and `cancel` are the same; so are `reserv-ed` and `reserve`.
fn undouble(stem: &str) -> &str {
    let mut last_two = stem.chars().rev().take(2);
    match (last_two.next(), last_two.next()) {
        (Some(last), Some(before)) if last == before && !is_vowel(last) && last != 's' => {
            &stem[..stem.len() - 1]
        }
        (Some('e'), _) => &stem[..stem.len() - 1],
        _ => stem,
    }
}

fn can_end(rest: &str) -> bool {
    syllables(rest) >= 2
}

fn syllables(word: &str) -> usize {
    word.chars().filter(|&c| is_vowel(c)).count()
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(words: &[&str]) {
        let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
        assert!(
            stems.windows(2).all(|pair| pair[0] == pair[1]),
            "{words:?} -> {stems:?}"
        );
    }

    #[track_caller]
    fn unchanged(word: &str) {
        assert_eq!(stem(word), word);
    }

    #[test]
    fn inflections_share_a_stem() {
        same(&[
            "bayar",
            "dibayar",
            "membayar",
            "pembayaran",
            "bayarnya",
            "dibayarkan",
            "terbayar",
        ]);
        same(&[
            "tagih",
            "tagihan",
            "menagih",
            "tagihannya",
            "ditagih",
            "penagihan",
        ]);
        same(&["pulsa", "pulsanya"]);
        same(&["cek", "dicek", "ngecek"]);
        same(&["pakai", "memakai", "dipakai", "pemakaian"]);
        same(&["sambung", "menyambung", "tersambung", "disambungkan"]);
        same(&["refund", "refunds", "refunded", "refunding"]);
        same(&["reserve", "reserved", "reserving", "reservation"]);
        same(&["cancel", "cancelled", "canceled"]);
    }

    #[test]
    fn what_only_looks_inflected_stays() {
        unchanged("sid");
        unchanged("dsc");
        unchanged("k44");
        unchanged("bill");
        unchanged("isi");
        unchanged("bus");
        unchanged("sing");
        unchanged("");
        unchanged("é");
    }
}
