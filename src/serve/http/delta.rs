//! Delta encoding of feeds (RFC 3229, `A-IM: feed`): the versions that a client has, if it accepts a part of the feed.

use actix_web::HttpRequest;
use actix_web::http::Version;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use crate::serve::http::conditional;
use crate::serve::http::etag::{Tag, tag_of};
use crate::serve::http::negotiate::thousandths;

/// The request field: the instance manipulations that the client accepts.
pub(in crate::serve) const A_IM: HeaderName = HeaderName::from_static("a-im");
/// The response field: the instance manipulations that were applied.
pub(in crate::serve) const IM: HeaderName = HeaderName::from_static("im");
pub(in crate::serve) const FEED: HeaderValue = HeaderValue::from_static("feed");

/// The most versions that are looked for; a reader names one, a cache a few.
const VERSIONS_MAX: usize = 8;

/// The versions of the feed that the client has seen, if it accepts a part of the feed.
///
/// HTTP/1.0 knows no instance manipulation (RFC 3229 §10).
pub(in crate::serve) fn seen(request: &HttpRequest, delta_agents: &[String]) -> Vec<Tag> {
    let takes_a_part = takes_a_feed(request.headers()) && is_agent_of(request.headers(), delta_agents);
    if request.version() < Version::HTTP_11 || !takes_a_part {
        return Vec::new();
    }
    conditional::tags(request.headers()).into_iter().filter_map(tag_of).take(VERSIONS_MAX).collect()
}

/// Does the `User-Agent` begin with one of these products?
///
/// feedparser sends `A-IM: feed` with every request, for whoever uses it; rss2email 3.14 then takes a 226 for an error
/// and never shows another item. So the field alone does not say that its sender understands the answer, and a server
/// need not apply a manipulation (RFC 3229 §10.5.3).
fn is_agent_of(headers: &HeaderMap, products: &[String]) -> bool {
    let agent = headers.get(USER_AGENT).map_or(&b""[..], HeaderValue::as_bytes);
    let end = agent.iter().position(|byte| b"/ \t".contains(byte)).unwrap_or(agent.len());
    products.iter().any(|product| product.as_bytes().eq_ignore_ascii_case(&agent[..end]))
}

/// Is `feed` among the manipulations of `A-IM`, and not with `q=0`?
pub(in crate::serve) fn takes_a_feed(headers: &HeaderMap) -> bool {
    let fields = headers.get_all(A_IM).filter_map(|field| field.to_str().ok());
    fields.flat_map(|field| field.split(',')).any(|member| {
        let mut parts = member.split(';').map(str::trim);
        let is_feed = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("feed"));
        let is_refused = |part: &str| {
            let quality = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
            quality.is_some_and(|quality| thousandths(quality.trim()) == 0)
        };
        is_feed && !parts.any(is_refused)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &'static str, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(A_IM, HeaderValue::from_static(value));
        assert_eq!(takes_a_feed(&headers), expected, "{value}");
    }

    #[test]
    fn a_reader_says_that_part_of_a_feed_will_do() {
        check("feed", true);
        check("vcdiff, Feed;q=0.5, gzip", true);
        check("feed;q=0", false);
        check("feed; q=0.0", false);
        check("feeds", false);
        check("", false);
        check("vcdiff", false);
    }
}
