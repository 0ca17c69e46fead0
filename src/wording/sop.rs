//! A procedure as agents read it: what they asked for first, then the checklist, the rest behind buttons.

use super::{Around, button, say, say_with, title};
use crate::act::Part;
use crate::catalog::sop::{Cause, Item, Outcome, OutcomeKind, Section, SectionKind};
use crate::catalog::{Catalog, Sop};
use crate::guide::{Knowledge, Point, PointKind};
use crate::message::{Button, ChannelKind, Reply};

/// The link target that stands for all causes and outcomes of an SOP.
const CAUSES: &str = "penyebab";

/// The procedure, beginning with the points that were asked for.
pub fn whole(knowledge: &Knowledge, intent: &str, points: &[String], around: Around<'_>) -> Reply {
    let Some(sop) = knowledge.catalog.sop(intent) else {
        return gone(intent);
    };
    let mut text = format!("**{}**\n{}", sop.title, sop.summary);
    let asked = known(knowledge, intent, points);
    for point in &asked {
        text += &format!("\n\n{}", answer(knowledge, sop, point));
    }
    for section in checklist(sop) {
        text += &format!(
            "\n\n{}",
            section_text(knowledge, section, around.channel_kind)
        );
    }
    text += &ending(knowledge, sop, around);
    let mut reply = shown(sop, text);
    if asked.first().is_some_and(|point| is_hole(point)) {
        reply.buttons.insert(0, forward(intent));
    }
    reply
}

/// The points that were asked for, and nothing else; the procedure behind a button.
pub fn brief(knowledge: &Knowledge, intent: &str, points: &[String], around: Around<'_>) -> Reply {
    let Some(sop) = knowledge.catalog.sop(intent) else {
        return gone(intent);
    };
    let asked = known(knowledge, intent, points);
    if asked.is_empty() {
        return whole(knowledge, intent, points, around);
    }
    let answers: Vec<_> = asked
        .iter()
        .map(|point| answer(knowledge, sop, point))
        .collect();
    let text = answers.join("\n\n") + &ending(knowledge, sop, around);
    let hole = is_hole(asked[0]).then(|| forward(intent));
    let whole = button("SOP lengkap", format!("answer:{intent}"));
    let buttons = hole.into_iter().chain([whole]).chain(deeds(sop));
    Reply {
        sop: Some(sop.id.clone()),
        ..say_with(text, buttons.collect())
    }
}

fn known<'k>(knowledge: &'k Knowledge, intent: &str, points: &[String]) -> Vec<&'k Point> {
    let points = points.iter();
    points
        .filter_map(|id| knowledge.point(intent, id))
        .collect()
}

/// What goes with it in this channel, whether it is overdue, and where it is from.
fn ending(knowledge: &Knowledge, sop: &Sop, around: Around<'_>) -> String {
    let mut text = String::new();
    for see in sop
        .see
        .iter()
        .filter(|see| see.proactive_in.contains(&around.channel_kind))
    {
        let name = see.sop.as_ref().map_or_else(
            || see.title.clone().unwrap_or_default(),
            |id| title(&knowledge.catalog, id),
        );
        text += &format!("\n\n➤ {}: **{name}**", see.when);
    }
    if sop.review_by < around.now.date() {
        text += &format!(
            "\n\n⚠ SOP ini seharusnya ditinjau {} sebelum {}.",
            sop.owner, sop.review_by
        );
    }
    text + &format!("\n\n*{}*", source(sop))
}

/// A section, all causes, or one point.
pub fn part(knowledge: &Knowledge, intent: &str, id: &str, around: Around<'_>) -> Reply {
    let Some(sop) = knowledge.catalog.sop(intent) else {
        return gone(intent);
    };
    if id == CAUSES && !sop.causes.is_empty() {
        return shown(sop, causes(sop));
    }
    if let Some(section) = sop.sections.iter().find(|section| section.id == id) {
        return shown(sop, section_text(knowledge, section, around.channel_kind));
    }
    match knowledge.point(intent, id) {
        Some(point) => {
            let text = format!("{}\n*{}*", answer(knowledge, sop, point), source(sop));
            let mut reply = shown(sop, text);
            if is_hole(point) {
                reply.buttons.insert(0, forward(intent));
            }
            reply
        }
        None => say(format!("SOP **{}** tidak punya bagian `{id}`.", sop.title)),
    }
}

