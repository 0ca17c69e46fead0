//! The double, run by hand: somebody types here as if in Discord, and the bot answers without a token.
//!
//! ```text
//! cargo run --example discord-double                       # in one terminal: says how to start the bot
//! DISCORD_TOKEN=... SIGAP_DISCORD_API=... sigap serve      # in another
//! ```

#![expect(clippy::unwrap_used, reason = "a tool for one person at a terminal")]
#![recursion_limit = "256"]

use std::io::{BufRead, Write};

use serde_json::{Value as Json, json};

#[expect(
    dead_code,
    unused_imports,
    reason = "the tests' double can do more than a terminal asks of it"
)]
#[path = "double/mod.rs"]
mod double;

use double::{BUDI, Double, GUILD, HELP, TICKETS, TOKEN};

const PORT: u16 = 8_089;

#[tokio::main]
async fn main() {
    let double = Double::start_on(PORT).await;
    println!(
        "Double of Discord on {api}\n\
         In another terminal, in a folder whose sigap.toml holds\n\n  \
         [discord]\n  guilds = [{GUILD}]\n  help-channels = [{HELP}]\n  ticket-channel = {TICKETS}\n\n\
         start the bot:\n\n  DISCORD_TOKEN={TOKEN} SIGAP_DISCORD_API={api} sigap serve\n",
        api = double.api()
    );
    double.comes(1).await;
    println!(
        "The bot is here. You are `budi` in a help channel: write a case, `/tanya ...` or `/sop ...` for a command, a\n\
         number to press a button, `:thread` and `:channel` to go to and fro. Ctrl-D ends.\n"
    );
    let lines = lines();
    tokio::pin!(lines);
    let mut desk = Desk::default();
    let mut seen = double.log().len();
    loop {
        tokio::select! {
            line = lines.recv() => match line {
                Some(line) => desk.types(&double, line.trim()),
                None => return,
            },
            sent = double.sent(seen) => {
                seen += 1;
                desk.shows(&sent.method, &sent.path, &sent.body, &double);
            }
        }
        print!("> ");
        std::io::stdout().flush().unwrap();
    }
}

/// Lines of standard input; reading blocks, so it has a thread.
fn lines() -> tokio::sync::mpsc::Receiver<String> {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// What the person at the terminal has in front of them.
#[derive(Default)]
struct Desk {
    /// The thread they are in.
    thread: Option<u64>,
    /// The message whose buttons the numbers press.
    message: Json,
    /// The labels of those buttons, then of the options of its menus.
    labels: Vec<String>,
    /// A window that is being filled in: what was typed so far.
    window: Option<(Json, Vec<String>)>,
}

impl Desk {
    fn channel(&self) -> u64 {
        self.thread.unwrap_or(HELP)
    }

    fn types(&mut self, double: &Double, line: &str) {
        if let Some((window, mut typed)) = self.window.take() {
            typed.push(line.to_owned());
            self.fill(double, window, typed);
            return;
        }
        let number = line.parse::<usize>().ok();
        match (
            line,
            number.and_then(|number| self.labels.get(number.wrapping_sub(1))),
        ) {
            (_, Some(label)) => {
                double.presses(BUDI, &self.message, label);
            }
            ("", _) => {}
            (":channel", _) => self.thread = None,
            (":thread", _) => self.thread = double.last_thread(),
            _ => match line
                .strip_prefix('/')
                .map(|line| line.split_once(' ').unwrap_or((line, "")))
            {
                Some((name, value)) => {
                    let option = match name {
                        "tanya" => "pertanyaan",
                        "sop" => "judul",
                        "tiket" => "id",
                        "am" => "nama",
                        "istilah" => "kata",
                        _ => "jenis",
                    };
                    let options = [(option, value)];
                    let given = if value.is_empty() {
                        &[][..]
                    } else {
                        &options[..]
                    };
                    double.commands(BUDI, self.channel(), name, given);
                }
                None => {
                    double.says(BUDI, self.channel(), line);
                }
            },
        }
    }

    /// Asks for the next field of a window, or sends it.
    fn fill(&mut self, double: &Double, window: Json, typed: Vec<String>) {
        let rows = window["components"].as_array().unwrap();
        if let Some(row) = rows.get(typed.len()) {
            let input = &row["components"][0];
            println!("  {} {}", input["label"], input["placeholder"]);
            self.window = Some((window, typed));
            return;
        }
        let rows: Vec<_> = rows
            .iter()
            .zip(&typed)
            .map(|(row, typed)| {
                let id = &row["components"][0]["custom_id"];
                json!({"type": 1, "components": [{"type": 4, "custom_id": id, "value": typed}]})
            })
            .collect();
        let data = json!({"custom_id": window["custom_id"], "components": rows});
        double.asks(BUDI, self.channel(), 5, data, Some(&self.message));
    }

    /// Prints what a request of the bot's shows.
    fn shows(&mut self, method: &str, path: &str, body: &Json, double: &Double) {
        let (message, private) = match (method, body["type"].as_u64()) {
            ("POST", Some(9)) => return self.fill(double, body["data"].clone(), Vec::new()),
            ("POST", Some(8 | 5)) => return,
            ("POST" | "PATCH", Some(4 | 7)) => (&body["data"], body["data"]["flags"] == 64),
            ("POST" | "PATCH", _) if path.contains("/messages") || path.contains("/webhooks/") => {
                (body, false)
            }
            ("POST", _) if path.ends_with("/threads") => {
                println!("  (a thread was opened: `:thread` goes there)");
                return;
            }
            _ => return,
        };
        let there = path
            .split('/')
            .skip_while(|part| *part != "channels")
            .nth(1);
        let place = match there.and_then(|id| id.parse::<u64>().ok()) {
            Some(TICKETS) => " in the ticket channel",
            Some(HELP) | None => "",
            Some(_) => " in the thread",
        };
        println!(
            "\nsigap{place}{}:",
            if private { " (only you see this)" } else { "" }
        );
        for line in double::text(message).lines() {
            println!("  {line}");
        }
        let labels = double::labels(message);
        for (number, label) in labels.iter().enumerate() {
            println!("  [{}] {label}", number + 1);
        }
        if !labels.is_empty() {
            self.message = double.latest();
            self.labels = labels;
        }
    }
}
