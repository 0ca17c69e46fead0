//! What a rule says to a question: `dari sem 100 ke mon 150 bisa?`, `paket apa yang muncul buat sem 75?`, in free wording.
//!
//! A question is read as two rows of the rule's table, the present one and the wanted one; words like `ke` and `dari` say
//! which is which. The columns decide, and where the document is silent, that is the answer.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::catalog::rules::{Compare, RuleAnswer, RuleColumn, RuleSum, RuleTable};
use crate::text::{Lexicon, Role};
use crate::value::rupiah;

/// Values of two columns this many words apart belong to one row.
const APART_MAX: usize = 2;

/// What a rule says to a question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ruling {
    /// How it came out.
    pub verdict: Verdict,
    /// The sentence of the SOP file for that, filled in; empty where the points say it all.
    pub sentence: String,
    /// The points of the SOP that say so.
    pub points: Vec<String>,
    /// The document does not say.
    pub silent: bool,
}

/// How a question came out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The change is possible.
    #[default]
    Possible,
    /// These columns refuse it.
    Refused(Vec<String>),
    /// It is possible with these values of a column that the question leaves open.
    Depends(Vec<String>),
    /// The rows to change to.
    Offered(Vec<String>),
    /// What a row costs.
    Price(u64),
    /// The document does not state the price.
    NoPrice,
    /// The document does not know this value of a column.
    Unknown(String, u32),
    /// A sum, with the totals it may be rounded to.
    Sum(Vec<u64>),
}

/// Makes a ruling of what the SOP file answers for its outcome.
fn ruling(verdict: Verdict, answer: &RuleAnswer, values: &[(&str, &str)]) -> Option<Ruling> {
    Some(Ruling {
        verdict,
        sentence: filled(answer.say.as_deref().unwrap_or_default(), values),
        points: answer.points.clone(),
        silent: answer.silent,
    })
}

fn filled(sentence: &str, values: &[(&str, &str)]) -> String {
    let put =
        |text: String, (name, value): &(&str, &str)| text.replace(&format!("{{{name}}}"), value);
    values.iter().fold(sentence.to_owned(), put)
}

/// Returns what a table says to a question; none when the question is about something else.
pub fn by_table(table: &RuleTable, question: &str, lexicon: &Lexicon) -> Option<Ruling> {
    let read = Reader::read(table, question, lexicon)?;
    for row in [&read.from, &read.to] {
        for (column, value) in table.columns.iter().zip(row.iter()) {
            let known = |value: &u32| column.all().any(|(known, _)| known == *value);
            if let Some(value) = value.filter(|value| !known(value)) {
                let verdict = Verdict::Unknown(column.id.clone(), value);
                return ruling(
                    verdict,
                    column.unknown.as_ref()?,
                    &[("value", &value.to_string())],
                );
            }
        }
    }
    if read.price && read.is_empty(&read.to) {
        return price(table, &read.from);
    }
    decide(table, &read)
}

/// Returns what a table says where a message puts other values in the place of those that were wanted before:
/// `kalau balik ke bulanan?`.
pub fn by_table_again(
    table: &RuleTable,
    before: &str,
    text: &str,
    lexicon: &Lexicon,
) -> Option<Ruling> {
    let mut read = Reader::read(table, before, lexicon)?;
    let lower = text.to_lowercase();
    let words = words(&lower);
    let (mut at, mut is_changed) = (0, false);
    while at < words.len() {
        let (cell, used) = cell(table, &words[at..], lexicon);
        if let Some((column, value)) = cell {
            is_changed |= read.to[column] != Some(value);
            read.to[column] = Some(value);
        }
        at += used;
    }
    is_changed.then(|| decide(table, &read)).flatten()
}

fn price(table: &RuleTable, row: &Row) -> Option<Ruling> {
    let prices = table.prices.as_ref()?;
    let name = name(table, row);
    let is_of = |of: &std::collections::BTreeMap<String, String>| {
        table.columns.iter().zip(row).all(|(column, value)| {
            let stated = of.get(&column.id).and_then(|text| column.named(text));
            (value.is_none() && column.must == Compare::Same) || *value == stated
        })
    };
    match prices.prices.iter().find(|price| is_of(&price.row)) {
        Some(price) => {
            let shown = rupiah::display(price.rupiah);
            let values = [("row", name.as_str()), ("price", &shown)];
            ruling(Verdict::Price(price.rupiah), &prices.known, &values)
        }
        None => ruling(Verdict::NoPrice, &prices.unknown, &[("row", &name)]),
    }
}

