//! A day's work: every form is filled in over `chat --json`, from the question to the filed draft.
//!
//! The matcher learns whenever the program starts, so the tickets of all tests are filed in one go, and each test
//! looks at its own.

use std::sync::LazyLock;

use super::*;
use crate::binary::Chat;

pub static DAY: LazyLock<Day> = LazyLock::new(work);

/// What the day left behind.
pub struct Day {
    /// The `ticket` objects by the names of their cases.
    pub tickets: BTreeMap<&'static str, Json>,
    /// What was logged at the default level.
    pub log: String,
    /// What `ticket export` wrote, by format.
    pub exports: BTreeMap<&'static str, String>,
    /// What `backup` wrote.
    pub backup: Vec<u8>,
}

/// What a customer's case is, and what the agent knows when a field is asked for.
struct Case {
    name: &'static str,
    intent: &'static str,
    opening: &'static str,
    answers: &'static [(&'static str, &'static str)],
}

/// How a button is pressed by typing.
#[derive(Clone, Copy)]
enum By {
    Label,
    Number,
}

const VOICE: &[Case] = &[
    Case {
        name: "in the ledger",
        intent: "bayar-belum-aktif",
        opening: "plgn udah bayar tagihan halo tapi nomornya masih keblokir",
        answers: &[
            ("class", "Gold"),
            ("msisdn", "nomornya 0812-0000-1234 kak"),
            ("nama_pelanggan", "Contoh Satu"),
            ("tanggal_pembayaran", "kemarin"),
            ("channel_pembayaran", "bca"),
            ("status_collection", "2"),
            ("fa_pembayaran", "sudah masuk"),
            ("status_hlr", "Terblokir"),
            ("info_profil", "terblokir, telepon balik 0812-0000-7777"),
            ("layanan_terdampak", "telpon sama sms"),
            ("lokasi", "Kenanga Raya"),
            ("cp_lain", "0812 0000 5678"),
        ],
    },
    Case {
        name: "not in the ledger",
        intent: "bayar-belum-aktif",
        opening: "tagihan sudah lunas tapi nomor masih diblokir",
        answers: &[
            ("class", "silver"),
            ("msisdn", "+62 812 0000 4321"),
            ("nama_pelanggan", "Contoh Dua"),
            ("jenis_kartu", "1"),
            ("tanggal_pembayaran", "18/11/2026"),
            ("channel_pembayaran", "alfamart"),
            ("status_collection", "aging"),
            ("fa_pembayaran", "belum"),
            ("status_hlr", "aktif"),
            ("info_profil", "aktif di DSC"),
            ("layanan_terdampak", "semuanya"),
            ("lokasi", "Bogor"),
            ("cp_lain", "tidak ada"),
        ],
    },
    Case {
        name: "app",
        intent: "isi-ulang-belum-masuk",
        opening: "isi ulang 100rb lewat tokopedia kemarin jam 9 pagi belum masuk",
        answers: &[
            ("class", "gold"),
            ("msisdn", "0812-0000-1111"),
            ("nama_pelanggan", "Contoh Tiga"),
            ("jenis_kartu", "loop"),
            ("notifikasi_gagal", "tidak ada"),
            ("serial_number", "02123 45678 90123 45678 90123"),
            ("bukti_transaksi", "sudah dikirim"),
            ("email_pelanggan", "contoh@contoh.invalid"),
            ("cp_lain", "tidak ada"),
        ],
    },
    Case {
        name: "mytelkomsel",
        intent: "isi-ulang-belum-masuk",
        opening: "saldo kepotong tapi pulsa belum masuk",
        answers: &[
            ("class", "gold"),
            ("msisdn", "0812-0000-2222"),
            ("nama_pelanggan", "Contoh Empat"),
            ("jenis_kartu", "simpati"),
            ("waktu_kejadian", "hari ini jam 7.30"),
            ("nominal_isi_ulang", "25 ribu"),
            ("notifikasi_gagal", "Transaksi sedang diproses"),
            ("channel_isi_ulang", "gopay di mytelkomsel"),
            ("serial_number", "TRX2026112000017"),
            ("cp_lain", "tidak ada"),
        ],
    },
    Case {
        name: "bank",
        intent: "isi-ulang-belum-masuk",
        opening: "topup 50rb lewat atm bca kemarin jam 20.15 belum masuk",
        answers: &[
            ("class", "gold"),
            ("msisdn", "0812-0000-3333"),
            ("nama_pelanggan", "Contoh Lima"),
            ("jenis_kartu", "kartu as"),
            ("notifikasi_gagal", "tidak ada"),
            ("serial_number", "SN0099112233"),
            ("bukti_transaksi", "nanti dikirim"),
            ("email_pelanggan", "tidak ada"),
            ("cp_lain", "contoh@contoh.invalid"),
        ],
    },
    Case {
        name: "credit card",
        intent: "isi-ulang-belum-masuk",
        opening: "topup 200rb pake kartu kredit kemarin jam 10.15 blm masuk pulsanya",
        answers: &[
            ("class", "gold"),
            ("msisdn", "0812-0000-4444"),
            ("nama_pelanggan", "Contoh Enam"),
            ("jenis_kartu", "simPATI"),
            ("notifikasi_gagal", "tidak ada"),
            ("serial_number", "0212345678901234567890123"),
            ("bukti_transaksi", "belum ada bukti"),
            ("nomor_cc", "4111 1111 1111 1111"),
            ("email_pelanggan", "contoh@contoh.invalid"),
            ("cp_lain", "tidak ada"),
        ],
    },
    Case {
        name: "credit card in the question",
        intent: "isi-ulang-belum-masuk",
        opening: "topup 200rb pake kartu kredit no cc 5555 5555 5555 4444 kemarin jam 10.15 blm masuk pulsanya",
        answers: &[
            ("class", "gold"),
            ("msisdn", "0812-0000-5555"),
            ("nama_pelanggan", "Contoh Tujuh"),
            ("jenis_kartu", "simPATI"),
            ("notifikasi_gagal", "tidak ada"),
            ("serial_number", "SN0099112234"),
            ("bukti_transaksi", "belum ada bukti"),
            ("email_pelanggan", "tidak ada"),
            ("cp_lain", "tidak ada"),
        ],
    },
    Case {
        name: "imes with an SID",
        intent: "imes-tagihan",
        opening: "pelanggan vsat ga bisa bayar tagihan",
        answers: &[("sid", "4700001-0000012")],
    },
    Case {
        name: "imes without an SID",
        intent: "imes-tagihan",
        opening: "customer corporate ga bisa bayar tagihan jastel radio",
        answers: &[
            ("sid", "tidak ada"),
            ("account_number", "tidak ada"),
            ("ao", "tidak ada"),
            ("nama_perusahaan", "PT Contoh Sejahtera"),
            ("produk", "radio ip"),
            ("alamat_perusahaan", "Jl Contoh 1, Jakarta"),
        ],
    },
    Case {
        name: "seat management",
        intent: "imes-tagihan",
        opening: "tagihan seat management ga bisa dibayar",
        answers: &[
            ("sn_perangkat", "SM-0000-77"),
            ("nama_perusahaan", "PT Contoh Abadi"),
            ("produk", "laptop"),
            ("alamat_perusahaan", "Jl Contoh 2, Bandung"),
            ("pic", "Contoh PIC"),
        ],
    },
];

