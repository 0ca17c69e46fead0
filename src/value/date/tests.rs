//! Now is Saturday, 21 November 2026, 10.30 in Jakarta.

use jiff::Zoned;

use super::*;
use crate::value::testing;

static NOW: LazyLock<Zoned> = LazyLock::new(|| {
    "2026-11-21T10:30:00+07:00[Asia/Jakarta]"
        .parse()
        .expect("the moment is constant")
});

fn now() -> Background<'static> {
    testing::background(&NOW)
}

#[track_caller]
fn check_day(raw: &str, expected: &str) {
    let day = parse_day(raw, now(), Tense::Past).map(|value| value.canonical.to_string());
    assert_eq!(day, Ok(expected.to_owned()), "{raw}");
}

#[track_caller]
fn check(raw: &str, expected: &str) {
    check_at("2026-11-21T10:30:00+07:00[Asia/Jakarta]", raw, expected);
}

#[track_caller]
fn check_at(now: &str, raw: &str, expected: &str) {
    let now: Zoned = now.parse().expect("the moment is constant");
    let moment = parse_moment(raw, testing::background(&now), Tense::Past)
        .map(|value| value.canonical.to_string());
    assert_eq!(moment, Ok(format!("{expected}:00+07:00")), "{raw}");
}

#[track_caller]
fn refuse_day(raw: &str, error: Error) {
    assert_eq!(parse_day(raw, now(), Tense::Past), Err(error), "{raw}");
}

#[track_caller]
fn refuse(raw: &str, error: Error) {
    assert_eq!(parse_moment(raw, now(), Tense::Past), Err(error), "{raw}");
}

#[track_caller]
fn check_find(raw: &str, expected: &[(&str, &str)]) {
    let found = find_moments(raw, now(), Tense::Past);
    let found: Vec<(&str, String)> = found
        .into_iter()
        .map(|found| (&raw[found.span], found.value.canonical.to_string()))
        .collect();
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(span, value)| (*span, &value[.."2026-11-20T20:00".len()]))
        .collect();
    assert_eq!(found, expected, "{raw}");
}

#[track_caller]
fn check_find_days(raw: &str, expected: &[&str]) {
    let found: Vec<&str> = find_days(raw, now(), Tense::Past)
        .into_iter()
        .map(|found| &raw[found.span])
        .collect();
    assert_eq!(found, expected, "{raw}");
}

fn day(canonical: &str, display: &str) -> Value {
    Value::new(canonical, display)
}

#[test]
fn days_are_counted_from_today() {
    check_day("hari ini", "2026-11-21");
    check_day("tadi kak", "2026-11-21");
    check_day("barusan", "2026-11-21");
    check_day("baru saja", "2026-11-21");
    check_day("kemarin", "2026-11-20");
    check_day("kmrn", "2026-11-20");
    check_day("kmaren siang", "2026-11-20");
    check_day("kemaren", "2026-11-20");
    check_day("kemarin lusa", "2026-11-19");
    check_day("2 hari lalu", "2026-11-19");
    check_day("dua hari yang lalu", "2026-11-19");
    check_day("seminggu yg lalu", "2026-11-14");
    check_day("sebulan lalu", "2026-10-21");
    check_day("semalam", "2026-11-20");
    check_day("tadi malam", "2026-11-20");
    check_day("tadi pagi", "2026-11-21");
    check_day("tadi jam 11 malam", "2026-11-20");
    check_day("yesterday", "2026-11-20");
    check_day("today", "2026-11-21");
    check_day("2 days ago", "2026-11-19");
    check_day("day before yesterday", "2026-11-19");
}

#[test]
fn a_weekday_is_the_latest_one() {
    check_day("senin lalu", "2026-11-16");
    check_day("hari senin", "2026-11-16");
    check_day("sabtu", "2026-11-21");
    check_day("sabtu lalu", "2026-11-14");
    check_day("jum'at kemarin", "2026-11-20");
    check_day("hari minggu", "2026-11-15");
    check_day("minggu", "2026-11-15");
    check_day("hari minggu lalu", "2026-11-15");
    check_day("last monday", "2026-11-16");
}

