//! Names and places mentioned in passing, behind what they are called and in front of anything else: `plgn a.n. Budi Contoh
//! sudah bayar`, `class gold nama Wati Contoh lokasi kota Malang`.
//!
//! Any words may be a name, so what ends one has to be known: a mark, a value of another field, what another field is
//! called, a word that no name goes on with. What goes on for long is a sentence and no name.

use std::ops::Range;

use super::answer::{absence_at, absence_before, is_brief, without_courtesy};
use super::filled::FilledForm;
use super::message::{Message, clauses};
use super::names::{LOOSE_TEXT_WORDS, lowered, names, without_suffix};
use crate::catalog::{Field, Spec};
use crate::text::everyday::{WordAt, words_at};
use crate::text::{Lexicon, Role, negation};
use crate::ticket::Answer;
use crate::value::{self, Kind};

/// A word of so many letters with a full stop is an initial; behind a longer one the sentence ends.
const INITIAL_LETTERS_MAX: usize = 2;
/// More digits than this in a row are a number, not a part of a place: `Blok C 12`.
const DIGITS_MAX: usize = 4;
/// What a field, a cue or an option is called is not longer, so a word costs the same in a long message as in a short one.
const LOOKED_AHEAD: usize = 120;

/// Takes the values of unanswered fields that are mentioned in passing, except of `asked`, which is answered otherwise.
pub fn in_passing(filled: &mut FilledForm<'_>, message: &mut Message<'_>, asked: Option<&Field>) {
    let mut others = None;
    for field in &filled.form.fields {
        if !filled.is_open(field) || is_it(field, asked) {
            continue;
        }
        let spec = filled.spec(field);
        let mut places = places_of_beginnings(spec, message.text);
        if is_of_any_words(&spec.kind) {
            places.extend(places_of_names(field, spec, message.text));
        }
        if spec.kind == Kind::Name {
            places.extend(places_of_customers(filled, field, spec, message.text));
            places.extend(places_beside_numbers(filled, field, spec, message));
        }
        if matches!(spec.kind, Kind::Choice(_)) {
            choice_behind_its_name(filled, message, field, spec);
        }
        for (at, from) in places {
            let others = others.get_or_insert_with(|| {
                Others::of(filled, |kind| message.find(kind, filled.background))
            });
            let from = match spec.kind {
                Kind::Place { .. } => behind_words(message.text, from, filled.background.lexicon),
                Kind::Name => behind_whose(message.text, from, filled.background.lexicon),
                _ => from,
            };
            let Some(end) = others.end_of(field, spec, message.text, from) else {
                continue;
            };
            // `PT` alone is no name.
            if at == from && !message.text[from..end].contains(' ') {
                continue;
            }
            if message.is_unused(&(at..end))
                && let Ok(answer @ Answer::Given(_)) = filled.read(spec, &message.text[from..end])
            {
                filled.take(field, answer);
                message.used.push(at..end);
                break;
            }
        }
    }
}

/// Takes the option that is said behind what its field is called: `di FA belum masuk`.
fn choice_behind_its_name<'f>(
    filled: &mut FilledForm<'f>,
    message: &mut Message<'_>,
    field: &'f Field,
    spec: &'f Spec,
) {
    let text = message.text;
    for (at, from) in places_of_names(field, spec, text) {
        let end = clauses(text).find(|clause| clause.contains(&at));
        let span = at..end.map_or(text.len(), |clause| clause.end);
        let is_behind = from < span.end && message.is_unused(&span);
        // `bukan kartu AS`: the field's name is a part of what is denied.
        let is_denied = || {
            let denials = negation::denials(text, filled.background.lexicon);
            let mut before = denials.iter().filter(|denial| denial.by.end <= at);
            before.any(|denial| denial.denies(&span))
        };
        if is_behind
            && !is_denied()
            && let Ok(answer @ Answer::Given(_)) = filled.read(spec, &text[from..span.end])
            && is_listed(&answer)
        {
            // `kartu halo udah byr di alfamart`: what comes behind the option is not used up.
            let found = value::find(&spec.kind, &text[span.clone()], filled.background);
            let is_it = |found: &&value::FoundValue| matches!(&answer, Answer::Given(read) if read.canonical == found.value.canonical);
            let found = found.iter().find(is_it);
            let end = found.map_or(span.end, |found| at + found.span.end);
            filled.take(field, answer);
            message.used.push(at..end);
            return;
        }
    }
}

