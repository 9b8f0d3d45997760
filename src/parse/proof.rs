//! Proves that pages are a complete listing, by the pages' own counts and by distinct papers.
//!
//! arXiv takes the counts from its announcement table and the entries from its metadata table; when a replica lags
//! they disagree, and the page still comes with status 200 (arXiv/arxiv-browse#990, 25 June 2026).

mod claims;
mod entry_numbers;

use crate::domain::announcement::{AnnounceType, ListingEntry};
use crate::domain::verdict::Verdict;

use super::listing::{Listing, ListingKind, ListingSection, SectionHeading, UnreadableEntry, sections};
use super::part::{self, ListingPart};
use claims::claims;
use entry_numbers::{ERRORS_MAX, EntryNumbers};

/// At most one of this many entries may belong to another listing for the others to be trusted.
///
/// With more, the page is the listing of another subject or day under this heading, and entries that happen to fit would
/// get a wrong type or day.
const ENTRIES_PER_FOREIGN_MIN: u32 = 10;

/// What the counts of a listing prove, over all its pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// `Complete`, `Quiet` or `Incomplete`.
    pub verdict: Verdict,
    /// The number of entries that the pages count and that could not be read.
    pub missing: u32,
    /// The counts agree and only single entries could not be read, so that the others can be trusted.
    pub counts_hold: bool,
    /// So many entries belong to another subject or day that no entry can be trusted.
    pub is_elsewhere: bool,
    /// Every inconsistency, one line each, at most 21; empty for a proved listing.
    pub errors: Vec<String>,
    /// Remarks on entries that were read, one line each, at most 21.
    pub notes: Vec<String>,
    /// Set if the pages are consistent and the missing entries are on other pages of the listing.
    pub part: Option<ListingPart>,
}

/// Checks the pages of one listing, in their order, against their own counts.
///
/// `Complete` needs every number from 1 to the total once, distinct papers, and agreeing counts of sections, marks and
/// total; `Quiet` needs pages without entries that say so. Everything else is `Incomplete`.
#[must_use]
pub fn prove(pages: &[Listing]) -> Proof {
    let Some(first) = pages.first() else {
        return Proof {
            verdict: Verdict::Incomplete,
            missing: 0,
            counts_hold: false,
            is_elsewhere: false,
            errors: vec!["no page was read".into()],
            notes: Vec::new(),
            part: None,
        };
    };
    let numbers = EntryNumbers::of(pages);
    let mut errors = Vec::new();
    check_sameness(first, pages, &mut errors);
    if errors.is_empty() && is_quiet(pages) {
        let (verdict, notes) = (Verdict::Quiet, Vec::new());
        return Proof {
            verdict,
            missing: 0,
            counts_hold: true,
            is_elsewhere: false,
            errors,
            notes,
            part: None,
        };
    }
    check_emptiness(pages, &mut errors);
    for section in sections(pages) {
        check_section(section, &mut errors);
    }
    check_marks(pages, &mut errors);
    check_days(pages, &mut errors);
    let is_sound = errors.is_empty();
    let is_covered = numbers.check_numbers(first.total, pages, &mut errors);
    let before = errors.len();
    check_sums(first, pages, &numbers, is_covered, &mut errors);
    let do_sums_agree = errors.len() == before;

    let unreadable: Vec<&UnreadableEntry> = sections(pages).flat_map(|section| &section.unreadable).collect();
    let is_elsewhere = is_elsewhere(pages, &unreadable);
    let counts_hold =
        !is_elsewhere && (errors.is_empty() || (is_sound && numbers.is_withdrawal(first.total)));
    if is_elsewhere {
        errors.push(elsewhere(first, pages, &unreadable));
    }
    let is_clean = is_sound && do_sums_agree && numbers.is_clean() && unreadable.is_empty();
    let part = if is_clean && !is_covered { part::of(pages) } else { None };
    errors.extend(numbers.doubled());
    errors.extend(unreadable.iter().map(|entry| entry.reason.clone()));
    let notes = sections(pages).flat_map(|section| &section.notes).map(ToString::to_string);
    Proof {
        verdict: if errors.is_empty() { Verdict::Complete } else { Verdict::Incomplete },
        missing: numbers.missing(first.total),
        counts_hold,
        is_elsewhere,
        errors: shortened(errors),
        notes: shortened(notes.collect()),
        part,
    }
}

fn shortened(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > ERRORS_MAX {
        let more = lines.len() - ERRORS_MAX;
        lines.truncate(ERRORS_MAX);
        lines.push(format!("and {more} more"));
    }
    lines
}

/// True if so many entries are foreign that the page is another listing.
fn is_elsewhere(pages: &[Listing], unreadable: &[&UnreadableEntry]) -> bool {
    let foreign = unreadable.iter().filter(|entry| entry.is_foreign).count();
    let found: u64 = pages.iter().map(|page| u64::from(page.entries_found())).sum();
    foreign > 0 && foreign as u64 * u64::from(ENTRIES_PER_FOREIGN_MIN) > found
}

fn elsewhere(first: &Listing, pages: &[Listing], unreadable: &[&UnreadableEntry]) -> String {
    let foreign = unreadable.iter().filter(|entry| entry.is_foreign).count();
    let found: u64 = pages.iter().map(|page| u64::from(page.entries_found())).sum();
    format!("{foreign} of {found} entries cannot be of this listing, {}", title(first))
}

