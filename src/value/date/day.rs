//! What names a day: a date, a weekday, or its distance from today.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use regex::{Captures, Match, Regex};

use super::Tense;
use super::clock::{PART, Part};
use crate::value::numerals;

/// A day as it was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// This day.
    On(Date),
    /// The night that began on this day: its small hours belong to the next.
    LastNight(Date),
    /// Earlier on: `tadi` is mostly today, but after midnight it may be yesterday.
    Earlier,
    /// There is no such day.
    Impossible,
}

/// A place at which a day is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) span: Range<usize>,
    pub(super) day: Day,
    /// It was named by its weekday, which may stand beside a date.
    pub(super) is_weekday: bool,
    /// The part of the day told with it: `kemarin malam`.
    pub(super) part: Option<Part>,
}

impl Day {
    pub(super) fn date(self) -> Option<Date> {
        match self {
            Day::On(date) | Day::LastNight(date) => Some(date),
            Day::Earlier | Day::Impossible => None,
        }
    }
}

/// Returns where days are named, in reading order and without overlaps: of two readings the earlier, longer one.
pub(super) fn mentions(raw: &str, today: Date, tense: Tense) -> Vec<Mention> {
    let calendar = Calendar { today, tense };
    let mut all: Vec<Mention> = RULES
        .iter()
        .flat_map(|rule| rule.mentions(raw, &calendar))
        .collect();
    all.sort_by_key(|mention| (mention.span.start, Reverse(mention.span.end)));
    let mut apart: Vec<Mention> = Vec::new();
    for mention in all {
        if apart
            .last()
            .is_none_or(|last| last.span.end <= mention.span.start)
        {
            apart.push(mention);
        }
    }
    apart
}

/// A way to name a day.
struct Rule {
    pattern: Regex,
    read: fn(&Captures<'_>, &Calendar) -> Option<Day>,
    is_weekday: bool,
}

/// From where days are counted.
struct Calendar {
    today: Date,
    tense: Tense,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |pattern: &str, read| Rule {
        pattern: Regex::new(&format!("(?ix){pattern}(?:\\s+(?<part>{PART}))?"))
            .expect("the pattern is constant"),
        read,
        is_weekday: false,
    };
    let small = numerals::SMALL;
    vec![
        rule(
            r"\b (?<year>\d{4}) [-/.] (?<month>\d{1,2}) [-/.] (?<day>\d{1,2}) \b",
            dated,
        ),
        rule(
            &format!(
                r"\b {TGL}? (?<day>\d{{1,2}}) [-/.] (?<month>\d{{1,2}}) [-/.] (?<year>\d{{4}}|\d{{2}}) \b"
            ),
            dated,
        ),
        rule(
            &format!(r"\b {TGL}? (?<day>\d{{1,2}}) / (?<month>\d{{1,2}}) \b"),
            dated,
        ),
        rule(
            &format!(r"\b {TGL} (?<day>\d{{1,2}}) [-.] (?<month>\d{{1,2}}) \b"),
            dated,
        ),
        rule(
            &format!(
                r"\b {TGL}? (?<day>\d{{1,2}}) (?:st|nd|rd|th)? [\s\-]* (?:of\s+)? (?<name>{MONTH}) \b
                  (?: [\s,\-]+ '? (?<year>\d{{4}}|\d{{2}}) \b (?<fraction>[.:]\d)? )? (?:\s+{BACK}\b)?"
            ),
            dated,
        ),
        rule(
            &format!(
                r"\b (?<name>{MONTH}) \s+ (?<day>\d{{1,2}}) (?:st|nd|rd|th)? \b (?: ,?\s+ (?<year>\d{{4}}) \b )?"
            ),
            dated,
        ),
        rule(
            &format!(
                r"\b {TGL} (?<day>\d{{1,2}}) \b (?: \s+ (?:(?<previous>bulan\s+{BACK})|{BACK}) \b )?"
            ),
            numbered,
        ),
        rule(
            r"\b (?:hari|hr|hri) \s+ (?:ini|ni) \b | \b today \b",
            |_, calendar| calendar.shifted(0),
        ),
        rule(r"\b (?:tadi|td|earlier) \b", |_, _| Some(Day::Earlier)),
        rule(
            r"\b (?:semalam|semalem|smlm|last\s+night) \b",
            |_, calendar| calendar.today.yesterday().ok().map(Day::LastNight),
        ),
        rule(
            &format!(r"\b (?:{YESTERDAY}) \b | \b yesterday \b"),
            |_, calendar| calendar.shifted(-1),
        ),
        rule(
            &format!(
                r"\b (?:{YESTERDAY}) \s+ (?:lusa|dulu) \b | \b (?:the\s+)?day\s+before\s+yesterday \b"
            ),
            |_, calendar| calendar.shifted(-2),
        ),
        rule(r"\b (?:besok|bsk|tomorrow) \b", |_, calendar| {
            calendar.shifted(1)
        }),
        rule(r"\b lusa \b", |_, calendar| calendar.shifted(2)),
        rule(
            &format!(
                r"\b (?: (?<count>{small}) \s* | se ) (?<unit>hari|hr|minggu|mgg|bulan|bln|days?|weeks?|months?)
                  (?:an)? \s+ (?:(?:yang|yg)\s+)? (?<direction>lalu|ago|{YESTERDAY}|sebelumnya|lagi) \b"
            ),
            counted,
        ),
        rule(
            &format!(r"\b minggu \s+ {BACK} \b | \b last \s+ week \b"),
            |_, calendar| calendar.shifted(-7),
        ),
        Rule {
            is_weekday: true,
            ..rule(
                &format!(r"\b (?:{WEEKDAY}) (?: \s+ (?:(?<back>{BACK})|ini) )? \b"),
                on_weekday,
            )
        },
        // `minggu` is also the word for a week, and only a Sunday where something says so.
        Rule {
            is_weekday: true,
            ..rule(
                &format!(
                    r"(?: \b hari \s+ (?<sunday>minggu) (?: \s+ (?:(?<back>{BACK})|ini) )? \b
                        | \b minggu (?:,|\s+{TGL}) | ^\s* minggu \s*$ )"
                ),
                on_weekday,
            )
        },
    ]
});

