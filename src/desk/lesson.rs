//! What was not answered, as leads work it off: groups of questions, and where a group belongs.
//!
//! A group is learned only if nothing that was right becomes wrong; otherwise the clash is shown and nothing changes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use crate::act::Fault;
use crate::dialog::{NOT_UNDERSTOOD, REJECTED};
use crate::effect::{self, MessageChanges};
use crate::guide::Knowledge;
use crate::learn::{self, QuestionGroup};
use crate::matcher::Decision;
use crate::store::UnansweredQuestion;
use crate::text::fold;

/// So many of the latest questions are looked at.
pub const QUESTIONS_MAX: usize = 20_000;
/// What leads never want to see again, one message a line, in the data folder.
pub const NEVER: &str = "never.txt";
/// Messages that belong to no SOP, in the data folder.
pub const OUTSIDE: &str = "outside.txt";

/// The questions that still wait for a lead.
#[derive(Debug)]
pub struct Queue {
    /// The questions.
    pub questions: Vec<UnansweredQuestion>,
    /// Those that say the same, the largest group first.
    pub groups: Vec<QuestionGroup>,
}

/// What became of a group.
#[derive(Debug)]
pub enum Lesson {
    /// It was learned.
    Learned {
        /// Wordings that were added.
        added: usize,
        /// The file that they were added to.
        file: String,
        /// What its questions come out as.
        gain: MessageChanges,
        /// Messages that were compared.
        rows: usize,
    },
    /// It is not shown any more.
    Hidden {
        /// How many questions.
        questions: usize,
        /// The file that remembers it.
        file: String,
    },
    /// Something that was right would become wrong.
    Clash(MessageChanges),
}

impl Queue {
    /// Returns a group.
    pub fn group(&self, id: &str) -> Option<&QuestionGroup> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// The different wordings of a group.
    pub fn wordings(&self, group: &QuestionGroup) -> Vec<String> {
        let texts = self.questions.iter();
        let texts: Vec<&str> = texts.map(|question| question.text.as_str()).collect();
        learn::wordings(group, &texts)
    }

    /// How many of a group were said in an open dialog, which could do nothing with them.
    pub fn in_dialogs(&self, group: &QuestionGroup) -> usize {
        let members = group.members.iter();
        members
            .filter(|&&member| self.questions[member].decision == NOT_UNDERSTOOD)
            .count()
    }

    /// The owners whom its questions were handed to.
    pub fn owners(&self, group: &QuestionGroup) -> BTreeSet<&str> {
        let members = group.members.iter();
        members
            .filter_map(|&member| self.questions[member].owner.as_deref())
            .collect()
    }

    /// The intents that the group's questions came closest to, the most frequent first.
    pub fn nearest(&self, group: &QuestionGroup) -> Vec<&str> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for &member in &group.members {
            if let Some(intent) = self.questions[member].intent.as_deref() {
                *counts.entry(intent).or_default() += 1;
            }
        }
        let mut nearest: Vec<_> = counts.into_iter().collect();
        nearest.sort_by(|(a, more), (b, less)| less.cmp(more).then(a.cmp(b)));
        nearest.into_iter().map(|(intent, _)| intent).collect()
    }
}

/// What agents say is wrong with the answers of an SOP, the most frequent first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Complaint {
    /// The point that has the fault; none when all of the answer has.
    pub point: Option<String>,
    /// What is wrong with it.
    pub fault: &'static str,
    /// How often it was said.
    pub times: usize,
}

/// What was said of an SOP's answers since its last version.
pub fn complaints(
    asked: &[UnansweredQuestion],
    sop: &str,
    since: Option<Timestamp>,
) -> Vec<Complaint> {
    let is_about = |one: &&UnansweredQuestion| {
        one.intent.as_deref() == Some(sop) && since.is_none_or(|since| one.at > since)
    };
    let mut counts: BTreeMap<(Option<&str>, &str), usize> = BTreeMap::new();
    for question in asked.iter().filter(is_about) {
        let fault = Fault::ALL
            .into_iter()
            .find(|fault| fault.name() == question.decision);
        if let Some(fault) = fault {
            *counts
                .entry((question.point.as_deref(), fault.name()))
                .or_default() += 1;
        }
    }
    let mut complaints: Vec<_> = counts.into_iter().collect();
    complaints.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    let complaint = |((point, fault), times): ((Option<&str>, &'static str), usize)| Complaint {
        point: point.map(str::to_owned),
        fault,
        times,
    };
    complaints.into_iter().map(complaint).collect()
}

/// Groups the questions that are still open: neither answered nor taught by now, nor like what leads never want to see.
///
/// A lead hides a kind of question by one example (`never`), but a line of `outside.txt` hides only itself: much that is
/// like one is a customer's after all. What an agent refused, left or forwarded is open although the matcher answers it.
pub fn open(asked: Vec<UnansweredQuestion>, never: &[String], knowledge: &Knowledge) -> Queue {
    let catalog = &knowledge.catalog;
    let utterances = catalog.sops.iter().flat_map(|sop| &sop.matching.utterances);
    let known = utterances.chain(&catalog.outside);
    let known: BTreeSet<String> = known.map(|text| fold(text).text).collect();
    let is_open = |question: &UnansweredQuestion| {
        let taken = || effect::take(&knowledge.matcher, &question.text);
        match question.decision.as_str() {
            _ if known.contains(&fold(&learn::unmasked(&question.text)).text) => false,
            "fallback" | NOT_UNDERSTOOD => taken().decision != Decision::Answer,
            REJECTED => {
                let taken = taken();
                taken.decision != Decision::Answer || taken.intent == question.intent
            }
            decision => Fault::ALL.iter().all(|fault| fault.name() != decision),
        }
    };
    let open: Vec<UnansweredQuestion> = asked.into_iter().filter(is_open).collect();
    let texts: Vec<&str> = open.iter().map(|question| question.text.as_str()).collect();
    let never: Vec<&str> = never.iter().map(String::as_str).collect();
    let like = learn::like_any(&texts, &never, &knowledge.lexicon);
    let questions = open.into_iter().zip(like).filter(|(_, like)| !like);
    let questions: Vec<UnansweredQuestion> = questions.map(|(question, _)| question).collect();
    let texts = questions.iter();
    let texts: Vec<&str> = texts.map(|question| question.text.as_str()).collect();
    let groups = learn::groups(&texts, &knowledge.lexicon);
    Queue { questions, groups }
}
