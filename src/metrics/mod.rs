//! What an operator watches: whether the program is up, and how it is doing, in numbers.
//!
//! The numbers count decisions, times and failures; nothing of what was said and no names are in them.
//! [`http`] shows them on this machine only; [`Timed`] measures any store's calls.

pub mod http;
mod timed;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::store::StoreError;

pub use timed::Timed;

/// From half a millisecond, which a commit to a fast disk takes, to two seconds, when Discord's patience is nearly
/// over; each about twice the one before, so that a p99 is read to within a factor of two.
const SECONDS: [f64; 12] = [
    0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0,
];

type MetricLabel = [(&'static str, &'static str); 1];

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    messages: Family<MetricLabel, Counter>,
    requests: Family<MetricLabel, Counter>,
    turns: Histogram,
    commits: Histogram,
    store_calls: Family<MetricLabel, Histogram, fn() -> Histogram>,
    store_failures: Family<MetricLabel, Counter>,
    undecodable: Counter,
    untaken: Counter,
    connected: Gauge,
    /// The store takes commits, by what is known.
    storing: AtomicBool,
}

/// What became of a request to the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// It succeeded.
    Sent,
    /// An attempt had to be made again.
    Retried,
    /// It was given up.
    Failed,
}

impl Request {
    fn name(self) -> &'static str {
        match self {
            Request::Sent => "sent",
            Request::Retried => "retried",
            Request::Failed => "failed",
        }
    }
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("sigap");
        let (messages, requests) = (Family::default(), Family::default());
        let (turns, commits) = (Histogram::new(SECONDS), Histogram::new(SECONDS));
        let calls: fn() -> Histogram = || Histogram::new(SECONDS);
        let store_calls = Family::<MetricLabel, Histogram, _>::new_with_constructor(calls);
        let store_failures = Family::<MetricLabel, Counter>::default();
        let (undecodable, untaken) = (Counter::default(), Counter::default());
        let connected = Gauge::default();
        registry.register(
            "messages",
            "Messages by how they were understood",
            Family::clone(&messages),
        );
        registry.register(
            "requests",
            "Requests to the platform by outcome",
            Family::clone(&requests),
        );
        registry.register_with_unit(
            "turn",
            "A message, from its turn to what is shown",
            Unit::Seconds,
            turns.clone(),
        );
        registry.register_with_unit(
            "commit",
            "A turn, until it is durable",
            Unit::Seconds,
            commits.clone(),
        );
        registry.register_with_unit(
            "store_call",
            "A call of the store, by what was asked",
            Unit::Seconds,
            store_calls.clone(),
        );
        registry.register(
            "store_failures",
            "Calls of the store that failed, by what kept it",
            store_failures.clone(),
        );
        registry.register(
            "events_undecodable",
            "Gateway events that could not be decoded",
            undecodable.clone(),
        );
        registry.register(
            "events_untaken",
            "Events refused because too many were waiting",
            untaken.clone(),
        );
        registry.register(
            "connected",
            "Whether every gateway connection stands",
            connected.clone(),
        );
        Metrics {
            registry,
            messages,
            requests,
            turns,
            commits,
            store_calls,
            store_failures,
            undecodable,
            untaken,
            connected,
            storing: AtomicBool::new(true),
        }
    }
}

impl Metrics {
    /// Counts a message by its decision, and how long its turn took.
    pub fn message(&self, decision: &'static str, took: Duration) {
        self.messages.get_or_create(&[("decision", decision)]).inc();
        self.turns.observe(took.as_secs_f64());
    }

    /// Counts a call of the store, how long it took, and what kept it, if something did.
    pub(super) fn store_call(
        &self,
        call: &'static str,
        took: Duration,
        error: Option<&StoreError>,
    ) {
        let calls = self.store_calls.get_or_create_owned(&[("call", call)]);
        calls.observe(took.as_secs_f64());
        let kept_by = match error {
            None => {
                if call == "commit" {
                    self.storing.store(true, Ordering::Relaxed);
                }
                return;
            }
            Some(StoreError::Conflict) => "conflict",
            Some(StoreError::Fenced) => "fenced",
            Some(StoreError::Away { .. }) => {
                self.storing.store(false, Ordering::Relaxed);
                "away"
            }
            Some(StoreError::ReadOnly { .. }) => {
                self.storing.store(false, Ordering::Relaxed);
                "read_only"
            }
            Some(_) => "other",
        };
        self.store_failures
            .get_or_create(&[("kept_by", kept_by)])
            .inc();
    }

    /// Counts a request.
    pub fn request(&self, outcome: Request) {
        self.of(outcome).inc();
    }

    /// Returns how many requests had this outcome.
    pub fn requests(&self, outcome: Request) -> u64 {
        self.of(outcome).get()
    }

    /// Counts an event that could not be decoded, and returns how many there were.
    pub fn undecodable(&self) -> u64 {
        self.undecodable.inc() + 1
    }

    /// Counts an event that was refused.
    pub fn untaken(&self) {
        self.untaken.inc();
    }

    /// Notes whether every gateway connection is up.
    pub fn connected(&self, stands: bool) {
        self.connected.set(stands.into());
    }

    /// Whether messages are answered: the gateway's connections are up and the store takes commits.
    pub fn is_ready(&self) -> bool {
        self.connected.get() == 1 && self.storing.load(Ordering::Relaxed)
    }

    /// Returns everything in Prometheus' text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string does not fail");
        text
    }

    fn of(&self, outcome: Request) -> Counter {
        self.requests
            .get_or_create_owned(&[("outcome", outcome.name())])
    }
}
