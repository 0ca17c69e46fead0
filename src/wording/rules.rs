//! What the rule of a procedure says: yes or no with the reason, the packages to choose from, a bill made up.

use crate::guide::upgrade::{Answer, Open, Reason, Silence, Total};
use crate::value::rupiah;

pub(super) use crate::guide::upgrade::Ruling;

/// Whether the document leaves it open.
pub(super) fn is_silent(ruling: &Ruling) -> bool {
    matches!(ruling.answer, Answer::Silent { .. })
}

/// The rule's answer in a sentence.
pub(super) fn sentence(ruling: &Ruling) -> String {
    match &ruling.answer {
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
