//! What the bot says to team leads: new versions of SOPs, where they are shared, what was not answered.

use crate::catalog::{Diagnostic, Severity};
use crate::effect::{Change, Moved, Taken};
use crate::import::{self, From, Report};
use crate::matcher::Decision;

/// How many lines of one kind are shown; the counts are of all.
const SHOWN: usize = 8;
/// A diff is shown up to here; the file has the rest.
const DIFF_CHARS: usize = 1_200;

/// The buttons below a proposal.
pub const PUBLISH: &str = "Terbitkan";
pub const DOWNLOAD: &str = "Unduh";
pub const AMEND: &str = "Ubah isian";
pub const DISCARD: &str = "Buang";
/// The button below a shared SOP.
pub const READ: &str = "Sudah baca";
/// The button below the list of readers.
pub const REMIND: &str = "Ingatkan yang belum";
/// The buttons below a group of questions.
pub const TO_NONE: &str = "Bukan untuk SOP";
pub const TO_NEVER: &str = "Jangan tampilkan lagi";
pub const TO_NEW: &str = "Jadikan SOP baru";

/// The window that asks why something is published.
pub const WHY_TITLE: &str = "Terbitkan SOP";
pub const WHY_LABEL: &str = "Apa yang berubah, dan kenapa?";
pub const WHY_HINT: &str = "Contoh: kode KIP baru sesuai memo minggu ini";
/// The window of short texts.
pub const AMEND_TITLE: &str = "Ubah isian SOP";
/// The window that begins an SOP from a group of questions.
pub const NEW_TITLE: &str = "SOP baru";
pub const NEW_NAME: &str = "Judul SOP";
pub const NEW_TEXT: &str = "Isi SOP";
pub const NEW_HINT: &str =
    "To do list: ... Tanyakan ke pelanggan: ... Mandatory ticket: ... KIP: ...";

/// What is said when something cannot be done.
pub const NO_DOCUMENT: &str =
    "Pesan itu tidak berisi teks atau lampiran .txt, .md, .docx, .pdf, atau .toml.";
pub const NO_DOWNLOAD: &str =
    "Lampirannya tidak bisa saya unduh. Coba unggah lagi; paling besar 2 MB.";
pub const NO_PROPOSAL: &str =
    "Usulan ini sudah diterbitkan, dibuang, atau terlalu lama. Mulai lagi dengan `/sop impor`.";
/// With the file of a proposal.
pub const DOWNLOADED: &str = "Ini berkasnya. Sunting, lalu unggah lagi dengan `/sop impor`.";
/// Why a version was published that learns from questions.
pub const LEARNED_WHY: &str = "contoh pesan dari pertanyaan yang belum terjawab";
/// A group that was settled meanwhile.
pub const NO_GROUP: &str = "Kelompok pertanyaan ini sudah diurus.";
pub const UNCHANGED: &str =
    "Isinya sama dengan yang sudah berlaku, jadi tidak ada yang diterbitkan.";
pub const DISCARDED: &str = "Usulan dibuang. Yang berlaku tetap seperti semula.";
pub const NOT_DONE: &str = "Maaf, ini belum terlaksana karena ada gangguan di sisi saya; yang berlaku tetap seperti semula.";
pub const NO_SHARE: &str = "SOP ini sudah tidak dibagikan di sini.";
pub const NOTHING_UNANSWERED: &str =
    "Tidak ada pertanyaan yang menunggu: semuanya terjawab atau sudah diurus.";
pub const ALREADY_REMINDED: &str = "Untuk versi ini pengingat sudah pernah dikirim.";
pub const NO_PIN: &str =
    "Postingannya ada, tetapi belum bisa disematkan: beri bot izin Pin Messages.";
pub const NOTHING_COUNTED: &str = "Belum ada yang bisa dihitung.";

/// The names of the short texts.
pub fn short_field(key: &str) -> &'static str {
    match key {
        "title" => "Judul",
        "summary" => "Ringkasan",
        "owner" => "Pemilik (tim)",
        "review_by" => "Tinjau lagi sebelum (2027-01-31)",
        _ => "Kata kunci, pisahkan dengan koma",
    }
}

/// Above the preview.
pub fn previewed(id: &str, is_new: bool) -> String {
    let what = if is_new { "SOP baru" } else { "versi baru" };
    format!("**Usulan {what}: `{id}`** — belum berlaku. Beginilah agent akan melihatnya:")
}

