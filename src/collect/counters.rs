//! Counters of the reads of listings, by verdict, and of the pages that were parsed.

use crate::counters::Counter;
use crate::domain::verdict::Verdict;

/// Counts since the start of the process.
#[derive(Debug, Default)]
pub(super) struct ReadCounters {
    reads: [Counter; Verdict::ALL.len()],
    pages: Counter,
}

impl ReadCounters {
    /// Counts a read of `pages` pages that ended with this verdict.
    pub(super) fn add(&self, verdict: Verdict, pages: usize) {
        self.reads[verdict as usize].add(1);
        self.pages.add(pages as u64);
    }

    /// How many reads ended with this verdict.
    pub(super) fn reads(&self, verdict: Verdict) -> u64 {
        self.reads[verdict as usize].get()
    }

    /// How many pages were parsed.
    pub(super) fn pages(&self) -> u64 {
        self.pages.get()
    }
}
