//! The points of one SOP and the words they are asked for with.

use std::collections::{HashMap, HashSet};

use super::terms::{self, Term, terms};
use crate::catalog::Sop;
use crate::message::ChannelKind;
use crate::text::Lexicon;
use crate::text::spelling::Speller;

/// How much of an `asked` phrase a question must contain to be asked for by it, weighted by how rare its words are.
const PHRASE_FIT_MIN: f32 = 0.75;
/// How much of a question's weight a point must account for that is asked for by a phrase of its own: a story that merely
/// touches a point asks for the SOP.
const PHRASE_COVER_MIN: f32 = 0.3;
/// The same for a point that merely has the words.
const TEXT_COVER_MIN: f32 = 0.6;
/// A word that stands nowhere in the SOP weighs as much as one that stands in a third of its points.
const UNKNOWN_WORD_WEIGHT: f32 = 1.4;
/// What a word counts for where it stands: in a phrase with which the point is asked for, it counts in full.
/// These and the next ones were chosen on the seen half of `tests/it/guide/questions.tsv`, where a wide range does alike.
const IN_TEXT: f32 = 0.5;
/// In the words before the text's first colon or full stop, which say what it is about.
const IN_HEAD: f32 = 0.9;
/// In the heading above the point.
const IN_TITLE: f32 = 0.6;
/// Another word for the same thing.
const AS_SYNONYM: f32 = 0.7;
/// A phrase that fits as a whole is worth this much more than its words.
const PHRASE_BONUS: f32 = 1.0;
/// Two words that stand side by side in the question and in the point.
const PAIR_BONUS: f32 = 0.5;
/// What the source leaves open is told when nothing that it says fits about as well.
const HOLE_SHARE: f32 = 0.85;
/// A longer beginning than this is a sentence, not what the text is about.
const HEAD_CHARS_MAX: usize = 80;
/// Points whose score is within this share of the best are shown with it.
const NEAR_BEST: f32 = 0.85;
/// More points than this are not an answer but the SOP.
const SHOWN_MAX: usize = 3;

/// One place of an SOP that can be linked and answered alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Its id: `4c` in `isi-ulang-belum-masuk#4c`.
    pub id: String,
    /// What kind of place it is.
    pub kind: PointKind,
    /// The heading it stands under.
    pub under: String,
    /// For which kinds of channel it is; all when empty.
    pub channel_kinds: Vec<ChannelKind>,
}

/// What kind of place a point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointKind {
    /// An item, by section and place.
    Item(usize, usize),
    /// A cause, by place.
    Cause(usize),
    /// An outcome, by place.
    Outcome(usize),
    /// A hole of the source, by place.
    Unclear(usize),
    /// The complaint categories of a form, by place of the form.
    Kip(usize),
}

/// The words of an SOP's points.
#[derive(Debug)]
pub struct Index {
    points: Vec<Point>,
    by_id: HashMap<String, usize>,
    words: HashMap<String, Word>,
    concepts: HashMap<String, Word>,
    vocabulary: Vec<String>,
    speller: Speller,
    phrases: Vec<Phrase>,
    /// For each point: the words that stand side by side in it.
    pairs: Vec<HashSet<(String, String)>>,
}

/// Words with which a point is asked for.
#[derive(Debug)]
struct Phrase {
    point: usize,
    /// The weight of all its words.
    weight: f32,
    /// It asks (`kapan pulsa masuk`), so a message that only tells does not mean it.
    asks: bool,
}

#[derive(Debug, Default)]
struct Word {
    weight: f32,
    phrases: Vec<usize>,
    /// The points that have it, each once, with what it counts for there.
    points: Vec<(usize, f32)>,
}

impl Word {
    fn stands_in(&mut self, point: usize, credit: f32) {
        match self.points.last_mut() {
            Some((last, known)) if *last == point => *known = known.max(credit),
            _ => self.points.push((point, credit)),
        }
    }
}

