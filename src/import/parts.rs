//! The parts of a document: each heading with the points below it, nested as they are numbered.

use super::headings::{self, Heading};
use super::outline::{DocumentLine, Style};
use super::words::PartRole;

/// A document in parts.
#[derive(Debug)]
pub struct Parts {
    /// Its first line.
    pub title: DocumentLine,
    /// What is between the title and the first heading, and then every part, in order.
    pub parts: Vec<DocumentPart>,
}

/// A heading and what is below it.
#[derive(Debug, Clone)]
pub struct DocumentPart {
    /// The line of its heading; the first part has none.
    pub heading: Option<DocumentLine>,
    /// Its heading's words.
    pub title: String,
    /// What it is for.
    pub role: PartRole,
    /// Whether its heading says so itself.
    pub is_known: bool,
    /// Its points.
    pub nodes: Vec<Node>,
}

impl DocumentPart {
    /// The same heading above other points.
    pub fn with(&self, nodes: Vec<Node>) -> DocumentPart {
        DocumentPart {
            nodes,
            ..self.clone()
        }
    }
}

/// A point and the points below it.
#[derive(Debug, Clone)]
pub struct Node {
    /// The point.
    pub line: DocumentLine,
    /// What belongs to it.
    pub children: Vec<Node>,
}

/// Deeper levels are not read; lines that go on indenting stay at this depth.
const DEPTH_MAX: usize = 8;

/// How deep a heading is when no Markdown says so.
const LEVEL_BOLD: usize = 8;
const LEVEL_KNOWN: usize = 10;
const LEVEL_OTHER: usize = 11;

/// Divides a document; `None` if it says nothing.
pub fn divide(lines: Vec<DocumentLine>) -> Option<Parts> {
    let mut lines = lines.into_iter();
    let title = lines.next()?;
    let lines: Vec<DocumentLine> = lines.collect();
    let mut parts = vec![Open::new(None, "", PartRole::Info, false)];
    // The headings that the present one is below: how deep, and for what.
    let mut above: Vec<(usize, PartRole)> = Vec::new();
    let mut last_lettered = None;
    for (at, line) in lines.iter().enumerate() {
        let open = parts
            .last_mut()
            .expect("the first part is there from the start");
        let Some(Heading { title, role, rest }) =
            headings::heading(line, lines.get(at + 1), open.role)
        else {
            open.lines.push(line.clone());
            continue;
        };
        let level = line.level.unwrap_or(match role {
            Some(_) => LEVEL_KNOWN,
            None if line.is_bold => LEVEL_BOLD,
            None => LEVEL_OTHER,
        });
        let stands_under_empty = role.is_none() && open.is_known && open.lines.is_empty();
        above.retain(|(other, _)| *other < level || (stands_under_empty && *other == level));
        let is_lettered = line.style == Style::Upper;
        let inherited = match above.last() {
            _ if is_lettered && line.label.as_deref() != Some("a") && last_lettered.is_some() => {
                last_lettered
            }
            Some((_, PartRole::Kip | PartRole::Source)) | None => None,
            Some((_, role)) => Some(*role),
        };
        let meant = role.or(inherited).unwrap_or(PartRole::Info);
        last_lettered = if is_lettered {
            Some(meant)
        } else {
            last_lettered.filter(|_| role.is_none())
        };
        if role.is_some() || is_lettered {
            above.push((level, meant));
        }
        let mut part = Open::new(Some(line.clone()), &title, meant, role.is_some());
        part.lines.extend(rest.map(|text| DocumentLine {
            text,
            style: Style::Plain,
            label: None,
            level: None,
            is_bold: false,
            ..line.clone()
        }));
        parts.push(part);
    }
    let parts = parts.into_iter().map(|open| DocumentPart {
        nodes: nest(open.lines, open.role),
        heading: open.heading,
        title: open.title,
        role: open.role,
        is_known: open.is_known,
    });
    Some(Parts {
        title,
        parts: parts.collect(),
    })
}

struct Open {
    heading: Option<DocumentLine>,
    title: String,
    role: PartRole,
    is_known: bool,
    lines: Vec<DocumentLine>,
}

impl Open {
    fn new(heading: Option<DocumentLine>, title: &str, role: PartRole, is_known: bool) -> Open {
        Open {
            heading,
            title: title.to_owned(),
            role,
            is_known,
            lines: Vec::new(),
        }
    }
}

impl Node {
    /// Returns the node and all below it, in order.
    pub fn all(&self) -> Vec<&Node> {
        let below = self.children.iter().flat_map(Node::all);
        std::iter::once(self).chain(below).collect()
    }

    /// Returns the number as the document shows it, with a blank behind it.
    pub fn mark(&self) -> String {
        let label = self.line.label.as_deref().unwrap_or_default();
        match self.line.style {
            Style::Plain => String::new(),
            Style::Bullet => "- ".to_owned(),
            Style::Dotted => format!("{} ", label.replace('-', ".")),
            Style::Upper => format!("{}. ", label.to_uppercase()),
            Style::Digit | Style::Lower | Style::DigitLetter => format!("{label}. "),
        }
    }
}

