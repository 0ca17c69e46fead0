//! The catalogue as it is shipped, for tests that need the real one.

use std::env;
use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use jiff::Zoned;
use sigap::catalog::{Catalog, Files};
use sigap::guide::Knowledge;
use sigap::load;
use sigap::matcher::{Context, Decision};

static KNOWLEDGE: LazyLock<Arc<Knowledge>> = LazyLock::new(|| {
    let knowledge = Knowledge::new(catalog(), load::lexicon(Path::new("data")).unwrap());
    Arc::new(knowledge.with_directory(load::directory(Path::new("data")).unwrap()))
});

/// The files.
pub fn files() -> Files {
    load::files(Path::new("intents"), Path::new("data")).unwrap()
}

/// The catalogue.
pub fn catalog() -> Catalog {
    Catalog::load(&files(), now().date()).catalog.unwrap()
}

/// The knowledge, made once for all tests.
pub fn knowledge() -> Arc<Knowledge> {
    Arc::clone(&KNOWLEDGE)
}

/// Saturday, 21 November 2026, ten in the morning.
pub fn now() -> Zoned {
    "2026-11-21T10:00:00+07:00[Asia/Jakarta]".parse().unwrap()
}

/// The intents that a message is answered with or offered.
pub fn classify(knowledge: &Knowledge, text: &str) -> Vec<String> {
    let found = knowledge.matcher.classify(text, &Context { service: None });
    let shown = match found.decision {
        Decision::Answer => 1,
        Decision::Clarify => 3,
        Decision::Fallback => 0,
    };
    found
        .candidates
        .iter()
        .take(shown)
        .map(|candidate| candidate.intent.to_string())
        .collect()
}

/// Compares with a file; `UPDATE=1 cargo test` rewrites it, and the diff is the review.
#[track_caller]
pub fn check_file(path: &Path, actual: &str) {
    if env::var_os("UPDATE").is_some() {
        fs::write(path, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        actual,
        expected,
        "{} differs; `UPDATE=1 cargo test` rewrites it",
        path.display()
    );
}
