//! A feed before it has a format: what RSS, Atom and JSON Feed all say.

use std::sync::Arc;

use jiff::Timestamp;

use super::announcement::AnnounceType;
use super::paper::Subject;
use super::presentation::Profile;

/// A complete feed, newest entry first; no two entries share an id or a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// At most 60 characters, so that Zulip takes it as a topic.
    pub title: String,
    pub description: String,
    /// The page for people: never the feed itself.
    pub page_url: String,
    /// The canonical address without `.rss`, `.atom` or `.json`.
    pub base_url: FeedUrl,
    /// What the feed is, whatever its format: its first address, which stays where the address itself changes.
    pub id: String,
    /// Whom to ask to be told of changes; none where nobody tells.
    pub hub_url: Option<String>,
    /// The icon of the service.
    pub icon_url: String,
    /// The client whose habits titles and summaries are written for.
    pub profile: Profile,
    /// When the last entry came in, never the time of the build.
    pub updated: Timestamp,
    pub entries: Vec<FeedEntry>,
}

/// The canonical address of a feed: everything before the format's ending, and the query behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedUrl {
    /// `http://localhost:8080/subjects/cs.DC`.
    pub stem: String,
    /// `type=new&limit=50`, already encoded, in canonical order; empty for none.
    pub query: String,
}

/// One announced event of one paper, or a digest of those of a mailing or a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEntry {
    /// The paper's abstract page, with `#replaced-YYYY-MM-DD` for a replacement; the same in every feed.
    pub id: String,
    /// The abstract page.
    pub url: String,
    /// One line of plain text, never empty.
    pub title: String,
    /// One by one; "et al." stands last where the page did not show all.
    pub authors: Vec<String>,
    /// The primary subject first.
    pub subjects: Vec<Subject>,
    /// None for a digest.
    pub announce_type: Option<AnnounceType>,
    /// Set once, unique in the feed, never in the future.
    pub published: Timestamp,
    /// Plain text that reads well where HTML is stripped.
    pub summary: String,
    /// The whole item as HTML.
    pub content_html: Arc<str>,
    pub comments: Option<String>,
    pub journal_ref: Option<String>,
    /// Empty for a digest.
    pub pdf_url: String,
    /// Whether readers shall fetch the pdf with the item.
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

    /// The address in one format, `extension` without its dot.
    #[must_use]
    pub fn with_extension(&self, extension: &str) -> String {
        let separator = if self.query.is_empty() { "" } else { "?" };
        format!("{}.{extension}{separator}{}", self.stem, self.query)
    }
}
