//! What happened to a paper in a subject on a day, with the date it goes by for ever.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::announcement::AnnounceType;
use super::paper::Paper;
use super::taxonomy::SubjectId;

/// How many days before a replacement the version that it is compared with was announced at most.
///
/// Less than a store keeps by itself, so that what a replacement says does not change while it is shown.
pub const COMPARED_DAYS: i64 = 300;

/// The version before a replacement, as it was announced.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Earlier {
    pub listing_date: Date,
    pub paper: Arc<Paper>,
}

/// A paper announced in one subject by one mailing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    pub subject: SubjectId,
    pub listing_date: Date,
    /// As the page says now; arXiv may correct it on the same day.
    pub announce_type: AnnounceType,
    /// As the page said when this was first shown. Ids are made of it, so that a corrected type changes none.
    pub first_type: AnnounceType,
    /// Where a cross-list is at home, in the page's words.
    pub cross_list_from: Option<String>,
    /// Set once for a paper and a listing date, and shared with no other event of another paper or date.
    pub published: Timestamp,
    /// When this came into the subject's feed; later than the date for a day that was caught up.
    pub added: Timestamp,
    pub paper: Arc<Paper>,
    /// Of a replacement: the newest version of an earlier listing date that is kept, of whatever subject.
    pub earlier: Option<Earlier>,
}

impl Event {
    /// The version that was announced, where it is known: the first of a new paper, else what the listing gave away.
    #[must_use]
    pub fn version(&self) -> Option<u32> {
        self.version_as(self.announce_type)
    }

    /// The version in the ids of arXiv's own feeds: as the listing had it when this was first shown.
    #[must_use]
    pub fn first_version(&self) -> Option<u32> {
        self.version_as(self.first_type)
    }

    fn version_as(&self, announce_type: AnnounceType) -> Option<u32> {
        if announce_type == AnnounceType::New { Some(1) } else { self.paper.version }
    }

    /// The part of the id behind that of the paper: `#replaced-2026-03-02`, or nothing where this was first shown as new or
    /// as a cross-list.
    #[must_use]
    pub fn id_suffix(&self) -> String {
        if self.first_type.is_replacement() {
            format!("#replaced-{}", self.listing_date)
        } else {
            String::new()
        }
    }
}

/// A day of a subject as it stands after a read: every event of that day, in the page's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedDay {
    pub subject: SubjectId,
    pub listing_date: Date,
    pub events: Vec<Event>,
    /// How many of the events this read has brought.
    pub added: usize,
}
