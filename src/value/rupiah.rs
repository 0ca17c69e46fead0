//! Amounts of rupiah: `50rb`, `Rp 100.000`, `1,5 juta`, `seratus ribu`, `goceng`.
//!
//! A dot before three digits separates thousands, in front of a unit with fewer digits it is a decimal point. There is
//! nothing to buy for less than `AMOUNT_MIN`, so a bare `50` is asked back as `Rp50.000` instead of being believed.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::text::{Lexicon, Role};

use super::{
    Canonical, Error, FoundValue, Lookalike, Remark, Value, is_glued, msisdn, numerals, settle,
};

/// The least amount that is accepted: nothing is sold for less.
const AMOUNT_MIN: u64 = 1_000;
/// The greatest amount that is accepted: beyond it a number of another kind was pasted.
const AMOUNT_MAX: u64 = 1_000_000_000_000;
/// Top-ups are sold in multiples of this.
const AMOUNT_STEP: u64 = 1_000;

/// Reads the one amount in an answer. With a money cue on one of several numbers, that one is the amount.
pub fn parse(raw: &str, lexicon: &Lexicon) -> Result<Value, Error> {
    let amounts = amounts(raw);
    let cued: Vec<&Amount> = amounts
        .iter()
        .filter(|amount| amount.cue != Cue::Bare)
        .collect();
    let chosen = if cued.is_empty() {
        amounts.iter().collect()
    } else {
        cued
    };
    let plausible: Vec<FoundValue> = chosen.iter().filter_map(|amount| amount.found()).collect();
    if chosen
        .iter()
        .any(|amount| is_doubtful(raw, amount, lexicon) || is_repeated(raw, amount))
    {
        let options = plausible.into_iter().map(|found| found.value.display);
        return Err(Error::ambiguous(options));
    }
    settle(plausible, || match chosen.first() {
        _ if msisdn::parse(raw).is_ok() => Error::LooksLike(Lookalike::Msisdn),
        Some(amount) => amount.refusal(),
        None => Error::NotFound,
    })
}

/// Finds amounts with a money cue.
pub fn find(raw: &str, lexicon: &Lexicon) -> Vec<FoundValue> {
    amounts(raw)
        .iter()
        .filter(|amount| amount.cue != Cue::Bare && !is_doubtful(raw, amount, lexicon))
        .filter_map(Amount::found)
        .collect()
}

/// Whether what is beside an amount makes it another: a sign, a factor, a second amount, half a number.
fn is_doubtful(raw: &str, amount: &Amount, lexicon: &Lexicon) -> bool {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?ix) (?: (?:^|[\s(]|rp\.?) [-\u{2212}] \s? | \b minus \s+ | [\dx] \s* [x\u{d7}*] \s* | \d \s* kali \s+ ) (?: rp\.? \s* )? $")
            .expect("the pattern is constant")
    });
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?ix)^ \s* (?: [x\u{d7}*] | (?:di)?kali ) \s* \d")
            .expect("the pattern is constant")
    });
    const CHARS_BEFORE: usize = 16;
    let Amount { span, .. } = amount;
    let from = raw[..span.start]
        .char_indices()
        .rev()
        .take(CHARS_BEFORE)
        .last();
    let before = &raw[from.map_or(0, |(place, _)| place)..span.start];
    let after = &raw[span.end..];
    let is_open = |text: &str| !lexicon.everyday.find(Role::Between, text).is_empty();
    let opens = |text: &str| {
        let mut words = text.split_whitespace();
        let open = words.next().is_some_and(is_open);
        open && words
            .next()
            .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
    };
    let mut last = before.split_whitespace().rev().take(2).collect::<Vec<_>>();
    last.reverse();
    amount.is_partial
        || BEFORE.is_match(before)
        || AFTER.is_match(after)
        || is_open(&last.join(" ")) && before.ends_with(' ')
        || opens(after)
}

/// Whether an amount is paid several times: what is asked for may be all of it.
fn is_repeated(raw: &str, amount: &Amount) -> bool {
    static TIMES: LazyLock<Regex> = LazyLock::new(|| {
        let count = numerals::SMALL;
        Regex::new(&format!(r"(?ix)^ \s* (?:{count}) \s* (?:kali|x) \b"))
            .expect("the pattern is constant")
    });
    TIMES.is_match(&raw[amount.span.end..])
}

/// Returns the amount with dots: `Rp1.500.000`.
pub fn display(rupiah: u64) -> String {
    let digits = rupiah.to_string();
    let mut dotted = String::from("Rp");
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            dotted.push('.');
        }
        dotted.push(digit);
    }
    dotted
}

/// A number in the text that may be an amount.
struct Amount {
    span: Range<usize>,
    rupiah: u64,
    cue: Cue,
    /// The last number has no unit although it needs one: `sejuta dua ratus`.
    is_partial: bool,
}

