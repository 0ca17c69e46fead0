//! An SOP file as a lead likes to read it: keys in the order of the schema, one utterance a line.
//!
//! It writes what an import can make; rules about packages and numbers, and what a walk's answers establish, are a
//! lead's own work and not among it.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item as Toml, Table, Value};

use crate::catalog::file::{
    CauseFile, FieldFile, FieldSpecFile, FormFile, KindName, OptionFile, SopFile,
};
use crate::catalog::sop::{Item, Outcome, OutcomeKind, Section, SectionKind};

/// A list longer than this has a line for each element.
const LINE_CHARS_MAX: usize = 100;

/// Returns the text of the file.
pub fn toml(file: &SopFile) -> String {
    let mut document = DocumentMut::new();
    let root = document.as_table_mut();
    text(root, "id", &file.id);
    text(root, "title", &file.title);
    text(root, "service", &file.service);
    text(root, "summary", &file.summary);
    text(root, "distinction", &file.distinction);
    text(root, "owner", &file.owner);
    maybe(root, "revised", file.revised.as_ref());
    text(root, "review_by", &file.review_by);
    text(root, "source", &file.source);

    let mut matching = Table::new();
    list(&mut matching, "keywords", &file.matching.keywords);
    list(&mut matching, "hints", &file.matching.hints);
    list(&mut matching, "patterns", &file.matching.patterns);
    list(&mut matching, "unless", &file.matching.unless);
    list(&mut matching, "utterances", &file.matching.utterances);
    root.insert("match", Toml::Table(matching));

    tables(root, "section", file.sections.iter().map(section));
    tables(root, "cause", file.causes.iter().map(cause));
    tables(root, "outcome", file.outcomes.iter().map(outcome));
    let figures = file.figures.iter().map(|figure| {
        let mut table = Table::new();
        text(&mut table, "id", &figure.id);
        text(&mut table, "caption", &figure.caption);
        maybe(&mut table, "file", figure.file.as_ref());
        table
    });
    tables(root, "figure", figures);
    let see = file.see.iter().map(|see| {
        let mut table = Table::new();
        maybe(&mut table, "sop", see.sop.as_ref());
        maybe(&mut table, "title", see.title.as_ref());
        text(&mut table, "when", &see.when);
        let kinds: Vec<String> = see
            .proactive_in
            .iter()
            .map(|kind| kind.name().to_owned())
            .collect();
        list(&mut table, "proactive_in", &kinds);
        table
    });
    tables(root, "see", see);
    let unclear = file.unclear.iter().map(|hole| {
        let mut table = Table::new();
        text(&mut table, "id", &hole.id);
        text(&mut table, "text", &hole.text);
        list(&mut table, "asked", &hole.asked);
        table
    });
    tables(root, "unclear", unclear);
    tables(root, "form", file.forms.iter().map(form));
    document.to_string()
}

fn section(section: &Section) -> Table {
    let mut table = Table::new();
    text(&mut table, "id", &section.id);
    text(&mut table, "title", &section.title);
    let kind = match section.kind {
        SectionKind::Check => "check",
        SectionKind::Ask => "ask",
        SectionKind::Info => "info",
        SectionKind::Handling => "handling",
        SectionKind::Note => "note",
    };
    text(&mut table, "kind", kind);
    tables(&mut table, "item", section.items.iter().map(item));
    table
}

fn item(item: &Item) -> Table {
    let mut table = Table::new();
    text(&mut table, "id", &item.id);
    text(&mut table, "text", &item.text);
    list(&mut table, "steps", &item.steps);
    list(&mut table, "asked", &item.asked);
    maybe(&mut table, "link", item.link.as_ref());
    maybe(&mut table, "secret", item.secret.as_ref());
    list(&mut table, "figures", &item.figures);
    maybe(&mut table, "field", item.field.as_ref());
    let kinds: Vec<String> = item
        .channel_kinds
        .iter()
        .map(|kind| kind.name().to_owned())
        .collect();
    list(&mut table, "channel_kinds", &kinds);
    table
}

fn cause(cause: &CauseFile) -> Table {
    let mut table = Table::new();
    text(&mut table, "id", &cause.id);
    text(&mut table, "text", &cause.text);
    list(&mut table, "asked", &cause.asked);
    let branches = cause.branches.iter().map(|branch| {
        let mut table = Table::new();
        text(&mut table, "when", &branch.when);
        text(&mut table, "goto", &branch.goto);
        table
    });
    tables(&mut table, "branch", branches);
    table
}

fn outcome(outcome: &Outcome) -> Table {
    let mut table = Table::new();
    text(&mut table, "id", &outcome.id);
    let kind = match outcome.kind {
        OutcomeKind::Inform => "inform",
        OutcomeKind::Recheck => "recheck",
        OutcomeKind::Ticket => "ticket",
        OutcomeKind::Escalate => "escalate",
    };
    text(&mut table, "kind", kind);
    text(&mut table, "text", &outcome.text);
    maybe(&mut table, "say", outcome.say.as_ref());
    list(&mut table, "asked", &outcome.asked);
    table
}

