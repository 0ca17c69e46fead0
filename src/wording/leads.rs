//! What team leads are shown: new versions of SOPs, where they are shared, what was not answered, the figures.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::catalog::{Diagnostic, Severity};
use crate::effect::{MessageChanges, Moved, TakenFor};
use crate::import::{self, From, ImportReport};
use crate::matcher::Decision;
use crate::voice::Voice;

/// How many lines of one kind are shown; the counts are of all.
const SHOWN: usize = 8;
/// A line of such a list is cut to this.
const LINE_CHARS: usize = 300;
/// A diff is shown up to here; the file has the rest.
const DIFF_CHARS: usize = 1_200;
/// A message of Discord's takes 2000 characters.
const STATISTICS_CHARS: usize = 1_900;

/// The parts of a bar in the chart, by the name of their block: answered, offered two or three, nothing fitted.
pub const CHART_PARTS: [&str; 3] = ["chart_answered", "chart_clarified", "chart_unanswered"];

/// Everything to look at before publishing. The difference is counted: lines that are new, lines that are gone.
pub fn review(
    voice: &Voice,
    diff: Option<(usize, usize, &str)>,
    diagnostics: &[Diagnostic],
    change: Option<&MessageChanges>,
    complaints: &Json,
    report: Option<&ImportReport>,
) -> String {
    let is_error = |one: &&Diagnostic| one.severity == Severity::Error;
    let diff = diff.map(|(new, gone, text)| {
        let text = shortened(text, DIFF_CHARS).replace("```", "'''");
        json!({"new": new, "gone": gone, "text": text})
    });
    let facts = json!({
        "mistakes": diagnostics.iter().filter(is_error).count(),
        "findings": findings(voice, diagnostics),
        "change": change.map(|change| effect(voice, change)),
        "diff": diff,
        "complaints": complaints,
        "document": report.map(|report| imported(voice, report)),
    });
    voice.say("proposal", &facts)
}

/// What keeps the catalogue from taking a text.
pub fn refused(voice: &Voice, mistakes: &[Diagnostic]) -> String {
    voice.say("refused", &json!({"findings": findings(voice, mistakes)}))
}

/// A file in the folder is broken.
pub fn broken(voice: &Voice, mistakes: &[Diagnostic]) -> String {
    voice.say("broken", &json!({"findings": findings(voice, mistakes)}))
}

fn findings(voice: &Voice, diagnostics: &[Diagnostic]) -> Json {
    let lines = diagnostics
        .iter()
        .map(|found| voice.say("finding", &json!(found)));
    listed(lines)
}

/// What a change does to messages whose intent is known.
fn effect(voice: &Voice, change: &MessageChanges) -> Json {
    let rows = |rows: &[Moved]| listed(rows.iter().map(|row| moved(voice, row)));
    json!({
        "rows": change.rows,
        "right_before": change.right_before,
        "right_after": change.right_after,
        "clashes": rows(&change.clashes),
        "gained": rows(&change.gained),
        "other": rows(&change.other),
    })
}

fn moved(voice: &Voice, moved: &Moved) -> String {
    let taken = |taken: &TakenFor| {
        let decision = match taken.decision {
            Decision::Answer => "answer",
            Decision::Clarify => "clarify",
            Decision::Fallback => "fallback",
        };
        json!({"intent": taken.intent, "decision": decision})
    };
    let (before, after) = (taken(&moved.before), taken(&moved.after));
    voice.say(
        "moved",
        &json!({"text": moved.row.text, "before": before, "after": after}),
    )
}

/// What became of a document.
fn imported(voice: &Voice, report: &ImportReport) -> Json {
    let found_row = |is: &str, line: usize, text: &str, field: &str, sop: &str| {
        let facts = json!({"is": is, "line": line, "text": text, "field": field, "sop": sop});
        voice.say("imported_line", &facts)
    };
    let cuts = report
        .cuts
        .iter()
        .map(|cut| found_row("cut", cut.line, cut.what, "", ""));
    let fields = report.fields.iter().map(|origin| {
        let (is, sop) = match &origin.from {
            From::Shared => ("shared", ""),
            From::Sop(sop) => ("sop", sop.as_str()),
            From::New => ("new", ""),
        };
        found_row(is, origin.line, &origin.words, &origin.field, sop)
    });
    let loose = report
        .loose
        .iter()
        .map(|(at, words)| found_row("loose", *at, words, "", ""));
    let unknown = report
        .unknown
        .iter()
        .map(|(at, words)| found_row("unknown", *at, words, "", ""));
    let kept = report.kept.iter().chain(&report.lost);
    let kept = kept.map(|kept| found_row("kept", kept.line, &kept.text, "", ""));
    json!({
        "cuts": listed(cuts),
        "fields": listed(fields),
        "open": listed(loose.chain(unknown).chain(kept)),
        "chosen_kip": report.chosen_kip,
        "guessed": report.guessed,
    })
}

/// A document that could not be read.
pub fn unreadable(voice: &Voice, why: &import::DocumentError) -> String {
    let why = match why {
        import::DocumentError::UnknownKind(_) => "kind",
        import::DocumentError::TooLarge { .. } => "large",
        import::DocumentError::Unreadable { .. } => "broken",
        import::DocumentError::Locked => "locked",
        import::DocumentError::Empty => "empty",
    };
    voice.say("unreadable", &json!({"why": why}))
}

