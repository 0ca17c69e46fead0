//! The model of one catalogue: vocabulary, weights, phrases and utterances, and what they say about a message.
//!
//! It is blind to what its scores are worth: `calibrate` finds that out by training models on parts of the catalogue and
//! showing them the rest.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::features::{self, Detail, Key};
use super::gather::{self, Gathered, gather};
use super::nearest::{Nearest, Neighbour};
use super::phrases::{Found, Phrases, Sign};
use super::reading::{Change, Vocabulary, Word};
use super::sparse;
use super::train::{self, Weights};
use crate::text::{Lexicon, Utterance};

/// So many candidates are looked at closely.
pub const CANDIDATES_MAX: usize = 8;
/// What a sign is worth before the catalogue's own messages have told, in logits.
pub const WORTH_PRIOR: [f32; 4] = [2.0, 0.5, -2.0, 2.0];
/// Several keywords are more than one, but not as much as their sum.
const SIGNS_MAX: f32 = 2.0;

/// What a model is made of.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// Messages with the index of their intent; `intents` stands for none of them.
    pub messages: &'a [(&'a str, u32)],
    /// Phrases with what they say about which intent.
    pub phrases: &'a [(&'a str, Sign, u32)],
    /// Number of intents.
    pub intents: usize,
    /// The lexicon.
    pub lexicon: &'a Lexicon,
}

/// A trained model.
#[derive(Debug)]
pub struct Model {
    intents: usize,
    /// The intents and, where messages of none were given, one more.
    classes: usize,
    detail: Detail,
    vocabulary: Vocabulary,
    features: FxHashMap<Key, u32>,
    rarity: Vec<f32>,
    /// The squared length of everything a known word gives, by word.
    squares: Vec<f32>,
    rows: Rows,
    /// Rows of whole words, by word.
    word_rows: Rows,
    phrases: Phrases,
    nearest: Nearest,
    utterances: Vec<Arc<str>>,
    /// For each intent whether it is asked for in function words alone (`bisa apa aja?`) by one of its utterances.
    asked_in_function_words: Vec<bool>,
}

#[derive(Debug)]
enum Rows {
    Dense { width: usize, cells: Vec<f32> },
    Sparse(sparse::Rows),
}

/// What a model says about a message.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    /// The best candidates by learned and explicit evidence, best first.
    pub candidates: Vec<Signal>,
    /// The logit of belonging nowhere, where messages of that kind were given.
    pub outside: Option<f32>,
    /// Words, known or not.
    pub words: usize,
    /// Known words that say what a message is about.
    pub content_words: usize,
    /// The stems of the first of them.
    pub subjects: Vec<u32>,
    /// Unknown words that say what a message is about.
    pub strangers: usize,
    /// Repairs and slang: token index and the word understood.
    pub changes: Vec<(usize, Change, Box<str>)>,
    /// The message by its stems, for the nearest utterance.
    stems: Vec<(u32, f32)>,
}

/// What speaks for one intent.
#[derive(Debug, Clone, Default)]
pub struct Signal {
    /// Index of the intent.
    pub intent: u32,
    /// What the learned weights say.
    pub logit: f32,
    /// How much of each sign was found, in the order of [`Sign`].
    pub signs: [f32; 4],
    /// What speaks for it besides the message, in logits.
    pub favour: f32,
    /// The phrases that were found.
    pub found: Vec<(Sign, Arc<str>)>,
}

#[derive(Debug, Default)]
struct Scratch {
    /// By class; all zero between messages.
    scores: Vec<f32>,
    /// The classes that sparse rows spoke of, then room for more.
    touched: Vec<u32>,
    touched_count: usize,
}

