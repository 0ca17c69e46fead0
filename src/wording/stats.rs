//! What stands in the leads' statistics.

/// Above the chart.
pub const TITLE: &str = "Pertanyaan per minggu";
/// The parts of a bar: answered, offered two or three, nothing fitted.
pub const PARTS: [&str; 3] = ["dijawab", "diminta memilih", "belum terjawab"];
