//! One field's answer, read from a text that is meant for it.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::Problem;
use crate::catalog::Spec;
use crate::text::{Lexicon, Role};
use crate::ticket::Answer;
use crate::value::{self, Background, Kind};

/// What says that there is no value.
const ABSENT: [Role; 2] = [Role::Absent, Role::NoValue];
/// A text with room for this many characters may hold commas: an address does, a customer class does not.
const COMMAS_CHARS_MIN: usize = 100;

/// Reads one field's answer from a text that is meant for it.
pub fn read(spec: &Spec, text: &str, background: Background<'_>) -> Result<Answer, Problem> {
    if spec.may_be_absent && is_absence(text, background.lexicon) {
        return Ok(Answer::Absent);
    }
    if spec.looked_up
        && let Some(reason) = why_unchecked(text)
    {
        let reason = value::sensitive::redact(reason);
        return if reason.is_empty() {
            Err(Problem::NoReason)
        } else {
            Ok(Answer::Unchecked(reason))
        };
    }
    let kept_as_typed =
        is_free(&spec.kind) || matches!(&spec.kind, Kind::Choice(choices) if choices.open);
    let text = if kept_as_typed {
        value::sensitive::without_cards(text)
    } else {
        Cow::Borrowed(text)
    };
    let parsed = value::parse(&spec.kind, &text, background);
    // An option may say it (`Belum ada`); otherwise it says that there is no value.
    let is_option = matches!(&parsed, Ok(value) if value.remark.is_none()) && !is_free(&spec.kind);
    if !is_option && is_absence(&text, background.lexicon) {
        return Err(Problem::Mandatory);
    }
    parsed.map(Answer::Given).map_err(Problem::Unusable)
}

/// Reads an hour alone as another one on the day that is known, in the same part of the day unless it names one;
/// none where the text says more, or no moment is known.
pub fn another_hour(
    spec: &Spec,
    known: Option<&Answer>,
    text: &str,
    background: Background<'_>,
) -> Option<Result<Answer, Problem>> {
    let (Kind::DateTime { .. }, Some(Answer::Given(known))) = (&spec.kind, known) else {
        return None;
    };
    if !value::date::is_time_alone(text, background) {
        return None;
    }
    let moment = known.canonical.to_string();
    let (date, hour) = (moment.get(..10)?, moment.get(11..13)?.parse::<u8>().ok()?);
    let part = match hour {
        0..=10 => "pagi",
        11..=14 => "siang",
        15..=17 => "sore",
        _ => "malam",
    };
    let parse = |text: String| value::parse(&spec.kind, &text, background);
    let moment = parse(format!("{date} {part} {text}"));
    let moment = moment.or_else(|problem| parse(format!("{date} {text}")).map_err(|_| problem));
    Some(moment.map(Answer::Given).map_err(Problem::Unusable))
}

/// `tidak bisa dicek karena DSC error`: the reason, empty when none is given.
fn why_unchecked(text: &str) -> Option<&str> {
    static UNCHECKED: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(?i)^\s*(?:tidak|tdk|ga|gak|gk|ngga|nggak|blm|belum)\s*bisa\s+(?:di\s?)?cek\b[\s,:.]*(?:karena|karna|krn|soalnya|sebab)?[\s,:.]*";
        Regex::new(pattern).expect("the pattern is checked by a test")
    });
    UNCHECKED.find(text).map(|found| text[found.end()..].trim())
}

/// Whether the answer says that there is none.
pub fn is_absence(text: &str, lexicon: &Lexicon) -> bool {
    let folded = without_courtesy(text.trim(), lexicon).to_lowercase();
    let said = folded.trim_end_matches(['.', '!']);
    ABSENT.iter().any(|role| lexicon.everyday.has(*role, said))
}

/// Where such words end that a text begins with: at least two, one may be a part of anything.
pub fn absence_at(text: &str, lexicon: &Lexicon) -> Option<usize> {
    let ends = ABSENT.map(|role| lexicon.everyday.opens(role, text));
    let mut ends = ends.into_iter().flatten();
    ends.find(|end| text[..*end].contains(char::is_whitespace))
}

/// Where such words begin that a text ends with.
pub fn absence_before(text: &str, lexicon: &Lexicon) -> Option<usize> {
    let trimmed = text.trim_end();
    let last = |role| lexicon.everyday.find(role, trimmed).pop();
    let mut last = ABSENT.map(last).into_iter().flatten();
    let found = last.find(|span| {
        span.end == trimmed.len() && trimmed[span.clone()].contains(char::is_whitespace)
    });
    found.map(|span| span.start)
}

pub fn is_free(kind: &Kind) -> bool {
    matches!(kind, Kind::Text { .. } | Kind::Name | Kind::Place { .. })
}

/// Whether any words are an answer, but a sentence hardly is.
pub fn is_brief(kind: &Kind) -> bool {
    is_free(kind) && !holds_commas(kind)
}

/// Whether a value of this kind may hold commas of its own.
pub fn holds_commas(kind: &Kind) -> bool {
    match kind {
        Kind::Text { max_chars } | Kind::Place { max_chars } => *max_chars >= COMMAS_CHARS_MIN,
        Kind::Choice(choices) => choices.many,
        _ => false,
    }
}

/// Takes the politeness off the end of a brief answer, unless it is all there is.
pub fn without_courtesy<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let polite = |word: &str| {
        let word = word.to_lowercase();
        let word = word.trim_end_matches(['.', '!']);
        let mut roles = [Role::Courtesy, Role::Only].into_iter();
        roles.any(|role| lexicon.everyday.has(role, word))
    };
    let mut rest = text.trim_end();
    while let Some((before, last)) = rest.rsplit_once(char::is_whitespace)
        && polite(last)
    {
        rest = before.trim_end_matches(is_mark);
    }
    rest
}

pub fn is_mark(c: char) -> bool {
    c.is_whitespace() || ",:;.".contains(c)
}
