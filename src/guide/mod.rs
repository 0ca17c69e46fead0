//! Answering from an SOP: which of its points an agent asked for.
//!
//! The matcher finds the SOP, this room finds the place in it. A point is anything with an id of its own: an item, a
//! cause, an outcome, a hole of the source, a complaint category. Its words are indexed when the knowledge is made, so a
//! question costs the points that share a word with it.

mod aspects;
pub mod branch;
pub mod findings;
pub mod following;
pub mod foreign;
mod index;
mod lines;
pub mod number;
mod points;
pub mod ruling;
mod terms;
pub mod walk;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::rules::Number;
use crate::catalog::{Catalog, Sop};
use crate::directory::Directory;
use crate::matcher::{Matcher, Service, Source, Training};
use crate::text::{Lexicon, Talk, stem};
use crate::voice::Voices;
use following::{Before, Followed, Following};
use foreign::{Brands, Foreign};
use index::{Index, Usage};
use number::Numbers;
use ruling::Ruling;

pub use points::{Point, PointKind};
pub use terms::Question;
pub use walk::Walk;

/// A word that stands in so many messages is no name.
const COMMON_USES_MIN: u32 = 4;

/// Everything an answer is made from. It never changes; a reload makes another one.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// The procedures.
    pub catalog: Catalog,
    /// What finds a procedure.
    pub matcher: Arc<Matcher>,
    /// Slang and abbreviations.
    pub lexicon: Arc<Lexicon>,
    /// What agents say to steer the bot.
    pub talk: Arc<Talk>,
    /// Account managers and escalation contacts.
    pub directory: Arc<Directory>,
    /// What is said, in every language.
    pub voices: Arc<Voices>,
    points: HashMap<String, Arc<Index>>,
    usage: Arc<Usage>,
    numbers: Arc<Numbers>,
    brands: Arc<Brands>,
}

impl Knowledge {
    /// Indexes a catalogue and trains a matcher on it.
    pub fn new(catalog: Catalog, lexicon: impl Into<Arc<Lexicon>>) -> Self {
        let lexicon = lexicon.into();
        let matcher = Arc::new(Matcher::train(&training(&catalog, &lexicon)));
        let utterances = catalog.sops.iter().flat_map(|sop| &sop.matching.utterances);
        let usage = Usage::of(utterances.chain(&catalog.outside), &lexicon);
        let index = |sop: &Sop| {
            let index = Index::new(sop, &lexicon, &usage);
            (sop.id.clone(), Arc::new(index))
        };
        let points = catalog.sops.iter().map(index).collect();
        Self {
            numbers: Arc::new(Numbers::new(&catalog)),
            talk: Arc::new(Talk::shipped(&lexicon)),
            brands: Arc::new(Brands::new(&catalog)),
            directory: Arc::new(Directory::new(Vec::new(), &lexicon)),
            catalog,
            matcher,
            lexicon,
            voices: Arc::default(),
            points,
            usage: Arc::new(usage),
        }
    }

    /// The same with a list of account managers.
    #[must_use]
    pub fn with_directory(self, directory: Directory) -> Self {
        Self {
            directory: Arc::new(directory),
            ..self
        }
    }

    /// The same with talk of a site's own.
    #[must_use]
    pub fn with_talk(self, talk: Talk) -> Self {
        Self {
            talk: Arc::new(talk),
            ..self
        }
    }

    /// The same with a site's own sentences.
    #[must_use]
    pub fn with_voices(self, voices: Voices) -> Self {
        Self {
            voices: Arc::new(voices),
            ..self
        }
    }

    /// The same with another edition of an SOP: messages find it as they find the one that it stands for.
    #[must_use]
    pub fn with_sop(&self, sop: &Sop) -> Self {
        let mut other = self.clone();
        let index = Index::new(sop, &self.lexicon, &self.usage);
        other.points.insert(sop.id.clone(), Arc::new(index));
        other.catalog = self.catalog.with_sop(sop);
        other.numbers = Arc::new(Numbers::new(&other.catalog));
        other
    }

