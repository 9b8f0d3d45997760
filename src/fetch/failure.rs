//! What is said of a request that brought no page?

use std::time::Duration;

use url::Url;

use super::counters::RequestEnding;
use super::foreign_text::{root_cause, shown};
use super::rate_limiter::RequestOutcome;
use super::transport::NoResponse;
use crate::domain::verdict::Verdict;

/// No page came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct FetchError {
    /// `Refused`, `Unreachable` or `Unrecognized`; `Unread` where nothing was asked.
    pub verdict: Verdict,
    /// One line, lower case, with the address that was asked.
    pub reason: String,
    /// How long the upstream asked us to stay away, capped.
    pub retry_after: Option<Duration>,
}

/// What readers are told, and what the pace makes of it.
#[derive(Debug)]
pub(super) struct RequestFailure {
    pub error: FetchError,
    pub outcome: RequestOutcome,
    pub ending: RequestEnding,
    /// The answer says that there is no such page, and nothing else.
    pub is_absence: bool,
}

impl RequestFailure {
    /// No answer, or one that says that the upstream is in trouble.
    pub(super) fn unreachable(url: &Url, found: &str, retry_after: Option<Duration>) -> Self {
        Self {
            error: error(Verdict::Unreachable, url, found, retry_after),
            outcome: RequestOutcome::Troubled { retry_after },
            ending: RequestEnding::ServerError,
            is_absence: false,
        }
    }

    /// Slow down, whatever is asked for.
    pub(super) fn throttled(url: &Url, found: &str, retry_after: Option<Duration>) -> Self {
        Self {
            error: error(Verdict::Refused, url, found, retry_after),
            outcome: RequestOutcome::Throttled { retry_after },
            ending: RequestEnding::RateLimited,
            is_absence: false,
        }
    }

    /// There is no such page.
    pub(super) fn absent(url: &Url, found: &str) -> Self {
        Self { is_absence: true, ..Self::unrecognized(url, found) }
    }

    /// The same of so many listings one after the other that it says nothing of any of them.
    pub(super) fn absent_like_others(self, count: usize) -> Self {
        let reason = format!("{}, as did the {} listings before it", self.error.reason, count - 1);
        Self {
            error: FetchError { verdict: Verdict::Refused, reason, ..self.error },
            outcome: RequestOutcome::Throttled { retry_after: None },
            ..self
        }
    }

    /// Not welcome: going on would be an attack in arXiv's eyes.
    pub(super) fn refused(url: &Url, found: &str, retry_after: Option<Duration>) -> Self {
        Self {
            error: error(Verdict::Refused, url, found, retry_after),
            outcome: RequestOutcome::Refused { retry_after },
            ending: RequestEnding::Refused,
            is_absence: false,
        }
    }

    /// An answer, but no listing.
    pub(super) fn unrecognized(url: &Url, found: &str) -> Self {
        let error = error(Verdict::Unrecognized, url, found, None);
        Self { error, outcome: RequestOutcome::Odd, ending: RequestEnding::Unusable, is_absence: false }
    }

    /// Nothing was asked: the right to do so was gone when the turn came.
    pub(super) fn not_asked(url: &Url, why: &str) -> Self {
        Self {
            error: error(Verdict::Unread, url, &format!("was not asked for: {why}"), None),
            outcome: RequestOutcome::Odd,
            ending: RequestEnding::Unusable,
            is_absence: false,
        }
    }

    /// No listing, and too costly for both sides to be asked for again soon.
    pub(super) fn oversized(url: &Url, page_bytes_max: usize) -> Self {
        let found = format!("sends more than {page_bytes_max} bytes, the most that a page may have");
        Self {
            error: error(Verdict::Unrecognized, url, &found, None),
            outcome: RequestOutcome::Troubled { retry_after: None },
            ending: RequestEnding::TooLong,
            is_absence: false,
        }
    }

    /// The connection failed before the answer's head was complete.
    pub(super) fn unanswered(url: &Url, failure: &NoResponse) -> Self {
        let found = if failure.is_timeout {
            "did not answer in time".to_owned()
        } else {
            format!("gave no answer: {}", failure.cause)
        };
        let ending = if failure.is_timeout { RequestEnding::Timeout } else { RequestEnding::NoResponse };
        Self { ending, ..Self::unreachable(url, &found, None) }
    }

    /// The body came to a bad end.
    pub(super) fn broken_off(url: &Url, bytes: usize, cause: &reqwest::Error) -> Self {
        let found = if cause.is_timeout() {
            format!("was not complete in time; {bytes} bytes had come")
        } else {
            format!("broke off after {bytes} bytes: {}", root_cause(cause))
        };
        let ending = if cause.is_timeout() { RequestEnding::Timeout } else { RequestEnding::BrokenOff };
        Self { ending, ..Self::unreachable(url, &found, None) }
    }
}

fn error(verdict: Verdict, url: &Url, found: &str, retry_after: Option<Duration>) -> FetchError {
    FetchError { verdict, reason: format!("`{}` {found}", shown(url.as_str())), retry_after }
}
