//! Counts the entries of pages by their numbers and by their papers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::domain::arxiv_id::ArxivId;
use crate::parse::listing::{Listing, ListingKind, sections};

use super::claims::claims;

/// How many entries a page of a month or year may lack.
///
/// arXiv takes the few papers that it deletes out of the entries but not out of the counts.
const DELETED_PER_PAGE_MAX: u32 = 2;

/// How many faults are spelled out, and how many notes.
pub(super) const FAULTS_MAX: usize = 20;

/// What is on the pages, by the numbers in brackets.
pub(super) struct Tally<'a> {
    /// The numbers, each with its paper where that could be read.
    numbered: HashMap<u32, Option<&'a ArxivId>>,
    sorted: Vec<u32>,
    /// Entries that repeat another one, number and paper.
    pub(super) repeated: u64,
    /// Where each paper stands first.
    first: HashMap<&'a ArxivId, u32>,
    /// Papers that stand under two numbers: the second stands in the place of one that is missing.
    ///
    /// arXiv groups every listing by paper, so that none has a paper twice (arxiv-browse 26f634f), and no page at
    /// hand does; a listing that moved while its pages were read does.
    doubled: Vec<(&'a ArxivId, u32, u32)>,
    /// Numbers that two different papers carry.
    contested: Vec<u32>,
    /// Entries that could not be read, not even their number.
    unnumbered: u32,
    readable: u32,
    /// The sum of the sections' own totals.
    pub(super) claimed: u64,
}

impl<'a> Tally<'a> {
    pub(super) fn of(pages: &'a [Listing]) -> Self {
        let mut tally = Self {
            numbered: HashMap::new(),
            sorted: Vec::new(),
            repeated: 0,
            first: HashMap::new(),
            doubled: Vec::new(),
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
                let Some(id) = id else { return };
                match self.first.entry(id) {
                    Entry::Vacant(place) => {
                        place.insert(position);
                        self.readable += 1;
                    }
                    Entry::Occupied(place) => self.doubled.push((id, *place.get(), position)),
                }
            }
            Some(known) if *known == id => self.repeated += 1,
            Some(_) => self.contested.push(position),
        }
    }

    /// What is wrong with papers that stand under two numbers, a line each.
    pub(super) fn doubled(&self) -> impl Iterator<Item = String> {
        self.doubled
            .iter()
            .map(|(id, first, second)| format!("items {first} and {second} are the same paper, {id}"))
    }

    /// No number and no paper is there twice.
    pub(super) fn is_clean(&self) -> bool {
        self.doubled.is_empty() && self.contested.is_empty() && self.repeated == 0
    }

    pub(super) fn missing(&self, total: Option<u32>) -> u32 {
        let counted = total.map_or(self.claimed, u64::from);
        u32::try_from(counted.saturating_sub(u64::from(self.readable))).unwrap_or(u32::MAX)
    }

    /// Every section holds what it says, and only numbers are left out that would make up the total: arXiv took
    /// entries out after it had numbered them. A lagging replica numbers what it has from 1 on, without holes.
    pub(super) fn is_withdrawal(&self, total: Option<u32>) -> bool {
        let present = self.sorted.len() as u64 + u64::from(self.unnumbered);
        self.contested.is_empty()
            && total.is_some_and(|total| {
                self.claimed == present && present < u64::from(total) && self.sorted.last() == Some(&total)
            })
    }

    /// Are the numbers 1 to the total all there? Where not, the faults say so, unless it is within what arXiv deletes.
    pub(super) fn check_numbers(
        &self,
        total: Option<u32>,
        pages: &[Listing],
        faults: &mut Vec<String>,
    ) -> bool {
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

/// A month or year whose pages are all there may lack what arXiv has deleted.
fn may_be_deleted(lost: u32, total: u32, pages: &[Listing]) -> bool {
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    let room: u64 = pages.iter().map(|page| u64::from(page.page_size.unwrap_or(0))).sum();
    pages.iter().all(|page| matches!(page.kind, ListingKind::Month { .. } | ListingKind::Year { .. }))
        && room >= u64::from(total)
        && lost <= DELETED_PER_PAGE_MAX.saturating_mul(count)
}
