//! Import: from a procedure as it was posted to an SOP file that the catalogue accepts.
//!
//! ```text
//! bytes --document--> lines --privacy--> lines without secrets --outline--> marked lines
//!   --headings, parts--> parts with roles --draft (causes, fields, suggest)--> SopFile --write--> TOML
//! ```
//!
//! The document's words stay as they are. What is understood becomes structure; what is not is kept under notes and
//! listed line by line in the [`ImportReport`], which also says everything that was guessed.
//! The result is held against the catalogue's own rules: what they refuse is read with less ambition, a graph as plain
//! points, a condition as none.

mod causes;
pub mod document;
mod draft;
mod fields;
mod headings;
mod ids;
mod outline;
mod parts;
mod privacy;
mod suggest;
mod words;
pub mod write;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::catalog::file::{FieldFile, SopFile};
use crate::catalog::{Catalog, Diagnostic, Files, Severity, Source};
use crate::text::fold;

pub use document::{DocumentError, decoded};
pub use fields::{From, Origin};
pub use privacy::Cut;

use draft::Reading;
use fields::KnownField;

/// Takes the owner's place until a lead names one.
pub const NO_OWNER: &str = "belum ditetapkan";

/// What is imported, and what is decided beforehand.
#[derive(Debug, Clone, Copy)]
pub struct ImportRequest<'a> {
    /// The document's name, which says what kind of file it is.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// The SOP's id; made from the title when left out.
    pub id: Option<&'a str>,
    /// The brand it belongs to; the one it names most often when left out.
    pub service: Option<&'a str>,
    /// The team that answers for it.
    pub owner: Option<&'a str>,
    /// The catalogue it joins.
    pub files: &'a Files,
    /// Today, for the next review.
    pub today: Date,
}

/// What came of it.
#[derive(Debug)]
pub struct Imported {
    /// The SOP's id.
    pub id: String,
    /// The file.
    pub text: String,
    /// What a lead should look at.
    pub report: ImportReport,
    /// What the catalogue says about the file, errors first.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a lead should look at.
#[derive(Debug, Clone, Default)]
pub struct ImportReport {
    /// What was cut out.
    pub cuts: Vec<Cut>,
    /// What became of each heading: line, words, the section or the like.
    pub headings: Vec<(usize, String, &'static str)>,
    /// What fits no section and was kept under notes.
    pub kept: Vec<KeptLine>,
    /// Headings that are none of the known ones: line and words.
    pub unknown: Vec<(usize, String)>,
    /// The ticket's fields and where each came from.
    pub fields: Vec<Origin>,
    /// Conditions that could not be tied to a field: line and words.
    pub loose: Vec<(usize, String)>,
    /// Whether the causes became a graph.
    pub is_graph: bool,
    /// Whether the agent has to choose between several KIPs.
    pub chosen_kip: bool,
    /// What the document does not say and the file had to.
    pub guessed: Vec<&'static str>,
    /// Lines with words that are nowhere in the file: none, unless there is a mistake in here.
    pub lost: Vec<KeptLine>,
}

/// A line that found no place of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptLine {
    /// The document's line, from 1.
    pub line: usize,
    /// Its words.
    pub text: String,
    /// Why.
    pub why: &'static str,
}

/// What a draft is made with besides the document.
struct DraftGiven<'a> {
    name: &'a str,
    id: String,
    service: String,
    owner: String,
    today: Date,
    links: &'a BTreeMap<String, String>,
    /// What the other procedures say, folded.
    elsewhere: String,
}

/// Imports a document.
///
/// # Errors
///
/// When the document cannot be read, or says nothing. A file that the catalogue refuses is no error here: it comes with
/// its diagnostics.
pub fn import(request: &ImportRequest<'_>) -> Result<Imported, DocumentError> {
    let mut lines = document::lines(request.name, request.bytes)?;
    let cuts = privacy::cut(&mut lines);
    let parts = parts::divide(outline::read(&lines)).ok_or(DocumentError::Empty)?;
    let id = request.id.map(str::to_owned);
    let id = id.or_else(|| titled_alike(&parts.title.text, request.files));
    let id = id.unwrap_or_else(|| draft::id_of(&parts.title.text));
    let path = format!("{id}.toml");
    let others: Vec<Source> = request
        .files
        .sops
        .iter()
        .filter(|source| source.stem != id)
        .cloned()
        .collect();
    let shared = Files {
        sops: Vec::new(),
        ..request.files.clone()
    };
    let base = Catalog::load(&shared, request.today).catalog;
    let (services, links) = base
        .map(|catalog| (catalog.services, catalog.links))
        .unwrap_or_default();
    let mut guessed = Vec::new();
    let mut decided =
        |given: Option<&str>, key: &'static str, otherwise: &dyn Fn() -> String| match given {
            Some(given) => given.to_owned(),
            None => {
                guessed.push(key);
                otherwise()
            }
        };
    let service = decided(request.service, "service", &|| {
        let named = suggest::service(&lines.join("\n"), &services);
        named
            .or_else(|| services.keys().next().cloned())
            .unwrap_or_default()
    });
    let owner = decided(request.owner, "owner", &|| NO_OWNER.to_owned());
    guessed.extend(["review_by", "distinction", "keywords", "utterances"]);
    let around = DraftGiven {
        name: request.name,
        id: id.clone(),
        service,
        owner,
        today: request.today,
        links: &links,
        elsewhere: fold_all(&others),
    };
    let known = known(request.files, &around.service);
    let readings = [(true, true), (true, false), (false, true), (false, false)];
    let mut best: Option<Imported> = None;
    for (graph, conditions) in readings {
        let (file, mut report) =
            draft::draft(&parts, &known, &around, Reading { graph, conditions });
        let text = write::toml(&file);
        let source = Source::new(path.clone(), text.clone());
        let files = Files {
            sops: others.iter().cloned().chain([source]).collect(),
            ..request.files.clone()
        };
        let mut diagnostics = Catalog::load(&files, request.today).diagnostics;
        diagnostics.retain(|diagnostic| diagnostic.path == path);
        report.cuts.clone_from(&cuts);
        report.guessed.clone_from(&guessed);
        report.headings = became(&parts, &report);
        report.lost = lost(&lines, &text, &report);
        let errors = count_errors(&diagnostics);
        let imported = Imported {
            id: id.clone(),
            text,
            report,
            diagnostics,
        };
        if errors == 0 {
            return Ok(imported);
        }
        if best
            .as_ref()
            .is_none_or(|best| count_errors(&best.diagnostics) > errors)
        {
            best = Some(imported);
        }
    }
    best.ok_or(DocumentError::Empty)
}

