//! What names a time of day, `jam 8 malam`, `20.15`, `8pm`, and what says how long ago, `5 menit lalu`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::value::{Error, numerals};

/// A time of day as it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) span: Range<usize>,
    /// As said, 0 to 24 if it is possible.
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) part: Option<DayPart>,
    /// Written `08.15`: an hour after noon is not.
    pub(super) is_formal: bool,
    /// How many hours the clock was ahead of western Indonesia's.
    pub(super) zone_hours: i64,
    /// Something besides a dot says that it is a time.
    pub(super) cued: bool,
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayPart {
    /// `pagi`, `subuh`, `am`.
    Morning,
    /// `siang`: from late morning to the early afternoon.
    Noon,
    /// `sore`, `pm`.
    Afternoon,
    /// `malam`: from dusk to the small hours.
    Night,
}

/// Pattern of a part of the day.
pub(super) const PART: &str = r"pagi(?:an)?|subuh|dini\s+hari|siang|sore|petang|malam|malem|mlm|morning|afternoon|evening|night|[ap]\.?m\b";

impl DayPart {
    pub(super) fn named(name: &str) -> Option<DayPart> {
        Some(match name.to_lowercase().get(..2)? {
            "pa" | "su" | "di" | "mo" | "am" | "a." => DayPart::Morning,
            "si" => DayPart::Noon,
            "so" | "pe" | "af" | "pm" | "p." => DayPart::Afternoon,
            _ => DayPart::Night,
        })
    }
}

impl Clock {
    /// Returns the hours it may mean, each with the days after the one it is said with: the night belongs to two.
    pub(super) fn readings(&self, part: Option<DayPart>) -> Result<Vec<(i64, i8)>, Error> {
        let (hour, on_dial) = (self.hour, self.hour % 12);
        let (before_noon, after_noon) = ((0, on_dial), (0, on_dial + 12));
        if !(0..=24).contains(&hour)
            || !(0..60).contains(&self.minute)
            || (hour == 24 && self.minute > 0)
        {
            return Err(Error::InvalidDate);
        }
        Ok(match part {
            _ if hour == 24 => vec![(1, 0)],
            _ if hour > 12 || hour == 0 => vec![(0, hour)],
            None if self.is_formal => vec![(0, hour)],
            None => vec![before_noon, after_noon],
            Some(DayPart::Morning) => vec![before_noon],
            Some(DayPart::Noon) if matches!(hour, 9..=11) => vec![before_noon],
            Some(DayPart::Noon | DayPart::Afternoon) => vec![after_noon],
            Some(DayPart::Night) if on_dial <= 4 => vec![before_noon, (1, on_dial)],
            Some(DayPart::Night) => vec![after_noon],
        })
    }
}

