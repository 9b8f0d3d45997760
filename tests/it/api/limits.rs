//! How much a client may ask, and what it may send.

use crosslist::settings::Sources;
use reqwest::Method;

use crate::support::service::{Running, Wire};

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_when_to_come_back() {
    let sources = Sources::default().with_override("test", "limits.requests_per_minute", "3");
    let service = Running::demo_with(sources).await;
    // Probes use up nothing, however they are spelled.
    for probe in ["/healthz", "/readyz", "/%68ealthz", "/readyz?x"] {
        assert_eq!(service.get(probe).await.status(), 200);
    }
    for _ in 0..3 {
        assert_eq!(service.get("/subjects/cs.DC.rss").await.status(), 200);
    }
    let refused = service.get("/subjects/cs.DC.rss").await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["cache-control"], "no-store");
    let seconds: u64 = refused.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=21).contains(&seconds), "{seconds}");
    assert_eq!(service.get("/healthz").await.status(), 200);
    // Whoever is no trusted proxy cannot speak for others.
    let other = [("x-forwarded-for", "192.0.2.1")];
    assert_eq!(service.ask(Method::GET, "/", &other).await.status(), 429);
}

#[tokio::test]
async fn behind_a_trusted_proxy_every_client_has_its_own_share() {
    let sources = Sources::default().with_override("test", "limits.requests_per_minute", "1").with_override(
        "test",
        "server.trusted_proxies",
        "127.0.0.0/8",
    );
    let service = Running::demo_with(sources).await;
    let ask = |client: &'static str| {
        let service = &service;
        async move {
            let headers = [("x-forwarded-for", client)];
            service.ask(Method::GET, "/robots.txt", &headers).await.status().as_u16()
        }
    };
    assert_eq!(ask("192.0.2.1").await, 200);
    assert_eq!(ask("192.0.2.2").await, 200);
    assert_eq!(ask("192.0.2.1").await, 429);
    // What the client itself wrote stands further left.
    assert_eq!(ask("198.51.100.1, 192.0.2.1").await, 429);
    assert_eq!(ask("2001:db8::1").await, 200);
    assert_eq!(ask("2001:db8::2").await, 429);
}

#[tokio::test]
async fn an_address_holds_few_and_small_regular_expressions() {
    let service = Running::demo().await;
    let small = ["ti:/GPU/", "abs:/a/", "au:/b/", "co:/c/", "jr:/d/", "ti:/e/", "ti:/f/", "ti:/g/"];
    let address = |rules: &[&str]| format!("/subjects/cs.DC.json?q={}", rules.join("+OR+"));
    assert_eq!(service.get(&address(&small)).await.status(), 200);
    for path in [
        address(&["ti:/a/"; 9]),
        address(&["/\\w{40}/"]),
        "/subjects/cs.DC.rss?filter_title=%5Cw%7B40%7D".to_owned(),
        "/rss/cs.DC?filter_title=%5Cw%7B40%7D".to_owned(),
        "/explain?id=2602.23598&q=/%5Cw%7B40%7D/".to_owned(),
        "/?q=/%5Cw%7B40%7D/".to_owned(),
    ] {
        let path = path.replace('\\', "%5C").replace('{', "%7B").replace('}', "%7D");
        assert_eq!(service.get(&path).await.status(), 400, "{path}");
    }
    let metrics = service.text("/metrics").await;
    assert!(
        metrics.contains("crosslist_regexes_bytes ")
            && metrics.contains("crosslist_renders_waiting{class=\"costly\"} 0")
    );
}

#[tokio::test]
async fn large_header_fields_and_bodies_are_refused() {
    let service = Running::demo().await;
    let large = "x".repeat(20_000);
    assert_eq!(service.ask(Method::GET, "/", &[("x-large", &large)]).await.status(), 431);
    for (request, status) in [
        ("GET /subjects/cs.DC.rss HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 413),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 413),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
        ("GET /robots.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 200),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    ] {
        let mut wire = Wire::to(&service).await;
        wire.send(request).await;
        assert_eq!(wire.answer(true).await.status, status, "{request}");
    }
}

#[tokio::test]
async fn a_client_that_holds_more_connections_than_it_can_need_is_told_so() {
    let sources = Sources::default().with_override("test", "limits.requests_per_minute", "1");
    let service = Running::demo_with(sources).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut wire = Wire::to(&service).await;
        wire.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert_eq!(wire.answer(true).await.status, 200);
        open.push(wire);
    }
    let mut wire = Wire::to(&service).await;
    let refused = wire.answer(true).await;
    assert_eq!((refused.status, refused.header("connection")), (429, Some("close")));
    let problem: serde_json::Value = serde_json::from_slice(&refused.body).expect("JSON");
    assert_eq!(problem["type"], "/help/http#too-many-requests");
    assert!(refused.header("retry-after").is_some() && wire.is_closed().await);
    // Those that are open are answered on.
    for wire in &mut open {
        wire.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert_eq!(wire.answer(true).await.status, 200);
    }
}
