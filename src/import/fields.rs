//! From the lines under "Mandatory Ticket" to form fields: known ones where a label fits, new ones where none does, and
//! conditions where the text says `khusus`.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::headings::{is_like, without_brackets};
use super::ids::slug;
use super::parts::Node;
use super::words::{Says, WORDS};
use crate::catalog::condition::{CHANNEL_KIND, Condition};
use crate::catalog::file::{FieldFile, FieldSpecFile, KindName, OptionFile};
use crate::text::fold;

/// A field that some form of the catalogue has already.
#[derive(Debug, Clone)]
pub struct KnownField {
    /// As it is written there.
    pub file: FieldFile,
    /// The SOP whose form has it; none for a shared field.
    pub of: Option<String>,
}

/// What became of the lines.
#[derive(Debug, Default)]
pub struct Mapped {
    /// The fields in the document's order.
    pub fields: Vec<FieldFile>,
    /// Where each came from, for the report: the document's words and the field.
    pub origins: Vec<Origin>,
    /// Conditions that could not be tied to a field: the line, the words.
    pub loose: Vec<(usize, String)>,
}

/// How one field was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The document's line.
    pub line: usize,
    /// What it calls the field.
    pub words: String,
    /// The field's id.
    pub field: String,
    /// Where its definition came from.
    pub from: From,
}

/// Where a field's definition came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// `fields.toml`.
    Shared,
    /// Another SOP's form.
    Sop(String),
    /// Nowhere: its kind is guessed from its name.
    New,
}

/// Names with more characters than this are sentences.
const LABEL_CHARS_MAX: usize = 70;
/// Likeness at which a name is another's.
const LIKE_MIN: f64 = 0.93;
/// An option this long, of a field that the document does not list, is no word that happens to be in its condition.
const BROUGHT_CHARS_MIN: usize = 8;
/// Maps points to fields.
pub fn map(nodes: &[Node], known: &[KnownField]) -> Mapped {
    let mut mapped = Mapped::default();
    let mut asked: Vec<WantedField> = Vec::new();
    for node in nodes {
        wanted(node, None, &mut asked);
    }
    let mut conditions: Vec<(String, usize, Only)> = Vec::new();
    for wanted in asked {
        if let Only::When(words) = &wanted.only {
            mapped.bring_decider(words, wanted.line, known);
        }
        let Some(id) = mapped.take(&wanted, known) else {
            continue;
        };
        conditions.push((id, wanted.line, wanted.only));
    }
    let ids: HashSet<String> = mapped.fields.iter().map(|field| field.id.clone()).collect();
    for field in &mut mapped.fields {
        keep_fitting_conditions(field, &ids);
    }
    for id in mapped
        .fields
        .iter()
        .map(|field| field.id.clone())
        .collect::<Vec<_>>()
    {
        let of_it = conditions.iter().filter(|(of, ..)| *of == id);
        let of_it: Vec<_> = of_it.map(|(_, line, only)| (*line, only)).collect();
        mapped.condition(&id, &of_it, known);
    }
    mapped
}

impl Mapped {
    /// Adds a field, unless it is there, and notes where it came from; returns its id.
    fn take(&mut self, wanted: &WantedField, known: &[KnownField]) -> Option<String> {
        let (file, from) = field(wanted, known, &self.fields)?;
        let id = file.id.clone();
        self.origins.push(Origin {
            line: wanted.line,
            words: wanted.label.clone(),
            field: id.clone(),
            from,
        });
        if self.fields.iter().all(|field| field.id != id) {
            self.fields.push(file);
        }
        Some(id)
    }

