//! The types of a parsed listing page: its kind, its sections, their entries and remarks.

use jiff::civil::Date;

use crate::domain::announcement::ListingEntry;
use crate::domain::taxonomy::SubjectId;

/// The kind of a listing page, with its day or period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingKind {
    /// `/list/CTX/new`: one mailing, with abstracts.
    New(Date),
    /// `/list/CTX/recent` and `/pastweek`: five mailing days, new and cross only, without abstracts.
    Recent,
    /// `/list/CTX/YYYY-MM` and `/current`.
    Month { year: i16, month: i8 },
    /// `/list/CTX/YYYY`.
    Year { year: i16 },
    /// `/catchup/SUBJECT/YYYY-MM-DD`.
    Catchup(Date),
}

/// One parsed page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    pub kind: ListingKind,
    /// The full name in the heading.
    pub name: String,
    /// The subject, from the page's own links, or from its name where that is unique.
    pub subject: Option<SubjectId>,
    /// N of «Total of N entries»; `None` on an empty page.
    pub total: Option<u32>,
    /// N of «Showing up to N entries per page»; 2,000 on catchup pages, which do not show it. `None` on an empty page.
    pub page_size: Option<u32>,
    /// The page as a whole says «No updates …»; an empty day among others does not count.
    pub says_no_updates: bool,
    /// The mailing days that the top of a page of recent submissions lists; empty on other pages.
    pub days: Vec<Date>,
    pub sections: Vec<ListingSection>,
}

/// One section of a page, a `dl` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingSection {
    pub heading: SectionHeading,
    /// N of `showing N of M`: the number of this section's entries that the page claims to have.
    pub shown: Option<u32>,
    /// M of `showing N of M`: the number of entries of the section over all pages.
    pub of: Option<u32>,
    /// The number of entries (`dt` with `dd`) that the section has on this page, readable or not.
    pub found: u32,
    pub entries: Vec<ListingEntry>,
    /// Entries that could not be parsed, or that cannot be part of this listing.
    pub unreadable: Vec<UnreadableEntry>,
    /// Remarks on entries that were parsed all the same.
    pub notes: Vec<EntryNote>,
}

/// The heading of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionHeading {
    New,
    Cross,
    Replacement,
    /// A mailing day on a page of recent submissions.
    Day(Date),
    /// Pages of a month or year have one section without a heading.
    None,
}

/// An entry of the page that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableEntry {
    /// The number in brackets, if there is one.
    pub position: Option<u32>,
    /// What is wrong with it, in one line.
    pub reason: String,
    /// True if it was parsed, but its subjects or its identifier belong to another listing or day.
    pub is_foreign: bool,
}

/// A remark on an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryNote {
    /// The number in brackets.
    pub position: u32,
    pub remark: Remark,
}

/// Something unusual that did not prevent parsing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Some bytes of this field do not fit the page's encoding; they are left out.
    Undecodable { field: &'static str, encoding: &'static str },
    /// The text in the place of the primary subject is not a category.
    MalformedPrimary,
}

impl std::fmt::Display for EntryNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let position = self.position;
        match self.remark {
            Remark::Undecodable { field, encoding } => {
                write!(f, "item {position}: bytes that are not {encoding} in the {field}")
            }
            Remark::MalformedPrimary => write!(f, "item {position}: a primary subject that is no category"),
        }
    }
}

impl Listing {
    /// The number of entries on the page, readable or not.
    #[must_use]
    pub fn entries_found(&self) -> u32 {
        self.sections.iter().map(|section| section.found).fold(0, u32::saturating_add)
    }

    /// The lowest number of an entry.
    #[must_use]
    pub fn first_position(&self) -> Option<u32> {
        self.positions().min()
    }

    /// The highest number of an entry.
    #[must_use]
    pub fn last_position(&self) -> Option<u32> {
        self.positions().max()
    }

    /// The value of `skip` for the next page; `None` if the page's total says that this is the last.
    ///
    /// Counts in whole pages from the first number on this one, so that a page which lost entries to a lag of arXiv's
    /// database does not seem to continue.
    #[must_use]
    pub fn next_skip(&self) -> Option<u32> {
        let (first, last) = (self.first_position()?, self.last_position()?);
        let next = self.page_size.map_or(last, |size| first.saturating_sub(1).saturating_add(size).max(last));
        (next < self.total?).then_some(next)
    }

    fn positions(&self) -> impl Iterator<Item = u32> {
        self.sections.iter().flat_map(|section| {
            let unreadable = section.unreadable.iter().filter_map(|entry| entry.position);
            section.entries.iter().map(|entry| entry.position).chain(unreadable)
        })
    }
}

/// The sections of all pages, in their order.
pub(super) fn sections(pages: &[Listing]) -> impl Iterator<Item = &ListingSection> {
    pages.iter().flat_map(|page| &page.sections)
}
