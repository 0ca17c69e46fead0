//! The matcher through its widest door: a small catalogue, messages, decisions.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::documents::PassagePlace;
use super::*;

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

struct Written {
    id: &'static str,
    service: &'static str,
    keywords: Vec<String>,
    unless: Vec<String>,
    patterns: Vec<String>,
    utterances: Vec<String>,
}

fn catalogue() -> Vec<Written> {
    let written = |id,
                   service,
                   keywords: &[&str],
                   unless: &[&str],
                   patterns: &[&str],
                   utterances: &[&str]| Written {
        id,
        service,
        keywords: owned(keywords),
        unless: owned(unless),
        patterns: owned(patterns),
        utterances: owned(utterances),
    };
    vec![
        written(
            "pulsa-belum-masuk",
            "seluler",
            &["pulsa belum masuk", "isi ulang"],
            &["paket pakai pulsa"],
            &[r"\bk ?22\b"],
            &[
                "pulsa pelanggan belum masuk",
                "isi ulang berhasil tapi pulsa tidak bertambah",
                "saldo terpotong pulsa tidak masuk",
                "beli pulsa di konter belum diterima",
                "topup sukses pulsanya kosong",
                "voucher fisik sudah digosok pulsa tidak terisi",
                "recharge success but balance did not increase",
                "pulsa nyangkut dari kemarin",
                "transaksi pulsa gagal tapi uang terpotong",
                "pelanggan isi ulang lewat aplikasi belum masuk",
            ],
        ),
        written(
            "bayar-tagihan",
            "seluler",
            &["sudah bayar"],
            &[],
            &[],
            &[
                "sudah bayar tagihan nomor masih terblokir",
                "tagihan dibayar kemarin nomor belum aktif",
                "pembayaran tagihan tidak tercatat",
                "pelanggan sudah membayar tapi masih diblokir",
                "bukti bayar ada status belum lunas",
                "bayar lewat bank nomor mati",
                "paid the bill but still barred",
                "tagihan lunas layanan belum terbuka",
                "konfirmasi pembayaran tagihan belum masuk",
                "status collection masih menunggak padahal sudah lunas",
            ],
        ),
        written(
            "upgrade-speed",
            "rumah",
            &["upgrade kecepatan"],
            &[],
            &[],
            &[
                "pelanggan mau upgrade kecepatan internet",
                "naikkan speed indihome ke 100 mbps",
                "cara upgrade paket lewat aplikasi",
                "self upgrade kecepatan gagal",
                "syarat upgrade speed apa saja",
                "ganti paket internet lebih cepat",
                "upgrade my internet plan",
                "kecepatan belum berubah setelah upgrade",
                "tagihan naik setelah upgrade kecepatan",
                "promo upgrade kecepatan",
            ],
        ),
        written(
            "tagihan-rumah",
            "rumah",
            &[],
            &[],
            &[],
            &[
                "tagihan indihome bulan ini kemahalan",
                "rincian tagihan internet rumah",
                "cek tagihan wifi pelanggan",
                "invoice indihome belum terbit",
                "tagihan telepon rumah kenapa naik",
                "denda keterlambatan tagihan internet",
                "jatuh tempo tagihan indihome",
                "minta salinan tagihan internet",
                "how much is the home internet bill",
                "tagihan internet dobel",
            ],
        ),
    ]
}

static MATCHER: LazyLock<Matcher> = LazyLock::new(|| {
    let written = catalogue();
    let lexicon =
        Lexicon::load(include_str!("../../data/lexicon.toml")).expect("the lexicon is well formed");
    let outside = owned(&[
        "cuaca hari ini bagaimana",
        "jam berapa sekarang",
        "pesan makanan untuk rapat",
        "selamat pagi semuanya",
        "siapa presiden indonesia",
        "jadwal cuti bersama",
        "password laptop lupa",
        "ac ruangan panas",
        "nomor hp dicuri minta blokir",
        "paket pakai pulsa harganya berapa",
    ]);
    let names = [owned(&["kartu halo"]), owned(&["indihome"])];
    Matcher::train(&Training {
        intents: written
            .iter()
            .map(|w| Source {
                id: w.id,
                service: Some(w.service),
                keywords: &w.keywords,
                hints: &[],
                patterns: &w.patterns,
                unless: &w.unless,
                utterances: &w.utterances,
                document: Vec::new(),
            })
            .collect(),
        outside: &outside,
        lexicon: &lexicon,
        services: vec![
            Service {
                id: "seluler",
                names: &names[0],
            },
            Service {
                id: "rumah",
                names: &names[1],
            },
        ],
    })
});