/// A version, as it is listed.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct VersionLine<'a> {
    /// Its number.
    pub number: u32,
    /// When it was published.
    pub at: &'a str,
    /// Who published it; none when somebody edited the file.
    pub who: Option<&'a str>,
    /// Why.
    pub why: &'a str,
}

/// The versions of an SOP, the newest first.
pub fn history(voice: &Voice, title: &str, versions: &[VersionLine<'_>]) -> String {
    const LISTED: usize = 15;
    let versions: Vec<_> = versions.iter().rev().take(LISTED).collect();
    voice.say("history", &json!({"title": title, "versions": versions}))
}

/// What a new version changed, line by line; nothing when no line did.
pub fn what_changed(voice: &Voice, new: &[String], gone: &[String]) -> String {
    const CHARS: usize = 160;
    if new.is_empty() && gone.is_empty() {
        return String::new();
    }
    let first = |lines: &[String]| -> Vec<String> {
        lines
            .iter()
            .take(SHOWN)
            .map(|line| shortened(line, CHARS))
            .collect()
    };
    voice.say(
        "what_changed",
        &json!({"new": first(new), "gone": first(gone)}),
    )
}

/// Who has read a shared SOP and who has not.
pub fn readers(
    voice: &Voice,
    title: &str,
    channel: u64,
    version: u32,
    read: &[u64],
    unread: &[u64],
) -> String {
    const NAMED: usize = 40;
    let people = |accounts: &[u64]| json!({"count": accounts.len(), "named": &accounts[..accounts.len().min(NAMED)]});
    let (read, unread) = (people(read), people(unread));
    let facts = json!({"title": title, "channel": channel, "version": version, "read": read, "unread": unread});
    voice.say("readers", &facts)
}

/// A group of questions.
pub fn group(
    voice: &Voice,
    asked: usize,
    in_dialogs: usize,
    wordings: &[String],
    owners: &BTreeSet<&str>,
    nearest: Option<&str>,
) -> String {
    const EXAMPLES: usize = 5;
    let wordings = &wordings[..wordings.len().min(EXAMPLES)];
    let facts = json!({"asked": asked, "in_dialogs": in_dialogs, "wordings": wordings, "owners": owners, "nearest": nearest});
    voice.say("group", &facts)
}

/// A group that would break something.
pub fn clash(voice: &Voice, change: &MessageChanges) -> String {
    let rows = change.clashes.iter().map(|row| moved(voice, row));
    voice.say("clash", &json!({"clashes": listed(rows)}))
}

/// A week, as it is shown.
#[derive(Debug, Clone)]
pub struct WeekLine {
    /// Its first day.
    pub from: String,
    /// Messages that asked for a procedure.
    pub questions: u64,
    /// Those that were answered, offered a choice, and in vain.
    pub answered: u64,
    pub clarified: u64,
    pub unanswered: u64,
    /// Messages that an open dialog could do nothing with.
    pub not_understood: u64,
    /// Drafts that were filed.
    pub drafts: u64,
    /// Walks that ended without one.
    pub avoided: u64,
    /// The procedures most asked for.
    pub top: Vec<(String, u64)>,
}

/// What is shown of all weeks together.
#[derive(Debug, Clone)]
pub struct Figures<'a> {
    /// The procedures that were never asked for.
    pub unasked: &'a [String],
    /// The shared procedures that somebody has not read, with how many have not.
    pub unread: &'a [(String, u64)],
    /// Drafts by complaint category.
    pub kips: &'a BTreeMap<String, u64>,
    /// The middle of the times to a draft.
    pub median_minutes: Option<f64>,
}

/// The figures of some weeks, without a word about any one agent.
pub fn statistics(voice: &Voice, weeks: &[WeekLine], figures: &Figures<'_>) -> String {
    let lines = weeks.iter().map(|week| {
        let percent = |count: u64| 100 * count / week.questions.max(1);
        json!({"from": week.from, "questions": week.questions, "answered": percent(week.answered),
            "clarified": percent(week.clarified), "unanswered": percent(week.unanswered),
            "drafts": week.drafts, "avoided": week.avoided})
    });
    let counted = |(name, count): (&String, &u64)| json!({"name": name, "count": count});
    let pairs = |pairs: &[(String, u64)]| -> Vec<Json> {
        pairs
            .iter()
            .map(|(name, count)| counted((name, count)))
            .collect()
    };
    let latest = weeks.iter().rev().find(|week| !week.top.is_empty());
    let facts = json!({
        "weeks": lines.collect::<Vec<_>>(),
        "not_understood": weeks.iter().map(|week| week.not_understood).sum::<u64>(),
        "top": latest.map(|week| json!({"from": week.from, "sops": pairs(&week.top)})),
        "unasked": figures.unasked,
        "unread": pairs(figures.unread),
        "kips": figures.kips.iter().map(counted).collect::<Vec<_>>(),
        "minutes": figures.median_minutes.map(|minutes| minutes.round() as u64),
    });
    shortened(&voice.say("statistics", &facts), STATISTICS_CHARS)
}

/// The first lines of a list and how many there are; nothing of an empty one.
fn listed(lines: impl Iterator<Item = String>) -> Json {
    let all: Vec<String> = lines.collect();
    let first = all.iter().take(SHOWN);
    let first: Vec<_> = first.map(|line| shortened(line, LINE_CHARS)).collect();
    match all.len() {
        0 => Json::Null,
        count => json!({"count": count, "lines": first}),
    }
}

fn shortened(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
