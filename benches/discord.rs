//! The bot under load, over real sockets: gateway event in, HTTP request out.
//!
//! `cargo bench --bench discord -- [MESSAGES_PER_SECOND] [SECONDS]`. The program itself is served on the tests' double,
//! in a process of its own. `SIGAP_DISCORD_PY` names a Python that has `requirements.txt`; then two
//! bots of discord.py follow in the same run: `same.py` answers as Sigap does the way Python bots are
//! written, `constant.py` only shows a constant. Agents in conversations of their own ask
//! at a steady rate, then all at once, then a thousand of them open a dialog. Measured are the time from sending an
//! event to the arrival of its answer's request, the bot's processor time a message, and its memory. The double shares
//! the cores.

#![recursion_limit = "256"]
#![expect(
    clippy::unwrap_used,
    reason = "a measurement ends where something unexpected happens"
)]

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[expect(
    dead_code,
    unused_imports,
    reason = "the tests' double can do more than a load asks of it"
)]
#[path = "../tests/it/discord/double/mod.rs"]
mod double;

use double::{BOT, BUDI, CHANNEL, Double, GUILD, Somebody, TOKEN};

const QUESTIONS: &[&str] = &[
    "plgn udah bayar tagihan halo tapi nomornya masih keblokir",
    "isi ulang pulsa 50rb via alfamart kemarin belum masuk",
    "modem rusak mau ganti ont",
    "cara cek status ott pelanggan",
];
const AGENTS: u64 = 1_000;
/// How many messages are sent at once to see how many a second are worked off.
const FLOOD: u32 = 3_000;

/// What is measured.
enum Program {
    Sigap,
    /// A Python, and which script.
    DiscordPy(OsString, &'static str),
}

/// What came out of it.
struct Measured {
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    lost: usize,
    cpu_ms: f64,
    flat_out: f64,
    idle_mib: f64,
    dialogs_mib: f64,
}

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<u32>().ok());
    let rate = numbers.next().unwrap_or(200);
    let seconds = numbers.next().unwrap_or(10);
    let mut programs = vec![("sigap", Program::Sigap)];
    if let Some(python) = std::env::var_os("SIGAP_DISCORD_PY") {
        let script = |script| Program::DiscordPy(python.clone(), script);
        programs.push(("discord.py, the same", script("same.py")));
        programs.push(("discord.py, constant", script("constant.py")));
    }
    println!(
        "{:<21}{:>9}{:>9}{:>9}{:>6}{:>13}{:>11}{:>10}{:>15}",
        "",
        "p50 ms",
        "p99 ms",
        "max ms",
        "lost",
        "cpu ms/msg",
        "flat out/s",
        "idle MiB",
        "1000 dialogs"
    );
    let mut results = Vec::new();
    for (name, program) in programs {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let measured = runtime.block_on(measure(&program, rate, seconds));
        println!(
            "{name:<21}{:>9.1}{:>9.1}{:>9.1}{:>6}{:>13.2}{:>11.0}{:>10.1}{:>15.1}",
            measured.p50_ms,
            measured.p99_ms,
            measured.max_ms,
            measured.lost,
            measured.cpu_ms,
            measured.flat_out,
            measured.idle_mib,
            measured.dialogs_mib
        );
        results.push((name, measured));
    }
    if let [(_, ours), others @ ..] = results.as_slice() {
        for (name, theirs) in others {
            println!(
                "sigap to {name}: {:.1} times the rate, {:.1} times less processor a message",
                ours.flat_out / theirs.flat_out,
                theirs.cpu_ms / ours.cpu_ms
            );
        }
    }
}

async fn measure(program: &Program, rate: u32, seconds: u32) -> Measured {
    let double = Double::start().await;
    let dir = tempfile::tempdir().unwrap();
    let mut bot = Running(start(program, &double, dir.path()));
    tokio::select! {
        () = double.comes(1) => {}
        ended = bot.ended() => panic!("the bot ended before it came: {ended}"),
    }
    // The first answers warm caches and the connection pool.
    for warm in 0..20 {
        double.says(BUDI, CHANNEL + 500 + warm, &mention(0));
        double.post(CHANNEL + 500 + warm, 0).await;
    }
    let idle_mib = bot.resident_mib();
    let steady = Said::at_rate(&double, rate, seconds, bot.cpu_seconds(), &bot).await;
    let flood = Said::at_once(&double).await;
    let dialogs_mib = open_dialogs(&double, &bot).await;
    double.lawful();
    bot.end();
    Measured {
        p50_ms: steady.at(0.5),
        p99_ms: steady.at(0.99),
        max_ms: steady.at(1.0),
        lost: steady.lost + flood.lost,
        cpu_ms: steady.cpu_ms,
        flat_out: flood.rate,
        idle_mib,
        dialogs_mib,
    }
}

