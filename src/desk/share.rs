//! A post that shows an SOP to a channel: which version it shows, and who has read which.
//!
//! Who has not is known from who works with the bot: those who lately said something to it in the same workspace.
//! Posting is the channel's: it gets a [`Posting`], and says with [`Desk::posted`] which messages it became.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use super::{Desk, DeskError, Version, review};
use crate::assistant::Actor;
use crate::live::Live;
use crate::message::{ConversationId, EventId};
use crate::store::{Paper, Shelf, Store};

/// After so long without a word somebody is on leave, or works elsewhere by now.
const ACTIVE_WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// One post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The SOP.
    pub sop: String,
    /// The channel, as a conversation of its own.
    pub place: ConversationId,
    /// The messages that show it, in order.
    pub messages: Vec<u64>,
    /// The version that they show.
    pub version: u32,
    /// Whether it is to be pinned.
    pub pinned: bool,
    /// Who shared it.
    pub who: String,
    /// The version that each account has read last.
    #[serde(default)]
    pub readers: BTreeMap<u64, u32>,
    /// The version that people were reminded of.
    #[serde(default)]
    pub reminded: Option<u32>,
}

impl Share {
    pub(super) fn paper(&self) -> Result<Paper, DeskError> {
        Ok(Paper {
            shelf: Shelf::Shares,
            id: format!("{}/{}", self.sop, self.place.0),
            content: Some(serde_json::to_value(self)?),
        })
    }

    pub(super) fn subject(&self) -> String {
        format!("{} {}", self.sop, self.place.0)
    }

    /// Whether somebody has read the version that it shows.
    pub fn is_read_by(&self, account: u64) -> bool {
        let read = self.readers.get(&account);
        read.is_some_and(|version| *version >= self.version)
    }
}

/// A post that a channel is to make, or to bring up to date.
#[derive(Debug, Clone)]
pub struct Posting {
    /// The post as it will be; its messages are those that it has by now.
    pub share: Share,
    /// The version that it shows.
    pub version: Version,
    /// What that version changed, for a post that showed an earlier one.
    pub changed: Option<Changed>,
    /// By whom, and how it is called in the audit.
    pub by: Actor,
    pub(super) what: &'static str,
}

/// What a version changed.
#[derive(Debug, Clone, Default)]
pub struct Changed {
    /// Why, in the words of the one who published it.
    pub why: String,
    /// Lines that agents did not see before.
    pub new: Vec<String>,
    /// Lines that they see no more.
    pub gone: Vec<String>,
}

/// The accounts that were active lately, by workspace.
#[derive(Debug, Default)]
pub struct People(BTreeMap<String, BTreeSet<u64>>);

impl People {
    /// Returns who was active in the workspaces of these posts.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from reading.
    pub async fn of(
        store: &dyn Store,
        shares: &[Share],
        now: Timestamp,
    ) -> Result<Self, DeskError> {
        let mut people = BTreeMap::new();
        for share in shares {
            let workspace = share.place.workspace();
            if !people.contains_key(workspace) {
                let active = store.heard_of(workspace, now - ACTIVE_WITHIN).await?;
                let accounts = active.iter().filter_map(ConversationId::account);
                people.insert(workspace.to_owned(), accounts.collect());
            }
        }
        Ok(Self(people))
    }

    fn around(&self, share: &Share) -> impl Iterator<Item = u64> {
        let people = self.0.get(share.place.workspace());
        people.into_iter().flatten().copied()
    }

    /// Returns who has not read the version that a post shows.
    pub fn unread(&self, share: &Share) -> Vec<u64> {
        let people = self.around(share);
        people
            .filter(|account| !share.is_read_by(*account))
            .collect()
    }
}

/// Returns the shared SOPs that somebody has not read, with how many have not.
///
/// Somebody who has read the newest version in one post need not read it in another.
pub fn unread_sops(shares: &[Share], people: &People) -> BTreeMap<String, u64> {
    let mut by_sop: BTreeMap<&str, Vec<&Share>> = BTreeMap::new();
    for share in shares {
        by_sop.entry(&share.sop).or_default().push(share);
    }
    let unread = by_sop.into_iter().map(|(sop, shares)| {
        let newest = shares.iter().map(|share| share.version).max();
        let around = shares.iter().flat_map(|share| people.around(share));
        let mut left: BTreeSet<u64> = around.collect();
        for (account, read) in shares.iter().flat_map(|share| &share.readers) {
            if Some(*read) >= newest {
                left.remove(account);
            }
        }
        (sop.to_owned(), left.len() as u64)
    });
    unread.filter(|(_, left)| *left > 0).collect()
}

