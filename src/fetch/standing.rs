//! How we stand with the upstream: what it last turned us away with, and which pages it said are absent.
//!
//! An answer about one page is that page's matter, until every page gets it; then it is about us.

use std::sync::{Mutex, MutexGuard, PoisonError};

use url::Url;

use super::failure::Failure;
use crate::domain::verdict::Verdict;

/// How many different pages must be absent one after the other, and none come, for that to be about us and no page.
const ABSENT_PAGES_MAX: usize = 4;

#[derive(Debug, Default)]
pub(super) struct Standing(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    refusal: Option<String>,
    /// Pages that were absent since the last page came.
    absent: Vec<Url>,
}

impl Standing {
    /// A page came; `is_calm` says that nobody was turned away for a while.
    pub(super) fn page_came(&self, is_calm: bool) {
        let mut known = self.known();
        known.absent.clear();
        if is_calm {
            known.refusal = None;
        }
    }

    /// What a failure means beside those before it.
    pub(super) fn judge(&self, url: Url, failure: Failure) -> Failure {
        let mut known = self.known();
        let failure = if failure.is_absence {
            if known.absent.len() < ABSENT_PAGES_MAX && !known.absent.contains(&url) {
                known.absent.push(url);
            }
            let is_ours = known.absent.len() == ABSENT_PAGES_MAX;
            if is_ours { failure.absent_like_others(ABSENT_PAGES_MAX) } else { failure }
        } else {
            failure
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
