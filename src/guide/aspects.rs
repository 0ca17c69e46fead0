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

impl Aspects {
    /// Whether nothing is wanted in so many words.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a time is wanted: how long, how many days.
    pub fn wants_time(self) -> bool {
        self.0 & HOW_LONG != 0
    }

    /// Whether a number is wanted: how much, which one.
    pub fn wants_number(self) -> bool {
        self.0 & HOW_MUCH != 0
    }

    /// Whether nothing but the meaning of something is wanted.
    pub fn wants_meaning(self) -> bool {
        self.0 == MEANING | IN_WORDS
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
        _ => 0,
    }
}
