//! The events of a feed, as its spec says, for one request.

use crate::domain::event::Event;
use crate::domain::taxonomy::SubjectId;
use crate::filter::TooMuchWork;

use super::budget::Budget;
use super::digest;
use super::matching::matching;
use super::spec::FeedSpec;
use super::working_set::WorkingSet;

/// The events of what was asked for, newest first, each replacement with the version before it where that is shown.
///
/// # Errors
/// The work is used up; the rules of the configuration take none of it.
pub fn choose(
    working_set: &WorkingSet,
    subjects: &[SubjectId],
    spec: &FeedSpec,
    budget: &Budget<'_>,
) -> Result<Vec<Event>, TooMuchWork> {
    if let Some(digest) = spec.presentation.digest {
        return digest::events(working_set, subjects, spec, digest, budget);
    }
    let mut events = matching(working_set, subjects, spec, budget)?;
    if spec.presentation.changes {
        working_set.compare(&mut events);
    }
    Ok(events)
}
