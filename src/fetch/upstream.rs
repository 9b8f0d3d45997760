//! Where pages come from: arXiv over HTTP, or a folder of saved pages.

use std::time::Duration;

use jiff::civil::Date;

use super::client::UpstreamClient;
use super::counters::RequestCounters;
use super::failure::FetchError;
use super::guard::RequestGuard;
use super::options::{UpstreamOptions, UpstreamOptionsError};
use super::page::{ListingUrl, Page};
use super::replay::Replay;
use crate::domain::back_off::BackOff;

/// Where pages come from.
#[derive(Debug)]
pub enum Upstream {
    Live(Box<UpstreamClient>),
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
    pub fn guard_with(&mut self, guard: RequestGuard) {
        if let Self::Live(client) = self {
            client.guard_with(guard);
        }
    }

    /// Asks in this way from now on; the server stays the same, and a replay asks nobody.
    ///
    /// # Errors
    /// As for [`UpstreamClient::new`]; nothing has changed then.
    pub fn tell(&self, options: &UpstreamOptions) -> Result<(), UpstreamOptionsError> {
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
    pub fn tally(&self) -> Option<&RequestCounters> {
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
