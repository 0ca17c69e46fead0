//! A post that shows an SOP to a channel: which version stands there, and who has read which.
//!
//! Who has not is told from who works with the bot: whoever was heard of in the same workspace of late.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Desk, Error};
use crate::assistant::Deed;
use crate::message::ConversationId;
use crate::store::{Audit, Paper, Shelf, Store};

/// Whoever was not heard of for so long is on leave, or works elsewhere by now.
const HEARD_WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);

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
    fn paper(&self) -> Result<Paper, Error> {
        Ok(Paper {
            shelf: Shelf::Shares,
            id: format!("{}/{}", self.sop, self.place.0),
            content: Some(serde_json::to_value(self)?),
        })
    }

    /// How many have read the version that stands there.
    pub fn read(&self) -> usize {
        let readers = self.readers.values();
        readers.filter(|version| **version >= self.version).count()
    }

    /// Whether somebody has read the version that stands there.
    pub fn is_read_by(&self, account: u64) -> bool {
        let read = self.readers.get(&account);
        read.is_some_and(|version| *version >= self.version)
    }
}

impl Desk {
    /// Returns the posts of an SOP, or of all when none is named.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from reading.
    pub async fn shares(&self, sop: Option<&str>) -> Result<Vec<Share>, Error> {
        let beginning = sop.map(|sop| format!("{sop}/")).unwrap_or_default();
        all(&*self.store, &beginning).await
    }

    /// Keeps a post as it stands now, once per event.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from taking it.
    pub async fn keep_share(&self, what: &str, share: &Share, by: &Deed<'_>) -> Result<(), Error> {
        let _alone = self.alone.lock().await;
        let known = self.share(&share.sop, &share.place).await?;
        let mut share = share.clone();
        // Whoever read it meanwhile has.
        share.readers = known
            .as_ref()
            .map(|known| known.readers.clone())
            .unwrap_or_default();
        let before = known.map(|known| known.version.to_string());
        let subject = format!("{} {}", share.sop, share.place.0);
        let audit = Audit::new(by.at, by.who, what, subject)
            .changed(before, Some(share.version.to_string()));
        self.keep(by, vec![share.paper()?], vec![audit]).await?;
        Ok(())
    }

    /// Notes that somebody has read a version; none when it is not shared there any more.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from taking it.
    pub async fn acknowledge(
        &self,
        sop: &str,
        place: &ConversationId,
        account: u64,
        version: u32,
        by: &Deed<'_>,
    ) -> Result<Option<Share>, Error> {
        let _alone = self.alone.lock().await;
        let Some(mut share) = self.share(sop, place).await? else {
            return Ok(None);
        };
        let read = share.readers.entry(account).or_default();
        if *read >= version {
            return Ok(Some(share));
        }
        *read = version;
        let audit = Audit::new(by.at, by.who, "sop.read", sop);
        let audit = audit.changed(None, Some(version.to_string()));
        self.keep(by, vec![share.paper()?], vec![audit]).await?;
        Ok(Some(share))
    }

    async fn share(&self, sop: &str, place: &ConversationId) -> Result<Option<Share>, Error> {
        let shares = self.shares(Some(sop)).await?;
        Ok(shares.into_iter().find(|share| share.place == *place))
    }

    /// Returns who has not read the version that stands in a post, of those who were heard of lately where it stands.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from reading.
    pub async fn unread(&self, share: &Share, now: Timestamp) -> Result<Vec<u64>, Error> {
        let people = people(&*self.store, share, now).await?.into_iter();
        Ok(people
            .filter(|account| !share.is_read_by(*account))
            .collect())
    }
}

/// Returns the shared SOPs that somebody has not read, with how many have not.
///
/// Whoever has read the newest version in one post need not read it in another.
///
/// # Errors
///
/// Whatever keeps the store from reading.
pub async fn unread_sops(
    store: &dyn Store,
    now: Timestamp,
) -> Result<BTreeMap<String, u64>, Error> {
    let mut by_sop: BTreeMap<String, Vec<Share>> = BTreeMap::new();
    for share in all(store, "").await? {
        by_sop.entry(share.sop.clone()).or_default().push(share);
    }
    let mut unread = BTreeMap::new();
    for (sop, shares) in by_sop {
        let newest = shares.iter().map(|share| share.version).max();
        let mut left = BTreeSet::new();
        for share in &shares {
            left.extend(people(store, share, now).await?);
        }
        let readers = shares.iter().flat_map(|share| &share.readers);
        for (account, read) in readers {
            if Some(*read) >= newest {
                left.remove(account);
            }
        }
        if !left.is_empty() {
            unread.insert(sop, left.len() as u64);
        }
    }
    Ok(unread)
}

async fn all(store: &dyn Store, beginning: &str) -> Result<Vec<Share>, Error> {
    let papers = store.papers(Shelf::Shares, beginning).await?;
    let contents = papers.into_iter().filter_map(|paper| paper.content);
    contents
        .map(|content| Ok(serde_json::from_value(content)?))
        .collect()
}

/// The accounts that were heard of lately in the workspace of a post.
async fn people(store: &dyn Store, share: &Share, now: Timestamp) -> Result<BTreeSet<u64>, Error> {
    let Some((workspace, _)) = share.place.0.rsplit_once(':') else {
        return Ok(BTreeSet::new());
    };
    let since = now - HEARD_WITHIN;
    let heard = store.heard_of(&format!("{workspace}:"), since).await?;
    // The ids of conversations end with the account; `discord:GUILD:CHANNEL` is the channel's own.
    let account = |id: &ConversationId| {
        let mut parts = id.0.rsplit(':');
        let is_somebodys = id.0.split(':').count() == 4;
        parts.next().filter(|_| is_somebodys)?.parse().ok()
    };
    Ok(heard.iter().filter_map(account).collect())
}
