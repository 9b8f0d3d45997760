//! What a reader that asks again is answered.

use reqwest::Method;

use crate::support::service::Running;

#[tokio::test]
async fn who_has_the_document_gets_a_304_without_a_body() {
    let service = Running::demo().await;
    let first = service.get("/subjects/cs.DC.rss").await;
    let etag = first.headers()["etag"].to_str().expect("text").to_owned();
    let modified = first.headers()["last-modified"].to_str().expect("text").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    for headers in [
        vec![("if-none-match", etag.as_str())],
        vec![("if-none-match", "*")],
        vec![("if-modified-since", modified.as_str())],
    ] {
        let again = service.ask(Method::GET, "/subjects/cs.DC.rss", &headers).await;
        assert_eq!(again.status(), 304, "{headers:?}");
        assert_eq!(again.headers()["etag"], etag.as_str());
        assert!(again.headers().contains_key("cache-control"));
        assert_eq!(again.text().await.expect("a body"), "");
    }
}

#[tokio::test]
async fn a_tag_rules_over_a_date() {
    let service = Running::demo().await;
    let headers = [("if-none-match", "\"other\""), ("if-modified-since", "Fri, 06 Mar 2099 00:00:00 GMT")];
    assert_eq!(service.ask(Method::GET, "/subjects/cs.DC.rss", &headers).await.status(), 200);
}

#[tokio::test]
async fn two_services_give_the_same_bytes_and_tag() {
    let tag = |response: &reqwest::Response| response.headers()["etag"].clone();
    let first = Running::demo().await;
    let second = Running::demo().await;
    let host = [("host", "feeds.example.org")];
    let one = first.ask(Method::GET, "/subjects/cs.DC.atom", &host).await;
    let two = second.ask(Method::GET, "/subjects/cs.DC.atom", &host).await;
    assert_eq!(tag(&one), tag(&two));
    assert_eq!(one.text().await.expect("a body"), two.text().await.expect("a body"));
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let service = Running::demo().await;
    for path in ["/subjects/cs.DC.rss", "/subjects/cs.DK.rss", "/", "/healthz", "/style.css"] {
        let get = service.get(path).await;
        let head = service.ask(Method::HEAD, path, &[]).await;
        assert_eq!(head.status(), get.status(), "{path}");
        for name in ["content-type", "etag", "cache-control", "vary"] {
            assert_eq!(head.headers().get(name), get.headers().get(name), "{path}: {name}");
        }
        assert_eq!(head.text().await.expect("no body"), "");
    }
}
