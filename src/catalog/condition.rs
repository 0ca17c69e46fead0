//! Conditions of forms: when a field is mandatory, which form applies, which KIP is proposed.
//!
//! ```text
//! any   = all ("or" all)*
//! all   = one ("and" one)*
//! one   = "not" one | "(" any ")" | field | field "=" value | field "!=" value | field "in" group
//! value = 'in quotes' | word
//! ```
//!
//! A field alone holds when it has a value other than `tidak ada`. The name `channel_kind` means the kind of the
//! channel. A group is resolved to its options when the catalogue is loaded, so that evaluating needs answers alone.

use std::ops::Range;

use crate::message::ChannelKind;
use crate::ticket::{Answer, Answers};
use crate::value::Canonical;

/// The name of the channel's kind.
pub const CHANNEL_KIND: &str = "channel_kind";

/// Parsing recurses into parentheses, so their number needs a bound; no condition of a real SOP comes near it.
const CHARS_MAX: usize = 400;

/// A parsed condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The field has a value.
    Has(ConditionTerm),
    /// The field has exactly this value.
    Is(ConditionTerm, ConditionTerm),
    /// The field's value belongs to a group: the group's name, and its options once resolved.
    In(ConditionTerm, ConditionTerm, Vec<String>),
    /// The opposite.
    Not(Box<Condition>),
    /// All of them.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
}

/// A name or value, and its place in the condition.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionTerm {
    /// As written, without quotes.
    pub text: String,
    /// Its bytes in the condition.
    pub span: Range<usize>,
}

/// What could not be read, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// What was expected there.
    pub expected: &'static str,
    /// The bytes in the condition.
    pub span: Range<usize>,
}

/// What a condition is evaluated against.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What has been answered.
    pub answers: &'a Answers,
    /// The kind of the channel.
    pub channel_kind: ChannelKind,
}

impl Condition {
    /// Reads a condition.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        if text.len() > CHARS_MAX {
            return Err(Unreadable {
                expected: "at most 400 characters",
                span: 0..text.len(),
            });
        }
        let mut parser = Parser {
            tokens: tokens(text)?,
            next: 0,
            end: text.len(),
        };
        let condition = parser.any()?;
        match parser.peek() {
            None => Ok(condition),
            Some(token) => Err(Unreadable {
                expected: "`and`, `or` or the end",
                span: token.span.clone(),
            }),
        }
    }

    /// Whether it holds.
    pub fn holds(&self, case: Case<'_>) -> bool {
        match self {
            Condition::Has(field) => text_of(case, &field.text).is_some(),
            Condition::Is(field, value) => {
                text_of(case, &field.text).is_some_and(|text| text == value.text)
            }
            Condition::In(field, _, options) => text_of(case, &field.text).is_some_and(|text| {
                text.split(", ")
                    .any(|part| options.iter().any(|option| option == part))
            }),
            Condition::Not(inner) => !inner.holds(case),
            Condition::All(parts) => parts.iter().all(|part| part.holds(case)),
            Condition::Any(parts) => parts.iter().any(|part| part.holds(case)),
        }
    }

    /// Calls `visit` for every comparison in it.
    pub fn each_leaf<'a>(&'a mut self, visit: &mut dyn FnMut(&'a mut Condition)) {
        match self {
            Condition::Not(inner) => inner.each_leaf(visit),
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter_mut().for_each(|part| part.each_leaf(visit))
            }
            leaf => visit(leaf),
        }
    }
}

fn text_of(case: Case<'_>, field: &str) -> Option<String> {
    if field == CHANNEL_KIND {
        return Some(case.channel_kind.name().to_owned());
    }
    match case.answers.get(field)? {
        Answer::Absent | Answer::Unchecked(_) => None,
        Answer::Given(value) => Some(match &value.canonical {
            Canonical::Text(text) => text.clone(),
            Canonical::Amount(amount) => amount.to_string(),
        }),
    }
}

#[derive(Debug, Clone, PartialEq)]
struct ConditionToken {
    text: String,
    quoted: bool,
    span: Range<usize>,
}

fn tokens(text: &str) -> Result<Vec<ConditionToken>, Unreadable> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = match first {
            space if space.is_whitespace() => {
                at += space.len_utf8();
                continue;
            }
            '\'' => match rest[1..].find('\'') {
                Some(end) => end + 2,
                None => {
                    return Err(Unreadable {
                        expected: "a closing `'`",
                        span: at..text.len(),
                    });
                }
            },
            '(' | ')' | '=' => 1,
            '!' if rest.starts_with("!=") => 2,
            _ => rest
                .find(|c: char| c.is_whitespace() || "()=!'".contains(c))
                .unwrap_or(rest.len())
                .max(first.len_utf8()),
        };
        let token = &rest[..length];
        let quoted = first == '\'';
        let text = if quoted { &token[1..length - 1] } else { token };
        found.push(ConditionToken {
            text: text.to_owned(),
            quoted,
            span: at..at + length,
        });
        at += length;
    }
    Ok(found)
}

struct Parser {
    tokens: Vec<ConditionToken>,
    next: usize,
    end: usize,
}

impl Parser {
    fn peek(&self) -> Option<&ConditionToken> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, word: &str) -> bool {
        let taken = self
            .peek()
            .is_some_and(|token| !token.quoted && token.text == word);
        self.next += usize::from(taken);
        taken
    }

    fn term(&mut self, expected: &'static str) -> Result<ConditionTerm, Unreadable> {
        let is_mark = |text: &str| matches!(text, "(" | ")" | "=" | "!=" | "and" | "or");
        match self
            .peek()
            .filter(|token| token.quoted || !is_mark(&token.text))
        {
            Some(token) => {
                let term = ConditionTerm {
                    text: token.text.clone(),
                    span: token.span.clone(),
                };
                self.next += 1;
                Ok(term)
            }
            None => {
                let span = self
                    .peek()
                    .map_or(self.end..self.end, |token| token.span.clone());
                Err(Unreadable { expected, span })
            }
        }
    }

    fn any(&mut self) -> Result<Condition, Unreadable> {
        let mut parts = vec![self.all()?];
        while self.take("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Condition::Any(parts)
        })
    }

    fn all(&mut self) -> Result<Condition, Unreadable> {
        let mut parts = vec![self.one()?];
        while self.take("and") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Condition::All(parts)
        })
    }

    fn one(&mut self) -> Result<Condition, Unreadable> {
        if self.take("not") {
            return Ok(Condition::Not(Box::new(self.one()?)));
        }
        if self.take("(") {
            let inner = self.any()?;
            if self.take(")") {
                return Ok(inner);
            }
            let span = self
                .peek()
                .map_or(self.end..self.end, |token| token.span.clone());
            return Err(Unreadable {
                expected: "`)`",
                span,
            });
        }
        let field = self.term("a field")?;
        if self.take("=") {
            return Ok(Condition::Is(field, self.term("a value")?));
        }
        if self.take("!=") {
            let value = self.term("a value")?;
            return Ok(Condition::Not(Box::new(Condition::Is(field, value))));
        }
        if self.take("in") {
            return Ok(Condition::In(field, self.term("a group")?, Vec::new()));
        }
        Ok(Condition::Has(field))
    }
}
