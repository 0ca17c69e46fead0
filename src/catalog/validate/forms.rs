//! Ticket forms: shared fields inherited, variants laid over their field, conditions parsed and resolved.

use std::collections::HashSet;

use jiff::SignedDuration;

use super::super::condition::{CHANNEL_KIND, Condition, ConditionTerm};
use super::super::diagnostic::{Diagnostic, Severity};
use super::super::file::{FieldFile, FieldSpecFile, FormFile, KindName, OptionFile, SopFile};
use super::super::form::{Field, Form, Kip, Kit, Requirement, Spec};
use super::super::parsed::Parsed;
use super::suggest;
use crate::message::ChannelKind;
use crate::text::likeness::nearest;
use crate::value::{Choice, Choices, Kind};

/// The most characters a free text takes unless its field says otherwise: more than a sentence is not a form's answer.
const TEXT_CHARS: u16 = 300;
/// The most characters an identifier takes unless its field says otherwise.
const CODE_CHARS: u16 = 40;

/// Builds the forms of one SOP.
pub fn build(parsed: &Parsed<'_>, file: &SopFile, found: &mut Vec<Diagnostic>) -> Vec<Form> {
    let forms: Vec<Form> = (file.forms.iter().enumerate())
        .map(|(index, form)| build_form(parsed, &format!("/form/{index}"), form, found))
        .collect();
    let always = forms.iter().position(|form| form.when.is_none());
    if let Some(first) = always.filter(|first| first + 1 < forms.len()) {
        let message = format!(
            "the form `{}` always applies, so the forms below it never do",
            forms[first].id
        );
        found.push(
            parsed
                .error(&format!("/form/{first}/id"), message)
                .help("give it a `when`, or move it to the end"),
        );
    }
    if always.is_none() && !forms.is_empty() {
        let last = forms.len() - 1;
        let message = "no form applies when no condition holds".to_owned();
        found.push(
            parsed
                .error(&format!("/form/{last}/id"), message)
                .help("leave `when` out of the last form"),
        );
    }
    resolve_all(parsed, file, forms, found)
}

/// `30m`, `4h`, `1d`: the schema lets nothing else through.
fn duration(text: &str) -> Option<SignedDuration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok()?;
    match unit {
        "m" => Some(SignedDuration::from_mins(number)),
        "h" => Some(SignedDuration::from_hours(number)),
        "d" => Some(SignedDuration::from_hours(24 * number)),
        _ => None,
    }
}

fn build_form(parsed: &Parsed<'_>, at: &str, form: &FormFile, found: &mut Vec<Diagnostic>) -> Form {
    check_kip(parsed, at, form, found);
    let mut seen = HashSet::new();
    let fields = form.fields.iter().enumerate().filter_map(|(index, field)| {
        let at = format!("{at}/field/{index}");
        if !seen.insert(field.id.as_str()) {
            let message = format!(
                "duplicate id `{}`: the form has this field already",
                field.id
            );
            let cure = "a field stands once in a form";
            found.push(parsed.error(&format!("{at}/id"), message).help(cure));
        }
        build_field(parsed, &at, field, found)
    });
    let fields = fields.collect();
    let mut when = |key: &str, text: &Option<String>| {
        condition(parsed, &format!("{at}/{key}"), text.as_deref(), found)
    };
    let kips = form.kips.iter().enumerate().map(|(index, kip)| Kip {
        path: kip.path.clone(),
        code: kip.code.clone(),
        when: when(&format!("kip/{index}/when"), &kip.when),
    });
    let kips = kips.collect();
    let kits = form.kits.iter().enumerate().map(|(index, kit)| Kit {
        text: kit.text.clone(),
        when: when(&format!("kit/{index}/when"), &kit.when),
    });
    let kits = kits.collect();
    Form {
        id: form.id.clone(),
        title: form.title.clone(),
        when: when("when", &form.when),
        fields,
        kips,
        kip_none: form.kip_none.clone(),
        kits,
        follow_up: form.follow_up.as_deref().and_then(duration),
    }
}

/// A form has complaint categories, the last one without a condition, or says that there are none.
fn check_kip(parsed: &Parsed<'_>, at: &str, form: &FormFile, found: &mut Vec<Diagnostic>) {
    let id = &form.id;
    let (key, message, cure) = match (form.kips.last(), &form.kip_none) {
        (None, None) => (
            "id",
            format!("the form `{id}` neither has a KIP nor says that there is none"),
            "add `[[form.kip]]`, or `kip_none = \"tidak tercantum di SOP\"`",
        ),
        (Some(_), Some(_)) => (
            "kip_none",
            format!("the form `{id}` has a KIP and says that there is none"),
            "keep one of the two",
        ),
        (Some(last), None) if last.when.is_some() => (
            "kip",
            format!("no KIP of the form `{id}` applies when no condition holds"),
            "leave `when` out of the last KIP",
        ),
        _ => return,
    };
    found.push(parsed.error(&format!("{at}/{key}"), message).help(cure));
}

