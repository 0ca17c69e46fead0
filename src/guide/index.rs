//! Which points of one SOP a question asks for.
//!
//! Every word of the question counts for how few points have it, and less when agents use it about anything. A point
//! answers when it accounts for enough of the question, most surely by a phrase with which it is asked for; a question
//! whose rare word is nowhere in the SOP is not answered by what is left of it.

use rustc_hash::FxHashMap;

use super::aspects::{self, Aspects};
use super::lines::LineIndex;
use super::points::{Point, PointKind, Written, collect};
use super::terms::{self, Question, Term};
use super::words::{self, Slips};
use crate::catalog::Sop;
use crate::text::spelling::Speller;
use crate::text::{Everyday, Lexicon};

// These were chosen on the odd rows of `tests/it/guide/questions.tsv` and on `practice.tsv`, where a wide range of each
// does alike.

/// How much of an `asked` phrase a question must contain to be asked for by it, weighted by how rare its words are.
const PHRASE_FIT_MIN: f32 = 0.75;
/// The same of a case that is described at length: it asks for the SOP, unless it says a whole phrase besides.
const STORY_FIT_MIN: f32 = 0.95;
/// How much of a question a point must account for that is asked for by a phrase of its own: a story that merely touches
/// a point asks for the SOP.
const PHRASE_COVER_MIN: f32 = 0.45;
/// The same where the question holds a whole phrase of some words, whatever else it says.
const WHOLE_COVER_MIN: f32 = 0.4;
/// A phrase of fewer words is in too many questions.
const WHOLE_WORDS_MIN: usize = 2;
/// Of a phrase so many words must be in a question, if it has them.
const PHRASE_WORDS_MIN: usize = 2;
/// So much of a phrase is all of it.
const WHOLE_SHARE: f32 = 0.95;
/// The same for a point that merely has the words, which is enough for a question only.
const TEXT_COVER_MIN: f32 = 0.65;
/// A word that neither the SOP nor any agent has used weighs as much as one that is in three of a hundred points.
const UNKNOWN_WORD_WEIGHT: f32 = 3.5;
/// So much of its weight a word keeps that agents use about anything.
const COMMON_WORD_SHARE: f32 = 0.4;
/// So much of its weight a word keeps that says little wherever it is.
const FAINT_WORD_SHARE: f32 = 0.35;
/// So much of its weight a word keeps that only leads up to what is asked.
const ASIDE_SHARE: f32 = 0.5;
/// What a word counts for by its place: in a phrase with which the point is asked for, it counts in full.
const IN_TEXT: f32 = 0.6;
/// In the words before the text's first colon or full stop, which say what it is about.
const IN_HEAD: f32 = 0.9;
/// In the heading above the point.
const IN_TITLE: f32 = IN_TEXT;
/// Another word for the same thing.
const AS_SYNONYM: f32 = 0.85;
/// A word that the question has cut short: `ncx` of `ncxtools`.
const AS_BEGINNING: f32 = 0.8;
/// A word with a slip mended.
const AS_REPAIRED: f32 = 0.9;
/// A phrase that fits as a whole is worth this much more than its words.
const PHRASE_BONUS: f32 = 0.8;
/// Two words that are side by side in the question and in the point, as a share of their weights.
const PAIR_BONUS: f32 = 0.15;
/// A phrase that asks as the question does (`berapa lama`, `ke mana`) fits better,
const SAME_ASPECT: f32 = 1.2;
/// and one that asks for something else worse.
const OTHER_ASPECT: f32 = 0.8;
/// What the source leaves open is shown when nothing that it says fits about as well.
const HOLE_SHARE: f32 = 0.95;
/// and when it is not asked for in this way, hardly.
const OTHER_HOLE_SHARE: f32 = 0.85;
/// A longer beginning than this is a sentence, not what the text is about.
const HEAD_CHARS_MAX: usize = 80;
/// Points whose score is within this share of the best are shown with it.
const NEAR_BEST: f32 = 0.85;
/// More points than this are not an answer but the SOP.
const SHOWN_MAX: usize = 3;
/// Fewer letters begin too many words.
const BEGINNING_MIN: usize = 3;

