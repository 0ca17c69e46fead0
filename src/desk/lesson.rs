//! What was not answered, as leads work it off: groups of questions, and where a group belongs.
//!
//! A group is learned only if nothing that was right becomes wrong; otherwise the clash is shown and nothing changes.

use std::collections::BTreeMap;

use crate::dialog::NOT_UNDERSTOOD;
use crate::effect::{self, MessageChanges};
use crate::guide::Knowledge;
use crate::learn::{self, QuestionGroup};
use crate::matcher::Decision;
use crate::store::UnansweredQuestion;

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

/// Groups the questions that are neither answered by now nor like what was settled.
pub fn open(asked: Vec<UnansweredQuestion>, settled: &[String], knowledge: &Knowledge) -> Queue {
    let unanswered = |question: &UnansweredQuestion| {
        effect::take(&knowledge.matcher, &question.text).decision != Decision::Answer
    };
    let open: Vec<UnansweredQuestion> = asked.into_iter().filter(unanswered).collect();
    let texts: Vec<&str> = open.iter().map(|question| question.text.as_str()).collect();
    let settled: Vec<&str> = settled.iter().map(String::as_str).collect();
    let like = learn::like_any(&texts, &settled, &knowledge.lexicon);
    let questions: Vec<UnansweredQuestion> = open
        .into_iter()
        .zip(like)
        .filter(|(_, like)| !like)
        .map(|(question, _)| question)
        .collect();
    let texts = questions.iter();
    let texts: Vec<&str> = texts.map(|question| question.text.as_str()).collect();
    let groups = learn::groups(&texts, &knowledge.lexicon);
    Queue { questions, groups }
}