const ECARE: &[Case] = &[Case {
    name: "ecare",
    intent: "bayar-belum-aktif",
    opening: "plgn udah bayar tagihan halo tapi nomornya masih keblokir",
    answers: &[
        ("class", "Gold"),
        ("msisdn", "0812-0000-1234"),
        ("nama_pelanggan", "Contoh Satu"),
        ("channel_komplain", "Email"),
        ("nama_akun", "@contoh_0000"),
        ("tanggal_pembayaran", "kemarin"),
        ("channel_pembayaran", "indomaret"),
        ("status_collection", "out of collection"),
        ("fa_pembayaran", "sudah masuk"),
        ("status_hlr", "aktif"),
        ("info_profil", "aktif"),
        ("layanan_terdampak", "internet"),
        ("lokasi", "Bandung"),
        ("cp_lain", "tidak ada"),
    ],
}];

#[test]
fn a_payment_in_the_ledger_is_filed_under_the_kip_for_it() {
    check(
        "in the ledger",
        "Consumer - tagihan & pembayaran - pembayaran tagihan - k44 pembayaran berhasil namun nomor masih terblock & \
         sudah masuk ledger",
        json!({
            "class": "Gold", "msisdn": "6281200001234", "nama_pelanggan": "Contoh Satu", "jenis_kartu": "KartuHalo",
            "tanggal_pembayaran": "2026-11-20", "channel_pembayaran": "Bank",
            "status_collection": "Active - Collection Block 1", "fa_pembayaran": "Sudah masuk",
            "status_hlr": "Terblokir", "info_profil": "terblokir, telepon balik 0812-0000-7777",
            "layanan_terdampak": "VOICE, SMS", "lokasi": "Kenanga Raya", "cp_lain": "6281200005678",
        }),
    );
}

