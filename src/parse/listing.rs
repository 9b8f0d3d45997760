//! The types that a listing page is read into: its kind, its sections, their entries, and what is odd about them.

use jiff::civil::Date;

use crate::domain::announcement::ListingEntry;
use crate::domain::taxonomy::SubjectId;

/// Which kind of listing a page is, with the day or the period that it shows.
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

/// One page of a listing, read in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    pub kind: ListingKind,
    /// The full name in the heading.
    pub name: String,
    /// Whose listing this is, from the page's own links, else from its name where that is unique.
    pub subject: Option<SubjectId>,
    /// «Total of N entries»; absent on an empty page.
    pub total: Option<u32>,
    /// «Showing up to N entries per page»; 2,000 on catchup pages, which do not say it. Absent on an empty page.
    pub page_size: Option<u32>,
    /// The page as a whole says «No updates …»; a single empty day among others does not count.
    pub says_no_updates: bool,
    /// The mailing days that the head of a page of recent submissions names; empty on other pages.
    pub days: Vec<Date>,
    pub sections: Vec<ListingSection>,
}

/// A `dl` of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingSection {
    pub heading: SectionHeading,
    /// `showing N of M`: how many of this section the page claims to hold. Absent without a count.
    pub shown: Option<u32>,
    /// `showing N of M`: how many the section has in all.
    pub of: Option<u32>,
    /// How many entries, `dt` with `dd`, the section really holds, readable or not.
    pub found: u32,
    pub entries: Vec<ListingEntry>,
    /// Entries that could not be read, or that this listing cannot hold.
    pub unreadable: Vec<UnreadableEntry>,
    /// What was coped with in entries that could be read.
    pub notes: Vec<EntryNote>,
}

/// What a section is headed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionHeading {
    New,
    Cross,
    Replacement,
    /// A mailing day on a page of recent submissions.
    Day(Date),
    /// Month and year pages have one section without a heading.
    None,
}

/// An entry that is on the page but cannot be taken from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableEntry {
    /// The number in brackets, where it is there.
    pub position: Option<u32>,
    /// What is wrong with it, in one line.
    pub reason: String,
    /// It can be read, but its subjects or its identifier say that it is of another listing or day.
    pub is_foreign: bool,
}

/// Something odd about an entry that was read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryNote {
    /// The number in brackets.
    pub position: u32,
    pub remark: Remark,
}

/// What was coped with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Some bytes of this field do not fit the page's encoding, and are left out.
    Undecodable { field: &'static str, encoding: &'static str },
    /// What stands in the place of the primary subject is no category.
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
    /// How many entries are on the page, readable or not.
    #[must_use]
    pub fn entries_found(&self) -> u32 {
        self.sections.iter().map(|section| section.found).fold(0, u32::saturating_add)
    }

    /// The lowest number in brackets.
    #[must_use]
    pub fn first_position(&self) -> Option<u32> {
        self.positions().min()
    }

    /// The highest number in brackets.
    #[must_use]
    pub fn last_position(&self) -> Option<u32> {
        self.positions().max()
    }

    /// How many entries to skip to get the next page; none where the page's own total says that this is the last.
    ///
    /// Counted in whole pages from the first number on this one, so that a page which lost entries to a lag of
    /// arXiv's database does not look like one that goes on.
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
