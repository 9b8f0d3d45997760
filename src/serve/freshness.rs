//! How current is an answer, and how long may it be kept?

use jiff::{SignedDuration, Timestamp};

use crate::collect::Status;
use crate::domain::mailing;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

use super::State;

/// The bounds of how long an answer may be kept without asking again.
const MAX_AGE_SECONDS_MIN: i64 = 60;
const MAX_AGE_SECONDS_MAX: i64 = 3_600;

/// How long while a mailing is due that no page has shown.
const AWAITING_SECONDS: i64 = 300;

/// Whether the last reads behind an answer went well.
#[derive(Debug)]
pub(super) struct Freshness {
    /// What was wrong with the last read of each subject that could not be read.
    troubles: Vec<(SubjectId, Verdict)>,
    /// How long ago the oldest of these was last read as it should be, in seconds.
    stale_seconds: i64,
    /// Something new may come at any moment.
    is_awaiting: bool,
}

impl Freshness {
    pub(super) fn of(subjects: &[SubjectId], state: &State) -> Self {
        let now = state.clock.now();
        let is_awaiting = subjects.iter().any(|subject| state.collector.is_awaiting(*subject));
        let mut freshness = Self { troubles: Vec::new(), stale_seconds: 0, is_awaiting };
        for subject in subjects {
            let Some(status) = state.collector.status(*subject).filter(is_troubled) else {
                continue;
            };
            freshness.troubles.push((*subject, status.outcome.verdict));
            let since = status.proved.map_or(0, |proved| now.duration_since(proved).as_secs());
            freshness.stale_seconds = freshness.stale_seconds.max(since);
        }
        freshness
    }

    /// Until the next mailing is due, within bounds; short while one is awaited, and as short as can be in trouble.
    pub(super) fn max_age_seconds(&self, now: Timestamp) -> i64 {
        if !self.troubles.is_empty() {
            return MAX_AGE_SECONDS_MIN;
        }
        if self.is_awaiting {
            return AWAITING_SECONDS;
        }
        let next: SignedDuration = mailing::moment(mailing::next_due(now)).duration_since(now);
        next.as_secs().clamp(MAX_AGE_SECONDS_MIN, MAX_AGE_SECONDS_MAX)
    }

    /// The `Cache-Status` field (RFC 9211): a negative `ttl` says for how long the answer has been stale, `detail` why.
    pub(super) fn cache_status(&self) -> String {
        if self.troubles.is_empty() {
            return "crosslist; hit".to_owned();
        }
        let why: Vec<String> =
            self.troubles.iter().map(|(subject, verdict)| format!("{subject} {verdict}")).collect();
        format!("crosslist; hit; ttl=-{}; detail=\"{}\"", self.stale_seconds.max(1), why.join(", "))
    }
}

/// Could the subject not be read, or does its page show an older mailing than is known to be out?
fn is_troubled(status: &Status) -> bool {
    status.failures > 0 || status.outcome.verdict == Verdict::Stale
}
