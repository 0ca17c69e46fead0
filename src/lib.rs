//! Sigap: from an agent's message to the right SOP, its missing ticket fields and a stored draft.
//!
//! A message comes in from a channel and passes each room once; effects go out. The rooms in reading order:
//!
//! | room | what it holds |
//! |---|---|
//! | [`whole`] | files that are written whole or not at all |
//! | [`act`] | everything that anybody can do, as one value |
//! | [`message`] | what channels and the assistant exchange |
//! | [`text`] | utterances: folded, split, freed of slang, affixes and slips of the finger |
//! | [`value`] | kinds of value: parse, canonical form, display, mask |
//! | [`ticket`] | answers, the filed draft, its template |
//! | [`slash`] | commands with a slash: names, what they take, the act that each is |
//! | [`catalog`] | SOP files: shape, checks with cures, the model in which nothing dangles |
//! | [`matcher`] | which intent a message means, how sure, and why |
//! | [`import`] | a posted procedure as an SOP file, with everything that was guessed or cut out |
//! | [`voice`] | the sentences of a language, as data |
//! | [`directory`] | account managers and escalation contacts |
//! | [`guide`] | an SOP walked, asked, and its rules applied |
//! | [`effect`] | what a change of the catalogue does to messages whose intent is known |
//! | [`dialog`] | the conversation: what was said, what happens next |
//! | [`wording`] | decisions in the reader's words |
//! | [`store`] | what is kept: whole turns, durable before they are shown |
//! | [`learn`] | unanswered questions in groups, and the files they are added to |
//! | [`stats`] | questions, how they came out, and drafts, by week |
//! | [`live`] | what answers are made from now, and from before for drafts that began with that |
//! | [`erasure`] | what leaves the store for good: by age, or because a customer asked |
//! | [`metrics`] | what an operator watches: up, ready, and how it is doing in numbers |
//! | [`assistant`], [`turns`] | the life of a message; one at a time per conversation |
//! | [`desk`] | what leads do: look at a new version, publish it, take it back, share it, teach |
//! | [`hook`] | filed drafts, handed to a ticketing system |
//! | [`channel`] | where agents are |
//! | [`reload`] | files watched: what is edited goes live, what is broken changes nothing |
//! | [`load`], [`config`], [`telemetry`], [`cli`] | files, settings, logs, commands |
//!
//! Imports point one way: {message, text, value} → ticket → {slash, catalog} → {directory, matcher, import, voice} → guide → {dialog,
//! effect, learn} → {wording, store, live} → {assistant, erasure, metrics, stats, load} → {desk, hook} → channel → cli. `tests/it/layers.rs` holds
//! this.
//!
//! What must never be, since an absence cannot be seen in code: the rooms from `message` to `wording`, `learn`,
//! `stats` and `erasure` open no file, await nothing and read no clock (time is an argument); nothing is shown before it
//! is committed; no panic is reached from what an agent, an author or a file says; no message text and no customer data
//! is logged; sled is named in `store` only, clap in `cli` only.

pub mod act;
pub mod assistant;
pub mod catalog;
pub mod channel;
pub mod cli;
pub mod config;
pub mod desk;
pub mod dialog;
pub mod directory;
pub mod effect;
pub mod erasure;
pub mod guide;
pub mod hook;
pub mod import;
pub mod learn;
pub mod live;
pub mod load;
pub mod matcher;
pub mod message;
pub mod metrics;
pub mod reload;
pub mod slash;
pub mod stats;
pub mod store;
pub mod telemetry;
pub mod text;
pub mod ticket;
pub mod turns;
pub mod value;
pub mod voice;
pub mod whole;
pub mod wording;
