//! The real binary: what an operator sees, and how it ends.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::engine;

use super::double::{BOT, BUDI, CHANNEL, Double, GUILD, TICKETS, TOKEN, text};

fn sigap(dir: &Path) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let settings = format!("[discord]\nguilds = [{GUILD}]\nticket-channel = {TICKETS}\n");
    std::fs::write(dir.join("sigap.toml"), settings).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigap"));
    command
        .arg("serve")
        .arg("--intents")
        .arg(root.join("intents"))
        .arg("--data")
        .arg(root.join("data"))
        .arg("--state")
        .arg(engine::state(&dir.join("state")))
        .current_dir(dir)
        .env_remove("DISCORD_TOKEN")
        .env_remove("SIGAP_DISCORD_API")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn served(double: &Double, dir: &Path) -> Child {
    sigap(dir)
        .env("DISCORD_TOKEN", TOKEN)
        .env("SIGAP_DISCORD_API", double.api())
        .spawn()
        .unwrap()
}

async fn ended(child: Child) -> Output {
    tokio::task::spawn_blocking(|| child.wait_with_output().unwrap())
        .await
        .unwrap()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

#[test]
fn the_first_start_explains_what_is_missing_and_ends() {
    let dir = tempfile::tempdir().unwrap();
    let output = sigap(dir.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    for part in [
        "DISCORD_TOKEN",
        "Message Content Intent",
        "guilds = [",
        "invites the bot",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn a_token_is_sent_to_this_machine_or_to_discord_and_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let output = sigap(dir.path())
        .env("DISCORD_TOKEN", TOKEN)
        .env("SIGAP_DISCORD_API", "http://198.51.100.7:80")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("loopback") && !said.contains(TOKEN), "{said}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_finishes_what_is_in_work_and_a_killed_bot_comes_back_to_its_dialogs() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = served(&double, dir.path());
    double.connected(1).await;
    let question = "plgn udah bayar tagihan halo tapi nomornya masih keblokir";
    double.says(BUDI, CHANNEL, &format!("<@{BOT}> {question}"));
    let answer = double.post(CHANNEL, 0).await;
    double.presses(BUDI, &answer, "Buat tiket");
    let thread = double.thread(0).await;
    double.post(thread, 0).await;
    signal(&bot, "-KILL");
    ended(bot).await;

    let bot = served(&double, dir.path());
    double.connected(2).await;
    double.says(BUDI, thread, "Gold");
    let next = double.post(thread, 1).await;
    assert!(text(&next).contains("MSISDN"), "{next}");
    // Its answer is on the way when the signal comes.
    double.fails(
        &format!("/channels/{thread}/messages"),
        super::double::Fault::Status(503),
    );
    double.says(BUDI, thread, "0812-0000-1234");
    double.failed(503).await;
    signal(&bot, "-TERM");
    let output = ended(bot).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for secret in ["812-0000", "8120000", TOKEN] {
        assert!(
            !said.contains(secret),
            "logs hold no customer data and no token: {said}"
        );
    }
    assert!(text(&double.post(thread, 2).await).contains("Nama"));
    double.lawful();
}

/// Libraries write whole events at their lower levels, and serenity in warnings too.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_holds_what_was_said_whatever_its_level() {
    const CANARY: &str = "burungkenari";
    for level in ["info", "debug", "trace"] {
        let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
        let mut command = sigap(dir.path());
        command
            .env("DISCORD_TOKEN", TOKEN)
            .env("SIGAP_DISCORD_API", double.api())
            .env("SIGAP_LOG", level);
        let bot = command.spawn().unwrap();
        // Its pipe must not fill up meanwhile.
        let reading = tokio::task::spawn_blocking(|| bot.wait_with_output().unwrap());
        double.connected(1).await;
        let question = format!("<@{BOT}> isi ulang pulsa {CANARY} belum masuk 0812-0000-1234");
        double.says(BUDI, CHANNEL, &question);
        double.post(CHANNEL, 0).await;
        double.babbles();
        double.says(BUDI, CHANNEL, &question);
        double.post(CHANNEL, 1).await;
        double.closes(4004);
        let output = reading.await.unwrap();
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(log.contains("message handled"), "{level}: {log}");
        for secret in [CANARY, "0000-1234", "00001234", TOKEN] {
            assert!(!log.contains(secret), "{level}: {secret}");
        }
    }
}
