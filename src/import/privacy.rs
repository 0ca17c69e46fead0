//! What must not go from a posted document into the catalogue: cut out, and reported with its line.

use std::sync::LazyLock;

use regex::Regex;

use crate::catalog::sensitive_in;
use crate::value::sensitive::{Finding, Sensitive};

/// Something that was cut out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The document's line, from 1.
    pub line: usize,
    /// What it was; the thing itself is not repeated.
    pub what: &'static str,
}

/// Cuts credentials, internal addresses and personal data out of every line.
pub fn cut(lines: &mut [String]) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut is_below_logins = false;
    for (at, line) in lines.iter_mut().enumerate() {
        let columns = line.matches(['\t', '|']).count();
        is_below_logins &= columns > 0;
        if is_below_logins && line.chars().any(char::is_alphanumeric) {
            let what = name(Sensitive::Credential);
            *line = format!("[dihapus: {what}]");
            cuts.push(Cut { line: at + 1, what });
            continue;
        }
        is_below_logins |= columns > 0 && has_logins(line);
        let mut findings: Vec<(std::ops::Range<usize>, &'static str)> = sensitive_in(line)
            .into_iter()
            .map(|Finding { span, kind }| (span, name(kind)))
            .collect();
        findings.extend(numbered(line));
        findings.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        let mut kept = String::with_capacity(line.len());
        let mut done = 0;
        for (span, what) in findings {
            if span.start < done {
                continue;
            }
            kept += &line[done..span.start];
            kept += &format!("[dihapus: {what}]");
            done = span.end;
            cuts.push(Cut { line: at + 1, what });
        }
        if done > 0 {
            kept += &line[done..];
            *line = kept;
        }
    }
    cuts
}

/// Whether a row of a table names columns of logins, so that the rows below it hold them.
fn has_logins(row: &str) -> bool {
    static HEADER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:user(?:\s?name|\s?id)?|login)\s*[|\t]\s*(?:pass(?:word)?|pwd?|kata\s?sandi)\s*(?:[|\t]|$)")
            .expect("the pattern is constant")
    });
    HEADER.is_match(row)
}

/// Numbers that are somebody's because of the word before them: an account, an invoice, a customer's id.
fn numbered(line: &str) -> Vec<(std::ops::Range<usize>, &'static str)> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\b(?:account|customer|pelanggan|invoice|tagihan|rekening|sid|cidnas|workorder|ticket no|tiket no)\b(?: ?(?:number|no|nomor|id)\b)?[.\s:#]{1,6}(?P<number>\d[\d\-]{6,})",
        )
        .expect("the pattern is constant")
    });
    NUMBER
        .captures_iter(line)
        .filter_map(|found| Some((found.name("number")?.range(), "nomor pelanggan atau akun")))
        .collect()
}

fn name(kind: Sensitive) -> &'static str {
    match kind {
        Sensitive::Credential => "user name, password atau PIN",
        Sensitive::PrivateAddress => "alamat jaringan internal",
        Sensitive::Phone => "nomor telepon",
        Sensitive::Npwp => "NPWP",
        Sensitive::Email => "alamat email",
        Sensitive::Card => "nomor kartu",
        Sensitive::Nik => "NIK",
        Sensitive::WorkOrder => "nomor work order",
        Sensitive::HomeAddress => "alamat rumah",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_cut_out_and_named_with_their_line() {
        // Put together here: what must not stand in a file must not stand in this one either.
        let phone = ["0812", "3456", "7890"].concat();
        let login = ["Password", "sangat-rahasia"].join(": ");
        let mut lines = [
            "Buka portal".to_owned(),
            format!("Username : agen1 {login}"),
            format!("Contoh: hubungi {phone} atau cs@telkomsel.com"),
            "Account Number : 4000123456 milik pelanggan".to_owned(),
            "Hubungi 1500780, SOP-007/2017 (KM1100455)".to_owned(),
        ];
        let cuts = cut(&mut lines);
        let found: Vec<_> = cuts.iter().map(|cut| cut.line).collect();
        assert_eq!(found, [2, 3, 4]);
        assert_eq!(
            lines[2],
            "Contoh: hubungi [dihapus: nomor telepon] atau cs@telkomsel.com"
        );
        let all = lines.join("\n");
        for secret in ["agen1", "sangat-rahasia", &phone, "4000123456"] {
            assert!(!all.contains(secret), "{secret} is still there");
        }
        assert_eq!(lines[4], "Hubungi 1500780, SOP-007/2017 (KM1100455)");
    }
}
