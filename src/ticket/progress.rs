//! What becomes of a ticket after it was filed: revisions of the draft, and how far the case is.
//!
//! Nothing is overwritten. A revision is a ticket of its own that names the one it revises, a step of the case is a
//! [`Progress`] behind the others; [`Tracked`] is what they add up to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Answer, FiledField, Ticket};

/// How far a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The draft is filed.
    #[default]
    Open,
    /// It was entered into the ticketing system.
    Entered,
    /// The case is settled.
    Done,
}

impl Status {
    /// Every status, in the order of a case.
    pub const ALL: [Status; 3] = [Status::Open, Status::Entered, Status::Done];

    /// The name on the command line and in exports.
    pub fn name(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Entered => "entered",
            Status::Done => "done",
        }
    }
}

/// One step of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The case: the id under which its first draft was filed.
    pub case: String,
    /// How far it is from now on.
    pub status: Status,
    /// Its number in the ticketing system, if it is known.
    pub external: Option<String>,
    /// Who said so.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

/// What makes a ticket the revision of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRevision {
    /// The ticket it revises, which stays as it is.
    pub of: String,
    /// Who changed it.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// What is different, in the SOP's order.
    pub changes: Vec<FieldChange>,
}

/// A field that a revision changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field's id.
    pub field: String,
    /// Its name on the draft.
    pub label: String,
    /// What was there; none when the field is new.
    pub before: Option<Answer>,
    /// What is there now; none when the field is gone.
    pub after: Option<Answer>,
}

/// A case as it is now: every version of its draft, and every step after the filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    /// The draft that counts.
    pub latest: Ticket,
    /// The drafts it revises, the first one first.
    pub earlier: Vec<Ticket>,
    /// The steps, the first one first.
    pub progress: Vec<Progress>,
}

impl Tracked {
    /// How far the case is.
    pub fn status(&self) -> Status {
        self.progress
            .last()
            .map(|step| step.status)
            .unwrap_or_default()
    }

    /// Its number in the ticketing system, when there is one.
    pub fn external(&self) -> Option<&str> {
        self.progress.last()?.external.as_deref()
    }

    /// Returns the version of the draft with this id.
    pub fn version(&self, id: &str) -> Option<&Ticket> {
        self.earlier
            .iter()
            .chain([&self.latest])
            .find(|ticket| ticket.id == id)
    }
}

/// Returns what is different between two drafts: fields in the order of the later one, then those that are gone.
pub fn changes(before: &[FiledField], after: &[FiledField]) -> Vec<FieldChange> {
    let answer = |entries: &[FiledField], field: &str| {
        let entry = entries.iter().find(|entry| entry.field == field)?;
        Some(entry.answer.clone())
    };
    let changed = after.iter().map(|entry| FieldChange {
        field: entry.field.clone(),
        label: entry.label.clone(),
        before: answer(before, &entry.field),
        after: Some(entry.answer.clone()),
    });
    let gone = before
        .iter()
        .filter(|entry| answer(after, &entry.field).is_none());
    let gone = gone.map(|entry| FieldChange {
        field: entry.field.clone(),
        label: entry.label.clone(),
        before: Some(entry.answer.clone()),
        after: None,
    });
    changed
        .chain(gone)
        .filter(|change| change.before != change.after)
        .collect()
}

impl Ticket {
    /// The id of the case: that of the first draft, which its revisions share.
    pub fn case(&self) -> &str {
        case_of(&self.id)
    }

    /// The id of the next revision: `T-261121-7F3K2Q-2`.
    pub fn next_id(&self) -> String {
        revision_id(self.case(), self.version() + 1)
    }

    /// Which version of the draft it is, from 1.
    fn version(&self) -> u32 {
        let number = self.id[self.case().len()..].trim_start_matches('-');
        number.parse().unwrap_or(1)
    }
}

/// The id of a case, from that of any version of its draft.
pub fn case_of(id: &str) -> &str {
    id.match_indices('-').nth(2).map_or(id, |(at, _)| &id[..at])
}

/// The id of a version of a case's draft, from 2.
pub fn revision_id(case: &str, version: u32) -> String {
    format!("{case}-{version}")
}

/// Returns a ticket's id as it is kept, when the text is one.
pub fn id_in(text: &str) -> Option<String> {
    let id = text.trim().to_uppercase();
    let mut parts = id.split('-');
    let (letter, day, code, version) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
    let is_id = letter == "T"
        && day.len() == 6
        && day.bytes().all(|b| b.is_ascii_digit())
        && code.len() == 6
        && code.bytes().all(|b| b.is_ascii_alphanumeric())
        && version.is_none_or(|version| version.parse::<u32>().is_ok_and(|version| version > 1))
        && parts.next().is_none();
    is_id.then_some(id)
}

/// The longest number of a ticketing system that is taken.
const EXTERNAL_CHARS_MAX: usize = 40;

/// Returns the number under which the ticketing system knows a ticket: `INC000001234`, `nomornya IN-12`.
pub fn external_in(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['.', ',', '!']);
    let has_digit = |word: &&str| word.bytes().any(|b| b.is_ascii_digit());
    let is_plain = |word: &str| {
        word.chars()
            .all(|c| c.is_ascii_alphanumeric() || "-/._#:".contains(c))
    };
    let mut numbers = text.split_whitespace().filter(has_digit);
    let number = numbers.next()?;
    let number = match numbers.next() {
        Some(_) => text,
        None => number,
    };
    let fits = text.split_whitespace().all(is_plain)
        && text.split_whitespace().count() <= 4
        && number.chars().count() <= EXTERNAL_CHARS_MAX;
    fits.then(|| number.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_typed() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(id_in(text).as_deref(), expected, "{text}");
        };
        check("T-261121-7F3K2Q", Some("T-261121-7F3K2Q"));
        check(" t-261121-7f3k2q ", Some("T-261121-7F3K2Q"));
        check("T-261121-7F3K2Q-2", Some("T-261121-7F3K2Q-2"));
        for text in [
            "",
            "lokasi",
            "T-261121",
            "T-261121-7F3K2",
            "T-261121-7F3K2Q-1",
            "T-261121-7F3K2Q-x",
            "T-261121-7F3K2Q-2-3",
            "X-261121-7F3K2Q",
            "T-26112é-7F3K2Q",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn all_versions_of_a_draft_are_one_case() {
        let mut ticket = Ticket::sample();
        for id in ["T-260101-000000-2", "T-260101-000000-3"] {
            assert_eq!(ticket.next_id(), id);
            ticket.id = id.to_owned();
            assert_eq!(ticket.case(), "T-260101-000000");
        }
        assert_eq!(case_of("T-1"), "T-1");
    }

    #[test]
    fn numbers_of_a_ticketing_system_are_told_from_sentences() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(external_in(text).as_deref(), expected, "{text}");
        };
        check("INC000001234", Some("INC000001234"));
        check("nomornya IN-0000/12.", Some("IN-0000/12"));
        check("IN 0000 1234", Some("IN 0000 1234"));
        check("belum", None);
        check("isi ulang 50rb belum masuk juga kak", None);
        check("sn berapa digit? 25", None);
        check(&"1".repeat(41), None);
    }
}
