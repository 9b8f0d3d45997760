//! Has the asker got this already (RFC 9110 §13)?

use actix_web::http::header::{self, HeaderMap};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// Is the document that the asker holds the current one?
///
/// `If-None-Match` is compared weakly and rules over `If-Modified-Since` (§13.1.3).
pub(super) fn is_current(headers: &HeaderMap, etag: &[u8], modified: Option<Timestamp>) -> bool {
    let mut lists = headers.get_all(header::IF_NONE_MATCH).peekable();
    if lists.peek().is_some() {
        return lists.any(|list| matches(list.as_bytes(), etag));
    }
    let Some(modified) = modified else { return false };
    let since = headers.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let since = since.and_then(|text| DateTimeParser::new().parse_timestamp(text).ok());
    since.is_some_and(|since| modified.as_second() <= since.as_second())
}

/// The tags of `If-None-Match`, with their quotes and without what makes them weak.
pub(super) fn tags(headers: &HeaderMap) -> Vec<&[u8]> {
    let lists = headers.get_all(header::IF_NONE_MATCH);
    lists.flat_map(|list| List(list.as_bytes())).filter(|tag| *tag != b"*").collect()
}

/// Is `etag`, with its quotes, in this list, or is the list `*`?
fn matches(list: &[u8], etag: &[u8]) -> bool {
    List(list).any(|tag| tag == etag || tag == b"*")
}

/// The members of a list, scanned by hand: tags may hold commas, and `*` may stand among them.
struct List<'a>(&'a [u8]);

impl<'a> Iterator for List<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = trim(self.0);
        if let [b'*', after @ ..] = rest {
            self.0 = after;
            return Some(&rest[..1]);
        }
        let tag = rest.strip_prefix(b"W/").unwrap_or(rest);
        let quote = tag.iter().skip(1).position(|b| *b == b'"').filter(|_| tag.first() == Some(&b'"'));
        // What is no tag ends the list.
        let Some(quote) = quote else {
            self.0 = &[];
            return None;
        };
        self.0 = &tag[quote + 2..];
        Some(&tag[..quote + 2])
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
}
