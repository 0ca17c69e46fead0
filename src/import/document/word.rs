//! Word documents.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{DocumentError, PART_BYTES_MAX, attribute};

/// Lists are nested at most so deep.
const LEVEL_MAX: usize = 8;

/// The text of a Word document.
pub fn text(bytes: &[u8]) -> Result<String, DocumentError> {
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
        styles: styles.as_deref().map(styles_of).unwrap_or_default(),
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
    styles: HashMap<String, ParagraphStyle>,
    counters: HashMap<(String, usize), u32>,
    paragraph: Paragraph,
    /// The paragraphs around the one in hand.
    around: Vec<Paragraph>,
    /// How deep inside a table, and whether its row has a cell already.
    table: usize,
    cells: usize,
}

#[derive(Default)]
struct Paragraph {
    text: String,
    style: ParagraphStyle,
    /// Whether the run in hand is struck out or hidden.
    is_left_out: bool,
}

/// What a style, or a paragraph itself, says of how it is set.
#[derive(Default, Clone)]
struct ParagraphStyle {
    heading: Option<usize>,
    list: Option<String>,
    level: usize,
}

/// What is in the file and not on the page: what a reviewer deleted or moved away, and the second copy of a text box.
const OFF_THE_PAGE: [&[u8]; 3] = [b"del", b"moveFrom", b"Fallback"];

impl WordDocument {
    fn read(&mut self, xml: &str) -> Result<(), quick_xml::Error> {
        let mut reader = Reader::from_str(xml);
        let (mut in_text, mut removed) = (false, 0usize);
        loop {
            match reader.read_event()? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    b"t" => in_text = true,
                    name if OFF_THE_PAGE.contains(&name) => removed += 1,
                    _ if removed > 0 => {}
                    _ => self.begin(&tag),
                },
                Event::Empty(tag) if removed == 0 => self.begin(&tag),
                Event::End(tag) => match tag.local_name().as_ref() {
                    b"t" => in_text = false,
                    name if OFF_THE_PAGE.contains(&name) => removed = removed.saturating_sub(1),
                    _ if removed > 0 => {}
                    b"p" => self.end_paragraph(),
                    b"tr" => self.end_row(),
                    b"tc" => self.cells += 1,
                    b"tbl" => self.table = self.table.saturating_sub(1),
                    _ => {}
                },
                Event::Text(text) if in_text && removed == 0 && !self.paragraph.is_left_out => {
                    self.paragraph.text += &text.decode()?;
                }
                Event::GeneralRef(entity)
                    if in_text && removed == 0 && !self.paragraph.is_left_out =>
                {
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
            // One inside another is in a text box.
            b"p" => self.around.push(std::mem::take(&mut self.paragraph)),
            b"pStyle" => {
                let style = self.styles.get(&value(tag));
                self.paragraph.style = style.cloned().unwrap_or_default();
            }
            b"numId" => self.paragraph.style.list = Some(value(tag)).filter(|id| id != "0"),
            b"ilvl" => self.paragraph.style.level = level(tag),
            b"r" => self.paragraph.is_left_out = false,
            b"strike" | b"dstrike" | b"vanish" => {
                self.paragraph.is_left_out = !matches!(&*value(tag), "0" | "false");
            }
            b"tab" | b"br" if !self.paragraph.text.is_empty() => self.paragraph.text.push(' '),
            b"tbl" => self.table += 1,
            b"tr" => self.cells = 0,
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let around = self.around.pop().unwrap_or_default();
        let paragraph = std::mem::replace(&mut self.paragraph, around);
        let text = paragraph.text.trim();
        let ParagraphStyle {
            heading,
            list,
            level,
        } = paragraph.style;
        if self.table > 0 {
            if !text.is_empty() {
                let row_begins = self.text.is_empty() || self.text.ends_with('\n');
                self.text += if row_begins { "" } else { "\t" };
                self.text += text;
            }
            return;
        }
        // A numbered heading is a heading.
        if let (Some(list), None, false) = (&list, heading, text.is_empty()) {
            let mark = self.mark(list, level);
            self.text += &"  ".repeat(level);
            self.text += &mark;
        } else if let Some(level) = heading.filter(|_| !text.is_empty()) {
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

fn level(tag: &BytesStart<'_>) -> usize {
    value(tag).parse().unwrap_or(0).min(LEVEL_MAX)
}

fn value(tag: &BytesStart<'_>) -> String {
    attribute(tag, "val")
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

/// The styles that are headings or points of a list.
fn styles_of(xml: &str) -> HashMap<String, ParagraphStyle> {
    let mut styles: HashMap<String, ParagraphStyle> = HashMap::new();
    let mut id = String::new();
    for tag in tags(xml) {
        let style = styles.entry(id.clone()).or_default();
        match tag.local_name().as_ref() {
            b"style" => id = attribute(&tag, "styleId"),
            b"name" => {
                let name = value(&tag).to_lowercase();
                style.heading = match name.as_str() {
                    "title" => Some(1),
                    _ => (name.strip_prefix("heading ")).and_then(|level| level.parse().ok()),
                };
            }
            b"numId" => style.list = Some(value(&tag)).filter(|id| id != "0"),
            b"ilvl" => style.level = level(&tag),
            _ => {}
        }
    }
    styles
}
