//! What every store must hold, and what the SQLite file must survive.

mod contract;
mod crash;
mod file;
mod sample;
