//! What must hold of every dialog, whatever is typed, pressed, and in whatever order.

mod asked;
mod misunderstood;
mod openings;
mod properties;
mod stored;

use std::collections::BTreeSet;
use std::iter;
use std::sync::LazyLock;

use jiff::{SignedDuration, ToSpan, Zoned};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sigap::act::Act;
use sigap::catalog::{Field, Form, Spec};
use sigap::dialog::{self, Conversation, Draft, Effect, Hours, Phase, Prompt, Step};
use sigap::guide::Knowledge;
use sigap::message::{Button, ChannelKind, EventId, Said};
use sigap::text::negation::is_negation;
use sigap::ticket::{Answer, Answers, Status, Tracked};
use sigap::value::Kind;
use sigap::wording;

use crate::shipped;

/// Sequences tried; each is about a dozen messages long, and the whole stays under twenty seconds unoptimised.
const CASES: u32 = 400;
const DRAFT_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// More questions than the longest form has fields: a dialog that asks so often does not end.
const QUESTIONS_MAX: usize = 40;

/// Messages that open a case, with more or less told.
const OPENINGS: &[&str] = &[
    "udah bayar tapi nomor belum aktif",
    "msisdn 0812-0000-1234 halo, udah bayar kemarin via bca tapi msh ga bisa internetan",
    "isi ulang 50rb via alfamart kmrn jam 9 pagi blm masuk",
    "isi ulang 100rb pakai kartu kredit kemarin jam 8 pagi sukses tapi pulsa belum masuk",
    "pulsa 20rb beli pakai ovo tadi jam 6 pagi belum masuk",
    "isi ulang lewat tokopedia belum masuk",
    "tagihan vsat ga bisa dibayar",
    "tagihan seat management ga bisa dibayar",
    "tagihan vsat ga bisa dibayar, sid 4700001-0000012",
    "a.n. Budi Contoh di Bandung udah bayar tagihan kemarin, nomor 0812-0000-1234 belum aktif",
    "nomor 0812-0000-1234 sama 0812-0000-1235 udah bayar tagihan tapi belum aktif",
    "tagihan",
    "ott itu apa",
    "resep rendang padang",
];

/// Answers, good and bad, labelled and not, of every kind.
const ANSWERS: &[&str] = &[
    "gold",
    "Contoh Satu",
    "class silver, a.n Contoh Dua",
    "gold, 0812-0000-1111, halo",
    "0812-0000-1234",
    "Contoh Tiga lokasi bandung",
    "class silver nama Contoh Empat halo",
    "out of collection",
    "cp ga ada",
    "0812000",
    "021-5550-1234",
    "halo",
    "xl",
    "1",
    "2",
    "7",
    "0",
    "1,3",
    "kemarin",
    "besok",
    "kemarin malam",
    "jam 8",
    "tgl 31 feb",
    "12/11/2026 20.15",
    "50rb",
    "goceng",
    "20",
    "bca",
    "gopay",
    "yang di mytelkomsel",
    "kartu kredit",
    "Tokopedia",
    "0212345678901234567890123",
    "021234567890123456789012",
    "O212345678901234567890123",
    "TRX0000CONTOH01",
    "4111 1111 1111 1111",
    "4111 1111 1111 1112",
    "contoh@contoh.invalid",
    "contoh@contoh",
    "tidak ada",
    "-",
    "tidak bisa dicek karena DSC error",
    "tidak bisa dicek",
    "sudah",
    "collection block 1",
    "aging",
    "terblokir",
    "data, sms",
    "Jl Contoh 3, Kota Contoh",
    "1. gold\n2. contoh\n3. halo\n4. besok",
    "1. ga ada\n2. ga ada\n3. 4700001-0000012",
    "Class: Gold\nMSISDN: 0812\nNama pelanggan:\nLokasi: Depok",
    "nama: contoh, kartu: loop, cp: tidak ada",
    "",
    "???",
    "terima kasih",
];

/// Everything that a ticket of the case below needs.
const FULL: &str = "Class: Gold\nMSISDN: 0812-0000-1234\nNama pelanggan: Contoh Satu\nJenis kartu: KartuHalo\n\
    Tanggal pembayaran: kemarin\nChannel pembayaran: Indomaret\nStatus Collection: collection block 1\n\
    Pembayaran di FA: belum masuk\nStatus HLR: terblokir\nInfo profil: terblokir\nLayanan yang dikeluhkan: data\n\
    Lokasi: Bogor\nCP lain yang dapat dihubungi: tidak ada";
