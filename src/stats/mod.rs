//! Statistics by week: what was asked and how it came out, and the drafts, without a word about any one agent.
//!
//! Counts come from the store's hourly tallies, drafts from its tickets; both are put into weeks here, so that the same
//! figures are shown on the console, in a chat and in a chart.

pub mod chart;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::dialog::NOT_UNDERSTOOD;
use crate::store::Tally;
use crate::ticket::Ticket;

/// One week, from Monday to Sunday.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Week {
    /// Its Monday.
    pub from: Date,
    /// Messages that asked for a procedure.
    pub questions: u64,
    /// Those that were answered.
    pub answered: u64,
    /// Those that were offered two or three procedures.
    pub clarified: u64,
    /// Those that nothing fitted.
    pub unanswered: u64,
    /// Messages in the middle of a dialog that it could do nothing with; no questions of their own.
    pub not_understood: u64,
    /// How often each procedure was the answer.
    pub intents: BTreeMap<String, u64>,
    /// Walks that ended with words for the customer instead of a ticket.
    pub avoided: u64,
    /// Drafts that were filed.
    pub drafts: u64,
    /// Drafts by complaint category.
    pub kips: BTreeMap<String, u64>,
    /// Drafts by kind of channel.
    pub channel_kinds: BTreeMap<&'static str, u64>,
    /// Shared procedures that somebody has not read, with how many have not; of the latest week, as it is now.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unread: BTreeMap<String, u64>,
}

/// Puts counts and drafts into weeks, earliest first; weeks in which nothing happened between two others are there.
pub fn weeks(tallies: &[Tally], tickets: &[Ticket], zone: &TimeZone) -> Vec<Week> {
    let mut weeks: BTreeMap<Date, Week> = BTreeMap::new();
    for tally in tallies {
        let week = week(&mut weeks, tally.hour, zone);
        let count = |decision: &str| tally.decisions.get(decision).copied().unwrap_or(0);
        let (answered, clarified, unanswered) =
            (count("answer"), count("clarify"), count("fallback"));
        week.answered += answered;
        week.avoided += tally.avoided;
        week.not_understood += count(NOT_UNDERSTOOD);
        week.clarified += clarified;
        week.unanswered += unanswered;
        week.questions += answered + clarified + unanswered;
        for (intent, count) in &tally.intents {
            *week.intents.entry(intent.clone()).or_default() += count;
        }
    }
    for ticket in tickets {
        let week = week(&mut weeks, ticket.filed_at, zone);
        week.drafts += 1;
        *week.kips.entry(ticket.kip.clone()).or_default() += 1;
        *week
            .channel_kinds
            .entry(ticket.channel_kind.name())
            .or_default() += 1;
    }
    let (Some(first), Some(last)) = (
        weeks.keys().next().copied(),
        weeks.keys().next_back().copied(),
    ) else {
        return Vec::new();
    };
    let mut monday = first;
    while monday < last {
        weeks.entry(monday).or_insert_with(|| Week::empty(monday));
        match monday.checked_add(jiff::Span::new().weeks(1)) {
            Ok(next) => monday = next,
            Err(_) => break,
        }
    }
    weeks.into_values().collect()
}

fn week<'a>(weeks: &'a mut BTreeMap<Date, Week>, at: Timestamp, zone: &TimeZone) -> &'a mut Week {
    let day = at.to_zoned(zone.clone()).date();
    let into = i64::from(day.weekday().to_monday_zero_offset());
    let monday = day.checked_sub(jiff::Span::new().days(into)).unwrap_or(day);
    weeks.entry(monday).or_insert_with(|| Week::empty(monday))
}

impl Week {
    fn empty(from: Date) -> Week {
        Week {
            from,
            questions: 0,
            answered: 0,
            clarified: 0,
            unanswered: 0,
            not_understood: 0,
            intents: BTreeMap::new(),
            avoided: 0,
            drafts: 0,
            kips: BTreeMap::new(),
            channel_kinds: BTreeMap::new(),
            unread: BTreeMap::new(),
        }
    }

    /// The share of the questions, in percent.
    pub fn percent(&self, of: u64) -> f64 {
        100.0 * of as f64 / self.questions.max(1) as f64
    }

    /// The procedures that were the answer most often.
    pub fn top(&self, count: usize) -> Vec<(&str, u64)> {
        top(&self.intents, count)
    }
}

/// The largest counts, the largest first.
pub fn top(counts: &BTreeMap<String, u64>, count: usize) -> Vec<(&str, u64)> {
    let mut sorted: Vec<(&str, u64)> = counts
        .iter()
        .map(|(name, count)| (name.as_str(), *count))
        .collect();
    sorted.sort_by(|(a, count_a), (b, count_b)| count_b.cmp(count_a).then(a.cmp(b)));
    sorted.truncate(count);
    sorted
}

/// Adds up counts.
pub fn summed<'a>(
    counts: impl Iterator<Item = &'a BTreeMap<String, u64>>,
) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (name, count) in counts.flatten() {
        *sums.entry(name.clone()).or_default() += count;
    }
    sums
}

/// The middle of the times from beginning a draft to filing it, in minutes; none when none is known.
pub fn median_minutes(tickets: &[Ticket]) -> Option<f64> {
    let took = |ticket: &Ticket| {
        let first = ticket.revision.is_none();
        let began = ticket.begun.filter(|_| first)?;
        Some(ticket.filed_at.duration_since(began).as_secs_f64() / 60.0)
    };
    let mut minutes: Vec<f64> = tickets.iter().filter_map(took).collect();
    minutes.sort_by(f64::total_cmp);
    minutes.get(minutes.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(hour: &str, decisions: &[(&str, u64)], intents: &[(&str, u64)]) -> Tally {
        let map = |counts: &[(&str, u64)]| {
            counts
                .iter()
                .map(|(name, count)| ((*name).to_owned(), *count))
                .collect()
        };
        Tally {
            hour: hour.parse().unwrap(),
            decisions: map(decisions),
            intents: map(intents),
            avoided: 1,
        }
    }

    #[test]
    fn hours_become_weeks_of_the_contact_centre() {
        let zone = TimeZone::get("Asia/Jakarta").unwrap();
        let tallies = [
            // Sunday evening in London is Monday in Jakarta.
            tally(
                "2026-11-15T16:00:00Z",
                &[("answer", 2), ("dialog", 5)],
                &[("a", 2)],
            ),
            tally(
                "2026-11-15T17:00:00Z",
                &[
                    ("answer", 3),
                    ("fallback", 1),
                    ("dialog", 4),
                    (NOT_UNDERSTOOD, 2),
                ],
                &[("a", 1), ("b", 2)],
            ),
            tally("2026-12-01T03:00:00Z", &[("clarify", 4)], &[]),
        ];
        let weeks = weeks(&tallies, &[], &zone);
        let told: Vec<_> = weeks
            .iter()
            .map(|week| (week.from.to_string(), week.questions, week.answered))
            .collect();
        let expected = [
            ("2026-11-09", 2, 2),
            ("2026-11-16", 4, 3),
            ("2026-11-23", 0, 0),
            ("2026-11-30", 4, 0),
        ];
        assert_eq!(
            told,
            expected.map(|(day, questions, answered)| (day.to_owned(), questions, answered))
        );
        assert_eq!((weeks[1].avoided, weeks[2].avoided), (1, 0));
        assert_eq!((weeks[1].not_understood, weeks[2].not_understood), (2, 0));
        assert_eq!(weeks[1].top(1), [("b", 2)]);
        assert!((weeks[1].percent(weeks[1].unanswered) - 25.0).abs() < 1e-9);
    }
}
