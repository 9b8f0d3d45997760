//! When is arXiv asked, and what is made of the answer?

mod collector;
mod observed;
mod past_days;
mod reading;
mod schedule;
mod shutdown;
mod status;
mod validate;
mod worker;

pub use collector::{Collector, NotAdmitted, Options, Replica, Sink};
pub use observed::Observed;
pub use reading::{Reading, read_day, read_new};
pub use status::{Known, Status};
pub use validate::keep;
