//! The commands as data: names and descriptions in Indonesian and English.

use serde_json::{Value as Json, json};

use super::payload::shortened;
use crate::catalog::Sop;
use crate::message::ChannelKind;
use crate::ticket::Ticket;

pub const TANYA: &str = "tanya";
pub const SOP: &str = "sop";
pub const TIKET: &str = "tiket";
pub const AM: &str = "am";
pub const ISTILAH: &str = "istilah";
pub const BANTUAN: &str = "bantuan";
pub const KANAL: &str = "kanal";
/// The command in a message's own menu.
pub const CARIKAN: &str = "Carikan SOP";
/// The leads' command there.
pub const JADIKAN: &str = "Jadikan SOP";
/// The leads' own commands.
pub const BELAJAR: &str = "belajar";
pub const STATISTIK: &str = "statistik";

/// What can be done with `/sop`.
pub const LIHAT: &str = "lihat";
pub const IMPOR: &str = "impor";
pub const RIWAYAT: &str = "riwayat";
pub const KEMBALIKAN: &str = "kembalikan";
pub const BAGIKAN: &str = "bagikan";
pub const PEMBACA: &str = "pembaca";

/// The options' names.
pub const QUESTION: &str = "pertanyaan";
pub const TITLE: &str = "judul";
pub const ID: &str = "id";
pub const NAME: &str = "nama";
pub const WORD: &str = "kata";
pub const KIND: &str = "jenis";
pub const FILE: &str = "berkas";
pub const VERSION: &str = "versi";
pub const WHY: &str = "alasan";
pub const CHANNELS: [&str; 3] = ["kanal", "kanal-2", "kanal-3"];
pub const PIN: &str = "sematkan";

/// Discord's limits on suggestions.
const CHOICES_MAX: usize = 25;
const CHOICE_MAX: usize = 100;

/// All commands, for registering them in one request.
pub fn all() -> Json {
    let kinds: Vec<_> = KINDS
        .iter()
        .map(|(kind, id, en)| json!({"name": id, "value": kind.name(), "name_localizations": localised(id, en)}))
        .collect();
    json!([
        slash(TANYA, "ask", "Tanyakan kasus pelanggan; hanya kamu yang melihat jawabannya",
            "Ask about a customer's case; only you see the answer",
            vec![option(QUESTION, "question", "Kendala pelanggan apa adanya", "The case in your own words", json!({"required": true, "max_length": 2000}))]),
        slash(SOP, "procedure", "Buka SOP; team lead: impor, riwayat, bagikan", "Open procedures; team leads: import, history, share", sop_commands()),
        slash(TIKET, "ticket", "Draft tiket saya, atau satu draft", "My ticket drafts, or one of them",
            vec![option(ID, "id", "Nomor draft", "The draft's id", json!({"autocomplete": true}))]),
        slash(AM, "account-manager", "Account manager sebuah perusahaan dan jalur eskalasinya", "A company's account manager and the escalation path",
            vec![option(NAME, "name", "Nama perusahaan, SID, atau account number", "Company name, SID or account number", json!({"required": true, "max_length": 200}))]),
        slash(ISTILAH, "term", "Arti sebuah istilah di SOP", "What a term in the procedures means",
            vec![option(WORD, "word", "Istilah atau singkatan", "Term or abbreviation", json!({"required": true, "max_length": 100}))]),
        slash(BANTUAN, "help", "Cara memakai Sigap", "How to use Sigap", Vec::new()),
        slash(KANAL, "channel", "Team lead: jenis kanal ini", "Team leads: what kind of channel this is",
            vec![option(KIND, "kind", "Bagaimana pelanggan menghubungi", "How customers get in touch", json!({"required": true, "choices": kinds}))]),
        slash(BELAJAR, "learn", "Team lead: pertanyaan yang belum terjawab", "Team leads: questions without an answer", Vec::new()),
        slash(STATISTIK, "statistics", "Team lead: angka per minggu", "Team leads: figures by week", Vec::new()),
        {"name": CARIKAN, "type": 3, "name_localizations": localised(CARIKAN, "Find procedure"), "contexts": [0, 1], "integration_types": [0]},
        {"name": JADIKAN, "type": 3, "name_localizations": localised(JADIKAN, "Make procedure"), "contexts": [0], "integration_types": [0]},
    ])
}

