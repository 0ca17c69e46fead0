//! Holds a file against the JSON Schema of its shape: every deviation becomes a [`Diagnostic`].
//!
//! The schema is generated from the Rust types in `file`, so what editors show and what `check` enforces is one thing.
//! Only the words of JSON Schema that such types lead to are understood; a test says so when there is another.

use std::collections::HashMap;

use regex::Regex;
use schemars::JsonSchema;
use serde_json::Value as Json;

use super::diagnostic::{Diagnostic, Severity};
use super::parsed::Parsed;
use crate::text::likeness::nearest;

/// A shape with its schema.
#[derive(Debug)]
pub struct FileShape {
    schema: Json,
    patterns: HashMap<String, Regex>,
}

impl FileShape {
    /// Makes the schema of a Rust type.
    pub fn of<T: JsonSchema>() -> Self {
        let schema = schemars::schema_for!(T).to_value();
        let mut patterns = HashMap::new();
        each(&schema, &mut |key, value| {
            if let ("pattern", Some(pattern)) = (key, value.as_str()) {
                let regex =
                    Regex::new(pattern).expect("the patterns of the shapes are checked by a test");
                patterns.insert(pattern.to_owned(), regex);
            }
        });
        Self { schema, patterns }
    }

    /// Returns the schema itself, for editors.
    pub fn json(&self) -> &Json {
        &self.schema
    }

    /// Returns every deviation of a parsed file from the shape.
    pub fn check(&self, parsed: &Parsed<'_>) -> Vec<Diagnostic> {
        let mut check = Check {
            shape: self,
            parsed,
            found: Vec::new(),
        };
        check.value(&self.schema, &parsed.json, "");
        check.found
    }

    /// The schema that a reference names, or this one.
    fn resolved<'s>(&'s self, schema: &'s Json) -> &'s Json {
        let reference = schema.get("$ref").and_then(Json::as_str);
        let named = reference.and_then(|path| self.schema.pointer(path.strip_prefix('#')?));
        named.map_or(schema, |named| self.resolved(named))
    }
}

/// Calls `visit` for every key of a schema.
fn each(schema: &Json, visit: &mut dyn FnMut(&str, &Json)) {
    match schema {
        Json::Object(map) => map.iter().for_each(|(key, value)| {
            visit(key, value);
            each(value, visit);
        }),
        Json::Array(list) => list.iter().for_each(|value| each(value, visit)),
        _ => {}
    }
}

/// One file on its way through the schema.
struct Check<'c> {
    shape: &'c FileShape,
    parsed: &'c Parsed<'c>,
    found: Vec<Diagnostic>,
}

impl<'c> Check<'c> {
    fn value(&mut self, schema: &'c Json, value: &Json, at: &str) {
        let schema = self.shape.resolved(schema);
        if let Some(alternatives) = alternatives(schema) {
            let is_null = |one: &&Json| one.get("type").is_some_and(|kind| kind == "null");
            let options: Vec<&str> = alternatives.iter().filter_map(constant).collect();
            match alternatives.iter().find(|one| !is_null(one)) {
                Some(one) if options.is_empty() => self.value(one, value, at),
                _ => self.option(&options, value, at),
            }
            return;
        }
        if !self.is_of_type(schema, value, at) {
            return;
        }
        match value {
            Json::String(text) => self.text(schema, text, at),
            Json::Array(list) => self.list(schema, list, at),
            Json::Object(map) => self.table(schema, map, at),
            Json::Number(number) => self.number(schema, number, at),
            Json::Bool(_) | Json::Null => {}
        }
    }

    fn say(&mut self, at: &str, message: String, help: Option<String>) {
        let mut diagnostic = self.parsed.error(at, message);
        diagnostic.help = help;
        self.found.push(diagnostic);
    }

