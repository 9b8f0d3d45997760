//! crosslist turns arXiv's listing pages into feeds.
//!
//! The tree is the pipeline: [`fetch`] gets a page, [`parse`] turns it into an announcement and proves that it is complete,
//! [`collect`] decides when to ask and what to make of the answer, [`store`] keeps it, [`filter`] says which papers match, [`feeds`] puts the answer
//! together, [`render`] writes it down, [`serve`] answers requests with it, and [`push`] notifies subscribers.
//! [`domain`] has the types that all stages share, and uses none; [`settings`], [`startup`] and [`cli`] are the top.
//! `ARCHITECTURE.md` has the invariants, and `tests/architecture` checks the imports.

pub mod counters;
pub mod domain;

pub mod fetch;
pub mod parse;

pub mod store;

pub mod collect;

pub mod text;

pub mod filter;

pub mod feeds;

pub mod render;

pub mod serve;

pub mod push;

pub mod cli;
pub mod settings;
pub mod startup;
pub mod telemetry;