fn sop_commands() -> Vec<Json> {
    const SUBCOMMAND: u8 = 1;
    const INTEGER: u8 = 4;
    const BOOLEAN: u8 = 5;
    const CHANNEL: u8 = 7;
    const ATTACHMENT: u8 = 11;
    const TEXT_CHANNELS: [u8; 2] = [0, 5];
    let title = |required: bool| {
        let more = json!({"autocomplete": true, "required": required});
        option(TITLE, "title", "Judul SOP", "The procedure's title", more)
    };
    let channel = |name: &str, en: &str, required: bool| {
        let more = json!({"type": CHANNEL, "channel_types": TEXT_CHANNELS, "required": required});
        option(name, en, "Kanal tujuan", "Where to post it", more)
    };
    let why = option(
        WHY,
        "reason",
        "Kenapa dikembalikan",
        "Why it is restored",
        json!({"max_length": 300}),
    );
    let version = json!({"type": INTEGER, "required": true, "min_value": 1});
    let file = json!({"type": ATTACHMENT, "required": true});
    let commands = [
        (
            LIHAT,
            "show",
            "Buka satu SOP, atau daftarnya",
            "Open a procedure, or the list of them",
            vec![title(false)],
        ),
        (
            IMPOR,
            "import",
            "Team lead: dokumen menjadi usulan SOP",
            "Team leads: a document becomes a proposal",
            vec![option(
                FILE,
                "file",
                ".txt, .md, .docx, .pdf, atau .toml",
                ".txt, .md, .docx, .pdf or .toml",
                file,
            )],
        ),
        (
            RIWAYAT,
            "history",
            "Team lead: versi sebuah SOP",
            "Team leads: a procedure's versions",
            vec![title(true)],
        ),
        (
            KEMBALIKAN,
            "restore",
            "Team lead: kembalikan versi lama",
            "Team leads: bring an earlier version back",
            vec![
                title(true),
                option(
                    VERSION,
                    "version",
                    "Nomor versi",
                    "The version's number",
                    version,
                ),
                why,
            ],
        ),
        (
            BAGIKAN,
            "share",
            "Team lead: posting SOP di kanal",
            "Team leads: post a procedure in channels",
            vec![
                title(true),
                channel(CHANNELS[0], "channel", true),
                channel(CHANNELS[1], "channel-2", false),
                channel(CHANNELS[2], "channel-3", false),
                option(
                    PIN,
                    "pin",
                    "Sematkan di kanal",
                    "Pin it",
                    json!({"type": BOOLEAN}),
                ),
            ],
        ),
        (
            PEMBACA,
            "readers",
            "Team lead: siapa yang sudah membaca",
            "Team leads: who has read it",
            vec![title(true)],
        ),
    ];
    let commands = commands.into_iter();
    commands
        .map(|(name, en, about, about_en, options)| {
            json!({
                "name": name, "type": SUBCOMMAND, "description": about, "name_localizations": localised(name, en),
                "description_localizations": localised(about, about_en), "options": options,
            })
        })
        .collect()
}

const KINDS: &[(ChannelKind, &str, &str)] = &[
    (ChannelKind::Voice, "Voice (telepon)", "Voice (telephone)"),
    (
        ChannelKind::NonVoice,
        "Non-voice (chat, email)",
        "Non-voice (chat, e-mail)",
    ),
    (ChannelKind::Ecare, "E-Care", "E-Care"),
];

/// Returns the kind of channel with this name.
pub fn kind(name: &str) -> Option<ChannelKind> {
    KINDS
        .iter()
        .map(|(kind, ..)| *kind)
        .find(|kind| kind.name() == name)
}

/// Suggests procedures: `ranked` by what was typed, then those that contain it.
pub fn sops(typed: &str, ranked: &[String], sops: &[Sop]) -> Json {
    let typed = typed.trim().to_lowercase();
    let found = ranked
        .iter()
        .filter_map(|id| sops.iter().find(|sop| sop.id == *id));
    let containing = sops.iter().filter(|sop| {
        typed.is_empty() || sop.title.to_lowercase().contains(&typed) || sop.id.contains(&typed)
    });
    let mut suggested: Vec<&Sop> = Vec::new();
    for sop in containing.chain(found) {
        if suggested.iter().all(|known| known.id != sop.id) {
            suggested.push(sop);
        }
    }
    choices(
        suggested
            .iter()
            .map(|sop| (sop.title.as_str(), sop.id.as_str())),
    )
}

/// Suggests an agent's own drafts.
pub fn tickets(typed: &str, tickets: &[Ticket]) -> Json {
    let typed = typed.trim().to_uppercase();
    let shown: Vec<_> = tickets
        .iter()
        .filter(|ticket| ticket.id.contains(&typed) || ticket.title.to_uppercase().contains(&typed))
        .map(|ticket| {
            (
                format!("{} · {}", ticket.id, ticket.title),
                ticket.id.as_str(),
            )
        })
        .collect();
    choices(shown.iter().map(|(name, id)| (name.as_str(), *id)))
}

fn choices<'a>(named: impl Iterator<Item = (&'a str, &'a str)>) -> Json {
    let choices: Vec<_> = named
        .filter(|(_, value)| value.chars().count() <= CHOICE_MAX)
        .take(CHOICES_MAX)
        .map(|(name, value)| json!({"name": shortened(name, CHOICE_MAX), "value": value}))
        .collect();
    json!({"choices": choices})
}

fn slash(name: &str, en: &str, about: &str, about_en: &str, options: Vec<Json>) -> Json {
    json!({
        "name": name, "type": 1, "description": about, "contexts": [0, 1], "integration_types": [0],
        "name_localizations": localised(name, en), "description_localizations": localised(about, about_en), "options": options,
    })
}

fn option(name: &str, en: &str, about: &str, about_en: &str, more: Json) -> Json {
    const TEXT: u8 = 3;
    let mut option = json!({
        "name": name, "type": TEXT, "description": about,
        "name_localizations": localised(name, en), "description_localizations": localised(about, about_en),
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        option[key] = value.clone();
    }
    option
}

/// Indonesian stands for every other language too.
fn localised(id: &str, en: &str) -> Json {
    json!({"id": id, "en-US": en, "en-GB": en})
}
