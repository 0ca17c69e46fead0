//! Cards in every spelling are masked; numbers that pass for cards and are none stay as they are.

use sigap::value::sensitive::{redact, without_cards};

/// Invented numbers of each network, with their check digits, in the groups printed on the plastic.
const CARDS: [&str; 9] = [
    "4000 0012 3456 7899",
    "5105 1051 0510 5100",
    "2223 0000 4841 0010",
    "1946 3400 0000 1235",
    "6019 0000 0000 0006",
    "5018 0000 0000 0009",
    "3782 822463 10005",
    "3566 0020 2036 0505",
    "6200 0000 0000 0005",
];

/// The same number as people write it.
fn spellings(card: &str) -> Vec<String> {
    let solid = card.replace(' ', "");
    let between = |mark: &str| card.replace(' ', mark);
    let scripts = [
        '\u{660}',
        '\u{6f0}',
        '\u{966}',
        '\u{ff10}',
        '\u{1d7d8}',
        '\u{2080}',
    ];
    let in_script = |zero: &char| -> String {
        let digit = |c: char| {
            c.to_digit(10)
                .map_or(c, |d| char::from_u32(*zero as u32 + d).unwrap())
        };
        card.chars().map(digit).collect()
    };
    let spread = |mark: &str| {
        let digits = solid.chars().map(String::from).collect::<Vec<_>>();
        digits.join(mark)
    };
    let mut all: Vec<String> = [
        "", " ", "-", ".", "/", "_", "\n", ", ", " - ", "|", ":", "  ", "\t", "\u{2022}",
        "\u{200b}", "\u{a0}", " / ",
    ]
    .iter()
    .map(|mark| between(mark))
    .collect();
    all.extend(scripts.iter().map(in_script));
    all.extend(
        [
            " ",
            "-",
            ".",
            "\n",
            "_",
            "\u{fe0f}\u{20e3}",
            "\u{fe0f}\u{20e3} ",
        ]
        .map(spread),
    );
    all.push(format!("kartu{solid}"));
    all.push(format!("cc:{card}!"));
    all.push(format!("1. {card}"));
    all.push(format!("{solid}|12|28|123"));
    all
}

fn ascii_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[test]
fn a_card_is_masked_in_every_spelling() {
    let (mut count, mut open) = (0, Vec::new());
    for card in CARDS {
        let solid = card.replace(' ', "");
        for text in spellings(card) {
            count += 1;
            let said = format!("pakai {text} ditolak");
            for shown in [without_cards(&said).into_owned(), redact(&said)] {
                // Four digits may stay, and the number of an item before them.
                let left = ascii_digits(&shown);
                let is_masked = left.len() <= 5 && shown.contains('*') && !shown.contains(&solid);
                if !is_masked {
                    open.push(format!("{text:?}: {shown:?}"));
                }
            }
        }
    }
    assert!(count >= 100, "{count} spellings");
    assert!(
        open.is_empty(),
        "{} of {count}:\n{}",
        open.len(),
        open.join("\n")
    );
}

/// A check digit behind the digits, so that they pass for a card's.
fn checked(digits: &str) -> String {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0') * if at % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

#[test]
fn an_identifier_that_passes_for_a_card_stays() {
    let mut texts = Vec::new();
    for at in 0..60_u64 {
        let many = (at * 7_919 + 13) * 104_729;
        let tac = ["35", "86", "01", "99"][at as usize % 4];
        texts.push(format!(
            "IMEI {}",
            checked(&format!("{tac}{:012}", many % 1_000_000_000_000))
        ));
        texts.push(format!("iccid {}", checked(&format!("8962{:014}", many))));
        let (day, month) = (1 + at % 28, 1 + at % 12);
        let region = ["357801", "510403", "640201", "317106", "620102"][at as usize % 5];
        texts.push(checked(&format!(
            "{region}{day:02}{month:02}90{:03}",
            at % 1000
        )));
        let form = match at % 4 {
            0 => format!("2026{month:02}{day:02}{:07}", many % 10_000_000),
            1 => format!("26{month:02}{day:02}{:09}", many % 1_000_000_000),
            2 => format!("{day:02}{month:02}2026{:07}", many % 10_000_000),
            _ => format!("30{:02}26{:07}", 1 + at % 5, many % 10_000_000),
        };
        texts.push(format!("trx {}", checked(&form)));
        texts.push(format!(
            "4{:07x}-{:04}-4{:03}-8{:03}-4{:011}",
            many % 0xfff_ffff,
            at,
            at,
            at,
            many
        ));
    }
    assert_eq!(texts.len(), 300);
    let masked: Vec<_> = texts
        .iter()
        .filter(|text| without_cards(text) != text.as_str())
        .collect();
    assert!(masked.is_empty(), "{} of 300: {masked:?}", masked.len());
}

#[test]
fn a_number_that_looks_like_a_day_or_a_citizen_is_a_card_where_a_word_says_so() {
    for text in ["2611 2000 0000 0003", "2611200000000003"] {
        let said = format!("kartu {text}");
        assert_ne!(without_cards(&said), said);
    }
    assert_eq!(
        without_cards("trx 2611200000000003"),
        "trx 2611200000000003"
    );
}

#[test]
fn what_is_beside_a_card_is_hidden_in_what_leaves_the_team() {
    for (text, secret) in [
        ("cvv 123 ya", "123"),
        ("CVC nya: 987", "987"),
        ("exp 12/28", "12/28"),
        ("expired date 08-2029 kak", "08-2029"),
        ("berlaku sampai 11/27", "11/27"),
        ("kartu 4111 1111 1111 1111 12/28 123", "12/28"),
        ("otp nya adalah 482913", "482913"),
        ("PIN 123456", "123456"),
        ("password: rahasia", "rahasia"),
        ("nama ibu kandung Siti Contoh", "Siti"),
        ("NIK 3578010101900001", "35780101"),
        ("telp 021-555-0000", "021-555"),
        ("alamat Jl Contoh Raya No 12 RT 01 RW 02", "Contoh"),
    ] {
        let shown = redact(text);
        assert!(!shown.contains(secret), "{shown}");
    }
}
