//! The catalogue: what is shipped is accepted and carries the facts, what is wrong is refused with its cure.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use sigap::catalog::file::SopFile;
use sigap::catalog::{Catalog, Diagnostic, Files, Severity, Source};
use sigap::directory::Directory;
use sigap::guide::Knowledge;
use sigap::load;
use sigap::message::ChannelKind;
use sigap::ticket::{self, Ticket};

use crate::shipped;

#[test]
fn the_shipped_catalogue_is_accepted_without_a_warning() {
    let loaded = Catalog::load(&shipped::files(), date(2026, 11, 21));
    let worth_a_look: Vec<_> = loaded
        .diagnostics
        .iter()
        .filter(|one| one.severity != Severity::Note)
        .collect();
    assert!(worth_a_look.is_empty(), "{worth_a_look:#?}");
    assert_eq!(loaded.catalog.unwrap().sops.len(), 7);
}

#[test]
fn every_mistake_is_refused_with_file_line_and_cure() {
    for path in toml_files(&folder().join("refused")) {
        let source = read(&path);
        let files = Files {
            sops: vec![source.clone()],
            ..shipped::files()
        };
        let loaded = Catalog::load(&files, date(2026, 11, 21));
        assert!(loaded.catalog.is_none(), "{} was accepted", path.display());
        let errors = loaded
            .diagnostics
            .iter()
            .filter(|one| one.severity == Severity::Error);
        let drawn: Vec<_> = errors
            .map(|error| error.render(&source.text, false))
            .collect();
        let drawn = format!("{}\n", drawn.join("\n\n"));
        shipped::check_file(&path.with_extension("txt"), &drawn);
    }
}

/// The same of the files beside the SOPs: `shared/glossary.toml`, `shared/am.csv`.
#[test]
fn every_mistake_of_the_shared_files_is_refused_with_line_and_cure() {
    let drawn = |source: &Source, diagnostics: &[Diagnostic]| {
        let errors = diagnostics
            .iter()
            .filter(|one| one.severity == Severity::Error);
        let drawn: Vec<_> = errors
            .map(|error| error.render(&source.text, false))
            .collect();
        format!("{}\n", drawn.join("\n\n"))
    };
    let shared = folder().join("refused/shared");
    let glossary = read(&shared.join("glossary.toml"));
    let files = Files {
        glossary: Some(glossary.clone()),
        ..shipped::files()
    };
    let loaded = Catalog::load(&files, date(2026, 11, 21));
    assert!(loaded.catalog.is_none(), "the glossary was accepted");
    let said = drawn(&glossary, &loaded.diagnostics);
    shipped::check_file(&shared.join("glossary.txt"), &said);

    let list = read(&shared.join("am.csv"));
    let mistakes = Directory::parse(&list, &shipped::knowledge().lexicon).unwrap_err();
    let said = drawn(&list, &mistakes);
    shipped::check_file(&shared.join("am.txt"), &said);
}

/// What must not stand in a file must not stand in this one either, so the examples are put together here.
#[test]
fn credentials_personal_data_and_internal_addresses_are_refused() {
    let phone = ["0812", "3456", "7890"].concat();
    let mail = ["budi.santoso", "gmail.com"].join("@");
    let address = ["10", "62", "8", "1"].join(".");
    for (text, cure) in [
        (
            format!("User: agen.contoh {}: rahasia123", "Password"),
            "name a secret instead",
        ),
        (
            format!("Hubungi {phone}."),
            "write an invented one: `0812-0000-1234`",
        ),
        (
            format!("Kirim ke {mail}."),
            "write an invented one: `nama@contoh.invalid`",
        ),
        (format!("Buka http://{address}/tos."), "use a named link"),
    ] {
        let shipped = shipped::files();
        let mut sop = shipped.sops[0].clone();
        let line = sop.text.lines().count() + 1;
        sop.text += &format!("[[unclear]]\nid = \"x\"\ntext = \"{text}\"\n");
        let loaded = Catalog::load(
            &Files {
                sops: vec![sop],
                ..shipped
            },
            date(2026, 11, 21),
        );
        assert!(loaded.catalog.is_none(), "accepted: {text}");
        let found = loaded
            .diagnostics
            .iter()
            .find(|one| one.severity == Severity::Error && one.line == line + 2);
        let help = found
            .and_then(|one| one.help.as_deref())
            .unwrap_or_default();
        assert!(help.contains(cure), "{text}: {found:?}");
    }
}

