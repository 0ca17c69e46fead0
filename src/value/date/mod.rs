//! Days and moments in western Indonesian time, named absolutely or as seen from now: `kemarin jam 8 malam`,
//! `12/7/2023 20.15`, `senin lalu`, `5 menit lalu`.
//!
//! `day` finds what names a day, `clock` what names a time of day; here they are put together. A day without a
//! year or month is the latest one that is not in the future, and so is the hour that may be before or after noon.
//! A part of the day is no time: who says `tadi malam` is asked for the hour.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, offset};
use jiff::{Timestamp, ToSpan};
use regex::Regex;

use super::{Background, Error, FoundValue, Value, numerals, settle};
use crate::text::{Lexicon, Role};
use clock::{Clock, DayPart};
use day::{Day, DayMention};

mod clock;
mod day;

/// Whether the future is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tense {
    /// It has happened already.
    Past,
    /// It may lie ahead.
    Any,
}

impl Tense {
    /// The tense of a field that is `past` or not.
    pub(super) fn of(past: bool) -> Tense {
        if past { Tense::Past } else { Tense::Any }
    }
}

/// Reads the one day in an answer; a time of day is ignored.
pub fn parse_day(raw: &str, background: Background<'_>, tense: Tense) -> Result<Value, Error> {
    let raw = without_courtesy(raw, background.lexicon);
    let reader = TimeReader::new(&raw, background, tense, true);
    let day = reader.one_day(reader.days())?;
    reader.if_all_is_read(day)
}

/// Reads the one moment in an answer.
pub fn parse_moment(raw: &str, background: Background<'_>, tense: Tense) -> Result<Value, Error> {
    let raw = &without_courtesy(raw, background.lexicon);
    let reader = TimeReader::new(raw, background, tense, true);
    if let Some(moment) = stamp(raw) {
        return reader.checked_moment(moment);
    }
    // `barusan` is now, unless an hour is said with it.
    let elapsed = reader.elapsed.iter().map(|(_, minutes)| *minutes);
    if let Some(minutes) = elapsed
        .max()
        .filter(|minutes| *minutes > 0 || reader.clocks.is_empty())
    {
        return reader.checked_moment(reader.before(minutes));
    }
    let clocks = reader.told_clocks();
    if clocks.is_empty() {
        let date = reader.one_day(reader.days())?;
        return Err(Error::NeedsTime { date });
    }
    let mut moments = Vec::new();
    for clock in clocks {
        for day in reader.days_or_floating()? {
            moments.extend(reader.moments(&day, clock)?);
        }
    }
    let moment = reader.one_moment(moments)?;
    if reader.has_loose_part() {
        return Err(unsure(moment));
    }
    reader.if_all_is_read(moment)
}

/// Finds days. What only says that something lasts, `sampai hari ini`, is none.
pub fn find_days(raw: &str, background: Background<'_>, tense: Tense) -> Vec<FoundValue> {
    let reader = TimeReader::new(raw, background, tense, false);
    let found = |mention: &DayMention| {
        let value = reader.one_day(vec![mention.clone()]).ok()?;
        // `tadi` alone may be any time; `tadi pagi` and `tadi jam 9` are one.
        let timed = |clock: &Clock| clock.cued && touches(raw, &mention.span, &clock.span);
        let told = mention.part.is_some() || reader.clocks.iter().any(timed);
        (mention.day != Day::Earlier || told).then(|| FoundValue {
            span: mention.span.clone(),
            value,
        })
    };
    let days = reader.days();
    if days.is_empty() {
        return reader.just_now(raw, |now| reader.checked_day(now.date()));
    }
    let clear = days.iter().filter(|day| reader.is_clear(&day.span));
    clear.filter_map(found).collect()
}

