//! The words of an answer, reduced to letters and digits, and where options are named in it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Choice, Choices};
use crate::text::everyday::words_at;
use crate::text::negation::{self, Denial};
use crate::text::{Lexicon, Role};

/// A negation may be written together with a name of so many letters: `nonaktif`.
const GLUED_LETTERS_MIN: usize = 4;
/// What words around an option may do without saying anything about it.
const SMALL_ROLES: [Role; 5] = [
    Role::Courtesy,
    Role::Filler,
    Role::Carrier,
    Role::Means,
    Role::Yes,
];
/// What words before an answer outside the list may do without being a part of it.
const LEADING_ROLES: [Role; 3] = [Role::Courtesy, Role::Filler, Role::Means];

/// A text reduced to its letters and digits, which still knows its words.
pub struct AnswerText<'a> {
    pub raw: &'a str,
    pub lexicon: &'a Lexicon,
    /// In the order of the words that deny.
    pub denials: Vec<Denial>,
    pub letters: String,
    pub words: Vec<Word>,
    /// Which denials are about each word.
    denied_by: Vec<Vec<usize>>,
}

/// A word: where it is among the letters, and where in the raw text.
pub struct Word {
    pub letters: Range<usize>,
    pub raw: Range<usize>,
    pub begins_clause: bool,
}

/// A place at which options are named, several if they share the alias.
#[derive(Debug, Clone)]
pub struct Mention {
    pub span: Range<usize>,
    pub options: BTreeSet<usize>,
    /// All of the options are meant: `sisanya`.
    pub every: bool,
    /// It is written together with what denies it: `nonaktif`.
    pub denied: bool,
}

impl Mention {
    fn of(option: usize, span: Range<usize>, denied: bool) -> Self {
        Mention {
            span,
            options: BTreeSet::from([option]),
            every: false,
            denied,
        }
    }

    /// Whether it leaves no doubt of which options are named.
    pub fn is_sure(&self) -> bool {
        self.every || self.options.len() == 1
    }
}