#[test]
fn a_payment_outside_the_ledger_is_filed_under_the_other_kip() {
    check(
        "not in the ledger",
        "Consumer - tagihan & pembayaran - pembayaran tagihan - k44 pembayaran berhasil, namun nomor masih terblock & \
         belum masuk ledger",
        json!({
            "class": "silver", "msisdn": "6281200004321", "nama_pelanggan": "Contoh Dua", "jenis_kartu": "KartuHalo",
            "tanggal_pembayaran": "2026-11-18", "channel_pembayaran": "Alfamart", "status_collection": "aging",
            "fa_pembayaran": "Belum masuk", "status_hlr": "Aktif", "info_profil": "aktif di DSC",
            "layanan_terdampak": "SEMUANYA", "lokasi": "Bogor", "cp_lain": "tidak ada",
        }),
    );
}

const TOPPED_UP: &str =
    "(DE)AKTIVASI PRODUK - Pembelian Pulsa K22-Pembelian berhasil namun pulsa belum bertambah";

#[test]
fn a_top_up_in_an_app_is_filed_with_its_serial_and_proof() {
    check(
        "app",
        TOPPED_UP,
        json!({
            "class": "gold", "msisdn": "6281200001111", "nama_pelanggan": "Contoh Tiga", "jenis_kartu": "Loop",
            "waktu_kejadian": "2026-11-20T09:00:00+07:00", "nominal_isi_ulang": 100_000,
            "notifikasi_gagal": "tidak ada", "channel_isi_ulang": "Tokopedia",
            "serial_number": "0212345678901234567890123", "bukti_transaksi": "Dikirim ke cs@telkomsel.com",
            "email_pelanggan": "contoh@contoh.invalid", "cp_lain": "tidak ada",
        }),
    );
}

#[test]
fn a_top_up_inside_mytelkomsel_is_filed_with_its_transaction_id() {
    check(
        "mytelkomsel",
        TOPPED_UP,
        json!({
            "class": "gold", "msisdn": "6281200002222", "nama_pelanggan": "Contoh Empat", "jenis_kartu": "simPATI",
            "waktu_kejadian": "2026-11-21T07:30:00+07:00", "nominal_isi_ulang": 25_000,
            "notifikasi_gagal": "Transaksi sedang diproses", "channel_isi_ulang": "GoPay (MyTelkomsel)",
            "serial_number": "TRX2026112000017", "cp_lain": "tidak ada",
        }),
    );
}

