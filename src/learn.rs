//! Learning from what was not answered: questions that say the same in groups, and the files that a group goes into.
//!
//! Questions are compared by their stems (rarer ones count more) and, less, by pieces of their letters, so that slips of
//! the finger meet. Grouping is average linkage over pairs that share something: two groups become one while their
//! members are, on average, alike. The same questions in any order give the same groups.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use crate::import::write::one_a_line;
use crate::text::{Lexicon, fold, stem, words};

/// Groups that are less alike than this on average say different things. At 0.45 a slip of the finger in a question of
/// three words kept it apart; at 0.3 questions met that share one word of three.
const ALIKE_MIN: f32 = 0.38;
/// What the letters of a question are worth beside its words.
const WEIGHT_PIECES: f32 = 0.25;
/// Letters are compared in pieces of this length.
const PIECE_CHARS: usize = 4;
/// A stem that more than this share of the questions have says nothing about which are alike, and comparing all of them
/// would cost the square of their number.
const COMMON_SHARE: f32 = 0.25;
/// Below this number of questions every stem is compared.
const COMMON_FROM: usize = 40;
/// Different wordings of one group that are worth learning; more of the same teach nothing.
const TAUGHT_MAX: usize = 20;

/// Questions that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionGroup {
    /// Its name in commands: the same as long as the same question is most like the others.
    pub id: String,
    /// The question that is most like the others.
    pub leader: usize,
    /// The places of all its questions, in order.
    pub members: Vec<usize>,
}

/// Groups questions, the largest group first.
pub fn groups(questions: &[&str], lexicon: &Lexicon) -> Vec<QuestionGroup> {
    // The same words are the same question: most repetitions cost nothing.
    let mut distinct: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, question) in questions.iter().enumerate() {
        distinct
            .entry(fold(&unmasked(question)).text)
            .or_default()
            .push(at);
    }
    let distinct: Vec<(String, Vec<usize>)> = distinct.into_iter().collect();
    let texts: Vec<&str> = distinct.iter().map(|(text, _)| text.as_str()).collect();
    let vectors = vectors(&texts, lexicon);
    let alike = pairs(&vectors);
    let mut groups: Vec<QuestionGroup> = linked(texts.len(), &alike)
        .into_iter()
        .map(|places| {
            let closeness = |place: usize| -> f32 {
                let others = places.iter().filter(|&&other| other != place);
                let sum: f32 = others
                    .map(|&other| likeness(&alike, place, other) * weight(&distinct, other))
                    .sum();
                sum + weight(&distinct, place)
            };
            let leader = places
                .iter()
                .copied()
                .max_by(|&a, &b| closeness(a).total_cmp(&closeness(b)).then(b.cmp(&a)));
            let leader = leader.expect("a group has a member");
            let mut members: Vec<usize> = places
                .iter()
                .flat_map(|&place| distinct[place].1.iter().copied())
                .collect();
            members.sort_unstable();
            QuestionGroup {
                id: name(&distinct[leader].0),
                leader: distinct[leader].1[0],
                members,
            }
        })
        .collect();
    groups.sort_by(|a, b| b.members.len().cmp(&a.members.len()).then(a.id.cmp(&b.id)));
    groups
}

/// Returns which questions say the same as one of these messages.
pub fn like_any(questions: &[&str], messages: &[&str], lexicon: &Lexicon) -> Vec<bool> {
    let cleaned: Vec<String> = questions
        .iter()
        .chain(messages)
        .map(|text| fold(&unmasked(text)).text)
        .collect();
    let texts: Vec<&str> = cleaned.iter().map(String::as_str).collect();
    let vectors = vectors(&texts, lexicon);
    let mut like: Vec<bool> = (0..questions.len())
        .map(|at| messages_equal(&texts, at, questions.len()))
        .collect();
    for (&(one, other), &likeness) in &pairs(&vectors) {
        if one < questions.len() && other >= questions.len() && likeness >= ALIKE_MIN {
            like[one] = true;
        }
    }
    like
}

fn messages_equal(texts: &[&str], at: usize, from: usize) -> bool {
    texts[from..].contains(&texts[at])
}

/// The different wordings of a group, as a file may have them.
pub fn wordings(group: &QuestionGroup, questions: &[&str]) -> Vec<String> {
    let mut seen = Vec::new();
    let mut wordings = Vec::new();
    for &member in std::iter::once(&group.leader).chain(&group.members) {
        let text = unmasked(questions[member]);
        let folded = fold(&text).text;
        if !text.is_empty() && !seen.contains(&folded) && wordings.len() < TAUGHT_MAX {
            seen.push(folded);
            wordings.push(text);
        }
    }
    wordings
}

/// Leaves out what was masked: a number that is not there any more teaches nothing.
pub fn unmasked(text: &str) -> String {
    let kept = text.split_whitespace().filter(|word| !word.contains("**"));
    kept.collect::<Vec<_>>().join(" ")
}