/// All pages must be of one listing.
fn check_sameness(first: &Listing, pages: &[Listing], errors: &mut Vec<String>) {
    for (index, page) in pages.iter().enumerate().skip(1) {
        let number = index + 1;
        let what = |page: &Listing| (page.kind, page.subject, page.name.clone(), page.days.clone());
        if what(page) != what(first) {
            errors.push(format!(
                "page {number} is of another listing, {} instead of {}",
                title(page),
                title(first)
            ));
        }
        if page.total != first.total {
            let show = |total: Option<u32>| {
                total.map_or("no total".to_owned(), |total| format!("a total of {total}"))
            };
            errors.push(format!("page {number} has {}, the first {}", show(page.total), show(first.total)));
        }
    }
}

fn title(page: &Listing) -> String {
    match page.kind {
        ListingKind::New(date) => format!("{} of {date}", page.name),
        ListingKind::Catchup(date) => format!("catchup of {} of {date}", page.name),
        ListingKind::Recent => match page.days.first() {
            Some(newest) => format!("recent {} until {newest}", page.name),
            None => format!("recent {}", page.name),
        },
        ListingKind::Month { year, month } => format!("{} of {year}-{month:02}", page.name),
        ListingKind::Year { year } => format!("{} of {year}", page.name),
    }
}

/// True if the pages have no entries, count none, and say so.
fn is_quiet(pages: &[Listing]) -> bool {
    pages.iter().all(|page| page.says_no_updates && page.total.unwrap_or(0) == 0)
        && sections(pages).all(|section| {
            section.found == 0 && section.unreadable.is_empty() && section.of.unwrap_or(0) == 0
        })
}

/// «No updates» together with a total means a lagging replica or a page beyond the end, never an empty day.
fn check_emptiness(pages: &[Listing], errors: &mut Vec<String>) {
    for page in pages {
        match page.total {
            Some(total) if page.says_no_updates => {
                errors.push(format!("«No updates» and a total of {total} entries"));
            }
            Some(0) if page.entries_found() == 0 => {
                errors.push("a total of 0 entries without «No updates»".into());
            }
            None if page.says_no_updates => errors.push("«No updates» beside entries".into()),
            None => errors.push("no «Total of … entries»".into()),
            Some(_) => {}
        }
    }
}

fn check_section(section: &ListingSection, errors: &mut Vec<String>) {
    let ListingSection { found, shown, .. } = *section;
    let name = name_of(section.heading);
    match shown {
        Some(shown) if shown != found => errors.push(format!("{name}: says {shown} entries, holds {found}")),
        None if found > 0 && section.heading != SectionHeading::None => {
            errors.push(format!("{name}: says no number, holds {found} entries"));
        }
        _ => {}
    }
}

/// The number of entries with a type's mark must be that under its heading, except for unreadable entries.
fn check_marks(pages: &[Listing], errors: &mut Vec<String>) {
    let unreadable: usize = sections(pages).map(|section| section.unreadable.len()).sum();
    let is_of = |heading: SectionHeading, entry: &ListingEntry| match heading {
        SectionHeading::New => entry.announce_type == AnnounceType::New,
        SectionHeading::Cross => entry.announce_type == AnnounceType::Cross,
        _ => entry.announce_type.is_replacement(),
    };
    let of_mailing = [SectionHeading::New, SectionHeading::Cross, SectionHeading::Replacement];
    let entries: Vec<(SectionHeading, &ListingEntry)> = sections(pages)
        .filter(|section| of_mailing.contains(&section.heading))
        .flat_map(|section| section.entries.iter().map(|entry| (section.heading, entry)))
        .collect();
    for heading in of_mailing {
        let headed = entries.iter().filter(|(over, _)| *over == heading).count();
        let marked = entries.iter().filter(|(_, entry)| is_of(heading, entry)).count();
        if headed.abs_diff(marked) > unreadable {
            errors.push(format!("{}: heads {headed} entries, {marked} are marked so", name_of(heading)));
        }
    }
}

/// A page of recent days must have only the days that its top lists.
fn check_days(pages: &[Listing], errors: &mut Vec<String>) {
    for page in pages.iter().filter(|page| !page.days.is_empty()) {
        for section in &page.sections {
            if let SectionHeading::Day(day) = section.heading
                && !page.days.contains(&day)
            {
                errors.push(format!("{day}: a day that the head of the page does not name"));
            }
        }
    }
}

/// The sections' totals must agree over the pages, match the shown entries, and add up to the listing's total.
fn check_sums(
    first: &Listing,
    pages: &[Listing],
    numbers: &EntryNumbers<'_>,
    is_covered: bool,
    errors: &mut Vec<String>,
) {
    if matches!(first.kind, ListingKind::Month { .. } | ListingKind::Year { .. }) {
        return;
    }
    let claims = claims(pages);
    for section in sections(pages) {
        let claim = claims.iter().find(|(heading, _, _)| *heading == section.heading);
        if let (Some((_, claimed, _)), Some(of)) = (claim, section.of)
            && *claimed != of
        {
            errors.push(format!(
                "{}: {claimed} entries on one page, {of} on another",
                name_of(section.heading)
            ));
        }
    }
    if is_covered {
        for (heading, of, shown) in &claims {
            if u64::from(*of) != *shown {
                errors.push(format!("{}: shows {shown} of {of} entries", name_of(*heading)));
            }
        }
    }
    let Some(total) = first.total.map(u64::from) else { return };
    let is_met = numbers.claimed == total || numbers.claimed == total + numbers.repeated;
    if !is_met && (is_covered || numbers.claimed > total) {
        errors.push(format!("the sections count {} entries, the listing {total}", numbers.claimed));
    }
}

fn name_of(heading: SectionHeading) -> String {
    match heading {
        SectionHeading::New => "New submissions".into(),
        SectionHeading::Cross => "Cross submissions".into(),
        SectionHeading::Replacement => "Replacement submissions".into(),
        SectionHeading::Day(date) => date.to_string(),
        SectionHeading::None => "the list".into(),
    }
}

#[cfg(test)]
mod tests;