/// Finds the moment that the only day and the only time of a message name together, and times gone by.
pub fn find_moments(raw: &str, background: Background<'_>, tense: Tense) -> Vec<FoundValue> {
    let reader = TimeReader::new(raw, background, tense, false);
    let elapsed = reader.elapsed.iter().filter(|(_, minutes)| *minutes > 0);
    let elapsed: Vec<FoundValue> = elapsed
        .filter_map(|(span, minutes)| {
            Some(FoundValue {
                span: span.clone(),
                value: reader.checked_moment(reader.before(*minutes)).ok()?,
            })
        })
        .collect();
    let days = reader.days();
    let clocks: Vec<&Clock> = reader
        .clocks
        .iter()
        .filter(|clock| clock.cued || days.iter().any(|day| touches(raw, &day.span, &clock.span)))
        .collect();
    match (days.as_slice(), clocks.as_slice()) {
        ([day], [clock]) if elapsed.is_empty() => {
            if !reader.is_clear(&day.span) || !reader.is_clear(&clock.span) {
                return Vec::new();
            }
            let span = day.span.start.min(clock.span.start)..day.span.end.max(clock.span.end);
            let value = reader
                .moments(day, clock)
                .and_then(|moments| reader.one_moment(moments));
            value
                .ok()
                .map(|value| FoundValue { span, value })
                .into_iter()
                .collect()
        }
        ([], []) if elapsed.is_empty() => reader.just_now(raw, |now| reader.checked_moment(now)),
        _ => elapsed,
    }
}

/// Whether a text says one time of day and no day: the rest of a moment that is known.
pub fn is_time_alone(raw: &str, background: Background<'_>) -> bool {
    let reader = TimeReader::new(raw, background, Tense::Any, false);
    let cued = reader.clocks.iter().filter(|clock| clock.cued);
    reader.mentions.is_empty() && reader.elapsed.is_empty() && cued.count() == 1
}

/// Whether a text says when, and nothing else.
pub(super) fn is_nothing_else(raw: &str, background: Background<'_>) -> bool {
    let raw = without_courtesy(raw, background.lexicon);
    let reader = TimeReader::new(&raw, background, Tense::Any, true);
    let says_when = !reader.mentions.is_empty() || reader.clocks.iter().any(|clock| clock.cued);
    says_when && !reader.loose.contains(char::is_alphanumeric)
}

/// Whether at most a comma and blanks lie between the two.
fn touches(raw: &str, one: &Range<usize>, other: &Range<usize>) -> bool {
    let between = one.end.min(other.end)..one.start.max(other.start);
    raw.get(between)
        .is_some_and(|between| between.chars().all(|c| c == ',' || c == ' '))
}

/// The text of an answer without politeness around it: `18 kak`.
fn without_courtesy(raw: &str, lexicon: &Lexicon) -> String {
    let is_kept = |word: &&str| {
        let word = word.to_lowercase();
        !lexicon
            .everyday
            .has(Role::Courtesy, word.trim_end_matches(['.', ',', '!']))
    };
    raw.split_whitespace()
        .filter(is_kept)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Reads a text that is a moment as computers write it, with or without an offset: `2026-11-20T14:30`.
fn stamp(raw: &str) -> Option<DateTime> {
    static ZONE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(\d{4}-\d\d-\d\d)WI(?:B|TA|T)(\d)").expect("the pattern is constant")
    });
    let text = ZONE.replace(raw.trim_matches(['[', ']', ' ']), "${1}T${2}");
    let with_offset = text.parse::<Timestamp>().ok().map(western);
    with_offset.or_else(|| text.contains('T').then(|| text.parse().ok())?)
}

/// One value that is not taken unasked.
fn unsure(value: Value) -> Error {
    Error::Ambiguous {
        options: vec![value.display],
    }
}

/// A text with what it says of time, seen from now.
struct TimeReader<'a> {
    lexicon: &'a Lexicon,
    now: DateTime,
    tense: Tense,
    mentions: Vec<DayMention>,
    clocks: Vec<Clock>,
    /// Where time gone by is said, and how many minutes of it.
    elapsed: Vec<(Range<usize>, i64)>,
    /// The text without what was read of it.
    loose: String,
}

