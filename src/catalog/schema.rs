//! Holds a file against the JSON Schema of its shape and turns each deviation into a [`Diagnostic`].
//!
//! The schema is generated from the Rust types in `file`, so what editors show and what `check` enforces is one thing.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use schemars::JsonSchema;
use serde_json::Value as Json;

use super::diagnostic::{Diagnostic, Severity, did_you_mean};
use super::source::Parsed;

/// A compiled shape.
#[derive(Debug)]
pub struct Shape {
    schema: Json,
    validator: Validator,
}

impl Shape {
    /// Compiles the schema of a Rust type.
    pub fn of<T: JsonSchema>() -> Self {
        let schema = schemars::schema_for!(T).to_value();
        let validator = jsonschema::validator_for(&schema)
            .expect("a schema generated from a Rust type compiles");
        Self { schema, validator }
    }

    /// Returns the schema itself, for editors.
    pub fn json(&self) -> &Json {
        &self.schema
    }

    /// Returns every deviation of a parsed file from the shape.
    pub fn check(&self, parsed: &Parsed<'_>) -> Vec<Diagnostic> {
        self.validator
            .iter_errors(&parsed.json)
            .flat_map(|error| self.explain(parsed, &error))
            .collect()
    }

    fn explain(&self, parsed: &Parsed<'_>, error: &ValidationError<'_>) -> Vec<Diagnostic> {
        let pointer = error.instance_path().as_str();
        let name = pointer
            .rsplit('/')
            .find(|step| step.parse::<usize>().is_err())
            .unwrap_or_default();
        let one = |message: String, help: Option<String>| {
            let mut diagnostic = parsed.error(pointer, message);
            diagnostic.help = help;
            vec![diagnostic]
        };
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                let known = self.keys_allowed_beside(error);
                unexpected
                    .iter()
                    .map(|key| unknown_key(parsed, pointer, key, &known))
                    .collect()
            }
            ValidationErrorKind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                let place = if name.is_empty() {
                    "the file".to_owned()
                } else {
                    format!("`{name}`")
                };
                one(
                    format!("{place} lacks the key `{key}`"),
                    self.describe(error, key),
                )
            }
            ValidationErrorKind::Type { kind } => {
                let expected = expected_type(kind);
                one(
                    format!(
                        "`{name}` takes {expected}, found {}",
                        found(error.instance())
                    ),
                    Some(format!("write {}", written_as(&expected, error.instance()))),
                )
            }
            ValidationErrorKind::OneOfNotValid { .. } | ValidationErrorKind::AnyOf { .. } => {
                self.not_listed(error, name, one)
            }
            ValidationErrorKind::Enum { options } => {
                not_one_of(strings(options), error.instance(), name, one)
            }
            ValidationErrorKind::Pattern { pattern } => {
                let help = match name {
                    "id" if !pattern.contains('_') => {
                        "lower-case letters and digits, words joined by dashes"
                    }
                    "id" => "lower-case letters and digits, words joined by underscores",
                    "review_by" => "a date like `2027-06-30`",
                    "follow_up" => "minutes, hours or days: `30m`, `4h`, `1d`",
                    "revised" => "a year, or year and month: `2023`, `2023-07`",
                    _ => pattern.as_str(),
                };
                one(
                    format!(
                        "`{name}` has another form than expected: {}",
                        found(error.instance())
                    ),
                    Some(help.into()),
                )
            }
            ValidationErrorKind::MinLength { .. } | ValidationErrorKind::MinItems { .. } => one(
                format!("`{name}` is empty"),
                Some("fill it in, or leave the key out where it is optional".into()),
            ),
            ValidationErrorKind::MaxLength { limit } => one(
                format!("`{name}` has more than {limit} characters"),
                Some("say it in fewer words, or split it into two points".into()),
            ),
            ValidationErrorKind::MaxItems { limit } => {
                one(format!("`{name}` has more than {limit} entries"), None)
            }
            _ => one(error.to_string(), None),
        }
    }

    /// An enum's values stand in the schema as alternatives with one constant each.
    fn not_listed(
        &self,
        error: &ValidationError<'_>,
        name: &str,
        one: impl Fn(String, Option<String>) -> Vec<Diagnostic>,
    ) -> Vec<Diagnostic> {
        let mut options = Vec::new();
        if let Some(alternatives) = self.schema_at(error) {
            self.collect_constants(alternatives, &mut options);
        }
        not_one_of(options, error.instance(), name, one)
    }

    fn collect_constants(&self, schema: &Json, into: &mut Vec<String>) {
        match schema {
            Json::Array(parts) => parts
                .iter()
                .for_each(|part| self.collect_constants(part, into)),
            Json::Object(map) => {
                into.extend(map.get("const").and_then(Json::as_str).map(str::to_owned));
                into.extend(map.get("enum").map(strings).unwrap_or_default());
                let target = map
                    .get("$ref")
                    .and_then(Json::as_str)
                    .and_then(|path| self.resolve(path));
                let nested = ["oneOf", "anyOf"]
                    .iter()
                    .filter_map(|key| map.get(*key))
                    .chain(target);
                nested.for_each(|part| self.collect_constants(part, into));
            }
            _ => {}
        }
    }

    fn keys_allowed_beside(&self, error: &ValidationError<'_>) -> Vec<String> {
        let schema = self.parent_schema(error);
        let properties = schema
            .and_then(|schema| schema.get("properties"))
            .and_then(Json::as_object);
        properties
            .map(|map| map.keys().cloned().collect())
            .unwrap_or_default()
    }

    fn describe(&self, error: &ValidationError<'_>, key: &str) -> Option<String> {
        let property = self.parent_schema(error)?.get("properties")?.get(key)?;
        let property = property
            .get("$ref")
            .and_then(Json::as_str)
            .and_then(|path| self.resolve(path))
            .unwrap_or(property);
        Some(format!(
            "add `{key}`: {}",
            property.get("description")?.as_str()?
        ))
    }

    fn parent_schema(&self, error: &ValidationError<'_>) -> Option<&Json> {
        let path = error.schema_path().as_str();
        self.follow(path.rsplit_once('/')?.0)
    }

    fn schema_at(&self, error: &ValidationError<'_>) -> Option<&Json> {
        self.follow(error.schema_path().as_str())
    }

    /// Walks a schema path; a step `$ref` continues at the definition it names.
    fn follow(&self, path: &str) -> Option<&Json> {
        path.split('/')
            .skip(1)
            .try_fold(&self.schema, |here, step| match (here, step) {
                (Json::Object(map), "$ref") => self.resolve(map.get("$ref")?.as_str()?),
                (Json::Object(map), _) => map.get(step),
                (Json::Array(list), _) => list.get(step.parse::<usize>().ok()?),
                _ => None,
            })
    }

    fn resolve(&self, reference: &str) -> Option<&Json> {
        self.schema.pointer(reference.strip_prefix('#')?)
    }
}

