//! Custom ids: which action of whose conversation a button stands for, signed.
//!
//! `Z85(owner, signature) VERB REST`: 20 bytes in 25 characters, one letter for the verb, up to 74 characters for the
//! rest. Nothing has to be stored, so a button from before a restart works, and nobody can make a button of somebody
//! else's conversation: the key is derived from the bot's token.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Discord's limit on a custom id.
pub const MARK_CHARS_MAX: usize = 100;

/// 96 bits, beyond guessing at the rate at which Discord lets anybody press buttons.
const SIGNATURE_BYTES: usize = 12;
const OWNER_BYTES: usize = 8;
const HEAD_CHARS: usize = (OWNER_BYTES + SIGNATURE_BYTES) / 4 * 5;

/// One letter for the verbs of actions, so that the longest action fits. Letters are never given to another verb:
/// old messages still carry them.
const VERBS: &[(char, &str)] = &[
    ('a', "answer:"),
    ('p', "point:"),
    ('t', "ticket:"),
    ('v', "value:"),
    ('e', "edit:"),
    ('s', "send:"),
    ('c', "cancel:"),
    ('b', "back:"),
    ('k', "skip:"),
    ('u', "undo:"),
    ('l', "list:"),
    ('h', "help:"),
    ('w', "why:"),
    ('n', "none:"),
    ('m', "menu:"),
    ('f', "form:"),
    ('x', "ticks:"),
    ('g', "share:"),
    ('j', "not:"),
    ('r', "revise:"),
    ('i', "entered:"),
    ('d', "done:"),
    ('y', "copy:"),
    ('q', "logins:"),
    ('z', "walk:"),
    ('o', "branch:"),
    ('L', "lead:"),
    ('R', "read:"),
    ('T', "teach:"),
];
/// An action whose verb is not in the table, spelled out.
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
    pub action: String,
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

    /// Returns the custom id of an action; none when it is longer than Discord takes.
    pub fn write(&self, owner: u64, action: &str) -> Option<String> {
        let short = VERBS
            .iter()
            .find_map(|(letter, verb)| Some((*letter, action.strip_prefix(verb)?)));
        let (letter, rest) = short.unwrap_or((SPELLED, action));
        let head = [
            &owner.to_be_bytes()[..],
            &self.sign(owner, action)[..SIGNATURE_BYTES],
        ]
        .concat();
        let mark = format!("{}{letter}{rest}", z85(&head));
        (mark.chars().count() <= MARK_CHARS_MAX).then_some(mark)
    }

    /// Returns what a custom id says; none when we did not write it.
    pub fn read(&self, mark: &str) -> Option<Mark> {
        let head = unz85(mark.get(..HEAD_CHARS)?)?;
        let mut rest = mark.get(HEAD_CHARS..)?.chars();
        let letter = rest.next()?;
        let verb = if letter == SPELLED {
            ""
        } else {
            VERBS.iter().find(|(known, _)| *known == letter)?.1
        };
        let action = format!("{verb}{}", rest.as_str());
        let (owner, signature) = head.split_first_chunk::<OWNER_BYTES>()?;
        let owner = u64::from_be_bytes(*owner);
        self.mac(owner, &action)
            .verify_truncated_left(signature)
            .ok()?;
        Some(Mark { owner, action })
    }

    fn sign(&self, owner: u64, action: &str) -> [u8; 32] {
        self.mac(owner, action).finalize().into_bytes().into()
    }

    fn mac(&self, owner: u64, action: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("any key length will do");
        mac.update(&owner.to_be_bytes());
        mac.update(action.as_bytes());
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

    #[test]
    fn a_mark_reads_back_as_it_was_written() {
        let marks = Marks::new("token");
        for action in [
            "answer:ganti-ont",
            "value:status_collection=Active (Out Of Collection - on Trial)",
            "send:",
            "form:",
            "menu:3",
            "value:lokasi=Kota Ünïcode",
        ] {
            let mark = marks.write(BUDI, action).unwrap();
            assert_eq!(
                marks.read(&mark),
                Some(Mark {
                    owner: BUDI,
                    action: action.to_owned()
                })
            );
        }
    }

    #[test]
    fn the_longest_action_that_wording_may_make_fits() {
        let marks = Marks::new("token");
        for verb in ["value:", "answer:", "point:", "ticket:"] {
            let action = format!("{verb}{}", "x".repeat(80 - verb.len()));
            let mark = marks.write(u64::MAX, &action).unwrap();
            assert!(mark.chars().count() <= MARK_CHARS_MAX);
        }
        assert_eq!(marks.write(BUDI, &"x".repeat(90)), None);
    }

    #[test]
    fn nobody_makes_a_mark_of_somebody_elses() {
        let marks = Marks::new("token");
        let mark = marks.write(BUDI, "send:").unwrap();
        let other = marks.write(BUDI + 1, "send:").unwrap();
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
