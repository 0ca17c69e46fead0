//! What opening messages and corrections tell: `openings.txt`, in which the values stand as written before the first run.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::{fs, path::Path};

use sigap::act::Act;
use sigap::dialog::Phase;
use sigap::message::{ChannelKind, Said};
use sigap::ticket::canonical_json;

use super::{Desk, good_answer};
use crate::conversations::pairs;

#[test]
fn what_is_told_is_taken_as_it_was_meant() {
    let cases = cases();
    let wrong: Vec<_> = cases.iter().filter_map(Case::unmet).collect();
    let right = cases.len() - wrong.len();
    println!(
        "{right} of {} openings taken as they were meant",
        cases.len()
    );
    assert!(
        wrong.is_empty(),
        "{right} of {} are right\n{}",
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn no_more_is_asked_than_an_opening_of_four_values_leaves_out() {
    const TOLD_MIN: usize = 4;
    let mut asked = Vec::new();
    let cases = cases();
    let of_four = cases.iter().filter(|case| {
        let told = pairs(&case.expected);
        case.intent == "bayar-belum-aktif" && case.said.len() == 1 && told.len() >= TOLD_MIN
    });
    for case in of_four {
        let mut desk = case.opened().expect("it opens its case");
        let left = desk.missing(desk.conversation.draft().unwrap()).len();
        let mut questions = 0;
        while let Some(answer) = good_answer(&desk.conversation, &desk) {
            questions += 1;
            desk.say(&Said::Text(answer)).unwrap();
        }
        assert!(matches!(desk.conversation.phase, Phase::Reviewing));
        assert!(questions <= left, "{questions} for {left}: {:?}", case.said);
        asked.push((questions, left));
    }
    asked.sort_unstable();
    let (questions, left) = asked[asked.len() / 2];
    println!(
        "{} openings of four values and more: {questions} questions in the median, {left} mandatory fields left",
        asked.len()
    );
    assert!(asked.len() >= 10 && questions <= left);
}

#[test]
fn a_pasted_template_needs_its_confirmation_only() {
    for (opening, template) in TEMPLATES {
        let mut desk = Desk::new(ChannelKind::Voice);
        for text in [*opening, "buat tiket", *template] {
            desk.say(&Said::Text(text.to_owned())).unwrap();
        }
        let phase = &desk.conversation.phase;
        assert!(matches!(phase, Phase::Reviewing), "{template}: {phase:?}");
        let filed = desk.say(&Said::Text("kirim".to_owned())).unwrap();
        assert!(filed.ticket.is_some(), "{template}");
    }
}

/// A case opened, and the filled template of its form pasted back.
const TEMPLATES: &[(&str, &str)] = &[
    (super::CASE, super::FULL),
    (
        "pulsa 50rb via indomaret belum masuk",
        "Class: Gold\nMSISDN: 0812-0000-1234\nNama pelanggan: Contoh Satu\nJenis kartu: simPATI\n\
         Waktu kendala: 20/11/2026 14.30\nNominal isi ulang: Rp50.000\nNotifikasi ketika gagal: tidak ada\n\
         Channel isi ulang: Tokopedia\nSerial Number (SN): 0212345678901234567890123\n\
         Bukti transaksi: Dikirim ke cs@telkomsel.com\nEmail pengirim bukti: contoh@contoh.invalid\n\
         CP lain yang dapat dihubungi: tidak ada",
    ),
    (
        "tagihan seat management ga bisa dibayar",
        "Jenis layanan: SEAT MANAGEMENT\nSN/Serial Number perangkat: CONTOHSN01\n\
         Nama CC/Perusahaan: PT Contoh, Tbk\nProduk / perangkat yang terkendala: Laptop, tidak menyala\n\
         Alamat Perusahaan: Gedung Contoh lantai 3, Kota Contoh\nPIC: Pak Contoh",
    ),
];

/// A case of the table.
struct Case {
    line: usize,
    said: Vec<String>,
    intent: String,
    expected: String,
}

fn cases() -> Vec<Case> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/dialog/openings.txt");
    let script = fs::read_to_string(script).unwrap();
    let (mut said, mut cases) = (Vec::new(), Vec::new());
    for (number, line) in script.lines().enumerate() {
        if let Some(message) = line.strip_prefix("> ") {
            said.push(message.replace("\\n", "\n"));
        } else if let Some(expected) = line.strip_prefix("= ") {
            let (intent, expected) = expected.split_once(' ').unwrap_or((expected, ""));
            cases.push(Case {
                line: number + 1,
                said: std::mem::take(&mut said),
                intent: intent.to_owned(),
                expected: expected.to_owned(),
            });
        }
    }
    assert!(said.is_empty(), "every opening has its values");
    cases
}

impl Case {
    /// A desk at which the case was opened and became a ticket; where two procedures fit, the agent picks.
    fn opened(&self) -> Result<Desk, String> {
        let mut desk = Desk::new(ChannelKind::Voice);
        let mut say = |said: Said| desk.say(&said).unwrap().next.phase;
        let heard = match say(Said::Text(self.said[0].clone())) {
            Phase::Clarifying(_) => say(Said::Press(Act::Open(self.intent.clone()))),
            phase => phase,
        };
        if !matches!(&heard, Phase::Answered(heard) if heard.intent == self.intent) {
            return Err(format!("is not taken for {}", self.intent));
        }
        say(Said::Text("buat tiket".to_owned()));
        Ok(desk)
    }

    /// Says all of it and returns what is not as expected.
    fn unmet(&self) -> Option<String> {
        let at = format!("openings.txt:{}: {}", self.line, self.said.join(" | "));
        let mut desk = match self.opened() {
            Ok(desk) => desk,
            Err(error) => return Some(format!("{at}\n    {error}")),
        };
        for message in &self.said[1..] {
            desk.say(&Said::Text(message.clone())).unwrap();
        }
        let conversation = &desk.conversation;
        let Some(draft) = conversation.draft() else {
            return Some(format!("{at}\n    has no draft"));
        };
        let entries = desk.form(draft).entries(draft.case(desk.kind), &desk.now);
        let told = entries.iter().map(|entry| {
            let canonical = canonical_json(&entry.answer);
            let text = canonical.as_str().map(str::to_owned);
            let text = text.unwrap_or_else(|| canonical.to_string());
            (entry.field.clone(), text)
        });
        let mut told: BTreeMap<String, String> = told.collect();
        let asking = conversation.asking().unwrap_or("-");
        let mut unmet = String::new();
        for (name, value) in pairs(&self.expected) {
            let is = match name.as_str() {
                "asking" => Some(asking.to_owned()),
                field => told.remove(field),
            };
            if is.as_deref() != Some(value.as_str()) {
                let _ = write!(unmet, "\n    {name} should be {value:?}, is {is:?}");
            }
        }
        for (field, value) in told {
            let _ = write!(unmet, "\n    {field} should not be there, is {value:?}");
        }
        (!unmet.is_empty()).then(|| format!("{at}{unmet}"))
    }
}
