//! From the parts of a document to an SOP file: each part becomes a section, a graph or a form, and what is neither is
//! kept under notes and listed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::causes;
use super::fields::{self, KnownField, Mapped};
use super::ids::{Ids, slug};
use super::parts::{DocumentPart, Node, Parts};
use super::words::{PartRole, Says, WORDS};
use super::{DraftGiven, ImportReport, KeptLine, suggest};
use crate::catalog::file::{
    FieldFile, FieldSpecFile, FormFile, KindName, KipFile, OptionFile, SopFile,
};
use crate::catalog::sop::{Figure, Item, Section, SectionKind, Unclear};
use crate::text::fold;

/// What the catalogue takes at most.
const TITLE_CHARS: usize = 120;
const SECTION_TITLE_CHARS: usize = 80;
const SUMMARY_CHARS: usize = 600;
const DISTINCTION_CHARS: usize = 60;
const ITEM_CHARS: usize = 900;
/// Lines that follow each other without a blank one are one point up to this length.
const JOINED_CHARS: usize = 400;
/// Steps on a path of menus come in twos at least.
const STEPS_MIN: usize = 2;

/// How much is read into the document. What the catalogue refuses is tried again with less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Causes become a graph.
    pub graph: bool,
    /// Definitions of fields are taken from other SOPs, with their conditions.
    pub conditions: bool,
}

/// Makes the file.
pub fn draft<'a>(
    parts: &Parts,
    known: &'a [KnownField],
    around: &DraftGiven<'a>,
    reading: Reading,
) -> (SopFile, ImportReport) {
    let mut maker = Maker::new(known, around.links);
    let title = cut(&parts.title.text, TITLE_CHARS);
    if title != parts.title.text {
        let (text, line) = (&parts.title.text, parts.title.number);
        maker.keep(text, line, "the title is too long for one");
    }
    let parts_read = titled(&parts.parts);
    let mapped = form_fields(&parts_read, known, reading);
    let form = mapped.as_ref().map(|mapped| mapped.fields.as_slice());
    for (title, part) in &parts_read {
        if let Some(part) = maker.without_summary(part) {
            maker.part(title, &part, form, reading);
        }
    }
    maker.report.is_graph = !maker.graph.causes.is_empty();
    maker.notes();
    let forms = mapped.map(|mapped| maker.form(mapped, &title));
    let forms: Vec<FormFile> = forms.into_iter().collect();
    let mut summary = maker.summary.join("\n");
    if summary.is_empty() {
        summary = outline_of(&title, &maker.sections);
    }
    if maker.sections.is_empty() {
        let items = vec![bare("isi-judul".to_owned(), title.clone())];
        maker.section_of("isi", "Isi dokumen", SectionKind::Info, items);
    }
    let unclear = maker.holes();
    let sources = maker.sources.join("; ");
    let file = SopFile {
        id: around.id.clone(),
        service: around.service.clone(),
        distinction: cut(&suggest::short(&title), DISTINCTION_CHARS),
        answers: None,
        owner: around.owner.clone(),
        revised: suggest::revised(&parts.title.text, &sources),
        review_by: suggest::review_by(around.today),
        source: match sources.is_empty() {
            true => format!("Dokumen '{title}' ({})", around.name),
            false => format!("Dokumen '{title}'; {sources}"),
        },
        matching: suggest::matching(parts, &around.elsewhere),
        summary: cut(&summary, SUMMARY_CHARS),
        sections: maker.sections,
        causes: maker.graph.causes,
        outcomes: maker.graph.outcomes,
        figures: maker.figures,
        see: Vec::new(),
        // No document states rules and numbers in a form that could be read.
        rules: Vec::new(),
        sums: Vec::new(),
        numbers: Vec::new(),
        unclear,
        forms,
        title,
    };
    (file, maker.report)
}

