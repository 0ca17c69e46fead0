//! What a document does not say but a file must: how agents will ask for it, whose it is, when it was revised.
//!
//! All of it is a suggestion, made of the document's own words and reported as such.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::headings::without_brackets;
use super::parts::{Node, Parts};
use super::words::{PartRole, Says, WORDS};
use crate::catalog::Service;
use crate::catalog::sop::Matching;
use crate::text::fold;

/// More suggestions would not be read.
const KEYWORDS_MAX: usize = 10;
const UTTERANCES_MAX: usize = 24;
/// A longer message is no question.
const UTTERANCE_CHARS_MAX: usize = 120;
/// A title's first words say what the case is.
const SHORT_WORDS: usize = 8;

/// Returns the title without brackets, dashes and what introduces it.
pub fn short(title: &str) -> String {
    let plain = without_brackets(title);
    let plain = plain.trim_matches(|c: char| !c.is_alphanumeric());
    let after_label = plain
        .split_once(" - ")
        .filter(|(label, _)| label.split_whitespace().count() == 1);
    let words = after_label
        .map_or(plain, |(_, rest)| rest)
        .split_whitespace();
    words.take(SHORT_WORDS).collect::<Vec<_>>().join(" ")
}

/// Suggests how agents ask for the procedure. `elsewhere` is what the other procedures say, folded.
pub fn matching(parts: &Parts, elsewhere: &str) -> Matching {
    let short = short(&parts.title.text);
    Matching {
        keywords: keywords(parts, &short, elsewhere),
        utterances: utterances(parts, &short),
        ..Matching::default()
    }
}

/// Folded, without punctuation at the ends of words, one blank between them.
fn plain(text: &str) -> String {
    let folded = fold(text).text;
    let words = folded
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn keywords(parts: &Parts, short: &str, elsewhere: &str) -> Vec<String> {
    static CODE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(?:[A-Z]{1,3}\d{2,3}|[A-Z][A-Z0-9]{2,}|[A-Z][a-z]+[A-Z]\w+)\b")
            .expect("the pattern is constant")
    });
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for part in &parts.parts {
        // A title in capitals is loud, not a name, and a category path is one keyword at most.
        for node in part.nodes.iter().flat_map(Node::all) {
            let text = &node.line.text;
            if *text == text.to_uppercase() || text.contains(" | ") {
                continue;
            }
            for found in CODE.find_iter(text) {
                *counts.entry(fold(found.as_str()).text).or_default() += 1;
            }
        }
    }
    let others: BTreeSet<&str> = elsewhere.split(|c: char| !c.is_alphanumeric()).collect();
    let mut codes: Vec<(String, usize)> = counts
        .into_iter()
        .filter(|(word, count)| {
            let is_code = word.chars().any(|c| c.is_ascii_digit());
            (*count > 1 || is_code) && !others.contains(word.as_str())
        })
        .collect();
    codes.sort_by(|(a, count_a), (b, count_b)| count_b.cmp(count_a).then(a.cmp(b)));
    let mut keywords = vec![plain(short)];
    keywords.extend(codes.into_iter().map(|(word, _)| word));
    keywords.dedup();
    keywords.truncate(KEYWORDS_MAX);
    keywords
}

