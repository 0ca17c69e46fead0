//! Commands with a slash: what they are called, what they take, and the act that each is.
//!
//! There are two readers of [`TABLE`]: [`read`] takes a message that begins with a slash, and a channel that has a
//! menu of commands offers the rows and hands back what was filled in ([`Slash::act`]).

use serde::Serialize;

use crate::act::{Act, ChannelKind, Order, Who};
use crate::ticket;
use crate::value::sensitive;

/// A command.
#[derive(Debug)]
pub struct Slash {
    /// What it is called.
    pub name: Label,
    /// What it is for; none where it is typed only.
    pub about: Option<Label>,
    /// Who may give it.
    pub who: Who,
    /// What it takes, in the order in which it is typed.
    pub slots: &'static [Slot],
    /// Its own commands, where it has several.
    pub parts: &'static [Slash],
    /// Other names that are understood.
    also: &'static [&'static str],
    act: fn(&Filled) -> Option<Act>,
}

/// A word or sentence in each language.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Label {
    /// In Indonesian.
    pub id: &'static str,
    /// In English.
    pub en: &'static str,
}

/// Something that a command takes.
#[derive(Debug)]
pub struct Slot {
    /// What it is called.
    pub name: Label,
    /// What it is for.
    pub about: Label,
    /// What may be filled in.
    pub takes: Takes,
    /// Whether the command makes no sense without it.
    pub required: bool,
}

/// What may be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A text of so many characters at most.
    Text(usize),
    /// A procedure.
    Sop,
    /// A ticket draft.
    Ticket,
    /// A number from 1 on.
    Number,
    /// Yes or no.
    Flag,
    /// One of the kinds of channel.
    Kind,
    /// A channel.
    Place,
    /// A file; where commands are typed there is none.
    File,
}

