//! The sentences of a language: blocks of a template file, filled with facts.
//!
//! `data/wording.LANG.jinja` holds a block per thing that is said: `{% block filed %} ... {% endblock %}`. Every block is a
//! template of its own and may include others by name (`{% include "answer" %}`). The shipped files are part of the
//! program: a site's own file may hold only the blocks that it words differently, and where one of those breaks, the
//! shipped one speaks. A further language is one more file.
//!
//! `data/wording.samples.json` has sample facts for every block. What a block may use is what its samples have.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, State, UndefinedBehavior};
use serde_json::Value as Json;

use crate::act::Act;
use crate::catalog::{Diagnostic, Severity, Source};
use crate::message::{Button, Language};
use crate::value::rupiah;

/// The languages that are part of the program, the default one first.
const SHIPPED: [(&str, &str); 2] = [
    ("id", include_str!("../data/wording.id.jinja")),
    ("en", include_str!("../data/wording.en.jinja")),
];

/// Facts for every block by its name, one or more cases each.
static SAMPLES: LazyLock<BTreeMap<String, Vec<Json>>> = LazyLock::new(|| {
    let text = include_str!("../data/wording.samples.json");
    serde_json::from_str(text).expect("the shipped samples are checked by a test")
});

/// Every language there is. It never changes; a reload makes another one.
#[derive(Debug, Clone)]
pub struct Voices(BTreeMap<String, Arc<Voice>>);

/// One language.
#[derive(Debug)]
pub struct Voice {
    /// Its code.
    language: String,
    /// The site's blocks where they are sound, the shipped ones otherwise.
    own: Environment<'static>,
    shipped: Environment<'static>,
}

/// A block of a file: its name, and where it is.
struct Block<'a> {
    name: &'a str,
    /// Where the name is.
    place: Range<usize>,
    text: &'a str,
    /// How many lines are above its text.
    above: usize,
}

impl Voices {
    /// Reads the site's files; what is wrong with them is returned beside what speaks.
    pub fn load(sources: &[Source]) -> (Self, Vec<Diagnostic>) {
        let Self(mut voices) = Self::default();
        let mut found = Vec::new();
        for source in sources {
            let name = source.path.rsplit('/').next().unwrap_or_default();
            let code = Language::of(language_of(name).unwrap_or_default());
            let base = voices.get(code.code()).unwrap_or(&voices[SHIPPED[0].0]);
            let (voice, wrong) = base.with(code.code(), source);
            voices.insert(code.code().to_owned(), Arc::new(voice));
            found.extend(wrong);
        }
        (Self(voices), found)
    }

    /// Returns the voice for a reader; of a language without a file, the default one.
    pub fn of(&self, language: &Language) -> &Arc<Voice> {
        let found = self.0.get(language.code());
        found.unwrap_or_else(|| &self.0[SHIPPED[0].0])
    }

    /// Whether somebody has written this language.
    pub fn has(&self, language: &Language) -> bool {
        self.0.contains_key(language.code())
    }

    /// The codes of all languages.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Default for Voices {
    fn default() -> Self {
        static ALL: LazyLock<Voices> = LazyLock::new(|| {
            let shipped = SHIPPED.iter();
            let voice = |&(language, text): &(&str, &str)| {
                let voice = Voice::shipped(language, text);
                (language.to_owned(), Arc::new(voice))
            };
            Voices(shipped.map(voice).collect())
        });
        ALL.clone()
    }
}

impl Voice {
    fn shipped(language: &str, text: &str) -> Self {
        let mut shipped = environment();
        for block in blocks(text).0 {
            add(&mut shipped, &block).expect("the shipped sentences are checked by a test");
        }
        Self {
            language: language.to_owned(),
            own: shipped.clone(),
            shipped,
        }
    }