/// A case that becomes a ticket.
const CASE: &str = "udah bayar tapi nomor belum aktif";

/// What changes an answer that was given.
const CHANGES: &[&str] = &[
    "eh salah, nominalnya 25rb",
    "eh bukan bca tapi indomaret",
    "jamnya salah, jam 9 malam",
    "nominalnya salah",
    "nominal: 0",
    "ganti nomor jadi 0812-0000-9999",
    "msisdn: 0812",
    "channel: tokopedia",
    "channel: bca",
    "channel: gopay mytelkomsel",
    "ganti channel jadi indomaret",
    "jenis layanan: vsat",
    "jenis layanan: seat management",
    "sid: tidak ada",
    "sidnya salah, harusnya 4700001-0000013",
    "bukan kemarin tapi tgl 17",
    "fa: belum masuk",
    "pic ganti Pak Contoh",
    "waktu kendala: kemarin malam",
    "ubah",
    "ubah nominal",
    "ubah class",
    "ubah keterangan",
    "ganti email",
    "kembali",
];

/// Words that steer, questions, other cases.
const STEERING: &[&str] = &[
    "buat tiket",
    "kirim",
    "/kirim",
    "sudah benar",
    "lewati",
    "nanti",
    "batal",
    "undo",
    "lanjut draft ini",
    "simpan dulu",
    "buang draft",
    "halo kak",
    "bantuan",
    "/tiket",
    "/sop",
    "/sop ganti-ont",
    "sn berapa digit?",
    "gimana cara cek hlr?",
    "tagihan vsat pelanggan lain ga bisa dibayar",
    "isi ulang 50rb via alfamart belum masuk",
    "tandai sudah diinput",
    "ingatkan cek lagi",
    "sudah selesai",
    "bukan ini",
    "INC0000001",
    "pandu",
    "ya",
    "iya kak",
    "tidak",
    "bukan",
    "lanjut",
    "ulangi",
    "kenapa?",
    "tetap pakai",
    "daftar sop",
    "bisa apa aja",
];

/// Actions that no button on the screen offers, as an old message's button would.
const STALE_ACTIONS: &[&str] = &[
    "send:",
    "cancel:",
    "undo:",
    "resume:1",
    "resume:9",
    "edit:",
    "edit:msisdn",
    "edit:email_pelanggan",
    "edit:sid",
    "edit:nothing",
    "ticket:imes-tagihan",
    "ticket:isi-ulang-belum-masuk",
    "ticket:nothing",
    "value:class=gold",
    "value:jenis_kartu=Loop",
    "keep:",
    "park:",
    "drop:",
    "answer:ott-status",
    "not:imes-tagihan",
    "revise:T-261121-000000",
    "entered:T-261121-000000",
    "done:T-261121-000000",
    "remind:nothing",
    "nonsense",
];

