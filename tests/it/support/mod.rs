//! What tests of several stages need: a running service and its arXiv, a database, sample days, tools of others, waiting.

pub mod database;
pub mod sample;
pub mod service;
pub mod store;
pub mod tools;
pub mod wait;
