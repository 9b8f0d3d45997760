//! The record in a SQLite file, which one process at a time writes.
//!
//! One connection writes, each announcement is one transaction, and with `synchronous = FULL` and a write-ahead log
//! whatever returned without an error is on the disk.
//! A file that is removed, replaced or written over while it is in use takes nothing with it, see [`renewal`].

mod file;
mod leader;
mod open;
mod renewal;
mod salvage;
mod slot;

pub(super) use file::{BUSY_TIMEOUT, ROWS_BUFFERED, beside};
pub(super) use open::{Sqlite, SqliteSession};
pub use renewal::{Check, Known};
