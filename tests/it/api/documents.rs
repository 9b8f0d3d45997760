//! What is rendered once, and for how long it stands.

use crosslist::settings::Sources;
use reqwest::Method;

use crate::support::service::{Arxiv, Running, page_of_cs_lg};

#[tokio::test]
async fn news_of_one_subject_leaves_the_tags_of_others() {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    let other = page_of_cs_lg("cs.DC-new-2026-03-02.html");
    arxiv.answer("/list/cs.LG/new", 200, &other);
    let sources = Sources::default().with_override("test", "subjects.fill_days", "0");
    let service = Running::over(&arxiv, sources, "2026-03-03T02:00:00Z").await;
    let tag = |path: &'static str| {
        let service = &service;
        async move { service.get(path).await.headers()["etag"].clone() }
    };
    let (dc, lg) = (tag("/subjects/cs.DC.atom").await, tag("/subjects/cs.LG.atom").await);
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-03.html");
    service.ask(Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
    assert_ne!(tag("/subjects/cs.DC.atom").await, dc);
    assert_eq!(tag("/subjects/cs.LG.atom").await, lg);
}

#[tokio::test]
async fn a_cache_of_no_bytes_serves_all_the_same() {
    let sources = Sources::default().with_override("test", "cache.bytes_max", "0");
    let service = Running::demo_with(sources).await;
    let first = service.get("/subjects/cs.DC.atom").await;
    for _ in 0..3 {
        let again = service.get("/subjects/cs.DC.atom").await;
        assert_eq!(again.headers()["etag"], first.headers()["etag"]);
    }
}

#[tokio::test]
async fn the_same_words_of_another_host_are_another_document() {
    let service = Running::demo().await;
    for _ in 0..3 {
        for host in ["one.example", "two.example"] {
            let answer = service.ask(Method::GET, "/subjects/cs.DC.atom", &[("host", host)]).await;
            assert!(
                answer.text().await.expect("a body").contains(&format!("http://{host}/subjects/cs.DC.atom"))
            );
        }
    }
}

#[tokio::test]
async fn the_same_words_of_another_accept_are_another_form() {
    let service = Running::demo().await;
    for _ in 0..3 {
        for (accept, form) in [("text/html", "text/html"), ("application/rss+xml", "application/rss+xml")] {
            let answer = service.ask(Method::GET, "/subjects/cs.DC", &[("accept", accept)]).await;
            assert!(answer.headers()["content-type"].to_str().expect("text").starts_with(form));
        }
    }
}
