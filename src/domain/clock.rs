//! Where time comes from.

use std::time::Duration;

use jiff::Timestamp;

/// The only source of time; the system's own lives in `startup`.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    /// For how long a wait for a time of this clock may go on without a look at it: it may be set meanwhile.
    fn steady_for(&self) -> Duration {
        Duration::from_secs(30)
    }
}

/// A clock that stands still.
impl Clock for Timestamp {
    fn now(&self) -> Timestamp {
        *self
    }
}
