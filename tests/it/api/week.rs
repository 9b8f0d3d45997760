//! The week of the demo, as its readers see it.

use std::collections::HashSet;

use crate::support::service::Running;

#[tokio::test]
async fn a_newcomer_sees_the_whole_week_at_once() {
    let service = Running::demo().await;
    let ids = service.ids("/subjects/cs.DC.json").await;
    assert_eq!(ids.len(), 37);
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 37);
    assert_eq!(ids[0], "https://arxiv.org/abs/2603.09577");
    assert_eq!(ids[6], "https://arxiv.org/abs/2602.23598#replaced-2026-03-06");
    assert_eq!(ids[36], "https://arxiv.org/abs/2505.23819#replaced-2026-03-02");
}

#[tokio::test]
async fn the_order_is_the_pages_own_and_every_date_is_another() {
    let service = Running::demo().await;
    let feed = service.feed("/subjects/cs.DC.json").await;
    let items = feed["items"].as_array().expect("items");
    let dates: Vec<&str> =
        items.iter().map(|item| item["date_published"].as_str().expect("a date")).collect();
    assert!(dates.windows(2).all(|pair| pair[0] > pair[1]), "{dates:?}");
    assert_eq!(dates[0], "2026-03-06T00:59:59Z");
    assert_eq!(dates[36], "2026-03-02T00:59:41Z");
}

#[tokio::test]
async fn a_type_and_a_limit_narrow_the_feed() {
    let service = Running::demo().await;
    assert_eq!(service.ids("/subjects/cs.DC.json?type=new").await.len(), 11);
    assert_eq!(service.ids("/subjects/cs.DC.json?type=new,cross").await.len(), 25);
    assert_eq!(service.ids("/subjects/cs.DC.json?limit=5").await.len(), 5);
    let replaced = service.ids("/subjects/cs.DC.json?type=replace,replace-cross").await;
    assert_eq!(replaced.len(), 12);
    assert!(replaced.iter().all(|id| id.contains("#replaced-2026-03-0")));
}

#[tokio::test]
async fn all_spellings_of_a_request_share_one_document() {
    let service = Running::demo().await;
    let canonical = service.text("/subjects/cs.DC.atom?type=new,cross").await;
    assert_eq!(service.text("/subjects/CS.dc.atom?type=cross,new").await, canonical);
    assert_eq!(service.text("/subjects/cs.DC+cs.DC.ATOM?type=new,cross,new").await, canonical);
    let own = format!("{}/subjects/cs.DC.atom?type=new,cross", service.base);
    assert!(canonical.contains(&format!("href=\"{own}\" rel=\"self\"")), "{canonical:.900}");
    let every = service.text("/subjects/cs.DC.atom").await;
    assert_eq!(service.text("/subjects/cs.DC.atom?type=replace-cross,replace,cross,new").await, every);
}

#[tokio::test]
async fn without_an_ending_the_accept_header_decides() {
    let service = Running::demo().await;
    for (accept, expected) in [
        ("*/*", "application/atom+xml; charset=utf-8"),
        ("application/rss+xml, */*;q=0.1", "application/rss+xml; charset=utf-8"),
        ("application/feed+json", "application/feed+json; charset=utf-8"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
    ] {
        let response = service.ask(reqwest::Method::GET, "/subjects/cs.DC", &[("accept", accept)]).await;
        assert_eq!(response.headers()["content-type"], expected, "{accept}");
        assert_eq!(response.headers()["vary"], "Accept, Accept-Encoding");
    }
}

#[tokio::test]
async fn the_formats_hold_the_same_items_in_the_same_order() {
    let service = Running::demo().await;
    let json = service.ids("/subjects/cs.DC.json").await;
    for path in ["/subjects/cs.DC.rss", "/subjects/cs.DC.atom"] {
        let text = service.text(path).await;
        let feed = feed_rs::parser::parse(text.as_bytes()).expect("a feed");
        let ids: Vec<&str> = feed.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, json, "{path}");
    }
}

#[tokio::test]
async fn the_pages_name_the_feeds_and_run_nothing_but_the_services_own_script() {
    let service = Running::demo().await;
    let browser = [("accept", "text/html")];
    for path in ["/subjects/cs.DC", "/"] {
        let response = service.ask(reqwest::Method::GET, path, &browser).await;
        let policy = response.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        let text = response.text().await.expect("a body");
        assert!(text.contains("/subjects/cs.DC.atom"), "{path}");
        assert_eq!(text.matches("<script").count(), 1, "{path}");
        assert!(text.contains("<script src=\"/page.js?") && !text.contains(" style="), "{path}");
    }
}
