//! When may the next request start?
//!
//! One request at a time; between the end of one and the start of the next at least the pause; after trouble longer.

use std::collections::hash_map::{DefaultHasher, RandomState};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::back_off::BackOffCause;

/// The longest back-off after trouble: half an hour, so that a mended arXiv is noticed within the evening.
pub const BACKOFF_MAX: Duration = Duration::from_mins(30);

/// The longest stop after refusals in a row: a day, which is one try per mailing.
pub const REFUSAL_STOP_MAX: Duration = Duration::from_hours(24);

/// What is added to a `Retry-After`: it counts whole seconds, from a moment that lies a little before we read it.
const RETRY_AFTER_MARGIN: Duration = Duration::from_secs(1);

/// How many good answers in a row end a series of refusals, and begin to end one of throttling.
/// One is not enough: a captcha comes with status 200, and is known for one only after the page was read; and a cache
/// before arXiv answers some requests while it turns most away (406, seen since September 2026).
const CALM_ANSWERS: u32 = 2;

/// The first wait after an answer that means "slow down", in pauses: two minutes at the default of 15 seconds.
/// It doubles up to [`BACKOFF_MAX`]. Such an answer mostly names no time; arXiv's own 503 names five minutes.
const THROTTLE_PAUSES: u32 = 8;

/// The most doublings of a wait; the caps above bite long before.
const DOUBLINGS_MAX: u32 = 16;

/// How a request ended, as far as the next one is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestOutcome {
    /// A page: the series of troubles is over.
    Answered,
    /// A clear answer that is no page, such as a 404: says nothing about the upstream's health.
    Odd,
    /// Unreachable or broken: back off.
    Troubled { retry_after: Option<Duration> },
    /// Slow down, whatever is asked for: back off further, also where pages come in between.
    Throttled { retry_after: Option<Duration> },
    /// Not welcome: stop for long.
    Refused { retry_after: Option<Duration> },
}

/// The turnstile before the upstream.
#[derive(Debug)]
pub struct RateLimiter {
    /// Held from before the pause until the body has ended; waiting is first come, first served.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    pause: Duration,
    refusal_stop: Duration,
    /// When the last request ended.
    ended: Option<Instant>,
    /// No request starts before; nothing was asked yet where it is missing.
    not_before: Option<Instant>,
    is_asking: bool,
    waiting: u32,
    troubles: u32,
    throttles: u32,
    refusals: u32,
    calm_answers: u32,
    jitter: Jitter,
}

/// Spreads waits, so that services that failed together do not return together.
#[derive(Debug)]
struct Jitter {
    seed: u64,
    drawn: u64,
}

/// The right to ask, for one request at a time; giving it up without a word counts as a request that ended now.
#[derive(Debug)]
pub struct Permit<'a> {
    pace: &'a RateLimiter,
    _only: tokio::sync::MutexGuard<'a, ()>,
}

/// Counts a request that waits, also when its future is dropped.
struct Waiting<'a>(&'a RateLimiter);

