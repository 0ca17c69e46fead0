//! The layouts of drafts, tried on every draft that the forms can file: each field present, left out and absent, in each of
//! its variants, with each of its options.

use std::collections::BTreeMap;

use super::super::{Diagnostic, Field, Form, Severity, Sop, Source, Spec};
use super::suggest;
use crate::catalog::form::Requirement;
use crate::message::ChannelKind;
use crate::ticket::{Answer, FiledField, SerialForm, Template, Ticket};
use crate::value::{Kind, Value};

/// More options than this read alike to a layout.
const OPTIONS_MAX: usize = 64;

/// The layout for all drafts, and those of single SOPs by their ids: `ticket.imes-tagihan.txt`.
pub(super) fn read(
    common: Option<&Source>,
    own: &[Source],
    sops: &[Sop],
    found: &mut Vec<Diagnostic>,
) -> (Template, BTreeMap<String, Template>) {
    let mut layouts = BTreeMap::new();
    for source in own {
        let name = source.stem.strip_prefix("ticket.").unwrap_or(&source.stem);
        let id = name.strip_suffix(".txt").unwrap_or(name);
        let sop = sops.iter().find(|sop| sop.id == id);
        if sop.is_none() {
            let first_line = 0..source.text.find('\n').unwrap_or(source.text.len());
            let message = format!("a template for the unknown SOP `{id}`");
            // Another folder of SOPs beside the same data is no mistake.
            let unknown = Diagnostic::new(source, first_line, Severity::Warning, message);
            let ids = sops.iter().map(|sop| sop.id.as_str());
            found.push(suggest(unknown, id, ids, "name it `ticket.ID.txt`"));
        }
        let drafts = sop.map_or_else(|| vec![Ticket::revised_sample()], drafts);
        layouts.insert(id.to_owned(), layout(source, &drafts, found));
    }
    let Some(source) = common else {
        return (Template::default(), layouts);
    };
    let others = sops.iter().filter(|sop| !layouts.contains_key(&sop.id));
    let mut all = vec![Ticket::revised_sample()];
    all.extend(others.flat_map(drafts));
    (layout(source, &all, found), layouts)
}

fn layout(source: &Source, drafts: &[Ticket], found: &mut Vec<Diagnostic>) -> Template {
    Template::parse(&source.text, drafts).unwrap_or_else(|mistake| {
        let above = source.text.split_inclusive('\n').take(mistake.line - 1);
        let start = above.map(str::len).sum::<usize>();
        let place = start..source.text.len();
        let wrong = Diagnostic::new(source, place, Severity::Error, mistake.message);
        found.push(wrong.help("see the comment at the top of the template for what it may use"));
        Template::default()
    })
}

/// A draft of each kind that an SOP's forms can file.
fn drafts(sop: &Sop) -> Vec<Ticket> {
    let drafts = sop.forms.iter().flat_map(|form| {
        let ways: Vec<Vec<FiledField>> = form.fields.iter().map(ways).collect();
        let kips = form.kips.iter().map(|kip| kip.path.as_str());
        let kips: Vec<&str> = kips.chain(form.kip_none.as_deref()).collect();
        let entries = entries(form, &ways).into_iter().enumerate();
        let draft = move |(at, entries): (usize, Vec<FiledField>)| Ticket {
            intent: sop.id.clone(),
            form: form.id.clone(),
            title: form.title.clone(),
            channel_kind: ChannelKind::ALL[at % ChannelKind::ALL.len()],
            kip: kips
                .get(at % kips.len().max(1))
                .copied()
                .unwrap_or_default()
                .to_owned(),
            entries,
            ..Ticket::revised_sample()
        };
        entries.map(draft).collect::<Vec<_>>()
    });
    drafts.collect()
}

/// The fields of those drafts: all in each of their ways, and every optional one alone and left out.
fn entries(form: &Form, ways: &[Vec<FiledField>]) -> Vec<Vec<FiledField>> {
    let rounds = ways.iter().map(Vec::len).max().unwrap_or(0);
    let way = |ways: &Vec<FiledField>, round: usize| ways[round % ways.len()].clone();
    let mut all: Vec<Vec<FiledField>> = (0..rounds)
        .map(|round| ways.iter().map(|ways| way(ways, round)).collect())
        .collect();
    let is_sure =
        |field: &Field| field.only.is_none() && matches!(field.required, Requirement::Always);
    let chosen = |choose: &dyn Fn(usize) -> bool| -> Vec<FiledField> {
        let fields = form.fields.iter().zip(ways).enumerate();
        let chosen = fields.filter(|(at, (field, _))| is_sure(field) || choose(*at));
        chosen.map(|(_, (_, ways))| way(ways, 0)).collect()
    };
    all.push(chosen(&|_| false));
    for place in 0..ways.len() {
        all.push(chosen(&|at| at == place));
        all.push(chosen(&|at| at != place));
    }
    all
}

/// How a field can be answered.
fn ways(field: &Field) -> Vec<FiledField> {
    let specs = [&field.base]
        .into_iter()
        .chain(field.variants.iter().map(|(_, spec)| spec));
    let ways = specs.flat_map(|spec| {
        answers(spec).into_iter().map(|answer| FiledField {
            field: field.id.clone(),
            label: spec.label.clone(),
            masked: answer.display().into_owned(),
            answer,
            identifies: spec.identifies,
            serial: matches!(spec.kind, Kind::Serial { .. }).then(SerialForm::default),
        })
    });
    ways.collect()
}

fn answers(spec: &Spec) -> Vec<Answer> {
    let given = |text: &str| Answer::Given(Value::plain(text));
    let mut answers = vec![given(
        spec.example.as_deref().unwrap_or(spec.kind.example()),
    )];
    if let Kind::Choice(choices) = &spec.kind {
        let options = choices.options.iter().take(OPTIONS_MAX);
        answers.extend(options.map(|option| given(&option.value)));
    }
    answers.extend(spec.may_be_absent.then_some(Answer::Absent));
    answers.extend(
        spec.looked_up
            .then(|| Answer::Unchecked(spec.label.clone())),
    );
    answers
}