fn outline_of(title: &str, sections: &[Section]) -> String {
    let titles: Vec<&str> = sections
        .iter()
        .map(|section| section.title.as_str())
        .collect();
    format!("{title}. Berisi: {}.", titles.join(", "))
}

/// The bare sentences that a part begins with, as many as a summary takes.
fn about(part: &DocumentPart) -> Vec<String> {
    let mut chars = part.title.chars().count();
    let bare = part.nodes.iter().take_while(|node| {
        chars += node.line.text.chars().count() + 1;
        node.mark().is_empty() && node.children.is_empty() && chars <= SUMMARY_CHARS
    });
    bare.map(|node| node.line.text.clone()).collect()
}

/// The parts with their full titles: a heading with nothing of its own is put before the one below it.
fn titled(parts: &[DocumentPart]) -> Vec<(String, &DocumentPart)> {
    let mut titled: Vec<(String, &DocumentPart)> = Vec::new();
    let mut waiting: Vec<&str> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if part.nodes.is_empty() && part.heading.is_some() {
            let goes_on = parts.get(at + 1).is_some_and(|next| {
                let level = |part: &DocumentPart| {
                    part.heading
                        .as_ref()
                        .and_then(|heading| heading.level)
                        .unwrap_or(usize::MAX)
                };
                level(next) >= level(part)
            });
            if goes_on {
                if waiting.last() != Some(&part.title.as_str()) {
                    waiting.push(&part.title);
                }
                continue;
            }
        }
        if part.nodes.is_empty() && part.heading.is_none() {
            continue;
        }
        waiting.retain(|title| *title != part.title);
        // `Keterangan` explains what is above it, and there may be several.
        let explains = part.is_known && part.role == PartRole::Info && waiting.is_empty();
        if let Some((above, _)) = titled
            .last()
            .filter(|(above, _)| explains && !above.is_empty())
        {
            let title = format!("{above} - {}", part.title);
            titled.push((title, part));
            continue;
        }
        let title = waiting
            .drain(..)
            .chain([part.title.as_str()])
            .filter(|title| !title.is_empty());
        titled.push((title.collect::<Vec<_>>().join(" - "), part));
    }
    // Headings that nothing followed.
    if let (Some(last), false) = (parts.last(), waiting.is_empty()) {
        titled.push((waiting.join(" - "), last));
    }
    titled
}

/// The fields of the form, if the document lists what a ticket needs.
fn form_fields(
    parts: &[(String, &DocumentPart)],
    known: &[KnownField],
    reading: Reading,
) -> Option<Mapped> {
    let of = |role| {
        parts
            .iter()
            .filter(move |(_, part)| part.role == role)
            .flat_map(|(_, part)| part.nodes.clone())
    };
    let nodes: Vec<Node> = of(PartRole::Ticket).collect();
    let shared: Vec<KnownField>;
    let known = if reading.conditions {
        known
    } else {
        shared = known
            .iter()
            .filter(|known| known.of.is_none())
            .cloned()
            .collect();
        &shared
    };
    let mut mapped = fields::map(&nodes, known);
    if mapped.fields.is_empty() {
        mapped = fields::map(&asked_for_a_ticket(parts), known);
    }
    if !reading.conditions {
        for field in &mut mapped.fields {
            field.spec.required_when = None;
            field.spec.only_when = None;
        }
    }
    (!mapped.fields.is_empty()).then_some(mapped)
}