fn classify(text: &str) -> Classification {
    MATCHER.classify(text, &Context::default())
}

#[track_caller]
fn first(text: &str, expected: &str) -> Candidate {
    let found = classify(text);
    assert_eq!(&*found.candidates[0].intent, expected, "{text}: {found:?}");
    found.candidates[0].clone()
}

fn reasons(candidate: &Candidate) -> String {
    let reasons: Vec<String> = candidate.evidence.iter().map(ToString::to_string).collect();
    reasons.join("; ")
}

#[test]
fn each_intents_own_examples_find_their_intent() {
    for written in catalogue() {
        for utterance in &written.utterances {
            first(utterance, written.id);
        }
    }
}

#[test]
fn slips_slang_and_affixes_do_not_matter() {
    first("plusa blm msuk", "pulsa-belum-masuk");
    first("isiulang gagal trs", "pulsa-belum-masuk");
    first("plgn udh byar tghn tp msh keblokir", "bayar-tagihan");
    first("upgarde kecepatna", "upgrade-speed");
    first("rincian tagihn interet", "tagihan-rumah");
}

#[test]
fn an_abbreviated_code_finds_its_pattern() {
    assert!(reasons(&first("kip k 22", "pulsa-belum-masuk")).contains("pattern:"));
}

#[test]
fn evidence_says_why() {
    let why = reasons(&first("plusa pelanggan belum masuk", "pulsa-belum-masuk"));
    assert!(why.contains("spelling:plusa=pulsa"), "{why}");
    assert!(
        why.contains("keyword:pulsa belum masuk") || why.contains("like:"),
        "{why}"
    );
}

#[test]
fn unless_lowers_the_confidence() {
    let with = classify("isi ulang paket pakai pulsa");
    let without = classify("isi ulang paket pulsa");
    assert!(with.candidates[0].confidence < without.candidates[0].confidence);
}

#[test]
fn strangers_are_not_answered() {
    for text in [
        "resep rendang",
        "siapa pemenang piala dunia",
        "",
        "?!",
        "081200001234",
        "zzzz qqqq",
    ] {
        assert_ne!(classify(text).decision, Decision::Answer, "{text}");
    }
}

#[test]
fn what_says_nothing_is_not_asked_about() {
    for text in [
        "ya",
        "kenapa?",
        "ini gimana ya kak",
        "😀😀😀",
        "0812-0000-1234",
        "...",
        "xzqv wkrt",
    ] {
        assert_eq!(classify(text).decision, Decision::Fallback, "{text}");
    }
}

#[test]
fn customers_numbers_do_not_move_the_score() {
    let bare = classify("pulsa belum masuk");
    let pasted = classify("pulsa belum masuk 081200001234 a@b.id 0201234567890123456789012");
    assert_eq!(bare.candidates[0].intent, pasted.candidates[0].intent);
    assert_eq!(
        bare.candidates[0].confidence,
        pasted.candidates[0].confidence
    );
}

#[test]
fn the_channels_service_settles_shared_words() {
    let tagihan = |service| MATCHER.classify("tagihan", &Context { service }).candidates;
    let share = |candidates: &[Candidate], id: &str| {
        candidates
            .iter()
            .find(|candidate| &*candidate.intent == id)
            .map_or(0.0, |candidate| candidate.confidence)
    };
    let (mobile, home) = (tagihan(Some("seluler")), tagihan(Some("rumah")));
    assert_eq!(&*mobile[0].intent, "bayar-tagihan");
    assert_eq!(&*home[0].intent, "tagihan-rumah");
    assert!(share(&mobile, "tagihan-rumah") < share(&home, "tagihan-rumah"));
    assert!(reasons(&mobile[0]).contains("service:"));
}

