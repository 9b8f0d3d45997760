//! The counts in the headings of a listing's sections, over all its pages.

use crate::parse::listing::{Listing, SectionHeading, sections};

/// Each heading with its total on the first page, and the sum of the shown entries over all pages.
pub(super) fn claims(pages: &[Listing]) -> Vec<(SectionHeading, u32, u64)> {
    let mut claims: Vec<(SectionHeading, u32, u64)> = Vec::new();
    for section in sections(pages) {
        let (Some(of), Some(shown)) = (section.of, section.shown) else { continue };
        match claims.iter_mut().find(|(heading, _, _)| *heading == section.heading) {
            Some((_, _, sum)) => *sum += u64::from(shown),
            None => claims.push((section.heading, of, u64::from(shown))),
        }
    }
    claims
}
