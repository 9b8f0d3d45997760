//! Checks a page against what is known of its subject, of other subjects and of other days.
//!
//! A page may be whole by its own counts and yet be another day's, or be empty because a cache kept it before its day
//! had begun. A page that is doubted here is not kept on its day; the catch-up of that day settles it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::domain::announcement::{AnnounceType, Announcement, ListingEntry};
use crate::domain::arxiv_id::ArxivId;
use crate::domain::event::Event;
use crate::domain::mailing;
use crate::domain::outcome::{Day, ReadOutcome};
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;
use crate::store::{Store, StoreError};

use super::reading::Reading;
use super::status::{KnownSubject, Subjects};

/// How many calendar days before and after its own a page's entries are looked for.
const AROUND: SignedDuration = SignedDuration::from_hours(7 * 24);

/// From how many on the same replacements on two days are no accident beside papers that are new.
const REPLACED_ALIKE_MIN: usize = 3;

/// What is known when a page of the newest mailing arrives.
#[derive(Debug)]
pub(super) struct Baseline {
    inconsistency: Option<(Verdict, String)>,
    is_news: bool,
    pub(super) day: Option<Day>,
    /// What this subject's page of the same day held when it was last read.
    last_hash: Option<u64>,
}

impl Baseline {
    pub(super) fn of(subjects: &Subjects, outcome: &ReadOutcome) -> Self {
        let known = subjects.get(outcome.subject);
        let last = known.and_then(|known| known.status.as_ref()).map(|status| &status.outcome);
        Self {
            inconsistency: inconsistency(subjects, outcome),
            is_news: subjects.is_news(outcome),
            day: outcome.date.and_then(|date| known?.days.get(&date).cloned()),
            last_hash: last.filter(|last| last.date == outcome.date).and_then(|last| last.page_hash),
        }
    }

    /// Whether the page was read before and has changed since.
    pub(super) fn has_changed(&self, outcome: &ReadOutcome) -> bool {
        self.last_hash.is_some() && self.last_hash != outcome.page_hash
    }
}

/// A page of the newest mailing with what is to be done with it.
#[derive(Debug)]
pub(super) struct Validated {
    /// The outcome that is shown.
    pub(super) shown: ReadOutcome,
    /// The outcome with which the announcement is kept; none where it is not kept.
    pub(super) kept: Option<ReadOutcome>,
    /// What the page announced; none where something speaks against it.
    pub(super) announcement: Option<Announcement>,
    pub(super) doubt: Option<Doubt>,
}

/// Checks a page of the newest mailing.
///
/// # Errors
/// The store cannot be read.
pub(super) async fn validate(
    store: &Store,
    baseline: &Baseline,
    reading: Reading,
) -> Result<Validated, StoreError> {
    let Reading { mut outcome, announcement, is_trusted, .. } = reading;
    outcome.checks = match &baseline.day {
        Some(day) if day.verdict == outcome.verdict && outcome.verdict.is_proved() => day.checks,
        // A page of the day itself is one of the times at which nothing was found.
        _ => u32::from(outcome.verdict == Verdict::Quiet),
    };
    let mut shown = outcome.clone();
    let mut is_kept = is_trusted;
    if let Some((verdict, reason)) = &baseline.inconsistency {
        (shown.verdict, shown.reason) = (*verdict, reason.clone());
        // An older mailing than is out may be a later one than is known here.
        is_kept &= *verdict == Verdict::Stale && baseline.is_news;
        if !is_kept {
            return Ok(Validated { shown, kept: None, announcement: None, doubt: None });
        }
    }
    let is_known = baseline.day.as_ref().is_some_and(|day| day.verdict == Verdict::Complete)
        && baseline.last_hash.is_some()
        && baseline.last_hash == outcome.page_hash;
    if let Some(announcement) = announcement.as_ref().filter(|_| !is_known) {
        let around = around(store, announcement).await?;
        if let Some(doubt) = doubt(store, announcement, &around).await? {
            shown.reason = doubt.to_string();
            match doubt {
                // The entries say which mailing this is.
                Doubt::Repeats { day, .. } => (shown.verdict, shown.date) = (Verdict::Stale, Some(day)),
                Doubt::Listed(count) => (shown.verdict, shown.missing) = (Verdict::Incomplete, count),
            }
            return Ok(Validated { shown, kept: None, announcement: None, doubt: Some(doubt) });
        }
    }
    Ok(Validated { shown, kept: is_kept.then_some(outcome), announcement, doubt: None })
}

