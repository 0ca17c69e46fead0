//! The list of account managers: mistakes with line and cure, and companies found however their name is typed.

use std::collections::HashSet;
use std::time::Instant;

use sigap::catalog::Source;
use sigap::directory::{Contact, ContactsFound, Directory};

use crate::shipped;

/// Of 100 mistyped or shortened names, so many must find their company.
const FOUND_MIN: usize = 95;

/// The diagnostics of a list: line, message, cure.
#[track_caller]
fn check_refused(text: &str, expected: &[(usize, &str, &str)]) {
    let found = Directory::parse(
        &Source::new("am.csv".to_owned(), text.to_owned()),
        &shipped::knowledge().lexicon,
    );
    let mistakes = found.err().unwrap_or_default();
    let said: Vec<_> = mistakes
        .iter()
        .map(|mistake| {
            (
                mistake.line,
                mistake.message.as_str(),
                mistake.help.as_deref().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(said.len(), expected.len(), "{said:?}");
    for ((line, message, cure), (at, expected, expected_cure)) in said.into_iter().zip(expected) {
        assert_eq!(line, *at, "{message}");
        assert!(message.contains(expected), "{message}");
        assert!(cure.contains(expected_cure), "{cure}");
    }
}

#[test]
fn every_mistake_of_a_list_is_said_with_its_line_and_cure() {
    check_refused(
        "company,am\nPT A,B\n",
        &[(1, "the column `verified` is missing", "first line")],
    );
    check_refused(
        "company,am,verified,phone\n",
        &[(1, "unknown column `phone`", "the columns are")],
    );
    check_refused(
        "company,am,verified,sids\nPT Contoh,,2026-01-01,1\nPT Contoh Dua,AM,kemarin,2\nPT Contoh Tiga,AM\n\"PT, Empat\",AM,2026-02-30,\"2;3\"\nPT Lima,AM,2026-01-01,2\n",
        &[
            (2, "`am` is empty", "fill it in"),
            (3, "`kemarin` is no date", "2026-06-30"),
            (4, "2 values for 4 columns", "double quotes"),
            (5, "`2026-02-30` is no date", "2026-06-30"),
            (5, "`2` belongs to `PT Contoh Dua`", "one company"),
            (6, "`2` belongs to", "one company"),
        ],
    );
}

#[test]
fn the_shipped_list_is_well_formed_and_searched_by_number() {
    let source = sigap::load::source(std::path::Path::new("data/am.csv")).unwrap();
    let directory = Directory::parse(&source, &shipped::knowledge().lexicon).unwrap();
    assert!(directory.contacts().len() >= 30);
    let company = |query| match directory.search(query) {
        ContactsFound::One(contact) => contact.company.clone(),
        other => panic!("{query}: {other:?}"),
    };
    assert_eq!(company("4700000-0000001"), "PT Contoh Jaya Abadi");
    assert_eq!(company("4700000 0000001"), "PT Contoh Jaya Abadi");
    assert_eq!(company("5000000101"), "CV Contoh Makmur");
    assert_eq!(company("contoh jaya abadi, pt"), "PT Contoh Jaya Abadi");
    assert_eq!(company("bahri contoh"), "PT Bahari Contoh Lestari");
    assert_eq!(directory.search("maju tak gentar"), ContactsFound::None);
    assert_eq!(directory.search(""), ContactsFound::None);
    assert_eq!(directory.search("pt"), ContactsFound::None);
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// 5,000 companies, invented from words that Indonesian companies like.
fn generated(dice: &mut Dice) -> Vec<Contact> {
    const FIRST: &[&str] = &[
        "Adi",
        "Agung",
        "Alam",
        "Anugerah",
        "Arta",
        "Bahana",
        "Bahtera",
        "Bina",
        "Bintang",
        "Buana",
        "Bumi",
        "Cahaya",
        "Cipta",
        "Citra",
        "Damai",
        "Dharma",
        "Duta",
        "Eka",
        "Fajar",
        "Gading",
        "Garuda",
        "Gema",
        "Graha",
        "Indo",
        "Inti",
        "Jaya",
        "Karya",
        "Kencana",
        "Kusuma",
        "Lancar",
        "Langgeng",
        "Lautan",
        "Lintas",
        "Mahkota",
        "Mandala",
        "Mega",
        "Mitra",
        "Mulia",
        "Multi",
        "Nusa",
        "Nusantara",
        "Pancar",
        "Panca",
        "Pelita",
        "Permata",
        "Perkasa",
        "Pratama",
        "Prima",
        "Puri",
        "Putra",
        "Rajawali",
        "Rimba",
        "Sakti",
        "Samudra",
        "Sapta",
        "Sari",
        "Satria",
        "Sentosa",
        "Sinar",
        "Sumber",
        "Surya",
        "Tiara",
        "Tirta",
        "Tri",
        "Tunas",
        "Utama",
        "Wahana",
        "Wana",
        "Wira",
        "Yasa",
    ];
    const SECOND: &[&str] = &[
        "Abadi",
        "Adiguna",
        "Andalan",
        "Asri",
        "Bahagia",
        "Bersama",
        "Cemerlang",
        "Gemilang",
        "Harapan",
        "Indah",
        "Jati",
        "Kharisma",
        "Kreasi",
        "Lestari",
        "Makmur",
        "Mandiri",
        "Marga",
        "Mapan",
        "Nirwana",
        "Optima",
        "Paramita",
        "Persada",
        "Pertiwi",
        "Pusaka",
        "Raharja",
        "Rejeki",
        "Sejahtera",
        "Selaras",
        "Semesta",
        "Setia",
        "Sukses",
        "Tangguh",
        "Teladan",
        "Terpadu",
        "Unggul",
        "Wibawa",
        "Wijaya",
        "Yudha",
    ];
    const THIRD: &[&str] = &[
        "Agro",
        "Baja",
        "Busana",
        "Elektronik",
        "Energi",
        "Farma",
        "Finansial",
        "Grafika",
        "Kimia",
        "Konstruksi",
        "Logistik",
        "Media",
        "Medika",
        "Otomotif",
        "Pangan",
        "Pelayaran",
        "Perkebunan",
        "Plastik",
        "Properti",
        "Ritel",
        "Tambang",
        "Tekstil",
        "Teknologi",
        "Transportasi",
        "Wisata",
    ];
    let mut names = HashSet::new();
    let mut contacts = Vec::new();
    while contacts.len() < 5_000 {
        let legal = dice.one(&["PT", "PT", "PT", "CV"]);
        let listed = dice.one(&["", "", "", " Tbk"]);
        let core = format!(
            "{} {} {}",
            dice.one(FIRST),
            dice.one(SECOND),
            dice.one(THIRD)
        );
        if names.insert(core.clone()) {
            let number = contacts.len();
            contacts.push(Contact {
                company: format!("{legal} {core}{listed}"),
                aliases: Vec::new(),
                sids: vec![format!("{:07}-{number:07}", 4_800_000 + number)],
                account_numbers: Vec::new(),
                am: format!("AM {number}"),
                am_contact: String::new(),
                eos: String::new(),
                eos_contact: String::new(),
                region: String::new(),
                verified: jiff::civil::date(2026, 6, 1),
            });
        }
    }
    contacts
}

/// A name as it is typed on the telephone: a slip or two, shortened, without its legal form, without vowels.
fn mistyped(name: &str, way: usize, dice: &mut Dice) -> String {
    let bare = name
        .trim_start_matches("PT ")
        .trim_start_matches("CV ")
        .trim_end_matches(" Tbk")
        .to_lowercase();
    let words: Vec<&str> = bare.split(' ').collect();
    let slip = |word: &str, dice: &mut Dice| {
        let mut letters: Vec<char> = word.chars().collect();
        let at = 1 + dice.below(letters.len() - 2);
        match dice.below(4) {
            0 => letters.swap(at, at + 1),
            1 => {
                letters.remove(at);
            }
            2 => letters.insert(at, letters[at]),
            _ => letters[at] = 'x',
        }
        letters.into_iter().collect::<String>()
    };
    let slipped = |places: &[usize], dice: &mut Dice| {
        let with: Vec<String> = words
            .iter()
            .enumerate()
            .map(|(place, word)| match places.contains(&place) {
                true => slip(word, dice),
                false => (*word).to_owned(),
            })
            .collect();
        with.join(" ")
    };
    match way % 8 {
        0 => slipped(&[0], dice),
        1 => slipped(&[1], dice),
        2 => slipped(&[1, 2], dice),
        3 => format!("pt. {} tbk", slipped(&[2], dice)),
        4 => format!("{} {} {}", words[0], words[1], &words[2][..3]),
        5 => format!("{} {}", words[2], words[..2].join(" ")),
        6 => format!(
            "{} {} {}",
            words[0],
            &words[1][..4.min(words[1].len())],
            words[2]
        ),
        _ => words.concat(),
    }
}

#[test]
fn mistyped_and_shortened_names_find_their_company_among_5000() {
    let mut dice = Dice(20_261_121);
    let contacts = generated(&mut dice);
    let directory = Directory::new(contacts.clone(), &shipped::knowledge().lexicon);
    let (mut found, mut offered, mut wrong, mut times) = (0, 0, Vec::new(), Vec::new());
    for way in 0..100 {
        let right = &contacts[dice.below(contacts.len())];
        let typed = mistyped(&right.company, way, &mut dice);
        let began = Instant::now();
        let result = directory.search(&typed);
        times.push(began.elapsed());
        match result {
            ContactsFound::One(contact) if contact == right => found += 1,
            ContactsFound::Several(several) if several.contains(&right) => offered += 1,
            other => wrong.push(format!("{typed}: {}, not {other:?}", right.company)),
        }
    }
    times.sort();
    let (median, slowest) = (times[50], times[99]);
    println!("found {found}, offered {offered}, median {median:?}, slowest {slowest:?}");
    assert!(found + offered >= FOUND_MIN, "{}", wrong.join("\n"));
    assert!(found >= FOUND_MIN - 15, "only {found} without a choice");
}
