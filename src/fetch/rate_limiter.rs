//! The rate limiter: one request at a time, at least the pause between the end of one and the start of the next, and a
//! back-off after failures, throttling and refusals.

use std::collections::hash_map::{DefaultHasher, RandomState};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::back_off::BackOffCause;

/// The longest back-off after failures: half an hour, so that a recovered arXiv is noticed the same evening.
pub const BACKOFF_MAX: Duration = Duration::from_mins(30);

/// The longest back-off after refusals: a day, which is one attempt per mailing.
pub const REFUSAL_STOP_MAX: Duration = Duration::from_hours(24);

/// Added to every `Retry-After`, which counts whole seconds from a moment before the response arrives.
const RETRY_AFTER_MARGIN: Duration = Duration::from_secs(1);

/// The number of pages in a row that end a series of refusals, and begin to end one of throttling.
/// One is not enough: a captcha has status 200 and is recognised only by the parser, and a cache before arXiv answers some
/// requests while it rejects most (406, seen since September 2026).
const CALM_ANSWERS: u32 = 2;

/// The first back-off after throttling, in pauses: two minutes at the default pause of 15 seconds.
/// It doubles up to [`BACKOFF_MAX`]. Such responses mostly have no `Retry-After`; arXiv's own 503 names five minutes.
const THROTTLE_PAUSES: u32 = 8;

/// The most doublings of a wait; the limits above apply long before.
const DOUBLINGS_MAX: u32 = 16;

/// The result of a request, as far as the next one depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestOutcome {
    /// A page: the series of failures ends.
    Answered,
    /// A clear response that is not a page, such as a 404: says nothing about the state of the upstream.
    Odd,
    /// Unreachable or failing: back off.
    Failed { retry_after: Option<Duration> },
    /// Slow down: back off further, even if some requests still get pages.
    Throttled { retry_after: Option<Duration> },
    /// Refused: back off for long.
    Refused { retry_after: Option<Duration> },
}

/// Grants permits for requests to the upstream, one at a time.
#[derive(Debug)]
pub struct RateLimiter {
    /// Locked from before the pause until the body has ended; waiters are served in order.
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    pause: Duration,
    refusal_stop: Duration,
    /// When the last request ended.
    ended: Option<Instant>,
    /// No request starts before; `None` before the first request.
    not_before: Option<Instant>,
    is_asking: bool,
    waiting: u32,
    failures: u32,
    throttles: u32,
    refusals: u32,
    calm_answers: u32,
    jitter: Jitter,
}

/// Randomises waits, so that services that failed together do not return together.
#[derive(Debug)]
struct Jitter {
    seed: u64,
    drawn: u64,
}

/// The permit for one request at a time; dropping it counts as a request that ended now.
#[derive(Debug)]
pub struct Permit<'a> {
    limiter: &'a RateLimiter,
    _only: tokio::sync::MutexGuard<'a, ()>,
}

/// Counts a waiting request until it starts or its future is dropped.
struct Waiting<'a>(&'a RateLimiter);

impl RateLimiter {
    /// `refusal_stop` is the back-off after the first refusal; each further one doubles it.
    #[must_use]
    pub fn new(pause: Duration, refusal_stop: Duration) -> Self {
        Self::seeded(pause, refusal_stop, RandomState::new().build_hasher().finish())
    }

    /// The same `seed` gives the same waits.
    #[must_use]
    pub fn seeded(pause: Duration, refusal_stop: Duration, seed: u64) -> Self {
        let state = State {
            pause,
            refusal_stop,
            ended: None,
            not_before: None,
            is_asking: false,
            waiting: 0,
            failures: 0,
            throttles: 0,
            refusals: 0,
            calm_answers: 0,
            jitter: Jitter { seed, drawn: 0 },
        };
        Self { queue: tokio::sync::Mutex::default(), state: Mutex::new(state) }
    }

