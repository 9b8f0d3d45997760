//! crosslist turns arXiv's listing pages into feeds.
//!
//! The tree is the pipeline: [`fetch`] gets a page, [`parse`] turns it into an announcement and proves it whole,
//! [`collect`] decides when to ask and what to make of the answer, [`store`] keeps it, [`filter`] says which papers match, [`feeds`] puts the answer
//! together, [`render`] writes it down, [`serve`] hands it over to those who ask, and [`push`] to those who asked once.
//! [`domain`] is the ground everyone stands on; [`settings`], [`startup`] and [`cli`] are the roof.
//! `ARCHITECTURE.md` says what must stay true, and `tests/architecture.rs` holds the imports to it.

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