/// Returns the posts of an SOP, or of all when none is named.
///
/// # Errors
///
/// Whatever keeps the store from reading.
pub async fn all(store: &dyn Store, sop: Option<&str>) -> Result<Vec<Share>, DeskError> {
    let beginning = sop.map(|sop| format!("{sop}/")).unwrap_or_default();
    let papers = store.papers(Shelf::Shares, &beginning).await?;
    let contents = papers.into_iter().filter_map(|paper| paper.content);
    contents
        .map(|content| Ok(serde_json::from_value(content)?))
        .collect()
}

impl Desk {
    /// Notes that a channel shows an SOP, in these messages; once per event.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from taking it.
    pub async fn posted(&self, posting: Posting, messages: Vec<u64>) -> Result<Share, DeskError> {
        let _alone = self.alone.lock().await;
        let Posting {
            mut share,
            what,
            by,
            ..
        } = posting;
        let known = self.share(&share.sop, &share.place).await?;
        let before = known.as_ref().map(|known| known.version.to_string());
        // Somebody may have read it meanwhile.
        share.readers = known.map(|known| known.readers).unwrap_or_default();
        share.messages = messages;
        let line = by.audit(what, share.subject());
        let line = line.changed(before, Some(share.version.to_string()));
        self.keep(&by, vec![share.paper()?], vec![line]).await?;
        Ok(share)
    }

    /// Returns the posts that show an earlier version than the one that is live.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from reading.
    pub async fn outdated_posts(&self, now: &Zoned) -> Result<Vec<Posting>, DeskError> {
        let mut outdated = Vec::new();
        for share in all(&*self.store, None).await? {
            let versions = match self.history(&share.sop).await {
                Ok(versions) => versions,
                Err(DeskError::NoSop(_)) => continue,
                Err(error) => return Err(error),
            };
            let Some(latest) = versions.last().filter(|one| one.number > share.version) else {
                continue;
            };
            // An edited file is a version before it is live, for a moment.
            let knowledge = self.live.get();
            let live = knowledge.catalog.sop(&share.sop);
            if live.is_none_or(|sop| sop.edition != latest.edition) {
                continue;
            }
            let before = versions.iter().find(|one| one.number == share.version);
            let (place, edition) = (&share.place.0, &latest.edition);
            let name = format!("share:{place}:{edition}:{}", latest.number);
            outdated.push(Posting {
                changed: Some(changed(&self.live, latest, before, now)),
                by: Actor {
                    event: EventId(name),
                    who: latest.who.clone(),
                    at: latest.at,
                },
                what: "sop.reshare",
                version: latest.clone(),
                share: Share {
                    version: latest.number,
                    reminded: None,
                    ..share
                },
            });
        }
        Ok(outdated)
    }

    /// Notes that an account has read a version of a post; none when it is not shared there any more.
    pub(super) async fn note_reader(
        &self,
        sop: &str,
        place: &ConversationId,
        account: u64,
        version: u32,
        by: &Actor,
    ) -> Result<Option<Share>, DeskError> {
        let _alone = self.alone.lock().await;
        let Some(mut share) = self.share(sop, place).await? else {
            return Ok(None);
        };
        let read = share.readers.entry(account).or_default();
        if *read < version {
            *read = version;
            let line = by.audit("sop.read", sop);
            let line = line.changed(None, Some(version.to_string()));
            self.keep(by, vec![share.paper()?], vec![line]).await?;
        }
        Ok(Some(share))
    }

    async fn share(&self, sop: &str, place: &ConversationId) -> Result<Option<Share>, DeskError> {
        let shares = all(&*self.store, Some(sop)).await?;
        Ok(shares.into_iter().find(|share| share.place == *place))
    }
}

/// What a version says that the one before did not, and the other way round, as agents see it.
fn changed(live: &Live, latest: &Version, before: Option<&Version>, now: &Zoned) -> Changed {
    let lines = |edition: &str| -> Option<Vec<String>> {
        let knowledge = live.with(&latest.sop, edition)?;
        let seen = review::seen(&knowledge, &latest.sop, now);
        let lines = seen.iter().flat_map(|reply| reply.text.lines());
        let lines = lines.map(|line| unnumbered(line).to_owned());
        Some(lines.filter(|line| !line.is_empty()).collect())
    };
    let only = |of: &[String], not_of: &[String]| -> Vec<String> {
        let only = of.iter().filter(|line| !not_of.contains(line));
        only.cloned().collect()
    };
    let after = lines(&latest.edition).unwrap_or_default();
    let was = before.and_then(|before| lines(&before.edition));
    let was = was.unwrap_or_else(|| after.clone());
    Changed {
        why: latest.why.clone(),
        new: only(&after, &was),
        gone: only(&was, &after),
    }
}

/// A line without its place in a list: a point that only moved says nothing new.
fn unnumbered(line: &str) -> &str {
    let line = line.trim_start_matches(['-', '*', ' ']).trim();
    match line.split_once(". ") {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => line,
    }
}