const TGL: &str = r"(?: (?:tgl|tanggal|tg|date) \.? \s* :? \s* )";
const MONTH: &str = "jan(?:uar[iy])?|[fp]eb(?:ruar[iy])?|mar(?:et|ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?|agu(?:stus)?|\
    agt|ags|aug(?:ust)?|sept?(?:ember)?|o[kc]t(?:ober)?|no[vp](?:ember)?|de[sc](?:ember)?";
const YESTERDAY: &str = "kemarin|kemaren|kmarin|kmaren|kmrn|kmren";
const BACK: &str = r"(?:(?:yang\s+|yg\s+)?lalu|kemarin|kemaren|kmarin|kmaren|kmrn)";
const WEEKDAY: &str = r"(?<last>last\s+)? (?:hari\s+)? (?:senin|selasa|rabu|kamis|jum['’]?at|sabtu|ahad|monday|tuesday|
    wednesday|thursday|friday|saturday|sunday)";

/// Two-digit years that are taken for one; other numbers after a month are an hour.
const SHORT_YEAR_MIN: i16 = 2010;
/// Years that a case can be about.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

impl Rule {
    fn mentions(&self, raw: &str, calendar: &Calendar) -> Vec<Mention> {
        self.pattern
            .captures_iter(raw)
            .filter_map(|captures| {
                let whole = captures.get(0)?.range();
                let span = whole.start..end_before_hour(&captures, calendar).unwrap_or(whole.end);
                let stands = stands_alone(raw, &span) && !lasts_until(raw, span.start);
                let day = (self.read)(&captures, calendar).filter(|_| stands)?;
                let part = captures
                    .name("part")
                    .and_then(|part| Part::named(part.as_str()));
                Some(Mention {
                    span,
                    day,
                    is_weekday: self.is_weekday,
                    part,
                })
            })
            .collect()
    }
}

impl Calendar {
    fn shifted(&self, days: i64) -> Option<Day> {
        self.today.checked_add(days.days()).ok().map(Day::On)
    }

    /// The year meant by so many digits, `None` when two digits are no year.
    fn year(&self, digits: &str) -> Option<i16> {
        let year: i16 = digits.parse().ok()?;
        let short = SHORT_YEAR_MIN..=self.today.year() + 1;
        if digits.len() == 4 {
            Some(year)
        } else {
            Some(2000 + year).filter(|year| short.contains(year))
        }
    }

    /// Whether the day is not ahead where it must not be.
    fn accepts(&self, date: Date) -> bool {
        self.tense == Tense::Any || date <= self.today
    }
}

/// The year told, unless its two digits are the hour: `12 jul 20.00`, `12 jul 10 malam`.
fn year<'t>(captures: &Captures<'t>, calendar: &Calendar) -> Option<Match<'t>> {
    let follows_word = captures.name("name").is_some();
    let is_hour = captures.name("fraction").is_some() || captures.name("part").is_some();
    let is_year =
        |year: &Match<'_>| year.len() == 4 || (!is_hour && calendar.year(year.as_str()).is_some());
    captures
        .name("year")
        .filter(|year| !follows_word || is_year(year))
}

/// Where the date ends, if an hour was taken for its year.
fn end_before_hour(captures: &Captures<'_>, calendar: &Calendar) -> Option<usize> {
    let name = captures.name("name")?;
    let year_or_hour = captures.name("year")?;
    match year(captures, calendar) {
        Some(_) => captures.name("fraction").map(|_| year_or_hour.end()),
        None => Some(name.end()),
    }
}