    fn is_of_type(&mut self, schema: &Json, value: &Json, at: &str) -> bool {
        let kinds: Vec<&str> = match schema.get("type") {
            Some(Json::String(kind)) => vec![kind],
            Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).collect(),
            _ => return true,
        };
        if kinds.iter().any(|kind| is_a(kind, value)) {
            return true;
        }
        let words: Vec<&str> = kinds
            .into_iter()
            .filter(|kind| *kind != "null")
            .map(expected)
            .collect();
        let expected = words.join(" or ");
        let message = format!("`{}` takes {expected}, found {}", name(at), found(value));
        self.say(
            at,
            message,
            Some(format!("write {}", written_as(&expected, value))),
        );
        false
    }

    fn text(&mut self, schema: &Json, text: &str, at: &str) {
        let name = name(at);
        let chars = text.chars().count() as u64;
        if schema
            .get("minLength")
            .and_then(Json::as_u64)
            .is_some_and(|least| chars < least)
        {
            self.is_empty(at);
        }
        if let Some(most) = schema
            .get("maxLength")
            .and_then(Json::as_u64)
            .filter(|most| chars > *most)
        {
            let message = format!("`{name}` has more than {most} characters");
            self.say(
                at,
                message,
                Some("say it in fewer words, or split it into two points".to_owned()),
            );
        }
        let pattern = schema
            .get("pattern")
            .and_then(Json::as_str)
            .unwrap_or_default();
        if self
            .shape
            .patterns
            .get(pattern)
            .is_some_and(|regex| !regex.is_match(text))
        {
            let help = match name {
                "id" if !pattern.contains('_') => {
                    "lower-case letters and digits, words joined by dashes"
                }
                "id" => "lower-case letters and digits, words joined by underscores",
                "review_by" => "a date like `2027-06-30`",
                "follow_up" => "minutes, hours or days: `30m`, `4h`, `1d`",
                "revised" => "a year, or year and month: `2023`, `2023-07`",
                _ => pattern,
            };
            let message = format!("`{name}` has another form than expected: `{text}`");
            self.say(at, message, Some(help.to_owned()));
        }
    }

    fn is_empty(&mut self, at: &str) {
        let help = "fill it in, or leave the key out where it is optional".to_owned();
        self.say(at, format!("`{}` is empty", name(at)), Some(help));
    }

    fn number(&mut self, schema: &Json, number: &serde_json::Number, at: &str) {
        let limit = |key: &str| schema.get(key).and_then(Json::as_f64);
        let number = number.as_f64().unwrap_or_default();
        if let Some(least) = limit("minimum").filter(|least| number < *least) {
            self.say(at, format!("`{}` is at least {least}", name(at)), None);
        }
        if let Some(most) = limit("maximum").filter(|most| number > *most) {
            self.say(at, format!("`{}` is at most {most}", name(at)), None);
        }
    }

    fn list(&mut self, schema: &'c Json, list: &[Json], at: &str) {
        let entries = list.len() as u64;
        if let Some(least) = schema
            .get("minItems")
            .and_then(Json::as_u64)
            .filter(|least| entries < *least)
        {
            match entries {
                0 => self.is_empty(at),
                _ => self.say(
                    at,
                    format!("`{}` has fewer than {least} entries", name(at)),
                    None,
                ),
            }
        }
        if let Some(most) = schema
            .get("maxItems")
            .and_then(Json::as_u64)
            .filter(|most| entries > *most)
        {
            self.say(
                at,
                format!("`{}` has more than {most} entries", name(at)),
                None,
            );
        }
        if let Some(items) = schema.get("items") {
            for (place, value) in list.iter().enumerate() {
                self.value(items, value, &format!("{at}/{place}"));
            }
        }
    }

    fn table(&mut self, schema: &'c Json, map: &serde_json::Map<String, Json>, at: &str) {
        let properties = schema.get("properties").and_then(Json::as_object);
        let others = schema.get("additionalProperties");
        for (key, value) in map {
            match (properties.and_then(|known| known.get(key)), others) {
                (Some(schema), _) => self.value(schema, value, &format!("{at}/{key}")),
                (None, Some(Json::Bool(false))) => {
                    let known = properties
                        .into_iter()
                        .flatten()
                        .map(|(key, _)| key.as_str());
                    let known: Vec<&str> = known.collect();
                    self.found.push(unknown_key(self.parsed, at, key, &known));
                }
                (None, Some(schema)) => self.value(schema, value, &format!("{at}/{key}")),
                (None, None) => {}
            }
        }
        let required = schema.get("required").and_then(Json::as_array);
        let required = required.into_iter().flatten().filter_map(Json::as_str);
        for key in required.filter(|key| !map.contains_key(*key)) {
            let place = match name(at) {
                "" => "the file".to_owned(),
                name => format!("`{name}`"),
            };
            let property = properties.and_then(|known| known.get(key));
            let described =
                property.and_then(|property| self.shape.resolved(property).get("description"));
            let help = described
                .and_then(Json::as_str)
                .map(|what| format!("add `{key}`: {what}"));
            self.say(at, format!("{place} lacks the key `{key}`"), help);
        }
    }

    fn option(&mut self, options: &[&str], value: &Json, at: &str) {
        if value.as_str().is_some_and(|word| options.contains(&word)) {
            return;
        }
        let meant = value
            .as_str()
            .and_then(|word| nearest(word, options.iter().copied()));
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("one of {}", backticked(options)),
        };
        self.say(
            at,
            format!("unknown `{}` {}", name(at), found(value)),
            Some(help),
        );
    }
}