fn build_field(
    parsed: &Parsed<'_>,
    at: &str,
    field: &FieldFile,
    found: &mut Vec<Diagnostic>,
) -> Option<Field> {
    let file = &field.spec;
    let base = spec(parsed, at, &field.id, file, found)?;
    let variants = field.variants.iter().enumerate();
    let variants = variants.filter_map(|(index, variant)| {
        let at = format!("{at}/variant/{index}");
        let when = condition(parsed, &format!("{at}/when"), Some(&variant.when), found)?;
        Some((when, spec(parsed, &at, &field.id, &variant.spec, found)?))
    });
    let variants = variants.collect();
    let mut read = |key: &str, text: &Option<String>| {
        condition(parsed, &format!("{at}/{key}"), text.as_deref(), found)
    };
    let required = read("required_when", &file.required_when);
    Some(Field {
        id: field.id.clone(),
        base,
        variants,
        only: read("only_when", &file.only_when),
        required: match (file.optional, required) {
            (Some(true), _) => Requirement::Never,
            (_, Some(condition)) => Requirement::When(condition),
            (_, None) => Requirement::Always,
        },
    })
}

fn spec(
    parsed: &Parsed<'_>,
    at: &str,
    id: &str,
    file: &FieldSpecFile,
    found: &mut Vec<Diagnostic>,
) -> Option<Spec> {
    let mut lacks = |key: &str, why: &str| {
        found.push(
            parsed
                .error(at, format!("the field `{id}` lacks `{key}`"))
                .help(why.to_owned()),
        );
    };
    let (Some(label), Some(kind)) = (file.label.clone(), file.kind) else {
        lacks(
            "label` and `kind",
            "say them here, or once for all forms in `fields.toml`",
        );
        return None;
    };
    let options = file.options.as_deref().unwrap_or_default();
    if matches!(kind, KindName::Choice | KindName::Choices) && options.is_empty() {
        lacks(
            "options",
            "list what there is to choose from: `options = [{ value = \"...\" }]`",
        );
    }
    let text_chars = |default: u16| usize::from(file.max_chars.unwrap_or(default));
    let kind = match kind {
        KindName::Text => Kind::Text {
            max_chars: text_chars(TEXT_CHARS),
        },
        KindName::Name => Kind::Name,
        KindName::Place => Kind::Place {
            max_chars: text_chars(TEXT_CHARS),
        },
        KindName::Msisdn => Kind::Msisdn,
        KindName::Contact => Kind::Contact,
        KindName::Choice => Kind::Choice(choices(options, false, file.open)),
        KindName::Choices => Kind::Choice(choices(options, true, file.open)),
        KindName::Date => Kind::Date {
            past: file.past.unwrap_or(false),
        },
        KindName::Datetime => Kind::DateTime {
            past: file.past.unwrap_or(false),
        },
        KindName::Rupiah => Kind::Rupiah,
        KindName::Email => Kind::Email,
        KindName::Serial => {
            let Some(digits) = file.digits else {
                lacks(
                    "digits",
                    "say how many digits the serial number has: `digits = 25`",
                );
                return None;
            };
            Kind::Serial {
                digits: usize::from(digits),
                prefix: file.prefix.clone().unwrap_or_default(),
                lenient: file.lenient.unwrap_or(false),
            }
        }
        KindName::Code => Kind::Code {
            max_chars: text_chars(CODE_CHARS),
        },
        KindName::Card => Kind::Card,
    };
    Some(Spec {
        label,
        kind,
        question: file.question.clone(),
        help: file.help.clone(),
        example: file.example.clone(),
        aliases: file.aliases.clone().unwrap_or_default(),
        cues: file.cues.clone().unwrap_or_default(),
        begins: file
            .begins
            .iter()
            .flatten()
            .map(|word| word.to_lowercase())
            .collect(),
        may_be_absent: file.may_be_absent.unwrap_or(false),
        looked_up: file.looked_up.unwrap_or(false),
        role: file.role,
        identifies: file.identifies.unwrap_or(false),
    })
}

fn choices(options: &[OptionFile], many: bool, open: Option<bool>) -> Choices {
    let option = |option: &OptionFile| Choice {
        value: option.value.clone(),
        aliases: option.aliases.clone(),
        groups: option.groups.clone(),
    };
    Choices {
        options: options.iter().map(option).collect(),
        many,
        open: open.unwrap_or(false),
    }
}

pub(super) fn condition(
    parsed: &Parsed<'_>,
    at: &str,
    text: Option<&str>,
    found: &mut Vec<Diagnostic>,
) -> Option<Condition> {
    match Condition::parse(text?) {
        Ok(condition) => Some(condition),
        Err(unreadable) => {
            let message = format!(
                "this condition cannot be read: expected {}",
                unreadable.expected
            );
            found.push(within(parsed, at, &unreadable.span, message).help(
                "write `field = 'VALUE'`, `field in group`, `not field`, joined by `and` or `or`",
            ));
            None
        }
    }
}