/// A document without a list of mandatory fields may name the data that a ticket is opened with.
fn asked_for_a_ticket(parts: &[(String, &DocumentPart)]) -> Vec<Node> {
    static DATA: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\bdata\b.*\b(?:ditanyakan|diperlukan|dibutuhkan|dilengkapi)\b.*:$")
            .expect("the pattern is constant")
    });
    static ONLY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^khusus (?:untuk )?(.+?)\s+data\b").expect("the pattern is constant")
    });
    static WITHOUT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\b(?:apabila|jika|bila|kalau)\s+(?:pelanggan\s+)?(?:bukan|tidak|belum|tanpa)\s+(?:menginformasikan|memberikan|memberi|menyebutkan|memiliki|mempunyai|mengetahui|punya|ada)\s+(.+?)\s*,?\s+(?:maka\s+)?data\b",
        )
        .expect("the pattern is constant")
    });
    static OPENS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:open|create|buat|buatkan)\s+(?:tiket|ticket)\b")
            .expect("the pattern is constant")
    });
    let nodes: Vec<&Node> = parts
        .iter()
        .flat_map(|(_, part)| part.nodes.iter().flat_map(Node::all))
        .collect();
    if !nodes.iter().any(|node| OPENS.is_match(&node.line.text)) {
        return Vec::new();
    }
    let lists = nodes.iter().filter(|node| DATA.is_match(&node.line.text));
    lists
        .flat_map(|node| {
            // The condition of a list is that of each of its fields.
            let only = ONLY
                .captures(&node.line.text)
                .map(|found| found[1].trim().to_owned());
            let only = only.or_else(|| {
                let missing = WITHOUT.captures(&node.line.text)?;
                Some(format!("tanpa {}", &missing[1]))
            });
            let fields = node
                .children
                .iter()
                .filter(|child| !OPENS.is_match(&child.line.text));
            fields.map(move |child| match &only {
                Some(only) => {
                    let mut child = child.clone();
                    child.line.text = format!("Khusus {only}: {}", child.line.text);
                    child
                }
                None => child.clone(),
            })
        })
        .collect()
}

/// What is made of the parts so far.
struct Maker<'a> {
    ids: Ids,
    report: ImportReport,
    summary: Vec<String>,
    sections: Vec<Section>,
    graph: causes::Graph,
    kips: Vec<String>,
    sources: Vec<String>,
    figures: Vec<Figure>,
    links: &'a BTreeMap<String, String>,
    known: &'a [KnownField],
}

impl<'a> Maker<'a> {
    fn new(known: &'a [KnownField], links: &'a BTreeMap<String, String>) -> Self {
        Maker {
            ids: Ids::default(),
            report: ImportReport::default(),
            summary: Vec::new(),
            sections: Vec::new(),
            graph: causes::Graph::default(),
            kips: Vec::new(),
            sources: Vec::new(),
            figures: Vec::new(),
            links,
            known,
        }
    }

