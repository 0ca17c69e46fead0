//! Where agents are. A channel maps its platform's events to messages and replies to what the platform shows; it
//! decides nothing.
//!
//! ```text
//! place     where something was said in a chat, and by whom
//! manners   what is for the bot, who may press what, what is added below a reply      pure
//! pages     a reply cut to a platform's limits                                        pure
//! queue     one at a time per conversation, in the platform's order, each event once
//! recall    what is remembered until the next start, for edits and forms
//! ```
//!
//! These are any chat's. [`discord`] adds its events, payloads, escaping, limits, signed ids and transport; [`console`]
//! is one agent at a terminal.

pub mod console;
pub mod discord;
mod manners;
mod pages;
mod place;
mod queue;
mod recall;
