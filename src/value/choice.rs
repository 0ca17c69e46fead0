//! One of several options, or several of them.
//!
//! Options are compared by their letters and digits alone, so `Kartu AS`, `kartu-as` and `KARTUAS` are the same, and
//! only from the beginning of a word to the end of one. A longer name hides a shorter one inside it, and an option
//! that is named without doubt settles an alias it shares: `gopay di mytelkomsel` is not just any `gopay`.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Choice, Choices, Error, Found, Remark, Value, text};
use crate::text::everyday::{WordAt, words_at};
use crate::text::negation::{self, Denial};
use crate::text::{Lexicon, Role};

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
pub fn parse(choices: &Choices, raw: &str, lexicon: &Lexicon) -> Result<Value, Error> {
    let answer = Squeezed::new(raw, lexicon);
    if let Some(numbered) = by_number(choices, &answer) {
        return numbered;
    }
    let all = without_greeting(&answer, mentions(choices, &answer));
    let (meant, others) = sorted(choices, &answer, all.clone());
    match name(choices, &meant, &others, lexicon) {
        Named::One(mut options) => {
            if choices.many {
                options.extend(misspelt(choices, &answer, &all));
            }
            Ok(value(choices, &answer, &options))
        }
        Named::Unclear(options) => Err(ambiguous(choices, &options)),
        Named::Nothing => match misspelt(choices, &answer, &all) {
            options if options.is_empty() && !others.is_empty() => {
                Err(none_meant(choices, &others))
            }
            options if options.is_empty() => unlisted(choices, &answer),
            options if options.len() == 1 || choices.many => {
                Ok(Value::plain(joined(choices, &options, lexicon)))
            }
            options => Err(ambiguous(choices, &options)),
        },
    }
}

