//! Account managers, escalation contacts and the glossary, as agents see them.

use super::{button, say, say_with, sop};
use crate::catalog::glossary::Term;
use crate::catalog::sop::Item;
use crate::catalog::{ItemTopic, Sop, SopTopic};
use crate::dialog::{AmLacking, ContactCard};
use crate::guide::Knowledge;
use crate::message::Reply;

/// A company's name in an action is cut to this many bytes; the search finds it by its beginning.
const NAME_BYTES_MAX: usize = 56;

/// What a lead writes to add a company.
const ADD_EXAMPLE: &str =
    "PT Contoh; Nama AM; kontak: 0812-0000-1234; EOS: Nama EOS; SID: 4700000-0000001";

/// Whom to turn to.
pub fn card(card: &ContactCard) -> Reply {
    let mut text = format!(
        "**{}**\nAM: {}\nKontak: {}\nEOS: {}\nRegion: {}\nDiverifikasi: {}",
        card.company,
        card.am,
        or_unknown(&card.am_contact),
        eos(card),
        or_unknown(&card.region),
        card.verified
    );
    if card.stale {
        text += "\n⚠ Data ini lama tidak diverifikasi. Pastikan dulu di tool pencari data AM (Instacheck).";
    }
    let mut buttons = Vec::new();
    if card.unvalidated {
        text += "\n⚠ Belum divalidasi: cek dulu di tool pencari data AM (Instacheck), baru sebutkan AM-nya ke pelanggan.";
        buttons.push(button(
            "Sudah divalidasi",
            action("am-valid", &card.company),
        ));
    }
    buttons.push(button(
        "AM tidak respon",
        action("am-silent", &card.company),
    ));
    say_with(text, buttons)
}

/// A company that a lead has told of.
pub fn added(contact: &ContactCard) -> Reply {
    let shown = card(contact);
    Reply {
        text: format!(
            "Ditambahkan ke direktori AM dan dicatat di audit.\n{}",
            shown.text
        ),
        ..shown
    }
}

/// How a lead tells of a company.
pub fn how_to_add(lacking: Option<&AmLacking>) -> Reply {
    let problem = match lacking {
        Some(AmLacking::Lead) => {
            return say(
                "Hanya team lead yang dapat menambahkan AM. Teruskan datanya ke team lead."
                    .to_owned(),
            );
        }
        Some(AmLacking::Company) => "Nama perusahaannya belum ada.\n".to_owned(),
        Some(AmLacking::Am) => "Nama AM-nya belum ada.\n".to_owned(),
        Some(AmLacking::Label(part)) => {
            format!("`{}` itu data apa?\n", part.replace('`', "'"))
        }
        Some(AmLacking::Short) => "Ada bagian yang terlalu panjang.\n".to_owned(),
        Some(AmLacking::Taken { code, company }) => format!(
            "`{}` sudah milik **{company}**; satu nomor hanya untuk satu perusahaan.\n",
            code.replace('`', "'")
        ),
        None => String::new(),
    };
    say(format!(
        "{problem}Cara menambahkan, dipisah titik koma: `/am tambah {ADD_EXAMPLE}`. Perusahaan dan AM wajib; boleh juga kontak EOS, region, account, alias."
    ))
}

/// The way on when the account manager does not respond.
pub fn silent(knowledge: &Knowledge, card: &ContactCard) -> Reply {
    let point = am_point(knowledge, ItemTopic::AmSilent);
    let point = point.map(|(sop, item)| format!("\n*{}#{}*", sop.id, item.id));
    say(format!(
        "AM **{}** ({}) tidak merespon: koordinasikan kendalanya dengan EOS.\nEOS: {}\nUpaya menghubungi AM sudah dicatat.{}",
        card.am,
        card.company,
        eos(card),
        point.unwrap_or_default()
    ))
}

/// In written channels the account manager is told after validation.
pub fn validate(company: &str) -> Reply {
    say_with(
        format!(
            "Perusahaan ini ada di direktori AM: **{company}**. Validasi dulu di tool pencari data AM (Instacheck); AM-nya ditampilkan sesudah itu."
        ),
        vec![button("Sudah divalidasi", action("am-valid", company))],
    )
}

/// Several companies to choose from.
pub fn choose(companies: &[String]) -> Reply {
    let buttons = companies
        .iter()
        .map(|company| button(company, action("am", company)));
    say_with("Perusahaan yang mana?".to_owned(), buttons.collect())
}

/// Nobody is known for this.
pub fn unknown(knowledge: &Knowledge, query: &str) -> Reply {
    let how = am_point(knowledge, ItemTopic::AmUnknown);
    let how = how.map(|(sop, item)| sop::point_text(knowledge, &sop.id, &item.id));
    say(format!(
        "Tidak ada AM untuk `{}` di direktori. Jangan menyebut AM perkiraan.\n{}\nTeam lead dapat menambahkannya: `/am tambah {ADD_EXAMPLE}`.",
        query.replace('`', "'"),
        how.unwrap_or_default()
    ))
}

/// The point of the SOP about account managers that says this.
fn am_point(knowledge: &Knowledge, topic: ItemTopic) -> Option<(&Sop, &Item)> {
    let sop = knowledge.catalog.answering(SopTopic::Am)?;
    Some((sop, sop.item_answering(topic)?))
}

/// How `/am` is used.
pub fn how_to_ask() -> Reply {
    say("Cari AM dengan nama perusahaan, SID, atau account number: `/am NAMA`.".to_owned())
}

/// A word of the glossary, with where it is used.
pub fn term(knowledge: &Knowledge, term: &Term) -> Reply {
    let stands_for = match &term.stands_for {
        Some(words) => format!(" = {words}"),
        None => String::new(),
    };
    let mut text = format!("**{}**{stands_for}\n{}", term.term, term.meaning);
    if term.stands_for.is_none() && is_abbreviation(&term.term) {
        text += "\nKepanjangannya tidak tercantum di SOP.";
    }
    let buttons = term.points.iter().filter_map(|point| {
        let (intent, _) = point.split_once('#')?;
        let sop = knowledge.catalog.sop(intent)?;
        Some(button(
            &format!("Lihat di: {}", sop.title),
            format!("point:{point}"),
        ))
    });
    say_with(text, buttons.collect())
}

/// The words there are.
pub fn glossary(terms: &[Term], missing: Option<&str>) -> Reply {
    let names: Vec<_> = terms.iter().map(|term| term.term.as_str()).collect();
    let first = match missing {
        Some(word) => format!(
            "`{}` tidak ada di daftar istilah; artinya tidak tercantum di SOP.\n",
            word.replace('`', "'")
        ),
        None => String::new(),
    };
    say(format!(
        "{first}Istilah yang ada: {}. Tulis `/istilah KATA`.",
        names.join(", ")
    ))
}

fn is_abbreviation(term: &str) -> bool {
    term.chars().all(|c| c.is_uppercase())
}

fn eos(card: &ContactCard) -> String {
    match (card.eos.is_empty(), card.eos_contact.is_empty()) {
        (true, _) => "belum ada di direktori, tanyakan ke team lead".to_owned(),
        (false, true) => card.eos.clone(),
        (false, false) => format!("{} ({})", card.eos, card.eos_contact),
    }
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() {
        "belum ada di direktori"
    } else {
        text
    }
}

fn action(verb: &str, company: &str) -> String {
    let mut end = company.len().min(NAME_BYTES_MAX);
    while !company.is_char_boundary(end) {
        end -= 1;
    }
    format!("{verb}:{}", &company[..end])
}
