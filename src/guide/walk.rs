//! A walk through an SOP's graph: its place, its way there, what it has established.
//!
//! A [`Walk`] is nothing but the branches that were taken; everything else follows from it and from what is known of
//! the case: the values it establishes, the lines that say what was checked, how much is left. So going back forgets what
//! the step had established, and a walk that was stored goes on with a catalogue that has changed since.
//! A step whose answer is known already is taken without a question, once; going back to it asks.

use std::collections::HashSet;

use jiff::Zoned;
use serde::{Deserialize, Serialize};

use crate::catalog::sop::{Cause, Outcome};
use crate::catalog::{Case, Sop};
use crate::message::ChannelKind;
use crate::text::Lexicon;
use crate::ticket::{Answer, Answers};
use crate::value::{self, Background};

/// The way of one agent through an SOP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// The branches taken, in order.
    pub path: Vec<Taken>,
    /// The cause or outcome it has come to.
    pub at: String,
}

/// One branch that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The cause's id.
    pub cause: String,
    /// Which of its branches.
    pub branch: usize,
    /// The case had the answer, so there was no question.
    #[serde(default)]
    pub known: bool,
}

/// The place of a walk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place<'s> {
    /// At a question.
    Step(&'s Cause),
    /// At an end.
    End(&'s Outcome),
}

/// What a walk goes over.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The procedure.
    pub sop: &'a Sop,
    /// What is known of the case.
    pub told: &'a Answers,
    /// How customers reach the agents of the channel.
    pub channel_kind: ChannelKind,
    /// The time, for values that depend on it.
    pub now: &'a Zoned,
}

impl Walk {
    /// At a cause or an outcome, come to without a way.
    pub fn at(id: String) -> Walk {
        Walk {
            path: Vec::new(),
            at: id,
        }
    }

    /// Begins at the first cause, or behind those that the case answers already; none where there is nothing to walk.
    pub fn start(ground: Ground<'_>) -> Option<Walk> {
        let first = ground.sop.causes.first()?;
        let walk = Walk {
            path: Vec::new(),
            at: first.id.clone(),
        };
        Some(walk.settled(ground))
    }

