//! Slang, abbreviations and synonyms: what agents write and what they mean.
//!
//! **Slang** is replaced (`gk` is `tidak`); it must mean one thing only.
//! **Synonyms** are noted next to the word (`bill` is also `tagihan`): the word keeps its own weight, and what was
//! learned of one helps the others.
//! **Function** words (`yang`, `tolong`, `the`) carry a sentence rather than its subject.
//! **When** words (`kemarin`, `jam` before a number) are values: when it happened belongs to the customer's case.
//! **Known** words are never taken for slips of the finger, although a catalogue may not use them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::everyday::{Everyday, Role};
use super::{Shape, TokenKind, Utterance, stem};

/// The longest phrase, in words, that means something else (`isi ulang`, `top up`).
pub const PHRASE_WORDS_MAX: usize = 3;

/// Slang, synonyms and known words.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    /// By word, or by the words of a phrase of slang with one blank between them.
    entries: FxHashMap<Box<str>, LexiconEntry>,
    /// Courtesies, question words, yes and no.
    pub everyday: Everyday,
    /// Words with which agents ask for what procedures call otherwise, by word and by stem, with the name of their group.
    same: FxHashMap<Box<str>, Box<str>>,
    /// Groups of words and phrases for the same thing; a word may be in several.
    groups: Vec<Vec<Box<str>>>,
    /// The groups of each single word, by its stem.
    groups_of: FxHashMap<Box<str>, Vec<u32>>,
}

/// Everything that is known of a word: one look-up a word of a message.
#[derive(Debug, Clone, Default)]
struct LexiconEntry {
    meaning: Option<Box<[Box<str>]>>,
    concept: Option<Box<str>>,
    when: Option<When>,
    starts_phrase: bool,
    is_function: bool,
    is_known: bool,
}

/// How a word says when something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// By itself: `kemarin`.
    Alone,
    /// Before a number: `jam 8`.
    BeforeNumber,
    /// Next to another that does: `pagi`.
    Beside,
}

/// A word as it was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken<'a> {
    /// The word, or the literal text of a code or value.
    pub text: &'a str,
    /// What it is.
    pub kind: TokenKind,
    /// Index of the token it came from; the first one when a phrase was replaced.
    pub token: usize,
    /// Whether it replaces slang.
    pub replaced: bool,
}

/// A lexicon as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LexiconFile {
    #[serde(default)]
    slang: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    synonyms: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    function: Vec<String>,
    #[serde(default)]
    known: Vec<String>,
    #[serde(default)]
    same: Vec<String>,
    #[serde(default)]
    when: WhenFile,
    #[serde(default)]
    everyday: BTreeMap<Role, String>,
}

/// Words that say when something happened.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WhenFile {
    #[serde(default)]
    alone: String,
    #[serde(default)]
    before_number: String,
    #[serde(default)]
    beside: String,
}

/// What is wrong with a lexicon.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    /// Not the expected TOML.
    #[error("the lexicon cannot be read")]
    Toml(#[from] toml::de::Error),
    /// One alias means two things, so it can be replaced by neither.
    #[error("`{alias}` is slang for `{first}` and for `{second}`: keep one, or make them synonyms")]
    Ambiguous {
        /// What agents write.
        alias: String,
        /// One meaning.
        first: String,
        /// The other.
        second: String,
    },
    /// A phrase is longer than anything the matcher looks for.
    #[error("`{alias}` has more than {PHRASE_WORDS_MAX} words")]
    TooLong {
        /// The phrase.
        alias: String,
    },
}

impl Lexicon {
    /// Reads a lexicon from TOML.
    pub fn load(source: &str) -> Result<Lexicon, LexiconError> {
        let file: LexiconFile = toml::from_str(source)?;
        let mut lexicon = Lexicon {
            everyday: Everyday::new(&file.everyday),
            ..Lexicon::default()
        };
        for (meaning, aliases) in &file.slang {
            for alias in aliases {
                lexicon.add_slang(alias, meaning)?;
            }
        }
        for (concept, words) in &file.synonyms {
            for word in words.iter().chain([concept]) {
                lexicon.entry(word).concept = Some(concept.as_str().into());
            }
        }
        for (words, when) in [
            (&file.when.alone, When::Alone),
            (&file.when.before_number, When::BeforeNumber),
            (&file.when.beside, When::Beside),
        ] {
            for word in words.split_whitespace() {
                lexicon.entry(word).when = Some(when);
            }
        }
        // The first line that has a word counts, and a word before a stem.
        for (name, word) in lines(&file.same) {
            lexicon.same.entry(word.into()).or_insert(name.into());
        }
        for (name, word) in lines(&file.same) {
            let entry = lexicon.same.entry(stem(word).into());
            entry.or_insert(name.into());
        }
        for word in file
            .function
            .iter()
            .flat_map(|words| words.split_whitespace())
        {
            lexicon.entry(word).is_function = true;
        }
        for word in file.known.iter().flat_map(|words| words.split_whitespace()) {
            lexicon.entry(word).is_known = true;
        }
        Ok(lexicon)
    }

