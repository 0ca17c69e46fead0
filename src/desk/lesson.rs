//! What was not answered, as leads work it off: groups of questions, and where a group belongs.
//!
//! A group is learned only if nothing that was right becomes wrong; otherwise the clash is shown and nothing changes.

use std::collections::BTreeMap;

use jiff::Zoned;

use super::step::{Basis, Effects, Shown};
use super::{Error, check, review};
use crate::act::{TO_NEVER, TO_NONE};
use crate::assistant::Actor;
use crate::catalog::{Files, Source};
use crate::dialog::NOT_UNDERSTOOD;
use crate::effect::{self, Change, Labelled};
use crate::guide::Knowledge;
use crate::learn::{self, Group};
use crate::matcher::Decision;
use crate::message::Language;
use crate::store::Question;

/// So many of the latest questions are looked at.
pub const QUESTIONS_MAX: usize = 20_000;
/// What leads never want to see again, one message a line, in the data folder.
pub const NEVER: &str = "never.txt";
/// Messages that belong to no SOP, in the data folder.
const OUTSIDE: &str = "outside.txt";

/// The questions that still wait for a lead.
#[derive(Debug)]
pub struct Queue {
    /// The questions.
    pub questions: Vec<Question>,
    /// Those that say the same, the largest group first.
    pub groups: Vec<Group>,
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
        gain: Change,
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
    Clash(Change),
}

impl Queue {
    /// Returns a group.
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// The different wordings of a group.
    pub fn wordings(&self, group: &Group) -> Vec<String> {
        let texts = self.questions.iter();
        let texts: Vec<&str> = texts.map(|question| question.text.as_str()).collect();
        learn::wordings(group, &texts)
    }

    /// How many of a group were said in an open dialog, which could do nothing with them.
    pub fn in_dialogs(&self, group: &Group) -> usize {
        let members = group.members.iter();
        members
            .filter(|&&member| self.questions[member].decision == NOT_UNDERSTOOD)
            .count()
    }

    /// The intents that the group's questions came closest to, the most frequent first.
    pub fn nearest(&self, group: &Group) -> Vec<&str> {
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

impl Basis {
    /// Groups what was asked in vain and is still open: neither answered by now nor settled.
    pub fn queue(&self) -> Queue {
        let mut settled = self.knowledge.catalog.outside.clone();
        let never = self.never.lines().filter(|line| !line.trim().is_empty());
        settled.extend(
            never
                .filter(|line| !line.starts_with('#'))
                .map(str::to_owned),
        );
        open(self.asked.clone(), &settled, &self.knowledge)
    }

    /// What an edit does to everything whose intent is known, and to these messages.
    fn compared(
        &self,
        edited: &Files,
        rows: &[Labelled],
        now: &Zoned,
    ) -> Result<(Change, Change), Error> {
        let catalog = check(edited, now.date())?;
        let before = &self.knowledge;
        let after = Knowledge::new(catalog, before.lexicon.clone());
        let known = effect::labelled(&before.catalog);
        let change = effect::compare(&before.matcher, &after.matcher, &known);
        let gain = effect::compare(&before.matcher, &after.matcher, rows);
        Ok((change, gain))
    }
}

/// Learns where a group belongs, or says what keeps it from being learned.
///
/// # Errors
///
/// [`Error::NoGroup`], [`Error::NoSop`], [`Error::Refused`].
pub fn teach(
    basis: &Basis,
    group: &str,
    to: &str,
    by: &Actor,
    now: &Zoned,
) -> Result<Effects, Error> {
    let queue = basis.queue();
    let found = queue.group(group);
    let group = found.ok_or_else(|| Error::NoGroup(group.to_owned()))?;
    let wordings = queue.wordings(group);
    let subject = format!("{}, {}", group.id, group.members.len());
    let line = by.audit("learn.assign", subject);
    let line = line.changed(None, Some(to.to_owned()));
    if to == TO_NEVER {
        let path = basis.folders.data.join(NEVER);
        let lesson = Lesson::Hidden {
            questions: group.members.len(),
            file: path.display().to_string(),
        };
        return Ok(Effects {
            list: Some((path, learn::with_lines(&basis.never, &wordings))),
            audit: vec![line],
            ..Shown::Lesson(lesson).into()
        });
    }
    let intent = (to != TO_NONE).then(|| to.to_owned());
    let rows = group.members.iter().map(|&member| Labelled {
        text: queue.questions[member].text.clone(),
        intent: intent.clone(),
    });
    let rows: Vec<_> = rows.collect();
    let source = match &intent {
        Some(intent) => with_utterances(basis, intent, &wordings)?,
        None => with_outside(basis, &wordings),
    };
    let edited = match &intent {
        Some(_) => review::joined(&basis.files, &source),
        None => Files {
            outside: Some(source.clone()),
            ..basis.files.clone()
        },
    };
    let (change, gain) = basis.compared(&edited, &rows, now)?;
    if !change.clashes.is_empty() {
        return Ok(Shown::Lesson(Lesson::Clash(change)).into());
    }
    let lesson = Shown::Lesson(Lesson::Learned {
        added: wordings.len(),
        file: source.path.clone(),
        gain,
        rows: change.rows,
    });
    if intent.is_some() {
        // Its utterances are a version like any other.
        let voices = &basis.knowledge.voices;
        let why = voices.of(&Language::default()).line("learned_why");
        let effects = basis.publish("learn.assign", &source.text, &why, None, by, now)?;
        let shown = vec![lesson];
        return Ok(Effects { shown, ..effects });
    }
    Ok(Effects {
        list: Some((source.path.clone().into(), source.text)),
        audit: vec![line],
        goes_live: true,
        ..lesson.into()
    })
}

/// The file of an SOP with more utterances.
fn with_utterances(basis: &Basis, intent: &str, wordings: &[String]) -> Result<Source, Error> {
    let mut files = basis.files.sops.iter();
    let current = files.find(|source| source.stem == intent);
    let current = current.ok_or_else(|| Error::NoSop(intent.to_owned()))?;
    let text = learn::with_utterances(&current.text, wordings)
        .map_err(|error| Error::Files(anyhow::Error::msg(error)))?;
    Ok(Source::new(current.path.clone(), text))
}

/// The list of messages that belong to no SOP, with more of them.
fn with_outside(basis: &Basis, wordings: &[String]) -> Source {
    let path = basis.folders.data.join(OUTSIDE);
    let known = basis.files.outside.as_ref();
    let known = known.map_or("", |source| source.text.as_str());
    Source::new(
        path.display().to_string(),
        learn::with_lines(known, wordings),
    )
}

/// Groups the questions that are neither answered by now nor like what was settled.
fn open(asked: Vec<Question>, settled: &[String], knowledge: &Knowledge) -> Queue {
    let unanswered = |question: &Question| {
        effect::take(&knowledge.matcher, &question.text).decision != Decision::Answer
    };
    let open: Vec<Question> = asked.into_iter().filter(unanswered).collect();
    let texts: Vec<&str> = open.iter().map(|question| question.text.as_str()).collect();
    let settled: Vec<&str> = settled.iter().map(String::as_str).collect();
    let like = learn::like_any(&texts, &settled, &knowledge.lexicon);
    let questions: Vec<Question> = open
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
