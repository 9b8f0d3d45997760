//! Conditional requests (RFC 9110 §13): compares what a client has with the current document.

use std::time::SystemTime;

use actix_web::http::header::{self, HeaderMap, HeaderName, HttpDate};
use jiff::Timestamp;

/// Does the client have the current document?
///
/// `If-None-Match` is compared weakly and rules over `If-Modified-Since` (§13.1.3).
pub(in crate::serve) fn is_current(headers: &HeaderMap, etag: &[u8], modified: Option<Timestamp>) -> bool {
    let mut lists = headers.get_all(header::IF_NONE_MATCH).peekable();
    if lists.peek().is_some() {
        return lists.any(|list| matches(list.as_bytes(), etag));
    }
    let Some(modified) = modified else { return false };
    date(headers, header::IF_MODIFIED_SINCE).is_some_and(|since| modified.as_second() <= since)
}

/// Does the request exclude the current document?
///
/// `If-Match` is compared strongly and rules over `If-Unmodified-Since` (§13.1.4).
pub(in crate::serve) fn fails_precondition(
    headers: &HeaderMap,
    etag: &[u8],
    modified: Option<Timestamp>,
) -> bool {
    let mut lists = headers.get_all(header::IF_MATCH).peekable();
    if lists.peek().is_some() {
        return !lists.any(|list| EntityTagList(list.as_bytes()).any(|tag| tag.is_strongly(etag)));
    }
    let Some(modified) = modified else { return false };
    date(headers, header::IF_UNMODIFIED_SINCE).is_some_and(|since| modified.as_second() > since)
}

/// Is there anything in the request that `fails_precondition` looks at?
pub(in crate::serve) fn has_precondition(headers: &HeaderMap) -> bool {
    headers.contains_key(header::IF_MATCH) || headers.contains_key(header::IF_UNMODIFIED_SINCE)
}

/// A date in any of the forms that HTTP has had (RFC 9110 §5.6.7), in seconds; what is none is as if it were not there.
fn date(headers: &HeaderMap, name: HeaderName) -> Option<i64> {
    let date: HttpDate = headers.get(name)?.to_str().ok()?.parse().ok()?;
    Timestamp::try_from(SystemTime::from(date)).ok().map(Timestamp::as_second)
}

/// The tags of `If-None-Match`, with their quotes and without what makes them weak.
pub(in crate::serve) fn tags(headers: &HeaderMap) -> Vec<&[u8]> {
    let lists = headers.get_all(header::IF_NONE_MATCH);
    lists
        .flat_map(|list| EntityTagList(list.as_bytes()))
        .map(|tag| tag.quoted)
        .filter(|tag| *tag != b"*")
        .collect()
}

/// Is `etag`, with its quotes, in this list, or is the list `*`?
fn matches(list: &[u8], etag: &[u8]) -> bool {
    list == etag || EntityTagList(list).any(|tag| tag.quoted == etag || tag.quoted == b"*")
}

/// The members of a list, scanned by hand: tags may hold commas, and `*` may stand among them.
struct EntityTagList<'a>(&'a [u8]);

/// A tag with its quotes, or `*`.
struct ListedTag<'a> {
    quoted: &'a [u8],
    is_weak: bool,
}

impl ListedTag<'_> {
    fn is_strongly(&self, etag: &[u8]) -> bool {
        self.quoted == b"*" || (!self.is_weak && self.quoted == etag)
    }
}

impl<'a> Iterator for EntityTagList<'a> {
    type Item = ListedTag<'a>;

    fn next(&mut self) -> Option<ListedTag<'a>> {
        let rest = trim(self.0);
        if let [b'*', after @ ..] = rest {
            self.0 = after;
            return Some(ListedTag { quoted: &rest[..1], is_weak: false });
        }
        let tag = rest.strip_prefix(b"W/").unwrap_or(rest);
        let quote = tag.iter().skip(1).position(|b| *b == b'"').filter(|_| tag.first() == Some(&b'"'));
        // What is no tag ends the list.
        let Some(quote) = quote else {
            self.0 = &[];
            return None;
        };
        self.0 = &tag[quote + 2..];
        Some(ListedTag { quoted: &tag[..quote + 2], is_weak: tag.len() < rest.len() })
    }
}

/// Drops the commas and blanks before the next tag.
fn trim(list: &[u8]) -> &[u8] {
    let start = list.iter().position(|b| !matches!(b, b',' | b' ' | b'\t')).unwrap_or(list.len());
    &list[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(list: &str, expected: bool) {
        assert_eq!(matches(list.as_bytes(), b"\"abc\""), expected, "{list}");
    }

    #[test]
    fn a_tag_is_found_in_any_list_that_holds_it() {
        check("\"abc\"", true);
        check("W/\"abc\"", true);
        check("\"x,y\", W/\"z\" ,\t\"abc\"", true);
        check("*", true);
        check("\"x\", *", true);
        check("\"abcd\"", false);
        check("abc", false);
        check("\"abc", false);
        check("", false);
        check("W/", false);
        check(",,,", false);
    }

    /// Of a document that was last modified at the time of RFC 9110's example, Sunday, 6 November 1994, 08:49:37.
    fn check_dated(name: HeaderName, value: &'static str, current: bool, unwanted: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(name, header::HeaderValue::from_static(value));
        let modified = Timestamp::from_second(784_111_777).ok();
        assert_eq!(is_current(&headers, b"\"abc\"", modified), current, "{value}");
        assert_eq!(fails_precondition(&headers, b"\"abc\"", modified), unwanted, "{value}");
    }

    #[test]
    fn a_date_is_read_in_every_form_that_http_has_had() {
        for date in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            check_dated(header::IF_MODIFIED_SINCE, date, true, false);
            check_dated(header::IF_UNMODIFIED_SINCE, date, false, false);
        }
        for date in
            ["Sun, 06 Nov 1994 08:49:36 GMT", "Sunday, 06-Nov-94 08:49:36 GMT", "Sun Nov  6 08:49:36 1994"]
        {
            check_dated(header::IF_MODIFIED_SINCE, date, false, false);
            check_dated(header::IF_UNMODIFIED_SINCE, date, false, true);
        }
        for none in ["0", "", "yesterday", "Sun, 06 Nov 2033 08:49:37 +0000"] {
            check_dated(header::IF_MODIFIED_SINCE, none, false, false);
            check_dated(header::IF_UNMODIFIED_SINCE, none, false, false);
        }
    }

    #[test]
    fn only_a_strong_tag_of_the_very_bytes_is_matched() {
        check_dated(header::IF_MATCH, "\"abc\"", false, false);
        check_dated(header::IF_MATCH, "\"x\", \"abc\"", false, false);
        check_dated(header::IF_MATCH, "*", false, false);
        check_dated(header::IF_MATCH, "W/\"abc\"", false, true);
        check_dated(header::IF_MATCH, "\"abcd\"", false, true);
        check_dated(header::IF_MATCH, "", false, true);
    }
}
