//! What a sentence denies or leaves open: `bukan halo tapi simpati` denies `halo`, `kirain halo` leaves it open.
//!
//! Two kinds of word deny. `bukan`, `selain` and `kecuali` deny all that follows in their clause; `tidak` and `belum`
//! deny the next word that carries a meaning: `tidak pakai dana` denies `dana`, `belum aktif via bca` only `aktif`. With
//! nothing to deny behind it, a word denies what is before it: `masuk sih engga`. What was only thought (`kirain halo`),
//! is not known (`ga tau halo apa loop`) or is asked (`aktif apa engga`) is left open: neither it nor its opposite is meant.
//!
//! [`corrections`] finds the words that take back what was said before them: `ovo, eh salah, gopay`. All words are data
//! (`negation`, `excluding`, `supposing`, `correcting`, `contrast` and others among the everyday words).

use std::ops::Range;

use super::everyday::{Role, WordAt, words_at};
use super::lexicon::Lexicon;

/// So many words without a meaning may be between `tidak` and what it denies: `ga mau pakai yang`.
const SMALL_WORDS_MAX: usize = 5;
/// So many words on, `belum` says that something is not known: `blm sempet sy cek`.
const KNOWING_WORDS_MAX: usize = 3;

/// A denial in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The word that denies, in bytes.
    pub by: Range<usize>,
    /// What it denies.
    pub denied: Range<usize>,
    /// Whether it is said not to be so, rather than left open.
    pub sure: bool,
}

impl Denial {
    /// Whether it denies what begins in the span, and is no part of it: `belum masuk` may be an option's name.
    pub fn denies(&self, span: &Range<usize>) -> bool {
        let touches = span.start < self.denied.end && self.denied.start < span.end;
        touches && !(span.start <= self.by.start && self.by.end <= span.end)
    }

    /// Whether what it denies comes behind it.
    pub fn is_ahead(&self) -> bool {
        self.by.end <= self.denied.start
    }
}

/// Finds what a text denies or leaves open, in reading order.
pub fn denials(text: &str, lexicon: &Lexicon) -> Vec<Denial> {
    let sentence = Sentence::new(text, lexicon);
    let places = 0..sentence.words.len();
    let mut denials: Vec<Denial> = places.filter_map(|place| sentence.denial(place)).collect();
    denials.extend(sentence.unknowns(text));
    denials.sort_by_key(|denial| denial.by.start);
    denials
}

/// Where words are that take back what was said before them.
pub fn corrections(text: &str, lexicon: &Lexicon) -> Vec<Range<usize>> {
    let sentence = Sentence::new(text, lexicon);
    let places = (0..sentence.words.len()).filter(|place| sentence.corrects(*place));
    places
        .map(|place| {
            let start = sentence.words[place].span.start;
            start..sentence.words[sentence.end_of_correction(place)].span.end
        })
        .collect()
}

/// Whether a word denies, as it is written or as it is meant.
pub fn is_negation(word: &str, lexicon: &Lexicon) -> bool {
    let denies = |word: &str| lexicon.everyday.has(Role::Negation, word);
    denies(word) || matches!(lexicon.meaning(word), Some([meaning]) if denies(meaning))
}

/// A text's words with what they do.
struct Sentence<'a> {
    words: Vec<WordAt>,
    lexicon: &'a Lexicon,
    /// Where the last question ends.
    asked_to: usize,
}

impl<'a> Sentence<'a> {
    fn new(text: &str, lexicon: &'a Lexicon) -> Self {
        Self {
            words: words_at(text),
            lexicon,
            asked_to: text.rfind('?').unwrap_or_default(),
        }
    }

    fn is(&self, role: Role, place: usize) -> bool {
        let word = self.words.get(place);
        word.is_some_and(|word| self.lexicon.everyday.has(role, &word.text))
    }

    fn denies(&self, place: usize) -> bool {
        let word = self.words.get(place);
        word.is_some_and(|word| is_negation(&word.text, self.lexicon))
    }

