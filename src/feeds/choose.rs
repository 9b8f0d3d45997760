//! The events of a feed, as its spec says, for one request.

use crate::domain::event::Event;
use crate::domain::taxonomy::SubjectId;
use crate::filter::TooMuchWork;

use super::budget::Budget;
use super::digest;
use super::matching::matching;
use super::spec::FeedSpec;
use super::working_set::WorkingSet;

/// The events of a feed, newest first; of a digest in its own order. Replacements carry the version before them where the
/// presentation shows changes.
///
/// `subjects` are those whose events are searched; none of them need be known.
///
/// # Errors
/// The budget is used up; the rules of the configuration take nothing of it.
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
