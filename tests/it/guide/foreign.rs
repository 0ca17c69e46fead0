//! Messages about somebody else's service alone are seen as such, and none of ours is.

use crate::shipped;

fn brand(message: &str) -> String {
    let knowledge = shipped::knowledge();
    let foreign = knowledge.foreign(message);
    foreign.map_or("-".to_owned(), |foreign| foreign.id.clone())
}

#[test]
fn a_message_about_a_brand_of_others_alone_is_seen_as_such() {
    let rows: Vec<_> = include_str!("foreign.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .collect();
    assert!(rows.len() >= 60, "{}", rows.len());
    let wrong: Vec<String> = rows
        .iter()
        .filter(|(message, expected)| brand(message) != *expected)
        .map(|(message, expected)| format!("{message}: {}, not {expected}", brand(message)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_message_that_a_procedure_learns_from_is_about_others() {
    let knowledge = shipped::knowledge();
    let catalog = &knowledge.catalog;
    let told = catalog.sops.iter().flat_map(|sop| &sop.matching.utterances);
    let foreign: Vec<_> = told
        .filter(|message| brand(message) != "-")
        .map(|message| format!("{message}: {}", brand(message)))
        .collect();
    assert!(foreign.is_empty(), "{}", foreign.join("\n"));
}
