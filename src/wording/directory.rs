//! Account managers, escalation contacts and the glossary, as agents see them.

use super::{button, say, say_with, sop};
use crate::catalog::glossary::Term;
use crate::dialog::ContactCard;
use crate::guide::Knowledge;
use crate::message::Reply;

/// A company's name in an action is cut to this many bytes; the search finds it by its beginning.
const NAME_BYTES_MAX: usize = 56;

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
    say_with(
        text,
        vec![button(
            "AM tidak respon",
            action("am-silent", &card.company),
        )],
    )
}

/// The way on when the account manager does not respond.
pub fn silent(card: &ContactCard) -> Reply {
    say(format!(
        "AM **{}** ({}) tidak merespon: koordinasikan kendalanya dengan EOS.\nEOS: {}\nUpaya menghubungi AM sudah dicatat.\n*am-eskalasi#jalur-eos*",
        card.am,
        card.company,
        eos(card)
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
    let how = sop::point_text(knowledge, "am-eskalasi", "alat-pencari-am");
    say(format!(
        "Tidak ada AM untuk `{}` di direktori. Jangan menyebut AM perkiraan.\n{how}\nTeam lead dapat menambahkannya: `sigap am import FILE`.",
        query.replace('`', "'")
    ))
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