    /// Changes the pause: a longer one applies at once, a shorter one after the next request.
    pub fn change(&self, pause: Duration, refusal_stop: Duration) {
        let mut state = self.state();
        (state.pause, state.refusal_stop) = (pause, refusal_stop);
        let allowed = state.ended.map(|ended| ended + pause);
        state.not_before = state.not_before.max(allowed);
    }

    #[must_use]
    pub fn pause(&self) -> Duration {
        self.state().pause
    }

    /// Waits until a request may start.
    pub async fn permit(&self) -> Permit<'_> {
        let waiting = Waiting::new(self);
        let only = self.queue.lock().await;
        self.until_allowed().await;
        drop(waiting);
        self.state().is_asking = true;
        Permit { limiter: self, _only: only }
    }

    /// The least wait of a request made now: the pause or back-off, and one pause for each request that waits before it.
    #[must_use]
    pub fn wait_estimate(&self) -> Duration {
        let state = self.state();
        let allowed =
            state.not_before.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now()));
        let own = if state.is_asking { allowed.max(state.pause) } else { allowed };
        own.saturating_add(state.pause.saturating_mul(state.waiting))
    }

    /// The rest of the back-off, its cause, and the number of failures in a row; `None` where only the pause applies.
    pub fn back_off(&self) -> Option<(Duration, BackOffCause, u32)> {
        let state = self.state();
        let wait = state.not_before?.saturating_duration_since(Instant::now());
        let series = [
            (BackOffCause::Refusal, state.refusals),
            (BackOffCause::Throttle, state.throttles),
            (BackOffCause::Trouble, state.failures),
        ];
        let (cause, times) = series.into_iter().find(|(_, times)| *times > 0)?;
        (wait > state.pause).then_some((wait, cause, times))
    }

    /// Resumes the back-off of an earlier run.
    pub fn resume(&self, wait: Duration, cause: BackOffCause, times: u32) {
        self.hold_off(wait.min(REFUSAL_STOP_MAX));
        let mut state = self.state();
        let series = match cause {
            BackOffCause::Trouble => &mut state.failures,
            BackOffCause::Throttle => &mut state.throttles,
            BackOffCause::Refusal => &mut state.refusals,
        };
        *series = times.max(*series);
    }

    /// Delays the next request by at least this time: another process sent requests until now.
    pub fn hold_off(&self, wait: Duration) {
        let allowed = Instant::now() + wait;
        let mut state = self.state();
        state.not_before = Some(state.not_before.map_or(allowed, |at| at.max(allowed)));
    }

    /// True while a series of throttling lasts.
    pub fn is_throttled(&self) -> bool {
        self.state().throttles > 0
    }

    /// Counts a page that was received as a refusal.
    pub fn report_refusal(&self) {
        self.settle(RequestOutcome::Refused { retry_after: None });
    }

    /// Checks again after each sleep: a refusal may have been reported meanwhile.
    async fn until_allowed(&self) {
        loop {
            let not_before = self.state().not_before;
            match not_before {
                Some(at) if at > Instant::now() => tokio::time::sleep_until(at).await,
                _ => return,
            }
        }
    }

    fn settle(&self, outcome: RequestOutcome) {
        let mut state = self.state();
        let wait = state.wait_after(outcome).max(state.pause);
        let now = Instant::now();
        let allowed = now + wait;
        state.ended = Some(now);
        state.not_before = Some(state.not_before.map_or(allowed, |at| at.max(allowed)));
        let (failures, throttles, refusals) = (state.failures, state.throttles, state.refusals);
        drop(state);
        match outcome {
            RequestOutcome::Answered | RequestOutcome::Odd => {}
            RequestOutcome::Failed { .. } => {
                tracing::warn!(wait_seconds = wait.as_secs(), failures, "backing off from the upstream");
            }
            RequestOutcome::Throttled { .. } => {
                tracing::warn!(wait_seconds = wait.as_secs(), throttles, "the upstream asks to slow down");
            }
            RequestOutcome::Refused { .. } => {
                tracing::warn!(
                    wait_seconds = wait.as_secs(),
                    refusals,
                    "the upstream refuses requests, backing off; set `upstream.contact` or talk to its operators"
                );
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wait_after(&mut self, outcome: RequestOutcome) -> Duration {
        let asked = |retry_after: Option<Duration>| {
            retry_after.map_or(Duration::ZERO, |wait| wait.saturating_add(RETRY_AFTER_MARGIN))
        };
        match outcome {
            RequestOutcome::Odd => Duration::ZERO,
            RequestOutcome::Answered => {
                self.failures = 0;
                self.calm_answers = self.calm_answers.saturating_add(1);
                if self.calm_answers >= CALM_ANSWERS {
                    self.refusals = 0;
                    self.throttles /= 2;
                }
                // Within a series of throttling, pages do not shorten the wait.
                let ceiling = self.throttle_wait();
                self.jitter.below(ceiling)
            }
            RequestOutcome::Failed { retry_after } => {
                self.failures = self.failures.saturating_add(1);
                let ceiling = doubled(self.pause, self.failures, BACKOFF_MAX);
                self.jitter.below(ceiling).max(asked(retry_after))
            }
            RequestOutcome::Throttled { retry_after } => {
                self.calm_answers = 0;
                // A wait at its limit is not counted further, so that it can come down soon.
                if self.throttle_wait() < BACKOFF_MAX {
                    self.throttles = self.throttles.saturating_add(1);
                }
                let ceiling = self.throttle_wait();
                self.jitter.below(ceiling).max(asked(retry_after))
            }
            RequestOutcome::Refused { retry_after } => {
                self.calm_answers = 0;
                self.refusals = self.refusals.saturating_add(1);
                let stop = doubled(self.refusal_stop, self.refusals - 1, REFUSAL_STOP_MAX);
                stop.max(asked(retry_after))
            }
        }
    }

    /// The wait within a series of throttling; zero without one.
    fn throttle_wait(&self) -> Duration {
        match self.throttles.checked_sub(1) {
            Some(doublings) => doubled(self.pause.saturating_mul(THROTTLE_PAUSES), doublings, BACKOFF_MAX),
            None => Duration::ZERO,
        }
    }
}

impl Jitter {
    /// A time between half of `ceiling` and `ceiling`.
    fn below(&mut self, ceiling: Duration) -> Duration {
        self.drawn = self.drawn.wrapping_add(1);
        let mut hasher = DefaultHasher::new();
        (self.seed, self.drawn).hash(&mut hasher);
        let half = ceiling / 2;
        let span_ms = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
        half + Duration::from_millis(hasher.finish() % span_ms.saturating_add(1))
    }
}

impl Permit<'_> {
    /// Ends one request and waits until the next under the same permit may start: a redirect takes a pause like any request.
    pub async fn next(&mut self) {
        self.limiter.settle(RequestOutcome::Odd);
        self.limiter.state().is_asking = false;
        self.limiter.until_allowed().await;
        self.limiter.state().is_asking = true;
    }

    /// Ends the request and the permit.
    pub fn end(self, outcome: RequestOutcome) {
        self.limiter.settle(outcome);
        self.limiter.state().is_asking = false;
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let was_asking = std::mem::take(&mut self.limiter.state().is_asking);
        if was_asking {
            self.limiter.settle(RequestOutcome::Odd);
        }
    }
}

impl<'a> Waiting<'a> {
    fn new(limiter: &'a RateLimiter) -> Self {
        let mut state = limiter.state();
        state.waiting = state.waiting.saturating_add(1);
        drop(state);
        Self(limiter)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.waiting = state.waiting.saturating_sub(1);
    }
}

fn doubled(wait: Duration, times: u32, most: Duration) -> Duration {
    wait.saturating_mul(1 << times.min(DOUBLINGS_MAX)).min(most).max(wait)
}

#[cfg(test)]
#[path = "rate_limiter_tests.rs"]
mod tests;
