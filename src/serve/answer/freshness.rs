//! How current is an answer, and how long may it be kept?

use actix_web::http::header::HeaderValue;
use jiff::{SignedDuration, Timestamp};

use crate::collect::ReadStatus;
use crate::domain::mailing;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

use crate::serve::answer::terms::ResponseTerms;
use crate::serve::state::State;

/// The bounds of how long an answer may be kept without asking again: at a weekend until Sunday's mailing is near.
const MAX_AGE_SECONDS_MIN: i64 = 60;
const MAX_AGE_SECONDS_MAX: i64 = 86_400;

/// How long a cache may answer with what it has while it asks again, and while it gets no answer.
const LENIENCE: &str = "stale-while-revalidate=300, stale-if-error=86400";

/// How long while a mailing is due that no page has shown.
const AWAITING_SECONDS: i64 = 300;

/// Whether the last reads behind an answer went well.
#[derive(Debug)]
pub(in crate::serve) struct Freshness {
    /// What was wrong with the last read of each subject that could not be read.
    troubles: Vec<(SubjectId, Verdict)>,
    /// How long ago the oldest of these was last read as it should be, in seconds.
    stale_seconds: i64,
    /// Something new may come at any moment.
    is_awaiting: bool,
    /// What is new elsewhere cannot be seen here.
    is_cut_off: bool,
}

impl Freshness {
    pub(in crate::serve) fn of(subjects: &[SubjectId], state: &State) -> Self {
        let now = state.clock.now();
        let is_awaiting = subjects.iter().any(|subject| state.collector.is_awaiting(*subject));
        let mut freshness = Self { troubles: Vec::new(), stale_seconds: 0, is_awaiting, is_cut_off: false };
        if let Some((_, since)) = state.collector.replica().store_error {
            freshness.is_cut_off = true;
            freshness.stale_seconds = now.duration_since(since).as_secs();
        }
        for subject in subjects {
            let Some(status) = state.collector.status(*subject).filter(is_troubled) else {
                continue;
            };
            freshness.troubles.push((*subject, status.outcome.verdict));
            let since = status.proved.map_or(0, |proved| now.duration_since(proved).as_secs());
            freshness.stale_seconds = freshness.stale_seconds.max(since);
        }
        freshness
    }

    /// Until the next mailing is due, within bounds; short while one is awaited, and as short as can be in trouble.
    fn max_age_seconds(&self, now: Timestamp) -> i64 {
        if self.is_cut_off || !self.troubles.is_empty() {
            return MAX_AGE_SECONDS_MIN;
        }
        if self.is_awaiting {
            return AWAITING_SECONDS;
        }
        let next: SignedDuration = mailing::moment(mailing::next_due(now)).duration_since(now);
        next.as_secs().clamp(MAX_AGE_SECONDS_MIN, MAX_AGE_SECONDS_MAX)
    }

    /// The `Cache-Status` field (RFC 9211): a negative `ttl` says for how long the answer has been stale, `detail` why.
    fn cache_status(&self, max_age_seconds: i64, was_read_now: bool) -> HeaderValue {
        if self.is_cut_off || !self.troubles.is_empty() {
            let mut why: Vec<String> =
                self.troubles.iter().map(|(subject, verdict)| format!("{subject} {verdict}")).collect();
            if self.is_cut_off {
                why.push("store unreachable".to_owned());
            }
            let (seconds, why) = (self.stale_seconds.max(1), why.join(", "));
            return field(format!("crosslist; hit; ttl=-{seconds}; detail=\"{why}\""));
        }
        if was_read_now {
            return HeaderValue::from_static("crosslist; fwd=uri-miss; stored");
        }
        field(format!("crosslist; hit; ttl={max_age_seconds}"))
    }

    /// What is said of an answer made of these subjects; `was_read_now` when arXiv was asked for it.
    pub(in crate::serve) fn terms(
        &self,
        state: &State,
        is_negotiated: bool,
        was_read_now: bool,
    ) -> ResponseTerms {
        let seconds = self.max_age_seconds(state.clock.now());
        ResponseTerms {
            cache_control: cache_control(seconds, state),
            cache_status: Some(self.cache_status(seconds, was_read_now)),
            is_negotiated,
            is_from_proxy: false,
        }
    }
}

/// Plain `max-age`; `private` where a key opens the door, so that no cache lets others in.
fn cache_control(max_age_seconds: i64, state: &State) -> HeaderValue {
    let private = if state.access.reading_needs_key() { "private, " } else { "" };
    field(format!("{private}max-age={max_age_seconds}, {LENIENCE}"))
}

fn field(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("no-cache"))
}

/// Could the subject not be read, or does its page show an older mailing than is known to be out?
fn is_troubled(status: &ReadStatus) -> bool {
    status.failures > 0 || status.outcome.verdict == Verdict::Stale
}
