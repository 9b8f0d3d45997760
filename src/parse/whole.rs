//! Is this all of the listing? The page's own counts prove it.
//!
//! arXiv takes the counts from its announcement table and the entries from its metadata table; when a replica lags
//! they disagree, and the page still comes with status 200 (arXiv/arxiv-browse#990, 25 June 2026).

use std::collections::HashMap;

use crate::domain::announcement::{AnnounceType, Announced};
use crate::domain::arxiv_id::ArxivId;
use crate::domain::verdict::Verdict;

use super::{Heading, Kind, Listing, Proof, Section};

/// How many entries a page of a month or year may lack.
///
/// arXiv takes the few papers that it deletes out of the entries but not out of the counts.
const DELETED_PER_PAGE_MAX: u32 = 2;

/// How many faults are spelled out.
const FAULTS_MAX: usize = 20;

/// Holds the pages of one listing, in their order, against their own counts.
#[must_use]
pub fn prove(pages: &[Listing]) -> Proof {
    let Some(first) = pages.first() else {
        return Proof {
            verdict: Verdict::Incomplete,
            missing: 0,
            counts_hold: false,
            faults: vec!["no page was read".into()],
        };
    };
    let tally = Tally::of(pages);
    let mut faults = Vec::new();
    check_sameness(first, pages, &mut faults);
    if faults.is_empty() && is_quiet(pages) {
        return Proof { verdict: Verdict::Quiet, missing: 0, counts_hold: true, faults };
    }
    check_emptiness(pages, &mut faults);
    for section in sections(pages) {
        check_section(section, &mut faults);
    }
    check_marks(pages, &mut faults);
    let is_sound = faults.is_empty();
    let is_covered = tally.check_numbers(first.total, pages, &mut faults);
    check_sums(first, pages, &tally, is_covered, &mut faults);

    let counts_hold = faults.is_empty() || (is_sound && tally.is_withdrawal(first.total));
    let unreadable = || sections(pages).flat_map(|section| &section.unreadable);
    faults.extend(unreadable().map(|entry| entry.reason.clone()));
    let is_whole = faults.is_empty();
    if faults.len() > FAULTS_MAX {
        let more = faults.len() - FAULTS_MAX;
        faults.truncate(FAULTS_MAX);
        faults.push(format!("and {more} more"));
    }
    Proof {
        verdict: if is_whole { Verdict::Complete } else { Verdict::Incomplete },
        missing: tally.missing(first.total),
        counts_hold,
        faults,
    }
}

/// What is on the pages, by the numbers in brackets.
struct Tally<'a> {
    /// The numbers, each with its paper where that could be read.
    numbered: HashMap<u32, Option<&'a ArxivId>>,
    sorted: Vec<u32>,
    /// Entries that repeat another one, number and paper.
    repeated: u64,
    /// Numbers that two different papers carry.
    contested: Vec<u32>,
    /// Entries that could not be read, not even their number.
    unnumbered: u32,
    readable: u32,
    /// The sum of the sections' own totals.
    claimed: u64,
}

impl<'a> Tally<'a> {
    fn of(pages: &'a [Listing]) -> Self {
        let mut tally = Self {
            numbered: HashMap::new(),
            sorted: Vec::new(),
            repeated: 0,
            contested: Vec::new(),
            unnumbered: 0,
            readable: 0,
            claimed: claims(pages).iter().map(|(_, of, _)| u64::from(*of)).sum(),
        };
        for section in sections(pages) {
            for entry in &section.entries {
                tally.add(entry.position, Some(&entry.paper.id));
            }
            for entry in &section.unreadable {
                match entry.position {
                    Some(position) => tally.add(position, None),
                    None => tally.unnumbered += 1,
                }
            }
        }
        tally.sorted = tally.numbered.keys().copied().collect();
        tally.sorted.sort_unstable();
        tally
    }

    fn add(&mut self, position: u32, id: Option<&'a ArxivId>) {
        match self.numbered.get(&position) {
            None => {
                self.numbered.insert(position, id);
                self.readable += u32::from(id.is_some());
            }
            Some(known) if *known == id => self.repeated += 1,
            Some(_) => self.contested.push(position),
        }
    }

    fn missing(&self, total: Option<u32>) -> u32 {
        let counted = total.map_or(self.claimed, u64::from);
        u32::try_from(counted.saturating_sub(u64::from(self.readable))).unwrap_or(u32::MAX)
    }

