//! What a heading announces, however it is spelled and in whatever order the document has its parts.

use super::outline::{DocumentLine, Style};
use super::words::{HEADINGS, PartRole};
use crate::text::fold;

/// Words of a spelled-out heading may differ from ours by so many slips; short words by none.
const SLIPS: [(usize, usize); 2] = [(9, 2), (5, 1)];
/// A heading says little more than what it announces.
const EXTRA_WORDS_MAX: usize = 4;
/// A line that is nothing but short is a heading only if it says hardly more than a known one.
const EXTRA_WORDS_BARE: usize = 1;
/// Longer lines are sentences, however they are set.
const HEADING_WORDS_MAX: usize = 9;

/// A heading with what it announces and what follows on its own line.
#[derive(Debug, Clone, PartialEq)]
pub struct Heading {
    /// Its words.
    pub title: String,
    /// What it announces, if it is a known one.
    pub role: Option<PartRole>,
    /// What is behind its colon.
    pub rest: Option<String>,
}

/// Returns the heading that a line is, seen from a part with some role.
pub fn heading(
    line: &DocumentLine,
    next: Option<&DocumentLine>,
    within: PartRole,
) -> Option<Heading> {
    let text = line.text.trim();
    if let Some((head, rest)) = text.split_once(':')
        && !rest.trim().is_empty()
        && !rest.starts_with("//")
        && let Some(role) = known(head, EXTRA_WORDS_BARE)
        && !(within == PartRole::Ticket && line.label.is_some())
    {
        return Some(Heading {
            title: head.trim().to_owned(),
            role: Some(role),
            rest: Some(rest.trim().to_owned()),
        });
    }
    let ends_open = text.ends_with(':');
    let title = text.trim_end_matches([':', ' ', '.']).to_owned();
    let words = title.split_whitespace().count();
    let heading = |role| {
        Some(Heading {
            title: title.clone(),
            role,
            rest: None,
        })
    };
    if line.level.is_some()
        || (line.is_bold && line.style == Style::Plain && words <= HEADING_WORDS_MAX)
    {
        return heading(known(&title, EXTRA_WORDS_MAX));
    }
    if words > HEADING_WORDS_MAX {
        return None;
    }
    let bare = known(&title, EXTRA_WORDS_BARE);
    match line.style {
        Style::Plain => {
            let is_loud = title.chars().any(char::is_alphabetic)
                && title == title.to_uppercase()
                && within != PartRole::Kip
                && words > 1
                && line.after_blank;
            if bare.is_some() && !text.ends_with([',', '.']) {
                heading(bare)
            } else if ends_open {
                heading(known(&title, EXTRA_WORDS_MAX))
            } else if is_loud {
                heading(None)
            } else {
                None
            }
        }
        // A point with points below it that names a part: `2. Lakukan Pengecekan:`.
        Style::Bullet => None,
        _ if within == PartRole::Ticket
            && !(ends_open && bare.is_some_and(|role| role != PartRole::Info)) =>
        {
            None
        }
        _ => {
            let opens =
                next.is_some_and(|next| next.style != line.style || next.indent > line.indent);
            let role = if ends_open {
                known(&title, EXTRA_WORDS_MAX)
            } else {
                bare
            };
            if opens && role.is_some() {
                heading(role)
            } else {
                None
            }
        }
    }
}

/// Returns what a heading announces if it says it with at most so many other words.
fn known(title: &str, extra_max: usize) -> Option<PartRole> {
    let folded = fold(&without_brackets(title)).text;
    let opens_with_how = folded.starts_with("cara ") || folded.starts_with("langkah ");
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| {
            !word.is_empty() && !matches!(*word, "cara" | "langkah" | "daftar" | "dan" | "the")
        })
        .collect();
    let mut best: Option<(usize, PartRole)> = None;
    for (role, phrases) in HEADINGS.all() {
        for phrase in phrases {
            let parts: Vec<&str> = phrase
                .split(' ')
                .filter(|word| !matches!(*word, "cara" | "langkah"))
                .collect();
            // `Cara cek ...` is a heading where `Cek ...` is a point.
            let needs_how = parts.len() < phrase.split(' ').count();
            let says = (opens_with_how || !needs_how) && says_in_order(&words, &parts);
            let is_better = best.is_none_or(|(count, _)| parts.len() > count);
            if says && words.len() <= parts.len() + extra_max && is_better {
                best = Some((parts.len(), role));
            }
        }
    }
    best.map(|(_, role)| role)
}

