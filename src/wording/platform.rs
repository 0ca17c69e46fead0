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
/// The button below a draft that shows it alone, to be copied.
pub const COPY_BUTTON: &str = "Salin";
/// The button that opens a filed draft again.
pub const REVISE_BUTTON: &str = "Ubah";
/// The button that notes the number which the ticketing application gave.
pub const ENTERED_BUTTON: &str = "Tandai sudah diinput";
/// The window it opens.
pub const ENTERED_TITLE: &str = "Sudah diinput ke aplikasi tiket";
/// What it asks.
pub const ENTERED_LABEL: &str = "Nomor tiket di aplikasi";
/// How that may look.
pub const ENTERED_HINT: &str = "Contoh: IN-0000-1234. Kosongkan bila tidak ada nomornya";
/// A draft that is not in the store.
pub const NO_SUCH_DRAFT: &str = "Draft itu tidak ditemukan.";
/// The button that shows the logins which a procedure names.
pub const LOGINS_BUTTON: &str = "Lihat login";
/// Somebody without the role asked for logins.
pub const LOGINS_REFUSED: &str =
    "Login hanya ditampilkan untuk role yang diberi izin. Minta ke team lead.";
/// Addresses of messages: what agents write may refer to them, they lead nowhere else.
pub const MESSAGES: &str = "https://discord.com/channels";
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

/// The logins that a procedure names.
pub fn logins(logins: &[(&str, &str)]) -> String {
    let lines: Vec<_> = logins
        .iter()
        .map(|(name, login)| format!("- {name}: `{}`", login.replace('`', "'")))
        .collect();
    format!(
        "Hanya kamu yang melihat ini; jangan disalin ke kanal atau tiket.\n{}",
        lines.join("\n")
    )
}

/// The dialog goes on in a thread.
pub fn goes_on_in(thread: u64) -> String {
    format!("Kita lanjut di <#{thread}>.")
}

/// The name of a dialog's thread.
pub fn thread_name(title: &str, agent: &str) -> String {
    format!("Tiket · {title} · {agent}")
}