    /// Takes the summary off the first part that says what the procedure is about; returns what is left, if anything.
    fn without_summary<'p>(&mut self, part: &'p DocumentPart) -> Option<Cow<'p, DocumentPart>> {
        let describes = part.heading.is_none() || fold(&part.title).text.starts_with("deskripsi");
        if !self.summary.is_empty() || !describes {
            return Some(Cow::Borrowed(part));
        }
        self.summary = about(part);
        let left = part.nodes.get(self.summary.len()..).unwrap_or_default();
        if part.heading.is_some() && !self.summary.is_empty() {
            self.summary.insert(0, format!("{}:", part.title));
        }
        (!left.is_empty()).then(|| Cow::Owned(part.with(left.to_vec())))
    }

    /// Makes of a part what it is for. `form` has the fields of the ticket, where the document lists them.
    fn part(
        &mut self,
        title: &str,
        part: &DocumentPart,
        form: Option<&[FieldFile]>,
        reading: Reading,
    ) {
        let all = || part.nodes.iter().flat_map(Node::all);
        let lines = || all().map(|node| node.line.text.clone());
        match part.role {
            PartRole::Source => self.sources.extend(lines()),
            PartRole::Kip if form.is_some() => self.kips.extend(lines()),
            PartRole::Cause if reading.graph && self.graph.causes.is_empty() => {
                let Some(graph) = causes::graph(&part.title, &part.nodes, &mut self.ids) else {
                    return self.section(title, part, form.unwrap_or_default());
                };
                self.graph = graph;
                let loose = part.nodes.iter().filter(|node| node.line.label.is_none());
                let loose: Vec<Node> = loose.cloned().collect();
                if !loose.is_empty() {
                    self.section(title, &part.with(loose), &[]);
                }
            }
            _ => self.section(title, part, form.unwrap_or_default()),
        }
    }

    fn keep(&mut self, text: &str, line: usize, why: &'static str) {
        self.report.kept.push(KeptLine {
            line,
            text: text.to_owned(),
            why,
        });
    }

    fn section(&mut self, title: &str, part: &DocumentPart, form: &[FieldFile]) {
        let heading = part.heading.as_ref().map_or(0, |heading| heading.number);
        if part.nodes.is_empty() {
            self.keep(title, heading, "nothing stands below this heading");
            return;
        }
        let shown = if title.is_empty() {
            "Pengantar".to_owned()
        } else {
            cut(title, SECTION_TITLE_CHARS)
        };
        if shown != title && !title.is_empty() {
            self.keep(title, heading, "the heading is too long for one");
        }
        let kind = match part.role {
            PartRole::Check => SectionKind::Check,
            PartRole::Ask => SectionKind::Ask,
            PartRole::Cause | PartRole::Handling => SectionKind::Handling,
            PartRole::Note => SectionKind::Note,
            PartRole::Info | PartRole::Ticket | PartRole::Kip | PartRole::Source => {
                SectionKind::Info
            }
        };
        let same = self
            .sections
            .iter()
            .position(|section| section.title == shown && section.kind == kind);
        // Slides repeat their titles; notes are several.
        let same = same.filter(|_| !part.is_known);
        let id = match same {
            Some(at) => self.sections[at].id.clone(),
            None => self.ids.give(&shown),
        };
        let mut items = self.items(&id, &part.title, &part.nodes);
        if part.role == PartRole::Ask {
            for item in &mut items {
                item.field = fields::meant(&item.text, form, self.known);
            }
        }
        if !part.is_known && part.role == PartRole::Info {
            self.report.unknown.push((heading, shown.clone()));
        }
        match same {
            Some(at) => {
                let there = &mut self.sections[at].items;
                items.retain(|item| {
                    there
                        .iter()
                        .all(|other| other.text != item.text || other.steps != item.steps)
                });
                there.extend(items);
            }
            None => self.section_of(&id, &shown, kind, items),
        }
    }

    fn section_of(&mut self, id: &str, title: &str, kind: SectionKind, items: Vec<Item>) {
        if !items.is_empty() {
            self.sections.push(Section {
                id: id.to_owned(),
                title: title.to_owned(),
                kind,
                items,
            });
        }
    }

    /// What fits no section.
    fn notes(&mut self) {
        if self.report.kept.is_empty() {
            return;
        }
        let id = self.ids.give("catatan-impor");
        let kept: Vec<(usize, String)> = self
            .report
            .kept
            .iter()
            .map(|kept| (kept.line, kept.text.clone()))
            .collect();
        let mut items: Vec<Item> = Vec::new();
        for (line, text) in kept {
            for text in pieces(&text, ITEM_CHARS) {
                if items.iter().all(|item| item.text != text) {
                    items.push(bare(self.ids.give(&format!("{id}-baris-{line}")), text));
                }
            }
        }
        self.section_of(
            &id,
            "Catatan impor: belum ditempatkan",
            SectionKind::Note,
            items,
        );
    }

    fn items(&mut self, section: &str, title: &str, nodes: &[Node]) -> Vec<Item> {
        let prefix: String = section
            .split('-')
            .take(3)
            .collect::<Vec<_>>()
            .join("-")
            .chars()
            .take(24)
            .collect();
        let mut items: Vec<Item> = Vec::new();
        let mut lead = None;
        let mut at = 0;
        while at < nodes.len() {
            let node = &nodes[at];
            let end = procedure(nodes, at);
            if end > at {
                let steps = steps(&nodes[at..end]);
                match lead.take().and_then(|place: usize| items.get_mut(place)) {
                    Some(item) => item.steps = steps,
                    None => items.push(Item {
                        steps,
                        ..bare(
                            self.ids
                                .give(&format!("{prefix}-{}", mark(node, items.len()))),
                            title.to_owned(),
                        )
                    }),
                }
                at = end;
                continue;
            }
            at += 1;
            lead = None;
            if let Some(id) = self.figure(node) {
                if let Some(item) = items.last_mut() {
                    item.figures.push(id);
                }
                continue;
            }
            if node.line.label.is_none()
                && !node.line.after_blank
                && node.children.is_empty()
                && let Some(item) = items.last_mut().filter(|item| {
                    node.mark().is_empty()
                        && item.steps.is_empty()
                        && item.text.chars().count() + node.line.text.chars().count() < JOINED_CHARS
                })
                && at > 1
                && nodes[at - 2].mark().is_empty()
            {
                item.text += &format!("\n{}", node.line.text);
                continue;
            }
            let from = items.len();
            self.item(&prefix, node, &mut items);
            if node.children.is_empty() && items.len() == from + 1 {
                lead = node.line.label.is_none().then_some(from);
            }
        }
        for item in &mut items {
            item.link = self.link(item);
        }
        items
    }

    /// A point with what is below it, as one item if it fits.
    fn item(&mut self, prefix: &str, node: &Node, items: &mut Vec<Item>) {
        let id = self
            .ids
            .give(&format!("{prefix}-{}", mark(node, items.len())));
        let figures: Vec<String> = node
            .children
            .iter()
            .filter_map(|child| self.figure(child))
            .collect();
        let children: Vec<Node> = node
            .children
            .iter()
            .filter(|child| caption(child).is_none())
            .cloned()
            .collect();
        if children.len() >= STEPS_MIN && procedure(&children, 0) == children.len() {
            let mut pieces = pieces(&node.line.text, ITEM_CHARS).into_iter();
            items.push(Item {
                steps: steps(&children),
                figures,
                ..bare(id.clone(), pieces.next().unwrap_or_default())
            });
            items.extend(
                pieces
                    .map(|piece| bare(self.ids.give(&id), piece))
                    .collect::<Vec<_>>(),
            );
            return;
        }
        let whole = block(&node.line.text, &children, 1);
        if whole.chars().count() <= ITEM_CHARS {
            items.push(Item {
                figures,
                ..bare(id, whole)
            });
            return;
        }
        for (at, piece) in pieces(&node.line.text, ITEM_CHARS).into_iter().enumerate() {
            let id = if at == 0 {
                id.clone()
            } else {
                self.ids.give(&id)
            };
            items.push(bare(id, piece));
        }
        if let Some(item) = items.last_mut() {
            item.figures = figures;
        }
        for child in &children {
            self.item(&id, child, items);
        }
    }

    fn figure(&mut self, node: &Node) -> Option<String> {
        let (number, caption) = caption(node)?;
        let id = self.ids.give(&format!("gambar-{number}"));
        self.figures.push(Figure {
            id: id.clone(),
            caption,
            file: None,
        });
        Some(id)
    }

    /// The named address that an item's text gives in full.
    fn link(&self, item: &Item) -> Option<String> {
        let host = |address: &str| {
            let address = address.split("://").last().unwrap_or(address);
            address
                .trim_start_matches("www.")
                .trim_end_matches('/')
                .to_lowercase()
        };
        let text = format!("{} {}", item.text, item.steps.join(" ")).to_lowercase();
        let named = self
            .links
            .iter()
            .filter(|(_, address)| text.contains(&host(address)));
        named
            .max_by_key(|(_, address)| address.len())
            .map(|(name, _)| name.clone())
    }

    fn form(&mut self, mut mapped: Mapped, title: &str) -> FormFile {
        let id = self.ids.give("tiket");
        static CODE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?i)\bk\d{2,3}\b").expect("the pattern is constant"));
        let code = |path: &str| Some(CODE.find(path)?.as_str().to_uppercase());
        let kips = std::mem::take(&mut self.kips).into_iter();
        let mut paths: Vec<KipFile> = kips
            .map(|path| KipFile {
                code: code(&path),
                path,
                when: None,
            })
            .collect();
        if paths.len() > 1 {
            let options = differences(&paths);
            let mut field = "kip_sesuai".to_owned();
            while mapped.fields.iter().any(|other| other.id == field) {
                field.push_str("_2");
            }
            let last = paths.len() - 1;
            for (path, option) in paths.iter_mut().zip(&options).take(last) {
                path.when = Some(format!("{field} = '{option}'"));
            }
            mapped.fields.push(FieldFile {
                id: field,
                spec: FieldSpecFile {
                    label: Some("KIP yang sesuai".to_owned()),
                    kind: Some(KindName::Choice),
                    help: Some(
                        "Dokumen mencantumkan beberapa KIP; pilih yang sesuai kasus.".to_owned(),
                    ),
                    options: Some(
                        options
                            .into_iter()
                            .map(|value| OptionFile {
                                value,
                                aliases: Vec::new(),
                                groups: Vec::new(),
                            })
                            .collect(),
                    ),
                    ..FieldSpecFile::default()
                },
                variants: Vec::new(),
            });
            self.report.chosen_kip = true;
        }
        self.report.fields = mapped.origins;
        self.report.loose = mapped.loose;
        FormFile {
            id,
            title: cut(&format!("Tiket: {title}"), TITLE_CHARS),
            when: None,
            fields: mapped.fields,
            kip_none: paths
                .is_empty()
                .then(|| "tidak tercantum di dokumen".to_owned()),
            kips: paths,
            kits: Vec::new(),
            follow_up: None,
        }
    }

    /// What a lead has to decide, as the file says it.
    fn holes(&mut self) -> Vec<Unclear> {
        let mut holes = Vec::new();
        for (line, words) in &self.report.loose {
            holes.push(Unclear {
                id: self.ids.give(&format!("syarat-baris-{line}")),
                text: format!(
                    "Syarat 'khusus {words}' (baris {line} dokumen) belum dapat dihubungkan ke isian mana pun; isiannya untuk sementara tidak wajib."
                ),
                asked: Vec::new(),
            });
        }
        if self.report.chosen_kip {
            holes.push(Unclear {
                id: self.ids.give("pilihan-kip"),
                text: "Dokumen mencantumkan beberapa KIP tanpa syarat yang terbaca mesin; agen memilihnya di isian 'KIP yang sesuai'.".to_owned(),
                asked: Vec::new(),
            });
        }
        holes
    }
}