/// Whether an answer is one of the options.
fn is_listed(answer: &Answer) -> bool {
    !matches!(answer, Answer::Given(value) if value.remark == Some(value::Remark::Unlisted))
}

/// Where a customer is named with capitals, for the field that is called after the customer: `plg Contoh Galih`.
fn places_of_customers(
    filled: &FilledForm<'_>,
    field: &Field,
    spec: &Spec,
    text: &str,
) -> Vec<(usize, usize)> {
    let everyday = &filled.background.lexicon.everyday;
    let is_customer = |word: &str| {
        let word = word.strip_suffix("nya").unwrap_or(word);
        everyday.has(Role::Customer, word)
    };
    if !is_of_customer(filled, field, spec) {
        return Vec::new();
    }
    let words = words_at(text);
    let is_capital = |word: &WordAt| text[word.span.clone()].starts_with(char::is_uppercase);
    let named = words.windows(3).filter(|words| {
        is_customer(&words[0].text) && !is_capital(&words[0]) && words[1..].iter().all(is_capital)
    });
    named
        .map(|words| (words[0].span.start, words[1].span.start))
        .collect()
}

/// Whether a field is called after the customer.
fn is_of_customer(filled: &FilledForm<'_>, field: &Field, spec: &Spec) -> bool {
    let everyday = &filled.background.lexicon.everyday;
    let mut called = names(field, spec).into_iter();
    called.any(|name| {
        name.split(' ')
            .any(|word| everyday.has(Role::Customer, word))
    })
}

/// Where a name is beside a phone number, for the field that is called after the customer: `0812-0000-1234 Contoh Dua`.
fn places_beside_numbers(
    filled: &FilledForm<'_>,
    field: &Field,
    spec: &Spec,
    message: &Message<'_>,
) -> Vec<(usize, usize)> {
    if !is_of_customer(filled, field, spec) {
        return Vec::new();
    }
    let (text, lexicon) = (message.text, filled.background.lexicon);
    let words = words_at(text);
    let is_name = |word: &WordAt| {
        let said = &text[word.span.clone()];
        let is_option = |field: &Field| match &filled.spec(field).kind {
            Kind::Choice(choices) => value::choice::is_named(choices, said, lexicon),
            _ => false,
        };
        said.starts_with(char::is_uppercase)
            && said.chars().all(char::is_alphabetic)
            && !lexicon.everyday.has(Role::Place, &word.text)
            && !lexicon.everyday.has(Role::NoName, &word.text)
            && !filled.fields().any(is_option)
    };
    let is_apart = |from: usize, to: usize| {
        let between = text.get(from..to).unwrap_or("-");
        between.chars().all(|c| " ,.()/".contains(c))
    };
    let numbers = message.find(&Kind::Msisdn, filled.background).into_iter();
    let beside = numbers.filter_map(|number| {
        let next = words.partition_point(|word| word.span.start < number.span.end);
        let behind = words[next..]
            .iter()
            .take_while(|word| is_name(word))
            .count();
        if behind > 1 && is_apart(number.span.end, words[next].span.start) {
            return Some(words[next].span.start);
        }
        let last = words.partition_point(|word| word.span.end <= number.span.start);
        let before = words[..last]
            .iter()
            .rev()
            .take_while(|word| is_name(word))
            .count();
        let is_beside = before > 1 && is_apart(words[last - 1].span.end, number.span.start);
        is_beside.then(|| words[last - before].span.start)
    });
    beside.map(|at| (at, at)).collect()
}