/// Where fewer of the points have phrases by which they are asked for, the text alone must answer.
const ASKED_SHARE: f32 = 0.3;

/// How often agents use a word, whatever they talk about.
#[derive(Debug, Default)]
pub struct Usage {
    messages: u32,
    by_word: FxHashMap<String, u32>,
    slips: Slips,
}

impl Usage {
    /// Counts the words of all messages, and knows those of asking.
    pub fn of<'m>(messages: impl Iterator<Item = &'m String>, lexicon: &Lexicon) -> Self {
        Self {
            slips: Slips::of(&lexicon.everyday),
            ..Self::counted(messages, lexicon)
        }
    }

    /// Counts the words of messages.
    fn counted<'m>(messages: impl Iterator<Item = &'m String>, lexicon: &Lexicon) -> Self {
        let mut usage = Self::default();
        for message in messages {
            usage.messages += 1;
            for term in Question::read(message, lexicon).terms {
                *usage.by_word.entry(term.word).or_default() += 1;
            }
        }
        usage
    }

    pub fn count(&self, word: &str) -> u32 {
        self.by_word.get(word).copied().unwrap_or_default()
    }

    /// How much a word says to those who speak of something else than `own`, from 0 for one of every message to 1 for one
    /// that no agent has used.
    fn says(&self, word: &str, own: &Usage) -> f32 {
        let messages = self.messages.saturating_sub(own.messages) as f32;
        let used = self.count(word).saturating_sub(own.count(word)) as f32;
        ((1.0 + messages) / (1.0 + used)).ln() / (1.0 + messages).ln().max(1.0)
    }
}

/// The words of an SOP's points.
#[derive(Debug)]
pub struct Index {
    points: Vec<Point>,
    by_id: FxHashMap<String, usize>,
    words: Words,
    concepts: Words,
    /// The words in their order, by which one that was cut short is found and by which the speller names them.
    vocabulary: Vec<String>,
    /// The same, and as they are spoken.
    spellings: Vec<String>,
    speller: Speller,
    phrases: Vec<Phrase>,
    /// What each point holds that may be asked for, by place.
    held: Vec<Aspects>,
    /// The words of its text.
    texts: Vec<Question>,
    /// The headings in their order, with the words of each.
    headings: Vec<(String, Question)>,
    /// The points in which two words are side by side.
    pairs: FxHashMap<(u32, u32), Vec<usize>>,
    /// The same points as lines of text, for an SOP without phrases by which its points are asked for.
    lines: Option<LineIndex>,
    /// What agents say who mean this SOP.
    own: Usage,
}

/// How near a point is to a question.
#[derive(Debug, Clone, Copy, Default)]
pub struct Near {
    /// How near.
    pub score: f32,
    /// What share of its words the point accounts for.
    pub cover: f32,
}

/// Words with which a point is asked for.
#[derive(Debug)]
struct Phrase {
    point: usize,
    /// The weight of all its words.
    weight: f32,
    words: usize,
    aspects: Aspects,
    /// It asks (`kapan pulsa masuk`), so a message that asks nothing does not mean it.
    asks: bool,
}

/// Words by their text, or concepts by their name.
#[derive(Debug, Default)]
struct Words {
    by_text: FxHashMap<String, u32>,
    all: Vec<Word>,
}

#[derive(Debug, Default)]
struct Word {
    weight: f32,
    phrases: Vec<usize>,
    /// The points that have it, each once, with what it counts for there.
    points: Vec<(usize, f32)>,
}

impl Words {
    fn get(&self, text: &str) -> Option<u32> {
        self.by_text.get(text).copied()
    }

    fn entry(&mut self, text: &str) -> &mut Word {
        let next = self.all.len() as u32;
        let at = *self.by_text.entry(text.to_owned()).or_insert(next);
        if at == next {
            self.all.push(Word::default());
        }
        &mut self.all[at as usize]
    }

