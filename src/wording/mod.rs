//! Every sentence the bot says: effects in, replies out.
//!
//! The text is Markdown with lists and bold only, so that every channel can show it.
//! What an SOP says comes from the catalogue; what is said around it stands here and nowhere else.

pub mod platform;
mod problems;
mod sop;

use jiff::Zoned;

use crate::catalog::Catalog;
use crate::dialog::{Effect, Prompt};
use crate::guide::Knowledge;
use crate::message::{Button, ChannelKind, Reply};
use crate::ticket::{Entry, Remarked, Ticket};
use crate::value::Remark;

/// What a reply depends on besides the decision.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The day, for procedures whose review is overdue.
    pub now: &'a Zoned,
    /// How customers reach the agents of the channel.
    pub channel_kind: ChannelKind,
    /// The tickets that an effect asked for.
    pub tickets: &'a [Ticket],
}

/// Puts decisions into words.
pub fn replies(knowledge: &Knowledge, effects: &[Effect], around: Around<'_>) -> Vec<Reply> {
    effects
        .iter()
        .filter_map(|effect| reply(knowledge, effect, around))
        .collect()
}

/// Whether an effect shows tickets, which the store has to be asked for.
pub fn needs_tickets(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::ListTickets | Effect::ShowTicket { .. }))
}

fn reply(knowledge: &Knowledge, effect: &Effect, around: Around<'_>) -> Option<Reply> {
    let catalog = &knowledge.catalog;
    Some(match effect {
        Effect::Understood(_) => return None,
        Effect::ShowSop { intent, points } => sop::whole(knowledge, intent, points, around),
        Effect::ShowPoint { intent, id } => sop::part(knowledge, intent, id, around),
        Effect::Also { intent } => say_with(
            format!("Pesan ini juga menyangkut **{}**. Selesaikan yang ini dulu, atau buka sekarang.", title(catalog, intent)),
            vec![button(&title(catalog, intent), format!("answer:{intent}"))],
        ),
        Effect::Clarify { intents } => clarify(catalog, intents),
        Effect::Fallback => fallback(catalog),
        Effect::Help => help(catalog),
        Effect::ListSops => list(catalog),
        Effect::ListTickets => tickets(around.tickets),
        Effect::ShowTicket { id } => ticket(id, around.tickets),
        Effect::Explain { intent, evidence } => explain(catalog, intent, evidence),
        Effect::Noted { entries } => say(format!("Dicatat:\n{}", lines(entries))),
        Effect::Ask(prompt) => ask(prompt),
        Effect::Review { title, entries, kip, remarks } => review(title, entries, kip, remarks),
        Effect::ChooseField { fields } => choose_field(fields),
        Effect::Filed { id, text } => say(format!("Draft tiket **{id}** tersimpan. Salin ke aplikasi tiket:\n```\n{text}\n```")),
        Effect::Discarded { intent } => say_with(
            format!("Draft tiket *{}* dibatalkan. Berubah pikiran? Ketik `undo`.", title(catalog, intent)),
            vec![button("Undo", "undo:"), button("Daftar SOP", "list:")],
        ),
        Effect::NoForm { intent } => say(format!(
            "SOP **{}** tidak punya form tiket: dokumennya tidak meminta tiket dibuat.",
            title(catalog, intent)
        )),
        Effect::NothingOpen => {
            say("Tidak ada yang sedang dibuka. Tulis kendala pelanggan, atau ketik `/sop` untuk daftar SOP.".to_owned())
        }
        Effect::Stale => say("Tombol itu sudah tidak berlaku. Silakan lanjut dari pesan terakhir.".to_owned()),
        Effect::TooLong => say("Pesannya terlalu panjang untuk dibaca utuh. Kirim intinya dalam beberapa kalimat.".to_owned()),
        Effect::Welcome => say("Sama-sama. Semoga lancar dengan pelanggannya.".to_owned()),
    })
}

fn clarify(catalog: &Catalog, intents: &[String]) -> Reply {
    let sops = intents.iter().filter_map(|intent| catalog.sop(intent));
    let mut buttons: Vec<_> = sops
        .clone()
        .map(|sop| button(&sop.distinction, format!("answer:{}", sop.id)))
        .collect();
    buttons.push(button("Bukan semuanya", "none:"));
    let choices: Vec<_> = sops
        .map(|sop| format!("- {}: {}", sop.distinction, sop.title))
        .collect();
    say_with(
        format!("Yang mana yang dimaksud?\n{}", choices.join("\n")),
        buttons,
    )
}

fn fallback(catalog: &Catalog) -> Reply {
    let titles: Vec<_> = catalog
        .sops
        .iter()
        .map(|sop| format!("- {}", sop.title))
        .collect();
    say_with(
        format!(
            "Belum ada SOP yang cocok dengan pertanyaan ini, jadi saya tidak menebak. Pertanyaannya dicatat untuk team lead.\n\
             Yang saya kuasai:\n{}",
            titles.join("\n")
        ),
        vec![button("Daftar SOP", "list:"), button("Bantuan", "help:")],
    )
}

fn help(catalog: &Catalog) -> Reply {
    let examples: Vec<_> = catalog
        .sops
        .iter()
        .filter_map(|sop| sop.matching.utterances.first())
        .take(3)
        .map(|text| format!("- {text}"))
        .collect();
    say_with(
        format!(
            "Tulis kendala pelanggan apa adanya, misalnya:\n{}\n\n\
             Saya carikan SOP-nya, lalu bantu mengisi tiket. Data yang sudah ditulis tidak ditanyakan lagi.\n\
             - `/sop` daftar SOP, `/sop ID` membuka satu SOP\n\
             - `/tiket` draft tiket saya, `/tiket ID` membuka satu draft\n\
             - saat mengisi: `kembali`, `lewati`, `ubah NAMA-FIELD`, `batal`",
            examples.join("\n")
        ),
        vec![button("Daftar SOP", "list:")],
    )
}