fn utterances(parts: &Parts, short: &str) -> Vec<String> {
    let short = fold(short).text;
    let mut said: Vec<String> = vec![
        short.clone(),
        fold(&without_brackets(&parts.title.text)).text,
        format!("plgn lapor {short}"),
        format!("sop {short}"),
        format!("{short} harus cek apa dulu"),
        format!("{short} solusinya gmn"),
    ];
    let has = |role| parts.parts.iter().any(|part| part.role == role);
    for (role, words) in [
        (PartRole::Ask, "apa yang ditanyakan ke pelanggan untuk"),
        (PartRole::Ticket, "mandatory tiket"),
        (PartRole::Kip, "kip"),
        (PartRole::Handling, "cara handling"),
        (PartRole::Cause, "kemungkinan penyebab"),
    ] {
        if has(role) {
            said.push(format!("{words} {short}"));
        }
    }
    for part in &parts.parts {
        let title = fold(&without_brackets(&part.title)).text;
        if !part.is_known && title.split_whitespace().count() > 2 {
            said.push(title);
        }
        if part.role == PartRole::Cause {
            let conditions = part
                .nodes
                .iter()
                .flat_map(Node::all)
                .filter(|node| super::causes::is_condition(node));
            for node in conditions {
                let folded = fold(&node.line.text).text;
                let acts = WORDS.find(Says::WhatToDo, &folded).into_iter().next();
                let marks = [", ", ": "].into_iter();
                let end = marks
                    .filter_map(|mark| folded.find(mark))
                    .chain(acts.map(|span| span.start))
                    .min()
                    .unwrap_or(folded.len());
                let (_, finding) = folded[..end]
                    .split_once(' ')
                    .unwrap_or(("", &folded[..end]));
                if finding.split_whitespace().count() > 2 {
                    said.push(format!("{finding} gimana"));
                }
            }
        }
    }
    let openings = WORDS.entries(Says::Opening).iter();
    said.extend(openings.map(|word| format!("{word} {short}")));
    for text in &mut said {
        *text = plain(text);
    }
    let mut seen = BTreeSet::new();
    said.retain(|text| {
        text.chars().count() <= UTTERANCE_CHARS_MAX
            && !text.contains("dihapus")
            && seen.insert(text.clone())
    });
    said.truncate(UTTERANCES_MAX);
    said
}

/// The brand that the document names most often.
pub fn service(text: &str, services: &BTreeMap<String, Service>) -> Option<String> {
    let folded = format!(" {} ", fold(text).text);
    let counted = services.values().map(|service| {
        let names = service
            .names
            .iter()
            .map(|name| fold(name).text)
            .chain([fold(&service.title).text]);
        let count: usize = names
            .filter(|name| !WORDS.has(Says::Ordinary, name))
            .map(|name| folded.matches(name.as_str()).count() * name.len())
            .sum();
        (count, service.id.clone())
    });
    counted
        .filter(|(count, _)| *count > 0)
        .max()
        .map(|(_, id)| id)
}

/// When the document says it was revised: a month in its title, or the year in its source's number.
pub fn revised(title: &str, source: &str) -> Option<String> {
    static MONTH: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"([a-z]+)\s+(20\d\d)\b").expect("the pattern is constant"));
    static YEAR: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?:/|\b)(20\d\d)\b").expect("the pattern is constant"));
    for text in [title, source] {
        let folded = fold(text).text;
        let month = MONTH.captures_iter(&folded).find_map(|found| {
            let month = WORDS.entries(Says::Months).iter().position(|month| {
                **month == found[1] || (found[1].len() == 3 && month.starts_with(&found[1]))
            })?;
            Some(format!("{}-{:02}", &found[2], month + 1))
        });
        if month.is_some() {
            return month;
        }
    }
    YEAR.captures(source).map(|found| found[1].to_owned())
}

/// A year from now, somebody looks at it again.
pub fn review_by(today: Date) -> String {
    let next = today
        .checked_add(jiff::Span::new().years(1))
        .unwrap_or(today);
    next.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_a_month_or_a_year() {
        assert_eq!(
            revised("Pansol (New, Juli 2023)", ""),
            Some("2023-07".to_owned())
        );
        assert_eq!(
            revised("Judul", "SOP-007/CCM/VI/2017 - X"),
            Some("2017".to_owned())
        );
        assert_eq!(revised("Judul", "SOP-1"), None);
    }

    #[test]
    fn the_short_title_is_the_case() {
        assert_eq!(
            short("Pansol - Isi Ulang (recharge) Berhasil, Benefit Belum (New)"),
            "Isi Ulang Berhasil, Benefit Belum"
        );
    }
}
