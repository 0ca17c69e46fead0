//! Any bytes as a message: folded, matched against the shipped catalogue and searched for values. None may panic or leave
//! the scale. The worst message known takes a few milliseconds; run with `-timeout=2` to find one that takes far more.

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use jiff::Zoned;
use libfuzzer_sys::fuzz_target;
use sigap::guide::Knowledge;
use sigap::matcher::{CANDIDATES_SHOWN, Context};
use sigap::message::ChannelKind;
use sigap::text::{CHARS_MAX, Utterance};
use sigap::value::{Background, Canonical, sensitive};
use sigap::{dialog, load, value};

static NOW: LazyLock<Zoned> = LazyLock::new(|| {
    "2026-11-21T10:00:00+07:00[Asia/Jakarta]"
        .parse()
        .expect("it is a moment")
});

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    load::knowledge(&root.join("intents"), &root.join("data"), NOW.date())
        .expect("the shipped catalogue is accepted")
});

fuzz_target!(|bytes: &[u8]| {
    let knowledge = &*KNOWLEDGE;
    let text = String::from_utf8_lossy(bytes);
    let read = read(&text);
    matched(knowledge, &text);
    valued(knowledge, read);
});

/// Tokens lie in the message, in order, and nothing is read beyond the bound.
fn read(text: &str) -> &str {
    let utterance = Utterance::new(text);
    assert!(utterance.raw.chars().count() <= CHARS_MAX);
    let mut end = 0;
    for token in &utterance.tokens {
        assert!(token.text.start >= end && token.text.end <= utterance.folded.len());
        end = token.text.end;
        assert!(!utterance.text(token).is_empty());
        assert!(utterance.raw.get(token.span.clone()).is_some());
    }
    utterance.raw
}

/// Confidences are shares of one, best first, the same every time.
fn matched(knowledge: &Knowledge, text: &str) {
    for service in [None, Some("telkomsel")] {
        let context = Context { service };
        let found = knowledge.matcher.classify(text, &context);
        let confidences: Vec<f32> = found.candidates.iter().map(|c| c.confidence).collect();
        assert!(confidences.len() <= CANDIDATES_SHOWN);
        assert!(confidences.iter().all(|c| (0.0..=1.0).contains(c)));
        assert!(confidences.windows(2).all(|pair| pair[0] >= pair[1]));
        assert!(confidences.iter().sum::<f32>() <= 1.001);
        let again = knowledge.matcher.classify(text, &context);
        assert_eq!(found.decision, again.decision);
        if let Some(first) = found.candidates.first() {
            knowledge.asked_points(&first.intent, text);
        }
    }
}

/// What is accepted once is accepted in its canonical form, and what is found stands in the message.
fn valued(knowledge: &Knowledge, text: &str) {
    let background = Background {
        now: &NOW,
        lexicon: &knowledge.lexicon,
    };
    for sop in &knowledge.catalog.sops {
        for kind in [ChannelKind::Voice, ChannelKind::Ecare] {
            dialog::values_in(sop, text, kind, background);
        }
    }
    for kind in [
        value::Kind::Msisdn,
        value::Kind::Contact,
        value::Kind::Rupiah,
        value::Kind::Email,
        value::Kind::Card,
        value::Kind::Date { past: true },
        value::Kind::DateTime { past: false },
    ] {
        if let Ok(value) = value::parse(&kind, text, background) {
            let canonical = match &value.canonical {
                Canonical::Amount(rupiah) => rupiah.to_string(),
                Canonical::Text(text) => text.clone(),
            };
            let again = value::parse(&kind, &canonical, background);
            assert_eq!(again.map(|again| again.canonical), Ok(value.canonical));
        }
        for found in value::find(&kind, text, background) {
            assert!(text.get(found.span).is_some());
        }
    }
    sensitive::redact(text);
}
