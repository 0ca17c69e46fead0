//! What agents say to steer the bot, read as acts: `batalin aja bang`, `bentar masih ditanya`, `bikinin tiketnya dong`.
//!
//! The words are data (`data/talk.toml`). A row has *heads*, the words that mean the act, and words that may be said
//! *with* a head. A clause is an act when a head is in it and every other word is a courtesy, a function word or one of
//! those. Words are compared as they were meant (slang replaced, affixes and slips taken off), so new wordings of known
//! words are understood. What is no talk is left to whoever reads values and questions.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::{Lexicon, Role, TokenKind, Utterance, stem};
use crate::act::Act;

/// The shipped rows, for those who have no file of their own.
const SHIPPED: &str = include_str!("../../data/talk.toml");
/// Shorter words are too like each other to be mended.
const REPAIRED_CHARS_MIN: usize = 5;
/// Marks a head that is compared as it is written: `=tiketin` asks for something that `tiket` does not.
const AS_WRITTEN: char = '=';
/// So many words behind a head bear on it.
const UNLESS_WORDS: usize = 4;
/// A word of so few letters may be colour.
const LITTLE_CHARS_MAX: usize = 5;
/// Longer messages are told, not talked.
const WORDS_MAX: usize = 60;

/// The rows of talk.
#[derive(Debug, Clone, Default)]
pub struct Talk {
    rows: Vec<Row>,
    /// Every word of a head, for mending slips.
    vocabulary: BTreeSet<String>,
}

/// One act and how it is said.
#[derive(Debug, Clone)]
struct Row {
    act: Act,
    heads: Vec<Vec<String>>,
    with: FxHashSet<String>,
    unless: FxHashSet<String>,
    unless_before: FxHashSet<String>,
    denied: Option<Act>,
    keeps_rest: bool,
    may_ask: bool,
}

/// A row as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowFile {
    act: String,
    heads: String,
    #[serde(default)]
    with: String,
    #[serde(default)]
    unless: String,
    #[serde(default)]
    unless_before: String,
    #[serde(default)]
    denied: Option<String>,
    #[serde(default)]
    rest: bool,
    #[serde(default)]
    question: bool,
}

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TalkFile {
    talk: Vec<RowFile>,
}

/// What is wrong with the rows.
#[derive(Debug, thiserror::Error)]
pub enum TalkError {
    /// Not the expected TOML.
    #[error("the rows of talk cannot be read")]
    Toml(#[from] toml::de::Error),
    /// There is no such act.
    #[error("`{0}` is no act: use a code that `data/talk.toml` has")]
    UnknownAct(String),
}

/// An act that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Talked {
    /// The act.
    pub act: Act,
    /// What was said besides, as typed.
    pub rest: String,
    /// No word had to be mended, and nothing was said besides.
    pub plain: bool,
}

/// A word of a message as it is compared.
#[derive(Debug)]
struct Word {
    stem: String,
    written: String,
    /// Where it is in the message, in bytes.
    span: std::ops::Range<usize>,
    /// It may be said beside anything.
    light: bool,
    /// Short, in small letters, and in no list.
    is_little: bool,
    denies: bool,
    asks: bool,
    /// `bisa buatin tiketnya?` is a request.
    offers: bool,
}

impl Talk {
    /// The rows that come with the program.
    pub fn shipped(lexicon: &Lexicon) -> Talk {
        Talk::load(SHIPPED, lexicon).expect("a test reads the shipped rows")
    }

