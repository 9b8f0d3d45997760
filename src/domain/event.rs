//! The announcement of one paper in one subject, with its permanent publication date.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::announcement::AnnounceType;
use super::paper::Paper;
use super::taxonomy::SubjectId;

/// A replacement is compared with a version that was announced at most this many days earlier.
///
/// Below the default retention of the store, so that the comparison does not change while feeds show it.
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
    /// Of a cross-list: the primary subject as the page writes it.
    pub cross_list_from: Option<String>,
    /// The date of the feed item: set once for a paper and a listing date, and different for every other pair.
    pub published: Timestamp,
    /// When the event entered the subject's feed; later than `published` for a day that was read afterwards.
    pub added: Timestamp,
    pub paper: Arc<Paper>,
    /// Of a replacement: the newest stored version with an earlier listing date, in any subject.
    pub earlier: Option<Earlier>,
}

impl Event {
    /// The announced version: 1 for a new paper, else the one in the listing's HTML link, if any.
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

/// All events of a subject's day after a read, in the order of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedDay {
    pub subject: SubjectId,
    pub listing_date: Date,
    pub events: Vec<Event>,
    /// How many of the events are new with this read.
    pub added: usize,
}
