//! What is meant of what an answer names: `bukan halo tapi simpati`, `telpon bisa, internet ga bisa`, `selain voice`.

use std::collections::BTreeSet;
use std::ops::Range;

use super::answer::{AnswerText, Mention};
use super::{Choices, Named, all_option};
use crate::text::negation::{self, Denial};
use crate::text::{Lexicon, Role};

/// What may be said beside a brand's name besides small words.
const SPOKEN_ROLES: [Role; 3] = [Role::Negation, Role::Contrast, Role::Joining];
/// What corrects an answer comes so few words before the right one.
const CORRECTING_WORDS_MAX: usize = 5;

/// The mentions that are meant, and what is only named.
pub struct Meant {
    pub mentions: Vec<Mention>,
    pub unmeant: Vec<Unmeant>,
}

/// Options that are named without being meant.
#[derive(Debug, Clone)]
pub struct Unmeant {
    pub options: BTreeSet<usize>,
    pub why: Why,
}

/// Why an option that is named is not meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is denied: `bukan halo`.
    Denied,
    /// It is left open: `kirain halo`, `aktif apa engga`.
    Open,
    /// All others are meant: `selain voice`.
    Excepted,
    /// It works, which is no complaint: `telpon bisa`.
    Works,
    /// Nothing else works: `yang bisa cuma sms`.
    OnlyWorks,
    /// It is a noun that is a brand's name as well: `dana tunai`.
    Noun,
    /// It belongs to another word: `udah dicek`.
    Spent,
}

impl Meant {
    /// Parts what is meant from what is only named.
    pub fn of(choices: &Choices, answer: &AnswerText<'_>, mut mentions: Vec<Mention>) -> Self {
        let spent: Vec<bool> = mentions
            .iter()
            .map(|mention| is_spent(answer, mention))
            .collect();
        let mut spent = spent.into_iter();
        let mut unmeant: Vec<Unmeant> = Vec::new();
        mentions.retain(|mention| {
            let is_spent = spent.next() == Some(true);
            if is_spent {
                unmeant.push(Unmeant {
                    options: mention.options.clone(),
                    why: Why::Spent,
                });
            }
            !is_spent
        });
        if choices.many {
            name_the_rest(choices, answer, &mut mentions);
        }
        let works = works(choices, answer, &mentions);
        let scope = Scope::new(choices, answer, &mentions);
        let mut meant = Vec::new();
        for (mention, works) in mentions.iter().zip(works) {
            match scope.why_not(mention, works) {
                Some(why) => unmeant.push(Unmeant {
                    options: mention.options.clone(),
                    why,
                }),
                None => meant.push(mention.clone()),
            }
        }
        Meant {
            mentions: meant,
            unmeant,
        }
    }

    /// What the mentions name together.
    pub(super) fn named(&self, choices: &Choices, lexicon: &Lexicon) -> Named {
        let mut certain: BTreeSet<usize> = self
            .mentions
            .iter()
            .filter(|mention| mention.is_sure())
            .flat_map(|mention| &mention.options)
            .copied()
            .collect();
        if !choices.many {
            // `tidak terblokir, tidak aktif juga`: what is denied as well is in doubt.
            let denied = self.denied();
            certain.retain(|option| !denied.contains(option));
        }
        if let Some(both) = self
            .by_all()
            .filter(|_| !choices.many && self.mentions.iter().all(|mention| !mention.is_sure()))
        {
            return Named::One(BTreeSet::from([both]));
        }
        let open_question = self
            .mentions
            .iter()
            .find(|mention| !mention.is_sure() && mention.options.is_disjoint(&certain));
        if let Some(mention) = open_question {
            return Named::Unclear(mention.options.union(&certain).copied().collect());
        }
        let one = |options: BTreeSet<usize>| match options.is_empty() {
            true => Named::Nothing,
            false => Named::One(options),
        };
        match (choices.many, certain.is_empty()) {
            (true, _) if self.all_works(choices, lexicon) => one(self.denied()),
            (true, true) => one(self.all_others(choices, lexicon)),
            (true, false) => Named::One(self.without_exceptions(choices, certain, lexicon)),
            (false, true) => Named::Nothing,
            (false, false) if certain.len() > 1 => Named::Unclear(certain),
            (false, false) => Named::One(certain),
        }
    }