    /// Reads rows from TOML.
    pub fn load(source: &str, lexicon: &Lexicon) -> Result<Talk, TalkError> {
        let file: TalkFile = toml::from_str(source)?;
        let mut talk = Talk::default();
        for row in file.talk {
            let stems = |list: &str| -> FxHashSet<String> {
                let read = |word| stems_of(word, lexicon);
                list.split_whitespace().flat_map(read).collect()
            };
            let heads = row.heads.split(',').map(|head| stems_of(head, lexicon));
            let heads: Vec<_> = heads.filter(|head| !head.is_empty()).collect();
            talk.vocabulary.extend(heads.iter().flatten().cloned());
            let denies = |word: &&String| lexicon.everyday.has(Role::Negation, word);
            let mut with = stems(&row.with);
            with.extend(heads.iter().flatten().filter(|word| !denies(word)).cloned());
            talk.rows.push(Row {
                act: act_of(&row.act)?,
                with,
                unless: stems(&row.unless),
                unless_before: stems(&row.unless_before),
                denied: row.denied.as_deref().map(act_of).transpose()?,
                keeps_rest: row.rest,
                may_ask: row.question,
                heads,
            });
        }
        Ok(talk)
    }

    /// Reads a message as an act: all of it, or the first clause that is one beside others.
    pub fn hear(&self, text: &str, lexicon: &Lexicon) -> Option<Talked> {
        if text.split_whitespace().nth(WORDS_MAX).is_some() {
            return None;
        }
        let asks = text.contains('?');
        if let Some(labelled) = text.find(':') {
            let leading = self.before_labels(text, labelled, lexicon);
            return leading.or_else(|| self.beside_labels(text, lexicon));
        }
        if let Some(talked) = self.in_clause(text, text, 0, asks, lexicon) {
            return Some(talked);
        }
        let clauses = clauses(text);
        let several = clauses.len() > 1;
        clauses.into_iter().filter(|_| several).find_map(|clause| {
            let found = self.in_clause(text, &text[clause.clone()], clause.start, asks, lexicon)?;
            let is_kept = matches!(found.act, Act::Part(_)) || self.keeps_rest(&found.act);
            (found.rest.is_empty() || is_kept).then_some(found)
        })
    }

    /// The act that leads labelled values, as a template is pasted: a labelled value itself is data, whatever it sounds like.
    fn before_labels(&self, text: &str, labelled: usize, lexicon: &Lexicon) -> Option<Talked> {
        let line = text[..labelled].rfind(['\n', ';']);
        // `Tolong buat tiket isi ulang: 0812-...` has no line of its own.
        let lead = ..line.unwrap_or(labelled);
        let talked = self.in_clause(text, &text[lead], 0, false, lexicon)?;
        let is_request = line.is_some() || text[lead].trim().contains(' ');
        (is_request && self.keeps_rest(&talked.act)).then_some(talked)
    }

    /// A ticket that is asked for in a clause of its own beside labelled values.
    fn beside_labels(&self, text: &str, lexicon: &Lexicon) -> Option<Talked> {
        clauses(text).into_iter().find_map(|clause| {
            let said = &text[clause.clone()];
            let talked = self.in_clause(text, said, clause.start, false, lexicon)?;
            let is_request = !said.contains(':') && matches!(talked.act, Act::Ticket(_));
            is_request.then_some(talked)
        })
    }

    /// The act of a clause at `from` in the text, with the rest of the text.
    fn in_clause(
        &self,
        text: &str,
        clause: &str,
        from: usize,
        asks: bool,
        lexicon: &Lexicon,
    ) -> Option<Talked> {
        let (words, mended) = self.words(clause, lexicon);
        let mut found: Option<(usize, bool, Talked)> = None;
        for row in &self.rows {
            let Some((head, act)) = row.head_in(&words, asks) else {
                continue;
            };
            let beside = |at: &usize| !head.contains(at);
            let mut outside: Vec<_> = (0..words.len())
                .filter(beside)
                .filter(|at| !words[*at].light && !row.with.contains(&words[*at].stem))
                .collect();
            // One little word that no list has is colour: `ga tau euy`.
            if let [one] = outside[..]
                && words[one].is_little
                && !row.may_ask
                && head.len() > 1
            {
                outside.clear();
            }
            let whole = outside.is_empty();
            // Words that only lead to the head, or follow it, are no part of what is said besides.
            let leads = |at: &usize| !outside.contains(at);
            let follows = |at: &usize| words[*at].light;
            let first = (0..head.start).rev().take_while(leads).last();
            let last = (head.end..words.len()).take_while(follows).last();
            let (first, last) = (first.unwrap_or(head.start), last.unwrap_or(head.end - 1));
            // In the middle of a sentence a head is a part of it.
            if !whole && first > 0 && last + 1 < words.len() {
                continue;
            }
            if !whole && !row.keeps_rest {
                continue;
            }
            let better = match &found {
                None => true,
                Some((length, was_whole, _)) => (whole, head.len()) > (*was_whole, *length),
            };
            if better {
                let cut = match whole {
                    true => from..from + clause.len(),
                    false => from + words[first].span.start..from + words[last].span.end,
                };
                let rest = without(text, cut);
                let plain = whole && rest.is_empty() && !mended;
                found = Some((head.len(), whole, Talked { act, rest, plain }));
            }
        }
        found.map(|(_, _, talked)| talked)
    }

