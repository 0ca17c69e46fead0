//! Everything dies in turn, and nobody loses an answer.
//!
//! Three processes of the bot on the Discord double, on three PostgreSQL nodes that Patroni fails over; [`AGENTS`] agents
//! file one ticket after the other. Processes are killed and frozen, nodes are killed, a process is cut off from the
//! database. Whatever the bot has acknowledged must be in the ticket, no message may be answered twice, no ticket filed
//! twice, and every dialog must come to its end.
//!
//! `SIGAP_FAULTS=24 cargo test --test it failover -- --nocapture` causes more faults and prints how long each took.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, iter};

use tokio::task::{JoinSet, block_in_place};

use crate::binary::{self, Place};
use crate::crash::Random;
use crate::discord::double::{BUDI, CHANNEL, Double, GUILD, Somebody, TICKETS, TOKEN, text};
use crate::postgres::cluster::Cluster;
use crate::postgres::gate::{Cut, Gate};
use crate::postgres::{programs, sql};

const AGENTS: u64 = 50;
const PROCESSES: usize = 3;

/// Without an answer an agent says it again after this time: until shortly before, the bot may still be trying.
const SAID_AGAIN: Duration = Duration::from_secs(45);
/// Between reading and typing.
const TYPING: Duration = Duration::from_millis(1_500);
/// How long a frozen process, and one that is cut off, stays so.
const PAUSED: Duration = Duration::from_secs(8);
/// Longer than any fault may last.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    ProcessKilled,
    PrimaryKilled,
    ProcessCutOff,
    ProcessFrozen,
    ServerKilled,
    StandbyKilled,
    ProcessSilenced,
    IdleProcessKilled,
}

impl Fault {
    /// One of each of the first in every run.
    const ALL: [Fault; 8] = [
        Fault::ProcessKilled,
        Fault::PrimaryKilled,
        Fault::ProcessCutOff,
        Fault::ProcessFrozen,
        Fault::ServerKilled,
        Fault::StandbyKilled,
        Fault::ProcessSilenced,
        Fault::IdleProcessKilled,
    ];

    fn name(self) -> &'static str {
        match self {
            Fault::ProcessKilled => "bot process killed",
            Fault::PrimaryKilled => "primary's node killed",
            Fault::ProcessCutOff => "bot process cut off from the database",
            Fault::ProcessFrozen => "bot process frozen",
            Fault::ServerKilled => "primary's server process killed",
            Fault::StandbyKilled => "synchronous standby killed",
            Fault::ProcessSilenced => "bot process's connections fall silent",
            Fault::IdleProcessKilled => "standing-by bot process killed",
        }
    }
}

/// How many faults a run of all tests causes.
const FAULTS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_dies_no_answer_is_lost_and_none_given_twice() {
    let faults = env::var("SIGAP_FAULTS").map_or(FAULTS, |faults| faults.parse().unwrap());
    let Some(cluster) = block_in_place(Cluster::start) else {
        return;
    };
    let (place, double) = (Place::new(), Double::start().await);
    let mut bots = Bots::start(&place, &cluster, &double);
    double.connected(1).await;

    let floor = Arc::new(Floor::default());
    let mut agents = JoinSet::new();
    let double = Arc::new(double);
    for number in 0..AGENTS {
        agents.spawn(Agent::new(number).work(Arc::clone(&double), Arc::clone(&floor)));
    }
    let probing = tokio::spawn(probe(Arc::clone(&double), Arc::clone(&floor)));
    floor.acknowledged_after(Instant::now()).await;

    let mut seconds: BTreeMap<Fault, Vec<f64>> = BTreeMap::new();
    let mut random = Random(20_261_121);
    let rounds = iter::repeat_with(|| shuffled(&mut random)).flatten();
    let first = Fault::ALL[..FAULTS].to_vec();
    let all = if faults > FAULTS {
        rounds.take(faults).collect()
    } else {
        first
    };
    for fault in all {
        let mend = bots.cause(fault, &cluster);
        let began = Instant::now();
        let resumed = floor.acknowledged_after(began).await - began;
        println!("{}: {:.1} s", fault.name(), resumed.as_secs_f64());
        seconds
            .entry(fault)
            .or_default()
            .push(resumed.as_secs_f64());
        tokio::time::sleep(PAUSED.saturating_sub(began.elapsed())).await;
        bots.mend(mend, &cluster);
        block_in_place(|| cluster.settled());
        floor.acknowledged_after(Instant::now()).await;
    }

    probing.abort();
    floor.closing.store(true, Ordering::Relaxed);
    let mut filed = Filed::default();
    while let Some(agent) = agents.join_next().await {
        let Filed { seen, unseen } = agent.unwrap();
        filed.seen.extend(seen);
        filed.unseen.extend(unseen);
    }
    double.lawful();
    assert_all_filed_once(&double, &filed, &cluster);
    assert_nothing_answered_twice(&double);
    for (fault, seconds) in &seconds {
        let all: Vec<_> = seconds.iter().map(|one| format!("{one:.1}")).collect();
        println!("{}: resumed after {} s", fault.name(), all.join(", "));
    }
    println!(
        "{} faults, {} tickets, 0 acknowledged answers lost, 0 answers or tickets twice, 0 dialogs left open",
        seconds.values().map(Vec::len).sum::<usize>(),
        filed.seen.len() + filed.unseen.len()
    );
}

