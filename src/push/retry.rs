//! The time of the next attempt after failures: ten seconds, three times longer each time, at most an hour, with jitter.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ring::rand::{SecureRandom, SystemRandom};

use crate::domain::back_off::growing_wait;

/// The wait after the first failure.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(10);

/// Each wait is this many times the one before.
const FACTOR: i32 = 3;

const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// How long a delivery is retried before it is given up.
pub(super) const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The time of the next attempt after `failures` in a row, and not before `retry_after` is over.
///
/// The wait is up to a fifth shorter or longer, so that receivers that failed together are not retried together.
pub(super) fn next_attempt(now: Timestamp, failures: i64, retry_after: Option<Duration>) -> Timestamp {
    let wait = wait(failures);
    let fifth = wait.as_secs() / 5;
    let jitter = i64::try_from(random(u64::try_from(2 * fifth + 1).unwrap_or(1))).unwrap_or(0) - fifth;
    let next = now.saturating_add(wait + SignedDuration::from_secs(jitter)).unwrap_or(Timestamp::MAX);
    next.max(retry_after.map_or(now, |retry_after| after(now, retry_after)))
}

/// The time after a wait.
pub(super) fn after(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

fn wait(failures: i64) -> SignedDuration {
    growing_wait(FIRST_WAIT, FACTOR, u32::try_from(failures).unwrap_or(u32::MAX), LONGEST_WAIT)
}

/// A random number below `end`; 0 if the system has no randomness.
fn random(end: u64) -> u64 {
    let mut bytes = [0; 8];
    if SystemRandom::new().fill(&mut bytes).is_err() {
        return 0;
    }
    u64::from_be_bytes(bytes) % end.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_an_hour_and_differ_between_attempts() {
        let waits: Vec<i64> = (1..9).map(|failures| wait(failures).as_secs()).collect();
        assert_eq!(waits, [10, 30, 90, 270, 810, 2430, 3600, 3600]);
        assert_eq!(wait(i64::MAX).as_secs(), 3600);
        let now = Timestamp::UNIX_EPOCH;
        let tries: std::collections::HashSet<i64> =
            (0..200).map(|_| next_attempt(now, 7, None).as_second()).collect();
        let hours = Duration::from_hours(2);
        assert_eq!(next_attempt(now, 1, Some(hours)), now + SignedDuration::from_hours(2));
        assert!(tries.len() > 20 && tries.iter().all(|at| (2880..=4320).contains(at)), "{tries:?}");
    }
}
