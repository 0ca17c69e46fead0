//! An SOP is posted in channels, and people are reminded of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Effects, OrderBasis, Shown};
use crate::assistant::Actor;
use crate::desk::DeskError;
use crate::desk::share::{Posting, Share};
use crate::message::{ConversationId, EventId};

/// Has channels show the order's SOP.
pub fn post(
    basis: &OrderBasis,
    sop: &str,
    channels: &[u64],
    pinned: bool,
    by: &Actor,
    here: &ConversationId,
) -> Result<Effects, DeskError> {
    let latest = basis.versions(sop)?.last();
    let version = latest.ok_or_else(|| DeskError::NoSop(sop.to_owned()))?;
    let channels: BTreeSet<u64> = channels.iter().copied().collect();
    let posts = channels.into_iter().map(|channel| {
        let place = here.beside(channel);
        let known = basis.shares.iter().find(|share| share.place == place);
        let posting = Posting {
            share: Share {
                sop: sop.to_owned(),
                messages: known
                    .map(|known| known.messages.clone())
                    .unwrap_or_default(),
                version: version.number,
                pinned,
                who: by.who.clone(),
                readers: BTreeMap::new(),
                reminded: None,
                place,
            },
            version: version.clone(),
            changed: None,
            by: Actor {
                event: EventId(format!("{}:{channel}", by.event.0)),
                ..by.clone()
            },
            what: "sop.share",
        };
        Shown::Post(Box::new(posting))
    });
    Ok(Effects {
        shown: posts.collect(),
        ..Effects::default()
    })
}

/// Shows who has read an SOP wherever it is shared.
pub fn readers(basis: &OrderBasis, sop: &str) -> Effects {
    let readers = basis.shares.iter().map(|share| Shown::Readers {
        share: share.clone(),
        unread: basis.people.unread(share),
    });
    let mut shown: Vec<_> = readers.collect();
    if shown.is_empty() {
        shown.push(Shown::SharedNowhere(sop.to_owned()));
    }
    Effects {
        shown,
        ..Effects::default()
    }
}

/// Reminds those who have not read a post, once a version.
pub fn remind(
    basis: &OrderBasis,
    place: &ConversationId,
    by: &Actor,
) -> Result<Effects, DeskError> {
    let share = basis.shares.iter().find(|share| share.place == *place);
    let Some(share) = share else {
        return Ok(Shown::NoShare.into());
    };
    if share.reminded == Some(share.version) {
        return Ok(Shown::AlreadyReminded.into());
    }
    // Noted first: a reminder that comes twice is worse than one that is lost.
    let share = Share {
        reminded: Some(share.version),
        ..share.clone()
    };
    Ok(Effects {
        papers: vec![share.paper()?],
        audit: vec![by.audit("sop.remind", share.subject())],
        ..Shown::Remind {
            unread: basis.people.unread(&share),
            share,
        }
        .into()
    })
}
