//! What agents do, from the first question to the draft.

use serde_json::{Value as Json, json};

use super::double::{BOT, BUDI, CHANNEL, Double, HELP, LEAD, SITI, TICKETS, labels, text};
use super::{serve, serve_now};

/// A channel of direct messages.
const DIRECT: u64 = CHANNEL + 1_000;
const PAID: &str = "plgn udah bayar tagihan halo tapi nomornya masih keblokir";

/// Everything that the form of an unblocked number asks, in one message.
const TOLD: &str = "class: Gold\nmsisdn: 0812-0000-1234\nnama pelanggan: Contoh Satu\ntanggal pembayaran: kemarin\n\
    channel pembayaran: Bank\nstatus collection: Active - Collection Block 1\npembayaran di fa: sudah masuk\n\
    status hlr: terblokir";

fn mention(text: &str) -> String {
    format!("<@{BOT}> {text}")
}

/// Begins a ticket: returns the answer that it was begun from, and its thread.
async fn began(double: &Double) -> (Json, u64) {
    double.says(BUDI, CHANNEL, &mention(PAID));
    let answer = double.post(CHANNEL, 0).await;
    double.presses(BUDI, &answer, "Buat tiket");
    let thread = double.thread(0).await;
    double.post(thread, 0).await;
    (answer, thread)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_a_question_to_a_draft_in_the_ticket_channel() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;

    double.says(BUDI, CHANNEL, &mention(PAID));
    let answer = double.post(CHANNEL, 0).await;
    assert_eq!(
        answer["embeds"][0]["title"],
        "Pembayaran berhasil tapi nomor belum aktif"
    );
    assert!(labels(&answer).contains(&"Buat tiket".to_owned()));

    let pressed = double.presses(BUDI, &answer, "Buat tiket");
    let thread = double.thread(0).await;
    let there = double.shown(pressed, 0).await;
    assert_eq!(there["flags"], 64, "only the agent sees the way");
    assert!(text(&there).contains(&thread.to_string()));
    // What the question told is known in the thread.
    let noted = double.post(thread, 0).await;
    assert!(text(&noted).contains("KartuHalo"), "{noted}");
    assert!(text(&noted).contains("Class"), "{noted}");

    double.says(BUDI, thread, TOLD);
    assert!(text(&double.post(thread, 1).await).contains("Dicatat"));
    assert!(text(&double.post(thread, 2).await).contains("Info profil"));
    double.says(BUDI, thread, "profil DSC terblokir");
    let choice = double.post(thread, 3).await;
    assert!(text(&choice).contains("Layanan"), "{choice}");
    let pressed = double.presses(BUDI, &choice, "SEMUANYA");
    let location = double.shown(pressed, 0).await;
    assert!(text(&location).contains("Lokasi"), "{location}");
    double.says(BUDI, thread, "Bandung");
    let other = double.post(thread, 5).await;
    let pressed = double.presses(BUDI, &other, "Tidak ada");
    let review = double.shown(pressed, 0).await;
    assert!(text(&review).contains("Periksa draft"), "{review}");

    // A change goes through the menu of fields.
    let pressed = double.presses(BUDI, &review, "Ubah");
    let fields = double.shown(pressed, 0).await;
    assert!(labels(&fields).len() > 5, "a menu: {fields}");
    let pressed = double.presses(BUDI, &fields, "Lokasi");
    assert!(text(&double.shown(pressed, 0).await).contains("Lokasi"));
    let before = double.posts(thread);
    double.says(BUDI, thread, "Kota Contoh");
    let review = double.post(thread, before).await;
    assert!(text(&review).contains("Kota Contoh"), "{review}");

    let pressed = double.presses(BUDI, &review, "Kirim");
    let filed = double.shown(pressed, 0).await;
    assert!(text(&filed).contains("tersimpan"), "{filed}");
    let draft = double.post(TICKETS, 0).await;
    assert!(
        text(&draft).contains("Kota Contoh") && text(&draft).contains("budi"),
        "{draft}"
    );
    assert!(draft["nonce"].as_str().unwrap().starts_with("T-"));

    bot.stop().await.unwrap();
    assert_eq!(double.posts(TICKETS), 1);
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_is_silent_where_it_was_not_called() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    double.says(BUDI, CHANNEL, PAID);
    double.says(BUDI, HELP, PAID);
    assert!(text(&double.post(HELP, 0).await).contains("Pembayaran berhasil"));
    let direct = double.writes_directly(SITI, 77, PAID);
    let answer = double.post(77, 0).await;
    assert_eq!(
        answer["message_reference"]["message_id"],
        direct.to_string()
    );
    bot.stop().await.unwrap();
    assert_eq!(double.posts(CHANNEL), 0);
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_procedures_fit_and_the_agent_picks_one() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let asked = double.commands(BUDI, CHANNEL, "tanya", &[("pertanyaan", "tagihan")]);
    let clarify = double.shown(asked, 0).await;
    assert_eq!(
        clarify["flags"].as_u64().unwrap() & 64,
        64,
        "only the agent sees it"
    );
    let choices = labels(&clarify);
    assert!(
        text(&clarify).contains("Yang mana") && choices.len() >= 3,
        "{clarify}"
    );
    let pressed = double.presses(BUDI, &clarify, &choices[0]);
    let answer = double.shown(pressed, 0).await;
    assert!(answer["embeds"][0]["title"].is_string(), "{answer}");
    bot.stop().await.unwrap();
    assert_eq!(double.posts(CHANNEL), 0, "nothing of it is in the channel");
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fallback_is_a_quiet_line_in_a_help_channel_and_a_full_answer_on_a_mention() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let nonsense = "nanti siang makan soto di kantin yuk";
    double.says(BUDI, HELP, nonsense);
    let quiet = double.post(HELP, 0).await;
    assert_eq!(quiet["flags"], 4096);
    assert_eq!(labels(&quiet).len(), 1);
    let pressed = double.presses(BUDI, &quiet, &labels(&quiet)[0]);
    let list = double.shown(pressed, 0).await;
    assert_eq!(list["flags"].as_u64().unwrap() & 64, 64);
    double.says(BUDI, CHANNEL, &mention(nonsense));
    assert!(text(&double.post(CHANNEL, 0).await).contains("Belum ada SOP"));
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_refused_quietly_and_a_lead_is_not() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    double.says(BUDI, CHANNEL, &mention(PAID));
    let answer = double.post(CHANNEL, 0).await;
    let pressed = double.presses(SITI, &answer, "Kemungkinan penyebab");
    let refusal = double.shown(pressed, 0).await;
    assert!(text(&refusal).contains("agent lain"), "{refusal}");
    assert_eq!(refusal["flags"], 64);
    let pressed = double.presses(LEAD, &answer, "Kemungkinan penyebab");
    assert!(text(&double.shown(pressed, 0).await).contains("penyebab"));

    // A mark that was tampered with says nothing at all.
    let id = answer["components"][0]["components"][0]["custom_id"]
        .as_str()
        .unwrap();
    let forged = json!(format!("{}x", &id[..id.len() - 1]));
    let pressed = double.presses_id(BUDI, &answer, &forged, 2, None);
    assert!(text(&double.shown(pressed, 0).await).contains("tidak dikenali"));
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dialog_goes_on_after_a_restart() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let (answer, thread) = began(&double).await;
    bot.stop().await.unwrap();

    let bot = serve(&double, &dir, 2).await;
    double.says(BUDI, thread, "Gold");
    assert!(text(&double.post(thread, 1).await).contains("MSISDN"));
    // A button from before the restart still works.
    let pressed = double.presses(BUDI, &answer, "Kemungkinan penyebab");
    assert!(text(&double.shown(pressed, 0).await).contains("penyebab"));
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_while_the_bot_was_away_is_answered_once() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let (_, thread) = began(&double).await;
    double.writes_directly(SITI, DIRECT, PAID);
    double.post(DIRECT, 0).await;
    bot.stop().await.unwrap();

    double.says(BUDI, thread, "Gold");
    double.says(BUDI, thread, "0812-0000-1234");
    double.says(SITI, CHANNEL, &mention("status aging harus diapain?"));
    double.says(SITI, CHANNEL, "makan siang di mana ya");
    double.writes_directly(SITI, DIRECT, "/bantuan");
    let bot = serve(&double, &dir, 2).await;
    assert!(text(&double.post(thread, 1).await).contains("MSISDN"));
    assert!(text(&double.post(thread, 2).await).contains("Nama"));
    assert!(text(&double.post(CHANNEL, 1).await).contains("reaktivasi"));
    assert!(text(&double.post(DIRECT, 1).await).contains("Tulis kendala"));
    bot.stop().await.unwrap();

    // Everything has its answer, so another start says nothing new.
    let bot = serve(&double, &dir, 3).await;
    double.says(BUDI, thread, "Contoh Satu");
    double.post(thread, 3).await;
    bot.stop().await.unwrap();
    let posts = [CHANNEL, thread, DIRECT].map(|channel| double.posts(channel));
    assert_eq!(posts, [2, 4, 2], "nothing lost, nothing twice");
    double.lawful();
}

