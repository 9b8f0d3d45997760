//! A feed independent of its format: the content that RSS, Atom and JSON Feed share.

use std::sync::Arc;

use jiff::Timestamp;

use super::announcement::AnnounceType;
use super::paper::Subject;
use super::presentation::Profile;

/// A complete feed, newest entry first; ids and dates of entries are unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// At most 60 characters, Zulip's limit for a topic.
    pub title: String,
    pub description: String,
    /// The address of the HTML page, never of the feed itself.
    pub page_url: String,
    /// The canonical address without `.rss`, `.atom` or `.json`.
    pub base_url: FeedUrl,
    /// The identity of the feed in every format: its first address, which stays when the public address changes.
    pub id: String,
    /// The `WebSub` hub, if there is one (W3C `WebSub` §4).
    pub hub_url: Option<String>,
    /// The icon of the service.
    pub icon_url: String,
    /// The client for which titles and summaries are written.
    pub profile: Profile,
    /// When the last entry came in, not when the document is written.
    pub updated: Timestamp,
    pub entries: Vec<FeedEntry>,
}

/// The canonical address of a feed, split where the extension of a format belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedUrl {
    /// `http://localhost:8080/subjects/cs.DC`.
    pub stem: String,
    /// `type=new&days=7`: percent-encoded, in canonical order; empty without parameters.
    pub query: String,
}

/// The item of one event, or a digest of the events of a mailing or a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEntry {
    /// The paper's abstract page, with `#replaced-YYYY-MM-DD` for a replacement; the same in every feed.
    pub id: String,
    /// The abstract page.
    pub url: String,
    /// One line of plain text, never empty.
    pub title: String,
    /// One name per element; the last is "et al." where the page does not show all.
    pub authors: Vec<String>,
    /// The primary subject first.
    pub subjects: Vec<Subject>,
    /// `None` for a digest.
    pub announce_type: Option<AnnounceType>,
    /// Set once, unique in the feed, never in the future.
    pub published: Timestamp,
    /// Plain text for clients that remove HTML.
    pub summary: String,
    /// The complete item as HTML.
    pub content_html: Arc<str>,
    pub comments: Option<String>,
    pub journal_ref: Option<String>,
    /// Empty for a digest.
    pub pdf_url: String,
    /// True if the PDF is an enclosure.
    pub is_pdf_enclosed: bool,
    pub html_url: Option<String>,
}

impl FeedUrl {
    /// The address that identifies the feed, whatever its format.
    #[must_use]
    pub fn without_extension(&self) -> String {
        let separator = if self.query.is_empty() { "" } else { "?" };
        format!("{}{separator}{}", self.stem, self.query)
    }

    /// The address in one format; `extension` has no dot.
    #[must_use]
    pub fn with_extension(&self, extension: &str) -> String {
        let separator = if self.query.is_empty() { "" } else { "?" };
        format!("{}.{extension}{separator}{}", self.stem, self.query)
    }
}