fn start(program: &Program, double: &Double, dir: &Path) -> Child {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = match program {
        Program::Sigap => {
            std::fs::write(
                dir.join("sigap.toml"),
                format!("[discord]\nguilds = [{GUILD}]\n"),
            )
            .unwrap();
            let mut command = Command::new(env!("CARGO_BIN_EXE_sigap"));
            command
                .arg("serve")
                .arg("--intents")
                .arg(root.join("intents"));
            command
                .arg("--data")
                .arg(root.join("data"))
                .arg("--state")
                .arg(dir.join("state"));
            command
        }
        Program::DiscordPy(python, script) => {
            let mut command = Command::new(python);
            command.arg(root.join("benches/discord").join(script));
            command
        }
    };
    command
        .current_dir(dir)
        .env("DISCORD_TOKEN", TOKEN)
        .env("SIGAP_DISCORD_API", double.api())
        .env("SIGAP_LOG", "error")
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn mention(number: u32) -> String {
    format!("<@{BOT}> {}", QUESTIONS[number as usize % QUESTIONS.len()])
}

/// Agent number `n`, and the channel that is theirs in this part of the measurement.
fn agent(part: u64, n: u32) -> (Somebody, u64) {
    let n = u64::from(n) % AGENTS;
    let who = Somebody {
        id: BUDI.id + 1_000 + n,
        ..BUDI
    };
    (who, CHANNEL + part * 10_000 + n)
}

/// Questions that were asked, and how long each waited for its answer.
struct Said {
    millis: Vec<f64>,
    lost: usize,
    cpu_ms: f64,
    rate: f64,
}

impl Said {
    async fn at_rate(double: &Double, rate: u32, seconds: u32, cpu: f64, bot: &Running) -> Said {
        let count = rate * seconds;
        let mut asked = HashMap::new();
        let mut tick = tokio::time::interval(Duration::from_secs(1) / rate);
        for number in 0..count {
            tick.tick().await;
            let (who, channel) = agent(1, number);
            let at = Instant::now();
            asked.insert(double.says(who, channel, &mention(number)).to_string(), at);
        }
        let mut said = Said::answered(double, asked).await;
        said.cpu_ms = (bot.cpu_seconds() - cpu) * 1_000.0 / f64::from(count);
        said
    }

    async fn at_once(double: &Double) -> Said {
        let began = Instant::now();
        let mut asked = HashMap::new();
        for number in 0..FLOOD {
            let (who, channel) = agent(2, number);
            asked.insert(
                double.says(who, channel, &mention(number)).to_string(),
                began,
            );
        }
        let mut said = Said::answered(double, asked).await;
        said.rate = said.millis.len() as f64 / (said.at(1.0) / 1_000.0);
        said
    }

    /// Waits for the answers; an answer is the first message that refers to the question.
    async fn answered(double: &Double, mut asked: HashMap<String, Instant>) -> Said {
        const PATIENCE: Duration = Duration::from_secs(120);
        let deadline = Instant::now() + PATIENCE;
        let mut millis = Vec::new();
        let mut seen = 0;
        while !asked.is_empty() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(50)).await;
            for sent in double.log_from(seen) {
                seen += 1;
                // discord.py gives ids as numbers.
                let question = sent.body["message_reference"]["message_id"].to_string();
                if let Some(at) = asked.remove(question.trim_matches('"')) {
                    millis.push((sent.at - at).as_secs_f64() * 1_000.0);
                }
            }
        }
        millis.sort_by(f64::total_cmp);
        Said {
            millis,
            lost: asked.len(),
            cpu_ms: 0.0,
            rate: 0.0,
        }
    }

    fn at(&self, share: f64) -> f64 {
        self.millis[((self.millis.len() - 1) as f64 * share) as usize]
    }
}

/// Every agent opens a dialog in direct messages; returns the memory that the bot then has.
async fn open_dialogs(double: &Double, bot: &Running) -> f64 {
    for number in 0..AGENTS as u32 {
        let (who, channel) = agent(3, number);
        double.writes_directly(who, channel, QUESTIONS[0]);
        let answer = double.post(channel, 0).await;
        let pressed = double.presses(who, &answer, "Buat tiket");
        double.shown(pressed, 0).await;
    }
    bot.resident_mib()
}

/// A bot in a process of its own.
struct Running(Child);

impl Running {
    /// Its user and system time so far, from Linux' own count of ticks.
    fn cpu_seconds(&self) -> f64 {
        const TICKS_A_SECOND: f64 = 100.0;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap();
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        let ticks = |place: usize| fields[place].parse::<f64>().unwrap();
        (ticks(11) + ticks(12)) / TICKS_A_SECOND
    }

    /// Waits until it ends by itself.
    async fn ended(&mut self) -> std::process::ExitStatus {
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn resident_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: f64 = line
            .unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap();
        kib / 1_024.0
    }

    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