#[test]
fn all_mistakes_of_all_files_are_shown_at_once() {
    let sops = toml_files(&folder().join("refused"))
        .iter()
        .map(|path| read(path))
        .collect::<Vec<_>>();
    let count = sops.len();
    let loaded = Catalog::load(
        &Files {
            sops,
            ..shipped::files()
        },
        date(2026, 11, 21),
    );
    let mut paths: Vec<_> = loaded
        .diagnostics
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .map(|one| one.path.clone())
        .collect();
    paths.sort();
    paths.dedup();
    assert_eq!(
        paths.len(),
        count,
        "every one of the files has a mistake to show"
    );
}

#[test]
fn the_layout_of_one_sops_drafts_is_checked() {
    let check = |name: &str, text: &str, expected: (Severity, usize, &str)| {
        let mut files = shipped::files();
        files.templates = vec![Source::new(format!("data/{name}"), text)];
        let loaded = Catalog::load(&files, date(2026, 11, 21));
        let found = |one: &&sigap::catalog::Diagnostic| one.path.ends_with(name);
        let one = loaded.diagnostics.iter().find(found).unwrap();
        assert_eq!(
            (one.severity, one.line),
            (expected.0, expected.1),
            "{one:?}"
        );
        assert!(one.help.as_deref().unwrap().contains(expected.2), "{one:?}");
        assert_eq!(loaded.catalog.is_some(), one.severity != Severity::Error);
    };
    let see = "the comment at the top";
    check(
        "ticket.imes-tagihan.txt",
        "{{ title }}\n{{ titel }}",
        (Severity::Error, 2, see),
    );
    check(
        "ticket.imes-tagihan.txt",
        "{{ title }}\n\n{% for %}",
        (Severity::Error, 3, see),
    );
    let meant = "did you mean `imes-tagihan`?";
    check(
        "ticket.imes-tagian.txt",
        "{{ title }}",
        (Severity::Warning, 1, meant),
    );
}

/// What would only come to light when somebody files, or never end.
#[test]
fn a_layout_that_could_fail_at_the_filing_is_refused() {
    let refused = |text: &str| {
        let mut files = shipped::files();
        let source = Source::new("data/ticket.txt".to_owned(), text);
        files.template = Some(source);
        let loaded = Catalog::load(&files, date(2026, 11, 21));
        let is_error = |one: &sigap::catalog::Diagnostic| {
            one.path == "data/ticket.txt" && one.severity == Severity::Error
        };
        loaded.diagnostics.into_iter().find(is_error)
    };
    let doubled = (0..40).fold("{% set a0 = title %}".to_owned(), |text, at| {
        format!("{text}{{% set a{} = a{at} ~ a{at} %}}", at + 1)
    });
    let loops = "{% for a in range(90000) %}{% for b in range(90000) %}x{% endfor %}{% endfor %}";
    let replaces = r#"|replace("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")"#.repeat(9);
    let begun = std::time::Instant::now();
    for text in [
        r#"{% for e in entries %}{% if e.field == "msisdn" %}{{ e.valeu }}{% endif %}{% endfor %}"#,
        r#"{% for e in entries %}{% if e.value == "tidak ada" %}{{ e.valeu }}{% endif %}{% endfor %}"#,
        r#"{% if channel == "ecare" %}{{ entries[0].valeu }}{% endif %}"#,
        "{% if title == \"never\" %}{{ titel }}{% endif %}",
        "{% if revision %}{{ revision.whose }}{% endif %}",
        "{{ entries[1].value }}",
        &"{% set title = [title, title] %}".repeat(40),
        &doubled,
        &format!("{doubled}{{{{ a40 }}}}"),
        "{% set a %}{{ title }}{{ title }}{% endset %}{{ a }}",
        "{% macro a(b) %}{{ b }}{{ b }}{% endmacro %}{{ a(a(title)) }}",
        "{% set n = namespace(a = title) %}{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}",
        &format!("{{{{ \"a\"{replaces} }}}}"),
        "{{ title|indent(999999999) }}",
        "{{ \"%999999999d\"|format(1) }}",
        "{{ \"aaaaaaaaaa\" * 9999999 }}",
        loops,
        &format!("{{{{ title }}}}{}", " ".repeat(40_000)),
    ] {
        assert!(refused(text).is_some(), "{}", &text[..text.len().min(90)]);
    }
    let seconds = begun.elapsed().as_secs();
    assert!(seconds < 60, "{seconds} s for all of them");
    let many = "{% for e in entries %}{{ e.label|replace(\" \", \"_\")|upper }}={{ e.value }}; {% endfor %}";
    let named = "{% set whose = entries|selectattr(\"field\", \"eq\", \"msisdn\")|list %}{{ whose|length }} {{ title ~ \"/\" ~ id }}";
    for text in [many, named, include_str!("../../data/ticket.txt")] {
        let wrong = refused(text);
        assert!(wrong.is_none(), "{wrong:?}");
    }
}

