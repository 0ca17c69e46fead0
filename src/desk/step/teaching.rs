//! A group of questions is learned where a lead says that it belongs.

use jiff::Zoned;

use super::{Effects, OrderBasis, Shown};
use crate::act::{TO_NEVER, TO_NONE};
use crate::assistant::Actor;
use crate::catalog::{Files, Source};
use crate::desk::lesson::{self, Lesson, NEVER, OUTSIDE, Queue};
use crate::desk::{DeskError, check, review};
use crate::effect::{self, LabelledMessage, MessageChanges};
use crate::guide::Knowledge;
use crate::learn;
use crate::message::Language;

impl OrderBasis {
    /// Groups what was asked in vain and is still open: neither answered by now nor settled.
    pub fn queue(&self) -> Queue {
        let never = self.never.lines().filter(|line| !line.trim().is_empty());
        let never = never.filter(|line| !line.starts_with('#'));
        let never: Vec<String> = never.map(str::to_owned).collect();
        lesson::open(self.asked.clone(), &never, &self.knowledge)
    }

    /// What an edit does to everything whose intent is known, and to these messages.
    fn compared(
        &self,
        edited: &Files,
        rows: &[LabelledMessage],
        now: &Zoned,
    ) -> Result<(MessageChanges, MessageChanges), DeskError> {
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
/// [`DeskError::NoGroup`], [`DeskError::NoSop`], [`DeskError::Refused`].
pub fn teach(
    basis: &OrderBasis,
    group: &str,
    to: &str,
    by: &Actor,
    now: &Zoned,
) -> Result<Effects, DeskError> {
    let queue = basis.queue();
    let found = queue.group(group);
    let group = found.ok_or_else(|| DeskError::NoGroup(group.to_owned()))?;
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
    let rows = group.members.iter().map(|&member| LabelledMessage {
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
fn with_utterances(
    basis: &OrderBasis,
    intent: &str,
    wordings: &[String],
) -> Result<Source, DeskError> {
    let mut files = basis.files.sops.iter();
    let current = files.find(|source| source.stem == intent);
    let current = current.ok_or_else(|| DeskError::NoSop(intent.to_owned()))?;
    let text = learn::with_utterances(&current.text, wordings)
        .map_err(|error| DeskError::Files(anyhow::Error::msg(error)))?;
    Ok(Source::new(current.path.clone(), text))
}

/// The list of messages that belong to no SOP, with more of them.
fn with_outside(basis: &OrderBasis, wordings: &[String]) -> Source {
    let path = basis.folders.data.join(OUTSIDE);
    let known = basis.files.outside.as_ref();
    let known = known.map_or("", |source| source.text.as_str());
    Source::new(
        path.display().to_string(),
        learn::with_lines(known, wordings),
    )
}