    /// The same with groups of words and phrases for the same thing: one a line, separated by commas.
    #[must_use]
    pub fn with_groups(mut self, source: &str) -> Lexicon {
        let lines = source.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        self.groups = lines
            .map(|line| line.split(',').map(|phrase| phrase.trim().into()).collect())
            .collect();
        let mut groups_of: FxHashMap<Box<str>, Vec<u32>> = FxHashMap::default();
        for (group, phrases) in (0u32..).zip(&self.groups) {
            for phrase in phrases {
                let words = super::words(phrase, &self);
                let [word] = words.as_slice() else { continue };
                let groups = groups_of.entry(word.as_str().into()).or_default();
                if !groups.contains(&group) {
                    groups.push(group);
                }
            }
        }
        self.groups_of = groups_of;
        self
    }

    /// The groups of words for the same thing that a stem is in.
    pub fn groups_of(&self, stem: &str) -> &[u32] {
        self.groups_of.get(stem).map_or(&[], Vec::as_slice)
    }

    /// The name of the group of a word, or of a stem, with which agents ask for what procedures call otherwise.
    pub fn same(&self, word: &str) -> Option<&str> {
        self.same.get(word).map(|name| &**name)
    }

    /// Groups of words and phrases for the same thing. Unlike a synonym, such a word keeps its own stem.
    pub fn groups(&self) -> impl Iterator<Item = &[Box<str>]> {
        self.groups.iter().map(Vec::as_slice)
    }

    fn entry(&mut self, word: &str) -> &mut LexiconEntry {
        self.entries.entry(word.into()).or_default()
    }

    fn add_slang(&mut self, alias: &str, meaning: &str) -> Result<(), LexiconError> {
        let mut words = alias.split(' ');
        let first = words.next().unwrap_or_default();
        match words.count() {
            0 => {}
            more if more < PHRASE_WORDS_MAX => {
                self.entry(first).starts_phrase = true;
            }
            _ => {
                return Err(LexiconError::TooLong {
                    alias: alias.into(),
                });
            }
        }
        let replacement: Box<[Box<str>]> = meaning.split(' ').map(Into::into).collect();
        match self.entry(alias).meaning.replace(replacement) {
            Some(other) if other.join(" ") != meaning => Err(LexiconError::Ambiguous {
                alias: alias.into(),
                first: other.join(" "),
                second: meaning.into(),
            }),
            _ => Ok(()),
        }
    }

    /// What a word or phrase (words joined by one space) is slang for.
    pub fn meaning(&self, alias: &str) -> Option<&[Box<str>]> {
        self.entries.get(alias)?.meaning.as_deref()
    }

