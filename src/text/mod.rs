//! The words of a message: folded, split into tokens, freed of slang, affixes and slips of the finger.
//!
//! ```text
//! "Plsa gk MASUK, 0812-3456-789" --fold--> "plsa gk masuk, 0812-3456-789"
//!   --tokens--> plsa · gk · masuk · <phone>   --lexicon--> plsa · tidak · masuk   --spelling--> pulsa · tidak · masuk
//! ```
//!
//! Each stage has a file and knows nothing of the next.
//! Which words a catalogue knows, and therefore what may be repaired, is `matcher`'s business.

pub mod everyday;
pub mod fold;
pub mod lexicon;
pub mod likeness;
pub mod negation;
pub mod spelling;
pub mod stem;
pub mod talk;
pub mod tokens;

pub use everyday::{Everyday, Role};
pub use fold::{CHARS_MAX, fold};
pub use lexicon::{Lexicon, Spoken};
pub use stem::stem;
pub use talk::{Talk, Talked};
pub use tokens::{Shape, Token, TokenKind, tokens};

use fold::Folded;

/// A message, folded and split.
#[derive(Debug, Clone)]
pub struct Utterance<'a> {
    /// What was written, cut to [`CHARS_MAX`] characters.
    pub raw: &'a str,
    /// Lower case, without accents, emoji and apostrophes; one space between words.
    pub folded: String,
    /// Its words, codes and values in order.
    pub tokens: Vec<Token>,
}

impl<'a> Utterance<'a> {
    /// Reads a message; never more than [`CHARS_MAX`] characters of it.
    pub fn new(message: &'a str) -> Self {
        let raw = fold::bounded(message);
        let Folded {
            text: folded,
            origin,
        } = fold(raw);
        let tokens = tokens::split(&folded, &origin);
        Utterance {
            raw,
            folded,
            tokens,
        }
    }

    /// The folded text of a token.
    pub fn text(&self, token: &Token) -> &str {
        &self.folded[token.text.clone()]
    }

    /// The values in it (numbers, amounts, phone numbers, addresses, identifiers) as they were written.
    pub fn values(&self) -> impl Iterator<Item = (Shape, &'a str)> + '_ {
        self.tokens.iter().filter_map(|token| match token.kind {
            TokenKind::Value(shape) => Some((shape, &self.raw[token.span.clone()])),
            TokenKind::Word | TokenKind::Code => None,
        })
    }
}

/// Returns the words and codes of a message as they are compared: slang replaced, affixes stripped. Values are left out.
pub fn words(message: &str, lexicon: &Lexicon) -> Vec<String> {
    let utterance = Utterance::new(message);
    let mut words = Vec::with_capacity(utterance.tokens.len());
    for token in utterance
        .tokens
        .iter()
        .filter(|token| !matches!(token.kind, TokenKind::Value(_)))
    {
        let text = utterance.text(token);
        match lexicon.meaning(text) {
            Some(meaning) => words.extend(meaning.iter().map(|word| stem(word))),
            None => words.push(stem(text)),
        }
    }
    words
}