    /// Adds the field that a condition is decided by, where it is none of the document's own and only one can be meant:
    /// the one that is missing in `tanpa SID`, or the choice that knows `SEAT MANAGEMENT`.
    fn bring_decider(&mut self, words: &str, line: usize, known: &[KnownField]) {
        let missing = WITHOUT.captures(words).map(|found| found[1].to_owned());
        let named = |known: &&KnownField| match &missing {
            Some(name) => likeness(name, &known.file) >= LIKE_MIN,
            None => deciding(words, &known.file).is_some_and(|(said, _)| said >= BROUGHT_CHARS_MIN),
        };
        let ids = |known: &KnownField| known.file.id.clone();
        let mut deciders: Vec<String> = known.iter().filter(named).map(ids).collect();
        deciders.sort();
        deciders.dedup();
        let (true, [decider]) = (
            condition(words, "", &self.fields, known).is_none(),
            deciders.as_slice(),
        ) else {
            return;
        };
        let decider = known.iter().find(|known| known.file.id == *decider);
        let Some(label) = decider.and_then(|known| known.file.spec.label.clone()) else {
            return;
        };
        let wanted = WantedField {
            line,
            label,
            hint: String::new(),
            only: Only::Always,
        };
        let brought = self.take(&wanted, known);
        // Whether it is there is what decides, so it is never mandatory itself.
        if missing.is_some()
            && let Some(field) = self
                .fields
                .iter_mut()
                .find(|field| Some(&field.id) == brought.as_ref())
        {
            field.spec.optional = Some(true);
            field.spec.required_when = None;
        }
    }

    /// Ties what the document says of when a field is needed; a field that it names twice is needed in both cases.
    fn condition(&mut self, id: &str, told: &[(usize, &Only)], known: &[KnownField]) {
        if told.is_empty() || told.iter().any(|(_, only)| matches!(only, Only::Always)) {
            return;
        }
        let mut tied: Vec<String> = Vec::new();
        let mut loose = Vec::new();
        for (line, only) in told {
            let (words, is_guess) = match only {
                Only::When(words) => (words, false),
                Only::Perhaps(words) => (words, true),
                Only::Always | Only::IfAny => continue,
            };
            match condition(words, id, &self.fields, known) {
                Some(when) if !tied.contains(&when) => tied.push(when),
                Some(_) => {}
                None if is_guess => return,
                None => loose.push((*line, words.clone())),
            }
        }
        let inherits_one = known.iter().any(|known| {
            known.file.id == id && known.of.is_none() && known.file.spec.only_when.is_some()
        });
        let Some(field) = self.fields.iter_mut().find(|field| field.id == id) else {
            return;
        };
        match tied.join(" or ") {
            none if none.is_empty() => field.spec.optional = Some(true),
            _ if inherits_one => {}
            when if when.starts_with(CHANNEL_KIND) && tied.len() == 1 => {
                field.spec.only_when = Some(when);
            }
            when => {
                field.spec.optional = None;
                field.spec.required_when = Some(when);
            }
        }
        self.loose.extend(loose);
    }
}

/// `tanpa SID`: needed where that is not known.
static WITHOUT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^tanpa\s+(.+)$").expect("the pattern is constant"));

/// Returns the field of a form that a question to the customer fills.
pub fn meant(question: &str, form: &[FieldFile], known: &[KnownField]) -> Option<String> {
    let first_line = question.lines().next().unwrap_or_default();
    let asked = names(first_line);
    let label = asked
        .first()
        .map(|name| without_brackets(name.split('?').next().unwrap_or(name)))?;
    let shared = |id: &str| {
        known
            .iter()
            .find(|known| known.of.is_none() && known.file.id == id)
            .map(|known| &known.file)
    };
    // `Serial voucher atau Transaksi ID` are two names of one thing.
    let sayings: Vec<&str> = std::iter::once(label.as_str())
        .chain(label.split(" atau "))
        .collect();
    let liked = form.iter().map(|field| {
        let defined = if field.spec.label.is_some() {
            Some(field)
        } else {
            shared(&field.id)
        };
        let said = sayings.iter().map(|said| match defined {
            Some(defined) => likeness(said.trim(), defined),
            None => 0.0,
        });
        (said.fold(0.0, f64::max), field)
    });
    let best = liked
        .filter(|(likeness, _)| *likeness >= LIKE_MIN)
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.map(|(_, field)| field.id.clone())
}

/// A field as the document wants it.
#[derive(Debug)]
struct WantedField {
    line: usize,
    label: String,
    /// What is in brackets or behind a question mark.
    hint: String,
    only: Only,
}

/// When the document wants a field, in its words.
#[derive(Debug, Clone)]
enum Only {
    /// It names no condition.
    Always,
    /// It names one.
    When(String),
    /// It wants it where there is one.
    IfAny,
    /// Its neighbours have one, and so it may have: `Bukti via Aplikasi` beside `Bukti kartu (khusus via Bank)`.
    Perhaps(String),
}