#[test]
fn a_shared_word_alone_asks_which() {
    let found = classify("tagihan");
    assert_eq!(found.decision, Decision::Clarify, "{found:?}");
    assert!(
        found
            .candidates
            .iter()
            .take(3)
            .any(|candidate| &*candidate.intent == "bayar-tagihan")
    );
    assert!(
        found
            .candidates
            .iter()
            .take(3)
            .any(|candidate| &*candidate.intent == "tagihan-rumah")
    );
}

#[test]
fn a_named_service_outweighs_the_channels() {
    let context = Context {
        service: Some("seluler"),
    };
    let found = MATCHER.classify("tagihan indihome bulan ini", &context);
    assert_eq!(&*found.candidates[0].intent, "tagihan-rumah");
}

#[test]
fn two_requests_in_one_message_are_both_found() {
    let found =
        classify("isi ulang pulsa belum masuk sekalian pelanggan mau upgrade kecepatan internet");
    let both = [
        &*found.candidates[0].intent,
        found.second.as_deref().expect("a second request"),
    ];
    assert!(
        both.contains(&"pulsa-belum-masuk") && both.contains(&"upgrade-speed"),
        "{both:?}"
    );
    assert_eq!(
        classify("pulsa dan saldo pelanggan belum masuk").second,
        None
    );
}

#[test]
fn a_short_message_of_shared_words_asks_however_it_is_said() {
    for text in ["tagihan", "itu tagihan apa kak", "TAGIHANNYA gimana"] {
        assert_eq!(classify(text).decision, Decision::Clarify, "{text}");
    }
    // A keyword, or a word that only one intent uses, settles it.
    assert_eq!(classify("sudah bayar").decision, Decision::Answer);
    first("tagihan indihome", "tagihan-rumah");
}

#[test]
fn a_service_rules_out_who_else_claims_a_word() {
    let mobile = Context {
        service: Some("seluler"),
    };
    let found = MATCHER.classify("tagihan", &mobile);
    assert_eq!(&*found.candidates[0].intent, "bayar-tagihan");
    assert_ne!(found.decision, Decision::Fallback);
}

#[test]
fn training_is_deterministic() {
    let written = catalogue();
    let train = || {
        let lexicon = Lexicon::default();
        Matcher::train(&Training {
            intents: written
                .iter()
                .map(|w| Source {
                    id: w.id,
                    service: None,
                    keywords: &w.keywords,
                    hints: &[],
                    patterns: &w.patterns,
                    unless: &w.unless,
                    utterances: &w.utterances,
                    document: Vec::new(),
                })
                .collect(),
            outside: &[],
            lexicon: &lexicon,
            services: Vec::new(),
        })
    };
    let (one, other) = (train(), train());
    assert_eq!(one.thresholds(), other.thresholds());
    for text in ["pulsa", "tagihan internet", "bayar apa"] {
        let confidences = |matcher: &Matcher| {
            let candidates = matcher.classify(text, &Context::default()).candidates;
            candidates
                .into_iter()
                .map(|c| (c.intent, c.confidence))
                .collect::<Vec<_>>()
        };
        assert_eq!(confidences(&one), confidences(&other));
    }
}

#[test]
fn a_catalogue_of_nothing_answers_nothing() {
    let lexicon = Lexicon::default();
    let nothing = Training {
        intents: Vec::new(),
        outside: &[],
        lexicon: &lexicon,
        services: Vec::new(),
    };
    assert_eq!(
        Matcher::train(&nothing)
            .classify("halo", &Context::default())
            .decision,
        Decision::Fallback
    );
    let bare = Source {
        id: "a",
        ..Source::default()
    };
    let bare = Training {
        intents: vec![bare; 2],
        ..nothing
    };
    assert_ne!(
        Matcher::train(&bare)
            .classify("halo", &Context::default())
            .decision,
        Decision::Answer
    );
}

