//! The upgrade rule: `dari sem 100 ke mon 150 bisa?`, `paket apa yang muncul buat sem 75?`, in free wording.
//!
//! A question is read as two packages, each a speed and a subscription term, the present one and the wanted one; words
//! like `ke` and `dari` say which is which. The rule decides, and where the document is silent, that is the answer.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::catalog::rules::{Bill, Upgrade};

/// A number from here to there is a speed; fewer are months, more are years and amounts.
const SPEEDS_MBPS: std::ops::RangeInclusive<u32> = 10..=1500;
/// A speed and a term this many words apart belong together.
const APART_MAX: usize = 2;

/// Words that open the wanted package.
const TO: &[&str] = &[
    "ke", "to", "jadi", "menjadi", "mau", "mo", "pengen", "pingin", "ingin", "pindah", "naik",
    "ambil", "ganti", "upgrade", "->", "=>", "→", ">",
];
/// Words that open the present one.
const FROM: &[&str] = &[
    "dari",
    "from",
    "plgn",
    "pelanggan",
    "buat",
    "untuk",
    "utk",
    "bagi",
    "sekarang",
    "skrg",
    "skrng",
    "existing",
    "lama",
    "asal",
    "punya",
    "customer",
    "cust",
];
/// Words with which a list is asked for.
const LIST: &[&str] = &[
    "apa",
    "apaan",
    "mana",
    "list",
    "daftar",
    "pilihan",
    "pilihannya",
    "opsi",
    "opsinya",
    "aja",
    "saja",
    "muncul",
    "tampil",
    "keluar",
    "nongol",
];
/// Words with which a price is asked for.
const PRICE: &[&str] = &["harga", "harganya", "tarif", "price", "biaya", "biayanya"];
/// Behind a number these say that it is no speed.
const OTHER_UNITS: &[&str] = &[
    "rb", "ribu", "rebu", "k", "jt", "juta", "persen", "hari", "jam", "gb", "kali", "x", "digit",
];
const MONTHS: &[&str] = &["bulan", "bln", "month", "months", "bl"];
const YEARS: &[&str] = &["tahun", "thn", "th"];

/// What a rule says to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// The answer.
    pub answer: Answer,
    /// The points of the SOP that say so.
    pub points: Vec<String>,
}

/// The answer of a rule. Packages are called by their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The change is possible.
    Possible { from: String, to: String },
    /// It is not, and why.
    Refused {
        from: String,
        to: String,
        reasons: Vec<Reason>,
    },
    /// The question leaves a term open, which decides: the names of those that would do.
    Depends {
        from: String,
        to: String,
        open: Open,
        possible: Vec<String>,
    },
    /// The packages to change to.
    Offered { from: String, packages: Vec<String> },
    /// What a package costs.
    Costs { package: String, rupiah: u64 },
    /// The document does not say.
    Silent { about: Silence },
    /// The bill of a change.
    Bill(Total),
}

/// Why a change is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The new speed is no higher.
    Speed { from: u32, to: u32 },
    /// The new term is shorter, in months.
    Term { from: u32, to: u32 },
}

/// Which term a question leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Open {
    /// That of the present package.
    Present,
    /// That of the wanted one.
    Wanted,
}

/// What the document does not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// A speed it does not know.
    Speed(u32),
    /// A term it does not know, in months.
    Term(u32),
    /// A change between lines of packages.
    Crossing,
    /// The price of a package.
    Price(String),
}

/// The bill of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// The new package's price.
    pub price: u64,
    /// What is taken off.
    pub adjustment: u64,
    /// The difference.
    pub exact: u64,
    /// The difference rounded, and of that the tax; two of them where the ways to round that fit the example differ.
    pub rounded: Vec<(u64, u64)>,
    /// The tax's rate.
    pub vat_percent: u64,
}

