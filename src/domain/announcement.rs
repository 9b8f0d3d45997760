//! What one mailing announced in one subject.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use super::excerpt::beginning;
use super::paper::Paper;
use super::taxonomy::SubjectId;

/// How a paper comes into a subject's listing; the words are those of arXiv's own feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AnnounceType {
    /// First announced, with this subject as its primary.
    New,
    /// Newly listed here, at home elsewhere.
    Cross,
    /// A new version of a paper that is at home here.
    Replace,
    /// A new version of a paper that is cross-listed here.
    ReplaceCross,
}

/// A name that is no announcement type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown type `{0}`; choose from new, cross, replace, replace-cross")]
pub struct UnknownType(pub String);

impl AnnounceType {
    /// In the order of the page.
    pub const ALL: [Self; 4] = [Self::New, Self::Cross, Self::Replace, Self::ReplaceCross];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Cross => "cross",
            Self::Replace => "replace",
            Self::ReplaceCross => "replace-cross",
        }
    }

    /// A new version of a paper that was announced before.
    #[must_use]
    pub fn is_replacement(self) -> bool {
        matches!(self, Self::Replace | Self::ReplaceCross)
    }
}

impl fmt::Display for AnnounceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for AnnounceType {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, UnknownType> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownType(beginning(text, 64).to_owned()))
    }
}

/// A paper at its place in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingEntry {
    /// The number in brackets, from 1 through all sections of the listing.
    pub position: u32,
    pub announce_type: AnnounceType,
    /// Where a cross-list is at home, in the page's words; may be an alias such as `cs.SY`.
    pub cross_list_from: Option<String>,
    pub paper: Arc<Paper>,
}

/// All that one mailing announced in one subject, in the page's order; empty on a quiet day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub subject: SubjectId,
    /// The listing date: the day after the evening of the mailing.
    pub date: Date,
    pub entries: Vec<ListingEntry>,
}

impl Announcement {
    /// How many entries came as this type.
    #[must_use]
    pub fn count(&self, announce_type: AnnounceType) -> usize {
        self.entries.iter().filter(|entry| entry.announce_type == announce_type).count()
    }
}
