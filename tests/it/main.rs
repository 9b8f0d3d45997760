//! The tests from outside the crate that can share a process: one binary, because each binary links the whole crate.
//!
//! The folders follow the stages. `api` asks the service over HTTP, `browser` clicks through its pages, `cli` runs the
//! program, `readers` shows the feeds to programs of others, and `replicas` runs several services on one database.

mod api;
mod browser;
mod cli;
mod config;
mod docs;
mod fetch;
mod filter;
mod parse;
mod push;
mod readers;
mod replicas;
mod store;
mod support;
mod text;
