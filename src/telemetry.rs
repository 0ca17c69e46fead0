//! Logs to standard error: events with fields, never what was said or who the customer is.

use std::io::{self, IsTerminal};

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{EnvFilter, FilterExt, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging. `SIGAP_LOG` takes a filter such as `debug` or `sigap::store=debug`; a person at a terminal sees
/// warnings only unless it is set.
pub fn start() {
    let is_watched = io::stderr().is_terminal();
    let default = if is_watched { "warn" } else { "info" };
    let filter = EnvFilter::try_from_env("SIGAP_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(is_watched)
        .with_target(false)
        .with_filter(filter.and(filter_fn(has_no_content)));
    tracing_subscriber::registry().with(lines).init();
}

/// Whether an event or span holds nothing that was said: libraries write whole rows and frames at their lower levels,
/// and serenity whole messages at every level.
fn has_no_content(about: &Metadata<'_>) -> bool {
    let target = about.target();
    match target.split("::").next() {
        Some("sigap") => true,
        Some("serenity") => false,
        _ => *about.level() <= Level::WARN,
    }
}