#[test]
fn a_top_up_at_a_bank_is_filed_with_an_unusual_serial_and_a_remark() {
    check(
        "bank",
        TOPPED_UP,
        json!({
            "class": "gold", "msisdn": "6281200003333", "nama_pelanggan": "Contoh Lima", "jenis_kartu": "Kartu AS",
            "waktu_kejadian": "2026-11-20T20:15:00+07:00", "nominal_isi_ulang": 50_000,
            "notifikasi_gagal": "tidak ada", "channel_isi_ulang": "ATM", "serial_number": "SN0099112233",
            "bukti_transaksi": "Akan dikirim ke cs@telkomsel.com", "email_pelanggan": "tidak ada",
            "cp_lain": "contoh@contoh.invalid",
        }),
    );
    let filed = text(&DAY.tickets["bank"]["text"]);
    assert!(filed.contains("Serial voucher: SN0099112233"), "{filed}");
    assert!(filed.contains("tidak berbentuk 25 digit"), "{filed}");
}

#[test]
fn a_top_up_by_credit_card_is_filed_with_four_digits_of_it() {
    check(
        "credit card",
        TOPPED_UP,
        json!({
            "class": "gold", "msisdn": "6281200004444", "nama_pelanggan": "Contoh Enam", "jenis_kartu": "simPATI",
            "waktu_kejadian": "2026-11-20T10:15:00+07:00", "nominal_isi_ulang": 200_000,
            "notifikasi_gagal": "tidak ada", "channel_isi_ulang": "Kartu Kredit",
            "serial_number": "0212345678901234567890123", "bukti_transaksi": "Belum ada",
            "nomor_cc": "**** **** **** 1111", "email_pelanggan": "contoh@contoh.invalid", "cp_lain": "tidak ada",
        }),
    );
}

#[test]
fn of_a_card_in_the_question_the_last_digits_are_taken() {
    let ticket = &DAY.tickets["credit card in the question"];
    assert_eq!(ticket["fields"]["nomor_cc"], "**** **** **** 4444");
}

const NO_KIP: &str = "tidak tercantum di SOP";

#[test]
fn an_imes_bill_with_an_sid_needs_no_company() {
    check(
        "imes with an SID",
        NO_KIP,
        json!({"jenis_layanan": "VSAT", "sid": "4700001-0000012"}),
    );
}

#[test]
fn an_imes_bill_without_an_sid_needs_the_company() {
    check(
        "imes without an SID",
        NO_KIP,
        json!({
            "jenis_layanan": "RADIO", "sid": "tidak ada", "account_number": "tidak ada", "ao": "tidak ada",
            "nama_perusahaan": "PT Contoh Sejahtera", "produk": "radio ip",
            "alamat_perusahaan": "Jl Contoh 1, Jakarta",
        }),
    );
}

#[test]
fn seat_management_is_filed_on_its_own_form() {
    check(
        "seat management",
        NO_KIP,
        json!({
            "jenis_layanan": "SEAT MANAGEMENT", "sn_perangkat": "SM-0000-77", "nama_perusahaan": "PT Contoh Abadi",
            "produk": "laptop", "alamat_perusahaan": "Jl Contoh 2, Bandung", "pic": "Contoh PIC",
        }),
    );
}

#[test]
fn ecare_tickets_name_the_channel_and_the_account() {
    let fields = &DAY.tickets["ecare"]["fields"];
    assert_eq!(fields["channel_komplain"], "Email");
    assert_eq!(fields["nama_akun"], "@contoh_0000");
    let on_the_phone = &DAY.tickets["in the ledger"]["fields"];
    assert!(on_the_phone.get("channel_komplain").is_none());
    assert!(on_the_phone.get("nama_akun").is_none());
}

#[test]
fn logs_tell_how_messages_were_handled_and_nothing_of_what_they_said() {
    let log = &DAY.log;
    assert!(log.contains("message handled"), "{log}");
    assert!(log.contains("bayar-belum-aktif"), "{log}");
    assert!(!log.contains('\u{1b}'), "colours are for terminals");
    let answers = VOICE.iter().chain(ECARE).flat_map(|case| case.answers);
    let said = answers.map(|(_, typed)| *typed).filter(|typed| {
        // Shorter ones are parts of times and ids.
        typed.len() > 6
    });
    let openings = VOICE.iter().map(|case| case.opening);
    for said in said
        .chain(openings)
        .chain(["Kenanga", "812-0000", "8120000", "Gold"])
    {
        assert!(!log.contains(said), "`{said}` in\n{log}");
    }
}