#[derive(Debug, Clone)]
enum Event {
    Type(&'static str),
    TypeAnything(String),
    /// Answers the open question as its example says, so that drafts get finished.
    AnswerWell,
    PressOffered(Index),
    PressStale(&'static str),
    /// Does something with a filed ticket.
    Track(&'static str, Index),
    Tick,
    /// Lets time pass until the conversation wants to be woken, and wakes it.
    Wake,
    Wait(i64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => select(OPENINGS).prop_map(Event::Type),
        6 => select(ANSWERS).prop_map(Event::Type),
        4 => select(CHANGES).prop_map(Event::Type),
        4 => select(STEERING).prop_map(Event::Type),
        1 => ".{0,40}".prop_map(Event::TypeAnything),
        3 => words_of_the_catalogue().prop_map(Event::TypeAnything),
        10 => Just(Event::AnswerWell),
        4 => any::<Index>().prop_map(Event::PressOffered),
        2 => select(STALE_ACTIONS).prop_map(Event::PressStale),
        3 => (select(&["revise", "entered", "done", "remind"][..]), any::<Index>())
            .prop_map(|(verb, index)| Event::Track(verb, index)),
        1 => Just(Event::Tick),
        1 => Just(Event::Wake),
        1 => (1i64..30).prop_map(Event::Wait),
    ]
}

/// Labels, cues, options and their other names, side by side and run into each other: what values are looked for by.
fn words_of_the_catalogue() -> impl Strategy<Value = String> {
    static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let knowledge = shipped::knowledge();
        let forms = knowledge.catalog.sops.iter().flat_map(|sop| &sop.forms);
        let words = forms.flat_map(|form| &form.fields).flat_map(|field| {
            let spec = &field.base;
            let options = match &spec.kind {
                Kind::Choice(choices) => choices.options.as_slice(),
                _ => &[],
            };
            let options = options
                .iter()
                .flat_map(|one| iter::once(&one.value).chain(&one.aliases));
            let names = iter::once(&spec.label)
                .chain(&spec.aliases)
                .chain(&spec.cues);
            names
                .chain(options)
                .chain(&spec.example)
                .cloned()
                .collect::<Vec<_>>()
        });
        words.collect()
    });
    let between = select(
        &[
            " ", " ", " ", "", " bukan ", " eh ", ", ", "\n", ": ", " udah ", "@", ".",
        ][..],
    );
    prop::collection::vec((select(WORDS.as_slice()), between), 1..7).prop_map(|parts| {
        parts
            .into_iter()
            .map(|(word, between)| word + between)
            .collect()
    })
}

fn channel_kind() -> impl Strategy<Value = ChannelKind> {
    select(&[
        ChannelKind::Voice,
        ChannelKind::NonVoice,
        ChannelKind::Ecare,
    ])
}

/// One agent's conversation, every step of which is checked.
struct Desk {
    knowledge: std::sync::Arc<Knowledge>,
    kind: ChannelKind,
    now: Zoned,
    events: u32,
    conversation: Conversation,
    /// What was filed, as a store keeps it; the first is another agent's.
    cases: Vec<Tracked>,
}

/// A ticket that somebody else filed.
const OTHERS_CASE: &str = "T-261120-000000";

impl Desk {
    fn empty(kind: ChannelKind) -> Self {
        Self {
            knowledge: shipped::knowledge(),
            kind,
            now: shipped::now(),
            events: 0,
            conversation: Conversation::default(),
            cases: Vec::new(),
        }
    }

    fn new(kind: ChannelKind) -> Self {
        static OTHERS: LazyLock<Tracked> = LazyLock::new(others_case);
        Self {
            cases: vec![OTHERS.clone()],
            ..Self::empty(kind)
        }
    }

    fn decide(&self, conversation: &Conversation, said: &Said) -> Step {
        let event = EventId(self.events.to_string());
        // Only what it says it needs: were that too little, the same press would do less.
        let needed = dialog::cases_needed(conversation, said, self.now.timestamp());
        let is_needed = |case: &&Tracked| needed.iter().any(|id| id == case.latest.case());
        let cases: Vec<_> = self.cases.iter().filter(is_needed).cloned().collect();
        let around = dialog::Setting {
            event: &event,
            attempt: 0,
            user: "agen",
            lead: false,
            channel_kind: self.kind,
            service: None,
            now: &self.now,
            draft_kept: DRAFT_KEPT,
            hours: &Hours::default(),
            cases: &cases,
            directory: &self.knowledge.directory,
        };
        let mut step = dialog::step(&self.knowledge, conversation, said, &around);
        let around = wording::Around {
            now: &self.now,
            channel_kind: self.kind,
            user: "agen",
            lead: false,
            tickets: &[],
            recent: &[],
            voice: self
                .knowledge
                .voices
                .of(&sigap::message::Language::default()),
        };
        let replies = wording::replies(&self.knowledge, &step.effects, around);
        step.next.offer(&replies, said);
        step
    }

    /// Says something and checks what it did.
    fn say(&mut self, said: &Said) -> Result<Step, TestCaseError> {
        self.events += 1;
        let before = self.conversation.clone();
        let step = self.decide(&before, said);

        let stored = serde_json::to_string(&before).unwrap();
        let restored: Conversation = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&restored, &before, "a conversation survives being stored");
        prop_assert_eq!(
            &self.decide(&restored, said),
            &step,
            "a restart changes nothing"
        );

        for (intent, answers) in known(&step.next) {
            self.check_values(intent, answers)?;
        }
        self.check_asks_nothing_answered(&before, said, &step)?;
        self.check_filing(&before, &step)?;
        self.check_waking(&before, said, &step)?;
        self.keep(&step)?;
        self.conversation = step.next.clone();
        self.check_can_be_left()?;
        Ok(step)
    }

