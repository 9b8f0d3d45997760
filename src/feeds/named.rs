//! Which events does a feed of the configuration show?

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::arxiv_id::ArxivId;
use crate::domain::event::Event;
use crate::domain::mailing;
use crate::domain::presentation::{Sort, TextMode};
use crate::domain::taxonomy::SubjectId;
use crate::filter::{Query, TooMuchWork};

use super::assemble::{cut, known};
use super::{Asked, Budget, Scope, Shelf, digest};

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
    /// What becomes of TeX, unless the reader chooses.
    pub text: TextMode,
    /// Whether what was announced before the feed's rules came into force is shown.
    pub backfill: bool,
    /// When the rules came into force; nothing of before is shown where `backfill` is off.
    pub since: Option<Timestamp>,
}

impl NamedOptions {
    /// All that decides which papers are in the feed, in words that change when it does.
    #[must_use]
    pub fn rules(&self) -> String {
        let sources: Vec<&str> = self.sources.iter().map(|subject| subject.as_str()).collect();
        let mut rules = format!("sources {}", sources.join(","));
        if let Some(rule) = &self.rule {
            rules.extend(["\nrule ", &rule.in_full()]);
        }
        if let Some(min_score) = self.min_score {
            let scores = self.scores.iter().map(|(rule, add)| format!("\nscore {add} {}", rule.in_full()));
            rules.extend(scores.chain([format!("\nmin_score {min_score}")]));
        }
        rules
    }
}

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

/// The events of what was asked for; a reader's rule narrows a feed of the configuration.
pub(super) fn matching(
    shelf: &Shelf,
    subjects: &[SubjectId],
    asked: &Asked,
    budget: &Budget<'_>,
) -> Result<Vec<Event>, TooMuchWork> {
    let selection = &asked.selection;
    let (named, rule) = match &asked.scope {
        Scope::Named(named) => (Some(named), None),
        Scope::Keyword(_, rule, _) => (None, Some(rule)),
        _ => (None, None),
    };
    let Some(newest) = shelf.newest(subjects) else { return Ok(Vec::new()) };
    let mut events = known(shelf, subjects, newest, selection);
    if let Some(since) = named.filter(|named| !named.backfill).and_then(|named| named.since) {
        events.retain(|event| mailing::moment(event.listing_date) > since);
    }
    if let Some(rule) = named.and_then(|named| named.rule.as_ref()) {
        events = shelf.matching(events, rule, &Budget::unlimited())?;
    }
    for rule in rule.into_iter().chain(selection.rules()) {
        events = shelf.matching(events, rule, budget)?;
    }
    if let Some(named) = named {
        events = scored(shelf, events, named, selection.sort)?;
    }
    Ok(cut(events, newest, selection.limit))
}

/// What scores enough, in the order that was asked for.
fn scored(
    shelf: &Shelf,
    mut events: Vec<Event>,
    named: &NamedOptions,
    sort: Sort,
) -> Result<Vec<Event>, TooMuchWork> {
    if named.min_score.is_none() && sort == Sort::Date {
        return Ok(events);
    }
    let scores = scores(shelf, &events, &named.scores)?;
    let score = |event: &Event| scores.get(&key(event)).copied().unwrap_or_default();
    events.retain(|event| named.min_score.is_none_or(|least| score(event) >= least));
    if sort == Sort::Score {
        events.sort_by_cached_key(|event| Reverse(score(event)));
    }
    Ok(events)
}

/// What each event scores; none for those that match no rule.
pub(super) fn scores(
    shelf: &Shelf,
    events: &[Event],
    rules: &[(Query, i64)],
) -> Result<HashMap<(ArxivId, Date), i64>, TooMuchWork> {
    let mut scores = HashMap::new();
    for (rule, add) in rules {
        for event in shelf.matching(events.to_vec(), rule, &Budget::unlimited())? {
            let score: &mut i64 = scores.entry(key(&event)).or_default();
            *score = score.saturating_add(*add);
        }
    }
    Ok(scores)
}

/// A paper stands in a feed at most once on a day.
pub(super) fn key(event: &Event) -> (ArxivId, Date) {
    (event.paper.id.clone(), event.listing_date)
}
