//! Every kind of address against what HTTP asks of an answer (RFC 9110, 9111, 9112), over real sockets.

use std::io::Read;

use crosslist::settings::Sources;
use flate2::read::GzDecoder;

use crate::support::service::{Raw, Running, Wire};

/// What an address answers with, as far as HTTP is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Current until the next mailing, and known since when.
    Feed,
    /// A feed to be looked at: asked for again each time.
    Shown,
    Page,
    Data,
    File,
    /// Whether the service lives.
    Sign,
}

use Kind::{Data, Feed, File, Page, Shown, Sign};

const ATOM: &str = "application/atom+xml; charset=utf-8";
const RSS: &str = "application/rss+xml; charset=utf-8";
const FEED_JSON: &str = "application/feed+json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Every kind of address, with the `Accept` that it is asked with and the type of its answer.
const ADDRESSES: [(&str, &str, &str, Kind); 29] = [
    ("/subjects/cs.DC.rss", "", RSS, Feed),
    ("/subjects/cs.DC.atom", "image/png", ATOM, Feed),
    ("/subjects/cs.DC.json?limit=3", BROWSER, FEED_JSON, Feed),
    ("/subjects/cs.DC?days=3", "", ATOM, Feed),
    ("/subjects/cs.DC", "application/rss+xml, */*;q=0.1", RSS, Feed),
    ("/subjects/all.rss?q=gpu&type=new", "", RSS, Feed),
    ("/subjects/cs.DC", BROWSER, HTML, Shown),
    ("/search.atom?q=gpu", "", ATOM, Feed),
    ("/search?q=gpu", BROWSER, HTML, Shown),
    ("/keywords/gpu.json", "", FEED_JSON, Feed),
    ("/keywords/a%2Fb", "application/feed+json", FEED_JSON, Feed),
    ("/named/gpu.rss", "", RSS, Feed),
    ("/named/gpu", BROWSER, HTML, Shown),
    ("/rss/cs.DC", BROWSER, RSS, Feed),
    ("/atom/cs.DC?days=9", "", ATOM, Feed),
    ("/api/query?search_query=all:gpu", BROWSER, ATOM, Feed),
    ("/", "", HTML, Page),
    ("/?subjects=cs.DC&q=gpu", BROWSER, HTML, Page),
    ("/help/rules", "", HTML, Page),
    ("/help/http", "", HTML, Page),
    ("/status", "", HTML, Page),
    ("/status.json", "", "application/json", Data),
    ("/feeds.opml", "", "text/x-opml; charset=utf-8", File),
    ("/explain?q=gpu&id=2603.09577", "", "application/json", Data),
    ("/style.css", "", "text/css; charset=utf-8", File),
    ("/robots.txt", "", TEXT, File),
    ("/favicon.ico", "", "image/x-icon", File),
    ("/healthz", "", TEXT, Sign),
    ("/readyz", "", TEXT, Sign),
];

async fn service() -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("feeds.toml");
    std::fs::write(&path, "[[feed]]\nname = \"gpu\"\nsources = [\"cs.DC\"]\nquery = 'gpu'\n")
        .expect("a file");
    let service = Running::demo_with(Sources { feeds_file: Some(path), ..Sources::default() }).await;
    // Past days are read too, so that nothing changes any more.
    service.ask(reqwest::Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
    service
}

fn fields<'a>(accept: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let accept = (!accept.is_empty()).then_some(("accept", accept));
    accept.into_iter().chain(more.iter().copied()).collect()
}

async fn ask(wire: &mut Wire, method: &str, path: &str, fields: &[(&str, &str)]) -> Raw {
    let fields: String = fields.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
    wire.send(&format!("{method} {path} HTTP/1.1\r\nHost: feeds.example\r\n{fields}\r\n")).await;
    wire.answer(method != "HEAD").await
}

/// The fields that do not depend on the second in which they are written.
fn lasting(answer: &Raw) -> Vec<(String, String)> {
    let is_lasting = |name: &str| !["date", "cache-status", "cache-control", "x-request-id"].contains(&name);
    let mut fields: Vec<_> = answer.headers.iter().filter(|(name, _)| is_lasting(name)).cloned().collect();
    fields.sort();
    fields
}

