//! The last pages with their `ETags`, for conditional requests (RFC 9110 §13.1.2).
//!
//! arXiv sends no `ETag` today; its caches and mirrors may.
//! `If-Modified-Since` is never an alternative: arXiv's check of it is inverted (seen in its code, 2026-06).

use std::collections::VecDeque;
use std::sync::Arc;

use reqwest::header::HeaderValue;

use super::page::Page;

/// The most pages: slightly above the limit of subjects that are read on demand.
pub const REMEMBERED_PAGES_MAX: usize = 64;

/// The most bytes of all pages together; the newest pages of forty medium subjects have about ten million.
pub const REMEMBERED_BYTES_MAX: usize = 16 << 20;

/// The longest accepted `ETag`, in bytes.
const TAG_BYTES_MAX: usize = 256;

/// A page and its `ETag`.
#[derive(Clone, Debug)]
pub(super) struct TaggedPage {
    pub tag: HeaderValue,
    pub page: Arc<Page>,
}

/// The last page of each address, oldest first, bounded in number and bytes.
#[derive(Debug, Default)]
pub(super) struct TaggedPages {
    pages: VecDeque<TaggedPage>,
    bytes: usize,
}

impl TaggedPages {
    pub(super) fn get(&self, url: &str) -> Option<TaggedPage> {
        self.pages.iter().find(|known| known.page.url == url).cloned()
    }

    /// Replaces the page of the same address; keeps nothing without a valid `ETag`.
    pub(super) fn keep(&mut self, page: &Page, tag: Option<&HeaderValue>) {
        self.forget(&page.url);
        let Some(tag) = tag.filter(|tag| is_tag(tag)) else { return };
        if page.bytes.len() > REMEMBERED_BYTES_MAX {
            return;
        }
        self.bytes += page.bytes.len();
        self.pages.push_back(TaggedPage { tag: tag.clone(), page: Arc::new(page.clone()) });
        while self.bytes > REMEMBERED_BYTES_MAX || self.pages.len() > REMEMBERED_PAGES_MAX {
            let Some(oldest) = self.pages.pop_front() else { break };
            self.bytes -= oldest.page.bytes.len();
        }
    }

    pub(super) fn forget(&mut self, url: &str) {
        self.pages.retain(|known| known.page.url != url);
        self.bytes = self.pages.iter().map(|known| known.page.bytes.len()).sum();
    }
}

/// `"…"` or `W/"…"` (RFC 9110 §8.8.3), and not long.
fn is_tag(tag: &HeaderValue) -> bool {
    let bytes = tag.as_bytes();
    let opaque = bytes.strip_prefix(b"W/").unwrap_or(bytes);
    let inner = opaque.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    bytes.len() <= TAG_BYTES_MAX
        && inner.is_some_and(|inner| inner.iter().all(|b| matches!(b, b'!' | b'#'..=b'~')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(url: &str, bytes: usize) -> Page {
        Page { url: url.into(), bytes: vec![b'x'; bytes], charset: None }
    }

    fn tag(text: &str) -> HeaderValue {
        HeaderValue::from_str(text).expect("a header value")
    }

    #[test]
    fn only_a_well_formed_tag_is_sent_back() {
        for (text, expected) in [
            ("\"abc\"", true),
            ("W/\"abc\"", true),
            ("\"\"", true),
            ("abc", false),
            ("\"", false),
            ("w/\"abc\"", false),
            ("\"a\"b\"", false),
            ("\"a b\"", false),
            ("", false),
        ] {
            assert_eq!(is_tag(&tag(text)), expected, "{text}");
        }
        assert!(!is_tag(&tag(&format!("\"{}\"", "a".repeat(TAG_BYTES_MAX)))));
    }

    #[test]
    fn the_newest_page_of_an_address_replaces_the_older_even_without_a_tag() {
        let mut remembered = TaggedPages::default();
        remembered.keep(&page("a", 1), Some(&tag("\"1\"")));
        remembered.keep(&page("a", 2), Some(&tag("\"2\"")));
        let known = remembered.get("a").expect("known");
        assert_eq!((known.tag, known.page.bytes.len()), (tag("\"2\""), 2));
        remembered.keep(&page("a", 3), None);
        assert!(remembered.get("a").is_none());
        assert_eq!(remembered.bytes, 0);
    }

    #[test]
    fn memory_is_bounded_in_pages_and_in_bytes() {
        let mut remembered = TaggedPages::default();
        for n in 0..REMEMBERED_PAGES_MAX + 10 {
            remembered.keep(&page(&n.to_string(), 1), Some(&tag("\"t\"")));
        }
        assert_eq!(remembered.pages.len(), REMEMBERED_PAGES_MAX);
        assert!(remembered.get("9").is_none());
        assert!(remembered.get("10").is_some());
        remembered.keep(&page("large", REMEMBERED_BYTES_MAX), Some(&tag("\"t\"")));
        assert_eq!(remembered.pages.len(), 1);
        remembered.keep(&page("larger", REMEMBERED_BYTES_MAX + 1), Some(&tag("\"t\"")));
        assert!(remembered.get("larger").is_none());
        assert_eq!(remembered.bytes, REMEMBERED_BYTES_MAX);
    }
}
