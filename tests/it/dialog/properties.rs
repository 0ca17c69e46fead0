//! What no order of messages may bring about: one customer's data in another's draft, a denied value, a question too many,
//! a state that everyday words do not lead out of.

use proptest::prelude::*;
use proptest::sample::select;
use sigap::dialog::{Conversation, Phase};
use sigap::message::{ChannelKind, Said};
use sigap::ticket::Answer;
use sigap::value::{Choices, Kind};

use super::{CASE, Desk, FULL};
use crate::shipped;

/// Sequences tried of each property.
const CASES: u32 = 48;

/// What is told of a customer, with `N` for what sets the two apart.
const TOLD: &[&str] = &[
    "nomor 0812-0000-500N",
    "namanya Contoh OrangN",
    "class kelasN",
    "lokasi: Kota ContohN",
    "emailnya contohN@contoh.invalid",
    "udah bayar tagihan tapi nomor 0812-0000-500N belum aktif",
    "isi ulang 50rb belum masuk, 0812-0000-500N",
    "cp lain 0813-0000-700N",
];
/// What is said in between of whoever is at hand.
const BETWEEN: &[&str] = &[
    "bikin tiket",
    "nanti dulu",
    "batal",
    "apa saja yang ditanya",
    "/kirim",
    "gold",
];
/// What brings the other customer up.
const SWITCHING: &[&str] = &["plg lain", "kasus baru"];

fn said(text: &str) -> Said {
    Said::Text(text.to_owned())
}

impl Desk {
    fn hear(&mut self, text: &str) {
        self.events += 1;
        let step = self.decide(&self.conversation.clone(), &said(text));
        self.conversation = step.next;
    }

    fn asking_for(field: &str) -> Self {
        super::asked::asked(field)
    }
}

/// Everything that a conversation's drafts and case have of the customer at hand.
fn of_customer(conversation: &Conversation) -> String {
    let draft = conversation
        .draft
        .iter()
        .flat_map(|draft| draft.answers.values());
    let case = conversation.case.answers.values();
    let shown = draft.chain(case).map(|answer| match answer {
        Answer::Given(value) => format!("{} {}", value.canonical, value.display),
        Answer::Absent | Answer::Unchecked(_) => String::new(),
    });
    let told = conversation.case.told.iter().map(|told| told.text.clone());
    shown.chain(told).collect::<Vec<_>>().join("\n")
}

/// The single-choice fields of the shipped forms.
fn choice_fields() -> Vec<(String, Choices)> {
    let catalog = &shipped::knowledge().catalog;
    let forms = catalog.sops.iter().flat_map(|sop| &sop.forms);
    let fields = forms.flat_map(|form| &form.fields);
    let choices = fields.filter_map(|field| match &field.base.kind {
        Kind::Choice(choices) if !choices.many => Some((field.id.clone(), choices.clone())),
        _ => None,
    });
    choices.collect()
}

/// Ways into every state that waits for something.
const STATES: &[&[&str]] = &[
    &[CASE],
    &["tagihan"],
    &[CASE, "/pandu bayar-belum-aktif"],
    &[CASE, "buat tiket"],
    &[CASE, "buat tiket", "gold", "0812-0000-1234"],
    &[
        CASE,
        "buat tiket",
        "gold",
        "0812-0000-1234",
        "Contoh Satu",
        "halo",
    ],
    &[CASE, "buat tiket", FULL],
    &[CASE, "buat tiket", "nanti dulu"],
    &[
        CASE,
        "buat tiket",
        "tagihan vsat pelanggan lain ga bisa dibayar",
    ],
    &[CASE, "buat tiket", FULL, "kirim", "tandai sudah diinput"],
    &[
        "tagihan seat management ga bisa dibayar",
        "buat tiket",
        "CNX-88A07",
    ],
];
/// What leaves a state.
const LEAVING: &[&str] = &[
    "batal",
    "batalin aja bang",
    "ga jadi deh kak",
    "cancel dulu ya",
];

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 100,
        ..ProptestConfig::with_cases(CASES)
    })]

    #[test]
    fn nothing_of_one_customer_reaches_the_others_draft(
        turns in prop::collection::vec(
            (select(TOLD), select(BETWEEN), any::<bool>(), select(SWITCHING)),
            2..9,
        ),
    ) {
        let mut desk = Desk::empty(ChannelKind::Ecare);
        let mut at_hand = 1;
        desk.hear(&format!("{CASE}, 0812-0000-5001"));
        for (told, between, switches, switching) in turns {
            if switches {
                at_hand = 3 - at_hand;
                desk.hear(switching);
            }
            desk.hear(&told.replace('N', &at_hand.to_string()));
            desk.hear(between);
            let known = of_customer(&desk.conversation);
            let other = 3 - at_hand;
            let marks = [
                format!("000050{:02}", other),
                format!("Orang{other}"),
                format!("kelas{other}"),
                format!("Contoh{other}"),
                format!("contoh{other}@"),
                format!("000070{:02}", other),
            ];
            let digits: String = known.chars().filter(|c| *c != '-').collect();
            for mark in marks {
                prop_assert!(!digits.contains(&mark), "{} of the other in {}", mark, known);
            }
        }
    }

    #[test]
    fn nothing_that_was_denied_is_stored(
        (field, option, other) in select(choice_fields()).prop_flat_map(|(field, choices)| {
            let options: Vec<_> = choices.options.iter().map(|one| one.value.clone()).collect();
            (Just(field), select(options.clone()), select(options))
        }),
        before in select(&["", "itu ", "kayaknya ", "eh "][..]),
        denying in select(&["bukan", "bkn", "not", "selain"][..]),
        contrast in select(&["", " kak", " tapi ", ", "][..]),
    ) {
        let names_other = contrast == " tapi " || contrast == ", ";
        let right = if names_other { other.as_str() } else { "" };
        prop_assume!(right.is_empty() || !right.contains(&option) && !option.contains(right));
        let mut desk = Desk::asking_for(&field);
        let text = format!("{before}{denying} {option}{contrast}{right}");
        desk.hear(&text);
        let draft = desk.conversation.draft();
        let stored = draft.and_then(|draft| draft.answers.get(&field));
        if let Some(Answer::Given(value)) = stored {
            prop_assert_ne!(value.canonical.to_string(), option, "{}: {}", field, text);
        }
    }

    #[test]
    fn every_state_can_be_left_by_everyday_words(
        kind in super::channel_kind(),
        state in select(STATES),
        leaving in select(LEAVING),
    ) {
        let mut desk = Desk::empty(kind);
        for text in state {
            desk.hear(text);
        }
        let before = desk.conversation.phase.clone();
        for _ in 0..2 {
            if desk.conversation.draft().is_some() {
                desk.hear(leaving);
            }
        }
        prop_assert!(desk.conversation.draft().is_none(), "{:?} is not left", before);
        let is_left = matches!(
            desk.conversation.phase,
            Phase::Idle | Phase::Answered(_) | Phase::Clarifying(_) | Phase::Walked | Phase::Entering { .. }
        );
        prop_assert!(is_left, "{:?} is not left", before);
    }
}
