//! What a feed would bring, before anyone subscribes: the papers that match now, and how many there are where.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use super::event::Event;
use super::taxonomy::SubjectId;

/// A text and the stretches of it that made it match, in bytes, in their order and apart from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HighlightedText {
    pub text: String,
    pub marks: Vec<Range<usize>>,
}

/// A paper that matches.
#[derive(Clone, Debug)]
pub struct Match {
    pub event: Event,
    pub title: HighlightedText,
    /// The first authors, and all that made it match; whether each is such a one.
    pub authors: Vec<(String, bool)>,
    /// How many authors there are besides.
    pub authors_left_out: usize,
    /// The subjects in their order, and whether each made it match.
    pub subjects: Vec<(Arc<str>, bool)>,
    /// The beginning of the abstract, or the part of it that matched.
    pub excerpt: HighlightedText,
}

/// What a feed would bring.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// How many items match.
    pub total: usize,
    /// The newest of them.
    pub matches: Vec<Match>,
    /// Every day of the window on which a mailing was read, the oldest first, and how many items match.
    pub days: Vec<(Date, usize)>,
    /// The subjects that the feed is made of, and how many items come from each.
    pub sources: Vec<(SubjectId, usize)>,
    /// Where the papers are at home, the most frequent first.
    pub homes: Vec<(Arc<str>, usize)>,
    /// What about the rule is probably not meant: place and length in Unicode scalar values, and the words.
    pub notes: Vec<(usize, usize, String)>,
}