/// Compares two rows column by column.
fn decide(table: &RuleTable, read: &Reader<'_>) -> Option<Ruling> {
    let (from, to) = (name(table, &read.from), name(table, &read.to));
    let names = [("from", from.as_str()), ("to", to.as_str())];
    let columns = || table.columns.iter().zip(read.from.iter().zip(&read.to));
    let refusing = columns().filter_map(|(column, values)| match values {
        (Some(from), Some(to)) if !column.must.allows(*from, *to) => Some((column, *from, *to)),
        _ => None,
    });
    let refusing: Vec<(&RuleColumn, u32, u32)> = refusing.collect();
    // A refusal with a sentence of its own says more than the reasons of the others.
    let alone = refusing
        .iter()
        .find(|(column, ..)| column.refused.say.is_some());
    if let Some((column, ..)) = alone {
        let verdict = Verdict::Refused(vec![column.id.clone()]);
        return ruling(verdict, &column.refused, &names);
    }
    let ordered = || columns().filter(|(column, _)| column.must != Compare::Same);
    let (_, (first_from, first_to)) = ordered().next()?;
    if first_from.is_none() || first_to.is_none() {
        return offered(table, read);
    }
    if let Some((first, ..)) = refusing.first() {
        let reasons = refusing
            .iter()
            .map(|(column, from, to)| reason(column, *from, *to));
        let reasons: Vec<String> = reasons.filter(|reason| !reason.is_empty()).collect();
        let answer = RuleAnswer {
            say: table.refused.clone().filter(|_| !reasons.is_empty()),
            ..first.refused.clone()
        };
        let verdict = refusing
            .iter()
            .map(|(column, ..)| column.id.clone())
            .collect();
        let [from, to] = names;
        return ruling(
            Verdict::Refused(verdict),
            &answer,
            &[from, to, ("reasons", &reasons.join("; "))],
        );
    }
    let open = ordered().filter(|(_, (from, to))| from.is_none() || to.is_none());
    let open: Vec<_> = open.collect();
    let (answer, would): (_, Vec<String>) = match open.as_slice() {
        [] => return ruling(Verdict::Possible, &table.possible, &names),
        [(column, (None, Some(to)))] => {
            let would = column
                .all()
                .filter(|(value, _)| column.must.allows(*value, *to));
            (
                &column.depends_on_from,
                would.map(|(_, name)| name).collect(),
            )
        }
        [(column, (Some(from), None))] => {
            let would = column
                .all()
                .filter(|(value, _)| column.must.allows(*from, *value));
            (&column.depends_on_to, would.map(|(_, name)| name).collect())
        }
        _ => return None,
    };
    let [from, to] = names;
    let values = would.join(", ");
    ruling(
        Verdict::Depends(would),
        answer.as_ref()?,
        &[from, to, ("values", &values)],
    )
}

/// Why a column refuses a change, in the words of the SOP file.
fn reason(column: &RuleColumn, from: u32, to: u32) -> String {
    let said = match to.cmp(&from) {
        std::cmp::Ordering::Less => &column.lower,
        std::cmp::Ordering::Equal => &column.equal,
        std::cmp::Ordering::Greater => &column.higher,
    };
    let (from, to) = (from.to_string(), to.to_string());
    filled(
        said.as_deref().unwrap_or_default(),
        &[("from", &from), ("to", &to)],
    )
}

/// The rows to change to from one that is known, the first column's values first.
fn offered(table: &RuleTable, read: &Reader<'_>) -> Option<Ruling> {
    if read.is_empty(&read.to) && !read.list {
        return None;
    }
    let mut rows: Vec<Row> = vec![vec![None; table.columns.len()]];
    for (at, column) in table.columns.iter().enumerate() {
        if column.must == Compare::Same {
            continue;
        }
        let (from, wanted) = (read.from[at]?, read.to[at]);
        let fits = |value: &u32| {
            column.must.allows(from, *value) && wanted.is_none_or(|only| only == *value)
        };
        let values: Vec<u32> = column.all().map(|(value, _)| value).filter(fits).collect();
        let with = |row: Row| {
            let values = values.iter();
            values
                .map(move |value| {
                    let mut row = row.clone();
                    row[at] = Some(*value);
                    row
                })
                .collect::<Vec<_>>()
        };
        rows = rows.into_iter().flat_map(with).collect();
    }
    let from = name(table, &read.from);
    let rows: Vec<String> = rows.iter().map(|row| name(table, row)).collect();
    let shown = rows.join(", ");
    let answer = match rows.is_empty() {
        true => &table.none_offered,
        false => &table.offered,
    };
    ruling(
        Verdict::Offered(rows),
        answer,
        &[("from", &from), ("rows", &shown)],
    )
}