/// Where a name begins behind `nama plg`.
fn behind_whose(text: &str, from: usize, lexicon: &Lexicon) -> usize {
    let behind = words_at(&text[from..]);
    let mut words = behind.iter();
    match (words.next(), words.next()) {
        (Some(whose), Some(name))
            if !name.begins_clause && lexicon.everyday.has(Role::Customer, &whose.text) =>
        {
            from + name.span.start
        }
        _ => from,
    }
}

fn is_it(field: &Field, asked: Option<&Field>) -> bool {
    asked.is_some_and(|asked| asked.id == field.id)
}

/// Takes what unanswered fields are said to have no value of: `cp ga ada`, `ga punya sid`. A question says nothing.
pub fn absent(filled: &mut FilledForm<'_>, message: &mut Message<'_>, asked: Option<&Field>) {
    let (text, lexicon) = (message.text, filled.background.lexicon);
    if text.trim_end().ends_with('?') {
        return;
    }
    for field in &filled.form.fields {
        let spec = filled.spec(field);
        if !spec.may_be_absent || !filled.is_open(field) || is_it(field, asked) {
            continue;
        }
        let said = places_of_names(field, spec, text).into_iter();
        let said = said.chain(names_at_the_end(field, spec, text));
        let spans = said.filter_map(|(at, from)| {
            let behind = absence_at(&text[from..], lexicon).map(|length| at..from + length);
            behind.or_else(|| Some(absence_before(&text[..at], lexicon)?..from))
        });
        let span = spans.into_iter().find(|span| message.is_unused(span));
        if let Some(span) = span {
            filled.take(field, Answer::Absent);
            message.used.push(span);
        }
    }
}

/// Takes the answer as another field's, where all of it says that this has no value: `cp lain ga ada`.
pub fn absent_alone(filled: &mut FilledForm<'_>, message: &mut Message<'_>, asked: &Field) {
    let (text, lexicon) = (message.text, filled.background.lexicon);
    let form = filled.form;
    let field = form.fields.iter().find(|field| {
        let spec = filled.spec(field);
        let is_other = spec.may_be_absent && filled.is_open(field) && field.id != asked.id;
        is_other && is_absence_of(field, spec, text, lexicon)
    });
    if let Some(field) = field {
        filled.take(field, Answer::Absent);
        message.used.push(0..text.len());
    }
}

/// Whether an answer says nothing but that there is none: `ga ada notif`.
pub fn is_absence_of(field: &Field, spec: &Spec, text: &str, lexicon: &Lexicon) -> bool {
    let text = without_courtesy(text.trim(), lexicon);
    let named = names_at_the_end(field, spec, text).into_iter();
    let behind = places_of_names(field, spec, text).into_iter();
    let is_it = |(at, from): (usize, usize)| {
        let before = at == 0 && absence_at(&text[from..], lexicon) == Some(text.len() - from);
        before || (from == text.len() && absence_before(&text[..at], lexicon) == Some(0))
    };
    named.chain(behind).any(is_it)
}

/// Whether a value of this kind is a few words of any sort.
pub fn is_of_any_words(kind: &Kind) -> bool {
    matches!(kind, Kind::Place { .. }) || is_brief(kind)
}

/// Where the field's value ends that begins here in a clause, `None` when it is no such value.
pub fn end_of_words(
    filled: &FilledForm<'_>,
    field: &Field,
    spec: &Spec,
    text: &str,
    from: usize,
) -> Option<usize> {
    let find = |kind: &Kind| value::find(kind, text, filled.background);
    Others::of(filled, find).end_of(field, spec, text, from)
}

