//! A line of a document taken apart: how deep it is, how it is numbered, what it says.
//!
//! Posted documents mix Markdown, plain text and HTML, and number their points as they like: `1.`, `- a.`, `4.b`,
//! `1.1`, `A.`. Emphasis is dropped, words are not.

use std::sync::LazyLock;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use regex::Regex;

/// A line that says something.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentLine {
    /// Its number in the document, from 1.
    pub number: usize,
    /// How far it is indented, in characters.
    pub indent: usize,
    /// The level of its Markdown heading.
    pub level: Option<usize>,
    /// Whether all of it is bold.
    pub is_bold: bool,
    /// How its number is made.
    pub style: Style,
    /// Its number or letter without punctuation: `4a`, `1-1`, `b`.
    pub label: Option<String>,
    /// What it says.
    pub text: String,
    /// Whether a blank line is above it.
    pub after_blank: bool,
}

/// How a point of a list is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// It is no point of a list.
    Plain,
    /// `-`, `*`, `•`.
    Bullet,
    /// `1.`
    Digit,
    /// `1.1`
    Dotted,
    /// `4.a`
    DigitLetter,
    /// `a.`
    Lower,
    /// `A.`
    Upper,
}

/// Takes every line that says something apart.
pub fn read(lines: &[String]) -> Vec<DocumentLine> {
    let mut read = Vec::new();
    let mut after_blank = true;
    for (at, raw) in lines.iter().enumerate() {
        match line(at + 1, raw, after_blank) {
            Some(line) => {
                read.push(line);
                after_blank = false;
            }
            None => after_blank = true,
        }
    }
    read
}

fn line(number: usize, raw: &str, after_blank: bool) -> Option<DocumentLine> {
    let indent = raw
        .chars()
        .take_while(|c| c.is_whitespace())
        .map(|c| if c == '\t' { 4 } else { 1 })
        .sum();
    let mut rest = raw.trim();
    let hashes = rest.bytes().take_while(|&byte| byte == b'#').count();
    let level = (1..=6).contains(&hashes) && rest[hashes..].starts_with(char::is_whitespace);
    let level = level.then_some(hashes);
    if let Some(level) = level {
        rest = rest[level..].trim();
    }
    let mut style = Style::Plain;
    let mut label = None;
    if let Some(after) = bullet(rest) {
        style = Style::Bullet;
        rest = after;
    }
    let mut is_bold = false;
    if let Some(inner) = all_bold(rest) {
        is_bold = true;
        rest = inner;
    }
    if let Some((numbered, mark, after)) = numbered(rest) {
        (style, label, rest) = (numbered, Some(mark), after);
    }
    if let Some(inner) = all_bold(rest) {
        is_bold = true;
        rest = inner;
    }
    let text = inline(rest);
    let says_something = text.chars().any(char::is_alphanumeric);
    says_something.then_some(DocumentLine {
        number,
        indent,
        level,
        is_bold,
        style,
        label,
        text,
        after_blank,
    })
}

fn bullet(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(['-', '*', '+', '•', '●', '▪', '◦', '–', '·', '➢', '✓'])?;
    let rest = rest.strip_prefix(char::is_whitespace)?.trim_start();
    // A box to tick is a bullet, too.
    let unboxed = ["[ ]", "[x]", "[X]"]
        .iter()
        .find_map(|mark| rest.strip_prefix(mark));
    Some(unboxed.unwrap_or(rest).trim_start())
}

fn numbered(text: &str) -> Option<(Style, String, &str)> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"^\(?(?:(?P<dotted>\d{1,2}(?:\.\d{1,2})+)[.)]?|(?P<mixed>\d{1,2}\.?[a-zA-Z])[.)]?|(?P<digit>\d{1,2})[.)]|(?P<lower>[a-z])[.)]|(?P<upper>[A-Z])[.)])\s+",
        )
        .expect("the pattern is constant")
    });
    let found = NUMBER.captures(text)?;
    let rest = text[found.get(0)?.end()..].trim_start();
    let styles = [
        ("dotted", Style::Dotted),
        ("mixed", Style::DigitLetter),
        ("digit", Style::Digit),
        ("lower", Style::Lower),
        ("upper", Style::Upper),
    ];
    let (style, mark) = styles
        .iter()
        .find_map(|(name, style)| Some((*style, found.name(name)?.as_str())))?;
    let mark = match style {
        Style::Dotted => mark.replace('.', "-"),
        _ => mark.replace('.', "").to_lowercase(),
    };
    (!rest.is_empty()).then_some((style, mark, rest))
}

/// The words of a line that is bold as a whole; a colon may follow.
fn all_bold(text: &str) -> Option<&str> {
    let inner = text
        .strip_prefix("**")?
        .trim_end_matches([':', ' '])
        .strip_suffix("**")?;
    (!inner.is_empty() && !inner.contains("**")).then_some(inner)
}

