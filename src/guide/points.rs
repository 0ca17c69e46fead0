//! The points of one SOP: every place that can be linked and answered alone, and its words.

use crate::catalog::Sop;
use crate::matcher::documents::{Passage, PassagePlace};
use crate::message::ChannelKind;

/// One place of an SOP that can be linked and answered alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Its id: `4c` in `isi-ulang-belum-masuk#4c`.
    pub id: String,
    /// What kind of place it is.
    pub kind: PointKind,
    /// The heading above it.
    pub under: String,
    /// For which kinds of channel it is; all when empty.
    pub channel_kinds: Vec<ChannelKind>,
}

impl Point {
    /// Whether it only says which case the procedure is for.
    pub fn says_which_case(&self, sop: &Sop) -> bool {
        match self.kind {
            PointKind::Item(section, place) => sop.sections[section].items[place].scope,
            _ => false,
        }
    }
}

/// What kind of place a point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointKind {
    /// An item, by section and place.
    Item(usize, usize),
    /// A cause, by place.
    Cause(usize),
    /// An outcome, by place.
    Outcome(usize),
    /// A hole of the source, by place.
    Unclear(usize),
    /// The complaint categories of a form, by place of the form.
    Kip(usize),
}

/// A point with what is written there.
#[derive(Debug)]
pub struct Written {
    point: Point,
    /// The heading above it.
    pub title: String,
    /// What it says.
    pub text: String,
    /// The phrases with which agents ask for it.
    pub asked: Vec<String>,
}

impl Written {
    /// What kind of place it is.
    pub fn kind(&self) -> PointKind {
        self.point.kind
    }

    /// Returns the place without its words.
    pub fn point(self) -> Point {
        self.point
    }
}

/// Returns every place of an SOP.
pub fn collect(sop: &Sop) -> Vec<Written> {
    let mut written = Vec::new();
    let mut add = |id: &str,
                   kind,
                   under: &str,
                   channel_kinds: &[ChannelKind],
                   text: String,
                   asked: &[String]| {
        let point = Point {
            id: id.to_owned(),
            kind,
            under: under.to_owned(),
            channel_kinds: channel_kinds.to_vec(),
        };
        written.push(Written {
            title: under.to_owned(),
            point,
            text,
            asked: asked.to_vec(),
        });
    };
    for (section, part) in sop.sections.iter().enumerate() {
        for (place, item) in part.items.iter().enumerate() {
            let text = format!("{} {}", item.text, item.steps.join(" "));
            add(
                &item.id,
                PointKind::Item(section, place),
                &part.title,
                &item.channel_kinds,
                text,
                &item.asked,
            );
        }
    }
    for (place, cause) in sop.causes.iter().enumerate() {
        let branches = cause
            .branches
            .iter()
            .map(|branch| branch.when.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        let text = format!("{} {branches}", cause.text);
        add(
            &cause.id,
            PointKind::Cause(place),
            "Kemungkinan penyebab",
            &[],
            text,
            &cause.asked,
        );
    }
    for (place, outcome) in sop.outcomes.iter().enumerate() {
        add(
            &outcome.id,
            PointKind::Outcome(place),
            "Tindak lanjut",
            &[],
            outcome.text.clone(),
            &outcome.asked,
        );
    }
    for (place, hole) in sop.unclear.iter().enumerate() {
        add(
            &hole.id,
            PointKind::Unclear(place),
            "Tidak tercantum di SOP",
            &[],
            hole.text.clone(),
            &hole.asked,
        );
    }
    for (place, form) in sop.forms.iter().enumerate() {
        let paths = form
            .kips
            .iter()
            .map(|kip| kip.path.as_str())
            .chain(form.kip_none.as_deref());
        let text = paths.collect::<Vec<_>>().join(" ");
        let asked = [
            "kip".to_owned(),
            "kategori tiket".to_owned(),
            "kode kip".to_owned(),
        ];
        add(&form.id, PointKind::Kip(place), "KIP", &[], text, &asked);
    }
    written
}

/// Returns what an SOP says, as the matcher reads it.
pub fn passages(sop: &Sop) -> Vec<Passage<'_>> {
    let mut passages = vec![
        (PassagePlace::Title, sop.title.as_str()),
        (PassagePlace::Summary, &sop.summary),
    ];
    for section in &sop.sections {
        passages.push((PassagePlace::Heading, &section.title));
        for item in &section.items {
            passages.push((PassagePlace::Item, &item.text));
            passages.extend(
                item.steps
                    .iter()
                    .map(|step| (PassagePlace::Item, step.as_str())),
            );
        }
    }
    for cause in &sop.causes {
        passages.push((PassagePlace::Item, &cause.text));
        let branches = cause.branches.iter();
        passages.extend(branches.map(|branch| (PassagePlace::Item, branch.when.as_str())));
    }
    let outcomes = sop.outcomes.iter().map(|outcome| &outcome.text);
    let holes = sop.unclear.iter().map(|hole| &hole.text);
    passages.extend(
        outcomes
            .chain(holes)
            .map(|text| (PassagePlace::Item, text.as_str())),
    );
    for form in &sop.forms {
        passages.extend(
            form.kips
                .iter()
                .map(|kip| (PassagePlace::Label, kip.path.as_str())),
        );
        let labels = form.fields.iter().map(|field| &field.base.label);
        passages.extend(labels.map(|label| (PassagePlace::Label, label.as_str())));
    }
    let of = |(place, text)| Passage { place, text };
    passages.into_iter().map(of).collect()
}