/// Returns how a sum is made up from the two amounts that a question names.
pub fn by_sum(sum: &RuleSum, question: &str) -> Option<Ruling> {
    static MINUS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\d\s+-\s+(?:rp)?\s*\d").expect("the pattern is checked by a test")
    });
    static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\d{1,3}(?:[.,]\d{3})+|\d{5,9}").expect("the pattern is checked by a test")
    });
    let lower = question.to_lowercase();
    if !sum.cues.iter().any(|cue| lower.contains(cue.as_str())) && !MINUS.is_match(question) {
        return None;
    }
    let amounts = AMOUNT.find_iter(question).filter_map(|found| {
        let digits = found.as_str().chars().filter(char::is_ascii_digit);
        digits.collect::<String>().parse::<u64>().ok()
    });
    let [one, other] = amounts.collect::<Vec<_>>()[..] else {
        return None;
    };
    let (more, less) = (one.max(other), one.min(other));
    let exact = more - less;
    let step = sum.round_to_rupiah;
    let mut totals = vec![
        (exact + step / 2) / step * step,
        exact.div_ceil(step) * step,
    ];
    totals.dedup();
    let shown: Vec<String> = totals
        .iter()
        .map(|total| with_shares(sum, *total))
        .collect();
    let answer = match totals.len() {
        1 => &sum.one,
        _ => &sum.several,
    };
    let values = [
        ("more", rupiah::display(more)),
        ("less", rupiah::display(less)),
        ("exact", rupiah::display(exact)),
        ("totals", shown.join(&sum.or)),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    ruling(Verdict::Sum(totals), answer, &values)
}

/// A total with the shares it contains; the last share takes what rounding leaves.
fn with_shares(sum: &RuleSum, total: u64) -> String {
    let percent: u64 = sum.shares.iter().map(|share| share.percent).sum();
    let whole = 100 + percent;
    let rest = (total * 100 + whole / 2) / whole;
    let mut left = total - rest;
    let mut text = filled(
        &sum.total,
        &[
            ("total", &rupiah::display(total)),
            ("rest", &rupiah::display(rest)),
        ],
    );
    for (at, share) in sum.shares.iter().enumerate() {
        let part = match at + 1 == sum.shares.len() {
            true => left,
            false => ((rest * share.percent + 50) / 100).min(left),
        };
        left -= part;
        text = filled(&text, &[(&share.id, &rupiah::display(part))]);
    }
    text
}

/// A row of a table with the values that a question gives, one place for each column.
type Row = Vec<Option<u32>>;

/// What a row is called: the values it has, in the order that the table says.
fn name(table: &RuleTable, row: &Row) -> String {
    let shown = table.columns.iter().zip(row).map(|(column, value)| {
        let shown = value.map(|value| column.shown(value));
        (column.id.as_str(), shown.unwrap_or_default())
    });
    let shown: Vec<(&str, String)> = shown.collect();
    let values: Vec<(&str, &str)> = shown
        .iter()
        .map(|(id, value)| (*id, value.as_str()))
        .collect();
    let name = filled(&table.name, &values);
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads a question word by word.
struct Reader<'t> {
    table: &'t RuleTable,
    from: Row,
    to: Row,
    /// Rows are asked for.
    list: bool,
    /// A price is asked for.
    price: bool,
    /// The wanted row is spoken of.
    wanted: bool,
    /// A word has said which row is spoken of.
    marked: bool,
    /// Where a value of each column was given last.
    given: Vec<Option<usize>>,
}

impl<'t> Reader<'t> {
    /// Reads two rows, or one; none when no values of two columns are near each other.
    fn read(table: &'t RuleTable, question: &str, lexicon: &Lexicon) -> Option<Self> {
        let lower = question.to_lowercase();
        let words = words(&lower);
        let row: Row = vec![None; table.columns.len()];
        let mut read = Reader {
            table,
            from: row.clone(),
            to: row,
            list: false,
            price: false,
            wanted: false,
            marked: false,
            given: vec![None; table.columns.len()],
        };
        let mut are_together = false;
        let mut at = 0;
        while at < words.len() {
            let (cell, used) = cell(table, &words[at..], lexicon);
            match cell {
                Some((column, value)) => {
                    read.put(column, value);
                    are_together |= read.is_near(column, at);
                }
                None => read.turn(words[at], at + 1 == words.len(), lexicon),
            }
            at += used;
        }
        // Only the wanted row was named, so it is the one that is asked about.
        if read.is_empty(&read.from) && !read.is_empty(&read.to) {
            std::mem::swap(&mut read.from, &mut read.to);
        }
        are_together.then_some(read)
    }

