//! Words that questions are made of, whatever they are about: which tell nothing, which tell little, which mean the same.
//!
//! A list is lines of words. What these words mean to an SOP is not known here, only how agents and procedures use them.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::text::spelling::Speller;
use crate::text::{fold, stem};

/// Words of asking and politeness: they stand in every question.
const EMPTY: &[&str] = &[
    "apa apaan itu tuh ini yang di ke dari untuk dan atau dengan bagaimana gimana gitu kalau kok sih ya",
    "kak min mba mbak mas dong doang nya ada adalah berapa mana kapan harus pelanggan plgn cust customer cara",
    "saja aja the is what how to of in a for namanya arti artinya maksud maksudnya berarti diapain",
    "ngapain mau tanya tolong bisa boleh terus trus lagi dimana kenapa siapa apakah jadi pas buat sama",
    "suruh disuruh perlu minta pakai dipakai lewat via singkatan kepanjangan kepanjangannya singkatannya",
    "definisi sebenarnya nih tu ni deh kah mesti must do does i has have should juga tapi oleh kepada",
    "pada dalam saat ketika waktu lalu kemudian kasus apanya bagian kasih kasi beri berikan bilang kabar",
    "soal tentang hal terjadi tersebut begitu begini gini bakal akan telah sedang pernah biasanya emang",
    "memang banget kayak seperti punya dia mereka kita saya aku gw gue kamu bang pak bu halo maaf bantu",
    "orang kena jika bila maka agar supaya karena my it on be are can when where which who why",
    "misi permisi sis om abang bg kk loh lho lha nah hmm eh oh suatu sebuah para i we you he she they there no please pls rupiah rp rb ribu juta",
    "any an as at so if or and by but get got want need know tell enaknya baiknya sebaiknya kira nyebut disebut",
];
/// Words that tell little: they count a third, and not at all where an SOP does not have them.
const FAINT: &[&str] = &[
    "langsung semua dapat dapet tau tahu benar bener wajib tetap hanya cuma lain baru dulu awal satu dua",
    "tiap setiap sendiri angka ilang ditulis tulis lanjut terima terdapat sampai banyak nanti sini situ",
    "normal tandanya tanda tambahan persisnya sekalian barusan pertama terakhir masing sebulan sesuatu",
    "sebenernya sebetulnya penjelasan jelas jelasin jelaskan terangin heran bingung ragu yakin pasti mastikan",
    "memastikan pastiin mastiin confirm konfirmasi ingat inget lupa kayaknya sepertinya mungkin coba nyoba",
    "cobain ngomong sebut nyebutin sampaikan sampein infoin jelasnya lengkapnya singkatnya cepat cepet segera",
    "sekarang kemarin besok sempat sempet agak lumayan sangat sekali cukup terlalu paling lebih kurang sedikit",
    "dikit hampir seluruh segala berbagai macam perihal terkait mengenai seputar padahal walau meski meskipun",
    "walaupun namun sedangkan sementara selama sejak hingga sambil sehingga makanya mending mendingan selain",
    "kecuali yaitu yakni ialah merupakan sebagai tiga empat lima enam berkali kali pihak bentuk kata",
    "istilah keluhan komplain lapor sampean cak rek teh mah atuh euy ngunu nggeh nuwun punten hatur",
];
/// Words that deny the next one; behind the sentence they ask for assent: `perlu dicek ga`.
const NEGATIONS: &[&str] = &["tidak belum bukan tanpa not"];
/// What is denied although it tells nothing by itself: `tidak ada`, `tidak bisa`.
const DENIABLE: &[&str] = &["ada bisa perlu boleh"];
/// A denial in front of these is a question's: `bisa turun paket ga lewat selfcare`.
const NEVER_DENIED: &[&str] = &[
    "di ke dari lewat via untuk pada dengan kalau kalo ya kak sih oleh pakai buat dalam setelah sebelum",
    "karena",
];
/// Behind a denial these ask for assent: `masuk fintech ga sih`, `perlu dicek ga kalau`.
const APPEALS: &[&str] = &["sih ya yah kak kakak min mas mbak bang dong nih to kalau kalo jika"];
/// Words with which something is asked rather than told.
const ASKING: &[&str] = &[
    "apa apaan apakah bagaimana kenapa mengapa kapan berapa mana dimana siapa lama what how when why",
    "where who apanya siapanya kah bisakah perlukah bolehkah",
];
/// What is counted behind `berapa` when somebody asks how long.
const TIMES: &[&str] = &["hari jam menit minggu bulan tahun lama"];
/// Words with which agents ask for what SOPs call otherwise; the first one of a line stands for all.
const SAME: &[&str] = &[
    "judul subject subjek title tulisan tulis ketulis tertulis bunyi bunyinya nama",
    "alat tools tool aplikasi app apps",
    "voice telepon telpon telp call",
    "angka digit",
    "benar bener sesuai",
    "tautan link alamat url web website",
    "riwayat histori history log",
    "langkah step steps urutan alur tahap tahapan",
    "bikin create created buatkan dibuat pembuat dibuatkan bikinin",
    "cek ngecek lihat liat periksa mastiin pastikan dicek diliat ngeliat dilihat",
    "muncul nongol tampil tertera terlihat keliatan kelihatan keluar",
    "kategori golongan keluarga termasuk masuk",
    "turun downgrade turunin nurunin",
    "jadwal schedule reschedule dijadwalkan",
    "lama sla durasi estimasi",
    "cari pencarian temukan ketemu",
    "biaya gratis ongkos charge",
    "tindakan penanganan tindak langkah",
    "setelah sudah selesai kelar sesudah pasca beres",
    "respon merespon respond balas bales dibalas jawab angkat hubungi dihubungi kontak koordinasi",
    "isi isian isinya diisi mengisi ngisi kolom field",
    "jumlah banyak beberapa total",
    "urut diurutkan diurutin urutan sort sorted berurutan",
    "hilang ilang terhapus kehapus dihapus hapus",
    "tetap masih tetep",
    "pindah ganti diganti penggantian pergantian replace gantiin tukar ditukar tuker tukerin",
    "beda bedanya perbedaan berbeda difference vs bedain",
    "tutup close closed ketutup tertutup menutup",
    "kirim dikirim ngirim kirimkan",
    "paket package packages plan",
    "layar screen halaman tampilan page display",
    "alasan reason sebab penyebab cause",
    "tagihan bill billing invoice",
    "data informasi info keterangan detail details rincian",
    "ott streaming",
    "masa kontrak term",
    "depan awalan prefix",
    "bukti proof receipt struk",
    "tombol button menu klik path",
    "ambil narik tarik unduh download diambil ngambil",
    "aktif hidup nyala menyala",
    "kendala masalah bermasalah trouble error problem issue rusak",
    "acuan rujukan referensi sumber source",
    "sedia tersedia disediain disediakan available",
    "bagian unit divisi tim",
];

