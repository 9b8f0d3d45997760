//! What does a listing page say, and is that all of it?

use jiff::civil::Date;

use crate::domain::announcement::Announced;
use crate::domain::taxonomy::SubjectId;
use crate::domain::verdict::Verdict;

/// Which kind of listing a page is, with the day or the period that it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
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
    pub kind: Kind,
    /// The full name in the heading.
    pub name: String,
    /// Whose listing this is, from the page's own links, else from its name where that is unique.
    pub subject: Option<SubjectId>,
    /// «Total of N entries»; absent on an empty page.
    pub total: Option<u32>,
    /// The page says «No updates …».
    pub says_no_updates: bool,
    pub sections: Vec<Section>,
}

/// A `dl` of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub heading: Heading,
    /// `showing N of M`: how many of this section the page claims to hold. Absent without a count.
    pub shown: Option<u32>,
    /// `showing N of M`: how many the section has in all.
    pub of: Option<u32>,
    /// How many `dt` the section really holds, readable or not.
    pub found: u32,
    pub entries: Vec<Announced>,
    /// Entries that could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// What a section is headed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    New,
    Cross,
    Replacement,
    /// A mailing day on a page of recent submissions.
    Day(Date),
    /// Month and year pages have one section without a heading.
    None,
}

/// An entry that is on the page but cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The number in brackets, where it is there.
    pub position: Option<u32>,
    /// What is wrong with it, in one line.
    pub reason: String,
}

/// The page is no listing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found}")]
pub struct Refusal {
    /// `Unrecognized` for a layout that we do not know, `Refused` for a captcha or an error page of arXiv.
    pub verdict: Verdict,
    /// What was found instead, in one line.
    pub found: String,
}

/// What the counts of a listing prove, over all its pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// `Complete`, `Quiet` or `Incomplete`.
    pub verdict: Verdict,
    /// Entries that the page counts and that were not read.
    pub missing: u32,
    /// The counts hold and only single entries could not be read, so that the others can be trusted.
    pub counts_hold: bool,
    /// Everything that is wrong, a line each; empty when proved.
    pub faults: Vec<String>,
}
