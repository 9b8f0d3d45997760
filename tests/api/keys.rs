//! Keys for readers and for operators.

use crosslist::settings::Sources;
use reqwest::Method;

use crate::service::{Running, Wire};

const ONE: &str = "first-reader-0001";
const TWO: &str = "second-reader-002";
const OPERATOR: &str = "operator-00000001";

async fn locked() -> Running {
    let sources = Sources::default()
        .with_override("test", "access.keys", &format!("{ONE},{TWO}"))
        .with_override("test", "access.admin_keys", OPERATOR);
    Running::demo_with(sources).await
}

#[tokio::test]
async fn where_keys_are_set_nothing_is_read_without_one() {
    let service = locked().await;
    for path in ["/", "/subjects/cs.DC.rss", "/rss/cs.DC", "/status.json", "/api/query?id_list=1", "/nothing"]
    {
        let answer = service.get(path).await;
        assert_eq!(answer.status(), 401, "{path}");
        assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"crosslist\"");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let bearer = format!("Bearer {ONE}");
        assert_ne!(
            service.ask(Method::GET, path, &[("authorization", &bearer)]).await.status(),
            401,
            "{path}"
        );
    }
    for path in ["/healthz", "/readyz", "/robots.txt", "/favicon.ico", "/help/http", "/style.css"] {
        assert_eq!(service.get(path).await.status(), 200, "{path}");
    }
    for key in ["wrong", "", &ONE[1..], &format!("{ONE}x")] {
        assert_eq!(service.get(&format!("/subjects/cs.DC.rss?key={key}")).await.status(), 401, "{key}");
    }
    assert_eq!(service.ask(Method::OPTIONS, "/subjects/cs.DC.rss", &[]).await.status(), 204);
}

#[tokio::test]
async fn a_key_in_the_address_is_in_no_link() {
    let service = locked().await;
    for _ in 0..2 {
        for path in ["/subjects/cs.DC.atom", "/subjects/cs.DC.json", "/rss/cs.DC", "/"] {
            let answer = service.get(&format!("{path}?key={TWO}")).await;
            assert_eq!(answer.status(), 200, "{path}");
            let control = answer.headers()["cache-control"].to_str().expect("text").to_owned();
            assert!(path == "/" || control.starts_with("private, max-age="), "{control}");
            assert!(!answer.text().await.expect("a body").contains(TWO), "{path}");
        }
    }
    let refused = service.get(&format!("/subjects/cs.DC.rss?key={TWO}&sort=up")).await;
    assert_eq!(refused.status(), 400);
    assert!(!refused.text().await.expect("a body").contains(TWO));
    let chosen = service.text(&format!("/subjects/cs.DC.rss?type=new&key={TWO}")).await;
    assert!(chosen.contains("/subjects/cs.DC.rss?type=new\""), "{chosen:.600}");
}

#[tokio::test]
async fn where_no_keys_are_set_a_key_is_an_unknown_parameter() {
    let service = Running::demo().await;
    assert_eq!(service.get(&format!("/subjects/cs.DC.rss?key={ONE}")).await.status(), 400);
}

#[tokio::test]
async fn orders_need_an_operators_key_as_soon_as_others_could_look_like_one() {
    let service = locked().await;
    let refresh = |key: &'static str, more: &'static [(&'static str, &'static str)]| {
        let service = &service;
        async move {
            let bearer = format!("Bearer {key}");
            let mut headers = vec![("authorization", bearer.as_str())];
            headers.extend(more);
            service.ask(Method::POST, "/admin/refresh?subjects=cs.DC", &headers).await.status().as_u16()
        }
    };
    assert_eq!(refresh("none", &[]).await, 403);
    assert_eq!(refresh(ONE, &[]).await, 403);
    assert_eq!(refresh(OPERATOR, &[]).await, 200);
    assert_eq!(refresh(OPERATOR, &[("x-forwarded-for", "192.0.2.1")]).await, 200);
    let in_the_address = format!("/admin/refresh?key={OPERATOR}&subjects=cs.DC");
    assert_eq!(service.ask(Method::POST, &in_the_address, &[]).await.status(), 200);
    // An operator may read as well.
    let bearer = format!("Bearer {OPERATOR}");
    let answer = service.ask(Method::GET, "/subjects/cs.DC.rss", &[("authorization", &bearer)]).await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn behind_a_trusted_proxy_no_order_comes_without_a_key() {
    let sources = Sources::default().with_override("test", "server.trusted_proxies", "127.0.0.1");
    let service = Running::demo_with(sources).await;
    let answer = service.ask(Method::POST, "/admin/refresh?subjects=cs.DC", &[]).await;
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.expect("a body").contains("access.admin_keys"));
}

