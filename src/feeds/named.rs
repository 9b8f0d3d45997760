//! Which events does a feed of the configuration show?

use std::collections::HashMap;

use jiff::civil::Date;

use crate::domain::arxiv_id::ArxivId;
use crate::domain::event::Event;
use crate::domain::taxonomy::SubjectId;
use crate::filter::Query;

use super::assemble::{cut, select};
use super::{Asked, Scope, Shelf, assemble};

/// A feed of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NamedOptions {
    /// Lowercase letters, digits and `-`; unique.
    pub slug: String,
    pub title: String,
    /// Sorted, each once, never empty; what a type is relative to.
    pub sources: Vec<SubjectId>,
    /// What a paper must match; everything without it.
    pub rule: Option<Query>,
    /// What a paper scores for each rule that it matches.
    pub scores: Vec<(Query, i64)>,
    /// What it must score in all.
    pub min_score: Option<i64>,
    /// Calendar days back, unless the reader chooses.
    pub days: Option<u32>,
    /// The most items, unless the reader chooses.
    pub limit: Option<usize>,
}

/// The events of what was asked for, newest first; a reader's rule narrows a feed of the configuration.
#[must_use]
pub fn choose(shelf: &Shelf, subjects: &[SubjectId], asked: &Asked) -> Vec<Event> {
    let selection = &asked.selection;
    let Scope::Named(named) = &asked.scope else { return assemble(shelf, subjects, selection) };
    let Some(newest) = shelf.newest(subjects) else { return Vec::new() };
    let mut events = select(&shelf.days(subjects), newest, selection);
    for rule in named.rule.iter().chain(&selection.query) {
        events = shelf.matching(events, rule);
    }
    if let Some(min_score) = named.min_score {
        let scored = scores(shelf, &events, &named.scores);
        events.retain(|event| scored.get(&key(event)).copied().unwrap_or_default() >= min_score);
    }
    cut(events, newest, selection.limit)
}

/// What each event scores; none for those that match no rule.
fn scores(shelf: &Shelf, events: &[Event], rules: &[(Query, i64)]) -> HashMap<(ArxivId, Date), i64> {
    let mut scores = HashMap::new();
    for (rule, add) in rules {
        for event in shelf.matching(events.to_vec(), rule) {
            let score: &mut i64 = scores.entry(key(&event)).or_default();
            *score = score.saturating_add(*add);
        }
    }
    scores
}

/// A paper stands in a feed at most once on a day.
fn key(event: &Event) -> (ArxivId, Date) {
    (event.paper.id.clone(), event.listing_date)
}
