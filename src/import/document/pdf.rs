//! PDF files: the words of each page where they are drawn, without what is on every page.

use std::collections::{HashMap, HashSet};

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document as Pdf, Encoding, Object, ObjectId};

use super::{DocumentError, PART_BYTES_MAX, TEXT_BYTES_MAX};

/// Two runs of text whose heights differ by less than this are on one line.
const SAME_LINE: f32 = 2.0;
/// A gap this wide inside one operation, in thousandths of the font's size, is a blank between words.
const GAP: f32 = -180.0;
/// The same between two operations, as a share of the font's size, where the width of what was drawn is known ...
const GAP_MEASURED: f32 = 0.15;
/// ... and where it is guessed from the number of letters.
const GAP_GUESSED: f32 = 0.3;
/// No code of a font is higher.
const CODE_MAX: usize = 0xffff;
/// A letter is about so wide.
const LETTER: f32 = 0.5;
/// So many lines at the top and at the foot of a page may be those of every page.
const EDGE_LINES: usize = 3;
/// What is on at least so many pages, and on most of them, says nothing of the procedure.
const REPEATED_PAGES: usize = 3;

/// The text of a PDF file.
pub fn text(bytes: &[u8]) -> Result<String, DocumentError> {
    let unreadable = |cause: lopdf::Error| DocumentError::Unreadable {
        kind: "a PDF",
        cause: cause.to_string(),
    };
    let pdf = Pdf::load_mem(bytes).map_err(|cause| match cause {
        lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => DocumentError::Locked,
        cause => unreadable(cause),
    })?;
    let mut pages = Vec::new();
    let mut chars = 0;
    // For all pages together: a small file may have many that unpack to much.
    let mut left = usize::try_from(PART_BYTES_MAX).unwrap_or(usize::MAX);
    for page in pdf.page_iter() {
        let text = page_text(&pdf, page, &mut left).map_err(unreadable)?;
        chars += text.len();
        pages.push(text);
        if chars > TEXT_BYTES_MAX {
            break;
        }
    }
    Ok(without_edges(&pages))
}

/// Leaves out the lines at the top and the foot that most pages have, whatever numbers are in them.
fn without_edges(pages: &[String]) -> String {
    let plain = |line: &str| -> String {
        let kept = line
            .chars()
            .filter(|c| !c.is_ascii_digit() && !c.is_whitespace());
        kept.flat_map(char::to_lowercase).collect()
    };
    let pages: Vec<Vec<&str>> = (pages.iter())
        .map(|page| {
            page.lines()
                .filter(|line| !line.trim().is_empty())
                .collect()
        })
        .collect();
    let is_edge = |at: usize, count: usize| at < EDGE_LINES || at + EDGE_LINES >= count;
    let mut having: HashMap<String, usize> = HashMap::new();
    for lines in &pages {
        let edges = lines
            .iter()
            .enumerate()
            .filter(|(at, _)| is_edge(*at, lines.len()));
        let edges: HashSet<String> = edges.map(|(_, line)| plain(line)).collect();
        edges
            .into_iter()
            .for_each(|edge| *having.entry(edge).or_default() += 1);
    }
    let is_repeated = |line: &str| {
        let count = having.get(&plain(line)).copied().unwrap_or_default();
        count >= REPEATED_PAGES && count * 2 > pages.len()
    };
    let mut text = String::new();
    for lines in &pages {
        for (at, line) in lines.iter().enumerate() {
            // The title of the first page is kept where it is repeated as the header of all.
            if !is_edge(at, lines.len()) || !is_repeated(line) || text.is_empty() {
                text += line;
                text.push('\n');
            }
        }
        text.push('\n');
    }
    text
}

/// The letters of a font and how wide they are.
struct Font<'a> {
    encoding: Encoding<'a>,
    /// Of so many bytes is a code.
    code_bytes: usize,
    /// The width of codes, in thousandths of the font's size; empty where the file does not say it.
    widths: HashMap<usize, f32>,
    /// The width of all others.
    usual_width: f32,
}

impl<'a> Font<'a> {
    fn read(pdf: &'a Pdf, font: &'a Dictionary, limit: usize) -> lopdf::Result<Font<'a>> {
        let mut read = Font {
            encoding: font.get_font_encoding_with_limit(pdf, limit)?,
            code_bytes: 1,
            widths: HashMap::new(),
            usual_width: LETTER * 1000.0,
        };
        let list =
            |of: &'a Dictionary, key: &[u8]| of.get_deref(key, pdf).and_then(Object::as_array).ok();
        let number = |object: &Object| object.as_float().unwrap_or_default();
        if let Some(widths) = list(font, b"Widths") {
            let first = font.get(b"FirstChar").map_or(0.0, number) as usize;
            read.widths = (first..).zip(widths.iter().map(number)).collect();
        } else if let Some(below) = list(font, b"DescendantFonts").and_then(|fonts| fonts.first())
            && let Ok((_, Object::Dictionary(below))) = pdf.dereference(below)
        {
            read.code_bytes = 2;
            read.usual_width = below.get(b"DW").map_or(1000.0, number);
            // `code [width width ...]` or `first last width`.
            let mut rest = list(below, b"W").map_or(&[][..], Vec::as_slice);
            while let [first, second, ..] = rest {
                let first = number(first) as usize;
                match (pdf.dereference(second), rest.get(2)) {
                    (Ok((_, Object::Array(widths))), _) => {
                        read.widths.extend((first..).zip(widths.iter().map(number)));
                        rest = &rest[2..];
                    }
                    (Ok((_, last)), Some(width)) => {
                        let last = (number(last) as usize).min(CODE_MAX);
                        read.widths
                            .extend((first..=last).map(|code| (code, number(width))));
                        rest = &rest[3..];
                    }
                    _ => break,
                }
            }
        }
        Ok(read)
    }

    /// How wide these codes are at the size 1.
    fn width(&self, codes: &[u8]) -> f32 {
        let codes = codes.chunks(self.code_bytes);
        let codes = codes.map(|bytes| {
            bytes
                .iter()
                .fold(0, |code, byte| code << 8 | usize::from(*byte))
        });
        let widths = codes.map(|code| self.widths.get(&code).unwrap_or(&self.usual_width));
        widths.sum::<f32>() / 1000.0
    }
}