    /// The words in their order.
    fn sorted(&self) -> Vec<String> {
        let mut words: Vec<String> = self.by_text.keys().cloned().collect();
        words.sort_unstable();
        words
    }

    /// Lets a word be found by how it is spoken as well.
    fn also(&mut self, spoken: String, word: &str) {
        if let Some(at) = self.get(word) {
            self.by_text.entry(spoken).or_insert(at);
        }
    }

    fn weigh(&mut self, points: usize, usage: &Usage, own: &Usage, everyday: &Everyday) {
        for (text, &at) in &self.by_text {
            let word = &mut self.all[at as usize];
            let rare = (1.0 + points as f32 / (word.points.len() as f32).max(1.0)).ln();
            let says = COMMON_WORD_SHARE + (1.0 - COMMON_WORD_SHARE) * usage.says(text, own);
            let faint = if words::uses(text, everyday).is_faint() {
                FAINT_WORD_SHARE
            } else {
                1.0
            };
            word.weight = rare * says * faint;
        }
    }
}

impl Word {
    fn stands_in(&mut self, point: usize, credit: f32) {
        match self.points.last_mut() {
            Some((last, known)) if *last == point => *known = known.max(credit),
            _ => self.points.push((point, credit)),
        }
    }
}

/// The points of an SOP while they are filed.
#[derive(Debug, Default)]
struct Filing {
    words: Words,
    concepts: Words,
    phrases: Vec<Phrase>,
    /// The words of each phrase.
    phrase_terms: Vec<Vec<Term>>,
    /// Words in their order, with the point they are in.
    side_by_side: Vec<(usize, Vec<Term>)>,
    /// How words are spoken, with the stem of each.
    spoken: FxHashMap<String, String>,
    held: Vec<Aspects>,
    texts: Vec<Question>,
}

impl Filing {
    fn file(&mut self, place: usize, point: &Written, has_steps: bool, lexicon: &Lexicon) {
        let parts = [
            (point.title.as_str(), IN_TITLE),
            (point.text.as_str(), IN_TEXT),
            (head(&point.text), IN_HEAD),
        ];
        for (text, credit) in parts {
            for term in Question::read(text, lexicon).terms {
                self.note(&term, place, credit, None);
            }
        }
        let everyday = &lexicon.everyday;
        let mut held = aspects::held(&point.text, has_steps, everyday);
        for phrase in &point.asked {
            let read = Question::read(phrase, lexicon);
            held = held.and(aspects::held_by_phrase(read.aspects, phrase, everyday));
            for term in &read.terms {
                self.note(term, place, 1.0, Some(self.phrases.len()));
            }
            self.phrases.push(Phrase {
                point: place,
                weight: 0.0,
                words: read.terms.len(),
                aspects: read.aspects,
                asks: read.asks,
            });
            self.side_by_side.push((place, read.terms.clone()));
            self.phrase_terms.push(read.terms);
        }
        let read = Question::read(&point.text, lexicon);
        self.side_by_side.push((place, read.terms.clone()));
        self.texts.push(read);
        self.held.push(held);
    }

    fn note(&mut self, term: &Term, place: usize, credit: f32, phrase: Option<usize>) {
        if !term.is_denial() && !self.spoken.contains_key(&term.spoken) {
            (self.spoken).insert(term.spoken.clone(), term.word.clone());
        }
        let concept = term.concept.as_deref();
        let concept = concept.map(|concept| self.concepts.entry(concept));
        let word = self.words.entry(&term.word);
        for word in std::iter::once(word).chain(concept) {
            word.stands_in(place, credit);
            word.phrases.extend(phrase);
        }
    }

    fn known(&self, term: &Term) -> u32 {
        self.words.get(&term.word).expect("it was filed")
    }

    fn weigh_phrases(&mut self) {
        for at in 0..self.phrases.len() {
            let terms = self.phrase_terms[at].iter();
            let weights = terms.map(|term| self.words.all[self.known(term) as usize].weight);
            self.phrases[at].weight = weights.sum();
        }
    }

