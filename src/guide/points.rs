//! The points of one SOP and the words they are asked for with.

use std::collections::{HashMap, HashSet};

use crate::catalog::Sop;
use crate::message::ChannelKind;
use crate::text::{self, Lexicon};

/// How much of an `asked` phrase a question must contain, weighted by how rare its words are in the SOP.
const PHRASE_COVER_MIN: f32 = 0.75;
/// How much of a question's weight the words of a point must carry when no `asked` phrase fits.
const TEXT_COVER_MIN: f32 = 0.6;
/// How much of a question's weight a point must account for: a story that merely touches a point asks for the SOP.
const QUESTION_COVER_MIN: f32 = 0.3;
/// A word that stands nowhere in the SOP weighs as much as one that stands in a third of its points.
const UNKNOWN_WORD_WEIGHT: f32 = 1.4;
/// A point asked for by its own phrase is better evidence than one that merely contains the words.
const TEXT_DISCOUNT: f32 = 0.5;
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
    /// For each phrase: its point and the weight of all its words.
    phrases: Vec<(usize, f32)>,
}

#[derive(Debug, Default)]
struct Word {
    weight: f32,
    phrases: Vec<usize>,
    texts: Vec<usize>,
}

impl Index {
    /// Collects and indexes the points of an SOP.
    pub fn new(sop: &Sop, lexicon: &Lexicon) -> Self {
        let written = collect(sop);
        let mut words: HashMap<String, Word> = HashMap::new();
        let mut phrases = Vec::new();
        let mut phrase_words = Vec::new();
        for (place, point) in written.iter().enumerate() {
            for word in terms(&point.text, lexicon) {
                words.entry(word).or_default().texts.push(place);
            }
            for phrase in &point.asked {
                let terms = terms(phrase, lexicon);
                for word in &terms {
                    words
                        .entry(word.clone())
                        .or_default()
                        .phrases
                        .push(phrases.len());
                }
                phrases.push((place, 0.0));
                phrase_words.push(terms);
            }
        }
        let count = written.len() as f32;
        for word in words.values_mut() {
            let phrase_points: HashSet<_> = word
                .phrases
                .iter()
                .map(|&phrase| phrases[phrase].0)
                .collect();
            let points = word
                .texts
                .iter()
                .copied()
                .chain(phrase_points)
                .collect::<HashSet<_>>()
                .len() as f32;
            word.weight = (1.0 + count / points.max(1.0)).ln();
        }
        for (phrase, terms) in phrases.iter_mut().zip(&phrase_words) {
            phrase.1 = terms.iter().map(|term| words[term].weight).sum();
        }
        let points: Vec<_> = written.into_iter().map(|written| written.point).collect();
        let by_id = points
            .iter()
            .enumerate()
            .map(|(place, point)| (point.id.clone(), place))
            .collect();
        Self {
            points,
            by_id,
            words,
            phrases,
        }
    }

    /// Returns the point with this id.
    pub fn get(&self, id: &str) -> Option<&Point> {
        self.by_id.get(id).map(|&place| &self.points[place])
    }

    /// Returns the points a message asks for, the best first.
    pub fn asked(&self, message: &str, lexicon: &Lexicon) -> Vec<&Point> {
        let terms = terms(message, lexicon);
        let known: Vec<&Word> = terms
            .iter()
            .filter_map(|term| self.words.get(term))
            .collect();
        let total: f32 = known.iter().map(|word| word.weight).sum();
        let question = total + UNKNOWN_WORD_WEIGHT * (terms.len() - known.len()) as f32;
        let mut by_phrase: HashMap<usize, f32> = HashMap::new();
        let mut by_text: HashMap<usize, f32> = HashMap::new();
        for word in &known {
            for &phrase in &word.phrases {
                *by_phrase.entry(phrase).or_default() += word.weight;
            }
            for &place in &word.texts {
                *by_text.entry(place).or_default() += word.weight;
            }
        }
        let mut scores: HashMap<usize, f32> = HashMap::new();
        let mut raise = |place: usize, score: f32| {
            let best = scores.entry(place).or_default();
            *best = best.max(score);
        };
        for (phrase, found) in by_phrase {
            let (place, weight) = self.phrases[phrase];
            if found >= PHRASE_COVER_MIN * weight && found >= QUESTION_COVER_MIN * question {
                // A longer phrase that fits says more than a short one.
                raise(place, found / weight * found);
            }
        }
        for (place, found) in by_text {
            if known.len() > 1 && found >= TEXT_COVER_MIN * question {
                raise(place, TEXT_DISCOUNT * found / total * found);
            }
        }
        let best = scores.values().copied().fold(0.0, f32::max);
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
}

struct Written {
    point: Point,
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
            point,
            text,
            asked: asked.to_vec(),
        });
    };
    for (section, part) in sop.sections.iter().enumerate() {
        for (place, item) in part.items.iter().enumerate() {
            let text = format!("{} {} {}", part.title, item.text, item.steps.join(" "));
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

/// The words that count, each once, in the form in which the index compares them.
fn terms(text: &str, lexicon: &Lexicon) -> Vec<String> {
    /// Words of asking and politeness: they stand in every question.
    const EMPTY: &[&str] = &[
        "apa",
        "itu",
        "ini",
        "yang",
        "di",
        "ke",
        "dari",
        "untuk",
        "dan",
        "atau",
        "dengan",
        "bagaimana",
        "gimana",
        "kalau",
        "kok",
        "sih",
        "ya",
        "kak",
        "min",
        "mba",
        "mas",
        "dong",
        "nya",
        "ada",
        "adalah",
        "berapa",
        "mana",
        "kapan",
        "harus",
        "pelanggan",
        "cara",
        "saja",
        "aja",
        "the",
        "is",
        "what",
        "how",
        "to",
        "of",
        "in",
        "a",
        "for",
        "namanya",
        "artinya",
        "maksudnya",
        "diapain",
        "mau",
        "tanya",
        "tolong",
        "bisa",
    ];
    let mut seen = HashSet::new();
    let words = text::words(text, lexicon);
    words
        .into_iter()
        .filter(|word| !EMPTY.contains(&word.as_str()))
        .filter(|word| seen.insert(word.clone()))
        .collect()
}