/// Nouns of what something has or is: a message that begins with one asks for it, `judul email ganti ont`.
const ASKED_FOR: &[&str] = &[
    "judul subject subjek format syarat link tautan cara urutan langkah prosedur arti maksud alasan kepanjangan",
    "kategori kolom beda perbedaan ciri fungsi step steps path acuan rujukan timeline daftar contoh kip isian",
];

/// What a word is good for in any question.
#[derive(Debug, Clone, Copy, Default)]
pub struct Uses {
    /// It stands in every question.
    pub empty: bool,
    /// It tells little.
    pub faint: bool,
    /// It denies the next word.
    pub denies: bool,
    /// It tells nothing unless it is denied.
    pub deniable: bool,
    /// A denial in front of it belongs to the question.
    pub never_denied: bool,
    /// A denial in front of it asks for assent.
    pub appeals: bool,
    /// It asks.
    pub asks: bool,
    /// `berapa` in front of it asks how long.
    pub time: bool,
    /// A message that begins with it asks for it.
    pub asked_for: bool,
}

/// Returns what a word is good for.
pub fn uses(word: &str) -> Uses {
    static USES: LazyLock<FxHashMap<&str, Uses>> = LazyLock::new(|| {
        type Note = fn(&mut Uses);
        let lists: [(&[&str], Note); 9] = [
            (EMPTY, |uses| uses.empty = true),
            (FAINT, |uses| uses.faint = true),
            (NEGATIONS, |uses| uses.denies = true),
            (DENIABLE, |uses| uses.deniable = true),
            (NEVER_DENIED, |uses| uses.never_denied = true),
            (APPEALS, |uses| uses.appeals = true),
            (ASKING, |uses| uses.asks = true),
            (TIMES, |uses| uses.time = true),
            (ASKED_FOR, |uses| uses.asked_for = true),
        ];
        let mut known: FxHashMap<&str, Uses> = FxHashMap::default();
        for (list, note) in lists {
            for word in list.iter().flat_map(|line| line.split(' ')) {
                note(known.entry(word).or_default());
            }
        }
        known
    });
    USES.get(word).copied().unwrap_or_default()
}

/// Whether a text tells how long something takes: a number with what is counted.
pub fn tells_time(text: &str) -> bool {
    let folded = fold(text).text;
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).collect();
    words.windows(2).any(|two| {
        let counts = two[0].chars().any(|c| c.is_ascii_digit());
        counts && uses(two[1]).time
    }) || ["berkala", "terakhir"]
        .iter()
        .any(|word| words.contains(word))
}

/// Whether this is a word of asking with a slip, or cut down to its consonants: `maksdnya`, `smpean`.
pub fn is_slip(word: &str) -> bool {
    static SPELLER: LazyLock<Speller> = LazyLock::new(|| {
        let lists = [EMPTY, FAINT, ASKING];
        let lines = lists.into_iter().flatten();
        let mut words: Vec<&str> = lines.flat_map(|line| line.split(' ')).collect();
        words.sort_unstable();
        words.dedup();
        Speller::new(words)
    });
    let is_near = |word: &str| SPELLER.repair(word, |_| 0.0).is_some();
    is_near(word) || word.strip_suffix("nya").is_some_and(is_near)
}

/// Returns what stands for a word and for others that mean the same, by the word or else by its stem.
pub fn same(word: &str, bare: &str) -> Option<&'static str> {
    static BY_WORD: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| {
        let lines = SAME.iter().rev().filter_map(|line| {
            let first = line.split(' ').next()?;
            Some(line.split(' ').map(move |word| (word, first)))
        });
        lines.flatten().collect()
    });
    static BY_STEM: LazyLock<FxHashMap<String, &str>> = LazyLock::new(|| {
        let lines = SAME.iter().rev().filter_map(|line| {
            let first = line.split(' ').next()?;
            Some(line.split(' ').map(move |word| (stem(word), first)))
        });
        lines.flatten().collect()
    });
    BY_WORD.get(word).or_else(|| BY_STEM.get(bare)).copied()
}