impl RateLimiter {
    /// `refusal_stop` is the first stop after a refusal; each further one doubles it.
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
            troubles: 0,
            throttles: 0,
            refusals: 0,
            calm_answers: 0,
            jitter: Jitter { seed, drawn: 0 },
        };
        Self { turn: tokio::sync::Mutex::default(), state: Mutex::new(state) }
    }

    /// Another pause from now on: a longer one holds at once, a shorter one after the next request.
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
    pub async fn turn(&self) -> Permit<'_> {
        let waiting = Waiting::new(self);
        let only = self.turn.lock().await;
        self.until_allowed().await;
        drop(waiting);
        self.state().is_asking = true;
        Permit { pace: self, _only: only }
    }

    /// How long a request made now has to wait at least: the pause or back-off, and one pause for each before it.
    #[must_use]
    pub fn wait_estimate(&self) -> Duration {
        let state = self.state();
        let allowed =
            state.not_before.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now()));
        let own = if state.is_asking { allowed.max(state.pause) } else { allowed };
        own.saturating_add(state.pause.saturating_mul(state.waiting))
    }

    /// For how long nothing is asked after trouble, why, and how often in a row; nothing where the pause alone rules.
    pub fn back_off(&self) -> Option<(Duration, BackOffCause, u32)> {
        let state = self.state();
        let wait = state.not_before?.saturating_duration_since(Instant::now());
        let series = [
            (BackOffCause::Refusal, state.refusals),
            (BackOffCause::Throttle, state.throttles),
            (BackOffCause::Trouble, state.troubles),
        ];
        let (cause, times) = series.into_iter().find(|(_, times)| *times > 0)?;
        (wait > state.pause).then_some((wait, cause, times))
    }

    /// Goes on with the back-off of an earlier run.
    pub fn resume(&self, wait: Duration, cause: BackOffCause, times: u32) {
        self.rest(wait.min(REFUSAL_STOP_MAX));
        let mut state = self.state();
        let series = match cause {
            BackOffCause::Trouble => &mut state.troubles,
            BackOffCause::Throttle => &mut state.throttles,
            BackOffCause::Refusal => &mut state.refusals,
        };
        *series = times.max(*series);
    }

    /// Nothing is asked for this long: somebody else has asked until now.
    pub fn rest(&self, wait: Duration) {
        let allowed = Instant::now() + wait;
        let mut state = self.state();
        state.not_before = Some(state.not_before.map_or(allowed, |at| at.max(allowed)));
    }

    /// Were we told to slow down, and have too few pages come since?
    pub fn is_throttled(&self) -> bool {
        self.state().throttles > 0
    }

    /// A page that came as an answer was a refusal after all.
    pub fn report_refusal(&self) {
        self.settle(RequestOutcome::Refused { retry_after: None });
    }

    /// Looks again after each sleep: a refusal may have been reported meanwhile.
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
        let (troubles, throttles, refusals) = (state.troubles, state.throttles, state.refusals);
        drop(state);
        match outcome {
            RequestOutcome::Answered | RequestOutcome::Odd => {}
            RequestOutcome::Troubled { .. } => {
                tracing::warn!(wait_seconds = wait.as_secs(), troubles, "backing off from the upstream");
            }
            RequestOutcome::Throttled { .. } => {
                tracing::warn!(wait_seconds = wait.as_secs(), throttles, "the upstream asks to slow down");
            }
            RequestOutcome::Refused { .. } => {
                tracing::warn!(
                    wait_seconds = wait.as_secs(),
                    refusals,
                    "the upstream refuses us, staying away; set `upstream.contact` or talk to its operators"
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
                self.troubles = 0;
                self.calm_answers = self.calm_answers.saturating_add(1);
                if self.calm_answers >= CALM_ANSWERS {
                    self.refusals = 0;
                    self.throttles /= 2;
                }
                // Within a series of throttling, pages come no faster than refusals did.
                let ceiling = self.throttle_wait();
                self.jitter.below(ceiling)
            }
            RequestOutcome::Troubled { retry_after } => {
                self.troubles = self.troubles.saturating_add(1);
                let ceiling = doubled(self.pause, self.troubles, BACKOFF_MAX);
                self.jitter.below(ceiling).max(asked(retry_after))
            }
            RequestOutcome::Throttled { retry_after } => {
                self.calm_answers = 0;
                // A wait at its limit is not counted further, so that it comes down as soon as it may.
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

    /// How long to wait within a series of answers that mean "slow down"; nothing without one.
    fn throttle_wait(&self) -> Duration {
        match self.throttles.checked_sub(1) {
            Some(doublings) => doubled(self.pause.saturating_mul(THROTTLE_PAUSES), doublings, BACKOFF_MAX),
            None => Duration::ZERO,
        }
    }
}

impl Jitter {
    /// A time between half of `ceiling` and all of it.
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
    /// Ends one request and waits until the next of the same turn may start: a redirect costs a pause like any other.
    pub async fn again(&mut self) {
        self.pace.settle(RequestOutcome::Odd);
        self.pace.state().is_asking = false;
        self.pace.until_allowed().await;
        self.pace.state().is_asking = true;
    }

    /// Ends the request and the turn.
    pub fn end(self, outcome: RequestOutcome) {
        self.pace.settle(outcome);
        self.pace.state().is_asking = false;
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let was_asking = std::mem::take(&mut self.pace.state().is_asking);
        if was_asking {
            self.pace.settle(RequestOutcome::Odd);
        }
    }
}

impl<'a> Waiting<'a> {
    fn new(pace: &'a RateLimiter) -> Self {
        let mut state = pace.state();
        state.waiting = state.waiting.saturating_add(1);
        drop(state);
        Self(pace)
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
