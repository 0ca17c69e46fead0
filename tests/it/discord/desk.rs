//! Team leads on Discord: a posted procedure goes live, is shared, read, replaced and taken back.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use sigap::catalog::Catalog;
use sigap::channel::discord::{Api, Settings};
use sigap::desk::Folders;
use sigap::load;
use sigap::store::Period;
use tempfile::TempDir;

use super::double::{
    BOT, BUDI, CHANNEL, Double, HELP, LEAD, SITI, TICKETS, TOKEN, direct_channel, labels,
    message_event, text,
};
use super::{Served, settings, start_in};
use crate::engine;
use crate::shipped;

const POSTED: &str = "Kartu hilang atau dicuri\n\nTo do list:\n1. Cek status nomor di DSC\n2. Cek apakah nomor sudah diblokir\n\n\
    Tanyakan ke pelanggan:\n- Kapan kartu hilang\n- Lokasi terakhir kartu dipakai\n\n\
    Mandatory ticket:\n- MSISDN\n- Nama pelanggan\n- Lokasi\n\nKIP:\n- BLOKIR KARTU - Kartu Hilang (K99)\n\n\
    Source: SOP-099/CONTOH/2026\n";
const SOP: &str = "kartu-hilang-atau-dicuri";

/// The shipped catalogue in folders of its own, and a state beside it.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        for folder in ["intents", "data"] {
            let to = place.0.path().join(folder);
            fs::create_dir_all(&to).unwrap();
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_file() {
                    fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
                }
            }
        }
        place
    }

    fn folders(&self) -> Folders {
        Folders {
            intents: self.0.path().join("intents"),
            data: self.0.path().join("data"),
        }
    }

    fn state(&self) -> std::path::PathBuf {
        self.0.path().join("state")
    }

    async fn serve(&self, double: &Double, times: usize) -> Served {
        let folders = self.folders();
        let today = shipped::now().date();
        let knowledge = load::knowledge(&folders.intents, &folders.data, today).unwrap();
        let settings = Settings {
            lead_channel: Some(TICKETS),
            reminded_every: Some(Duration::from_millis(300)),
            ..settings(Api::parse(&double.api()).unwrap())
        };
        let state = self.state();
        let bot = start_in(
            folders,
            Arc::new(knowledge),
            shipped::now,
            settings,
            TOKEN,
            &state,
        );
        double.connected(times).await;
        bot
    }

    fn file(&self) -> String {
        fs::read_to_string(self.folders().intents.join(format!("{SOP}.toml"))).unwrap()
    }
}

/// Gives `Jadikan SOP` on a message.
fn makes_sop(double: &Double, message: &Json) -> u64 {
    let data = json!({"id": "1", "name": "Jadikan SOP", "type": 3, "target_id": "42", "resolved": {"messages": {"42": message}}});
    double.asks(LEAD, CHANNEL, 2, data, None)
}

fn titled(more: &[Json]) -> Json {
    let title = json!({"name": "judul", "type": 3, "value": SOP});
    std::iter::once(title).chain(more.iter().cloned()).collect()
}