    fn is_ordered(&self, column: usize) -> bool {
        self.table.columns[column].must != Compare::Same
    }

    /// Whether a row has no value that is compared.
    fn is_empty(&self, row: &Row) -> bool {
        let mut values = row.iter().enumerate();
        values.all(|(column, value)| value.is_none() || !self.is_ordered(column))
    }

    /// Notes where a column's value is given, and sees whether another column's is near.
    fn is_near(&mut self, column: usize, at: usize) -> bool {
        if !self.is_ordered(column) {
            return false;
        }
        self.given[column] = Some(at);
        let others =
            (0..self.given.len()).filter(|other| *other != column && self.is_ordered(*other));
        let mut others = others.peekable();
        if others.peek().is_none() {
            return !self.is_empty(&self.from) && !self.is_empty(&self.to);
        }
        let mut near = others.filter_map(|other| self.given[other]);
        near.any(|other| at.abs_diff(other) <= APART_MAX)
    }

    /// A word between values may say which row comes next.
    fn turn(&mut self, word: &str, is_last: bool, lexicon: &Lexicon) {
        let everyday = &lexicon.everyday;
        self.list |= everyday.has(Role::Listing, word);
        self.price |= everyday.has(Role::Price, word);
        let is_plain = everyday.has(Role::Toward, word);
        let opens_wanted = is_plain || everyday.has(Role::Wanted, word);
        let (no_from, no_to) = (self.is_empty(&self.from), self.is_empty(&self.to));
        if opens_wanted && !(no_from && is_last) {
            // `upgrade sem 75 ke sem 150`: in front of everything it says nothing.
            if is_plain || !no_from {
                (self.wanted, self.marked) = (true, true);
            }
        } else if everyday.has(Role::Present, word) {
            // `kenapa mon 150 ga muncul buat sem 100`: what came first is what is wanted.
            if !no_from && no_to && !self.marked {
                std::mem::swap(&mut self.from, &mut self.to);
            }
            if self.is_empty(&self.from) {
                (self.wanted, self.marked) = (false, true);
            }
        }
    }

    /// Keeps a value of the row that is spoken of; a second one of the same column opens the wanted row.
    fn put(&mut self, column: usize, value: u32) {
        if !self.wanted
            && self.from[column].is_some()
            && !(self.marked && self.to[column].is_some())
        {
            self.wanted = true;
        }
        let row = match self.wanted {
            true => &mut self.to,
            false => &mut self.from,
        };
        row[column].get_or_insert(value);
    }
}

/// The column and value that the first of these words give, with how many words they take.
fn cell(table: &RuleTable, words: &[&str], lexicon: &Lexicon) -> (Option<(usize, u32)>, usize) {
    let columns = || table.columns.iter().enumerate();
    let Ok(number) = words[0].parse::<u32>() else {
        let named = columns().flat_map(|(at, column)| {
            let values = column.values.iter().enumerate();
            values.flat_map(move |(place, value)| {
                let names = value
                    .called()
                    .map(move |name| (at, value.counts(place), name));
                names.collect::<Vec<_>>()
            })
        });
        let fitting = named.filter_map(|(at, value, name)| {
            let mut names = name.split(' ');
            let fits = |(name, word): (&str, &&str)| name.eq_ignore_ascii_case(word);
            let length = names.clone().count();
            let is_so = length <= words.len() && names.by_ref().zip(words).all(fits);
            is_so.then_some(((at, value), length))
        });
        let longest = fitting.max_by_key(|(_, length)| *length);
        return longest.map_or((None, 1), |(cell, length)| (Some(cell), length));
    };
    if let Some(unit) = words.get(1) {
        let in_unit = columns()
            .find_map(|(at, column)| Some((at, number.checked_mul(*column.units.get(*unit)?)?)));
        if in_unit.is_some() {
            return (in_unit, 2);
        }
        if lexicon.everyday.has(Role::Unit, unit) {
            return (None, 2);
        }
    }
    let bare = columns().find(|(_, column)| {
        column
            .bare
            .is_some_and(|[least, most]| (least..=most).contains(&number))
    });
    (bare.map(|(at, _)| (at, number)), 1)
}

/// Words, numbers and arrows.
fn words(lower: &str) -> Vec<&str> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[a-z]+\+?|\d+(?:[.,]\d+)*|->|=>|→|>")
            .expect("the pattern is checked by a test")
    });
    WORD.find_iter(lower).map(|word| word.as_str()).collect()
}
