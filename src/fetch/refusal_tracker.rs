//! Tracks the upstream's last refusal, and the listings that it reports as absent.
//!
//! A 404 concerns one listing; the same for several listings in a row is a refusal of us.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::failure::RequestFailure;
use super::page::ListingUrl;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

/// This many different newest listings must be absent in a row, without a page between them, for a refusal.
/// Past days do not count: arXiv answers 400 for those that it no longer provides.
const ABSENT_MAX: usize = 4;

#[derive(Debug, Default)]
pub(super) struct RefusalTracker(Mutex<Observed>);

#[derive(Debug, Default)]
struct Observed {
    refusal: Option<String>,
    /// The subjects whose newest listing was absent since the last page.
    absent: Vec<SubjectId>,
}

impl RefusalTracker {
    /// Notes that a page came; a refusal stays while requests are throttled.
    pub(super) fn page_received(&self, is_throttled: bool) {
        let mut observed = self.observed();
        observed.absent.clear();
        if !is_throttled {
            observed.refusal = None;
        }
    }

    /// Classifies a failure by itself and those before it.
    pub(super) fn classify(&self, page: &ListingUrl, failure: RequestFailure) -> RequestFailure {
        let mut observed = self.observed();
        let failure = match page {
            ListingUrl::New { subject, .. } if failure.is_absence => {
                if observed.absent.len() < ABSENT_MAX && !observed.absent.contains(subject) {
                    observed.absent.push(*subject);
                }
                let is_ours = observed.absent.len() == ABSENT_MAX;
                if is_ours { failure.absent_like_others(ABSENT_MAX) } else { failure }
            }
            _ => failure,
        };
        if failure.error.verdict == Verdict::Refused {
            observed.refusal = Some(failure.error.reason.clone());
        }
        failure
    }

    /// Notes a refusal, as `reason` says.
    pub(super) fn refuse(&self, reason: &str) {
        self.observed().refusal = Some(reason.to_owned());
    }

    /// The last refusal by a 403, a 406, a 429, a captcha or the like; `None` once pages come again.
    pub(super) fn refusal(&self) -> Option<String> {
        self.observed().refusal.clone()
    }

    fn observed(&self) -> MutexGuard<'_, Observed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