/// The words of a line of Markdown or HTML, with addresses that its links hide.
fn inline(text: &str) -> String {
    // A colon or bracket at the start of a line means something to Markdown; the words behind a letter do not.
    let guarded = format!("x {}", text.replace('\t', " | "));
    let mut plain = String::new();
    let mut target = String::new();
    for event in Parser::new(&guarded) {
        match event {
            Event::Text(words) | Event::Code(words) => plain += &words,
            Event::Html(tag) | Event::InlineHtml(tag) => {
                if let Some(address) = href(&tag) {
                    target = address;
                } else if tag.starts_with("</a") {
                    name_target(&mut plain, &target);
                } else if !is_tag(&tag) {
                    plain += &tag;
                } else if tag.to_lowercase().starts_with("<br") {
                    plain.push(' ');
                }
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                target = dest_url.into_string();
            }
            Event::End(TagEnd::Link | TagEnd::Image) => name_target(&mut plain, &target),
            Event::SoftBreak | Event::HardBreak => plain.push(' '),
            _ => {}
        }
    }
    let plain = plain.strip_prefix('x').unwrap_or(&plain);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether it is a tag of HTML rather than words between angle brackets: `<nama pelanggan>`.
fn is_tag(tag: &str) -> bool {
    const TAGS: [&str; 22] = [
        "a", "b", "i", "u", "p", "br", "em", "strong", "span", "div", "table", "tr", "td", "th",
        "ul", "ol", "li", "img", "h1", "h2", "h3", "font",
    ];
    let name = tag.trim_start_matches(['<', '/']);
    let end = name
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    TAGS.contains(&name[..end].to_lowercase().as_str()) || tag.starts_with("<!--")
}

fn href(tag: &str) -> Option<String> {
    let (_, rest) = tag.split_once("href=")?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split(quote).next().map(str::to_owned)
}

/// Writes a link's address behind its words, unless the words are the address.
fn name_target(plain: &mut String, target: &str) {
    let bare = |address: &str| {
        let address = address
            .trim_start_matches("https://")
            .trim_start_matches("http://");
        address.trim_end_matches('/').to_lowercase()
    };
    let is_address = target.contains('.') && !target.starts_with('#');
    if is_address && !bare(plain).ends_with(&bare(target)) {
        *plain += &format!(" ({target})");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, style: Style, label: Option<&str>, text: &str) {
        let line = line(1, raw, false).unwrap();
        assert_eq!(
            (line.style, line.label.as_deref(), line.text.as_str()),
            (style, label, text),
            "{raw}"
        );
    }

    #[test]
    fn points_are_numbered_in_many_ways() {
        check("1. Cek profil", Style::Digit, Some("1"), "Cek profil");
        check("- a. Cek device", Style::Lower, Some("a"), "Cek device");
        check("1.1 Jika aktif", Style::Dotted, Some("1-1"), "Jika aktif");
        check("4.b Isi ulang", Style::DigitLetter, Some("4b"), "Isi ulang");
        check(
            " - 4.a. Isi ulang",
            Style::DigitLetter,
            Some("4a"),
            "Isi ulang",
        );
        check("2) Buka menu", Style::Digit, Some("2"), "Buka menu");
        check("• GoPay", Style::Bullet, None, "GoPay");
        check("- [ ] Cek saldo", Style::Bullet, None, "Cek saldo");
        check(
            "A. Pastikan status",
            Style::Upper,
            Some("a"),
            "Pastikan status",
        );
        check("1 x 24 jam", Style::Plain, None, "1 x 24 jam");
        check("24.000 rupiah", Style::Plain, None, "24.000 rupiah");
        check("**1. Cek profil**", Style::Digit, Some("1"), "Cek profil");
    }

    #[test]
    fn emphasis_goes_and_words_stay() {
        check(
            "**Note:** Salah *satu* ciri",
            Style::Plain,
            None,
            "Note: Salah satu ciri",
        );
        check(
            "*Khusus E-Care ada tambahan",
            Style::Plain,
            None,
            "*Khusus E-Care ada tambahan",
        );
        check(
            "Partner Ref_no : nomor",
            Style::Plain,
            None,
            "Partner Ref_no : nomor",
        );
        check(
            "isi <nama pelanggan> dulu",
            Style::Plain,
            None,
            "isi <nama pelanggan> dulu",
        );
        check(
            "buka <a href=\"https://x.example/\">https://x.example/</a>",
            Style::Plain,
            None,
            "buka https://x.example/",
        );
        check(
            "[portal](https://x.example)",
            Style::Plain,
            None,
            "portal (https://x.example)",
        );
        check("a\tb\tc", Style::Plain, None, "a | b | c");
    }

    #[test]
    fn a_line_without_words_is_a_blank_one() {
        let lines = ["---", "", "Judul"].map(str::to_owned);
        let read = read(&lines);
        assert_eq!(read.len(), 1);
        assert!(read[0].after_blank && read[0].number == 3);
    }
}
