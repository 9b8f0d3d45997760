//! How current an answer is, and how long it may be cached: `Cache-Control` and `Cache-Status`.

use actix_web::http::header::HeaderValue;
use jiff::{SignedDuration, Timestamp};

use crate::collect::{Collector, ReadStatus};
use crate::domain::mailing;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

use crate::serve::answer::terms::ResponseTerms;

/// The bounds of `max-age`: at a weekend an answer may be cached until Sunday's mailing is near.
const MAX_AGE_SECONDS_MIN: i64 = 60;
const MAX_AGE_SECONDS_MAX: i64 = 86_400;

/// How long a cache may answer with a stale document while it revalidates, and while it gets no answer (RFC 5861).
const STALE: &str = "stale-while-revalidate=300, stale-if-error=86400";

/// `max-age` while a mailing is due that no page has shown.
const AWAITING_SECONDS: i64 = 300;

/// Whether the last reads behind an answer went well.
#[derive(Debug)]
pub(in crate::serve) struct Freshness {
    /// The verdict of the last read of each subject whose read failed.
    failed_reads: Vec<(SubjectId, Verdict)>,
    /// Seconds since the last good read of the one among them that was read longest ago.
    stale_seconds: i64,
    /// Something new may come at any moment.
    is_awaiting: bool,
    /// The store cannot be read, so what another replica has read is missing here.
    is_store_unreachable: bool,
}

impl Freshness {
    pub(in crate::serve) fn of(subjects: &[SubjectId], collector: &Collector, now: Timestamp) -> Self {
        let is_awaiting = subjects.iter().any(|subject| collector.is_awaiting(*subject));
        let mut freshness =
            Self { failed_reads: Vec::new(), stale_seconds: 0, is_awaiting, is_store_unreachable: false };
        if let Some((_, since)) = collector.replica().store_error {
            freshness.is_store_unreachable = true;
            freshness.stale_seconds = now.duration_since(since).as_secs();
        }
        for subject in subjects {
            let Some(status) = collector.status(*subject).filter(is_failing) else {
                continue;
            };
            freshness.failed_reads.push((*subject, status.outcome.verdict));
            let since = status.proved.map_or(0, |proved| now.duration_since(proved).as_secs());
            freshness.stale_seconds = freshness.stale_seconds.max(since);
        }
        freshness
    }

    /// Until the next mailing is due, within bounds; short while one is awaited, and shortest while reads fail.
    fn max_age_seconds(&self, now: Timestamp) -> i64 {
        if self.is_store_unreachable || !self.failed_reads.is_empty() {
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
        if self.is_store_unreachable || !self.failed_reads.is_empty() {
            let mut why: Vec<String> =
                self.failed_reads.iter().map(|(subject, verdict)| format!("{subject} {verdict}")).collect();
            if self.is_store_unreachable {
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

    /// The terms of an answer about these subjects; `is_private` forbids shared caches to store it, and `was_read_now`
    /// says that arXiv was requested for it.
    pub(in crate::serve) fn terms(
        &self,
        now: Timestamp,
        is_private: bool,
        was_read_now: bool,
    ) -> ResponseTerms {
        let seconds = self.max_age_seconds(now);
        ResponseTerms {
            cache_control: cache_control(seconds, is_private),
            cache_status: Some(self.cache_status(seconds, was_read_now)),
            is_negotiated: false,
            is_from_proxy: false,
        }
    }
}

fn cache_control(max_age_seconds: i64, is_private: bool) -> HeaderValue {
    let private = if is_private { "private, " } else { "" };
    field(format!("{private}max-age={max_age_seconds}, {STALE}"))
}

fn field(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("no-cache"))
}

/// Could the subject not be read, or does its page show an older mailing than is known to be out?
fn is_failing(status: &ReadStatus) -> bool {
    status.failures > 0 || status.outcome.verdict == Verdict::Stale
}
