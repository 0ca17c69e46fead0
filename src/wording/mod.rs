//! Every sentence the bot says: effects in, replies out.
//!
//! The text is Markdown with lists and bold only, so that every channel can show it.
//! What an SOP says comes from the catalogue; what is said around it stands here and nowhere else.

mod directory;
pub mod leads;
pub mod platform;
mod problems;
mod rules;
mod sop;
pub mod stats;
mod tickets;
mod walk;

use jiff::Zoned;

use crate::act::Act;
use crate::catalog::Catalog;
use crate::dialog::{Effect, ParkedLine, Prompt, Review};
use crate::guide::Knowledge;
use crate::message::{Button, ChannelKind, Reply};
use crate::ticket::{Entry, Remarked, Ticket, Tracked, case_of};
use crate::value::Remark;

/// What a reply depends on besides the decision.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The day, for procedures whose review is overdue.
    pub now: &'a Zoned,
    /// How customers reach the agents of the channel.
    pub channel_kind: ChannelKind,
    /// Who reads it.
    pub user: &'a str,
    /// Whether that is a team lead.
    pub lead: bool,
    /// The cases that an effect shows: [`needs_tickets`].
    pub tickets: &'a [Tracked],
    /// Recent tickets of the procedure under review, of any agent.
    pub recent: &'a [Ticket],
}

/// Puts decisions into words.
pub fn replies(knowledge: &Knowledge, effects: &[Effect], around: Around<'_>) -> Vec<Reply> {
    effects
        .iter()
        .filter_map(|effect| reply(knowledge, effect, around))
        .collect()
}

/// Filed cases that a reply shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// The agent's own.
    Own,
    /// The one that this ticket belongs to.
    One(&'a str),
}

/// Which filed cases effects show, which the store has to be asked for.
pub fn needs_tickets(effects: &[Effect]) -> Option<Wanted<'_>> {
    effects.iter().find_map(|effect| match effect {
        Effect::ListTickets { .. } => Some(Wanted::Own),
        Effect::ShowTicket { id } => Some(Wanted::One(id)),
        _ => None,
    })
}

/// The intent whose recent tickets a review has to be compared with.
pub fn needs_recent(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Review(review) => Some(review.intent.as_str()),
        _ => None,
    })
}

