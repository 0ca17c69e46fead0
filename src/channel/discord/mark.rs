//! Custom ids: which act a button carries in whose conversation, signed.
//!
//! `Z85(owner, signature) LETTER REST`: 20 bytes in 25 characters, one letter for the kind of act, up to 74 characters
//! for the rest of its code. Nothing has to be stored, so a button from before a restart works, and only the bot can make
//! one: the key is derived from its token.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::act::{self, Act};

/// Discord's limit on a custom id.
pub const MARK_CHARS_MAX: usize = 100;

/// 96 bits, beyond guessing at the rate at which Discord lets anybody press buttons.
const SIGNATURE_BYTES: usize = 12;
const OWNER_BYTES: usize = 8;
const HEAD_CHARS: usize = (OWNER_BYTES + SIGNATURE_BYTES) / 4 * 5;

/// In front of a code that is spelled out, since the table has no letter for it.
const SPELLED: char = '_';

const ALPHABET: &[u8; 85] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/// Signs custom ids and reads them back.
#[derive(Clone)]
pub struct Marks {
    key: [u8; 32],
}

/// What a custom id says, its signature checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The user whose conversation it belongs to.
    pub owner: u64,
    /// What a press does.
    pub act: Act,
}

impl Marks {
    /// Derives the key from the bot's token: another token makes every older button worthless.
    pub fn new(token: &str) -> Self {
        let mut digest = Sha256::new();
        digest.update(b"sigap custom ids 1\0");
        digest.update(token.as_bytes());
        Self {
            key: digest.finalize().into(),
        }
    }

    /// Returns the custom id of an act; none when it is longer than Discord takes.
    pub fn write(&self, owner: u64, act: &Act) -> Option<String> {
        let code = act.code();
        let row = act::TABLE.iter().find_map(|row| {
            let rest = code.strip_prefix(row.code)?.strip_prefix(':')?;
            Some((row.letter?, rest))
        });
        let (letter, rest) = row.unwrap_or((SPELLED, &code));
        let signature = &self.sign(owner, &code)[..SIGNATURE_BYTES];
        let head = [&owner.to_be_bytes(), signature].concat();
        let mark = format!("{}{letter}{rest}", z85(&head));
        (mark.chars().count() <= MARK_CHARS_MAX).then_some(mark)
    }

    /// Returns what a custom id says; none when we did not write it.
    pub fn read(&self, mark: &str) -> Option<Mark> {
        let head = unz85(mark.get(..HEAD_CHARS)?)?;
        let mut rest = mark.get(HEAD_CHARS..)?.chars();
        let code = match rest.next()? {
            SPELLED => rest.as_str().to_owned(),
            letter => {
                let mut rows = act::TABLE.iter();
                let row = rows.find(|row| row.letter == Some(letter))?;
                format!("{}:{}", row.code, rest.as_str())
            }
        };
        let (owner, signature) = head.split_first_chunk::<OWNER_BYTES>()?;
        let owner = u64::from_be_bytes(*owner);
        self.mac(owner, &code)
            .verify_truncated_left(signature)
            .ok()?;
        let act = Act::parse(&code);
        Some(Mark { owner, act })
    }

    fn sign(&self, owner: u64, code: &str) -> [u8; 32] {
        self.mac(owner, code).finalize().into_bytes().into()
    }

    fn mac(&self, owner: u64, code: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("any key length will do");
        mac.update(&owner.to_be_bytes());
        mac.update(code.as_bytes());
        mac
    }
}

impl std::fmt::Debug for Marks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Marks(***)")
    }
}

/// Z85: four bytes in five characters. `bytes` is a multiple of four long.
fn z85(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() / 4 * 5);
    for chunk in bytes.as_chunks::<4>().0 {
        let number = u32::from_be_bytes(*chunk);
        for power in [85u32.pow(4), 85u32.pow(3), 85u32.pow(2), 85, 1] {
            out.push(char::from(ALPHABET[(number / power % 85) as usize]));
        }
    }
    out
}

fn unz85(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 5 * 4);
    for chunk in text.as_bytes().chunks(5) {
        let mut number = 0u32;
        for byte in chunk {
            let digit = ALPHABET.iter().position(|known| known == byte)?;
            number = number
                .checked_mul(85)?
                .checked_add(u32::try_from(digit).ok()?)?;
        }
        out.extend(number.to_be_bytes());
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDI: u64 = 80_351_110_224_678_912;

    /// Custom ids of messages that are posted already, one of each kind, and what each of them does.
    const POSTED: &str = include_str!("../../../tests/it/discord/custom_ids.txt");

    #[test]
    fn buttons_of_earlier_programs_still_read() {
        let marks = Marks::new("token");
        for line in POSTED.lines() {
            let (id, action) = line.split_once('\t').unwrap();
            let act = Act::parse(action);
            assert_eq!(marks.write(BUDI, &act).as_deref(), Some(id), "{action}");
            assert_eq!(marks.read(id), Some(Mark { owner: BUDI, act }), "{action}");
        }
    }

    #[test]
    fn the_longest_act_that_wording_may_make_fits() {
        let marks = Marks::new("token");
        for verb in ["value:x=", "answer:", "point:", "ticket:"] {
            let code = format!("{verb}{}", "x".repeat(80 - verb.len()));
            let mark = marks.write(u64::MAX, &Act::parse(&code)).unwrap();
            assert!(mark.chars().count() <= MARK_CHARS_MAX);
        }
        assert_eq!(marks.write(BUDI, &Act::Unknown("x".repeat(90))), None);
    }

    #[test]
    fn nobody_makes_a_mark_of_somebody_elses() {
        let marks = Marks::new("token");
        let mark = marks.write(BUDI, &Act::Send).unwrap();
        let other = marks.write(BUDI + 1, &Act::Send).unwrap();
        let grafted = format!("{}{}", &other[..10], &mark[10..]);
        assert_eq!(marks.read(&grafted), None);
        assert_eq!(
            marks.read(&mark.replace('s', "c")),
            None,
            "another action under the same signature"
        );
        assert_eq!(Marks::new("another token").read(&mark), None);
        for garbage in ["", "x", "ä".repeat(40).as_str(), &"#".repeat(100)] {
            assert_eq!(marks.read(garbage), None);
        }
    }
}