/// How one may write a path so that it reads otherwise and may mean the same.
fn spellings(path: &str) -> Vec<String> {
    let first = path.as_bytes()[1];
    let rest = &path[2..];
    let encoded: String = path[1..].bytes().map(|byte| format!("%{byte:02X}")).collect();
    let end = path.rfind('/').expect("a slash");
    vec![
        path.to_owned(),
        format!("/%{first:02x}{rest}"),
        format!("/%{first:02X}{rest}"),
        format!("/%25{first:02X}{rest}"),
        format!("/{encoded}"),
        format!("/{}", encoded.to_lowercase()),
        format!("%2F{}", &path[1..]),
        format!("/{path}"),
        format!("{}/{}", &path[..end], &path[end..]),
        format!("/.{path}"),
        format!("/x/..{path}"),
        format!("/robots.txt/..{path}"),
        format!("/healthz/%2e%2e{path}"),
        format!("/healthz%2F..{path}"),
        format!("{path}/"),
        format!("{path}/."),
        format!("{path}//"),
        format!("{path};v=1"),
        format!("{path}%3Bv=1"),
        format!("{path}%00"),
        format!("{path}%20"),
        format!("{path}?"),
        format!("{path}?/healthz"),
        format!("{path}#/healthz"),
        format!("{path}%23"),
        format!("{path}%3F"),
        path.to_ascii_uppercase(),
        format!("http://a{path}"),
        format!("HTTP://a:80/%{first:02X}{rest}"),
        format!("http://a/healthz/..{path}"),
    ]
}

#[tokio::test]
async fn no_spelling_of_an_address_opens_it_without_a_key() {
    let only_operators = Sources::default().with_override("test", "access.admin_keys", OPERATOR);
    for (service, paths) in [
        (locked().await, &["/metrics", "/admin/refresh", "/subjects/cs.DC.rss", "/status.json", "/hub"][..]),
        (Running::demo_with(only_operators).await, &["/metrics", "/admin/refresh"]),
    ] {
        for target in paths.iter().flat_map(|path| spellings(path)) {
            for method in ["GET", "HEAD", "POST", "PUT", "get"] {
                let mut wire = Wire::to(&service).await;
                wire.send(&format!("{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                    .await;
                let status = wire.answer(method != "HEAD").await.status;
                assert!((400..500).contains(&status), "{method} {target}: {status}");
            }
            let mut wire = Wire::to(&service).await;
            wire.send(&format!(
                "GET {target} HTTP/1.0\r\nX-Original-URL: /healthz\r\nX-Rewrite-URL: /healthz\r\n\r\n"
            ))
            .await;
            let status = wire.answer(true).await.status;
            assert!((400..500).contains(&status), "{target}: {status}");
        }
    }
    // And a key opens it in any spelling that leads there.
    let service = locked().await;
    for target in ["/metrics", "/%6Detrics", "/%6d%65trics", "http://a/%6Detrics"] {
        let mut wire = Wire::to(&service).await;
        wire.send(&format!("GET {target} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {OPERATOR}\r\n\r\n"))
            .await;
        assert_eq!(wire.answer(true).await.status, 200, "{target}");
    }
    for target in ["/%6Detrics?key=", "/subjects/cs%2EDC.rss?type=new&%6Bey="] {
        assert_eq!(service.get(&format!("{target}{OPERATOR}")).await.status(), 200, "{target}");
    }
}
