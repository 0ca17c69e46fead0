//! Evidence: why a candidate is one.

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

/// A code and what it is about: `keyword:isi ulang`, `spelling:plusa=pulsa`. `wording` makes sentences of them.
impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evidence::Found { sign, phrase } => {
                let sign = match sign {
                    Sign::Keyword => "keyword",
                    Sign::Hint => "hint",
                    Sign::Unless => "unless",
                    Sign::Pattern => "pattern",
                };
                write!(f, "{sign}:{phrase}")
            }
            Evidence::Understood {
                typed,
                meant,
                is_slang,
            } => {
                let how = if *is_slang { "slang" } else { "spelling" };
                write!(f, "{how}:{typed}={meant}")
            }
            Evidence::Nearest { utterance, .. } => write!(f, "like:{utterance}"),
            Evidence::Service(service) => write!(f, "service:{service}"),
        }
    }
}