/// Everything to look at before publishing.
pub fn review(
    diff: Option<(usize, usize, &str)>,
    diagnostics: &[Diagnostic],
    change: Option<&Change>,
    report: Option<&Report>,
) -> String {
    let mut parts = Vec::new();
    let mistakes = diagnostics
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .count();
    if mistakes > 0 {
        parts.push(format!(
            "**Belum bisa diterbitkan: {mistakes} kesalahan.** Unduh, perbaiki, lalu unggah lagi dengan `/sop impor`."
        ));
    }
    if !diagnostics.is_empty() {
        parts.push(listed(
            "Catatan pemeriksaan",
            diagnostics.iter().map(diagnostic),
        ));
    }
    if let Some(change) = change {
        parts.push(effect(change));
    }
    if let Some((new, gone, text)) = diff {
        let text = shortened(text, DIFF_CHARS).replace("```", "'''");
        parts.push(format!(
            "**Beda dengan yang berlaku**: {new} baris baru, {gone} baris hilang\n```diff\n{text}\n```"
        ));
    }
    if let Some(report) = report {
        parts.push(imported(report));
    }
    parts.join("\n\n")
}

/// One finding with its place and cure.
pub fn diagnostic(found: &Diagnostic) -> String {
    let cure = found.help.as_ref();
    let cure = cure.map(|cure| format!(" → {cure}")).unwrap_or_default();
    let mark = match found.severity {
        Severity::Error => "❌",
        Severity::Warning => "⚠️",
        Severity::Note => "ℹ️",
    };
    format!(
        "{mark} `{}:{}` {}{cure}",
        found.path, found.line, found.message
    )
}

/// What a change does to messages whose intent is known.
pub fn effect(change: &Change) -> String {
    let mut text = format!(
        "**Pengaruh ke pencarian**: {} contoh pesan, benar sebelumnya {}, benar sesudahnya {}",
        change.rows, change.right_before, change.right_after
    );
    for (title, rows) in [
        ("BENTROK, tadinya benar", &change.clashes),
        ("sekarang benar", &change.gained),
        ("berubah", &change.other),
    ] {
        if !rows.is_empty() {
            text += "\n";
            text += &listed(title, rows.iter().map(moved));
        }
    }
    text
}

fn moved(moved: &Moved) -> String {
    let taken = |taken: &Taken| {
        let decision = match taken.decision {
            Decision::Answer => "dijawab",
            Decision::Clarify => "ditawarkan",
            Decision::Fallback => "tidak dijawab",
        };
        format!("{}, {decision}", taken.intent.as_deref().unwrap_or("-"))
    };
    format!(
        "\"{}\": {} → {}",
        moved.row.text,
        taken(&moved.before),
        taken(&moved.after)
    )
}

/// What became of a document.
fn imported(report: &Report) -> String {
    let mut parts = Vec::new();
    if !report.cuts.is_empty() {
        let cuts = report.cuts.iter();
        let cuts = cuts.map(|cut| format!("baris {}: {}", cut.line, cut.what));
        parts.push(listed("Dihapus dari dokumen", cuts));
    }
    if !report.fields.is_empty() {
        let fields = report.fields.iter().map(|origin| {
            let from = match &origin.from {
                From::Shared => "isian bersama".to_owned(),
                From::Sop(sop) => format!("seperti di `{sop}`"),
                From::New => "baru, jenisnya ditebak dari namanya".to_owned(),
            };
            format!(
                "baris {}: {} → `{}` ({from})",
                origin.line, origin.words, origin.field
            )
        });
        parts.push(listed("Isian tiket", fields));
    }
    let loose = report.loose.iter().map(|(line, words)| {
        format!("baris {line}: `khusus {words}` tidak cocok dengan isian mana pun")
    });
    let unknown = report.unknown.iter().map(|(line, words)| {
        format!("baris {line}: judul `{words}` belum dikenal, disimpan sebagai informasi")
    });
    let kept = report.kept.iter().chain(&report.lost);
    let kept = kept.map(|kept| format!("baris {}: {}", kept.line, kept.text));
    let open: Vec<String> = loose.chain(unknown).chain(kept).collect();
    if !open.is_empty() {
        parts.push(listed("Perlu dilihat", open.into_iter()));
    }
    if report.chosen_kip {
        parts.push("Ada beberapa KIP tanpa syarat yang membedakan: agent yang memilih.".to_owned());
    }
    if !report.guessed.is_empty() {
        parts.push(format!("Ditebak, periksa: {}", report.guessed.join(", ")));
    }
    parts.join("\n\n")
}