    /// Every section holds what it says, and only numbers are left out that would make up the total: arXiv took
    /// entries out after it had numbered them. A lagging replica numbers what it has from 1 on, without holes.
    fn is_withdrawal(&self, total: Option<u32>) -> bool {
        let present = self.sorted.len() as u64 + u64::from(self.unnumbered);
        self.contested.is_empty()
            && total.is_some_and(|total| {
                self.claimed == present && present < u64::from(total) && self.sorted.last() == Some(&total)
            })
    }

    /// Are the numbers 1 to the total all there? Where not, the faults say so, unless it is within what arXiv deletes.
    fn check_numbers(&self, total: Option<u32>, pages: &[Listing], faults: &mut Vec<String>) -> bool {
        for position in &self.contested {
            faults.push(format!("two entries are numbered {position}"));
        }
        let Some(total) = total else { return false };
        let (Some(first), Some(last)) = (self.sorted.first(), self.sorted.last()) else {
            if total > 0 && !pages.iter().any(|page| page.says_no_updates) {
                faults.push(format!("none of {total} entries is on the page"));
            }
            return false;
        };
        let present = u32::try_from(self.sorted.len()).unwrap_or(u32::MAX).saturating_add(self.unnumbered);
        if present >= total && *first >= 1 && *last <= total {
            return true;
        }
        if may_be_deleted(total.saturating_sub(present), total, pages) && *last <= total {
            return true;
        }
        let gaps = self.gaps();
        if !gaps.is_empty() && (*last - *first + 1).saturating_sub(present) > 0 {
            faults.push(format!("no entries numbered {}", gaps.join(", ")));
        }
        if *last > total {
            faults.push(format!("an entry is numbered {last} of {total}"));
        }
        let outside = first.saturating_sub(1).saturating_add(total.saturating_sub(*last));
        if outside > self.unnumbered {
            let is_paged = pages.iter().any(|page| page.page_size.map_or(*first > 1, |size| size < total));
            let place = if is_paged { "on other pages" } else { "not on the page" };
            faults.push(format!("{outside} of {total} entries are {place}"));
        }
        false
    }

    /// The numbers that are left out between the first and the last.
    fn gaps(&self) -> Vec<String> {
        let gap = |pair: &[u32]| match pair[1] - pair[0] {
            0 | 1 => None,
            2 => Some((pair[0] + 1).to_string()),
            _ => Some(format!("{}–{}", pair[0] + 1, pair[1] - 1)),
        };
        self.sorted.windows(2).filter_map(gap).take(FAULTS_MAX).collect()
    }
}

/// Pages of different listings prove nothing together.
fn check_sameness(first: &Listing, pages: &[Listing], faults: &mut Vec<String>) {
    for (index, page) in pages.iter().enumerate().skip(1) {
        let number = index + 1;
        if (page.kind, page.subject, &page.name) != (first.kind, first.subject, &first.name) {
            faults.push(format!(
                "page {number} is of another listing, {} instead of {}",
                title(page),
                title(first)
            ));
        }
        if page.total != first.total {
            let show = |total: Option<u32>| {
                total.map_or("no total".to_owned(), |total| format!("a total of {total}"))
            };
            faults.push(format!("page {number} has {}, the first {}", show(page.total), show(first.total)));
        }
    }
}

fn title(page: &Listing) -> String {
    match page.kind {
        Kind::New(date) => format!("{} of {date}", page.name),
        Kind::Catchup(date) => format!("catchup of {} of {date}", page.name),
        Kind::Recent => format!("recent {}", page.name),
        Kind::Month { year, month } => format!("{} of {year}-{month:02}", page.name),
        Kind::Year { year } => format!("{} of {year}", page.name),
    }
}

/// Nothing is there, nothing is counted, and the page says so.
fn is_quiet(pages: &[Listing]) -> bool {
    pages.iter().all(|page| page.says_no_updates && page.total.unwrap_or(0) == 0)
        && sections(pages).all(|section| {
            section.found == 0 && section.unreadable.is_empty() && section.of.unwrap_or(0) == 0
        })
}

/// «No updates» beside a total is a lagging replica or a page beyond the end, never an empty day.
fn check_emptiness(pages: &[Listing], faults: &mut Vec<String>) {
    for page in pages {
        match page.total {
            Some(total) if page.says_no_updates => {
                faults.push(format!("«No updates» and a total of {total} entries"));
            }
            Some(0) if page.entries_found() == 0 => {
                faults.push("a total of 0 entries without «No updates»".into());
            }
            None if page.says_no_updates => faults.push("«No updates» beside entries".into()),
            None => faults.push("no «Total of … entries»".into()),
            Some(_) => {}
        }
    }
}