fn wanted(node: &Node, above: Option<&str>, found: &mut Vec<WantedField>) {
    let text = node.line.text.trim();
    if !node.children.is_empty()
        && (text.ends_with(':') || node.children.iter().any(|child| child.line.label.is_some()))
    {
        let title = text.trim_end_matches([':', ' ']);
        // A title over fields is one itself only if it names more than its points do.
        if !text.ends_with(':') {
            each(node.line.number, text, None, found);
        }
        let before = found.len();
        for child in &node.children {
            wanted(child, Some(title), found);
        }
        let siblings = &mut found[before..];
        if siblings.iter().any(|one| matches!(one.only, Only::When(_))) {
            siblings.iter_mut().for_each(perhaps);
        }
        return;
    }
    let before = found.len();
    each(node.line.number, text, above, found);
    if found.len() == before {
        // Nothing in it looked like a name: the whole line is one.
        found.push(WantedField {
            line: node.line.number,
            label: shortened(text),
            hint: String::new(),
            only: Only::Always,
        });
    }
    for child in &node.children {
        wanted(child, Some(text), found);
    }
}

/// A field that names a way of its own is perhaps needed for that way only.
fn perhaps(wanted: &mut WantedField) {
    static VIA: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:via|lewat|melalui)\s+(.+)$").expect("the pattern is constant")
    });
    if matches!(wanted.only, Only::Always)
        && let Some(found) = VIA.captures(&wanted.label)
    {
        wanted.only = Only::Perhaps(found[1].to_owned());
    }
}

fn each(line: usize, text: &str, above: Option<&str>, found: &mut Vec<WantedField>) {
    static ONLY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)(?:^|[\s.;*])\*?(?:khusus|only for)\s+(?P<when>.+?)\s*(?:,?\s*(?:ada tambahan(?: mandatory)?|ditambah(?:kan)?|agar ditanyakan|ditanyakan|wajib(?: isi| menyertakan)?|tambahkan|sertakan|mandatory)\b|:)\s*(?P<what>.+)$",
        )
        .expect("the pattern is constant")
    });
    let (plain, only) = match ONLY.captures(text) {
        // Inside brackets the word belongs to the field before it.
        Some(found) if brackets_open(&text[..found.get(0).map_or(0, |all| all.start())]) == 0 => {
            let start = found.get(0).map_or(0, |all| all.start());
            let rest = (found["when"].to_owned(), found["what"].to_owned());
            (text[..start].trim(), Some(rest))
        }
        _ => (text, None),
    };
    for name in names(plain) {
        push(line, &name, None, above, found);
    }
    if let Some((when, what)) = only {
        for name in names(&what) {
            push(line, &name, Some(&when), above, found);
        }
    }
}

fn push(
    line: usize,
    name: &str,
    when: Option<&str>,
    above: Option<&str>,
    found: &mut Vec<WantedField>,
) {
    static INSIDE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\((?:khusus|jika|bila|apabila|kalau|only|if)\s+([^()]*)\)")
            .expect("the pattern is constant")
    });
    static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i),?\s+(?:khusus|jika|bila|apabila|kalau)\s+([^()]+)$")
            .expect("the pattern is constant")
    });
    let inside = INSIDE
        .captures(name)
        .map(|found| found[1].trim().to_owned());
    let (head, behind) = with_options(name);
    let (head, behind) = match BEHIND.captures(head) {
        Some(found) if inside.is_none() => {
            (&head[..found.get(0).map_or(0, |all| all.start())], behind)
        }
        _ => (head, behind),
    };
    let inside =
        inside.or_else(|| Some(BEHIND.captures(with_options(name).0)?[1].trim().to_owned()));
    let brackets: Vec<&str> = in_brackets(head);
    let hint = [brackets.join("; ").as_str(), behind]
        .join(" ")
        .trim()
        .to_owned();
    let mut label = without_brackets(head)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    label = label
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_owned();
    if let Some((short, _)) = label.split_once(": ") {
        label = short.to_owned();
    }
    for filler in ["yang perlu ", "nya "] {
        label = label.trim_start_matches(filler).to_owned();
    }
    if !label.chars().any(char::is_alphabetic) {
        return;
    }
    // `a. Foto` below `Bukti Transaksi` is no name by itself.
    if let Some(above) = above.filter(|_| label.split_whitespace().count() == 1) {
        label = format!("{above} {label}");
    }
    found.push(WantedField {
        line,
        label: shortened(&label),
        hint,
        only: match when.map(str::to_owned).or(inside) {
            Some(words) if WORDS.has(Says::IfAny, &fold(&words).text) => Only::IfAny,
            Some(words) => Only::When(words),
            None => Only::Always,
        },
    });
}