/// What says that a number is money.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cue {
    /// Nothing: `50000`.
    Bare,
    /// Dots between round thousands: `50.000`.
    Thousands,
    /// The currency alone, or a word: `Rp 50.000`, `goceng`.
    Currency,
    /// A unit, of so many rupiah; a smaller one may follow: `1 juta 500 ribu`.
    Unit(u64),
}

impl Amount {
    fn found(&self) -> Option<FoundValue> {
        let plausible = (AMOUNT_MIN..=AMOUNT_MAX).contains(&self.rupiah);
        plausible.then(|| FoundValue {
            span: self.span.clone(),
            value: value(self.rupiah),
        })
    }

    fn refusal(&self) -> Error {
        match self.rupiah {
            0 => Error::ZeroAmount,
            rupiah if rupiah < AMOUNT_MIN => Error::TooSmall {
                suggest: rupiah * 1_000,
            },
            _ => Error::TooLarge {
                expected: AMOUNT_MAX,
            },
        }
    }
}

fn value(rupiah: u64) -> Value {
    let remark = (!rupiah.is_multiple_of(AMOUNT_STEP)).then_some(Remark::UnusualAmount);
    Value {
        canonical: Canonical::Amount(rupiah),
        display: display(rupiah),
        remark,
    }
}

fn amounts(raw: &str) -> Vec<Amount> {
    let mut all = in_words(raw);
    let is_read = |span: &Range<usize>, all: &[Amount]| {
        all.iter()
            .any(|other| other.span.start < span.end && span.start < other.span.end)
    };
    let mut digits = in_digits(raw);
    digits.retain(|amount| !is_read(&amount.span, &all));
    all.extend(digits);
    all.extend(in_slang(raw));
    all.sort_by_key(|amount| amount.span.start);
    add_up(raw, all)
}

fn in_digits(raw: &str) -> Vec<Amount> {
    static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix) (?<currency> \b (?:rp|idr) \.? [\ \u{a0}]? )?
              (?<number> \d{1,3} (?:\ \d{3})+ \b | \d [\d.,]* \d | \d )
              (?: [\ \u{a0}]? (?<unit> ratus\ (?:ribu|rb) | ribu | rebu | rbu | rb | k | juta | jt | miliar | milyar )
                  (?: an | nya )? \b )?
              (?: ,- )?",
        )
        .expect("the pattern is constant")
    });
    AMOUNT
        .captures_iter(raw)
        .filter_map(|amount| {
            let span = amount.get(0)?.range();
            let (rupiah, cue) = read(&amount)?;
            let is_apart = !is_glued(raw, &span)
                || matches!(cue, Cue::Unit(_)) && is_behind_a_word(raw, &span);
            let standing = is_apart && (cue != Cue::Bare || !is_part(raw, &span));
            standing.then_some(Amount {
                span,
                rupiah,
                cue,
                is_partial: false,
            })
        })
        .collect()
}

/// Whether the amount hangs on a word only: `pulsa50rb`.
fn is_behind_a_word(raw: &str, span: &Range<usize>) -> bool {
    const LETTERS_MIN: usize = 3;
    let before = raw[..span.start]
        .split(|c: char| !c.is_alphanumeric())
        .next_back();
    let is_word = before
        .is_some_and(|word| word.len() >= LETTERS_MIN && word.chars().all(char::is_alphabetic));
    is_word && !is_glued(&raw[span.start..], &(0..span.len()))
}

/// Whether a bare number is a part of a date, a clock time or a foreign phone number.
fn is_part(raw: &str, span: &Range<usize>) -> bool {
    let continues = |after: &str| after.starts_with(|c: char| c.is_ascii_digit());
    let before = raw[..span.start].strip_suffix([':', '/']);
    let after = raw[span.end..].strip_prefix([':', '/']);
    raw[..span.start].ends_with('+')
        || before.is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))
        || after.is_some_and(continues)
}

fn read(amount: &Captures<'_>) -> Option<(u64, Cue)> {
    let number = amount.name("number")?.as_str();
    let currency = amount.name("currency").is_some();
    match amount.name("unit") {
        Some(unit) => {
            let unit = match unit.as_str().to_lowercase().as_str() {
                "juta" | "jt" => 1_000_000,
                "miliar" | "milyar" => 1_000_000_000,
                hundred if hundred.starts_with("ratus") => 100_000,
                _ => 1_000,
            };
            Some((scaled(number, unit)?, Cue::Unit(unit)))
        }
        None if currency => Some((whole(number)?, Cue::Currency)),
        // `0812...` and `02...` are numbers of another kind.
        None if number.len() > 1 && number.starts_with('0') => None,
        None if number.ends_with(".000") => Some((whole(number)?, Cue::Thousands)),
        None => Some((whole(number)?, Cue::Bare)),
    }
}

