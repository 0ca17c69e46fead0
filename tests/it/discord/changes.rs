//! Messages that their authors change or take back.

use super::double::{BOT, BUDI, CHANNEL, Double, HELP, SITI, labels, text};
use super::serve;

const PAID: &str = "plgn udah bayar tagihan halo tapi nomornya masih keblokir";
const TOP_UP: &str = "isi ulang pulsa 50rb via alfamart kemarin belum masuk";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_question_is_answered_anew_in_its_place_and_once() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let question = double.says(BUDI, HELP, "nanti siang makan soto di kantin yuk");
    let quiet = double.post(HELP, 0).await;
    double.changes(BUDI, HELP, question, PAID);
    double.repeats(2);
    let answer = double.says_now(HELP, 0, "nomor belum aktif").await;
    assert_eq!(answer["id"], quiet["id"]);
    assert_eq!(answer["content"], "", "nothing of the first answer is left");
    double.changes(BUDI, HELP, question, TOP_UP);
    let answer = double.says_now(HELP, 0, "Isi ulang").await;
    // Its buttons are of the new answer.
    let pressed = double.presses(BUDI, &answer, "Kenapa ini?");
    assert!(text(&double.shown(pressed, 0).await).contains("Isi ulang"));

    // A link's preview is no change, and what was never answered is not answered now.
    let mut preview =
        super::double::message_event(question, BUDI, Some(super::double::GUILD), HELP, PAID);
    preview["edited_timestamp"] = serde_json::Value::Null;
    double.sends("MESSAGE_UPDATE", &preview);
    let chat = double.says(SITI, CHANNEL, "halo semua");
    double.changes(SITI, CHANNEL, chat, PAID);
    let last = double.says(SITI, HELP, "daftar sop");
    let list = double.post(HELP, 1).await;
    assert_eq!(list["message_reference"]["message_id"], last.to_string());
    bot.stop().await.unwrap();
    assert_eq!((double.posts(HELP), double.posts(CHANNEL)), (2, 0));
    let edits = double
        .log()
        .iter()
        .filter(|sent| sent.method == "PATCH")
        .count();
    assert_eq!(edits, 2, "one for each change");
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shorter_answer_leaves_nothing_of_the_longer_one() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let question = double.writes_directly(BUDI, 77, "/sop ganti-ont");
    let first = double.post(77, 0).await;
    double.post(77, 1).await;
    let mut change = super::double::message_event(question, BUDI, None, 77, "/sop");
    change["edited_timestamp"] = "2026-11-21T09:30:00+00:00".into();
    double.sends("MESSAGE_UPDATE", &change);
    let list = double.says_now(77, 0, "SOP yang tersedia").await;
    assert_eq!(list["id"], first["id"]);
    double.count(77, 1).await;
    assert!(labels(&list).len() > 1);
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_taken_back_takes_its_answer_along() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let question = double.says(BUDI, CHANNEL, &format!("<@{BOT}> {PAID}"));
    let answer = double.post(CHANNEL, 0).await;
    double.presses(BUDI, &answer, "Buat tiket");
    let thread = double.thread(0).await;
    double.post(thread, 0).await;
    let said = double.says(BUDI, thread, "Gold");
    double.post(thread, 1).await;
    double.takes_back(CHANNEL, question);
    double.count(CHANNEL, 0).await;
    // A dialog keeps what it has: its draft is taken back with `batal`.
    double.takes_back(thread, said);
    double.changes(BUDI, thread, said, "Silver");
    double.says(BUDI, thread, "0812-0000-1234");
    assert!(text(&double.post(thread, 2).await).contains("Nama"));
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_somebody_took_away_is_given_anew() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let question = double.says(BUDI, HELP, PAID);
    double.post(HELP, 0).await;
    double.removes(HELP, 0);
    double.changes(BUDI, HELP, question, TOP_UP);
    double.says_now(HELP, 0, "Isi ulang").await;
    bot.stop().await.unwrap();
    double.lawful();
}