/// The tickets that agents have filed, by their customers' numbers.
#[derive(Debug, Default)]
struct Filed {
    /// Whose id they saw.
    seen: Vec<String>,
    /// Whose id was lost with the process, while the draft was gone.
    unseen: Vec<String>,
}

fn shuffled(random: &mut Random) -> Vec<Fault> {
    let mut faults = Fault::ALL.to_vec();
    for place in (1..faults.len()).rev() {
        let other = random.below(place as u64 + 1) as usize;
        faults.swap(place, other);
    }
    faults
}

/// What all agents know together.
#[derive(Debug, Default)]
struct Floor {
    /// When the last answer was acknowledged, and when it had been said.
    last: Mutex<Option<Instant>>,
    /// Whether agents go home after the ticket they are at.
    closing: AtomicBool,
}

impl Floor {
    fn acknowledged(&self, said: Instant) {
        let mut last = self.last.lock().unwrap();
        if last.is_none_or(|before| before < said) {
            *last = Some(said);
        }
    }

    /// Waits until something is acknowledged that was said after a time.
    async fn acknowledged_after(&self, time: Instant) -> Instant {
        let began = Instant::now();
        loop {
            if self.last.lock().unwrap().is_some_and(|said| said > time) {
                return Instant::now();
            }
            assert!(began.elapsed() < PATIENCE, "nobody is answered any more");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Says something that has to be kept, several times a second and each time in another channel: agents wait a while before
/// they say a thing again, so by them alone the end of a fault would be seen late.
async fn probe(double: Arc<Double>, floor: Arc<Floor>) {
    for number in 0.. {
        let channel = CHANNEL + 1_000_000 + number;
        let said = Instant::now();
        double.writes_directly(BUDI, channel, "daftar sop");
        let (double, floor) = (Arc::clone(&double), Arc::clone(&floor));
        tokio::spawn(async move {
            while said.elapsed() < PATIENCE {
                if double.posts(channel) > 0 {
                    return floor.acknowledged(said);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// An agent in direct messages with the bot.
struct Agent {
    number: u64,
    case: u64,
    /// What was acknowledged of the ticket at hand, by question.
    told: BTreeSet<&'static str>,
}

/// The questions of the form, by a word that stands in each, in their order.
const QUESTIONS: [&str; 5] = [
    "Nomor (MSISDN)",
    "Jenis kartu",
    "Tanggal",
    "Nominal",
    "Nomor lain",
];

impl Agent {
    fn new(number: u64) -> Agent {
        Agent {
            number,
            case: 0,
            told: BTreeSet::new(),
        }
    }

    fn msisdn(&self) -> String {
        format!("0812-0000-{:04}", self.number * 100 + self.case)
    }

    fn channel(&self) -> u64 {
        CHANNEL + 100_000 + self.number
    }

    /// Files one ticket after the other.
    async fn work(mut self, double: Arc<Double>, floor: Arc<Floor>) -> Filed {
        let who = Somebody {
            id: BUDI.id + 10_000 + self.number,
            ..BUDI
        };
        let mut filed = Filed::default();
        // Not all at the same moment.
        tokio::time::sleep(TYPING * u32::try_from(self.number).unwrap() / AGENTS as u32).await;
        let mut line = OPENING.to_owned();
        loop {
            let before = double.posts(self.channel());
            let said = Instant::now();
            double.writes_directly(who, self.channel(), &line);
            let answered = self.answered(&double, before).await;
            tokio::time::sleep(TYPING).await;
            let Some(shown) = answered else {
                // As a person would: the same once more.
                continue;
            };
            if shown.iter().any(|part| part.contains("belum tersimpan")) {
                continue;
            }
            if !shown.iter().any(|part| part.contains("dari ingatan")) {
                floor.acknowledged(said);
            }
            let was_filed = shown
                .iter()
                .any(|part| part.contains("T-2") && part.contains(&self.msisdn()));
            let last = shown.last().expect("something was shown");
            // Its answer went with the process that filed it, as a second `kirim` shows.
            let was_filed_unseen = line == "kirim" && !was_filed && !last.contains("irim");
            if was_filed || was_filed_unseen {
                if was_filed {
                    filed.seen.push(self.msisdn());
                } else {
                    filed.unseen.push(self.msisdn());
                }
                self.told.clear();
                self.case += 1;
                if floor.closing.load(Ordering::Relaxed) {
                    return filed;
                }
                line = OPENING.to_owned();
                continue;
            }
            line = self.next(last, &double);
        }
    }

    /// Waits for something new from the bot and returns all of it.
    async fn answered(&self, double: &Double, before: usize) -> Option<Vec<String>> {
        let began = Instant::now();
        while began.elapsed() < SAID_AGAIN {
            if double.posts(self.channel()) > before {
                // All parts of an answer, or the answers to a line that was said twice.
                tokio::time::sleep(Duration::from_millis(300)).await;
                let said = double.said_in(self.channel());
                let new: Vec<String> = said[before..].iter().map(text).collect();
                return Some(new);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        None
    }

    /// What the agent types on seeing this.
    fn next(&mut self, shown: &str, double: &Double) -> String {
        // The last question counts, should two answers stand there.
        let asked = QUESTIONS
            .iter()
            .enumerate()
            .filter_map(|(place, word)| Some((shown.rfind(&question(word))?, place)))
            .max();
        if let Some((_, place)) = asked {
            for earlier in &QUESTIONS[..place] {
                self.told.insert(earlier);
            }
            let asked = QUESTIONS[place];
            assert!(
                !self.told.contains(asked),
                "agent {}: `{asked}` was acknowledged and is asked again: {:#?}",
                self.number,
                self.transcript(double)
            );
            return self.typed(asked);
        }
        if shown.contains("Kirim") || shown.contains("kirim") {
            return "kirim".to_owned();
        }
        if shown.contains("Nomor pelanggan mati") {
            return "buat tiket".to_owned();
        }
        OPENING.to_owned()
    }

    /// The latest of what the bot has said, each with what it answers.
    fn transcript(&self, double: &Double) -> Vec<String> {
        let said = double.said_in(self.channel());
        let latest = said.len().saturating_sub(20);
        let line = |message: &serde_json::Value| {
            format!(
                "{}: {}",
                message["message_reference"]["message_id"],
                text(message)
            )
        };
        said[latest..].iter().map(line).collect()
    }

    fn typed(&self, question: &str) -> String {
        match question {
            "Nomor (MSISDN)" => self.msisdn(),
            "Jenis kartu" => "halo".to_owned(),
            "Tanggal" => "kemarin".to_owned(),
            "Nominal" => format!("{}", 50_000 + self.case),
            _ => "tidak ada".to_owned(),
        }
    }
}

const OPENING: &str = "nomor pelanggan mati total";

/// A question stands in bold.
fn question(word: &str) -> String {
    format!("**{word}")
}

fn assert_all_filed_once(double: &Double, filed: &Filed, cluster: &Cluster) {
    let drafts: Vec<String> = double.said_in(TICKETS).iter().map(text).collect();
    let posted = |number: &str| drafts.iter().filter(|draft| draft.contains(number)).count();
    let wrong: Vec<_> = filed
        .seen
        .iter()
        .filter(|number| posted(number) != 1)
        .collect();
    assert!(wrong.is_empty(), "not posted once: {wrong:?}");
    let twice: Vec<_> = filed
        .unseen
        .iter()
        .filter(|number| posted(number) > 1)
        .collect();
    assert!(twice.is_empty(), "posted more than once: {twice:?}");

    let url = format!("{}?target_session_attrs=read-write", cluster.url());
    let kept = sql(
        &programs().unwrap(),
        &url,
        "SELECT record ->> 'text' || chr(1) FROM ticket",
    );
    let kept = kept.unwrap();
    let kept: Vec<&str> = kept
        .split('\u{1}')
        .filter(|text| text.contains("MSISDN"))
        .collect();
    for number in filed.seen.iter().chain(&filed.unseen) {
        let about: Vec<_> = kept
            .iter()
            .filter(|text| text.contains(number.as_str()))
            .collect();
        assert_eq!(about.len(), 1, "{number} was filed {} times", about.len());
        let case: u64 = number[number.len() - 2..].parse().unwrap();
        let nominal = 50_000 + case;
        let nominal = format!("Rp{}.{:03}", nominal / 1_000, nominal % 1_000);
        for part in ["KartuHalo", nominal.as_str(), "tidak ada"] {
            assert!(about[0].contains(part), "{part} in {}", about[0]);
        }
    }
    assert_eq!(
        kept.len(),
        filed.seen.len() + filed.unseen.len(),
        "no other ticket"
    );
}

/// An answer refers to what it answers; of a longer one the first part does.
fn assert_nothing_answered_twice(double: &Double) {
    let mut answers: HashMap<String, usize> = HashMap::new();
    for number in 0..AGENTS {
        for message in double.said_in(Agent::new(number).channel()) {
            if let Some(question) = message["message_reference"]["message_id"].as_str() {
                *answers.entry(question.to_owned()).or_default() += 1;
            }
        }
    }
    assert!(answers.len() > 100, "answers refer to their questions");
    let twice = answers.iter().filter(|(_, count)| **count > 1).count();
    assert_eq!(twice, 0, "messages were answered twice");
}

/// The processes of the bot, each with its own way to the database.
struct Bots<'a> {
    place: &'a Place,
    api: String,
    gates: Vec<Gate>,
    running: Vec<Option<Child>>,
    url: String,
}

/// What has to be mended after a fault.
enum Mend {
    Start(usize),
    Thaw(usize),
    Open(usize),
    Revive(usize),
    Nothing,
}

impl<'a> Bots<'a> {
    fn start(place: &'a Place, cluster: &Cluster, double: &Double) -> Bots<'a> {
        let (intents, data) = (place.path("intents"), place.path("data"));
        fs::create_dir(&intents).unwrap();
        fs::write(intents.join("nomor-mati.toml"), SOP).unwrap();
        binary::copy(Path::new("data"), &data);
        fs::write(data.join("outside.txt"), "halo\n").unwrap();
        let settings =
            format!("[discord]\nguilds = [{GUILD}]\nticket-channel = {TICKETS}\nshards = 1\n");
        fs::write(place.path("sigap.toml"), settings).unwrap();
        let mut bots = Bots {
            place,
            api: double.api(),
            gates: iter::repeat_with(|| cluster.gated())
                .take(PROCESSES)
                .collect(),
            running: iter::repeat_with(|| None).take(PROCESSES).collect(),
            url: cluster.url(),
        };
        for number in 0..PROCESSES {
            bots.launch(number);
        }
        bots
    }

    fn launch(&mut self, number: usize) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.place.path(&format!("log-{number}")))
            .unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigap"));
        command
            .current_dir(self.place.path(""))
            .arg("serve")
            .args(["--state", &self.gates[number].url()])
            .env("DISCORD_TOKEN", TOKEN)
            .env("SIGAP_DISCORD_API", &self.api)
            .env("SIGAP_LOG", "info")
            .stdout(Stdio::null())
            .stderr(log);
        self.running[number] = Some(command.spawn().unwrap());
    }

    /// The process that has the connection to Discord.
    fn active(&self) -> usize {
        let holder = "SELECT holder FROM lease WHERE name = 'discord:0/1'";
        let began = Instant::now();
        loop {
            let answer = sql(&programs().unwrap(), &self.read_write(), holder);
            let pid = answer
                .ok()
                .and_then(|holder| holder.split(':').nth(1)?.parse::<u32>().ok());
            let is_it =
                |child: &Option<Child>| child.as_ref().is_some_and(|child| Some(child.id()) == pid);
            if let Some(number) = self.running.iter().position(is_it) {
                return number;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "nobody has the shard: {answer:?}",
                answer = pid
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn read_write(&self) -> String {
        format!(
            "{}?target_session_attrs=read-write&connect_timeout=2",
            self.url
        )
    }

    fn cause(&mut self, fault: Fault, cluster: &Cluster) -> Mend {
        block_in_place(|| match fault {
            Fault::ProcessKilled => self.kill(self.active()),
            Fault::IdleProcessKilled => self.kill((self.active() + 1) % PROCESSES),
            Fault::ProcessFrozen => {
                let active = self.active();
                self.signal(active, "-STOP");
                Mend::Thaw(active)
            }
            Fault::ProcessCutOff => self.cut(Cut::Refusing),
            Fault::ProcessSilenced => self.cut(Cut::Silent),
            Fault::PrimaryKilled => {
                let primary = cluster.primary();
                cluster.kill_node(primary);
                Mend::Revive(primary)
            }
            Fault::StandbyKilled => {
                let standby = cluster.standbys()[0];
                cluster.kill_node(standby);
                Mend::Revive(standby)
            }
            Fault::ServerKilled => {
                cluster.kill_postmaster(cluster.primary());
                Mend::Nothing
            }
        })
    }

    fn mend(&mut self, mend: Mend, cluster: &Cluster) {
        match mend {
            Mend::Start(number) => self.launch(number),
            Mend::Thaw(number) => self.signal(number, "-CONT"),
            Mend::Open(number) => self.gates[number].mend(),
            Mend::Revive(node) => cluster.revive(node),
            Mend::Nothing => {}
        }
    }

    fn cut(&self, how: Cut) -> Mend {
        let active = self.active();
        self.gates[active].cut(how);
        Mend::Open(active)
    }

    fn kill(&mut self, number: usize) -> Mend {
        if let Some(mut child) = self.running[number].take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        Mend::Start(number)
    }

    fn signal(&self, number: usize, signal: &str) {
        let id = self.running[number].as_ref().unwrap().id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for Bots<'_> {
    fn drop(&mut self) {
        for child in self.running.iter_mut().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            for number in 0..PROCESSES {
                let log = fs::read_to_string(self.place.path(&format!("log-{number}")));
                let log = log.unwrap_or_default();
                let lines: Vec<_> = log.lines().rev().take(30).collect();
                println!(
                    "process {number}:\n{}",
                    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
                );
            }
        }
    }
}

/// A form whose fields cannot be taken for each other, since a line may be said twice.
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
id = "jenis_kartu"

[[form.field]]
id = "tanggal_pembayaran"
label = "Tanggal pembayaran"
kind = "date"
past = true

[[form.field]]
id = "nominal_isi_ulang"
label = "Nominal"
kind = "rupiah"

[[form.field]]
id = "cp_lain"
"#;
