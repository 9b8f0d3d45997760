//! Responses on the wire, byte by byte.

use crate::support::service::{Running, Wire};

fn request(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: feeds.example\r\n\r\n")
}

#[tokio::test]
async fn head_tells_the_length_of_what_it_leaves_off() {
    let service = Running::demo().await;
    for path in ["/subjects/cs.DC.rss", "/subjects/cs.DK.rss", "/", "/healthz", "/favicon.ico", "/rss/cs.DC"]
    {
        let mut wire = Wire::to(&service).await;
        wire.send(&request("GET", path)).await;
        let get = wire.answer(true).await;
        for _ in 0..2 {
            wire.send(&request("HEAD", path)).await;
            let head = wire.answer(false).await;
            assert_eq!(head.status, get.status, "{path}");
            // Of its moment, and of the request itself.
            let of_its_own = ["date", "cache-status", "cache-control", "x-request-id"];
            let of_the_answer = |headers: &[(String, String)]| {
                let mut headers: Vec<_> = headers.to_vec();
                headers.retain(|(name, _)| !of_its_own.contains(&name.as_str()));
                headers.sort();
                headers
            };
            assert_eq!(of_the_answer(&head.headers), of_the_answer(&get.headers), "{path}");
        }
    }
}

#[tokio::test]
async fn a_pipelined_connection_stays_in_step() {
    let service = Running::demo().await;
    service.text("/subjects/cs.DC.rss").await;
    let feed = "/subjects/cs.DC.rss";
    let mut wire = Wire::to(&service).await;
    wire.send(&request("GET", feed)).await;
    let alone = wire.answer(true).await.body;
    let methods = ["GET", "HEAD", "GET", "HEAD", "HEAD", "GET"];
    let all: String = methods.iter().map(|method| request(method, feed)).collect();
    wire.send(&all).await;
    for method in methods {
        let answer = wire.answer(method == "GET").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-length"), Some(alone.len().to_string().as_str()), "{method}");
        assert!(method == "HEAD" || answer.body == alone);
    }
}

#[tokio::test]
async fn http_1_0_is_answered_and_closed_unless_it_asks_otherwise() {
    let service = Running::demo().await;
    let mut wire = Wire::to(&service).await;
    wire.send("GET /subjects/cs.DC.rss HTTP/1.0\r\n\r\n").await;
    let answer = wire.answer(true).await;
    assert_eq!(answer.status, 200);
    assert!(wire.is_closed().await);
    let mut wire = Wire::to(&service).await;
    for _ in 0..2 {
        wire.send("GET /robots.txt HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n").await;
        assert_eq!(wire.answer(true).await.status, 200);
    }
}

#[tokio::test]
async fn a_page_of_any_site_may_read_feeds_and_see_their_tags() {
    let service = Running::demo().await;
    for path in ["/subjects/cs.DC.json", "/status.json", "/nothing"] {
        let answer = service.get(path).await;
        assert_eq!(answer.headers()["access-control-allow-origin"], "*", "{path}");
        let exposed = answer.headers()["access-control-expose-headers"].to_str().expect("text").to_owned();
        assert!(exposed.contains("ETag") && exposed.contains("Retry-After"), "{exposed}");
    }
    let asked = [("origin", "https://a.example"), ("access-control-request-headers", "if-none-match")];
    let answer = service.ask(reqwest::Method::OPTIONS, "/subjects/cs.DC.json", &asked).await;
    assert_eq!(answer.status(), 204);
    let allowed = answer.headers()["access-control-allow-headers"].to_str().expect("text").to_owned();
    assert!(allowed.contains("If-None-Match") && allowed.contains("A-IM"), "{allowed}");
}

#[tokio::test]
async fn every_answer_says_that_its_type_is_meant_and_a_page_loads_nothing() {
    let service = Running::demo().await;
    for path in ["/", "/status", "/subjects/cs.DC.rss", "/nothing", "/favicon.ico", "/robots.txt", "/healthz"]
    {
        let answer = service.ask(reqwest::Method::GET, path, &[("accept", "text/html")]).await;
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
        if answer.headers()["content-type"] == "text/html; charset=utf-8" {
            let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_feed_that_is_still_made_is_not_mixed_up_with_the_next_request() {
    let service = Running::demo().await;
    let mut wire = Wire::to(&service).await;
    let all = request("GET", "/subjects/cs.DC.json") + &request("HEAD", "/subjects/cs.DC.rss");
    wire.send(&all).await;
    let get = wire.answer(true).await;
    assert!(serde_json::from_slice::<serde_json::Value>(&get.body).is_ok());
    assert_eq!(wire.answer(false).await.header("content-type"), Some("application/rss+xml; charset=utf-8"));
    wire.send(&request("GET", "/robots.txt")).await;
    assert_eq!(wire.answer(true).await.status, 200);
}
