//! What leads are shown, put into words: the one place where the desk speaks.

use jiff::Zoned;

use super::lesson::{Lesson, Queue};
use super::review::Review;
use super::step::{Shown, Statistics};
use super::{BY_HAND, Error, Posting, Proposal, Share, Version, review};
use crate::act::{Act, File, Order, TO_NEVER, TO_NONE};
use crate::guide::Knowledge;
use crate::import::Report;
use crate::learn::Group;
use crate::message::{Button, Reply};
use crate::stats::{self, chart};
use crate::wording::{self, leads};

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
    pub file: Option<File>,
}

/// Puts into words what a lead is shown.
pub fn replies(shown: &Shown, knowledge: &Knowledge, now: &Zoned) -> Vec<LeadReply> {
    let speaker = Speaker { knowledge, now };
    let text = match shown {
        Shown::Proposal {
            proposal,
            review,
            report,
        } => return speaker.proposal(proposal, review, report.as_ref()),
        Shown::ProposalFile(proposal) => return vec![file_of(proposal)],
        Shown::Discarded => leads::DISCARDED.to_owned(),
        Shown::Published(version) => leads::published(&speaker.title(&version.sop), version.number),
        Shown::History { sop, versions } => speaker.history(sop, versions),
        Shown::Shared { sop, channels } => leads::shared(&speaker.title(sop), channels),
        Shown::NotShared(channel) => leads::not_shared(*channel),
        Shown::NotPinned => leads::NO_PIN.to_owned(),
        Shown::Readers { share, unread } => return speaker.readers(share, unread),
        Shown::SharedNowhere(sop) => leads::not_shared_anywhere(&speaker.title(sop)),
        Shown::Reminded(people) => leads::reminded(*people),
        Shown::AlreadyReminded => leads::ALREADY_REMINDED.to_owned(),
        Shown::ReadNoted(version) => leads::acknowledged(*version),
        Shown::ReadOutdated(newer) => leads::newer_version(*newer),
        Shown::NoShare => leads::NO_SHARE.to_owned(),
        Shown::Queue(queue) => return speaker.queue(queue),
        Shown::Lesson(lesson) => speaker.lesson(lesson),
        Shown::Statistics(statistics) => return vec![speaker.statistics(statistics)],
        Shown::Broken(mistakes) => leads::broken(mistakes),
        Shown::Overdue(sop) => speaker.overdue(sop),
        Shown::Refused(error) => refused(error),
        // They are for others.
        Shown::Post(_) | Shown::Remind { .. } => return Vec::new(),
    };
    vec![say(text, Vec::new())]
}

/// Puts a post into words: the SOP as `shown` to who asks for it, with its version and the button for readers.
pub fn post(posting: &Posting, shown: Vec<Reply>, now: &Zoned) -> Vec<Reply> {
    let (share, version) = (&posting.share, &posting.version);
    let at = version.at.to_zoned(now.time_zone().clone());
    let at = at.strftime("%d-%m-%Y").to_string();
    let changed = posting.changed.as_ref().map(|changed| {
        let lines = leads::what_changed(&changed.new, &changed.gone);
        let parts = [changed.why.clone(), lines];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("\n")
    });
    let footer = leads::shared_footer(version.number, &at, changed.as_deref());
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
        last.buttons.push(button(leads::READ, read));
    }
    replies
}

/// Reminds somebody of a post, which is behind a link.
pub fn reminder(share: &Share, link: &str, knowledge: &Knowledge, now: &Zoned) -> Reply {
    let speaker = Speaker { knowledge, now };
    let text = leads::please_read(&speaker.title(&share.sop), share.version, link);
    say(text, Vec::new()).reply
}

struct Speaker<'a> {
    knowledge: &'a Knowledge,
    now: &'a Zoned,
}

