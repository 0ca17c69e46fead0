//! Moving house: everything of one store into another, of whichever engine.
//!
//! The source is written down as of one moment, and the target filled from that in pieces. Each piece is kept together
//! with how far the move has come ([`MoveMark`]), so that one that was interrupted goes on where it was. Until the target
//! has been read back and adds up to the same, nobody can open it.

use std::io::{BufReader, BufWriter, Seek};

use serde::{Deserialize, Serialize};

use super::backup::{BackupReader, Sum};
use super::codec::Record;
use super::{StoreError, StorePlace, open, postgres, sled};

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

impl Load<'_> {
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

/// Copies everything and returns the number of records; `progress` hears how many of how many are there.
///
/// # Errors
///
/// [`StoreError::Occupied`] when the target holds something, [`StoreError::AnotherMove`], [`StoreError::InUse`], [`StoreError::Differs`],
/// and whatever keeps either store from being used. A move that was interrupted goes on when it is asked for again.
pub async fn migrate(
    from: &StorePlace,
    to: &StorePlace,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<u64, StoreError> {
    if let StorePlace::Postgres(address) = from {
        postgres::idle(address).await?;
    }
    let source = open(from).await?;
    // A file without a name: whatever happens, no copy of anybody's data is left behind.
    let mut spool = tempfile::tempfile().map_err(StoreError::io("make a file for the copy"))?;
    let total = source.backup(&mut BufWriter::new(&mut spool)).await?;
    drop(source);
    spool.rewind().map_err(StoreError::io("read the copy"))?;
    let mut spool = BufReader::new(spool);
    let mut load = Load {
        reader: BackupReader::new(&mut spool)?,
        total,
        sum: Sum::default(),
        progress,
    };
    match to {
        StorePlace::Folder(dir) => sled::receive(dir, &mut load)?,
        StorePlace::Postgres(address) => postgres::receive(address, &mut load).await?,
    }
    Ok(total)
}