#[tokio::test]
async fn every_answer_says_what_it_is_and_how_long_it_lasts() {
    let service = service().await;
    let mut wire = Wire::to(&service).await;
    for (path, accept, content_type, kind) in ADDRESSES {
        let answer = ask(&mut wire, "GET", path, &fields(accept, &[])).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(content_type)), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("content-length"), Some(&*answer.body.len().to_string()), "{path}");
        assert!(answer.header("date").is_some_and(|date| date.ends_with(" GMT")), "{path}");
        for none in ["set-cookie", "accept-ranges", "transfer-encoding", "server", "pragma", "expires"] {
            assert_eq!(answer.header(none), None, "{path}");
        }
        let control = answer.header("cache-control").expect("a lifetime");
        let is_as_it_should_be = match kind {
            Feed => control.starts_with("max-age=") && control.ends_with("stale-if-error=86400"),
            Shown | Page | Data => control == "no-cache",
            File => control.starts_with("max-age="),
            Sign => control == "no-store",
        };
        assert!(is_as_it_should_be, "{path}: {control}");
        assert_eq!(answer.header("last-modified").is_some(), matches!(kind, Feed | Shown), "{path}");
        assert_eq!(answer.header("age").is_some(), matches!(kind, Feed | Shown), "{path}");
        let is_page = matches!(kind, Page | Shown);
        assert_eq!(answer.header("content-security-policy").is_some(), is_page, "{path}");
        if kind == Sign {
            continue;
        }
        let tag = answer.header("etag").expect("a tag");
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() == 34, "{path}: {tag}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        let vary = answer.header("vary").expect("what it varies by");
        let is_negotiated = !path.contains('.')
            && matches!(kind, Feed | Shown)
            && !path.starts_with("/atom/")
            && !path.starts_with("/api/");
        let names_accept = vary.split(", ").any(|name| name == "Accept");
        assert!(vary.split(", ").any(|name| name == "Accept-Encoding"), "{path}: {vary}");
        assert!(names_accept || !is_negotiated, "{path}: {vary}");
    }
}

#[tokio::test]
async fn head_is_get_without_its_body_whatever_the_address_and_the_coding() {
    let service = service().await;
    let mut wire = Wire::to(&service).await;
    for (path, accept, _, _) in ADDRESSES {
        for coding in ["identity", "gzip", "br"] {
            let fields = fields(accept, &[("accept-encoding", coding)]);
            let mut head = ask(&mut wire, "HEAD", path, &fields).await;
            let mut get = ask(&mut wire, "GET", path, &fields).await;
            // The status says how long ago things were: one that changes between two answers is asked for again.
            while lasting(&head) != lasting(&get) {
                head = ask(&mut wire, "HEAD", path, &fields).await;
                let later = ask(&mut wire, "GET", path, &fields).await;
                let is_unchanged = lasting(&later) == lasting(&get);
                get = later;
                if is_unchanged {
                    break;
                }
            }
            assert_eq!((head.status, lasting(&head)), (get.status, lasting(&get)), "{path} {coding}");
        }
    }
}

#[tokio::test]
async fn every_address_names_its_methods_and_refuses_the_others() {
    let service = service().await;
    let mut wire = Wire::to(&service).await;
    for (path, accept, _, _) in ADDRESSES {
        // The query API takes its parameters as a form as well.
        let takes_forms = path.starts_with("/api/query");
        let allow = if takes_forms { "GET, HEAD, POST, OPTIONS" } else { "GET, HEAD, OPTIONS" };
        let answer = ask(&mut wire, "OPTIONS", path, &fields(accept, &[])).await;
        assert_eq!((answer.status, answer.header("allow")), (204, Some(allow)), "{path}");
        assert_eq!(answer.header("content-length"), None, "{path}");
        for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get", "X-Y"] {
            if takes_forms && method == "POST" {
                continue;
            }
            let answer = ask(&mut wire, method, path, &fields(accept, &[])).await;
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allow)), "{path}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{method} {path}");
        }
    }
    assert_eq!(ask(&mut wire, "OPTIONS", "*", &[]).await.header("allow"), Some("GET, HEAD, OPTIONS"));
    assert_eq!(ask(&mut wire, "CONNECT", "a.example:443", &[]).await.status, 405);
}