/// Returns what the rule says to a question; none when the question is about something else.
pub fn rule(upgrade: &Upgrade, question: &str) -> Option<Ruling> {
    let read = Question::read(upgrade, question)?;
    let [from, to] = [&read.from, &read.to];
    let name = |package: &Package| package.name(upgrade);
    let ruling = |answer, points: &[&String]| {
        let points = points.iter().map(|point| (*point).clone()).collect();
        Some(Ruling { answer, points })
    };
    let silent = |about, point: &String| ruling(Answer::Silent { about }, &[point]);
    for package in [from, to] {
        match (package.speed, package.months) {
            (Some(speed), _) if !upgrade.speeds_mbps.contains(&speed) => {
                return silent(Silence::Speed(speed), &upgrade.unknown);
            }
            (_, Some(months)) if upgrade.terms.iter().all(|term| term.months != months) => {
                return silent(Silence::Term(months), &upgrade.unknown);
            }
            _ => {}
        }
    }
    if read.price && to.is_empty() {
        let known = upgrade.prices.iter().find(|price| {
            Some(price.speed_mbps) == from.speed
                && Some(price.months) == from.months
                && (from.line.is_none() || price.line == from.line)
        });
        return match known {
            Some(price) => ruling(
                Answer::Costs {
                    package: name(from),
                    rupiah: price.rupiah,
                },
                &[&upgrade.known_price],
            ),
            None => silent(Silence::Price(name(from)), &upgrade.unknown_price),
        };
    }
    // A line that is named on one side only is the same on the other.
    let crosses = from.line.is_some() && to.line.is_some() && from.line != to.line;
    if crosses {
        return silent(Silence::Crossing, &upgrade.crossing);
    }
    let (Some(from_speed), Some(to_speed)) = (from.speed, to.speed) else {
        return offered(upgrade, &read);
    };
    let speed_allows = upgrade.speed.allows(from_speed, to_speed);
    let term_allows = |from, to| upgrade.term.allows(from, to);
    let term_reason = match (from.months, to.months) {
        (Some(from), Some(to)) if !term_allows(from, to) => Some(Reason::Term { from, to }),
        _ => None,
    };
    if !speed_allows || term_reason.is_some() {
        let speed_reason = (!speed_allows).then_some(Reason::Speed {
            from: from_speed,
            to: to_speed,
        });
        let point = match speed_allows {
            true => &upgrade.term_refused,
            false => &upgrade.speed_refused,
        };
        let answer = Answer::Refused {
            from: name(from),
            to: name(to),
            reasons: speed_reason.into_iter().chain(term_reason).collect(),
        };
        return ruling(answer, &[point]);
    }
    let (open, would): (Open, Vec<&str>) = match (from.months, to.months) {
        (Some(_), Some(_)) => {
            let answer = Answer::Possible {
                from: name(from),
                to: name(to),
            };
            return ruling(answer, &[&upgrade.possible, &upgrade.rule]);
        }
        (None, Some(to)) => (
            Open::Present,
            terms_for(upgrade, |months| term_allows(months, to)),
        ),
        (Some(from), None) => (
            Open::Wanted,
            terms_for(upgrade, |months| term_allows(from, months)),
        ),
        (None, None) => return None,
    };
    let answer = Answer::Depends {
        from: name(from),
        to: name(to),
        open,
        possible: would.into_iter().map(str::to_owned).collect(),
    };
    ruling(answer, &[&upgrade.rule])
}

fn terms_for(upgrade: &Upgrade, allowed: impl Fn(u32) -> bool) -> Vec<&str> {
    let terms = upgrade.terms.iter().filter(|term| allowed(term.months));
    terms.map(|term| term.name.as_str()).collect()
}