/// A name and the options behind its question mark, or behind its colon where strokes divide them.
fn with_options(name: &str) -> (&str, &str) {
    let listed = name
        .split_once(':')
        .filter(|(_, behind)| behind.contains('/') && !behind.contains("//"));
    name.split_once('?').or(listed).unwrap_or((name, ""))
}

fn shortened(label: &str) -> String {
    let mut kept = String::new();
    for word in label.split_whitespace() {
        if kept.chars().count() + word.chars().count() >= LABEL_CHARS_MAX {
            break;
        }
        kept += if kept.is_empty() { "" } else { " " };
        kept += word;
    }
    kept
}

fn brackets_open(text: &str) -> usize {
    text.matches('(')
        .count()
        .saturating_sub(text.matches(')').count())
}

fn in_brackets(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => {
                if depth == 0 {
                    start = at + 1;
                }
                depth += 1;
            }
            ')' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    found.push(text[start..at].trim());
                }
            }
            _ => {}
        }
    }
    found
}

/// The names in a list: commas and `dan` outside brackets divide it, unless its parts are those of one moment.
fn names(text: &str) -> Vec<String> {
    // Behind a question mark are options, not fields.
    let (list, _) = with_options(text);
    let behind = &text[list.len()..];
    let mut parts = split(list);
    let is_moment = |part: &String| {
        let folded = fold(part).text;
        WORDS.is_in(Says::Day, &folded) || WORDS.is_in(Says::Time, &folded)
    };
    if parts.len() > 1 && parts.iter().all(is_moment) {
        parts = vec![list.trim().to_owned()];
    }
    if let Some(last) = parts.last_mut() {
        *last += behind;
    }
    parts
}

fn split(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut at) = (0usize, 0, 0);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let divider = match c {
            '(' => {
                depth += 1;
                0
            }
            ')' => {
                depth = depth.saturating_sub(1);
                0
            }
            ',' | ';' if depth == 0 => 1,
            ' ' if depth == 0 => [" dan ", " serta ", " and "]
                .iter()
                .find(|word| rest.starts_with(**word))
                .map_or(0, |word| word.len()),
            _ => 0,
        };
        if divider > 0 {
            parts.push(text[start..at].trim());
            start = at + divider;
            at = start;
        } else {
            at += c.len_utf8();
        }
    }
    parts.push(text[start..].trim());
    let cleaned = parts
        .into_iter()
        .map(|part| part.trim_start_matches("dan ").trim_end_matches('.'));
    cleaned
        .filter(|part| part.chars().any(char::is_alphabetic))
        .map(str::to_owned)
        .collect()
}

fn field(
    wanted: &WantedField,
    known: &[KnownField],
    so_far: &[FieldFile],
) -> Option<(FieldFile, From)> {
    let best = known
        .iter()
        .map(|known| (likeness(&wanted.label, &known.file), known))
        .filter(|(likeness, _)| *likeness >= LIKE_MIN)
        // Of equals the shared one, then the one that was taken from the same SOP before.
        .max_by(|(a, one), (b, other)| {
            let rank = |known: &KnownField| {
                (
                    known.of.is_none(),
                    so_far.iter().any(|field| field.id == known.file.id),
                )
            };
            a.total_cmp(b).then(rank(one).cmp(&rank(other)))
        });
    if let Some((_, known)) = best {
        return Some(match &known.of {
            None => {
                let bare = FieldFile {
                    id: known.file.id.clone(),
                    spec: FieldSpecFile::default(),
                    variants: Vec::new(),
                };
                (with_own_options(bare, wanted, &known.file), From::Shared)
            }
            Some(sop) => {
                let file = with_own_options(known.file.clone(), wanted, &known.file);
                (file, From::Sop(sop.clone()))
            }
        });
    }
    // A name that was said before is the same field again.
    let said = normal(&wanted.label);
    let again = so_far.iter().find(|field| {
        let label = field.spec.label.as_deref();
        label.is_some_and(|label| normal(label) == said)
    });
    let file = match again {
        Some(again) => again.clone(),
        None => invented(wanted, known, so_far)?,
    };
    Some((file, From::New))
}