    /// The words of a clause as they were meant, and whether one had to be mended.
    fn words(&self, clause: &str, lexicon: &Lexicon) -> (Vec<Word>, bool) {
        let utterance = Utterance::new(clause);
        let mut mended = false;
        let words = lexicon.read(&utterance).into_iter().map(|spoken| {
            let token = &utterance.tokens[spoken.token];
            let is_word = spoken.kind == TokenKind::Word;
            let written = utterance.text(token);
            let mut stem = stem(bare(spoken.text, lexicon));
            let everyday = &lexicon.everyday;
            let denies = everyday.has(Role::Negation, spoken.text);
            let courtesy = [Role::Courtesy, Role::Filler, Role::Acknowledging]
                .iter()
                .any(|role| everyday.has(*role, spoken.text) || everyday.has(*role, written));
            if is_word
                && !courtesy
                && !self.vocabulary.contains(&stem)
                && !lexicon.is_known(spoken.text)
                && let Some(near) = self.nearest(&stem)
            {
                mended = true;
                stem = near;
            }
            let function = lexicon.is_function(spoken.text);
            let is_small = written.chars().all(char::is_lowercase);
            let is_short = written.len() <= LITTLE_CHARS_MAX;
            Word {
                is_little: is_word && is_small && is_short && !lexicon.is_known(spoken.text),
                light: is_word && !denies && (courtesy || function),
                span: token.span.clone(),
                asks: everyday.has(Role::Asking, spoken.text)
                    || everyday.has(Role::Asking, written),
                denies,
                offers: everyday.has(Role::Requesting, spoken.text),
                stem,
                written: written.to_lowercase(),
            }
        });
        (words.collect(), mended)
    }

    /// Whether an act may be said in one clause of a message beside others.
    fn keeps_rest(&self, act: &Act) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|row| row.act == *act && row.keeps_rest)
    }

    /// The one word of a head that is a slip of the finger away.
    fn nearest(&self, word: &str) -> Option<String> {
        if word.chars().count() < REPAIRED_CHARS_MIN {
            return None;
        }
        let near = |known: &&String| {
            known.len() >= REPAIRED_CHARS_MIN && strsim::osa_distance(known, word) == 1
        };
        let mut found = self.vocabulary.iter().filter(near);
        let only = found.next()?;
        found.next().is_none().then(|| only.clone())
    }
}

impl Row {
    /// Where the longest head of the row is, and what it means there; none where something speaks against it.
    fn head_in(&self, words: &[Word], asks: bool) -> Option<(std::ops::Range<usize>, Act)> {
        let mut heads: Vec<_> = (self.heads.iter())
            .filter_map(|head| (0..words.len()).find_map(|start| head_at(head, words, start)))
            .collect();
        heads.sort_by_key(|head| std::cmp::Reverse(head.len()));
        let meant = |head: std::ops::Range<usize>| self.meant_at(head, words, asks);
        // A word that is denied does not take away what another one says.
        let found: Vec<_> = heads.into_iter().filter_map(meant).collect();
        let direct = found.iter().find(|(_, act)| *act == self.act);
        direct.or(found.first()).cloned()
    }

