//! How is a feed written down in a format?
//!
//! The same feed gives the same bytes, in every replica and after every restart.

mod atom;
mod clean;
mod dates;
mod extensions;
mod json;
pub mod webhook_message;
pub mod official;
pub mod opml;
pub mod page;
mod profile;
pub mod query_api;
mod rss;
#[cfg(test)]
mod samples;
mod xml;

use std::fmt;

use crate::domain::feed::{Feed, FeedUrl};

/// The version of the program, for the formats' `generator`.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where the program, and what it adds to the formats, is explained.
const PROJECT_URL: &str = env!("CARGO_PKG_REPOSITORY");

/// The language of titles and abstracts: arXiv asks for English.
const LANGUAGE: &str = "en";

/// The media type of a paper's pdf.
const PDF: &str = "application/pdf";

/// A format that a feed can be had in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// RSS 2.0, <https://www.rssboard.org/rss-specification>.
    Rss,
    /// Atom 1.0, RFC 4287.
    Atom,
    /// JSON Feed 1.1, <https://www.jsonfeed.org/version/1.1/>.
    Json,
}

/// A name that is no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{0}`; choose from rss, atom, json")]
pub struct UnknownFormat(pub String);

impl Format {
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// The ending of a feed's address, without its dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
        }
    }

    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json; charset=utf-8",
        }
    }

    /// The content type without its charset, as links name it.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        self.content_type().split(';').next().unwrap_or_default()
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

impl std::str::FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.extension() == text)
            .ok_or_else(|| UnknownFormat(text.chars().take(64).collect()))
    }
}

/// A feed in any format; like each of them it ends with one line end.
#[must_use]
pub fn feed(feed: &Feed, format: Format) -> String {
    match format {
        Format::Rss => rss(feed),
        Format::Atom => atom(feed),
        Format::Json => json(feed),
    }
}

/// A feed as RSS 2.0.
#[must_use]
pub fn rss(feed: &Feed) -> String {
    rss::write(feed)
}

/// A feed as Atom 1.0.
#[must_use]
pub fn atom(feed: &Feed) -> String {
    atom::write(feed)
}

/// A feed as JSON Feed 1.1.
#[must_use]
pub fn json(feed: &Feed) -> String {
    json::write(feed)
}

/// What a feed is, whatever its format: the address without an ending.
fn identity(url: &FeedUrl) -> String {
    let separator = if url.query.is_empty() { "" } else { "?" };
    format!("{}{separator}{}", url.stem, url.query)
}

/// Bytes that were written by a library from Rust strings.
fn document(bytes: Vec<u8>) -> String {
    let mut text = String::from_utf8(bytes).expect("what is written from strings is UTF-8");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_goes_by_its_extension() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
            assert_eq!(format.content_type(), format!("{}; charset=utf-8", format.media_type()));
        }
    }

    #[test]
    fn an_unknown_format_names_the_choices() {
        let error = "RSS".parse::<Format>().unwrap_err();
        assert_eq!(error.to_string(), "unknown format `RSS`; choose from rss, atom, json");
        assert!("x".repeat(1 << 20).parse::<Format>().unwrap_err().0.len() <= 64);
    }

    #[test]
    fn the_same_feed_gives_the_same_bytes() {
        for format in Format::ALL {
            let first = feed(&samples::feed(), format);
            for _ in 0..50 {
                assert_eq!(feed(&samples::feed(), format), first, "{format}");
            }
        }
    }

    #[test]
    fn every_document_ends_with_one_line_end_and_has_no_byte_order_mark() {
        for format in Format::ALL {
            let document = feed(&samples::feed(), format);
            assert!(document.ends_with('\n') && !document.ends_with("\n\n"), "{format}");
            assert!(document.starts_with(if format == Format::Json { "{" } else { "<?xml " }), "{format}");
            assert!(!document.contains("<!DOCTYPE"), "{format}");
        }
    }

    #[test]
    fn xml_names_its_encoding() {
        for format in [Format::Rss, Format::Atom] {
            assert!(
                feed(&samples::feed(), format).starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<")
            );
        }
    }

    #[test]
    fn what_feeds_may_not_carry_is_in_no_format() {
        let illegal = "a\u{0}\u{8}\u{1B}\u{7F}\u{85}\u{FFFD}\u{FFFE}\u{FFFF}\u{FDD0}\u{1FFFE}b";
        let mut dirty = samples::feed();
        dirty.title = illegal.to_owned();
        dirty.description = illegal.to_owned();
        dirty.entries[0] = samples::entry_of(illegal);
        for format in Format::ALL {
            let document = feed(&dirty, format);
            assert!(document.contains("ab"), "{format}");
            assert_eq!(document.chars().find(|c| clean::is_illegal(*c)), None, "{format}");
            assert!(!document.contains("\\u00") && !document.contains("&#"), "{format}");
        }
    }

    #[test]
    fn an_empty_feed_is_a_feed() {
        let empty = Feed { entries: Vec::new(), ..samples::feed() };
        for format in Format::ALL {
            assert!(feed(&empty, format).contains("cs.DC"), "{format}");
        }
    }
}
