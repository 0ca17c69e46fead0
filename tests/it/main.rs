//! Tests through the library's widest doors and on the real binary.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something unexpected happens, in its helpers too"
)]

mod binary;
mod catalog;
mod cli;
mod conversations;
mod crash;
mod dialog;
mod guide;
mod layers;
mod shipped;
mod store;