#[test]
fn dates_are_read_day_first() {
    check_day("tgl 12", "2026-11-12");
    check_day("tgl 25", "2026-10-25");
    check_day("tanggal 31", "2026-10-31");
    check_day("tgl 12 bulan lalu", "2026-10-12");
    check_day("tgl 12 kemarin", "2026-11-12");
    check_day("12 juli", "2026-07-12");
    check_day("12 des", "2025-12-12");
    check_day("12 jul 2023", "2023-07-12");
    check_day("12 jul 23", "2023-07-12");
    check_day("12-jul-2023", "2023-07-12");
    check_day("12/7", "2026-07-12");
    check_day("12/7/2023", "2023-07-12");
    check_day("12-07-23", "2023-07-12");
    check_day("12.07.2023", "2023-07-12");
    check_day("2023-07-12", "2023-07-12");
    check_day("july 12", "2026-07-12");
    check_day("July 12th, 2023", "2023-07-12");
    check_day("29 feb", "2024-02-29");
    check_day("Minggu, 12 Juli 2026", "2026-07-12");
}

#[test]
fn a_day_is_displayed_with_its_name() {
    let value = parse_day("kemarin", now(), Tense::Past);
    assert_eq!(value, Ok(day("2026-11-20", "Jumat, 20 November 2026")));
    let value = parse_moment("kemarin jam 8 malam", now(), Tense::Past);
    assert_eq!(
        value,
        Ok(day(
            "2026-11-20T20:00:00+07:00",
            "Jumat, 20 November 2026 pukul 20.00 WIB"
        ))
    );
}

#[test]
fn impossible_future_and_contradictory_days_are_refused() {
    refuse_day("31/2/2026", Error::InvalidDate);
    refuse_day("30 februari", Error::InvalidDate);
    refuse_day("12/13/2026", Error::InvalidDate);
    refuse_day("tgl 45", Error::InvalidDate);
    refuse_day(
        "besok",
        Error::InFuture {
            value: day("2026-11-22", "Minggu, 22 November 2026"),
        },
    );
    refuse_day(
        "12/12/2026",
        Error::InFuture {
            value: day("2026-12-12", "Sabtu, 12 Desember 2026"),
        },
    );
    refuse_day("lupa", Error::NotFound);
    refuse_day("seminggu", Error::NotFound);
    refuse_day(
        "kemarin atau senin lalu",
        Error::Ambiguous {
            options: vec![
                "Jumat, 20 November 2026".into(),
                "Senin, 16 November 2026".into(),
            ],
        },
    );
    let tomorrow = parse_day("besok", now(), Tense::Any);
    assert_eq!(tomorrow, Ok(day("2026-11-22", "Minggu, 22 November 2026")));
}

#[test]
fn a_time_of_day_is_read_in_many_ways() {
    check("kemarin jam 8 malam kak", "2026-11-20T20:00");
    check("kemarin jam 20.00", "2026-11-20T20:00");
    check("kemarin 20:15", "2026-11-20T20:15");
    check("kemarin 14.30", "2026-11-20T14:30");
    check("kemarin pkl 14.30 WIB", "2026-11-20T14:30");
    check("12/7/2023 pukul 09.05", "2023-07-12T09:05");
    check("kemarin jam setengah 9 pagi", "2026-11-20T08:30");
    check("kemarin jam 7an pagi", "2026-11-20T07:00");
    check("Nov 20 2026 8:15pm", "2026-11-20T20:15");
    check("kemarin 8pm", "2026-11-20T20:00");
    check("yesterday at 8:15 pm", "2026-11-20T20:15");
    check("kemarin jam delapan malam", "2026-11-20T20:00");
    check("kemarin jam 8 lewat 15 malam", "2026-11-20T20:15");
    check("kemarin jam 8 kurang seperempat pagi", "2026-11-20T07:45");
    check("kemarin jam 12 siang", "2026-11-20T12:00");
    check("kemarin jam 1 siang", "2026-11-20T13:00");
    check("kemarin malam jam 8", "2026-11-20T20:00");
    check("kemarin jam 21.00 WITA", "2026-11-20T20:00");
    check("12 jul 20.00", "2026-07-12T20:00");
    check("12 jul 10 malam", "2026-07-12T22:00");
    check("tgl 12 jam 8 pagi", "2026-11-12T08:00");
    check("tgl 12 malam jam 8", "2026-11-12T20:00");
    check("senin lalu jam 9 pagi", "2026-11-16T09:00");
    check(
        "Jumat, 20 November 2026 pukul 20.00 WIB",
        "2026-11-20T20:00",
    );
    check("2026-11-20T13:00:00Z", "2026-11-20T20:00");
}