impl Index {
    /// Collects and indexes the points of an SOP.
    pub fn new(sop: &Sop, lexicon: &Lexicon) -> Self {
        let written = collect(sop);
        let mut words: HashMap<String, Word> = HashMap::new();
        let mut concepts: HashMap<String, Word> = HashMap::new();
        let mut phrases = Vec::new();
        let mut phrase_words = Vec::new();
        for (place, point) in written.iter().enumerate() {
            let mut note = |term: &Term, credit: f32| {
                let word = words.entry(term.word.clone()).or_default();
                word.stands_in(place, credit);
                if let Some(concept) = &term.concept {
                    let word = concepts.entry(concept.clone()).or_default();
                    word.stands_in(place, credit * AS_SYNONYM);
                }
            };
            for term in terms(&point.title, lexicon) {
                note(&term, IN_TITLE);
            }
            for term in terms(&point.text, lexicon) {
                note(&term, IN_TEXT);
            }
            for term in terms(head(&point.text), lexicon) {
                note(&term, IN_HEAD);
            }
            for phrase in &point.asked {
                for term in terms(phrase, lexicon) {
                    note(&term, 1.0);
                }
            }
            for phrase in &point.asked {
                let terms = terms(phrase, lexicon);
                for term in &terms {
                    let word = words.entry(term.word.clone()).or_default();
                    word.phrases.push(phrases.len());
                }
                phrases.push(Phrase {
                    point: place,
                    weight: 0.0,
                    asks: terms::asks(phrase, lexicon),
                });
                phrase_words.push(terms);
            }
        }
        let count = written.len() as f32;
        for word in words.values_mut().chain(concepts.values_mut()) {
            word.weight = (1.0 + count / (word.points.len() as f32).max(1.0)).ln();
        }
        for (phrase, terms) in phrases.iter_mut().zip(&phrase_words) {
            phrase.weight = terms.iter().map(|term| words[&term.word].weight).sum();
        }
        let pairs = written
            .iter()
            .map(|point| {
                let texts = point.asked.iter().chain([&point.text]);
                texts
                    .flat_map(|text| pairs(&terms(text, lexicon)))
                    .collect()
            })
            .collect();
        let points: Vec<_> = written.into_iter().map(|written| written.point).collect();
        let by_id = points
            .iter()
            .enumerate()
            .map(|(place, point)| (point.id.clone(), place))
            .collect();
        let mut vocabulary: Vec<String> = words.keys().cloned().collect();
        vocabulary.sort_unstable();
        Self {
            points,
            by_id,
            speller: Speller::new(vocabulary.iter().map(String::as_str)),
            vocabulary,
            words,
            concepts,
            phrases,
            pairs,
        }
    }

    /// Returns the point with this id.
    pub fn get(&self, id: &str) -> Option<&Point> {
        self.by_id.get(id).map(|&place| &self.points[place])
    }

    /// Returns the points a message asks for, the best first.
    pub fn asked(&self, message: &str, lexicon: &Lexicon) -> Vec<&Point> {
        let mut question = 0.0;
        let mut found: HashMap<usize, Match> = HashMap::new();
        let mut by_phrase: HashMap<usize, f32> = HashMap::new();
        let asked = terms(message, lexicon);
        let asked_pairs = pairs(&asked);
        let asks = terms::asks(message, lexicon);
        for term in asked {
            let word = self.known(&term.word);
            let concept = term.concept.and_then(|concept| self.concepts.get(&concept));
            let Some(weight) = word.or(concept).map(|word| word.weight) else {
                question += UNKNOWN_WORD_WEIGHT;
                continue;
            };
            question += weight;
            let mut credits: HashMap<usize, f32> = HashMap::new();
            for word in word.iter().chain(&concept) {
                for &(place, credit) in &word.points {
                    let best = credits.entry(place).or_default();
                    *best = best.max(credit);
                }
            }
            for (place, credit) in credits {
                let found = found.entry(place).or_default();
                found.weight += weight * credit;
                found.words += 1;
            }
            for &phrase in word.iter().flat_map(|word| &word.phrases) {
                *by_phrase.entry(phrase).or_default() += weight;
            }
        }
        for (phrase, weight) in by_phrase {
            let Phrase {
                point: place,
                weight: all,
                asks: is_question,
            } = self.phrases[phrase];
            if is_question && !asks {
                continue;
            }
            let fits = weight >= PHRASE_FIT_MIN * all && weight >= PHRASE_COVER_MIN * question;
            if let Some(found) = found.get_mut(&place).filter(|_| fits) {
                // A longer phrase that fits says more than a short one.
                found.by_phrase = found.by_phrase.max(weight / all * weight);
            }
        }
        let scores = found.into_iter().filter(|(_, found)| {
            let by_words = found.words > 1 && found.weight >= TEXT_COVER_MIN * question;
            found.by_phrase > 0.0 || by_words
        });
        let scores: Vec<(usize, f32)> = scores
            .map(|(place, found)| {
                let own = &self.pairs[place];
                let side_by_side = asked_pairs.iter().filter(|pair| own.contains(*pair));
                let score = found.weight
                    + PHRASE_BONUS * found.by_phrase
                    + PAIR_BONUS * side_by_side.count() as f32;
                match self.points[place].kind {
                    PointKind::Unclear(_) => (place, HOLE_SHARE * score),
                    _ => (place, score),
                }
            })
            .collect();
        let best = scores.iter().map(|(_, score)| *score).fold(0.0, f32::max);
        let mut near: Vec<_> = scores
            .into_iter()
            .filter(|(_, score)| *score >= NEAR_BEST * best)
            .collect();
        near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        near.truncate(SHOWN_MAX);
        near.into_iter()
            .map(|(place, _)| &self.points[place])
            .collect()
    }