    /// Returns the points of an SOP that a question asks for, the best first; none when it asks for the SOP as a whole.
    pub fn asked_points(&self, intent: &str, question: &str) -> Vec<&Point> {
        self.points_for(intent, &self.question(question))
    }

    /// Reads a question once for all SOPs that it may mean.
    pub fn question(&self, text: &str) -> Question {
        Question::read(text, &self.lexicon)
    }

    /// The same as [`asked_points`](Knowledge::asked_points) for a question that was read.
    pub fn points_for(&self, intent: &str, question: &Question) -> Vec<&Point> {
        let index = self.points.get(intent);
        index.map_or_else(Vec::new, |index| index.asked(question, &self.usage))
    }

    /// Returns the points of the procedure under discussion that a second message asks for.
    pub fn followed(&self, intent: &str, text: &str, before: Before<'_>) -> Followed<'_> {
        let known = self.catalog.sop(intent).zip(self.points.get(intent));
        known.map_or_else(Followed::default, |(sop, index)| {
            let following = Following {
                sop,
                lexicon: &self.lexicon,
                usage: &self.usage,
                before,
            };
            following.find(index, text)
        })
    }

    /// Returns the outcome that the findings of a message lead to, or the cause that has still to be found out.
    /// `before` are the messages before it about the same case.
    pub fn led_to<'s>(&self, sop: &'s Sop, text: &str, before: &[&str]) -> Option<&'s str> {
        findings::led_to(sop, text, before, &self.lexicon)
    }

    /// Returns what a rule says to a question, and whose rule it is.
    pub fn ruled(&self, question: &str) -> Option<(&Sop, Ruling)> {
        self.catalog.sops.iter().find_map(|sop| {
            let mut tables = sop.rules.iter();
            let ruling = tables.find_map(|table| ruling::by_table(table, question, &self.lexicon));
            let by_sum = || {
                sop.sums
                    .iter()
                    .find_map(|sum| ruling::by_sum(sum, question))
            };
            Some((sop, ruling.or_else(by_sum)?))
        })
    }

    /// Returns what a procedure's rule says to values that take the place of those in the question before.
    pub fn ruled_again(&self, sop: &Sop, before: &str, text: &str) -> Option<Ruling> {
        let mut tables = sop.rules.iter();
        tables.find_map(|table| ruling::by_table_again(table, before, text, &self.lexicon))
    }

    /// Returns the kinds of number that a message may hold, each with its SOP; nothing when it says more than a number.
    pub fn numbers(&self, message: &str) -> Vec<(&str, &Number)> {
        self.numbers.kinds(message, &self.lexicon)
    }

    /// Returns the brand of others that a message is about; none when it may be about ours.
    pub fn foreign(&self, message: &str) -> Option<&Foreign> {
        self.brands
            .foreign(message, &self.lexicon, &|word| self.is_common(word))
    }

    /// Whether agents use a word whatever they write about.
    pub fn is_common(&self, word: &str) -> bool {
        self.lexicon.is_known(word) || self.usage.count(&stem(word)) >= COMMON_USES_MIN
    }

    /// Returns the point with this id.
    pub fn point(&self, intent: &str, id: &str) -> Option<&Point> {
        self.points.get(intent)?.get(id)
    }
}

/// What the matcher learns from a catalogue, its intents in the order of the catalogue's SOPs.
pub fn training<'a>(catalog: &'a Catalog, lexicon: &'a Lexicon) -> Training<'a> {
    let source = |sop: &'a Sop| Source {
        id: &sop.id,
        service: Some(&sop.service),
        keywords: &sop.matching.keywords,
        hints: &sop.matching.hints,
        patterns: &sop.matching.patterns,
        unless: &sop.matching.unless,
        utterances: &sop.matching.utterances,
        document: points::passages(sop),
    };
    Training {
        intents: catalog.sops.iter().map(source).collect(),
        outside: &catalog.outside,
        lexicon,
        services: catalog
            .services
            .values()
            .map(|service| Service {
                id: &service.id,
                names: &service.names,
            })
            .collect(),
    }
}
