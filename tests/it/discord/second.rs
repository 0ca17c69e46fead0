//! The double, seen by a client that we did not write: discord.py. What it reads and sends is our check that the double
//! is Discord's and not merely serenity's.
//!
//! It needs a Python with discord.py: `.ci/run` makes one and names it in `SIGAP_DISCORD_PY`. Where that is not set the
//! test says that it was skipped, since `cargo test` promises to need nothing but Rust; where `SIGAP_CI` is set too, that is a
//! failure.

use std::env;
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{ChildStdout, Command};

use super::double::{BUDI, CHANNEL, Double, Fault, GUILD, SITI, TOKEN, message_event, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn discord_py_understands_the_double_and_is_understood() {
    let Some(python) = env::var_os("SIGAP_DISCORD_PY") else {
        assert!(
            env::var_os("SIGAP_CI").is_none(),
            "`SIGAP_DISCORD_PY` names no Python with discord.py"
        );
        skipped();
        return;
    };
    let double = Double::start().await;
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/discord/second_client.py"
    );
    let mut client = Command::new(python)
        .arg(script)
        .env("DISCORD_TOKEN", TOKEN)
        .env("SIGAP_DISCORD_API", double.api())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut told = Told(BufReader::new(client.stdout.take().unwrap()).lines());
    let mut errors = client.stderr.take().unwrap();
    let talk = tokio::spawn(async move {
        talk(&double, &mut told).await;
        double
    });
    let done = tokio::time::timeout(Duration::from_secs(60), talk).await;
    client.kill().await.unwrap();
    let mut said = String::new();
    errors.read_to_string(&mut said).await.unwrap();
    let double = match done {
        Ok(Ok(double)) => double,
        other => panic!("{:?}\n{said}", other.map(|_| ())),
    };
    assert!(!said.contains("Traceback"), "{said}");
    double.lawful();
}

async fn talk(double: &Double, told: &mut Told) {
    told.waits("ready sigap 1 Contact centre").await;

    let said = double.says(BUDI, CHANNEL, "halo");
    told.waits("message budi halo").await;
    let reply = double.post(CHANNEL, 0).await;
    assert_eq!(reply["message_reference"]["message_id"], said.to_string());

    let pressed = double.presses(BUDI, &reply, "Isi");
    told.waits("button budi").await;
    let window = double.shown(pressed, 0).await;
    // The client knows its window only once the reply to the request has reached it.
    told.waits("window").await;
    let typed = json!([{"type": 1, "components": [{"type": 4, "custom_id": "lokasi", "value": "Bandung"}]}]);
    let data = json!({"custom_id": window["custom_id"], "components": typed});
    let sent = double.asks(BUDI, CHANNEL, 5, data, Some(&reply));
    told.waits("modal Bandung").await;
    assert!(text(&double.shown(sent, 0).await).contains("dicatat Bandung"));

    let chosen = double.presses(BUDI, &reply, "Dua");
    told.waits("select 2").await;
    assert_eq!(double.shown(chosen, 0).await["flags"], 64);

    let asked = double.commands(SITI, CHANNEL, "tanya", &[("pertanyaan", "apa")]);
    told.waits("command apa").await;
    assert_eq!(text(&double.shown(asked, 0).await), "jawaban");
    assert_eq!(text(&double.shown(asked, 1).await), "lagi");
    let option = json!({"name": "pertanyaan", "type": 3, "value": "gan", "focused": true});
    let data = json!({"id": "1", "name": "tanya", "type": 1, "options": [option]});
    let typing = double.asks(SITI, CHANNEL, 4, data, None);
    told.waits("autocomplete gan").await;
    assert_eq!(
        double.shown(typing, 0).await["choices"][0]["value"],
        "ganti-ont"
    );
    let message = message_event(42, SITI, None, CHANNEL, "modem rusak");
    let data = json!({"id": "1", "name": "Carikan SOP", "type": 3, "target_id": "42", "guild_id": GUILD.to_string(),
        "resolved": {"messages": {"42": message}}});
    let found = double.asks(BUDI, CHANNEL, 2, data, None);
    told.waits("context modem rusak").await;
    assert_eq!(text(&double.shown(found, 0).await), "ketemu");

    double.shows(BUDI, CHANNEL, "struk");
    told.waits("message budi struk").await;
    told.waits("attachment struk.png").await;
    // After the answers to the first message and to the command.
    double.post(CHANNEL, 2).await;
    double.changes(BUDI, CHANNEL, said, "halo lagi");
    told.waits("edit halo lagi").await;
    double.takes_back(CHANNEL, said);
    told.waits(&format!("delete {said}")).await;
    double.writes_directly(SITI, 77, "diam-diam");
    told.waits("message siti diam-diam").await;
    double.post(77, 0).await;

    // What goes wrong: it waits out a limit, and comes back to what it missed.
    let route = format!("POST /api/v10/channels/{CHANNEL}/messages");
    double.fails(
        &route,
        Fault::RateLimited {
            retry_after: 0.2,
            global: false,
        },
    );
    double.fails(&route, Fault::Status(502));
    let before = double.posts(CHANNEL);
    double.says(BUDI, CHANNEL, "masih ada?");
    told.waits("message budi masih ada?").await;
    double.post(CHANNEL, before).await;
    double.closes(4000);
    double.says(SITI, CHANNEL, "sementara itu");
    told.waits("message siti sementara itu").await;
    double.resumed(1).await;
}

/// What the client printed.
struct Told(Lines<BufReader<ChildStdout>>);

impl Told {
    /// Reads on until this line.
    async fn waits(&mut self, line: &str) {
        while let Some(told) = self.0.next_line().await.unwrap() {
            if told == line {
                return;
            }
        }
        panic!("the client ended before it told `{line}`");
    }
}

#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
fn skipped() {
    eprintln!(
        "SKIPPED: discord.py on the double; set SIGAP_DISCORD_PY to a Python that has it, as .ci/run does"
    );
}
