//! How did a read of a listing end, and what is known of a day?

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::announcement::{AnnounceType, Announcement};
use super::taxonomy::SubjectId;
use super::verdict::Verdict;

/// The entries of a listing by type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EntryCounts {
    pub new: usize,
    pub cross: usize,
    /// Replacements of papers that are at home here, and of those that are cross-listed.
    pub replace: usize,
}

impl EntryCounts {
    /// EntryCounts an announcement's entries.
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

/// How one read ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOutcome {
    pub subject: SubjectId,
    pub verdict: Verdict,
    /// The listing date that the page showed.
    pub date: Option<Date>,
    /// One line: what was read, or what was wrong.
    pub reason: String,
    pub counts: EntryCounts,
    /// Entries that the page counts and that were not read.
    pub missing: u32,
    /// Pages read.
    pub pages: usize,
    /// What the pages held, to tell whether they changed; absent where nothing came.
    pub page_hash: Option<u64>,
    /// [`Day::checks`] of the day that was read, where the read brings nothing that was not known.
    pub checks: u32,
}

/// What is known of a subject's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    pub subject: SubjectId,
    pub date: Date,
    /// `Complete`, `Quiet`, `Incomplete` or `Gap`.
    pub verdict: Verdict,
    pub counts: EntryCounts,
    /// Entries that the page counted and that were not read.
    pub missing: u32,
    /// When the verdict was reached.
    pub read: Timestamp,
    /// How often it was asked for again since and was the same; 0 after anything new was found.
    pub checks: u32,
}

impl Day {
    /// May this take the place of what is known?
    ///
    /// What was proved is given up for nothing less, but for a quiet day: what speaks for entries there counts more.
    /// A page that says that nothing was announced, as arXiv's caches may for a week, overrules no page that had entries.
    #[must_use]
    pub fn supersedes(&self, known: &Self) -> bool {
        match self.verdict {
            Verdict::Complete => true,
            Verdict::Quiet => known.counts.total() == 0 && known.missing == 0,
            Verdict::Incomplete => known.verdict != Verdict::Complete,
            _ => !known.verdict.is_proved(),
        }
    }

    /// The day as it is kept with an announcement of which `added` entries were not known before.
    #[must_use]
    pub fn kept(outcome: &ReadOutcome, read: Timestamp, added: usize) -> Option<Self> {
        let day = Self::of(outcome, read)?;
        Some(Self { checks: if added == 0 { day.checks } else { 0 }, ..day })
    }

    /// The day that a read has found, where it has found one.
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
