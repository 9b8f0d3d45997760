//! The client for arXiv: one GET request at a time, from one origin, with redirects, `ETags` and back-off.

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

/// The most redirects for one page; arXiv needs one, for an alias. Each takes a pause.
pub const REDIRECTS_MAX: usize = 3;

/// The first back-off after a 403, a 451 or a captcha, in seconds: arXiv treats requests after a refusal as an attack.
pub const REFUSAL_STOP_SECONDS: u64 = 60 * 60;

/// The same in pauses: an hour at the default pause of 15 seconds.
/// Only a loopback address, where short pauses mean a test, can make the back-off shorter than an hour.
pub const REFUSAL_STOP_PAUSES: u32 = 240;

/// Sends requests to the upstream: one GET at a time, to one origin.
#[derive(Debug)]
pub struct UpstreamClient {
    connection: Mutex<Connection>,
    /// Replaces HTTP, also after a change of the settings.
    transport: Option<Arc<dyn Transport>>,
    base_url: Url,
    rate_limiter: RateLimiter,
    tagged_pages: Mutex<TaggedPages>,
    refusals: RefusalTracker,
    guard: Option<RequestGuard>,
    counters: RequestCounters,
}

/// The result of one request.
enum Received {
    Page(Page),
    Moved(Url),
}

impl UpstreamClient {
    /// Prepares the connection, and opens none.
    ///
    /// # Errors
    /// The pause is too short, or the system has no certificates to trust.
    pub fn new(options: &UpstreamOptions) -> Result<Self, UpstreamOptionsError> {
        let rate_limiter = RateLimiter::new(options.pause, refusal_stop(options));
        Self::with(options, rate_limiter, None)
    }

    /// A client over another transport than HTTP; the same `seed` gives the same back-off.
    ///
    /// # Errors
    /// The pause is too short.
    pub fn over(
        transport: Arc<dyn Transport>,
        options: &UpstreamOptions,
        seed: u64,
    ) -> Result<Self, UpstreamOptionsError> {
        let rate_limiter = RateLimiter::seeded(options.pause, refusal_stop(options), seed);
        Self::with(options, rate_limiter, Some(transport))
    }

    fn with(
        options: &UpstreamOptions,
        rate_limiter: RateLimiter,
        transport: Option<Arc<dyn Transport>>,
    ) -> Result<Self, UpstreamOptionsError> {
        let connection = Connection::new(options, transport.clone())?;
        Ok(Self {
            connection: Mutex::new(connection),
            transport,
            base_url: options.base_url.clone(),
            rate_limiter,
            tagged_pages: Mutex::default(),
            refusals: RefusalTracker::default(),
            guard: None,
            counters: RequestCounters::default(),
        })
    }

    /// Applies new options to later requests; the base address stays, and a request in progress is not affected.
    ///
    /// # Errors
    /// The pause is too short, or the system has no certificates to trust; nothing has changed then.
    pub fn set_options(&self, options: &UpstreamOptions) -> Result<(), UpstreamOptionsError> {
        let options = UpstreamOptions { base_url: self.base_url.clone(), ..options.clone() };
        let connection = Connection::new(&options, self.transport.clone())?;
        self.rate_limiter.change(options.pause, refusal_stop(&options));
        *locked(&self.connection) = connection;
        Ok(())
    }

    /// Requests one page after the pause and any back-off; the next request waits until the body has ended.
    ///
    /// # Errors
    /// No page came; see [`FetchError::verdict`].
    pub async fn get(&self, page: &ListingUrl) -> Result<Page, FetchError> {
        let mut permit = self.rate_limiter.permit().await;
        match self.follow(page.address(&self.base_url), &mut permit).await {
            Ok(found) => {
                permit.end(RequestOutcome::Answered);
                self.refusals.page_received(self.rate_limiter.is_throttled());
                Ok(found)
            }
            Err(failure) => {
                let RequestFailure { error, outcome, .. } = self.refusals.classify(page, failure);
                permit.end(outcome);
                Err(error)
            }
        }
    }

    /// The least time that a request made now would wait.
    #[must_use]
    pub fn wait_estimate(&self) -> Duration {
        self.rate_limiter.wait_estimate()
    }

    /// The present back-off, for a restart to resume; `None` where only the pause applies.
    #[must_use]
    pub fn back_off(&self) -> Option<BackOff> {
        let (wait, cause, times) = self.rate_limiter.back_off()?;
        Some(BackOff { wait, cause, times, reason: self.refusal() })
    }

