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

/// The source of pages.
#[derive(Debug)]
pub enum Upstream {
    Live(Box<UpstreamClient>),
    Replay(Replay),
}

impl Upstream {
    /// Gets one page, after the pause and any back-off.
    ///
    /// `listing_date` is the date of the newest mailing due, which only a replay uses.
    ///
    /// # Errors
    /// No page came; see [`FetchError::verdict`].
    pub async fn get(&self, url: &ListingUrl, listing_date: Date) -> Result<Page, FetchError> {
        match self {
            Self::Live(client) => client.get(url).await,
            Self::Replay(replay) => replay.get(url, listing_date).await,
        }
    }

    /// The text by which a store recognises its upstream: the base address, or that it is a replay.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::Live(client) => client.base_url().as_str().trim_end_matches('/').to_owned(),
            Self::Replay(_) => "a replay".to_owned(),
        }
    }

    /// The description for logs.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Live(client) => client.base_url().as_str().trim_end_matches('/').to_owned(),
            Self::Replay(replay) => replay.describe(),
        }
    }

    /// The least time between two requests; zero for a replay.
    #[must_use]
    pub fn pause(&self) -> Duration {
        match self {
            Self::Live(client) => client.pause(),
            Self::Replay(_) => Duration::ZERO,
        }
    }

    /// The least time that a request made now would wait; zero for a replay.
    #[must_use]
    pub fn wait_estimate(&self) -> Duration {
        match self {
            Self::Live(client) => client.wait_estimate(),
            Self::Replay(_) => Duration::ZERO,
        }
    }

    /// Lets `guard` decide before every request; without effect on a replay.
    pub fn set_guard(&mut self, guard: RequestGuard) {
        if let Self::Live(client) = self {
            client.set_guard(guard);
        }
    }

    /// Applies new options; the base address stays. Without effect on a replay.
    ///
    /// # Errors
    /// As for [`UpstreamClient::new`]; nothing changes then.
    pub fn set_options(&self, options: &UpstreamOptions) -> Result<(), UpstreamOptionsError> {
        match self {
            Self::Live(client) => client.set_options(options),
            Self::Replay(_) => Ok(()),
        }
    }

    /// Sends no request for this time, since another process sent requests until now.
    pub fn hold_off(&self, wait: Duration) {
        if let Self::Live(client) = self {
            client.hold_off(wait);
        }
    }

    /// The present back-off, for a restart to resume; `None` for a replay.
    #[must_use]
    pub fn back_off(&self) -> Option<BackOff> {
        match self {
            Self::Live(client) => client.back_off(),
            Self::Replay(_) => None,
        }
    }

    /// Resumes the back-off of an earlier run.
    pub fn resume(&self, back_off: &BackOff) {
        if let Self::Live(client) = self {
            client.resume(back_off);
        }
    }

    /// The counters of requests; `None` for a replay.
    #[must_use]
    pub fn counters(&self) -> Option<&RequestCounters> {
        match self {
            Self::Live(client) => Some(client.counters()),
            Self::Replay(_) => None,
        }
    }

    /// The upstream's last refusal; `None` once it sends pages again.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        match self {
            Self::Live(client) => client.refusal(),
            Self::Replay(_) => None,
        }
    }

    /// Backs off because a page was a captcha or a block, as `reason` says.
    pub fn report_refusal(&self, reason: &str) {
        if let Self::Live(client) = self {
            client.report_refusal(reason);
        }
    }
}