/// The packages to change to from one whose speed and term are known, in the order of speed and term.
fn offered(upgrade: &Upgrade, read: &Question) -> Option<Ruling> {
    let (from, to) = (&read.from, &read.to);
    let (speed, months) = (from.speed?, from.months?);
    if to.is_empty() && !read.list {
        return None;
    }
    let speeds = upgrade.speeds_mbps.iter().copied();
    let packages = speeds
        .filter(|new| upgrade.speed.allows(speed, *new))
        .flat_map(|new| {
            let terms = upgrade.terms.iter();
            let terms = terms.filter(|term| upgrade.term.allows(months, term.months));
            let wanted = terms.filter(|term| to.months.is_none_or(|only| only == term.months));
            wanted.map(move |term| format!("{} {new}", term.name))
        });
    Some(Ruling {
        answer: Answer::Offered {
            from: from.name(upgrade),
            packages: packages.collect(),
        },
        points: vec![upgrade.rule.clone()],
    })
}

/// Returns how the bill of a change is made up, from the two amounts a question names.
pub fn bill(bill: &Bill, question: &str) -> Option<Ruling> {
    static CUE: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(?i)penyesuaian|potongan|dipotong|dikurang|dikurangi|kurangi|adjustment|minus|less|\d\s+-\s+(?:rp)?\s*\d";
        Regex::new(pattern).expect("the pattern is checked by a test")
    });
    static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\d{1,3}(?:[.,]\d{3})+|\d{5,9}").expect("the pattern is checked by a test")
    });
    if !CUE.is_match(question) {
        return None;
    }
    let mut amounts = AMOUNT.find_iter(question).filter_map(|found| {
        let digits: String = found
            .as_str()
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        digits.parse::<u64>().ok()
    });
    let (one, other) = (amounts.next()?, amounts.next()?);
    if amounts.next().is_some() {
        return None;
    }
    let (price, adjustment) = (one.max(other), one.min(other));
    let exact = price - adjustment;
    let step = bill.round_to_rupiah;
    let nearest = (exact + step / 2) / step * step;
    let up = exact.div_ceil(step) * step;
    let vat = |total: u64| {
        let whole = 100 + bill.vat_percent;
        total - (total * 100 + whole / 2) / whole
    };
    let mut totals = vec![nearest, up];
    totals.dedup();
    let mut points = vec![bill.example.clone()];
    if totals.len() > 1 {
        points.push(bill.rounding.clone());
    }
    points.push(bill.adjustment.clone());
    Some(Ruling {
        answer: Answer::Bill(Total {
            price,
            adjustment,
            exact,
            rounded: totals
                .into_iter()
                .map(|total| (total, vat(total)))
                .collect(),
            vat_percent: bill.vat_percent,
        }),
        points,
    })
}

/// A package as far as a question names it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Package {
    line: Option<String>,
    speed: Option<u32>,
    months: Option<u32>,
}

impl Package {
    fn is_empty(&self) -> bool {
        self.speed.is_none() && self.months.is_none()
    }