/// Checks a page of the newest mailing against a store and keeps it there; for callers without a collector.
///
/// # Errors
/// The store cannot be read or written.
pub async fn keep(store: &Store, reading: Reading, now: Timestamp) -> Result<ReadOutcome, StoreError> {
    let contents = store.load(Some(0)).await?;
    let baseline = Baseline::of(&Subjects::new(&[], &contents, now), &reading.outcome);
    let Validated { shown, kept, announcement, .. } = validate(store, &baseline, reading).await?;
    let (Some(announcement), Some(kept)) = (announcement, kept) else {
        store.note(&shown, now).await?;
        return Ok(shown);
    };
    let change = store.record(&announcement, &kept, now).await?;
    let (subject, date) = (announcement.subject, announcement.date);
    let corrected = corrections(announcement, &change.events, |_, _| baseline.has_changed(&kept));
    if baseline.has_changed(&kept) && !corrected.is_empty() {
        store.correct(subject, date, &corrected, now).await?;
    }
    Ok(shown)
}

/// What about a page of the newest mailing is inconsistent with what is known; none where nothing is.
fn inconsistency(subjects: &Subjects, outcome: &ReadOutcome) -> Option<(Verdict, String)> {
    let date = outcome.date?;
    let known = subjects.get(outcome.subject);
    if let Some(newest) = known.and_then(KnownSubject::newest).filter(|newest| date < *newest) {
        let reason = format!("the page shows the mailing of {date}, that of {newest} is known already");
        return Some((Verdict::Stale, reason));
    }
    if let Some(shown) = subjects.newest_shown().filter(|shown| date < *shown) {
        let reason = format!("the page shows the mailing of {date}, another subject's that of {shown}");
        return Some((Verdict::Stale, reason));
    }
    is_emptied(known.and_then(|known| known.days.get(&date)), outcome).then(|| {
        (
            Verdict::Incomplete,
            "the page says that nothing was announced, though entries are known already".to_owned(),
        )
    })
}

/// Whether a page says that nothing was announced on a day of which entries are known.
pub(super) fn is_emptied(known: Option<&Day>, outcome: &ReadOutcome) -> bool {
    outcome.verdict == Verdict::Quiet && known.is_some_and(|day| day.counts.total() > 0 || day.missing > 0)
}

/// Why a page that is whole by its own counts is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It has the entries of another day.
    Repeats { day: Date, date: Date },
    /// It has none, and so many papers of that day that belong here are known from other subjects' pages.
    Listed(u32),
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Repeats { day, date } => {
                write!(f, "the page of {date} has the entries of {day}")
            }
            Self::Listed(count) => write!(
                f,
                "the page says that nothing was announced, though other subjects' pages of that day have {count} that \
                 belong here"
            ),
        }
    }
}

/// What is kept of the subject on an announcement's own day and on the days before and after.
pub(super) async fn around(store: &Store, announcement: &Announcement) -> Result<Vec<Event>, StoreError> {
    let Announcement { subject, date, entries } = announcement;
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let (from, to) = (date.saturating_sub(AROUND), date.saturating_add(AROUND));
    store.events(Some(*subject), from, to).await
}

/// Checks an announcement against what is kept of other days and other subjects.
pub(super) async fn doubt(
    store: &Store,
    announcement: &Announcement,
    around: &[Event],
) -> Result<Option<Doubt>, StoreError> {
    let Announcement { subject, date, entries } = announcement;
    if !entries.is_empty() {
        let (own, others): (Vec<&Event>, Vec<&Event>) =
            around.iter().partition(|event| event.listing_date == *date);
        let own: BTreeSet<&ArxivId> = own.iter().map(|event| &event.paper.id).collect();
        if entries.iter().all(|entry| own.contains(&entry.paper.id)) {
            return Ok(None);
        }
        return Ok(repeated(entries, &others).map(|day| Doubt::Repeats { day, date: *date }));
    }
    let mut others = store.events(None, *date, *date).await?;
    others.retain(|event| event.subject != *subject && lists(event, *subject));
    let is_late = |event: &&Event| event.announce_type == AnnounceType::Cross;
    let earlier = if others.iter().any(|event| is_late(&event)) {
        let before = mailing::before(*date);
        store.events(None, before, before).await?
    } else {
        Vec::new()
    };
    let newest = earlier.iter().filter(|event| event.announce_type == AnnounceType::New);
    let newest = newest.map(|event| &event.paper.id).filter(|id| is_numbered(id)).max();
    // A paper of long ago that is cross-listed elsewhere today is no news where it is at home.
    let is_of_today = |id: &ArxivId| is_numbered(id) && newest.is_none_or(|newest| id > newest);
    let belong = others.iter().filter(|event| !is_late(event) || is_of_today(&event.paper.id));
    let belong: BTreeSet<&ArxivId> = belong.map(|event| &event.paper.id).collect();
    let count = u32::try_from(belong.len()).unwrap_or(u32::MAX);
    Ok((count > 0).then_some(Doubt::Listed(count)))
}