/// Finds options that are named by their value or an alias and shared with no other option.
pub fn find(choices: &Choices, raw: &str, lexicon: &Lexicon) -> Vec<Found> {
    let message = Squeezed::new(raw, lexicon);
    let mut mentions = mentions(choices, &message);
    mentions.retain(|mention| !message.is_greeting(mention));
    let (mentions, others) = sorted(choices, &message, mentions);
    let spans = || mentions.iter().map(|mention| mention.span.clone());
    let around = spans().reduce(|all, next| all.start..next.end.max(all.end));
    let found = |span: Range<usize>, options: &BTreeSet<usize>| Found {
        value: value(
            choices,
            &Squeezed::new(&raw[span.clone()], lexicon),
            options,
        ),
        span,
    };
    if choices.many {
        let Named::One(options) = name(choices, &mentions, &others, lexicon) else {
            return Vec::new();
        };
        return around
            .map(|span| found(span, &options))
            .into_iter()
            .collect();
    }
    let shared = mentions.iter().all(|mention| mention.options.len() > 1);
    if let (Some(option), Some(span)) = (meant_by_all(&mentions).filter(|_| shared), around) {
        return vec![found(span, &BTreeSet::from([option]))];
    }
    let mut certain: Vec<Mention> = Vec::new();
    for mention in mentions
        .into_iter()
        .filter(|mention| mention.options.len() == 1)
    {
        match certain.last_mut() {
            // `atm bri` are two words for one option.
            Some(last)
                if last.options == mention.options
                    && raw[last.span.end..mention.span.start].trim().is_empty() =>
            {
                last.span.end = mention.span.end;
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
    let answer = Squeezed::new(raw, lexicon);
    let (mentions, others) = sorted(choices, &answer, mentions(choices, &answer));
    let joins = |word: &str| choices.many && lexicon.everyday.has(Role::Joining, word);
    let names_it = |index: usize| {
        let start = answer.words[index].raw.start;
        let mentioned = mentions.iter().any(|mention| mention.span.contains(&start));
        mentioned || joins(answer.word(index))
    };
    if !others.is_empty() || !(0..answer.words.len()).all(names_it) {
        return None;
    }
    match name(choices, &mentions, &others, lexicon) {
        Named::One(options) => Some(value(choices, &answer, &options)),
        Named::Unclear(_) | Named::Nothing => None,
    }
}

/// A text reduced to its letters and digits, which still knows its words.
struct Squeezed<'a> {
    raw: &'a str,
    lexicon: &'a Lexicon,
    denials: Vec<Denial>,
    letters: String,
    words: Vec<Word>,
}

/// A word: where it is among the letters, and where in the raw text.
struct Word {
    letters: Range<usize>,
    raw: Range<usize>,
}

/// A place at which options are named, several if they share the alias.
#[derive(Debug, Clone)]
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

/// Options that are named without being meant.
#[derive(Debug, Clone)]
enum Unmeant {
    /// Denied: `bukan halo`.
    Denied(BTreeSet<usize>),
    /// What works is no complaint: `telpon bisa`.
    Works(BTreeSet<usize>),
    /// A noun that is a brand's name as well: `dana tunai`.
    Noun(BTreeSet<usize>),
}

impl<'a> Squeezed<'a> {
    fn new(raw: &'a str, lexicon: &'a Lexicon) -> Squeezed<'a> {
        let mut squeezed = Squeezed {
            raw,
            lexicon,
            denials: negation::denials(raw, lexicon),
            letters: String::new(),
            words: Vec::new(),
        };
        for WordAt { span, text, .. } in words_at(raw) {
            let from = squeezed.letters.len();
            squeezed.letters.push_str(plain_negation(&text, lexicon));
            squeezed.words.push(Word {
                letters: from..squeezed.letters.len(),
                raw: span,
            });
        }
        squeezed
    }

    fn word(&self, index: usize) -> &str {
        &self.letters[self.words[index].letters.clone()]
    }

    fn all_words(&self) -> impl Iterator<Item = &str> {
        (0..self.words.len()).map(|index| self.word(index))
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

    /// Whether the mention is the `halo` that opens a message and not the card of that name.
    fn is_greeting(&self, mention: &Mention) -> bool {
        let opens = self
            .words
            .first()
            .is_some_and(|word| word.raw == mention.span);
        let goes_on = [Role::Joining, Role::Negation];
        let alone = self.words.len() < 2 || goes_on.into_iter().any(|role| self.has(role, 1));
        opens && !alone && self.has(Role::Greeting, 0)
    }

    fn has(&self, role: Role, index: usize) -> bool {
        let everyday = &self.lexicon.everyday;
        self.words
            .get(index)
            .is_some_and(|_| everyday.has(role, self.word(index)))
    }

    /// Whether the word says nothing about an option beside it.
    fn is_small(&self, index: usize) -> bool {
        let word = self.word(index);
        let stem = word.strip_suffix("nya").unwrap_or(word);
        SMALL_ROLES.into_iter().any(|role| {
            [word, stem]
                .into_iter()
                .any(|word| self.lexicon.everyday.has(role, word))
        }) || self.lexicon.is_function(word)
    }

    fn says_when(&self, index: usize) -> bool {
        let word = self.word(index);
        let meaning = self.lexicon.meaning(word).and_then(<[_]>::first);
        self.lexicon
            .says_when(meaning.map_or(word, |meaning| meaning))
    }

    fn is_denied(&self, span: &Range<usize>) -> bool {
        negation::is_denied(&self.denials, span)
    }

    /// The words between two places in the raw text.
    fn between(&self, from: usize, to: usize) -> Range<usize> {
        let first = self.words.partition_point(|word| word.raw.start < from);
        let end = self.words.partition_point(|word| word.raw.start < to);
        first..end.max(first)
    }
}

/// What words around an option may do without saying anything about it.
const SMALL_ROLES: [Role; 5] = [
    Role::Courtesy,
    Role::Filler,
    Role::Carrier,
    Role::Means,
    Role::Yes,
];

/// One spelling of the words that deny: `gak masuk` is `tidak masuk`.
fn plain_negation<'w>(word: &'w str, lexicon: &'w Lexicon) -> &'w str {
    let meaning = lexicon
        .meaning(word)
        .filter(|_| lexicon.everyday.has(Role::Negation, word));
    match meaning {
        Some([meaning]) => meaning,
        _ => word,
    }
}

/// Returns the letters and digits of an option's value or alias.
fn squeeze(name: &str, lexicon: &Lexicon) -> String {
    let words = words_at(name).into_iter();
    words
        .map(|word| plain_negation(&word.text, lexicon).to_owned())
        .collect()
}

fn names<'o>(option: &'o Choice, lexicon: &'o Lexicon) -> impl Iterator<Item = String> + 'o {
    std::iter::once(&option.value)
        .chain(&option.aliases)
        .map(|name| squeeze(name, lexicon))
        .filter(|name| !name.is_empty())
}

/// Parts what is meant from what is only named.
fn sorted(
    choices: &Choices,
    answer: &Squeezed<'_>,
    mentions: Vec<Mention>,
) -> (Vec<Mention>, Vec<Unmeant>) {
    let is_all = |mention: &Mention| {
        all_option(choices, answer.lexicon).is_some_and(|all| mention.options.contains(&all))
    };
    let works = works(choices, answer, &mentions);
    // `belum masuk` is an option's name; the `belum` in it denies nothing.
    let spans: Vec<Range<usize>> = mentions
        .iter()
        .map(|mention| mention.span.clone())
        .collect();
    let in_a_name = |denial: &Denial| spans.iter().any(|span| span.contains(&denial.by.start));
    let is_denied = |mention: &Mention| {
        let mut denials = answer.denials.iter();
        denials.any(|denial| {
            let denies = denial.denies(&mention.span) && !in_a_name(denial);
            // `selain sms semua mati`: the exception is denied, not the rule.
            let is_rule = is_all(mention)
                && spans
                    .iter()
                    .any(|span| *span != mention.span && denial.denies(span));
            denies && !is_rule
        })
    };
    let (mut meant, mut unmeant) = (Vec::new(), Vec::new());
    for (mention, works) in mentions.into_iter().zip(works) {
        if is_denied(&mention) {
            unmeant.push(Unmeant::Denied(mention.options));
        } else if works {
            unmeant.push(Unmeant::Works(mention.options));
        } else if is_noun(answer, &mention, &spans) {
            unmeant.push(Unmeant::Noun(mention.options));
        } else {
            meant.push(mention);
        }
    }
    (meant, unmeant)
}

/// Whether the mention is the noun that a brand is called after. The brand is meant where it is all there is, or behind
/// a word for what something was done with: `via dana`.
fn is_noun(answer: &Squeezed<'_>, mention: &Mention, mentions: &[Range<usize>]) -> bool {
    let named = answer.between(mention.span.start, mention.span.end);
    let [index] = named.collect::<Vec<_>>()[..] else {
        return false;
    };
    let word = answer.word(index);
    let (stem, suffixed) = match word.strip_suffix("nya") {
        Some(stem) => (stem, true),
        None => (word, false),
    };
    if !answer.lexicon.everyday.has(Role::Noun, stem) {
        return false;
    }
    let count = answer.words.len();
    let owned = suffixed || (index + 1 < count && answer.word(index + 1) == "nya");
    let is_named = |other: usize| {
        let start = answer.words[other].raw.start;
        mentions.iter().any(|span| span.contains(&start))
    };
    let is_beside = |other: usize| {
        is_named(other)
            || answer.is_small(other)
            || answer.says_when(other)
            || SPOKEN_ROLES.into_iter().any(|role| answer.has(role, other))
    };
    let is_alone = (0..count).all(is_beside);
    let is_means = index > 0 && answer.has(Role::Means, index - 1);
    let ends = index + 1 == count || is_beside(index + 1) || {
        let between = &answer.raw[mention.span.end..answer.words[index + 1].raw.start];
        between.contains([',', '.', '(', ';'])
    };
    owned || !(is_alone || is_means && ends)
}

/// What may be said beside a brand's name besides small words.
const SPOKEN_ROLES: [Role; 3] = [Role::Negation, Role::Contrast, Role::Joining];

/// Which mentions are said to work, where several options may be named: in `telpon bisa tapi internet ga bisa` only the
/// second is a complaint.
fn works(choices: &Choices, answer: &Squeezed<'_>, mentions: &[Mention]) -> Vec<bool> {
    let mut states: Vec<Option<bool>> = vec![None; mentions.len()];
    if !choices.many {
        return vec![false; mentions.len()];
    }
    let clauses = words_at(answer.raw);
    let ends_clause =
        |index: usize| clauses[index].begins_clause || answer.has(Role::Contrast, index);
    let joins = |words: Range<usize>| {
        words
            .into_iter()
            .all(|word| answer.has(Role::Joining, word))
    };
    let mut taken_to = 0;
    for (place, mention) in mentions.iter().enumerate() {
        let next = mentions
            .get(place + 1)
            .map_or(answer.raw.len(), |next| next.span.start);
        let after = answer.between(mention.span.end, next);
        let clause_end = after
            .clone()
            .find(|word| ends_clause(*word))
            .unwrap_or(after.end);
        let denies = |words: Range<usize>| {
            words
                .into_iter()
                .any(|word| answer.has(Role::Negation, word))
        };
        let good = (after.start..clause_end).find(|word| answer.has(Role::Works, *word));
        if let Some(good) = good {
            states[place] = Some(!denies(after.start..good));
            taken_to = good + 1;
            continue;
        }
        if denies(after.start..clause_end) {
            states[place] = Some(false);
            taken_to = clause_end;
            continue;
        }
        let start = answer.between(mention.span.start, mention.span.end).start;
        let before = place
            .checked_sub(1)
            .map_or(0, |last| answer.between(0, mentions[last].span.end).end);
        let mut words = (before.max(taken_to)..start).rev();
        let mut clause = words.by_ref().take_while(|word| {
            // `yang bisa cuma sms` is one clause.
            let next = *word + 1;
            next >= start || answer.has(Role::Only, next) || !ends_clause(next)
        });
        let good = clause.find(|word| {
            answer.has(Role::Works, *word)
                || !(answer.is_small(*word) || answer.has(Role::Only, *word))
        });
        if let Some(good) = good.filter(|word| answer.has(Role::Works, *word)) {
            states[place] = Some(!(good > 0 && answer.has(Role::Negation, good - 1)));
        } else if place > 0 && joins(before..start) {
            states[place] = states[place - 1];
        }
    }
    for place in (1..mentions.len()).rev() {
        let between = answer.between(mentions[place - 1].span.end, mentions[place].span.start);
        if states[place - 1].is_none() && !between.is_empty() && joins(between) {
            states[place - 1] = states[place];
        }
    }
    states
        .into_iter()
        .map(|state| state == Some(true))
        .collect()
}

/// Says that what was named is not meant.
fn none_meant(choices: &Choices, unmeant: &[Unmeant]) -> Error {
    let noun = unmeant.iter().find_map(|unmeant| match unmeant {
        Unmeant::Noun(options) => options.first(),
        Unmeant::Denied(_) | Unmeant::Works(_) => None,
    });
    Error::NotAnOption {
        nearest: noun.map(|option| choices.options[*option].value.clone()),
    }
}

/// Finds where options are named; a mention inside a longer one does not count.
fn mentions(choices: &Choices, answer: &Squeezed<'_>) -> Vec<Mention> {
    let mut all: Vec<Mention> = Vec::new();
    for (index, option) in choices.options.iter().enumerate() {
        for name in names(option, answer.lexicon) {
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

fn name(choices: &Choices, mentions: &[Mention], unmeant: &[Unmeant], lexicon: &Lexicon) -> Named {
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
        None if choices.many && all_works(choices, unmeant, lexicon) => match denied(unmeant) {
            exceptions if exceptions.is_empty() => Named::Nothing,
            exceptions => Named::One(exceptions),
        },
        None if certain.is_empty() => Named::Nothing,
        None if choices.many => Named::One(without_exceptions(choices, unmeant, certain, lexicon)),
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

fn denied(unmeant: &[Unmeant]) -> BTreeSet<usize> {
    let options = unmeant.iter().filter_map(|unmeant| match unmeant {
        Unmeant::Denied(options) => Some(options),
        Unmeant::Works(_) | Unmeant::Noun(_) => None,
    });
    options.flatten().copied().collect()
}

/// Whether all of them are said to work: `semua bisa kecuali internet`.
fn all_works(choices: &Choices, unmeant: &[Unmeant], lexicon: &Lexicon) -> bool {
    let all = all_option(choices, lexicon);
    unmeant.iter().any(|unmeant| {
        matches!((unmeant, all), (Unmeant::Works(options), Some(all)) if options.contains(&all))
    })
}

/// `semua kecuali sms` is all the others.
fn without_exceptions(
    choices: &Choices,
    unmeant: &[Unmeant],
    named: BTreeSet<usize>,
    lexicon: &Lexicon,
) -> BTreeSet<usize> {
    let exceptions = denied(unmeant);
    let Some(all) =
        all_option(choices, lexicon).filter(|all| named.contains(all) && !exceptions.is_empty())
    else {
        return named;
    };
    let others: BTreeSet<usize> = (0..choices.options.len())
        .filter(|option| *option != all && !exceptions.contains(option))
        .collect();
    if others.is_empty() { named } else { others }
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
fn by_number(choices: &Choices, answer: &Squeezed<'_>) -> Option<Result<Value, Error>> {
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

fn value(choices: &Choices, answer: &Squeezed<'_>, options: &BTreeSet<usize>) -> Value {
    let canonical = joined(choices, options, answer.lexicon);
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
        let denies = answer.denials.iter().any(|denial| denial.by == word.raw);
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

/// Whether one name is a part of the other, or nearly the same.
fn is_spelling_of(value: &str, name: &str) -> bool {
    value.contains(name)
        || name.contains(value)
        || strsim::damerau_levenshtein(value, name) <= typos(value)
}

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
        .filter(|word| !is_mentioned(word) && !answer.is_denied(&word.raw))
        .take(FUZZY_WORDS_MAX);
    let is_plain = mentions.is_empty() && answer.denials.is_empty();
    let whole = is_plain.then_some(answer.letters.as_str());
    let words = words
        .map(|word| &answer.letters[word.letters.clone()])
        .chain(whole);
    words
        .flat_map(|word| nearest(choices, word, answer.lexicon))
        .collect()
}

/// The options whose names the word misses by the fewest typing mistakes, if by few enough. Another option that is as
/// near is a rival, however few letters it has: `upaid` may be either of `paid` and `unpaid`.
fn nearest(choices: &Choices, word: &str, lexicon: &Lexicon) -> BTreeSet<usize> {
    let distances: Vec<(usize, usize, bool)> = comparable(choices, word, lexicon)
        .map(|(option, name)| {
            let distance = strsim::damerau_levenshtein(word, &name);
            (distance, option, is_typo_of(word, &name, distance))
        })
        .collect();
    let typos = distances.iter().filter(|(.., is_typo)| *is_typo);
    let Some(least) = typos.map(|(distance, ..)| *distance).min() else {
        return BTreeSet::new();
    };
    let nearest = distances
        .into_iter()
        .filter(|(distance, ..)| *distance <= least);
    nearest.map(|(_, option, _)| option).collect()
}

/// Takes what names no option as it is, where the list is open, or says which one was perhaps meant.
fn unlisted(choices: &Choices, answer: &Squeezed<'_>) -> Result<Value, Error> {
    /// Likeness from which on it is worth asking "did you mean".
    const LIKENESS_MIN: f64 = 0.5;
    let lexicon = answer.lexicon;
    // A bare number is neither an option nor the name of another, and neither is talk.
    if choices.open
        && !answer.letters.chars().all(char::is_numeric)
        && !text::is_talk(answer.raw, lexicon, &text::NO_NAME)
        && !denies_a_likeness(choices, answer)
    {
        let said = text::one_line(answer.raw);
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
    if choices.open || !answer.denials.is_empty() {
        return Err(Error::NotAnOption { nearest: None });
    }
    let likeness = |word: &str, name: &str| strsim::normalized_damerau_levenshtein(word, name);
    let words = answer
        .all_words()
        .take(FUZZY_WORDS_MAX)
        .chain([answer.letters.as_str()]);
    let guess = words
        .flat_map(|word| {
            comparable(choices, word, lexicon)
                .map(move |(option, name)| (likeness(word, &name), option))
        })
        .filter(|(likeness, option)| {
            *likeness >= LIKENESS_MIN && !has_opposite(choices, *option, lexicon)
        })
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    Err(Error::NotAnOption {
        nearest: guess.map(|(_, option)| choices.options[option].value.clone()),
    })
}

/// Whether the answer denies something like an option, or is one with something before it that may deny it:
/// `tdk aktip`, `nonaktif`.
fn denies_a_likeness(choices: &Choices, answer: &Squeezed<'_>) -> bool {
    let denied = answer
        .words
        .iter()
        .filter(|word| answer.is_denied(&word.raw));
    let mut denied = denied.map(|word| &answer.letters[word.letters.clone()]);
    denied.any(|word| !nearest(choices, word, answer.lexicon).is_empty())
        || answer.all_words().any(|word| {
            let mut others = comparable(choices, word, answer.lexicon);
            others.any(|(_, name)| word.len() > name.len() && word.ends_with(&name))
        })
}

/// Whether another option says the opposite: one of two, or one whose name holds this one's last word.
fn has_opposite(choices: &Choices, option: usize, lexicon: &Lexicon) -> bool {
    let last = |option: &Choice| words_at(&option.value).pop().map(|word| word.text);
    let name = last(&choices.options[option]).unwrap_or_default();
    let opposes = |other: &Choice| {
        last(other).is_some_and(|other| other.ends_with(&name) || name.ends_with(&other))
    };
    let mut others = choices.options.iter().enumerate();
    let stands_for_all = all_option(choices, lexicon);
    choices.options.len() == 2
        || others.any(|(place, other)| {
            place != option && Some(place) != stands_for_all && opposes(other)
        })
}

/// The names, with their options, that are long enough to be compared approximately and about as long as the word.
fn comparable<'c>(
    choices: &'c Choices,
    word: &'c str,
    lexicon: &'c Lexicon,
) -> impl Iterator<Item = (usize, String)> + 'c {
    let fits = move |name: &String| {
        name.chars().count() >= FUZZY_LETTERS_MIN && word.len() <= 2 * name.len()
    };
    let named = choices
        .options
        .iter()
        .enumerate()
        .flat_map(move |(index, option)| names(option, lexicon).map(move |name| (index, name)));
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
