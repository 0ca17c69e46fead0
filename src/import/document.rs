//! A posted document as lines of text, whatever it was written with.
//!
//! Plain text and Markdown are their own lines. Word and PDF files are brought into the same shape, headings as
//! `# Heading` and lists as `1. point`, so that everything after this room knows one kind of document.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use lopdf::Document as Pdf;
use lopdf::content::Content;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A larger document is refused: a procedure is pages long, not a book.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What an unpacked part of a document may have: a small file may unpack to anything.
const PART_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// A longer text could not become an SOP file, which has an upper limit of its own.
pub const TEXT_BYTES_MAX: usize = 160 * 1024;
/// Two runs of text on a PDF page whose heights differ by less than this are on one line.
const SAME_LINE: f32 = 2.0;

/// Why a document could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// There is no reader for this kind of file.
    #[error("`{0}` is neither .txt, .md, .docx nor .pdf: save it as one of these")]
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
        "txt" | "md" | "markdown" => String::from_utf8_lossy(bytes).into_owned(),
        "docx" => docx(bytes)?,
        "pdf" => pdf(bytes)?,
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

/// Control characters have no place in a TOML string, and other blanks are blanks.
fn cleaned(line: &str) -> String {
    let kept = line.chars().map(|c| {
        if c.is_whitespace() && c != '\t' {
            ' '
        } else {
            c
        }
    });
    let kept: String = kept.filter(|c| !c.is_control() || *c == '\t').collect();
    kept.trim_end().to_owned()
}

// -- Word -------------------------------------------------------------------------------------------------------------

fn docx(bytes: &[u8]) -> Result<String, DocumentError> {
    let unreadable = |cause: String| DocumentError::Unreadable {
        kind: "a Word document",
        cause,
    };
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(error.to_string()))?;
    let mut part = |name: &str| -> Result<Option<String>, DocumentError> {
        let Ok(file) = archive.by_name(name) else {
            return Ok(None);
        };
        let mut text = String::new();
        let read = file.take(PART_BYTES_MAX).read_to_string(&mut text);
        read.map_err(|error| unreadable(error.to_string()))?;
        Ok(Some(text))
    };
    let numbering = part("word/numbering.xml")?;
    let styles = part("word/styles.xml")?;
    let Some(document) = part("word/document.xml")? else {
        return Err(unreadable("it has no `word/document.xml`".to_owned()));
    };
    let mut word = WordDocument {
        formats: numbering.as_deref().map(formats).unwrap_or_default(),
        headings: styles.as_deref().map(headings).unwrap_or_default(),
        ..WordDocument::default()
    };
    word.read(&document)
        .map_err(|error| unreadable(error.to_string()))?;
    Ok(word.text)
}

/// What is known while a Word document is read from front to back.
#[derive(Default)]
struct WordDocument {
    text: String,
    /// How lists are numbered: by list and level.
    formats: HashMap<(String, usize), String>,
    /// The levels of styles that are headings.
    headings: HashMap<String, usize>,
    counters: HashMap<(String, usize), u32>,
    paragraph: Paragraph,
    /// How deep inside a table, and whether its row has a cell already.
    table: usize,
    cells: usize,
}

#[derive(Default)]
struct Paragraph {
    text: String,
    heading: Option<usize>,
    list: Option<String>,
    level: usize,
}

