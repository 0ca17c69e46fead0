//! The points of an SOP: ids that are unique, and references to links, figures and fields that exist.

use std::collections::{BTreeMap, HashMap};

use super::super::diagnostic::Diagnostic;
use super::super::file::SopFile;
use super::super::form::Form;
use super::super::parsed::Parsed;
use super::super::sop::CONTACT_PLACEHOLDERS;
use super::suggest;
use crate::ticket::placeholders;

/// Checks ids and references of one SOP.
pub fn check(
    parsed: &Parsed<'_>,
    file: &SopFile,
    links: &BTreeMap<String, String>,
    forms: &[Form],
    found: &mut Vec<Diagnostic>,
) {
    unique_ids(parsed, file, found);
    let figures: Vec<&str> = file
        .figures
        .iter()
        .map(|figure| figure.id.as_str())
        .collect();
    let fields: Vec<&str> = forms
        .iter()
        .flat_map(|form| &form.fields)
        .map(|field| field.id.as_str())
        .collect();
    for (section, item, at) in items(file) {
        let item = &file.sections[section].items[item];
        if let Some(link) = item.link.as_ref().filter(|link| !links.contains_key(*link)) {
            let unknown = parsed.error(&format!("{at}/link"), format!("unknown link `{link}`"));
            found.push(suggest(
                unknown,
                link,
                links.keys().map(String::as_str),
                "add it to `links.toml`",
            ));
        }
        for (index, figure) in item.figures.iter().enumerate() {
            if !figures.contains(&figure.as_str()) {
                let unknown = parsed.error(
                    &format!("{at}/figures/{index}"),
                    format!("unknown figure `{figure}`"),
                );
                found.push(suggest(
                    unknown,
                    figure,
                    figures.iter().copied(),
                    "add a `[[figure]]` with this id",
                ));
            }
        }
        if let Some(field) = item
            .field
            .as_ref()
            .filter(|field| !fields.contains(&field.as_str()))
        {
            let unknown = parsed.error(
                &format!("{at}/field"),
                format!("no form has a field `{field}`"),
            );
            found.push(suggest(
                unknown,
                field,
                fields.iter().copied(),
                "add the field to a form, or leave the key out",
            ));
        }
    }
    let says = file
        .outcomes
        .iter()
        .enumerate()
        .filter_map(|(index, outcome)| {
            Some((format!("/outcome/{index}/say"), outcome.say.as_ref()?))
        });
    let kits = file.forms.iter().enumerate().flat_map(|(form, file)| {
        let kits = file.kits.iter().enumerate();
        kits.map(move |(kit, file)| (format!("/form/{form}/kit/{kit}/text"), &file.text))
    });
    let contacts = CONTACT_PLACEHOLDERS.map(|(name, _)| name);
    let says = says.map(|(at, text)| (at, text, &contacts[..]));
    let kits = kits.map(|(at, text)| (at, text, &[][..]));
    for (at, text, contacts) in says.chain(kits) {
        let is_known = |name: &&str| fields.contains(name) || contacts.contains(name);
        for name in placeholders(text).filter(|name| !is_known(name)) {
            let unknown = parsed.error(&at, format!("no form has a field `{name}`"));
            let known = fields.iter().chain(contacts).copied();
            found.push(suggest(
                unknown,
                name,
                known,
                "say it without the placeholder",
            ));
        }
    }
}

fn unique_ids(parsed: &Parsed<'_>, file: &SopFile, found: &mut Vec<Diagnostic>) {
    let mut ids: Vec<(&str, String)> = Vec::new();
    for (index, section) in file.sections.iter().enumerate() {
        ids.push((&section.id, format!("/section/{index}/id")));
    }
    for (section, item, at) in items(file) {
        ids.push((&file.sections[section].items[item].id, format!("{at}/id")));
    }
    let named = [
        (
            "cause",
            file.causes
                .iter()
                .map(|cause| cause.id.as_str())
                .collect::<Vec<_>>(),
        ),
        (
            "outcome",
            file.outcomes
                .iter()
                .map(|outcome| outcome.id.as_str())
                .collect(),
        ),
        (
            "figure",
            file.figures
                .iter()
                .map(|figure| figure.id.as_str())
                .collect(),
        ),
        (
            "unclear",
            file.unclear.iter().map(|hole| hole.id.as_str()).collect(),
        ),
        (
            "form",
            file.forms.iter().map(|form| form.id.as_str()).collect(),
        ),
    ];
    for (kind, names) in named {
        ids.extend(
            names
                .into_iter()
                .enumerate()
                .map(|(index, id)| (id, format!("/{kind}/{index}/id"))),
        );
    }
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (id, at) in &ids {
        let line = parsed.source.line_column(parsed.span(at).start).0;
        if let Some(before) = first.insert(id, line) {
            let message = format!("duplicate id `{id}`: line {before} has it as well");
            found.push(
                parsed
                    .error(at, message)
                    .help("ids are link targets, so each stands once in a file"),
            );
        }
    }
}

fn items(file: &SopFile) -> impl Iterator<Item = (usize, usize, String)> + '_ {
    file.sections
        .iter()
        .enumerate()
        .flat_map(|(section, part)| {
            (0..part.items.len())
                .map(move |item| (section, item, format!("/section/{section}/item/{item}")))
        })
}
