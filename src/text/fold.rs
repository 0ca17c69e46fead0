//! Folding: the many ways to type the same letters become one.
//!
//! Lower case, no accents, no emoji, no control characters, no apostrophes, one space where there were several, and no
//! letter more than twice in a row (`tolooong` is `toloong`; spelling does the rest).
//! Every folded byte remembers where it came from, so that evidence can quote the message as it was typed.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// How many characters of a message are read: the length of the longest message that Discord delivers.
pub const CHARS_MAX: usize = 2_000;

/// How often a letter may follow itself. Doubled letters are spelling (`saldo allowed`), tripled ones are emphasis.
const RUN_MAX: usize = 2;

/// Folded text with the origin of each of its bytes.
#[derive(Debug, Clone, Default)]
pub struct Folded {
    /// The folded text.
    pub text: String,
    /// For each byte of `text`, where the character it came from begins and ends in the raw message.
    pub origin: Vec<(u32, u32)>,
}

/// Writes what has another form in ASCII in that form: full-width digits and letters, digits of any script, fractions of a
/// line as dots.
///
/// None when there is nothing to write differently.
pub fn narrow(raw: &str) -> Option<Folded> {
    let ascii = |c: char| {
        if c.is_ascii() {
            return None;
        }
        let form: String = std::iter::once(c).nfkc().collect();
        let is_ascii = form.is_ascii();
        is_ascii
            .then_some(form)
            .or_else(|| digit(c).map(String::from))
    };
    if raw.is_ascii() || !raw.chars().any(|c| ascii(c).is_some()) {
        return None;
    }
    let mut folded = Folded::default();
    for (at, c) in raw.char_indices() {
        let origin = (offset(at), offset(at + c.len_utf8()));
        let before = folded.text.len();
        match ascii(c) {
            Some(form) => folded.text.push_str(&form),
            None => folded.text.push(c),
        }
        folded
            .origin
            .extend((before..folded.text.len()).map(|_| origin));
    }
    Some(folded)
}

/// The ASCII digit for one of another script: each has its ten digits in a row.
fn digit(c: char) -> Option<char> {
    static DIGIT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\p{Nd}$").expect("the pattern is constant"));
    let is_digit = |c: char| DIGIT.is_match(c.encode_utf8(&mut [0; 4]));
    let before = (1..=9).map_while(|steps| char::from_u32(u32::from(c) - steps));
    let value = || before.take_while(|c| is_digit(*c)).count();
    (c.is_numeric() && is_digit(c)).then(|| char::from(b'0' + value() as u8))
}

impl Folded {
    /// Where a part of the text came from.
    pub fn span(&self, part: &Range<usize>) -> Range<usize> {
        let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        match self.origin.get(part.clone()) {
            Some([first, .., last]) => place(first.0)..place(last.1),
            Some([only]) => place(only.0)..place(only.1),
            Some([]) | None => 0..0,
        }
    }
}

/// Folds a message.
pub fn fold(raw: &str) -> Folded {
    let mut folding = Folding::with_capacity(raw.len());
    for (at, c) in raw.char_indices() {
        let at = (offset(at), offset(at + c.len_utf8()));
        if c.is_ascii() {
            folding.push(c.to_ascii_lowercase(), at);
        } else if matches!(c, '\u{2018}' | '\u{2019}' | '\u{02bc}') {
            folding.push('\'', at);
        } else {
            std::iter::once(c)
                .nfkd()
                .flat_map(char::to_lowercase)
                .for_each(|c| folding.push(c, at));
        }
    }
    folding.done
}

/// The part of a message that is read.
pub(super) fn bounded(message: &str) -> &str {
    match message.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => &message[..end],
        None => message,
    }
}

struct Folding {
    done: Folded,
    last: char,
    run: usize,
}

impl Folding {
    fn with_capacity(bytes: usize) -> Self {
        let done = Folded {
            text: String::with_capacity(bytes),
            origin: Vec::with_capacity(bytes),
        };
        Folding {
            done,
            last: ' ',
            run: 1,
        }
    }

    fn push(&mut self, c: char, at: (u32, u32)) {
        match class(c) {
            Class::Dropped => {}
            Class::Space if self.last == ' ' => {}
            Class::Space => self.append(' ', at),
            Class::Kept if self.is_emphasis(c) => {}
            Class::Kept => self.append(c, at),
        }
    }

    /// Whether `c` repeats a letter beyond [`RUN_MAX`]. Digits count, and `www` is the start of a link.
    fn is_emphasis(&mut self, c: char) -> bool {
        self.run = if c == self.last { self.run + 1 } else { 1 };
        self.run > RUN_MAX && c.is_alphabetic() && c != 'w'
    }

    fn append(&mut self, c: char, at: (u32, u32)) {
        self.done.text.push(c);
        let end = self.done.text.len();
        self.done.origin.resize(end, at);
        self.last = c;
    }
}

/// A bounded message has far fewer than `u32::MAX` bytes; text that was not bounded merely loses its origins.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

enum Class {
    Kept,
    Space,
    Dropped,
}

fn class(c: char) -> Class {
    match c {
        // Apostrophes join (`don't`, `jum'at`): people leave them out as often as not.
        '\'' | '`' => Class::Dropped,
        _ if c.is_ascii_graphic() || c.is_alphanumeric() => Class::Kept,
        // Combining marks that decomposition set free, joiners and selectors of emoji, bidirectional marks.
        '\u{0300}'..='\u{036f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{00ad}'
        | '\u{feff}' => Class::Dropped,
        _ => Class::Space,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        let folded = fold(raw);
        assert_eq!(folded.text, expected);
        assert_eq!(folded.origin.len(), folded.text.len());
    }

    #[test]
    fn many_ways_of_typing_become_one() {
        check("PULSA Gak Masuk", "pulsa gak masuk");
        check("  pulsa \t\n masuk ", "pulsa masuk ");
        check("café naïve", "cafe naive");
        check("ｐｕｌｓａ", "pulsa");
        check("don't jum’at", "dont jumat");
        check("pulsa😀😀masuk", "pulsa masuk");
        check("pul\u{200b}sa", "pulsa");
        check("tolooooong", "toloong");
    }

    #[test]
    fn digits_links_and_punctuation_stay() {
        check("0800000 www.a.id, 50.000!", "0800000 www.a.id, 50.000!");
        check("", "");
        check("👍🏽👍🏽", "");
    }

    #[test]
    fn a_folded_byte_knows_its_origin() {
        let raw = "É  pulsa";
        let folded = fold(raw);
        let at = folded.text.find("pulsa").expect("it is there");
        assert_eq!(&raw[folded.origin[at].0 as usize..], "pulsa");
    }

    #[test]
    fn a_message_is_cut_between_characters() {
        let long = "é".repeat(CHARS_MAX + 5);
        assert_eq!(bounded(&long).chars().count(), CHARS_MAX);
        assert_eq!(bounded("pendek"), "pendek");
    }
}
