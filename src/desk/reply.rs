//! What leads are shown, put into words: the one place where the desk speaks.

use jiff::Zoned;
use serde_json::{Value as Json, json};

use super::lesson::{Lesson, Queue};
use super::review::VersionReview;
use super::step::{Shown, Statistics};
use super::{BY_HAND, DeskError, Posting, Proposal, Share, Version, review};
use crate::act::{Act, HandedFile, Order, TO_NEVER, TO_NONE};
use crate::guide::Knowledge;
use crate::import::ImportReport;
use crate::learn::QuestionGroup;
use crate::message::{Button, Reply};
use crate::stats::{self, chart};
use crate::voice::Voice;
use crate::wording::leads;

/// Groups of questions shown at once: a lead works off a handful, and asks for the next.
const GROUPS_SHOWN: usize = 5;
/// Procedures named in the statistics of a week.
const TOP: usize = 5;

/// A message to a lead, and the file that goes with it.
#[derive(Debug)]
pub struct LeadReply {
    /// The message.
    pub reply: Reply,
    /// The file.
    pub file: Option<HandedFile>,
}

/// Who speaks to a lead: what is known, in which language, and when.
#[derive(Debug, Clone, Copy)]
pub struct Speaker<'a> {
    /// What is live.
    pub knowledge: &'a Knowledge,
    /// The reader's language.
    pub voice: &'a Voice,
    /// The time, whose zone dates are shown in.
    pub now: &'a Zoned,
}

