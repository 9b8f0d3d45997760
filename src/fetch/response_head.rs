//! Classifies responses by status and header fields: a page, a redirect, not modified, or a failure.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER};
use url::Url;

use super::failure::RequestFailure;
use super::foreign_text::shown;
use crate::domain::retry_after;

/// The media types of listings, and of responses with status 200 that refuse the client («Rate exceeded.»).
const PAGE_TYPES: [&str; 3] = ["text/html", "application/xhtml+xml", "text/plain"];

/// The longest accepted name of a charset, in bytes; the longest registered one has 45.
const CHARSET_BYTES_MAX: usize = 64;

/// A response that is not a failure.
#[derive(Debug)]
pub(super) enum ResponseHead {
    /// A page follows.
    Page { charset: Option<String> },
    /// A redirect within the origin.
    Moved(Url),
    /// 304: the known page is still the newest.
    Unchanged,
}

/// Classifies a response by its status and header fields; `has_condition` is true if the request had `If-None-Match`.
pub(super) fn classify(
    url: &Url,
    status: StatusCode,
    headers: &HeaderMap,
    has_condition: bool,
) -> Result<ResponseHead, RequestFailure> {
    let named = named(status);
    match status.as_u16() {
        200 => page(url, headers),
        301 | 302 | 303 | 307 | 308 => moved(url, headers).map(ResponseHead::Moved),
        304 if has_condition => Ok(ResponseHead::Unchanged),
        304 => {
            Err(RequestFailure::unrecognized(url, &format!("answered {named} though no condition was sent")))
        }
        403 | 451 => Err(RequestFailure::refused(url, &format!("answered {named}"), wait(headers))),
        500.. => Err(RequestFailure::unreachable(url, &format!("answered {named}"), wait(headers))),
        // arXiv's responses about one page: no such subject, date or address (`error-400-*`, `error-404-*`, 2026-03).
        400 | 404 | 410 => Err(RequestFailure::absent(url, &format!("answered {named}"))),
        // All others come from the network in front of arXiv: 406 and 429 mean "slow down", as do 401, 408, 421 and 425.
        400..500 => Err(RequestFailure::throttled(url, &format!("answered {named}"), wait(headers))),
        _ => Err(RequestFailure::unrecognized(
            url,
            &format!("answered {named} where a whole page was expected"),
        )),
    }
}