/// Returns the times of day in reading order, without those that overlap something `taken`.
pub(super) fn clocks(raw: &str, taken: &[Range<usize>]) -> Vec<Clock> {
    static CLOCKS: LazyLock<[(bool, Regex); 7]> = LazyLock::new(|| {
        let pattern = |pattern: String| {
            Regex::new(&format!("(?ix){pattern}")).expect("the pattern is constant")
        };
        let small = numerals::SMALL;
        let after = format!(
            r"(?: \s* (?<zone>wib|wita|wit) \b )? (?: \s* (?<part>{PART}) \b )? (?: \s* (?<zone_after>wib|wita|wit) \b )?"
        );
        let hour = format!(
            r"(?<hour>{small}) (?: [.:] (?<minute>\d\d) (?:[.:]\d\d)? )?
              (?: \s+ (?: (?:lewat|lwt|lebih|lbh) (?:an|in)? \s+ (?<past>\d{{1,2}}|seperempat)
                        | (?:kurang|krang|krg) \s+ (?<to>\d{{1,2}}|seperempat) ) \b (?:\s* (?:menit|mnt))? )?
              (?: \s* -? an | nya )? \b {after}"
        );
        let half = r"(?<half> (?:setengah|stengah|stngah|stengh|stngh|stgah|stgh) \s+ )";
        [
            // A full stamp has a clock of 24 hours, whatever its hour looks like.
            (
                true,
                pattern(format!(
                    r"(?<stamp> \b (?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}} | \d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}} | [a-z]{{3,9}}\s+\d{{4}}) ,? \s+ )
                      (?<hour>\d{{1,2}}) [.:] (?<minute>\d\d) (?: [.:]\d\d (?:\.\d+)? )? {after}"
                )),
            ),
            (
                true,
                pattern(format!(
                    r"(?: \b (?<part_before>{PART}) \s+ )?
                      \b (?<cue>jam|jm|pukul|pkl|pk|at) \.? \s* :? \s* (?:(?:sekitar|sktr|kira-kira|kurleb) \s+)?
                      {half}? {hour}"
                )),
            ),
            (
                true,
                pattern(format!(
                    r"\b {half} (?<hour>{small}) (?: \s* -? an )? \s+ (?<part>{PART}) \b"
                )),
            ),
            (false, pattern(format!(r"\b {half} (?<hour>{small}) \b"))),
            (
                true,
                pattern(format!(
                    r"\b (?<hour>\d{{1,2}}) : (?<minute>\d\d) (?: :\d\d )? {after}"
                )),
            ),
            (
                true,
                pattern(format!(
                    r"\b (?<hour>\d{{1,2}}) (?: \. (?<minute>\d\d) )? \s* (?: (?<part>{PART}) \b | (?<zone>wib|wita|wit) \b )"
                )),
            ),
            (
                false,
                pattern(r"\b (?<hour>\d{1,2}) \. (?<minute>\d\d) \b".to_owned()),
            ),
        ]
    });
    let mut clocks: Vec<Clock> = Vec::new();
    for (cued, pattern) in CLOCKS.iter() {
        for captures in pattern.captures_iter(raw) {
            let Some(clock) = read(&captures, *cued) else {
                continue;
            };
            let overlaps =
                |span: &Range<usize>| span.start < clock.span.end && clock.span.start < span.end;
            let is_free =
                !taken.iter().any(overlaps) && !clocks.iter().any(|other| overlaps(&other.span));
            if is_free && !is_part(raw, &clock.span) {
                clocks.push(clock);
            }
        }
    }
    clocks.sort_by_key(|clock| clock.span.start);
    let is_free = |span: &Range<usize>| {
        !taken
            .iter()
            .any(|other| other.start < span.end && span.start < other.end)
    };
    for clock in &mut clocks {
        if clock.part.is_none()
            && let Some((length, part)) = part_behind(&raw[clock.span.end..])
            && is_free(&(clock.span.end..clock.span.end + length))
        {
            clock.part = Some(part);
            clock.span.end += length;
        }
    }
    clocks
}

/// Returns where it is said how long ago something was, and the minutes since; `barusan` is none.
pub(super) fn elapsed(raw: &str) -> Vec<(Range<usize>, i64)> {
    static ELAPSED: LazyLock<Regex> = LazyLock::new(|| {
        let small = numerals::SMALL;
        Regex::new(&format!(
            r"(?ix) \b (?<now> barusan | baru \s+ (?:saja|aja) | just \s+ now ) \b
              | \b (?:tadi\s+)? (?: (?<count>{small}) \s* | (?<half>setengah) \s+ | se | an? \s+ )
                (?<unit>menit|mnt|minutes?|mins?|jam|jm|hours?) (?: \s+ (?<minutes>\d{{1,2}}) \s* (?:menit|mnt|minutes?) )?
                (?:an)? \s+ (?:(?:yang|yg)\s+)? (?:lalu|ago|tadi) \b"
        ))
        .expect("the pattern is constant")
    });
    ELAPSED
        .captures_iter(raw)
        .filter_map(|captures| {
            let span = captures.get(0)?.range();
            if captures.name("now").is_some() {
                return Some((span, 0));
            }
            let unit = if captures["unit"].to_lowercase().starts_with('m') {
                1
            } else {
                60
            };
            let count = captures.name("count").map_or(Some(1), |count| {
                numerals::small(&count.as_str().to_lowercase())
            })?;
            let rest = captures
                .name("minutes")
                .map_or(Some(0), |minutes| minutes.as_str().parse::<i64>().ok())?;
            let minutes = if captures.name("half").is_some() {
                unit / 2
            } else {
                unit * count
            };
            Some((span, minutes + rest))
        })
        .collect()
}

