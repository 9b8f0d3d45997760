//! Which page is asked for, and what comes back?
//!
//! Only this stage speaks to arXiv: one request at a time, never faster than the pause, never outside one origin.

use std::time::Duration;

use jiff::civil::Date;
use url::Url;

use crate::domain::back_off::BackOff;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

mod response_head;
mod client;
mod failure;
mod guard;
mod options;
mod rate_limiter;
mod tagged_pages;
mod replay;
mod refusal_tracker;
mod counters;
mod transport;

pub use client::{Client, install_cryptography};
pub use guard::Guard;
pub use options::OptionsError;
pub use rate_limiter::{Outcome, Pace, Turn};
pub use replay::{OpenError, Replay};
pub use counters::{Ending, Tally};
pub use transport::{NoAnswer, Sending, Transport};

/// How many entries are asked for at once: arXiv's default for `/new`, and the most that it gives.
pub const SHOW_MAX: u32 = 2_000;

/// How the upstream is asked; [`Options::mistakes`] says what cannot be.
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

impl ListingUrl {
    #[must_use]
    pub fn subject(&self) -> SubjectId {
        match self {
            Self::New { subject, .. } | Self::Catchup { subject, .. } => *subject,
        }
    }

    /// Path and query below the base address, in one spelling per page, so that caches and tags meet.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::New { subject, skip: 0 } => format!("/list/{subject}/new"),
            Self::New { subject, skip } => format!("/list/{subject}/new?skip={skip}&show={SHOW_MAX}"),
            Self::Catchup { subject, date, page: 0 | 1 } => format!("/catchup/{subject}/{date}?abs=True"),
            Self::Catchup { subject, date, page } => {
                format!("/catchup/{subject}/{date}?abs=True&page={page}")
            }
        }
    }

    /// The whole address; a path that the base address has stays in front.
    #[must_use]
    pub fn address(&self, base_url: &Url) -> Url {
        let asked = self.path();
        let (path, query) =
            asked.split_once('?').map_or((asked.as_str(), None), |(path, query)| (path, Some(query)));
        let mut address = base_url.clone();
        address.set_path(&format!("{}{path}", base_url.path().trim_end_matches('/')));
        address.set_query(query);
        address.set_fragment(None);
        address
    }
}

/// A page as it came, decoded from its transfer and content codings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The address that answered, after redirects; for a replay, the path that was asked for.
    pub url: String,
    pub bytes: Vec<u8>,
    /// The `charset` of the `Content-Type`, as given.
    pub charset: Option<String>,
}

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

/// Where pages come from.
#[derive(Debug)]
pub enum Upstream {
    Live(Box<Client>),
    Replay(Replay),
}

impl Upstream {
    /// Gets one page; waits for its turn, the pause and any back-off first.
    ///
    /// `listing_date` is the date of the newest mailing that is due, which only a replay needs to know.
    pub async fn get(&self, url: &ListingUrl, listing_date: Date) -> Result<Page, FetchError> {
        match self {
            Self::Live(client) => client.get(url).await,
            Self::Replay(replay) => replay.get(url, listing_date).await,
        }
    }