/// What was filled in, by the Indonesian name of its slot.
#[derive(Debug, Default)]
pub struct Filled(pub Vec<(&'static str, Filling)>);

/// What was filled into a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filling {
    /// A text.
    Text(String),
    /// A number.
    Number(u32),
    /// Yes or no.
    Flag(bool),
    /// The number of a channel.
    Place(u64),
}

/// A name that differs in more is another word.
const SLIPS_MAX: usize = 2;

/// The slots' names that code asks for.
const QUESTION: &str = "pertanyaan";
const TITLE: &str = "judul";
const ID: &str = "id";
const NAME: &str = "nama";
const WORD: &str = "kata";
const KIND: &str = "jenis";
const VERSION: &str = "versi";
const WHY: &str = "alasan";
const PIN: &str = "sematkan";

/// The kinds of channel, as leads choose them.
pub const KINDS: &[(ChannelKind, Label)] = &[
    (
        ChannelKind::Voice,
        label("Voice (telepon)", "Voice (telephone)"),
    ),
    (
        ChannelKind::NonVoice,
        label("Non-voice (chat, email)", "Non-voice (chat, e-mail)"),
    ),
    (ChannelKind::Ecare, label("E-Care", "E-Care")),
];

const TITLE_SLOT: Slot = slot(
    label(TITLE, "title"),
    label("Judul SOP", "The procedure's title"),
    Takes::Sop,
);
const NEEDED_TITLE: Slot = needed(TITLE_SLOT);
const PLACE: Label = label("Kanal tujuan", "Where to post it");

/// Every command, in the order in which a menu shows them; those that are typed only come last.
pub const TABLE: &[Slash] = &[
    Slash {
        about: about(
            "Tanyakan kasus pelanggan; hanya kamu yang melihat jawabannya",
            "Ask about a customer's case; only you see the answer",
        ),
        slots: &[needed(slot(
            label(QUESTION, "question"),
            label("Kendala pelanggan apa adanya", "The case in your own words"),
            Takes::Text(2000),
        ))],
        ..row("tanya", "ask", |filled| {
            Some(Act::Ask(filled.raw(QUESTION)?.to_owned()))
        })
    },
    Slash {
        about: about(
            "Buka SOP; team lead: impor, riwayat, bagikan",
            "Open procedures; team leads: import, history, share",
        ),
        parts: SOP_PARTS,
        slots: &[TITLE_SLOT],
        ..row("sop", "procedure", |filled| {
            Some(Act::Sop(filled.text(TITLE)))
        })
    },
    Slash {
        about: about(
            "Draft tiket saya, atau satu draft",
            "My ticket drafts, or one of them",
        ),
        also: &["tickets"],
        slots: &[slot(
            label(ID, "id"),
            label("Nomor draft", "The draft's id"),
            Takes::Ticket,
        )],
        ..row("tiket", "ticket", |filled| {
            Some(Act::Tickets(filled.text(ID)))
        })
    },
    Slash {
        about: about(
            "Account manager sebuah perusahaan dan jalur eskalasinya",
            "A company's account manager and the escalation path",
        ),
        slots: &[needed(slot(
            label(NAME, "name"),
            label(
                "Nama perusahaan, SID, atau account number",
                "Company name, SID or account number",
            ),
            Takes::Text(200),
        ))],
        ..row("am", "account-manager", |filled| {
            Some(Act::AccountManager(filled.text(NAME)))
        })
    },
    Slash {
        about: about(
            "Arti sebuah istilah di SOP",
            "What a term in the procedures means",
        ),
        slots: &[needed(slot(
            label(WORD, "word"),
            label("Istilah atau singkatan", "Term or abbreviation"),
            Takes::Text(100),
        ))],
        ..row("istilah", "term", |filled| {
            Some(Act::Term(filled.text(WORD)))
        })
    },
    Slash {
        about: about("Cara memakai Sigap", "How to use Sigap"),
        also: &["start"],
        ..row("bantuan", "help", |_| Some(Act::Help))
    },
    Slash {
        about: about(
            "Team lead: jenis kanal ini",
            "Team leads: what kind of channel this is",
        ),
        slots: &[needed(slot(
            label(KIND, "kind"),
            label(
                "Bagaimana pelanggan menghubungi",
                "How customers get in touch",
            ),
            Takes::Kind,
        ))],
        ..leads("kanal", "channel", |filled| {
            let name = filled.text(KIND)?;
            let mut kinds = KINDS.iter().map(|(kind, _)| *kind);
            let kind = kinds.find(|kind| kind.name() == name)?;
            Some(Act::Lead(Order::ChannelKind(kind)))
        })
    },
    Slash {
        about: about(
            "Team lead: pertanyaan yang belum terjawab",
            "Team leads: questions without an answer",
        ),
        ..leads("belajar", "learn", |_| Some(Act::Lead(Order::Queue)))
    },
    Slash {
        about: about("Team lead: angka per minggu", "Team leads: figures by week"),
        ..leads("statistik", "statistics", |_| {
            Some(Act::Lead(Order::Statistics))
        })
    },
    row("batal", "cancel", |_| Some(Act::Cancel)),
    row("urungkan", "undo", |_| Some(Act::Undo)),
    row("nanti", "later", |_| Some(Act::Park)),
    row("kembali", "back", |_| Some(Act::Back)),
    row("lewati", "skip", |_| Some(Act::Skip)),
    row("kirim", "send", |_| Some(Act::Send)),
    row("buat", "new", |_| Some(Act::Ticket(None))),
    row("kenapa", "why", |_| Some(Act::Why)),
    named("ubah", "edit", |filled| {
        let named = filled.text(NAME);
        Some(match named.as_deref().and_then(ticket::id_in) {
            Some(id) => Act::Revise(id),
            None => Act::Edit(named),
        })
    }),
    named("selesai", "done", |filled| {
        let named = filled.text(NAME).unwrap_or_default();
        let (id, note) = named
            .split_once(char::is_whitespace)
            .unwrap_or((&named, ""));
        let note = Some(note.trim().to_owned()).filter(|note| !note.is_empty());
        Some(ticket::id_in(id).map_or(Act::Tickets(None), |id| Act::Mark { id, note }))
    }),
    named("ingatkan", "remind", |filled| {
        let id = filled.text(NAME).as_deref().and_then(ticket::id_in);
        Some(id.map_or(Act::Tickets(None), Act::FollowUp))
    }),
    named("pandu", "walk", |filled| Some(Act::Walk(filled.text(NAME)))),
];

/// What can be done with `/sop`.
const SOP_PARTS: &[Slash] = &[
    Slash {
        about: about(
            "Buka satu SOP, atau daftarnya",
            "Open a procedure, or the list of them",
        ),
        slots: &[TITLE_SLOT],
        ..row("lihat", "show", |filled| Some(Act::Sop(filled.text(TITLE))))
    },
    Slash {
        about: about(
            "Team lead: dokumen menjadi usulan SOP",
            "Team leads: a document becomes a proposal",
        ),
        slots: &[needed(slot(
            label("berkas", "file"),
            label(
                ".txt, .md, .docx, .xlsx, .pdf, .html, atau .toml",
                ".txt, .md, .docx, .xlsx, .pdf, .html or .toml",
            ),
            Takes::File,
        ))],
        // The file has to be loaded first.
        ..leads("impor", "import", |_| None)
    },
    Slash {
        about: about(
            "Team lead: versi sebuah SOP",
            "Team leads: a procedure's versions",
        ),
        slots: &[NEEDED_TITLE],
        ..leads("riwayat", "history", |filled| {
            Some(Act::Lead(Order::History(filled.text(TITLE)?)))
        })
    },
    Slash {
        about: about(
            "Team lead: kembalikan versi lama",
            "Team leads: bring an earlier version back",
        ),
        slots: &[
            NEEDED_TITLE,
            needed(slot(
                label(VERSION, "version"),
                label("Nomor versi", "The version's number"),
                Takes::Number,
            )),
            slot(
                label(WHY, "reason"),
                label("Kenapa dikembalikan", "Why it is restored"),
                Takes::Text(300),
            ),
        ],
        ..leads("kembalikan", "restore", |filled| {
            Some(Act::Lead(Order::Restore {
                sop: filled.text(TITLE)?,
                number: filled.number(VERSION)?,
                why: filled.text(WHY).unwrap_or_default(),
            }))
        })
    },
    Slash {
        about: about(
            "Team lead: posting SOP di kanal",
            "Team leads: post a procedure in channels",
        ),
        slots: &[
            NEEDED_TITLE,
            needed(slot(label("kanal", "channel"), PLACE, Takes::Place)),
            slot(label("kanal-2", "channel-2"), PLACE, Takes::Place),
            slot(label("kanal-3", "channel-3"), PLACE, Takes::Place),
            slot(
                label(PIN, "pin"),
                label("Sematkan di kanal", "Pin it"),
                Takes::Flag,
            ),
        ],
        ..leads("bagikan", "share", |filled| {
            Some(Act::Lead(Order::Share {
                sop: filled.text(TITLE)?,
                channels: filled.places(),
                pinned: filled.flag(PIN),
            }))
        })
    },
    Slash {
        about: about(
            "Team lead: siapa yang sudah membaca",
            "Team leads: who has read it",
        ),
        slots: &[NEEDED_TITLE],
        ..leads("pembaca", "readers", |filled| {
            Some(Act::Lead(Order::Readers(filled.text(TITLE)?)))
        })
    },
];

/// Reads a message that is a command: `/sop ganti-ont`.
pub fn read(message: &str) -> Option<Act> {
    let command = message.trim().strip_prefix('/')?;
    let (name, rest) = command
        .split_once(char::is_whitespace)
        .unwrap_or((command, ""));
    typed(name, rest)
}

/// Reads what is behind a slash: `sop ganti-ont`, `sop history ganti-ont`, `cancel`.
pub fn typed(name: &str, rest: &str) -> Option<Act> {
    let name = name.to_lowercase();
    let slash = TABLE.iter().find(|slash| slash.is_called(&name))?;
    let (first, more) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let first = first.to_lowercase();
    match slash.parts.iter().find(|part| part.is_called(&first)) {
        Some(part) => part.act(&part.filled(more)),
        None => slash.act(&slash.filled(rest)),
    }
}

/// Returns what a message calls a command although there is none: `/tikett 3` calls `tikett`.
pub fn called(message: &str) -> Option<&str> {
    let name = message
        .trim()
        .strip_prefix('/')?
        .split_whitespace()
        .next()?;
    let is_name = name.starts_with(char::is_alphabetic) && !name.contains('/');
    is_name.then_some(name)
}

/// Returns the command whose name is most like this, within two slips of the finger.
pub fn nearest(name: &str) -> Option<&'static Label> {
    let name = name.to_lowercase();
    let slips = |slash: &Slash| {
        let names = [slash.name.id, slash.name.en]
            .into_iter()
            .chain(slash.also.iter().copied());
        names.map(|known| strsim::osa_distance(known, &name)).min()
    };
    let near = TABLE
        .iter()
        .filter_map(|slash| Some((slips(slash)?, &slash.name)));
    let (slips, near) = near.min_by_key(|(slips, _)| *slips)?;
    (slips <= SLIPS_MAX && slips < name.chars().count()).then_some(near)
}

