//! The model of one catalogue: vocabulary, weights, phrases and utterances, and what they say about a message.
//!
//! It is blind to what its scores are worth: `calibrate` finds that out by training models on parts of the catalogue and
//! showing them the rest.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::documents::{DocumentTerm, DocumentWords, Documents};
use super::features::{self, Detail, Key};
use super::gather::{self, Gathered, gather};
use super::material::Material;
use super::nearest::{Nearest, Neighbour};
use super::phrases::{Found, Phrases, Sign};
use super::reading::{Change, Vocabulary, Word, WordId};
use super::rows::{RowSum, Rows};
use super::{sparse, train};
use crate::text::{Lexicon, Utterance};

/// So many candidates are looked at closely.
pub const CANDIDATES_MAX: usize = 8;
/// What a sign is worth before the catalogue's own messages were seen, in logits.
pub const WORTH_PRIOR: [f32; 4] = [2.0, 0.5, -2.0, 2.0];
/// What a document that says the message is worth, in logits.
const WORTH_DOCUMENT: f32 = 2.0;
/// Several keywords are more than one, but not as much as their sum.
const SIGNS_MAX: f32 = 2.0;

/// What all models of one catalogue share: its documents, and the words of them.
#[derive(Debug)]
pub struct Basis {
    vocabulary: Vocabulary,
    documents: Documents,
}

impl Basis {
    /// Reads the documents.
    pub fn new(material: &Material<'_>) -> Basis {
        let vocabulary = gather::document_vocabulary(material);
        Basis {
            documents: Documents::new(&material.documents, &vocabulary, material.lexicon),
            vocabulary,
        }
    }
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
    basis: Arc<Basis>,
    document_words: DocumentWords,
    phrases: Phrases,
    nearest: Nearest,
    utterances: Vec<Arc<str>>,
    /// For each intent how little was learned of it, from 1 for nothing to 0 for many utterances.
    unlearned: Vec<f32>,
    /// For each intent whether it is asked for in function words alone (`bisa apa aja?`) by one of its utterances.
    asked_in_function_words: Vec<bool>,
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
    pub subjects: Vec<WordId>,
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
    /// How much of the message its document says.
    pub document: f32,
    /// The share of the message's words that neither its document nor its utterances have, of those that some document has.
    pub missing: f32,
    /// How little was learned of it, from 1 for nothing to 0 for many utterances.
    pub unlearned: f32,
    /// How much of each sign was found, in the order of [`Sign`].
    pub signs: [f32; 4],
    /// What speaks for it besides the message, in logits.
    pub favour: f32,
    /// The phrases that were found.
    pub found: Vec<(Sign, Arc<str>)>,
}

thread_local! {
    /// The sums of the learned weights and of the documents.
    static SUMS: RefCell<(RowSum, RowSum)> = RefCell::default();
}

impl Model {
    /// Trains a model.
    pub fn train(material: &Material<'_>, basis: &Arc<Basis>) -> Model {
        let vocabulary = gather::vocabulary(material, &basis.vocabulary);
        let mut messages = material.messages_by_intent();
        let outside = messages.pop().unwrap_or_default();
        let learned = messages.iter().filter(|count| **count > 0).count();
        let classes = material.intents + usize::from(outside > 0);
        let detail = Detail::new(material.messages.len(), learned, train::are_few(classes));
        let Gathered {
            ids,
            rarity,
            examples,
        } = gather(material, &vocabulary, detail);
        let rows = if train::is_dense(rarity.len(), classes) {
            Rows::Dense {
                width: classes,
                cells: train::learn(&examples, rarity.len(), classes),
            }
        } else {
            Rows::Sparse(sparse::learn(&examples, rarity.len(), classes))
        };
        let mut model = Model {
            intents: material.intents,
            classes,
            detail,
            features: ids,
            rarity,
            squares: Vec::new(),
            word_rows: rows.of_words(&[]),
            rows,
            basis: Arc::clone(basis),
            document_words: basis.documents.words(&vocabulary),
            phrases: Phrases::default(),
            nearest: Nearest::default(),
            utterances: Vec::new(),
            unlearned: material.unlearned(),
            asked_in_function_words: vec![false; material.intents],
            vocabulary,
        };
        model.compile();
        model.file(material);
        model
    }

