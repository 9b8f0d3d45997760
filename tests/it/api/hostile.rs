//! Bytes that are not HTTP, and HTTP that is meant to be read in two ways.

use std::fmt::Write as _;

use crate::support::service::{Raw, Running, Wire};

/// What would be answered if a body were taken for a request.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

const TO_A: &str = "GET /robots.txt HTTP/1.1\r\nHost: a\r\n";

/// Is it a problem that says what is wrong?
fn says_why(answer: &Raw) -> bool {
    let problem: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    answer.header("content-type") == Some("application/problem+json")
        && problem["status"] == answer.status
        && problem["detail"].as_str().is_some_and(|detail| detail.len() > 10)
}

#[tokio::test]
async fn a_request_with_a_body_is_refused_and_nothing_behind_it_is_read() {
    let service = Running::demo().await;
    for (fields, body, status) in [
        ("Content-Length: 5\r\n", "hello", 413),
        ("Content-Length: 36\r\n", "", 413),
        ("Content-Length: 5\r\nExpect: 100-continue\r\n", "hello", 413),
        ("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n", 413),
        ("Transfer-Encoding: chunked\r\n", "0\r\n\r\n", 413),
        ("Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n", 413),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", 400),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n", 400),
        ("Content-Length: 5\r\nContent-Length: 5\r\n", "hello", 400),
        ("Content-Length: 5\r\nContent-Length: 6\r\n", "hello", 400),
        ("Content-Length: 5, 5\r\n", "hello", 400),
        ("Content-Length: +5\r\n", "hello", 400),
        ("Content-Length: -5\r\n", "hello", 400),
        ("Content-Length: 0x5\r\n", "hello", 400),
        ("Content-Length: 5 5\r\n", "hello", 400),
        ("Content-Length:\r\n", "", 400),
        ("Content-Length: 99999999999999999999\r\n", "hello", 400),
        ("Content-Length : 5\r\n", "hello", 400),
        ("Content-Length\t: 5\r\n", "hello", 400),
        ("X: y\r\n Content-Length: 5\r\n", "hello", 400),
        ("Transfer-Encoding : chunked\r\n", "0\r\n\r\n", 400),
        ("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n", 400),
        ("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n", 400),
        ("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n", 400),
        ("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n", 400),
        ("Transfer-Encoding: identity\r\n", "", 400),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n", 400),
        ("Transfer-Encoding: \u{b}chunked\r\n", "0\r\n\r\n", 400),
    ] {
        for method in ["GET", "POST", "OPTIONS"] {
            let mut wire = Wire::to(&service).await;
            let head = TO_A.replacen("GET", method, 1);
            wire.send(&format!("{head}{fields}\r\n{body}{SMUGGLED}")).await;
            let answer = wire.answer(true).await;
            assert_eq!(answer.status, status, "{method} {fields}");
            assert!(says_why(&answer), "{method} {fields}");
            assert!(wire.is_closed().await, "{method} {fields}");
            assert_eq!(answer.header("connection"), Some("close"), "{method} {fields}");
        }
    }
    let mut wire = Wire::to(&service).await;
    wire.send(&format!("{TO_A}Content-Length: 0\r\n\r\n{TO_A}\r\n")).await;
    assert_eq!(wire.answer(true).await.status, 200);
    assert_eq!(wire.answer(true).await.status, 200);
}