    /// What a head means where it is.
    fn meant_at(
        &self,
        head: std::ops::Range<usize>,
        words: &[Word],
        asks: bool,
    ) -> Option<(std::ops::Range<usize>, Act)> {
        let (before, behind) = (&words[..head.start], &words[head.end..]);
        let mut near = before.iter().chain(behind.iter().take(UNLESS_WORDS));
        if near.any(|word| self.unless.contains(&word.stem))
            || (before.iter()).any(|word| self.unless_before.contains(&word.stem))
        {
            return None;
        }
        // `dibuatin tiket ga`, `dicatat di tiket?` ask about it.
        let ends_asking = behind.last().is_some_and(|word| word.denies)
            && !(words.iter()).any(|word| word.offers);
        let names_it = head.len() == 1 && words.len() > 1;
        let is_question = outside_asks(words, &head)
            || self.keeps_rest && ends_asking
            || asks && (!self.keeps_rest || names_it && !words.iter().any(|word| word.offers));
        let is_denied = before.iter().rev().take(2).any(|word| word.denies);
        match (is_denied, &self.denied) {
            (true, Some(other)) => Some((head.start.saturating_sub(1)..head.end, other.clone())),
            (true, None) => None,
            (false, _) if is_question && !self.may_ask => None,
            (false, _) => Some((head, self.act.clone())),
        }
    }
}

/// The word without the possessive that agents glue to anything, where it is slang: `plgnya`.
fn bare<'a>(word: &'a str, lexicon: &'a Lexicon) -> &'a str {
    let meaning = word
        .strip_suffix("nya")
        .and_then(|word| lexicon.meaning(word));
    match meaning {
        Some([one]) => one,
        _ => word,
    }
}

/// Whether a question word is said beside a head.
fn outside_asks(words: &[Word], head: &std::ops::Range<usize>) -> bool {
    let beside = words
        .iter()
        .enumerate()
        .filter(|(place, _)| !head.contains(place));
    beside.into_iter().any(|(_, word)| word.asks)
}

/// Where a head is that begins at a word; light words may be between its own.
fn head_at(head: &[String], words: &[Word], start: usize) -> Option<std::ops::Range<usize>> {
    let fits = |head: &str, word: &Word| match head.strip_prefix(AS_WRITTEN) {
        Some(written) => word.written == written,
        None => word.stem == head,
    };
    let mut at = start;
    for (place, stem) in head.iter().enumerate() {
        while place > 0 && !fits(stem, words.get(at)?) && words[at].light {
            at += 1;
        }
        if !fits(stem, words.get(at)?) {
            return None;
        }
        at += 1;
    }
    Some(start..at)
}

fn act_of(code: &str) -> Result<Act, TalkError> {
    let spelled = match code.contains(':') {
        true => code.to_owned(),
        false => format!("{code}:"),
    };
    match Act::parse(&spelled) {
        Act::Unknown(_) if code == "forward" => Ok(Act::Forward(String::new())),
        Act::Unknown(_) => Err(TalkError::UnknownAct(code.to_owned())),
        act => Ok(act),
    }
}

fn stems_of(words: &str, lexicon: &Lexicon) -> Vec<String> {
    if words.trim().starts_with(AS_WRITTEN) {
        return vec![words.trim().to_owned()];
    }
    let utterance = Utterance::new(words.trim());
    let spoken = lexicon.read(&utterance).into_iter();
    spoken.map(|word| stem(word.text)).collect()
}

/// The clauses of a message: what commas, full stops and line ends part.
fn clauses(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut from = 0;
    let mut found = Vec::new();
    let breaks = text.match_indices([',', ';', '.', '!', '?', '\n']);
    for (at, mark) in breaks.chain([(text.len(), "")]) {
        if !text[from..at].trim().is_empty() {
            found.push(from..at);
        }
        from = at + mark.len();
    }
    found
}

