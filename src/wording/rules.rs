//! What rules say: yes or no with the reason, the packages to choose from, a bill made up, a pasted number.

use super::{Around, button, say_with, sop};
use crate::dialog::NumberKind;
use crate::guide::Knowledge;
use crate::guide::upgrade::{Answer, Open, Reason, Ruling, Silence, Total};
use crate::message::Reply;
use crate::value::rupiah;

/// The answer of a rule, with the point that states it.
pub fn ruling(knowledge: &Knowledge, intent: &str, ruling: &Ruling) -> Reply {
    let mut text = match &ruling.answer {
        Answer::Possible { from, to } => {
            format!("**Bisa.** {from} ke {to}: speed naik dan masa langganan tidak turun.")
        }
        Answer::Refused { from, to, reasons } => {
            let reasons: Vec<_> = reasons.iter().map(reason).collect();
            format!("**Tidak bisa.** {from} ke {to}: {}.", reasons.join("; "))
        }
        Answer::Depends {
            from,
            to,
            open,
            possible,
        } => {
            let whose = match open {
                Open::Present => "masa langganan sekarang",
                Open::Wanted => "masa langganan yang dipilih",
            };
            format!(
                "**Tergantung {whose}.** {from} ke {to} bisa bila {whose}: {}.",
                possible.join(", ")
            )
        }
        Answer::Offered { from, packages } if packages.is_empty() => {
            format!("Tidak ada paket di atas {from} dalam tabel SOP.")
        }
        Answer::Offered { from, packages } => {
            format!(
                "Untuk {from}, paket yang bisa dipilih: {}.",
                packages.join(", ")
            )
        }
        Answer::Costs { package, rupiah } => {
            format!("Harga {package}: {}.", rupiah::display(*rupiah))
        }
        Answer::Silent { about } => format!("**Tidak tercantum di SOP**: {}.", silence(about)),
        Answer::Bill(total) => bill(total),
    };
    for id in &ruling.points {
        text += &format!("\n\n{}", sop::point_text(knowledge, intent, id));
    }
    let mut buttons = Vec::new();
    if matches!(ruling.answer, Answer::Silent { .. }) {
        buttons.push(sop::forward(intent));
    }
    buttons.push(button("Pandu", format!("walk:{intent}")));
    Reply {
        sop: Some(intent.to_owned()),
        ..say_with(text, buttons)
    }
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Speed { from, to } if from == to => {
            format!("speed sama ({to}), jadi bukan kenaikan")
        }
        Reason::Speed { from, to } => format!("speed turun dari {from} ke {to}"),
        Reason::Term { from, to } => format!("masa langganan turun dari {from} ke {to} bulan"),
    }
}

fn silence(about: &Silence) -> String {
    match about {
        Silence::Speed(speed) => format!("speed {speed} Mbps"),
        Silence::Term(months) => format!("masa langganan {months} bulan"),
        Silence::Crossing => "pindah antara Stream dan Stream+".to_owned(),
        Silence::Price(package) => format!("harga {package}"),
    }
}

fn bill(total: &Total) -> String {
    let Total {
        price,
        adjustment,
        exact,
        rounded,
        vat_percent,
    } = total;
    let (price, adjustment, exact) = (
        rupiah::display(*price),
        rupiah::display(*adjustment),
        rupiah::display(*exact),
    );
    let mut text = format!("{price} dikurangi penyesuaian {adjustment} = {exact}.");
    let shown: Vec<_> = rounded
        .iter()
        .map(|(total, vat)| {
            let base = rupiah::display(total - vat);
            format!(
                "**{}** (paket {base} + PPN {vat_percent} % {})",
                rupiah::display(*total),
                rupiah::display(*vat)
            )
        })
        .collect();
    text += &match shown.as_slice() {
        [only] => format!(" Dibulatkan seperti contoh di SOP: {only}."),
        several => format!(
            " Pembulatannya {}: contoh di SOP cocok dengan keduanya, jadi bacakan angka yang tercetak.",
            several.join(" atau ")
        ),
    };
    text
}

/// What a pasted number is, or what it may be.
pub fn number(knowledge: &Knowledge, kinds: &[NumberKind], around: Around<'_>) -> Reply {
    if let [only] = kinds {
        let path = sop::part(knowledge, &only.intent, &only.point, around);
        return Reply {
            text: format!("Ini seperti **{}**.\n{}", only.label, path.text),
            ..path
        };
    }
    let buttons = kinds
        .iter()
        .map(|kind| button(&kind.label, format!("point:{}#{}", kind.intent, kind.point)));
    say_with(
        "Nomor ini bisa berarti beberapa hal; bentuknya saja tidak cukup untuk memastikan. Nomor apa menurut pelanggan?"
            .to_owned(),
        buttons.collect(),
    )
}
