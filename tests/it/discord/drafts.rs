//! Filed drafts: whose they are, and what their buttons do.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use sigap::channel::discord::{Api, Settings};

use super::double::{
    BOT, BUDI, CHANNEL, Double, GUILD, HELP, LEAD, SITI, Somebody, TICKETS, labels, text,
};
use super::{serve, settings, start_with};
use crate::shipped;

const PAID: &str = "plgn udah bayar tagihan halo tapi nomornya masih keblokir";

/// Everything that the form of an unblocked number asks, in one message.
const TOLD: &str = "class: Gold\nmsisdn: 0812-0000-1234\nnama pelanggan: Contoh Satu\ntanggal pembayaran: kemarin\n\
    channel pembayaran: Bank\nstatus collection: Active - Collection Block 1\npembayaran di fa: sudah masuk\n\
    status hlr: terblokir\ninfo profil: profil DSC terblokir\nlayanan: SEMUANYA\nlokasi: Bandung\ncp lain: tidak ada";

fn is_ephemeral(message: &Json) -> bool {
    message["flags"].as_u64().unwrap_or_default() & 64 != 0
}

/// Fills a ticket of `owner`'s in a thread and lets `sender` press `Kirim`; returns what that showed.
async fn file(double: &Double, owner: Somebody, sender: Somebody) -> Json {
    double.says(owner, CHANNEL, &format!("<@{BOT}> {PAID}"));
    let answer = double.post(CHANNEL, double.posts(CHANNEL)).await;
    double.presses(owner, &answer, "Buat tiket");
    let thread = double.thread_in(CHANNEL).await;
    double.post(thread, 0).await;
    double.says(owner, thread, TOLD);
    let review = double.says_somewhere(thread, "Periksa draft").await;
    let pressed = double.presses(sender, &review, "Kirim");
    double.shown(pressed, 0).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_its_agents_whoever_presses_send() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    file(&double, BUDI, LEAD).await;
    let draft = double.post(TICKETS, 0).await;
    let owner = format!("{} ({})", BUDI.name, BUDI.id);
    assert!(text(&draft).contains(&owner), "{draft}");
    let own = double.commands(BUDI, CHANNEL, "tiket", &[]);
    assert!(text(&double.shown(own, 0).await).contains("T-"));
    let leads = double.commands(LEAD, CHANNEL, "tiket", &[]);
    assert!(text(&double.shown(leads, 0).await).contains("Belum ada draft"));
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_posted_draft_is_copied_by_its_agent_and_leads_only() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let filed = file(&double, BUDI, BUDI).await;
    assert!(labels(&filed).contains(&"Salin".to_owned()), "{filed}");
    let draft = double.post(TICKETS, 0).await;
    assert_eq!(labels(&draft), ["Salin", "Ubah", "Tandai sudah diinput"]);
    for who in [BUDI, LEAD] {
        let pressed = double.presses(who, &draft, "Salin");
        let copy = double.shown(pressed, 0).await;
        let block = text(&copy);
        assert!(
            block.starts_with("```\n") && block.ends_with("\n```"),
            "{block}"
        );
        assert!(block.contains("Contoh Satu") && is_ephemeral(&copy));
    }
    let pressed = double.presses(SITI, &draft, "Salin");
    assert!(text(&double.shown(pressed, 0).await).contains("agent lain"));
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_number_of_the_ticketing_application_is_asked_for_in_a_window() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    file(&double, BUDI, BUDI).await;
    let draft = double.post(TICKETS, 0).await;
    let pressed = double.presses(BUDI, &draft, "Tandai sudah diinput");
    let window = double.shown(pressed, 0).await;
    let input = &window["components"][0]["components"][0];
    assert_eq!(input["label"], "Nomor tiket di aplikasi");
    let send = |who| {
        let typed = json!([{"type": 1, "components": [{"type": 4, "custom_id": input["custom_id"], "value": "IN-0000-77"}]}]);
        let data = json!({"custom_id": window["custom_id"], "components": typed});
        double.asks(who, TICKETS, 5, data, Some(&draft))
    };
    let refused = double.shown(send(SITI), 0).await;
    assert!(text(&refused).contains("agent lain"), "{refused}");
    let noted = double.shown(send(BUDI), 0).await;
    assert!(is_ephemeral(&noted), "{noted}");
    assert!(
        text(&noted).contains("sudah diinput") && text(&noted).contains("IN-0000-77"),
        "{noted}"
    );
    let done = double.presses(BUDI, &noted, "Sudah selesai");
    assert!(text(&double.shown(done, 0).await).contains("selesai"));
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filed_draft_is_changed_in_a_thread_of_whoever_takes_it_up() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    file(&double, BUDI, BUDI).await;
    let draft = double.post(TICKETS, 0).await;
    let pressed = double.presses(LEAD, &draft, "Ubah");
    let thread = double.thread_in(TICKETS).await;
    let way = double.shown(pressed, 0).await;
    assert!(is_ephemeral(&way) && text(&way).contains(&thread.to_string()));
    double.says_somewhere(thread, "Periksa draft").await;
    double.says(LEAD, thread, "lokasi: Kota Contoh");
    // Its note says the place as well; only in the review does something follow it.
    let review = double
        .says_somewhere(thread, "Lokasi: Kota Contoh\n- CP")
        .await;
    let pressed = double.presses(LEAD, &review, "Kirim");
    assert!(text(&double.shown(pressed, 0).await).contains("tersimpan"));
    // The next version stands below the first, and is still the agent's.
    let next = double.post(TICKETS, 1).await;
    assert!(
        text(&next).contains("Kota Contoh") && text(&next).contains("budi"),
        "{next}"
    );
    let own = double.commands(BUDI, CHANNEL, "tiket", &[]);
    assert!(text(&double.shown(own, 0).await).contains("-2"));
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_is_noted_in_the_draft_by_where_it_is() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    double.says(BUDI, CHANNEL, &format!("<@{BOT}> {PAID}"));
    let answer = double.post(CHANNEL, 0).await;
    double.presses(BUDI, &answer, "Buat tiket");
    let thread = double.thread_in(CHANNEL).await;
    double.post(thread, 0).await;
    let alone = double.shows(BUDI, thread, "");
    double.says_somewhere(thread, "1 sejauh ini").await;
    // Beside words the picture is noted and the words are the answer.
    let beside = double.shows(BUDI, thread, TOLD);
    double.says_somewhere(thread, "2 sejauh ini").await;
    let review = double.says_somewhere(thread, "Periksa draft").await;
    double.presses(BUDI, &review, "Kirim");
    let draft = text(&double.post(TICKETS, 0).await);
    for message in [alone, beside] {
        let link = format!("https://discord.com/channels/{GUILD}/{thread}/{message}");
        assert!(draft.contains(&link), "{link} in {draft}");
    }
    // Where no draft is open a picture is nothing, and said to be nothing to whoever called.
    double.shows(BUDI, CHANNEL, &format!("<@{BOT}>"));
    assert!(text(&double.post(CHANNEL, 1).await).contains("tidak membaca gambar"));
    double.shows(SITI, HELP, "");
    let last = double.says(SITI, HELP, "/sop");
    let list = double.post(HELP, 0).await;
    assert_eq!(list["message_reference"]["message_id"], last.to_string());
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_is_reminded_of_a_draft_that_waits_where_it_waits() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let minutes = Arc::new(AtomicI64::new(0));
    let clock = Arc::clone(&minutes);
    let settings = Settings {
        reminded_every: Some(Duration::from_millis(50)),
        ..settings(Api::parse(&double.api()).unwrap())
    };
    let now = move || &shipped::now() + SignedDuration::from_mins(clock.load(Ordering::SeqCst));
    let bot = start_with(
        shipped::knowledge(),
        now,
        settings,
        super::double::TOKEN,
        &dir,
    );
    double.connected(1).await;
    double.says(BUDI, CHANNEL, &format!("<@{BOT}> {PAID}"));
    let answer = double.post(CHANNEL, 0).await;
    double.presses(BUDI, &answer, "Buat tiket");
    let thread = double.thread_in(CHANNEL).await;
    double.post(thread, 0).await;
    double.says(BUDI, thread, "nanti");
    double.says_somewhere(thread, "disimpan dulu").await;
    let before = double.posts(thread);
    minutes.store(61, Ordering::SeqCst);
    let reminder = double.post(thread, before).await;
    assert!(text(&reminder).contains("Pengingat"), "{reminder}");
    // Its button goes on with the draft.
    let resumed = double.presses(BUDI, &reminder, &labels(&reminder)[0]);
    assert!(text(&double.shown(resumed, 0).await).contains("Class"));
    bot.stop().await.unwrap();
    assert_eq!(
        double.posts(thread),
        before + 2,
        "reminded once, resumed once"
    );
    double.lawful();
}
