//! How does an announcement become events with dates, for as long as the process runs?
//!
//! The date of a (paper, listing date) is the mailing's moment less the position on the page in seconds, and from
//! there down to the next second that nobody has.
//! Nothing of it depends on when a page was read, so a restart gives the same dates again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::announcement::{Announced, Announcement};
use crate::domain::arxiv_id::ArxivId;
use crate::domain::event::{Change, Event};
use crate::domain::mailing;
use crate::domain::taxonomy::SubjectId;

/// Announcements kept in memory.
#[derive(Debug)]
pub struct Memory {
    days_kept: u32,
    ledger: Mutex<Ledger>,
}

#[derive(Debug, Default)]
struct Ledger {
    days: BTreeMap<(SubjectId, Date), Vec<Event>>,
    dates: HashMap<(ArxivId, Date), Timestamp>,
    taken: HashSet<Timestamp>,
}

impl Memory {
    /// Keeps that many calendar days before the newest listing date.
    #[must_use]
    pub fn keeping(days_kept: u32) -> Self {
        Self { days_kept, ledger: Mutex::default() }
    }

    /// Keeps an announcement and returns the day as it now stands.
    ///
    /// A second read of the same day adds what is new in it; what was there stays as it was first read,
    /// also when it is gone from the page.
    pub fn record(&self, announcement: &Announcement) -> Change {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let change = ledger.record(announcement);
        ledger.forget_old_days(self.days_kept);
        change
    }

    /// Is this day of this subject known, be it empty?
    pub fn knows(&self, subject: SubjectId, listing_date: Date) -> bool {
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.days.contains_key(&(subject, listing_date))
    }

    /// The newest day that is known of a subject.
    pub fn newest(&self, subject: SubjectId) -> Option<Date> {
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.days.range((subject, Date::MIN)..=(subject, Date::MAX)).next_back().map(|((_, date), _)| *date)
    }
}

impl Ledger {
    fn record(&mut self, announcement: &Announcement) -> Change {
        let key = (announcement.subject, announcement.date);
        let mut events = self.days.remove(&key).unwrap_or_default();
        let known: HashSet<ArxivId> = events.iter().map(|event| event.paper.id.clone()).collect();
        let before = events.len();
        let mut latest = Timestamp::MAX;
        for entry in announcement.entries.iter().filter(|entry| !known.contains(&entry.paper.id)) {
            events.push(Event {
                subject: announcement.subject,
                listing_date: announcement.date,
                announce_type: entry.announce_type,
                cross_list_from: entry.cross_list_from.clone(),
                published: self.date(entry, announcement.date, &mut latest),
                paper: entry.paper.clone(),
            });
        }
        let change = Change {
            subject: announcement.subject,
            listing_date: announcement.date,
            added: events.len() - before,
            events: events.clone(),
        };
        self.days.insert(key, events);
        change
    }

    /// Forgets the days that are too long past the newest one.
    fn forget_old_days(&mut self, days_kept: u32) {
        let Some(newest) = self.days.keys().map(|(_, date)| *date).max() else { return };
        let oldest = newest.saturating_sub(SignedDuration::from_hours(24 * i64::from(days_kept)));
        if self.days.keys().any(|(_, date)| *date < oldest) {
            self.days.retain(|(_, date), _| *date >= oldest);
            self.dates.retain(|(_, date), _| *date >= oldest);
            self.taken = self.dates.values().copied().collect();
        }
    }

    /// The date of a paper's listing day: the one it has, or the next free second at or below its place.
    ///
    /// `latest` keeps the papers of one page, as far as they get their date now, in the page's order.
    fn date(&mut self, entry: &Announced, listing_date: Date, latest: &mut Timestamp) -> Timestamp {
        let key = (entry.paper.id.clone(), listing_date);
        if let Some(date) = self.dates.get(&key) {
            return *date;
        }
        let second = SignedDuration::from_secs(1);
        let place = mailing::moment(listing_date) - SignedDuration::from_secs(i64::from(entry.position));
        let mut date = place.min(*latest);
        while !self.taken.insert(date) {
            date -= second;
        }
        *latest = date - second;
        self.dates.insert(key, date);
        date
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;

    use super::*;
    use crate::domain::announcement::AnnounceType;
    use crate::domain::paper::{Authors, Paper, Subject};

    fn announcement(subject: &str, ids: &[&str]) -> Announcement {
        let entry = |(index, id): (usize, &&str)| Announced {
            position: u32::try_from(index).expect("small") + 1,
            announce_type: AnnounceType::New,
            cross_list_from: None,
            paper: Arc::new(Paper {
                id: ArxivId::parse(id).expect("an id").0,
                title: format!("Title of {id}"),
                authors: Authors::default(),
                comments: None,
                journal_ref: None,
                subjects: vec![Subject { id: subject.into(), name: subject.into() }],
                abstract_text: None,
                html_url: None,
                version: None,
            }),
        };
        Announcement {
            subject: SubjectId::parse(subject).expect("a subject"),
            date: date(2026, 3, 2),
            entries: ids.iter().enumerate().map(entry).collect(),
        }
    }

    fn dates(change: &Change) -> Vec<String> {
        change.events.iter().map(|event| event.published.to_string()).collect()
    }

    #[test]
    fn a_date_is_the_mailing_less_the_position_in_seconds() {
        let change = Memory::keeping(30).record(&announcement("cs.DC", &["2602.00001", "2602.00002"]));
        assert_eq!(dates(&change), ["2026-03-02T00:59:59Z", "2026-03-02T00:59:58Z"]);
    }

    #[test]
    fn a_paper_of_two_subjects_has_one_date_and_no_two_papers_share_one() {
        let memory = Memory::keeping(30);
        memory.record(&announcement("cs.DC", &["2602.00001", "2602.00002"]));
        let second = memory.record(&announcement("cs.LG", &["2602.00009", "2602.00001", "2602.00010"]));
        assert_eq!(dates(&second), ["2026-03-02T00:59:57Z", "2026-03-02T00:59:59Z", "2026-03-02T00:59:56Z"]);
    }

    #[test]
    fn a_second_read_adds_what_is_new_and_keeps_what_is_gone() {
        let memory = Memory::keeping(30);
        let first = memory.record(&announcement("cs.DC", &["2602.00001", "2602.00002"]));
        let second = memory.record(&announcement("cs.DC", &["2602.00002", "2602.00003"]));
        assert_eq!(second.added, 1);
        assert_eq!(second.events[..2], first.events[..]);
        assert_eq!(second.events[2].published.to_string(), "2026-03-02T00:59:57Z");
    }

    #[test]
    fn an_empty_day_is_known() {
        let memory = Memory::keeping(30);
        let quiet = announcement("cs.DC", &[]);
        assert!(!memory.knows(quiet.subject, quiet.date));
        memory.record(&quiet);
        assert!(memory.knows(quiet.subject, quiet.date));
        assert_eq!(memory.newest(quiet.subject), Some(quiet.date));
    }

    #[test]
    fn days_long_past_are_forgotten() {
        let memory = Memory::keeping(30);
        let old = announcement("cs.DC", &["2602.00001"]);
        memory.record(&old);
        memory.record(&Announcement { date: date(2026, 4, 1), ..announcement("cs.LG", &["2603.00001"]) });
        assert!(memory.knows(old.subject, old.date));
        memory.record(&Announcement { date: date(2026, 4, 2), ..announcement("cs.LG", &["2603.00002"]) });
        assert!(!memory.knows(old.subject, old.date));
    }
}
