//! The list as a CSV file: what is wrong with it is said with line, column and cure, and nothing of it is taken then.

use std::collections::HashMap;
use std::ops::Range;

use jiff::civil::Date;

use super::{COLUMNS, Contact, code_key};
use crate::catalog::{Diagnostic, Severity, Source};

/// What must not be empty.
const NEEDED: [&str; 3] = ["company", "am", "verified"];
/// Several values in one cell are separated by this.
const LIST_SEPARATOR: char = ';';

/// A value of the list and its place in it.
type CsvCell = (String, Range<usize>);

/// Reads a list; what is wrong with it goes to `found`.
pub fn read(source: &Source, found: &mut Vec<Diagnostic>) -> Vec<Contact> {
    let mut rows = CsvRows::of(&source.text);
    let mut reader = ListReader {
        source,
        found,
        columns: HashMap::new(),
        owners: HashMap::new(),
    };
    let header = rows.next().unwrap_or_default();
    if !reader.read_header(&header) {
        return Vec::new();
    }
    let filled = rows.filter(|row| row.iter().any(|(value, _)| !value.trim().is_empty()));
    filled
        .filter_map(|row| reader.contact(&row, header.len()))
        .collect()
}

/// Reads the list row by row.
struct ListReader<'s> {
    source: &'s Source,
    found: &'s mut Vec<Diagnostic>,
    /// The place of each column in a row.
    columns: HashMap<&'static str, usize>,
    /// The company of each number.
    owners: HashMap<String, String>,
}

impl ListReader<'_> {
    fn say(&mut self, span: &Range<usize>, message: String, cure: &str) {
        let mistake = Diagnostic::new(self.source, span.clone(), Severity::Error, message);
        self.found.push(mistake.help(cure));
    }

    /// Notes the places of the columns; false when one that is needed is missing.
    fn read_header(&mut self, header: &[CsvCell]) -> bool {
        for (place, (name, span)) in header.iter().enumerate() {
            let name = name.trim().to_lowercase().replace(' ', "_");
            match COLUMNS.iter().find(|column| **column == name) {
                // A spreadsheet writes its empty columns, too.
                None if name.is_empty() => {}
                Some(column) => {
                    if self.columns.insert(column, place).is_some() {
                        let message = format!("the column `{name}` stands twice");
                        self.say(span, message, "keep one of the two");
                    }
                }
                None => {
                    let cure = format!("the columns are {}", COLUMNS.join(", "));
                    self.say(span, format!("unknown column `{name}`"), &cure);
                }
            }
        }
        let mut is_whole = true;
        for column in NEEDED {
            if !self.columns.contains_key(column) {
                is_whole = false;
                let cure = format!("name it in the first line: {}", COLUMNS.join(","));
                self.say(&(0..0), format!("the column `{column}` is missing"), &cure);
            }
        }
        is_whole
    }

    /// One company; none when something is wrong with its row.
    fn contact(&mut self, row: &[CsvCell], columns: usize) -> Option<Contact> {
        let start = row.first().map_or(0, |(_, span)| span.start);
        let whole = start..row.last().map_or(0, |(_, span)| span.end);
        if row.len() != columns {
            let message = format!("{} values for {columns} columns", row.len());
            self.say(
                &whole,
                message,
                "a value with a comma in it stands in double quotes",
            );
            return None;
        }
        let places = self.columns.clone();
        let cell = |column: &str| {
            let place = places.get(column);
            place.map_or((String::new(), whole.clone()), |&place| row[place].clone())
        };
        let text = |column: &str| cell(column).0.trim().to_owned();
        let list = |column: &str| {
            let cell = text(column);
            let parts = cell.split(LIST_SEPARATOR).map(str::trim);
            let parts = parts.filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect::<Vec<_>>()
        };
        let mistakes = self.found.len();
        for column in NEEDED.into_iter().filter(|column| text(column).is_empty()) {
            let message = format!("`{column}` is empty");
            self.say(&cell(column).1, message, "fill it in, or take the line out");
        }
        let verified = day(&text("verified"));
        if verified.is_none() && !text("verified").is_empty() {
            let message = format!("`verified`: `{}` is no date", text("verified"));
            self.say(
                &cell("verified").1,
                message,
                "a date like 2026-06-30 or 30/06/2026",
            );
        }
        for column in ["sids", "account_numbers"] {
            for code in list(column) {
                if is_rounded(&code) {
                    let message = format!("`{column}`: `{code}` has lost its digits");
                    let cure = "make the column a column of text before it is filled in";
                    self.say(&cell(column).1, message, cure);
                    continue;
                }
                if let Some(other) = self.owners.insert(code_key(&code), text("company"))
                    && other != text("company")
                {
                    let message = format!("`{column}`: `{code}` belongs to `{other}` already");
                    self.say(&cell(column).1, message, "a number belongs to one company");
                }
            }
        }
        if self.found.len() > mistakes {
            return None;
        }
        Some(Contact {
            company: text("company"),
            aliases: list("aliases"),
            sids: list("sids"),
            account_numbers: list("account_numbers"),
            am: text("am"),
            am_contact: text("am_contact"),
            eos: text("eos"),
            eos_contact: text("eos_contact"),
            region: text("region"),
            verified: verified?,
        })
    }
}

