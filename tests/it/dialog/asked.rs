//! What is typed where a field of a shipped form is asked, and what is stored of it: a table a kind of answer.

use sigap::dialog::{Conversation, Draft, Phase};
use sigap::message::{ChannelKind, Said};
use sigap::ticket::{Answer, Answers};

use super::Desk;
use crate::shipped;
use crate::values::Score;

/// A desk at which a field is asked for, and nothing is known yet.
pub fn asked(field: &str) -> Desk {
    let mut desk = Desk::empty(ChannelKind::Voice);
    let catalog = &shipped::knowledge().catalog;
    let has = |sop: &&sigap::catalog::Sop| sop.forms.iter().any(|form| form.field(field).is_some());
    let sop = catalog.sops.iter().find(has).expect("a form has the field");
    desk.conversation = Conversation {
        draft: Some(Draft::new(sop.id.clone(), Answers::new())),
        phase: Phase::Asking {
            field: field.to_owned(),
            refused: 0,
            partial: None,
            suggested: None,
        },
        ..Conversation::default()
    };
    desk
}

fn stored(desk: &Desk, field: &str) -> Option<String> {
    match desk.conversation.draft()?.answers.get(field)? {
        Answer::Given(value) => Some(value.canonical.to_string()),
        Answer::Absent | Answer::Unchecked(_) => None,
    }
}

/// What is stored after a text, and after a `ya` where the text is read back.
fn answered(field: &str, text: &str, may_be_read_back: bool) -> String {
    let mut desk = asked(field);
    let mut say = |text: &str| {
        let step = desk.decide(&desk.conversation.clone(), &Said::Text(text.to_owned()));
        desk.conversation = step.next;
        stored(&desk, field)
    };
    let first = say(text);
    let second = first.or_else(|| may_be_read_back.then(|| say("ya"))?);
    second.unwrap_or_default()
}

#[track_caller]
fn check(name: &str, table: &str, may_be_read_back: bool) {
    let mut score = Score::default();
    for line in table.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [field, text, wanted] = cells[..] else {
            panic!("three cells are wanted: {line}");
        };
        let read = answered(field, text, may_be_read_back && wanted != "ASK");
        score.count(&format!("{field}: {text} [{wanted}]"), wanted, &read);
    }
    score.check(name);
}

#[test]
fn what_is_denied_or_left_open_is_not_stored() {
    check("negation", include_str!("../values/negation.tsv"), false);
}

#[test]
fn an_open_field_stores_what_may_be_its_value() {
    check("open", include_str!("../values/open.tsv"), true);
}
