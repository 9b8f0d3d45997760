//! Removes characters that XML 1.0 or its readers reject.
//!
//! The parser removes them from pages already; this is the last check, since the libraries for RSS and Atom let every
//! character through and one control character makes a document unreadable.

use std::sync::Arc;

use crate::domain::feed::{Feed, FeedEntry, FeedUrl};
use crate::domain::paper::Subject;
use crate::domain::presentation::Profile;
use crate::text::one_line;

use super::profile;

/// A clean copy of a feed without its entries.
///
/// Characters are removed before writing, not after: `]` NUL `]>` must not become the end of a CDATA section.
pub(super) fn head(feed: &Feed) -> Feed {
    Feed {
        title: profile::feed_title(&line(&feed.title), feed.profile),
        description: text(&feed.description),
        page_url: text(&feed.page_url),
        base_url: FeedUrl { stem: text(&feed.base_url.stem), query: text(&feed.base_url.query) },
        hub_url: filled(feed.hub_url.as_ref()),
        id: text(&feed.id),
        icon_url: text(&feed.icon_url),
        profile: feed.profile,
        updated: feed.updated,
        entries: Vec::new(),
    }
}

/// A clean copy of an entry: title and names on one line, blank fields left out.
///
/// Title and summary are in the markup of the profile; chats get no content beyond them.
pub(super) fn entry(entry: &FeedEntry, profile: Profile) -> FeedEntry {
    let title = line(&entry.title);
    let content_html = if profile::is_chat(profile) { Arc::from("") } else { shared(&entry.content_html) };
    FeedEntry {
        id: text(&entry.id),
        url: text(&entry.url),
        // RSS and Atom require a title, and readers show a blank line for an empty one.
        title: if title.is_empty() { text(&entry.id) } else { profile::title(&title, profile) },
        authors: entry.authors.iter().map(|name| line(name)).filter(|name| !name.is_empty()).collect(),
        subjects: entry.subjects.iter().map(subject).collect(),
        announce_type: entry.announce_type,
        published: entry.published,
        summary: profile::summary(&text(&entry.summary), profile),
        content_html,
        comments: filled(entry.comments.as_ref()),
        journal_ref: filled(entry.journal_ref.as_ref()),
        pdf_url: text(&entry.pdf_url),
        html_url: filled(entry.html_url.as_ref()),
        is_pdf_enclosed: entry.is_pdf_enclosed,
    }
}

fn subject(subject: &Subject) -> Subject {
    Subject { id: shared(&subject.id), name: shared(&subject.name) }
}

fn filled(words: Option<&String>) -> Option<String> {
    words.map(|words| text(words)).filter(|words| !words.trim().is_empty())
}

fn line(words: &str) -> String {
    if is_clean(words) { one_line(words) } else { one_line(&text(words)) }
}

pub(super) fn text(words: &str) -> String {
    if is_clean(words) { words.to_owned() } else { words.chars().filter(|c| !is_illegal(*c)).collect() }
}

fn shared(words: &Arc<str>) -> Arc<str> {
    if is_clean(words) { Arc::clone(words) } else { text(words).into() }
}

/// True for control characters except tab and line feed, for noncharacters, and for U+FFFD.
pub(super) fn is_illegal(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n'))
        || matches!(c, '\u{FDD0}'..='\u{FDEF}' | '\u{FFFD}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Checks single bytes first, then pairs: nearly every text is ASCII, and few others have a pair that could belong to an
/// illegal character.
fn is_clean(words: &str) -> bool {
    let bytes = words.as_bytes();
    let is_usual = |byte: u8| matches!(byte, b'\n' | b' '..=b'~');
    if bytes.iter().fold(true, |usual, byte| usual & is_usual(*byte)) {
        return true;
    }
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let found = pairs.fold(false, |found, (byte, next)| found | may_be_illegal(*byte, *next))
        || bytes.last().is_some_and(|last| may_be_illegal(*last, 0));
    !found || !words.chars().any(is_illegal)
}

/// C0 and C1 controls, the noncharacters around U+FDD0 and U+FFFD, and the two at the end of each plane.
fn may_be_illegal(byte: u8, next: u8) -> bool {
    matches!(
        (byte, next),
        (..=0x09 | 0x0B..=0x1F | 0x7F, _) | (0xC2, ..=0x9F) | (0xEF, 0xB7 | 0xBF) | (0xBF, 0xBE..)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_characters_that_xml_or_readers_reject_are_removed() {
        let check = |given: &str, expected: &str| assert_eq!(text(given), expected, "{given:?}");
        check("tab\tand\nline", "tab\tand\nline");
        check("a\u{0}b\u{B}c\rd", "abcd");
        check("\u{80}\u{9F}\u{A0}\u{AD}", "\u{A0}\u{AD}");
        check("\u{FDCF}\u{FDD0}\u{FDEF}\u{FDF0}", "\u{FDCF}\u{FDF0}");
        check("\u{FFFC}\u{FFFD}\u{FFFE}\u{FFFF}\u{10000}\u{10FFFF}", "\u{FFFC}\u{10000}");
        check("\u{E000}🦀日本\u{FEFF}", "\u{E000}🦀日本\u{FEFF}");
    }

    #[test]
    fn the_quick_check_misses_no_illegal_character() {
        for c in (0..=0x0010_FFFF).filter_map(char::from_u32) {
            let mut bytes = [0; 4];
            assert_eq!(is_clean(c.encode_utf8(&mut bytes)), !is_illegal(c), "{c:?}");
        }
    }

    #[test]
    fn clean_content_is_shared_and_not_copied() {
        let content: Arc<str> = "<p>x</p>".into();
        assert!(Arc::ptr_eq(&shared(&content), &content));
    }
}
