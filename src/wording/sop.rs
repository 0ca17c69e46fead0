//! A procedure as agents read it: the short answer to a case, a point or section alone, the whole on request.

use serde_json::{Value as Json, json};

use super::facts::json_of;
use super::{ReplyPage, plain, rules, said};
use crate::act::{Act, Fault, Part};
use crate::catalog::sop::{Cause, Item, Outcome, Section, SectionKind};
use crate::catalog::{Case, Form, ItemTopic, Sop, SopTopic};
use crate::dialog::{Effect, SopForm};
use crate::guide::{Point, PointKind};
use crate::message::{Button, Reply};
use crate::ticket::Answers;

/// The link target of all causes and outcomes of an SOP.
const CAUSES: &str = "penyebab";
/// A short answer has so many checks, and so many questions to the customer.
const SHORT_ITEMS: usize = 3;
/// A line of a short answer stays a line on a terminal of 80 columns, with its mark.
const SHORT_CHARS: usize = 76;
/// Fewer characters say nothing of when another procedure is needed.
const WHEN_CHARS_MIN: usize = 12;
/// The values that a short answer repeats.
const SHORT_NOTED: usize = 3;
/// The buttons of a short answer stay within two lines of that terminal; each needs so much beside its label.
const SHORT_LABELS_CHARS: usize = 150;
const AROUND_LABEL_CHARS: usize = 6;

impl<'a> ReplyPage<'a> {
    /// What shows a procedure or a part of it.
    pub(super) fn procedure(self, effect: &Effect) -> Reply {
        let shown = match effect {
            Effect::ShowSop {
                intent,
                points,
                form,
                may_be_wrong,
                noted,
            } => {
                let sop = self.knowledge.catalog.sop(intent);
                sop.map(|sop| {
                    let points = self.points(intent, points);
                    let mut reply = match form {
                        SopForm::Points if !points.is_empty() => self.of_points(sop, &points),
                        SopForm::Short => self.short(sop, noted),
                        SopForm::Points | SopForm::Whole => self.whole(sop, &points),
                    };
                    if *may_be_wrong {
                        let act = Act::NotThis(Some(intent.clone()));
                        reply.buttons.push(self.around.voice.button("not", act));
                        let point = points.first().filter(|_| *form == SopForm::Points);
                        let point = point.map(|point| &point.id);
                        reply.buttons.extend(self.faults(intent, point));
                    }
                    reply
                })
            }
            Effect::ShowPoint { intent, id } => self.part(intent, id).map(|mut reply| {
                reply.buttons.extend(self.faults(intent, Some(id)));
                reply
            }),
            Effect::ShowPart { intent, part } => self.other_part(intent, *part),
            Effect::Ruled { intent, ruling } => self.ruled(intent, ruling),
            Effect::NumberIs { kinds } => return self.number(kinds),
            _ => None,
        };
        let intent = match effect {
            Effect::ShowSop { intent, .. }
            | Effect::ShowPoint { intent, .. }
            | Effect::ShowPart { intent, .. }
            | Effect::Ruled { intent, .. } => intent.as_str(),
            _ => "",
        };
        shown.unwrap_or_else(|| said(self.around.voice, "sop_gone", &json!({"intent": intent})))
    }

    fn reply_about(self, sop: &Sop, block: &str, facts: &Json, buttons: Vec<Button>) -> Reply {
        Reply {
            buttons,
            sop: Some(sop.id.clone()),
            ..said(self.around.voice, block, facts)
        }
    }

