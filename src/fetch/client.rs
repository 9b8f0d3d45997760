//! How is one page got from arXiv, and nothing else from anywhere else?

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Method, Request};
use url::Url;

use super::connection::Connection;
use super::counters::{RequestCounters, RequestEnding};
use super::failure::{FetchError, RequestFailure};
use super::guard::RequestGuard;
use super::options::{UpstreamOptions, UpstreamOptionsError};
use super::page::{ListingUrl, Page};
use super::rate_limiter::{Permit, RateLimiter, RequestOutcome};
use super::refusal_tracker::RefusalTracker;
use super::response_head::{self, ResponseHead};
use super::tagged_pages::TaggedPages;
use super::transport::Transport;
use crate::domain::back_off::{BackOff, BackOffCause};

/// How many redirects are followed for one page: arXiv needs one, for an alias; each costs a pause.
pub const REDIRECTS_MAX: usize = 3;

/// The first stop after a 403, a 451 or a captcha: arXiv treats going on after a refusal as an attack.
pub const REFUSAL_STOP_SECONDS: u64 = 60 * 60;

/// The same in pauses, which is an hour at the default of 15 seconds.
/// It can only lengthen the stop, but for a loopback address, where short pauses mean a test.
pub const REFUSAL_STOP_PAUSES: u32 = 240;

/// The one way to arXiv: a GET at a time, from one origin.
#[derive(Debug)]
pub struct UpstreamClient {
    told: Mutex<Connection>,
    /// Stays when the settings change; HTTP is set up anew then.
    given: Option<Arc<dyn Transport>>,
    base_url: Url,
    pace: RateLimiter,
    remembered: Mutex<TaggedPages>,
    standing: RefusalTracker,
    guard: Option<RequestGuard>,
    tally: RequestCounters,
}

/// What one request brought.
enum Received {
    Page(Page),
    Moved(Url),
}

impl UpstreamClient {
    /// Prepares the connection without opening it.
    ///
    /// # Errors
    /// The first of [`UpstreamOptions::mistakes`], or there are no certificates to trust.
    pub fn new(options: &UpstreamOptions) -> Result<Self, UpstreamOptionsError> {
        let pace = RateLimiter::new(options.pause, refusal_stop(options));
        Self::with(options, pace, None)
    }

    /// Asks over another transport than HTTP; the same `seed` gives the same waits after trouble.
    ///
    /// # Errors
    /// The first of [`UpstreamOptions::mistakes`].
    pub fn over(
        transport: Arc<dyn Transport>,
        options: &UpstreamOptions,
        seed: u64,
    ) -> Result<Self, UpstreamOptionsError> {
        let pace = RateLimiter::seeded(options.pause, refusal_stop(options), seed);
        Self::with(options, pace, Some(transport))
    }

    fn with(
        options: &UpstreamOptions,
        pace: RateLimiter,
        given: Option<Arc<dyn Transport>>,
    ) -> Result<Self, UpstreamOptionsError> {
        let told = Connection::new(options, given.clone())?;
        Ok(Self {
            told: Mutex::new(told),
            given,
            base_url: options.base_url.clone(),
            pace,
            remembered: Mutex::default(),
            standing: RefusalTracker::default(),
            guard: None,
            tally: RequestCounters::default(),
        })
    }

    /// Asks in this way from now on, and the same server: a request that is going on ends as it began.
    ///
    /// # Errors
    /// The first mistake of these options with the server that is asked; nothing has changed then.
    pub fn tell(&self, options: &UpstreamOptions) -> Result<(), UpstreamOptionsError> {
        let options = UpstreamOptions { base_url: self.base_url.clone(), ..options.clone() };
        let told = Connection::new(&options, self.given.clone())?;
        self.pace.change(options.pause, refusal_stop(&options));
        *locked(&self.told) = told;
        Ok(())
    }

    /// Gets one page when its turn has come; the connection is ours alone until the body has ended.
    pub async fn get(&self, page: &ListingUrl) -> Result<Page, FetchError> {
        let mut turn = self.pace.turn().await;
        match self.follow(page.address(&self.base_url), &mut turn).await {
            Ok(found) => {
                turn.end(RequestOutcome::Answered);
                self.standing.page_came(self.pace.is_throttled());
                Ok(found)
            }
            Err(failure) => {
                let RequestFailure { error, outcome, .. } = self.standing.judge(page, failure);
                turn.end(outcome);
                Err(error)
            }
        }
    }

    /// How long a request made now would have to wait at least.
    #[must_use]
    pub fn wait_estimate(&self) -> Duration {
        self.pace.wait_estimate()
    }

    /// For how long nothing is asked after trouble, for a restart to go on with.
    #[must_use]
    pub fn back_off(&self) -> Option<BackOff> {
        let (wait, cause, times) = self.pace.back_off()?;
        Some(BackOff { wait, cause, times, reason: self.refusal() })
    }

    /// Goes on with the back-off of an earlier run.
    pub fn resume(&self, back_off: &BackOff) {
        if back_off.cause != BackOffCause::Trouble {
            let reason = back_off.reason.clone().unwrap_or_else(|| "an earlier run was refused".to_owned());
            self.standing.refuse(&reason);
        }
        self.pace.resume(back_off.wait, back_off.cause, back_off.times);
    }

