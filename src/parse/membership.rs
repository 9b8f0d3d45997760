//! Removes entries that cannot be part of a listing, by its subject and its day.
//!
//! A page whose counts add up can still be the listing of another subject or day, in whole or in part. arXiv sorts
//! its listings by the same categories that the entries show (arxiv-browse 26f634f, `services/database/listings.py`):
//! "new" has the subject as primary, "cross" has it among the others, a replacement has it anywhere. Identifiers
//! contain the month in which arXiv assigned them. None of the 5,848 entries of the saved arXiv pages is removed.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::domain::announcement::{AnnounceType, ListingEntry};
use crate::domain::paper::Paper;
use crate::domain::taxonomy::{self, SubjectId};

use super::listing::{Listing, ListingKind, ListingSection, Remark, SectionHeading, UnreadableEntry};

/// The newest of several new submissions may be this many months old: arXiv assigns identifiers at submission, and the
/// wait until the announcement is weeks at most.
const NEW_MONTHS_MAX: i32 = 6;

/// The number of new submissions that must be that old: a single one may have been on hold for years.
const NEW_ENTRIES_MIN: usize = 3;

/// The most subjects that a reason lists.
const SUBJECTS_SHOWN_MAX: usize = 5;

/// Sets the subject of a listing, and moves the entries that cannot be part of it to `unreadable`, with the reason.
///
/// [`listing`](super::listing()) calls it where the page names its subject.
///
/// Pages of recent days and months that arXiv generated from files until 2024 do not mark cross-lists: the primary subject
/// decides about an entry without a mark there.
pub fn assign_subject(listing: &mut Listing, subject: SubjectId) {
    listing.subject = Some(subject);
    let kind = listing.kind;
    let mut places = Places { subject, known: HashMap::new() };
    let aged = aged_month(listing);
    for section in &mut listing.sections {
        let is_of_mailing = !matches!(section.heading, SectionHeading::Day(_) | SectionHeading::None);
        let mut kept = Vec::with_capacity(section.entries.len());
        for mut entry in std::mem::take(&mut section.entries) {
            let is_hidden = has_malformed_primary(section, entry.position);
            let place = places.of(&entry.paper, is_hidden);
            if !is_of_mailing
                && entry.announce_type == AnnounceType::New
                && place.primary == Relation::Outside
            {
                entry.announce_type = AnnounceType::Cross;
            }
            let why = place
                .inconsistency(entry.announce_type, is_of_mailing, subject, &entry.paper)
                .or_else(|| wrong_month(kind, section.heading, &entry, aged));
            match why {
                None => kept.push(entry),
                Some(why) => section.unreadable.push(UnreadableEntry {
                    position: Some(entry.position),
                    reason: format!("item {}: {why}", entry.position),
                    is_foreign: true,
                }),
            }
        }
        section.entries = kept;
    }
}

fn has_malformed_primary(section: &ListingSection, position: u32) -> bool {
    section.notes.iter().any(|note| note.position == position && note.remark == Remark::MalformedPrimary)
}

/// The relation of a category to the subject of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// The subject itself, or a category of it.
    Inside,
    Outside,
    /// Not in the taxonomy table: arXiv may have added it, or this alias of the subject, later.
    Unknown,
}

/// The relation of a paper to the subject of the page.
struct Place {
    primary: Relation,
    /// The closest relation of any of its subjects.
    any: Relation,
}

struct Places {
    subject: SubjectId,
    known: HashMap<Arc<str>, Relation>,
}

impl Places {
    fn of(&mut self, paper: &Paper, is_primary_hidden: bool) -> Place {
        let mut relations = paper.subjects.iter().map(|listed| self.relation(&listed.id));
        let primary = relations.next().unwrap_or(Relation::Unknown);
        let any =
            relations.chain([primary]).fold(Relation::Outside, |best, relation| match (best, relation) {
                (Relation::Inside, _) | (_, Relation::Inside) => Relation::Inside,
                (Relation::Unknown, _) | (_, Relation::Unknown) => Relation::Unknown,
                _ => Relation::Outside,
            });
        if is_primary_hidden {
            let any = if any == Relation::Inside { any } else { Relation::Unknown };
            return Place { primary: Relation::Unknown, any };
        }
        Place { primary, any }
    }