/// Finds a command of the menu, or a part of one, by the names under which it is offered.
pub fn offered(name: &str, part: Option<&str>) -> Option<&'static Slash> {
    let slash = TABLE.iter().find(|slash| slash.name.id == name)?;
    match part {
        Some(part) => slash.parts.iter().find(|one| one.name.id == part),
        None => Some(slash),
    }
}

impl Slash {
    /// Returns the act, as it was filled in; none when something is missing.
    pub fn act(&self, filled: &Filled) -> Option<Act> {
        (self.act)(filled)
    }

    /// Whether it takes a file.
    pub fn takes_file(&self) -> bool {
        self.slots.iter().any(|slot| slot.takes == Takes::File)
    }

    fn is_called(&self, name: &str) -> bool {
        name == self.name.id || name == self.name.en || self.also.contains(&name)
    }

    /// Fills the slots with the words of a text in turn; the last text takes what is left.
    fn filled(&self, text: &str) -> Filled {
        let mut rest = text.trim();
        let mut filled = Filled::default();
        for (number, slot) in self.slots.iter().enumerate() {
            let is_last = number + 1 == self.slots.len();
            let (word, more) = match rest.split_once(char::is_whitespace) {
                Some(parts) if !is_last => parts,
                _ => (rest, ""),
            };
            let digits = word.trim_matches(|c: char| !c.is_ascii_digit());
            let filling = match slot.takes {
                Takes::Text(_) | Takes::Sop | Takes::Ticket | Takes::Kind => {
                    Some(Filling::Text(word.to_owned()))
                }
                Takes::Number => digits.parse().ok().map(Filling::Number),
                Takes::Place => digits.parse().ok().map(Filling::Place),
                Takes::Flag => (!word.is_empty()).then_some(Filling::Flag(true)),
                Takes::File => None,
            };
            let Some(filling) = filling else { continue };
            filled.0.push((slot.name.id, filling));
            rest = more.trim_start();
        }
        filled
    }
}