fn count_errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .count()
}

/// The SOP with nearly the same title: the same title again is a new version.
fn titled_alike(title: &str, files: &Files) -> Option<String> {
    /// A word may be spelled otherwise; another case differs by more.
    const ALIKE_MIN: f64 = 0.85;
    let plain = |title: &str| fold(&suggest::short(title)).text;
    let alike = files.sops.iter().filter_map(|source| {
        let other = source.parse().ok()?.json.get("title")?.as_str()?.to_owned();
        Some((
            strsim::normalized_damerau_levenshtein(&plain(title), &plain(&other)),
            &source.stem,
        ))
    });
    let best = alike.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (best.0 >= ALIKE_MIN).then(|| best.1.clone())
}

/// The fields that the catalogue knows already: shared ones, then those of the forms of one brand. What another brand
/// calls a serial number is another thing.
fn known(files: &Files, service: &str) -> Vec<KnownField> {
    let mut known = Vec::new();
    if let Some(fields) = files.fields.as_ref().and_then(|source| source.parse().ok()) {
        let list = fields.json.get("field").cloned().unwrap_or_default();
        let fields: Vec<FieldFile> = serde_json::from_value(list).unwrap_or_default();
        known.extend(fields.into_iter().map(|file| KnownField { file, of: None }));
    }
    for source in &files.sops {
        let Some(sop) = source
            .parse()
            .ok()
            .and_then(|parsed| serde_json::from_value::<SopFile>(parsed.json).ok())
        else {
            continue;
        };
        if sop.service != service {
            continue;
        }
        for field in sop.forms.into_iter().flat_map(|form| form.fields) {
            if field.spec.label.is_some() {
                known.push(KnownField {
                    file: field,
                    of: Some(source.stem.clone()),
                });
            }
        }
    }
    known
}

fn fold_all(sources: &[Source]) -> String {
    let texts: Vec<String> = sources
        .iter()
        .map(|source| fold(&source.text).text)
        .collect();
    texts.join(" ")
}

fn became(parts: &parts::Parts, report: &ImportReport) -> Vec<(usize, String, &'static str)> {
    use words::PartRole;
    let with_heading = parts
        .parts
        .iter()
        .filter_map(|part| Some((part.heading.as_ref()?.number, part)));
    with_heading
        .map(|(line, part)| {
            let what = match part.role {
                PartRole::Check => "checks",
                PartRole::Ask => "questions to the customer",
                PartRole::Cause if report.is_graph => "causes and outcomes",
                PartRole::Cause | PartRole::Handling => "handling",
                PartRole::Ticket => "ticket fields",
                PartRole::Kip => "KIP",
                PartRole::Note => "notes",
                PartRole::Info => "information",
                PartRole::Source => "source",
            };
            (line, part.title.clone(), what)
        })
        .collect()
}

/// Returns the lines with words that are neither in the file nor in the report.
fn lost(lines: &[String], file: &str, report: &ImportReport) -> Vec<KeptLine> {
    let mut said: BTreeSet<String> = words(file).collect();
    for (_, words_of, _) in &report.headings {
        said.extend(words(words_of));
    }
    let lost = lines.iter().enumerate().filter(|(_, line)| {
        let plain = outline::read(std::slice::from_ref(line));
        plain
            .iter()
            .any(|line| words(&line.text).any(|word| !said.contains(&word)))
    });
    lost.map(|(at, line)| KeptLine {
        line: at + 1,
        text: line.clone(),
        why: "it is missing from the file",
    })
    .collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.into_iter()
}
