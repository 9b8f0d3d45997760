//! The working set: the announcements of the last days of every subject, in memory, with their index.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::domain::announcement::AnnounceType;
use crate::domain::arxiv_id::ArxivId;
use crate::domain::event::{COMPARED_DAYS, ChangedDay, Earlier, Event};
use crate::domain::paper::Paper;
use crate::domain::taxonomy::SubjectId;
use crate::filter::{DocumentId, LeafCount, Pending, Query, TooMuchWork, Warning};

use super::budget::Budget;
use super::searchable::{Key, Searchable, key};

/// How many papers are indexed at once; readers wait while their words are put in, about a hundredth of a second.
pub(super) const INDEXED_AT_ONCE: usize = 500;

/// The working set: the events of every subject that was read, day by day, and their words.
#[derive(Debug)]
pub struct WorkingSet {
    days_kept: u32,
    /// Counts the changes of any row.
    version: AtomicU64,
    announcements: RwLock<Announcements>,
    /// Apart from the events: a search holds it for as long as the index takes, and nobody who answers waits for it.
    searchable: RwLock<Searchable>,
    /// Events that were inserted and removed since the last indexing, in order.
    arrivals: Mutex<Vec<Arrival>>,
    /// Held by whoever indexes, so that nobody does it twice.
    indexing: Mutex<()>,
}

/// Events that are to be taken into the searchable papers, or out of them.
#[derive(Debug)]
enum Arrival {
    Corrected(Vec<(Key, Arc<Paper>)>),
    Come(Vec<Event>),
    Gone(Vec<Arc<[Event]>>),
}

#[derive(Debug, Default)]
struct Announcements {
    rows: HashMap<SubjectId, Row>,
    /// Every paper by the days on which it was announced, as long as one of them is kept.
    versions: HashMap<ArxivId, Versions>,
    /// How often a version came in that is older than one of the same paper: replacements then say more.
    amended: u64,
}

#[derive(Debug, Default)]
struct Versions {
    papers: BTreeMap<Date, Arc<Paper>>,
    /// In how many subjects' days the paper stands.
    uses: u32,
}

#[derive(Debug, Default)]
struct Row {
    /// Counts the changes, so that a document made of this row knows when it is out of date.
    generation: u64,
    days: BTreeMap<Date, Arc<[Event]>>,
}

impl WorkingSet {
    /// Keeps that many calendar days before a subject's newest listing date.
    #[must_use]
    pub fn keeping(days_kept: u32) -> Self {
        Self {
            days_kept,
            version: AtomicU64::new(0),
            announcements: RwLock::default(),
            searchable: RwLock::default(),
            arrivals: Mutex::default(),
            indexing: Mutex::default(),
        }
    }

    /// Grows with every change; takes no lock.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Replaces a day of a subject, and removes days that are older than are kept.
    pub fn apply(&self, change: &ChangedDay) {
        let mut announcements = self.announcements.write().unwrap_or_else(PoisonError::into_inner);
        let row = announcements.rows.entry(change.subject).or_default();
        if row.days.get(&change.listing_date).is_some_and(|day| day[..] == change.events[..]) {
            return;
        }
        let mut gone: Vec<Arc<[Event]>> =
            row.days.insert(change.listing_date, change.events.clone().into()).into_iter().collect();
        let newest = row.days.keys().next_back().copied().unwrap_or(change.listing_date);
        let oldest = newest.saturating_sub(SignedDuration::from_hours(24 * i64::from(self.days_kept)));
        let kept = row.days.split_off(&oldest);
        gone.extend(std::mem::replace(&mut row.days, kept).into_values());
        row.generation += 1;
        let is_kept = change.listing_date >= oldest;
        let come = if is_kept { change.events.clone() } else { Vec::new() };
        let corrected = announcements.insert(&come);
        announcements.remove(gone.iter().flat_map(|day| day.iter()));
        let arrived = [Arrival::Corrected(corrected), Arrival::Come(come), Arrival::Gone(gone)];
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).extend(arrived);
        // Before the lock is free, so that nobody sees the new events under the old number.
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Indexes what was inserted since the last call; every search calls it first.
    pub fn index(&self) {
        let has_arrivals = || !self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
        if !has_arrivals() && self.search(Searchable::is_indexed) {
            return;
        }
        let _alone = self.indexing.lock().unwrap_or_else(PoisonError::into_inner);
        let write = || self.searchable.write().unwrap_or_else(PoisonError::into_inner);
        let arrivals = std::mem::take(&mut *self.arrivals.lock().unwrap_or_else(PoisonError::into_inner));
        if !arrivals.is_empty() {
            let mut searchable = write();
            for arrival in arrivals {
                match arrival {
                    Arrival::Corrected(papers) => searchable.correct(&papers),
                    Arrival::Come(events) => events.iter().for_each(|event| searchable.insert(event)),
                    Arrival::Gone(days) => {
                        days.iter().flat_map(|day| day.iter()).for_each(|event| searchable.remove(event));
                    }
                }
            }
        }
        while let Some(batch) = self.search(|searchable| searchable.next(INDEXED_AT_ONCE)) {
            let folded = batch.fold();
            write().index(folded);
        }
    }