/// A field with the options that this document lists, where they are others than those that are known.
fn with_own_options(mut field: FieldFile, wanted: &WantedField, known: &FieldFile) -> FieldFile {
    let own = options(&wanted.hint);
    let is_known = |option: &OptionFile| {
        let names = (known.spec.options.iter().flatten())
            .flat_map(|known| std::iter::once(&known.value).chain(&known.aliases));
        names
            .into_iter()
            .any(|name| normal(name) == normal(&option.value))
    };
    if !own.is_empty() && known.spec.options.is_some() && !own.iter().all(is_known) {
        field.spec.options = Some(own);
        field.spec.open = Some(true);
    }
    field
}

/// How surely a field is meant by a name, 0 to 1.
fn likeness(label: &str, field: &FieldFile) -> f64 {
    let said = normal(label);
    let id = field.id.replace('_', " ");
    let names = field
        .spec
        .label
        .iter()
        .chain(field.spec.aliases.iter().flatten())
        .chain([&id]);
    let names: Vec<String> = names.map(|name| normal(name)).collect();
    // `Serial Number/Serial Voucher` are two names of one thing.
    let pieces = label
        .split('/')
        .map(normal)
        .filter(|piece| piece.contains(' '));
    let sayings: Vec<String> = std::iter::once(said).chain(pieces).collect();
    let best = |name: &String| {
        sayings
            .iter()
            .map(|said| like(said, name))
            .fold(0.0, f64::max)
    };
    let likeness = names.iter().map(best).fold(0.0, f64::max);
    // A moment and an address are described at length: `Waktu kendala hari, tanggal & jam kejadian`.
    let is_told_at_length = matches!(field.spec.kind, Some(KindName::Datetime | KindName::Email))
        && names.iter().any(|name| {
            let mut words = name.split(' ');
            name.contains(' ')
                && words.all(|word| sayings[0].split(' ').any(|said| is_like(said, word)))
        });
    if is_told_at_length {
        likeness.max(LIKE_MIN)
    } else {
        likeness
    }
}

fn like(said: &str, name: &str) -> f64 {
    if said == name {
        return 1.0;
    }
    if [name, said].iter().any(|one| WORDS.has(Says::Vague, one)) || name.len() < 4 {
        return 0.0;
    }
    let (said_words, name_words): (Vec<&str>, Vec<&str>) =
        (said.split(' ').collect(), name.split(' ').collect());
    let covers = |all: &[&str], part: &[&str]| {
        part.iter()
            .all(|word| all.iter().any(|other| is_like(word, other)))
    };
    let has_all = name_words.len() > 1 && covers(&said_words, &name_words);
    let extra = said_words.len().saturating_sub(name_words.len());
    let by_words: f64 = match (has_all, extra) {
        (true, 0) => 0.99,
        (true, 1) => 0.97,
        (true, 2) => 0.94,
        _ if said_words.len() > 1
            && covers(&name_words, &said_words)
            && name_words.len() <= said_words.len() + 1 =>
        {
            0.95
        }
        _ => 0.0,
    };
    by_words.max(strsim::normalized_damerau_levenshtein(said, name))
}

/// Folded, in one spelling, without words that say nothing.
fn normal(name: &str) -> String {
    let folded = fold(name).text;
    let words = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let spelled = |word| {
        let mut roles = [Says::Channel, Says::Number].into_iter();
        let role = roles.find(|role| WORDS.has(*role, word))?;
        WORDS.entries(role).first().map(|first| &**first)
    };
    let words = words.filter(|word| !WORDS.has(Says::Empty, word));
    let words = words.map(|word| spelled(word).unwrap_or(word));
    words.collect::<Vec<_>>().join(" ")
}

