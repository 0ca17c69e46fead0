//! Working hours: outside of them there are no reminders.

use std::str::FromStr;

use jiff::Zoned;
use jiff::civil::{Time, Weekday};

/// On which days, from when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    from: Time,
    to: Time,
    /// From Monday.
    days: [bool; 7],
}

/// Why a text names no hours or days.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHours {
    /// The hours are not two times, the first before the second.
    #[error("expected working hours such as `08:00-17:00`, found `{0}`")]
    Times(String),
    /// A day is none.
    #[error("expected a day such as `mon` or `tue`, found `{0}`")]
    Day(String),
    /// There is no day at all.
    #[error("expected at least one working day")]
    NoDay,
}

impl Hours {
    /// Contact centres work from morning to evening; a reminder late at night only disturbs.
    pub const TIMES: &str = "08:00-20:00";

    /// These hours on every day, unless days are named.
    pub fn new(times: &str, days: Option<&[String]>) -> Result<Self, BadHours> {
        let bad = || BadHours::Times(times.to_owned());
        let (from, to) = times.split_once('-').ok_or_else(bad)?;
        let time = |text: &str| Time::from_str(text.trim()).map_err(|_| bad());
        let (from, to) = (time(from)?, time(to)?);
        if from >= to {
            return Err(bad());
        }
        let mut hours = Self {
            from,
            to,
            days: [days.is_none(); 7],
        };
        for day in days.unwrap_or_default() {
            let read = jiff::fmt::strtime::parse("%a", day).ok();
            let day = read
                .and_then(|read| read.weekday())
                .ok_or_else(|| BadHours::Day(day.clone()))?;
            hours.days[place_of(day)] = true;
        }
        if hours.days.contains(&true) {
            Ok(hours)
        } else {
            Err(BadHours::NoDay)
        }
    }

    /// Whether this is a time at which people work.
    pub fn hold(&self, at: &Zoned) -> bool {
        self.is_day(at.weekday()) && (self.from..self.to).contains(&at.time())
    }

    /// Returns the time itself when people work then, otherwise when they begin again.
    pub fn next(&self, at: &Zoned) -> Zoned {
        if self.hold(at) {
            return at.clone();
        }
        let today = at.time() < self.from;
        let mut day = at.date();
        if !today {
            day = day.tomorrow().unwrap_or(day);
        }
        // One of seven days in a row is a working day.
        for _ in 0..7 {
            if self.is_day(day.weekday()) {
                break;
            }
            day = day.tomorrow().unwrap_or(day);
        }
        day.to_datetime(self.from)
            .to_zoned(at.time_zone().clone())
            .unwrap_or_else(|_| at.clone())
    }

    fn is_day(&self, day: Weekday) -> bool {
        self.days[place_of(day)]
    }
}

/// A day's place in the week.
fn place_of(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).expect("jiff counts from zero")
}

impl Default for Hours {
    fn default() -> Self {
        Self::new(Self::TIMES, None).expect("the hours are checked by a test")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Zoned {
        format!("{text}+07:00[Asia/Jakarta]").parse().unwrap()
    }

    #[track_caller]
    fn check(hours: &Hours, from: &str, expected: &str) {
        assert_eq!(hours.next(&at(from)), at(expected), "{from}");
    }

    #[test]
    fn what_falls_outside_waits_for_the_next_morning() {
        let daily = Hours::default();
        check(&daily, "2026-11-21T10:00", "2026-11-21T10:00");
        check(&daily, "2026-11-21T06:59", "2026-11-21T08:00");
        check(&daily, "2026-11-21T20:00", "2026-11-22T08:00");
        let days = ["mon", "tue", "wed", "thu", "fri"].map(str::to_owned);
        let office = Hours::new("08:00-17:00", Some(&days)).unwrap();
        check(&office, "2026-11-20T16:59", "2026-11-20T16:59");
        check(&office, "2026-11-20T17:00", "2026-11-23T08:00");
        check(&office, "2026-11-21T10:00", "2026-11-23T08:00");
        check(&office, "2026-11-23T07:00", "2026-11-23T08:00");
    }

    #[test]
    fn hours_that_are_none_are_refused() {
        for text in ["", "08:00", "17:00-08:00", "08:00-08:00", "8-17", "a-b"] {
            assert!(
                matches!(Hours::new(text, None), Err(BadHours::Times(_))),
                "{text}"
            );
        }
        let days = |days: &[&str]| {
            let days: Vec<_> = days.iter().map(|day| (*day).to_owned()).collect();
            Hours::new("08:00-17:00", Some(&days))
        };
        assert_eq!(days(&[]), Err(BadHours::NoDay));
        assert_eq!(days(&["senin"]), Err(BadHours::Day("senin".to_owned())));
    }
}