    /// The first answer to a case: what to do at once, the rest behind buttons.
    fn short(self, sop: &Sop, noted: &Answers) -> Reply {
        let (checks, checks_in_all) = self.first_items(sop, SectionKind::Check);
        let (questions, questions_in_all) = self.first_items(sop, SectionKind::Ask);
        let noted = noted
            .iter()
            .take(SHORT_NOTED)
            .filter_map(|(field, answer)| {
                let label = &sop.field(field)?.base.label;
                Some(json!({"label": label, "answer": super::facts::flat(json_of(answer))}))
            });
        let facts = json!({
            "title": sop.title,
            "summary": shortened(&sop.summary, 2 * SHORT_CHARS),
            "noted": noted.collect::<Vec<_>>(),
            "checks": checks,
            "checks_in_all": checks_in_all,
            "questions": questions,
            "questions_in_all": questions_in_all,
            "see": self.see(sop, SHORT_CHARS),
            "overdue": self.overdue(sop),
            "walk": !sop.causes.is_empty(),
            "ticket": !sop.forms.is_empty(),
            "cite": cite(sop),
        });
        let whole = self.around.voice.button("whole", Act::Open(sop.id.clone()));
        let first: Vec<_> = self.ways_on(sop).chain([whole]).collect();
        let width = |button: &Button| button.label.chars().count() + AROUND_LABEL_CHARS;
        let mut left = SHORT_LABELS_CHARS.saturating_sub(first.iter().map(width).sum());
        let parts = self.parts(sop, false).take_while(|part| {
            let fits = width(part) <= left;
            left = left.saturating_sub(width(part));
            fits
        });
        let buttons = first.into_iter().chain(parts).collect();
        self.reply_about(sop, "show_sop_short", &facts, buttons)
    }

    /// The beginnings of the first items of a kind, and how many there are.
    fn first_items(self, sop: &Sop, kind: SectionKind) -> (Vec<String>, usize) {
        let sections = sop.sections.iter().filter(|section| section.kind == kind);
        let items: Vec<_> = sections.flat_map(|section| self.items(section)).collect();
        let first = items.iter().take(SHORT_ITEMS);
        let first = first.map(|item| shortened(&item.text, SHORT_CHARS));
        (first.collect(), items.len())
    }

    /// The procedure, beginning with the points that were asked for.
    fn whole(self, sop: &Sop, points: &[&Point]) -> Reply {
        let sections = sop
            .sections
            .iter()
            .filter(|section| is_worked_through(section));
        let facts = json!({
            "title": sop.title,
            "summary": sop.summary,
            "points": points.iter().map(|point| self.point(sop, point)).collect::<Vec<_>>(),
            "sections": sections.map(|section| self.section(section)).collect::<Vec<_>>(),
            "see": self.see(sop, usize::MAX),
            "overdue": self.overdue(sop),
            "cite": cite(sop),
        });
        let buttons = self.forward(sop, points).chain(self.ways_on(sop));
        let buttons = buttons.chain(self.parts(sop, true)).collect();
        self.reply_about(sop, "show_sop", &facts, buttons)
    }

    /// The points that were asked for, and nothing else.
    fn of_points(self, sop: &Sop, points: &[&Point]) -> Reply {
        let facts = json!({
            "points": points.iter().map(|point| self.point(sop, point)).collect::<Vec<_>>(),
            "overdue": self.overdue(sop),
        });
        let whole = self.around.voice.button("whole", Act::Open(sop.id.clone()));
        let buttons = self.forward(sop, points).chain([whole]);
        let buttons = buttons.chain(self.ways_on(sop)).collect();
        self.reply_about(sop, "show_points", &facts, buttons)
    }

    /// A section, all causes, or one point; none when the SOP is gone.
    pub(super) fn part(self, intent: &str, id: &str) -> Option<Reply> {
        let sop = self.knowledge.catalog.sop(intent)?;
        let buttons = || self.ways_on(sop).chain(self.parts(sop, true));
        if id == CAUSES && !sop.causes.is_empty() {
            return Some(self.reply_about(sop, "causes", &all_causes(sop), buttons().collect()));
        }
        if let Some(section) = sop.sections.iter().find(|section| section.id == id) {
            let facts = self.section(section);
            return Some(self.reply_about(sop, "section", &facts, buttons().collect()));
        }
        let Some(point) = self.knowledge.point(intent, id) else {
            let facts = json!({"sop_title": sop.title, "id": id});
            return Some(said(self.around.voice, "no_such_part", &facts));
        };
        let buttons = self.forward(sop, &[point]).chain(buttons()).collect();
        Some(self.reply_about(sop, "point", &self.point(sop, point), buttons))
    }

