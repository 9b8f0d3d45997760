//! The events of a feed that match its rules and score enough, cut to its limit.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::domain::event::Event;
use crate::domain::mailing;
use crate::domain::presentation::Sort;
use crate::domain::taxonomy::SubjectId;
use crate::filter::{Query, TooMuchWork};

use super::assemble::{cut, known};
use super::budget::Budget;
use super::options::NamedOptions;
use super::searchable::{Key, key};
use super::spec::{FeedSpec, Scope};
use super::working_set::WorkingSet;

/// The events that match the feed's rules, within its limit; a reader's rule narrows a feed of the configuration.
pub(super) fn matching(
    working_set: &WorkingSet,
    subjects: &[SubjectId],
    spec: &FeedSpec,
    budget: &Budget<'_>,
) -> Result<Vec<Event>, TooMuchWork> {
    let selection = &spec.selection;
    let (named, rule) = match &spec.scope {
        Scope::Named(named) => (Some(named), None),
        Scope::Keyword(_, rule, _) => (None, Some(rule)),
        _ => (None, None),
    };
    let Some(newest) = working_set.newest(subjects) else { return Ok(Vec::new()) };
    let mut events = known(working_set, subjects, newest, selection);
    if let Some(since) = named.filter(|named| !named.backfill).and_then(|named| named.since) {
        events.retain(|event| mailing::moment(event.listing_date) > since);
    }
    if let Some(rule) = named.and_then(|named| named.rule.as_ref()) {
        events = working_set.matching(events, rule, &Budget::unlimited())?;
    }
    for rule in rule.into_iter().chain(selection.rules()) {
        events = working_set.matching(events, rule, budget)?;
    }
    if let Some(named) = named {
        events = scored(working_set, events, named, selection.sort)?;
    }
    Ok(cut(events, newest, selection.limit))
}

/// The events that score enough, in the order of the feed.
fn scored(
    working_set: &WorkingSet,
    mut events: Vec<Event>,
    named: &NamedOptions,
    sort: Sort,
) -> Result<Vec<Event>, TooMuchWork> {
    if named.min_score.is_none() && sort == Sort::Date {
        return Ok(events);
    }
    let scores = scores(working_set, &events, &named.scores)?;
    let score = |event: &Event| scores.get(&key(event)).copied().unwrap_or_default();
    events.retain(|event| named.min_score.is_none_or(|least| score(event) >= least));
    if sort == Sort::Score {
        events.sort_by_cached_key(|event| Reverse(score(event)));
    }
    Ok(events)
}

/// The score of each event; none for an event that matches no rule.
pub(super) fn scores(
    working_set: &WorkingSet,
    events: &[Event],
    rules: &[(Query, i64)],
) -> Result<HashMap<Key, i64>, TooMuchWork> {
    let mut scores = HashMap::new();
    for (rule, add) in rules {
        for event in working_set.matching(events.to_vec(), rule, &Budget::unlimited())? {
            let score: &mut i64 = scores.entry(key(&event)).or_default();
            *score = score.saturating_add(*add);
        }
    }
    Ok(scores)
}
