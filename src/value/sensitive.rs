//! Personal data and secrets in free text: made unrecognisable before text is stored or logged ([`redact`],
//! [`without_cards`]), pointed out before it gets into the catalogue ([`scan`]).

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;
use std::slice;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::digits::{self, Run};
use super::{card, contact, email, is_glued, issuer, msisdn};
use crate::text::fold;

/// A block of so many digits may be somebody's account.
const ACCOUNT_DIGITS_MIN: usize = 8;
/// Digits in groups are more often dates and amounts; so many are not.
const GROUPED_DIGITS_MIN: usize = 13;
/// What stays readable of a masked number, to keep two of them apart.
const DIGITS_KEPT: usize = 3;
/// What is no name between `user` and `password`.
const NO_NAMES: [&str; 4] = ["name", "id", "dan", "atau"];

/// Something that must not be in a file that many people read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where it is, in bytes.
    pub span: Range<usize>,
    /// What it seems to be.
    pub kind: Sensitive,
}

/// What must not be in a file that many people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensitive {
    /// A user name, password, PIN or one-time password with its value.
    Credential,
    /// An address inside a private network.
    PrivateAddress,
    /// A customer's or colleague's mobile number.
    Phone,
    /// A tax number (NPWP).
    Npwp,
    /// An e-mail address that is not public.
    Email,
    /// A payment card's number.
    Card,
    /// A citizen's number (NIK).
    Nik,
    /// The number of a real work order.
    WorkOrder,
    /// Somebody's home.
    HomeAddress,
}

/// Returns the text with numbers and addresses of persons masked.
///
/// A voucher's serial stays: it identifies no person and the case cannot be understood without it.
///
/// ```
/// # use sigap::value::sensitive::redact;
/// assert_eq!(redact("dari 0812-0000-1234 ke budi@example.com"), "dari ****-****-*234 ke b***@example.com");
/// ```
pub fn redact(text: &str) -> String {
    // Wider than what is accepted as an address: one with a typing mistake is somebody's, too.
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[A-Za-z0-9._%+\-]+(?:@[A-Za-z0-9.\-]+)+").expect("the pattern is constant")
    });
    let narrow = fold::narrow(text);
    let text = narrow.as_ref().map_or(text, |narrow| &narrow.text);
    let mut text = ADDRESS.replace_all(text, |address: &Captures<'_>| email::mask(&address[0]));
    let mut printed: Vec<Range<usize>> = card::runs(&text)
        .into_iter()
        .flat_map(|card| beside_card(&text, card.span.end))
        .collect();
    printed.sort_by_key(|span| Reverse(span.start));
    for span in printed {
        let stars = digits::starred(&text[span.clone()], 0);
        text.to_mut().replace_range(span, &stars);
    }
    for pattern in told_secrets() {
        text = Cow::Owned(hidden(&text, pattern));
    }

    let mut spans: Vec<Range<usize>> = msisdn::find(&text)
        .into_iter()
        .map(|found| found.span)
        .collect();
    spans.extend(card::runs(&text).into_iter().map(|run| run.span));
    spans.extend(account_like(&text));
    let vouchers = vouchers(&text);
    let landlines = contact::landlines(&text).into_iter();
    spans.extend(landlines.filter(|span| !overlaps(span, &vouchers)));
    spans.sort_by_key(|span| (span.start, Reverse(span.end)));

    let mut redacted = String::with_capacity(text.len());
    let mut done = 0;
    for span in spans {
        // Of two readings that overlap, the second adds what the first left over.
        let span = span.start.max(done)..span.end.max(done);
        redacted.push_str(&text[done..span.start]);
        redacted.push_str(&digits::starred(&text[span.clone()], DIGITS_KEPT));
        done = span.end;
    }
    redacted.push_str(&text[done..]);
    redacted
}

/// The text with what a pattern calls `secret` hidden.
fn hidden(text: &str, pattern: &Regex) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut done = 0;
    for secret in pattern
        .captures_iter(text)
        .filter_map(|found| found.name("secret"))
    {
        shown.push_str(&text[done..secret.start()]);
        shown.push_str("***");
        done = secret.end();
    }
    shown.push_str(&text[done..]);
    shown
}