    /// A part that is no section: causes, mandatory fields, complaint categories, source.
    fn other_part(self, intent: &str, part: Part) -> Option<Reply> {
        let sop = self.knowledge.catalog.sop(intent)?;
        let (block, facts) = match part {
            Part::Causes => ("causes", all_causes(sop)),
            Part::Kip => ("kips", kips(sop)),
            Part::Fields => ("mandatory_fields", self.mandatory_fields(sop)),
            Part::Source => (
                "part_source",
                json!({"title": sop.title, "cite": cite(sop)}),
            ),
            Part::Next => (
                "part_next",
                json!({"title": sop.title, "summary": sop.summary}),
            ),
            Part::Whole | Part::Checks | Part::Questions | Part::Handling | Part::Reason => {
                return Some(self.whole(sop, &[]));
            }
        };
        Some(self.reply_about(sop, block, &facts, self.ways_on(sop).collect()))
    }

    /// What can be done about a case of a procedure.
    pub(super) fn next_steps(self, intent: &str) -> Vec<Button> {
        let sop = self.knowledge.catalog.sop(intent);
        sop.map_or_else(Vec::new, |sop| self.ways_on(sop).collect())
    }

    fn mandatory_fields(self, sop: &Sop) -> Json {
        let answers = Answers::new();
        let case = Case {
            answers: &answers,
            channel_kind: self.around.channel_kind,
        };
        let fields = sop.form(case).into_iter().flat_map(|form| &form.fields);
        let mandatory = fields.filter(|field| field.mandatory(case));
        let labels: Vec<_> = mandatory.map(|field| &field.spec(case).label).collect();
        json!({"title": sop.title, "labels": labels})
    }