    /// The one option that every mention may mean, each alone being shared: `mytelkomsel` and `ovo`.
    pub fn by_all(&self) -> Option<usize> {
        let (first, others) = self.mentions.split_first()?;
        let both = others
            .iter()
            .fold(first.options.clone(), |both, other| &both & &other.options);
        let mut both = both.into_iter();
        both.next().filter(|_| both.next().is_none())
    }

    /// Of two options the one that is left when the other is surely denied.
    pub fn opposite(&self, choices: &Choices) -> Option<usize> {
        let said = || self.unmeant.iter().filter(|one| one.why != Why::Spent);
        let denied = self.named_so(&[Why::Denied]);
        let is_sure = said().all(|one| one.why == Why::Denied);
        let is_pair = choices.options.len() == 2 && !choices.many && denied.len() == 1;
        (is_pair && is_sure && self.mentions.is_empty())
            .then(|| (0..2).find(|option| !denied.contains(option)))?
    }

    fn named_so(&self, whys: &[Why]) -> BTreeSet<usize> {
        let so = self.unmeant.iter().filter(|one| whys.contains(&one.why));
        so.flat_map(|one| one.options.iter().copied()).collect()
    }

    pub fn denied(&self) -> BTreeSet<usize> {
        self.named_so(&[Why::Denied, Why::Excepted])
    }

    /// Whether all of them are said to work: `semua bisa kecuali internet`.
    fn all_works(&self, choices: &Choices, lexicon: &Lexicon) -> bool {
        let works = self.named_so(&[Why::Works]);
        all_option(choices, lexicon).is_some_and(|all| works.contains(&all))
    }

    /// All but what is excepted, or but what alone works.
    fn all_others(&self, choices: &Choices, lexicon: &Lexicon) -> BTreeSet<usize> {
        let apart = self.named_so(&[Why::Excepted, Why::OnlyWorks]);
        let fine = self.named_so(&[Why::Works, Why::OnlyWorks, Why::Excepted]);
        match all_option(choices, lexicon).filter(|_| !apart.is_empty()) {
            Some(all) => but(choices, all, &fine),
            None => BTreeSet::new(),
        }
    }

    /// `semua kecuali sms` is all the others.
    fn without_exceptions(
        &self,
        choices: &Choices,
        named: BTreeSet<usize>,
        lexicon: &Lexicon,
    ) -> BTreeSet<usize> {
        let exceptions = self.denied();
        let all = all_option(choices, lexicon)
            .filter(|all| named.contains(all) && !exceptions.is_empty());
        let others = all.map(|all| but(choices, all, &exceptions));
        others.filter(|others| !others.is_empty()).unwrap_or(named)
    }
}

/// All options but these and the one for all.
fn but(choices: &Choices, all: usize, these: &BTreeSet<usize>) -> BTreeSet<usize> {
    let options = 0..choices.options.len();
    options
        .filter(|option| *option != all && !these.contains(option))
        .collect()
}

/// Where what takes back an answer ends, with one before it and another right behind it: `ovo, eh salah, gopay`.
pub fn corrected_from(
    choices: &Choices,
    answer: &AnswerText<'_>,
    mentions: &[Mention],
) -> Option<usize> {
    let first = mentions.first()?.span.end;
    let is_last = |place: &usize| {
        let mut behind = answer.words[*place..].iter().take(CORRECTING_WORDS_MAX);
        behind.any(|word| {
            let place = mentions.binary_search_by_key(&word.raw.start, |one| one.span.start);
            place.is_ok_and(|place| {
                let one = &mentions[place];
                !(one.denied || is_spent(answer, one) || answer.is_denied(&one.span))
            })
        })
    };
    let corrections = negation::corrections(answer.raw, answer.lexicon).into_iter();
    let behind = corrections.rev().filter(|span| first <= span.start);
    let adds = (0..answer.words.len()).any(|index| answer.has(Role::Joining, index));
    behind
        .map(|span| (answer.between(0, span.end).end, span.end))
        .filter(|(next, _)| !choices.many || !(answer.has(Role::Contrast, next - 1) || adds))
        .find(|(next, _)| *next < answer.words.len() && is_last(next))
        .map(|(_, end)| end)
}

