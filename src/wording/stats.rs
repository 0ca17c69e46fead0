//! What stands in the leads' statistics.

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
    /// Drafts that were filed.
    pub drafts: u64,
    /// Walks that ended without one.
    pub avoided: u64,
    /// The procedures most asked for.
    pub top: Vec<(String, u64)>,
}

/// The figures of some weeks, without a word about any one agent.
pub fn summary(
    weeks: &[Line],
    unasked: &[String],
    kips: &std::collections::BTreeMap<String, u64>,
    median_minutes: Option<f64>,
) -> String {
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
    if !unasked.is_empty() {
        parts.push(format!("Tidak pernah dibuka: {}", unasked.join(", ")));
    }
    if !kips.is_empty() {
        let kips: Vec<_> = kips
            .iter()
            .map(|(kip, count)| format!("{kip} ({count})"))
            .collect();
        parts.push(format!("Draft per KIP: {}", kips.join("; ")));
    }
    if let Some(minutes) = median_minutes {
        parts.push(format!("Median waktu sampai draft: {minutes:.0} menit"));
    }
    // A message of Discord's takes 2000 characters.
    const CHARS_MAX: usize = 1_900;
    parts.join("\n").chars().take(CHARS_MAX).collect()
}
