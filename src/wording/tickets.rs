//! What is said about filed tickets: the lists, the versions of a draft, how far a case is.

use jiff::{Timestamp, Zoned};

use super::{Around, button, parked_lines, resume, say, say_with, title};
use crate::catalog::Catalog;
use crate::dialog::{FollowUp, ParkedLine};
use crate::message::{Button, Reply};
use crate::ticket::{Change, Status, Tracked, case_of};

/// The agent's own tickets, and the drafts put aside.
pub fn list(catalog: &Catalog, parked: &[ParkedLine], around: Around<'_>) -> Reply {
    if around.tickets.is_empty() && parked.is_empty() {
        return say("Belum ada draft tiket atas nama Anda.".to_owned());
    }
    let mut parts = Vec::new();
    if !parked.is_empty() {
        parts.push(format!("Belum selesai:\n{}", parked_lines(catalog, parked)));
    }
    if !around.tickets.is_empty() {
        let lines = around.tickets.iter().map(|tracked| {
            let ticket = &tracked.latest;
            format!("- `{}` {} ({})", ticket.id, ticket.title, standing(tracked))
        });
        let lines = lines.collect::<Vec<_>>().join("\n");
        parts.push(format!(
            "Draft tiket Anda, terbaru lebih dulu:\n{lines}\nBuka dengan `/tiket ID`."
        ));
    }
    say_with(
        parts.join("\n\n"),
        parked.iter().map(|line| resume(catalog, line)).collect(),
    )
}

/// One ticket with what became of it; its agent and leads see it.
pub fn one(id: &str, around: Around<'_>) -> Reply {
    let shown = around.tickets.iter().find_map(|tracked| {
        let id = if id == tracked.latest.case() {
            &tracked.latest.id
        } else {
            id
        };
        Some((tracked, tracked.version(id)?))
    });
    let Some((tracked, ticket)) =
        shown.filter(|(_, ticket)| around.lead || ticket.agent == around.user)
    else {
        return say(format!(
            "Tidak ada draft `{id}` atas nama Anda. Lihat `/tiket` untuk daftarnya."
        ));
    };
    let mut text = format!("```\n{}\n```\nStatus: {}.", ticket.text, standing(tracked));
    if let Some(revision) = &ticket.revision {
        let changes: Vec<_> = revision.changes.iter().map(change).collect();
        text += &format!(
            "\nMengubah `{}`, oleh {}:\n{}",
            revision.of,
            revision.who,
            changes.join("\n")
        );
    }
    if ticket.id != tracked.latest.id {
        text += &format!("\nVersi terbaru: `{}`.", tracked.latest.id);
        return say(text);
    }
    say_with(text, buttons(&ticket.id, tracked.status(), false))
}

/// A draft was filed.
pub fn filed(id: &str, text: &str, follow_up: bool) -> Reply {
    say_with(
        format!("Draft tiket **{id}** tersimpan. Salin ke aplikasi tiket:\n```\n{text}\n```"),
        buttons(id, Status::Open, follow_up),
    )
}

/// What may be done with a filed ticket.
fn buttons(id: &str, status: Status, follow_up: bool) -> Vec<Button> {
    let case = case_of(id);
    let revise = button("Ubah", format!("revise:{id}"));
    let entered = button("Tandai sudah diinput", format!("entered:{case}"));
    let remind = button("Ingatkan cek lagi", format!("remind:{case}"));
    let done = button("Sudah selesai", format!("done:{case}"));
    match status {
        Status::Open if follow_up => vec![revise, entered, remind],
        Status::Open => vec![revise, entered],
        Status::Entered => vec![revise, done],
        Status::Done => vec![revise],
    }
}

/// A filed ticket is opened for changes.
pub fn revising(id: &str, agent: Option<&str>) -> Reply {
    let whose = agent.map_or_else(String::new, |agent| format!(" milik {agent}"));
    say(format!(
        "Mengubah draft **{id}**{whose}. Versi lamanya tetap tersimpan, dan perubahannya dicatat atas nama Anda."
    ))
}

