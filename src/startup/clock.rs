//! The clock of the process, and its comparison with that of the database.

use jiff::{SignedDuration, Timestamp};

use crate::domain::clock::Clock;

/// The largest difference from the database's clock that is not logged.
const SKEW_MAX: SignedDuration = SignedDuration::from_mins(1);

/// The system's clock, with an offset that starts it at another time.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    offset: SignedDuration,
}

impl SystemClock {
    /// A clock that shows `start` now, or else the system's time.
    #[must_use]
    pub fn starting_at(start: Option<Timestamp>) -> Self {
        let offset = start.map_or(SignedDuration::ZERO, |start| start.duration_since(Timestamp::now()));
        Self { offset }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now().saturating_add(self.offset).unwrap_or(Timestamp::MAX)
    }
}

/// Logs a warning if this machine's clock differs from the database's: it decides when mailings are due and how papers
/// are dated.
pub(super) fn compare_with(database: Timestamp) {
    let apart = Timestamp::now().duration_since(database);
    if apart.abs() > SKEW_MAX {
        tracing::warn!(
            clock.ahead_seconds = apart.as_secs(),
            "the clocks of this machine and of the database differ; synchronize them with a time server"
        );
    }
}