#[tokio::test]
async fn what_is_no_head_is_answered_once_and_ends_the_connection() {
    let service = Running::demo().await;
    let many: String = (0..97).fold(String::new(), |mut all, number| {
        let _ = write!(all, "X-{number}: y\r\n");
        all
    });
    for (head, status) in [
        ("GET /robots.txt HTTP/1.1\r\nHost: a\r\nnonsense\r\n", 400),
        ("GET /robots.txt HTTP/1.1\r\nHost: a\r\n: y\r\n", 400),
        ("GET /robots.txt HTTP/1.1\r\nHost: a\r\nX(y): z\r\n", 400),
        ("GET /robots.txt HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n", 400),
        ("GET /robots.txt HTTP/1.1\r\nHost: a\r\nX: y\rz\r\n", 400),
        ("GET /robots.txt HTTP/1.1\r\nHost: a\r\nX: \0\r\n", 400),
        ("GET /robots.txt HTTP/1.1\r\n Host: a\r\n", 400),
        ("GET /robots.txt HTTP/2.0\r\nHost: a\r\n", 400),
        ("GET /robots.txt http/1.1\r\nHost: a\r\n", 400),
        ("GET /robots.txt\r\nHost: a\r\n", 400),
        ("GET  /robots.txt HTTP/1.1\r\nHost: a\r\n", 400),
        ("GET /robots.txt HTTP/1.1 \r\nHost: a\r\n", 400),
        ("GET\t/robots.txt\tHTTP/1.1\r\nHost: a\r\n", 400),
        (" GET /robots.txt HTTP/1.1\r\nHost: a\r\n", 400),
        ("GET /robots.txt?a b HTTP/1.1\r\nHost: a\r\n", 400),
        ("GET /\0 HTTP/1.1\r\nHost: a\r\n", 400),
        ("G@T /robots.txt HTTP/1.1\r\nHost: a\r\n", 400),
        ("PRI * HTTP/2.0\r\n", 400),
        ("\u{16}\u{3}\u{1}\0\u{c8}\u{1}\r\n", 400),
        (&format!("{TO_A}{many}"), 431),
    ] {
        let mut wire = Wire::to(&service).await;
        wire.send(&format!("{head}\r\n")).await;
        let answer = wire.answer(true).await;
        assert_eq!(answer.status, status, "{head:.80}");
        assert!(says_why(&answer), "{head:.80}");
        assert!(wire.is_closed().await, "{head:.80}");
        // And so when it comes behind a request like any other.
        let mut wire = Wire::to(&service).await;
        wire.send(&format!("{TO_A}\r\n{head}\r\n{SMUGGLED}")).await;
        assert_eq!(wire.answer(true).await.status, 200, "{head:.80}");
        assert_eq!(wire.answer(true).await.status, status, "{head:.80}");
        assert!(wire.is_closed().await, "{head:.80}");
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_however_large_it_is() {
    let service = Running::demo().await;
    for bytes in [16_400, 100_000, 200_000, 1_000_000] {
        let large = "y".repeat(bytes);
        let mut wire = Wire::to(&service).await;
        wire.send(&format!("{TO_A}X: {large}\r\n\r\n")).await;
        let answer = wire.answer(true).await;
        assert!(answer.status == 431 && says_why(&answer), "{bytes}");
    }
    for (bytes, status) in [(8_192, 404), (8_193, 414), (50_000, 414), (70_000, 414), (1_000_000, 414)] {
        let long = "y".repeat(bytes - 1);
        let mut wire = Wire::to(&service).await;
        wire.send(&format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        let answer = wire.answer(true).await;
        assert!(answer.status == status && says_why(&answer), "{bytes}: {}", answer.status);
    }
}

#[tokio::test]
async fn a_host_is_named_once_and_is_one() {
    let service = Running::demo().await;
    for (request, status, base) in [
        ("GET /subjects/cs.DC.json HTTP/1.1\r\nHost: a.example\r\n", 200, "http://a.example/"),
        ("GET /subjects/cs.DC.json HTTP/1.1\r\nHost: [::1]:8080\r\n", 200, "http://[::1]:8080/"),
        (
            "GET http://b.example/subjects/cs.DC.json HTTP/1.1\r\nHost: a.example\r\n",
            200,
            "http://b.example/",
        ),
        ("GET http://b.example:81/subjects/cs.DC.json HTTP/1.1\r\nHost: a\r\n", 200, "http://b.example:81/"),
        (
            "GET http://c.example/subjects/cs.DC.json HTTP/1.1\r\nHost: a.example\r\n",
            200,
            "http://c.example/",
        ),
        ("GET /subjects/cs.DC.json HTTP/1.1\r\nHost: a.example\r\n", 200, "http://a.example/"),
        ("GET http://u:p@b.example/subjects/cs.DC.json HTTP/1.1\r\nHost: a\r\n", 400, ""),
        ("GET http://b.example/subjects/cs.DC.json HTTP/1.1\r\n", 400, ""),
        ("GET /subjects/cs.DC.json HTTP/1.1\r\n", 400, ""),
        ("GET /subjects/cs.DC.json HTTP/1.1\r\nHost:\r\n", 400, ""),
        ("GET /subjects/cs.DC.json HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400, ""),
        ("GET /subjects/cs.DC.json HTTP/1.1\r\nHost: a\r\nHost: b\r\n", 400, ""),
        ("GET /subjects/cs.DC.json HTTP/1.1\r\nHost: a, b\r\n", 400, ""),
        ("GET /subjects/cs.DC.json HTTP/1.1\r\nHost: a/b\r\n", 400, ""),
        ("GET /subjects/cs.DC.json HTTP/1.1\r\nHost: a@b\r\n", 400, ""),
        ("GET /subjects/cs.DC.json HTTP/1.1\r\nHost: a:99999\r\n", 400, ""),
        ("GET /subjects/cs.DC.json HTTP/1.1\r\nHost: [::1\r\n", 400, ""),
        ("GET /subjects/cs.DC.json HTTP/1.1\r\nHost: a\"><script>\r\n", 400, ""),
    ] {
        // Twice, for what was asked a moment ago is answered from memory.
        for _ in 0..2 {
            let mut wire = Wire::to(&service).await;
            wire.send(&format!("{request}\r\n")).await;
            let answer = wire.answer(true).await;
            assert_eq!(answer.status, status, "{request}");
            if status == 200 {
                let feed: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
                let own = feed["feed_url"].as_str().expect("an address");
                assert!(own.starts_with(base), "{request}: {own}");
            }
        }
    }
}

#[tokio::test]
async fn a_connection_is_kept_or_closed_as_its_client_likes() {
    let service = Running::demo().await;
    for (version, field, is_kept) in [
        ("1.1", "", true),
        ("1.1", "Connection: close\r\n", false),
        ("1.1", "Connection: x, CLOSE\r\n", false),
        ("1.1", "Connection: keep-alive\r\n", true),
        ("1.0", "", false),
        ("1.0", "Connection: keep-alive\r\n", true),
    ] {
        let mut wire = Wire::to(&service).await;
        let request = format!("GET /robots.txt HTTP/{version}\r\nHost: a\r\n{field}\r\n");
        wire.send(&request).await;
        assert_eq!(wire.answer(true).await.status, 200, "{version} {field}");
        if is_kept {
            wire.send(&request).await;
            assert_eq!(wire.answer(true).await.status, 200, "{version} {field}");
        } else {
            assert!(wire.is_closed().await, "{version} {field}");
        }
    }
}

#[tokio::test]
async fn blank_lines_and_bare_line_ends_are_read_as_the_robust_do() {
    let service = Running::demo().await;
    for request in [
        "\r\n\r\nGET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n",
        "\n\nGET /robots.txt HTTP/1.1\nHost: a\n\n",
        "GET /robots.txt HTTP/1.1\nHost: a\r\n\n",
        "GET /robots.txt HTTP/1.1\r\nHost: a\r\nX: \u{e9}\r\n\r\n",
    ] {
        let mut wire = Wire::to(&service).await;
        for _ in 0..2 {
            wire.send(request).await;
            assert_eq!(wire.answer(true).await.status, 200, "{request:?}");
        }
    }
}

#[tokio::test]
async fn raw_bytes_of_an_address_mean_what_they_mean_encoded() {
    let service = Running::demo().await;
    let ask = |target: Vec<u8>| {
        let service = &service;
        async move {
            let mut wire = Wire::to(service).await;
            wire.send_bytes(&[b"GET ", &target[..], b" HTTP/1.1\r\nHost: a\r\n\r\n"].concat()).await;
            wire.answer(true).await
        }
    };
    for (raw, encoded) in [
        ("/search.json?q=au:Müller", "/search.json?q=au:M%C3%BCller"),
        ("/search.json?q=\"memory\"", "/search.json?q=%22memory%22"),
        ("/search.json?q=gpu&filter=<a>|b^c`{d}", "/search.json?q=gpu&filter=%3Ca%3E%7Cb%5Ec%60%7Bd%7D"),
        ("/keywords/naïve.json", "/keywords/na%C3%AFve.json"),
        ("/keywords/\"GPU\".json", "/keywords/%22GPU%22.json"),
        ("http://a/search.json?q=ti:größe", "/search.json?q=ti:gr%C3%B6%C3%9Fe"),
        ("/subjects/çs.DC.json", "/subjects/%C3%A7s.DC.json"),
    ] {
        let (raw, encoded) = (ask(raw.into()).await, ask(encoded.into()).await);
        assert_eq!(raw.status, encoded.status);
        let same = |answer: &Raw| {
            let mut value: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
            value["instance"].take();
            value
        };
        assert_eq!(same(&raw), same(&encoded));
    }
    for (target, says) in
        [(&b"/search?q=M\xfcller"[..], "UTF-8"), (b"/search?q=\"leader election\"", "blank")]
    {
        let answer = ask(target.to_vec()).await;
        assert!(answer.status == 400 && says_why(&answer), "{says}");
        assert!(String::from_utf8(answer.body).expect("text").contains(says));
    }
}

#[tokio::test]
async fn no_wish_for_another_protocol_leaves_a_connection_without_an_end() {
    let hub = crosslist::settings::Sources::default().with_override("test", "push.hub", "built-in");
    for service in [Running::demo().await, Running::demo_with(hub).await] {
        for method in ["GET", "POST", "HEAD", "OPTIONS", "TRACE", "CONNECT"] {
            for target in ["/hub", "/%68ub", "/robots.txt", "/admin/refresh", "http://a/hub", "*", "a:80"] {
                for fields in [
                    "Connection: Upgrade\r\n",
                    "Upgrade: websocket\r\n",
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
                    "Connection: upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
                    "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nExpect: 100-continue\r\n",
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n",
                ] {
                    let mut wire = Wire::to(&service).await;
                    wire.send(&format!("{method} {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n")).await;
                    let answer = wire.answer(method != "HEAD").await;
                    assert!(answer.status >= 200, "{method} {target} {fields}");
                    assert_ne!(answer.header("connection"), Some("upgrade"), "{method} {target} {fields}");
                    // Then the next one is answered, or the connection has ended.
                    if answer.header("connection") == Some("close") {
                        assert!(wire.is_closed().await, "{method} {target} {fields}");
                    } else {
                        wire.send("GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n").await;
                        assert_eq!(wire.answer(true).await.status, 200, "{method} {target} {fields}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn no_answer_to_a_mistaken_head_is_empty() {
    let service = Running::demo().await;
    let head = b"POST http://a.example/search?q=x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nX: y\r\n\r\n";
    // Each byte of a head in turn becomes another, is left out, or stands twice.
    let mut heads: Vec<Vec<u8>> = Vec::new();
    for place in 0..head.len() {
        for byte in *b"\0\r\n :/?#\x7f\xff1a" {
            let mut changed = head.to_vec();
            changed[place] = byte;
            heads.push(changed);
        }
        let mut less = head.to_vec();
        less.remove(place);
        let mut more = head.to_vec();
        more.insert(place, head[place]);
        heads.extend([less, more]);
    }
    for head in heads {
        let mut wire = Wire::to(&service).await;
        // What is a half leaves the rest to this, and is answered in any case.
        wire.send_bytes(&head).await;
        wire.send("\r\n\r\n\r\n").await;
        wire.end().await;
        let Some(answer) = wire.next_answer().await else { continue };
        let shown = String::from_utf8_lossy(&head).into_owned();
        assert!(answer.status < 400 || says_why(&answer), "{}: {shown:?}", answer.status);
        assert!(answer.status < 500, "{}: {shown:?}", answer.status);
    }
}
