//! Moving house: everything of one store into another, of whichever engine.
//!
//! The source is written down as of one moment, and the target filled from that in pieces. Each piece is kept together
//! with how far the move has come ([`MoveMark`]), so that one that was interrupted goes on where it was. Until the target
//! has been read back and adds up to the same, it cannot be opened.

use std::io::BufRead;

use serde::{Deserialize, Serialize};

use super::backup::{BackupReader, Sum};
use super::codec::Record;
use super::{StoreError, StorePlace};

/// How many records are kept together.
pub const PIECE: usize = 500;

/// How far a move has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MoveMark {
    /// What the records add up to that are in the target.
    pub moved: Sum,
}

/// The records of a source that are still to be moved.
pub struct Load<'a> {
    reader: BackupReader<'a>,
    total: u64,
    sum: Sum,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl<'a> Load<'a> {
    /// What a backup of so many records holds; `progress` hears how many of how many are moved.
    pub fn new(
        backup: &'a mut dyn BufRead,
        total: u64,
        progress: &'a mut dyn FnMut(u64, u64),
    ) -> Result<Self, StoreError> {
        Ok(Self {
            reader: BackupReader::new(backup)?,
            total,
            sum: Sum::default(),
            progress,
        })
    }

    /// Passes over what is in the target already.
    ///
    /// # Errors
    ///
    /// [`StoreError::AnotherMove`] when that came from elsewhere.
    pub fn pass(&mut self, mark: &MoveMark, target: &StorePlace) -> Result<(), StoreError> {
        while self.sum.records() < mark.moved.records() {
            let Some(record) = self.reader.next()? else {
                break;
            };
            self.sum.add(&record)?;
        }
        (self.progress)(self.sum.records(), self.total);
        match self.sum == mark.moved {
            true => Ok(()),
            false => Err(StoreError::AnotherMove {
                place: target.clone(),
            }),
        }
    }

    /// Returns the next piece, and how far the move is with it; empty at the end.
    pub fn piece(&mut self) -> Result<(Vec<Record>, MoveMark), StoreError> {
        let mut piece = Vec::new();
        while piece.len() < PIECE
            && let Some(record) = self.reader.next()?
        {
            self.sum.add(&record)?;
            piece.push(record);
        }
        Ok((piece, MoveMark { moved: self.sum }))
    }

    /// Says that a piece is kept.
    pub fn kept(&mut self) {
        (self.progress)(self.sum.records(), self.total);
    }

    /// Compares what the target adds up to with everything that was moved.
    pub fn verify(&self, target: &Sum) -> Result<(), StoreError> {
        match *target == self.sum {
            true => Ok(()),
            false => Err(StoreError::Differs {
                moved: self.sum.records(),
                found: target.records(),
            }),
        }
    }
}