    /// The same with the blocks of a site's file.
    fn with(&self, language: &str, source: &Source) -> (Self, Vec<Diagnostic>) {
        let (mut own, mut found) = (self.own.clone(), Vec::new());
        let (blocks, loose) = blocks(&source.text);
        let wrong = |place, message| Diagnostic::new(source, place, Severity::Warning, message);
        found.extend(loose.map(|place| {
            wrong(place, "a text that belongs to no block".to_owned())
                .help("put it between `{% block NAME %}` and `{% endblock %}`, or into a comment `{# ... #}`")
        }));
        for block in &blocks {
            let Some(samples) = SAMPLES.get(block.name) else {
                let like = SAMPLES
                    .keys()
                    .max_by_key(|name| (1_000.0 * strsim::jaro_winkler(name, block.name)) as u32);
                let message = format!("nothing is said with a block `{}`", block.name);
                let help = format!("did you mean `{}`?", like.map_or("", String::as_str));
                found.push(wrong(block.place.clone(), message).help(help));
                continue;
            };
            let mut tried = own.clone();
            let sound = add(&mut tried, block).and_then(|()| {
                samples
                    .iter()
                    .try_for_each(|facts| speaks(&tried, block.name, facts))
            });
            match sound {
                Ok(()) => own = tried,
                Err(error) => found.push(broken(source, block, &error)),
            }
        }
        let has = |name: &String| blocks.iter().any(|block| block.name == name);
        let missing: Vec<_> = SAMPLES.keys().filter(|name| !has(name)).collect();
        if SHIPPED.iter().all(|(shipped, _)| *shipped != language) && !missing.is_empty() {
            let names = missing
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>();
            let message = format!("{} blocks are missing: {}", missing.len(), names.join(", "));
            let help = format!("they are said in `{}` meanwhile", SHIPPED[0].0);
            found.push(wrong(0..0, message).help(help));
        }
        let voice = Self {
            language: language.to_owned(),
            own,
            shipped: self.shipped.clone(),
        };
        (voice, found)
    }

    /// The code of the language.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Says something with these facts.
    pub fn say(&self, block: &str, facts: &Json) -> String {
        let own = render(&self.own, block, facts);
        own.or_else(|error| {
            tracing::error!(block, language = self.language, %error, "a sentence is broken: the shipped one speaks");
            debug_assert!(false, "{block}: {error:#} {facts}");
            let mut lenient = self.shipped.clone();
            lenient.set_undefined_behavior(UndefinedBehavior::Chainable);
            render(&lenient, block, facts)
        })
        .unwrap_or_else(|_| block.replace('_', " "))
    }

    /// Says something that needs no facts.
    pub fn line(&self, block: &str) -> String {
        self.say(block, &Json::Null)
    }

    /// Returns a button: `ticket` is labelled by the block `label_ticket`.
    pub fn button(&self, label: &str, action: Act) -> Button {
        self.button_about(label, &Json::Null, action)
    }

    /// Returns a button whose label names something.
    pub fn button_about(&self, label: &str, facts: &Json, action: Act) -> Button {
        Button {
            label: self.say(&format!("label_{label}"), facts),
            action,
        }
    }

    /// Renders every block with its samples, by name: what the golden files hold.
    pub fn samples(&self) -> impl Iterator<Item = (&str, Vec<String>)> {
        let said = |(name, samples): (&'static String, &'static Vec<Json>)| {
            let said = samples.iter().map(|facts| self.say(name, facts));
            (name.as_str(), said.collect())
        };
        SAMPLES.iter().map(said)
    }
}

/// Whether a file with this name holds sentences: `wording.en.jinja`.
pub fn is_file(name: &str) -> bool {
    language_of(name).is_some()
}

fn language_of(name: &str) -> Option<&str> {
    name.strip_prefix("wording.")?.strip_suffix(".jinja")
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    environment.set_syntax(syntax.expect("the delimiters are the usual ones"));
    environment.add_filter("rupiah", |amount: u64| rupiah::display(amount));
    environment.add_filter("say", |state: &State, facts: Value, block: String| {
        let said = state.env().get_template(&block)?.render(facts)?;
        Ok::<_, Error>(said.trim().to_owned())
    });
    // What somebody typed stays within its back-ticks.
    environment.add_filter("code", |text: String| {
        format!("`{}`", text.replace('`', "'"))
    });
    environment
}