/// The day whose entries these are; none where most are of no other day.
///
/// A paper is new, or cross-listed to a subject, on one day alone; it may be replaced on any.
fn repeated(entries: &[ListingEntry], around: &[&Event]) -> Option<Date> {
    let mut first: HashMap<&ArxivId, Date> = HashMap::new();
    let mut replaced: BTreeMap<Date, BTreeSet<&ArxivId>> = BTreeMap::new();
    for event in around {
        if event.announce_type.is_replacement() {
            replaced.entry(event.listing_date).or_default().insert(&event.paper.id);
        } else {
            first.insert(&event.paper.id, event.listing_date);
        }
    }
    let (again, firsts): (Vec<&ListingEntry>, Vec<&ListingEntry>) =
        entries.iter().partition(|entry| entry.announce_type.is_replacement());
    let known: Vec<Date> = firsts.iter().filter_map(|entry| first.get(&entry.paper.id).copied()).collect();
    if !known.is_empty() && known.len() * 2 >= firsts.len() {
        return known.into_iter().max();
    }
    let again: BTreeSet<&ArxivId> = again.iter().map(|entry| &entry.paper.id).collect();
    let is_telling = firsts.is_empty() || again.len() >= REPLACED_ALIKE_MIN;
    let mut alike = replaced.iter().filter(|(_, ids)| **ids == again).map(|(day, _)| *day);
    if again.is_empty() || !is_telling { None } else { alike.next_back() }
}

/// Whether this event of another subject belongs on this one's page as well.
fn lists(event: &Event, subject: SubjectId) -> bool {
    // What is cross-listed inside an archive is not on the archive's page, unless it is new; that shows in its number.
    event.paper.subjects.iter().any(|listed| subject.contains(&listed.id))
}

/// Whether the identifier has a number that grows from day to day.
fn is_numbered(id: &ArxivId) -> bool {
    !id.as_str().contains('/')
}

/// What a later page of a day says differently of papers that are known; `has_text` says whose text is taken over.
///
/// Types are taken over too; ids stay, since they are made of the type that was shown first.
pub(super) fn corrections(
    announcement: Announcement,
    events: &[Event],
    has_text: impl Fn(&ListingEntry, &Event) -> bool,
) -> Vec<ListingEntry> {
    let known: HashMap<&ArxivId, &Event> = events.iter().map(|event| (&event.paper.id, event)).collect();
    let corrected = |mut entry: ListingEntry| {
        let event = *known.get(&entry.paper.id)?;
        if entry.paper != event.paper && !has_text(&entry, event) {
            entry.paper = event.paper.clone();
        }
        let is_same = (entry.announce_type, &entry.cross_list_from, &entry.paper)
            == (event.announce_type, &event.cross_list_from, &event.paper);
        (!is_same).then_some(entry)
    };
    announcement.entries.into_iter().filter_map(corrected).collect()
}

/// Whether a catch-up shows a paper still with its text of that day. It shows every paper as it is now.
pub(super) fn is_of_the_day(entry: &ListingEntry, event: &Event, around: &[Event]) -> bool {
    let is_later =
        |other: &Event| other.listing_date > event.listing_date && other.paper.id == event.paper.id;
    let has_abstract = entry.paper.abstract_text.is_some() || event.paper.abstract_text.is_none();
    let is_newer = entry.paper.version.is_some_and(|now| event.version().is_none_or(|then| now > then));
    has_abstract && !is_newer && !around.iter().any(is_later)
}