fn check_section(section: &Section, faults: &mut Vec<String>) {
    let Section { found, shown, .. } = *section;
    let name = name_of(section.heading);
    match shown {
        Some(shown) if shown != found => faults.push(format!("{name}: says {shown} entries, holds {found}")),
        None if found > 0 && section.heading != Heading::None => {
            faults.push(format!("{name}: says no number, holds {found} entries"));
        }
        _ => {}
    }
}

/// As many entries must be marked as a type as stand under its heading, where all can be read.
fn check_marks(pages: &[Listing], faults: &mut Vec<String>) {
    if sections(pages).any(|section| !section.unreadable.is_empty()) {
        return;
    }
    let is_of = |heading: Heading, entry: &Announced| match heading {
        Heading::New => entry.announce_type == AnnounceType::New,
        Heading::Cross => entry.announce_type == AnnounceType::Cross,
        _ => entry.announce_type.is_replacement(),
    };
    let of_mailing = [Heading::New, Heading::Cross, Heading::Replacement];
    let entries: Vec<(Heading, &Announced)> = sections(pages)
        .filter(|section| of_mailing.contains(&section.heading))
        .flat_map(|section| section.entries.iter().map(|entry| (section.heading, entry)))
        .collect();
    for heading in of_mailing {
        let headed = entries.iter().filter(|(over, _)| *over == heading).count();
        let marked = entries.iter().filter(|(_, entry)| is_of(heading, entry)).count();
        if headed != marked {
            faults.push(format!("{}: heads {headed} entries, {marked} are marked so", name_of(heading)));
        }
    }
}

/// The sections' own totals must agree over the pages, be met by what is shown, and add up to the listing's.
fn check_sums(
    first: &Listing,
    pages: &[Listing],
    tally: &Tally<'_>,
    is_covered: bool,
    faults: &mut Vec<String>,
) {
    if matches!(first.kind, Kind::Month { .. } | Kind::Year { .. }) {
        return;
    }
    let claims = claims(pages);
    for section in sections(pages) {
        let claim = claims.iter().find(|(heading, _, _)| *heading == section.heading);
        if let (Some((_, claimed, _)), Some(of)) = (claim, section.of)
            && *claimed != of
        {
            faults.push(format!(
                "{}: {claimed} entries on one page, {of} on another",
                name_of(section.heading)
            ));
        }
    }
    if is_covered {
        for (heading, of, shown) in &claims {
            if u64::from(*of) != *shown {
                faults.push(format!("{}: shows {shown} of {of} entries", name_of(*heading)));
            }
        }
    }
    let Some(total) = first.total.map(u64::from) else { return };
    let is_met = tally.claimed == total || tally.claimed == total + tally.repeated;
    if !is_met && (is_covered || tally.claimed > total) {
        faults.push(format!("the sections count {} entries, the listing {total}", tally.claimed));
    }
}

/// Each heading with its total as the first page has it, and the sum of what the pages show.
fn claims(pages: &[Listing]) -> Vec<(Heading, u32, u64)> {
    let mut claims: Vec<(Heading, u32, u64)> = Vec::new();
    for section in sections(pages) {
        let (Some(of), Some(shown)) = (section.of, section.shown) else { continue };
        match claims.iter_mut().find(|(heading, _, _)| *heading == section.heading) {
            Some((_, _, sum)) => *sum += u64::from(shown),
            None => claims.push((section.heading, of, u64::from(shown))),
        }
    }
    claims
}

/// A month or year whose pages are all there may lack what arXiv has deleted.
fn may_be_deleted(lost: u32, total: u32, pages: &[Listing]) -> bool {
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    let room: u64 = pages.iter().map(|page| u64::from(page.page_size.unwrap_or(0))).sum();
    pages.iter().all(|page| matches!(page.kind, Kind::Month { .. } | Kind::Year { .. }))
        && room >= u64::from(total)
        && lost <= DELETED_PER_PAGE_MAX.saturating_mul(count)
}

fn sections(pages: &[Listing]) -> impl Iterator<Item = &Section> {
    pages.iter().flat_map(|page| &page.sections)
}

fn name_of(heading: Heading) -> String {
    match heading {
        Heading::New => "New submissions".into(),
        Heading::Cross => "Cross submissions".into(),
        Heading::Replacement => "Replacement submissions".into(),
        Heading::Day(date) => date.to_string(),
        Heading::None => "the list".into(),
    }
}

#[cfg(test)]
mod tests;