/// Where a dialog runs among others, what its agent said to them before is no answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_before_a_dialog_is_not_answered_after_a_restart() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    double.forbids_threads();
    let bot = serve_now(&double, &dir, 1).await;
    double.says(BUDI, CHANNEL, "Gold");
    double.says(BUDI, CHANNEL, &mention(PAID));
    let answer = double.post(CHANNEL, 0).await;
    let pressed = double.presses(BUDI, &answer, "Buat tiket");
    assert!(text(&double.shown(pressed, 0).await).contains("Class"));
    bot.stop().await.unwrap();

    double.says(BUDI, CHANNEL, "Platinum buat aku saja");
    double.says(BUDI, CHANNEL, &mention("Silver"));
    let bot = serve_now(&double, &dir, 2).await;
    let next = text(&double.post(CHANNEL, 1).await);
    assert!(next.contains("MSISDN"), "{next}");
    bot.stop().await.unwrap();
    assert_eq!(double.posts(CHANNEL), 2, "one answer was given");
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_agent_writes_pings_nobody_and_breaks_nothing() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let (_, thread) = began(&double).await;
    double.says(
        BUDI,
        thread,
        "class: @everyone [klik](http://jahat.example) <@1100000000000000203>",
    );
    let noted = text(&double.post(thread, 1).await);
    assert!(!noted.contains("@everyone"), "{noted}");
    assert!(!noted.contains("](http"), "{noted}");
    assert!(!noted.contains("<@"), "{noted}");
    // The longest message that Discord lets anybody write is answered.
    let long = "pulsa ".repeat(400);
    double.says(BUDI, CHANNEL, &mention(&long[..1_970]));
    double.post(CHANNEL, 1).await;
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_threads_the_dialog_runs_in_the_channel() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    double.forbids_threads();
    let bot = serve(&double, &dir, 1).await;
    double.says(BUDI, CHANNEL, &mention(PAID));
    let answer = double.post(CHANNEL, 0).await;
    let pressed = double.presses(BUDI, &answer, "Buat tiket");
    assert!(text(&double.shown(pressed, 0).await).contains("Class"));
    double.says(SITI, CHANNEL, "halo semuanya");
    // What its agent says there to colleagues is no answer.
    double.says(BUDI, CHANNEL, "Gold di sini panas ya");
    double.says(BUDI, CHANNEL, &mention("Gold"));
    let next = double.post(CHANNEL, 1).await;
    assert!(text(&next).contains("MSISDN"), "{next}");
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_procedure_fits_the_platform() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let sops = crate::shipped::knowledge();
    for (place, sop) in sops.catalog.sops.iter().enumerate() {
        let direct = 500 + u64::try_from(place).unwrap();
        double.writes_directly(BUDI, direct, &format!("/sop {}", sop.id));
        let answer = double.post(direct, 0).await;
        assert_eq!(answer["embeds"][0]["title"], sop.title.as_str());
    }
    bot.stop().await.unwrap();
    double.lawful();
}
