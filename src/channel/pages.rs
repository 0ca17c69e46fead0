//! A reply cut to a platform's limits: between steps, never inside one while a step fits at all.
//!
//! Lengths are in UTF-16 units: platforms count those or characters, and the larger number is always safe.

use crate::message::{FENCE, ReplyLine};

/// Returns the heading of a reply that begins with one, and what is below it.
pub fn headed(reply: &str) -> (Option<&str>, &str) {
    let (first, rest) = reply.split_once('\n').unwrap_or((reply, ""));
    match ReplyLine::of(first) {
        ReplyLine::Heading(title) if !rest.trim().is_empty() => (Some(title), rest),
        _ => (None, reply),
    }
}

/// How long a text is.
pub fn length(text: &str) -> usize {
    match text.is_ascii() {
        true => text.len(),
        false => text.encode_utf16().count(),
    }
}

/// Returns the text, or its beginning and an ellipsis.
pub fn shortened(text: &str, max: usize) -> String {
    if length(text) <= max {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut left = max.saturating_sub(1);
    for c in text.chars() {
        match left.checked_sub(c.len_utf16()) {
            Some(rest) => left = rest,
            None => break,
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// Returns the text in pages of at most `max`: cut between blocks, and inside a block only when it is longer than that.
pub fn pages(text: &str, max: usize) -> Vec<String> {
    // Most texts fit on one page.
    let has_returns = text.bytes().any(|byte| byte == b'\r');
    if length(text) <= max && !text.trim().is_empty() && !has_returns {
        return vec![text.trim_matches('\n').to_owned()];
    }
    let mut pages: Vec<String> = Vec::new();
    let mut page = String::new();
    let mut page_length = 0;
    for block in blocks(text) {
        for piece in pieces(&block, max) {
            let piece_length = length(&piece);
            if page_length + piece_length + usize::from(!page.is_empty()) > max {
                pages.push(std::mem::take(&mut page));
                page_length = 0;
            }
            if !page.is_empty() {
                page.push('\n');
                page_length += 1;
            }
            page.push_str(&piece);
            page_length += piece_length;
        }
    }
    pages.push(page);
    for page in &mut pages {
        *page = page.trim_matches('\n').to_owned();
    }
    pages.retain(|page| !page.trim().is_empty());
    if pages.is_empty() {
        pages.push("…".to_owned());
    }
    pages
}

/// What belongs together: a line with its indented lines, a heading with the first block below it, a code block.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let (mut fenced, mut heading) = (false, false);
    for text in text.lines() {
        let kind = ReplyLine::of(text);
        let continues = fenced || heading || kind == ReplyLine::Indented;
        match blocks.last_mut() {
            Some(last) if continues => {
                last.push('\n');
                last.push_str(text);
            }
            _ => blocks.push(text.to_owned()),
        }
        fenced ^= kind == ReplyLine::Fence;
        heading = !fenced && matches!(kind, ReplyLine::Heading(_));
    }
    blocks
}

/// A block that fits is one piece; a longer one is cut at lines, then at words, then anywhere.
fn pieces(block: &str, max: usize) -> Vec<String> {
    if length(block) <= max {
        return vec![block.to_owned()];
    }
    let fenced = block.starts_with(FENCE) && block.ends_with(FENCE);
    let (body, max) = if fenced {
        let inner = &block[FENCE.len()..block.len() - FENCE.len()];
        (inner.trim_matches('\n'), max - 2 * (FENCE.len() + 1))
    } else {
        (block, max)
    };
    let mut out: Vec<String> = Vec::new();
    for line in body.lines().flat_map(|line| words(line, max)) {
        match out.last_mut() {
            Some(last) if length(last) + 1 + length(&line) <= max => {
                last.push('\n');
                last.push_str(&line);
            }
            _ => out.push(line),
        }
    }
    if fenced {
        for piece in &mut out {
            *piece = format!("{FENCE}\n{piece}\n{FENCE}");
        }
    }
    out
}

fn words(line: &str, max: usize) -> Vec<String> {
    if length(line) <= max {
        return vec![line.to_owned()];
    }
    let mut out = vec![String::new()];
    let mut last_length = 0;
    for word in line.split_inclusive(' ') {
        let chars: Vec<String> = if length(word) > max {
            word.chars().map(String::from).collect()
        } else {
            vec![word.to_owned()]
        };
        for part in chars {
            if last_length + length(&part) > max {
                out.push(String::new());
                last_length = 0;
            }
            last_length += length(&part);
            if let Some(last) = out.last_mut() {
                last.push_str(&part);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 2_000;

    #[test]
    fn pages_are_cut_between_steps() {
        let steps: Vec<_> = (1..40)
            .map(|n| format!("{n}. {}\n   lanjutan {n}", "langkah ".repeat(12)))
            .collect();
        let text = format!("**Pengecekan**\n{}", steps.join("\n"));
        let pages = pages(&text, MAX);
        assert!(pages.len() > 1);
        for page in &pages {
            assert!(length(page) <= MAX);
            let last = page.lines().last().unwrap();
            assert!(
                last.starts_with("   lanjutan"),
                "a step stays whole: {last}"
            );
        }
        assert_eq!(pages.join("\n"), text);
    }
}
