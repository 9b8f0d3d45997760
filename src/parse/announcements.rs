//! Turns the pages of a listing into announcements, one per listing date.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;

use crate::domain::announcement::{AnnounceType, Announcement, ListingEntry};
use crate::domain::arxiv_id::ArxivId;
use crate::domain::taxonomy::SubjectId;

use super::heading;
use super::listing::{Listing, ListingKind, SectionHeading};

/// The announcements of `subject` on `pages`, in the order of the pages, each paper once per date.
///
/// Where a date lists a paper twice, the first entry counts: pages order new, cross-list, replacement.
/// The first day of the period stands in for the date on pages of a month or year, which show none.
/// A quiet day on a page of one mailing gives an announcement without entries; an empty day on a page of recent
/// submissions gives none, since such pages have no replacements.
#[must_use]
pub fn announcements(pages: Vec<Listing>, subject: SubjectId) -> Vec<Announcement> {
    let mut days: Vec<(Announcement, HashSet<ArxivId>)> = Vec::new();
    for page in pages {
        if let ListingKind::New(date) | ListingKind::Catchup(date) = page.kind {
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

/// Sets the type of replacements: `Replace` for the subject's own papers, `ReplaceCross` for cross-listed ones.
pub(super) fn retype(entries: &mut [ListingEntry], subject: Option<SubjectId>) {
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

fn date_of(kind: ListingKind, heading: SectionHeading) -> Date {
    match (kind, heading) {
        (ListingKind::New(date) | ListingKind::Catchup(date), _) | (_, SectionHeading::Day(date)) => date,
        (ListingKind::Month { year, month }, _) => heading::first_day(year, month),
        (ListingKind::Year { year }, _) => heading::first_day(year, 1),
        (ListingKind::Recent, _) => Date::MIN,
    }
}

#[cfg(test)]
mod tests {
    use super::super::listing;
    use super::*;

    /// A page with one entry per triple of section heading, identifier and primary subject.
    fn page(top: &str, entries: &[(&str, &str, &str)]) -> Listing {
        let lists: Vec<String> = entries
            .iter()
            .zip(1..)
            .map(|((heading, id, primary), position)| {
                let mark = match heading.split(' ').next() {
                    Some("Cross") => "(cross-list from math.CO)",
                    Some("Replacement") => "(replaced)",
                    _ => "",
                };
                format!(
                    "<dl id='articles'><h3>{heading}</h3><dt><a name='item{position}'></a><a title=\"Abstract\" id=\"{id}\">x</a> {mark}</dt>\
                     <dd><div class='list-title'>T</div><div class='list-subjects'>X ({primary})</div></dd></dl>"
                )
            })
            .collect();
        let page =
            format!("<html><div id=dlpage><h1>Computer Science</h1>{top}{}</div></html>", lists.concat());
        listing(page.as_bytes(), None).expect("a listing")
    }

    /// Entries are written as `id type`.
    fn check(pages: Vec<Listing>, subject: &str, expected: &[(&str, &str)]) {
        let subject = SubjectId::parse(subject).expect("a subject");
        let shown: Vec<(String, String)> = announcements(pages, subject)
            .iter()
            .map(|day| {
                let entries =
                    day.entries.iter().map(|entry| format!("{} {}", entry.paper.id, entry.announce_type));
                (day.date.to_string(), entries.collect::<Vec<_>>().join(", "))
            })
            .collect();
        let shown: Vec<(&str, &str)> = shown.iter().map(|(date, entries)| (&**date, &**entries)).collect();
        assert_eq!(shown, expected);
    }

    const DAY: &str = "<h3>Showing new listings for Monday, 2 March 2026</h3>";
    const NEW: &str = "New submissions (showing 1 of 1 entries)";
    const CROSS: &str = "Cross submissions (showing 1 of 1 entries)";
    const REPLACED: &str = "Replacement submissions (showing 1 of 1 entries)";

    #[test]
    fn a_replacement_is_of_an_own_or_a_cross_listed_paper() {
        let page = page(DAY, &[(REPLACED, "2602.00001", "cs.DC"), (REPLACED, "2602.00002", "math.NT")]);
        let own_and_cross = "2602.00001 replace, 2602.00002 replace-cross";
        check(vec![page.clone()], "cs", &[("2026-03-02", own_and_cross)]);
        check(vec![page], "math", &[("2026-03-02", "2602.00001 replace-cross, 2602.00002 replace")]);
    }

    #[test]
    fn a_paper_appears_once_a_day_with_its_first_type_over_all_pages() {
        let first = page(DAY, &[(NEW, "2602.00001", "cs.DC"), (NEW, "2602.00001", "cs.DC")]);
        let second = page(DAY, &[(CROSS, "2602.00001", "cs.DC"), (CROSS, "2602.00002", "math.NT")]);
        check(vec![first, second], "cs", &[("2026-03-02", "2602.00001 new, 2602.00002 cross")]);
    }

    #[test]
    fn recent_days_are_announcements_of_their_own_and_empty_ones_are_none() {
        let top = "<h2>Authors and titles for recent submissions</h2>";
        let recent = page(
            top,
            &[
                ("Mon, 2 Mar 2026 (showing 1 of 1 entries )", "2602.00001", "cs.DC"),
                ("Fri, 27 Feb 2026 (showing 1 of 1 entries )", "2602.00002", "cs.DC"),
            ],
        );
        let mut with_empty = recent.clone();
        with_empty.sections[1].entries.clear();
        check(vec![recent], "cs", &[("2026-03-02", "2602.00001 new"), ("2026-02-27", "2602.00002 new")]);
        check(vec![with_empty], "cs", &[("2026-03-02", "2602.00001 new")]);
    }

    #[test]
    fn a_quiet_day_is_an_empty_announcement_and_a_quiet_month_is_none() {
        check(vec![page(&format!("{DAY}<p>No updates today.</p>"), &[])], "cs", &[("2026-03-02", "")]);
        let month = "<h2>Authors and titles for March 2026 </h2>\
            <dl id='articles'><p>No updates for this time period.</p></dl>";
        check(vec![page(month, &[])], "cs", &[]);
        check(Vec::new(), "cs", &[]);
    }
}