/// Whether a word that is an option's name by itself belongs to another word: `belum` of `belum dicek`, `udah` of
/// `udah bayar`.
fn is_spent(answer: &AnswerText<'_>, mention: &Mention) -> bool {
    let named = answer.between(mention.span.start, mention.span.end);
    let [index] = named.collect::<Vec<_>>()[..] else {
        return false;
    };
    let is_small = |at: usize| answer.is_small(at) || answer.says_when(at);
    let is_clause = |denial: &&Denial| denial.denied.contains(&denial.by.start);
    if let Some(denial) = answer.denials_by(&mention.span).find(|one| !is_clause(one)) {
        let denied = answer.between(denial.denied.start, denial.denied.end);
        return !denied.clone().all(is_small);
    }
    if !(answer.has(Role::Yes, index) || answer.has(Role::No, index)) {
        return false;
    }
    let next = (index + 1..answer.words.len())
        .take_while(|at| !(answer.begins_clause(*at) || answer.has(Role::Somewhere, *at)))
        .find(|at| !is_small(*at));
    next.is_some_and(|next| !answer.has(Role::Negation, next))
}

/// `sisanya` are all options that are not named.
fn name_the_rest(choices: &Choices, answer: &AnswerText<'_>, mentions: &mut Vec<Mention>) {
    let rest = answer.lexicon.everyday.find(Role::Rest, answer.raw);
    let Some(all) = all_option(choices, answer.lexicon).filter(|_| !rest.is_empty()) else {
        return;
    };
    let named: BTreeSet<usize> = mentions
        .iter()
        .flat_map(|mention| mention.options.iter().copied())
        .collect();
    let others = but(choices, all, &named);
    if named.is_empty() || named.contains(&all) || others.is_empty() {
        return;
    }
    mentions.extend(rest.into_iter().map(|span| Mention {
        span,
        options: others.clone(),
        every: true,
        denied: false,
    }));
    mentions.sort_by_key(|mention| mention.span.start);
}

/// What decides whether a mention is meant.
struct Scope<'a> {
    choices: &'a Choices,
    answer: &'a AnswerText<'a>,
    /// Where options are named, in reading order.
    spans: Vec<Range<usize>>,
    all: Option<usize>,
    /// Something is said to work or not, so that a bare `engga` says it too.
    says_state: bool,
    /// There is nothing in the answer but names of options and what may be beside them.
    is_alone: bool,
}

impl<'a> Scope<'a> {
    fn new(choices: &'a Choices, answer: &'a AnswerText<'a>, mentions: &[Mention]) -> Self {
        let states = [Role::Works, Role::Broken];
        let words = || 0..answer.words.len();
        let mut scope = Scope {
            choices,
            answer,
            spans: mentions.iter().map(|one| one.span.clone()).collect(),
            all: all_option(choices, answer.lexicon),
            says_state: words().any(|word| states.into_iter().any(|role| answer.has(role, word))),
            is_alone: false,
        };
        scope.is_alone = words().all(|word| scope.is_beside(word));
        scope
    }

    fn why_not(&self, mention: &Mention, works: bool) -> Option<Why> {
        match self.denial(mention) {
            Some(Why::Excepted) if works => None,
            Some(why) => Some(why),
            None if works && self.is_only(mention) => Some(Why::OnlyWorks),
            None if works => Some(Why::Works),
            None => self.is_noun(mention).then_some(Why::Noun),
        }
    }

    fn denial(&self, mention: &Mention) -> Option<Why> {
        if mention.denied {
            return Some(Why::Denied);
        }
        let span = &mention.span;
        let whys = self.answer.denials_of(span).filter(|one| self.counts(one));
        let whys = whys.filter_map(|denial| self.why_denied(denial, mention));
        // What is left open by one word is not surely denied by another.
        let why = whys.max_by_key(|why| *why == Why::Open);
        why.or_else(|| {
            let last = self.answer.last_denial_before(span.start)?;
            self.reaches(last, span)
        })
    }

    /// Whether a denial denies anything: `belum masuk` is an option's name, and the `belum` in it denies nothing.
    fn counts(&self, denial: &Denial) -> bool {
        let by = &denial.by;
        let place = self.spans.partition_point(|span| span.end <= by.start);
        let in_a_name = self
            .spans
            .get(place)
            .is_some_and(|span| span.contains(&by.start));
        let is_name = self.spans.get(place).is_some_and(|span| span == by);
        // `telpon engga, sms bisa`: it does not work.
        let is_state = self.choices.many && self.says_state && !denial.is_ahead();
        !(in_a_name && !is_name || is_state)
    }

