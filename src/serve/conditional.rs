//! Has the asker got this already (RFC 9110 §13)?

use actix_web::HttpRequest;
use actix_web::http::header;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// Is the document that the asker holds the current one?
///
/// `If-None-Match` is compared weakly and rules over `If-Modified-Since` (§13.1.3).
/// The header is scanned by hand: tags may hold commas, and `*` may stand among them.
pub(super) fn is_current(request: &HttpRequest, etag: &str, modified: Timestamp) -> bool {
    let mut tags = request.headers().get_all(header::IF_NONE_MATCH).peekable();
    if tags.peek().is_some() {
        return tags.any(|value| matches(value.as_bytes(), etag.as_bytes()));
    }
    let since = request.headers().get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let since = since.and_then(|text| DateTimeParser::new().parse_timestamp(text).ok());
    since.is_some_and(|since| modified.as_second() <= since.as_second())
}

/// Is `etag`, with its quotes, in this list, or is the list `*`?
fn matches(list: &[u8], etag: &[u8]) -> bool {
    let mut rest = list;
    loop {
        rest = trim(rest);
        match rest {
            [] => return false,
            [b'*', ..] => return true,
            _ => {}
        }
        let tag = rest.strip_prefix(b"W/").unwrap_or(rest);
        let Some(end) = tag.iter().skip(1).position(|b| *b == b'"').filter(|_| tag[0] == b'"') else {
            return false;
        };
        if &tag[..end + 2] == etag {
            return true;
        }
        rest = &tag[end + 2..];
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
