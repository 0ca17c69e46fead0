//! From files as written to the checked catalogue: every reference resolved, every rule held, every mistake reported.

mod forms;
mod graph;
mod layouts;
mod lint;
mod points;
mod rules;
mod walk;

pub use lint::sensitive_in;

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use regex::RegexBuilder;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::diagnostic::{self, Diagnostic, Severity};
use super::file::{FieldFile, SopFile};
use super::glossary::{self, Glossary, GlossaryTerm};
use super::inherit::SharedFields;
use super::older;
use super::parsed::Parsed;
use super::schema::FileShape;
use super::{BrandKind, Catalog, Files, Loaded, Service, Sop, Source};
use crate::text::likeness::nearest;

/// A pattern that compiles to more than this is refused: it is either a mistake or an attack.
const PATTERN_BYTES_MAX: usize = 1024 * 1024;
/// With fewer messages than this the matcher has too little to learn an intent from.
const UTTERANCES_FEW: usize = 8;

/// `fields.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FieldsFile {
    #[serde(default, rename = "field")]
    fields: Vec<FieldFile>,
}

/// `links.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinksFile {
    #[serde(default)]
    links: BTreeMap<String, String>,
}

/// `services.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ServicesFile {
    #[serde(default, rename = "service")]
    services: Vec<Service>,
    #[serde(default, rename = "kind")]
    kinds: Vec<BrandKind>,
}

/// `glossary.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GlossaryFile {
    #[serde(default, rename = "term")]
    terms: Vec<GlossaryTerm>,
}

/// Our brands by id, those of others, and the kinds of these.
fn brands(
    source: Option<&Source>,
    found: &mut Vec<Diagnostic>,
) -> (BTreeMap<String, Service>, Vec<Service>, Vec<BrandKind>) {
    let ServicesFile { services, kinds } = read(source, found);
    if let Some(Ok(parsed)) = source.map(Source::parse) {
        for (index, service) in services
            .iter()
            .enumerate()
            .filter(|(_, service)| !service.ours)
        {
            let kind = service.kind.as_deref().unwrap_or_default();
            if !kinds.iter().any(|known| known.id == kind) {
                let message = format!("`{}` is of no known kind", service.id);
                let at = format!("/service/{index}/kind");
                let ids = kinds.iter().map(|kind| kind.id.as_str());
                found.push(suggest(
                    parsed.error(&at, message),
                    kind,
                    ids,
                    "name a `[[kind]]` of this file",
                ));
            }
        }
    }
    let (ours, foreign): (Vec<_>, Vec<_>) = services.into_iter().partition(|service| service.ours);
    let ours = ours
        .into_iter()
        .map(|service| (service.id.clone(), service));
    (ours.collect(), foreign, kinds)
}

/// What SOP files may refer to.
struct Shared {
    fields: SharedFields,
    links: BTreeMap<String, String>,
    services: BTreeMap<String, Service>,
    today: Date,
}

/// Checks the files and builds the catalogue from them.
pub fn load(files: &Files, today: Date) -> Loaded {
    let mut found = Vec::new();
    let (services, foreign, kinds) = brands(files.services.as_ref(), &mut found);
    let shared = Shared {
        fields: SharedFields::new(&read::<FieldsFile>(files.fields.as_ref(), &mut found).fields),
        links: read::<LinksFile>(files.links.as_ref(), &mut found).links,
        services,
        today,
    };
    let sops = sops(&files.sops, &shared, &mut found);
    let glossary = read_glossary(files.glossary.as_ref(), &sops, &mut found);
    let (template, templates) =
        layouts::read(files.template.as_ref(), &files.templates, &sops, &mut found);
    let broken = found
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    diagnostic::sort(&mut found);
    let catalog = (!broken).then(|| {
        let catalog = Catalog {
            sops,
            services: shared.services,
            foreign,
            kinds,
            links: shared.links,
            outside: messages(files.outside.as_ref()),
            glossary,
            template,
            templates,
            by_id: HashMap::new(),
        };
        catalog.indexed()
    });
    Loaded {
        catalog,
        diagnostics: found,
    }
}

