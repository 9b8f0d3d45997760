//! What every store must hold, and what the SQLite file and PostgreSQL must survive.

mod contract;
mod copy;
mod crash;
mod displaced;
mod file;
mod outgoing;
mod postgres;
mod unusable;
