//! The leads' desk: versions are published, kept and taken back, and whoever began with one finishes with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, ToSpan, Zoned};
use sigap::assistant::{Assistant, Deed, Handled};
use sigap::desk::{self, Desk, Folders, Over, Version};
use sigap::load;
use sigap::message::{ChannelKind, ConversationId, EventId, Incoming, Said};
use sigap::store::{self, Period, Store};
use tempfile::TempDir;

use crate::shipped;

/// A catalogue of one procedure in folders of its own, and a store beside it.
pub struct Place {
    folder: TempDir,
}

/// A program that works in it.
pub struct Program {
    pub assistant: Assistant,
    pub desk: Desk,
    pub store: Arc<dyn Store>,
}

pub const ID: &str = "kartu-hilang";

/// The procedure as this version of it says it; fields are asked in this order.
pub fn sop(version: &str, fields: &[&str]) -> String {
    let fields: String = fields
        .iter()
        .map(|field| format!("[[form.field]]\nid = \"{field}\"\nlabel = \"{field} {version}\"\nkind = \"text\"\n\n"))
        .collect();
    format!(
        "id = \"{ID}\"\ntitle = \"Kartu hilang\"\nservice = \"telkomsel\"\nsummary = \"Ringkasan {version}.\"\n\
         distinction = \"Kartu hilang\"\nowner = \"Tim A\"\nreview_by = \"2027-01-01\"\nsource = \"Dokumen\"\n\n\
         [match]\nkeywords = [\"kartu hilang\"]\nutterances = [\"kartu hilang mau blokir\", \"kartu saya hilang\", \
         \"sim card hilang gimana\", \"lapor kartu hilang\"]\n\n\
         [[section]]\nid = \"cek\"\ntitle = \"Pengecekan\"\nkind = \"check\"\n\n\
         [[section.item]]\nid = \"satu\"\ntext = \"Langkah menurut {version}.\"\n\n\
         [[form]]\nid = \"tiket\"\ntitle = \"Kartu hilang\"\nkip_none = \"tidak ada\"\n\n{fields}"
    )
}

impl Place {
    pub fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir_all(folder.path().join("intents")).unwrap();
        fs::create_dir_all(&data).unwrap();
        for name in [
            "fields.toml",
            "links.toml",
            "services.toml",
            "lexicon.toml",
            "ticket.txt",
        ] {
            fs::copy(Path::new("data").join(name), data.join(name)).unwrap();
        }
        let place = Place { folder };
        fs::write(place.file(), sop("A", &["nama", "lokasi"])).unwrap();
        place
    }

    pub fn folders(&self) -> Folders {
        Folders {
            intents: self.folder.path().join("intents"),
            data: self.folder.path().join("data"),
        }
    }

    pub fn file(&self) -> PathBuf {
        self.folders().intents.join(format!("{ID}.toml"))
    }

    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Starts a program, as `chat` and `serve` do.
    pub async fn start(&self) -> Program {
        let folders = self.folders();
        let knowledge = load::knowledge(&folders.intents, &folders.data, now().date()).unwrap();
        let store: Arc<dyn Store> = Arc::new(store::sled::open(&self.state()).unwrap());
        let kept = SignedDuration::from_hours(24);
        let assistant = Assistant::new(Arc::new(knowledge), Arc::clone(&store), kept);
        let opened = Desk::open(folders, Arc::clone(&store), assistant.live(), &now()).await;
        let desk = opened.unwrap();
        Program {
            assistant,
            desk,
            store,
        }
    }
}

impl Program {
    async fn publish(&self, event: &str, text: &str) -> Result<Version, desk::Error> {
        let event = EventId(event.to_owned());
        self.desk
            .publish(text, "karena diuji", None, &deed(&event), &now())
            .await
    }

    async fn restore(&self, event: &str, number: u32) -> Result<Version, desk::Error> {
        let event = EventId(event.to_owned());
        self.desk
            .restore(ID, number, "", &deed(&event), &now())
            .await
    }

