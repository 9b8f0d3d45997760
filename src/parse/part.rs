//! The part of a paged listing that a page without errors is.

use std::fmt;

use super::listing::Listing;

/// A part of a listing: each of its pages has as many entries as its place allows.
///
/// A page that lost entries to a lag of arXiv's database does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingPart {
    /// The first and the last number of each range of entries, in ascending order.
    pub ranges: Vec<(u32, u32)>,
    /// The number of entries of the whole listing.
    pub total: u32,
}

/// The part that consistent pages form; `None` if a page is not full, or if the listing is complete.
pub(super) fn of(pages: &[Listing]) -> Option<ListingPart> {
    let total = pages.first()?.total?;
    let mut ranges: Vec<(u32, u32)> =
        pages.iter().map(|page| range_of(page, total)).collect::<Option<_>>()?;
    ranges.sort_unstable();
    ranges.dedup_by(|next, before| {
        let is_adjacent = next.0 <= before.1.saturating_add(1);
        if is_adjacent {
            before.1 = before.1.max(next.1);
        }
        is_adjacent
    });
    (ranges != [(1, total)]).then_some(ListingPart { ranges, total })
}

fn range_of(page: &Listing, total: u32) -> Option<(u32, u32)> {
    let (first, last) = (page.first_position()?, page.last_position()?);
    let size = page.page_size?;
    let full = first.checked_sub(1)?.saturating_add(size).min(total);
    let is_without_gaps = page.entries_found() == last - first + 1;
    (last == full && is_without_gaps).then_some((first, last))
}

impl fmt::Display for ListingPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranges: Vec<String> = self.ranges.iter().map(|(first, last)| format!("{first}–{last}")).collect();
        write!(f, "entries {} of {}", ranges.join(" and "), self.total)
    }
}