    fn points(self, intent: &str, points: &[String]) -> Vec<&'a Point> {
        let points = points.iter();
        points
            .filter_map(|id| self.knowledge.point(intent, id))
            .collect()
    }

    /// What may be wrong with an answer.
    fn faults(self, intent: &str, point: Option<&String>) -> impl Iterator<Item = Button> {
        let place = point.map_or_else(|| intent.to_owned(), |point| format!("{intent}#{point}"));
        Fault::ALL.into_iter().map(move |fault| {
            let act = Act::Report(fault, place.clone());
            self.around.voice.button(fault.name(), act)
        })
    }

    /// What can be done about the case.
    fn ways_on(self, sop: &Sop) -> impl Iterator<Item = Button> {
        let button = |label: &str, act| self.around.voice.button(label, act);
        let ticket = || button("ticket", Act::Ticket(Some(sop.id.clone())));
        let walk = || button("walk", Act::Walk(Some(sop.id.clone())));
        let ticket = (!sop.forms.is_empty()).then(ticket);
        ticket
            .into_iter()
            .chain((!sop.causes.is_empty()).then(walk))
    }

    /// The parts that are shown alone; those that an agent works through are in the whole already.
    fn parts<'s>(self, sop: &'s Sop, besides_whole: bool) -> impl Iterator<Item = Button> + 's {
        let part = |id: &str| Act::Point(format!("{}#{id}", sop.id));
        let causes =
            (!sop.causes.is_empty()).then(|| self.around.voice.button("causes", part(CAUSES)));
        let sections = sop.sections.iter();
        let sections =
            sections.filter(move |section| !(besides_whole && is_worked_through(section)));
        let sections = sections.map(move |section| plain(&section.title, part(&section.id)));
        causes.into_iter().chain(sections)
    }

    /// Hands a question that the document leaves open to the owner of the procedure.
    fn forward(self, sop: &Sop, points: &[&Point]) -> impl Iterator<Item = Button> + use<> {
        let is_open = |point: &&Point| matches!(point.kind, PointKind::Unclear(_));
        let forward = || {
            self.around
                .voice
                .button("forward", Act::Forward(sop.id.clone()))
        };
        points
            .first()
            .is_some_and(is_open)
            .then(forward)
            .into_iter()
    }

    /// What goes with the procedure in this channel, each in so many characters.
    fn see(self, sop: &Sop, chars_max: usize) -> Vec<Json> {
        let kind = &self.around.channel_kind;
        let see = sop.see.iter().filter(|see| see.proactive_in.contains(kind));
        see.map(|see| {
            let title = see.sop.as_ref().map(|id| self.title(id));
            let title = title.or_else(|| see.title.clone());
            let beside = title.as_ref().map_or(0, |title| title.chars().count());
            let when = shortened(
                &see.when,
                chars_max.saturating_sub(beside).max(WHEN_CHARS_MIN),
            );
            json!({"when": when, "title": title})
        })
        .collect()
    }

    fn overdue(self, sop: &Sop) -> Option<Json> {
        let overdue = sop.review_by < self.around.now.date();
        overdue.then(|| json!({"owner": sop.owner, "by": sop.review_by}))
    }

    /// One point, with its place in the SOP.
    pub(super) fn point(self, sop: &Sop, point: &Point) -> Json {
        let mut facts = match point.kind {
            PointKind::Item(section, place) => {
                let item = self.item(&sop.sections[section].items[place]);
                json!({"kind": "item", "under": point.under, "item": item})
            }
            PointKind::Cause(place) => {
                json!({"kind": "cause", "cause": cause_facts(sop, &sop.causes[place])})
            }
            PointKind::Outcome(place) => {
                json!({"kind": "outcome", "outcome": outcome_facts(sop, &sop.outcomes[place])})
            }
            PointKind::Unclear(place) => {
                json!({"kind": "unclear", "text": sop.unclear[place].text})
            }
            PointKind::Kip(place) => {
                let mut facts = kip(&sop.forms[place]);
                facts["kind"] = json!("kip");
                facts
            }
        };
        facts["id"] = json!(point.id);
        facts["intent"] = json!(sop.id);
        facts["cite"] = cite(sop);
        facts
    }

    fn section(self, section: &Section) -> Json {
        let items: Vec<_> = self.items(section).map(|item| self.item(item)).collect();
        json!({"title": section.title, "items": items})
    }

    fn items(self, section: &Section) -> impl Iterator<Item = &Item> {
        let kind = self.around.channel_kind;
        let items = section.items.iter();
        items
            .filter(move |item| item.channel_kinds.is_empty() || item.channel_kinds.contains(&kind))
    }

    fn item(self, item: &Item) -> Json {
        let link = item.link.as_ref();
        let address = link.and_then(|link| self.knowledge.catalog.links.get(link));
        json!({"text": item.text, "steps": item.steps, "address": address, "secret": item.secret})
    }

    /// What a point of the SOP about account managers says; nothing where the catalogue has none.
    pub(super) fn am_point(self, topic: ItemTopic) -> Json {
        let sop = self.knowledge.catalog.answering(SopTopic::Am);
        let found = sop.and_then(|sop| {
            let item = sop.item_answering(topic)?;
            Some((sop, self.knowledge.point(&sop.id, &item.id)?))
        });
        found.map_or(Json::Null, |(sop, point)| self.point(sop, point))
    }

    /// The answer of a rule, with the points that state it.
    fn ruled(self, intent: &str, ruling: &rules::Ruling) -> Option<Reply> {
        let sop = self.knowledge.catalog.sop(intent)?;
        let points = self.points(intent, &ruling.points);
        let points: Vec<_> = points.iter().map(|point| self.point(sop, point)).collect();
        let facts = json!({"sentence": rules::sentence(ruling), "points": points});
        let button = |label: &str, act| self.around.voice.button(label, act);
        let forward =
            rules::is_silent(ruling).then(|| button("forward", Act::Forward(sop.id.clone())));
        let walk = button("walk", Act::Walk(Some(sop.id.clone())));
        let buttons = forward.into_iter().chain([walk]).collect();
        Some(self.reply_about(sop, "ruled", &facts, buttons))
    }

    /// What a pasted number is, or what it may be.
    fn number(self, kinds: &[crate::dialog::NumberKind]) -> Reply {
        if let [only] = kinds
            && let Some(shown) = self.part(&only.intent, &only.point)
        {
            let facts = json!({"label": only.label, "shown": shown.text});
            return Reply {
                buttons: shown.buttons,
                sop: shown.sop,
                ..said(self.around.voice, "number_is", &facts)
            };
        }
        let buttons = kinds.iter();
        let act = |intent: &str, point: &str| Act::Point(format!("{intent}#{point}"));
        let buttons = buttons.map(|kind| plain(&kind.label, act(&kind.intent, &kind.point)));
        Reply {
            buttons: buttons.collect(),
            ..said(self.around.voice, "number_which", &Json::Null)
        }
    }
}

/// What an agent works through: the checks and the questions to the customer.
fn is_worked_through(section: &Section) -> bool {
    matches!(section.kind, SectionKind::Check | SectionKind::Ask)
}

