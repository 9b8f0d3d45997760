//! The result of reading a listing, and what is known about a subject's day.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::announcement::{AnnounceType, Announcement};
use super::taxonomy::SubjectId;
use super::verdict::Verdict;

/// The number of entries of a listing by type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EntryCounts {
    pub new: usize,
    pub cross: usize,
    /// Replacements, of the subject's own papers and of cross-listed ones.
    pub replace: usize,
}

impl EntryCounts {
    /// `EntryCounts` an announcement's entries.
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

impl fmt::Display for EntryCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count| if count == 1 { "" } else { "s" };
        let Self { new, cross, replace } = *self;
        write!(f, "{new} new, {cross} cross-list{}, {replace} replacement{}", plural(cross), plural(replace))
    }
}

/// The result of one read of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOutcome {
    pub subject: SubjectId,
    pub verdict: Verdict,
    /// The listing date on the page.
    pub date: Option<Date>,
    /// One line: what was read, or what is wrong.
    pub reason: String,
    pub counts: EntryCounts,
    /// The number of entries that the page counts and that could not be read.
    pub missing: u32,
    /// The number of pages read.
    pub pages: usize,
    /// A hash of the pages, to detect changes; `None` where no page came.
    pub page_hash: Option<u64>,
    /// [`Day::checks`] for the day, where the read brings nothing new.
    pub checks: u32,
}

/// What is known about one subject on one listing date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    pub subject: SubjectId,
    pub date: Date,
    /// `Complete`, `Quiet`, `Incomplete` or `Gap`.
    pub verdict: Verdict,
    pub counts: EntryCounts,
    /// The number of entries that the page counts and that could not be read.
    pub missing: u32,
    /// When the day was read.
    pub read: Timestamp,
    /// How often a later read found nothing new; 0 after a read that did.
    pub checks: u32,
}

impl Day {
    /// True if this day may replace what is known.
    ///
    /// A proved day is replaced only by a proved one, except that any entries outweigh a quiet day.
    /// A quiet day never replaces one with entries: arXiv's caches may show a page without entries for a week.
    #[must_use]
    pub fn supersedes(&self, known: &Self) -> bool {
        match self.verdict {
            Verdict::Complete => true,
            Verdict::Quiet => known.counts.total() == 0 && known.missing == 0,
            Verdict::Incomplete => known.verdict != Verdict::Complete,
            _ => !known.verdict.is_proved(),
        }
    }

    /// The day to store with an announcement that has `added` new entries; `None` without a listing date.
    #[must_use]
    pub fn kept(outcome: &ReadOutcome, read: Timestamp, added: usize) -> Option<Self> {
        let day = Self::of(outcome, read)?;
        Some(Self { checks: if added == 0 { day.checks } else { 0 }, ..day })
    }

    /// The day of an outcome; `None` without a listing date.
    #[must_use]
    pub fn of(outcome: &ReadOutcome, read: Timestamp) -> Option<Self> {
        outcome.date.map(|date| Self {
            subject: outcome.subject,
            date,
            verdict: outcome.verdict,
            counts: outcome.counts,
            missing: outcome.missing,
            read,
            checks: outcome.checks,
        })
    }
}
