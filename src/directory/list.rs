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

/// Reads a list; what is wrong with it goes to `found`.
pub fn read(source: &Source, found: &mut Vec<Diagnostic>) -> Vec<Contact> {
    let mut rows = Rows {
        text: &source.text,
        at: 0,
    };
    let mut say = |span: Range<usize>, message: String, cure: String| {
        found.push(Diagnostic::new(source, span, Severity::Error, message).help(cure));
    };
    let header = rows.next().unwrap_or_default();
    let mut columns: HashMap<&str, usize> = HashMap::new();
    for (place, (name, span)) in header.iter().enumerate() {
        let name = name.trim();
        match COLUMNS.iter().find(|column| **column == name) {
            Some(column) => {
                if columns.insert(column, place).is_some() {
                    let cure = "keep one of the two".to_owned();
                    say(
                        span.clone(),
                        format!("the column `{name}` stands twice"),
                        cure,
                    );
                }
            }
            None => {
                let cure = format!("the columns are {}", COLUMNS.join(", "));
                say(span.clone(), format!("unknown column `{name}`"), cure);
            }
        }
    }
    for column in NEEDED {
        if !columns.contains_key(column) {
            let cure = format!("name it in the first line: {}", COLUMNS.join(","));
            say(0..0, format!("the column `{column}` is missing"), cure);
        }
    }
    let (mut contacts, mut codes) = (Vec::new(), HashMap::new());
    if NEEDED.iter().any(|column| !columns.contains_key(column)) {
        return contacts;
    }
    for row in rows {
        if row.len() == 1 && row[0].0.trim().is_empty() {
            continue;
        }
        let whole = row.first().map_or(0, |(_, span)| span.start)
            ..row.last().map_or(0, |(_, span)| span.end);
        if row.len() != header.len() {
            let message = format!("{} values for {} columns", row.len(), header.len());
            let cure = "a value with a comma in it stands in double quotes".to_owned();
            say(whole, message, cure);
            continue;
        }
        let cell = |column: &str| {
            columns
                .get(column)
                .map_or((String::new(), whole.clone()), |&place| row[place].clone())
        };
        let text = |column: &str| cell(column).0.trim().to_owned();
        let list = |column: &str| {
            let cell = text(column);
            let parts = cell.split(LIST_SEPARATOR).map(str::trim);
            let parts = parts.filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect::<Vec<_>>()
        };
        let mut wrong = false;
        for column in NEEDED {
            let (value, span) = cell(column);
            if value.trim().is_empty() {
                wrong = true;
                let cure = "fill it in, or take the line out".to_owned();
                say(span, format!("`{column}` is empty"), cure);
            }
        }
        let (verified, span) = cell("verified");
        let date = verified.trim().parse::<Date>();
        if date.is_err() && !verified.trim().is_empty() {
            wrong = true;
            let cure = "a date like 2026-06-30".to_owned();
            say(
                span,
                format!("`verified`: `{}` is no date", verified.trim()),
                cure,
            );
        }
        for column in ["sids", "account_numbers"] {
            let (_, span) = cell(column);
            for code in list(column) {
                if let Some(other) = codes.insert(code_key(&code), text("company"))
                    && other != text("company")
                {
                    wrong = true;
                    let message = format!("`{column}`: `{code}` belongs to `{other}` already");
                    say(
                        span.clone(),
                        message,
                        "a number belongs to one company".to_owned(),
                    );
                }
            }
        }
        if let (Ok(verified), false) = (date, wrong) {
            contacts.push(Contact {
                company: text("company"),
                aliases: list("aliases"),
                sids: list("sids"),
                account_numbers: list("account_numbers"),
                am: text("am"),
                am_contact: text("am_contact"),
                eos: text("eos"),
                eos_contact: text("eos_contact"),
                region: text("region"),
                verified,
            });
        }
    }
    contacts
}

/// Splits CSV into rows of values, each with its place: a diagnostic has to point at it.
struct Rows<'t> {
    text: &'t str,
    at: usize,
}

impl Iterator for Rows<'_> {
    type Item = Vec<(String, Range<usize>)>;

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
                ',' if !quoted => {
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
