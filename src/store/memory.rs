//! What keeps announcements for as long as the process runs?
//!
//! For replays and single calls: a date is always the mailing's moment less the position, whenever a page was read,
//! so that another run that reads the same pages in the same order gives the same dates again.

mod outgoing;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::announcement::{Announcement, ListingEntry};
use crate::domain::arxiv_id::ArxivId;
use crate::domain::back_off::BackOff;
use crate::domain::event::{COMPARED_DAYS, ChangedDay, Earlier, Event};
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::paper::Paper;
use crate::domain::taxonomy::SubjectId;

use super::dates::Dates;
use super::{Contents, Replicas, Store, StoreError, Tally};

/// Announcements kept in memory.
#[derive(Debug, Default)]
pub struct Memory {
    ledger: Mutex<Ledger>,
    pub(super) tally: Arc<Tally>,
    outgoing: Mutex<outgoing::Kept>,
}

#[derive(Debug, Default)]
struct Ledger {
    events: BTreeMap<(SubjectId, Date), Vec<Event>>,
    dates: HashMap<(ArxivId, Date), Timestamp>,
    taken: HashSet<Timestamp>,
    /// Every paper by the days on which it was announced, as first read.
    versions: HashMap<ArxivId, BTreeMap<Date, Arc<Paper>>>,
    days: BTreeMap<(SubjectId, Date), Day>,
    reads: BTreeMap<SubjectId, (ReadOutcome, Timestamp)>,
    first_reads: BTreeMap<SubjectId, Timestamp>,
    requests: BTreeMap<SubjectId, Timestamp>,
    /// A back-off, and when it was kept.
    back_off: Option<(BackOff, Timestamp)>,
    rules: BTreeMap<String, (String, Timestamp)>,
}

