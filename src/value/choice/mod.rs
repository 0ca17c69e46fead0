//! One of several options, or several of them.
//!
//! Options are compared by their letters and digits alone, so `Kartu AS`, `kartu-as` and `KARTUAS` are the same, and
//! only from the beginning of a word to the end of one (`answer`). A longer name hides a shorter one inside it, and an
//! option that is named without doubt settles an alias it shares: `gopay di mytelkomsel` is not just any `gopay`.
//! `meant` parts what is meant from what is denied or said to work, `spelling` reads typing mistakes.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Choice, Choices, Error, FoundValue, Remark, Value, text};
use crate::text::{Lexicon, Role, negation};
use answer::{AnswerText, Mention, names, squeeze};
use meant::{Meant, Why};
use spelling::{denies_a_likeness, is_spelling_of, misspelt, suggestion};

mod answer;
mod meant;
mod spelling;

/// The longest answer outside the list.
const UNLISTED_CHARS_MAX: usize = 80;
/// The most of the agent's own words that a display repeats.
const OWN_WORDS_MAX: usize = 4;

/// Reads which option or options an answer names.
pub fn parse(choices: &Choices, raw: &str, lexicon: &Lexicon) -> Result<Value, Error> {
    let answer = AnswerText::new(raw, lexicon);
    if let Some(numbered) = by_number(choices, &answer) {
        return numbered;
    }
    let mut all = answer.mentions(choices);
    if all.len() > 1 {
        all.retain(|mention| !answer.is_greeting(mention));
    }
    if let Some(from) = meant::corrected_from(choices, &answer, &all) {
        return parse(choices, &raw[from..], lexicon);
    }
    let meant = Meant::of(choices, &answer, all.clone());
    match meant.named(choices, lexicon) {
        Named::One(mut options) => {
            if choices.many {
                options.extend(misspelt(choices, &answer, &all));
            }
            Ok(value(choices, &answer, &options))
        }
        Named::Unclear(options) => Err(ambiguous(choices, &options)),
        // What is denied in one place is not meant by what resembles it in another.
        Named::Nothing => match &misspelt(choices, &answer, &all) - &meant.denied() {
            options if options.is_empty() && meant.unmeant.is_empty() => unlisted(choices, &answer),
            options if options.is_empty() => match meant.opposite(choices) {
                Some(other) => Ok(value(choices, &answer, &BTreeSet::from([other]))),
                None => Err(none_meant(choices, &meant)),
            },
            options if options.len() == 1 || choices.many => {
                Ok(Value::plain(joined(choices, &options, lexicon)))
            }
            options => Err(ambiguous(choices, &options)),
        },
    }
}

/// Finds options that are named by their value or an alias and shared with no other option.
pub fn find(choices: &Choices, raw: &str, lexicon: &Lexicon) -> Vec<FoundValue> {
    let message = AnswerText::new(raw, lexicon);
    let mut mentions = message.mentions(choices);
    mentions.retain(|mention| !message.is_greeting(mention));
    if let Some(from) = meant::corrected_from(choices, &message, &mentions) {
        mentions.retain(|mention| from <= mention.span.start);
    }
    let meant = Meant::of(choices, &message, mentions);
    let spans = || meant.mentions.iter().map(|mention| mention.span.clone());
    let around = spans().reduce(|all, next| all.start..next.end.max(all.end));
    let found = |span: Range<usize>, options: &BTreeSet<usize>| FoundValue {
        value: value(
            choices,
            &AnswerText::new(&raw[span.clone()], lexicon),
            options,
        ),
        span,
    };
    if choices.many {
        let Named::One(options) = meant.named(choices, lexicon) else {
            return Vec::new();
        };
        return around
            .map(|span| found(span, &options))
            .into_iter()
            .collect();
    }
    let shared = meant.mentions.iter().all(|mention| !mention.is_sure());
    if let (Some(option), Some(span)) = (meant.by_all().filter(|_| shared), around) {
        return vec![found(span, &BTreeSet::from([option]))];
    }
    let mut certain: Vec<Mention> = Vec::new();
    for mention in meant.mentions.into_iter().filter(Mention::is_sure) {
        match certain.last_mut() {
            // `atm bri` are two words for one option.
            Some(last)
                if last.options == mention.options
                    && raw
                        .get(last.span.end..mention.span.start)
                        .is_none_or(|between| between.trim().is_empty()) =>
            {
                last.span.end = last.span.end.max(mention.span.end);
            }
            _ => certain.push(mention),
        }
    }
    certain
        .into_iter()
        .map(|mention| found(mention.span, &mention.options))
        .collect()
}

