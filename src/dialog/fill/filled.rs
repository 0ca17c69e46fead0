//! A form with the answers that it has so far: what a message fills in.

use super::Problem;
use super::answer::read;
use crate::catalog::{Case, Field, Form, Spec};
use crate::message::ChannelKind;
use crate::ticket::{Answer, Answers};
use crate::value::Background;

/// A form with the answers that it has so far.
pub struct FilledForm<'a> {
    /// The form.
    pub form: &'a Form,
    /// The answers before the message.
    pub before: &'a Answers,
    /// The answers now.
    pub answers: Answers,
    /// How customers reach the agents.
    pub channel_kind: ChannelKind,
    /// What values are read against.
    pub background: Background<'a>,
}

impl<'a> FilledForm<'a> {
    /// A form with these answers.
    pub fn new(
        form: &'a Form,
        before: &'a Answers,
        channel_kind: ChannelKind,
        background: Background<'a>,
    ) -> Self {
        Self {
            form,
            before,
            answers: before.clone(),
            channel_kind,
            background,
        }
    }

    /// What conditions are evaluated against now.
    pub fn case(&self) -> Case<'_> {
        Case {
            answers: &self.answers,
            channel_kind: self.channel_kind,
        }
    }

    pub fn spec(&self, field: &'a Field) -> &'a Spec {
        field.spec(self.case())
    }

    /// The fields that exist now.
    pub fn fields(&self) -> impl Iterator<Item = &'a Field> {
        let case = self.case();
        let fields = self.form.fields.iter();
        fields.filter(move |field| field.exists(case))
    }

    pub fn is_answered(&self, field: &Field) -> bool {
        self.answers.contains_key(&field.id)
    }

    /// Whether a field exists and has no answer.
    pub fn is_open(&self, field: &Field) -> bool {
        !self.is_answered(field) && field.exists(self.case())
    }

    /// The answered value of a field, or that it has none.
    pub fn answer(&self, field: &Field) -> Option<&Answer> {
        self.answers.get(&field.id)
    }

    /// Reads a text as the answer to a field.
    pub fn read(&self, spec: &Spec, text: &str) -> Result<Answer, Problem> {
        read(spec, text, self.background)
    }

    pub fn take(&mut self, field: &Field, answer: Answer) {
        self.answers.insert(field.id.clone(), answer);
    }

    pub fn is_changed(&self, field: &Field) -> bool {
        self.answers.get(&field.id) != self.before.get(&field.id)
    }

    /// The fields whose answers the message has changed.
    pub fn changed(&self) -> Vec<String> {
        let fields = self.form.fields.iter();
        let changed = fields.filter(|field| self.is_changed(field));
        changed.map(|field| field.id.clone()).collect()
    }
}
