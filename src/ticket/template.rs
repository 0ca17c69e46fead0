//! The layout of a draft: a template file that a team may edit, checked when the catalogue is loaded.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde::Serialize;
use serde_json::Value as Json;

use super::{Answer, FiledField, Remarked, SerialForm, Ticket};
use crate::value::Remark;

const NAME: &str = "ticket";
/// A layout takes a hundred lines at most; the shipped one has 1,900 bytes.
const TEMPLATE_BYTES_MAX: usize = 32 * 1024;
/// More than a thousand times what a long draft has.
const OUTPUT_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The steps of a render: the shipped layout takes 25 for each field.
const FUEL: u64 = 200_000;
/// So many joins while values are named make a text 256 times as long at most.
const JOINED_MAX: usize = 8;

/// A checked template.
#[derive(Debug, Clone)]
pub struct Template {
    environment: Environment<'static>,
}

/// What is wrong with a template, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// What a draft shows beside the ticket's own fields.
#[derive(Debug, Clone, Copy)]
pub struct DraftFacts<'a> {
    /// The SOP's title.
    pub sop: &'a str,
    /// The document the SOP was written from.
    pub source: &'a str,
    /// Day and time of filing, as agents read it.
    pub filed: &'a str,
    /// Day and time of the revision, where the ticket is one.
    pub revised: &'a str,
    /// What is unusual about the values.
    pub remarks: &'a [Remarked],
}

/// Everything a template may use.
#[derive(Serialize)]
struct Page<'a> {
    id: &'a str,
    title: &'a str,
    intent: &'a str,
    kip: &'a str,
    agent: &'a str,
    channel: &'a str,
    entries: Vec<Line<'a>>,
    sop: &'a str,
    source: &'a str,
    filed: &'a str,
    remarks: &'a [Remarked],
    checked: &'a [String],
    revision: Option<Revised<'a>>,
    proofs: &'a [String],
    notes: &'a [String],
}

#[derive(Serialize)]
struct Revised<'a> {
    of: &'a str,
    who: &'a str,
    when: &'a str,
}

#[derive(Serialize)]
struct Line<'a> {
    field: &'a str,
    label: &'a str,
    value: Cow<'a, str>,
}

impl Template {
    /// Checks a template: its size and syntax, that it asks for nothing unknown in any of its branches, and that it renders
    /// these tickets, each with everything beside them and with nothing.
    pub fn parse(text: &str, samples: &[Ticket]) -> Result<Self, Mistake> {
        let template = Self::read(text)?;
        for ticket in samples {
            template.try_sample(ticket).map_err(Mistake::of)?;
        }
        Ok(template)
    }

    fn read(text: &str) -> Result<Self, Mistake> {
        if let Some(mistake) = grows(text) {
            return Err(mistake);
        }
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.remove_global("namespace");
        environment.remove_filter("format");
        environment.remove_filter("indent");
        environment.add_filter("replace", replaced);
        environment
            .add_template_owned(NAME, text.to_owned())
            .map_err(Mistake::of)?;
        unknown_name(&environment, text).map_or(Ok(Self { environment }), Err)
    }

    fn try_sample(&self, ticket: &Ticket) -> Result<(), minijinja::Error> {
        let remark = |remark| Remarked {
            label: String::new(),
            remark,
            serial: SerialForm::default(),
        };
        let remarks = [
            remark(Remark::UnusualSerial),
            remark(Remark::UnusualAmount),
            remark(Remark::Unlisted),
        ];
        let around = DraftFacts {
            sop: "",
            source: "",
            filed: "",
            revised: "",
            remarks: &remarks,
        };
        let bare = Ticket {
            checked: Vec::new(),
            proofs: Vec::new(),
            revision: None,
            ..ticket.clone()
        };
        let nothing = DraftFacts {
            remarks: &[],
            ..around
        };
        self.try_render(ticket, around)?;
        self.try_render(&bare, nothing).map(drop)
    }

    /// Renders a ticket as plain text; where the template fails, in the shipped layout.
    pub fn render(&self, ticket: &Ticket, around: DraftFacts<'_>) -> String {
        static SHIPPED: LazyLock<Template> = LazyLock::new(Template::default);
        self.try_render(ticket, around)
            .or_else(|error| {
                // The message may quote a value.
                let (kind, line) = (error.kind(), error.line());
                tracing::error!(
                    ticket = ticket.id,
                    intent = ticket.intent,
                    ?kind,
                    line,
                    "the layout of a draft is broken: it is filed in the shipped one"
                );
                SHIPPED.try_render(ticket, around)
            })
            .unwrap_or_else(|_| ticket.title.clone())
    }

    fn try_render(
        &self,
        ticket: &Ticket,
        around: DraftFacts<'_>,
    ) -> Result<String, minijinja::Error> {
        let mut text = Bounded(Vec::new());
        let template = self.environment.get_template(NAME)?;
        template.render_captured_to(Serde(&Page::of(ticket, around)), &mut text)?;
        Ok(String::from_utf8_lossy(&text.0).trim().to_owned())
    }
}