async fn publish(double: &Double, proposed: u64, why: &str) -> u64 {
    let review = double.offered(proposed, "Terbitkan").await;
    let opened = double.presses(LEAD, &review, "Terbitkan");
    double.fills_in(LEAD, opened, &[("why", why)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_posted_procedure_goes_live_is_shared_read_replaced_and_taken_back() {
    let (double, place) = (Double::start().await, Place::new());
    let bot = place.serve(&double, 1).await;
    // Post, preview, publish.
    let asked = makes_sop(&double, &message_event(42, SITI, None, CHANNEL, POSTED));
    double.told(asked, "Cek status nomor di DSC").await;
    double.told(asked, "Pengaruh ke pencarian").await;
    double.offered(asked, "Terbitkan").await;
    assert_eq!(double.posts(CHANNEL), 0, "a preview is the lead's alone");
    let published = publish(&double, asked, "prosedur baru").await;
    double.told(published, "versi 1 sudah berlaku").await;

    // An agent's question is answered from it.
    double.says(
        BUDI,
        CHANNEL,
        &format!("<@{BOT}> kartu hilang atau dicuri mau blokir"),
    );
    let answer = double.post(CHANNEL, 0).await;
    assert!(
        text(&answer).contains("Cek apakah nomor sudah diblokir"),
        "{answer}"
    );
    double.says(SITI, CHANNEL, &format!("<@{BOT}> ganti ont"));
    double.post(CHANNEL, 1).await;

    // Shared, pinned and read.
    let options = titled(&[
        json!({"name": "kanal", "type": 7, "value": HELP.to_string()}),
        json!({"name": "sematkan", "type": 5, "value": true}),
    ]);
    let asked = double.orders(LEAD, CHANNEL, ("sop", "bagikan"), options, json!({}));
    double.told(asked, "dibagikan di").await;
    let post = double.post(HELP, 0).await;
    assert!(
        text(&post).contains("Versi 1") && labels(&post) == ["Sudah baca"],
        "{post}"
    );
    let id: u64 = post["id"].as_str().unwrap().parse().unwrap();
    let read = double.presses(BUDI, &post, "Sudah baca");
    double.told(read, "versi 1 sudah kamu baca").await;
    assert_eq!(double.pins(), [(HELP, id)]);
    let asked = double.orders(LEAD, CHANNEL, ("sop", "pembaca"), titled(&[]), json!({}));
    let readers = double.offered(asked, "Ingatkan yang belum").await;
    let told = text(&readers);
    let (read, unread) = told.split_once("Belum").unwrap();
    assert!(
        read.contains(&BUDI.id.to_string()) && unread.contains(&SITI.id.to_string()),
        "{told}"
    );
    let reminding = double.presses(LEAD, &readers, "Ingatkan yang belum");
    double.told(reminding, "Pengingat dikirim ke 1 orang").await;
    let reminder = double.post(direct_channel(SITI.id), 0).await;
    assert!(text(&reminder).contains(&id.to_string()), "{reminder}");
    assert_eq!(double.posts(direct_channel(BUDI.id)), 0);
    let again = double.presses(LEAD, &readers, "Ingatkan yang belum");
    double.told(again, "sudah pernah dikirim").await;

    // A new version changes the post and says what is different.
    let edited = place.file().replace(
        "Cek apakah nomor sudah diblokir",
        "Cek blokir di SIMPEL lebih dulu",
    );
    let asked = double.hands_in(LEAD, CHANNEL, "baru.toml", edited.as_bytes());
    double.told(asked, "Beda dengan yang berlaku").await;
    publish(&double, asked, "sesuai memo contoh").await;
    let post = double.says_now(HELP, 0, "Versi 2").await;
    assert_eq!(post["id"], id.to_string(), "it is the same message");
    for part in [
        "sesuai memo contoh",
        "+ Cek blokir di SIMPEL",
        "− Cek apakah nomor",
    ] {
        assert!(text(&post).contains(part), "{part}: {post}");
    }
    let read = double.presses(BUDI, &post, "Sudah baca");
    double.told(read, "versi 2 sudah kamu baca").await;

    // Taken back.
    let options = titled(&[
        json!({"name": "versi", "type": 4, "value": 1}),
        json!({"name": "alasan", "type": 3, "value": "keliru"}),
    ]);
    let asked = double.orders(LEAD, CHANNEL, ("sop", "kembalikan"), options, json!({}));
    double.told(asked, "versi 3 sudah berlaku").await;
    double.says_now(HELP, 0, "Versi 3").await;
    assert!(place.file().contains("Cek apakah nomor sudah diblokir"));
    let asked = double.orders(LEAD, CHANNEL, ("sop", "riwayat"), titled(&[]), json!({}));
    let history = double.told(asked, "versi 3").await;
    for part in [
        "versi 1",
        "prosedur baru",
        "sesuai memo contoh",
        "keliru",
        "lead (",
    ] {
        assert!(text(&history).contains(part), "{part}: {history}");
    }
    // Nobody has read that one yet.
    let asked = double.commands(LEAD, CHANNEL, "statistik", &[]);
    double
        .told(
            asked,
            "Dibagikan, belum dibaca semua: Kartu hilang atau dicuri (2 orang)",
        )
        .await;
    bot.stop().await.unwrap();
    double.lawful();
    assert_eq!(double.posts(HELP), 1);

    let store = engine::open(&place.state()).await;
    let audit = store.audit(&Period::default()).await.unwrap();
    let deeds: Vec<&str> = audit.iter().map(|line| line.what.as_str()).collect();
    for deed in [
        "sop.propose",
        "sop.publish",
        "sop.share",
        "sop.read",
        "sop.remind",
        "sop.reshare",
        "sop.restore",
    ] {
        assert!(deeds.contains(&deed), "{deed} is in the audit: {deeds:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposal_is_downloaded_amended_thrown_away_and_outlives_a_restart() {
    let (double, place) = (Double::start().await, Place::new());
    let bot = place.serve(&double, 1).await;
    let asked = double.hands_in(LEAD, CHANNEL, "prosedur.md", POSTED.as_bytes());
    let review = double.offered(asked, "Unduh").await;
    let pressed = double.presses(LEAD, &review, "Unduh");
    double.told(pressed, "Ini berkasnya").await;
    let (name, bytes) = double.upload(0).await;
    assert_eq!(name, format!("{SOP}.toml"));
    assert!(
        String::from_utf8(bytes)
            .unwrap()
            .contains("Cek status nomor di DSC")
    );
    bot.stop().await.unwrap();

    let bot = place.serve(&double, 2).await;
    let opened = double.presses(LEAD, &review, "Ubah isian");
    let sent = double
        .fills_in(LEAD, opened, &[("owner", "Tim Contoh")])
        .await;
    let review = double.offered(sent, "Buang").await;
    // What the catalogue refuses cannot be published.
    let opened = double.presses(LEAD, &review, "Ubah isian");
    let sent = double
        .fills_in(LEAD, opened, &[("review_by", "besok")])
        .await;
    let refused = double.offered(sent, "Buang").await;
    assert!(
        !labels(&refused).contains(&"Terbitkan".to_owned()),
        "{refused}"
    );
    double.told(sent, "Belum bisa diterbitkan").await;
    let thrown = double.presses(LEAD, &review, "Buang");
    double.told(thrown, "Usulan dibuang").await;
    let gone = double.presses(LEAD, &review, "Unduh");
    double.told(gone, "terlalu lama").await;
    assert!(!place.folders().intents.join(format!("{SOP}.toml")).exists());
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_the_leads_and_files_come_from_discord_only() {
    let (double, place) = (Double::start().await, Place::new());
    let bot = place.serve(&double, 1).await;
    for part in ["impor", "riwayat", "kembalikan", "bagikan", "pembaca"] {
        let asked = double.orders(BUDI, CHANNEL, ("sop", part), titled(&[]), json!({}));
        double.told(asked, "hanya untuk team lead").await;
    }
    for name in ["belajar", "statistik"] {
        let asked = double.commands(BUDI, CHANNEL, name, &[]);
        double.told(asked, "hanya untuk team lead").await;
    }
    let asked = makes_sop(&double, &message_event(42, SITI, None, CHANNEL, POSTED));
    let review = double.offered(asked, "Terbitkan").await;
    let pressed = double.presses(BUDI, &review, "Terbitkan");
    double.told(pressed, "hanya untuk team lead").await;
    // A file elsewhere is not asked for.
    let mut elsewhere = message_event(42, SITI, None, CHANNEL, "");
    let url = "http://127.0.0.1:9/sop.txt";
    elsewhere["attachments"] =
        json!([{"id": "7", "filename": "sop.txt", "size": 1, "url": url, "proxy_url": url}]);
    let asked = makes_sop(&double, &elsewhere);
    double.told(asked, "tidak bisa saya unduh").await;
    // Neither is one that is too large.
    let asked = double.hands_in(LEAD, CHANNEL, "besar.txt", &vec![b'x'; 3 << 20]);
    double.told(asked, "tidak bisa saya unduh").await;
    let asked = double.hands_in(LEAD, CHANNEL, "rusak.docx", b"bukan dokumen");
    double.told(asked, "tidak bisa saya baca").await;
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_answered_is_taught_in_two_clicks() {
    let (double, place) = (Double::start().await, Place::new());
    let bot = place.serve(&double, 1).await;
    let asked = double.commands(LEAD, CHANNEL, "belajar", &[]);
    double.told(asked, "Tidak ada pertanyaan").await;
    for (number, who) in [BUDI, SITI, BUDI].into_iter().enumerate() {
        double.says(
            who,
            CHANNEL,
            &format!("<@{BOT}> printer kantor lantai dua rusak"),
        );
        double.post(CHANNEL, number).await;
    }
    let asked = double.commands(LEAD, CHANNEL, "belajar", &[]);
    let group = double.offered(asked, "Bukan untuk SOP").await;
    assert!(
        text(&group).contains("3×") && text(&group).contains("printer kantor"),
        "{group}"
    );
    let taught = double.presses(LEAD, &group, "Bukan untuk SOP");
    double.told(taught, "contoh ditambahkan").await;
    assert!(
        fs::read_to_string(place.folders().data.join("outside.txt"))
            .unwrap()
            .contains("printer kantor lantai dua rusak")
    );
    let again = double.presses(LEAD, &group, "Jangan tampilkan lagi");
    double.told(again, "sudah diurus").await;
    let asked = double.commands(LEAD, CHANNEL, "statistik", &[]);
    double.told(asked, "3 pertanyaan").await;
    let (name, bytes) = double.upload(0).await;
    assert!(name == "statistik.png" && bytes.starts_with(b"\x89PNG"));
    bot.stop().await.unwrap();
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leads_are_told_of_overdue_reviews_once() {
    let (double, place) = (Double::start().await, Place::new());
    let file = place.folders().intents.join("ganti-ont.toml");
    let text_of = fs::read_to_string(&file).unwrap();
    let line = text_of
        .lines()
        .find(|line| line.starts_with("review_by"))
        .unwrap();
    fs::write(&file, text_of.replace(line, "review_by = \"2026-01-31\"")).unwrap();
    let bot = place.serve(&double, 1).await;
    let told = double.says_somewhere(TICKETS, "perlu ditinjau ulang").await;
    assert!(
        text(&told).contains("ganti-ont") && text(&told).contains("31-01-2026"),
        "{told}"
    );
    bot.stop().await.unwrap();
    let posted = double.posts(TICKETS);
    let bot = place.serve(&double, 2).await;
    let asked = double.commands(LEAD, CHANNEL, "belajar", &[]);
    double.told(asked, "Tidak ada pertanyaan").await;
    bot.stop().await.unwrap();
    assert_eq!(double.posts(TICKETS), posted);
    assert!(Path::new(&file).exists());
    double.lawful();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leads_are_told_of_a_broken_file_with_its_line_and_cure() {
    let (double, place) = (Double::start().await, Place::new());
    let bot = place.serve(&double, 1).await;
    let file = place.folders().intents.join("ganti-ont.toml");
    let text_of = fs::read_to_string(&file).unwrap();
    fs::write(&file, text_of.replacen("service = ", "servis = ", 1)).unwrap();
    let folders = place.folders();
    let files = load::files(&folders.intents, &folders.data).unwrap();
    let mistakes = Catalog::load(&files, shipped::now().date()).diagnostics;
    bot.desk.get().unwrap().report_broken(&mistakes);
    let told = double
        .says_somewhere(TICKETS, "file katalog yang rusak")
        .await;
    for part in ["ganti-ont.toml:", "servis", "→"] {
        assert!(text(&told).contains(part), "{part}: {told}");
    }
    bot.stop().await.unwrap();
    double.lawful();
}
