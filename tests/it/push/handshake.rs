//! The hub of a running service: from the links in a feed to a signed delivery.

use std::process::Command;

use crosslist::settings::Sources;
use reqwest::header::{ALLOW, CONTENT_TYPE, LINK};
use reqwest::{Method, StatusCode};

use super::receiver::{Receiver, Reply};
use crate::support::service::{Arxiv, Running, Wire};
use crate::support::wait;

const MONDAY: &str = "2026-03-02T02:00:00Z";
const TUESDAY: &str = "2026-03-03T02:00:00Z";
const FEED: &str = "/subjects/cs.DC.atom";

fn sources() -> Sources {
    Sources::default()
        .with_override("test", "push.hub", "built-in")
        .with_override("test", "push.allow_networks", "127.0.0.0/8")
        .with_override("test", "subjects.watch", "cs.DC")
        .with_override("test", "subjects.fill_days", "0")
}

async fn arxiv() -> Arxiv {
    let arxiv = Arxiv::start().await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-02.html");
    arxiv
}

async fn ask(service: &Running, fields: &[(&str, &str)]) -> reqwest::Response {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let request = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client")
        .post(format!("{}/hub", service.base));
    let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.finish());
    request.send().await.expect("an answer")
}

/// Asks until `push` in the status is as it should be.
async fn until(service: &Running, is_so: impl Fn(&serde_json::Value) -> bool) {
    let push = async || service.feed("/status.json").await["push"].clone();
    wait::until("the status", push, is_so).await;
}