/// Reads a number in front of a unit: `1,5`, `100`, `1.500`. An amount beyond `u64` reads as the greatest there is.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    let Some((before, decimals)) = number
        .rsplit_once(['.', ','])
        .filter(|(_, after)| after.len() < 3)
    else {
        return Some(whole(number)?.saturating_mul(unit));
    };
    let tenths = 10_u64.pow(u32::try_from(decimals.len()).ok()?);
    let part = decimals.parse::<u64>().ok()?.checked_mul(unit / tenths)?;
    Some(whole(before)?.saturating_mul(unit).saturating_add(part))
}

/// Reads a number without unit: thousands separated by dots, commas or blanks, and no sen but `,00`.
fn whole(number: &str) -> Option<u64> {
    let sen = [(",00", ','), (".00", '.')];
    let rupiah = sen
        .iter()
        .find_map(|(sen, mark)| {
            number
                .strip_suffix(sen)
                .filter(|rest| !rest.contains(*mark))
        })
        .unwrap_or(number);
    let marks = rupiah
        .chars()
        .filter(|c| !c.is_ascii_digit())
        .collect::<BTreeSet<char>>();
    let mut groups = rupiah.split(['.', ',', ' ']);
    let first = groups.next()?;
    let thousands: Vec<&str> = groups.collect();
    let regular = marks.len() <= 1
        && (thousands.is_empty()
            || first.len() <= 3 && thousands.iter().all(|group| group.len() == 3));
    let digits: String = rupiah.chars().filter(char::is_ascii_digit).collect();
    (regular && !digits.is_empty()).then(|| digits.parse().unwrap_or(u64::MAX))
}

fn in_words(raw: &str) -> Vec<Amount> {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        let word = numerals::WORD;
        let scale = "puluh|belas|ratus|setengah";
        Regex::new(&format!(
            r"(?ix) \b (?: \d{{1,3}} \s* (?:{scale}) | {word} ) (?: \s* (?:{word}) | \s+ \d{{1,3}} \s* (?:{word}) )* \b"
        ))
            .expect("the pattern is constant")
    });
    WORDS
        .find_iter(raw)
        .filter_map(|words| {
            let rupiah = numerals::parse(words.as_str()).filter(|rupiah| *rupiah >= AMOUNT_MIN)?;
            // `2 ratus ribu` was read with its digit already.
            let continues = raw[..words.start()]
                .trim_end()
                .ends_with(|c: char| c.is_ascii_digit());
            (!continues).then(|| Amount {
                span: words.range(),
                rupiah,
                cue: Cue::Currency,
                is_partial: rupiah > 1_000_000 && !rupiah.is_multiple_of(AMOUNT_STEP),
            })
        })
        .collect()
}

/// The words of Hokkien origin that Jakarta counts money in: a count and a unit, `goceng`, and perhaps thousands of
/// that, `cepek ceng`. Those below a thousand are said of thousands as well.
fn in_slang(raw: &str) -> Vec<Amount> {
    static SLANG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?ix) \b (?: (?<count>ce|se|no|go) (?<unit>cap|pek|ceng|ban|tiau) | (?<twenty_five>jigo) ) (?: \s* (?<thousands>ceng|ribu|rb) )? \b")
            .expect("the pattern is constant")
    });
    SLANG
        .captures_iter(raw)
        .filter_map(|said| {
            let part = |name: &str| said.name(name).map(|part| part.as_str().to_lowercase());
            let count = match part("count").as_deref() {
                Some("no") => 2,
                Some("go") => 5,
                Some(_) => 1,
                None => 25,
            };
            let unit = match part("unit").as_deref() {
                Some("cap") => 10,
                Some("pek") => 100,
                Some("ceng") => 1_000,
                Some("ban") => 10_000,
                Some(_) => 1_000_000,
                None => 1,
            };
            let times = if said.name("thousands").is_some() {
                1_000
            } else {
                1
            };
            Some(Amount {
                span: said.get(0)?.range(),
                rupiah: count * unit * times,
                cue: Cue::Currency,
                is_partial: unit >= 1_000 && times > 1,
            })
        })
        .collect()
}

