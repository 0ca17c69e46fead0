//! What a store is rebuilt without: a [`Sieve`] judges every record, the engine does the rest.
//!
//! Removing a record from a store in use takes it out of sight, not off the disk; an erasure needs a rebuild.

use std::fmt;
use std::path::PathBuf;

use super::{Audit, Record};

/// Decides which records a rebuilt store keeps.
pub trait Sieve {
    /// Sees each record before any is judged, for what only several show together.
    fn survey(&mut self, record: &Record);

    /// Decides about one record.
    fn judge(&self, record: &Record) -> Fate;

    /// Returns the line that the rebuilt store's audit gets.
    fn audit(&self, removed: &Removed) -> Audit;
}

/// What becomes of a record.
#[derive(Debug)]
pub enum Fate {
    /// It stays as it is.
    Keep,
    /// This stays of it.
    Replace(Box<Record>),
    /// Nothing stays of it.
    Drop,
}

/// What a rebuild did.
#[derive(Debug)]
pub struct Rebuilt {
    /// How much is gone.
    pub removed: Removed,
    /// Damaged stores that were set aside earlier: they could not be read, so they may hold anything.
    pub left_aside: Vec<PathBuf>,
}

/// How many records of each kind a sieve did not leave as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    pub conversations: u64,
    pub events: u64,
    pub tickets: u64,
    pub progress: u64,
    pub questions: u64,
    pub audit: u64,
    pub tallies: u64,
    pub papers: u64,
}

impl Removed {
    /// Counts a record.
    pub(super) fn count(&mut self, record: &Record) {
        *match record {
            Record::Conversation(_) => &mut self.conversations,
            Record::Event(_) => &mut self.events,
            Record::Ticket(_) => &mut self.tickets,
            Record::Progress(_) => &mut self.progress,
            Record::Question(_) => &mut self.questions,
            Record::Audit(_) => &mut self.audit,
            Record::Tally(_) => &mut self.tallies,
            Record::Paper(_) => &mut self.papers,
        } += 1;
    }
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Removed {
            conversations,
            events,
            tickets,
            progress,
            questions,
            audit,
            // Counts hold no words, so no sieve takes them out.
            tallies: _,
            papers,
        } = self;
        write!(
            f,
            "tickets: {tickets}, conversations: {conversations}, kept replies: {events}, questions: {questions}"
        )?;
        if *progress > 0 {
            write!(f, ", steps of cases: {progress}")?;
        }
        if *papers > 0 {
            write!(f, ", papers: {papers}")?;
        }
        // Its lines hold no content, so that one goes is rare enough to be said only then.
        match audit {
            0 => Ok(()),
            audit => write!(f, ", audit lines: {audit}"),
        }
    }
}