impl Speaker<'_> {
    fn title(&self, sop: &str) -> String {
        let known = self.knowledge.catalog.sop(sop);
        known.map_or_else(|| sop.to_owned(), |sop| sop.title.clone())
    }

    /// How agents will see a proposal, then everything to look at, with the buttons.
    fn proposal(
        &self,
        proposal: &Proposal,
        review: &Review,
        report: Option<&Report>,
    ) -> Vec<LeadReply> {
        let id = || proposal.id.clone();
        let mut buttons = vec![
            order(leads::DOWNLOAD, Order::Download(id())),
            order(
                leads::AMEND,
                Order::Amend {
                    proposal: id(),
                    fields: Vec::new(),
                },
            ),
            order(leads::DISCARD, Order::Discard(id())),
        ];
        let mut replies = Vec::new();
        if review.is_accepted() {
            let publish = Order::Publish {
                proposal: id(),
                why: None,
            };
            buttons.insert(0, order(leads::PUBLISH, publish));
            let above = leads::previewed(&review.id, review.diff.is_none());
            replies.push(say(above, Vec::new()));
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
        let text = leads::review(diff, &review.diagnostics, review.change.as_ref(), report);
        replies.push(say(text, buttons));
        replies
    }

    fn history(&self, sop: &str, versions: &[Version]) -> String {
        let zone = self.now.time_zone();
        let at = |version: &Version| {
            let at = version.at.to_zoned(zone.clone());
            at.strftime("%d-%m-%Y %H.%M").to_string()
        };
        let times: Vec<String> = versions.iter().map(at).collect();
        let lines = versions.iter().zip(&times);
        let lines = lines.map(|(version, at)| leads::VersionLine {
            number: version.number,
            at,
            who: (version.who != BY_HAND).then_some(version.who.as_str()),
            why: &version.why,
        });
        leads::history(&self.title(sop), &lines.collect::<Vec<_>>())
    }

    fn readers(&self, share: &Share, unread: &[u64]) -> Vec<LeadReply> {
        let Some(channel) = share.place.channel() else {
            return Vec::new();
        };
        let read = share.readers.keys().copied();
        let read: Vec<u64> = read.filter(|account| share.is_read_by(*account)).collect();
        let title = self.title(&share.sop);
        let text = leads::readers(&title, channel, share.version, &read, unread);
        let may_remind = !unread.is_empty() && share.reminded != Some(share.version);
        let remind = may_remind.then(|| {
            let sop = share.sop.clone();
            order(leads::REMIND, Order::Remind { sop, channel })
        });
        vec![say(text, remind.into_iter().collect())]
    }

    fn queue(&self, queue: &Queue) -> Vec<LeadReply> {
        if queue.groups.is_empty() {
            return vec![say(leads::NOTHING_UNANSWERED.to_owned(), Vec::new())];
        }
        let groups = queue.groups.iter().take(GROUPS_SHOWN);
        groups.map(|group| self.group(queue, group)).collect()
    }

    fn group(&self, queue: &Queue, group: &Group) -> LeadReply {
        let nearest = queue.nearest(group);
        let title = nearest.first().map(|intent| self.title(intent));
        let text = leads::group(
            group.members.len(),
            queue.in_dialogs(group),
            &queue.wordings(group),
            title.as_deref(),
        );
        let id = || group.id.clone();
        let give = |label: &str, to: &str| {
            let to = to.to_owned();
            order(label, Order::Teach { group: id(), to })
        };
        let catalog = &self.knowledge.catalog;
        let near = nearest.iter().filter_map(|intent| catalog.sop(intent));
        let others = catalog.sops.iter();
        let others = others.filter(|sop| !nearest.contains(&sop.id.as_str()));
        let sops = near.chain(others);
        let mut buttons: Vec<Button> = sops
            .map(|sop| give(&leads::to_sop(&sop.title), &sop.id))
            .collect();
        let begin = Order::Begin {
            group: id(),
            title: String::new(),
            text: String::new(),
        };
        buttons.push(give(leads::TO_NONE, TO_NONE));
        buttons.push(give(leads::TO_NEVER, TO_NEVER));
        buttons.push(order(leads::TO_NEW, begin));
        say(text, buttons)
    }

    fn lesson(&self, lesson: &Lesson) -> String {
        match lesson {
            Lesson::Learned {
                added, gain, rows, ..
            } => {
                let more = gain.right_after as i64 - gain.right_before as i64;
                leads::learned(more, gain.rows, *added, *rows)
            }
            Lesson::Hidden { questions, .. } => leads::hidden(*questions),
            Lesson::Clash(change) => leads::clash(change),
        }
    }

    fn statistics(&self, statistics: &Statistics) -> LeadReply {
        let weeks = &statistics.weeks;
        if weeks.is_empty() {
            return say(leads::NOTHING_COUNTED.to_owned(), Vec::new());
        }
        let titled = |(intent, count): (&str, u64)| (self.title(intent), count);
        let lines = weeks.iter().map(|week| wording::stats::Line {
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
        let figures = wording::stats::Figures {
            unasked: &unasked,
            unread: &unread,
            kips: &stats::summed(weeks.iter().map(|week| &week.kips)),
            median_minutes: statistics.median_minutes,
        };
        let words = chart::Words {
            title: wording::stats::TITLE,
            parts: wording::stats::PARTS,
        };
        let chart = chart::png(weeks, words);
        if let Err(error) = &chart {
            tracing::error!(%error, "a chart was not drawn");
        }
        LeadReply {
            file: chart.ok().map(|bytes| File {
                name: "statistik.png".to_owned(),
                bytes,
            }),
            ..say(wording::stats::summary(&lines, &figures), Vec::new())
        }
    }

    fn overdue(&self, sop: &str) -> String {
        let Some(sop) = self.knowledge.catalog.sop(sop) else {
            return leads::no_sop(sop);
        };
        let day = sop.review_by.strftime("%d-%m-%Y").to_string();
        leads::overdue(&sop.title, &sop.id, &sop.owner, &day)
    }
}

fn file_of(proposal: &Proposal) -> LeadReply {
    let id = review::id_of(&proposal.text).unwrap_or_else(|| "sop".to_owned());
    LeadReply {
        file: Some(File {
            name: format!("{id}.toml"),
            bytes: proposal.text.clone().into_bytes(),
        }),
        ..say(leads::DOWNLOADED.to_owned(), Vec::new())
    }
}

/// Why an order was not carried out.
fn refused(error: &Error) -> String {
    match error {
        Error::Refused(refused) => leads::refused(&refused.mistakes),
        Error::Unchanged => leads::UNCHANGED.to_owned(),
        Error::Outdated(id) => leads::outdated(id),
        Error::NoSop(id) => leads::no_sop(id),
        Error::NoVersion(id, number) => leads::no_version(id, *number),
        Error::NoProposal => leads::NO_PROPOSAL.to_owned(),
        Error::NoGroup(_) => leads::NO_GROUP.to_owned(),
        Error::Import(error) => leads::unreadable(error),
        Error::Store(_) | Error::Record(_) | Error::Files(_) => leads::NOT_DONE.to_owned(),
    }
}

fn say(text: String, buttons: Vec<Button>) -> LeadReply {
    LeadReply {
        reply: Reply {
            text,
            buttons,
            sop: None,
        },
        file: None,
    }
}

fn button(label: &str, action: Act) -> Button {
    Button {
        label: label.to_owned(),
        action,
    }
}

fn order(label: &str, order: Order) -> Button {
    button(label, Act::Lead(order))
}