#[test]
fn two_files_with_one_id_are_refused() {
    let mut files = shipped::files();
    let mut copy = files.sops[0].clone();
    copy.path = format!("{}.copy", copy.path);
    files.sops.push(copy);
    let loaded = Catalog::load(&files, date(2026, 11, 21));
    assert!(loaded.catalog.is_none());
    assert!(
        loaded
            .diagnostics
            .iter()
            .any(|one| one.message.starts_with("duplicate id `"))
    );
}

#[test]
fn an_overdue_sop_says_so() {
    let loaded = Catalog::load(&shipped::files(), date(2030, 1, 1));
    assert!(loaded.catalog.is_some(), "an overdue SOP still answers");
    let overdue = loaded
        .diagnostics
        .iter()
        .filter(|one| one.message.contains("was to be reviewed by"))
        .count();
    assert_eq!(overdue, 7);
}

#[test]
fn no_text_for_fintech_or_e_commerce_advises_to_wait_a_day() {
    let catalog = shipped::catalog();
    let sop = catalog.sop("isi-ulang-belum-masuk").unwrap();
    for outcome in &sop.outcomes {
        let texts = [Some(&outcome.text), outcome.say.as_ref()];
        for text in texts.into_iter().flatten() {
            let folded = text.to_lowercase().replace(' ', "");
            let names_a_day = ["1x24", "24jam", "sehari"]
                .iter()
                .any(|needle| folded.contains(needle));
            let forbids = folded.contains("tanpa") || folded.contains("jangan");
            assert!(!names_a_day || forbids, "{}: {text}", outcome.id);
        }
    }
}