    /// Its place; none when the catalogue has lost it.
    pub fn place<'s>(&self, sop: &'s Sop) -> Option<Place<'s>> {
        let step = sop.cause(&self.at).map(Place::Step);
        step.or_else(|| sop.outcome(&self.at).map(Place::End))
    }

    /// Takes a branch of the present cause, and goes on while the case answers by itself.
    #[must_use]
    pub fn choose(&self, branch: usize, ground: Ground<'_>) -> Option<Walk> {
        let cause = ground.sop.cause(&self.at)?;
        let mut next = self.clone();
        next.path.retain(|taken| taken.cause != cause.id);
        next.path.push(Taken {
            cause: cause.id.clone(),
            branch,
            known: false,
        });
        next.at = cause.branches.get(branch)?.goto.clone();
        Some(next.settled(ground))
    }

    /// Goes on over the causes that the case answers by itself, where exactly one branch is known to hold.
    #[must_use]
    pub fn settled(mut self, ground: Ground<'_>) -> Walk {
        while let Some(cause) = ground.sop.cause(&self.at) {
            let been_here = self.path.iter().any(|taken| taken.cause == cause.id);
            let Some(branch) = self.known_branch(cause, ground).filter(|_| !been_here) else {
                break;
            };
            self.path.push(Taken {
                cause: cause.id.clone(),
                branch,
                known: true,
            });
            self.at = cause.branches[branch].goto.clone();
        }
        self
    }

    /// The branch of a cause that is known to hold, when it is the only one.
    pub fn known_branch(&self, cause: &Cause, ground: Ground<'_>) -> Option<usize> {
        let answers = self.answers(ground);
        let case = Case {
            answers: &answers,
            channel_kind: ground.channel_kind,
        };
        let mut holding = cause.branches.iter().enumerate().filter(|(_, branch)| {
            let known = branch.known.as_ref();
            known.is_some_and(|known| known.holds(case))
        });
        let (only, _) = holding.next()?;
        holding.next().is_none().then_some(only)
    }

    /// Goes back to the last question that was asked; none at the beginning.
    #[must_use]
    pub fn back(&self) -> Option<Walk> {
        let asked = self.path.iter().rposition(|taken| !taken.known);
        // Where nothing was asked at all, the first known answer may still be wrong.
        let to = asked.or_else(|| self.path.len().checked_sub(1).map(|_| 0))?;
        Some(Walk {
            at: self.path[to].cause.clone(),
            path: self.path[..to].to_vec(),
        })
    }

    /// Goes to a cause: back to it when it was passed, otherwise ahead, leaving out what lies between.
    #[must_use]
    pub fn jump(&self, cause: &str) -> Walk {
        let passed = self.path.iter().position(|taken| taken.cause == cause);
        let kept = passed.unwrap_or(self.path.len());
        Walk {
            path: self.path[..kept].to_vec(),
            at: cause.to_owned(),
        }
    }

    /// What is known of the case: what messages gave, and what the branches taken establish.
    ///
    /// A branch that was chosen against a value takes that value back.
    pub fn answers(&self, ground: Ground<'_>) -> Answers {
        let mut answers = ground.told.clone();
        for taken in &self.path {
            let Some(cause) = ground.sop.cause(&taken.cause) else {
                continue;
            };
            let Some(branch) = cause.branches.get(taken.branch) else {
                continue;
            };
            let case = Case {
                answers: &answers,
                channel_kind: ground.channel_kind,
            };
            let against = |known: &crate::catalog::condition::Condition| !known.holds(case);
            if branch.known.as_ref().is_some_and(against)
                && let Some(field) = &cause.field
            {
                answers.remove(field);
            }
            establish(&branch.sets, ground, &mut answers);
        }
        if let Some(Place::End(outcome)) = self.place(ground.sop) {
            establish(&outcome.sets, ground, &mut answers);
        }
        answers
    }

    /// The most questions that can still come, the present one included.
    pub fn left(&self, sop: &Sop) -> usize {
        longest(sop, &self.at, &mut HashSet::new())
    }

    /// What was found, a line for each branch taken: `Status recharge: Tidak muncul`.
    pub fn checked(&self, sop: &Sop) -> Vec<String> {
        let line = |taken: &Taken| {
            let cause = sop.cause(&taken.cause)?;
            let branch = cause.branches.get(taken.branch)?;
            let name = cause.name().trim_end_matches(['?', ':', ' ']);
            Some(format!("{name}: {}", branch.when))
        };
        self.path.iter().filter_map(line).collect()
    }
}

/// The value that an answer in the agent's own words has for the cause's field.
///
/// What an open choice would take as typed is no value here: it chooses nothing.
pub fn told_by(
    cause: &Cause,
    text: &str,
    ground: Ground<'_>,
    lexicon: &Lexicon,
) -> Option<(String, Answer)> {
    let background = Background {
        now: ground.now,
        lexicon,
    };
    let id = cause.field.as_ref()?;
    let case = Case {
        answers: ground.told,
        channel_kind: ground.channel_kind,
    };
    let spec = ground.sop.field(id)?.spec(case);
    let value = value::parse(&spec.kind, text, background).ok()?;
    let listed = value.remark.is_none();
    listed.then(|| (id.clone(), Answer::Given(value)))
}

fn establish(
    sets: &std::collections::BTreeMap<String, String>,
    ground: Ground<'_>,
    answers: &mut Answers,
) {
    for (id, raw) in sets {
        let fields = ground.sop.forms.iter().filter_map(|form| form.field(id));
        let value = fields
            .map(|field| value::parse(&field.base.kind, raw, Background::plain(ground.now)))
            .find_map(Result::ok);
        if let Some(value) = value {
            answers.insert(id.clone(), Answer::Given(value));
        }
    }
}

fn longest<'s>(sop: &'s Sop, at: &'s str, on_the_way: &mut HashSet<&'s str>) -> usize {
    let Some(cause) = sop.cause(at) else {
        return 0;
    };
    // A loop adds nothing that was not counted.
    if !on_the_way.insert(&cause.id) {
        return 0;
    }
    let branches = cause.branches.iter();
    let ahead = branches
        .map(|branch| longest(sop, &branch.goto, on_the_way))
        .max()
        .unwrap_or_default();
    on_the_way.remove(cause.id.as_str());
    1 + ahead
}
