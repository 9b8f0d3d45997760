//! Checks the numbers of entries for gaps and repetitions, and their papers for repetitions.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::domain::arxiv_id::ArxivId;
use crate::parse::listing::{Listing, ListingKind, sections};

use super::claims::claims;

/// The number of entries that a page of a month or year may lack.
///
/// arXiv removes the few papers that it deletes from the entries but not from the counts.
const DELETED_PER_PAGE_MAX: u32 = 2;

/// How many errors are spelled out, and how many notes.
pub(super) const ERRORS_MAX: usize = 20;

/// The entries of the pages by their numbers.
pub(super) struct EntryNumbers<'a> {
    /// The numbers, each with its paper where it could be read.
    numbered: HashMap<u32, Option<&'a ArxivId>>,
    sorted: Vec<u32>,
    /// The number of entries that repeat number and paper of another one.
    pub(super) repeated: u64,
    /// The first number of each paper.
    first: HashMap<&'a ArxivId, u32>,
    /// Papers with two numbers: the second takes the place of a missing one.
    ///
    /// arXiv groups every listing by paper, so that none has a paper twice (arxiv-browse 26f634f), nor does a saved page;
    /// a listing that changed while its pages were read does.
    doubled: Vec<(&'a ArxivId, u32, u32)>,
    /// Numbers of two different papers.
    contested: Vec<u32>,
    /// The number of entries without a readable number.
    unnumbered: u32,
    readable: u32,
    /// The sum of the sections' own totals.
    pub(super) claimed: u64,
}

impl<'a> EntryNumbers<'a> {
    pub(super) fn of(pages: &'a [Listing]) -> Self {
        let mut numbers = Self {
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
                numbers.add(entry.position, Some(&entry.paper.id));
            }
            for entry in &section.unreadable {
                match entry.position {
                    Some(position) => numbers.add(position, None),
                    None => numbers.unnumbered += 1,
                }
            }
        }
        numbers.sorted = numbers.numbered.keys().copied().collect();
        numbers.sorted.sort_unstable();
        numbers
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

    /// The papers with two numbers, one line each.
    pub(super) fn doubled(&self) -> impl Iterator<Item = String> {
        self.doubled
            .iter()
            .map(|(id, first, second)| format!("items {first} and {second} are the same paper, {id}"))
    }

    /// True if no number and no paper appears twice.
    pub(super) fn is_clean(&self) -> bool {
        self.doubled.is_empty() && self.contested.is_empty() && self.repeated == 0
    }

    pub(super) fn missing(&self, total: Option<u32>) -> u32 {
        let counted = total.map_or(self.claimed, u64::from);
        u32::try_from(counted.saturating_sub(u64::from(self.readable))).unwrap_or(u32::MAX)
    }

    /// True if every section has as many entries as it says and only numbers are missing: arXiv removed entries after
    /// numbering. A lagging replica numbers its entries from 1 without gaps.
    pub(super) fn is_withdrawal(&self, total: Option<u32>) -> bool {
        let present = self.sorted.len() as u64 + u64::from(self.unnumbered);
        self.contested.is_empty()
            && total.is_some_and(|total| {
                self.claimed == present && present < u64::from(total) && self.sorted.last() == Some(&total)
            })
    }

    /// True if the numbers 1 to the total are complete, deletions by arXiv allowed for; else adds the errors.
    pub(super) fn check_numbers(
        &self,
        total: Option<u32>,
        pages: &[Listing],
        errors: &mut Vec<String>,
    ) -> bool {
        for position in &self.contested {
            errors.push(format!("two entries are numbered {position}"));
        }
        let Some(total) = total else { return false };
        let (Some(first), Some(last)) = (self.sorted.first(), self.sorted.last()) else {
            if total > 0 && !pages.iter().any(|page| page.says_no_updates) {
                errors.push(format!("none of {total} entries is on the page"));
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
            errors.push(format!("no entries numbered {}", gaps.join(", ")));
        }
        if *last > total {
            errors.push(format!("an entry is numbered {last} of {total}"));
        }
        let outside = first.saturating_sub(1).saturating_add(total.saturating_sub(*last));
        if outside > self.unnumbered {
            let is_paged = pages.iter().any(|page| page.page_size.map_or(*first > 1, |size| size < total));
            let place = if is_paged { "on other pages" } else { "not on the page" };
            errors.push(format!("{outside} of {total} entries are {place}"));
        }
        false
    }

    /// The missing numbers between the first and the last.
    fn gaps(&self) -> Vec<String> {
        let gap = |pair: &[u32]| match pair[1] - pair[0] {
            0 | 1 => None,
            2 => Some((pair[0] + 1).to_string()),
            _ => Some(format!("{}–{}", pair[0] + 1, pair[1] - 1)),
        };
        self.sorted.windows(2).filter_map(gap).take(ERRORS_MAX).collect()
    }
}

/// True if all pages of a month or year are present and the missing entries may be deletions by arXiv.
fn may_be_deleted(lost: u32, total: u32, pages: &[Listing]) -> bool {
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    let room: u64 = pages.iter().map(|page| u64::from(page.page_size.unwrap_or(0))).sum();
    pages.iter().all(|page| matches!(page.kind, ListingKind::Month { .. } | ListingKind::Year { .. }))
        && room >= u64::from(total)
        && lost <= DELETED_PER_PAGE_MAX.saturating_mul(count)
}