impl WordDocument {
    fn read(&mut self, xml: &str) -> Result<(), quick_xml::Error> {
        let mut reader = Reader::from_str(xml);
        let (mut in_text, mut removed) = (false, 0usize);
        loop {
            match reader.read_event()? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    b"t" => in_text = true,
                    // What a reviewer deleted is still in the file.
                    b"del" => removed += 1,
                    _ => self.begin(&tag),
                },
                Event::Empty(tag) => self.begin(&tag),
                Event::End(tag) => match tag.local_name().as_ref() {
                    b"t" => in_text = false,
                    b"del" => removed = removed.saturating_sub(1),
                    b"p" => self.end_paragraph(),
                    b"tr" => self.end_row(),
                    b"tc" => self.cells += 1,
                    b"tbl" => self.table = self.table.saturating_sub(1),
                    _ => {}
                },
                Event::Text(text) if in_text && removed == 0 => {
                    self.paragraph.text += &text.decode()?;
                }
                Event::GeneralRef(entity) if in_text && removed == 0 => {
                    let named = quick_xml::escape::resolve_predefined_entity(&entity.decode()?);
                    match entity.resolve_char_ref()? {
                        Some(c) => self.paragraph.text.push(c),
                        None => self.paragraph.text += named.unwrap_or(" "),
                    }
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn begin(&mut self, tag: &BytesStart<'_>) {
        match tag.local_name().as_ref() {
            b"p" => self.paragraph = Paragraph::default(),
            b"pStyle" => self.paragraph.heading = self.headings.get(&value(tag)).copied(),
            b"numId" => self.paragraph.list = Some(value(tag)).filter(|id| id != "0"),
            b"ilvl" => self.paragraph.level = value(tag).parse().unwrap_or(0).min(8),
            b"tab" | b"br" if !self.paragraph.text.is_empty() => self.paragraph.text.push(' '),
            b"tbl" => self.table += 1,
            b"tr" => self.cells = 0,
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        let text = paragraph.text.trim();
        if self.table > 0 {
            if !text.is_empty() {
                let row_begins = self.text.is_empty() || self.text.ends_with('\n');
                self.text += if row_begins { "" } else { "\t" };
                self.text += text;
            }
            return;
        }
        if let (Some(list), false) = (&paragraph.list, text.is_empty()) {
            let mark = self.mark(list, paragraph.level);
            self.text += &"  ".repeat(paragraph.level);
            self.text += &mark;
        } else if let Some(level) = paragraph.heading {
            self.text += &"#".repeat(level.clamp(1, 6));
            self.text.push(' ');
        }
        self.text += text;
        self.text.push('\n');
    }

    fn end_row(&mut self) {
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Counts a list's point and returns how it begins.
    fn mark(&mut self, list: &str, level: usize) -> String {
        let place = (list.to_owned(), level);
        let count = self.counters.entry(place.clone()).or_default();
        *count += 1;
        let count = *count;
        self.counters
            .retain(|(other, deeper), _| other != list || *deeper <= level);
        let letter = |first: u8| {
            let at = u8::try_from((count - 1) % 26).unwrap_or(0);
            format!("{}. ", char::from(first + at))
        };
        match self.formats.get(&place).map(String::as_str) {
            Some("lowerLetter") => letter(b'a'),
            Some("upperLetter") => letter(b'A'),
            Some("bullet") => "- ".to_owned(),
            _ => format!("{count}. "),
        }
    }
}

fn value(tag: &BytesStart<'_>) -> String {
    attribute(tag, "val")
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = tag
        .attributes()
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name.as_bytes());
    found
        .map(|attribute| String::from_utf8_lossy(&attribute.value).into_owned())
        .unwrap_or_default()
}

/// The tags that open something.
fn tags(xml: &str) -> impl Iterator<Item = BytesStart<'_>> {
    let mut reader = Reader::from_str(xml);
    let events = std::iter::from_fn(move || reader.read_event().ok());
    let events = events.take_while(|event| !matches!(event, Event::Eof));
    events.filter_map(|event| match event {
        Event::Start(tag) | Event::Empty(tag) => Some(tag),
        _ => None,
    })
}

/// How each list numbers each of its levels.
fn formats(xml: &str) -> HashMap<(String, usize), String> {
    let mut by_abstract: HashMap<(String, usize), String> = HashMap::new();
    let mut formats = HashMap::new();
    let (mut kind, mut level, mut list) = (String::new(), 0usize, String::new());
    for tag in tags(xml) {
        match tag.local_name().as_ref() {
            b"abstractNum" => kind = attribute(&tag, "abstractNumId"),
            b"lvl" => level = attribute(&tag, "ilvl").parse().unwrap_or(0),
            b"numFmt" => {
                by_abstract.insert((kind.clone(), level), value(&tag));
            }
            b"num" => list = attribute(&tag, "numId"),
            b"abstractNumId" => {
                let of = value(&tag);
                let levels = by_abstract.iter().filter(|((kind, _), _)| *kind == of);
                formats.extend(
                    levels.map(|((_, level), format)| ((list.clone(), *level), format.clone())),
                );
            }
            _ => {}
        }
    }
    formats
}

/// The styles that are headings, with their levels.
fn headings(xml: &str) -> HashMap<String, usize> {
    let mut headings = HashMap::new();
    let mut style = String::new();
    for tag in tags(xml) {
        match tag.local_name().as_ref() {
            b"style" => style = attribute(&tag, "styleId"),
            b"name" => {
                let name = value(&tag).to_lowercase();
                let level = match name.as_str() {
                    "title" => Some(1),
                    _ => name
                        .strip_prefix("heading ")
                        .and_then(|level| level.parse().ok()),
                };
                if let Some(level) = level {
                    headings.insert(style.clone(), level);
                }
            }
            _ => {}
        }
    }
    headings
}

// -- PDF --------------------------------------------------------------------------------------------------------------

fn pdf(bytes: &[u8]) -> Result<String, DocumentError> {
    let unreadable = |cause: lopdf::Error| DocumentError::Unreadable {
        kind: "a PDF",
        cause: cause.to_string(),
    };
    let pdf = Pdf::load_mem(bytes).map_err(unreadable)?;
    let mut text = String::new();
    // For all pages together: a small file may have many that unpack to much.
    let mut left = usize::try_from(PART_BYTES_MAX).unwrap_or(usize::MAX);
    for page in pdf.page_iter() {
        text += &page_text(&pdf, page, &mut left).map_err(unreadable)?;
        text.push('\n');
        if text.len() > TEXT_BYTES_MAX {
            break;
        }
    }
    Ok(text)
}

/// The text of a page in the order in which it is drawn, a line wherever the height changes.
fn page_text(pdf: &Pdf, page: lopdf::ObjectId, left: &mut usize) -> lopdf::Result<String> {
    let limit = *left;
    let mut encodings = HashMap::new();
    for (name, font) in pdf.get_page_fonts(page)? {
        encodings.insert(name, font.get_font_encoding_with_limit(pdf, limit)?);
    }
    let content = pdf.get_page_content_with_limit(page, limit)?;
    *left = limit.saturating_sub(content.len());
    let content = Content::decode(&content)?;
    let mut drawn = Drawn::default();
    let mut encoding = None;
    for operation in &content.operations {
        let operands = &operation.operands;
        let number = |at: usize| operands.get(at).and_then(|object| object.as_float().ok());
        match operation.operator.as_str() {
            "Tf" => {
                let font = operands.first().and_then(|name| name.as_name().ok());
                encoding = font.and_then(|name| encodings.get(name));
            }
            "BT" => drawn.height = 0.0,
            "Td" | "TD" => drawn.move_by(number(0).unwrap_or(0.0), number(1).unwrap_or(0.0)),
            "Tm" => drawn.move_to(number(5).unwrap_or(0.0)),
            "T*" | "'" | "\"" => drawn.new_line(),
            _ => {}
        }
        if matches!(operation.operator.as_str(), "Tj" | "TJ" | "'" | "\"")
            && let Some(encoding) = encoding
        {
            for object in operands {
                draw(&mut drawn, encoding, object);
            }
        }
    }
    Ok(drawn.text)
}

/// A gap this wide inside one operation, in thousandths of the font's size, is a blank between words.
const GAP: f32 = -180.0;

fn draw(drawn: &mut Drawn, encoding: &lopdf::Encoding<'_>, object: &lopdf::Object) {
    let parts = match object {
        lopdf::Object::Array(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    for part in parts {
        match part {
            lopdf::Object::String(bytes, _) => {
                if let Ok(text) = Pdf::decode_text(encoding, bytes) {
                    drawn.text += &text;
                }
            }
            other => {
                let is_gap = other.as_float().is_ok_and(|gap| gap < GAP);
                if is_gap && !drawn.text.ends_with(' ') {
                    drawn.text.push(' ');
                }
            }
        }
    }
}

#[derive(Default)]
struct Drawn {
    text: String,
    height: f32,
    line: Option<f32>,
}

impl Drawn {
    fn move_by(&mut self, right: f32, up: f32) {
        self.move_to(self.height + up);
        if right > 0.0 && !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }

    fn move_to(&mut self, height: f32) {
        self.height = height;
        if self
            .line
            .is_some_and(|line| (line - height).abs() > SAME_LINE)
        {
            self.new_line();
        }
        self.line = Some(height);
    }

    fn new_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}