fn unknown_key(parsed: &Parsed<'_>, pointer: &str, key: &str, known: &[String]) -> Diagnostic {
    let span = parsed.key_span(pointer, key);
    let diagnostic = Diagnostic::new(
        parsed.source,
        span,
        Severity::Error,
        format!("unknown key `{key}`"),
    );
    match did_you_mean(key, known.iter().map(String::as_str)) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None => diagnostic.help(format!("known here: {}", backticked(known))),
    }
}

fn not_one_of(
    options: Vec<String>,
    instance: &Json,
    name: &str,
    one: impl Fn(String, Option<String>) -> Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let help = match instance
        .as_str()
        .and_then(|word| did_you_mean(word, options.iter().map(String::as_str)))
    {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("one of {}", backticked(&options)),
    };
    one(format!("unknown `{name}` {}", found(instance)), Some(help))
}

fn strings(list: &Json) -> Vec<String> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

fn backticked(words: &[String]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn expected_type(kind: &TypeKind) -> String {
    let word = |name: &str| match name {
        "string" => "text in quotes".to_owned(),
        "array" => "a list".to_owned(),
        "object" => "a table".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "integer" | "number" => "a number".to_owned(),
        other => other.to_owned(),
    };
    match kind {
        TypeKind::Single(single) => word(&single.to_string()),
        TypeKind::Multiple(several) => {
            let words: Vec<_> = several
                .iter()
                .map(|one| one.to_string())
                .filter(|name| name != "null")
                .map(|name| word(&name))
                .collect();
            words.join(" or ")
        }
    }
}

/// The value as it would be accepted where only its form is wrong.
fn written_as(expected: &str, instance: &Json) -> String {
    match (expected, instance) {
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