impl<'a> AnswerText<'a> {
    pub fn new(raw: &'a str, lexicon: &'a Lexicon) -> AnswerText<'a> {
        let mut answer = AnswerText {
            raw,
            lexicon,
            denials: negation::denials(raw, lexicon),
            letters: String::new(),
            words: Vec::new(),
            denied_by: Vec::new(),
        };
        for word in words_at(raw) {
            let from = answer.letters.len();
            answer.letters.push_str(plain_negation(&word.text, lexicon));
            answer.words.push(Word {
                letters: from..answer.letters.len(),
                raw: word.span,
                begins_clause: word.begins_clause,
            });
        }
        answer.denied_by = vec![Vec::new(); answer.words.len()];
        for (number, denial) in answer.denials.iter().enumerate() {
            for word in answer.between(denial.denied.start, denial.denied.end) {
                answer.denied_by[word].push(number);
            }
        }
        answer
    }

    pub fn word(&self, index: usize) -> &str {
        &self.letters[self.words[index].letters.clone()]
    }

    pub fn all_words(&self) -> impl Iterator<Item = &str> {
        (0..self.words.len()).map(|index| self.word(index))
    }

    /// Finds where options are named; a mention inside a longer one does not count.
    pub fn mentions(&self, choices: &Choices) -> Vec<Mention> {
        let mut all: Vec<Mention> = Vec::new();
        for (index, option) in choices.options.iter().enumerate() {
            for name in names(option, self.lexicon) {
                let glued = self.glued_places_of(&name).map(|span| (span, true));
                let places = self.places_of(&name).into_iter().map(|span| (span, false));
                all.extend(
                    places
                        .chain(glued)
                        .map(|(span, denied)| Mention::of(index, span, denied)),
                );
            }
        }
        all.retain(|mention| !self.is_contrast(mention) && !self.counts_on(choices, mention));
        all.sort_by_key(|mention| {
            let Range { start, end } = mention.span;
            (start, std::cmp::Reverse(end), mention.denied)
        });
        let mut outer: Vec<Mention> = Vec::new();
        for mention in all {
            match outer.last_mut() {
                Some(last) if last.span == mention.span && last.denied == mention.denied => {
                    last.options.extend(mention.options);
                }
                Some(last) if mention.span.end <= last.span.end => {}
                _ => outer.push(mention),
            }
        }
        outer
    }

    /// Whether it is the `tp` of `udah bayar tp belum masuk`.
    fn is_contrast(&self, mention: &Mention) -> bool {
        let is_it = |index: usize| self.words[index].raw == mention.span;
        self.words.len() > 1
            && (0..self.words.len()).any(|index| is_it(index) && self.has(Role::Contrast, index))
    }

    /// Whether another number follows than the option's own: `collection block 2` is no `Collection Block 1`.
    fn counts_on(&self, choices: &Choices, mention: &Mention) -> bool {
        let next = self
            .words
            .partition_point(|word| word.raw.start < mention.span.end);
        let is_number = |word: &&str| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit());
        let is_here = self.words.get(next).is_some_and(|word| !word.begins_clause);
        let number = is_here.then(|| self.word(next)).filter(is_number);
        let own = mention
            .options
            .iter()
            .map(|option| &choices.options[*option].value);
        number.is_some_and(|number| {
            let mut numbered = own.filter(|value| value.contains(|c: char| c.is_ascii_digit()));
            numbered.any(|value| words_at(value).iter().all(|word| word.text != number))
        })
    }

    /// Returns where the name is in the raw text, as whole words; a `-nya` may hang on the last of them.
    fn places_of(&self, name: &str) -> Vec<Range<usize>> {
        let ends_at = |first: usize| {
            let end = self.words[first].letters.start + name.len();
            let last = self.words[first..]
                .iter()
                .find(|word| word.letters.end >= end)?;
            let tail = &self.letters[end..last.letters.end];
            matches!(tail, "" | "nya").then_some(last.raw.end)
        };
        (0..self.words.len())
            .filter(|first| self.letters[self.words[*first].letters.start..].starts_with(name))
            .filter_map(|first| Some(self.words[first].raw.start..ends_at(first)?))
            .collect()
    }

    /// Where the name is written together with a negation: `nonaktif`.
    fn glued_places_of(&self, name: &str) -> impl Iterator<Item = Range<usize>> {
        let is_glued = move |index: &usize| {
            let before = self.word(*index).strip_suffix(name);
            name.len() >= GLUED_LETTERS_MIN
                && before.is_some_and(|before| negation::is_negation(before, self.lexicon))
        };
        let glued = (0..self.words.len()).filter(is_glued);
        glued.map(|index| self.words[index].raw.clone())
    }

    /// Whether the mention is the `halo` that opens a message and not the card of that name.
    pub fn is_greeting(&self, mention: &Mention) -> bool {
        let opens = self
            .words
            .first()
            .is_some_and(|word| word.raw == mention.span);
        let goes_on = [Role::Joining, Role::Negation];
        let alone = self.words.len() < 2 || goes_on.into_iter().any(|role| self.has(role, 1));
        opens && !alone && self.has(Role::Greeting, 0)
    }

    pub fn has(&self, role: Role, index: usize) -> bool {
        let everyday = &self.lexicon.everyday;
        self.words
            .get(index)
            .is_some_and(|_| everyday.has(role, self.word(index)))
    }

    /// Whether the word says nothing about an option beside it.
    pub fn is_small(&self, index: usize) -> bool {
        let word = self.word(index);
        let stem = word.strip_suffix("nya").unwrap_or(word);
        SMALL_ROLES.into_iter().any(|role| {
            [word, stem]
                .into_iter()
                .any(|word| self.lexicon.everyday.has(role, word))
        }) || self.lexicon.is_function(word)
    }

    pub fn says_when(&self, index: usize) -> bool {
        let word = self.word(index);
        let meaning = self.lexicon.meaning(word).and_then(<[_]>::first);
        self.lexicon
            .says_when(meaning.map_or(word, |meaning| meaning))
    }

    /// Whether another clause begins with the word.
    pub fn begins_clause(&self, index: usize) -> bool {
        self.words[index].begins_clause || self.has(Role::Contrast, index)
    }

    pub fn is_denied(&self, span: &Range<usize>) -> bool {
        self.denials_of(span).next().is_some()
    }

    /// The denials of what is in the span.
    pub fn denials_of(&self, span: &Range<usize>) -> impl Iterator<Item = &Denial> {
        let words = self.between(span.start, span.end);
        let numbers = words.flat_map(|word| self.denied_by[word].iter());
        let denials = numbers.map(|number| &self.denials[*number]);
        denials.filter(move |denial| denial.denies(span))
    }

    /// The denials that the word there makes.
    pub fn denials_by(&self, span: &Range<usize>) -> impl Iterator<Item = &Denial> {
        let first = self
            .denials
            .partition_point(|one| one.by.start < span.start);
        self.denials[first..]
            .iter()
            .take_while(move |one| one.by == *span)
    }

    /// The last denial that is made before a place.
    pub fn last_denial_before(&self, at: usize) -> Option<&Denial> {
        let end = self.denials.partition_point(|one| one.by.start < at);
        self.denials[..end].last()
    }

    /// The words between two places in the raw text.
    pub fn between(&self, from: usize, to: usize) -> Range<usize> {
        let first = self.words.partition_point(|word| word.raw.start < from);
        let end = self.words.partition_point(|word| word.raw.start < to);
        first..end.max(first)
    }

    /// The raw text without what leads to the answer and the politeness behind it: `lewat lawson kak`.
    pub fn own(&self) -> &'a str {
        let leads = |index: &usize| {
            LEADING_ROLES.iter().any(|role| self.has(*role, *index))
                || self.has(Role::Somewhere, *index) && self.lexicon.is_function(self.word(*index))
        };
        let count = self.words.len();
        let first = (0..count).find(|index| !leads(index));
        let last = (0..count)
            .rev()
            .find(|index| !self.has(Role::Courtesy, *index));
        match (first, last) {
            (Some(0), Some(last)) if last + 1 == count => self.raw,
            (Some(first), Some(last)) => {
                let from = if first == 0 {
                    0
                } else {
                    self.words[first].raw.start
                };
                let to = if last + 1 == count {
                    self.raw.len()
                } else {
                    self.words[last].raw.end
                };
                &self.raw[from..to]
            }
            _ => self.raw,
        }
    }
}

/// One spelling of the words that deny: `gak masuk` is `tidak masuk`.
fn plain_negation<'w>(word: &'w str, lexicon: &'w Lexicon) -> &'w str {
    match lexicon.meaning(word) {
        Some([meaning]) if negation::is_negation(word, lexicon) => meaning,
        _ => word,
    }
}

/// Returns the letters and digits of an option's value or alias.
pub fn squeeze(name: &str, lexicon: &Lexicon) -> String {
    let words = words_at(name).into_iter();
    words
        .map(|word| plain_negation(&word.text, lexicon).to_owned())
        .collect()
}

pub fn names<'o>(option: &'o Choice, lexicon: &'o Lexicon) -> impl Iterator<Item = String> + 'o {
    std::iter::once(&option.value)
        .chain(&option.aliases)
        .map(|name| squeeze(name, lexicon))
        .filter(|name| !name.is_empty())
}
