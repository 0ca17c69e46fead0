//! Pages of HTML, as an editor in a browser pastes them.

use quick_xml::Reader;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesStart, Event};

use super::{DocumentError, attribute};

/// What begins like this is a page, whatever its file is called.
const OPENINGS: [&str; 5] = [
    "<!doctype html",
    "<html",
    "<meta",
    "<body",
    "<b id=\"docs-internal-guid",
];
/// What no browser shows.
const UNSEEN: [&str; 7] = ["head", "script", "style", "title", "del", "s", "strike"];

/// Whether a text is a page of HTML.
pub fn is_page(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(40).collect();
    let start = start.to_lowercase();
    OPENINGS.iter().any(|opening| start.starts_with(opening))
}

/// The text of a page.
pub fn text(html: &str) -> Result<String, DocumentError> {
    let mut reader = Reader::from_str(html);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut page = Page::default();
    loop {
        let event = reader
            .read_event()
            .map_err(|error| DocumentError::Unreadable {
                kind: "a page of HTML",
                cause: error.to_string(),
            })?;
        match event {
            Event::Start(tag) => page.begin(&tag),
            Event::Empty(tag) if name(tag.local_name().as_ref()) == "br" => page.line(),
            Event::End(tag) => page.end(&name(tag.local_name().as_ref())),
            Event::Text(text) => page.say(&text.decode().unwrap_or_default()),
            Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                Ok(Some(c)) => page.say(c.encode_utf8(&mut [0; 4])),
                _ => page
                    .say(resolve_html5_entity(&entity.decode().unwrap_or_default()).unwrap_or(" ")),
            },
            Event::Eof => return Ok(page.text),
            _ => {}
        }
    }
}

fn name(local: &[u8]) -> String {
    String::from_utf8_lossy(local).to_lowercase()
}

/// A page while it is read from front to back.
#[derive(Default)]
struct Page {
    text: String,
    /// The element that is not shown, and how many of the same name are open in it.
    unseen: Option<(String, usize)>,
    /// The lists around the place: the number of the last point, or none where points have none.
    lists: Vec<Option<usize>>,
    /// How many cells of tables are open: what is in one stays on one line.
    cells: usize,
}

impl Page {
    fn begin(&mut self, tag: &BytesStart<'_>) {
        let name = name(tag.local_name().as_ref());
        if let Some((unseen, depth)) = &mut self.unseen {
            *depth += usize::from(*unseen == name);
            return;
        }
        let style = attribute(tag, "style").replace(' ', "");
        if UNSEEN.contains(&&*name)
            || style.contains("line-through")
            || style.contains("display:none")
        {
            self.unseen = Some((name, 1));
            return;
        }
        match name.as_str() {
            "ul" => self.lists.push(None),
            "ol" => {
                let start = attribute(tag, "start").parse().unwrap_or(1usize);
                self.lists.push(Some(start.saturating_sub(1)));
            }
            "li" => self.point(),
            "td" | "th" => {
                self.cells += 1;
                if !self.text.ends_with('\n') && !self.text.is_empty() {
                    self.text.push('\t');
                }
            }
            "br" | "p" | "div" if self.cells > 0 => self.say(" "),
            "br" | "p" | "div" | "tr" => self.line(),
            _ => match name
                .strip_prefix('h')
                .and_then(|level| level.parse::<usize>().ok())
            {
                Some(level) if level <= 6 => {
                    self.line();
                    self.text += &format!("\n{} ", "#".repeat(level.max(1)));
                }
                _ => {}
            },
        }
    }

    fn end(&mut self, name: &str) {
        if let Some((unseen, depth)) = &mut self.unseen {
            *depth -= usize::from(*unseen == name);
            if *depth == 0 {
                self.unseen = None;
            }
            return;
        }
        match name {
            "ul" | "ol" => {
                self.lists.pop();
                self.line();
            }
            "td" | "th" => self.cells = self.cells.saturating_sub(1),
            "p" | "div" if self.lists.is_empty() && self.cells == 0 => self.line(),
            "li" | "tr" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.line(),
            _ => {}
        }
    }

    fn point(&mut self) {
        self.line();
        self.text += &"  ".repeat(self.lists.len().saturating_sub(1));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                self.text += &format!("{number}. ");
            }
            _ => self.text += "- ",
        }
    }

    /// A line goes on until something ends it; breaks in the source are blanks.
    fn say(&mut self, words: &str) {
        if self.unseen.is_some() {
            return;
        }
        for c in words.chars() {
            let is_blank = c.is_whitespace();
            match is_blank {
                true if self.text.is_empty() || self.text.ends_with(char::is_whitespace) => {}
                true => self.text.push(' '),
                false => self.text.push(c),
            }
        }
    }

    /// A new line, unless there is one or a mark that waits for its words.
    fn line(&mut self) {
        let last = self.text.rsplit('\n').next().unwrap_or_default();
        if last.contains(char::is_alphanumeric) && !is_mark(last) {
            self.text.push('\n');
        }
    }
}

/// Whether a line is nothing but the mark of a point: the paragraph inside it goes on with the words.
fn is_mark(line: &str) -> bool {
    let mark = line.trim();
    mark.strip_suffix('.')
        .is_some_and(|number| number.parse::<usize>().is_ok())
}