fn name(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .take(3)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn weight(distinct: &[(String, Vec<usize>)], place: usize) -> f32 {
    distinct[place].1.len() as f32
}

/// The words of each question with their weights, each of length one.
fn vectors(texts: &[&str], lexicon: &Lexicon) -> Vec<Vec<(u32, f32)>> {
    let mut ids: HashMap<String, u32> = HashMap::new();
    let mut id = |feature: String| {
        let next = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        *ids.entry(feature).or_insert(next)
    };
    let mut features: Vec<Vec<(u32, f32)>> = Vec::with_capacity(texts.len());
    for text in texts {
        let said = words(text, lexicon);
        let content: Vec<&String> = said
            .iter()
            .filter(|word| !lexicon.is_function(word))
            .collect();
        // A question of function words alone is compared by them.
        let said: Vec<&String> = if content.is_empty() {
            said.iter().collect()
        } else {
            content
        };
        let mut own: BTreeMap<u32, f32> = BTreeMap::new();
        for word in said {
            let concept = stem(lexicon.concept(word).unwrap_or(word));
            own.entry(id(concept)).or_insert(1.0);
            let letters: Vec<char> = format!("^{word}$").chars().collect();
            for piece in letters.windows(PIECE_CHARS) {
                own.entry(id(format!("\u{1}{}", piece.iter().collect::<String>())))
                    .or_insert(WEIGHT_PIECES);
            }
        }
        features.push(own.into_iter().collect());
    }
    let mut seen: HashMap<u32, f32> = HashMap::new();
    for (feature, _) in features.iter().flatten() {
        *seen.entry(*feature).or_default() += 1.0;
    }
    let total = texts.len().max(1) as f32;
    for own in &mut features {
        for (feature, value) in own.iter_mut() {
            *value *= 1.0 + (total / seen[feature]).ln();
        }
        let length = own
            .iter()
            .map(|(_, value)| value * value)
            .sum::<f32>()
            .sqrt();
        own.iter_mut()
            .for_each(|(_, value)| *value /= length.max(f32::MIN_POSITIVE));
    }
    features
}

/// How alike the pairs are that share something telling.
fn pairs(vectors: &[Vec<(u32, f32)>]) -> BTreeMap<(usize, usize), f32> {
    let mut filed: HashMap<u32, Vec<(usize, f32)>> = HashMap::new();
    for (at, vector) in vectors.iter().enumerate() {
        for &(feature, value) in vector {
            filed.entry(feature).or_default().push((at, value));
        }
    }
    let common = if vectors.len() < COMMON_FROM {
        usize::MAX
    } else {
        (vectors.len() as f32 * COMMON_SHARE) as usize
    };
    let mut alike = BTreeMap::new();
    let mut sums = vec![0.0f32; vectors.len()];
    for (at, vector) in vectors.iter().enumerate() {
        let mut touched = Vec::new();
        for &(feature, value) in vector {
            let posted = &filed[&feature];
            if posted.len() > common {
                continue;
            }
            for &(other, weight) in posted.iter().filter(|(other, _)| *other > at) {
                if sums[other] == 0.0 {
                    touched.push(other);
                }
                sums[other] += value * weight;
            }
        }
        for other in touched {
            if sums[other] >= ALIKE_MIN / 2.0 {
                alike.insert((at, other), sums[other]);
            }
            sums[other] = 0.0;
        }
    }
    alike
}

fn likeness(alike: &BTreeMap<(usize, usize), f32>, one: usize, other: usize) -> f32 {
    let pair = (one.min(other), one.max(other));
    alike.get(&pair).copied().unwrap_or(0.0)
}

/// Joins the most alike first, as long as two groups are alike on average.
fn linked(count: usize, alike: &BTreeMap<(usize, usize), f32>) -> Vec<Vec<usize>> {
    let mut group_of: Vec<usize> = (0..count).collect();
    let mut groups: Vec<Vec<usize>> = (0..count).map(|at| vec![at]).collect();
    let mut order: Vec<(&(usize, usize), f32)> =
        alike.iter().map(|(pair, &value)| (pair, value)).collect();
    order.retain(|(_, value)| *value >= ALIKE_MIN);
    order.sort_by(|(pair, a), (other, b)| b.total_cmp(a).then(pair.cmp(other)));
    for (&(one, other), _) in order {
        let (into, from) = (
            group_of[one].min(group_of[other]),
            group_of[one].max(group_of[other]),
        );
        if into == from {
            continue;
        }
        let between = groups[into]
            .iter()
            .flat_map(|&a| groups[from].iter().map(move |&b| (a, b)));
        let sum: f32 = between.map(|(a, b)| likeness(alike, a, b)).sum();
        let average = sum / (groups[into].len() * groups[from].len()) as f32;
        if average >= ALIKE_MIN {
            let moved = std::mem::take(&mut groups[from]);
            for &place in &moved {
                group_of[place] = into;
            }
            groups[into].extend(moved);
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// Adds utterances to an SOP file, leaving everything else in it as it is: comments, order, layout.
///
/// # Errors
///
/// When the file is not TOML, or its `match` is something else than a table.
pub fn with_utterances(file: &str, new: &[String]) -> Result<String, String> {
    let mut document: DocumentMut = file
        .parse()
        .map_err(|error: toml_edit::TomlError| error.to_string())?;
    let matching = document.entry("match").or_insert(Item::Table(Table::new()));
    let matching: &mut dyn TableLike = matching
        .as_table_like_mut()
        .ok_or("`match` is not a table")?;
    let utterances = matching
        .entry("utterances")
        .or_insert(toml_edit::value(Array::new()));
    let utterances = utterances
        .as_array_mut()
        .ok_or("`utterances` is not a list")?;
    let had: Vec<String> = utterances
        .iter()
        .filter_map(Value::as_str)
        .map(|text| fold(text).text)
        .collect();
    let is_spread = utterances.iter().next().is_some_and(|first| {
        let prefix = first.decor().prefix().and_then(|prefix| prefix.as_str());
        prefix.is_some_and(|prefix| prefix.contains('\n'))
    });
    let was_empty = utterances.is_empty();
    for text in new.iter().filter(|text| !had.contains(&fold(text).text)) {
        let mut value = Value::from(text.as_str());
        let prefix = if is_spread || was_empty {
            "\n    "
        } else {
            " "
        };
        value.decor_mut().set_prefix(prefix);
        utterances.push_formatted(value);
    }
    if was_empty {
        one_a_line(utterances);
    }
    Ok(document.to_string())
}

/// Adds messages to a list of one a line, those that are not in it.
pub fn with_lines(file: &str, new: &[String]) -> String {
    let had: Vec<String> = file.lines().map(|line| fold(line).text).collect();
    let mut text = file.to_owned();
    for line in new.iter().filter(|line| !had.contains(&fold(line).text)) {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        // A line that begins with this would be a comment.
        text += line.trim_start_matches(['#', ' ']);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        Lexicon::load("function = [\"yang di ke gimana apa saya mau\"]\n[slang]\n\"belum\" = [\"blm\"]\n\"pulsa\" = [\"plsa\"]\n\"tidak\" = [\"ga\"]\n").unwrap()
    }

    const ASKED: [&str; 9] = [
        "kartu hilang mau blokir gimana",
        "plsa blm masuk",
        "cara blokir kartu yang hilang",
        "pulsa belum masuk",
        "roaming ke singapura berapa",
        "kartu hilang tolong blokir ****-****-*234",
        "Pulsa belum masuk",
        "tarif roaming singapura",
        "mau blokir krtu hilang",
    ];

    fn sorted(groups: &[QuestionGroup], asked: &[&str]) -> Vec<Vec<String>> {
        let mut told: Vec<Vec<String>> = groups
            .iter()
            .map(|group| {
                let mut texts: Vec<String> = group
                    .members
                    .iter()
                    .map(|&at| asked[at].to_owned())
                    .collect();
                texts.sort();
                texts
            })
            .collect();
        told.sort();
        told
    }

    #[test]
    fn questions_that_say_the_same_are_one_group_and_the_largest_comes_first() {
        let groups = groups(&ASKED, &lexicon());
        let members: Vec<&[usize]> = groups
            .iter()
            .map(|group| group.members.as_slice())
            .collect();
        assert_eq!(members, [&[0, 2, 5, 8][..], &[1, 3, 6], &[4, 7]]);
    }

    #[test]
    fn the_order_of_questions_changes_nothing() {
        let mut turned = ASKED;
        turned.reverse();
        let (one, other) = (groups(&ASKED, &lexicon()), groups(&turned, &lexicon()));
        assert_eq!(sorted(&one, &ASKED), sorted(&other, &turned));
        let names = |groups: &[QuestionGroup]| {
            groups
                .iter()
                .map(|group| group.id.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&one), names(&other));
    }

    #[test]
    fn masked_numbers_are_not_learned() {
        let groups = groups(&ASKED, &lexicon());
        let wordings = wordings(&groups[0], &ASKED);
        assert!(
            wordings.contains(&"kartu hilang tolong blokir".to_owned()),
            "{wordings:?}"
        );
        assert!(wordings.iter().all(|wording| !wording.contains('*')));
    }

    #[test]
    fn utterances_join_a_file_that_keeps_its_comments() {
        let file = "# milik tim A\nid = \"x\"\n\n[match] # cara bertanya\nutterances = [\n    \"satu\", # dari lead\n    \"dua\",\n]\n\n[[section]]\nid = \"s\"\n";
        let new = ["tiga".to_owned(), "Satu".to_owned()];
        let edited = with_utterances(file, &new).unwrap();
        let expected = file.replace("    \"dua\",\n", "    \"dua\",\n    \"tiga\",\n");
        assert_eq!(edited, expected);
        assert!(with_utterances("match = 3", &new).is_err());
    }

    #[test]
    fn lines_join_a_list_once() {
        let file = "# luar\nsatu";
        let new = ["dua".to_owned(), "SATU".to_owned(), "# tiga".to_owned()];
        assert_eq!(with_lines(file, &new), "# luar\nsatu\ndua\ntiga\n");
    }
}
