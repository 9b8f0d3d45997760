//! For how long and why the upstream is left alone after trouble, so that a restart goes on with it.

use std::time::Duration;

/// What is left of a back-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackOff {
    pub wait: Duration,
    pub cause: BackOffCause,
    /// How often in a row it has come to this; the next wait is longer.
    pub times: u32,
    /// What was answered, where we were turned away.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackOffCause {
    /// No answer, or one that says that the upstream fails.
    Trouble,
    /// We were told to slow down.
    Throttle,
    /// We are not welcome.
    Refusal,
}

/// A word that is no cause.
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
