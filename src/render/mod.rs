//! Writes feeds as RSS, Atom and JSON Feed, lists of feeds as OPML, messages for webhooks, and the pages of the service.
//!
//! Pure: the same input gives the same bytes, in every replica and after every restart.

mod atom;
mod clean;
mod dates;
mod extensions;
mod format;
mod json;
pub mod official;
pub mod opml;
pub mod page;
mod profile;
pub mod query_api;
mod rss;
#[cfg(test)]
mod samples;
pub mod webhook_message;
mod xml;

use crate::domain::feed::Feed;

pub use format::{Format, UnknownFormat};

/// A feed as a document in `format`; it ends with one line end.
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn illegal_characters_are_in_no_format() {
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
