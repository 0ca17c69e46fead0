//! What an order of a lead leads to: decided on values, without a store, a folder or a chat.

mod proposing;
mod sharing;
mod teaching;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Zoned;

use super::lesson::{Lesson, Queue};
use super::proposal::Proposal;
use super::review::{self, VersionReview};
use super::share::{self, People, Posting, Share};
use super::version::Version;
use super::{DeskError, Folders, Over, check, place};
use crate::act::Order;
use crate::assistant::Actor;
use crate::catalog::{Diagnostic, Files, Source};
use crate::guide::Knowledge;
use crate::import::ImportReport;
use crate::message::ConversationId;
use crate::stats::{self, Week};
use crate::store::{Audit, Paper, Tally, UnansweredQuestion};
use crate::ticket::Ticket;

/// What an order is decided on; only what it needs is there.
#[derive(Debug)]
pub struct OrderBasis {
    /// What is live.
    pub knowledge: Arc<Knowledge>,
    /// Where the catalogue is.
    pub folders: Folders,
    /// Its files.
    pub files: Files,
    /// The versions of the order's SOP, the first one first.
    pub versions: Vec<Version>,
    /// The order's proposal.
    pub proposal: Option<Proposal>,
    /// The posts of the order's SOP, or of all.
    pub shares: Vec<Share>,
    /// Who works where.
    pub people: People,
    /// What was asked in vain of late.
    pub asked: Vec<UnansweredQuestion>,
    /// The list of what leads never want to see again.
    pub never: String,
    /// Counts and drafts of the last weeks.
    pub tallies: Vec<Tally>,
    pub tickets: Vec<Ticket>,
    /// The same event was handled before.
    pub was_done: bool,
}

/// What is kept, written and shown.
#[derive(Debug, Default)]
pub struct Effects {
    /// What the lead is shown.
    pub shown: Vec<Shown>,
    /// Documents that are kept or go away.
    pub papers: Vec<Paper>,
    /// The lines for the audit.
    pub audit: Vec<Audit>,
    /// An SOP file that takes its place once everything is kept.
    pub file: Option<(PathBuf, String)>,
    /// A list that is replaced before.
    pub list: Option<(PathBuf, String)>,
    /// Whether the files go live then.
    pub goes_live: bool,
}

/// Something that a lead is shown, or a channel of agents by their order.
#[derive(Debug)]
pub enum Shown {
    /// A proposal, with everything to look at before it is published.
    Proposal {
        /// The proposal.
        proposal: Proposal,
        /// How agents will see it and what it changes.
        review: Box<VersionReview>,
        /// What became of the document, unless it was an SOP file.
        report: Option<ImportReport>,
    },
    /// The file of a proposal.
    ProposalFile(Proposal),
    /// A proposal is gone.
    Discarded,
    /// A version is live.
    Published(Version),
    /// The versions of an SOP, the first one first.
    History {
        /// The SOP.
        sop: String,
        /// Its versions.
        versions: Vec<Version>,
    },
    /// A channel is to show an SOP.
    Post(Box<Posting>),
    /// Channels show an SOP.
    Shared {
        /// The SOP.
        sop: String,
        /// Their numbers.
        channels: Vec<u64>,
    },
    /// A channel takes no posts.
    NotShared(u64),
    /// A post could not be pinned.
    NotPinned,
    /// Who has read a post and who has not.
    Readers {
        /// The post.
        share: Share,
        /// Those who have not.
        unread: Vec<u64>,
    },
    /// An SOP is shared nowhere.
    SharedNowhere(String),
    /// People are to be reminded of a post.
    Remind {
        /// The post.
        share: Share,
        /// They have not read it.
        unread: Vec<u64>,
    },
    /// So many people were reminded.
    Reminded(usize),
    /// They were reminded before.
    AlreadyReminded,
    /// Somebody has read a version.
    ReadNoted(u32),
    /// There is a newer version to be read.
    ReadOutdated(u32),
    /// A post is not kept up any more.
    NoShare,
    /// What was not answered.
    Queue(Queue),
    /// What became of a group of questions.
    Lesson(Lesson),
    /// Figures by week.
    Statistics(Statistics),
    /// Files that somebody edited are broken.
    Broken(Vec<Diagnostic>),
    /// The review of an SOP is overdue.
    Overdue(String),
    /// Nothing was done.
    Refused(DeskError),
}

/// Figures by week.
#[derive(Debug)]
pub struct Statistics {
    /// The weeks, the earliest first.
    pub weeks: Vec<Week>,
    /// The middle of the times to a draft.
    pub median_minutes: Option<f64>,
    /// The shared SOPs that somebody has not read, with how many have not.
    pub unread: BTreeMap<String, u64>,
}