/// A field that is new.
fn invented(wanted: &WantedField, known: &[KnownField], so_far: &[FieldFile]) -> Option<FieldFile> {
    let id = slug(
        &wanted
            .label
            .split_whitespace()
            .take(4)
            .collect::<Vec<_>>()
            .join(" "),
        '_',
    );
    if id.is_empty() {
        return None;
    }
    let is_shared = known
        .iter()
        .any(|known| known.of.is_none() && known.file.id == id);
    let is_taken = is_shared || so_far.iter().any(|field| field.id == id);
    let options = options(&wanted.hint);
    let kind = match options.as_slice() {
        [] => guess(&wanted.label),
        options
            if options
                .iter()
                .any(|option| option.value.to_lowercase().starts_with("semua")) =>
        {
            KindName::Choices
        }
        _ => KindName::Choice,
    };
    Some(FieldFile {
        id: if is_taken { format!("{id}_lain") } else { id },
        spec: FieldSpecFile {
            label: Some(wanted.label.clone()),
            kind: Some(kind),
            help: Some(wanted.hint.clone()).filter(|hint| !hint.is_empty()),
            // The document may have named only some: `dll`, `dsb`.
            open: (kind == KindName::Choice).then_some(true),
            options: (!options.is_empty()).then_some(options),
            ..FieldSpecFile::default()
        },
        variants: Vec::new(),
    })
}

/// The kind that a name promises, by what its words say; the first that fits.
const PROMISED: [(Says, KindName); 11] = [
    (Says::Proof, KindName::Text),
    (Says::Mail, KindName::Email),
    (Says::Time, KindName::Datetime),
    (Says::Day, KindName::Date),
    (Says::Amount, KindName::Rupiah),
    (Says::Mobile, KindName::Msisdn),
    (Says::Card, KindName::Card),
    (Says::Contact, KindName::Contact),
    (Says::Person, KindName::Name),
    (Says::Address, KindName::Text),
    (Says::Code, KindName::Code),
];

fn guess(label: &str) -> KindName {
    let folded = fold(label).text;
    let promised = PROMISED
        .iter()
        .find(|(says, _)| WORDS.is_in(*says, &folded));
    promised.map_or(KindName::Text, |(_, kind)| *kind)
}

/// Options that brackets or a question list: `(KartuHalo, simPATI)`, `(Bank / Indomaret dll)`, `A: x/y, B: z`.
fn options(hint: &str) -> Vec<OptionFile> {
    /// More words than this describe, they do not name.
    const OPTION_WORDS_MAX: usize = 5;
    let hint = hint.trim();
    let lower = hint.to_lowercase();
    let describes = WORDS.opens(Says::Describing, &lower).is_some();
    if hint.is_empty() || describes || lower.starts_with("contoh:") || lower.contains(" dan via") {
        return Vec::new();
    }
    let hint = hint
        .trim_start_matches("ex:")
        .trim_start_matches("contoh")
        .trim();
    let divided: Vec<String> = if hint.contains(',') || hint.contains(" atau ") {
        hint.replace(" atau ", ",")
            .split(',')
            .map(str::to_owned)
            .collect()
    } else {
        hint.split('/').map(str::to_owned).collect()
    };
    let mut options: Vec<OptionFile> = Vec::new();
    for part in divided {
        // `Fintech: GoPay/OVO` is a family and its members.
        let (group, members) = match part.split_once(':') {
            Some((group, members)) => (
                Some(slug(group, '-')),
                members.split('/').map(str::to_owned).collect(),
            ),
            None => (None, vec![part.clone()]),
        };
        for member in members {
            let mut value = member.trim().trim_end_matches(['.', ')']).to_owned();
            if let Some(more) = WORDS.find(Says::AndSoOn, &value).last()
                && !value[more.end..].contains(char::is_alphanumeric)
            {
                value.truncate(more.start);
            }
            let value = value.trim().to_owned();
            let is_filler = value.is_empty() || value.eq_ignore_ascii_case("lainnya");
            if is_filler || options.iter().any(|option| option.value == value) {
                continue;
            }
            if value.split_whitespace().count() > OPTION_WORDS_MAX || value.chars().count() > 60 {
                return Vec::new();
            }
            options.push(OptionFile {
                value,
                aliases: Vec::new(),
                groups: group
                    .iter()
                    .filter(|group| !group.is_empty())
                    .cloned()
                    .collect(),
            });
        }
    }
    if options.len() > 1 {
        options
    } else {
        Vec::new()
    }
}

/// Drops conditions that ask for fields this form does not have.
fn keep_fitting_conditions(field: &mut FieldFile, ids: &HashSet<String>) {
    let fits = |when: &str| {
        let Ok(mut condition) = Condition::parse(when) else {
            return false;
        };
        let mut fits = true;
        condition.each_leaf(&mut |leaf| {
            if let Condition::Has(name) | Condition::Is(name, _) | Condition::In(name, ..) = leaf {
                fits &= name.text == CHANNEL_KIND || ids.contains(&name.text);
            }
        });
        fits
    };
    field.spec.only_when = field.spec.only_when.take().filter(|when| fits(when));
    if let Some(when) = field.spec.required_when.take() {
        // Another document's condition says nothing here: what this one lists, it wants.
        field.spec.required_when = Some(when).filter(|when| fits(when));
    }
    field.variants.retain(|variant| fits(&variant.when));
}

