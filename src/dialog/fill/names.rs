//! What fields are called in a text.

use crate::catalog::{Field, Spec};

/// A text behind its label without a colon is taken over only up to this many words: more is a sentence.
pub const LOOSE_TEXT_WORDS: usize = 4;

/// The field's names, longest first, so that `nomor lain` is not read as `nomor`.
pub fn names(field: &Field, spec: &Spec) -> Vec<String> {
    let id = field.id.replace('_', " ");
    let own = [spec.label.as_str(), id.as_str()];
    let mut names: Vec<String> = own
        .into_iter()
        .chain(spec.aliases.iter().map(String::as_str))
        .map(str::to_lowercase)
        .collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names
}

/// `snnya`, `sn nya` and `PIC-nya`: what is behind the suffix of a name.
pub fn without_suffix(text: &str) -> &str {
    let forms = ["nya", " nya", "-nya"];
    let rest = forms.iter().find_map(|form| text.strip_prefix(form));
    rest.filter(|rest| !rest.starts_with(char::is_alphanumeric))
        .unwrap_or(text)
}

/// The text in lower case, where each byte has kept its place: otherwise places of one say nothing about the other.
pub fn lowered(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    (lower.len() == text.len()).then_some(lower)
}