    fn relation(&mut self, category: &Arc<str>) -> Relation {
        let subject = self.subject;
        *self.known.entry(Arc::clone(category)).or_insert_with(|| {
            if subject.contains(category) {
                Relation::Inside
            } else if taxonomy::canonical(category).is_some() {
                Relation::Outside
            } else {
                Relation::Unknown
            }
        })
    }
}

impl Place {
    fn inconsistency(
        &self,
        announce_type: AnnounceType,
        is_of_mailing: bool,
        subject: SubjectId,
        paper: &Paper,
    ) -> Option<String> {
        let primary = &paper.primary().id;
        match announce_type {
            AnnounceType::New if self.primary == Relation::Outside && is_of_mailing => {
                Some(format!("a new submission of {subject} whose primary subject is {primary}"))
            }
            AnnounceType::Cross if self.primary == Relation::Inside && is_of_mailing => {
                Some(format!("a cross-list to {subject} whose primary subject is {primary}"))
            }
            _ if self.any == Relation::Outside => {
                let listed = paper.subjects.iter().map(|listed| &*listed.id);
                let mut shown: Vec<&str> = listed.take(SUBJECTS_SHOWN_MAX).collect();
                if paper.subjects.len() > SUBJECTS_SHOWN_MAX {
                    shown.push("…");
                }
                Some(format!("an entry of {subject} that is in {} and not in it", shown.join(", ")))
            }
            _ => None,
        }
    }
}

/// The month of the newest new submission, if there are several and all are too old for the day of the page.
fn aged_month(listing: &Listing) -> Option<i32> {
    let (ListingKind::New(date) | ListingKind::Catchup(date)) = listing.kind else { return None };
    let entries = listing.sections.iter().flat_map(|section| &section.entries);
    let new = entries.filter(|entry| entry.announce_type == AnnounceType::New);
    let months: Vec<i32> = new.map(month_of).collect();
    let newest = *months.iter().max()?;
    (months.len() >= NEW_ENTRIES_MIN && months_of(date) - newest > NEW_MONTHS_MAX).then_some(newest)
}

/// Why the month of an identifier rules out its place on the page.
fn wrong_month(
    kind: ListingKind,
    heading: SectionHeading,
    entry: &ListingEntry,
    aged: Option<i32>,
) -> Option<String> {
    let (id, month) = (&entry.paper.id, month_of(entry));
    let date = match (kind, heading) {
        (ListingKind::New(date) | ListingKind::Catchup(date), _)
        | (ListingKind::Recent, SectionHeading::Day(date)) => date,
        (ListingKind::Month { year, month: named }, _) => {
            // A page of February 2023, made from arXiv's listing files, is headed «March 2023».
            let age = i32::from(year) * 12 + i32::from(named) - month;
            return (!(0..=1).contains(&age)).then(|| format!("{id} is not of {year}-{named:02}"));
        }
        (ListingKind::Year { year }, _) => {
            return (id.month().0 != year).then(|| format!("{id} is not of {year}"));
        }
        (ListingKind::Recent, _) => return None,
    };
    if month > months_of(date) {
        Some(format!("{id} was not given out yet on {date}"))
    } else if aged.is_some() && entry.announce_type == AnnounceType::New {
        Some(format!("{id} was given out long before {date}, as all that are new here"))
    } else {
        None
    }
}

fn month_of(entry: &ListingEntry) -> i32 {
    let (year, month) = entry.paper.id.month();
    i32::from(year) * 12 + i32::from(month)
}

fn months_of(date: Date) -> i32 {
    i32::from(date.year()) * 12 + i32::from(date.month())
}

#[cfg(test)]
mod tests;