/// The condition that words like `CTP E-Care` or `transaksi via Bank` mean, tied to the channel or to a choice.
fn condition<'f>(
    words: &str,
    id: &str,
    fields: &'f [FieldFile],
    known: &'f [KnownField],
) -> Option<String> {
    let folded = format!(" {} ", normal(words));
    if folded.contains(" e care ") || folded.contains(" ecare ") {
        return Some(format!("{CHANNEL_KIND} = 'ecare'"));
    }
    if folded.contains(" non voice ") {
        return Some(format!("{CHANNEL_KIND} = 'non-voice'"));
    }
    if folded.contains(" channel voice ") {
        return Some(format!("{CHANNEL_KIND} = 'voice'"));
    }
    let shared = |id: &str| {
        known
            .iter()
            .find(|known| known.of.is_none() && known.file.id == id)
            .map(|known| &known.file)
    };
    let defined = |field: &'f FieldFile| match shared(&field.id) {
        Some(shared) if field.spec.label.is_none() => shared,
        _ => field,
    };
    let mut others = fields.iter().filter(|field| field.id != id);
    if let Some(missing) = WITHOUT.captures(words) {
        let named = others.find(|field| likeness(&missing[1], defined(field)) >= LIKE_MIN);
        return named.map(|field| format!("not {}", field.id));
    }
    let deciding = others.filter_map(|field| deciding(words, defined(field)));
    let best = deciding.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, condition)| condition)
}

