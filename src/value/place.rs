//! Where somebody is: free text in answer to a question, and in a message the well-known places behind a word that says
//! that somebody is there (`di Bandung`, `kota Malang`).
//!
//! A place that is not listed is not found: `di rumah` and `di Indomaret` look just like it.

use std::sync::LazyLock;

use regex::Regex;

use super::{Error, Found, Value, text};

/// The provinces, their capitals and the larger cities and regencies, with what agents shorten them to.
const PLACES: &str = "\
    aceh|ambon|babel|badung|bali|balikpapan|banda aceh|bandar lampung|bandung|bandung barat|bangka|\
    bangka belitung|banjar|banjarbaru|banjarmasin|banten|bantul|banyumas|banyuwangi|batam|batang|batu|bdg|\
    bekasi|belitung|bengkulu|bima|binjai|bitung|blitar|bogor|bojonegoro|bondowoso|bone|bontang|boyolali|brebes|\
    bukittinggi|buleleng|bulukumba|ciamis|cianjur|cikarang|cilacap|cilegon|cimahi|cirebon|dairi|deli serdang|\
    demak|denpasar|depok|dki jakarta|dumai|ende|flores|garut|gianyar|gorontalo|gowa|gresik|grobogan|gunungkidul|\
    indramayu|jabar|jabodetabek|jakarta|jakarta barat|jakarta pusat|jakarta selatan|jakarta timur|jakarta utara|\
    jakbar|jakpus|jaksel|jaktim|jakut|jambi|jateng|jatim|jawa barat|jawa tengah|jawa timur|jayapura|jember|\
    jepara|jkt|jogja|jogjakarta|jombang|kalbar|kalimantan barat|kalimantan selatan|kalimantan tengah|\
    kalimantan timur|kalimantan utara|kalsel|kaltara|kalteng|kaltim|karanganyar|karawang|kebumen|kediri|kendal|\
    kendari|kepri|kepulauan riau|klaten|klungkung|kudus|kulon progo|kuningan|kupang|kutai kartanegara|lamongan|\
    lampung|langsa|lhokseumawe|lombok|lubuklinggau|lumajang|luwuk|madiun|magelang|magetan|majalengka|majene|\
    makassar|malang|maluku|maluku utara|mamuju|manado|manokwari|martapura|mataram|medan|merauke|metro|mojokerto|\
    muara enim|nganjuk|ngawi|ntb|ntt|nusa tenggara barat|nusa tenggara timur|pacitan|padang|padang panjang|\
    padangsidimpuan|pagar alam|palangka raya|palangkaraya|palembang|palopo|palu|pamekasan|pandeglang|\
    pangandaran|pangkal pinang|pangkalpinang|papua|parepare|pariaman|pasuruan|pati|payakumbuh|pekalongan|\
    pekanbaru|pemalang|pematangsiantar|polewali|ponorogo|pontianak|poso|prabumulih|probolinggo|purbalingga|\
    purwakarta|purwokerto|purworejo|rembang|riau|salatiga|samarinda|sampang|sampit|sby|semarang|serang|siantar|\
    sibolga|sidoarjo|singkawang|sinjai|situbondo|sleman|smg|solo|sorong|sragen|subang|sukabumi|sukoharjo|\
    sulawesi barat|sulawesi selatan|sulawesi tengah|sulawesi tenggara|sulawesi utara|sulsel|sulteng|sultra|\
    sulut|sumatera barat|sumatera selatan|sumatera utara|sumba|sumbar|sumbawa|sumedang|sumenep|sumsel|sumut|\
    surabaya|surakarta|tabanan|tanah datar|tangerang|tangerang selatan|tangsel|tanjung pinang|tanjungpinang|\
    tarakan|tasik|tasikmalaya|tebing tinggi|tegal|temanggung|ternate|tidore|timika|toraja|trenggalek|tual|tuban|\
    tulungagung|ungaran|wonogiri|wonosobo|yogya|yogyakarta";

/// Reads where somebody is, as it was told.
pub fn parse(raw: &str, max_chars: usize) -> Result<Value, Error> {
    text::parse(raw, max_chars)
}

/// Finds well-known places behind a word that says where, with the word for what they are: `kota Malang`.
pub fn find(raw: &str) -> Vec<Found> {
    static SOMEWHERE: LazyLock<Regex> = LazyLock::new(|| {
        let mut longest_first: Vec<&str> = PLACES.split('|').collect();
        longest_first.sort_by_key(|place| std::cmp::Reverse(place.len()));
        let places = longest_first.join("|");
        let what = r"(?:kota|kab(?:upaten)?\.?|prov(?:insi)?\.?|kec(?:amatan)?\.?)";
        let pattern = format!(
            r"(?i)\b(?:(?:di|dari|dr|daerah|area|wilayah)\s+(?<place>(?:{what}\s+)?(?:{places}))|(?<named>{what}\s+(?:{places})))\b"
        );
        Regex::new(&pattern).expect("the places are plain words")
    });
    let found = SOMEWHERE.captures_iter(raw).filter_map(|captures| {
        let place = captures.name("place").or_else(|| captures.name("named"))?;
        Some(Found {
            span: place.range(),
            value: Value::plain(place.as_str()),
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &[&str]) {
        let found: Vec<String> = find(raw)
            .into_iter()
            .map(|found| found.value.display)
            .collect();
        assert_eq!(found, expected, "{raw}");
    }

    #[test]
    fn a_known_place_is_found_where_somebody_is_there() {
        check("plgn di Bandung udah bayar", &["Bandung"]);
        check("customer dari kab. bandung barat", &["kab. bandung barat"]);
        check("kota Malang mati semua", &["kota Malang"]);
        check("posisi di jkt", &["jkt"]);
    }

    #[test]
    fn anything_else_is_not_found() {
        check("bayar di Indomaret", &[]);
        check("di rumah", &[]);
        check("batu baterai di batuan", &[]);
        check("alfamart bandung", &[]);
    }
}