/// Makes an error about some bytes of a condition, or about all of it where its place in the file is not plain.
fn within(
    parsed: &Parsed<'_>,
    at: &str,
    span: &std::ops::Range<usize>,
    message: String,
) -> Diagnostic {
    let mut whole = parsed.span(at);
    // A condition inherited from `fields.toml` has no place in this file.
    let inside = whole.start + 1 + span.start..whole.start + 1 + span.end;
    if inside.end < whole.end
        && parsed.source.text.is_char_boundary(inside.start)
        && parsed.source.text.is_char_boundary(inside.end)
    {
        whole = inside;
    }
    Diagnostic::new(parsed.source, whole, Severity::Error, message)
}

/// Resolves the names in every condition: fields of any form of the SOP, options and groups of the field they belong to.
fn resolve_all(
    parsed: &Parsed<'_>,
    file: &SopFile,
    mut forms: Vec<Form>,
    found: &mut Vec<Diagnostic>,
) -> Vec<Form> {
    let known = kinds(&forms);
    for (index, form) in forms.iter_mut().enumerate() {
        let at = format!("/form/{index}");
        let mut check = |at: String, condition: Option<&mut Condition>| {
            if let Some(condition) = condition {
                condition.each_leaf(&mut |leaf| resolve(parsed, &at, leaf, &known, found));
            }
        };
        check(format!("{at}/when"), form.when.as_mut());
        for (kip, entry) in form.kips.iter_mut().enumerate() {
            check(format!("{at}/kip/{kip}/when"), entry.when.as_mut());
        }
        for (kit, entry) in form.kits.iter_mut().enumerate() {
            check(format!("{at}/kit/{kit}/when"), entry.when.as_mut());
        }
        for field in &mut form.fields {
            let place = file.forms[index]
                .fields
                .iter()
                .position(|file| file.id == field.id)
                .unwrap_or_default();
            let at = format!("{at}/field/{place}");
            check(format!("{at}/only_when"), field.only.as_mut());
            if let Requirement::When(condition) = &mut field.required {
                check(format!("{at}/required_when"), Some(condition));
            }
            for (variant, (when, _)) in field.variants.iter_mut().enumerate() {
                check(format!("{at}/variant/{variant}/when"), Some(when));
            }
        }
    }
    forms
}

/// The fields of all forms with what they take.
pub(super) fn kinds(forms: &[Form]) -> Vec<(String, Kind)> {
    forms
        .iter()
        .flat_map(|form| &form.fields)
        .map(|field| (field.id.clone(), field.base.kind.clone()))
        .collect()
}

pub(super) fn resolve(
    parsed: &Parsed<'_>,
    at: &str,
    leaf: &mut Condition,
    known: &[(String, Kind)],
    found: &mut Vec<Diagnostic>,
) {
    let (field, value) = match leaf {
        Condition::Has(field) => (&*field, None),
        Condition::Is(field, value) => (&*field, Some(&*value)),
        Condition::In(field, group, options) => {
            let of = |kind: &Kind| match kind {
                Kind::Choice(choices) => choices.options.clone(),
                _ => Vec::new(),
            };
            let choices = known
                .iter()
                .filter(|(id, _)| *id == field.text)
                .flat_map(|(_, kind)| of(kind));
            let members = choices.filter(|choice| choice.groups.contains(&group.text));
            *options = members.map(|choice| choice.value).collect();
            if options.is_empty() && known.iter().any(|(id, _)| *id == field.text) {
                let message = format!(
                    "no option of `{}` belongs to a group `{}`",
                    field.text, group.text
                );
                let cure = "give the options it means `groups = [\"...\"]`";
                found.push(within(parsed, at, &group.span, message).help(cure));
                return;
            }
            (&*field, None)
        }
        Condition::Not(_) | Condition::All(_) | Condition::Any(_) => return,
    };
    let allowed: Vec<&str> = if field.text == CHANNEL_KIND {
        [
            ChannelKind::Voice,
            ChannelKind::NonVoice,
            ChannelKind::Ecare,
        ]
        .map(ChannelKind::name)
        .to_vec()
    } else {
        let mut kinds = known.iter().filter(|(id, _)| *id == field.text).peekable();
        if kinds.peek().is_none() {
            let message = format!("the condition asks for an unknown field `{}`", field.text);
            let ids = known
                .iter()
                .map(|(id, _)| id.as_str())
                .chain([CHANNEL_KIND]);
            let unknown = within(parsed, at, &field.span, message);
            found.push(suggest(
                unknown,
                &field.text,
                ids,
                "name a field of this SOP's forms",
            ));
            return;
        }
        let closed = kinds.filter_map(|(_, kind)| match kind {
            Kind::Choice(choices) if !choices.open => Some(choices),
            _ => None,
        });
        closed
            .flat_map(|choices| &choices.options)
            .map(|option| option.value.as_str())
            .collect()
    };
    if let Some(ConditionTerm { text, span }) = value
        && !allowed.is_empty()
        && !allowed.contains(&text.as_str())
    {
        let message = format!("`{}` never has the value `{text}`", field.text);
        let unknown = within(parsed, at, span, message);
        let cure = nearest(text, allowed.iter().copied()).map_or_else(
            || format!("one of {}", allowed.join(", ")),
            |meant| format!("did you mean `{meant}`?"),
        );
        found.push(unknown.help(cure));
    }
}
