//! Sigap: from an agent's message to the right SOP, its missing ticket fields and a stored draft.
//!
//! A message comes in from a channel and passes each room once; effects go out. The rooms in reading order:
//!
//! | room | what it holds |
//! |---|---|
//! | [`message`] | what channels and the assistant exchange |
//! | [`text`] | utterances: folded, split, freed of slang, affixes and slips of the finger |
//! | [`value`] | kinds of value: parse, canonical form, display, mask |
//! | [`ticket`] | answers, the filed draft, its template |
//! | [`catalog`] | SOP files: shape, checks with cures, the model in which nothing dangles |
//! | [`matcher`] | which intent a message means, how sure, and why |
//! | [`directory`] | account managers and escalation contacts |
//! | [`guide`] | an SOP walked, asked, and its rules applied |
//! | [`dialog`] | the conversation: what was said, what happens next |
//! | [`wording`] | every sentence the bot says |
//! | [`store`] | what is kept: whole turns, durable before they are shown |
//! | [`erasure`] | what leaves the store for good: by age, or because a customer asked |
//! | [`metrics`] | what an operator watches: up, ready, and how it is doing in numbers |
//! | [`assistant`], [`turns`] | the life of a message; one at a time per conversation |
//! | [`channel`] | where agents are |
//! | [`load`], [`config`], [`telemetry`], [`cli`] | files, settings, logs, commands |
//!
//! Imports point one way: {message, text, value} → ticket → catalog → {directory, matcher} → guide → dialog → {wording, store} →
//! {assistant, erasure, metrics} → channel → cli. `tests/it/layers.rs` holds this.
//!
//! What must never be, since an absence cannot be seen in code: the rooms from `message` to `wording`, and `erasure`,
//! open no file, await nothing and read no clock (time is an argument); nothing is shown before it is committed; no
//! panic is reached from what an agent, an author or a file says; no message text and no customer data is logged; sled
//! is named in `store` only, clap in `cli` only.

pub mod assistant;
pub mod catalog;
pub mod channel;
pub mod cli;
pub mod config;
pub mod dialog;
pub mod directory;
pub mod erasure;
pub mod guide;
pub mod load;
pub mod matcher;
pub mod message;
pub mod metrics;
pub mod store;
pub mod telemetry;
pub mod text;
pub mod ticket;
pub mod turns;
pub mod value;
pub mod wording;