/// Somebody else was faster.
pub fn outdated(id: &str, latest: &str) -> Reply {
    say_with(
        format!(
            "Draft `{id}` sudah lebih dulu diubah menjadi `{latest}`, jadi perubahan ini belum tersimpan. Mulai lagi dari versi terbarunya."
        ),
        vec![button("Ubah versi terbaru", format!("revise:{latest}"))],
    )
}

/// There is no such ticket.
pub fn none(id: &str) -> Reply {
    say(format!(
        "Tidak ada draft `{id}`. Lihat `/tiket` untuk daftarnya."
    ))
}

/// The ticketing system's number.
pub fn ask_number(case: &str, refused: bool) -> Reply {
    let problem = if refused {
        "Itu bukan nomor tiket.\n"
    } else {
        ""
    };
    say(format!(
        "{problem}**Nomor tiket {case} di aplikasi tiket?**\nContoh: `INC0000001`. Belum ada nomornya? Ketik `tidak ada`, atau `batal`."
    ))
}

/// How far a case is now.
pub fn marked(case: &str, status: Status, external: Option<&str>) -> Reply {
    let number = external.map_or_else(String::new, |external| {
        format!(" dengan nomor `{external}`")
    });
    match status {
        Status::Open => say(format!("Draft **{case}** belum diinput.")),
        Status::Entered => say_with(
            format!("Draft **{case}** ditandai sudah diinput{number}."),
            vec![
                button("Sudah selesai", format!("done:{case}")),
                button("Ingatkan cek lagi", format!("remind:{case}")),
            ],
        ),
        Status::Done => say(format!("Kasus **{case}** ditandai selesai{number}.")),
    }
}

/// A case will be looked at again.
pub fn will_remind(case: &str, at: Timestamp, now: &Zoned) -> Reply {
    let at = at.to_zoned(now.time_zone().clone());
    let day = if at.date() == now.date() {
        "hari ini".to_owned()
    } else {
        at.strftime("%d-%m-%Y").to_string()
    };
    say_with(
        format!(
            "Baik, {day} pukul {} saya ingatkan untuk cek lagi **{case}**, dan seterusnya sampai selesai.",
            at.strftime("%H.%M")
        ),
        vec![button("Sudah selesai", format!("done:{case}"))],
    )
}

/// Cases to look at again.
pub fn check_again(catalog: &Catalog, cases: &[FollowUp]) -> Reply {
    let lines = cases.iter().map(|follow_up| {
        format!(
            "- `{}` {}",
            follow_up.case,
            title(catalog, &follow_up.intent)
        )
    });
    let buttons = cases.iter().flat_map(|follow_up| {
        let case = &follow_up.case;
        let (done, later) = match cases.len() {
            1 => ("Sudah selesai".to_owned(), "Ingatkan cek lagi".to_owned()),
            _ => (format!("Selesai {case}"), format!("Ingatkan {case}")),
        };
        [
            button(&done, format!("done:{case}")),
            button(&later, format!("remind:{case}")),
        ]
    });
    say_with(
        format!(
            "Waktunya cek lagi:\n{}\nTandai selesai bila sudah beres; kalau belum, nanti saya ingatkan lagi.",
            lines.collect::<Vec<_>>().join("\n")
        ),
        buttons.collect(),
    )
}

fn standing(tracked: &Tracked) -> String {
    let status = match tracked.status() {
        Status::Open => "belum diinput",
        Status::Entered => "sudah diinput",
        Status::Done => "selesai",
    };
    match tracked.external() {
        Some(external) => format!("{status}, nomor {external}"),
        None => status.to_owned(),
    }
}

fn change(change: &Change) -> String {
    let shown = |answer: &Option<crate::ticket::Answer>| {
        answer.as_ref().map_or_else(
            || "kosong".to_owned(),
            |answer| answer.display().into_owned(),
        )
    };
    format!(
        "- {}: {} → {}",
        change.label,
        shown(&change.before),
        shown(&change.after)
    )
}