    async fn say(&self, number: i64, text: &str) -> Handled {
        let incoming = Incoming {
            event: EventId(number.to_string()),
            conversation: ConversationId("test:budi".to_owned()),
            user: "budi".to_owned(),
            lead: false,
            channel_kind: ChannelKind::Voice,
            service: None,
            at: now() + number.seconds(),
            said: Said::Text(text.to_owned()),
            continues: None,
            language: None,
        };
        self.assistant.handle(&incoming).await.unwrap()
    }

    /// What is answered to a question.
    async fn answer(&self) -> String {
        let knowledge = self.assistant.knowledge();
        let seen = desk::review::seen(&knowledge, ID, &now());
        seen.into_iter().map(|reply| reply.text).collect()
    }

    async fn numbers(&self) -> Vec<(u32, String)> {
        let versions = self.desk.history(ID).await.unwrap();
        versions
            .into_iter()
            .map(|one| (one.number, one.who))
            .collect()
    }
}

fn now() -> Zoned {
    shipped::now()
}

fn deed(event: &EventId) -> Deed<'_> {
    Deed {
        event,
        who: "lead (1)",
        at: now().timestamp(),
    }
}

fn said(handled: &Handled) -> String {
    handled
        .replies
        .iter()
        .map(|reply| reply.text.clone() + "\n")
        .collect()
}