/// What may come behind a name and is no part of it.
struct Others<'f> {
    /// The words that no name goes on with.
    lexicon: &'f Lexicon,
    /// Where values were found, with their fields.
    values: Vec<(&'f str, usize)>,
    /// What which fields and their options are called, and what is near their values.
    phrases: Vec<(&'f str, Vec<String>)>,
    /// Phone numbers, where no field of the form takes one: they are kept beside who is reached there.
    numbers: Vec<Range<usize>>,
}

impl<'f> Others<'f> {
    fn of(filled: &FilledForm<'f>, find: impl Fn(&Kind) -> Vec<value::FoundValue>) -> Self {
        let values = filled.fields().flat_map(|field| {
            let found = find(&filled.spec(field).kind).into_iter();
            found.map(|found| (field.id.as_str(), found.span.start))
        });
        let phrases = filled.fields().map(|field| {
            let spec = filled.spec(field);
            let mut phrases = names(field, spec);
            phrases.extend(spec.cues.iter().map(|cue| cue.to_lowercase()));
            if let Kind::Choice(choices) = &spec.kind {
                let options = choices.options.iter();
                let called =
                    options.flat_map(|option| option.aliases.iter().chain([&option.value]));
                phrases.extend(called.map(|name| name.to_lowercase()));
            }
            (field.id.as_str(), phrases)
        });
        let takes_number =
            |field: &Field| matches!(filled.spec(field).kind, Kind::Msisdn | Kind::Contact);
        let numbers = match filled.fields().any(takes_number) {
            true => Vec::new(),
            false => find(&Kind::Msisdn)
                .into_iter()
                .map(|one| one.span)
                .collect(),
        };
        Self {
            lexicon: filled.background.lexicon,
            values: values.collect(),
            phrases: phrases.collect(),
            numbers,
        }
    }

    fn end_of(&self, field: &Field, spec: &Spec, text: &str, from: usize) -> Option<usize> {
        let mixed = text.chars().any(char::is_lowercase);
        let (mut end, mut count, mut proper) = (None, 0, false);
        for word in words(text, from) {
            let plain = text[word.clone()].trim_end_matches(['.', '!', '?']);
            let begins_upper = plain.starts_with(char::is_uppercase);
            // A bank may be somebody's name, but no second one.
            let may_be_any = count == 0 && spec.kind == Kind::Name;
            let lower = plain.to_lowercase();
            if (proper && mixed && !begins_upper)
                || !is_part(&spec.kind, plain, count == 0)
                || self.lexicon.everyday.has(Role::NoName, &lower)
                || (!may_be_any && self.begins_at(field, text, word.start))
            {
                break;
            }
            count += 1;
            if count > LOOSE_TEXT_WORDS {
                return None;
            }
            proper |= begins_upper;
            end = Some(word.start + plain.len());
            let stopped = word.start + plain.len() < word.end;
            if stopped && plain.chars().count() > INITIAL_LETTERS_MAX {
                break;
            }
        }
        let is_beside = |number: &&Range<usize>| {
            let between = end.and_then(|end| text.get(end..number.start));
            between.is_some_and(|between| between.chars().all(|c| " ()-,".contains(c)))
        };
        match self.numbers.iter().find(is_beside) {
            Some(number) if spec.kind == Kind::Name => Some(number.end),
            _ => end,
        }
    }

    /// Whether something of another field begins there.
    fn begins_at(&self, field: &Field, text: &str, at: usize) -> bool {
        let found = |(id, start): &(&str, usize)| *id != field.id && *start == at;
        let ahead = text[at..].chars().take(LOOKED_AHEAD);
        let rest: String = ahead.flat_map(char::to_lowercase).collect();
        let begins = |phrase: &String| {
            rest.strip_prefix(phrase.as_str())
                .is_some_and(|rest| !without_suffix(rest).starts_with(char::is_alphanumeric))
        };
        self.values.iter().any(found)
            || self
                .phrases
                .iter()
                .any(|(id, phrases)| *id != field.id && phrases.iter().any(begins))
    }
}

/// Where a text names the field, the longest name first, and where what is behind it begins.
fn places_of_names(field: &Field, spec: &Spec, text: &str) -> Vec<(usize, usize)> {
    let Some(lower) = lowered(text) else {
        return Vec::new();
    };
    let mut places = Vec::new();
    for name in names(field, spec) {
        for (at, _) in lower.match_indices(&name) {
            let behind = without_suffix(&lower[at + name.len()..]);
            let value = behind.trim_start_matches([' ', '.', ':', '=']);
            let begins_word = !lower[..at].ends_with(char::is_alphanumeric);
            if begins_word && value.len() < behind.len() {
                places.push((at, lower.len() - value.len()));
            }
        }
    }
    places
}

/// Where a value is that is known by how it begins.
fn places_of_beginnings(spec: &Spec, text: &str) -> Vec<(usize, usize)> {
    if spec.begins.is_empty() {
        return Vec::new();
    }
    let Some(lower) = lowered(text) else {
        return Vec::new();
    };
    let begins = |begin: &str, at: usize| {
        let behind = &lower[at + begin.len()..];
        !lower[..at].ends_with(char::is_alphanumeric) && behind.starts_with([' ', '.'])
    };
    let places = spec.begins.iter().flat_map(|begin| {
        let found = lower.match_indices(begin.as_str()).map(|(at, _)| at);
        found.filter(move |&at| begins(begin, at))
    });
    places.map(|at| (at, at)).collect()
}

/// Where a clause ends with the field's name.
fn names_at_the_end(field: &Field, spec: &Spec, text: &str) -> Vec<(usize, usize)> {
    let Some(folded) = lowered(text) else {
        return Vec::new();
    };
    let ends = |clause: Range<usize>| {
        let said = folded[clause.clone()].trim_end();
        names(field, spec).into_iter().find_map(|name| {
            let rest = said.strip_suffix(name.as_str())?;
            let at = clause.start + rest.len();
            (!rest.ends_with(char::is_alphanumeric)).then_some((at, at + name.len()))
        })
    };
    clauses(text).filter_map(ends).collect()
}

/// Where the text goes on behind words that lead to a place.
fn behind_words(text: &str, mut from: usize, lexicon: &Lexicon) -> usize {
    for word in words(text, from).collect::<Vec<_>>() {
        let lower = text[word.clone()].to_lowercase();
        if !lexicon.everyday.has(Role::BeforePlace, &lower) {
            return word.start;
        }
        from = word.end;
    }
    from
}

/// The words from there on, up to a mark that ends a clause.
fn words(text: &str, from: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    let rest = &text[from..];
    let end = rest
        .find([',', ';', ':', '=', '\n', '(', ')', '|', '"'])
        .unwrap_or(rest.len());
    let mut at = 0;
    std::iter::from_fn(move || {
        let left = &rest[at..end];
        let start = at + left.find(|c: char| !c.is_whitespace())?;
        let length = rest[start..end]
            .find(char::is_whitespace)
            .unwrap_or(end - start);
        at = start + length;
        Some(from + start..from + at)
    })
}

/// Whether a word may be a part of a value of this kind, of a name when it comes `first`: an account is one word.
fn is_part(kind: &Kind, word: &str, first: bool) -> bool {
    let allowed = |c: char| match kind {
        Kind::Name => c.is_alphabetic() || ".'`-@_".contains(c),
        _ => c.is_alphanumeric() || ".'`-/_".contains(c),
    };
    let begins = word.starts_with(|c: char| c == '@' || first && c.is_alphabetic());
    let of_account = |c: char| c.is_ascii_digit() || allowed(c);
    let account = *kind == Kind::Name && begins && word.chars().all(of_account);
    let digits = word.chars().filter(char::is_ascii_digit).count();
    word.contains(char::is_alphanumeric)
        && digits <= DIGITS_MAX
        && (account || word.chars().all(allowed))
}