    /// What a store remembers of where it was filled from: an address, or that it was a replay.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::Live(client) => client.base_url().as_str().trim_end_matches('/').to_owned(),
            Self::Replay(_) => "a replay".to_owned(),
        }
    }

    /// For logs.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Live(client) => client.base_url().as_str().trim_end_matches('/').to_owned(),
            Self::Replay(replay) => replay.describe(),
        }
    }

    /// The least time between two requests; none for a replay.
    #[must_use]
    pub fn pause(&self) -> Duration {
        match self {
            Self::Live(client) => client.pause(),
            Self::Replay(_) => Duration::ZERO,
        }
    }

    /// How long a request made now would have to wait at least; nothing for a replay.
    #[must_use]
    pub fn wait_estimate(&self) -> Duration {
        match self {
            Self::Live(client) => client.wait_estimate(),
            Self::Replay(_) => Duration::ZERO,
        }
    }

    /// Asks `guard` before every request from now on; a replay asks nobody.
    pub fn guard_with(&mut self, guard: Guard) {
        if let Self::Live(client) = self {
            client.guard_with(guard);
        }
    }

    /// Asks in this way from now on; the server stays the same, and a replay asks nobody.
    ///
    /// # Errors
    /// As for [`Client::new`]; nothing has changed then.
    pub fn tell(&self, options: &Options) -> Result<(), OptionsError> {
        match self {
            Self::Live(client) => client.tell(options),
            Self::Replay(_) => Ok(()),
        }
    }

    /// Asks nothing for so long; another one has asked until now.
    pub fn rest(&self, wait: Duration) {
        if let Self::Live(client) = self {
            client.rest(wait);
        }
    }

    /// For how long nothing is asked after trouble, for a restart to go on with; nothing of a replay.
    #[must_use]
    pub fn back_off(&self) -> Option<BackOff> {
        match self {
            Self::Live(client) => client.back_off(),
            Self::Replay(_) => None,
        }
    }

    /// Goes on with the back-off of an earlier run.
    pub fn resume(&self, back_off: &BackOff) {
        if let Self::Live(client) = self {
            client.resume(back_off);
        }
    }

    /// The requests that were made; none for a replay.
    #[must_use]
    pub fn tally(&self) -> Option<&Tally> {
        match self {
            Self::Live(client) => Some(client.tally()),
            Self::Replay(_) => None,
        }
    }

    /// What was answered when the upstream last turned us away; nothing once pages come again.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        match self {
            Self::Live(client) => client.refusal(),
            Self::Replay(_) => None,
        }
    }

    /// A page turned out to be a captcha or a block, as `reason` says: stay away for long.
    pub fn report_refusal(&self, reason: &str) {
        if let Self::Live(client) = self {
            client.report_refusal(reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(text: &str) -> SubjectId {
        SubjectId::parse(text).expect("a known subject")
    }

    fn check(url: &ListingUrl, path: &str, address: &str) {
        assert_eq!(url.path(), path);
        let base: Url = "http://127.0.0.1:8700/s/flap".parse().expect("a base address");
        assert_eq!(url.address(&base).as_str(), address);
    }

    #[test]
    fn each_page_has_one_address_below_the_base() {
        let date = jiff::civil::date(2026, 3, 2);
        check(
            &ListingUrl::New { subject: subject("cs.DC"), skip: 0 },
            "/list/cs.DC/new",
            "http://127.0.0.1:8700/s/flap/list/cs.DC/new",
        );
        check(
            &ListingUrl::New { subject: subject("cs"), skip: 2000 },
            "/list/cs/new?skip=2000&show=2000",
            "http://127.0.0.1:8700/s/flap/list/cs/new?skip=2000&show=2000",
        );
        check(
            &ListingUrl::Catchup { subject: subject("quant-ph"), date, page: 1 },
            "/catchup/quant-ph/2026-03-02?abs=True",
            "http://127.0.0.1:8700/s/flap/catchup/quant-ph/2026-03-02?abs=True",
        );
        check(
            &ListingUrl::Catchup { subject: subject("cs"), date, page: 3 },
            "/catchup/cs/2026-03-02?abs=True&page=3",
            "http://127.0.0.1:8700/s/flap/catchup/cs/2026-03-02?abs=True&page=3",
        );
    }

    #[test]
    fn a_base_address_without_a_path_gives_no_double_slash() {
        let url = ListingUrl::New { subject: subject("cs.DC"), skip: 0 };
        for base in ["https://arxiv.org", "https://arxiv.org/"] {
            let base: Url = base.parse().expect("a base address");
            assert_eq!(url.address(&base).as_str(), "https://arxiv.org/list/cs.DC/new");
        }
    }
}
