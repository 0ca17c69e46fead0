//! Lists of bare values: numbered lines answer in the form's order, short pieces between commas the fields they fit.

use std::ops::Range;

use super::RefusedValue;
use super::filled::FilledForm;
use super::message::{Message, clauses};
use super::speaking::only_field;
use crate::text::Role;
use crate::value::Kind;

/// One numbered line may be a figure of speech; two are a list.
const NUMBERED_LINES_MIN: usize = 2;
/// The fewest numbered parts that make one line a list.
const NUMBERED_PARTS_MIN: usize = 3;
/// The fewest short pieces between commas that make a list.
const PIECES_MIN: usize = 3;
/// The most words in a short piece.
const PIECE_WORDS_MAX: usize = 4;

/// Whether a message is a list: in one the number says which field it is, so `4. PT Contoh` begins with no label.
pub fn is_list(text: &str) -> bool {
    numbered_lines(text).len() >= NUMBERED_LINES_MIN
}

/// The short pieces of `gold, siti contoh, bandung, bca, 27 nov`; none where a message is no such list.
pub fn pieces(text: &str) -> Vec<Range<usize>> {
    let pieces: Vec<_> = clauses(text)
        .filter(|piece| text[piece.clone()].contains(char::is_alphanumeric))
        .collect();
    let is_short =
        |piece: &Range<usize>| text[piece.clone()].split_whitespace().count() <= PIECE_WORDS_MAX;
    match pieces.len() >= PIECES_MIN && pieces.iter().all(is_short) && !text.contains('?') {
        true => pieces,
        false => Vec::new(),
    }
}

/// Takes the pieces of a list for the missing fields that they fit: a value of one field only, a known place, and for a
/// name words that nothing else takes.
pub fn listed(filled: &mut FilledForm<'_>, message: &mut Message<'_>) {
    let lexicon = filled.background.lexicon;
    for piece in pieces(message.text) {
        if !message.is_unused(&piece) {
            continue;
        }
        let said = message.text[piece.clone()].trim();
        let missing = filled.form.missing(filled.case(), filled.background.now);
        let is_place = !lexicon.everyday.find(Role::Place, said).is_empty();
        let takes_words = |kind: &Kind| match kind {
            Kind::Place { .. } => is_place,
            Kind::Name => !is_place && is_like_name(said, lexicon),
            _ => false,
        };
        let firm = missing
            .iter()
            .copied()
            .filter(|field| !super::is_free(&filled.spec(field).kind));
        let found = only_field(filled, firm, said).or_else(|| {
            let mut words = missing
                .into_iter()
                .filter(|field| takes_words(&filled.spec(field).kind));
            let field = words.next()?;
            Some((field, filled.read(filled.spec(field), said).ok()?))
        });
        if let Some((field, answer)) = found {
            filled.take(field, answer);
            message.used.push(piece);
        }
    }
}

/// Whether a piece may be a name: at least two words, with letters only and without function words.
fn is_like_name(said: &str, lexicon: &crate::text::Lexicon) -> bool {
    let words: Vec<String> = said.split_whitespace().map(str::to_lowercase).collect();
    let is_plain = |word: &String| {
        word.chars().all(|c| c.is_alphabetic() || ".'-".contains(c))
            && !lexicon.is_function(word)
            && !lexicon.everyday.has(Role::NoName, word)
    };
    words.len() > 1 && words.iter().all(is_plain)
}

/// Numbered lines without labels answer the mandatory fields in the form's order: all of them when there are as many
/// lines as mandatory fields, otherwise those that are missing.
pub fn numbered(filled: &mut FilledForm<'_>, message: &mut Message<'_>) {
    let lines: Vec<_> = numbered_lines(message.text)
        .into_iter()
        .filter(|(_, span)| message.is_unused(span))
        .collect();
    if lines.len() < NUMBERED_LINES_MIN {
        return;
    }
    let (form, case) = (filled.form, filled.case());
    let fields = form.fields.iter();
    let mandatory: Vec<_> = fields.filter(|field| field.mandatory(case)).collect();
    let in_order = if lines.len() == mandatory.len() {
        mandatory
    } else {
        form.missing(case, filled.background.now)
    };
    for (number, span) in lines {
        let Some(field) = number.checked_sub(1).and_then(|place| in_order.get(place)) else {
            continue;
        };
        match filled.read(filled.spec(field), &message.text[span.clone()]) {
            Ok(answer) => filled.take(field, answer),
            Err(problem) => message.refused.push(RefusedValue {
                field: field.id.clone(),
                problem,
                certain: true,
            }),
        }
        message.used.push(span);
    }
}

/// Lines that begin with a number and a dot or bracket: the number, and where the rest is; or the parts of a single line
/// that are numbered from one: `1. gold 2. 0812-0000-1234 3. Contoh Satu`.
fn numbered_lines(text: &str) -> Vec<(usize, Range<usize>)> {
    let in_line = match text.trim().contains('\n') {
        true => Vec::new(),
        false => numbered_parts(text),
    };
    match in_line.len() < NUMBERED_PARTS_MIN {
        true => lines_with_number(text).collect(),
        false => in_line,
    }
}

fn numbered_parts(text: &str) -> Vec<(usize, Range<usize>)> {
    let mut parts: Vec<(usize, Range<usize>)> = Vec::new();
    let mut at = 0;
    loop {
        let number = parts.len() + 1;
        let begins = |mark: char| {
            let sign = format!("{number}{mark} ");
            let mut places = text[at..].match_indices(&sign).map(|(place, _)| at + place);
            let place = places.find(|place| *place == 0 || text[..*place].ends_with(' '))?;
            Some((place, place + sign.len()))
        };
        let Some((start, from)) = ['.', ')'].into_iter().find_map(begins) else {
            break;
        };
        if number == 1 && start > 0 {
            break;
        }
        if let Some((_, last)) = parts.last_mut() {
            last.end = last.start + text[last.start..start].trim_end().len();
        }
        parts.push((number, from..text.trim_end().len().max(from)));
        at = from;
    }
    parts.retain(|(_, span)| !text[span.clone()].trim().is_empty());
    parts
}

fn lines_with_number(text: &str) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
    text.split_inclusive('\n')
        .scan(0, |start, line| {
            let at = *start;
            *start += line.len();
            Some((at, line))
        })
        .filter_map(|(at, line)| {
            let begin = line.len() - line.trim_start().len();
            let digits = line[begin..].bytes().take_while(u8::is_ascii_digit).count();
            let number = line[begin..begin + digits].parse().ok()?;
            let rest = line[begin + digits..].strip_prefix(['.', ')'])?;
            let value = rest.trim();
            let from = at + begin + digits + 1 + (rest.len() - rest.trim_start().len());
            (!value.is_empty()).then(|| (number, from..from + value.len()))
        })
}