#[test]
fn without_pagi_or_malam_the_latest_hour_is_meant() {
    check("kemarin jam 8", "2026-11-20T20:00");
    check("hari ini jam 8", "2026-11-21T08:00");
    check("jam 8", "2026-11-21T08:00");
    check("tadi jam 11", "2026-11-20T23:00");
    check("jam 8 malam", "2026-11-20T20:00");
    check("semalam jam 8", "2026-11-20T20:00");
    check("semalam jam 1", "2026-11-21T01:00");
    check("tadi malam jam 1", "2026-11-21T01:00");
    check_at(
        "2026-11-21T22:00:00+07:00[Asia/Jakarta]",
        "tadi malam jam 8",
        "2026-11-21T20:00",
    );
    check_at(
        "2026-11-21T22:00:00+07:00[Asia/Jakarta]",
        "semalam jam 8",
        "2026-11-20T20:00",
    );
    check_at(
        "2026-11-21T00:30:00+07:00[Asia/Jakarta]",
        "tadi jam 11",
        "2026-11-20T23:00",
    );
}

#[test]
fn time_gone_by_is_counted_back() {
    check("barusan", "2026-11-21T10:30");
    check("barusan jam 10 pagi", "2026-11-21T10:00");
    check("baru aja kak", "2026-11-21T10:30");
    check("5 menit lalu", "2026-11-21T10:25");
    check("tadi 10 menit yang lalu", "2026-11-21T10:20");
    check("sejam yang lalu", "2026-11-21T09:30");
    check("setengah jam lalu", "2026-11-21T10:00");
    check("2 jam 15 menit lalu", "2026-11-21T08:15");
    check("an hour ago", "2026-11-21T09:30");
}

#[test]
fn a_day_alone_needs_its_time() {
    let yesterday = day("2026-11-20", "Jumat, 20 November 2026");
    let today = day("2026-11-21", "Sabtu, 21 November 2026");
    refuse(
        "kemarin",
        Error::NeedsTime {
            date: yesterday.clone(),
        },
    );
    refuse("tadi malam", Error::NeedsTime { date: yesterday });
    refuse("tadi pagi", Error::NeedsTime { date: today });
}

#[test]
fn impossible_future_and_ambiguous_moments_are_refused() {
    refuse("kemarin jam 25", Error::InvalidDate);
    refuse("kemarin 20:75", Error::InvalidDate);
    refuse("31/2/2026 jam 8", Error::InvalidDate);
    refuse("tidak ingat", Error::NotFound);
    refuse(
        "hari ini jam 8 malam",
        Error::InFuture {
            value: day(
                "2026-11-21T20:00:00+07:00",
                "Sabtu, 21 November 2026 pukul 20.00 WIB",
            ),
        },
    );
    refuse(
        "kemarin jam 12 malam",
        Error::Ambiguous {
            options: vec![
                "Jumat, 20 November 2026 pukul 00.00 WIB".into(),
                "Sabtu, 21 November 2026 pukul 00.00 WIB".into(),
            ],
        },
    );
}

#[test]
fn a_day_and_a_time_in_a_message_are_found_together() {
    check_find(
        "kemarin pelanggan isi ulang 50.000 jam 8 malam belum masuk",
        &[(
            "kemarin pelanggan isi ulang 50.000 jam 8 malam",
            "2026-11-20T20:00",
        )],
    );
    check_find(
        "isi ulang 12/7 20.15 gagal",
        &[("12/7 20.15", "2026-07-12T20:15")],
    );
    check_find(
        "isi ulang 5 menit lalu",
        &[("5 menit lalu", "2026-11-21T10:25")],
    );
    check_find("kemarin versi 4.15 error", &[]);
    check_find("kemarin belum masuk", &[]);
    check_find("barusan saya cek", &[]);
    check_find("kemarin jam 8 malam dan hari ini jam 9 pagi", &[]);
}

#[test]
fn days_in_a_message_are_found() {
    check_find_days("bayar kemarin, cek lagi 12/7", &["kemarin", "12/7"]);
    check_find_days("sampai hari ini belum aktif", &[]);
    check_find_days("tadi sudah dicek", &[]);
    check_find_days("bayar td jam 9 di atm", &["td"]);
    check_find_days("ip 10.12.7.1 rusak seminggu", &[]);
    check_find_days("besok bayar", &[]);
}
