//! Where time comes from.

use jiff::Timestamp;

/// The only source of time; the system's own lives in `startup`.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// A clock that stands still.
impl Clock for Timestamp {
    fn now(&self) -> Timestamp {
        *self
    }
}