#[tokio::test]
async fn what_is_published_is_live_kept_and_taken_back() {
    let place = Place::new();
    let program = place.start().await;
    assert!(program.answer().await.contains("menurut A"));
    let version = program.publish("1", &sop("B", &["nama"])).await.unwrap();
    assert_eq!((version.number, version.why.as_str()), (2, "karena diuji"));
    assert!(program.answer().await.contains("menurut B"));
    assert!(
        fs::read_to_string(place.file())
            .unwrap()
            .contains("menurut B")
    );
    // The same press again is the same deed.
    let again = program.publish("1", &sop("B", &["nama"])).await.unwrap();
    assert_eq!(again, version);
    assert!(matches!(
        program.publish("2", &sop("B", &["nama"])).await,
        Err(desk::Error::Unchanged)
    ));
    drop(program);

    let program = place.start().await;
    let by = |who: &str, number: u32| (number, who.to_owned());
    assert_eq!(
        program.numbers().await,
        [by(desk::BY_HAND, 1), by("lead (1)", 2)]
    );
    let back = program.restore("3", 1).await.unwrap();
    assert_eq!(back.number, 3);
    assert!(program.answer().await.contains("menurut A"));
    assert!(matches!(
        program.restore("4", 9).await,
        Err(desk::Error::NoVersion(_, 9))
    ));
    let audit = program.store.audit(&Period::default()).await.unwrap();
    let lines: Vec<_> = audit
        .iter()
        .map(|line| {
            (
                line.what.as_str(),
                line.before.as_deref(),
                line.after.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("sop.publish", Some("1"), Some("2")),
            ("sop.restore", Some("2"), Some("3"))
        ]
    );
}

#[tokio::test]
async fn what_the_catalogue_refuses_changes_nothing() {
    let place = Place::new();
    let program = place.start().await;
    let before = fs::read_to_string(place.file()).unwrap();
    let broken = sop("B", &["nama"]).replace("service = \"telkomsel\"", "service = \"telkomcel\"");
    let Err(desk::Error::Refused(refused)) = program.publish("1", &broken).await else {
        panic!("it is refused");
    };
    assert!(
        refused.mistakes[0]
            .help
            .as_ref()
            .unwrap()
            .contains("telkomsel")
    );
    for escaping in ["../lain", "", "a/b"] {
        let text =
            sop("B", &["nama"]).replace(&format!("id = \"{ID}\""), &format!("id = \"{escaping}\""));
        assert!(matches!(
            program.publish(escaping, &text).await,
            Err(desk::Error::Refused(_))
        ));
    }
    assert!(program.answer().await.contains("menurut A"));
    assert_eq!(fs::read_to_string(place.file()).unwrap(), before);
    assert_eq!(program.numbers().await.len(), 1);
    assert_eq!(fs::read_dir(place.folders().intents).unwrap().count(), 1);
}

#[tokio::test]
async fn what_somebody_else_published_meanwhile_is_not_overwritten() {
    let place = Place::new();
    let program = place.start().await;
    let looked_at = program.desk.history(ID).await.unwrap().pop().unwrap();
    let over = Over(Some(looked_at.edition));
    program.publish("1", &sop("B", &["nama"])).await.unwrap();
    let event = EventId("2".to_owned());
    let published = program
        .desk
        .publish(&sop("C", &[]), "", Some(&over), &deed(&event), &now())
        .await;
    assert!(matches!(published, Err(desk::Error::Outdated(_))));
    assert!(program.answer().await.contains("menurut B"));
}

#[tokio::test]
async fn a_file_edited_in_the_folder_is_the_newest_version_whether_the_program_runs_or_not() {
    let place = Place::new();
    let program = place.start().await;
    program.publish("1", &sop("B", &["nama"])).await.unwrap();
    fs::write(place.file(), sop("C", &["nama"])).unwrap();
    // What is not live yet may be broken.
    program.desk.adopt(&now()).await.unwrap();
    assert_eq!(program.numbers().await.len(), 2);
    program.desk.go_live(now().date()).await.unwrap();
    program.desk.adopt(&now()).await.unwrap();
    program.desk.adopt(&now()).await.unwrap();
    drop(program);
    fs::write(place.file(), sop("D", &["nama"])).unwrap();
    let program = place.start().await;
    assert!(program.answer().await.contains("menurut D"));
    let numbers: Vec<u32> = program
        .numbers()
        .await
        .into_iter()
        .map(|(number, _)| number)
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
}

/// The crash between the commit and the rename is played by what it leaves behind.
#[tokio::test]
async fn a_publication_that_was_broken_off_is_finished_or_forgotten() {
    let place = Place::new();
    let program = place.start().await;
    program.publish("1", &sop("B", &["nama"])).await.unwrap();
    drop(program);
    // Committed, but the file was not replaced yet.
    fs::write(place.file(), sop("A", &["nama", "lokasi"])).unwrap();
    let beside = place.folders().intents.join(format!(".{ID}.toml.publish"));
    fs::write(&beside, sop("B", &["nama"])).unwrap();
    let program = place.start().await;
    assert!(program.answer().await.contains("menurut B"));
    assert_eq!(program.numbers().await.len(), 2);
    drop(program);
    // Not committed.
    fs::write(&beside, sop("X", &["nama"])).unwrap();
    let program = place.start().await;
    assert!(program.answer().await.contains("menurut B"));
    assert!(!beside.exists());
}

#[tokio::test]
async fn a_dialog_is_finished_with_the_version_it_began_with_even_after_a_restart() {
    let place = Place::new();
    let program = place.start().await;
    program.say(1, "kartu hilang mau blokir").await;
    let asked = program.say(2, "buat tiket").await;
    assert!(said(&asked).contains("nama A"), "{}", said(&asked));
    let began = asked.conversation.draft().unwrap().edition.clone();
    program
        .publish("x", &sop("B", &["nama", "cp_lain", "lokasi"]))
        .await
        .unwrap();
    let asked = program.say(3, "Contoh Satu").await;
    assert!(said(&asked).contains("lokasi A"), "{}", said(&asked));
    drop(program);
    let program = place.start().await;
    let review = program.say(4, "Bogor").await;
    assert!(!said(&review).contains("cp_lain"), "{}", said(&review));
    let filed = program.say(5, "kirim").await;
    let ticket = filed.ticket.expect("it is filed");
    assert!(ticket.edition.is_some() && ticket.edition == began);
    let labels: Vec<_> = ticket
        .entries
        .iter()
        .map(|entry| entry.label.as_str())
        .collect();
    assert_eq!(labels, ["nama A", "lokasi A"]);
    // The next ticket begins with what is live.
    program.say(6, "kartu saya hilang").await;
    let asked = program.say(7, "buat tiket").await;
    assert!(said(&asked).contains("nama B"), "{}", said(&asked));
}
