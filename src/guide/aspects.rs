//! What a question wants to know of its subject: where, when, how long, who, how, why, what it means.

use crate::text::{Everyday, Role};

/// What is wanted; a question may want several things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aspects(u16);

const WHO: u16 = 1;
const WHERE: u16 = 1 << 1;
const WHEN: u16 = 1 << 2;
const WHY: u16 = 1 << 3;
const HOW: u16 = 1 << 4;
const HOW_LONG: u16 = 1 << 5;
const HOW_MUCH: u16 = 1 << 6;
const MEANING: u16 = 1 << 7;
const DIFFERENCE: u16 = 1 << 8;
const WHAT_TO_DO: u16 = 1 << 9;
const WITH_WHAT: u16 = 1 << 10;
/// A meaning, asked for by such a word: `artinya`.
const IN_WORDS: u16 = 1 << 11;
const EXAMPLE: u16 = 1 << 12;
const PRICE: u16 = 1 << 13;

impl Aspects {
    /// Whether nothing is wanted in so many words.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the times and numbers that are wanted are held.
    pub fn counted_in(self, held: Aspects) -> bool {
        let counted = self.0 & (HOW_LONG | HOW_MUCH);
        counted & held.0 == counted
    }

    /// Whether nothing but the meaning of something is wanted.
    pub fn wants_meaning(self) -> bool {
        self.0 == MEANING | IN_WORDS
    }

    /// Whether nothing but a reason is wanted.
    pub fn wants_reason(self) -> bool {
        self.0 == WHY
    }

    /// Whether a difference is wanted.
    pub fn wants_difference(self) -> bool {
        self.0 & DIFFERENCE != 0
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Aspects) -> Aspects {
        Aspects(self.0 | other.0)
    }

    /// Whether some of what is wanted is held.
    pub fn is_held_by(self, held: Aspects) -> bool {
        self.0 & held.0 != 0
    }

    /// Whether both want the same; nothing when one of them does not say.
    pub fn like(self, other: Aspects) -> Option<bool> {
        (self.0 != 0 && other.0 != 0).then_some(self.0 & other.0 != 0)
    }
}

/// Returns what the words of a question, slang replaced, want to know.
pub fn of(words: &[&str], everyday: &Everyday) -> Aspects {
    let mut found = 0;
    let mut is_paired = false;
    for (at, word) in words.iter().enumerate() {
        let pair = words.get(at + 1).map(|next| format!("{word} {next}"));
        let pair = pair.map_or(&[][..], |pair| everyday.roles(&pair));
        let pair = pair.iter().fold(0, |bits, &role| bits | bits_of(role, at));
        if pair != 0 {
            found |= pair;
        } else if !is_paired {
            let alone = everyday.roles(word).iter();
            found |= alone.fold(0, |bits, &role| bits | bits_of(role, at));
        }
        is_paired = pair != 0;
    }
    Aspects(found)
}

/// What a text, with steps or without, holds that may be asked for: a time, a number, a reason, a place in a system, whom to turn to.
pub fn held(text: &str, has_steps: bool, everyday: &Everyday) -> Aspects {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '-');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let mut found = if has_steps { HOW } else { 0 };
    for (at, word) in words.iter().enumerate() {
        let lower = word.to_lowercase();
        let next = words.get(at + 1).copied().unwrap_or_default();
        let is_number = word.starts_with(|c: char| c.is_ascii_digit());
        if is_number && everyday.has(Role::CountedTime, &next.to_lowercase()) {
            found |= HOW_LONG;
        }
        for &role in everyday.roles(&lower) {
            found |= match role {
                Role::GivesTime => HOW_LONG,
                Role::GivesReason => WHY,
                Role::GivesExample => EXAMPLE,
                Role::GivesContact => WHO,
                Role::GivesPrice => PRICE,
                Role::Somewhere | Role::Means if next.starts_with(char::is_uppercase) => {
                    WHERE | WITH_WHAT
                }
                _ => 0,
            };
        }
    }
    if text.contains(|c: char| c.is_ascii_digit()) {
        found |= HOW_MUCH;
    }
    Aspects(found)
}

/// The same of what a phrase by which it is asked for wants.
pub fn held_by_phrase(wanted: Aspects, phrase: &str, everyday: &Everyday) -> Aspects {
    // What is asked for with `berapa lama` says it; `tiket lama` is no such question.
    let counts = phrase
        .split(' ')
        .any(|word| everyday.has(Role::AsksHowMuch, word));
    match counts {
        true => wanted,
        false => Aspects(wanted.0 & !HOW_LONG),
    }
}

/// What a word or a pair with this role wants to know, at this place of the question.
fn bits_of(role: Role, at: usize) -> u16 {
    match role {
        Role::AsksWho => WHO,
        Role::AsksWhere => WHERE,
        Role::AsksWhen => WHEN,
        Role::AsksWhy => WHY,
        Role::AsksHow => HOW,
        Role::AsksHowLong => HOW_LONG,
        Role::AsksHowMuch => HOW_MUCH,
        Role::AsksMeaning => MEANING,
        Role::AsksMeaningBehind if at > 0 => MEANING,
        Role::AsksMeaningInWords => MEANING | IN_WORDS,
        Role::AsksDifference => DIFFERENCE,
        Role::AsksWhatToDo => WHAT_TO_DO,
        Role::AsksWithWhat => WITH_WHAT,
        Role::AsksExample => EXAMPLE,
        Role::AsksPrice => PRICE,
        _ => 0,
    }
}
