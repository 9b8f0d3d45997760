//! The record of what was announced: a SQLite file, a PostgreSQL database that several replicas share, or memory.
//!
//! A store sets the id and the date of each paper once, keeps a day of a subject as a whole or not at all, and holds
//! after a crash whatever returned without an error. It also says which replica asks the upstream.

mod address;
mod changes;
mod columns;
mod connection;
mod contents;
mod copy;
mod dates;
mod days;
mod error;
mod events;
mod failure;
mod handle;
mod load;
mod lock;
mod memory;
mod migrations;
mod numbering;
mod opening;
mod operations;
mod options;
mod outbox;
mod outbox_rows;
mod postgres;
mod replicas;
mod schema;
mod session;
mod sqlite;
mod stored_paper;
#[cfg(test)]
mod tests;

pub use address::{Address, BadAddress};
pub use contents::{Contents, PendingRead, Role};
pub use copy::{Progress, backup, copy};
pub use error::StoreError;
pub use handle::Store;
pub use lock::Lock;
pub use operations::{Operation, Operations};
pub use options::{Options, UnknownStoreUrl};
pub use outbox_rows::{Delivery, HubMode, Settlement, Subscription, SubscriptionRequest};
pub use sqlite::{Check, Known};
