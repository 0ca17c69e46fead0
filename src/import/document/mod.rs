//! A posted document as lines of text, whatever it was written with.
//!
//! Plain text and Markdown are their own lines. Word and PDF files, spreadsheets and pages of HTML are brought into the
//! same shape, headings as `# Heading`, lists as `1. point` and rows with tabs, so that everything after this room knows
//! one kind of document.

mod page;
mod pdf;
mod sheet;
mod word;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use quick_xml::events::BytesStart;
use unicode_normalization::UnicodeNormalization;

/// How the names of documents end that can be read.
pub const DOCUMENT_KINDS: [&str; 8] = [
    "txt", "md", "markdown", "html", "htm", "docx", "xlsx", "pdf",
];
/// A larger document is refused: a procedure is pages long, not a book.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What an unpacked part of a document may have: a small file may unpack to anything.
const PART_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// A longer text could not become an SOP file, which has an upper limit of its own.
pub const TEXT_BYTES_MAX: usize = 160 * 1024;
/// How an old or an encrypted Office file begins.
const COMPOUND_FILE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0];

/// Why a document could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// There is no reader for this kind of file.
    #[error("`{0}` is none of .txt, .md, .html, .docx, .xlsx and .pdf: save it as one of these")]
    UnknownKind(String),
    /// It is too large.
    #[error(
        "the document has {found} bytes, at most {max} are read: split it into one file a procedure"
    )]
    TooLarge {
        /// How many it has.
        found: usize,
        /// How many are read.
        max: usize,
    },
    /// The file is damaged, encrypted or something else than its name says.
    #[error(
        "this does not read as {kind} ({cause}): save it again, or paste its text into a .txt file"
    )]
    Unreadable {
        /// What it should be.
        kind: &'static str,
        /// What is wrong with it.
        cause: String,
    },
    /// It opens with a password only.
    #[error(
        "the document is encrypted or of an old kind: save it without a password, as .docx, .xlsx or .pdf"
    )]
    Locked,
    /// There is no text in it.
    #[error(
        "the document holds no text: pictures of text cannot be read, paste the text into a .txt file"
    )]
    Empty,
}

/// Returns the lines of a document; the name says how it is read.
pub fn lines(name: &str, bytes: &[u8]) -> Result<Vec<String>, DocumentError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(DocumentError::TooLarge {
            found: bytes.len(),
            max: FILE_BYTES_MAX,
        });
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let text = match extension.unwrap_or_default().to_lowercase().as_str() {
        _ if bytes.starts_with(COMPOUND_FILE) => return Err(DocumentError::Locked),
        "txt" | "md" | "markdown" | "html" | "htm" => match decoded(bytes)? {
            text if page::is_page(&text) => page::text(&text)?,
            text => text,
        },
        "docx" => word::text(bytes)?,
        "xlsx" => sheet::text(bytes)?,
        "pdf" => pdf::text(bytes)?,
        _ => return Err(DocumentError::UnknownKind(name.to_owned())),
    };
    if text.len() > TEXT_BYTES_MAX {
        return Err(DocumentError::TooLarge {
            found: text.len(),
            max: TEXT_BYTES_MAX,
        });
    }
    let text = text.trim_start_matches('\u{feff}');
    if !text.chars().any(char::is_alphanumeric) {
        return Err(DocumentError::Empty);
    }
    Ok(text.lines().map(cleaned).collect())
}

/// The text of a plain file, in whichever of the usual encodings it was saved.
pub fn decoded(bytes: &[u8]) -> Result<String, DocumentError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok(encoding
            .decode_without_bom_handling(&bytes[mark..])
            .0
            .into_owned());
    }
    // Half of the bytes of Latin letters in UTF-16 are zero, always the first or always the second.
    let zeros = |from: usize| {
        bytes
            .iter()
            .skip(from)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let encoding = match (zeros(0) * 4 > bytes.len(), zeros(1) * 4 > bytes.len()) {
        (true, false) => UTF_16BE,
        (false, true) => UTF_16LE,
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(text.to_owned()),
            Err(_) => WINDOWS_1252,
        },
    };
    let text = encoding.decode_without_bom_handling(bytes).0;
    let is_text = |c: char| !c.is_control() || c.is_whitespace();
    if !text.chars().all(is_text) {
        return Err(DocumentError::Unreadable {
            kind: "a text",
            cause: "it has bytes that no letter has".to_owned(),
        });
    }
    Ok(text.into_owned())
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = (tag.attributes().with_checks(false).flatten())
        .find(|attribute| attribute.key.local_name().as_ref() == name.as_bytes());
    found
        .map(|attribute| String::from_utf8_lossy(&attribute.value).into_owned())
        .unwrap_or_default()
}

/// Control characters have no place in a TOML string, and other blanks are blanks.
fn cleaned(line: &str) -> String {
    let kept = line.chars().map(|c| {
        if c.is_whitespace() && c != '\t' {
            ' '
        } else {
            c
        }
    });
    let kept = kept.filter(|c| !c.is_control() || *c == '\t');
    let mut line = String::with_capacity(line.len());
    for c in kept {
        match c {
            // Letters that a typesetter joined: `ﬁ`.
            '\u{fb00}'..='\u{fb06}' => line.extend(std::iter::once(c).nfkc()),
            // A soft hyphen, and what has no width at all.
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{feff}' => {}
            c => line.push(c),
        }
    }
    line.trim_end().to_owned()
}
