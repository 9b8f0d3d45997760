//! The interface through which all code reads the time.

use std::time::Duration;

use jiff::Timestamp;

/// The only source of time; `startup` implements it with the system's clock.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    /// The longest wait for a time of this clock before it must be read again, since somebody may set it meanwhile.
    fn steady_for(&self) -> Duration {
        Duration::from_secs(30)
    }
}

/// A fixed time, for tests and for commands that work at one moment.
impl Clock for Timestamp {
    fn now(&self) -> Timestamp {
        *self
    }
}
