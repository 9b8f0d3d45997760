//! Which announcements do the pages of a listing hold?

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;

use crate::domain::announcement::{AnnounceType, Announced, Announcement};
use crate::domain::arxiv_id::ArxivId;
use crate::domain::taxonomy::SubjectId;

use super::{Heading, Kind, Listing, heading};

/// Sorts the entries of a listing by their date, in the page's order, each paper once per date.
///
/// Where a page lists a paper twice, the first type holds: new before cross before replacement.
/// A month or year has no dates; its first day stands in. A quiet day of one mailing gives an empty announcement;
/// an empty day among recent ones gives none, since such a page tells nothing of replacements.
#[must_use]
pub fn announcements(pages: Vec<Listing>, subject: SubjectId) -> Vec<Announcement> {
    let mut days: Vec<(Announcement, HashSet<ArxivId>)> = Vec::new();
    for page in pages {
        if let Kind::New(date) | Kind::Catchup(date) = page.kind {
            index_of(&mut days, subject, date);
        }
        for mut section in page.sections {
            if section.entries.is_empty() {
                continue;
            }
            retype(&mut section.entries, Some(subject));
            let index = index_of(&mut days, subject, date_of(page.kind, section.heading));
            let (announcement, seen) = &mut days[index];
            announcement
                .entries
                .extend(section.entries.into_iter().filter(|entry| seen.insert(entry.paper.id.clone())));
        }
    }
    days.into_iter().map(|(announcement, _)| announcement).collect()
}

/// Tells the replacements of a subject's own papers from those of papers cross-listed in it.
pub(super) fn retype(entries: &mut [Announced], subject: Option<SubjectId>) {
    let mut own: HashMap<Arc<str>, bool> = HashMap::new();
    for entry in entries.iter_mut().filter(|entry| entry.announce_type.is_replacement()) {
        let primary = &entry.paper.primary().id;
        let is_own = *own
            .entry(Arc::clone(primary))
            .or_insert_with(|| subject.is_none_or(|subject| subject.contains(primary)));
        entry.announce_type = if is_own { AnnounceType::Replace } else { AnnounceType::ReplaceCross };
    }
}

fn index_of(days: &mut Vec<(Announcement, HashSet<ArxivId>)>, subject: SubjectId, date: Date) -> usize {
    days.iter().position(|(announcement, _)| announcement.date == date).unwrap_or_else(|| {
        days.push((Announcement { subject, date, entries: Vec::new() }, HashSet::new()));
        days.len() - 1
    })
}

fn date_of(kind: Kind, heading: Heading) -> Date {
    match (kind, heading) {
        (Kind::New(date) | Kind::Catchup(date), _) | (_, Heading::Day(date)) => date,
        (Kind::Month { year, month }, _) => heading::first_day(year, month),
        (Kind::Year { year }, _) => heading::first_day(year, 1),
        (Kind::Recent, _) => Date::MIN,
    }
}
