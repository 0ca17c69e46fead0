//! The layout of a draft: a template file that a team may edit, checked when the catalogue is loaded.

use std::borrow::Cow;

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use super::{Answer, Remarked, SerialForm, Ticket};
use crate::value::Remark;

const NAME: &str = "ticket";

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
    /// Checks a template: its syntax, and that it renders a ticket without asking for anything unknown.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let mistake = |error: minijinja::Error| Mistake {
            line: error.line().unwrap_or(1),
            message: error.to_string(),
        };
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment
            .add_template_owned(NAME, text.to_owned())
            .map_err(mistake)?;
        let template = Self { environment };
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
        for sample in [Ticket::sample(), Ticket::revised_sample()] {
            template.try_render(&sample, around).map_err(mistake)?;
        }
        Ok(template)
    }

    /// Renders a ticket as plain text.
    pub fn render(&self, ticket: &Ticket, around: DraftFacts<'_>) -> String {
        self.try_render(ticket, around)
            .expect("the template rendered a sample of everything it may use when it was parsed")
    }

    fn try_render(
        &self,
        ticket: &Ticket,
        around: DraftFacts<'_>,
    ) -> Result<String, minijinja::Error> {
        let entries: Vec<_> = ticket
            .entries
            .iter()
            .map(|entry| Line {
                field: &entry.field,
                label: &entry.label,
                value: entry.answer.display(),
            })
            .collect();
        let page = Page {
            id: &ticket.id,
            title: &ticket.title,
            intent: &ticket.intent,
            kip: &ticket.kip,
            agent: &ticket.agent,
            channel: ticket.channel_kind.name(),
            entries,
            sop: around.sop,
            source: around.source,
            filed: around.filed,
            remarks: around.remarks,
            checked: &ticket.checked,
            proofs: &ticket.proofs,
            revision: ticket.revision.as_ref().map(|revision| Revised {
                of: &revision.of,
                who: &revision.who,
                when: around.revised,
            }),
        };
        let text = self.environment.get_template(NAME)?.render(Serde(&page))?;
        Ok(text.trim().to_owned())
    }
}

impl Default for Template {
    fn default() -> Self {
        Self::parse(include_str!("../../data/ticket.txt"))
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
