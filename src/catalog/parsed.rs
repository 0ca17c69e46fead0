//! A TOML file whose every key and value still knows its place.
//!
//! Places are JSON pointers (`/form/0/field/3/required_when`): the schema check reports them, and `validate` writes them.

use std::ops::Range;

use serde_json::{Map, Value as Json};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::diagnostic::{Diagnostic, Severity};
use super::source::Source;

/// A larger file is refused before it is parsed: an 8 MB one costs 150 MB of memory.
pub const FILE_BYTES_MAX: usize = 256 * 1024;

/// A parsed source: its values as JSON, and the place of each.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// The file it came from.
    pub source: &'a Source,
    /// The same content without places.
    pub json: Json,
    root: Spanned<DeTable<'a>>,
}

impl Source {
    /// Parses the text as TOML, or returns every syntax mistake in it.
    pub fn parse(&self) -> Result<Parsed<'_>, Vec<Diagnostic>> {
        if self.text.len() > FILE_BYTES_MAX {
            let message = format!(
                "the file has {} bytes, at most {FILE_BYTES_MAX} are read",
                self.text.len()
            );
            let refused = Diagnostic::new(self, 0..0, Severity::Error, message);
            return Err(vec![refused.help(
                "split the procedure into two SOPs that point to each other with `[[see]]`",
            )]);
        }
        let (root, errors) = DeTable::parse_recoverable(&self.text);
        if errors.is_empty() {
            let json = table_json(root.get_ref());
            return Ok(Parsed {
                source: self,
                json,
                root,
            });
        }
        Err(errors
            .iter()
            .map(|error| {
                let span = error.span().unwrap_or(0..0);
                let message = format!("this is not TOML: {}", error.message());
                Diagnostic::new(self, span, Severity::Error, message).help(
                    "text goes between double quotes, lists between [ and ]; each key stands once",
                )
            })
            .collect())
    }
}

impl Parsed<'_> {
    /// Makes an error about the value at a pointer.
    pub fn error(&self, pointer: &str, message: String) -> Diagnostic {
        Diagnostic::new(self.source, self.span(pointer), Severity::Error, message)
    }

    /// Returns the bytes of the value at a pointer, or of the nearest enclosing one that exists.
    pub fn span(&self, pointer: &str) -> Range<usize> {
        let mut span = self.root.span();
        let mut here = TomlPlace::Table(self.root.get_ref());
        for step in pointer.split('/').skip(1) {
            let Some(value) = here.child(step) else { break };
            span = value.span();
            here = TomlPlace::of(value.get_ref());
        }
        span
    }

    /// Returns the bytes of a key in the table at a pointer.
    pub fn key_span(&self, pointer: &str, key: &str) -> Range<usize> {
        let mut here = TomlPlace::Table(self.root.get_ref());
        for step in pointer.split('/').skip(1) {
            let Some(value) = here.child(step) else { break };
            here = TomlPlace::of(value.get_ref());
        }
        match here {
            TomlPlace::Table(table) => table.get_key_value(key).map(|(key, _)| key.span()),
            TomlPlace::Array(_) | TomlPlace::Leaf => None,
        }
        .unwrap_or_else(|| self.span(pointer))
    }
}

enum TomlPlace<'a, 'i> {
    Table(&'a DeTable<'i>),
    Array(&'a DeArray<'i>),
    Leaf,
}

impl<'a, 'i> TomlPlace<'a, 'i> {
    fn of(value: &'a DeValue<'i>) -> Self {
        match value {
            DeValue::Table(table) => TomlPlace::Table(table),
            DeValue::Array(array) => TomlPlace::Array(array),
            _ => TomlPlace::Leaf,
        }
    }

    fn child(&self, step: &str) -> Option<&'a Spanned<DeValue<'i>>> {
        match self {
            TomlPlace::Table(table) => table.get(step),
            TomlPlace::Array(array) => array.get(step.parse::<usize>().ok()?),
            TomlPlace::Leaf => None,
        }
    }
}

fn table_json(table: &DeTable<'_>) -> Json {
    let entries = table
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), value_json(value.get_ref())));
    Json::Object(entries.collect::<Map<_, _>>())
}

fn value_json(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Json::String(number.to_string()), Json::from),
        DeValue::Float(number) => number
            .as_str()
            .parse::<f64>()
            .map_or_else(|_| Json::String(number.to_string()), Json::from),
        DeValue::Boolean(flag) => Json::Bool(*flag),
        DeValue::Datetime(when) => Json::String(when.to_string()),
        DeValue::Array(array) => Json::Array(
            array
                .iter()
                .map(|value| value_json(value.get_ref()))
                .collect(),
        ),
        DeValue::Table(table) => table_json(table),
    }
}
