//! What must never stand in a catalogue file: credentials, personal data, internal addresses.

use super::super::diagnostic::{Diagnostic, Severity};
use super::super::source::Source;
use crate::value::sensitive::{self, Finding};

/// Addresses that belong to a function, not a person, and are part of the procedures.
const PUBLIC_ADDRESSES: &[&str] = &["cs@telkomsel.com", "do-not-reply@oxygen.id", "ccare@oxygen.id"];

/// Returns an error for each finding, with what to write instead. The finding itself is not repeated in the message.
pub fn secrets_and_personal_data(source: &Source) -> Vec<Diagnostic> {
    let findings = sensitive::scan(&source.text, PUBLIC_ADDRESSES);
    findings.into_iter().map(|finding| refuse(source, finding)).collect()
}

fn refuse(source: &Source, finding: Finding) -> Diagnostic {
    let (what, cure) = match finding.kind {
        sensitive::Kind::Credential => ("a credential", "name a secret instead: `secret = \"upoint\"`"),
        sensitive::Kind::PrivateAddress => ("an internal network address", "use a named link from `links.toml`"),
        sensitive::Kind::Phone => ("a phone number that may be somebody's", "write an invented one: `0812-0000-1234`"),
        sensitive::Kind::Email => ("a personal e-mail address", "write an invented one: `nama@contoh.invalid`"),
        sensitive::Kind::Card => ("a payment card number", "leave it out"),
        sensitive::Kind::IdentityNumber => ("an identity number", "leave it out"),
        sensitive::Kind::TaxNumber => ("a tax number", "leave it out"),
        sensitive::Kind::WorkOrder => ("the number of a real work order", "write the pattern: `WO-########-#######`"),
        sensitive::Kind::HomeAddress => ("a street address", "leave it out"),
    };
    Diagnostic::new(source, finding.span, Severity::Error, format!("{what} must not stand in the catalogue")).help(cure)
}
