//! What is known of a subject's reads, in numbers and words?

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::announcement::{AnnounceType, Announcement};
use crate::domain::verdict::Verdict;

/// The entries of a listing by type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub new: usize,
    pub cross: usize,
    /// Replacements of papers that are at home here, and of those that are cross-listed.
    pub replace: usize,
}

impl Counts {
    /// Counts an announcement's entries.
    #[must_use]
    pub fn of(announcement: &Announcement) -> Self {
        Self {
            new: announcement.count(AnnounceType::New),
            cross: announcement.count(AnnounceType::Cross),
            replace: announcement.count(AnnounceType::Replace)
                + announcement.count(AnnounceType::ReplaceCross),
        }
    }

    #[must_use]
    pub fn total(self) -> usize {
        self.new + self.cross + self.replace
    }
}

/// How the last read of a subject ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub verdict: Verdict,
    /// One line: what was read, or what was wrong.
    pub reason: String,
    pub counts: Counts,
    /// The newest day that was proved whole.
    pub newest: Option<Date>,
    /// When the last read ended.
    pub attempted: Timestamp,
    /// When the last read that was proved whole ended.
    pub proved: Option<Timestamp>,
    /// Reads in a row that brought no newer day though one was due.
    pub fruitless: u32,
    /// When the subject is asked for next without anyone's request.
    pub next_attempt: Timestamp,
}