fn bare(id: String, text: String) -> Item {
    Item {
        id,
        text,
        steps: Vec::new(),
        scope: false,
        asked: Vec::new(),
        answers: None,
        link: None,
        secret: None,
        figures: Vec::new(),
        field: None,
        channel_kinds: Vec::new(),
    }
}

fn mark(node: &Node, place: usize) -> String {
    node.line
        .label
        .clone()
        .unwrap_or_else(|| (place + 1).to_string())
}

/// The caption of a picture: `Gambar 3. Status pelanggan`.
fn caption(node: &Node) -> Option<(String, String)> {
    static FIGURE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:gambar|figure|fig)\.?\s*(\d{1,3})\b").expect("the pattern is constant")
    });
    let found = FIGURE.captures(&node.line.text)?;
    node.children
        .is_empty()
        .then(|| (found[1].to_owned(), node.line.text.clone()))
}

/// A point and those below it, a line each.
fn block(text: &str, children: &[Node], depth: usize) -> String {
    let mut whole = text.to_owned();
    for child in children {
        let inside = block(&child.line.text, &child.children, depth + 1);
        whole += &format!("\n{}{}{inside}", "  ".repeat(depth - 1), child.mark());
    }
    whole
}

/// Returns the end of the run of menu steps that begins at a node, or its beginning if none does.
fn procedure(nodes: &[Node], from: usize) -> usize {
    let style = nodes[from].line.style;
    // A bare line below a step goes on from it; points below it are more than a path.
    let is_step = |node: &&Node| {
        let goes_on = |child: &Node| child.mark().is_empty() && child.children.is_empty();
        node.line.style == style
            && !node.mark().is_empty()
            && caption(node).is_none()
            && node
                .children
                .iter()
                .all(|child| goes_on(child) && caption(child).is_none())
    };
    let run: Vec<&Node> = nodes[from..].iter().take_while(is_step).collect();
    let acting = run.iter().filter(|node| is_action(&node.line.text)).count();
    let is_one = run.len() == 1 && run[0].line.text.contains(" > ");
    if is_one || (run.len() >= STEPS_MIN && acting * 2 > run.len()) {
        from + run.len()
    } else {
        from
    }
}