/// A version was published.
pub fn published(title: &str, number: u32) -> String {
    format!("**{title}** versi {number} sudah berlaku. Bagikan dengan `/sop bagikan`.")
}

/// Somebody else published meanwhile.
pub fn outdated(id: &str) -> String {
    format!(
        "`{id}` berubah sejak usulan ini dibuat, jadi belum diterbitkan. Impor lagi supaya bedanya terlihat."
    )
}

/// The catalogue refuses it.
pub fn refused(mistakes: &[Diagnostic]) -> String {
    listed("Belum bisa diterbitkan", mistakes.iter().map(diagnostic))
}

/// There is no such SOP.
pub fn no_sop(id: &str) -> String {
    format!("SOP `{id}` tidak ada. Daftarnya: `/sop lihat`.")
}

/// There is no such version.
pub fn no_version(id: &str, number: u32) -> String {
    format!("`{id}` tidak punya versi {number}. Daftarnya: `/sop riwayat`.")
}

/// A document that could not be read.
pub fn unreadable(why: &import::Error) -> String {
    let why = match why {
        import::Error::UnknownKind(_) => "jenisnya bukan .txt, .md, .docx, .pdf, atau .toml",
        import::Error::TooLarge { .. } => "terlalu besar; satu berkas untuk satu prosedur",
        import::Error::Unreadable { .. } => {
            "isinya rusak atau terkunci; simpan ulang, atau tempel teksnya sebagai pesan"
        }
        import::Error::Empty => "tidak ada teksnya; gambar berisi teks tidak terbaca",
    };
    format!("Dokumen itu tidak bisa saya baca: {why}.")
}

/// A version, as it is listed.
#[derive(Debug, Clone, Copy)]
pub struct VersionLine<'a> {
    /// Its number.
    pub number: u32,
    /// When it was published.
    pub at: &'a str,
    /// Who published it; none when somebody edited the file.
    pub who: Option<&'a str>,
    /// Why.
    pub why: &'a str,
}

