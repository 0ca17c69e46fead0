//! What a lead looks at before a text goes live: how agents will see it, what it changes, what is wrong with it, and what
//! it does to messages whose intent is known.

use std::sync::Arc;

use jiff::Zoned;
use similar::{ChangeTag, TextDiff};

use super::lesson::Complaint;
use crate::catalog::{Catalog, Diagnostic, Files, Severity, Source};
use crate::effect::{self, MessageChanges};
use crate::guide::Knowledge;
use crate::matcher::Matcher;
use crate::message::{ChannelKind, Language, Reply};
use crate::text::Lexicon;
use crate::{dialog, wording};

/// Lines of the diff around a change.
const DIFF_CONTEXT: usize = 2;

/// Everything there is to see.
#[derive(Debug)]
pub struct VersionReview {
    /// The SOP's id.
    pub id: String,
    /// The file as it would be in the catalogue.
    pub source: Source,
    /// What the catalogue says about it, errors first.
    pub diagnostics: Vec<Diagnostic>,
    /// How agents will see it; nothing when the catalogue refuses it.
    pub preview: Vec<Reply>,
    /// What changes against what is live; none when it is new.
    pub diff: Option<Diff>,
    /// What it does to messages; none when the catalogue refuses it.
    pub change: Option<MessageChanges>,
    /// What agents say is wrong with the version that is live.
    pub complaints: Vec<Complaint>,
}

/// The difference of two files.
#[derive(Debug)]
pub struct Diff {
    /// How many lines are new.
    pub new: usize,
    /// How many are gone.
    pub gone: usize,
    /// The unified diff.
    pub text: String,
}

impl VersionReview {
    /// Whether the catalogue takes it.
    pub fn is_accepted(&self) -> bool {
        self.change.is_some()
    }

    /// What keeps the catalogue from taking it.
    pub fn mistakes(&self) -> impl Iterator<Item = &Diagnostic> {
        let all = self.diagnostics.iter();
        all.filter(|one| one.severity == Severity::Error)
    }
}

/// Looks at a text in its catalogue; `before` answers what is live now. It takes its time: the matcher learns.
pub fn review(
    text: &str,
    files: &Files,
    before: Option<&Matcher>,
    lexicon: Arc<Lexicon>,
    now: &Zoned,
) -> VersionReview {
    let id = id_of(text).unwrap_or_default();
    let current = files.sops.iter().find(|known| known.stem == id);
    let source = Source::new(format!("{id}.toml"), text);
    let joined = joined(files, &source);
    let loaded = Catalog::load(&joined, now.date());
    let mut diagnostics = loaded.diagnostics;
    // What others have to say is not about this file, unless it keeps it from being taken.
    diagnostics.retain(|one| one.path == source.path || one.severity == Severity::Error);
    let diff = current.map(|current| diff(&current.path, &current.text, text));
    let after = loaded
        .catalog
        .map(|catalog| Knowledge::new(catalog, lexicon));
    let preview = after.iter().flat_map(|after| seen(after, &id, now));
    let preview = preview.collect();
    let change = after.as_ref().map(|after| {
        let rows = effect::labelled(&after.catalog);
        effect::compare(before.unwrap_or(&after.matcher), &after.matcher, &rows)
    });
    VersionReview {
        id,
        source,
        diagnostics,
        preview,
        diff,
        change,
        complaints: Vec::new(),
    }
}

/// Returns the files with this one in the place of its earlier version.
pub fn joined(files: &Files, source: &Source) -> Files {
    let others = files.sops.iter();
    let others = others.filter(|other| other.stem != source.stem).cloned();
    Files {
        sops: others.chain([source.clone()]).collect(),
        ..files.clone()
    }
}

/// Returns the id that an SOP file gives itself, if it reads.
pub fn id_of(text: &str) -> Option<String> {
    let source = Source::new("", text);
    let parsed = source.parse().ok()?;
    Some(parsed.json.get("id")?.as_str()?.to_owned())
}

/// How an SOP is shown to an agent who asks for it by name.
pub fn seen(knowledge: &Knowledge, id: &str, now: &Zoned) -> Vec<Reply> {
    let around = wording::Around {
        now,
        channel_kind: ChannelKind::default(),
        user: "",
        lead: true,
        tickets: &[],
        recent: &[],
        voice: knowledge.voices.of(&Language::default()),
    };
    let effect = dialog::Effect::ShowSop {
        intent: id.to_owned(),
        points: Vec::new(),
        form: dialog::SopForm::Whole,
        noted: Default::default(),
        may_be_wrong: false,
    };
    wording::replies(knowledge, &[effect], around)
}

/// Compares two texts line by line.
pub fn diff(path: &str, before: &str, after: &str) -> Diff {
    let diff = TextDiff::from_lines(before, after);
    let count = |tag| {
        let changes = diff.iter_all_changes();
        changes.filter(|change| change.tag() == tag).count()
    };
    Diff {
        new: count(ChangeTag::Insert),
        gone: count(ChangeTag::Delete),
        text: diff
            .unified_diff()
            .context_radius(DIFF_CONTEXT)
            .header(path, "import")
            .to_string(),
    }
}
