//! What names a day: a date, a weekday, or its distance from today.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use regex::{Captures, Match, Regex};

use super::Tense;
use super::clock::{DayPart, PART};
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
    /// `minggu lalu`: the week before, or its Sunday.
    LastWeek,
    /// There is no such day.
    Impossible,
}

/// A place at which a day is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DayMention {
    pub(super) span: Range<usize>,
    pub(super) day: Day,
    /// It was named by its weekday, which may be beside a date.
    pub(super) is_weekday: bool,
    /// The part of the day said with it: `kemarin malam`.
    pub(super) part: Option<DayPart>,
}

impl Day {
    pub(super) fn date(self) -> Option<Date> {
        match self {
            Day::On(date) | Day::LastNight(date) => Some(date),
            Day::Earlier | Day::LastWeek | Day::Impossible => None,
        }
    }
}

/// Returns where days are named, in reading order and without overlaps: of two readings the earlier, longer one.
pub(super) fn mentions(raw: &str, today: Date, tense: Tense, is_answer: bool) -> Vec<DayMention> {
    let calendar = Calendar { today, tense };
    let mut all: Vec<DayMention> = RULES
        .iter()
        .filter(|rule| is_answer || !rule.is_bare)
        .flat_map(|rule| rule.mentions(raw, &calendar))
        .collect();
    all.sort_by_key(|mention| (mention.span.start, Reverse(mention.span.end)));
    let mut apart: Vec<DayMention> = Vec::new();
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
    /// Only an answer names a day like this; elsewhere the digits may be anything.
    is_bare: bool,
    /// `Jumat 20`, where what comes next may turn the number into another.
    is_weekday_number: bool,
}

