//! Logs to standard error: events with fields, never what was said or who the customer is.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// Starts logging. `SIGAP_LOG` takes a filter such as `debug` or `sigap::store=debug`; a person at a terminal sees
/// warnings only unless it is set.
pub fn start() {
    let is_watched = io::stderr().is_terminal();
    let default = if is_watched { "warn" } else { "info" };
    let filter = EnvFilter::try_from_env("SIGAP_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(is_watched)
        .with_target(false)
        .init();
}