    /// Looks everything up once that a known word will give every time.
    fn compile(&mut self) {
        let words = 0..self.vocabulary.entries().len();
        let given: Vec<Vec<(u32, f32)>> = words
            .map(|id| {
                let (mut given, mut square) = (Vec::new(), 0.0);
                features::of_word(
                    &self.vocabulary.word(id as u32),
                    self.detail,
                    |key, weight| {
                        if let Some(&feature) = self.features.get(&key) {
                            let value = weight * self.rarity[feature as usize];
                            square += value * value;
                            given.push((feature, value));
                        }
                    },
                );
                self.squares.push(square);
                given
            })
            .collect();
        self.word_rows = self.rows.of_words(&given);
    }

    /// Files the phrases and the utterances.
    fn file(&mut self, material: &Material<'_>) {
        let mut phrases = Phrases::default();
        for &(phrase, sign, intent) in &material.phrases {
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
        SUMS.with_borrow_mut(|(learned, written)| {
            learned.begin(self.classes);
            written.begin(self.intents);
            let mut signals = self.read_off(&words);
            let scale = self.add_learned(&words, learned);
            if self.classes > self.intents {
                signals.outside = Some(learned.of(self.intents as u32) * scale);
            }
            let document_scale = match self.basis.documents.is_empty() {
                true => 0.0,
                false => (self.basis.documents).add(&self.document_words, &words, written),
            };
            let sums = Sums {
                learned,
                scale,
                written,
                document_scale,
            };
            self.pick(&utterance.folded, &words, &sums, &mut signals);
            self.note_missing(&words, &mut signals);
            learned.forget(&self.rows);
            written.forget_touched();
            signals
        })
    }

    /// What the words say whatever they speak for.
    fn read_off(&self, words: &[Word<'_>]) -> Signals {
        let mut signals = Signals {
            candidates: Vec::with_capacity(CANDIDATES_MAX),
            subjects: Vec::with_capacity(SUBJECTS_MAX),
            words: words.iter().filter(|word| word.value.is_none()).count(),
            changes: words
                .iter()
                .filter(|word| word.change != Change::None)
                .map(|word| (word.token, word.change, word.text.into()))
                .collect(),
            stems: self.stems(words),
            ..Signals::default()
        };
        for (at, word) in words.iter().enumerate() {
            if word.is_repeated(&words[..at]) || !word.is_content || word.value.is_some() {
                continue;
            }
            signals.content_words += usize::from(word.id.is_some());
            match word.stem {
                Some(stem) if signals.subjects.len() < SUBJECTS_MAX => signals.subjects.push(stem),
                Some(_) => {}
                None => signals.strangers += 1,
            }
        }
        signals
    }

    /// Sums up the learned weights of a message and returns the scale of the sum.
    fn add_learned(&self, words: &[Word<'_>], sum: &mut RowSum) -> f32 {
        let mut square = 0.0;
        let mut give = |key: Key, weight: f32, sum: &mut RowSum| {
            if let Some(&feature) = self.features.get(&key) {
                let value = weight * self.rarity[feature as usize];
                self.rows.add(feature as usize, value, sum);
                square += value * value;
            }
        };
        let mut known = 0.0;
        for (at, word) in words.iter().enumerate() {
            if word.is_repeated(&words[..at]) {
                continue;
            }
            match word.id.filter(|_| word.value.is_none()) {
                Some(id) => {
                    known += self.squares[id as usize];
                    self.word_rows.add(id as usize, 1.0, sum);
                }
                None => features::of_word(word, self.detail, |key, weight| give(key, weight, sum)),
            }
        }
        features::of_phrases(words, self.detail, |key, weight| give(key, weight, sum));
        1.0 / (square + known).sqrt().max(f32::MIN_POSITIVE.sqrt())
    }

    /// Picks the candidates: the highest by learned weights, by documents and by what leads wrote.
    fn pick(&self, folded: &str, words: &[Word<'_>], sums: &Sums<'_>, signals: &mut Signals) {
        let mut explicit: Vec<Signal> = Vec::new();
        self.phrases.find(folded, words, |found: &Found| {
            let at = explicit
                .iter()
                .position(|signal| signal.intent == found.intent)
                .unwrap_or_else(|| {
                    explicit.push(self.signal(found.intent, sums));
                    explicit.len() - 1
                });
            let sum = &mut explicit[at].signs[found.sign as usize];
            *sum = (*sum + found.share).min(SIGNS_MAX);
            explicit[at].found.push((found.sign, found.phrase.clone()));
        });
        let taken: Vec<u32> = explicit.iter().map(|signal| signal.intent).collect();
        signals.candidates = explicit;
        let mut best = [(f32::NEG_INFINITY, u32::MAX); CANDIDATES_MAX];
        let mut consider = |intent: u32| {
            let score = self.signal(intent, sums).prior();
            let is_better =
                |other: (f32, u32)| score > other.0 || (score == other.0 && intent < other.1);
            let is_free = (intent as usize) < self.intents
                && !taken.contains(&intent)
                && !best.contains(&(score, intent));
            if is_better(best[CANDIDATES_MAX - 1]) && is_free {
                let at = best.partition_point(|&other| !is_better(other));
                best[at..].rotate_right(1);
                best[at] = (score, intent);
            }
        };
        match self.rows {
            Rows::Dense { .. } => (0..self.intents as u32).for_each(&mut consider),
            Rows::Sparse(_) => {
                let touched = sums.learned.touched().iter().chain(sums.written.touched());
                touched.copied().for_each(&mut consider);
            }
        }
        let implied = best.iter().filter(|(_, intent)| *intent != u32::MAX);
        signals
            .candidates
            .extend(implied.map(|&(_, intent)| self.signal(intent, sums)));
        signals.candidates.sort_by(|a, b| {
            b.prior()
                .total_cmp(&a.prior())
                .then(a.intent.cmp(&b.intent))
        });
        signals.candidates.truncate(CANDIDATES_MAX);
    }

    /// Notes which of the words that documents have each candidate lacks.
    fn note_missing(&self, words: &[Word<'_>], signals: &mut Signals) {
        let documents = &self.basis.documents;
        let terms = documents.terms(words);
        let all: f32 = terms.iter().map(|term| term.weight).sum();
        if all == 0.0 {
            return;
        }
        let learned =
            |term: &DocumentTerm| self.features.get(&features::stem_key(term.stem?)).copied();
        let learned: Vec<Option<u32>> = terms.iter().map(learned).collect();
        for candidate in &mut signals.candidates {
            let intent = candidate.intent;
            let uses = |feature: u32| self.nearest.usage(feature, intent) > 0.0;
            let missing = terms.iter().zip(&learned);
            let missing = missing.filter(|(term, learned)| {
                !documents.has(term, intent) && !learned.is_some_and(uses)
            });
            let missing: f32 = missing.map(|(term, _)| term.weight).sum();
            candidate.missing = missing / all;
        }
    }

    fn signal(&self, intent: u32, sums: &Sums<'_>) -> Signal {
        let Some(&unlearned) = self.unlearned.get(intent as usize) else {
            return Signal::default();
        };
        Signal {
            intent,
            logit: sums.learned.of(intent) * sums.scale,
            document: sums.written.of(intent) * sums.document_scale,
            unlearned,
            ..Signal::default()
        }
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

    /// Whether nothing in a message speaks for its first candidate but function words, or pieces of unknown
    /// words, and that intent is not one that is asked for like that.
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
    pub fn usage(&self, stem: WordId, intent: u32) -> f32 {
        let feature = self.features.get(&features::stem_key(stem));
        feature.map_or(0.0, |&feature| self.nearest.usage(feature, intent))
    }

    /// The utterance of an intent that is most like the message, unless it has none.
    pub fn nearest(&self, signals: &Signals, intent: u32) -> Option<(Neighbour, &Arc<str>)> {
        let neighbour = self.nearest.of(intent, &signals.stems, &mut Vec::new())?;
        Some((neighbour, &self.utterances[neighbour.utterance as usize]))
    }
}

/// So many stems are noted as what a message is about; one more than a short message has.
const SUBJECTS_MAX: usize = 4;
/// No utterance is compared by more stems than this.
const STEMS_COMPARED_MAX: usize = 64;

impl Signal {
    /// The candidate's score before calibration.
    pub fn prior(&self) -> f32 {
        self.logit
            + self.document * WORTH_DOCUMENT
            + self
                .signs
                .iter()
                .zip(WORTH_PRIOR)
                .map(|(sign, worth)| sign * worth)
                .sum::<f32>()
    }
}

/// What the words of a message sum up to.
struct Sums<'s> {
    learned: &'s RowSum,
    scale: f32,
    written: &'s RowSum,
    document_scale: f32,
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