    /// The points in which two words are side by side.
    fn pairs(&self) -> FxHashMap<(u32, u32), Vec<usize>> {
        let mut pairs: FxHashMap<(u32, u32), Vec<usize>> = FxHashMap::default();
        for (place, terms) in &self.side_by_side {
            for two in terms.windows(2) {
                let pair = (self.known(&two[0]), self.known(&two[1]));
                let places = pairs.entry(pair).or_default();
                if places.last() != Some(place) {
                    places.push(*place);
                }
            }
        }
        pairs
    }
}

impl Index {
    /// Collects and indexes the points of an SOP.
    pub fn new(sop: &Sop, lexicon: &Lexicon, usage: &Usage) -> Self {
        let own = Usage::counted(sop.matching.utterances.iter(), lexicon);
        let written = collect(sop);
        let mut filing = Filing::default();
        for (place, point) in written.iter().enumerate() {
            filing.file(place, point, has_steps(sop, point.kind()), lexicon);
        }
        let everyday = &lexicon.everyday;
        (filing.words).weigh(written.len(), usage, &own, everyday);
        (filing.concepts).weigh(written.len(), usage, &own, everyday);
        filing.weigh_phrases();
        let pairs = filing.pairs();
        let with_phrases = written.iter().filter(|point| !point.asked.is_empty());
        let is_bare = (with_phrases.count() as f32) < ASKED_SHARE * written.len() as f32;
        let lines = is_bare.then(|| LineIndex::new(&written, lexicon));
        let points: Vec<_> = written.into_iter().map(Written::point).collect();
        let headings = sop.sections.iter().map(|section| {
            let words = Question::read(&section.title, lexicon);
            (section.id.clone(), words)
        });
        let headings = headings.collect();
        let ids = points.iter().enumerate();
        let Filing {
            mut words,
            concepts,
            phrases,
            held,
            spoken,
            texts,
            ..
        } = filing;
        let vocabulary = words.sorted();
        for (spoken, word) in spoken {
            words.also(spoken, &word);
        }
        let spellings = words.sorted();
        Self {
            by_id: ids
                .map(|(place, point)| (point.id.clone(), place))
                .collect(),
            points,
            speller: Speller::new(spellings.iter().map(String::as_str)),
            spellings,
            vocabulary,
            words,
            concepts,
            phrases,
            held,
            texts,
            headings,
            pairs,
            lines,
            own,
        }
    }

    /// Returns the point with this id.
    pub fn get(&self, id: &str) -> Option<&Point> {
        self.by_id.get(id).map(|&place| &self.points[place])
    }

    /// Returns the points a question asks for, the best first.
    pub fn asked(&self, question: &Question, usage: &Usage) -> Vec<&Point> {
        let scored = self.scored(question, usage);
        if let Some(lines) = self.lines.as_ref().filter(|_| scored.is_empty()) {
            let said = |word: &str| usage.says(word, &self.own);
            let is_told = |place: usize| self.tells_what_is_wanted(place, question);
            return (lines.nearest(question, said, is_told).into_iter())
                .map(|place| &self.points[place])
                .collect();
        }
        let best = scored.first().map_or(0.0, |(_, score)| *score);
        let near = scored
            .iter()
            .filter(|(_, score)| *score >= NEAR_BEST * best);
        let near = near.take(SHOWN_MAX);
        near.map(|(place, _)| &self.points[*place]).collect()
    }

    /// All points in their order.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Where the point with this id is.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The words of a point's text.
    pub fn words_of(&self, place: usize) -> &Question {
        &self.texts[place]
    }

    /// The headings in their order, with the words of each.
    pub fn headings(&self) -> &[(String, Question)] {
        &self.headings
    }

    /// What share of the words that tell something in a question a heading has.
    pub fn heading_cover(&self, heading: &Question, question: &Question) -> f32 {
        let telling = question
            .terms
            .iter()
            .filter(|term| !term.faint && !term.is_denial());
        let (mut all, mut found) = (0.0, 0.0);
        for term in telling {
            let weight = self.meant(term).weight.unwrap_or(UNKNOWN_WORD_WEIGHT);
            all += weight;
            let has = |own: &Term| {
                own.word == term.word || own.concept.is_some() && own.concept == term.concept
            };
            if heading.terms.iter().any(has) {
                found += weight;
            }
        }
        if all > 0.0 { found / all } else { 0.0 }
    }

