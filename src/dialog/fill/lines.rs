//! Numbered lines: they answer in the form's order.

use std::ops::Range;

use super::RefusedValue;
use super::filled::FilledForm;
use super::message::Message;

/// One numbered line may be a figure of speech; two are a list.
const NUMBERED_LINES_MIN: usize = 2;

/// Whether a message is a list: in one the number says which field it is, so `4. PT Contoh` begins with no label.
pub fn is_list(text: &str) -> bool {
    numbered_lines(text).count() >= NUMBERED_LINES_MIN
}

/// Numbered lines without labels answer the mandatory fields in the form's order: all of them when there are as many
/// lines as mandatory fields, otherwise those that are missing.
pub fn numbered(filled: &mut FilledForm<'_>, message: &mut Message<'_>) {
    let lines: Vec<_> = numbered_lines(message.text)
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

/// Lines that begin with a number and a dot or bracket: the number, and where the rest begins.
fn numbered_lines(text: &str) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
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
