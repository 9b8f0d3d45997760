//! The preview of a feed: the newest matches, and counts by day, subject and primary subject.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use super::event::Event;
use super::taxonomy::SubjectId;

/// A text and the byte ranges in it that match, in ascending order and without overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HighlightedText {
    pub text: String,
    pub marks: Vec<Range<usize>>,
}

/// A matching paper with its highlights.
#[derive(Clone, Debug)]
pub struct Match {
    pub event: Event,
    pub title: HighlightedText,
    /// The first authors and all that match; the flag is true for a match.
    pub authors: Vec<(String, bool)>,
    /// The number of other authors.
    pub authors_left_out: usize,
    /// The subjects in their order; the flag is true for a match.
    pub subjects: Vec<(Arc<str>, bool)>,
    /// The beginning of the abstract, or the part around the first match.
    pub excerpt: HighlightedText,
}

/// The preview of a feed.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// The number of matching items.
    pub total: usize,
    /// The newest matching items.
    pub matches: Vec<Match>,
    /// The days of the window with a mailing, oldest first, and the number of matching items of each.
    pub days: Vec<(Date, usize)>,
    /// The subjects of the feed, and the number of matching items from each.
    pub sources: Vec<(SubjectId, usize)>,
    /// The primary subjects of the matching papers with their numbers, most frequent first.
    pub primaries: Vec<(Arc<str>, usize)>,
    /// Warnings about the rule: position and length in Unicode scalar values, and the message.
    pub notes: Vec<(usize, usize, String)>,
}