/// A catalogue cut down and deformed: for each intent how many utterances and lines of text it keeps, whether it
/// repeats the one before it, and how many messages belong nowhere.
#[derive(Debug, Clone)]
struct Deformed {
    intents: Vec<(usize, usize, bool)>,
    outside: usize,
}

fn deformed() -> impl Strategy<Value = Deformed> {
    let intent = (0usize..=10, 0usize..=4, proptest::bool::weighted(0.2));
    (proptest::collection::vec(intent, 0..7), 0usize..=60)
        .prop_map(|(intents, outside)| Deformed { intents, outside })
}

impl Deformed {
    fn with_matcher(&self, check: impl FnOnce(&Matcher)) {
        let whole = catalogue();
        let lines = [
            "Penanganan {} untuk pelanggan",
            "Cek status {} di aplikasi",
            "Jika {} gagal buat tiket",
            "Tanyakan nomor dan waktu {}",
        ];
        let mut kept: Vec<(String, Vec<String>, Vec<String>)> = Vec::new();
        for (at, &(said, written, repeats)) in self.intents.iter().enumerate() {
            let source = &whole[at % whole.len()];
            let text = |line: &&str| line.replace("{}", &source.id.replace('-', " "));
            let (utterances, document) = match kept.last().filter(|_| repeats) {
                Some((_, utterances, document)) => (utterances.clone(), document.clone()),
                None => (
                    source.utterances[..said].to_vec(),
                    lines[..written].iter().map(text).collect(),
                ),
            };
            kept.push((format!("intent-{at}"), utterances, document));
        }
        let outside: Vec<String> = (0..self.outside)
            .map(|at| format!("jadwal rapat {at} di ruang {}", at % 7))
            .collect();
        let intents = kept.iter().map(|(id, utterances, document)| Source {
            id,
            utterances,
            document: (document.iter().enumerate())
                .map(|(at, text)| Passage {
                    place: if at == 0 {
                        PassagePlace::Title
                    } else {
                        PassagePlace::Item
                    },
                    text,
                })
                .collect(),
            ..Source::default()
        });
        let lexicon = Lexicon::default();
        check(&Matcher::train(&Training {
            intents: intents.collect(),
            outside: &outside,
            lexicon: &lexicon,
            services: Vec::new(),
        }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_catalogue_breaks_its_calibration(deformed in deformed()) {
        deformed.with_matcher(|matcher| {
            let thresholds = matcher.thresholds();
            assert!((0.0..1.0).contains(&thresholds.clarify) && thresholds.clarify <= thresholds.answer);
            let own = catalogue();
            let own = own.iter().flat_map(|written| &written.utterances).map(String::as_str);
            for text in own.chain(["jadwal rapat 3", "cek pulsa", "xzqv", ""]) {
                for candidate in matcher.classify(text, &Context::default()).candidates {
                    let confidence = candidate.confidence;
                    assert!(confidence > 0.0 && confidence < 1.0, "{text}: {confidence}");
                }
            }
        });
    }
}

#[test]
fn a_document_without_utterances_is_found_beside_one_with_many() {
    let mut whole = catalogue();
    let lines = [
        (PassagePlace::Title, "Pindah alamat layanan internet"),
        (
            PassagePlace::Item,
            "Cek ketersediaan jaringan di lokasi tujuan",
        ),
        (
            PassagePlace::Item,
            "Biaya relokasi ditagihkan bulan berikutnya",
        ),
    ];
    let titles: Vec<String> = whole
        .iter()
        .map(|written| written.id.replace('-', " "))
        .collect();
    let new = Written {
        id: "relokasi",
        utterances: Vec::new(),
        keywords: Vec::new(),
        unless: Vec::new(),
        patterns: Vec::new(),
        service: "rumah",
    };
    whole.push(new);
    let documents = titles.iter().map(|title| {
        let place = PassagePlace::Title;
        vec![Passage { place, text: title }]
    });
    let relocation = lines.map(|(place, text)| Passage { place, text }).to_vec();
    let documents = documents.chain([relocation]);
    let lexicon =
        Lexicon::load(include_str!("../../data/lexicon.toml")).expect("it is well formed");
    let lexicon = lexicon.with_groups("pindah, relokasi, moving");
    let matcher = Matcher::train(&Training {
        intents: (whole.iter().zip(documents))
            .map(|(written, document)| Source {
                id: written.id,
                utterances: &written.utterances,
                document,
                ..Source::default()
            })
            .collect(),
        outside: &[],
        lexicon: &lexicon,
        services: Vec::new(),
    });
    for text in [
        "plgn mau pindah alamat",
        "biaya relokasi brp",
        "jaringan di lokasi tujuan ga tersedia",
    ] {
        let found = matcher.classify(text, &Context::default());
        assert_eq!(
            &*found.candidates[0].intent, "relokasi",
            "{text}: {found:?}"
        );
    }
}

#[test]
fn many_intents_are_learned_too() {
    let utterances: Vec<Vec<String>> = (0..600)
        .map(|i| {
            let word = |n: usize| {
                let letters = b"bcdfghjklmnprstw";
                let at = |k: usize| char::from(letters[(n / 16usize.pow(k as u32)) % 16]);
                format!("{}a{}i{}u", at(0), at(1), at(2))
            };
            owned(&[
                &format!("tolong {} pelanggan", word(i)),
                &format!("{} tidak bisa", word(i)),
                &format!("cek {}", word(i)),
            ])
        })
        .collect();
    let ids: Vec<String> = (0..600).map(|i| format!("intent-{i}")).collect();
    let source = |(id, utterances)| Source {
        id,
        utterances,
        ..Source::default()
    };
    let lexicon = Lexicon::default();
    let matcher = Matcher::train(&Training {
        intents: ids
            .iter()
            .map(String::as_str)
            .zip(utterances.iter().map(Vec::as_slice))
            .map(source)
            .collect(),
        outside: &[],
        lexicon: &lexicon,
        services: Vec::new(),
    });
    let right = utterances.iter().zip(&ids).filter(|(said, id)| {
        let found = matcher.classify(&said[0], &Context::default());
        found
            .candidates
            .first()
            .is_some_and(|first| &*first.intent == id.as_str())
    });
    assert!(right.count() >= 590);
}

proptest! {
    #[test]
    fn no_message_panics_or_leaves_the_scale(text in "\\PC{0,200}") {
        let found = classify(&text);
        prop_assert!(found.candidates.len() <= CANDIDATES_SHOWN);
        let confidences: Vec<f32> = found.candidates.iter().map(|candidate| candidate.confidence).collect();
        prop_assert!(confidences.iter().all(|confidence| (0.0..=1.0).contains(confidence)));
        prop_assert!(confidences.iter().sum::<f32>() <= 1.001);
        prop_assert!(confidences.windows(2).all(|pair| pair[0] >= pair[1]));
    }

    #[test]
    fn no_pile_of_known_words_panics(words in proptest::collection::vec("(pulsa|tagihan|dan|[a-z]{1,9}|[0-9]{1,20}|😀|\\.)", 0..400)) {
        classify(&words.join(" "));
    }
}

#[test]
fn hostile_messages_are_read_to_the_bound_and_no_further() {
    for part in [
        "pulsa dan ",
        "plusa ",
        "zxcvbnmasdfghjkl ",
        "😀",
        "a",
        "isi ulang sekalian ",
        "1",
    ] {
        let bounded: String = part
            .repeat(2_000)
            .chars()
            .take(crate::text::CHARS_MAX)
            .collect();
        let (long, short) = (classify(&part.repeat(2_000)), classify(&bounded));
        let first = |found: &Classification| found.candidates.first().map(|first| first.confidence);
        assert_eq!(first(&long), first(&short), "{part}");
    }
}