    /// Whether two points are next to each other under the same heading.
    pub fn is_beside(&self, place: usize, other: usize) -> bool {
        let under = |place: usize| self.points.get(place).map(|point| &point.under);
        place.abs_diff(other) == 1 && under(place) == under(other)
    }

    /// Whether a phrase with which a point is asked for asks for the same of its subject.
    pub fn asks_alike(&self, place: usize, question: &Question) -> bool {
        let mut phrases = self.phrases.iter().filter(|phrase| phrase.point == place);
        phrases.any(|phrase| question.aspects.like(phrase.aspects) == Some(true))
    }

    /// How near each point is to a question, whether that answers it or not.
    pub fn nearness(&self, question: &Question, usage: &Usage) -> Vec<Near> {
        let Matched { found, all, aside } = self.matched(question, usage);
        let near = |found: &Match| match found.weight > 0.0 {
            true => Near {
                score: found.nearness(all, aside),
                cover: found.cover(all, aside),
            },
            false => Near::default(),
        };
        found.iter().map(near).collect()
    }

    /// The points that answer, with their scores, the best first.
    fn scored(&self, question: &Question, usage: &Usage) -> Vec<(usize, f32)> {
        let Matched { found, all, aside } = self.matched(question, usage);
        let scores = found.iter().enumerate().filter_map(|(place, found)| {
            if !self.tells_what_is_wanted(place, question) {
                return None;
            }
            // What uses a word does not say what it means.
            if question.aspects.wants_meaning() && !found.alike {
                return None;
            }
            let score = found.score(all, aside, question)?;
            Some(match self.points[place].kind {
                PointKind::Unclear(_) if found.alike || question.aspects.is_empty() => {
                    (place, HOLE_SHARE * score)
                }
                PointKind::Unclear(_) => (place, OTHER_HOLE_SHARE * score),
                _ => (place, score),
            })
        });
        let mut scored: Vec<_> = scores.collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scored
    }

    /// What every point has of a question.
    fn matched(&self, question: &Question, usage: &Usage) -> Matched {
        let mut found = vec![Match::default(); self.points.len()];
        let mut phrases: FxHashMap<usize, (f32, usize)> = FxHashMap::default();
        let (mut all, mut aside) = (0.0, 0.0);
        let mut before = None;
        for term in &question.terms {
            let meant = self.meant(term);
            let sum = if term.aside { &mut aside } else { &mut all };
            let Some(weight) = meant.weight else {
                // A denial is not missed where what is denied is; a word that agents use is no slip of another.
                let is_slip = usage.count(&term.word) == 0 && usage.slips.has(&term.word);
                if !term.faint && !term.is_denial() && !is_slip {
                    let says = usage.says(&term.word, &self.own);
                    *sum += UNKNOWN_WORD_WEIGHT * says * says;
                }
                continue;
            };
            *sum += weight;
            for (word, share) in meant.words() {
                for &(place, credit) in &word.points {
                    let found = &mut found[place];
                    found.now = found.now.max(weight * credit * share);
                }
            }
            for (word, _) in meant.words() {
                for &(place, _) in &word.points {
                    found[place].count(term.aside);
                }
            }
            let mut hit: FxHashMap<usize, f32> = FxHashMap::default();
            for (word, share) in meant.words() {
                for &phrase in &word.phrases {
                    let best = hit.entry(phrase).or_default();
                    *best = best.max(weight * share);
                }
            }
            for (phrase, weight) in hit {
                let (sum, words) = phrases.entry(phrase).or_default();
                *sum += weight;
                *words += 1;
            }
            let here = meant.word.map(|(at, ..)| (at, weight));
            if let (Some((one, its)), Some((other, weight))) = (before, here)
                && let Some(places) = self.pairs.get(&(one, other))
            {
                for &place in places {
                    found[place].pairs += PAIR_BONUS * (its + weight);
                }
            }
            before = here;
        }
        self.fit_phrases(phrases, question, &mut found);
        Matched { found, all, aside }
    }