/// Looks at what a case was filed as.
#[track_caller]
fn check(name: &str, kip: &str, fields: Json) {
    let ticket = &DAY.tickets[name];
    assert_eq!(ticket["fields"], fields);
    assert_eq!(ticket["kip"], kip);
    let filed = text(&ticket["text"]);
    assert!(filed.contains(&format!("KIP: {kip}\n")), "{filed}");
    assert!(filed.contains(&text(&ticket["id"])), "{filed}");
}

impl Day {
    /// A place of one's own with everything that the day left behind.
    pub fn restored(&self) -> Place {
        let place = Place::new();
        let backup = place.path("day.backup");
        fs::write(&backup, &self.backup).unwrap();
        place.run(["restore", backup.to_str().unwrap()]).done();
        place
    }
}

fn work() -> Day {
    let place = Place::new();
    let mut tickets = BTreeMap::new();
    let mut log = String::new();
    for (kind, cases) in [("voice", VOICE), ("ecare", ECARE)] {
        let mut chat = place.chat(["--channel-kind", kind, "--user", "day"]);
        for (number, case) in cases.iter().enumerate() {
            let by = [By::Number, By::Label][number % 2];
            tickets.insert(case.name, file(&mut chat, case, by));
        }
        log = chat.end();
    }
    let backup = place.path("day.backup");
    place.run(["backup", backup.to_str().unwrap()]).done();
    let export = |format| place.run(["ticket", "export", "--format", format]).done();
    Day {
        tickets,
        log,
        exports: ["json", "csv"]
            .into_iter()
            .map(|format| (format, export(format)))
            .collect(),
        backup: fs::read(&backup).unwrap(),
    }
}

/// Asks, starts a ticket, answers whatever is asked for, files it and returns it.
fn file(chat: &mut Chat, case: &Case, by: By) -> Json {
    let mut line = say(chat, case.opening);
    assert_eq!(line["decision"], "answer", "{}", case.name);
    assert_eq!(line["intent"], case.intent, "{}", case.name);
    line = press(chat, &line, "Buat tiket", by);
    let mut answers: BTreeMap<_, _> = case.answers.iter().copied().collect();
    while let Some(field) = line["dialog"]["asking"].as_str() {
        let dialog = &line["dialog"];
        assert!(
            dialog["missing"]
                .as_array()
                .unwrap()
                .contains(&json!(field)),
            "{dialog}"
        );
        let Some(typed) = answers.remove(field) else {
            panic!("{}: `{field}` is asked for: {line:#}", case.name);
        };
        let field = field.to_owned();
        line = say(chat, typed);
        assert_eq!(line["decision"], "dialog", "{}: {typed}", case.name);
        let dialog = &line["dialog"];
        assert!(
            !dialog["fields"][&field].is_null(),
            "{}: {typed}: {line:#}",
            case.name
        );
    }
    assert!(answers.is_empty(), "{}: {answers:?} not asked", case.name);
    assert_eq!(line["dialog"]["missing"], json!([]));
    assert!(line["ticket"].is_null());
    line = press(chat, &line, "Kirim", by);
    assert_eq!(line["ticket"]["intent"], case.intent);
    line["ticket"].take()
}

#[track_caller]
pub fn say(chat: &mut Chat, typed: &str) -> Json {
    let line = chat.say(typed);
    assert_contract(&line);
    line
}

/// Presses a button of the last reply.
#[track_caller]
fn press(chat: &mut Chat, line: &Json, label: &str, by: By) -> Json {
    let replies = line["replies"].as_array().unwrap();
    let buttons = replies.last().unwrap()["buttons"].as_array().unwrap();
    let place = buttons.iter().position(|button| button == label);
    let Some(place) = place else {
        panic!("no button `{label}`: {line:#}");
    };
    match by {
        By::Label => say(chat, label),
        By::Number => say(chat, &(place + 1).to_string()),
    }
}
