//! Readers who take only what they have not seen (RFC 3229).

use crosslist::settings::Sources;
use reqwest::{Method, Response};

use crate::support::service::{Arxiv, Running};

/// A reader that is known to take a 226.
const NEWSBOAT: (&str, &str) = ("user-agent", "Newsboat/2.33.0 (Linux x86_64)");

const TUESDAY: &str = "2026-03-03T02:00:00Z";

/// A service that has read Monday's mailing and can be made to read Tuesday's.
async fn on_monday() -> (Arxiv, Running) {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    let sources = Sources::default().with_override("test", "subjects.fill_days", "0");
    let service = Running::over(&arxiv, sources, TUESDAY).await;
    (arxiv, service)
}

async fn tuesday_comes(arxiv: &Arxiv, service: &Running) {
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-03.html");
    service.ask(Method::POST, "/admin/refresh", &[]).await;
}

fn tag(response: &Response) -> String {
    response.headers()["etag"].to_str().expect("text").to_owned()
}

async fn items(response: Response) -> usize {
    let text = response.text().await.expect("a body");
    if text.starts_with('{') {
        let feed: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        return feed["items"].as_array().expect("items").len();
    }
    feed_rs::parser::parse(text.as_bytes()).expect("a feed").entries.len()
}

#[tokio::test]
async fn a_reader_of_yesterdays_feed_gets_what_is_new_in_every_format() {
    let (arxiv, service) = on_monday().await;
    let paths = ["/subjects/cs.DC.rss", "/subjects/cs.DC.atom", "/subjects/cs.DC.json", "/rss/cs.DC?days=9"];
    let mut tags = Vec::new();
    for path in paths {
        tags.push(tag(&service.get(path).await));
    }
    tuesday_comes(&arxiv, &service).await;
    for (path, seen) in paths.iter().zip(&tags) {
        let whole = service.get(path).await;
        let current = tag(&whole);
        let all = items(whole).await;
        let some =
            service.ask(Method::GET, path, &[NEWSBOAT, ("a-im", "feed"), ("if-none-match", seen)]).await;
        assert_eq!(some.status(), 226, "{path}");
        assert_eq!(some.headers()["im"], "feed");
        assert_eq!(tag(&some), current);
        let control = some.headers()["cache-control"].to_str().expect("text").to_owned();
        assert!(control.starts_with("no-store, im, max-age="), "{control}");
        let vary = some.headers()["vary"].to_str().expect("text").to_owned();
        assert!(vary.contains("A-IM") && vary.contains("If-None-Match"), "{vary}");
        let new = items(some).await;
        assert!(new > 0 && new < all, "{path}: {new} of {all}");
        let again =
            service.ask(Method::GET, path, &[NEWSBOAT, ("a-im", "feed"), ("if-none-match", &current)]).await;
        assert_eq!(again.status(), 304, "{path}");
    }
    assert_eq!(service.ids("/subjects/cs.DC.json").await.len(), 28);
    let seen = [NEWSBOAT, ("a-im", "feed"), ("if-none-match", tags[2].as_str())];
    assert_eq!(items(service.ask(Method::GET, paths[2], &seen).await).await, 9);
}

#[tokio::test]
async fn a_compressed_part_goes_by_the_tag_of_the_compressed_whole() {
    let (arxiv, service) = on_monday().await;
    let gzip = ("accept-encoding", "gzip");
    let seen = tag(&service.ask(Method::GET, "/subjects/cs.DC.atom", &[gzip]).await);
    tuesday_comes(&arxiv, &service).await;
    let headers = [NEWSBOAT, gzip, ("a-im", "feed"), ("if-none-match", &seen)];
    let part = service.ask(Method::GET, "/subjects/cs.DC.atom", &headers).await;
    assert_eq!((part.status().as_u16(), &part.headers()["content-encoding"] == "gzip"), (226, true));
    let whole = service.ask(Method::GET, "/subjects/cs.DC.atom", &[gzip]).await;
    assert_eq!(whole.status(), 200);
    assert_eq!(tag(&part), tag(&whole));
}

#[tokio::test]
async fn who_cannot_be_given_a_part_gets_the_whole() {
    let (arxiv, service) = on_monday().await;
    let seen = tag(&service.get("/subjects/cs.DC.atom").await);
    tuesday_comes(&arxiv, &service).await;
    let seen = seen.as_str();
    for headers in [
        vec![NEWSBOAT, ("if-none-match", seen)],
        vec![NEWSBOAT, ("a-im", "feed")],
        vec![NEWSBOAT, ("a-im", "vcdiff"), ("if-none-match", seen)],
        vec![NEWSBOAT, ("a-im", "feed;q=0"), ("if-none-match", seen)],
        vec![NEWSBOAT, ("a-im", "feed"), ("if-none-match", "\"unknown\"")],
        vec![NEWSBOAT, ("a-im", "feed"), ("if-none-match", "\"00000000000000000000000000000000\"")],
    ] {
        let answer = service.ask(Method::GET, "/subjects/cs.DC.atom", &headers).await;
        assert_eq!(answer.status(), 200, "{headers:?}");
        assert_eq!(items(answer).await, 28, "{headers:?}");
    }
    let page = [NEWSBOAT, ("a-im", "feed"), ("if-none-match", seen), ("accept", "text/html")];
    assert_eq!(service.ask(Method::GET, "/subjects/cs.DC", &page).await.status(), 200);
}

#[tokio::test]
async fn a_program_that_is_not_known_to_take_a_226_gets_the_whole_or_a_304() {
    let (arxiv, service) = on_monday().await;
    let path = "/subjects/cs.DC.rss";
    let seen = tag(&service.get(path).await);
    tuesday_comes(&arxiv, &service).await;
    // feedparser's own, rss2email's, one that only names a known reader, and none at all.
    for agent in [
        Some("feedparser/6.0.11 +https://github.com/kurtmckee/feedparser/"),
        Some("rss2email/3.14 (https://github.com/rss2email/rss2email)"),
        Some("Mozilla/5.0 (compatible; newsboat)"),
        Some("newsboats/1.0"),
        Some(""),
        None,
    ] {
        let ask = async |seen: &str| {
            let fields = [("a-im", "feed"), ("if-none-match", seen)];
            let agent = agent.map(|agent| ("user-agent", agent));
            service.ask(Method::GET, path, &agent.into_iter().chain(fields).collect::<Vec<_>>()).await
        };
        let whole = ask(&seen).await;
        let current = tag(&whole);
        assert_eq!((whole.status().as_u16(), items(whole).await), (200, 28), "{agent:?}");
        assert_eq!(ask(&current).await.status(), 304, "{agent:?}");
    }
}