    /// Reads the words of an utterance as they were meant; the longest phrase of slang first.
    pub fn read<'a>(&'a self, utterance: &'a Utterance<'_>) -> Vec<Spoken<'a>> {
        let tokens = &utterance.tokens;
        let mut spoken = Vec::with_capacity(tokens.len() + 4);
        let mut at = 0;
        let mut may_say_when = false;
        while at < tokens.len() {
            let text = utterance.text(&tokens[at]);
            let entry = self.entries.get(text);
            may_say_when |=
                entry.is_some_and(|entry| entry.when.is_some() || entry.meaning.is_some());
            let phrase = entry
                .filter(|entry| entry.starts_phrase)
                .and_then(|_| self.phrase_at(utterance, at));
            let meaning = || Some((entry?.meaning.as_deref()?, 1));
            match phrase.or_else(meaning) {
                Some((words, length)) => {
                    let word = |text: &'a str| Spoken {
                        text,
                        kind: TokenKind::Word,
                        token: at,
                        replaced: true,
                    };
                    spoken.extend(words.iter().map(|text| word(text)));
                    at += length;
                }
                None => {
                    spoken.push(Spoken {
                        text,
                        kind: tokens[at].kind,
                        token: at,
                        replaced: false,
                    });
                    at += 1;
                }
            }
        }
        if may_say_when {
            self.mark_when(&mut spoken);
        }
        spoken
    }

    /// Turns the words that say when something happened into values.
    fn mark_when(&self, spoken: &mut [Spoken<'_>]) {
        const MOMENT: TokenKind = TokenKind::Value(Shape::Moment);
        for at in 0..spoken.len() {
            let Some(when) = self.when(spoken[at].text) else {
                continue;
            };
            let next = spoken.get(at + 1);
            let says_when = |word: &Spoken<'_>| {
                word.kind == MOMENT || self.when(word.text) == Some(When::Alone)
            };
            let is_so = match when {
                When::Alone => true,
                When::BeforeNumber => next.is_some_and(|next| {
                    matches!(next.kind, TokenKind::Value(Shape::Number | Shape::Moment))
                }),
                When::Beside => next.is_some_and(says_when) || at > 0 && says_when(&spoken[at - 1]),
            };
            if is_so {
                spoken[at].kind = MOMENT;
            }
            if is_so && when == When::BeforeNumber {
                spoken[at + 1].kind = MOMENT;
            }
        }
    }

    /// The meaning of the longest phrase of slang that begins at a token, and how many tokens it takes.
    fn phrase_at<'a>(
        &'a self,
        utterance: &Utterance<'_>,
        at: usize,
    ) -> Option<(&'a [Box<str>], usize)> {
        let tokens = &utterance.tokens[at..];
        (2..=PHRASE_WORDS_MAX.min(tokens.len()))
            .rev()
            .find_map(|length| {
                let words: Vec<&str> = tokens[..length]
                    .iter()
                    .map(|token| utterance.text(token))
                    .collect();
                self.meaning(&words.join(" "))
                    .map(|meaning| (meaning, length))
            })
    }

    fn when(&self, word: &str) -> Option<When> {
        self.entries.get(word)?.when
    }

    /// Whether a word says when something happened.
    pub fn says_when(&self, word: &str) -> bool {
        self.when(word).is_some()
    }

    /// The concept a word is a name of.
    pub fn concept(&self, word: &str) -> Option<&str> {
        self.entries.get(word)?.concept.as_deref()
    }

    /// Whether a word carries a sentence rather than its subject.
    pub fn is_function(&self, word: &str) -> bool {
        self.entries
            .get(word)
            .is_some_and(|entry| entry.is_function)
    }

    /// Whether this is a word in its own right, whatever it looks like.
    pub fn is_known(&self, word: &str) -> bool {
        self.entries.get(word).is_some_and(|entry| {
            entry.is_known
                || entry.is_function
                || entry.meaning.is_some()
                || entry.concept.is_some()
                || entry.when.is_some()
        })
    }
}

/// The words of lines, each with the first of its line.
fn lines(lines: &[String]) -> impl Iterator<Item = (&str, &str)> {
    lines.iter().flat_map(|line| {
        let name = line.split(' ').next().unwrap_or_default();
        line.split(' ').map(move |word| (name, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slang_is_replaced_and_synonyms_are_noted() {
        let lexicon = Lexicon::load(
            r#"
            known = ["puisi pulas"]
            [slang]
            "tidak" = ["gk", "ga"]
            "isi ulang" = ["top up"]
            [synonyms]
            tagihan = ["bill"]
            "#,
        )
        .expect("it is well formed");
        assert_eq!(
            lexicon
                .meaning("gk")
                .map(|words| words.join(" "))
                .as_deref(),
            Some("tidak")
        );
        assert_eq!(lexicon.meaning("top up").map(<[_]>::len), Some(2));
        assert_eq!(lexicon.concept("bill"), lexicon.concept("tagihan"));
        assert!(lexicon.is_known("pulas"));
        assert!(!lexicon.is_known("plusa"));
    }

    #[test]
    fn when_something_happened_is_a_value() {
        let lexicon = Lexicon::load(
            r#"
            [when]
            alone = "kemarin"
            before-number = "jam"
            beside = "pagi sore senin lalu"
            [slang]
            "kemarin" = ["kmrn"]
            "#,
        )
        .expect("it is well formed");
        let check = |message: &str, words: &str| {
            let utterance = Utterance::new(message);
            let read = lexicon.read(&utterance);
            let left = read
                .iter()
                .filter(|word| !matches!(word.kind, TokenKind::Value(_)))
                .map(|word| word.text);
            assert_eq!(left.collect::<Vec<_>>().join(" "), words, "{message}");
        };
        check("isi pulsa kmrn sore jam 8", "isi pulsa");
        check("jam 8 pagi", "");
        check("pagi kemarin senin lalu", "");
        check("senin lalu", "senin lalu");
        check("pagi kak jam berapa", "pagi kak jam berapa");
        check("jam 14.30 sore beli", "beli");
        check("kemarin", "");
        check("jam", "jam");
    }

    #[test]
    fn slang_means_one_thing() {
        let refused = |source| Lexicon::load(source).map(|_| ()).map_err(|e| e.to_string());
        assert!(
            refused("[slang]\na = [\"x\"]\nb = [\"x\"]")
                .is_err_and(|e| e.contains("`x` is slang for `a` and for `b`"))
        );
        assert!(refused("[slang]\na = [\"x y z w\"]").is_err());
        assert!(refused("[slangs]").is_err());
        assert!(refused("[slang]\na = [\"x\", \"x\"]").is_ok());
    }
}
