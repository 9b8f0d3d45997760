//! The events of a feed, as its spec says, for one request.

use crate::domain::event::Event;
use crate::domain::taxonomy::SubjectId;
use crate::filter::TooMuchWork;

use super::budget::Budget;
use super::digest;
use super::matching::matching;
use super::spec::Asked;
use super::working_set::Shelf;

/// The events of what was asked for, newest first, each replacement with the version before it where that is shown.
///
/// # Errors
/// The work is used up; the rules of the configuration take none of it.
pub fn choose(
    shelf: &Shelf,
    subjects: &[SubjectId],
    asked: &Asked,
    budget: &Budget<'_>,
) -> Result<Vec<Event>, TooMuchWork> {
    if let Some(digest) = asked.presentation.digest {
        return digest::events(shelf, subjects, asked, digest, budget);
    }
    let mut events = matching(shelf, subjects, asked, budget)?;
    if asked.presentation.changes {
        shelf.compare(&mut events);
    }
    Ok(events)
}
