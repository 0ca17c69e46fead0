//! Rules as data: points that exist, terms told apart, shapes that compile.

use std::collections::HashMap;

use regex::RegexBuilder;

use super::super::diagnostic::Diagnostic;
use super::super::file::SopFile;
use super::super::rules::Upgrade;
use super::super::source::Parsed;
use super::{PATTERN_BYTES_MAX, suggest};

/// Checks the rules of one SOP.
pub fn check(parsed: &Parsed<'_>, file: &SopFile, found: &mut Vec<Diagnostic>) {
    let points = points(file);
    let mut needs = |at: String, point: &str| {
        if !points.contains(&point) {
            let unknown = parsed.error(&at, format!("there is no point `{point}`"));
            let cure = "name an item, an outcome or a hole of this file";
            found.push(suggest(unknown, point, points.iter().copied(), cure));
        }
    };
    if let Some(upgrade) = &file.upgrade {
        for (key, point) in named(upgrade) {
            needs(format!("/upgrade/{key}"), point);
        }
    }
    for (index, number) in file.numbers.iter().enumerate() {
        needs(format!("/number/{index}/goto"), &number.goto);
    }
    if let Some(upgrade) = &file.upgrade {
        check_upgrade(parsed, upgrade, found);
    }
    for (index, number) in file.numbers.iter().enumerate() {
        let shape = number.shape.as_deref().unwrap_or_default();
        let built = RegexBuilder::new(shape)
            .size_limit(PATTERN_BYTES_MAX)
            .build();
        if built.is_err() {
            let message = format!("`{shape}` is not a usable regular expression");
            let at = format!("/number/{index}/shape");
            let cure = "what the whole number looks like: `\\d{7}(-\\d{7})?`";
            found.push(parsed.error(&at, message).help(cure));
        }
    }
}

fn named(upgrade: &Upgrade) -> Vec<(&'static str, &str)> {
    let mut named = vec![
        ("rule", upgrade.rule.as_str()),
        ("possible", &upgrade.possible),
        ("speed_refused", &upgrade.speed_refused),
        ("term_refused", &upgrade.term_refused),
        ("unknown", &upgrade.unknown),
        ("crossing", &upgrade.crossing),
        ("known_price", &upgrade.known_price),
        ("unknown_price", &upgrade.unknown_price),
    ];
    if let Some(bill) = &upgrade.bill {
        named.extend([
            ("bill/example", bill.example.as_str()),
            ("bill/rounding", &bill.rounding),
            ("bill/adjustment", &bill.adjustment),
        ]);
    }
    named
}

fn check_upgrade(parsed: &Parsed<'_>, upgrade: &Upgrade, found: &mut Vec<Diagnostic>) {
    let mut meant: HashMap<String, usize> = HashMap::new();
    for (index, term) in upgrade.terms.iter().enumerate() {
        for word in [&term.name].into_iter().chain(&term.aliases) {
            if let Some(other) = meant.insert(word.to_lowercase(), index)
                && other != index
            {
                let message = format!("`{word}` is the name of two terms");
                let at = format!("/upgrade/term_names/{index}");
                found.push(parsed.error(&at, message).help("keep it at one of them"));
            }
        }
    }
    for (index, price) in upgrade.prices.iter().enumerate() {
        let at = format!("/upgrade/price/{index}");
        if !upgrade.speeds_mbps.contains(&price.speed_mbps) {
            let message = format!("the table has no speed {}", price.speed_mbps);
            let cure = "add it to `speeds_mbps`";
            found.push(
                parsed
                    .error(&format!("{at}/speed_mbps"), message)
                    .help(cure),
            );
        }
        if upgrade.terms.iter().all(|term| term.months != price.months) {
            let message = format!("the table has no term of {} months", price.months);
            let cure = "add it to `[[upgrade.term_names]]`";
            found.push(parsed.error(&format!("{at}/months"), message).help(cure));
        }
    }
}

fn points(file: &SopFile) -> Vec<&str> {
    let items = file.sections.iter().flat_map(|section| &section.items);
    let items = items.map(|item| item.id.as_str());
    let outcomes = file.outcomes.iter().map(|outcome| outcome.id.as_str());
    let holes = file.unclear.iter().map(|hole| hole.id.as_str());
    items.chain(outcomes).chain(holes).collect()
}