    /// Asks `guard` before every request from now on.
    pub fn guard_with(&mut self, guard: RequestGuard) {
        self.guard = Some(guard);
    }

    /// Asks nothing for so long.
    pub fn rest(&self, wait: Duration) {
        self.pace.rest(wait);
    }

    /// What was answered when the upstream last turned us away; nothing once pages come again.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        self.standing.refusal()
    }

    /// A page turned out to be a captcha or a block, as `reason` says: stay away for long, and ask for everything anew.
    pub fn report_refusal(&self, reason: &str) {
        *locked(&self.remembered) = TaggedPages::default();
        self.standing.refuse(reason);
        self.pace.report_refusal();
    }

    /// The requests that were made.
    #[must_use]
    pub fn tally(&self) -> &RequestCounters {
        &self.tally
    }

    /// The least time between two requests.
    #[must_use]
    pub fn pause(&self) -> Duration {
        self.pace.pause()
    }

    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// Asks, and asks again where a redirect of the same origin leads.
    async fn follow(&self, mut url: Url, turn: &mut Permit<'_>) -> Result<Page, RequestFailure> {
        let mut visited: Vec<Url> = Vec::new();
        loop {
            let target = match self.ask(&url).await? {
                Received::Page(page) => return Ok(page),
                Received::Moved(target) => target,
            };
            if target == url || visited.contains(&target) {
                return Err(RequestFailure::unrecognized(&url, "redirects in a circle"));
            }
            if visited.len() == REDIRECTS_MAX {
                let found = format!("redirects once more after {REDIRECTS_MAX} redirects");
                return Err(RequestFailure::unrecognized(&url, &found));
            }
            visited.push(std::mem::replace(&mut url, target));
            turn.again().await;
        }
    }

    async fn ask(&self, url: &Url) -> Result<Received, RequestFailure> {
        if let Some(guard) = &self.guard {
            guard.may_ask().await.map_err(|why| RequestFailure::not_asked(url, &why))?;
        }
        let started = Instant::now();
        let heard = self.exchange(url).await;
        let ending = match &heard {
            Ok((_, ending)) => *ending,
            Err(failure) => failure.ending,
        };
        self.tally.note(ending, started.elapsed());
        let (heard, _) = heard?;
        if let Received::Page(page) = &heard {
            tracing::debug!(
                page.path = url.path(),
                page.bytes = page.bytes.len(),
                page.ending = ending.as_str(),
                duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                "the upstream answered"
            );
        }
        Ok(heard)
    }

    async fn exchange(&self, url: &Url) -> Result<(Received, RequestEnding), RequestFailure> {
        let known = locked(&self.remembered).get(url.as_str());
        let told = locked(&self.told).clone();
        let mut request = Request::new(Method::GET, url.clone());
        if let Some(known) = &known {
            request.headers_mut().insert(IF_NONE_MATCH, known.tag.clone());
        }
        tracing::debug!(page.path = url.path(), has_condition = known.is_some(), "asking the upstream");
        let answer = told.transport.send(request).await;
        let response = answer.map_err(|failure| RequestFailure::unanswered(url, &failure))?;
        let status = response.status();
        let (page, ending) =
            match (response_head::judge(url, status, response.headers(), known.is_some())?, known) {
                (ResponseHead::Moved(target), _) => {
                    return Ok((Received::Moved(target), RequestEnding::Redirect));
                }
                (ResponseHead::Unchanged, Some(known)) => {
                    (known.page.as_ref().clone(), RequestEnding::Unchanged)
                }
                (ResponseHead::Unchanged, None) => {
                    return Err(RequestFailure::unrecognized(url, "has nothing new to nothing"));
                }
                (ResponseHead::Page { charset }, _) => {
                    let tag = response.headers().get(ETAG).cloned();
                    let bytes = body(url, response, told.page_bytes_max).await?;
                    let page = Page { url: url.as_str().to_owned(), bytes, charset };
                    locked(&self.remembered).keep(&page, tag.as_ref());
                    self.tally.note_page(page.bytes.len());
                    (page, RequestEnding::Page)
                }
            };
        Ok((Received::Page(page), ending))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The decoded body, chunk by chunk, so that no more than the limit and a chunk is ever held.
async fn body(
    url: &Url,
    mut response: reqwest::Response,
    bytes_max: usize,
) -> Result<Vec<u8>, RequestFailure> {
    let is_too_long = |bytes: u64| bytes > u64::try_from(bytes_max).unwrap_or(u64::MAX);
    if response.content_length().is_some_and(is_too_long) {
        return Err(RequestFailure::oversized(url, bytes_max));
    }
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > bytes_max => {
                return Err(RequestFailure::oversized(url, bytes_max));
            }
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(error) => return Err(RequestFailure::broken_off(url, bytes.len(), &error)),
        }
    }
}

fn refusal_stop(options: &UpstreamOptions) -> Duration {
    let stop = options.pause * REFUSAL_STOP_PAUSES;
    if UpstreamOptions::is_loopback(&options.base_url) {
        stop
    } else {
        stop.max(Duration::from_secs(REFUSAL_STOP_SECONDS))
    }
}
