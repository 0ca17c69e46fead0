//! What holds for every kind and any text.

use proptest::prelude::*;

use super::sensitive::{Sensitive, redact, scan};
use super::*;

fn background() -> Background<'static> {
    static NOW: LazyLock<Zoned> = LazyLock::new(|| {
        "2026-11-21T10:30:00+07:00[Asia/Jakarta]"
            .parse()
            .expect("the moment is constant")
    });
    testing::background(&NOW)
}

fn kinds() -> Vec<Kind> {
    let choice = |value: &str, aliases: &[&str]| Choice {
        value: value.to_owned(),
        aliases: aliases.iter().map(ToString::to_string).collect(),
        groups: Vec::new(),
    };
    let options = vec![
        choice("VOICE", &["nelpon"]),
        choice("SMS", &["as"]),
        choice("DATA/INTERNET", &["data", "dompet", "2"]),
        choice("Bank", &["bca", "dompet", "dompet di aplikasi"]),
        choice("SEMUANYA", &["semua"]),
    ];
    let choices = |many, open| {
        Kind::Choice(Choices {
            options: options.clone(),
            many,
            open,
        })
    };
    let serial = |lenient| Kind::Serial {
        digits: 25,
        prefix: "02".to_owned(),
        lenient,
    };
    vec![
        Kind::Text { max_chars: 60 },
        Kind::Name,
        Kind::Place { max_chars: 60 },
        Kind::Msisdn,
        Kind::Contact,
        choices(false, false),
        choices(false, true),
        choices(true, false),
        Kind::Date { past: true },
        Kind::Date { past: false },
        Kind::DateTime { past: true },
        Kind::DateTime { past: false },
        Kind::Rupiah,
        Kind::Email,
        serial(false),
        serial(true),
        Kind::Code { max_chars: 40 },
        Kind::Card,
    ]
}

/// Text made of what the kinds look for, in unlikely orders.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "0812-0000-1234",
            "+62",
            "812",
            "62",
            "021-5550000",
            "1500780",
            "budi@example.com",
            "@",
            "4111 1111 1111 1111",
            "1111",
            "0212345678901234567890123",
            "02123",
            "O",
            "50rb",
            "rp",
            "juta",
            "1,5",
            "50.000",
            "seratus",
            "ribu",
            "setengah",
            "goceng",
            "cepek",
            "kemarin",
            "lusa",
            "senin",
            "minggu",
            "lalu",
            "tgl",
            "12",
            "31",
            "12/7",
            "2026-11-20",
            "2023",
            "juli",
            "feb",
            "jam",
            "8",
            "20.15",
            "25:61",
            "malam",
            "pagi",
            "wita",
            "tadi",
            "semalam",
            "se",
            "menit",
            "barusan",
            "999",
            "bulan",
            "lagi",
            "halo",
            "semua",
            "kecuali",
            "data",
            "sms",
            "dompet",
            "bank bca",
            "di mytelkomsel",
            "TRX20260712ABC",
            "kak",
            "nya",
            "User:",
            "JL. X RT 1 RW 2",
            "\u{202a}",
            "é",
            "İ",
            "ß",
        ])
        .prop_map(str::to_owned),
        "[0-9]{1,26}",
    ];
    let mark = prop::sample::select(vec![
        "", " ", " ", " ", "-", ".", ",", "/", ":", "\n", " - ",
    ]);
    prop::collection::vec((piece, mark), 0..8).prop_map(|pieces| {
        pieces
            .into_iter()
            .map(|(piece, mark)| piece + mark)
            .collect()
    })
}

fn check_text(raw: &str) {
    for kind in kinds() {
        for found in find(&kind, raw, background()) {
            assert!(
                raw.get(found.span).is_some_and(|quoted| !quoted.is_empty()),
                "{kind:?}"
            );
            check_value(&kind, &found.value);
        }
        match parse(&kind, raw, background()) {
            Ok(value) => check_value(&kind, &value),
            Err(error) => assert!(kind != Kind::Card || !quotes_a_number(&error), "{error:?}"),
        }
    }
    for finding in scan(raw, &["cs@telkomsel.com"]) {
        assert!(raw.get(finding.span).is_some());
    }
    let redacted = redact(raw);
    assert_eq!(redact(&redacted), redacted);
}

