//! Numbers spelled out in Indonesian: `dua belas`, `dua ratus lima puluh`, `sejuta`.

use std::sync::LazyLock;

use regex::Regex;

/// Pattern of a number word; several of them in a row spell a number, blanks between them or not.
pub(super) const WORD: &str = "nol|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas|seratus|\
    seribu|sejuta|puluh|belas|ratus|ribu|rebu|rb|juta|jt|setengah";

/// Pattern of a count in digits or spelled out, up to what a month has of days.
pub(super) const SMALL: &str = r"\d{1,3}|(?:dua|tiga)\s*puluh(?:\s+(?:satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan))?|
    (?:dua|tiga|empat|lima|enam|tujuh|delapan|sembilan)\s*belas|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|
    sepuluh|sebelas";

/// Returns the number that the words spell, `None` when they are not a number or it is beyond `u64`.
pub(super) fn parse(text: &str) -> Option<u64> {
    let mut total: u64 = 0; // what thousands and millions have closed off
    let mut below: u64 = 0; // hundreds and tens that may still be multiplied
    let mut digit: u64 = 0; // the ones that may still become tens or hundreds
    let mut half = false;
    for word in words(text)? {
        // `ribu` without a count, as in `beberapa ribu`, is no number.
        let count = |count: u64| (count > 0 || half).then_some(count);
        let (scale, ahead) = match word.as_str() {
            "puluh" => (10, count(digit)?),
            "ratus" => (100, count(digit)?),
            "belas" => (1, count(digit)?.checked_add(10)?),
            // `dua seratus` is no number, and `dua lima` two of them.
            word if digit > 0
                && (word.starts_with("se")
                    && word.len() > 5
                    && word != "sembilan"
                    && word != "setengah") =>
            {
                return None;
            }
            "sepuluh" => (1, 10),
            "sebelas" => (1, 11),
            "seratus" => (1, 100),
            "seribu" => (1_000, 1),
            "sejuta" => (1_000_000, 1),
            "ribu" | "rebu" | "rb" => (1_000, count(below.checked_add(digit)?)?),
            "juta" | "jt" => (1_000_000, count(below.checked_add(digit)?)?),
            "setengah" => {
                half = true;
                continue;
            }
            _ => {
                if digit > 0 {
                    return None;
                }
                digit = one_digit(&word)?;
                continue;
            }
        };
        let amount = ahead.checked_mul(scale)?;
        if scale < 1_000 {
            below = below.checked_add(amount)?;
        } else {
            let rest = if half { scale / 2 } else { 0 };
            total = total.checked_add(amount)?.checked_add(rest)?;
            (below, half) = (0, false);
        }
        digit = 0;
    }
    (!half).then_some(total.checked_add(below)?.checked_add(digit)?)
}

/// Splits what may be written together: `limapuluh ribu`.
fn words(text: &str) -> Option<Vec<String>> {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(r"(?i){WORD}|\d{{1,3}}|\S")).expect("the pattern is constant")
    });
    let words: Vec<String> = WORDS
        .find_iter(text)
        .map(|word| word.as_str().to_lowercase())
        .collect();
    (!words.is_empty()
        && words
            .iter()
            .all(|word| word.len() > 1 || word.starts_with(|c: char| c.is_ascii_digit())))
    .then_some(words)
}

/// Returns a count that [`SMALL`] matched.
pub(super) fn small(text: &str) -> Option<i64> {
    static DIGITS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\d+$").expect("the pattern is constant"));
    if DIGITS.is_match(text) {
        text.parse().ok()
    } else {
        i64::try_from(parse(text)?).ok()
    }
}

fn one_digit(word: &str) -> Option<u64> {
    let mut words = "nol satu dua tiga empat lima enam tujuh delapan sembilan".split(' ');
    let spelled = || u64::try_from(words.position(|known| known == word)?).ok();
    word.parse().ok().or_else(spelled)
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
        check("limapuluh rb", Some(50_000));
        check("ribu", None);
        check("puluh ribu", None);
        check("setengah", None);
        check("banyak", None);
    }
}
