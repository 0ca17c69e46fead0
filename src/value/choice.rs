//! One of several options, or several of them.
//!
//! Options are compared by their letters and digits alone, so `Kartu AS`, `kartu-as` and `KARTUAS` are the same, and
//! only from the beginning of a word to the end of one. A longer name hides a shorter one inside it, and an option
//! that is named without doubt settles an alias it shares: `gopay di mytelkomsel` is not just any `gopay`.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Choice, Choices, Error, Found, Remark, Value, text};

/// The longest answer outside the list.
const UNLISTED_CHARS_MAX: usize = 80;
/// The most of the agent's own words that a display repeats.
const OWN_WORDS_MAX: usize = 4;
/// Aliases with fewer letters are not compared approximately: half the dictionary is near `as`.
const FUZZY_LETTERS_MIN: usize = 4;
/// From so many letters on one may be wrong, and from twice as many two.
const LETTERS_PER_TYPO: usize = 5;
/// An answer is a few words; what comes after so many is not compared approximately.
const FUZZY_WORDS_MAX: usize = 40;

/// Reads which option or options an answer names.
pub fn parse(choices: &Choices, raw: &str) -> Result<Value, Error> {
    let answer = Squeezed::new(raw);
    if let Some(numbered) = by_number(choices, raw) {
        return numbered;
    }
    let mentions = without_greeting(&answer, mentions(choices, &answer));
    match name(choices, &answer, &mentions) {
        Named::One(mut options) => {
            if choices.many {
                options.extend(misspelt(choices, &answer, &mentions));
            }
            Ok(value(choices, &answer, &options))
        }
        Named::Unclear(options) => Err(ambiguous(choices, &options)),
        Named::Nothing => match misspelt(choices, &answer, &mentions) {
            options if options.is_empty() => unlisted(choices, &answer),
            options if options.len() == 1 || choices.many => {
                Ok(Value::plain(joined(choices, &options)))
            }
            options => Err(ambiguous(choices, &options)),
        },
    }
}

/// Finds options that are named by their value or an alias and shared with no other option.
pub fn find(choices: &Choices, raw: &str) -> Vec<Found> {
    let message = Squeezed::new(raw);
    let mut mentions = mentions(choices, &message);
    mentions.retain(|mention| !message.is_greeting(mention));
    if choices.many {
        let Named::One(options) = name(choices, &message, &mentions) else {
            return Vec::new();
        };
        let span = mentions
            .iter()
            .map(|mention| mention.span.clone())
            .reduce(|all, next| all.start..next.end.max(all.end));
        let found = |span| Found {
            span,
            value: Value::plain(joined(choices, &options)),
        };
        return span.map(found).into_iter().collect();
    }
    let shared = mentions.iter().all(|mention| mention.options.len() > 1);
    if let Some(option) = meant_by_all(&mentions).filter(|_| shared) {
        let (first, last) = (&mentions[0].span, &mentions[mentions.len() - 1].span);
        return vec![Found {
            span: first.start..last.end,
            value: Value::plain(choices.options[option].value.as_str()),
        }];
    }
    mentions
        .into_iter()
        .filter_map(|Mention { span, options, .. }| {
            let [option] = options.iter().copied().collect::<Vec<_>>()[..] else {
                return None;
            };
            Some(Found {
                span,
                value: Value::plain(choices.options[option].value.as_str()),
            })
        })
        .collect()
}

/// Returns what the text names when every word of it does: `out of collection`, `data dan sms`.
pub fn exactly(choices: &Choices, raw: &str) -> Option<Value> {
    let answer = Squeezed::new(raw);
    let mentions = mentions(choices, &answer);
    let joins = |word: &str| choices.many && matches!(word, "dan" | "sama" | "n");
    let names_it = |index: usize| {
        let start = answer.words[index].raw.start;
        let mentioned = mentions.iter().any(|mention| mention.span.contains(&start));
        mentioned || joins(answer.word(index))
    };
    if !(0..answer.words.len()).all(names_it) {
        return None;
    }
    match name(choices, &answer, &mentions) {
        Named::One(options) => Some(value(choices, &answer, &options)),
        Named::Unclear(_) | Named::Nothing => None,
    }
}

/// A text reduced to its letters and digits, which still knows its words.
struct Squeezed<'a> {
    raw: &'a str,
    letters: String,
    words: Vec<Word>,
}

/// A word: where it stands among the letters, and where in the raw text.
struct Word {
    letters: Range<usize>,
    raw: Range<usize>,
}

