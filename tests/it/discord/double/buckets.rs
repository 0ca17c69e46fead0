//! Rate limits: a bucket a route, one for everything, and what a request is told about them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Messages to one channel: Discord's own number.
const MESSAGES_MAX: u32 = 5;
const OTHERS_MAX: u32 = 50;
/// Requests of one bot, whatever the route.
const GLOBAL_MAX: u32 = 50;

/// Keeps count while it is switched on.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    /// How long a bucket takes to empty; without, nothing is limited.
    pub(super) window: Option<Duration>,
    /// Of every channel's first window nothing is left, as if another program had posted as the same bot.
    pub(super) spent: bool,
    routes: HashMap<String, Bucket>,
    global: Option<Bucket>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    empties: Instant,
    used: u32,
}

/// What a request is told.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) bucket: String,
    pub(super) limit: u32,
    pub(super) remaining: u32,
    pub(super) reset_after: Duration,
    /// It is one too many: of the route, or of everything.
    pub(super) refused: Option<Scope>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Route,
    Global,
}

impl Bucket {
    /// Takes one, and returns whether there was one left.
    fn take(&mut self, max: u32, window: Duration, now: Instant) -> bool {
        if now >= self.empties {
            *self = Bucket {
                empties: now + window,
                used: 0,
            };
        }
        self.used += 1;
        self.used <= max
    }
}

impl Buckets {
    /// Counts a request; none while nothing is limited, and for what Discord exempts.
    pub(super) fn take(&mut self, method: &str, parts: &[&str], now: Instant) -> Option<Told> {
        let window = self.window?;
        let exempt = matches!(
            parts.first(),
            Some(&"interactions" | &"webhooks" | &"gateway")
        );
        // Ids but the first are parameters of the same route.
        let place = parts.get(..2).unwrap_or(parts).join("/");
        let kinds = parts.iter().skip(2).map(|part| match part.parse::<u64>() {
            Ok(_) => ":id",
            Err(_) => part,
        });
        let bucket = format!("{method} {place}/{}", kinds.collect::<Vec<_>>().join("/"));
        let limit = match (method, parts) {
            ("POST", ["channels", _, "messages"]) => MESSAGES_MAX,
            _ => OTHERS_MAX,
        };
        let global = self.global.get_or_insert(Bucket {
            empties: now,
            used: 0,
        });
        let within_all = exempt || global.take(GLOBAL_MAX, Duration::from_secs(1), now);
        let all_empties = global.empties;
        let spent = self.spent && limit == MESSAGES_MAX;
        let route = self.routes.entry(bucket.clone()).or_insert(Bucket {
            empties: now + window,
            used: if spent { limit } else { 0 },
        });
        let within = route.take(limit, window, now);
        let (refused, empties) = match (within_all, within) {
            (false, _) => (Some(Scope::Global), all_empties),
            (true, false) => (Some(Scope::Route), route.empties),
            (true, true) => (None, route.empties),
        };
        Some(Told {
            bucket,
            limit,
            remaining: limit.saturating_sub(route.used),
            reset_after: empties.saturating_duration_since(now),
            refused,
        })
    }
}

#[test]
fn a_route_has_its_own_bucket_and_all_share_one() {
    let now = Instant::now();
    let mut buckets = Buckets {
        window: Some(Duration::from_secs(5)),
        ..Buckets::default()
    };
    let mut refused = |channel: &str, now| {
        let told = buckets.take("POST", &["channels", channel, "messages"], now);
        told.unwrap().refused
    };
    for _ in 0..MESSAGES_MAX {
        assert_eq!(refused("1", now), None);
    }
    assert_eq!(refused("1", now), Some(Scope::Route));
    assert_eq!(refused("2", now), None);
    assert_eq!(refused("1", now + Duration::from_secs(5)), None);
    for channel in 10..10 + u64::from(GLOBAL_MAX) {
        let _ = refused(&channel.to_string(), now + Duration::from_secs(5));
    }
    assert_eq!(
        refused("9", now + Duration::from_secs(5)),
        Some(Scope::Global)
    );
}
