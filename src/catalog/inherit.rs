//! What a field does not say itself it takes from the table below it: from the shared field of its id in `fields.toml`,
//! and a variant from its field. Tables are merged before they are read, so a new key needs no line here.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::file::FieldFile;

/// Shared fields as tables, by id.
#[derive(Debug, Default)]
pub struct SharedFields(HashMap<String, Map<String, Json>>);

impl SharedFields {
    /// Keeps what each field says.
    pub fn new(fields: &[FieldFile]) -> Self {
        let table = |field: &FieldFile| match serde_json::to_value(field) {
            Ok(Json::Object(table)) => Some((field.id.clone(), table)),
            _ => None,
        };
        Self(fields.iter().filter_map(table).collect())
    }

    /// Lays the shared fields under the fields of every form of a file, and these under their variants.
    pub fn lay_under(&self, file: &mut Json) {
        for form in list(file.get_mut("form")) {
            for field in list(form.get_mut("field"))
                .iter_mut()
                .filter_map(Json::as_object_mut)
            {
                let id = field.get("id").and_then(Json::as_str);
                if let Some(lower) = id.and_then(|id| self.0.get(id)) {
                    lay(field, lower);
                }
                let whole = field.clone();
                for variant in list(field.get_mut("variant"))
                    .iter_mut()
                    .filter_map(Json::as_object_mut)
                {
                    lay(variant, &whole);
                }
            }
        }
    }
}

fn list(value: Option<&mut Json>) -> &mut [Json] {
    value
        .and_then(Json::as_array_mut)
        .map_or(&mut [], Vec::as_mut_slice)
}

/// Adds the keys of the lower table that the upper one lacks. An id and variants are each table's own.
fn lay(upper: &mut Map<String, Json>, lower: &Map<String, Json>) {
    let is_passed_on =
        |key: &str, value: &Json| !value.is_null() && key != "id" && key != "variant";
    for (key, value) in lower.iter().filter(|(key, value)| is_passed_on(key, value)) {
        upper.entry(key).or_insert_with(|| value.clone());
    }
}
