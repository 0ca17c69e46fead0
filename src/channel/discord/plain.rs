//! Makes text harmless for Discord: what a user wrote pings no one, links nowhere and breaks no block.
//!
//! Wording's own Markdown (bold, italics, code, lists, one code block) stays. `allowed_mentions` already keeps anything
//! from notifying; this keeps it from looking like a mention, a heading or a link as well.

use std::borrow::Cow;

use crate::message::FENCE;

/// Breaks what Discord would read as syntax without changing what a person reads.
const BREAK: char = '\u{200b}';
/// Returns the text with everything neutralised that wording does not write. Addresses that begin with one of `links`
/// stay links: an SOP's author wrote them.
pub fn harmless(text: &str, links: &[String]) -> String {
    let lines: Vec<_> = text.lines().map(visible).collect();
    let block = block(&lines);
    let mut out = String::with_capacity(text.len());
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        match block {
            Some((first, last)) if number == first || number == last => out.push_str(FENCE),
            // Inside a block nothing is syntax but its end, and what is copied from it must stay as it is.
            Some((first, last)) if first < number && number < last => {
                out.push_str(&line.replace(FENCE, "`\u{200b}`\u{200b}`"));
            }
            _ => unlinked(&inline(line), links, &mut out),
        }
    }
    out
}

/// The one code block that a reply may have: a user's own border inside it must not end it, so the outermost count.
fn block(lines: &[Cow<'_, str>]) -> Option<(usize, usize)> {
    let is_fence = |line: &Cow<'_, str>| line == FENCE;
    let first = lines.iter().position(is_fence)?;
    let last = lines.iter().rposition(is_fence)?;
    (first < last).then_some((first, last))
}

/// Leaves out what is not seen or turns the reading direction around; a tab becomes a space.
fn visible(line: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| {
        matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{00ad}' | '\u{061c}')
            || c.is_control()
    };
    if !line.contains(is_hidden) {
        return line.into();
    }
    line.chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .filter(|c| !is_hidden(*c))
        .collect()
}

fn inline(line: &str) -> Cow<'_, str> {
    let body = line.trim_start();
    // Most lines have nothing that could be syntax.
    if !body.contains(['@', '<', '|', '~', ']']) && !body.starts_with(['#', '>', '-', '`']) {
        return line.into();
    }
    let mut out = String::with_capacity(line.len() + 8);
    out.push_str(&line[..line.len() - body.len()]);
    // Wording begins no line with a heading, a quotation or small print.
    if body.starts_with(['#', '>']) || body.starts_with("-#") || body.starts_with(FENCE) {
        out.push('\\');
    }
    let mut previous = ' ';
    let mut rest = body.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        out.push(c);
        let mention = c == '@' && (next.is_alphabetic() || matches!(next, '!' | '&'));
        let tag = c == '<' && matches!(next, '@' | '#' | ':' | '/' | 'a' | 't' | 'i' | 'h');
        let pair = c == next && matches!(c, '|' | '~');
        let masked = c == ']' && matches!(next, '(' | '[');
        // An e-mail address is no mention: it goes on being copied as it is.
        let email = c == '@' && (previous.is_alphanumeric() || matches!(previous, '.' | '_' | '-'));
        if (mention && !email) || tag || pair || masked {
            out.push(BREAK);
        }
        previous = c;
    }
    out.into()
}

fn unlinked(line: &str, links: &[String], out: &mut String) {
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let scheme = rest[..at]
            .rfind(|c: char| !c.is_ascii_alphanumeric())
            .map_or(0, |end| {
                end + rest[end..].chars().next().map_or(1, char::len_utf8)
            });
        let address = &rest[scheme..];
        let known = links.iter().any(|link| begins_with(address, link));
        out.push_str(&rest[..at + 1]);
        if !known {
            out.push(BREAK);
        }
        out.push_str("//");
        rest = &rest[at + 3..];
    }
    out.push_str(rest);
}

/// `https://host/path` begins with `https://host`, `https://host.elsewhere` does not.
fn begins_with(address: &str, link: &str) -> bool {
    let link = link.trim_end_matches('/');
    address.strip_prefix(link).is_some_and(|rest| {
        rest.chars()
            .next()
            .is_none_or(|c| matches!(c, '/' | '?' | '#') || c.is_whitespace())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let links = ["https://ncxtools.telkom.co.id/".to_owned()];
        let shown = harmless(text, &links).replace(BREAK, "¦");
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn mentions_and_tags_are_broken() {
        check("halo @everyone dan @here", "halo @¦everyone dan @¦here");
        check(
            "<@123> <@&45> <#6> <:x:7>",
            "<¦@123> <¦@¦&45> <¦#6> <¦:x:7>",
        );
        check("budi@everyone.com", "budi@everyone.com");
    }

    #[test]
    fn links_of_others_are_broken_and_those_of_sops_stay() {
        check(
            "[gratis](http://jahat.example)",
            "[gratis]¦(http:¦//jahat.example)",
        );
        check(
            "https://ncxtools.telkom.co.id/a",
            "https://ncxtools.telkom.co.id/a",
        );
        check(
            "https://ncxtools.telkom.co.id.jahat.example",
            "https:¦//ncxtools.telkom.co.id.jahat.example",
        );
        check("éhttps://x", "éhttps:¦//x");
    }

    #[test]
    fn headings_quotations_and_spoilers_are_text() {
        check("# besar", "\\# besar");
        check("> kutip", "\\> kutip");
        check("||rahasia||", "|¦|rahasia|¦|");
        check("**tebal** tetap", "**tebal** tetap");
    }

    #[test]
    fn unseen_and_turning_characters_go() {
        check("a\u{202e}b\u{200b}c\u{7}d", "abcd");
    }

    #[test]
    fn a_border_inside_the_block_does_not_end_it() {
        check(
            "Draft:\n```\nNama: x\n```\n@everyone ```\n```",
            "Draft:\n```\nNama: x\n`¦`¦`\n@everyone `¦`¦`\n```",
        );
        check("```a", "\\```a");
    }
}