/// The text without a part, trimmed of the marks around it.
fn without(text: &str, cut: std::ops::Range<usize>) -> String {
    let is_mark = |c: char| c.is_whitespace() || ",.;:!".contains(c);
    let before = text[..cut.start].trim_matches(is_mark);
    let after = text[cut.end..].trim_matches(is_mark);
    let joint = if before.is_empty() || after.is_empty() {
        ""
    } else {
        ", "
    };
    format!("{before}{joint}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        Lexicon::load(include_str!("../../data/lexicon.toml")).expect("the lexicon is well formed")
    }

    #[test]
    fn talk_is_read_as_an_act_in_many_wordings() {
        let lexicon = lexicon();
        let talk = Talk::shipped(&lexicon);
        let check = |text: &str, code: &str| {
            let heard = talk.hear(text, &lexicon);
            let heard = heard.map_or("-".to_owned(), |talked| talked.act.code());
            assert_eq!(heard.trim_end_matches(':'), code, "{text}");
        };
        for text in [
            "batal bang",
            "batalin aja deh",
            "Cancel dong kak",
            "ga usah jadi",
            "gajadi bos",
            "hapus drafnya",
            "udah nyala nomornya, ga jadi",
            "btal dong min",
            "tolong dibatalkan ya",
        ] {
            let expected = if text == "btal dong min" {
                "-"
            } else {
                "cancel"
            };
            check(text, expected);
        }
        for text in [
            "nanti pak",
            "tunda dulu ada telpon lain",
            "jangan dikirim dulu",
            "simpan dulu ya bu",
            "pending dulu ada customer masuk",
        ] {
            check(text, "park");
        }
        for text in [
            "bentar",
            "sebentar ya masih loading dsc nya",
            "hmm",
            "lagi ditanyain",
            "masih ditanya ke pelanggan",
            "bntr kak lagi dicek",
            "tunggu ya pelanggannya lama jawabnya",
        ] {
            check(text, "wait");
        }
        for text in ["makasih kak", "oke makasih banyak ya infonya", "mantap"] {
            check(text, "thanks");
        }
        for text in [
            "bikinin tiket dong",
            "tolong buatin tiketnya",
            "gas tiket",
            "ok lanjut tiket",
            "tiketin",
            "open tiket pulsa blm masuk",
            "bisa buatin tiketnya?",
        ] {
            check(text, "ticket");
        }
        check("kirim aja", "send");
        check("kembali bu", "back");
        check("bantuan gan", "help");
        check("lewati bos", "skip");
        check("lanjut yang tadi", "resume");
        check("ada plg lain nih, pulsa blm masuk", "new-case");
        check("jangan dibatalin", "undo");
    }

    #[test]
    fn what_is_told_is_no_talk() {
        let lexicon = lexicon();
        let talk = Talk::shipped(&lexicon);
        for text in [
            "Oke Setiawan",
            "Gold",
            "Bandung",
            "pelanggan mau batal langganan ott",
            "ganti nomor jadi 0812-0000-9999",
            "gagal kirim sms",
            "kapan harus buat tiket?",
            "Budi Santoso",
            "kemarin jam 9 pagi",
            "lewat bca",
            "dana belum kembali",
            "Siti Aminah",
            "50rb",
        ] {
            assert_eq!(talk.hear(text, &lexicon), None, "{text}");
        }
    }

    #[test]
    fn the_rest_of_a_request_is_kept() {
        let lexicon = lexicon();
        let talk = Talk::shipped(&lexicon);
        let heard = talk
            .hear("bikinin tiket dong, isi ulang 50rb blm masuk", &lexicon)
            .expect("a ticket");
        assert_eq!(heard.act, Act::Ticket(None));
        assert_eq!(heard.rest, "isi ulang 50rb blm masuk");
    }
}