    /// Notes which phrases fit, by how much of each is in the question: weight and words.
    fn fit_phrases(
        &self,
        phrases: FxHashMap<usize, (f32, usize)>,
        question: &Question,
        found: &mut [Match],
    ) {
        for (phrase, (weight, words)) in phrases {
            let phrase = &self.phrases[phrase];
            // One word of several may be any question's.
            if words < phrase.words.min(PHRASE_WORDS_MIN) {
                continue;
            }
            if let Some(fit) = phrase.fit(question, weight) {
                found[phrase.point].alike |= weight >= WHOLE_SHARE * phrase.weight
                    || question.aspects.like(phrase.aspects) == Some(true);
                let found = &mut found[phrase.point];
                found.by_phrase = found.by_phrase.max(fit);
                found.whole |=
                    phrase.words >= WHOLE_WORDS_MIN && weight >= WHOLE_SHARE * phrase.weight;
            }
        }
    }

    /// Whether a point has a time or a number, if that is wanted.
    pub fn tells_what_is_wanted(&self, place: usize, question: &Question) -> bool {
        let is_hole = matches!(self.points[place].kind, PointKind::Unclear(_));
        is_hole || question.aspects.counted_in(self.held[place])
    }

    /// Whether a point holds some of what is wanted.
    pub fn holds_alike(&self, place: usize, question: &Question) -> bool {
        question.aspects.is_held_by(self.held[place])
    }

    /// What the SOP has for a word: the word itself, and what means the same.
    fn meant(&self, term: &Term) -> Meant<'_> {
        let word = self.known(&term.word, &term.spoken);
        let word = word.map(|(at, share)| (at, &self.words.all[at as usize], share));
        let concept = term.concept.as_ref();
        let concept = concept.and_then(|concept| self.concepts.get(concept));
        let concept = concept.map(|at| &self.concepts.all[at as usize]);
        let weight = match (word, concept) {
            (Some((_, word, share)), Some(concept)) if share < AS_SYNONYM => {
                Some(concept.weight.max(word.weight * share))
            }
            (Some((_, word, _)), _) => Some(word.weight),
            (None, concept) => concept.map(|concept| concept.weight),
        };
        Meant {
            word,
            concept,
            weight,
        }
    }

    /// The word as the SOP has it: as it is, as everyday speech makes it (`nyari` of `cari`), cut short, or with a slip
    /// mended.
    fn known(&self, word: &str, spoken: &str) -> Option<(u32, f32)> {
        let get = |word: &str, share| Some((self.words.get(word)?, share));
        if let Some(known) = get(word, 1.0) {
            return Some(known);
        }
        // A denied word is one that the SOP denies, or none.
        if word.starts_with('-') {
            return None;
        }
        terms::everyday(word)
            .chain(terms::spoken(word))
            .find_map(|word| get(&word, 1.0))
            .or_else(|| get(word.strip_suffix("nya")?, 1.0))
            .or_else(|| get(self.begun(word)?, AS_BEGINNING))
            .or_else(|| {
                let repair = |word| self.speller.repair(word, |_| 0.0);
                let repair = repair(spoken).or_else(|| repair(word))?;
                get(&self.spellings[repair.word as usize], AS_REPAIRED)
            })
    }

    /// The one word of the SOP that begins like this.
    fn begun(&self, word: &str) -> Option<&str> {
        if word.len() < BEGINNING_MIN {
            return None;
        }
        let from = self
            .vocabulary
            .partition_point(|known| known.as_str() < word);
        let mut begun = self.vocabulary[from..]
            .iter()
            .take_while(|known| known.starts_with(word));
        let only = begun.next()?;
        begun.next().is_none().then_some(only.as_str())
    }
}

