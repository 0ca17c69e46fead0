//! When a conversation wants to be woken although no agent says anything: a timer is a message too.

use jiff::{SignedDuration, Timestamp, Zoned};

use super::{Conversation, Hours};

/// An agent is reminded of a draft once it has waited this long.
pub const REMIND_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// A case is looked at again after this time where its SOP does not say when.
pub const CHECK_AFTER: SignedDuration = SignedDuration::from_hours(4);
/// However much is overdue, a conversation is not woken twice in this time.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

impl Conversation {
    /// Returns the next time at which something is to be said or put aside; always later than `now`.
    ///
    /// With a draft in work that is its being put aside; reminders wait until it is off the screen.
    pub fn wakes(
        &self,
        now: &Zoned,
        draft_kept: SignedDuration,
        hours: &Hours,
    ) -> Option<Timestamp> {
        let soonest = later(now.timestamp(), PAUSE);
        if self.draft().is_some() {
            let silent = self.touched.unwrap_or(now.timestamp());
            return Some(later(silent, draft_kept).max(soonest));
        }
        let waiting = self.parked.iter().filter(|parked| !parked.reminded);
        let reminders = waiting.map(|parked| later(parked.since, REMIND_AFTER));
        let checks = self.follow_ups.iter().map(|follow_up| follow_up.due);
        let next = reminders.chain(checks).min()?.max(soonest);
        Some(
            hours
                .next(&next.to_zoned(now.time_zone().clone()))
                .timestamp(),
        )
    }
}

/// A time so much later, or the end of time.
pub fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