/// The condition that names an option of a choice, or a group of them, and how much of the words that says.
fn deciding(words: &str, field: &FieldFile) -> Option<(usize, String)> {
    let folded = format!(" {} ", normal(words));
    let mut best: Option<(usize, String)> = None;
    for option in field.spec.options.iter().flatten() {
        for name in std::iter::once(&option.value).chain(&option.aliases) {
            let name = normal(name);
            let is_better = best.as_ref().is_none_or(|(length, _)| name.len() > *length);
            if name.len() > 1
                && is_better
                && folded.contains(&format!(" {name} "))
                && !option.value.contains('\'')
            {
                best = Some((name.len(), format!("{} = '{}'", field.id, option.value)));
            }
        }
        for group in &option.groups {
            let name = normal(group);
            let is_better = best.as_ref().is_none_or(|(length, _)| name.len() > *length);
            if name.len() > 3 && is_better && folded.contains(&format!(" {name} ")) {
                best = Some((name.len(), format!("{} in {group}", field.id)));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::super::{outline, parts};
    use super::*;

    fn mapped(text: &str) -> Mapped {
        let lines: Vec<String> = format!("Judul\nMandatory Ticket\n{text}")
            .lines()
            .map(str::to_owned)
            .collect();
        let parts = parts::divide(outline::read(&lines)).unwrap();
        let shared = |id: &str, label: &str, aliases: &[&str]| KnownField {
            file: FieldFile {
                id: id.to_owned(),
                spec: FieldSpecFile {
                    label: Some(label.to_owned()),
                    aliases: Some(aliases.iter().map(|alias| (*alias).to_owned()).collect()),
                    ..FieldSpecFile::default()
                },
                variants: Vec::new(),
            },
            of: None,
        };
        let known = [
            shared("msisdn", "MSISDN", &["nomor", "no hp"]),
            shared("nama_pelanggan", "Nama pelanggan", &["nama"]),
            shared(
                "cp_lain",
                "CP lain yang dapat dihubungi",
                &["cp", "kontak lain"],
            ),
            shared("nama_akun", "Nama akun pelanggan", &["akun"]),
            shared("channel_komplain", "Channel komplain", &["chanel komplain"]),
        ];
        map(&parts.parts[1].nodes, &known)
    }

    fn ids(mapped: &Mapped) -> Vec<&str> {
        mapped
            .fields
            .iter()
            .map(|field| field.id.as_str())
            .collect()
    }

    #[test]
    fn a_list_is_divided_and_known_fields_are_recognised() {
        let found = mapped("1. MSISDN, Nama pelangan dan CP lain yg bisa dihubungi\n");
        assert_eq!(ids(&found), ["msisdn", "nama_pelanggan", "cp_lain"]);
        assert!(
            found
                .origins
                .iter()
                .all(|origin| origin.from == From::Shared)
        );
    }

    #[test]
    fn one_moment_is_one_field() {
        let found = mapped("1. Waktu kendala Hari, tanggal & jam kejadian\n");
        assert_eq!(found.fields.len(), 1);
        assert_eq!(found.fields[0].spec.kind, Some(KindName::Datetime));
    }

    #[test]
    fn brackets_and_questions_list_options() {
        let found = mapped(
            "1. Paket (Basic, Gold, Platinum)\n2. Layanan yang mati? TV, INTERNET atau SEMUANYA\n3. Status (cek portal)\n",
        );
        let options = |at: usize| -> Vec<&str> {
            let options = found.fields[at].spec.options.iter().flatten();
            options.map(|option| option.value.as_str()).collect()
        };
        assert_eq!(options(0), ["Basic", "Gold", "Platinum"]);
        assert_eq!(options(1), ["TV", "INTERNET", "SEMUANYA"]);
        assert_eq!(found.fields[1].spec.kind, Some(KindName::Choices));
        assert!(found.fields[2].spec.options.is_none());
        assert_eq!(found.fields[2].spec.help.as_deref(), Some("cek portal"));
    }

    #[test]
    fn khusus_is_a_condition() {
        let found = mapped(
            "1. MSISDN *Khusus CTP E-Care ada tambahan mandatory Chanel Komplain dan nama akun Pelanggan\n2. Channel bayar (Bank, Gerai)\n3. Bukti transfer (khusus pembayaran via Bank)\n4. Foto (khusus hari libur)\n",
        );
        assert_eq!(
            ids(&found)[..3],
            ["msisdn", "channel_komplain", "nama_akun"]
        );
        assert_eq!(
            found.fields[1].spec.only_when.as_deref(),
            Some("channel_kind = 'ecare'")
        );
        let proof = found
            .fields
            .iter()
            .find(|field| field.id == "bukti_transfer")
            .unwrap();
        assert_eq!(
            proof.spec.required_when.as_deref(),
            Some("channel_bayar = 'Bank'")
        );
        let photo = found
            .fields
            .iter()
            .find(|field| field.id == "foto")
            .unwrap();
        assert_eq!(
            photo.spec.optional,
            Some(true),
            "a condition that nothing decides makes nothing mandatory"
        );
        assert_eq!(found.loose.len(), 1);
    }

    #[test]
    fn neighbours_with_a_condition_tell_of_one_that_names_its_way() {
        let found = mapped(
            "1. Channel bayar (Bank, Gerai)\n2. Bukti bayar:\na. Bukti kartu debit (khusus pembayaran via Bank)\nb. Bukti struk via Gerai\nc. Bukti lain via surat\n",
        );
        let required = |id: &str| {
            let field = found.fields.iter().find(|field| field.id == id);
            field.expect(id).spec.required_when.clone()
        };
        assert_eq!(
            required("bukti_kartu_debit").as_deref(),
            Some("channel_bayar = 'Bank'")
        );
        assert_eq!(
            required("bukti_struk_via_gerai").as_deref(),
            Some("channel_bayar = 'Gerai'")
        );
        // Nothing decides this one, and the document does not say that something does.
        assert_eq!(required("bukti_lain_via_surat"), None);
        assert_eq!(found.loose, []);
    }

    #[test]
    fn a_field_named_twice_is_needed_in_both_cases() {
        let found = mapped(
            "1. Kelas (Emas, Perak)\n2. Khusus tanpa nama akun: Alamat rumah, Nama gedung\n3. Khusus pelanggan Emas: Alamat rumah\n",
        );
        let spec = |id: &str| {
            let field = found.fields.iter().find(|field| field.id == id);
            field.expect(id).spec.clone()
        };
        assert_eq!(
            spec("alamat_rumah").required_when.as_deref(),
            Some("not nama_akun or kelas = 'Emas'")
        );
        assert_eq!(
            spec("nama_gedung").required_when.as_deref(),
            Some("not nama_akun")
        );
        assert_eq!(
            spec("nama_akun").optional,
            Some(true),
            "it decides, so it may be missing"
        );
    }
}