/// `ROW <TAB> sop#id <TAB> phrase <TAB> question`: each fact is at its place and is found by asking.
#[test]
fn every_fact_of_the_documents_has_its_place() {
    let knowledge = shipped::knowledge();
    let mut wrong = Vec::new();
    let rows = facts();
    assert!(rows.len() > 400, "the tables of facts are there");
    for (row, at, phrase, _) in &rows {
        let (sop, id) = at.split_once('#').unwrap();
        match place_text(&knowledge, sop, id) {
            None => wrong.push(format!("{row}: there is no `{at}`")),
            Some(text) if !text.contains(phrase) => {
                wrong.push(format!("{row}: `{at}` does not say `{phrase}`: {text}"))
            }
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where a fact may be asked for, the SOP is found, and the point itself in nine questions of ten.
#[test]
fn facts_are_found_by_asking() {
    let knowledge = shipped::knowledge();
    let (mut asked, mut sops, mut points) = (0, 0, 0);
    let mut lost = Vec::new();
    for (row, at, _, question) in facts()
        .into_iter()
        .filter(|(.., question)| !question.is_empty())
    {
        let (sop, id) = at.split_once('#').unwrap();
        if knowledge.point(sop, id).is_none() {
            continue;
        }
        asked += 1;
        let found = shipped::classify(&knowledge, &question);
        sops += usize::from(found.iter().any(|intent| intent == sop));
        let hit = knowledge
            .asked_points(sop, &question)
            .iter()
            .any(|point| point.id == id);
        points += usize::from(hit);
        if !hit {
            lost.push(format!("{row} {at}: {question}"));
        }
    }
    assert!(asked > 200);
    println!("{points} points and {sops} SOPs of {asked} found by asking");
    assert!(
        points * 10 >= asked * 9,
        "{points} of {asked} points found by asking; lost:\n{}",
        lost.join("\n")
    );
    assert!(
        sops * 10 >= asked * 8,
        "{sops} of {asked} SOPs found by asking without naming the case"
    );
}

#[test]
fn the_schema_accepts_every_shipped_file_and_refuses_an_unknown_key() {
    let schema = sigap::catalog::schema::FileShape::of::<sigap::catalog::file::SopFile>();
    let validator = jsonschema::validator_for(schema.json()).unwrap();
    for source in shipped::files().sops {
        let value: serde_json::Value = toml::from_str(&source.text).unwrap();
        assert!(validator.is_valid(&value), "{}", source.path);
    }
    let broken = read(&folder().join("refused/unknown-key.toml"));
    let value: serde_json::Value = toml::from_str(&broken.text).unwrap();
    assert!(!validator.is_valid(&value));
}

fn place_text(knowledge: &Knowledge, sop: &str, id: &str) -> Option<String> {
    let found = knowledge.catalog.sop(sop)?;
    let now = shipped::now();
    let mut text = String::new();
    for kind in [ChannelKind::Voice, ChannelKind::NonVoice] {
        let around = sigap::wording::Around {
            now: &now,
            channel_kind: kind,
            user: "agen",
            lead: false,
            tickets: &[],
            recent: &[],
            voice: knowledge.voices.of(&sigap::message::Language::default()),
        };
        let effect = sigap::dialog::Effect::ShowPoint {
            intent: sop.to_owned(),
            id: id.to_owned(),
        };
        text += &sigap::wording::replies(knowledge, &[effect], around)[0].text;
    }
    let figure = found
        .figures
        .iter()
        .find(|figure| figure.id == id)
        .map(|figure| figure.caption.clone());
    let fields = found.forms.iter().flat_map(|form| &form.fields);
    let field = fields
        .clone()
        .find(|field| field.id == id)
        .map(|field| format!("{field:?}"));
    let form = found
        .forms
        .iter()
        .find(|form| form.id == id)
        .map(|form| format!("{form:?}"));
    let is_place =
        knowledge.point(sop, id).is_some() || found.sections.iter().any(|section| section.id == id);
    // The parts of a step path may stand in one phrase of the table.
    let point = is_place.then(|| format!("{text} {}", text.replace(" › ", " ")));
    let see = (id == "see" || id == "match" || id == "source" || id == "service").then(|| {
        format!(
            "{:?} {:?} {} {}",
            found.see, found.matching, found.source, found.service
        )
    });
    figure
        .or(field)
        .or(form.filter(|_| !is_place))
        .or(point)
        .or(see)
}

fn facts() -> Vec<(String, String, String, String)> {
    let mut rows = Vec::new();
    for path in files_in(&folder().join("facts")) {
        for line in fs::read_to_string(&path)
            .unwrap()
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            let mut cells = line.split('\t').map(str::to_owned);
            let mut next = || cells.next().unwrap_or_default();
            rows.push((next(), next(), next(), next()));
        }
    }
    rows
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/catalog")
}

fn read(path: &Path) -> Source {
    let name = path.file_name().unwrap().to_str().unwrap();
    Source::new(name, fs::read_to_string(path).unwrap())
}

fn toml_files(folder: &Path) -> Vec<PathBuf> {
    files_in(folder)
        .into_iter()
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect()
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths
}

#[test]
fn a_folder_that_is_not_there_says_what_to_do() {
    let error = load::files(Path::new("/nonexistent/intents"), Path::new("data")).unwrap_err();
    assert!(
        format!("{error:#}").contains("`--intents DIR`"),
        "{error:#}"
    );
}

/// A procedure's own layout must not lose what the common one shows.
#[test]
fn no_layout_of_a_draft_drops_what_was_found_or_shown() {
    let catalog = &shipped::knowledge().catalog;
    let ticket = Ticket {
        id: "T-261121-000000".to_owned(),
        intent: String::new(),
        form: String::new(),
        title: "Tiket".to_owned(),
        agent: "budi".to_owned(),
        channel_kind: ChannelKind::Voice,
        filed_at: shipped::now().timestamp(),
        entries: Vec::new(),
        kip: "KIP".to_owned(),
        checked: vec!["the walk's finding".to_owned()],
        text: String::new(),
        revision: None,
        proofs: vec!["the picture's place".to_owned()],
        notes: vec!["call in the evening".to_owned()],
        edition: None,
        begun: None,
    };
    let around = ticket::DraftFacts {
        sop: "SOP",
        source: "Sumber",
        filed: "hari ini",
        revised: "",
        remarks: &[],
    };
    for sop in &catalog.sops {
        let text = catalog.template(&sop.id).render(&ticket, around);
        for part in [
            "the walk's finding",
            "the picture's place",
            "call in the evening",
            "KIP",
            "T-261121-000000",
        ] {
            assert!(text.contains(part), "{}: {part} in {text}", sop.id);
        }
    }
}

#[test]
fn a_file_that_is_read_and_written_says_the_same() {
    for source in shipped::files().sops {
        let file: SopFile = toml::from_str(&source.text).unwrap();
        let written = toml::to_string(&file).unwrap();
        let again: SopFile = toml::from_str(&written).unwrap();
        assert_eq!(format!("{again:?}"), format!("{file:?}"), "{}", source.path);
        let json = serde_json::to_value(&file).unwrap();
        let again: SopFile = serde_json::from_value(json).unwrap();
        assert_eq!(format!("{again:?}"), format!("{file:?}"), "{}", source.path);
    }
}

/// Names of the shipped catalogue that code may say, since they are words of their own.
const WORDS_OF_THEIR_OWN: &[(&str, &str)] = &[
    ("halo", "a greeting"),
    ("msisdn", "a kind of value"),
    ("KIP", "what ticketing systems call a complaint category"),
    (
        "sid",
        "a label of the account managers' list, and of documents",
    ),
    ("loop", "a label in documents"),
    ("pic", "a label in documents"),
    ("produk", "a label in documents"),
    ("lokasi", "a label in documents, and a word of questions"),
    ("keterangan", "a label in documents"),
];

#[test]
fn no_name_of_the_shipped_catalogue_is_in_the_code() {
    let names = names_of_the_catalogue();
    assert!(names.len() > 500, "{}", names.len());
    let mut folders = vec![PathBuf::from("src")];
    let mut said = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let is_test = ["tests", "properties"].map(|stem| entry.ends_with(format!("{stem}.rs")));
            let text = fs::read_to_string(&entry).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for (number, line) in code.lines().enumerate() {
                // Every second piece of a line is between quotes.
                let literals = line.split('"').skip(1).step_by(2);
                let named = literals.filter(|literal| names.contains(*literal));
                let allowed =
                    |name: &&str| !WORDS_OF_THEIR_OWN.iter().any(|(word, _)| word == name);
                if !line.trim_start().starts_with("//") && !is_test.contains(&true) {
                    said.extend(
                        named
                            .filter(allowed)
                            .map(|name| format!("{}:{}: `{name}`", entry.display(), number + 1)),
                    );
                }
            }
        }
    }
    assert!(said.is_empty(), "{}", said.join("\n"));
}

/// Ids of SOPs, points, fields, brands, systems and words, with what agents call the brands.
fn names_of_the_catalogue() -> HashSet<String> {
    let catalog = shipped::catalog();
    let mut names: HashSet<String> = catalog.links.keys().cloned().collect();
    for sop in &catalog.sops {
        let items = sop.sections.iter().flat_map(|section| &section.items);
        let points = items.map(|item| &item.id);
        let points = points.chain(sop.causes.iter().map(|cause| &cause.id));
        let points = points.chain(sop.outcomes.iter().map(|outcome| &outcome.id));
        let points = points.chain(sop.unclear.iter().map(|hole| &hole.id));
        // A point of one word is called by an everyday word.
        names.extend(points.filter(|id| id.contains('-')).cloned());
        names.extend(
            sop.forms
                .iter()
                .flat_map(|form| &form.fields)
                .map(|field| field.id.clone()),
        );
        names.insert(sop.id.clone());
    }
    for service in catalog.services.values().chain(&catalog.foreign) {
        names.extend([service.id.clone(), service.title.clone()]);
        names.extend(service.names.iter().cloned());
    }
    let terms = catalog.glossary.terms().iter();
    names.extend(terms.map(|term| term.term.clone()));
    names
}
