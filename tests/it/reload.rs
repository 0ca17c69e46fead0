//! Hot reload: an edited catalogue goes live while messages pour in, a broken one changes nothing, and no answer mixes
//! two versions.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, ToSpan};
use sigap::assistant::{Actor, Assistant};
use sigap::desk::{self, Desk, Folders};
use sigap::guide::Knowledge;
use sigap::message::{ChannelKind, ConversationId, EventId, Incoming, Said};
use sigap::store::{self, Store};
use sigap::{load, reload};
use tempfile::TempDir;

use crate::shipped;

/// Whoever edits a file sees it live within this time.
const LIVE_WITHIN: Duration = Duration::from_secs(2);
/// A broken machine fails a test, it does not hang it.
const PATIENCE: Duration = Duration::from_secs(60);

const RELOADS: usize = 50;
/// Every fifth is broken.
const BROKEN_EACH: usize = 5;
/// Every third of the others is published by a lead, the rest are edited by hand.
const PUBLISHED_EACH: usize = 3;
const LEAD: &str = "lead";
const AGENTS: usize = 4;
const MESSAGES_A_SECOND: f64 = 100.0;

/// A small catalogue in a folder of its own: two procedures whose every text names their version.
struct Catalogue {
    folder: TempDir,
}

impl Catalogue {
    fn new() -> Catalogue {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("intents")).unwrap();
        fs::create_dir_all(folder.path().join("data")).unwrap();
        for name in [
            "fields.toml",
            "links.toml",
            "services.toml",
            "lexicon.toml",
            "ticket.txt",
        ] {
            fs::copy(
                Path::new("data").join(name),
                folder.path().join("data").join(name),
            )
            .unwrap();
        }
        let catalogue = Catalogue { folder };
        catalogue.publish(0);
        catalogue
    }

    fn intents(&self) -> PathBuf {
        self.folder.path().join("intents")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn write(&self, name: &str, text: &str) {
        // As editors do: beside the name first, then in its place.
        let part = self.intents().join(format!(".{name}.part"));
        fs::write(&part, text).unwrap();
        fs::rename(part, self.intents().join(name)).unwrap();
    }

    fn publish(&self, version: usize) {
        self.write("kartu-hilang.toml", &hilang(version));
    }

    fn break_it(&self) {
        self.write("kartu-hilang.toml", "id = \"kartu-hilang\"\ntitle = \n");
    }

    fn watch(
        &self,
    ) -> (
        reload::Watch,
        mpsc::Receiver<Result<Knowledge, load::LoadError>>,
    ) {
        let (tell, told) = mpsc::channel();
        let (intents, data) = (self.intents(), self.data());
        let watch = reload::watch(
            &self.intents(),
            &self.data(),
            reload::FilesSeen::now(&self.intents(), &self.data()),
            move || {
                let read = load::knowledge(&intents, &data, shipped::now().date());
                let _ = tell.send(read);
            },
        );
        (watch.unwrap(), told)
    }

    /// Watches as `chat` and `serve` do: what is edited goes live and is kept as a version.
    fn watch_for(
        &self,
        desk: Arc<Desk>,
    ) -> (reload::Watch, mpsc::Receiver<Result<(), load::LoadError>>) {
        let (tell, told) = mpsc::channel();
        let (intents, data) = (self.intents(), self.data());
        let runtime = tokio::runtime::Handle::current();
        let seen = reload::FilesSeen::now(&intents, &data);
        let watch = reload::watch(&self.intents(), &self.data(), seen, move || {
            let now = shipped::now();
            let read = || load::knowledge(&intents, &data, now.date());
            let renewed = desk.live().renew(read);
            if renewed.is_ok() {
                runtime.block_on(desk.adopt(&now)).unwrap();
            }
            let _ = tell.send(renewed);
        });
        (watch.unwrap(), told)
    }

    async fn desk(&self, assistant: &Assistant) -> Arc<Desk> {
        let folders = Folders {
            intents: self.intents(),
            data: self.data(),
        };
        let now = shipped::now();
        let desk = Desk::open(folders, assistant.store(), assistant.live(), &now);
        Arc::new(desk.await.unwrap())
    }

    fn knowledge(&self) -> Knowledge {
        load::knowledge(&self.intents(), &self.data(), shipped::now().date()).unwrap()
    }
}

const HILANG: &[&str] = &[
    "kartu hilang mau blokir",
    "kartu saya hilang",
    "kehilangan kartu sim",
    "sim card hilang gimana",
    "kartunya hilang di jalan",
    "lapor kartu hilang",
    "kartu hilang dicuri orang",
    "mau blokir kartu yang hilang",
    "pelanggan kehilangan kartu",
];

/// The procedure that is edited.
fn hilang(version: usize) -> String {
    sop("kartu-hilang", "Kartu hilang", version, HILANG)
}