/// A place at which options are named, several if they share the alias.
struct Mention {
    span: Range<usize>,
    options: BTreeSet<usize>,
}

/// What an answer names.
enum Named {
    /// These options, one unless several are allowed.
    One(BTreeSet<usize>),
    /// One of these.
    Unclear(BTreeSet<usize>),
    /// No option.
    Nothing,
}

impl<'a> Squeezed<'a> {
    fn new(raw: &'a str) -> Squeezed<'a> {
        let mut squeezed = Squeezed {
            raw,
            letters: String::new(),
            words: Vec::new(),
        };
        let mut in_word = false;
        for (place, c) in raw.char_indices() {
            if !c.is_alphanumeric() {
                in_word = false;
                continue;
            }
            let from = squeezed.letters.len();
            squeezed.letters.extend(c.to_lowercase());
            let (letters_end, raw_end) = (squeezed.letters.len(), place + c.len_utf8());
            match squeezed.words.last_mut().filter(|_| in_word) {
                Some(word) => (word.letters.end, word.raw.end) = (letters_end, raw_end),
                None => squeezed.words.push(Word {
                    letters: from..letters_end,
                    raw: place..raw_end,
                }),
            }
            in_word = true;
        }
        squeezed
    }

    fn word(&self, index: usize) -> &str {
        &self.letters[self.words[index].letters.clone()]
    }

    fn all_words(&self) -> impl Iterator<Item = &str> {
        (0..self.words.len()).map(|index| self.word(index))
    }

    /// Returns where the name stands in the raw text, as whole words; a `-nya` may hang on the last of them.
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

    /// Whether the mention is the `halo` that opens a message and not the card of that name.
    fn is_greeting(&self, mention: &Mention) -> bool {
        let opens = self
            .words
            .first()
            .is_some_and(|word| word.raw == mention.span);
        let alone = self.words.len() < 2 || matches!(self.word(1), "atau" | "or" | "dan" | "sama");
        opens && !alone && matches!(self.word(0), "halo" | "hallo" | "hai")
    }
}

/// Returns the letters and digits of an option's value or alias.
fn squeeze(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn names(option: &Choice) -> impl Iterator<Item = String> {
    std::iter::once(&option.value)
        .chain(&option.aliases)
        .map(|name| squeeze(name))
        .filter(|name| !name.is_empty())
}

/// Finds where options are named; a mention inside a longer one does not count.
fn mentions(choices: &Choices, answer: &Squeezed<'_>) -> Vec<Mention> {
    let mut all: Vec<Mention> = Vec::new();
    for (index, option) in choices.options.iter().enumerate() {
        for name in names(option) {
            for span in answer.places_of(&name) {
                all.push(Mention {
                    span,
                    options: BTreeSet::from([index]),
                });
            }
        }
    }
    all.sort_by_key(|mention| (mention.span.start, std::cmp::Reverse(mention.span.end)));
    let mut outer: Vec<Mention> = Vec::new();
    for mention in all {
        match outer.last_mut() {
            Some(last) if last.span == mention.span => last.options.extend(mention.options),
            Some(last) if mention.span.end <= last.span.end => {}
            _ => outer.push(mention),
        }
    }
    outer
}

/// Without an opening `halo`, when something else is named as well.
fn without_greeting(answer: &Squeezed<'_>, mut mentions: Vec<Mention>) -> Vec<Mention> {
    if mentions.len() > 1 {
        mentions.retain(|mention| !answer.is_greeting(mention));
    }
    mentions
}

fn name(choices: &Choices, answer: &Squeezed<'_>, mentions: &[Mention]) -> Named {
    let certain: BTreeSet<usize> = mentions
        .iter()
        .filter(|mention| mention.options.len() == 1)
        .flat_map(|mention| &mention.options)
        .copied()
        .collect();
    if let Some(both) = meant_by_all(mentions).filter(|_| !choices.many && certain.is_empty()) {
        return Named::One(BTreeSet::from([both]));
    }
    let open_question = mentions
        .iter()
        .find(|mention| mention.options.is_disjoint(&certain));
    match open_question {
        Some(mention) => Named::Unclear(mention.options.union(&certain).copied().collect()),
        None if certain.is_empty() => Named::Nothing,
        None if choices.many => Named::One(without_exceptions(choices, answer, mentions, certain)),
        None if certain.len() > 1 => Named::Unclear(certain),
        None => Named::One(certain),
    }
}

/// The one option that every mention may mean, each alone being shared: `mytelkomsel` and `ovo`.
fn meant_by_all(mentions: &[Mention]) -> Option<usize> {
    let (first, others) = mentions.split_first()?;
    let both = others
        .iter()
        .fold(first.options.clone(), |both, other| &both & &other.options);
    let mut both = both.into_iter();
    both.next().filter(|_| both.next().is_none())
}

/// The option that stands for all others: the one called `semua`.
fn all_option(choices: &Choices) -> Option<usize> {
    let is_all =
        |option: &Choice| names(option).any(|name| matches!(name.as_str(), "semua" | "semuanya"));
    choices
        .options
        .iter()
        .position(is_all)
        .filter(|_| choices.many)
}

/// `semua kecuali sms` is all the others.
fn without_exceptions(
    choices: &Choices,
    answer: &Squeezed<'_>,
    mentions: &[Mention],
    named: BTreeSet<usize>,
) -> BTreeSet<usize> {
    let Some(all) = all_option(choices).filter(|all| named.contains(all)) else {
        return named;
    };
    let except = answer
        .words
        .iter()
        .enumerate()
        .find(|(index, _)| matches!(answer.word(*index), "kecuali" | "selain" | "except"));
    let Some((_, except)) = except else {
        return named;
    };
    let excepted: BTreeSet<usize> = mentions
        .iter()
        .filter(|mention| mention.span.start > except.raw.start)
        .flat_map(|mention| &mention.options)
        .copied()
        .collect();
    let others: BTreeSet<usize> = (0..choices.options.len())
        .filter(|option| *option != all && !excepted.contains(option))
        .collect();
    if others.is_empty() { named } else { others }
}

/// The values in the options' order; all of them together are the option that stands for all.
fn joined(choices: &Choices, options: &BTreeSet<usize>) -> String {
    if let Some(all) = all_option(choices) {
        let every_other =
            (0..choices.options.len()).all(|option| option == all || options.contains(&option));
        if options.contains(&all) || every_other {
            return choices.options[all].value.clone();
        }
    }
    let values: Vec<&str> = options
        .iter()
        .map(|option| choices.options[*option].value.as_str())
        .collect();
    values.join(", ")
}

/// Reads an answer that consists of numbers only as the places of options, counted from one.
fn by_number(choices: &Choices, raw: &str) -> Option<Result<Value, Error>> {
    let answer = Squeezed::new(raw);
    let words: Vec<&str> = answer
        .all_words()
        .filter(|word| !matches!(*word, "dan" | "sama" | "nomor" | "no"))
        .collect();
    let is_number = |word: &&str| word.len() <= 3 && word.chars().all(|c| c.is_ascii_digit());
    let is_value = choices
        .options
        .iter()
        .flat_map(names)
        .any(|name| name == answer.letters);
    if words.is_empty()
        || is_value
        || !words.iter().all(is_number)
        || (words.len() > 1 && !choices.many)
    {
        return None;
    }
    let place = |word: &&str| {
        word.parse::<usize>()
            .ok()?
            .checked_sub(1)
            .filter(|place| *place < choices.options.len())
    };
    Some(
        match words.iter().map(place).collect::<Option<BTreeSet<usize>>>() {
            Some(options) => Ok(Value::plain(joined(choices, &options))),
            None => Err(Error::NotAnOption { nearest: None }),
        },
    )
}

fn value(choices: &Choices, answer: &Squeezed<'_>, options: &BTreeSet<usize>) -> Value {
    let canonical = joined(choices, options);
    let own_words = options
        .first()
        .filter(|_| !choices.many)
        .and_then(|option| own_words(choices, answer, *option));
    match own_words {
        Some(words) => Value::new(&canonical, format!("{canonical} ({words})")),
        None => Value::plain(canonical),
    }
}

/// What the agent's words say beyond the option: the bank, the shop. A bare alias says more only where the list is
/// open, as `alfamart` for a modern channel does; elsewhere it is another spelling.
fn own_words(choices: &Choices, answer: &Squeezed<'_>, option: usize) -> Option<String> {
    let option = &choices.options[option];
    let value = squeeze(&option.value);
    let is_bare = names(option).any(|name| name == answer.letters);
    if is_bare
        && (!choices.open || value == answer.letters || is_spelling_of(&value, &answer.letters))
    {
        return None;
    }
    let says_more = |word: &&Word| {
        let letters = &answer.letters[word.letters.clone()];
        let stem = letters.strip_suffix("nya").unwrap_or(letters);
        !value.contains(stem) && !FILLERS.contains(&letters) && !FILLERS.contains(&stem)
    };
    let words: Vec<&str> = answer
        .words
        .iter()
        .filter(says_more)
        .map(|word| &answer.raw[word.raw.clone()])
        .collect();
    (1..=OWN_WORDS_MAX)
        .contains(&words.len())
        .then(|| text::kept(&words.join(" ")))
}

/// Whether one name is a part of the other, or nearly the same.
fn is_spelling_of(value: &str, name: &str) -> bool {
    value.contains(name)
        || name.contains(value)
        || strsim::damerau_levenshtein(value, name) <= typos(value)
}

/// Words around an option that say nothing about it.
const FILLERS: &[&str] = &[
    "kak",
    "kakak",
    "ka",
    "min",
    "mas",
    "mbak",
    "pak",
    "bu",
    "ya",
    "yaa",
    "iya",
    "aja",
    "saja",
    "dong",
    "deh",
    "sih",
    "nih",
    "itu",
    "ini",
    "yang",
    "yg",
    "di",
    "ke",
    "dari",
    "dr",
    "lewat",
    "lwt",
    "via",
    "pakai",
    "pake",
    "pk",
    "by",
    "melalui",
    "nya",
    "kayak",
    "kayaknya",
    "sepertinya",
    "kata",
    "katanya",
    "pelanggan",
    "plgn",
    "plg",
    "customer",
    "cust",
    "dia",
    "beliau",
    "adalah",
    "jenis",
    "tipe",
    "kartu",
    "channel",
    "chanel",
    "bayar",
    "beli",
    "belinya",
    "tadi",
    "udah",
    "sudah",
    "ternyata",
    "rupanya",
    "emang",
    "memang",
    "kok",
    "halo",
    "semua",
    "dan",
    "sama",
    "atau",
];

/// The options that words outside of mentions, or all letters together, name with a typing mistake.
fn misspelt(choices: &Choices, answer: &Squeezed<'_>, mentions: &[Mention]) -> BTreeSet<usize> {
    let is_mentioned = |word: &Word| {
        mentions
            .iter()
            .any(|mention| mention.span.contains(&word.raw.start))
    };
    let words = answer
        .words
        .iter()
        .filter(|word| !is_mentioned(word))
        .take(FUZZY_WORDS_MAX);
    let whole = mentions.is_empty().then_some(answer.letters.as_str());
    let words = words
        .map(|word| &answer.letters[word.letters.clone()])
        .chain(whole);
    words.flat_map(|word| nearest(choices, word)).collect()
}

/// The options whose names the word misses by the fewest typing mistakes, if by few enough.
fn nearest(choices: &Choices, word: &str) -> BTreeSet<usize> {
    let mut least = usize::MAX;
    let mut nearest = BTreeSet::new();
    for (option, name) in comparable(choices, word) {
        let distance = strsim::damerau_levenshtein(word, &name);
        if !is_typo_of(word, &name, distance) || distance > least {
            continue;
        }
        if distance < least {
            nearest.clear();
            least = distance;
        }
        nearest.insert(option);
    }
    nearest
}

/// Takes what names no option as it is, where the list is open, or says which one was perhaps meant.
fn unlisted(choices: &Choices, answer: &Squeezed<'_>) -> Result<Value, Error> {
    /// Likeness from which on it is worth asking "did you mean".
    const LIKENESS_MIN: f64 = 0.5;
    // A bare number is neither an option nor the name of another.
    if choices.open && !answer.letters.chars().all(char::is_numeric) {
        let said = text::one_line(answer.raw);
        let kept = text::kept(&said);
        if kept != said {
            // What stood against a card's number may be an option once the number is masked.
            return parse(choices, &kept);
        }
        return text::bounded(kept, UNLISTED_CHARS_MAX)
            .map(|value| value.remarked(Remark::Unlisted));
    }
    if answer.words.is_empty() {
        return Err(Error::NotFound);
    }
    let likeness = |word: &str, name: &str| strsim::normalized_damerau_levenshtein(word, name);
    let words = answer
        .all_words()
        .take(FUZZY_WORDS_MAX)
        .chain([answer.letters.as_str()]);
    let guess = words
        .flat_map(|word| {
            comparable(choices, word).map(move |(option, name)| (likeness(word, &name), option))
        })
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    Err(Error::NotAnOption {
        nearest: guess.map(|(_, option)| choices.options[option].value.clone()),
    })
}

/// The names, with their options, that are long enough to be compared approximately and about as long as the word.
fn comparable(choices: &Choices, word: &str) -> impl Iterator<Item = (usize, String)> {
    let fits =
        |name: &String| name.chars().count() >= FUZZY_LETTERS_MIN && word.len() <= 2 * name.len();
    let named = choices
        .options
        .iter()
        .enumerate()
        .flat_map(|(index, option)| names(option).map(move |name| (index, name)));
    named.filter(move |(_, name)| fits(name))
}

/// How many letters of a name may be wrong.
fn typos(name: &str) -> usize {
    name.chars().count() / LETTERS_PER_TYPO
}

/// Whether the word is the name with a typing mistake. Four letters are too few for any mistake but a key held down:
/// `data` is not `DANA`.
fn is_typo_of(word: &str, name: &str, distance: usize) -> bool {
    let letters = |text: &str| {
        let mut chars: Vec<char> = text.chars().collect();
        chars.dedup();
        chars
    };
    distance <= typos(name) || letters(word) == letters(name)
}

fn ambiguous(choices: &Choices, options: &BTreeSet<usize>) -> Error {
    Error::Ambiguous {
        options: options
            .iter()
            .map(|option| choices.options[*option].value.clone())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(options: &[(&str, &[&str])]) -> Choices {
        let option = |(value, aliases): &(&str, &[&str])| Choice {
            value: (*value).to_owned(),
            aliases: aliases.iter().map(ToString::to_string).collect(),
            groups: Vec::new(),
        };
        Choices {
            options: options.iter().map(option).collect(),
            many: false,
            open: false,
        }
    }

    fn cards() -> Choices {
        choices(&[
            ("KartuHalo", &["halo", "pascabayar"]),
            ("simPATI", &["simpati", "sympati"]),
            ("Kartu AS", &["as"]),
            ("Loop", &[]),
        ])
    }

    fn services() -> Choices {
        let services = choices(&[
            ("VOICE", &["nelpon", "telepon"]),
            ("SMS", &[]),
            ("DATA/INTERNET", &["data", "internet", "internetan"]),
            ("SEMUANYA", &["semua"]),
        ]);
        Choices {
            many: true,
            ..services
        }
    }

    fn channels() -> Choices {
        let channels = choices(&[
            ("Bank", &["bca", "mbanking", "atm"]),
            ("Modern Channel", &["alfamart", "indomaret"]),
            ("GoPay di MyTelkomsel", &["gopay", "gopay mytelkomsel"]),
            ("GoPay", &["gopay", "gopay di gojek"]),
            ("Tokopedia", &["tokped"]),
        ]);
        Choices {
            open: true,
            ..channels
        }
    }

    #[track_caller]
    fn check(choices: &Choices, raw: &str, canonical: &str, display: &str) {
        assert_eq!(
            parse(choices, raw),
            Ok(Value::new(canonical, display)),
            "{raw}"
        );
    }

    #[track_caller]
    fn refuse(choices: &Choices, raw: &str, error: Error) {
        assert_eq!(parse(choices, raw), Err(error), "{raw}");
    }

    #[track_caller]
    fn check_find(choices: &Choices, raw: &str, expected: &[(&str, &str)]) {
        let found: Vec<(&str, String)> = find(choices, raw)
            .into_iter()
            .map(|found| (&raw[found.span], found.value.display))
            .collect();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(span, value)| (*span, value.as_str()))
            .collect();
        assert_eq!(found, expected, "{raw}");
    }

    fn unclear(options: &[&str]) -> Error {
        Error::Ambiguous {
            options: options.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn an_option_is_known_by_value_alias_and_number() {
        check(&cards(), "kartuhalo", "KartuHalo", "KartuHalo");
        check(&cards(), "Kartu Halo", "KartuHalo", "KartuHalo");
        check(&cards(), "kartunya halo kak", "KartuHalo", "KartuHalo");
        check(&cards(), "halo", "KartuHalo", "KartuHalo");
        check(&cards(), "pascabayar", "KartuHalo", "KartuHalo");
        check(&cards(), "simpatinya kak", "simPATI", "simPATI");
        check(&cards(), "kartu-as", "Kartu AS", "Kartu AS");
        check(&cards(), "2", "simPATI", "simPATI");
        check(&cards(), "halo kak, simpati", "simPATI", "simPATI");
    }

    #[test]
    fn typing_mistakes_are_forgiven_with_care() {
        check(&cards(), "simpti", "simPATI", "simPATI");
        check(&cards(), "kartuhaol", "KartuHalo", "KartuHalo");
        check(&cards(), "haloo", "KartuHalo", "KartuHalo");
        refuse(&cards(), "ad", Error::NotAnOption { nearest: None });
        refuse(
            &cards(),
            "hallu",
            Error::NotAnOption {
                nearest: Some("KartuHalo".into()),
            },
        );
        refuse(
            &choices(&[("DANA", &[])]),
            "data",
            Error::NotAnOption {
                nearest: Some("DANA".into()),
            },
        );
    }

    #[test]
    fn what_names_no_option_is_refused() {
        refuse(&cards(), "", Error::NotFound);
        refuse(&cards(), "7", Error::NotAnOption { nearest: None });
        refuse(
            &cards(),
            "halo atau simpati",
            unclear(&["KartuHalo", "simPATI"]),
        );
        refuse(&cards(), "asal", Error::NotAnOption { nearest: None });
    }

    #[test]
    fn several_options_are_joined_in_their_order() {
        check(
            &services(),
            "data sama sms",
            "SMS, DATA/INTERNET",
            "SMS, DATA/INTERNET",
        );
        check(
            &services(),
            "intrenet dan sms",
            "SMS, DATA/INTERNET",
            "SMS, DATA/INTERNET",
        );
        check(
            &services(),
            "nelpon & internetan",
            "VOICE, DATA/INTERNET",
            "VOICE, DATA/INTERNET",
        );
        check(
            &services(),
            "1 dan 3",
            "VOICE, DATA/INTERNET",
            "VOICE, DATA/INTERNET",
        );
        check(&services(), "semua", "SEMUANYA", "SEMUANYA");
        check(&services(), "sms, telepon, data", "SEMUANYA", "SEMUANYA");
        check(
            &services(),
            "semua kecuali sms",
            "VOICE, DATA/INTERNET",
            "VOICE, DATA/INTERNET",
        );
        check(
            &services(),
            "VOICE, DATA/INTERNET",
            "VOICE, DATA/INTERNET",
            "VOICE, DATA/INTERNET",
        );
    }

    #[test]
    fn a_shared_alias_is_asked_back_unless_a_longer_one_decides() {
        refuse(
            &channels(),
            "gopay",
            unclear(&["GoPay di MyTelkomsel", "GoPay"]),
        );
        check(
            &channels(),
            "gopay di mytelkomsel",
            "GoPay di MyTelkomsel",
            "GoPay di MyTelkomsel",
        );
        check(
            &channels(),
            "gopay mytelkomsel",
            "GoPay di MyTelkomsel",
            "GoPay di MyTelkomsel",
        );
        check(
            &channels(),
            "pakai gopay di gojek",
            "GoPay",
            "GoPay (gojek)",
        );
    }

    #[test]
    fn the_agents_words_are_kept_where_they_say_more() {
        check(&channels(), "bank bca", "Bank", "Bank (bca)");
        check(&channels(), "Bank (bca)", "Bank", "Bank (bca)");
        check(
            &channels(),
            "alfamart",
            "Modern Channel",
            "Modern Channel (alfamart)",
        );
        check(&channels(), "tokped", "Tokopedia", "Tokopedia (tokped)");
        check(&channels(), "lewat Bank Jago kak", "Bank", "Bank (Jago)");
    }

    #[test]
    fn an_open_list_takes_other_answers() {
        let value = parse(&channels(), "  warung  sebelah ");
        assert_eq!(
            value,
            Ok(Value::plain("warung sebelah").remarked(Remark::Unlisted))
        );
        refuse(
            &channels(),
            &"x".repeat(81),
            Error::TooLong {
                expected: 80,
                found: 81,
            },
        );
    }

    #[test]
    fn only_whole_and_unshared_names_are_found() {
        check_find(
            &cards(),
            "pelanggan simpati, pulsa habis",
            &[("simpati", "simPATI")],
        );
        check_find(&cards(), "halo kak mau tanya", &[]);
        check_find(
            &cards(),
            "pakai kartu halo asli",
            &[("kartu halo", "KartuHalo")],
        );
        check_find(&channels(), "beli via gopay", &[]);
        check_find(
            &services(),
            "sms dan data mati",
            &[("sms dan data", "SMS, DATA/INTERNET")],
        );
    }
}
