//! What the bot says around its replies where people share a channel.

use crate::message::ChannelKind;

/// Somebody pressed a button of another agent's conversation.
pub const NOT_YOURS: &str =
    "Tombol ini milik percakapan agent lain. Tulis pertanyaanmu sendiri, nanti saya jawab.";
/// A button that is not ours, or of a token that was replaced.
pub const UNKNOWN_BUTTON: &str =
    "Tombol ini sudah tidak dikenali. Tulis lagi pertanyaannya, atau pakai `/tanya`.";
/// The store did not take the turn.
pub const NOT_KEPT: &str =
    "Maaf, ini belum tersimpan karena ada gangguan di sisi saya. Coba kirim sekali lagi.";
/// The bot was asked from a workspace it does not serve.
pub const NOT_HERE: &str = "Sigap tidak dipakai di sini.";
/// A command for leads.
pub const LEADS_ONLY: &str = "Perintah ini hanya untuk team lead.";
/// In a help channel nobody is told at length that there is no procedure.
pub const QUIET_FALLBACK: &str = "Belum ada SOP yang cocok.";
/// The button below it.
pub const QUIET_FALLBACK_BUTTON: &str = "Lihat yang tersedia";
/// The button below an answer that tells why it was chosen.
pub const WHY_BUTTON: &str = "Kenapa ini?";
/// The button that shows an answer to the whole channel.
pub const SHARE_BUTTON: &str = "Bagikan";
/// The button that opens the form of several fields.
pub const FORM_BUTTON: &str = "Isi formulir";
/// The form has nothing to ask any more.
pub const NO_OPEN_FIELDS: &str =
    "Tidak ada isian teks yang masih kosong. Lanjut dari pertanyaan terakhir.";
/// A form came back without anything in it.
pub const EMPTY_FORM: &str = "Formulirnya kosong, jadi belum ada yang dicatat.";
/// A form's answers did not arrive.
pub const UNREAD_FORM: &str = "Isi formulir tidak terbaca oleh saya, jadi belum ada yang dicatat. Tulis jawabannya lewat pesan, satu per satu.";
/// A message to be looked up has no text.
pub const NO_TEXT: &str = "Pesan itu tidak berisi teks yang bisa dicarikan SOP-nya.";
/// `/kanal` outside a workspace.
pub const WORKSPACE_ONLY: &str = "Perintah ini hanya berlaku di kanal workspace.";
/// `/kanal` with something else than a kind.
pub const UNKNOWN_KIND: &str = "Jenis kanal: voice, non-voice, atau ecare.";

/// A channel's kind was set.
pub fn kind_set(kind: ChannelKind) -> String {
    format!("Kanal ini sekarang **{}**.", kind.name())
}

/// What of a form could not be used: the problem, with what was typed.
pub fn refused(refused: &[(String, String)]) -> String {
    let lines: Vec<_> = refused
        .iter()
        .map(|(typed, problem)| format!("- `{}`: {problem}", typed.replace('`', "'")))
        .collect();
    format!("Belum bisa dipakai:\n{}", lines.join("\n"))
}

/// The dialog goes on in a thread.
pub fn goes_on_in(thread: u64) -> String {
    format!("Kita lanjut di <#{thread}>.")
}

/// The name of a dialog's thread.
pub fn thread_name(title: &str, agent: &str) -> String {
    format!("Tiket · {title} · {agent}")
}