fn sops(sources: &[Source], shared: &Shared, found: &mut Vec<Diagnostic>) -> Vec<Sop> {
    let shape = FileShape::of::<SopFile>();
    let mut read = Vec::new();
    for source in sources {
        found.extend(lint::secrets_and_personal_data(source));
        match source.parse() {
            Err(mistakes) => found.extend(mistakes),
            Ok(mut parsed) => {
                older::modern(&mut parsed.json);
                let mistakes = shape.check(&parsed);
                if mistakes.is_empty() {
                    shared.fields.lay_under(&mut parsed.json);
                }
                match shaped::<SopFile>(mistakes, &parsed) {
                    Err(mistakes) => found.extend(mistakes),
                    Ok(file) => read.push((parsed, file)),
                }
            }
        }
    }
    let mut first_with: HashMap<&str, &str> = HashMap::new();
    for (parsed, file) in &read {
        if let Some(other) = first_with.insert(&file.id, &parsed.source.path) {
            let message = format!("duplicate id `{}`: `{other}` has it as well", file.id);
            found.push(
                parsed
                    .error("/id", message)
                    .help("give one of the two files another id and name"),
            );
        }
    }
    let mut answering = read.iter().filter(|(_, file)| file.answers.is_some());
    if let Some((_, first)) = answering.next() {
        for (parsed, file) in answering.filter(|(_, file)| file.answers == first.answers) {
            let message = format!("`{}` and `{}` answer the same", first.id, file.id);
            let cure = "keep `answers` in one of them";
            found.push(parsed.error("/answers", message).help(cure));
        }
    }
    let ids: Vec<&str> = read.iter().map(|(_, file)| file.id.as_str()).collect();
    read.iter()
        .map(|(parsed, file)| sop(parsed, file, shared, &ids, found))
        .collect()
}

/// Builds one SOP. Where a part is wrong the rest is still checked; the catalogue is then refused as a whole.
fn sop(
    parsed: &Parsed<'_>,
    file: &SopFile,
    shared: &Shared,
    ids: &[&str],
    found: &mut Vec<Diagnostic>,
) -> Sop {
    if file.id != parsed.source.stem {
        let message = format!(
            "the id is `{}` but the file is called `{}`",
            file.id, parsed.source.stem
        );
        found.push(
            parsed
                .error("/id", message)
                .help("name the file after the id"),
        );
    }
    if !shared.services.contains_key(&file.service) {
        let message = format!("unknown service `{}`", file.service);
        let known = shared.services.keys().map(String::as_str);
        found.push(suggest(
            parsed.error("/service", message),
            &file.service,
            known,
            "add it to `services.toml`",
        ));
    }
    for (index, see) in file.see.iter().enumerate() {
        check_see(parsed, index, see, ids, found);
    }
    check_matching(parsed, file, found);
    let forms = forms::build(parsed, file, found);
    points::check(parsed, file, &shared.links, &forms, found);
    rules::check(parsed, file, found);
    graph::check(parsed, file, found);
    let causes = walk::build(parsed, file, &forms, shared.today, found);
    for (index, hole) in file.unclear.iter().enumerate() {
        let span = parsed.span(&format!("/unclear/{index}/text"));
        let message = format!("unclear in the source ({}): {}", hole.id, hole.text);
        found.push(Diagnostic::new(
            parsed.source,
            span,
            Severity::Note,
            message,
        ));
    }
    Sop {
        id: file.id.clone(),
        edition: parsed.source.edition(),
        title: file.title.clone(),
        service: file.service.clone(),
        summary: file.summary.clone(),
        distinction: file.distinction.clone(),
        answers: file.answers,
        owner: file.owner.clone(),
        revised: file.revised.clone(),
        review_by: review_by(parsed, file, shared.today, found),
        source: file.source.clone(),
        matching: file.matching.clone(),
        sections: file.sections.clone(),
        causes,
        outcomes: file.outcomes.clone(),
        figures: file.figures.clone(),
        see: file.see.clone(),
        unclear: file.unclear.clone(),
        rules: file.rules.clone(),
        sums: file.sums.clone(),
        numbers: file.numbers.clone(),
        forms,
    }
}

fn review_by(
    parsed: &Parsed<'_>,
    file: &SopFile,
    today: Date,
    found: &mut Vec<Diagnostic>,
) -> Date {
    match file.review_by.parse::<Date>() {
        Ok(date) => {
            if date < today {
                let message = format!("`{}` was to be reviewed by {date}", file.id);
                let span = parsed.span("/review_by");
                let overdue = Diagnostic::new(parsed.source, span, Severity::Warning, message);
                found.push(overdue.help(format!(
                    "{} looks at it again and sets the next date",
                    file.owner
                )));
            }
            date
        }
        Err(_) => {
            let message = format!("`{}` is not a date of the calendar", file.review_by);
            found.push(
                parsed
                    .error("/review_by", message)
                    .help("a date like `2027-06-30`"),
            );
            today
        }
    }
}

