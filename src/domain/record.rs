//! A paper as arXiv's query API shows it: one, however often it was announced.

use std::sync::Arc;

use jiff::Timestamp;

use super::paper::Paper;

/// What is known of a paper from all its announcements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// As it was announced last.
    pub paper: Arc<Paper>,
    /// The newest version, where a listing gave it away.
    pub version: Option<u32>,
    /// The first announcement that is known.
    pub published: Timestamp,
    /// The last one.
    pub updated: Timestamp,
    /// When the last one came in.
    pub added: Timestamp,
}