/// The versions of an SOP, the newest first.
pub fn history(title: &str, versions: &[VersionLine<'_>]) -> String {
    const LISTED: usize = 15;
    let lines = versions.iter().rev().take(LISTED).map(|version| {
        let why = match version.why {
            "" => String::new(),
            why => format!(": {why}"),
        };
        let who = version.who.unwrap_or("diedit di folder");
        format!(
            "- **versi {}** · {} · {who}{why}",
            version.number, version.at
        )
    });
    let lines: Vec<String> = lines.collect();
    format!("Riwayat **{title}**\n{}", lines.join("\n"))
}

/// What stands below a shared SOP.
pub fn shared_footer(version: u32, at: &str, what: Option<&str>) -> String {
    let what = what.filter(|what| !what.is_empty());
    let what = what
        .map(|what| format!("\n**Yang berubah:** {what}"))
        .unwrap_or_default();
    format!("*Versi {version} · berlaku sejak {at}*{what}")
}

/// What a new version changed, line by line.
pub fn what_changed(new: &[String], gone: &[String]) -> String {
    let line = |mark: &str, text: &String| format!("{mark} {}", shortened(text, 160));
    let lines: Vec<String> = new
        .iter()
        .take(SHOWN)
        .map(|text| line("+", text))
        .chain(gone.iter().take(SHOWN).map(|text| line("−", text)))
        .collect();
    lines.join("\n")
}

/// It was shared.
pub fn shared(title: &str, channels: &[u64]) -> String {
    let channels: Vec<_> = channels
        .iter()
        .map(|channel| format!("<#{channel}>"))
        .collect();
    format!(
        "**{title}** dibagikan di {}. Postingannya ikut diperbarui bila ada versi baru; siapa yang sudah membaca: `/sop pembaca`.",
        channels.join(", ")
    )
}

/// It could not be posted there.
pub fn not_shared(channel: u64) -> String {
    format!("Belum bisa posting di <#{channel}>: pastikan bot boleh menulis di sana.")
}

/// Somebody has read a version.
pub fn acknowledged(version: u32) -> String {
    format!("Tercatat: versi {version} sudah kamu baca. Terima kasih.")
}

/// Somebody pressed below an older version.
pub fn newer_version(version: u32) -> String {
    format!("Sudah ada versi {version}; baca yang itu, lalu tekan lagi.")
}

/// Who has read a shared SOP and who has not.
pub fn readers(title: &str, channel: u64, version: u32, read: &[u64], unread: &[u64]) -> String {
    const NAMED: usize = 40;
    let names = |accounts: &[u64]| {
        let named: Vec<_> = accounts
            .iter()
            .take(NAMED)
            .map(|account| format!("<@{account}>"))
            .collect();
        let more = accounts.len().saturating_sub(NAMED);
        match (named.is_empty(), more) {
            (true, _) => "-".to_owned(),
            (_, 0) => named.join(", "),
            (_, more) => format!("{} dan {more} lagi", named.join(", ")),
        }
    };
    format!(
        "**{title}** di <#{channel}>, versi {version}\nSudah baca ({}): {}\nBelum ({}): {}\n*Dihitung dari yang memakai Sigap di workspace ini dalam 30 hari terakhir.*",
        read.len(),
        names(read),
        unread.len(),
        names(unread)
    )
}

/// It is shared nowhere.
pub fn not_shared_anywhere(title: &str) -> String {
    format!("**{title}** belum dibagikan ke kanal mana pun.")
}

/// People were reminded.
pub fn reminded(count: usize) -> String {
    format!("Pengingat dikirim ke {count} orang lewat pesan langsung.")
}

/// The reminder itself.
pub fn please_read(title: &str, version: u32, link: &str) -> String {
    format!("Ada versi {version} dari SOP **{title}** yang belum kamu tandai sudah dibaca: {link}")
}

/// A group of questions.
pub fn group(
    asked: usize,
    in_dialogs: usize,
    wordings: &[String],
    nearest: Option<&str>,
) -> String {
    const EXAMPLES: usize = 5;
    let examples = wordings.iter().take(EXAMPLES);
    let examples: Vec<_> = examples.map(|text| format!("- {text}")).collect();
    let nearest = nearest
        .map(|title| format!("\nPaling dekat: {title}"))
        .unwrap_or_default();
    let in_dialogs = match in_dialogs {
        0 => String::new(),
        count => format!(" ({count}× di tengah dialog)"),
    };
    format!(
        "**{asked}× ditanyakan, belum terjawab**{in_dialogs}\n{}{nearest}\nIni milik SOP yang mana?",
        examples.join("\n")
    )
}

/// The button that gives a group to an SOP.
pub fn to_sop(title: &str) -> String {
    format!("→ {title}")
}

/// A group was learned.
pub fn learned(gain: i64, of: usize, added: usize, rows: usize) -> String {
    format!(
        "{gain:+} dari {of} sekarang benar; {added} contoh ditambahkan. {rows} contoh lain diperiksa, tidak ada yang jadi salah."
    )
}

/// A group is not shown any more.
pub fn hidden(questions: usize) -> String {
    format!("{questions} pertanyaan tidak ditampilkan lagi.")
}

/// A group that would break something.
pub fn clash(change: &Change) -> String {
    format!(
        "Tidak ada yang diubah: {} contoh yang sudah benar akan jadi salah.\n{}",
        change.clashes.len(),
        listed("Bentrok", change.clashes.iter().map(moved))
    )
}

/// A file in the folder is broken.
pub fn broken(mistakes: &[Diagnostic]) -> String {
    format!(
        "**Ada file katalog yang rusak; yang berlaku tetap versi sebelumnya.**\n{}",
        listed("Perbaiki", mistakes.iter().map(diagnostic))
    )
}

/// An SOP whose review is overdue.
pub fn overdue(title: &str, id: &str, owner: &str, review_by: &str) -> String {
    format!(
        "**{title}** (`{id}`) perlu ditinjau ulang: jatuh tempo {review_by}, pemilik {owner}. Terbitkan versi baru dengan `review_by` berikutnya lewat `/sop impor`."
    )
}

fn listed(title: &str, lines: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = lines.collect();
    let more = all.len().saturating_sub(SHOWN);
    let mut text = format!("**{title}** ({})", all.len());
    for line in all.iter().take(SHOWN) {
        text += &format!("\n- {}", shortened(line, 300));
    }
    if more > 0 {
        text += &format!("\n- … dan {more} lagi");
    }
    text
}

fn shortened(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
