//! Content codings: who gets which, and under which entity tag.

use std::io::Read;

use flate2::read::GzDecoder;
use reqwest::Method;

use crate::support::service::Running;

const FEED: &str = "/subjects/cs.DC.atom";

#[tokio::test]
async fn every_coding_is_the_same_feed_under_a_tag_of_its_own() {
    let service = Running::demo().await;
    let ask = |coding: &'static str| {
        let service = &service;
        async move {
            let answer = service.ask(Method::GET, FEED, &[("accept-encoding", coding)]).await;
            let header =
                |name: &str| answer.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
            let (encoding, etag, vary) = (header("content-encoding"), header("etag"), header("vary"));
            assert_eq!(vary.as_deref(), Some("Accept-Encoding"));
            (encoding, etag.expect("a tag"), answer.bytes().await.expect("a body"))
        }
    };
    let (encoding, plain_tag, plain) = ask("identity").await;
    assert_eq!(encoding, None);
    let (encoding, gzip_tag, gzip) = ask("gzip").await;
    assert_eq!(encoding.as_deref(), Some("gzip"));
    let mut text = Vec::new();
    GzDecoder::new(&gzip[..]).read_to_end(&mut text).expect("gzip");
    assert_eq!(text, plain);
    let (encoding, brotli_tag, brotli) = ask("gzip, deflate, br").await;
    assert_eq!(encoding.as_deref(), Some("br"));
    let mut text = Vec::new();
    brotli::BrotliDecompress(&mut &brotli[..], &mut text).expect("br");
    assert_eq!(text, plain);
    assert!(brotli.len() < gzip.len() && gzip.len() * 3 < plain.len());
    assert!(plain_tag != gzip_tag && gzip_tag != brotli_tag && plain_tag != brotli_tag);
    assert!([plain_tag, gzip_tag, brotli_tag].iter().all(|tag| tag.starts_with('"')));
}

#[tokio::test]
async fn a_tag_is_current_for_the_coding_that_it_is_of() {
    let service = Running::demo().await;
    let first = service.ask(Method::GET, FEED, &[("accept-encoding", "gzip")]).await;
    let gzip = first.headers()["etag"].to_str().expect("text").to_owned();
    let again = |coding: &'static str| {
        let (service, gzip) = (&service, gzip.clone());
        async move {
            service.ask(Method::GET, FEED, &[("accept-encoding", coding), ("if-none-match", &gzip)]).await
        }
    };
    let answer = again("gzip").await;
    assert_eq!(answer.status(), 304);
    assert_eq!(answer.headers()["etag"], gzip.as_str());
    assert_eq!(answer.headers()["vary"], "Accept-Encoding");
    assert_eq!(again("identity").await.status(), 200);
    assert_eq!(again("br").await.status(), 200);
}

#[tokio::test]
async fn two_services_compress_alike() {
    let bodies = || async {
        let service = Running::demo().await;
        let mut bodies = Vec::new();
        for coding in ["gzip", "br"] {
            let headers = [("accept-encoding", coding), ("host", "feeds.example.org")];
            let answer = service.ask(Method::GET, FEED, &headers).await;
            bodies.push((answer.headers()["etag"].clone(), answer.bytes().await.expect("a body")));
        }
        bodies
    };
    assert_eq!(bodies().await, bodies().await);
}

#[tokio::test]
async fn pages_and_files_are_compressed_too() {
    let service = Running::demo().await;
    service.text(FEED).await;
    for path in ["/", "/status", "/status.json", "/help/http", "/style.css", "/api/query?search_query=all:a"]
    {
        let answer = service.ask(Method::GET, path, &[("accept-encoding", "br")]).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-encoding"] == "br"),
            (200, true),
            "{path}"
        );
        assert!(answer.headers()["vary"].to_str().expect("text").contains("Accept-Encoding"), "{path}");
    }
}

#[tokio::test]
async fn who_takes_no_coding_that_there_is_hears_of_the_choices() {
    let service = Running::demo().await;
    for coding in ["identity;q=0", "*;q=0", "zstd, identity;q=0"] {
        for path in [FEED, "/", "/style.css"] {
            let answer = service.ask(Method::GET, path, &[("accept-encoding", coding)]).await;
            assert_eq!(answer.status(), 406, "{path} {coding}");
            assert_eq!(answer.headers()["cache-control"], "no-store");
            assert!(answer.text().await.expect("a body").contains("gzip and br"));
        }
    }
}

#[tokio::test]
async fn who_takes_no_form_that_there_is_hears_of_the_choices() {
    let service = Running::demo().await;
    let png = [("accept", "image/png")];
    let answer = service.ask(Method::GET, "/subjects/cs.DC", &png).await;
    assert_eq!(answer.status(), 406);
    assert!(answer.text().await.expect("a body").contains("application/rss+xml"));
    // An ending has decided.
    assert_eq!(service.ask(Method::GET, FEED, &png).await.status(), 200);
}
