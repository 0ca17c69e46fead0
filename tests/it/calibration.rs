//! Whatever catalogue there is, confidences say something: pieces of the shipped one at random, damaged in the ways that
//! leads damage theirs.
//!
//! `SIGAP_CATALOGUES=500 cargo test --release --test it calibration::` tries so many instead of a handful.

use std::env;
use std::path::Path;

use proptest::prelude::RngExt as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use sigap::catalog::Catalog;
use sigap::guide::training;
use sigap::load;
use sigap::matcher::{Classification, Context, Decision, Matcher};

use crate::shipped;

/// So many catalogues are tried unless the environment asks for more.
const CATALOGUES: usize = 6;
/// An intent of a random catalogue has at most so many utterances: more would only take longer.
const UTTERANCES_MAX: usize = 40;
/// Where a lead gave at least so many messages of no intent, and none of them to an intent as well, others like them are
/// mostly kept from being answered.
const OUTSIDE_ENOUGH: usize = 60;
const ANSWERED_OUTSIDE_MAX: f64 = 0.3;

/// A catalogue, and whether its messages have their right labels.
struct Piece {
    catalog: Catalog,
    is_sound: bool,
}

/// Takes at most `count` of the items, in any order.
fn pick(items: &[String], count: usize, random: &mut TestRng) -> Vec<String> {
    let mut items = items.to_vec();
    for last in (1..items.len()).rev() {
        items.swap(last, random.random_range(0..=last));
    }
    items.truncate(count);
    items
}

fn piece(whole: &Catalog, random: &mut TestRng) -> Piece {
    let mut catalog = whole.clone();
    let kept = random.random_range(1..=catalog.sops.len());
    while catalog.sops.len() > kept {
        catalog
            .sops
            .remove(random.random_range(0..catalog.sops.len()));
    }
    for sop in &mut catalog.sops {
        let count = [0, 1, 2, 8, UTTERANCES_MAX][random.random_range(0..5)];
        sop.matching.utterances = pick(&sop.matching.utterances, count, random);
        if random.random_bool(0.5) {
            sop.matching.keywords.clear();
            sop.matching.patterns.clear();
        }
        if random.random_bool(0.3) {
            sop.sections.clear();
        }
    }
    let count = [0, 1, 20, OUTSIDE_ENOUGH, 120][random.random_range(0..5)];
    catalog.outside = pick(&catalog.outside, count, random);
    let damage = random.random_range(0..5);
    match damage {
        // The same messages in two procedures.
        0 => {
            let said = catalog.sops[0].matching.utterances.clone();
            catalog
                .sops
                .last_mut()
                .unwrap()
                .matching
                .utterances
                .extend(said);
        }
        // An intent's messages among those of none.
        1 => {
            let said = catalog.sops[0].matching.utterances.clone();
            catalog.outside.extend(said);
        }
        // One word, over and over.
        2 => catalog.sops[0].matching.utterances = vec!["tagihan".to_owned(); UTTERANCES_MAX],
        _ => {}
    }
    Piece {
        catalog,
        is_sound: damage > 2,
    }
}

fn assert_is_a_probability(text: &str, found: &Classification) {
    let sum: f32 = found.candidates.iter().map(|one| one.confidence).sum();
    let are_between =
        (found.candidates.iter()).all(|one| one.confidence > 0.0 && one.confidence < 1.0);
    assert!(are_between && sum < 1.001, "{text}: {found:?}");
}

#[test]
fn no_catalogue_makes_the_bot_certain_or_talkative() {
    let count = env::var("SIGAP_CATALOGUES").map_or(CATALOGUES, |count| count.parse().unwrap());
    let whole = shipped::catalog();
    let lexicon = load::lexicon(Path::new("data")).unwrap();
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    for at in 0..count {
        let Piece { catalog, is_sound } = piece(&whole, &mut random);
        let matcher = Matcher::train(&training(&catalog, &lexicon));
        let classify = |text: &str| {
            let found = matcher.classify(text, &Context::default());
            assert_is_a_probability(text, &found);
            found
        };
        for text in [
            "",
            "🙏",
            "kak",
            "tagihan",
            "pulsa pulsa pulsa",
            "zzz qqq",
            "1234567890",
        ] {
            classify(text);
        }
        for sop in &whole.sops {
            (pick(&sop.matching.utterances, 10, &mut random).iter()).for_each(|text| {
                classify(text);
            });
        }
        let unseen = pick(&whole.outside, 120, &mut random);
        let unseen: Vec<&String> = (unseen.iter())
            .filter(|text| !catalog.outside.contains(text))
            .collect();
        let answered = unseen
            .iter()
            .filter(|text| classify(text).decision == Decision::Answer);
        let share = answered.count() as f64 / unseen.len() as f64;
        if is_sound && catalog.outside.len() >= OUTSIDE_ENOUGH {
            let given: Vec<_> = (catalog.sops.iter())
                .map(|sop| (&sop.id, sop.matching.utterances.len()))
                .collect();
            assert!(
                share <= ANSWERED_OUTSIDE_MAX,
                "catalogue {at} answers {share}: {given:?}"
            );
        }
    }
}