/// Whether a part of the day is named.
pub(super) fn has_part(text: &str) -> bool {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(r"(?ix) \b (?:{PART}) \b")).expect("the pattern is constant")
    });
    NAMED.is_match(text)
}

/// The part of the day that follows an hour behind a few words that say how exact it is: `jam 7 lewat dikit pagi`.
fn part_behind(after: &str) -> Option<(usize, DayPart)> {
    static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?ix)^ (?:\s+ [a-z]{{2,}}){{0,2}}? \s+ (?<part>{PART}) \b"
        ))
        .expect("the pattern is constant")
    });
    let found = BEHIND.captures(after)?;
    let part = found.name("part")?;
    Some((part.end(), DayPart::named(part.as_str())?))
}

fn read(captures: &Captures<'_>, cued: bool) -> Option<Clock> {
    const QUARTER: i8 = 15;
    let text = |name: &str| captures.name(name).map(|part| part.as_str());
    let minutes = |name: &str| text(name).map(|minutes| minutes.parse::<i8>().unwrap_or(QUARTER));
    let said = text("hour")?;
    let said_hour = i8::try_from(numerals::small(&said.to_lowercase())?).unwrap_or(i8::MAX);
    let hour_before = if said_hour == 1 { 12 } else { said_hour - 1 };
    let (hour, minute) = match (text("half"), minutes("past"), minutes("to")) {
        (Some(_), _, _) => (hour_before, 30),
        (_, Some(past), _) => (said_hour, past),
        (_, _, Some(to)) => (hour_before, 60 - to),
        _ => (said_hour, minutes("minute").unwrap_or(0)),
    };
    let zone_hours = match text("zone")
        .or_else(|| text("zone_after"))
        .map(str::to_lowercase)
        .as_deref()
    {
        Some("wita") => 1,
        Some("wit") => 2,
        _ => 0,
    };
    let whole = captures.get(0)?.range();
    // A part of the day before the cue may belong to the day as well: `kemarin malam jam 8`.
    let start = match (captures.name("stamp"), captures.name("cue")) {
        (Some(date), _) => date.end(),
        (None, cue) => cue.map_or(whole.start, |cue| cue.start()),
    };
    Some(Clock {
        span: start..whole.end,
        hour,
        minute,
        part: text("part")
            .or_else(|| text("part_before"))
            .and_then(DayPart::named),
        is_formal: text("minute").is_some() && (said.len() == 2 || text("stamp").is_some()),
        zone_hours,
        cued,
    })
    .filter(|clock| cued || clock.readings(None).is_ok())
}

/// Whether it is a part of a longer word or number: `10.20.30`, `50.000`, `Rp20.15`.
fn is_part(raw: &str, span: &Range<usize>) -> bool {
    let is_mark = |c: char| matches!(c, '.' | ',' | ':' | '/' | '-');
    let before = raw[..span.start].trim_end_matches(is_mark);
    let after = raw[span.end..].trim_start_matches(is_mark);
    let digit = |c: char| c.is_ascii_digit();
    raw[span.end..].starts_with(char::is_alphanumeric)
        || (before.len() < span.start && before.ends_with(digit))
        || (after.len() < raw.len() - span.end && after.starts_with(digit))
}
