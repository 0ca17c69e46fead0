//! An agent and a lead whose Discord is in English: what the bot says is English, what procedures say stays as written.

use serde_json::{Value as Json, json};

use super::double::{BUDI, CHANNEL, Double, LEAD, labels, text};
use super::serve;

/// What the bot says in Indonesian and no procedure does.
const INDONESIAN: &[&str] = &[
    "Dicatat",
    "Contoh: ",
    "*Masih",
    "Buat tiket",
    "Pandu",
    "Bukan ini",
    "SOP lengkap",
    "lanjut di",
    "berlaku sejak",
];

#[track_caller]
fn is_english(message: &Json) {
    let said = format!("{} {:?}", text(message), labels(message));
    let left = INDONESIAN.iter().find(|words| said.contains(**words));
    assert_eq!(left, None, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_procedure_is_asked_about_walked_and_made_a_ticket_in_english() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    double.reads("en-US");

    let question = "plgn udah bayar tagihan halo tapi nomornya masih keblokir";
    let asked = double.commands(BUDI, CHANNEL, "tanya", &[("pertanyaan", question)]);
    let answer = double.offered(asked, "Create ticket").await;
    is_english(&answer);

    let pressed = double.presses(BUDI, &answer, "Create ticket");
    let thread = double.thread(0).await;
    is_english(&double.shown(pressed, 0).await);
    let noted = double.post(thread, 0).await;
    assert!(text(&noted).contains("Noted"), "{noted}");
    assert!(text(&noted).contains("to go"), "{noted}");
    is_english(&noted);

    double.says(BUDI, thread, "kip nya apa");
    is_english(&double.post(thread, 1).await);
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_reads_a_procedures_history_in_english() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    double.reads("en-US");
    let options = json!([{"name": "judul", "type": 3, "value": "ganti-ont"}]);
    let asked = double.orders(LEAD, CHANNEL, ("sop", "riwayat"), options, json!({}));
    let shown = double.shown(asked, 0).await;
    assert!(text(&shown).to_lowercase().contains("version"), "{shown}");
    is_english(&shown);
    bot.stop().await.unwrap();
    double.lawful();
}