/// What is said in words and identifies somebody or opens something: secrets with their values, the mother's name, the
/// day of birth, a street with its number.
fn told_secrets() -> &'static [Regex] {
    static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        let date = r"\d{1,2}[\s/.-]+(?:\d{1,2}|[a-z]{3,9})[\s/.-]+\d{2,4}";
        let key = r"(?:user(?:\s?(?:name|id))?|login|pass(?:word|code)?|pwd|(?:kata\s+)?sandi|pin|otp)(?:\s?nya)?";
        [
            format!(r"\b {key} \s*[:=]\s* (?<secret>[^\s<:=]+)"),
            format!(r"\b {key} (?:\s+(?:saya|dia|plgn|pelanggan|adalah|yaitu|itu))? \s+ (?<secret>[^\s<]*\d\S*)"),
            r"\b (?:cvv2?|cvc2?|cid) (?:\s*nya)? \s*[:=.\-]?\s* (?<secret>[0-9]{3,4}) \b".to_owned(),
            r"\b (?:exp(?:ired|iry|iration)? (?:\s*date)? | valid\s+(?:thru|until) | berlaku (?:\s+(?:sampai|hingga|s/d))?) (?:nya)? [\s:.=]* (?<secret>(?:0?[1-9]|1[0-2]) \s*[/.-]\s* (?:20)?[2-4][0-9]) (?:[^0-9/.-]|[.,]?$)".to_owned(),
            r"\b user(?:name)? \s+ \S+ \s+ pass(?:word)? \s+ (?<secret>\S+)".to_owned(),
            r"\b (?:nama\s+)? (?:gadis\s+)? ibu \s+ kandung (?:nya)? \s*[:=]?\s* (?:adalah\s+)? (?<secret>[a-z][\w'.]*(?:\ [a-z][\w'.]*){0,3})".to_owned(),
            format!(r"\b (?:lahir(?:nya)?|ttl) \b [^\d\n]{{0,30}} (?<secret>{date})"),
            r"\b lahir \b [^\n]{0,40}? \b ibu \s+ (?<secret>(?-i:[A-Z])\w+(?:\ (?-i:[A-Z])\w+)*)".to_owned(),
            r"\b (?:jl|jln|jalan|gg|gang) \b \.? \s* (?<secret>[^,;\n]{1,60}? \b (?:no|nomor|blok|rt) \b [.\s]* \d+[a-z]? (?: [\s/,.]* \b (?:rt|rw|blok|no) \b [.\s]* \d+ )*)".to_owned(),
        ]
        .iter()
        .map(|pattern| Regex::new(&format!("(?ix){pattern}")).expect("the pattern is constant"))
        .collect()
    });
    &PATTERNS
}

/// Returns the text with payment cards reduced to their last four digits, without what else is printed on them (expiry,
/// check code), and everything else as it was: what a ticket keeps of an agent's own words.
pub fn without_cards(text: &str) -> Cow<'_, str> {
    match fold::narrow(text) {
        // A text is only written differently where there is a card to hide.
        Some(narrow) => match masked(&narrow.text) {
            Cow::Owned(masked) => Cow::Owned(masked),
            Cow::Borrowed(_) => Cow::Borrowed(text),
        },
        None => masked(text),
    }
}

