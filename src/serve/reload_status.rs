//! How the last reload of the settings ended.

use jiff::Timestamp;

/// Which settings are in force since when, and what is wrong with those that were to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReloadStatus {
    /// When the settings were last read without a mistake.
    pub at: Timestamp,
    pub by: ReloadCause,
    /// What was wrong when they were read later; those of before are in force.
    pub refused: Option<RefusedSettings>,
    /// Settings that have changed and come into force at the next start.
    pub needs_restart: Vec<&'static str>,
}

/// Settings that did not come into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedSettings {
    pub at: Timestamp,
    pub by: ReloadCause,
    /// Each with its place, on one line or with the line in question and a caret below; never a key or a password.
    pub mistakes: Vec<String>,
}

/// Why settings were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReloadCause {
    Start,
    Signal,
    File,
    /// What they needed was not to be had before.
    Again,
}

impl ReloadCause {
    pub const ALL: [Self; 4] = [Self::Start, Self::Signal, Self::File, Self::Again];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Signal => "SIGHUP",
            Self::File => "file",
            Self::Again => "again",
        }
    }
}

impl ReloadStatus {
    /// At the start, where mistakes are no settings at all.
    #[must_use]
    pub fn at_start(at: Timestamp) -> Self {
        Self { at, by: ReloadCause::Start, refused: None, needs_restart: Vec::new() }
    }
}
