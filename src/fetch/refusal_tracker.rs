//! How we stand with the upstream: what it last turned us away with, and which pages it said are absent.
//!
//! An answer about one listing is that listing's matter, until every listing gets it; then it is about us.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::failure::RequestFailure;
use super::page::ListingUrl;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

/// How many different newest listings must be absent one after the other, and no page come, for that to be about us.
/// Of past days nothing follows: arXiv answers 400 to those that it no longer gives.
const ABSENT_MAX: usize = 4;

#[derive(Debug, Default)]
pub(super) struct RefusalTracker(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    refusal: Option<String>,
    /// Whose newest listing was absent since the last page came.
    absent: Vec<SubjectId>,
}

impl RefusalTracker {
    /// A page came, perhaps one among many that were not given.
    pub(super) fn page_came(&self, is_throttled: bool) {
        let mut known = self.known();
        known.absent.clear();
        if !is_throttled {
            known.refusal = None;
        }
    }

    /// What a failure means beside those before it.
    pub(super) fn judge(&self, page: &ListingUrl, failure: RequestFailure) -> RequestFailure {
        let mut known = self.known();
        let failure = match page {
            ListingUrl::New { subject, .. } if failure.is_absence => {
                if known.absent.len() < ABSENT_MAX && !known.absent.contains(subject) {
                    known.absent.push(*subject);
                }
                let is_ours = known.absent.len() == ABSENT_MAX;
                if is_ours { failure.absent_like_others(ABSENT_MAX) } else { failure }
            }
            _ => failure,
        };
        if failure.error.verdict == Verdict::Refused {
            known.refusal = Some(failure.error.reason.clone());
        }
        failure
    }

    /// We are turned away, as `reason` says.
    pub(super) fn refuse(&self, reason: &str) {
        self.known().refusal = Some(reason.to_owned());
    }

    /// What was answered when we were last turned away, by a 403, a 406, a 429, a captcha or the like, until all is well.
    pub(super) fn refusal(&self) -> Option<String> {
        self.known().refusal.clone()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