/// `404 Not Found`, or the number alone where it has no name.
fn named(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

fn wait(headers: &HeaderMap) -> Option<Duration> {
    retry_after::parse(text(headers, RETRY_AFTER)?, text(headers, DATE))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn page(url: &Url, headers: &HeaderMap) -> Result<ResponseHead, RequestFailure> {
    // The HTTP library removes the field for codings that it has decoded.
    if let Some(coding) = headers.get(CONTENT_ENCODING) {
        let coding = String::from_utf8_lossy(coding.as_bytes());
        if !coding.trim().eq_ignore_ascii_case("identity") {
            let found = format!("sent a page coded as `{}`, which was not asked for", shown(&coding));
            return Err(RequestFailure::unrecognized(url, &found));
        }
    }
    let Some(content_type) = headers.get(CONTENT_TYPE) else {
        return Err(RequestFailure::unrecognized(
            url,
            "sent something without a Content-Type where an HTML page was expected",
        ));
    };
    let content_type = String::from_utf8_lossy(content_type.as_bytes());
    let mut parts = content_type.split(';');
    let media_type = parts.next().unwrap_or_default().trim();
    if !PAGE_TYPES.iter().any(|known| known.eq_ignore_ascii_case(media_type)) {
        let found = format!("sent `{}` where an HTML page was expected", shown(media_type));
        return Err(RequestFailure::unrecognized(url, &found));
    }
    Ok(ResponseHead::Page { charset: parts.find_map(charset) })
}

fn charset(parameter: &str) -> Option<String> {
    let (name, value) = parameter.split_once('=')?;
    let value = value.trim().trim_matches('"');
    let is_name =
        (1..=CHARSET_BYTES_MAX).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic());
    (is_name && name.trim().eq_ignore_ascii_case("charset")).then(|| value.to_owned())
}

/// The target of a redirect, only within the origin: no request may go to another one.
fn moved(url: &Url, headers: &HeaderMap) -> Result<Url, RequestFailure> {
    let Some(location) = headers.get(LOCATION).map(|value| String::from_utf8_lossy(value.as_bytes())) else {
        return Err(RequestFailure::unrecognized(url, "redirects without saying where to"));
    };
    let refuse = |why: &str| {
        let found = format!("redirects to `{}`, {why}; not followed", shown(&location));
        Err(RequestFailure::unrecognized(url, &found))
    };
    // The URL standard removes tabs and line breaks; honest servers send none.
    if location.is_empty() || location.chars().any(|c| c.is_control() || c == ' ') {
        return refuse("which is no address");
    }
    let Ok(mut target) = url.join(&location) else { return refuse("which is no address") };
    if !target.username().is_empty() || target.password().is_some() {
        return refuse("which carries a user name");
    }
    if target.scheme() != url.scheme()
        || target.host() != url.host()
        || target.port_or_known_default() != url.port_or_known_default()
    {
        return refuse("which is another site");
    }
    target.set_fragment(None);
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::verdict::Verdict;
    use crate::fetch::rate_limiter::RequestOutcome;
    use reqwest::header::HeaderValue;

    const ASKED: &str = "https://arxiv.org/list/cs.DC/new";

    fn judged(status: u16, headers: &[(HeaderName, &str)]) -> Result<ResponseHead, RequestFailure> {
        let url: Url = ASKED.parse().expect("an address");
        let status = StatusCode::from_u16(status).expect("a status");
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_bytes(value.as_bytes()).expect("a value")))
            .collect();
        classify(&url, status, &headers, false)
    }

    fn check(status: u16, headers: &[(HeaderName, &str)], verdict: Verdict, reason: &str) -> RequestOutcome {
        let failure = judged(status, headers).expect_err("no page");
        assert_eq!(failure.error.reason, format!("`{ASKED}` {reason}"));
        assert_eq!(failure.error.verdict, verdict, "{reason}");
        failure.outcome
    }

    #[test]
    fn only_a_200_with_a_page_is_a_page() {
        for content_type in [
            "text/html",
            "text/plain",
            "TEXT/HTML; charset=utf-8",
            "application/xhtml+xml;x=y; Charset=\"utf-8\"",
        ] {
            let head = judged(200, &[(CONTENT_TYPE, content_type)]).expect("a page");
            let ResponseHead::Page { charset } = head else { panic!("{head:?}") };
            assert_eq!(charset.as_deref(), content_type.contains('=').then_some("utf-8"), "{content_type}");
        }
        let odd = Verdict::Unrecognized;
        check(
            200,
            &[(CONTENT_TYPE, "application/pdf")],
            odd,
            "sent `application/pdf` where an HTML page was expected",
        );
        check(
            200,
            &[(CONTENT_TYPE, "text/html/x")],
            odd,
            "sent `text/html/x` where an HTML page was expected",
        );
        check(200, &[], odd, "sent something without a Content-Type where an HTML page was expected");
        check(
            200,
            &[(CONTENT_TYPE, "text/html"), (CONTENT_ENCODING, "gzip, gzip")],
            odd,
            "sent a page coded as `gzip, gzip`, which was not asked for",
        );
        check(204, &[], odd, "answered 204 No Content where a whole page was expected");
        check(206, &[], odd, "answered 206 Partial Content where a whole page was expected");
        check(300, &[(LOCATION, "/x")], odd, "answered 300 Multiple Choices where a whole page was expected");
        check(304, &[], odd, "answered 304 Not Modified though no condition was sent");
    }

    #[test]
    fn each_refusal_has_its_verdict_and_its_consequence() {
        let later = [(RETRY_AFTER, "300")];
        let retry_after = Some(Duration::from_mins(5));
        let check = |status, verdict, reason| check(status, &later, verdict, reason);
        let odd = Verdict::Unrecognized;
        assert_eq!(check(404, odd, "answered 404 Not Found"), RequestOutcome::Odd);
        assert_eq!(check(400, odd, "answered 400 Bad Request"), RequestOutcome::Odd);
        assert_eq!(check(410, odd, "answered 410 Gone"), RequestOutcome::Odd);
        let refused = Verdict::Refused;
        assert_eq!(check(403, refused, "answered 403 Forbidden"), RequestOutcome::Refused { retry_after });
        assert_eq!(
            check(451, refused, "answered 451 Unavailable For Legal Reasons"),
            RequestOutcome::Refused { retry_after }
        );
        for (status, reason) in [
            (401, "answered 401 Unauthorized"),
            (405, "answered 405 Method Not Allowed"),
            (406, "answered 406 Not Acceptable"),
            (408, "answered 408 Request Timeout"),
            (421, "answered 421 Misdirected Request"),
            (425, "answered 425 Too Early"),
            (429, "answered 429 Too Many Requests"),
            (499, "answered 499"),
        ] {
            assert_eq!(check(status, refused, reason), RequestOutcome::Throttled { retry_after }, "{status}");
        }
        let trouble = Verdict::Unreachable;
        assert_eq!(
            check(503, trouble, "answered 503 Service Unavailable"),
            RequestOutcome::Failed { retry_after }
        );
        assert_eq!(check(520, trouble, "answered 520"), RequestOutcome::Failed { retry_after });
        let failure = judged(429, &[(RETRY_AFTER, "-5; soon")]).expect_err("refused");
        assert_eq!(failure.outcome, RequestOutcome::Throttled { retry_after: None });
    }

    #[test]
    fn a_redirect_stays_on_its_origin() {
        for (location, target) in [
            ("/list/cs/new", "https://arxiv.org/list/cs/new"),
            ("?skip=0#top", "https://arxiv.org/list/cs.DC/new?skip=0"),
            ("https://ARXIV.org:443/x", "https://arxiv.org/x"),
            ("../../a", "https://arxiv.org/a"),
        ] {
            let head = judged(308, &[(LOCATION, location)]).expect("followed");
            assert!(
                matches!(&head, ResponseHead::Moved(url) if url.as_str() == target),
                "{location}: {head:?}"
            );
        }
        let refused = |location: &str, why: &str| {
            let reason = format!("redirects to `{}`, {why}; not followed", shown(location));
            check(302, &[(LOCATION, location)], Verdict::Unrecognized, &reason);
        };
        for location in [
            "https://evil.invalid/",
            "//evil.invalid/",
            "\\\\evil.invalid/",
            "https://arxiv.org.evil.invalid/",
            "https://export.arxiv.org/list",
            "https://arxiv.org:8443/",
            "http://arxiv.org/list/cs.DC/new",
            "http://169.254.169.254/latest/meta-data/",
            "file:///etc/passwd",
            "gopher://127.0.0.1:25/_HELO",
            "javascript:alert(1)",
        ] {
            refused(location, "which is another site");
        }
        refused("https://arxiv.org@evil.invalid/", "which carries a user name");
        refused("https://me:word@arxiv.org/", "which carries a user name");
        refused("/list/x\tSet-Cookie:a=b", "which is no address");
        refused("https://", "which is no address");
        refused("", "which is no address");
        check(302, &[], Verdict::Unrecognized, "redirects without saying where to");
    }
}
