//! From `Jika ... lanjut ke poin N` to a graph: which finding leads to which next question or outcome.
//!
//! Nothing is proven here. The import holds the graph against the catalogue's own rules (everything is reached,
//! nothing leads nowhere) and keeps the points as they are written when it does not hold.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use regex::Regex;

use super::ids::Ids;
use super::parts::Node;
use super::words::{Says, WORDS};
use crate::catalog::file::{BranchFile, CauseFile};
use crate::catalog::sop::{Outcome, OutcomeKind};
use crate::text::fold;

/// What the catalogue takes at most.
const BRANCH_CHARS: usize = 80;
const CAUSE_CHARS: usize = 400;
const OUTCOME_CHARS: usize = 900;
const BRANCHES_MAX: usize = 8;
/// A verb is so many words before what it is about: `create satu tiket`.
const VERB_DISTANCE: usize = 3;

/// Questions and where they end.
#[derive(Debug, Default)]
pub struct Graph {
    /// The questions, the first one first.
    pub causes: Vec<CauseFile>,
    /// The ends.
    pub outcomes: Vec<Outcome>,
}

/// Makes a graph of the points below a heading; `None` where they do not say how one leads to another.
pub fn graph(title: &str, nodes: &[Node], ids: &mut Ids) -> Option<Graph> {
    let numbered: Vec<&Node> = nodes
        .iter()
        .filter(|node| node.line.label.is_some())
        .collect();
    if numbered.is_empty() || !nodes.iter().flat_map(Node::all).any(is_condition) {
        return None;
    }
    let mut draft = GraphDraft {
        places: HashMap::new(),
        graph: Graph::default(),
    };
    for node in &numbered {
        let label = node.line.label.clone().unwrap_or_default();
        draft.places.insert(label.clone(), ids.give(&label));
    }
    if numbered.iter().all(|node| is_condition(node)) {
        let id = ids.give("penyebab-awal");
        let first = draft.graph.causes.len();
        draft.graph.causes.push(cause(id, title.to_owned()));
        let branches = numbered.iter().map(|node| draft.branch(node, ids));
        let branches: Option<Vec<BranchFile>> = branches.collect();
        draft.graph.causes[first].branches = branches?;
    } else {
        for node in &numbered {
            draft.step(node, ids)?;
        }
    }
    let fits = |cause: &CauseFile| (1..=BRANCHES_MAX).contains(&cause.branches.len());
    let Graph { causes, outcomes } = &draft.graph;
    let is_sound = !outcomes.is_empty()
        && causes.iter().all(fits)
        && causes
            .iter()
            .all(|cause| cause.text.chars().count() <= CAUSE_CHARS)
        && outcomes
            .iter()
            .all(|outcome| outcome.text.chars().count() <= OUTCOME_CHARS);
    is_sound.then_some(draft.graph)
}

struct GraphDraft {
    /// The ids of numbered points, for `lanjut ke poin N`.
    places: HashMap<String, String>,
    graph: Graph,
}

impl GraphDraft {
    /// A point that is a question: what is below it are its answers.
    fn step(&mut self, node: &Node, ids: &mut Ids) -> Option<String> {
        let label = node.line.label.clone().unwrap_or_default();
        let id = match self.places.get(&label) {
            Some(id) => id.clone(),
            None => ids.give(&label),
        };
        let place = self.graph.causes.len();
        self.graph
            .causes
            .push(cause(id.clone(), node.line.text.clone()));
        let mut branches = Vec::new();
        for child in &node.children {
            if !is_condition(child) && child.line.label.is_none() && child.children.is_empty() {
                // A remark between the answers belongs to the question.
                let text = &mut self.graph.causes[place].text;
                *text = format!("{text}\n{}", child.line.text);
                continue;
            }
            let branch = self.branch(child, ids)?;
            let goes_on = self.places.values().any(|id| *id == branch.goto)
                || self
                    .graph
                    .causes
                    .iter()
                    .any(|cause| cause.id == branch.goto);
            if goes_on && branch.when != child.line.text {
                // The button has no room for the whole sentence, so the question says it.
                let text = &mut self.graph.causes[place].text;
                *text = format!("{text}\n{}", child.line.text);
            }
            branches.push(branch);
        }
        self.graph.causes[place].branches = branches;
        Some(id)
    }