/// What an SOP has for a word of a question.
struct Meant<'i> {
    /// The word, by which it is found in pairs, with what it counts for.
    word: Option<(u32, &'i Word, f32)>,
    concept: Option<&'i Word>,
    /// Nothing when the SOP has neither.
    weight: Option<f32>,
}

impl<'i> Meant<'i> {
    fn words(&self) -> impl Iterator<Item = (&'i Word, f32)> + use<'i> {
        let word = self.word.map(|(_, word, share)| (word, share));
        let concept = self.concept.map(|concept| (concept, AS_SYNONYM));
        word.into_iter().chain(concept)
    }
}

impl Phrase {
    /// How well it fits, when so much of it is in a question.
    fn fit(&self, question: &Question, weight: f32) -> Option<f32> {
        let share = (weight / self.weight).min(1.0);
        let fit_min = if question.is_story() {
            STORY_FIT_MIN
        } else {
            PHRASE_FIT_MIN
        };
        if share < fit_min || self.asks && !question.asks {
            return None;
        }
        let like = match question.aspects.like(self.aspects) {
            Some(true) => SAME_ASPECT,
            Some(false) => OTHER_ASPECT,
            None => 1.0,
        };
        // A longer phrase that fits says more than a short one.
        Some(share * weight.min(self.weight) * like)
    }
}

/// What all points have of a question.
struct Matched {
    found: Vec<Match>,
    /// The question's weight.
    all: f32,
    /// The weight of the words that only lead up to it.
    aside: f32,
}

/// How a point answers a question.
#[derive(Debug, Clone, Default)]
struct Match {
    /// What it accounts for of the question's weight.
    weight: f32,
    /// What it accounts for of the words that only lead up to the question.
    aside: f32,
    words: usize,
    /// What it accounts for of the word in hand.
    now: f32,
    /// How well the phrase fits that fits best.
    by_phrase: f32,
    /// Whether a phrase that fits asks for the same of its subject.
    alike: bool,
    /// Whether a phrase of some words is in the question as a whole.
    whole: bool,
    pairs: f32,
}

impl Match {
    fn count(&mut self, aside: bool) {
        if self.now > 0.0 {
            if aside {
                self.aside += self.now;
            }
            self.weight += std::mem::take(&mut self.now);
            self.words += 1;
        }
    }

    /// What share of a question of this weight it accounts for.
    fn cover(&self, all: f32, aside: f32) -> f32 {
        self.weight / self.asked(all, aside)
    }

    /// The question's weight, with what leads up to it.
    fn asked(&self, all: f32, aside: f32) -> f32 {
        all + self.aside + ASIDE_SHARE * (aside - self.aside).max(0.0)
    }

    /// How near it is to a question of this weight.
    fn nearness(&self, all: f32, aside: f32) -> f32 {
        let sum = self.weight + PHRASE_BONUS * self.by_phrase + self.pairs;
        // What leaves a part of the question out falls behind what does not.
        sum / self.asked(all, aside) * self.cover(all, aside).sqrt()
    }

    /// Its score, when it accounts for enough of a question of this weight.
    fn score(&self, all: f32, aside: f32, question: &Question) -> Option<f32> {
        let cover = self.cover(all, aside);
        let cover_min = if self.whole && !question.tells() {
            WHOLE_COVER_MIN
        } else {
            PHRASE_COVER_MIN
        };
        let by_phrase = self.by_phrase > 0.0 && cover >= cover_min;
        let by_words = !question.tells() && self.words > 1 && cover >= TEXT_COVER_MIN;
        (by_phrase || by_words).then(|| self.nearness(all, aside))
    }
}

/// Whether a point is an item with steps.
fn has_steps(sop: &Sop, kind: PointKind) -> bool {
    match kind {
        PointKind::Item(section, place) => !sop.sections[section].items[place].steps.is_empty(),
        _ => false,
    }
}

/// The beginning that says what a text is about.
fn head(text: &str) -> &str {
    let head = text.split([':', '.', '?']).next().unwrap_or_default();
    match head.chars().count() <= HEAD_CHARS_MAX {
        true => head,
        false => "",
    }
}
