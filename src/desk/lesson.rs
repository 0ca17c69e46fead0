//! What was not answered, as leads work it off: groups of questions, and where a group belongs.
//!
//! A group is learned only if nothing that was right becomes wrong; otherwise the clash is shown and nothing changes.

use std::collections::BTreeMap;

use jiff::Zoned;

use super::{Desk, Error, blocking, check, files, review};
use crate::assistant::Deed;
use crate::catalog::{Catalog, Files, Source};
use crate::dialog::NOT_UNDERSTOOD;
use crate::effect::{self, Change, Labelled};
use crate::guide::Knowledge;
use crate::learn::{self, Group};
use crate::matcher::Decision;
use crate::store::{Audit, Question};

/// So many of the latest questions are looked at.
const QUESTIONS_MAX: usize = 20_000;
/// What leads never want to see again, one message a line, in the data folder.
const NEVER: &str = "never.txt";
/// Messages that belong to no SOP, in the data folder.
const OUTSIDE: &str = "outside.txt";

/// The questions that still wait for somebody.
#[derive(Debug)]
pub struct Queue {
    /// The questions.
    pub questions: Vec<Question>,
    /// Those that say the same, the largest group first.
    pub groups: Vec<Group>,
}

/// Where a group belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To<'a> {
    /// To this SOP.
    Intent(&'a str),
    /// To none.
    None,
    /// Nobody wants to see it again.
    Never,
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

impl<'a> To<'a> {
    /// Reads `none`, `never` or an intent's id.
    pub fn parse(to: &'a str) -> To<'a> {
        match to {
            "none" => To::None,
            "never" => To::Never,
            intent => To::Intent(intent),
        }
    }

    fn name(self) -> &'a str {
        match self {
            To::Intent(intent) => intent,
            To::None => "none",
            To::Never => "never",
        }
    }
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

impl Desk {
    /// Groups what was asked in vain and is still open: neither answered by now nor settled.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store or the folders from being read.
    pub async fn queue(&self) -> Result<Queue, Error> {
        let asked = self.store.questions(QUESTIONS_MAX).await?;
        let (knowledge, folders) = (self.live.get(), self.folders.clone());
        blocking(move || {
            let mut settled = knowledge.catalog.outside.clone();
            settled.extend(files::lines(&folders.data.join(NEVER))?);
            Ok(open(asked, &settled, &knowledge))
        })
        .await
    }

    /// Learns where a group belongs, or says what keeps it from being learned.
    ///
    /// # Errors
    ///
    /// [`Error::NoGroup`], [`Error::NoSop`], [`Error::Refused`], and whatever keeps the store or the folders from being
    /// used; then nothing was changed.
    pub async fn teach(
        &self,
        group: &str,
        to: To<'_>,
        why: &str,
        by: &Deed<'_>,
        now: &Zoned,
    ) -> Result<Lesson, Error> {
        let queue = self.queue().await?;
        let group = queue
            .group(group)
            .ok_or_else(|| Error::NoGroup(group.to_owned()))?;
        let wordings = queue.wordings(group);
        let subject = format!("{}, {}", group.id, group.members.len());
        let audit = Audit::new(by.at, by.who, "learn.assign", subject);
        let audit = audit.changed(None, Some(to.name().to_owned()));
        let files = self.files().await?;
        let (path, text, edited) = match to {
            To::Never => {
                let path = self.folders.data.join(NEVER);
                let known = std::fs::read_to_string(&path).unwrap_or_default();
                files::replace(&path, &learn::with_lines(&known, &wordings))?;
                self.keep(by, Vec::new(), vec![audit]).await?;
                return Ok(Lesson::Hidden {
                    questions: group.members.len(),
                    file: path.display().to_string(),
                });
            }
            To::None => {
                let path = self.folders.data.join(OUTSIDE);
                let known = files.outside.as_ref().map(|source| source.text.as_str());
                let text = learn::with_lines(known.unwrap_or_default(), &wordings);
                let outside = Some(Source::new(path.display().to_string(), text.clone()));
                let edited = Files { outside, ..files };
                (path, text, edited)
            }
            To::Intent(intent) => {
                let current = files.sops.iter().find(|source| source.stem == intent);
                let current = current.ok_or_else(|| Error::NoSop(intent.to_owned()))?;
                let text = learn::with_utterances(&current.text, &wordings)
                    .map_err(|error| Error::Files(anyhow::Error::msg(error)))?;
                let source = Source::new(current.path.clone(), text.clone());
                (
                    current.path.clone().into(),
                    text,
                    review::joined(&files, &source),
                )
            }
        };
        let rows = group.members.iter().map(|&member| Labelled {
            text: queue.questions[member].text.clone(),
            intent: match to {
                To::Intent(intent) => Some(intent.to_owned()),
                To::None | To::Never => None,
            },
        });
        let (change, gain) = self.compared(edited, rows.collect(), now).await?;
        if !change.clashes.is_empty() {
            return Ok(Lesson::Clash(change));
        }
        let file = path.display().to_string();
        match to {
            To::Intent(_) => {
                // Its utterances are a version like any other.
                self.publish_as("learn.assign", &text, why, None, by, now)
                    .await?;
            }
            To::None | To::Never => {
                files::replace(&path, &text)?;
                self.keep(by, Vec::new(), vec![audit]).await?;
                self.go_live(now.date()).await?;
            }
        }
        Ok(Lesson::Learned {
            added: wordings.len(),
            file,
            gain,
            rows: change.rows,
        })
    }

    /// What an edit does to everything whose intent is known, and to these messages.
    async fn compared(
        &self,
        edited: Files,
        rows: Vec<Labelled>,
        now: &Zoned,
    ) -> Result<(Change, Change), Error> {
        let (before, today) = (self.live.get(), now.date());
        blocking(move || {
            check(&edited, today)?;
            let catalog = Catalog::load(&edited, today).catalog;
            let catalog = catalog.expect("it was checked");
            let after = Knowledge::new(catalog, before.lexicon.clone());
            let known = effect::labelled(&before.catalog);
            let change = effect::compare(&before.matcher, &after.matcher, &known);
            let gain = effect::compare(&before.matcher, &after.matcher, &rows);
            Ok((change, gain))
        })
        .await
    }
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
