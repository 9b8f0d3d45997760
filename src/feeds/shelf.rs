//! What is in memory, ready to answer?

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::domain::event::{Change, Event};
use crate::domain::taxonomy::SubjectId;

/// The working set: the events of every subject that was read, day by day.
#[derive(Debug)]
pub struct Shelf {
    days_kept: u32,
    subjects: RwLock<HashMap<SubjectId, Row>>,
}

#[derive(Debug, Default)]
struct Row {
    /// Counts the changes, so that a document made of this row knows when it is out of date.
    generation: u64,
    days: BTreeMap<Date, Arc<[Event]>>,
}

impl Shelf {
    /// Keeps that many calendar days before a subject's newest listing date.
    #[must_use]
    pub fn keeping(days_kept: u32) -> Self {
        Self { days_kept, subjects: RwLock::default() }
    }

    /// Puts a day of a subject in place of what stood there.
    pub fn apply(&self, change: &Change) {
        let mut subjects = self.subjects.write().unwrap_or_else(PoisonError::into_inner);
        let row = subjects.entry(change.subject).or_default();
        let unchanged = row.days.get(&change.listing_date).is_some_and(|day| day[..] == change.events[..]);
        if !unchanged {
            row.days.insert(change.listing_date, change.events.clone().into());
            let newest = row.days.keys().next_back().copied().unwrap_or(change.listing_date);
            let oldest = newest.saturating_sub(SignedDuration::from_hours(24 * i64::from(self.days_kept)));
            row.days.retain(|day, _| *day >= oldest);
            row.generation += 1;
        }
    }

    /// Notes a day that was read and has no events, or whose events are not kept here.
    pub fn know(&self, subject: SubjectId, date: Date) {
        let mut subjects = self.subjects.write().unwrap_or_else(PoisonError::into_inner);
        subjects.entry(subject).or_default().days.entry(date).or_insert_with(|| Arc::from([]));
    }

    /// Has any day of this subject been read?
    pub fn holds(&self, subject: SubjectId) -> bool {
        self.read(|subjects| subjects.contains_key(&subject))
    }

    /// Changes whenever what the given subjects hold changes; never goes back.
    pub fn generation(&self, subjects: &[SubjectId]) -> u64 {
        self.read(|rows| {
            subjects.iter().filter_map(|subject| rows.get(subject)).map(|row| row.generation).sum()
        })
    }

    /// The newest listing date known of any of the given subjects.
    pub fn newest(&self, subjects: &[SubjectId]) -> Option<Date> {
        self.read(|rows| {
            let newest = |subject| rows.get(subject).and_then(|row| row.days.keys().next_back().copied());
            subjects.iter().filter_map(newest).max()
        })
    }

    /// Every day of the given subjects; cheap, for the events are shared.
    pub fn days(&self, subjects: &[SubjectId]) -> Vec<Arc<[Event]>> {
        self.read(|rows| {
            let rows = subjects.iter().filter_map(|subject| rows.get(subject));
            rows.flat_map(|row| row.days.values().cloned()).collect()
        })
    }

    /// The subjects of which anything is known, in the order of their ids.
    pub fn subjects(&self) -> Vec<SubjectId> {
        let mut all: Vec<SubjectId> = self.read(|rows| rows.keys().copied().collect());
        all.sort_unstable();
        all
    }

    fn read<T>(&self, look: impl FnOnce(&HashMap<SubjectId, Row>) -> T) -> T {
        look(&self.subjects.read().unwrap_or_else(PoisonError::into_inner))
    }
}