fn reply(knowledge: &Knowledge, effect: &Effect, around: Around<'_>) -> Option<Reply> {
    let catalog = &knowledge.catalog;
    Some(match effect {
        Effect::Understood(_) => return None,
        Effect::ShowSop { intent, points, brief, may_be_wrong } => {
            let mut reply = match brief {
                true => sop::brief(knowledge, intent, points, around),
                false => sop::whole(knowledge, intent, points, around),
            };
            if *may_be_wrong {
                reply.buttons.push(button("Bukan ini", format!("not:{intent}")));
            }
            reply
        }
        Effect::ShowPoint { intent, id } => sop::part(knowledge, intent, id, around),
        Effect::Also { intent } => say_with(
            format!("Pesan ini juga menyangkut **{}**. Selesaikan yang ini dulu, atau buka sekarang.", title(catalog, intent)),
            vec![button(&title(catalog, intent), format!("answer:{intent}"))],
        ),
        Effect::Waiting { intent } => say_with(
            format!("Tadi ada satu kasus lagi: **{}**. Lanjut ke situ?", title(catalog, intent)),
            vec![button(&title(catalog, intent), format!("answer:{intent}"))],
        ),
        Effect::Clarify { intents } => clarify(catalog, intents),
        Effect::ShowPart { intent, part } => sop::other_part(knowledge, intent, *part, around),
        Effect::Offer { intent } => say_with(
            format!("Lanjut dengan *{}*?", title(catalog, intent)),
            sop::next_steps(catalog, intent),
        ),
        Effect::Patience => say("Siap, saya tunggu.".to_owned()),
        Effect::Fallback => fallback(catalog),
        Effect::ForeignCustomer { brand } => say(format!(
            "*{brand}* bukan layanan yang saya tangani, jadi tidak ada SOP-nya di sini."
        )),
        Effect::Help => help(catalog),
        Effect::ListSops => list(catalog),
        Effect::ListTickets { parked } => tickets::list(catalog, parked, around),
        Effect::ShowTicket { id } => tickets::one(id, around),
        Effect::Explain { intent, evidence } => explain(catalog, intent, evidence),
        Effect::ProofNoted { count } => say(format!(
            "Gambar dicatat di draft sebagai tautan ({count} sejauh ini). Jawab pertanyaan terakhir untuk lanjut."
        )),
        Effect::PictureOnly => say(
            "Saya tidak membaca gambar. Tulis kendala pelanggannya; gambarnya boleh dilampirkan saat mengisi tiket."
                .to_owned(),
        ),
        Effect::Noted { entries } => say(format!("Dicatat:\n{}", lines(entries))),
        Effect::NotTaken { prompts } => {
            let lines: Vec<_> = prompts
                .iter()
                .filter_map(|prompt| Some((prompt, prompt.problem.as_ref()?)))
                .map(|(prompt, problem)| format!("- {}: {}", prompt.label, problems::sentence(problem, prompt)))
                .collect();
            say(format!("Ini juga belum bisa dipakai:\n{}", lines.join("\n")))
        }
        Effect::Incomplete { intent, missing } => say(format!(
            "Draft *{}* belum lengkap, jadi belum dikirim. Kurang {} data: {}.",
            title(catalog, intent),
            missing.len(),
            missing.join(", ")
        )),
        Effect::WhyAsked { intent, label, mandatory: true } => say(format!(
            "**{label}** termasuk isi tiket *{}*: tanpa itu tiketnya belum lengkap.",
            title(catalog, intent)
        )),
        Effect::WhyAsked { intent, label, mandatory: false } => say(format!(
            "**{label}** tidak wajib di tiket *{}*. Ketik `lewati` bila tidak perlu diubah.",
            title(catalog, intent)
        )),
        Effect::PickOne { buttons } => say_with("Yang mana? Pilih salah satu.".to_owned(), buttons.clone()),
        Effect::Ready => say("Baik. Tulis kendala pelanggan berikutnya, atau ketik `bantuan`.".to_owned()),
        Effect::Ask(prompt) => ask(prompt),
        Effect::Review(draft) => review(draft, around.recent),
        Effect::ChooseField { fields } => choose_field(fields),
        Effect::Am { card } => directory::card(card),
        Effect::AmHow => directory::how_to_ask(),
        Effect::AmChoose { companies } => directory::choose(companies),
        Effect::AmValidate { company } => directory::validate(company),
        Effect::AmUnknown { query } => directory::unknown(knowledge, query),
        Effect::AmAdded { card } => directory::added(card),
        Effect::AmAddHow { lacking } => directory::how_to_add(lacking.as_ref()),
        Effect::AmSilent { card } => directory::silent(knowledge, card),
        Effect::Defined { term } => match catalog.glossary.get(term) {
            Some(term) => directory::term(knowledge, term),
            None => directory::glossary(catalog.glossary.terms(), Some(term)),
        },
        Effect::Glossary { missing } => {
            directory::glossary(catalog.glossary.terms(), missing.as_deref())
        }
        Effect::Ruled { intent, ruling } => rules::ruling(knowledge, intent, ruling),
        Effect::NumberIs { kinds } => rules::number(knowledge, kinds, around),
        Effect::Forwarded { owner } => say(format!("Pertanyaannya diteruskan ke **{owner}**.")),
        Effect::WalkStep(step) => walk::step(step),
        Effect::WalkEnd(end) => walk::end(end),
        Effect::ChooseStep { steps } => walk::choose_step(steps),
        Effect::ChooseWalk { intents } => walk::choose(catalog, intents),
        Effect::NoWalk { intent } => walk::none(&title(catalog, intent)),
        Effect::WalkLeft { intent } => walk::left(&title(catalog, intent)),
        Effect::Filed { id, text, follow_up } => tickets::filed(id, text, *follow_up),
        Effect::Revising { id, agent } => tickets::revising(id, agent.as_deref()),
        Effect::Unchanged { id } => say(format!("Tidak ada yang berubah, jadi draft **{id}** tetap seperti semula.")),
        Effect::Outdated { id, latest } => tickets::outdated(id, latest),
        Effect::NoTicket { id } => tickets::none(id),
        Effect::NotYours { id } => say(format!(
            "Draft `{id}` milik agent lain. Yang boleh mengubahnya hanya agent pembuatnya atau team lead."
        )),
        Effect::AskNumber { case, refused } => tickets::ask_number(case, *refused),
        Effect::NumberLeft { case } => say(format!("Baik, status draft **{case}** tidak diubah.")),
        Effect::Marked { case, status, external } => tickets::marked(case, *status, external.as_deref()),
        Effect::WillRemind { case, at } => tickets::will_remind(case, *at, around.now),
        Effect::CheckAgain { cases } => tickets::check_again(catalog, cases),
        Effect::Kit { text } => say(format!("Teruskan ke pelanggan:\n```\n{text}\n```")),
        Effect::Parked { line } => say_with(
            format!("Draft *{}* disimpan dulu ({}). Lanjutkan kapan saja.", title(catalog, &line.intent), still(line)),
            vec![resume(catalog, line)],
        ),
        Effect::ParkedBySilence { line } => say_with(
            format!("Draft *{}* lama tidak dilanjutkan, jadi disimpan dulu.", title(catalog, &line.intent)),
            vec![resume(catalog, line)],
        ),
        Effect::Remind { parked } => say_with(
            format!("Pengingat: masih ada draft yang menunggu.\n{}", parked_lines(catalog, parked)),
            parked.iter().map(|line| resume(catalog, line)).collect(),
        ),
        Effect::OtherCase { open, other } => say_with(
            format!(
                "Ini tampaknya kasus lain: **{}**. Draft *{}* belum selesai. Mau diapakan?",
                title(catalog, other),
                title(catalog, open)
            ),
            vec![
                button("Simpan dulu", "park:"),
                button("Buang draft", "drop:"),
                button("Lanjut draft ini", "keep:"),
            ],
        ),
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
    let sops: Vec<_> = intents
        .iter()
        .filter_map(|intent| catalog.sop(intent))
        .collect();
    let (question, none) = match sops.len() {
        1 => ("Maksudnya ini?", "Bukan ini"),
        _ => ("Yang mana yang dimaksud?", "Bukan semuanya"),
    };
    let choices: Vec<_> = sops
        .iter()
        .map(|sop| format!("- {}: {}", sop.distinction, sop.title))
        .collect();
    let mut buttons: Vec<_> = sops
        .iter()
        .map(|sop| button(&sop.distinction, format!("answer:{}", sop.id)))
        .collect();
    buttons.push(button(none, "none:"));
    say_with(format!("{question}\n{}", choices.join("\n")), buttons)
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
             - `/pandu` memandu langkah demi langkah; di dalamnya `kembali`, `lompat ke ...`, `langsung tiket`\n\
             - `/am NAMA` mencari AM perusahaan, `/istilah KATA` arti singkatan\n\
             - `/tiket` draft tiket saya, `/tiket ID` membuka satu draft, `/ubah ID` mengubahnya\n\
             - `/selesai ID NOMOR` sudah diinput, `/selesai ID` kasusnya selesai\n\
             - saat mengisi: `kembali`, `lewati`, `ubah NAMA-FIELD`, `nanti`, `batal`",
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

fn parked_lines(catalog: &Catalog, parked: &[ParkedLine]) -> String {
    let lines = parked.iter().map(|line| {
        let expired = if line.expired { ", kedaluwarsa" } else { "" };
        format!(
            "- {}: {} ({}{expired})",
            title(catalog, &line.intent),
            line.about,
            still(line)
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn still(line: &ParkedLine) -> String {
    match (line.walk_left, line.left) {
        (Some(left), _) => format!("panduan, paling banyak {left} langkah lagi"),
        (None, 0) => "tinggal dikirim".to_owned(),
        (None, left) => format!("kurang {left} data"),
    }
}

fn resume(catalog: &Catalog, line: &ParkedLine) -> Button {
    button(
        &format!(
            "Lanjutkan {}: {}",
            line.number,
            title(catalog, &line.intent)
        ),
        format!("resume:{}", line.number),
    )
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
    if prompt.looked_up && prompt.refused > 0 {
        text += "\nBelum bisa dilihat? Ketik `tidak bisa dicek karena ...` dengan alasannya.";
    }
    if prompt.refused > 1 {
        text += "\nBisa juga `kembali` ke pertanyaan sebelumnya, atau `batal`.";
    }
    text += &match prompt.left {
        0 => String::new(),
        1 => "\n*Data terakhir yang dibutuhkan.*".to_owned(),
        left => format!("\n*Masih {left} data.*"),
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

fn review(draft: &Review, recent: &[Ticket]) -> Reply {
    let mut text = format!(
        "Periksa draft **{}**:\n{}\n- KIP: {}",
        draft.title,
        lines(&draft.entries),
        draft.kip
    );
    for remarked in &draft.remarks {
        text += &format!(
            "\n⚠ {}: {}. Memang begitu? `tetap pakai`.",
            remarked.label,
            remark(remarked)
        );
    }
    for ticket in recent
        .iter()
        .filter(|ticket| ticket.is_same_case(&draft.entries))
        .filter(|ticket| draft.revises.as_deref().map(case_of) != Some(ticket.case()))
    {
        text += &format!(
            "\n⚠ Sudah ada draft `{}` untuk kasus dan nomor yang sama. Cek ulang dulu sebelum mengirim.",
            ticket.id
        );
    }
    if !draft.optional.is_empty() {
        text += &format!("\nBoleh ditambah: {}.", draft.optional.join(", "));
    }
    text += "\nSudah benar? `Kirim`, atau tulis koreksinya, misalnya `nama pelanggan: Contoh`.";
    let buttons = [("Kirim", "send:"), ("Ubah", "edit:"), ("Batal", "cancel:")];
    say_with(
        text,
        buttons
            .map(|(label, action)| button(label, action))
            .to_vec(),
    )
}

fn remark(remarked: &Remarked) -> String {
    let (digits, prefix) = (remarked.serial.digits, &remarked.serial.prefix);
    match remarked.remark {
        Remark::UnusualSerial if digits == 0 => "bentuknya tidak lazim, pastikan lagi".to_owned(),
        Remark::UnusualSerial if prefix.is_empty() => {
            format!("biasanya {digits} digit, pastikan lagi ke pelanggan")
        }
        Remark::UnusualSerial => {
            format!("biasanya {digits} digit dengan awalan {prefix}, pastikan lagi ke pelanggan")
        }
        Remark::UnusualAmount => "nominalnya tidak lazim, pastikan lagi".to_owned(),
        Remark::Unlisted => "di luar pilihan baku, dicatat seperti ditulis".to_owned(),
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

/// Returns what an answer says that was given while nothing could be kept.
pub fn from_memory() -> Reply {
    say(
        "Penyimpanan saya sedang tidak bisa dihubungi, jadi jawaban ini dari ingatan dan belum tercatat. Tiket bisa dibuat \
         begitu tersambung lagi, biasanya dalam setengah menit."
            .to_owned(),
    )
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
        action: Act::parse(&action.into()),
    }
}