    /// The word as the SOP has it: as it stands, as everyday speech makes it (`nyari` of `cari`), or with a slip mended.
    fn known(&self, word: &str) -> Option<&Word> {
        if let Some(known) = self.words.get(word) {
            return Some(known);
        }
        let everyday = terms::everyday(word).find_map(|word| self.words.get(&word));
        everyday.or_else(|| {
            let repair = self.speller.repair(word, |_| 0.0)?;
            self.words.get(&self.vocabulary[repair.word as usize])
        })
    }
}

/// How a point answers a question.
#[derive(Debug, Default)]
struct Match {
    weight: f32,
    words: usize,
    /// How much of its weight a phrase of its own brings in.
    by_phrase: f32,
}

/// The beginning that says what a text is about.
fn head(text: &str) -> &str {
    let head = text.split([':', '.', '?']).next().unwrap_or_default();
    match head.chars().count() <= HEAD_CHARS_MAX {
        true => head,
        false => "",
    }
}

fn pairs(terms: &[Term]) -> Vec<(String, String)> {
    let pair = |two: &[Term]| (two[0].word.clone(), two[1].word.clone());
    terms.windows(2).map(pair).collect()
}

struct Written {
    point: Point,
    title: String,
    text: String,
    asked: Vec<String>,
}

fn collect(sop: &Sop) -> Vec<Written> {
    let mut written = Vec::new();
    let mut add = |id: &str,
                   kind,
                   under: &str,
                   channel_kinds: &[ChannelKind],
                   text: String,
                   asked: &[String]| {
        let point = Point {
            id: id.to_owned(),
            kind,
            under: under.to_owned(),
            channel_kinds: channel_kinds.to_vec(),
        };
        written.push(Written {
            title: under.to_owned(),
            point,
            text,
            asked: asked.to_vec(),
        });
    };
    for (section, part) in sop.sections.iter().enumerate() {
        for (place, item) in part.items.iter().enumerate() {
            let text = format!("{} {}", item.text, item.steps.join(" "));
            add(
                &item.id,
                PointKind::Item(section, place),
                &part.title,
                &item.channel_kinds,
                text,
                &item.asked,
            );
        }
    }
    for (place, cause) in sop.causes.iter().enumerate() {
        let branches = cause
            .branches
            .iter()
            .map(|branch| branch.when.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        let text = format!("{} {branches}", cause.text);
        add(
            &cause.id,
            PointKind::Cause(place),
            "Kemungkinan penyebab",
            &[],
            text,
            &cause.asked,
        );
    }
    for (place, outcome) in sop.outcomes.iter().enumerate() {
        add(
            &outcome.id,
            PointKind::Outcome(place),
            "Tindak lanjut",
            &[],
            outcome.text.clone(),
            &outcome.asked,
        );
    }
    for (place, hole) in sop.unclear.iter().enumerate() {
        add(
            &hole.id,
            PointKind::Unclear(place),
            "Tidak tercantum di SOP",
            &[],
            hole.text.clone(),
            &hole.asked,
        );
    }
    for (place, form) in sop.forms.iter().enumerate() {
        let paths = form
            .kips
            .iter()
            .map(|kip| kip.path.as_str())
            .chain(form.kip_none.as_deref());
        let text = paths.collect::<Vec<_>>().join(" ");
        let asked = [
            "kip".to_owned(),
            "kategori tiket".to_owned(),
            "kode kip".to_owned(),
        ];
        add(&form.id, PointKind::Kip(place), "KIP", &[], text, &asked);
    }
    written
}
