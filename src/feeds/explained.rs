//! Explains why a paper matches a rule, and counts what the rule's parts leave of all papers.

use crate::domain::announcement::AnnounceType;
use crate::domain::arxiv_id::ArxivId;
use crate::domain::event::Event;
use crate::domain::taxonomy::SubjectId;
use crate::filter::{self, Explanation, LeafCount, Query, TokenizedPaper, TooMuchWork, Warning};

use super::assemble::{Limit, Selection, assemble};
use super::budget::Budget;
use super::working_set::WorkingSet;

/// A rule explained on one paper, and counted over all papers that are known.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The newest announcement of the paper in the given subjects; none where it is not known.
    pub event: Option<Event>,
    pub tree: Option<Explanation>,
    pub counts: Vec<LeafCount>,
    pub warnings: Vec<Warning>,
}

/// Explains a rule on a paper, and counts what each part of it matches in everything that is kept of `subjects`.
///
/// # Errors
/// The budget is used up.
pub fn explained(
    working_set: &WorkingSet,
    subjects: &[SubjectId],
    query: &Query,
    id: &ArxivId,
    budget: &Budget<'_>,
) -> Result<Explained, TooMuchWork> {
    let everything = Selection::of(&AnnounceType::ALL, u32::MAX, Limit::Chosen(usize::MAX));
    let events = assemble(working_set, subjects, &everything, budget)?;
    let event = events.iter().find(|event| event.paper.id == *id).cloned();
    let tree = event.as_ref().map(|event| {
        let document = TokenizedPaper::new(event.paper.clone(), event.listing_date);
        filter::explain(query, &document, event.announce_type)
    });
    let (counts, warnings) = working_set.measured(&events, query, budget)?;
    Ok(Explained { event, tree, counts, warnings })
}

/// The tree as lines of text, each part indented under its own.
#[must_use]
pub fn tree_lines(tree: &Explanation) -> Vec<String> {
    let matched =
        if tree.matched.is_empty() { String::new() } else { format!("  ({})", tree.matched.join(", ")) };
    let mut lines = vec![format!("{:<5} {}{matched}", tree.holds, tree.label)];
    lines.extend(tree.parts.iter().flat_map(tree_lines).map(|line| format!("  {line}")));
    lines
}