fn masked(text: &str) -> Cow<'_, str> {
    let phones = msisdn::find(text);
    let is_phone = |span: &Range<usize>| {
        phones
            .iter()
            .any(|phone| phone.span.start <= span.start && span.end <= phone.span.end)
    };
    let cards: Vec<Run> = card::likely(text)
        .into_iter()
        .filter(|run| !is_phone(&run.span) && !is_amount(&text[run.span.clone()]))
        .collect();
    let mut secret = check_codes(text);
    for card in &cards {
        secret.extend(beside_card(text, card.span.end));
    }
    secret.retain(|span| {
        cards
            .iter()
            .all(|card| !overlaps(span, slice::from_ref(&card.span)))
    });
    let starred = |span: Range<usize>| {
        let stars = digits::starred(&text[span.clone()], 0);
        (span, stars)
    };
    let mut masked: Vec<(Range<usize>, String)> = cards
        .into_iter()
        .map(|run| (run.span, card::masked(&run.digits)))
        .chain(secret.into_iter().map(starred))
        .collect();
    masked.sort_by_key(|(span, _)| span.start);
    masked.dedup_by(|next, before| overlaps(&next.0, slice::from_ref(&before.0)));
    masked
        .into_iter()
        .rev()
        .fold(Cow::Borrowed(text), |mut text, (span, mask)| {
            text.to_mut().replace_range(span, &mask);
            text
        })
}

/// Check codes that are called so, wherever they are: `cvv 123`.
fn check_codes(text: &str) -> Vec<Range<usize>> {
    static CODE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:cvv2?|cvc2?|cid)(?:\s*nya)?\s*[:=.\-]?\s*([0-9]{3,4})\b")
            .expect("the pattern is constant")
    });
    let codes = CODE.captures_iter(text);
    codes
        .filter_map(|code| Some(code.get(1)?.range()))
        .collect()
}

/// What comes behind a card's number as on its plastic: an expiry date and a check code, in either order.
fn beside_card(text: &str, end: usize) -> Vec<Range<usize>> {
    static NEXT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)^ [\s,;/|-]* (?: (?: exp(?:ired|iry|iration)? | valid (?:\s+thru)? | (?:masa\s+)? berlaku | cvv2? | cvc2? | kode ) [\s:.=]* )?
              (?: ( [0-9]{1,2} \s* [/|-] \s* [0-9]{4} ) (?: [^0-9] | $ )
                # A day of the calendar goes on with its year.
                | ( [0-9]{1,2} \s* [/|-] \s* [0-9]{2} ) (?: [^0-9./-] | [./-](?:[^0-9]|[0-9]{3}\b|$) | $ )
                | ( [0-9]{3,4} ) (?: [^0-9./-] | [./-](?:[^0-9]|$) | $ ) )",
        )
        .expect("the pattern is constant")
    });
    let mut secret = Vec::new();
    let mut from = end;
    let next = |text| {
        let next = NEXT.captures(text)?;
        next.iter().skip(1).flatten().next()
    };
    while let Some(next) = next(&text[from..]) {
        secret.push(from + next.start()..from + next.end());
        from += next.end();
    }
    secret
}

/// Points out secrets and personal data, except what is `allowed` word by word and what is obviously invented.
pub fn scan(text: &str, allowed: &[&str]) -> Vec<Finding> {
    let Some(narrow) = fold::narrow(text) else {
        return pointed_out(text, allowed);
    };
    let mut findings = pointed_out(&narrow.text, allowed);
    for Finding { span, .. } in &mut findings {
        *span = narrow.span(span);
    }
    findings
}

fn pointed_out(text: &str, allowed: &[&str]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = patterns()
        .iter()
        .flat_map(|(kind, pattern)| {
            let found = pattern.captures_iter(text).filter(names_a_login);
            found.filter_map(|found| {
                Some(Finding {
                    span: found.get(0)?.range(),
                    kind: *kind,
                })
            })
        })
        .collect();
    let found = |kind| move |span| Finding { span, kind };
    findings.extend(
        email::find(text)
            .into_iter()
            .map(|email| email.span)
            .map(found(Sensitive::Email)),
    );
    findings.extend(personal_phones(text).map(found(Sensitive::Phone)));
    findings.extend(cards_and_niks(text));
    let vouchers = vouchers(text);
    findings.retain(|finding| {
        let quoted = &text[finding.span.clone()];
        let is_allowed = allowed
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(quoted));
        let is_voucher =
            finding.kind != Sensitive::Credential && overlaps(&finding.span, &vouchers);
        !is_allowed && !is_voucher
    });
    findings.sort_by_key(|finding| (finding.span.start, finding.kind));
    findings
}