/// A part that is no section: causes, mandatory fields, complaint categories, source.
pub fn other_part(knowledge: &Knowledge, intent: &str, part: Part, around: Around<'_>) -> Reply {
    let Some(sop) = knowledge.catalog.sop(intent) else {
        return gone(intent);
    };
    let text = match part {
        Part::Causes => causes(sop),
        Part::Kip => kips(sop),
        Part::Fields => mandatory_fields(sop, around.channel_kind),
        Part::Source => format!("**{}**\n{}", sop.title, source(sop)),
        Part::Next => format!("**{}**: {}", sop.title, sop.summary),
        Part::Whole | Part::Checks | Part::Questions | Part::Handling => {
            return whole(knowledge, intent, &[], around);
        }
    };
    Reply {
        sop: Some(sop.id.clone()),
        ..say_with(text, deeds(sop).collect())
    }
}

/// What can be done about a case of a procedure.
pub fn next_steps(catalog: &Catalog, intent: &str) -> Vec<Button> {
    let sop = catalog.sop(intent);
    sop.map(|sop| deeds(sop).collect()).unwrap_or_default()
}

fn kips(sop: &Sop) -> String {
    let lines = sop.forms.iter().map(|form| {
        let paths = form.kips.iter().map(|kip| kip.path.as_str());
        let paths: Vec<_> = paths.chain(form.kip_none.as_deref()).collect();
        format!("- {}: {}", form.title, paths.join("\n  atau: "))
    });
    let lines: Vec<_> = lines.collect();
    match lines.is_empty() {
        true => format!("SOP **{}** tidak mencantumkan KIP.", sop.title),
        false => format!("**KIP**\n{}", lines.join("\n")),
    }
}

fn mandatory_fields(sop: &Sop, channel_kind: ChannelKind) -> String {
    let answers = crate::ticket::Answers::new();
    let case = crate::catalog::Case {
        answers: &answers,
        channel_kind,
    };
    let fields = sop.form(case).into_iter().flat_map(|form| &form.fields);
    let lines = fields.filter(|field| field.mandatory(case));
    let lines: Vec<_> = lines
        .map(|field| format!("- {}", field.spec(case).label))
        .collect();
    match lines.is_empty() {
        true => format!("SOP **{}** tidak punya form tiket.", sop.title),
        false => format!("**Data wajib tiket**\n{}", lines.join("\n")),
    }
}

/// One point, with where it stands in the SOP; nothing when the catalogue has lost it.
pub fn point_text(knowledge: &Knowledge, intent: &str, id: &str) -> String {
    let sop = knowledge.catalog.sop(intent);
    let point = sop.zip(knowledge.point(intent, id));
    point.map_or_else(String::new, |(sop, point)| answer(knowledge, sop, point))
}

/// Hands the question to the owner of the procedure.
pub fn forward(intent: &str) -> Button {
    button("Teruskan ke pemilik SOP", format!("forward:{intent}"))
}

fn is_hole(point: &Point) -> bool {
    matches!(point.kind, PointKind::Unclear(_))
}

fn shown(sop: &Sop, text: String) -> Reply {
    Reply {
        sop: Some(sop.id.clone()),
        ..say_with(text, buttons(sop))
    }
}

fn gone(intent: &str) -> Reply {
    say(format!(
        "SOP `{intent}` sudah tidak ada di katalog. Ketik `/sop` untuk daftar terbaru."
    ))
}

/// What an agent works through: the checks and the questions to the customer.
fn checklist(sop: &Sop) -> impl Iterator<Item = &Section> {
    sop.sections
        .iter()
        .filter(|section| matches!(section.kind, SectionKind::Check | SectionKind::Ask))
}

/// What can be done about the case.
fn deeds(sop: &Sop) -> impl Iterator<Item = Button> {
    let ticket =
        (!sop.forms.is_empty()).then(|| button("Buat tiket", format!("ticket:{}", sop.id)));
    let walk = (!sop.causes.is_empty()).then(|| button("Pandu", format!("walk:{}", sop.id)));
    ticket.into_iter().chain(walk)
}

fn buttons(sop: &Sop) -> Vec<Button> {
    let causes = (!sop.causes.is_empty())
        .then(|| button("Kemungkinan penyebab", format!("point:{}#{CAUSES}", sop.id)));
    let shown: Vec<_> = checklist(sop).map(|section| section.id.as_str()).collect();
    let sections = sop
        .sections
        .iter()
        .filter(|section| !shown.contains(&section.id.as_str()));
    let sections =
        sections.map(|section| button(&section.title, format!("point:{}#{}", sop.id, section.id)));
    deeds(sop).chain(causes).chain(sections).collect()
}