fn sop(id: &str, title: &str, version: usize, utterances: &[&str]) -> String {
    let item = |name: &str| {
        format!(
            "[[section.item]]\nid = \"{name}\"\ntext = \"Langkah {name} menurut V{version} saja.\"\n\n"
        )
    };
    format!(
        "id = \"{id}\"\ntitle = \"{title} V{version}\"\nservice = \"telkomsel\"\nsummary = \"Ringkasan V{version}.\"\n\
         distinction = \"{title}\"\nowner = \"Tim V{version}\"\nreview_by = \"2027-01-01\"\nsource = \"Dokumen V{version}\"\n\n\
         [match]\nkeywords = [\"kartu hilang\"]\nutterances = {utterances:?}\n\n\
         [[section]]\nid = \"cek\"\ntitle = \"Pengecekan V{version}\"\nkind = \"check\"\n\n{}{}\
         [[form]]\nid = \"tiket\"\ntitle = \"Tiket V{version}\"\nkip_none = \"tidak ada V{version}\"\n\n\
         [[form.field]]\nid = \"msisdn\"\n\n[[form.field]]\nid = \"lokasi\"\nlabel = \"Lokasi V{version}\"\nkind = \"text\"\n",
        item("satu"),
        item("dua")
    )
}

fn incoming(conversation: &str, number: usize, said: &str) -> Incoming {
    Incoming {
        event: EventId(format!("{conversation}-{number}")),
        conversation: ConversationId(conversation.to_owned()),
        user: "contoh".to_owned(),
        lead: false,
        channel_kind: ChannelKind::Voice,
        service: None,
        at: shipped::now().saturating_add(i64::try_from(number).unwrap().seconds()),
        said: Said::Text(said.to_owned()),
        continues: None,
        language: None,
    }
}

