//! Commands, suggestions, windows: what is not typed as a message.

use serde_json::{Value as Json, json};

use super::double::{BOT, BUDI, CHANNEL, Double, LEAD, SITI, TICKETS, labels, message_event, text};
use super::serve;

const PAID: &str = "plgn udah bayar tagihan halo tapi nomornya masih keblokir";
const TOP_UP: &str = "isi ulang pulsa 50rb via alfamart kemarin belum masuk";

fn is_ephemeral(message: &Json) -> bool {
    message["flags"].as_u64().unwrap_or_default() & 64 != 0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_answer_only_the_one_who_gave_them() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    for (name, options, expected) in [
        ("tanya", vec![("pertanyaan", PAID)], "nomor belum aktif"),
        ("tiket", vec![], "Belum ada draft"),
        ("am", vec![("nama", "PT Contoh Nol")], ""),
        ("istilah", vec![("kata", "HLR")], ""),
        ("bantuan", vec![], "Tulis kendala"),
        ("kanal", vec![("jenis", "ecare")], "hanya untuk team lead"),
    ] {
        let asked = double.commands(BUDI, CHANNEL, name, &options);
        let shown = double.shown(asked, 0).await;
        assert!(text(&shown).contains(expected), "{name}: {shown}");
        assert!(is_ephemeral(&shown), "{name}");
    }
    for (options, expected) in [
        (json!([]), "SOP yang tersedia"),
        (
            json!([{"name": "judul", "type": 3, "value": "ganti-ont"}]),
            "ONT",
        ),
    ] {
        let asked = double.orders(BUDI, CHANNEL, ("sop", "lihat"), options, json!({}));
        let shown = double.shown(asked, 0).await;
        assert!(text(&shown).contains(expected), "{shown}");
        assert!(is_ephemeral(&shown));
    }
    bot.stop().await.unwrap();
    assert_eq!(double.posts(CHANNEL), 0);
    let names: Vec<_> = double
        .registered()
        .as_array()
        .unwrap()
        .iter()
        .map(|command| command["name"].clone())
        .collect();
    assert_eq!(
        names,
        [
            "tanya",
            "sop",
            "tiket",
            "am",
            "istilah",
            "bantuan",
            "kanal",
            "belajar",
            "statistik",
            "Carikan SOP",
            "Jadikan SOP"
        ]
    );
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_of_somebody_else_is_looked_up() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let message = message_event(42, SITI, None, CHANNEL, PAID);
    let data = |message: &Json| json!({"id": "1", "name": "Carikan SOP", "type": 3, "target_id": "42", "resolved": {"messages": {"42": message}}});
    let asked = double.asks(BUDI, CHANNEL, 2, data(&message), None);
    let shown = double.shown(asked, 0).await;
    assert!(
        text(&shown).contains("nomor belum aktif") && is_ephemeral(&shown),
        "{shown}"
    );
    let empty = message_event(42, SITI, None, CHANNEL, "");
    let asked = double.asks(BUDI, CHANNEL, 2, data(&empty), None);
    assert!(text(&double.shown(asked, 0).await).contains("tidak berisi teks"));
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn titles_are_suggested_while_somebody_types() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let typing = |typed: &str| {
        let option = json!({"name": "judul", "type": 3, "value": typed, "focused": true});
        double.asks(
            BUDI,
            CHANNEL,
            4,
            json!({"id": "1", "name": "sop", "type": 1, "options": [{"name": "lihat", "type": 1, "options": [option]}]}),
            None,
        )
    };
    let suggested = |shown: &Json| {
        let choices = shown["choices"].as_array().unwrap().iter();
        choices
            .map(|choice| choice["value"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let all = suggested(&double.shown(typing(""), 0).await);
    assert_eq!(all.len(), 7);
    let some = suggested(&double.shown(typing("isi ul"), 0).await);
    assert_eq!(some[0], "isi-ulang-belum-masuk");
    let meant = suggested(&double.shown(typing("modem rusak mau ganti"), 0).await);
    assert_eq!(meant[0], "ganti-ont");
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_sets_the_kind_of_a_channel_and_it_is_kept() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let asked = double.commands(LEAD, CHANNEL, "kanal", &[("jenis", "ecare")]);
    assert!(text(&double.shown(asked, 0).await).contains("ecare"));
    bot.stop().await.unwrap();
    let bot = serve(&double, &dir, 2).await;
    double.says(BUDI, CHANNEL, &format!("<@{BOT}> {TOP_UP}"));
    let answer = double.post(CHANNEL, 0).await;
    double.presses(BUDI, &answer, "Buat tiket");
    let thread = double.thread(0).await;
    let mut asked = double.post(thread, 1).await;
    // E-care makes these two mandatory; the thread is of its channel's kind, also for messages in it.
    let opened = double.presses(BUDI, &asked, "Isi formulir");
    let window = double.shown(opened, 0).await;
    double.says(
        BUDI,
        thread,
        "channel komplain: CTP E-Care\nnama akun: akun.contoh",
    );
    asked = double.post(thread, 2).await;
    assert!(
        text(&asked).to_lowercase().contains("akun"),
        "{asked} {window}"
    );
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_takes_five_fields_at_once_and_says_what_it_cannot_use() {
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    double.says(BUDI, CHANNEL, &format!("<@{BOT}> {PAID}"));
    let answer = double.post(CHANNEL, 0).await;
    double.presses(BUDI, &answer, "Buat tiket");
    let thread = double.thread(0).await;
    let question = double.post(thread, 0).await;
    assert!(
        labels(&question).contains(&"Isi formulir".to_owned()),
        "{question}"
    );
    let opened = double.presses(BUDI, &question, "Isi formulir");
    let window = double.shown(opened, 0).await;
    let rows = window["components"].as_array().unwrap();
    let asked: Vec<_> = rows
        .iter()
        .map(|row| row["components"][0]["custom_id"].as_str().unwrap())
        .collect();
    assert_eq!(
        asked,
        [
            "class",
            "msisdn",
            "nama_pelanggan",
            "tanggal_pembayaran",
            "info_profil"
        ]
    );
    let answers = ["Gold", "0812-12", "Contoh, Satu @everyone", "kemarin", ""];
    let rows: Vec<_> = asked
        .iter()
        .zip(answers)
        .map(|(id, value)| json!({"type": 1, "components": [{"type": 4, "custom_id": id, "value": value}]}))
        .collect();
    let send = |components: Json| {
        let data = json!({"custom_id": window["custom_id"], "components": components});
        double.asks(BUDI, thread, 5, data, Some(&question))
    };
    let sent = send(json!(rows));
    let refused = double.shown(sent, 0).await;
    assert!(text(&refused).contains("`0812-12`"), "{refused}");
    let next = double.shown(sent, 1).await;
    assert!(
        text(&next).contains("MSISDN"),
        "what was refused is asked: {next}"
    );
    // The next window holds what was typed, to be corrected.
    let again = double.presses(BUDI, &next, "Isi formulir");
    let corrected = double.shown(again, 0).await;
    let inputs = corrected["components"].as_array().unwrap().iter();
    let mut inputs = inputs.map(|row| &row["components"][0]);
    let msisdn = inputs.find(|input| input["custom_id"] == "msisdn").unwrap();
    assert_eq!(msisdn["value"], "0812-12");
    double.says(BUDI, thread, "0812-0000-1234");

    // A window whose answers serenity cannot read is not taken for an empty one.
    let sent = send(
        json!([{"type": 18, "components": [], "component": {"type": 4, "custom_id": "class", "value": "x"}}]),
    );
    assert!(text(&double.shown(sent, 0).await).contains("tidak terbaca"));
    // Somebody else cannot send it.
    let data = json!({"custom_id": window["custom_id"], "components": rows});
    let sent = double.asks(SITI, thread, 5, data, Some(&question));
    assert!(text(&double.shown(sent, 0).await).contains("agent lain"));
    bot.stop().await.unwrap();
    assert_eq!(double.posts(TICKETS), 0);
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticks_are_kept_an_answer_is_explained_and_shared() {
    const CHECKLIST: &str = "Checklist: centang yang sudah";
    let (double, dir) = (Double::start().await, tempfile::tempdir().unwrap());
    let bot = serve(&double, &dir, 1).await;
    let asked = double.commands(BUDI, CHANNEL, "tanya", &[("pertanyaan", PAID)]);
    let answer = double.shown(asked, 0).await;
    let options = |message: &Json| {
        let rows = message["components"].as_array().unwrap().iter();
        let mut menus = rows.map(|row| row["components"][0].clone());
        let menu = menus.find(|menu| menu["placeholder"] == CHECKLIST).unwrap();
        menu["options"].as_array().unwrap().clone()
    };
    let points: Vec<_> = options(&answer)
        .iter()
        .map(|option| option["value"].as_str().unwrap().to_owned())
        .collect();
    let ticked = double.ticks(BUDI, &answer, CHECKLIST, &[&points[0], &points[2]]);
    let kept = double.shown(ticked, 0).await;
    let chosen: Vec<_> = options(&kept)
        .iter()
        .map(|option| option["default"] == true)
        .collect();
    assert_eq!(chosen[..4], [true, false, true, false]);
    assert_eq!(
        labels(&kept),
        labels(&answer),
        "everything else below it stays"
    );
    let other = double.ticks(SITI, &answer, CHECKLIST, &[&points[1]]);
    assert!(text(&double.shown(other, 0).await).contains("agent lain"));

    let why = double.presses(BUDI, &answer, "Kenapa ini?");
    let why = double.shown(why, 0).await;
    assert!(
        text(&why).contains("dipilih karena") && is_ephemeral(&why),
        "{why}"
    );
    assert_eq!(double.posts(CHANNEL), 0);
    double.presses(BUDI, &answer, "Bagikan");
    let shared = double.post(CHANNEL, 0).await;
    assert!(
        text(&shared).contains("nomor belum aktif") && !is_ephemeral(&shared),
        "{shared}"
    );
    bot.stop().await.unwrap();
    double.lawful();
}