/// From where days are counted.
struct Calendar {
    today: Date,
    tense: Tense,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |pattern: &str, read| Rule {
        pattern: Regex::new(&format!("(?ix)(?:{pattern})(?:\\s+(?<part>{PART})\\b)?"))
            .expect("the pattern is constant"),
        read,
        is_weekday: false,
        is_bare: false,
        is_weekday_number: false,
    };
    let asked = |pattern: &str, read| Rule {
        is_bare: true,
        ..rule(pattern, read)
    };
    let small = numerals::SMALL.replacen("{1,3}", "{1,2}", 1);
    let in_month = format!(r"{MONTH_WORD} \s+ (?: (?<name>{MONTH}) | (?<month>{small}) ) \b");
    let of_year = format!(
        r"(?: ,?\s+ (?: (?:tahun|thn)\s+ (?: (?<years>{BACK}) | (?<same>ini) | (?<full>\d{{4}}) ) | (?<plain>\d{{4}}) ) \b | \s+ {BACK} \b )?"
    );
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
            &format!(
                r"\b {TGL}? (?<day>\d{{1,2}}) \s*[-/.]\s* (?<month>\d{{1,2}}) \s*[-/.]\s* (?<year>\d{{4}}) \b"
            ),
            dated,
        ),
        asked(
            r"\b (?<day>\d{1,2}) \s+ (?<month>\d{1,2}) \s+ (?<year>\d{4}) \b",
            dated,
        ),
        asked(r"\b (?<day>\d{1,2}) - (?<month>\d{1,2}) \b", dated),
        rule(
            &format!(r"\b {TGL} (?<day>{small}) \s+ {in_month} {of_year}"),
            dated,
        ),
        asked(
            &format!(r"\b (?<day>{small}) \s+ {in_month} {of_year}"),
            dated,
        ),
        rule(
            &format!(r"\b {in_month} [\s,]* {TGL} (?<day>{small}) \b {of_year}"),
            dated,
        ),
        rule(
            &format!(r"\b (?<name>{MONTH}) [\s,]* {TGL} (?<day>{small}) \b {of_year}"),
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
                r"\b {TGL}? (?<day>{small}) (?:st|nd|rd|th)? [\s\-]* (?:of\s+)? (?<name>{MONTH}) \b
                  (?: [\s,\-]+ '? (?<year>\d{{4}}|\d{{2}}) \b (?<fraction>[.:]\d)? | {of_year} )"
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
                r"\b {TGL} (?<day>{small}) \b (?: \s+ (?: (?<previous>{MONTH_WORD}\s+{BACK}) | (?<this>{MONTH_WORD}\s+ini) | {BACK} ) \b )?"
            ),
            numbered,
        ),
        asked(
            &format!(
                r"\b (?<day>\d{{1,2}}) \s+ (?: (?<previous>{MONTH_WORD}\s+{BACK}) | (?<this>{MONTH_WORD}\s+ini) ) \b"
            ),
            |captures, calendar| {
                // `2 bulan lalu` counts months.
                let is_day = number(&captures["day"])? > MONTHS;
                is_day.then(|| numbered(captures, calendar))?
            },
        ),
        rule(
            &format!(
                r"\b (?: (?<previous>{MONTH_WORD}\s+{BACK}) | (?<this>{MONTH_WORD}\s+ini) ) [\s,]* {TGL} (?<day>{small}) \b"
            ),
            numbered,
        ),
        asked(r"^\s* (?<day>\d{1,2}) \s*$", numbered),
        Rule {
            is_weekday_number: true,
            ..rule(
                &format!(r"\b (?:{WEEKDAY}|{SHORT_WEEKDAY}) [.,]? \s+ (?<day>\d{{1,2}}) \b"),
                numbered_weekday,
            )
        },
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
            &format!(r"\b (?:minggu|mgg|pekan) \s+ {BACK} \b | \b last \s+ week \b"),
            |_, _| Some(Day::LastWeek),
        ),
        rule(
            &format!(
                r"\b (?:{WEEKDAY}) \s+ (?:minggu|mgg|pekan) \s+ (?: (?<back>{BACK}) | ini ) \b"
            ),
            in_week,
        ),
        rule(
            &format!(
                r"\b (?:malam|malem|mlm) \s+ (?:{WEEKDAY}|minggu) (?: \s+ (?:(?<back>{BACK})|ini) )? \b"
            ),
            |captures, calendar| match on_weekday(captures, calendar)? {
                Day::On(date) => date.yesterday().ok().map(Day::LastNight),
                other => Some(other),
            },
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
/// A smaller number before `bulan lalu` counts months.
const MONTHS: i8 = 12;
const MONTH_WORD: &str = "(?:bulan|bln)";
const SHORT_WEEKDAY: &str = "(?:sen|sel|rab|kam|jum|jmt|sab)";
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
    fn mentions(&self, raw: &str, calendar: &Calendar) -> Vec<DayMention> {
        self.pattern
            .captures_iter(raw)
            .filter_map(|captures| {
                let whole = captures.get(0)?.range();
                let span = whole.start..end_before_hour(&captures, calendar).unwrap_or(whole.end);
                let stands = stands_alone(raw, &span)
                    && !follows(raw, span.start, BEFORE_NO_DAY)
                    && !(self.is_weekday_number && goes_on(&captures, &raw[span.end..]));
                let day = (self.read)(&captures, calendar).filter(|_| stands)?;
                let part = captures
                    .name("part")
                    .and_then(|part| DayPart::named(part.as_str()));
                Some(DayMention {
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

/// The year said, unless its two digits are the hour: `12 jul 20.00`, `12 jul 10 malam`.
fn year<'t>(captures: &Captures<'t>, calendar: &Calendar) -> Option<Match<'t>> {
    let follows_word = captures.name("name").is_some();
    let is_hour = captures.name("fraction").is_some() || captures.name("part").is_some();
    let is_year =
        |year: &Match<'_>| year.len() == 4 || (!is_hour && calendar.year(year.as_str()).is_some());
    let short = captures
        .name("year")
        .filter(|year| !follows_word || is_year(year));
    short
        .or_else(|| captures.name("full"))
        .or_else(|| captures.name("plain"))
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
    let part = |name: &str| number(captures.name(name)?.as_str());
    let month = captures
        .name("name")
        .map(|name| month(name.as_str()))
        .or_else(|| part("month"))?;
    let day = part("day")?;
    let this_year = calendar.today.year();
    let year = if captures.name("years").is_some() {
        this_year - 1
    } else if captures.name("same").is_some() {
        this_year
    } else if let Some(year) = year(captures, calendar) {
        calendar.year(year.as_str())?
    } else {
        return Some(latest(calendar, month, day));
    };
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
    let day = number(&captures["day"])?;
    let first = calendar.today.first_of_month();
    let months = if captures.name("previous").is_some() {
        1..2
    } else if captures.name("this").is_some() {
        0..1
    } else {
        0..3
    };
    let months = months.filter_map(|back| first.checked_sub(back.months()).ok());
    let mut dates = months.filter_map(|month| Date::new(month.year(), month.month(), day).ok());
    Some(
        dates
            .find(|date| calendar.accepts(*date))
            .map_or(Day::Impossible, Day::On),
    )
}

/// `Jumat 20`: the number is the day's, if it falls on that weekday.
fn numbered_weekday(captures: &Captures<'_>, calendar: &Calendar) -> Option<Day> {
    let day = numbered(captures, calendar)?;
    let is_on = |date: Date| Some(date.weekday()) == first_weekday(&captures[0]);
    Some(match day {
        Day::On(date) if !is_on(date) => Day::Impossible,
        day => day,
    })
}

/// `rabu minggu lalu`: weeks begin on Monday.
fn in_week(captures: &Captures<'_>, calendar: &Calendar) -> Option<Day> {
    let weekday = first_weekday(&captures[0])?;
    let monday = i64::from(calendar.today.weekday().to_monday_zero_offset());
    let back = if captures.name("back").is_some() {
        7
    } else {
        0
    };
    calendar.shifted(i64::from(weekday.to_monday_zero_offset()) - monday - back)
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
    let weekday = first_weekday(&captures[0])?;
    let gone = captures.name("back").is_some() || captures.name("last").is_some();
    let since = i64::from(weekday.until(calendar.today.weekday()));
    calendar.shifted(if gone && since == 0 { -7 } else { -since })
}

fn first_weekday(text: &str) -> Option<Weekday> {
    text.split(|c: char| !c.is_alphabetic())
        .find_map(|word| weekday(&word.to_lowercase()))
}

/// The first three letters are enough.
fn weekday(word: &str) -> Option<Weekday> {
    Some(match word.get(..3)? {
        "sen" | "mon" => Weekday::Monday,
        "sel" | "tue" => Weekday::Tuesday,
        "rab" | "wed" => Weekday::Wednesday,
        "kam" | "thu" => Weekday::Thursday,
        "jum" | "jmt" | "fri" => Weekday::Friday,
        "sab" | "sat" => Weekday::Saturday,
        "min" | "aha" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// A number of at most two places, in digits or words.
fn number(text: &str) -> Option<i8> {
    i8::try_from(numerals::small(&text.to_lowercase())?).ok()
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

/// Words before which a number is no day, or a day says how long something lasts: `jam 3-4`, `sampai hari ini`.
const BEFORE_NO_DAY: &str = "jam|jm|pukul|pkl|setengah|sampai|sampe|smp|hingga|s/d|sd|until|till";

/// Whether one of these words comes just before.
fn follows(raw: &str, start: usize, words: &str) -> bool {
    let word = raw[..start]
        .split_whitespace()
        .next_back()
        .unwrap_or_default();
    let glued = raw[..start].ends_with(|c: char| !c.is_whitespace());
    !glued
        && words
            .split('|')
            .any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether the number behind a weekday is that of a month's day or an hour: `Jumat 20 nov`, `Jumat 8 malam`.
fn goes_on(captures: &Captures<'_>, after: &str) -> bool {
    static MORE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?ix)^ \s* -? \s* (?: {MONTH} | {MONTH_WORD} | wi(?:b|ta|t) ) \b"
        ))
        .expect("the pattern is constant")
    });
    captures.name("part").is_some() || MORE.is_match(after)
}

/// Whether the text has a month or year in it that no day was read with.
pub(super) fn has_loose_month(text: &str) -> bool {
    static LOOSE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?ix) \b (?: {MONTH} | {MONTH_WORD} | tahun | thn | minggu | mgg ) \b"
        ))
        .expect("the pattern is constant")
    });
    LOOSE.is_match(text)
}