    /// Resumes the back-off of an earlier run.
    pub fn resume(&self, back_off: &BackOff) {
        if back_off.cause != BackOffCause::Trouble {
            let reason = back_off.reason.clone().unwrap_or_else(|| "an earlier run was refused".to_owned());
            self.refusals.refuse(&reason);
        }
        self.rate_limiter.resume(back_off.wait, back_off.cause, back_off.times);
    }

    /// Lets `guard` decide before every request.
    pub fn set_guard(&mut self, guard: RequestGuard) {
        self.guard = Some(guard);
    }

    /// Sends no request for this time.
    pub fn hold_off(&self, wait: Duration) {
        self.rate_limiter.hold_off(wait);
    }

    /// The upstream's last refusal; `None` once it sends pages again.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        self.refusals.refusal()
    }

    /// Backs off because a page was a captcha or a block, as `reason` says, and forgets all `ETags`.
    pub fn report_refusal(&self, reason: &str) {
        *locked(&self.tagged_pages) = TaggedPages::default();
        self.refusals.refuse(reason);
        self.rate_limiter.report_refusal();
    }

    /// The counters of requests.
    #[must_use]
    pub fn counters(&self) -> &RequestCounters {
        &self.counters
    }

    /// The least time between two requests.
    #[must_use]
    pub fn pause(&self) -> Duration {
        self.rate_limiter.pause()
    }

    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// Requests a page, and follows redirects within the origin.
    async fn follow(&self, mut url: Url, permit: &mut Permit<'_>) -> Result<Page, RequestFailure> {
        let mut visited: Vec<Url> = Vec::new();
        loop {
            let target = match self.request(&url).await? {
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
            permit.next().await;
        }
    }

    async fn request(&self, url: &Url) -> Result<Received, RequestFailure> {
        if let Some(guard) = &self.guard {
            guard.may_ask().await.map_err(|why| RequestFailure::not_asked(url, &why))?;
        }
        let started = Instant::now();
        let received = self.exchange(url).await;
        let ending = match &received {
            Ok((_, ending)) => *ending,
            Err(failure) => failure.ending,
        };
        self.counters.note(ending, started.elapsed());
        let (received, _) = received?;
        if let Received::Page(page) = &received {
            tracing::debug!(
                page.path = url.path(),
                page.bytes = page.bytes.len(),
                page.ending = ending.as_str(),
                duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                "the upstream answered"
            );
        }
        Ok(received)
    }

    async fn exchange(&self, url: &Url) -> Result<(Received, RequestEnding), RequestFailure> {
        let known = locked(&self.tagged_pages).get(url.as_str());
        let connection = locked(&self.connection).clone();
        let mut request = Request::new(Method::GET, url.clone());
        if let Some(known) = &known {
            request.headers_mut().insert(IF_NONE_MATCH, known.tag.clone());
        }
        tracing::debug!(page.path = url.path(), has_condition = known.is_some(), "asking the upstream");
        let answer = connection.transport.send(request).await;
        let response = answer.map_err(|failure| RequestFailure::unanswered(url, &failure))?;
        let status = response.status();
        let (page, ending) =
            match (response_head::classify(url, status, response.headers(), known.is_some())?, known) {
                (ResponseHead::Moved(target), _) => {
                    return Ok((Received::Moved(target), RequestEnding::Redirect));
                }
                (ResponseHead::Unchanged, Some(known)) => {
                    (known.page.as_ref().clone(), RequestEnding::Unchanged)
                }
                (ResponseHead::Unchanged, None) => {
                    return Err(RequestFailure::unrecognized(
                        url,
                        "answered 304 Not Modified though no page is known",
                    ));
                }
                (ResponseHead::Page { charset }, _) => {
                    let tag = response.headers().get(ETAG).cloned();
                    let bytes = body(url, response, connection.page_bytes_max).await?;
                    let page = Page { url: url.as_str().to_owned(), bytes, charset };
                    locked(&self.tagged_pages).keep(&page, tag.as_ref());
                    self.counters.note_page(page.bytes.len());
                    (page, RequestEnding::Page)
                }
            };
        Ok((Received::Page(page), ending))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The decoded body, read chunk by chunk: memory stays below the limit and one chunk.
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