/// Whether a sentence begins with something to do on a screen.
fn is_action(text: &str) -> bool {
    WORDS.opens(Says::Acting, &fold(text).text).is_some()
}

/// `Pilih Menu EBIS > Klik Asset` are two steps.
fn steps(nodes: &[Node]) -> Vec<String> {
    let lines = nodes.iter().flat_map(Node::all);
    let texts = lines.flat_map(|node| node.line.text.split(" > "));
    texts
        .map(str::trim)
        .filter(|step| !step.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The words in which paths differ, each short enough for an option.
fn differences(paths: &[KipFile]) -> Vec<String> {
    let words: Vec<Vec<&str>> = paths
        .iter()
        .map(|path| path.path.split_whitespace().collect())
        .collect();
    let bare = |word: &str| {
        word.trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase()
    };
    let common = (0..)
        .take_while(|&at| {
            words.iter().all(|path| {
                path.get(at)
                    .is_some_and(|word| bare(word) == bare(words[0][at.min(words[0].len() - 1)]))
            })
        })
        .count();
    let mut options: Vec<String> = Vec::new();
    for (number, path) in words.iter().enumerate() {
        let rest = path.get(common..).unwrap_or_default().join(" ");
        let mut option = cut(&rest.replace('\'', ""), 70);
        if option.is_empty() || options.contains(&option) {
            option = format!("{option} ({})", number + 1).trim().to_owned();
        }
        options.push(option);
    }
    options
}

/// The first characters of a text, ending with a whole word and a mark where something is missing.
fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(chars_max - 1).collect();
    if let Some(end) = kept.rfind(char::is_whitespace) {
        kept.truncate(end);
    }
    kept.push('…');
    kept
}

/// A text in pieces that an item takes, divided between words.
fn pieces(text: &str, chars_max: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for word in text.split(' ') {
        let last = pieces.last_mut().expect("there is one from the start");
        if !last.is_empty() && last.chars().count() + word.chars().count() + 1 > chars_max {
            pieces.push(word.to_owned());
        } else {
            *last += if last.is_empty() { "" } else { " " };
            *last += word;
        }
    }
    // A word without blanks may be longer than an item by itself.
    pieces
        .into_iter()
        .flat_map(|piece| {
            let chars: Vec<char> = piece.chars().collect();
            chars
                .chunks(chars_max)
                .map(|chunk| chunk.iter().collect())
                .collect::<Vec<String>>()
        })
        .collect()
}

/// The id that a file gets when none is given.
pub fn id_of(title: &str) -> String {
    let id = slug(&suggest::short(title), '-');
    if id.is_empty() {
        "sop-impor".to_owned()
    } else {
        id
    }
}
