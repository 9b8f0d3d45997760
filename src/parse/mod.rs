//! Parses arXiv's listing pages, and proves that the parsed entries are all that the pages announce.
//!
//! [`listing`] takes the bytes of one page, [`prove`] all pages of a listing, [`announcements`] turns them into
//! announcements. Pure: no clock, no I/O, no waiting. The sources of the page layout are arXiv/arxiv-browse at commit
//! 26f634f and the pages under `tests/fixtures/pages`.

mod announcements;
mod authors;
mod characters;
mod decode;
mod entry;
mod guard;
mod heading;
mod identity;
mod listing;
mod membership;
mod page;
mod page_error;
mod part;
mod proof;
mod running_text;
mod selectors;
mod subjects;

pub use announcements::announcements;
pub use authors::AUTHORS_MAX;
pub use guard::{NESTING_MAX, TAG_BYTES_MAX};
pub use listing::{EntryNote, Listing, ListingKind, ListingSection, Remark, SectionHeading, UnreadableEntry};
pub use membership::assign_subject;
pub use page::{ENTRIES_MAX, PAGE_BYTES_MAX, listing};
pub use page_error::PageError;
pub use part::ListingPart;
pub use proof::{Proof, prove};
