//! Tokens: words, codes and values.
//!
//! A **word** takes part in matching and may be repaired.
//! A **code** (`K44`, `4g`, `b2b`) takes part as it is.
//! A **value** (number, amount, phone number, address, identifier) belongs to the customer, not to the question: it is
//! recognised here so that everybody after can leave it alone.

use std::ops::Range;

/// One token of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it is in the message as it was typed.
    pub span: Range<usize>,
    /// Where it is in the folded text.
    pub text: Range<usize>,
    /// What it is.
    pub kind: TokenKind,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Letters only.
    Word,
    /// A few letters and digits with a meaning: `k44`, `4g`.
    Code,
    /// Something of the customer's.
    Value(Shape),
}

/// What a value looks like. Whether it *is* one is for `value` to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `3`, `50.000`, `99%`.
    Number,
    /// `rp50.000`, `50rb`, `100k`.
    Amount,
    /// `10gb`, `50mbps`.
    Size,
    /// `12/07/2026`, `14:30`.
    Moment,
    /// `0812-3456-7890`, `+62812...`.
    Phone,
    /// `a@b.id`.
    Email,
    /// `https://...`, `www...`.
    Link,
    /// Long digits, or long letters and digits mixed.
    Identifier,
}

/// A mix of letters and digits up to this length is a code that agents know by heart; beyond, an identifier.
const CODE_LEN_MAX: usize = 5;
/// Nor does a code have more digits than this (`k44`, `p101`).
const CODE_DIGITS_MAX: usize = 3;
/// Letters in front of or behind digits are a word of their own from this length (`paket30`, `3bulan`).
const GLUED_WORD_MIN: usize = 4;
/// Digits from this many on are an account, a serial or a card number rather than a count.
const IDENTIFIER_DIGITS_MIN: usize = 10;
/// The shortest Indonesian mobile number has ten digits with its zero; customers forget one.
const PHONE_DIGITS_MIN: usize = 9;

const AMOUNT_UNITS: [&str; 7] = ["rb", "ribu", "rbu", "k", "jt", "juta", "rupiah"];
const SIZE_UNITS: [&str; 8] = ["gb", "mb", "kb", "tb", "mbps", "kbps", "gbps", "mbit"];

/// Splits a message that was not folded yet.
pub fn tokens(message: &str) -> Vec<Token> {
    super::Utterance::new(message).tokens
}

/// Splits folded text; `origin` says where each of its bytes came from.
pub(super) fn split(folded: &str, origin: &[(u32, u32)]) -> Vec<Token> {
    let mut found = Vec::with_capacity(folded.len() / 4);
    let mut start = 0;
    for chunk in folded.split(' ') {
        split_chunk(chunk, start, &mut |text, kind| {
            let span = origin[text.start].0 as usize..origin[text.end - 1].1 as usize;
            found.push(Token { span, text, kind });
        });
        start += chunk.len() + 1;
    }
    found
}

fn split_chunk(chunk: &str, start: usize, emit: &mut impl FnMut(Range<usize>, TokenKind)) {
    if let Some((range, shape)) = address(chunk) {
        return emit(
            start + range.start..start + range.end,
            TokenKind::Value(shape),
        );
    }
    let bytes = chunk.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let end = run_end(chunk, at);
        if end > at {
            classify(&chunk[at..end], start + at, emit);
            at = end;
        } else {
            at += 1;
        }
    }
}

/// An e-mail address or a link: the whole chunk, without the punctuation around it.
fn address(chunk: &str) -> Option<(Range<usize>, Shape)> {
    let is_link = chunk.contains("://") || chunk.starts_with("www.");
    let is_email = chunk
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !is_link && !is_email {
        return None;
    }
    let is_edge = |c: char| !c.is_alphanumeric();
    let head = chunk.len() - chunk.trim_start_matches(is_edge).len();
    let tail = chunk.trim_end_matches(is_edge).len();
    let shape = if is_link { Shape::Link } else { Shape::Email };
    (head < tail).then_some((head..tail, shape))
}

/// The end of the run of letters and digits at `at`; digits may be joined by one of `.,:/-`.
fn run_end(chunk: &str, at: usize) -> usize {
    let mut end = at;
    let mut last_was_digit = false;
    let mut rest = chunk[at..].chars().peekable();
    while let Some(c) = rest.next() {
        let joins = last_was_digit
            && matches!(c, '.' | ',' | ':' | '/' | '-')
            && rest.peek().is_some_and(char::is_ascii_digit);
        let leads = end == at && c == '+' && rest.peek().is_some_and(char::is_ascii_digit);
        if !c.is_alphanumeric() && !joins && !leads {
            break;
        }
        last_was_digit = c.is_ascii_digit();
        end += c.len_utf8();
    }
    end
}