fn form(form: &FormFile) -> Table {
    let mut table = Table::new();
    text(&mut table, "id", &form.id);
    text(&mut table, "title", &form.title);
    maybe(&mut table, "when", form.when.as_ref());
    maybe(&mut table, "kip_none", form.kip_none.as_ref());
    maybe(&mut table, "follow_up", form.follow_up.as_ref());
    tables(&mut table, "field", form.fields.iter().map(field));
    let kips = form.kips.iter().map(|kip| {
        let mut table = Table::new();
        text(&mut table, "path", &kip.path);
        maybe(&mut table, "code", kip.code.as_ref());
        maybe(&mut table, "when", kip.when.as_ref());
        table
    });
    tables(&mut table, "kip", kips);
    let kits = form.kits.iter().map(|kit| {
        let mut table = Table::new();
        maybe(&mut table, "when", kit.when.as_ref());
        text(&mut table, "text", &kit.text);
        table
    });
    tables(&mut table, "kit", kits);
    table
}

fn field(field: &FieldFile) -> Table {
    let mut table = Table::new();
    text(&mut table, "id", &field.id);
    spec(&mut table, &field.spec);
    let variants = field.variants.iter().map(|variant| {
        let mut table = Table::new();
        text(&mut table, "when", &variant.when);
        spec(&mut table, &variant.spec);
        table
    });
    tables(&mut table, "variant", variants);
    table
}

fn spec(table: &mut Table, spec: &FieldSpecFile) {
    // Every key by name: a new one must not be forgotten here.
    let FieldSpecFile {
        label,
        kind,
        question,
        help,
        example,
        aliases,
        only_when,
        required_when,
        optional,
        cues,
        begins,
        may_be_absent,
        looked_up,
        role: _,
        identifies,
        options,
        open,
        past,
        digits,
        prefix,
        lenient,
        max_chars,
    } = spec;
    maybe(table, "label", label.as_ref());
    maybe(
        table,
        "kind",
        kind.map(kind_name).map(str::to_owned).as_ref(),
    );
    maybe(table, "question", question.as_ref());
    maybe(table, "help", help.as_ref());
    maybe(table, "example", example.as_ref());
    maybe(table, "only_when", only_when.as_ref());
    maybe(table, "required_when", required_when.as_ref());
    for (key, flag) in [
        ("optional", optional),
        ("may_be_absent", may_be_absent),
        ("looked_up", looked_up),
        ("identifies", identifies),
        ("open", open),
        ("past", past),
        ("lenient", lenient),
    ] {
        if let Some(flag) = flag {
            table.insert(key, toml_edit::value(*flag));
        }
    }
    if let Some(digits) = digits {
        table.insert("digits", toml_edit::value(i64::from(*digits)));
    }
    maybe(table, "prefix", prefix.as_ref());
    if let Some(max_chars) = max_chars {
        table.insert("max_chars", toml_edit::value(i64::from(*max_chars)));
    }
    list(table, "aliases", aliases.as_deref().unwrap_or_default());
    list(table, "cues", cues.as_deref().unwrap_or_default());
    list(table, "begins", begins.as_deref().unwrap_or_default());
    if let Some(options) = options.as_ref().filter(|options| !options.is_empty()) {
        let mut array: Array = options.iter().map(option).collect();
        one_a_line(&mut array);
        table.insert("options", toml_edit::value(array));
    }
}

fn option(option: &OptionFile) -> Value {
    let mut table = InlineTable::new();
    table.insert("value", option.value.as_str().into());
    for (key, words) in [("aliases", &option.aliases), ("groups", &option.groups)] {
        if !words.is_empty() {
            table.insert(
                key,
                Value::Array(words.iter().map(String::as_str).collect()),
            );
        }
    }
    Value::InlineTable(table)
}

fn kind_name(kind: KindName) -> &'static str {
    match kind {
        KindName::Text => "text",
        KindName::Name => "name",
        KindName::Place => "place",
        KindName::Msisdn => "msisdn",
        KindName::Contact => "contact",
        KindName::Choice => "choice",
        KindName::Choices => "choices",
        KindName::Date => "date",
        KindName::Datetime => "datetime",
        KindName::Rupiah => "rupiah",
        KindName::Email => "email",
        KindName::Serial => "serial",
        KindName::Code => "code",
        KindName::Card => "card",
    }
}

fn text(table: &mut Table, key: &str, value: &str) {
    table.insert(key, toml_edit::value(value));
}

fn maybe(table: &mut Table, key: &str, value: Option<&String>) {
    if let Some(value) = value {
        text(table, key, value);
    }
}

fn list(table: &mut Table, key: &str, values: &[String]) {
    if values.is_empty() {
        return;
    }
    let mut array: Array = values.iter().map(String::as_str).collect();
    if values.iter().map(|value| value.len() + 4).sum::<usize>() > LINE_CHARS_MAX {
        one_a_line(&mut array);
    }
    table.insert(key, toml_edit::value(array));
}

/// Gives every element of a list its own line.
pub fn one_a_line(array: &mut Array) {
    for value in array.iter_mut() {
        value.decor_mut().set_prefix("\n    ");
    }
    array.set_trailing("\n");
    array.set_trailing_comma(true);
}

fn tables(table: &mut Table, key: &str, rows: impl Iterator<Item = Table>) {
    let rows: ArrayOfTables = rows.collect();
    if !rows.is_empty() {
        table.insert(key, Toml::ArrayOfTables(rows));
    }
}
