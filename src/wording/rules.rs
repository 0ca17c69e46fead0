//! What rules say, in the words of the SOP file.

pub(super) use crate::guide::ruling::Ruling;

/// Whether the document leaves it open.
pub(super) fn is_silent(ruling: &Ruling) -> bool {
    ruling.silent
}

/// The rule's answer in a sentence.
pub(super) fn sentence(ruling: &Ruling) -> String {
    ruling.sentence.clone()
}
