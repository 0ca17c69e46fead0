//! Numbers spelled out in Indonesian: `dua belas`, `dua ratus lima puluh`, `sejuta`.

use std::sync::LazyLock;

use regex::Regex;

/// Pattern of a number word; several of them in a row, with blanks between, spell a number.
pub(super) const WORD: &str = "nol|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas|seratus|\
    seribu|sejuta|puluh|belas|ratus|ribu|rebu|juta|setengah";

/// Pattern of a count from one to twelve, in digits or spelled out.
pub(super) const SMALL: &str =
    r"\d{1,3}|dua\s+belas|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas";

/// Returns the number that the words spell, `None` when they are not a number or it is beyond `u64`.
pub(super) fn parse(words: &str) -> Option<u64> {
    let mut total: u64 = 0; // what thousands and millions have closed off
    let mut below: u64 = 0; // hundreds and tens that may still be multiplied
    let mut digit: u64 = 0; // the ones that may still become tens or hundreds
    let mut half = false;
    for word in words.to_lowercase().split_whitespace() {
        match word {
            "puluh" => below = below.checked_add(digit.max(1).checked_mul(10)?)?,
            "belas" => below = below.checked_add(digit.checked_add(10)?)?,
            "ratus" => below = below.checked_add(digit.max(1).checked_mul(100)?)?,
            "sepuluh" => below = below.checked_add(10)?,
            "sebelas" => below = below.checked_add(11)?,
            "seratus" => below = below.checked_add(100)?,
            "ribu" | "rebu" | "seribu" | "juta" | "sejuta" => {
                let scale = if word.ends_with("juta") { 1_000_000 } else { 1_000 };
                let mut count = below.checked_add(digit)?;
                if count == 0 && !half {
                    count = 1;
                }
                let halves = if half { scale / 2 } else { 0 };
                total = total.checked_add(count.checked_mul(scale)?.checked_add(halves)?)?;
                (below, half) = (0, false);
            }
            "setengah" => half = true,
            _ => {
                digit = one_digit(word)?;
                continue;
            }
        }
        if word != "setengah" {
            digit = 0;
        }
    }
    (!half).then_some(total.checked_add(below)?.checked_add(digit)?)
}

/// Returns a count that [`SMALL`] matched.
pub(super) fn small(text: &str) -> Option<i64> {
    static DIGITS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\d+$").expect("the pattern is constant"));
    if DIGITS.is_match(text) { text.parse().ok() } else { i64::try_from(parse(text)?).ok() }
}

fn one_digit(word: &str) -> Option<u64> {
    let words = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"];
    let digit = words.iter().position(|known| *known == word)?;
    u64::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &str, expected: Option<u64>) {
        assert_eq!(parse(words), expected, "{words}");
    }

    #[test]
    fn spelled_numbers_are_read() {
        check("delapan", Some(8));
        check("dua belas", Some(12));
        check("seratus ribu", Some(100_000));
        check("lima puluh ribu", Some(50_000));
        check("dua ratus lima puluh ribu", Some(250_000));
        check("satu juta dua ratus ribu", Some(1_200_000));
        check("satu setengah juta", Some(1_500_000));
        check("setengah juta", Some(500_000));
        check("sejuta", Some(1_000_000));
        check("setengah", None);
        check("banyak", None);
    }
}
