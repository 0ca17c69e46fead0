//! Why an answer could not be used, and what would be: one sentence each.

use crate::dialog::{Problem, Prompt};
use crate::value::{Error, Lookalike, rupiah};

/// Says what was wrong with the last answer and what cures it.
pub fn sentence(problem: &Problem, prompt: &Prompt) -> String {
    let label = &prompt.label;
    match problem {
        Problem::Mandatory => format!("{label} wajib diisi, jadi belum bisa dilewati."),
        Problem::NoReason => {
            "Kenapa tidak bisa dicek? Tulis alasannya: `tidak bisa dicek karena ...`.".to_owned()
        }
        Problem::Odd { value } => format!("{label}: \"{value}\". Benar?"),
        Problem::Unusable(error) => unusable(error, label),
    }
}

fn unusable(error: &Error, label: &str) -> String {
    match error {
        Error::NotFound => format!("Saya belum menemukan {label} di jawaban itu."),
        Error::TooShort { expected, found } => {
            format!("{label} kurang panjang: baru {found}, seharusnya {expected}. Periksa lagi, mungkin ada yang terlewat.")
        }
        Error::TooLong { expected, found } => {
            format!("{label} terlalu panjang: {found}, paling banyak {expected}. Periksa lagi, mungkin ada yang dobel.")
        }
        Error::WrongPrefix { expected, found } => {
            format!("{label} harus berawalan {expected}, yang ditulis berawalan {found}.")
        }
        Error::NotADigit { place, found } => {
            format!("Karakter ke-{place} pada {label} adalah huruf `{found}`, seharusnya angka. Mungkin maksudnya angka 0 atau 1?")
        }
        Error::LooksLike(lookalike) => format!("Itu tampaknya {}, bukan {label}.", name(*lookalike)),
        Error::InFuture { value } => format!("{} belum terjadi. {label} tidak boleh di masa depan.", value.display),
        Error::NeedsTime { date } => format!("Tanggalnya {}. Jam berapa kejadiannya?", date.display),
        Error::Ambiguous { options } => format!("Bisa berarti {}. Yang mana?", options.join(" atau ")),
        Error::NotAnOption { nearest: Some(nearest) } => format!("Pilihan itu tidak ada. Maksudnya {nearest}?"),
        Error::NotAnOption { nearest: None } => "Pilihan itu tidak ada. Pilih salah satu.".to_owned(),
        Error::InvalidDate => "Tanggal atau jam itu tidak ada di kalender.".to_owned(),
        Error::TooSmall { suggest } => format!("Nominalnya terlalu kecil. Maksudnya {}?", rupiah::display(*suggest)),
        Error::TooLarge { expected } => format!("Nominalnya terlalu besar, paling banyak {}.", rupiah::display(*expected)),
        Error::ZeroAmount => format!("{label} tidak boleh nol."),
        Error::ChecksumFailed => {
            "Nomor kartu itu tidak sah, ada angka yang salah ketik. Cukup tulis empat digit terakhirnya.".to_owned()
        }
        Error::NotIndonesian => "Itu bukan nomor Indonesia.".to_owned(),
        Error::NotMobile => "Itu bukan nomor seluler.".to_owned(),
        Error::InvalidEmail => "Alamat email itu tidak lengkap.".to_owned(),
    }
}

fn name(lookalike: Lookalike) -> &'static str {
    match lookalike {
        Lookalike::Msisdn => "nomor HP",
        Lookalike::Serial => "serial number",
        Lookalike::TransactionId => "transaksi ID",
        Lookalike::Card => "nomor kartu",
        Lookalike::Email => "alamat email",
    }
}