impl Scratch {
    fn begin(&mut self, classes: usize) {
        self.scores.resize(classes, 0.0);
        self.touched.resize(classes, 0);
        self.touched_count = 0;
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Model {
    /// Trains a model.
    pub fn train(material: &Material<'_>) -> Model {
        let vocabulary = gather::vocabulary(material);
        let has_outside = material
            .messages
            .iter()
            .any(|m| m.1 as usize == material.intents);
        let classes = material.intents + usize::from(has_outside);
        let detail = Detail::new(
            material.messages.len(),
            material.intents,
            train::is_dense(classes),
        );
        let Gathered {
            ids,
            rarity,
            examples,
        } = gather(material, &vocabulary, detail);
        let weights = train::learn(&examples, rarity.len(), classes);

        let mut model = Model {
            intents: material.intents,
            classes,
            detail,
            features: ids,
            rarity,
            squares: Vec::new(),
            rows: Rows::Dense {
                width: classes,
                cells: Vec::new(),
            },
            word_rows: Rows::Dense {
                width: classes,
                cells: Vec::new(),
            },
            phrases: Phrases::default(),
            nearest: Nearest::default(),
            utterances: Vec::new(),
            asked_in_function_words: vec![false; material.intents],
            vocabulary,
        };
        model.compile(weights, classes);
        model.file(material);
        model
    }

    /// Looks everything up once that a known word will give every time.
    fn compile(&mut self, weights: Weights, classes: usize) {
        let words = self.vocabulary.entries().len();
        self.rows = match weights {
            Weights::Dense(cells) => Rows::Dense {
                width: classes,
                cells,
            },
            Weights::Sparse(rows) => Rows::Sparse(rows),
        };
        let mut squares = Vec::with_capacity(words);
        let mut dense = Vec::new();
        let mut sparse: Vec<(u32, u32, f32)> = Vec::new();
        let mut sum: FxHashMap<u32, f32> = FxHashMap::default();
        for id in 0..words {
            let word = self.vocabulary.word(id as u32);
            let mut square = 0.0;
            let start = dense.len();
            if let Rows::Dense { width, .. } = self.rows {
                dense.resize(start + width, 0.0);
            }
            features::of_word(&word, self.detail, |key, weight| {
                let Some(&feature) = self.features.get(&key) else {
                    return;
                };
                let value = weight * self.rarity[feature as usize];
                square += value * value;
                match &self.rows {
                    Rows::Dense { width, cells } => train::add(
                        &mut dense[start..],
                        &cells[feature as usize * width..][..*width],
                        value,
                    ),
                    Rows::Sparse(rows) => {
                        for &(class, weight) in rows.row(feature as usize) {
                            *sum.entry(class).or_default() += value * weight;
                        }
                    }
                }
            });
            sparse.extend(
                sum.drain()
                    .map(|(class, weight)| (id as u32, class, weight)),
            );
            squares.push(square);
        }
        self.squares = squares;
        self.word_rows = match &self.rows {
            Rows::Dense { width, .. } => Rows::Dense {
                width: *width,
                cells: dense,
            },
            Rows::Sparse(_) => {
                let each = |emit: &mut dyn FnMut(u32, u32, f32)| {
                    sparse
                        .iter()
                        .for_each(|&(word, class, weight)| emit(word, class, weight));
                };
                Rows::Sparse(sparse::Rows::new(words, each))
            }
        };
    }

    /// Files the phrases and the utterances.
    fn file(&mut self, material: &Material<'_>) {
        let mut phrases = Phrases::default();
        for &(phrase, sign, intent) in material.phrases {
            match sign {
                Sign::Pattern => phrases.add_pattern(phrase, intent),
                _ => phrases.add(phrase, sign, intent, &self.vocabulary, material.lexicon),
            }
        }
        phrases.finish();
        self.phrases = phrases;
        let mut order: Vec<usize> = (0..material.messages.len())
            .filter(|&at| (material.messages[at].1 as usize) < self.intents)
            .collect();
        order.sort_by_key(|&at| material.messages[at].1);
        let filed: Vec<(u32, Vec<(u32, f32)>)> = order
            .iter()
            .map(|&at| {
                let (text, intent) = material.messages[at];
                let utterance = Utterance::new(text);
                let words = self.vocabulary.read(&utterance, material.lexicon);
                if !words.iter().any(|word| word.is_content) {
                    self.asked_in_function_words[intent as usize] = true;
                }
                (intent, self.stems(&words))
            })
            .collect();
        self.nearest = Nearest::new(&filed, self.intents);
        self.utterances = order
            .iter()
            .map(|&at| material.messages[at].0.into())
            .collect();
    }

    /// Says what speaks for which intent.
    pub fn signals(&self, utterance: &Utterance<'_>, lexicon: &Lexicon) -> Signals {
        let words = self.vocabulary.read(utterance, lexicon);
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.begin(self.classes);
            let signals = self.signals_with(scratch, &utterance.folded, &words);
            self.rows.forget(scratch);
            signals
        })
    }