    /// Whether the word takes back what is before it; `ga salah` takes back nothing.
    fn corrects(&self, place: usize) -> bool {
        self.is(Role::Correcting, place) && !(place > 0 && self.denies(place - 1))
    }

    /// The last word of what takes back an answer: in `loop, eh bkn deng simpati` the denial is of what was said before.
    fn end_of_correction(&self, place: usize) -> usize {
        let is_small = |at: usize| self.is(Role::Filler, at) || self.is(Role::Courtesy, at);
        let next = place + 1;
        if place == 0 || !self.is(Role::Excluding, next) || self.words[next].begins_clause {
            return place;
        }
        let behind = (next + 1..self.words.len()).find(|at| !is_small(*at));
        match behind {
            Some(behind) if behind > next + 1 || self.words[behind].begins_clause => behind - 1,
            _ => place,
        }
    }

    /// Whether another clause begins with the word.
    fn begins_clause(&self, place: usize) -> bool {
        self.words[place].begins_clause || self.is(Role::Contrast, place) || self.corrects(place)
    }

    /// Whether the word carries a meaning, rather than another word.
    fn carries(&self, place: usize) -> bool {
        let word = self.words[place].text.as_str();
        let small = [Role::Courtesy, Role::Filler, Role::Means, Role::Topic];
        let is_small = small.into_iter().any(|role| self.is(role, place));
        let meant = match self.lexicon.meaning(word) {
            Some([meaning]) => meaning,
            _ => word,
        };
        let is_function = self.lexicon.is_function(word) || self.lexicon.is_function(meant);
        self.is(Role::Works, place) || !(is_small || is_function)
    }

    /// What the word denies or leaves open, if it does.
    fn denial(&self, place: usize) -> Option<Denial> {
        let supposes = self.is(Role::Supposing, place);
        if place > 0 && self.corrects(place - 1) && self.end_of_correction(place - 1) >= place {
            return None;
        }
        if self.is(Role::Undoing, place) && !(place > 0 && self.denies(place - 1)) {
            let before = self.meaning_before(place)?;
            return Some(Denial {
                by: self.words[place].span.clone(),
                denied: self.words[before].span.clone(),
                sure: false,
            });
        }
        if !(supposes || self.denies(place)) || self.is(Role::Only, place + 1) {
            return None;
        }
        let by = self.words[place].span.clone();
        let is_asked = by.start < self.asked_to;
        if let Some(denied) = self.missing(place) {
            let sure = !is_asked;
            return Some(Denial { by, denied, sure });
        }
        let ahead = match supposes || self.is(Role::Excluding, place) {
            true => self.clause_from(place + 1),
            false => self
                .next_meaning(place + 1)
                .map(|next| self.with_means(next)),
        };
        let (denied, is_sure) = match ahead {
            Some(denied) => (denied, true),
            None if supposes => return None,
            None => {
                let before = self.meaning_before(place)?;
                let word = &self.words[before];
                let is_topic = self.is(Role::Topic, place - 1) || word.text.ends_with("nya");
                (word.span.clone(), is_topic)
            }
        };
        Some(Denial {
            by,
            denied,
            sure: is_sure && !supposes && !is_asked,
        })
    }

    /// What is said not to be there: `blokirnya ga ada`, or `ada` itself where nothing was named: `ga ada di fa`.
    fn missing(&self, place: usize) -> Option<Range<usize>> {
        let ends = [Role::Courtesy, Role::Filler, Role::Somewhere];
        let next = place + 2;
        let is_over = next >= self.words.len()
            || self.begins_clause(next)
            || ends.into_iter().any(|role| self.is(role, next));
        let is_missing = self.is(Role::Existing, place + 1) && !self.begins_clause(place + 1);
        (is_missing && is_over).then(|| {
            let first = self.meaning_before(place).unwrap_or(place + 1);
            self.words[first].span.start..self.words[place + 1].span.end
        })
    }