impl Speaker<'_> {
    /// Puts into words what a lead is shown.
    pub fn replies(self, shown: &Shown) -> Vec<LeadReply> {
        let voice = self.voice;
        let line = |block: &str| said(voice, block, &Json::Null);
        let about = |block: &str, sop: &str, mut facts: Json| {
            facts["title"] = json!(self.title(sop));
            said(voice, block, &facts)
        };
        let reply = match shown {
            Shown::Proposal {
                proposal,
                review,
                report,
            } => return self.proposal(proposal, review, report.as_ref()),
            Shown::Readers { share, unread } => return self.readers(share, unread),
            Shown::Queue(queue) => return self.queue(queue),
            // They are for others.
            Shown::Post(_) | Shown::Remind { .. } => return Vec::new(),
            Shown::ProposalFile(proposal) => self.file_of(proposal),
            Shown::Discarded => line("proposal_discarded"),
            Shown::Published(version) => {
                about("published", &version.sop, json!({"number": version.number}))
            }
            Shown::History { sop, versions } => self.history(sop, versions),
            Shown::Shared { sop, channels } => about("shared", sop, json!({"channels": channels})),
            Shown::NotShared(channel) => said(voice, "not_shared", &json!({"channel": channel})),
            Shown::NotPinned => line("no_pin"),
            Shown::SharedNowhere(sop) => about("not_shared_anywhere", sop, json!({})),
            Shown::Reminded(people) => said(voice, "reminded", &json!({"count": people})),
            Shown::AlreadyReminded => line("already_reminded"),
            Shown::ReadNoted(version) => said(voice, "acknowledged", &json!({"version": version})),
            Shown::ReadOutdated(newer) => said(voice, "newer_version", &json!({"version": newer})),
            Shown::NoShare => line("no_share"),
            Shown::Lesson(lesson) => self.lesson(lesson),
            Shown::Statistics(statistics) => self.statistics(statistics),
            Shown::Broken(mistakes) => say("broken", leads::broken(voice, mistakes)),
            Shown::Overdue(sop) => self.overdue(sop),
            Shown::Refused(error) => self.refused(error),
        };
        vec![reply]
    }

    /// Puts a post into words: the SOP as `shown` to who asks for it, with its version and the button for readers.
    pub fn post(self, posting: &Posting, shown: Vec<Reply>) -> Vec<Reply> {
        let (share, version) = (&posting.share, &posting.version);
        let changed = posting.changed.as_ref().map(|changed| {
            let lines = leads::what_changed(self.voice, &changed.new, &changed.gone);
            let parts = [changed.why.clone(), lines];
            let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            parts.join("\n")
        });
        let facts = json!({
            "version": version.number,
            "at": self.time(version, "%d-%m-%Y"),
            "what": changed.unwrap_or_default(),
        });
        let footer = self.voice.say("shared_footer", &facts);
        let mut replies = shown;
        for reply in &mut replies {
            reply.buttons.clear();
        }
        if let Some(last) = replies.last_mut() {
            last.text += &format!("\n\n{footer}");
            let read = Act::Read {
                sop: share.sop.clone(),
                version: version.number,
            };
            last.buttons.push(self.voice.button("read", read));
        }
        replies
    }

    /// Reminds somebody of a post, which is behind a link.
    pub fn reminder(self, share: &Share, link: &str) -> Reply {
        let title = self.title(&share.sop);
        let facts = json!({"title": title, "version": share.version, "link": link});
        said(self.voice, "please_read", &facts).reply
    }

    fn order(self, label: &str, order: Order) -> Button {
        self.voice.button(label, Act::Lead(order))
    }

    fn time(self, version: &Version, shape: &str) -> String {
        let at = version.at.to_zoned(self.now.time_zone().clone());
        at.strftime(shape).to_string()
    }

    fn title(self, sop: &str) -> String {
        let known = self.knowledge.catalog.sop(sop);
        known.map_or_else(|| sop.to_owned(), |sop| sop.title.clone())
    }

    /// How agents will see a proposal, then everything to look at, with the buttons.
    fn proposal(
        self,
        proposal: &Proposal,
        review: &VersionReview,
        report: Option<&ImportReport>,
    ) -> Vec<LeadReply> {
        let id = || proposal.id.clone();
        let mut buttons = vec![
            self.order("download", Order::Download(id())),
            self.order(
                "amend",
                Order::Amend {
                    proposal: id(),
                    fields: Vec::new(),
                },
            ),
            self.order("discard", Order::Discard(id())),
        ];
        let mut replies = Vec::new();
        if review.is_accepted() {
            let publish = Order::Publish {
                proposal: id(),
                why: None,
            };
            buttons.insert(0, self.order("publish", publish));
            let facts = json!({"id": review.id, "is_new": review.diff.is_none()});
            replies.push(said(self.voice, "previewed", &facts));
            let seen = review.preview.iter().map(|reply| LeadReply {
                reply: Reply {
                    buttons: Vec::new(),
                    ..reply.clone()
                },
                file: None,
            });
            replies.extend(seen);
        }
        let diff = review.diff.as_ref();
        let diff = diff.map(|diff| (diff.new, diff.gone, diff.text.as_str()));
        let change = review.change.as_ref();
        let complaints = &json!(review.complaints);
        let text = leads::review(
            self.voice,
            diff,
            &review.diagnostics,
            change,
            complaints,
            report,
        );
        replies.push(with(buttons, say("proposal", text)));
        replies
    }

    fn history(self, sop: &str, versions: &[Version]) -> LeadReply {
        let times = versions.iter();
        let times: Vec<_> = times.map(|one| self.time(one, "%d-%m-%Y %H.%M")).collect();
        let lines = versions.iter().zip(&times);
        let lines = lines.map(|(version, at)| leads::VersionLine {
            number: version.number,
            at,
            who: (version.who != BY_HAND).then_some(version.who.as_str()),
            why: &version.why,
        });
        let lines: Vec<_> = lines.collect();
        say(
            "history",
            leads::history(self.voice, &self.title(sop), &lines),
        )
    }

    fn readers(self, share: &Share, unread: &[u64]) -> Vec<LeadReply> {
        let Some(channel) = share.place.channel() else {
            return Vec::new();
        };
        let read = share.readers.keys().copied();
        let read: Vec<u64> = read.filter(|account| share.is_read_by(*account)).collect();
        let title = self.title(&share.sop);
        let version = share.version;
        let text = leads::readers(self.voice, &title, channel, version, &read, unread);
        let may_remind = !unread.is_empty() && share.reminded != Some(share.version);
        let remind = may_remind.then(|| {
            let sop = share.sop.clone();
            self.order("remind_readers", Order::Remind { sop, channel })
        });
        vec![with(remind.into_iter().collect(), say("readers", text))]
    }

    fn queue(self, queue: &Queue) -> Vec<LeadReply> {
        if queue.groups.is_empty() {
            return vec![said(self.voice, "nothing_unanswered", &Json::Null)];
        }
        let groups = queue.groups.iter().take(GROUPS_SHOWN);
        groups.map(|group| self.group(queue, group)).collect()
    }

    fn group(self, queue: &Queue, group: &QuestionGroup) -> LeadReply {
        let nearest = queue.nearest(group);
        let title = nearest.first().map(|intent| self.title(intent));
        let text = leads::group(
            self.voice,
            group.members.len(),
            queue.in_dialogs(group),
            &queue.wordings(group),
            &queue.owners(group),
            title.as_deref(),
        );
        let id = || group.id.clone();
        let give = |to: &str| {
            let to = to.to_owned();
            Act::Lead(Order::Teach { group: id(), to })
        };
        let catalog = &self.knowledge.catalog;
        let near = nearest.iter().filter_map(|intent| catalog.sop(intent));
        let others = catalog.sops.iter();
        let others = others.filter(|sop| !nearest.contains(&sop.id.as_str()));
        let sops = near.chain(others);
        let mut buttons: Vec<Button> = sops
            .map(|sop| {
                let facts = json!({"title": sop.title});
                self.voice.button_about("to_sop", &facts, give(&sop.id))
            })
            .collect();
        let begin = Order::Begin {
            group: id(),
            title: String::new(),
            text: String::new(),
        };
        buttons.push(self.voice.button("to_none", give(TO_NONE)));
        buttons.push(self.voice.button("to_never", give(TO_NEVER)));
        buttons.push(self.order("to_new", begin));
        with(buttons, say("group", text))
    }

    fn lesson(self, lesson: &Lesson) -> LeadReply {
        match lesson {
            Lesson::Learned {
                added, gain, rows, ..
            } => {
                let more = gain.right_after as i64 - gain.right_before as i64;
                let facts = json!({"gain": more, "of": gain.rows, "added": added, "rows": rows});
                said(self.voice, "learned", &facts)
            }
            Lesson::Hidden { questions, .. } => {
                said(self.voice, "hidden", &json!({"questions": questions}))
            }
            Lesson::Clash(change) => say("clash", leads::clash(self.voice, change)),
        }
    }

    fn statistics(self, statistics: &Statistics) -> LeadReply {
        let weeks = &statistics.weeks;
        if weeks.is_empty() {
            return said(self.voice, "nothing_counted", &Json::Null);
        }
        let titled = |(intent, count): (&str, u64)| (self.title(intent), count);
        let lines = weeks.iter().map(|week| leads::WeekLine {
            from: week.from.strftime("%d-%m").to_string(),
            questions: week.questions,
            answered: week.answered,
            clarified: week.clarified,
            unanswered: week.unanswered,
            not_understood: week.not_understood,
            drafts: week.drafts,
            avoided: week.avoided,
            top: week.top(TOP).into_iter().map(titled).collect(),
        });
        let lines: Vec<_> = lines.collect();
        let was_asked = |id: &str| weeks.iter().any(|week| week.intents.contains_key(id));
        let sops = self.knowledge.catalog.sops.iter();
        let unasked = sops.filter(|sop| !was_asked(&sop.id));
        let unasked: Vec<String> = unasked.map(|sop| sop.title.clone()).collect();
        let unread = statistics.unread.iter();
        let unread: Vec<_> = unread.map(|(id, people)| titled((id, *people))).collect();
        let figures = leads::Figures {
            unasked: &unasked,
            unread: &unread,
            kips: &stats::summed(weeks.iter().map(|week| &week.kips)),
            median_minutes: statistics.median_minutes,
        };
        let title = self.voice.line("chart_title");
        let parts = leads::CHART_PARTS.map(|part| self.voice.line(part));
        let words = chart::ChartWords {
            title: &title,
            parts: parts.each_ref().map(String::as_str),
        };
        let chart = chart::png(weeks, words);
        if let Err(error) = &chart {
            tracing::error!(%error, "a chart was not drawn");
        }
        LeadReply {
            file: chart.ok().map(|bytes| HandedFile {
                name: "statistik.png".to_owned(),
                bytes,
            }),
            ..say(
                "statistics",
                leads::statistics(self.voice, &lines, &figures),
            )
        }
    }

    fn overdue(self, id: &str) -> LeadReply {
        let Some(sop) = self.knowledge.catalog.sop(id) else {
            return said(self.voice, "no_sop", &json!({"id": id}));
        };
        let day = sop.review_by.strftime("%d-%m-%Y").to_string();
        let facts = json!({"title": sop.title, "id": sop.id, "owner": sop.owner, "review_by": day});
        said(self.voice, "overdue", &facts)
    }

    fn file_of(self, proposal: &Proposal) -> LeadReply {
        let id = review::id_of(&proposal.text).unwrap_or_else(|| "sop".to_owned());
        LeadReply {
            file: Some(HandedFile {
                name: format!("{id}.toml"),
                bytes: proposal.text.clone().into_bytes(),
            }),
            ..said(self.voice, "downloaded", &Json::Null)
        }
    }

    /// Why an order was not carried out.
    fn refused(self, error: &DeskError) -> LeadReply {
        let (block, facts) = match error {
            DeskError::Refused(refused) => {
                return say("refused", leads::refused(self.voice, &refused.mistakes));
            }
            DeskError::Import(error) => {
                return say("unreadable", leads::unreadable(self.voice, error));
            }
            DeskError::Unchanged => ("unchanged_text", Json::Null),
            DeskError::Outdated(id) => ("outdated_proposal", json!({"id": id})),
            DeskError::NoSop(id) => ("no_sop", json!({"id": id})),
            DeskError::NoVersion(id, number) => ("no_version", json!({"id": id, "number": number})),
            DeskError::NoProposal => ("no_proposal", Json::Null),
            DeskError::NoGroup(_) => ("no_group", Json::Null),
            DeskError::Store(_) | DeskError::Record(_) | DeskError::Files(_) => {
                ("not_done", Json::Null)
            }
        };
        said(self.voice, block, &facts)
    }
}

/// A block with its facts.
fn said(voice: &Voice, block: &str, facts: &Json) -> LeadReply {
    say(block, voice.say(block, facts))
}

/// What a block has said.
fn say(block: &str, text: String) -> LeadReply {
    LeadReply {
        reply: Reply {
            shown: block.to_owned(),
            text,
            ..Reply::default()
        },
        file: None,
    }
}

fn with(buttons: Vec<Button>, mut said: LeadReply) -> LeadReply {
    said.reply.buttons = buttons;
    said
}
