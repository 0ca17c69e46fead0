//! Evidence: why, in an agent's words.

use std::fmt;
use std::sync::Arc;

use super::phrases::Sign;

/// One reason for or against a candidate.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// A phrase or pattern of a lead's was found.
    Found {
        /// What it says.
        sign: Sign,
        /// As the lead wrote it.
        phrase: Arc<str>,
    },
    /// A word was understood as another.
    Understood {
        /// As it was typed.
        typed: Box<str>,
        /// As it was understood.
        meant: Box<str>,
        /// Whether it is slang; a slip of the finger otherwise.
        is_slang: bool,
    },
    /// Somebody said something like it before.
    Nearest {
        /// The utterance.
        utterance: Arc<str>,
        /// How alike they are, 0 to 1.
        similarity: f32,
    },
    /// The channel's default service is the intent's.
    Service(Arc<str>),
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evidence::Found {
                sign: Sign::Keyword,
                phrase,
            } => write!(f, "kata kunci `{phrase}`"),
            Evidence::Found {
                sign: Sign::Hint,
                phrase,
            } => write!(f, "petunjuk `{phrase}`"),
            Evidence::Found {
                sign: Sign::Unless,
                phrase,
            } => write!(f, "pengecualian `{phrase}`"),
            Evidence::Found {
                sign: Sign::Pattern,
                phrase,
            } => write!(f, "pola `{phrase}`"),
            Evidence::Understood {
                typed,
                meant,
                is_slang: true,
            } => write!(f, "`{typed}` = `{meant}`"),
            Evidence::Understood {
                typed,
                meant,
                is_slang: false,
            } => write!(f, "ejaan `{typed}` → `{meant}`"),
            Evidence::Nearest {
                utterance,
                similarity,
            } => {
                write!(f, "mirip {:.0}% dengan \"{utterance}\"", similarity * 100.0)
            }
            Evidence::Service(service) => write!(f, "layanan kanal ini `{service}`"),
        }
    }
}
