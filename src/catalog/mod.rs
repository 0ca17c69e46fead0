//! The catalogue: every SOP of the folder, checked.
//!
//! `file` is what a lead writes, `schema` holds a file against that shape, `validate` resolves what refers to something
//! else and refuses what does not fit, `sop` and `form` are what remains: a model in which nothing can dangle.
//! Loading is all or nothing, and says every mistake of every file at once.

pub mod condition;
pub mod diagnostic;
pub mod file;
pub mod form;
pub mod glossary;
mod inherit;
mod older;
pub mod parsed;
pub mod role;
pub mod rules;
pub mod schema;
pub mod sop;
pub mod source;
mod validate;

use std::collections::{BTreeMap, HashMap};

pub use condition::Case;
pub use diagnostic::{Diagnostic, Severity};
pub use form::{Complete, Field, Form, Spec};
pub use role::{FieldRole, ItemTopic, SopTopic};
pub use sop::Sop;
pub use source::Source;
pub use validate::sensitive_in;

use crate::ticket::Template;

/// The files a catalogue is made from.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// One SOP each, in any order.
    pub sops: Vec<Source>,
    /// `fields.toml`: fields that several forms share.
    pub fields: Option<Source>,
    /// `links.toml`: named addresses.
    pub links: Option<Source>,
    /// `services.toml`: the brands.
    pub services: Option<Source>,
    /// `outside.txt`: messages that belong to no SOP.
    pub outside: Option<Source>,
    /// `ticket.txt`: the template of a draft.
    pub template: Option<Source>,
    /// `glossary.toml`: abbreviations and words.
    pub glossary: Option<Source>,
    /// `ticket.ID.txt`: the template of the drafts of one SOP.
    pub templates: Vec<Source>,
}

impl Files {
    /// Every file, for finding the text a diagnostic is about.
    pub fn all(&self) -> Vec<&Source> {
        let shared = [
            &self.fields,
            &self.links,
            &self.services,
            &self.outside,
            &self.template,
            &self.glossary,
        ];
        self.sops
            .iter()
            .chain(shared.into_iter().flatten())
            .chain(&self.templates)
            .collect()
    }
}

/// A checked catalogue.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// The SOPs in the order of their ids.
    pub sops: Vec<Sop>,
    /// The brands by id.
    pub services: BTreeMap<String, Service>,
    /// The brands that are not ours.
    pub foreign: Vec<Service>,
    /// The kinds of those.
    pub kinds: Vec<BrandKind>,
    /// Named addresses.
    pub links: BTreeMap<String, String>,
    /// Messages that belong to no SOP.
    pub outside: Vec<String>,
    /// Abbreviations and words.
    pub glossary: glossary::Glossary,
    /// The template of a draft.
    template: Template,
    /// The templates of single SOPs by intent.
    templates: BTreeMap<String, Template>,
    by_id: HashMap<String, usize>,
}

/// A brand procedures belong to.
#[derive(Debug, Clone, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its id: `telkomsel`.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What agents call it.
    #[serde(default)]
    pub names: Vec<String>,
    /// Its customers have account managers.
    #[serde(default)]
    pub account_managers: bool,
    /// Whether it is a brand of ours; of others there are no procedures.
    #[serde(default = "yes")]
    pub ours: bool,
    /// What kind of brand it is, where it is not ours: the id of a `[[kind]]`.
    pub kind: Option<String>,
    /// Names that are also people's: `tri`.
    #[serde(default)]
    pub people: Vec<String>,
}

fn yes() -> bool {
    true
}

/// A kind of brands that are not ours, and what makes a message ours although it names one.
#[derive(Debug, Clone, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandKind {
    /// Its id: `operator`.
    pub id: String,
    /// Words of what we sell, anywhere in the message.
    #[serde(default)]
    pub ours_with: Vec<String>,
    /// Words right before the brand's name: `lewat`, `ke`.
    #[serde(default)]
    pub ours_after: Vec<String>,
    /// Words in the same clause: `dulu`.
    #[serde(default)]
    pub ours_beside: Vec<String>,
    /// Words of what only they do, whatever is right before the name: `pesanan di ... belum dikirim`.
    #[serde(default)]
    pub theirs_with: Vec<String>,
}

/// What loading found: the catalogue if nothing was wrong, and everything there is to say.
#[derive(Debug)]
pub struct Loaded {
    /// The catalogue, unless an error was found.
    pub catalog: Option<Catalog>,
    /// All errors, warnings and notes of all files, by file and line.
    pub diagnostics: Vec<Diagnostic>,
}

impl Catalog {
    /// Checks the files and builds the catalogue from them.
    pub fn load(files: &Files, today: jiff::civil::Date) -> Loaded {
        validate::load(files, today)
    }

    /// Returns the SOP with this id.
    pub fn sop(&self, id: &str) -> Option<&Sop> {
        self.by_id.get(id).map(|&place| &self.sops[place])
    }

    /// Returns the SOP from which the assistant answers this.
    pub fn answering(&self, topic: SopTopic) -> Option<&Sop> {
        self.sops.iter().find(|sop| sop.answers == Some(topic))
    }

    /// Returns the fields with this role; those whose values identify a case first, for they are the surest.
    pub fn fields_with(&self, role: FieldRole) -> impl Iterator<Item = &Field> {
        let fields = || {
            let forms = self.sops.iter().flat_map(|sop| &sop.forms);
            let fields = forms.flat_map(|form| &form.fields);
            fields.filter(move |field| field.base.role == Some(role))
        };
        let sure = fields().filter(|field| field.base.identifies);
        sure.chain(fields().filter(|field| !field.base.identifies))
    }

    /// The same with this SOP in the place of the one with its id.
    #[must_use]
    pub fn with_sop(&self, sop: &Sop) -> Self {
        let mut other = self.clone();
        other.sops.retain(|known| known.id != sop.id);
        other.sops.push(sop.clone());
        other.indexed()
    }

    /// Returns the template of an intent's drafts.
    pub fn template(&self, intent: &str) -> &Template {
        self.templates.get(intent).unwrap_or(&self.template)
    }

    /// The same with its SOPs in the order of their ids, found by them.
    fn indexed(mut self) -> Self {
        self.sops.sort_by(|a, b| a.id.cmp(&b.id));
        let ids = self.sops.iter().enumerate();
        self.by_id = ids.map(|(place, sop)| (sop.id.clone(), place)).collect();
        self
    }
}
