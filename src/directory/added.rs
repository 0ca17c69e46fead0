//! A company as a lead writes it in one line: `PT Contoh; AM Contoh; kontak: 0812-0000-1234; EOS: EOS Contoh`.
//!
//! The company and its account manager come first; what follows says what it is, in any order.

use jiff::civil::Date;

use super::{Contact, Directory};

/// What separates the parts of the line.
const SEPARATOR: char = ';';
/// What separates several values of one part.
const LIST_SEPARATOR: char = ',';
/// Longer parts are no names and no numbers; a name of this length still fits where it is kept.
const PART_BYTES_MAX: usize = 120;

/// Why a line gives no contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lacking {
    /// The company, or a name that is its own.
    Company,
    /// The account manager.
    Am,
    /// What this part is.
    Label(String),
    /// A part is longer than a name.
    Short,
}

impl Directory {
    /// Reads what a lead writes of a company.
    ///
    /// # Errors
    ///
    /// What the line lacks.
    pub fn told(&self, line: &str, today: Date) -> Result<Contact, Lacking> {
        let mut parts = line.split(SEPARATOR).map(str::trim);
        let company = parts.next().unwrap_or_default();
        let am = parts.next().unwrap_or_default();
        let mut contact = Contact {
            company: company.to_owned(),
            aliases: Vec::new(),
            sids: Vec::new(),
            account_numbers: Vec::new(),
            am: am.strip_prefix("AM:").unwrap_or(am).trim().to_owned(),
            am_contact: String::new(),
            eos: String::new(),
            eos_contact: String::new(),
            region: String::new(),
            verified: today,
        };
        if self.name_words(company).is_empty() {
            return Err(Lacking::Company);
        }
        if contact.am.is_empty() {
            return Err(Lacking::Am);
        }
        for part in parts.filter(|part| !part.is_empty()) {
            let labelled = part.split_once(':').or_else(|| part.split_once('='));
            let Some((label, value)) = labelled else {
                return Err(Lacking::Label(part.to_owned()));
            };
            let value = value.trim();
            let list = || {
                let values = value.split(LIST_SEPARATOR).map(str::trim);
                values
                    .filter(|value| !value.is_empty())
                    .map(str::to_owned)
                    .collect()
            };
            match label.trim().to_lowercase().as_str() {
                "kontak" | "kontak am" => contact.am_contact = value.to_owned(),
                "eos" => contact.eos = value.to_owned(),
                "kontak eos" => contact.eos_contact = value.to_owned(),
                "region" | "regional" => contact.region = value.to_owned(),
                "sid" => contact.sids = list(),
                "account" | "account number" => contact.account_numbers = list(),
                "alias" | "nama lain" => contact.aliases = list(),
                _ => return Err(Lacking::Label(part.to_owned())),
            }
        }
        let texts = [
            &contact.company,
            &contact.am,
            &contact.am_contact,
            &contact.eos,
            &contact.eos_contact,
            &contact.region,
        ];
        let lists = contact.sids.iter().chain(&contact.account_numbers);
        let all = texts.into_iter().chain(lists.chain(&contact.aliases));
        if all.into_iter().any(|text| text.len() > PART_BYTES_MAX) {
            return Err(Lacking::Short);
        }
        Ok(contact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Result<(&str, &str, &str, &str), Lacking>) {
        let today = jiff::civil::date(2026, 11, 21);
        let contact = Directory::default().told(line, today);
        let told = contact.as_ref().map(|contact| {
            let sid = contact.sids.first().map_or("", String::as_str);
            (
                contact.company.as_str(),
                contact.am.as_str(),
                contact.eos.as_str(),
                sid,
            )
        });
        assert_eq!(told.map_err(Clone::clone), expected, "{line}");
    }

    #[test]
    fn a_lead_tells_of_a_company_in_one_line() {
        check(
            "PT Contoh Baru; AM Contoh; eos: EOS Contoh; SID: 4700000-0000099, 2; kontak: 0812-0000-1234",
            Ok((
                "PT Contoh Baru",
                "AM Contoh",
                "EOS Contoh",
                "4700000-0000099",
            )),
        );
        check(
            "PT Contoh Baru; AM: Contoh",
            Ok(("PT Contoh Baru", "Contoh", "", "")),
        );
        check("", Err(Lacking::Company));
        check("; AM Contoh", Err(Lacking::Company));
        check("PT Contoh Baru", Err(Lacking::Am));
        check(
            "PT Contoh; AM Contoh; siapa ya",
            Err(Lacking::Label("siapa ya".to_owned())),
        );
        check(
            "PT Contoh; AM Contoh; hobi: catur",
            Err(Lacking::Label("hobi: catur".to_owned())),
        );
        check(&format!("{}; AM", "x".repeat(121)), Err(Lacking::Short));
    }
}