    /// Keeps what was filed and marked; what is another agent's stays as it was.
    fn keep(&mut self, step: &Step) -> Result<(), TestCaseError> {
        if let Some(ticket) = step.ticket.clone() {
            prop_assert_eq!(&ticket.agent, "agen");
            match &ticket.revision {
                None => self.cases.push(Tracked {
                    latest: ticket,
                    earlier: Vec::new(),
                    progress: Vec::new(),
                }),
                Some(revision) => {
                    let of = |case: &&mut Tracked| case.latest.id == revision.of;
                    let case = self.cases.iter_mut().find(of);
                    let case = case.expect("only the latest version is revised");
                    prop_assert!(!revision.changes.is_empty());
                    let earlier = std::mem::replace(&mut case.latest, ticket);
                    case.earlier.push(earlier);
                }
            }
        }
        if let Some(progress) = step.progress.clone() {
            let of = |case: &&mut Tracked| case.latest.case() == progress.case;
            let case = self.cases.iter_mut().find(of).unwrap();
            prop_assert_eq!(&case.latest.agent, "agen");
            prop_assert!(case.status() != Status::Done || progress.status == Status::Done);
            let is_new =
                (case.status(), case.external()) != (progress.status, progress.external.as_deref());
            prop_assert!(is_new, "a step of a case changes something");
            case.progress.push(progress);
        }
        Ok(())
    }

    /// Nobody is woken for what is over, nor again at once; waking is no message of the agent's.
    fn check_waking(
        &self,
        before: &Conversation,
        said: &Said,
        step: &Step,
    ) -> Result<(), TestCaseError> {
        let now = self.now.timestamp();
        let wakes = step.next.wakes(&self.now, DRAFT_KEPT, &Hours::default());
        prop_assert!(wakes.is_none_or(|wakes| wakes > now), "{wakes:?} at {now}");
        let waits = step.next.draft().is_some()
            || step.next.parked.iter().any(|parked| !parked.reminded)
            || !step.next.follow_ups.is_empty();
        prop_assert_eq!(wakes.is_some(), waits);
        if *said == Said::Tick {
            prop_assert!(step.ticket.is_none() && step.progress.is_none());
            prop_assert_eq!(step.next.touched, before.touched);
            let kept = before.draft().map(|draft| &draft.answers);
            let parked = step.next.parked.last().map(|parked| &parked.draft.answers);
            let open = step.next.draft().map(|draft| &draft.answers);
            prop_assert!(
                kept.is_none() || open == kept || parked == kept,
                "a draft is open or put aside"
            );
        }
        Ok(())
    }

    fn forms(&self, intent: &str) -> &[Form] {
        self.knowledge
            .catalog
            .sop(intent)
            .map_or(&[], |sop| sop.forms.as_slice())
    }

    fn form(&self, draft: &Draft) -> &Form {
        draft.form(&self.knowledge.catalog, self.kind).unwrap()
    }

    fn missing(&self, draft: &Draft) -> Vec<String> {
        let missing = self
            .form(draft)
            .missing(draft.case(self.kind), &self.now)
            .into_iter();
        missing.map(|field| field.id.clone()).collect()
    }

    fn is_answered(&self, draft: &Draft, field: &str) -> bool {
        let field = self.form(draft).field(field);
        field.is_some_and(|field| field.answered(draft.case(self.kind), &self.now))
    }

    /// Whatever is kept was accepted by some look of its field, and what counts as answered by its present look.
    fn check_values(&self, intent: &str, answers: &Answers) -> Result<(), TestCaseError> {
        let case = sigap::catalog::Case {
            answers,
            channel_kind: self.kind,
        };
        for (id, answer) in answers {
            let fields: Vec<&Field> = self
                .forms(intent)
                .iter()
                .filter_map(|form| form.field(id))
                .collect();
            let specs = fields.iter().flat_map(|field| {
                let variants = field.variants.iter().map(|(_, spec)| spec);
                [&field.base].into_iter().chain(variants)
            });
            let accepted = |spec: &sigap::catalog::Spec| match answer {
                Answer::Absent => spec.may_be_absent,
                Answer::Unchecked(reason) => spec.looked_up && !reason.is_empty(),
                Answer::Given(value) => value.canonical.is_of(&spec.kind, &self.now),
            };
            prop_assert!(
                specs.into_iter().any(accepted),
                "{id} of {intent} keeps {answer:?}"
            );
            let form = self
                .knowledge
                .catalog
                .sop(intent)
                .and_then(|sop| sop.form(case));
            if let Some(field) = form.and_then(|form| form.field(id))
                && field.exists(case)
                && field.answered(case, &self.now)
            {
                prop_assert!(
                    accepted(field.spec(case)),
                    "{id} of {intent} counts {answer:?} as answered"
                );
            }
        }
        Ok(())
    }

