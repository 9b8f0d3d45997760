//! When is arXiv asked, and what is made of the answer?

mod collector;
mod ending;
mod judge;
mod observed;
mod past_days;
mod round;
mod schedule;
mod status;
mod worker;

pub use collector::{Collector, NotAdmitted, Options, Replica, Sink};
pub use judge::keep;
pub use observed::Observed;
pub use round::{Reading, read_day, read_new};
pub use status::{Known, Status};