/// What a reader says of the document that it has, of the tag `TAG` and the date `DATE`, and what it is answered; of
/// what has no date the second number.
const CONDITIONS: [(&str, u16, u16); 25] = [
    ("If-None-Match: TAG", 304, 304),
    ("If-None-Match: W/TAG", 304, 304),
    ("If-None-Match: *", 304, 304),
    ("If-None-Match: \"a,b\", W/\"c\" ,, TAG", 304, 304),
    ("If-None-Match: \"a\"\r\nIf-None-Match: TAG", 304, 304),
    ("If-None-Match: \"a\"", 200, 200),
    ("If-None-Match:", 200, 200),
    ("If-None-Match: unquoted", 200, 200),
    ("If-None-Match: \"a\"\r\nIf-Modified-Since: DATE", 200, 200),
    ("If-None-Match: TAG\r\nIf-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT", 304, 304),
    ("If-Modified-Since: DATE", 304, 200),
    ("If-Modified-Since: Fri, 06 Nov 2099 08:49:37 GMT", 304, 200),
    ("If-Modified-Since: Sunday, 06-Nov-33 08:49:37 GMT", 304, 200),
    ("If-Modified-Since: Sun Nov  6 08:49:37 2033", 304, 200),
    ("If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT", 200, 200),
    ("If-Modified-Since: 0", 200, 200),
    ("If-Match: TAG", 200, 200),
    ("If-Match: *", 200, 200),
    ("If-Match: W/TAG", 412, 412),
    ("If-Match: \"a\"", 412, 412),
    ("If-Match: \"a\"\r\nIf-None-Match: TAG", 412, 412),
    ("If-Match: TAG\r\nIf-None-Match: TAG", 304, 304),
    ("If-Unmodified-Since: DATE", 200, 200),
    ("If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT", 412, 200),
    ("If-Range: TAG\r\nRange: bytes=0-9", 200, 200),
];

#[tokio::test]
async fn what_a_reader_has_is_not_sent_again_whatever_the_address() {
    let service = service().await;
    let mut wire = Wire::to(&service).await;
    for (path, accept, _, kind) in ADDRESSES.into_iter().filter(|(_, _, _, kind)| *kind != Sign) {
        for coding in ["identity", "gzip"] {
            let fields = fields(accept, &[("accept-encoding", coding)]);
            for (condition, dated, undated) in CONDITIONS {
                let expected = if matches!(kind, Feed | Shown) { dated } else { undated };
                let (whole, answer) = loop {
                    let whole = ask(&mut wire, "GET", path, &fields).await;
                    let tag = whole.header("etag").expect("a tag").to_owned();
                    let date = whole.header("last-modified").unwrap_or("0").to_owned();
                    let condition = condition.replace("TAG", &tag).replace("DATE", &date);
                    let lines = condition.split("\r\n").filter_map(|line| line.split_once(':'));
                    let all: Vec<_> = fields.iter().copied().chain(lines).collect();
                    let answer = ask(&mut wire, "GET", path, &all).await;
                    // The status page tells of the time, and may have become another meanwhile.
                    let again = ask(&mut wire, "GET", path, &fields).await;
                    if again.header("etag") == Some(&tag) {
                        break (whole, answer);
                    }
                };
                assert_eq!(answer.status, expected, "{path} {coding} {condition}");
                if expected == 304 {
                    for name in ["etag", "vary", "access-control-allow-origin", "content-location"] {
                        assert_eq!(answer.header(name), whole.header(name), "{path} {name}");
                    }
                    assert!(answer.header("date").is_some() && answer.header("cache-control").is_some());
                    assert!(answer.header("content-type").is_none(), "{path}");
                }
                if expected == 412 {
                    assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
                }
            }
        }
    }
}

#[tokio::test]
async fn every_address_is_had_in_the_coding_that_is_liked_best() {
    let service = service().await;
    let mut wire = Wire::to(&service).await;
    for (path, accept, _, kind) in ADDRESSES.into_iter().filter(|(_, _, _, kind)| *kind != Sign) {
        let plain = ask(&mut wire, "GET", path, &fields(accept, &[])).await;
        for (liked, expected) in [
            ("gzip", "gzip"),
            ("gzip;q=0.5, br;q=0.4", "gzip"),
            ("gzip, deflate, br, zstd", "br"),
            ("*", "br"),
            ("*;q=0.5, br;q=0", "gzip"),
            ("identity;q=0, gzip;q=0.001", "gzip"),
            ("identity, gzip;q=0.9", ""),
            ("gzip;q=0", ""),
            ("zstd", ""),
            ("", ""),
        ] {
            let answer = ask(&mut wire, "GET", path, &fields(accept, &[("accept-encoding", liked)])).await;
            assert_eq!(answer.header("content-encoding").unwrap_or_default(), expected, "{path} {liked}");
            let mut body = Vec::new();
            match expected {
                "gzip" => drop(GzDecoder::new(&answer.body[..]).read_to_end(&mut body).expect("gzip")),
                "br" => brotli::BrotliDecompress(&mut &answer.body[..], &mut body).expect("br"),
                _ => body.clone_from(&answer.body),
            }
            assert!(body == plain.body || path.starts_with("/status"), "{path} {liked}");
            let is_own = expected.is_empty() == (answer.header("etag") == plain.header("etag"));
            assert!(is_own || path.starts_with("/status"), "{path} {liked}");
        }
        for none in ["identity;q=0", "*;q=0", "zstd, *;q=0"] {
            let answer = ask(&mut wire, "GET", path, &fields(accept, &[("accept-encoding", none)])).await;
            assert_eq!(answer.status, 406, "{path} {none} {kind:?}");
        }
    }
}

