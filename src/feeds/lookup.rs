//! Finds and orders the papers that answer a request to the query API.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::domain::announcement::AnnounceType;
use crate::domain::arxiv_id::ArxivId;
use crate::domain::event::Event;
use crate::domain::record::Record;
use crate::domain::taxonomy::SubjectId;
use crate::filter::{Dated, Query, TooMuchWork};

use super::budget::Budget;
use super::working_set::WorkingSet;

/// A request to the query API.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PaperQuery {
    pub query: Option<Query>,
    /// The papers to look for, each in a version where one is named; every paper without a list.
    pub ids: Option<Vec<(ArxivId, Option<u32>)>>,
    pub start: usize,
    pub count: usize,
    pub sort: QueryOrder,
    pub is_ascending: bool,
}

/// What results are ordered by; dates are those of the announcements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum QueryOrder {
    /// The order of the ids that were named, else as [`QueryOrder::Updated`].
    #[default]
    Relevance,
    Updated,
    Submitted,
}

/// One page of results, and the count and date of all.
#[derive(Clone, Debug)]
pub struct QueryResults {
    pub records: Vec<Record>,
    pub total: usize,
    /// When the last of all results was added.
    pub updated: Option<Timestamp>,
}

/// Finds papers among everything that is kept of the given subjects.
///
/// A paper matches by the text of its last announcement, or of its last one in the version that is named.
///
/// # Errors
/// The budget is used up.
pub fn look_up(
    working_set: &WorkingSet,
    subjects: &[SubjectId],
    question: &PaperQuery,
    budget: &Budget<'_>,
) -> Result<QueryResults, TooMuchWork> {
    let days = working_set.days(subjects);
    let asked: Option<HashSet<&ArxivId>> =
        question.ids.as_ref().map(|ids| ids.iter().map(|(id, _)| id).collect());
    let mut papers: HashMap<&ArxivId, Vec<&Event>> = HashMap::new();
    for event in days.iter().flat_map(|day| day.iter()) {
        let id = &event.paper.id;
        if asked.as_ref().is_none_or(|asked| asked.contains(id)) {
            papers.entry(id).or_default().push(event);
        }
    }
    for events in papers.values_mut() {
        // Of one day the type stands last that comes first on the page, and is the one that counts.
        events.sort_unstable_by_key(|event| (event.listing_date, Reverse(event.announce_type)));
    }
    let mut found: Vec<(&Event, Record)> = match &question.ids {
        Some(ids) => ids.iter().filter_map(|(id, version)| record(papers.get(id)?, *version)).collect(),
        None => papers.values().filter_map(|events| record(events, None)).collect(),
    };
    if let Some(query) = &question.query {
        let events = found.iter().map(|(event, _)| (*event).clone()).collect();
        let query = query.with_dates(|of, period| {
            let dated = found.iter().filter(|(_, record)| {
                period.contains(match of {
                    Dated::First => record.published,
                    Dated::Last => record.updated,
                })
            });
            dated.map(|(_, record)| record.paper.id.clone()).collect()
        });
        let matched = working_set.matching(events, &query, budget)?;
        let matched: HashSet<_> = matched.iter().map(|event| (&event.paper.id, event.listing_date)).collect();
        found.retain(|(event, _)| matched.contains(&(&event.paper.id, event.listing_date)));
    }
    let mut records: Vec<Record> = found.into_iter().map(|(_, record)| record).collect();
    order(&mut records, question);
    let (total, updated) = (records.len(), records.iter().map(|record| record.added).max());
    let records = records.into_iter().skip(question.start).take(question.count).collect();
    Ok(QueryResults { records, total, updated })
}

/// What is known of a paper after its last event, or after the last at which it had the given version.
fn record<'a>(events: &[&'a Event], version: Option<u32>) -> Option<(&'a Event, Record)> {
    let first = events.first()?;
    let (mut known, mut last) = (None, None);
    for event in events {
        known = match (event.version(), event.announce_type) {
            (Some(version), _) => Some(version),
            // A cross-list leaves the version as it was.
            (None, AnnounceType::Cross | AnnounceType::New) => known,
            (None, AnnounceType::Replace | AnnounceType::ReplaceCross) => None,
        };
        if version.is_none() || version == known {
            last = Some((*event, known));
        }
    }
    let (event, version) = last?;
    let record = Record {
        paper: event.paper.clone(),
        version,
        published: first.published,
        updated: event.published,
        added: event.added,
    };
    Some((event, record))
}

fn order(records: &mut [Record], question: &PaperQuery) {
    let is_listed = question.ids.is_some() && question.query.is_none();
    match question.sort {
        QueryOrder::Relevance if is_listed => {}
        QueryOrder::Relevance | QueryOrder::Updated => records
            .sort_unstable_by(|a, b| b.updated.cmp(&a.updated).then_with(|| a.paper.id.cmp(&b.paper.id))),
        QueryOrder::Submitted => records
            .sort_unstable_by(|a, b| b.published.cmp(&a.published).then_with(|| a.paper.id.cmp(&b.paper.id))),
    }
    if question.is_ascending {
        records.reverse();
    }
}

/// Events in the order of arXiv's own feeds: the newest day first, in it new, cross, replace, replace-cross, and of
/// each the ids ascending; of a paper in one version the newest event alone, for it has but one id.
#[must_use]
pub fn in_official_order(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by(|a, b| {
        let key = |event: &Event| (Reverse(event.listing_date), event.announce_type);
        key(a).cmp(&key(b)).then_with(|| a.paper.id.cmp(&b.paper.id))
    });
    let mut seen = HashSet::new();
    events.retain(|event| seen.insert((event.paper.id.clone(), event.first_version())));
    events
}