    /// Marks a day as read that has no events, or whose events are not kept here.
    pub fn know(&self, subject: SubjectId, date: Date) {
        let mut announcements = self.announcements.write().unwrap_or_else(PoisonError::into_inner);
        announcements.rows.entry(subject).or_default().days.entry(date).or_insert_with(|| Arc::from([]));
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Whether any day of this subject has been read.
    pub fn holds(&self, subject: SubjectId) -> bool {
        self.read(|announcements| announcements.rows.contains_key(&subject))
    }

    /// Grows with every change of the given subjects.
    pub fn generation(&self, subjects: &[SubjectId]) -> u64 {
        self.read(|announcements| {
            let rows = subjects.iter().filter_map(|subject| announcements.rows.get(subject));
            announcements.amended + rows.map(|row| row.generation).sum::<u64>()
        })
    }

    /// How many calendar days before a subject's newest listing date are kept.
    pub fn days_kept(&self) -> u32 {
        self.days_kept
    }

    /// The listing dates that a subject was read for, quiet ones too.
    pub fn dates(&self, subject: SubjectId) -> BTreeSet<Date> {
        self.read(|announcements| {
            announcements.rows.get(&subject).map(|row| row.days.keys().copied().collect()).unwrap_or_default()
        })
    }

    /// The newest listing date known of any of the given subjects.
    pub fn newest(&self, subjects: &[SubjectId]) -> Option<Date> {
        self.read(|announcements| {
            let newest = |subject| {
                announcements.rows.get(subject).and_then(|row| row.days.keys().next_back().copied())
            };
            subjects.iter().filter_map(newest).max()
        })
    }

    /// Every day of the given subjects; the events are shared, not copied.
    pub fn days(&self, subjects: &[SubjectId]) -> Vec<Arc<[Event]>> {
        self.read(|announcements| {
            let rows = subjects.iter().filter_map(|subject| announcements.rows.get(subject));
            rows.flat_map(|row| row.days.values().cloned()).collect()
        })
    }

    /// Keeps those of a feed's events that match a rule; a paper must appear at most once on a day, as
    /// [`super::assemble`] ensures.
    ///
    /// # Errors
    /// The budget is used up.
    pub fn matching(
        &self,
        events: Vec<Event>,
        query: &Query,
        budget: &Budget<'_>,
    ) -> Result<Vec<Event>, TooMuchWork> {
        self.index();
        let (pending, keys) = self.search(|searchable| {
            let found = SearchableEvents::among(&events, searchable);
            let pending =
                searchable.index.begin(query, Some(&mut found.ids()), |id| found.kind(id), &budget.index)?;
            Ok((pending, found.keys))
        })?;
        // Texts are read while others search and new papers come in.
        let matched: HashSet<&Key> =
            pending.finish(&budget.texts)?.iter().filter_map(|id| keys.get(id)).map(|(_, key)| key).collect();
        Ok(events.into_iter().filter(|event| matched.contains(&key(event))).collect())
    }

    /// How many of a feed's events each part of a rule matches, and warnings about parts that are probably a slip.
    ///
    /// # Errors
    /// The budget is used up.
    pub fn measured(
        &self,
        events: &[Event],
        query: &Query,
        budget: &Budget<'_>,
    ) -> Result<(Vec<LeafCount>, Vec<Warning>), TooMuchWork> {
        self.index();
        let (of, parts) = self.search(|searchable| {
            let found = SearchableEvents::among(events, searchable);
            let begin = |part: &Query| {
                searchable.index.begin(part, Some(&mut found.ids()), |id| found.kind(id), &budget.index)
            };
            let parts = query.tests().into_iter().map(|part| Ok((begin(&part)?, part)));
            Ok((found.keys.len(), parts.collect::<Result<Vec<_>, _>>()?))
        })?;
        let count = |(pending, part): (Pending, Query)| {
            Ok(LeafCount::of(&part, pending.finish(&budget.texts)?.len(), of))
        };
        let counts = parts.into_iter().map(count).collect::<Result<Vec<_>, _>>()?;
        let warnings = query.warnings_for(&counts);
        Ok((counts, warnings))
    }

    /// Sets the newest earlier version of each replacement, from memory or as the store had it, at most 300 days back.
    pub fn compare(&self, events: &mut [Event]) {
        self.read(|announcements| {
            for event in events.iter_mut().filter(|event| event.announce_type.is_replacement()) {
                let oldest =
                    event.listing_date.saturating_sub(SignedDuration::from_hours(24 * COMPARED_DAYS));
                let known = announcements
                    .versions
                    .get(&event.paper.id)
                    .and_then(|versions| versions.papers.range(oldest..event.listing_date).next_back());
                let known = known.map(|(date, paper)| Earlier { listing_date: *date, paper: paper.clone() });
                let earlier = event.earlier.take().into_iter().chain(known);
                event.earlier = earlier.max_by_key(|earlier| earlier.listing_date);
            }
        });
    }

    /// The subjects whose events make a feed: for an archive also those inside it that are read on their own,
    /// since a paper cross-listed within its archive is not on the archive's page.
    #[must_use]
    pub fn sources(&self, subjects: &[SubjectId]) -> Vec<SubjectId> {
        let mut sources = subjects.to_vec();
        for archive in subjects.iter().filter(|subject| subject.is_archive_of_several()) {
            sources.extend(self.subjects().into_iter().filter(|subject| archive.contains(subject.as_str())));
        }
        sources.sort_unstable();
        sources.dedup();
        sources
    }

    /// The subjects of which anything is known, in the order of their ids.
    pub fn subjects(&self) -> Vec<SubjectId> {
        let mut all: Vec<SubjectId> = self.read(|announcements| announcements.rows.keys().copied().collect());
        all.sort_unstable();
        all
    }

    fn read<T>(&self, look: impl FnOnce(&Announcements) -> T) -> T {
        look(&self.announcements.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn search<T>(&self, look: impl FnOnce(&Searchable) -> T) -> T {
        look(&self.searchable.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The events of a feed that can be searched, by their numbers in the index.
struct SearchableEvents {
    keys: HashMap<DocumentId, (AnnounceType, Key)>,
}

impl SearchableEvents {
    fn among(events: &[Event], searchable: &Searchable) -> Self {
        let found = |event: &Event| {
            let key = key(event);
            Some((searchable.id(&key)?, (event.announce_type, key)))
        };
        Self { keys: events.iter().filter_map(found).collect() }
    }

    fn ids(&self) -> impl Iterator<Item = DocumentId> {
        self.keys.keys().copied()
    }

    fn kind(&self, id: DocumentId) -> Option<AnnounceType> {
        self.keys.get(&id).map(|(kind, _)| *kind)
    }
}

impl Announcements {
    /// The papers whose text of that day is another now.
    fn insert(&mut self, events: &[Event]) -> Vec<(Key, Arc<Paper>)> {
        let mut corrected = Vec::new();
        for event in events {
            let key = key(event);
            let versions = self.versions.entry(key.0.clone()).or_default();
            versions.uses += 1;
            let is_amended = match versions.papers.entry(key.1) {
                Entry::Vacant(place) => {
                    place.insert(event.paper.clone());
                    true
                }
                Entry::Occupied(mut known) => {
                    let is_corrected = *known.get() != event.paper;
                    if is_corrected {
                        known.insert(event.paper.clone());
                        corrected.push((key.clone(), event.paper.clone()));
                    }
                    is_corrected
                }
            };
            let newest = versions.papers.keys().next_back();
            self.amended += u64::from(is_amended && newest.is_some_and(|newest| *newest > key.1));
        }
        corrected
    }

    fn remove<'a>(&mut self, events: impl Iterator<Item = &'a Event>) {
        for event in events {
            if let Some(versions) = self.versions.get_mut(&event.paper.id) {
                versions.uses -= 1;
                if versions.uses == 0 {
                    self.versions.remove(&event.paper.id);
                }
            }
        }
    }
}