/// Whether a name before a password is one: `user dan password salah` has none, and where only blanks divide the two, one
/// of them has a digit.
fn names_a_login(found: &Captures<'_>) -> bool {
    let part = |name| {
        found
            .name(name)
            .map_or("", |part: regex::Match<'_>| part.as_str())
    };
    let (name, value) = (part("name"), part("value"));
    let has_digit = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    let is_word = NO_NAMES.iter().any(|word| word.eq_ignore_ascii_case(name));
    let is_divided = part("between").contains(['/', ',', '|']);
    name.is_empty() || !is_word && (is_divided || has_digit(name) || has_digit(value))
}

/// Where vouchers' serials are. They are tried before anything else that is made of digits.
fn vouchers(text: &str) -> Vec<Range<usize>> {
    let runs = digits::widest(text).into_iter();
    runs.filter(|run| digits::is_voucher(&run.digits))
        .map(|run| run.span)
        .collect()
}

/// Whether the span shares characters with any of the others.
fn overlaps(span: &Range<usize>, others: &[Range<usize>]) -> bool {
    others
        .iter()
        .any(|other| other.start < span.end && span.start < other.end)
}

/// Digits that may be an account's, in a block or in groups, without those of vouchers. Where numbers are side by
/// side all of them are masked: too much is better than the half of a card.
fn account_like(text: &str) -> Vec<Range<usize>> {
    let vouchers = vouchers(text);
    let is_long =
        |run: &Run| run.digits.len() >= GROUPED_DIGITS_MIN && !is_amount(&text[run.span.clone()]);
    let runs = digits::widest(text)
        .into_iter()
        .filter(is_long)
        .map(|run| run.span);
    let groups = digits::groups(text).into_iter();
    let blocks = groups
        .filter(|group| group.digits.len() >= ACCOUNT_DIGITS_MIN)
        .map(|group| group.span);
    runs.chain(blocks)
        .filter(|span| !overlaps(span, &vouchers))
        .collect()
}

/// Whether the digits are grouped like an amount or a moment, which are long without being anybody's.
fn is_amount(run: &str) -> bool {
    static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:\d{1,3}(?:\.\d{3})+|\d{4}-\d\d-\d\d \d\d\.\d\d|\d\d-\d\d-\d{4} \d\d\.\d\d)( \d{1,3}(?:\.\d{3})*)?$")
            .expect("the pattern is constant")
    });
    PLAIN.is_match(run)
}

/// Mobile numbers, except those that are invented for examples: `0812-0000-1234`.
fn personal_phones(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_invented = |canonical: &str| {
        canonical
            .get("62812".len()..)
            .is_some_and(|rest| rest.starts_with("0000"))
    };
    msisdn::find(text)
        .into_iter()
        .filter(move |found| !is_invented(&found.value.canonical.to_string()))
        .map(|found| found.span)
}

fn cards_and_niks(text: &str) -> Vec<Finding> {
    let cards = card::runs(text)
        .into_iter()
        .filter(|run| !is_glued(text, &run.span));
    let mut findings: Vec<Finding> = cards
        .map(|run| Finding {
            span: run.span,
            kind: Sensitive::Card,
        })
        .collect();
    let blocks = digits::groups(text)
        .into_iter()
        .filter(|group| issuer::is_nik(group.digits) && !is_glued(text, &group.span));
    let niks: Vec<Finding> = blocks
        .filter(|group| {
            findings
                .iter()
                .all(|card| !card.span.contains(&group.span.start))
        })
        .map(|group| Finding {
            span: group.span,
            kind: Sensitive::Nik,
        })
        .collect();
    findings.extend(niks);
    findings
}