/// Adds a smaller unit, or the last three digits, to the larger one before it: `1 juta 500 ribu`, `30 ribu 500`.
fn add_up(raw: &str, amounts: Vec<Amount>) -> Vec<Amount> {
    let mut sums: Vec<Amount> = Vec::new();
    for amount in amounts {
        match (sums.last_mut(), amount.cue) {
            (
                Some(Amount {
                    span,
                    rupiah,
                    cue: Cue::Unit(larger),
                    ..
                }),
                Cue::Unit(smaller),
            ) if smaller < *larger
                && amount.rupiah < *larger
                && raw[span.end..amount.span.start].trim().is_empty() =>
            {
                *rupiah = rupiah.saturating_add(amount.rupiah);
                *span = span.start..amount.span.end;
                *larger = smaller;
            }
            (
                Some(Amount {
                    span,
                    rupiah,
                    cue: Cue::Unit(AMOUNT_STEP),
                    ..
                }),
                Cue::Bare,
            ) if amount.span.len() == "500".len()
                && amount.rupiah < AMOUNT_STEP
                && raw.get(span.end..amount.span.start) == Some(" ") =>
            {
                *rupiah = rupiah.saturating_add(amount.rupiah);
                *span = span.start..amount.span.end;
            }
            (Some(sum), Cue::Bare)
                if matches!(sum.cue, Cue::Unit(unit) if unit > AMOUNT_STEP)
                    && amount.rupiah < AMOUNT_STEP
                    && raw.get(sum.span.end..amount.span.start) == Some(" ") =>
            {
                sum.is_partial = true;
            }
            _ => sums.push(amount),
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing;

    #[track_caller]
    fn check(raw: &str, rupiah: u64) {
        assert_eq!(
            parse(raw, testing::lexicon()).map(|value| value.canonical),
            Ok(Canonical::Amount(rupiah)),
            "{raw}"
        );
    }

    #[track_caller]
    fn refuse(raw: &str, error: Error) {
        assert_eq!(parse(raw, testing::lexicon()), Err(error), "{raw}");
    }

    #[track_caller]
    fn check_find(raw: &str, expected: &[&str]) {
        let found: Vec<String> = find(raw, testing::lexicon())
            .into_iter()
            .map(|found| found.value.display)
            .collect();
        assert_eq!(found, expected, "{raw}");
    }

    #[test]
    fn amounts_are_read_as_agents_write_them() {
        check("50rb", 50_000);
        check("50 ribu", 50_000);
        check("50k", 50_000);
        check("50ribuan kak", 50_000);
        check("Rp 100.000", 100_000);
        check("rp100,000", 100_000);
        check("Rp. 100.000,-", 100_000);
        check("IDR 25000", 25_000);
        check("1,5 juta", 1_500_000);
        check("1.5jt", 1_500_000);
        check("1.500rb", 1_500_000);
        check("1 juta 500 ribu", 1_500_000);
        check("2 ratus ribu", 200_000);
        check("25000", 25_000);
        check("50.000,00", 50_000);
        check("50 000", 50_000);
        check("1.500.000,00", 1_500_000);
    }

    #[test]
    fn words_and_slang_are_amounts() {
        check("seratus ribu", 100_000);
        check("lima puluh ribu", 50_000);
        check("Dua ratus lima puluh ribu rupiah", 250_000);
        check("limapuluh ribu", 50_000);
        check("seratus rb", 100_000);
        check("sejuta", 1_000_000);
        check("goceng", 5_000);
        check("goban kak", 50_000);
    }

    #[test]
    fn a_cue_tells_the_amount_from_other_numbers() {
        check("pulsa 50rb tgl 12 ke 0812-0000-1234", 50_000);
        check("50000 jam 20:15", 50_000);
        check("nominal:50000", 50_000);
    }

    #[test]
    fn what_is_no_price_is_refused() {
        refuse("50", Error::TooSmall { suggest: 50_000 });
        refuse("gocap", Error::TooSmall { suggest: 50_000 });
        refuse("Rp 0", Error::ZeroAmount);
        refuse("0", Error::ZeroAmount);
        refuse("081200001234", Error::LooksLike(Lookalike::Msisdn));
        refuse(
            "99999999999999999999999",
            Error::TooLarge {
                expected: AMOUNT_MAX,
            },
        );
        refuse("tidak tahu", Error::NotFound);
        refuse("50kb", Error::NotFound);
        refuse("beberapa ribu", Error::NotFound);
        refuse("12-07-2026", Error::NotFound);
        refuse(
            "50rb atau 100rb",
            Error::Ambiguous {
                options: vec!["Rp50.000".into(), "Rp100.000".into()],
            },
        );
    }

    #[test]
    fn odd_amounts_are_remarked_on() {
        assert_eq!(
            parse("51.500", testing::lexicon()).map(|value| value.remark),
            Ok(Some(Remark::UnusualAmount))
        );
        assert_eq!(
            parse("51.000", testing::lexicon()).map(|value| value.remark),
            Ok(None)
        );
    }

    #[test]
    fn only_amounts_with_a_cue_are_found() {
        check_find(
            "beli pulsa 50rb di tokped harga Rp51.500",
            &["Rp50.000", "Rp51.500"],
        );
        check_find("tf seratus ribu lewat bank", &["Rp100.000"]);
        check_find("25000 belum masuk sejak 2026", &[]);
        check_find("kuota 5k kurang", &["Rp5.000"]);
        check_find("0812-0000-1234 5 km 50 kbps", &[]);
    }
}