fn check_see(
    parsed: &Parsed<'_>,
    index: usize,
    see: &super::sop::See,
    ids: &[&str],
    found: &mut Vec<Diagnostic>,
) {
    let at = format!("/see/{index}");
    match (&see.sop, &see.title) {
        (Some(id), None) => {
            if !ids.contains(&id.as_str()) {
                let message = format!("unknown SOP `{id}`");
                let cure = "name a procedure outside the catalogue with `title` instead";
                let unknown = parsed.error(&format!("{at}/sop"), message);
                found.push(suggest(unknown, id, ids.iter().copied(), cure));
            }
        }
        (None, Some(_)) => {}
        _ => {
            let message = "a neighbour is named either by `sop` or by `title`".to_owned();
            found.push(
                parsed
                    .error(&at, message)
                    .help("`sop` for one in this catalogue, `title` for another"),
            );
        }
    }
}

fn check_matching(parsed: &Parsed<'_>, file: &SopFile, found: &mut Vec<Diagnostic>) {
    for (index, pattern) in file.matching.patterns.iter().enumerate() {
        if let Err(error) = RegexBuilder::new(pattern)
            .size_limit(PATTERN_BYTES_MAX)
            .build()
        {
            let first_line = error
                .to_string()
                .lines()
                .last()
                .unwrap_or_default()
                .trim()
                .to_owned();
            let message = format!("`{pattern}` is not a usable regular expression: {first_line}");
            found.push(
                parsed
                    .error(&format!("/match/patterns/{index}"), message)
                    .help("try it as a keyword instead"),
            );
        }
    }
    if file.matching.utterances.len() < UTTERANCES_FEW {
        let count = file.matching.utterances.len();
        let message = format!(
            "`{}` has {count} utterances, too few to learn from",
            file.id
        );
        let few = Diagnostic::new(
            parsed.source,
            parsed.key_span("", "match"),
            Severity::Warning,
            message,
        );
        found.push(few.help(format!(
            "add messages as agents write them, at least {UTTERANCES_FEW}"
        )));
    }
}

/// Reads a small data file; one that is not there is empty.
fn read<T: Default + DeserializeOwned + JsonSchema>(
    source: Option<&Source>,
    found: &mut Vec<Diagnostic>,
) -> T {
    let Some(source) = source else {
        return T::default();
    };
    let parsed = match source.parse() {
        Ok(parsed) => parsed,
        Err(mistakes) => {
            found.extend(mistakes);
            return T::default();
        }
    };
    shaped(FileShape::of::<T>().check(&parsed), &parsed).unwrap_or_else(|mistakes| {
        found.extend(mistakes);
        T::default()
    })
}

/// Reads a file in which its schema found no mistakes.
fn shaped<T: DeserializeOwned>(
    mistakes: Vec<Diagnostic>,
    parsed: &Parsed<'_>,
) -> Result<T, Vec<Diagnostic>> {
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    serde_json::from_value(parsed.json.clone())
        .map_err(|error| vec![parsed.error("", error.to_string())])
}

/// Reads the glossary: every name means one word, and every place it is used in exists where its SOP does.
fn read_glossary(source: Option<&Source>, sops: &[Sop], found: &mut Vec<Diagnostic>) -> Glossary {
    let terms = read::<GlossaryFile>(source, found).terms;
    let Some(Ok(parsed)) = source.map(Source::parse) else {
        return Glossary::new(terms);
    };
    let mut first: HashMap<String, usize> = HashMap::new();
    for (index, term) in terms.iter().enumerate() {
        for name in [&term.term].into_iter().chain(&term.aliases) {
            if let Some(other) = first.insert(glossary::key(name), index)
                && other != index
            {
                let message = format!("`{name}` is a name of `{}` as well", terms[other].term);
                let at = format!("/term/{index}");
                found.push(parsed.error(&at, message).help("keep it at one of them"));
            }
        }
        for (place, point) in term.points.iter().enumerate() {
            let known = point.split_once('#').is_some_and(|(sop, id)| {
                let sop = sops.iter().find(|known| known.id == sop);
                // Another folder of SOPs beside the same data lacks the place, which is no mistake.
                sop.is_none_or(|sop| sop.has_point(id))
            });
            if !known {
                let message = format!("there is no point `{point}`");
                let at = format!("/term/{index}/points/{place}");
                let cure = "write it as `SOP#POINT`";
                found.push(parsed.error(&at, message).help(cure));
            }
        }
    }
    Glossary::new(terms)
}

fn messages(source: Option<&Source>) -> Vec<String> {
    let lines = source
        .map(|source| source.text.lines())
        .into_iter()
        .flatten();
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn suggest<'a>(
    diagnostic: Diagnostic,
    word: &str,
    known: impl Iterator<Item = &'a str>,
    otherwise: &str,
) -> Diagnostic {
    match nearest(word, known) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None => diagnostic.help(otherwise),
    }
}