/// What the reference implementation of another language says; none without Python.
fn hmac_by_python(secret: &str, body: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("body");
    std::fs::write(&path, body).expect("a file");
    let program = "import hashlib,hmac,sys;print(hmac.new(sys.argv[1].encode(),open(sys.argv[2],'rb').read(),hashlib.sha256).hexdigest())";
    let output = Command::new("python3").args(["-c", program, secret]).arg(&path).output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

#[tokio::test]
async fn a_subscriber_that_confirms_is_told_of_the_next_announcement() {
    let arxiv = arxiv().await;
    let service = Running::over(&arxiv, sources(), TUESDAY).await;
    let answer = service.get(FEED).await;
    let topic = format!("{}{FEED}", service.base);
    let link = format!("<{}/hub>; rel=\"hub\", <{topic}>; rel=\"self\"", service.base);
    assert_eq!(answer.headers()[LINK], link);
    let receiver = Receiver::honest().await;
    let callback = format!("{}/hear?user=1", receiver.base);
    let wish = [
        ("hub.mode", "subscribe"),
        ("hub.topic", &topic),
        ("hub.callback", &callback),
        ("hub.lease_seconds", "10"),
        ("hub.secret", "sésame"),
    ];
    assert_eq!(ask(&service, &wish).await.status(), StatusCode::ACCEPTED);
    let asked = receiver.count("GET", 1).await.remove(0);
    assert!(asked.target.starts_with("/hear?user=1&"), "{}", asked.target);
    for (name, value) in [("hub.mode", "subscribe"), ("hub.topic", &topic), ("hub.lease_seconds", "300")] {
        assert_eq!(asked.parameter(name).as_deref(), Some(value), "{name}");
    }
    until(&service, |push| push["subscriptions"] == 1).await;
    arxiv.page("/list/cs.DC/new", "cs.DC-new-2026-03-03.html");
    service.ask(Method::POST, "/admin/refresh", &[]).await;
    let told = receiver.count("POST", 1).await.remove(0);
    assert_eq!(told.target, "/hear?user=1");
    assert_eq!(told.header("content-type"), Some("application/atom+xml; charset=utf-8"));
    assert_eq!(told.header("link"), Some(&*link));
    assert_eq!(told.body, service.text(FEED).await.into_bytes());
    assert_eq!(feed_rs::parser::parse(&told.body[..]).expect("a feed").entries.len(), 28);
    if let Some(expected) = hmac_by_python("sésame", &told.body) {
        assert_eq!(told.header("x-hub-signature"), Some(&*format!("sha256={expected}")));
    }
}

#[tokio::test]
async fn feeds_name_a_hub_only_where_there_is_one() {
    let arxiv = arxiv().await;
    let paths = ["/subjects/cs.DC.rss", FEED, "/subjects/cs.DC.json", "/rss/cs.DC", "/atom/cs.DC"];
    let without =
        Running::over(&arxiv, Sources::default().with_override("test", "subjects.fill_days", "0"), MONDAY)
            .await;
    for path in paths {
        let answer = without.get(path).await;
        assert!(!answer.headers().contains_key(LINK), "{path}");
        let body = answer.text().await.expect("a body");
        assert!(!body.contains("\"hub\"") && !body.contains("\"hubs\""), "{path}");
    }
    assert_eq!(without.ask(Method::POST, "/hub", &[]).await.status(), StatusCode::NOT_FOUND);
    assert!(without.feed("/status.json").await["push"].is_null());
    let with = Running::over(&arxiv, sources(), MONDAY).await;
    for path in paths {
        let answer = with.get(path).await;
        let own = format!("<{}{path}>; rel=\"self\"", with.base);
        assert!(answer.headers()[LINK].to_str().expect("text").ends_with(&own), "{path}");
        let body = answer.text().await.expect("a body");
        let named = if path.ends_with("json") {
            format!("\"hubs\":[{{\"type\":\"WebSub\",\"url\":\"{}/hub\"}}]", with.base)
        } else {
            format!("href=\"{}/hub\" rel=\"hub\"", with.base)
        };
        assert!(body.contains(&named), "{path}: no {named}");
    }
    assert!(with.get("/subjects/cs.DC").await.text().await.expect("a body").contains("cs.DC"));
}

#[tokio::test]
async fn every_mistake_of_a_wish_is_told_at_once() {
    let arxiv = arxiv().await;
    let strict = sources().with_override("test", "push.allow_networks", "");
    let service = Running::over(&arxiv, strict, MONDAY).await;
    service.text(FEED).await;
    let topic = format!("{}{FEED}", service.base);
    let said = async |fields: &[(&str, &str)]| {
        let answer = ask(&service, fields).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{fields:?}");
        answer.text().await.expect("a body")
    };
    let all =
        said(&[("hub.mode", "publish"), ("hub.lease_seconds", "soon"), ("hub.secret", &"x".repeat(200))])
            .await;
    for part in [
        "choose from subscribe, unsubscribe",
        "`hub.topic` is to be given once",
        "`hub.callback` is to be given once",
        "no number of seconds",
        "less than 200 bytes",
    ] {
        assert!(all.contains(part), "no {part} in {all}");
    }
    let wish = |topic: &str, callback: &str| {
        [
            ("hub.mode", "subscribe".to_owned()),
            ("hub.topic", topic.to_owned()),
            ("hub.callback", callback.to_owned()),
        ]
    };
    for (topic, callback, part) in [
        ("https://elsewhere.example/feed.atom", "https://reader.example/", "no feed of this service"),
        (&*format!("{}/status", service.base), "https://reader.example/", "no feed of this service"),
        (&*format!("{topic}?limit=0"), "https://reader.example/", "limit"),
        (&topic, "http://127.0.0.1:8080/", "is not on the public network"),
        (&topic, "http://2130706433/", "is not on the public network"),
        (&topic, "http://169.254.169.254/latest/meta-data", "is not on the public network"),
        (&topic, "ftp://reader.example/", "no http or https address"),
        (&topic, "https://user:pass@reader.example/", "a user or a password has no place"),
        (&topic, "https://reader.example:22/", "the port 22 is not called"),
    ] {
        let wish = wish(topic, callback);
        let fields: Vec<(&str, &str)> = wish.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let said = said(&fields).await;
        assert!(said.contains(part), "no {part} in {said}");
    }
    let unknown = wish(&format!("{}/named/none.atom", service.base), "https://reader.example/");
    let fields: Vec<(&str, &str)> = unknown.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(ask(&service, &fields).await.status(), StatusCode::NOT_FOUND);
    let answer = service.get("/hub").await;
    assert_eq!(
        (answer.status(), answer.headers()[ALLOW].as_bytes()),
        (StatusCode::METHOD_NOT_ALLOWED, &b"POST, OPTIONS"[..])
    );
}

#[tokio::test]
async fn a_body_is_taken_where_a_form_is_and_is_bounded() {
    let arxiv = arxiv().await;
    let service = Running::over(&arxiv, sources(), MONDAY).await;
    let head = |path: &str, length: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n{length}\r\n"
        )
    };
    for (path, length, body, status) in [
        ("/hub", "Content-Length: 8\r\n", "hub.mode", 400),
        ("/hub", "Content-Length: 0\r\n", "", 400),
        ("/hub", "", "", 400),
        ("/hub", "Content-Length: 8193\r\n", "x", 413),
        ("/hub", "Transfer-Encoding: chunked\r\n", "8\r\nhub.mode\r\n0\r\n\r\n", 413),
        ("/hubbub", "Content-Length: 8\r\n", "hub.mode", 413),
        ("/admin/refresh", "Content-Length: 8\r\n", "hub.mode", 413),
    ] {
        let mut wire = Wire::to(&service).await;
        wire.send(&head(path, length)).await;
        wire.send(body).await;
        assert_eq!(wire.answer(true).await.status, status, "{path} {length}");
    }
    // A body that comes bit by bit, with the next request behind it on the same connection.
    let mut wire = Wire::to(&service).await;
    wire.send(&head("/hub", "Content-Length: 8\r\n")).await;
    wire.send("hub.").await;
    tokio::task::yield_now().await;
    wire.send("modeGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(wire.answer(true).await.status, 400);
    assert_eq!(wire.answer(true).await.status, 200);
    // Two wishes at once, and what comes after them is in step.
    wire.send(
        &(head("/hub", "Content-Length: 8\r\n") + "hub.mode" + &head("/hub", "Content-Length: 1\r\n") + "x"),
    )
    .await;
    assert_eq!((wire.answer(true).await.status, wire.answer(true).await.status), (400, 400));
    wire.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(wire.answer(true).await.status, 200);
}

#[tokio::test]
async fn one_who_lies_is_not_told_of_anything() {
    let arxiv = arxiv().await;
    let service = Running::over(&arxiv, sources(), MONDAY).await;
    service.text(FEED).await;
    let receiver = Receiver::start(|_, _| Reply::Text(200, "no challenge".to_owned())).await;
    let topic = format!("{}{FEED}", service.base);
    let wish = [("hub.mode", "subscribe"), ("hub.topic", &topic), ("hub.callback", &receiver.base)];
    assert_eq!(ask(&service, &wish).await.status(), StatusCode::ACCEPTED);
    receiver.count("GET", 1).await;
    until(&service, |push| push["verifications"]["dropped"] == 1).await;
    assert_eq!(service.feed("/status.json").await["push"]["subscriptions"], 0);
}