impl Memory {
    /// [`Store::record`] without a read that it came from.
    pub fn keep(&self, announcement: &Announcement) -> ChangedDay {
        self.ledger().keep(announcement)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Replicas for Memory {}

impl Store for Memory {
    async fn record(
        &self,
        announcement: &Announcement,
        outcome: &ReadOutcome,
        seen: Timestamp,
    ) -> Result<ChangedDay, StoreError> {
        let mut ledger = self.ledger();
        ledger.first_reads.entry(outcome.subject).or_insert(seen);
        let change = ledger.keep(announcement);
        if let Some(day) = Day::kept(outcome, seen, change.added) {
            ledger.know(day);
        }
        let days = ledger.days.range((outcome.subject, Date::MIN)..=(outcome.subject, Date::MAX));
        let newest = days.last().map(|((_, date), _)| *date);
        // A past day says nothing of how the newest listing was read.
        if outcome.date.is_none_or(|date| Some(date) >= newest) {
            ledger.reads.insert(outcome.subject, (outcome.clone(), seen));
        }
        Ok(change)
    }

    async fn correct(
        &self,
        subject: SubjectId,
        date: Date,
        entries: &[ListingEntry],
        at: Timestamp,
    ) -> Result<Vec<ChangedDay>, StoreError> {
        Ok(self.ledger().correct(subject, date, entries, at))
    }

    async fn events(
        &self,
        subject: Option<SubjectId>,
        from: Date,
        to: Date,
    ) -> Result<Vec<Event>, StoreError> {
        let ledger = self.ledger();
        let asked = |(of, date): &(SubjectId, Date)| {
            subject.is_none_or(|subject| subject == *of) && (from..=to).contains(date)
        };
        let days = ledger.events.iter().filter(|(day, _)| asked(day));
        Ok(days.flat_map(|(_, events)| events.iter().cloned()).collect())
    }

    async fn note(&self, outcome: &ReadOutcome, at: Timestamp) -> Result<(), StoreError> {
        let mut ledger = self.ledger();
        ledger.first_reads.entry(outcome.subject).or_insert(at);
        ledger.reads.insert(outcome.subject, (outcome.clone(), at));
        Ok(())
    }

    async fn mark(&self, day: &Day) -> Result<(), StoreError> {
        self.ledger().know(day.clone());
        Ok(())
    }

    async fn request(&self, subject: SubjectId, at: Timestamp) -> Result<(), StoreError> {
        self.ledger().requests.insert(subject, at);
        Ok(())
    }

    async fn load(&self, window_days: Option<u32>) -> Result<Contents, StoreError> {
        let ledger = self.ledger();
        let window = SignedDuration::from_hours(24 * i64::from(window_days.unwrap_or(u32::MAX)));
        let since = |subject: SubjectId| {
            let days = ledger.days.range((subject, Date::MIN)..=(subject, Date::MAX));
            days.last().map_or(Date::MIN, |((_, newest), _)| newest.saturating_sub(window))
        };
        let kept = ledger
            .events
            .iter()
            .filter(|((subject, date), events)| *date >= since(*subject) && !events.is_empty());
        let change = |((subject, date), events): (&(SubjectId, Date), &Vec<Event>)| ChangedDay {
            subject: *subject,
            listing_date: *date,
            events: ledger.compared(events.clone()),
            added: 0,
        };
        Ok(Contents {
            changes: kept.map(change).collect(),
            days: ledger.days.values().cloned().collect(),
            reads: ledger.reads.values().cloned().collect(),
            first_reads: ledger.first_reads.iter().map(|(subject, at)| (*subject, *at)).collect(),
            requests: ledger.requests.iter().map(|(subject, at)| (*subject, *at)).collect(),
            ..Contents::default()
        })
    }

    async fn in_force_since(&self, feed: &str, rules: &str, now: Timestamp) -> Result<Timestamp, StoreError> {
        let mut ledger = self.ledger();
        let known = ledger.rules.entry(feed.to_owned()).or_insert_with(|| (rules.to_owned(), now));
        if known.0 != rules {
            *known = (rules.to_owned(), now);
        }
        Ok(known.1)
    }

    async fn keep_back_off(&self, back_off: Option<&BackOff>, now: Timestamp) -> Result<(), StoreError> {
        self.ledger().back_off = back_off.map(|back_off| (back_off.clone(), now));
        Ok(())
    }

    async fn back_off(&self, now: Timestamp) -> Result<Option<BackOff>, StoreError> {
        Ok(self.ledger().back_off.as_ref().and_then(|(back_off, since)| {
            let passed = Duration::try_from(now.duration_since(*since)).unwrap_or_default();
            let wait = back_off.wait.checked_sub(passed).filter(|wait| !wait.is_zero())?;
            Some(BackOff { wait, ..back_off.clone() })
        }))
    }

    async fn prune(&self, before: Date) -> Result<(), StoreError> {
        let mut ledger = self.ledger();
        ledger.events.retain(|(_, date), _| *date >= before);
        ledger.days.retain(|(_, date), _| *date >= before);
        ledger.dates.retain(|(_, date), _| *date >= before);
        for versions in ledger.versions.values_mut() {
            *versions = versions.split_off(&before);
        }
        ledger.versions.retain(|_, versions| !versions.is_empty());
        let Ledger { dates, taken, .. } = &mut *ledger;
        *taken = dates.values().copied().collect();
        Ok(())
    }
}

impl Ledger {
    fn know(&mut self, day: Day) {
        let key = (day.subject, day.date);
        if self.days.get(&key).is_none_or(|known| day.supersedes(known)) {
            self.days.insert(key, day);
        }
    }

    fn keep(&mut self, announcement: &Announcement) -> ChangedDay {
        let Announcement { subject, date, entries } = announcement;
        let events = self.events.entry((*subject, *date)).or_default();
        let known: HashSet<ArxivId> = events.iter().map(|event| event.paper.id.clone()).collect();
        let mut dates = Dates::new(*date, None, &mut self.taken);
        for entry in entries.iter().filter(|entry| !known.contains(&entry.paper.id)) {
            let key = (entry.paper.id.clone(), *date);
            let published = *self.dates.entry(key).or_insert_with(|| dates.next(entry.position));
            events.push(Event {
                subject: *subject,
                listing_date: *date,
                announce_type: entry.announce_type,
                first_type: entry.announce_type,
                cross_list_from: entry.cross_list_from.clone(),
                published,
                added: published,
                paper: entry.paper.clone(),
                earlier: None,
            });
            let versions = self.versions.entry(entry.paper.id.clone()).or_default();
            versions.entry(*date).or_insert_with(|| entry.paper.clone());
        }
        let added = events.len() - known.len();
        let events = events.clone();
        ChangedDay { subject: *subject, listing_date: *date, events: self.compared(events), added }
    }

    fn correct(
        &mut self,
        subject: SubjectId,
        date: Date,
        entries: &[ListingEntry],
        at: Timestamp,
    ) -> Vec<ChangedDay> {
        let mut changed: BTreeSet<SubjectId> = BTreeSet::new();
        for entry in entries {
            let is_of = |event: &&mut Event| event.paper.id == entry.paper.id;
            let Some(own) = self.events.get_mut(&(subject, date)).and_then(|day| day.iter_mut().find(is_of))
            else {
                continue;
            };
            own.announce_type = entry.announce_type;
            own.cross_list_from.clone_from(&entry.cross_list_from);
            own.added = at;
            changed.insert(subject);
            if own.paper == entry.paper {
                continue;
            }
            let versions = self.versions.entry(entry.paper.id.clone()).or_default();
            versions.insert(date, entry.paper.clone());
            for ((of, _), day) in self.events.iter_mut().filter(|((_, on), _)| *on == date) {
                for event in day.iter_mut().filter(is_of) {
                    event.paper = entry.paper.clone();
                    event.added = at;
                    changed.insert(*of);
                }
            }
        }
        let day = |subject: SubjectId| ChangedDay {
            subject,
            listing_date: date,
            events: self.compared(self.events.get(&(subject, date)).cloned().unwrap_or_default()),
            added: 0,
        };
        changed.into_iter().map(day).collect()
    }

    /// Events with the versions before them as they are known now.
    fn compared(&self, mut events: Vec<Event>) -> Vec<Event> {
        for event in events.iter_mut().filter(|event| event.announce_type.is_replacement()) {
            let oldest = event.listing_date.saturating_sub(SignedDuration::from_hours(24 * COMPARED_DAYS));
            let before = self.versions.get(&event.paper.id);
            let before = before.and_then(|versions| versions.range(oldest..event.listing_date).next_back());
            event.earlier = before.map(|(date, paper)| Earlier { listing_date: *date, paper: paper.clone() });
        }
        events
    }
}