/// One point, with where it stands in the SOP.
fn answer(knowledge: &Knowledge, sop: &Sop, point: &Point) -> String {
    let text = match point.kind {
        PointKind::Item(section, place) => {
            item_text(knowledge, &sop.sections[section].items[place])
        }
        PointKind::Cause(place) => cause_text(sop, &sop.causes[place]),
        PointKind::Outcome(place) => outcome_text(sop, &sop.outcomes[place]),
        PointKind::Unclear(place) => {
            format!("{}\nPemilik SOP: {}.", sop.unclear[place].text, sop.owner)
        }
        PointKind::Kip(place) => {
            let form = &sop.forms[place];
            let paths: Vec<_> = form
                .kips
                .iter()
                .map(|kip| kip.path.as_str())
                .chain(form.kip_none.as_deref())
                .collect();
            format!("{}: {}", form.title, paths.join("\natau: "))
        }
    };
    format!(
        "➤ **{}**\n{text}\n*{} › {} › {}#{}*",
        point.under, sop.title, point.under, sop.id, point.id
    )
}

fn section_text(knowledge: &Knowledge, section: &Section, kind: ChannelKind) -> String {
    let items = section
        .items
        .iter()
        .filter(|item| item.channel_kinds.is_empty() || item.channel_kinds.contains(&kind));
    let mut lines = vec![format!("**{}**", section.title)];
    for (number, item) in items.enumerate() {
        let text = item_text(knowledge, item).replace('\n', "\n   ");
        lines.push(format!("{}. {text}", number + 1));
    }
    lines.join("\n")
}

fn item_text(knowledge: &Knowledge, item: &Item) -> String {
    let mut text = item.text.clone();
    if !item.steps.is_empty() {
        text += &format!("\n{}", item.steps.join(" › "));
    }
    if let Some(address) = item
        .link
        .as_ref()
        .and_then(|link| knowledge.catalog.links.get(link))
    {
        text += &format!("\n{address}");
    }
    if let Some(secret) = &item.secret {
        text += &format!("\nLogin: `secret:{secret}`, minta ke team lead");
    }
    text
}

fn causes(sop: &Sop) -> String {
    let causes = sop.causes.iter().map(|cause| cause_text(sop, cause));
    let outcomes = sop
        .outcomes
        .iter()
        .map(|outcome| format!("{}: {}", outcome.id, outcome_text(sop, outcome)));
    let causes: Vec<_> = causes.collect();
    let outcomes: Vec<_> = outcomes.collect();
    format!(
        "**Kemungkinan penyebab**\n{}\n\n**Tindak lanjut**\n{}",
        causes.join("\n"),
        outcomes.join("\n")
    )
}

fn cause_text(sop: &Sop, cause: &Cause) -> String {
    let branches = cause.branches.iter().map(|branch| {
        let target = sop
            .outcomes
            .iter()
            .find(|outcome| outcome.id == branch.goto);
        let then = match target {
            Some(outcome) => format!("{} ({})", kind_word(outcome.kind), outcome.id),
            None => format!("lanjut ke {}", branch.goto),
        };
        format!("   - {} → {then}", branch.when)
    });
    let branches: Vec<_> = branches.collect();
    format!("{}. {}\n{}", cause.id, cause.text, branches.join("\n"))
}

fn outcome_text(sop: &Sop, outcome: &Outcome) -> String {
    let mut text = format!("[{}] {}", kind_word(outcome.kind), outcome.text);
    if let Some(say) = &outcome.say {
        text += &format!("\n   Ke pelanggan: \"{}\"", with_labels(sop, say));
    }
    text
}

/// Shows what goes into a placeholder: `{msisdn}` becomes `[MSISDN]`.
fn with_labels(sop: &Sop, say: &str) -> String {
    let fields = sop.forms.iter().flat_map(|form| &form.fields);
    fields.fold(say.to_owned(), |text, field| {
        text.replace(
            &format!("{{{}}}", field.id),
            &format!("[{}]", field.base.label),
        )
    })
}

pub fn kind_word(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Inform => "informasikan",
        OutcomeKind::Recheck => "cek ulang",
        OutcomeKind::Ticket => "buat tiket",
        OutcomeKind::Escalate => "eskalasi",
    }
}

fn source(sop: &Sop) -> String {
    let revised = sop.revised.as_ref().map_or_else(
        || "tahun tidak tercantum".to_owned(),
        |revised| format!("sumber {revised}"),
    );
    format!("{} · {revised} · {}", sop.source, sop.owner)
}
