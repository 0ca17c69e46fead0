//! Commands with a slash, and words that steer with a name behind them: `ubah lokasi`, `lompat ke langkah 3`.
//!
//! Words that steer by themselves are `text::talk`'s.

use crate::act::Act;
use crate::{slash, ticket};

/// Reads a word that steers as the act it asks for. `text` is the whole message: such a word inside a sentence is part of
/// the sentence.
pub fn read(text: &str) -> Option<Act> {
    let text = text.trim();
    if text.starts_with('/') {
        return slash::read(text);
    }
    let folded = text.trim_end_matches(['.', '!', '?', ' ']).to_lowercase();
    if let Some(revise) = folded.strip_prefix("ubah ").and_then(ticket::id_in) {
        return Some(Act::Revise(revise));
    }
    let step = step_to_go_to(&folded).map(|step| Act::Jump(Some(step.to_owned())));
    step.or_else(|| Some(Act::Edit(Some(field_to_change(&folded)?.to_owned()))))
}

/// `lompat ke langkah 3`, `loncat ke servo`: what the step is called.
fn step_to_go_to(text: &str) -> Option<&str> {
    let rest = ["lompat ", "loncat "]
        .iter()
        .find_map(|verb| text.strip_prefix(verb))?;
    let rest = rest.strip_prefix("ke ").unwrap_or(rest);
    let rest = rest.strip_prefix("langkah ").unwrap_or(rest).trim();
    (!rest.is_empty()).then_some(rest)
}

/// `ubah lokasi`, `ganti nominal`: the field's name behind the verb, when nothing follows it.
fn field_to_change(text: &str) -> Option<&str> {
    let rest = ["ubah ", "ganti ", "edit ", "koreksi "]
        .iter()
        .find_map(|verb| text.strip_prefix(verb))?;
    (rest.split_whitespace().count() <= 3 && !rest.contains("jadi")).then_some(rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Act>) {
        assert_eq!(read(text), expected, "{text}");
    }

    #[test]
    fn commands_and_words_with_a_name_are_read() {
        let id = || "T-261121-7F3K2Q".to_owned();
        let mark = |note: Option<&str>| {
            let note = note.map(str::to_owned);
            Some(Act::Mark { id: id(), note })
        };
        check("ubah lokasi", Some(Act::Edit(Some("lokasi".to_owned()))));
        check(
            "/sop ganti-ont",
            Some(Act::Sop(Some("ganti-ont".to_owned()))),
        );
        check("/tiket", Some(Act::Tickets(None)));
        check("lompat ke langkah 3", Some(Act::Jump(Some("3".to_owned()))));
        check("/ubah t-261121-7f3k2q", Some(Act::Revise(id())));
        check("ubah T-261121-7F3K2Q", Some(Act::Revise(id())));
        check("/selesai T-261121-7F3K2Q", mark(None));
        check(
            "/selesai T-261121-7F3K2Q  INC 0000 12",
            mark(Some("INC 0000 12")),
        );
        check("/selesai", Some(Act::Tickets(None)));
        check("/ingatkan T-261121-7F3K2Q", Some(Act::FollowUp(id())));
    }

    #[test]
    fn a_sentence_is_no_command() {
        check("ganti nomor jadi 0812-0000-9999", None);
        check("gagal kirim sms", None);
        check("/entah", None);
        check("", None);
    }
}
