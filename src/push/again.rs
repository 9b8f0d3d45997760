//! When is tried again what has failed?

use jiff::{SignedDuration, Timestamp};
use ring::rand::{SecureRandom, SystemRandom};

use crate::domain::back_off::growing_wait;

/// The wait after the first failure.
const FIRST: SignedDuration = SignedDuration::from_secs(10);

/// Each wait is so many times the one before.
const FACTOR: i32 = 3;

/// The longest wait.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// After how long what could not be delivered is given up.
pub(super) const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The moment of the next attempt after so many failures; a fifth earlier or later, so that not all come at once.
pub(super) fn after(now: Timestamp, failures: i64) -> Timestamp {
    let wait = wait(failures);
    let fifth = wait.as_secs() / 5;
    let off = i64::try_from(random(u64::try_from(2 * fifth + 1).unwrap_or(1))).unwrap_or(0) - fifth;
    now.saturating_add(wait + SignedDuration::from_secs(off)).unwrap_or(Timestamp::MAX)
}

fn wait(failures: i64) -> SignedDuration {
    growing_wait(FIRST, FACTOR, u32::try_from(failures).unwrap_or(u32::MAX), LONGEST)
}

/// A number below `end`, 0 where there is no chance.
fn random(end: u64) -> u64 {
    let mut bytes = [0; 8];
    if SystemRandom::new().fill(&mut bytes).is_err() {
        return 0;
    }
    u64::from_be_bytes(bytes) % end.max(1)
}

/// Thirty-two hexadecimal digits that nobody can guess.
///
/// # Errors
/// The system gives no chance.
pub(super) fn challenge() -> Result<String, ring::error::Unspecified> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_an_hour_and_are_never_alike() {
        let waits: Vec<i64> = (1..9).map(|failures| wait(failures).as_secs()).collect();
        assert_eq!(waits, [10, 30, 90, 270, 810, 2430, 3600, 3600]);
        assert_eq!(wait(i64::MAX).as_secs(), 3600);
        let now = Timestamp::UNIX_EPOCH;
        let tries: std::collections::HashSet<i64> = (0..200).map(|_| after(now, 7).as_second()).collect();
        assert!(tries.len() > 20 && tries.iter().all(|at| (2880..=4320).contains(at)), "{tries:?}");
    }

    #[test]
    fn no_two_challenges_are_alike() {
        let some: std::collections::HashSet<String> = (0..50).map(|_| challenge().expect("chance")).collect();
        assert_eq!(some.len(), 50);
        assert!(some.iter().all(|one| one.len() == 32));
    }
}