#[test]
fn an_edited_file_is_live_within_two_seconds_and_a_broken_one_is_reported_with_its_cure() {
    let catalogue = Catalogue::new();
    let (_watch, told) = catalogue.watch();
    let began = Instant::now();
    catalogue.publish(1);
    let live = told.recv_timeout(PATIENCE).unwrap().unwrap();
    let took = began.elapsed();
    println!("live after {took:?}");
    assert!(
        live.catalog
            .sop("kartu-hilang")
            .unwrap()
            .title
            .ends_with("V1")
    );
    assert!(took < LIVE_WITHIN, "it took {took:?}");

    catalogue.break_it();
    let load::LoadError::Mistakes(mistakes) = told.recv_timeout(PATIENCE).unwrap().unwrap_err()
    else {
        panic!("the mistake is one of the catalogue");
    };
    assert_eq!(mistakes[0].line, 2);
    assert!(mistakes[0].path.ends_with("kartu-hilang.toml") && mistakes[0].help.is_some());

    // A touch is no change, and neither is what is not the catalogue's; the next message is about the next edit.
    fs::write(catalogue.data().join("catatan.md"), "x").unwrap();
    catalogue.publish(2);
    let live = told.recv_timeout(PATIENCE).unwrap().unwrap();
    assert!(
        live.catalog
            .sop("kartu-hilang")
            .unwrap()
            .title
            .ends_with("V2")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_reloads_under_load_fail_no_message_mix_no_versions_and_lose_none() {
    let catalogue = Catalogue::new();
    let state = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(store::sled::open(state.path()).unwrap());
    let assistant = Arc::new(Assistant::new(
        Arc::new(catalogue.knowledge()),
        Arc::clone(&store),
        SignedDuration::from_hours(24),
    ));
    let desk = catalogue.desk(&assistant).await;
    let (watch, told) = catalogue.watch_for(Arc::clone(&desk));
    let over = Arc::new(AtomicBool::new(false));
    let sent = Arc::new(AtomicUsize::new(0));
    let agents: Vec<_> = (0..AGENTS)
        .map(|agent| {
            let (assistant, over) = (Arc::clone(&assistant), Arc::clone(&over));
            tokio::spawn(ask_until(assistant, agent, Arc::clone(&sent), over))
        })
        .collect();
    let began = Instant::now();
    let runtime = tokio::runtime::Handle::current();
    let leads = Arc::clone(&desk);
    let edits = tokio::task::spawn_blocking(move || {
        let (mut live, mut broken, mut published) = (0, 0, 0);
        for edit in 1..=RELOADS {
            if edit % BROKEN_EACH == 0 {
                catalogue.break_it();
            } else if edit % PUBLISHED_EACH == 0 {
                let (event, text) = (EventId(format!("lead:{edit}")), hilang(edit));
                let by = Actor {
                    event,
                    who: LEAD.to_owned(),
                    at: shipped::now().timestamp(),
                };
                let now = shipped::now();
                let done = leads.publish(&text, "karena diuji", None, &by, &now);
                runtime.block_on(done).expect("a lead's version is taken");
                published += 1;
            } else {
                catalogue.publish(edit);
            }
            match told.recv_timeout(PATIENCE).expect("every edit is noticed") {
                Ok(()) => live += 1,
                Err(_) => broken += 1,
            }
        }
        drop(watch);
        (live, broken, published)
    });
    let (live, broken, published) = edits.await.unwrap();
    let took = began.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    let mut seen = std::collections::BTreeSet::new();
    for agent in agents {
        seen.extend(agent.await.expect("no agent's messages failed"));
    }
    let rate = sent.load(Ordering::Relaxed) as f64 / took;
    println!(
        "{rate:.0} messages a second, {live} reloads ({published} published), {broken} refused, {} versions seen, {took:.1} s",
        seen.len()
    );
    assert_eq!(
        (live, broken),
        (RELOADS - RELOADS / BROKEN_EACH, RELOADS / BROKEN_EACH)
    );
    // Each that was live is a version, by whom it was made; none that was broken is.
    let history = desk.history("kartu-hilang").await.unwrap();
    let by_leads = history.iter().filter(|version| version.who == LEAD).count();
    assert_eq!((history.len(), by_leads), (1 + live, published));
    let numbers = history.iter().map(|version| version.number as usize);
    assert!(numbers.eq(1..=history.len()), "in order, and each once");
    let titled = |version: &desk::Version| version.text.contains("title = \"Kartu hilang V");
    assert!(history.iter().all(titled), "no broken text is a version");
    assert!(
        seen.len() > RELOADS / 2,
        "answers follow the reloads: {seen:?}"
    );
    assert!(
        rate >= MESSAGES_A_SECOND / 2.0,
        "the load was there: {rate:.0} a second"
    );
}

/// One agent after another case: asks, begins a ticket and answers its first question, over and over; returns the versions
/// that were answered from.
async fn ask_until(
    assistant: Arc<Assistant>,
    agent: usize,
    sent: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
) -> Vec<String> {
    let pace = Duration::from_secs_f64(AGENTS as f64 / (1.2 * MESSAGES_A_SECOND));
    let mut pace = tokio::time::interval(pace);
    let (mut case, mut seen) = (0, Vec::new());
    while !over.load(Ordering::Relaxed) {
        // A conversation of its own for each case, so that no draft carries words from before.
        let conversation = format!("test:{agent}:{case}");
        let mut texts = Vec::new();
        for (number, said) in [
            "kartu hilang mau blokir gimana",
            "buat tiket",
            "0812-0000-1234",
        ]
        .into_iter()
        .enumerate()
        {
            pace.tick().await;
            let message = incoming(&conversation, number, said);
            let handled = assistant.handle(&message).await.expect("no message fails");
            sent.fetch_add(1, Ordering::Relaxed);
            let replies = handled.replies.iter();
            texts.push(
                replies
                    .map(|reply| reply.text.clone() + "\n")
                    .collect::<String>(),
            );
        }
        let answer = versions(&texts[0]);
        assert_eq!(answer.len(), 1, "one answer, one version: {}", texts[0]);
        // Begun with one version, gone on with the same, whatever is live meanwhile.
        let dialog = versions(&texts[1..].concat());
        assert_eq!(dialog.len(), 1, "one dialog, one version: {texts:?}");
        seen.extend(answer.into_iter().chain(dialog));
        case += 1;
    }
    seen
}

/// A draft goes on when a new version has taken a field away, and what was answered is still known when it returns.
#[tokio::test]
async fn a_draft_goes_on_over_a_reload_and_loses_no_answer() {
    let catalogue = Catalogue::new();
    let state = tempfile::tempdir().unwrap();
    let store = Arc::new(store::sled::open(state.path()).unwrap());
    let assistant = Assistant::new(
        Arc::new(catalogue.knowledge()),
        store,
        SignedDuration::from_hours(24),
    );
    let say = async |number: usize, text: &str| {
        let handled = assistant
            .handle(&incoming("test:draf", number, text))
            .await
            .unwrap();
        handled
            .replies
            .iter()
            .map(|reply| reply.text.clone() + "\n")
            .collect::<String>()
    };
    say(1, "kartu hilang mau blokir gimana").await;
    say(2, "buat tiket").await;
    say(3, "0812-0000-1234").await;
    let asked = say(4, "Bogor Kenanga").await;
    assert!(
        asked.contains("Bogor Kenanga"),
        "the review shows it: {asked}"
    );

    let whole = fs::read_to_string(catalogue.intents().join("kartu-hilang.toml")).unwrap();
    let without = whole
        .split("[[form.field]]\nid = \"lokasi\"")
        .next()
        .unwrap()
        .to_owned();
    catalogue.write("kartu-hilang.toml", &without);
    assistant.live().replace(Arc::new(catalogue.knowledge()));
    say(5, "kirim dulu ya").await;
    catalogue.write("kartu-hilang.toml", &whole);
    assistant.live().replace(Arc::new(catalogue.knowledge()));
    let conversation = assistant
        .conversation(&ConversationId("test:draf".to_owned()))
        .await
        .unwrap();
    let kept = serde_json::to_string(&conversation).unwrap();
    assert!(
        kept.contains("Bogor Kenanga") || !kept.contains("\"draft\""),
        "the answer is still there: {kept}"
    );
}

fn versions(text: &str) -> Vec<String> {
    let marks = text.match_indices('V').filter_map(|(at, _)| {
        let digits: String = text[at + 1..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        let starts_a_word = text[..at]
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric());
        (starts_a_word && !digits.is_empty()).then_some(digits)
    });
    let mut versions: Vec<String> = marks.collect();
    versions.sort();
    versions.dedup();
    versions
}