/// Puts every line below the one it belongs to. Documents indent as they like, so numbering counts for more.
fn nest(lines: Vec<DocumentLine>, role: PartRole) -> Vec<Node> {
    let mut roots: Vec<Node> = Vec::new();
    // The lines that the next one may be below.
    let mut path: Vec<DocumentLine> = Vec::new();
    for line in lines {
        let depth = depth(&path, &line, role).min(DEPTH_MAX);
        path.truncate(depth);
        let mut siblings = &mut roots;
        for _ in 0..depth {
            siblings = &mut siblings
                .last_mut()
                .expect("the path leads to nodes")
                .children;
        }
        siblings.push(Node {
            line: line.clone(),
            children: Vec::new(),
        });
        path.push(line);
    }
    roots
}

fn depth(path: &[DocumentLine], line: &DocumentLine, role: PartRole) -> usize {
    let Some(last) = path.last() else { return 0 };
    let opens = last.text.ends_with(':');
    if line.style == Style::Plain {
        let numbered = path.iter().rposition(|above| above.label.is_some());
        return match numbered {
            // In a flow of steps a bare sentence belongs to the step above it.
            Some(at) if role == PartRole::Cause => at + 1,
            _ if last.style != Style::Plain && (!line.after_blank || line.indent > last.indent) => {
                path.len()
            }
            _ => 0,
        };
    }
    if let Some(parent) = parent_label(line)
        && let Some(at) = path
            .iter()
            .rposition(|above| above.label.as_deref() == Some(parent.as_str()))
    {
        return at + 1;
    }
    if opens && line.indent > last.indent {
        return path.len();
    }
    let alike = path.iter().rposition(|above| above.style == line.style);
    match alike {
        Some(at) if line.indent >= path[at].indent + 2 && at + 1 == path.len() => path.len(),
        Some(at) => at,
        None if last.style == Style::Plain && !opens => 0,
        None if last.style == Style::Bullet && line.indent <= last.indent && !opens => 0,
        None => path.len(),
    }
}

/// `4a` is below `4`, `1-2` below `1`.
fn parent_label(line: &DocumentLine) -> Option<String> {
    let label = line.label.as_deref()?;
    match line.style {
        Style::Dotted => label.rsplit_once('-').map(|(parent, _)| parent.to_owned()),
        Style::DigitLetter => Some(label.trim_end_matches(char::is_alphabetic).to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::outline;
    use super::*;

    fn divided(text: &str) -> Parts {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        divide(outline::read(&lines)).unwrap()
    }

    fn drawn(nodes: &[Node]) -> String {
        let draw = |node: &Node| match node.children.as_slice() {
            [] => node.line.text.clone(),
            children => format!("{}({})", node.line.text, drawn(children)),
        };
        nodes.iter().map(draw).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn points_nest_as_they_are_numbered() {
        let text = "Judul\nPossible Cause\n1. Satu\n - Ya\n - Tidak\n2. Dua\n - 2.a. Dua a\n\n- Jika\n\n2.b Dua b\n\nLanjutan\n3. Tiga\n3.1 Sub\n";
        let parts = divided(text);
        assert_eq!(
            drawn(&parts.parts[1].nodes),
            "Satu(Ya Tidak) Dua(Dua a(Jika) Dua b(Lanjutan)) Tiga(Sub)"
        );
    }

    #[test]
    fn a_heading_without_a_known_name_belongs_to_the_part_above_it() {
        let text =
            "Judul\nNotes:\n\nNon Fintech:\n\n- Mkios\n\nKIP\n\nA - b - c\n\nLain-lain:\n- x\n";
        let parts = divided(text).parts;
        let roles: Vec<_> = parts
            .iter()
            .map(|part| (part.title.as_str(), part.role))
            .collect();
        let expected = [
            ("", PartRole::Info),
            ("Notes", PartRole::Note),
            ("Non Fintech", PartRole::Note),
            ("KIP", PartRole::Kip),
            ("Lain-lain", PartRole::Info),
        ];
        assert_eq!(roles, expected);
    }

    #[test]
    fn lettered_headings_are_parts_of_what_stands_above_them() {
        let text = "Judul\n#### Cara Identifikasi Case:\n#### A. Pastikan layanan\n1. Buka menu\n# B. Lihat tagihan\n1. Buka menu\n#### Cara Handling:\nx\n";
        let parts = divided(text).parts;
        let roles: Vec<_> = parts.iter().map(|part| part.role).collect();
        assert_eq!(
            roles,
            [
                PartRole::Info,
                PartRole::Check,
                PartRole::Check,
                PartRole::Check,
                PartRole::Handling
            ]
        );
    }
}
