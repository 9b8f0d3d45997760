//! What every store must hold, and what the SQLite file and PostgreSQL must survive.

mod contract;
mod copy;
mod crash;
mod database;
mod displaced;
mod file;
mod outgoing;
mod postgres;
mod sample;
mod unusable;
