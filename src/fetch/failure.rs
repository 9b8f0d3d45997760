//! The failure of a request: the error for readers, and its meaning for the rate limiter and the counters.

use std::time::Duration;

use url::Url;

use super::counters::RequestEnding;
use super::foreign_text::{root_cause, shown};
use super::rate_limiter::RequestOutcome;
use super::transport::NoResponse;
use crate::domain::verdict::Verdict;

/// Why no page came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct FetchError {
    /// `Refused`, `Unreachable` or `Unrecognized`; `Unread` where no request was sent.
    pub verdict: Verdict,
    /// One line with the address of the request.
    pub reason: String,
    /// The `Retry-After` of the response, at most six hours.
    pub retry_after: Option<Duration>,
}

/// The failure of one request.
#[derive(Debug)]
pub(super) struct RequestFailure {
    pub error: FetchError,
    pub outcome: RequestOutcome,
    pub ending: RequestEnding,
    /// True if the response says only that the page does not exist.
    pub is_absence: bool,
}

impl RequestFailure {
    /// No response, or one that reports a failure of the upstream.
    pub(super) fn unreachable(url: &Url, found: &str, retry_after: Option<Duration>) -> Self {
        Self {
            error: error(Verdict::Unreachable, url, found, retry_after),
            outcome: RequestOutcome::Failed { retry_after },
            ending: RequestEnding::ServerError,
            is_absence: false,
        }
    }

    /// The upstream asks to slow down.
    pub(super) fn throttled(url: &Url, found: &str, retry_after: Option<Duration>) -> Self {
        Self {
            error: error(Verdict::Refused, url, found, retry_after),
            outcome: RequestOutcome::Throttled { retry_after },
            ending: RequestEnding::RateLimited,
            is_absence: false,
        }
    }

    /// The page does not exist.
    pub(super) fn absent(url: &Url, found: &str) -> Self {
        Self { is_absence: true, ..Self::unrecognized(url, found) }
    }

    /// The same for `count` different listings in a row, which means a refusal.
    pub(super) fn absent_like_others(self, count: usize) -> Self {
        let reason = format!("{}, as did the {} listings before it", self.error.reason, count - 1);
        Self {
            error: FetchError { verdict: Verdict::Refused, reason, ..self.error },
            outcome: RequestOutcome::Throttled { retry_after: None },
            ..self
        }
    }

    /// The upstream refuses us; arXiv treats further requests as an attack.
    pub(super) fn refused(url: &Url, found: &str, retry_after: Option<Duration>) -> Self {
        Self {
            error: error(Verdict::Refused, url, found, retry_after),
            outcome: RequestOutcome::Refused { retry_after },
            ending: RequestEnding::Refused,
            is_absence: false,
        }
    }

    /// A response that is not a listing.
    pub(super) fn unrecognized(url: &Url, found: &str) -> Self {
        let error = error(Verdict::Unrecognized, url, found, None);
        Self { error, outcome: RequestOutcome::Odd, ending: RequestEnding::Unusable, is_absence: false }
    }

    /// No request was sent: the guard did not allow it.
    pub(super) fn not_asked(url: &Url, why: &str) -> Self {
        Self {
            error: error(Verdict::Unread, url, &format!("was not asked for: {why}"), None),
            outcome: RequestOutcome::Odd,
            ending: RequestEnding::Unusable,
            is_absence: false,
        }
    }

    /// A page above the limit; the request is not repeated soon, since it is costly for both sides.
    pub(super) fn oversized(url: &Url, page_bytes_max: usize) -> Self {
        let found = format!("sends more than {page_bytes_max} bytes, the most that a page may have");
        Self {
            error: error(Verdict::Unrecognized, url, &found, None),
            outcome: RequestOutcome::Failed { retry_after: None },
            ending: RequestEnding::TooLong,
            is_absence: false,
        }
    }

    /// The connection failed before the response head was complete.
    pub(super) fn unanswered(url: &Url, failure: &NoResponse) -> Self {
        let found = if failure.is_timeout {
            "did not answer in time".to_owned()
        } else {
            format!("gave no answer: {}", failure.cause)
        };
        let ending = if failure.is_timeout { RequestEnding::Timeout } else { RequestEnding::NoResponse };
        Self { ending, ..Self::unreachable(url, &found, None) }
    }

    /// The body ended early.
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
