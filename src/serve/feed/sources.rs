//! The subjects that a feed is made of, and the first read of those that were never read.

use std::time::Duration;

use crate::domain::outcome::ReadOutcome;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::feeds::FeedSpec;

use crate::serve::problem::details::Problem;
use crate::serve::state::State;

/// How long a read takes beyond its wait, for the estimate in `Retry-After`.
const READ_SECONDS: u64 = 10;

/// When a reader is to come back to a service that stops: a restart takes seconds.
const STOPPING_RETRY: Duration = Duration::from_secs(9);

/// The subjects that a feed is made of: those that were named, else all that are read, as far as they have been.
pub(in crate::serve) fn subjects_of(asked: &FeedSpec, state: &State) -> Result<Vec<SubjectId>, Problem> {
    if !asked.scope.subjects().is_empty() {
        return Ok(asked.scope.subjects().to_vec());
    }
    all_subjects(state)
}

/// All subjects that are read, as far as they have been.
pub(in crate::serve) fn all_subjects(state: &State) -> Result<Vec<SubjectId>, Problem> {
    let read: Vec<SubjectId> = state.collector.subjects().into_iter().map(|(subject, _)| subject).collect();
    let held: Vec<SubjectId> =
        read.iter().copied().filter(|subject| state.working_set.holds(*subject)).collect();
    match (held.is_empty(), read.is_empty()) {
        (false, _) => Ok(held),
        (true, false) => Ok(read),
        (true, true) => Err(Problem::nothing_watched()),
    }
}

/// Makes sure that every subject was read once, and says whether that was now; readers of the same subject share the
/// read.
pub(in crate::serve) async fn ensure_read(subjects: &[SubjectId], state: &State) -> Result<bool, Problem> {
    let cold: Vec<SubjectId> =
        subjects.iter().copied().filter(|subject| !state.working_set.holds(*subject)).collect();
    if cold.is_empty() {
        return Ok(false);
    }
    if state.collector.is_stopping() {
        return Err(stopping());
    }
    let wait = state.options.cold_wait;
    let mut reads = Vec::new();
    for subject in &cold {
        refuse_if_it_just_failed(*subject, state)?;
        let (collector, subject) = (state.collector.clone(), *subject);
        let filled = collector.fills_within(wait);
        reads.push(tokio::spawn(async move { collector.first_read(subject, filled).await }));
    }
    let all = async {
        let mut outcomes = Vec::new();
        for read in reads {
            outcomes.push(read.await.ok().flatten());
        }
        outcomes
    };
    let outcomes: Vec<Option<ReadOutcome>> = tokio::time::timeout(wait, all).await.unwrap_or_default();
    if let Some(subject) = cold.iter().find(|subject| !state.working_set.holds(**subject)) {
        let outcome = outcomes.iter().flatten().find(|outcome| outcome.subject == *subject);
        if state.collector.is_stopping() {
            return Err(stopping());
        }
        if let Some(outcome) = outcome {
            return Err(not_read(*subject, outcome.verdict, &outcome.reason, until_next(*subject, state)));
        }
        let reads = u32::try_from(cold.len()).unwrap_or(u32::MAX);
        let estimate = state.collector.wait_estimate() + state.collector.pause() * reads;
        let detail = format!("{subject} is being read from arXiv for the first time; ask again shortly");
        return Err(Problem::not_read_yet(detail, estimate + Duration::from_secs(READ_SECONDS)));
    }
    Ok(true)
}

/// The problem for readers of an unread subject while the service stops.
fn stopping() -> Problem {
    Problem::not_read_yet("the service is stopping; ask again when it is back".to_owned(), STOPPING_RETRY)
}

/// A subject whose read just failed is not read again because a reader requests it: the schedule retries it.
fn refuse_if_it_just_failed(subject: SubjectId, state: &State) -> Result<(), Problem> {
    match state.collector.status(subject) {
        Some(status) if status.next_attempt > state.clock.now() => {
            let ReadOutcome { verdict, reason, .. } = &status.outcome;
            Err(not_read(subject, *verdict, reason, until_next(subject, state)))
        }
        _ => Ok(()),
    }
}

fn not_read(subject: SubjectId, verdict: Verdict, reason: &str, retry: Duration) -> Problem {
    Problem::not_read_yet(format!("{subject} could not be read from arXiv yet: {verdict}: {reason}"), retry)
}

fn until_next(subject: SubjectId, state: &State) -> Duration {
    let next =
        state.collector.status(subject).map(|status| status.next_attempt.duration_since(state.clock.now()));
    next.and_then(|wait| wait.try_into().ok()).unwrap_or_default()
}
