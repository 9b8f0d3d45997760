//! What one mailing announces in one subject.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use super::excerpt::beginning;
use super::paper::Paper;
use super::taxonomy::SubjectId;

/// Why a paper is in a subject's listing, in the words of arXiv's own feeds (`arxiv:announce_type`).
///
/// Source: <https://info.arxiv.org/help/rss_specifications.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AnnounceType {
    /// First announced, with this subject as its primary.
    New,
    /// First listed here; its primary subject is another one.
    Cross,
    /// A new version of a paper whose primary subject is this one.
    Replace,
    /// A new version of a paper that is cross-listed here.
    ReplaceCross,
}

/// The text names no announcement type; it holds the first 64 characters of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown type `{0}`; choose from new, cross, replace, replace-cross")]
pub struct UnknownType(pub String);

impl AnnounceType {
    /// In the order of a listing page.
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

    /// True for a new version of a paper that was announced before.
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

/// One entry of a listing: a paper, its number and its announcement type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingEntry {
    /// The number in brackets; counts from 1 through all sections of the listing.
    pub position: u32,
    pub announce_type: AnnounceType,
    /// Of a cross-list: the primary subject as the page writes it, which may be an alias such as `cs.SY`.
    pub cross_list_from: Option<String>,
    pub paper: Arc<Paper>,
}

/// Everything that one mailing announces in one subject, in the order of the page; without entries on a quiet day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub subject: SubjectId,
    /// The listing date: the day after the evening on which arXiv sends the mailing.
    pub date: Date,
    pub entries: Vec<ListingEntry>,
}

impl Announcement {
    /// The number of entries of this type.
    #[must_use]
    pub fn count(&self, announce_type: AnnounceType) -> usize {
        self.entries.iter().filter(|entry| entry.announce_type == announce_type).count()
    }
}