/// The text of a page in the order in which it is drawn, a line wherever the height changes.
fn page_text(pdf: &Pdf, page: ObjectId, left: &mut usize) -> lopdf::Result<String> {
    let limit = *left;
    let mut fonts = HashMap::new();
    for (name, font) in pdf.get_page_fonts(page)? {
        fonts.insert(name, Font::read(pdf, font, limit)?);
    }
    let content = pdf.get_page_content_with_limit(page, limit)?;
    *left = limit.saturating_sub(content.len());
    let content = Content::decode(&content)?;
    let mut drawn = Drawn::default();
    let mut font = None;
    for operation in &content.operations {
        let operands = &operation.operands;
        if operation.operator == "Tf" {
            let name = operands.first().and_then(|name| name.as_name().ok());
            font = name.and_then(|name| fonts.get(name));
        }
        drawn.place(operation);
        if matches!(operation.operator.as_str(), "Tj" | "TJ" | "'" | "\"")
            && let Some(font) = font
        {
            drawn.begin_run();
            operands.iter().for_each(|object| drawn.draw(font, object));
        }
    }
    Ok(drawn.text)
}

/// What was drawn so far, and where.
struct Drawn {
    text: String,
    /// The font's size and the scale of the text.
    size: f32,
    scale: f32,
    /// Where the line in hand begins.
    start: (f32, f32),
    /// Where the next letter goes.
    right: f32,
    /// Where the last letter ended, on which height, and whether its width was known.
    last: Option<(f32, f32, bool)>,
    is_measured: bool,
}

impl Default for Drawn {
    fn default() -> Self {
        Drawn {
            text: String::new(),
            size: 1.0,
            scale: 1.0,
            start: (0.0, 0.0),
            right: 0.0,
            last: None,
            is_measured: true,
        }
    }
}

impl Drawn {
    /// Follows the operations that move the place of the next letter.
    fn place(&mut self, operation: &Operation) {
        let number = |at: usize| {
            let operand = operation.operands.get(at);
            operand
                .and_then(|object| object.as_float().ok())
                .unwrap_or(0.0)
        };
        let (right, up) = self.start;
        match operation.operator.as_str() {
            "BT" => {
                self.scale = 1.0;
                self.go_to(0.0, 0.0);
            }
            "Tf" => self.size = number(1).abs().max(f32::MIN_POSITIVE),
            "Td" | "TD" => self.go_to(right + number(0) * self.scale, up + number(1) * self.scale),
            "Tm" => {
                self.scale = number(0).abs().max(f32::MIN_POSITIVE);
                self.go_to(number(4), number(5));
            }
            "T*" | "'" | "\"" => {
                self.new_line();
                self.last = None;
            }
            _ => {}
        }
    }

    fn go_to(&mut self, right: f32, up: f32) {
        self.start = (right, up);
        self.right = right;
    }

    /// Begins to draw where the place is now: on a new line, or behind a blank where there is a gap.
    fn begin_run(&mut self) {
        let (right, up) = (self.right, self.start.1);
        let em = self.size * self.scale;
        if let Some((end, height, is_measured)) = self.last {
            let gap = if is_measured {
                GAP_MEASURED
            } else {
                GAP_GUESSED
            };
            if (height - up).abs() > SAME_LINE {
                self.new_line();
            } else if right - end > gap * em || right + em < end {
                self.blank();
            }
        }
        self.is_measured = true;
    }

    fn draw(&mut self, font: &Font<'_>, object: &Object) {
        let parts = match object {
            Object::Array(parts) => parts.as_slice(),
            other => std::slice::from_ref(other),
        };
        let em = self.size * self.scale;
        for part in parts {
            match part {
                Object::String(codes, _) => {
                    let Ok(text) = Pdf::decode_text(&font.encoding, codes) else {
                        continue;
                    };
                    self.text += &text;
                    self.right += font.width(codes) * em;
                    self.is_measured &= !font.widths.is_empty();
                }
                other => {
                    let gap = other.as_float().unwrap_or_default();
                    self.right -= gap / 1000.0 * em;
                    if gap < GAP {
                        self.blank();
                    }
                }
            }
        }
        self.last = Some((self.right, self.start.1, self.is_measured));
    }

    fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }

    fn new_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}
