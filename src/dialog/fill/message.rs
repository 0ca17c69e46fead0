//! A message from which values are read, and what of it is used up: bytes serve one field only.

use std::cell::RefCell;
use std::ops::Range;

use super::RefusedValue;
use crate::text::{Lexicon, Role};
use crate::value::{self, Background, FoundValue, Kind};

/// A message from which values are read, and what of it is used up.
pub struct Message<'a> {
    pub text: &'a str,
    pub used: Vec<Range<usize>>,
    /// Labelled values that could not be used.
    pub refused: Vec<RefusedValue>,
    /// What was found of some kinds: fields of several forms and procedures look for the same.
    found: RefCell<Vec<(Kind, Vec<FoundValue>)>>,
}

impl<'a> Message<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            used: Vec::new(),
            refused: Vec::new(),
            found: RefCell::default(),
        }
    }

    /// The same message, for another procedure to read.
    pub fn begin_again(&mut self) {
        self.used.clear();
        self.refused.clear();
    }

    /// What it has of a kind; `background` is that of the message.
    pub fn find(&self, kind: &Kind, background: Background<'_>) -> Vec<FoundValue> {
        // Each field has choices of its own, and to compare them costs as much as to look for them.
        if matches!(kind, Kind::Choice(_)) {
            return value::find(kind, self.text, background);
        }
        let mut known = self.found.borrow_mut();
        if let Some((_, found)) = known.iter().find(|(known, _)| known == kind) {
            return found.clone();
        }
        let found = value::find(kind, self.text, background);
        known.push((kind.clone(), found.clone()));
        found
    }

    pub fn is_unused(&self, span: &Range<usize>) -> bool {
        self.used
            .iter()
            .all(|used| span.end <= used.start || used.end <= span.start)
    }

    /// What no field has used yet.
    pub fn unused(&self) -> String {
        if self.used.is_empty() {
            return self.text.trim().to_owned();
        }
        let mut rest = String::new();
        let left = |clause: &Range<usize>| self.is_unused(clause) && self.says_something(clause);
        for clause in clauses(self.text).filter(left) {
            if !rest.is_empty() {
                rest.push_str(", ");
            }
            rest.push_str(self.text[clause].trim());
        }
        rest
    }

    /// The pieces that no field has used yet, those beside something used included: `Budi` of `Budi lokasi bandung`.
    pub fn unused_pieces(&self) -> Vec<Range<usize>> {
        let mut used = self.used.clone();
        used.sort_by_key(|span| span.start);
        let mut pieces = Vec::new();
        for clause in clauses(self.text) {
            let mut from = clause.start;
            let inside = |span: &&Range<usize>| span.start < clause.end && clause.start < span.end;
            for span in used.iter().filter(inside) {
                pieces.push(from..span.start.max(from));
                from = span.end.clamp(from, clause.end);
            }
            pieces.push(from..clause.end);
        }
        pieces.retain(|piece| self.says_something(piece));
        pieces
    }

    /// `Rp50.000,-` leaves a dash behind, which answers nothing.
    pub fn says_something(&self, span: &Range<usize>) -> bool {
        self.text[span.clone()].contains(char::is_alphanumeric)
    }

    /// The first clause that no field has used, when others follow it.
    pub fn first_of_several(&self) -> Option<Range<usize>> {
        let mut left = clauses(self.text)
            .filter(|clause| self.is_unused(clause) && self.says_something(clause));
        let first = left.next()?;
        left.next().map(|_| first)
    }

    /// Marks what the asked field's value was read from; everything, when its place is not known.
    pub fn use_up(&mut self, kind: &Kind, background: Background<'_>) {
        let found = self
            .find(kind, background)
            .into_iter()
            .find(|found| self.is_unused(&found.span));
        self.used
            .push(found.map_or(0..self.text.len(), |found| found.span));
    }
}

/// A pasted chat without who says what: `Pelanggan: nomor saya 0812-...`. `Pelanggan: Budi Contoh` is a name behind its
/// label.
pub fn without_speakers(text: &str, lexicon: &Lexicon) -> String {
    let said = |line| match str::split_once(line, ':') {
        Some((speaker, said))
            if lexicon
                .everyday
                .has(Role::Customer, &speaker.trim().to_lowercase())
                && !value::text::is_written_as_name(said, lexicon) =>
        {
            said.trim_start()
        }
        _ => line,
    };
    text.split_inclusive('\n').map(said).collect()
}

/// Splits at line ends, semicolons, bars, slashes between blanks and commas; a comma inside a number (`1,5 juta`) splits nothing.
pub fn clauses(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let is_break = move |at: usize| match bytes[at] {
        b'\n' | b';' | b'|' => true,
        b'/' => text[..at].ends_with(' ') && text[at + 1..].starts_with(' '),
        b',' => {
            let digit = |at: Option<usize>| {
                at.and_then(|at| bytes.get(at))
                    .is_some_and(u8::is_ascii_digit)
            };
            !(digit(at.checked_sub(1)) && digit(Some(at + 1)))
        }
        _ => false,
    };
    let ends = (0..=text.len()).filter(move |&at| at == text.len() || is_break(at));
    ends.scan(0, |start, end| Some(std::mem::replace(start, end + 1)..end))
}