    /// The words of the clause that begins here; politeness behind them ends it, and so does what sets something
    /// against it.
    fn clause_from(&self, from: usize) -> Option<Range<usize>> {
        let mut denied: Option<Range<usize>> = None;
        for place in from..self.words.len() {
            let is_courtesy = self.is(Role::Courtesy, place);
            // `bukan belum masuk` denies a denial.
            let is_next = self.denies(place) && place > from;
            let is_over = self.begins_clause(place) || is_next || self.is(Role::Supposing, place);
            if is_over || (is_courtesy && denied.is_some()) {
                break;
            }
            if !is_courtesy {
                let span = &self.words[place].span;
                let start = denied.map_or(span.start, |denied| denied.start);
                denied = Some(start..span.end);
            }
        }
        denied
    }

    /// The next word that carries a meaning, in the same clause.
    fn next_meaning(&self, from: usize) -> Option<Range<usize>> {
        let same_clause = || {
            let clause = (from..self.words.len()).take_while(|place| !self.begins_clause(*place));
            clause.take(SMALL_WORDS_MAX)
        };
        // `tidak pakai halo`: the last word is meant although it may be small elsewhere.
        let is_said =
            |place: &usize| !(self.is(Role::Courtesy, *place) || self.is(Role::Filler, *place));
        let meaning = same_clause()
            .find(|place| self.carries(*place))
            .or_else(|| same_clause().filter(is_said).last())?;
        Some(self.words[meaning].span.clone())
    }

    /// What is denied of doing something is denied of what it was done with: `ga bayar di grapari`; and what is not seen is
    /// denied: `belum kelihatan masuk`.
    fn with_means(&self, denied: Range<usize>) -> Range<usize> {
        let place = self
            .words
            .partition_point(|word| word.span.start < denied.start);
        let leads = self.is(Role::Means, place + 1) || self.is(Role::Somewhere, place + 1);
        let is_deed = self.is(Role::Carrier, place) && leads && !self.begins_clause(place + 1);
        let is_seen = self.is(Role::Existing, place) && !leads;
        let next = place + if is_seen { 1 } else { 2 };
        match self.next_meaning(next).filter(|_| is_deed || is_seen) {
            Some(means) => denied.start..means.end,
            None => denied,
        }
    }

    /// What a word with nothing behind it is about: the last word before it that carries a meaning, in the same clause.
    fn meaning_before(&self, place: usize) -> Option<usize> {
        let clause = || {
            let words = (1..=place).rev().take_while(|at| !self.begins_clause(*at));
            words.map(|at| at - 1).take(SMALL_WORDS_MAX)
        };
        let polite = [Role::Courtesy, Role::Filler, Role::Topic];
        let is_said = |at: &usize| !polite.into_iter().any(|role| self.is(role, *at));
        let meaning = clause().find(|at| self.carries(*at));
        meaning.or_else(|| clause().find(is_said))
    }

    /// The clauses that say of what is in them that it is not known.
    fn unknowns(&self, text: &str) -> Vec<Denial> {
        let everyday = &self.lexicon.everyday;
        let not_known = |place: &usize| {
            let mut next = (place + 1..self.words.len())
                .take_while(|place| !self.begins_clause(*place))
                .take(KNOWING_WORDS_MAX);
            self.denies(*place) && next.any(|place| self.is(Role::Knowing, place))
        };
        let places = (0..self.words.len()).filter(not_known);
        let mut said: Vec<Range<usize>> = everyday.find(Role::Unknown, text);
        said.extend(places.map(|place| self.words[place].span.clone()));
        said.sort_by_key(|span| span.start);
        let mut unknowns: Vec<Denial> = Vec::new();
        for by in said {
            let is_known = |last: &Denial| by.start < last.denied.end;
            if !unknowns.last().is_some_and(is_known) {
                let denied = self.clause_around(by.start);
                unknowns.push(Denial {
                    by,
                    denied,
                    sure: false,
                });
            }
        }
        unknowns
    }

