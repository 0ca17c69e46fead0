//! What is said, in every language: `UPDATE=1 cargo test` rewrites the golden files, and the diff is the review.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use sigap::act::Act;
use sigap::catalog::Source;
use sigap::dialog::{Effect, SopForm};
use sigap::message::{ChannelKind, Language, Reply};
use sigap::voice::{Voice, Voices};
use sigap::wording::{Around, replies};

use crate::binary::Place;
use crate::shipped;

/// The first answer to a case is at most so long on a terminal of this width.
const SHORT_LINES: usize = 15;
const COLUMNS: usize = 80;

fn voice(code: &str) -> std::sync::Arc<Voice> {
    std::sync::Arc::clone(Voices::default().of(&Language::of(code)))
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn every_block_says_what_its_golden_file_has() {
    for code in ["id", "en"] {
        let voice = voice(code);
        let mut golden = String::new();
        for (block, said) in voice.samples() {
            golden += &format!("== {block}\n");
            for text in said {
                assert!(!text.is_empty(), "{code}: `{block}` says nothing");
                golden += &format!("{text}\n--\n");
            }
        }
        shipped::check_file(&folder(&format!("tests/it/wording/{code}.golden")), &golden);
    }
}

#[test]
fn all_languages_have_the_same_blocks_and_a_sample_of_each() {
    let blocks = |code: &str| -> BTreeSet<String> {
        let text = fs::read_to_string(folder(&format!("data/wording.{code}.jinja"))).unwrap();
        let parts = text.split("{% block ").skip(1);
        parts
            .map(|part| part.split(' ').next().unwrap().to_owned())
            .collect()
    };
    let voice = voice("id");
    let sampled: BTreeSet<String> = voice.samples().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(blocks("id"), blocks("en"));
    assert_eq!(blocks("id"), sampled);
}

/// The blocks that the program says by name: those of buttons, lines and effects.
fn said_blocks() -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    let calls = [
        (
            r#"\b(?:line|say|refused|reply_about|said)\((?:ask, |sop, |[a-z.]*voice, )?\s*"([a-z_]+)""#,
            "",
        ),
        (r#"\brefuse\(ask, "([a-z_]+)""#, ""),
        (r#"\bbutton(?:_about)?\(\s*"([a-z_]+)""#, "label_"),
    ];
    let calls = calls.map(|(call, before)| (Regex::new(call).unwrap(), before));
    for path in sources(&folder("src")) {
        let text = fs::read_to_string(path).unwrap();
        for (call, before) in &calls {
            let found = call.captures_iter(&text);
            said.extend(found.map(|found| format!("{before}{}", &found[1])));
        }
    }
    let dialog = fs::read_to_string(folder("src/dialog/mod.rs")).unwrap();
    let (_, effects) = dialog.split_once("pub enum Effect {").unwrap();
    let variant = Regex::new(r"(?m)^    ([A-Z]\w+)").unwrap();
    let variants = variant.captures_iter(effects.split_once("\n}").unwrap().0);
    said.extend(variants.map(|found| snake_case(&found[1])));
    // It says nothing; and these are said by what they show.
    for silent in ["understood", "show_point", "show_part", "number_is"] {
        said.remove(silent);
    }
    said
}

#[test]
fn every_block_that_is_said_is_there() {
    let voice = voice("id");
    let known: BTreeSet<String> = voice.samples().map(|(name, _)| name.to_owned()).collect();
    let said = said_blocks();
    assert!(said.len() > 150, "the calls are found: {}", said.len());
    let missing: Vec<_> = said.difference(&known).collect();
    assert!(missing.is_empty(), "said, but in no file: {missing:?}");
}

/// Somebody translates a block that nothing says for nothing.
#[test]
fn every_block_is_said() {
    let voice = voice("id");
    let mut named = said_blocks();
    let texts = sources(&folder("src"))
        .into_iter()
        .chain([folder("data/wording.id.jinja")]);
    for path in texts {
        let text = fs::read_to_string(path).unwrap();
        let words = text.split(['"', '\'']).map(str::to_owned);
        named.extend(words.flat_map(|word| [format!("label_{word}"), word]));
    }
    let unsaid: Vec<_> = voice
        .samples()
        .map(|(name, _)| name)
        .filter(|name| !named.contains(*name))
        .collect();
    assert!(unsaid.is_empty(), "never said: {unsaid:?}");
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn shown(intent: &str, form: SopForm, kind: ChannelKind, voice: &Voice) -> Reply {
    let knowledge = shipped::knowledge();
    let effect = Effect::ShowSop {
        intent: intent.to_owned(),
        points: Vec::new(),
        form,
        noted: [
            ("msisdn", "0812-0000-1234"),
            ("nama_pelanggan", "Contoh Pelanggan"),
            ("channel_pembayaran", "Bank (BCA)"),
            ("channel_isi_ulang", "Tokopedia"),
            ("tanggal_pembayaran", "Jumat, 20 November 2026"),
        ]
        .map(|(field, value)| (field.to_owned(), given(value)))
        .into(),
        may_be_wrong: true,
    };
    let now = shipped::now();
    let around = Around {
        now: &now,
        channel_kind: kind,
        user: "agen",
        lead: false,
        tickets: &[],
        recent: &[],
        voice,
    };
    replies(&knowledge, &[effect], around).remove(0)
}

fn given(value: &str) -> sigap::ticket::Answer {
    sigap::ticket::Answer::Given(sigap::value::Value {
        canonical: sigap::value::Canonical::Text(value.to_owned()),
        display: value.to_owned(),
        remark: None,
    })
}

fn lines_on_a_terminal(reply: &Reply) -> usize {
    let labels = reply.buttons.iter().enumerate();
    let labels: Vec<_> = labels
        .map(|(place, button)| format!("[{}] {}", place + 1, button.label))
        .collect();
    let text = format!("{}\n{}", reply.text, labels.join("  "));
    let wrapped = |line: &str| line.chars().count().div_ceil(COLUMNS).max(1);
    text.lines().map(wrapped).sum()
}

#[test]
fn the_first_answer_to_a_case_fits_a_small_terminal_for_every_sop() {
    for code in ["id", "en"] {
        let voice = voice(code);
        for sop in &shipped::knowledge().catalog.sops {
            for kind in [
                ChannelKind::Voice,
                ChannelKind::NonVoice,
                ChannelKind::Ecare,
            ] {
                let reply = shown(&sop.id, SopForm::Short, kind, &voice);
                let lines = lines_on_a_terminal(&reply);
                let text = &reply.text;
                assert!(
                    lines <= SHORT_LINES,
                    "{} ({code}): {lines} lines\n{text}",
                    sop.id
                );
                let opens =
                    |button: &sigap::message::Button| button.action == Act::Open(sop.id.clone());
                assert!(
                    reply.buttons.iter().any(opens),
                    "the whole is one press away"
                );
            }
        }
    }
}

#[test]
fn the_whole_has_every_check_and_question() {
    let voice = voice("id");
    for sop in &shipped::knowledge().catalog.sops {
        let reply = shown(&sop.id, SopForm::Whole, ChannelKind::Voice, &voice);
        for section in &sop.sections {
            let is_there = reply.text.contains(&section.items[0].text)
                || reply
                    .buttons
                    .iter()
                    .any(|button| button.label == section.title);
            assert!(is_there, "{}#{}", sop.id, section.id);
        }
    }
}

/// Loads a site's file of Indonesian sentences; returns what `ready` says then, and what is wrong.
fn site(text: &str) -> (String, Vec<String>) {
    let (voices, found) = Voices::load(&[Source::new("data/wording.id.jinja", text)]);
    let said = voices.of(&Language::default()).line("ready");
    let found = found.iter().map(|one| {
        let help = one.help.as_deref().unwrap_or_default();
        format!("{}: {} → {help}", one.line, one.message)
    });
    (said, found.collect())
}

#[test]
fn a_site_words_some_blocks_its_own_way() {
    let (said, found) = site("{# ours #}\n{% block ready %}Siap, lanjut.{% endblock %}\n");
    assert_eq!(
        (said.as_str(), found.len()),
        ("Siap, lanjut.", 0),
        "{found:?}"
    );
}

#[test]
fn where_a_sites_block_breaks_the_shipped_one_speaks_and_check_names_it() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let (said, found) = site(text);
        assert!(said.starts_with("Baik."), "{said}");
        assert!(
            found.len() == 1 && found[0].starts_with(expected),
            "{found:?}"
        );
    }
    let ready = |text: &str| format!("\n{{% block ready %}}\n{text}\n{{% endblock %}}\n");
    check(
        &ready("{{ nama }}"),
        "3: the block `ready` is broken: `nama` is undefined",
    );
    check(&ready("Baik {{ 1 +"), "3: the block `ready` is broken: ");
    check(
        &ready("Satu\n{% if %}x{% endif %}"),
        "4: the block `ready` is broken: ",
    );
    check(
        &ready(""),
        "3: the block `ready` is broken: it says nothing",
    );
    check(
        &ready("{{ 1|say(\"nope\") }}"),
        "3: the block `ready` is broken: ",
    );
    check(
        "{% block redy %}Baik{% endblock %}",
        "1: nothing is said with a block `redy` → did you mean `ready`?",
    );
    check(
        "{% block ready %}Baik",
        "1: a text that belongs to no block",
    );
    check(
        "\nhalo {% block welcome %}Ya{% endblock %}",
        "2: a text that belongs to no block",
    );
}

#[test]
fn a_further_language_is_one_file() {
    let jv = Source::new(
        "data/wording.jv.jinja",
        "{% block ready %}Inggih.{% endblock %}",
    );
    let (voices, found) = Voices::load(&[jv]);
    let voice = voices.of(&Language::of("jv-ID"));
    assert_eq!(
        (voice.language(), voice.line("ready").as_str()),
        ("jv", "Inggih.")
    );
    assert_eq!(voice.line("label_ticket"), "Buat tiket");
    assert!(
        found.len() == 1 && found[0].message.contains("blocks are missing"),
        "{found:?}"
    );
    let unwritten = voices.of(&Language::of("de"));
    assert_eq!(unwritten.language(), "id");
}

#[test]
fn the_program_speaks_english_when_asked_to() {
    let place = Place::new();
    let mut chat = place.chat(["--lang", "en"]);
    let said = |line: &serde_json::Value| line["replies"][0]["text"].as_str().unwrap().to_owned();
    assert!(said(&chat.say("help")).starts_with("Describe the customer's problem"));
    let answer = chat.say("pulsa 50rb lewat tokopedia belum masuk");
    assert!(said(&answer).contains("**Ask the customer**"), "{answer}");
    let asked = chat.say("create ticket");
    assert_eq!(asked["dialog"]["intent"], "isi-ulang-belum-masuk");
    assert!(said(&asked).starts_with("Noted:"), "{asked}");
    chat.end();
    let refused = place.run(["chat", "--lang", "xx"]).refused();
    assert!(
        refused.contains("unknown language `xx`: one of en, id"),
        "{refused}"
    );
}
