//! The collector decides when arXiv is asked, proves what it answers against what is known, and keeps it.
//!
//! One task owns the upstream; everyone else holds a [`Collector`] handle.

mod collector;
mod counters;
mod observed;
mod options;
mod past_days;
mod reading;
mod schedule;
mod shared;
mod shutdown;
mod status;
mod validate;
mod worker;

pub use collector::{Collector, NotAdmitted};
pub use observed::Observed;
pub use options::CollectorOptions;
pub use reading::{Reading, read_day, read_new};
pub use shared::{ReplicaStatus, Sink};
pub use status::{KnownSubject, ReadStatus};
pub use validate::keep;
