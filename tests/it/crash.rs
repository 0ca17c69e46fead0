//! The program is killed at random moments, over and over, and agents go on with their tickets.
//!
//! Whatever was shown is kept: every answer in the draft or the filed ticket, no ticket twice, no dialog stuck.
//! Of the [`KILLS_IN_ALL`] kills of every run these are most; the others are in the middle of the transcripts
//! (`conversations/killed.rs`). `SIGAP_KILLS=300 cargo test --release --test it crash` kills more often.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, thread};

use serde_json::{Value as Json, json};

use crate::binary::{self, Chat, Place};

/// Kills of one run of all tests.
pub const KILLS_IN_ALL: usize = 200;
/// Those here: this catalogue is learnt in no time, so each takes a fraction of a second.
pub const KILLS: usize = 120;
/// Each program serves one agent; the drafts of the others wait in the same store.
const AGENTS: [&str; 3] = ["ani", "budi", "citra"];
/// How many lines are answered before a kill: a ticket takes nine.
const LINES_MAX: u64 = 14;
/// Reading the files and opening the store take about this long.
const OPENING_MS: u64 = 60;
/// Deciding and committing a turn take about this long.
const TURN_MS: u64 = 3;

#[test]
fn what_was_shown_survives_being_killed_and_every_dialog_ends() {
    let kills = env::var("SIGAP_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let place = Place::new();
    let catalogue = Catalogue::write(&place);
    let mut random = Random(20_261_121);
    let mut agents = AGENTS.map(Agent::new);
    let mut tally = Tally::default();
    for kill in 0..kills {
        let agent = &mut agents[random.below(AGENTS.len() as u64) as usize];
        if kill % 4 == 0 {
            plant_half_a_snapshot(&place);
        }
        let mut chat = catalogue.chat(&place, agent.name);
        if kill % 3 == 0 {
            thread::sleep(random.below_ms(OPENING_MS));
            assert_eq!(chat.kill(), Vec::<Json>::new(), "nothing was typed");
            tally.opening += 1;
            continue;
        }
        let mut shown = agent.come_back(&mut chat, &mut tally);
        for _ in 0..random.below(LINES_MAX) {
            shown = chat.say(&agent.next_line(&shown));
            agent.saw(&shown);
            tally.shown += 1;
        }
        let line = agent.next_line(&shown);
        chat.send(&line);
        thread::sleep(random.below_ms(TURN_MS));
        match chat.kill().pop() {
            Some(shown) => agent.saw(&shown),
            None => agent.unanswered = Some(line),
        }
    }
    for agent in &mut agents {
        let mut chat = catalogue.chat(&place, agent.name);
        let mut shown = agent.come_back(&mut chat, &mut tally);
        let last = agent.filed.len();
        while agent.filed.len() == last {
            shown = chat.say(&agent.next_line(&shown));
            agent.saw(&shown);
        }
        chat.end();
    }
    assert_all_filed_once(&place, &agents);
    let filed: usize = agents.iter().map(|agent| agent.filed.len()).sum();
    let Tally {
        opening,
        shown,
        counted,
        lost,
    } = tally;
    println!(
        "{kills} kills, {opening} of them while starting; of {shown} answered lines 0 lost; {} lines without an answer, \
         of which {counted} had counted; of {filed} tickets 0 twice; 0 dialogs that could not be gone on with",
        counted + lost
    );
}

/// Every ticket that an agent finished is there once, as it was told and as it was shown.
fn assert_all_filed_once(place: &Place, agents: &[Agent]) {
    let listed = place.run(["ticket", "list", "--json"]).done();
    let rows: Vec<Json> = listed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let total: usize = agents.iter().map(|agent| agent.filed.len()).sum();
    assert_eq!(rows.len(), total, "{listed}");
    for agent in agents {
        for (number, id) in agent.filed.iter().enumerate() {
            let fields = Json::Object(fields(number));
            let of_agent = rows.iter().filter(|row| row["agent"] == agent.name);
            let same: Vec<_> = of_agent.filter(|row| row["fields"] == fields).collect();
            assert_eq!(same.len(), 1, "{} {number}: {listed}", agent.name);
            assert!(id.is_null() || *id == same[0]["id"], "{id}: {listed}");
        }
    }
}

#[derive(Default)]
struct Tally {
    opening: usize,
    shown: usize,
    counted: usize,
    lost: usize,
}

/// An agent with one case after the other, and what the program has shown.
struct Agent {
    name: &'static str,
    /// The ids of the tickets filed so far, `null` where the answer never came; the next case has the next number.
    filed: Vec<Json>,
    /// The fields of the open draft as last shown.
    told: serde_json::Map<String, Json>,
    /// The line on which no answer came.
    unanswered: Option<String>,
}

impl Agent {
    fn new(name: &'static str) -> Agent {
        Agent {
            name,
            filed: Vec::new(),
            told: serde_json::Map::new(),
            unanswered: None,
        }
    }

    /// What the agent types next, looking at what was shown last.
    fn next_line(&self, shown: &Json) -> String {
        let dialog = &shown["dialog"];
        match dialog["asking"].as_str() {
            Some(field) => typed(self.filed.len(), field),
            None if dialog.is_object() => "kirim".to_owned(),
            None if shown["decision"] == "answer" => "buat tiket".to_owned(),
            None => "nomor pelanggan mati total".to_owned(),
        }
    }

    /// Takes note of an answer; what was shown before must still be there.
    fn saw(&mut self, shown: &Json) {
        let number = self.filed.len();
        if shown["ticket"].is_object() {
            assert_eq!(shown["ticket"]["fields"], Json::Object(fields(number)));
            self.filed.push(shown["ticket"]["id"].clone());
            self.told.clear();
            return;
        }
        let kept = shown["dialog"]["fields"].as_object().cloned();
        let kept = kept.unwrap_or_default();
        for (field, value) in &self.told {
            assert_eq!(kept.get(field), Some(value), "{field}: {shown:#}");
        }
        let expected = fields(number);
        for (field, value) in &kept {
            assert_eq!(expected.get(field), Some(value), "{field}: {shown:#}");
        }
        self.told = kept;
    }

    /// Looks where the conversation stands. The line without an answer counted or did not.
    fn come_back(&mut self, chat: &mut Chat, tally: &mut Tally) -> Json {
        let shown = chat.say("/bantuan");
        let before = self.told.len();
        let Some(line) = self.unanswered.take() else {
            self.saw(&shown);
            assert_eq!(self.told.len(), before, "nothing was typed: {shown:#}");
            return shown;
        };
        let was_filed = line == "kirim" && shown["dialog"].is_null();
        if was_filed {
            self.filed.push(Json::Null);
            self.told.clear();
        } else {
            self.saw(&shown);
        }
        if was_filed || self.told.len() > before {
            tally.counted += 1;
        } else {
            // Or it was one that leaves no trace in the draft.
            tally.lost += 1;
        }
        shown
    }
}

/// What the agents answer to a field in their case of this number.
fn typed(number: usize, field: &str) -> String {
    match field {
        "msisdn" => format!("0812-0000-{number:04}"),
        "nama_pelanggan" => "Contoh Satu".to_owned(),
        "jenis_kartu" => "halo".to_owned(),
        "tanggal_pembayaran" => "kemarin".to_owned(),
        "lokasi" => format!("Kecamatan {number}"),
        "cp_lain" => "tidak ada".to_owned(),
        other => panic!("`{other}` is asked for"),
    }
}

/// What the draft holds when everything is answered.
fn fields(number: usize) -> serde_json::Map<String, Json> {
    let fields = json!({
        "msisdn": format!("628120000{number:04}"), "nama_pelanggan": "Contoh Satu", "jenis_kartu": "KartuHalo",
        "tanggal_pembayaran": "2026-11-20", "lokasi": format!("Kecamatan {number}"), "cp_lain": "tidak ada",
    });
    fields.as_object().cloned().unwrap()
}

/// A kill while sled wrote a snapshot leaves one of these; sled itself takes it for a whole one.
fn plant_half_a_snapshot(place: &Place) {
    let home = place.state().join("sled");
    if home.exists() {
        fs::write(home.join("snap.00000000DEADBEEF.generating"), b"half").unwrap();
    }
}

/// One procedure with one form: the shipped catalogue is learnt for seconds, this one in no time.
struct Catalogue {
    intents: PathBuf,
    data: PathBuf,
}

const SOP: &str = r#"
id = "nomor-mati"
title = "Nomor pelanggan mati"
service = "telkomsel"
summary = "Nomor pelanggan mati."
distinction = "Nomor mati"
owner = "Tim uji"
source = "Uji"
review_by = "2099-12-31"

[match]
keywords = ["nomor mati"]
utterances = ["nomor pelanggan mati total", "kartu pelanggan mati sejak pagi"]

[[form]]
id = "nomor-mati-tiket"
title = "Tiket: nomor mati"
kip_none = "tidak tercantum di SOP"

[[form.field]]
id = "msisdn"

[[form.field]]
id = "nama_pelanggan"

[[form.field]]
id = "jenis_kartu"

[[form.field]]
id = "tanggal_pembayaran"
label = "Tanggal pembayaran"
kind = "date"
past = true

[[form.field]]
id = "lokasi"
label = "Lokasi"
kind = "text"
max_chars = 120

[[form.field]]
id = "cp_lain"
"#;

impl Catalogue {
    fn write(place: &Place) -> Catalogue {
        let (intents, data) = (place.path("intents"), place.path("data"));
        fs::create_dir(&intents).unwrap();
        fs::write(intents.join("nomor-mati.toml"), SOP).unwrap();
        binary::copy(Path::new("data"), &data);
        fs::write(data.join("outside.txt"), "halo\n").unwrap();
        Catalogue { intents, data }
    }

    fn chat(&self, place: &Place, user: &str) -> Chat {
        let mut command = place.sigap(["chat", "--json", "--user", user]);
        command.arg("--intents").arg(&self.intents);
        command.arg("--data").arg(&self.data);
        Chat::start(command, place.path("log"))
    }
}

/// SplitMix64: the same kills in every run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub fn below_ms(&mut self, bound: u64) -> Duration {
        Duration::from_micros(self.below(bound * 1_000))
    }
}