/// The kinds that a pattern alone shows.
fn patterns() -> &'static [(Sensitive, Regex); 9] {
    static PATTERNS: LazyLock<[(Sensitive, Regex); 9]> = LazyLock::new(|| {
        let pattern = |pattern: &str| Regex::new(pattern).expect("the pattern is constant");
        [
            // A reference to the secret store (`secret:upoint`) or a placeholder (`<...>`) is what belongs there.
            (
                Sensitive::Credential,
                pattern(
                    r"(?i)\b(?:user(?:\s?name)?|pass(?:word)?|pwd|pin|otp)\s*[:=]\s*(?:[^\s<{\[*s]|s(?:[^e\s]|e(?:[^c\s]|$)|$))\S*",
                ),
            ),
            (
                Sensitive::Credential,
                pattern(
                    r"(?i)\b(?:kata\s?sandi|sandi|pw|passcode|user\s?id)\s*[:=]\s*[^\s<{\[*]\S*",
                ),
            ),
            // `user x / pass y`, `login: x / y`, a cell beside its name in a table.
            (
                Sensitive::Credential,
                pattern(
                    r"(?ix)\b(?:user(?:\s?name|\s?id)?|login) (?:\s*[:=|]\s*|\s+) (?<name>[^\s<{\[*|,/]+) (?<between>[\s,/|]+)
                        (?:pass(?:word)?|pwd?|kata\s?sandi|sandi) (?:\s*[:=|]\s*|\s+) (?<value>[^\s<{\[*|]+)
                    |\blogin \s*[:=]\s* [^\s/<{\[*]+ \s*/\s* [^\s/<{\[*]+",
                ),
            ),
            (
                Sensitive::Credential,
                pattern(
                    r"(?ix)\b(?:user\s?name|user\s?id|pass(?:word)?|pwd?|kata\s?sandi|pin) \s*[|\t]\s* (?:[^\s<{\[*|]*\d[^\s|]* | [^\s<{\[*|]{4,}[.@_][^\s|]+)",
                ),
            ),
            (
                Sensitive::Credential,
                pattern(
                    r"(?ix)\b(?:pass(?:word|code)?|pwd?|kata\s?sandi|sandi) (?:nya)? \s+ (?: \d[^\s<]{3,} | [a-z][^\s<\d]*\d\S* )
                    |\b(?:pin|otp) (?:nya)? \s+ \d{4,8}\b",
                ),
            ),
            (
                Sensitive::PrivateAddress,
                pattern(
                    r"\b(?:10(?:\.\d{1,3}){3}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}|192\.168(?:\.\d{1,3}){2})\b",
                ),
            ),
            (
                Sensitive::Npwp,
                pattern(r"\b\d{2}\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}\b"),
            ),
            (Sensitive::WorkOrder, pattern(r"\bWO-\d{8}-\d+")),
            (
                Sensitive::HomeAddress,
                pattern(
                    r"(?i)\b(?:jl|jln|jalan)\b\.?[^\n]*?\brt\b[.\s]*\d+[\s/,.]*\brw\b[.\s]*\d+",
                ),
            ),
        ]
    });
    &PATTERNS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, redacted: &str) {
        assert_eq!(redact(text), redacted);
    }

    #[track_caller]
    fn check_scan(text: &str, expected: &[(&str, Sensitive)]) {
        let findings = scan(text, &["cs@telkomsel.com", "1500780"]);
        let found: Vec<(&str, Sensitive)> = findings
            .into_iter()
            .map(|finding| (&text[finding.span], finding.kind))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn personal_data_is_masked_in_free_text() {
        check("cc 4111 1111 1111 1111 ya", "cc **** **** **** *111 ya");
        check("cc 4111111111111111 50000", "cc **************** **000");
        check("no 0812-0000-1234.", "no ****-****-*234.");
        check("NIK 3171234501900001", "NIK *************001");
        check("rek 1234567890 an Budi", "rek *******890 an Budi");
        check("mail budi@example.com", "mail b***@example.com");
        check("id TRX081200001234", "id TRX*********234");
    }

    #[test]
    fn only_cards_are_masked_in_what_a_ticket_keeps() {
        for (text, kept) in [
            (
                "kartu 4111 1111 1111 1111 ditolak",
                "kartu **** **** **** 1111 ditolak",
            ),
            (
                "4111111111111111 dan 5555-5555-5555-4444",
                "**** **** **** 1111 dan **** **** **** 4444",
            ),
            ("4111 1111 1111 1111 123", "**** **** **** 1111 ***"),
            (
                "cc 4111-1111-1111-1111 exp 12/28 cvv 123 ditolak",
                "cc **** **** **** 1111 exp **/** cvv *** ditolak",
            ),
            (
                "4111111111111111/12/2028/123, Rp200.000",
                "**** **** **** 1111/**/****/***, Rp200.000",
            ),
            (
                "4111 1111 1111 1111 200000 gagal",
                "**** **** **** 1111 200000 gagal",
            ),
            (
                "4111 1111 1111 1111 12/28/123 tgl 12/11/2026",
                "**** **** **** 1111 **/**/*** tgl 12/11/2026",
            ),
            ("cvvnya 123 ya", "cvvnya *** ya"),
        ] {
            assert_eq!(without_cards(text), kept);
        }
        for text in [
            // These pass a card's checksum.
            "6281200001238",
            "Rp4.000.000.000.006",
            "1234567890128",
            "balik ke 0812-0000-7777, Jl Contoh 1",
            "sid 4700001-0000003",
            "cvt 123, tgl 12/28",
        ] {
            assert_eq!(without_cards(text), text);
        }
    }

    #[test]
    fn what_is_nobodys_stays() {
        for text in [
            "isi ulang 50.000 tgl 2026-11-20 20.00 belum masuk",
            "SN 0212345678901234567890123",
            "SN 02123 45678 90123 45678 90123",
            "Rp1.000.000.000.000",
            "telepon 1500780",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn secrets_are_pointed_out() {
        check_scan("User: budi01", &[("User: budi01", Sensitive::Credential)]);
        check_scan(
            "password = rahasia",
            &[("password = rahasia", Sensitive::Credential)],
        );
        check_scan(
            "Password: sangatrahasia",
            &[("Password: sangatrahasia", Sensitive::Credential)],
        );
        check_scan(
            "buka http://192.168.0.1/x",
            &[("192.168.0.1", Sensitive::PrivateAddress)],
        );
        check_scan("10.20.30.40", &[("10.20.30.40", Sensitive::PrivateAddress)]);
        check_scan("172.15.0.1 atau 110.0.0.1", &[]);
        for secret in [
            "user agen1 password rahasia",
            "user agen1 / pass rahasia",
            "Login: agen1 / rahasia",
            "pw rahasia77",
            "katasandi: rahasia",
            "PIN 123456",
            "Username | agen01",
        ] {
            check_scan(secret, &[(secret, Sensitive::Credential)]);
        }
        for harmless in [
            "user dan password salah",
            "username/password salah",
            "password minimal 8 karakter",
            "OTP 6 digit",
            "login / logout",
            "Username | Password",
        ] {
            check_scan(harmless, &[]);
        }
        check_scan("Password: secret:upoint", &[]);
        check_scan("Password: <minta ke lead>", &[]);
        check_scan("minta PIN pelanggan", &[]);
    }

    #[test]
    fn personal_data_is_pointed_out() {
        check_scan(
            "hubungi 0812-3456-7890",
            &[("0812-3456-7890", Sensitive::Phone)],
        );
        check_scan("0812-0000-1234 dan 0812xxxx", &[]);
        check_scan(
            "NPWP 01.234.567.8-901.000",
            &[("01.234.567.8-901.000", Sensitive::Npwp)],
        );
        check_scan(
            "budi@example.com, cs@telkomsel.com",
            &[("budi@example.com", Sensitive::Email)],
        );
        check_scan(
            "4111-1111-1111-1111",
            &[("4111-1111-1111-1111", Sensitive::Card)],
        );
        check_scan("3171234501900001", &[("3171234501900001", Sensitive::Nik)]);
        check_scan(
            "WO-20251120-17",
            &[("WO-20251120-17", Sensitive::WorkOrder)],
        );
        check_scan(
            "di JL. Contoh No 1 RT 01/RW 02 Kota",
            &[("JL. Contoh No 1 RT 01/RW 02", Sensitive::HomeAddress)],
        );
        check_scan("SN 0212345678901234567890123, KM3407022326, K22", &[]);
    }
}