impl<'a> Page<'a> {
    fn of(ticket: &'a Ticket, around: DraftFacts<'a>) -> Self {
        let line = |entry: &'a FiledField| Line {
            field: &entry.field,
            label: &entry.label,
            value: entry.answer.display(),
        };
        Self {
            id: &ticket.id,
            title: &ticket.title,
            intent: &ticket.intent,
            kip: &ticket.kip,
            agent: &ticket.agent,
            channel: ticket.channel_kind.name(),
            entries: ticket.entries.iter().map(line).collect(),
            sop: around.sop,
            source: around.source,
            filed: around.filed,
            remarks: around.remarks,
            checked: &ticket.checked,
            proofs: &ticket.proofs,
            notes: &ticket.notes,
            revision: ticket.revision.as_ref().map(|revision| Revised {
                of: &revision.of,
                who: &revision.who,
                when: around.revised,
            }),
        }
    }
}

impl Mistake {
    fn of(error: minijinja::Error) -> Self {
        Self {
            line: error.line().unwrap_or(1),
            message: error.to_string(),
        }
    }
}

/// What a template writes, up to a bound.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > OUTPUT_BYTES_MAX {
            return Err(io::Error::other("a draft does not get this long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `replace`, of which each would otherwise make a text longer by any factor.
fn replaced(text: String, from: String, to: String) -> Result<String, minijinja::Error> {
    let places = text.matches(from.as_str()).count();
    if text.len() + places * to.len() > OUTPUT_BYTES_MAX {
        let message = "a draft does not get this long";
        return Err(minijinja::Error::new(ErrorKind::InvalidOperation, message));
    }
    Ok(text.replace(&from, &to))
}

/// What could grow without end before a byte is written: fuel counts steps, and thirty steps that double are enough.
fn grows(text: &str) -> Option<Mistake> {
    if text.len() > TEMPLATE_BYTES_MAX {
        let message = format!("a template has at most {TEMPLATE_BYTES_MAX} bytes");
        return Some(Mistake { line: 1, message });
    }
    let mut joined = 0;
    for (at, tag) in text.match_indices("{%") {
        let end = text[at..].find("%}").map_or(text.len(), |end| at + end);
        let inside = text[at + tag.len()..end].trim_start_matches(['-', '+', ' ', '\n']);
        let word = inside.split(|c: char| !c.is_alphabetic()).next();
        let is_capture = match word {
            Some("set") => !inside.contains('='),
            Some("macro" | "call") => true,
            Some("with" | "for") => false,
            _ => continue,
        };
        joined += joins(inside);
        if is_capture || joined > JOINED_MAX {
            let line = text[..at].matches('\n').count() + 1;
            let message = "a template names plain values: write what is joined where it is shown";
            return Some(Mistake {
                line,
                message: message.to_owned(),
            });
        }
    }
    None
}

/// How many values a tag joins, be it in a list; a list of constants is as long as it is written.
fn joins(tag: &str) -> usize {
    let outside: String = tag.split(['"', '\'']).step_by(2).collect();
    let parts: Vec<&str> = outside.split(',').map(str::trim_end).collect();
    let is_value =
        |part: &&&str| part.ends_with(|c: char| c.is_alphanumeric() || ")]}_".contains(c));
    let lists = parts[..parts.len() - 1].iter().filter(is_value).count();
    lists + outside.matches(['~', '+', '*']).count()
}

/// The first name that the page does not have, in whichever branch it is.
fn unknown_name(environment: &Environment<'_>, text: &str) -> Option<Mistake> {
    let ticket = Ticket::revised_sample();
    let around = DraftFacts {
        sop: "",
        source: "",
        filed: "",
        revised: "",
        remarks: &[],
    };
    let page = serde_json::to_value(Page::of(&ticket, around)).expect("a page is plain data");
    let template = environment.get_template(NAME).ok()?;
    let is_known = |path: &String| {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let part = rest.split('.').next().unwrap_or_default();
        let is_global = environment.globals().any(|(name, _)| name == first);
        let of_page = page.get(first);
        let has_part = |of: &Json| part.is_empty() || of.get(part).is_some() || !of.is_object();
        is_global || of_page.is_some_and(has_part)
    };
    let mut unknown: Vec<String> = template.undeclared_variables(true).into_iter().collect();
    unknown.retain(|path| !is_known(path));
    unknown.sort();
    let path = unknown.first()?;
    let at = text.find(path.as_str()).unwrap_or_default();
    Some(Mistake {
        line: text[..at].matches('\n').count() + 1,
        message: format!("a draft has no `{path}`"),
    })
}

impl Default for Template {
    fn default() -> Self {
        Self::read(include_str!("../../data/ticket.txt"))
            .expect("the shipped template is checked by a test")
    }
}

impl Answer {
    /// The answer as it is on a draft.
    pub fn display(&self) -> Cow<'_, str> {
        match self {
            Answer::Given(value) => Cow::Borrowed(&value.display),
            Answer::Absent => Cow::Borrowed("tidak ada"),
            Answer::Unchecked(reason) => Cow::Owned(format!("tidak bisa dicek ({reason})")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_that_fails_all_the_same_files_the_shipped_one() {
        let text = "{% for e in entries %}{% if e.value|length > 40 %}{{ e.valeu }}{% endif %}{% endfor %}";
        let mut ticket = Ticket::revised_sample();
        let template = Template::parse(text, std::slice::from_ref(&ticket)).unwrap();
        ticket.entries[0].answer = Answer::Unchecked("long ".repeat(10));
        let around = DraftFacts {
            sop: "",
            source: "the source",
            filed: "today",
            revised: "",
            remarks: &[],
        };
        let filed = template.render(&ticket, around);
        assert_eq!(filed, Template::default().render(&ticket, around));
        assert!(filed.contains("label: tidak bisa dicek (long"), "{filed}");
    }
}
