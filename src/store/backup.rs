//! The portable form of a store: JSON lines between a header and a trailer.
//!
//! ```text
//! {"sigap_backup":1,"schema":1}
//! {"conversation":{"conversation":"console:budi","revision":3,"state":{…}}}
//! {"records":1,"sha256":"…"}
//! ```
//!
//! The trailer counts the records and digests every byte above it, so a file that was cut off or altered anywhere is
//! distinguished from a whole one before its last line is believed.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::StoreError;
use super::codec::{self, Record, SCHEMA};

/// The version of the lines themselves; that of the records is `schema`.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Header {
    sigap_backup: u32,
    schema: u32,
}

/// Writes a backup record by record.
pub struct Writer<W> {
    to: W,
    seal: Seal,
}

impl<W: Write> Writer<W> {
    /// Begins with the header.
    pub fn new(to: W) -> Result<Self, StoreError> {
        let header = Header {
            sigap_backup: FORMAT,
            schema: SCHEMA,
        };
        let mut writer = Writer {
            to,
            seal: Seal::default(),
        };
        writer.line(&header)?;
        Ok(writer)
    }

    /// Adds a record.
    pub fn add(&mut self, record: &Record) -> Result<(), StoreError> {
        self.seal.records += 1;
        self.line(record)
    }

    /// Returns what [`finish`](Writer::finish) would end with: the same for the same records.
    pub fn trailer(&self) -> String {
        self.seal.trailer()
    }

    /// Ends with the trailer and returns the number of records.
    pub fn finish(mut self) -> Result<u64, StoreError> {
        let records = self.seal.records;
        self.write(self.trailer().as_bytes())?;
        self.to
            .flush()
            .map_err(StoreError::io("write the backup"))?;
        Ok(records)
    }

    fn line(&mut self, line: &impl Serialize) -> Result<(), StoreError> {
        let mut line = codec::json(line)?;
        line.push(b'\n');
        self.seal.digest.update(&line);
        self.write(&line)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.to
            .write_all(bytes)
            .map_err(StoreError::io("write the backup"))
    }
}

/// Reads a backup record by record.
///
/// What was read counts only once [`next`](Reader::next) returns `None`: the proof that the file is whole is at its end.
pub struct BackupReader<'a> {
    lines: Lines<'a>,
    seal: Seal,
    ended: bool,
}

impl<'a> BackupReader<'a> {
    /// Begins with the header.
    pub fn new(from: &'a mut dyn BufRead) -> Result<Self, StoreError> {
        let mut lines = Lines {
            from,
            line: Vec::new(),
            number: 0,
        };
        let mut seal = Seal::default();
        lines.next()?;
        let Ok(header) = serde_json::from_slice::<Header>(&lines.line) else {
            return Err(lines.refuse("is not the header of a sigap backup"));
        };
        codec::known(header.schema.max(header.sigap_backup))?;
        seal.digest.update(&lines.line);
        Ok(BackupReader {
            lines,
            seal,
            ended: false,
        })
    }

    /// Returns the next record, and none when the backup has ended and proved whole.
    pub fn next(&mut self) -> Result<Option<Record>, StoreError> {
        if self.ended {
            return Ok(None);
        }
        self.lines.next()?;
        if self.lines.line.starts_with(TRAILER.as_bytes()) {
            if self.lines.line != self.seal.trailer().as_bytes() {
                let altered = "does not match the lines above it: the file was altered";
                return Err(self.lines.refuse(altered));
            }
            if !self.lines.at_end()? {
                return Err(self.lines.refuse("should be the last one"));
            }
            self.ended = true;
            return Ok(None);
        }
        let Ok(record) = serde_json::from_slice(&self.lines.line) else {
            return Err(self.lines.refuse("is not a record"));
        };
        self.seal.records += 1;
        self.seal.digest.update(&self.lines.line);
        Ok(Some(record))
    }

    /// Returns how many records were read.
    pub fn records(&self) -> u64 {
        self.seal.records
    }
}

/// What a number of records adds up to, in whatever order they come: two stores with the same have the same records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sum {
    records: u64,
    digests: [u64; 4],
}

impl Sum {
    /// Adds a record.
    pub fn add(&mut self, record: &Record) -> Result<(), StoreError> {
        self.records += 1;
        let digest = Sha256::digest(codec::json(record)?);
        for (sum, part) in self.digests.iter_mut().zip(digest.chunks_exact(8)) {
            let part = part.try_into().expect("chunks of eight bytes");
            *sum = sum.wrapping_add(u64::from_le_bytes(part));
        }
        Ok(())
    }

    /// How many records there were.
    pub fn records(&self) -> u64 {
        self.records
    }
}

/// How a trailer begins; no record does.
const TRAILER: &str = "{\"records\":";

/// What the trailer attests.
#[derive(Default)]
struct Seal {
    records: u64,
    digest: Sha256,
}

impl Seal {
    fn trailer(&self) -> String {
        let digest: String = self
            .digest
            .clone()
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{TRAILER}{},\"sha256\":\"{digest}\"}}\n", self.records)
    }
}

/// The line being read, counted from one.
struct Lines<'a> {
    from: &'a mut dyn BufRead,
    line: Vec<u8>,
    number: u64,
}

impl Lines<'_> {
    /// Reads the next line, which must be there and be complete.
    fn next(&mut self) -> Result<(), StoreError> {
        self.line.clear();
        self.number += 1;
        self.from
            .read_until(b'\n', &mut self.line)
            .map_err(StoreError::io("read the backup"))?;
        if !self.line.ends_with(b"\n") {
            return Err(self.refuse("is cut off: the file is not complete"));
        }
        Ok(())
    }

    fn at_end(&mut self) -> Result<bool, StoreError> {
        let rest = self
            .from
            .fill_buf()
            .map_err(StoreError::io("read the backup"))?;
        Ok(rest.is_empty())
    }

    fn refuse(&self, why: &'static str) -> StoreError {
        StoreError::BadBackup {
            line: self.number,
            why,
        }
    }
}
