//! An SOP file as a lead likes to read it: keys in the order of the schema, one utterance a line.

use toml_edit::{Array, DocumentMut, Item as Toml, Table, Value};

use crate::catalog::file::SopFile;

/// A list longer than this has a line for each element.
const LINE_CHARS_MAX: usize = 100;

/// The tables that are written as a list: there are many, and each is short.
const OPTIONS: &str = "options";

/// Returns the text of the file.
pub fn toml(file: &SopFile) -> String {
    let text =
        toml::to_string(file).expect("an SOP file has text keys and no values that TOML lacks");
    let mut document: DocumentMut = text.parse().expect("it was just written");
    lay_out(document.as_table_mut());
    document.to_string()
}

fn lay_out(table: &mut Table) {
    for (key, item) in table.iter_mut() {
        if key == OPTIONS {
            item.make_value();
        }
        match item {
            Toml::Value(Value::String(text)) if text.value().contains('\n') => {
                // As lines of their own, where they were escaped.
                let text = text.value().clone();
                *item = toml_edit::value(text);
            }
            Toml::Value(Value::Array(array)) => {
                let texts = array.iter().filter_map(Value::as_str);
                let chars: usize = texts.map(|text| text.len() + 4).sum();
                if key == OPTIONS || chars > LINE_CHARS_MAX {
                    one_a_line(array);
                }
            }
            Toml::Table(table) => lay_out(table),
            Toml::ArrayOfTables(tables) => tables.iter_mut().for_each(lay_out),
            _ => {}
        }
    }
}

/// Gives every element of a list its own line.
pub fn one_a_line(array: &mut Array) {
    for value in array.iter_mut() {
        value.decor_mut().set_prefix("\n    ");
    }
    array.set_trailing("\n");
    array.set_trailing_comma(true);
}