    fn signals_with(&self, scratch: &mut Scratch, folded: &str, words: &[Word<'_>]) -> Signals {
        let mut square = 0.0;
        let mut content_words = 0;
        let mut subjects = Vec::with_capacity(SUBJECTS_MAX);
        let mut strangers = 0;
        for (at, word) in words.iter().enumerate() {
            if word.is_repeated(&words[..at]) {
                continue;
            }
            if word.is_content && word.value.is_none() {
                content_words += usize::from(word.id.is_some());
                let stem = word.stem.map(features::stem_key);
                match stem.and_then(|key| self.features.get(&key)) {
                    Some(&stem) if subjects.len() < SUBJECTS_MAX => subjects.push(stem),
                    Some(_) => {}
                    None => strangers += 1,
                }
            }
            match word.id.filter(|_| word.value.is_none()) {
                Some(id) => {
                    square += self.squares[id as usize];
                    self.word_rows.add(id as usize, 1.0, scratch);
                }
                None => features::of_word(word, self.detail, |key, weight| {
                    if let Some(&feature) = self.features.get(&key) {
                        square += self.give(feature, weight, scratch);
                    }
                }),
            }
        }
        features::of_phrases(words, self.detail, |key, weight| {
            if let Some(&feature) = self.features.get(&key) {
                square += self.give(feature, weight, scratch);
            }
        });
        let scale = 1.0 / square.sqrt().max(f32::MIN_POSITIVE.sqrt());

        let mut signals = Signals {
            candidates: Vec::with_capacity(CANDIDATES_MAX),
            outside: (self.classes > self.intents).then(|| scratch.scores[self.intents] * scale),
            words: words.iter().filter(|word| word.value.is_none()).count(),
            content_words,
            subjects,
            strangers,
            changes: words
                .iter()
                .filter(|word| word.change != Change::None)
                .map(|word| (word.token, word.change, word.text.into()))
                .collect(),
            stems: self.stems(words),
        };
        self.pick(folded, words, scratch, scale, &mut signals);
        signals
    }

    /// Adds a feature's row and returns its square.
    fn give(&self, feature: u32, weight: f32, scratch: &mut Scratch) -> f32 {
        let value = weight * self.rarity[feature as usize];
        self.rows.add(feature as usize, value, scratch);
        value * value
    }

    /// Picks the candidates: the highest by learned weights and by what leads wrote.
    fn pick(
        &self,
        folded: &str,
        words: &[Word<'_>],
        scratch: &Scratch,
        scale: f32,
        signals: &mut Signals,
    ) {
        let mut explicit: Vec<Signal> = Vec::new();
        self.phrases.find(folded, words, |found: &Found| {
            let at = explicit
                .iter()
                .position(|signal| signal.intent == found.intent)
                .unwrap_or_else(|| {
                    explicit.push(Signal {
                        intent: found.intent,
                        ..Signal::default()
                    });
                    explicit.len() - 1
                });
            let sum = &mut explicit[at].signs[found.sign as usize];
            *sum = (*sum + found.share).min(SIGNS_MAX);
            explicit[at].found.push((found.sign, found.phrase.clone()));
        });
        for signal in &mut explicit {
            signal.logit = scratch.scores[signal.intent as usize] * scale;
        }
        let taken: Vec<u32> = explicit.iter().map(|signal| signal.intent).collect();
        signals.candidates = explicit;
        let mut best = [(f32::NEG_INFINITY, u32::MAX); CANDIDATES_MAX];
        let mut consider = |intent: u32| {
            let score = scratch.scores[intent as usize];
            let is_better =
                |other: (f32, u32)| score > other.0 || (score == other.0 && intent < other.1);
            let is_free = (intent as usize) < self.intents && !taken.contains(&intent);
            if is_better(best[CANDIDATES_MAX - 1]) && is_free {
                let at = best.partition_point(|&other| !is_better(other));
                best[at..].rotate_right(1);
                best[at] = (score, intent);
            }
        };
        match self.rows {
            Rows::Dense { .. } => (0..self.intents as u32).for_each(&mut consider),
            Rows::Sparse(_) => {
                let touched = &scratch.touched[..scratch.touched_count];
                touched.iter().copied().for_each(&mut consider);
            }
        }
        let learned = best.iter().filter(|(_, intent)| *intent != u32::MAX);
        signals
            .candidates
            .extend(learned.map(|&(logit, intent)| Signal {
                intent,
                logit: logit * scale,
                ..Signal::default()
            }));
        signals.candidates.sort_by(|a, b| {
            b.prior()
                .total_cmp(&a.prior())
                .then(a.intent.cmp(&b.intent))
        });
        signals.candidates.truncate(CANDIDATES_MAX);
    }

    fn stems(&self, words: &[Word<'_>]) -> Vec<(u32, f32)> {
        let mut stems: Vec<(u32, f32)> = Vec::with_capacity(words.len());
        for word in words.iter().filter(|word| word.value.is_none()) {
            let feature = word
                .stem
                .and_then(|stem| self.features.get(&features::stem_key(stem)));
            let Some(&feature) = feature else { continue };
            if stems.len() < STEMS_COMPARED_MAX && !stems.iter().any(|&(other, _)| other == feature)
            {
                stems.push((feature, self.rarity[feature as usize]));
            }
        }
        normalise(&mut stems);
        stems
    }

    /// Whether nothing in a message speaks for its first candidate but function words, or pieces of words that nobody
    /// knows, and that intent is not one that is asked for like that.
    pub fn is_vague(&self, signals: &Signals) -> bool {
        signals.candidates.first().is_none_or(|first| {
            let [keyword, hint, _, pattern] = first.signs;
            let is_asked_so = self.asked_in_function_words[first.intent as usize];
            signals.subjects.is_empty()
                && keyword + hint + pattern == 0.0
                && (signals.words == 0 || !is_asked_so)
        })
    }

    /// The share of an intent's utterances that use a word with this stem, one of [`Signals::subjects`].
    pub fn usage(&self, stem: u32, intent: u32) -> f32 {
        self.nearest.usage(stem, intent)
    }

    /// The utterance of an intent that is most like the message, unless it has none.
    pub fn nearest(&self, signals: &Signals, intent: u32) -> Option<(Neighbour, &Arc<str>)> {
        let neighbour = self.nearest.of(intent, &signals.stems, &mut Vec::new())?;
        Some((neighbour, &self.utterances[neighbour.utterance as usize]))
    }
}

/// So many stems are noted as what a message is about; one more than tells a short message from a long one.
const SUBJECTS_MAX: usize = 4;
/// No utterance is compared by more stems than this.
const STEMS_COMPARED_MAX: usize = 64;

impl Signal {
    /// The candidate's score before calibration.
    pub fn prior(&self) -> f32 {
        self.logit
            + self
                .signs
                .iter()
                .zip(WORTH_PRIOR)
                .map(|(sign, worth)| sign * worth)
                .sum::<f32>()
    }
}

impl Rows {
    fn add(&self, row: usize, value: f32, scratch: &mut Scratch) {
        match self {
            Rows::Dense { width, cells } => {
                train::add(&mut scratch.scores, &cells[row * width..][..*width], value)
            }
            Rows::Sparse(rows) => {
                let mut count = scratch.touched_count;
                for &(class, weight) in rows.row(row) {
                    let score = &mut scratch.scores[class as usize];
                    // Without a branch: which classes are new is anybody's guess.
                    scratch.touched[count] = class;
                    count += usize::from(*score == 0.0);
                    let sum = *score + value * weight;
                    // What cancels out exactly stays touched.
                    *score = if sum == 0.0 { f32::MIN_POSITIVE } else { sum };
                }
                scratch.touched_count = count;
            }
        }
    }

    /// Sets back to zero what was added to.
    fn forget(&self, scratch: &mut Scratch) {
        match self {
            Rows::Dense { .. } => scratch.scores.fill(0.0),
            Rows::Sparse(_) => {
                for &class in &scratch.touched[..scratch.touched_count] {
                    scratch.scores[class as usize] = 0.0;
                }
            }
        }
    }
}

fn normalise(features: &mut [(u32, f32)]) {
    let length = features
        .iter()
        .map(|(_, value)| value * value)
        .sum::<f32>()
        .sqrt();
    for (_, value) in features {
        *value /= length.max(f32::MIN_POSITIVE);
    }
}