/// The day of a cell, as it is written in a list or as a spreadsheet of this country shows it.
fn day(cell: &str) -> Option<Date> {
    let written = || {
        let mut parts = cell.split(['/', '-', '.']);
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        let year = year.parse().ok().filter(|year| *year >= 1_000)?;
        Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
    };
    cell.parse().ok().or_else(written)
}

/// Whether a spreadsheet made a number of a code: `4.7E+12`.
fn is_rounded(code: &str) -> bool {
    let parts = code.split_once(['E', 'e']);
    parts.is_some_and(|(number, power)| {
        let power = power.strip_prefix('+').unwrap_or_default();
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number(power) && is_number(&number.replace(['.', ','], ""))
    })
}

/// Splits CSV into rows of values, each with its place: a diagnostic has to point at it.
struct CsvRows<'t> {
    text: &'t str,
    at: usize,
    /// What is between two values.
    mark: char,
}

impl<'t> CsvRows<'t> {
    /// Begins behind the byte order mark and the line `sep=;`, with whichever mark the header has.
    fn of(text: &'t str) -> Self {
        let mut at = text.len() - text.trim_start_matches(['\u{feff}', '\r', '\n']).len();
        let header = text[at..].lines().next().unwrap_or_default();
        if header
            .get(..4)
            .is_some_and(|begin| begin.eq_ignore_ascii_case("sep="))
        {
            at = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
        }
        let marks = [',', ';', '\t'];
        let count = |mark: &char| header.matches(*mark).count();
        let mark = marks.into_iter().rev().max_by_key(count).unwrap_or(',');
        Self { text, at, mark }
    }
}

impl Iterator for CsvRows<'_> {
    type Item = Vec<CsvCell>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let mut row = Vec::new();
        let (mut value, mut start, mut quoted) = (String::new(), self.at, false);
        let mut chars = self.text[self.at..].char_indices().peekable();
        let base = self.at;
        while let Some((offset, c)) = chars.next() {
            let at = base + offset;
            match c {
                '"' if quoted && chars.peek().is_some_and(|(_, next)| *next == '"') => {
                    value.push('"');
                    chars.next();
                }
                '"' if quoted => quoted = false,
                '"' if value.is_empty() => quoted = true,
                c if c == self.mark && !quoted => {
                    row.push((std::mem::take(&mut value), start..at));
                    start = at + 1;
                }
                '\n' if !quoted => {
                    let end = at - usize::from(value.ends_with('\r'));
                    row.push((value.trim_end_matches('\r').to_owned(), start..end));
                    self.at = at + 1;
                    return Some(row);
                }
                other => value.push(other),
            }
        }
        row.push((value, start..self.text.len()));
        self.at = self.text.len();
        Some(row)
    }
}