#[tokio::test]
async fn what_is_not_understood_changes_nothing() {
    let service = service().await;
    let mut wire = Wire::to(&service).await;
    for (path, accept, _, _) in ADDRESSES.into_iter().filter(|(path, _, _, _)| !path.starts_with("/status")) {
        let plain = ask(&mut wire, "GET", path, &fields(accept, &[])).await;
        for (name, value) in [
            ("range", "bytes=0-9"),
            ("expect", "100-continue"),
            ("expect", "a-miracle"),
            ("a-im", "feed"),
            ("te", "trailers"),
            ("upgrade", "h2c"),
            ("cookie", "a=b"),
            ("content-length", "0"),
            ("accept-language", "*;q=0"),
            ("accept-charset", "latin1;q=1"),
            ("cache-control", "no-cache, only-if-cached"),
            ("x-forwarded-host", "evil.example"),
            ("x-http-method-override", "DELETE"),
        ] {
            let answer = ask(&mut wire, "GET", path, &fields(accept, &[(name, value)])).await;
            assert_eq!((answer.status, lasting(&answer)), (200, lasting(&plain)), "{path} {name}");
            assert!(answer.body == plain.body, "{path} {name}");
        }
    }
}

#[tokio::test]
async fn http_1_0_is_answered_at_every_address() {
    let service = service().await;
    for (path, accept, content_type, _) in ADDRESSES {
        let accept = if accept.is_empty() { "*/*" } else { accept };
        let mut wire = Wire::to(&service).await;
        wire.send(&format!("GET {path} HTTP/1.0\r\nAccept: {accept}\r\n\r\n")).await;
        let answer = wire.answer(true).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-type") == Some(content_type) || accept == "*/*", "{path}");
        assert_eq!(answer.header("transfer-encoding"), None, "{path}");
        assert!(wire.is_closed().await, "{path}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_never_kept_by_a_cache() {
    let service = service().await;
    let mut wire = Wire::to(&service).await;
    let long = format!("/{}", "x".repeat(9_000));
    for (method, path, field, status) in [
        ("GET", "/nothing", ("a", "b"), 404),
        ("GET", "/subjects/cs.DK.rss", ("a", "b"), 404),
        ("GET", "/named/nothing.rss", ("a", "b"), 404),
        ("GET", "/subjects/cs.DC.rss?limit=x", ("a", "b"), 400),
        ("GET", "/api/query?search_query=ti:", ("a", "b"), 400),
        ("GET", "/explain", ("a", "b"), 400),
        ("DELETE", "/subjects/cs.DC.rss", ("a", "b"), 405),
        ("GET", "/subjects/cs.DC", ("accept", "image/png"), 406),
        ("GET", "/subjects/cs.DC.rss", ("accept-encoding", "identity;q=0"), 406),
        ("GET", "/subjects/cs.DC.rss", ("if-match", "\"a\""), 412),
        ("GET", &long, ("a", "b"), 414),
        ("POST", "/admin/refresh", ("authorization", "Bearer of-nobody"), 404),
        ("GET", "/subjects/cs.LG.rss", ("a", "b"), 503),
    ] {
        for accept in ["*/*", "text/plain", BROWSER] {
            let accept = if field.0 == "accept" { "" } else { accept };
            let answer = ask(&mut wire, method, path, &fields(accept, &[field])).await;
            assert_eq!(answer.status, status, "{path}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
            assert_eq!(answer.header("etag"), None, "{path}");
            assert!(!answer.body.is_empty(), "{path}");
            let is_page = answer.header("content-type") == Some(HTML);
            assert_eq!(answer.header("content-security-policy").is_some(), is_page, "{path}");
        }
    }
}