impl TimeReader<'_> {
    fn new<'a>(
        raw: &str,
        background: Background<'a>,
        tense: Tense,
        is_answer: bool,
    ) -> TimeReader<'a> {
        static STAMP: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(\d)T(\d)").expect("the pattern is constant"));
        let raw = STAMP.replace_all(raw, "$1 $2").into_owned();
        let lexicon = background.lexicon;
        let now = western(background.now.timestamp());
        let mut mentions = day::mentions(&raw, now.date(), tense, is_answer);
        // What is counted from a day, or due on it, happened on another.
        let anchors = lexicon.everyday.find(Role::Anchor, &raw);
        mentions.retain(|mention| {
            !anchors
                .iter()
                .any(|anchor| leads_to(&raw, anchor, &mention.span))
        });
        let elapsed = clock::elapsed(&raw);
        let taken: Vec<Range<usize>> = mentions
            .iter()
            .map(|mention| mention.span.clone())
            .chain(elapsed.iter().map(|(span, _)| span.clone()))
            .collect();
        let clocks = clock::clocks(&raw, &taken);
        let mut loose = raw.clone();
        let read = taken.iter().chain(clocks.iter().map(|clock| &clock.span));
        for span in read {
            loose.replace_range(span.clone(), &" ".repeat(span.len()));
        }
        TimeReader {
            loose,
            lexicon,
            now,
            tense,
            mentions,
            clocks,
            elapsed,
        }
    }

    /// `barusan`, unless it says when the customer called.
    fn just_now(
        &self,
        raw: &str,
        value: impl Fn(DateTime) -> Result<Value, Error>,
    ) -> Vec<FoundValue> {
        let [(span, 0)] = self.elapsed.as_slice() else {
            return Vec::new();
        };
        let before = raw[..span.start].split_whitespace().next_back();
        let after = raw[span.end..].split_whitespace().take(2);
        let tells_a_contact = before.into_iter().chain(after).any(|word| {
            let word = word.to_lowercase();
            let reaching = self.lexicon.everyday.entries(Role::Reaching);
            reaching.iter().any(|part| word.contains(&**part))
        });
        if tells_a_contact {
            return Vec::new();
        }
        let found = |value| FoundValue {
            span: span.clone(),
            value,
        };
        value(self.now).ok().map(found).into_iter().collect()
    }

    /// The days named. A weekday beside its own date is the same day, and `tadi` beside a date says nothing more.
    fn days(&self) -> Vec<DayMention> {
        let dates: Vec<Date> = self
            .mentions
            .iter()
            .filter(|mention| !mention.is_weekday)
            .filter_map(|mention| mention.day.date())
            .collect();
        let mut days = self.mentions.clone();
        days.retain(|mention| match mention.day {
            Day::On(weekday) if mention.is_weekday => {
                dates.iter().all(|date| date.weekday() != weekday.weekday())
            }
            // `td siang kemaren` is one day, `kemarin jam 7 tadi pagi` may be two.
            Day::Earlier => {
                let is_beside = |other: &DayMention| {
                    let gap = other.span.start.abs_diff(mention.span.end);
                    other.day.date().is_some()
                        && gap.min(mention.span.start.abs_diff(other.span.end)) <= 1
                };
                dates.is_empty() || mention.part.is_some() && !self.mentions.iter().any(is_beside)
            }
            _ => true,
        });
        days
    }

    /// `minggu lalu` may be last Sunday, or seven days ago.
    fn last_week(&self) -> Error {
        let today = self.now.date();
        let since_sunday = i64::from(today.weekday().to_sunday_zero_offset());
        let days = [if since_sunday == 0 { 7 } else { since_sunday }, 7];
        let dates = days
            .into_iter()
            .filter_map(|days| today.checked_sub(days.days()).ok());
        Error::Ambiguous {
            options: dates.map(display_day).collect(),
        }
    }

    /// The value, unless something else in the answer says of time what was not read.
    fn if_all_is_read(&self, value: Value) -> Result<Value, Error> {
        let (loose, everyday) = (&self.loose, &self.lexicon.everyday);
        let hints = [Role::Vague, Role::Anchor, Role::Between];
        let has_hint = hints
            .into_iter()
            .any(|hint| !everyday.find(hint, loose).is_empty());
        let has_number = loose.split_whitespace().any(is_loose_number);
        if has_hint || has_number || day::has_loose_month(loose) {
            Err(unsure(value))
        } else {
            Ok(value)
        }
    }

    /// Whether a part of the day is said apart from the day and the hour; the only hour takes it if it follows.
    fn has_loose_part(&self) -> bool {
        clock::has_part(&self.loose)
    }

    /// Whether nothing beside the span, in a message that was not asked for, makes it something else.
    fn is_clear(&self, span: &Range<usize>) -> bool {
        const WORDS: usize = 2;
        const CHARS: usize = 40;
        let (before, after) = (&self.loose[..span.start], &self.loose[span.end..]);
        let from = before.char_indices().rev().take(CHARS).last();
        let near = &before[from.map_or(0, |(place, _)| place)..];
        let mut before: Vec<&str> = near.split_whitespace().rev().take(WORDS).collect();
        before.reverse();
        let to = after.char_indices().nth(CHARS);
        let mut after = after[..to.map_or(after.len(), |(place, _)| place)].split_whitespace();
        let (first, second) = (
            after.next().unwrap_or_default(),
            after.next().unwrap_or_default(),
        );
        let everyday = &self.lexicon.everyday;
        let joins = [Role::Joining, Role::Between]
            .into_iter()
            .any(|role| everyday.has(role, &first.to_lowercase()));
        let beside = [&before.join(" "), first];
        let is_vague =
            |text: &str| day::has_loose_month(text) || !everyday.find(Role::Vague, text).is_empty();
        let is_open = beside.into_iter().any(is_vague) || joins && is_loose_number(second);
        !is_open && everyday.find(Role::Between, beside[0]).is_empty()
    }

    fn days_or_floating(&self) -> Result<Vec<DayMention>, Error> {
        let days = self.days();
        if days.iter().any(|mention| mention.day == Day::Impossible) {
            return Err(Error::InvalidDate);
        }
        let floating = || {
            vec![DayMention {
                span: 0..0,
                day: Day::Earlier,
                is_weekday: false,
                part: None,
            }]
        };
        Ok(if days.is_empty() { floating() } else { days })
    }

    /// The clock times; one without any cue (`14.30`) counts only when no other is said.
    fn told_clocks(&self) -> Vec<&Clock> {
        let cued: Vec<&Clock> = self.clocks.iter().filter(|clock| clock.cued).collect();
        if cued.is_empty() {
            self.clocks.iter().collect()
        } else {
            cued
        }
    }

    fn one_day(&self, days: Vec<DayMention>) -> Result<Value, Error> {
        if let [(_, minutes), ..] = self.elapsed.as_slice()
            && days.is_empty()
        {
            return self.checked_day(self.before(*minutes).date());
        }
        let mut values = Vec::new();
        for mention in days {
            let date = match mention.day {
                Day::On(date) | Day::LastNight(date) => date,
                Day::Earlier => self.earlier(&mention)?,
                Day::LastWeek => return Err(self.last_week()),
                Day::Impossible => return Err(Error::InvalidDate),
            };
            values.push(FoundValue {
                span: mention.span,
                value: self.checked_day(date)?,
            });
        }
        settle(values, || Error::NotFound)
    }

    /// The day of `tadi`: today, unless the hour said with it, or the night, was yesterday's.
    fn earlier(&self, mention: &DayMention) -> Result<Date, Error> {
        const EVENING: i8 = 18;
        if let [clock] = self.told_clocks()[..] {
            let moments = self.moments(mention, clock)?;
            return Ok(moments
                .first()
                .map_or(self.now.date(), |moment| moment.date()));
        }
        let last_night = mention.part == Some(DayPart::Night) && self.now.hour() < EVENING;
        Ok(if last_night {
            self.now.date().yesterday().unwrap_or(self.now.date())
        } else {
            self.now.date()
        })
    }

    /// The moments that the clock may mean on the day. In the past the latest is meant, except around midnight, where
    /// the two belong to different days of the calendar.
    fn moments(&self, mention: &DayMention, clock: &Clock) -> Result<Vec<DateTime>, Error> {
        let time = |hour: i8| Time::new(hour, clock.minute, 0, 0).map_err(|_| Error::InvalidDate);
        let part = clock.part.or(mention.part);
        let on = |date: Date, readings: &[(i64, i8)]| -> Result<Vec<DateTime>, Error> {
            let moment = |(days, hour): &(i64, i8)| {
                let span = days.days().hours(-clock.zone_hours);
                date.to_datetime(time(*hour)?)
                    .checked_add(span)
                    .map_err(|_| Error::InvalidDate)
            };
            readings.iter().map(moment).collect()
        };
        let readings = clock.readings(part)?;
        let happened = |moment: &DateTime| *moment <= self.now;
        match mention.day {
            Day::LastWeek => Err(self.last_week()),
            Day::Impossible => Err(Error::InvalidDate),
            Day::LastNight(date) => {
                let night = clock.readings(Some(DayPart::Night))?;
                on(date, &night[night.len() - 1..])
            }
            Day::On(date) => {
                let moments = on(date, &readings)?;
                let past: Vec<DateTime> = moments.iter().copied().filter(happened).collect();
                let is_night = part == Some(DayPart::Night);
                Ok(match self.tense {
                    Tense::Past if !past.is_empty() && is_night => past,
                    Tense::Past if !past.is_empty() => past.into_iter().max().into_iter().collect(),
                    Tense::Past => moments.into_iter().take(1).collect(),
                    Tense::Any => moments,
                })
            }
            Day::Earlier => {
                let today = self.now.date();
                let mut around = on(today, &readings)?;
                if self.tense == Tense::Any {
                    return Ok(around);
                }
                around.extend(on(
                    today.yesterday().map_err(|_| Error::InvalidDate)?,
                    &readings,
                )?);
                Ok(around
                    .into_iter()
                    .filter(happened)
                    .max()
                    .into_iter()
                    .collect())
            }
        }
    }

    fn one_moment(&self, moments: Vec<DateTime>) -> Result<Value, Error> {
        let values: Result<Vec<FoundValue>, Error> = moments
            .into_iter()
            .map(|moment| {
                Ok(FoundValue {
                    span: 0..0,
                    value: self.checked_moment(moment)?,
                })
            })
            .collect();
        settle(values?, || Error::NotFound)
    }

    fn checked_day(&self, date: Date) -> Result<Value, Error> {
        let value = Value::new(date.to_string(), display_day(date));
        if self.tense == Tense::Past && date > self.now.date() {
            Err(Error::InFuture { value })
        } else {
            Ok(value)
        }
    }

    fn checked_moment(&self, moment: DateTime) -> Result<Value, Error> {
        let display = format!(
            "{} pukul {:02}.{:02} WIB",
            display_day(moment.date()),
            moment.hour(),
            moment.minute()
        );
        let value = Value::new(
            moment.strftime("%Y-%m-%dT%H:%M:00+07:00").to_string(),
            display,
        );
        if self.tense == Tense::Past && moment > self.now {
            Err(Error::InFuture { value })
        } else {
            Ok(value)
        }
    }

    fn before(&self, minutes: i64) -> DateTime {
        self.now.saturating_sub(minutes.minutes())
    }
}

