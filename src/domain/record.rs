//! A paper as arXiv's query API shows it: one record, whatever the number of announcements.

use std::sync::Arc;

use jiff::Timestamp;

use super::paper::Paper;

/// A paper with what all its announcements say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// As last announced.
    pub paper: Arc<Paper>,
    /// The newest version that a listing shows.
    pub version: Option<u32>,
    /// The date of the first known announcement.
    pub published: Timestamp,
    /// The date of the last announcement.
    pub updated: Timestamp,
    /// When crosslist read the last announcement.
    pub added: Timestamp,
}