fn says_in_order(words: &[&str], phrase: &[&str]) -> bool {
    let mut left = words.iter();
    phrase
        .iter()
        .all(|part| left.any(|word| is_like(word, part)))
}

/// Whether two words are the same but for slips of the finger.
pub fn is_like(word: &str, other: &str) -> bool {
    if word == other {
        return true;
    }
    let length = word.chars().count().min(other.chars().count());
    let allowed = SLIPS
        .iter()
        .find(|(from, _)| length >= *from)
        .map_or(0, |(_, slips)| *slips);
    allowed > 0 && strsim::damerau_levenshtein(word, other) <= allowed
}

/// Leaves out what is in brackets.
pub fn without_brackets(text: &str) -> String {
    let mut depth = 0usize;
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::outline;
    use super::*;

    #[track_caller]
    fn check(text: &str, within: PartRole, expected: Option<(&str, Option<PartRole>)>) {
        let lines = [text, "- isi"].map(str::to_owned);
        let lines = outline::read(&lines);
        let found = heading(&lines[0], lines.get(1), within);
        let found = found
            .as_ref()
            .map(|heading| (heading.title.as_str(), heading.role));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn headings_are_known_in_many_spellings() {
        for (text, role) in [
            ("To do list", PartRole::Check),
            ("TO DO LIST :", PartRole::Check),
            ("## Lakukan Pengecekan", PartRole::Check),
            ("2. Lakukan Pengecekan:", PartRole::Check),
            ("1. Lalukan Validasi Utama", PartRole::Check),
            ("**Cara Identifikasi Case:**", PartRole::Check),
            ("Tanyakan ke pelangan:", PartRole::Ask),
            ("Possible Causes", PartRole::Cause),
            ("Kemungkinan penyebab", PartRole::Cause),
            ("### Cara Handling", PartRole::Handling),
            ("Mandatory Tiket", PartRole::Ticket),
            ("MANDATORY TICKET", PartRole::Ticket),
            ("Isian wajib tiket:", PartRole::Ticket),
            ("KIP", PartRole::Kip),
            ("Noted:", PartRole::Note),
            ("Catatan penting", PartRole::Note),
            ("SOURCE", PartRole::Source),
            ("Keterangan:", PartRole::Info),
        ] {
            let lines = outline::read(&[text.to_owned(), "- isi".to_owned()]);
            let found = heading(&lines[0], lines.get(1), PartRole::Info);
            assert_eq!(found.and_then(|heading| heading.role), Some(role), "{text}");
        }
    }

    #[test]
    fn points_are_no_headings() {
        check(
            "3. Cek aplikasi Splunk jika memungkinkan",
            PartRole::Check,
            None,
        );
        check(
            "4. Keterangan/notifikasi yang muncul ketika gagal",
            PartRole::Ticket,
            None,
        );
        check("7. Bukti Transaksi:", PartRole::Ticket, None);
        check(
            "- Keterangan billing di aplikasi: Internet",
            PartRole::Note,
            None,
        );
        check("Cek Splunk jika memungkinkan", PartRole::Cause, None);
        check("GoPay", PartRole::Note, None);
    }

    #[test]
    fn what_stands_behind_the_colon_is_kept() {
        let lines = outline::read(&["Notes: Berlaku untuk pulsa".to_owned()]);
        let found = heading(&lines[0], None, PartRole::Info).unwrap();
        assert_eq!(found.rest.as_deref(), Some("Berlaku untuk pulsa"));
    }
}