    /// Only a missing mandatory field is asked unasked; another one when it was just changed, or asked for by the agent.
    fn check_asks_nothing_answered(
        &self,
        before: &Conversation,
        said: &Said,
        step: &Step,
    ) -> Result<(), TestCaseError> {
        let (Some(field), Some(draft)) = (step.next.asking(), step.next.draft()) else {
            return Ok(());
        };
        let exists = self
            .form(draft)
            .field(field)
            .is_some_and(|field| field.exists(draft.case(self.kind)));
        prop_assert!(
            exists,
            "{field} is asked although it is no part of the ticket"
        );
        if before.asking() == Some(field) {
            return Ok(());
        }
        let form = self.form(draft);
        let is_mandatory = |field: &Field| field.mandatory(draft.case(self.kind));
        let is_missing =
            form.field(field).is_some_and(is_mandatory) && !self.is_answered(draft, field);
        // So no sequence asks more than there are mandatory fields missing, but for what the agent calls for.
        if is_missing {
            return Ok(());
        }
        let wanted = match said {
            Said::Text(text) => {
                let refused = prompt(step).is_some_and(|prompt| prompt.problem.is_some());
                let offered = before.offered.iter().enumerate();
                let pressed = offered.filter(|(place, button)| {
                    button.label == *text || (place + 1).to_string() == *text
                });
                let mut pressed = pressed.map(|(_, button)| &button.action);
                refused
                    || calls_wrong(form.field(field).unwrap().spec(draft.case(self.kind)), text)
                    || text.starts_with("ubah")
                    || CHANGES.contains(&text.as_str())
                    || pressed.any(|act| matches!(act, Act::Edit(_)))
            }
            Said::Press(act) => matches!(act, Act::Edit(_)),
            Said::Tick | Said::Showed(_) => false,
        };
        prop_assert!(wanted, "{field} is not missing and is asked after {said:?}");
        Ok(())
    }

    /// A ticket comes from a review, and lacks nothing.
    fn check_filing(&self, before: &Conversation, step: &Step) -> Result<(), TestCaseError> {
        let Some(ticket) = &step.ticket else {
            return Ok(());
        };
        let (Phase::Reviewing, Some(draft)) = (&before.phase, &before.draft) else {
            return Err(TestCaseError::fail(format!(
                "filed from {:?}",
                before.phase
            )));
        };
        prop_assert!(self.missing(draft).is_empty());
        let complete = self
            .form(draft)
            .complete(draft.case(self.kind), &self.now)
            .unwrap();
        prop_assert_eq!(&ticket.entries, &complete.entries);
        prop_assert_eq!(&ticket.kip, &complete.kip);
        prop_assert!(step.next.draft().is_none(), "what was filed is not open");
        Ok(())
    }

    /// `batal` leaves a question; where another case came up, the first one goes back to the draft. It can be undone.
    fn check_can_be_left(&self) -> Result<(), TestCaseError> {
        let Some(draft) = self.conversation.draft() else {
            if let Phase::Entering { .. } = self.conversation.phase {
                let left = self.decide(&self.conversation, &Said::Text("batal".to_owned()));
                prop_assert_eq!(left.next.phase, Phase::Idle);
            }
            return Ok(());
        };
        let mut left = self.conversation.clone();
        for _ in 0..2 {
            if left.draft().is_some() {
                left = self.decide(&left, &Said::Text("batal".to_owned())).next;
            }
        }
        prop_assert!(left.draft().is_none(), "not left: {:?}", left.phase);
        let back = self.decide(&left, &Said::Text("undo".to_owned())).next;
        prop_assert_eq!(
            back.draft().map(|draft| &draft.answers),
            Some(&draft.answers),
            "taken back as it was"
        );
        Ok(())
    }

