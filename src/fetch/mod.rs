//! Which page is asked for, and what comes back?

use std::time::Duration;

use jiff::civil::Date;
use url::Url;

use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

/// How the upstream is asked.
#[derive(Clone, Debug)]
pub struct Options {
    /// `https://arxiv.org`; nothing outside this origin is ever asked.
    pub base_url: Url,
    /// An address for arXiv to complain to, part of the User-Agent; empty names the project instead.
    pub contact: String,
    /// The least time between the end of one request and the start of the next.
    pub pause: Duration,
    pub connect_timeout: Duration,
    /// The longest silence while an answer arrives.
    pub read_timeout: Duration,
    /// The whole request, from connecting to the last byte.
    pub total_timeout: Duration,
    /// The most bytes of a decoded page.
    pub page_bytes_max: usize,
}

/// A page of arXiv that crosslist reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ListingUrl {
    /// `/list/SUBJECT/new?skip=…&show=2000`: the newest mailing; a plain `/list/SUBJECT/new` for skip 0.
    New { subject: SubjectId, skip: u32 },
    /// `/catchup/SUBJECT/DATE?abs=True&page=N`, pages counted from 1.
    Catchup { subject: SubjectId, date: Date, page: u32 },
}

/// A page as it came, decoded from its transfer and content codings.
#[derive(Clone, Debug)]
pub struct Page {
    pub url: String,
    pub bytes: Vec<u8>,
    /// The `charset` of the `Content-Type`, as given.
    pub charset: Option<String>,
}

/// No page came.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct FetchError {
    /// `Refused`, `Unreachable` or `Unrecognized`.
    pub verdict: Verdict,
    /// One line, lower case, with the address that was asked.
    pub reason: String,
    /// How long the upstream asked us to stay away, capped.
    pub retry_after: Option<Duration>,
}
