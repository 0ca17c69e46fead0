//! Imports point one way. This table is the architecture; the test names the path that leaves it.

use std::fs;
use std::path::{Path, PathBuf};

/// A room may name the rooms of the rows above its own.
const ROWS: &[&[&str]] = &[
    &["act", "whole"],
    &["message", "text"],
    &["value"],
    &["ticket"],
    &["slash", "catalog"],
    &["directory", "matcher", "import", "voice"],
    &["guide"],
    &["dialog", "effect", "learn"],
    &["wording", "store", "turns", "live"],
    &["assistant", "erasure", "metrics", "stats", "load"],
    &["desk", "hook"],
    &["channel", "config", "telemetry"],
    &["reload"],
    &["cli"],
];

/// Crates that one room alone may name.
const ONLY_IN: &[(&str, &str)] = &[
    ("sled::", "store"),
    ("tokio_postgres::", "store"),
    ("deadpool_postgres::", "store"),
    ("refinery::", "store"),
    ("clap::", "cli"),
    ("rustyline::", "channel"),
    ("comfy_table::", "cli"),
    ("notify::", "reload"),
    ("plotters::", "stats"),
    ("lopdf::", "import"),
    ("quick_xml::", "import"),
    ("calamine::", "import"),
    ("encoding_rs::", "import"),
    ("serenity::", "channel"),
];

/// What the core must not do: each needle is a way to leave it.
const CORE: &[&str] = &[
    "act",
    "message",
    "text",
    "value",
    "ticket",
    "slash",
    "catalog",
    "directory",
    "matcher",
    "import",
    "voice",
    "guide",
    "effect",
    "dialog",
    "wording",
    "erasure",
    "learn",
    "stats",
];
const NOT_IN_CORE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "tokio::",
    "async fn",
    "Zoned::now",
    "Timestamp::now",
    "SystemTime::now",
    "std::process",
    "println!",
    "eprintln!",
];

#[test]
fn imports_point_one_way() {
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        let row = ROWS.iter().position(|rooms| rooms.contains(&room.as_str()));
        let Some(row) = row else {
            wrong.push(format!(
                "{}: the room `{room}` is not in the table",
                path.display()
            ));
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            for named in names_of_rooms(line) {
                let above = ROWS[..row].iter().any(|rooms| rooms.contains(&named));
                if named != room && !above {
                    wrong.push(format!(
                        "{}:{}: `{room}` names `{named}`",
                        path.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "imports against the table:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn each_platform_crate_has_one_room() {
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        for (needle, home) in ONLY_IN {
            let named = code(&text).any(|line| {
                line.match_indices(needle).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
                })
            });
            if named && room != *home {
                wrong.push(format!(
                    "{}: `{needle}` belongs in `{home}`",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_core_opens_nothing_awaits_nothing_and_reads_no_clock() {
    let mut wrong = Vec::new();
    for (_, path, text) in sources()
        .into_iter()
        .filter(|(room, ..)| CORE.contains(&room.as_str()))
    {
        let before_tests = text
            .split("#[cfg(test)]")
            .next()
            .unwrap_or_default()
            .to_owned();
        for needle in NOT_IN_CORE {
            if code(&before_tests).any(|line| line.contains(needle)) {
                wrong.push(format!("{}: `{needle}`", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "the core leaves itself:\n{}",
        wrong.join("\n")
    );
}

/// Every source file with the room it is in; `main.rs` and `lib.rs` wire and map, so they are in none.
fn sources() -> Vec<(String, PathBuf, String)> {
    let mut files = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rooms = files.into_iter().filter_map(|path| {
        let inside = path.strip_prefix(root.join("src")).ok()?.to_path_buf();
        let first = inside
            .components()
            .next()?
            .as_os_str()
            .to_str()?
            .trim_end_matches(".rs")
            .to_owned();
        let text = fs::read_to_string(&path).ok()?;
        (first != "main" && first != "lib").then_some((first, Path::new("src").join(inside), text))
    });
    rooms.collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("tests.rs")
        {
            files.push(path);
        }
    }
}

fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
}

/// The rooms a line names: `crate::room` and `crate::{room, ...}`.
fn names_of_rooms(line: &str) -> Vec<&str> {
    if line.trim_start().starts_with("//") {
        return Vec::new();
    }
    let mut named = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            named.extend(list.split([',', '}']).map(|part| identifier(part.trim())));
        } else {
            named.push(identifier(rest));
        }
    }
    named.retain(|name| !name.is_empty());
    named
}

fn identifier(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    &text[..end]
}