    fn name(&self, upgrade: &Upgrade) -> String {
        let term = self.months.map(|months| {
            let known = upgrade.terms.iter().find(|term| term.months == months);
            known.map_or_else(|| format!("{months} bulan"), |term| term.name.clone())
        });
        let speed = self.speed.map(|speed| speed.to_string());
        let parts = [self.line.clone(), term, speed];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// A question as far as the rule understands it.
#[derive(Debug, Default)]
struct Question {
    from: Package,
    to: Package,
    list: bool,
    price: bool,
}

/// A part of a package.
enum Part {
    Line(String),
    Speed(u32),
    Months(u32),
}

impl Question {
    /// Reads two packages, or one; none when no speed stands beside a term.
    fn read(upgrade: &Upgrade, question: &str) -> Option<Question> {
        let words = words(question);
        let mut read = Question::default();
        let (mut wanted, mut marked) = (false, false);
        let (mut speed_at, mut term_at) = (None, None);
        let mut belong_together = false;
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let word = word.as_str();
            let next = words.get(at + 1).map(String::as_str);
            read.list |= LIST.contains(&word);
            read.price |= PRICE.contains(&word);
            let (part, used) = part(upgrade, word, next);
            match part {
                Some(part) => {
                    let seen = match part {
                        Part::Speed(_) => &mut speed_at,
                        Part::Months(_) => &mut term_at,
                        Part::Line(_) => &mut None,
                    };
                    *seen = Some(at);
                    if let (Some(speed), Some(term)) = (speed_at, term_at) {
                        belong_together |= usize::abs_diff(speed, term) <= APART_MAX;
                    }
                    read.put(part, &mut wanted, marked);
                }
                None if TO.contains(&word) && !(read.from.is_empty() && next.is_none()) => {
                    // `upgrade sem 75 ke sem 150`: in front of everything it says nothing.
                    let is_plain = matches!(word, "ke" | "to" | "->" | "=>" | "→");
                    if is_plain || !read.from.is_empty() {
                        (wanted, marked) = (true, true);
                    }
                }
                None if FROM.contains(&word) => {
                    // `kenapa mon 150 ga muncul buat sem 100`: what came first is what is wanted.
                    if !read.from.is_empty() && read.to.is_empty() && !marked {
                        std::mem::swap(&mut read.from, &mut read.to);
                    }
                    if read.from.is_empty() {
                        (wanted, marked) = (false, true);
                    }
                }
                None => {}
            }
            at += used;
        }
        // Only the wanted package was named, so it is the one that is asked about.
        if read.from.is_empty() && !read.to.is_empty() {
            std::mem::swap(&mut read.from, &mut read.to);
        }
        belong_together.then_some(read)
    }

    /// Keeps a part of the package that is spoken of; a second speed or term opens the wanted one.
    fn put(&mut self, part: Part, wanted: &mut bool, marked: bool) {
        let is_taken = |package: &Package| match part {
            Part::Line(_) => package.line.is_some(),
            Part::Speed(_) => package.speed.is_some(),
            Part::Months(_) => package.months.is_some(),
        };
        if !*wanted && is_taken(&self.from) && !(marked && is_taken(&self.to)) {
            *wanted = true;
        }
        let package = if *wanted {
            &mut self.to
        } else {
            &mut self.from
        };
        match part {
            Part::Line(line) => package.line.get_or_insert(line).truncate(usize::MAX),
            Part::Speed(speed) => {
                package.speed.get_or_insert(speed);
            }
            Part::Months(months) => {
                package.months.get_or_insert(months);
            }
        }
    }
}

/// The part of a package that a word is, with how many words it takes.
fn part(upgrade: &Upgrade, word: &str, next: Option<&str>) -> (Option<Part>, usize) {
    if let Ok(number) = word.parse::<u32>() {
        return match next {
            Some(unit) if MONTHS.contains(&unit) => (Some(Part::Months(number)), 2),
            Some(unit) if YEARS.contains(&unit) && number < 10 => {
                (Some(Part::Months(12 * number)), 2)
            }
            Some(unit) if OTHER_UNITS.contains(&unit) => (None, 2),
            _ if SPEEDS_MBPS.contains(&number) => (Some(Part::Speed(number)), 1),
            _ => (None, 1),
        };
    }
    let term = upgrade.terms.iter().find(|term| {
        term.name.to_lowercase() == word || term.aliases.iter().any(|alias| alias == word)
    });
    let line = || {
        let lines = upgrade.lines.iter();
        lines.clone().find(|line| line.to_lowercase() == word)
    };
    match (term, line()) {
        (Some(term), _) => (Some(Part::Months(term.months)), 1),
        (None, Some(line)) => (Some(Part::Line(line.clone())), 1),
        (None, None) => (None, 1),
    }
}

/// Words, numbers and arrows; `stream plus` is one word.
fn words(question: &str) -> Vec<String> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"[a-z]+ ?plus\b|[a-z]+\+?|\d+(?:[.,]\d+)*|->|=>|→|>";
        Regex::new(pattern).expect("the pattern is checked by a test")
    });
    let lower = question.to_lowercase();
    WORD.find_iter(&lower)
        .map(|word| match word.as_str().strip_suffix("plus") {
            Some(line) if !line.trim().is_empty() => format!("{}+", line.trim()),
            _ => word.as_str().to_owned(),
        })
        .collect()
}