impl Filled {
    /// A text as it was written; none when it is empty.
    fn raw(&self, name: &str) -> Option<&str> {
        let text = self.0.iter().find_map(|(known, filling)| match filling {
            Filling::Text(text) if *known == name => Some(text.trim()),
            _ => None,
        })?;
        (!text.is_empty()).then_some(text)
    }

    /// A text without the numbers of cards: it is shown again, and kept, when nothing is found under it.
    fn text(&self, name: &str) -> Option<String> {
        let text = sensitive::without_cards(self.raw(name)?).into_owned();
        (!text.is_empty()).then_some(text)
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.0.iter().find_map(|(known, filling)| match filling {
            Filling::Number(number) if *known == name => Some(*number),
            _ => None,
        })
    }

    fn flag(&self, name: &str) -> bool {
        let on = (name, &Filling::Flag(true));
        self.0
            .iter()
            .any(|(known, filling)| (*known, filling) == on)
    }

    fn places(&self) -> Vec<u64> {
        let places = self.0.iter().filter_map(|(_, filling)| match filling {
            Filling::Place(place) => Some(*place),
            _ => None,
        });
        places.collect()
    }
}

const fn label(id: &'static str, en: &'static str) -> Label {
    Label { id, en }
}

const fn about(id: &'static str, en: &'static str) -> Option<Label> {
    Some(label(id, en))
}

/// A command without anything else.
const fn row(id: &'static str, en: &'static str, act: fn(&Filled) -> Option<Act>) -> Slash {
    Slash {
        name: label(id, en),
        about: None,
        who: Who::Anyone,
        slots: &[],
        parts: &[],
        also: &[],
        act,
    }
}

/// A command that only leads may give.
const fn leads(id: &'static str, en: &'static str, act: fn(&Filled) -> Option<Act>) -> Slash {
    Slash {
        who: Who::Lead,
        ..row(id, en, act)
    }
}

/// A command that is typed with a name behind it.
const fn named(id: &'static str, en: &'static str, act: fn(&Filled) -> Option<Act>) -> Slash {
    const SLOTS: &[Slot] = &[slot(label(NAME, "name"), label("", ""), Takes::Text(200))];
    Slash {
        slots: SLOTS,
        ..row(id, en, act)
    }
}

