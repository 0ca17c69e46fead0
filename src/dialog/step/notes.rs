//! Notes of a draft: what an agent asks to be noted, and an address or a link that no field takes.

use std::ops::Range;

use super::super::{Effect, fill};
use super::Turn;
use crate::text::Role;
use crate::value::{self, Kind};

/// The most notes in a draft.
const NOTES_MAX: usize = 10;
/// The longest note.
const NOTE_CHARS_MAX: usize = 200;
/// The fewest words of a note that follows its opening without a colon.
const NOTE_WORDS_MIN: usize = 2;

impl Turn<'_> {
    /// Keeps `catatan: minta ditelepon sore`, where no field of the form is called so; whether it was a note.
    pub fn takes_note(&mut self, text: &str) -> bool {
        let Some(note) = self.asked_to_note(text) else {
            return false;
        };
        self.keep_note(&note);
        true
    }

    fn asked_to_note(&self, text: &str) -> Option<String> {
        let lexicon = &self.knowledge.lexicon;
        let (form, draft) = self.form_and_draft()?;
        let said = fill::without_courtesy(text.trim(), lexicon);
        let behind = &said[lexicon.everyday.opens(Role::Noting, said)?..];
        let note = behind.trim_start_matches(|c: char| !c.is_alphanumeric());
        let has_colon = behind.trim_start().starts_with(':');
        let is_long = note.split_whitespace().count() >= NOTE_WORDS_MIN;
        let is_asked = note.trim_end().ends_with('?');
        let filled = || self.filled(form, draft);
        let is_of_form =
            fill::is_labelled(&filled(), said) || fill::tells_only_values(filled(), note);
        let is_note = (has_colon || is_long && !is_asked) && !note.is_empty() && !is_of_form;
        is_note.then(|| note.to_owned())
    }

    /// Keeps addresses and links that no field of the form takes; whether the message says nothing else.
    pub fn keeps_offered(&mut self, text: &str) -> bool {
        let Some((form, draft)) = self.form_and_draft() else {
            return false;
        };
        let case = self.case(draft);
        let asked = self
            .conversation
            .asking()
            .and_then(|asked| form.field(asked));
        let takes_any = |kind: &Kind| fill::is_free(kind) && !fill::is_brief(kind);
        if asked.is_some_and(|field| takes_any(&field.spec(case).kind)) {
            return false;
        }
        let fields = form.fields.iter().filter(|field| field.exists(case));
        let kinds: Vec<_> = fields.map(|field| &field.spec(case).kind).collect();
        let takes = |address: &str| {
            let mut kinds = kinds.iter().filter(|kind| !fill::is_free(kind));
            kinds.any(|kind| value::exactly(kind, address, self.background()).is_some())
        };
        let found = value::find(&Kind::Email, text, self.background()).into_iter();
        let addresses = found.map(|one| (one.span, one.value.display));
        let addresses = addresses.filter(|(_, address)| !takes(address));
        let links = links(text).map(|span| (span.clone(), text[span].to_owned()));
        let offered: Vec<_> = addresses.chain(links).collect();
        let filled = self.filled(form, draft);
        let (mut rest, mut at) = (String::new(), 0);
        for (span, _) in &offered {
            rest.push_str(text.get(at..span.start).unwrap_or_default());
            at = span.end.max(at);
        }
        rest.push_str(&text[at..]);
        let is_all = !offered.is_empty() && fill::only_leads(&filled, &rest);
        for (_, note) in offered {
            self.keep_note(&note);
        }
        is_all
    }

    fn keep_note(&mut self, note: &str) {
        let kind = Kind::Text {
            max_chars: NOTE_CHARS_MAX,
        };
        let shortened: String = note.chars().take(NOTE_CHARS_MAX).collect();
        let Ok(value) = value::parse(&kind, &shortened, self.background()) else {
            return;
        };
        let Some(draft) = &mut self.conversation.draft else {
            return;
        };
        let note = value.display;
        if draft.notes.len() < NOTES_MAX && !draft.notes.contains(&note) {
            draft.notes.push(note.clone());
            self.effects.push(Effect::NoteKept { note });
        }
    }
}

/// Where links are in a text.
fn links(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let places = text.match_indices("http").filter_map(|(start, _)| {
        let link = text[start..].split_whitespace().next()?;
        let is_link = link.starts_with("https://") || link.starts_with("http://");
        is_link.then_some(start..start + link.len())
    });
    places.filter(|link| text[..link.start].ends_with(char::is_whitespace) || link.start == 0)
}