fn all_causes(sop: &Sop) -> Json {
    let causes = sop.causes.iter().map(|cause| cause_facts(sop, cause));
    let outcomes = sop.outcomes.iter();
    let outcomes = outcomes.map(|outcome| outcome_facts(sop, outcome));
    json!({"causes": causes.collect::<Vec<_>>(), "outcomes": outcomes.collect::<Vec<_>>()})
}

fn kips(sop: &Sop) -> Json {
    let forms: Vec<_> = sop.forms.iter().map(kip).collect();
    json!({"title": sop.title, "forms": forms})
}

fn kip(form: &Form) -> Json {
    let paths = form.kips.iter().map(|kip| kip.path.as_str());
    let paths: Vec<_> = paths.chain(form.kip_none.as_deref()).collect();
    json!({"title": form.title, "paths": paths})
}

fn cause_facts(sop: &Sop, cause: &Cause) -> Json {
    let branches = cause.branches.iter().map(|branch| {
        let outcome = sop.outcome(&branch.goto);
        let outcome = outcome.map(|outcome| json!({"kind": outcome.kind}));
        json!({"when": branch.when, "to": branch.goto, "outcome": outcome})
    });
    json!({"id": cause.id, "text": cause.text, "branches": branches.collect::<Vec<_>>()})
}

fn outcome_facts(sop: &Sop, outcome: &Outcome) -> Json {
    let say = outcome.say.as_ref().map(|say| with_labels(sop, say));
    let kind = json!({"kind": outcome.kind});
    json!({"id": outcome.id, "outcome": kind, "text": outcome.text, "say": say})
}

/// Shows what goes into a placeholder: `{msisdn}` becomes `[MSISDN]`.
fn with_labels(sop: &Sop, say: &str) -> String {
    let fields = sop.forms.iter().flat_map(|form| &form.fields);
    fields.fold(say.to_owned(), |text, field| {
        let label = format!("[{}]", field.base.label);
        text.replace(&format!("{{{}}}", field.id), &label)
    })
}

fn cite(sop: &Sop) -> Json {
    json!({
        "intent": sop.id,
        "number": document_number(&sop.source),
        "revised": sop.revised,
        "source": sop.source,
        "owner": sop.owner,
    })
}

/// The number by which a document is known: `SOP-001` of `Dokumen 'X'; SOP-001/CCM-AC/CHM/XI/2016 - ...`.
fn document_number(source: &str) -> Option<&str> {
    let mut words = source.split(|c: char| c != '-' && !c.is_alphanumeric());
    words.find(|word| {
        let (letters, digits) = word.split_once('-').unwrap_or_default();
        let is_number =
            |text: &str, is: fn(&u8) -> bool| text.len() > 1 && text.as_bytes().iter().all(is);
        is_number(letters, u8::is_ascii_uppercase) && is_number(digits, u8::is_ascii_digit)
    })
}

/// The first sentence of a text, or as much of it as fits.
fn shortened(text: &str, chars: usize) -> String {
    let line = text.lines().next().unwrap_or_default();
    let sentence = line.split_once(". ").map_or(line, |(first, _)| first);
    let whole = if sentence.len() < line.len() {
        format!("{sentence}.")
    } else {
        line.to_owned()
    };
    if whole.chars().count() <= chars {
        return whole;
    }
    let cut: String = whole.chars().take(chars - 1).collect();
    let words = cut
        .rsplit_once(' ')
        .map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", words.trim_end_matches([',', ';', ':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_cited_by_its_number() {
        let check = |source: &str, number: Option<&str>| {
            assert_eq!(document_number(source), number, "{source}");
        };
        check(
            "Dokumen 'X (2023)'; SOP-001/CCM-AC/XI/2016 - Y",
            Some("SOP-001"),
        );
        check("IK-12 rev 3", Some("IK-12"));
        check("Dokumen 'SELF-UPGRADE', layar 2025-10", None);
        check("e-mail 2025, A-1", None);
    }

    #[test]
    fn a_line_ends_with_its_sentence_or_between_words() {
        let check = |text: &str, shown: &str| assert_eq!(shortened(text, 20), shown);
        check("Cek DSC.", "Cek DSC.");
        check("Cek DSC. Lalu Indira, bila perlu.", "Cek DSC.");
        check("Cek profil pelanggan, lalu Indira", "Cek profil…");
        check("Cek profil dulu, lalu Indira", "Cek profil dulu…");
        check("Cek DSC\nLalu Indira", "Cek DSC");
    }
}