/// Whether the error shows more digits in a row than may be kept of a card.
fn quotes_a_number(error: &Error) -> bool {
    let shown = format!("{error:?}");
    shown
        .split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.len() > 4)
}

/// What was accepted is accepted again, in both its forms.
#[track_caller]
fn check_value(kind: &Kind, value: &Value) {
    let canonical = |raw: &str| parse(kind, raw, background()).map(|value| value.canonical);
    assert_eq!(
        canonical(&value.canonical.to_string()),
        Ok(value.canonical.clone()),
        "{kind:?}"
    );
    assert_eq!(
        canonical(&value.display),
        Ok(value.canonical.clone()),
        "{kind:?} {}",
        value.display
    );
    let _ = mask(kind, value);
}

/// A number that passes the checksum of cards.
fn card_number() -> impl Strategy<Value = String> {
    "(4[0-9]{14}|4[0-9]{17}|5[1-5][0-9]{13}|3[47][0-9]{12}|62[0-9]{13}|3[689][0-9]{11})".prop_map(
        |digits| {
            let with = |check: char| format!("{digits}{check}");
            let fits = |check: &char| super::issuer::is_card(&with(*check));
            with(
                ('0'..='9')
                    .find(fits)
                    .expect("one of ten check digits always fits"),
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic(raw in any::<String>()) {
        check_text(&raw);
    }

    #[test]
    fn what_is_accepted_is_accepted_again(raw in pieces()) {
        check_text(&raw);
    }

    #[test]
    fn a_voucher_is_never_taken_for_a_card_or_a_phone(rest in "[0-9]{23}", mark in "[ .-]?", size in 1_usize..25) {
        let digits = format!("02{rest}");
        let parts: Vec<&str> = digits.as_bytes().chunks(size).map(|part| std::str::from_utf8(part).expect("ASCII")).collect();
        let raw = format!("sn {} kak", parts.join(&mark));
        let serial = Kind::Serial { digits: 25, prefix: "02".to_owned(), lenient: false };
        prop_assert_eq!(parse(&serial, &raw, background()), Ok(Value::plain(digits)));
        prop_assert_eq!(find(&Kind::Card, &raw, background()), vec![]);
        prop_assert_eq!(find(&Kind::Msisdn, &raw, background()), vec![]);
        prop_assert_eq!(scan(&raw, &[]), vec![]);
        prop_assert_eq!(redact(&raw), raw);
    }

    #[test]
    fn no_card_is_seen_inside_a_longer_number(before in "[1-9][0-9]{6,9}", card in card_number(), after in "[0-9]{1,6}") {
        let raw = format!("{before}{card}{after}");
        prop_assert_eq!(find(&Kind::Card, &raw, background()), vec![]);
    }

    #[test]
    fn a_card_is_always_seen_and_never_kept(card in card_number(), before in "[a-z]{0,8} ", after in " [a-z]{0,8}") {
        let raw = format!("{before}{card}{after}");
        let found = find(&Kind::Card, &raw, background());
        prop_assert_eq!(found.len(), 1);
        let shown = format!("{found:?}");
        prop_assert!(!shown.contains(&card[..12]));
        prop_assert!(!redact(&raw).contains(&card[..card.len() - 4]));
        prop_assert!(scan(&raw, &[]).iter().any(|finding| finding.kind == Sensitive::Card));
    }
}

#[test]
fn the_example_of_a_kind_is_accepted() {
    for kind in kinds() {
        assert!(
            parse(&kind, kind.example(), background()).is_ok(),
            "{kind:?}"
        );
    }
}

/// Quadratic reading would take minutes here instead of moments.
#[test]
fn long_text_is_read_in_linear_time() {
    for piece in [
        "0", "8 ", "0812-", "62 8", "a@a.", "1.", "se ", "jam ", "semua ", "jl. ", "* ", "dua ",
        "12/", "sms ", "bukan ", "tgl 1 ",
    ] {
        let raw = piece.repeat(20_000 / piece.len());
        for kind in kinds() {
            let _ = (
                parse(&kind, &raw, background()),
                find(&kind, &raw, background()),
            );
        }
        let _ = (redact(&raw), scan(&raw, &[]));
    }
}
