//! E-mail addresses.
//!
//! The check is the sensible one, not RFC 5322: what mail providers hand out passes, a forgotten `.com` does not. The
//! part before the `@` is kept as typed because its letter case may matter; a domain's never does.

use std::sync::LazyLock;

use regex::Regex;

use super::{Error, FoundValue, Value, settle};

/// The longest address that mail can be sent to (RFC 5321).
const CHARS_MAX: usize = 254;

/// Reads the one address in an answer.
pub fn parse(raw: &str) -> Result<Value, Error> {
    settle(find(raw), || {
        if raw.contains('@') {
            Error::InvalidEmail
        } else {
            Error::NotFound
        }
    })
}

/// Finds all addresses.
pub fn find(raw: &str) -> Vec<FoundValue> {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*")
            .expect("the pattern is constant")
    });
    ADDRESS
        .find_iter(raw)
        .filter(|address| {
            !raw[..address.start()].ends_with(|c: char| c == '@' || c.is_alphanumeric())
        })
        .filter(|address| {
            !raw[address.end()..].starts_with(|c: char| c == '@' || c.is_alphanumeric())
        })
        .filter_map(|address| {
            let (local, domain) = address.as_str().split_once('@')?;
            let local_kept = local.trim_start_matches(['.', '-']);
            let start = address.start() + (local.len() - local_kept.len());
            is_deliverable(local_kept, domain).then(|| FoundValue {
                span: start..address.end(),
                value: Value::plain(format!("{local_kept}@{}", domain.to_ascii_lowercase())),
            })
        })
        .collect()
}

/// Returns the address with only the first letter before the `@`: `b***@example.com`.
pub fn mask(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}***@{domain}")
}

fn is_deliverable(local: &str, domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    let top = labels.last().copied().unwrap_or_default();
    let is_label =
        |label: &&str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    let local_fits = !local.is_empty() && !local.ends_with('.') && !local.contains("..");
    let domain_fits = labels.len() >= 2 && labels.iter().all(is_label);
    let top_fits = top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphabetic());
    local_fits && domain_fits && top_fits && local.len() + 1 + domain.len() <= CHARS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: Result<&str, Error>) {
        assert_eq!(parse(raw), expected.map(Value::plain), "{raw}");
    }

    #[test]
    fn an_address_is_picked_out_and_its_domain_lowered() {
        check(
            "emailnya Budi.Contoh@Example.COM ya",
            Ok("Budi.Contoh@example.com"),
        );
        check("<a+b@mail.example.co.id>.", Ok("a+b@mail.example.co.id"));
        check("cs@telkomsel.com", Ok("cs@telkomsel.com"));
    }

    #[test]
    fn what_no_mail_reaches_is_refused() {
        check("budi@gmail", Err(Error::InvalidEmail));
        check("budi@@example.com", Err(Error::InvalidEmail));
        check("budi..c@example.com", Err(Error::InvalidEmail));
        check("budi@-example.com", Err(Error::InvalidEmail));
        check("budi @ example.com", Err(Error::InvalidEmail));
        check("tidak tahu", Err(Error::NotFound));
        check(
            "a@example.com atau b@example.com",
            Err(Error::Ambiguous {
                options: vec!["a@example.com".into(), "b@example.com".into()],
            }),
        );
    }

    #[test]
    fn a_mask_keeps_the_first_letter_and_the_domain() {
        assert_eq!(mask("budi@example.com"), "b***@example.com");
    }
}
