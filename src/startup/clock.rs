//! What time is it, and does the database agree?

use jiff::{SignedDuration, Timestamp};

use crate::domain::clock::Clock;

/// How far this machine's clock may be from the database's without a word.
const SKEW_MAX: SignedDuration = SignedDuration::from_mins(1);

/// The system's clock, or one that was started at another time and runs on.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    offset: SignedDuration,
}

impl SystemClock {
    /// A clock that shows `start` now; the system's own time without it.
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

/// Says when this machine's clock is not the database's: mailings are looked for by it, and fresh papers are dated.
pub(super) fn compare_with(database: Timestamp) {
    let apart = Timestamp::now().duration_since(database);
    if apart.abs() > SKEW_MAX {
        tracing::warn!(
            clock.ahead_seconds = apart.as_secs(),
            "this machine's clock and the database's disagree; set them by a time server"
        );
    }
}
