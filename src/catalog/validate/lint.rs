//! What a catalogue file must never have: credentials, personal data, internal addresses.

use super::super::diagnostic::{Diagnostic, Severity};
use super::super::source::Source;
use crate::value::sensitive::{self, Finding, Sensitive};

/// Addresses that belong to a function, not a person, and are part of the procedures.
const PUBLIC_ADDRESSES: &[&str] = &[
    "cs@telkomsel.com",
    "do-not-reply@oxygen.id",
    "ccare@oxygen.id",
];

/// Domains that have no owner (RFC 2606): addresses in them are invented.
const INVENTED_DOMAINS: &[&str] = &[
    ".invalid",
    ".example",
    ".test",
    "example.com",
    "example.org",
    "example.net",
];

/// Returns an error for each finding, with what to write instead. The finding itself is not repeated in the message.
pub fn secrets_and_personal_data(source: &Source) -> Vec<Diagnostic> {
    let findings = sensitive_in(&source.text);
    findings
        .into_iter()
        .map(|finding| refuse(source, finding))
        .collect()
}

/// Returns what of a text must not get into the catalogue.
pub fn sensitive_in(text: &str) -> Vec<Finding> {
    let mut findings = sensitive::scan(text, PUBLIC_ADDRESSES);
    findings.retain(|finding| !is_invented(text, finding));
    findings
}

fn is_invented(text: &str, finding: &Finding) -> bool {
    let text = &text[finding.span.clone()];
    finding.kind == Sensitive::Email && INVENTED_DOMAINS.iter().any(|domain| text.ends_with(domain))
}

fn refuse(source: &Source, finding: Finding) -> Diagnostic {
    let (what, cure) = match finding.kind {
        Sensitive::Credential => (
            "a credential",
            "name a secret instead: `secret = \"upoint\"`",
        ),
        Sensitive::PrivateAddress => (
            "an internal network address",
            "use a named link from `links.toml`",
        ),
        Sensitive::Phone => (
            "a phone number that may be somebody's",
            "write an invented one: `0812-0000-1234`",
        ),
        Sensitive::Email => (
            "a personal e-mail address",
            "write an invented one: `nama@contoh.invalid`",
        ),
        Sensitive::Card => ("a payment card number", "leave it out"),
        Sensitive::Nik => ("an identity number", "leave it out"),
        Sensitive::Npwp => ("a tax number", "leave it out"),
        Sensitive::WorkOrder => (
            "the number of a real work order",
            "write the pattern: `WO-########-#######`",
        ),
        Sensitive::HomeAddress => ("a street address", "leave it out"),
    };
    Diagnostic::new(
        source,
        finding.span,
        Severity::Error,
        format!("{what} must not stand in the catalogue"),
    )
    .help(cure)
}
