//! A file of the catalogue, as it was read.

use sha2::{Digest, Sha256};

/// One file of the catalogue, as read.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file, as diagnostics name it.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The file's name without folder and `.toml`.
    pub stem: String,
}

impl Source {
    /// Names a file and its text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let path = path.into();
        let name = path.rsplit('/').next().unwrap_or(&path);
        let stem = name.strip_suffix(".toml").unwrap_or(name).to_owned();
        Self {
            path,
            text: text.into(),
            stem,
        }
    }

    /// Returns a short name for exactly this text.
    pub fn edition(&self) -> String {
        const BYTES: usize = 4;
        let digest = Sha256::digest(self.text.as_bytes());
        let bytes = digest.iter().take(BYTES);
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns line and column (in characters) of a byte, both from 1.
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }
}