    fn play(&mut self, event: &Event) -> Result<(), TestCaseError> {
        let said = match event {
            Event::Type(text) => Said::Text((*text).to_owned()),
            Event::TypeAnything(text) => Said::Text(text.clone()),
            Event::AnswerWell => match good_answer(&self.conversation, self) {
                Some(text) => Said::Text(text),
                None => Said::Text("buat tiket".to_owned()),
            },
            Event::PressOffered(index) => match self.conversation.offered.as_slice() {
                [] => return Ok(()),
                offered => Said::Press(index.get(offered).action.clone()),
            },
            Event::PressStale(code) => Said::Press(Act::parse(code)),
            Event::Track(verb, index) => {
                let id = &index.get(&self.cases).latest.id;
                Said::Press(Act::parse(&format!("{verb}:{id}")))
            }
            Event::Tick => Said::Tick,
            Event::Wake => {
                let wakes = self
                    .conversation
                    .wakes(&self.now, DRAFT_KEPT, &Hours::default());
                let Some(wakes) = wakes else { return Ok(()) };
                self.now = wakes.to_zoned(self.now.time_zone().clone());
                Said::Tick
            }
            Event::Wait(hours) => {
                self.now = self.now.checked_add((*hours).hours()).unwrap();
                return Ok(());
            }
        };
        self.say(&said).map(|_| ())
    }
}

/// Everything that a conversation keeps of what was told.
fn known(conversation: &Conversation) -> Vec<(&str, &Answers)> {
    let heard = match &conversation.phase {
        Phase::Answered(heard) | Phase::Interrupted { heard } => {
            let others = heard.question.iter().flat_map(|asked| &asked.others);
            [heard].into_iter().chain(others).collect()
        }
        Phase::Clarifying(choices) => choices.iter().collect(),
        Phase::Idle
        | Phase::Asking { .. }
        | Phase::Reviewing
        | Phase::Walking { .. }
        | Phase::Entering { .. }
        | Phase::Walked => Vec::new(),
    };
    let parked = conversation.parked.iter().map(|parked| &parked.draft);
    let drafts = parked
        .chain(conversation.draft())
        .chain(&conversation.discarded);
    heard
        .into_iter()
        .chain(conversation.waiting.as_deref())
        .map(|heard| (heard.intent.as_str(), &heard.answers))
        .chain(drafts.map(|draft| (draft.intent.as_str(), &draft.answers)))
        .collect()
}

/// Whether a text names the field and denies what follows: `jenis layanan bukan` calls the value wrong.
fn calls_wrong(spec: &Spec, text: &str) -> bool {
    let lexicon = &shipped::knowledge().lexicon;
    let lower = text.to_lowercase();
    let mut names = spec.aliases.iter().chain([&spec.label]);
    names.any(|name| {
        let behind = lower.strip_prefix(&name.to_lowercase());
        let next = behind.and_then(|behind| behind.strip_prefix(' ')?.split(' ').next());
        next.is_some_and(|word| is_negation(word, lexicon))
    })
}

fn others_case() -> Tracked {
    let mut desk = Desk::empty(ChannelKind::Voice);
    for text in [CASE, "buat tiket", FULL, "kirim"] {
        desk.say(&Said::Text(text.to_owned())).unwrap();
    }
    let mut case = desk.cases.remove(0);
    case.latest.id = OTHERS_CASE.to_owned();
    case.latest.agent = "lain".to_owned();
    case
}

fn prompt(step: &Step) -> Option<&Prompt> {
    step.effects.iter().find_map(|effect| match effect {
        Effect::Ask(prompt) => Some(prompt),
        _ => None,
    })
}

