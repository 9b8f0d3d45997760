//! Counters of the requests to the upstream, by how they ended.

use std::time::Duration;

use crate::counters::{Counter, Histogram, HistogramSnapshot};

/// How one request ended; a redirect ends one request, and following it is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestEnding {
    Page,
    /// 304: the known page is still the newest.
    Unchanged,
    Redirect,
    /// 403 or 451.
    Refused,
    /// 429, 406 or another status that asks to slow down and says nothing about the page.
    RateLimited,
    /// Any status of 500 and above.
    ServerError,
    /// 400, 404, 410, an unexpected status below 400, or a response that is not a page.
    Unusable,
    Timeout,
    /// No connection, or no complete response head.
    NoResponse,
    BrokenOff,
    TooLong,
}

impl RequestEnding {
    pub const ALL: [Self; 11] = [
        Self::Page,
        Self::Unchanged,
        Self::Redirect,
        Self::Refused,
        Self::RateLimited,
        Self::ServerError,
        Self::Unusable,
        Self::Timeout,
        Self::NoResponse,
        Self::BrokenOff,
        Self::TooLong,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Unchanged => "unchanged",
            Self::Redirect => "redirect",
            Self::Refused => "refused",
            Self::RateLimited => "rate_limited",
            Self::ServerError => "server_error",
            Self::Unusable => "unusable",
            Self::Timeout => "timeout",
            Self::NoResponse => "no_answer",
            Self::BrokenOff => "broken_off",
            Self::TooLong => "too_long",
        }
    }
}

/// The requests by their endings, their durations, and the bytes of the pages.
#[derive(Debug, Default)]
pub struct RequestCounters {
    endings: [Counter; RequestEnding::ALL.len()],
    durations: Histogram,
    page_bytes: Counter,
}

impl RequestCounters {
    pub(super) fn note(&self, ending: RequestEnding, took: Duration) {
        self.endings[ending as usize].add(1);
        self.durations.observe(took);
    }

    pub(super) fn note_page(&self, bytes: usize) {
        self.page_bytes.add(bytes as u64);
    }

    #[must_use]
    pub fn count(&self, ending: RequestEnding) -> u64 {
        self.endings[ending as usize].get()
    }

    /// From sending the request to the last byte or the failure.
    #[must_use]
    pub fn durations(&self) -> HistogramSnapshot {
        self.durations.read()
    }

    /// The decoded bytes of all pages.
    #[must_use]
    pub fn page_bytes(&self) -> u64 {
        self.page_bytes.get()
    }
}
