//! Values to the letter: tables of what agents write and what it means, a row a message.
//!
//! `wanted` is the canonical form; `ASK` where the bot must ask back, `a|b` where either is right. Now is Saturday,
//! 21 November 2026, 10.00 in Jakarta.

mod cards;

use std::sync::LazyLock;

use jiff::Zoned;
use sigap::text::Lexicon;
use sigap::value::{self, Background, Choice, Choices, Kind, sensitive};

/// So many of a hundred values are read as meant.
const RIGHT_PERCENT_MIN: usize = 97;

static NOW: LazyLock<Zoned> =
    LazyLock::new(|| "2026-11-21T10:00:00+07:00[Asia/Jakarta]".parse().unwrap());
static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::load(include_str!("../../data/lexicon.toml")).unwrap());

/// How the rows of a table came out.
#[derive(Default)]
pub struct Score {
    rows: usize,
    right: usize,
    asked: Vec<String>,
    wrong: Vec<String>,
}

impl Score {
    /// Compares what was read with what is wanted; an empty text is a question.
    pub fn count(&mut self, row: &str, wanted: &str, read: &str) {
        self.rows += 1;
        let is_right = wanted.split('|').any(|wanted| match wanted {
            "ASK" => read.is_empty(),
            // A moment is wanted to the minute.
            wanted => read == wanted || read == format!("{wanted}:00+07:00"),
        });
        if is_right {
            self.right += 1;
        } else if read.is_empty() {
            self.asked.push(row.to_owned());
        } else {
            self.wrong.push(format!("{row} -> {read}"));
        }
    }

    #[track_caller]
    pub fn check(self, table: &str) {
        let Score {
            rows,
            right,
            asked,
            wrong,
        } = self;
        let report = format!(
            "{table}: {rows} rows, {right} right\nasked without need ({}):\n  {}\nwrong ({}):\n  {}",
            asked.len(),
            asked.join("\n  "),
            wrong.len(),
            wrong.join("\n  "),
        );
        println!("{report}");
        assert!(wrong.is_empty(), "{report}");
        assert!(100 * right >= RIGHT_PERCENT_MIN * rows, "{report}");
    }
}

fn background() -> Background<'static> {
    Background {
        now: &NOW,
        lexicon: &LEXICON,
    }
}

fn choices(options: &[(&str, &str)]) -> Choices {
    let option = |(value, aliases): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        aliases: aliases
            .split(", ")
            .filter(|alias| !alias.is_empty())
            .map(str::to_owned)
            .collect(),
        groups: Vec::new(),
    };
    Choices {
        options: options.iter().map(option).collect(),
        many: false,
        open: false,
    }
}

/// The lists that the rows of `choice.tsv` choose from.
fn choice_kind(name: &str) -> Kind {
    Kind::Choice(match name {
        "card" => choices(&[
            ("KartuHalo", "halo, pascabayar"),
            ("simPATI", "simpati, sympati"),
            ("Kartu AS", "as"),
            ("Loop", ""),
        ]),
        "status" => Choices {
            open: true,
            ..choices(&[
                ("Aktif", "active, aktif semua, hlr aktif, tidak terblokir"),
                ("Terblokir", "blokir, keblokir, kena blokir, hlr terblokir"),
            ])
        },
        "fa" => choices(&[
            ("Sudah masuk", "sudah, udah, udah masuk, sdh masuk"),
            (
                "Belum masuk",
                "belum, blm, tidak masuk, ga masuk, gak masuk",
            ),
        ]),
        "paid" => choices(&[("Paid", ""), ("Unpaid", "")]),
        "service" => Choices {
            many: true,
            ..choices(&[
                ("VOICE", "telepon, telpon, nelpon, panggilan"),
                ("SMS", ""),
                ("DATA/INTERNET", "data, internet, internetan, kuota"),
                ("SEMUANYA", "semua, semua layanan"),
            ])
        },
        "channel" => Choices {
            open: true,
            ..choices(&[
                (
                    "Bank",
                    "bca, bri, bni, mandiri, atm, mbanking, mobile banking, transfer",
                ),
                ("Indomaret", "indomart, idm"),
                ("Alfamart", "alfa, alfa mart"),
                ("Kantor Pos", "pos"),
                ("GoPay", "gopay, gojek"),
                ("OVO", ""),
                ("DANA", "dana, aplikasi dana"),
                ("Tokopedia", "tokped"),
            ])
        },
        "tier" => choices(&[("Silver", ""), ("Gold", ""), ("Platinum", "")]),
        _ => panic!("no list is called `{name}`"),
    })
}