/// An answer that the open question takes.
fn good_answer(conversation: &Conversation, desk: &Desk) -> Option<String> {
    let (draft, field) = (conversation.draft()?, conversation.asking()?);
    let spec = desk.form(draft).field(field)?.spec(draft.case(desk.kind));
    Some(match &spec.kind {
        Kind::Choice(choices) => choices.options[0].value.clone(),
        _ => spec.example.clone()?,
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 400,
        ..ProptestConfig::with_cases(CASES)
    })]

    #[test]
    fn no_sequence_breaks_a_dialog(
        kind in channel_kind(),
        opening in select(OPENINGS),
        events in prop::collection::vec(event(), 1..24),
    ) {
        let mut desk = Desk::new(kind);
        desk.play(&Event::Type(opening))?;
        desk.play(&Event::Type("buat tiket"))?;
        for event in &events {
            desk.play(event)?;
        }
    }

    #[test]
    fn a_straight_dialog_asks_each_missing_field_once(
        kind in channel_kind(),
        opening in select(&OPENINGS[..OPENINGS.len() - 3]),
        picks in prop::collection::vec(any::<Index>(), QUESTIONS_MAX),
    ) {
        let mut desk = Desk::new(kind);
        desk.play(&Event::Type(opening))?;
        desk.play(&Event::Type("buat tiket"))?;
        let (mut asked, mut missing) = (BTreeSet::new(), BTreeSet::new());
        for pick in &picks {
            let draft = desk.conversation.draft().unwrap().clone();
            missing.extend(desk.missing(&draft));
            let Some(field) = desk.conversation.asking().map(str::to_owned) else {
                break;
            };
            prop_assert!(asked.insert(field.clone()), "{} is asked twice", field);
            let options: Vec<&Button> = desk
                .conversation
                .offered
                .iter()
                .filter(|button| matches!(button.action, Act::Value { .. }))
                .collect();
            let said = match options.as_slice() {
                [] => Said::Text(good_answer(&desk.conversation, &desk).unwrap()),
                options => Said::Press(pick.get(options).action.clone()),
            };
            desk.say(&said)?;
        }
        prop_assert!(matches!(desk.conversation.phase, Phase::Reviewing), "it ends at the review");
        prop_assert!(asked.len() <= missing.len());
        let filed = desk.say(&Said::Text("kirim".to_owned()))?;
        prop_assert!(filed.ticket.is_some());
    }
}

/// Every word and button that could file a ticket, from everywhere.
#[test]
fn a_ticket_is_filed_from_a_complete_review_only() {
    const OTHER: &str = "tagihan vsat pelanggan lain ga bisa dibayar";
    /// Ways to somewhere, and whether the draft there is complete and under review.
    const WAYS: &[(&[&str], bool)] = &[
        (&[], false),
        (&[CASE], false),
        (&["tagihan"], false),
        (&[CASE, "buat tiket"], false),
        (&[CASE, "buat tiket", OTHER], false),
        (&[CASE, "buat tiket", "gold", "nanti"], false),
        (&[CASE, "buat tiket", "gold", "batal"], false),
        (&[CASE, "buat tiket", "gold", "batal", "undo"], false),
        (&[CASE, "buat tiket", "gold", "nanti", "/tiket", "1"], false),
        (&[CASE, "buat tiket", FULL], true),
        (&[CASE, "buat tiket", FULL, "batal", "undo"], true),
        (&[CASE, "buat tiket", FULL, "nanti", "/tiket", "1"], true),
        (&[CASE, "buat tiket", FULL, OTHER, "lanjut draft ini"], true),
        (&[CASE, "buat tiket", FULL, OTHER], false),
        (&[CASE, "buat tiket", FULL, "nanti"], false),
        (&[CASE, "buat tiket", FULL, "batal"], false),
        (&[CASE, "buat tiket", FULL, "ubah lokasi"], false),
        (&[CASE, "buat tiket", FULL, "msisdn: 0812"], false),
        (&[CASE, "buat tiket", FULL, "kirim"], false),
    ];
    let files = ["kirim", "Kirim", "/kirim", "submit", "sudah benar", "1"]
        .map(|text| Said::Text(text.to_owned()));
    let presses = [
        "send:",
        "resume:1",
        "undo:",
        "keep:",
        "ticket:bayar-belum-aktif",
    ]
    .map(|code| Said::Press(Act::parse(code)));
    let others =
        [FULL, "undo", "buat tiket", "lewati", "kembali"].map(|text| Said::Text(text.to_owned()));
    for (way, complete) in WAYS {
        for said in files.iter().chain(&presses).chain(&others) {
            let mut desk = Desk::new(ChannelKind::Voice);
            for text in *way {
                desk.say(&Said::Text((*text).to_owned())).unwrap();
            }
            let files_here = files.contains(said) || *said == Said::Press(Act::Send);
            let step = desk.say(said).unwrap();
            assert_eq!(
                step.ticket.is_some(),
                *complete && files_here,
                "{said:?} after {way:?}"
            );
        }
    }
}