    /// The clause in which a word is.
    fn clause_around(&self, at: usize) -> Range<usize> {
        let place = self.words.partition_point(|word| word.span.end <= at);
        let first = (0..=place).rev().find(|place| self.begins_clause(*place));
        let end = (place + 1..self.words.len()).find(|place| self.begins_clause(*place));
        let last = end.unwrap_or(self.words.len()) - 1;
        self.words[first.unwrap_or_default()].span.start..self.words[last].span.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        Lexicon::load(include_str!("../../data/lexicon.toml")).unwrap()
    }

    #[track_caller]
    fn check(text: &str, denied: &[&str]) {
        let found = denials(text, &lexicon()).into_iter();
        let found: Vec<&str> = found.map(|denial| &text[denial.denied]).collect();
        assert_eq!(found, denied, "{text}");
    }

    fn is_sure(text: &str) -> bool {
        denials(text, &lexicon()).iter().all(|denial| denial.sure)
    }

    #[track_caller]
    fn check_corrections(text: &str, words: &[&str]) {
        let found = corrections(text, &lexicon()).into_iter();
        let found: Vec<&str> = found.map(|span| &text[span]).collect();
        assert_eq!(found, words, "{text}");
    }

    #[test]
    fn an_exclusion_denies_its_clause() {
        check("bukan kartu halo", &["kartu halo"]);
        check("bukan belum masuk", &["belum masuk", "masuk"]);
        check("bukan halo tapi simpati", &["halo"]);
        check("bukan halo, simpati", &["halo"]);
        check("bukan halo atau simpati", &["halo atau simpati"]);
        check("bkn halo kak, loop", &["halo"]);
        check("semua kecuali sms", &["sms"]);
        check("simpati bukan halo", &["halo"]);
    }

    #[test]
    fn a_plain_negation_denies_the_next_word_with_a_meaning() {
        check("tidak aktif", &["aktif"]);
        check("ga pakai dana", &["dana"]);
        check("ga bayar di grapari", &["bayar di grapari"]);
        check("loop, eh bkn deng simpati", &[]);
        check("belum kelihatan masuk pembayarannya", &["kelihatan masuk"]);
        check("belum aktif udah bayar via bca", &["aktif"]);
        check("ga bisa internet", &["bisa"]);
        check("internet ga bisa, telpon bisa", &["bisa"]);
    }

    #[test]
    fn a_negation_with_nothing_behind_it_denies_what_is_before_it() {
        check("masuk sih engga", &["masuk"]);
        check("aktifnya belum kak", &["aktifnya"]);
        check("internet tidak, sms bisa", &["internet"]);
        check("tagihannya lunas, aktif mah blm", &["aktif"]);
        assert!(is_sure("masuk sih engga"));
        assert!(!is_sure("sudah masuk belum"), "it may be asked");
        assert!(!is_sure("masuk sih engga ya?"));
    }

    #[test]
    fn what_is_thought_asked_or_not_known_is_left_open() {
        check("kirain halo ternyata loop", &["halo"]);
        check("dikira ovo, gopay", &["ovo"]);
        check("aktif apa engga", &["aktif"]);
        check("lupa ovo apa gopay", &["lupa ovo apa gopay"]);
        assert!(!is_sure("kirain halo"));
        assert!(!is_sure("lupa ovo apa gopay"));
        assert!(is_sure("bukan halo"));
    }

    #[test]
    fn a_correction_takes_back_what_is_before_it() {
        check_corrections("ovo eh salah, gopay", &["eh", "salah"]);
        check_corrections("dikira halo ternyata loop", &["ternyata"]);
        check_corrections("kalo ga salah halo", &[]);
        check_corrections("loop, eh bkn deng simpati", &["eh bkn deng"]);
        check_corrections("asep, eh bukan, acep", &["eh bukan"]);
        check_corrections("gold, eh bukan platinum", &["eh"]);
    }

    #[test]
    fn what_denies_nothing_is_no_denial() {
        check("bukan kak", &[]);
        check("bukan cuma sms", &[]);
        check("halo", &[]);
    }
}