fn kind(name: &str) -> Kind {
    match name {
        "text" => Kind::Text { max_chars: 60 },
        "name" => Kind::Name,
        "place" => Kind::Place { max_chars: 60 },
        "msisdn" => Kind::Msisdn,
        "contact" => Kind::Contact,
        "date" => Kind::Date { past: true },
        "datetime" => Kind::DateTime { past: true },
        "rupiah" => Kind::Rupiah,
        "email" => Kind::Email,
        "serial" => Kind::Serial {
            digits: 25,
            prefix: "02".to_owned(),
            lenient: false,
        },
        "code" => Kind::Code { max_chars: 40 },
        "card" => Kind::Card,
        _ => panic!("no kind is called `{name}`"),
    }
}

/// Reads every row of a table as an answer.
#[track_caller]
fn check_rows<'a>(table: &str, rows: impl Iterator<Item = (Kind, &'a str, &'a str)>) {
    let mut score = Score::default();
    for (kind, raw, wanted) in rows {
        let read = value::parse(&kind, raw, background());
        let read = read.map_or_else(|_| String::new(), |value| value.canonical.to_string());
        score.count(&format!("{raw} [{wanted}]"), wanted, &read);
    }
    score.check(table);
}

#[track_caller]
fn check_kind(name: &str, table: &str) {
    let cells = table.lines().filter_map(|line| line.split_once('\t'));
    check_rows(name, cells.map(|(raw, wanted)| (kind(name), raw, wanted)));
}

#[track_caller]
fn check_kinds(name: &str, table: &str, kind: fn(&str) -> Kind) {
    let cells = table.lines().filter_map(|line| {
        let (of, rest) = line.split_once('\t')?;
        let (raw, wanted) = rest.split_once('\t')?;
        Some((kind(of), raw, wanted))
    });
    check_rows(name, cells);
}

#[test]
fn days_are_read_as_meant() {
    check_kind("date", include_str!("values/date.tsv"));
}

#[test]
fn moments_are_read_as_meant() {
    check_kind("datetime", include_str!("values/datetime.tsv"));
}

#[test]
fn amounts_are_read_as_meant() {
    check_kind("rupiah", include_str!("values/rupiah.tsv"));
}

#[test]
fn numbers_are_read_as_meant() {
    check_kind("msisdn", include_str!("values/msisdn.tsv"));
}

#[test]
fn choices_are_read_as_meant() {
    check_kinds("choice", include_str!("values/choice.tsv"), choice_kind);
}

#[test]
fn other_kinds_are_read_as_meant() {
    check_kinds("free", include_str!("values/free.tsv"), kind);
}

/// Values in a message that was no answer; nothing where nothing may be taken.
#[test]
fn what_a_message_says_in_passing_is_found_as_meant() {
    let mut score = Score::default();
    for line in include_str!("values/found.tsv").lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [name, raw, wanted] = cells[..] else {
            panic!("three cells are wanted: {line}");
        };
        let kind = match name {
            "channel" | "service" | "status" => choice_kind(name),
            "card" => choice_kind("card"),
            _ => kind(name),
        };
        let found = value::find(&kind, raw, background()).into_iter();
        let found: Vec<String> = found
            .map(|found| found.value.canonical.to_string())
            .collect();
        let wanted = if wanted.is_empty() { "ASK" } else { wanted };
        score.count(&format!("{raw} [{wanted}]"), wanted, &found.join("; "));
    }
    score.check("found");
}

#[test]
fn secrets_and_personal_data_do_not_stay() {
    let mut score = Score::default();
    for (text, secret) in include_str!("values/redacted.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
    {
        let redacted = sensitive::redact(text);
        let read = if redacted.contains(secret) {
            &redacted
        } else {
            ""
        };
        score.count(text, "ASK", read);
    }
    score.check("redacted");
}

#[test]
fn what_is_no_card_is_kept_as_typed() {
    let mut score = Score::default();
    for text in include_str!("values/untouched.tsv").lines() {
        score.count(text, text, &sensitive::without_cards(text));
    }
    score.check("untouched");
}
