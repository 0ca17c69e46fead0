//! The leads' desk: versions are published, kept and taken back, and whoever began with one finishes with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, ToSpan, Zoned};
use sigap::act::{Act, HandedFile, Order};
use sigap::assistant::{Actor, Assistant, Handled};
use sigap::desk::reply::Speaker;
use sigap::desk::{self, Desk, Folders, Over, Shown, Version};
use sigap::guide::Knowledge;
use sigap::load;
use sigap::message::{ChannelKind, ConversationId, EventId, Incoming, Language, Said};
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
    async fn publish(&self, event: &str, text: &str) -> Result<Version, desk::DeskError> {
        self.desk
            .publish(text, "karena diuji", None, &actor(event), &now())
            .await
    }

    async fn restore(&self, event: &str, number: u32) -> Result<Version, desk::DeskError> {
        let order = Order::Restore {
            sop: ID.to_owned(),
            number,
            why: String::new(),
        };
        match self.order(event, &order).await.pop() {
            Some(Shown::Published(version)) => Ok(version),
            Some(Shown::Refused(error)) => Err(error),
            other => panic!("{other:?}"),
        }
    }

    async fn order(&self, event: &str, order: &Order) -> Vec<Shown> {
        let here = ConversationId("test:1:20".to_owned());
        self.desk.handle(order, &actor(event), &here, &now()).await
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

fn speaker<'a>(knowledge: &'a Knowledge, now: &'a Zoned) -> Speaker<'a> {
    Speaker {
        knowledge,
        voice: knowledge.voices.of(&Language::default()),
        now,
    }
}

fn now() -> Zoned {
    shipped::now()
}

fn actor(event: &str) -> Actor {
    Actor {
        event: EventId(event.to_owned()),
        who: "lead (1)".to_owned(),
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
    // The same press again is done once.
    let again = program.publish("1", &sop("B", &["nama"])).await.unwrap();
    assert_eq!(again, version);
    assert!(matches!(
        program.publish("2", &sop("B", &["nama"])).await,
        Err(desk::DeskError::Unchanged)
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
        Err(desk::DeskError::NoVersion(_, 9))
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
    let Err(desk::DeskError::Refused(refused)) = program.publish("1", &broken).await else {
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
            Err(desk::DeskError::Refused(_))
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
    let published = program
        .desk
        .publish(&sop("C", &[]), "", Some(&over), &actor("2"), &now())
        .await;
    assert!(matches!(published, Err(desk::DeskError::Outdated(_))));
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

/// What leads are shown, and how it is said, without any chat.
#[tokio::test]
async fn a_proposal_is_shown_as_agents_will_see_it_with_the_orders_that_decide_it() {
    let place = Place::new();
    let program = place.start().await;
    let file = |text: String| {
        Order::Propose(HandedFile {
            name: format!("{ID}.toml"),
            bytes: text.into_bytes(),
        })
    };
    let shown = program.order("1", &file(sop("B", &["nama"]))).await;
    let [
        Shown::Proposal {
            proposal, review, ..
        },
    ] = &shown[..]
    else {
        panic!("{shown:?}");
    };
    assert!(review.is_accepted() && review.preview[0].text.contains("menurut B"));
    let knowledge = program.assistant.knowledge();
    let said = speaker(&knowledge, &now()).replies(&shown[0]);
    let (last, before) = said.split_last().unwrap();
    assert!(before.iter().all(|said| said.reply.buttons.is_empty()));
    let id = || proposal.id.clone();
    let offered: Vec<Act> = last
        .reply
        .buttons
        .iter()
        .map(|one| one.action.clone())
        .collect();
    let publish = |why: Option<&str>| Order::Publish {
        proposal: id(),
        why: why.map(str::to_owned),
    };
    let amend = Order::Amend {
        proposal: id(),
        fields: Vec::new(),
    };
    assert_eq!(
        offered,
        [
            publish(None),
            Order::Download(id()),
            amend,
            Order::Discard(id())
        ]
        .map(Act::Lead)
    );
    // Its file is handed over as it is; what is published is gone as a proposal.
    let shown = program.order("2", &Order::Download(id())).await;
    let said = speaker(&knowledge, &now()).replies(&shown[0]);
    let handed = said[0].file.as_ref().unwrap();
    assert_eq!(handed.name, format!("{ID}.toml"));
    assert_eq!(handed.bytes, proposal.text.as_bytes());
    let shown = program.order("3", &publish(Some("memo"))).await;
    assert!(matches!(&shown[..], [Shown::Published(version)] if version.number == 2));
    assert!(program.answer().await.contains("menurut B"));
    let shown = program.order("4", &publish(Some("memo"))).await;
    assert!(matches!(
        shown[..],
        [Shown::Refused(desk::DeskError::NoProposal)]
    ));
    // A proposal of a catalogue that would be refused cannot be published, and says so.
    let broken = sop("C", &["nama"]).replace("service = \"telkomsel\"", "service = \"telkomcel\"");
    let shown = program.order("5", &file(broken)).await;
    let said = speaker(&knowledge, &now()).replies(&shown[0]);
    let [only] = &said[..] else {
        panic!("{said:?}");
    };
    assert!(only.reply.text.contains("telkomsel"), "{}", only.reply.text);
    assert!(matches!(
        only.reply.buttons[0].action,
        Act::Lead(Order::Download(_))
    ));
}

#[tokio::test]
async fn a_post_is_kept_read_and_brought_up_to_date_wherever_it_is() {
    let place = Place::new();
    let program = place.start().await;
    let share = Order::Share {
        sop: ID.to_owned(),
        channels: vec![30, 30],
        pinned: false,
    };
    let mut shown = program.order("1", &share).await;
    let Some(Shown::Post(posting)) = shown.pop() else {
        panic!("{shown:?}");
    };
    assert!(shown.is_empty(), "a channel is named once");
    let there = ConversationId("test:1:30".to_owned());
    assert_eq!(posting.share.place, there);
    program.desk.posted(*posting, vec![7]).await.unwrap();
    assert!(
        program
            .desk
            .outdated_posts(&now())
            .await
            .unwrap()
            .is_empty()
    );
    let read = |event: &str, version| {
        let by = actor(event);
        let (desk, there) = (&program.desk, &there);
        async move { desk.acknowledge(ID, there, 5, version, &by).await }
    };
    assert!(matches!(read("2", 1).await, Shown::ReadNoted(1)));
    let shown = program.order("3", &Order::Readers(ID.to_owned())).await;
    let [Shown::Readers { share, unread }] = &shown[..] else {
        panic!("{shown:?}");
    };
    assert!(share.is_read_by(5) && unread.is_empty());

    program.publish("4", &sop("B", &["nama"])).await.unwrap();
    let mut outdated = program.desk.outdated_posts(&now()).await.unwrap();
    let posting = outdated.pop().unwrap();
    assert_eq!(
        (posting.share.version, &posting.share.messages[..]),
        (2, &[7][..])
    );
    let changed = posting.changed.clone().unwrap();
    assert!(
        changed.new.iter().any(|line| line.contains("menurut B")),
        "{changed:?}"
    );
    assert!(
        changed.gone.iter().any(|line| line.contains("menurut A")),
        "{changed:?}"
    );
    let knowledge = program.assistant.knowledge();
    let seen = desk::review::seen(&knowledge, ID, &now());
    let said = speaker(&knowledge, &now()).post(&posting, seen);
    let below = &said.last().unwrap().buttons;
    assert_eq!(
        below
            .iter()
            .map(|one| one.action.clone())
            .collect::<Vec<_>>(),
        [Act::Read {
            sop: ID.to_owned(),
            version: 2
        }]
    );
    program.desk.posted(posting, vec![7]).await.unwrap();
    assert!(matches!(read("5", 1).await, Shown::ReadOutdated(2)));
    assert!(matches!(read("6", 2).await, Shown::ReadNoted(2)));
    let remind = Order::Remind {
        sop: ID.to_owned(),
        channel: 30,
    };
    assert!(matches!(
        program.order("7", &remind).await[..],
        [Shown::Remind { .. }]
    ));
    assert!(matches!(
        program.order("8", &remind).await[..],
        [Shown::AlreadyReminded]
    ));
    let elsewhere = Order::Remind {
        sop: ID.to_owned(),
        channel: 31,
    };
    assert!(matches!(
        program.order("9", &elsewhere).await[..],
        [Shown::NoShare]
    ));
}
