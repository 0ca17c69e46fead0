//! Rules as data: points that exist, names that mean one value, placeholders that are filled, shapes that compile.

use std::collections::HashMap;

use regex::RegexBuilder;

use super::super::diagnostic::Diagnostic;
use super::super::file::SopFile;
use super::super::parsed::Parsed;
use super::super::rules::{RuleAnswer, RulePrices, RuleTable};
use super::{PATTERN_BYTES_MAX, suggest};
use crate::ticket::placeholders;

/// Checks the rules of one SOP.
pub fn check(parsed: &Parsed<'_>, file: &SopFile, found: &mut Vec<Diagnostic>) {
    let points = points(file);
    for (index, table) in file.rules.iter().enumerate() {
        let at = format!("/rule/{index}");
        check_table(parsed, &at, table, found);
        for (key, answer, names) in table.answers() {
            check_answer(
                parsed,
                &format!("{at}/{key}"),
                answer,
                &points,
                names,
                found,
            );
        }
    }
    for (index, sum) in file.sums.iter().enumerate() {
        let at = format!("/sum/{index}");
        for (key, answer) in [("one", &sum.one), ("several", &sum.several)] {
            let names = ["more", "less", "exact", "totals"];
            check_answer(
                parsed,
                &format!("{at}/{key}"),
                answer,
                &points,
                &names,
                found,
            );
        }
        let shares = sum.shares.iter().map(|share| share.id.as_str());
        let names: Vec<&str> = shares.chain(["total", "rest"]).collect();
        check_sentence(parsed, &format!("{at}/total"), &sum.total, &names, found);
    }
    for (index, number) in file.numbers.iter().enumerate() {
        check_point(
            parsed,
            &format!("/number/{index}/goto"),
            &number.goto,
            &points,
            found,
        );
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

fn check_point(
    parsed: &Parsed<'_>,
    at: &str,
    point: &str,
    points: &[&str],
    found: &mut Vec<Diagnostic>,
) {
    if !points.contains(&point) {
        let unknown = parsed.error(at, format!("there is no point `{point}`"));
        let cure = "name an item, an outcome or a hole of this file";
        found.push(suggest(unknown, point, points.iter().copied(), cure));
    }
}

/// A sentence uses the placeholders that are filled, and no others.
fn check_sentence(
    parsed: &Parsed<'_>,
    at: &str,
    sentence: &str,
    names: &[&str],
    found: &mut Vec<Diagnostic>,
) {
    for name in placeholders(sentence).filter(|name| !names.contains(name)) {
        let unknown = parsed.error(at, format!("nothing fills `{{{name}}}` here"));
        let cure = match names {
            [] => "say it without placeholders".to_owned(),
            names => format!("these are filled: {{{}}}", names.join("}, {")),
        };
        found.push(suggest(unknown, name, names.iter().copied(), &cure));
    }
}

fn check_answer(
    parsed: &Parsed<'_>,
    at: &str,
    answer: &RuleAnswer,
    points: &[&str],
    names: &[&str],
    found: &mut Vec<Diagnostic>,
) {
    for (index, point) in answer.points.iter().enumerate() {
        check_point(
            parsed,
            &format!("{at}/points/{index}"),
            point,
            points,
            found,
        );
    }
    check_sentence(
        parsed,
        &format!("{at}/say"),
        answer.say.as_deref().unwrap_or_default(),
        names,
        found,
    );
    if answer.points.is_empty() && answer.say.is_none() {
        let cure = "add `points = [\"...\"]`, `say = \"...\"`, or both";
        found.push(
            parsed
                .error(at, "this answers nothing".to_owned())
                .help(cure),
        );
    }
}

fn check_table(parsed: &Parsed<'_>, at: &str, table: &RuleTable, found: &mut Vec<Diagnostic>) {
    let ids: Vec<&str> = table
        .columns
        .iter()
        .map(|column| column.id.as_str())
        .collect();
    check_sentence(parsed, &format!("{at}/name"), &table.name, &ids, found);
    let refused = table.refused.as_deref().unwrap_or_default();
    check_sentence(
        parsed,
        &format!("{at}/refused"),
        refused,
        &["from", "to", "reasons"],
        found,
    );
    let mut meant: HashMap<String, (usize, u32)> = HashMap::new();
    for (index, column) in table.columns.iter().enumerate() {
        let at = format!("{at}/column/{index}");
        for (key, reason) in [
            ("lower", &column.lower),
            ("equal", &column.equal),
            ("higher", &column.higher),
        ] {
            let reason = reason.as_deref().unwrap_or_default();
            check_sentence(
                parsed,
                &format!("{at}/{key}"),
                reason,
                &["from", "to"],
                found,
            );
        }
        if column.all().next().is_none() {
            let message = format!("the column `{}` has no values", column.id);
            let cure = "list its `numbers`, or give names with `[[rule.column.value]]`";
            found.push(parsed.error(&format!("{at}/id"), message).help(cure));
        }
        for (place, value) in column.values.iter().enumerate() {
            let own = (index, value.counts(place));
            for word in value.called() {
                if meant
                    .insert(word.to_lowercase(), own)
                    .is_some_and(|other| other != own)
                {
                    let message = format!("`{word}` is the name of two values");
                    let at = format!("{at}/value/{place}");
                    found.push(parsed.error(&at, message).help("keep it at one of them"));
                }
            }
        }
    }
    if let Some(prices) = &table.prices {
        check_prices(parsed, at, table, prices, found);
    }
}

fn check_prices(
    parsed: &Parsed<'_>,
    at: &str,
    table: &RuleTable,
    prices: &RulePrices,
    found: &mut Vec<Diagnostic>,
) {
    for (index, price) in prices.prices.iter().enumerate() {
        for (id, value) in &price.row {
            let at = format!("{at}/prices/price/{index}/row/{id}");
            let Some(column) = table.columns.iter().find(|column| column.id == *id) else {
                let unknown = parsed.error(&at, format!("the table has no column `{id}`"));
                let ids = table.columns.iter().map(|column| column.id.as_str());
                found.push(suggest(unknown, id, ids, "name a column of this table"));
                continue;
            };
            if column.named(value).is_none() {
                let names: Vec<String> = column.all().map(|(_, name)| name).collect();
                let unknown =
                    parsed.error(&at, format!("the column `{id}` has no value `{value}`"));
                let cure = format!("one of {}", names.join(", "));
                found.push(suggest(
                    unknown,
                    value,
                    names.iter().map(String::as_str),
                    &cure,
                ));
            }
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