fn dated(captures: &Captures<'_>, calendar: &Calendar) -> Option<Day> {
    let number = |name: &str| {
        captures
            .name(name)
            .and_then(|part| part.as_str().parse::<i8>().ok())
    };
    let month = captures
        .name("name")
        .map(|name| month(name.as_str()))
        .or_else(|| number("month"))?;
    let day = number("day")?;
    let Some(year) = year(captures, calendar) else {
        return Some(latest(calendar, month, day));
    };
    let year = calendar.year(year.as_str())?;
    let date = Date::new(year, month, day)
        .ok()
        .filter(|_| YEARS.contains(&year));
    Some(date.map_or(Day::Impossible, Day::On))
}

/// The latest such day that is not ahead, or this year's.
fn latest(calendar: &Calendar, month: i8, day: i8) -> Day {
    const LEAP_CYCLE: i16 = 8; // so long may 29 February be away
    let years = (0..=LEAP_CYCLE).map(|back| calendar.today.year() - back);
    let mut dates = years.filter_map(|year| Date::new(year, month, day).ok());
    dates
        .find(|date| calendar.accepts(*date))
        .map_or(Day::Impossible, Day::On)
}

/// `tgl 12`: of this month, or of the last that had it.
fn numbered(captures: &Captures<'_>, calendar: &Calendar) -> Option<Day> {
    let day: i8 = captures["day"].parse().ok()?;
    let first = calendar.today.first_of_month();
    let skipped = i64::from(captures.name("previous").is_some());
    let months = (skipped..skipped + 3).filter_map(|back| first.checked_sub(back.months()).ok());
    let mut dates = months.filter_map(|month| Date::new(month.year(), month.month(), day).ok());
    Some(
        dates
            .find(|date| calendar.accepts(*date))
            .map_or(Day::Impossible, Day::On),
    )
}

fn counted(captures: &Captures<'_>, calendar: &Calendar) -> Option<Day> {
    let count = captures.name("count").map_or(Some(1), |count| {
        numerals::small(&count.as_str().to_lowercase())
    })?;
    let span = match &captures["unit"].to_lowercase()[..1] {
        "h" | "d" => count.days(),
        "b" => count.months(),
        _ if captures["unit"].to_lowercase().starts_with("mon") => count.months(),
        _ => count.weeks(),
    };
    let ahead = captures["direction"].eq_ignore_ascii_case("lagi");
    let date = if ahead {
        calendar.today.checked_add(span)
    } else {
        calendar.today.checked_sub(span)
    };
    date.ok().map(Day::On)
}

/// The latest such weekday: today if it is one, unless it is said to be gone.
fn on_weekday(captures: &Captures<'_>, calendar: &Calendar) -> Option<Day> {
    let weekday = captures[0]
        .split(|c: char| !c.is_alphabetic())
        .find_map(|word| weekday(&word.to_lowercase()))?;
    let gone = captures.name("back").is_some() || captures.name("last").is_some();
    let since = i64::from(weekday.until(calendar.today.weekday()));
    calendar.shifted(if gone && since == 0 { -7 } else { -since })
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "senin" | "monday" => Weekday::Monday,
        "selasa" | "tuesday" => Weekday::Tuesday,
        "rabu" | "wednesday" => Weekday::Wednesday,
        "kamis" | "thursday" => Weekday::Thursday,
        "jumat" | "jum" | "friday" => Weekday::Friday,
        "sabtu" | "saturday" => Weekday::Saturday,
        "minggu" | "ahad" | "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

fn month(name: &str) -> i8 {
    match name.to_lowercase().get(..3).unwrap_or_default() {
        "jan" => 1,
        "feb" | "peb" => 2,
        "mar" => 3,
        "apr" => 4,
        "mei" | "may" => 5,
        "jun" => 6,
        "jul" => 7,
        "agu" | "agt" | "ags" | "aug" => 8,
        "sep" => 9,
        "okt" | "oct" => 10,
        "nov" | "nop" => 11,
        _ => 12,
    }
}

/// Whether no digit hangs on either side, which would make it a part of another number: `10.12.7.1`, `1/12/7`.
fn stands_alone(raw: &str, span: &Range<usize>) -> bool {
    let is_mark = |c: char| matches!(c, '.' | '/' | '-' | ':' | ',');
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut before = raw[..span.start].chars().rev();
    let mut after = raw[span.end..].chars();
    let hangs_before =
        digit(before.by_ref().find(|c| !is_mark(*c))) && raw[..span.start].ends_with(is_mark);
    let hangs_after =
        raw[span.end..].starts_with(is_mark) && digit(after.by_ref().find(|c| !is_mark(*c)));
    !(hangs_before || hangs_after)
}

/// Whether the words before say how long something lasts instead of when it was: `sampai hari ini`.
fn lasts_until(raw: &str, start: usize) -> bool {
    let before = raw[..start].trim_end();
    let word_start = before
        .rfind(char::is_whitespace)
        .map_or(0, |blank| blank + 1);
    let word = before.get(word_start..).unwrap_or_default().to_lowercase();
    matches!(
        word.as_str(),
        "sampai" | "sampe" | "smp" | "hingga" | "s/d" | "sd" | "until" | "till"
    )
}