/// Whether the word is a number that may be a day, an hour or a year.
fn is_loose_number(word: &str) -> bool {
    static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!("(?i)^(?:{})$", numerals::WORD)).expect("the pattern is constant")
    });
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let is_number = word
        .chars()
        .all(|c| c.is_ascii_digit() || ".:/-".contains(c));
    let is_amount = word
        .rsplit_once('.')
        .is_some_and(|(_, last)| last.len() == 3);
    (is_number && (1..=4).contains(&digits) && !is_amount) || SPELLED.is_match(word)
}

/// Whether a word comes before a day, with at most one other between.
fn leads_to(raw: &str, word: &Range<usize>, day: &Range<usize>) -> bool {
    const CHARS_BETWEEN_MAX: usize = 20;
    let between = raw
        .get(word.end..day.start)
        .filter(|between| between.len() <= CHARS_BETWEEN_MAX);
    between.is_some_and(|between| {
        between.split_whitespace().count() <= 1 && !between.contains([',', '.', ';'])
    })
}

/// The local time where tickets are filed. Jakarta has not moved its clocks since 1964, so the offset is enough.
fn western(timestamp: Timestamp) -> DateTime {
    timestamp.to_zoned(TimeZone::fixed(offset(7))).datetime()
}

/// The part of the day that a text names first.
pub fn part_of_day(text: &str) -> Option<&str> {
    static PART: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = format!(r"(?ix)\b(?:{})\b", clock::PART);
        Regex::new(&pattern).expect("the pattern is constant")
    });
    PART.find(text).map(|found| found.as_str())
}

/// Returns the day with its name: `Jumat, 20 November 2026`.
fn display_day(date: Date) -> String {
    let weekdays = [
        "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu",
    ];
    let months = [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ];
    let name = |names: &[&'static str], place: i8| {
        names[usize::try_from(place).expect("jiff counts up from zero or one")]
    };
    let weekday = name(&weekdays, date.weekday().to_monday_zero_offset());
    let month = name(&months, date.month() - 1);
    format!("{weekday}, {} {month} {}", date.day(), date.year())
}

#[cfg(test)]
mod tests;