fn add(environment: &mut Environment<'static>, block: &Block<'_>) -> Result<(), Error> {
    environment.add_template_owned(block.name.to_owned(), block.text.to_owned())
}

fn render(environment: &Environment<'_>, block: &str, facts: &Json) -> Result<String, Error> {
    let said = environment.get_template(block)?.render(Serde(facts))?;
    Ok(said.trim().to_owned())
}

fn speaks(environment: &Environment<'_>, block: &str, facts: &Json) -> Result<(), Error> {
    match render(environment, block, facts)?.as_str() {
        "" => Err(Error::new(
            minijinja::ErrorKind::InvalidOperation,
            "it says nothing",
        )),
        _ => Ok(()),
    }
}

fn broken(source: &Source, block: &Block<'_>, error: &Error) -> Diagnostic {
    let is_here = error.name().is_none_or(|name| name == block.name);
    let line = block.above + error.line().filter(|_| is_here).unwrap_or(1);
    let before = source.text.split_inclusive('\n').take(line - 1);
    let start = before.map(str::len).sum();
    let text = source.text[start..].lines().next().unwrap_or_default();
    let detail = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    let mut facts: Vec<String> = Vec::new();
    for sample in SAMPLES.get(block.name).into_iter().flatten() {
        let names = sample
            .as_object()
            .into_iter()
            .flat_map(|sample| sample.keys());
        facts.extend(names.map(|name| format!("`{name}`")));
    }
    facts.sort();
    facts.dedup();
    let message = format!("the block `{}` is broken: {detail}", block.name);
    let help = match facts.is_empty() {
        true => "it may use no facts; the shipped block speaks instead".to_owned(),
        false => format!(
            "it may use {}; the shipped block speaks instead",
            facts.join(", ")
        ),
    };
    Diagnostic::new(
        source,
        start..start + text.len(),
        Severity::Warning,
        message,
    )
    .help(help)
}

/// Returns the blocks of a file, and the first text outside of them.
fn blocks(text: &str) -> (Vec<Block<'_>>, Option<Range<usize>>) {
    const OPEN: &str = "{% block ";
    const CLOSE: &str = "{% endblock %}";
    let (mut found, mut loose, mut at) = (Vec::new(), None, 0);
    loop {
        let opens = text[at..].find(OPEN).map(|place| at + place);
        let between = at..opens.unwrap_or(text.len());
        loose = loose.or_else(|| without_comments(text, between));
        let Some(opens) = opens else {
            return (found, loose);
        };
        let named = opens + OPEN.len();
        let rest = &text[named..];
        let (Some(head), Some(ends)) = (rest.find("%}"), rest.find(CLOSE)) else {
            return (found, loose.or(Some(opens..text.len())));
        };
        let tag = named + head + "%}".len();
        let begins = tag + usize::from(text[tag..].starts_with('\n'));
        let name = rest[..head].trim_matches([' ', '-', '\n']);
        found.push(Block {
            name,
            place: named..named + name.len(),
            text: text
                .get(begins..named + ends)
                .unwrap_or_default()
                .trim_end(),
            above: text[..begins].matches('\n').count(),
        });
        at = named + ends + CLOSE.len();
    }
}

fn without_comments(text: &str, between: Range<usize>) -> Option<Range<usize>> {
    let mut at = between.start;
    while at < between.end {
        let rest = &text[at..between.end];
        let blank = rest.len() - rest.trim_start().len();
        match rest.trim_start().strip_prefix("{#") {
            Some(comment) => {
                at += blank + 2 + comment.find("#}").map_or(comment.len(), |end| end + 2)
            }
            None if rest.trim().is_empty() => return None,
            None => {
                let line = rest.trim_start().lines().next().unwrap_or_default();
                return Some(at + blank..at + blank + line.len());
            }
        }
    }
    None
}