    fn why_denied(&self, denial: &Denial, mention: &Mention) -> Option<Why> {
        let by = self.answer.between(denial.by.start, denial.by.end).start;
        let why = match denial.sure {
            _ if self.choices.many && self.answer.has(Role::Excepting, by) => Why::Excepted,
            true => Why::Denied,
            false => Why::Open,
        };
        // `selain sms semua mati`: the exception is denied, not the rule.
        let is_all = self.all.is_some_and(|all| mention.options.contains(&all));
        let from = self
            .spans
            .partition_point(|span| span.end <= denial.denied.start);
        let mut others = self.spans[from..]
            .iter()
            .filter(|other| **other != mention.span);
        let is_rule = is_all && others.next().is_some_and(|other| denial.denies(other));
        (!is_rule).then_some(why)
    }

    /// `belum bisa masuk` and `blm sepenuhnya masuk`: what is denied of one of two options leads to it.
    fn reaches(&self, denial: &Denial, span: &Range<usize>) -> Option<Why> {
        let is_pair = self.choices.options.len() == 2 && !self.choices.many;
        let leads = denial.is_ahead() && denial.denied.end <= span.start && self.counts(denial);
        let answer = self.answer;
        let passes = |at: usize| answer.is_small(at) && !answer.begins_clause(at);
        let mut between = answer.between(denial.denied.end, span.start);
        let first = answer.between(span.start, span.end).start;
        if !(is_pair && leads && between.all(passes)) || answer.begins_clause(first) {
            return None;
        }
        let denied = answer.between(denial.denied.start, denial.denied.end);
        let is_sure = denial.sure && answer.has(Role::Works, denied.start);
        Some(if is_sure { Why::Denied } else { Why::Open })
    }

    /// Whether nothing but the mention is spoken of: `cuma sms`, `sms doang`.
    fn is_only(&self, mention: &Mention) -> bool {
        let words = self.answer.between(mention.span.start, mention.span.end);
        let is = |role, place: Option<usize>| place.is_some_and(|at| self.answer.has(role, at));
        let before = words.start.checked_sub(1);
        is(Role::Only, before)
            || is(Role::Only, Some(words.end))
            || is(Role::Works, before) && is(Role::Only, words.start.checked_sub(2))
    }

    /// Whether the mention is the noun that a brand is called after. The brand is meant where it is all there is, or
    /// behind a word for what something was done with: `via dana`.
    fn is_noun(&self, mention: &Mention) -> bool {
        let answer = self.answer;
        let named = answer.between(mention.span.start, mention.span.end);
        if named.len() != 1 {
            return false;
        }
        let index = named.start;
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
        let is_means = index > 0 && answer.has(Role::Means, index - 1);
        let ends = index + 1 == count || self.is_beside(index + 1) || {
            let between = &answer.raw[mention.span.end..answer.words[index + 1].raw.start];
            between.contains([',', '.', '(', ';'])
        };
        owned || !(self.is_alone || is_means && ends)
    }

    /// Whether a word may be beside a brand's name.
    fn is_beside(&self, index: usize) -> bool {
        let answer = self.answer;
        let start = answer.words[index].raw.start;
        let place = self.spans.partition_point(|span| span.end <= start);
        let is_named = self
            .spans
            .get(place)
            .is_some_and(|span| span.contains(&start));
        is_named
            || answer.is_small(index)
            || answer.says_when(index)
            || SPOKEN_ROLES.into_iter().any(|role| answer.has(role, index))
    }
}

/// Which mentions are said to work, where several options may be named: in `telpon bisa tapi internet ga bisa` only the
/// second is a complaint.
fn works(choices: &Choices, answer: &AnswerText<'_>, mentions: &[Mention]) -> Vec<bool> {
    let mut states: Vec<Option<bool>> = vec![None; mentions.len()];
    if !choices.many {
        return vec![false; mentions.len()];
    }
    let ends_clause = |index: usize| answer.begins_clause(index);
    let state = |word: usize| match answer.has(Role::Works, word) {
        true => Some(true),
        false => answer.has(Role::Broken, word).then_some(false),
    };
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
        let said = (after.start..clause_end).find_map(|word| Some((word, state(word)?)));
        if let Some((word, works)) = said {
            states[place] = Some(works != denies(after.start..word));
            taken_to = word + 1;
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
        let near = clause.find(|word| {
            state(*word).is_some() || !(answer.is_small(*word) || answer.has(Role::Only, *word))
        });
        if let Some((word, works)) = near.and_then(|word| Some((word, state(word)?))) {
            // `ga bisa internet`, `ga ada kendala di sms`
            let from = word.saturating_sub(if works { 1 } else { 2 });
            states[place] = Some(works != denies(from..word));
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