fn list(catalog: &Catalog) -> Reply {
    let lines: Vec<_> = catalog
        .sops
        .iter()
        .map(|sop| format!("- `{}` {}", sop.id, sop.title))
        .collect();
    let buttons = catalog
        .sops
        .iter()
        .map(|sop| button(&sop.title, format!("answer:{}", sop.id)))
        .collect();
    say_with(format!("SOP yang tersedia:\n{}", lines.join("\n")), buttons)
}

fn tickets(tickets: &[Ticket]) -> Reply {
    if tickets.is_empty() {
        return say("Belum ada draft tiket atas nama Anda.".to_owned());
    }
    let lines: Vec<_> = tickets
        .iter()
        .map(|ticket| format!("- `{}` {}", ticket.id, ticket.title))
        .collect();
    say(format!(
        "Draft tiket Anda, terbaru lebih dulu:\n{}\nBuka dengan `/tiket ID`.",
        lines.join("\n")
    ))
}

fn ticket(id: &str, tickets: &[Ticket]) -> Reply {
    match tickets.iter().find(|ticket| ticket.id == id) {
        Some(ticket) => say(format!("```\n{}\n```", ticket.text)),
        None => say(format!(
            "Tidak ada draft `{id}` atas nama Anda. Lihat `/tiket` untuk daftarnya."
        )),
    }
}

fn explain(catalog: &Catalog, intent: &str, evidence: &[String]) -> Reply {
    if evidence.is_empty() {
        return say(format!(
            "SOP **{}** dipilih sendiri dari daftar.",
            title(catalog, intent)
        ));
    }
    let lines: Vec<_> = evidence.iter().map(|line| format!("- {line}")).collect();
    say(format!(
        "SOP **{}** dipilih karena:\n{}",
        title(catalog, intent),
        lines.join("\n")
    ))
}

fn ask(prompt: &Prompt) -> Reply {
    let mut text = String::new();
    if let Some(problem) = &prompt.problem {
        text += &format!("{}\n", problems::sentence(problem, prompt));
    }
    let question = prompt
        .question
        .clone()
        .unwrap_or_else(|| format!("{}?", prompt.label));
    text += &format!("**{question}**");
    // Each refusal says a little more; the first question is short.
    if let Some(help) = prompt.help.as_ref().filter(|_| prompt.refused <= 3) {
        text += &format!("\n{help}");
    }
    if let Some(example) = prompt
        .example
        .as_ref()
        .filter(|_| prompt.options.is_empty() || prompt.refused > 0)
    {
        text += &format!("\nContoh: `{example}`");
    }
    if prompt.may_be_absent && prompt.refused > 0 {
        text += "\nBila memang tidak ada, ketik `tidak ada`.";
    }
    if prompt.refused > 1 {
        text += "\nBisa juga `kembali` ke pertanyaan sebelumnya, atau `batal`.";
    }
    text += &match prompt.left {
        1 => "\n_Data terakhir yang dibutuhkan._".to_owned(),
        left => format!("\n_Masih {left} data._"),
    };
    let mut buttons: Vec<_> = prompt
        .options
        .iter()
        .map(|option| button(option, format!("value:{}={option}", prompt.field)))
        .collect();
    if prompt.may_be_absent {
        buttons.push(button(
            "Tidak ada",
            format!("value:{}=tidak ada", prompt.field),
        ));
    }
    say_with(text, buttons)
}

fn review(title: &str, entries: &[Entry], kip: &str, remarks: &[Remarked]) -> Reply {
    let mut text = format!(
        "Periksa draft **{title}**:\n{}\n- KIP: {kip}",
        lines(entries)
    );
    for remarked in remarks {
        text += &format!("\n⚠ {}: {}.", remarked.label, remark(&remarked.remark));
    }
    text += "\nSudah benar? `Kirim`, atau tulis koreksinya, misalnya `nama pelanggan: Contoh`.";
    say_with(
        text,
        vec![
            button("Kirim", "send:"),
            button("Ubah", "edit:"),
            button("Batal", "cancel:"),
        ],
    )
}

fn remark(remark: &Remark) -> &'static str {
    match remark {
        Remark::UnusualSerial => "biasanya 25 digit dengan awalan 02, pastikan lagi ke pelanggan",
        Remark::UnusualAmount => "nominalnya tidak lazim, pastikan lagi",
        Remark::Unlisted => "di luar pilihan baku, dicatat seperti ditulis",
    }
}

fn choose_field(fields: &[(String, String)]) -> Reply {
    let buttons = fields
        .iter()
        .map(|(id, label)| button(label, format!("edit:{id}")))
        .collect();
    say_with(
        "Data mana yang diubah? Pilih, atau tulis langsung: `lokasi: Bandung`.".to_owned(),
        buttons,
    )
}

fn lines(entries: &[Entry]) -> String {
    let lines: Vec<_> = entries
        .iter()
        .map(|entry| format!("- {}: {}", entry.label, entry.answer.display()))
        .collect();
    lines.join("\n")
}

fn title(catalog: &Catalog, intent: &str) -> String {
    catalog
        .sop(intent)
        .map_or_else(|| intent.to_owned(), |sop| sop.title.clone())
}

fn say(text: String) -> Reply {
    Reply {
        text,
        buttons: Vec::new(),
        sop: None,
    }
}

fn say_with(text: String, buttons: Vec<Button>) -> Reply {
    Reply {
        text,
        buttons,
        sop: None,
    }
}

fn button(label: &str, action: impl Into<String>) -> Button {
    Button {
        label: label.to_owned(),
        action: action.into(),
    }
}
