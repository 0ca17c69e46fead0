//! Tests through the library's widest doors and on the real binary.

// A workspace as Discord describes it is a large piece of JSON.
#![recursion_limit = "256"]
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something unexpected happens, in its helpers too"
)]

mod agents;
mod binary;
mod calibration;
mod catalog;
mod cli;
mod conversations;
mod crash;
mod desk;
mod dialog;
mod discord;
mod documents;
mod engine;
mod failover;
mod guide;
mod hook;
mod import;
mod layers;
mod learn;
mod matching;
mod postgres;
mod reload;
mod shipped;
mod store;
mod values;
mod wording;
