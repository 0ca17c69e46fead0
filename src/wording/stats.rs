//! What stands in the leads' statistics.

use std::collections::BTreeMap;

/// Above the chart.
pub const TITLE: &str = "Pertanyaan per minggu";
/// The parts of a bar: answered, offered two or three, nothing fitted.
pub const PARTS: [&str; 3] = ["dijawab", "diminta memilih", "belum terjawab"];

/// A week, as it is told.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its first day.
    pub from: String,
    /// Messages that asked for a procedure.
    pub questions: u64,
    /// Those that were answered, offered a choice, and in vain.
    pub answered: u64,
    pub clarified: u64,
    pub unanswered: u64,
    /// Messages that an open dialog could do nothing with.
    pub not_understood: u64,
    /// Drafts that were filed.
    pub drafts: u64,
    /// Walks that ended without one.
    pub avoided: u64,
    /// The procedures most asked for.
    pub top: Vec<(String, u64)>,
}

/// What is told of all weeks together.
#[derive(Debug, Clone)]
pub struct Figures<'a> {
    /// The procedures that nobody asked for.
    pub unasked: &'a [String],
    /// The shared procedures that somebody has not read, with how many have not.
    pub unread: &'a [(String, u64)],
    /// Drafts by complaint category.
    pub kips: &'a BTreeMap<String, u64>,
    /// The middle of the times to a draft.
    pub median_minutes: Option<f64>,
}

/// The figures of some weeks, without a word about any one agent.
pub fn summary(weeks: &[Line], figures: &Figures<'_>) -> String {
    let lines = weeks.iter().map(|week| {
        let percent = |count: u64| 100 * count / week.questions.max(1);
        format!(
            "**{}**: {} pertanyaan · dijawab {}% · memilih {}% · belum terjawab {}% · {} draft · {} selesai tanpa tiket",
            week.from,
            week.questions,
            percent(week.answered),
            percent(week.clarified),
            percent(week.unanswered),
            week.drafts,
            week.avoided
        )
    });
    let mut parts: Vec<String> = lines.collect();
    let not_understood: u64 = weeks.iter().map(|week| week.not_understood).sum();
    if not_understood > 0 {
        parts.push(format!(
            "Tidak dipahami di tengah dialog: {not_understood} pesan"
        ));
    }
    if let Some(week) = weeks.iter().rev().find(|week| !week.top.is_empty()) {
        let top = week.top.iter();
        let top: Vec<_> = top
            .map(|(title, count)| format!("{title} ({count})"))
            .collect();
        parts.push(format!(
            "Paling dicari sejak {}: {}",
            week.from,
            top.join(", ")
        ));
    }
    if !figures.unasked.is_empty() {
        parts.push(format!(
            "Tidak pernah dibuka: {}",
            figures.unasked.join(", ")
        ));
    }
    if !figures.unread.is_empty() {
        let unread = figures.unread.iter();
        let unread: Vec<_> = unread
            .map(|(title, people)| format!("{title} ({people} orang)"))
            .collect();
        parts.push(format!(
            "Dibagikan, belum dibaca semua: {}",
            unread.join(", ")
        ));
    }
    if !figures.kips.is_empty() {
        let kips: Vec<_> = figures
            .kips
            .iter()
            .map(|(kip, count)| format!("{kip} ({count})"))
            .collect();
        parts.push(format!("Draft per KIP: {}", kips.join("; ")));
    }
    if let Some(minutes) = figures.median_minutes {
        parts.push(format!("Median waktu sampai draft: {minutes:.0} menit"));
    }
    // A message of Discord's takes 2000 characters.
    const CHARS_MAX: usize = 1_900;
    parts.join("\n").chars().take(CHARS_MAX).collect()
}
