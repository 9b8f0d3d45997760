//! The pause after failed or refused requests, in a form that survives a restart.

use std::time::Duration;

use jiff::SignedDuration;

/// The rest of a back-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackOff {
    pub wait: Duration,
    pub cause: BackOffCause,
    /// The number of such failures in a row; each makes the next wait longer.
    pub times: u32,
    /// The upstream's answer, where it refused or throttled us.
    pub reason: Option<String>,
}

/// Why requests pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackOffCause {
    /// No response, or one that reports a failure of the upstream.
    Trouble,
    /// The upstream asks to slow down.
    Throttle,
    /// The upstream refuses us.
    Refusal,
}

/// The text names no cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown cause of a back-off")]
pub struct UnknownCause;

impl BackOffCause {
    pub const ALL: [Self; 3] = [Self::Trouble, Self::Throttle, Self::Refusal];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trouble => "trouble",
            Self::Throttle => "throttle",
            Self::Refusal => "refusal",
        }
    }
}

impl std::str::FromStr for BackOffCause {
    type Err = UnknownCause;

    fn from_str(text: &str) -> Result<Self, UnknownCause> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text).ok_or(UnknownCause)
    }
}

/// The wait after `failures` in a row, of which there is at least one: `first`, and `factor` times as long after each
/// further one, at most `longest`.
#[must_use]
pub fn growing_wait(
    first: SignedDuration,
    factor: i32,
    failures: u32,
    longest: SignedDuration,
) -> SignedDuration {
    first.saturating_mul(factor.saturating_pow(failures.saturating_sub(1))).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_grows_by_its_factor_up_to_the_longest() {
        let seconds = |factor, failures| {
            let (first, longest) = (SignedDuration::from_secs(10), SignedDuration::from_hours(1));
            growing_wait(first, factor, failures, longest).as_secs()
        };
        assert_eq!([0, 1, 2, 3, 9].map(|failures| seconds(2, failures)), [10, 10, 20, 40, 2560]);
        assert_eq!([1, 2, 7, u32::MAX].map(|failures| seconds(3, failures)), [10, 30, 3600, 3600]);
    }
}