/// Returns what the text names when every word of it does: `out of collection`, `data dan sms`.
pub fn exactly(choices: &Choices, raw: &str, lexicon: &Lexicon) -> Option<Value> {
    let answer = AnswerText::new(raw, lexicon);
    let meant = Meant::of(choices, &answer, answer.mentions(choices));
    let joins = |word: &str| choices.many && lexicon.everyday.has(Role::Joining, word);
    let names_it = |index: usize| {
        let start = answer.words[index].raw.start;
        let mut mentions = meant.mentions.iter();
        mentions.any(|mention| mention.span.contains(&start)) || joins(answer.word(index))
    };
    if !meant.unmeant.is_empty() || !(0..answer.words.len()).all(names_it) {
        return None;
    }
    match meant.named(choices, lexicon) {
        Named::One(options) => Some(value(choices, &answer, &options)),
        Named::Unclear(_) | Named::Nothing => None,
    }
}

/// Whether a text names an option, meant or denied.
pub fn is_named(choices: &Choices, raw: &str, lexicon: &Lexicon) -> bool {
    !AnswerText::new(raw, lexicon).mentions(choices).is_empty()
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

/// Says that what was named is not meant.
fn none_meant(choices: &Choices, meant: &Meant) -> Error {
    let noun = meant.unmeant.iter().find(|one| one.why == Why::Noun);
    let option = noun.and_then(|noun| noun.options.first());
    Error::NotAnOption {
        nearest: option.map(|option| choices.options[*option].value.clone()),
    }
}

/// The option for all others: the one called `semua`.
fn all_option(choices: &Choices, lexicon: &Lexicon) -> Option<usize> {
    let is_all = |option: &Choice| {
        names(option, lexicon).any(|name| matches!(name.as_str(), "semua" | "semuanya"))
    };
    choices
        .options
        .iter()
        .position(is_all)
        .filter(|_| choices.many)
}

/// The values in the options' order; all of them together are the option for all.
fn joined(choices: &Choices, options: &BTreeSet<usize>, lexicon: &Lexicon) -> String {
    if let Some(all) = all_option(choices, lexicon) {
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
fn by_number(choices: &Choices, answer: &AnswerText<'_>) -> Option<Result<Value, Error>> {
    let everyday = &answer.lexicon.everyday;
    let is_beside = |word: &str| {
        let leads = everyday.has(Role::Joining, word) || everyday.has(Role::Courtesy, word);
        leads || everyday.has(Role::Contact, word) && word.starts_with("no")
    };
    let words: Vec<&str> = answer.all_words().filter(|word| !is_beside(word)).collect();
    let is_number = |word: &&str| word.len() <= 3 && word.chars().all(|c| c.is_ascii_digit());
    let is_value = choices
        .options
        .iter()
        .flat_map(|option| names(option, answer.lexicon))
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
            Some(options) => Ok(Value::plain(joined(choices, &options, answer.lexicon))),
            None => Err(Error::NotAnOption { nearest: None }),
        },
    )
}

fn value(choices: &Choices, answer: &AnswerText<'_>, options: &BTreeSet<usize>) -> Value {
    let canonical = joined(choices, options, answer.lexicon);
    let own_words = options
        .first()
        .filter(|_| choices.open && !choices.many)
        .and_then(|option| own_words(choices, answer, *option));
    match own_words {
        Some(words) => Value::new(&canonical, format!("{canonical} ({words})")),
        None => Value::plain(canonical),
    }
}

/// What the agent's words say beyond the option: the bank, the shop. A bare alias says more only where the list is
/// open, as `alfamart` for a modern channel does; elsewhere it is another spelling.
fn own_words(choices: &Choices, answer: &AnswerText<'_>, option: usize) -> Option<String> {
    let option = &choices.options[option];
    let lexicon = answer.lexicon;
    let value = squeeze(&option.value, lexicon);
    let is_bare = names(option, lexicon).any(|name| name == answer.letters);
    if is_bare
        && (!choices.open || value == answer.letters || is_spelling_of(&value, &answer.letters))
    {
        return None;
    }
    let says_more = |index: &usize| {
        let word = &answer.words[*index];
        let letters = answer.word(*index);
        let stem = letters.strip_suffix("nya").unwrap_or(letters);
        let denies = negation::is_negation(letters, lexicon);
        !(value.contains(stem) || answer.is_small(*index) || denies || answer.is_denied(&word.raw))
    };
    let words: Vec<String> = (0..answer.words.len())
        .filter(says_more)
        .map(|index| initials(&answer.raw[answer.words[index].raw.clone()]))
        .collect();
    (1..=OWN_WORDS_MAX)
        .contains(&words.len())
        .then(|| text::kept(&words.join(" ")))
}

/// Names of at most three letters are initials: `bca` is `BCA`.
fn initials(word: &str) -> String {
    const LETTERS_MAX: usize = 3;
    if word.len() <= LETTERS_MAX {
        word.to_uppercase()
    } else {
        word.to_owned()
    }
}

/// Takes what names no option as it is, where the list is open, or says which one was perhaps meant.
fn unlisted(choices: &Choices, answer: &AnswerText<'_>) -> Result<Value, Error> {
    let lexicon = answer.lexicon;
    // A bare number is neither an option nor the name of another, and neither is talk or what is denied.
    if choices.open
        && !answer.letters.chars().all(char::is_numeric)
        && !text::is_talk(answer.raw, lexicon, &text::NO_NAME)
        && !denies_a_likeness(choices, answer)
        && !answer.has(Role::Excluding, 0)
    {
        let own = answer.own();
        if own.len() < answer.raw.len() {
            return parse(choices, own, lexicon);
        }
        let said = text::one_line(own);
        let kept = text::kept(&said);
        if kept != said {
            // What was against a card's number may be an option once the number is masked.
            return parse(choices, &kept, lexicon);
        }
        return text::bounded(kept, UNLISTED_CHARS_MAX)
            .map(|value| value.remarked(Remark::Unlisted));
    }
    if answer.words.is_empty() {
        return Err(Error::NotFound);
    }
    let guess = || suggestion(choices, answer);
    let is_left_open = choices.open || !answer.denials.is_empty();
    let nearest = if is_left_open { None } else { guess() };
    Err(Error::NotAnOption {
        nearest: nearest.map(|option| choices.options[option].value.clone()),
    })
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
    use crate::value::testing;

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
            parse(choices, raw, testing::lexicon()),
            Ok(Value::new(canonical, display)),
            "{raw}"
        );
    }

    #[track_caller]
    fn refuse(choices: &Choices, raw: &str, error: Error) {
        assert_eq!(parse(choices, raw, testing::lexicon()), Err(error), "{raw}");
    }

    #[track_caller]
    fn check_find(choices: &Choices, raw: &str, expected: &[(&str, &str)]) {
        let found: Vec<(&str, String)> = find(choices, raw, testing::lexicon())
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
    fn another_number_or_a_contrast_names_no_option() {
        let blocks = choices(&[("Collection Block 1", &["block 1", "collection block"])]);
        check(
            &blocks,
            "collection block",
            "Collection Block 1",
            "Collection Block 1",
        );
        refuse(
            &blocks,
            "collection block 2",
            Error::NotAnOption {
                nearest: Some("Collection Block 1".to_owned()),
            },
        );
        let channels = choices(&[("Tokopedia", &["tp"]), ("Bank", &["bca"])]);
        check(&channels, "tp", "Tokopedia", "Tokopedia");
        check(&channels, "bukan tokped tp bca", "Bank", "Bank");
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
        check(&channels(), "bank bca", "Bank", "Bank (BCA)");
        check(&channels(), "Bank (BCA)", "Bank", "Bank (BCA)");
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
        let value = parse(&channels(), "  warung  sebelah ", testing::lexicon());
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