/// Decides about an order, which is given in this place.
///
/// # Errors
///
/// Why nothing is done. It takes its time where the matcher learns.
pub fn step(
    basis: &OrderBasis,
    order: &Order,
    by: &Actor,
    here: &ConversationId,
    now: &Zoned,
) -> Result<Effects, DeskError> {
    match order {
        Order::Propose(file) => basis.propose(file, &[], by, now),
        Order::Begin { group, title, text } => basis.begin(group, title, text, by, now),
        Order::Amend { fields, .. } => basis.amend(fields, by, now),
        Order::Publish { why, .. } => {
            let proposal = basis.proposal()?;
            let over = Over(proposal.over.clone());
            let why = why.as_deref().unwrap_or_default();
            let text = &proposal.text;
            let mut effects = basis.publish("sop.publish", text, why, Some(&over), by, now)?;
            effects.papers.push(proposal.gone());
            Ok(effects)
        }
        Order::Download(_) => Ok(Shown::ProposalFile(basis.proposal()?.clone()).into()),
        Order::Discard(_) => Ok(Effects {
            papers: basis.proposal.iter().map(Proposal::gone).collect(),
            ..Shown::Discarded.into()
        }),
        Order::History(sop) => Ok(Shown::History {
            sop: sop.clone(),
            versions: basis.versions(sop)?.to_vec(),
        }
        .into()),
        Order::Restore { sop, number, why } => {
            let mut versions = basis.versions(sop)?.iter();
            let wanted = versions.find(|one| one.number == *number);
            let wanted = wanted.ok_or_else(|| DeskError::NoVersion(sop.clone(), *number))?;
            basis.publish("sop.restore", &wanted.text, why, None, by, now)
        }
        Order::Share {
            sop,
            channels,
            pinned,
        } => sharing::post(basis, sop, channels, *pinned, by, here),
        Order::Readers(sop) => Ok(sharing::readers(basis, sop)),
        Order::Remind { channel, .. } => sharing::remind(basis, &here.beside(*channel), by),
        Order::Queue => Ok(Shown::Queue(basis.queue()).into()),
        Order::Teach { group, to } => teaching::teach(basis, group, to, by, now),
        Order::Statistics => Ok(Shown::Statistics(basis.statistics(now)).into()),
        // It is the channel's own, as is what it remembers of its kind.
        Order::ChannelKind(_) => Ok(Effects::default()),
    }
}

impl OrderBasis {
    /// Returns the order's proposal.
    pub fn proposal(&self) -> Result<&Proposal, DeskError> {
        self.proposal.as_ref().ok_or(DeskError::NoProposal)
    }

    /// Returns the versions of the order's SOP.
    pub fn versions(&self, sop: &str) -> Result<&[Version], DeskError> {
        match self.versions.is_empty() {
            true => Err(DeskError::NoSop(sop.to_owned())),
            false => Ok(&self.versions),
        }
    }

    /// Publishes a text as the next version of its SOP; `over` is the edition that it was compared with.
    pub fn publish(
        &self,
        what: &str,
        text: &str,
        why: &str,
        over: Option<&Over>,
        by: &Actor,
        now: &Zoned,
    ) -> Result<Effects, DeskError> {
        let (id, path) = place(text, &self.folders, &self.files);
        let latest = self.versions.last();
        if self.was_done {
            // The answer was lost on its way, or the same press came twice.
            let latest = latest.cloned().ok_or(DeskError::NoSop(id))?;
            return Ok(Shown::Published(latest).into());
        }
        let source = Source::new(path.display().to_string(), text);
        let mut files = self.files.sops.iter();
        let edition = files.find(|known| known.stem == source.stem);
        let edition = edition.map(Source::edition);
        if over.is_some_and(|over| over.0 != edition) {
            return Err(DeskError::Outdated(id));
        }
        if edition.as_ref() == Some(&source.edition()) {
            return Err(DeskError::Unchanged);
        }
        check(&review::joined(&self.files, &source), now.date())?;
        let before = latest.map(|version| version.number);
        let version = Version {
            sop: id,
            number: before.unwrap_or_default() + 1,
            edition: source.edition(),
            who: by.who.clone(),
            at: by.at,
            why: why.trim().to_owned(),
            text: text.to_owned(),
        };
        let (before, after) = (
            before.map(|number| number.to_string()),
            Some(version.number.to_string()),
        );
        Ok(Effects {
            papers: vec![version.paper()?],
            audit: vec![by.audit(what, &version.sop).changed(before, after)],
            file: Some((path, text.to_owned())),
            goes_live: true,
            ..Shown::Published(version).into()
        })
    }

    fn statistics(&self, now: &Zoned) -> Statistics {
        Statistics::new(
            &self.tallies,
            &self.tickets,
            share::unread_sops(&self.shares, &self.people),
            now,
        )
    }
}

impl Statistics {
    /// Sums up what was counted.
    pub fn new(
        tallies: &[Tally],
        tickets: &[Ticket],
        unread: BTreeMap<String, u64>,
        now: &Zoned,
    ) -> Statistics {
        Statistics {
            weeks: stats::weeks(tallies, tickets, now.time_zone()),
            median_minutes: stats::median_minutes(tickets),
            unread,
        }
    }
}

impl From<Shown> for Effects {
    fn from(shown: Shown) -> Effects {
        Effects {
            shown: vec![shown],
            ..Effects::default()
        }
    }
}