    /// An answer and where it leads: to a numbered point, to questions of its own, or to an end.
    fn branch(&mut self, node: &Node, ids: &mut Ids) -> Option<BranchFile> {
        let text = &node.line.text;
        let when = condition(text);
        if let Some(target) = goes_to(text) {
            let goto = self.places.get(&target)?.clone();
            return Some(leads(when, goto));
        }
        let answers = node
            .children
            .iter()
            .filter(|child| is_condition(child))
            .count();
        let labelled = node
            .children
            .iter()
            .filter(|child| child.line.label.is_some())
            .count();
        if answers > 1 || (labelled > 1 && answers > 0) {
            let goto = self.step(node, ids)?;
            return Some(leads(when, goto));
        }
        let text = whole(node);
        let label = node.line.label.clone().unwrap_or_default();
        let id = match self.places.get(&label) {
            Some(id) if !label.is_empty() => id.clone(),
            _ if !label.is_empty() => ids.give(&label),
            _ => ids.give(&first_words(&when)),
        };
        self.graph.outcomes.push(Outcome {
            id: id.clone(),
            kind: kind(&text),
            text,
            say: None,
            sets: BTreeMap::new(),
            asked: Vec::new(),
        });
        Some(leads(when, id))
    }
}

fn cause(id: String, text: String) -> CauseFile {
    CauseFile {
        id,
        text,
        short: None,
        field: None,
        asked: Vec::new(),
        branches: Vec::new(),
    }
}

fn leads(when: String, goto: String) -> BranchFile {
    BranchFile {
        when,
        aliases: Vec::new(),
        known: None,
        sets: BTreeMap::new(),
        goto,
    }
}

/// A point and everything below it, a line each.
fn whole(node: &Node) -> String {
    let lines = node
        .all()
        .into_iter()
        .enumerate()
        .map(|(at, node)| match at {
            0 => node.line.text.clone(),
            _ => format!("{}{}", node.mark(), node.line.text),
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether a point says when it holds.
pub fn is_condition(node: &Node) -> bool {
    let folded = fold(&node.line.text).text;
    WORDS.opens(Says::Condition, &folded).is_some()
}

/// The point that a sentence sends to.
fn goes_to(text: &str) -> Option<String> {
    static GOES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:lanjut\w*|go|proceed|ke|menuju)\s+(?:ke |to )?(?:poin|point|langkah|step|nomor|no\.?)\s+(\d{1,2}(?:\.\d{1,2})?[a-z]?)\b")
            .expect("the pattern is constant")
    });
    let found = GOES.captures(text)?;
    Some(found[1].to_lowercase().replace('.', "-"))
}

/// The finding of a sentence, short enough for a button.
fn condition(text: &str) -> String {
    if text.chars().count() <= BRANCH_CHARS {
        return text.to_owned();
    }
    static DONE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)[,;:]?\s*\b(?:maka|sampaikan|sarankan|arahkan|lanjut\w*|create|buat|agent|lakukan|infokan|eskalasi|then)\b")
            .expect("the pattern is constant")
    });
    let end = DONE
        .find_iter(text)
        .map(|found| found.start())
        .find(|&start| start > 10);
    let short = end.map_or(text, |end| &text[..end]);
    let mut kept = String::new();
    for word in short.split_whitespace() {
        if kept.chars().count() + word.chars().count() + 2 > BRANCH_CHARS {
            kept.push('…');
            return kept;
        }
        kept += if kept.is_empty() { "" } else { " " };
        kept += word;
    }
    kept
}

fn first_words(text: &str) -> String {
    text.split_whitespace()
        .skip(1)
        .take(4)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a text asks for a ticket: by a verb before the word that is not denied, or by the word alone. A ticket that is
/// there already, or that is only spoken of, is none.
fn files_a_ticket(folded: &str) -> bool {
    let clauses = folded.split([',', '.', ';', ':', '\n']);
    clauses.into_iter().any(|clause| {
        let Some(named) = WORDS.find(Says::Filing, clause).into_iter().next() else {
            return false;
        };
        let (before, behind) = (&clause[..named.start], &clause[named.end..]);
        let last_words = before.split_whitespace().rev().take(VERB_DISTANCE);
        let is_asked = last_words
            .into_iter()
            .any(|word| WORDS.has(Says::FilingVerb, word));
        let is_alone = !before.contains(char::is_alphanumeric);
        let is_there = WORDS.opens(Says::There, behind.trim_start()).is_some();
        (is_asked || is_alone) && !is_there && !WORDS.is_in(Says::Denying, before)
    })
}

fn kind(text: &str) -> OutcomeKind {
    let folded = fold(text).text;
    let says = |role| WORDS.is_in(role, &folded);
    if says(Says::Recheck) {
        OutcomeKind::Recheck
    } else if files_a_ticket(&folded) {
        OutcomeKind::Ticket
    } else if says(Says::Escalating) {
        OutcomeKind::Escalate
    } else {
        OutcomeKind::Inform
    }
}