fn classify(run: &str, start: usize, emit: &mut impl FnMut(Range<usize>, TokenKind)) {
    let whole = start..start + run.len();
    let digits = run.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        return emit(whole, TokenKind::Word);
    }
    if !run.contains(char::is_alphabetic) {
        return emit(whole, TokenKind::Value(number(run, digits)));
    }
    let letters_end = run.find(|c: char| !c.is_alphabetic()).unwrap_or(run.len());
    let digits_end = run.find(char::is_alphabetic).unwrap_or(run.len());
    let (tail, head) = (&run[digits_end..], &run[..letters_end]);
    let tail_is_letters = digits_end > 0 && tail.chars().all(char::is_alphabetic);
    let head_is_letters = letters_end > 0 && !run[letters_end..].contains(char::is_alphabetic);
    if head == "rp" || (tail_is_letters && AMOUNT_UNITS.contains(&tail)) {
        emit(whole, TokenKind::Value(Shape::Amount));
    } else if tail_is_letters && SIZE_UNITS.contains(&tail) {
        emit(whole, TokenKind::Value(Shape::Size));
    } else if tail_is_letters && tail.len() >= GLUED_WORD_MIN {
        emit(start..start + digits_end, TokenKind::Value(Shape::Number));
        emit(start + digits_end..whole.end, TokenKind::Word);
    } else if head_is_letters && head.len() >= GLUED_WORD_MIN && digits <= CODE_DIGITS_MAX {
        emit(start..start + letters_end, TokenKind::Word);
        emit(
            start + letters_end..whole.end,
            TokenKind::Value(Shape::Number),
        );
    } else if run.len() <= CODE_LEN_MAX && digits <= CODE_DIGITS_MAX {
        emit(whole, TokenKind::Code);
    } else {
        emit(whole, TokenKind::Value(Shape::Identifier));
    }
}

fn number(run: &str, digits: usize) -> Shape {
    let is_mobile = ["08", "628", "+62"]
        .iter()
        .any(|start| run.starts_with(start));
    if is_mobile && digits >= PHONE_DIGITS_MIN {
        Shape::Phone
    } else if digits >= IDENTIFIER_DIGITS_MIN {
        Shape::Identifier
    } else if run.contains([':', '/']) || run.matches('-').count() == 2 {
        Shape::Moment
    } else {
        Shape::Number
    }
}

#[cfg(test)]
mod tests {
    use super::super::Utterance;
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &[(&str, TokenKind)]) {
        let utterance = Utterance::new(raw);
        let found: Vec<_> = utterance
            .tokens
            .iter()
            .map(|t| (utterance.text(t), t.kind))
            .collect();
        assert_eq!(found, expected);
    }

    const fn value(shape: Shape) -> TokenKind {
        TokenKind::Value(shape)
    }

    #[test]
    fn words_are_letters() {
        check(
            "Pulsa, gak masuk!",
            &[
                ("pulsa", TokenKind::Word),
                ("gak", TokenKind::Word),
                ("masuk", TokenKind::Word),
            ],
        );
        check(
            "top-up/recharge",
            &[
                ("top", TokenKind::Word),
                ("up", TokenKind::Word),
                ("recharge", TokenKind::Word),
            ],
        );
        check("", &[]);
        check("?!... --", &[]);
    }

    #[test]
    fn codes_keep_their_digits() {
        check(
            "K44 4g b2b",
            &[
                ("k44", TokenKind::Code),
                ("4g", TokenKind::Code),
                ("b2b", TokenKind::Code),
            ],
        );
    }

    #[test]
    fn values_are_recognised() {
        check("50.000", &[("50.000", value(Shape::Number))]);
        check("Rp50.000,-", &[("rp50.000", value(Shape::Amount))]);
        check(
            "50rb 100k",
            &[
                ("50rb", value(Shape::Amount)),
                ("100k", value(Shape::Amount)),
            ],
        );
        check(
            "50mbps 10GB",
            &[("50mbps", value(Shape::Size)), ("10gb", value(Shape::Size))],
        );
        check("0812-3456-7890", &[("0812-3456-7890", value(Shape::Phone))]);
        check("+6281200001234", &[("+6281200001234", value(Shape::Phone))]);
        check(
            "a.b@c.co.id, x",
            &[("a.b@c.co.id", value(Shape::Email)), ("x", TokenKind::Word)],
        );
        check(
            "(https://x.id/a?b)",
            &[("https://x.id/a?b", value(Shape::Link))],
        );
        check(
            "12/07/2026 14:30",
            &[
                ("12/07/2026", value(Shape::Moment)),
                ("14:30", value(Shape::Moment)),
            ],
        );
        check(
            "0201234567890123456789012",
            &[("0201234567890123456789012", value(Shape::Identifier))],
        );
        check("AB12345678", &[("ab12345678", value(Shape::Identifier))]);
    }

    #[test]
    fn words_glued_to_numbers_come_off() {
        check(
            "3bulan",
            &[("3", value(Shape::Number)), ("bulan", TokenKind::Word)],
        );
        check(
            "paket30",
            &[("paket", TokenKind::Word), ("30", value(Shape::Number))],
        );
    }

    #[test]
    fn spans_quote_the_message() {
        let raw = "Tolong CÉK  pulsa😀 Rp50.000!";
        let utterance = Utterance::new(raw);
        let quoted: Vec<_> = utterance
            .tokens
            .iter()
            .map(|t| &raw[t.span.clone()])
            .collect();
        assert_eq!(quoted, ["Tolong", "CÉK", "pulsa", "Rp50.000"]);
    }
}