const fn slot(name: Label, about: Label, takes: Takes) -> Slot {
    Slot {
        name,
        about,
        takes,
        required: false,
    }
}

const fn needed(slot: Slot) -> Slot {
    Slot {
        required: true,
        ..slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(command: &str, expected: Option<Act>) {
        assert_eq!(read(&format!("/{command}")), expected, "/{command}");
    }

    #[test]
    fn commands_are_read_by_their_names_in_both_languages() {
        let one = |text: &str| Some(text.to_owned());
        let id = || "T-261121-7F3K2Q".to_owned();
        check("batal", Some(Act::Cancel));
        check("Cancel", Some(Act::Cancel));
        check("undo", Some(Act::Undo));
        check("later", Some(Act::Park));
        check("new", Some(Act::Ticket(None)));
        check("start", Some(Act::Help));
        check("sop", Some(Act::Sop(None)));
        check("sop ganti ont", Some(Act::Sop(one("ganti ont"))));
        check("tickets", Some(Act::Tickets(None)));
        check(
            "tiket t-261121-7f3k2q",
            Some(Act::Tickets(one("t-261121-7f3k2q"))),
        );
        check(
            "am PT Contoh Jaya",
            Some(Act::AccountManager(one("PT Contoh Jaya"))),
        );
        check("term HLR", Some(Act::Term(one("HLR"))));
        check("walk", Some(Act::Walk(None)));
        check(
            "tanya pulsa belum masuk",
            Some(Act::Ask("pulsa belum masuk".to_owned())),
        );
        check("ubah lokasi", Some(Act::Edit(one("lokasi"))));
        check("ubah t-261121-7f3k2q", Some(Act::Revise(id())));
        check("selesai", Some(Act::Tickets(None)));
        let mark = |note| Some(Act::Mark { id: id(), note });
        check("selesai T-261121-7F3K2Q", mark(None));
        check(
            "done T-261121-7F3K2Q  INC 0000 12",
            mark(one("INC 0000 12")),
        );
        check("ingatkan T-261121-7F3K2Q", Some(Act::FollowUp(id())));
        check("ingatkan", Some(Act::Tickets(None)));
        check("entah", None);
    }

    #[test]
    fn leads_type_their_orders_too() {
        let sop = || "ganti-ont".to_owned();
        let lead = |order| Some(Act::Lead(order));
        check("belajar", lead(Order::Queue));
        check("kanal ecare", lead(Order::ChannelKind(ChannelKind::Ecare)));
        check("kanal toko", None);
        check("sop riwayat ganti-ont", lead(Order::History(sop())));
        check("sop readers ganti-ont", lead(Order::Readers(sop())));
        check(
            "sop kembalikan ganti-ont 2 salah ketik",
            lead(Order::Restore {
                sop: sop(),
                number: 2,
                why: "salah ketik".to_owned(),
            }),
        );
        check("sop kembalikan ganti-ont", None);
        check(
            "sop share ganti-ont <#20> 21",
            lead(Order::Share {
                sop: sop(),
                channels: vec![20, 21],
                pinned: false,
            }),
        );
    }

    #[test]
    fn who_may_give_a_command_is_who_may_do_its_act() {
        for slash in TABLE.iter().chain(SOP_PARTS) {
            let filled = slash.filled("ecare 2 3");
            if let Some(act) = slash.act(&filled) {
                let for_leads = act.who() == Who::Lead;
                assert_eq!(slash.who == Who::Lead, for_leads, "{}", slash.name.id);
            }
        }
    }

    #[test]
    fn numbers_of_cards_do_not_come_along() {
        let Some(Act::Sop(Some(name))) = typed("sop", "4111 1111 1111 1111") else {
            panic!("it is a name");
        };
        assert!(!name.contains("1111 1111"), "{name}");
    }

    #[test]
    fn a_name_is_given_once() {
        for table in [TABLE, SOP_PARTS] {
            let names = table.iter().flat_map(|slash| {
                let also = slash.also.iter().copied();
                let mut names: Vec<_> = also.chain([slash.name.id, slash.name.en]).collect();
                names.sort_unstable();
                names.dedup();
                names
            });
            let mut names: Vec<_> = names.collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }
}