/// The alternatives of a schema: the values of an enum, or a shape and nothing.
fn alternatives(schema: &Json) -> Option<&Vec<Json>> {
    let list = schema.get("oneOf").or_else(|| schema.get("anyOf"));
    list.and_then(Json::as_array)
}

fn constant(schema: &Json) -> Option<&str> {
    schema.get("const").and_then(Json::as_str)
}

/// The key that a place is about: the last step of its pointer that is no number.
fn name(at: &str) -> &str {
    let mut steps = at.rsplit('/');
    steps
        .find(|step| step.parse::<usize>().is_err())
        .unwrap_or_default()
}

fn unknown_key(parsed: &Parsed<'_>, at: &str, key: &str, known: &[&str]) -> Diagnostic {
    let span = parsed.key_span(at, key);
    let message = format!("unknown key `{key}`");
    let diagnostic = Diagnostic::new(parsed.source, span, Severity::Error, message);
    match nearest(key, known.iter().copied()) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None => diagnostic.help(format!("known here: {}", backticked(known))),
    }
}

fn backticked(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

fn is_a(kind: &str, value: &Json) -> bool {
    match kind {
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => value.is_null(),
    }
}

fn expected(kind: &str) -> &str {
    match kind {
        "string" => "text in quotes",
        "array" => "a list",
        "object" => "a table",
        "boolean" => "`true` or `false`",
        "integer" | "number" => "a number",
        other => other,
    }
}

/// The value as it would be accepted where only its form is wrong.
fn written_as(expected: &str, value: &Json) -> String {
    match (expected, value) {
        ("text in quotes", Json::Number(number)) => format!("`\"{number}\"`"),
        ("text in quotes", Json::Bool(flag)) => format!("`\"{flag}\"`"),
        ("a list", Json::String(text)) => format!("`[\"{text}\"]`"),
        _ => expected.to_owned(),
    }
}

fn found(value: &Json) -> String {
    match value {
        Json::String(text) => format!("`{text}`"),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "a table".to_owned(),
        other => format!("`{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::file::SopFile;

    #[test]
    fn every_word_of_the_schema_is_understood() {
        const CHECKED: &str = "type properties required additionalProperties oneOf anyOf const $ref items minLength \
                               maxLength minItems maxItems pattern minimum maximum";
        const SILENT: &str = "$schema $defs title description default format";
        let shape = FileShape::of::<SopFile>();
        let mut unknown = Vec::new();
        let mut ask = vec![&shape.schema];
        while let Some(schema) = ask.pop() {
            let Some(map) = schema.as_object() else {
                continue;
            };
            for (key, value) in map {
                match key.as_str() {
                    "properties" | "$defs" => ask.extend(value.as_object().unwrap().values()),
                    "oneOf" | "anyOf" => ask.extend(value.as_array().unwrap()),
                    "items" | "additionalProperties" => ask.push(value),
                    _ => {}
                }
                if !format!("{CHECKED} {SILENT}")
                    .split(' ')
                    .any(|word| word == key)
                {
                    unknown.push(key.clone());
                }
            }
            if let Some(list) = alternatives(schema) {
                let shapes = list
                    .iter()
                    .filter(|one| one.get("type").is_none_or(|kind| kind != "null"));
                assert!(
                    shapes.clone().all(|one| constant(one).is_some()) || shapes.count() == 1,
                    "{schema}"
                );
            }
        }
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
