//! The record in a PostgreSQL database, which several replicas share.
//!
//! Each replica has three connections: one writes, for as long as its session holds the lead; one reads; one listens.

mod connection_slot;
mod lead;
mod leader;
mod open;
mod server;
mod shared;
mod watch;

pub(super) use open::Postgres;
pub(super) use shared::PostgresSession;
